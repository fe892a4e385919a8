package flow

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/browsertest"
	"kompobib/internal/db"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/programme"
)

// A workshop from start to end with three windows: who leads it, who takes notes, and a phone that has not signed in.
func TestWorkshop(t *testing.T) {
	w := newWorld(t)
	id := w.workshop("Klara", "Nils")

	screen := w.visit(t, "Klara", quick)
	screen.Go("/workshops/" + id + "/run")
	screen.Submit("#do-begin")
	screen.Submit("#do-next")
	code := strings.ReplaceAll(browsertest.Eval[string](screen.Page, `document.querySelector('.stage__code').textContent`), " ", "")

	phone := &visitor{Page: browsertest.New(t, w.site.URL), t: t, script: true}
	phone.Cookie("language", "sv")
	phone.Look(390, 800, "light")
	phone.Go("/w/" + strings.ToLower(code))
	phone.Focus("#body")
	phone.Press("Vi <b>vågar</b> mer")
	phone.click("Skicka")
	phone.Wait("#own")
	if text := phone.Text(); !strings.Contains(text, "Vi <b>vågar</b> mer") {
		t.Errorf("the phone shows its own answer as it was written:\n%s", text)
	}
	screen.Wait(".answer") // it comes by itself

	pen := w.visit(t, "Nils", quick)
	pen.Go("/workshops/" + id + "/notes")
	pen.Look(390, 844, "dark")
	if odd := browsertest.Eval[string](pen.Page, `[...document.querySelectorAll('.tabs a')].filter(e => e.getBoundingClientRect().height < 44 || getComputedStyle(e).borderTopWidth === '0px' ||
		(e.ariaCurrent === 'page') === e.hasAttribute('href')).map(e => e.outerHTML).join() + document.querySelectorAll('.tabs [aria-current]').length`); odd != "1" {
		t.Errorf("on a phone these tabs are no buttons to press, or do not say where one is: %s", odd)
	}
	pen.Look(1280, 900, "light")
	pen.Focus("#text")
	pen.Press("Vi frågar varandra")
	pen.click("Spara svaren")
	pen.Wait(".answer:nth-child(2)")

	screen.Wait(".answer:nth-child(2)")
	browsertest.Eval[bool](screen.Page, `(() => { document.querySelector('.answer__move').open = true; document.querySelector('.answer input[name=name]').value = 'Mod'; return true })()`)
	screen.Submit(".answer form:has(input[name=name]) button")
	screen.Wait(".group-of")

	// The other card is dragged into it, stays there when it is let go beside all groups, and is dragged into a group of its own.
	screen.Drag("[data-group=''] .answer__grip", ".group-of h2")
	screen.Wait(".group-of .answer:nth-child(2)")
	screen.Drag(".group-of .answer:nth-child(2) .answer__grip", "#do-close")
	screen.Wait(".group-of .answer:nth-child(2)")
	screen.Drag(".group-of .answer:nth-child(2) .answer__grip", ".drop-new")
	screen.Wait(".group-of + .group-of .answer")
	if text := screen.Text(); !strings.Contains(text, "Grupp 2") {
		t.Errorf("a group made by dragging has a name:\n%s", text)
	}

	// The clock is silent until somebody wants it to be heard, and then stays so when the screen changes.
	if on := browsertest.Eval[string](screen.Page, `document.querySelector('#do-sound').ariaPressed`); on != "false" {
		t.Errorf("before anybody asks for a sound it is on: %s", on)
	}
	screen.Click("#do-sound")
	screen.Submit("#do-add-1")
	screen.Wait("#do-sound[aria-pressed=true]")

	// Where there is so much that it scrolls, the question, the clock and the buttons stay in sight, and do not cover what has focus.
	pen.Focus("#text")
	pen.Press(strings.Repeat("Vi frågar den som inte kommer hit, varje vecka\n", 14))
	pen.click("Spara svaren")
	screen.Wait(".stage__head ~ * .answer:nth-child(14), .stage__head ~ .answers .answer:nth-child(14)")
	screen.Wait("#do-sound[aria-pressed=true]")
	screen.staysInSight(".answer", "h1", ".stage__clock", "#do-next", "#do-back")
	screen.Look(1280, 900, "light")

	// So it is with what the note-taker saves without contact.
	pen.Offline(true)
	pen.Focus("#text")
	pen.Press("En rad utan nät")
	pen.click("Spara svaren")
	pen.Wait("#lost-contact.ds-alert")
	pen.Focus("#text")
	pen.Press("\rHalva nästa")
	pen.Offline(false)
	screen.Wait(".answers .answer:nth-child(15)")
	pen.Wait("#lost-contact.ds-sr-only")
	if n := browsertest.Eval[int](pen.Page, `[...document.querySelectorAll('.answer')].filter(e => e.textContent.includes('En rad utan nät')).length`); n != 1 {
		t.Errorf("what was saved without contact is there %d times", n)
	}
	if left := browsertest.Eval[string](pen.Page, `document.querySelector('#text').value`); left != "Halva nästa" {
		t.Errorf("what was typed while it was sent is %q", left)
	}
	pen.click("Spara svaren")
	screen.Wait(".answers .answer:nth-child(16)")
	if left := browsertest.Eval[string](pen.Page, `document.querySelector('#text').value + Object.keys(localStorage)`); left != "" {
		t.Errorf("once all is there, %q is still kept", left)
	}

	// A group's name that is half typed goes over to the page that comes with what was saved meanwhile. If another has given the group a name since, both are shown.
	pen.Offline(true)
	pen.Focus("#text")
	pen.Press("En rad till")
	pen.click("Spara svaren")
	pen.Wait("#lost-contact.ds-alert")
	typesName(pen, "Vi vågar fr")
	typesName(screen, "Mod och tid")
	screen.Submit(".group-of > details form button")
	pen.Offline(false)
	pen.Wait(".answers .answer:nth-child(17)")
	pen.Press("åga")
	if status := pen.Submit(".group-of > details form button"); status != http.StatusConflict {
		t.Errorf("who would write over what another called the group is answered %d", status)
	}
	if text := pen.Text(); !strings.Contains(text, "Mod och tid") || browsertest.Eval[string](pen.Page, `document.querySelector('#name').value`) != "Vi vågar fråga" {
		t.Errorf("and sees both names:\n%s", text)
	}
	pen.Submit("main form button")
	pen.Wait("#say")
	if text := pen.Text(); !strings.Contains(text, "Vi vågar fråga") || strings.Contains(text, "Mod och tid") {
		t.Errorf("having seen both, one chooses:\n%s", text)
	}

	// A phone without contact says so, keeps what was sent and sends it again until it is there, once. A laptop that was closed, or another, opens where the workshop is.
	phone.Offline(true)
	phone.Focus("#body")
	phone.Press("Ett svar utan nät")
	phone.click("Skicka")
	phone.Wait("#lost-contact.ds-alert")
	asked := browsertest.Eval[string](screen.Page, `document.querySelector('h1').textContent`)
	screen = w.visit(t, "Klara", quick)
	screen.Go("/workshops/" + id + "/run")
	if now := browsertest.Eval[string](screen.Page, `document.querySelector('h1').textContent`); now != asked || !strings.Contains(screen.Text(), "Grupp 2") {
		t.Errorf("opened anew it asks %q and not %q:\n%s", now, asked, screen.Text())
	}
	phone.Offline(false)
	phone.Wait("section[aria-labelledby=own] li:nth-child(2)")
	screen.Wait(".answers .answer:nth-child(18)")
	if n := browsertest.Eval[int](screen.Page, `[...document.querySelectorAll('.answer')].filter(e => e.textContent.includes('Ett svar utan nät')).length`); n != 1 {
		t.Errorf("what was sent without contact is there %d times", n)
	}

	// What is half written when the next question comes stays, and answers the one that it was written to.
	phone.Focus("#body")
	phone.Press("Ett sent svar")
	screen.Submit("#do-next")
	phone.Wait("#next-question")
	phone.click("Skicka")
	phone.Wait("section[aria-labelledby=own] li:nth-child(3)")

	screen.Submit("#do-close")
	if text := screen.Text(); !strings.Contains(text, "Vi vågar fråga") || !strings.Contains(text, "Ett sent svar") || !strings.Contains(text, "Vi frågar varandra") {
		t.Errorf("all that was said is in the summary:\n%s", text)
	}
	screen.click("Ta närvaro")
	screen.Wait("main form")
	phone.Wait("html:not(:has(#say))") // the room is closed
}

