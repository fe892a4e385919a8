package db_test

import (
	"slices"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// Workplaces that lists made long before it was kept that their first day is guessed are known by the audit; those that somebody made are not taken for such.
func TestWorkplacesThatListsMadeBefore(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		d, ctx := open(t, url), t.Context()
		if err := d.MigrateTo(ctx, 202611292250); err != nil {
			t.Fatal(err)
		}
		do := func(statement string) {
			t.Helper()
			if err := d.Exec(ctx, statement); err != nil {
				t.Fatal(statement, err)
			}
		}
		event := func(id, at, actor, act, entity, row string) {
			t.Helper()
			do(`INSERT INTO audit (id, at, actor, act, entity, row_id) VALUES ('` + id + `', '` + at + `', '` + actor + `', '` + act + `', '` + entity + `', '` + row + `')`)
		}
		const at, later = "2012-09-01 08:00:00.123456", "2012-09-01 08:00:00.123457"
		event("9", at, "office", "apply", "roster_import", "list")
		event("9u", later, "office", "undo", "roster_import", "list")
		for _, u := range []struct{ id, at, actor, act string }{
			{"by-list", at, "office", "create"}, {"by-hand", later, "office", "create"}, {"by-another", at, "other", "create"}, {"renamed", at, "office", "rename"},
		} {
			do(`INSERT INTO unit (id, kind, workplace_kind) VALUES ('` + u.id + `', 'workplace', 'other')`)
			event(u.id, u.at, u.actor, u.act, "unit", u.id)
		}
		do(`INSERT INTO unit (id, kind) VALUES ('town', 'municipality')`)
		event("town", at, "office", "create", "unit", "town")
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		guessed, err := db.Values[string](ctx, d, `SELECT id FROM unit WHERE guessed = 1`)
		if err != nil || !slices.Equal(guessed, []string{"by-list"}) {
			t.Errorf("guessed are %q, %v", guessed, err)
		}
	})
}
