package focus

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/local"
)

// A Wait is a commitment of a workplace with all that it waits for.
type Wait struct {
	ID, Programme, Workplace string // Workplace: that it was made at, which [learning.Find] follows to the one of today
	Wording
	Confirm []int // the numbers of the checks whose time and conditions wait to be confirmed
	Left    bool  // it goes on, and its owner no longer works there
	Asked   bool  // its check waits for an answer
	Overdue bool  // as [Commitment.Overdue] tells
}

// Waits returns the commitments that wait for something on a day, of those places that v leads: in one query, whatever there is.
func Waits(ctx context.Context, c db.Conn, v access.Viewer, places []learning.Place, on local.Date) ([]Wait, error) {
	var programmes, workplaces []string
	for _, p := range places {
		if p.Leads {
			programmes, workplaces = append(programmes, p.Programme), append(workplaces, p.Workplace)
		}
	}
	slices.Sort(programmes)
	args := []any{v.On, on}
	type row struct {
		Wait
		ord int
	}
	rows, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.ID, &r.Programme, &r.Workplace, &r.Happens, &r.Act, &r.ord, db.Truth(&r.Left), db.Truth(&r.Asked), db.Truth(&r.Overdue)}
	}, learning.Moved+`SELECT * FROM (
			SELECT c.id, c.programme, c.workplace, t.happens, t.act, COALESCE(k.ord, 0) AS ord, CASE WHEN c.next_check IS NOT NULL THEN `+left+` ELSE 0 END AS alone,
				CASE WHEN c.next_check <= $2 THEN 1 ELSE 0 END AS asked, CASE WHEN c.state NOT IN ('done', 'dropped') AND c.due < $2 THEN 1 ELSE 0 END AS overdue
			FROM commitment c JOIN commitment_text t ON t.commitment = c.id AND t.number = c.wording
			LEFT JOIN commitment_check k ON k.commitment = c.id AND k.answer IS NOT NULL AND k.conditions IS NULL
			WHERE `+learning.Within("c.workplace", workplaces, &args)+` AND c.programme || '' IN `+db.In(&args, slices.Compact(programmes))+`) x
		WHERE ord > 0 OR alone = 1 OR asked = 1 OR overdue = 1 ORDER BY id, ord`, args...)
	if err != nil {
		return nil, err
	}
	var list []Wait
	for _, r := range rows {
		if n := len(list); n == 0 || list[n-1].ID != r.ID {
			list = append(list, r.Wait)
		}
		if last := &list[len(list)-1]; r.ord > 0 {
			last.Confirm = append(last.Confirm, r.ord)
		}
	}
	return list, nil
}
