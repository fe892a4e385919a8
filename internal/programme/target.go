package programme

import (
	"context"
	"errors"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

var ErrUnit = fault.Define(fault.Invalid, "programme.unit")

// Targets returns the units of the tree whose staff, all of it, is the programme's target group.
func Targets(ctx context.Context, c db.Conn, programme string) ([]string, error) {
	return db.Values[string](ctx, c, `SELECT unit FROM target_unit WHERE programme = $1 ORDER BY unit`, programme)
}

type allTargets struct{}

// AllTargets returns the targeted units of every programme that has some, in one query and once in a snapshot.
func AllTargets(ctx context.Context, c db.Conn) (map[string][]string, error) {
	return db.Kept(c, allTargets{}, func() (map[string][]string, error) { return readTargets(ctx, c) })
}

func readTargets(ctx context.Context, c db.Conn) (map[string][]string, error) {
	type row struct{ programme, unit string }
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.programme, &r.unit} },
		`SELECT programme, unit FROM target_unit ORDER BY programme, unit`)
	all := map[string][]string{}
	for _, r := range rows {
		all[r.programme] = append(all[r.programme], r.unit)
	}
	return all, err
}

// TargetWorkplaces returns the workplaces that were in the target group on a day, in order of id.
func TargetWorkplaces(ctx context.Context, c db.Conn, programme string, on local.Date) ([]string, error) {
	units, err := Targets(ctx, c, programme)
	if err != nil || len(units) == 0 {
		return nil, err
	}
	tree, err := people.LoadTree(ctx, c, on)
	if err != nil {
		return nil, err
	}
	return tree.Under(units...), nil
}

// SetTargets makes units the programme's target group.
func SetTargets(ctx context.Context, tx *db.Tx, v access.Viewer, programme string, units []string) error {
	if _, err := alone(ctx, tx, v, programme); err != nil {
		return err
	}
	before, err := Targets(ctx, tx, programme)
	if err != nil {
		return err
	}
	units = slices.Compact(slices.Sorted(slices.Values(units)))
	if slices.Equal(before, units) {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM target_unit WHERE programme = $1`, programme); err != nil {
		return err
	}
	rows := make([][]any, len(units))
	for i, unit := range units {
		rows[i] = []any{programme, unit}
	}
	if err := db.Insert(ctx, tx, "target_unit", "programme, unit", "", rows); err != nil {
		if errors.Is(err, db.ErrDangling) {
			return ErrUnit.At("units")
		}
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "target_unit", Row: programme,
		Detail: map[string]any{"before": before, "after": units}})
}
