package reflection

import (
	"context"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/secret"
)

// MovePerson lets the logbook of one person follow to another, who is the same: sealed anew, and read by nobody on the way.
func MovePerson(ctx context.Context, tx *db.Tx, ring *secret.Ring, from, into string) error {
	type row struct {
		id      string
		version int
		sealed  string
	}
	texts, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.id, &r.version, &r.sealed} }, `SELECT t.reflection, t.version, t.sealed
		FROM reflection_text t JOIN reflection r ON r.id = t.reflection WHERE r.person = $1 ORDER BY t.reflection, t.version`, from)
	if err != nil || len(texts) == 0 {
		return err
	}
	passages, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.id, &r.sealed} }, `SELECT q.id, q.passage
		FROM quotation q JOIN reflection r ON r.id = q.reflection WHERE r.person = $1 ORDER BY q.id`, from)
	if err != nil {
		return err
	}
	var sealed []string
	for _, r := range append(texts, passages...) {
		sealed = append(sealed, r.sealed)
	}
	again, err := secret.Reseal(ctx, tx, ring, from, into, sealed...)
	if err != nil {
		return err
	}
	for i, r := range texts {
		if _, err := tx.Exec(ctx, `UPDATE reflection_text SET sealed = $1 WHERE reflection = $2 AND version = $3`, again[i], r.id, r.version); err != nil {
			return err
		}
	}
	for i, r := range passages {
		if _, err := tx.Exec(ctx, `UPDATE quotation SET passage = $1 WHERE id = $2`, again[len(texts)+i], r.id); err != nil {
			return err
		}
	}
	n, err := tx.Exec(ctx, `UPDATE reflection SET person = $1 WHERE person = $2`, into, from)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "reflection", Row: into, Detail: map[string]any{"from": from, "reflections": n}})
}

// Holds reports whether any of some persons has written in a logbook.
func Holds(ctx context.Context, c db.Conn, persons ...string) (bool, error) {
	var args []any
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM reflection WHERE person IN `+db.In(&args, persons), args...)
	return n > 0, err
}
