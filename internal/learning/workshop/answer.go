package workshop

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
)

var (
	ErrCode       = fault.Define(fault.NotFound, "workshop.code")
	ErrOver       = fault.Define(fault.NotFound, "workshop.ended")
	ErrEmpty      = fault.Define(fault.Invalid, "workshop.empty")
	ErrAnswer     = fault.Define(fault.Invalid, "workshop.answer-long") // args: the most, what it has
	ErrStep       = fault.Define(fault.Conflict, "workshop.step")
	ErrNoAnswer   = fault.Define(fault.NotFound, "workshop.no-answer")
	ErrGroupName  = fault.Define(fault.Invalid, "workshop.group-name")
	ErrNoGroup    = fault.Define(fault.NotFound, "workshop.no-group")
	ErrGroupGone  = fault.Define(fault.Conflict, "workshop.group-gone")  // while somebody wrote another name for it
	ErrAnswerGone = fault.Define(fault.Conflict, "workshop.answer-gone") // while somebody wrote the name of a group for it
	ErrManyLines  = fault.Define(fault.TooLarge, "workshop.many-lines")  // args: the most
	ErrNotNotes   = fault.Define(fault.Forbidden, "workshop.not-notes")
)

// MaxAnswer is the most characters of an answer: what can be read on a screen across a room. MaxLines is how many answers are
// written down at once at most.
const (
	MaxAnswer = 2000
	MaxLines  = 500
)

// Phones are who acts when an answer comes from a phone: nobody is noted.
const Phones = "workshop"

// A Room is what a phone sees of a workshop that runs.
type Room struct {
	Workshop, Title string
	Programme       string
	Step, StepTitle string
	Question        string // "" while nothing is asked
	Turn            int
	Own             []Answer // what came from this phone, for whatever question
}

// An Answer is one of them.
type Answer struct {
	ID, Step, Body string
	Question       string // in a [Room]: what it answers
	Group          string
	Seq            int64
}

// Enter returns the room that a code leads to, as a phone with that hash has been in it. It is [ErrCode] if no workshop
// that runs has the code, and [ErrOver] if the one that had it last is over.
func Enter(ctx context.Context, c db.Conn, code, device string) (Room, error) {
	r, err := db.One(ctx, c, func(r *Room) []any {
		return []any{&r.Workshop, &r.Title, &r.Programme, &r.Step, &r.StepTitle, &r.Question, &r.Turn}
	}, `
		SELECT w.id, kv.title, k.programme, s.id, s.title, s.question, w.turn FROM workshop w JOIN kit k ON k.id = w.kit JOIN kit_version kv ON kv.id = w.kit_version JOIN kit_step s ON s.id = w.step
		WHERE w.code = $1 AND w.closed IS NULL`, learning.ParseCode(code))
	if errors.Is(err, db.ErrNoRows) {
		err = over(ctx, c, code)
	}
	if err != nil || device == "" {
		return r, err
	}
	r.Own, err = db.All(ctx, c, func(a *Answer) []any { return []any{&a.ID, &a.Step, &a.Body, &a.Question, &a.Seq} }, `
		SELECT a.id, a.step, a.body, s.question, a.seq FROM workshop_answer a JOIN kit_step s ON s.id = a.step
		WHERE a.workshop = $1 AND a.device = $2 AND a.withdrawn = 0 ORDER BY a.seq DESC, a.id`, r.Workshop, device)
	return r, err
}

// Turn is a room's turn, for phones that ask whether the question is new.
func Turn(ctx context.Context, c db.Conn, code string) (int, error) {
	turn, err := db.Value[int](ctx, c, `SELECT turn FROM workshop WHERE code = $1 AND closed IS NULL`, learning.ParseCode(code))
	if errors.Is(err, db.ErrNoRows) {
		err = over(ctx, c, code)
	}
	return turn, err
}

