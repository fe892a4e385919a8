// Package programme is the frame that all else stands in: what a programme is for, when, for whom,
// with whom, and how far it has come.
package programme

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

var (
	ErrNotFound = fault.Define(fault.NotFound, "programme.notfound")
	ErrName     = fault.Define(fault.Invalid, "programme.name")
	ErrSlug     = fault.Define(fault.Invalid, "programme.slug")
	ErrTaken    = fault.Define(fault.Invalid, "programme.taken")
	ErrLong     = fault.Define(fault.Invalid, "programme.long")
	ErrFunding  = fault.Define(fault.Invalid, "programme.funding")
	ErrFunded   = fault.Define(fault.Invalid, "programme.funded")
	ErrEnds     = fault.Define(fault.Invalid, "programme.ends")
	ErrCovers   = fault.Define(fault.Invalid, "programme.covers")
	ErrMeetings = fault.Define(fault.Invalid, "programme.meetings")
	ErrMove     = fault.Define(fault.Conflict, "programme.move")
	ErrReadOnly = fault.Define(fault.Forbidden, "programme.readonly")
)

// The longest texts that fit where they are shown.
const (
	maxName = 200
	maxText = 10_000
)

// A State says how far a programme has come.
type State string

const (
	Planned     State = "planned"
	Running     State = "running"
	LastStretch State = "last-stretch" // the end is in sight, activities still go on
	Closing     State = "closing"      // activities are over, the final report is being written
	Closed      State = "closed"       // an archive
)

// States are all states in order.
var States = []State{Planned, Running, LastStretch, Closing, Closed}

// moves are the states that may come next. A step too early is taken back the way it came.
var moves = map[State][]State{
	Planned:     {Running},
	Running:     {LastStretch, Closing, Planned},
	LastStretch: {Closing, Running},
	Closing:     {Closed, LastStretch},
	Closed:      {Closing},
}

// Moves are the states that may follow s.
func (s State) Moves() []State { return moves[s] }

// On is how far a programme in state s, with its last day, has come on a day: after the last it is over, whether or not
// someone has said so.
func (s State) On(day, last local.Date) State {
	if s != Planned && day > last {
		return Closed
	}
	return s
}

// A Programme is one grant's worth of competence development.
type Programme struct {
	ID, Slug        string
	Name, ShortName string
	Purpose         string
	OverallGoal     string
	Appeal          string // a sentence on the public page
	Contact         string // how the public reaches the office
	FunderReference string
	FundingPeriod   string // the code of a [FundingPeriod]
	State           State
	Starts, Ends    local.Date // the first and the last day
	Zone            string     // Europe/Stockholm: of all its meetings and limits of time
	Published       bool
	Version         int
}

// Location is the programme's zone.
func (p Programme) Location() *time.Location { return local.Zone(p.Zone) }

// Has reports whether a day is within the programme.
func (p Programme) Has(d local.Date) bool { return p.Starts <= d && d <= p.Ends }

const selectProgramme = `SELECT p.id, p.slug, p.name, p.short_name, p.purpose, p.overall_goal, p.appeal, p.contact, p.funder_reference,
	p.funding_period, p.state, p.starts, p.ends, p.zone, p.published, p.version FROM programme p `

func scan(p *Programme) []any {
	return []any{&p.ID, &p.Slug, &p.Name, &p.ShortName, &p.Purpose, &p.OverallGoal, &p.Appeal, &p.Contact, &p.FunderReference,
		&p.FundingPeriod, &p.State, &p.Starts, &p.Ends, &p.Zone, db.Truth(&p.Published), &p.Version}
}

// insiders are the rights that each let one see a programme that is not published yet.
var insiders = []access.Right{access.EditProgramme, access.NewProgramme, access.Plan, access.SeeReach}

// visible is the condition on programme p that v may see it.
func visible(args *[]any, v access.Viewer) string {
	var inside []string
	for _, right := range insiders {
		s := v.Scope(right)
		if s.All {
			return "1 = 1"
		}
		inside = append(inside, s.Programmes...)
	}
	return "(p.published = 1 OR p.id IN " + db.In(args, inside) + ")"
}

// Get returns the programme with an id, or [ErrNotFound].
func Get(ctx context.Context, c db.Conn, v access.Viewer, id string) (Programme, error) {
	return one(ctx, c, v, "p.id = $1", id)
}

// BySlug returns the programme with a slug, or [ErrNotFound].
func BySlug(ctx context.Context, c db.Conn, v access.Viewer, slug string) (Programme, error) {
	return one(ctx, c, v, "p.slug = $1", slug)
}

