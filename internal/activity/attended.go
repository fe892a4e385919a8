package activity

import (
	"context"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
)

// A Present is a row of a meeting's attendance screen: who has a seat or waits for one, and who came without.
type Present struct {
	Person    string // of a person with protected identity to others their handle
	Name      string // '' for a person with protected identity: they are told by their number
	SortKey   string // of the name, '' likewise
	Number    int    // at this occasion, for ever: from 1 for who signed up, from -1 downwards for who came without
	Protected bool
	Workplace string      // its name on the day
	State     SignupState // '' for who came without having signed up

	Recorded                   bool
	Minutes                    int
	Arrived, Departed, Absence string
	Source                     string // 'organiser', 'check-in', 'import'
	By                         string // who recorded it
	At                         *time.Time
	AttestedBy                 string
	AttestedAt                 *time.Time
	Version                    int // 0 for what is not recorded
	Corrections                int
}

// AttendanceList returns the rows of a meeting's attendance: the seated, then who came without a seat, then
// those who wait, each in order of name. Who has protected identity stands last, by number.
func AttendanceList(ctx context.Context, c db.Conn, v access.Viewer, meeting string) ([]Present, error) {
	m, err := seenMeeting(ctx, c, v, meeting)
	if err != nil {
		return nil, err
	}
	list, err := db.All(ctx, c, func(p *Present) []any {
		return []any{&p.Person, &p.Name, &p.SortKey, db.Truth(&p.Protected), &p.Number, &p.State, &p.Workplace,
			db.Truth(&p.Recorded), &p.Minutes, &p.Arrived, &p.Departed, &p.Absence, &p.Source, &p.By, &p.At, &p.AttestedBy, &p.AttestedAt, &p.Version, &p.Corrections}
	}, `
		SELECT p.id, p.given || ' ' || p.family, p.sort_key, p.protected, coalesce(s.number, -w.number, 0),
			CASE WHEN s.state IN ('seated', 'waiting') THEN s.state ELSE '' END, coalesce(u.name, ''),
			CASE WHEN t.person IS NULL THEN 0 ELSE 1 END, coalesce(t.minutes, 0), coalesce(t.arrived, ''), coalesce(t.departed, ''), coalesce(t.absence, ''),
			coalesce(t.source, ''), coalesce(t.recorded_by, ''), t.recorded_at, coalesce(t.attested_by, ''), t.attested_at, coalesce(t.version, 0),
			(SELECT count(*) FROM attendance_before b WHERE b.meeting = t.meeting AND b.person = t.person)
		FROM (SELECT person FROM signup WHERE occasion = $1 AND state IN ('seated', 'waiting') UNION SELECT person FROM attendance WHERE meeting = $2) x
		JOIN person p ON p.id = x.person
		LEFT JOIN signup s ON s.occasion = $1 AND s.person = p.id
		LEFT JOIN `+walkIns("= $1")+` w ON w.person = p.id
		LEFT JOIN attendance t ON t.meeting = $2 AND t.person = p.id
		LEFT JOIN employment e ON e.id = coalesce(t.employment, (SELECT y.id FROM employment y WHERE y.person = p.id
			AND y.valid_from <= $3 AND (y.valid_to IS NULL OR y.valid_to > $3) ORDER BY y.share DESC, y.valid_from, y.id LIMIT 1))
		LEFT JOIN unit_period u ON u.unit = e.workplace AND u.valid_from <= $3 AND (u.valid_to IS NULL OR u.valid_to > $3)
		ORDER BY CASE WHEN s.state = 'seated' THEN 1 WHEN t.person IS NOT NULL THEN 2 ELSE 3 END,
			p.protected, CASE WHEN p.protected = 1 THEN '' ELSE p.sort_key END, s.number NULLS LAST, w.number, p.id`, m.Occasion, meeting, m.Span.Date)
	for i := range list {
		if p := &list[i]; hides(v, p.Person, p.Protected) {
			p.Person, p.Name, p.SortKey, p.Workplace = handle(p.Number), "", "", ""
		}
	}
	return list, err
}

// seenMeeting is [GetMeeting] for who may see its attendance.
func seenMeeting(ctx context.Context, c db.Conn, v access.Viewer, meeting string) (Meeting, error) {
	m, err := GetMeeting(ctx, c, v, meeting)
	if err != nil {
		return m, err
	}
	o, err := GetOccasion(ctx, c, v, m.Occasion)
	if err == nil && !o.Holds(v, access.SeeAttendance) {
		err = ErrNotFound
	}
	return m, err
}

// A Version is what an attendance row said for a while.
type Version struct {
	Version                    int
	Minutes                    int
	Arrived, Departed, Absence string
	By                         string
	At                         time.Time
	AttestedBy                 string
	AttestedAt                 *time.Time
	CorrectedBy                string // '' for what still holds
	CorrectedAt                *time.Time
	Why                        string // of the correction
}

// AttendanceHistory returns what was recorded of a person at a meeting, the newest first: for who may see the
// meeting's attendance, and for the person.
func AttendanceHistory(ctx context.Context, c db.Conn, v access.Viewer, meeting, person string) ([]Version, error) {
	if person != v.Person || person == "" {
		m, err := seenMeeting(ctx, c, v, meeting)
		if err != nil {
			return nil, err
		}
		persons, err := whom(ctx, c, m.Occasion, person)
		if err != nil {
			return nil, err
		}
		person = persons[0]
	}
	scan := func(r *Version) []any {
		return []any{&r.Version, &r.Minutes, &r.Arrived, &r.Departed, &r.Absence, &r.By, &r.At, &r.AttestedBy, &r.AttestedAt, &r.CorrectedBy, &r.CorrectedAt, &r.Why}
	}
	const columns = `version, minutes, coalesce(arrived, ''), coalesce(departed, ''), coalesce(absence, ''), recorded_by, recorded_at,
		coalesce(attested_by, ''), attested_at`
	list, err := db.All(ctx, c, scan, `SELECT `+columns+`, '', NULL, '' FROM attendance WHERE meeting = $1 AND person = $2`, meeting, person)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	before, err := db.All(ctx, c, scan, `SELECT `+columns+`, corrected_by, corrected_at, why FROM attendance_before
		WHERE meeting = $1 AND person = $2 ORDER BY version DESC`, meeting, person)
	return append(list, before...), err
}
