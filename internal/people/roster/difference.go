package roster

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/secret"
	"kompobib/internal/sheet"
)

var (
	ErrMayNot   = fault.Define(fault.Forbidden, "roster.may-not")
	ErrScope    = fault.Define(fault.Invalid, "roster.scope")    // args: what was asked for
	ErrNoScope  = fault.Define(fault.Invalid, "roster.no-scope") // as it was asked for by name; args: the name, those that are most like it
	ErrScopes   = fault.Define(fault.Invalid, "roster.scopes")   // so, and several are called that; args: the name, their ids
	ErrLater    = fault.Define(fault.Invalid, "roster.later")    // the day of the list lies ahead
	ErrNoTree   = fault.Define(fault.Conflict, "roster.no-tree") // args: the day on which there is nowhere to put workplaces
	ErrNobody   = fault.Define(fault.Invalid, "roster.nobody")
	ErrEmployer = fault.Define(fault.Invalid, "roster.employer")    // none is told and none can be guessed
	ErrEarly    = fault.Define(fault.Invalid, "roster.early")       // args: the day on which who is said to have left began
	ErrTimed    = fault.Define(fault.Conflict, "roster.time-given") // time is recorded for days after who is said to have left
	ErrLeftOn   = fault.Define(fault.Invalid, "roster.left-far")    // args: the day that the list tells of

	ErrScopeEmployer = fault.Define(fault.Invalid, "roster.scope-employer") // it is an employer's name
)

// A Kind is what a list has to say of a person.
type Kind string

const (
	Newcomer  Kind = "new"     // not employed within the scope before
	Changed   Kind = "changed" // name, address, title, share, days
	Moved     Kind = "moved"   // to another workplace
	Left      Kind = "left"    // in the list no longer
	Unchanged Kind = "unchanged"
	Doubtful  Kind = "duplicate" // probably someone who is known
)

// Kinds are all kinds, in the order that they are shown.
var Kinds = []Kind{Newcomer, Changed, Moved, Left, Doubtful, Unchanged}

// Choices are what whoever takes a list in has said. What is empty is guessed.
type Choices struct {
	Mapping      Mapping           `json:"mapping,omitempty"`
	Employer     string            `json:"employer,omitempty"`     // its id
	NewEmployer  string            `json:"new_employer,omitempty"` // the name of one to be made
	OrgNumber    string            `json:"org_number,omitempty"`   // and its number, if that is known
	Units        []string          `json:"units,omitempty"`        // the parts of the tree that the list is whole for; none for all that the employer has
	Municipality string            `json:"municipality,omitempty"` // of workplaces for which the list tells none
	On           local.Date        `json:"on,omitempty"`           // the day that the list tells of
	OnGuessed    bool              `json:"on_guessed,omitempty"`   // nobody has said that: it was guessed when the list was read first
	LeftOn       local.Date        `json:"left_on,omitempty"`      // the first day on which those who have left were gone
	Places       map[string]string `json:"places,omitempty"`       // by [Place.Key]: the id of a workplace, or [New]
	Declined     map[Kind]bool     `json:"declined,omitempty"`     // kinds that have been said no to
}

// A List is a file, read: what stands in it before it is compared with anything.
type List struct {
	Name   string // of the file
	Parts  []Part
	lines  []Line
	about  []Line // whom rows with mistakes are about
	wrong  []Mistake
	sheets []string // of the file that hold something, but no list
	today  local.Date
}

// Read reads a file and understands its columns. It reads no more than the file, so it is done outside of transactions.
func Read(ctx context.Context, ring *secret.Ring, name string, file []byte, asked Mapping, today local.Date) (*List, error) {
	book, err := sheet.Read(ctx, file)
	if err != nil {
		return nil, err
	}
	maskNames(book)
	list := &List{Name: name, today: today}
	for _, s := range book.Hidden {
		if _, ok := understand(s, asked, book.From04, today); ok { // who is on it would be told as having left
			return nil, ErrHidden.With(s.Name)
		}
	}
	if list.Parts, err = Understand(book, asked, today); err != nil {
		return nil, err
	}
	for _, s := range book.Sheets {
		if len(s.Rows) > 0 && len(book.Sheets) > 1 && !slices.ContainsFunc(list.Parts, func(p Part) bool { return p.sheet == s.Name }) {
			list.sheets = append(list.sheets, s.Name)
		}
	}
	for i := range list.Parts {
		lines, about, wrong, err := list.Parts[i].lines(ctx, i, ring, today)
		if err != nil {
			return nil, err
		}
		list.lines, list.about, list.wrong = append(list.lines, lines...), append(list.about, about...), append(list.wrong, wrong...)
	}
	if len(list.lines)+len(list.about)+len(list.wrong) == 0 { // half a file, rather than that all have left
		return nil, ErrNobody
	}
	return list, nil
}

