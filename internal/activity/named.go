package activity

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
)

// A Named is what an id of an activity, an occasion or a meeting stands for.
type Named struct {
	ID, Title, Name string
	Occasion        string     // of an occasion or meeting
	Date            local.Date // of a meeting
}

// FullTitle is the title of the activity, with the occasion's own name behind if it has one.
func (n Named) FullTitle() string { return Occasion{Title: n.Title, Name: n.Name}.FullTitle() }

// NamesOf returns what ids stand for, of the activities, occasions and meetings that v may see, in one query.
func NamesOf(ctx context.Context, c db.Conn, v access.Viewer, ids []string) (map[string]Named, error) {
	var args []any
	in, seen := db.In(&args, ids), visible(&args, v)
	const from = ` FROM activity a JOIN programme p ON p.id = a.programme `
	list, err := db.All(ctx, c, func(n *Named) []any { return []any{&n.ID, &n.Title, &n.Name, &n.Occasion, &n.Date} }, `
		SELECT a.id, a.title, '', '', ''`+from+`WHERE a.id IN `+in+` AND `+seen+`
		UNION ALL SELECT o.id, a.title, o.name, o.id, ''`+from+`JOIN occasion o ON o.activity = a.id WHERE o.id IN `+in+` AND `+seen+`
		UNION ALL SELECT m.id, a.title, o.name, o.id, m.date`+from+`JOIN occasion o ON o.activity = a.id JOIN meeting m ON m.occasion = o.id
			WHERE m.id IN `+in+` AND `+seen+` ORDER BY 1`, args...)
	names := map[string]Named{}
	for _, n := range list {
		names[n.ID] = n
	}
	return names, err
}
