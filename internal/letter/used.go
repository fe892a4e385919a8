package letter

import (
	"context"
	"slices"

	"kompobib/internal/db"
)

// Used returns those of the ids that something here refers to: a letter to them.
func Used(ctx context.Context, c db.Conn, persons []string) (map[string]bool, error) {
	used := map[string]bool{}
	for _, of := range []struct {
		table, column string
		ids           []string
	}{
		{"letter", "person", persons},
	} {
		for part := range slices.Chunk(of.ids, 8192) {
			var args []any
			ids, err := db.Values[string](ctx, c, `SELECT DISTINCT `+of.column+` FROM `+of.table+` WHERE `+of.column+` IN `+db.In(&args, part), args...)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				used[id] = true
			}
		}
	}
	return used, nil
}
