package report

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// A world is what the figures of one programme on one day are reckoned from: all read at once,
// in a number of queries that does not depend on how much there is.
type world struct {
	programme programme.Programme
	goals     []programme.GoalArea
	tree      *people.Tree
	on        local.Date
	end       time.Time // the first instant after the day
	zone      *time.Location

	persons []person // by id
	index   map[string]int
}

// A person is one of the staff. The figures are bits: the lowest for the whole programme, the next for
// the first goal area.
type person struct {
	id                     string
	given, family, sortKey string
	phone                  string
	mute                   bool // has no e-mail address
	protected              bool
	gender                 string
	born                   int // 0 if not told

	main employment
	all  []employment // those that have begun, also ended ones

	got [figures]uint64
}

type employment struct {
	id, workplace, role string
	place               int // the number of the workplace
	share               int
	valid               local.Period
	from, to            time.Time // the instants that valid is between
}

func (p *person) has(f Figure, goal int) bool { return f == Staff || p.got[f]&(1<<goal) != 0 }

// maxGoals is how many goal areas have a bit.
const maxGoals = 63

// goal is the bit of a goal area, 0 for the whole.
func (w *world) goal(id string) (int, error) {
	if id == "" {
		return 0, nil
	}
	i := slices.IndexFunc(w.goals, func(g programme.GoalArea) bool { return g.ID == id })
	if i < 0 {
		return 0, ErrGoal
	}
	return i + 1, nil
}

// load reads a world and reckons its figures.
func load(ctx context.Context, c db.Conn, v access.Viewer, q Query, r reader) (*world, error) {
	w := &world{on: q.On, index: map[string]int{}}
	var err error
	if w.programme, err = programme.Get(ctx, c, v, q.Programme); err != nil {
		return nil, err
	}
	w.zone = w.programme.Location()
	w.end = w.midnight(q.On.Add(1))
	if w.goals, err = programme.Goals(ctx, c, q.Programme); err != nil {
		return nil, err
	}
	if len(w.goals) > maxGoals {
		return nil, errors.New("report: more goal areas than have a bit")
	}
	if w.tree, err = people.LoadTree(ctx, c, q.On); err != nil {
		return nil, err
	}
	targets, err := programme.Targets(ctx, c, q.Programme)
	if err != nil {
		return nil, err
	}
	within := w.tree.Under(targets...)
	if r.workplaces != nil {
		within = slices.DeleteFunc(within, func(id string) bool { return !slices.Contains(r.workplaces, id) })
	}
	history, err := loadHistory(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := w.loadPersons(ctx, c, history, within); err != nil {
		return nil, err
	}
	o, err := w.loadOffers(ctx, c, history, targets)
	if err != nil {
		return nil, err
	}
	if err := w.loadTold(ctx, c, o); err != nil {
		return nil, err
	}
	w.reckon(o)
	return w, w.loadDone(ctx, c, o)
}

// midnight is the first instant of a day.
func (w *world) midnight(d local.Date) time.Time {
	t := d.Time()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, w.zone).UTC()
}

// loadPersons reads everyone who is employed on the day at one of the workplaces, with all their employments
// that have begun.
func (w *world) loadPersons(ctx context.Context, c db.Conn, h *history, within []string) error {
	type row struct {
		person
		employment
		born *int
		to   *string
	}
	in := map[string]bool{}
	for _, id := range within {
		in[id] = true
	}
	rows, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.person.id, &r.given, &r.family, &r.sortKey, &r.phone, db.Truth(&r.mute), db.Truth(&r.protected), &r.gender, &r.born,
			&r.employment.id, &r.workplace, &r.role, &r.share, &r.valid.From, &r.to}
	}, `SELECT p.id, p.given, p.family, p.sort_key, p.phone, CASE WHEN p.email = '' THEN 1 ELSE 0 END, p.protected, p.gender, p.birth_year, e.id, e.workplace, e.staff_role, e.share, e.valid_from, e.valid_to
		FROM employment e JOIN person p ON p.id = e.person
		WHERE e.valid_from <= $1 AND e.person IN (SELECT n.person FROM employment n WHERE n.valid_from <= $1 AND (n.valid_to IS NULL OR n.valid_to > $1))
		ORDER BY p.id, e.share DESC, e.valid_from, e.id`, w.on)
	if err != nil {
		return err
	}
	days := map[local.Date]time.Time{"": {}}
	instant := func(d local.Date) time.Time {
		if _, ok := days[d]; !ok {
			days[d] = w.midnight(d)
		}
		return days[d]
	}
	for i := 0; i < len(rows); {
		p := rows[i].person
		if rows[i].born != nil {
			p.born = *rows[i].born
		}
		for ; i < len(rows) && rows[i].person.id == p.id; i++ {
			e := rows[i].employment
			e.valid.To = local.Date(db.Text(rows[i].to))
			e.place = h.numbers[e.workplace]
			e.from, e.to = instant(e.valid.From), instant(e.valid.To)
			p.all = append(p.all, e)
			if p.main.id == "" && in[e.workplace] && e.valid.Has(w.on) {
				p.main = e
			}
		}
		if p.main.id != "" {
			w.index[p.id] = len(w.persons)
			w.persons = append(w.persons, p)
		}
	}
	return nil
}

