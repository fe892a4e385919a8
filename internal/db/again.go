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

// reads asks on any connection that reads. What is asked again and again is prepared, on each of them when it is first run there. What
// comes twice first stays: that is what most pages have in common. What comes later is parsed each time.
type reads struct {
	on    *sql.DB
	stmts sync.Map // by query

	mu     sync.Mutex
	once   map[string]bool // asked before
	wanted map[string]bool // to be prepared, by whoever asked
	left   int             // how many more may be
}

func newReads(on *sql.DB) *reads {
	return &reads{on: on, once: map[string]bool{}, wanted: map[string]bool{}, left: maxReads}
}

// maxReads statements take some 15 kB each on each connection that runs them: at most some 60 MB, on a machine with many processors.
const maxReads = 256

func (r *reads) stmt(query string) *sql.Stmt {
	if s, ok := r.stmts.Load(query); ok {
		return s.(*sql.Stmt)
	}
	return nil
}

// worth notes that a query is asked that is not prepared, and reports whether whoever asks shall prepare it.
func (r *reads) worth(query string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.left == 0 || len(query) > maxQuery || r.wanted[query] || r.stmt(query) != nil:
		return false
	case r.once[query]:
		delete(r.once, query)
		r.wanted[query] = true
		r.left--
		return true
	case len(r.once) >= maxSeen:
		clear(r.once)
	}
	r.once[query] = true
	return false
}

// prepare prepares a query that was worth it. What cannot be will say so when it is run.
func (r *reads) prepare(ctx context.Context, query string) *sql.Stmt {
	s, err := r.on.PrepareContext(ctx, query)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.wanted, query)
	if err != nil { // whoever asked may be gone
		r.left++
		return nil
	}
	r.stmts.Store(query, s)
	return s
}

func (r *reads) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s := r.stmt(query)
	if s == nil && r.worth(query) {
		s = r.prepare(ctx, query)
	}
	if s == nil {
		return r.on.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}

// snapshotReads asks in a transaction. It prepares when that is over: who holds a connection must not wait for another.
type snapshotReads struct {
	t      *sql.Tx
	of     *reads
	stmts  map[string]*sql.Stmt // of this transaction
	wanted []string
}

func (r *snapshotReads) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s := r.stmts[query]
	if s == nil {
		if of := r.of.stmt(query); of != nil {
			s = r.t.StmtContext(ctx, of)
			r.stmts[query] = s
		} else if r.of.worth(query) {
			r.wanted = append(r.wanted, query)
		}
	}
	if s == nil {
		return r.t.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}

func (r *snapshotReads) over(ctx context.Context) {
	for _, query := range r.wanted {
		r.of.prepare(ctx, query)
	}
}

// seldom is c for what is asked so seldom that nothing should be kept prepared for it.
func seldom(c Conn) Conn {
	if of, ok := c.(conn); ok {
		if r, ok := of.q.(*snapshotReads); ok {
			return conn{q: r.t}
		}
	}
	return c
}
