package focus

import (
	"context"
	"errors"
	"fmt"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/local"
)

// A Filter chooses commitments of a programme's workplaces.
type Filter struct {
	Programme  string
	Workplaces []string // nil for all; those gone up in one of them stand under it
	Goal       string   // "" for all, "none" for those without one
	Need       string   // "" for all, else those that answer it
	State      State    // "" for all
	Standing   Standing // "" for all
	On         local.Date
	By         string // one of [Sorts]
	Falling    bool
	After      []any // the keys of the last row of the page before
	Limit      int
}

// Sorts are what a list of commitments is sorted by: the day of the next check, those without one last; the day by which it is to be
// done; how far it has come.
var Sorts = []string{"check", "due", "state"}

const (
	never   = "9999" // after every day
	byCheck = `coalesce(c.next_check, '` + never + `')`
)

var sorted = map[string]string{"due": "c.due", "state": "c.state"}

func (f Filter) order() db.Order {
	by := sorted[f.By]
	if by == "" {
		by = byCheck
	}
	return db.Order{By: []string{by, "c.id"}, Falling: f.Falling}
}

// Keys are those of a row in f's order.
func (f Filter) Keys(c Commitment) []any {
	switch {
	case f.By == "due":
		return []any{string(c.Due), c.ID}
	case f.By == "state":
		return []any{string(c.State), c.ID}
	case c.Check == "":
		return []any{never, c.ID}
	}
	return []any{string(c.Check), c.ID}
}

// few is the programme of what is asked for of few workplaces. It is an expression, so that no engine that does not know how many rows
// there are goes by the programme, which all of them have in common.
const few = `c.programme || '' = `

// where is f as conditions. $1 is the day of the tree, $2 the programme.
func (f Filter) where(v access.Viewer, right access.Right, args *[]any) string {
	param := func(value any) string {
		*args = append(*args, value)
		return fmt.Sprintf("$%d", len(*args))
	}
	where := `c.programme = $2 AND `
	if f.Workplaces != nil || !v.In(right, f.Programme) {
		where = few + `$2 AND `
	}
	where += learning.Reads("c.workplace", v, right, f.Programme, args)
	if f.Workplaces != nil {
		where += ` AND ` + learning.Within("c.workplace", f.Workplaces, args)
	}
	switch f.Goal {
	case "":
	case "none":
		where += ` AND c.goal IS NULL`
	default:
		where += ` AND c.goal = ` + param(f.Goal)
	}
	if f.Need != "" {
		where += ` AND c.need = ` + param(f.Need)
	}
	if f.State != "" {
		where += ` AND c.state = ` + param(f.State)
	}
	switch f.Standing {
	case Ahead:
		where += ` AND c.next_check > ` + param(f.On)
	case Due:
		where += ` AND c.next_check <= ` + param(f.On) + ` AND c.next_check > ` + param(f.On.Add(-patience))
	case Late:
		where += ` AND c.next_check <= ` + param(f.On.Add(-patience))
	case Asked:
		where += ` AND c.next_check <= ` + param(f.On)
	case After:
		where += ` AND c.next_check > (SELECT ends FROM programme WHERE id = $2)`
	case PastDue:
		where += ` AND c.state NOT IN ('done', 'dropped') AND c.due < ` + param(f.On)
	case Going:
		where += ` AND c.next_check IS NOT NULL`
	case Ended:
		where += ` AND c.next_check IS NULL`
	}
	return where
}

// List returns the commitments that f chooses among those that v may read: of a programme for who may read of its
// workplaces, of a contact's own for a contact.
func List(ctx context.Context, c db.Conn, v access.Viewer, f Filter) ([]Commitment, error) {
	args := []any{v.On, f.Programme}
	where := f.where(v, access.SeeLearning, &args)
	return f.list(ctx, c, where, args)
}

// Here returns those that f chooses of a place's, for whoever has to do with it.
func Here(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, f Filter) ([]Commitment, error) {
	args := []any{v.On, p.Programme}
	f.Programme, f.Workplaces = p.Programme, []string{p.Workplace}
	return f.list(ctx, c, f.where(access.System, access.SeeLearning, &args), args)
}

func (f Filter) list(ctx context.Context, c db.Conn, where string, args []any) ([]Commitment, error) {
	order := f.order()
	if f.After != nil {
		where += ` AND ` + order.Behind(&args, f.After)
	}
	limit := ""
	if f.Limit > 0 {
		args = append(args, f.Limit)
		limit = fmt.Sprintf(` LIMIT $%d`, len(args))
	}
	list, err := db.All(ctx, c, scanCommitment, learning.Moved+`SELECT `+commitmentColumns+fromCommitment+`WHERE `+where+` ORDER BY `+order.SQL()+limit, args...)
	for i := range list {
		if err == nil {
			err = list[i].complete()
		}
	}
	return list, err
}

// A Count is how many commitments of a goal area ("" for none) are in a state and stand so.
type Count struct {
	Goal     string
	State    State
	Standing Standing
	N        int
	After    int // of them: those that are followed up next after the programme's last day
}

