package reflection

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

var (
	ErrRecordEmpty = fault.Define(fault.Invalid, "reflection.record-empty")
	ErrRecordLong  = fault.Define(fault.Invalid, "reflection.record-long")
	ErrNotWriter   = fault.Define(fault.Forbidden, "reflection.not-writer")
	ErrNotLeader   = fault.Define(fault.Forbidden, "reflection.not-leader")
	ErrAhead       = fault.Define(fault.Invalid, "reflection.ahead")
	ErrUnwritten   = fault.Define(fault.Invalid, "reflection.unwritten") // args: the day on which it was written
	ErrNothing     = fault.Define(fault.NotFound, "reflection.no-record")
)

// A Record is what a workplace has written down together of its workshop, or of its learning.
type Record struct {
	ID      string
	Version int // of its last text; 0 if nothing is written
	Written
}

// A Written is one version of a record.
type Written struct {
	Number   int
	Body     string // Markdown
	MadeBy   string
	MadeAt   time.Time
	AgreedOn local.Date // "" if the workplace has not agreed on it
	AgreedBy string
}

const written = `t.version, t.body, t.made_by, t.made_at, coalesce(t.agreed_on, ''), coalesce(t.agreed_by, '')`

func scanWritten(t *Written) []any {
	return []any{&t.Number, &t.Body, &t.MadeBy, &t.MadeAt, &t.AgreedOn, &t.AgreedBy}
}

// GetRecord returns the record of a workplace, which is empty before anything is written. at is what [learning.Find] found, which says
// that the reader may read it.
func GetRecord(ctx context.Context, c db.Conn, at learning.Place) (Record, error) {
	r, err := db.One(ctx, c, func(r *Record) []any { return append([]any{&r.ID, &r.Version}, scanWritten(&r.Written)...) },
		`SELECT r.id, r.version, `+written+` FROM learning_record r JOIN learning_record_text t ON t.record = r.id AND t.version = r.version
		WHERE r.programme = $1 AND r.workplace = $2`, at.Programme, at.Workplace)
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return r, err
}

// RecordVersions are all texts that a workplace's record has had, the present one first.
func RecordVersions(ctx context.Context, c db.Conn, at learning.Place) ([]Written, error) {
	return db.All(ctx, c, scanWritten, `SELECT `+written+` FROM learning_record_text t JOIN learning_record r ON r.id = t.record
		WHERE r.programme = $1 AND r.workplace = $2 ORDER BY t.version DESC`, at.Programme, at.Workplace)
}

// An Inherited record is that of a workplace that has gone up in this one.
type Inherited struct {
	Workplace string
	Written
}

// InheritedRecords are the last texts of the workplaces that have gone up in a workplace.
func InheritedRecords(ctx context.Context, c db.Conn, at learning.Place) ([]Inherited, error) {
	merges, err := people.Merges(ctx, c)
	if err != nil {
		return nil, err
	}
	units := []string{at.Workplace}
	for range merges {
		for _, m := range merges {
			if slices.Contains(units, m.Into) && !slices.Contains(units, m.Unit) {
				units = append(units, m.Unit)
			}
		}
	}
	if len(units) == 1 {
		return nil, nil
	}
	args := []any{at.Programme}
	return db.All(ctx, c, func(i *Inherited) []any { return append([]any{&i.Workplace}, scanWritten(&i.Written)...) },
		`SELECT r.workplace, `+written+` FROM learning_record r JOIN learning_record_text t ON t.record = r.id AND t.version = r.version
		WHERE r.programme = $1 AND r.workplace IN `+db.In(&args, units[1:])+` ORDER BY r.workplace`, args...)
}

// WriteRecord gives a workplace's record a new text, if version still is that of the last, 0 for none. What was agreed on before stays agreed on as it
// was; the new text has to be agreed on anew.
func WriteRecord(ctx context.Context, tx *db.Tx, v access.Viewer, prog, workplace string, version int, body string) (Record, error) {
	at, err := learning.Find(ctx, tx, v, prog, workplace)
	if err != nil {
		return Record{}, err
	}
	if !at.Member && !at.Leads {
		return Record{}, ErrNotWriter
	}
	body = strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))
	var faults fault.List
	faults.Unless(body != "", ErrRecordEmpty.At("body"))
	faults.Unless(utf8.RuneCountInString(body) <= MaxText, ErrRecordLong.At("body", MaxText))
	if err := faults.Err(); err != nil {
		return Record{}, err
	}
	r := Record{Version: version + 1, Written: Written{Number: version + 1, Body: body, MadeBy: tx.By, MadeAt: tx.At}}
	if version == 0 {
		r.ID = tx.NewID()
		_, err = tx.Exec(ctx, `INSERT INTO learning_record (id, programme, workplace, version) VALUES ($1, $2, $3, 1)`, r.ID, at.Programme, at.Workplace)
		if errors.Is(err, db.ErrDuplicate) {
			err = fault.Stale
		}
	} else {
		r.ID, err = db.One(ctx, tx, func(id *string) []any { return []any{id} }, `UPDATE learning_record SET version = version + 1
			WHERE programme = $1 AND workplace = $2 AND version = $3 RETURNING id`, at.Programme, at.Workplace, version)
		if errors.Is(err, db.ErrNoRows) {
			err = fault.Stale
		}
	}
	if err != nil {
		return r, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO learning_record_text (record, version, body, made_by, made_at) VALUES ($1, $2, $3, $4, $5)`,
		r.ID, r.Version, r.Body, r.MadeBy, r.MadeAt); err != nil {
		return r, err
	}
	return r, audit.Record(ctx, tx, audit.Event{Act: "write", Entity: "learning_record", Row: r.ID, Detail: map[string]any{"version": r.Version}})
}

// Agree says that the workplace agreed on the text with a version on a day in a zone, if it still is the last and not agreed on yet. Its leader says so. That was no
// earlier than the day on which it was written, however long ago the workshop is: what was agreed on before was another text, or none.
func Agree(ctx context.Context, tx *db.Tx, v access.Viewer, prog, workplace string, version int, on local.Date, zone string) error {
	at, err := learning.Find(ctx, tx, v, prog, workplace)
	if err != nil {
		return err
	}
	if !at.Leads {
		return ErrNotLeader
	}
	r, err := GetRecord(ctx, tx, at)
	if err != nil {
		return err
	}
	if r.Version == 0 {
		return ErrNothing
	}
	if r.Version != version || r.AgreedOn != "" {
		return fault.Stale
	}
	var faults fault.List
	written := local.DateOf(r.MadeAt, local.Zone(zone))
	switch {
	case !on.Valid():
		faults = append(faults, local.ErrDate.At("on"))
	case on > local.DateOf(tx.At, local.Zone(zone)):
		faults = append(faults, ErrAhead.At("on"))
	case on < written:
		faults = append(faults, ErrUnwritten.At("on", written))
	}
	if err := faults.Err(); err != nil {
		return err
	}
	// Whoever writes meanwhile raises the version of the record's row, which both touch.
	n, err := tx.Exec(ctx, `UPDATE learning_record SET version = version WHERE id = $1 AND version = $2`, r.ID, version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	n, err = tx.Exec(ctx, `UPDATE learning_record_text SET agreed_on = $1, agreed_by = $2 WHERE record = $3 AND version = $4 AND agreed_on IS NULL`, on, tx.By, r.ID, version)
	if err == nil && n == 0 {
		err = fault.Stale // agreed on meanwhile
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "agree", Entity: "learning_record", Row: r.ID, Detail: map[string]any{"version": version}})
}
