package roster

import (
	"context"

	"kompobib/internal/db"
)

// MoreToUndo reports whether undoing an import once more may take something back: someone is kept who was not changed by hand, or a workplace or the employer
// stays, and nothing holds them by now.
func MoreToUndo(ctx context.Context, c db.Conn, imp Import, used Used) (bool, error) {
	for _, id := range imp.Summary.Kept {
		if imp.Summary.Why[id].Reason != ByHand {
			return true, nil
		}
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
