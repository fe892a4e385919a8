package people

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

var (
	ErrUnitDay     = fault.Define(fault.Invalid, "people.unit-day")
	ErrUnitLater   = fault.Define(fault.Conflict, "people.unit-later")
	ErrUnitStaffed = fault.Define(fault.Conflict, "people.unit-staffed")
	ErrUnitFilled  = fault.Define(fault.Conflict, "people.unit-filled")
	ErrMergeInto   = fault.Define(fault.Invalid, "people.merge-into")
	ErrMergeTwice  = fault.Define(fault.Conflict, "people.merge-twice")
	ErrMerged      = fault.Define(fault.Conflict, "people.merged")
	ErrNotClosed   = fault.Define(fault.Conflict, "people.not-closed")
)

// RenameUnit gives a unit another name from a day. A day on which its present name began corrects that
// name. Later rows keep their own name if it is another than the one that is changed.
func RenameUnit(ctx context.Context, tx *db.Tx, id string, version int, from local.Date, name string) error {
	name = strings.TrimSpace(name)
	if name == "" {
		return fault.List{ErrUnitName.At("name")}
	}
	return amend(ctx, tx, "rename", id, version, from,
		func(u *Unit) { u.Name, u.SortKey, u.folded = name, SortKey(name), Searchable(name) },
		func(u Unit) string { return u.Name })
}

// MoveUnit puts a unit, with all below it, under another parent from a day.
func MoveUnit(ctx context.Context, tx *db.Tx, id string, version int, from local.Date, parent string) error {
	if !from.Valid() {
		return fault.List{local.ErrDate.At("from")}
	}
	if err := lockUnits(ctx, tx, id, parent); err != nil {
		return err
	}
	history, err := History(ctx, tx, id)
	if err != nil {
		return err
	}
	valid := local.Period{From: from, To: history[len(history)-1].Valid.To}
	if err := checkParent(ctx, tx, history[0].Kind, parent, valid); err != nil {
		return err
	}
	return amend(ctx, tx, "move", id, version, from, func(u *Unit) { u.Parent = parent }, func(u Unit) string { return u.Parent })
}

// amend changes a unit from a day on: the row that holds that day is split, and the change is made to what
// follows for as long as it says the same.
func amend(ctx context.Context, tx *db.Tx, act, id string, version int, from local.Date, change func(*Unit), says func(Unit) string) error {
	if !from.Valid() {
		return fault.List{local.ErrDate.At("from")}
	}
	if err := raise(ctx, tx, id, version); err != nil {
		return err
	}
	history, err := History(ctx, tx, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(history, func(u Unit) bool { return u.Valid.Has(from) })
	if i < 0 {
		return ErrUnitDay.At("from", from)
	}
	was := history[i]
	if was.Valid.From < from {
		if err := endPeriod(ctx, tx, was, from); err != nil {
			return err
		}
		now := was
		now.Valid.From = from
		change(&now)
		if err := insertPeriod(ctx, tx, now); err != nil {
			return err
		}
		i++
	}
	for _, u := range history[min(i, len(history)):] {
		if says(u) != says(was) {
			break
		}
		change(&u)
		if _, err := tx.Exec(ctx, `UPDATE unit_period SET parent = $1, name = $2, sort_key = $3, folded = $4 WHERE unit = $5 AND valid_from = $6`,
			db.Null(u.Parent), u.Name, u.SortKey, u.folded, id, u.Valid.From); err != nil {
			return err
		}
	}
	now := was
	change(&now)
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "unit", Row: id,
		Detail: map[string]any{"from": from, "was": says(was), "is": says(now)}})
}

// raise takes a unit's lock and next version.
func raise(ctx context.Context, tx *db.Tx, id string, version int) error {
	if err := lockUnits(ctx, tx, id); err != nil {
		return err
	}
	return current(tx.Exec(ctx, `UPDATE unit SET version = version + 1 WHERE id = $1 AND version = $2`, id, version))
}

func lockUnits(ctx context.Context, tx *db.Tx, ids ...string) error {
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == "" })
	return found(db.Lock(ctx, tx, "unit", ids...), ErrUnit)
}

