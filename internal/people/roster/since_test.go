package roster_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
)

// wait reads a list in, or the one that waits anew, and lets it wait.
func (w *world) wait(name string, content []byte, was roster.Import) roster.Import {
	w.t.Helper()
	_, diff, choices, err := roster.Prepare(w.t.Context(), w.d, w.ring, office, name, content, was.Choices, w.today())
	if err != nil {
		w.t.Fatal(err)
	}
	w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		if was.ID == "" {
			if was, err = roster.Begin(ctx, tx, office, name, choices); err != nil {
				return err
			}
		}
		was, err = roster.SavePreview(ctx, tx, w.ring, was, diff, choices)
		return err
	})
	return was
}

// since is what has been done since a list was compared.
func (w *world) since(imp roster.Import, v access.Viewer) string {
	w.t.Helper()
	all, err := roster.SinceCompared(w.t.Context(), w.d, v, imp)
	if err != nil {
		w.t.Fatal(err)
	}
	var texts []string
	for _, s := range all {
		texts = append(texts, s.FileName+" "+s.State)
	}
	return strings.Join(texts, ", ")
}

// A list that waits tells which lists have been carried out or undone since it was compared, if they are about the same employer or workplaces; read anew it tells none.
func TestSinceCompared(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		september, december := file(t, "koping-2012-09.csv"), file(t, "koping-2012-12.csv")
		waits := w.wait("koping-2012-12.csv", december, roster.Import{})
		tells := func(says, want string) {
			t.Helper()
			if got := w.since(waits, office); got != want {
				t.Errorf("%s: since then %q, want %q", says, got, want)
			}
		}
		tells("nothing was done", "")
		w.take("eskilstuna-2012-09.xlsx", file(t, "eskilstuna-2012-09.xlsx"), roster.Choices{}, roster.Decisions{})
		tells("another employer's was carried out", "")
		first := w.take("koping-2012-09.csv", september, roster.Choices{}, roster.Decisions{})
		tells("the same employer's was carried out", "koping-2012-09.csv applied")
		if got := w.since(waits, access.Viewer{Person: "other", Grants: []access.Grant{{Role: access.Office, Programme: "p", Workplaces: []string{"elsewhere"}}}}); got != " applied" {
			t.Errorf("who may not see that list is told %q", got)
		}
		if all, err := roster.Waiting(t.Context(), d, office, first); err != nil || len(all) != 1 || all[0].ID != waits.ID {
			t.Errorf("what was carried out knows of %+v that wait, %v", all, err)
		}
		waits = w.wait("koping-2012-12.csv", december, waits)
		tells("read anew", "")
		if all, err := roster.Waiting(t.Context(), d, office, first); err != nil || len(all) > 0 {
			t.Errorf("after it was read anew %+v wait, %v", all, err)
		}
		w.undo(first)
		tells("that one was undone", "koping-2012-09.csv undone")
		waits = w.wait("koping-2012-12.csv", december, waits)
		tells("read anew", "")

		// Another employer's, at a workplace of this one.
		w.take("lista.csv", []byte(head+";Ny, Siv;Köpings stadsbibliotek;Köping;chef;100;2001-01-01;\r\n"), roster.Choices{NewEmployer: "Bemanning AB"}, roster.Decisions{})
		tells("another employer's at the same place was carried out", "lista.csv applied")
	})
}

// What was said of a row holds when the list is read anew, if the row tells the same; how many choices did not is told.
func TestChoicesHoldWhenReadAnew(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		rows := func(bo, cia string) []byte {
			return []byte(head + ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n;Ek, " + bo + ";Biblioteket;Köping;chef;100;2001-01-01;\r\n;Ek, " + cia + ";Biblioteket;Köping;chef;100;2001-01-01;\r\n")
		}
		imp := w.wait("lista.csv", rows("Bo", "Cia"), roster.Import{Choices: roster.Choices{NewEmployer: "Köpings kommun"}})
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			return roster.Decide(ctx, tx, office, imp.ID, map[int]string{1: roster.No, 2: roster.No, 3: roster.Yes}) // as a page says of each of its rows
		})
		imp = w.wait("lista.csv", rows("Bosse", "Cicci"), imp)
		shown, err := roster.Items(t.Context(), d, w.ring, imp, roster.Newcomer, 0, 10)
		var said []string
		for _, s := range shown {
			said = append(said, s.Name+" "+s.Choice)
		}
		if want := []string{"Eva Ek no", "Bosse Ek ", "Cicci Ek "}; err != nil || !slices.Equal(said, want) || imp.View.Dropped != 1 {
			t.Errorf("%q, %d dropped, %v", said, imp.View.Dropped, err)
		}
	})
}

