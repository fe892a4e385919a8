package activity

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/letter"
)

// Promote gives free seats to those who have waited longest, and tells them. Call it, in the
// same transaction, when an occasion's capacity changes.
func Promote(ctx context.Context, tx *db.Tx, occasion string) error {
	o, err := lockSeats(ctx, tx, access.System, occasion)
	if err != nil {
		return err
	}
	var open int64
	if open, err = db.Value[int64](ctx, tx, `SELECT count(*) FROM occasion_full WHERE occasion = $1 AND full_to IS NULL`, o.ID); err != nil {
		return err
	}
	var change change
	if err := change.promote(ctx, tx, o); err != nil {
		return err
	}
	change.audit = append(change.audit, audit.Event{Act: "promote", Entity: "occasion", Row: o.ID,
		Detail: map[string]any{"capacity": o.Capacity, "promoted": len(change.signups)}})
	return change.write(ctx, tx, o, open > 0)
}

// promote moves as many as there are seats for, in the order they came. After the start nobody is called in.
func (c *change) promote(ctx context.Context, tx *db.Tx, o *seats) error {
	free := min(o.Capacity-o.Seated, o.Waiting)
	if free <= 0 || o.Cancelled != nil || o.begun(tx.At) {
		return nil
	}
	next, err := db.All(ctx, tx, func(s *Signup) []any { return []any{&s.ID, &s.Person, &s.Seq, &s.Number} }, `
		SELECT id, person, seq, number FROM signup WHERE occasion = $1 AND state = 'waiting' ORDER BY seq, id LIMIT $2`, o.ID, free)
	if err != nil {
		return err
	}
	ids := make([]string, len(next))
	for i, s := range next {
		s.Occasion, s.State, ids[i] = o.ID, Seated, s.ID
		c.add(tx, o, s, "promote", letter.Promoted, ByPromoted)
	}
	var args []any
	if _, err := tx.Exec(ctx, `UPDATE signup SET state = 'seated' WHERE id IN `+db.In(&args, ids), args...); err != nil {
		return err
	}
	o.Seated += len(next)
	o.Waiting -= len(next)
	return nil
}

// noteFull keeps when there was no free seat for whoever came: reach asks whether a person ever could get one.
func noteFull(ctx context.Context, tx *db.Tx, o *seats, was bool) (err error) {
	switch {
	case !was && o.Full():
		// Two acts may carry the same time; then it was never free between them.
		_, err = tx.Exec(ctx, `INSERT INTO occasion_full (occasion, full_from) VALUES ($1, $2)
			ON CONFLICT (occasion, full_from) DO UPDATE SET full_to = NULL`, o.ID, tx.At)
	case was && !o.Full():
		// The clocks of two nodes may differ by a little; a period never ends before it begins.
		_, err = tx.Exec(ctx, `UPDATE occasion_full SET full_to = CASE WHEN full_from > $1 THEN full_from ELSE $1 END
			WHERE occasion = $2 AND full_to IS NULL`, tx.At, o.ID)
	}
	return err
}
