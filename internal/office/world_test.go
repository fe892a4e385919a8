package office_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/local"
	"kompobib/internal/office"
	"kompobib/internal/people"
	"kompobib/internal/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const today local.Date = "2012-10-12"

// worker is who joins persons: an office that may edit everyone.
var worker = access.Viewer{Person: "worker", Grants: []access.Grant{{Role: access.Participant}, {Role: access.Office}}, On: today}

// A world has two persons, eva and ewa, who are the same, at one workplace of a programme.
type world struct {
	t    *testing.T
	d    *db.DB
	ring *secret.Ring
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	ring, err := secret.NewRing(slices.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, d, ring}
	w.put("unit", "id, kind, workplace_kind", []any{"region", "region", nil}, []any{"county", "county", nil}, []any{"town", "municipality", nil},
		[]any{"main", "workplace", "public-library"}, []any{"branch", "workplace", "branch-library"})
	for unit, parent := range map[string]any{"region": nil, "county": "region", "town": "county", "main": "town", "branch": "town"} {
		w.put("unit_period", "unit, valid_from, parent, name, sort_key, folded", []any{unit, "2000-01-01", parent, unit, unit, unit})
	}
	w.put("employer", "id, name, sort_key, folded", []any{"employer", "Kommunen", "k", "k"})
	w.put("programme", "id, slug, name, short_name, funding_period, state, starts, ends, zone, published",
		[]any{"kb", "kb", "KompoBib", "KompoBib", "2007-2013", "running", "2011-01-01", "2013-12-31", "Europe/Stockholm", 1})
	w.put("target_unit", "programme, unit", []any{"kb", "region"})
	w.put("activity", "id, programme, kind, title, published", []any{"a", "kb", "lecture", "Föreläsning", 1})
	for _, name := range []string{"eva", "ewa", "worker", "boss"} {
		w.put("person", "id, given, family, sort_key, folded", []any{name, name, "Ek", name, name})
	}
	return w
}

func (w *world) put(table, columns string, rows ...[]any) {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx *db.Tx) error { return db.Insert(ctx, tx, table, columns, "", rows) })
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

func (w *world) tx(f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	err := w.d.Tx(w.t.Context(), "setup", func(ctx context.Context, tx *db.Tx) error {
		for _, table := range []string{"occasion", "person"} { // what is put beside the rules is put under their locks
			ids, err := db.Values[string](ctx, tx, `SELECT id FROM `+table)
			if err == nil {
				err = db.Lock(ctx, tx, table, ids...)
			}
			if err != nil {
				return err
			}
		}
		if err := f(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "test"})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// occasion adds one with a meeting from nine to twelve on a day, with this many seated and waiting.
func (w *world) occasion(id string, day local.Date, seated, waiting int) {
	w.t.Helper()
	at := func(hour int) time.Time { return day.Time().Add(time.Duration(hour) * time.Hour) }
	w.put("occasion", "id, activity, capacity, opens, closes, starts, ends, seated, waiting, seq",
		[]any{id, "a", 20, at(-1000), at(8), at(9), at(12), seated, waiting, 100})
	w.put("meeting", "id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month",
		[]any{"m-" + id, id, day, "09:00", "12:00", "UTC", at(9), at(12), 180, day.Month()})
}

// seat adds a sign-up, with an event for each state that it has had.
func (w *world) seat(occasion, person string, seq int, states ...string) {
	w.t.Helper()
	id := occasion + "-" + person
	w.put("signup", "id, occasion, person, state, seq, number", []any{id, occasion, person, states[len(states)-1], seq, seq})
	for i, state := range states {
		w.put("signup_event", "id, signup, state, seq, at, actor", []any{fmt.Sprint(id, i), id, state, seq + 10*i, dbtest.Now, person})
	}
}

func (w *world) present(occasion, person string, minutes int, employment any) {
	w.t.Helper()
	w.put("attendance", "meeting, person, employment, minutes, source, recorded_by, recorded_at", []any{"m-" + occasion, person, employment, minutes, "organiser", "boss", dbtest.Now})
}

func (w *world) employ(id, person, workplace string, share int, from, to any) {
	w.t.Helper()
	w.put("employment", "id, person, employer, workplace, title, staff_role, share, valid_from, valid_to",
		[]any{id, person, "employer", workplace, "bibliotekarie", "librarian", share, from, to})
}

func (w *world) join(v access.Viewer, j people.Joining) error {
	return w.d.Tx(w.t.Context(), v.Person, func(ctx context.Context, tx *db.Tx) error {
		return office.JoinPersons(ctx, tx, w.ring, v, today, j)
	})
}

func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	n, err := db.Value[int](w.t.Context(), w.d, query, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// hold makes sure that all that always holds still does.
func (w *world) hold() {
	w.t.Helper()
	doctor.Well(w.t, w.d)
}
