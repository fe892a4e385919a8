package backup

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/file"
)

// What an archive is refused for, before anything is written.
var (
	ErrBroken = errors.New("the archive is broken or cut short")
	ErrLater  = errors.New("the archive was made by a later version of this program")
)

// An Archive is one that has been found whole.
type Archive struct {
	Head
	zip  *zip.ReadCloser
	file map[string]*zip.File
}

// Open opens an archive and reads all of it, so that what is broken or cut short is known before it is needed.
func Open(path string) (*Archive, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		if errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: %w", ErrBroken, err)
		}
		return nil, err
	}
	a := &Archive{zip: z, file: map[string]*zip.File{}}
	for _, f := range z.File {
		a.file[f.Name] = f
	}
	if err := a.check(); err != nil {
		return nil, errors.Join(err, z.Close())
	}
	return a, nil
}

// Close closes the archive.
func (a *Archive) Close() error { return a.zip.Close() }

func (a *Archive) check() error {
	if err := a.readHead(); err != nil {
		return err
	}
	if a.Format > format {
		return fmt.Errorf("%w: its form is %d, and this program reads %d", ErrLater, a.Format, format)
	}
	if knows, err := db.Knows(a.Schema); err != nil || !knows {
		return errors.Join(err, fmt.Errorf("%w: its data stands at %d, which this program does not know", ErrLater, a.Schema))
	}
	for _, e := range a.Entries {
		if err := a.sound(e); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrBroken, e.Name, err)
		}
	}
	return nil
}

func (a *Archive) readHead() error {
	f, err := a.open(headName)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 64<<20))
	if err == nil {
		err = json.Unmarshal(text, &a.Head)
	}
	if err == nil && a.Format < 1 {
		err = errors.New("its head says nothing")
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return nil
}

// sound compares an entry with what the head says of it.
func (a *Archive) sound(e Entry) error {
	f, err := a.open(e.Name)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := &counted{hash: sha256.New()}
	if _, err := io.Copy(sum, io.LimitReader(f, e.Size+1)); err != nil {
		return err
	}
	if sum.n != e.Size || hex.EncodeToString(sum.hash.Sum(nil)) != e.SHA256 {
		return errors.New("it is not what was written")
	}
	return nil
}

func (a *Archive) open(name string) (io.ReadCloser, error) {
	f := a.file[name]
	if f == nil {
		return nil, fmt.Errorf("%s is not in it", name)
	}
	return f.Open()
}

// Restore fills an empty database and its files with what is in the archive. If it fails the database has no rows,
// and it may be run again.
func (a *Archive) Restore(ctx context.Context, d *db.DB, store *file.Store) error {
	if empty, err := d.Empty(ctx); err != nil || !empty {
		return errors.Join(err, errors.New("there is something in the database already"))
	}
	var list []string
	for _, e := range a.Entries {
		if table, ok := strings.CutPrefix(e.Name, tables); ok {
			list = append(list, strings.TrimSuffix(table, lines))
		}
		if id, ok := strings.CutPrefix(e.Name, files); ok {
			if err := a.put(store, id); err != nil {
				return fmt.Errorf("%s: %w", e.Name, err)
			}
		}
	}
	return d.Load(ctx, a.Schema, list, a.rows)
}

func (a *Archive) put(store *file.Store, id string) error {
	f, err := a.open(files + id)
	if err != nil {
		return err
	}
	return errors.Join(store.Put(id, f), f.Close())
}

// rows reads a table.
func (a *Archive) rows(table string) ([]db.Column, db.Rows, error) {
	f, err := a.open(tables + table + lines)
	if err != nil {
		return nil, nil, err
	}
	text := json.NewDecoder(bufio.NewReaderSize(f, 64<<10))
	text.UseNumber()
	var columns []db.Column
	if err := text.Decode(&columns); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return columns, func(yield func([]any, error) bool) {
		defer f.Close()
		for text.More() {
			var row []any
			err := text.Decode(&row)
			if err == nil {
				err = values(columns, row)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}, nil
}

// values makes of what JSON has what the columns hold.
func values(columns []db.Column, row []any) (err error) {
	if len(row) != len(columns) {
		return fmt.Errorf("a row of %d values for %d columns", len(row), len(columns))
	}
	for i, v := range row {
		switch kind := columns[i].Kind; v := v.(type) {
		case nil:
		case json.Number:
			row[i], err = v.Int64()
		case string:
			if kind == db.KindTime {
				row[i], err = time.Parse(time.RFC3339Nano, v)
			}
		default:
			err = fmt.Errorf("a %T in %s", v, columns[i].Name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
