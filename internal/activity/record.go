package activity

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
)

// A Record is what a person has to do with an occasion: that they signed up, were there, or both.
type Record struct {
	Occasion, Title, Programme string
	Date                       local.Date  // of the first meeting, "" if there is none
	State                      SignupState // "" for who came without having signed up
	Minutes                    *int        // that were recorded, nil if nothing has been
	Attested                   int         // of the minutes
	Off                        bool        // the occasion is cancelled
}

// over is the condition that v has a right at all occasions of activity a: as in [access.Viewer.Over].
func over(args *[]any, v access.Viewer, r access.Right) string {
	scope := v.Scope(r)
	if scope.All && v.Over(r, "", "") {
		return "1 = 1"
	}
	var whole []string
	for _, p := range scope.Programmes {
		if v.Over(r, p, "") {
			whole = append(whole, p)
		}
	}
	in, organised := db.In(args, whole), db.In(args, scope.Programmes)
	*args = append(*args, v.Person)
	return "(a.programme IN " + in + " OR a.programme IN " + organised + " AND a.organiser = " + last(args) + ")"
}

// RecordOf returns a person's seats and hours as v may see them, the latest first: all of one's own; those of a programme
// whose sign-ups v sees, and of activities that v organises; and those of v's own staff, as they are employed today. The
// caller has made sure that v may see the person.
func RecordOf(ctx context.Context, c db.Conn, v access.Viewer, person string, today local.Date) ([]Record, error) {
	args := []any{person}
	seen := "1 = 1"
	if person != v.Person {
		seen = "(" + over(&args, v, access.SeeSignups) + " OR EXISTS (SELECT 1 FROM employment e JOIN person p ON p.id = e.person AND p.protected = 0 WHERE e.person = $1 AND " +
			employedIn(&args, v, access.SeeStaff, today) + "))"
	}
	return db.All(ctx, c, func(r *Record) []any {
		return []any{&r.Occasion, &r.Title, &r.Programme, &r.Date, &r.State, &r.Minutes, &r.Attested, db.Truth(&r.Off)}
	}, `
		SELECT o.id, CASE WHEN o.name = '' THEN a.title ELSE a.title || ' – ' || o.name END, a.programme,
			coalesce((SELECT min(m.date) FROM meeting m WHERE m.occasion = o.id), ''), coalesce(s.state, ''), t.minutes, coalesce(t.attested, 0),
			CASE WHEN o.cancelled IS NULL THEN 0 ELSE 1 END
		FROM (SELECT occasion FROM signup WHERE person = $1
			UNION SELECT m.occasion FROM attendance t JOIN meeting m ON m.id = t.meeting WHERE t.person = $1) x
		JOIN occasion o ON o.id = x.occasion JOIN activity a ON a.id = o.activity
		LEFT JOIN signup s ON s.occasion = o.id AND s.person = $1
		LEFT JOIN (SELECT m.occasion, sum(t.minutes) AS minutes, sum(CASE WHEN t.attested_at IS NULL THEN 0 ELSE t.minutes END) AS attested
			FROM attendance t JOIN meeting m ON m.id = t.meeting WHERE t.person = $1 GROUP BY m.occasion) t ON t.occasion = o.id
		WHERE `+seen+` ORDER BY o.starts DESC NULLS FIRST, o.id`, args...)
}
