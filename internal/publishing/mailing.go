package publishing

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

var (
	ErrNotMailed  = fault.Define(fault.Conflict, "publishing.not-mailed")
	ErrMailed     = fault.Define(fault.Conflict, "publishing.mailed")    // args: when
	ErrMailedBy   = fault.Define(fault.Conflict, "publishing.mailed-by") // args: when, by whom
	ErrMailedNone = fault.Define(fault.Conflict, "publishing.mailed-none")
)

// AboutPublication is the kind of what a letter is about, when it is one to participants that is also published.
const AboutPublication = "publication"

// A Mailing is one time that a letter was sent to the participants by e-mail.
type Mailing struct {
	Number  int
	Version int // of the text that went out
	Letters int
	MadeBy  string
	MadeAt  time.Time
}

// A Round is how a letter can be sent: to everyone on the programme's roster who has not got it.
type Round struct {
	To       []string // the persons who would get it
	Had      int      // who have it, or will as soon as the outbox is empty
	Mute     int      // who have no address
	MuteAt   []MuteAt
	Mailings []Mailing // the last first
}

// A MuteAt is how many at a workplace have no address. Persons with protected identity are counted without their workplace.
type MuteAt struct {
	Workplace string // its name, "" for those whose workplace is not told
	Persons   int
}

// MayMail reports whether v may send what the programme publishes to its participants.
func MayMail(v access.Viewer, programme string) bool {
	return v.In(access.Publish, programme) && v.In(access.Invite, programme)
}

// Mailings are the times that a publication was sent, the last first.
func Mailings(ctx context.Context, c db.Conn, v access.Viewer, x Publication) ([]Mailing, error) {
	if !MayPublish(v, x.Programme) {
		return nil, ErrForbidden
	}
	return db.All(ctx, c, func(m *Mailing) []any { return []any{&m.Number, &m.Version, &m.Letters, &m.MadeBy, &m.MadeAt} },
		`SELECT number, version, letters, made_by, made_at FROM mailing WHERE publication = $1 ORDER BY number DESC`, x.ID)
}

// RoundOf finds out who would get a letter on a day. A person with protected identity is among them: it goes to
// themselves alone.
func RoundOf(ctx context.Context, c db.Conn, v access.Viewer, x Publication, on local.Date) (round Round, err error) {
	if !MayMail(v, x.Programme) {
		return round, ErrForbidden
	}
	if round.Mailings, err = Mailings(ctx, c, v, x); err != nil {
		return round, err
	}
	targets, err := programme.Targets(ctx, c, x.Programme)
	if err != nil {
		return round, err
	}
	tree, err := people.LoadTree(ctx, c, on)
	if err != nil {
		return round, err
	}
	workplaces := tree.Under(targets...)
	type row struct {
		person, workplace string
		protected, mute   bool
	}
	args := []any{on}
	rows, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.person, &r.workplace, db.Truth(&r.protected), db.Truth(&r.mute)}
	}, `SELECT p.id, e.workplace, p.protected, CASE WHEN p.email = '' THEN 1 ELSE 0 END FROM employment e JOIN person p ON p.id = e.person
		WHERE e.valid_from <= $1 AND (e.valid_to IS NULL OR e.valid_to > $1) AND e.workplace IN `+db.In(&args, workplaces)+`
		ORDER BY p.id, e.share DESC, e.valid_from, e.id`, args...)
	if err != nil {
		return round, err
	}
	rows = slices.CompactFunc(rows, func(a, b row) bool { return a.person == b.person }) // by main employment
	var mute []string
	for _, r := range rows {
		if r.mute {
			mute = append(mute, r.person)
		}
	}
	reached, err := auth.Addressed(ctx, c, mute)
	if err != nil {
		return round, err
	}
	// A letter that failed is none: who has a better address since gets it the next time.
	had, err := db.Values[string](ctx, c, `SELECT DISTINCT person FROM letter
		WHERE programme = $1 AND template = $2 AND about_kind = $3 AND about = $4 AND state <> $5 ORDER BY person`,
		x.Programme, letter.ToParticipants, AboutPublication, x.ID, letter.StateFailed)
	if err != nil {
		return round, err
	}
	at := map[string]int{}
	for _, r := range rows {
		_, has := slices.BinarySearch(had, r.person)
		switch {
		case has:
			round.Had++
		case !r.mute || reached[r.person]:
			round.To = append(round.To, r.person)
		default:
			round.Mute++
			if r.protected {
				r.workplace = ""
			}
			at[tree.Name(r.workplace)]++
		}
	}
	for workplace, n := range at {
		round.MuteAt = append(round.MuteAt, MuteAt{workplace, n})
	}
	slices.SortFunc(round.MuteAt, func(a, b MuteAt) int {
		return cmp.Or(cmp.Compare(people.SortKey(a.Workplace), people.SortKey(b.Workplace)), cmp.Compare(a.Workplace, b.Workplace))
	})
	return round, nil
}

