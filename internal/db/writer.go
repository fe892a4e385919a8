package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// SQLite has one writer, and a durable commit costs it a flush of the disk. So it takes all the
// work that waits, runs each in a SAVEPOINT, and answers them after one COMMIT.

// An act is work that waits for SQLite's writer.
type act struct {
	ctx  context.Context
	by   string
	f    work
	tx   *Tx
	err  error
	done chan struct{}
}

const (
	maxTogether = 64               // acts under one commit
	actTime     = 10 * time.Second // for one act: nobody may hold up all the others
)

var errClosed = errors.New("db: closed")

// enqueue hands f to the writer and waits for the answer, which comes also when ctx is done: by then f
// may have happened.
func (d *DB) enqueue(ctx context.Context, by string, f work) error {
	a := &act{ctx: ctx, by: by, f: f, done: make(chan struct{})}
	select {
	case d.queue <- a:
	case <-d.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	<-a.done
	if p, ok := errors.AsType[*panicked](a.err); ok {
		panic(p)
	}
	return a.err
}

func (d *DB) writeSQLite() {
	for {
		select {
		case a := <-d.queue:
			d.together(d.waiting(a))
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

// together runs acts under one commit and answers them. If that breaks, each is tried alone.
func (d *DB) together(acts []*act) {
	err := d.commit(acts)
	if err != nil && len(acts) > 1 {
		for _, a := range acts {
			d.together([]*act{a})
		}
		return
	}
	for _, a := range acts {
		if err != nil {
			a.err = err
		} else if a.err == nil {
			d.observed(a.tx)
		}
		close(a.done)
	}
}

// commit runs acts in one transaction. Each act's own error stays with it; what is returned has
// undone them all.
func (d *DB) commit(acts []*act) error {
	ctx := context.Background()
	t, err := d.write.BeginTx(ctx, nil) // IMMEDIATE, by the DSN
	if err != nil {
		return portable(err)
	}
	defer t.Rollback()  // does nothing after Commit
	if len(acts) == 1 { // needs no savepoint
		if acts[0].run(d, t); acts[0].err != nil {
			return nil
		}
		return portable(t.Commit())
	}
	for _, a := range acts {
		if _, err := t.ExecContext(ctx, "SAVEPOINT act"); err != nil {
			return portable(err)
		}
		a.run(d, t)
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

// run runs a's work on the writer's time: a caller who goes away must not interrupt a statement,
// since SQLite then undoes the others' work too.
func (a *act) run(d *DB, t *sql.Tx) {
	if a.err = a.ctx.Err(); a.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), actTime)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			a.err = &panicked{p, debug.Stack()}
		}
	}()
	a.tx = d.begun(t, a.by)
	a.err = a.f(ctx, a.tx)
}

// panicked carries a panic from the writer to whoever gave it the work.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("%v\n%s", p.value, p.stack) }
