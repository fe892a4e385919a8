package auth

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

var (
	ErrJoinRoles  = fault.Define(fault.Conflict, "auth.join-roles")
	ErrJoinClosed = fault.Define(fault.Conflict, "auth.join-closed")

	// ErrJoinPrivate is the fault of a joining by which another address than its author's would open what somebody keeps private.
	ErrJoinPrivate = fault.Define(fault.Conflict, "auth.join-private")
)

// An Entrance is the account that a person has.
type Entrance struct {
	Email    string // "" to who does not manage accounts
	Disabled bool
	Roles    []access.Role // held on the day or later, without [access.Participant]
}

// Entrances returns the accounts of some persons, those who have one. The caller has made sure that v may edit them.
func Entrances(ctx context.Context, c db.Conn, v access.Viewer, today local.Date, persons ...string) (map[string]Entrance, error) {
	type row struct {
		person, email string
		disabled      bool
		role          access.Role
	}
	args := []any{today}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.person, &r.email, db.Truth(&r.disabled), &r.role} }, `
		SELECT a.person, a.email, a.disabled, coalesce(g.role, '') FROM account a
		LEFT JOIN role_grant g ON g.person = a.person AND (g.valid_to IS NULL OR g.valid_to > $1)
		WHERE a.person IN `+db.In(&args, persons)+` ORDER BY a.person, g.role, g.id`, args...)
	ways := map[string]Entrance{}
	for _, r := range rows {
		w := ways[r.person]
		if w.Disabled = r.disabled; v.Can(access.ManageAccounts) {
			w.Email = r.email
		}
		if r.role != "" && !slices.Contains(w.Roles, r.role) {
			w.Roles = append(w.Roles, r.role)
		}
		ways[r.person] = w
	}
	return ways, err
}

// MayMove returns what keeps the way in of one person from going up in another's. Where both have an account, roles would come into other hands: only who
// manages accounts gives those. And an open account does not become a closed one unseen.
func MayMove(ctx context.Context, c db.Conn, v access.Viewer, today local.Date, from, into string) error {
	ways, err := Entrances(ctx, c, v, today, from, into)
	if err != nil {
		return err
	}
	goes, has := ways[from]
	stays, both := ways[into]
	var faults fault.List
	if has && both {
		faults.Unless(len(goes.Roles) == 0 || v.Can(access.ManageAccounts), ErrJoinRoles)
		faults.Unless(!stays.Disabled || goes.Disabled, ErrJoinClosed)
	}
	return faults.Err()
}

// OpenedAnew returns which of two persons another address would sign in as, once the one has gone up in the other: those whose own it is
// not, or who have none.
func OpenedAnew(ctx context.Context, c db.Conn, from, into string) (persons []string, err error) {
	type row struct{ person, email string }
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.person, &r.email} }, `SELECT person, email FROM account WHERE person IN ($1, $2) ORDER BY person`, from, into)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	address := map[string]string{}
	for _, r := range rows {
		address[r.person] = r.email
	}
	stays, ok := address[into]
	if !ok {
		stays = address[from]
	}
	for _, p := range []string{from, into} {
		if address[p] != stays {
			persons = append(persons, p)
		}
	}
	return persons, nil
}

// MovePerson lets the way in of one person follow to another, who is the same. An account follows with its address, password and tokens; where both have
// one, the other's stays, and tokens of the one that goes end. Roles are united. Whoever was signed in signs in again. Both persons are locked.
func MovePerson(ctx context.Context, tx *db.Tx, v access.Viewer, today local.Date, from, into string) error {
	if err := MayMove(ctx, tx, v, today, from, into); err != nil {
		return err
	}
	held, err := db.Values[string](ctx, tx, `SELECT person FROM account WHERE person IN ($1, $2) ORDER BY person`, from, into)
	if err != nil {
		return err
	}
	goes, both := slices.Contains(held, from), len(held) == 2
	detail := map[string]any{"from": from, "account": goes && !both}
	if err := EndSessions(ctx, tx, from, ""); err != nil { // who stays is signed in as who they were
		return err
	}
	if both {
		if _, err := tx.Exec(ctx, `UPDATE api_token SET revoked = 1 WHERE person = $1`, from); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM account WHERE person = $1`, from); err != nil {
			return err
		}
	}
	for _, statement := range []string{`UPDATE account SET person = $1, version = version + 1 WHERE person = $2`, `UPDATE api_token SET person = $1 WHERE person = $2`} {
		if _, err := tx.Exec(ctx, statement, into, from); err != nil {
			return err
		}
	}
	if detail["roles"], err = uniteGrants(ctx, tx, from, into); err != nil {
		return err
	}
	if !goes && detail["roles"] == 0 {
		return nil
	}
	return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "account", Row: into, Detail: detail})
}

// uniteGrants lets roles follow, and returns how many did. The same role in the same scope is one, for as long as either held it.
func uniteGrants(ctx context.Context, tx *db.Tx, from, into string) (int, error) {
	type row struct {
		grantRow
		person string
	}
	rows, err := db.All(ctx, tx, func(r *row) []any { return append(scanGrant(&r.grantRow), &r.person) },
		`SELECT id, role, programme, unit, valid_from, valid_to, person FROM role_grant WHERE person IN ($1, $2) ORDER BY valid_from, id`, from, into)
	if err != nil {
		return 0, err
	}
	var kept []access.Grant
	moved := 0
	for _, r := range rows {
		g := r.grant()
		if r.person == from {
			moved++
		}
		same := slices.IndexFunc(kept, func(k access.Grant) bool {
			return k.Role == g.Role && k.Programme == g.Programme && k.Unit == g.Unit && k.Valid.Overlaps(g.Valid)
		})
		if same < 0 {
			kept = append(kept, g)
			continue
		}
		if k := &kept[same]; k.Valid.To != "" && (g.Valid.To == "" || g.Valid.To > k.Valid.To) {
			k.Valid.To = g.Valid.To
		}
		if _, err := tx.Exec(ctx, `DELETE FROM role_grant WHERE id = $1`, g.ID); err != nil {
			return 0, err
		}
	}
	if moved == 0 {
		return 0, nil
	}
	for _, g := range kept {
		if _, err := tx.Exec(ctx, `UPDATE role_grant SET person = $1, valid_to = $2 WHERE id = $3`, into, db.Null(g.Valid.To), g.ID); err != nil {
			return 0, err
		}
	}
	return moved, nil
}
