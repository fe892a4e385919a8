package report_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/programme"
	"kompobib/internal/report"
)

// In which figures one person is counted.
func TestFigures(t *testing.T) {
	type S = *small
	cases := []struct {
		says string
		made func(w S)
		on   string // today if ""
		goal string
		want string
	}{
		{"who is employed is on the roster", func(w S) { w.person("ann", "main") }, "", "", "staff"},
		{"who works elsewhere is not", func(w S) { w.person("ann", "outside") }, "", "", ""},
		{"nor who has left", func(w S) { w.person("ann", "main 1000 2005-01-01 2012-10-12") }, "", "", ""},
		{"but they were, the day before", func(w S) { w.person("ann", "main 1000 2005-01-01 2012-10-12") }, "2012-10-11", "", "staff"},
		{"nor who has not begun", func(w S) { w.person("ann", "main 1000 2012-10-13") }, "", "", ""},
		{"nor who works at a workplace that did not exist that day", func(w S) {
			w.person("ann", "main")
			w.exec(`UPDATE unit_period SET valid_to = '2012-01-01' WHERE unit = 'main'`)
		}, "", "", ""},

		{"what has opened is an offer with a seat", func(w S) { w.person("ann", "main"); w.occasion("o", "goal-1", "2012-09-01", "2012-11-01") },
			"", "", "staff audience could"},
		{"not before it opens", func(w S) { w.person("ann", "main"); w.occasion("o", "goal-1", "2012-09-01", "2012-11-01") }, "2012-08-31", "", "staff"},
		{"nor for another goal", func(w S) { w.person("ann", "main"); w.occasion("o", "goal-1", "2012-09-01", "2012-11-01") }, "", "goal-2", "staff"},
		{"nor if it is not published", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.exec(`UPDATE activity SET published = 0`)
		}, "", "", "staff"},
		{"nor if it is cancelled", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.exec(`UPDATE occasion SET cancelled = $1`, at("2012-10-01", 0))
		}, "", "", "staff"},
		{"nor for another role", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.put("audience_role", "activity, staff_role", []any{"a-o", "manager"})
		}, "", "", "staff"},
		{"but for the role", func(w S) {
			w.person("ann", "main 1000 2005-01-01 - manager")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.put("audience_role", "activity, staff_role", []any{"a-o", "manager"})
		}, "", "", "staff audience could"},
		{"nor for another county", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.put("audience_unit", "activity, unit", []any{"a-o", "county-2"})
		}, "", "", "staff"},
		{"who has moved there since is not in the audience of what was held before", func(w S) {
			w.person("ann", "main 1000 2005-01-01 2012-06-01", "hospital 1000 2012-06-01")
			w.occasion("o", "goal-1", "2012-04-01", "2012-05-01")
			w.put("audience_unit", "activity, unit", []any{"a-o", "county-2"})
		}, "", "", "staff"},
		{"who has moved away since still was", func(w S) {
			w.person("ann", "hospital 1000 2005-01-01 2012-06-01", "main 1000 2012-06-01")
			w.occasion("o", "goal-1", "2012-04-01", "2012-05-01")
			w.put("audience_unit", "activity, unit", []any{"a-o", "county-2"})
		}, "", "", "staff audience could"},
		{"who came when sign-up had closed could not", func(w S) {
			w.person("ann", "main 1000 2012-05-01")
			w.occasion("o", "goal-1", "2012-04-01", "2012-05-01")
			w.exec(`UPDATE occasion SET closes = $1`, at("2012-04-20", 0))
		}, "", "", "staff audience"},
		{"a second employment opens a door too", func(w S) {
			w.person("ann", "main 700", "hospital 300")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.put("audience_unit", "activity, unit", []any{"a-o", "county-2"})
		}, "", "", "staff audience could"},
		{"a workplace that moved took its staff along", func(w S) {
			w.person("ann", "branch")
			w.exec(`UPDATE unit_period SET valid_to = '2012-06-01' WHERE unit = 'branch'`)
			w.put("unit_period", "unit, valid_from, parent, name, sort_key, folded", []any{"branch", "2012-06-01", "town-c", "branch", "branch", "branch"})
			w.occasion("o", "goal-1", "2012-04-01", "2012-05-01")
			w.put("audience_unit", "activity, unit", []any{"a-o", "county-2"})
		}, "", "", "staff"},

		{"an occasion that was full all the time had no seat", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.full("o", "2012-09-01", "")
		}, "", "", "staff audience"},
		{"one that was freed had", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.full("o", "2012-09-01", "2012-09-10")
			w.full("o", "2012-09-11", "")
		}, "", "", "staff audience could"},
		{"but not before", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.full("o", "2012-09-01", "2012-09-10")
		}, "2012-09-09", "", "staff audience"},
		{"nor for who came when it was full again", func(w S) {
			w.person("ann", "main 1000 2012-09-15")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.full("o", "2012-09-01", "2012-09-10")
			w.full("o", "2012-09-12", "")
		}, "", "", "staff audience"},

		{"a letter that was delivered has told", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.letter("ann", "sent", "occasion", "o", "2012-09-02")
		}, "", "goal-1", "staff audience told could"},
		{"from the day it went", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.letter("ann", "sent", "activity", "a-o", "2012-09-02")
		}, "2012-09-01", "goal-1", "staff audience could"},
		{"one that failed has not", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.letter("ann", "failed", "occasion", "o", "2012-09-02")
		}, "", "", "staff audience could"},
		{"a letter about what is not for her tells nothing", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.put("audience_unit", "activity, unit", []any{"a-o", "county-2"})
			w.letter("ann", "sent", "occasion", "o", "2012-09-02")
		}, "", "", "staff"},
		{"an invitation to the programme tells of the whole", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.letter("ann", "sent", "programme", "kb", "2012-09-02")
		}, "", "", "staff audience told could"},
		{"but not of a goal area", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.letter("ann", "sent", "programme", "kb", "2012-09-02")
		}, "", "goal-1", "staff audience could"},
		{"one to the goal area does", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.letter("ann", "sent", "goal_area", "goal-1", "2012-09-02")
		}, "", "goal-1", "staff audience told could"},
		{"a workplace that passed it on has told its staff", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.put("passed_on", "activity, workplace, at, actor", []any{"a-o", "main", at("2012-09-05", 9), "boss"})
		}, "", "", "staff audience told could"},
		{"not who came later", func(w S) {
			w.person("ann", "school 1000 2005-01-01 2012-09-06", "main 1000 2012-09-06")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.put("passed_on", "activity, workplace, at, actor", []any{"a-o", "main", at("2012-09-05", 9), "boss"})
		}, "", "", "staff audience could"},

		{"who waits has signed up, but could not", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.full("o", "2012-09-01", "")
			w.signup("ann", "o", "waiting", "2012-09-02")
		}, "", "", "staff audience signed-up"},
		{"who got a seat could", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-11-01")
			w.full("o", "2012-09-01", "")
			w.signup("ann", "o", "seated", "2012-09-02")
		}, "", "", "staff audience could signed-up"},
		{"who was there attended", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-10-01")
			w.attend("ann", "o", 60)
		}, "", "goal-1", "staff audience could attended"},
		{"from that day", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-10-01")
			w.attend("ann", "o", 60)
		}, "2012-09-30", "", "staff audience could"},
		{"who was absent did not", func(w S) {
			w.person("ann", "main")
			w.occasion("o", "goal-1", "2012-09-01", "2012-10-01")
			w.attend("ann", "o", 0)
		}, "", "", "staff audience could"},
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newSmall(t, d)
		for _, test := range cases {
			test.made(w)
			if got := w.of("ann", test.goal, test.on); got != test.want {
				t.Errorf("%s: counted in %q, want %q", test.says, got, test.want)
			}
			w.clear()
		}
	})
}