func endPeriod(ctx context.Context, tx *db.Tx, u Unit, on local.Date) error {
	_, err := tx.Exec(ctx, `UPDATE unit_period SET valid_to = $1 WHERE unit = $2 AND valid_from = $3`, db.Null(on), u.ID, u.Valid.From)
	return err
}

// CloseUnit lets a unit end: on is the first day on which it no longer exists. Nothing may stand below it and
// nobody be employed there from that day.
func CloseUnit(ctx context.Context, tx *db.Tx, id string, version int, on local.Date) error {
	if !on.Valid() {
		return fault.List{local.ErrDate.At("on")}
	}
	if err := raise(ctx, tx, id, version); err != nil {
		return err
	}
	staff, err := db.Value[int](ctx, tx, `SELECT count(DISTINCT person) FROM employment
		WHERE workplace = $1 AND (valid_to IS NULL OR valid_to > $2)`, id, on)
	if err != nil {
		return err
	}
	if staff > 0 {
		return ErrUnitStaffed.At("on", staff)
	}
	if err := closePeriods(ctx, tx, id, on); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "close", Entity: "unit", Row: id, Detail: map[string]any{"on": on}})
}

// closePeriods ends the rows of a locked unit on a day.
func closePeriods(ctx context.Context, tx *db.Tx, id string, on local.Date) error {
	below, err := db.Value[int](ctx, tx, `SELECT count(DISTINCT unit) FROM unit_period
		WHERE parent = $1 AND (valid_to IS NULL OR valid_to > $2)`, id, on)
	if err != nil {
		return err
	}
	if below > 0 {
		return ErrUnitFilled.At("on", below)
	}
	history, err := History(ctx, tx, id)
	if err != nil {
		return err
	}
	last := history[len(history)-1]
	switch {
	case on <= history[0].Valid.From || last.Valid.To != "" && last.Valid.To <= on:
		return ErrUnitDay.At("on", on)
	case on <= last.Valid.From:
		return ErrUnitLater.At("on", last.Valid.From)
	}
	return endPeriod(ctx, tx, last, on)
}

// ReopenUnit undoes the closing of a unit that was not merged into another.
func ReopenUnit(ctx context.Context, tx *db.Tx, id string, version int) error {
	if err := raise(ctx, tx, id, version); err != nil {
		return err
	}
	history, err := History(ctx, tx, id)
	if err != nil {
		return err
	}
	last := history[len(history)-1]
	if last.Valid.To == "" {
		return ErrNotClosed
	}
	if into, err := MergedInto(ctx, tx, id); err != nil {
		return err
	} else if into.Into != "" {
		return ErrMerged
	}
	if err := checkParent(ctx, tx, last.Kind, last.Parent, local.Period{From: last.Valid.To}); err != nil {
		return err
	}
	if err := endPeriod(ctx, tx, last, ""); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "reopen", Entity: "unit", Row: id, Detail: map[string]any{"was": last.Valid.To}})
}

// A Merge is that a workplace has gone up in another from a day.
type Merge struct {
	Unit, Into string
	On         local.Date
}

