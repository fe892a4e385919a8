package activity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

var (
	ErrOutside   = fault.Define(fault.Invalid, "activity.outside")
	ErrLink      = fault.Define(fault.Invalid, "activity.link")
	ErrPlace     = fault.Define(fault.Invalid, "activity.place")
	ErrUnit      = fault.Define(fault.Invalid, "activity.unit")
	ErrOverlap   = fault.Define(fault.Invalid, "activity.overlap")
	ErrAttended  = fault.Define(fault.Conflict, "activity.attended")
	ErrDated     = fault.Define(fault.Conflict, "activity.dated")
	ErrShorter   = fault.Define(fault.Conflict, "activity.shorter")
	ErrMoved     = fault.Define(fault.Conflict, "activity.moved")      // args: title, date, start and end of a meeting that someone attended instead
	ErrMovedThen = fault.Define(fault.Conflict, "activity.moved-then") // ErrMoved, to who may not know of that meeting
	ErrMeetings  = fault.Define(fault.Invalid, "activity.meetings")
)

// maxMeetings is more meetings than an occasion has.
const maxMeetings = 100

// A Meeting is when and where an occasion is held, on one day. Attendance is taken at each.
type Meeting struct {
	ID, Occasion   string
	Span           local.Span // in the programme's zone
	Place, Address string
	OnlineLink     string // only for who has a seat, and who manages the occasion; otherwise ""
	Online         bool   // there is a link, even if it is not shown
	Unit           string // the municipality where it is held, "" for none
	Version        int

	// Derived from Span and stored.
	Starts, Ends time.Time // UTC
	Minutes      int       // that count: end - start - breaks
	Month        string    // of participation: "2012-10"
}

// same reports whether nothing differs that people plan their day by.
func (m Meeting) same(o Meeting) bool {
	return m.Span.Date == o.Span.Date && m.Span.Start == o.Span.Start && m.Span.End == o.Span.End &&
		m.Place == o.Place && m.Address == o.Address && m.OnlineLink == o.OnlineLink
}

func meetingField(i int, field string) string { return fmt.Sprintf("meeting-%d-%s", i+1, field) }

const meetingColumns = `m.id, m.occasion, m.date, m.start_time, m.end_time, m.zone, m.starts, m.ends, m.minutes, m.month,
	m.place, m.address, CASE WHEN m.online_link = '' THEN 0 ELSE 1 END, COALESCE(m.unit, ''), m.version`

func scanMeeting(m *Meeting) []any {
	return []any{&m.ID, &m.Occasion, &m.Span.Date, &m.Span.Start, &m.Span.End, &m.Span.Zone, &m.Starts, &m.Ends, &m.Minutes, &m.Month,
		&m.Place, &m.Address, db.Truth(&m.Online), &m.Unit, &m.Version}
}

// Meetings returns the meetings of occasions that v may see, in order of time, in two queries.
func Meetings(ctx context.Context, c db.Conn, v access.Viewer, occasions ...string) ([]Meeting, error) {
	return meetings(ctx, c, v, "m.occasion", occasions)
}

// GetMeeting returns a meeting, or [ErrNotFound].
func GetMeeting(ctx context.Context, c db.Conn, v access.Viewer, id string) (Meeting, error) {
	list, err := meetings(ctx, c, v, "m.id", []string{id})
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Meeting{}, err
	}
	return list[0], nil
}

func meetings(ctx context.Context, c db.Conn, v access.Viewer, column string, ids []string) ([]Meeting, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var args []any
	link := "CASE WHEN " + managed(&args, v)
	if v.Person != "" {
		args = append(args, v.Person)
		link += " OR EXISTS (SELECT 1 FROM signup s WHERE s.occasion = o.id AND s.state = 'seated' AND s.person = " + last(&args) + ")"
	}
	link += " THEN m.online_link ELSE '' END"
	list, err := db.All(ctx, c, func(m *Meeting) []any { return append(scanMeeting(m), &m.OnlineLink) },
		`SELECT `+meetingColumns+`, `+link+fromOccasion+`JOIN meeting m ON m.occasion = o.id
		WHERE `+column+` IN `+db.In(&args, ids)+` AND `+visibleOccasion(&args, v)+` ORDER BY m.starts, m.id`, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, breaks(ctx, c, list)
}

// breaks fills in the breaks of meetings.
func breaks(ctx context.Context, c db.Conn, list []Meeting) error {
	type row struct {
		meeting string
		local.Break
	}
	at := make(map[string]*Meeting, len(list))
	ids := make([]string, len(list))
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	var args []any
	in := db.In(&args, ids)
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.meeting, &r.Start, &r.End} },
		`SELECT meeting, start_time, end_time FROM meeting_break WHERE meeting IN `+in+` ORDER BY meeting, start_time`, args...)
	for _, r := range rows {
		at[r.meeting].Span.Breaks = append(at[r.meeting].Span.Breaks, r.Break)
	}
	return err
}

