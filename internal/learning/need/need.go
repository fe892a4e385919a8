// Package need holds what workplaces need to be able to do: a competence plan for each workplace, topics that bring the
// needs of many together, which activities answer them, and how many workplaces and staff a need is shared by.
//
// A need is of a workplace, never of a person: who it is for is a group in words and a number. So nothing is hidden where
// few work, see docs/decisions/0018-needs-are-counted-openly.md. A workplace's own read its needs as they stand; all others as they were worded when a plan with them was agreed on.
package need

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/learning/swot"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

var (
	ErrNotFound = fault.Define(fault.NotFound, "need.not-found")
	ErrText     = fault.Define(fault.Invalid, "need.text")
	ErrPriority = fault.Define(fault.Invalid, "need.priority")
	ErrGoal     = fault.Define(fault.Invalid, "need.goal")
	ErrStaff    = fault.Define(fault.Invalid, "need.staff") // args: the most
	ErrDue      = fault.Define(fault.Invalid, "need.due")   // args: the programme's first and last day
	ErrForm     = fault.Define(fault.Invalid, "need.form")
	ErrLong     = fault.Define(fault.Invalid, "need.long") // args: the most, what was written
	ErrState    = fault.Define(fault.Invalid, "need.state")
	ErrNote     = fault.Define(fault.NotFound, "need.note")
	ErrWhy      = fault.Define(fault.Invalid, "need.why")
)

// The most characters of texts, and the most staff of a need.
const (
	MaxLine  = 500
	MaxText  = 5000
	MaxStaff = 10_000
)

// A State is what has become of a need. [Open], [Met] and [Dropped] are said by the workplace. [Planned] and [Answered] are none that anybody
// says: a need that is open is answered as long as some published activity is tied to it or to its topic, and planned while only drafts are.
type State string

const (
	Open     State = "open"
	Planned  State = "planned"
	Answered State = "answered"
	Met      State = "met"
	Dropped  State = "dropped"
)

// States are all of them, in order; Sayable those that a workplace says itself.
var (
	States  = []State{Open, Planned, Answered, Met, Dropped}
	Sayable = []State{Open, Met, Dropped}
)

// Waiting is no state but what two have in common: of a [Filter], needs that no published activity answers, [Open] or [Planned].
const Waiting State = "waiting"

// Waits reports whether no published activity answers what is in the state.
func (s State) Waits() bool { return s == Open || s == Planned }

// A Priority is how much a need presses.
type Priority string

// Priorities are all of them, from the highest.
var Priorities = []Priority{"high", "middle", "low"}

// Forms are those in which a need can wish to be answered.
var Forms = []string{"lecture", "course", "study-visit", "practice", "other"}

// A Wording is what a need says for a while.
type Wording struct {
	Text     string // what we need to be able to do
	Why      string
	Priority Priority
	Goal     string     // "" for none
	Who      string     // a group in words, "" for all of the staff
	Staff    int        // how many they are, from 1
	Due      local.Date // by when, within the programme
	Form     string     // one of [Forms]
}

// A Need is one of a workplace, with one of its wordings.
type Need struct {
	ID, Programme, Workplace string
	State                    State
	Because                  string // why it was dropped, or is open again
	Topic                    string // "" for none
	Agreed                   int    // the number of the wording that was agreed on last, 0: none has been
	Number                   int    // of the wording here
	Wording
	Version int
	MadeBy  string // who wrote this wording, and when
	MadeAt  time.Time
	latest  int
}

// Draft reports whether the plan as agreed on does not have the need, or says something else of it.
func (n Need) Draft() bool { return n.State != Dropped && n.Agreed != n.latest }

// sought is the condition that some activity is to answer need n; answered that one does that all may see.
const (
	sought   = `(EXISTS (SELECT 1 FROM need_activity x WHERE x.need = n.id) OR EXISTS (SELECT 1 FROM topic_activity y WHERE y.topic = n.topic))`
	answered = `(EXISTS (SELECT 1 FROM need_activity x JOIN activity a ON a.id = x.activity JOIN programme p ON p.id = a.programme WHERE x.need = n.id AND a.published = 1 AND p.published = 1)
		OR EXISTS (SELECT 1 FROM topic_activity y JOIN activity a ON a.id = y.activity JOIN programme p ON p.id = a.programme WHERE y.topic = n.topic AND a.published = 1 AND p.published = 1))`
)

