package survey

import (
	"cmp"
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

var (
	ErrBy     = fault.Define(fault.NotFound, "survey.by")
	ErrNotYet = fault.Define(fault.Conflict, "survey.not-yet")
)

// By is what results are broken down by.
type By string

const (
	ByProgramme    By = "programme"
	ByCounty       By = "county"
	ByMunicipality By = "municipality"
	ByWorkplace    By = "workplace"
)

// Breakdowns are all of them.
var Breakdowns = []By{ByProgramme, ByCounty, ByMunicipality, ByWorkplace}

// An Extent is what the workplaces of a line have in common.
type Extent string

const (
	Whole    Extent = "whole"    // all who have answered
	Unit     Extent = "unit"     // all of the line's unit
	Rest     Extent = "rest"     // of its unit, those that are not told of together with others outside it
	Together Extent = "together" // workplaces of the unit, or of several if that is nil, that would be too few alone
)

// A Line is the answers of workplaces that are told of together: five or more.
type Line struct {
	Extent
	Unit                        *people.Unit
	Workplaces                  []string // those counted in it
	N                           int      // who have answered
	Answers                     []Answers
	Before                      []Answers // in the round that it is compared with; nil if nobody, or too few, of these had answered then
	BeforeN                     int
	municipality, county, first string
}

// Answers are how many have answered what to a question.
type Answers struct {
	Steps  []int // by step of the scale, the lowest first
	NoStep int
}

// N is all who have answered.
func (a Answers) N() (n int) {
	for _, s := range a.Steps {
		n += s
	}
	return n + a.NoStep
}

// Mean is the mean step, from 1, of those who chose one; ok is false if nobody did.
func (a Answers) Mean() (mean float64, ok bool) {
	sum, n := 0, 0
	for i, s := range a.Steps {
		sum += (i + 1) * s
		n += s
	}
	if n == 0 {
		return 0, false
	}
	return float64(sum) / float64(n), true
}

// Results are what a round that has closed is answered with, as everyone who may see it sees it.
type Results struct {
	Survey
	Now, Then *Round // the round, and the one that it is compared with; nil if there is none
	Lines     []Line
	names     map[string]string // of workplaces
}

// Name is the name that a workplace had when the round closed.
func (r Results) Name(workplace string) string { return r.names[workplace] }

// Read returns the results of a round, the last one that has closed if none is named, compared with an earlier one, the first if
// none is named and there is one. It takes a fixed number of queries. It is for who may see the programme's outcome, also as the contact of
// one of its workplaces: everyone gets the same lines. What concerns one workplace its staff gets by [At].
func Read(ctx context.Context, c db.Conn, v access.Viewer, id string, on local.Date, by By, round, than string) (Results, error) {
	r, f, groups, err := open(ctx, c, v, id, on, round, than)
	if err != nil {
		return r, err
	}
	if own := v.Scope(access.SeeOutcome).Workplaces; !v.In(access.SeeOutcome, r.Programme) &&
		!slices.ContainsFunc(own, func(w string) bool { return slices.Contains(f.within, w) }) {
		return r, ErrNotFound
	}
	if !slices.Contains(Breakdowns, by) {
		return r, ErrBy
	}
	if r.Now != nil {
		r.Lines = f.lines(by, groups)
	}
	return r, nil
}

// open reads the groups that a round shows, with what they answered in the round that it is compared with.
func open(ctx context.Context, c db.Conn, v access.Viewer, id string, on local.Date, round, than string) (r Results, f field, lines []Line, err error) {
	if r.Survey, err = Get(ctx, c, v, id, on); err != nil {
		return r, f, nil, err
	}
	past := r.Past(on)
	if round == "" && len(past) > 0 {
		round = past[len(past)-1].ID
	}
	for i := range past {
		switch p := &past[i]; {
		case p.ID == round:
			r.Now = p
		case r.Now == nil && (p.ID == than || than == "" && r.Then == nil):
			r.Then = p
		}
	}
	if r.Now == nil && round != "" {
		if _, known := r.Round(round); !known {
			return r, f, nil, ErrRound
		}
		return r, f, nil, ErrNotYet
	}
	day := on
	if r.Now != nil {
		day = r.Now.Last
	}
	if f, err = readField(ctx, c, r.Programme, day); err != nil || r.Now == nil {
		return r, f, nil, err
	}
	now, err := f.readCounted(ctx, c, r.Survey, r.Now.ID)
	if err != nil {
		return r, f, nil, err
	}
	var before []counted
	if r.Then != nil {
		then, err := readField(ctx, c, r.Programme, r.Then.Last)
		if err != nil {
			return r, f, nil, err
		}
		list, err := then.readCounted(ctx, c, r.Survey, r.Then.ID)
		if err != nil {
			return r, f, nil, err
		}
		before = then.pooled(list)
	}
	r.names = map[string]string{}
	for _, g := range f.pooled(now) {
		l := Line{Workplaces: g.places, N: g.n, Answers: r.answers(g)}
		var then counted
		for _, b := range before { // each lies within one of these, or outside all
			if slices.Contains(g.places, b.places[0]) {
				if then.values == nil {
					then.values = map[string][]int{}
				}
				then.n += b.n
				then.add(b)
			}
		}
		if then.n > 0 {
			l.Before, l.BeforeN = r.answers(then), then.n
		}
		leaf := f.leaf(g.places, g.n, false)
		l.municipality, l.county, l.first = leaf.Municipality, leaf.County, leaf.ID
		lines = append(lines, l)
	}
	for _, u := range f.tree.Units(people.Workplace) {
		r.names[u.ID] = u.Name
	}
	return r, f, lines, nil
}

// answers are those of a group by the survey's questions.
func (s Survey) answers(g counted) []Answers {
	list := make([]Answers, len(s.Questions))
	for i, q := range s.Questions {
		values := g.values[q.ID]
		if values == nil {
			values = make([]int, len(s.Words)+1)
		}
		list[i] = Answers{Steps: values[1:], NoStep: values[NoStep]}
	}
	return list
}

// lines puts the groups together by what they are broken down by. A group is never split: one that reaches
// beyond a unit stands beside those of the units, and what is left of these is told to be that.
func (f field) lines(by By, groups []Line) []Line {
	of := func(l Line) string { return "" }
	switch by {
	case ByWorkplace:
		return f.named(groups)
	case ByMunicipality:
		of = func(l Line) string { return l.municipality }
	case ByCounty:
		of = func(l Line) string { return l.county }
	}
	var lines, beyond []Line
	at := map[string]int{}
	for _, g := range groups {
		unit := of(g)
		if unit == "" && by != ByProgramme {
			beyond = append(beyond, g)
			continue
		}
		i, ok := at[unit]
		if !ok {
			i = len(lines)
			at[unit] = i
			l := Line{Extent: Whole, first: g.first}
			if u, ok := f.tree.Unit(unit); ok {
				l.Extent, l.Unit = Unit, &u
			}
			lines = append(lines, l)
		}
		lines[i].add(g)
	}
	for i := range lines {
		slices.Sort(lines[i].Workplaces)
		if u := lines[i].Unit; u != nil && slices.ContainsFunc(beyond, func(b Line) bool { return f.reaches(b, u.ID) }) {
			lines[i].Extent = Rest
		}
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Compare(sortKey(a), sortKey(b)) })
	return append(lines, f.named(beyond)...)
}

