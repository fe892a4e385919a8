package demo_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/swot"
	"kompobib/internal/local"
)

// A nation is a programme beside the demo's, of twenty counties, written straight into its tables.
type nation struct{ municipalities, workplaces, persons, commitments int }

// wholeNation is as large as a programme may be.
var wholeNation = nation{290, 2500, 10000, 100000}

// The nation's people who ask: who leads the library that comes first, and the demo's office, which carries this programme too.
const (
	manager   = "manager@nation.example.org"
	theOffice = "office@example.org"
)

// nationPages are those that a programme's size would be felt on first.
var nationPages = []struct{ name, role, path string }{
	{"workplace", manager, "/programmes/nation/workplaces/" + place(0)},
	{"coverage", theOffice, "/programmes/nation/workshops"},
	{"coverage-county", theOffice, "/programmes/nation/workshops?county=" + county(0)},
	{"commitments", theOffice, "/programmes/nation/commitments"},
	{"overview", theOffice, "/programmes/nation/learning"},
	{"analyses", theOffice, "/programmes/nation/swot"},
	{"analysis", manager, "/programmes/nation/workplaces/" + place(0) + "/swot"},
	{"needs", theOffice, "/programmes/nation/needs"},
	{"needs-unanswered", theOffice, "/programmes/nation/needs/unanswered"},
	{"plan", manager, "/programmes/nation/workplaces/" + place(0) + "/needs"},
	{"path", manager, "/programmes/nation/workplaces/" + place(0) + "/path"},
}

func county(i int) string { return fmt.Sprintf("nation-county-%012d", i%20) }
func town(i int) string   { return fmt.Sprintf("nation-municipal-%09d", i) }
func place(i int) string  { return fmt.Sprintf("nation-workplace-%09d", i) }
func person(i int) string { return fmt.Sprintf("nation-person-%012d", i) }

