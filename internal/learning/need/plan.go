package need

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

var (
	ErrEmpty    = fault.Define(fault.Conflict, "need.empty")
	ErrAgreedOn = fault.Define(fault.Invalid, "need.agreed-on")
	ErrSame     = fault.Define(fault.Conflict, "need.same") // args: the number and the day of the last agreement
)

// A Plan is the competence plan of a workplace: its needs, and when it agreed on them. Version 0: nothing has been written.
type Plan struct {
	ID                   string
	Programme, Workplace string
	Version              int // raised by whatever changes its needs, and when it is agreed on
	Agreements           []Agreement
}

// An Agreement is a version of the plan that a workplace has agreed on.
type Agreement struct {
	Number int        // 1 for the first
	On     local.Date // the day on which it did
	By     string     // who said so, and when
	At     time.Time
	Needs  int
}

// Agreed is the last agreement, if there is any.
func (p Plan) Agreed() (Agreement, bool) {
	if len(p.Agreements) == 0 {
		return Agreement{}, false
	}
	return p.Agreements[0], true
}

// PlanOf returns a workplace's plan with its agreements, the last first.
func PlanOf(ctx context.Context, c db.Conn, p learning.Place) (Plan, error) {
	plan, err := db.One(ctx, c, func(x *Plan) []any { return []any{&x.ID, &x.Programme, &x.Workplace, &x.Version} },
		`SELECT id, programme, workplace, version FROM competence_plan WHERE programme = $1 AND workplace = $2`, p.Programme, p.Workplace)
	if errors.Is(err, db.ErrNoRows) {
		return Plan{Programme: p.Programme, Workplace: p.Workplace}, nil
	}
	if err != nil {
		return plan, err
	}
	plan.Agreements, err = db.All(ctx, c, func(a *Agreement) []any { return []any{&a.Number, &a.On, &a.By, &a.At, &a.Needs} },
		`SELECT a.number, a.on_date, a.made_by, a.made_at, (SELECT count(*) FROM agreed_need x WHERE x.plan = a.plan AND x.number = a.number)
		FROM plan_agreement a WHERE a.plan = $1 ORDER BY a.number DESC`, plan.ID)
	return plan, err
}

// AgreedAt returns the needs of a plan as they were worded in one of its agreements.
func AgreedAt(ctx context.Context, c db.Conn, plan Plan, number int) ([]Need, error) {
	return db.All(ctx, c, scanNeed, `SELECT `+needColumns+` FROM agreed_need g JOIN need n ON n.id = g.need JOIN need_text t ON t.need = n.id AND t.number = g.wording
		JOIN need_event e ON e.need = n.id AND e.version = n.stated JOIN need_priority r ON r.name = t.priority WHERE g.plan = $1 AND g.number = $2 ORDER BY r.ord, t.due, n.id`, plan.ID, number)
}

// touch raises the version of a workplace's plan, which it makes if there is none, and keeps others from it.
func touch(ctx context.Context, tx *db.Tx, p learning.Place) error {
	id, err := db.Value[string](ctx, tx, `INSERT INTO competence_plan (id, programme, workplace) VALUES ($1, $2, $3)
		ON CONFLICT (programme, workplace) DO UPDATE SET version = competence_plan.version + 1 RETURNING id`, tx.NewID(), p.Programme, p.Workplace)
	if err != nil {
		return err
	}
	return db.Lock(ctx, tx, "competence_plan", id)
}

// worded are needs with the numbers of their wordings, in order: what a plan says.
func worded(needs []Need) []string {
	list := make([]string, len(needs))
	for i, n := range needs {
		list[i] = n.ID + " " + strconv.Itoa(n.Number)
	}
	slices.Sort(list)
	return list
}

// Same reports whether some needs say what a plan said when it was agreed on last, and when that was. Those that have been dropped say nothing.
func Same(ctx context.Context, c db.Conn, plan Plan, needs []Need) (last Agreement, same bool, err error) {
	last, ok := plan.Agreed()
	if !ok {
		return Agreement{}, false, nil
	}
	was, err := AgreedAt(ctx, c, plan, last.Number)
	now := slices.DeleteFunc(slices.Clone(needs), func(n Need) bool { return n.State == Dropped })
	return last, err == nil && slices.Equal(worded(was), worded(now)), err
}

// Agree says that a workplace agreed on its plan on a day, if version still is that of the plan. What has been dropped is not
// in it. From then on others read its needs as they are worded now. A plan that says what it said when it was agreed on last is [ErrSame], also to who
// saw it before that.
func Agree(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, version int, on local.Date) error {
	if !p.Leads {
		return learning.ErrForbidden
	}
	plan, err := PlanOf(ctx, tx, p)
	if err != nil {
		return err
	}
	if plan.Version == 0 {
		return ErrEmpty
	}
	if err := db.Lock(ctx, tx, "competence_plan", plan.ID); err != nil {
		return err
	}
	if plan, err = PlanOf(ctx, tx, p); err != nil {
		return err
	}
	prog, err := programme.Get(ctx, tx, access.System, p.Programme)
	if err != nil {
		return err
	}
	switch today := local.DateOf(tx.At, prog.Location()); {
	case plan.Version != version: // told below, as what others have done
	case !on.Valid():
		return fault.List{local.ErrDate.At("on")}
	case on < prog.Starts || on > today:
		return fault.List{ErrAgreedOn.At("on", prog.Starts, today)}
	}
	needs, err := Here(ctx, tx, v, p)
	if err != nil {
		return err
	}
	needs = slices.DeleteFunc(needs, func(n Need) bool { return n.State == Dropped })
	if len(needs) == 0 {
		return ErrEmpty
	}
	last, same, err := Same(ctx, tx, plan, needs)
	if err != nil {
		return err
	}
	if same {
		return ErrSame.With(last.Number, last.On)
	}
	if plan.Version != version {
		return fault.Stale
	}
	number := last.Number + 1
	if _, err := tx.Exec(ctx, `UPDATE competence_plan SET version = version + 1 WHERE id = $1`, plan.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO plan_agreement (plan, number, version, on_date, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		plan.ID, number, version+1, on, tx.By, tx.At); err != nil {
		return err
	}
	rows, ids := make([][]any, len(needs)), make([]string, len(needs))
	for i, n := range needs {
		rows[i], ids[i] = []any{plan.ID, number, n.ID, n.Number}, n.ID
	}
	if err := db.Insert(ctx, tx, "agreed_need", "plan, number, need, wording", "", rows); err != nil {
		return err
	}
	var args []any
	if _, err := tx.Exec(ctx, `UPDATE need SET agreed = wording WHERE id IN `+db.In(&args, ids), args...); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "agree", Entity: "competence_plan", Row: plan.ID, Detail: map[string]any{"number": number, "version": version + 1, "needs": len(needs)}})
}
