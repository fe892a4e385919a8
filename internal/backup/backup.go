// Package backup writes all that an installation has into one file, while it is in use, and puts it back: into an
// empty place, on either engine.
//
// The file is a zip archive, so that it can be opened without us: tables/NAME.jsonl has the columns of a table and then a
// row on each line, files/ID the bytes of a file, and head.json, written last, says what there is, with the checksum of
// each. The keys that sealed fields are opened with are never in it.
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
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/file"
)

// format is the version of the archive's own form. A program reads its own and all earlier ones.
const format = 1

// Unfinished is how the file is called, beside its place, until it is whole.
const Unfinished = ".backup-*"

const (
	headName = "head.json"
	tables   = "tables/"
	files    = "files/"
	lines    = ".jsonl"
)

// left are tables that nobody wants back: who was signed in signs in anew.
var left = []string{"session"}

// A Head says what is in an archive.
type Head struct {
	Format   int               `json:"format"`
	MadeAt   time.Time         `json:"made_at"` // by the machine's clock
	Engine   string            `json:"engine"`
	Schema   db.Migration      `json:"schema"`   // the last migration
	Keys     string            `json:"keys"`     // by which the keys that the data was sealed with are known again
	Settings map[string]string `json:"settings"` // that the program ran with, less what is secret
	Entries  []Entry           `json:"entries"`
	Missing  []string          `json:"missing"` // files that should have been there
}

// An Entry is one of the files in an archive.
type Entry struct {
	Name   string `json:"name"`
	Rows   int    `json:"rows,omitempty"` // of a table
	Size   int64  `json:"size"`           // of what is in it, in bytes
	SHA256 string `json:"sha256"`
}

// Rows is how many rows a table has in the archive.
func (h Head) Rows(table string) int {
	for _, e := range h.Entries {
		if e.Name == tables+table+lines {
			return e.Rows
		}
	}
	return 0
}

// Count is how many tables, rows and files there are.
func (h Head) Count() (nTables, nRows, nFiles int) {
	for _, e := range h.Entries {
		if strings.HasPrefix(e.Name, tables) {
			nTables++
			nRows += e.Rows
		} else {
			nFiles++
		}
	}
	return nTables, nRows, nFiles
}

// Write writes an archive to a path where there is none, whole or not at all, for its owner's eyes only. All in it
// is as it was at one moment, whatever is written meanwhile. The head's time, keys and settings are the caller's.
func Write(ctx context.Context, path string, d *db.DB, store *file.Store, head Head) (_ Head, err error) {
	if _, err := os.Lstat(path); err == nil {
		return head, fmt.Errorf("%s is there already", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), Unfinished) // 0600
	if err != nil {
		return head, err
	}
	defer os.Remove(f.Name()) // unless it has got its name
	w := &writer{zip: zip.NewWriter(f), head: head}
	w.head.Format, w.head.Engine, w.head.Entries, w.head.Missing = format, d.Engine(), nil, []string{}
	err = d.Snapshot(ctx, func(c db.Conn) error { return w.all(ctx, c, d, store) })
	if err == nil {
		err = w.close()
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return w.head, err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return w.head, err
	}
	if folder, err := os.Open(filepath.Dir(path)); err == nil { // to make the name durable, where folders can be flushed
		_ = errors.Join(folder.Sync(), folder.Close())
	}
	return w.head, nil
}

type writer struct {
	zip  *zip.Writer
	head Head
}

func (w *writer) all(ctx context.Context, c db.Conn, d *db.DB, store *file.Store) (err error) {
	w.head.Schema, err = d.Dump(ctx, c, func(table string, columns []db.Column, rows db.Rows) error {
		if slices.Contains(left, table) {
			return nil
		}
		return w.entry(tables+table+lines, func(e *Entry, to io.Writer) error {
			text := json.NewEncoder(to)
			text.SetEscapeHTML(false)
			if err := text.Encode(columns); err != nil {
				return err
			}
			for row, err := range rows {
				if err != nil {
					return err
				}
				if err := text.Encode(row); err != nil {
					return err
				}
				e.Rows++
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	ids, err := db.Values[string](ctx, c, `SELECT id FROM file ORDER BY id`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		blob, err := store.Open(id)
		if errors.Is(err, file.ErrNotFound) {
			w.head.Missing = append(w.head.Missing, id)
			continue
		}
		if err == nil {
			err = w.entry(files+id, func(_ *Entry, to io.Writer) error {
				_, err := io.Copy(to, blob)
				return err
			})
			err = errors.Join(err, blob.Close())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// entry adds one of the files in the archive.
func (w *writer) entry(name string, f func(e *Entry, to io.Writer) error) error {
	packed, err := w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: w.head.MadeAt})
	if err != nil {
		return err
	}
	e := Entry{Name: name}
	sum := &counted{hash: sha256.New()}
	buffer := bufio.NewWriterSize(io.MultiWriter(packed, sum), 64<<10)
	if err := errors.Join(f(&e, buffer), buffer.Flush()); err != nil {
		return err
	}
	e.Size, e.SHA256 = sum.n, hex.EncodeToString(sum.hash.Sum(nil))
	w.head.Entries = append(w.head.Entries, e)
	return nil
}

func (w *writer) close() error {
	text, err := json.MarshalIndent(w.head, "", "\t")
	if err != nil {
		return err
	}
	to, err := w.zip.CreateHeader(&zip.FileHeader{Name: headName, Method: zip.Deflate, Modified: w.head.MadeAt})
	if err != nil {
		return err
	}
	if _, err := to.Write(text); err != nil {
		return err
	}
	return w.zip.Close()
}

// counted is a checksum that also counts.
type counted struct {
	hash hash.Hash
	n    int64
}

func (c *counted) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return c.hash.Write(b)
}
