package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/people"
)

// A Stage is how far one who has not attended has come.
type Stage string

const (
	NoOffer   Stage = "no-offer"   // nothing has been meant for them
	NotTold   Stage = "not-told"   // they have not been told
	NoSeat    Stage = "no-seat"    // told, but there was never a seat for them
	NotSigned Stage = "not-signed" // told, and there was a seat, but they have not signed up
	NotCome   Stage = "not-come"   // signed up, but not attended: yet, or at all
	Reached   Stage = "reached"    // attended
)

// Stages are those of who is not reached, from the first.
var Stages = []Stage{NoOffer, NotTold, NoSeat, NotSigned, NotCome}

func (p *person) stage(goal int) Stage {
	switch {
	case p.has(Attended, goal):
		return Reached
	case p.has(SignedUp, goal):
		return NotCome
	case !p.has(Audience, goal):
		return NoOffer
	case !p.has(Told, goal):
		return NotTold
	case !p.has(Could, goal):
		return NoSeat
	}
	return NotSigned
}

// A Row is one person behind a figure. Of one with protected identity it says nothing but that.
type Row struct {
	Person        string // the id, "" if protected
	Given, Family string
	Protected     bool
	Role          string
	County        people.Unit
	Municipality  people.Unit
	Workplace     people.Unit
	Stage         Stage
	NoAddress     bool   // no e-mail reaches them
	Phone         string // then
	sortKey       string
	place         string
	mark          string // its place in the list that it stands in
}

// Sort puts rows in the order of a key, and those alike in that of their names.
func Sort(rows []Row, falling bool, key func(Row) string) {
	number(rows, func(r Row) string { return key(r) + " " + r.sortKey })
	if falling {
		slices.Reverse(rows)
	}
}

// PageOf is so many of the rows of a list after a mark, "" for the first ones, and the mark that the next page is after, "" if
// there is none. Rows that came or went meanwhile disturb nothing.
func PageOf(rows []Row, after string, falling bool, limit int) (page []Row, next string) {
	page = rows
	if after != "" {
		begin, _ := slices.BinarySearchFunc(rows, after, func(r Row, mark string) int {
			if r.mark == mark || r.mark < mark != falling {
				return -1
			}
			return 1
		})
		page = rows[begin:]
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].mark
	}
	return page, next
}

// number puts rows in order and gives each its mark.
func number(rows []Row, key func(Row) string) {
	for i := range rows {
		rows[i].mark = key(rows[i]) + " " + rows[i].Person
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.mark, b.mark) })
	for i := range rows {
		if rows[i].Protected { // they have no id to tell them apart, and stand last
			rows[i].mark += fmt.Sprintf("%06d", i)
		}
	}
}

// Rows are the persons behind a figure, of one group of the breakdown or of all if there is none. Where the question
// was about a contact's own workplaces, it is those.
func Rows(ctx context.Context, c db.Conn, v access.Viewer, q Query, f Figure, group string) ([]Row, error) {
	w, goal, err := openWorld(ctx, c, v, access.SeeReach, q)
	if err != nil {
		return nil, err
	}
	if q.By != "" && !slices.Contains(Breakdowns, q.By) {
		return nil, ErrBy
	}
	rows := w.rows(goal, func(p *person) bool { return p.has(f, goal) && (q.By == "" || w.key(q.By, p) == group) })
	number(rows, func(r Row) string { return r.sortKey })
	return rows, nil
}

// openWorld loads what a reader who may see the rows is shown.
func openWorld(ctx context.Context, c db.Conn, v access.Viewer, right access.Right, q Query) (*world, int, error) {
	r, err := reading(v, right, q.Programme)
	if err != nil {
		return nil, 0, err
	}
	if !r.open {
		return nil, 0, ErrRows
	}
	q.narrow(r)
	w, err := load(ctx, c, v, q, r)
	if err != nil {
		return nil, 0, err
	}
	goal, err := w.goal(q.Goal)
	return w, goal, err
}

func (w *world) rows(goal int, wanted func(*person) bool) (rows []Row) {
	for i := range w.persons {
		p := &w.persons[i]
		if !wanted(p) {
			continue
		}
		row := Row{Protected: p.protected, Stage: p.stage(goal), sortKey: people.Last, place: people.Last}
		if !p.protected {
			row.Person, row.Given, row.Family, row.Role, row.sortKey = p.id, p.given, p.family, p.main.role, p.sortKey
			if row.NoAddress = p.mute; p.mute {
				row.Phone = p.phone
			}
			row.Workplace, _ = w.tree.Unit(p.main.workplace)
			row.Municipality, _ = w.tree.Municipality(p.main.workplace)
			row.County, _ = w.tree.County(p.main.workplace)
			row.place = row.County.SortKey + " " + row.Municipality.SortKey + " " + row.Workplace.SortKey + " " + row.Workplace.ID
		}
		rows = append(rows, row)
	}
	number(rows, func(r Row) string { return r.place + " " + r.sortKey })
	return rows
}

// A Missed filters those not reached.
type Missed struct {
	Unit  string // of the tree, "" for all
	Stage Stage  // "" for all
}

// NotReached are the staff who have not attended anything of the programme or goal area, by workplace: for the
// office, and for the contact of the workplace. By is not used.
func NotReached(ctx context.Context, c db.Conn, v access.Viewer, q Query, f Missed) ([]Row, error) {
	w, goal, err := openWorld(ctx, c, v, access.SeeNotReached, q)
	if err != nil {
		return nil, err
	}
	var under []string
	if f.Unit != "" {
		under = w.tree.Under(f.Unit)
	}
	return w.rows(goal, func(p *person) bool {
		stage := p.stage(goal)
		if f.Unit != "" {
			// Where one with protected identity works cannot be found out by asking for each place.
			if _, within := slices.BinarySearch(under, p.main.workplace); !within || p.protected {
				return false
			}
		}
		return stage != Reached && (f.Stage == "" || f.Stage == stage)
	}), nil
}