// over is why a code leads to no workshop that runs.
func over(ctx context.Context, c db.Conn, code string) error {
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM workshop WHERE last_code = $1 AND closed IS NOT NULL`, learning.ParseCode(code))
	switch {
	case err != nil:
		return err
	case n > 0:
		return ErrOver
	}
	return ErrCode
}

// said trims an answer and reports what is wrong with it.
func said(body string) (string, error) {
	body = strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))
	var faults fault.List
	faults.Unless(body != "", ErrEmpty.At("body"))
	n := utf8.RuneCountInString(body)
	faults.Unless(n <= MaxAnswer, ErrAnswer.At("body", MaxAnswer, n))
	return body, faults.Err()
}

// enter locks the workshop that a code leads to. Who waited while it was closed finds it closed: it has no code any more.
func enter(ctx context.Context, tx *db.Tx, code string) (id string, err error) {
	id, err = db.LockBy(ctx, tx, "workshop", "code", learning.ParseCode(code))
	if errors.Is(err, db.ErrNoRows) {
		err = ErrClosed
	}
	return id, err
}

// Send stores an answer from a phone to a question that the workshop has asked, also if it is on the next one meanwhile. The same
// answer with the same key is stored once; another text with it is another answer.
func Send(ctx context.Context, tx *db.Tx, code, device, key, step, body string) error {
	body, err := said(body)
	if err != nil {
		return err
	}
	key = learning.NewSending(key).Row(step, body)
	id, err := enter(ctx, tx, code)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO workshop_answer (id, workshop, step, body, device, key, seq)
		SELECT $1, w.id, s.id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), w.seq FROM workshop w JOIN kit_step s ON s.kit_version = w.kit_version
		WHERE w.id = $5 AND s.id = $6 AND s.question <> '' ON CONFLICT (workshop, key) DO NOTHING`, tx.NewID(), body, device, key, id, step)
	if err != nil {
		return err
	}
	if n == 0 {
		came, err := db.Value[int](ctx, tx, `SELECT count(*) FROM workshop_answer WHERE workshop = $1 AND key = $2`, id, key)
		if err == nil && came == 0 {
			err = fault.List{ErrStep.At("body")}
		}
		if err != nil {
			return err
		} // else it came before
	}
	return audit.Record(ctx, tx, audit.Event{Act: "answer", Entity: "workshop", Row: id, Detail: map[string]any{"step": step}})
}

// Change gives an answer from the same phone another text.
func Change(ctx context.Context, tx *db.Tx, code, device, answer, body string) error {
	body, err := said(body)
	if err != nil {
		return err
	}
	return own(ctx, tx, code, device, answer, "change", `body = $1`, body)
}

// Withdraw takes an answer from the same phone back.
func Withdraw(ctx context.Context, tx *db.Tx, code, device, answer string) error {
	return own(ctx, tx, code, device, answer, "withdraw", `withdrawn = 1, grouping = NULL, body = $1`, "")
}

