package letter_test

import (
	"context"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/letter"
)

// A story's letters went out when they were made. The recent ones can be read; those of the day itself are still to be sent.
func TestAStorysLetters(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := newOffice()
		w := o.worker(t, d)
		days := map[string]int{"old": -30, "recent": -3, "today": 0}
		err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error {
			for person, day := range days {
				if err := letter.Queue(ctx, tx.As("ann", tx.At.AddDate(0, 0, day)), letter.Letter{Person: person, Template: "seated"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		midnight := dbtest.Now.Truncate(24 * time.Hour)
		if err := letter.Tell(t.Context(), d, w.Ring, w.Render, midnight.AddDate(0, 0, -21), midnight); err != nil {
			t.Fatal(err)
		}
		if err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error { return letter.Told(ctx, tx, midnight) }); err != nil {
			t.Fatal(err)
		}
		for person, want := range map[string]struct{ state, body string }{
			"old": {letter.StateSent, ""}, "recent": {letter.StateSent, "link: ••••"}, "today": {letter.StateWaiting, ""},
		} {
			list, err := letter.List(t.Context(), d, access.System, letter.Filter{Person: person})
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			l, err := letter.Get(t.Context(), d, access.System, w.Ring, list[0].ID)
			if err != nil || l.State != want.state || l.Body != want.body {
				t.Errorf("the %s letter is %s, %q, %v; want %s, %q", person, l.State, l.Body, err, want.state, want.body)
			}
			if l.State == letter.StateSent && !l.SentAt.Equal(l.MadeAt) {
				t.Errorf("the %s letter was made at %v and sent at %v", person, l.MadeAt, l.SentAt)
			}
		}
		dbtest.Hold(t, d, letter.Invariants()...)
	})
}
