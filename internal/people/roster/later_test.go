package roster_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
)

// firsts are, of who is called so, the first days of their employments.
func (w *world) firsts(given string) []string {
	w.t.Helper()
	days, err := db.Values[string](w.t.Context(), w.d, `SELECT e.valid_from FROM employment e JOIN person p ON p.id = e.person WHERE p.given = $1 ORDER BY e.valid_from`, given)
	if err != nil {
		w.t.Fatal(err)
	}
	return days
}

// opened is the first day of the workplace that is called so, and its id.
func (w *world) opened(name string) (day, id string) {
	w.t.Helper()
	type row struct{ day, id string }
	r, err := db.One(w.t.Context(), w.d, func(r *row) []any { return []any{&r.day, &r.id} },
		`SELECT min(o.valid_from), o.unit FROM unit_period o WHERE o.unit IN (SELECT unit FROM unit_period WHERE name = $1) GROUP BY o.unit`, name)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.day, r.id
}

// begins are the employments of a difference that begin later than the list tells.
func begins(d *roster.Difference) (all []string) {
	for _, i := range d.Items {
		for _, l := range i.Later {
			all = append(all, fmt.Sprint(i.Row, " ", l.Told, " ", l.From, " ", l.Workplace))
		}
	}
	return all
}

// The first day of a workplace that a list made is guessed: the next list may tell of someone who was there before, and with that list it is undone.
func TestALaterListTellsOfEarlierDays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const library = "Köpings stadsbibliotek"
		w.take("koping-2012-09.csv", file(t, "koping-2012-09.csv"), roster.Choices{}, roster.Decisions{})
		guessed, _ := w.opened(library)
		before := w.all()
		december := file(t, "koping-2012-12.csv")
		if late := begins(w.compare("koping-2012-12.csv", december, roster.Choices{})); late != nil {
			t.Errorf("later than the list tells: %q", late)
		}
		second := w.take("koping-2012-12.csv", december, roster.Choices{}, roster.Decisions{})
		if day, _ := w.opened(library); !slices.Equal(w.firsts("Per"), []string{"1984-12-01"}) || day >= guessed || day > "1984-12-01" {
			t.Errorf("Per is there from %q, the workplace from %s, %s before", w.firsts("Per"), day, guessed)
		}
		doctor.Well(t, d)
		w.undo(second)
		if got := w.all(); got != before {
			t.Errorf("undone, it is\n%s\nwant\n%s", got, before)
		}

		// Renamed too by the same list, it gets both its name and its day back.
		choices := roster.Choices{NewEmployer: "Bolaget", On: "2012-09-01"}
		w.take("lista.csv", []byte(head+";Ek, Eva;Gamla filialen;Köping;chef;100;2001-01-01;\r\n;Ek, Bo;Gamla filialen;Köping;chef;100;2002-01-01;\r\n"), choices, roster.Decisions{})
		before = w.all()
		choices.On = "2012-10-01"
		both := w.take("lista.csv", []byte(head+";Ek, Eva;Nya filialen;Köping;chef;100;1999-01-01;\r\n;Ek, Bo;Nya filialen;Köping;chef;100;2002-01-01;\r\n"), choices, roster.Decisions{})
		if day, id := w.opened("Nya filialen"); day != "1999-01-01" || !slices.Equal(w.firsts("Eva"), []string{"1999-01-01"}) {
			t.Errorf("renamed, %s is there from %s, Eva from %q", id, day, w.firsts("Eva"))
		}
		doctor.Well(t, d)
		w.undo(both)
		if got := w.all(); got != before {
			t.Errorf("renamed and undone, it is\n%s\nwant\n%s", got, before)
		}

		// Somebody is put there by hand before the day that it had: it keeps the earlier one.
		second = w.take("koping-2012-12.csv", december, roster.Choices{}, roster.Decisions{})
		day, id := w.opened(library)
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			employer, err := db.Value[string](ctx, tx, `SELECT id FROM employer WHERE name = 'Köpings kommun'`)
			if err != nil {
				return err
			}
			p, err := people.CreatePerson(ctx, tx, people.Person{Given: "Siv", Family: "Ny", Gender: "woman", Email: "siv@koping.example"})
			if err == nil {
				_, err = people.Employ(ctx, tx, office, people.Employment{Person: p.ID, Employer: employer, Workplace: id, Title: "chef", Share: 1000, Valid: local.Period{From: "1985-01-01"}})
			}
			return err
		})
		w.undo(second)
		if now, _ := w.opened(library); now != day {
			t.Errorf("with somebody there since 1985 it is there from %s, not %s", now, day)
		}
		doctor.Well(t, d)
	})
}

