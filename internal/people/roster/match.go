package roster

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/fault"
	"kompobib/internal/people"
)

// Why a row may be about someone who is known already.
const (
	SameName      = "same-name"      // of several with the name, or without a number
	NameChange    = "name-change"    // another surname, and else the same
	NumberDiffers = "number-differs" // same name and day of birth, another number
	RowTwice      = "row-twice"      // the same employment stands on another row
	Spelling      = "spelling"       // and the number is written in another way there
	TakesNumber   = "takes-number"   // known without a number, who gets one
	OtherNames    = "other-names"    // the number of someone of whose names none is on the row
)

// ReasonWords is the code of the words for a reason.
func ReasonWords(reason string) string { return "roster.reason-" + reason }

// A group is what a list tells of one person.
type group struct {
	lines  []*Line
	places []*Place
	person *known // who it is
	maybe  *known // who it may be
	reason string
}

func (g *group) first() *Line { return g.lines[0] }

func fullName(given, family string) string { return people.Fold(given + " " + family) }

// group brings together what is told of each person. Rows that repeat another, or give its number another name, are told; of the latter only the name is
// left, for the number is as likely wrong. Misnamed are those, and rows that repeat another without a number: the row may be a namesake's.
func (d *Difference) group(lines []*Line, places []*Place) (groups []*group, misnamed []Line) {
	by := make(map[string]*group, len(lines))
	for i, l := range lines {
		key := l.Hash
		if key == "" {
			if key = "n/" + fullName(l.Given, l.Family); l.Birth != "" {
				key += "/" + string(l.Birth)
			} else if l.Email != "" {
				key += "/" + l.Email
			} else if l.Valid.From != "" { // two who share all that is told began on the same day: one of them is a row too many
				key += fmt.Sprint("/", places[i].Key, "/", l.Valid, "/", l.Title, "/", l.Share, "/", l.Phone)
			} else {
				key += "/" + strconv.Itoa(l.Part) + "/" + strconv.Itoa(l.Row)
			}
		}
		g := by[key]
		if g == nil {
			g = &group{}
			by[key] = g
			groups = append(groups, g)
		} else if f := g.first(); (f.Given != l.Given || f.Family != l.Family) && fullName(f.Given, f.Family) != fullName(l.Given, l.Family) {
			d.mistake(l, Identity, ErrOtherName.With(RowAt{d.Parts[f.Part].Sheet, f.Row}))
			misnamed = append(misnamed, Line{Part: l.Part, Row: l.Row, Given: l.Given, Family: l.Family})
			continue
		}
		if twin := g.twin(l, places[i]); twin != nil {
			reason := RowTwice
			if g.first().Spelt != l.Spelt {
				reason = Spelling
			}
			d.Duplicates = append(d.Duplicates, Duplicate{Row: l.Row, Sheet: d.Parts[l.Part].Sheet, Reason: reason, Other: RowAt{d.Parts[twin.Part].Sheet, twin.Row}})
			if l.Hash == "" {
				misnamed = append(misnamed, Line{Part: l.Part, Row: l.Row, Given: l.Given, Family: l.Family})
			}
			continue
		}
		g.lines, g.places = append(g.lines, l), append(g.places, places[i])
	}
	return groups, misnamed
}

// twin is the line that tells of the same employment, nil if there is none.
func (g *group) twin(l *Line, at *Place) *Line {
	for i, o := range g.lines {
		if g.places[i] == at && o.Share == l.Share && o.Valid == l.Valid && people.Fold(o.Title) == people.Fold(l.Title) {
			return o
		}
	}
	return nil
}

