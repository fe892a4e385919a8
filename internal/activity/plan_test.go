package activity_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// A plan is a published programme with one activity in it, and whoever plans it.
type plan struct {
	*testing.T
	d                   *db.DB
	programme           programme.Programme
	goal                programme.GoalArea
	county, town        string
	ann, bo             string // organisers; the activity is ann's
	activity            activity.Activity
	office, asAnn, asBo access.Viewer
}

func as(person string, role access.Role, of string) access.Viewer {
	return access.Viewer{Person: person, Grants: []access.Grant{{Role: access.Participant}, {Role: role, Programme: of}}}
}

func newPlan(t *testing.T, d *db.DB) *plan {
	t.Helper()
	p := &plan{T: t, d: d}
	p.programme = programme.Programme{Slug: "framtid", Name: "Framtidens bibliotek", ShortName: "Framtid", FundingPeriod: "2007-2013",
		Starts: "2011-01-17", Ends: "2013-03-31", Zone: "Europe/Stockholm", Published: true}
	p.do(func(ctx context.Context, tx *db.Tx) error {
		if err := programme.Create(ctx, tx, access.System, &p.programme); err != nil {
			return err
		}
		p.goal = programme.GoalArea{Programme: p.programme.ID, Name: "Invånarnas behov"}
		if err := programme.AddGoal(ctx, tx, access.System, &p.goal); err != nil {
			return err
		}
		county, err := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.County, Name: "Länet", From: "2000-01-01"})
		if err != nil {
			return err
		}
		town, err := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Municipality, Name: "Staden", Parent: county.ID, From: "2000-01-01"})
		p.county, p.town = county.ID, town.ID
		return err
	})
	p.ann, p.bo = p.person("Ann"), p.person("Bo")
	p.office = as("office", access.Office, p.programme.ID)
	p.asAnn, p.asBo = as(p.ann, access.Organiser, p.programme.ID), as(p.bo, access.Organiser, p.programme.ID)
	p.activity = p.sample()
	p.do(func(ctx context.Context, tx *db.Tx) error {
		return activity.CreateActivity(ctx, tx, p.asAnn, &p.activity)
	})
	return p
}

func (p *plan) sample() activity.Activity {
	return activity.Activity{Programme: p.programme.ID, Kind: "lecture", Title: "Ledarskap", Travel: "employer", Meal: "project",
		Substitute: "nobody", Published: true, Goals: []string{p.goal.ID}}
}

func (p *plan) try(f func(ctx context.Context, tx *db.Tx) error) error {
	return p.d.Tx(p.Context(), "office", f)
}

func (p *plan) do(f func(ctx context.Context, tx *db.Tx) error) {
	p.Helper()
	if err := p.try(f); err != nil {
		p.Fatal(err)
	}
}

func (p *plan) person(name string) (id string) {
	p.Helper()
	p.do(func(ctx context.Context, tx *db.Tx) error {
		created, err := people.CreatePerson(ctx, tx, people.Person{Given: name, Family: "Test"})
		id = created.ID
		return err
	})
	return id
}

// meeting is "2012-11-05 09:00-16:00 12:00-13:00": a day, from when to when, and breaks.
func meeting(says string) *activity.Meeting {
	words := strings.Fields(says)
	m := &activity.Meeting{Place: "Conventum"}
	m.Span.Date = local.Date(words[0])
	m.Span.Start, m.Span.End, _ = strings.Cut(words[1], "-")
	for _, w := range words[2:] {
		var b local.Break
		b.Start, b.End, _ = strings.Cut(w, "-")
		m.Span.Breaks = append(m.Span.Breaks, b)
	}
	return m
}

// instant is a local time in Stockholm.
func instant(s string) time.Time {
	t, err := local.Instant(strings.Replace(s, " ", "T", 1), "Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	return t
}

func (p *plan) occasion(capacity int, meetings ...string) activity.Occasion {
	p.Helper()
	o := activity.Occasion{Activity: p.activity.ID, Capacity: capacity, Opens: instant("2012-09-01 08:00"), Closes: instant("2012-11-01 12:00")}
	var list []*activity.Meeting
	for _, m := range meetings {
		list = append(list, meeting(m))
	}
	p.do(func(ctx context.Context, tx *db.Tx) error {
		return activity.CreateOccasion(ctx, tx, p.asAnn, &o, list...)
	})
	return o
}

// seat writes a sign-up as it would stand after one.
func (p *plan) seat(occasion, person, state string) {
	p.Helper()
	p.do(func(ctx context.Context, tx *db.Tx) error {
		if err := db.Lock(ctx, tx, "occasion", occasion); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO signup (id, occasion, person, state, seq, number)
			SELECT $1, id, $2, $3, seq, seq FROM occasion WHERE id = $4`, tx.NewID(), person, state, occasion); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE occasion SET `+state+` = `+state+` + 1 WHERE id = $1`, occasion); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "sign-up", Entity: "signup", Row: occasion})
	})
}

