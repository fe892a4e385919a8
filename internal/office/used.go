// Package office does what crosses subjects.
package office

import (
	"context"
	"maps"

	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/swot"
	"kompobib/internal/letter"
	"kompobib/internal/people/roster"
	"kompobib/internal/programme"
	"kompobib/internal/survey"
)

// Used returns those of added rows that something has come of since, in any room.
func Used(ctx context.Context, c db.Conn, added roster.Refs) (map[string]bool, error) {
	used, err := activity.Used(ctx, c, added.Persons, added.Employments, added.Units)
	if err != nil {
		return nil, err
	}
	for _, of := range []func() (map[string]bool, error){
		func() (map[string]bool, error) { return auth.Used(ctx, c, added.Persons, added.Units) },
		func() (map[string]bool, error) { return need.Used(ctx, c, added.Units) },
		func() (map[string]bool, error) { return focus.Used(ctx, c, added.Persons, added.Units) },
		func() (map[string]bool, error) { return letter.Used(ctx, c, added.Persons) },
		func() (map[string]bool, error) { return programme.Used(ctx, c, added.Units) },
		func() (map[string]bool, error) { return swot.Used(ctx, c, added.Persons, added.Units) },
		func() (map[string]bool, error) { return survey.Used(ctx, c, added.Persons, added.Units) },
	} {
		more, err := of()
		if err != nil {
			return nil, err
		}
		maps.Copy(used, more)
	}
	return used, nil
}
