package roster

import (
	"cmp"
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

var (
	days       = regexp.MustCompile(`(?:^|\D)(20\d\d)[-_. ]?(0[1-9]|1[0-2])[-_. ]?(0[1-9]|[12]\d|3[01])(?:\D|$)`)
	monthsOnly = regexp.MustCompile(`(?:^|\D)(20\d\d)[-_. ](0[1-9]|1[0-2])(?:\D|$)`)
)

// dayOf guesses the day that a list tells of, from what stands above it and what the file is called: "" if nothing tells of one until last.
func dayOf(texts []string, last local.Date) local.Date {
	for _, text := range texts {
		for _, m := range days.FindAllStringSubmatch(text, -1) {
			if d := local.Date(m[1] + "-" + m[2] + "-" + m[3]); d.Valid() && d <= last {
				return d
			}
		}
	}
	for _, text := range texts {
		if m := monthsOnly.FindStringSubmatch(text); m != nil && !days.MatchString(text) { // of a day that lies ahead, its month is not what is told
			if d := local.Date(m[1] + "-" + m[2] + "-01"); d <= last {
				return d
			}
		}
	}
	return ""
}

// tokens are the words of texts, folded, with and without the rings and dots of å, ä and ö.
func tokens(texts ...string) map[string]bool {
	all := map[string]bool{}
	for _, text := range texts {
		for word := range strings.FieldsSeq(strings.ReplaceAll(people.Searchable(strings.NewReplacer("_", " ", ".", " ").Replace(text)), "|", " ")) {
			all[word] = true
		}
	}
	return all
}

// names reports whether words name a unit: by its name, or that with an s.
func names(words map[string]bool, unit string) bool {
	for form := range strings.SplitSeq(people.Searchable(unit), " | ") {
		if strings.Contains(form, " ") {
			if !slices.ContainsFunc(strings.Fields(form), func(w string) bool { return !words[w] && !words[w+"s"] }) {
				return true
			}
		} else if words[form] || words[form+"s"] {
			return true
		}
	}
	return false
}

// domains are those of the addresses of e-mail, with how many have each.
func domains(lines []Line) map[string]int {
	all := map[string]int{}
	for _, l := range lines {
		if _, domain, ok := strings.Cut(l.Email, "@"); ok {
			all[domain]++
		}
	}
	return all
}

// municipalityOf finds the unit that a list means by a code or a name.
func municipalityOf(tree *people.Tree, text string) (people.Unit, bool) {
	if text == "" {
		return people.Unit{}, false
	}
	code := text
	if strings.Trim(text, "0123456789") == "" {
		for len(code) < 4 {
			code = "0" + code // kept as a number, it lost what it began with
		}
	}
	folded := people.Fold(text)
	for _, end := range []string{" kommun", " stad", " municipality"} {
		folded = strings.TrimSuffix(folded, end)
	}
	var found people.Unit
	for _, u := range tree.Units(people.Municipality, people.County) {
		name := people.Fold(u.Name)
		switch {
		case u.Kind == people.Municipality && u.Code == code:
			return u, true
		case folded == name || folded == name+"s":
			if found.ID == "" || u.Kind == people.Municipality {
				found = u
			}
		}
	}
	return found, found.ID != ""
}

// guessMunicipality finds the one municipality that a list without such a column is about: what stands above it, the
// file's name, the addresses and the workplaces each speak for those they name.
func guessMunicipality(tree *people.Tree, file string, parts []Part, lines []Line) (people.Unit, bool) {
	votes := map[string]int{}
	var titles []string
	for _, p := range parts {
		titles = append(titles, p.titles...)
		if len(parts) == 1 { // of several each speaks for its own rows: see home
			titles = append(titles, p.sheet)
		}
	}
	places := map[string]bool{}
	for _, l := range lines {
		places[l.Workplace] = true
	}
	vote := func(weight int, text string) {
		words := tokens(text)
		for _, u := range tree.Units(people.Municipality) {
			if names(words, u.Name) {
				votes[u.ID] += weight
			}
		}
	}
	vote(3, strings.TrimSuffix(file, path.Ext(file)))
	vote(3, strings.Join(titles, " "))
	for domain, n := range domains(lines) {
		if n*2 > len(lines) {
			vote(3, domain)
		}
	}
	for place := range places {
		vote(1, place)
	}
	best, most, next := "", 0, 0
	for id, n := range votes {
		switch {
		case n > most:
			best, most, next = id, n, most
		case n > next:
			next = n
		}
	}
	if most == 0 || most == next {
		return people.Unit{}, false
	}
	return tree.Unit(best)
}

// guessEmployer finds the employer whose list it is. What speaks for one: its number; its name; that it employs those whom the
// list tells of, at the workplaces that it tells of; the addresses; the municipality's name.
func (w *world) guessEmployer(ctx context.Context, c db.Conn, file string, parts []Part, lines []Line, places []*Place, municipality people.Unit) (people.Employer, error) {
	all, err := people.Employers(ctx, c, "")
	if err != nil {
		return people.Employer{}, err
	}
	votes := map[string]int{}
	var titles []string
	named := map[string]bool{}
	for _, p := range parts {
		titles = append(titles, p.titles...)
		for _, r := range p.rows[:min(len(p.rows), 200)] {
			if i, ok := p.Columns[OrgNumber]; ok {
				if number, err := people.ParseOrgNumber(r.Cell(i)); err == nil {
					named[number] = true
				}
			}
			if i, ok := p.Columns[Employer]; ok {
				named[people.Fold(r.Cell(i))] = true
			}
		}
	}
	words := tokens(append(titles, strings.TrimSuffix(file, path.Ext(file)))...)
	text := strings.Join(titles, " ")
	if municipality.ID == "" {
		municipality = sharedMunicipality(w.tree, words, places)
	}
	for _, e := range all {
		switch {
		case e.OrgNumber != "" && (named[e.OrgNumber] || strings.Contains(text, e.OrgNumber)):
			votes[e.ID] += 1000
		case named[people.Fold(e.Name)]:
			votes[e.ID] += 500
		}
		// Of a name those words speak that are its own; that it is a municipality or a county council says little.
		for word := range strings.FieldsSeq(people.Fold(e.Name)) {
			switch {
			case word == "kommun" || len(word) < 4:
			case words[word] || words[strings.TrimSuffix(word, "s")] || names(words, word):
				votes[e.ID] += 6
			}
		}
		if municipality.ID != "" && names(tokens(e.Name), municipality.Name) {
			votes[e.ID] += 20
		}
	}
	var hashes []string
	for _, l := range lines[:min(len(lines), 500)] {
		if l.Hash != "" {
			hashes = append(hashes, l.Hash)
		}
	}
	type tally struct {
		employer string
		n        int
	}
	count := func(weight, of int, query string, args ...any) error {
		rows, err := db.All(ctx, c, func(t *tally) []any { return []any{&t.employer, &t.n} }, query, args...)
		for _, r := range rows {
			if of > 0 {
				votes[r.employer] += weight * min(r.n, of) / of
			}
		}
		return err
	}
	var args []any
	if err := count(100, len(hashes), `SELECT e.employer, count(DISTINCT e.person) FROM identity_number i JOIN employment e ON e.person = i.person
		WHERE i.hash IN `+db.In(&args, hashes)+` GROUP BY e.employer ORDER BY e.employer`, args...); err != nil {
		return people.Employer{}, err
	}
	var units, municipalities []string
	for _, p := range places {
		if p.Unit != "" {
			units = append(units, p.Unit)
		}
		if p.Parent != "" && !slices.Contains(municipalities, p.Parent) {
			municipalities = append(municipalities, p.Parent)
		}
	}
	args = nil
	if err := count(30, max(len(units), 1), `SELECT employer, count(DISTINCT workplace) FROM employment WHERE workplace IN `+db.In(&args, units)+` GROUP BY employer ORDER BY employer`, args...); err != nil {
		return people.Employer{}, err
	}
	// Who has workplaces of the same kind in the same municipalities: so the hospital libraries of a county council are known.
	for _, kind := range people.WorkplaceKinds {
		var near []string
		n := 0
		for _, p := range places {
			if p.Kind == kind {
				n++
			}
		}
		for _, u := range w.tree.Units(people.Workplace) {
			if u.WorkplaceKind == kind && slices.Contains(municipalities, u.Parent) {
				near = append(near, u.ID)
			}
		}
		args = nil
		if err := count(25*n/max(len(places), 1), max(len(near), 1), `SELECT employer, count(DISTINCT workplace) FROM employment WHERE workplace IN `+db.In(&args, near)+` GROUP BY employer ORDER BY employer`, args...); err != nil {
			return people.Employer{}, err
		}
	}
	slices.SortStableFunc(all, func(a, b people.Employer) int { return cmp.Compare(votes[b.ID], votes[a.ID]) })
	if len(all) > 0 && votes[all[0].ID] >= 20 && (len(all) == 1 || votes[all[0].ID] > votes[all[1].ID]) {
		return all[0], nil
	}
	if len(all) > 1 && votes[all[0].ID] >= 500 && votes[all[0].ID] == votes[all[1].ID] { // the list names several
		return people.Employer{}, nil
	}
	return people.Employer{Name: proposedEmployer(w.tree, words, municipality, places)}, nil
}

// sharedMunicipality is the one whose list it is where the rows tell the municipality themselves: the one that the heading names, or
// in which all workplaces lie. A county council's staff may all be in one municipality too.
func sharedMunicipality(tree *people.Tree, words map[string]bool, places []*Place) people.Unit {
	var rows, heading []people.Unit
	hospitals := 0
	for _, p := range places {
		if u, ok := tree.Unit(p.Parent); ok && u.Kind == people.Municipality {
			if !slices.ContainsFunc(rows, func(r people.Unit) bool { return r.ID == u.ID }) {
				rows = append(rows, u)
			}
			if p.Kind == "hospital-library" {
				hospitals++
			}
		}
	}
	if words["kommun"] || words["kommuns"] || words["kommunen"] {
		for _, u := range tree.Units(people.Municipality) {
			if names(words, u.Name) {
				heading = append(heading, u)
			}
		}
	}
	county := hospitals == len(places) || slices.ContainsFunc([]string{"region", "regionen", "landsting", "landstinget"}, func(w string) bool { return words[w] })
	switch {
	case len(heading) == 1:
		return heading[0]
	case len(rows) == 1 && !county:
		return rows[0]
	}
	return people.Unit{}
}

// proposedEmployer is what an employer is called that is not known yet: to be looked at by whoever confirms.
func proposedEmployer(tree *people.Tree, words map[string]bool, municipality people.Unit, places []*Place) string {
	if municipality.ID != "" {
		name := municipality.Name
		if !strings.ContainsAny(name[len(name)-1:], "aeiouysxz") && !strings.HasSuffix(name, "å") && !strings.HasSuffix(name, "ä") && !strings.HasSuffix(name, "ö") {
			name += "s"
		}
		return name + " kommun"
	}
	for _, p := range places {
		if county, ok := tree.County(p.Parent); ok {
			if words["landstinget"] || words["landsting"] {
				return "Landstinget i " + county.Name
			}
			return "Region " + county.Name
		}
	}
	return ""
}

// MayImport reports whether v may take in lists: it makes people and workplaces.
func MayImport(v access.Viewer) bool {
	return v.Can(access.EditPeople) && v.Can(access.EditOrganisation)
}
