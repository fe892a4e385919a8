package api

import (
	"context"
	"fmt"
	"testing"

	"kompobib/internal/audit"
	"kompobib/internal/db"
)

// Of what is shared without a name about what few were at neither day nor occasion is told to those from elsewhere; to its workplace both are, and pages lead on from either.
func TestNamelessReflections(t *testing.T) {
	worlds(t, func(w *world) {
		w.do(w.d, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE reflection SET occasion = $1 WHERE level <> 'me'`, w.past); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "reflection"})
		})
		for who, want := range map[string]string{"office": "<nil> <nil>", "staff0": "2012-10-12 " + w.past} {
			cursor, n := "", 0
			for {
				part := into[List[map[string]any]](w.ask(who, "GET", "/programmes/kompobib/reflections?limit=1&cursor="+cursor, "").status(200))
				for _, x := range part.Items {
					n++
					if got := fmt.Sprint(x["shared_on"], " ", x["occasion"]); got != want {
						t.Errorf("%s is told %s, not %s", who, got, want)
					}
				}
				if part.Next == nil || n > 3 {
					break
				}
				cursor = *part.Next
			}
			if all := map[string]int{"office": 2, "staff0": 3}[who]; n != all {
				t.Errorf("%s reads %d, not %d", who, n, all)
			}
		}
	})
}