// What a list tells at once of a first day and of another title becomes both, and so does what the next one tells of the first day.
func TestFirstDayAndTitleAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		list := func(title, from string) []byte {
			return []byte(head + ";Ny, Siv;Afilialen;Köping;" + title + ";100;" + from + ";\r\n")
		}
		choices := w.staffed(string(list("chef", "2001-01-01")), "2012-09-01")
		w.tx(func(ctx context.Context, tx *db.Tx) error { // as somebody chose, whatever the title
			_, err := tx.Exec(ctx, `UPDATE employment SET staff_role = 'other'`)
			if err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "employment", Row: "all"})
		})
		posts := func() string {
			t.Helper()
			all, err := db.Values[string](t.Context(), d, `SELECT title || ' ' || valid_from || ' ' || coalesce(valid_to, '') || ' ' || CASE WHEN follows IS NULL THEN staff_role ELSE '' END FROM employment ORDER BY valid_from`)
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(all, ", ")
		}
		first := w.all()
		var done []roster.Import
		var before []string
		for _, test := range []struct {
			on                     local.Date
			title, from            string
			shown, becomes, opened string
		}{
			{"2012-10-01", "bibliotekarie", "1999-01-01", "title chef bibliotekarie, from 2001-01-01 1999-01-01", "chef 1999-01-01 2012-10-01 other, bibliotekarie 2012-10-01  ", "1999-01-01"},
			{"2012-10-02", "bibliotekarie", "1999-01-01", "", "chef 1999-01-01 2012-10-01 other, bibliotekarie 2012-10-01  ", "1999-01-01"},
			{"2012-10-03", "bibliotekarie", "1998-01-01", "from 1999-01-01 1998-01-01", "chef 1998-01-01 2012-10-01 other, bibliotekarie 2012-10-01  ", "1998-01-01"},
			{"2012-10-04", "bibliotekarie", "2012-09-15", "", "chef 1998-01-01 2012-10-01 other, bibliotekarie 2012-10-01  ", "1998-01-01"},
			{"2012-10-05", "bibliotekschef", "1997-01-01", "title bibliotekarie bibliotekschef, from 1998-01-01 1997-01-01",
				"chef 1997-01-01 2012-10-01 other, bibliotekarie 2012-10-01 2012-10-05 , bibliotekschef 2012-10-05  ", "1997-01-01"},
		} {
			choices.On = test.on
			var shown []string
			for _, i := range w.compare("lista.csv", list(test.title, test.from), choices).Items {
				for _, c := range i.Changes {
					shown = append(shown, fmt.Sprint(c.Field, " ", c.Was, " ", c.Is))
				}
			}
			if got := strings.Join(shown, ", "); got != test.shown {
				t.Errorf("%s: shown %q, want %q", test.on, got, test.shown)
			}
			before = append(before, w.all())
			done = append(done, w.take("lista.csv", list(test.title, test.from), choices, roster.Decisions{}))
			if day, _ := w.opened("Afilialen"); posts() != test.becomes || day != test.opened {
				t.Errorf("%s: %q, the workplace is there from %s", test.on, posts(), day)
			}
			doctor.Well(t, d)
		}
		for n := len(done) - 1; n >= 0; n-- {
			if imp := w.undo(done[n]); w.all() != before[n] || imp.Summary.Kept != nil {
				t.Errorf("%s undone: %+v, it is\n%s\nwant\n%s", done[n].On, imp.Summary, w.all(), before[n])
			}
		}
		if w.all() != first {
			t.Errorf("all undone, it is\n%s\nwant\n%s", w.all(), first)
		}
	})
}

