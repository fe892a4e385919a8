package activity

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

var (
	ErrNotBegun    = fault.Define(fault.Conflict, "attendance.not-begun")
	ErrNoRows      = fault.Define(fault.Invalid, "attendance.no-rows")
	ErrManyRows    = fault.Define(fault.TooLarge, "attendance.many-rows")
	ErrTwice       = fault.Define(fault.Invalid, "attendance.twice")
	ErrMinutes     = fault.Define(fault.Invalid, "attendance.minutes")  // args: the most there can be
	ErrArrived     = fault.Define(fault.Invalid, "attendance.arrived")  // args: start and end of the meeting
	ErrDeparted    = fault.Define(fault.Invalid, "attendance.departed") // args: start and end of the meeting
	ErrOnlyBreak   = fault.Define(fault.Invalid, "attendance.only-break")
	ErrReason      = fault.Define(fault.Invalid, "attendance.reason")
	ErrNoReason    = fault.Define(fault.Invalid, "attendance.no-reason")
	ErrBoth        = fault.Define(fault.Invalid, "attendance.both")
	ErrElsewhere   = fault.Define(fault.Conflict, "attendance.elsewhere") // args: title, date, start and end of the other meeting
	ErrThen        = fault.Define(fault.Conflict, "attendance.then")      // ErrElsewhere, to who may not know where
	ErrWalkIn      = fault.Define(fault.Forbidden, "attendance.walk-in")
	ErrCorrection  = fault.Define(fault.Invalid, "attendance.correction")
	ErrRowStale    = fault.Define(fault.Conflict, "attendance.row-stale")
	ErrOwn         = fault.Define(fault.Forbidden, "attendance.own")
	ErrNothingToDo = fault.Define(fault.Conflict, "attendance.nothing")
)

// MaxRows is how many rows are recorded together at most.
const MaxRows = 2000

// AbsenceReasons are the reasons of who has a seat and was not there, in the order that a form offers them.
var AbsenceReasons = []string{"ill", "child-ill", "work", "other", "no-show"}

// An AttendanceEntry is what is to be recorded of one person at a meeting. With nothing but Person it says that
// they were there all the time.
type AttendanceEntry struct {
	Person            string
	Minutes           *int        // nil: all of the meeting, or of the time between Arrived and Departed
	Arrived, Departed local.Clock // '' for the start and the end of the meeting
	Absence           string      // one of [AbsenceReasons], with nothing else
	Version           *int        // of the row that the entry was written from, 0 for none; nil leaves that unchecked
	Why               string      // the row is corrected, if not for the same reason as the others

	as string // what Person was named by
}

// EntryField is the field of a fault in an entry: its word is 'minutes', 'arrived', 'departed', 'absence' or 'row'.
func EntryField(word, person string) string { return word + "-" + person }

// Recorded is what [RecordAttendance] did.
type Recorded struct {
	New, Corrected, Unchanged int
	Unattested                int      // of the corrected: they were attested, and have to be attested anew
	Unexplained               []string // if nothing was done: the persons whose correction lacks why, as they were named
}

// recorded is a row of attendance.
type recorded struct {
	Person, Employment         string
	Minutes                    int
	Arrived, Departed, Absence string
	Source, By                 string
	At                         time.Time
	AttestedBy                 string
	AttestedAt                 *time.Time
	Version                    int
}

const recordedColumns = `t.person, coalesce(t.employment, ''), t.minutes, coalesce(t.arrived, ''), coalesce(t.departed, ''), coalesce(t.absence, ''),
	t.source, t.recorded_by, t.recorded_at, coalesce(t.attested_by, ''), t.attested_at, t.version`

func scanRecorded(r *recorded) []any {
	return []any{&r.Person, &r.Employment, &r.Minutes, &r.Arrived, &r.Departed, &r.Absence,
		&r.Source, &r.By, &r.At, &r.AttestedBy, &r.AttestedAt, &r.Version}
}

// says reports whether both rows say the same of the person.
func (r recorded) says(s recorded) bool {
	return r.Minutes == s.Minutes && r.Arrived == s.Arrived && r.Departed == s.Departed && r.Absence == s.Absence
}

