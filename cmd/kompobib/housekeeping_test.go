package main

import (
	"context"
	"io"
	"path/filepath"
	"testing"
	"time"

	"kompobib/internal/audit"
	"kompobib/internal/db"
)

// What serves forgets what was told in confidence once the last meeting is over, without being asked to.
func TestHousekeepingForgetsWhatWasToldInConfidence(t *testing.T) {
	dir := t.TempDir()
	p := &program{ctx: t.Context(), stdout: io.Discard, stderr: io.Discard, settings: &settings{
		Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key"), LogForm: "text", LogLevel: "error"}}
	h, err := p.unlocked(false)
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	now := time.Now().UTC().Truncate(time.Second)
	err = h.db.Tx(t.Context(), operator, func(ctx context.Context, tx *db.Tx) error {
		for _, row := range []struct {
			table, columns string
			values         []any
		}{
			{"person", "id, given, family, sort_key, folded", []any{"p", "Ann", "Ek", "p", "p"}},
			{"programme", "id, slug, name, short_name, funding_period, state, starts, ends, zone", []any{"kb", "kb", "K", "K", "2021-2027", "running", "2026-01-01", "2027-12-31", "UTC"}},
			{"activity", "id, programme, kind, title", []any{"a", "kb", "lecture", "A"}},
			{"question", "id, activity, ord, text, kind, sensitive", []any{"food", "a", 1, "Mat?", "text", 1}},
			{"question", "id, activity, ord, text, kind, sensitive", []any{"where", "a", 2, "Var?", "text", 0}},
			{"occasion", "id, activity, capacity, opens, closes, starts, ends", []any{"over", "a", 9, now.Add(-9e12), now.Add(-8e12), now.Add(-7e12), now.Add(-6e12)}},
			{"occasion", "id, activity, capacity, opens, closes, starts, ends", []any{"ahead", "a", 9, now.Add(-9e12), now.Add(8e12), now.Add(8e12), now.Add(9e12)}},
			{"signup", "id, occasion, person, state, seq, number", []any{"s-over", "over", "p", "seated", 1, 1}},
			{"signup", "id, occasion, person, state, seq, number", []any{"s-ahead", "ahead", "p", "seated", 1, 1}},
			{"answer", "signup, question, sealed", []any{"s-over", "food", "x"}},
			{"answer", "signup, question, sealed", []any{"s-over", "where", "x"}},
			{"answer", "signup, question, sealed", []any{"s-ahead", "food", "x"}},
		} {
			if err := db.Insert(ctx, tx, row.table, row.columns, "", [][]any{row.values}); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "test"})
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	ended := make(chan struct{})
	go func() { h.housekeeping(ctx); close(ended) }()
	for {
		left, err := db.Values[string](t.Context(), h.db, `SELECT signup || ' ' || question FROM answer ORDER BY signup, question`)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 2 && left[0] == "s-ahead food" && left[1] == "s-over where" {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatalf("these answers are left: %q", left)
		case <-time.After(10 * time.Millisecond):
		}
	}
	stop()
	<-ended
}
