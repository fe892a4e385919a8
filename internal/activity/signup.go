package activity

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/letter"
	"kompobib/internal/local"
)

// Each refusal says why, and its words what to do next.
var (
	ErrNotYours     = fault.Define(fault.Forbidden, "seat.not-yours")
	ErrNobody       = fault.Define(fault.NotFound, "seat.nobody")
	ErrNoneChosen   = fault.Define(fault.Invalid, "seat.none-chosen")
	ErrHasSeat      = fault.Define(fault.Conflict, "seat.has-seat")
	ErrIsWaiting    = fault.Define(fault.Conflict, "seat.is-waiting")
	ErrCalledOff    = fault.Define(fault.Conflict, "seat.called-off")
	ErrNoMeeting    = fault.Define(fault.Conflict, "seat.no-meeting")
	ErrStarted      = fault.Define(fault.Conflict, "seat.started")
	ErrNotOpen      = fault.Define(fault.Conflict, "seat.not-open")
	ErrClosed       = fault.Define(fault.Conflict, "seat.closed")
	ErrNotTarget    = fault.Define(fault.Forbidden, "seat.not-target")
	ErrNotAudience  = fault.Define(fault.Forbidden, "seat.not-audience")
	ErrNoSignup     = fault.Define(fault.NotFound, "seat.no-signup")
	ErrNotSignedUp  = fault.Define(fault.Conflict, "seat.not-signed-up")
	ErrCancelLate   = fault.Define(fault.Conflict, "seat.cancel-late")
	ErrTooManySeats = fault.Define(fault.TooLarge, "seat.too-many")
)

// MaxTogether is how many one person can sign up in one act.
const MaxTogether = 200

// A SignupState says how far a sign-up has come.
type SignupState string

const (
	Seated    SignupState = "seated"
	Waiting   SignupState = "waiting"
	Cancelled SignupState = "cancelled"
)

// A Signup is one person's wish to come to an occasion. There is one for each person and occasion,
// for ever; its state changes.
type Signup struct {
	ID       string
	Occasion string
	Person   string
	State    SignupState
	Seq      int64 // the order in which they came, or came back
	Number   int   // of the person at this occasion, for ever: "Deltagare 7"
	Place    int   // among those who wait, from 1; 0 for who does not
}

// Why a sign-up came to be as it is: what [SignupEvent] holds, and what its words are chosen by.
const (
	BySelf     = "self"
	ByContact  = "contact"
	ByOffice   = "office" // or the organiser
	ByPromoted = "promoted"
)

// SignUp gives person a seat at an occasion, or the last place in the queue. While anyone waits a
// newcomer waits, even if a seat is free. Who comes back after having cancelled comes last.
func SignUp(ctx context.Context, tx *db.Tx, v access.Viewer, occasion, person string) (Signup, error) {
	signups, err := SignUpAll(ctx, tx, v, occasion, person)
	if err != nil {
		return Signup{}, err
	}
	return signups[0], nil
}

