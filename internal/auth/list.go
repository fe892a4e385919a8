package auth

import (
	"context"
	"fmt"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

// A Listed is an account, or someone who may get one, in a list. Protected persons are in none, but for the account of one that is asked for by
// the whole of its address: it has no name there.
type Listed struct {
	Person, Given, Family string
	Email                 string
	Disabled              bool
	Roles                 []access.Role // held on the day, without [access.Participant]
	Mark                  string        // where the list goes on after this row
}

// A Sort is an order of accounts. Each ends in the name and the person's id.
type Sort string

const (
	ByName  Sort = ""
	ByEmail Sort = "email"
	ByState Sort = "state" // the open ones first
)

// A Filter chooses accounts.
type Filter struct {
	Folded string // words found in the name, folded as the person's is; or in the address
	Email  string // a whole address: whose it is, too
	Role   access.Role
	On     local.Date

	Sort    Sort
	Falling bool
	After   string // the mark of the last row of the page before
	Limit   int
}

// ListAccounts returns accounts, in two queries.
func ListAccounts(ctx context.Context, c db.Conn, v access.Viewer, f Filter) ([]Listed, error) {
	if !v.Can(access.ManageAccounts) {
		return nil, ErrForbidden
	}
	args := []any{string(f.Role), f.On, strings.ToLower(f.Email)}
	var where strings.Builder
	where.WriteString(`($1 = '' OR EXISTS (SELECT 1 FROM role_grant r WHERE r.person = p.id AND r.role = $1
			AND r.valid_from <= $2 AND (r.valid_to IS NULL OR r.valid_to > $2))) AND (a.email = $3 OR p.protected = 0`)
	for word := range strings.FieldsSeq(f.Folded) {
		args = append(args, "%"+escape(word)+"%")
		where.WriteString(fmt.Sprintf(` AND (p.folded LIKE $%d ESCAPE '\' OR a.email LIKE $%d ESCAPE '\')`, len(args), len(args)))
	}
	where.WriteString(")")
	type row struct {
		Listed
		key      string
		disabled int
	}
	order := db.Order{By: []string{"p.sort_key", "p.id"}, Falling: f.Falling}
	keys := func(r row) []any { return []any{r.key, r.Person} }
	switch f.Sort {
	case ByEmail:
		order.By = append([]string{"a.email"}, order.By...)
		keys = func(r row) []any { return []any{r.Email, r.key, r.Person} }
	case ByState:
		order.By = append([]string{"a.disabled"}, order.By...)
		keys = func(r row) []any { return []any{r.disabled, r.key, r.Person} }
	}
	if f.After != "" {
		after, ok := db.ReadMark(f.After, keys(row{})...)
		if !ok {
			return nil, fault.Page
		}
		where.WriteString(" AND " + order.Behind(&args, after))
	}
	args = append(args, f.Limit)
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.Person, &r.Given, &r.Family, &r.key, &r.Email, &r.disabled} },
		`SELECT p.id, CASE WHEN p.protected = 1 THEN '' ELSE p.given END, CASE WHEN p.protected = 1 THEN '' ELSE p.family END, p.sort_key, a.email, a.disabled FROM account a JOIN person p ON p.id = a.person
		WHERE `+where.String()+` ORDER BY `+order.SQL()+fmt.Sprintf(` LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, err
	}
	list := make([]Listed, len(rows))
	persons := make([]string, len(rows))
	for i, r := range rows {
		list[i] = r.Listed
		list[i].Disabled, list[i].Mark, persons[i] = r.disabled == 1, db.Mark(keys(r)...), r.Person
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
