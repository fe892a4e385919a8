package focus_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/local"
)

// What waits at the workplaces that one leads, in one query; what waits elsewhere is nobody's who does not.
func TestWaits(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		answered := w.commit(leader, someCommitment())
		left := someCommitment()
		left.Owner = "near-2"
		left = w.commit(leader, left)
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE employment SET valid_to = '2013-01-05' WHERE person = 'near-2'`); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "end", Entity: "employment", Row: "employment-near-2"})
		})
		then := w.later("2013-01-12")
		if err := then.say(on(member, "2013-01-12"), answered.ID, focus.Answer{State: focus.OnTheWay}); err != nil {
			t.Fatal(err)
		}
		waits := func(v access.Viewer, day local.Date) (is []string) {
			t.Helper()
			v = on(v, day)
			places, err := learning.Mine(t.Context(), d, v, at.Programme)
			if err != nil {
				t.Fatal(err)
			}
			ctx, n := db.Counting(t.Context())
			list, err := focus.Waits(ctx, d, v, places, day)
			if err != nil || n.Load() != 1 {
				t.Fatalf("%v, in %d queries", err, n.Load())
			}
			for _, x := range list {
				name := map[string]string{answered.ID: "answered", left.ID: "left"}[x.ID]
				is = append(is, fmt.Sprint(name, " ", x.Confirm, x.Left, x.Asked, x.Overdue))
			}
			slices.Sort(is)
			return is
		}
		for _, test := range []struct {
			says string
			by   access.Viewer
			day  local.Date
			want []string
		}{
			{"one to confirm, and one whose owner has left and that is unanswered", leader, "2013-01-12", []string{"answered [1] false false false", "left [] true true false"}},
			{"after the last day", leader, "2013-06-02", []string{"answered [1] false true true", "left [] true true true"}},
			{"for who only works there", member, "2013-01-12", nil},
			{"for another workplace's contact", at.Contact("far-0", at.Far), "2013-01-12", nil},
		} {
			if got := waits(test.by, test.day); !slices.Equal(got, test.want) {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
		}
	})
}
