package survey

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

var (
	ErrMissing  = fault.Define(fault.Invalid, "survey.missing")
	ErrValue    = fault.Define(fault.Invalid, "survey.value")
	ErrNotAsked = fault.Define(fault.Forbidden, "survey.not-asked")
	ErrAnswered = fault.Define(fault.Conflict, "survey.answered")
)

// Nobody is who acts when an anonymous answer is counted.
const Nobody = "survey"

// The answers that are no step of the scale.
const (
	NoStep  = 0  // does not know, or will not say
	Missing = -1 // nothing was said
)

// AnswerField is the field of a fault in the answer to a question, the first being 1.
func AnswerField(i int) string { return "answer-" + strconv.Itoa(i) }

// A Given is what one person answers: a value for each question of the survey, in order.
type Given struct {
	Person  string
	Values  []int
	Version int // of their own answers, if they change them; 0 if they are the first
}

// Answer counts what v answers in a round that is open. It needs a transaction in v's name, or if the survey is anonymous in [Nobody]'s, and nothing
// that keeps what was sent: answers that stand nowhere beside who gave them cannot be sent twice by mistake, since whoever
// has answered is not counted again. Where answers are kept with the person they can be changed while the round is open.
func Answer(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, round string, values []int, version int) error {
	return AnswerAll(ctx, tx, ring, round, []Given{{v.Person, values, version}})
}

// AnswerAll is [Answer] for many who answer at once. It is all or nothing.
func AnswerAll(ctx context.Context, tx *db.Tx, ring *secret.Ring, round string, given []Given) error {
	err := db.Lock(ctx, tx, "survey_round", round)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrRound
	}
	if err != nil {
		return err
	}
	list, err := read(ctx, tx, "id = (SELECT survey FROM survey_round WHERE id = $1)", round)
	if err != nil {
		return err
	}
	s := list[0]
	r, _ := s.Round(round)
	on, err := today(ctx, tx, s.Programme)
	if err != nil {
		return err
	}
	switch r.Standing(on) {
	case Ahead:
		return ErrAhead
	case Closed:
		return ErrClosed
	}
	for _, g := range given {
		if err := s.complete(g.Values); err != nil {
			return err
		}
		if s.Anonymous && tx.By == g.Person || !s.Anonymous && len(given) == 1 && tx.By != g.Person {
			return errors.New("survey: an answer in the wrong name")
		}
	}
	if err := count(ctx, tx, ring, s, r, on, given); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "answer", Entity: "survey_round", Row: r.ID})
}

// complete reports each question without an answer, or with one that is none.
func (s Survey) complete(values []int) error {
	var faults fault.List
	for i := range s.Questions {
		switch {
		case i >= len(values) || values[i] == Missing:
			faults = append(faults, ErrMissing.At(AnswerField(i+1)))
		case values[i] < 0 || values[i] > len(s.Words):
			faults = append(faults, ErrValue.At(AnswerField(i+1)))
		}
	}
	return faults.Err()
}