// An offer is an occasion that counts.
type offer struct {
	activity string
	goals    uint64
	day      local.Date // when one must have belonged to the audience
	places   []bool     // by number of the workplace: those that are in it that day
	roles    []string   // none: all
	free     []span     // when there was a seat for whoever came
}

type span struct{ from, to time.Time }

// suits reports whether it is meant for who has the employment.
func (o *offer) suits(e employment) bool {
	return o.places[e.place] && (len(o.roles) == 0 || slices.Contains(o.roles, e.role))
}

// offers are the published occasions that count, and the goal areas of all activities.
type offers struct {
	list  []offer
	goals map[string]uint64 // by activity, also unpublished ones

	letters map[string][]string             // activities that a person has been invited to
	told    map[string]uint64               // goal areas that a person has been invited to
	passed  map[string]map[string]time.Time // by activity and workplace
}

func (w *world) loadOffers(ctx context.Context, c db.Conn, h *history, targets []string) (*offers, error) {
	type link struct {
		activity string
		goal     *string
	}
	links, err := db.All(ctx, c, func(l *link) []any { return []any{&l.activity, &l.goal} }, `
		SELECT a.id, g.goal_area FROM activity a LEFT JOIN activity_goal g ON g.activity = a.id
		WHERE a.programme = $1 ORDER BY a.id, g.goal_area`, w.programme.ID)
	if err != nil {
		return nil, err
	}
	o := &offers{goals: map[string]uint64{}}
	var activities []string
	for _, l := range links {
		if o.goals[l.activity] == 0 {
			activities = append(activities, l.activity)
		}
		o.goals[l.activity] |= 1
		if l.goal != nil {
			bit, err := w.goal(*l.goal)
			if err != nil {
				return nil, err
			}
			o.goals[l.activity] |= 1 << bit
		}
	}
	audiences, err := activity.Audiences(ctx, c, activities)
	if err != nil {
		return nil, err
	}
	type row struct {
		id, activity             string
		opens, closes            time.Time
		starts, fullFrom, fullTo *time.Time
	}
	rows, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.id, &r.activity, &r.opens, &r.closes, &r.starts, &r.fullFrom, &r.fullTo}
	}, `SELECT o.id, o.activity, o.opens, o.closes, o.starts, f.full_from, f.full_to
		FROM occasion o JOIN activity a ON a.id = o.activity LEFT JOIN occasion_full f ON f.occasion = o.id AND f.full_from < $2
		WHERE a.programme = $1 AND a.published = 1 AND (o.opens < $2 OR o.starts < $2) AND (o.cancelled IS NULL OR o.cancelled >= $2)
		ORDER BY o.id, f.full_from`, w.programme.ID, w.end)
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(rows); {
		first := rows[i]
		audience := audiences[first.activity]
		units := audience.Units
		if len(units) == 0 {
			units = targets
		}
		day := w.on
		if first.starts != nil && first.starts.Before(w.end) {
			day = local.DateOf(*first.starts, w.zone)
		}
		one := offer{activity: first.activity, goals: o.goals[first.activity], day: day, places: h.under(units, day), roles: audience.Roles}
		from, last := first.opens, earliest(first.closes, w.end)
		for ; i < len(rows) && rows[i].id == first.id; i++ {
			full := rows[i]
			if full.fullFrom == nil {
				continue
			}
			if to := earliest(*full.fullFrom, last); from.Before(to) {
				one.free = append(one.free, span{from, to})
			}
			if full.fullTo == nil {
				from = last
			} else if full.fullTo.After(from) {
				from = *full.fullTo
			}
		}
		if from.Before(last) {
			one.free = append(one.free, span{from, last})
		}
		o.list = append(o.list, one)
	}
	return o, nil
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// A history is where each unit has stood.
type history struct {
	periods map[string][]place
	turns   []local.Date   // the days on which something changed, in order
	numbers map[string]int // of each workplace
	merges  []people.Merge // by day
	known   map[string][]bool
}

