package reflection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
)

var (
	ErrLevel     = fault.Define(fault.Invalid, "reflection.level")
	ErrPlace     = fault.Define(fault.Invalid, "reflection.place-not")
	ErrProtected = fault.Define(fault.Invalid, "reflection.protected")
	ErrShared    = fault.Define(fault.NotFound, "reflection.not-shared")
)

// A Level is who reads a reflection. Each reaches those before it too.
type Level string

const (
	Me        Level = "me"
	Workplace Level = "workplace" // who works there today, and its contact
	Programme Level = "programme" // the office and the auditors as well
	Public    Level = "public"
)

// Levels are all of them, from the narrowest.
var Levels = []Level{Me, Workplace, Programme, Public}

// A Place is where something can be shared: a programme, and a workplace in it, "" for none.
type Place struct{ Programme, Workplace string }

// Places are where v can share an entry that is about an occasion of a programme, "" for about none: where v works, and
// the occasion's programme for who works nowhere in it.
func Places(ctx context.Context, c db.Conn, v access.Viewer, prog string) (places []Place, err error) {
	programmes := []string{prog}
	if prog == "" {
		list, err := programme.List(ctx, c, v)
		if err != nil {
			return nil, err
		}
		programmes = nil
		for _, p := range list {
			programmes = append(programmes, p.ID)
		}
	}
	mine, err := learning.Mine(ctx, c, v, programmes...)
	if err != nil {
		return nil, err
	}
	for _, m := range mine {
		if m.Member {
			places = append(places, Place{m.Programme, m.Workplace})
		}
	}
	if len(places) == 0 && prog != "" {
		places = append(places, Place{Programme: prog})
	}
	return places, nil
}

// occasionProgramme is the programme of an occasion, "" for none.
func occasionProgramme(ctx context.Context, c db.Conn, occasion string) (string, error) {
	if occasion == "" {
		return "", nil
	}
	return db.Value[string](ctx, c, `SELECT a.programme FROM occasion o JOIN activity a ON a.id = o.activity WHERE o.id = $1`, occasion)
}

// PlacesFor is [Places] for an entry of v's own.
func PlacesFor(ctx context.Context, c db.Conn, v access.Viewer, r Reflection) ([]Place, error) {
	prog, err := occasionProgramme(ctx, c, r.Occasion)
	if err != nil {
		return nil, err
	}
	return Places(ctx, c, v, prog)
}

// Mark tells one way of sharing an entry from another.
func (s Sharing) Mark() string {
	return fmt.Sprintf("%s %d %s %s %t", s.Level, s.SharedVersion, s.Programme, s.Workplace, s.Named)
}

// ShareFrom is [Share] for whoever chose seeing the entry shared as a mark says: [fault.Stale] if it has been shared otherwise or withdrawn
// in another window since.
func ShareFrom(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, id string, version int, mark string, to Sharing, today local.Date) error {
	r, err := hold(ctx, tx, ring, v, id)
	if err != nil {
		return err
	}
	if r.Mark() != mark {
		return fault.Stale
	}
	return share(ctx, tx, ring, v, r, version, to, today)
}

// Share lets others read the last text of an entry of v's own, whose version must be the given one. [Me] withdraws it: others
// no longer read it, the themes it was coded with no longer count, and no passage of it may be quoted. An office that may not read it any more, since it is
// shared with the workplace alone or in another programme, may not quote it either.
func Share(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, id string, version int, to Sharing, today local.Date) error {
	r, err := hold(ctx, tx, ring, v, id)
	if err != nil {
		return err
	}
	return share(ctx, tx, ring, v, r, version, to, today)
}

