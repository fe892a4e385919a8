package db_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/yardstick"
)

// numbered puts so many settings into a database, and returns their names.
func numbered(t testing.TB, d *db.DB, n int) []string {
	t.Helper()
	names, rows := make([]string, n), make([][]any, n)
	for i := range names {
		names[i] = fmt.Sprintf("%05d \"Å\\", i)
		rows[i] = []any{names[i], "x"}
	}
	err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error {
		return db.Insert(ctx, tx, "setting", "name, value", "", rows)
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A list of any length chooses exactly what is in it.
func TestIn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		all := numbered(t, d, 40_000)
		for _, n := range []int{0, 1, 2, 3, 255, 256, 257, 2_500, 40_000} {
			args := []any{"x"}
			want := all[len(all)-n:]
			in := db.In(&args, append(slices.Clone(want), "no such name", "no such name")[:min(n, 1)*2+n])
			got, err := db.Values[string](t.Context(), d, `SELECT name FROM setting WHERE value = $1 AND name IN `+in+` ORDER BY name`, args...)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%d values choose %d rows, %v", n, len(got), err)
			}
		}
	})
}

// Of ten thousand rows, those in a long list, against reading all of them.
func BenchmarkIn(b *testing.B) {
	const rows = 10_000
	for _, n := range []int{2_500, rows} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dbtest.Run(b, func(b *testing.B, d *db.DB) {
				all := numbered(b, d, rows)
				read := func(where string, args ...any) {
					got, err := db.Values[string](b.Context(), d, `SELECT name FROM setting`+where, args...)
					if err != nil || len(got) < n {
						b.Fatal(len(got), err)
					}
				}
				yardstick.Compare(b, 10, func() {
					var args []any
					in := db.In(&args, all[:n])
					read(` WHERE name IN `+in, args...)
				}, func() { read("") })
			})
		})
	}
}
