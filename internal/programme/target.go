package programme

import (
	"context"
	"errors"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
)

var ErrUnit = fault.Define(fault.Invalid, "programme.unit")

// Targets returns the units of the tree whose staff, all of it, is the programme's target group.
func Targets(ctx context.Context, c db.Conn, programme string) ([]string, error) {
	return db.Values[string](ctx, c, `SELECT unit FROM target_unit WHERE programme = $1 ORDER BY unit`, programme)
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
