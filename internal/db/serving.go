package db

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// ErrServed says that another process serves from the database.
var ErrServed = errors.New("another process serves from this database already: stop it first, or give this one other data")

// Serving makes this process the one that serves from a database, until what it returns is closed. Of an SQLite file there is but one such: two would
// each send letters, do jobs and take turns that know nothing of the other's. Of PostgreSQL there may be many. Others may open the database all the same.
//
// The lock is on a file of its own beside the database: to open and close the database's own would let go of SQLite's locks on it. The file stays,
// and says nothing by being there. See docs/decisions/0021-the-server-has-a-lock-of-its-own.md.
func Serving(dsn string) (io.Closer, error) {
	if IsPostgres(dsn) {
		return io.NopCloser(nil), nil
	}
	path := dsn
	if real, err := filepath.EvalSymlinks(dsn); err == nil { // by whatever name
		path = real
	} else if folder, err := filepath.EvalSymlinks(filepath.Dir(dsn)); err == nil {
		path = filepath.Join(folder, filepath.Base(dsn))
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("there is no folder %s", filepath.Dir(path))
	}
	f, err := os.OpenFile(path+"-serving", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	held, err := lockFile(f)
	switch {
	case held:
		return nil, errors.Join(ErrServed, f.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("db: lock %s: %w", f.Name(), err), f.Close())
	}
	return f, nil
}
