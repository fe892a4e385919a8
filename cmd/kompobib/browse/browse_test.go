// Package browse tries the whole program as people do: the demo is built and served, and a real browser goes
// through it in each role.
package browse

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	// What is built here is looked at; go test, which knows nothing of that, runs this anew when they change.
	_ "kompobib/internal/api"
	"kompobib/internal/browsertest"
	_ "kompobib/internal/demo"
	_ "kompobib/internal/web"
)

// A program is one that serves, the sign-in links that it printed, by role, and the sessions that they were used for: each link may be used once.
type program struct {
	url     string
	links   map[string]string
	cookies sync.Map
	stop    func() error // waits until it has stopped
}

// demo is the one that most tests look at.
var demo *program

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "browse")
	if err != nil {
		log.Print(err)
		return 1
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	demo, err = serve(ctx, dir)
	if err != nil {
		log.Print(err)
		return 1
	}
	code := browsertest.Main(m)
	stop()
	demo.stop()
	return code
}

// serve builds the program and lets it serve the demo from a folder, as the demo command's options say, until ctx is done.
func serve(ctx context.Context, dir string, options ...string) (*program, error) {
	built := filepath.Join(dir, "kompobib")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", built, "kompobib/cmd/kompobib").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	c := exec.CommandContext(ctx, built, append([]string{"demo", "--data", filepath.Join(dir, "var"), "--addr", "127.0.0.1:0"}, options...)...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 20 * time.Second
	c.Stderr = io.Discard
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	p := &program{links: map[string]string{}, stop: c.Wait}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line := lines.Text()
		if url, ok := strings.CutPrefix(line, "The demo answers at "); ok {
			p.url = url
		}
		if f := strings.Fields(line); len(f) == 3 && strings.Contains(f[2], "/sign-in/") {
			p.links[f[0]] = strings.TrimPrefix(f[2], p.url)
		}
		if strings.Contains(line, "/outbox") {
			go io.Copy(io.Discard, out)
			return p, nil
		}
	}
	return nil, fmt.Errorf("the demo ended: %w", c.Wait())
}

// Roles have a link each, but for the public.
// The one with most pages comes first, so that nothing waits for it in the end.
var roles = []string{"office", "public", "participant", "contact", "organiser", "steering", "auditor", "administrator"}

// visit opens a page of the demo as somebody in a role, signed in by the button that the link leads to.
func visit(t *testing.T, role string) *browsertest.Page {
	t.Helper()
	return demo.visit(t, role)
}

func (served *program) visit(t *testing.T, role string) *browsertest.Page {
	t.Helper()
	p := browsertest.New(t, served.url)
	p.Cookie("language", "sv")
	if role == "public" {
		return p
	}
	if cookie, ok := served.cookies.Load(role); ok {
		p.Cookie("kompobib", cookie.(string))
		return p
	}
	if served.links[role] == "" {
		t.Fatalf("the demo printed no link for %s", role)
	}
	p.Go(served.links[role])
	if status := p.Submit("main form button[type=submit], main form button:not([type])"); status != 200 {
		t.Fatalf("signing in as %s: %d", role, status)
	}
	served.cookies.Store(role, p.CookieValue("kompobib"))
	return p
}

// like is a path with its ids taken out, and whether it asks for something: pages that are alike are looked at once.
var id = regexp.MustCompile(`/[0-9a-v]{26}`)

func like(path string) string {
	path, _, asks := strings.Cut(path, "?")
	path = id.ReplaceAllString(path, "/*")
	if asks {
		path += "?"
	}
	return path
}

