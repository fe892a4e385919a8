package flow

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/browsertest"
	"kompobib/internal/db"
)

// A seat is two clicks from the calendar, and given up in one more. What came of it has the focus, and is heard once.
func TestSeat(t *testing.T) {
	w := newWorld(t)
	ann := w.staff("Ann")
	occasion, _ := w.occasion("Lässtrategier", "", 20, "2012-11-07", "13:00")
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			v := w.visit(t, "Ann", way)
			v.Go("/calendar")
			v.click("Lässtrategier")
			v.Wait("#my-seat")
			told := v.act("sign up", func() { v.click("Anmäl mig") })
			v.hears(told, "Du har en plats.", "Vi har skickat ett brev")
			if heard := v.Heard(); !slices.Contains(heard, "button Avanmäl mig") || slices.Contains(heard, "button Anmäl mig") {
				t.Errorf("after signing up one hears %q", heard)
			}
			told = v.act("cancel", func() { v.click("Avanmäl mig") })
			v.hears(told, "Du är avanmäld.")
			if heard := v.Heard(); !slices.Contains(heard, "button Anmäl mig") {
				t.Errorf("after cancelling one hears %q", heard)
			}
		})
	}
	history, err := activity.Why(t.Context(), w.now, access.System, occasion, ann, w.now.Now())
	if err != nil || history.State != activity.Cancelled {
		t.Errorf("in the end: %q, %v", history.State, err)
	}
}

// Who comes too late is told the place in the queue.
func TestQueue(t *testing.T) {
	w := newWorld(t)
	w.staff("Ann")
	other, third := w.staff("Olle"), w.staff("Siv")
	occasion, _ := w.occasion("Lässtrategier", "", 1, "2012-11-07", "13:00")
	w.seat(occasion, other, third)
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			v := w.visit(t, "Ann", way)
			v.Go("/occasions/" + occasion)
			told := v.act("join the queue", func() { v.click("Ställ mig på reservlistan") })
			v.hears(told, "Du står på reservlistan, på plats 2.")
			told = v.act("leave the queue", func() { v.click("Lämna reservlistan") })
			v.hears(told, "Du är avanmäld.")
		})
	}
}

// A refusal says why, and what to do next.
func TestRefusal(t *testing.T) {
	w := newWorld(t)
	w.staff("Ann")
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			occasion, _ := w.occasion("Lässtrategier", "", 20, "2012-11-07", "13:00")
			v := w.visit(t, "Ann", way)
			v.Go("/occasions/" + occasion)
			w.do(func(ctx context.Context, tx *db.Tx) error {
				o, err := activity.GetOccasion(ctx, tx, access.System, occasion)
				if err != nil {
					return err
				}
				return activity.CancelOccasion(ctx, tx, access.System, occasion, o.Version, "Föreläsaren är sjuk.")
			})
			told := v.act("sign up", func() { v.click("Anmäl mig") })
			v.hears(told, "Tillfället är inställt. Titta i kalendern efter ett annat.")
			if title := browsertest.Eval[string](v.Page, `document.title`); !strings.HasPrefix(title, "Fel: ") {
				t.Errorf("the title is %q", title)
			}
		})
	}
}

// A contact signs colleagues up with one form, and is told how many got seats.
func TestColleagues(t *testing.T) {
	w := newWorld(t)
	w.grant(w.staff("Klara"), access.Grant{Role: access.Contact, Unit: w.workplace})
	w.staff("Ann")
	w.staff("Olle")
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			occasion, _ := w.occasion("Lässtrategier", "", 1, "2012-11-07", "13:00")
			v := w.visit(t, "Klara", way)
			v.Go("/occasions/" + occasion)
			told := v.act("sign nobody up", func() { v.click("Anmäl de ikryssade") })
			v.hears(told, "Kryssa för minst en medarbetare.")
			v.Focus(`[name="person"]`)
			v.Press(" \t ") // the first, and the next
			told = v.act("sign up two", func() { v.click("Anmäl de ikryssade") })
			v.hears(told, "1 medarbetare har fått plats och 1 står på reservlistan.")
			told = v.act("sign one off", func() { v.click("Avanmäl: Ann") })
			v.hears(told, "Anmälan är borttagen.")
		})
	}
}

