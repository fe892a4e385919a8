package report

import (
	"cmp"
	"slices"
	"strconv"

	"kompobib/internal/people"
)

// By is what a breakdown is by.
type By string

const (
	ByCounty       By = "county"
	ByMunicipality By = "municipality"
	ByWorkplace    By = "workplace"
	ByGender       By = "gender"
	ByAge          By = "age"
	ByRole         By = "role"
	ByShare        By = "share"
	ByKind         By = "kind" // of workplace
)

// Breakdowns are all of them.
var Breakdowns = []By{ByCounty, ByMunicipality, ByWorkplace, ByGender, ByAge, ByRole, ByShare, ByKind}

// A band is a range of whole numbers, named by its ends: "30-44", "-29", "55-".
type band struct{ from, to int }

// ages are reckoned in years that one has filled or fills in the year of the report.
var ages = []band{{0, 29}, {30, 44}, {45, 54}, {55, 0}}

// shares are in per cent of full time, of the employment that one is counted under.
var shares = []band{{0, 49}, {50, 79}, {80, 99}, {100, 0}}

func (b band) name() string {
	switch {
	case b.from == 0:
		return "-" + strconv.Itoa(b.to)
	case b.to == 0:
		return strconv.Itoa(b.from) + "-"
	}
	return strconv.Itoa(b.from) + "-" + strconv.Itoa(b.to)
}

func in(bands []band, n int) string {
	i := slices.IndexFunc(bands, func(b band) bool { return b.from <= n && (b.to == 0 || n <= b.to) })
	return bands[i].name()
}

// key is the id of the group that a person is in.
func (w *world) key(by By, p *person) string {
	switch by {
	case ByCounty:
		u, _ := w.tree.County(p.main.workplace)
		return u.ID
	case ByMunicipality: // or the county, of a workplace that stands right under it
		u, ok := w.tree.Municipality(p.main.workplace)
		if !ok {
			u, _ = w.tree.County(p.main.workplace)
		}
		return u.ID
	case ByWorkplace:
		return p.main.workplace
	case ByGender:
		return p.gender
	case ByAge:
		if p.born == 0 {
			return ""
		}
		return in(ages, max(0, w.on.Time().Year()-p.born))
	case ByRole:
		return p.main.role
	case ByShare:
		return in(shares, p.main.share/10)
	case ByKind:
		u, _ := w.tree.Unit(p.main.workplace)
		return u.WorkplaceKind
	}
	return ""
}

// orders are the groups that are not units, in the order they are shown.
func (by By) order() []string {
	var names []string
	switch by {
	case ByGender:
		return []string{"woman", "man", "unknown"}
	case ByAge:
		for _, b := range ages {
			names = append(names, b.name())
		}
		return append(names, "")
	case ByShare:
		for _, b := range shares {
			names = append(names, b.name())
		}
	case ByRole:
		return people.StaffRoles
	case ByKind:
		return people.WorkplaceKinds
	}
	return names
}

// Place reports whether the groups are units of the tree.
func (by By) Place() bool { return by == ByCounty || by == ByMunicipality || by == ByWorkplace }

// lines returns the figures of each group that has staff. Groups that are units are hidden level by
// level: what is hidden of a county is hidden of all in it.
func (w *world) lines(by By, goal int, r reader) ([]Line, error) {
	if !slices.Contains(Breakdowns, by) {
		return nil, ErrBy
	}
	levels := []By{by}
	if by.Place() {
		levels = []By{ByCounty, ByMunicipality, ByWorkplace}[:1+slices.Index([]By{ByCounty, ByMunicipality, ByWorkplace}, by)]
	}
	root := &Group{Counts: make([]int, figures)}
	parts := map[string]*Group{} // by the keys from the top
	var leaves []*Group
	for i := range w.persons {
		p := &w.persons[i]
		at, path := root, ""
		add := func(g *Group) {
			for f := range figures {
				if p.has(f, goal) {
					g.Counts[f]++
				}
			}
		}
		add(root)
		for k, level := range levels {
			id := w.key(level, p)
			path += "/" + id
			g := parts[path]
			if g == nil {
				g = &Group{ID: id, Counts: make([]int, figures)}
				parts[path] = g
				at.Parts = append(at.Parts, g)
				if k == len(levels)-1 {
					leaves = append(leaves, g)
				}
			}
			add(g)
			at = g
		}
	}
	if !r.open {
		Suppress(columns, root)
	}
	lines := make([]Line, len(leaves))
	for i, g := range leaves {
		l := &lines[i]
		l.ID = g.ID
		copy(l.Counts[:], g.Counts)
		for f := range figures {
			l.Shown[f] = r.open || g.Shown[f]
		}
		if by.Place() {
			l.place(w.tree)
		}
	}
	w.sort(by, lines)
	return lines, nil
}

// place names a unit and those above it.
func (l *Line) place(tree *people.Tree) {
	l.Name = tree.Name(l.ID)
	if u, ok := tree.County(l.ID); ok && u.ID != l.ID {
		l.County = u.Name
	}
	if u, ok := tree.Municipality(l.ID); ok && u.ID != l.ID {
		l.Municipality = u.Name
	}
}

// sort puts units in Swedish order, within those above them, and other groups in their own.
func (w *world) sort(by By, lines []Line) {
	order := by.order()
	keys := map[string][]string{}
	for _, l := range lines {
		for _, u := range w.tree.Path(l.ID) {
			keys[l.ID] = append(keys[l.ID], u.SortKey)
		}
	}
	slices.SortFunc(lines, func(a, b Line) int {
		return cmp.Or(slices.Compare(keys[a.ID], keys[b.ID]), cmp.Compare(slices.Index(order, a.ID), slices.Index(order, b.ID)), cmp.Compare(a.ID, b.ID))
	})
}
