package activity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/people"
)

// A Participant is a row of an occasion's seat list.
type Participant struct {
	Signup
	Name      string // '' for a person with protected identity: they are told by their number
	SortKey   string // of the name, '' likewise
	Protected bool
	Workplace string    // its name on the day, '' for a person with protected identity
	Unit      string    // its id
	Since     time.Time // when the sign-up came to its state
	Why       string    // and why: a code
}

// Signups returns an occasion's sign-ups as v may see them, the seated first and then the queue, in the order they came:
// all, those of v's own staff, or v's own. Of a person with protected identity others see the number only, and a handle in place of the id.
func Signups(ctx context.Context, c db.Conn, v access.Viewer, occasion string) ([]Participant, error) {
	return SignupsAfter(ctx, c, v, occasion, SignupMark{}, 0)
}

// A SignupMark is where a page of an occasion's sign-ups ended: at its last row's state and order.
type SignupMark struct {
	State SignupState
	Seq   int64
	ID    string
}

// Mark is where a page ends that has p last.
func (p Participant) Mark() SignupMark { return SignupMark{p.State, p.Seq, p.ID} }

// rank is the order of the states in a list.
const rank = `CASE %s WHEN 'seated' THEN 1 WHEN 'waiting' THEN 2 ELSE 3 END`

// SignupsAfter is [Signups] from a mark on, at most limit of them; 0 is no limit.
func SignupsAfter(ctx context.Context, c db.Conn, v access.Viewer, occasion string, after SignupMark, limit int) ([]Participant, error) {
	o, err := getSeats(ctx, c, v, occasion)
	if err != nil {
		return nil, err
	}
	today := o.day(time.Time{})
	args := []any{occasion, today}
	// Who may act on all rows sees those with protected identity by their number; a contact does not see them at all.
	seen := "1 = 1"
	if !o.sees(v) {
		staff := v.Scope(access.SeeStaff)
		args = append(args, v.Person)
		seen = `(s.person = $3 OR p.protected = 0 AND EXISTS (SELECT 1 FROM employment mine WHERE mine.person = s.person
			AND mine.valid_from <= $2 AND (mine.valid_to IS NULL OR mine.valid_to > $2) AND mine.workplace IN ` + db.In(&args, staff.Workplaces) + `))`
	}
	state := fmt.Sprintf(rank, "s.state")
	if after.ID != "" {
		args = append(args, string(after.State), after.Seq, after.ID)
		n := len(args)
		seen += fmt.Sprintf(" AND (%s, s.seq, s.id) > (%s, $%d, $%d)", state, fmt.Sprintf(rank, fmt.Sprintf("$%d", n-2)), n-1, n)
	}
	limited := ""
	if limit > 0 {
		args = append(args, limit)
		limited = " LIMIT " + last(&args)
	}
	list, err := db.All(ctx, c, func(p *Participant) []any {
		return []any{&p.ID, &p.Occasion, &p.Person, &p.State, &p.Seq, &p.Number, &p.Place,
			&p.Name, &p.SortKey, db.Truth(&p.Protected), &p.Unit, &p.Workplace, &p.Since, &p.Why}
	}, `
		SELECT s.id, s.occasion, s.person, s.state, s.seq, s.number,
			CASE WHEN s.state = 'waiting' THEN s.place ELSE 0 END,
			p.given || ' ' || p.family, p.sort_key, p.protected, coalesce(e.workplace, ''), coalesce(u.name, ''), last.at, last.why
		FROM (SELECT id, occasion, person, state, seq, number, row_number() OVER (PARTITION BY state ORDER BY seq, id) AS place
			FROM signup WHERE occasion = $1) s
		JOIN person p ON p.id = s.person
		JOIN signup_event last ON last.signup = s.id AND last.seq = (SELECT max(seq) FROM signup_event WHERE signup = s.id)
		LEFT JOIN employment e ON e.id = (SELECT x.id FROM employment x WHERE x.person = s.person
			AND x.valid_from <= $2 AND (x.valid_to IS NULL OR x.valid_to > $2) ORDER BY x.share DESC, x.valid_from, x.id LIMIT 1)
		LEFT JOIN unit_period u ON u.unit = e.workplace AND u.valid_from <= $2 AND (u.valid_to IS NULL OR u.valid_to > $2)
		WHERE `+seen+`
		ORDER BY `+state+`, s.seq, s.id`+limited, args...)
	for i := range list {
		list[i].hide(v)
	}
	return list, err
}

