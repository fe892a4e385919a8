package roster

import (
	"context"
	"slices"

	"kompobib/internal/db"
	"kompobib/internal/secret"
)

// MoreToUndo reports whether undoing an import once more takes something back: nothing holds somebody who is kept by now, or a workplace or the employer that stays.
func MoreToUndo(ctx context.Context, c db.Conn, ring *secret.Ring, imp Import, used Used) (bool, error) {
	if free, err := anyFree(ctx, c, ring, imp, used); free || err != nil {
		return free, err
	}
	if len(imp.Summary.Units) > 0 {
		free, err := db.Values[string](ctx, c, `SELECT u.id FROM roster_undo r JOIN unit u ON u.id = r.row_id AND u.version = r.version
			WHERE r.import = $1 AND r.entity = 'unit' AND r.act = 'create' AND NOT EXISTS (SELECT 1 FROM employment e WHERE e.workplace = u.id)
				AND NOT EXISTS (SELECT 1 FROM unit_merge m WHERE m.unit = u.id OR m.into_unit = u.id) ORDER BY u.id`, imp.ID)
		if err != nil {
			return false, err
		}
		use, err := used(ctx, c, Refs{Units: free})
		if err != nil {
			return false, err
		}
		for _, id := range free {
			if !use[id] {
				return true, nil
			}
		}
	}
	if len(imp.Summary.Employers) == 0 {
		return false, nil
	}
	reason, _, err := employerStays(ctx, c, imp)
	return reason == "", err
}

// anyFree reports whether nothing holds one of those who are kept by now. Of whom somebody has changed it never does.
func anyFree(ctx context.Context, c db.Conn, ring *secret.Ring, imp Import, used Used) (bool, error) {
	var lists, persons []string
	for _, id := range imp.Summary.Kept {
		if list := imp.Summary.Why[id].Import; list != "" && !slices.Contains(lists, list) {
			lists = append(lists, list)
		}
	}
	var args []any
	stand, err := db.Values[string](ctx, c, `SELECT id FROM roster_import WHERE state = 'applied' AND id IN `+db.In(&args, lists)+` ORDER BY id`, args...)
	if err != nil {
		return false, err
	}
	for _, id := range imp.Summary.Kept {
		if why := imp.Summary.Why[id]; why.Reason != ByHand && !slices.Contains(stand, why.Import) {
			persons = append(persons, id)
		}
	}
	for part := range slices.Chunk(persons, chunk) {
		rows, before, err := readUndo(ctx, c, ring, imp.ID, part...)
		if err != nil {
			return false, err
		}
		use, err := used(ctx, c, added(rows))
		if err != nil {
			return false, err
		}
		kept, err := changedSince(ctx, c, rows, part, use)
		if err == nil {
			err = givenSince(ctx, c, rows, before, kept)
		}
		about := map[string]bool{} // of who has been joined into another nothing is to be undone under the old id
		for _, r := range rows {
			about[r.person] = true
		}
		if err != nil || len(kept) < len(about) {
			return err == nil, err
		}
	}
	return false, nil
}
