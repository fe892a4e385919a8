// Package reflection is what people and workplaces write of what they learn: someone's own logbook, what they choose to
// share of it, the themes and quotations that the office finds in what is shared, and a workplace's joint record.
//
// A logbook is its author's. Each text of it is sealed with the author's key, also where it is shared; a row that is not shared says
// nothing but whose it is and what it is about. What others read is known to them by a name of its own, so that neither the
// audit log nor an address tells who wrote what is shared without a name.
package reflection

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

var (
	ErrNotFound = fault.Define(fault.NotFound, "reflection.not-found")
	ErrEmpty    = fault.Define(fault.Invalid, "reflection.empty")
	ErrLong     = fault.Define(fault.Invalid, "reflection.long")
	ErrTitle    = fault.Define(fault.Invalid, "reflection.title-long")
	ErrOccasion = fault.Define(fault.Invalid, "reflection.occasion-not")
	ErrQuoted   = fault.Define(fault.Conflict, "reflection.quoted-still")
	ErrReported = fault.Define(fault.Conflict, "reflection.quoted-report")
)

// MaxText is the most characters of a text.
const MaxText = 100_000

const maxTitle = 200

// Questions are those that a reflection is guided by, by name; the last is for whatever else.
var Questions = []string{"take", "try", "users", "free"}

// A Text is one version of what a reflection says.
type Text struct {
	Title   string            `json:"title,omitempty"`
	Answers map[string]string `json:"answers,omitempty"` // by question
}

// A Reflection is an entry of a logbook as its author sees it.
type Reflection struct {
	ID       string
	Occasion string // "" for none
	About    string // the title of what it is about
	Date     local.Date
	Version  int // of its last text
	Text
	Sharing

	person string
	sealed string
}

// Sharing is where a reflection is read by others.
type Sharing struct {
	Level         Level
	Shared        string // what it is known by there
	SharedVersion int    // of the text that others read
	SharedOn      local.Date
	Programme     string
	Workplace     string // "" for none
	Named         bool
}

// A Version is a text that a reflection has had.
type Version struct {
	Number int
	MadeAt time.Time
	Text

	sealed string
}

// said reports whether there is anything in a text, and trims it.
func (t *Text) said() bool {
	t.Title = strings.TrimSpace(t.Title)
	answers := map[string]string{}
	for _, q := range Questions {
		if text := strings.TrimSpace(strings.ReplaceAll(t.Answers[q], "\r\n", "\n")); text != "" {
			answers[q] = text
		}
	}
	t.Answers = answers
	return len(answers) > 0
}

// Whole is all that a text says, its parts with empty lines between.
func (t Text) Whole() string {
	var parts []string
	for _, q := range Questions {
		if t.Answers[q] != "" {
			parts = append(parts, t.Answers[q])
		}
	}
	return strings.Join(parts, "\n\n")
}

func (t *Text) check() error {
	var faults fault.List
	faults.Unless(t.said(), ErrEmpty.At("take"))
	faults.Unless(utf8.RuneCountInString(t.Title) <= maxTitle, ErrTitle.At("title", maxTitle))
	length := 0
	for _, q := range Questions {
		if length += utf8.RuneCountInString(t.Answers[q]); length > MaxText {
			faults.Unless(false, ErrLong.At(q, MaxText))
			break
		}
	}
	return faults.Err()
}

func (t Text) seal(ctx context.Context, tx *db.Tx, ring *secret.Ring, person string) (string, error) {
	plain, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	return secret.Seal(ctx, tx, ring, person, string(plain))
}