// check puts m in the programme's zone, trims it, derives what follows and reports everything wrong with it.
func (m *Meeting) check(ctx context.Context, c db.Conn, p programme.Programme) error {
	m.Place, m.Address, m.OnlineLink = strings.TrimSpace(m.Place), strings.TrimSpace(m.Address), strings.TrimSpace(m.OnlineLink)
	m.Span.Zone = p.Zone
	local.SortBreaks(m.Span.Breaks)
	faults := m.Span.Check()
	if faults == nil {
		m.Starts, m.Ends = m.Span.UTC()
		m.Minutes, m.Month = m.Span.Minutes(), m.Span.Date.Month()
	}
	// A slip of a year is the commonest there is.
	faults.Unless(!m.Span.Date.Valid() || p.Has(m.Span.Date), ErrOutside.At("date", p.Starts, p.Ends))
	m.Online = m.OnlineLink != ""
	faults.Unless(m.Place != "" || m.Online, ErrPlace.At("place"))
	faults.Unless(utf8.RuneCountInString(m.Place) <= maxTitle, ErrLong.At("place", maxTitle))
	faults.Unless(utf8.RuneCountInString(m.Address) <= maxTitle, ErrLong.At("address", maxTitle))
	faults.Unless(!m.Online || webAddress(m.OnlineLink), ErrLink.At("online_link"))
	if m.Unit != "" {
		known, err := db.Value[int](ctx, c, `SELECT count(*) FROM unit WHERE id = $1 AND kind = 'municipality'`, m.Unit)
		if err != nil {
			return err
		}
		faults.Unless(known == 1, ErrUnit.At("unit"))
	}
	return faults.Err()
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(s) <= 1000
}

// overlapping reports meetings of one occasion that are held at the same time.
func overlapping(list []*Meeting) (faults fault.List) {
	for i, m := range list {
		for _, other := range list[:i] {
			if m.Starts.Before(other.Ends) && other.Starts.Before(m.Ends) {
				faults = append(faults, ErrOverlap.At(meetingField(i, "start"), other.Span.Date, other.Span.Start, other.Span.End))
				break
			}
		}
	}
	return faults
}

// spanOf is from the start of the first to the end of the last meeting, nil if there is none.
func spanOf(list []*Meeting) (starts, ends *time.Time) {
	for _, m := range list {
		if starts == nil || m.Starts.Before(*starts) {
			starts = &m.Starts
		}
		if ends == nil || m.Ends.After(*ends) {
			ends = &m.Ends
		}
	}
	return starts, ends
}

// insertMeetings writes meetings with their breaks, in two statements.
func insertMeetings(ctx context.Context, tx *db.Tx, occasion string, list []*Meeting) error {
	if len(list) > maxMeetings {
		return ErrMeetings.With(maxMeetings)
	}
	rows := make([][]any, len(list))
	var pauses [][]any
	for i, m := range list {
		m.ID, m.Occasion, m.Version = tx.NewID(), occasion, 1
		rows[i] = []any{m.ID, occasion, m.Span.Date, m.Span.Start, m.Span.End, m.Span.Zone, m.Starts, m.Ends, m.Minutes, m.Month,
			m.Place, m.Address, m.OnlineLink, db.Null(m.Unit)}
		pauses = append(pauses, m.breakRows()...)
	}
	if err := db.Insert(ctx, tx, "meeting", "id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month, place, address, online_link, unit", "", rows); err != nil {
		return err
	}
	return db.Insert(ctx, tx, "meeting_break", "meeting, start_time, end_time", "", pauses)
}

func (m *Meeting) breakRows() (rows [][]any) {
	for _, b := range m.Span.Breaks {
		rows = append(rows, []any{m.ID, b.Start, b.End})
	}
	return rows
}

// AddMeeting adds m to its occasion.
func AddMeeting(ctx context.Context, tx *db.Tx, v access.Viewer, m *Meeting) error {
	o, err := managedOccasion(ctx, tx, v, m.Occasion)
	if err != nil {
		return err
	}
	if err := m.fits(ctx, tx, v, o); err != nil {
		return err
	}
	if err := insertMeetings(ctx, tx, o.ID, []*Meeting{m}); err != nil {
		return err
	}
	if err := errors.Join(respan(ctx, tx, o.ID), tellChange(ctx, tx, o, nil, m)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "meeting", Row: m.ID,
		Detail: map[string]any{"occasion": o.ID, "date": m.Span.Date, "minutes": m.Minutes}})
}