// count adds what is given to the tallies of an open, locked round, less what the same persons gave before.
func count(ctx context.Context, tx *db.Tx, ring *secret.Ring, s Survey, r Round, on local.Date, given []Given) error {
	f, err := readField(ctx, tx, s.Programme, on)
	if err != nil {
		return err
	}
	persons := make([]string, len(given))
	for i, g := range given {
		persons[i] = g.Person
	}
	works, err := f.staff(ctx, tx, persons...)
	if err != nil {
		return err
	}
	before, err := ownIn(ctx, tx, ring, r.ID, persons)
	if err != nil {
		return err
	}
	args := []any{r.ID}
	answered, err := db.Values[string](ctx, tx, `SELECT person FROM survey_answered WHERE round = $1 AND person IN `+db.In(&args, persons), args...)
	if err != nil {
		return err
	}
	if r.Grouped == nil {
		if err := fix(ctx, tx, s, r); err != nil {
			return err
		}
	}
	placed, err := readPlacing(ctx, tx, f, r.ID)
	if err != nil {
		return err
	}
	groups := make([]string, len(given)) // of each
	for i, g := range given {
		own, kept := before[g.Person]
		switch {
		case slices.Contains(answered, g.Person):
			if !kept {
				return ErrAnswered
			}
			if own.Version != g.Version && !s.same(own, g.Values) {
				return fault.Stale
			}
			groups[i] = own.group
		case works[g.Person] == "":
			return ErrNotAsked
		default:
			if groups[i], err = placed.of(ctx, tx, works[g.Person]); err != nil {
				return err
			}
		}
	}
	if err := s.tally(ctx, tx, given, groups, before); err != nil {
		return err
	}
	var rows [][]any
	for _, g := range given {
		if !slices.Contains(answered, g.Person) {
			rows = append(rows, []any{r.ID, g.Person})
		}
	}
	if err := db.Insert(ctx, tx, "survey_answered", "round, person", "", rows); err != nil || s.Anonymous {
		return err
	}
	return s.keep(ctx, tx, ring, r, given, groups, before)
}

// same reports whether values are what was answered before: a form sent twice.
func (s Survey) same(own Own, values []int) bool {
	for i, q := range s.Questions {
		if own.Values[q.ID] != values[i] {
			return false
		}
	}
	return true
}

// tally writes the numbers of the groups anew, all of them: which of them an answer has raised shows in no row.
func (s Survey) tally(ctx context.Context, tx *db.Tx, given []Given, groups []string, before map[string]Own) error {
	touched := slices.Compact(slices.Sorted(slices.Values(groups)))
	type cell struct {
		group, question string
		value           int
	}
	type row struct {
		cell
		n int
	}
	var args []any
	rows, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.group, &r.question, &r.value, &r.n} },
		`SELECT grouping, question, value, n FROM survey_tally WHERE grouping IN `+db.In(&args, touched)+` ORDER BY grouping, question, value`, args...)
	if err != nil {
		return err
	}
	n := map[cell]int{}
	for _, r := range rows {
		n[r.cell] = r.n
	}
	for i, g := range given {
		for k, q := range s.Questions {
			n[cell{groups[i], q.ID, g.Values[k]}]++
			if own, ok := before[g.Person]; ok {
				n[cell{groups[i], q.ID, own.Values[q.ID]}]--
			}
		}
	}
	var all [][]any
	for _, g := range touched {
		for _, q := range s.Questions {
			for v := range len(s.Words) + 1 {
				all = append(all, []any{g, q.ID, v, n[cell{g, q.ID, v}]})
			}
		}
	}
	return db.Insert(ctx, tx, "survey_tally", "grouping, question, value, n", "ON CONFLICT (grouping, question, value) DO UPDATE SET n = excluded.n", all)
}

// keep seals what each has answered with their own key.
func (s Survey) keep(ctx context.Context, tx *db.Tx, ring *secret.Ring, r Round, given []Given, groups []string, before map[string]Own) error {
	items, rows := make([]secret.Item, len(given)), make([][]any, len(given))
	for i, g := range given {
		values := map[string]int{}
		for k, q := range s.Questions {
			values[q.ID] = g.Values[k]
		}
		text, err := json.Marshal(values)
		if err != nil {
			return err
		}
		items[i] = secret.Item{Owner: g.Person, Text: string(text)}
	}
	sealed, err := secret.SealAll(ctx, tx, ring, items)
	if err != nil {
		return err
	}
	for i, g := range given {
		rows[i] = []any{r.ID, g.Person, groups[i], sealed[i], before[g.Person].Version + 1}
	}
	return db.Insert(ctx, tx, "survey_own", "round, person, grouping, sealed, version",
		"ON CONFLICT (round, person) DO UPDATE SET sealed = excluded.sealed, version = excluded.version", rows)
}