// The role that somebody chose holds as long as the title does, and is there again once a list that brought another title is undone.
func TestChosenRoles(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		list := func(title, at, share string) []byte {
			return []byte(head + ";Ek, Eva;" + at + ";Köping;" + title + ";" + share + ";2001-01-01;\r\n")
		}
		choices := w.staffed(string(list("chef", "Biblioteket", "100")), "2001-01-01")
		roles := func() string {
			t.Helper()
			all, err := db.Values[string](t.Context(), d, `SELECT title || ' ' || staff_role FROM employment ORDER BY valid_from`)
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(all, ", ")
		}
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			e, err := db.One(ctx, tx, func(e *people.Employment) []any { return []any{&e.ID, &e.Employer, &e.Workplace, &e.Version} }, `SELECT id, employer, workplace, version FROM employment`)
			if err != nil {
				return err
			}
			e.Title, e.StaffRole, e.Share, e.Valid.From = "chef", "driver", 1000, "2001-01-01"
			return people.CorrectEmployment(ctx, tx, w.ring, office, e, "as told")
		})
		for _, test := range []struct {
			says string
			on   local.Date
			list []byte
			then string
		}{
			{"the same title on the first day", "2001-01-01", list("chef", "Biblioteket", "50"), "chef driver"},
			{"another title on the first day", "2001-01-01", list("bibliotekarie", "Biblioteket", "100"), "bibliotekarie librarian"},
			{"moved, with the same title", "2012-10-01", list("chef", "Filialen", "100"), "chef driver, chef driver"},
			{"moved, with another", "2012-10-01", list("bibliotekarie", "Filialen", "100"), "chef driver, bibliotekarie librarian"},
		} {
			choices.On = test.on
			imp := w.take("lista.csv", test.list, choices, roster.Decisions{})
			if got := roles(); got != test.then {
				t.Errorf("%s: %q, want %q", test.says, got, test.then)
			}
			if w.undo(imp); roles() != "chef driver" {
				t.Errorf("%s, undone: %q", test.says, roles())
			}
			doctor.Well(t, d)
		}
	})
}

// In whatever order lists are undone that each told of an earlier day, once all are the workplace is gone; and in the end it was changed by nobody.
func TestUndoneInAnyOrder(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		first := w.all()
		row := func(name, title, from string) string {
			return ";Ek, " + name + ";Filialen;Köping;" + title + ";100;" + from + ";\r\n"
		}
		for _, third := range []string{"1998-01-01", "1999-01-01"} { // the third moves the day once more, or keeps it where it is
			lists := []string{row("Eva", "chef", "2001-01-01"), row("Bo", "chef", "1999-01-01"), row("Cia", "chef", third)}
			for _, test := range []struct {
				order []int
				days  []string // after each
			}{
				{[]int{2, 1, 0}, []string{"1999-01-01", "2001-01-01", ""}},
				{[]int{1, 2, 0}, []string{third, "2001-01-01", ""}},
				{[]int{1, 0, 2, 0}, []string{third, third, "2001-01-01", ""}},
				{[]int{2, 0, 1, 0}, []string{"1999-01-01", "1999-01-01", "2001-01-01", ""}},
				{[]int{0, 1, 2, 0}, []string{third, third, "2001-01-01", ""}},
				{[]int{0, 2, 1, 0}, []string{third, "1999-01-01", "2001-01-01", ""}},
			} {
				var done []roster.Import
				for n := range lists {
					choices := roster.Choices{NewEmployer: "Köpings kommun", On: local.Date(fmt.Sprint("2012-10-0", n+1))}
					done = append(done, w.take("lista.csv", []byte(head+strings.Join(lists[:n+1], "")), choices, roster.Decisions{}))
				}
				for n, list := range test.order {
					done[list] = w.undo(done[list])
					days, err := db.Values[string](t.Context(), d, `SELECT valid_from FROM unit_period WHERE name = 'Filialen'`)
					if got := strings.Join(days, ", "); err != nil || got != test.days[n] {
						t.Errorf("%v, third %s: after %d undone the workplace is there from %q, want %q, %v", test.order, third, n+1, got, test.days[n], err)
					}
					for _, s := range done[list].Summary.Units {
						if s.Reason != roster.InUse {
							t.Errorf("%v: it stays: %+v", test.order, s)
						}
					}
					doctor.Well(t, d)
				}
				if got := w.all(); got != first {
					t.Fatalf("%v: undone, it is\n%s\nwant\n%s", test.order, got, first)
				}
			}
		}
	})
}

