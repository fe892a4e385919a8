package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"kompobib/internal/backup"
	"kompobib/internal/db"
	"kompobib/internal/secret"
)

type backupCommand struct {
	File string `arg:"" help:"The archive to be made. It must not be there yet."`
}

func (c *backupCommand) Run(p *program) error {
	if folder, err := os.Stat(filepath.Dir(c.File)); err != nil || !folder.IsDir() {
		return fmt.Errorf("no backup was made: there is no folder %s. Make it first, or name another", filepath.Dir(c.File))
	}
	if err := p.there(); err != nil {
		return fmt.Errorf("no backup was made: %w", err)
	}
	h, err := p.open()
	if err != nil {
		return err
	}
	defer h.close()
	head, err := h.backup(p.ctx, c.File, p.told())
	if err != nil {
		return fmt.Errorf("no backup was made: %w", err)
	}
	fmt.Fprintf(p.stdout, "%s holds %s\n", c.File, amount(head))
	for _, id := range head.Missing {
		fmt.Fprintf(p.stderr, "the file %s is missing from the data, and so from the backup\n", id)
	}
	_, err = fmt.Fprintln(p.stdout, "The keys are not in it: without a copy of the key file it cannot be used")
	return err
}

func amount(h backup.Head) string {
	tables, rows, files := h.Count()
	return fmt.Sprintf("%d rows of %d tables and %d files, as of %s", rows, tables, files, h.MadeAt.Local().Format("2006-01-02 15:04:05"))
}

// backup writes all that there is into an archive.
func (h *house) backup(ctx context.Context, path string, settings map[string]string) (backup.Head, error) {
	keys, err := db.Setting(ctx, h.db, keyCheck)
	if err != nil {
		return backup.Head{}, err
	}
	return backup.Write(ctx, path, h.db, h.files, backup.Head{MadeAt: time.Now().UTC().Truncate(time.Second), Keys: keys, Settings: settings})
}

// told are the settings of the environment and the flags, which go before them, to be read when the same is set up anew; what is secret is left out.
func (p *program) told() map[string]string {
	told := ours(p.env)
	maps.Copy(told, p.given)
	for name, value := range told {
		if strings.Contains(name, "PASSWORD") {
			delete(told, name)
		}
		if u, err := url.Parse(value); err == nil && u.Scheme != "" {
			query := u.Query()
			query.Del("password")
			u.RawQuery = query.Encode()
			if u.User != nil {
				u.User = url.User(u.User.Username())
			}
			told[name] = u.String()
		}
	}
	return told
}

type restoreCommand struct {
	File      string `arg:"" help:"The archive."`
	Overwrite bool   `help:"Put it in the place of the data that is there. That is moved aside, and nothing of it is removed."`
}

func (c *restoreCommand) Run(p *program) error {
	a, err := backup.Open(c.File) // reads all of it
	if err != nil {
		return fmt.Errorf("nothing was restored: %w", err)
	}
	defer a.Close()
	if err := p.sealedWith(a.Keys); err != nil {
		return fmt.Errorf("nothing was restored: %w", err)
	}
	if c.Overwrite {
		if err := p.moveAside(); err != nil {
			return fmt.Errorf("nothing was restored: %w", err)
		}
	}
	h, err := p.open()
	if err != nil {
		return err
	}
	defer h.close()
	if empty, err := h.db.Empty(p.ctx); err != nil || !empty {
		return errors.Join(err, errors.New("nothing was restored: there is data already. Give another --data or --db, or --overwrite to move it aside"))
	}
	if err := a.Restore(p.ctx, h.db, h.files); err != nil {
		return fmt.Errorf("restoring failed, and the database holds nothing: %w", err)
	}
	fmt.Fprintf(p.stdout, "Restored %s\n", amount(a.Head))
	for _, id := range a.Missing {
		fmt.Fprintf(p.stderr, "the file %s was missing when the backup was made\n", id)
	}
	return h.examine(p.ctx, p.stdout)
}