// finish carries out a list that waits, as it was shown.
func (w *world) finish(imp roster.Import, content []byte) roster.Import {
	w.t.Helper()
	list, err := roster.Read(w.t.Context(), w.ring, imp.FileName, content, imp.Choices.Mapping, w.today())
	if err != nil {
		w.t.Fatal(err)
	}
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		said, err := roster.Said(ctx, tx, imp)
		if err == nil {
			imp, err = roster.Finish(ctx, tx, w.ring, office, imp, list, said, func(int, int) error { return nil })
		}
		return err
	})
	return imp
}

// A workplace that was shown as something else than it is taken for when the list is carried out is left alone, with who would come to it, and is told of; one that was to be made
// and has been by then is what was shown.
func TestMisreadWorkplaces(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		december := append(file(t, "koping-2012-12.csv"), []byte("840511-9929;Ek, Ulla-Britt;Kolsva bibliotek och m\xf6tesplats;bibliotekarie;50,00;2012-02-01;;\r\n")...)
		second := w.wait("koping-2012-12.csv", december, roster.Import{})
		w.take("koping-2012-09.csv", file(t, "koping-2012-09.csv"), roster.Choices{}, roster.Decisions{})
		second = w.finish(second, december)
		s := second.Summary
		if want := []roster.Misread{{Name: "Kolsva bibliotek och mötesplats", How: roster.Renamed, Was: "Kolsva bibliotek"}}; !slices.Equal(s.Misread, want) || s.Renamed != nil {
			t.Errorf("misread %+v, renamed %+v", s.Misread, s.Renamed)
		}
		if got := fmt.Sprint(s.Stale); s.Applied[roster.Newcomer] != 2 || got != "[4 7 11 18 25 0]" {
			t.Errorf("%d new, stale are %s", s.Applied[roster.Newcomer], got)
		}
		if day, _ := w.opened("Kolsva bibliotek"); day == "" || !slices.Equal(w.firsts("Per"), []string{"1984-12-01"}) {
			t.Errorf("Per is there from %q", w.firsts("Per"))
		}
		doctor.Well(t, d)

		// Shown as renamed, it is renamed, and named.
		third := w.wait("koping-2012-12.csv", december, roster.Import{})
		third = w.finish(third, december)
		if s := third.Summary; len(s.Renamed) != 1 || s.Renamed[0].Was != "Kolsva bibliotek" || s.Renamed[0].Is != "Kolsva bibliotek och mötesplats" || s.Misread != nil || s.Stale != nil {
			t.Errorf("%+v", s)
		}

		// Two employers' lists bring the same new workplace.
		list := func(name string) []byte {
			return []byte(head + ";Ny, " + name + ";Kaféet;Köping;chef;100;2001-01-01;\r\n")
		}
		waits := w.wait("lista.csv", list("Siv"), roster.Import{Choices: roster.Choices{NewEmployer: "Bolaget"}})
		w.take("lista.csv", list("Eva"), roster.Choices{NewEmployer: "Företaget"}, roster.Decisions{})
		if s := w.finish(waits, list("Siv")).Summary; s.Applied[roster.Newcomer] != 1 || s.Misread != nil || s.Stale != nil {
			t.Errorf("made by another list by then: %+v", s)
		}

		// So with who is held until it is said who they are: at a workplace that is another by then, and at one that is there no longer.
		w.clear()
		const eva, bo, siv = ";Ek, Eva;Kolsva bibliotek;Köping;chef;100;2001-01-01;eva@koping.se\r\n", ";Ek, Bo;Biblioteket;Köping;chef;100;2001-01-01;bo@koping.se\r\n", ";Ny, Siv;Filialen;Köping;chef;100;2001-01-01;\r\n"
		choices := w.staffed(head+bo, "2012-01-01")
		branch := w.take("lista.csv", []byte(head+siv), roster.Choices{NewEmployer: "Bolaget", On: "2012-02-01"}, roster.Decisions{})
		for _, test := range []struct {
			says, at, as string
			by           func()
			want         roster.Misread
		}{
			{"renamed", "Kolsva mötesplats", roster.AsSame, func() { w.take("lista.csv", []byte(head+bo+eva), choices, roster.Decisions{}) },
				roster.Misread{Name: "Kolsva mötesplats", How: roster.Renamed, Was: "Kolsva bibliotek"}},
			{"taken away", "Filialen", roster.AsNew, func() { w.undo(branch) }, roster.Misread{Name: "Filialen", How: roster.New}},
		} {
			list := []byte(head + strings.ReplaceAll(eva, "Kolsva bibliotek", test.at) + strings.ReplaceAll(strings.ReplaceAll(bo, "Ek,", "Ny,"), "Biblioteket", test.at))
			waits := w.wait("lista.csv", list, roster.Import{Choices: choices})
			held, err := roster.Items(t.Context(), d, w.ring, waits, roster.Doubtful, 0, 10)
			if err != nil || len(held) != 1 {
				t.Fatalf("%s: %d held, %v", test.says, len(held), err)
			}
			w.tx(func(ctx context.Context, tx *db.Tx) error {
				return roster.Decide(ctx, tx, office, waits.ID, map[int]string{held[0].Ord: test.as})
			})
			test.by()
			s := w.finish(waits, list).Summary
			if !slices.Contains(s.Stale, roster.StaleRow{RowAt: roster.RowAt{Row: 3}}) || !slices.Equal(s.Misread, []roster.Misread{test.want}) || s.Applied[roster.Doubtful] > 0 {
				t.Errorf("held, at one that was %s: %+v", test.says, s)
			}
			made, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM unit_period WHERE name = $1`, test.at)
			if at := w.firsts("Bo"); err != nil || made > 0 || len(at) != 1 {
				t.Errorf("%s: %s was made, Bo began on %q, %v", test.says, test.at, at, err)
			}
		}
		doctor.Well(t, d)
	})
}

// A workplace gets another name if a row that tells it is carried out, or tells nothing else that is new, and keeps its own if no such row is.
func TestRenamingsBelongToRows(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, bo = ";Ek, Eva;Gamla filialen;Köping;chef;100;2001-01-01;\r\n", ";Ek, Bo;Gamla filialen;Köping;chef;100;2002-01-01;\r\n"
		const cia = ";Ny, Cia;Nya filialen;Köping;chef;100;2003-01-01;\r\n"
		choices := w.staffed(head+eva+bo, "2012-09-01")
		choices.On = "2012-10-01"
		again := strings.ReplaceAll(eva+bo, "Gamla", "Nya")
		other := strings.ReplaceAll(again, ";chef;", ";bibliotekarie;")
		for _, test := range []struct {
			says, list string
			said       roster.Decisions
			renamed    bool
		}{
			{"nothing is said no to", other, roster.Decisions{}, true},
			{"all is", other, roster.Decisions{Declined: map[roster.Kind]bool{roster.Changed: true}}, false},
			{"all is, and someone new comes", other + cia, roster.Decisions{Declined: map[roster.Kind]bool{roster.Changed: true}}, true},
			{"all is, also who is new", other + cia, roster.Decisions{Declined: map[roster.Kind]bool{roster.Changed: true, roster.Newcomer: true}}, false},
			{"all has become another matter since it was shown", other, roster.Decisions{Seen: map[string]bool{}}, false},
			{"nobody changes", again, roster.Decisions{}, true},
			{"nobody changes, and who is new is said no to", again + cia, roster.Decisions{Declined: map[roster.Kind]bool{roster.Newcomer: true}}, true},
		} {
			before := w.all()
			imp := w.take("lista.csv", []byte(head+test.list), choices, test.said)
			names, err := db.Values[string](t.Context(), d, `SELECT name FROM unit_period WHERE name LIKE '%filialen' ORDER BY valid_from`)
			want := []string{"Gamla filialen"}
			if test.renamed {
				want = append(want, "Nya filialen")
			}
			if err != nil || !slices.Equal(names, want) || (len(imp.Summary.Renamed) == 1) != test.renamed {
				t.Errorf("%s: there are %q, told %+v, %v", test.says, names, imp.Summary.Renamed, err)
			}
			doctor.Well(t, d)
			if w.undo(imp); w.all() != before {
				t.Errorf("%s, undone: it is\n%s\nwant\n%s", test.says, w.all(), before)
			}
		}
	})
}

// A list that waits knows when people or workplaces that it is about have been changed since it was compared, and nothing of others or of who looked.
func TestChangedSinceCompared(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, siv = ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ny, Siv;Kaféet;Sala;chef;100;2001-01-01;\r\n"
		choices := w.staffed(head+eva, "2012-01-01")
		const cia, dag = "600121-9960;Ek, Cia;Kaféet;Sala;chef;100;2001-01-01;\r\n", "620903-9822;Ek, Dag;Kaféet;Sala;chef;100;2001-01-01;\r\n"
		w.take("lista.csv", []byte(head+siv+cia+dag), roster.Choices{NewEmployer: "Bolaget", On: "2012-01-01"}, roster.Decisions{})
		person := func(given string) people.Person {
			page, err := people.ListPeople(t.Context(), d, office, people.Filter{On: "2012-10-12", Search: given})
			if err != nil || len(page.Rows) != 1 {
				t.Fatal(len(page.Rows), err)
			}
			return page.Rows[0].Person
		}
		phone := func(given string) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				p := person(given)
				p.Phone += "1"
				return people.UpdatePerson(ctx, tx, w.ring, office, p)
			}
		}
		rename := func(name string) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				_, id := w.opened(name)
				u, err := people.GetUnit(ctx, tx, id, "2012-10-12")
				if err == nil {
					err = people.RenameUnit(ctx, tx, id, u.Version, "2012-10-01", name+"!")
				}
				return err
			}
		}
		for _, test := range []struct {
			says    string
			do      func(ctx context.Context, tx *db.Tx) error
			changed bool
		}{
			{"nothing was done", nil, false},
			{"another employer's person was changed", phone("Siv"), false},
			{"another employer's workplace was renamed", rename("Kaféet"), false},
			{"somebody looked at Eva", func(ctx context.Context, tx *db.Tx) error {
				return audit.Record(ctx, tx, audit.Event{Act: "see", Entity: "identity_number", Row: person("Eva").ID, Subject: person("Eva").ID})
			}, false},
			{"another employer's person with a number of the list was changed", phone("Cia"), true},
			{"so, who has another name there", phone("Dag"), true},
			{"Eva was changed", phone("Eva"), true},
			{"her workplace was renamed", rename("Biblioteket"), true},
			{"somebody came", func(ctx context.Context, tx *db.Tx) error {
				p, err := people.CreatePerson(ctx, tx, people.Person{Given: "Ida", Family: "Ny", Gender: "woman", Email: "ida@koping.example"})
				if err != nil {
					return err
				}
				_, id := w.opened("Biblioteket!")
				_, err = people.Employ(ctx, tx, office, people.Employment{Person: p.ID, Employer: choices.Employer, Workplace: id, Title: "chef", Share: 1000, Valid: local.Period{From: "2012-01-01"}})
				return err
			}, true},
			{"a workplace was made in its municipality", func(ctx context.Context, tx *db.Tx) error {
				_, err := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Workplace, WorkplaceKind: "other", Name: "Lilla filialen", Parent: w.units["1983"], From: "2000-01-01"})
				return err
			}, true},
		} {
			waits := w.wait("lista.csv", []byte(head+eva+strings.ReplaceAll(eva, "Eva;Biblioteket", "Bo;Lilla filialen")+strings.NewReplacer("Kaféet;Sala", "Biblioteket;Köping", "Ek, Dag", "Ny, Otto").Replace(cia+dag)), roster.Import{Choices: choices})
			if test.do != nil {
				w.tx(test.do)
			}
			at, err := roster.ChangedSince(t.Context(), d, waits)
			if err != nil || at.IsZero() == test.changed {
				t.Errorf("%s: %s, %v", test.says, at, err)
			}
		}
	})
}

// What had become another matter is told by its row, with the sheet if there are several, and someone of whom no row tells by who it is.
func TestStaleNamesWhoItIs(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		choices := roster.Choices{NewEmployer: "Köpings kommun", On: "2012-09-01"}
		const eva, bo, cia = ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ek, Bo;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ek, Cia;Biblioteket;Köping;chef;50;2001-01-01;\r\n"
		w.take("lista.csv", []byte(head+eva+bo+cia), choices, roster.Decisions{})
		later := roster.Choices{On: "2012-10-01", LeftOn: "2012-10-01"}
		list := []byte(head + eva + strings.ReplaceAll(cia, ";50;", ";75;")) // Bo is not in it
		seen := map[string]bool{}
		for _, i := range w.compare("lista.csv", list, later).Items {
			seen[i.Mark()] = true
		}
		w.take("lista.csv", []byte(head+eva+strings.ReplaceAll(bo+cia, "chef", "bibliotekarie")), roster.Choices{On: "2012-09-15"}, roster.Decisions{})
		imp := w.take("lista.csv", list, later, roster.Decisions{Seen: seen})
		id, err := db.Value[string](t.Context(), d, `SELECT id FROM person WHERE given = 'Bo'`)
		if want := []roster.StaleRow{{RowAt: roster.RowAt{Row: 3}}, {Person: id}}; err != nil || !slices.Equal(imp.Summary.Stale, want) {
			t.Errorf("%+v, %v", imp.Summary.Stale, err)
		}
		var old roster.Summary
		if err := json.Unmarshal([]byte(`{"stale":[4,0]}`), &old); err != nil || fmt.Sprint(old.Stale[0]) != "4" || len(old.Stale) != 2 {
			t.Errorf("as it was stored before: %+v, %v", old.Stale, err)
		}
	})
}
