package workshop

import (
	"context"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// ErrNobody is the fault of a reminder that nobody is to get today.
var ErrNobody = fault.Define(fault.Conflict, "workshop.nobody")

// A Progress is how far a workplace has come with its workshop.
type Progress string

const (
	Done    Progress = "done"    // one has been held, and staff of the workplace took part
	Planned Progress = "planned" // it has a date
	Undated Progress = "undated"
)

// Progresses are all of them, from the furthest.
var Progresses = []Progress{Done, Planned, Undated}

// A Row is a workplace of the programme.
type Row struct {
	learning.Place
	MunicipalityName, CountyName string
	Workshop                     string // "" for one that has come since the launch
	Progress                     Progress
	Running                      bool
	Date                         local.Date
	Passed                       bool // the date has gone by, and no attendance is taken
	Standing                     Standing
	Joint                        int // other workplaces that hold it too
	Leader                       string
	HasLeader                    bool
	Persons, Minutes             int // of the workplace's staff that took part
	Nudged                       local.Date
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

// A Coverage is how far the workplaces of a programme have come with the workshops of one kit.
type Coverage struct {
	Launched bool
	Kit      string     // whose workshops are told of, "" before any was launched
	Kits     []Launched // among which it was chosen, the one launched last first
	Total    Tally
	Counties []Tally
	Rows     []Row // those that v may read of, in Swedish order
}

// A Launched is a kit that workplaces have been given workshops of.
type Launched struct{ Kit, Title string }

// launchedKits are those of a programme, the one launched last first: a workshop of each counts for itself, so that one that was
// held last year does not stand for the one that this year's is about.
func launchedKits(ctx context.Context, c db.Conn, prog string) ([]Launched, error) {
	return db.All(ctx, c, func(k *Launched) []any { return []any{&k.Kit, &k.Title} }, `
		SELECT k.id, (SELECT kv.title FROM kit_version kv WHERE kv.kit = k.id AND kv.published IS NOT NULL ORDER BY kv.number DESC LIMIT 1)
		FROM kit k JOIN (SELECT kit, min(id) AS first FROM workshop GROUP BY kit) w ON w.kit = k.id WHERE k.programme = $1 ORDER BY w.first DESC`, prog)
}

// choose is the kit that is asked for, the one launched last if none is. One that was never launched is [ErrNoKit].
func choose(kits []Launched, asked string) (string, error) {
	switch {
	case asked != "" && !slices.ContainsFunc(kits, func(k Launched) bool { return k.Kit == asked }):
		return "", ErrNoKit
	case asked == "" && len(kits) > 0:
		asked = kits[0].Kit
	}
	return asked, nil
}

// Cover returns it in a fixed number of queries, for a kit or the one launched last: the numbers of the whole programme for who sees its
// outcome, of their own workplaces for a contact.
func Cover(ctx context.Context, c db.Conn, v access.Viewer, p programme.Programme, kit string, now time.Time) (Coverage, error) {
	kits, err := launchedKits(ctx, c, p.ID)
	if err != nil {
		return Coverage{}, err
	}
	if kit, err = choose(kits, kit); err != nil {
		return Coverage{}, err
	}
	whole := access.System
	whole.On = v.On
	places, err := learning.All(ctx, c, whole, p.ID)
	if err != nil {
		return Coverage{}, err
	}
	seen, err := learning.All(ctx, c, v, p.ID)
	if err != nil {
		return Coverage{}, err
	}
	own := make(map[string]learning.Place, len(seen))
	for _, s := range seen {
		if v.In(access.SeeOutcome, p.ID) || v.At(access.SeeOutcome, s.Workplace) {
			own[s.Workplace] = s
		}
	}
	t, err := readTeam(ctx, c, v.On, p.ID, "w.kit = $1", kit)
	if err != nil {
		return Coverage{}, err
	}
	held, err := readHeld(ctx, c, t, kit)
	if err != nil {
		return Coverage{}, err
	}
	d := Coverage{Launched: len(t.meant) > 0, Kit: kit, Kits: kits}
	counties := map[string]*Tally{}
	for _, place := range places {
		if u, ok := t.tree.Unit(place.Workplace); !ok || u.Kind != people.Workplace {
			continue
		}
		mine, readable := own[place.Workplace]
		if !readable && !v.In(access.SeeOutcome, p.ID) {
			continue
		}
		row := held.row(place, now)
		row.MunicipalityName, row.CountyName = t.tree.Name(place.Municipality), t.tree.Name(place.County)
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
	for _, u := range t.tree.Units(people.County) {
		if counties[u.ID] != nil {
			d.Counties = append(d.Counties, *counties[u.ID])
		}
	}
	if counties[""] != nil {
		d.Counties = append(d.Counties, *counties[""])
	}
	return d, nil
}

func (t *Tally) add(p Progress) {
	if t.Counts == nil {
		t.Counts = map[Progress]int{}
	}
	t.Counts[p]++
}

// A held is what workplaces have done with a kit, by today's workplace.
type held struct {
	team *team
	by   map[string][]heldAt
	took map[[2]string]*taken // by workshop and workplace
}

type heldAt struct {
	id      string
	leader  string
	date    local.Date
	ends    *time.Time
	running bool
	closed  bool
	nudged  local.Date
	joint   int
	ok      bool // has a leader
}

type taken struct{ persons, minutes int }

func readHeld(ctx context.Context, c db.Conn, t *team, kit string) (*held, error) {
	h := &held{team: t, by: map[string][]heldAt{}, took: map[[2]string]*taken{}}
	list, err := db.All(ctx, c, func(w *heldAt) []any {
		return []any{&w.id, &w.leader, &w.date, &w.ends, db.Truth(&w.running), db.Truth(&w.closed), &w.nudged}
	}, `SELECT w.id, COALESCE(w.leader, ''), COALESCE(m.date, ''), m.ends, CASE WHEN w.began IS NOT NULL AND w.closed IS NULL THEN 1 ELSE 0 END, CASE WHEN w.closed IS NULL THEN 0 ELSE 1 END, COALESCE(w.nudged, '')
		FROM workshop w LEFT JOIN occasion o ON o.id = w.occasion AND o.cancelled IS NULL
		LEFT JOIN meeting m ON m.id = (SELECT x.id FROM meeting x WHERE x.occasion = o.id ORDER BY x.starts, x.id LIMIT 1)
		WHERE w.kit = $1 ORDER BY w.id`, kit)
	if err != nil {
		return nil, err
	}
	for _, w := range list {
		places := t.placesOf(w.id)
		w.joint, w.ok = len(places)-1, t.leads(w.leader, places)
		for _, p := range places {
			h.by[p.ID] = append(h.by[p.ID], w)
		}
	}
	type row struct {
		workshop, workplace string
		taken
	}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.workshop, &r.workplace, &r.persons, &r.minutes} }, `
		SELECT w.id, e.workplace, count(DISTINCT t.person), sum(t.minutes) FROM workshop w
		JOIN occasion o ON o.id = w.occasion AND o.cancelled IS NULL JOIN meeting m ON m.occasion = o.id
		JOIN attendance t ON t.meeting = m.id AND t.minutes > 0 JOIN employment e ON e.id = t.employment
		WHERE w.kit = $1 GROUP BY w.id, e.workplace ORDER BY w.id, e.workplace`, kit)
	for _, r := range rows {
		for _, now := range t.now(r.workplace) {
			key := [2]string{r.workshop, now}
			if h.took[key] == nil {
				h.took[key] = &taken{}
			}
			h.took[key].persons += r.persons
			h.took[key].minutes += r.minutes
		}
	}
	return h, err
}

