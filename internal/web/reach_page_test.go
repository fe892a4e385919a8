package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/report"
)

// A reached is a desk whose office runs a programme, with an occasion that all staff may sign up to.
type reached struct {
	*desk
	programme, goal string
	staff           []string
}

func newReached(t *testing.T, d *db.DB, staff int) *reached {
	t.Helper()
	k := &reached{desk: newDesk(t, d)}
	k.do(func(ctx context.Context, tx *db.Tx) error {
		p := programme.Programme{Slug: "kb", Name: "KompoBib", ShortName: "KompoBib", FundingPeriod: "2007-2013",
			Starts: "2011-01-17", Ends: "2013-03-31", Zone: "Europe/Stockholm", Published: true}
		if err := programme.Create(ctx, tx, access.System, &p); err != nil {
			return err
		}
		g := programme.GoalArea{Programme: p.ID, Name: "Medborgarnas behov"}
		if err := programme.AddGoal(ctx, tx, access.System, &g); err != nil {
			return err
		}
		k.programme, k.goal = p.ID, g.ID
		return programme.SetTargets(ctx, tx, access.System, p.ID, []string{k.town})
	})
	for i := range staff {
		k.employ(fmt.Sprintf("Person%02d", i), false)
	}
	k.occasion("Möten")
	return k
}

func (k *reached) do(f func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	if err := k.d.Tx(k.t.Context(), "test", f); err != nil {
		k.t.Fatal(err)
	}
}

func (k *reached) employ(family string, protected bool) {
	k.t.Helper()
	k.do(func(ctx context.Context, tx *db.Tx) error {
		p, err := people.CreatePerson(ctx, tx, people.Person{Given: "Ann", Family: family, Gender: "woman", BirthYear: 1970,
			Email: strings.ToLower(family) + "@example.org", Protected: protected})
		if err != nil {
			return err
		}
		k.staff = append(k.staff, p.ID)
		_, err = people.Employ(ctx, tx, access.System, people.Employment{Person: p.ID, Employer: k.payer, Workplace: k.library,
			Title: "bibliotekarie", Share: 1000, Valid: local.Period{From: "2010-01-01"}})
		return err
	})
}

func (k *reached) occasion(title string) {
	k.t.Helper()
	k.do(func(ctx context.Context, tx *db.Tx) error {
		a := activity.Activity{Programme: k.programme, Kind: "lecture", Title: title, Travel: "employer", Meal: "project", Substitute: "nobody",
			Goals: []string{k.goal}, Published: true}
		if err := activity.CreateActivity(ctx, tx, access.System, &a); err != nil {
			return err
		}
		o := activity.Occasion{Activity: a.ID, Capacity: 20, Opens: tx.At.AddDate(0, 0, -30), Closes: tx.At.AddDate(0, 0, 10)}
		m := &activity.Meeting{Span: local.Span{Date: local.DateOf(tx.At.AddDate(0, 0, 14), time.UTC), Start: "09:00", End: "12:00", Zone: "Europe/Stockholm"}, Place: "Salen"}
		return activity.CreateOccasion(ctx, tx, access.System, &o, m)
	})
}

// as lets someone of the programme sit down at the desk.
func (k *reached) as(role access.Role) {
	k.viewer = access.Viewer{Person: string(role), Grants: []access.Grant{{Role: access.Participant}, {Role: role, Programme: k.programme}}}
}

func TestReachIsShownToEachTheirWay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newReached(t, d, 3)
		k.employ("Hemlig", true)
		page, rows := "/programmes/kb/reach?by=workplace", "/programmes/kb/reach/rows?figure=staff"
		k.as(access.Office)
		k.says(page, "0 av 4 medarbetare", "Köpings stadsbibliotek", "Medborgarnas behov", "Så räknas det", "Se de 4 som inte är nådda än", "!dold")
		k.says(rows, "4 personer", "Ann Person00", "Skyddade personuppgifter", "!Hemlig")
		k.says("/programmes/kb/not-reached", "Har inte fått veta", "Ann Person02", "Skyddade personuppgifter", "!Hemlig")
		k.says("/programmes/kb/not-reached?unit="+k.library, "Ann Person02", "!Skyddade")
		k.says("/programmes/kb/office", "Köpings stadsbibliotek", "Möten", "Arbetsplatser som inte är nådda")
		if file := k.post(strings.Replace(rows, "/rows", "/rows/file", 1), "format", "csv").Body.String(); strings.Contains(file, "Hemlig") || !strings.Contains(file, "Person01") {
			t.Errorf("the file holds %s", file)
		}
		k.as(access.Steering)
		k.says(page, "Gruppen är för liten för att visas", "dold", "Du ser siffror utan namn", "!4 ", "!not-reached")
		k.says(rows, "men inte personerna bakom dem")
		if file := k.get(page + "&format=csv").Body.String(); !strings.Contains(file, "dold") || strings.Contains(file, ";4") {
			t.Errorf("the file holds %s", file)
		}
		k.viewer = access.Viewer{Person: "boss", Grants: []access.Grant{{Role: access.Participant}, {Role: access.Contact, Unit: k.library, Workplaces: []string{k.library}}}}
		k.says(page, "0 av 4 medarbetare på dina arbetsplatser", "!dold")
		k.says("/programmes/kb/not-reached", "Ann Person00")
	})
}

