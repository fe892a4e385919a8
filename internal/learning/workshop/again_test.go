package workshop_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/workshop"
)

// Who goes back to a form, changes it and sends it again with its key says something else, and it is stored; what says the same is not.
func TestChangedAndSentAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		lead := at.Contact("near-1", at.Near)
		w.plan(lead, at.Near, workshop.Plan{Date: "2012-11-07", Start: "13:00"})
		id := w.of(lead, at.Near).ID
		w.move(lead, id, workshop.Begin)
		w.move(lead, id, workshop.Next)
		x := w.of(lead, at.Near)
		steps, err := workshop.Steps(t.Context(), d, x)
		if err != nil {
			t.Fatal(err)
		}
		step := steps[1].ID
		all := func() string {
			list, err := workshop.Summary(t.Context(), d, lead, id)
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, q := range list {
				for _, a := range q.Answers {
					said = append(said, a.Body)
				}
			}
			slices.Sort(said)
			return strings.Join(said, ", ")
		}
		for _, body := range []string{"AAA", "AAA", "BBB", "AAA"} {
			if got := w.try(access.Viewer{}, func(ctx context.Context, tx *db.Tx) error {
				return workshop.Send(ctx, tx, x.Code, "phone", "a key", step, body)
			}); got != "" {
				t.Fatalf("%s: %s", body, got)
			}
		}
		if got := all(); got != "AAA, BBB" {
			t.Errorf("from a phone: %s", got)
		}
		for _, test := range []struct {
			text string
			want int
			all  string
		}{
			{"ett\ntvå\ntvå", 3, "AAA, BBB, ett, två, två"},
			{"ett\ntvå\ntvå", 0, "AAA, BBB, ett, två, två"},
			{"först\nett\ntre i stället\ntvå\ntvå", 2, "AAA, BBB, ett, först, tre i stället, två, två"},
			{"två\ntvå\ntvå", 1, "AAA, BBB, ett, först, tre i stället, två, två, två"},
		} {
			var n int
			w.Tx("near-1", func(ctx context.Context, tx *db.Tx) (err error) {
				n, err = workshop.Note(ctx, tx, lead, id, step, "notes", test.text)
				return err
			})
			if got := all(); n != test.want || got != test.all {
				t.Errorf("%q: %d new, want %d; %s", test.text, n, test.want, got)
			}
		}
	})
}
