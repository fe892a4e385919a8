package roster

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

// Mistaken is the kind of rows in which something is wrong.
const Mistaken Kind = "mistake"

// A Shown is a row of the difference as it is looked at before it is carried out. Of a protected person it tells no name and no workplace.
type Shown struct {
	Ord        int      `json:"-"`
	Kind       Kind     `json:"-"`
	Choice     string   `json:"-"`
	Sheet      string   `json:"sheet,omitempty"`
	Row        int      `json:"row,omitempty"`
	Person     string   `json:"person,omitempty"`
	Name       string   `json:"name,omitempty"`
	Masked     string   `json:"masked,omitempty"`
	Protected  bool     `json:"protected,omitempty"`
	Workplace  string   `json:"workplace,omitempty"`
	Changes    []Change `json:"changes,omitempty"`
	Later      []Begins `json:"later,omitempty"`
	Numberless bool     `json:"numberless,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Maybe      string   `json:"maybe,omitempty"`
	MaybeName  string   `json:"maybe_name,omitempty"`
	Column     string   `json:"column,omitempty"` // of a mistake, as the next two
	Code       string   `json:"code,omitempty"`
	Args       []string `json:"args,omitempty"`
	Cure       Cure     `json:"cure,omitempty"`

	mark, sealed string
	elsewhere    string // whom it is about, or probably is, if it is somebody whom the employer does not employ within the scope
}

func shown(i Item) Shown {
	s := Shown{Kind: i.Kind, Sheet: i.Sheet, Row: i.Row, Person: i.Person, Name: i.Given + " " + i.Family, Masked: i.Masked, Protected: i.Protected,
		Workplace: i.Workplace, Changes: i.Changes, Later: i.Later, Numberless: i.Numberless, Reason: i.Reason, Maybe: i.Maybe, MaybeName: i.MaybeName, mark: i.Mark()}
	switch i.Kind {
	case Newcomer:
		s.elsewhere = i.Person
	case Doubtful:
		s.elsewhere = i.Maybe
	}
	if i.Protected {
		s.Name, s.Masked, s.Workplace, s.MaybeName = "", "", "", ""
		s.Changes = slices.Clone(s.Changes)
		for n := range s.Changes {
			s.Changes[n].Was, s.Changes[n].Is = "", ""
		}
		s.Later = make([]Begins, len(i.Later)) // that it is so, no more
	}
	return s
}

// shown are the rows of a difference, in the order that they are looked at. Of those of whom nothing changes there is none.
func (d *Difference) shown() iter.Seq[Shown] {
	return func(yield func(Shown) bool) {
		for _, kind := range Kinds {
			for _, i := range d.Items {
				if i.Kind == kind && kind != Unchanged && !yield(shown(i)) {
					return
				}
			}
		}
		for _, m := range d.Mistakes {
			s := Shown{Kind: Mistaken, Sheet: m.Sheet, Row: m.Row, Column: m.Column, Code: m.Fault.Code, Cure: m.Cure()}
			if k := m.about; k != nil {
				s.Person, s.Protected = k.ID, k.Protected
				if !k.Protected {
					s.Name, s.Masked = k.Name(), k.masked
				}
			}
			for _, arg := range m.Fault.Args {
				s.Args = append(s.Args, excerpt(fmt.Sprint(arg)))
			}
			if !yield(s) {
				return
			}
		}
	}
}

// chunks are what comes, some thousands at a time. What it yields is used up before the next.
func chunks(all iter.Seq[Shown]) iter.Seq[[]Shown] {
	return func(yield func([]Shown) bool) {
		part := make([]Shown, 0, sealedChunk)
		for s := range all {
			if part = append(part, s); len(part) == cap(part) {
				if !yield(part) {
					return
				}
				part = part[:0]
			}
		}
		if len(part) > 0 {
			yield(part)
		}
	}
}

// SavePreview stores a difference to be looked at, in place of the one before: what was said of a row holds for one that tells the same. Of those of
// whom nothing changes only the number is kept.
func SavePreview(ctx context.Context, tx *db.Tx, ring *secret.Ring, imp Import, d *Difference, choices Choices) (Import, error) {
	said, err := chosen(ctx, tx, ring, imp)
	if err != nil {
		return imp, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM roster_item WHERE import = $1`, imp.ID); err != nil {
		return imp, err
	}
	ord := 0
	for part := range chunks(d.shown()) { // all of a large list at once would be a hundred megabytes more
		items, rows := make([]secret.Item, len(part)), make([][]any, len(part))
		for n, s := range part {
			text, err := json.Marshal(s)
			if err != nil {
				return imp, err
			}
			items[n] = secret.Item{Owner: owner(imp.ID), Text: string(text)}
		}
		sealed, err := secret.SealAll(ctx, tx, ring, items)
		if err != nil {
			return imp, err
		}
		for n, s := range part {
			ord++
			choice := said[s.same(items[n].Text)]
			if choice != "" {
				delete(said, s.same(items[n].Text))
			}
			rows[n] = []any{imp.ID, ord, s.Kind, s.mark, choice, sealed[n], s.elsewhere}
		}
		if err := db.Insert(ctx, tx, "roster_item", "import, ord, kind, mark, choice, sealed, person", "", rows); err != nil {
			return imp, err
		}
	}
	if err := d.locate(ctx, tx, imp.ID, true); err != nil {
		return imp, err
	}
	choices.OnGuessed = choices.OnGuessed || choices.On == ""
	choices.On = d.On // a list that tells no day is of the day on which it was shown, also if it is confirmed on another
	imp.State, imp.Trouble, imp.Choices = Ready, "", choices
	imp.Employer, imp.EmployerName, imp.On = d.Employer.ID, d.Employer.Name, d.On
	imp.Summary = d.summary()
	imp.View = d.view()
	imp.View.Dropped = len(said)
	if err := save(ctx, tx, &imp, ""); err != nil {
		return imp, err
	}
	return imp, audit.Record(ctx, tx, audit.Event{Act: "prepare", Entity: "roster_import", Row: imp.ID, Detail: map[string]any{"found": d.Counts, "mistakes": len(d.Mistakes)}})
}

