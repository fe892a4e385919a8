package report_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/report"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// A small is a small world: a region of two counties, with a programme of two goal areas for all of it.
//
//	region: county-1: town-a: main, school; town-b: branch
//	        county-2: town-c: hospital
//	elsewhere: outside
type small struct {
	t *testing.T
	d *db.DB
	n int
}

func newSmall(t *testing.T, d *db.DB) *small {
	w := &small{t: t, d: d}
	w.put("unit", "id, kind, workplace_kind", []any{"region", "region", nil}, []any{"elsewhere", "region", nil},
		[]any{"county-1", "county", nil}, []any{"county-2", "county", nil},
		[]any{"town-a", "municipality", nil}, []any{"town-b", "municipality", nil}, []any{"town-c", "municipality", nil},
		[]any{"main", "workplace", "public-library"}, []any{"school", "workplace", "school-library"}, []any{"branch", "workplace", "branch-library"},
		[]any{"hospital", "workplace", "hospital-library"}, []any{"outside", "workplace", "other"})
	w.stand()
	w.put("employer", "id, name, sort_key, folded, org_number", []any{"employer", "Kommunen", "k", "k", "212000-0001"})
	w.put("programme", "id, slug, name, short_name, funding_period, state, starts, ends, zone, published",
		[]any{"kb", "kb", "KompoBib", "KompoBib", "2007-2013", "running", "2011-01-01", "2013-12-31", "Europe/Stockholm", 1})
	w.put("target_unit", "programme, unit", []any{"kb", "region"})
	w.put("goal_area", "id, programme, ord, name", []any{"goal-1", "kb", 1, "Ett"}, []any{"goal-2", "kb", 2, "Två"})
	return w
}

// stand puts the units in their places.
func (w *small) stand() {
	period := func(unit string, parent any) []any { return []any{unit, "2000-01-01", nil, parent, unit, unit, unit} }
	w.put("unit_period", "unit, valid_from, valid_to, parent, name, sort_key, folded", period("region", nil), period("elsewhere", nil),
		period("county-1", "region"), period("county-2", "region"), period("town-a", "county-1"), period("town-b", "county-1"), period("town-c", "county-2"),
		period("main", "town-a"), period("school", "town-a"), period("branch", "town-b"), period("hospital", "town-c"), period("outside", "elsewhere"))
}

// clear takes all people and activities away, and puts the units back.
func (w *small) clear() {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		counted := map[string][]string{"occasion": {"signup_event", "signup"}, "person": {"attendance"}}
		gone := strings.Fields(`occasion_full meeting occasion passed_on audience_role audience_unit activity_goal activity letter employment person unit_period`)
		for _, table := range []string{"occasion", "person"} {
			ids, err := db.Values[string](ctx, tx, `SELECT id FROM `+table)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				continue
			}
			if err := db.Lock(ctx, tx, table, ids...); err != nil {
				return err
			}
			gone = append(counted[table], gone...)
		}
		for _, table := range gone {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table); err != nil {
				return err
			}
		}
		return nil
	})
	w.stand()
}

// put adds rows, beside the rules.
func (w *small) put(table, columns string, rows ...[]any) {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx *db.Tx) error { return db.Insert(ctx, tx, table, columns, "", rows) })
}

