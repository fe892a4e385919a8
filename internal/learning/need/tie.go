package need

import (
	"context"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/programme"
)

// ErrTie says that there is no such topic or need in the activity's programme.
var ErrTie = fault.Define(fault.NotFound, "need.tie")

// Ties are the topics and single needs that an activity answers.
type Ties struct{ Topics, Needs []string }

// TiesOf returns those of an activity.
func TiesOf(ctx context.Context, c db.Conn, activity string) (t Ties, err error) {
	if t.Topics, err = db.Values[string](ctx, c, `SELECT topic FROM topic_activity WHERE activity = $1 ORDER BY topic`, activity); err != nil {
		return t, err
	}
	t.Needs, err = db.Values[string](ctx, c, `SELECT need FROM need_activity WHERE activity = $1 ORDER BY need`, activity)
	return t, err
}

// Mark tells ties apart: the same topics and needs have the same.
func (t Ties) Mark() string {
	return strings.Join(slices.Concat(t.Topics, []string{"|"}, t.Needs), " ")
}

// union are the ties of both, each once and in order.
func (t Ties) union(more Ties) Ties {
	return Ties{slices.Compact(slices.Sorted(slices.Values(slices.Concat(t.Topics, more.Topics)))), slices.Compact(slices.Sorted(slices.Values(slices.Concat(t.Needs, more.Needs))))}
}

// Tie lets an activity answer these topics and needs too.
func Tie(ctx context.Context, tx *db.Tx, v access.Viewer, act string, more Ties) error {
	a, err := tieable(ctx, tx, v, act)
	if err != nil {
		return err
	}
	now, err := TiesOf(ctx, tx, act)
	if err != nil || now.union(more).Mark() == now.Mark() {
		return err
	}
	if now, err = lockTies(ctx, tx, act); err != nil {
		return err
	}
	return setTies(ctx, tx, a, now, now.union(more))
}

// SetTies lets an activity answer these topics and needs, and no others, if was is the mark of those that it answers now. Who
// asks for what they saw asks for nothing.
func SetTies(ctx context.Context, tx *db.Tx, v access.Viewer, act, was string, to Ties) error {
	a, err := tieable(ctx, tx, v, act)
	if err != nil {
		return err
	}
	to = to.union(Ties{})
	if to.Mark() == was {
		return nil
	}
	now, err := lockTies(ctx, tx, act)
	if err != nil {
		return err
	}
	if now.Mark() != was {
		return fault.Stale
	}
	return setTies(ctx, tx, a, now, to)
}

// tieable returns an activity whose ties v may change.
func tieable(ctx context.Context, c db.Conn, v access.Viewer, act string) (activity.Activity, error) {
	a, err := activity.GetActivity(ctx, c, v, act)
	if err == nil && !v.In(access.PlanLearning, a.Programme) {
		err = activity.ErrForbidden
	}
	return a, err
}

// lockTies keeps others from an activity's ties, and reads them.
func lockTies(ctx context.Context, tx *db.Tx, act string) (Ties, error) {
	if err := db.Lock(ctx, tx, "activity", act); err != nil {
		return Ties{}, err
	}
	return TiesOf(ctx, tx, act)
}

// setTies makes the ties that an activity has now into others.
func setTies(ctx context.Context, tx *db.Tx, a activity.Activity, now, to Ties) error {
	for _, t := range []struct {
		table, column, of string
		now, to           []string
	}{
		{"need_activity", "need", `SELECT count(*) FROM need WHERE agreed IS NOT NULL AND programme = `, now.Needs, to.Needs},
		{"topic_activity", "topic", `SELECT count(*) FROM need_topic WHERE programme = `, now.Topics, to.Topics},
	} {
		var add, drop []string
		for _, id := range t.to {
			if !slices.Contains(t.now, id) {
				add = append(add, id)
			}
		}
		for _, id := range t.now {
			if !slices.Contains(t.to, id) {
				drop = append(drop, id)
			}
		}
		if len(add) > 0 {
			args := []any{a.Programme}
			known, err := db.Value[int](ctx, tx, t.of+`$1 AND id IN `+db.In(&args, add), args...)
			if err != nil {
				return err
			}
			if known != len(add) {
				return ErrTie
			}
			rows := make([][]any, len(add))
			for i, id := range add {
				rows[i] = []any{id, a.ID, tx.By, tx.At}
			}
			if err := db.Insert(ctx, tx, t.table, t.column+", activity, made_by, made_at", "ON CONFLICT DO NOTHING", rows); err != nil {
				return err
			}
		}
		if len(drop) > 0 {
			args := []any{a.ID}
			if _, err := tx.Exec(ctx, `DELETE FROM `+t.table+` WHERE activity = $1 AND `+t.column+` IN `+db.In(&args, drop), args...); err != nil {
				return err
			}
		}
	}
	return audit.Record(ctx, tx, audit.Event{Act: "tie", Entity: "activity", Row: a.ID, Detail: map[string]any{"topics": len(to.Topics), "needs": len(to.Needs)}})
}

// An Answer is an activity that answers a need, directly or by its topic.
type Answer struct {
	Need, Activity string
	Title          string
	Published      bool // all may see it
}

