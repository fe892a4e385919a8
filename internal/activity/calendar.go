package activity

import (
	"context"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

// A Filter chooses the occasions of a calendar. Empty fields choose all.
type Filter struct {
	Programme, Activity, Goal, Kind string
	Unit                            string     // a municipality where a meeting is held, or its county
	From, To                        local.Date // with a meeting from the first and before the second, in local dates
	Mine                            bool       // only those that the viewer is signed up to
	ForMe                           bool       // only those, and what is meant for the viewer, as employed on the viewer's day
	Managed                         bool       // only those that the viewer may change
	Cancelled                       bool       // also those that were cancelled
	Open                            time.Time  // only those that one can sign up to at this time
	For                             []string   // only those meant for one of these persons, as they are employed on From
	Unsigned                        bool       // only those that the viewer has not signed up to
	After                           Mark       // the last entry of the page before
	Before                          Mark       // the first entry of the page after: the page ends just before it
	Limit                           int        // 0: as many as [maxCalendar]

	Sort    CalendarSort
	Falling bool
	Behind  string // the mark of the last entry of the page before, see [Entry.MarkBy]; in whatever order there is
}

// A CalendarSort is an order of a calendar. Each ends in the date, the time and the occasion's id.
type CalendarSort string

const (
	ByDate  CalendarSort = ""
	ByTitle CalendarSort = "title"
	ByFree  CalendarSort = "free" // how many seats are left for everybody: none of what workplaces hold for their own staff
)

// order is what the entries are sorted by.
func (f Filter) order() db.Order {
	o := db.Order{By: []string{"COALESCE(m.date, '9999')", "COALESCE(m.start_time, '')", "o.id"}, Falling: f.Falling}
	switch f.Sort {
	case ByTitle:
		o.By = append([]string{"a.sort_key"}, o.By...)
	case ByFree:
		o.By = append([]string{`CASE WHEN o.seated >= o.capacity OR o.waiting > 0 OR EXISTS (SELECT 1 FROM occasion_place x WHERE x.occasion = o.id)
			THEN 0 ELSE o.capacity - o.seated END`}, o.By...)
	}
	if f.Before.Date != "" {
		o.Falling = true
	}
	return o
}

// keys are those of an entry in such an order.
func (e Entry) keys(by CalendarSort) []any {
	keys := []any{undated(string(e.Date)), e.Start, e.ID}
	switch by {
	case ByTitle:
		return append([]any{e.sortKey}, keys...)
	case ByFree:
		free := e.Free()
		if e.Local { // whoever reads the order reads the number
			free = 0
		}
		return append([]any{free}, keys...)
	}
	return keys
}

// MarkBy is where a page of a calendar in such an order goes on that has e last.
func (e Entry) MarkBy(by CalendarSort) string { return db.Mark(e.keys(by)...) }

// A Mark is where a page of the calendar ended: when its last entry's meeting starts, as text, and the entry's id.
type Mark struct{ Date, Start, ID string }

// maxCalendar is more occasions than a page shows.
const maxCalendar = 1000

// An Entry is an occasion as a calendar shows it.
type Entry struct {
	Occasion
	Goals    []string // goal areas
	Meetings int      // how many there are in all
	// The first meeting that the filter chooses; without a date if there is none yet.
	Date           local.Date
	Start, End     local.Clock
	Place, Address string
	Unit           string
	Online         bool
	MyState        string // of the viewer's own sign-up, "" for none
	sortKey        string // of the title
}

// Mark is where a page ends that has e last.
func (e Entry) Mark() Mark { return Mark{string(e.Date), e.Start, e.ID} }

// Calendar returns the occasions that v may see and f chooses, in the order of their meetings unless another is
// asked for, in two queries. Those without a meeting stand last.
func Calendar(ctx context.Context, c db.Conn, v access.Viewer, f Filter) ([]Entry, error) {
	var args []any
	parameter := func(value any) string { args = append(args, value); return last(&args) }

	// The entry's meeting is the first that the filter chooses.
	chosen, required := "", false
	if f.From != "" {
		chosen += " AND x.date >= " + parameter(f.From)
		required = true
	}
	if f.To != "" {
		chosen += " AND x.date < " + parameter(f.To)
		required = true
	}
	if f.Unit != "" {
		unit := parameter(f.Unit)
		chosen += ` AND (x.unit = ` + unit + ` OR EXISTS (SELECT 1 FROM unit_period u WHERE u.unit = x.unit AND u.parent = ` + unit + `
			AND u.valid_from <= x.date AND (u.valid_to IS NULL OR x.date < u.valid_to)))`
		required = true
	}
	var where strings.Builder
	where.WriteString(visibleOccasion(&args, v))
	for _, t := range []struct{ value, condition string }{
		{f.Programme, "a.programme = ?"},
		{f.Activity, "a.id = ?"},
		{f.Kind, "a.kind = ?"},
		{f.Goal, "EXISTS (SELECT 1 FROM activity_goal g WHERE g.activity = a.id AND g.goal_area = ?)"},
	} {
		if t.value != "" {
			where.WriteString(" AND " + strings.ReplaceAll(t.condition, "?", parameter(t.value)))
		}
	}
	if required {
		where.WriteString(" AND m.id IS NOT NULL")
	}
	if f.Managed {
		where.WriteString(" AND " + managed(&args, v))
	}
	if !f.Open.IsZero() {
		now := parameter(f.Open)
		where.WriteString(" AND o.cancelled IS NULL AND o.opens <= " + now + " AND o.closes > " + now + " AND (o.starts IS NULL OR o.starts > " + now + ")")
	}
	const signedUp = "s.state IN ('requested', 'seated', 'waiting', 'offered')"
	within := ""
	switch {
	case f.For != nil:
		var isMeant string
		within, isMeant = meant(&args, f.For, f.From)
		where.WriteString(" AND " + isMeant)
	case f.ForMe:
		var isMeant string
		within, isMeant = meant(&args, []string{v.Person}, v.On)
		where.WriteString(" AND (" + signedUp + " OR " + isMeant + ")")
	}
	if f.Unsigned {
		where.WriteString(" AND COALESCE(s.state, 'cancelled') = 'cancelled'")
	}
	if f.Mine {
		where.WriteString(" AND " + signedUp)
	}
	if !f.Cancelled {
		where.WriteString(" AND o.cancelled IS NULL")
	}
	if f.After.ID != "" {
		date, start, id := parameter(undated(f.After.Date)), parameter(f.After.Start), parameter(f.After.ID)
		where.WriteString(` AND (COALESCE(m.date, '9999') > ` + date + ` OR COALESCE(m.date, '9999') = ` + date + `
			AND (COALESCE(m.start_time, '') > ` + start + ` OR COALESCE(m.start_time, '') = ` + start + ` AND o.id > ` + id + `))`)
	}
	if f.Before.Date != "" {
		date, start, id := parameter(undated(f.Before.Date)), parameter(f.Before.Start), parameter(f.Before.ID)
		where.WriteString(` AND (COALESCE(m.date, '9999') < ` + date + ` OR COALESCE(m.date, '9999') = ` + date + `
			AND (COALESCE(m.start_time, '') < ` + start + ` OR COALESCE(m.start_time, '') = ` + start + ` AND o.id < ` + id + `))`)
	}
	order := f.order()
	if f.Behind != "" {
		after, ok := db.ReadMark(f.Behind, Entry{}.keys(f.Sort)...)
		if !ok {
			return nil, fault.Page
		}
		where.WriteString(" AND " + order.Behind(&args, after))
	}
	limit := f.Limit
	if limit <= 0 || limit > maxCalendar {
		limit = maxCalendar
	}
	list, err := db.All(ctx, c, func(e *Entry) []any {
		return append(scanOccasion(&e.Occasion), &e.Meetings, &e.Date, &e.Start, &e.End, &e.Place, &e.Address, &e.Unit, db.Truth(&e.Online), &e.MyState, &e.sortKey)
	}, within+`SELECT `+occasionColumns+`, (SELECT count(*) FROM meeting x WHERE x.occasion = o.id),
			COALESCE(m.date, ''), COALESCE(m.start_time, ''), COALESCE(m.end_time, ''), COALESCE(m.place, ''), COALESCE(m.address, ''), COALESCE(m.unit, ''),
			CASE WHEN COALESCE(m.online_link, '') = '' THEN 0 ELSE 1 END, COALESCE(s.state, ''), a.sort_key`+fromOccasion+`
		LEFT JOIN meeting m ON m.id = (SELECT x.id FROM meeting x WHERE x.occasion = o.id`+chosen+` ORDER BY x.starts, x.id LIMIT 1)
		LEFT JOIN signup s ON s.occasion = o.id AND s.person = `+parameter(v.Person)+`
		WHERE `+where.String()+` ORDER BY `+order.SQL()+` LIMIT `+parameter(limit), args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if f.Before.Date != "" {
		slices.Reverse(list)
	}
	activities := make([]string, len(list))
	for i, e := range list {
		activities[i] = e.Activity
	}
	goals, err := links(ctx, c, "activity_goal", "goal_area", unique(activities))
	if err != nil {
		return nil, err
	}
	of := map[string][]string{}
	for _, l := range goals {
		of[l.activity] = append(of[l.activity], l.other)
	}
	for i := range list {
		list[i].Goals = of[list[i].Activity]
	}
	return list, nil
}

// meant is the condition that an occasion is for one of the persons: an employment of theirs on the day is in the programme's target
// group, and in the activity's audience, and at a workplace that holds the occasion where workplaces do. The query begins with within: the
// units that hold their workplaces, and what has gone up in these.
func meant(args *[]any, persons []string, day local.Date) (within, condition string) {
	in := db.In(args, persons)
	*args = append(*args, day)
	d := last(args)
	employed := "e.person IN " + in + " AND e.valid_from <= " + d + " AND (e.valid_to IS NULL OR e.valid_to > " + d + ")"
	condition = `EXISTS (SELECT 1 FROM employment e WHERE ` + employed + `
		AND EXISTS (SELECT 1 FROM within w JOIN target_unit t ON t.unit = w.unit WHERE w.workplace = e.workplace AND t.programme = a.programme)
		AND (NOT EXISTS (SELECT 1 FROM audience_unit x WHERE x.activity = a.id)
			OR EXISTS (SELECT 1 FROM within w JOIN audience_unit x ON x.unit = w.unit WHERE w.workplace = e.workplace AND x.activity = a.id))
		AND (NOT EXISTS (SELECT 1 FROM audience_role x WHERE x.activity = a.id)
			OR EXISTS (SELECT 1 FROM audience_role x WHERE x.activity = a.id AND x.staff_role = e.staff_role))
		AND (NOT EXISTS (SELECT 1 FROM occasion_place x WHERE x.occasion = o.id)
			OR EXISTS (SELECT 1 FROM gone JOIN occasion_place x ON x.workplace = gone.place WHERE gone.workplace = e.workplace AND x.occasion = o.id)))`
	within = `WITH RECURSIVE within (workplace, unit) AS (
			SELECT e.workplace, e.workplace FROM employment e WHERE ` + employed + `
			UNION
			SELECT w.workplace, u.parent FROM within w JOIN unit_period u ON u.unit = w.unit
			WHERE u.valid_from <= ` + d + ` AND (u.valid_to IS NULL OR u.valid_to > ` + d + `) AND u.parent IS NOT NULL
		), gone (workplace, place) AS (
			SELECT e.workplace, e.workplace FROM employment e WHERE ` + employed + `
			UNION
			SELECT g.workplace, m.unit FROM gone g JOIN unit_merge m ON m.into_unit = g.place WHERE m.on_date <= ` + d + `
		) `
	return within, condition
}

// undated is the date that those without one are sorted by.
func undated(date string) string {
	if date == "" {
		return "9999"
	}
	return date
}
