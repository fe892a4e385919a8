// Package db opens the database and hides which engine it is.
// Queries are written once, with $1 parameters, for SQLite and PostgreSQL.
//
// A [Conn] only reads. Writing exists only on a [*Tx], opened with an actor by [DB.Tx].
package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the "sqlite" driver
)

// DB is a database, safe for concurrent use. As a [Conn] it only reads.
type DB struct {
	conn
	read, write *sql.DB
	postgres    bool
	dsn         string
	clock       func() time.Time
	stamped     atomic.Uint64 // see stamp
	offset      atomic.Int64  // of the domain's clock from clock, in microseconds
	writes      atomic.Uint64
	random      io.Reader
	observe     func(Trace)
	queue       chan *act     // SQLite's writer takes from it
	turns       chan struct{} // PostgreSQL's transactions hold a place in it, in the order in which they came
	lengthy     chan struct{} // and those of [Lengthy] one in this first
	prepared    prepared
	reads       *reads // SQLite's
	writer      sync.WaitGroup
	closed      chan struct{}
	closing     sync.Once
}

// An Option changes what [Open] gives.
type Option func(*DB)

// WithRandom takes the random part of ids from r, so that a seeded demo has the same ids every time.
// Transactions must then run one at a time.
func WithRandom(r io.Reader) Option { return func(d *DB) { d.random = r } }

// WithObserver calls f after each committed transaction with what it did. Tests use it.
func WithObserver(f func(Trace)) Option { return func(d *DB) { d.observe = f } }

