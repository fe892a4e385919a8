// Package focus holds what a workplace will be known for, its commitments with their follow-up, and what came of
// them: signs that somebody noticed, and what the library's users answer.
//
// A [learning.Place] is taken from who has asked [learning.Find] for it: it says what they have to do with the workplace.
package focus

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
	"kompobib/internal/programme"
)

var (
	ErrNotFound  = fault.Define(fault.NotFound, "focus.not-found")
	ErrForbidden = learning.ErrForbidden
	ErrStatement = fault.Define(fault.Invalid, "focus.statement")
	ErrLong      = fault.Define(fault.Invalid, "focus.long") // args: the most, what was written
)

// The most characters of texts.
const (
	MaxLine = 300
	MaxText = 5000
)

// A Text is what a focus said for a while.
type Text struct {
	Number    int
	Statement string // what we will be known for
	Body      string
	Question  string // to the users, "" for the usual one
	MadeBy    string
	MadeAt    time.Time
}

// A Focus is what a workplace will be known for. Version 0: it has none yet.
type Focus struct {
	ID, Programme, Workplace string
	Published                *time.Time
	Code                     string // of its public pages, "" until it was published first
	Version                  int
	Text
}

const focusColumns = `f.id, f.programme, f.workplace, f.published, coalesce(f.code, ''), f.version, t.version, t.statement, t.body, t.question, t.made_by, t.made_at`

func scanFocus(f *Focus) []any {
	return []any{&f.ID, &f.Programme, &f.Workplace, &f.Published, &f.Code, &f.Version, &f.Number, &f.Statement, &f.Body, &f.Question, &f.MadeBy, &f.MadeAt}
}

const fromFocus = ` FROM focus f JOIN focus_text t ON t.focus = f.id AND t.version = f.version `

// Of returns the focus of a workplace, and those of workplaces that have gone up in it.
func Of(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place) (own Focus, earlier []Focus, err error) {
	all, err := db.All(ctx, c, scanFocus, learning.Moved+`SELECT `+focusColumns+fromFocus+`WHERE f.programme = $3 AND `+learning.Here("f.workplace")+` ORDER BY f.id`, v.On, p.Workplace, p.Programme)
	own = Focus{Programme: p.Programme, Workplace: p.Workplace}
	for _, f := range all {
		if f.Workplace == p.Workplace {
			own = f
		} else {
			earlier = append(earlier, f)
		}
	}
	return own, earlier, err
}

// Texts are all that a workplace's focus has said, the present first.
func Texts(ctx context.Context, c db.Conn, p learning.Place) ([]Text, error) {
	return db.All(ctx, c, func(t *Text) []any {
		return []any{&t.Number, &t.Statement, &t.Body, &t.Question, &t.MadeBy, &t.MadeAt}
	}, `SELECT t.version, t.statement, t.body, t.question, t.made_by, t.made_at FROM focus_text t JOIN focus f ON f.id = t.focus
		WHERE f.programme = $1 AND f.workplace = $2 ORDER BY t.version DESC`, p.Programme, p.Workplace)
}

// tidy trims texts and writes their lines as one newline each.
func tidy(texts ...*string) {
	for _, t := range texts {
		*t = strings.TrimSpace(strings.ReplaceAll(*t, "\r\n", "\n"))
	}
}

// short adds a fault for a text of more characters than it may have.
func short(faults *fault.List, field, text string, most int) {
	n := utf8.RuneCountInString(text)
	faults.Unless(n <= most, ErrLong.At(field, most, n))
}

