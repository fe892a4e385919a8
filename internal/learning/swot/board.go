package swot

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
)

var (
	ErrNoNote = fault.Define(fault.NotFound, "swot.no-note")
	ErrGone   = fault.Define(fault.Conflict, "swot.no-note-now")
	ErrSame   = fault.Define(fault.Invalid, "swot.same")
	ErrFew    = fault.Define(fault.Invalid, "swot.few")
	ErrFull   = fault.Define(fault.Conflict, "swot.full") // args: the most
)

// A Note stands in a quadrant, seen from a perspective. It may stand for several that say the same.
type Note struct {
	ID          string
	Perspective string
	Quadrant    Quadrant
	Text        string
	Starred     bool // it weighs most, and goes on to the competence plan
	Said        int  // how many notes said so
	Same        []Note
	Seq         int64
}

// A Board is what an analysis says.
type Board struct{ Notes []Note }

// In are the notes of a quadrant from a perspective.
func (b Board) In(perspective string, q Quadrant) (notes []Note) {
	for _, n := range b.Notes {
		if n.Perspective == perspective && n.Quadrant == q {
			notes = append(notes, n)
		}
	}
	return notes
}

// Count is how many notes there are from a perspective, those that say the same counted once.
func (b Board) Count(perspective string) (count int) {
	for _, n := range b.Notes {
		if n.Perspective == perspective {
			count++
		}
	}
	return count
}

// Starred are the notes that weigh most.
func (b Board) Starred() []Note {
	return slices.DeleteFunc(slices.Clone(b.Notes), func(n Note) bool { return !n.Starred })
}

// BoardOf returns what an analysis that [Get] or [Of] found says: to who works there or leads as it stands now, to others as it was last agreed on.
func BoardOf(ctx context.Context, c db.Conn, a Analysis) (Board, error) {
	if !a.Reads() {
		return AgreedBoard(ctx, c, a, a.Agreements)
	}
	type row struct {
		Note
		as string
	}
	all, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.ID, &r.Perspective, &r.Quadrant, &r.Text, db.Truth(&r.Starred), &r.as, &r.Seq}
	}, `SELECT n.id, n.perspective, n.quadrant, n.body, n.starred, coalesce(n.same_as, ''), n.seq FROM swot_note n
		WHERE n.swot = $1 AND n.withdrawn = 0 ORDER BY CASE WHEN n.same_as IS NULL THEN 0 ELSE 1 END, n.seq, n.id`, a.ID)
	var b Board
	at := map[string]int{}
	for _, r := range all {
		r.Said = 1
		if i, ok := at[r.as]; ok {
			b.Notes[i].Same = append(b.Notes[i].Same, r.Note)
			b.Notes[i].Said++
			continue
		}
		at[r.ID] = len(b.Notes)
		b.Notes = append(b.Notes, r.Note)
	}
	return b, err
}

