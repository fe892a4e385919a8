package activity

import (
	"context"
	"errors"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

// ErrNotYourWorkplace is the fault of a word given for a workplace that one is not contact for.
var ErrNotYourWorkplace = fault.Define(fault.Forbidden, "staff.not-yours")

// employedIn is the condition that employment e holds on the day and is at one of v's workplaces.
func employedIn(args *[]any, v access.Viewer, r access.Right, day local.Date) string {
	in := db.In(args, v.Scope(r).Workplaces)
	*args = append(*args, day)
	d := last(args)
	return "(e.workplace IN " + in + " AND e.valid_from <= " + d + " AND (e.valid_to IS NULL OR e.valid_to > " + d + "))"
}

// A Colleague is one of the staff whom a workplace contact answers for.
type Colleague struct {
	Person, Name, Title      string
	SortKey                  string // of the name
	Workplace, WorkplaceName string
}

// Colleagues are the staff of v's workplaces on a day, by workplace and name. Who works at two of them stands at
// the one with the larger share. Persons with protected identity sign up on their own.
func Colleagues(ctx context.Context, c db.Conn, v access.Viewer, day local.Date) ([]Colleague, error) {
	args := []any{day}
	list, err := db.All(ctx, c, func(p *Colleague) []any {
		return []any{&p.Person, &p.Name, &p.SortKey, &p.Title, &p.Workplace, &p.WorkplaceName}
	}, `
		SELECT p.id, p.given || ' ' || p.family, p.sort_key, e.title, e.workplace, u.name
		FROM employment e JOIN person p ON p.id = e.person AND p.protected = 0
		JOIN unit_period u ON u.unit = e.workplace AND u.valid_from <= $1 AND (u.valid_to IS NULL OR u.valid_to > $1)
		WHERE `+employedIn(&args, v, access.SignStaff, day)+`
		ORDER BY u.sort_key, e.workplace, p.sort_key, e.share DESC, p.id`, args...)
	seen := map[string]bool{}
	var once []Colleague
	for _, p := range list {
		if !seen[p.Person] {
			once = append(once, p)
		}
		seen[p.Person] = true
	}
	return once, err
}

// An Absent is a colleague who is at a meeting, or will be if they are called in.
type Absent struct {
	Person, Name    string
	Workplace       string // its name
	Date            local.Date
	Start, End      local.Clock
	Occasion, Title string
	OccasionName    string // its own, behind the title
	Place           string
	State           SignupState
}

// FullTitle is the title of the activity, with the occasion's own name behind if it has one.
func (a Absent) FullTitle() string { return Occasion{Title: a.Title, Name: a.OccasionName}.FullTitle() }

// Away returns who of v's staff is at a meeting from one day to before another, by day.
func Away(ctx context.Context, c db.Conn, v access.Viewer, days local.Period) ([]Absent, error) {
	args := []any{days.From, days.To}
	return db.All(ctx, c, func(a *Absent) []any {
		return []any{&a.Person, &a.Name, &a.Workplace, &a.Date, &a.Start, &a.End, &a.Occasion, &a.Title, &a.OccasionName, &a.Place, &a.State, new(string)} // the last is only sorted by
	}, `
		SELECT DISTINCT p.id, p.given || ' ' || p.family, u.name, m.date, m.start_time, m.end_time, o.id, a.title, o.name, m.place, s.state, p.sort_key
		FROM employment e JOIN person p ON p.id = e.person AND p.protected = 0
		JOIN unit_period u ON u.unit = e.workplace AND u.valid_from <= $1 AND (u.valid_to IS NULL OR u.valid_to > $1)
		JOIN signup s ON s.person = p.id AND s.state IN ('seated', 'waiting')
		JOIN occasion o ON o.id = s.occasion AND o.cancelled IS NULL
		JOIN activity a ON a.id = o.activity
		JOIN meeting m ON m.occasion = o.id AND m.date >= $1 AND m.date < $2
		WHERE `+employedIn(&args, v, access.SeeStaff, days.From)+`
		ORDER BY m.date, m.start_time, p.sort_key, p.id, o.id`, args...)
}

// An Unattested is a meeting where hours of v's staff wait to be attested.
type Unattested struct {
	Meeting, Title string
	Name           string // the occasion's own
	Place          string
	Date           local.Date
	Start, End     local.Clock
	Minutes        int // of all of them
	Staff          []UnattestedHours
}

// FullTitle is the title of the activity, with the occasion's own name behind if it has one.
func (u Unattested) FullTitle() string { return Occasion{Title: u.Title, Name: u.Name}.FullTitle() }

// UnattestedHours are one person's at a meeting.
type UnattestedHours struct {
	Person  string // of a person with protected identity their handle
	Name    string // '' likewise: they are told by their number
	Number  int    // at the occasion, see [Present]
	Minutes int
}

// ToAttest returns the first meetings at which hours of v's staff are recorded that nobody has attested, the oldest first.
// v's own are for somebody else.
func ToAttest(ctx context.Context, c db.Conn, v access.Viewer) (list []Unattested, err error) {
	const most = 50
	args := []any{v.Person, most}
	type row struct {
		Unattested
		UnattestedHours
		protected bool
	}
	rows, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.Meeting, &r.Title, &r.Unattested.Name, &r.Place, &r.Date, &r.Start, &r.End, &r.Person, &r.UnattestedHours.Name, &r.Number, &r.UnattestedHours.Minutes, db.Truth(&r.protected)}
	}, `
		WITH hours AS (
			SELECT t.meeting, t.person, t.minutes
			FROM employment e JOIN attendance t ON t.employment = e.id AND t.attested_at IS NULL AND t.minutes > 0 AND t.person <> $1
			WHERE e.workplace IN `+db.In(&args, v.Scope(access.SignStaff).Workplaces)+`
		), shown AS (
			SELECT id, occasion FROM meeting WHERE id IN (SELECT meeting FROM hours) ORDER BY starts, id LIMIT $2
		)
		SELECT m.id, a.title, o.name, m.place, m.date, m.start_time, m.end_time, p.id,
			CASE WHEN p.protected = 1 THEN '' ELSE p.given || ' ' || p.family END, coalesce(s.number, -w.number, 0), h.minutes, p.protected
		FROM shown JOIN meeting m ON m.id = shown.id JOIN occasion o ON o.id = m.occasion JOIN activity a ON a.id = o.activity
		JOIN hours h ON h.meeting = m.id JOIN person p ON p.id = h.person
		LEFT JOIN signup s ON s.occasion = o.id AND s.person = p.id
		LEFT JOIN `+walkIns("IN (SELECT x.occasion FROM shown x JOIN hours y ON y.meeting = x.id JOIN person q ON q.id = y.person AND q.protected = 1)")+` w ON w.occasion = o.id AND w.person = p.id
		ORDER BY m.starts, m.id, p.protected, CASE WHEN p.protected = 1 THEN '' ELSE p.sort_key END, s.number NULLS LAST, w.number, p.id`, args...)
	for _, r := range rows {
		if len(list) == 0 || list[len(list)-1].Meeting != r.Meeting {
			list = append(list, r.Unattested)
		}
		u := &list[len(list)-1]
		if hides(v, r.UnattestedHours.Person, r.protected) {
			r.UnattestedHours.Person = handle(r.Number)
		}
		u.Minutes += r.UnattestedHours.Minutes
		u.Staff = append(u.Staff, r.UnattestedHours)
	}
	return list, err
}

