package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

func open(t *testing.T, url string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// schema is every table, with its columns.
func schema(t *testing.T, d *db.DB) string {
	t.Helper()
	query := `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1`
	if d.Engine() == "SQLite" {
		query = `SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY 1`
	}
	columns, err := db.Values[string](t.Context(), d, query)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(columns, "\n")
}

// Whoever stops after any migration has a schema that holds together, and can go on from there: one step at a time leads to
// the same as all at once.
func TestEveryPrefixIsASchema(t *testing.T) {
	known, err := db.Known()
	if err != nil {
		t.Fatal(err)
	}
	schemas := map[string]string{} // after all of them, by engine
	dbtest.Run(t, func(t *testing.T, d *db.DB) { schemas[d.Engine()] = schema(t, d) })
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		d, ctx := open(t, url), t.Context()
		for i, m := range known {
			if err := d.MigrateTo(ctx, m); err != nil {
				t.Fatalf("up to %d: %v", m, err)
			}
			if pending, err := d.Pending(ctx); err != nil || !slices.Equal(pending, known[i+1:]) {
				t.Errorf("after %d: pending %v, %v", m, pending, err)
			}
			if d.Engine() == "SQLite" { // which lets a table refer to one that is not there
				dangling, err := db.Values[string](ctx, d, `SELECT t.name || ' -> ' || f."table" FROM sqlite_master t, pragma_foreign_key_list(t.name) f
					WHERE t.type = 'table' AND f."table" NOT IN (SELECT name FROM sqlite_master WHERE type = 'table')`)
				if err != nil || len(dangling) > 0 {
					t.Errorf("after %d: %v, %v", m, dangling, err)
				}
			}
		}
		if s := schema(t, d); s != schemas[d.Engine()] {
			t.Errorf("step by step:\n%s\n\nat once:\n%s", s, schemas[d.Engine()])
		}
	})
	// Less what only the migrations' own table has.
	own := func(s string) string {
		return strings.Join(slices.DeleteFunc(strings.Split(s, "\n"), func(c string) bool { return strings.HasPrefix(c, "goose") }), "\n")
	}
	if a, b := own(schemas["SQLite"]), own(schemas["PostgreSQL"]); a != b || a == "" {
		t.Errorf("the engines' schemas differ: %s\n\n%s", a, b)
	}
}

// Two who start on an empty database at once both find it migrated.
func TestStartersAtOnce(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		var all sync.WaitGroup
		for range 4 {
			d := open(t, url)
			all.Go(func() {
				if err := d.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
				if pending, err := d.Pending(t.Context()); err != nil || len(pending) > 0 {
					t.Errorf("pending %v, %v", pending, err)
				}
			})
		}
		all.Wait()
	})
}

// A file that held something is copied before its schema changes; an empty one is not.
func TestCopyBeforeMigration(t *testing.T) {
	known, err := db.Known()
	if err != nil {
		t.Fatal(err)
	}
	folder, ctx := t.TempDir(), t.Context()
	d := open(t, filepath.Join(folder, "test.db"))
	files := func() (names []string) {
		t.Helper()
		paths, err := filepath.Glob(filepath.Join(folder, "*before*"))
		if err != nil {
			t.Fatal(err)
		}
		return paths
	}
	if err := d.MigrateTo(ctx, known[0]); err != nil {
		t.Fatal(err)
	}
	if err := set(ctx, d, "kept"); err != nil {
		t.Fatal(err)
	}
	if got := files(); len(got) > 0 {
		t.Errorf("copies of an empty file: %v", got)
	}
	for range 2 { // the second time nothing is pending
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
	}
	copies := files()
	if len(copies) != 1 || !strings.HasSuffix(copies[0], fmt.Sprintf("-before-%d", known[1])) {
		t.Fatalf("copies: %v", copies)
	}
	if info, err := os.Stat(copies[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the copy: %v, %v", info.Mode(), err)
	}
	old := open(t, copies[0])
	if pending, err := old.Pending(ctx); err != nil || !slices.Equal(pending, known[1:]) || names(t, old) != "kept" {
		t.Errorf("in the copy: pending %v, %v, settings %q", pending, err, names(t, old))
	}
}

// A program older than the database leaves it alone.
func TestLaterDatabase(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d := open(t, url)
		if err := d.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999901010000, true)`); err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "later version") {
			t.Errorf("migrating said %v", err)
		}
	})
}

func TestMigrationNames(t *testing.T) {
	if _, err := db.MigrationsOf(fstest.MapFS{"migrations/people.sql": {}}); err == nil {
		t.Error("a migration without a number was taken")
	}
}

// What is promised is kept, and it is noticed where it is not.
func TestDurability(t *testing.T) {
	ctx := t.Context()
	lite := open(t, filepath.Join(t.TempDir(), "test.db"))
	if err := lite.Durability(ctx); err != nil {
		t.Error(err)
	}
	for _, pragma := range []string{"synchronous = NORMAL", "synchronous = OFF"} {
		if err := lite.Exec(ctx, "PRAGMA "+pragma); err != nil {
			t.Fatal(err)
		}
		if lite.Durability(ctx) == nil {
			t.Errorf("PRAGMA %s went unnoticed", pragma)
		}
	}
	if err := open(t, dbtest.Durable(t)).Durability(ctx); err != nil {
		t.Error(err)
	}
	dbtest.RunURL(t, func(t *testing.T, url string) {
		if d := open(t, url); d.Engine() == "PostgreSQL" && d.Durability(ctx) == nil {
			t.Error("a server that flushes nothing went unnoticed")
		}
	})
}

// killed holds the URL that the test below gives to the process it kills.
const killed = "KOMPOBIB_TEST_KILLED"

// What a process was told is saved stands in the database after the process was killed.
func TestKilledWhileSaving(t *testing.T) {
	if url := os.Getenv(killed); url != "" {
		saveForEver(t, url)
	}
	dbtest.RunURL(t, func(t *testing.T, url string) {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledWhileSaving$")
		c.Env = append(os.Environ(), killed+"="+url)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		var told []string
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if name, ok := strings.CutPrefix(lines.Text(), "saved "); ok {
				told = append(told, name)
			}
			if len(told) == 200 {
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = c.Wait() // it was killed
		if len(told) < 200 {
			t.Fatalf("only %d were saved", len(told))
		}
		stored := strings.Fields(names(t, open(t, url)))
		for _, name := range told {
			if !slices.Contains(stored, name) {
				t.Errorf("%s was answered, and is lost", name)
			}
		}
	})
}

func saveForEver(t *testing.T, url string) {
	d := open(t, url)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := 0; ; j++ {
				name := fmt.Sprintf("%d-%d", i, j)
				if err := set(context.Background(), d, name); err != nil {
					t.Error(err)
					return
				}
				fmt.Printf("saved %s\n", name)
			}
		})
	}
	all.Wait()
}