func sortKey(l Line) string {
	if l.Unit == nil {
		return ""
	}
	return l.Unit.SortKey
}

// reaches reports whether a line counts a workplace of a municipality or county.
func (f field) reaches(l Line, unit string) bool {
	return slices.ContainsFunc(l.Workplaces, func(w string) bool {
		return slices.ContainsFunc(f.spots(w), func(at spot) bool { return at.municipality == unit || at.county == unit })
	})
}

// add counts the answers of other with those of l.
func (l *Line) add(other Line) {
	l.Workplaces = append(l.Workplaces, other.Workplaces...)
	l.N += other.N
	l.Answers = sum(l.Answers, other.Answers)
	if other.Before != nil {
		l.Before = sum(l.Before, other.Before)
		l.BeforeN += other.BeforeN
	}
}

func sum(a, b []Answers) []Answers {
	all := make([]Answers, len(b))
	for i := range b {
		all[i] = Answers{slices.Clone(b[i].Steps), b[i].NoStep}
		if a != nil {
			all[i].NoStep += a[i].NoStep
			for k := range all[i].Steps {
				all[i].Steps[k] += a[i].Steps[k]
			}
		}
	}
	return all
}

// named gives lines their extents and units, and puts them in order: by county, municipality and name, those of several last.
func (f field) named(lines []Line) []Line {
	for i := range lines {
		l := &lines[i]
		var there []people.Unit
		for _, now := range f.tree.Under(l.Workplaces...) {
			if u, ok := f.tree.Unit(now); ok {
				there = append(there, u)
			}
		}
		l.Extent = Together
		if len(there) == 1 {
			l.Extent, l.Unit = Unit, &there[0]
		} else if u, ok := f.tree.Unit(cmp.Or(l.municipality, l.county)); ok {
			l.Unit = &u
		}
	}
	place := func(id string) string {
		if u, ok := f.tree.Unit(id); ok {
			return u.SortKey
		}
		return "\uffff"
	}
	slices.SortStableFunc(lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(place(a.county), place(b.county)), cmp.Compare(place(a.municipality), place(b.municipality)),
			cmp.Compare(b.Extent, a.Extent), cmp.Compare(sortKey(a), sortKey(b)), cmp.Compare(a.first, b.first))
	})
	return lines
}