// attend writes minutes of attendance.
func (p *plan) attend(meeting, person string, minutes int) {
	p.Helper()
	p.do(func(ctx context.Context, tx *db.Tx) error {
		if err := db.Lock(ctx, tx, "person", person); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "attendance", "meeting, person, minutes, source, recorded_by, recorded_at", "",
			[][]any{{meeting, person, minutes, "organiser", "office", tx.At}}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "attendance", Entity: "attendance", Row: meeting})
	})
}

func (p *plan) get(occasion string) activity.Occasion {
	p.Helper()
	o, err := activity.GetOccasion(p.Context(), p.d, access.System, occasion)
	if err != nil {
		p.Fatal(err)
	}
	return o
}

func (p *plan) meetings(v access.Viewer, occasion string) []activity.Meeting {
	p.Helper()
	list, err := activity.Meetings(p.Context(), p.d, v, occasion)
	if err != nil {
		p.Fatal(err)
	}
	return list
}

func (p *plan) letters(about string) (n int) {
	p.Helper()
	n, err := db.Value[int](p.Context(), p.d, `SELECT count(*) FROM letter WHERE about = $1`, about)
	if err != nil {
		p.Fatal(err)
	}
	return n
}

// said is the codes of faults with their fields, in order.
func said(err error) string {
	var all []string
	for _, f := range fault.Of(err) {
		all = append(all, strings.Trim(strings.TrimPrefix(f.Code, "activity.")+" "+f.Field, " "))
	}
	if err != nil && all == nil {
		return err.Error()
	}
	return strings.Join(all, ", ")
}

var errUndone = errors.New("undone")

// saidOnly is [said] of a change that is undone afterwards.
func (p *plan) saidOnly(f func(ctx context.Context, tx *db.Tx) error) string {
	p.Helper()
	err := p.try(func(ctx context.Context, tx *db.Tx) error {
		if err := f(ctx, tx); err != nil {
			return err
		}
		return errUndone
	})
	if errors.Is(err, errUndone) {
		return ""
	}
	return said(err)
}

func TestWhatIsWrongWithAnActivity(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		for _, test := range []struct {
			says string
			of   func(*activity.Activity)
			want string
		}{
			{"all is well", func(*activity.Activity) {}, ""},
			{"no title", func(a *activity.Activity) { a.Title = "  " }, "title title"},
			{"a kind nobody has heard of", func(a *activity.Activity) { a.Kind = "picnic" }, "kind kind"},
			{"nobody says who pays for the meal", func(a *activity.Activity) { a.Meal = "" }, "payer meal"},
			{"a goal area of another programme", func(a *activity.Activity) { a.Goals = []string{"other"} }, "goal goals"},
			{"published without a goal area", func(a *activity.Activity) { a.Goals = nil }, "nogoal goals"},
			{"a draft without a goal area", func(a *activity.Activity) { a.Goals, a.Published = nil, false }, ""},
			{"part of a series that is not there", func(a *activity.Activity) { a.Series, a.SeriesOrd = "none", 1 }, "series series"},
			{"part of a series, at no place", func(a *activity.Activity) { a.Series = p.activity.ID }, "seriesord series_ord"},
			{"third of a series", func(a *activity.Activity) { a.Series, a.SeriesOrd = p.activity.ID, 3 }, ""},
			{"an audience of units and roles that are not there", func(a *activity.Activity) {
				a.Audience = activity.Audience{Units: []string{"none", p.town}, Roles: []string{"king"}}
			}, "audience units, audience roles"},
			{"an audience that is there", func(a *activity.Activity) {
				a.Audience = activity.Audience{Units: []string{p.town}, Roles: []string{"manager"}}
			}, ""},
			{"a lecturer without a name", func(a *activity.Activity) { a.Lecturers = []activity.Lecturer{{Name: "Eva"}, {}} }, "lecturer lecturer-2"},
			{"an organiser who is nobody", func(a *activity.Activity) { a.Organiser = "nobody" }, "organiser organiser"},
			{"everything at once", func(a *activity.Activity) { *a = activity.Activity{Programme: a.Programme, Series: "x"} },
				"title title, kind kind, payer travel, payer meal, payer substitute, series series, seriesord series_ord"},
		} {
			a := p.sample()
			test.of(&a)
			got := p.saidOnly(func(ctx context.Context, tx *db.Tx) error { return activity.CreateActivity(ctx, tx, p.office, &a) })
			if got != test.want {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
		}
	})
}

