package reflection

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/small"
)

// Sources are the places that a quotation would be given with, by the answer to whether it may be used, as of v's day: what its author is told before they say yes.
// Beside a name that is the workplace. Without one it is the workplace if five or more work there, else the county if five or more work there
// within the programme, else none. Of who has protected identity nothing is told.
func Sources(ctx context.Context, c db.Conn, v access.Viewer, q Quotation) (map[string]string, error) {
	if q.workplace == "" || q.protected {
		return nil, nil
	}
	tree, err := people.LoadTree(ctx, c, v.On)
	if err != nil {
		return nil, err
	}
	now := tree.Under(q.workplace)
	if len(now) != 1 {
		return nil, nil
	}
	of := map[string]string{YesNamed: now[0]}
	targets, err := programme.TargetWorkplaces(ctx, c, q.Programme, v.On)
	if err != nil {
		return nil, err
	}
	var county []string
	u, ok := tree.County(now[0])
	if ok {
		county = slices.DeleteFunc(tree.Under(u.ID), func(id string) bool { return !slices.Contains(targets, id) })
	}
	for _, place := range []struct {
		id         string
		workplaces []string
	}{{now[0], now}, {u.ID, county}} {
		if place.id == "" || of[Yes] != "" {
			continue
		}
		args := []any{v.On}
		n, err := db.Value[int](ctx, c, `SELECT count(DISTINCT person) FROM employment WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) AND workplace IN `+db.In(&args, place.workplaces), args...)
		if err != nil {
			return nil, err
		}
		if n >= small.Least {
			of[Yes] = place.id
		}
	}
	return of, nil
}
