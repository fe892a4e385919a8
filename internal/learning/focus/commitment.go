package focus

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/learning/need"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
)

var (
	ErrHappens = fault.Define(fault.Invalid, "focus.happens")
	ErrAct     = fault.Define(fault.Invalid, "focus.act")
	ErrOwner   = fault.Define(fault.Invalid, "focus.owner")
	ErrGoal    = fault.Define(fault.Invalid, "focus.goal")
	ErrDue     = fault.Define(fault.Invalid, "focus.due")
	ErrNeed    = fault.Define(fault.Invalid, "focus.need")
	ErrIdea    = fault.Define(fault.NotFound, "focus.idea")
)

// A State is what has become of a commitment.
type State string

const (
	Open     State = "open"
	OnTheWay State = "on-the-way"
	Changed  State = "changed" // it goes on, as something else than was first agreed on
	Done     State = "done"
	Dropped  State = "dropped"
)

// States are all of them, in order.
var States = []State{Open, OnTheWay, Changed, Done, Dropped}

// Answers are those that a check can be answered with.
var Answers = States[1:]

// Ended reports whether nothing more is asked of a commitment.
func (s State) Ended() bool { return s == Done || s == Dropped }

// A Wording is what a commitment says: when that happens, we do this, and the users notice.
type Wording struct{ Happens, Act, Notice string }

// A Commitment is of a workplace, or of a person alone: then Workplace is "".
type Commitment struct {
	ID, Programme, Workplace string
	Owner                    string
	State                    State
	Goal                     string // "" for none
	Need                     string // of the workplace's that it answers, "" for none
	Starts, Due              local.Date
	Months                   Months     // after Starts, when it is followed up
	Check                    local.Date // the day of the check that waits for an answer, "" when it has ended
	Shared                   bool       // other workplaces may see it and use it
	IdeaOf, IdeaFrom         string     // the commitment whose wording it began with, and the workplace of that
	Ideas                    int        // how many workplaces have begun with this one
	Said                     []string   // of a new one: the answers of a workshop that it begins with
	Again                    bool       // of a new one: also if some of those have become one already
	Wording
	Why     string // of its state
	Left    bool   // the owner no longer works there
	Version int
	stated  int
	number  int // of the wording
	months  string
	sealed  [2]string // of a person's own: wording, why
}

const commitmentColumns = `c.id, c.programme, coalesce(c.workplace, ''), c.owner, c.state, coalesce(c.goal, ''), coalesce(c.need, ''), c.starts, c.due, c.months, coalesce(c.next_check, ''),
	c.shared, coalesce(c.idea_of, ''), coalesce(i.workplace, ''), t.happens, t.act, t.notice, t.sealed, e.why, e.sealed, c.version, c.stated, c.wording`

const fromCommitment = ` FROM commitment c JOIN commitment_text t ON t.commitment = c.id AND t.number = c.wording
	JOIN commitment_event e ON e.commitment = c.id AND e.version = c.stated LEFT JOIN commitment i ON i.id = c.idea_of `

func scanCommitment(c *Commitment) []any {
	return []any{&c.ID, &c.Programme, &c.Workplace, &c.Owner, &c.State, &c.Goal, &c.Need, &c.Starts, &c.Due, &c.months, &c.Check,
		db.Truth(&c.Shared), &c.IdeaOf, &c.IdeaFrom, &c.Happens, &c.Act, &c.Notice, &c.sealed[0], &c.Why, &c.sealed[1], &c.Version, &c.stated, &c.number}
}

// more are the columns of one commitment that no list needs: how many have used it, and whether its owner has left.
var more = `, ` + users + `, ` + left

// left is 1 of a workplace's commitment whose owner does not work there on the day in $1.
const left = `CASE WHEN c.workplace IS NULL OR EXISTS (SELECT 1 FROM employment y WHERE y.person = c.owner AND y.valid_from <= $1 AND (y.valid_to IS NULL OR y.valid_to > $1)
	AND (y.workplace = c.workplace OR y.workplace IN (SELECT into_unit FROM moved WHERE unit = c.workplace))) THEN 0 ELSE 1 END`

