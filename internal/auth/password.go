package auth

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/once"
)

var (
	ErrWrong    = fault.Define(fault.Invalid, "auth.wrong")    // address or password: which one is not told
	ErrBusy     = fault.Define(fault.TooMany, "auth.busy")     // too many sign in at once
	ErrShort    = fault.Define(fault.Invalid, "auth.short")    // args: the least number of characters
	ErrLong     = fault.Define(fault.Invalid, "auth.long")     // args: the most
	ErrEasy     = fault.Define(fault.Invalid, "auth.easy")     // it is one's address, or one character over and over
	ErrUnequal  = fault.Define(fault.Invalid, "auth.unequal")  // the two fields differ
	ErrPassword = fault.Define(fault.Invalid, "auth.password") // not the present one
)

const (
	shortest = 12
	longest  = 200
	queuing  = 3 * time.Second // for a slot
)

// Passwords hashes passwords, a few at a time: each takes much memory and about 50 ms of a core, on purpose.
type Passwords struct {
	params *argon2id.Params
	slots  chan struct{}
}

// NewPasswords hashes at most so many passwords at a time.
func NewPasswords(slots int) *Passwords {
	return &Passwords{&argon2id.Params{Memory: 32 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}, make(chan struct{}, slots)}
}

// slot runs f when there is a slot, or returns [ErrBusy].
func (p *Passwords) slot(ctx context.Context, f func() error) error {
	ctx, cancel := context.WithTimeout(ctx, queuing)
	defer cancel()
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ErrBusy
	}
	defer func() { <-p.slots }()
	return f()
}

func (p *Passwords) hash(ctx context.Context, password string) (hash string, err error) {
	err = p.slot(ctx, func() error {
		hash, err = argon2id.CreateHash(password, p.params)
		return err
	})
	return hash, err
}

func (p *Passwords) match(ctx context.Context, password, hash string) (ok bool, err error) {
	err = p.slot(ctx, func() error {
		ok, err = argon2id.ComparePasswordAndHash(password, hash)
		return err
	})
	return ok, err
}

// Check returns who may sign in with an address and a password: usually one. It takes as long for
// an address that nobody has.
func (p *Passwords) Check(ctx context.Context, c db.Conn, email, password string) ([]string, error) {
	email, err := ParseEmail(email)
	if err != nil || utf8.RuneCountInString(password) > longest {
		return nil, ErrWrong
	}
	accounts, err := db.All(ctx, c, scanAccount,
		`SELECT `+accountColumns+` FROM account WHERE email = $1 AND disabled = 0 AND password_hash <> '' ORDER BY person`, email)
	if err != nil {
		return nil, err
	}
	if len(accounts) == 0 {
		if _, err := p.hash(ctx, password); err != nil {
			return nil, err
		}
		return nil, ErrWrong
	}
	var persons []string
	for _, a := range accounts {
		ok, err := p.match(ctx, password, a.hash)
		if err != nil {
			return nil, err
		}
		if ok {
			persons = append(persons, a.Person)
		}
	}
	if persons == nil {
		return nil, ErrWrong
	}
	return persons, nil
}

// A Change is a form for a new password.
type Change struct {
	Present string // not asked of whoever has none, or has just proved their address
	New     string
	Again   string
	Proved  bool // signed in by link or code a short time ago
	Session string
	Key     string // of the form: sent twice it is done once
}

// Set sets the password of the person signed in, and ends their other sessions.
func (p *Passwords) Set(ctx context.Context, d *db.DB, v access.Viewer, change Change) error {
	a, err := db.One(ctx, d, scanAccount, `SELECT `+accountColumns+` FROM account WHERE person = $1`, v.Person)
	if errors.Is(err, db.ErrNoRows) {
		return ErrNoAccount
	}
	if err != nil {
		return err
	}
	faults := checkPassword(change.New, a.Email)
	faults.Unless(change.New == change.Again, ErrUnequal.At("again"))
	if a.hash != "" && !change.Proved {
		ok, err := p.match(ctx, change.Present, a.hash)
		if err != nil {
			return err
		}
		if !ok { // unless it was this form that set another
			if ok, err = once.Done(ctx, d, v.Person, change.Key); ok || err != nil {
				return err
			}
		}
		faults.Unless(ok, ErrPassword.At("present"))
	}
	if faults != nil {
		return faults.Err()
	}
	hash, err := p.hash(ctx, change.New)
	if err != nil {
		return err
	}
	return d.Tx(ctx, v.Person, func(ctx context.Context, tx *db.Tx) error {
		_, err := once.Do(ctx, tx, change.Key, func() (string, error) {
			n, err := tx.Exec(ctx, `UPDATE account SET password_hash = $1, version = version + 1 WHERE person = $2 AND version = $3`, hash, v.Person, a.Version)
			if err == nil && n == 0 {
				err = fault.Stale
			}
			if err != nil {
				return "", err
			}
			if err := EndSessions(ctx, tx, v.Person, change.Session); err != nil {
				return "", err
			}
			return "", audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "account", Row: v.Person, Detail: map[string]any{"field": "password"}})
		})
		return err
	})
}

// checkPassword asks for length, and nothing that makes people write it on a note.
func checkPassword(password, email string) (faults fault.List) {
	n := utf8.RuneCountInString(password)
	faults.Unless(n >= shortest, ErrShort.At("new", shortest))
	faults.Unless(n <= longest, ErrLong.At("new", longest))
	if faults == nil && password != "" {
		first, _ := utf8.DecodeRuneInString(password)
		same := strings.Trim(password, string(first)) == ""
		faults.Unless(!same && !strings.EqualFold(password, email), ErrEasy.At("new"))
	}
	return faults
}