// Counts returns how many commitments f chooses, for who may know how far the workplaces have come. f's order and limit do not matter.
func Counts(ctx context.Context, c db.Conn, v access.Viewer, f Filter) ([]Count, error) {
	args := []any{v.On, f.Programme}
	where := f.where(v, access.SeeOutcome, &args)
	return f.counts(ctx, c, where, args)
}

// CountsHere is [Counts] of a place's, for whoever has to do with it.
func CountsHere(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, on local.Date) ([]Count, error) {
	f := Filter{Programme: p.Programme, Workplaces: []string{p.Workplace}, On: on}
	args := []any{v.On, p.Programme}
	return f.counts(ctx, c, f.where(access.System, access.SeeLearning, &args), args)
}

// counts adds up by the day of the next check first. There are few days however many commitments, and an index has them in that order, so that few rows are
// told how they stand and are sorted.
func (f Filter) counts(ctx context.Context, c db.Conn, where string, args []any) ([]Count, error) {
	args = append(args, f.On, f.On.Add(-patience))
	n := len(args)
	return db.All(ctx, c, func(n *Count) []any { return []any{&n.Goal, &n.State, &n.Standing, &n.N, &n.After} }, learning.Moved+fmt.Sprintf(`
		SELECT goal, state, standing, CAST(sum(n) AS INTEGER), CAST(sum(beyond) AS INTEGER) FROM (SELECT coalesce(g.goal, '') AS goal, g.state AS state, g.n AS n,
			CASE WHEN g.next_check IS NULL THEN 'ended' WHEN g.next_check > $%d THEN 'ahead' WHEN g.next_check > $%d THEN 'due' ELSE 'late' END AS standing,
			CASE WHEN g.next_check > (SELECT ends FROM programme WHERE id = $2) THEN g.n ELSE 0 END AS beyond
			FROM (SELECT c.goal, c.state, c.next_check, count(*) AS n FROM commitment c WHERE %s GROUP BY c.goal, c.state, c.next_check) g) x
		GROUP BY goal, state, standing ORDER BY goal, state, standing`, n-1, n, where), args...)
}

// A Waiting is a check that has been answered at a workplace, whose time and conditions wait to be confirmed.
type Waiting struct {
	Commitment string
	Wording
	Ord    int
	Answer State
	On     string
}

// ToConfirm returns those of a place, the first answered first.
func ToConfirm(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, limit int) ([]Waiting, error) {
	return db.All(ctx, c, func(w *Waiting) []any { return []any{&w.Commitment, &w.Happens, &w.Act, &w.Ord, &w.Answer, &w.On} }, learning.Moved+`
		SELECT c.id, t.happens, t.act, k.ord, k.answer, k.due FROM commitment_check k JOIN commitment c ON c.id = k.commitment JOIN commitment_text t ON t.commitment = c.id AND t.number = c.wording
		WHERE k.answer IS NOT NULL AND k.conditions IS NULL AND `+few+`$3 AND `+learning.Here("c.workplace")+` ORDER BY k.answered_at, c.id, k.ord LIMIT $4`,
		v.On, p.Workplace, p.Programme, limit)
}

// Orphans returns the ids and wordings of the commitments of a place that go on and whose owner no longer works there.
func Orphans(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place) ([]Commitment, error) {
	return db.All(ctx, c, func(x *Commitment) []any { return []any{&x.ID, &x.Happens, &x.Act} }, learning.Moved+`SELECT c.id, t.happens, t.act FROM commitment c
		JOIN commitment_text t ON t.commitment = c.id AND t.number = c.wording WHERE c.next_check IS NOT NULL AND `+few+`$3 AND `+learning.Here("c.workplace")+` AND `+left+` = 1 ORDER BY c.id`,
		v.On, p.Workplace, p.Programme)
}

// MonthsOf returns when commitments of a programme are followed up, where nothing else is said of one.
func MonthsOf(ctx context.Context, c db.Conn, programme string) (Months, error) {
	text, err := db.Value[string](ctx, c, `SELECT months FROM follow_up_plan WHERE programme = $1`, programme)
	if errors.Is(err, db.ErrNoRows) {
		return Usual, nil
	}
	if err != nil {
		return nil, err
	}
	return ParseMonths(text)
}

// SetMonths says when; commitments made before keep theirs.
func SetMonths(ctx context.Context, tx *db.Tx, v access.Viewer, programme, typed string) error {
	if !v.In(access.PlanLearning, programme) {
		return ErrForbidden
	}
	months, err := ParseMonths(typed)
	if err != nil {
		return fault.List{ErrMonths.At("months", mostMonths)}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO follow_up_plan (programme, months) VALUES ($1, $2) ON CONFLICT (programme) DO UPDATE SET months = excluded.months`, programme, months.String()); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "set", Entity: "follow_up_plan", Row: programme, Detail: map[string]any{"is": months.String()}})
}