// Find returns the programme with a slug or an id, or [ErrNotFound].
func Find(ctx context.Context, c db.Conn, v access.Viewer, slugOrID string) (Programme, error) {
	return one(ctx, c, v, "(p.slug = $1 OR p.id = $1)", slugOrID)
}

func one(ctx context.Context, c db.Conn, v access.Viewer, where, value string) (Programme, error) {
	args := []any{value}
	p, err := db.One(ctx, c, scan, selectProgramme+`WHERE `+where+` AND `+visible(&args, v), args...)
	if errors.Is(err, db.ErrNoRows) {
		return p, ErrNotFound
	}
	return p, err
}

// List returns the programmes that v may see: the newest first.
func List(ctx context.Context, c db.Conn, v access.Viewer) ([]Programme, error) {
	var args []any
	where := visible(&args, v)
	return db.All(ctx, c, scan, selectProgramme+`WHERE `+where+` ORDER BY p.starts DESC, p.id`, args...)
}

// MayEdit reports whether v may change the programme.
func MayEdit(v access.Viewer, programme string) bool { return v.In(access.EditProgramme, programme) }

// editable is [Get] for who is about to change it.
func editable(ctx context.Context, tx *db.Tx, v access.Viewer, id string) (Programme, error) {
	p, err := Get(ctx, tx, v, id)
	if err == nil && !MayEdit(v, id) {
		err = ErrReadOnly
	}
	return p, err
}

// alone is editable, with nobody else changing the programme's parts meanwhile: their order is one.
func alone(ctx context.Context, tx *db.Tx, v access.Viewer, id string) (Programme, error) {
	p, err := editable(ctx, tx, v, id)
	if err == nil {
		err = db.Lock(ctx, tx, "programme", id)
	}
	return p, err
}

var slugs = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// reserved words stand where a slug does in an address.
var reserved = []string{"new"}

// check trims p and reports everything wrong with it.
func (p *Programme) check(ctx context.Context, c db.Conn) error {
	for _, text := range []*string{&p.Slug, &p.Name, &p.ShortName, &p.Purpose, &p.OverallGoal, &p.Appeal, &p.Contact, &p.FunderReference, &p.Zone} {
		*text = strings.TrimSpace(*text)
	}
	var faults fault.List
	named(&faults, "name", p.Name)
	named(&faults, "short_name", p.ShortName)
	for _, t := range []struct{ field, text string }{{"purpose", p.Purpose}, {"overall_goal", p.OverallGoal}, {"contact", p.Contact}} {
		faults.Unless(utf8.RuneCountInString(t.text) <= maxText, ErrLong.At(t.field, maxText))
	}
	faults.Unless(utf8.RuneCountInString(p.Appeal) <= maxName, ErrLong.At("appeal", maxName))
	faults.Unless(utf8.RuneCountInString(p.FunderReference) <= maxName, ErrLong.At("funder_reference", maxName))
	faults.Unless(slugs.MatchString(p.Slug) && len(p.Slug) <= 60 && !slices.Contains(reserved, p.Slug), ErrSlug.At("slug"))
	if faults.In("slug") == nil {
		taken, err := db.Value[int](ctx, c, `SELECT count(*) FROM programme WHERE slug = $1 AND id <> $2`, p.Slug, p.ID)
		if err != nil {
			return err
		}
		faults.Unless(taken == 0, ErrTaken.At("slug", p.Slug))
	}
	faults.Unless(p.Starts.Valid(), local.ErrDate.At("starts"))
	faults.Unless(p.Ends.Valid(), local.ErrDate.At("ends"))
	dated := p.Starts.Valid() && p.Ends.Valid()
	faults.Unless(!dated || p.Starts <= p.Ends, ErrEnds.At("ends"))
	_, err := local.ZoneNamed(p.Zone)
	faults.Unless(err == nil, local.ErrZone.At("zone"))

	periods, err := FundingPeriods(ctx, c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(periods, func(f FundingPeriod) bool { return f.Code == p.FundingPeriod })
	faults.Unless(i >= 0, ErrFunding.At("funding_period"))
	if i >= 0 && p.Starts.Valid() {
		f := periods[i]
		// Only the start is bound: money of a period is spent for some years after it.
		faults.Unless(f.Valid.Has(p.Starts), ErrFunded.At("funding_period", f.Name))
	}
	return faults.Err()
}

// named reports a name that is missing or too long.
func named(faults *fault.List, field, name string) {
	faults.Unless(name != "", ErrName.At(field))
	faults.Unless(utf8.RuneCountInString(name) <= maxName, ErrLong.At(field, maxName))
}

// Create adds p and gives it an id; it begins as planned. It takes the right to make programmes.
func Create(ctx context.Context, tx *db.Tx, v access.Viewer, p *Programme) error {
	if !v.In(access.NewProgramme, "") {
		return ErrReadOnly
	}
	p.ID, p.State, p.Version = "", Planned, 1
	if err := p.check(ctx, tx); err != nil {
		return err
	}
	p.ID = tx.NewID()
	_, err := tx.Exec(ctx, `INSERT INTO programme (id, slug, name, short_name, purpose, overall_goal, appeal, contact,
		funder_reference, funding_period, state, starts, ends, zone, published) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		p.ID, p.Slug, p.Name, p.ShortName, p.Purpose, p.OverallGoal, p.Appeal, p.Contact,
		p.FunderReference, p.FundingPeriod, p.State, p.Starts, p.Ends, p.Zone, db.Int(p.Published))
	if errors.Is(err, db.ErrDuplicate) {
		return ErrTaken.At("slug", p.Slug)
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "programme", Row: p.ID, Detail: map[string]any{"slug": p.Slug}})
}

// Update writes all of p but its state, if p.Version still is the last.
func Update(ctx context.Context, tx *db.Tx, v access.Viewer, p *Programme) error {
	before, err := alone(ctx, tx, v, p.ID)
	if err != nil {
		return err
	}
	if err := p.check(ctx, tx); err != nil {
		return err
	}
	if err := p.covers(ctx, tx); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE programme SET slug = $1, name = $2, short_name = $3, purpose = $4, overall_goal = $5, appeal = $6,
		contact = $7, funder_reference = $8, funding_period = $9, starts = $10, ends = $11, zone = $12, published = $13, version = version + 1
		WHERE id = $14 AND version = $15`, p.Slug, p.Name, p.ShortName, p.Purpose, p.OverallGoal, p.Appeal,
		p.Contact, p.FunderReference, p.FundingPeriod, p.Starts, p.Ends, p.Zone, db.Int(p.Published), p.ID, p.Version)
	switch {
	case errors.Is(err, db.ErrDuplicate):
		return ErrTaken.At("slug", p.Slug)
	case err != nil:
		return err
	case n == 0:
		return fault.Stale
	}
	p.Version++
	p.State = before.State
	detail := map[string]any{"version": p.Version}
	if before.Starts != p.Starts || before.Ends != p.Ends {
		detail["before"] = []local.Date{before.Starts, before.Ends}
		detail["after"] = []local.Date{p.Starts, p.Ends}
	}
	if before.Published != p.Published {
		detail["published"] = p.Published
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "programme", Row: p.ID, Detail: detail})
}