// TestEveryPage goes wherever links lead in each role. Every page is small, holds together, and leads nowhere that one may not
// go, and none is wider than the narrowest phone: the first of all that are alike is laid out in the place of the one that is open ([lay]).
// Axe is asked, in the light on a desk and in the dark on the phone, about what stands in something that it has not stood in before, and
// about the whole page where much does; a page with a script of its own is opened. With BROWSE_ALL (make torture) all pages are
// laid out, and the first of all that are alike is opened, and axe asked about the whole of it. What concerns a page as a whole, its headings, ids and labels, is looked at in all of them ([wrong]).
func TestEveryPage(t *testing.T) {
	looked := looked{kinds: map[string]bool{}, nests: map[string]bool{}}
	all := os.Getenv("BROWSE_ALL") != ""
	for _, role := range roles {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			p, desk := visit(t, role), visit(t, role) // two windows: to lay a page out takes a part of the time that changing one's size does
			p.Look(320, 640, "dark")
			desk.Look(1280, 900, "light")
			p.Go("/")
			desk.Go("/")
			largest, seen, queue := 0, map[string]bool{}, []string{"/"}
			for len(queue) > 0 {
				path := queue[0]
				queue = queue[1:]
				if seen[like(path)] {
					continue
				}
				seen[like(path)] = true
				first := looked.first(like(path))
				at, whole := fetch(p, path), first && all
				if at.Status >= 400 {
					t.Errorf("%s = %d", path, at.Status)
					continue
				}
				if !at.Page {
					continue
				}
				if largest = max(largest, at.Size); at.Size >= pageSize {
					t.Errorf("%s takes %d bytes as it is sent, want less than %d", path, at.Size, pageSize)
				}
				queue = append(queue, at.pages()...)
				name := role + " " + like(path)
				for _, line := range at.Wrong {
					t.Errorf("%s: %s", name, line)
				}
				nests := looked.news(at)
				if !whole && len(nests) == 0 {
					if first || all {
						lay(p)
						narrow(t, p, name)
					}
					continue
				}
				where := standing(nests)
				if whole {
					where = wholePage
				}
				if at.Own || all {
					if status := p.Go(path); status != at.Status {
						t.Errorf("%s = %d, then %d", path, at.Status, status)
					}
					desk.Go(path)
				} else {
					lay(p)
					fetch(desk, path)
					lay(desk)
				}
				narrow(t, p, name)
				dark(t, p, name, where)
				light(t, desk, name, where)
			}
			t.Logf("%d pages, the largest of %d bytes", len(seen), largest)
			if largest == 0 {
				t.Error("the browser does not tell how large pages are")
			}
			if len(seen) < 5 {
				t.Errorf("only %d pages: %v", len(seen), seen)
			}
		})
	}
}

// A sight is a page as it was sent: where its links lead, and what it is made of.
type sight struct {
	Status int
	Page   bool // rather than a file
	Asks   bool // it has a form with something to fill in
	Own    bool // it has a script of its own
	Links  []string
	Nests  []string // each element in another, with class and role
	Wrong  []string // what does not hold together
	Size   int      // as it was sent
}

// pages are the links that lead to pages.
func (s sight) pages() (links []string) {
	for _, link := range s.Links {
		if link != "" && !strings.HasPrefix(link, "/static/") && !strings.Contains(link, "format=") && !strings.Contains(link, ".xlsx") && !strings.Contains(link, ".csv") {
			links = append(links, link)
		}
	}
	return links
}

// pageSize is what a page may take as it is sent, without what it shares with others.
const pageSize = 20_000

// fetch reads a page, which [lay] may lay out.
func fetch(p *browsertest.Page, path string) sight {
	return browsertest.Eval[sight](p, fmt.Sprintf(`fetch(%q).then(async answer => {
		const page = window.fetched = new DOMParser().parseFromString(await answer.text(), 'text/html');
		return {
			Status: answer.status,
			Page: answer.headers.get('Content-Type').startsWith('text/html'),
			Asks: !!page.querySelector('main form[method=post] :is(input:not([type=hidden]), select, textarea)'),
			Own: !!page.querySelector('body script[src]'),
			Links: [...page.querySelectorAll('a[href^="/"]:not([download])')].map(a => a.getAttribute('href').split('#')[0]),
			Wrong: (%s)(page),
			Nests: (%s)(page),
			Size: performance.getEntriesByName(answer.url).at(-1)?.encodedBodySize ?? 0
		};
	})`, path, wrong, nests))
}

// lay lays the page that was fetched out in the place of the one that is open, as htmx does, by the same styles: to open one takes five
// times as long.
func lay(p *browsertest.Page) {
	browsertest.Eval[bool](p, `(() => {
		const page = window.fetched, root = document.documentElement;
		for (const a of [...root.attributes]) root.removeAttribute(a.name);
		for (const a of page.documentElement.attributes) root.setAttribute(a.name, a.value);
		document.title = page.title;
		document.body.replaceWith(document.adoptNode(page.body));
		return true;
	})()`)
}

// piece is what an element is, whatever is in it.
const piece = `(e => [e.localName, ...['class', 'role', 'data-color', 'data-variant'].map(n => e.getAttribute(n))].join('.'))`