// A Change is a fact that becomes another. Was and Is are as stored; a workplace is told by its name.
type Change struct {
	Field Field  `json:"field"`
	Was   string `json:"was"`
	Is    string `json:"is"`
}

// A Begins is an employment that is taken in from a later day than the list tells: from the workplace's first, or from when an earlier one ended.
type Begins struct {
	Told      local.Date `json:"told,omitempty"`
	From      local.Date `json:"from,omitempty"`
	Workplace string     `json:"workplace,omitempty"` // whose first day it is; "" for an earlier employment
}

// An Item is the difference for one person.
type Item struct {
	Kind       Kind
	Sheet      string
	Row        int    // in the file, 0 for who has left
	Person     string // "" for who is not known
	Given      string
	Family     string
	Masked     string // of the identity number
	Protected  bool
	Workplace  string // the name of the first
	Changes    []Change
	Later      []Begins
	Numberless bool   // the row has a number that is masked, and it is not known otherwise: it is taken in without
	Reason     string // of a probable duplicate; why a known person was known
	Maybe      string // the person who it probably is
	MaybeName  string

	group  *group
	known  *known
	facts  *people.Person // as they become
	number bool           // takes the identity number
	posts  []postChange
}

// A Duplicate is a row that is, or probably is, about someone or something told already.
type Duplicate struct {
	Row    int
	Sheet  string
	Reason string
	Person string // who it is or probably is
	Other  RowAt  // the row that tells the same
	Held   bool   // nothing is done until someone has said what it is
}

// A Difference is what a list would change.
type Difference struct {
	Parts        []Part
	Employer     people.Employer // without an id if it is to be made
	Units        []string
	Municipality people.Unit
	On           local.Date
	Told         local.Date // the day that the list tells of, if it is not read as of that one: it lies ahead, or before what we know
	Places       []*Place
	Items        []Item
	Counts       map[Kind]int
	Duplicates   []Duplicate
	Mistakes     []Mistake
	Lost         []RowAt // the rows of which nobody can say where they belong
	Passed       Passed
	Hidden       Hidden
	Mended       bool     // it is of bad rows that have been mended, so that nobody has left
	about        []*Place // where the rows lie that could not be read in full
	against      Against
	world        *world
}

// Compare compares a list with what is known, as v may see and change it.
func Compare(ctx context.Context, c db.Conn, v access.Viewer, list *List, choices Choices) (*Difference, error) {
	if !MayImport(v) {
		return nil, ErrMayNot
	}
	d := &Difference{Parts: list.Parts, Mistakes: slices.Clone(list.wrong), Counts: map[Kind]int{}, Units: choices.Units}
	w := &world{}
	d.world = w
	if err := d.day(ctx, c, w, list, choices); err != nil {
		return nil, err
	}
	if len(w.tree.Units(people.County, people.Municipality)) == 0 {
		return nil, ErrNoTree.With(d.On)
	}
	var whole people.Unit // the one part of the tree that the list is whole for
	if len(choices.Units) == 1 {
		whole, _ = w.tree.Unit(choices.Units[0])
	}
	switch {
	case choices.Municipality != "":
		d.Municipality, _ = w.tree.Unit(choices.Municipality)
	case whole.Kind == people.Municipality:
		d.Municipality = whole
	case slices.ContainsFunc(list.Parts, func(p Part) bool { return !p.has(Municipality) }):
		d.Municipality, _ = guessMunicipality(w.tree, list.Name, list.Parts, list.lines)
	}
	w.homes = w.home(list.Parts, d.Municipality, choices.Municipality != "")
	byLine, places := w.places(list.lines, choices.Places)
	if err := d.employer(ctx, c, w, list, places, choices); err != nil {
		return nil, err
	}
	for _, unit := range choices.Units {
		if _, ok := w.tree.Unit(unit); !ok {
			return nil, ErrScope.With(unit)
		}
	}
	var hashes []string
	for _, l := range slices.Concat(list.lines, list.about) {
		if l.Hash != "" {
			hashes = append(hashes, l.Hash)
		}
	}
	slices.Sort(hashes)
	w.employer = d.Employer.ID
	if err := w.load(ctx, c, v, d.Units, d.On, slices.Compact(hashes)); err != nil {
		return nil, err
	}
	lines, at, unplaced := d.sound(list, byLine)
	groups, misnamed := d.group(lines, at)
	w.match(groups, slices.Concat(list.about, unplaced, misnamed), d.said)
	w.renames(groups, places, choices.Places)
	d.Places = places
	aboutAt, about := w.places(list.about, choices.Places)
	d.about = about
	for i, p := range aboutAt { // all that is wrong with a row is told at once
		if l := &list.about[i]; p != nil && p.fault != nil && l.Workplace != "" && l.Family != "" && !l.torn {
			d.mistake(l, p.field, p.fault)
		}
	}
	d.lose(list, byLine, aboutAt)
	d.within(groups)
	for _, g := range groups {
		if len(g.lines) > 0 {
			d.add(w.item(d, g, v))
		}
	}
	if d.Mended = list.mended(); len(list.lines) > 0 && !d.Mended { // of whom none could be read nothing is known
		if err := d.left(ctx, c, choices.LeftOn); err != nil {
			return nil, err
		}
	}
	d.whole(len(list.lines) + len(list.about))
	d.pass(list)
	d.sort()
	return d, nil
}

