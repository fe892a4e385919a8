package roster

import (
	"cmp"

	"kompobib/internal/access"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

// What becomes of an employment.
type act string

const (
	begin   act = "employ"  // another employment
	follow  act = "change"  // goes on in another form from a day, in a new row
	correct act = "correct" // becomes another without a new row: it began that very day, or only its days are other
	redate  act = "redate"  // the first of several rows that follow each other begins on another day, and is else as it was
	end     act = "end"
)

// A postChange is what becomes of one employment.
type postChange struct {
	act   act
	was   *post
	line  *Line
	place *Place
	from  local.Date // the first day of what comes, or of what is corrected
	to    local.Date // the day after its last
	on    local.Date // of an end: the first day without; "" until it is told
	first local.Date // the other first day that what goes on in another form gets as well; "" for the one that it has
}

// begins is the first day that it puts anybody at the workplace.
func (c postChange) begins() local.Date { return cmp.Or(c.first, c.from) }

// item is what a group of lines changes.
func (w *world) item(d *Difference, g *group, v access.Viewer) Item {
	l := g.first()
	i := Item{Kind: Newcomer, Sheet: d.Parts[l.Part].Sheet, Row: l.Row, Given: l.Given, Family: l.Family, Protected: l.Protected,
		Workplace: g.places[0].Name, Reason: g.reason, group: g}
	if l.known() {
		i.Masked = l.Identity.Masked()
	}
	i.Numberless = l.masked && (g.person == nil || g.person.hash == "")
	if g.maybe != nil {
		i.Kind, i.Maybe, i.Protected = Doubtful, g.maybe.ID, l.Protected || g.maybe.Protected
		if g.maybe.inside || v.Staff(access.EditPeople).All { // a number alone tells nobody whose it is
			i.MaybeName = g.maybe.Name()
		}
		return i
	}
	w.settle(d, g, &i, g.person, v)
	return i
}

// settle finds out what changes if the group is about a person, nil for someone new.
func (w *world) settle(d *Difference, g *group, i *Item, k *known, v access.Viewer) {
	i.known = k
	i.posts, i.Changes, i.Later, i.facts = nil, nil, nil, nil
	moved, changed := false, false
	if k != nil {
		i.Person, i.Protected = k.ID, i.Protected || k.Protected
		if k.masked != "" {
			i.Masked = k.masked
		}
		if k.inside || v.Staff(access.EditPeople).All {
			w.compareFacts(g, i, k)
		}
	}
	lines, places, pairs, rest := w.pair(g, k)
	for n, p := range pairs {
		if becomes := w.comparePost(d, i, p, lines[n], places[n]); becomes != nil {
			i.posts = append(i.posts, becomes...)
			changed = true
			moved = moved || p != nil && p.workplace != places[n].Unit
		}
	}
	for _, p := range rest {
		if p.valid.To == "" && p.valid.From < d.On {
			i.posts = append(i.posts, postChange{act: end, was: p})
			i.Changes = append(i.Changes, Change{To, w.tree.Name(p.workplace), ""})
			changed = true
		}
	}
	switch {
	case k == nil || !k.inside:
		i.Kind = Newcomer
	case moved:
		i.Kind = Moved
	case changed || len(i.Changes) > 0 || i.number:
		i.Kind = Changed
	default:
		i.Kind = Unchanged
	}
}

// compareFacts compares what is told of the person. What a list leaves empty stays as it is, and a mark of protected identity is only
// ever set here: it is not lifted because an employer forgot it.
func (w *world) compareFacts(g *group, i *Item, k *known) {
	l, p := g.first(), k.Person
	change := func(f Field, was *string, is string) {
		if is != "" && is != *was {
			i.Changes = append(i.Changes, Change{f, *was, is})
			*was = is
		}
	}
	if people.Fold(l.Given) != people.Fold(p.Given) {
		change(Given, &p.Given, l.Given)
	}
	if people.Fold(l.Family) != people.Fold(p.Family) {
		change(Family, &p.Family, l.Family)
		if i.Reason == "" && len(i.Changes) == 1 {
			i.Reason = NameChange
		}
	}
	change(Email, &p.Email, l.Email)
	change(Phone, &p.Phone, l.Phone)
	if p.Gender == "unknown" {
		change(Gender, &p.Gender, l.Gender)
	}
	if l.Protected && !p.Protected {
		i.Changes = append(i.Changes, Change{Protected, "", ""})
		p.Protected = true
	}
	if len(i.Changes) > 0 {
		i.facts = &p
	}
	if l.known() && k.hash == "" {
		i.number = true
		i.Changes = append(i.Changes, Change{Identity, "", l.Identity.Masked()})
	}
}

// pair brings together lines and known employments that are most alike. pairs has a post or nil for each line; rest are the others.
func (w *world) pair(g *group, k *known) (lines []*Line, places []*Place, pairs, rest []*post) {
	lines, places, pairs = g.lines, g.places, make([]*post, len(g.lines))
	if k == nil {
		return lines, places, pairs, nil
	}
	taken := make([]bool, len(k.posts))
	for range lines {
		best, line, at := -1, 0, 0
		for n, l := range lines {
			if pairs[n] != nil {
				continue
			}
			for m, p := range k.posts {
				if taken[m] {
					continue
				}
				score := 0
				if p.workplace == places[n].Unit {
					score += 8
				}
				if p.first == l.Valid.From {
					score += 4
				}
				if p.title == l.Title {
					score += 2
				}
				if p.share == l.Share {
					score++
				}
				if score > best {
					best, line, at = score, n, m
				}
			}
		}
		if best < 0 {
			break
		}
		pairs[line], taken[at] = k.posts[at], true
	}
	for m, p := range k.posts {
		if !taken[m] {
			rest = append(rest, p)
		}
	}
	return lines, places, pairs, rest
}

// comparePost is what becomes of one employment, nil if nothing does.
func (w *world) comparePost(d *Difference, i *Item, p *post, l *Line, at *Place) []postChange {
	// An employment cannot have begun here before the workplace did, and not while an earlier one was held.
	begins := cmp.Or(w.opens[at.Unit], w.first[at.Parent])
	from := max(cmp.Or(l.Valid.From, d.On), begins)
	later := func() {
		switch {
		case l.Valid.From == "" || from <= l.Valid.From:
		case from == begins:
			i.Later = append(i.Later, Begins{l.Valid.From, from, at.Name})
		default:
			i.Later = append(i.Later, Begins{l.Valid.From, from, ""})
		}
	}
	if p == nil {
		if i.known != nil {
			from = max(from, i.known.past)
		}
		to := l.Valid.To
		if to != "" && to <= from {
			return nil // over before we would have known of it
		}
		if i.known != nil {
			i.Changes = append(i.Changes, Change{Workplace, "", at.Name})
		}
		later()
		return []postChange{{act: begin, line: l, place: at, from: from, to: to}}
	}
	if p.valid.From > d.On { // newer than the list
		return nil
	}
	var changes []Change
	note := func(differ bool, f Field, was, is string) {
		if differ {
			changes = append(changes, Change{f, was, is})
		}
	}
	note(p.workplace != at.Unit, Workplace, w.tree.Name(p.workplace), at.Name)
	note(l.Title != noTitle && people.Fold(p.title) != people.Fold(l.Title), Title, p.title, l.Title)
	note(d.Parts[l.Part].has(Share) && p.share != l.Share, Share, percent(p.share), percent(l.Share))
	form := len(changes) > 0
	ends := l.Valid.To != "" && p.valid.To != l.Valid.To && l.Valid.To > p.valid.From
	to := p.valid.To
	if ends {
		to = l.Valid.To
	}
	follows := form && p.valid.From < d.On && (to == "" || d.On < to)
	starts := w.starts(p, l, at, from, begins) && (!follows || from < d.On)
	note(starts, From, string(p.first), string(from))
	note(ends, To, lastDay(p.valid.To), lastDay(l.Valid.To))
	if len(changes) == 0 {
		return nil
	}
	i.Changes = append(i.Changes, changes...)
	c := postChange{act: correct, was: p, line: l, place: at, from: p.valid.From, to: to}
	if follows {
		c.act, c.from = follow, d.On
	}
	if !starts {
		return []postChange{c}
	}
	later()
	switch {
	case p.root != p:
		earlier := postChange{act: redate, was: p.root, line: l, place: at, from: from, to: p.root.valid.To}
		if !form && !ends {
			return []postChange{earlier}
		}
		return []postChange{c, earlier}
	case follows:
		c.first = from
	default:
		c.from = from
	}
	return []postChange{c}
}

// starts reports whether a line tells of another first day of an employment, from, at the workplace where it began. Of one that has gone on in another form only an
// earlier day is that: a later one may be the day of the form.
func (w *world) starts(p *post, l *Line, at *Place, from, begins local.Date) bool {
	root := p.root
	return l.Valid.From != "" && from != root.valid.From && root.valid.From >= begins && from < cmp.Or(l.Valid.To, "9999") &&
		p.workplace == at.Unit && root.workplace == at.Unit && (root == p && p.follows == "" || root != p && from < root.valid.From)
}

func lastDay(to local.Date) string {
	if to == "" {
		return ""
	}
	return string(to.Add(-1))
}