// SignUpAll is [SignUp] for several, in the order given: all of them or nobody. It returns a
// fault for each of those who cannot, in a field named as the person was: by the id, or by a handle.
func SignUpAll(ctx context.Context, tx *db.Tx, v access.Viewer, occasion string, persons ...string) ([]Signup, error) {
	persons = distinct(persons)
	switch {
	case len(persons) == 0:
		return nil, ErrNoneChosen
	case len(persons) > MaxTogether:
		return nil, ErrTooManySeats.With(MaxTogether)
	}
	o, err := lockSeats(ctx, tx, v, occasion)
	if err != nil {
		return nil, err
	}
	named, as := persons, map[string]string{}
	if persons, err = whom(ctx, tx, o.ID, named...); err != nil {
		return nil, err
	}
	for i, person := range persons {
		as[person] = named[i]
	}
	persons = distinct(persons)
	people, err := standings(ctx, tx, o, tx.At, persons)
	if err != nil {
		return nil, err
	}
	var faults fault.List
	for _, person := range persons {
		if f := o.refuses(v, people[person], tx.At); f != nil {
			faults = append(faults, f.At(as[person], f.Args...))
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	was := o.Full()
	var change change
	for i, person := range persons {
		p := people[person]
		s := Signup{ID: p.signup, Occasion: o.ID, Person: person, Seq: o.seq + int64(i), Number: p.number}
		if o.Full() {
			s.State = Waiting
			o.Waiting++
			s.Place = o.Waiting
		} else {
			s.State = Seated
			o.Seated++
		}
		if s.ID == "" {
			o.last++
			s.ID, s.Number = tx.NewID(), o.last
			change.inserts = append(change.inserts, []any{s.ID, s.Occasion, s.Person, s.State, s.Seq, s.Number})
		} else if _, err := tx.Exec(ctx, `UPDATE signup SET state = $1, seq = $2 WHERE id = $3`, s.State, s.Seq, s.ID); err != nil {
			return nil, err
		}
		change.add(tx, o, s, "sign-up", letters[s.State], o.actingAs(v, p))
	}
	o.seq += int64(len(persons) - 1)
	err = change.write(ctx, tx, o, was)
	for i := range change.signups {
		if s := &change.signups[i]; hides(v, s.Person, people[s.Person].protected) {
			s.Person = handle(s.Number)
		}
	}
	return change.signups, err
}

// Cancel gives a seat, or a place in the queue, up. A seat given up before the start goes to the next who waits;
// after the start nobody is called in. why is a code, of who cancels if it is empty.
func Cancel(ctx context.Context, tx *db.Tx, v access.Viewer, occasion, person, why string) error {
	o, p, err := lockTaken(ctx, tx, v, occasion, person)
	if err != nil {
		return err
	}
	if o.begun(tx.At) && !o.manages(v) {
		return ErrCancelLate.With(o.local(*o.Starts), o.ask)
	}
	was := o.Full()
	var change change
	s := Signup{ID: p.signup, Occasion: o.ID, Person: p.person, State: Cancelled, Number: p.number}
	if _, err := tx.Exec(ctx, `UPDATE signup SET state = 'cancelled' WHERE id = $1`, s.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM answer WHERE signup = $1`, s.ID); err != nil {
		return err
	}
	change.add(tx, o, s, "cancel", letter.Cancelled, cmp.Or(why, o.actingAs(v, p)))
	if p.state == Waiting {
		o.Waiting--
	} else {
		o.Seated--
		if err := change.promote(ctx, tx, o); err != nil {
			return err
		}
	}
	return change.write(ctx, tx, o, was)
}

// CancelSignup is [Cancel] of a sign-up by its id. To who may not see it, it is not there.
func CancelSignup(ctx context.Context, tx *db.Tx, v access.Viewer, id, why string) error {
	s, err := db.One(ctx, tx, func(s *Signup) []any { return []any{&s.Occasion, &s.Person} }, `SELECT occasion, person FROM signup WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		return ErrNoSignup
	}
	if err != nil {
		return err
	}
	err = Cancel(ctx, tx, v, s.Occasion, s.Person, why)
	switch {
	case errors.Is(err, ErrNotFound):
		return ErrNoSignup
	case errors.Is(err, ErrNotYours):
		if o, err := getSeats(ctx, tx, v, s.Occasion); err != nil {
			return err
		} else if !o.sees(v) {
			return ErrNoSignup
		}
	}
	return err
}

// distinct is list without what stands in it before, in its order.
func distinct(list []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		defer func() { seen[s] = true }()
		return seen[s]
	})
}

// seats is what the rules need to know of an occasion.
type seats struct {
	Occasion
	ask  string // whom to ask when one is refused
	last int    // number of the person who was the last to come for the first time
}

// getSeats returns an occasion that v may see, or [ErrNotFound].
func getSeats(ctx context.Context, c db.Conn, v access.Viewer, occasion string) (*seats, error) {
	args := []any{occasion}
	o, err := db.One(ctx, c, func(o *seats) []any { return append(scanOccasion(&o.Occasion), &o.ask, &o.last) }, `
		SELECT `+occasionColumns+`, CASE WHEN p.contact <> '' THEN p.contact ELSE p.short_name END,
			(SELECT coalesce(max(number), 0) FROM signup WHERE occasion = o.id)`+
		fromOccasion+`WHERE o.id = $1 AND `+visibleOccasion(&args, v), args...)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrNotFound
	}
	if err == nil {
		err = o.findLeader(ctx, c, v)
	}
	return &o, err
}

// lockSeats keeps others from the occasion's seats until the transaction ends.
func lockSeats(ctx context.Context, tx *db.Tx, v access.Viewer, occasion string) (*seats, error) {
	if err := db.Lock(ctx, tx, "occasion", occasion); err != nil {
		if errors.Is(err, db.ErrNoRows) {
			return nil, ErrNotFound
		}
		return nil, err
	}
	return getSeats(ctx, tx, v, occasion)
}

// lockTaken is [lockSeats] for whoever does something with a seat, or a place in the queue, that a person has.
func lockTaken(ctx context.Context, tx *db.Tx, v access.Viewer, occasion, person string) (*seats, *standing, error) {
	o, err := lockSeats(ctx, tx, v, occasion)
	if err != nil {
		return nil, nil, err
	}
	persons, err := whom(ctx, tx, o.ID, person)
	if err != nil {
		return nil, nil, err
	}
	people, err := standings(ctx, tx, o, tx.At, persons)
	if err != nil {
		return nil, nil, err
	}
	p := people[persons[0]]
	switch {
	case !o.actsFor(v, p):
		return nil, nil, ErrNotYours
	case p.state != Seated && p.state != Waiting:
		return nil, nil, ErrNotSignedUp
	}
	return o, p, nil
}