// row is how far a workplace has come: with the furthest of the workshops that it has to do with.
func (h *held) row(place learning.Place, now time.Time) Row {
	best := Row{Place: place, Progress: Undated, Standing: NoDate}
	for _, w := range h.by[place.Workplace] {
		r := Row{Place: place, Workshop: w.id, Progress: Undated, Running: w.running, Date: w.date, Joint: w.joint, Leader: w.leader, HasLeader: w.ok, Nudged: w.nudged}
		if t := h.took[[2]string{w.id, place.Workplace}]; t != nil {
			r.Progress, r.Persons, r.Minutes = Done, t.persons, t.minutes
		} else if w.date != "" {
			r.Progress, r.Passed = Planned, w.ends.Before(now)
		}
		r.Standing = standing(w.running, w.closed, w.ends, r.Persons, now)
		if best.Workshop == "" || slices.Index(Progresses, r.Progress) < slices.Index(Progresses, best.Progress) {
			best = r
		}
	}
	return best
}

// Nudge writes to the leaders of a kit's workshops without a date, or of those of the kit launched last, and returns to how many. Each gets
// one letter a day at most, whatever the kit.
func Nudge(ctx context.Context, tx *db.Tx, v access.Viewer, p programme.Programme, kit string) (int, error) {
	if !v.In(access.PlanLearning, p.ID) {
		return 0, ErrForbidden
	}
	kits, err := launchedKits(ctx, tx, p.ID)
	if err != nil {
		return 0, err
	}
	if kit, err = choose(kits, kit); err != nil {
		return 0, err
	}
	today := local.DateOf(tx.At, local.Zone(p.Zone))
	type row struct {
		id, leader, kit string
		nudged          local.Date
	}
	list, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.id, &r.leader, &r.kit, &r.nudged} }, `
		SELECT w.id, w.leader, w.kit, COALESCE(w.nudged, '') FROM workshop w JOIN kit k ON k.id = w.kit LEFT JOIN occasion o ON o.id = w.occasion AND o.cancelled IS NULL
		WHERE k.programme = $1 AND w.leader IS NOT NULL AND o.id IS NULL ORDER BY w.leader, w.id`, p.ID)
	if err != nil {
		return 0, err
	}
	t, err := readTeam(ctx, tx, v.On, p.ID, "w.kit = $1", kit)
	if err != nil {
		return 0, err
	}
	told := map[string]bool{}
	for _, r := range list {
		told[r.leader] = told[r.leader] || r.nudged == today
	}
	var ids []string
	var letters []letter.Letter
	for _, r := range list {
		if r.kit != kit || told[r.leader] || !t.leads(r.leader, t.placesOf(r.id)) {
			continue
		}
		ids = append(ids, r.id)
		if n := len(letters); n == 0 || letters[n-1].Person != r.leader {
			letters = append(letters, letter.Letter{Person: r.leader, Template: letter.WorkshopNudge, AboutKind: "workshop", About: r.id, Programme: p.ID})
		}
	}
	if len(letters) == 0 {
		return 0, ErrNobody
	}
	if err := db.Lock(ctx, tx, "workshop", ids...); err != nil {
		return 0, err
	}
	// Whoever pressed the button at the same moment has written already.
	args := []any{today}
	again, err := db.Value[int](ctx, tx, `SELECT count(*) FROM workshop WHERE nudged = $1 AND id IN `+db.In(&args, ids), args...)
	if err != nil {
		return 0, err
	}
	if again > 0 {
		return 0, ErrNobody
	}
	args = []any{today}
	if _, err := tx.Exec(ctx, `UPDATE workshop SET nudged = $1 WHERE id IN `+db.In(&args, ids), args...); err != nil {
		return 0, err
	}
	if err := letter.Queue(ctx, tx, letters...); err != nil {
		return 0, err
	}
	return len(letters), audit.Record(ctx, tx, audit.Event{Act: "nudge", Entity: "programme", Row: p.ID, Detail: map[string]any{"letters": len(letters), "workshops": len(ids)}})
}
