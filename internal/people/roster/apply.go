package roster

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/secret"
)

// What may be said of a row.
const (
	Yes    = "yes"
	No     = "no"
	AsSame = "same" // of a probable duplicate: it is who it was taken for
	AsNew  = "new"  // it is someone else
)

// Decisions are what has been said yes and no to.
type Decisions struct {
	Declined map[Kind]bool     // whole kinds
	Rows     map[string]string // by [Item.Mark]
	Seen     map[string]bool   // the marks that were shown; nil if nothing was shown and all is to be done
}

// decide is what is to become of an item: "" for nothing.
func (d Decisions) decide(i Item) string {
	said := d.Rows[i.Mark()]
	switch {
	case i.Kind == Doubtful:
		if said == AsSame || said == AsNew && MayBeNew(i.Reason) {
			return said
		}
		return ""
	case said == No, said == "" && d.Declined[i.Kind]:
		return ""
	}
	return Yes
}

// MayBeNew reports whether who is held for a reason can be added as someone else: not with a number that is another's already.
func MayBeNew(reason string) bool { return reason != OtherNames }

// Mark tells an item from what it would be if anything had changed.
func (i Item) Mark() string {
	h := sha256.New()
	fmt.Fprint(h, i.Kind, "|", i.Sheet, "|", i.Row, "|", i.Person, "|", i.Maybe, "|", i.Reason, "|", i.Given, "|", i.Family, "|", i.Masked, "|", i.Workplace)
	for _, c := range i.Changes {
		fmt.Fprint(h, "|", c.Field, "|", c.Was, "|", c.Is)
	}
	for _, c := range i.posts {
		fmt.Fprint(h, "|", c.act, "|", c.from, "|", c.to)
		if c.first != "" {
			fmt.Fprint(h, "|", c.first)
		}
		if c.was != nil {
			fmt.Fprint(h, "|", c.was.id, "|", c.was.version)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// String is what may be logged of an item.
func (i Item) String() string { return fmt.Sprintf("%s, row %d, %s", i.Kind, i.Row, i.Person) }

// A Summary is what became of a list.
type Summary struct {
	Found    map[Kind]int `json:"found"`
	Applied  map[Kind]int `json:"applied,omitempty"`
	Mistakes int          `json:"mistakes"`
	Stale    []StaleRow   `json:"stale,omitempty"`   // what had become another matter since it was shown
	Misread  []Misread    `json:"misread,omitempty"` // the workplaces that had
	Renamed  []Renaming   `json:"renamed,omitempty"` // workplaces
	Given    []string     `json:"given,omitempty"`   // persons with time recorded outside of what would become of their employment
	Undated  int          `json:"undated,omitempty"` // who has left, on no day that anyone has told
	Kept     []string     `json:"kept,omitempty"`    // persons whose rows were changed since, so that they were not undone

	Why map[string]Why `json:"why,omitempty"` // they were kept

	Units     []Stay `json:"units,omitempty"` // workplaces that came with it and are still there once it has been undone
	Employers []Stay `json:"employers,omitempty"`

	Undone int      `json:"undone,omitempty"`
	Cured  int      `json:"cured,omitempty"`   // of the mistakes: those that no other file would put right
	Torn   int      `json:"torn,omitempty"`    // how many rows may be lines of cells
	Early  []string `json:"early,omitempty"`   // persons who began later than they are said to have left
	Lost   []string `json:"lost_at,omitempty"` // the first of the rows of which nobody can say where they belong, so that colleagues do not see the list
}

// A StaleRow is a row, or someone of whom no row tells.
type StaleRow struct {
	RowAt
	Person string `json:"person,omitempty"`
}

// UnmarshalJSON also reads what was stored before persons and sheets were: a number.
func (s *StaleRow) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &s.Row) == nil {
		return nil
	}
	type plain StaleRow
	return json.Unmarshal(b, (*plain)(s))
}

// summary is what a list says, before anything has come of it.
func (d *Difference) summary() Summary {
	s := Summary{Found: d.Counts, Mistakes: len(d.Mistakes)}
	for _, at := range d.Lost[:min(len(d.Lost), passedShown)] {
		s.Lost = append(s.Lost, at.String())
	}
	for _, m := range d.Mistakes {
		if !m.inFile() {
			s.Cured++
		}
		switch m.Fault.Code {
		case ErrEarly.Code:
			s.Early = append(s.Early, m.about.ID)
		case ErrTorn.Code:
			s.Torn++
		case ErrTimed.Code:
			s.Given = append(s.Given, m.about.ID)
		}
	}
	return s
}

// a doing is one list being carried out.
type doing struct {
	ctx   context.Context
	tx    *db.Tx
	ring  *secret.Ring
	d     *Difference
	undo  []undoRow
	units map[*Place]string
}

// An undoRow is one thing done.
type undoRow struct {
	entity, row, person, act string
	version                  int
	before                   any
}

// Apply carries out what has been said yes to, in one transaction, and remembers how to undo it. step is told how far it has come, and may stop it.
func Apply(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, imp *Import, list *List, choices Choices, said Decisions, step func(done, total int) error) error {
	d, err := Compare(ctx, tx, v, list, choices)
	if err != nil {
		return err
	}
	if d.Employer.ID == "" && d.Employer.Name == "" {
		return fault.List{ErrEmployer.At("employer")}
	}
	imp.Summary = d.summary()
	imp.Summary.Applied = map[Kind]int{}
	if err := step(0, len(d.Items)); err != nil {
		return err
	}
	if err := d.locate(ctx, tx, imp.ID, false); err != nil {
		return err
	}
	if said.Seen != nil {
		d.misread(imp.View.Places)
	}
	items := d.accepted(v, said, choices.LeftOn, &imp.Summary)
	a := &doing{ctx: ctx, tx: tx, ring: ring, d: d, units: map[*Place]string{}}
	if err := a.lock(items); err != nil {
		return err
	}
	if items, err = a.ungiven(items, &imp.Summary); err != nil {
		return err
	}
	d.renamings(items, &imp.Summary)
	for i, f := range []func([]Item) error{a.facts, a.organisation, a.arrivals, a.ends, a.followers, a.corrections} {
		if err := step(len(d.Items)*(i+1)/7, len(d.Items)); err != nil {
			return err
		}
		if err := f(items); err != nil {
			return err
		}
	}
	for _, i := range items {
		imp.Summary.Applied[i.Kind]++
	}
	imp.Employer, imp.EmployerName, imp.On = d.Employer.ID, d.Employer.Name, d.On
	if err := a.store(imp.ID); err != nil {
		return err
	}
	if err := remember(ctx, tx, d, choices); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "apply", Entity: "roster_import", Row: imp.ID, Detail: map[string]any{"employer": d.Employer.ID, "on": d.On,
		"applied": imp.Summary.Applied, "mistakes": imp.Summary.Mistakes}})
}

