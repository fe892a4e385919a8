package auth

import (
	"context"
	"errors"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

var (
	ErrForbidden  = fault.Define(fault.Forbidden, "auth.forbidden")
	ErrNoAccount  = fault.Define(fault.NotFound, "auth.no-account")
	ErrNoGrant    = fault.Define(fault.NotFound, "auth.no-grant")
	ErrRole       = fault.Define(fault.Invalid, "auth.role")
	ErrGrantUnit  = fault.Define(fault.Invalid, "auth.grant-unit")
	ErrGrantScope = fault.Define(fault.Invalid, "auth.grant-scope")
	ErrGrantEnd   = fault.Define(fault.Invalid, "auth.grant-end")
	ErrGrantTwice = fault.Define(fault.Conflict, "auth.grant-twice")
	ErrLastAdmin  = fault.Define(fault.Conflict, "auth.last-administrator")
)

// Grants returns the roles that a person holds on a date, with [access.Participant] among them for
// everyone whose account is not disabled; nothing for others.
func Grants(ctx context.Context, c db.Conn, person string, on local.Date) ([]access.Grant, error) {
	grants, err := db.All(ctx, c, scanGrant, `
		SELECT g.id, g.role, g.programme, g.unit, g.valid_from, g.valid_to
		FROM account a LEFT JOIN role_grant g ON g.person = a.person AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to > $2)
		WHERE a.person = $1 AND a.disabled = 0
		ORDER BY g.id`, person, on)
	if err != nil || len(grants) == 0 {
		return nil, err
	}
	all := []access.Grant{{Role: access.Participant}}
	for _, g := range grants {
		if g.id != nil {
			all = append(all, g.grant())
		}
	}
	return all, nil
}

// GrantsOf returns all roles that a person has held, holds and will hold, the newest first.
func GrantsOf(ctx context.Context, c db.Conn, v access.Viewer, person string) ([]access.Grant, error) {
	if !v.Can(access.ManageAccounts) {
		return nil, ErrForbidden
	}
	rows, err := db.All(ctx, c, scanGrant, `SELECT id, role, programme, unit, valid_from, valid_to
		FROM role_grant WHERE person = $1 ORDER BY valid_from DESC, id DESC`, person)
	all := make([]access.Grant, len(rows))
	for i, r := range rows {
		all[i] = r.grant()
	}
	return all, err
}

// AddGrant gives a person with an account a role, for a time and within a scope.
func AddGrant(ctx context.Context, tx *db.Tx, v access.Viewer, person string, g access.Grant) (access.Grant, error) {
	if !v.Can(access.ManageAccounts) {
		return g, ErrForbidden
	}
	if err := checkGrant(g); err != nil {
		return g, err
	}
	// The account's row keeps two from giving the same at once.
	if n, err := tx.Exec(ctx, `UPDATE account SET version = version + 1 WHERE person = $1`, person); err != nil || n == 0 {
		return g, errors.Join(err, when(err == nil, ErrNoAccount))
	}
	type span struct {
		from local.Date
		to   *local.Date
	}
	same, err := db.All(ctx, tx, func(s *span) []any { return []any{&s.from, &s.to} }, `
		SELECT valid_from, valid_to FROM role_grant
		WHERE person = $1 AND role = $2 AND coalesce(programme, '') = $3 AND coalesce(unit, '') = $4`,
		person, g.Role, g.Programme, g.Unit)
	if err != nil {
		return g, err
	}
	for _, s := range same {
		if (local.Period{From: s.from, To: local.Date(text(s.to))}).Overlaps(g.Valid) {
			return g, ErrGrantTwice.At("role")
		}
	}
	g.ID = tx.NewID()
	_, err = tx.Exec(ctx, `INSERT INTO role_grant (id, person, role, programme, unit, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		g.ID, person, g.Role, db.Null(g.Programme), db.Null(g.Unit), g.Valid.From, db.Null(g.Valid.To))
	switch {
	case errors.Is(err, db.ErrDangling):
		return g, ErrGrantUnit.At("unit")
	case err != nil:
		return g, err
	}
	return g, audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "role_grant", Row: g.ID, Detail: map[string]any{
		"person": person, "role": g.Role, "programme": g.Programme, "unit": g.Unit, "from": g.Valid.From, "to": g.Valid.To}})
}

func checkGrant(g access.Grant) error {
	faults := g.Valid.Check("from", "to")
	faults.Unless(g.Role != access.Participant && slices.Contains(access.Roles, g.Role), ErrRole.At("role"))
	faults.Unless(g.Role != access.Contact || g.Unit != "", ErrGrantUnit.At("unit"))
	faults.Unless(g.Role == access.Contact || g.Unit == "", ErrGrantScope.At("unit"))
	faults.Unless((g.Role != access.Contact && g.Role != access.Administrator) || g.Programme == "", ErrGrantScope.At("programme"))
	faults.Unless(g.Role != access.Auditor || g.Valid.To != "", ErrGrantEnd.At("to"))
	return faults.Err()
}

// EndGrant ends a role: on is the first day it is no longer held. One that would not even have begun goes
// altogether. Someone must remain who is an administrator that day and after.
func EndGrant(ctx context.Context, tx *db.Tx, v access.Viewer, id string, on local.Date) error {
	if !v.Can(access.ManageAccounts) {
		return ErrForbidden
	}
	if !on.Valid() {
		return local.ErrDate.At("to")
	}
	type held struct {
		person string
		grant  grantRow
	}
	h, err := db.One(ctx, tx, func(h *held) []any { return append(scanGrant(&h.grant), &h.person) },
		`SELECT id, role, programme, unit, valid_from, valid_to, person FROM role_grant WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		return ErrNoGrant
	}
	if err != nil {
		return err
	}
	g := h.grant.grant()
	if g.Valid.To != "" && g.Valid.To <= on {
		return nil // it has ended already
	}
	if g.Role == access.Administrator {
		if err := keepAdministrator(ctx, tx, `g.id <> $2`, on, id); err != nil {
			return err
		}
	}
	act := "change"
	if on <= g.Valid.From {
		act = "delete"
		_, err = tx.Exec(ctx, `DELETE FROM role_grant WHERE id = $1`, id)
	} else {
		_, err = tx.Exec(ctx, `UPDATE role_grant SET valid_to = $2 WHERE id = $1`, id, on)
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "role_grant", Row: id, Detail: map[string]any{
		"person": h.person, "role": g.Role, "programme": g.Programme, "unit": g.Unit, "from": g.Valid.From, "to": on}})
}

