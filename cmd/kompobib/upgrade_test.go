package main

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// Databases that earlier programs made are brought up to date with all that is in them. The kept ones are dumps, by day and
// engine, of the demo as it stood on 10 June 2011, cut down to 48 persons; their identity numbers are test numbers.
func TestUpgrade(t *testing.T) {
	for _, day := range []string{"20261123"} { // before workplace learning
		t.Run(day, func(t *testing.T) {
			dbtest.RunEmpty(t, func(t *testing.T, url string) {
				engine := "sqlite"
				if strings.HasPrefix(url, "postgres") {
					engine = "postgres"
				}
				dbtest.Script(t, url, dump(t, day+"-"+engine))
				before, _ := content(t, url)

				data := t.TempDir()
				key := filepath.Join(data, "key") // only its owner may read one
				if bytes, err := os.ReadFile("testdata/upgrade/key"); err != nil || os.WriteFile(key, bytes, 0o600) != nil {
					t.Fatal(err)
				}
				do := func(args ...string) string {
					t.Helper()
					text, err := told(t, nil, append(args, "--data", data, "--db", url, "--key-file", key)...)
					if err != nil && args[0] != "doctor" {
						t.Fatalf("%v: %q, %v", args, text, err)
					}
					return text
				}
				if text := do("migrate"); !strings.Contains(text, "migrations run") {
					t.Fatalf("migrate: %q", text)
				}
				for line := range strings.Lines(do("doctor")) {
					// The dumps have no files, and the tests' PostgreSQL flushes nothing.
					if strings.HasPrefix(line, "BROKEN") && !strings.Contains(line, "bytes of every file") && !strings.Contains(line, "power cut") {
						t.Error(line)
					}
				}
				after, columns := content(t, url)
				for table, n := range before {
					if after[table] < n {
						t.Errorf("%s had %d rows, and has %d", table, n, after[table])
					}
				}
				if before["person"] != 48 || before["attendance"] != 41 {
					t.Errorf("kept were %d persons with %d attendances", before["person"], before["attendance"])
				}
				// Whoever changes a migration that has run elsewhere gives new databases what upgraded ones lack.
				fresh := filepath.Join(data, "fresh.db")
				if _, err := told(t, nil, "migrate", "--data", data, "--db", fresh, "--key-file", key); err != nil {
					t.Fatal(err)
				}
				if _, made := content(t, fresh); !slices.Equal(made, columns) {
					t.Errorf("a new database has the columns\n%v\nand an upgraded one\n%v", made, columns)
				}
				// A sealed row opens, a person comes in, and everything can be carried on.
				do("token", "create", "--email", "office@example.org")
				do("backup", filepath.Join(data, "all.zip"))
			})
		})
	}
}

func dump(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open("testdata/upgrade/" + name + ".sql.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// content returns how many rows each table has, and all tables' columns.
func content(t *testing.T, url string) (rows map[string]int, columns []string) {
	t.Helper()
	d, err := db.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	rows = map[string]int{}
	err = d.Snapshot(t.Context(), func(c db.Conn) error {
		_, err := d.Dump(t.Context(), c, func(table string, of []db.Column, all db.Rows) error {
			for _, col := range of {
				columns = append(columns, table+"."+col.Name+" "+string(col.Kind))
			}
			for _, err := range all {
				if err != nil {
					return err
				}
				rows[table]++
			}
			return nil
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(columns)
	return rows, columns
}
