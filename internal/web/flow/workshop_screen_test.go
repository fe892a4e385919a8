package flow

import (
	"testing"

	"kompobib/internal/browsertest"
)

// listens marks the page when it makes a sound.
func listens(v *visitor) {
	browsertest.Eval[bool](v.Page, `(() => {
		const start = OscillatorNode.prototype.start;
		OscillatorNode.prototype.start = function (...at) { document.documentElement.dataset.rang = 'yes'; return start.apply(this, at) };
		return true;
	})()`)
}

// Who asks the clock to sound hears it at once, and when the time is up: also on the page that comes of a move, and when what others do comes just as it is up.
func TestClockSounds(t *testing.T) {
	w := newWorld(t)
	id := w.workshop("Klara", "Nils")
	screen := w.visit(t, "Klara", quick)
	screen.Go("/workshops/" + id + "/run")
	screen.Submit("#do-begin")
	screen.Submit("#do-next")
	listens(screen)
	screen.Click("#do-sound")
	screen.Wait("html[data-rang]")

	screen.Submit("#do-add-1")
	screen.Wait("#do-sound[aria-pressed=true]")
	listens(screen)
	screen.Press("\t")
	browsertest.Eval[bool](screen.Page, `(() => {
		document.activeElement.blur();
		const ask = window.fetch;
		window.fetch = (...what) => ask(...what).then(async answer => answer.status === 200 ? new Response((await answer.text()).replace(/data-left="\d+"/, 'data-left="-1"')) : answer);
		return true;
	})()`)
	pen := w.visit(t, "Nils", quick)
	pen.Go("/workshops/" + id + "/notes")
	pen.Focus("#text")
	pen.Press("Vi frågar varandra")
	pen.click("Spara svaren")
	screen.Wait(".answer")
	screen.Wait("html[data-rang]")

	screen.Click("#do-sound")
	screen.Submit("#do-add-1")
	if on := browsertest.Eval[string](screen.Page, `document.querySelector('#do-sound').ariaPressed`); on != "false" {
		t.Errorf("switched off it is on again after a move: %s", on)
	}
}

// While what a note-taker saved is under way, a group's name that they are at stays with them: if nothing is typed yet, and if what it is for is gone when the answer comes.
func TestNameIsNotTakenFromWhoWritesIt(t *testing.T) {
	w := newWorld(t)
	id := w.workshop("Klara", "Nils")
	screen := w.visit(t, "Klara", quick)
	screen.Go("/workshops/" + id + "/run")
	screen.Submit("#do-begin")
	screen.Submit("#do-next")
	pen := w.visit(t, "Nils", quick)
	pen.Go("/workshops/" + id + "/notes")
	pen.Focus("#text")
	pen.Press("Vi frågar varandra")
	pen.click("Spara svaren")
	pen.Wait(".answer")
	browsertest.Eval[bool](pen.Page, `(() => { document.querySelector('.answer__move').open = true; document.querySelector('.answer input[name=name]').value = 'Mod'; return true })()`)
	pen.Submit(".answer form:has(input[name=name]) button")
	pen.Wait(".group-of")

	saves := func(line string) {
		pen.Offline(true)
		pen.Focus("#text")
		pen.Press(line)
		pen.click("Spara svaren")
		pen.Wait("#lost-contact.ds-alert")
	}
	saves("En rad")
	typesName(pen, "")
	pen.Offline(false)
	pen.Wait("#lost-contact.ds-sr-only")
	pen.Wait("[data-group=''] .answer")
	pen.Press("Mer mod")
	if got := browsertest.Eval[string](pen.Page, `document.querySelector('.group-of > details [name=name]').value + '|' + document.querySelector('#text').value + '|' + document.querySelector('.group-of > details').open`); got != "Mer mod||true" {
		t.Errorf("a name that somebody was about to write: %q", got)
	}

	saves("En rad till")
	typesName(pen, "Vi vågar fr")
	screen.Go("/workshops/" + id + "/run")
	typesName(screen, "\b")
	screen.Submit(".group-of > details form button")
	pen.Offline(false)
	pen.Wait("main:not(:has(.group-of h2)) .answer:nth-child(3)")
	pen.Press("åga")
	if got := browsertest.Eval[string](pen.Page, `document.activeElement.value + '|' + document.querySelector('#text').value`); got != "Vi vågar fråga|" {
		t.Errorf("a name for a group that is gone: %q", got)
	}
	pen.Press("\r")
	pen.Wait("#name-fault")
	if got := browsertest.Eval[string](pen.Page, `document.querySelector('#name').value`); got != "Vi vågar fråga" {
		t.Errorf("it is told of with %q", got)
	}

	// So it is with a name for a new group, of an answer that another takes away.
	pen.Go("/workshops/" + id + "/notes")
	saves("Ännu en rad")
	unfolds := `(() => { document.querySelector('.answer__move').open = true; document.querySelector('.answer input[name=name]').focus(); return true })()`
	browsertest.Eval[bool](pen.Page, unfolds)
	pen.Press("Ett na")
	screen.Go("/workshops/" + id + "/run")
	browsertest.Eval[bool](screen.Page, unfolds)
	screen.Submit(".answer button[value=remove]")
	pen.Offline(false)
	pen.Wait(".group-of > form")
	pen.Press("mn\r")
	pen.Wait("#name-fault")
	if got := browsertest.Eval[string](pen.Page, `document.querySelector('#name').value`); got != "Ett namn" {
		t.Errorf("a name for a group of an answer that is gone: %q", got)
	}
}
