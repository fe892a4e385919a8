package activity

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
)

var (
	ErrQuestion     = fault.Define(fault.Invalid, "activity.question")
	ErrQuestionKind = fault.Define(fault.Invalid, "activity.questionkind")
	ErrOptions      = fault.Define(fault.Invalid, "activity.options")
	ErrQuestions    = fault.Define(fault.Invalid, "activity.questions")
	ErrAnswered     = fault.Define(fault.Conflict, "activity.answered")
	ErrKept         = fault.Define(fault.Conflict, "activity.kept")
	ErrKindAnswered = fault.Define(fault.Conflict, "activity.kind-answered") // args: how many have answered
	ErrOptionKept   = fault.Define(fault.Conflict, "activity.option-kept")   // args: the option, how many have answered
)

const maxQuestions = 30

// QuestionKinds are the ways to answer.
var QuestionKinds = []string{"text", "choice", "yes-no"}

// A Question is asked of whoever signs up to an occasion of the activity.
type Question struct {
	ID, Activity string
	Ord          int // from 1; 0 when added: last
	Text         string
	Kind         string   // one of [QuestionKinds]
	Options      []string // of a choice
	Required     bool
	Sensitive    bool // answers are seen only by the activity's organiser, and deleted after the last meeting
	Version      int
}

// SeesSensitive reports whether v may see sensitive answers to a's questions: its organiser alone, who may be of the office.
func (a Activity) SeesSensitive(v access.Viewer) bool {
	return v.Person != "" && v.Person == a.Organiser && v.In(access.SeeSensitive, a.Programme)
}

// Questions returns an activity's questions in order. Whoever may see the activity may see them.
func Questions(ctx context.Context, c db.Conn, activity string) ([]Question, error) {
	type row struct {
		Question
		options string
	}
	rows, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.ID, &r.Activity, &r.Ord, &r.Text, &r.Kind, &r.options, db.Truth(&r.Required), db.Truth(&r.Sensitive), &r.Version}
	}, `SELECT id, activity, ord, text, kind, options, required, sensitive, version FROM question WHERE activity = $1 ORDER BY ord, id`, activity)
	list := make([]Question, len(rows))
	for i, r := range rows {
		list[i] = r.Question
		if r.options != "" {
			list[i].Options = strings.Split(r.options, "\n")
		}
	}
	return list, err
}

func (q *Question) check() error {
	q.Text = strings.TrimSpace(q.Text)
	options := q.Options
	q.Options = nil
	for _, option := range options {
		if option = strings.Join(strings.Fields(option), " "); option != "" && !slices.Contains(q.Options, option) {
			q.Options = append(q.Options, option)
		}
	}
	var faults fault.List
	faults.Unless(q.Text != "", ErrQuestion.At("text"))
	faults.Unless(utf8.RuneCountInString(q.Text) <= maxTitle, ErrLong.At("text", maxTitle))
	faults.Unless(slices.Contains(QuestionKinds, q.Kind), ErrQuestionKind.At("kind"))
	if q.Kind == "choice" {
		faults.Unless(2 <= len(q.Options) && len(q.Options) <= 50, ErrOptions.At("options"))
	} else {
		q.Options = nil
	}
	faults.Unless(0 <= q.Ord && q.Ord <= 1000, ErrQuestions.At("ord", maxQuestions))
	return faults.Err()
}

// AddQuestion adds q to its activity.
func AddQuestion(ctx context.Context, tx *db.Tx, v access.Viewer, q *Question) error {
	if _, err := managedActivity(ctx, tx, v, q.Activity); err != nil {
		return err
	}
	if err := q.check(); err != nil {
		return err
	}
	if err := db.Lock(ctx, tx, "activity", q.Activity); err != nil {
		return err
	}
	list, err := Questions(ctx, tx, q.Activity)
	if err != nil {
		return err
	}
	if len(list) >= maxQuestions {
		return ErrQuestions.With(maxQuestions)
	}
	if q.Ord == 0 {
		q.Ord = 1
		if n := len(list); n > 0 {
			q.Ord = min(list[n-1].Ord+1, 1000)
		}
	}
	q.ID, q.Version = tx.NewID(), 1
	if _, err := tx.Exec(ctx, `INSERT INTO question (id, activity, ord, text, kind, options, required, sensitive) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		q.ID, q.Activity, q.Ord, q.Text, q.Kind, strings.Join(q.Options, "\n"), db.Int(q.Required), db.Int(q.Sensitive)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "question", Row: q.ID,
		Detail: map[string]any{"activity": q.Activity, "sensitive": q.Sensitive}})
}

// UpdateQuestion writes q, if q.Version still is the last. Once somebody has answered, the kind stays, and each option:
// the answers were given to them. Options may be added. A sensitive question stays so: they answered for the organiser alone.
func UpdateQuestion(ctx context.Context, tx *db.Tx, v access.Viewer, q *Question) error {
	if _, err := managedActivity(ctx, tx, v, q.Activity); err != nil {
		return err
	}
	if err := q.check(); err != nil {
		return err
	}
	if err := q.keeps(ctx, tx); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE question SET ord = $1, text = $2, kind = $3, options = $4, required = $5, sensitive = $6, version = version + 1
		WHERE id = $7 AND activity = $8 AND version = $9`, max(1, q.Ord), q.Text, q.Kind, strings.Join(q.Options, "\n"),
		db.Int(q.Required), db.Int(q.Sensitive), q.ID, q.Activity, q.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	q.Version++
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "question", Row: q.ID,
		Detail: map[string]any{"version": q.Version, "sensitive": q.Sensitive}})
}

// keeps refuses what would change the meaning of answers that have been given. It locks the activity's occasions, under
// whose locks people answer.
func (q *Question) keeps(ctx context.Context, tx *db.Tx) error {
	occasions, err := db.Values[string](ctx, tx, `SELECT id FROM occasion WHERE activity = $1 ORDER BY id`, q.Activity)
	if err != nil {
		return err
	}
	if err := db.Lock(ctx, tx, "occasion", occasions...); err != nil {
		return err
	}
	all, err := Questions(ctx, tx, q.Activity)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(o Question) bool { return o.ID == q.ID })
	if i < 0 {
		return ErrNotFound
	}
	was := all[i]
	answered, err := db.Value[int](ctx, tx, `SELECT count(*) FROM answer WHERE question = $1`, q.ID)
	if err != nil || answered == 0 {
		return err
	}
	var faults fault.List
	faults.Unless(q.Sensitive || !was.Sensitive, ErrAnswered.At("sensitive", answered))
	faults.Unless(q.Kind == was.Kind, ErrKindAnswered.At("kind", answered))
	for _, option := range was.Options {
		if q.Kind == was.Kind && !slices.Contains(q.Options, option) {
			faults = append(faults, ErrOptionKept.At("options", option, answered))
			break
		}
	}
	return faults.Err()
}

// RemoveQuestion removes a question that nobody has answered.
func RemoveQuestion(ctx context.Context, tx *db.Tx, v access.Viewer, activity, id string) error {
	if _, err := managedActivity(ctx, tx, v, activity); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM question WHERE id = $1 AND activity = $2`, id, activity)
	switch {
	case errors.Is(err, db.ErrDangling):
		return ErrKept
	case err != nil:
		return err
	case n == 0:
		return ErrNotFound
	}
	return audit.Record(ctx, tx, audit.Event{Act: "remove", Entity: "question", Row: id, Detail: map[string]any{"activity": activity}})
}
