package workshop

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

var (
	ErrNotFound = fault.Define(fault.NotFound, "workshop.notfound")
	ErrNotLead  = fault.Define(fault.Forbidden, "workshop.not-lead")
)

// A Workshop is that of one workplace, or of several together.
type Workshop struct {
	ID, Kit, KitVersion string // KitVersion: that it was planned by, or the one that it would be
	Number              int    // of that version
	Programme, Activity string
	Title               string
	Leader, NoteTaker   string
	Version             int

	Occasion, Meeting string // "" while there is no date
	Date              local.Date
	Start, End        local.Clock
	Venue             string
	Zone              string
	Starts, Ends      *time.Time

	State
	Places []Place

	HasLeader bool // the leader still works there, or answers for it
	Member    bool // the viewer works at one of the workplaces
	Leads     bool // and may plan it, hold it and choose who leads it
	Notes     bool // and may write answers down
}

// A Place is a workplace that holds a workshop: the one that it was meant for, or the one that that has gone up in.
type Place struct {
	ID, Name string
	From     string // the name of the one that has gone up in it, "" if it is itself
	Persons  int    // of its staff that took part: see [Took]
}

// A State is how far a workshop that runs has come.
type State struct {
	Code          string // by which phones join
	Began, Closed *time.Time
	Step          string
	Turn          int
	Timer         Timer
	Hidden        bool
	Seq           int64 // grows by everything that happens
}

// Running reports whether it has begun and not been closed.
func (s State) Running() bool { return s.Began != nil && s.Closed == nil }

// A Timer counts down, from when it was let go.
type Timer struct {
	Seconds int        // left when it last started or stopped
	Since   *time.Time // nil: it stands
}

// Left is how many seconds there are left; below 0 they have run out.
func (t Timer) Left(now time.Time) int {
	if t.Since == nil {
		return t.Seconds
	}
	return t.Seconds - int(now.Sub(*t.Since)/time.Second)
}

// from is workshop w with what stands around it. Its version of the kit is the one it was planned by, or else the last published.
const from = ` FROM workshop w JOIN kit k ON k.id = w.kit JOIN programme p ON p.id = k.programme
	JOIN kit_version kv ON kv.id = COALESCE(w.kit_version, (SELECT x.id FROM kit_version x WHERE x.kit = k.id AND x.published IS NOT NULL ORDER BY x.number DESC LIMIT 1))
	LEFT JOIN occasion o ON o.id = w.occasion AND o.cancelled IS NULL
	LEFT JOIN meeting m ON m.id = (SELECT x.id FROM meeting x WHERE x.occasion = o.id ORDER BY x.starts, x.id LIMIT 1) `

const columns = `w.id, w.kit, kv.id, kv.number, k.programme, COALESCE(k.activity, ''), kv.title, COALESCE(w.leader, ''), COALESCE(w.note_taker, ''), w.version,
	COALESCE(o.id, ''), COALESCE(m.id, ''), COALESCE(m.date, ''), COALESCE(m.start_time, ''), COALESCE(m.end_time, ''), COALESCE(m.place, ''), p.zone, m.starts, m.ends, ` + stateColumns

const stateColumns = `COALESCE(w.code, ''), w.began, w.closed, COALESCE(w.step, ''), w.turn, w.timer_seconds, w.timer_from, w.hidden, w.seq`

func scanState(s *State) []any {
	return []any{&s.Code, &s.Began, &s.Closed, &s.Step, &s.Turn, &s.Timer.Seconds, &s.Timer.Since, db.Truth(&s.Hidden), &s.Seq}
}

func scan(w *Workshop) []any {
	return append([]any{&w.ID, &w.Kit, &w.KitVersion, &w.Number, &w.Programme, &w.Activity, &w.Title, &w.Leader, &w.NoteTaker, &w.Version,
		&w.Occasion, &w.Meeting, &w.Date, &w.Start, &w.End, &w.Venue, &w.Zone, &w.Starts, &w.Ends}, scanState(&w.State)...)
}

