package roster_test

import (
	"context"
	"slices"
	"testing"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people/roster"
)

// What is no person is passed over above and below the people, and told; among them it is a mistake, and so is half a person at the end.
func TestPassedOver(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, bo = "19480322-9949;Höglund, Zeynep;Biblioteket;Köping;bibliotekarie;100;2001-01-01;\r\n", ";Ek, Bo;Biblioteket;Köping;bibliotekarie;100;2001-01-01;\r\n"
		for _, test := range []struct {
			says, list string
			passed     []int
			blank      int
			wrong      []string
		}{
			{"a title, a footer and empty rows", "Personal i Köping\r\n" + head + eva + ";;;;;;;\r\n" + bo + "Antal: 2;;;;;;;\r\nUtskriven 2012-09-01;;;;;;;\r\n", []int{1, 6, 7}, 1, nil},
			{"a sum and the headers once more, wherever", head + eva + "Summa;1;;;;;;\r\n" + head + bo, []int{3, 4}, 0, nil},
			{"a remark among people", head + eva + ";;Filialen är stängd;;;;;\r\n" + bo, nil, 0, []string{"3 Arbetsplats: roster.no-person"}},
			{"two words among people", head + eva + ";;;;Vikarier;2012;;\r\n" + bo, nil, 0, []string{"3 Titel: roster.no-person"}},
			{"a number and nothing else, last", head + eva + "600121-9960;;;;;;;\r\n", nil, 0, []string{"3 Personnummer: roster.no-person"}},
			{"a name and nothing else, last", head + eva + ";Ek, Bo;;;;;;\r\n", nil, 0, []string{"3 Namn: roster.no-person"}},
			{"who made it, last", head + eva + ";Utskriven av Eva Ek;;;;;;\r\n", []int{3}, 0, nil},
		} {
			diff := w.compare("lista.csv", []byte(test.list), roster.Choices{})
			if p := diff.Passed; !slices.Equal(p.Numbers(), test.passed) || p.Count != len(test.passed) || p.Blank != test.blank || !slices.Equal(mistakes(diff), test.wrong) {
				t.Errorf("%s: passed over %v and %d empty, wrong %q", test.says, p.Numbers(), p.Blank, mistakes(diff))
			}
		}
		// Who is named by half a row has not left.
		choices := roster.Choices{NewEmployer: "Köpings kommun", On: "2012-09-01"}
		w.take("lista.csv", []byte(head+eva+bo), choices, roster.Decisions{})
		choices, err := roster.EmployerChoice(t.Context(), d, "Köpings kommun")
		if err != nil {
			t.Fatal(err)
		}
		if diff := w.compare("lista.csv", []byte(head+eva+";Ek, Bo;;;;;;\r\n"), choices); diff.Counts[roster.Left] != 0 {
			t.Errorf("named by half a row: %s", counts(diff))
		}
	})
}

// Who began later than they are said to have left stays, is told of and is not counted among those who have left.
func TestLeftBeforeTheyBegan(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, bo, cia = ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ek, Bo;Biblioteket;Köping;chef;100;2012-03-01;\r\n", ";Ek, Cia;Biblioteket;Köping;chef;100;2001-01-01;\r\n"
		w.take("lista.csv", []byte(head+eva+bo+cia), roster.Choices{NewEmployer: "Köpings kommun", On: "2012-09-01"}, roster.Decisions{})
		choices, err := roster.EmployerChoice(t.Context(), d, "Köpings kommun")
		if err != nil {
			t.Fatal(err)
		}
		choices.On, choices.LeftOn = "2012-10-01", "2012-02-01"
		diff := w.compare("lista.csv", []byte(head+eva), choices)
		if got := counts(diff); got != "0 new, 0 changed, 0 moved, 1 left, 1 unchanged, 0 held" || !slices.Equal(mistakes(diff), []string{"0 : roster.early"}) {
			t.Fatalf("%s, %q", got, mistakes(diff))
		}
		if m := diff.Mistakes[0]; m.Who().Given != "Bo" || m.Cure() != roster.InChoices || m.Fault.Args[0] != local.Date("2012-03-01") {
			t.Errorf("%+v of %s", m, m.Who().Given)
		}
		imp := w.take("lista.csv", []byte(head+eva), choices, roster.Decisions{})
		if imp.Summary.Applied[roster.Left] != 1 || !slices.Equal(imp.Summary.Early, []string{diff.Mistakes[0].Who().ID}) {
			t.Errorf("%+v", imp.Summary)
		}
		stay, err := db.Values[string](t.Context(), d, `SELECT p.given FROM employment e JOIN person p ON p.id = e.person WHERE e.valid_to IS NULL ORDER BY p.given`)
		if err != nil || !slices.Equal(stay, []string{"Bo", "Eva"}) {
			t.Errorf("%q stay, %v", stay, err)
		}
		list, err := roster.Read(t.Context(), w.ring, "lista.csv", []byte(head+eva), nil, w.today())
		if err != nil {
			t.Fatal(err)
		}
		for _, choices.LeftOn = range []local.Date{"2001-02-01", "2021-02-01"} {
			if _, err := roster.Compare(t.Context(), d, office, list, choices); fault.Of(err).In("left_on") == nil {
				t.Errorf("%s, of another decade: %v", choices.LeftOn, err)
			}
		}
	})
}

