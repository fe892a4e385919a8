package people

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/local"
)

// A Tree is the whole organisation as it was on a day. It is read-only, so safe for concurrent use.
type Tree struct {
	On    local.Date
	units map[string]*Unit
	order []*Unit            // all, in Swedish order
	ord   map[string]int     // where each stands in it
	below map[string][]*Unit // by parent, in Swedish order; "" has those on top
	into  map[string]string  // of workplaces that had gone up in another by then: in which
}

type treeOn local.Date

// LoadTree reads the tree as of a day, once in a snapshot.
func LoadTree(ctx context.Context, c db.Conn, on local.Date) (*Tree, error) {
	return db.Kept(c, treeOn(on), func() (*Tree, error) { return loadTree(ctx, c, on) })
}

func loadTree(ctx context.Context, c db.Conn, on local.Date) (*Tree, error) {
	units, err := db.All(ctx, c, scanUnit, selectUnit+`
		WHERE p.valid_from <= $1 AND (p.valid_to IS NULL OR p.valid_to > $1) ORDER BY p.sort_key, u.id`, on)
	if err != nil {
		return nil, err
	}
	merges, err := Merges(ctx, c)
	if err != nil {
		return nil, err
	}
	t := &Tree{On: on, units: make(map[string]*Unit, len(units)), order: make([]*Unit, len(units)), ord: make(map[string]int, len(units)), below: map[string][]*Unit{}, into: map[string]string{}}
	for _, m := range merges {
		if m.On <= on {
			t.into[m.Unit] = m.Into
		}
	}
	for i := range units {
		u := &units[i]
		t.units[u.ID], t.order[i], t.ord[u.ID] = u, u, i
		t.below[u.Parent] = append(t.below[u.Parent], u)
	}
	return t, nil
}

// Unit returns a unit as it was on the tree's day; ok is false if it did not exist then.
func (t *Tree) Unit(id string) (u Unit, ok bool) {
	if p := t.units[id]; p != nil {
		return *p, true
	}
	return Unit{}, false
}

// Name is the unit's name on the tree's day, "" if it did not exist.
func (t *Tree) Name(id string) string {
	u, _ := t.Unit(id)
	return u.Name
}

// Below returns the units right below one, in Swedish order; those on top for "".
func (t *Tree) Below(id string) []Unit {
	units := make([]Unit, len(t.below[id]))
	for i, u := range t.below[id] {
		units[i] = *u
	}
	return units
}

// Path returns the units from the top down to id, itself included.
func (t *Tree) Path(id string) []Unit {
	var path []Unit
	for u := t.units[id]; u != nil && len(path) <= len(t.units); u = t.units[u.Parent] {
		path = append(path, *u)
	}
	slices.Reverse(path)
	return path
}

// Under returns the ids of the workplaces at or below units, in order of id. For a workplace that has gone up in
// another, that one stands.
func (t *Tree) Under(ids ...string) []string {
	var workplaces []string
	var walk func(id string, depth int)
	walk = func(id string, depth int) {
		if u := t.units[id]; u != nil && u.Kind == Workplace {
			workplaces = append(workplaces, id)
		}
		for _, u := range t.below[id] {
			if depth < len(kinds) {
				walk(u.ID, depth+1)
			}
		}
	}
	for _, id := range ids {
		for range len(t.into) {
			if t.units[id] == nil {
				id = cmp.Or(t.into[id], id)
			}
		}
		if t.units[id] != nil {
			walk(id, 0)
		}
	}
	slices.Sort(workplaces)
	return slices.Compact(workplaces)
}

