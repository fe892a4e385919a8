// Package flow does what people do with the application in a real browser, and listens to what a screen reader
// would say of it.
package flow

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/browsertest"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
	"kompobib/internal/web"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

const zone = "Europe/Stockholm"

// A world is a programme for the libraries of one municipality, and the application that serves it. What is made
// in it is five days old.
type world struct {
	t    *testing.T
	now  *db.DB
	past *db.DB
	ring *secret.Ring
	site *httptest.Server

	employer, workplace, programme, goal string
}

// newWorld makes a small world; see [emptyWorld] for one with nothing in it.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := emptyWorld(t)
	w.found("Köping", "Stadsbiblioteket", "Kompetens för bibliotek", "Medborgarnas behov")
	return w
}

func emptyWorld(t *testing.T) *world {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flow.db")
	w := &world{t: t, now: dbtest.OpenWith(t, path, func() time.Time { return dbtest.Now })}
	if err := w.now.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.past = dbtest.OpenWith(t, path, func() time.Time { return dbtest.Now.AddDate(0, 0, -5) })
	ring, err := secret.NewRing([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	w.ring = ring
	files, err := file.OpenStore(filepath.Join(t.TempDir(), "files"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	server := &web.Server{DB: w.now, Files: files, Log: slog.New(slog.DiscardHandler), Ring: ring, Now: time.Now, Service: "KompoBib"}
	w.site = httptest.NewServer(server.Handler())
	t.Cleanup(w.site.Close)
	return w
}

// found makes a municipality with a workplace, and a programme for it.
func (w *world) found(municipality, workplace, name, goal string) {
	w.t.Helper()
	region := w.unit(people.Region, "Regionen", "")
	here := w.unit(people.Municipality, municipality, w.unit(people.County, "Länet", region))
	w.workplace = w.unit(people.Workplace, workplace, here)
	w.do(func(ctx context.Context, tx *db.Tx) error {
		e, err := people.CreateEmployer(ctx, tx, people.Employer{Name: "Kommunen", OrgNumber: "212000-0142"})
		w.employer = e.ID
		return err
	})
	p := programme.Programme{Slug: "kb", Name: name, ShortName: "Kompetens", OverallGoal: "Alla får möjlighet.", Contact: "kb@example.org",
		FundingPeriod: "2007-2013", Starts: "2011-01-17", Ends: "2013-03-31", Zone: zone, Published: true}
	w.do(func(ctx context.Context, tx *db.Tx) error { return programme.Create(ctx, tx, access.System, &p) })
	g := programme.GoalArea{Programme: p.ID, Name: goal}
	w.do(func(ctx context.Context, tx *db.Tx) error { return programme.AddGoal(ctx, tx, access.System, &g) })
	w.do(func(ctx context.Context, tx *db.Tx) error {
		return programme.SetTargets(ctx, tx, access.System, p.ID, []string{here})
	})
	w.programme, w.goal = p.ID, g.ID
}

// do does something in the past.
func (w *world) do(f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.past.Tx(w.t.Context(), "system", f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) unit(kind people.Kind, name, parent string) (id string) {
	w.t.Helper()
	n := people.NewUnit{Kind: kind, Name: name, Parent: parent, From: "2000-01-01"}
	if kind == people.Workplace {
		n.WorkplaceKind = "public-library"
	}
	w.do(func(ctx context.Context, tx *db.Tx) error {
		u, err := people.CreateUnit(ctx, tx, n)
		id = u.ID
		return err
	})
	return id
}

// staff makes someone who works at the workplace and can sign in.
func (w *world) staff(given string) (id string) {
	w.t.Helper()
	w.do(func(ctx context.Context, tx *db.Tx) (err error) {
		if id, err = account(ctx, tx, given); err != nil {
			return err
		}
		_, err = people.Employ(ctx, tx, access.System, people.Employment{Person: id, Employer: w.employer, Workplace: w.workplace,
			Title: "bibliotekarie", Share: 1000, Valid: local.Period{From: "2010-01-01"}})
		return err
	})
	return id
}

// account makes someone who can sign in.
func account(ctx context.Context, tx *db.Tx, given string) (id string, err error) {
	p, err := people.CreatePerson(ctx, tx, people.Person{Given: given, Family: "Exempel", Gender: "woman", BirthYear: 1970, Email: address(given)})
	if err != nil {
		return "", err
	}
	return p.ID, auth.NewAccount(ctx, tx, access.System, p.ID, address(given))
}

func address(given string) string { return strings.ToLower(given) + "@example.org" }

func (w *world) grant(person string, g access.Grant) {
	w.t.Helper()
	g.Valid.From = "2010-01-01"
	w.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := auth.AddGrant(ctx, tx, access.System, person, g)
		return err
	})
}

// occasion makes an activity with one occasion, held for three hours with a break of half an hour.
func (w *world) occasion(title, organiser string, capacity int, date local.Date, start local.Clock, questions ...activity.Question) (occasion, meeting string) {
	w.t.Helper()
	a := activity.Activity{Programme: w.programme, Kind: "lecture", Title: title, Organiser: organiser, Goals: []string{w.goal},
		Travel: "employer", Meal: "project", Substitute: "employer", Published: true}
	o := activity.Occasion{Capacity: capacity, Opens: dbtest.Now.AddDate(0, 0, -10), Closes: dbtest.Now.AddDate(0, 0, 10)}
	end, pause := later(start, 180), local.Break{Start: later(start, 60), End: later(start, 90)}
	m := activity.Meeting{Span: local.Span{Date: date, Start: start, End: end, Zone: zone, Breaks: []local.Break{pause}}, Place: "Biblioteket"}
	if m.Span.Date <= "2012-10-12" {
		o.Closes = dbtest.Now.AddDate(0, 0, -3)
	}
	w.do(func(ctx context.Context, tx *db.Tx) error { return activity.CreateActivity(ctx, tx, access.System, &a) })
	for _, q := range questions {
		q.Activity = a.ID
		w.do(func(ctx context.Context, tx *db.Tx) error { return activity.AddQuestion(ctx, tx, access.System, &q) })
	}
	w.do(func(ctx context.Context, tx *db.Tx) error {
		o.Activity = a.ID
		return activity.CreateOccasion(ctx, tx, access.System, &o, &m)
	})
	return o.ID, m.ID
}

func later(c local.Clock, minutes int) local.Clock {
	t, err := time.Parse("15:04", string(c))
	if err != nil {
		panic(err)
	}
	return local.Clock(t.Add(time.Duration(minutes) * time.Minute).Format("15:04"))
}

func (w *world) seat(occasion string, persons ...string) {
	w.t.Helper()
	w.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := activity.SignUpAll(ctx, tx, access.System, occasion, persons...)
		return err
	})
}

// visit opens a page as someone who signs in by a link.
func (w *world) visit(t *testing.T, given string, way way) *visitor {
	t.Helper()
	p := browsertest.New(t, w.site.URL)
	p.Cookie("language", "sv")
	p.Look(1280, 900, "light")
	var token string
	if err := w.now.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) error {
		way, err := auth.NewWay(ctx, tx, w.ring, time.Now(), address(given))
		token = way.Token
		return err
	}); err != nil {
		t.Fatal(err)
	}
	p.Go("/sign-in/" + token)
	if status := p.Submit("main form button"); status != 200 {
		t.Fatalf("signing in: %d", status)
	}
	if way == plain {
		p.NoScript()
	}
	return &visitor{Page: p, t: t, script: way == quick}
}

