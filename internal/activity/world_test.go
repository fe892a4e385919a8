package activity_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
)

// A world is what the rules of seats and attendance stand on: a county with two workplaces, their
// staff, and a programme for them all.
type world struct {
	t testing.TB
	d *db.DB
	n int // occasions so far
}

const (
	programme1 = "programme"
	near       = "workplace-near"
	far        = "workplace-far" // in another municipality, still within the programme
	outside    = "workplace-outside"
	organiser  = "organiser"
)

// newWorld makes one with so many staff at the near workplace: p000, p001 and so on.
func newWorld(t testing.TB, d *db.DB, staff int) *world {
	t.Helper()
	w := &world{t: t, d: d}
	w.tx("setup", func(ctx context.Context, tx *db.Tx) error {
		put := func(table, columns string, rows ...[]any) {
			if err := db.Insert(ctx, tx, table, columns, "", rows); err != nil {
				t.Fatal(err)
			}
		}
		put("unit", "id, kind, workplace_kind", []any{"region", "region", nil}, []any{"elsewhere", "region", nil}, []any{"town-near", "municipality", nil},
			[]any{"town-far", "municipality", nil}, []any{near, "workplace", "public-library"}, []any{far, "workplace", "school-library"}, []any{outside, "workplace", "other"})
		period := func(unit string, parent any) []any { return []any{unit, "2000-01-01", nil, parent, unit, unit, unit} }
		put("unit_period", "unit, valid_from, valid_to, parent, name, sort_key, folded", period("region", nil), period("elsewhere", nil),
			period("town-near", "region"), period("town-far", "region"), period(near, "town-near"), period(far, "town-far"), period(outside, "elsewhere"))
		put("employer", "id, name, sort_key, folded, org_number", []any{"employer", "Kommunen", "k", "k", "212000-0001"})
		put("programme", "id, slug, name, short_name, contact, funding_period, state, starts, ends, zone, published",
			[]any{programme1, "kompobib", "KompoBib", "KompoBib", "kompobib@example.org", "2007-2013", "running", "2011-01-01", "2013-12-31", "Europe/Stockholm", 1})
		put("target_unit", "programme, unit", []any{programme1, "region"})
		return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "programme", Row: programme1})
	})
	w.employ(near, organiser, "contact-near")
	w.employ(far, "contact-far")
	persons := make([]string, staff)
	for i := range persons {
		persons[i] = fmt.Sprintf("p%03d", i)
	}
	w.employ(near, persons...)
	return w
}

// tx runs f in by's name, with no patience for errors.
func (w *world) tx(by string, f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Tx(w.t.Context(), by, f); err != nil {
		w.t.Fatal(err)
	}
}

// employ adds persons who have worked full time at a workplace for years.
func (w *world) employ(workplace string, persons ...string) {
	w.t.Helper()
	w.tx("setup", func(ctx context.Context, tx *db.Tx) error {
		var rows, jobs [][]any
		for _, p := range persons {
			rows = append(rows, []any{p, "Given " + p, "Family", p, p})
			jobs = append(jobs, []any{"job-" + p, p, "employer", workplace, "Bibliotekarie", "librarian", 1000, "2005-01-01"})
		}
		if err := db.Insert(ctx, tx, "person", "id, given, family, sort_key, folded", "", rows); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "employment", "id, person, employer, workplace, title, staff_role, share, valid_from", "", jobs); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "person"})
	})
}

// exec runs one statement, beside the rules.
func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.tx("setup", func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "test"})
	})
}

