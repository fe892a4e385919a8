package need

import (
	"context"
	"fmt"
	"strconv"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning"
)

// A Filter chooses needs of a programme's workplaces that have been agreed on.
type Filter struct {
	Programme  string
	ID         string   // the one need
	Workplaces []string // nil for all; those gone up in one of them stand under it
	Goal       string   // "" for all, "none" for those without one
	Topic      string   // "" for all, "none" for those without one, "some" for those with one
	Priority   Priority // "" for all
	State      State    // "" for all but the dropped
	By         string   // one of [Sorts]
	Falling    bool
	After      []any // the keys of the last row of the page before
	Limit      int
}

// Sorts are what a list of needs is sorted by: how much they press, by when, for how many.
var Sorts = []string{"priority", "due", "staff"}

// order is that of f, the id last.
func (f Filter) order() db.Order {
	by := []string{"r.ord", "t.due", "n.id"}
	switch f.By {
	case "due":
		by = []string{"t.due", "n.id"}
	case "staff":
		by = []string{"t.staff", "n.id"}
	}
	return db.Order{By: by, Falling: f.Falling}
}

// Like are examples of the keys of a row in f's order, for [db.ReadMark].
func (f Filter) Like() []any {
	switch f.By {
	case "due":
		return []any{"", ""}
	case "staff":
		return []any{0, ""}
	}
	return []any{0, "", ""}
}

// Keys are those of a row in f's order.
func (f Filter) Keys(n Need) []any {
	switch f.By {
	case "due":
		return []any{string(n.Due), n.ID}
	case "staff":
		return []any{n.Staff, n.ID}
	}
	return []any{ord(n.Priority), string(n.Due), n.ID}
}

// ord is a priority's place, from 1.
func ord(p Priority) int {
	for i, x := range Priorities {
		if x == p {
			return i + 1
		}
	}
	return 0
}

func parameter(n int) string { return "$" + strconv.Itoa(n) }

// where is f as conditions on need n with its wording t. $1 is the day of the tree.
func (f Filter) where(v access.Viewer, right access.Right, args *[]any) string {
	where := `n.programme = ` + put(args, f.Programme) + ` AND n.agreed IS NOT NULL AND ` + learning.Reads("n.workplace", v, right, f.Programme, args)
	if f.Workplaces != nil {
		where += ` AND ` + learning.Within("n.workplace", f.Workplaces, args)
	}
	if f.ID != "" {
		where += ` AND n.id = ` + put(args, f.ID)
	}
	switch f.Goal {
	case "":
	case "none":
		where += ` AND t.goal IS NULL`
	default:
		where += ` AND t.goal = ` + put(args, f.Goal)
	}
	switch f.Topic {
	case "":
	case "none":
		where += ` AND n.topic IS NULL`
	case "some":
		where += ` AND n.topic IS NOT NULL`
	default:
		where += ` AND n.topic = ` + put(args, f.Topic)
	}
	if f.Priority != "" {
		where += ` AND t.priority = ` + put(args, f.Priority)
	}
	switch f.State {
	case "":
		where += ` AND n.state <> 'dropped'`
	case Open:
		where += ` AND n.state = 'open' AND NOT ` + sought
	case Planned:
		where += ` AND n.state = 'open' AND ` + sought + ` AND NOT ` + answered
	case Waiting:
		where += ` AND n.state = 'open' AND NOT ` + answered
	case Answered:
		where += ` AND n.state = 'open' AND ` + answered
	default:
		where += ` AND n.state = ` + put(args, f.State)
	}
	return where
}

