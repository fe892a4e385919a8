package roster

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

var (
	ErrImport = fault.Define(fault.NotFound, "roster.import")
	ErrState  = fault.Define(fault.Conflict, "roster.state") // it has been applied, undone or put away since
	ErrGone   = fault.Define(fault.NotFound, "roster.gone")  // the file has been deleted
	ErrLong   = fault.Define(fault.Conflict, "roster.long")  // and with it what is needed to undo it
)

// The states of an import.
const (
	Received  = "received"
	Ready     = "ready"
	Applied   = "applied"
	Undone    = "undone"
	Discarded = "discarded"
	Failed    = "failed"
)

// MaxFile is how large a file is taken, in bytes.
const MaxFile = 20 << 20

// MaxTime is how long it may take to carry out or undo the largest list: see [db.Lengthy].
const MaxTime = 5 * time.Minute

// keptDays is how long a file, and what its rows said, is kept.
const keptDays = 30

// chunk is how many ids stand in one statement; sealedChunk of how many rows what is sealed is held at once, half as many, for their texts go along.
const (
	chunk       = 8192
	sealedChunk = 4096
)

// sealedFile is what the file store is given: text, a third longer than what it seals.
var sealedFile = file.Limits{Size: MaxFile*2 + 1024}

// An Import is a list taken in.
type Import struct {
	ID           string
	FileName     string
	File         string // "" if it is not kept
	State        string
	Employer     string
	EmployerName string
	On           local.Date
	Choices      Choices
	Summary      Summary
	View         View
	Trouble      string
	DeleteOn     local.Date
	MadeBy       string
	MadeAt       time.Time
	AppliedAt    *time.Time
	UndoneAt     *time.Time
	Version      int

	choices, summary, view string
}

const selectImport = `SELECT id, file_name, coalesce(file, ''), state, coalesce(employer, ''), employer_name, coalesce(on_date, ''), choices, summary, view, trouble,
	delete_on, made_by, made_at, applied_at, undone_at, version FROM roster_import `

func scanImport(i *Import) []any {
	return []any{&i.ID, &i.FileName, &i.File, &i.State, &i.Employer, &i.EmployerName, &i.On, &i.choices, &i.summary, &i.view, &i.Trouble,
		&i.DeleteOn, &i.MadeBy, &i.MadeAt, &i.AppliedAt, &i.UndoneAt, &i.Version}
}

func (i *Import) decode() error {
	return errors.Join(json.Unmarshal([]byte(i.choices), &i.Choices), json.Unmarshal([]byte(i.summary), &i.Summary), json.Unmarshal([]byte(i.view), &i.View))
}

// Get returns an import that v may see.
func Get(ctx context.Context, c db.Conn, v access.Viewer, id string) (Import, error) {
	if !MayImport(v) {
		return Import{}, ErrMayNot
	}
	args := []any{id}
	i, err := db.One(ctx, c, scanImport, selectImport+`WHERE id = $1 AND `+mine(v, &args), args...)
	if errors.Is(err, db.ErrNoRows) {
		return i, ErrImport
	}
	if err == nil {
		err = i.decode()
	}
	return i, err
}

// Imports returns the latest imports that v may see.
func Imports(ctx context.Context, c db.Conn, v access.Viewer, limit int) ([]Import, error) {
	if !MayImport(v) {
		return nil, ErrMayNot
	}
	var args []any
	where := mine(v, &args)
	args = append(args, limit)
	all, err := db.All(ctx, c, scanImport, selectImport+`WHERE `+where+` ORDER BY id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
	for i := range all {
		err = errors.Join(err, all[i].decode())
	}
	return all, err
}

// Begin adds an import of which nothing is known but the file's name, which is kept without the four last of identity numbers.
func Begin(ctx context.Context, tx *db.Tx, v access.Viewer, name string, choices Choices) (Import, error) {
	if !MayImport(v) {
		return Import{}, ErrMayNot
	}
	i := Import{ID: tx.NewID(), FileName: Mask(clean(name)), State: Received, Choices: choices, DeleteOn: local.DateOf(tx.At, time.UTC).Add(keptDays),
		MadeBy: tx.By, MadeAt: tx.At, Version: 1}
	text, err := json.Marshal(choices)
	if err != nil {
		return i, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO roster_import (id, file_name, state, choices, summary, view, delete_on, made_by, made_at, read_by) VALUES ($1, $2, $3, $4, '{}', '{}', $5, $6, $7, $6)`,
		i.ID, i.FileName, i.State, string(text), i.DeleteOn, i.MadeBy, i.MadeAt); err != nil {
		return i, err
	}
	return i, audit.Record(ctx, tx, audit.Event{Act: "receive", Entity: "roster_import", Row: i.ID})
}

