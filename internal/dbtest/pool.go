package dbtest

import (
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
)

// used are PostgreSQL databases that tests are done with. To make one takes longer than most tests, and to put
// one back as it was a tenth of that.
var used struct {
	sync.Mutex
	all []*database
}

// A database is one of PostgreSQL's that tests use one after the other. Its keeper's connection stays open, since a new one reads all
// that there is to know about a hundred tables before it puts them back.
type database struct {
	name   string
	keeper *sql.DB
}

func (d *database) drop() error { return errors.Join(d.keeper.Close(), drop(d.name)) }

// keep copies what a database holds to a schema beside it, and makes the function there that puts it back: it ends what is open, and takes
// the rows from the copy. Keys are not checked meanwhile: they held when the rows were kept.
func keep(schema string) string { return strings.ReplaceAll(keeping, "kept", schema) }

// reset puts the rows back that a schema keeps.
func reset(schema string) string { return "SELECT " + schema + ".reset()" }

const keeping = `DO $keep$ DECLARE t text; any_row boolean; deletes text := ''; inserts text := '';
	-- what a test may have changed besides rows
	shape text := $shape$SELECT string_agg(x, ' ' ORDER BY x) AS names FROM (
		SELECT c.relname || '.' || a.attname AS x FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
			WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
		UNION ALL SELECT conrelid || '.' || conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
		UNION ALL SELECT tgrelid || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal) AS all_there_is$shape$;
BEGIN
	CREATE SCHEMA kept;
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
		deletes := deletes || format('DELETE FROM public.%I; ', t);
		EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t) INTO any_row;
		IF any_row THEN
			EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', t, t);
			inserts := inserts || format('INSERT INTO public.%I TABLE kept.%I; ', t, t);
		END IF;
	END LOOP;
	EXECUTE 'CREATE VIEW kept.shape AS ' || shape;
	CREATE TABLE kept.original AS SELECT names, pg_database_size(current_database()) AS size FROM kept.shape;
	EXECUTE 'CREATE FUNCTION kept.reset() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $reset$ BEGIN
		FOR tries IN 1..2500 LOOP -- to be told to end, and to have ended, is looked at ten times a second by pg_terminate_backend itself
			PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
			EXIT WHEN NOT FOUND;
			PERFORM pg_sleep(0.002), pg_stat_clear_snapshot();
		END LOOP;
		' || deletes || inserts || ' END $reset$';
END $keep$`

// take returns a copy of the template for the time of a test. One with a story in it is copied in half the time that it takes to put it back.
func take(t testing.TB) (url string) {
	t.Helper()
	if !shared {
		return create(t, template)
	}
	used.Lock()
	var d *database
	if n := len(used.all); n > 0 {
		d, used.all = used.all[n-1], used.all[:n-1]
	}
	used.Unlock()
	if d == nil {
		var err error
		if d, err = newDatabase(); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if !d.again() {
			if err := d.drop(); err != nil {
				t.Error(err)
			}
			return
		}
		used.Lock()
		defer used.Unlock()
		used.all = append(used.all, d)
	})
	return dsn(d.name)
}

// newDatabase is one that another package has left, or a copy of the template.
func newDatabase() (*database, error) {
	name, err := claim()
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = scratch("")
		if err := copyOf(name, template); err != nil {
			return nil, err
		}
	}
	keeper, err := sql.Open("pgx", dsn(name))
	if err != nil {
		return nil, err
	}
	keeper.SetMaxOpenConns(1)
	return &database{name, keeper}, nil
}

// again puts a database back as it was, and reports whether it could. One that many rows have passed through is large, and slow, for ever.
func (d *database) again() bool {
	if _, err := d.keeper.Exec(reset("kept")); err != nil {
		return false
	}
	if _, err := d.keeper.Exec("DROP SCHEMA IF EXISTS marked CASCADE"); err != nil {
		return false
	}
	var same bool
	err := d.keeper.QueryRow("SELECT s.names = o.names AND pg_database_size(current_database()) < 3 * o.size FROM kept.shape s, kept.original o").Scan(&same)
	return err == nil && same
}

// Mark notes what a test's database holds, which nobody may have open, and returns a function that gives the URL of a
// database that holds just that, again and again. What it gave before must not be used any more.
func Mark(t testing.TB, url string) (again func() string) {
	t.Helper()
	if !strings.HasPrefix(url, "postgres") {
		return func() string { return Copy(t, url) }
	}
	d, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	d.SetMaxOpenConns(1)
	t.Cleanup(func() { d.Close() })
	run := func(statement string) {
		t.Helper()
		if _, err := d.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	run(keep("marked"))
	return func() string {
		run(reset("marked"))
		return url
	}
}