// A Place is the results of a round as they concern a workplace.
type Place struct {
	Results
	Line   *Line // that it is counted in; nil if nobody there has answered, or too few in all
	Alone  bool  // nobody else is counted in it
	Own    int   // how many there have answered, to their own contact
	Counts bool  // whether v is that
}

// At returns the results of a round for a workplace, to who works there, leads its learning or may read of it.
func At(ctx context.Context, c db.Conn, v access.Viewer, id string, on local.Date, workplace, round, than string) (p Place, err error) {
	r, f, groups, err := open(ctx, c, v, id, on, round, than)
	if err != nil {
		return p, err
	}
	p.Results = r
	p.Counts = v.At(access.LeadLearning, workplace)
	if !p.Counts && !v.In(access.LeadLearning, r.Programme) && !v.In(access.SeeLearning, r.Programme) && !v.At(access.SeeLearning, workplace) {
		works, err := db.Value[int](ctx, c, `SELECT count(*) FROM employment WHERE person = $1 AND workplace = $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)`,
			v.Person, workplace, on)
		if err != nil {
			return p, err
		}
		if works == 0 {
			return p, ErrNotFound
		}
	}
	if r.Now == nil {
		return p, nil
	}
	for i, l := range f.named(groups) {
		if slices.Contains(l.Workplaces, workplace) || slices.Contains(f.tree.Under(l.Workplaces...), workplace) {
			p.Line = &groups[i]
			p.Alone = l.Extent == Unit
		}
	}
	if !p.Counts {
		return p, nil
	}
	staff, err := f.staff(ctx, c)
	if err != nil {
		return p, err
	}
	answered, err := db.Values[string](ctx, c, `SELECT person FROM survey_answered WHERE round = $1 ORDER BY person`, r.Now.ID)
	for _, person := range answered {
		if at := staff[person]; at == workplace || at != "" && slices.Contains(f.tree.Under(at), workplace) {
			p.Own++
		}
	}
	return p, err
}