// Gone returns the workplaces that had gone up in one by the tree's day, straight or by way of others.
func (t *Tree) Gone(into string) (ids []string) {
	for id := range t.into {
		at := id
		for range len(t.into) {
			if at = t.into[at]; at == into || at == "" {
				break
			}
		}
		if at == into {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Municipality returns the municipality of a workplace; ok is false for one that stands right under a county or region.
func (t *Tree) Municipality(id string) (u Unit, ok bool) { return t.above(id, Municipality) }

// County returns the county of a unit.
func (t *Tree) County(id string) (u Unit, ok bool) { return t.above(id, County) }

func (t *Tree) above(id string, kind Kind) (Unit, bool) {
	u := t.units[id]
	for range kinds { // each stands under one of a level above its own
		switch {
		case u == nil:
			return Unit{}, false
		case u.Kind == kind:
			return *u, true
		}
		u = t.units[u.Parent]
	}
	return Unit{}, false
}

// Units returns all units of the kinds, all there are if none is named, in Swedish order.
func (t *Tree) Units(of ...Kind) []Unit {
	var units []Unit
	for _, u := range t.order {
		if len(of) == 0 || slices.Contains(of, u.Kind) {
			units = append(units, *u)
		}
	}
	return units
}

// InOrder returns the units that there were on the tree's day, each once, in Swedish order.
func (t *Tree) InOrder(ids []string) []string {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return t.units[id] == nil })
	slices.SortFunc(ids, func(a, b string) int { return t.ord[a] - t.ord[b] })
	return slices.Compact(ids)
}

// A Leaf is a workplace with where it stands.
type Leaf struct {
	Unit
	County, Municipality Unit // zero if it stands under none
}

// Leaves returns the workplaces by county, municipality and name.
func (t *Tree) Leaves() []Leaf {
	var leaves []Leaf
	for _, u := range t.units {
		if u.Kind == Workplace {
			leaf := Leaf{Unit: *u}
			leaf.County, _ = t.County(u.ID)
			leaf.Municipality, _ = t.Municipality(u.ID)
			leaves = append(leaves, leaf)
		}
	}
	slices.SortFunc(leaves, func(a, b Leaf) int {
		return cmp.Or(cmp.Compare(a.County.SortKey, b.County.SortKey), cmp.Compare(a.Municipality.SortKey, b.Municipality.SortKey),
			cmp.Compare(a.SortKey, b.SortKey), cmp.Compare(a.ID, b.ID))
	})
	return leaves
}

// Find returns the workplaces in whose name, or whose municipality's or county's, a search's words are all found.
func (t *Tree) Find(search string) []string {
	words := strings.Fields(Fold(search))
	if len(words) == 0 {
		return nil
	}
	var ids []string
	for _, u := range t.units {
		if u.Kind != Workplace {
			continue
		}
		var text strings.Builder
		for _, above := range t.Path(u.ID) {
			if above.Kind != Region {
				text.WriteString(above.folded + "\n")
			}
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text.String(), w) }) {
			ids = append(ids, u.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// everUnder returns the workplaces that on some day stood at or below each of the units, also those closed since and
// those that such a one has gone up in; and the other units there, themselves among them.
func everUnder(ctx context.Context, c db.Conn, units []string) (all, areas map[string][]string, err error) {
	type edge struct {
		unit   string
		parent *string
		kind   Kind
	}
	edges, err := db.All(ctx, c, func(e *edge) []any { return []any{&e.unit, &e.parent, &e.kind} },
		`SELECT DISTINCT p.unit, p.parent, u.kind FROM unit_period p JOIN unit u ON u.id = p.unit
		UNION SELECT m.into_unit, m.unit, 'workplace' FROM unit_merge m`)
	if err != nil {
		return nil, nil, err
	}
	below, workplace := map[string][]string{}, map[string]bool{}
	for _, e := range edges {
		below[db.Text(e.parent)] = append(below[db.Text(e.parent)], e.unit)
		workplace[e.unit] = e.kind == Workplace
	}
	all, areas = make(map[string][]string, len(units)), make(map[string][]string, len(units))
	for _, top := range units {
		seen := map[string]bool{}
		for queue := []string{top}; len(queue) > 0; queue = queue[1:] {
			if id := queue[0]; !seen[id] {
				seen[id] = true
				queue = append(queue, below[id]...)
				if workplace[id] {
					all[top] = append(all[top], id)
				} else {
					areas[top] = append(areas[top], id)
				}
			}
		}
		slices.Sort(all[top])
	}
	return all, areas, nil
}
