package flow

import (
	"context"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/browsertest"
	"kompobib/internal/db"
	"kompobib/internal/learning/swot"
)

// An analysis together, with two windows: the screen in the room, and a phone that has not signed in.
func TestBoard(t *testing.T) {
	w := newWorld(t)
	lead := w.staff("Klara")
	w.grant(lead, access.Grant{Role: access.Contact, Unit: w.workplace})
	w.do(func(ctx context.Context, tx *db.Tx) error {
		return swot.SavePlan(ctx, tx, access.System, &swot.Plan{Programme: w.programme, Years: 10, Opens: "2012-01-01", Closes: "2012-12-01",
			Perspectives: []swot.Perspective{{Name: "Nya utmaningar"}, {Name: "Nya målgrupper"}}})
	})

	screen := w.visit(t, "Klara", quick)
	screen.Go("/programmes/kb/workplaces/" + w.workplace + "/swot")
	screen.click("Börja tillsammans")
	screen.Wait("#do-open")
	screen.Submit("#do-open")
	code := strings.ReplaceAll(browsertest.Eval[string](screen.Page, `document.querySelector('.stage__code').textContent`), " ", "")

	phone := &visitor{Page: browsertest.New(t, w.site.URL), t: t, script: true}
	phone.Cookie("language", "sv")
	phone.Look(390, 800, "light")
	phone.Go("/w/" + strings.ToLower(code))
	for _, text := range []string{"Vi vågar", "Vi vågar mer"} {
		phone.Focus("#body")
		phone.Press(text)
		phone.click("Skicka")
		phone.Wait("#own ~ ul li:first-child .lines")
		screen.Wait(".note") // it comes by itself
	}
	screen.Wait(".note:nth-child(2)")
	browsertest.Eval[bool](screen.Page, `(() => { document.querySelectorAll('.note input[name=chosen]').forEach(e => e.checked = true); return true })()`)
	screen.Submit("#join-strength button")
	screen.Submit(".note__press")
	if text := screen.Text(); !strings.Contains(text, "2 gånger") {
		t.Errorf("two that say the same are one, said twice:\n%s", text)
	}

	// Where there is so much that it scrolls, what is looked at and the buttons for the rest stay in sight, and do not cover what has focus.
	board := browsertest.Eval[string](screen.Page, `location.pathname`)
	screen.click("Skriv in")
	screen.Wait("#strength")
	for field, line := range map[string]string{"#strength": "Vi känner alla\n", "#threat": "Tiden räcker inte\n"} {
		screen.Focus(field)
		screen.Press(strings.Repeat(line, 12))
	}
	screen.Submit("main form button[type=submit]")
	screen.Go(board)
	screen.Submit("#do-look-1")
	screen.staysInSight(".note", "h1", "#do-look-1", "#do-look-2")
	screen.Look(1280, 900, "light")

	screen.Submit("#do-look-2")
	screen.click("Kom överens")
	screen.Wait("#on")
	screen.Submit("main form button")
	if text := screen.Text(); !strings.Contains(text, "★") || !strings.Contains(text, "Vi vågar") {
		t.Errorf("what was agreed on stands there, with what weighs most:\n%s", text)
	}
	phone.Wait("html:not(:has(#say))") // the board is closed
}