// RecordAttendance records who was at a meeting and for how many minutes: all of the entries or none, in
// a number of queries that does not grow with them. It returns every mistake, in the fields of [EntryField].
//
// Nobody gets more minutes than the meeting has, and nobody was in two places at once, in whatever
// programme. The time is given under the main employment of the meeting's day. A row that differs from what
// was recorded before is a correction: it needs why, the earlier row is kept, and it has to be attested anew.
func RecordAttendance(ctx context.Context, tx *db.Tx, v access.Viewer, meeting string, entries []AttendanceEntry, why string) (Recorded, error) {
	var done Recorded
	why = strings.TrimSpace(why)
	named := make([]string, len(entries))
	for i, e := range entries {
		named[i] = e.Person
	}
	switch {
	case len(entries) == 0:
		return done, ErrNoRows
	case len(entries) > MaxRows:
		return done, ErrManyRows.With(MaxRows)
	}
	s, persons, err := openSitting(ctx, tx, v, meeting, named)
	if err != nil {
		return done, err
	}
	if err := s.read(ctx, tx, v, persons); err != nil {
		return done, err
	}

	var faults fault.List
	var rows, before [][]any
	var audits []audit.Event
	var unexplained []string
	for i, e := range entries {
		e.as, e.Person = named[i], persons[i]
		r, wrong := s.row(e)
		if wrong == nil {
			wrong = s.clash(r, EntryField("row", e.as))
		}
		if wrong != nil {
			faults = append(faults, wrong...)
			continue
		}
		was, corrects := s.before[e.Person]
		if corrects && was.says(r) {
			done.Unchanged++
			continue
		}
		reason := cmp.Or(strings.TrimSpace(e.Why), why)
		if corrects {
			done.Corrected++
			if reason == "" {
				unexplained = append(unexplained, e.as)
			}
			if was.AttestedAt != nil {
				done.Unattested++
			}
			before = append(before, []any{s.ID, was.Person, was.Version, db.Null(was.Employment), was.Minutes, db.Null(was.Arrived), db.Null(was.Departed),
				db.Null(was.Absence), was.Source, was.By, was.At, db.Null(was.AttestedBy), was.AttestedAt, tx.By, tx.At, reason})
			audits = append(audits, audit.Event{Act: "correct", Entity: "attendance", Row: s.ID + "/" + e.Person, Why: reason,
				Detail: map[string]any{"version": was.Version + 1, "minutes": []int{was.Minutes, r.Minutes}, "unattested": was.AttestedAt != nil}})
		} else {
			done.New++
		}
		rows = append(rows, []any{s.ID, r.Person, db.Null(r.Employment), r.Minutes, db.Null(r.Arrived), db.Null(r.Departed), db.Null(r.Absence),
			"organiser", tx.By, tx.At})
	}
	faults.Unless(len(unexplained) == 0, ErrCorrection.At("why", len(unexplained)))
	if err := faults.Err(); err != nil {
		return Recorded{Unexplained: unexplained}, err
	}
	if err := db.Insert(ctx, tx, "attendance_before", `meeting, person, version, employment, minutes, arrived, departed, absence,
		source, recorded_by, recorded_at, attested_by, attested_at, corrected_by, corrected_at, why`, "", before); err != nil {
		return done, err
	}
	if err := db.Insert(ctx, tx, "attendance", "meeting, person, employment, minutes, arrived, departed, absence, source, recorded_by, recorded_at", `
		ON CONFLICT (meeting, person) DO UPDATE SET employment = excluded.employment, minutes = excluded.minutes, arrived = excluded.arrived,
			departed = excluded.departed, absence = excluded.absence, source = excluded.source, recorded_by = excluded.recorded_by,
			recorded_at = excluded.recorded_at, attested_by = NULL, attested_at = NULL, version = attendance.version + 1`, rows); err != nil {
		return done, err
	}
	// What is new stands in the rows themselves, with who and when.
	audits = append(audits, audit.Event{Act: "record", Entity: "meeting", Row: s.ID,
		Detail: map[string]any{"new": done.New, "corrected": done.Corrected, "unattested": done.Unattested}})
	return done, audit.Record(ctx, tx, audits...)
}

// A sitting is a meeting whose attendance is being recorded: it and the persons are locked.
type sitting struct {
	Meeting
	occasion Occasion
	at       time.Time
	roster   map[string]*standing
	before   map[string]recorded
	others   map[string][]elsewhere
}

// elsewhere is what a person attended at another meeting that overlaps.
type elsewhere struct {
	person, title, arrived, departed string
	span                             local.Span
	told                             bool // who asks may know of it
}

