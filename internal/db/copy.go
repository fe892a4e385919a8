package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"slices"
	"strings"
	"time"
)

// A Column is a column of a table: its name, and what it holds on either engine.
type Column struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
}

// A Kind is what a column holds.
type Kind string

const (
	KindText   Kind = "text"   // string
	KindNumber Kind = "number" // int64
	KindTime   Kind = "time"   // time.Time, UTC
)

// Rows are rows of a table, one by one, each with a value for each column; nil is NULL.
type Rows = iter.Seq2[[]any, error]

// goose keeps what migrations have run in a table of its own, which is no data.
const gooseTable = "goose_db_version"

// tables returns the names of all tables that hold data, sorted.
func (d *DB) tables(ctx context.Context, c Conn) ([]string, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> $1 ORDER BY name`
	if d.postgres {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> $1 ORDER BY tablename`
	}
	return Values[string](ctx, c, query, gooseTable)
}

func (d *DB) columns(ctx context.Context, c Conn, table string) ([]Column, error) {
	query := `SELECT name, lower(type) FROM pragma_table_info($1) ORDER BY cid`
	if d.postgres {
		query = `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`
	}
	return All(ctx, c, func(col *Column) []any { return []any{&col.Name, &col.Kind} }, query, table)
}

// Scan implements sql.Scanner for the engines' names of kinds.
func (k *Kind) Scan(v any) error {
	switch v {
	case "text":
		*k = KindText
	case "integer", "bigint":
		*k = KindNumber
	case "timestamp", "timestamp without time zone":
		*k = KindTime
	default:
		return fmt.Errorf("db: a column of type %v, which only one engine knows", v)
	}
	return nil
}

// Dump gives f each table as c sees it, in order of name, and returns the migration that its schema stands at.
// Give it a snapshot, so that the tables belong together.
func (d *DB) Dump(ctx context.Context, c Conn, f func(table string, columns []Column, rows Rows) error) (Migration, error) {
	c = seldom(c)
	schema, err := Value[Migration](ctx, c, `SELECT coalesce(max(version_id), 0) FROM `+gooseTable)
	if err != nil {
		return 0, err
	}
	tables, err := d.tables(ctx, c)
	if err != nil {
		return 0, err
	}
	for _, table := range tables {
		columns, err := d.columns(ctx, c, table)
		if err != nil {
			return 0, err
		}
		if err := f(table, columns, read(ctx, c, table, columns)); err != nil {
			return 0, err
		}
	}
	return schema, nil
}

func names(columns []Column) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
	}
	return strings.Join(list, ", ")
}