// Mark tells boards apart: those that say the same have the same.
func (b Board) Mark() string {
	h := fnv.New64a()
	for _, n := range b.Notes {
		fmt.Fprintf(h, "%s %s %s %t %d %q\n", n.ID, n.Perspective, n.Quadrant, n.Starred, n.Said, n.Text)
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// Write puts notes on the board, one for each line, in the quadrants of one perspective: also from paper, afterwards. It returns how
// many are new: of what is sent again with the same key, each line that came before is stored once.
func Write(ctx context.Context, tx *db.Tx, v access.Viewer, id, perspective, key string, texts map[Quadrant]string) (int, error) {
	var faults fault.List
	var notes []Note
	for _, q := range Quadrants {
		lines, err := Lines(texts[q], string(q))
		faults.Add(err)
		for _, line := range lines {
			notes = append(notes, Note{Perspective: perspective, Quadrant: q, Text: line})
		}
	}
	faults.Unless(len(notes) > 0 || faults != nil, ErrEmpty.At(string(Strength)))
	if err := faults.Err(); err != nil {
		return 0, err
	}
	a, err := writes(ctx, tx, v, id)
	if err != nil {
		return 0, err
	}
	if err := a.looksFrom(ctx, tx, perspective, string(Strength)); err != nil {
		return 0, err
	}
	n, err := a.put(ctx, tx, "", key, notes)
	if err != nil {
		return 0, err
	}
	return n, audit.Record(ctx, tx, audit.Event{Act: "write", Entity: "swot", Row: id, Detail: map[string]any{"perspective": perspective, "notes": n}})
}

// looksFrom returns a fault in a field if the perspective is none of the programme's.
func (a Analysis) looksFrom(ctx context.Context, c db.Conn, perspective, field string) error {
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM swot_perspective WHERE id = $1 AND programme = $2`, perspective, a.Programme)
	if err == nil && n == 0 {
		err = fault.List{ErrWhere.At(field)}
	}
	return err
}

// put stores notes of an analysis that is locked, and returns how many of them did not come with the same key before.
func (a Analysis) put(ctx context.Context, tx *db.Tx, device, key string, notes []Note) (int, error) {
	rows := make([][]any, len(notes))
	sending := learning.NewSending(key)
	for i, n := range notes {
		rows[i] = []any{tx.NewID(), a.ID, n.Perspective, string(n.Quadrant), n.Text, device, sending.Row(n.Perspective, string(n.Quadrant), n.Text), a.Seq}
	}
	before, err := a.stored(ctx, tx)
	if err != nil {
		return 0, err
	}
	err = db.Insert(ctx, tx, "swot_note", "id, swot, perspective, quadrant, body, device, key, seq", " ON CONFLICT (swot, key) DO NOTHING", rows)
	if errors.Is(err, db.ErrDangling) { // the perspective was taken away in this moment
		return 0, fault.List{ErrWhere.At("perspective")}
	}
	if err != nil {
		return 0, err
	}
	after, err := a.stored(ctx, tx)
	if err == nil && after > MaxNotes {
		err = ErrFull.With(MaxNotes)
	}
	return after - before, err
}

// stored is how many notes have come to an analysis, those taken back as well.
func (a Analysis) stored(ctx context.Context, c db.Conn) (int, error) {
	return db.Value[int](ctx, c, `SELECT count(*) FROM swot_note WHERE swot = $1`, a.ID)
}

// arrange does something with a note that stands for itself, on a board that v leads. One that has been joined with another since the
// board was seen is [ErrNoNote].
func arrange(ctx context.Context, tx *db.Tx, v access.Viewer, id, note, act string, do func(a Analysis, n Note) error) error {
	a, err := leads(ctx, tx, v, id)
	if err != nil {
		return err
	}
	if a.Agreed {
		return ErrFrozen
	}
	n, err := a.note(ctx, tx, note)
	if err != nil {
		return err
	}
	if err := do(a, n); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "swot_note", Row: note})
}

// note is one of the board's that stands for itself.
func (a Analysis) note(ctx context.Context, c db.Conn, id string) (Note, error) {
	b, err := BoardOf(ctx, c, a)
	if err != nil {
		return Note{}, err
	}
	if i := slices.IndexFunc(b.Notes, func(n Note) bool { return n.ID == id }); i >= 0 {
		return b.Notes[i], nil
	}
	return Note{}, ErrNoNote
}

// Star says that a note weighs most, or no longer.
func Star(ctx context.Context, tx *db.Tx, v access.Viewer, id, note string, on bool) error {
	return arrange(ctx, tx, v, id, note, "star", func(a Analysis, n Note) error {
		_, err := tx.Exec(ctx, `UPDATE swot_note SET starred = $1 WHERE id = $2`, db.Int(on), note)
		return err
	})
}

// Join lets another note of the same quadrant stand for this one as well, and for all that this one stands for.
func Join(ctx context.Context, tx *db.Tx, v access.Viewer, id, note, into string) error {
	return arrange(ctx, tx, v, id, note, "join", func(a Analysis, n Note) error {
		to, err := a.note(ctx, tx, into)
		if err != nil {
			return err
		}
		if note == into || to.Perspective != n.Perspective || to.Quadrant != n.Quadrant {
			return ErrSame
		}
		if _, err := tx.Exec(ctx, `UPDATE swot_note SET same_as = $1 WHERE swot = $2 AND (id = $3 OR same_as = $3)`, into, id, note); err != nil {
			return err
		}
		if n.Starred {
			_, err = tx.Exec(ctx, `UPDATE swot_note SET starred = CASE WHEN id = $1 THEN 1 ELSE 0 END WHERE id IN ($1, $2)`, into, note)
		}
		return err
	})
}

// JoinAll lets the first of some notes of a quadrant stand for all of them.
func JoinAll(ctx context.Context, tx *db.Tx, v access.Viewer, id string, notes []string) error {
	if len(notes) < 2 {
		return ErrFew
	}
	for _, note := range notes[1:] {
		if err := Join(ctx, tx, v, id, note, notes[0]); err != nil {
			return err
		}
	}
	return nil
}

// Part lets all notes that this one stands for stand for themselves again.
func Part(ctx context.Context, tx *db.Tx, v access.Viewer, id, note string) error {
	return arrange(ctx, tx, v, id, note, "part", func(Analysis, Note) error {
		_, err := tx.Exec(ctx, `UPDATE swot_note SET same_as = NULL WHERE same_as = $1`, note)
		return err
	})
}

// Move puts a note, with all that it stands for, in another quadrant of its perspective.
func Move(ctx context.Context, tx *db.Tx, v access.Viewer, id, note string, to Quadrant) error {
	return arrange(ctx, tx, v, id, note, "move", func(Analysis, Note) error {
		if !slices.Contains(Quadrants, to) {
			return ErrWhere
		}
		_, err := tx.Exec(ctx, `UPDATE swot_note SET quadrant = $1 WHERE id = $2 OR same_as = $2`, string(to), note)
		return err
	})
}

// Reword gives a note the words that the workplace finds together, if it still has those that it was read with.
func Reword(ctx context.Context, tx *db.Tx, v access.Viewer, id, note, was, text string) error {
	text, err := said(text, "text")
	if err != nil {
		return err
	}
	return arrange(ctx, tx, v, id, note, "reword", func(_ Analysis, n Note) error {
		if n.Text != was {
			return fault.Stale
		}
		_, err := tx.Exec(ctx, `UPDATE swot_note SET body = $1 WHERE id = $2`, text, note)
		return err
	})
}

// Remove takes a note away that does not belong there. What it stood for stands for itself again.
func Remove(ctx context.Context, tx *db.Tx, v access.Viewer, id, note string) error {
	return arrange(ctx, tx, v, id, note, "remove", func(Analysis, Note) error { return takeAway(ctx, tx, note) })
}

func takeAway(ctx context.Context, tx *db.Tx, note string) error {
	if _, err := tx.Exec(ctx, `UPDATE swot_note SET same_as = NULL WHERE same_as = $1`, note); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE swot_note SET withdrawn = 1, same_as = NULL, starred = 0, body = '' WHERE id = $1`, note)
	return err
}

// Agreed returns the notes that a place has agreed on: of its last analysis that it agreed on, and of that of each workplace that has gone up in
// it. All who have to do with the place read them.
func Agreed(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place) ([]Note, error) {
	return agreedNotes(ctx, c, learning.Moved+`SELECT `+agreedColumns+` FROM swot_agreed_note n JOIN swot s ON s.id = n.swot AND s.agreements = n.number
		JOIN swot_perspective x ON x.id = n.perspective JOIN swot_quadrant q ON q.name = n.quadrant
		WHERE s.programme = $3 AND `+learning.Here("s.workplace")+` AND s.number = (SELECT max(y.number) FROM swot y WHERE y.programme = s.programme AND y.workplace = s.workplace AND y.agreements > 0)
		ORDER BY CASE WHEN s.workplace = $2 THEN 0 ELSE 1 END, s.workplace, x.ord, q.ord, n.note`, v.On, p.Workplace, p.Programme)
}

const agreedColumns = `n.note, n.perspective, n.quadrant, n.body, n.starred, n.said`

func agreedNotes(ctx context.Context, c db.Conn, query string, args ...any) ([]Note, error) {
	return db.All(ctx, c, func(n *Note) []any {
		return []any{&n.ID, &n.Perspective, &n.Quadrant, &n.Text, db.Truth(&n.Starred), &n.Said}
	}, query, args...)
}

// AgreedBoard is what an analysis said when it was agreed on for the n:th time.
func AgreedBoard(ctx context.Context, c db.Conn, a Analysis, number int) (b Board, err error) {
	b.Notes, err = agreedNotes(ctx, c, `SELECT `+agreedColumns+` FROM swot_agreed_note n JOIN swot_perspective x ON x.id = n.perspective JOIN swot_quadrant q ON q.name = n.quadrant
		WHERE n.swot = $1 AND n.number = $2 ORDER BY x.ord, q.ord, n.note`, a.ID, number)
	return b, err
}

// Said returns what notes said when they were last agreed on, by id: for what refers to them. Who asks has to see to it that the reader may read of
// the workplaces.
func Said(ctx context.Context, c db.Conn, ids []string) (map[string]Note, error) {
	args := []any{}
	list, err := agreedNotes(ctx, c, `SELECT `+agreedColumns+` FROM swot_agreed_note n WHERE n.note IN `+db.In(&args, ids)+` ORDER BY n.number, n.note`, args...)
	notes := make(map[string]Note, len(list))
	for _, n := range list {
		notes[n.ID] = n
	}
	return notes, err
}