// hide keeps what tells who a person with protected identity is from everyone but themself.
func (p *Participant) hide(v access.Viewer) {
	if hides(v, p.Person, p.Protected) {
		p.Person, p.Name, p.SortKey, p.Unit, p.Workplace = handle(p.Number), "", "", "", ""
	}
}

// A MySeat is an occasion that a person has signed up to.
type MySeat struct {
	Signup
	Activity  string
	Title     string
	Name      string // of the occasion beside the title
	Programme string
	Zone      string
	Starts    *time.Time
	Ends      *time.Time
	Off       bool // the occasion is cancelled
	Meetings  []MyMeeting
}

// A MyMeeting is a meeting of an occasion that a person has signed up to.
type MyMeeting struct {
	ID, Occasion string
	Moment
	Place, Address string
	OnlineLink     string // for who has a seat
	Minutes        int    // countable
	Given          *int   // recorded for the person, nil if nothing is
	Absence        string // the reason, if they were absent
	Attested       bool
}

// Mine returns all that v has signed up to, by when it starts, in two queries.
func Mine(ctx context.Context, c db.Conn, v access.Viewer) ([]MySeat, error) {
	list, err := db.All(ctx, c, func(m *MySeat) []any {
		return []any{&m.ID, &m.Occasion, &m.Person, &m.State, &m.Seq, &m.Number, &m.Place,
			&m.Activity, &m.Title, &m.Name, &m.Programme, &m.Zone, &m.Starts, &m.Ends, db.Truth(&m.Off)}
	}, `
		SELECT s.id, s.occasion, s.person, s.state, s.seq, s.number,
			CASE WHEN s.state = 'waiting' THEN (SELECT count(*) FROM signup w WHERE w.occasion = s.occasion AND w.state = 'waiting' AND w.seq <= s.seq) ELSE 0 END,
			a.id, a.title, o.name, a.programme, p.zone, o.starts, o.ends, CASE WHEN o.cancelled IS NULL THEN 0 ELSE 1 END
		FROM signup s JOIN occasion o ON o.id = s.occasion JOIN activity a ON a.id = o.activity JOIN programme p ON p.id = a.programme
		WHERE s.person = $1 ORDER BY o.starts NULLS LAST, o.id`, v.Person)
	if err != nil || len(list) == 0 {
		return list, err
	}
	at := make(map[string]*MySeat, len(list))
	for i := range list {
		at[list[i].Occasion] = &list[i]
	}
	meetings, err := db.All(ctx, c, func(m *MyMeeting) []any {
		return []any{&m.ID, &m.Occasion, &m.Date, &m.Start, &m.End, &m.Place, &m.Address, &m.OnlineLink, &m.Minutes, &m.Given, &m.Absence, db.Truth(&m.Attested)}
	}, `
		SELECT m.id, m.occasion, m.date, m.start_time, m.end_time, m.place, m.address,
			CASE WHEN s.state = 'seated' THEN m.online_link ELSE '' END, m.minutes,
			t.minutes, coalesce(t.absence, ''), CASE WHEN t.attested_at IS NULL THEN 0 ELSE 1 END
		FROM signup s JOIN meeting m ON m.occasion = s.occasion
		LEFT JOIN attendance t ON t.meeting = m.id AND t.person = s.person
		WHERE s.person = $1 ORDER BY m.starts, m.id`, v.Person)
	for _, m := range meetings {
		at[m.Occasion].Meetings = append(at[m.Occasion].Meetings, m)
	}
	return list, err
}