// The parts of every breakdown sum to the whole, and who has two employments stands under the larger.
func TestBreakdowns(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newSmall(t, d)
		w.person("ann", "main 400", "school 600 2012-01-01", "outside 1000")
		w.person("bo", "school 500", "branch 500 2004-01-01")
		w.person("cia", "main 500 2005-01-01 - manager")
		w.person("dan", "hospital 495")
		w.exec(`UPDATE person SET birth_year = NULL, gender = 'unknown' WHERE id = 'dan'`)
		w.exec(`UPDATE person SET birth_year = 1983, gender = 'man' WHERE id = 'bo'`)
		w.exec(`UPDATE person SET birth_year = 1957 WHERE id = 'cia'`)
		w.occasion("o", "goal-1", "2012-09-01", "2012-10-01")
		w.attend("bo", "o", 10)
		for _, test := range []struct {
			by   report.By
			want string
		}{
			{report.ByCounty, "county-1 3/1, county-2 1/0"},
			{report.ByMunicipality, "town-a 2/0, town-b 1/1, town-c 1/0"},
			{report.ByWorkplace, "main 1/0, school 1/0, branch 1/1, hospital 1/0"},
			{report.ByGender, "woman 2/0, man 1/1, unknown 1/0"},
			{report.ByAge, "-29 1/1, 30-44 1/0, 55- 1/0,  1/0"},
			{report.ByRole, "manager 1/0, librarian 3/1"},
			{report.ByShare, "-49 1/0, 50-79 3/1"},
			{report.ByKind, "public-library 1/0, branch-library 1/1, hospital-library 1/0, school-library 1/0"},
		} {
			r, err := report.Reach(t.Context(), d, office, report.Query{Programme: "kb", Today: today, By: test.by})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range r.Lines {
				got = append(got, fmt.Sprintf("%s %d/%d", l.ID, l.Counts[report.Staff], l.Counts[report.Attended]))
			}
			if got := strings.Join(got, ", "); got != test.want || r.Total.Counts[report.Staff] != 4 {
				t.Errorf("by %s: %s of %d, want %s", test.by, got, r.Total.Counts[report.Staff], test.want)
			}
		}
	})
}