func (c *Commitment) complete() error {
	months, err := ParseMonths(c.months)
	c.Months = months
	return err
}

// Get returns a commitment of a workplace.
func Get(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, id string) (Commitment, error) {
	return one(ctx, c, learning.Moved+`SELECT `+commitmentColumns+more+fromCommitment+`WHERE c.programme = $3 AND c.id = $4 AND `+learning.Here("c.workplace"), v.On, p.Workplace, p.Programme, id)
}

// GetOwn returns a commitment of v's own.
func GetOwn(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer, id string) (Commitment, error) {
	x, err := one(ctx, c, learning.Moved+`SELECT `+commitmentColumns+more+fromCommitment+`WHERE c.workplace IS NULL AND c.owner = $2 AND c.id = $3`, v.On, v.Person, id)
	if err != nil {
		return x, err
	}
	list := []Commitment{x}
	err = open(ctx, c, ring, list)
	return list[0], err
}

// Find returns any commitment, whoever's, as of a day: for who has a link to it, and for letters. Without a ring the texts of a person's own are
// empty.
func Find(ctx context.Context, c db.Conn, ring *secret.Ring, on local.Date, id string) (Commitment, error) {
	x, err := one(ctx, c, learning.Moved+`SELECT `+commitmentColumns+more+fromCommitment+`WHERE c.id = $2`, on, id)
	if err != nil || x.Workplace != "" || ring == nil {
		return x, err
	}
	list := []Commitment{x}
	err = open(ctx, c, ring, list)
	return list[0], err
}

func one(ctx context.Context, c db.Conn, query string, args ...any) (Commitment, error) {
	x, err := db.One(ctx, c, func(x *Commitment) []any { return append(scanCommitment(x), &x.Ideas, db.Truth(&x.Left)) }, query, args...)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return x, err
	}
	return x, x.complete()
}

// Own are v's own commitments in a programme, those that go on first and by the day of their check.
func Own(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer) ([]Commitment, error) {
	list, err := db.All(ctx, c, scanCommitment, `SELECT `+commitmentColumns+fromCommitment+`WHERE c.workplace IS NULL AND c.owner = $1
		ORDER BY coalesce(c.next_check, '9999'), c.id`, v.Person)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if err := list[i].complete(); err != nil {
			return nil, err
		}
	}
	return list, open(ctx, c, ring, list)
}

// OfMine are the commitments of workplaces that v answers for and that go on.
func OfMine(ctx context.Context, c db.Conn, v access.Viewer) ([]Commitment, error) {
	list, err := db.All(ctx, c, scanCommitment, `SELECT `+commitmentColumns+fromCommitment+`WHERE c.workplace IS NOT NULL AND c.owner = $1 AND c.next_check IS NOT NULL
		ORDER BY c.next_check, c.id`, v.Person)
	for i := range list {
		if err := list[i].complete(); err != nil {
			return nil, err
		}
	}
	return list, err
}

// CountAsked is how many commitments wait for v to say how they go.
func CountAsked(ctx context.Context, c db.Conn, v access.Viewer, on local.Date) (int, error) {
	return db.Value[int](ctx, c, `SELECT count(*) FROM commitment WHERE owner = $1 AND next_check <= $2`, v.Person, on)
}

// seal puts the texts of a person's own in an envelope, and leaves those of a workplace.
func seal(ctx context.Context, tx *db.Tx, ring *secret.Ring, c *Commitment, text any) (string, error) {
	if c.Workplace != "" {
		return "", nil
	}
	plain, err := json.Marshal(text)
	if err != nil {
		return "", err
	}
	return secret.Seal(ctx, tx, ring, c.Owner, string(plain))
}