// Somebody whom an undone list leaves is given a later first day by hand. Undoing the list before then takes back what both lists did to the workplace's first day, and undoing
// either once more does nothing.
func TestUndoneAroundAChangeByHand(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		row := func(name, from string) string {
			return ";Ek, " + name + ";Filialen;Köping;chef;100;" + from + ";\r\n"
		}
		lists := []string{row("Eva", "2001-01-01"), row("Bo", "1999-01-01"), row("Cia", "1998-01-01")}
		var done []roster.Import
		for n := range lists {
			choices := roster.Choices{NewEmployer: "Köpings kommun", On: local.Date(fmt.Sprint("2012-10-0", n+1))}
			done = append(done, w.take("lista.csv", []byte(head+strings.Join(lists[:n+1], "")), choices, roster.Decisions{}))
		}
		day := func(says, want string) {
			t.Helper()
			if got, _ := w.opened("Filialen"); got != want {
				t.Errorf("%s: the workplace is there from %s, not %s", says, got, want)
			}
			doctor.Well(t, d)
		}
		cia := func(from local.Date) {
			t.Helper()
			w.tx(func(ctx context.Context, tx *db.Tx) error {
				e, err := db.One(ctx, tx, func(e *people.Employment) []any {
					return []any{&e.ID, &e.Employer, &e.Workplace, &e.Title, &e.Share, &e.Version}
				}, `SELECT e.id, e.employer, e.workplace, e.title, e.share, e.version FROM employment e JOIN person p ON p.id = e.person WHERE p.given = 'Cia'`)
				if err != nil {
					return err
				}
				e.Valid.From = from
				return people.CorrectEmployment(ctx, tx, w.ring, office, e, "as told")
			})
		}
		cia("1998-06-01")
		done[2] = w.undo(done[2])
		day("Cia stays", "1998-01-01")
		cia("2005-01-01")
		done[1] = w.undo(done[1])
		day("the list before is undone", "2001-01-01")
		for n := range lists[1:] {
			if _, err := undoAgain(w, done[n+1]); err != nil && fault.Of(err) == nil {
				t.Error(err)
			}
			day("undone once more", "2001-01-01")
		}
		// Where somebody has renamed it since, undoing once more leaves the name alone.
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			_, id := w.opened("Filialen")
			u, err := people.GetUnit(ctx, tx, id, "2012-10-12")
			if err == nil {
				err = people.RenameUnit(ctx, tx, id, u.Version, "2012-10-10", "Nya filialen")
			}
			return err
		})
		if got, err := roster.Get(t.Context(), d, office, done[2].ID); err != nil || len(got.Summary.Kept) != 1 {
			t.Fatalf("%+v, %v", got.Summary, err)
		} else {
			w.undo(got)
		}
		day("undone once more", "2001-01-01")
		w.opened("Nya filialen")
	})
}

// Where a workplace's first day is known, or an earlier employment ended, an employment that the list tells of begins then, which is told by the row.
func TestEmploymentsThatBeginLater(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		var known people.Unit
		w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
			known, err = people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Workplace, WorkplaceKind: "branch-library", Name: "Filialen", Parent: w.units["1983"], From: "1995-05-01"})
			return err
		})
		const eva, bo = ";Ek, Eva;Filialen;Köping;chef;100;1990-01-01;\r\n", "600121-9960;Ek, Bo;Biblioteket;Köping;chef;100;1960-01-01;\r\n"
		choices := roster.Choices{NewEmployer: "Köpings kommun", On: "2012-09-01"}
		want := []string{"2 1990-01-01 1995-05-01 Filialen", "3 1960-01-01 1970-01-01 Biblioteket"}
		if got := begins(w.compare("lista.csv", []byte(head+eva+bo), choices)); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		w.take("lista.csv", []byte(head+eva+bo), choices, roster.Decisions{})
		if day, _ := w.opened("Filialen"); day != "1995-05-01" || !slices.Equal(w.firsts("Eva"), []string{"1995-05-01"}) {
			t.Errorf("Filialen is there from %s, Eva from %q", day, w.firsts("Eva"))
		}
		again := w.compare("lista.csv", []byte(head+eva+bo), roster.Choices{On: "2012-09-01"})
		if got := begins(again); got != nil || again.Counts[roster.Unchanged] != 2 {
			t.Errorf("once more: %q, %s", got, counts(again))
		}
		// Bo is gone for a while, and there again.
		w.take("lista.csv", []byte(head+eva), roster.Choices{On: "2012-09-15", LeftOn: "2012-09-10"}, roster.Decisions{})
		if got := begins(w.compare("lista.csv", []byte(head+eva+bo), roster.Choices{On: "2012-10-01"})); !slices.Equal(got, []string{"3 1960-01-01 2012-09-10 "}) {
			t.Errorf("there again: %q", got)
		}
		err := d.Tx(t.Context(), "office", func(ctx context.Context, tx *db.Tx) error {
			return people.BeginEarlier(ctx, tx, known.ID, known.Version, "1990-01-01")
		})
		if fault.Of(err).In("from") == nil {
			t.Errorf("a first day that was told is moved: %v", err)
		}

		// Of whom is protected it is told that it is so, and nothing more.
		list := []byte("Namn;Arbetsplats;Kommun;Titel;Anställd from;Skyddade personuppgifter\r\nEk, Cia;Filialen;Köping;chef;1990-01-01;ja\r\n")
		imp := w.wait("lista.csv", list, roster.Import{Choices: roster.Choices{NewEmployer: "Bolaget", On: "2012-10-01"}})
		shown, err := roster.Items(t.Context(), d, w.ring, imp, roster.Newcomer, 0, 10)
		if err != nil || len(shown) != 1 || !slices.Equal(shown[0].Later, []roster.Begins{{}}) {
			t.Errorf("%+v, %v", shown, err)
		}
	})
}

