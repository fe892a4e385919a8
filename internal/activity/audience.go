package activity

import (
	"context"

	"kompobib/internal/db"
	"kompobib/internal/fault"
)

var ErrAudience = fault.Define(fault.Invalid, "activity.audience")

// An Audience is whom an activity is for: staff within any of the units, in any of the roles.
// No units are the programme's whole target group, no roles are all.
type Audience struct{ Units, Roles []string }

// Audiences returns the audience of each activity that has one, in two queries.
func Audiences(ctx context.Context, c db.Conn, activities []string) (map[string]Audience, error) {
	all := map[string]Audience{}
	units, err := links(ctx, c, "audience_unit", "unit", activities)
	if err != nil {
		return nil, err
	}
	for _, l := range units {
		a := all[l.activity]
		a.Units = append(a.Units, l.other)
		all[l.activity] = a
	}
	roles, err := links(ctx, c, "audience_role", "staff_role", activities)
	if err != nil {
		return nil, err
	}
	for _, l := range roles {
		a := all[l.activity]
		a.Roles = append(a.Roles, l.other)
		all[l.activity] = a
	}
	return all, nil
}

// check reports units and roles that are not there.
func (a *Audience) check(ctx context.Context, c db.Conn) error {
	a.Units, a.Roles = unique(a.Units), unique(a.Roles)
	var faults fault.List
	for _, t := range []struct {
		field, column, table string
		values               []string
	}{{"units", "id", "unit", a.Units}, {"roles", "name", "staff_role", a.Roles}} {
		if len(t.values) == 0 {
			continue
		}
		var args []any
		in := db.In(&args, t.values)
		known, err := db.Value[int](ctx, c, `SELECT count(*) FROM `+t.table+` WHERE `+t.column+` IN `+in, args...)
		if err != nil {
			return err
		}
		faults.Unless(known == len(t.values), ErrAudience.At(t.field))
	}
	return faults.Err()
}