func TestAnInvitationIsSent(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newReached(t, d, 3)
		k.as(access.Office)
		list := "/programmes/kb/not-reached"
		w := k.post(list, "to", "ticked", "message", "Hej alla!", "about", "programme")
		if text := w.Body.String(); w.Code != 422 || !strings.Contains(text, "Välj minst en person") || !strings.Contains(text, "Hej alla!") {
			t.Errorf("nobody chosen: %d %s", w.Code, text)
		}
		about := report.AboutGoal + " " + k.goal
		for range 2 { // the second time is the same form, sent again
			if to := k.went(k.post(list, "to", "ticked", "persons", k.staff[1], "message", "Hej {name}!", "about", about, "key", "k1")); to != list {
				t.Errorf("led to %s", to)
			}
		}
		letters, err := letter.List(t.Context(), d, access.System, letter.Filter{Template: letter.Invitation})
		if err != nil || len(letters) != 1 || letters[0].Person != k.staff[1] {
			t.Fatalf("queued %v, %v", letters, err)
		}
		text, err := Letters{DB: d, URL: "https://x", Now: time.Now}.Render(t.Context(), letters[0])
		if err != nil || !strings.Contains(text.Subject, "Medborgarnas behov") || !strings.Contains(text.Plain, "Hej (name)!") || !strings.Contains(text.Plain, "goal="+k.goal) {
			t.Errorf("it says %q %q, %v", text.Subject, text.Plain, err)
		}
		slip := []string{"to", "ticked", "persons", k.staff[2], "message", "Anmäl dig senast 31 mars 2012.", "about", "programme", "key", "k2"}
		if text := k.post(list, slip...).Body.String(); !strings.Contains(text, "Är årtalet rätt?") || !strings.Contains(text, "inte skickad än") || !strings.Contains(text, "senast 31 mars 2012.</textarea>") {
			t.Errorf("a date of the wrong year is not pointed out: %s", text)
		}
		k.post(list, append(slip, "checked", "Anmäl dig senast 31 mars 2011.")...) // another message was looked at
		if letters, err = letter.List(t.Context(), d, access.System, letter.Filter{Template: letter.Invitation}); err != nil || len(letters) != 1 {
			t.Errorf("an invitation that may be wrong is sent at once: %d letters, %v", len(letters), err)
		}
		k.went(k.post(list, append(slip, "checked", "Anmäl dig senast 31 mars 2012.")...))
		k.went(k.post(list, "to", "all", "about", "programme"))
		if letters, err = letter.List(t.Context(), d, access.System, letter.Filter{Template: letter.Invitation}); err != nil || len(letters) != 5 {
			t.Errorf("then %d letters, %v", len(letters), err)
		}
	})
}

// However many there are, the pages take as many queries.
func TestReachQueries(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newReached(t, d, 2)
		k.as(access.Office)
		pages := []string{"/programmes/kb/reach?by=workplace", "/programmes/kb/reach/rows?figure=staff", "/programmes/kb/not-reached", "/programmes/kb/office", "/calendar"}
		queries := func(path string) int64 {
			ctx, n := db.Counting(t.Context())
			w := httptest.NewRecorder()
			k.handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", path, nil))
			if w.Code != 200 {
				t.Fatalf("GET %s: %d", path, w.Code)
			}
			return n.Load()
		}
		before := map[string]int64{}
		k.get("/")
		for _, path := range pages {
			before[path] = queries(path)
		}
		for i := range 12 {
			k.employ(fmt.Sprintf("Nu%02d", i), false)
			k.occasion(fmt.Sprint("Nytt ", i))
		}
		k.get("/")
		for _, path := range pages {
			if n := queries(path); n != before[path] {
				t.Errorf("GET %s: %d queries, then %d", path, before[path], n)
			}
		}
	})
}