// A row whose number is masked is taken in without one, and says so, unless the person is known with theirs.
func TestMaskedNumbers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const zeynep = "19480322-9949;Höglund, Zeynep;Biblioteket;Köping;chef;100;2001-01-01;\r\n"
		choices := w.staffed(head+zeynep, "2012-01-01")
		for _, test := range []struct {
			says, row string
			told      bool
		}{
			{"somebody new", "19600121****;Ek, Ragnhild;Biblioteket;Köping;chef;100;2001-01-01;\r\n", true},
			{"so, written with a dash", "19600121-****;Ek, Ragnhild;Biblioteket;Köping;chef;100;2001-01-01;\r\n", true},
			{"so, with the number", "19600121-9960;Ek, Ragnhild;Biblioteket;Köping;chef;100;2001-01-01;\r\n", false},
			{"so, without one", ";Ek, Ragnhild;Biblioteket;Köping;chef;100;2001-01-01;\r\n", false},
			{"who is known with it", "19480322****;Höglund, Zeynep;Biblioteket;Köping;bibliotekarie;100;2001-01-01;\r\n", false},
		} {
			imp := w.wait("lista.csv", []byte(head+test.row), roster.Import{Choices: choices})
			told := 0
			for _, kind := range []roster.Kind{roster.Newcomer, roster.Changed} {
				shown, err := roster.Items(t.Context(), d, w.ring, imp, kind, 0, 10)
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range shown {
					if s.Numberless {
						told++
					}
				}
			}
			if (told == 1) != test.told || imp.Summary.Found[roster.Unchanged] > 0 {
				t.Errorf("%s: told %d times, %+v", test.says, told, imp.Summary.Found)
			}
		}
	})
}

