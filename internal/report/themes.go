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
	ID, Name string
	Kind     bool // of workplace, within the county before it
	Counts   []int
	Shown    []bool
}

// Themes tell how many persons have shared something with each theme. The first count of a line is everyone who has
// shared something that is coded; the next are the themes in their order.
//
// Nobody sees whom these numbers count, the office neither, since what is shared without a name would get one. So all are
// hidden by [Suppress], for all readers, and they stand as the coding stood when the month began: whoever codes one text and looks at the
// table before and after would learn where its author works. The tables by place are one tree, county over kind of workplace, so
// that no two of them cut the same persons in different ways.
type Themes struct {
	Programme programme.Programme
	Until     local.Date // the last day that is counted
	Themes    []reflection.Theme
	Total     ThemeLine
	Goals     []ThemeLine
	Places    []ThemeLine // counties, each followed by its kinds of workplace
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
	tree, err := people.LoadTree(ctx, c, today)
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
	root := &Group{Counts: make([]int, 1+themes)}
	parts := map[string]*Group{}
	names := map[string]ThemeLine{}
	for _, person := range order {
		a := authors[person]
		count(&whole.Counts[0], true)
		county, kind := people.Unit{}, ""
		if now := tree.Under(a.workplace); a.workplace != "" && len(now) == 1 {
			county, _ = tree.County(now[0])
			u, _ := tree.Unit(now[0])
			kind = u.WorkplaceKind
		}
		path := []*Group{root}
		for i, id := range []string{county.ID, county.ID + "/" + kind} {
			g := parts[id]
			if g == nil {
				g = &Group{ID: id, Counts: make([]int, 1+themes)}
				parts[id] = g
				path[i].Parts = append(path[i].Parts, g)
				names[id] = ThemeLine{ID: county.ID, Name: county.Name}
				if i == 1 {
					names[id] = ThemeLine{ID: kind, Kind: true}
				}
			}
			path = append(path, g)
		}
		for _, g := range path {
			g.Counts[0]++
		}
		for theme, has := range a.themes {
			count(&whole.Counts[1+theme], has)
			for _, g := range path {
				count(&g.Counts[1+theme], has)
			}
		}
	}
	Suppress(all, whole)
	Suppress(all[:1+themes], root)

	t.Total = ThemeLine{Counts: slices.Clone(root.Counts), Shown: slices.Clone(root.Shown)}
	for c := range t.Total.Shown {
		t.Total.Shown[c] = root.Shown[c] && whole.Shown[c]
	}
	t.Total.blank()
	for goal, g := range goals {
		first := 1 + themes + goal*(1+themes)
		line := ThemeLine{ID: g.ID, Name: g.Name, Counts: slices.Clone(whole.Counts[first : first+1+themes]), Shown: slices.Clone(whole.Shown[first : first+1+themes])}
		line.blank()
		t.Goals = append(t.Goals, line)
	}
	byName := func(a, b *Group) int {
		return cmp.Or(cmp.Compare(people.SortKey(names[a.ID].Name), people.SortKey(names[b.ID].Name)),
			cmp.Compare(slices.Index(people.WorkplaceKinds, names[a.ID].ID), slices.Index(people.WorkplaceKinds, names[b.ID].ID)), cmp.Compare(a.ID, b.ID))
	}
	slices.SortFunc(root.Parts, byName)
	for _, county := range root.Parts {
		slices.SortFunc(county.Parts, byName)
		for _, g := range append([]*Group{county}, county.Parts...) {
			line := names[g.ID]
			line.Counts, line.Shown = slices.Clone(g.Counts), slices.Clone(g.Shown)
			line.blank()
			t.Places = append(t.Places, line)
		}
	}
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