func (w *small) exec(query string, args ...any) {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

func (w *small) tx(f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	err := w.d.Tx(w.t.Context(), "setup", func(ctx context.Context, tx *db.Tx) error {
		if err := f(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "test"})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// person adds one who has the employments: "main", "school 500 2012-01-01 2012-06-01 manager".
func (w *small) person(id string, employments ...string) {
	w.t.Helper()
	w.put("person", "id, given, family, sort_key, folded, email, birth_year, gender", []any{id, "Given", id, id, id, id + "@example.org", 1970, "woman"})
	for _, e := range employments {
		w.employ(id, e)
	}
}

func (w *small) employ(person, e string) {
	w.t.Helper()
	w.n++
	f := append(strings.Fields(e), make([]string, 5)...)
	or := func(s, otherwise string) string {
		if s == "" {
			return otherwise
		}
		return s
	}
	var to any
	if f[3] != "" && f[3] != "-" {
		to = f[3]
	}
	w.put("employment", "id, person, employer, workplace, title, staff_role, share, valid_from, valid_to",
		[]any{fmt.Sprintf("e%03d", w.n), person, "employer", f[0], "", or(f[4], "librarian"), or(f[1], "1000"), or(f[2], "2005-01-01"), to})
}

// occasion adds an activity with one, whose sign-up is open from a day to the day it is held, for a goal.
func (w *small) occasion(id, goal, opens, held string) {
	w.t.Helper()
	w.put("activity", "id, programme, kind, title, published", []any{"a-" + id, "kb", "lecture", id, 1})
	if goal != "" {
		w.put("activity_goal", "activity, goal_area", []any{"a-" + id, goal})
	}
	w.put("occasion", "id, activity, capacity, opens, closes, starts, ends", []any{id, "a-" + id, 20, at(opens, 0), at(held, 8), at(held, 9), at(held, 12)})
	w.put("meeting", "id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month",
		[]any{"m-" + id, id, held, "09:00", "12:00", "UTC", at(held, 9), at(held, 12), 180, held[:7]})
}

func (w *small) full(occasion, from, to string) {
	var until any
	if to != "" {
		until = at(to, 0)
	}
	w.put("occasion_full", "occasion, full_from, full_to", []any{occasion, at(from, 0), until})
}

func (w *small) letter(person, state, kind, about, day string) {
	w.n++
	w.put("letter", "id, person, template, about_kind, about, programme, args, essential, state, made_at, due, sent_at",
		[]any{fmt.Sprint("l", w.n), person, "invitation", kind, about, "kb", "", 0, state, at(day, 10), at(day, 10), at(day, 10)})
}

func (w *small) signup(person, occasion, state, day string) {
	w.n++
	id := fmt.Sprint("s", w.n)
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		if err := db.Lock(ctx, tx, "occasion", occasion); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "signup", "id, occasion, person, state, seq, number", "", [][]any{{id, occasion, person, state, w.n, w.n}}); err != nil {
			return err
		}
		return db.Insert(ctx, tx, "signup_event", "id, signup, state, seq, at, actor", "", [][]any{{"v" + id, id, state, 1, at(day, 10), person}})
	})
}

func (w *small) attend(person, occasion string, minutes int) {
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		if err := db.Lock(ctx, tx, "person", person); err != nil {
			return err
		}
		return db.Insert(ctx, tx, "attendance", "meeting, person, minutes, source, recorded_by, recorded_at", "",
			[][]any{{"m-" + occasion, person, minutes, "organiser", "o", at("2012-10-12", 10)}})
	})
}

func at(day string, hour int) time.Time {
	return local.Date(day).Time().Add(time.Duration(hour) * time.Hour)
}

const today = local.Date("2012-10-12")

func grant(role access.Role, workplaces ...string) access.Viewer {
	g := access.Grant{Role: role, Programme: "kb"}
	if len(workplaces) > 0 {
		g = access.Grant{Role: role, Unit: "unit", Workplaces: workplaces}
	}
	return access.Viewer{Person: "viewer", Grants: []access.Grant{g}}
}

var (
	office   = grant(access.Office)
	steering = grant(access.Steering)
)

// of says in which figures a person is counted on a day.
func (w *small) of(person, goal, on string) string {
	w.t.Helper()
	var names []string
	for _, f := range report.Figures {
		rows, err := report.Rows(w.t.Context(), w.d, office, report.Query{Programme: "kb", Goal: goal, On: local.Date(on), Today: today}, f, "")
		if err != nil {
			w.t.Fatal(err)
		}
		if slices.ContainsFunc(rows, func(r report.Row) bool { return r.Person == person }) {
			names = append(names, f.Name())
		}
	}
	return strings.Join(names, " ")
}