func read(ctx context.Context, c Conn, table string, columns []Column) Rows {
	return func(yield func([]any, error) bool) {
		rows, err := c.query(ctx, `SELECT `+names(columns)+` FROM `+table)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		values, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			to[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(to...); err != nil {
				yield(nil, err)
				return
			}
			for i, v := range values {
				if t, ok := v.(time.Time); ok {
					values[i] = t.UTC()
				}
			}
			if !yield(values, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// Empty reports whether there is nothing in the database that anyone would miss.
func (d *DB) Empty(ctx context.Context) (bool, error) {
	if there, err := d.hasTable(ctx, "audit"); err != nil || !there {
		return !there, err
	}
	n, err := Value[int](ctx, d, `SELECT (SELECT count(*) FROM audit) + (SELECT count(*) FROM setting)`)
	return n == 0, err
}

// Knows reports whether this program can hold data of a schema that stands at a migration.
func Knows(schema Migration) (bool, error) {
	known, err := migrationsOf(migrations)
	return slices.Contains(known, schema), err
}

// Load fills an empty database with tables that [DB.Dump] gave, from either engine, and brings their schema up to date. The
// rows come in one transaction: all of them or none.
func (d *DB) Load(ctx context.Context, schema Migration, tables []string, rows func(table string) ([]Column, Rows, error)) error {
	if empty, err := d.Empty(ctx); err != nil || !empty {
		return errors.Join(err, errors.New("db: the database is not empty"))
	}
	if err := d.migrate(ctx, schema); err != nil {
		return err
	}
	t, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	tx := d.begun(t, "restore")
	again, err := tx.unbound(ctx)
	if err != nil {
		return err
	}
	here, err := d.tables(ctx, tx)
	if err != nil {
		return err
	}
	for _, table := range here { // what migrations put there comes with the rest
		if _, err := tx.Exec(ctx, `DELETE FROM `+table); err != nil {
			return err
		}
	}
	for _, table := range tables {
		if !slices.Contains(here, table) {
			return fmt.Errorf("db: there is no table %s", table)
		}
		columns, all, err := rows(table)
		if err == nil {
			err = tx.fill(ctx, table, columns, all)
		}
		if err != nil {
			return fmt.Errorf("db: %s: %w", table, err)
		}
	}
	if err := again(); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return portable(err)
	}
	if err := d.migrate(ctx, math.MaxInt64); err != nil {
		return err
	}
	if _, err := d.write.ExecContext(ctx, `ANALYZE`); err != nil { // the planner knows nothing of the rows yet
		return err
	}
	return d.LoadClock(ctx)
}

func (tx *Tx) fill(ctx context.Context, table string, columns []Column, rows Rows) error {
	const together = 1000
	var part [][]any
	for row, err := range rows {
		if err != nil {
			return err
		}
		if part = append(part, slices.Clone(row)); len(part) == together {
			if err := Insert(ctx, tx, table, names(columns), "", part); err != nil {
				return err
			}
			part = part[:0]
		}
	}
	return Insert(ctx, tx, table, names(columns), "", part)
}

// unbound lets rows that refer to each other come in any order, until again is called or the transaction ends; then all
// must fit.
func (tx *Tx) unbound(ctx context.Context) (again func() error, err error) {
	if !tx.postgres {
		_, err := tx.Exec(ctx, `PRAGMA defer_foreign_keys = 1`)
		return func() error { return nil }, err
	}
	type bond struct{ table, name, definition string }
	bonds, err := All(ctx, tx, func(b *bond) []any { return []any{&b.table, &b.name, &b.definition} }, `
		SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
		WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY conrelid, conname`)
	if err != nil {
		return nil, err
	}
	for _, b := range bonds {
		if _, err := tx.Exec(ctx, `ALTER TABLE `+b.table+` DROP CONSTRAINT `+b.name); err != nil {
			return nil, err
		}
	}
	return func() error {
		for _, b := range bonds {
			if _, err := tx.Exec(ctx, `ALTER TABLE `+b.table+` ADD CONSTRAINT `+b.name+` `+b.definition); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

var errInUse = errors.New("another process has the database open: stop it first")

// MoveAside makes room where a database stands, and returns where it stands then, "" if there was none: an SQLite
// file beside itself, the tables of PostgreSQL in a schema of their own. Nobody else may have it open.
func MoveAside(ctx context.Context, dsn string, at time.Time) (to string, err error) {
	name := "before_" + at.UTC().Format("20060102_150405")
	if IsPostgres(dsn) {
		return "the schema " + name, moveTables(ctx, dsn, name)
	}
	if _, err := os.Stat(dsn); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	alone, err := sql.Open("sqlite", "file:"+dsn+"?_pragma=busy_timeout(1000)")
	if err != nil {
		return "", err
	}
	var mode string
	// Nobody gets out of this mode while another connection is open, and it leaves one file.
	err = alone.QueryRowContext(ctx, `PRAGMA journal_mode = DELETE`).Scan(&mode)
	switch closed := alone.Close(); {
	case retryable(err), err == nil && mode != "delete":
		return "", errInUse
	case err != nil || closed != nil:
		return "", fmt.Errorf("db: %w", cmp.Or(err, closed))
	}
	return dsn + "." + name, os.Rename(dsn, dsn+"."+name)
}

func moveTables(ctx context.Context, dsn, schema string) error {
	d, err := Open(ctx, dsn, time.Time{}.UTC)
	if err != nil {
		return err
	}
	defer d.Close()
	d.read.SetMaxIdleConns(0) // ours count too
	t, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	tx := d.begun(t, "restore")
	// The connections of a process that has just ended are gone in a moment, as are our own that have been closed.
	for n := 0; ; n++ {
		if _, err := tx.Exec(ctx, `SELECT pg_stat_clear_snapshot()`); err != nil { // or it is told the same all the time
			return err
		}
		others, err := Value[int](ctx, tx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`)
		if err != nil {
			return err
		}
		if others == 0 {
			break
		}
		if n == 50 { // a second, as with SQLite
			return errInUse
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	tables, err := Values[string](ctx, tx, `SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `CREATE SCHEMA `+schema); err != nil {
		return err
	}
	for _, table := range tables {
		if _, err := tx.Exec(ctx, `ALTER TABLE `+table+` SET SCHEMA `+schema); err != nil {
			return err
		}
	}
	return t.Commit()
}