// said are the words of all cells of a line's row.
func (d *Difference) said(l *Line) (all []string) {
	if r, found := d.Parts[l.Part].row(l.Row); found {
		for _, cell := range r.Cells {
			if len(cell) <= longest {
				all = append(all, words(cell)...)
			}
		}
	}
	return all
}

// told is the day that a list tells of, or its file's name, if that is no later than a day; else "".
func (list *List) told(last local.Date) local.Date {
	texts := []string{}
	for _, p := range list.Parts {
		texts = append(texts, p.titles...)
	}
	texts = append(texts, list.Name)
	for i, text := range texts {
		texts[i] = undated(text, list.today)
	}
	return dayOf(texts, last)
}

// day settles which day the list tells of, and reads the tree as of it.
func (d *Difference) day(ctx context.Context, c db.Conn, w *world, list *List, choices Choices) error {
	told := list.told(list.today)
	d.On = cmp.Or(choices.On, told, list.today)
	chosen := choices.On != "" && !choices.OnGuessed
	if all := cmp.Or(told, list.told("9999-12-31")); !chosen && all != d.On {
		d.Told = all
	}
	switch {
	case !d.On.Valid():
		return fault.List{local.ErrDate.At("on")}
	case d.On > list.today:
		return fault.List{ErrLater.At("on")}
	}
	if left := choices.LeftOn; left != "" && (left < d.On.Add(-far) || d.On.Add(far) < left) { // the wrong year
		return fault.List{ErrLeftOn.At("left_on", d.On)}
	}
	if err := w.loadTree(ctx, c, d.On); err != nil {
		return err
	}
	if len(w.tree.Units(people.Municipality)) == 0 && choices.On == "" && d.On != list.today { // older than our knowledge
		d.On, d.Told = list.today, d.On
		return w.loadTree(ctx, c, d.On)
	}
	return nil
}

func (d *Difference) employer(ctx context.Context, c db.Conn, w *world, list *List, places []*Place, choices Choices) (err error) {
	switch {
	case choices.Employer != "":
		d.Employer, err = people.GetEmployer(ctx, c, choices.Employer)
	case choices.NewEmployer != "":
		known, err := EmployerChoice(ctx, c, choices.NewEmployer+" "+choices.OrgNumber) // another list may have made them since
		switch {
		case err != nil && fault.Of(err) == nil:
			return err
		case known.Employer != "":
			d.Employer, err = people.GetEmployer(ctx, c, known.Employer)
			return err
		}
		d.Employer = people.Employer{Name: choices.NewEmployer, OrgNumber: choices.OrgNumber}
	default:
		d.Employer, err = w.guessEmployer(ctx, c, list.Name, list.Parts, list.lines, places, d.Municipality)
	}
	return err
}

// sound are the lines whose workplaces are found. Of the others, faulty, it is told what is wrong.
func (d *Difference) sound(list *List, byLine []*Place) (lines []*Line, at []*Place, faulty []Line) {
	lines, at = make([]*Line, 0, len(list.lines)), make([]*Place, 0, len(list.lines))
	for i := range list.lines {
		l := &list.lines[i]
		if p := byLine[i]; p.fault != nil {
			d.mistake(l, p.field, p.fault)
			faulty = append(faulty, *l)
			continue
		}
		lines, at = append(lines, l), append(at, byLine[i])
	}
	return lines, at, faulty
}

