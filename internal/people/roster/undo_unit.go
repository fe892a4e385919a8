package roster

import (
	"context"
	"encoding/json"
	"slices"

	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/secret"
)

// whoChanged is why a workplace is not as it was made: another list has renamed it, or somebody has.
func (u *undoing) whoChanged(unit string) (reason string, err error) {
	byList, err := db.Value[int](u.ctx, u.tx, `SELECT count(*) FROM roster_undo u JOIN roster_import i ON i.id = u.import
		WHERE u.entity = 'unit' AND u.row_id = $1 AND u.import <> $2 AND i.state = 'applied'`, unit, u.imp)
	if byList > 0 {
		return ByList, err
	}
	return ByHand, err
}

// workplaces are those of employments.
func workplaces(ctx context.Context, c db.Conn, employments []string) (ids []string, err error) {
	for part := range slices.Chunk(employments, chunk) {
		var args []any
		at, err := db.Values[string](ctx, c, `SELECT DISTINCT workplace FROM employment WHERE id IN `+db.In(&args, part)+` ORDER BY workplace`, args...)
		if err != nil {
			return nil, err
		}
		ids = append(ids, at...)
	}
	return ids, nil
}

// organisation takes back what was done to workplaces, and those that were made: left are those that somebody has just been taken from. One where someone is, or that
// others refer to, stays, and is told of.
func (u *undoing) organisation(left []string) error {
	var made []undoRow
	for _, r := range slices.Backward(u.rows) {
		if r.entity != "unit" {
			continue
		}
		left = append(left, r.row)
		if r.act == "create" {
			made = append(made, r)
		}
	}
	if err := u.settle(left); err != nil {
		return err
	}
	for _, r := range made {
		if err := u.made(r); err != nil {
			return err
		}
	}
	return nil
}

// unit takes back one thing that was done to a workplace, if it has the given version still, and reports whether it did.
func (u *undoing) unit(act, id string, version int, text string) (undone bool, err error) {
	var was string
	if err := json.Unmarshal([]byte(text), &was); err != nil {
		return false, err
	}
	if act == "rename" {
		return people.UndoRename(u.ctx, u.tx, id, version, was)
	}
	return people.UndoBeginEarlier(u.ctx, u.tx, id, version, local.Date(was))
}

// settle takes back what was done to workplaces, the last first: by the import, and by lists that have been undone before, if what came after kept it and nothing does by now.
// Once taken back it is forgotten, for it is not to be taken back twice.
func (u *undoing) settle(units []string) error {
	type row struct {
		unit, list, act, sealed string
		version                 int
	}
	units = slices.Compact(slices.Sorted(slices.Values(units)))
	for part := range slices.Chunk(units, chunk) {
		for len(part) > 0 {
			args := []any{u.imp}
			rows, err := db.All(u.ctx, u.tx, func(r *row) []any { return []any{&r.unit, &r.list, &r.act, &r.sealed, &r.version} }, `
				SELECT r.row_id, r.import, r.act, r.sealed, r.version FROM roster_undo r JOIN roster_import i ON i.id = r.import JOIN unit u ON u.id = r.row_id AND u.version = r.version
				WHERE r.entity = 'unit' AND r.act IN ('begin', 'rename') AND (r.import = $1 OR i.state = 'undone') AND r.row_id IN `+db.In(&args, part)+` ORDER BY r.row_id, r.import, r.ord`, args...)
			if err != nil {
				return err
			}
			sealed := make([]secret.Item, len(rows))
			for n, r := range rows {
				sealed[n] = secret.Item{Owner: owner(r.list), Text: r.sealed}
			}
			texts, err := secret.OpenAll(u.ctx, u.tx, u.ring, sealed)
			if err != nil {
				return err
			}
			part = nil
			for n, r := range rows {
				undone, err := u.unit(r.act, r.unit, r.version, texts[n])
				if err != nil {
					return err
				}
				if !undone {
					continue
				}
				part = append(part, r.unit) // what was done before that may be next
				if err := u.again(undoRow{entity: "unit", row: r.unit}, r.version-1, r.version+1); err != nil {
					return err
				}
				if _, err := u.tx.Exec(u.ctx, `DELETE FROM roster_undo WHERE import = $1 AND entity = 'unit' AND row_id = $2 AND act = $3`, r.list, r.unit, r.act); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// made takes back a workplace that was made, if it is as it was then.
func (u *undoing) made(r undoRow) error {
	reason := ByUse
	if !u.used[r.row] {
		version, err := db.Value[int](u.ctx, u.tx, `SELECT version FROM roster_undo WHERE import = $1 AND entity = 'unit' AND act = 'create' AND row_id = $2`, u.imp, r.row)
		if err != nil {
			return err
		}
		removed, employed, err := people.RemoveUnit(u.ctx, u.tx, r.row, version)
		if err != nil || removed {
			return err
		}
		if reason, err = u.whoChanged(r.row); err != nil {
			return err
		}
		if employed {
			reason = InUse
		}
	}
	name, err := db.Value[string](u.ctx, u.tx, `SELECT name FROM unit_period WHERE unit = $1 ORDER BY valid_from DESC LIMIT 1`, r.row)
	u.stay = append(u.stay, Stay{ID: r.row, Name: name, Reason: reason})
	return err
}
