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
	ErrUnit          = fault.Define(fault.NotFound, "people.unit")
	ErrUnitName      = fault.Define(fault.Invalid, "people.unit-name")
	ErrUnitKind      = fault.Define(fault.Invalid, "people.unit-kind")
	ErrUnitCode      = fault.Define(fault.Conflict, "people.unit-code")
	ErrWorkplaceKind = fault.Define(fault.Invalid, "people.workplace-kind")
	ErrParent        = fault.Define(fault.Invalid, "people.parent")
)

// A Kind is a level of the tree.
type Kind string

const (
	Region       Kind = "region"
	County       Kind = "county"
	Municipality Kind = "municipality"
	Workplace    Kind = "workplace"
)

// kinds are the levels from the top. A unit stands under one of a level above its own, not always the next:
// a hospital library may stand right under its region.
var kinds = []Kind{Region, County, Municipality, Workplace}

// WorkplaceKinds are the sorts of workplaces.
var WorkplaceKinds = []string{"public-library", "branch-library", "hospital-library", "school-library", "mobile-library", "county-library", "other"}

// A Unit is a part of the tree as it was on some day.
type Unit struct {
	ID            string
	Kind          Kind
	WorkplaceKind string // of a workplace
	Code          string // official, of a county or municipality
	Version       int

	Parent  string // "" on top
	Name    string
	SortKey string
	Valid   local.Period // how long it has had this name and place
	folded  string
}

const selectUnit = `SELECT u.id, u.kind, u.workplace_kind, u.code, u.version, p.parent, p.name, p.sort_key, p.folded, p.valid_from, p.valid_to
	FROM unit u JOIN unit_period p ON p.unit = u.id `

func scanUnit(u *Unit) []any {
	return []any{&u.ID, &u.Kind, text(&u.WorkplaceKind), &u.Code, &u.Version, text(&u.Parent), &u.Name, &u.SortKey, &u.folded, &u.Valid.From, text(&u.Valid.To)}
}

// A NewUnit is what is asked for of a unit to be made.
type NewUnit struct {
	Kind          Kind
	WorkplaceKind string // of a workplace
	Code          string // official, of a county or municipality, "" if it has none
	Name          string
	Parent        string     // "" on top
	From          local.Date // the first day
	Guessed       bool       // that day is, from those who are known to have been there: it may have been there before
}

// CreateUnit makes a unit.
func CreateUnit(ctx context.Context, tx *db.Tx, n NewUnit) (Unit, error) {
	u := Unit{Kind: n.Kind, Code: strings.TrimSpace(n.Code), Parent: n.Parent, Name: strings.TrimSpace(n.Name), Version: 1, Valid: local.Period{From: n.From}}
	u.SortKey, u.folded = SortKey(u.Name), Searchable(u.Name)
	var faults fault.List
	faults.Unless(slices.Contains(kinds, n.Kind), ErrUnitKind.At("kind"))
	faults.Unless(u.Name != "", ErrUnitName.At("name"))
	faults.Unless(short(u.Name, maxTitle), ErrLong.At("name", maxTitle))
	faults.Unless(numberless(u.Name, tx.At), ErrIdentityIn.At("name"))
	if n.Kind == Workplace {
		u.WorkplaceKind = n.WorkplaceKind
		faults.Unless(slices.Contains(WorkplaceKinds, n.WorkplaceKind), ErrWorkplaceKind.At("workplace_kind"))
	}
	faults.Unless(n.From.Valid(), local.ErrDate.At("from"))
	if faults.In("kind") == nil && faults.In("from") == nil {
		if n.Parent != "" {
			if err := db.Lock(ctx, tx, "unit", n.Parent); err != nil && !faults.Add(found(err, ErrParent.At("parent"))) {
				return Unit{}, err
			}
		}
		if faults.In("parent") == nil {
			if err := checkParent(ctx, tx, u.Kind, u.Parent, u.Valid); !faults.Add(err) {
				return Unit{}, err
			}
		}
	}
	if faults != nil {
		return Unit{}, faults
	}
	u.ID = tx.NewID()
	made, err := tx.Exec(ctx, `INSERT INTO unit (id, kind, workplace_kind, code, guessed) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, u.ID, u.Kind, db.Null(u.WorkplaceKind), u.Code, db.Int(n.Guessed))
	if err != nil {
		return Unit{}, err
	}
	if made == 0 {
		return Unit{}, fault.List{ErrUnitCode.At("code", u.Code)}
	}
	if err := insertPeriod(ctx, tx, u); err != nil {
		return Unit{}, err
	}
	return u, audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "unit", Row: u.ID,
		Detail: map[string]any{"kind": u.Kind, "name": u.Name, "parent": u.Parent, "from": n.From}})
}

// GiveUnitCode gives a unit that has no code its official one.
func GiveUnitCode(ctx context.Context, tx *db.Tx, id, code string) error {
	if err := lockUnits(ctx, tx, id); err != nil {
		return err
	}
	given, err := tx.Exec(ctx, `UPDATE unit SET code = $1, version = version + 1 WHERE id = $2 AND code = ''
		AND NOT EXISTS (SELECT 1 FROM unit o WHERE o.kind = unit.kind AND o.code = $1)`, code, id)
	if err == nil && given == 0 {
		err = fault.List{ErrUnitCode.At("code", code)}
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "set", Entity: "unit", Row: id, Detail: map[string]any{"code": code}})
}

func insertPeriod(ctx context.Context, tx *db.Tx, u Unit) error {
	_, err := tx.Exec(ctx, `INSERT INTO unit_period (unit, valid_from, valid_to, parent, name, sort_key, folded)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, u.ID, u.Valid.From, db.Null(u.Valid.To), db.Null(u.Parent), u.Name, u.SortKey, u.folded)
	return err
}