// A list whose name tells of a day to come is read as of today, and says so; so does one of before there were municipalities.
func TestDayThatAListTells(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		for _, test := range []struct {
			name     string
			on, told local.Date
		}{
			{"koping-2012-09.csv", "2012-09-01", ""},
			{"koping-2012-12.csv", "2012-10-12", "2012-12-01"},
			{"koping 2012-10-31.csv", "2012-10-12", "2012-10-31"},
			{"koping.csv", "2012-10-12", ""},
		} {
			diff := w.compare(test.name, file(t, "koping-2012-12.csv"), roster.Choices{})
			if diff.On != test.on || diff.Told != test.told {
				t.Errorf("%s: as of %s, told %q", test.name, diff.On, diff.Told)
			}
			if diff = w.compare(test.name, file(t, "koping-2012-12.csv"), roster.Choices{On: test.on}); diff.On != test.on || diff.Told != "" {
				t.Errorf("%s, the day chosen: as of %s, told %q", test.name, diff.On, diff.Told)
			}
		}
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE unit_period SET valid_from = '2012-10-01'`); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "unit", Row: "all"})
		})
		if diff := w.compare("koping-2012-09.csv", file(t, "koping-2012-09.csv"), roster.Choices{}); diff.On != "2012-10-12" || diff.Told != "2012-09-01" {
			t.Errorf("older than what is known: as of %s, told %q", diff.On, diff.Told)
		}

		// Read again it tells the same, until somebody has chosen the day.
		for _, test := range []struct {
			name string
			told local.Date
		}{{"koping-2012-09.csv", "2012-09-01"}, {"koping-2012-12.csv", "2012-12-01"}, {"koping.csv", ""}} {
			waits := w.wait(test.name, file(t, "koping-2012-09.csv"), roster.Import{})
			waits = w.wait(test.name, file(t, "koping-2012-09.csv"), waits)
			if waits.On != "2012-10-12" || waits.View.Told != test.told {
				t.Errorf("%s read again: as of %s, told %q", test.name, waits.On, waits.View.Told)
			}
			waits.Choices.On, waits.Choices.OnGuessed = "2012-10-02", false
			waits = w.wait(test.name, file(t, "koping-2012-09.csv"), waits)
			if waits = w.wait(test.name, file(t, "koping-2012-09.csv"), waits); waits.On != "2012-10-02" || waits.View.Told != "" {
				t.Errorf("%s, the day chosen, and read again: as of %s, told %q", test.name, waits.On, waits.View.Told)
			}
		}
	})
}

// An older list that comes after a newer one of the same employer has been carried out is told, until that is undone.
func TestNewerLists(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, siv = ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ny, Siv;Kaféet;Sala;chef;100;2001-01-01;\r\n"
		choices := w.staffed(head+eva, "2012-10-01")
		w.take("lista.csv", []byte(head+siv), roster.Choices{NewEmployer: "Bolaget", On: "2012-10-02"}, roster.Decisions{})
		choices.On = "2012-10-03"
		last := w.take("ny.csv", []byte(head+eva), choices, roster.Decisions{})
		tells := func(says string, on local.Date, v access.Viewer, want string) {
			t.Helper()
			all, err := roster.NewerLists(t.Context(), d, v, choices.Employer, on, nil, nil)
			var got strings.Builder
			for _, n := range all {
				got.WriteString(fmt.Sprint(n.FileName, " ", n.On, ", "))
			}
			if err != nil || got.String() != want {
				t.Errorf("%s: %q, want %q, %v", says, got.String(), want, err)
			}
		}
		tells("of the month before", "2012-09-01", office, "ny.csv 2012-10-03, lista.csv 2012-10-01, ")
		tells("of the same day", "2012-10-03", office, "")
		tells("to who may not see them", "2012-10-02", access.Viewer{Person: "other", Grants: []access.Grant{{Role: access.Office, Programme: "p", Workplaces: []string{"elsewhere"}}}}, " 2012-10-03, ")
		w.undo(last)
		tells("once the last is undone", "2012-09-01", office, "lista.csv 2012-10-01, ")
	})
}

// Of an older list that is whole for a part of the tree only, or where the newer one is, the newer one is told where they have a workplace in common.
func TestNewerListsOfAScope(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, siv, bo = ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ny, Siv;Filialen;Köping;chef;100;2001-01-01;\r\n", ";Ek, Bo;Bokbussen;Köping;chef;100;2001-01-01;\r\n"
		choices := w.staffed(head+eva+siv, "2012-01-01")
		_, library := w.opened("Biblioteket")
		_, branch := w.opened("Filialen")
		tells := func(says, list string, units []string, want string) {
			t.Helper()
			choices := choices
			choices.Units = units
			choices.On = "2012-09-01"
			waits := w.wait("äldre.csv", []byte(head+list), roster.Import{Choices: choices})
			stored, err := roster.Sites(t.Context(), d, waits)
			if err != nil {
				t.Fatal(err)
			}
			for of, sites := range map[string][]string{"on a page": stored, "on a terminal": w.compare("äldre.csv", []byte(head+list), choices).Sites()} {
				all, err := roster.NewerLists(t.Context(), d, office, choices.Employer, waits.On, units, sites)
				var got []string
				for _, n := range all {
					got = append(got, n.FileName)
				}
				if err != nil || strings.Join(got, ", ") != want {
					t.Errorf("%s, %s: %q, want %q, %v", says, of, got, want, err)
				}
			}
		}
		choices.On, choices.Units = "2012-10-01", []string{branch}
		w.take("filialen.csv", []byte(head+siv), choices, roster.Decisions{})
		tells("of another scope", eva, []string{library}, "")
		tells("of the same scope", siv, []string{branch}, "filialen.csv")
		tells("of all", eva+siv, nil, "filialen.csv")
		choices.On, choices.Units = "2012-10-02", nil
		w.take("alla.csv", []byte(head+eva+siv+bo), choices, roster.Decisions{})
		tells("of a scope, the newer of all", eva, []string{library}, "alla.csv")
		_, bus := w.opened("Bokbussen")
		tells("of a workplace that the newer brought", bo, []string{bus}, "alla.csv")
		tells("of all", eva, nil, "alla.csv, filialen.csv")
		tells("with a row of which nobody knows where it belongs", eva+strings.ReplaceAll(bo, "Köping", "Kpöing"), []string{library}, "alla.csv, filialen.csv")
	})
}
