package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	"kompobib/internal/db"
)

// Packages whose tests begin with nothing but the schema share the template, and the databases that the tests of one are done with: to
// migrate takes PostgreSQL longer than many a package's tests. All of it stays on the server for the next who has the same schema.

// shared says whether the template is one that packages share.
var shared bool

// shareTemplate makes the template that all packages have copies of, unless it is there.
func shareTemplate() error {
	shared = true
	template = fmt.Sprintf("kompobib_template_%x", sha256.Sum256([]byte(db.Schema()+keeping)))[:50]
	return alone(func(ctx context.Context, c *sql.Conn) error {
		if _, err := c.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS kompobib_left (name TEXT PRIMARY KEY, template TEXT NOT NULL)"); err != nil {
			return err
		}
		var there bool
		err := c.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", template).Scan(&there)
		if err != nil || there {
			return err
		}
		name := scratch("template_")
		if err = makeTemplate(name, nil); err == nil {
			err = keepIn(name)
		}
		if err != nil {
			return errors.Join(err, drop(name))
		}
		return admin("ALTER DATABASE " + name + " RENAME TO " + template)
	})
}

// makeTemplate makes a database that tests have copies of.
func makeTemplate(name string, fill func(ctx context.Context, d *db.DB) error) error {
	if err := admin("CREATE DATABASE " + name + " TEMPLATE " + emptyTemplate); err != nil {
		return err
	}
	return prepare(dsn(name), fill)
}

// keepIn lets the copies of a template be put back.
func keepIn(name string) error {
	d, err := sql.Open("pgx", dsn(name))
	if err != nil {
		return err
	}
	_, err = d.Exec(keep("kept"))
	return errors.Join(err, d.Close())
}

// alone runs f while no other package does.
func alone(f func(ctx context.Context, c *sql.Conn) error) error {
	ctx := context.Background()
	d, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer d.Close()
	c, err := d.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close() // which lets go of the lock
	if _, err := c.ExecContext(ctx, "SELECT pg_advisory_lock(20120101)"); err != nil {
		return err
	}
	return f(ctx, c)
}

// claim takes a database that another package has left, "" if there is none.
func claim() (name string, err error) {
	d, err := sql.Open("pgx", server)
	if err != nil {
		return "", err
	}
	defer d.Close()
	err = d.QueryRow(`DELETE FROM kompobib_left WHERE name = (SELECT name FROM kompobib_left WHERE template = $1 LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING name`, template).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return name, err
}

// giveBack leaves the databases to the tests of other packages.
func giveBack() error {
	d, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer d.Close()
	for _, u := range used.all {
		err = errors.Join(err, u.keeper.Close())
		_, left := d.Exec("INSERT INTO kompobib_left (name, template) VALUES ($1, $2)", u.name, template)
		err = errors.Join(err, left)
	}
	return err
}
