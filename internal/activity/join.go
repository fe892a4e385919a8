package activity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

// Why two persons cannot be one: nobody has two seats, or is in two places at once. Arguments: what and when.
var (
	ErrBothSeated  = fault.Define(fault.Conflict, "seat.both-seated")
	ErrBothPresent = fault.Define(fault.Conflict, "attendance.both-present")
)

// Joined is the code of why a sign-up or an attendance row says what it does: two persons turned out to be one.
const Joined = "joined"

// A Holding is how much a person has here.
type Holding struct{ Seats, Meetings, Minutes, Organises int }

// Holdings returns how much each of some persons has here. The caller has made sure that v may see them.
func Holdings(ctx context.Context, c db.Conn, persons ...string) (map[string]Holding, error) {
	type row struct {
		person string
		Holding
	}
	var args []any
	in := db.In(&args, persons)
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.person, &r.Seats, &r.Meetings, &r.Minutes, &r.Organises} }, `
		SELECT p.id, (SELECT count(*) FROM signup s WHERE s.person = p.id), (SELECT count(*) FROM attendance t WHERE t.person = p.id),
			coalesce((SELECT sum(t.minutes) FROM attendance t WHERE t.person = p.id), 0), (SELECT count(*) FROM activity a WHERE a.organiser = p.id)
		FROM person p WHERE p.id IN `+in+` ORDER BY p.id`, args...)
	all := map[string]Holding{}
	for _, r := range rows {
		all[r.person] = r.Holding
	}
	return all, err
}

// LockPerson keeps others from the seats of persons and from the meetings that they were at, before the persons themselves are locked. What comes to
// them meanwhile, [MovePerson] tells.
func LockPerson(ctx context.Context, tx *db.Tx, persons ...string) (Locked, error) {
	var l Locked
	for _, of := range []struct {
		table string
		query string
		ids   *[]string
	}{
		{"meeting", `SELECT DISTINCT meeting FROM attendance WHERE person IN `, &l.meetings},
		{"occasion", `SELECT DISTINCT occasion FROM signup WHERE person IN `, &l.occasions},
	} {
		var args []any
		ids, err := db.Values[string](ctx, tx, of.query+db.In(&args, persons), args...)
		if err == nil {
			err = db.Lock(ctx, tx, of.table, ids...)
		}
		if errors.Is(err, db.ErrNoRows) {
			err = fault.Stale
		}
		if err != nil {
			return l, err
		}
		*of.ids = ids
	}
	return l, nil
}

// Locked is what [LockPerson] has locked.
type Locked struct{ meetings, occasions []string }

// seat is a sign-up of one of two persons.
type seat struct {
	id, occasion, person string
	state                SignupState
	programme, title     string
	organiser            string
	date                 local.Date
	seq                  int64 // of the occasion
}

func (s seat) live() bool { return s.state != Cancelled }

// stay is what is recorded of one of two persons at a meeting.
type stay struct {
	recorded
	meeting, programme, title, organiser string
	span                                 local.Span
}

func (s stay) at() (from, to time.Time) {
	return there(s.span, local.Clock(s.Arrived), local.Clock(s.Departed))
}

const occasionTitle = `CASE WHEN o.name = '' THEN a.title ELSE a.title || ' – ' || o.name END`

func seatsOf(ctx context.Context, c db.Conn, persons ...string) ([]seat, error) {
	var args []any
	return db.All(ctx, c, func(s *seat) []any {
		return []any{&s.id, &s.occasion, &s.person, &s.state, &s.programme, &s.title, &s.organiser, &s.date, &s.seq}
	}, `SELECT s.id, s.occasion, s.person, s.state, a.programme, `+occasionTitle+`, coalesce(a.organiser, ''),
			coalesce((SELECT min(m.date) FROM meeting m WHERE m.occasion = o.id), ''), o.seq
		FROM signup s JOIN occasion o ON o.id = s.occasion JOIN activity a ON a.id = o.activity
		WHERE s.person IN `+db.In(&args, persons)+` ORDER BY s.occasion, s.id`, args...)
}

