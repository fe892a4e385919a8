package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
)

// A world is a programme with staff at two libraries, an occasion of two seats and a meeting that has been held,
// asked through the interface. Every answer is held against the document that describes it.
type world struct {
	t       *testing.T
	d       *db.DB
	handler http.Handler
	server  *Server
	log     bytes.Buffer
	now     time.Time // by the machine's clock

	programme, goal           string
	employer, library, branch string
	occasion, past, meeting   string
	office, contact           string   // persons
	staff                     []string // of the library
	protected                 string   // one of them
	tokens                    map[string]string
}

func worlds(t *testing.T, f func(w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { f(newWorld(t, d)) })
}

func (w *world) do(d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := d.Tx(w.t.Context(), "system", f); err != nil {
		w.t.Fatal(err)
	}
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, d: d, now: dbtest.Now, tokens: map[string]string{}}
	early, err := d.Reopen(t.Context(), func() time.Time { return dbtest.Now.AddDate(0, 0, -5) })
	if err != nil {
		t.Fatal(err)
	}
	defer early.Close()
	w.do(early, w.build)
	w.server = &Server{DB: d, Ring: testRing(t), Log: slog.New(slog.NewTextHandler(&w.log, nil)), Now: func() time.Time { return w.now }, Address: func(*http.Request) string { return "192.0.2.1" }}
	w.handler = w.server.Handler()
	w.share()
	return w
}

