package focus

import (
	"context"
	"maps"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/learning/workshop"
)

// ErrBecame is the fault of making a commitment of an answer that has become one.
var ErrBecame = fault.Define(fault.Conflict, "focus.became")

// A Kept is what became of an answer of a workshop: a commitment.
type Kept struct {
	Answer                string
	Commitment, Workplace string
	State                 State
}

// KeptOf returns what has become of a workshop's answers, at the workplaces of it that v may read of.
func KeptOf(ctx context.Context, c db.Conn, v access.Viewer, w workshop.Workshop) ([]Kept, error) {
	places := make([]string, len(w.Places))
	for i, p := range w.Places {
		places[i] = p.ID
	}
	near, err := learning.These(ctx, c, v, w.Programme, places)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(near))
	for i, p := range near {
		ids[i] = p.Workplace
	}
	args := []any{v.On, w.ID}
	return db.All(ctx, c, func(k *Kept) []any { return []any{&k.Answer, &k.Commitment, &k.Workplace, &k.State} }, learning.Moved+`
		SELECT x.answer, c.id, c.workplace, c.state FROM workshop_answer a JOIN commitment_answer x ON x.answer = a.id JOIN commitment c ON c.id = x.commitment
		WHERE a.workshop = $2 AND `+learning.Within("c.workplace", ids, &args)+` ORDER BY c.id, x.answer`, args...)
}

// Became are the commitments of a workplace that some answers have become.
func Became(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, answers []workshop.Answer) ([]Commitment, error) {
	if len(answers) == 0 {
		return nil, nil
	}
	ids := make([]string, len(answers))
	for i, a := range answers {
		ids[i] = a.ID
	}
	args := []any{v.On}
	return Filter{}.list(ctx, c, `c.id IN (SELECT commitment FROM commitment_answer WHERE answer IN `+db.In(&args, ids)+`) AND `+
		learning.Within("c.workplace", []string{p.Workplace}, &args), args)
}

// begin reads the answers that c begins with. The workshop is locked, so that of two who make something of the same answer at once the slower is told.
func (c *Commitment) begin(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place) ([]workshop.Answer, error) {
	w, said, err := workshop.Said(ctx, tx, v, p, c.Said...)
	if err != nil || len(said) == 0 || c.Again {
		return said, err
	}
	if err := db.Lock(ctx, tx, "workshop", w.ID); err != nil {
		return nil, err
	}
	if _, said, err = workshop.Said(ctx, tx, v, p, c.Said...); err != nil {
		return nil, err
	}
	before, err := Became(ctx, tx, v, p, said)
	if err == nil && len(before) > 0 {
		err = ErrBecame.At("again")
	}
	return said, err
}

// An Origin is the workshop that a commitment comes from.
type Origin struct{ Workshop, Title string }

// OriginOf is where a commitment comes from, zero if from no workshop. Who may read the commitment may know that.
func OriginOf(ctx context.Context, c db.Conn, commitment string) (Origin, error) {
	of, err := Origins(ctx, c, []Commitment{{ID: commitment}})
	return of[commitment], err
}

// Origins are where some commitments come from, by their ids: of those that come from a workshop.
func Origins(ctx context.Context, c db.Conn, list []Commitment) (map[string]Origin, error) {
	ids := make([]string, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	type row struct{ commitment, workshop string }
	var args []any
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.commitment, &r.workshop} },
		`SELECT DISTINCT x.commitment, a.workshop FROM commitment_answer x JOIN workshop_answer a ON a.id = x.answer WHERE x.commitment IN `+db.In(&args, ids), args...)
	if err != nil {
		return nil, err
	}
	shops := map[string]bool{}
	for _, r := range rows {
		shops[r.workshop] = true
	}
	titles, err := workshop.Titles(ctx, c, slices.Collect(maps.Keys(shops)))
	of := map[string]Origin{}
	for _, r := range rows {
		of[r.commitment] = Origin{r.workshop, titles[r.workshop]}
	}
	return of, err
}

// keep ties a commitment to the answers that it began with.
func (c *Commitment) keep(ctx context.Context, tx *db.Tx, answers []workshop.Answer) error {
	rows := make([][]any, len(answers))
	for i, a := range answers {
		rows[i] = []any{c.ID, a.ID}
	}
	return db.Insert(ctx, tx, "commitment_answer", "commitment, answer", "", rows)
}
