package letter

import (
	"context"

	"kompobib/internal/db"
)

// Used returns those of the ids that something here refers to: a letter to them.
func Used(ctx context.Context, c db.Conn, persons []string) (map[string]bool, error) {
	return db.Referred(ctx, c,
		db.Reference{Table: "letter", Column: "person", IDs: persons})
}
