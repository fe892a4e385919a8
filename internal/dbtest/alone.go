package dbtest

import (
	"context"
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
	driver := "pgx"
	if !strings.HasPrefix(url, "postgres") {
		driver, url = "sqlite", "file:"+url+"?_time_format=sqlite&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=query_only(1)"
	}
	plain, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	plain.SetMaxIdleConns(16)
	t.Cleanup(func() { plain.Close() })
	return func(all []Statement) error {
		for _, s := range all {
			if err := scanAll(plain, s); err != nil {
				return err
			}
		}
		return nil
	}
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