// What is wrong with most rows in the same way may be the column; what only the mapping cures is in no file of rows to mend.
func TestCures(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		row := func(name, grade string) string {
			return ";Ek, " + name + ";Biblioteket;Köping;chef;" + grade + ";2001-01-01;\r\n"
		}
		for _, test := range []struct {
			says, list string
			want       roster.Cure
			rows       int
		}{
			{"one row", head + row("Eva", "hel") + row("Bo", "100"), roster.InList, 1},
			{"most rows", head + row("Eva", "hel") + row("Bo", "halv") + row("Cia", "ett") + row("Dan", "100"), roster.InColumn, 3},
			{"no column", "Personnummer;Namn\r\n19480322-9949;Ek, Eva\r\n", roster.InChoices, 0},
		} {
			list, err := roster.Read(t.Context(), w.ring, "lista.csv", []byte(test.list), nil, w.today())
			if err != nil {
				t.Fatal(err)
			}
			diff := w.compare("lista.csv", []byte(test.list), roster.Choices{})
			rows := 0
			for range roster.BadRows(list, diff, "", func(string, ...any) string { return "" }).Rows {
				rows++
			}
			if len(diff.Mistakes) == 0 || diff.Mistakes[0].Cure() != test.want || rows != test.rows {
				t.Errorf("%s: %q, %d rows to mend", test.says, mistakes(diff), rows)
			}
		}
	})
}

// Who has time recorded for later days than they are said to have left on stays, which is told when the list is looked at.
func TestLeftWithTime(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, bo = ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ek, Bo;Biblioteket;Köping;chef;100;2001-01-01;\r\n"
		w.take("lista.csv", []byte(head+eva+bo), roster.Choices{NewEmployer: "Köpings kommun", On: "2012-01-01"}, roster.Decisions{})
		choices, err := roster.EmployerChoice(t.Context(), d, "Köpings kommun")
		if err != nil {
			t.Fatal(err)
		}
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			person, err := db.Value[string](ctx, tx, `SELECT id FROM person WHERE given = 'Bo'`)
			if err == nil {
				err = db.Lock(ctx, tx, "person", person)
			}
			if err != nil {
				return err
			}
			for _, query := range []string{
				`INSERT INTO programme (id, slug, name, short_name, funding_period, state, starts, ends, zone) VALUES ('p', 'p', 'P', 'P', '2007-2013', 'running', '2011-01-01', '2013-12-31', 'UTC')`,
				`INSERT INTO activity (id, programme, kind, title) VALUES ('a', 'p', 'lecture', 'A')`,
				`INSERT INTO occasion (id, activity, capacity, opens, closes) VALUES ('o', 'a', 10, '2011-01-01 00:00:00', '2011-01-02 00:00:00')`,
				`INSERT INTO meeting (id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month) VALUES ('m', 'o', '2012-06-01', '09:00', '10:00', 'UTC', '2012-06-01 09:00:00', '2012-06-01 10:00:00', 60, '2012-06')`,
				`INSERT INTO attendance (meeting, person, employment, minutes, source, recorded_by, recorded_at) SELECT 'm', p.id, e.id, 60, 'organiser', 'o', '2012-06-01 10:00:00' FROM person p JOIN employment e ON e.person = p.id WHERE p.given = 'Bo'`,
			} {
				if _, err := tx.Exec(ctx, query); err != nil {
					return err
				}
			}
			return audit.Record(ctx, tx, audit.Event{Act: "record", Entity: "meeting", Row: "m"})
		})
		choices.On = "2012-10-01"
		for _, test := range []struct {
			left    local.Date
			leavers int
			wrong   []string
		}{{"", 1, nil}, {"2012-03-01", 0, []string{"0 : roster.time-given"}}, {"2012-07-01", 1, nil}} {
			choices.LeftOn = test.left
			diff := w.compare("lista.csv", []byte(head+eva), choices)
			if diff.Counts[roster.Left] != test.leavers || !slices.Equal(mistakes(diff), test.wrong) {
				t.Errorf("gone from %q: %s, %q", test.left, counts(diff), mistakes(diff))
			}
		}
		choices.LeftOn = "2012-03-01"
		if imp := w.take("lista.csv", []byte(head+eva), choices, roster.Decisions{}); len(imp.Summary.Given) != 1 || len(imp.Summary.Early) > 0 || imp.Summary.Applied[roster.Left] != 0 || imp.Summary.Cured != 1 {
			t.Errorf("%+v", imp.Summary)
		}
	})
}