// framed returns a programme, locked: its first and last day stay while meetings are put between them.
func framed(ctx context.Context, tx *db.Tx, v access.Viewer, id string) (programme.Programme, error) {
	if err := db.Lock(ctx, tx, "programme", id); errors.Is(err, db.ErrNoRows) {
		return programme.Programme{}, programme.ErrNotFound
	} else if err != nil {
		return programme.Programme{}, err
	}
	return programme.Get(ctx, tx, v, id)
}

// fits checks m on its own and beside the other meetings of its locked occasion.
func (m *Meeting) fits(ctx context.Context, tx *db.Tx, v access.Viewer, o Occasion) error {
	if o.Cancelled != nil {
		return ErrCancelled
	}
	p, err := framed(ctx, tx, v, o.Programme)
	if err != nil {
		return err
	}
	if err := m.check(ctx, tx, p); err != nil {
		return err
	}
	others, err := Meetings(ctx, tx, v, o.ID)
	if err != nil {
		return err
	}
	list := []*Meeting{}
	for i := range others {
		if others[i].ID != m.ID {
			list = append(list, &others[i])
		}
	}
	if len(list) >= maxMeetings {
		return ErrMeetings.With(maxMeetings)
	}
	for _, f := range overlapping(append(list, m)) {
		return f.At("start", f.Args...)
	}
	o.Starts, _ = spanOf(append(list, m))
	if f := o.late(); f != nil {
		return f.At("date", f.Args...)
	}
	return nil
}

// respan writes when a locked occasion starts and ends, from its meetings.
func respan(ctx context.Context, tx *db.Tx, occasion string) error {
	_, err := tx.Exec(ctx, `UPDATE occasion SET starts = (SELECT min(starts) FROM meeting WHERE occasion = $1),
		ends = (SELECT max(ends) FROM meeting WHERE occasion = $1) WHERE id = $1`, occasion)
	return err
}

// lockMeeting returns a meeting with its occasion, both locked, for who is about to change it.
func lockMeeting(ctx context.Context, tx *db.Tx, v access.Viewer, id string) (Meeting, Occasion, error) {
	if err := db.Lock(ctx, tx, "meeting", id); errors.Is(err, db.ErrNoRows) {
		return Meeting{}, Occasion{}, ErrNotFound
	} else if err != nil {
		return Meeting{}, Occasion{}, err
	}
	m, err := GetMeeting(ctx, tx, v, id)
	if err != nil {
		return m, Occasion{}, err
	}
	o, err := managedOccasion(ctx, tx, v, m.Occasion)
	return m, o, err
}

// UpdateMeeting writes m, if m.Version still is the last. Attendance that has been taken holds: its
// day stays, nobody was there for more minutes than the meeting has, and nobody is put in two places at once.
func UpdateMeeting(ctx context.Context, tx *db.Tx, v access.Viewer, m *Meeting) error {
	before, o, err := lockMeeting(ctx, tx, v, m.ID)
	if err != nil {
		return err
	}
	return m.update(ctx, tx, v, before, o)
}

// MoveMeeting is [UpdateMeeting] for the only meeting of an occasion that one can sign up to until it starts: that follows.
func MoveMeeting(ctx context.Context, tx *db.Tx, v access.Viewer, m *Meeting) error {
	before, o, err := lockMeeting(ctx, tx, v, m.ID)
	if err != nil {
		return err
	}
	m.Span.Zone = o.Zone
	if m.Span.Check() == nil {
		o.Closes, _ = m.Span.UTC()
		if !o.Opens.Before(o.Closes) {
			o.Opens = o.Closes.Add(-time.Hour)
		}
		if _, err := tx.Exec(ctx, `UPDATE occasion SET opens = $1, closes = $2 WHERE id = $3`, o.Opens, o.Closes, o.ID); err != nil {
			return err
		}
	}
	return m.update(ctx, tx, v, before, o)
}

