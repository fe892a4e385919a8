package db

import "context"

// An Invariant is something that is always true of the stored rows, whatever happened at once.
// Each subject names its own; the command doctor proves them, and so do the tests of what races.
type Invariant struct {
	Says string // what holds: "no occasion has more people seated than seats"
	// Broken returns a line for each row that breaks it, with ids only: they end up in logs.
	Broken func(ctx context.Context, c Conn) ([]string, error)
}

// Never is the invariant that a query of one column of texts finds no row.
func Never(says, query string, args ...any) Invariant {
	return Invariant{says, func(ctx context.Context, c Conn) ([]string, error) {
		return Values[string](ctx, c, query, args...)
	}}
}
