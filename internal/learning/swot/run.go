package swot

import (
	"context"
	"errors"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/people"
)

var (
	ErrTurn   = fault.Define(fault.Conflict, "swot.turn")
	ErrMove   = fault.Define(fault.Invalid, "swot.move")
	ErrCode   = fault.Define(fault.NotFound, "swot.code")
	ErrClosed = fault.Define(fault.Conflict, "swot.closed")
)

// A Step is what who presents can do.
type Step string

const (
	Open  Step = "open"  // the board for phones
	Close Step = "close" // it again
	Look  Step = "look"  // from another perspective
	Hide  Step = "hide"  // the notes, until all have written
	Show  Step = "show"
)

// Do takes a step, if nobody has taken another since turn: of two who present at once, the second sees what the first did. Only [Look]
// has a perspective.
func Do(ctx context.Context, tx *db.Tx, v access.Viewer, id string, turn int, step Step, perspective string) error {
	a, err := leads(ctx, tx, v, id)
	switch {
	case err != nil:
		return err
	case a.Agreed:
		return ErrFrozen
	case a.Turn != turn:
		return ErrTurn
	}
	switch step {
	case Open:
		if a.Code == "" {
			a.Code = learning.NewCode(learning.AnalysisRoom, tx.NewID())
		}
	case Close:
		a.Code, a.Hidden = "", false
		if err := forget(ctx, tx, id); err != nil {
			return err
		}
	case Look:
		if err := a.looksFrom(ctx, tx, perspective, ""); err != nil {
			return err
		}
		a.Perspective = perspective
	case Hide, Show:
		a.Hidden = step == Hide
	default:
		return ErrMove
	}
	if _, err := tx.Exec(ctx, `UPDATE swot SET code = $1, perspective = $2, hidden = $3, turn = turn + 1 WHERE id = $4`, db.Null(a.Code), db.Null(a.Perspective), db.Int(a.Hidden), id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: string(step), Entity: "swot", Row: id})
}

// A Room is what a phone sees of a board that is open.
type Room struct {
	Analysis, Programme, Workplace string
	Name                           string // of the workplace
	Plan                           Plan
	Perspective                    string // on the screen
	Turn                           int
	Own                            []Note // what came from this phone
}

// Enter returns the room that a code leads to, as a phone with that hash has been in it. It is [ErrCode] if no open board has
// the code.
func Enter(ctx context.Context, c db.Conn, code, device string) (Room, error) {
	r, err := db.One(ctx, c, func(r *Room) []any {
		return []any{&r.Analysis, &r.Programme, &r.Workplace, &r.Perspective, &r.Turn}
	}, `SELECT id, programme, workplace, coalesce(perspective, ''), turn FROM swot WHERE code = $1`, learning.ParseCode(code))
	if errors.Is(err, db.ErrNoRows) {
		err = ErrCode
	}
	if err != nil {
		return r, err
	}
	names, err := people.UnitNames(ctx, c, []string{r.Workplace})
	if err != nil {
		return r, err
	}
	r.Name = names[r.Workplace]
	if r.Plan, err = PlanOf(ctx, c, r.Programme); err != nil {
		return r, err
	}
	if _, ok := r.Plan.Find(r.Perspective); !ok && len(r.Plan.Perspectives) > 0 {
		r.Perspective = r.Plan.Perspectives[0].ID
	}
	if device == "" {
		return r, nil
	}
	r.Own, err = db.All(ctx, c, func(n *Note) []any { return []any{&n.ID, &n.Perspective, &n.Quadrant, &n.Text, &n.Seq} }, `
		SELECT id, perspective, quadrant, body, seq FROM swot_note WHERE swot = $1 AND device = $2 AND withdrawn = 0 ORDER BY seq DESC, id`, r.Analysis, device)
	return r, err
}

// Turn is that of a room, for phones that ask whether the screen shows another perspective.
func Turn(ctx context.Context, c db.Conn, code string) (int, error) {
	turn, err := db.Value[int](ctx, c, `SELECT turn FROM swot WHERE code = $1`, learning.ParseCode(code))
	if errors.Is(err, db.ErrNoRows) {
		err = ErrCode
	}
	return turn, err
}

// open locks the analysis whose board a code opens.
func open(ctx context.Context, tx *db.Tx, code string) (a Analysis, err error) {
	id, err := db.LockBy(ctx, tx, "swot", "code", learning.ParseCode(code)) // none if it was closed while we waited
	if errors.Is(err, db.ErrNoRows) {
		return a, ErrClosed
	}
	if err != nil {
		return a, err
	}
	return db.One(ctx, tx, scan, `SELECT `+columns+` FROM swot s WHERE s.id = $1`, id)
}

// Send stores a note from a phone. The same note with the same key is stored once; other words with it are another note.
func Send(ctx context.Context, tx *db.Tx, code, device, key, perspective string, q Quadrant, body string) error {
	body, err := said(body, "body")
	if err != nil {
		return err
	}
	a, err := open(ctx, tx, code)
	if err != nil {
		return err
	}
	if !slices.Contains(Quadrants, q) {
		return fault.List{ErrWhere.At("quadrant")}
	}
	if err := a.looksFrom(ctx, tx, perspective, "perspective"); err != nil {
		return err
	}
	if _, err := a.put(ctx, tx, device, key, []Note{{Perspective: perspective, Quadrant: q, Text: body}}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "answer", Entity: "swot", Row: a.ID, Detail: map[string]any{"perspective": perspective}})
}

// Change gives a note from the same phone other words.
func Change(ctx context.Context, tx *db.Tx, code, device, note, body string) error {
	body, err := said(body, "body")
	if err != nil {
		return err
	}
	return own(ctx, tx, code, device, note, "change", func() error {
		_, err := tx.Exec(ctx, `UPDATE swot_note SET body = $1 WHERE id = $2`, body, note)
		return err
	})
}

// Withdraw takes a note from the same phone back.
func Withdraw(ctx context.Context, tx *db.Tx, code, device, note string) error {
	return own(ctx, tx, code, device, note, "withdraw", func() error { return takeAway(ctx, tx, note) })
}

func own(ctx context.Context, tx *db.Tx, code, device, note, act string, do func() error) error {
	a, err := open(ctx, tx, code)
	if err != nil {
		return err
	}
	n, err := db.Value[int](ctx, tx, `SELECT count(*) FROM swot_note WHERE id = $1 AND swot = $2 AND device = $3 AND device <> '' AND withdrawn = 0`, note, a.ID, device)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNoNote
	}
	if err := do(); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "swot_note", Row: note})
}

// Seq is how far an analysis has come, for screens that ask whether anything is new.
func Seq(ctx context.Context, c db.Conn, v access.Viewer, id string) (int64, error) {
	a, err := Get(ctx, c, v, id)
	return a.Seq, err
}
