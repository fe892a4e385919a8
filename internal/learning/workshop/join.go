package workshop

import (
	"context"
	"errors"

	"kompobib/internal/audit"
	"kompobib/internal/db"
)

// MovePerson lets the workshops that a person leads or takes notes at follow when two persons are joined.
func MovePerson(ctx context.Context, tx *db.Tx, from, into string) error {
	led, err := tx.Exec(ctx, `UPDATE workshop SET leader = $1, version = version + 1 WHERE leader = $2`, into, from)
	if err != nil {
		return err
	}
	noted, err := tx.Exec(ctx, `UPDATE workshop SET note_taker = $1, version = version + 1 WHERE note_taker = $2`, into, from)
	if led+noted == 0 {
		return err
	}
	return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "workshop", Row: into, Detail: map[string]any{"from": from, "led": led, "noted": noted}}))
}
