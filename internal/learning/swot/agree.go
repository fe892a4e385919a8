package swot

import (
	"context"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/local"
)

var (
	ErrAhead   = fault.Define(fault.Invalid, "swot.ahead")
	ErrBefore  = fault.Define(fault.Invalid, "swot.before") // args: the first day
	ErrNothing = fault.Define(fault.Conflict, "swot.nothing")
	ErrOlder   = fault.Define(fault.Conflict, "swot.older")
)

// An Agreement is one time that a workplace agreed on an analysis.
type Agreement struct {
	Number  int
	On      local.Date
	MadeBy  string
	MadeAt  time.Time
	Notes   int
	Starred int
}

// Agreements are all of an analysis, the last first.
func Agreements(ctx context.Context, c db.Conn, a Analysis) ([]Agreement, error) {
	return db.All(ctx, c, func(g *Agreement) []any { return []any{&g.Number, &g.On, &g.MadeBy, &g.MadeAt, &g.Notes, &g.Starred} }, `
		SELECT g.number, g.agreed_on, g.made_by, g.made_at, (SELECT count(*) FROM swot_agreed_note n WHERE n.swot = g.swot AND n.number = g.number),
			(SELECT count(*) FROM swot_agreed_note n WHERE n.swot = g.swot AND n.number = g.number AND n.starred = 1)
		FROM swot_agreement g WHERE g.swot = $1 ORDER BY g.number DESC`, a.ID)
}

// Agree keeps an analysis as it stands, as what the workplace agreed on on a day. seen is the mark of the board that they
// saw: if it says anything else by now, it is [fault.Stale]. Phones can no longer join, and nothing changes until it is taken up again.
func Agree(ctx context.Context, tx *db.Tx, v access.Viewer, id, seen string, on, today local.Date) error {
	a, err := leads(ctx, tx, v, id)
	if err != nil {
		return err
	}
	plan, err := PlanOf(ctx, tx, a.Programme)
	if err != nil {
		return err
	}
	b, err := BoardOf(ctx, tx, a)
	if err != nil {
		return err
	}
	var faults fault.List
	if on.Valid() {
		faults.Unless(on <= today, ErrAhead.At("on"))
		faults.Unless(on >= min(plan.Opens, today), ErrBefore.At("on", plan.Opens))
	} else {
		faults.Unless(false, local.ErrDate.At("on"))
	}
	switch {
	case a.Agreed:
		return ErrFrozen
	case faults != nil:
		return faults
	case b.Mark() != seen:
		return fault.Stale
	case a.Count == 0:
		return ErrNothing
	}
	number := a.Agreements + 1
	if _, err := tx.Exec(ctx, `INSERT INTO swot_agreement (swot, number, agreed_on, made_by, made_at) VALUES ($1, $2, $3, $4, $5)`, id, number, on, tx.By, tx.At); err != nil {
		return err
	}
	rows := make([][]any, len(b.Notes))
	for i, n := range b.Notes {
		rows[i] = []any{id, number, n.ID, n.Perspective, string(n.Quadrant), n.Text, n.Said, db.Int(n.Starred)}
	}
	if err := db.Insert(ctx, tx, "swot_agreed_note", "swot, number, note, perspective, quadrant, body, said, starred", "", rows); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE swot SET agreed = 1, agreements = $1, code = NULL, hidden = 0, turn = turn + 1 WHERE id = $2`, number, id); err != nil {
		return err
	}
	if err := forget(ctx, tx, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "agree", Entity: "swot", Row: id, Detail: map[string]any{"agreement": number, "notes": len(rows)}})
}

// Reopen takes the latest analysis of a workplace up again. What was agreed on before is kept, and holds until it is agreed on anew.
func Reopen(ctx context.Context, tx *db.Tx, v access.Viewer, id string) error {
	a, err := leads(ctx, tx, v, id)
	if err != nil {
		return err
	}
	if !a.Agreed { // someone else has
		return ErrTurn
	}
	later, err := db.Value[int](ctx, tx, `SELECT count(*) FROM swot WHERE programme = $1 AND workplace = $2 AND number > $3`, a.Programme, a.Workplace, a.Number)
	if err != nil {
		return err
	}
	if later > 0 {
		return ErrOlder
	}
	if _, err := tx.Exec(ctx, `UPDATE swot SET agreed = 0, turn = turn + 1 WHERE id = $1`, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "reopen", Entity: "swot", Row: id, Detail: map[string]any{"agreement": a.Agreements}})
}

// Begin makes a new analysis of a place whose last one has been agreed on, or its first, and returns it; one that has not been agreed on goes on.
func Begin(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place) (string, error) {
	if !p.Leads {
		return "", ErrNotLead
	}
	a, err := begun(ctx, tx, v, p)
	if err != nil {
		return "", err
	}
	return a.ID, audit.Record(ctx, tx, audit.Event{Act: "begin", Entity: "swot", Row: a.ID, Detail: map[string]any{"number": a.Number}})
}

// forget removes what a phone could be known by, and what was taken away and never agreed on. The key of a form was in the address that the
// phone came to when its note had been stored, and so may stand in the log of whatever is before the server.
func forget(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM swot_note WHERE swot = $1 AND withdrawn = 1 AND NOT EXISTS (SELECT 1 FROM swot_agreed_note g WHERE g.note = swot_note.id)`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE swot_note SET device = '', key = id WHERE swot = $1`, id)
	return err
}