type place struct {
	parent string
	valid  local.Period
	leaf   bool
}

func loadHistory(ctx context.Context, c db.Conn) (*history, error) {
	type row struct {
		unit       string
		parent, to *string
		place
	}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.unit, &r.parent, &r.valid.From, &r.to, db.Truth(&r.leaf)} }, `
		SELECT p.unit, p.parent, p.valid_from, p.valid_to, CASE WHEN u.kind = 'workplace' THEN 1 ELSE 0 END
		FROM unit_period p JOIN unit u ON u.id = p.unit ORDER BY p.unit, p.valid_from`)
	if err != nil {
		return nil, err
	}
	merges, err := people.Merges(ctx, c)
	if err != nil {
		return nil, err
	}
	h := &history{periods: map[string][]place{}, numbers: map[string]int{}, merges: merges, known: map[string][]bool{}}
	for _, r := range rows {
		r.place.parent, r.place.valid.To = db.Text(r.parent), local.Date(db.Text(r.to))
		if _, has := h.numbers[r.unit]; r.leaf && !has {
			h.numbers[r.unit] = len(h.numbers)
		}
		h.periods[r.unit] = append(h.periods[r.unit], r.place)
		h.turns = append(h.turns, r.valid.From, r.place.valid.To)
	}
	slices.Sort(h.turns)
	h.turns = slices.Compact(h.turns)
	return h, nil
}

// under returns which workplaces stood at or below the units on a day. It is reckoned once for each state
// of the tree and set of units.
func (h *history) under(units []string, day local.Date) []bool {
	turn, exact := slices.BinarySearch(h.turns, day)
	if !exact {
		turn--
	}
	key := strings.Join(units, " ") + " " + strconv.Itoa(turn)
	if places, ok := h.known[key]; ok {
		return places
	}
	for range h.merges { // one may have led to the next
		for _, m := range h.merges {
			if m.On <= day && slices.Contains(units, m.Unit) && !slices.Contains(units, m.Into) {
				units = append(slices.Clip(units), m.Into) // stands for it
			}
		}
	}
	const levels = 4 // of the tree
	places := make([]bool, len(h.numbers))
	for workplace, number := range h.numbers {
		at := workplace
		for range levels {
			i := slices.IndexFunc(h.periods[at], func(p place) bool { return p.valid.Has(day) })
			if i < 0 {
				break
			}
			if slices.Contains(units, at) {
				places[number] = true
				break
			}
			at = h.periods[at][i].parent
		}
	}
	h.known[key] = places
	return places
}

// loadTold reads who has been invited to what.
func (w *world) loadTold(ctx context.Context, c db.Conn, o *offers) error {
	type row struct{ person, kind, about string }
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.person, &r.kind, &r.about} }, `
		SELECT l.person, CASE l.about_kind WHEN 'occasion' THEN 'activity' ELSE l.about_kind END, coalesce(o.activity, l.about)
		FROM letter l LEFT JOIN occasion o ON l.about_kind = 'occasion' AND o.id = l.about
		WHERE l.programme = $1 AND l.template = $2 AND l.state = $3 AND l.sent_at < $4`,
		w.programme.ID, letter.Invitation, letter.StateSent, w.end)
	if err != nil {
		return err
	}
	o.letters, o.told, o.passed = map[string][]string{}, map[string]uint64{}, map[string]map[string]time.Time{}
	for _, r := range rows {
		switch r.kind {
		case "activity":
			if !slices.Contains(o.letters[r.person], r.about) {
				o.letters[r.person] = append(o.letters[r.person], r.about)
			}
		case AboutGoal:
			if bit, err := w.goal(r.about); err == nil {
				o.told[r.person] |= 1 | 1<<bit
			}
		case "programme":
			o.told[r.person] |= 1
		}
	}
	type passing struct {
		activity, workplace string
		at                  time.Time
	}
	passed, err := db.All(ctx, c, func(p *passing) []any { return []any{&p.activity, &p.workplace, &p.at} }, `
		SELECT p.activity, p.workplace, p.at FROM passed_on p JOIN activity a ON a.id = p.activity
		WHERE a.programme = $1 AND p.at < $2 ORDER BY p.activity, p.workplace`, w.programme.ID, w.end)
	for _, p := range passed {
		if o.passed[p.activity] == nil {
			o.passed[p.activity] = map[string]time.Time{}
		}
		o.passed[p.activity][p.workplace] = p.at
	}
	return err
}

