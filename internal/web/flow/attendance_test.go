package flow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/browsertest"
	"kompobib/internal/db"
)

// class makes a meeting this morning at which n people have seats, Deltagare01 and on, and an organiser, Eva.
func class(w *world, n int) (meeting string, persons []string) {
	eva := w.staff("Eva")
	w.grant(eva, access.Grant{Role: access.Organiser, Programme: w.programme})
	occasion, meeting := w.occasion("Katalogen", eva, n, "2012-10-12", "08:00")
	for i := range n {
		persons = append(persons, w.staff(fmt.Sprintf("Deltagare%02d", i+1)))
	}
	w.seat(occasion, persons...)
	return meeting, persons
}

// present is what is recorded at a meeting: minutes, or the reason of absence.
func (w *world) present(meeting string) map[string]string {
	w.t.Helper()
	list, err := activity.AttendanceList(w.t.Context(), w.now, access.System, meeting)
	if err != nil {
		w.t.Fatal(err)
	}
	said := map[string]string{}
	for _, p := range list {
		switch {
		case p.Recorded && p.Absence != "":
			said[p.Person] = p.Absence
		case p.Recorded:
			said[p.Person] = fmt.Sprint(p.Minutes)
		}
	}
	return said
}

// keys presses one after the other, and counts them.
type keys struct {
	*visitor
	n int
}

func (k *keys) press(all ...string) {
	k.t.Helper()
	for _, key := range all {
		k.Press(key)
		k.n += len([]rune(key))
	}
}

// Attendance of thirty people by keyboard alone, from the top of the page: with absences, and with parts of the
// meeting in minutes and by the clock. At two keys a second, which is slow, all of it takes half a minute.
func TestThirty(t *testing.T) {
	const enough = 70 // keys
	w := newWorld(t)
	meeting, persons := class(w, 30)
	v := w.visit(t, "Eva", quick)
	v.Go("/meetings/" + meeting + "/attendance")
	k := &keys{visitor: v}
	k.press("\t", "\r") // past the menu
	for !strings.HasPrefix(v.Focused(), "select#row-") {
		k.press("\t")
		if k.n > 12 {
			t.Fatalf("after %d keys the first row is not reached, but %q", k.n, v.Focused())
		}
	}
	told := v.act("save", func() {
		for i := range persons {
			switch i {
			case 4:
				k.press("s") // sjuk
			case 9:
				k.press("6", "0", "\r", "\x1b") // 60 minutes, and Enter stays among the minutes
				continue
			}
			k.press("\r")
		}
	})
	v.hears(told, "Närvaron är sparad: 30 nya rader och 0 rättade.")
	if k.n > enough {
		t.Errorf("it took %d keys, at most %d", k.n, enough)
	}
	t.Logf("%d keys", k.n)
	said := w.present(meeting)
	for i, person := range persons {
		want := "150"
		switch i {
		case 4:
			want = "ill"
		case 9:
			want = "60"
		}
		if said[person] != want {
			t.Errorf("row %d says %q, want %q", i+1, said[person], want)
		}
	}
}

// A correction takes a reason, and the row tells of it. Without one all that was typed stays.
func TestCorrection(t *testing.T) {
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			w := newWorld(t)
			meeting, persons := class(w, 3)
			v := w.visit(t, "Eva", way)
			v.Go("/meetings/" + meeting + "/attendance")
			told := v.act("save", func() { v.click("Spara närvaron") })
			v.hears(told, "3 nya rader")

			v.Focus("#minutes-" + persons[1])
			v.Press("90")
			if way == plain { // with script, who writes minutes says so
				v.Focus("#row-" + persons[1])
				v.Press("d")
			}
			told = v.act("correct without a reason", func() { v.click("Spara närvaron") })
			v.hears(told, "Du ändrar det som redan är registrerat (antal rader: 1). Skriv varför.")
			if typed := browsertest.Eval[string](v.Page, `document.getElementById("minutes-`+persons[1]+`").value`); typed != "90" {
				t.Errorf("what was typed is now %q", typed)
			}
			if heard := v.Heard(); !slices.ContainsFunc(heard, func(s string) bool {
				return strings.HasPrefix(s, "textbox Varför ändras") && strings.Contains(s, "(invalid)")
			}) {
				t.Errorf("the field is not heard as wrong among %q", heard)
			}
			v.Focus("#why")
			v.Press("Gick tidigt")
			told = v.act("correct", func() { v.click("Spara närvaron") })
			v.hears(told, "0 nya rader och 1 rättad.")
			if said := w.present(meeting); said[persons[1]] != "90" || said[persons[0]] != "150" {
				t.Errorf("recorded: %v", said)
			}
			if heard := v.Heard(); !slices.Contains(heard, "link 1 rättelse : Deltagare02 Exempel") {
				t.Errorf("the correction is not heard of among %q", heard)
			}
		})
	}
}

// What was about to be told of a page is not told of the one that takes its place.
func TestAnnouncedTooLate(t *testing.T) {
	w := newWorld(t)
	meeting, persons := class(w, 3)
	v := w.visit(t, "Eva", quick)
	v.Go("/meetings/" + meeting + "/attendance")
	browsertest.Eval[bool](v.Page, `(() => {
		const minutes = document.getElementById("minutes-`+persons[1]+`");
		document.addEventListener("htmx:beforeSwap", () => {
			minutes.value = "90";
			minutes.dispatchEvent(new Event("input", { bubbles: true }));
		}, { capture: true, once: true });
		return true;
	})()`)
	v.hears(v.act("save", func() { v.click("Spara närvaron") }), "3 nya rader")
	// A timer started now goes off after those of before the answer.
	told := browsertest.Eval[string](v.Page, `new Promise(tell => setTimeout(() => tell(document.getElementById("live").textContent), 50))`)
	if told != "" {
		t.Errorf("after the answer the page tells %q of the one before", told)
	}
}

