package roster

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

var (
	ErrMunicipality   = fault.Define(fault.Invalid, "roster.municipality")       // args: what stands there
	ErrNoMunicipality = fault.Define(fault.Invalid, "roster.no-municipality")    // args: the workplace
	ErrAsked          = fault.Define(fault.Invalid, "roster.municipality-asked") // args: what was asked for, those that are most like it
	ErrOutside        = fault.Define(fault.Invalid, "roster.outside")            // args: the workplace
	ErrClosing        = fault.Define(fault.Conflict, "roster.closing")           // args: the workplace, its last day
)

// How a workplace of a list was found.
type How string

const (
	Same    How = "same"    // it has that name
	Alike   How = "alike"   // its name differs in what says nothing
	Former  How = "former"  // it had that name
	Chosen  How = "chosen"  // by hand, or so the last time
	New     How = "new"     // it is not in the tree, and is to be made
	Renamed How = "renamed" // its people were all at one that the list does not name
)

// A Place is a workplace as a list names it.
type Place struct {
	Key    string // of the name and the municipality, for choices
	Name   string
	Parent string // the municipality, or county
	Unit   string // "" for a new one
	How    How
	Was    string     // what it is called until it is renamed
	Kind   string     // of a new one
	From   local.Date // the first day of a new one
	Lines  int

	fault     *fault.Fault
	field     Field
	misread   bool // it was taken for something else when the list was shown
	takesName bool // a renamed one is given its name
}

// PlaceKey is a workplace's name as choices remember it.
func PlaceKey(municipality, name string) string {
	return people.Fold(municipality) + "/" + people.Fold(name)
}