// accepted are the items that are to be carried out. What has become another matter since it was shown is not.
func (d *Difference) accepted(v access.Viewer, said Decisions, leftOn local.Date, sum *Summary) (items []Item) {
	for _, i := range d.Items {
		if i.Kind == Unchanged {
			continue
		}
		decision := said.decide(i)
		if decision == "" {
			continue
		}
		stale := said.Seen != nil && !said.Seen[i.Mark()] // before it is settled who it is: as it was shown
		switch decision {
		case AsSame:
			d.world.settle(d, i.group, &i, i.group.maybe, v)
		case AsNew:
			d.world.settle(d, i.group, &i, nil, v)
		}
		switch {
		case stale, i.misread(): // of who was held, it is known only now where they would come
			at := StaleRow{RowAt: RowAt{i.Sheet, i.Row}}
			if i.Row == 0 {
				at.Person = i.Person
			}
			sum.Stale = append(sum.Stale, at)
			continue
		case i.Kind == Left && leftOn == "":
			sum.Undated++
			continue
		}
		items = append(items, i)
	}
	for n := range items {
		posts := items[n].posts[:0:0]
		for _, c := range items[n].posts {
			if c.act == end {
				if c.on = leftOn; c.on == "" || c.on <= c.was.valid.From { // one of several, and nobody has said when
					continue
				}
			}
			posts = append(posts, c)
		}
		items[n].posts = posts
	}
	return items
}