func staysOf(ctx context.Context, c db.Conn, persons ...string) ([]stay, error) {
	var args []any
	return db.All(ctx, c, func(s *stay) []any {
		return append(scanRecorded(&s.recorded), &s.meeting, &s.programme, &s.title, &s.organiser, &s.span.Date, &s.span.Start, &s.span.End, &s.span.Zone)
	}, `SELECT `+recordedColumns+`, m.id, a.programme, `+occasionTitle+`, coalesce(a.organiser, ''), m.date, m.start_time, m.end_time, m.zone
		FROM attendance t JOIN meeting m ON m.id = t.meeting JOIN occasion o ON o.id = m.occasion JOIN activity a ON a.id = o.activity
		WHERE t.person IN `+db.In(&args, persons)+` ORDER BY m.starts, m.id, t.person`, args...)
}

// MayMove returns what keeps two persons from being one: a seat of each at one occasion, time of each in one hour. To who may not see the
// occasion it is told without its name.
func MayMove(ctx context.Context, c db.Conn, v access.Viewer, from, into string) error {
	seats, err := seatsOf(ctx, c, from, into)
	if err != nil {
		return err
	}
	stays, err := staysOf(ctx, c, from, into)
	if err != nil {
		return err
	}
	return hinders(v, seats, stays).Err()
}

func hinders(v access.Viewer, seats []seat, stays []stay) (faults fault.List) {
	told := func(right access.Right, programme, organiser, title string) string {
		if v.Over(right, programme, organiser) {
			return title
		}
		return "–"
	}
	for i, s := range seats {
		if i > 0 && seats[i-1].occasion == s.occasion && s.live() && seats[i-1].live() {
			faults = append(faults, ErrBothSeated.With(told(access.SeeSignups, s.programme, s.organiser, s.title), s.date))
		}
	}
	for i, a := range stays {
		for _, b := range stays[i+1:] {
			if a.Person == b.Person || a.Minutes == 0 || b.Minutes == 0 {
				continue
			}
			_, left := a.at()
			came, stayed := b.at()
			from, _ := a.at()
			if a.meeting == b.meeting || came.Before(left) && from.Before(stayed) {
				faults = append(faults, ErrBothPresent.With(told(access.SeeAttendance, b.programme, b.organiser, b.title), b.span.Date))
			}
		}
	}
	return faults
}

// MovePerson lets all that one person has here follow to another, who is the same: seats, answers, attendance with its history, activities organised. Both are
// locked, see [LockPerson]. Of two sign-ups at one occasion the one that is not cancelled stays, with the history of both; of two
// rows at one meeting the one with minutes, and the other stands in its history.
func MovePerson(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, locked Locked, from, into string) error {
	seats, err := seatsOf(ctx, tx, from, into)
	if err != nil {
		return err
	}
	stays, err := staysOf(ctx, tx, from, into)
	if err != nil {
		return err
	}
	for _, s := range seats {
		if !slices.Contains(locked.occasions, s.occasion) {
			return fault.Stale
		}
	}
	for _, s := range stays {
		if !slices.Contains(locked.meetings, s.meeting) {
			return fault.Stale
		}
	}
	if faults := hinders(v, seats, stays); faults != nil {
		return faults
	}
	if err := moveAnswers(ctx, tx, ring, from, into); err != nil {
		return err
	}
	m := moving{ctx, tx, from, into, nil}
	for i, s := range seats {
		switch {
		case i > 0 && seats[i-1].occasion == s.occasion:
			err = m.twoSeats(seats[i-1], s)
		case s.person == from && (i+1 == len(seats) || seats[i+1].occasion != s.occasion):
			_, err = tx.Exec(ctx, `UPDATE signup SET person = $1 WHERE id = $2`, into, s.id)
			m.tell("signup", s.id, map[string]any{"occasion": s.occasion, "state": s.state})
		}
		if err != nil {
			return err
		}
	}
	for i, s := range stays {
		switch {
		case i > 0 && stays[i-1].meeting == s.meeting:
			err = m.twoStays(stays[i-1], s)
		case i+1 == len(stays) || stays[i+1].meeting != s.meeting:
			err = m.oneStay(s)
		}
		if err != nil {
			return err
		}
	}
	organised, err := db.Values[string](ctx, tx, `UPDATE activity SET organiser = $1 WHERE organiser = $2 RETURNING id`, into, from)
	for _, id := range organised {
		m.tell("activity", id, map[string]any{"fields": []string{"organiser"}})
	}
	if err != nil {
		return err
	}
	led, err := db.Values[string](ctx, tx, `UPDATE occasion SET leader = $1 WHERE leader = $2 RETURNING id`, into, from)
	for _, id := range led {
		m.tell("occasion", id, map[string]any{"fields": []string{"leader"}})
	}
	return errors.Join(err, audit.Record(ctx, tx, m.events...))
}

