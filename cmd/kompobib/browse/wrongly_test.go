package browse

import (
	"fmt"
	"net/http"
	"os"
	"testing"

	"kompobib/internal/browsertest"
)

// answered is what came of a form that was sent, and where.
type answered struct {
	sight
	Action string
	Form   int // which of the page's
	Stale  bool
}

// sent sends every form of a page that there is something to fill in in: with nothing filled in, and with what stands there but of a
// version that is not. It returns the answers, unlooked at.
func sent(p *browsertest.Page, path string, known map[string]bool) []answered {
	names, sep := "", ""
	for name := range known {
		names += fmt.Sprintf("%s%q", sep, name)
		sep = ", "
	}
	return browsertest.Eval[[]answered](p, fmt.Sprintf(`(async () => {
		const known = new Set([%s]), wrong = %s, read = async answer => new DOMParser().parseFromString(await answer.text(), 'text/html');
		const page = await read(await fetch(%q)), answers = [], like = a => a.split('?')[0].replace(/\/[0-9a-v]{26}/g, '/*').replace(/^\/n\/.*/, '/n/*');
		const filled = form => [...form.elements].filter(e => e.name && e.type !== 'hidden' && e.localName !== 'button' && e.localName !== 'fieldset');
		for (const [n, form] of [...page.querySelectorAll('main form[method=post]')].entries()) {
			const action = form.getAttribute('action');
			if (!filled(form).length || !form.querySelector('button:not([type=button])') || known.has(like(action))) continue;
			known.add(like(action));
			for (const stale of form.elements.version ? [false, true] : [false]) {
				const data = new FormData(form);
				if (stale) data.set('version', '987654');
				else for (const e of filled(form)) {
					data.delete(e.name);
					if (!['checkbox', 'radio', 'file'].includes(e.type)) data.set(e.name, '');
				}
				const answer = await fetch(action, {method: 'POST', body: form.enctype.startsWith('multipart') ? data : new URLSearchParams(data)});
				if (!answer.headers.get('Content-Type')?.startsWith('text/html')) continue;
				const came = await read(answer), summary = came.querySelector('.ds-error-summary');
				const found = wrong(came);
				if (answer.status === 422 && !summary) found.push('no summary of what is wrong');
				if (summary) {
					if (!summary.hasAttribute('autofocus')) found.push('the summary does not take the focus');
					for (const a of summary.querySelectorAll('a[href^="#"]')) if (!came.getElementById(a.getAttribute('href').slice(1))) found.push('the summary leads nowhere: ' + a.outerHTML);
				}
				for (const e of came.querySelectorAll('[aria-invalid=true]')) if (!e.getAttribute('aria-describedby')) found.push('a field does not say what is wrong with it: ' + e.outerHTML.slice(0, 120));
				answers.push({Action: like(action), Form: n, Stale: stale, Status: answer.status, Page: true, Links: [], Wrong: found, Nests: (%s)(came)});
			}
		}
		return answers;
	})()`, names, wrong, path, nests))
}

// again is a script that makes the form ready that [sent] sent, with a button that sends it as the browser does.
func again(a answered) string {
	return fmt.Sprintf(`(() => {
		const own = document.querySelectorAll('main form[method=post]')[%d], form = own.cloneNode(true), button = document.createElement('button');
		for (const name of form.getAttributeNames()) if (name.startsWith('hx-')) form.removeAttribute(name);
		if (%v) form.elements.version.value = '987654';
		else for (const e of form.elements) {
			if (!e.name || e.type === 'hidden' || e.localName === 'button' || e.localName === 'fieldset') continue;
			if (['checkbox', 'radio'].includes(e.type)) e.checked = false;
			else if (e.localName === 'select') e.add(new Option('', '', true, true));
			else e.value = '';
		}
		button.id = 'send-it';
		button.textContent = 'Send';
		form.prepend(button);
		own.replaceWith(form);
		return true;
	})()`, a.Form, a.Stale)
}

// Whoever sends a form with nothing in it, or one that somebody else has changed meanwhile, gets a page that says so as clearly as any
// other: a summary that takes the focus and leads to each field, words beside it, and nothing that axe finds in what such pages alone have. In
// English, so that those pages are gone through as well. The office has most forms; with BROWSE_ALL (make torture) others are gone through too. It changes
// the demo, and so comes last.
func TestEveryMistake(t *testing.T) {
	looked := looked{kinds: map[string]bool{}, nests: map[string]bool{}}
	known, asked, status := map[string]bool{}, map[string]bool{}, map[int]int{}
	who := []string{"office"}
	if os.Getenv("BROWSE_ALL") != "" {
		who = append(who, "contact", "participant", "administrator")
	}
	for _, role := range who {
		p := visit(t, role)
		p.Cookie("language", "en")
		p.Look(1280, 900, "light")
		p.Go("/")
		seen, queue := map[string]bool{}, []string{"/"}
		for len(queue) > 0 {
			path := queue[0]
			queue = queue[1:]
			if seen[like(path)] {
				continue
			}
			seen[like(path)] = true
			at := fetch(p, path)
			if !at.Page || at.Status >= 400 {
				continue // TestEveryPage says so
			}
			queue = append(queue, at.pages()...)
			name := role + " " + like(path) + " in English"
			for _, line := range at.Wrong {
				t.Errorf("%s: %s", name, line)
			}
			looked.news(at) // axe has been asked about it in Swedish
			if !at.Asks || asked[like(path)] {
				continue
			}
			asked[like(path)] = true
			for _, a := range sent(p, path, known) {
				known[a.Action] = true
				status[a.Status]++
				sort := map[bool]string{false: "empty", true: "stale"}[a.Stale]
				name := fmt.Sprintf("%s, %s to %s = %d", name, sort, a.Action, a.Status)
				for _, line := range a.Wrong {
					t.Errorf("%s: %s", name, line)
				}
				if a.Status >= 500 || a.Status == http.StatusNotFound {
					t.Error(name)
				}
				if a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusConflict {
					continue
				}
				if nests := looked.news(a.sight); len(nests) > 0 {
					p.Go(path)
					browsertest.Eval[bool](p, again(a))
					if got := p.Submit("#send-it"); got != a.Status {
						t.Errorf("%s, then %d", name, got)
					}
					// Nobody is here to say that what was typed may go.
					browsertest.Eval[bool](p, `(document.querySelectorAll('form[data-changed]').forEach(f => f.removeAttribute('data-changed')), true)`)
					light(t, p, name, standing(nests))
					p.Look(320, 640, "dark")
					narrow(t, p, name)
					dark(t, p, name, standing(nests))
					p.Look(1280, 900, "light")
				}
			}
		}
	}
	if t.Log(status); status[http.StatusUnprocessableEntity] < 50 || status[http.StatusConflict] < 18 {
		t.Error("few mistakes were made")
	}
}
