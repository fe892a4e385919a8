package swot

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/secret"
)

var (
	ErrNotMember = fault.Define(fault.Forbidden, "swot.not-member")
	ErrNoneOwn   = fault.Define(fault.Invalid, "swot.none-own")
)

// Nobody is who acts when a note comes from a phone, or from what someone has prepared alone: nobody is noted.
const Nobody = "swot"

// An Own is what someone has prepared alone from one perspective.
type Own struct {
	Perspective string
	Version     int // 0 for nothing yet
	Notes       []OwnNote
}

// An OwnNote is a note of it. It has a name within it alone; nothing on the board leads back to that.
type OwnNote struct {
	ID       string   `json:"id"`
	Quadrant Quadrant `json:"quadrant"`
	Text     string   `json:"text"`
	Put      bool     `json:"put,omitempty"` // it is on the board as well
}

// Text is the notes of a quadrant that are not on the board, one on each line.
func (o Own) Text(q Quadrant) string {
	var lines []string
	for _, n := range o.Notes {
		if n.Quadrant == q && !n.Put {
			lines = append(lines, n.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func (o Own) seal(ctx context.Context, tx *db.Tx, ring *secret.Ring, person string) (string, error) {
	plain, err := json.Marshal(o.Notes)
	if err != nil {
		return "", err
	}
	return secret.Seal(ctx, tx, ring, person, string(plain))
}

// Mine is what v has prepared for an analysis, by perspective. Another's is found by nobody.
func Mine(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer, analysis string) (map[string]Own, error) {
	type row struct {
		Own
		sealed string
	}
	list, err := db.All(ctx, c, func(r *row) []any { return []any{&r.Perspective, &r.Version, &r.sealed} },
		`SELECT perspective, version, sealed FROM swot_own WHERE swot = $1 AND person = $2 ORDER BY perspective`, analysis, v.Person)
	if err != nil {
		return nil, err
	}
	items := make([]secret.Item, len(list))
	for i, r := range list {
		items[i] = secret.Item{Owner: v.Person, Text: r.sealed}
	}
	texts, err := secret.OpenAll(ctx, c, ring, items)
	own := make(map[string]Own, len(list))
	for i, text := range texts {
		if text != "" {
			if err := json.Unmarshal([]byte(text), &list[i].Notes); err != nil {
				return nil, err
			}
		}
		own[list[i].Perspective] = list[i].Own
	}
	return own, err
}

// Prepare keeps what v has thought of alone from one perspective, one note for each line, if version still is that of the last text, 0 for none. The
// first who does so begins the place's analysis. What is on the board already stays there.
func Prepare(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, p learning.Place, perspective string, version int, texts map[Quadrant]string) error {
	if !p.Member {
		return ErrNotMember
	}
	var faults fault.List
	lines := map[Quadrant][]string{}
	for _, q := range Quadrants {
		var err error
		lines[q], err = Lines(texts[q], string(q))
		faults.Add(err)
	}
	if err := faults.Err(); err != nil {
		return err
	}
	a, err := preparing(ctx, tx, v, p)
	if err != nil {
		return err
	}
	if err := a.looksFrom(ctx, tx, perspective, string(Strength)); err != nil {
		return err
	}
	mine, err := Mine(ctx, tx, ring, v, a.ID)
	if err != nil {
		return err
	}
	own := mine[perspective]
	if own.Version != version {
		return fault.Stale
	}
	own.Perspective = perspective
	was := own.Notes
	own.Notes = slices.DeleteFunc(slices.Clone(was), func(n OwnNote) bool { return !n.Put })
	for _, q := range Quadrants {
		for _, line := range lines[q] {
			n := OwnNote{ID: tx.NewID(), Quadrant: q, Text: line}
			if i := slices.IndexFunc(was, func(o OwnNote) bool { return !o.Put && o.Quadrant == q && o.Text == line }); i >= 0 {
				n.ID = was[i].ID
			}
			own.Notes = append(own.Notes, n)
		}
	}
	if err := a.keep(ctx, tx, ring, v.Person, own); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "prepare", Entity: "swot", Row: a.ID})
}

// preparing is the analysis that one prepares for: the present one, unless the workplace has agreed on it.
func preparing(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place) (Analysis, error) {
	all, err := Of(ctx, tx, v, p)
	if err != nil {
		return Analysis{}, err
	}
	if a := Present(all); a != nil && a.Agreed {
		return *a, ErrFrozen
	}
	a, err := begun(ctx, tx, v, p)
	if err == nil && a.Agreed { // meanwhile
		err = ErrFrozen
	}
	return a, err
}

// keep stores what someone has prepared, in a row that says only whose it is.
func (a Analysis) keep(ctx context.Context, tx *db.Tx, ring *secret.Ring, person string, own Own) error {
	sealed, err := own.seal(ctx, tx, ring, person)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO swot_own (swot, person, perspective, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (swot, person, perspective) DO UPDATE SET sealed = excluded.sealed, version = swot_own.version + 1`, a.ID, person, own.Perspective, sealed)
	return err
}

// Put puts notes that v has prepared on the board, without a name, and returns how many. Those that are there already are not put there again. The
// transaction is [Nobody]'s: neither the note nor the record of it tells who it was.
func Put(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, id string, chosen []string) (int, error) {
	a, err := writes(ctx, tx, v, id)
	if err != nil {
		return 0, err
	}
	if !a.Place.Member {
		return 0, ErrNotMember
	}
	mine, err := Mine(ctx, tx, ring, v, id)
	if err != nil {
		return 0, err
	}
	var notes []Note
	known := 0
	for _, perspective := range slices.Sorted(maps.Keys(mine)) {
		own, changed := mine[perspective], false
		for i, n := range own.Notes {
			if !slices.Contains(chosen, n.ID) {
				continue
			}
			known++
			if !n.Put {
				own.Notes[i].Put, changed = true, true
				notes = append(notes, Note{Perspective: own.Perspective, Quadrant: n.Quadrant, Text: n.Text})
			}
		}
		if changed {
			if err := a.keep(ctx, tx, ring, v.Person, own); err != nil {
				return 0, err
			}
		}
	}
	if known == 0 {
		return 0, fault.List{ErrNoneOwn.At("note")}
	}
	if _, err := a.put(ctx, tx, "", tx.NewID(), notes); err != nil {
		return 0, err
	}
	return len(notes), audit.Record(ctx, tx, audit.Event{Act: "put", Entity: "swot", Row: id, Detail: map[string]any{"notes": len(notes)}})
}

// HoldsOwn reports whether any of some persons has prepared something alone.
func HoldsOwn(ctx context.Context, c db.Conn, persons ...string) (bool, error) {
	var args []any
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM swot_own WHERE person IN `+db.In(&args, persons), args...)
	return n > 0, err
}

// MovePerson lets what one person has prepared alone follow to another, who is the same: sealed anew, and read by nobody on the way. Where
// both have prepared, it stands together.
func MovePerson(ctx context.Context, tx *db.Tx, ring *secret.Ring, from, into string) error {
	ids, err := db.Values[string](ctx, tx, `SELECT DISTINCT swot FROM swot_own WHERE person = $1 ORDER BY swot`, from)
	if err != nil || len(ids) == 0 {
		return err
	}
	for _, id := range ids {
		theirs, err := Mine(ctx, tx, ring, access.Viewer{Person: from}, id)
		if err != nil {
			return err
		}
		mine, err := Mine(ctx, tx, ring, access.Viewer{Person: into}, id)
		if err != nil {
			return err
		}
		for _, perspective := range slices.Sorted(maps.Keys(theirs)) {
			own := theirs[perspective]
			own.Notes = append(mine[perspective].Notes, own.Notes...)
			if err := (Analysis{ID: id}).keep(ctx, tx, ring, into, own); err != nil && !errors.Is(err, secret.ErrDestroyed) {
				return err
			}
		}
	}
	n, err := tx.Exec(ctx, `DELETE FROM swot_own WHERE person = $1`, from)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "swot_own", Row: into, Detail: map[string]any{"from": from, "rows": n}})
}