// match finds who each group is: by number, then by name. What is only probable is left for people to say. Whom the rows with mistakes are about, about, has
// not left; the rows that are right choose first, so that nobody becomes a new person for standing on one of each.
func (w *world) match(groups []*group, about []Line, said func(*Line) []string) {
	var open []*group
	for _, g := range groups {
		if k := w.byHash[g.first().Hash]; k != nil && g.first().Hash != "" {
			if k.claimed = true; sharesName(g.first(), k) {
				g.person = k
			} else {
				g.maybe, g.reason = k, OtherNames
			}
		} else {
			open = append(open, g)
		}
	}
	for _, l := range about {
		if k := w.byHash[l.Hash]; k != nil && l.Hash != "" {
			k.claimed = true
		}
	}
	if len(open) == 0 && len(about) == 0 {
		return
	}
	byName, byMail, byBirth, byPost := map[string][]*known{}, map[string][]*known{}, map[string][]*known{}, map[string][]*known{}
	for _, k := range w.persons {
		if !k.inside || k.claimed {
			continue
		}
		name, given := fullName(k.Given, k.Family), people.Fold(k.Given)
		byName[name] = append(byName[name], k)
		if k.Email != "" {
			byMail[given+"/"+k.Email] = append(byMail[given+"/"+k.Email], k)
		}
		if born := k.born(); born != "" {
			byBirth[given+"/"+string(born)] = append(byBirth[given+"/"+string(born)], k)
		}
		for _, p := range k.posts {
			key := given + "/" + p.workplace + "/" + string(p.first)
			byPost[key] = append(byPost[key], k)
		}
	}
	var rest []*group
	for _, g := range open {
		if !g.byName(byName) {
			rest = append(rest, g)
		}
	}
	for _, l := range about {
		if l.Hash != "" && w.byHash[l.Hash] != nil {
			continue
		}
		for _, k := range byName[fullName(l.Given, l.Family)] {
			if l.Hash == "" || compatible(&l, k) { // a number tells for certain when somebody was born, a mistyped day does not
				k.claimed = true
			}
		}
	}
	for _, g := range rest {
		l := g.first()
		given := people.Fold(l.Given)
		for _, keyed := range []struct {
			from map[string][]*known
			key  string
		}{{byBirth, given + "/" + string(l.Birth)}, {byMail, given + "/" + l.Email}, {byPost, given + "/" + g.places[0].Unit + "/" + string(l.Valid.From)}} {
			for _, k := range keyed.from[keyed.key] {
				if !k.claimed && compatible(l, k) && g.maybe == nil {
					g.maybe, g.reason = k, NameChange
					if people.Fold(k.Family) == people.Fold(l.Family) {
						g.reason = NumberDiffers
					}
				}
			}
		}
		if g.maybe != nil {
			g.maybe.claimed = true
		}
	}
	w.claimFaulty(about, said)
}

// claimFaulty claims whom rows with mistakes are probably about though their names differ, who have married, say: until such a row is mended, nobody that it may
// be about has left. A row that names somebody known, or has their number, is about them; one without a whole name may be about whoever is named by the words of its
// cells, which said tells.
func (w *world) claimFaulty(about []Line, said func(*Line) []string) {
	if len(about) == 0 {
		return
	}
	named := map[string]bool{}
	by := map[[2]string][]*known{} // a name, and the unit or the day of birth that it goes with
	byMail, byFamily := map[string][]*known{}, map[string][]*known{}
	for _, k := range w.persons {
		if !k.inside {
			continue
		}
		named[fullName(k.Given, k.Family)] = true
		if k.claimed {
			continue
		}
		with := []string{string(k.born())}
		for _, p := range k.posts {
			with = append(with, p.workplace)
		}
		for _, name := range append(words(k.Given), familyName(k.Family)) {
			for _, what := range with {
				by[[2]string{name, what}] = append(by[[2]string{name, what}], k)
			}
		}
		if k.Email != "" {
			byMail[k.Email] = append(byMail[k.Email], k)
		}
		if family := words(k.Family); len(family) > 0 {
			byFamily[family[0]] = append(byFamily[family[0]], k)
		}
	}
	places, essences := map[[3]string][]string{}, w.essences()
	looked := map[[3]string]bool{} // most rows may be wrong, and thousands have one name
	var claimed []*known
	for i := range about {
		l := &about[i]
		if l.Hash != "" && w.byHash[l.Hash] != nil || named[fullName(l.Given, l.Family)] {
			continue
		}
		if l.Email != "" {
			claimed = append(claimed, byMail[l.Email]...)
		}
		called := words(l.Given)
		if l.Given == "" || l.Family == "" {
			row := said(l)
			for _, word := range row {
				for _, k := range byFamily[word] {
					if !slices.ContainsFunc(words(k.Given+" "+k.Family), func(w string) bool { return !slices.Contains(row, w) }) {
						claimed = append(claimed, k)
					}
				}
			}
		}
		if len(called) == 0 {
			called = []string{familyName(l.Family)}
		}
		at := [3]string{l.Municipality, l.Workplace, w.homes[l.Part].ID}
		if _, has := places[at]; !has {
			places[at] = w.mayBe(l, essences)
		}
		with := slices.Clone(places[at])
		if l.Birth != "" {
			with = append(with, string(l.Birth))
		}
		for _, name := range called {
			for _, what := range with {
				if key := [3]string{name, what, string(l.Birth)}; !looked[key] {
					looked[key] = true
					for _, k := range by[[2]string{name, what}] {
						if compatible(l, k) {
							claimed = append(claimed, k)
						}
					}
				}
			}
		}
	}
	for _, k := range claimed { // once all are found: of two rows with one given name, each may be about either
		k.claimed = true
	}
}

