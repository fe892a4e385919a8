package auth_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
)

// In each order, either way round, the pages of the accounts hold what the list does.
func TestAccountsInEveryOrder(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for i := range 5 {
			id := fmt.Sprintf("p%d", i)
			err := d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO person (id, given, family, sort_key, folded) VALUES ($1, 'Eva', 'Ek', $2, 'eva ek')`, id, fmt.Sprint(i%2))
				if err != nil {
					return err
				}
				if err := auth.NewAccount(ctx, tx, access.System, id, fmt.Sprintf("%d@example.org", i/2)); err != nil {
					return err
				}
				_, err = tx.Exec(ctx, `UPDATE account SET disabled = $1 WHERE person = $2`, i%3/2, id)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, by := range []auth.Sort{auth.ByName, auth.ByEmail, auth.ByState} {
			for _, falling := range []bool{true, false} {
				f := auth.Filter{On: "2012-10-12", Sort: by, Falling: falling, Limit: 100}
				var whole, pages []string
				list, err := auth.ListAccounts(t.Context(), d, access.System, f)
				for _, a := range list {
					whole = append(whole, a.Person)
				}
				for f.Limit = 2; err == nil && len(pages) < len(whole); {
					list, err = auth.ListAccounts(t.Context(), d, access.System, f)
					for _, a := range list {
						pages, f.After = append(pages, a.Person), a.Mark
					}
					if len(list) == 0 {
						break
					}
				}
				if err != nil || len(whole) != 5 || !slices.Equal(whole, pages) {
					t.Errorf("by %q, falling %v: %v in pages of %v, %v", by, falling, pages, whole, err)
				}
			}
			if _, err := auth.ListAccounts(t.Context(), d, access.System, auth.Filter{Sort: by, After: "x", Limit: 1}); !errors.Is(err, fault.Page) {
				t.Errorf("by %q, behind what is no mark: %v", by, err)
			}
		}
	})
}