// sealedWith refuses a key file that does not open what is in an archive. One that is not there may still come.
func (p *program) sealedWith(keys string) error {
	path, err := p.keyFile(false)
	if err != nil {
		return err
	}
	ring, err := secret.LoadRing(path, false)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fmt.Fprintf(p.stderr, "there are no keys at %s: put the key file there before anything is served\n", path)
		return nil
	case err != nil:
		return fmt.Errorf("--key-file: %w", err)
	case keys != "" && ring.Hash(keyCheck, "") != keys:
		return fmt.Errorf("--key-file: %s holds other keys than those that the data was sealed with", path)
	}
	return nil
}

// moveAside makes room for a restore, and says where what was there lies now.
func (p *program) moveAside() error {
	now := time.Now()
	to, err := db.MoveAside(p.ctx, p.dsn(), now)
	if err != nil {
		return err
	}
	if to != "" {
		fmt.Fprintln(p.stdout, "The database that was there lies in", to)
	}
	files := filepath.Join(p.Data, "files")
	aside := files + now.UTC().Format(".before_20060102_150405")
	switch err := os.Rename(files, aside); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	_, err = fmt.Fprintln(p.stdout, "The files that were there lie in", aside)
	return err
}

// scheduled are the settings of copies that are made by themselves.
type scheduled struct {
	BackupDir   string `placeholder:"DIR" help:"Folder that backups are made in by themselves: on another disk than the data. Default: none are made."`
	BackupEvery span   `default:"24h" placeholder:"TIME" help:"How often."`
	BackupKeep  number `default:"14" placeholder:"NUMBER" help:"How many are kept."`
}

func (s *scheduled) check(refuse func(setting, value, allowed string)) {
	if s.BackupEvery.is < time.Minute {
		refuse("backup-every", s.BackupEvery.written, "a minute or more, such as 24h")
	}
	if s.BackupKeep.is < 1 {
		refuse("backup-keep", s.BackupKeep.written, "1 or more")
	}
}

const (
	backupName = "kompobib-*.zip"
	backupTime = "20060102T150405Z"
)

// copies makes backups until ctx is done. What is due is told by the names of those that are there, so it makes no
// difference how often we are started, or how many of us there are.
func (h *house) copies(ctx context.Context, s scheduled, settings map[string]string) {
	if s.BackupDir == "" {
		return
	}
	for {
		if err := h.copyDue(ctx, s, settings, time.Now()); err != nil && ctx.Err() == nil {
			h.log.ErrorContext(ctx, "no backup was made", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(min(s.BackupEvery.is, time.Minute)):
		}
	}
}

// copyDue makes a backup if none is younger than it may be, and then removes those that are too many.
func (h *house) copyDue(ctx context.Context, s scheduled, settings map[string]string, now time.Time) error {
	if err := os.MkdirAll(s.BackupDir, 0o700); err != nil {
		return err
	}
	made, err := filepath.Glob(filepath.Join(s.BackupDir, backupName))
	if err != nil {
		return err
	}
	slices.Sort(made)
	name := func(at time.Time) string {
		return filepath.Join(s.BackupDir, strings.Replace(backupName, "*", at.UTC().Format(backupTime), 1))
	}
	if len(made) > 0 && made[len(made)-1] > name(now.Add(-s.BackupEvery.is)) {
		return nil
	}
	if err := sweep(s.BackupDir, now.AddDate(0, 0, -1)); err != nil {
		return err
	}
	path := name(now)
	head, err := h.backup(ctx, path, settings)
	if err != nil {
		return err
	}
	h.log.InfoContext(ctx, "backup made", "file", path, "missing", len(head.Missing))
	made = append(made, path)
	for _, old := range made[:max(0, len(made)-s.BackupKeep.is)] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes what was left by a backup that was cut short before a time.
func sweep(folder string, before time.Time) error {
	halves, err := filepath.Glob(filepath.Join(folder, backup.Unfinished))
	for _, half := range halves {
		if info, failed := os.Stat(half); failed == nil && info.ModTime().Before(before) {
			err = errors.Join(err, os.Remove(half))
		}
	}
	return err
}