// update writes a meeting that is locked with its occasion.
func (m *Meeting) update(ctx context.Context, tx *db.Tx, v access.Viewer, before Meeting, o Occasion) error {
	m.Occasion = o.ID
	attended, err := lockAttended(ctx, tx, m.ID) // before the programme: the order of locks
	if err != nil {
		return err
	}
	if err := m.fits(ctx, tx, v, o); err != nil {
		return err
	}
	if before.Version != m.Version {
		return fault.Stale
	}
	if err := holds(ctx, tx, v, before, *m, attended); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE meeting SET date = $1, start_time = $2, end_time = $3, zone = $4, starts = $5, ends = $6, minutes = $7,
		month = $8, place = $9, address = $10, online_link = $11, unit = $12, version = version + 1 WHERE id = $13`,
		m.Span.Date, m.Span.Start, m.Span.End, m.Span.Zone, m.Starts, m.Ends, m.Minutes,
		m.Month, m.Place, m.Address, m.OnlineLink, db.Null(m.Unit), m.ID); err != nil {
		return err
	}
	m.Version++
	if !slices.Equal(before.Span.Breaks, m.Span.Breaks) {
		if _, err := tx.Exec(ctx, `DELETE FROM meeting_break WHERE meeting = $1`, m.ID); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "meeting_break", "meeting, start_time, end_time", "", m.breakRows()); err != nil {
			return err
		}
	}
	if err := respan(ctx, tx, o.ID); err != nil {
		return err
	}
	if !before.same(*m) {
		if err := tellChange(ctx, tx, o, &before, m); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "meeting", Row: m.ID, Detail: map[string]any{"version": m.Version,
		"before": span(before), "after": span(*m), "minutes": []int{before.Minutes, m.Minutes}}})
}

func span(m Meeting) string { return fmt.Sprintf("%s %s-%s", m.Span.Date, m.Span.Start, m.Span.End) }

// RemoveMeeting removes a meeting at which no attendance has been taken.
func RemoveMeeting(ctx context.Context, tx *db.Tx, v access.Viewer, id string, version int) error {
	m, o, err := lockMeeting(ctx, tx, v, id)
	switch {
	case err != nil:
		return err
	case o.Cancelled != nil:
		return ErrCancelled
	case m.Version != version:
		return fault.Stale
	}
	if _, err := tx.Exec(ctx, `DELETE FROM meeting_break WHERE meeting = $1`, id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM meeting WHERE id = $1`, id); errors.Is(err, db.ErrDangling) {
		return ErrAttended
	} else if err != nil {
		return err
	}
	if err := errors.Join(respan(ctx, tx, o.ID), tellChange(ctx, tx, o, &m, nil)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "remove", Entity: "meeting", Row: id,
		Detail: map[string]any{"occasion": o.ID, "before": span(m)}})
}

// lockAttended returns what is recorded of those who were at a locked meeting, and locks them: what one of them
// attends elsewhere is recorded before or after, not meanwhile.
func lockAttended(ctx context.Context, tx *db.Tx, meeting string) ([]recorded, error) {
	rows, err := db.All(ctx, tx, scanRecorded, `SELECT `+recordedColumns+` FROM attendance t WHERE t.meeting = $1 AND t.minutes > 0 ORDER BY t.person`, meeting)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	persons := make([]string, len(rows))
	for i, r := range rows {
		persons[i] = r.Person
	}
	return rows, db.Lock(ctx, tx, "person", persons...)
}

// holds refuses a change of a meeting that attendance already taken contradicts.
func holds(ctx context.Context, tx *db.Tx, v access.Viewer, before, after Meeting, attended []recorded) error {
	if len(attended) == 0 || span(before) == span(after) && slices.Equal(before.Span.Breaks, after.Span.Breaks) {
		return nil
	}
	// A person's day decides employment, month and what else they attended.
	if before.Span.Date != after.Span.Date {
		return ErrDated.At("date", before.Span.Date, len(attended))
	}
	s := sitting{Meeting: after}
	over := 0
	persons := make([]string, len(attended))
	for i, r := range attended {
		persons[i] = r.Person
		from, to := cmp.Or(r.Arrived, after.Span.Start), cmp.Or(r.Departed, after.Span.End)
		if !s.shows(from) || !s.shows(to) || r.Minutes > after.Span.Between(from, to) {
			over++
		}
	}
	if over > 0 {
		return ErrShorter.At("end", over, after.Minutes)
	}
	var err error
	if s.others, err = elsewheres(ctx, tx, v, after, persons); err != nil {
		return err
	}
	for _, r := range attended {
		switch clash := s.clash(r, "start"); {
		case clash == nil:
		case errors.Is(clash[0], ErrElsewhere):
			return ErrMoved.At("start", clash[0].Args...)
		default:
			return ErrMovedThen.At("start")
		}
	}
	return nil
}