// within leaves out the lines that lie outside of the scope, or where the viewer may change nothing.
func (d *Difference) within(groups []*group) {
	for _, g := range groups {
		n := 0
		for i, p := range g.places {
			outside := p.Unit != "" && !d.world.scope(p.Unit)
			if p.Unit == "" && len(d.Units) > 0 {
				outside = !slices.ContainsFunc(d.world.tree.Path(p.Parent), func(u people.Unit) bool { return slices.Contains(d.Units, u.ID) })
			}
			if outside {
				d.mistake(g.lines[i], Workplace, ErrOutside.With(p.Name))
				continue
			}
			g.lines[n], g.places[n] = g.lines[i], p
			n++
		}
		g.lines, g.places = g.lines[:n], g.places[:n]
	}
	for i, p := range d.Places {
		if p.How != New || p.fault != nil {
			continue
		}
		d.Places[i].From = d.On
	}
	for _, g := range groups {
		for i, p := range g.places {
			if p.Unit == "" {
				if from := cmp.Or(g.lines[i].Valid.From, d.On); from < p.From {
					p.From = max(from, d.world.first[p.Parent])
				}
			}
		}
	}
}

func (d *Difference) add(i Item) {
	d.Items = append(d.Items, i)
	d.Counts[i.Kind]++
	if i.Reason != "" {
		person := cmp.Or(i.Maybe, i.Person)
		d.Duplicates = append(d.Duplicates, Duplicate{Row: i.Row, Sheet: i.Sheet, Reason: i.Reason, Person: person, Held: i.Kind == Doubtful})
	}
}

// left are those within the scope of whom the list says nothing.
func (d *Difference) left(ctx context.Context, c db.Conn, on local.Date) error {
	var gone []Item
	var late []Mistake
	for _, k := range d.world.persons {
		if k.claimed || !k.inside {
			continue
		}
		i := Item{Kind: Left, Person: k.ID, Given: k.Given, Family: k.Family, Masked: k.masked, Protected: k.Protected, known: k}
		early := local.Date("") // the day on which they began, if they cannot have been gone when it is said
		for _, p := range k.posts {
			switch {
			case p.valid.To != "" || p.valid.From >= d.On:
			case on != "" && on <= p.valid.From:
				early = max(early, p.valid.From)
			default:
				i.posts = append(i.posts, postChange{act: end, was: p, on: on})
				i.Workplace = d.world.tree.Name(p.workplace)
			}
		}
		switch {
		case early != "": // also if other employments of theirs could end: nobody is told of as gone who is there
			late = append(late, Mistake{Fault: ErrEarly.With(early), about: k})
		case i.posts != nil:
			gone = append(gone, i)
		}
	}
	slices.SortFunc(gone, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.Given, b.Given), cmp.Compare(a.Person, b.Person))
	})
	given := map[string]people.Given{}
	if on != "" {
		var ids []string
		for _, i := range gone {
			for _, p := range i.posts {
				ids = append(ids, p.was.id)
			}
		}
		var err error
		if given, err = people.GivenUnder(ctx, c, ids); err != nil {
			return err
		}
	}
	for _, i := range gone {
		if slices.ContainsFunc(i.posts, func(p postChange) bool {
			g, has := given[p.was.id]
			return has && g.Outside(local.Period{From: p.was.valid.From, To: on})
		}) {
			late = append(late, Mistake{Fault: ErrTimed, about: i.known})
			continue
		}
		d.add(i)
	}
	slices.SortStableFunc(late, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.about.Family, b.about.Family), cmp.Compare(a.about.Given, b.about.Given), cmp.Compare(a.about.ID, b.about.ID))
	})
	d.Mistakes = append(d.Mistakes, late...)
	return nil
}

// far is how many days from the list's own day someone may be said to have been gone: what is further off is a mistyped year.
const far = 2 * 366

// sort puts all in the order of the file.
func (d *Difference) sort() {
	place := d.order()
	slices.SortStableFunc(d.Mistakes, func(a, b Mistake) int { return place(RowAt{a.Sheet, a.Row}, RowAt{b.Sheet, b.Row}) })
	slices.SortStableFunc(d.Duplicates, func(a, b Duplicate) int { return place(RowAt{a.Sheet, a.Row}, RowAt{b.Sheet, b.Row}) })
}

// order compares where rows stand in the file.
func (d *Difference) order() func(a, b RowAt) int {
	at := map[string]int{}
	for n, p := range d.Parts {
		at[p.Sheet] = n
	}
	return func(a, b RowAt) int { return cmp.Or(cmp.Compare(at[a.Sheet], at[b.Sheet]), cmp.Compare(a.Row, b.Row)) }
}

// percent is a share as people read it: "87.5".
func percent(share int) string { return strconv.FormatFloat(float64(share)/10, 'f', -1, 64) }
