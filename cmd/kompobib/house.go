package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/demo"
	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

// operator is who does what is done at the machine itself.
const operator = "operator"

// A house is the application's data, opened.
type house struct {
	db    *db.DB
	ring  *secret.Ring
	files *file.Store
	data  string // the folder
	near  bool   // the keys lie among the data
	log   *slog.Logger
	lock  io.Closer // of what serves
}

// open opens the data, and makes what is missing. It may stand open in other processes.
func (p *program) open() (*house, error) {
	if err := os.MkdirAll(p.Data, 0o700); err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	h := &house{data: p.Data, log: p.log()}
	var err error
	if h.files, err = file.OpenStore(filepath.Join(p.Data, "files"), rand.Reader); err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	if h.db, err = db.Open(p.ctx, p.dsn(), time.Now); err != nil {
		return nil, fmt.Errorf("--db: %w", errors.Join(err, h.files.Close()))
	}
	return h, nil
}

// there is an error unless the data that a command is about exists, rather than new data in which nothing stands.
func (p *program) there() error {
	if db.IsPostgres(p.dsn()) { // opening it makes nothing, and says what is missing
		return nil
	}
	if _, err := os.Stat(p.dsn()); errors.Is(err, os.ErrNotExist) {
		if p.DB == "" {
			return fmt.Errorf("--data: there is no data in %s", p.Data)
		}
		return fmt.Errorf("--db: there is no database %s", p.DB)
	}
	return nil
}

// serving is [program.unlocked] for what serves from the data, of which there is one on SQLite.
func (p *program) serving(forDemo bool) (*house, error) {
	if err := os.MkdirAll(p.Data, 0o700); err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	lock, err := db.Serving(p.dsn())
	if err != nil {
		setting := "db"
		if p.DB == "" {
			setting = "data"
		}
		return nil, fmt.Errorf("--%s: %w", setting, err)
	}
	h, err := p.unlocked(forDemo)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	h.lock = lock
	return h, nil
}

// unlocked is [program.open] with the schema brought up to date and the keys at hand.
func (p *program) unlocked(forDemo bool) (*house, error) {
	h, err := p.open()
	if err != nil {
		return nil, err
	}
	if forDemo { // before anything is done to what is real, or asked of it
		err = demo.Check(p.ctx, h.db)
	}
	if err == nil {
		err = h.db.Migrate(p.ctx)
	}
	if err == nil {
		err = h.unlock(p, forDemo)
	}
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

// keyCheck is the setting by which the keys are known again.
const keyCheck = "key_check"

// unlock takes the keys, and makes them for new data. Other keys than the data was sealed with are refused
// before anything is sealed with them too.
func (h *house) unlock(p *program, forDemo bool) error {
	path, err := p.keyFile(forDemo)
	if err != nil {
		return err
	}
	want, err := db.Setting(p.ctx, h.db, keyCheck)
	if err != nil {
		return err
	}
	if h.ring, err = secret.LoadRing(path, want == ""); err != nil {
		return fmt.Errorf("--key-file: %w", err)
	}
	h.near = within(path, p.Data)
	got := h.ring.Hash(keyCheck, "")
	if want == "" {
		return h.db.Tx(p.ctx, operator, func(ctx context.Context, tx *db.Tx) error { return db.SetSetting(ctx, tx, keyCheck, got) })
	}
	if got != want {
		return fmt.Errorf("--key-file: %s holds other keys than those that the data was sealed with", path)
	}
	return nil
}

// within reports whether a file lies in a folder.
func within(path, folder string) bool {
	path, err := filepath.Abs(path)
	absolute, err2 := filepath.Abs(folder)
	return err == nil && err2 == nil && strings.HasPrefix(path, absolute+string(filepath.Separator))
}

// today is the domain's day, as it is in Sweden.
func (h *house) today() local.Date { return local.DateOf(h.db.Now(), local.Zone("Europe/Stockholm")) }

func (h *house) close() error {
	err := errors.Join(h.db.Close(), h.files.Close())
	if h.lock != nil { // the last, so that who comes next finds all closed
		err = errors.Join(err, h.lock.Close())
	}
	return err
}

type migrateCommand struct{}

func (migrateCommand) Run(p *program) error {
	h, err := p.open()
	if err != nil {
		return err
	}
	defer h.close()
	pending, err := h.db.Pending(p.ctx)
	if err == nil {
		err = h.db.Migrate(p.ctx)
	}
	if err == nil {
		_, err = fmt.Fprintf(p.stdout, "%d migrations run, the schema is up to date\n", len(pending))
	}
	return err
}
