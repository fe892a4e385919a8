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