// What the organiser asks comes with the sign-up: mistakes are all told, beside their fields, and nothing typed is lost.
func TestQuestions(t *testing.T) {
	w := newWorld(t)
	w.staff("Ann")
	occasion, _ := w.occasion("Lässtrategier", "", 20, "2012-11-07", "13:00",
		activity.Question{Text: "Vad äter du inte?", Kind: "text", Required: true, Sensitive: true},
		activity.Question{Text: "Hur deltar du?", Kind: "choice", Options: []string{"På plats", "På nätet"}, Required: true},
		activity.Question{Text: "Behöver du hörslinga?", Kind: "yes-no"})
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			v := w.visit(t, "Ann", way)
			v.Go("/occasions/" + occasion)
			told := v.act("answer nothing", func() { v.click("Anmäl mig") })
			v.hears(told, "Rätta dessa 2 saker")
			if n := strings.Count(told, "Svara på frågan."); n != 2 {
				t.Errorf("told %q, want both mistakes", told)
			}
			if heard := v.Heard(); !slices.Contains(heard, "textbox Vad äter du inte? (invalid)") {
				t.Errorf("the field is not heard as wrong among %q", heard)
			}
			// The first line of the summary leads to the field that is wrong.
			v.click("Vad äter du inte?: Svara på frågan.")
			v.Press("fisk")
			if field := v.Focused(); !strings.HasSuffix(field, " fisk") {
				t.Errorf("from the summary of mistakes one comes to %q", field)
			}
			told = v.act("answer one", func() { v.click("Anmäl mig") })
			v.hears(told, "Hur deltar du?: Svara på frågan.")
			if typed := browsertest.Eval[string](v.Page, `document.querySelector('input[type=text]').value`); typed != "fisk" {
				t.Errorf("what was typed is now %q", typed)
			}
			v.click("Hur deltar du?: Svara på frågan.")
			v.Press(" ")
			told = v.act("answer both", func() { v.click("Anmäl mig") })
			v.hears(told, "Du har en plats.")
			v.act("cancel", func() { v.click("Avanmäl mig") })
		})
	}
}

// By keyboard alone: the first stop skips to the content, each stop is seen, they come in the order of the page,
// and the last leads out of it.
func TestStops(t *testing.T) {
	w := newWorld(t)
	ann, eva := w.staff("Ann"), w.staff("Eva")
	w.grant(eva, access.Grant{Role: access.Organiser, Programme: w.programme})
	coming, _ := w.occasion("Lässtrategier", "", 20, "2012-11-07", "13:00", activity.Question{Text: "Hur deltar du?", Kind: "choice", Options: []string{"På plats", "På nätet"}})
	held, meeting := w.occasion("Katalogen", eva, 20, "2012-10-11", "13:00")
	w.seat(held, ann, eva)
	for _, test := range []struct{ given, path string }{{"Ann", "/occasions/" + coming}, {"Eva", "/meetings/" + meeting + "/attendance"}} {
		v := w.visit(t, test.given, quick)
		v.Go(test.path)
		v.Press("\t")
		if first := v.Focused(); !strings.HasPrefix(first, "a Hoppa till innehållet") {
			t.Errorf("%s: the first stop is %q", test.path, first)
		}
		v.Press("\r\t")
		if in := browsertest.Eval[bool](v.Page, `document.getElementById('main').contains(document.activeElement)`); !in {
			t.Errorf("%s: after skipping the next stop is %q", test.path, v.Focused())
		}
		v.Go(test.path)
		stops := map[string]bool{}
		for range 200 {
			v.Press("\t")
			stop := browsertest.Eval[struct {
				Out             bool
				Name            string
				Seen, Backwards bool
			}](v.Page, `(() => {
				const e = document.activeElement, last = window.lastStop;
				if (e === document.body) return {Out: true};
				window.lastStop = e;
				const s = getComputedStyle(e), box = e.getBoundingClientRect();
				const ring = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none';
				return {
					Name: e.localName + ' ' + (e.getAttribute('aria-label') || e.innerText || e.id).trim(),
					Seen: ring && box.width > 0 && box.bottom > 0 && box.top < innerHeight,
					Backwards: !!last && !(last.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING),
				};
			})()`)
			if stop.Out || stop.Backwards && strings.HasPrefix(stop.Name, "a Hoppa") { // around
				stops["out"] = true
				break
			}
			if !stop.Seen {
				t.Errorf("%s: one does not see that the focus is on %q", test.path, stop.Name)
			}
			if stop.Backwards {
				t.Errorf("%s: the focus goes back to %q", test.path, stop.Name)
			}
			stops[stop.Name] = true
		}
		if !stops["out"] || len(stops) < 8 {
			t.Errorf("%s: one does not come out of the page: %d stops", test.path, len(stops))
		}
	}
}