// lock keeps others from those who are concerned, and makes sure that they are as they were when they were compared.
func (a *doing) lock(items []Item) error {
	var ids []string
	version := map[string]int{}
	for _, i := range items {
		if i.known != nil {
			ids = append(ids, i.known.ID)
		}
		for _, c := range i.posts {
			if c.was != nil {
				version[c.was.id] = c.was.version
			}
		}
	}
	if err := people.LockPersons(a.ctx, a.tx, ids); err != nil {
		return err
	}
	type row struct {
		id      string
		version int
	}
	rows, err := db.All(a.ctx, a.tx, func(r *row) []any { return []any{&r.id, &r.version} }, `SELECT id, version FROM employment WHERE employer = $1`, a.d.Employer.ID)
	for _, r := range rows {
		if was, concerned := version[r.id]; concerned && was != r.version {
			return fault.Stale
		}
	}
	return err
}

// ungiven leaves out those under whose employment time is recorded for days on which it would no longer hold: that time is
// looked at first.
func (a *doing) ungiven(items []Item, sum *Summary) ([]Item, error) {
	var ids []string
	for _, i := range items {
		for _, c := range i.posts {
			if c.was != nil {
				ids = append(ids, c.was.id)
			}
		}
	}
	given, err := people.GivenUnder(a.ctx, a.tx, ids)
	if err != nil || len(given) == 0 {
		return items, err
	}
	return slices.DeleteFunc(items, func(i Item) bool {
		outside := slices.ContainsFunc(i.posts, func(c postChange) bool {
			if c.was == nil {
				return false
			}
			becomes := local.Period{From: c.from, To: c.to}
			switch c.act {
			case end:
				becomes = local.Period{From: c.was.valid.From, To: c.on}
			case follow: // what is later goes along
				becomes.From = cmp.Or(c.first, c.was.valid.From)
			}
			g, has := given[c.was.id]
			return has && g.Outside(becomes)
		})
		if outside {
			sum.Given = append(sum.Given, i.Person)
		}
		return outside
	}), nil
}

func (a *doing) did(entity, row, person, act string, version int, before any) {
	a.undo = append(a.undo, undoRow{entity, row, person, act, version, before})
}

// facts changes names, addresses and numbers of those who are known.
func (a *doing) facts(items []Item) error {
	for _, i := range items {
		if i.facts != nil {
			was := i.known.Person
			if err := people.UpdatePerson(a.ctx, a.tx, a.ring, access.System, *i.facts); err != nil {
				return err
			}
			a.did("person", i.Person, i.Person, "change", was.Version+1, was)
		}
		if i.number && i.known != nil {
			// As before another transaction: the numbers lock the persons once more, each for itself.
			if err := people.SetIdentity(a.ctx, a.tx, a.ring, access.System, i.Person, i.group.first().Identity.Text()); err != nil {
				return err
			}
			a.did("identity_number", i.Person, i.Person, "set", 1, nil)
		}
	}
	return nil
}