// workshop makes one that somebody leads and somebody takes notes of, and returns its id.
func (w *world) workshop(leader, noteTaker string) (id string) {
	w.t.Helper()
	lead, notes := w.staff(leader), w.staff(noteTaker)
	w.grant(lead, access.Grant{Role: access.Contact, Unit: w.workplace})
	v := access.System
	v.On = "2012-10-07"
	w.do(func(ctx context.Context, tx *db.Tx) error {
		p, err := programme.Get(ctx, tx, v, w.programme)
		if err != nil {
			return err
		}
		k := workshop.Standard(p)
		if err := workshop.SaveKit(ctx, tx, v, &k); err != nil {
			return err
		}
		if err := workshop.Publish(ctx, tx, v, k.Kit, k.Version); err != nil {
			return err
		}
		if _, err := workshop.Launch(ctx, tx, v, k.Kit, "", []string{w.goal}); err != nil {
			return err
		}
		list, err := workshop.At(ctx, tx, v, w.programme, w.workplace)
		if err != nil {
			return err
		}
		id = list[0].ID
		return workshop.Set(ctx, tx, v, id, workshop.Plan{Date: "2012-10-12", Start: "09:00", NoteTaker: notes}, list[0].Version)
	})
	return id
}

// typesName types a name for the first group, or begins to with "".
func typesName(v *visitor, name string) {
	browsertest.Eval[bool](v.Page, `new Promise(done => {
		const fold = document.querySelector('.group-of > details'), field = fold.querySelector('[name=name]');
		fold.open = true;
		(function look() {
			field.focus();
			if (document.activeElement !== field) return setTimeout(look, 20);
			field.select();
			done(true);
		})();
	})`) // as soon as it has unfolded
	v.Press(name)
}
