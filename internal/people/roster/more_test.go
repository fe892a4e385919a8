package roster_test

import (
	"context"
	"strings"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
)

// Undoing once more is offered as soon as something comes of it, and not before.
func TestMoreToUndo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, bo, cia = ";Ek, Eva;Filialen;Köping;chef;100;2001-01-01;\r\n", ";Ek, Bo;Filialen;Köping;chef;100;2001-01-01;\r\n", ";Ek, Cia;Filialen;Köping;chef;100;2001-01-01;\r\n"
		person := func(given string) (id string) {
			id, err := db.Value[string](t.Context(), d, `SELECT id FROM person WHERE given = $1`, given)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		choices := roster.Choices{NewEmployer: "Köpings kommun", On: "2012-09-01"}
		first := w.take("lista.csv", []byte(head+eva+bo+cia), choices, roster.Decisions{})
		choices = w.of("Köpings kommun")
		choices.On = "2012-10-01"
		second := w.take("lista.csv", []byte(head+strings.ReplaceAll(eva, "chef", "bibliotekarie")+bo+cia), choices, roster.Decisions{})
		w.tx(func(ctx context.Context, tx *db.Tx) error { // somebody changes Cia
			p, err := people.GetPerson(ctx, tx, office, person("Cia"))
			if err != nil {
				return err
			}
			p.Phone = "0221-123 45"
			return people.UpdatePerson(ctx, tx, w.ring, office, p)
		})
		signedUp := map[string]bool{person("Bo"): true}
		used := func(_ context.Context, _ db.Conn, added roster.Refs) (map[string]bool, error) {
			use := map[string]bool{}
			for _, id := range added.Persons {
				use[id] = signedUp[id]
			}
			return use, nil
		}
		undo := func(imp roster.Import) roster.Import {
			t.Helper()
			w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
				imp, err = roster.Undo(ctx, tx, w.ring, office, imp.ID, imp.Version, used)
				return err
			})
			return imp
		}
		offers := func(says string, want bool, kept int) {
			t.Helper()
			got, err := roster.MoreToUndo(t.Context(), d, w.ring, first, used)
			if err != nil || got != want || len(first.Summary.Kept) != kept {
				t.Errorf("%s: offered %t with %d kept, want %t with %d, %v", says, got, len(first.Summary.Kept), want, kept, err)
			}
		}
		first = undo(first)
		offers("the newer list stands, Bo has signed up, Cia was changed by hand", false, 3)
		undo(second)
		offers("the newer list has been undone", true, 3)
		first = undo(first)
		offers("Eva is as before", false, 2)
		delete(signedUp, person("Bo"))
		offers("Bo has signed off", true, 2)
		first = undo(first)
		offers("so is Bo", false, 1)
	})
}
