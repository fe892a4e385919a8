package focus

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

var (
	ErrChosen    = fault.Define(fault.Invalid, "focus.plan-chosen")
	ErrTaken     = fault.Define(fault.Conflict, "focus.plan-taken")
	ErrNoPlan    = fault.Define(fault.NotFound, "focus.plan-gone")
	ErrAllTaken  = fault.Define(fault.Conflict, "focus.plan-all-taken")
	ErrWithdrawn = fault.Define(fault.Conflict, "focus.plan-withdrawn")
)

// maxPlan is how many commitments of another workplace's plan are taken at a time.
const maxPlan = 20

// A Plan is what another workplace lets this one use of its commitments: the same that [Ideas] lists, in the order they were written.
type Plan struct {
	Workplace, Name string
	Ideas           []Idea
	Taken           map[string]string // by the idea: the commitment of this workplace that goes on with it, if it has one that is not dropped
}

// More is how many that the workplace does not go on with already have no room in the plan.
func (p Plan) More() int { return p.Ideas[0].Left - p.Open() }

// Gone is how many of all that are shared the workplace goes on with already, whether or not they have room.
func (p Plan) Gone() int { return p.Ideas[0].Shares - p.Ideas[0].Left }

// Open is how many of p's commitments the workplace does not go on with already.
func (p Plan) Open() (n int) {
	for _, x := range p.Ideas {
		if p.Taken[x.ID] == "" {
			n++
		}
	}
	return n
}

// GetPlan returns the plan of a workplace, if there are too many the last that this one does not go on with already. One that lets others use nothing is [ErrNoPlan].
func GetPlan(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, from string) (Plan, error) {
	list, err := ideas(ctx, c, selectIdeas+`AND c.workplace = $4 ORDER BY CASE WHEN `+goesOn("c")+` THEN 1 ELSE 0 END, c.id DESC LIMIT $5`, v.On, p.Workplace, p.Programme, from, maxPlan)
	if err == nil && (len(list) == 0 || !p.Member && !p.Leads) {
		err = ErrNoPlan
	}
	if err != nil {
		return Plan{}, err
	}
	slices.SortFunc(list, func(a, b Idea) int { return strings.Compare(a.ID, b.ID) })
	taken, err := Taken(ctx, c, v, p, list)
	return Plan{Workplace: from, Name: list[0].Name, Ideas: list, Taken: taken}, err
}

// these are those of some commitments that a plan consists of.
func these(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, from string, ids []string) ([]Idea, error) {
	args := []any{v.On, p.Workplace, p.Programme, from}
	return ideas(ctx, c, selectIdeas+`AND c.workplace = $4 AND c.id IN `+db.In(&args, ids), args...)
}

// Taken is which of some ideas a workplace goes on with already, and with what.
func Taken(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, list []Idea) (map[string]string, error) {
	ids := make([]string, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	type row struct{ idea, commitment string }
	args := []any{v.On, p.Workplace, p.Programme}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.idea, &r.commitment} }, learning.Moved+`SELECT c.idea_of, c.id FROM commitment c
		WHERE c.programme = $3 AND c.state <> 'dropped' AND `+learning.Here("c.workplace")+` AND c.idea_of IN `+db.In(&args, ids)+` ORDER BY c.id`, args...)
	of := map[string]string{}
	for _, r := range rows {
		of[r.idea] = r.commitment
	}
	return of, err
}

// Shift is by when a workplace that starts on a day has done what took another from starts to due: as long after it, within a
// programme that ends later.
func Shift(starts, due, on, ends local.Date) local.Date {
	days := int(due.Time().Sub(starts.Time()).Hours()) / 24
	if to := on.Add(days); ends <= on || to < ends {
		return to
	}
	return ends
}