// nests tells what elements of a page stand in what.
const nests = `(page => { const piece = ` + piece + `; return [...new Set([...page.querySelectorAll('body *')].map(e => piece(e.parentElement) + ' > ' + piece(e)))]; })`

// wholePage is no elements, for [browsertest.Page.AxeIn].
const wholePage = "[]"

// much is from how many things in new places axe is asked about a whole page.
const much = 25

// standing is a script's expression for where on the page things stand in what they have not stood in before: the first of each, or the
// whole page where they are many.
func standing(nests []string) string {
	if len(nests) >= much {
		return wholePage
	}
	names, err := json.Marshal(nests)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`(() => {
		const names = new Set(%s), piece = %s;
		return [...document.querySelectorAll('body *')].filter(e => names.delete(piece(e.parentElement) + ' > ' + piece(e))).map(e => e.parentElement);
	})()`, names, piece)
}

// wrong tells what axe would of a page's own words and ids, which no page has in common with another.
const wrong = `page => {
	const found = [], say = (what, e) => found.push(what + ': ' + e.outerHTML.slice(0, 120)), ids = new Set();
	const named = e => e.textContent.trim() || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.querySelector('img[alt]:not([alt=""]), svg[aria-label]');
	if (!page.documentElement.lang || !page.title) found.push('no language or no title');
	for (const e of page.querySelectorAll('[id]')) ids.has(e.id) ? say('an id twice', e) : ids.add(e.id);
	for (const name of ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls'])
		for (const e of page.querySelectorAll('[' + name + ']'))
			if (e.getAttribute(name).split(' ').some(id => id && !ids.has(id))) say(name + ' leads nowhere', e);
	for (const e of page.querySelectorAll('input:not([type=hidden], [type=submit]), select, textarea'))
		if (!e.labels.length && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')) say('no label', e);
	for (const e of page.querySelectorAll('a[href], button:not([aria-hidden]), summary, h1, h2, h3, h4, legend')) if (!named(e)) say('no name', e);
	for (const e of page.querySelectorAll('img:not([alt])')) say('no alternative text', e);
	let before = 0;
	for (const e of page.querySelectorAll(':is(h1, h2, h3, h4, h5, h6):not(#mistakes)')) { // what is wrong with a form stands first
		const level = +e.localName[1];
		if (level > before + 1) say('a level of headings is left out', e);
		before = level;
	}
	if (page.querySelectorAll('h1').length !== 1) found.push(page.querySelectorAll('h1').length + ' headings of the first level');
	return found;
}`

// looked is what has been looked at: pages of every kind, and what stood in what.
type looked struct {
	sync.Mutex
	kinds, nests map[string]bool
}

// first tells whether a page is the first of its kind.
func (l *looked) first(like string) bool {
	l.Lock()
	defer l.Unlock()
	return len(add(l.kinds, like)) > 0
}

// news is what stands in something that it has not stood in before.
func (l *looked) news(at sight) []string {
	l.Lock()
	defer l.Unlock()
	return add(l.nests, at.Nests...)
}

// add puts names in a set, and returns those that were not there.
func add(set map[string]bool, names ...string) (news []string) {
	for _, name := range names {
		if !set[name] {
			news = append(news, name)
		}
		set[name] = true
	}
	return news
}

// narrow checks a page that is open, as it is on the narrowest phone.
func narrow(t *testing.T, p *browsertest.Page, name string) {
	t.Helper()
	if wide := p.Overflow(); len(wide) > 0 {
		t.Errorf("%s is wider than 320 px: %v", name, wide)
	}
}

// light asks axe about elements of a page that is open, as it is on a desk.
func light(t *testing.T, p *browsertest.Page, name, where string) {
	t.Helper()
	p.Picture(name + " 1280 light")
	for _, line := range p.AxeIn(where) {
		t.Errorf("%s: %s", name, line)
	}
}

// dark asks about their looks on the narrowest phone, in the dark.
func dark(t *testing.T, p *browsertest.Page, name, where string) {
	t.Helper()
	if os.Getenv("BROWSER_PICTURES") != "" {
		p.Look(390, 844, "dark")
		p.Picture(name + " 390 dark")
		p.Look(320, 640, "dark")
	}
	for _, line := range p.AxeIn(where, browsertest.Looks...) {
		t.Errorf("%s in the dark on a phone: %s", name, line)
	}
}
