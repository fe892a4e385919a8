// Package learningtest makes what tests of workplace learning stand on: a county with two towns, their
// workplaces and staff, and a programme for them all.
package learningtest

import (
	"context"
	"fmt"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/local"
)

// What a [World] has.
const (
	Today     = local.Date("2012-10-12") // [dbtest.Now]'s
	Programme = "programme"
	Citizens  = "goal-citizens" // its goal areas
	Media     = "goal-media"
	County    = "county"
	NearTown  = "town-near"
	FarTown   = "town-far"
	Near      = "workplace-near"  // a public library
	Small     = "workplace-small" // a branch in the same town, with two who work there
	Far       = "workplace-far"   // a school library in the other town
	Outside   = "workplace-outside"
)

// A World is in a database of its own. Staff are near-0, near-1 … at [Near], small-0 and small-1 at [Small], far-0 … far-4 at
// [Far] and outside-0 at [Outside], which no programme targets.
type World struct {
	T testing.TB
	D *db.DB
}

// New makes one with so many staff at [Near].
func New(t testing.TB, d *db.DB, staff int) *World {
	t.Helper()
	w := &World{t, d}
	w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
		put := func(table, columns string, rows ...[]any) {
			if err := db.Insert(ctx, tx, table, columns, "", rows); err != nil {
				t.Fatal(err)
			}
		}
		put("unit", "id, kind, workplace_kind", []any{"region", "region", nil}, []any{"elsewhere", "region", nil}, []any{County, "county", nil},
			[]any{NearTown, "municipality", nil}, []any{FarTown, "municipality", nil}, []any{Near, "workplace", "public-library"},
			[]any{Small, "workplace", "branch-library"}, []any{Far, "workplace", "school-library"}, []any{Outside, "workplace", "other"})
		period := func(unit string, parent any) []any { return []any{unit, "2000-01-01", nil, parent, unit, unit, unit} }
		put("unit_period", "unit, valid_from, valid_to, parent, name, sort_key, folded", period("region", nil), period("elsewhere", nil), period(County, "region"),
			period(NearTown, County), period(FarTown, County), period(Near, NearTown), period(Small, NearTown), period(Far, FarTown), period(Outside, "elsewhere"))
		put("employer", "id, name, sort_key, folded, org_number", []any{"employer", "Kommunen", "k", "k", "212000-0001"})
		put("programme", "id, slug, name, short_name, contact, funding_period, state, starts, ends, zone, published",
			[]any{Programme, "kompobib", "KompoBib", "KompoBib", "kompobib@example.org", "2007-2013", "running", "2011-01-01", "2013-12-31", "Europe/Stockholm", 1})
		put("goal_area", "id, programme, ord, name", []any{Citizens, Programme, 1, "Medborgarnas behov"}, []any{Media, Programme, 2, "Nya medier"})
		put("target_unit", "programme, unit", []any{Programme, "region"})
		return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "programme", Row: Programme})
	})
	w.Employ(Near, names("near", staff)...)
	w.Employ(Small, names("small", 2)...)
	w.Employ(Far, names("far", 5)...)
	w.Employ(Outside, "outside-0")
	return w
}

func names(of string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s-%d", of, i)
	}
	return list
}

// Tx runs f in by's name, with no patience for errors.
func (w *World) Tx(by string, f func(ctx context.Context, tx *db.Tx) error) {
	w.T.Helper()
	if err := w.D.Tx(w.T.Context(), by, f); err != nil {
		w.T.Fatal(err)
	}
}

// Employ adds persons who have worked full time at a workplace for years.
func (w *World) Employ(workplace string, persons ...string) {
	w.T.Helper()
	w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
		var rows, jobs [][]any
		for _, p := range persons {
			rows = append(rows, []any{p, "Given " + p, "Family", p, p, p + "@example.org"})
			jobs = append(jobs, []any{"employment-" + p, p, "employer", workplace, "bibliotekarie", "librarian", 1000, "2005-01-01"})
		}
		if err := db.Insert(ctx, tx, "person", "id, given, family, sort_key, folded, email", "", rows); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "employment", "id, person, employer, workplace, title, staff_role, share, valid_from", "", jobs); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "person", Row: persons[0]})
	})
}

func as(person string, grants ...access.Grant) access.Viewer {
	return access.Viewer{Person: person, On: Today, Grants: append([]access.Grant{{Role: access.Participant}}, grants...)}
}

// Staff is someone of the staff as a viewer.
func Staff(person string) access.Viewer { return as(person) }

// Contact is someone of the staff who is the contact of workplaces.
func Contact(person string, workplaces ...string) access.Viewer {
	return as(person, access.Grant{Role: access.Contact, Unit: workplaces[0], Workplaces: workplaces})
}

// Holder is someone who holds a role in the programme.
func Holder(role access.Role) access.Viewer {
	return as(string(role), access.Grant{Role: role, Programme: Programme, Workplaces: []string{Far, Near, Small}})
}
