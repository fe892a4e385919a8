package db

import (
	"context"
	"database/sql"
)

// SQLite takes as long to parse a statement as to run it, so what is said again is prepared: by a
// transaction that says it twice, and for all that come by the writer, which has one connection.
// PostgreSQL's driver does so itself.

// A runner runs statements in a transaction.
type runner interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// again is a transaction whose statements are prepared.
type again struct {
	t    *sql.Tx
	all  *prepared
	seen map[string]*sql.Stmt // in this transaction; nil for what has been run once
}

func (a again) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	s, ran := a.seen[query]
	if s != nil {
		return s, nil
	}
	var err error
	if of := a.all.stmts[query]; of != nil {
		s = a.t.StmtContext(ctx, of)
	} else if ran {
		if s, err = a.t.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
	} else {
		a.all.run(query)
	}
	a.seen[query] = s
	return s, nil
}

// The driver interrupts a statement whose context ends, for which it keeps a goroutine at each, and SQLite then
// undoes the whole transaction. So we look between statements only.

func (a again) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	s, err := a.stmt(ctx, query)
	if s == nil || err != nil {
		return a.t.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}

func (a again) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	s, err := a.stmt(ctx, query)
	if s == nil || err != nil {
		return a.t.ExecContext(ctx, query, args...)
	}
	return s.ExecContext(ctx, args...)
}

// prepared is what the writer has prepared. Only it and whoever has their turn touch it.
type prepared struct {
	stmts  map[string]*sql.Stmt
	once   map[string]bool // run in a transaction before
	wanted []string        // to be prepared when nobody waits for it
}

const (
	maxPrepared = 150     // then we begin anew
	maxSeen     = 1500    // statements that were run once
	maxQuery    = 4 << 10 // longer ones, with many rows or values, seldom come again
)

// run notes that a statement was run unprepared.
func (p *prepared) run(query string) {
	switch {
	case len(query) > maxQuery:
	case p.once[query]:
		delete(p.once, query)
		p.wanted = append(p.wanted, query)
	default:
		if len(p.once) >= maxSeen {
			clear(p.once)
		}
		p.once[query] = true
	}
}

// prepare prepares what is wanted. What cannot be will say so when it is run.
func (p *prepared) prepare(ctx context.Context, on *sql.DB) {
	for _, query := range p.wanted {
		if len(p.stmts) >= maxPrepared {
			for _, s := range p.stmts {
				s.Close()
			}
			clear(p.stmts)
		}
		if p.stmts[query] == nil {
			if s, err := on.PrepareContext(ctx, query); err == nil {
				p.stmts[query] = s
			}
		}
	}
	p.wanted = p.wanted[:0]
}
