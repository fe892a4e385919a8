package focus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

var (
	ErrState      = fault.Define(fault.Invalid, "focus.state")
	ErrWhy        = fault.Define(fault.Invalid, "focus.why")
	ErrLink       = fault.Define(fault.NotFound, "focus.link")
	ErrAnswered   = fault.Define(fault.Conflict, "focus.answered")
	ErrConditions = fault.Define(fault.Invalid, "focus.conditions")
)

// patience is how many days an owner has before a check counts as late: then the owner is reminded, and who leads the
// workplace and the office see it.
const patience = 14

// A Standing is how a commitment stands with its checks. It follows from the day on which one asks.
type Standing string

const (
	Ahead Standing = "ahead" // the next check is still to come
	Due   Standing = "due"   // it is time to answer
	Late  Standing = "late"  // the owner has been reminded
	Ended Standing = "ended"

	// To choose by, beside those.
	Asked Standing = "asked" // due or late
	Going Standing = "going" // not ended
	After Standing = "after" // the next check comes after the programme's last day: it is the workplace's own

	// PastDue is [Commitment.Overdue], also to choose by: however the follow-up stands.
	PastDue Standing = "past-due"
)

// Standings are all that a list can be narrowed to.
var Standings = []Standing{Going, PastDue, Asked, Due, Late, Ahead, After, Ended}

// Overdue reports whether the day by which c was to be done has gone by, and it is not: however its follow-up stands.
func (c Commitment) Overdue(on local.Date) bool { return !c.State.Ended() && c.Due < on }

// Standing is how c stands on a day.
func (c Commitment) Standing(on local.Date) Standing {
	switch {
	case c.Check == "":
		return Ended
	case c.Check > on:
		return Ahead
	case c.Check > on.Add(-patience):
		return Due
	}
	return Late
}

// An Answer is how it goes: what the owner says of a commitment, at a check or whenever.
type Answer struct {
	State State
	Why   string // needed of what is changed or dropped
	Act   string // what we do instead, of what is changed; "" if the wording stays
}

func (a *Answer) check() error {
	tidy(&a.Why, &a.Act)
	var faults fault.List
	faults.Unless(slices.Contains(Answers, a.State), ErrState.At("state"))
	faults.Unless(a.Why != "" || a.State != Changed && a.State != Dropped, ErrWhy.At("why"))
	short(&faults, "why", a.Why, MaxText)
	short(&faults, "act", a.Act, MaxText)
	return faults.Err()
}

// Say says how it goes with a commitment of a workplace, if version still is its last: its owner, and who writes there.
func Say(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, id string, version int, a Answer) error {
	c, err := lock(ctx, tx, id, func() (Commitment, error) { return Get(ctx, tx, v, p, id) })
	if err != nil {
		return err
	}
	may, err := learning.MayWrite(ctx, tx, v, p)
	if err != nil {
		return err
	}
	if !may && (c.Owner != v.Person || !p.Member) {
		return ErrForbidden
	}
	return c.say(ctx, tx, nil, version, a, false)
}

// SayOwn is [Say] for one of v's own.
func SayOwn(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, id string, version int, a Answer) error {
	c, err := lock(ctx, tx, id, func() (Commitment, error) { return GetOwn(ctx, tx, ring, v, id) })
	if err != nil {
		return err
	}
	return c.say(ctx, tx, ring, version, a, false)
}

