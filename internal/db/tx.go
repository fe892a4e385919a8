package db

import (
	"context"
	"database/sql"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Tx is the only thing that writes. It is valid inside the function given to [DB.Tx].
type Tx struct {
	conn
	By string    // who does it
	At time.Time // when, by the domain's clock: UTC, to the microsecond

	sql      runner
	postgres bool
	random   io.Reader
	stamp    func(milliseconds uint64) uint64
	locked   string // the table locked last
	trace    *Trace // nil if nobody observes
}

// A work is what a transaction does. It may run twice, so it changes nothing but the database,
// waits for no network, file or password hash, and uses the context it is given.
type work = func(ctx context.Context, tx *Tx) error

// Tx runs f in a transaction in by's name, and again if another one got in the way, until ctx is
// done. An error of f undoes all that f did. A connection lost during COMMIT is not retried:
// what became of it is unknown.
func (d *DB) Tx(ctx context.Context, by string, f work) error {
	if by == "" {
		return errors.New("db: a transaction needs an actor")
	}
	run := d.once
	if !d.postgres {
		run = d.enqueue
	}
	for wait := 2 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := run(ctx, by, f)
		d.writes.Add(1)
		if !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(wait/2 + mathrand.N(wait)):
		}
	}
}

// Writes is how many transactions have ended here, whatever became of them. While it stays the same, only
// another process can have changed anything.
func (d *DB) Writes() uint64 { return d.writes.Load() }

func (d *DB) once(ctx context.Context, by string, f work) error {
	// The pool gives a connection to any of those that wait, so that in a rush some would wait for ever newer ones.
	lines := []chan struct{}{d.turns}
	if ctx.Value(lengthyKey{}) != nil {
		lines = []chan struct{}{d.lengthy, d.turns}
	}
	for _, line := range lines {
		select {
		case line <- struct{}{}:
			defer func() { <-line }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	t, err := d.write.BeginTx(ctx, nil) // PostgreSQL: READ COMMITTED
	if err != nil {
		return portable(err)
	}
	defer t.Rollback() // does nothing after Commit
	tx := d.begun(t, by)
	if err := f(ctx, tx); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return errors.Join(portable(err), ctx.Err()) // one whose time is up while it commits is told as a broken connection
	}
	d.observed(tx)
	return nil
}

func (d *DB) begun(t *sql.Tx, by string) *Tx {
	var r runner = t
	if !d.postgres {
		r = again{t, &d.prepared, map[string]*sql.Stmt{}}
	}
	tx := &Tx{conn: conn{q: r}, By: by, At: d.Now(), sql: r, postgres: d.postgres, random: d.random, stamp: d.stamp}
	if d.observe != nil {
		tx.trace = &Trace{}
	}
	return tx
}

func (d *DB) observed(tx *Tx) {
	if d.observe != nil {
		d.observe(*tx.trace)
	}
}

// Exec runs a statement and returns the number of rows that it touched.
// For RETURNING give the Tx to [One] or [All].
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	tx.trace.note(query)
	return tx.exec(ctx, query, args...)
}

// exec is [Tx.Exec] of what changes nothing that is told of.
func (tx *Tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	tell(ctx, query, args)
	res, err := tx.sql.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, portable(err)
	}
	return res.RowsAffected()
}

func (tx *Tx) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	tx.trace.note(query)
	return tx.conn.query(ctx, query, args...)
}

// As is tx in another's name and at another time: what many did one after the other, told under one
// commit. Each may begin its own order of locks, so use it only where nobody else writes meanwhile.
func (tx *Tx) As(by string, at time.Time) *Tx {
	other := *tx
	other.By, other.At, other.locked = by, at.UTC().Truncate(time.Microsecond), ""
	return &other
}

// maxParameters is the least that an engine takes in one statement: SQLite's.
const maxParameters = 32766