func testRing(t *testing.T) *secret.Ring {
	t.Helper()
	ring, err := secret.NewRing(bytes.Repeat([]byte{5}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// share lets one of the library's staff write one reflection for each level of sharing, and leave one unshared.
func (w *world) share() {
	v := access.Viewer{Person: w.staff[1], On: "2012-10-12", Grants: []access.Grant{{Role: access.Participant}}}
	for _, level := range reflection.Levels {
		w.do(w.d, func(ctx context.Context, tx *db.Tx) error {
			r := reflection.Reflection{Date: "2012-10-11", Text: reflection.Text{Answers: map[string]string{"take": string(level)}}}
			if err := reflection.Write(ctx, tx, testRing(w.t), v, &r); err != nil || level == reflection.Me {
				return err
			}
			return reflection.Share(ctx, tx, testRing(w.t), v, r.ID, 1, reflection.Sharing{Level: level, Programme: w.programme, Workplace: w.library}, "2012-10-12")
		})
	}
}

func (w *world) build(ctx context.Context, tx *db.Tx) error {
	own := func() *db.Tx { return tx.As("system", tx.At) } // each step locks in an order of its own
	unit := func(kind people.Kind, name, parent string) string {
		n := people.NewUnit{Kind: kind, Name: name, Parent: parent, From: "2000-01-01"}
		if kind == people.Workplace {
			n.WorkplaceKind = "public-library"
		}
		u, err := people.CreateUnit(ctx, own(), n)
		if err != nil {
			w.t.Fatal(err)
		}
		return u.ID
	}
	county := unit(people.County, "Länet", unit(people.Region, "Regionen", ""))
	here := unit(people.Municipality, "Köping", county)
	w.library, w.branch = unit(people.Workplace, "Stadsbiblioteket", here), unit(people.Workplace, "Filialen", here)
	employer, err := people.CreateEmployer(ctx, own(), people.Employer{Name: "Kommunen", OrgNumber: "212000-0142"})
	if err != nil {
		return err
	}
	w.employer = employer.ID

	p := programme.Programme{Slug: "kompobib", Name: "Kompetens", ShortName: "KB", OverallGoal: "Alla.", Contact: "kb@example.org",
		FundingPeriod: "2007-2013", Starts: "2011-01-17", Ends: "2013-03-31", Zone: zone, Published: true}
	if err := programme.Create(ctx, own(), access.System, &p); err != nil {
		return err
	}
	w.programme = p.ID
	g := programme.GoalArea{Programme: p.ID, Name: "Medborgarnas behov"}
	if err := programme.AddGoal(ctx, own(), access.System, &g); err != nil {
		return err
	}
	w.goal = g.ID
	if err := programme.SetTargets(ctx, own(), access.System, p.ID, []string{here}); err != nil {
		return err
	}

	person := func(name, workplace string, protected bool) string {
		made, _, err := people.Hire(ctx, own(), access.System, people.Person{Given: name, Family: "Test", Gender: "woman", Email: name + "@example.org", Protected: protected},
			people.Employment{Employer: w.employer, Workplace: workplace, Title: "bibliotekarie", Share: 1000, Valid: local.Period{From: "2010-01-01"}})
		if err != nil {
			w.t.Fatal(err)
		}
		if err := auth.NewAccount(ctx, own(), access.System, made.ID, name+"@example.org"); err != nil {
			w.t.Fatal(err)
		}
		if w.tokens[name], err = auth.NewToken(ctx, own(), access.System, made.ID, "test"); err != nil {
			w.t.Fatal(err)
		}
		return made.ID
	}
	for i := range 7 {
		w.staff = append(w.staff, person(fmt.Sprintf("staff%d", i), w.library, i == 6))
	}
	w.protected = w.staff[6]
	person("away", w.branch, false)
	w.office, w.contact = person("office", w.branch, false), person("contact", w.library, false)
	steering := person("steering", w.branch, false)
	for person, g := range map[string]access.Grant{
		w.office:  {Role: access.Office, Programme: p.ID},
		w.contact: {Role: access.Contact, Unit: w.library},
		steering:  {Role: access.Steering, Programme: p.ID},
	} {
		g.Valid.From = "2010-01-01"
		if _, err := auth.AddGrant(ctx, own(), access.System, person, g); err != nil {
			return err
		}
	}

	a := activity.Activity{Programme: p.ID, Kind: "lecture", Title: "Ledarskap", Goals: []string{g.ID}, Travel: "employer", Meal: "project", Substitute: "employer", Published: true}
	if err := activity.CreateActivity(ctx, own(), access.System, &a); err != nil {
		return err
	}
	for _, o := range []struct {
		date local.Date
		to   *string
	}{{"2012-11-07", &w.occasion}, {"2012-10-10", &w.past}} {
		made := activity.Occasion{Activity: a.ID, Name: "Köping", Capacity: 2, Opens: dbtest.Now.AddDate(0, 0, -10), Closes: dbtest.Now.AddDate(0, 0, 10)}
		if o.to == &w.past {
			made.Closes = dbtest.Now.AddDate(0, 0, -3)
		}
		m := activity.Meeting{Span: local.Span{Date: o.date, Start: "13:00", End: "16:00", Zone: zone}, Place: "Biblioteket"}
		if err := activity.CreateOccasion(ctx, own(), access.System, &made, &m); err != nil {
			return err
		}
		*o.to = made.ID
		if o.to == &w.past {
			w.meeting = m.ID
		}
	}
	_, err = activity.SignUpAll(ctx, own(), access.System, w.past, w.staff[0], w.protected)
	return err
}

// An answer is what came back.
type got struct {
	*httptest.ResponseRecorder
	w *world
}

// ask asks in someone's name, "" for nobody's, and holds the answer against the document.
func (w *world) ask(who, method, path, body string, header ...string) got {
	w.t.Helper()
	req := httptest.NewRequestWithContext(w.t.Context(), method, Root+path, strings.NewReader(body))
	if who != "" {
		req.Header.Set("Authorization", "Bearer "+w.tokens[who])
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	g := got{httptest.NewRecorder(), w}
	w.handler.ServeHTTP(g, req)
	_, pattern := w.server.mux.Handler(req)
	w.described(pattern, g)
	return g
}

// described fails the test if an answer is not as the document says.
func (w *world) described(pattern string, g got) {
	w.t.Helper()
	if pattern == document {
		return
	}
	media, _, _ := strings.Cut(g.Header().Get("Content-Type"), ";")
	var v any
	if g.Body.Len() > 0 {
		if err := json.Unmarshal(g.Body.Bytes(), &v); err != nil {
			w.t.Fatalf("%s: %v in %s", pattern, err, g.Body)
		}
	}
	a := (&Server{mux: http.NewServeMux(), rights: map[string][]access.Right{}}).describe().OpenAPI()
	item := a.Paths[strings.TrimPrefix(strings.TrimPrefix(pattern[strings.Index(pattern, " ")+1:], Root), " ")]
	if item == nil { // nothing stands there: a problem, as everywhere
		item = a.Paths["/programmes"]
		pattern = "GET"
	}
	method, _, _ := strings.Cut(pattern, " ")
	op := map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete}[method]
	response := op.Responses[fmt.Sprint(g.Code)]
	if response == nil {
		response = op.Responses["default"]
	}
	content := response.Content[media]
	switch {
	case content == nil && g.Body.Len() == 0 && len(response.Content) == 0:
	case content == nil:
		w.t.Errorf("%s: %d with %q is not described: %s", pattern, g.Code, media, g.Body)
	default:
		var res huma.ValidateResult
		huma.Validate(a.Components.Schemas, content.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &res)
		for _, err := range res.Errors {
			w.t.Errorf("%s: %d is not as described: %v in %s", pattern, g.Code, err, g.Body)
		}
	}
}

// status fails the test unless that is the status.
func (g got) status(want int) got {
	g.w.t.Helper()
	if g.Code != want {
		g.w.t.Fatalf("%d, want %d: %s", g.Code, want, g.Body)
	}
	return g
}

// into reads the answer.
func into[T any](g got) (v T) {
	g.w.t.Helper()
	if err := json.Unmarshal(g.Body.Bytes(), &v); err != nil {
		g.w.t.Fatalf("%v in %s", err, g.Body)
	}
	return v
}

// code is the fault that an answer tells.
func (g got) code() string { return into[Problem](g).Code }
