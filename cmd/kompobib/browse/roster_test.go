package browse

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kompobib/internal/browsertest"
)

// rosters are lists of staff as employers send them.
const rosters = "../../../internal/people/roster/testdata/"

// readList reads a list of staff in, and returns the import's page, which is open.
func readList(t *testing.T, p *browsertest.Page, file string) (path string) {
	t.Helper()
	file, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	if status := p.Go("/imports/new"); status != 200 {
		t.Fatalf("/imports/new = %d", status)
	}
	p.Upload("main input[type=file]", file)
	if status := p.Submit("main form.form button[type=submit]:not([aria-hidden])"); status != 200 {
		t.Fatalf("%s = %d", file, status)
	}
	return worked(t, p)
}

// worked waits, elsewhere, until what is done with an import is done, and comes back.
func worked(t *testing.T, p *browsertest.Page) (path string) {
	t.Helper()
	path = browsertest.Eval[string](p, `location.pathname`)
	p.Go("/imports")
	browsertest.Eval[bool](p, fmt.Sprintf(`(async () => {
		for (;;) {
			const page = new DOMParser().parseFromString(await (await fetch(%q)).text(), 'text/html');
			if (!page.querySelector('main .ds-alert[data-color="info"]')) return true;
			await new Promise(done => setTimeout(done, 100));
		}
	})()`, path))
	if status := p.Go(path); status != 200 {
		t.Fatalf("%s = %d", path, status)
	}
	return path
}

// unfold shows what is folded.
func unfold(p *browsertest.Page) {
	browsertest.Eval[bool](p, `document.querySelectorAll('main details').forEach(d => d.open = true), true`)
}

// An import has no page that axe finds anything on, or that is wider than a phone: when it is read, with every kind of
// row, when it is put right, done and undone, and when nothing could be made of it: as in [TestEveryPage], axe is asked about what is new.
func TestRosterPages(t *testing.T) {
	p, desk, looked := visit(t, "office"), visit(t, "office"), looked{kinds: map[string]bool{}, nests: map[string]bool{}}
	p.Look(320, 640, "dark")
	desk.Look(1280, 900, "light")
	desk.Go("/")
	look := func(name string) {
		t.Helper()
		unfold(p)
		narrow(t, p, name)
		if news := looked.news(sight{Nests: browsertest.Eval[[]string](p, "("+nests+")(document)")}); len(news) > 0 {
			dark(t, p, name, standing(news))
			fetch(desk, browsertest.Eval[string](p, "location.pathname + location.search"))
			lay(desk)
			unfold(desk)
			light(t, desk, name, standing(news))
		}
	}
	path := readList(t, p, rosters+"koping-2012-09.csv")
	p.Go(path + "/choices")
	look("how a list is understood")
	p.Go(path)
	if status := p.Submit(`form[action$="/apply"] button[type=submit]`); status != 200 {
		t.Fatalf("carrying out: %d", status)
	}
	first := worked(t, p)
	look("an import that is done")

	path = readList(t, p, rosters+"koping-2012-12.csv")
	tabs := browsertest.Eval[[]string](p, `[...document.querySelectorAll('.tabs a')].map(a => a.textContent)`)
	if len(tabs) < 4 {
		t.Errorf("the list of December has only %v", tabs)
	}
	for i, tab := range tabs {
		if i > 0 { // the first is open
			p.Go(path + browsertest.Eval[string](p, fmt.Sprintf(`document.querySelectorAll('.tabs a')[%d].search`, i)))
		}
		look("import: " + tab)
	}

	waits := readList(t, p, rosters+"koping-2012-12.csv")
	p.Go(path)
	if status := p.Submit(`form[action$="/apply"] button[type=submit]`); status != 200 {
		t.Fatalf("carrying out the second: %d", status)
	}
	worked(t, p)
	look("an import before which another waits")
	p.Go(waits)
	look("an import that was compared before another")
	if status := p.Submit(`form[action$="/anew"] button[type=submit]`); status != 200 {
		t.Fatalf("reading it again: %d", status)
	}
	worked(t, p)
	p.Go(first)
	look("an import that a later one has changed")

	bad := filepath.Join(t.TempDir(), "bad.csv")
	if err := os.WriteFile(bad, []byte("Personal\nNamn;Arbetsplats;Befattning;Tjänstgöringsgrad;Anställd från\nEk;Stadsbiblioteket;bibliotekarie;100;2012-01-01\n"+
		";Stängd i sommar;;;\nEk, Ann;Stadsbiblioteket;bibliotekarie;100;2012-01-01\nAntal: 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	readList(t, p, bad)
	look("import: mistakes")
	if err := os.WriteFile(bad, []byte(strings.Repeat("inget att läsa\n", 3)), 0o600); err != nil {
		t.Fatal(err)
	}
	readList(t, p, bad)
	look("an import of what is no list")
	p.Go("/imports")
	look("imports")

	p.Go(first)
	if status := p.Submit(`form[action$="/undo"] button[type=submit]`); status != 200 {
		t.Fatalf("undoing: %d", status)
	}
	worked(t, p)
	look("an import that is undone")
}