// IsPostgres reports whether dsn is the URL of a PostgreSQL database, rather than the path of an SQLite file.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Open opens dsn: a postgres:// URL, or the path of an SQLite file.
// The domain's clock is the given one, moved by the offset stored in the database.
func Open(ctx context.Context, dsn string, clock func() time.Time, options ...Option) (*DB, error) {
	d := &DB{dsn: dsn, clock: clock, random: rand.Reader, closed: make(chan struct{})}
	for _, option := range options {
		option(d)
	}
	var err error
	if IsPostgres(dsn) {
		err = d.openPostgres(dsn)
	} else {
		err = d.openSQLite(dsn)
	}
	if err != nil {
		return nil, err
	}
	d.conn = conn{q: d.read}
	// The writer first: it is the one that may turn a new file to WAL.
	if err := errors.Join(d.write.PingContext(ctx), d.read.PingContext(ctx)); err != nil {
		return nil, errors.Join(fmt.Errorf("db: open: %w", err), d.read.Close(), d.write.Close())
	}
	if !d.postgres {
		d.queue = make(chan *act)
		d.prepared = prepared{stmts: map[string]*sql.Stmt{}, once: map[string]bool{}}
		d.reads = newReads(d.read)
		d.conn = conn{q: d.reads}
		d.writer.Go(d.writeSQLite)
	}
	if err := d.LoadClock(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Reopen opens d's database once more, with a clock that the stored offset does not move. What tells
// of another time, as the demo does, takes its time from there.
func (d *DB) Reopen(ctx context.Context, clock func() time.Time, options ...Option) (*DB, error) {
	e, err := Open(ctx, d.dsn, clock, options...)
	if err == nil {
		e.offset.Store(0)
	}
	return e, err
}

// openSQLite opens one connection that writes and several that cannot.
// The pragmas stand in the DSN, since one run by hand reaches one connection only.
func (d *DB) openSQLite(path string) error {
	file := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_time_format=sqlite" +
		"&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)"
	// Nobody else reads people's names. A file that is there is not opened: to close it again would let go of all locks that this process
	// has on it, by other connections too, and whoever leaves the database next would take the journal away.
	created, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = created.Close()
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if d.write, err = sql.Open("sqlite", file+"&_txlock=immediate"); err != nil {
		return err
	}
	if d.read, err = sql.Open("sqlite", file+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(1)
	most := min(max(4, runtime.NumCPU()), readers)
	d.read.SetMaxOpenConns(most)
	d.read.SetMaxIdleConns(most)
	return nil
}

// readers and writers are how many connections a [DB] has at most, writers to PostgreSQL. In a rush writers mostly wait for one
// another's rows: with more of them all wait longer (200 phones in 20 rooms, see docs/performance.md).
const readers, writers = 16, 8

func (d *DB) openPostgres(dsn string) error {
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		return err
	}
	d.postgres = true
	d.write = stdlib.OpenDB(*c)
	r := c.Copy()
	r.RuntimeParams["default_transaction_read_only"] = "on"
	d.read = stdlib.OpenDB(*r)
	d.turns, d.lengthy = make(chan struct{}, writers), make(chan struct{}, writers/4)
	for pool, most := range map[*sql.DB]int{d.read: readers, d.write: writers} {
		pool.SetMaxOpenConns(most)
		pool.SetMaxIdleConns(most)
		pool.SetConnMaxIdleTime(5 * time.Minute)
	}
	return nil
}

// Close lets the transactions under way finish, and closes the database. Closing it again does nothing.
func (d *DB) Close() error {
	d.closing.Do(func() { close(d.closed) })
	d.writer.Wait()
	return errors.Join(d.read.Close(), d.write.Close())
}

// Engine is the engine's name, for people: "SQLite" or "PostgreSQL".
func (d *DB) Engine() string {
	if d.postgres {
		return "PostgreSQL"
	}
	return "SQLite"
}

// A Conn reads: a [*DB], a [*Tx], or the snapshot of [DB.Snapshot].
type Conn interface {
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// All runs a query and scans each row with scan, which returns where the columns go.
// Columns that may be NULL go into pointers.
func All[T any](ctx context.Context, c Conn, scan func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := c.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var t T
		if err := rows.Scan(scan(&t)...); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, portable(rows.Err())
}

// One is [All] for the first row. It returns [ErrNoRows] if there is none.
func One[T any](ctx context.Context, c Conn, scan func(*T) []any, query string, args ...any) (T, error) {
	all, err := All(ctx, c, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = ErrNoRows
	}
	if err != nil {
		return *new(T), err
	}
	return all[0], nil
}

// Value is [One] for a query of a single column.
func Value[T any](ctx context.Context, c Conn, query string, args ...any) (T, error) {
	return One(ctx, c, func(t *T) []any { return []any{t} }, query, args...)
}

// Values is [All] for a query of a single column.
func Values[T any](ctx context.Context, c Conn, query string, args ...any) ([]T, error) {
	return All(ctx, c, func(t *T) []any { return []any{t} }, query, args...)
}

// maxListed is the longest list whose values are parameters of their own. SQLite's driver looks each up
// among all the others, and an engine takes only so many.
const maxListed = 256

// In appends values to args and returns the list of their parameters, to stand after IN. No value
// is a list that nothing is in. The last value is repeated up to a power of two, so that
// lists of many lengths make few statements. Many values are the keys of one parameter, in JSON: that is
// how both engines make rows of a text.
func In[S ~string](args *[]any, values []S) string {
	if len(values) == 0 {
		return "(NULL)"
	}
	if len(values) > maxListed {
		*args = append(*args, keys(values))
		return fmt.Sprintf("(SELECT key FROM json_each($%d))", len(*args))
	}
	n := 1
	for n < len(values) {
		n *= 2
	}
	var b strings.Builder
	for i := range n {
		*args = append(*args, values[min(i, len(values)-1)])
		fmt.Fprintf(&b, ", $%d", len(*args))
	}
	return "(" + b.String()[2:] + ")"
}

// keys is a JSON object with values as its keys.
func keys[S ~string](values []S) string {
	all := make(map[string]int, len(values))
	for _, v := range values {
		all[string(v)] = 0
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err) // there is nothing in it that cannot be written
	}
	return string(text)
}

// Null is s for a column where the empty text is NULL.
func Null[S ~string](s S) *string {
	if s == "" {
		return nil
	}
	return new(string(s))
}

// Text is the text at p, empty for NULL.
func Text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// conn makes a Conn of a *sql.DB or a *sql.Tx.
type conn struct {
	q    asker
	kept map[any]any // of a snapshot: see Kept
}

type asker interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// Kept is what read gives, which a snapshot is asked for once only: what it says does not change, and a page whose parts do not know
// of each other needs the same again and again. key is of a type of the caller's own, and who is given it changes nothing in it.
// Elsewhere than in a snapshot it is read each time.
func Kept[T any](c Conn, key any, read func() (T, error)) (T, error) {
	s, ok := c.(conn)
	if !ok || s.kept == nil {
		return read()
	}
	if kept, ok := s.kept[key]; ok {
		return kept.(T), nil
	}
	kept, err := read()
	if err == nil {
		s.kept[key] = kept
	}
	return kept, err
}

func (c conn) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	tell(ctx, query, args)
	rows, err := c.q.QueryContext(ctx, query, args...)
	return rows, portable(err)
}

type listenerKey struct{}

// A listener hears, and so do those around it.
type listener struct {
	hear   func(query string, args []any)
	around *listener
}

// Listening returns a context in which hear is told of every statement before it is run.
func Listening(ctx context.Context, hear func(query string, args []any)) context.Context {
	around, _ := ctx.Value(listenerKey{}).(*listener)
	return context.WithValue(ctx, listenerKey{}, &listener{hear, around})
}

// Counting returns a context in which every statement run is counted, and the count.
func Counting(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return Listening(ctx, func(string, []any) { n.Add(1) }), n
}

func tell(ctx context.Context, query string, args []any) {
	l, _ := ctx.Value(listenerKey{}).(*listener)
	for ; l != nil; l = l.around {
		l.hear(query, args)
	}
}