// A SignupEvent is one change of a sign-up.
type SignupEvent struct {
	ID, Signup string
	State      SignupState
	At         time.Time
	Actor      string
	Why        string
}

// SignupEvents returns what became of a person's sign-up, the oldest first: for who may see it.
func SignupEvents(ctx context.Context, c db.Conn, v access.Viewer, occasion, person string) ([]SignupEvent, error) {
	o, err := getSeats(ctx, c, v, occasion)
	if err != nil {
		return nil, err
	}
	if person != v.Person && !o.sees(v) {
		return nil, ErrNotFound
	}
	return db.All(ctx, c, func(e *SignupEvent) []any { return []any{&e.ID, &e.Signup, &e.State, &e.At, &e.Actor, &e.Why} }, `
		SELECT e.id, e.signup, e.state, e.at, e.actor, e.why FROM signup_event e JOIN signup s ON s.id = e.signup
		WHERE s.occasion = $1 AND s.person = $2 ORDER BY e.seq, e.id`, occasion, person)
}

// A MonthHours is how many minutes were recorded for a person in a month of participation.
type MonthHours struct {
	Month    string // 2012-10
	Minutes  int
	Attested int // of the minutes
}

// Hours returns v's own minutes by month, the latest first.
func Hours(ctx context.Context, c db.Conn, v access.Viewer) ([]MonthHours, error) {
	return db.All(ctx, c, func(h *MonthHours) []any { return []any{&h.Month, &h.Minutes, &h.Attested} }, `
		SELECT m.month, sum(t.minutes), sum(CASE WHEN t.attested_at IS NULL THEN 0 ELSE t.minutes END)
		FROM attendance t JOIN meeting m ON m.id = t.meeting
		WHERE t.person = $1 GROUP BY m.month HAVING sum(t.minutes) > 0 ORDER BY m.month DESC`, v.Person)
}

// FullTitle is the title of the activity, with the occasion's own name behind if it has one.
func (m MySeat) FullTitle() string { return Occasion{Title: m.Title, Name: m.Name}.FullTitle() }

// Findable returns persons by name whom v may sign up to an occasion that they manage: of the programme's target group,
// at most twenty, none of them with protected identity and none who has a seat or waits.
func Findable(ctx context.Context, c db.Conn, v access.Viewer, occasion, search string, at time.Time) ([]people.Name, error) {
	o, err := getSeats(ctx, c, v, occasion)
	if err != nil {
		return nil, err
	}
	if !o.manages(v) {
		return nil, ErrForbidden
	}
	args := []any{o.day(at), occasion, o.Programme}
	var where strings.Builder
	for word := range strings.FieldsSeq(people.Fold(search)) {
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(word)+"%")
		where.WriteString(" AND p.folded LIKE " + last(&args) + ` ESCAPE '\'`)
	}
	return db.All(ctx, c, func(n *people.Name) []any { return []any{&n.ID, &n.Given, &n.Family, &n.SortKey} }, `
		WITH RECURSIVE target (unit) AS (
			SELECT unit FROM target_unit WHERE programme = $3
			UNION
			SELECT u.unit FROM target t JOIN (`+around+`) u ON u.around = t.unit
		)
		SELECT p.id, p.given, p.family, p.sort_key FROM person p
		WHERE p.protected = 0`+where.String()+`
			AND EXISTS (SELECT 1 FROM employment e JOIN target t ON t.unit = e.workplace
				WHERE e.person = p.id AND e.valid_from <= $1 AND (e.valid_to IS NULL OR e.valid_to > $1))
			AND NOT EXISTS (SELECT 1 FROM signup s WHERE s.occasion = $2 AND s.person = p.id AND s.state IN ('seated', 'waiting'))
		ORDER BY p.sort_key, p.id LIMIT 20`, args...)
}
