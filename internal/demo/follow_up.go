package demo

import (
	"context"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
)

// FollowUp is what lets the owner of a commitment that waits for an answer give it without signing in, as the letter to them does: the letters of the
// demo hide it. "" if none waits.
func FollowUp(ctx context.Context, tx *db.Tx, ring *secret.Ring, now time.Time) (token string, err error) {
	v := access.System
	v.On = focus.DayOf(tx.At)
	list, err := programme.List(ctx, tx, v)
	if err != nil {
		return "", err
	}
	for _, p := range list {
		waiting, err := focus.List(ctx, tx, v, focus.Filter{Programme: p.ID, Standing: focus.Asked, On: v.On, Limit: 100})
		if err != nil {
			return "", err
		}
		for _, c := range waiting {
			if c, err = focus.Find(ctx, tx, ring, v.On, c.ID); err != nil {
				return "", err
			}
			if c.Left { // whoever has left is not asked
				continue
			}
			if token, err = focus.MakeLink(ctx, tx, ring, now, c.ID, c.Owner); err != nil {
				return "", err
			}
			return token, audit.Record(ctx, tx, audit.Event{Act: "send", Entity: "commitment", Row: c.ID})
		}
	}
	return "", nil
}