// MergedInto returns what a workplace has gone up in; Into is "" if it has not.
func MergedInto(ctx context.Context, c db.Conn, id string) (Merge, error) {
	m, err := db.One(ctx, c, scanMerge, `SELECT unit, into_unit, on_date FROM unit_merge WHERE unit = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		return Merge{Unit: id}, nil
	}
	return m, err
}

// MergedFrom returns the workplaces that have gone up in one, oldest first.
func MergedFrom(ctx context.Context, c db.Conn, id string) ([]Merge, error) {
	return db.All(ctx, c, scanMerge, `SELECT unit, into_unit, on_date FROM unit_merge WHERE into_unit = $1 ORDER BY on_date, unit`, id)
}

func scanMerge(m *Merge) []any { return []any{&m.Unit, &m.Into, &m.On} }

// MergeUnits lets a workplace go up in another from a day. It keeps its history; whoever is employed there that
// day goes on at the other in a new row that follows the old one, with the same employer, title and
// share. Whoever the same employer has at both is refused: what becomes of the two shares is for people to say. It cannot be undone.
func MergeUnits(ctx context.Context, tx *db.Tx, id string, version int, into string, on local.Date) error {
	var faults fault.List
	faults.Unless(on.Valid(), local.ErrDate.At("on"))
	faults.Unless(into != "" && into != id, ErrMergeInto.At("into"))
	if faults != nil {
		return faults
	}
	const lasting = ` FROM employment WHERE workplace IN ($1, $2) AND (valid_to IS NULL OR valid_to > $3) `
	persons, err := db.Values[string](ctx, tx, `SELECT DISTINCT person`+lasting+`ORDER BY person`, id, into, on)
	if err != nil {
		return err
	}
	if err := db.Lock(ctx, tx, "person", persons...); err != nil {
		return err
	}
	if err := lockUnits(ctx, tx, id, into); err != nil {
		return err
	}
	if err := raise(ctx, tx, id, version); err != nil {
		return err
	}
	for unit, field := range map[string]string{id: "", into: "into"} {
		history, err := History(ctx, tx, unit)
		if err != nil {
			return err
		}
		if history[0].Kind != Workplace || unit == into && !lasts(history, local.Period{From: on}) {
			faults = append(faults, ErrMergeInto.At(field))
		}
	}
	if faults != nil {
		return faults
	}
	rows, err := db.All(ctx, tx, scanEmployment, selectEmployment+`WHERE e.workplace IN ($1, $2) AND (e.valid_to IS NULL OR e.valid_to > $3) ORDER BY e.valid_from, e.id`, id, into, on)
	if err != nil {
		return err
	}
	for _, e := range rows {
		if _, locked := slices.BinarySearch(persons, e.Person); !locked {
			return fault.Stale // came since the persons were locked
		}
	}
	moved, err := moveStaff(ctx, tx, rows, id, into, on)
	if err != nil {
		return err
	}
	if err := closePeriods(ctx, tx, id, on); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO unit_merge (unit, into_unit, on_date) VALUES ($1, $2, $3)`, id, into, on); err != nil {
		return err
	}
	return audit.Record(ctx, tx, append(moved, audit.Event{Act: "merge", Entity: "unit", Row: id,
		Detail: map[string]any{"into": into, "on": on, "employments": len(moved)}})...)
}

// moveStaff lets the employments at one workplace go on at another, from a day. It takes four statements however many.
func moveStaff(ctx context.Context, tx *db.Tx, rows []Employment, from, into string, on local.Date) ([]audit.Event, error) {
	var ended, unbegun []string
	var following []Employment
	var events []audit.Event
	twice := 0
	for _, e := range rows {
		if e.Workplace != from {
			continue
		}
		if slices.ContainsFunc(rows, func(o Employment) bool {
			return o.Workplace == into && o.Person == e.Person && o.Employer == e.Employer && o.Valid.Overlaps(e.Valid)
		}) {
			twice++
		}
		now := e
		now.Workplace = into
		if e.Valid.From < on {
			now.ID, now.Follows, now.Valid.From = tx.NewID(), e.ID, on
			ended = append(ended, e.ID)
			following = append(following, now)
		} else {
			unbegun = append(unbegun, e.ID) // it never held at the old workplace
		}
		events = append(events, audit.Event{Act: "move", Entity: "employment", Row: now.ID, Subject: e.Person,
			Detail: map[string]any{"follows": now.Follows, "was": from, "is": into, "from": now.Valid.From}})
	}
	if twice > 0 {
		return nil, ErrMergeTwice.At("into", twice)
	}
	if err := endEmployments(ctx, tx, ended, on); err != nil {
		return nil, err
	}
	if len(unbegun) > 0 {
		args := []any{into}
		if _, err := tx.Exec(ctx, `UPDATE employment SET workplace = $1, version = version + 1 WHERE id IN `+db.In(&args, unbegun), args...); err != nil {
			return nil, err
		}
	}
	return events, insertEmployments(ctx, tx, following...)
}
