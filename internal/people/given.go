package people

import (
	"context"
	"slices"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

// Attendance names the employment under which time was given, since that decides workplace, employer and co-financing.
// So an employment holds on each day for which time is recorded under it; its tables are the subject activity's.

// ErrTimeGiven is the fault of dates that leave recorded time outside. Its arguments: on how many meetings, the first and the last day.
var ErrTimeGiven = fault.Define(fault.Conflict, "people.time-given")

// keepsGiven refuses a period of an employment, in the form's field, that leaves time outside which is recorded under it.
// The person is locked, so nobody records more meanwhile.
func keepsGiven(ctx context.Context, tx *db.Tx, field string, e Employment) error {
	type given struct {
		meetings    int
		first, last local.Date
	}
	g, err := db.One(ctx, tx, func(g *given) []any { return []any{&g.meetings, &g.first, &g.last} }, `
		SELECT count(*), coalesce(min(m.date), ''), coalesce(max(m.date), '') FROM attendance t JOIN meeting m ON m.id = t.meeting
		WHERE t.person = $1 AND t.employment = $2 AND (m.date < $3 OR $4 <> '' AND m.date >= $4)`,
		e.Person, e.ID, e.Valid.From, string(e.Valid.To))
	if err == nil && g.meetings > 0 {
		err = ErrTimeGiven.At(field, g.meetings, g.first, g.last)
	}
	return err
}

// moveGiven lets time that is recorded under employments of locked persons for days on which they no longer hold go along
// to the employment, with the same employer, at a workplace that then does. It returns how many rows went along.
func moveGiven(ctx context.Context, tx *db.Tx, employments []string, workplace string) (int64, error) {
	if len(employments) == 0 {
		return 0, nil
	}
	args := []any{workplace}
	return tx.Exec(ctx, `
		UPDATE attendance SET employment = (
			SELECT f.id FROM employment f JOIN employment was ON was.id = attendance.employment JOIN meeting m ON m.id = attendance.meeting
			WHERE f.person = was.person AND f.employer = was.employer AND f.workplace = $1
				AND f.valid_from <= m.date AND (f.valid_to IS NULL OR f.valid_to > m.date))
		WHERE employment IN `+db.In(&args, employments)+` AND EXISTS (
			SELECT 1 FROM employment was JOIN meeting m ON m.id = attendance.meeting
			WHERE was.id = attendance.employment AND (m.date < was.valid_from OR was.valid_to <= m.date))`, args...)
}

// Given is the first and last day for which time is recorded under an employment.
type Given struct{ First, Last local.Date }

// Outside reports whether some of it lies outside a period.
func (g Given) Outside(p local.Period) bool { return g.First < p.From || p.To != "" && p.To <= g.Last }

// GivenUnder returns the time that is recorded under employments, of those that have any.
func GivenUnder(ctx context.Context, c db.Conn, employments []string) (map[string]Given, error) {
	type row struct {
		employment string
		Given
	}
	all := map[string]Given{}
	for part := range slices.Chunk(employments, chunk) {
		var args []any
		rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.employment, &r.First, &r.Last} }, `
			SELECT t.employment, min(m.date), max(m.date) FROM attendance t JOIN meeting m ON m.id = t.meeting
			WHERE t.employment IN `+db.In(&args, part)+` GROUP BY t.employment`, args...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			all[r.employment] = r.Given
		}
	}
	return all, nil
}

// MoveGiven is what a change of workplace does with time that is recorded for later days, for many employments at once.
func MoveGiven(ctx context.Context, tx *db.Tx, employments []string, workplace string) error {
	for part := range slices.Chunk(employments, chunk) {
		if _, err := moveGiven(ctx, tx, part, workplace); err != nil {
			return err
		}
	}
	return nil
}