// List returns the needs that f chooses among those that v may read: of a programme for who may read of its
// workplaces, of a contact's own for a contact. They say what was agreed on last.
func List(ctx context.Context, c db.Conn, v access.Viewer, f Filter) ([]Need, error) {
	args := []any{v.On}
	where, order := f.where(v, access.SeeLearning, &args), f.order()
	if f.After != nil {
		where += ` AND ` + order.Behind(&args, f.After)
	}
	limit := ""
	if f.Limit > 0 {
		limit = fmt.Sprintf(` LIMIT %d`, f.Limit)
	}
	return db.All(ctx, c, scanNeed, learning.Moved+`SELECT `+needColumns+asAgreed+`WHERE `+where+` ORDER BY `+order.SQL()+limit, args...)
}

// ByID returns needs of a programme that have been agreed on, those that v may read.
func ByID(ctx context.Context, c db.Conn, v access.Viewer, prog string, ids []string) ([]Need, error) {
	args := []any{v.On}
	where := `n.programme = ` + put(&args, prog) + ` AND ` + learning.Reads("n.workplace", v, access.SeeLearning, prog, &args) + ` AND n.id IN ` + db.In(&args, ids)
	return db.All(ctx, c, scanNeed, learning.Moved+`SELECT `+needColumns+asAgreed+`WHERE `+where+` ORDER BY n.id`, args...)
}

// A Part is what needs of a workplace have in common: how many they are, and the largest number of staff among them.
type Part struct {
	Workplace   string
	Goal, Topic string // "" for none
	Priority    Priority
	State       State
	Needs       int
	Staff       int
}

// Parts returns what f chooses in numbers, for who may know how far the workplaces have come. f's order and limit do not
// matter. One query, whatever there is: [Sum] makes tables of it.
func Parts(ctx context.Context, c db.Conn, v access.Viewer, f Filter) ([]Part, error) {
	args := []any{v.On}
	where := f.where(v, access.SeeOutcome, &args)
	return db.All(ctx, c, func(p *Part) []any {
		return []any{&p.Workplace, &p.Goal, &p.Topic, &p.Priority, &p.State, &p.Needs, &p.Staff}
	}, learning.Moved+`
		SELECT workplace, goal, topic, priority, state, count(*), max(staff) FROM (SELECT n.workplace AS workplace, coalesce(t.goal, '') AS goal, coalesce(n.topic, '') AS topic, t.priority AS priority,
			`+standing+` AS state, t.staff AS staff
			FROM need n JOIN need_text t ON t.need = n.id AND t.number = n.agreed WHERE `+where+`) x
		GROUP BY workplace, goal, topic, priority, state ORDER BY workplace, goal, topic, priority, state`, args...)
}

// A Line is what some needs come to.
type Line struct {
	Key        string
	Needs      int
	Workplaces int
	Staff      int
	Open       int // needs that no published activity answers
	Planned    int // those of them that one is planned for
}

// Sum adds parts up, a line for each key that by gives them, in the order in which the keys come; a part whose key is "-" is in none. The staff of a workplace
// count once on a line: as many as the largest number among its needs there. So lines do not add up to their total, which is
// a line of its own.
func Sum(parts []Part, by func(Part) string) []Line {
	at := map[string]int{}
	most := map[[2]string]int{} // by key and workplace
	var lines []Line
	for _, p := range parts {
		key := by(p)
		if key == "-" {
			continue
		}
		i, ok := at[key]
		if !ok {
			i = len(lines)
			at[key] = i
			lines = append(lines, Line{Key: key})
		}
		l := &lines[i]
		l.Needs += p.Needs
		if p.State.Waits() {
			l.Open += p.Needs
		}
		if p.State == Planned {
			l.Planned += p.Needs
		}
		before, ok := most[[2]string{key, p.Workplace}]
		if !ok {
			l.Workplaces++
		}
		if p.Staff > before || !ok {
			l.Staff += p.Staff - before
			most[[2]string{key, p.Workplace}] = p.Staff
		}
	}
	return lines
}

// Total is the line of all.
func Total(parts []Part) Line {
	if lines := Sum(parts, func(Part) string { return "" }); len(lines) > 0 {
		return lines[0]
	}
	return Line{}
}
