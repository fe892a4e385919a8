package report

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// A ThemeLine is a group of a table of themes: how many persons have shared something with each.
type ThemeLine struct {
	ThemeGroup
	Others []ThemeGroup // two or more that are told of together, since they are too small each
	Counts []int
	Shown  []bool
}

// A ThemeGroup is a goal area, a county or a kind of workplace; "" for those without.
type ThemeGroup struct{ ID, Name string }

// Themes tell how many persons have shared something with each theme. The first count of a line is everyone who has
// shared something that is coded; the next are the themes in their order.
//
// Nobody sees whom these numbers count, the office neither, since what is shared without a name would get one. So all are
// hidden by [Suppress], for all readers, and they stand as the coding stood when the month began: whoever codes one text and looks at the
// table before and after would learn where its author works. Counties and kinds of workplace are two tables of the same persons; what the second
// could give away beside the first is hidden too, see crossed.
type Themes struct {
	Programme programme.Programme
	Until     local.Date // the last day that is counted
	Themes    []reflection.Theme
	Total     ThemeLine
	Goals     []ThemeLine
	Counties  []ThemeLine
	Kinds     []ThemeLine // of workplaces, in the whole programme
}

// ThemesOf reckons them for who may see a programme's outcome. It takes a fixed number of queries.
func ThemesOf(ctx context.Context, c db.Conn, v access.Viewer, prog string, today local.Date) (Themes, error) {
	t := Themes{Until: local.Date(today.Month() + "-01").Add(-1)}
	if !v.In(access.SeeOutcome, prog) {
		return t, programme.ErrNotFound
	}
	var err error
	if t.Programme, err = programme.Get(ctx, c, v, prog); err != nil {
		return t, err
	}
	if t.Themes, err = reflection.Themes(ctx, c, prog); err != nil {
		return t, err
	}
	goals, err := programme.Goals(ctx, c, prog)
	if err != nil {
		return t, err
	}
	tree, err := people.LoadTree(ctx, c, t.Until) // a workplace that moves changes nothing until the next month
	if err != nil {
		return t, err
	}
	day := t.Until.Add(1).Time()
	rows, err := reflection.CodedBefore(ctx, c, prog, time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, t.Programme.Location()).UTC())
	if err != nil {
		return t, err
	}
	t.reckon(rows, goals, tree)
	return t, nil
}

// An author is someone who has shared what is coded.
type author struct {
	workplace string // of the last that they shared
	themes    []bool
	goals     []bool
	within    []bool // by goal and theme
}

func (t *Themes) reckon(rows []reflection.Coded, goals []programme.GoalArea, tree *people.Tree) {
	themes := len(t.Themes)
	at := func(list int, find func(i int) bool) int {
		for i := range list {
			if find(i) {
				return i
			}
		}
		return -1
	}
	authors := map[string]*author{}
	var order []string
	for _, row := range rows {
		a := authors[row.Person]
		if a == nil {
			a = &author{themes: make([]bool, themes), goals: make([]bool, len(goals)), within: make([]bool, themes*len(goals))}
			authors[row.Person] = a
			order = append(order, row.Person)
		}
		a.workplace = cmp.Or(row.Workplace, a.workplace)
		theme := at(themes, func(i int) bool { return t.Themes[i].ID == row.Theme })
		goal := at(len(goals), func(i int) bool { return goals[i].ID == row.Goal })
		if theme >= 0 {
			a.themes[theme] = true
		}
		if goal >= 0 {
			a.goals[goal] = true
			if theme >= 0 {
				a.within[goal*themes+theme] = true
			}
		}
	}

	// The whole, with the goal areas beside the themes.
	var all []Column
	whole := &Group{Counts: make([]int, 1+themes+len(goals)*(1+themes))}
	all = append(all, Column{})
	for range themes {
		all = append(all, Column{Within: []int{0}})
	}
	for goal := range goals {
		first := len(all)
		all = append(all, Column{Within: []int{0}})
		for theme := range themes {
			all = append(all, Column{Within: []int{first, 1 + theme}})
		}
		for _, person := range order {
			a := authors[person]
			count(&whole.Counts[first], a.goals[goal])
			for theme := range themes {
				count(&whole.Counts[first+1+theme], a.within[goal*themes+theme])
			}
		}
	}
	places := newCut(1 + themes)
	kinds := newCut(1 + themes)
	persons := [][][]int{} // by county, kind and column
	for _, person := range order {
		a := authors[person]
		county, kind := people.Unit{}, ""
		if now := tree.Under(a.workplace); a.workplace != "" && len(now) == 1 {
			county, _ = tree.County(now[0])
			u, _ := tree.Unit(now[0])
			kind = u.WorkplaceKind
		}
		places.names[county.ID] = county.Name
		is := append([]bool{true}, a.themes...)
		i, j := places.count(county.ID, is), kinds.count(kind, is)
		for len(persons) <= i {
			persons = append(persons, nil)
		}
		for len(persons[i]) <= j {
			persons[i] = append(persons[i], make([]int, 1+themes))
		}
		for c, has := range is {
			count(&persons[i][j][c], has)
		}
		count(&whole.Counts[0], true)
		for theme, has := range a.themes {
			count(&whole.Counts[1+theme], has)
		}
	}
	for i := range persons {
		for len(persons[i]) < len(kinds.root.Parts) {
			persons[i] = append(persons[i], make([]int, 1+themes))
		}
	}
	Suppress(all, whole)
	Suppress(all[:1+themes], places.root)
	Suppress(all[:1+themes], kinds.root)
	crossed(places.root, kinds.root, persons)

	t.Total = ThemeLine{Counts: slices.Clone(whole.Counts[:1+themes]), Shown: slices.Clone(places.root.Shown)}
	for c := range t.Total.Shown {
		t.Total.Shown[c] = places.root.Shown[c] && whole.Shown[c]
	}
	t.Total.blank()
	for goal, g := range goals {
		first := 1 + themes + goal*(1+themes)
		line := ThemeLine{ThemeGroup: ThemeGroup{g.ID, g.Name}, Counts: slices.Clone(whole.Counts[first : first+1+themes]), Shown: slices.Clone(whole.Shown[first : first+1+themes])}
		line.blank()
		t.Goals = append(t.Goals, line)
	}
	t.Counties = places.lines(func(a, b *Group) int {
		return cmp.Or(cmp.Compare(people.SortKey(places.names[a.ID]), people.SortKey(places.names[b.ID])), cmp.Compare(a.ID, b.ID))
	})
	t.Kinds = kinds.lines(func(a, b *Group) int {
		return cmp.Or(cmp.Compare(slices.Index(people.WorkplaceKinds, a.ID), slices.Index(people.WorkplaceKinds, b.ID)), cmp.Compare(a.ID, b.ID))
	})
}