// covers refuses a first or last day that leaves a phase outside, or a meeting that is to be held or has been.
func (p *Programme) covers(ctx context.Context, c db.Conn) error {
	phases, err := Phases(ctx, c, p.ID)
	if err != nil {
		return err
	}
	var faults fault.List
	for _, ph := range phases {
		faults.Unless(faults.In("starts") != nil || p.Starts <= ph.Starts, ErrCovers.At("starts", ph.Name, ph.Starts, ph.Ends))
		faults.Unless(faults.In("ends") != nil || ph.Ends <= p.Ends, ErrCovers.At("ends", ph.Name, ph.Starts, ph.Ends))
	}
	type outside struct {
		before, after int
		first, last   local.Date
	}
	o, err := db.One(ctx, c, func(o *outside) []any { return []any{&o.before, &o.after, &o.first, &o.last} }, `
		SELECT coalesce(sum(CASE WHEN m.date < $2 THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN m.date > $3 THEN 1 ELSE 0 END), 0),
			coalesce(min(m.date), ''), coalesce(max(m.date), '')
		FROM activity a JOIN occasion o ON o.activity = a.id AND o.cancelled IS NULL JOIN meeting m ON m.occasion = o.id
		WHERE a.programme = $1`, p.ID, p.Starts, p.Ends)
	if err != nil {
		return err
	}
	faults.Unless(o.before == 0, ErrMeetings.At("starts", o.before, o.first))
	faults.Unless(o.after == 0, ErrMeetings.At("ends", o.after, o.last))
	return faults.Err()
}

// SetState moves the programme version on to a state that may follow its present one.
func SetState(ctx context.Context, tx *db.Tx, v access.Viewer, id string, version int, to State, why string) error {
	p, err := editable(ctx, tx, v, id)
	if err != nil {
		return err
	}
	if p.Version != version {
		return fault.Stale
	}
	if !slices.Contains(p.State.Moves(), to) {
		return ErrMove.At("state")
	}
	n, err := tx.Exec(ctx, `UPDATE programme SET state = $1, version = version + 1 WHERE id = $2 AND version = $3`, to, id, version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	return audit.Record(ctx, tx, audit.Event{Act: "state", Entity: "programme", Row: id, Why: why,
		Detail: map[string]any{"before": p.State, "after": to}})
}