// Nobody was in two places at once. The refusal stands beside the row, names the person, and the rest stays as typed.
func TestOverlap(t *testing.T) {
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			w := newWorld(t)
			meeting, persons := class(w, 4)
			_, other := w.occasion("Läsfrämjande", "", 20, "2012-10-12", "09:00")
			if err := w.now.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) error {
				_, err := activity.RecordAttendance(ctx, tx, access.System, other, []activity.AttendanceEntry{{Person: persons[2], Minutes: new(60)}}, "")
				return err
			}); err != nil {
				t.Fatal(err)
			}
			v := w.visit(t, "Eva", way)
			v.Go("/meetings/" + meeting + "/attendance")
			v.Focus("#row-" + persons[0])
			v.Press("s")
			told := v.act("save", func() { v.click("Spara närvaron") })
			v.hears(told, "Deltagare03 Exempel: Personen har redan närvaro på annat håll vid den tiden. Ange när personen kom eller gick, eller fråga projektkontoret.")
			if heard := v.Heard(); !slices.Contains(heard, "combobox Närvaro: Deltagare03 Exempel (invalid)") || !slices.Contains(heard, "combobox Närvaro: Deltagare02 Exempel") {
				t.Errorf("the row is not heard as wrong, alone, among %q", heard)
			}
			if typed := browsertest.Eval[string](v.Page, `document.getElementById("row-`+persons[0]+`").value`); typed != "ill" {
				t.Errorf("what was chosen is now %q", typed)
			}
			if said := w.present(meeting); len(said) != 0 {
				t.Errorf("recorded all the same: %v", said)
			}
			v.click("Deltagare03 Exempel: Personen har redan närvaro")
			if field := v.Focused(); !strings.HasPrefix(field, "select#row-"+persons[2]) {
				t.Errorf("from the summary of mistakes one comes to %q", field)
			}
			v.Press("k") // kom inte
			told = v.act("save", func() { v.click("Spara närvaron") })
			v.hears(told, "4 nya rader")
		})
	}
}

// Someone who came unannounced is found and added, and the rows keep what was typed.
func TestWalkIn(t *testing.T) {
	w := newWorld(t)
	meeting, persons := class(w, 2)
	w.staff("Oanmäld")
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			v := w.visit(t, "Eva", way)
			v.Go("/meetings/" + meeting + "/attendance")
			v.Focus("#row-" + persons[0])
			v.Press("s")
			v.Focus("#q")
			v.Press("Ingensomfinns")
			told := v.act("find nobody", func() { v.click("Sök") })
			v.hears(told, "heter så. Kontrollera stavningen.")
			browsertest.Eval[bool](v.Page, `(() => { document.getElementById('q').value = ''; return true })()`)
			v.Focus("#q")
			v.Press("Oanm")
			told = v.act("find", func() { v.click("Sök") })
			v.hears(told, "1 person hittades")
			told = v.act("add", func() { v.click("Lägg till Oanmäld Exempel") })
			v.hears(told, "Närvaro: Oanmäld Exempel")
			if typed := browsertest.Eval[string](v.Page, `document.getElementById("row-`+persons[0]+`").value`); typed != "ill" {
				t.Errorf("what was chosen is now %q", typed)
			}
		})
	}
}

// What changes while the focus stays is told in the live region.
func TestToldWithoutLeaving(t *testing.T) {
	w := newWorld(t)
	meeting, persons := class(w, 2)
	v := w.visit(t, "Eva", quick)
	v.Go("/meetings/" + meeting + "/attendance")
	v.Focus("#minutes-" + persons[0])
	v.Press("9")
	v.Wait("#live:not(:empty)")
	if focus, live := v.Told(); !strings.HasPrefix(focus, "textbox Minuter: Deltagare01") || !slices.Equal(live, []string{"Del av träffen"}) {
		t.Errorf("who writes minutes is told %q, with the focus on %q", live, focus)
	}
	v.Focus("[data-all]")
	v.Press("\r")
	v.Wait("#live:not(:empty)")
	focus, live := v.Told()
	if !strings.HasPrefix(focus, "button Alla var med") || len(live) != 1 || !strings.HasPrefix(live[0], "Hela träffen är ifyllt på alla rader.") {
		t.Errorf("who fills in all is told %q, with the focus on %q", live, focus)
	}
}

// When the server does not answer, the page stays as it is, and says so.
func TestNoAnswer(t *testing.T) {
	w := newWorld(t)
	meeting, persons := class(w, 2)
	v := w.visit(t, "Eva", quick)
	v.Go("/meetings/" + meeting + "/attendance")
	v.Focus("#minutes-" + persons[0])
	v.Press("90")
	v.Wait("#live:not(:empty)")
	w.site.CloseClientConnections()
	w.site.Listener.Close()
	v.click("Spara närvaron")
	v.Wait("#main > :focus")
	told, _ := v.Told()
	v.hears(told, "Servern svarar inte")
	if typed := browsertest.Eval[string](v.Page, `document.getElementById("minutes-`+persons[0]+`").value`); typed != "90" {
		t.Errorf("what was typed is now %q", typed)
	}
}
