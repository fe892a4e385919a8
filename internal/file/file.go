// Package file keeps blobs: scans, logotypes, documents. The bytes stand in a folder under an id
// made here, never under a name that a person chose; what is known about them stands in the database.
package file

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"kompobib/internal/db"
	"kompobib/internal/fault"
)

var (
	ErrNotFound = fault.Define(fault.NotFound, "file.not-found")
	ErrEmpty    = fault.Define(fault.Invalid, "file.empty")
	ErrTooLarge = fault.Define(fault.TooLarge, "file.too-large") // args: the most that is taken, in megabytes
	ErrMedia    = fault.Define(fault.Invalid, "file.media")      // args: what it is
)

// A File is what is known about a blob.
type File struct {
	ID      string
	Name    string // as the person's own file was called, without folders
	Media   string // found out from the bytes, never what the sender said
	Size    int64
	SHA256  string
	Purpose string // 'sheet-scan', 'logo'
	MadeBy  string
	MadeAt  time.Time
}

// Limits are what a purpose takes.
type Limits struct {
	Size  int64    // bytes
	Media []string // 'image/png', 'image/jpeg', 'image/webp', 'image/svg+xml', 'application/pdf'; nil for what is sealed, whose chance beginning tells nothing
}

// What most purposes take.
var (
	Scan = Limits{20 << 20, []string{"image/jpeg", "image/png", "image/webp", "application/pdf"}}
	Logo = Limits{1 << 20, []string{"image/svg+xml", "image/png", "image/jpeg", "image/webp"}}

	// Document is what is published.
	Document = Limits{20 << 20, append([]string{"application/pdf", "image/png", "image/jpeg", "image/webp"}, slices.Sorted(maps.Values(office))...)}
)

// office are documents of office programs, by how their names end.
var office = map[string]string{
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":  "application/vnd.oasis.opendocument.text",
	".ods":  "application/vnd.oasis.opendocument.spreadsheet",
	".odp":  "application/vnd.oasis.opendocument.presentation",
}

// officeOf is the kind of an office document that begins with head, "" if it is none. They are all ZIP files: those of
// Open Document begin with their kind, those of Office Open XML with one of a few parts, and only the name tells which they are.
func officeOf(head []byte, name string) string {
	kind := office[strings.ToLower(filepath.Ext(name))]
	if len(head) < 30 || kind == "" {
		return ""
	}
	first := string(head[30:])
	if strings.HasPrefix(first, "mimetype"+kind) {
		return kind
	}
	for _, part := range []string{"[Content_Types].xml", "_rels/", "docProps/", "word/", "xl/", "ppt/"} {
		if strings.HasPrefix(first, part) && strings.Contains(kind, "openxmlformats") {
			return kind
		}
	}
	return ""
}

// A Store is the folder of blobs.
type Store struct {
	root   *os.Root
	random io.Reader
}

// OpenStore opens the folder, and makes it if it is missing. Ids are made of random.
func OpenStore(folder string, random io.Reader) (*Store, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	return &Store{root, random}, nil
}

// Close closes the store.
func (s *Store) Close() error { return s.root.Close() }

// Receive stores the bytes of r under a new id, before the transaction that makes them known
// with [Add]: a transaction waits for no file. If it never does, [Store.Sweep] removes them.
func (s *Store) Receive(r io.Reader, name string, limits Limits) (File, error) {
	head := make([]byte, 512)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return File{}, received(err, limits)
	}
	head = head[:n]
	if n == 0 {
		return File{}, ErrEmpty
	}
	f := File{Name: baseName(name), Media: "application/octet-stream"}
	if limits.Media != nil {
		if f.Media = sniff(head); f.Media == "application/zip" {
			f.Media = cmp.Or(officeOf(head, f.Name), f.Media)
		}
		if !slices.Contains(limits.Media, f.Media) {
			return File{}, ErrMedia.With(f.Media)
		}
	}
	var random [16]byte
	if _, err := io.ReadFull(s.random, random[:]); err != nil {
		return File{}, err
	}
	f.ID = strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:]))
	blob, err := s.root.OpenFile(f.ID, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return File{}, err
	}
	hash := sha256.New()
	all := io.MultiReader(strings.NewReader(string(head)), r)
	f.Size, err = io.Copy(io.MultiWriter(blob, hash), io.LimitReader(all, limits.Size+1))
	err = errors.Join(err, blob.Sync(), blob.Close())
	if err == nil && f.Size > limits.Size {
		err = tooLarge(limits)
	}
	if err == nil {
		err = s.sync()
	}
	if err != nil {
		return File{}, errors.Join(received(err, limits), s.root.Remove(f.ID))
	}
	f.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return f, nil
}

