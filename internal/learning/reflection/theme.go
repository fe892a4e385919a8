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
	"kompobib/internal/programme"
	"kompobib/internal/secret"
)

var (
	ErrTheme      = fault.Define(fault.NotFound, "reflection.theme-not")
	ErrThemeName  = fault.Define(fault.Invalid, "reflection.theme-name-empty")
	ErrThemeLong  = fault.Define(fault.Invalid, "reflection.theme-long")
	ErrThemeTaken = fault.Define(fault.Invalid, "reflection.theme-taken")
	ErrThemes     = fault.Define(fault.Invalid, "reflection.themes-unknown")
)

const maxWords = 1000

// A Theme is what the office of a programme codes shared reflections with.
type Theme struct {
	ID, Programme string
	Name          string
	Words         string // that point to it, with commas between
	Retired       bool   // no longer to choose; what has it keeps it
	Version       int
	Coded         int // reflections that have it now
}

// Themes are those of a programme, in the order of their names as Go and both engines sort them; the retired ones last.
func Themes(ctx context.Context, c db.Conn, prog string) ([]Theme, error) {
	return db.All(ctx, c, func(t *Theme) []any {
		return []any{&t.ID, &t.Programme, &t.Name, &t.Words, db.Truth(&t.Retired), &t.Version, &t.Coded}
	}, `SELECT h.id, h.programme, h.name, h.words, h.retired, h.version,
			(SELECT count(*) FROM reflection_theme x JOIN reflection r ON r.id = x.reflection WHERE x.theme = h.id AND x.ended_at IS NULL AND r.level <> 'me')
		FROM theme h WHERE h.programme = $1 ORDER BY h.retired, h.name, h.id`, prog)
}

// SaveTheme adds a theme, or changes the one with t.ID if t.Version still is the last.
func SaveTheme(ctx context.Context, tx *db.Tx, v access.Viewer, t *Theme) error {
	if !v.In(access.PlanLearning, t.Programme) {
		return programme.ErrNotFound
	}
	t.Name, t.Words = strings.TrimSpace(t.Name), strings.Join(strings.Fields(t.Words), " ")
	var faults fault.List
	faults.Unless(t.Name != "", ErrThemeName.At("name"))
	faults.Unless(utf8.RuneCountInString(t.Name) <= maxTitle, ErrThemeLong.At("name", maxTitle))
	faults.Unless(utf8.RuneCountInString(t.Words) <= maxWords, ErrThemeLong.At("words", maxWords))
	themes, err := Themes(ctx, tx, t.Programme)
	if err != nil {
		return err
	}
	faults.Unless(!slices.ContainsFunc(themes, func(o Theme) bool { return o.ID != t.ID && strings.EqualFold(o.Name, t.Name) }), ErrThemeTaken.At("name", t.Name))
	if err := faults.Err(); err != nil {
		return err
	}
	retired := 0
	if t.Retired {
		retired = 1
	}
	if t.ID == "" {
		t.ID, t.Version = tx.NewID(), 1
		_, err := tx.Exec(ctx, `INSERT INTO theme (id, programme, name, words, retired) VALUES ($1, $2, $3, $4, $5)`, t.ID, t.Programme, t.Name, t.Words, retired)
		if errors.Is(err, db.ErrDuplicate) {
			err = ErrThemeTaken.At("name", t.Name)
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "theme", Row: t.ID})
	}
	if !slices.ContainsFunc(themes, func(o Theme) bool { return o.ID == t.ID }) {
		return ErrTheme
	}
	n, err := tx.Exec(ctx, `UPDATE theme SET name = $1, words = $2, retired = $3, version = version + 1 WHERE id = $4 AND version = $5`, t.Name, t.Words, retired, t.ID, t.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "theme", Row: t.ID})
}

