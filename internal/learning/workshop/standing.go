package workshop

import (
	"context"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/people"
)

// A Standing is how far a workshop has come, as a workplace and the office are told alike. Only [Held] counts.
type Standing string

const (
	InProgress Standing = "running"
	Held       Standing = "closed"    // and staff of the workplace took part
	Uncounted  Standing = "uncounted" // held, but nobody's attendance is recorded
	GoneBy     Standing = "passed"    // its date has gone by, and nothing is recorded
	Dated      Standing = "planned"
	NoDate     Standing = "undated"
)

// standing is it of a workshop that runs, has been closed or ends at a time, and that so many took part in.
func standing(running, closed bool, ends *time.Time, persons int, now time.Time) Standing {
	switch {
	case running:
		return InProgress
	case persons > 0:
		return Held
	case closed:
		return Uncounted
	case ends == nil:
		return NoDate
	case ends.Before(now):
		return GoneBy
	}
	return Dated
}

// Standing is how far w has come at one of its workplaces, or anywhere if none is named, once [Took] has been asked.
func (w Workshop) Standing(workplace string, now time.Time) Standing {
	persons := 0
	for _, p := range w.Places {
		if workplace == "" || p.ID == workplace {
			persons += p.Persons
		}
	}
	return standing(w.Running(), w.Closed != nil, w.Ends, persons, now)
}

// Took fills in how many of the staff of each workplace took part in some workshops, in one query beside the tree's.
func Took(ctx context.Context, c db.Conn, v access.Viewer, list []Workshop) error {
	ids := make([]string, len(list))
	for i, w := range list {
		ids[i] = w.ID
	}
	tree, err := people.LoadTree(ctx, c, v.On)
	if err != nil {
		return err
	}
	type row struct {
		workshop, workplace string
		persons             int
	}
	var args []any
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.workshop, &r.workplace, &r.persons} }, `
		SELECT w.id, e.workplace, count(DISTINCT t.person) FROM workshop w JOIN occasion o ON o.id = w.occasion AND o.cancelled IS NULL JOIN meeting m ON m.occasion = o.id
		JOIN attendance t ON t.meeting = m.id AND t.minutes > 0 JOIN employment e ON e.id = t.employment
		WHERE w.id IN `+db.In(&args, ids)+` GROUP BY w.id, e.workplace ORDER BY w.id, e.workplace`, args...)
	for _, r := range rows {
		i := slices.IndexFunc(list, func(w Workshop) bool { return w.ID == r.workshop })
		for j, p := range list[i].Places {
			if p.ID == r.workplace || slices.Contains(tree.Under(r.workplace), p.ID) {
				list[i].Places[j].Persons += r.persons
			}
		}
	}
	return err
}