// Put stores bytes again under the id that they had, when all is put back from a backup.
func (s *Store) Put(id string, r io.Reader) error {
	if !isID(id) {
		return ErrNotFound
	}
	blob, err := s.root.OpenFile(id, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(blob, r)
	return errors.Join(err, blob.Sync(), blob.Close(), s.sync())
}

// sync makes the folder's new name durable.
func (s *Store) sync() error {
	folder, err := s.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// received turns the error of a request that was cut off for being too large into our fault.
func received(err error, limits Limits) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(limits)
	}
	return err
}

func tooLarge(limits Limits) error { return ErrTooLarge.With(max(1, limits.Size>>20)) }

// Add makes received bytes known, for a purpose.
func Add(ctx context.Context, tx *db.Tx, f File, purpose string) (File, error) {
	f.Purpose, f.MadeBy, f.MadeAt = purpose, tx.By, tx.At
	_, err := tx.Exec(ctx, `INSERT INTO file (id, name, media, size, sha256, purpose, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		f.ID, f.Name, f.Media, f.Size, f.SHA256, f.Purpose, f.MadeBy, f.MadeAt)
	return f, err
}

// Get returns what is known about a blob. Whoever asks for it must be allowed to by the row that names it.
func Get(ctx context.Context, c db.Conn, id string) (File, error) {
	f, err := db.One(ctx, c, func(f *File) []any {
		return []any{&f.ID, &f.Name, &f.Media, &f.Size, &f.SHA256, &f.Purpose, &f.MadeBy, &f.MadeAt}
	}, `SELECT id, name, media, size, sha256, purpose, made_by, made_at FROM file WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		return f, ErrNotFound
	}
	return f, err
}

// Several is [Get] for several, by id; those that are missing are left out.
func Several(ctx context.Context, c db.Conn, ids []string) (map[string]File, error) {
	var args []any
	list, err := db.All(ctx, c, func(f *File) []any {
		return []any{&f.ID, &f.Name, &f.Media, &f.Size, &f.SHA256, &f.Purpose, &f.MadeBy, &f.MadeAt}
	}, `SELECT id, name, media, size, sha256, purpose, made_by, made_at FROM file WHERE id IN `+db.In(&args, ids), args...)
	files := make(map[string]File, len(list))
	for _, f := range list {
		files[f.ID] = f
	}
	return files, err
}

// Remove forgets a blob. Its bytes go at the next [Store.Sweep].
func Remove(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `DELETE FROM file WHERE id = $1`, id)
	return err
}

// Open opens a blob's bytes.
func (s *Store) Open(id string) (*os.File, error) {
	if !isID(id) {
		return nil, ErrNotFound
	}
	f, err := s.root.Open(id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	return f, err
}

// Sweep removes bytes that were received before a machine time and that no row tells of.
func (s *Store) Sweep(ctx context.Context, c db.Conn, before time.Time) (removed int, err error) {
	entries, err := fs.ReadDir(s.root.FS(), ".")
	if err != nil {
		return 0, err
	}
	var old []string
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && isID(entry.Name()) && info.ModTime().Before(before) {
			old = append(old, entry.Name())
		}
	}
	for part := range slices.Chunk(old, 8192) {
		var args []any
		known, err := db.Values[string](ctx, c, `SELECT id FROM file WHERE id IN `+db.In(&args, part), args...)
		if err != nil {
			return removed, err
		}
		for _, id := range part {
			if slices.Contains(known, id) {
				continue
			}
			if err := s.root.Remove(id); err != nil {
				return removed, err
			}
			removed++
		}
	}
	return removed, nil
}

// sniff finds out what bytes are from how they begin.
func sniff(head []byte) string {
	media, _, _ := strings.Cut(http.DetectContentType(head), ";")
	if strings.HasPrefix(media, "text/") {
		d := xml.NewDecoder(strings.NewReader(string(head)))
		for {
			token, err := d.Token()
			if err != nil {
				return media
			}
			if start, ok := token.(xml.StartElement); ok {
				if start.Name.Local == "svg" && start.Name.Space == "http://www.w3.org/2000/svg" {
					return "image/svg+xml"
				}
				return media
			}
		}
	}
	return media
}

// baseName is a name without folders and without what a screen or a header cannot show.
func baseName(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if runes := []rune(name); len(runes) > 120 {
		name = string(runes[len(runes)-120:]) // the end tells what kind it is
	}
	if name == "." || name == "/" {
		return ""
	}
	return name
}

// isID keeps everything but our own names from the folder.
func isID(s string) bool {
	return len(s) == 26 && strings.Trim(s, "0123456789abcdefghijklmnopqrstuv") == ""
}