// Code gives a shared reflection these themes, as somebody chose who saw that it had those in was: see [learning.Choose]. The event names
// what is shared, not its row, whose other events tell who wrote it.
func Code(ctx context.Context, tx *db.Tx, v access.Viewer, shared string, was, themes []string) error {
	row, _, prog, err := rowOf(ctx, tx, v, shared)
	if err != nil {
		return err
	}
	if err = db.Lock(ctx, tx, "reflection", row); errors.Is(err, db.ErrNoRows) { // removed in this moment
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	all, err := Themes(ctx, tx, prog)
	if err != nil {
		return err
	}
	has, err := db.Values[string](ctx, tx, `SELECT theme FROM reflection_theme WHERE reflection = $1 AND ended_at IS NULL ORDER BY theme`, row)
	if err != nil {
		return err
	}
	var add [][]any
	for _, id := range themes {
		if !slices.ContainsFunc(all, func(t Theme) bool {
			return t.ID == id && (!t.Retired || slices.Contains(has, id) || slices.Contains(was, id))
		}) {
			return fault.List{ErrThemes.At("themes")}
		}
	}
	themes = learning.Choose(has, was, themes)
	for _, id := range themes {
		if !slices.Contains(has, id) {
			add = append(add, []any{tx.NewID(), row, id, tx.By, tx.At})
		}
	}
	ended := int64(0)
	for _, id := range has {
		if !slices.Contains(themes, id) {
			n, err := tx.Exec(ctx, `UPDATE reflection_theme SET ended_at = $1 WHERE reflection = $2 AND theme = $3 AND ended_at IS NULL`, tx.At, row, id)
			if err != nil {
				return err
			}
			ended += n
		}
	}
	if len(add) == 0 && ended == 0 {
		return nil
	}
	if err := db.Insert(ctx, tx, "reflection_theme", "id, reflection, theme, made_by, made_at", "", add); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "code", Entity: "reflection", Row: shared, Detail: map[string]any{"themes": len(themes)}})
}

// Suggested are themes for a shared reflection, the likeliest first: see [learning.Learn].
func Suggested(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer, s Shared) ([]learning.Suggestion, error) {
	themes, err := Themes(ctx, c, s.Programme)
	if err != nil {
		return nil, err
	}
	list, err := List(ctx, c, ring, v, Filter{Programme: s.Programme})
	if err != nil {
		return nil, err
	}
	coded := map[string][]string{}
	for _, other := range list {
		for _, theme := range other.Themes {
			if other.ID != s.ID {
				coded[theme] = append(coded[theme], other.Title+" "+other.Whole())
			}
		}
	}
	var from []learning.Examples
	for _, t := range themes {
		if !t.Retired && !slices.Contains(s.Themes, t.ID) {
			from = append(from, learning.Examples{Of: t.ID, Words: t.Name + " " + t.Words, Texts: coded[t.ID]})
		}
	}
	return learning.Learn(from).Suggest(s.Title + " " + s.Whole()), nil
}

// A Coded row is a shared reflection that had a theme at a time: whose, where they work and what it is about. It is for reckoning, and
// never shown.
type Coded struct {
	Person, Workplace string
	Theme             string
	Goal              string // "" for none; a row for each
}

// CodedBefore are the themes of what is shared with a programme, or all, as they were at a time. Whatever has been withdrawn since is gone from them.
func CodedBefore(ctx context.Context, c db.Conn, prog string, end time.Time) ([]Coded, error) {
	return db.All(ctx, c, func(r *Coded) []any { return []any{&r.Person, &r.Workplace, &r.Theme, &r.Goal} },
		`SELECT r.person, coalesce(r.workplace, ''), x.theme, coalesce(g.goal_area, '') FROM reflection r
		JOIN reflection_theme x ON x.reflection = r.id AND x.made_at < $2 AND (x.ended_at IS NULL OR x.ended_at >= $2)
		LEFT JOIN occasion o ON o.id = r.occasion LEFT JOIN activity_goal g ON g.activity = o.activity
		WHERE r.programme = $1 AND r.level IN ('programme', 'public') ORDER BY r.shared_on, r.id, x.theme, g.goal_area`, prog, end)
}
