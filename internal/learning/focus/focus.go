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
	"kompobib/internal/people"
)

var (
	ErrNotFound  = fault.Define(fault.NotFound, "focus.not-found")
	ErrForbidden = fault.Define(fault.Forbidden, "focus.forbidden")
	ErrStatement = fault.Define(fault.Invalid, "focus.statement")
	ErrLong      = fault.Define(fault.Invalid, "focus.long") // args: the most, what was written
	ErrWriter    = fault.Define(fault.Invalid, "focus.writer")
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

// moved lists the workplaces that have gone up in another by the day in $1, with all that they are part of since.
const moved = `WITH RECURSIVE moved (unit, into_unit) AS (SELECT unit, into_unit FROM unit_merge WHERE on_date <= $1
	UNION SELECT v.unit, m.into_unit FROM moved v JOIN unit_merge m ON m.unit = v.into_unit WHERE m.on_date <= $1) `

// here is the condition that a row's workplace is the one in $2, or has gone up in it.
func here(column string) string {
	return `(` + column + ` = $2 OR ` + column + ` IN (SELECT unit FROM moved WHERE into_unit = $2))`
}

// Of returns the focus of a workplace, and those of workplaces that have gone up in it.
func Of(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place) (own Focus, earlier []Focus, err error) {
	all, err := db.All(ctx, c, scanFocus, moved+`SELECT `+focusColumns+fromFocus+`WHERE f.programme = $3 AND `+here("f.workplace")+` ORDER BY f.id`, v.On, p.Workplace, p.Programme)
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

// MayWrite reports whether v writes for a workplace: as who leads its learning, or as one of those agreed on.
func MayWrite(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place) (bool, error) {
	if p.Leads || !p.Member {
		return p.Leads, nil
	}
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM plan_writer WHERE programme = $1 AND workplace = $2 AND person = $3`, p.Programme, p.Workplace, v.Person)
	return n > 0, err
}

func mustWrite(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place) error {
	may, err := MayWrite(ctx, c, v, p)
	if err == nil && !may {
		err = ErrForbidden
	}
	return err
}

// Staff are those who work at a workplace on v's day, in Swedish order. Those with protected identity are not among
// them, but for v.
func Staff(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place) ([]people.Name, error) {
	return db.All(ctx, c, func(n *people.Name) []any { return []any{&n.ID, &n.Given, &n.Family} }, `SELECT id, given, family FROM person
		WHERE (protected = 0 OR id = $3) AND id IN (SELECT person FROM employment WHERE workplace = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2))
		ORDER BY sort_key, id`, p.Workplace, v.On, v.Person)
}

// Writers are those that a workplace has agreed on to write beside who leads its learning.
func Writers(ctx context.Context, c db.Conn, p learning.Place) ([]string, error) {
	return db.Values[string](ctx, c, `SELECT person FROM plan_writer WHERE programme = $1 AND workplace = $2 ORDER BY person`, p.Programme, p.Workplace)
}

// SetWriters says who they are: some of the staff.
func SetWriters(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, persons []string) error {
	if !p.Leads {
		return ErrForbidden
	}
	staff, err := Staff(ctx, tx, v, p)
	if err != nil {
		return err
	}
	persons = slices.Compact(slices.Sorted(slices.Values(persons)))
	rows := make([][]any, len(persons))
	for i, person := range persons {
		if !slices.ContainsFunc(staff, func(n people.Name) bool { return n.ID == person }) {
			return fault.List{ErrWriter.At("writers")}
		}
		rows[i] = []any{p.Programme, p.Workplace, person}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM plan_writer WHERE programme = $1 AND workplace = $2`, p.Programme, p.Workplace); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "plan_writer", "programme, workplace, person", "", rows); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "set", Entity: "plan_writer", Row: p.Programme + "/" + p.Workplace, Detail: map[string]any{"persons": len(persons)}})
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
	if err := mustWrite(ctx, tx, v, p); err != nil {
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

// Publish shows a workplace's focus to all, or takes it down; if version still is that of its text.
func Publish(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, version int, up bool) error {
	if !p.Leads {
		return ErrForbidden
	}
	since, act := &tx.At, "publish"
	if !up {
		since, act = nil, "unpublish"
	}
	ids, err := db.Values[string](ctx, tx, `UPDATE focus SET published = $1, code = coalesce(code, $2) WHERE programme = $3 AND workplace = $4 AND version = $5 RETURNING id`,
		since, newCode(tx), p.Programme, p.Workplace, version)
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
	Over bool   // the programme is closed: it is the archive, and nothing is asked any more
}

// Published returns the focuses that a programme's workplaces show to all, in Swedish order; with a code only the one.
func Published(ctx context.Context, c db.Conn, prog, code string) ([]Public, error) {
	list, err := db.All(ctx, c, func(p *Public) []any {
		return append(scanFocus(&p.Focus), &p.Slug, db.Truth(&p.Over))
	}, `SELECT `+focusColumns+`, p.slug, CASE WHEN p.state = 'closed' THEN 1 ELSE 0 END`+fromFocus+`JOIN programme p ON p.id = f.programme
		WHERE f.published IS NOT NULL AND p.published = 1 AND ($1 = '' OR f.programme = $1) AND ($2 = '' OR f.code = $2) ORDER BY f.id`, prog, code)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.Workplace
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

// ByCode returns the published focus with a code, however it was typed.
func ByCode(ctx context.Context, c db.Conn, typed string) (Public, error) {
	code, ok := ParseCode(typed)
	if !ok {
		return Public{}, ErrNotFound
	}
	list, err := Published(ctx, c, "", code)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Public{}, err
	}
	return list[0], nil
}
