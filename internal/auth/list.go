package auth

import (
	"context"
	"fmt"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
)

// A Listed is an account, or someone who may get one, in a list. Protected persons are in none.
type Listed struct {
	Person, Given, Family string
	Email                 string
	Disabled              bool
	Roles                 []access.Role // held on the day, without [access.Participant]
	Mark                  string        // where the list goes on after this row
}

// A Filter chooses accounts.
type Filter struct {
	Folded string // words found in the name, folded as the person's is; or in the address
	Role   access.Role
	On     local.Date
	After  string // the mark of the last row of the page before
	Limit  int
}

// ListAccounts returns accounts by name, in two queries.
func ListAccounts(ctx context.Context, c db.Conn, v access.Viewer, f Filter) ([]Listed, error) {
	if !v.Can(access.ManageAccounts) {
		return nil, ErrForbidden
	}
	key, id, _ := strings.Cut(f.After, "\x00")
	args := []any{key, id, string(f.Role), f.On}
	var where strings.Builder
	where.WriteString(`p.protected = 0 AND ($1 = '' OR p.sort_key > $1 OR p.sort_key = $1 AND p.id > $2)
		AND ($3 = '' OR EXISTS (SELECT 1 FROM role_grant r WHERE r.person = p.id AND r.role = $3
			AND r.valid_from <= $4 AND (r.valid_to IS NULL OR r.valid_to > $4)))`)
	for word := range strings.FieldsSeq(f.Folded) {
		args = append(args, "%"+escape(word)+"%")
		where.WriteString(fmt.Sprintf(` AND (p.folded LIKE $%d ESCAPE '\' OR a.email LIKE $%d ESCAPE '\')`, len(args), len(args)))
	}
	args = append(args, f.Limit)
	type row struct {
		Listed
		key      string
		disabled int
	}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.Person, &r.Given, &r.Family, &r.key, &r.Email, &r.disabled} },
		`SELECT p.id, p.given, p.family, p.sort_key, a.email, a.disabled FROM account a JOIN person p ON p.id = a.person
		WHERE `+where.String()+fmt.Sprintf(` ORDER BY p.sort_key, p.id LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, err
	}
	list := make([]Listed, len(rows))
	persons := make([]string, len(rows))
	for i, r := range rows {
		list[i] = r.Listed
		list[i].Disabled, list[i].Mark, persons[i] = r.disabled == 1, r.key+"\x00"+r.Person, r.Person
	}
	type held struct {
		person string
		role   access.Role
	}
	args = []any{f.On}
	roles, err := db.All(ctx, c, func(h *held) []any { return []any{&h.person, &h.role} }, `
		SELECT DISTINCT person, role FROM role_grant WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
		AND person IN `+db.In(&args, persons)+` ORDER BY person, role`, args...)
	of := map[string][]access.Role{}
	for _, h := range roles {
		of[h.person] = append(of[h.person], h.role)
	}
	for i := range list {
		list[i].Roles = of[list[i].Person]
	}
	return list, err
}

// Without returns persons who have no account, found by words of their names folded, with the address on the roster.
func Without(ctx context.Context, c db.Conn, v access.Viewer, folded string, limit int) ([]Listed, error) {
	if !v.Can(access.ManageAccounts) {
		return nil, ErrForbidden
	}
	words := strings.Fields(folded)
	if len(words) == 0 {
		return nil, nil
	}
	args := []any{limit}
	var where strings.Builder
	where.WriteString(`p.protected = 0 AND NOT EXISTS (SELECT 1 FROM account a WHERE a.person = p.id)`)
	for _, word := range words {
		args = append(args, "%"+escape(word)+"%")
		where.WriteString(fmt.Sprintf(` AND (p.folded LIKE $%d ESCAPE '\' OR p.email LIKE $%d ESCAPE '\')`, len(args), len(args)))
	}
	return db.All(ctx, c, func(l *Listed) []any { return []any{&l.Person, &l.Given, &l.Family, &l.Email} },
		`SELECT p.id, p.given, p.family, p.email FROM person p WHERE `+where.String()+` ORDER BY p.sort_key, p.id LIMIT $1`, args...)
}

// escape keeps a word's own % and _ from standing for anything.
func escape(word string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word)
}