// unseal opens texts in one query. Those whose key is destroyed say nothing.
func unseal(ctx context.Context, c db.Conn, ring *secret.Ring, items []secret.Item) ([]Text, error) {
	plain, err := secret.OpenAll(ctx, c, ring, items)
	if err != nil {
		return nil, err
	}
	texts := make([]Text, len(plain))
	for i, p := range plain {
		if p == "" {
			continue
		}
		if err := json.Unmarshal([]byte(p), &texts[i]); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

const columns = `r.id, r.person, coalesce(r.occasion, ''), coalesce(a.title, ''), r.date, r.version, r.level, coalesce(r.shared, ''),
	coalesce(r.shared_version, 0), coalesce(r.shared_on, ''), coalesce(r.programme, ''), coalesce(r.workplace, ''), r.named, t.sealed`

const from = ` FROM reflection r LEFT JOIN occasion o ON o.id = r.occasion LEFT JOIN activity a ON a.id = o.activity `

func scan(r *Reflection) []any {
	return []any{&r.ID, &r.person, &r.Occasion, &r.About, &r.Date, &r.Version, &r.Level, &r.Shared, &r.SharedVersion, &r.SharedOn,
		&r.Programme, &r.Workplace, db.Truth(&r.Named), &r.sealed}
}

// Mine are the entries of v's logbook, the latest first.
func Mine(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer) ([]Reflection, error) {
	list, err := db.All(ctx, c, scan, `SELECT `+columns+from+`JOIN reflection_text t ON t.reflection = r.id AND t.version = r.version
		WHERE r.person = $1 ORDER BY r.date DESC, r.id DESC`, v.Person)
	if err != nil {
		return nil, err
	}
	items := make([]secret.Item, len(list))
	for i, r := range list {
		items[i] = secret.Item{Owner: r.person, Text: r.sealed}
	}
	texts, err := unseal(ctx, c, ring, items)
	for i := range texts {
		list[i].Text = texts[i]
	}
	return list, err
}

// Get returns an entry of v's own logbook. Another's is [ErrNotFound], whoever asks.
func Get(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer, id string) (Reflection, error) {
	r, err := db.One(ctx, c, scan, `SELECT `+columns+from+`JOIN reflection_text t ON t.reflection = r.id AND t.version = r.version
		WHERE r.id = $1 AND r.person = $2`, id, v.Person)
	if errors.Is(err, db.ErrNoRows) {
		return r, ErrNotFound
	}
	if err != nil {
		return r, err
	}
	texts, err := unseal(ctx, c, ring, []secret.Item{{Owner: r.person, Text: r.sealed}})
	if err == nil {
		r.Text = texts[0]
	}
	return r, err
}

// hold keeps others from an entry of v's own until the transaction ends: from sharing it, and from quoting it.
func hold(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, id string) (r Reflection, err error) {
	if _, err = Get(ctx, tx, ring, v, id); err != nil {
		return r, err
	}
	if err = db.Lock(ctx, tx, "reflection", id); errors.Is(err, db.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return r, err
	}
	return Get(ctx, tx, ring, v, id)
}

// Versions are all texts that an entry of v's own has had, the present one first.
func Versions(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer, id string) ([]Version, error) {
	list, err := db.All(ctx, c, func(x *Version) []any { return []any{&x.Number, &x.MadeAt, &x.sealed} }, `SELECT t.version, t.made_at, t.sealed
		FROM reflection_text t JOIN reflection r ON r.id = t.reflection WHERE r.id = $1 AND r.person = $2 ORDER BY t.version DESC`, id, v.Person)
	if err != nil {
		return nil, err
	}
	items := make([]secret.Item, len(list))
	for i, x := range list {
		items[i] = secret.Item{Owner: v.Person, Text: x.sealed}
	}
	texts, err := unseal(ctx, c, ring, items)
	for i := range texts {
		list[i].Text = texts[i]
	}
	return list, err
}

// An Attended is an occasion that someone has been at, as far as is known.
type Attended struct {
	Occasion, Programme string
	Title, Name         string
	Date                local.Date // the last time
	Recorded            bool       // rather than that they had a seat there, or that their workplace held it
}

// AttendedBy are the occasions that v has been at by v's day, the latest first: those with minutes, and, since people write when they come home and lists
// are filled in later, those where v has a seat or that v's own workplace holds, while nobody's attendance is recorded there.
func AttendedBy(ctx context.Context, c db.Conn, v access.Viewer) ([]Attended, error) {
	return db.All(ctx, c, func(a *Attended) []any {
		return []any{&a.Occasion, &a.Programme, &a.Title, &a.Name, &a.Date, db.Truth(&a.Recorded)}
	},
		`SELECT o.id, a.programme, a.title, o.name, max(m.date), 1 FROM attendance t JOIN meeting m ON m.id = t.meeting
		JOIN occasion o ON o.id = m.occasion JOIN activity a ON a.id = o.activity
		WHERE t.person = $1 AND t.minutes > 0 GROUP BY o.id, a.programme, a.title, o.name
		UNION ALL SELECT o.id, a.programme, a.title, o.name, max(m.date), 0 FROM meeting m JOIN occasion o ON o.id = m.occasion JOIN activity a ON a.id = o.activity
		WHERE m.date <= $2 AND o.cancelled IS NULL AND NOT EXISTS (SELECT 1 FROM attendance t JOIN meeting n ON n.id = t.meeting WHERE n.occasion = o.id)
			AND (EXISTS (SELECT 1 FROM signup s WHERE s.occasion = o.id AND s.person = $1 AND s.state = 'seated')
				OR EXISTS (SELECT 1 FROM occasion_place l JOIN employment e ON e.workplace = l.workplace WHERE l.occasion = o.id AND e.person = $1
					AND e.valid_from <= m.date AND (e.valid_to IS NULL OR e.valid_to > m.date)))
		GROUP BY o.id, a.programme, a.title, o.name ORDER BY 5 DESC, 1`, v.Person, v.On)
}

// Write adds an entry to v's own logbook, for nobody else to read.
func Write(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, r *Reflection) error {
	var faults fault.List
	faults.Add(r.Text.check())
	faults.Add(r.dated(v))
	if err := r.about(ctx, tx, v, &faults); err != nil {
		return err
	}
	if err := faults.Err(); err != nil {
		return err
	}
	r.ID, r.Version, r.Sharing = tx.NewID(), 1, Sharing{Level: Me}
	if _, err := tx.Exec(ctx, `INSERT INTO reflection (id, person, occasion, date) VALUES ($1, $2, $3, $4)`, r.ID, v.Person, db.Null(r.Occasion), r.Date); err != nil {
		return err
	}
	if err := r.keep(ctx, tx, ring, v); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "write", Entity: "reflection", Row: r.ID})
}

