package programme

import (
	"context"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

var ErrOutside = fault.Define(fault.Invalid, "programme.outside")

// A Phase is a part of the programme's time. Phases may overlap.
type Phase struct {
	ID, Programme string
	Name          string
	Starts, Ends  local.Date // the first and the last day
	Version       int
}

// Phases returns a programme's phases in order of time.
func Phases(ctx context.Context, c db.Conn, programme string) ([]Phase, error) {
	return db.All(ctx, c, func(p *Phase) []any { return []any{&p.ID, &p.Programme, &p.Name, &p.Starts, &p.Ends, &p.Version} },
		`SELECT id, programme, name, starts, ends, version FROM phase WHERE programme = $1 ORDER BY starts, id`, programme)
}

func (ph *Phase) check(p Programme) error {
	ph.Name = strings.TrimSpace(ph.Name)
	var faults fault.List
	named(&faults, "name", ph.Name)
	for _, d := range []struct {
		field string
		date  local.Date
	}{{"starts", ph.Starts}, {"ends", ph.Ends}} {
		faults.Unless(d.date.Valid(), local.ErrDate.At(d.field))
		faults.Unless(!d.date.Valid() || p.Has(d.date), ErrOutside.At(d.field, p.Starts, p.Ends))
	}
	dated := ph.Starts.Valid() && ph.Ends.Valid()
	faults.Unless(!dated || ph.Starts <= ph.Ends, ErrEnds.At("ends"))
	return faults.Err()
}

// AddPhase adds ph.
func AddPhase(ctx context.Context, tx *db.Tx, v access.Viewer, ph *Phase) error {
	p, err := editable(ctx, tx, v, ph.Programme)
	if err != nil {
		return err
	}
	if err := ph.check(p); err != nil {
		return err
	}
	ph.ID, ph.Version = tx.NewID(), 1
	if _, err := tx.Exec(ctx, `INSERT INTO phase (id, programme, name, starts, ends) VALUES ($1, $2, $3, $4, $5)`,
		ph.ID, ph.Programme, ph.Name, ph.Starts, ph.Ends); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "phase", Row: ph.ID,
		Detail: map[string]any{"programme": ph.Programme, "starts": ph.Starts, "ends": ph.Ends}})
}

// UpdatePhase writes ph, if ph.Version still is the last.
func UpdatePhase(ctx context.Context, tx *db.Tx, v access.Viewer, ph *Phase) error {
	p, err := editable(ctx, tx, v, ph.Programme)
	if err != nil {
		return err
	}
	if err := ph.check(p); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE phase SET name = $1, starts = $2, ends = $3, version = version + 1
		WHERE id = $4 AND programme = $5 AND version = $6`, ph.Name, ph.Starts, ph.Ends, ph.ID, ph.Programme, ph.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	ph.Version++
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "phase", Row: ph.ID,
		Detail: map[string]any{"version": ph.Version, "starts": ph.Starts, "ends": ph.Ends}})
}

// RemovePhase removes a phase.
func RemovePhase(ctx context.Context, tx *db.Tx, v access.Viewer, programme, id string) error {
	if _, err := editable(ctx, tx, v, programme); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM phase WHERE id = $1 AND programme = $2`, id, programme)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNotFound
	}
	return audit.Record(ctx, tx, audit.Event{Act: "remove", Entity: "phase", Row: id, Detail: map[string]any{"programme": programme}})
}