// reckon finds out who was in the audience, told, and could have had a seat.
func (w *world) reckon(o *offers) {
	for i := range w.persons {
		p := &w.persons[i]
		letters := o.letters[p.id]
		for k := range o.list {
			one := &o.list[k]
			if one.goals&^(p.got[Audience]&p.got[Told]&p.got[Could]) == 0 {
				continue
			}
			if !slices.ContainsFunc(p.all, func(e employment) bool { return e.valid.Has(one.day) && one.suits(e) }) {
				continue
			}
			p.got[Audience] |= one.goals
			if slices.Contains(letters, one.activity) || p.passedOn(o.passed[one.activity]) {
				p.got[Told] |= one.goals
			}
			if slices.ContainsFunc(p.all, func(e employment) bool { return one.suits(e) && e.during(one.free) }) {
				p.got[Could] |= one.goals
			}
		}
		p.got[Told] |= o.told[p.id] & p.got[Audience]
	}
}

func (p *person) passedOn(passed map[string]time.Time) bool {
	return len(passed) > 0 && slices.ContainsFunc(p.all, func(e employment) bool {
		at, ok := passed[e.workplace]
		return ok && e.during([]span{{at, at.Add(1)}})
	})
}

// during reports whether the employment held at some time of the spans.
func (e employment) during(spans []span) bool {
	return slices.ContainsFunc(spans, func(s span) bool { return e.from.Before(s.to) && (e.to.IsZero() || s.from.Before(e.to)) })
}

// loadDone reads who has signed up, had a seat, and attended: each time they did, in any order. To have the
// engine sort them, or leave out repetitions, takes longer.
func (w *world) loadDone(ctx context.Context, c db.Conn, o *offers) error {
	type row struct {
		person, activity string
		seated           bool
	}
	scan := func(r *row) []any { return []any{&r.person, &r.activity, db.Truth(&r.seated)} }
	signed, err := db.All(ctx, c, scan, `
		SELECT s.person, o.activity, CASE e.state WHEN 'seated' THEN 1 ELSE 0 END
		FROM activity a JOIN occasion o ON o.activity = a.id JOIN signup s ON s.occasion = o.id JOIN signup_event e ON e.signup = s.id
		WHERE a.programme = $1 AND e.at < $2 AND e.state IN ('requested', 'seated', 'waiting', 'offered')`, w.programme.ID, w.end)
	if err != nil {
		return err
	}
	for _, r := range signed {
		if i, ok := w.index[r.person]; ok {
			w.persons[i].got[SignedUp] |= o.goals[r.activity]
			if r.seated {
				w.persons[i].got[Could] |= o.goals[r.activity]
			}
		}
	}
	attended, err := db.All(ctx, c, scan, `
		SELECT t.person, o.activity, 1
		FROM activity a JOIN occasion o ON o.activity = a.id JOIN meeting m ON m.occasion = o.id JOIN attendance t ON t.meeting = m.id
		WHERE a.programme = $1 AND m.date <= $2 AND t.minutes > 0`, w.programme.ID, w.on)
	for _, r := range attended {
		if i, ok := w.index[r.person]; ok {
			w.persons[i].got[Attended] |= o.goals[r.activity]
			w.persons[i].got[Could] |= o.goals[r.activity]
		}
	}
	return err
}