// moveAnswers seals the answers that one person gave with the key of the other.
func moveAnswers(ctx context.Context, tx *db.Tx, ring *secret.Ring, from, into string) error {
	type row struct{ signup, question, sealed string }
	rows, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.signup, &r.question, &r.sealed} }, `
		SELECT r.signup, r.question, r.sealed FROM answer r JOIN signup s ON s.id = r.signup WHERE s.person = $1 ORDER BY r.signup, r.question`, from)
	if err != nil {
		return err
	}
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = r.sealed
	}
	again, err := secret.Reseal(ctx, tx, ring, from, into, texts...)
	for i, text := range again {
		if _, err := tx.Exec(ctx, `UPDATE answer SET sealed = $1 WHERE signup = $2 AND question = $3`, text, rows[i].signup, rows[i].question); err != nil {
			return err
		}
	}
	return err
}

// moving is what one person has following to another.
type moving struct {
	ctx        context.Context
	tx         *db.Tx
	from, into string
	events     []audit.Event
}

func (m *moving) tell(entity, row string, detail map[string]any) {
	detail["from"], detail["into"] = m.from, m.into
	m.events = append(m.events, audit.Event{Act: "merge", Entity: entity, Row: row, Detail: detail})
}

// twoSeats makes one sign-up of two at an occasion, at most one of which is live.
func (m *moving) twoSeats(stays, goes seat) error {
	if goes.live() || !stays.live() && goes.person == m.into {
		stays, goes = goes, stays
	}
	for _, statement := range []struct {
		query string
		args  []any
	}{
		{`UPDATE signup_event SET signup = $1 WHERE signup = $2`, []any{stays.id, goes.id}},
		{`DELETE FROM answer WHERE signup = $1`, []any{goes.id}}, // of one that is cancelled
		{`DELETE FROM signup WHERE id = $1`, []any{goes.id}},
		{`UPDATE signup SET person = $1 WHERE id = $2`, []any{m.into, stays.id}},
		{`INSERT INTO signup_event (id, signup, state, seq, at, actor, why) VALUES ($1, $2, $3, $4, $5, $6, $7)`, // it is as its last event says
			[]any{m.tx.NewID(), stays.id, stays.state, stays.seq, m.tx.At, m.tx.By, Joined}},
	} {
		if _, err := m.tx.Exec(m.ctx, statement.query, statement.args...); err != nil {
			return err
		}
	}
	m.tell("signup", stays.id, map[string]any{"occasion": stays.occasion, "state": stays.state, "with": goes.id})
	return nil
}

const beforeColumns = `meeting, person, version, employment, minutes, arrived, departed, absence, source, recorded_by, recorded_at, attested_by, attested_at, corrected_by, corrected_at, why`

// before is a row of the history that says what a row did.
func (m *moving) before(s stay, person string, version int) []any {
	return []any{s.meeting, person, version, db.Null(s.Employment), s.Minutes, db.Null(s.Arrived), db.Null(s.Departed), db.Null(s.Absence), s.Source, s.By, s.At,
		db.Null(s.AttestedBy), s.AttestedAt, m.tx.By, m.tx.At, Joined}
}

// own reports whether one of the two has attested for the other: nobody attests their own time.
func (m *moving) own(s stay) bool { return s.AttestedBy == m.from || s.AttestedBy == m.into }

