package workshop

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

var (
	ErrOutside  = fault.Define(fault.Invalid, "workshop.outside") // args: the first and the last day
	ErrStart    = fault.Define(fault.Invalid, "workshop.start")
	ErrLimits   = fault.Define(fault.Invalid, "workshop.limits") // args: the least and the most minutes
	ErrNeeded   = fault.Define(fault.Invalid, "workshop.needed")
	ErrNoDate   = fault.Define(fault.Conflict, "workshop.no-date")
	ErrEverySat = fault.Define(fault.Conflict, "workshop.all-signed")
)

// spare is how many seats there are beyond the staff: for a guest, and who is employed meanwhile.
const spare = 20

// A Plan is when and where a workshop is held, who takes notes, and how it departs from its kit.
type Plan struct {
	Date      local.Date
	Start     local.Clock
	Venue     string
	NoteTaker string // one of the [Candidates], "" for nobody
	Steps     []Step // of these, ID, Minutes and Skipped
}

// steps puts what a plan says into the kit's steps, and reports what the kit does not allow.
func (p Plan) steps(of []Step, k Kit) (steps []Step, faults fault.List) {
	steps = slices.Clone(of)
	for i := range steps {
		s := &steps[i]
		j := slices.IndexFunc(p.Steps, func(x Step) bool { return x.ID == s.ID })
		if j < 0 {
			continue
		}
		s.Minutes, s.Skipped = p.Steps[j].Minutes, p.Steps[j].Skipped
		faults.Unless(s.Optional || !s.Skipped, ErrNeeded.At("skip-"+s.ID))
		faults.Unless(s.Skipped || s.Least <= s.Minutes && s.Minutes <= s.Most, ErrLimits.At("minutes-"+s.ID, s.Least, s.Most))
		if s.Skipped {
			s.Minutes = of[i].Minutes
		}
	}
	if n := minutes(steps); faults == nil && (n < k.Least || n > k.Most) {
		faults = append(faults, ErrTotal.At("start", n, k.Least, k.Most))
	}
	return steps, faults
}

// Set gives a workshop its date, or moves it, if version still is the last of its plan. From then on it keeps the version of the
// kit. Who has a seat is told when it moves.
func Set(ctx context.Context, tx *db.Tx, v access.Viewer, id string, p Plan, version int) error {
	w, err := led(ctx, tx, v, id)
	if err != nil {
		return err
	}
	if w.Closed != nil {
		return ErrReopen
	}
	if w.Version != version {
		return fault.Stale
	}
	kit, err := KitOf(ctx, tx, w)
	if err != nil {
		return err
	}
	of, err := Steps(ctx, tx, w)
	if err != nil {
		return err
	}
	steps, faults := p.steps(of, kit)
	faults.Unless(p.Date.Valid(), ErrDay.At("date"))
	faults.Unless(!p.Date.Valid() || kit.First <= p.Date && p.Date <= kit.Last, ErrOutside.At("date", kit.First, kit.Last))
	end, ok := after(p.Start, minutes(steps))
	faults.Unless(ok, ErrStart.At("start"))
	if p.NoteTaker != "" && p.NoteTaker != w.NoteTaker {
		names, err := Candidates(ctx, tx, v, w)
		if err != nil {
			return err
		}
		faults.Unless(slices.ContainsFunc(names, func(n people.Name) bool { return n.ID == p.NoteTaker }), ErrLeader.At("note_taker"))
	}
	if err := faults.Err(); err != nil {
		return err
	}
	if err := w.date(ctx, tx, v, local.Span{Date: p.Date, Start: p.Start, End: end}, p.Venue); err != nil {
		return err
	}
	if err := db.Lock(ctx, tx, "workshop", id); err != nil {
		return err
	}
	rows := make([][]any, len(steps))
	for i, s := range steps {
		rows[i] = []any{id, s.ID, s.Minutes, db.Int(s.Skipped)}
	}
	if err := db.Insert(ctx, tx, "workshop_step", "workshop, step, minutes, skipped",
		" ON CONFLICT (workshop, step) DO UPDATE SET minutes = excluded.minutes, skipped = excluded.skipped", rows); err != nil {
		return err
	}
	if err := write(ctx, tx, id, version, `kit_version = $1, occasion = $2, note_taker = $3`, w.KitVersion, w.Occasion, db.Null(p.NoteTaker)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "plan", Entity: "workshop", Row: id,
		Detail: map[string]any{"occasion": w.Occasion, "date": p.Date, "note_taker": p.NoteTaker}})
}