// However many people and occasions there are, it takes as many queries.
func TestQueries(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newSmall(t, d)
		q := report.Query{Programme: "kb", Today: today, By: report.ByWorkplace}
		count := func() int64 {
			ctx, n := db.Counting(t.Context())
			if _, err := report.Reach(ctx, d, office, q); err != nil {
				t.Fatal(err)
			}
			return n.Load()
		}
		before := count()
		for i := range 20 {
			w.person(fmt.Sprint("p", i), "main", "branch 300")
			w.occasion(fmt.Sprint("o", i), "goal-1", "2012-09-01", "2012-10-01")
			w.attend(fmt.Sprint("p", i), fmt.Sprint("o", i), 60)
		}
		if after := count(); after != before || after > 16 {
			t.Errorf("%d queries, then %d", before, after)
		}
	})
}

// Of what workplaces hold themselves the office is told only when people wait for it: seats to spare are no alarm.
func TestSeatsToSpareAtAWorkplace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newSmall(t, d)
		for _, id := range []string{"lecture", "own", "own-waited"} {
			w.occasion(id, "goal-1", "2012-09-01", "2012-10-20")
		}
		w.put("occasion_place", "occasion, workplace", []any{"own", "main"}, []any{"own-waited", "main"})
		w.exec(`UPDATE occasion SET waiting = 1 WHERE id = 'own-waited'`)
		o, err := report.Office(t.Context(), d, office, report.Query{Programme: "kb", Today: today}, at(string(today), 10))
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, s := range o.Soon {
			told = append(told, s.ID)
		}
		if slices.Sort(told); !slices.Equal(told, []string{"lecture", "own-waited"}) {
			t.Errorf("the office is told of %v", told)
		}
	})
}