// share is [Share] of an entry that is held.
func share(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, r Reflection, version int, to Sharing, today local.Date) error {
	if to.Level == Me {
		return withdraw(ctx, tx, r)
	}
	var faults fault.List
	faults.Unless(slices.Contains(Levels, to.Level), ErrLevel.At("level"))
	places, err := PlacesFor(ctx, tx, v, r)
	if err != nil {
		return err
	}
	faults.Unless(slices.Contains(places, Place{to.Programme, to.Workplace}) && (to.Level != Workplace || to.Workplace != ""), ErrPlace.At("place"))
	protected, err := db.Value[int](ctx, tx, `SELECT protected FROM person WHERE id = $1`, v.Person)
	if err != nil {
		return err
	}
	faults.Unless(protected == 0 || !to.Named, ErrProtected.At("named"))
	if err := faults.Err(); err != nil {
		return err
	}
	if to.Level == Workplace || r.SharedVersion != version || r.Programme != to.Programme {
		if err := forget(ctx, tx, r.ID); err != nil { // the office no longer reads that text
			return err
		}
	}
	if to.Level == Workplace || r.Programme != to.Programme { // nor is it to quote what it may not read
		if err := unquote(ctx, tx, r.ID); err != nil {
			return err
		}
	}
	// What others know it by follows from nothing that they could reckon.
	shared := ring.Hash("shared-reflection", r.ID+"/"+strconv.FormatInt(tx.At.UnixNano(), 10))[:26]
	n, err := tx.Exec(ctx, `UPDATE reflection SET level = $1, shared = coalesce(shared, $2), shared_version = $3, shared_on = $4, programme = $5, workplace = $6, named = $7
		WHERE id = $8 AND version = $3`, to.Level, shared, version, today, to.Programme, db.Null(to.Workplace), db.Int(to.Named), r.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	return audit.Record(ctx, tx, audit.Event{Act: "share", Entity: "reflection", Row: r.ID, Detail: map[string]any{"level": string(to.Level)}})
}

func withdraw(ctx context.Context, tx *db.Tx, r Reflection) error {
	if r.Level == Me {
		return nil
	}
	if err := forget(ctx, tx, r.ID); err != nil {
		return err
	}
	if err := unquote(ctx, tx, r.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE reflection SET level = 'me', shared = NULL, shared_version = NULL, shared_on = NULL, programme = NULL, workplace = NULL, named = 0
		WHERE id = $1`, r.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "withdraw", Entity: "reflection", Row: r.ID})
}

// unquote takes back what its author has agreed to of quoting a text, and what they have not answered: which stays without the time of an answer.
func unquote(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, `UPDATE quotation SET state = 'withdrawn', version = version + 1 WHERE reflection = $1 AND state = 'asked'`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE quotation SET state = 'withdrawn', place = NULL, day = NULL, answered_at = $1, version = version + 1
		WHERE reflection = $2 AND state IN ('yes', 'yes-named')`, tx.At, id)
	return err
}

// forget ends the themes of a text that the office no longer reads.
func forget(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE reflection_theme SET ended_at = $1 WHERE reflection = $2 AND ended_at IS NULL`, tx.At, id)
	return err
}

// A Shared reflection is one as others read it.
type Shared struct {
	ID        string // see [Sharing.Shared]
	Level     Level
	On        local.Date // the day it was shared; "" where that would tell where its author works
	Programme string
	By        string   // the author's name; "" if it is shared without
	Workplace string   // of a named author; "" for none
	Occasion  string   // "" for none, and where it would tell as much
	About     string   // the title of what it is about
	Goals     []string // ids of the goal areas that it is about
	Themes    []string // ids
	Coded     bool     // the reader is among those who code and read of that
	Mine      bool
	Text

	row, person, sealed string
	given, family       string
	named               bool
}

// A Filter chooses among what is shared. Empty fields choose all.
type Filter struct {
	Programme string
	Workplace string // read as someone of that workplace, or of what named authors there have shared
	Level     Level
	Theme     string
	Goal      string
	Uncoded   bool // without a theme
	ID        string
	AfterOn   local.Date // of the last of the page before, "" if that is not told, with its id
	AfterID   string
	Limit     int // 0: all
}

// near are the workplaces where v works today or is the contact, with those that have gone up in them.
func near(ctx context.Context, c db.Conn, v access.Viewer) ([]string, error) {
	if !v.Can(access.Learn) {
		return nil, nil
	}
	units, err := db.Values[string](ctx, c, `SELECT DISTINCT workplace FROM employment
		WHERE person = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY workplace`, v.Person, v.On)
	if err != nil {
		return nil, err
	}
	for _, g := range v.Grants {
		if g.Role == access.Contact {
			units = append(units, g.Workplaces...)
		}
	}
	merges, err := people.Merges(ctx, c)
	for range merges { // one may have gone up in one that has gone up in another
		before := len(units)
		for _, m := range merges {
			if m.On <= v.On && slices.Contains(units, m.Into) && !slices.Contains(units, m.Unit) {
				units = append(units, m.Unit)
			}
		}
		if len(units) == before {
			break
		}
	}
	return units, err
}

// List returns what is shared that v may read, the latest first. Of what is shared without a name about an occasion that few were at, or single workplaces held, see
// [Sources], those from elsewhere are told neither day nor occasion: it stands last, in an order that says nothing. It takes a fixed number of queries.
func List(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer, f Filter) ([]Shared, error) {
	own, err := near(ctx, c, v)
	if err != nil {
		return nil, err
	}
	var args []any
	parameter := func(value any) string { args = append(args, value); return "$" + strconv.Itoa(len(args)) }
	here := `r.workplace IN ` + db.In(&args, own)
	where := `r.level <> 'me' AND (r.level = 'public' AND p.published = 1 OR ` + here
	if s := v.Scope(access.SeeLearning); s.All {
		where += ` OR r.level = 'programme' OR r.level = 'public'`
	} else {
		where += ` OR r.level IN ('programme', 'public') AND r.programme IN ` + db.In(&args, s.Programmes)
	}
	where += `)`
	if f.Programme != "" {
		where += ` AND r.programme = ` + parameter(f.Programme)
	}
	if f.Workplace != "" {
		units := []string{f.Workplace}
		merges, err := people.Merges(ctx, c)
		if err != nil {
			return nil, err
		}
		for range merges {
			for _, m := range merges {
				if slices.Contains(units, m.Into) && !slices.Contains(units, m.Unit) {
					units = append(units, m.Unit)
				}
			}
		}
		// To those from elsewhere it would tell where who wrote without a name works.
		where += ` AND r.workplace IN ` + db.In(&args, units) + ` AND (r.named = 1 AND n.protected = 0 OR ` + here + `)`
	}
	if f.Level != "" {
		where += ` AND r.level = ` + parameter(f.Level)
	}
	if f.Theme != "" {
		where += ` AND EXISTS (SELECT 1 FROM reflection_theme x WHERE x.reflection = r.id AND x.ended_at IS NULL AND x.theme = ` + parameter(f.Theme) + `)`
	}
	if f.Uncoded {
		where += ` AND NOT EXISTS (SELECT 1 FROM reflection_theme x WHERE x.reflection = r.id AND x.ended_at IS NULL)`
	}
	if f.Goal != "" {
		where += ` AND EXISTS (SELECT 1 FROM activity_goal g WHERE g.activity = a.id AND g.goal_area = ` + parameter(f.Goal) + `)`
	}
	if f.ID != "" {
		where += ` AND r.shared = ` + parameter(f.ID)
	}
	day := `CASE WHEN r.named = 1 AND n.protected = 0 THEN r.shared_on WHEN ` + here + ` THEN r.shared_on WHEN ` + few + ` = 1 THEN '' ELSE r.shared_on END`
	if f.AfterID != "" {
		on, id := parameter(f.AfterOn), parameter(f.AfterID)
		where += ` AND (` + day + ` < ` + on + ` OR ` + day + ` = ` + on + ` AND r.shared > ` + id + `)`
	}
	limit := ""
	if f.Limit > 0 {
		limit = ` LIMIT ` + parameter(f.Limit)
	}
	list, err := db.All(ctx, c, func(s *Shared) []any {
		return []any{&s.ID, &s.Level, &s.On, &s.Programme, &s.Workplace, &s.Occasion, &s.About, &s.row, &s.person, &s.given, &s.family, db.Truth(&s.named), &s.sealed}
	}, `SELECT r.shared, r.level, `+day+`, r.programme, coalesce(r.workplace, ''), coalesce(r.occasion, ''), coalesce(a.title, ''), r.id, r.person, n.given, n.family,
			CASE WHEN r.named = 1 AND n.protected = 0 THEN 1 ELSE 0 END, t.sealed`+from+`
		JOIN reflection_text t ON t.reflection = r.id AND t.version = r.shared_version JOIN person n ON n.id = r.person JOIN programme p ON p.id = r.programme
		WHERE `+where+` ORDER BY `+day+` DESC, r.shared`+limit, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if err := fill(ctx, c, ring, list); err != nil {
		return nil, err
	}
	for i := range list {
		s := &list[i]
		s.Mine, s.Coded = s.person == v.Person, v.In(access.SeeLearning, s.Programme)
		if s.named {
			s.By = s.given + " " + s.family
		} else {
			s.Workplace = ""
		}
		if s.On == "" {
			s.Occasion = ""
		}
	}
	return slices.DeleteFunc(list, func(s Shared) bool { return len(s.Answers) == 0 }), nil // whose author is erased
}

// fill opens the texts of a list and finds their themes and goal areas.
func fill(ctx context.Context, c db.Conn, ring *secret.Ring, list []Shared) error {
	items, ids, at := make([]secret.Item, len(list)), make([]string, len(list)), map[string]*Shared{}
	for i := range list {
		items[i], ids[i], at[list[i].row] = secret.Item{Owner: list[i].person, Text: list[i].sealed}, list[i].row, &list[i]
	}
	texts, err := unseal(ctx, c, ring, items)
	if err != nil {
		return err
	}
	for i := range texts {
		list[i].Text = texts[i]
	}
	type link struct{ row, id string }
	scan := func(l *link) []any { return []any{&l.row, &l.id} }
	var args []any
	themes, err := db.All(ctx, c, scan, `SELECT x.reflection, x.theme FROM reflection_theme x JOIN theme h ON h.id = x.theme
		WHERE x.ended_at IS NULL AND x.reflection IN `+db.In(&args, ids)+` ORDER BY h.name, x.theme, x.id`, args...)
	if err != nil {
		return err
	}
	for _, l := range themes {
		at[l.row].Themes = append(at[l.row].Themes, l.id)
	}
	args = nil
	goals, err := db.All(ctx, c, scan, `SELECT r.id, g.goal_area FROM reflection r JOIN occasion o ON o.id = r.occasion JOIN activity_goal g ON g.activity = o.activity
		JOIN goal_area h ON h.id = g.goal_area WHERE r.id IN `+db.In(&args, ids)+` ORDER BY r.id, h.ord, h.id`, args...)
	for _, l := range goals {
		at[l.row].Goals = append(at[l.row].Goals, l.id)
	}
	return err
}

// Shows reports of each programme, by id, whether anything is shared there with everyone.
func Shows(ctx context.Context, c db.Conn) (map[string]bool, error) {
	list, err := db.Values[string](ctx, c, `SELECT DISTINCT programme FROM reflection WHERE level = 'public' ORDER BY programme`)
	shows := make(map[string]bool, len(list))
	for _, id := range list {
		shows[id] = true
	}
	return shows, err
}

// Find returns one that is shared, by what others know it by; [ErrShared] if v may not read it.
func Find(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer, id string) (Shared, error) {
	if id == "" {
		return Shared{}, ErrShared
	}
	list, err := List(ctx, c, ring, v, Filter{ID: id})
	if err == nil && len(list) == 0 {
		err = ErrShared
	}
	if err != nil {
		return Shared{}, err
	}
	return list[0], nil
}

// rowOf is the row of one that is shared with a programme that v codes for.
func rowOf(ctx context.Context, c db.Conn, v access.Viewer, id string) (row, person, prog string, err error) {
	type found struct{ row, person, programme string }
	f, err := db.One(ctx, c, func(f *found) []any { return []any{&f.row, &f.person, &f.programme} },
		`SELECT id, person, programme FROM reflection WHERE shared = $1 AND level IN ('programme', 'public')`, id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !v.In(access.PlanLearning, f.programme) {
		err = ErrShared
	}
	return f.row, f.person, f.programme, err
}

// Counted is how much a programme has been given: reflections that are shared with it or with all. How many persons wrote them it does not say: whoever looks before
// and after something is shared without a name would learn whether its author had shared before.
type Counted struct{ Reflections, Public, Coded, Themes int }

// Count counts it.
func Count(ctx context.Context, c db.Conn, prog string) (Counted, error) {
	return db.One(ctx, c, func(n *Counted) []any {
		return []any{&n.Reflections, &n.Public, &n.Coded, &n.Themes}
	}, `SELECT count(*), count(*) FILTER (WHERE r.level = 'public'),
			count(*) FILTER (WHERE EXISTS (SELECT 1 FROM reflection_theme x WHERE x.reflection = r.id AND x.ended_at IS NULL)),
			(SELECT count(*) FROM theme WHERE programme = $1 AND retired = 0)
		FROM reflection r WHERE r.programme = $1 AND r.level IN ('programme', 'public')`, prog)
}
