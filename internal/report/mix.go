package report

import (
	"context"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

// A Leading is who stands in front at an activity: lecturers from outside, from the region itself, of both kinds, or nobody
// who is named. Who leads their own workplace's workshop is the region's own.
//
// An activity with lecturers of both kinds is a group of its own. How they shared the time is not known, so to split its hours between
// the others would be to make figures up; and a meeting where knowledge from outside meets the region's own is itself the mix that the
// programme promised.
type Leading string

const (
	External Leading = "external"
	Both     Leading = "both"
	Regional Leading = "regional"
	Unnamed  Leading = "unnamed"
)

// Leadings are all of them, in the order they are shown.
var Leadings = []Leading{External, Both, Regional, Unnamed}

// A MixCell is what was held with lecturers of one kind. Minutes are the countable time of the meetings, however many came; persons are those with at
// least one minute of attendance at any of them, each once.
type MixCell struct {
	Meetings, Minutes int
	Persons           int
	Shown             bool // whether the reader sees how many persons
}

// A MixLine is a goal area, a period or the whole, with a cell for each of [Leadings] and the sum last.
type MixLine struct {
	ID, Name string
	From, To local.Date // of a period: the first and the last day
	Cells    [5]MixCell
}

// Sum is the line's whole.
func (l MixLine) Sum() MixCell { return l.Cells[len(Leadings)] }

// A Held meeting is a row behind the figures.
type Held struct {
	Meeting, Occasion, Activity string
	Title                       string
	Date                        local.Date
	Minutes                     int
	Persons                     int
	Leading                     Leading
	Lecturers                   string

	goals string
	led   bool // by someone of the staff, as a workplace's own workshop is
}

// Mix is how lecturers from outside and the region's own have been mixed, in meetings that have been held from one day to another.
type Mix struct {
	Programme programme.Programme
	From, To  local.Date // both included
	Open      bool       // the reader may see the persons
	Total     MixLine
	Goals     []MixLine // an activity that serves several counts in each
	Periods   []MixLine // half-years
}

// MixOf reckons it for who may see a programme's reach. Who may not see whom the numbers count gets no day within a month as
// an end, no persons for parts of the time, and small numbers hidden.
func MixOf(ctx context.Context, c db.Conn, v access.Viewer, prog string, from, to, today local.Date, now time.Time) (Mix, error) {
	m, held, attended, goals, err := loadMix(ctx, c, v, prog, from, to, today, now)
	if err != nil {
		return m, err
	}
	lines := make([]MixLine, 1, 1+len(goals))
	for _, g := range goals {
		lines = append(lines, MixLine{ID: g.ID, Name: g.Name})
	}
	for at := m.From; at <= m.To; {
		begin := at[:5] + "01-01"
		end := at[:5] + "07-01"
		if at >= end {
			begin, end = end, local.DateOf(begin.Time().AddDate(1, 0, 0), time.UTC)
		}
		m.Periods = append(m.Periods, MixLine{From: max(begin, m.From), To: min(end.Add(-1), m.To)})
		at = end
	}
	type set = map[string]bool
	persons := make([][5]set, len(lines)+len(m.Periods))
	for i := range persons {
		for k := range persons[i] {
			persons[i][k] = set{}
		}
	}
	add := func(l *MixLine, i int, h Held) {
		for _, k := range []int{slices.Index(Leadings, h.Leading), len(Leadings)} {
			l.Cells[k].Meetings++
			l.Cells[k].Minutes += h.Minutes
			for _, p := range attended[h.Meeting] {
				persons[i][k][p] = true
			}
		}
	}
	for _, h := range held {
		add(&lines[0], 0, h)
		for i, g := range goals {
			if slices.Contains(strings.Fields(h.goals), g.ID) {
				add(&lines[i+1], i+1, h)
			}
		}
		for i := range m.Periods {
			if p := &m.Periods[i]; p.From <= h.Date && h.Date <= p.To {
				add(p, len(lines)+i, h)
			}
		}
	}
	m.hide(lines, persons[:len(lines)], m.Open)
	for i := range m.Periods {
		for k := range m.Periods[i].Cells {
			if m.Open {
				m.Periods[i].Cells[k].Persons, m.Periods[i].Cells[k].Shown = len(persons[len(lines)+i][k]), true
			}
		}
	}
	m.Total, m.Goals = lines[0], lines[1:]
	return m, nil
}

// hide counts persons, and hides small numbers of them from who may not see whom they count.
func (m *Mix) hide(lines []MixLine, persons [][5]map[string]bool, open bool) {
	n := len(Leadings)
	var columns []Column
	g := &Group{}
	at := func(line, k int) int { // the sum of a line stands first
		if k == n {
			return line * (n + 1)
		}
		return line*(n+1) + 1 + k
	}
	for i := range lines {
		for j := range n + 1 {
			k := (j + n) % (n + 1)
			var within []int
			if i > 0 {
				within = append(within, at(0, k))
			}
			if k != n {
				within = append(within, at(i, n))
			}
			columns = append(columns, Column{Within: within})
			g.Counts = append(g.Counts, len(persons[i][k]))
		}
	}
	Suppress(columns, g)
	for i := range lines {
		for k := range n + 1 {
			if open || g.Shown[at(i, k)] {
				lines[i].Cells[k].Persons, lines[i].Cells[k].Shown = len(persons[i][k]), true
			}
		}
	}
}

// MixRows are the meetings behind a figure: of one kind of lecturers, "" for all, and of one goal area, "" for all. How many came
// is told to who may see who they were; it is less than nothing to others.
func MixRows(ctx context.Context, c db.Conn, v access.Viewer, prog, goal string, leading Leading, from, to, today local.Date, now time.Time) (Mix, []Held, error) {
	m, held, _, goals, err := loadMix(ctx, c, v, prog, from, to, today, now)
	if err != nil {
		return m, nil, err
	}
	if goal != "" && !slices.ContainsFunc(goals, func(g programme.GoalArea) bool { return g.ID == goal }) || leading != "" && !slices.Contains(Leadings, leading) {
		return m, nil, ErrGoal
	}
	held = slices.DeleteFunc(held, func(h Held) bool {
		return leading != "" && h.Leading != leading || goal != "" && !slices.Contains(strings.Fields(h.goals), goal)
	})
	for i := range held {
		if !m.Open {
			held[i].Persons = -1
		}
	}
	return m, held, nil
}

// loadMix reads the meetings that have been held, and who was there.
func loadMix(ctx context.Context, c db.Conn, v access.Viewer, prog string, from, to, today local.Date, now time.Time) (m Mix, held []Held, attended map[string][]string, goals []programme.GoalArea, err error) {
	if !v.In(access.SeeReach, prog) {
		return m, nil, nil, nil, programme.ErrNotFound
	}
	if m.Programme, err = programme.Get(ctx, c, v, prog); err != nil {
		return m, nil, nil, nil, err
	}
	m.Open = v.In(access.SeePeople, prog)
	m.From, m.To = m.Programme.Starts, min(today, m.Programme.Ends)
	if from.Valid() && m.Open {
		m.From = max(from, m.From)
	}
	if to.Valid() && m.Open {
		m.To = min(to, m.To)
	}
	if !m.Open && m.To.Add(1).Month() == m.To.Month() {
		m.To = local.Date(m.To.Month() + "-01").Add(-1)
	}
	if goals, err = programme.Goals(ctx, c, prog); err != nil {
		return m, nil, nil, nil, err
	}
	type link struct{ of, id string }
	scan := func(l *link) []any { return []any{&l.of, &l.id} }
	serves, err := db.All(ctx, c, scan, `SELECT g.activity, g.goal_area FROM activity_goal g JOIN activity a ON a.id = g.activity
		WHERE a.programme = $1 ORDER BY g.activity, g.goal_area`, prog)
	if err != nil {
		return m, nil, nil, nil, err
	}
	type lecturer struct {
		activity, name string
		external       bool
	}
	lecturers, err := db.All(ctx, c, func(l *lecturer) []any { return []any{&l.activity, &l.name, db.Truth(&l.external)} }, `SELECT l.activity, l.name, l.external
		FROM lecturer l JOIN activity a ON a.id = l.activity WHERE a.programme = $1 ORDER BY l.activity, l.ord, l.id`, prog)
	if err != nil {
		return m, nil, nil, nil, err
	}
	goalsOf, names, external, regional := map[string]string{}, map[string][]string{}, map[string]bool{}, map[string]bool{}
	for _, l := range serves {
		goalsOf[l.of] += " " + l.id
	}
	for _, l := range lecturers {
		names[l.activity] = append(names[l.activity], l.name)
		external[l.activity] = external[l.activity] || l.external
		regional[l.activity] = regional[l.activity] || !l.external
	}
	held, err = db.All(ctx, c, func(h *Held) []any {
		return []any{&h.Meeting, &h.Occasion, &h.Activity, &h.Title, &h.Date, &h.Minutes, db.Truth(&h.led)}
	},
		`SELECT m.id, o.id, a.id, a.title, m.date, m.minutes, CASE WHEN o.leader IS NULL THEN 0 ELSE 1 END FROM meeting m JOIN occasion o ON o.id = m.occasion JOIN activity a ON a.id = o.activity
		WHERE a.programme = $1 AND a.published = 1 AND o.cancelled IS NULL AND m.ends <= $2 AND m.date >= $3 AND m.date <= $4 ORDER BY m.date DESC, m.starts DESC, m.id`, prog, now, m.From, m.To)
	if err != nil {
		return m, nil, nil, nil, err
	}
	came, err := db.All(ctx, c, scan, `SELECT t.meeting, t.person FROM attendance t JOIN meeting m ON m.id = t.meeting JOIN occasion o ON o.id = m.occasion JOIN activity a ON a.id = o.activity
		WHERE a.programme = $1 AND t.minutes > 0 AND m.date >= $2 AND m.date <= $3 ORDER BY t.meeting, t.person`, prog, m.From, m.To)
	attended = map[string][]string{}
	for _, l := range came {
		attended[l.of] = append(attended[l.of], l.id)
	}
	for i := range held {
		h := &held[i]
		h.goals, h.Lecturers, h.Persons = goalsOf[h.Activity], strings.Join(names[h.Activity], ", "), len(attended[h.Meeting])
		switch {
		case external[h.Activity] && regional[h.Activity]:
			h.Leading = Both
		case external[h.Activity]:
			h.Leading = External
		case regional[h.Activity] || h.led:
			h.Leading = Regional
		default:
			h.Leading = Unnamed
		}
	}
	return m, held, attended, goals, err
}