// Mail sends a published letter to everyone on the programme's roster on a day who has an address and has not got it,
// and returns to how many. If nobody is left it is refused, with when and by whom it was sent.
func Mail(ctx context.Context, tx *db.Tx, v access.Viewer, id string, on local.Date) (int, error) {
	x, err := editable(ctx, tx, v, id)
	if err != nil {
		return 0, err
	}
	if !MayMail(v, x.Programme) {
		return 0, ErrForbidden
	}
	p, err := programme.Get(ctx, tx, v, x.Programme)
	if err != nil {
		return 0, err
	}
	if x.Kind != Letter || x.Published == nil || !p.Published {
		return 0, ErrNotMailed
	}
	// The row comes first: who sends at the same time waits here, and then sees whom these letters are to.
	number, err := db.Value[int](ctx, tx, `SELECT COALESCE(MAX(number), 0) + 1 FROM mailing WHERE publication = $1`, x.ID)
	if err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO mailing (publication, number, version, letters, made_by, made_at) VALUES ($1, $2, $3, 0, $4, $5) ON CONFLICT DO NOTHING`,
		x.ID, number, x.Version, tx.By, tx.At)
	if err != nil {
		return 0, err
	}
	round, err := RoundOf(ctx, tx, v, x, on)
	if err != nil {
		return 0, err
	}
	if n == 0 || len(round.To) == 0 {
		return 0, refusal(ctx, tx, v, p, round.Mailings[n:])
	}
	letters := make([]letter.Letter, len(round.To))
	for i, person := range round.To {
		// What all are to know had better come twice, which mail programs show once, than not at all.
		letters[i] = letter.Letter{Person: person, Template: letter.ToParticipants, AboutKind: AboutPublication, About: x.ID, Programme: x.Programme,
			Args: map[string]any{"version": x.Version}, Essential: true}
	}
	if err := letter.Queue(ctx, tx, letters...); err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `UPDATE mailing SET letters = $1 WHERE publication = $2 AND number = $3`, len(letters), x.ID, number); err != nil {
		return 0, err
	}
	return len(letters), audit.Record(ctx, tx, audit.Event{Act: "send", Entity: "publication", Row: x.ID,
		Detail: map[string]any{"version": x.Version, "letters": len(letters), "without-address": round.Mute}})
}

// refusal tells why there is nobody to send to.
func refusal(ctx context.Context, c db.Conn, v access.Viewer, p programme.Programme, before []Mailing) error {
	if len(before) == 0 {
		return ErrMailedNone
	}
	last := before[0]
	at := last.MadeAt.In(p.Location())
	names, err := people.Names(ctx, c, v, []string{last.MadeBy})
	if err != nil {
		return err
	}
	if name := names[last.MadeBy].String(); name != "" {
		return ErrMailedBy.With(at, name)
	}
	return ErrMailed.With(at)
}
