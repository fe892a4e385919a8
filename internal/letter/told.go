package letter

import (
	"context"
	"time"

	"kompobib/internal/db"
)

// Told marks the letters that wait and were made before a time as sent when they were made. A story that
// is told afterwards needs it: its letters went out long ago, and nobody shall have them again.
func Told(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE letter SET state = $1, sent_at = made_at WHERE state = $2 AND made_at < $3`, StateSent, StateWaiting, before)
	return err
}
