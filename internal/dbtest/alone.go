package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"slices"
	"strings"
	"sync"
	"testing"

	"kompobib/internal/db"
)

// A Statement is one that was run.
type Statement struct {
	Query string
	Args  []any
}

// Heard returns the statements that f runs in its context.
func Heard(t testing.TB, f func(ctx context.Context)) (all []Statement) {
	var mu sync.Mutex
	f(db.Listening(t.Context(), func(query string, args []any) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, Statement{query, slices.Clone(args)})
	}))
	return all
}

// Alone returns a function that runs statements through database/sql and nothing else, and scans all that
// they return: what a page would cost if it were nothing but its queries.
func Alone(t testing.TB, url string) func(all []Statement) error {
	t.Helper()
	plain := plainly(t, url)
	return func(all []Statement) error {
		for _, s := range all {
			if err := scanAll(plain, s); err != nil {
				return err
			}
		}
		return nil
	}
}

// OneRow returns a function that adds one row to a table of its own, and has it on the disk when it returns: the
// least that saving anything costs. url is a file that is not there yet, or an empty PostgreSQL database.
func OneRow(t testing.TB, url string) func() error {
	t.Helper()
	plain := plainly(t, url)
	if _, err := plain.Exec("CREATE TABLE one_row (id TEXT PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	return func() error {
		_, err := plain.Exec("INSERT INTO one_row (id) VALUES ($1)", rand.Text())
		return err
	}
}

// plainly opens a database as durable as ours, and nothing more.
func plainly(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver := "pgx"
	if !strings.HasPrefix(url, "postgres") {
		driver, url = "sqlite", "file:"+url+"?_time_format=sqlite&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	}
	plain, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	plain.SetMaxIdleConns(16)
	t.Cleanup(func() { plain.Close() })
	return plain
}

func scanAll(plain *sql.DB, s Statement) error {
	rows, err := plain.Query(s.Query, s.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, to := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		to[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return err
		}
	}
	return rows.Err()
}