// Answers are the activities that answer needs, by need and in Swedish order. Of those that are not published the title is there for
// whoever plans; show no others.
func Answers(ctx context.Context, c db.Conn, needs []Need) (map[string][]Answer, error) {
	ids := make([]string, len(needs))
	for i, n := range needs {
		ids[i] = n.ID
	}
	var args []any
	in := db.In(&args, ids)
	list, err := db.All(ctx, c, func(a *Answer) []any { return []any{&a.Need, &a.Activity, &a.Title, db.Truth(&a.Published)} }, `
		SELECT z.need, a.id, a.title, CASE WHEN p.published = 1 THEN a.published ELSE 0 END FROM (SELECT x.need, x.activity FROM need_activity x WHERE x.need IN `+in+`
			UNION SELECT n.id, y.activity FROM need n JOIN topic_activity y ON y.topic = n.topic WHERE n.id IN `+in+`) z
		JOIN activity a ON a.id = z.activity JOIN programme p ON p.id = a.programme ORDER BY a.sort_key, a.id, z.need`, args...)
	of := map[string][]Answer{}
	for _, a := range list {
		of[a.Need] = append(of[a.Need], a)
	}
	return of, err
}

// live is the condition that need n has been agreed on and not dropped.
const live = `n.agreed IS NOT NULL AND n.state <> 'dropped'`

// whose is the workplace of need n by the day in $1: the one that it has gone up in last, or its own.
const whose = `coalesce((SELECT m.into_unit FROM moved m WHERE m.unit = n.workplace AND NOT EXISTS (SELECT 1 FROM moved l WHERE l.unit = m.into_unit) LIMIT 1), n.workplace)`

// tied are the needs that the activity in $2 answers.
const tied = `(n.id IN (SELECT need FROM need_activity WHERE activity = $2) OR n.topic IN (SELECT topic FROM topic_activity WHERE activity = $2))`

// Asking is how many workplaces have needs that an activity answers, as of v's day: for all to know.
func Asking(ctx context.Context, c db.Conn, v access.Viewer, act string) (int, error) {
	return db.Value[int](ctx, c, learning.Moved+`SELECT count(DISTINCT `+whose+`) FROM need n WHERE `+live+` AND `+tied, v.On, act)
}

// Mine are the workplaces where v works or whose learning v leads as a contact, and that have needs which an activity answers.
func Mine(ctx context.Context, c db.Conn, v access.Viewer, act string) ([]string, error) {
	if !v.Can(access.Learn) {
		return nil, nil
	}
	args := []any{v.On, act, v.Person}
	return db.Values[string](ctx, c, learning.Moved+`SELECT DISTINCT w FROM (SELECT `+whose+` AS w FROM need n WHERE `+live+` AND `+tied+`) z
		WHERE w IN (SELECT workplace FROM employment WHERE person = $3 AND valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)) OR w IN `+
		db.In(&args, v.Staff(access.LeadLearning).Today)+` ORDER BY w`, args...)
}

// A Draft is an activity as needs propose it.
type Draft struct {
	Programme          string
	Title, Description string
	Goals              []string
	Kind               string
	Ties               Ties
}

// kinds are the kinds of activities by the form that a need wishes for.
var kinds = map[string]string{"lecture": "lecture", "course": "course", "study-visit": "study-visit", "practice": "workshop"}

// DraftOf proposes an activity from a topic or a single need of a programme: named by it, for the goal areas of its needs, of the kind that
// most of them wish for, and described by what they say. No workplace is named: the description is for all.
func DraftOf(ctx context.Context, c db.Conn, v access.Viewer, prog, topic, need string) (d Draft, err error) {
	if !v.In(access.PlanLearning, prog) {
		return d, programme.ErrNotFound
	}
	f := Filter{Programme: prog, Topic: topic, ID: need, Limit: mostExamples}
	d = Draft{Programme: prog}
	if topic != "" {
		t, err := GetTopic(ctx, c, prog, topic)
		if err != nil {
			return d, err
		}
		d.Title, d.Ties.Topics = t.Name, []string{topic}
	}
	list, err := List(ctx, c, v, f)
	if err != nil {
		return d, err
	}
	if topic == "" {
		if need == "" || len(list) != 1 {
			return d, ErrNotFound
		}
		d.Title, d.Ties.Needs = list[0].Text, []string{need}
	}
	d.propose(list)
	return d, nil
}

// propose fills in what needs have in common.
func (d *Draft) propose(list []Need) {
	forms := map[string]int{}
	var says []string
	for _, n := range list {
		if n.Goal != "" && !slices.Contains(d.Goals, n.Goal) {
			d.Goals = append(d.Goals, n.Goal)
		}
		if kind := kinds[n.Form]; kind != "" {
			if forms[kind]++; forms[kind] > forms[d.Kind] {
				d.Kind = kind
			}
		}
		if line := "– " + n.Text; !slices.Contains(says, line) && len(says) < mostSaid {
			says = append(says, line)
		}
	}
	slices.Sort(d.Goals)
	d.Description = strings.Join(says, "\n")
}

// mostSaid is how many needs a proposed description tells of.
const mostSaid = 10
