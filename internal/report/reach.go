// Package report reckons the figures that go across the subjects, and opens each to the rows behind it.
//
// Reach says how far a programme has come to those it is for. It counts persons, as things were at the end of
// a day, each once:
//
//   - Staff: everyone employed that day at a workplace of the programme's target group, as the organisation was
//     that day. Who has several employments there is counted under the one with the largest share, of equal
//     ones the earliest, so that the parts of a breakdown sum to the whole.
//   - Audience: those for whom a published activity was meant. An activity counts when the sign-up of one of its occasions has opened,
//     or the occasion has begun; an occasion that is cancelled does not count. One is in the audience if one
//     belonged to it on the day of the occasion's first meeting, or, while that lies ahead, on the day of the report.
//   - Told: those in the audience of an activity to whom an invitation to it, or to one of its occasions, was delivered,
//     or whose workplace has confirmed passing it on while they worked there. An invitation to a goal area counts
//     for that goal area and the whole, one to the programme for the whole.
//   - Could: those who could have had a seat: sign-up was open, and the occasion not full all that time, while they worked
//     where, and as what, it was meant for. Who has had a seat, or attended, could.
//   - Signed up: those who have signed up at some time, also if they cancelled or still wait.
//   - Attended: those with at least one minute of attendance.
//
// A goal area's figures count its activities only. What was published, and who belonged where, is taken from what is known today.
package report

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

var (
	ErrGoal = fault.Define(fault.NotFound, "reach.goal")
	ErrBy   = fault.Define(fault.NotFound, "reach.by-unknown")
	ErrRows = fault.Define(fault.Forbidden, "reach.rows")
)

// A Figure is one of the numbers of reach.
type Figure int

// The figures, in the order in which small numbers are hidden for them: see [Column].
const (
	Staff Figure = iota
	Attended
	Told
	Could
	SignedUp
	Audience
	figures
)

// Figures are all of them, in the order of the thread.
var Figures = []Figure{Staff, Audience, Told, Could, SignedUp, Attended}

// Name is the figure's name in addresses and in the keys of its words.
func (f Figure) Name() string {
	return [figures]string{"staff", "attended", "told", "could", "signed-up", "audience"}[f]
}

// FigureOf returns the figure with a name.
func FigureOf(name string) (Figure, bool) {
	i := slices.IndexFunc(Figures, func(f Figure) bool { return f.Name() == name })
	if i < 0 {
		return 0, false
	}
	return Figures[i], true
}

// columns is how the figures lie within each other.
var columns = []Column{Staff: {}, Attended: {Within: []int{int(Could), int(SignedUp)}}, Told: {Within: []int{int(Audience)}},
	Could: {Within: []int{int(Audience)}}, SignedUp: {Within: []int{int(Audience)}}, Audience: {}}

// A Query is what is asked for.
type Query struct {
	Programme string     // its id
	Goal      string     // the id of a goal area, "" for all of the programme
	On        local.Date // as of the end of this day; "" is Today
	Today     local.Date // by the domain's clock, in the programme's zone
	By        By         // "" for no breakdown
}

// A Line is the figures of one group, by [Figure].
type Line struct {
	ID                   string // of a unit, a goal area, or a name of a set; "" for those of whom it is not known
	Name                 string // of a unit or goal area; the others have words at the face
	County, Municipality string // of a unit: the names of those above it
	Counts               [figures]int
	Shown                [figures]bool
}

// A Report is what one reader sees of a programme's reach.
type Report struct {
	Query     Query // as it was answered: the day may have been moved
	Programme programme.Programme
	Goals     []programme.GoalArea

	Total  Line
	ByGoal []Line // of the whole, for each goal area; one person may be in several
	Lines  []Line
	Hidden Line // those of Lines that are hidden, together, where that is known; its ID is ""
	Kept   int  // how many lines have a hidden cell

	Open     bool // this reader may see the rows
	Own      bool // only the reader's own workplaces are counted
	Withheld bool // the breakdown is not given to this reader, see [Query.narrow]
}

// A reader is what v may see of reach.
type reader struct {
	open       bool
	workplaces []string // nil for all
}