// What stands beside an activity is saved and read with it.
func TestActivityIsKeptWhole(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		a := p.activity
		a.Audience = activity.Audience{Units: []string{p.town}, Roles: []string{"librarian", "manager"}}
		a.Lecturers = []activity.Lecturer{{Name: "Eva Ek", Organisation: "Högskolan", External: true}, {Name: "Per Al"}}
		p.do(func(ctx context.Context, tx *db.Tx) error { return activity.UpdateActivity(ctx, tx, p.asAnn, &a) })
		got, err := activity.GetActivity(t.Context(), d, p.asAnn, a.ID)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(a) {
			t.Errorf("%+v, %v\nwant %+v", got, err, a)
		}
		a.Version--
		if err := p.try(func(ctx context.Context, tx *db.Tx) error { return activity.UpdateActivity(ctx, tx, p.asAnn, &a) }); !errors.Is(err, fault.Stale) {
			t.Errorf("a stale form: %v", err)
		}
	})
}

func TestWhoSeesAndChangesAnActivity(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		draft := p.sample()
		draft.Published = false
		p.do(func(ctx context.Context, tx *db.Tx) error { return activity.CreateActivity(ctx, tx, p.asAnn, &draft) })
		for _, test := range []struct {
			says          string
			v             access.Viewer
			sees, changes bool
		}{
			{"the public", access.Viewer{}, false, false},
			{"a participant", as("x", access.Participant, ""), false, false},
			{"its organiser", p.asAnn, true, true},
			{"another organiser", p.asBo, false, false},
			{"its organiser, who no longer is one", as(p.ann, access.Participant, ""), false, false},
			{"the office", p.office, true, true},
			{"another programme's office", as("o", access.Office, "other"), false, false},
			{"the steering group", as("s", access.Steering, p.programme.ID), true, false},
			{"the auditor", as("s", access.Auditor, p.programme.ID), true, false},
		} {
			if _, err := activity.GetActivity(t.Context(), d, test.v, draft.ID); (err == nil) != test.sees {
				t.Errorf("%s sees a draft: %v, want %t", test.says, err, test.sees)
			}
			list, err := activity.ListActivities(t.Context(), d, test.v, activity.ActivityFilter{Drafts: true})
			if err != nil || (len(list) == 1) != test.sees {
				t.Errorf("%s lists %d drafts, %v", test.says, len(list), err)
			}
			a := draft
			got := p.saidOnly(func(ctx context.Context, tx *db.Tx) error { return activity.UpdateActivity(ctx, tx, test.v, &a) })
			want := map[bool]string{false: "notfound", true: "forbidden"}[test.sees]
			if test.changes {
				want = ""
			}
			if got != want {
				t.Errorf("%s changes it: %q, want %q", test.says, got, want)
			}
		}
		a := p.activity
		a.Organiser = p.bo
		got := p.saidOnly(func(ctx context.Context, tx *db.Tx) error { return activity.UpdateActivity(ctx, tx, p.asAnn, &a) })
		if got != "forbidden organiser" {
			t.Errorf("an organiser who gives it away: %q", got)
		}
	})
}

func TestSortedQuestions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		for _, test := range []struct {
			q    activity.Question
			want string
		}{
			{activity.Question{Text: "Något du inte äter?", Kind: "text", Sensitive: true}, ""},
			{activity.Question{Text: "På plats?", Kind: "choice", Options: []string{" På plats ", "", "På  plats", "På nätet"}}, ""},
			{activity.Question{Text: "På plats?", Kind: "choice", Options: []string{"Ja"}}, "options options"},
			{activity.Question{Kind: "poem"}, "question text, questionkind kind"},
		} {
			test.q.Activity = p.activity.ID
			got := said(p.try(func(ctx context.Context, tx *db.Tx) error { return activity.AddQuestion(ctx, tx, p.asAnn, &test.q) }))
			if got != test.want {
				t.Errorf("%+v: %q, want %q", test.q, got, test.want)
			}
		}
		list, err := activity.Questions(t.Context(), d, p.activity.ID)
		if err != nil || len(list) != 2 || !list[0].Sensitive || !slices.Equal(list[1].Options, []string{"På plats", "På nätet"}) || list[1].Ord != 2 {
			t.Errorf("%+v, %v", list, err)
		}
		for _, test := range []struct {
			says string
			v    access.Viewer
			want bool
		}{{"the organiser", p.asAnn, true}, {"another organiser", p.asBo, false}, {"the office", p.office, false}, {"a job", access.System, false}} {
			if got := p.activity.SeesSensitive(test.v); got != test.want {
				t.Errorf("%s sees sensitive answers: %t", test.says, got)
			}
		}
	})
}
