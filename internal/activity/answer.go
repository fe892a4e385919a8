package activity

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/secret"
)

var (
	ErrUnanswered = fault.Define(fault.Invalid, "answer.missing")
	ErrAnswerLong = fault.Define(fault.Invalid, "answer.long")
	ErrOption     = fault.Define(fault.Invalid, "answer.option")
)

// maxAnswer is the longest answer, in characters.
const maxAnswer = 1000

// The answers to a question of yes or no.
const (
	Yes = "yes"
	No  = "no"
)

// Answer writes a person's answers to the organiser's questions, by the question's id, in place of those given
// before. It returns a fault for each that is missing or not among the options, in a field named by
// the question's id. They are sealed with the person's key.
func Answer(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, occasion, person string, given map[string]string) error {
	o, p, err := lockTaken(ctx, tx, v, occasion, person)
	if err != nil {
		return err
	}
	questions, err := Questions(ctx, tx, o.Activity)
	if err != nil {
		return err
	}
	var faults fault.List
	var items []secret.Item
	var rows [][]any
	over := o.over(tx.At)
	for _, q := range questions {
		if q.Sensitive && over {
			continue // nobody needs it any more
		}
		text := strings.TrimSpace(given[q.ID])
		if text == "" {
			faults.Unless(!q.Required, ErrUnanswered.At(q.ID))
			continue
		}
		faults.Unless(utf8.RuneCountInString(text) <= maxAnswer, ErrAnswerLong.At(q.ID, maxAnswer))
		faults.Unless(q.takes(text), ErrOption.At(q.ID))
		items = append(items, secret.Item{Owner: p.person, Text: text})
		rows = append(rows, []any{p.signup, q.ID, nil})
	}
	if err := faults.Err(); err != nil {
		return err
	}
	sealed, err := secret.SealAll(ctx, tx, ring, items)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i][2] = sealed[i]
	}
	if _, err := tx.Exec(ctx, `DELETE FROM answer WHERE signup = $1`, p.signup); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "answer", "signup, question, sealed", "", rows); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "answer", Entity: "signup", Row: p.signup, Detail: map[string]any{"answers": len(rows)}})
}

// over reports whether there is nothing left to hold: what was told in confidence for that has served its purpose.
func (o *seats) over(at time.Time) bool {
	return o.Cancelled != nil || o.Ends != nil && !at.Before(*o.Ends)
}

// takes reports whether text is an answer to q.
func (q Question) takes(text string) bool {
	switch q.Kind {
	case "choice":
		return slices.Contains(q.Options, text)
	case "yes-no":
		return text == Yes || text == No
	}
	return true
}

// Answers returns the answers given at an occasion that v may see, by person and question: v's own, those of
// people whom v may sign up, and all for who sees the sign-ups. Sensitive ones only the person and the activity's
// organiser see, and nobody after the last meeting or a cancellation, whether they are deleted yet or not.
func Answers(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer, occasion string, at time.Time) (map[string]map[string]string, error) {
	o, err := getSeats(ctx, c, v, occasion)
	if err != nil {
		return nil, err
	}
	seesSensitive := Activity{Programme: o.Programme, Organiser: o.Organiser}.SeesSensitive(v)
	over := o.over(at)
	type row struct {
		person, question, sealed string
		number                   int
		protected                bool
	}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.person, &r.question, &r.sealed, &r.number, db.Truth(&r.protected)} }, `
		SELECT s.person, r.question, r.sealed, s.number, p.protected FROM answer r JOIN signup s ON s.id = r.signup JOIN person p ON p.id = s.person JOIN question q ON q.id = r.question
		WHERE s.occasion = $1 AND (s.person = $2 OR $3 = 1) AND (q.sensitive = 0 OR $4 = 0 AND (s.person = $2 OR $5 = 1))
		ORDER BY s.seq, q.ord, q.id`, occasion, v.Person, db.Int(o.sees(v)), db.Int(over), db.Int(seesSensitive))
	if err != nil {
		return nil, err
	}
	items := make([]secret.Item, len(rows))
	for i, r := range rows {
		items[i] = secret.Item{Owner: r.person, Text: r.sealed}
	}
	plain, err := secret.OpenAll(ctx, c, ring, items)
	all := map[string]map[string]string{}
	for i, text := range plain {
		r := rows[i]
		person := r.person
		if hides(v, person, r.protected) {
			person = handle(r.number)
		}
		if all[person] == nil {
			all[person] = map[string]string{}
		}
		all[person][r.question] = text
	}
	return all, err
}

// DeleteSensitive deletes the sensitive answers of occasions that are cancelled or whose last meeting is over, and returns how many.
// A job calls it; [Answers] hides them meanwhile.
func DeleteSensitive(ctx context.Context, tx *db.Tx) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM answer WHERE question IN (SELECT id FROM question WHERE sensitive = 1)
		AND signup IN (SELECT s.id FROM signup s JOIN occasion o ON o.id = s.occasion WHERE o.ends <= $1 OR o.cancelled IS NOT NULL)`, tx.At)
	if err != nil || n == 0 {
		return 0, err
	}
	return int(n), audit.Record(ctx, tx, audit.Event{Act: "delete-sensitive", Entity: "answer", Detail: map[string]any{"answers": n}})
}
