package programme

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

// Viewer is [people.Viewer] with what grants bound to a programme reach of the staff.
func Viewer(ctx context.Context, c db.Conn, person string, on local.Date) (access.Viewer, error) {
	v, err := people.Viewer(ctx, c, person, on)
	if err != nil || !slices.ContainsFunc(v.Grants, func(g access.Grant) bool { return g.Programme != "" }) {
		return v, err
	}
	units, err := AllTargets(ctx, c)
	if err != nil {
		return v, err
	}
	return people.WithTargets(ctx, c, v, units)
}
