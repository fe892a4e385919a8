package activity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/local"
)

// Invariants are what always holds of meetings, seats and attendance. Which occasions have begun is told by now.
func Invariants(now time.Time) []db.Invariant {
	return []db.Invariant{
		db.Never("no occasion has more people seated than seats", `
			SELECT o.id FROM occasion o WHERE (SELECT count(*) FROM signup s WHERE s.occasion = o.id AND s.state = 'seated') > o.capacity ORDER BY o.id`),
		db.Never("the counted seats and places in the queue are those taken", `
			SELECT o.id FROM occasion o WHERE o.seated <> (SELECT count(*) FROM signup s WHERE s.occasion = o.id AND s.state = 'seated')
				OR o.waiting <> (SELECT count(*) FROM signup s WHERE s.occasion = o.id AND s.state = 'waiting') ORDER BY o.id`),
		db.Never("nobody waits while a seat is free at what has not begun", `
			SELECT o.id FROM occasion o WHERE o.waiting > 0 AND o.seated < o.capacity AND o.cancelled IS NULL AND o.starts > $1 ORDER BY o.id`, now),
		db.Never("whoever was seated came before those who wait, or was called in", `
			SELECT w.id FROM signup w JOIN signup s ON s.occasion = w.occasion AND s.state = 'seated' AND s.seq > w.seq
			WHERE w.state = 'waiting' ORDER BY w.id`),
		db.Never("every sign-up has its number in the occasion's row", `
			SELECT s.id FROM signup s JOIN occasion o ON o.id = s.occasion WHERE s.seq > o.seq ORDER BY s.id`),
		db.Never("every sign-up is as its last event says", `
			SELECT s.id FROM signup s LEFT JOIN signup_event e ON e.signup = s.id AND e.seq = (SELECT max(seq) FROM signup_event WHERE signup = s.id)
			WHERE e.id IS NULL OR e.state <> s.state ORDER BY s.id`),
		db.Never("an occasion is known to be full while it is", `
			SELECT o.id FROM occasion o WHERE (SELECT count(*) FROM occasion_full f WHERE f.occasion = o.id AND f.full_to IS NULL)
				<> CASE WHEN o.seated >= o.capacity OR o.waiting > 0 THEN 1 ELSE 0 END ORDER BY o.id`),
		db.Never("no two times of being full overlap", `
			SELECT a.occasion FROM occasion_full a JOIN occasion_full b ON b.occasion = a.occasion AND b.full_from > a.full_from
			WHERE a.full_to IS NULL OR a.full_to > b.full_from ORDER BY a.occasion`),
		db.Never("an occasion begins with its first meeting and ends with its last", `
			SELECT o.id FROM occasion o LEFT JOIN (SELECT occasion, min(starts) AS starts, max(ends) AS ends FROM meeting GROUP BY occasion) m ON m.occasion = o.id
			WHERE (o.starts IS NULL) <> (m.starts IS NULL) OR o.starts <> m.starts OR o.ends <> m.ends ORDER BY o.id`),
		{Says: "what follows from a meeting's times is stored with it", Broken: brokenMeetings},
		db.Never("nobody has more minutes than their meeting", `
			SELECT t.meeting || ' ' || t.person FROM attendance t JOIN meeting m ON m.id = t.meeting WHERE t.minutes > m.minutes ORDER BY t.meeting, t.person`),
		{Says: "nobody was in two places at once", Broken: inTwoPlaces},
		db.Never("time was given in an employment of that person on that day", `
			SELECT t.meeting || ' ' || t.person FROM attendance t JOIN meeting m ON m.id = t.meeting JOIN employment e ON e.id = t.employment
			WHERE e.person <> t.person OR e.valid_from > m.date OR e.valid_to <= m.date ORDER BY t.meeting, t.person`),
		db.Never("every corrected attendance keeps all that it said before", `
			SELECT t.meeting || ' ' || t.person FROM attendance t
			WHERE t.version <> 1 + (SELECT count(*) FROM attendance_before b WHERE b.meeting = t.meeting AND b.person = t.person) ORDER BY t.meeting, t.person`),
		db.Never("nobody attested their own attendance", `
			SELECT meeting || ' ' || person FROM attendance WHERE attested_by = person ORDER BY meeting, person`),
	}
}

func brokenMeetings(ctx context.Context, c db.Conn) (lines []string, err error) {
	list, err := db.All(ctx, c, scanMeeting, `SELECT `+meetingColumns+` FROM meeting m ORDER BY m.id`)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(list, 10_000) { // fewer than an engine takes parameters
		if err := breaks(ctx, c, part); err != nil {
			return nil, err
		}
	}
	for _, m := range list {
		starts, ends := m.Span.UTC()
		if !m.Starts.Equal(starts) || !m.Ends.Equal(ends) || m.Minutes != m.Span.Minutes() || m.Month != m.Span.Date.Month() {
			lines = append(lines, m.ID)
		}
	}
	return lines, nil
}

// inTwoPlaces returns pairs of meetings that one person attended at the same time. Only of those of whom two meetings overlap
// are the hours looked at: all attendance there is may be more than fits in memory.
func inTwoPlaces(ctx context.Context, c db.Conn) (lines []string, err error) {
	type stay struct {
		person, meeting   string
		span              local.Span
		arrived, departed local.Clock
		from, to          time.Time
	}
	stays, err := db.All(ctx, c, func(s *stay) []any {
		return []any{&s.person, &s.meeting, &s.span.Date, &s.span.Start, &s.span.End, &s.span.Zone, &s.arrived, &s.departed}
	}, `SELECT t.person, t.meeting, m.date, m.start_time, m.end_time, m.zone, coalesce(t.arrived, ''), coalesce(t.departed, '')
		FROM attendance t JOIN meeting m ON m.id = t.meeting WHERE t.minutes > 0 AND t.person IN (
			SELECT s.person FROM (SELECT a.person, n.starts,
					max(n.ends) OVER (PARTITION BY a.person ORDER BY n.starts, n.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier
				FROM attendance a JOIN meeting n ON n.id = a.meeting WHERE a.minutes > 0) s
			WHERE s.earlier > s.starts)
		ORDER BY t.person, t.meeting`)
	if err != nil {
		return nil, err
	}
	for i, s := range stays {
		stays[i].from, stays[i].to = there(s.span, s.arrived, s.departed)
	}
	slices.SortFunc(stays, func(a, b stay) int {
		return cmp.Or(cmp.Compare(a.person, b.person), a.from.Compare(b.from), cmp.Compare(a.meeting, b.meeting))
	})
	var last stay // of those so far the one that stays longest
	for _, s := range stays {
		if s.person == last.person && s.from.Before(last.to) {
			lines = append(lines, fmt.Sprintf("%s at %s and %s", s.person, last.meeting, s.meeting))
		}
		if s.person != last.person || s.to.After(last.to) {
			last = s
		}
	}
	return lines, nil
}