// organisation makes the employer and the workplaces that are new, and renames those that have got another name.
func (a *doing) organisation(items []Item) (err error) {
	if a.d.Employer.ID == "" {
		if a.d.Employer, err = people.ProposeEmployer(a.ctx, a.tx, a.d.Employer); err != nil {
			return err
		}
		a.did("employer", a.d.Employer.ID, "", "create", 1, nil)
	}
	needed := map[*Place]bool{}
	begun := map[string]local.Date{} // of workplaces that are there, the first day that someone was there before what was guessed
	for _, i := range items {
		for _, c := range i.posts {
			if c.place == nil {
				continue
			}
			needed[c.place] = true
			if unit := c.place.Unit; unit != "" && c.begins() < cmp.Or(begun[unit], a.d.world.first[unit]) {
				begun[unit] = c.begins()
			}
		}
	}
	for _, unit := range slices.Sorted(maps.Keys(begun)) {
		u, err := people.GetUnit(a.ctx, a.tx, unit, a.d.On)
		if err == nil {
			err = people.BeginEarlier(a.ctx, a.tx, unit, u.Version, begun[unit])
		}
		if err != nil {
			return err
		}
		a.did("unit", unit, "", "begin", u.Version+1, a.d.world.first[unit])
	}
	for _, p := range a.d.Places {
		switch {
		case p.takesName:
			u, err := people.GetUnit(a.ctx, a.tx, p.Unit, a.d.On)
			if err != nil {
				return err
			}
			if err := people.RenameUnit(a.ctx, a.tx, p.Unit, u.Version, a.d.On, p.Name); err != nil {
				return err
			}
			a.did("unit", p.Unit, "", "rename", u.Version+1, u.Name)
		case p.Unit == "" && needed[p] && !p.misread:
			u, err := people.CreateUnit(a.ctx, a.tx, people.NewUnit{Kind: people.Workplace, WorkplaceKind: p.Kind, Name: p.Name, Parent: p.Parent, From: p.From, Guessed: true})
			if err != nil {
				return err
			}
			a.units[p] = u.ID
			a.did("unit", u.ID, "", "create", 1, nil)
		}
	}
	return nil
}

func (a *doing) unit(p *Place) string { return cmp.Or(p.Unit, a.units[p]) }

func (a *doing) employment(person string, c postChange) people.Employment {
	return people.Employment{Person: person, Employer: a.d.Employer.ID, Workplace: a.unit(c.place), Title: c.line.Title, Share: c.line.Share,
		Valid: local.Period{From: c.from, To: c.to}}
}

// arrivals adds those who are not known, and the employments that begin.
func (a *doing) arrivals(items []Item) error {
	var arrivals []people.Arrival
	for _, i := range items {
		if i.known == nil {
			l := i.group.first()
			p := people.Person{Given: l.Given, Family: l.Family, Gender: l.Gender, Email: l.Email, Phone: l.Phone, Protected: i.Protected}
			if l.Birth != "" {
				p.BirthYear = l.Birth.Time().Year()
			}
			arrivals = append(arrivals, people.Arrival{Person: p, Identity: l.Identity})
		}
	}
	made, err := people.AddPersons(a.ctx, a.tx, a.ring, arrivals)
	if err != nil {
		return err
	}
	for _, p := range made {
		a.did("person", p.ID, p.ID, "create", 1, nil)
	}
	var begun []people.Employment
	for n := range items {
		i := &items[n]
		if i.known == nil {
			i.Person, made = made[0].ID, made[1:]
		}
		for _, c := range i.posts {
			if c.act == begin {
				begun = append(begun, a.employment(i.Person, c))
			}
		}
	}
	return a.add(begun)
}

func (a *doing) add(employments []people.Employment) error {
	added, err := people.AddEmployments(a.ctx, a.tx, employments)
	for _, e := range added {
		a.did("employment", e.ID, e.Person, "create", 1, nil)
	}
	return err
}

// ends ends employments: of those who have left, and those that go on in another form.
func (a *doing) ends(items []Item) error {
	on := map[local.Date]map[string]string{}
	for _, i := range items {
		for _, c := range i.posts {
			day := c.on
			if c.act == follow {
				day = c.from
			}
			if c.act != end && c.act != follow {
				continue
			}
			if c.first != "" { // both at once, so that it is one thing to undo
				e := c.was.employment(i.Person, local.Period{From: c.first, To: day})
				if err := people.PutEmployment(a.ctx, a.tx, e, "correct"); err != nil {
					return err
				}
				a.did("employment", c.was.id, i.Person, "change", c.was.version+1, before(c.was))
				continue
			}
			if on[day] == nil {
				on[day] = map[string]string{}
			}
			on[day][c.was.id] = i.Person
			a.did("employment", c.was.id, i.Person, "change", c.was.version+1, before(c.was))
		}
	}
	for _, day := range slices.Sorted(maps.Keys(on)) {
		if err := people.EndEmployments(a.ctx, a.tx, on[day], day); err != nil {
			return err
		}
	}
	return nil
}