// oneStay lets a row at a meeting where only one of them is recorded follow. An attestation by the other falls.
func (m *moving) oneStay(s stay) error {
	if s.Person == m.into && !m.own(s) {
		return nil
	}
	detail := map[string]any{}
	if s.Person == m.from {
		if _, err := m.tx.Exec(m.ctx, `INSERT INTO attendance (meeting, person, employment, minutes, arrived, departed, absence, source, recorded_by, recorded_at, attested_by, attested_at, version)
			SELECT meeting, CAST($1 AS TEXT), employment, minutes, arrived, departed, absence, source, recorded_by, recorded_at, attested_by, attested_at, version
			FROM attendance WHERE meeting = $2 AND person = $3`, m.into, s.meeting, m.from); err != nil {
			return err
		}
		if _, err := m.tx.Exec(m.ctx, `UPDATE attendance_before SET person = $1 WHERE meeting = $2 AND person = $3`, m.into, s.meeting, m.from); err != nil {
			return err
		}
		if _, err := m.tx.Exec(m.ctx, `DELETE FROM attendance WHERE meeting = $1 AND person = $2`, s.meeting, m.from); err != nil {
			return err
		}
	}
	if m.own(s) {
		detail["unattested"] = true
		if err := db.Insert(m.ctx, m.tx, "attendance_before", beforeColumns, "", [][]any{m.before(s, m.into, s.Version)}); err != nil {
			return err
		}
		if _, err := m.tx.Exec(m.ctx, `UPDATE attendance SET attested_by = NULL, attested_at = NULL, version = version + 1 WHERE meeting = $1 AND person = $2`, s.meeting, m.into); err != nil {
			return err
		}
	}
	m.tell("attendance", fmt.Sprint(s.meeting, "/", m.into), detail)
	return nil
}

// twoStays makes one row of two at a meeting, at most one of which has minutes. The versions are numbered anew, in the order in which they came to be.
func (m *moving) twoStays(holds, goes stay) error {
	if goes.Minutes > 0 || holds.Minutes == 0 && goes.Person == m.into {
		holds, goes = goes, holds
	}
	type old struct {
		stay
		by  string
		at  time.Time
		why string
	}
	history, err := db.All(m.ctx, m.tx, func(o *old) []any {
		return append(scanRecorded(&o.recorded), &o.by, &o.at, &o.why)
	}, `SELECT `+recordedColumns+`, t.corrected_by, t.corrected_at, t.why FROM attendance_before t WHERE t.meeting = $1 AND t.person IN ($2, $3) ORDER BY t.recorded_at, t.person, t.version`,
		holds.meeting, m.from, m.into)
	if err != nil {
		return err
	}
	goes.meeting = holds.meeting
	all := append(history, old{stay: goes, by: m.tx.By, at: m.tx.At, why: Joined})
	if m.own(holds) {
		all = append(all, old{stay: holds, by: m.tx.By, at: m.tx.At, why: Joined})
		holds.AttestedBy, holds.AttestedAt = "", nil
	}
	slices.SortStableFunc(all, func(a, b old) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Version, b.Version))
	})
	rows := make([][]any, len(all))
	for i, o := range all {
		o.meeting = holds.meeting
		rows[i] = m.before(o.stay, m.into, i+1)
		rows[i][13], rows[i][14], rows[i][15] = o.by, o.at, o.why
	}
	for _, statement := range []string{`DELETE FROM attendance_before WHERE meeting = $1 AND person IN ($2, $3)`, `DELETE FROM attendance WHERE meeting = $1 AND person IN ($2, $3)`} {
		if _, err := m.tx.Exec(m.ctx, statement, holds.meeting, m.from, m.into); err != nil {
			return err
		}
	}
	if err := db.Insert(m.ctx, m.tx, "attendance", "meeting, person, employment, minutes, arrived, departed, absence, source, recorded_by, recorded_at, attested_by, attested_at, version", "",
		[][]any{{holds.meeting, m.into, db.Null(holds.Employment), holds.Minutes, db.Null(holds.Arrived), db.Null(holds.Departed), db.Null(holds.Absence), holds.Source, holds.By, holds.At,
			db.Null(holds.AttestedBy), holds.AttestedAt, len(rows) + 1}}); err != nil {
		return err
	}
	m.tell("attendance", fmt.Sprint(holds.meeting, "/", m.into), map[string]any{"minutes": holds.Minutes, "version": len(rows) + 1})
	return db.Insert(m.ctx, m.tx, "attendance_before", beforeColumns, "", rows)
}