// about finds whether v has been at what an entry is about, if anything.
func (r *Reflection) about(ctx context.Context, c db.Conn, v access.Viewer, faults *fault.List) error {
	if r.Occasion == "" {
		return nil
	}
	attended, err := AttendedBy(ctx, c, v)
	faults.Unless(err != nil || slices.ContainsFunc(attended, func(a Attended) bool { return a.Occasion == r.Occasion }), ErrOccasion.At("occasion"))
	return err
}

// Untied reports whether an entry is about no occasion, and may still be told which: nobody else reads it.
func (r Reflection) Untied() bool { return r.Occasion == "" && r.Level == Me && r.Shared == "" }

// dated reports what is wrong with the day of an entry: it is of what has been, as of v's day.
func (r *Reflection) dated(v access.Viewer) error {
	switch {
	case !r.Date.Valid():
		return local.ErrDate.At("date")
	case r.Date > v.On:
		return ErrAhead.At("date")
	}
	return nil
}

func (r *Reflection) keep(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer) error {
	sealed, err := r.Text.seal(ctx, tx, ring, v.Person)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO reflection_text (reflection, version, sealed, made_at) VALUES ($1, $2, $3, $4)`, r.ID, r.Version, sealed, tx.At)
	return err
}

// Rewrite gives an entry of v's own a new text, if r.Version still is the last. What others read stays as it was until it is shared anew. One that is about nothing
// yet, and that nobody else reads, may be told what it is about; else that stays.
func Rewrite(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, r *Reflection) error {
	was, err := Get(ctx, tx, ring, v, r.ID)
	if err != nil {
		return err
	}
	if !was.Untied() {
		r.Occasion = was.Occasion
	}
	var faults fault.List
	faults.Add(r.Text.check())
	faults.Add(r.dated(v))
	if was.Untied() {
		if err := r.about(ctx, tx, v, &faults); err != nil {
			return err
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE reflection SET date = $1, occasion = $2, version = version + 1 WHERE id = $3 AND version = $4`, r.Date, db.Null(r.Occasion), r.ID, r.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	r.Version++
	if err := r.keep(ctx, tx, ring, v); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "reflection", Row: r.ID, Detail: map[string]any{"version": r.Version}})
}

// Remove takes an entry of v's own away, with all its texts. While a passage of it is agreed to be quoted, it stays, and so
// it does for good when a report has been handed in with one.
func Remove(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, id string) error {
	r, err := hold(ctx, tx, ring, v, id)
	if err != nil {
		return err
	}
	list, err := quotations(ctx, tx, ring, `q.reflection = $1`, id)
	if err != nil {
		return err
	}
	switch {
	case slices.ContainsFunc(list, Quotation.Reported):
		return ErrReported
	case slices.ContainsFunc(list, Quotation.Agreed):
		return ErrQuoted
	}
	for _, statement := range []string{`DELETE FROM quotation WHERE reflection = $1`, `DELETE FROM reflection_theme WHERE reflection = $1`,
		`DELETE FROM reflection_text WHERE reflection = $1`, `DELETE FROM reflection WHERE id = $1`} {
		if _, err := tx.Exec(ctx, statement, id); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Event{Act: "remove", Entity: "reflection", Row: r.ID})
}