// keepAdministrator refuses unless, besides those that remain leaves out, someone who can sign in is an
// administrator from a date with no end. Two administrators who would each remove the other
// take turns: all administrators' accounts are locked before they are counted.
func keepAdministrator(ctx context.Context, tx *db.Tx, remain string, on local.Date, except string) error {
	persons, err := db.Values[string](ctx, tx, `SELECT DISTINCT person FROM role_grant WHERE role = 'administrator' ORDER BY person`)
	if err != nil {
		return err
	}
	if err := db.Lock(ctx, tx, "person", persons...); err != nil {
		return err
	}
	n, err := db.Value[int](ctx, tx, `
		SELECT count(*) FROM role_grant g JOIN account a ON a.person = g.person
		WHERE g.role = 'administrator' AND a.disabled = 0 AND g.valid_from <= $1 AND g.valid_to IS NULL AND `+remain, on, except)
	if err == nil && n == 0 {
		err = ErrLastAdmin
	}
	return err
}

// grantRow is a grant as it stands in the database.
type grantRow struct {
	id, role, programme, unit *string
	from, to                  *local.Date
}

func scanGrant(g *grantRow) []any {
	return []any{&g.id, &g.role, &g.programme, &g.unit, &g.from, &g.to}
}

func (g grantRow) grant() access.Grant {
	return access.Grant{ID: db.Text(g.id), Role: access.Role(db.Text(g.role)), Programme: db.Text(g.programme), Unit: db.Text(g.unit),
		Valid: local.Period{From: local.Date(text(g.from)), To: local.Date(text(g.to))}}
}

func text(d *local.Date) string {
	if d == nil {
		return ""
	}
	return string(*d)
}

func when(holds bool, err error) error {
	if holds {
		return err
	}
	return nil
}
