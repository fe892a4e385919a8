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

// Who goes back to a form, changes it and sends it again with its key says something else, and it is stored; what says the same is not.
func TestChangedAndSentAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		id := w.begin()
		write := func(perspective int, text string) (n int) {
			w.Tx("near-1", func(ctx context.Context, tx *db.Tx) (err error) {
				n, err = swot.Write(ctx, tx, contact(), id, w.plan.Perspectives[perspective].ID, "paper", map[swot.Quadrant]string{swot.Strength: text})
				return err
			})
			return n
		}
		for _, test := range []struct {
			text string
			want int
			all  string
		}{
			{"a\nb", 2, "s:a s:b"},
			{"a\nb", 0, "s:a s:b"},
			{"NY FÖRST\na\nb", 1, "s:NY FÖRST s:a s:b"},
			{"b\nb", 1, "s:NY FÖRST s:a s:b s:b"},
		} {
			n := write(0, test.text)
			if got := w.board(contact(), id); n != test.want || got != test.all {
				t.Errorf("%q: %d new, want %d; %s", test.text, n, test.want, got)
			}
		}
		if n := write(1, "a\nb"); n != 2 {
			t.Errorf("the same from another perspective: %d", n)
		}
		if got := w.try(contact(), func(ctx context.Context, tx *db.Tx) error {
			return swot.Do(ctx, tx, contact(), id, 0, swot.Open, "")
		}); got != "" {
			t.Fatal(got)
		}
		a := w.get(contact(), id)
		send := func(q swot.Quadrant, body string) {
			t.Helper()
			if got := w.try(access.Viewer{}, func(ctx context.Context, tx *db.Tx) error {
				return swot.Send(ctx, tx, a.Code, "phone", "a key", w.plan.Perspectives[2].ID, q, body)
			}); got != "" {
				t.Error(got)
			}
		}
		send(swot.Threat, "AAA")
		send(swot.Threat, "AAA")
		send(swot.Threat, "BBB")
		send(swot.Weakness, "AAA")
		room, err := swot.Enter(t.Context(), d, a.Code, "phone")
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, n := range room.Own {
			said = append(said, string(n.Quadrant)+" "+n.Text)
		}
		if got := strings.Join(said, ", "); len(said) != 3 {
			t.Errorf("from a phone: %s", got)
		}
	})
}
