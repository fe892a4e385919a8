package swot

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// ErrNobody is the fault of a reminder that nobody is to get today.
var ErrNobody = fault.Define(fault.Conflict, "swot.nobody")

// A Progress is how far a workplace has come with its analysis.
type Progress string

const (
	Done  Progress = "agreed" // it has agreed on one
	Begun Progress = "begun"  // there are notes on its board, or phones can join. What people prepare alone does not show
	Ahead Progress = "none"   // nothing yet
)

// Progresses are all of them, from the furthest.
var Progresses = []Progress{Done, Begun, Ahead}

// A Row is a workplace of the programme.
type Row struct {
	learning.Place
	MunicipalityName, CountyName string
	Progress                     Progress
	Analyses                     int        // that it has begun, also those of workplaces that have gone up in it
	AgreedOn                     local.Date // the last time
	Notes, Starred               int        // of the last agreement
	Running                      bool       // it works on one that it has not agreed on, or has taken up again
	Latest                       string     // the analysis to look at, "" for none
}

// A Tally is how many workplaces have come how far.
type Tally struct {
	ID, Name string // of a county; "" for all of them, or for those that stand under none
	Counts   map[Progress]int
}

// All is how many workplaces there are.
func (t Tally) All() (n int) {
	for _, count := range t.Counts {
		n += count
	}
	return n
}

func (t *Tally) add(p Progress) {
	if t.Counts == nil {
		t.Counts = map[Progress]int{}
	}
	t.Counts[p]++
}

// A Coverage is how far the workplaces of a programme have come.
type Coverage struct {
	Total    Tally
	Counties []Tally
	Rows     []Row // those that v may read of, in Swedish order
}

// Cover returns it in a fixed number of queries: the numbers of the whole programme for who sees its outcome, of their own workplaces for
// a contact.
func Cover(ctx context.Context, c db.Conn, v access.Viewer, prog string) (Coverage, error) {
	seen, err := learning.All(ctx, c, v, prog)
	if err != nil {
		return Coverage{}, err
	}
	places := seen
	if !v.In(access.SeeLearning, prog) {
		whole := access.System
		whole.On = v.On
		if places, err = learning.All(ctx, c, whole, prog); err != nil {
			return Coverage{}, err
		}
	}
	own := make(map[string]learning.Place, len(seen))
	for _, s := range seen {
		if v.In(access.SeeOutcome, prog) || v.At(access.SeeOutcome, s.Workplace) {
			own[s.Workplace] = s
		}
	}
	tree, err := people.LoadTree(ctx, c, v.On)
	if err != nil {
		return Coverage{}, err
	}
	rows, err := standings(ctx, c, tree, prog)
	if err != nil {
		return Coverage{}, err
	}
	var d Coverage
	counties := map[string]*Tally{}
	for _, place := range places {
		mine, readable := own[place.Workplace]
		if !readable && !v.In(access.SeeOutcome, prog) {
			continue
		}
		row := Row{Progress: Ahead}
		if r := rows[place.Workplace]; r != nil {
			row = *r
		}
		row.Place, row.MunicipalityName, row.CountyName = place, tree.Name(place.Municipality), tree.Name(place.County)
		d.Total.add(row.Progress)
		if counties[place.County] == nil {
			counties[place.County] = &Tally{ID: place.County, Name: row.CountyName}
		}
		counties[place.County].add(row.Progress)
		if readable {
			row.Place = mine
			d.Rows = append(d.Rows, row)
		}
	}
	for _, u := range tree.Units(people.County) {
		if counties[u.ID] != nil {
			d.Counties = append(d.Counties, *counties[u.ID])
		}
	}
	if counties[""] != nil {
		d.Counties = append(d.Counties, *counties[""])
	}
	return d, nil
}