// An Invited is an activity that concerns a workplace, which has not yet said that its staff know.
type Invited struct {
	Activity, Title          string
	Workplace, WorkplaceName string
	Closes                   time.Time // the sign-up of the last of its occasions
	Zone                     string
}

// ToPassOn returns the activities with sign-up yet to close that are for staff of v's workplaces, and that the workplace has
// not confirmed passing on.
func ToPassOn(ctx context.Context, c db.Conn, v access.Viewer, at time.Time, today local.Date) ([]Invited, error) {
	args := []any{today, at}
	list, err := db.All(ctx, c, func(i *Invited) []any {
		return []any{&i.Activity, &i.Title, &i.Workplace, &i.WorkplaceName, &i.Zone, &i.Closes}
	}, `
		WITH RECURSIVE within (workplace, unit) AS (
			SELECT id, id FROM unit WHERE id IN `+db.In(&args, v.Scope(access.SignStaff).Workplaces)+`
			UNION
			SELECT w.workplace, coalesce(p.parent, m.unit) FROM within w`+up+`
		)
		SELECT a.id, a.title, n.unit, n.name, p.zone, o.closes
		FROM activity a JOIN programme p ON p.id = a.programme AND p.published = 1
		JOIN occasion o ON o.activity = a.id AND o.cancelled IS NULL AND o.closes > $2
		JOIN unit_period n ON n.unit IN (SELECT workplace FROM within) AND n.valid_from <= $1 AND (n.valid_to IS NULL OR n.valid_to > $1)
		WHERE a.published = 1
			AND EXISTS (SELECT 1 FROM within w JOIN target_unit t ON t.unit = w.unit WHERE w.workplace = n.unit AND t.programme = a.programme)
			AND (NOT EXISTS (SELECT 1 FROM audience_unit x WHERE x.activity = a.id)
				OR EXISTS (SELECT 1 FROM within w JOIN audience_unit x ON x.unit = w.unit WHERE w.workplace = n.unit AND x.activity = a.id))
			AND NOT EXISTS (SELECT 1 FROM passed_on d WHERE d.activity = a.id AND d.workplace = n.unit)
		ORDER BY o.closes, a.id, n.sort_key, n.unit`, args...)
	var once []Invited
	place := map[[2]string]int{}
	for _, i := range list {
		key := [2]string{i.Activity, i.Workplace}
		if n, ok := place[key]; ok {
			once[n].Closes = i.Closes
			continue
		}
		place[key] = len(once)
		once = append(once, i)
	}
	return once, err
}

// ConfirmPassedOn is a workplace's word that all its staff have been told of an activity. It counts as told in
// reach, and stands once given.
func ConfirmPassedOn(ctx context.Context, tx *db.Tx, v access.Viewer, activity, workplace string) error {
	a, err := GetActivity(ctx, tx, v, activity)
	if err != nil {
		return err
	}
	if !v.At(access.SignStaff, workplace) {
		return ErrNotYourWorkplace
	}
	n, err := tx.Exec(ctx, `INSERT INTO passed_on (activity, workplace, at, actor) VALUES ($1, $2, $3, $4)
		ON CONFLICT (activity, workplace) DO NOTHING`, activity, workplace, tx.At, tx.By)
	if errors.Is(err, db.ErrDangling) {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "pass-on", Entity: "activity", Row: activity,
		Detail: map[string]any{"workplace": workplace, "new": n > 0, "programme": a.Programme}})
}
