package activity

import (
	"context"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

// A Step is what happens next to a person's seat, or what they can do.
type Step string

const (
	StepSignUp    Step = "sign-up"    // there is a seat
	StepQueue     Step = "queue"      // there is none, but they can wait for one
	StepCome      Step = "come"       // they have a seat
	StepWait      Step = "wait"       // they are called in when somebody cancels
	StepPassed    Step = "passed"     // they waited, and it has started
	StepOver      Step = "over"       // they had a seat, and it has started
	StepCalledOff Step = "called-off" // they had a seat or waited, and it was cancelled
	StepNothing   Step = "nothing"    // see Blocks
)

// An Explanation is the answer to why a person has a seat, waits for one, or cannot have one.
type Explanation struct {
	Person string
	State  SignupState  // '' for who never signed up
	Place  int          // among those who wait, from 1
	Blocks *fault.Fault // what a sign-up would be refused for now, nil if it would not be
	Next   Step

	Clashes []Clash // with other occasions where they have a seat or wait, and that who asks may know of
}

// Why explains what stands between a person and a seat at an occasion at this moment. v may ask for
// themselves and for those whom they may sign up.
func Why(ctx context.Context, c db.Conn, v access.Viewer, occasion, person string, at time.Time) (Explanation, error) {
	all, err := WhyAll(ctx, c, v, occasion, []string{person}, at)
	if err != nil {
		return Explanation{}, err
	}
	if f := all[0].Blocks; f != nil && f.Is(ErrNotYours) {
		return Explanation{}, f
	}
	return all[0], nil
}

// WhyAll is [Why] for several, in their order, in four queries, and one more where a handle stands for somebody. Of those whom v may not sign up it
// tells nothing but that.
func WhyAll(ctx context.Context, c db.Conn, v access.Viewer, occasion string, persons []string, at time.Time) ([]Explanation, error) {
	o, err := getSeats(ctx, c, v, occasion)
	if err != nil {
		return nil, err
	}
	named := persons
	if persons, err = whom(ctx, c, o.ID, named...); err != nil {
		return nil, err
	}
	people, err := standings(ctx, c, o, at, persons)
	if err != nil {
		return nil, err
	}
	places, err := places(ctx, c, o.ID)
	if err != nil {
		return nil, err
	}
	others, err := clashes(ctx, c, v, occasion, persons, local.DateOf(at, o.location()))
	if err != nil {
		return nil, err
	}
	all := make([]Explanation, len(persons))
	for i, person := range persons {
		p := people[person]
		all[i] = Explanation{Person: named[i], Blocks: o.refuses(v, p, at), Next: StepNothing}
		if !o.actsFor(v, p) {
			continue
		}
		all[i].State, all[i].Place, all[i].Clashes = p.state, places[person], others[person]
		all[i].Next = o.next(p, all[i].Blocks, at)
	}
	return all, nil
}

// next is what happens next to who is refused a sign-up for that reason, or for none.
func (o *seats) next(p *standing, blocks *fault.Fault, at time.Time) Step {
	has := p.state == Seated || p.state == Waiting
	switch {
	case has && o.Cancelled != nil:
		return StepCalledOff
	case p.state == Seated && o.begun(at):
		return StepOver
	case p.state == Seated:
		return StepCome
	case p.state == Waiting && o.begun(at):
		return StepPassed
	case p.state == Waiting:
		return StepWait
	case blocks != nil:
		return StepNothing
	case o.Full():
		return StepQueue
	}
	return StepSignUp
}

// places returns where in the queue each stands who waits.
func places(ctx context.Context, c db.Conn, occasion string) (map[string]int, error) {
	persons, err := db.Values[string](ctx, c, `SELECT person FROM signup WHERE occasion = $1 AND state = 'waiting' ORDER BY seq, id`, occasion)
	all := make(map[string]int, len(persons))
	for i, person := range persons {
		all[person] = i + 1
	}
	return all, err
}

// A Clash is another meeting that a person has a seat at, or waits for, at the same time.
type Clash struct {
	Person   string
	Occasion string
	Title    string
	State    SignupState
	Time     Moment
}

// A Moment is when a meeting is, as the clocks there show it.
type Moment struct {
	Date, Start, End string
}

// clashes returns, for each person, the meetings at other occasions that overlap one of this occasion's. It is
// a warning: who wants to may sign up to both. It tells of what v could read there too: of themselves, of those whom they answer
// for today, and of all at occasions whose sign-ups they see; of who has protected identity only themselves.
func clashes(ctx context.Context, c db.Conn, v access.Viewer, occasion string, persons []string, today local.Date) (map[string][]Clash, error) {
	args := []any{occasion, v.Person}
	rows, err := db.All(ctx, c, func(k *Clash) []any {
		return []any{&k.Person, &k.Occasion, &k.Title, &k.State, &k.Time.Date, &k.Time.Start, &k.Time.End}
	}, `
		SELECT s.person, s.occasion, a.title, s.state, theirs.date, theirs.start_time, theirs.end_time
		FROM signup s
		JOIN occasion o ON o.ID = s.occasion AND o.Cancelled IS NULL
		JOIN activity a ON a.id = o.Activity
		JOIN person p ON p.id = s.person
		JOIN meeting theirs ON theirs.occasion = o.ID
		WHERE s.person IN `+db.In(&args, persons)+` AND s.occasion <> $1 AND s.state IN ('seated', 'waiting')
			AND EXISTS (SELECT 1 FROM meeting ours WHERE ours.occasion = $1 AND ours.starts < theirs.ends AND theirs.starts < ours.ends)
			AND (s.person = $2 OR p.protected = 0 AND (`+over(&args, v, access.SeeSignups)+`
				OR EXISTS (SELECT 1 FROM employment e WHERE e.person = s.person AND `+employedIn(&args, v, access.SeeStaff, today)+`)))
		ORDER BY s.person, theirs.starts, theirs.id`, args...)
	all := map[string][]Clash{}
	for _, k := range rows {
		all[k.Person] = append(all[k.Person], k)
	}
	return all, err
}