// same is what rows are known again by, which tell the same: what is shown, unless that leaves something out.
func (s Shown) same(text string) string {
	if s.Protected {
		return s.mark
	}
	return string(s.Kind) + text
}

// usual is what becomes of the rows of a kind of which nothing is said by itself.
func (c Choices) usual(k Kind) string {
	switch {
	case k == Doubtful:
		return ""
	case c.Declined[k]:
		return No
	}
	return Yes
}

// chosen is what was said of an import's rows that is not usual, by [Shown.same].
func chosen(ctx context.Context, tx *db.Tx, ring *secret.Ring, imp Import) (map[string]string, error) {
	all, err := items(ctx, tx, ring, imp, `choice <> ''`)
	said := map[string]string{}
	for _, s := range all {
		text, err := json.Marshal(s)
		if err != nil {
			return nil, err
		}
		if s.Choice != imp.Choices.usual(s.Kind) { // as it would be anyhow, it is no choice: a page saves all its rows
			said[s.same(string(text))] = s.Choice
		}
	}
	return said, err
}

// A View is how a list was understood, for the page where that can be put right.
type View struct {
	Labels  []string         `json:"labels,omitempty"`  // the columns of all sheets
	Columns map[Field]string `json:"columns,omitempty"` // of the first sheet that has the field

	Others map[Field][]string `json:"others,omitempty"` // what other sheets call theirs

	Missing      []Field     `json:"missing,omitempty"` // without which nothing can be done
	Municipality string      `json:"municipality,omitempty"`
	Places       []PlaceView `json:"places,omitempty"`
	Passed       Passed      `json:"passed,omitzero"`
	Hidden       Hidden      `json:"hidden,omitzero"`
	Repeats      []Repeat    `json:"repeats,omitempty"` // the first of them
	Repeated     int         `json:"repeated,omitempty"`
	Mended       bool        `json:"mended,omitempty"`
	Told         local.Date  `json:"told,omitempty"`
	Against      Against     `json:"against,omitzero"`
	Dropped      int         `json:"dropped,omitempty"` // choices for rows that are no longer what they were, when the list was read anew
}

// A Repeat is a row that tells what another has told, and is passed over.
type Repeat struct {
	RowAt
	Reason string `json:"reason"`
	Other  RowAt  `json:"other"`
}

// A PlaceView is a workplace of the list and what it was taken for.
type PlaceView struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Unit   string `json:"unit,omitempty"`
	Parent string `json:"parent,omitempty"`
	How    How    `json:"how"`
	Was    string `json:"was,omitempty"`
	Lines  int    `json:"lines"`
}

func (d *Difference) view() (v View) {
	v.Columns, v.Others = map[Field]string{}, map[Field][]string{}
	for n, p := range d.Parts {
		if n == 0 {
			v.Missing = p.missing()
		}
		for _, l := range p.Labels {
			if !slices.Contains(v.Labels, l) {
				v.Labels = append(v.Labels, l)
			}
		}
		for f := range p.Columns {
			switch label := p.Label(f); {
			case v.Columns[f] == "":
				v.Columns[f] = label
			case v.Columns[f] != label && !slices.Contains(v.Others[f], label):
				v.Others[f] = append(v.Others[f], label)
			}
		}
	}
	v.Municipality, v.Passed, v.Hidden, v.Mended, v.Told, v.Against = d.Municipality.ID, d.Passed, d.Hidden, d.Mended, d.Told, d.against
	for _, o := range d.Duplicates {
		if o.Other.Row == 0 {
			continue
		}
		if v.Repeated++; v.Repeated <= passedShown {
			v.Repeats = append(v.Repeats, Repeat{RowAt{o.Sheet, o.Row}, o.Reason, o.Other})
		}
	}
	for _, p := range d.Places {
		if p.fault == nil {
			v.Places = append(v.Places, PlaceView{p.Key, p.Name, p.Unit, d.world.tree.Name(p.Parent), p.How, p.Was, p.Lines})
		}
	}
	return v
}

