package auth

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
)

// Holders returns who holds one of the roles in a programme on a day, in order of id.
func Holders(ctx context.Context, c db.Conn, programme string, on local.Date, roles ...access.Role) ([]string, error) {
	args := []any{programme, on}
	return db.Values[string](ctx, c, `SELECT DISTINCT person FROM role_grant
		WHERE (programme = $1 OR programme IS NULL) AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)
			AND role IN `+db.In(&args, roles)+` ORDER BY person`, args...)
}

// A UnitHolder is someone who holds a role at a unit of the tree.
type UnitHolder struct{ Person, Unit string }

// Contacts returns who is a contact on a day, and at which unit.
func Contacts(ctx context.Context, c db.Conn, on local.Date) ([]UnitHolder, error) {
	return db.All(ctx, c, func(h *UnitHolder) []any { return []any{&h.Person, &h.Unit} }, `SELECT DISTINCT person, unit FROM role_grant
		WHERE role = $1 AND unit IS NOT NULL AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY person, unit`, access.Contact, on)
}