// followers adds what employments go on as.
func (a *doing) followers(items []Item) error {
	var begun []people.Employment
	for _, i := range items {
		for _, c := range i.posts {
			if c.act == follow {
				e := a.employment(i.Person, c)
				if e.Follows, e.Title = c.was.id, a.title(c); e.Title == c.was.title {
					e.StaffRole = c.was.staffRole // somebody may have chosen it
				}
				begun = append(begun, e)
			}
		}
	}
	if err := a.add(begun); err != nil {
		return err
	}
	moved := map[string][]string{}
	for _, e := range begun {
		moved[e.Workplace] = append(moved[e.Workplace], e.Follows)
	}
	for _, workplace := range slices.Sorted(maps.Keys(moved)) {
		if err := people.MoveGiven(a.ctx, a.tx, moved[workplace], workplace); err != nil {
			return err
		}
	}
	return nil
}

// title is the list's, unless it tells none.
func (a *doing) title(c postChange) string {
	if c.line.Title == noTitle || people.Fold(c.line.Title) == people.Fold(c.was.title) {
		return c.was.title
	}
	return c.line.Title
}

// corrections changes employments that need no new row.
func (a *doing) corrections(items []Item) error {
	for _, i := range items {
		for _, c := range i.posts {
			if c.act != correct && c.act != redate {
				continue
			}
			e := c.was.employment(i.Person, local.Period{From: c.from, To: c.to})
			if c.act == correct {
				e = a.employment(i.Person, c)
				e.ID, e.Version, e.Title = c.was.id, c.was.version, a.title(c)
			}
			if err := people.PutEmployment(a.ctx, a.tx, e, "correct"); err != nil {
				return err
			}
			a.did("employment", c.was.id, i.Person, "change", c.was.version+1, before(c.was))
		}
	}
	return nil
}

// A wasPost is an employment as it was, for undoing.
type wasPost struct {
	Workplace, Title string
	StaffRole        string // "" in what was stored before it was kept
	Share            int
	From, To         local.Date
}

// employment is a post as it is, in another period.
func (p *post) employment(person string, valid local.Period) people.Employment {
	return people.Employment{ID: p.id, Person: person, Workplace: p.workplace, Title: p.title, Share: p.share, Valid: valid, Version: p.version}
}

func before(p *post) wasPost {
	return wasPost{p.workplace, p.title, p.staffRole, p.share, p.valid.From, p.valid.To}
}

// store keeps what was done, some thousands of rows at a time.
func (a *doing) store(imp string) error {
	ord := 0
	for part := range slices.Chunk(a.undo, sealedChunk) {
		rows := make([][]any, len(part))
		var items []secret.Item
		var at []int
		for n, u := range part {
			ord++
			rows[n] = []any{imp, ord, u.entity, u.row, u.person, u.act, u.version, ""}
			if u.before != nil {
				text, err := json.Marshal(u.before)
				if err != nil {
					return err
				}
				items, at = append(items, secret.Item{Owner: owner(imp), Text: string(text)}), append(at, n)
			}
		}
		sealed, err := secret.SealAll(a.ctx, a.tx, a.ring, items)
		if err != nil {
			return err
		}
		for n, s := range sealed {
			rows[at[n]][7] = s
		}
		if err := db.Insert(a.ctx, a.tx, "roster_undo", "import, ord, entity, row_id, person, act, version, sealed", "", rows); err != nil {
			return err
		}
	}
	return nil
}
