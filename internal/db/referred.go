package db

import (
	"context"
	"slices"
)

// A Reference is a column that refers to rows by their ids, and the ids that are asked for.
type Reference struct {
	Table, Column string
	IDs           []string
}

// Referred returns those of the ids that a row refers to.
func Referred(ctx context.Context, c Conn, references ...Reference) (map[string]bool, error) {
	referred := map[string]bool{}
	for _, r := range references {
		for part := range slices.Chunk(r.IDs, 8192) {
			var args []any
			ids, err := Values[string](ctx, c, `SELECT DISTINCT `+r.Column+` FROM `+r.Table+` WHERE `+r.Column+` IN `+In(&args, part), args...)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				referred[id] = true
			}
		}
	}
	return referred, nil
}
