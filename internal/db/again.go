package db

import (
	"context"
	"database/sql"
	"sync"
)

// SQLite takes as long to parse a statement as to run it, so what is said again is prepared: by a
// transaction that says it twice, for all that come by the writer, which has one connection, and for all
// that read. PostgreSQL's driver does so itself.

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

// asked is what is read again and again, prepared on each connection that reads when it is first run there. What comes twice first stays:
// that is what most pages have in common. What comes later is parsed each time.
type asked struct {
	on    *sql.DB
	stmts sync.Map // by query
	mu    sync.Mutex
	once  map[string]bool // asked before
	left  int             // how many more may be prepared
}

func newAsked(on *sql.DB) *asked {
	return &asked{on: on, once: map[string]bool{}, left: maxAsked}
}

// maxAsked statements take some 15 kB each, on each connection that runs them.
const maxAsked = 256

func (a *asked) stmt(query string) *sql.Stmt {
	if s, ok := a.stmts.Load(query); ok {
		return s.(*sql.Stmt)
	}
	return nil
}

// again notes that a query is asked that is not prepared, and reports whether it should be.
func (a *asked) again(query string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.left == 0 || len(query) > maxQuery || a.stmt(query) != nil:
		return false
	case a.once[query]:
		delete(a.once, query)
		a.left--
		return true
	case len(a.once) >= maxSeen:
		clear(a.once)
	}
	a.once[query] = true
	return false
}

// prepare prepares a query. What cannot be will say so when it is run.
func (a *asked) prepare(ctx context.Context, query string) *sql.Stmt {
	s, err := a.on.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	a.stmts.Store(query, s)
	return s
}

// QueryContext asks on any connection.
func (a *asked) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s := a.stmt(query)
	if s == nil && a.again(query) {
		s = a.prepare(ctx, query)
	}
	if s == nil {
		return a.on.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}

// within is a transaction that asks. It prepares when it is over: who holds a connection must not wait for another.
type within struct {
	t      *sql.Tx
	asked  *asked
	wanted []string
}

func (w *within) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s := w.asked.stmt(query); s != nil {
		return w.t.StmtContext(ctx, s).QueryContext(ctx, args...)
	}
	if w.asked.again(query) {
		w.wanted = append(w.wanted, query)
	}
	return w.t.QueryContext(ctx, query, args...)
}

func (w *within) over(ctx context.Context) {
	for _, query := range w.wanted {
		w.asked.prepare(ctx, query)
	}
}
