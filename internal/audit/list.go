package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
)

// A Filter chooses events.
type Filter struct {
	ID      string // of one event
	Actor   string
	About   []string // a person, by each id that was ever theirs: what was done to their row, or is sealed as being about them
	Entity  string
	Row     string
	From    time.Time // the first instant; zero for no limit
	To      time.Time // the first instant after
	Without []string  // persons: nothing that was done to their rows or is about them, but for their accounts
	Before  string    // the id of the last event of the page before
	Limit   int
}

// List returns events, the newest first, to who may see them all. What is sealed stays so.
func List(ctx context.Context, c db.Conn, v access.Viewer, f Filter) ([]Event, error) {
	if !v.Scope(access.SeeAudit).All {
		return nil, nil
	}
	where, args := `1 = 1`, []any{}
	add := func(condition string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(" AND "+condition, len(args))
	}
	if f.ID != "" {
		add(`id = $%d`, f.ID)
	}
	if f.Actor != "" {
		add(`actor = $%d`, f.Actor)
	}
	if len(f.About) > 0 {
		in := db.In(&args, f.About)
		where += " AND (subject IN " + in + " OR row_id IN " + in + ")"
	}
	if f.Entity != "" {
		add(`entity = $%d`, f.Entity)
	}
	if f.Row != "" {
		add(`row_id = $%d`, f.Row)
	}
	if !f.From.IsZero() {
		add(`at >= $%d`, f.From.UTC())
	}
	if !f.To.IsZero() {
		add(`at < $%d`, f.To.UTC())
	}
	if f.Before != "" {
		add(`id < $%d`, f.Before)
	}
	if len(f.Without) > 0 {
		in := db.In(&args, f.Without)
		where += " AND (entity = 'account' OR subject NOT IN " + in + " AND row_id NOT IN " + in + ")"
	}
	args = append(args, f.Limit)
	type row struct {
		Event
		detail string
	}
	rows, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.ID, &r.At, &r.Actor, &r.Act, &r.Entity, &r.Row, &r.Why, &r.detail, &r.Subject, &r.Sealed}
	}, `SELECT id, at, actor, act, entity, row_id, why, detail, subject, sealed FROM audit WHERE `+where+
		fmt.Sprintf(` ORDER BY id DESC LIMIT $%d`, len(args)), args...)
	events := make([]Event, len(rows))
	for i, r := range rows {
		events[i] = r.Event
		if r.detail != "" {
			if err := json.Unmarshal([]byte(r.detail), &events[i].Detail); err != nil {
				return nil, err
			}
		}
	}
	return events, err
}

// Entities returns the tables that events are about, in order of name.
func Entities(ctx context.Context, c db.Conn) ([]string, error) {
	return db.Values[string](ctx, c, `SELECT DISTINCT entity FROM audit ORDER BY entity`)
}