// History returns what a unit has been called and where it has stood, oldest first.
func History(ctx context.Context, c db.Conn, id string) ([]Unit, error) {
	history, err := db.All(ctx, c, scanUnit, selectUnit+`WHERE u.id = $1 ORDER BY p.valid_from, u.id`, id)
	if err == nil && len(history) == 0 {
		err = ErrUnit
	}
	return history, err
}

// GetUnit returns a unit as it was on a day, or at the nearest time it existed.
func GetUnit(ctx context.Context, c db.Conn, id string, on local.Date) (Unit, error) {
	history, err := History(ctx, c, id)
	if err != nil {
		return Unit{}, err
	}
	for _, u := range history {
		if u.Valid.To == "" || on < u.Valid.To {
			return u, nil
		}
	}
	return history[len(history)-1], nil
}

// UnitNames returns the latest name of each unit, also of those closed since.
func UnitNames(ctx context.Context, c db.Conn, ids []string) (map[string]string, error) {
	type row struct{ id, name string }
	var args []any
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.id, &r.name} }, `
		SELECT p.unit, p.name FROM unit_period p
		WHERE p.unit IN `+db.In(&args, ids)+` AND p.valid_from = (SELECT max(valid_from) FROM unit_period q WHERE q.unit = p.unit)`, args...)
	names := make(map[string]string, len(rows))
	for _, r := range rows {
		names[r.id] = r.name
	}
	return names, err
}

// checkParent returns a fault if a unit of a kind cannot stand under parent for the whole of a period.
func checkParent(ctx context.Context, c db.Conn, kind Kind, parent string, valid local.Period) error {
	if parent == "" {
		if kind == Region || kind == County {
			return nil
		}
		return ErrParent.At("parent")
	}
	history, err := History(ctx, c, parent)
	if errors.Is(err, ErrUnit) {
		return ErrParent.At("parent")
	}
	if err != nil {
		return err
	}
	above := slices.Index(kinds, history[0].Kind) < slices.Index(kinds, kind)
	if !above || !lasts(history, valid) {
		return ErrParent.At("parent")
	}
	return nil
}

// lasts reports whether a unit exists for the whole of a period.
func lasts(history []Unit, valid local.Period) bool {
	day := valid.From
	for _, u := range history {
		if u.Valid.Has(day) {
			if u.Valid.To == "" || valid.To != "" && valid.To <= u.Valid.To {
				return true
			}
			day = u.Valid.To
		}
	}
	return false
}