func (o *seats) begun(at time.Time) bool { return o.Starts != nil && !at.Before(*o.Starts) }

// location is the zone that the programme's people live in.
func (o *seats) location() *time.Location { return local.Zone(o.Zone) }

// local is t as the clocks of the programme show it, for words.
func (o *seats) local(t time.Time) time.Time { return t.In(o.location()) }

// day is the day whose roster decides whether a person belongs to those whom it is for: the first meeting's.
func (o *seats) day(at time.Time) local.Date {
	if o.Starts != nil {
		at = *o.Starts
	}
	return local.DateOf(at, o.location())
}

// sees reports whether v may see the occasion's sign-ups, and so the occasion before it is published.
func (o *seats) sees(v access.Viewer) bool {
	return o.Holds(v, access.SeeSignups)
}

// manages reports whether v signs anyone up and off here.
func (o *seats) manages(v access.Viewer) bool { return o.Holds(v, access.Seat) }

// actsFor reports whether v may sign p up and off: oneself, a colleague whom one is contact for and sees, anyone whom one manages.
func (o *seats) actsFor(v access.Viewer, p *standing) bool { return o.actingAs(v, p) != "" }

func (o *seats) actingAs(v access.Viewer, p *standing) string {
	switch {
	case p.person == v.Person && v.Can(access.SignUp):
		return BySelf
	case o.manages(v):
		return ByOffice
	case !p.protected && slices.ContainsFunc(p.workplaces, func(w string) bool { return v.At(access.SignStaff, w) }):
		return ByContact
	}
	return ""
}

// refuses returns why v cannot sign p up at this moment: the first of the reasons, from what
// concerns everyone to what concerns p. It is nil if p can have a seat or a place in the queue. Who manages
// the occasion may go before the opening, past the closing and outside the audience.
func (o *seats) refuses(v access.Viewer, p *standing, at time.Time) *fault.Fault {
	manages := o.manages(v)
	switch {
	case !o.actsFor(v, p):
		return ErrNotYours
	case !p.exists:
		return ErrNobody
	case p.state == Seated:
		return ErrHasSeat
	case p.state == Waiting:
		return ErrIsWaiting
	case o.Cancelled != nil:
		return ErrCalledOff
	case o.Starts == nil:
		return ErrNoMeeting
	case o.begun(at):
		return ErrStarted.With(o.local(*o.Starts))
	case at.Before(o.Opens) && !manages:
		return ErrNotOpen.With(o.local(o.Opens))
	case !at.Before(o.Closes) && !manages:
		return ErrClosed.With(o.local(o.Closes), o.ask)
	case !p.target:
		return ErrNotTarget.With(o.ask)
	case !p.audience && !manages:
		return ErrNotAudience.With(o.ask)
	}
	return nil
}

// A change is what one act does to an occasion's sign-ups, written in a fixed number of statements.
type change struct {
	signups []Signup
	inserts [][]any // new rows of signup
	events  [][]any
	letters []letter.Letter
	audit   []audit.Event
}

// letters tell a person what their sign-up led to.
var letters = map[SignupState]string{Seated: letter.Seated, Waiting: letter.Waiting}

// add notes that s became what it is, and who is told.
func (c *change) add(tx *db.Tx, o *seats, s Signup, act, template, why string) {
	c.signups = append(c.signups, s)
	c.events = append(c.events, []any{tx.NewID(), s.ID, s.State, o.seq, tx.At, tx.By, why})
	c.audit = append(c.audit, audit.Event{Act: act, Entity: "signup", Row: s.ID, Why: why,
		Detail: map[string]any{"occasion": o.ID, "state": s.State}})
	c.letters = append(c.letters, letter.Letter{Person: s.Person, Template: template, AboutKind: "occasion", About: o.ID,
		Programme: o.Programme, Args: map[string]any{"why": why, "place": s.Place}, Essential: true})
}

// write writes all that was noted, and the occasion's own rows.
func (c *change) write(ctx context.Context, tx *db.Tx, o *seats, was bool) error {
	if len(c.inserts) > 0 {
		err := db.Insert(ctx, tx, "signup", "id, occasion, person, state, seq, number", "", c.inserts)
		if errors.Is(err, db.ErrDangling) { // gone up in another meanwhile
			err = ErrNobody
		}
		if err != nil {
			return err
		}
	}
	if len(c.events) > 0 {
		if err := db.Insert(ctx, tx, "signup_event", "id, signup, state, seq, at, actor, why", "", c.events); err != nil {
			return err
		}
	}
	if len(c.letters) > 0 {
		if err := letter.Queue(ctx, tx, c.letters...); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE occasion SET seated = $1, waiting = $2, seq = $3 WHERE id = $4`, o.Seated, o.Waiting, o.seq, o.ID); err != nil {
		return err
	}
	if err := noteFull(ctx, tx, o, was); err != nil {
		return err
	}
	return audit.Record(ctx, tx, c.audit...)
}