// Get returns a workshop as v has to do with it: who works at one of its workplaces, leads it, writes for it, or may read of it.
// To all others it is [ErrNotFound].
func Get(ctx context.Context, c db.Conn, v access.Viewer, id string) (Workshop, error) {
	list, err := list(ctx, c, v, "w.id = $1", id)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Workshop{}, err
	}
	return list[0], nil
}

// Named is the title of a workshop, for a letter about it.
func Named(ctx context.Context, c db.Conn, id string) (string, error) {
	title, err := db.Value[string](ctx, c, `SELECT kv.title`+from+`WHERE w.id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrNotFound
	}
	return title, err
}

// Titles are what some are called.
func Titles(ctx context.Context, c db.Conn, ids []string) (map[string]string, error) {
	var args []any
	rows, err := db.All(ctx, c, func(r *[2]string) []any { return []any{&r[0], &r[1]} }, `SELECT w.id, kv.title`+from+`WHERE w.id IN `+db.In(&args, ids), args...)
	titles := make(map[string]string, len(rows))
	for _, r := range rows {
		titles[r[0]] = r[1]
	}
	return titles, err
}

// At returns the workshops of a workplace in a programme that v has to do with, the latest first.
func At(ctx context.Context, c db.Conn, v access.Viewer, prog, workplace string) ([]Workshop, error) {
	tree, err := people.LoadTree(ctx, c, v.On)
	if err != nil {
		return nil, err
	}
	args := []any{prog}
	in := db.In(&args, append(tree.Gone(workplace), workplace))
	all, err := list(ctx, c, v, "k.programme = $1 AND w.id IN (SELECT x.workshop FROM workshop_place x WHERE x.workplace IN "+in+")", args...)
	return slices.DeleteFunc(all, func(w Workshop) bool {
		return !slices.ContainsFunc(w.Places, func(p Place) bool { return p.ID == workplace })
	}), err
}

// list returns workshops with what v has to do with them, and leaves out those that v has nothing to do with.
func list(ctx context.Context, c db.Conn, v access.Viewer, where string, args ...any) (seen []Workshop, err error) {
	if v.Person == "" {
		return nil, nil
	}
	all, err := db.All(ctx, c, scan, `SELECT `+columns+from+`WHERE `+where+` ORDER BY w.id DESC`, args...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	t, err := readTeam(ctx, c, v.On, all[0].Programme, where, args...)
	if err != nil {
		return nil, err
	}
	var places []string
	for i := range all {
		all[i].Places = t.placesOf(all[i].ID)
		for _, p := range all[i].Places {
			places = append(places, p.ID)
		}
	}
	mine, err := learning.These(ctx, c, v, all[0].Programme, places)
	if err != nil {
		return nil, err
	}
	near := make(map[string]learning.Place, len(mine))
	for _, p := range mine {
		near[p.Workplace] = p
	}
	for _, w := range all {
		w.HasLeader = t.leads(w.Leader, w.Places)
		w.Leads = w.HasLeader && w.Leader == v.Person
		w.Notes = w.NoteTaker == v.Person && t.leads(w.NoteTaker, w.Places)
		reads := w.Leads || w.Notes
		for _, p := range w.Places {
			at, ok := near[p.ID]
			reads, w.Member, w.Leads = reads || ok, w.Member || at.Member, w.Leads || at.Leads
		}
		w.Notes = w.Notes || w.Leads
		if reads {
			seen = append(seen, w)
		}
	}
	return seen, nil
}

// A team is who may lead which workshops on a day, and where those are.
type team struct {
	tree   *people.Tree
	meant  map[string][]string        // by workshop: the workplaces that it was meant for
	called map[string]string          // by workplace: the name that it had last
	works  map[string]map[string]bool // by leader and note-taker: where they work
	grants map[string][]leadGrant     // by leader and note-taker
}

// A leadGrant is the office's, or a contact's for a unit.
type leadGrant struct {
	person, unit string
	under        []string // the workplaces in the unit
}

// readTeam reads it for the workshops that the condition chooses, in a fixed number of queries.
func readTeam(ctx context.Context, c db.Conn, on local.Date, prog, where string, args ...any) (*team, error) {
	t := &team{meant: map[string][]string{}, called: map[string]string{}, works: map[string]map[string]bool{}, grants: map[string][]leadGrant{}}
	var err error
	if t.tree, err = people.LoadTree(ctx, c, on); err != nil {
		return nil, err
	}
	type pair struct{ a, b, name string }
	both := func(p *pair) []any { return []any{&p.a, &p.b} }
	places, err := db.All(ctx, c, func(p *pair) []any { return append(both(p), &p.name) }, `
		SELECT wp.workshop, wp.workplace, (SELECT n.name FROM unit_period n WHERE n.unit = wp.workplace ORDER BY n.valid_from DESC LIMIT 1)
		FROM workshop w JOIN kit k ON k.id = w.kit JOIN workshop_place wp ON wp.workshop = w.id WHERE `+where+` ORDER BY wp.workshop, wp.workplace`, args...)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		t.meant[p.a] = append(t.meant[p.a], p.b)
		t.called[p.b] = p.name
	}
	jobs, err := db.All(ctx, c, both, `SELECT DISTINCT e.person, e.workplace FROM workshop w JOIN kit k ON k.id = w.kit JOIN employment e ON e.person IN (w.leader, w.note_taker)
		WHERE `+where+fmt.Sprintf(` AND e.valid_from <= $%[1]d AND (e.valid_to IS NULL OR e.valid_to > $%[1]d) ORDER BY e.person, e.workplace`, len(args)+1), append(args, on)...)
	if err != nil {
		return nil, err
	}
	for _, j := range jobs {
		if t.works[j.a] == nil {
			t.works[j.a] = map[string]bool{}
		}
		t.works[j.a][j.b] = true
	}
	grants, err := leadGrants(ctx, c, t.tree, on, prog, ` AND EXISTS (SELECT 1 FROM workshop w JOIN kit k ON k.id = w.kit WHERE `+where+` AND person IN (w.leader, w.note_taker))`, args...)
	for _, g := range grants {
		t.grants[g.person] = append(t.grants[g.person], g)
	}
	return t, err
}

// leadGrants are the contacts' and the office's in a programme on a day that the condition with args chooses too, in order of person. A contact
// whose employments have all ended keeps the role until it is ended, but is not there any more to lead; one who never was on the roster has not left it.
func leadGrants(ctx context.Context, c db.Conn, tree *people.Tree, on local.Date, prog, where string, args ...any) ([]leadGrant, error) {
	n := len(args) + 1
	list, err := db.All(ctx, c, func(g *leadGrant) []any { return []any{&g.person, &g.unit} }, fmt.Sprintf(`
		SELECT DISTINCT person, COALESCE(unit, '') FROM role_grant WHERE role IN ('contact', 'office') AND (programme IS NULL OR programme = $%d)
			AND valid_from <= $%[2]d AND (valid_to IS NULL OR valid_to > $%[2]d)
			AND (unit IS NULL OR NOT %[3]s)`, n, n+1, people.Departed("role_grant.person", fmt.Sprintf("$%d", n+1)))+where+` ORDER BY person, COALESCE(unit, '')`, append(args, prog, on)...)
	for i, g := range list {
		if g.unit != "" {
			list[i].under = tree.Under(g.unit)
		}
	}
	return list, err
}

// placesOf are the workplaces of a workshop as they are today, each once.
func (t *team) placesOf(workshop string) (list []Place) {
	for _, meant := range t.meant[workshop] {
		for _, id := range t.now(meant) {
			p := Place{ID: id, Name: cmp.Or(t.tree.Name(id), t.called[id])}
			if id != meant {
				p.From = t.called[meant]
			}
			if i := slices.IndexFunc(list, func(q Place) bool { return q.ID == id }); i < 0 {
				list = append(list, p)
			} else if list[i].From == "" {
				list[i].From = p.From
			}
		}
	}
	return list
}

// now is the workplace itself, or the one that it has gone up in; one that was closed stays what it was.
func (t *team) now(workplace string) []string {
	if now := t.tree.Under(workplace); len(now) > 0 {
		return now
	}
	return []string{workplace}
}

// leads reports whether a person may lead at one of the places today: they work there, answer for it, or are the office.
func (t *team) leads(person string, places []Place) bool {
	return person != "" && slices.ContainsFunc(places, func(p Place) bool {
		return t.works[person][p.ID] || slices.ContainsFunc(t.grants[person], func(g leadGrant) bool {
			return g.unit == "" || slices.Contains(g.under, p.ID)
		})
	})
}

// contact is who leads a workplace's workshop if nobody else is chosen: the contact whose unit is nearest, "" if there is none.
func contact(grants []leadGrant, workplace string) (person string) {
	least := 0
	for _, g := range grants {
		if g.unit != "" && slices.Contains(g.under, workplace) && (least == 0 || len(g.under) < least) {
			person, least = g.person, len(g.under)
		}
	}
	return person
}

// Candidates are those who may lead a workshop or write its notes: who works at its workplaces and their contacts. Nobody with
// protected identity is among them, but v.
func Candidates(ctx context.Context, c db.Conn, v access.Viewer, w Workshop) ([]people.Name, error) {
	tree, err := people.LoadTree(ctx, c, v.On)
	if err != nil {
		return nil, err
	}
	grants, err := leadGrants(ctx, c, tree, v.On, w.Programme, "")
	if err != nil {
		return nil, err
	}
	places := make([]string, len(w.Places))
	persons := []string{w.Leader, w.NoteTaker}
	for i, p := range w.Places {
		places[i] = p.ID
		persons = append(persons, contact(grants, p.ID))
	}
	args := []any{v.On, v.Person}
	return db.All(ctx, c, func(n *people.Name) []any { return []any{&n.ID, &n.Given, &n.Family, &n.SortKey} }, `
		SELECT p.id, p.given, p.family, p.sort_key FROM person p WHERE (p.protected = 0 OR p.id = $2) AND (p.id IN `+db.In(&args, persons)+` OR EXISTS (SELECT 1 FROM employment e
			WHERE e.person = p.id AND e.valid_from <= $1 AND (e.valid_to IS NULL OR e.valid_to > $1) AND e.workplace IN `+db.In(&args, places)+`))
		ORDER BY p.sort_key, p.id`, args...)
}

// Steps returns the steps of a workshop, as it departs from its kit.
func Steps(ctx context.Context, c db.Conn, w Workshop) ([]Step, error) {
	return db.All(ctx, c, func(s *Step) []any { return append(scanStep(s), db.Truth(&s.Skipped)) }, `
		SELECT s.id, s.title, COALESCE(x.minutes, s.minutes), s.least, s.most, s.optional, s.method, s.guide, s.question, s.commits, COALESCE(x.skipped, 0)
		FROM kit_step s LEFT JOIN workshop_step x ON x.step = s.id AND x.workshop = $1 WHERE s.kit_version = $2 ORDER BY s.ord, s.id`, w.ID, w.KitVersion)
}

// KitOf returns the version of the kit that a workshop goes by, without its steps.
func KitOf(ctx context.Context, c db.Conn, w Workshop) (Kit, error) {
	return db.One(ctx, c, scanKit, selectKit+`WHERE kv.id = $1`, w.KitVersion)
}

// led is [Get] for who leads it.
func led(ctx context.Context, c db.Conn, v access.Viewer, id string) (Workshop, error) {
	w, err := Get(ctx, c, v, id)
	if err == nil && !w.Leads {
		err = ErrNotLead
	}
	return w, err
}

// Running returns the workshops that run at some places right now, in one query: their ids and titles.
func Running(ctx context.Context, c db.Conn, v access.Viewer, places []learning.Place) ([]Workshop, error) {
	var programmes, workplaces []string
	for _, p := range places {
		programmes, workplaces = append(programmes, p.Programme), append(workplaces, p.Workplace)
	}
	slices.Sort(programmes)
	args := []any{v.On}
	return db.All(ctx, c, func(w *Workshop) []any { return []any{&w.ID, &w.Title} }, learning.Moved+`SELECT w.id, kv.title`+from+`
		WHERE w.began IS NOT NULL AND w.closed IS NULL AND k.programme IN `+db.In(&args, slices.Compact(programmes))+`
		AND w.id IN (SELECT x.workshop FROM workshop_place x WHERE `+learning.Within("x.workplace", workplaces, &args)+`) ORDER BY w.began, w.id`, args...)
}
