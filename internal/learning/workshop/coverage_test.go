package workshop_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/workshop"
)

// Another kit is counted for itself: what was held by the first does not stand for it, and the leaders of the first are not reminded of it.
func TestCoverageOfAKit(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		first := w.kit
		w.plan(office(), at.Near, workshop.Plan{Date: "2012-10-10", Start: "13:00"})
		x := w.of(office(), at.Near)
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			_, err := activity.RecordAttendance(ctx, tx, at.Staff("near-1"), x.Meeting, []activity.AttendanceEntry{{Person: "near-0"}}, "")
			return err
		})
		second := workshop.Standard(w.prog)
		second.Title = "Ett år senare"
		for _, f := range []func(ctx context.Context, tx *db.Tx) error{
			func(ctx context.Context, tx *db.Tx) error { return workshop.SaveKit(ctx, tx, office(), &second) },
			func(ctx context.Context, tx *db.Tx) error {
				return workshop.Publish(ctx, tx, office(), second.Kit, second.Version)
			},
			func(ctx context.Context, tx *db.Tx) error {
				_, err := workshop.Launch(ctx, tx, office(), second.Kit, "", []string{at.Citizens})
				return err
			},
		} {
			w.Tx("office", f)
		}
		for _, test := range []struct{ kit, of, want string }{
			{"", "Ett år senare", "0 0 3"},
			{second.Kit, "Ett år senare", "0 0 3"},
			{first.Kit, first.Title, "1 0 2"},
		} {
			c, err := workshop.Cover(t.Context(), d, office(), w.prog, test.kit, d.Now())
			if err != nil {
				t.Fatal(err)
			}
			n, title := c.Total.Counts, ""
			for _, k := range c.Kits {
				if k.Kit == c.Kit {
					title = k.Title
				}
			}
			if got := fmt.Sprint(n[workshop.Done], n[workshop.Planned], n[workshop.Undated]); got != test.want || title != test.of || len(c.Kits) != 2 || c.Kits[0].Kit != second.Kit {
				t.Errorf("of %q: %s of %s among %+v", test.kit, got, title, c.Kits)
			}
		}
		if _, err := workshop.Cover(t.Context(), d, office(), w.prog, "nowhere", d.Now()); !errors.Is(err, workshop.ErrNoKit) {
			t.Errorf("of a kit that was never launched: %v", err)
		}
		nudge := func(kit string) string {
			return w.try(office(), func(ctx context.Context, tx *db.Tx) error {
				_, err := workshop.Nudge(ctx, tx, office(), w.prog, kit)
				return err
			})
		}
		if got := nudge(second.Kit); got != "" {
			t.Errorf("those without a date in the second are reminded: %q", got)
		}
		if got, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM workshop WHERE kit = $1 AND nudged IS NOT NULL`, first.Kit); err != nil || got != 0 {
			t.Errorf("%d of the first are, %v", got, err)
		}
		if got := nudge(first.Kit); got != "workshop.nobody" {
			t.Errorf("nobody is reminded twice a day: %q", got)
		}
	})
}

// A contact whose only employment has ended leads no more: the workshop has no leader, and nobody is reminded of it.
func TestContactLeaves(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		led := func() (n int) {
			c, err := workshop.Cover(t.Context(), d, office(), w.prog, "", d.Now())
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range c.Rows {
				if row.HasLeader {
					n++
				}
			}
			return n
		}
		if got := led(); got != 2 {
			t.Fatalf("the contact leads %d", got)
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE employment SET valid_to = '2012-10-12' WHERE person = 'near-1'`)
			return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "end", Entity: "employment", Row: "employment-near-1"}))
		})
		if got := led(); got != 0 {
			t.Errorf("who has left leads %d", got)
		}
		if x := w.of(office(), at.Near); x.HasLeader || x.Leader != "near-1" {
			t.Errorf("the workshop's page: %+v", x)
		}
		if got := w.try(office(), func(ctx context.Context, tx *db.Tx) error {
			_, err := workshop.Nudge(ctx, tx, office(), w.prog, "")
			return err
		}); got != "workshop.nobody" {
			t.Errorf("reminded: %q", got)
		}
	})
}
