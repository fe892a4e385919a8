package auth

import (
	"context"

	"kompobib/internal/db"
)

// Used returns those of the ids that something here refers to: an account, a role.
func Used(ctx context.Context, c db.Conn, persons, units []string) (map[string]bool, error) {
	return db.Referred(ctx, c,
		db.Reference{Table: "account", Column: "person", IDs: persons},
		db.Reference{Table: "role_grant", Column: "person", IDs: persons},
		db.Reference{Table: "role_grant", Column: "unit", IDs: units})
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
