package activity

import (
	"context"

	"kompobib/internal/db"
	"kompobib/internal/local"
)

// A Visited is an activity that somebody from a workplace has been to: how many of them, and their minutes together.
type Visited struct {
	Activity, Title string
	First, Last     local.Date
	Persons         int
	Minutes         int
}

// VisitedFrom returns what those who work at a workplace have been to in a programme, in order of time: by the
// workplace under which the time was given, or that it has gone up in by a day. It names nobody, and is for who has to do
// with the workplace.
func VisitedFrom(ctx context.Context, c db.Conn, programme, workplace string, on local.Date) ([]Visited, error) {
	return db.All(ctx, c, func(v *Visited) []any {
		return []any{&v.Activity, &v.Title, &v.First, &v.Last, &v.Persons, &v.Minutes}
	}, `
		WITH RECURSIVE moved (unit) AS (SELECT $1 UNION SELECT m.unit FROM moved v JOIN unit_merge m ON m.into_unit = v.unit WHERE m.on_date <= $2)
		SELECT a.id, a.title, min(m.date), max(m.date), count(DISTINCT t.person), sum(t.minutes)
		FROM attendance t JOIN employment e ON e.id = t.employment JOIN meeting m ON m.id = t.meeting JOIN occasion o ON o.id = m.occasion JOIN activity a ON a.id = o.activity
		WHERE t.minutes > 0 AND a.programme = $3 AND e.workplace IN (SELECT unit FROM moved)
		GROUP BY a.id, a.title ORDER BY min(m.date), a.id`, workplace, on, programme)
}