func own(ctx context.Context, tx *db.Tx, code, device, answer, act, set string, value any) error {
	id, err := enter(ctx, tx, code)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE workshop_answer SET `+set+` WHERE id = $2 AND workshop = $3 AND device = $4 AND device <> '' AND withdrawn = 0`, value, answer, id, device)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNoAnswer
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "workshop_answer", Row: answer})
}

// writes locks a workshop for who writes in it: its leader, and also its note-taker.
func writes(ctx context.Context, tx *db.Tx, v access.Viewer, id string) (Workshop, error) {
	if err := lock(ctx, tx, "workshop", id, ErrNotFound); err != nil {
		return Workshop{}, err
	}
	w, err := Get(ctx, tx, v, id)
	switch {
	case err != nil:
		return w, err
	case !w.Notes:
		return w, ErrNotNotes
	case w.Began == nil && w.Occasion == "":
		return w, ErrNoDate
	}
	return w, nil
}

// asks reports whether a workshop asks something in a step.
func asks(ctx context.Context, c db.Conn, w Workshop, step string) (bool, error) {
	steps, err := Steps(ctx, c, w)
	return slices.ContainsFunc(steps, func(s Step) bool { return s.ID == step && s.Question != "" }), err
}

// Note writes down what was said, an answer to a line, also from paper afterwards. It returns how many are new: of what is sent again
// with the same key, each line that came before is stored once.
func Note(ctx context.Context, tx *db.Tx, v access.Viewer, id, step, key, text string) (int, error) {
	var lines []string
	var faults fault.List
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			n := utf8.RuneCountInString(line)
			faults.Unless(n <= MaxAnswer || faults != nil, ErrAnswer.At("text", MaxAnswer, n))
			lines = append(lines, line)
		}
	}
	faults.Unless(len(lines) > 0, ErrEmpty.At("text"))
	faults.Unless(len(lines) <= MaxLines, ErrManyLines.At("text", MaxLines))
	if err := faults.Err(); err != nil {
		return 0, err
	}
	w, err := writes(ctx, tx, v, id)
	if err != nil {
		return 0, err
	}
	if ok, err := asks(ctx, tx, w, step); err != nil || !ok {
		if err == nil {
			err = fault.List{ErrStep.At("text")}
		}
		return 0, err
	}
	rows := make([][]any, len(lines))
	sending := learning.NewSending(key)
	for i, line := range lines {
		rows[i] = []any{tx.NewID(), id, step, line, sending.Row(step, line), w.Seq}
	}
	before, err := stored(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	if err := db.Insert(ctx, tx, "workshop_answer", "id, workshop, step, body, key, seq", " ON CONFLICT (workshop, key) DO NOTHING", rows); err != nil {
		return 0, err
	}
	after, err := stored(ctx, tx, id) // the workshop is locked: what has come meanwhile are these lines
	if err != nil {
		return 0, err
	}
	n := after - before
	return n, audit.Record(ctx, tx, audit.Event{Act: "note", Entity: "workshop", Row: id, Detail: map[string]any{"step": step, "lines": n}})
}

// stored is how many answers have come to a workshop, those taken back as well.
func stored(ctx context.Context, c db.Conn, id string) (int, error) {
	return db.Value[int](ctx, c, `SELECT count(*) FROM workshop_answer WHERE workshop = $1`, id)
}

// Remove takes an answer away that does not belong there.
func Remove(ctx context.Context, tx *db.Tx, v access.Viewer, id, answer string) error {
	if _, err := writes(ctx, tx, v, id); err != nil {
		return err
	}
	return touched(ctx, tx, answer, "remove", `UPDATE workshop_answer SET withdrawn = 1, grouping = NULL, body = '' WHERE id = $1 AND workshop = $2 AND withdrawn = 0`, answer, id)
}

// touched runs a statement that concerns one answer or group.
func touched(ctx context.Context, tx *db.Tx, row, act, query string, args ...any) error {
	n, err := tx.Exec(ctx, query, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNoAnswer
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "workshop_answer", Row: row})
}

// Put puts an answer in a group of its question, in none if group is "", or in a new one that gets a name.
func Put(ctx context.Context, tx *db.Tx, v access.Viewer, id, answer, group, name string) error {
	if _, err := writes(ctx, tx, v, id); err != nil {
		return err
	}
	if name != "" {
		var faults fault.List
		fits(&faults, "name", &name, maxTitle)
		faults.Unless(name != "", ErrGroupName.At("name"))
		if err := faults.Err(); err != nil {
			return err
		}
		group = tx.NewID()
		n, err := tx.Exec(ctx, `INSERT INTO workshop_group (id, workshop, step, name) SELECT $1, workshop, step, CAST($2 AS TEXT) FROM workshop_answer
			WHERE id = $3 AND workshop = $4`, group, name, answer, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNoAnswer
		}
	}
	if group == "" {
		return touched(ctx, tx, answer, "ungroup", `UPDATE workshop_answer SET grouping = NULL WHERE id = $1 AND workshop = $2`, answer, id)
	}
	return touched(ctx, tx, answer, "group", `UPDATE workshop_answer SET grouping = $1 WHERE id = $2 AND workshop = $3 AND withdrawn = 0
		AND step = (SELECT g.step FROM workshop_group g WHERE g.id = $1 AND g.workshop = $3)`, group, answer, id)
}

// Rename gives a group another name, if it still has the one that it was read with; with none it is taken away, and its answers stand for themselves again.
func Rename(ctx context.Context, tx *db.Tx, v access.Viewer, id, group, was, name string) error {
	if _, err := writes(ctx, tx, v, id); err != nil {
		return err
	}
	var faults fault.List
	fits(&faults, "name", &name, maxTitle)
	if err := faults.Err(); err != nil {
		return err
	}
	now, err := db.Value[string](ctx, tx, `SELECT name FROM workshop_group WHERE id = $1 AND workshop = $2`, group, id)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return ErrNoGroup
	case err != nil:
		return err
	case now != was && now != name:
		return fault.Stale
	case name != "":
		return touched(ctx, tx, group, "rename", `UPDATE workshop_group SET name = $1 WHERE id = $2`, name, group)
	}
	if _, err := tx.Exec(ctx, `UPDATE workshop_answer SET grouping = NULL WHERE grouping = $1`, group); err != nil {
		return err
	}
	return touched(ctx, tx, group, "dissolve", `DELETE FROM workshop_group WHERE id = $1`, group)
}

// Answered are those of some workshops that have answers.
func Answered(ctx context.Context, c db.Conn, list []Workshop) ([]Workshop, error) {
	ids := make([]string, len(list))
	for i, w := range list {
		ids[i] = w.ID
	}
	var args []any
	have, err := db.Values[string](ctx, c, `SELECT DISTINCT workshop FROM workshop_answer WHERE withdrawn = 0 AND workshop IN `+db.In(&args, ids)+` ORDER BY workshop`, args...)
	return slices.DeleteFunc(slices.Clone(list), func(w Workshop) bool { return !slices.Contains(have, w.ID) }), err
}

// A Question is what a workshop asked, and what it answered.
type Question struct {
	Step, Text string
	Commits    bool // what is answered is to become commitments
	Groups     []Group
	Answers    []Answer // that stand in no group
}

// A Group is answers that belong together.
type Group struct {
	ID, Name string
	Answers  []Answer
}

// Count is how many answers there are in all.
func (q Question) Count() int {
	n := len(q.Answers)
	for _, g := range q.Groups {
		n += len(g.Answers)
	}
	return n
}

// Summary returns what a workshop asked and answered, in the order of its steps: for all who have to do with it.
func Summary(ctx context.Context, c db.Conn, v access.Viewer, id string) ([]Question, error) {
	w, err := Get(ctx, c, v, id)
	if err != nil {
		return nil, err
	}
	steps, err := Steps(ctx, c, w)
	if err != nil {
		return nil, err
	}
	for i, s := range steps {
		if w.Running() && s.ID == w.Step {
			steps[i].Skipped = false // left out while it is asked
		}
	}
	return answers(ctx, c, id, steps)
}

// answers are those of a workshop by question, in two queries.
func answers(ctx context.Context, c db.Conn, id string, steps []Step) (list []Question, err error) {
	at := map[string]*Question{}
	for _, s := range steps {
		if s.Question != "" {
			list = append(list, Question{Step: s.ID, Text: s.Question, Commits: s.Commits})
		}
	}
	for i := range list {
		at[list[i].Step] = &list[i]
	}
	type row struct {
		step string
		Group
	}
	groups, err := db.All(ctx, c, func(g *row) []any { return []any{&g.step, &g.ID, &g.Name} },
		`SELECT step, id, name FROM workshop_group WHERE workshop = $1 ORDER BY id`, id)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if q := at[g.step]; q != nil {
			q.Groups = append(q.Groups, g.Group)
		}
	}
	all, err := db.All(ctx, c, func(a *Answer) []any { return []any{&a.ID, &a.Step, &a.Body, &a.Group, &a.Seq} },
		`SELECT id, step, body, COALESCE(grouping, ''), seq FROM workshop_answer WHERE workshop = $1 AND withdrawn = 0 ORDER BY seq, id`, id)
	for _, a := range all {
		q := at[a.Step]
		if q == nil {
			continue
		}
		if i := slices.IndexFunc(q.Groups, func(g Group) bool { return g.ID == a.Group }); i >= 0 {
			q.Groups[i].Answers = append(q.Groups[i].Answers, a)
		} else {
			q.Answers = append(q.Answers, a)
		}
	}
	return slices.DeleteFunc(list, func(q Question) bool { // left out, and so never asked
		return q.Count() == 0 && slices.ContainsFunc(steps, func(s Step) bool { return s.ID == q.Step && s.Skipped })
	}), err
}
