// Package auth is how people come in: accounts, sign-in by link, code and password, sessions, tokens,
// and the roles that they hold. Sessions, links and limits go by the machine's clock, which is
// passed in as now; roles go by dates of the domain.
package auth

import (
	"context"
	"errors"
	"net/mail"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

var (
	ErrEmail     = fault.Define(fault.Invalid, "auth.email")
	ErrHasOne    = fault.Define(fault.Conflict, "auth.has-account")
	ErrNoPerson  = fault.Define(fault.NotFound, "auth.no-person")
	errSelfClose = fault.Define(fault.Conflict, "auth.disable-self")
)

// An Account is a person's way in.
type Account struct {
	Person string
	// Email is the address that its holder proves to come in. It does not follow the roster's, which whoever edits people may
	// change: see docs/decisions/0009-two-addresses.md. Several people may share one.
	Email    string
	Password bool // whether one is set
	Disabled bool
	Version  int

	Masked bool // Email is left out: the holder has protected identity, and another asks who may not edit people
}

// ParseEmail returns an address as it is stored and compared: in lower case, without a name.
func ParseEmail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndex(s, "@"):], ".") {
		return "", ErrEmail
	}
	return s, nil
}

// NewAccount gives a person an account.
func NewAccount(ctx context.Context, tx *db.Tx, v access.Viewer, person, email string) error {
	if !v.Can(access.ManageAccounts) {
		return ErrForbidden
	}
	email, err := ParseEmail(email)
	if err != nil {
		return ErrEmail.At("email")
	}
	_, err = tx.Exec(ctx, `INSERT INTO account (person, email) VALUES ($1, $2)`, person, email)
	switch {
	case errors.Is(err, db.ErrDuplicate):
		return ErrHasOne
	case errors.Is(err, db.ErrDangling):
		return ErrNoPerson
	case err != nil:
		return err
	}
	// Who asked before their address was entered has had no letter of those that were counted.
	if _, err := tx.Exec(ctx, `DELETE FROM sign_in_pace WHERE email = $1`, email); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "account", Row: person})
}

const accountColumns = `person, email, password_hash, disabled, version`

// protects is the condition that the person of account a has protected identity.
const protects = `EXISTS (SELECT 1 FROM person p WHERE p.id = a.person AND p.protected = 1)`

type accountRow struct {
	Account
	hash     string
	disabled int
}

func scanAccount(a *accountRow) []any {
	return []any{&a.Person, &a.Email, &a.hash, &a.disabled, &a.Version}
}

func (a accountRow) account() Account {
	a.Password, a.Disabled = a.hash != "", a.disabled == 1
	return a.Account
}

// GetAccount returns an account: one's own, or anyone's to who manages them.
func GetAccount(ctx context.Context, c db.Conn, v access.Viewer, person string) (Account, error) {
	if person != v.Person && !v.Can(access.ManageAccounts) {
		return Account{}, ErrNoAccount
	}
	hidden := 0
	a, err := db.One(ctx, c, func(a *accountRow) []any { return append(scanAccount(a), &hidden) },
		`SELECT `+accountColumns+`, CASE WHEN `+protects+` THEN 1 ELSE 0 END FROM account a WHERE person = $1`, person)
	if errors.Is(err, db.ErrNoRows) {
		return Account{}, ErrNoAccount
	}
	if a.Masked = hidden == 1 && person != v.Person && !v.Can(access.EditPeople); a.Masked {
		a.Email = ""
	}
	return a.account(), err
}

// UpdateAccount changes the address, or closes and opens the way in. Closing ends the person's sessions. No address keeps that of a
// person with protected identity, since who manages accounts does not see it.
func UpdateAccount(ctx context.Context, tx *db.Tx, v access.Viewer, a Account, today local.Date) error {
	if !v.Can(access.ManageAccounts) {
		return ErrForbidden
	}
	if a.Email == "" {
		kept, err := db.Values[string](ctx, tx, `SELECT email FROM account a WHERE person = $1 AND `+protects, a.Person)
		if err != nil {
			return err
		}
		a.Email = strings.Join(kept, "")
	}
	email, err := ParseEmail(a.Email)
	if err != nil {
		return ErrEmail.At("email")
	}
	if a.Disabled && a.Person == v.Person {
		return errSelfClose
	}
	if a.Disabled {
		holds, err := db.Value[int](ctx, tx, `SELECT count(*) FROM role_grant WHERE person = $1 AND role = 'administrator'`, a.Person)
		if err != nil {
			return err
		}
		if holds > 0 {
			if err := keepAdministrator(ctx, tx, `g.person <> $2`, today, a.Person); err != nil {
				return err
			}
		}
	}
	was, err := db.Values[string](ctx, tx, `SELECT email FROM account WHERE person = $1`, a.Person)
	if err != nil {
		return err
	}
	disabled := 0
	if a.Disabled {
		disabled = 1
	}
	n, err := tx.Exec(ctx, `UPDATE account SET email = $1, disabled = $2, version = version + 1 WHERE person = $3 AND version = $4`,
		email, disabled, a.Person, a.Version)
	if err == nil && n == 0 {
		err = fault.Stale
	}
	if err != nil {
		return err
	}
	if a.Disabled {
		if err := EndSessions(ctx, tx, a.Person, ""); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "account", Row: a.Person, Detail: map[string]any{"disabled": a.Disabled, "email": was[0] != email}})
}

// EndSessions signs a person out everywhere but in the session whose stored token is given.
func EndSessions(ctx context.Context, tx *db.Tx, person, but string) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE person = $1 AND token <> $2`, person, but)
	return err
}