// date makes the workshop's occasion, or moves its meeting. The room has found that v may; what its occasions are to the office's
// activity is for the room to answer.
func (w *Workshop) date(ctx context.Context, tx *db.Tx, v access.Viewer, span local.Span, venue string) error {
	venue = cmp.Or(strings.TrimSpace(venue), w.Places[0].Name)
	if w.Meeting != "" {
		m, err := activity.GetMeeting(ctx, tx, access.System, w.Meeting)
		if err != nil {
			return err
		}
		m.Span.Date, m.Span.Start, m.Span.End, m.Span.Breaks, m.Place = span.Date, span.Start, span.End, nil, venue
		return named(activity.MoveMeeting(ctx, tx, access.System, &m))
	}
	tree, err := people.LoadTree(ctx, tx, v.On)
	if err != nil {
		return err
	}
	m := activity.Meeting{Span: span, Place: venue}
	if u, ok := tree.Municipality(w.Places[0].ID); ok {
		m.Unit = u.ID
	}
	staff, err := Staff(ctx, tx, *w, span.Date)
	if err != nil {
		return err
	}
	m.Span.Zone = w.Zone
	starts, _ := m.Span.UTC()
	o := activity.Occasion{Activity: w.Activity, Name: w.Name(), Leader: w.Leader, Capacity: len(staff) + spare, Opens: tx.At, Closes: starts}
	if !o.Opens.Before(starts) {
		o.Opens = starts.Add(-time.Hour)
	}
	if err := activity.CreateOccasion(ctx, tx, access.System, &o, &m); err != nil {
		return named(err)
	}
	w.Occasion = o.ID
	places := make([]string, len(w.Places))
	for i, p := range w.Places {
		places[i] = p.ID
	}
	return activity.HeldAt(ctx, tx, o.ID, places...)
}

// Name is that of its workplaces.
func (w Workshop) Name() string {
	names := make([]string, len(w.Places))
	for i, p := range w.Places {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}

// named names the fields of a meeting's faults as a plan does.
func named(err error) error {
	faults := fault.Of(err)
	if faults == nil {
		return err
	}
	fields := map[string]string{"end": "start", "place": "venue", "closes": "start"}
	list := make(fault.List, len(faults))
	for i, f := range faults {
		field := strings.TrimPrefix(f.Field, "meeting-1-")
		list[i] = f.At(cmp.Or(fields[field], field), f.Args...)
	}
	return list
}

// after is so many minutes after a time of day; ok is false if that is another day, or no time.
func after(c local.Clock, minutes int) (end local.Clock, ok bool) {
	t, err := time.Parse("15:04", c)
	if err != nil {
		return "", false
	}
	later := t.Add(time.Duration(minutes) * time.Minute)
	return later.Format("15:04"), later.Day() == t.Day()
}

// A Colleague is one of the staff of a workshop's workplaces.
type Colleague struct {
	Person, Name string
	Workplace    string
	Seated       bool
}

// Staff are those who work at a workshop's workplaces on a day, by name. Persons with protected identity sign up on their own.
func Staff(ctx context.Context, c db.Conn, w Workshop, day local.Date) ([]Colleague, error) {
	places := make([]string, len(w.Places))
	for i, p := range w.Places {
		places[i] = p.ID
	}
	args := []any{day, w.Occasion}
	return db.All(ctx, c, func(s *Colleague) []any { return []any{&s.Person, &s.Name, &s.Workplace, db.Truth(&s.Seated)} }, `
		SELECT p.id, p.given || ' ' || p.family, min(e.workplace), max(CASE WHEN s.state IN ('seated', 'waiting') THEN 1 ELSE 0 END)
		FROM employment e JOIN person p ON p.id = e.person AND p.protected = 0 LEFT JOIN signup s ON s.person = p.id AND s.occasion = $2
		WHERE e.valid_from <= $1 AND (e.valid_to IS NULL OR e.valid_to > $1) AND e.workplace IN `+db.In(&args, places)+`
		GROUP BY p.id, p.given, p.family, p.sort_key ORDER BY p.sort_key, p.id`, args...)
}

// SignUp gives persons of the staff a seat, all who have none if nobody is named, and returns how many.
func SignUp(ctx context.Context, tx *db.Tx, v access.Viewer, id string, persons ...string) (int, error) {
	w, err := led(ctx, tx, v, id)
	if err != nil {
		return 0, err
	}
	if w.Occasion == "" || w.Meeting == "" {
		return 0, ErrNoDate
	}
	staff, err := Staff(ctx, tx, w, w.Date)
	if err != nil {
		return 0, err
	}
	var chosen []string
	for _, s := range staff {
		if !s.Seated && (len(persons) == 0 || slices.Contains(persons, s.Person)) {
			chosen = append(chosen, s.Person)
		}
	}
	if len(chosen) == 0 {
		return 0, ErrEverySat
	}
	// The staff of the workplaces, by who leads their workshop.
	list, err := activity.SignUpAll(ctx, tx, access.System, w.Occasion, chosen...)
	return len(list), err
}