// standing is what has become of need n.
const standing = `CASE WHEN n.state <> 'open' THEN n.state WHEN ` + answered + ` THEN 'answered' WHEN ` + sought + ` THEN 'planned' ELSE 'open' END`

const needColumns = `n.id, n.programme, n.workplace, ` + standing + `, e.why, coalesce(n.topic, ''),
	coalesce(n.agreed, 0), n.wording, n.version, t.number, t.text, t.why, t.priority, coalesce(t.goal, ''), t.who, t.staff, t.due, t.form, t.made_by, t.made_at`

const (
	atPresent = ` FROM need n JOIN need_text t ON t.need = n.id AND t.number = n.wording JOIN need_event e ON e.need = n.id AND e.version = n.stated JOIN need_priority r ON r.name = t.priority `
	asAgreed  = ` FROM need n JOIN need_text t ON t.need = n.id AND t.number = n.agreed JOIN need_event e ON e.need = n.id AND e.version = n.stated JOIN need_priority r ON r.name = t.priority `
)

func scanNeed(n *Need) []any {
	return []any{&n.ID, &n.Programme, &n.Workplace, &n.State, &n.Because, &n.Topic, &n.Agreed, &n.latest, &n.Version,
		&n.Number, &n.Text, &n.Why, &n.Priority, &n.Goal, &n.Who, &n.Staff, &n.Due, &n.Form, &n.MadeBy, &n.MadeAt}
}

// inside reports whether someone reads what a workplace has not agreed on yet.
func inside(p learning.Place) bool { return p.Member || p.Leads }

// from is where the wording comes from that one reads who has so to do with a workplace.
func from(p learning.Place) string {
	if inside(p) {
		return atPresent
	}
	return asAgreed
}

// urgent is the order of a plan: what has ended last, then by priority and day.
const urgent = ` ORDER BY CASE n.state WHEN 'open' THEN 0 ELSE 1 END, r.ord, t.due, n.id`

// Here returns the needs of a workplace and of those that have gone up in it, the most urgent first.
func Here(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place) ([]Need, error) {
	return db.All(ctx, c, scanNeed, learning.Moved+`SELECT `+needColumns+from(p)+`WHERE n.programme = $3 AND `+learning.Here("n.workplace")+urgent, v.On, p.Workplace, p.Programme)
}

// Get returns a need of a workplace.
func Get(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, id string) (Need, error) {
	n, err := db.One(ctx, c, scanNeed, learning.Moved+`SELECT `+needColumns+from(p)+`WHERE n.programme = $3 AND n.id = $4 AND `+learning.Here("n.workplace"), v.On, p.Workplace, p.Programme, id)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrNotFound
	}
	return n, err
}

// An Event is a step of what became of a need.
type Event struct {
	Version int
	At      time.Time
	By      string
	Act     string // "create", "change" or "state"
	State   State
	Because string
	Number  int // of the wording after it
	Wording
}

// Events are all that became of a need, the last first, for who reads what its workplace has not agreed on.
func Events(ctx context.Context, c db.Conn, p learning.Place, n Need) ([]Event, error) {
	if !inside(p) {
		return nil, nil
	}
	return db.All(ctx, c, func(e *Event) []any {
		return []any{&e.Version, &e.At, &e.By, &e.Act, &e.State, &e.Because, &e.Number, &e.Text, &e.Why, &e.Priority, &e.Goal, &e.Who, &e.Staff, &e.Due, &e.Form}
	}, `SELECT e.version, e.made_at, e.made_by, e.act, e.state, e.why, e.wording, t.text, t.why, t.priority, coalesce(t.goal, ''), t.who, t.staff, t.due, t.form
		FROM need_event e JOIN need_text t ON t.need = e.need AND t.number = e.wording WHERE e.need = $1 ORDER BY e.version DESC`, n.ID)
}

