package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
)

var (
	ErrNoToken    = fault.Define(fault.SignIn, "auth.no-token")     // it opens nothing
	ErrTokenLabel = fault.Define(fault.Invalid, "auth.token-label") // args: the most letters
	ErrManyTokens = fault.Define(fault.Invalid, "auth.many-tokens") // args: the most there may be
)

const (
	maxTokenLabel = 100
	maxTokens     = 20 // of one person, that work
)

// A Token lets a program act for a person.
type Token struct {
	ID     string
	Label  string // what its owner calls it
	MadeAt time.Time
}

// NewToken makes a token for a person with an account, and returns the only sight of it.
func NewToken(ctx context.Context, tx *db.Tx, v access.Viewer, person, label string) (string, error) {
	if person != v.Person && !v.Can(access.ManageAccounts) {
		return "", ErrForbidden
	}
	if label = strings.TrimSpace(label); label == "" || utf8.RuneCountInString(label) > maxTokenLabel {
		return "", ErrTokenLabel.At("label", maxTokenLabel)
	}
	n, err := db.Value[int](ctx, tx, `SELECT count(*) FROM account WHERE person = $1 AND disabled = 0`, person)
	if err == nil && n == 0 {
		err = ErrNoAccount
	}
	if err == nil {
		n, err = db.Value[int](ctx, tx, `SELECT count(*) FROM api_token WHERE person = $1 AND revoked = 0`, person)
	}
	if err == nil && n >= maxTokens {
		err = ErrManyTokens.At("label", maxTokens)
	}
	if err != nil {
		return "", err
	}
	token, id := "kb_"+strings.ToLower(rand.Text()), tx.NewID()
	_, err = tx.Exec(ctx, `INSERT INTO api_token (id, hash, person, label, made_at) VALUES ($1, $2, $3, $4, $5)`,
		id, hashToken(token), person, label, tx.At)
	if err != nil {
		return "", err
	}
	return token, audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "api_token", Row: id, Detail: map[string]any{"person": person}})
}

// TokenPerson returns whom a token stands for.
func TokenPerson(ctx context.Context, c db.Conn, token string) (string, error) {
	person, err := db.Value[string](ctx, c, `
		SELECT t.person FROM api_token t JOIN account a ON a.person = t.person
		WHERE t.hash = $1 AND t.revoked = 0 AND a.disabled = 0`, hashToken(token))
	if errors.Is(err, db.ErrNoRows) {
		err = ErrNoToken
	}
	return person, err
}

// Tokens returns a person's tokens that work, the newest first: one's own, and anyone's for who manages accounts.
func Tokens(ctx context.Context, c db.Conn, v access.Viewer, person string) ([]Token, error) {
	if person != v.Person && !v.Can(access.ManageAccounts) {
		return nil, nil
	}
	return db.All(ctx, c, func(t *Token) []any { return []any{&t.ID, &t.Label, &t.MadeAt} },
		`SELECT id, label, made_at FROM api_token WHERE person = $1 AND revoked = 0 ORDER BY id DESC`, person)
}

// RevokeToken ends a token of one's own, or anyone's for who manages accounts.
func RevokeToken(ctx context.Context, tx *db.Tx, v access.Viewer, id string) error {
	all := 0
	if v.Can(access.ManageAccounts) {
		all = 1
	}
	n, err := db.Value[int](ctx, tx, `SELECT count(*) FROM api_token WHERE id = $1 AND (person = $2 OR $3 = 1) AND revoked = 0`, id, v.Person, all)
	if err != nil || n == 0 {
		return err // it has ended already, or is another's
	}
	if _, err := tx.Exec(ctx, `UPDATE api_token SET revoked = 1 WHERE id = $1`, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "api_token", Row: id, Detail: map[string]any{"revoked": true}})
}