// standings are how far each workplace has come by today's tree, with what those that have gone up in it had done.
func standings(ctx context.Context, c db.Conn, tree *people.Tree, prog string) (map[string]*Row, error) {
	type analysis struct {
		Analysis
		notes, starred int
	}
	all, err := db.All(ctx, c, func(a *analysis) []any { return append(scan(&a.Analysis), &a.notes, &a.starred) }, `SELECT `+columns+`,
		(SELECT count(*) FROM swot_agreed_note g WHERE g.swot = s.id AND g.number = s.agreements), (SELECT count(*) FROM swot_agreed_note g WHERE g.swot = s.id AND g.number = s.agreements AND g.starred = 1)
		FROM swot s WHERE s.programme = $1 ORDER BY s.workplace, s.number`, prog)
	rows := map[string]*Row{}
	for _, a := range all {
		now := tree.Under(a.Workplace)
		if len(now) == 0 {
			now = []string{a.Workplace}
		}
		for _, id := range now {
			r := rows[id]
			if r == nil {
				r = &Row{Progress: Ahead}
				rows[id] = r
			}
			r.add(a.Analysis, a.notes, a.starred, id)
		}
	}
	return rows, err
}

func (r *Row) add(a Analysis, notes, starred int, workplace string) {
	if a.Agreements == 0 && a.Count == 0 && a.Code == "" {
		return
	}
	r.Analyses++
	r.Running = r.Running || !a.Agreed
	if a.Agreements > 0 {
		r.Progress = Done
		if a.AgreedOn >= r.AgreedOn {
			r.AgreedOn, r.Notes, r.Starred = a.AgreedOn, notes, starred
		}
	} else if r.Progress == Ahead {
		r.Progress = Begun
	}
	if r.Latest == "" || a.Workplace == workplace {
		r.Latest = a.ID
	}
}

// Nudge writes to those who lead a workplace that has not begun, once a day, and returns to how many. Each gets one letter, however
// many workplaces they lead.
func Nudge(ctx context.Context, tx *db.Tx, v access.Viewer, p programme.Programme) (int, error) {
	if !v.In(access.PlanLearning, p.ID) {
		return 0, ErrForbidden
	}
	today := local.DateOf(tx.At, local.Zone(p.Zone))
	// Whoever pressed the button at the same moment has written already.
	n, err := tx.Exec(ctx, `UPDATE swot_plan SET nudged = $1 WHERE programme = $2 AND opens <= $1 AND (nudged IS NULL OR nudged < $1)`, today, p.ID)
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, ErrNobody
	}
	d, err := Cover(ctx, tx, v, p.ID)
	if err != nil {
		return 0, err
	}
	tree, err := people.LoadTree(ctx, tx, v.On)
	if err != nil {
		return 0, err
	}
	contacts, err := auth.Contacts(ctx, tx, v.On)
	if err != nil {
		return 0, err
	}
	under := map[string][]string{}
	for _, c := range contacts {
		if under[c.Unit] == nil {
			under[c.Unit] = tree.Under(c.Unit)
		}
	}
	var persons []string
	for _, row := range d.Rows {
		if row.Progress == Ahead {
			persons = append(persons, nearest(contacts, under, row.Workplace)...)
		}
	}
	persons = slices.Compact(slices.Sorted(slices.Values(persons)))
	letters := make([]letter.Letter, len(persons))
	for i, person := range persons {
		letters[i] = letter.Letter{Person: person, Template: letter.AnalysisNudge, AboutKind: "programme", About: p.ID, Programme: p.ID}
	}
	if len(letters) == 0 {
		return 0, ErrNobody
	}
	if err := letter.Queue(ctx, tx, letters...); err != nil {
		return 0, err
	}
	return len(letters), audit.Record(ctx, tx, audit.Event{Act: "nudge", Entity: "programme", Row: p.ID, Detail: map[string]any{"letters": len(letters)}})
}

// nearest are the contacts of the smallest unit with the workplace in it.
func nearest(contacts []auth.UnitHolder, under map[string][]string, workplace string) (persons []string) {
	least := 0
	for _, c := range contacts {
		in := under[c.Unit]
		if !slices.Contains(in, workplace) {
			continue
		}
		if least == 0 || len(in) < least {
			least, persons = len(in), nil
		}
		if len(in) == least {
			persons = append(persons, c.Person)
		}
	}
	return persons
}
