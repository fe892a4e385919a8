// Package dbtest gives a test an empty, migrated database of each engine, and fails it if a
// transaction broke a rule that all share: a change without an audit record, or a limit without its lock.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/db"
)

// Now is what the domain's clock of a test's database says.
var Now = time.Date(2012, 10, 12, 10, 0, 0, 0, time.UTC)

// What each test has a copy of: the bytes of a file, the name of a database.
var (
	file     []byte
	template string
	server   = os.Getenv("TEST_POSTGRES") // the URL of a server where databases may be made
)

// emptyTemplate makes a database whose texts sort as on SQLite.
const emptyTemplate = `template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`

func scratch(kind string) string { return "kompobib_" + kind + strings.ToLower(rand.Text()) }

// Main is a package's TestMain: it migrates, if no other package has on this server, for all tests.
func Main(m *testing.M) { MainWith(m, nil) }

// MainWith is [Main] with something put into the database before it is copied.
func MainWith(m *testing.M, fill func(ctx context.Context, d *db.DB) error) {
	os.Exit(run(m, fill))
}

func run(m *testing.M, fill func(ctx context.Context, d *db.DB) error) (code int) {
	if server == "" {
		log.Print("TEST_POSTGRES is not set: run the tests with `make test`, or under scripts/with-postgres")
		return 1
	}
	dir, err := os.MkdirTemp("", "kompobib")
	if err != nil {
		log.Print(err)
		return 1
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "test.db")
	if err = prepare(path, fill); err == nil {
		file, err = os.ReadFile(path)
	}
	leave := giveBack
	if err == nil && fill == nil {
		err = shareTemplate()
	} else if err == nil {
		template = scratch("template_")
		leave = func() error { return drop(template) }
		err = makeTemplate(template, fill)
	}
	if err != nil {
		log.Print(err)
		return 1
	}
	defer func() {
		if err := leave(); err != nil {
			log.Print(err)
			code = 1
		}
	}()
	return m.Run()
}

func prepare(dsn string, fill func(ctx context.Context, d *db.DB) error) error {
	ctx := context.Background()
	d, err := db.Open(ctx, dsn, func() time.Time { return Now })
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil || fill == nil {
		return err
	}
	return fill(ctx, d)
}

// T is a test or a benchmark, which runs parts of its own kind.
type T[Part any] interface {
	testing.TB
	Run(name string, f func(Part)) bool
}

// Run runs f on SQLite and on PostgreSQL.
func Run[Part T[Part]](t Part, f func(t Part, d *db.DB)) {
	t.Helper()
	RunURL(t, func(t Part, url string) { f(t, Open(t, url)) })
}

// RunURL is [Run] for what opens the database itself, or more than once.
func RunURL[Part T[Part]](t Part, f func(t Part, url string)) {
	t.Helper()
	t.Run("sqlite", func(t Part) { f(t, OneEngine(t)) })
	t.Run("postgres", func(t Part) { f(t, take(t)) })
}

// OneEngine is the URL of a database for what is not about storage, such as whether all forms look alike: on the engine that is
// quickest to make one of.
func OneEngine(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// create makes a PostgreSQL database for the time of a test.
func create(t testing.TB, template string) (url string) {
	t.Helper()
	name := scratch("")
	if err := copyOf(name, template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(name); err != nil {
			t.Error(err)
		}
	})
	return dsn(name)
}

// copyOf copies files, which is twice as fast as logging each page where nothing is flushed.
func copyOf(name, template string) error {
	return admin("CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY file_copy")
}

func drop(name string) error { return admin("DROP DATABASE " + name + " WITH (FORCE)") }

// RunEmpty is [RunURL] with databases in which no migration has run.
func RunEmpty(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, filepath.Join(t.TempDir(), "test.db")) })
	t.Run("postgres", func(t *testing.T) { f(t, create(t, emptyTemplate)) })
}

// Script runs statements that are of one engine, such as a dump of a database.
func Script(t testing.TB, dsn, statements string) {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(dsn, "postgres") {
		driver = "pgx"
	}
	d, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(statements); err != nil { // without arguments, so as many as there are
		t.Fatal(err)
	}
}

// Durable is the URL of a PostgreSQL server that keeps its promises; [Run]'s flushes nothing to disk.
func Durable(t testing.TB) string {
	t.Helper()
	url := os.Getenv("TEST_POSTGRES_DURABLE")
	if url == "" {
		t.Fatal("TEST_POSTGRES_DURABLE is not set: run the tests with `make test`, or under scripts/with-postgres")
	}
	return url
}

// Copy copies a test's database, which nobody may have open, and returns the URL of the copy.
func Copy(t testing.TB, url string) string {
	t.Helper()
	if !strings.HasPrefix(url, "postgres") {
		bytes, err := os.ReadFile(url)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := os.WriteFile(path, bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	name := url[strings.LastIndex(url, "/")+1:]
	if err := admin("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '" + name + "'"); err != nil { // its keeper
		t.Fatal(err)
	}
	return create(t, name)
}

// Open opens a test's database, watched over by the rules of [Check].
func Open(t testing.TB, url string) *db.DB {
	t.Helper()
	return OpenWith(t, url, func() time.Time { return Now })
}

// OpenWith is [Open] with another clock.
func OpenWith(t testing.TB, url string, clock func() time.Time) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), url, clock, db.WithObserver(func(trace db.Trace) {
		if err := Check(trace); err != nil {
			t.Error(err)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// Hold fails the test for each invariant that does not hold.
func Hold(t testing.TB, d *db.DB, invariants ...db.Invariant) {
	t.Helper()
	for _, i := range invariants {
		if broken, err := i.Broken(t.Context(), d); err != nil || len(broken) > 0 {
			t.Errorf("it is not so that %s: %v, %v", i.Says, broken, err)
		}
	}
}

// unaudited tables hold no state of the domain: they carry the machinery, or are written only beside what is audited.
var unaudited = []string{"audit", "setting", "once", "owner_key", "job", "session", "sign_in", "sign_in_pace", "letter"}

// guarded tables are those whose rows count against a limit, with what must be locked before one is written.
var guarded = map[string]string{
	"signup":     "occasion",
	"attendance": "person",
}

// Check returns an error for a transaction that changed a subject's table without an audit record,
// or wrote what counts against a limit without the lock that guards it.
func Check(trace db.Trace) error {
	for _, table := range trace.Changed {
		if !slices.Contains(unaudited, table) && !slices.Contains(trace.Changed, "audit") {
			return fmt.Errorf("a transaction changed %s without an audit record", table)
		}
		if lock := guarded[table]; lock != "" && !slices.Contains(trace.Locked, lock) {
			return fmt.Errorf("a transaction wrote %s without having locked %s", table, lock)
		}
	}
	return nil
}

// admin runs what no transaction may hold, so what db cannot.
func admin(statement string) error {
	s, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer s.Close()
	// The template cannot be copied while another package's test copies it at the same instant.
	for range 50 {
		if _, err = s.Exec(statement); err == nil || !strings.Contains(err.Error(), "55006") {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// dsn is the URL of another database on the server.
func dsn(name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server // which sql.Open has refused before
	}
	u.Path = "/" + name
	return u.String()
}
