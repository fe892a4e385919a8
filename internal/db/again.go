package db

import (
	"context"
	"database/sql"
)

// A runner runs statements in a transaction.
type runner interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// again prepares what a transaction runs for the second time, since SQLite takes as long to parse a
// statement as to run it. PostgreSQL's driver does so itself.
type again struct {
	t    *sql.Tx
	seen map[string]*sql.Stmt // nil for what has been run once
}

func (a again) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	s, ran := a.seen[query]
	if s != nil {
		return s, nil
	}
	var err error
	if ran {
		if s, err = a.t.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
	}
	a.seen[query] = s
	return s, nil
}

func (a again) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := a.stmt(ctx, query)
	if s == nil || err != nil {
		return a.t.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}

func (a again) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := a.stmt(ctx, query)
	if s == nil || err != nil {
		return a.t.ExecContext(ctx, query, args...)
	}
	return s.ExecContext(ctx, args...)
}
