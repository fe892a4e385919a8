package people

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/local"
)

// Viewer returns a person as a viewer on a day: the roles held that day, and of a contact the workplaces within the
// grant's unit. What a grant bound to a programme reaches of the staff, only [WithTargets] can say.
func Viewer(ctx context.Context, c db.Conn, person string, on local.Date) (access.Viewer, error) {
	grants, err := auth.Grants(ctx, c, person, on)
	if err != nil {
		return access.Viewer{}, err
	}
	if len(grants) == 0 {
		return access.Viewer{}, nil // no account: the public
	}
	v := access.Viewer{Person: person, Grants: grants, On: on}
	if slices.ContainsFunc(grants, func(g access.Grant) bool { return g.Unit != "" }) {
		tree, err := LoadTree(ctx, c, on)
		if err != nil {
			return access.Viewer{}, err
		}
		for i, g := range grants {
			if g.Unit != "" {
				grants[i].Workplaces = tree.Under(g.Unit)
			}
		}
	}
	return v, nil
}

// WithTargets completes a viewer with the units that each programme of their grants targets: over the staff
// of those units, on whatever day, the grants reach. Without it they reach nobody's.
func WithTargets(ctx context.Context, c db.Conn, v access.Viewer, units map[string][]string) (access.Viewer, error) {
	var all []string
	for _, g := range v.Grants {
		all = append(all, units[g.Programme]...)
	}
	if len(all) == 0 {
		return v, nil
	}
	ever, areas, err := everUnder(ctx, c, all)
	if err != nil {
		return v, err
	}
	v.Grants = slices.Clone(v.Grants)
	for i, g := range v.Grants {
		if g.Programme != "" && g.Unit == "" {
			var workplaces, above []string
			for _, unit := range units[g.Programme] {
				workplaces, above = append(workplaces, ever[unit]...), append(above, areas[unit]...)
			}
			slices.Sort(workplaces)
			slices.Sort(above)
			v.Grants[i].Workplaces, v.Grants[i].Areas = slices.Compact(workplaces), slices.Compact(above)
		}
	}
	return v, nil
}
