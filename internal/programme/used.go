package programme

import (
	"context"

	"kompobib/internal/db"
)

// Used returns those of the ids that something here refers to: a target group.
func Used(ctx context.Context, c db.Conn, units []string) (map[string]bool, error) {
	return db.Referred(ctx, c,
		db.Reference{Table: "target_unit", Column: "unit", IDs: units})
}
