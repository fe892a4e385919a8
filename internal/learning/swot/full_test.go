package swot_test

import (
	"context"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/swot"
)

// A board takes so many notes and no more. What is sent again when it is full was taken before.
func TestFull(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		id := w.begin()
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error { return swot.Do(ctx, tx, contact(), id, 0, swot.Open, "") })
		code := w.get(contact(), id).Code
		send := func(key string) string {
			return w.try(access.Viewer{}, func(ctx context.Context, tx *db.Tx) error {
				return swot.Send(ctx, tx, code, "phone", key, w.plan.Perspectives[0].ID, swot.Threat, "Tiden")
			})
		}
		long := strings.Repeat("k", 10_000) // anybody can send any key
		for _, key := range []string{"first", long, long} {
			if got := send(key); got != "" {
				t.Fatal(got)
			}
		}
		lines := func(n int) map[swot.Quadrant]string {
			return map[swot.Quadrant]string{swot.Strength: strings.Repeat("Vi finns\n", n)}
		}
		left := swot.MaxNotes - 2
		for i := 0; left > 0; i++ {
			n := min(left, swot.MaxLines)
			if got := w.write(contact(), id, string(rune('a'+i)), lines(n)); got != "" {
				t.Fatal(got)
			}
			left -= n
		}
		if got := w.write(contact(), id, "more", lines(1)); got != "swot.full" {
			t.Errorf("one more from paper: %q", got)
		}
		if got := send("more"); got != "swot.full" {
			t.Errorf("one more from a phone: %q", got)
		}
		if got := send("first"); got != "" {
			t.Errorf("the first again: %q", got)
		}
		if n := len(w.read(contact(), id).Notes); n != swot.MaxNotes {
			t.Errorf("%d notes", n)
		}
	})
}
