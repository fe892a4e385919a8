package roster

import (
	"context"

	"kompobib/internal/audit"
	"kompobib/internal/db"
)

// never is a version that no row reaches: what an import did to a row that has it now is not taken back.
const never = 1_000_000_000

// MovePerson lets what imports did to one person, and those that the person took in, follow to another, who is the same. An import that
// changed who goes cannot be undone for that person any more: it tells so when it is.
func MovePerson(ctx context.Context, tx *db.Tx, from, into string) error {
	n, err := tx.Exec(ctx, `UPDATE roster_undo SET person = $1, version = $2, row_id = CASE WHEN row_id = $3 THEN $1 ELSE row_id END WHERE person = $3`, into, never, from)
	if err != nil {
		return err
	}
	made, err := tx.Exec(ctx, `UPDATE roster_import SET made_by = CASE WHEN made_by = $2 THEN $1 ELSE made_by END, read_by = CASE WHEN read_by = $2 THEN $1 ELSE read_by END,
		version = version + 1 WHERE made_by = $2 OR read_by = $2`, into, from)
	if err != nil || n+made == 0 {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "roster_import", Row: into, Detail: map[string]any{"from": from, "changes": n, "imports": made}})
}