// Who sees what: the office all, a contact their own, the steering group no small numbers, others nothing.
func TestReaders(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newSmall(t, d)
		for i := range 12 {
			w.person(fmt.Sprint("m", i), "main")
		}
		for i := range 9 {
			w.person(fmt.Sprint("b", i), "branch")
		}
		w.person("s1", "school")
		w.person("h1", "hospital")
		w.occasion("o", "goal-1", "2012-08-01", "2012-09-01")
		for i := range 6 {
			w.attend(fmt.Sprint("m", i), "o", 60)
		}
		for _, test := range []struct {
			says string
			v    access.Viewer
			q    report.Query
			want string
			err  error
		}{
			{"the office", office, report.Query{By: report.ByWorkplace}, "2012-10-12 23/6: main 12/6, school 1/0, branch 9/0, hospital 1/0", nil},
			{"an auditor", grant(access.Auditor), report.Query{By: report.ByWorkplace}, "2012-10-12 23/6: main 12/6, school 1/0, branch 9/0, hospital 1/0", nil},
			{"a contact", grant(access.Contact, "school"), report.Query{By: report.ByWorkplace}, "2012-10-12 1/0: school 1/0", nil},
			{"the steering group", steering, report.Query{By: report.ByMunicipality}, "2012-09-30 23/6: town-a ./., town-b ./., town-c ./.", nil},
			{"the steering group, by kind", steering, report.Query{By: report.ByKind}, "2012-09-30 23/6: withheld", nil},
			{"the steering group, of a goal", steering, report.Query{By: report.ByCounty, Goal: "goal-1"}, "2012-09-30 23/6: withheld", nil},
			{"the steering group, some day", steering, report.Query{On: "2012-08-30"}, "2012-07-31 23/0: ", nil},
			{"the steering group, a day to come", steering, report.Query{On: "2012-12-31"}, "2012-09-30 23/6: ", nil},
			{"an organiser", grant(access.Organiser), report.Query{}, "", programme.ErrNotFound},
			{"the public", access.Viewer{}, report.Query{}, "", programme.ErrNotFound},
			{"an unknown goal", office, report.Query{Goal: "none"}, "", report.ErrGoal},
			{"an unknown breakdown", office, report.Query{By: "shoes"}, "", report.ErrBy},
		} {
			test.q.Programme, test.q.Today = "kb", today
			r, err := report.Reach(t.Context(), d, test.v, test.q)
			if !errors.Is(err, test.err) {
				t.Errorf("%s: %v, want %v", test.says, err, test.err)
			}
			if err != nil {
				continue
			}
			cell := func(l report.Line, f report.Figure) string {
				if !l.Shown[f] {
					return "."
				}
				return fmt.Sprint(l.Counts[f])
			}
			var lines []string
			for _, l := range r.Lines {
				lines = append(lines, fmt.Sprintf("%s %s/%s", l.ID, cell(l, report.Staff), cell(l, report.Attended)))
			}
			if r.Withheld {
				lines = append(lines, "withheld")
			}
			got := fmt.Sprintf("%s %s/%s: %s", r.Query.On, cell(r.Total, report.Staff), cell(r.Total, report.Attended), strings.Join(lines, ", "))
			if got != test.want {
				t.Errorf("%s: %s, want %s", test.says, got, test.want)
			}
		}
		if _, err := report.Rows(t.Context(), d, steering, report.Query{Programme: "kb", Today: today}, report.Staff, ""); !errors.Is(err, report.ErrRows) {
			t.Errorf("the steering group opened rows: %v", err)
		}
		if _, err := report.NotReached(t.Context(), d, steering, report.Query{Programme: "kb", Today: today}, report.Missed{}); !errors.Is(err, programme.ErrNotFound) {
			t.Errorf("the steering group saw who is not reached: %v", err)
		}
	})
}

