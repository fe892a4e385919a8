package letter

import (
	"context"
	"errors"
	"slices"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/secret"
)

// A story that is told afterwards has letters that went out long ago: nobody shall have them again.

// Told marks the letters that wait and were made before a time as sent when they were made, without their texts.
func Told(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE letter SET state = $1, sent_at = made_at WHERE state = $2 AND made_at < $3`, StateSent, StateWaiting, before)
	return err
}

// Tell is [Told] for those made from one time to before another, with their texts as a [Worker] would have kept them, in today's words.
func Tell(ctx context.Context, d *db.DB, ring *secret.Ring, render func(ctx context.Context, l Letter) (Text, error), from, before time.Time) error {
	rows, err := db.All(ctx, d, scan, `SELECT `+columns+` FROM letter WHERE state = $1 AND made_at >= $2 AND made_at < $3 ORDER BY id`, StateWaiting, from, before)
	if err != nil {
		return err
	}
	var ids []string
	var texts []secret.Item
	for _, r := range rows {
		l, err := r.letter()
		if err != nil {
			return err
		}
		text, err := render(ctx, l)
		if errors.Is(err, ErrPointless) {
			continue
		}
		if err != nil {
			return err
		}
		ids = append(ids, l.ID)
		texts = append(texts, secret.Item{Owner: l.Person, Text: text.Subject}, secret.Item{Owner: l.Person, Text: text.Kept})
	}
	const together = 200 // one transaction has its time
	for part := range slices.Chunk(ids, together) {
		items := texts[:2*len(part)]
		texts = texts[2*len(part):]
		err := d.Tx(ctx, by, func(ctx context.Context, tx *db.Tx) error {
			sealed, err := secret.SealAll(ctx, tx, ring, items)
			if err != nil {
				return err
			}
			for i, id := range part {
				if _, err := tx.Exec(ctx, `UPDATE letter SET state = $1, sent_at = made_at, attempts = 1, subject = $2, body = $3 WHERE id = $4 AND state = $5`,
					StateSent, sealed[2*i], sealed[2*i+1], id, StateWaiting); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