// A cut is a table that divides all persons in one way.
type cut struct {
	root  *Group
	names map[string]string
}

func newCut(columns int) *cut {
	return &cut{&Group{Counts: make([]int, columns)}, map[string]string{}}
}

// count counts a person in a group, and returns the group's place.
func (t *cut) count(id string, is []bool) int {
	i := slices.IndexFunc(t.root.Parts, func(g *Group) bool { return g.ID == id })
	if i < 0 {
		i = len(t.root.Parts)
		t.root.Parts = append(t.root.Parts, &Group{ID: id, Counts: make([]int, len(is))})
	}
	for c, has := range is {
		count(&t.root.Counts[c], has)
		count(&t.root.Parts[i].Counts[c], has)
	}
	return i
}

// lines are what is shown, in an order. Two or more groups of which not even the number of persons is told roll up in one line, the last.
func (t *cut) lines(order func(a, b *Group) int) (lines []ThemeLine) {
	parts := slices.Clone(t.root.Parts)
	slices.SortFunc(parts, order)
	rest := ThemeLine{Counts: make([]int, len(t.root.Counts)), Shown: slices.Clone(t.root.Shown)}
	for _, g := range parts {
		if !g.Shown[0] {
			rest.Others = append(rest.Others, ThemeGroup{g.ID, t.names[g.ID]})
			for c, n := range g.Counts {
				rest.Counts[c] += n
				rest.Shown[c] = rest.Shown[c] && !g.Shown[c]
			}
			continue
		}
		line := ThemeLine{ThemeGroup: ThemeGroup{g.ID, t.names[g.ID]}, Counts: slices.Clone(g.Counts), Shown: slices.Clone(g.Shown)}
		line.blank()
		lines = append(lines, line)
		for c, shown := range g.Shown { // a figure that another line hides too is not that of the rest alone
			rest.Shown[c] = rest.Shown[c] && shown
		}
	}
	if rest.Others == nil {
		return lines
	}
	if len(rest.Others) == 1 { // it is itself, and hidden
		rest.ThemeGroup, rest.Others = rest.Others[0], nil
		clear(rest.Shown)
	}
	for c, n := range rest.Counts { // they were hidden so that this holds; nothing is shown that does not
		rest.Shown[c] = rest.Shown[c] && safe(n) && safe(rest.Counts[0]-n)
	}
	rest.blank()
	return append(lines, rest)
}

func count(n *int, has bool) {
	if has {
		*n++
	}
}

// blank takes the hidden numbers out.
func (l *ThemeLine) blank() {
	for c, shown := range l.Shown {
		if !shown {
			l.Counts[c] = 0
		}
	}
}