// seat gives a person a seat at an occasion that lies behind.
func (w *world) seat(occasion, person string) {
	w.t.Helper()
	w.tx("setup", func(ctx context.Context, tx *db.Tx) error {
		if err := db.Lock(ctx, tx, "occasion", occasion); err != nil {
			return err
		}
		number, err := db.Value[int](ctx, tx, `SELECT count(*) + 1 FROM signup WHERE occasion = $1`, occasion)
		if err != nil {
			return err
		}
		id := occasion + person
		if _, err := tx.Exec(ctx, `INSERT INTO signup (id, occasion, person, state, seq, number) VALUES ($1, $2, $3, 'seated', $4, $5)`,
			id, occasion, person, number, number); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO signup_event (id, signup, state, seq, at, actor, why) VALUES ($1, $1, 'seated', 1, $2, $3, 'self')`, id, tx.At, person); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE occasion SET seated = seated + 1 WHERE id = $1`, occasion); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "sign-up", Entity: "signup", Row: id})
	})
}

// count is a number that the database holds.
func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	n, err := db.Value[int](w.t.Context(), w.d, query, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// occasion adds an activity of the organiser's with one occasion of so many seats, whose sign-up is open, with meetings:
// "2012-11-05 09:00-16:00", and breaks behind: "2012-11-05 09:00-16:00 12:00-13:00".
func (w *world) occasion(capacity int, meetings ...string) string {
	w.t.Helper()
	w.n++
	id := fmt.Sprintf("occasion-%d", w.n)
	w.tx("setup", func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO activity (id, programme, kind, title, organiser, published) VALUES ($1, $2, 'course', $3, $4, 1)`,
			"activity-"+id, programme1, "Kurs "+id, organiser); err != nil {
			return err
		}
		var first, last *time.Time
		var rows, breaks [][]any
		for i, m := range meetings {
			span := parseSpan(m)
			starts, ends := span.UTC()
			if first == nil {
				first = &starts
			}
			last = &ends
			mid := fmt.Sprintf("%s-meeting-%d", id, i+1)
			rows = append(rows, []any{mid, id, span.Date, span.Start, span.End, span.Zone, starts, ends, span.Minutes(), span.Date.Month()})
			for _, b := range span.Breaks {
				breaks = append(breaks, []any{mid, b.Start, b.End})
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO occasion (id, activity, capacity, opens, closes, starts, ends) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id, "activity-"+id, capacity, dbtest.Now.AddDate(0, -1, 0), dbtest.Now.AddDate(0, 0, 7), first, last); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "meeting", "id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month", "", rows); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "meeting_break", "meeting, start_time, end_time", "", breaks); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "occasion", Row: id})
	})
	return id
}

func parseSpan(s string) local.Span {
	span := local.Span{Zone: "Europe/Stockholm"}
	for i, part := range strings.Fields(s) {
		switch {
		case i == 0:
			span.Date = local.Date(part)
		case i == 1:
			span.Start, span.End = part[:5], part[6:]
		default:
			span.Breaks = append(span.Breaks, local.Break{Start: part[:5], End: part[6:]})
		}
	}
	return span
}

// Viewers, as they are resolved for a request.
func participant(person string) access.Viewer {
	return access.Viewer{Person: person, Grants: []access.Grant{{Role: access.Participant}}}
}

func viewer(person string, role access.Role, programme string, workplaces ...string) access.Viewer {
	v := participant(person)
	g := access.Grant{Role: role, Programme: programme, Workplaces: workplaces}
	if len(workplaces) > 0 {
		g.Unit = workplaces[0]
	}
	v.Grants = append(v.Grants, g)
	return v
}

// signUp signs person up in v's name.
func (w *world) signUp(v access.Viewer, occasion, person string) (activity.Signup, error) {
	var s activity.Signup
	err := w.d.Tx(w.t.Context(), cmp.Or(v.Person, "public"), func(ctx context.Context, tx *db.Tx) (err error) {
		s, err = activity.SignUp(ctx, tx, v, occasion, person)
		return err
	})
	return s, err
}

func (w *world) cancel(v access.Viewer, occasion, person string) error {
	return w.d.Tx(w.t.Context(), v.Person, func(ctx context.Context, tx *db.Tx) error {
		return activity.Cancel(ctx, tx, v, occasion, person, "")
	})
}
