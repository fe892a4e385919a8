package survey_test

import (
	"context"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	lt "kompobib/internal/learning/learningtest"
	"kompobib/internal/letter"
	"kompobib/internal/survey"
)

// Who is written to is who has not answered: the office learns how many, and how many letters did not arrive, but not who. So it is of the first letter
// too, which may go out when some have answered.
func TestWhoIsWrittenToIsNotTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, true)
		round := w.round("Start", "2012-10-12", "2012-10-20")
		office := lt.Holder(access.Office)
		for i, test := range []struct {
			answers string
			written int
			letters int // of both kinds, since the round opened
		}{{"near-0", 12, 12}, {"near-1", 11, 23}} {
			if err := w.answer(test.answers, round, 0, 2, 2); err != nil {
				t.Fatal(err)
			}
			then, err := d.Reopen(t.Context(), func() time.Time { return dbtest.Now.AddDate(0, 0, i) })
			if err != nil {
				t.Fatal(err)
			}
			defer then.Close()
			var n int
			if err := then.Tx(t.Context(), "office", func(ctx context.Context, tx *db.Tx) (err error) {
				if n, err = survey.Tell(ctx, tx, office, w.s.ID, round); err != nil {
					return err
				}
				_, err = tx.Exec(ctx, `UPDATE letter SET state = 'failed', error = 'refused' WHERE person = 'far-0'`)
				return err
			}); err != nil || n != test.written {
				t.Errorf("written to %d of %d, %v", n, test.written, err)
			}
			s, err := survey.Get(t.Context(), d, office, w.s.ID, lt.Today)
			if err != nil {
				t.Fatal(err)
			}
			told, err := survey.Turnouts(t.Context(), d, office, s, lt.Today)
			if got := told[round]; err != nil || got.Letters != test.letters || got.Lost != i+1 || got.Answered != i+1 {
				t.Errorf("the office is told %+v, %v", got, err)
			}
			others, err := survey.Turnouts(t.Context(), d, lt.Holder(access.Steering), s, lt.Today)
			if got := others[round]; err != nil || got.Letters != 0 || got.Lost != 0 || got.Answered != i+1 {
				t.Errorf("the steering group is told %+v, %v", got, err)
			}
		}
		for v, want := range map[*access.Viewer]int{&office: 0, {Person: "admin", Grants: []access.Grant{{Role: access.Administrator}}}: 0, {Person: "far-0"}: 2, {Person: "near-0"}: 0, {Person: "near-1"}: 1} {
			list, err := letter.List(t.Context(), d, *v, letter.Filter{AboutKind: "survey_round"})
			if err != nil || len(list) != want {
				t.Errorf("%s sees %d letters of %d, %v", v.Person, len(list), want, err)
			}
			for _, l := range list {
				if l.Bears() != lt.Programme {
					t.Errorf("the letter bears the statement of %q", l.Bears())
				}
			}
		}
		w.hold()
	})
}