// open opens the texts of persons' own. Of a person whose key is destroyed they are empty.
func open(ctx context.Context, c db.Conn, ring *secret.Ring, list []Commitment) error {
	items := make([]secret.Item, 0, 2*len(list))
	for _, x := range list {
		items = append(items, secret.Item{Owner: x.Owner, Text: x.sealed[0]}, secret.Item{Owner: x.Owner, Text: x.sealed[1]})
	}
	plain, err := openAll(ctx, c, ring, items)
	if err != nil {
		return err
	}
	for i := range list {
		for j, into := range []any{&list[i].Wording, &list[i].Why} {
			if text := plain[2*i+j]; text != "" {
				if err := json.Unmarshal([]byte(text), into); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// openAll is [secret.OpenAll] for texts some of which are not sealed, since they are empty.
func openAll(ctx context.Context, c db.Conn, ring *secret.Ring, items []secret.Item) ([]string, error) {
	var sealed []secret.Item
	for _, i := range items {
		if i.Text != "" {
			sealed = append(sealed, i)
		}
	}
	plain := make([]string, len(items))
	if len(sealed) == 0 {
		return plain, nil
	}
	opened, err := secret.OpenAll(ctx, c, ring, sealed)
	if err != nil {
		return nil, err
	}
	for i := range items {
		if items[i].Text != "" {
			plain[i], opened = opened[0], opened[1:]
		}
	}
	return plain, nil
}

// A ground is what commitments are checked against.
type ground struct {
	goals []programme.GoalArea
	staff []people.Name // nil for a person's own
}

// groundOf reads that of a programme, and of a workplace if p is one.
func groundOf(ctx context.Context, c db.Conn, v access.Viewer, prog string, p learning.Place) (g ground, err error) {
	if g.goals, err = programme.Goals(ctx, c, prog); err != nil || p.Workplace == "" {
		return g, err
	}
	g.staff, err = learning.Staff(ctx, c, v, p)
	return g, err
}

// check trims c and reports everything wrong with it.
func (c *Commitment) check(ctx context.Context, conn db.Conn, v access.Viewer, p learning.Place) error {
	g, err := groundOf(ctx, conn, v, c.Programme, p)
	if err != nil {
		return err
	}
	needed := true
	if c.Need != "" {
		_, err := need.Get(ctx, conn, v, p, c.Need)
		if err != nil && !errors.Is(err, need.ErrNotFound) {
			return err
		}
		needed = err == nil
	}
	return c.against(g, needed).Err()
}

// against is [Commitment.check] with what has been read; needed tells whether the need that c answers is there.
func (c *Commitment) against(g ground, needed bool) (faults fault.List) {
	tidy(&c.Happens, &c.Act, &c.Notice)
	faults.Unless(c.Happens != "", ErrHappens.At("happens"))
	faults.Unless(c.Act != "", ErrAct.At("act"))
	short(&faults, "happens", c.Happens, MaxLine)
	short(&faults, "act", c.Act, MaxText)
	short(&faults, "notice", c.Notice, MaxText)
	faults.Unless(c.Starts.Valid(), local.ErrDate.At("starts"))
	if !c.Due.Valid() {
		faults = append(faults, local.ErrDate.At("due"))
	} else if c.Starts.Valid() {
		faults.Unless(c.Due >= c.Starts, ErrDue.At("due"))
	}
	faults.Unless(len(c.Months) > 0, ErrMonths.At("months", mostMonths))
	faults.Unless(c.Goal == "" || slices.ContainsFunc(g.goals, func(a programme.GoalArea) bool { return a.ID == c.Goal }), ErrGoal.At("goal"))
	faults.Unless(needed, ErrNeed.At("need"))
	faults.Unless(c.Workplace == "" || slices.ContainsFunc(g.staff, func(n people.Name) bool { return n.ID == c.Owner }), ErrOwner.At("owner"))
	return faults
}

// Commit adds a commitment of a workplace. Of answers of a workshop some of which have become one there already it adds another only where that is asked for:
// two may do different things about the same answer, but two windows shall not make the same one twice.
func Commit(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, c *Commitment) error {
	if err := learning.MustWrite(ctx, tx, v, p); err != nil {
		return err
	}
	c.Programme, c.Workplace = p.Programme, p.Workplace
	if err := c.check(ctx, tx, v, p); err != nil {
		return err
	}
	var idea *Idea
	if c.IdeaOf != "" {
		i, err := GetIdea(ctx, tx, v, p, c.IdeaOf)
		if err != nil {
			return err
		}
		idea = &i
	}
	said, err := c.begin(ctx, tx, v, p)
	if err != nil {
		return err
	}
	if err := c.insert(ctx, tx, nil); err != nil {
		return err
	}
	if err := c.keep(ctx, tx, said); err != nil || idea == nil {
		return err
	}
	return thank(ctx, tx, p, []Idea{*idea}, []Commitment{*c})
}

// CommitOwn adds one of v's own: nobody else reads it.
func CommitOwn(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, c *Commitment) error {
	if _, err := programme.Get(ctx, tx, v, c.Programme); err != nil {
		return err
	}
	c.Workplace, c.Owner, c.Shared, c.IdeaOf, c.Need = "", v.Person, false, "", ""
	if err := c.check(ctx, tx, v, learning.Place{}); err != nil {
		return err
	}
	return c.insert(ctx, tx, ring)
}

func (c *Commitment) insert(ctx context.Context, tx *db.Tx, ring *secret.Ring) error {
	c.ID, c.State, c.Version, c.stated, c.number = tx.NewID(), Open, 1, 1, 1
	c.Check = c.Months.Next(c.Starts, max(today(tx), c.Starts))
	if _, err := tx.Exec(ctx, `INSERT INTO commitment (id, programme, workplace, owner, state, stated, goal, starts, due, months, next_check, shared, idea_of, need, wording)
		VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, $11, $12, $13, 1)`,
		c.ID, c.Programme, db.Null(c.Workplace), c.Owner, c.State, db.Null(c.Goal), c.Starts, c.Due, c.Months.String(), c.Check, db.Int(c.Shared), db.Null(c.IdeaOf), db.Null(c.Need)); err != nil {
		return err
	}
	if err := c.word(ctx, tx, ring); err != nil {
		return err
	}
	if err := c.ask(ctx, tx, 1); err != nil {
		return err
	}
	return c.note(ctx, tx, ring, "create", "")
}

// today is the day by which checks are due: in Sweden, where the workplaces are.
func today(tx *db.Tx) local.Date { return DayOf(tx.At) }

// DayOf is the day of a time by which checks are due.
func DayOf(t time.Time) local.Date { return local.DateOf(t, local.Zone("Europe/Stockholm")) }

// word adds c's wording as its last.
func (c *Commitment) word(ctx context.Context, tx *db.Tx, ring *secret.Ring) error {
	sealed, err := seal(ctx, tx, ring, c, c.Wording)
	if err != nil {
		return err
	}
	plain := c.Wording
	if sealed != "" {
		plain = Wording{}
	}
	_, err = tx.Exec(ctx, `INSERT INTO commitment_text (commitment, number, happens, act, notice, sealed) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.ID, c.number, plain.Happens, plain.Act, plain.Notice, sealed)
	return err
}

// ask plans the check on c.Check.
func (c *Commitment) ask(ctx context.Context, tx *db.Tx, ord int) error {
	_, err := tx.Exec(ctx, `INSERT INTO commitment_check (commitment, ord, due) VALUES ($1, $2, $3)`, c.ID, ord, c.Check)
	return err
}

// note adds the event that made c what it now is. Why is kept there alone.
func (c *Commitment) note(ctx context.Context, tx *db.Tx, ring *secret.Ring, act, why string) error {
	sealed := ""
	if why != "" {
		var err error
		if sealed, err = seal(ctx, tx, ring, c, why); err != nil {
			return err
		}
	}
	if sealed != "" {
		why = ""
	}
	if _, err := tx.Exec(ctx, `INSERT INTO commitment_event (commitment, version, made_at, made_by, act, state, owner, wording, why, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, c.ID, c.Version, tx.At, tx.By, act, c.State, c.Owner, c.number, why, sealed); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "commitment", Row: c.ID, Detail: map[string]any{"state": c.State, "version": c.Version}})
}

// Change gives a commitment of a workplace another wording, owner, goal area, time or months of follow-up, if
// to.Version still is its last. What it said before is kept. Its owner may change it too, but not hand it on.
func Change(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, to Commitment, why string) error {
	c, err := lock(ctx, tx, to.ID, func() (Commitment, error) { return Get(ctx, tx, v, p, to.ID) })
	if err != nil {
		return err
	}
	may, err := learning.MayWrite(ctx, tx, v, p)
	if err != nil {
		return err
	}
	if !may && (c.Owner != v.Person || !p.Member || to.Owner != c.Owner) {
		return ErrForbidden
	}
	return c.change(ctx, tx, nil, v, p, to, why)
}

// ChangeOwn is [Change] for one of v's own.
func ChangeOwn(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, to Commitment, why string) error {
	c, err := lock(ctx, tx, to.ID, func() (Commitment, error) { return GetOwn(ctx, tx, ring, v, to.ID) })
	if err != nil {
		return err
	}
	to.Owner, to.Shared, to.Need = c.Owner, false, ""
	return c.change(ctx, tx, ring, v, learning.Place{}, to, why)
}

// lock keeps others from a commitment, and reads it anew.
func lock(ctx context.Context, tx *db.Tx, id string, read func() (Commitment, error)) (Commitment, error) {
	err := db.Lock(ctx, tx, "commitment", id)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return Commitment{}, err
	}
	return read()
}

func (c Commitment) change(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, p learning.Place, to Commitment, why string) error {
	tidy(&why)
	var faults fault.List
	short(&faults, "why", why, MaxText)
	to.Programme, to.Workplace = c.Programme, c.Workplace
	if err := to.check(ctx, tx, v, p); !faults.Add(err) {
		return err
	}
	if faults != nil {
		return faults
	}
	if to.Version != c.Version {
		return fault.Stale
	}
	was := c
	c.Wording, c.Owner, c.Goal, c.Need, c.Starts, c.Due, c.Months, c.Shared = to.Wording, to.Owner, to.Goal, to.Need, to.Starts, to.Due, to.Months, to.Shared
	c.Version++
	if c.Wording != was.Wording {
		c.number++
		if err := c.word(ctx, tx, ring); err != nil {
			return err
		}
	}
	if !c.State.Ended() {
		if err := c.replan(ctx, tx, was); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE commitment SET owner = $1, goal = $2, starts = $3, due = $4, months = $5, next_check = $6, shared = $7, wording = $8, version = $9,
		left_told = CASE WHEN owner = $1 THEN left_told END, need = $11 WHERE id = $10`,
		c.Owner, db.Null(c.Goal), c.Starts, c.Due, c.Months.String(), db.Null(c.Check), db.Int(c.Shared), c.number, c.Version, c.ID, db.Null(c.Need)); err != nil {
		return err
	}
	return c.note(ctx, tx, ring, "change", why)
}

// replan moves the check that waits to where another start or other months put it, unless it has come already, and lets a
// new owner be told of one that has.
func (c *Commitment) replan(ctx context.Context, tx *db.Tx, was Commitment) error {
	if (c.Starts != was.Starts || !slices.Equal(c.Months, was.Months)) && c.Check > today(tx) {
		c.Check = c.Months.Next(c.Starts, max(today(tx), c.Starts))
		if _, err := tx.Exec(ctx, `UPDATE commitment_check SET due = $1 WHERE commitment = $2 AND answer IS NULL`, c.Check, c.ID); err != nil {
			return err
		}
	}
	if c.Owner == was.Owner {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE commitment_check SET told_at = NULL, reminded_at = NULL WHERE commitment = $1 AND answer IS NULL`, c.ID)
	return err
}