// Who is not reached, why, and what an invitation does about it.
func TestInvite(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newSmall(t, d)
		for _, id := range []string{"ann", "bo", "cia", "eva"} {
			w.person(id, "main")
		}
		w.person("dan", "hospital")
		w.occasion("o", "goal-1", "2012-09-01", "2012-10-01")
		w.occasion("next", "goal-1", "2012-09-01", "2012-11-01")
		w.attend("ann", "o", 60)
		w.signup("bo", "next", "seated", "2012-09-02")
		w.letter("cia", "sent", "occasion", "next", "2012-09-02")
		w.exec(`UPDATE person SET email = '' WHERE id = 'dan'`)
		w.exec(`UPDATE person SET protected = 1 WHERE id = 'eva'`)
		q := report.Query{Programme: "kb", Today: today}
		list := func(v access.Viewer, f report.Missed) string {
			rows, err := report.NotReached(t.Context(), d, v, q, f)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range rows {
				got = append(got, strings.Join(strings.Fields(r.Person+" "+r.Workplace.ID+" "+string(r.Stage)), " "))
			}
			return strings.Join(got, ", ")
		}
		for _, test := range []struct {
			says string
			v    access.Viewer
			f    report.Missed
			want string
		}{
			{"all", office, report.Missed{}, "bo main not-come, cia main not-signed, dan hospital not-told, not-told"},
			{"in a county", office, report.Missed{Unit: "county-2"}, "dan hospital not-told"},
			{"where a protected person works is not told", office, report.Missed{Unit: "main"}, "bo main not-come, cia main not-signed"},
			{"at a stage", office, report.Missed{Stage: report.NotSigned}, "cia main not-signed"},
			{"a contact's own", grant(access.Contact, "hospital"), report.Missed{}, "dan hospital not-told"},
		} {
			if got := list(test.v, test.f); got != test.want {
				t.Errorf("%s: %s, want %s", test.says, got, test.want)
			}
		}
		invite := func(v access.Viewer, i report.Invitation) (report.Invited, error) {
			var done report.Invited
			err := d.Tx(t.Context(), "viewer", func(ctx context.Context, tx *db.Tx) (err error) {
				done, err = report.Invite(ctx, tx, v, q, i)
				return err
			})
			return done, err
		}
		for _, test := range []struct {
			says string
			v    access.Viewer
			i    report.Invitation
			want error
		}{
			{"nobody", office, report.Invitation{}, report.ErrNobody},
			{"one who has been reached", office, report.Invitation{Persons: []string{"ann", "bo"}}, fault.Stale},
			{"one with protected identity", office, report.Invitation{Persons: []string{"eva"}}, fault.Stale},
			{"another workplace's", grant(access.Contact, "hospital"), report.Invitation{Persons: []string{"bo"}}, fault.Stale},
			{"to what is not there", office, report.Invitation{Persons: []string{"bo"}, Activity: "none"}, report.ErrAbout},
			{"too many words", office, report.Invitation{Persons: []string{"bo"}, Message: strings.Repeat("å", 2001)}, report.ErrMessage},
			{"by the steering group", steering, report.Invitation{Persons: []string{"bo"}}, programme.ErrNotFound},
		} {
			if _, err := invite(test.v, test.i); !errors.Is(err, test.want) {
				t.Errorf("inviting %s: %v, want %v", test.says, err, test.want)
			}
		}
		done, err := invite(office, report.Invitation{Goal: "goal-1", Persons: []string{"bo", "bo", "cia", "dan"}, Message: "Kom!"})
		if err != nil || done.Sent != 2 || len(done.NoAddress) != 1 || done.NoAddress[0].Person != "dan" {
			t.Errorf("invited %+v, %v", done, err)
		}
		type row struct{ person, about string }
		letters, err := db.All(t.Context(), d, func(r *row) []any { return []any{&r.person, &r.about} },
			`SELECT person, about_kind || ' ' || about FROM letter WHERE state = 'waiting' ORDER BY person`)
		if fmt.Sprint(letters) != "[{bo goal_area goal-1} {cia goal_area goal-1}]" || err != nil {
			t.Errorf("queued %v, %v", letters, err)
		}
	})
}
