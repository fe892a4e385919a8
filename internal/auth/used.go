package auth

import (
	"context"
	"slices"

	"kompobib/internal/db"
)

// Used returns those of the ids that something here refers to: an account, a role.
func Used(ctx context.Context, c db.Conn, persons, units []string) (map[string]bool, error) {
	used := map[string]bool{}
	for _, of := range []struct {
		table, column string
		ids           []string
	}{
		{"account", "person", persons},
		{"role_grant", "person", persons},
		{"role_grant", "unit", units},
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

// Addressed returns those of some persons who have an account, and so an address.
func Addressed(ctx context.Context, c db.Conn, persons []string) (map[string]bool, error) {
	var args []any
	list, err := db.Values[string](ctx, c, `SELECT person FROM account WHERE person IN `+db.In(&args, persons)+` ORDER BY person`, args...)
	has := map[string]bool{}
	for _, id := range list {
		has[id] = true
	}
	return has, err
}