// Adopt adds commitments of a workplace after those of another's plan that they name in IdeaOf, all or none, and thanks those whose they
// were. What is wrong with one is told at the field and its idea; start and months of follow-up are alike for all, and told once.
func Adopt(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, from string, list []Commitment) error {
	if err := learning.MustWrite(ctx, tx, v, p); err != nil {
		return err
	}
	if len(list) == 0 {
		return nothingChosen(ctx, tx, v, p, from)
	}
	ids := make([]string, len(list))
	for i, c := range list {
		ids[i] = c.IdeaOf
	}
	offered, err := these(ctx, tx, v, p, from, ids)
	if err != nil {
		return err
	}
	ids = ids[:0]
	for _, x := range offered {
		ids = append(ids, x.ID)
	}
	// Of two who take the same at once the slower is told, and nobody takes back what is being taken.
	if err := db.Lock(ctx, tx, "commitment", ids...); err != nil {
		return err
	}
	if offered, err = these(ctx, tx, v, p, from, ids); err != nil {
		return err
	}
	before, err := Taken(ctx, tx, v, p, offered)
	if err != nil {
		return err
	}
	g, err := groundOf(ctx, tx, v, p.Programme, p)
	if err != nil {
		return err
	}
	var faults fault.List
	after := make([]Idea, len(list))
	for i := range list {
		c := &list[i]
		at := slices.IndexFunc(offered, func(x Idea) bool { return x.ID == c.IdeaOf })
		if at < 0 {
			faults.Unless(faults.In("") != nil, ErrWithdrawn)
			continue
		}
		if before[c.IdeaOf] != "" {
			faults = append(faults, ErrTaken.At(PlanField("take", c.IdeaOf)))
			continue
		}
		after[i] = offered[at]
		c.Programme, c.Workplace, c.Goal, c.Need, c.Said = p.Programme, p.Workplace, after[i].Goal, "", nil
		for _, f := range c.against(g, true) {
			if f.Field != "starts" && f.Field != "months" {
				f.Field = PlanField(f.Field, c.IdeaOf)
			}
			faults.Unless(faults.In(f.Field) != nil, f)
		}
	}
	if errors.Is(faults.Err(), ErrTaken) {
		if plan, err := GetPlan(ctx, tx, v, p, from); err != nil || plan.Open() == 0 {
			if err == nil {
				err = ErrAllTaken
			}
			return err
		}
	}
	if faults != nil {
		return faults
	}
	for i := range list {
		if err := list[i].insert(ctx, tx, nil); err != nil {
			return err
		}
	}
	return thank(ctx, tx, p, after, list)
}

// nothingChosen is the fault of taking nothing of a plan: it stands at the first commitment that can be taken.
func nothingChosen(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, from string) error {
	plan, err := GetPlan(ctx, c, v, p, from)
	if err != nil {
		return err
	}
	for _, x := range plan.Ideas {
		if plan.Taken[x.ID] == "" {
			return fault.List{ErrChosen.At(PlanField("take", x.ID))}
		}
	}
	return ErrAllTaken
}

// PlanField is the field of a form in which something is said of what goes on with an idea.
func PlanField(field, idea string) string { return field + "-" + idea }

// thank tells everyone whose ideas another workplace goes on with, each once. Of someone who is no longer on the roster it tells the contacts of the idea's workplace.
func thank(ctx context.Context, tx *db.Tx, p learning.Place, after []Idea, list []Commitment) error {
	whose, err := thanked(ctx, tx, after)
	if err != nil {
		return err
	}
	var letters []letter.Letter
	for i, x := range after {
		for _, person := range whose[i] {
			if person == list[i].Owner {
				continue
			}
			at := slices.IndexFunc(letters, func(l letter.Letter) bool { return l.Person == person })
			if at < 0 {
				letters = append(letters, letter.Letter{Person: person, Template: letter.IdeaUsed, AboutKind: "commitment", About: x.ID, Programme: p.Programme,
					Args: map[string]any{"workplace": p.Workplace, "ideas": 1}})
				continue
			}
			letters[at].Template = letter.PlanUsed
			letters[at].Args["ideas"] = letters[at].Args["ideas"].(int) + 1
		}
	}
	return letter.Queue(ctx, tx, letters...)
}

// thanked are those to thank for each of some ideas.
func thanked(ctx context.Context, tx *db.Tx, list []Idea) ([][]string, error) {
	whose, owners := make([][]string, len(list)), make([]string, len(list))
	for i, x := range list {
		whose[i], owners[i] = []string{x.owner}, x.owner
	}
	gone, err := departed(ctx, tx, owners)
	if err != nil || len(gone) == 0 {
		return whose, err
	}
	tree, err := people.LoadTree(ctx, tx, today(tx))
	if err != nil {
		return nil, err
	}
	contacts, err := auth.Contacts(ctx, tx, today(tx))
	if err != nil {
		return nil, err
	}
	persons := make([]string, len(contacts))
	for i, c := range contacts {
		persons[i] = c.Person
	}
	left, err := departed(ctx, tx, persons)
	contacts = slices.DeleteFunc(contacts, func(c auth.UnitHolder) bool { return slices.Contains(left, c.Person) })
	for i, x := range list {
		if slices.Contains(gone, x.owner) {
			whose[i] = leaders(tree, contacts, x.Workplace)
		}
	}
	return whose, err
}

// departed are those of some persons who are no longer on the roster.
func departed(ctx context.Context, tx *db.Tx, persons []string) ([]string, error) {
	args := []any{today(tx)}
	return db.Values[string](ctx, tx, `SELECT p.id FROM person p WHERE p.id IN `+db.In(&args, persons)+` AND `+people.Departed("p.id", "$1")+` ORDER BY p.id`, args...)
}
