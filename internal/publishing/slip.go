package publishing

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

// A Known is a date of the programme's, and what it is: a code with arguments.
type Known struct {
	Date local.Date
	Code string
	Name string // of the phase or the activity
}

// A Slip is a date in a text that would be a known one, were it not for its year.
type Slip struct {
	Written string // as it stands in the text
	Date    local.Date
	Known   Known // the one it was probably meant to be
}

// KnownDates are a programme's first and last day, those of its phases, and when it meets.
func KnownDates(ctx context.Context, c db.Conn, v access.Viewer, of string) ([]Known, error) {
	p, err := programme.Get(ctx, c, v, of)
	if err != nil {
		return nil, err
	}
	known := []Known{{p.Starts, "publishing.known-start", ""}, {p.Ends, "publishing.known-end", ""}}
	phases, err := programme.Phases(ctx, c, of)
	if err != nil {
		return nil, err
	}
	for _, ph := range phases {
		known = append(known, Known{ph.Starts, "publishing.known-phase-start", ph.Name}, Known{ph.Ends, "publishing.known-phase-end", ph.Name})
	}
	meetings, err := db.All(ctx, c, func(k *Known) []any { return []any{&k.Date, &k.Name} },
		`SELECT DISTINCT m.date, a.title FROM meeting m JOIN occasion o ON o.id = m.occasion JOIN activity a ON a.id = o.activity
		WHERE a.programme = $1 AND o.cancelled IS NULL ORDER BY m.date, a.title`, of)
	for _, m := range meetings {
		known = append(known, Known{m.Date, "publishing.known-meeting", m.Name})
	}
	return known, err
}

// Slips are the dates in a text that equal a known one but for the year. Of several known ones the nearest in
// time is meant; of those of one day the first.
func Slips(text string, known []Known) (slips []Slip) {
	for _, w := range local.DatesIn(text) {
		if slices.ContainsFunc(known, func(k Known) bool { return k.Date == w.Date }) {
			continue
		}
		var meant []Known
		for _, k := range known {
			if k.Date[4:] == w.Date[4:] {
				meant = append(meant, k)
			}
		}
		if len(meant) == 0 || slices.ContainsFunc(slips, func(s Slip) bool { return s.Written == w.Text }) {
			continue
		}
		apart := func(k Known) int {
			years := k.Date.Time().Year() - w.Date.Time().Year()
			return max(years, -years)
		}
		nearest := slices.MinFunc(meant, func(a, b Known) int { return apart(a) - apart(b) })
		slips = append(slips, Slip{w.Text, w.Date, nearest})
	}
	return slips
}
