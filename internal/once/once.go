// Package once keeps what comes twice from being done twice: a form sent again, a call repeated
// because its answer was lost.
package once

import (
	"context"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/fault"
)

// ErrOther is the fault of a key that someone else has used.
var ErrOther = fault.Define(fault.Conflict, "once.other")

// Kept is how long an answer is kept. After that the same key is a new one.
const Kept = 7 * 24 * time.Hour

// Do runs f and stores its answer under key, in f's transaction. If whoever the transaction is
// by has done so before, f is not run, and the stored answer is returned. Without a key f always runs.
// An error must undo the transaction: nothing has been done then, and the key is free.
func Do(ctx context.Context, tx *db.Tx, key string, f func() (answer string, err error)) (string, error) {
	if key == "" {
		return f()
	}
	// The row is taken first: whoever else has the key waits here until it is known how it went.
	n, err := tx.Exec(ctx, `INSERT INTO once (key, actor, answer, at) VALUES ($1, $2, '', $3) ON CONFLICT (key) DO NOTHING`,
		key, tx.By, tx.At)
	if err != nil {
		return "", err
	}
	if n == 0 {
		type row struct{ actor, answer string }
		was, err := db.One(ctx, tx, func(r *row) []any { return []any{&r.actor, &r.answer} },
			`SELECT actor, answer FROM once WHERE key = $1`, key)
		if err != nil {
			return "", err
		}
		if was.actor != tx.By {
			return "", ErrOther
		}
		return was.answer, nil
	}
	answer, err := f()
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `UPDATE once SET answer = $1 WHERE key = $2`, answer, key)
	return answer, err
}

// Done reports whether someone has done before what has this key.
func Done(ctx context.Context, c db.Conn, by, key string) (bool, error) {
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM once WHERE key = $1 AND actor = $2`, key, by)
	return n > 0, err
}

// Sweep forgets answers that are no longer kept, and returns how many.
func Sweep(ctx context.Context, tx *db.Tx) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM once WHERE at < $1`, tx.At.Add(-Kept))
}