// Insert adds rows to a table, as many to a statement as an engine takes. columns are the
// names with commas between; each row has a value for each. suffix may say ON CONFLICT.
func Insert(ctx context.Context, tx *Tx, table, columns, suffix string, rows [][]any) error {
	width := strings.Count(columns, ",") + 1
	for part := range slices.Chunk(rows, maxParameters/width) {
		var b strings.Builder
		args := make([]any, 0, len(part)*width)
		fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", table, columns)
		for i, row := range part {
			if len(row) != width {
				return fmt.Errorf("db: a row of %d values for %d columns of %s", len(row), width, table)
			}
			for j, value := range row {
				b.WriteString(separator(i, j))
				args = append(args, value)
				if tx.postgres {
					b.WriteString("$" + strconv.Itoa(len(args)))
				} else {
					b.WriteByte('?') // the driver looks a $1 up among all the others
				}
			}
			b.WriteByte(')')
		}
		b.WriteString(" " + suffix)
		if _, err := tx.Exec(ctx, b.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

func separator(row, column int) string {
	switch {
	case column > 0:
		return ", "
	case row > 0:
		return ", ("
	}
	return "("
}

// Lock keeps others from the rows until the transaction ends, by raising their seq. A rule that
// guards a limit begins with it: what is read afterwards is true until COMMIT, and the raised
// seq numbers whoever comes, in order. It takes two statements at most, however many ids. Rows
// are locked in the order of their ids, and a rule that locks several tables takes them by name:
// going back is refused, or two transactions would wait for each other. A row that is
// missing is [ErrNoRows]. To lock changes nothing that is told of: who finds nothing to do records nothing.
func Lock(ctx context.Context, tx *Tx, table string, ids ...string) error {
	if err := tx.locks(table); err != nil {
		return err
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 {
		return nil
	}
	tx.trace.lock(table)
	var args []any
	in := In(&args, ids)
	if tx.postgres && len(ids) > 1 { // UPDATE takes rows in any order
		if _, err := Values[string](ctx, tx, `SELECT id FROM `+table+` WHERE id IN `+in+` ORDER BY id FOR NO KEY UPDATE`, args...); err != nil {
			return err
		}
	}
	locked, err := tx.exec(ctx, `UPDATE `+table+` SET seq = seq + 1 WHERE id IN `+in, args...)
	if err == nil && locked != int64(len(ids)) {
		err = ErrNoRows
	}
	return err
}

// LockBy is [Lock] for the one row that has a value in a column, in one statement, and returns its id. Whoever waited for a row that
// has lost the value meanwhile finds none.
func LockBy(ctx context.Context, tx *Tx, table, column, value string) (id string, err error) {
	if err := tx.locks(table); err != nil {
		return "", err
	}
	tx.trace.lock(table)
	return Value[string](ctx, tx.conn, `UPDATE `+table+` SET seq = seq + 1 WHERE `+column+` = $1 RETURNING id`, value)
}

// locks notes that rows of a table are locked next.
func (tx *Tx) locks(table string) error {
	if table < tx.locked {
		return fmt.Errorf("db: %s locked after %s", table, tx.locked)
	}
	tx.locked = table
	return nil
}

// Snapshot gives f one unchanging view, for what takes several queries, one after the other.
func (d *DB) Snapshot(ctx context.Context, f func(c Conn) error) error {
	return d.snapshot(ctx, d.reads, f)
}

// snapshot is [DB.Snapshot] with queries prepared by reads, if there are any.
func (d *DB) snapshot(ctx context.Context, reads *reads, f func(c Conn) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if d.postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	t, err := d.read.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	var q asker = t
	if reads != nil {
		r := &snapshotReads{t: t, of: reads, stmts: map[string]*sql.Stmt{}}
		defer r.over(ctx)
		q = r
	}
	defer t.Rollback()
	return f(conn{q: q, kept: map[any]any{}})
}

var base32hex = base32.HexEncoding.WithPadding(base32.NoPadding)

// stamp is the time in milliseconds, with a number of twelve bits that tells the ids of one of them apart. It
// always grows, also from one transaction to the next within a millisecond.
func (d *DB) stamp(milliseconds uint64) uint64 {
	for {
		last := d.stamped.Load()
		next := max(last+1, milliseconds<<12)
		if d.stamped.CompareAndSwap(last, next) {
			return next
		}
	}
}

// IDAt comes before every id made from at on, and after those made before.
func IDAt(at time.Time) string {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16)
	return strings.ToLower(base32hex.EncodeToString(id[:]))
}

// NewID returns an id that no other row has and that sorts after those that this process made before: a
// UUIDv7 (RFC 9562, section 5.7) by the domain's clock, in 26 lower-case characters. Between
// processes the order is that of their clocks: where order is a rule, a seq tells it.
func (tx *Tx) NewID() string {
	var id [16]byte
	stamp := tx.stamp(uint64(tx.At.UnixMilli()))
	binary.BigEndian.PutUint64(id[:8], stamp>>12<<16|0x7000|stamp&0xfff)
	if _, err := io.ReadFull(tx.random, id[8:]); err != nil {
		panic(err) // crypto/rand never fails
	}
	id[8] = id[8]&0x3f | 0x80
	return strings.ToLower(base32hex.EncodeToString(id[:]))
}
