package workshop

import (
	"context"
	"errors"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/local"
)

var (
	ErrTurn    = fault.Define(fault.Conflict, "workshop.turn")
	ErrMove    = fault.Define(fault.Invalid, "workshop.move")
	ErrNotRuns = fault.Define(fault.Conflict, "workshop.not-runs")
	ErrClosed  = fault.Define(fault.Conflict, "workshop.closed")
	ErrReopen  = fault.Define(fault.Conflict, "workshop.reopen-first")
)

// A Move is what who presents can do.
type Move string

const (
	Begin  Move = "begin"       // also once more, after it was closed
	Today  Move = "begin-today" // begin, and be held today rather than on the day that was planned
	Next   Move = "next"
	Back   Move = "back"
	Pause  Move = "pause"
	Go     Move = "go"
	Add1   Move = "add-1" // a minute more
	Add5   Move = "add-5"
	Hide   Move = "hide" // answers, until all have answered
	Show   Move = "show"
	Finish Move = "close"
)

// Do makes a move, if nobody has made another since turn: of two who present at once, the second sees what the first did.
func Do(ctx context.Context, tx *db.Tx, v access.Viewer, id string, turn int, move Move) error {
	if move == Today { // before the workshop is locked, as a plan does
		if err := holdToday(ctx, tx, v, id); err != nil {
			return err
		}
		move = Begin
	}
	if err := lock(ctx, tx, "workshop", id, ErrNotFound); err != nil {
		return err
	}
	w, err := led(ctx, tx, v, id)
	if err != nil {
		return err
	}
	steps, err := Steps(ctx, tx, w)
	if err != nil {
		return err
	}
	s := w.State
	switch {
	case s.Turn != turn:
		return ErrTurn
	case w.Occasion == "":
		return ErrNoDate
	}
	if err := s.move(move, steps, tx.At, tx.NewID()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE workshop SET last_code = COALESCE(code, last_code), code = $1, began = $2, closed = $3, step = $4, turn = turn + 1, timer_seconds = $5, timer_from = $6, hidden = $7
		WHERE id = $8`, db.Null(s.Code), s.Began, s.Closed, db.Null(s.Step), s.Timer.Seconds, s.Timer.Since, db.Int(s.Hidden), id); err != nil {
		return err
	}
	if move == Finish {
		if err := forget(ctx, tx, id); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Event{Act: string(move), Entity: "workshop", Row: id, Detail: map[string]any{"step": s.Step}})
}

// holdToday moves a workshop's date to today: at the time of day that was planned if it is that now, else as long from now on, or until the day ends, for it is
// the time of its meeting that counts as attendance. Who has a seat is told.
func holdToday(ctx context.Context, tx *db.Tx, v access.Viewer, id string) error {
	w, err := led(ctx, tx, v, id)
	if err != nil {
		return err
	}
	today := local.DateOf(tx.At, local.Zone(w.Zone))
	switch {
	case w.Meeting == "":
		return ErrNoDate
	case w.Began != nil:
		return ErrTurn
	case w.Date == today:
		return nil
	}
	kit, err := KitOf(ctx, tx, w)
	if err != nil {
		return err
	}
	if today < kit.First || kit.Last < today {
		return ErrOutside.At("date", kit.First, kit.Last)
	}
	start, end := w.Start, w.End
	if now := tx.At.In(local.Zone(w.Zone)).Format("15:04"); now < start || end <= now {
		long := local.Span{Date: w.Date, Start: start, End: end, Zone: w.Zone}.Minutes()
		later, ok := after(now, long)
		if !ok {
			later = "23:59"
		}
		start, end = now, later
	}
	if err := w.date(ctx, tx, v, local.Span{Date: today, Start: start, End: end}, w.Venue); err != nil {
		return err
	}
	if err := write(ctx, tx, id, w.Version, `occasion = $1`, w.Occasion); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "plan", Entity: "workshop", Row: id, Detail: map[string]any{"occasion": w.Occasion, "date": today}})
}

// move is what a move makes of s, by pure reckoning.
func (s *State) move(m Move, all []Step, at time.Time, random string) error {
	steps := s.Held(all)
	if m == Begin {
		if s.Running() {
			return ErrTurn
		}
		s.Code, s.Closed = learning.NewCode(learning.WorkshopRoom, random), nil
		if s.Began == nil {
			s.Began = &at
			s.take(steps[0], at)
		}
		return nil
	}
	if !s.Running() {
		return ErrNotRuns
	}
	i := slices.IndexFunc(steps, func(x Step) bool { return x.ID == s.Step })
	switch m {
	case Next:
		if i+1 >= len(steps) {
			return ErrTurn
		}
		s.take(steps[i+1], at)
	case Back:
		if i <= 0 {
			return ErrTurn
		}
		s.take(steps[i-1], at)
	case Pause:
		s.Timer = Timer{Seconds: s.Timer.Left(at)}
	case Go:
		if s.Timer.Since == nil {
			s.Timer.Since = &at
		}
	case Add1, Add5:
		more := 60
		if m == Add5 {
			more *= 5
		}
		// What has run over is forgotten: who asks for a minute gets one from now on.
		s.Timer.Seconds = max(s.Timer.Left(at), 0) + more
		if s.Timer.Since != nil {
			s.Timer.Since = &at
		}
	case Hide, Show:
		s.Hidden = m == Hide
	case Finish:
		s.Closed, s.Code, s.Hidden = &at, "", false
		s.Timer = Timer{}
	default:
		return ErrMove
	}
	return nil
}

// Held are the steps that are held, of all: also the present one, if the plan leaves it out while it is held, so that what came before it and comes after is
// found from there.
func (s State) Held(all []Step) []Step {
	return slices.DeleteFunc(slices.Clone(all), func(x Step) bool { return x.Skipped && x.ID != s.Step })
}

// take makes x the present step, with its clock running.
func (s *State) take(x Step, at time.Time) {
	s.Step, s.Timer, s.Hidden = x.ID, Timer{x.Minutes * 60, &at}, false
}

// forget removes what a phone could be known by, and what was taken back. The key of a form was in the address that the phone came to
// when its answer had been stored, and so may stand in the log of whatever is before the server.
func forget(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM workshop_answer WHERE workshop = $1 AND withdrawn = 1`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE workshop_answer SET device = '', key = id WHERE workshop = $1`, id)
	return err
}

// Seq is how far a workshop has come, for screens that ask whether anything is new: in one query for a leader and for who
// takes notes, if they work there.
func Seq(ctx context.Context, c db.Conn, v access.Viewer, id string) (int64, error) {
	type row struct {
		seq  int64
		near int
	}
	r, err := db.One(ctx, c, func(r *row) []any { return []any{&r.seq, &r.near} }, `
		SELECT w.seq, CASE WHEN $2 IN (w.leader, w.note_taker) AND EXISTS (SELECT 1 FROM workshop_place wp JOIN employment e ON e.workplace = wp.workplace
			WHERE wp.workshop = w.id AND e.person = $2 AND e.valid_from <= $3 AND (e.valid_to IS NULL OR e.valid_to > $3)) THEN 1 ELSE 0 END
		FROM workshop w WHERE w.id = $1`, id, v.Person, v.On)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return 0, ErrNotFound
	case err != nil || r.near == 1:
		return r.seq, err
	}
	w, err := Get(ctx, c, v, id)
	return w.Seq, err
}