// say gives a locked commitment its state. A check that has come is answered by it, and the next planned; one still to come
// stays, unless there is nothing more to ask. What had ended and goes on again gets a new one.
func (c Commitment) say(ctx context.Context, tx *db.Tx, ring *secret.Ring, version int, a Answer, byLetter bool) error {
	if err := a.check(); err != nil {
		return err
	}
	if version != c.Version {
		return fault.Stale
	}
	day := today(tx)
	c.State, c.Version = a.State, c.Version+1
	c.stated = c.Version
	if a.State == Changed && a.Act != "" && a.Act != c.Act {
		c.Act, c.number = a.Act, c.number+1
		if err := c.word(ctx, tx, ring); err != nil {
			return err
		}
	}
	asked := c.Check != "" && (c.Check <= day || a.State.Ended())
	if asked {
		if _, err := tx.Exec(ctx, `UPDATE commitment_check SET answer = $1, answered_at = $2, by_letter = $3 WHERE commitment = $4 AND answer IS NULL`,
			a.State, tx.At, db.Int(byLetter), c.ID); err != nil {
			return err
		}
	}
	switch {
	case a.State.Ended():
		c.Check = ""
	case asked || c.Check == "":
		c.Check = c.Months.Next(c.Starts, max(day, c.Starts))
		last, err := db.Value[int](ctx, tx, `SELECT max(ord) FROM commitment_check WHERE commitment = $1`, c.ID)
		if err != nil {
			return err
		}
		if err := c.ask(ctx, tx, last+1); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE commitment SET state = $1, stated = $2, next_check = $3, wording = $4, version = $2 WHERE id = $5`,
		c.State, c.Version, db.Null(c.Check), c.number, c.ID); err != nil {
		return err
	}
	return c.note(ctx, tx, ring, "state", a.Why)
}

// A Conditions is whether there have been time and conditions for what was agreed on.
type Conditions string

// ConditionsAnswers are what can be answered.
var ConditionsAnswers = []Conditions{"yes", "partly", "no"}

// Confirm tells, at a check that has been answered, whether there have been time and conditions: who leads the workplace, who saw
// what [Check.Mark] tells.
func Confirm(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, id string, ord int, was string, is Conditions, note string) error {
	x, err := lock(ctx, tx, id, func() (Commitment, error) { return Get(ctx, tx, v, p, id) })
	if err != nil {
		return err
	}
	if !p.Leads {
		return ErrForbidden
	}
	tidy(&note)
	var faults fault.List
	faults.Unless(slices.Contains(ConditionsAnswers, is), ErrConditions.At("conditions"))
	short(&faults, "note", note, MaxText)
	if faults != nil {
		return faults
	}
	checks, err := Checks(ctx, tx, x)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(checks, func(k Check) bool { return k.Ord == ord }); i >= 0 && checks[i].Mark() != was {
		return fault.Stale
	}
	n, err := tx.Exec(ctx, `UPDATE commitment_check SET conditions = $1, note = $2, confirmed_by = $3 WHERE commitment = $4 AND ord = $5 AND answer IS NOT NULL`, is, note, tx.By, id, ord)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "attest", Entity: "commitment", Row: id, Detail: map[string]any{"check": ord, "is": is}})
}

// A Check is a time at which it is asked how it goes.
type Check struct {
	Ord        int
	Due        local.Date
	Told       *time.Time // when the letter was written
	Answer     State      // "" for none yet
	At         *time.Time
	ByLetter   bool
	Conditions Conditions // "" until who leads has confirmed
	Note       string
}

// Mark tells what was said of time and conditions from what was said later, "" before anything was.
func (k Check) Mark() string {
	if k.Conditions == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(string(k.Conditions) + "\n" + k.Note))
	return hex.EncodeToString(sum[:8])
}

// Checks are those of a commitment that was read, the first first.
func Checks(ctx context.Context, c db.Conn, x Commitment) ([]Check, error) {
	return db.All(ctx, c, func(k *Check) []any {
		return []any{&k.Ord, &k.Due, &k.Told, &k.Answer, &k.At, db.Truth(&k.ByLetter), &k.Conditions, &k.Note}
	}, `SELECT ord, due, told_at, coalesce(answer, ''), answered_at, by_letter, coalesce(conditions, ''), note FROM commitment_check WHERE commitment = $1 ORDER BY ord`, x.ID)
}

// An Event is a step in what became of a commitment.
type Event struct {
	Version int
	At      time.Time
	By, Act string
	State   State
	Owner   string
	Why     string
	Wording // of then
	number  int
	sealed  [2]string
}

// Events are those of a commitment that was read, the last first.
func Events(ctx context.Context, c db.Conn, ring *secret.Ring, x Commitment) ([]Event, error) {
	list, err := db.All(ctx, c, func(e *Event) []any {
		return []any{&e.Version, &e.At, &e.By, &e.Act, &e.State, &e.Owner, &e.Why, &e.Happens, &e.Wording.Act, &e.Notice, &e.number, &e.sealed[0], &e.sealed[1]}
	}, `SELECT e.version, e.made_at, e.made_by, e.act, e.state, e.owner, e.why, t.happens, t.act, t.notice, e.wording, t.sealed, e.sealed
		FROM commitment_event e JOIN commitment_text t ON t.commitment = e.commitment AND t.number = e.wording WHERE e.commitment = $1 ORDER BY e.version DESC`, x.ID)
	if err != nil || x.Workplace != "" {
		return list, err
	}
	var items []secret.Item
	for _, e := range list {
		items = append(items, secret.Item{Owner: x.Owner, Text: e.sealed[0]}, secret.Item{Owner: x.Owner, Text: e.sealed[1]})
	}
	plain, err := openAll(ctx, c, ring, items)
	if err != nil {
		return nil, err
	}
	for i := range list {
		for j, into := range []any{&list[i].Wording, &list[i].Why} {
			if text := plain[2*i+j]; text != "" {
				if err := json.Unmarshal([]byte(text), into); err != nil {
					return nil, err
				}
			}
		}
	}
	return list, nil
}

// Reworded reports whether an event changed the wording; before is the one before it, or the zero event.
func (e Event) Reworded(before Event) bool { return before.Version > 0 && e.number != before.number }

// linkTime is how long a link in a letter can be used, if its check is not answered before.
const linkTime = 180 * 24 * time.Hour

// MakeLink makes the link of a check's letter to an owner, as it is sent. Made again it is the same. [db.ErrNoRows] says that
// there is nothing to answer any more.
func MakeLink(ctx context.Context, tx *db.Tx, ring *secret.Ring, now time.Time, id, person string) (token string, err error) {
	ord, err := db.Value[int](ctx, tx, `SELECT k.ord FROM commitment_check k JOIN commitment c ON c.id = k.commitment
		WHERE c.id = $1 AND c.owner = $2 AND k.answer IS NULL`, id, person)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal([]any{id, ord, person})
	if err != nil {
		return "", err
	}
	token = ring.Hash("follow-up link", string(text))[:40] // 160 bits, and no longer than a line of a letter
	_, err = tx.Exec(ctx, `INSERT INTO follow_up_link (token, commitment, ord, person, expiry) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (token) DO UPDATE SET expiry = excluded.expiry`, hashToken(token), id, ord, person, machine(now).Add(linkTime))
	return token, err
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte("follow-up " + token))
	return hex.EncodeToString(sum[:])
}

func machine(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// A Linked is what a link in a letter leads to.
type Linked struct {
	Commitment
	Person   string // whose letter it was
	Answered State  // "" while the check waits for an answer
	ord      int
}

// ByLink returns what a link leads to. It changes nothing: programs that read mail follow links too.
func ByLink(ctx context.Context, c db.Conn, ring *secret.Ring, on local.Date, now time.Time, token string) (Linked, error) {
	l, err := db.One(ctx, c, func(l *Linked) []any { return []any{&l.ID, &l.ord, &l.Person, &l.Answered} },
		`SELECT l.commitment, l.ord, l.person, coalesce(k.answer, '') FROM follow_up_link l JOIN commitment_check k ON k.commitment = l.commitment AND k.ord = l.ord
		WHERE l.token = $1 AND l.expiry > $2`, hashToken(token), machine(now))
	if errors.Is(err, db.ErrNoRows) {
		err = ErrLink
	}
	if err != nil {
		return l, err
	}
	if l.Commitment, err = Find(ctx, c, ring, on, l.ID); err == nil && l.Owner != l.Person {
		err = ErrLink // it has been handed on
	}
	return l, err
}

// SayByLink answers the check that a link leads to, in a transaction in the name of whose letter it was. Of two who do, the second
// finds it answered. Who has seen what it says by then, whose version they give, says otherwise: that is a new step, and the answer
// of before stays in the history. For the first answer version is 0.
func SayByLink(ctx context.Context, tx *db.Tx, ring *secret.Ring, now time.Time, token string, version int, a Answer) error {
	l, err := ByLink(ctx, tx, ring, today(tx), now, token)
	if err != nil {
		return err
	}
	c, err := lock(ctx, tx, l.ID, func() (c Commitment, err error) {
		l, err = ByLink(ctx, tx, ring, today(tx), now, token)
		return l.Commitment, err
	})
	if err != nil {
		return err
	}
	switch {
	case l.Person != tx.By:
		return ErrLink
	case l.Answered != "" && version != c.Version:
		return ErrAnswered
	}
	return c.say(ctx, tx, ring, c.Version, a, true)
}