// openSitting locks a meeting that v takes attendance at, and the persons, whose ids it returns: what one of them attends elsewhere
// is recorded before or after, not meanwhile.
func openSitting(ctx context.Context, tx *db.Tx, v access.Viewer, meeting string, named []string) (*sitting, []string, error) {
	if err := db.Lock(ctx, tx, "meeting", meeting); errors.Is(err, db.ErrNoRows) {
		return nil, nil, ErrNotFound
	} else if err != nil {
		return nil, nil, err
	}
	m, err := GetMeeting(ctx, tx, v, meeting)
	if err != nil {
		return nil, nil, err
	}
	o, err := GetOccasion(ctx, tx, v, m.Occasion)
	switch {
	case err != nil:
		return nil, nil, err
	case !o.Holds(v, access.Attendance):
		return nil, nil, ErrForbidden
	case o.Cancelled != nil:
		return nil, nil, ErrCancelled
	case tx.At.Before(m.Starts):
		return nil, nil, ErrNotBegun.With(m.Span.Date, m.Span.Start)
	}
	persons, err := whom(ctx, tx, o.ID, named...)
	if err != nil {
		return nil, nil, err
	}
	if len(distinct(persons)) != len(persons) {
		return nil, nil, ErrTwice
	}
	if err := db.Lock(ctx, tx, "person", persons...); errors.Is(err, db.ErrNoRows) {
		return nil, nil, nobodies(ctx, tx, persons) // who takes attendance there may know
	} else if err != nil {
		return nil, nil, err
	}
	return &sitting{Meeting: m, occasion: o, at: tx.At}, persons, nil
}

// nobodies says which of the persons do not exist; those who were named by a handle do.
func nobodies(ctx context.Context, c db.Conn, persons []string) error {
	var args []any
	there, err := db.Values[string](ctx, c, `SELECT id FROM person WHERE id IN `+db.In(&args, persons), args...)
	if err != nil {
		return err
	}
	var faults fault.List
	for _, p := range persons {
		faults.Unless(slices.Contains(there, p), ErrNobody.At(EntryField("row", p)))
	}
	if faults == nil {
		return ErrNobody
	}
	return faults
}

// read reads what the rules need to know of the persons, in three queries.
func (s *sitting) read(ctx context.Context, tx *db.Tx, v access.Viewer, persons []string) (err error) {
	if s.roster, err = roster(ctx, tx, s.occasion, s.Span.Date, s.Span.Date, persons); err != nil {
		return err
	}
	args := []any{s.ID}
	rows, err := db.All(ctx, tx, scanRecorded, `SELECT `+recordedColumns+` FROM attendance t WHERE t.meeting = $1 AND t.person IN `+db.In(&args, persons), args...)
	if err != nil {
		return err
	}
	s.before = make(map[string]recorded, len(rows))
	for _, r := range rows {
		s.before[r.Person] = r
	}
	s.others, err = elsewheres(ctx, tx, v, s.Meeting, persons)
	return err
}

// elsewheres returns what each of the persons attended at other meetings that overlap m. v may know of those whose attendance they
// see, but not of anyone's with protected identity.
func elsewheres(ctx context.Context, c db.Conn, v access.Viewer, m Meeting, persons []string) (map[string][]elsewhere, error) {
	args := []any{m.ID, m.Starts, m.Ends}
	told := over(&args, v, access.SeeAttendance)
	others, err := db.All(ctx, c, func(e *elsewhere) []any {
		return []any{&e.person, &e.title, &e.arrived, &e.departed, &e.span.Date, &e.span.Start, &e.span.End, &e.span.Zone, db.Truth(&e.told)}
	}, `
		SELECT t.person, a.title, coalesce(t.arrived, ''), coalesce(t.departed, ''), m.date, m.start_time, m.end_time, m.zone,
			CASE WHEN p.protected = 0 AND `+told+` THEN 1 ELSE 0 END
		FROM meeting m JOIN attendance t ON t.meeting = m.id AND t.minutes > 0
		JOIN occasion o ON o.id = m.occasion JOIN activity a ON a.id = o.activity JOIN person p ON p.id = t.person
		WHERE m.id <> $1 AND m.starts < $3 AND m.ends > $2 AND t.person IN `+db.In(&args, persons)+`
		ORDER BY t.person, m.starts, m.id`, args...)
	all := map[string][]elsewhere{}
	for _, e := range others {
		all[e.person] = append(all[e.person], e)
	}
	return all, err
}