// essence is a workplace's name without what says nothing within its municipality: "Köpings stadsbibliotek" and
// "Stadsbiblioteket i Köping" are the same.
func essence(name, municipality string) string {
	own := people.Fold(municipality)
	var words []string
	for w := range strings.FieldsSeq(people.Fold(name)) {
		if w == "i" || w == "på" || w == "vid" || w == "kommun" || w == "kommuns" || w == own || w == own+"s" {
			continue
		}
		for _, end := range []struct{ long, short string }{{"biblioteket", "bibliotek"}, {"bussen", "buss"}, {"filialen", "filial"}} {
			if before0, ok := strings.CutSuffix(w, end.long); ok {
				w = before0 + end.short
			}
		}
		words = append(words, w)
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// workplaceKind guesses the kind of a new workplace by its name.
func workplaceKind(name string) string {
	folded := people.Fold(name)
	for _, k := range []struct{ part, kind string }{
		{"sjukhus", "hospital-library"}, {"lasarett", "hospital-library"}, {"hospital", "hospital-library"},
		{"gymnasi", "school-library"}, {"skol", "school-library"}, {"school", "school-library"},
		{"bokbuss", "mobile-library"}, {"mobil", "mobile-library"},
		{"länsbibl", "county-library"}, {"regionbibl", "county-library"},
		{"stadsbibl", "public-library"}, {"huvudbibl", "public-library"}, {"kommunbibl", "public-library"}, {"folkbibl", "public-library"},
	} {
		if strings.Contains(folded, k.part) {
			return k.kind
		}
	}
	return "branch-library"
}

// home is the municipality of lines that name none, by their parts' places: the one that was chosen for the whole list, else of several sheets the one that a
// sheet's name tells, else that of the whole list.
func (w *world) home(parts []Part, whole people.Unit, chosen bool) []people.Unit {
	homes := make([]people.Unit, len(parts))
	for n, p := range parts {
		if homes[n] = whole; chosen { // a sheet may be called as a municipality is without meaning it
			continue
		}
		called := tokens(p.Sheet)
		named := slices.DeleteFunc(w.tree.Units(people.Municipality), func(u people.Unit) bool { return !names(called, u.Name) })
		if len(named) == 1 {
			homes[n] = named[0]
		}
	}
	return homes
}

// places finds each workplace that the lines name.
func (w *world) places(lines []Line, chosen map[string]string) (byLine []*Place, all []*Place) {
	byKey := map[[3]string]*Place{}
	byLine = make([]*Place, len(lines))
	for i, l := range lines {
		key := [3]string{l.Municipality, l.Workplace, w.homes[l.Part].ID}
		p := byKey[key]
		if p == nil {
			p = w.place(l.Municipality, l.Workplace, w.homes[l.Part], chosen)
			byKey[key] = p
			all = append(all, p)
		}
		p.Lines++
		byLine[i] = p
	}
	// Two spellings of one workplace are one.
	merged := map[string]*Place{}
	for i, p := range byLine {
		if p.fault != nil {
			continue
		}
		id := p.Unit
		if id == "" {
			id = p.Parent + "/" + essence(p.Name, w.tree.Name(p.Parent))
		}
		if first := merged[id]; first != nil && first != p {
			byLine[i] = first
		} else {
			merged[id] = p
		}
	}
	all = slices.DeleteFunc(all, func(p *Place) bool { return p.fault == nil && !slices.Contains(slices.Collect(maps.Values(merged)), p) })
	return byLine, all
}

func (w *world) place(municipality, name string, fallback people.Unit, chosen map[string]string) *Place {
	parent, ok := fallback, fallback.ID != ""
	if municipality != "" {
		parent, ok = municipalityOf(w.tree, municipality)
	}
	p := &Place{Name: name, Parent: parent.ID, Kind: workplaceKind(name), How: New, Key: PlaceKey(parent.Name, name)}
	switch choice := chosen[p.Key]; {
	case choice == string(New):
	case choice != "":
		if u, exists := w.tree.Unit(choice); exists && u.Kind == people.Workplace {
			p.Unit, p.Parent, p.How = u.ID, u.Parent, Chosen
			return w.open(p)
		}
	case !ok && municipality != "":
		p.field, p.fault = Municipality, ErrMunicipality.With(municipality)
		return p
	default:
		if w.find(p, parent, ok); p.Unit != "" {
			return w.open(p)
		}
	}
	if !ok {
		p.field, p.fault = Workplace, ErrNoMunicipality.With(name)
	}
	return p
}

// Wrong reports whether nothing can be done with the rows that name the workplace so.
func (p *Place) Wrong() bool { return p.fault != nil }

// find looks a workplace up by name in its municipality; without one, in the whole tree if there is but one such.
func (w *world) find(p *Place, parent people.Unit, within bool) {
	folded, essential := people.Fold(p.Name), essence(p.Name, parent.Name)
	var same, alike, former []people.Unit
	for _, u := range w.tree.Units(people.Workplace) {
		if within && u.Parent != parent.ID {
			continue
		}
		switch name := people.Fold(u.Name); {
		case name == folded:
			same = append(same, u)
		case within && essential != "" && essence(u.Name, parent.Name) == essential:
			alike = append(alike, u)
		case slices.Contains(w.former[folded], u.ID):
			former = append(former, u)
		}
	}
	for _, found := range []struct {
		units []people.Unit
		how   How
	}{{same, Same}, {former, Former}, {alike, Alike}} {
		if len(found.units) == 1 {
			p.Unit, p.Parent, p.How = found.units[0].ID, found.units[0].Parent, found.how
			return
		}
	}
}

// open refuses a workplace that is about to close.
func (w *world) open(p *Place) *Place {
	if to := w.last[p.Unit]; to != "" {
		p.field, p.fault = Workplace, ErrClosing.With(p.Name, to.Add(-1))
	}
	return p
}

// renames finds new workplaces whose people were at one workplace that the list no longer names: that one has got a new name.
func (w *world) renames(groups []*group, all []*Place, chosen map[string]string) {
	named := map[string]bool{}
	for _, p := range all {
		named[p.Unit] = true
	}
	// How many went from where to where, of those still there.
	flow := map[[2]string]int{}
	from, into := map[string]int{}, map[string]int{}
	for _, g := range groups {
		if g.person == nil || len(g.person.posts) != 1 || len(g.lines) != 1 {
			continue
		}
		was, is := g.person.posts[0].workplace, g.places[0]
		from[was]++
		if is.Unit == "" && is.fault == nil {
			into[is.Key]++
			flow[[2]string{was, is.Key}]++
		}
	}
	keys := slices.SortedFunc(maps.Keys(flow), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(flow[b], flow[a]), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	for _, key := range keys {
		n, was := flow[key], key[0]
		u, ok := w.tree.Unit(was)
		i := slices.IndexFunc(all, func(p *Place) bool { return p.Key == key[1] && p.Unit == "" })
		if i < 0 || !ok || named[was] || chosen[key[1]] != "" || u.Parent != all[i].Parent || n*2 <= from[was] || n*2 <= into[key[1]] {
			continue
		}
		if n < 2 && !related(u.Name, all[i].Name, w.tree.Name(u.Parent)) {
			continue
		}
		all[i].Unit, all[i].How, all[i].Was, all[i].Kind = was, Renamed, u.Name, u.WorkplaceKind
		named[was] = true
	}
}

// related reports whether two names share a word that is their own.
func related(a, b, municipality string) bool {
	words := strings.Fields(essence(b, municipality))
	return slices.ContainsFunc(strings.Fields(essence(a, municipality)), func(w string) bool { return w != "bibliotek" && w != "filial" && slices.Contains(words, w) })
}
