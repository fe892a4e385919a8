package reflection_test

import (
	"context"
	"slices"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/reflection"
)

// Each invariant is seen to be broken where it is, and nowhere else.
func TestInvariants(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		w.asked("near-0", at.Near, "")
		_, agreed := w.asked("near-1", at.Near, "")
		if err := w.answer(at.Staff("near-1"), agreed, 1, reflection.Yes); err != nil {
			t.Fatal(err)
		}
		all := reflection.Invariants()
		dbtest.Hold(t, d, all...)
		for _, test := range []struct {
			statement string
			broken    []int
			rows      int
		}{
			{`UPDATE reflection SET level = 'workplace'`, []int{0}, 2},
			{`UPDATE reflection SET level = 'me', shared = NULL, shared_version = NULL, shared_on = NULL, programme = NULL, workplace = NULL`, []int{0}, 2},
			{`UPDATE reflection SET level = 'public'`, nil, 0},
			{`UPDATE quotation SET state = 'no' WHERE day IS NOT NULL`, []int{1}, 1},
			{`UPDATE quotation SET place = '` + at.Near + `'`, []int{1}, 1},
		} {
			var broken []int
			rows := 0
			undone := context.Canceled
			err := d.Tx(t.Context(), "setup", func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, test.statement); err != nil {
					return err
				}
				for i, one := range all {
					ids, err := one.Broken(ctx, tx)
					if err != nil {
						return err
					}
					if len(ids) > 0 {
						broken = append(broken, i)
						rows += len(ids)
					}
				}
				return undone
			})
			if err != undone || !slices.Equal(broken, test.broken) || rows != test.rows {
				t.Errorf("%s: %v, broken are %v, in %d rows", test.statement, err, broken, rows)
			}
		}
	})
}