// familyName is a family name as it is told from given ones.
func familyName(name string) string { return "f/" + people.Fold(name) }

// essences are the workplaces by what is said by their names.
func (w *world) essences() map[string][]string {
	by := map[string][]string{}
	for _, u := range w.tree.Units(people.Workplace) {
		key := essence(u.Name, w.tree.Name(u.Parent))
		by[key] = append(by[key], u.ID)
	}
	return by
}

// mayBe are the workplaces that a row with a mistake may mean: its municipality may be what is wrong.
func (w *world) mayBe(l *Line, essences map[string][]string) []string {
	home := w.homes[l.Part]
	if u, ok := municipalityOf(w.tree, l.Municipality); ok {
		home = u
	}
	alike := slices.DeleteFunc(slices.Clone(essences[essence(l.Workplace, home.Name)]), func(id string) bool {
		u, _ := w.tree.Unit(id)
		return home.ID != "" && u.Parent != home.ID
	})
	return slices.Concat(w.former[people.Fold(l.Workplace)], alike)
}

// words are those of a name.
func words(name string) []string {
	return strings.FieldsFunc(people.Fold(name), func(r rune) bool { return r == ' ' || r == '-' })
}

// sharesName reports whether a line has any of someone's names, in whatever place: who has married, or uses another of several given names,
// keeps one of them.
func sharesName(l *Line, k *known) bool {
	has := words(k.Given + " " + k.Family)
	return slices.ContainsFunc(words(l.Given+" "+l.Family), func(w string) bool { return slices.Contains(has, w) })
}

// byName finds who is known by that name, and reports whether the question is settled.
func (g *group) byName(byName map[string][]*known) bool {
	l := g.first()
	var fit []*known
	for _, k := range byName[fullName(l.Given, l.Family)] {
		switch {
		case k.claimed || !compatible(l, k):
		case l.known() && k.hash != "": // two numbers: the same only if one of them is wrong, as the rest will show
		default:
			fit = append(fit, k)
		}
	}
	if len(fit) > 1 {
		var sure []*known
		for _, k := range fit {
			for _, p := range k.posts {
				if k.Email != "" && k.Email == l.Email || p.workplace == g.places[0].Unit && p.first == l.Valid.From {
					sure = append(sure, k)
					break
				}
			}
		}
		if len(sure) == 1 {
			fit = sure
		}
	}
	switch len(fit) {
	case 0:
		return false
	case 1:
		g.person, fit[0].claimed = fit[0], true
		if l.known() {
			g.reason = TakesNumber
		}
	default:
		g.maybe, g.reason, fit[0].claimed = fit[0], SameName, true
	}
	return true
}

// compatible reports whether nothing that is known of birth speaks against that a line is about someone.
func compatible(l *Line, k *known) bool {
	switch {
	case l.Birth == "":
		return true
	case k.born() != "":
		return k.born() == l.Birth
	case k.BirthYear != 0:
		return k.BirthYear == l.Birth.Time().Year()
	}
	return true
}

func (d *Difference) mistake(l *Line, f Field, fl *fault.Fault) {
	p := d.Parts[l.Part]
	d.Mistakes = append(d.Mistakes, Mistake{Sheet: p.Sheet, Row: l.Row, Column: p.Label(f), Fault: fl})
}