// StaffOn is how many work at a place on a day, which is proposed for a need of all of them.
func StaffOn(ctx context.Context, c db.Conn, p learning.Place, on local.Date) (int, error) {
	return db.Value[int](ctx, c, `SELECT count(DISTINCT person) FROM employment WHERE workplace = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)`, p.Workplace, on)
}

// tidy trims texts and writes their lines as one newline each.
func tidy(texts ...*string) {
	for _, t := range texts {
		*t = strings.TrimSpace(strings.ReplaceAll(*t, "\r\n", "\n"))
	}
}

// short adds a fault for a text of more characters than it may have.
func short(faults *fault.List, field, text string, most int) {
	n := utf8.RuneCountInString(text)
	faults.Unless(n <= most, ErrLong.At(field, most, n))
}

// check trims w and reports everything wrong with it.
func (w *Wording) check(p programme.Programme, goals []programme.GoalArea) error {
	tidy(&w.Text, &w.Why, &w.Who)
	var faults fault.List
	faults.Unless(w.Text != "", ErrText.At("text"))
	short(&faults, "text", w.Text, MaxLine)
	short(&faults, "why", w.Why, MaxText)
	short(&faults, "who", w.Who, MaxLine)
	faults.Unless(slices.Contains(Priorities, w.Priority), ErrPriority.At("priority"))
	faults.Unless(w.Goal == "" || slices.ContainsFunc(goals, func(g programme.GoalArea) bool { return g.ID == w.Goal }), ErrGoal.At("goal"))
	faults.Unless(1 <= w.Staff && w.Staff <= MaxStaff, ErrStaff.At("staff", MaxStaff))
	if !w.Due.Valid() {
		faults = append(faults, local.ErrDate.At("due"))
	} else {
		faults.Unless(p.Starts <= w.Due && w.Due <= p.Ends, ErrDue.At("due", p.Starts, p.Ends))
	}
	faults.Unless(slices.Contains(Forms, w.Form), ErrForm.At("form"))
	return faults.Err()
}

// fits reports everything wrong with a wording of a place's need.
func (w *Wording) fits(ctx context.Context, c db.Conn, p learning.Place) error {
	prog, err := programme.Get(ctx, c, access.System, p.Programme)
	if err != nil {
		return err
	}
	goals, err := programme.Goals(ctx, c, p.Programme)
	if err != nil {
		return err
	}
	return w.check(prog, goals)
}

// Add adds a need to a workplace's plan, that came from these notes of what the workplace saw in itself and agreed on.
func Add(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, n *Need, notes ...string) error {
	if err := learning.MustWrite(ctx, tx, v, p); err != nil {
		return err
	}
	if err := n.fits(ctx, tx, p); err != nil {
		return err
	}
	if err := areNotes(ctx, tx, v, p, notes); err != nil {
		return err
	}
	if err := touch(ctx, tx, p); err != nil {
		return err
	}
	n.ID, n.Programme, n.Workplace, n.State, n.Version, n.Number, n.latest = tx.NewID(), p.Programme, p.Workplace, Open, 1, 1, 1
	if _, err := tx.Exec(ctx, `INSERT INTO need (id, programme, workplace, state, stated, wording) VALUES ($1, $2, $3, $4, 1, 1)`, n.ID, n.Programme, n.Workplace, n.State); err != nil {
		return err
	}
	if err := n.word(ctx, tx); err != nil {
		return err
	}
	rows := make([][]any, len(notes))
	for i, note := range notes {
		rows[i] = []any{n.ID, note}
	}
	if err := db.Insert(ctx, tx, "need_note", "need, note", "ON CONFLICT DO NOTHING", rows); err != nil {
		return err
	}
	return n.note(ctx, tx, "create", "")
}