// Fail stores why a file could not be read.
func Fail(ctx context.Context, tx *db.Tx, imp Import, trouble string) error {
	imp.State, imp.Trouble = Failed, trouble
	if err := save(ctx, tx, &imp, ""); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "fail", Entity: "roster_import", Row: imp.ID, Detail: map[string]any{"trouble": trouble}})
}

// Items returns the rows of a kind that come after one, as they were shown.
func Items(ctx context.Context, c db.Conn, ring *secret.Ring, imp Import, kind Kind, after, limit int) ([]Shown, error) {
	return items(ctx, c, ring, imp, `kind = $2 AND ord > $3 ORDER BY ord LIMIT $4`, kind, after, limit)
}

func items(ctx context.Context, c db.Conn, ring *secret.Ring, imp Import, where string, args ...any) ([]Shown, error) {
	all, err := db.All(ctx, c, func(s *Shown) []any { return []any{&s.Ord, &s.Kind, &s.Choice, &s.mark, &s.sealed} },
		`SELECT ord, kind, choice, mark, sealed FROM roster_item WHERE import = $1 AND `+where, append([]any{imp.ID}, args...)...)
	if err != nil {
		return nil, err
	}
	sealed := make([]secret.Item, len(all))
	for n, s := range all {
		sealed[n] = secret.Item{Owner: owner(imp.ID), Text: s.sealed}
	}
	texts, err := secret.OpenAll(ctx, c, ring, sealed)
	if err != nil {
		return nil, err
	}
	for n, text := range texts {
		if text != "" {
			if err := json.Unmarshal([]byte(text), &all[n]); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// Decide keeps what was said of rows, by their places.
func Decide(ctx context.Context, tx *db.Tx, v access.Viewer, id string, said map[int]string) error {
	imp, err := Get(ctx, tx, v, id)
	if err != nil {
		return err
	}
	if imp.State != Ready {
		return ErrState
	}
	by := map[string][]int{}
	for ord, choice := range said {
		if choice == "" || slices.Contains([]string{Yes, No, AsSame, AsNew}, choice) {
			by[choice] = append(by[choice], ord)
		}
	}
	for choice, ords := range by {
		args := []any{choice, id}
		var in []string
		for _, ord := range ords {
			args = append(args, ord)
			in = append(in, "$"+strconv.Itoa(len(args)))
		}
		if _, err := tx.Exec(ctx, `UPDATE roster_item SET choice = $1 WHERE import = $2 AND ord IN (`+strings.Join(in, ", ")+`)`, args...); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Event{Act: "decide", Entity: "roster_import", Row: id, Detail: map[string]any{"rows": len(said)}})
}

// Decline says no, or yes after all, to all rows of a kind of which nothing is said by itself.
func Decline(ctx context.Context, tx *db.Tx, v access.Viewer, id string, kind Kind, no bool) error {
	imp, err := Get(ctx, tx, v, id)
	if err != nil {
		return err
	}
	if imp.State != Ready {
		return ErrState
	}
	if imp.Choices.Declined == nil {
		imp.Choices.Declined = map[Kind]bool{}
	}
	imp.Choices.Declined[kind] = no
	if _, err := tx.Exec(ctx, `UPDATE roster_item SET choice = '' WHERE import = $1 AND kind = $2`, id, kind); err != nil {
		return err
	}
	if err := save(ctx, tx, &imp, ""); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "decide", Entity: "roster_import", Row: id, Detail: map[string]any{"kind": kind, "no": no}})
}

// Said are all decisions on what was shown.
func Said(ctx context.Context, c db.Conn, imp Import) (Decisions, error) {
	type row struct{ mark, choice string }
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.mark, &r.choice} }, `SELECT mark, choice FROM roster_item WHERE import = $1 AND mark <> '' ORDER BY ord`, imp.ID)
	d := Decisions{Declined: imp.Choices.Declined, Rows: map[string]string{}, Seen: make(map[string]bool, len(rows))}
	for _, r := range rows {
		d.Seen[r.mark] = true
		if r.choice != "" {
			d.Rows[r.mark] = r.choice
		}
	}
	return d, err
}
