package people

import (
	"context"
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
	ErrNotClosed   = fault.Define(fault.Conflict, "people.not-closed")
)

// RenameUnit gives a unit another name from a day. A day on which its present name began corrects that
// name. Later rows keep their own name if it is another than the one that is changed.
func RenameUnit(ctx context.Context, tx *db.Tx, id string, version int, from local.Date, name string) error {
	name = strings.TrimSpace(name)
	if name == "" {
		return fault.List{ErrUnitName.At("name")}
	}
	if !short(name, maxTitle) {
		return fault.List{ErrLong.At("name", maxTitle)}
	}
	if !numberless(name, tx.At) {
		return fault.List{ErrIdentityIn.At("name")}
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

// BeginEarlier lets a unit have begun earlier than was guessed. Of one whose first day was told it is refused.
func BeginEarlier(ctx context.Context, tx *db.Tx, id string, version int, from local.Date) error {
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
	guessed, err := db.Value[int](ctx, tx, `SELECT guessed FROM unit WHERE id = $1`, id)
	if err != nil {
		return err
	}
	first := history[0]
	if guessed == 0 || from >= first.Valid.From {
		return ErrUnitDay.At("from", from)
	}
	if err := checkParent(ctx, tx, first.Kind, first.Parent, local.Period{From: from, To: first.Valid.From}); err != nil {
		return err
	}
	return beginOn(ctx, tx, first, from)
}

// beginOn gives a unit another first day.
func beginOn(ctx context.Context, tx *db.Tx, first Unit, from local.Date) error {
	if _, err := tx.Exec(ctx, `UPDATE unit_period SET valid_from = $1 WHERE unit = $2 AND valid_from = $3`, from, first.ID, first.Valid.From); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "redate", Entity: "unit", Row: first.ID, Detail: map[string]any{"was": first.Valid.From, "is": from}})
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
