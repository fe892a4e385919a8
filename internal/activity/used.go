package activity

import (
	"context"

	"kompobib/internal/db"
)

// Used returns those of the ids that something here refers to: signed up, attended, organising; an employment that time was given under; a workplace invited.
func Used(ctx context.Context, c db.Conn, persons, employments, units []string) (map[string]bool, error) {
	return db.Referred(ctx, c,
		db.Reference{Table: "signup", Column: "person", IDs: persons},
		db.Reference{Table: "attendance", Column: "person", IDs: persons},
		db.Reference{Table: "activity", Column: "organiser", IDs: persons},
		db.Reference{Table: "attendance", Column: "employment", IDs: employments},
		db.Reference{Table: "audience_unit", Column: "unit", IDs: units},
		db.Reference{Table: "meeting", Column: "unit", IDs: units},
		db.Reference{Table: "passed_on", Column: "workplace", IDs: units})
}
