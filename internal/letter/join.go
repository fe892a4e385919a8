package letter

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/secret"
)

// Addressed returns how many letters that v may see each of some persons has been written.
func Addressed(ctx context.Context, c db.Conn, v access.Viewer, persons ...string) (map[string]int, error) {
	type row struct {
		person  string
		letters int
	}
	var args []any
	seen := visible(&args, v)
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.person, &r.letters} },
		`SELECT person, count(*) FROM letter WHERE person IN `+db.In(&args, persons)+` AND `+seen+` GROUP BY person ORDER BY person`, args...)
	all := map[string]int{}
	for _, r := range rows {
		all[r.person] = r.letters
	}
	return all, err
}

// MovePerson lets the letters to one person follow to another, who is the same. One that waits goes to the other's address.
func MovePerson(ctx context.Context, tx *db.Tx, ring *secret.Ring, from, into string) error {
	type row struct{ id, subject, body string }
	// The statement also keeps a worker from settling one of them before it knows whose it is now.
	rows, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.id, &r.subject, &r.body} },
		`UPDATE letter SET person = $1 WHERE person = $2 RETURNING id, subject, body`, into, from)
	if err != nil || len(rows) == 0 {
		return err
	}
	var texts []string
	for _, r := range rows {
		texts = append(texts, r.subject, r.body)
	}
	again, err := secret.Reseal(ctx, tx, ring, from, into, texts...)
	if err != nil {
		return err
	}
	for i, r := range rows {
		if r.subject == "" && r.body == "" {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE letter SET subject = $1, body = $2 WHERE id = $3`, again[2*i], again[2*i+1], r.id); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "letter", Row: into, Detail: map[string]any{"from": from, "letters": len(rows)}})
}