// areNotes reports an error unless all are notes that the place has agreed on.
func areNotes(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, notes []string) error {
	if len(notes) == 0 {
		return nil
	}
	agreed, err := swot.Agreed(ctx, c, v, p)
	if err != nil {
		return err
	}
	for _, id := range notes {
		if !slices.ContainsFunc(agreed, func(n swot.Note) bool { return n.ID == id }) {
			return ErrNote
		}
	}
	return nil
}

// NotesOf returns the notes that needs came from, by need: their ids, for [swot.Said].
func NotesOf(ctx context.Context, c db.Conn, needs []Need) (map[string][]string, error) {
	ids := make([]string, len(needs))
	for i, n := range needs {
		ids[i] = n.ID
	}
	type row struct{ need, note string }
	var args []any
	list, err := db.All(ctx, c, func(r *row) []any { return []any{&r.need, &r.note} }, `SELECT need, note FROM need_note WHERE need IN `+db.In(&args, ids)+` ORDER BY need, note`, args...)
	of := map[string][]string{}
	for _, r := range list {
		of[r.need] = append(of[r.need], r.note)
	}
	return of, err
}

// word adds n's wording as its last.
func (n *Need) word(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO need_text (need, number, text, why, priority, goal, who, staff, due, form, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		n.ID, n.latest, n.Text, n.Why, n.Priority, db.Null(n.Goal), n.Who, n.Staff, n.Due, n.Form, tx.By, tx.At)
	return err
}

// note adds the event that made n what it now is.
func (n *Need) note(ctx context.Context, tx *db.Tx, act, why string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO need_event (need, version, made_at, made_by, act, state, wording, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		n.ID, n.Version, tx.At, tx.By, act, n.State, n.latest, why); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "need", Row: n.ID, Detail: map[string]any{"state": n.State, "version": n.Version}})
}

// lock keeps others from the plan and a need of it, and reads the need anew. Its state is what was said.
func lock(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, id string) (Need, error) {
	if err := learning.MustWrite(ctx, tx, v, p); err != nil {
		return Need{}, err
	}
	if _, err := Get(ctx, tx, v, p, id); err != nil { // before a plan is made for it
		return Need{}, err
	}
	if err := touch(ctx, tx, p); err != nil {
		return Need{}, err
	}
	if err := db.Lock(ctx, tx, "need", id); err != nil {
		return Need{}, err
	}
	n, err := Get(ctx, tx, v, p, id)
	if n.State == Planned || n.State == Answered {
		n.State = Open
	}
	return n, err
}

// Change gives a need another wording, if to.Version still is its last. What it said before is kept.
func Change(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, to Need) error {
	n, err := Get(ctx, tx, v, p, to.ID)
	if err != nil {
		return err
	}
	if err := to.fits(ctx, tx, p); err != nil {
		return err
	}
	if to.Wording == n.Wording {
		return learning.MustWrite(ctx, tx, v, p)
	}
	if n, err = lock(ctx, tx, v, p, to.ID); err != nil {
		return err
	}
	if to.Version != n.Version {
		return fault.Stale
	}
	n.Wording = to.Wording
	n.latest++
	n.Version++
	if err := n.word(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE need SET wording = $1, version = $2 WHERE id = $3`, n.latest, n.Version, n.ID); err != nil {
		return err
	}
	return n.note(ctx, tx, "change", "")
}

// Say tells what has become of a need, if version still is its last. Why is to be told of one that is dropped.
func Say(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, id string, version int, is State, why string) error {
	n, err := lock(ctx, tx, v, p, id)
	if err != nil {
		return err
	}
	tidy(&why)
	var faults fault.List
	faults.Unless(slices.Contains(Sayable, is), ErrState.At("state"))
	faults.Unless(is != Dropped || why != "", ErrWhy.At("why"))
	short(&faults, "why", why, MaxText)
	if faults != nil {
		return faults
	}
	if version != n.Version {
		return fault.Stale
	}
	n.State = is
	n.Version++
	if _, err := tx.Exec(ctx, `UPDATE need SET state = $1, version = $2, stated = $2 WHERE id = $3`, n.State, n.Version, n.ID); err != nil {
		return err
	}
	return n.note(ctx, tx, "state", why)
}