// fill makes the nation. Of five workplaces three have held their workshop, one has a date and one has none; each state of
// commitments comes as often as any other.
func (n nation) fill(t testing.TB, d *db.DB) {
	t.Helper()
	const from, held, planned = "2005-01-01", local.Date("2012-09-20"), local.Date("2012-11-20")
	type rows = [][]any
	var units, periods, persons, jobs, places, shops, occasions, meetings, attended, foci, texts rows
	unit := func(id, kind string, of, parent any, name string) {
		units = append(units, []any{id, kind, of})
		periods = append(periods, []any{id, from, parent, name, name, name})
	}
	unit("nation-region", "region", nil, nil, "Riket")
	for i := range 20 {
		unit(county(i), "county", nil, "nation-region", fmt.Sprintf("Län %02d", i))
	}
	for i := range n.municipalities {
		unit(town(i), "municipality", nil, county(i), fmt.Sprintf("Kommun %03d", i))
	}
	for i := range n.persons {
		name := fmt.Sprintf("Efternamn%05d Förnamn", i)
		persons = append(persons, []any{person(i), "Förnamn", fmt.Sprintf("Efternamn%05d", i), name, name})
		jobs = append(jobs, []any{"employment-" + person(i), person(i), "nation-employer", place(i % n.workplaces), "bibliotekarie", "librarian", 1000, from})
	}
	at := dbtest.Now.AddDate(0, 0, -30)
	for i := range n.workplaces {
		unit(place(i), "workplace", "public-library", town(i%n.municipalities), fmt.Sprintf("Bibliotek %04d", i))
		shop, occasion := fmt.Sprintf("nation-workshop-%010d", i), fmt.Sprintf("nation-occasion-%010d", i)
		places = append(places, []any{"nation-kit", place(i), shop})
		if i%5 == 4 {
			shops = append(shops, []any{shop, "nation-kit", nil, person(i), nil})
		} else {
			date := held
			if i%5 == 3 {
				date = planned
			}
			begins, ends := local.Span{Date: date, Start: "09:00", End: "12:00", Zone: "Europe/Stockholm"}.UTC()
			shops = append(shops, []any{shop, "nation-kit", "nation-kit-version", person(i), occasion})
			occasions = append(occasions, []any{occasion, "nation-activity", 40, at.AddDate(0, -3, 0), begins, begins, ends})
			meetings = append(meetings, []any{"meeting-" + occasion, occasion, date, "09:00", "12:00", "Europe/Stockholm", begins, ends, 180, string(date[:7])})
			for p := i; p < n.persons && date == held; p += n.workplaces {
				attended = append(attended, []any{"meeting-" + occasion, person(p), "employment-" + person(p), 180, "organiser", person(i), at})
			}
		}
		id := fmt.Sprintf("nation-focus-%013d", i)
		foci = append(foci, []any{id, "nation", place(i)})
		texts = append(texts, []any{id, 1, "Vi möter alla som söker ny kunskap", person(i), at})
	}
	var commitments, wordings, events, checks rows
	for i := range n.commitments {
		id, owner, state := fmt.Sprintf("nation-commitment-%08d", i), person(i%n.persons), focus.States[i%len(focus.States)]
		first := local.Date("2012-08-01").Add(i % 120)
		next, version := &first, 1
		events = append(events, []any{id, 1, at, owner, "create", focus.Open, owner, 1})
		if state == focus.Open {
			checks = append(checks, []any{id, 1, first, nil, nil})
		} else {
			version, next = 2, nil
			events = append(events, []any{id, 2, at, owner, "state", state, owner, 1})
			checks = append(checks, []any{id, 1, first, state, at})
			if state != focus.Done && state != focus.Dropped {
				next = new(first.Add(90))
				checks = append(checks, []any{id, 2, *next, nil, nil})
			}
		}
		commitments = append(commitments, []any{id, "nation", place(i % n.workplaces), owner, state, version, fmt.Sprintf("nation-goal-%d", i%4), "2012-04-01", "2012-12-31", "3,6", next, 1, version})
		wordings = append(wordings, []any{id, 1, "någon frågar efter det som vi inte har", "lånar vi in det samma dag", "De får det inom en vecka"})
	}
	err := d.Tx(db.Lengthy(t.Context(), 10*time.Minute), "test", func(ctx context.Context, tx *db.Tx) error {
		office, err := db.Value[string](ctx, tx, `SELECT person FROM account WHERE email = $1`, theOffice)
		if err != nil {
			return err
		}
		for _, of := range append([]table{
			{"unit", "id, kind, workplace_kind", units},
			{"unit_period", "unit, valid_from, parent, name, sort_key, folded", periods},
			{"employer", "id, name, sort_key, folded", rows{{"nation-employer", "Riket", "riket", "riket"}}},
			{"person", "id, given, family, sort_key, folded", persons},
			{"employment", "id, person, employer, workplace, title, staff_role, share, valid_from", jobs},
			{"programme", "id, slug, name, short_name, contact, funding_period, state, starts, ends, zone, published",
				rows{{"nation", "nation", "Riket lär", "Riket", "nation@example.org", "2007-2013", "running", "2011-01-01", "2013-12-31", "Europe/Stockholm", 1}}},
			{"goal_area", "id, programme, ord, name", rows{{"nation-goal-0", "nation", 1, "Medborgarna"}, {"nation-goal-1", "nation", 2, "Medier"}, {"nation-goal-2", "nation", 3, "Läsning"}, {"nation-goal-3", "nation", 4, "Samverkan"}}},
			{"target_unit", "programme, unit", rows{{"nation", "nation-region"}}},
			{"account", "person, email", rows{{person(0), manager}}},
			{"role_grant", "id, person, role, programme, unit, valid_from", rows{{"nation-office", office, "office", "nation", nil, from}, {"nation-contact", person(0), "contact", nil, place(0), from}}},
			{"activity", "id, programme, kind, title, published", rows{{"nation-activity", "nation", "workshop", "Workshop på arbetsplatsen", 1}}},
			{"occasion", "id, activity, capacity, opens, closes, starts, ends", occasions},
			{"meeting", "id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month", meetings},
			{"kit", "id, programme, activity", rows{{"nation-kit", "nation", "nation-activity"}}},
			{"kit_version", "id, kit, number, title, first_day, last_day, least_minutes, most_minutes, published", rows{{"nation-kit-version", "nation-kit", 1, "Vad har vi lärt oss?", "2012-09-01", "2013-06-01", 60, 240, at}}},
			{"kit_step", "id, kit_version, ord, title, minutes, least, most, question", rows{{"nation-step", "nation-kit-version", 1, "Lärdomar", 180, 60, 240, "Vad har vi lärt oss?"}}},
			{"workshop", "id, kit, kit_version, leader, occasion", shops},
			{"workshop_place", "kit, workplace, workshop", places},
			{"focus", "id, programme, workplace", foci},
			{"focus_text", "focus, version, statement, made_by, made_at", texts},
			{"commitment", "id, programme, workplace, owner, state, stated, goal, starts, due, months, next_check, wording, version", commitments},
			{"commitment_text", "commitment, number, happens, act, notice", wordings},
			{"commitment_event", "commitment, version, made_at, made_by, act, state, owner, wording", events},
			{"commitment_check", "commitment, ord, due, answer, answered_at", checks},
		}, n.learning()...) {
			if err := db.Insert(ctx, tx, of.name, of.columns, "", of.rows); err != nil {
				return fmt.Errorf("%s: %w", of.name, err)
			}
		}
		// In locked order: who has attended is written under the lock of the person.
		held := make([]string, len(attended))
		for i, a := range attended {
			held[i] = a[1].(string)
		}
		if err := db.Lock(ctx, tx, "person", held...); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "attendance", "meeting, person, employment, minutes, source, recorded_by, recorded_at", "", attended); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "programme", Row: "nation"})
	})
	if err == nil && d.Engine() == "PostgreSQL" { // as it does by itself, a little later
		err = d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "ANALYZE")
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The pages of a large programme beside their queries and bytes.
func BenchmarkPageNation(b *testing.B) {
	dbtest.RunURL(b, func(b *testing.B, url string) {
		s := newSite(b, url)
		wholeNation.fill(b, s.d)
		for _, page := range nationPages {
			b.Run(page.name, func(b *testing.B) {
				of := *s
				of.b = b
				of.signIn(page.role)
				of.compare(2, page.path, of.queries(page.path))
			})
		}
	})
}

// A page of a programme asks as many queries of many workplaces as of few, and is no longer than one that can be read.
func TestNationQueries(t *testing.T) {
	url := dbtest.OneEngine(t)
	again := dbtest.Mark(t, url)
	queries := map[string]int{}
	for _, n := range []nation{{20, 20, 40, 100}, {60, 260, 520, 1500}} {
		s := newSite(t, again())
		n.fill(t, s.d)
		dbtest.Hold(t, s.d, slices.Concat(focus.Invariants(), need.Invariants(), swot.Invariants(), activity.Invariants(s.d.Now()))...)
		for _, page := range nationPages {
			s.signIn(page.role)
			asked := len(s.queries(page.path))
			if was, ok := queries[page.name]; ok && was != asked {
				t.Errorf("%s: %d queries, and %d of more", page.name, was, asked)
			}
			queries[page.name] = asked
			if size := len(s.get(s.front.URL + page.path)); size > 20_000 {
				t.Errorf("%s is sent as %d bytes", page.name, size)
			}
		}
		s.end()
	}
	t.Log(queries)
}
