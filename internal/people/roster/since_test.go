package roster_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
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
		rows := func(name string) []byte {
			return []byte(head + ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n;Ek, " + name + ";Biblioteket;Köping;chef;100;2001-01-01;\r\n;Ek, Cia;Biblioteket;Köping;chef;100;2001-01-01;\r\n")
		}
		imp := w.wait("lista.csv", rows("Bo"), roster.Import{Choices: roster.Choices{NewEmployer: "Köpings kommun"}})
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			return roster.Decide(ctx, tx, office, imp.ID, map[int]string{1: roster.No, 2: roster.No})
		})
		imp = w.wait("lista.csv", rows("Bosse"), imp)
		shown, err := roster.Items(t.Context(), d, w.ring, imp, roster.Newcomer, 0, 10)
		var said []string
		for _, s := range shown {
			said = append(said, s.Name+" "+s.Choice)
		}
		if want := []string{"Eva Ek no", "Bosse Ek ", "Cia Ek "}; err != nil || !slices.Equal(said, want) || imp.View.Dropped != 1 {
			t.Errorf("%q, %d dropped, %v", said, imp.View.Dropped, err)
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