// row returns the row that an entry makes, or what is wrong with it.
func (s *sitting) row(e AttendanceEntry) (r recorded, faults fault.List) {
	at := func(word string) string { return EntryField(word, e.as) }
	p := s.roster[e.Person]
	was, corrects := s.before[e.Person]
	r = recorded{Person: e.Person, Employment: p.employment, Arrived: e.Arrived, Departed: e.Departed, Absence: e.Absence}
	if e.Version != nil && *e.Version != was.Version {
		return r, fault.List{ErrRowStale.At(at("row"))}
	}
	// Who has no seat may have come all the same, but the programme is for its target group.
	if !corrects && p.state != Seated && p.state != Waiting && !p.target {
		return r, fault.List{ErrWalkIn.At(at("row"))}
	}
	if e.Absence != "" {
		faults.Unless(slices.Contains(AbsenceReasons, e.Absence), ErrReason.At(at("absence")))
		faults.Unless(e.Arrived == "" && e.Departed == "" && (e.Minutes == nil || *e.Minutes == 0), ErrBoth.At(at("absence")))
		return r, faults
	}
	from, to := cmp.Or(e.Arrived, s.Span.Start), cmp.Or(e.Departed, s.Span.End)
	faults.Unless(s.shows(from) && from < s.Span.End, ErrArrived.At(at("arrived"), s.Span.Start, s.Span.End))
	faults.Unless(s.shows(to) && to > s.Span.Start && (faults != nil || to > from), ErrDeparted.At(at("departed"), s.Span.Start, s.Span.End))
	if faults != nil {
		return r, faults
	}
	r.Minutes = s.Span.Between(from, to)
	faults.Unless(r.Minutes > 0, ErrOnlyBreak.At(at("arrived")))
	if e.Minutes != nil {
		faults.Unless(0 <= *e.Minutes && *e.Minutes <= r.Minutes, ErrMinutes.At(at("minutes"), r.Minutes))
		// Who was not there has a reason; a row taken back has the why of the correction.
		faults.Unless(*e.Minutes != 0 || corrects, ErrNoReason.At(at("absence")))
		r.Minutes = *e.Minutes
	}
	if r.Minutes == 0 {
		r.Arrived, r.Departed = "", ""
	}
	return r, faults
}

// shows reports whether c is a time of day within the meeting.
func (s *sitting) shows(c local.Clock) bool {
	t, err := time.Parse("15:04", c)
	return err == nil && t.Format("15:04") == c && s.Span.Start <= c && c <= s.Span.End
}

// clash reports, in a field, another meeting that the person attended at the same time.
func (s *sitting) clash(r recorded, field string) (faults fault.List) {
	if r.Minutes == 0 {
		return nil
	}
	starts, ends := there(s.Span, r.Arrived, r.Departed)
	for _, e := range s.others[r.Person] {
		from, to := there(e.span, e.arrived, e.departed)
		switch {
		case !starts.Before(to) || !from.Before(ends):
		case e.told:
			faults = append(faults, ErrElsewhere.At(field, e.title, e.span.Date, cmp.Or(e.arrived, e.span.Start), cmp.Or(e.departed, e.span.End)))
		default:
			faults = append(faults, ErrThen.At(field))
		}
	}
	return faults
}

// there is when a person was at a meeting who came and left at those times.
func there(span local.Span, arrived, departed local.Clock) (from, to time.Time) {
	span.Start, span.End = cmp.Or(arrived, span.Start), cmp.Or(departed, span.End)
	return span.UTC()
}

// Attest vouches for what is recorded of the persons at a meeting, of all if none are named, and returns how many
// rows it attested. Who takes attendance may, and the contact of the workplace that gave the time; nobody attests
// their own.
func Attest(ctx context.Context, tx *db.Tx, v access.Viewer, meeting string, persons ...string) (int, error) {
	if err := db.Lock(ctx, tx, "meeting", meeting); errors.Is(err, db.ErrNoRows) {
		return 0, ErrNotFound
	} else if err != nil {
		return 0, err
	}
	m, err := GetMeeting(ctx, tx, v, meeting)
	if err != nil {
		return 0, err
	}
	o, err := GetOccasion(ctx, tx, v, m.Occasion)
	if err != nil {
		return 0, err
	}
	if persons, err = whom(ctx, tx, o.ID, persons...); err != nil {
		return 0, err
	}
	all := o.Holds(v, access.Attendance)
	if !all && !v.Can(access.SignStaff) {
		return 0, ErrForbidden
	}
	if slices.Contains(persons, v.Person) {
		return 0, ErrOwn
	}
	type row struct{ person, workplace string }
	rows, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.person, &r.workplace} }, `
		SELECT t.person, coalesce(e.workplace, '') FROM attendance t LEFT JOIN employment e ON e.id = t.employment
		WHERE t.meeting = $1 AND t.attested_at IS NULL AND t.person <> $2 ORDER BY t.person`, meeting, v.Person)
	if err != nil {
		return 0, err
	}
	var chosen []string
	for _, r := range rows {
		if (all || v.At(access.SignStaff, r.workplace)) && (len(persons) == 0 || slices.Contains(persons, r.person)) {
			chosen = append(chosen, r.person)
		}
	}
	if len(chosen) == 0 {
		return 0, ErrNothingToDo
	}
	if err := db.Lock(ctx, tx, "person", chosen...); err != nil {
		return 0, err
	}
	args := []any{v.Person, tx.At, meeting}
	n, err := tx.Exec(ctx, `UPDATE attendance SET attested_by = $1, attested_at = $2
		WHERE meeting = $3 AND attested_at IS NULL AND person IN `+db.In(&args, chosen), args...)
	if err != nil {
		return 0, err
	}
	return int(n), audit.Record(ctx, tx, audit.Event{Act: "attest", Entity: "meeting", Row: meeting, Detail: map[string]any{"persons": chosen}})
}
