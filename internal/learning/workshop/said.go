package workshop

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning"
)

// Said returns the answers that the ids name, themselves or by their group, of workshops that a workplace has held, with the workshop of the
// first: for all who have to do with it. Answers that were taken back meanwhile are left out.
func Said(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, ids ...string) (w Workshop, said []Answer, err error) {
	if len(ids) == 0 {
		return w, nil, nil
	}
	all, err := At(ctx, c, v, p.Programme, p.Workplace)
	if err != nil {
		return w, nil, err
	}
	var held []string
	for _, x := range all {
		if x.Closed != nil {
			held = append(held, x.ID)
		}
	}
	type row struct {
		Answer
		workshop string
	}
	var args []any
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.ID, &r.Step, &r.Body, &r.Group, &r.Seq, &r.workshop} },
		`SELECT id, step, body, COALESCE(grouping, ''), seq, workshop FROM workshop_answer WHERE withdrawn = 0 AND workshop IN `+db.In(&args, held)+`
		AND (id IN `+db.In(&args, ids)+` OR grouping IN `+db.In(&args, ids)+`) ORDER BY workshop, seq, id`, args...)
	for _, r := range rows {
		if r.workshop == rows[0].workshop {
			said = append(said, r.Answer)
		}
	}
	for _, x := range all {
		if len(rows) > 0 && x.ID == rows[0].workshop {
			w = x
		}
	}
	return w, said, err
}
