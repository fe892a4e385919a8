package dbtest

import (
	"database/sql"
	"slices"
	"strings"
	"sync"
	"testing"
)

// used are PostgreSQL databases that tests are done with. To make one takes longer than most tests, and to put
// one back as it was a tenth of that.
var used struct {
	sync.Mutex
	names []string
}

// keep copies what a database holds to a schema beside it, from which reset takes it.
func keep(schema string) string { return strings.ReplaceAll(keeping, "kept", schema) }

// reset ends what is open and puts the rows back that a schema keeps. Keys are not checked meanwhile: they held when the
// rows were kept.
func reset(schema string) string { return strings.ReplaceAll(resetting, "kept", schema) }

const keeping = `DO $$ DECLARE t text; any_row boolean; BEGIN
	CREATE SCHEMA kept;
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
		EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t) INTO any_row;
		IF any_row THEN
			EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', t, t);
		END IF;
	END LOOP;
END $$`

const resetting = `DO $$ DECLARE t text; any_row boolean; BEGIN
	PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
	SET LOCAL session_replication_role = replica;
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
		EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t) INTO any_row;
		IF any_row THEN
			EXECUTE format('DELETE FROM public.%I', t);
		END IF;
	END LOOP;
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' LOOP
		EXECUTE format('INSERT INTO public.%I TABLE kept.%I', t, t);
	END LOOP;
END $$`

// shape is what a test may have changed besides rows.
const shape = `SELECT string_agg(x, ' ' ORDER BY x) FROM (
	SELECT table_name || '.' || column_name AS x FROM information_schema.columns WHERE table_schema = 'public'
	UNION ALL SELECT indexname FROM pg_indexes WHERE schemaname = 'public'
	UNION ALL SELECT conrelid::regclass || '.' || conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
	UNION ALL SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal) AS all_there_is`

// original is the template's shape.
var original string

// take returns a copy of the template for the time of a test.
func take(t testing.TB) (url string) {
	t.Helper()
	used.Lock()
	var name string
	if n := len(used.names); n > 0 {
		name, used.names = used.names[n-1], used.names[:n-1]
	}
	used.Unlock()
	if name == "" {
		name = scratch("")
		if err := copyOf(name, template); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if !again(name) {
			if err := drop(name); err != nil {
				t.Error(err)
			}
			return
		}
		used.Lock()
		defer used.Unlock()
		used.names = append(used.names, name)
	})
	return dsn(name)
}

// again puts a database back as it was, and reports whether it could.
func again(name string) bool {
	d, err := sql.Open("pgx", dsn(name))
	if err != nil {
		return false
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	if _, err := d.Exec(reset("kept") + "; DROP SCHEMA IF EXISTS marked CASCADE"); err != nil {
		return false
	}
	var now string
	return d.QueryRow(shape).Scan(&now) == nil && now == original
}

// Mark notes what a test's database holds, which nobody may have open, and returns a function that gives the URL of a
// database that holds just that, again and again. What it gave before must not be used any more.
func Mark(t testing.TB, url string) (again func() string) {
	t.Helper()
	if !strings.HasPrefix(url, "postgres") {
		return func() string { return Copy(t, url) }
	}
	run := func(statement string) {
		t.Helper()
		d, err := sql.Open("pgx", url)
		if err == nil {
			defer d.Close()
			_, err = d.Exec(statement)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	run(keep("marked"))
	return func() string {
		run(reset("marked"))
		return url
	}
}

// keepTemplate readies the template for [take].
func keepTemplate() error {
	d, err := sql.Open("pgx", dsn(template))
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.Exec(keep("kept")); err != nil {
		return err
	}
	return d.QueryRow(shape).Scan(&original)
}

// dropUsed drops the databases that are left at the end.
func dropUsed() error {
	for name := range slices.Values(used.names) {
		if err := drop(name); err != nil {
			return err
		}
	}
	return nil
}
