package db

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// SQLite has one writer, and a durable commit costs it a flush of the disk. So it takes all the
// work that waits, runs each in a SAVEPOINT, and answers them after one COMMIT.
//
// The writer only says whose turn it is: work runs in the goroutine of whoever gave it, so that a panic, or
// the end of a goroutine, stays there.

// An act is work that waits for SQLite's writer.
type act struct {
	ctx  context.Context
	by   string
	turn chan *Tx      // may come twice, if what it was done together with breaks
	ran  chan struct{} // the turn is over
	done chan error    // it is committed, or undone

	tx   *Tx
	err  error // of the work
	gone bool  // whoever gave the work did not come back from it
}

const (
	maxTogether = 64               // acts under one commit
	actTime     = 10 * time.Second // for one act: nobody may hold up all the others
)

var (
	errClosed    = errors.New("db: closed")
	errAbandoned = errors.New("db: abandoned")
)

type lengthyKey struct{}

// Lengthy returns a context for a transaction that may take so long: a list of a hundred thousand people, taken in as a
// whole. On SQLite all others that write wait for it; on PostgreSQL at most two such are under way at once.
func Lengthy(ctx context.Context, limit time.Duration) context.Context {
	return context.WithValue(ctx, lengthyKey{}, limit)
}

// enqueue lets the writer do f and waits for the answer, which comes also when ctx is done: by then f
// may have happened.
func (d *DB) enqueue(ctx context.Context, by string, f work) error {
	a := &act{ctx: ctx, by: by, turn: make(chan *Tx), ran: make(chan struct{}), done: make(chan error, 1)}
	select {
	case d.queue <- a:
	case <-d.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		select {
		case tx := <-a.turn:
			a.work(tx, f)
		case err := <-a.done:
			return err
		}
	}
}

// work does f in the caller's goroutine, but on the writer's time: a caller who goes away must not
// interrupt a statement, since SQLite then undoes the others' work too.
func (a *act) work(tx *Tx, f work) {
	limit, ok := a.ctx.Value(lengthyKey{}).(time.Duration)
	if !ok {
		limit = actTime
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), limit)
	defer cancel()
	a.tx, a.err, a.gone = tx, errAbandoned, true
	defer func() { a.ran <- struct{}{} }()
	a.err = f(ctx, tx)
	a.gone = false
}

func (d *DB) writeSQLite() {
	for {
		select {
		case a := <-d.queue:
			d.together(d.waiting(a))
			d.prepared.prepare(context.Background(), d.write)
		case <-d.closed:
			return
		}
	}
}

// waiting returns a and all that waits behind it.
func (d *DB) waiting(a *act) []*act {
	acts := []*act{a}
	for len(acts) < maxTogether {
		select {
		case b := <-d.queue:
			acts = append(acts, b)
		default:
			return acts
		}
	}
	return acts
}

// together does acts under one commit and answers them. If that breaks, each is tried alone.
func (d *DB) together(acts []*act) {
	err := d.commit(acts)
	if err != nil && len(acts) > 1 {
		for _, a := range acts {
			d.together([]*act{a})
		}
		return
	}
	for _, a := range acts {
		switch {
		case err != nil:
			a.err = err
		case a.err == nil:
			d.observed(a.tx)
		}
		a.done <- a.err
	}
}

// commit does acts in one transaction. Each act's own error stays with it; what is returned has
// undone them all.
func (d *DB) commit(acts []*act) error {
	ctx := context.Background()
	t, err := d.write.BeginTx(ctx, nil) // IMMEDIATE, by the DSN
	if err != nil {
		return portable(err)
	}
	defer t.Rollback()  // does nothing after Commit
	if len(acts) == 1 { // needs no savepoint
		if d.give(acts[0], t); acts[0].err != nil {
			return nil
		}
		return portable(t.Commit())
	}
	for _, a := range acts {
		if _, err := t.ExecContext(ctx, "SAVEPOINT act"); err != nil {
			return portable(err)
		}
		d.give(a, t)
		if a.err != nil {
			// Some errors undo the whole transaction; then there is no savepoint to go back to.
			if _, err := t.ExecContext(ctx, "ROLLBACK TO act"); err != nil {
				return portable(err)
			}
		}
		if _, err := t.ExecContext(ctx, "RELEASE act"); err != nil {
			return portable(err)
		}
	}
	return portable(t.Commit())
}

// give gives a its turn and waits until it is over.
func (d *DB) give(a *act, t *sql.Tx) {
	if a.gone {
		return
	}
	if a.err = a.ctx.Err(); a.err == nil {
		a.turn <- d.begun(t, a.by)
		<-a.ran
	}
}