// Keep stores an import's file, sealed: first the envelope in a transaction, then the bytes, then that they are there.
func Keep(ctx context.Context, d *db.DB, ring *secret.Ring, files *file.Store, by string, imp Import, content []byte) (Import, error) {
	var sealed string
	err := d.Tx(ctx, by, func(ctx context.Context, tx *db.Tx) (err error) {
		sealed, err = secret.Seal(ctx, tx, ring, owner(imp.ID), string(content))
		return err
	})
	if err != nil {
		return imp, err
	}
	blob, err := files.Receive(strings.NewReader(sealed), "roster.sealed", sealedFile)
	if err != nil {
		return imp, err
	}
	return imp, d.Tx(ctx, by, func(ctx context.Context, tx *db.Tx) error {
		f, err := file.Add(ctx, tx, blob, "roster")
		if err != nil {
			return err
		}
		imp.File = f.ID
		if _, err := tx.Exec(ctx, `UPDATE roster_import SET file = $1 WHERE id = $2`, f.ID, imp.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "keep", Entity: "roster_import", Row: imp.ID, Detail: map[string]any{"file": f.ID}})
	})
}

// Content opens an import's file again.
func Content(ctx context.Context, c db.Conn, ring *secret.Ring, files *file.Store, imp Import) ([]byte, error) {
	if imp.File == "" {
		return nil, ErrGone
	}
	f, err := files.Open(imp.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sealed, err := io.ReadAll(io.LimitReader(f, sealedFile.Size))
	if err != nil {
		return nil, err
	}
	plain, err := secret.Open(ctx, c, ring, owner(imp.ID), string(sealed))
	if errors.Is(err, secret.ErrDestroyed) {
		err = ErrGone
	}
	return []byte(plain), err
}

// save stores what an import has become.
func save(ctx context.Context, tx *db.Tx, imp *Import, set string, args ...any) error {
	choices, err := json.Marshal(imp.Choices)
	if err != nil {
		return err
	}
	summary, err := json.Marshal(imp.Summary)
	if err != nil {
		return err
	}
	view, err := json.Marshal(imp.View)
	if err != nil {
		return err
	}
	var employer *string
	if imp.Employer != "" {
		employer = &imp.Employer
	}
	all := append([]any{imp.State, employer, imp.EmployerName, db.Null(imp.On), string(choices), string(summary), imp.Trouble, imp.ID, imp.Version, string(view)}, args...)
	n, err := tx.Exec(ctx, `UPDATE roster_import SET state = $1, employer = $2, employer_name = $3, on_date = $4, choices = $5, summary = $6, trouble = $7,
		view = $10, version = version + 1`+set+` WHERE id = $8 AND version = $9`, all...)
	if err == nil && n == 0 {
		err = fault.Stale
	}
	imp.Version++
	return err
}

// Finish applies an import and stores that it was.
func Finish(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, imp Import, list *List, said Decisions, step func(done, total int) error) (Import, error) {
	if imp.State != Received && imp.State != Ready {
		return imp, ErrState
	}
	if err := Apply(ctx, tx, ring, v, &imp, list, imp.Choices, said, step); err != nil {
		return imp, err
	}
	imp.State, imp.AppliedAt = Applied, &tx.At
	return imp, save(ctx, tx, &imp, `, applied_by = $11, applied_at = $12`, tx.By, tx.At)
}

// Forget deletes, by the domain's day, the files of imports and what their rows said, and with their keys all copies of it.
func Forget(ctx context.Context, tx *db.Tx) error {
	type row struct{ id, file string }
	rows, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.id, &r.file} },
		`SELECT id, coalesce(file, '') FROM roster_import WHERE delete_on <= $1 AND (file IS NOT NULL OR EXISTS (SELECT 1 FROM roster_item i WHERE i.import = roster_import.id)
			OR EXISTS (SELECT 1 FROM roster_undo u WHERE u.import = roster_import.id)) ORDER BY id`, local.DateOf(tx.At, time.UTC))
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := forget(ctx, tx, r.id, r.file); err != nil {
			return err
		}
	}
	return nil
}

func forget(ctx context.Context, tx *db.Tx, id, blob string) error {
	for _, statement := range []string{`UPDATE roster_import SET file = NULL, version = version + 1 WHERE id = $1`, `DELETE FROM roster_item WHERE import = $1`, `DELETE FROM roster_undo WHERE import = $1`} {
		if _, err := tx.Exec(ctx, statement, id); err != nil {
			return err
		}
	}
	if blob != "" {
		if err := file.Remove(ctx, tx, blob); err != nil {
			return err
		}
	}
	if err := secret.Destroy(ctx, tx, owner(id)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "forget", Entity: "roster_import", Row: id})
}

// Discard puts an import away that is not to be applied, with all that it says.
func Discard(ctx context.Context, tx *db.Tx, v access.Viewer, id string, version int) error {
	imp, err := Get(ctx, tx, v, id)
	if err != nil {
		return err
	}
	if !slices.Contains([]string{Received, Ready, Failed}, imp.State) {
		return ErrState
	}
	imp.State, imp.Version = Discarded, version
	if err := save(ctx, tx, &imp, ""); err != nil {
		return err
	}
	return forget(ctx, tx, id, imp.File)
}