// reading finds out what v may see of a programme's reach: the office and auditors all, a contact their
// own workplaces, others with a right to the figures only what [Suppress] leaves.
func reading(v access.Viewer, right access.Right, programmeID string) (reader, error) {
	if v.In(right, programmeID) {
		return reader{open: v.In(access.SeePeople, programmeID)}, nil
	}
	if own := v.Scope(right).Workplaces; len(own) > 0 {
		return reader{open: true, workplaces: own}, nil
	}
	return reader{}, programme.ErrNotFound
}

// narrow moves the question to what this reader may have an answer to. Whoever sees no rows gets the last
// day of a month, since two days close together differ by single persons.
func (q *Query) narrow(r reader) {
	if q.On == "" || q.On > q.Today {
		q.On = q.Today
	}
	if next := q.On.Add(1); !r.open && next.Month() == q.On.Month() {
		q.On = local.Date(q.On.Month() + "-01").Add(-1)
	}
}

// withheld reports whether the breakdown would cut the same persons in a second way: see docs/decisions/0007-small-groups.md.
func (q Query) withheld(r reader) bool {
	return !r.open && q.By != "" && (q.Goal != "" || q.By == ByKind)
}

// Reach returns a programme's reach. It takes a fixed number of queries.
func Reach(ctx context.Context, c db.Conn, v access.Viewer, q Query) (Report, error) {
	r, err := reading(v, access.SeeReach, q.Programme)
	if err != nil {
		return Report{}, err
	}
	q.narrow(r)
	w, err := load(ctx, c, v, q, r)
	if err != nil {
		return Report{}, err
	}
	report := Report{Query: q, Programme: w.programme, Goals: w.goals, Open: r.open, Own: r.workplaces != nil, Withheld: q.withheld(r)}
	goal, err := w.goal(q.Goal)
	if err != nil {
		return report, err
	}
	whole := w.wholes(r)
	report.Total = whole[goal]
	for i, g := range w.goals {
		line := whole[i+1]
		line.ID, line.Name = g.ID, g.Name
		report.ByGoal = append(report.ByGoal, line)
	}
	if q.By != "" && !report.Withheld {
		report.Lines, err = w.lines(q.By, goal, r)
		report.rest()
	}
	return report, err
}

// rest sums what is hidden, of each figure that is shown of the whole: anyone could.
func (r *Report) rest() {
	for _, l := range r.Lines {
		if slices.Contains(l.Shown[:], false) {
			r.Kept++
		}
	}
	if r.Kept == 0 {
		return
	}
	r.Hidden.Shown = r.Total.Shown
	for f := range figures {
		for _, l := range r.Lines {
			if !l.Shown[f] && r.Total.Shown[f] {
				r.Hidden.Counts[f] += l.Counts[f]
			}
		}
	}
	for i := range r.Lines {
		r.Lines[i].blank()
	}
}

// blank takes the hidden numbers out, so that no face can show them by mistake.
func (l *Line) blank() {
	for f := range figures {
		if !l.Shown[f] {
			l.Counts[f] = 0
		}
	}
}

// wholes returns the figures of all persons, for the programme and then for each goal area.
func (w *world) wholes(r reader) []Line {
	g := &Group{Counts: make([]int, len(columns)+len(w.goals)*(len(columns)-1))}
	all := slices.Clone(columns)
	at := func(goal int, f Figure) int { // the column
		if goal == 0 || f == Staff {
			return int(f)
		}
		return goal*int(figures-1) + int(f)
	}
	for goal := range w.goals {
		for f := Attended; f < figures; f++ {
			within := []int{int(f)}
			for _, d := range columns[f].Within {
				within = append(within, at(goal+1, Figure(d)))
			}
			all = append(all, Column{Within: within})
		}
	}
	for goal := range len(w.goals) + 1 {
		for f := range figures {
			g.Counts[at(goal, f)] = w.count(f, goal)
		}
	}
	Suppress(all, g)
	lines := make([]Line, len(w.goals)+1)
	for goal := range lines {
		for f := range figures {
			lines[goal].Counts[f] = g.Counts[at(goal, f)]
			lines[goal].Shown[f] = r.open || g.Shown[at(goal, f)]
		}
		lines[goal].blank()
	}
	return lines
}

func (w *world) count(f Figure, goal int) (n int) {
	for i := range w.persons {
		if w.persons[i].has(f, goal) {
			n++
		}
	}
	return n
}