// A way is how pages come: only their main part with script, or whole without.
type way string

const (
	quick way = "with script"
	plain way = "without script"
)

var ways = []way{quick, plain}

// A visitor does things on a page and hears what comes of them.
type visitor struct {
	*browsertest.Page
	t      *testing.T
	script bool
}

// act does something that changes the page, and returns what it is told of when focus has moved.
func (v *visitor) act(what string, do func()) (focus string) {
	v.t.Helper()
	browsertest.Eval[bool](v.Page, `(() => { document.documentElement.dataset.stays = 'yes'; document.getElementById('main').dataset.old = 'yes'; return true })()`)
	do()
	v.Wait(`html:not(:has(.htmx-request, .htmx-added)) #main:not([data-old]) :focus`)
	if stays := browsertest.Eval[bool](v.Page, `document.documentElement.dataset.stays === 'yes'`); stays != v.script {
		v.t.Errorf("%s: the page stays: %v, with script: %v", what, stays, v.script)
	}
	focus, live := v.Told()
	if len(live) > 0 {
		v.t.Errorf("%s: beside the focus on %q, live regions tell %q: it is heard twice", what, focus, live)
	}
	return focus
}

// hears fails the test unless what was told says all of it.
func (v *visitor) hears(told string, parts ...string) {
	v.t.Helper()
	for _, part := range parts {
		if strings.Count(told, part) != 1 {
			v.t.Errorf("told %q, want once %q", told, part)
		}
	}
}

// find is the script's expression for what has a role and a name, as people read it.
func find(tag, name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%q)].find(e => (e.innerText || '').replace(/\s+/g, ' ').replace(' :', ':').trim().startsWith(%q))`, tag, name)
}

// click clicks a link or a button by its words.
func (v *visitor) click(name string) {
	v.t.Helper()
	if ok := browsertest.Eval[bool](v.Page, `(() => { const e = `+find("a, button, summary", name)+`; e?.click(); return !!e })()`); !ok {
		v.t.Fatalf("no link or button says %q:\n%s", name, v.Text())
	}
}

// staysInSight fails unless some elements stay in sight on a screen that scrolls, and cover none of the summaries in what scrolls when that has focus.
func (v *visitor) staysInSight(scrolls string, elements ...string) {
	v.t.Helper()
	stay, err := json.Marshal(elements)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, size := range [][2]int64{{1280, 800}, {390, 844}, {320, 568}, {640, 360}} {
		v.Look(size[0], size[1], "light")
		if out := browsertest.Eval[string](v.Page, fmt.Sprintf(`((scrolls, stay) => {
			const seen = e => { const b = e.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight && e.contains(document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2)) };
			const out = [], summaries = [...document.querySelectorAll(scrolls + ' summary')].reverse();
			for (const s of summaries) {
				s.focus();
				if (!seen(s)) out.push('focus on ' + s.closest(scrolls).textContent);
			}
			[...document.querySelectorAll(scrolls)].at(-1).scrollIntoView({ block: 'end' });
			for (const e of stay) if (!seen(document.querySelector(e))) out.push(e);
			if (document.documentElement.scrollWidth > innerWidth) out.push('width');
			document.activeElement.blur();
			return out.join(', ');
		})(%q, %s)`, scrolls, stay)); out != "" {
			v.t.Errorf("at %d by %d out of sight: %s", size[0], size[1], out)
		}
	}
}