// Save gives a workplace's focus a new text, if version still is that of the last; 0 for the first.
func Save(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, t Text, version int) error {
	if err := learning.MustWrite(ctx, tx, v, p); err != nil {
		return err
	}
	tidy(&t.Statement, &t.Body, &t.Question)
	var faults fault.List
	faults.Unless(t.Statement != "", ErrStatement.At("statement"))
	short(&faults, "statement", t.Statement, MaxLine)
	short(&faults, "body", t.Body, MaxText)
	short(&faults, "question", t.Question, MaxLine)
	if faults != nil {
		return faults
	}
	id, act := "", "change"
	if version == 0 {
		id, act = tx.NewID(), "create"
		_, err := tx.Exec(ctx, `INSERT INTO focus (id, programme, workplace) VALUES ($1, $2, $3)`, id, p.Programme, p.Workplace)
		if errors.Is(err, db.ErrDuplicate) {
			err = fault.Stale
		}
		if err != nil {
			return err
		}
	} else {
		ids, err := db.Values[string](ctx, tx, `UPDATE focus SET version = version + 1 WHERE programme = $1 AND workplace = $2 AND version = $3 RETURNING id`, p.Programme, p.Workplace, version)
		if err == nil && len(ids) == 0 {
			err = fault.Stale
		}
		if err != nil {
			return err
		}
		id = ids[0]
	}
	if _, err := tx.Exec(ctx, `INSERT INTO focus_text (focus, version, statement, body, question, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, version+1, t.Statement, t.Body, t.Question, tx.By, tx.At); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "focus", Row: id, Detail: map[string]any{"version": version + 1}})
}

// Publish shows a workplace's focus to all, or takes it down; if version still is that of its text. With an id it is that focus, which may be
// of a workplace that has gone up in this one: that is taken down, and not shown anew.
func Publish(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, id string, version int, up bool) error {
	if !p.Leads {
		return ErrForbidden
	}
	since, act := &tx.At, "publish"
	if !up {
		since, act = nil, "unpublish"
	}
	found, err := db.Values[string](ctx, tx, learning.Moved+`SELECT id FROM focus WHERE programme = $3 AND version = $4 AND
		(workplace = $2 AND $5 IN ('', id) OR $6 = 0 AND id = $5 AND `+learning.Here("workplace")+`)`, v.On, p.Workplace, p.Programme, version, id, db.Int(up))
	if err == nil && len(found) == 0 {
		err = fault.Stale
	}
	if err != nil {
		return err
	}
	ids, err := db.Values[string](ctx, tx, `UPDATE focus SET published = $1, code = coalesce(code, $2) WHERE id = $3 AND version = $4 RETURNING id`, since, newCode(tx), found[0], version)
	if err == nil && len(ids) == 0 {
		err = fault.Stale
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "focus", Row: ids[0], Detail: map[string]any{"version": version}})
}

// A Public is a focus as everyone may see it.
type Public struct {
	Focus
	Slug string // of the programme
	Name string // of the workplace
	Over bool   // the programme has ended: it is the archive, and nothing is asked any more
}

// Published returns the focuses that a programme's workplaces show to all on a day, in Swedish order; with a code only the one.
func Published(ctx context.Context, c db.Conn, prog, code string, on local.Date) ([]Public, error) {
	type row struct {
		Public
		state programme.State
		ends  local.Date
	}
	rows, err := db.All(ctx, c, func(p *row) []any {
		return append(scanFocus(&p.Focus), &p.Slug, &p.state, &p.ends)
	}, `SELECT `+focusColumns+`, p.slug, p.state, p.ends`+fromFocus+`JOIN programme p ON p.id = f.programme
		WHERE f.published IS NOT NULL AND p.published = 1 AND ($1 = '' OR f.programme = $1) AND ($2 = '' OR f.code = $2) ORDER BY f.id`, prog, code)
	if err != nil {
		return nil, err
	}
	list, ids := make([]Public, len(rows)), make([]string, len(rows))
	for i, p := range rows {
		list[i], ids[i] = p.Public, p.Workplace
		list[i].Over = p.state.On(on, p.ends) == programme.Closed
	}
	names, err := people.UnitNames(ctx, c, ids)
	if err != nil {
		return nil, err
	}
	keys := make(map[string]string, len(names))
	for i := range list {
		list[i].Name = names[list[i].Workplace]
		keys[list[i].ID] = people.SortKey(list[i].Name)
	}
	slices.SortStableFunc(list, func(a, b Public) int { return strings.Compare(keys[a.ID], keys[b.ID]) })
	return list, nil
}

// Shows reports of each programme, by id, whether any of its workplaces shows its focus to all.
func Shows(ctx context.Context, c db.Conn) (map[string]bool, error) {
	list, err := db.Values[string](ctx, c, `SELECT DISTINCT programme FROM focus WHERE published IS NOT NULL ORDER BY programme`)
	shows := make(map[string]bool, len(list))
	for _, id := range list {
		shows[id] = true
	}
	return shows, err
}

// ByCode returns the focus with a code, however it was typed, that is published on a day.
func ByCode(ctx context.Context, c db.Conn, typed string, on local.Date) (Public, error) {
	code, ok := ParseCode(typed)
	if !ok {
		return Public{}, ErrNotFound
	}
	list, err := Published(ctx, c, "", code, on)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Public{}, err
	}
	return list[0], nil
}
