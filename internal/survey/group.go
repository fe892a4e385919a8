package survey

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/small"
)

// A field is a programme's target group on a day.
type field struct {
	on     local.Date
	tree   *people.Tree
	within []string        // its workplaces, in order of id
	fixed  map[string]spot // of a round: where its workplaces stood when it was grouped, whatever the tree says since
}

// A spot is where a workplace stands, by ids; "" under none.
type spot struct{ municipality, county string }

// spots are where a workplace stands: where it stood when the round was grouped, or else by the tree.
func (f field) spots(workplace string) (list []spot) {
	if at, ok := f.fixed[workplace]; ok {
		return []spot{at}
	}
	for _, now := range f.tree.Under(workplace) {
		m, _ := f.tree.Municipality(now)
		c, _ := f.tree.County(now)
		list = append(list, spot{m.ID, c.ID})
	}
	return list
}

// where is the spot of a workplace to be kept; nil of one that has gone.
func (f field) where(workplace string) (municipality, county any) {
	for _, at := range f.spots(workplace) {
		return at.municipality, at.county
	}
	return nil, nil
}

func readField(ctx context.Context, c db.Conn, prog string, on local.Date) (f field, err error) {
	f.on = on
	if f.tree, err = people.LoadTree(ctx, c, on); err != nil {
		return f, err
	}
	units, err := programme.Targets(ctx, c, prog)
	f.within = f.tree.Under(units...)
	return f, err
}

// staff is where each of the persons, everyone if none is named, works in the field on its day. Who works at several of its
// workplaces is counted at the one with the largest share, of equal ones the earliest: as reach reckons them.
func (f field) staff(ctx context.Context, c db.Conn, persons ...string) (map[string]string, error) {
	args := []any{f.on}
	where := ""
	if persons != nil {
		where = ` AND person IN ` + db.In(&args, persons)
	}
	type row struct{ person, workplace string }
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.person, &r.workplace} }, `SELECT person, workplace FROM employment
		WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)`+where+` ORDER BY person, share DESC, valid_from, id`, args...)
	at := map[string]string{}
	for _, r := range rows {
		if _, in := slices.BinarySearch(f.within, r.workplace); in && at[r.person] == "" {
			at[r.person] = r.workplace
		}
	}
	return at, err
}

// leaf is places as one that is never split.
func (f field) leaf(places []string, n int, told bool) small.Leaf {
	l := small.Leaf{ID: slices.Min(places), N: n, Told: told}
	first := true
	for _, p := range places {
		for _, at := range f.spots(p) {
			if first {
				l.Municipality, l.County, first = at.municipality, at.county, false
			}
			if l.Municipality != at.municipality {
				l.Municipality = ""
			}
			if l.County != at.county {
				l.County = ""
			}
		}
	}
	return l
}

// A counted is a group of a round with its answers.
type counted struct {
	id     string
	told   bool // it has been shown in a round before
	places []string
	n      int              // who have answered
	values map[string][]int // by question and value
}

// readCounted reads the groups of a round, in order of their ids, and where its workplaces stood into f.
func (f *field) readCounted(ctx context.Context, c db.Conn, s Survey, round string) ([]counted, error) {
	type place struct {
		group, workplace     string
		told                 bool
		municipality, county *string
	}
	places, err := db.All(ctx, c, func(p *place) []any {
		return []any{&p.group, &p.workplace, db.Truth(&p.told), &p.municipality, &p.county}
	}, `
		SELECT p.grouping, p.workplace, g.told, p.municipality, p.county FROM survey_group g JOIN survey_group_place p ON p.grouping = g.id WHERE g.round = $1 ORDER BY p.grouping, p.workplace`, round)
	if err != nil {
		return nil, err
	}
	var list []counted
	at := map[string]int{}
	f.fixed = map[string]spot{}
	for _, p := range places {
		if p.municipality != nil && p.county != nil {
			f.fixed[p.workplace] = spot{*p.municipality, *p.county}
		}
		i, ok := at[p.group]
		if !ok {
			i = len(list)
			at[p.group] = i
			list = append(list, counted{id: p.group, told: p.told, values: map[string][]int{}})
		}
		list[i].places = append(list[i].places, p.workplace)
	}
	type tally struct {
		group, question string
		value, n        int
	}
	tallies, err := db.All(ctx, c, func(t *tally) []any { return []any{&t.group, &t.question, &t.value, &t.n} }, `
		SELECT t.grouping, t.question, t.value, t.n FROM survey_group g JOIN survey_tally t ON t.grouping = g.id WHERE g.round = $1 AND t.n > 0
		ORDER BY t.grouping, t.question, t.value`, round)
	for _, t := range tallies {
		g := &list[at[t.group]]
		if g.values[t.question] == nil {
			g.values[t.question] = make([]int, len(s.Words)+1)
		}
		g.values[t.question][t.value] += t.n
		if t.question == s.Questions[0].ID {
			g.n += t.n
		}
	}
	return list, err
}

// pooled are the groups that a round shows: those of its answers that are too few are put together. Without five answers there are none.
func (f field) pooled(list []counted) (groups []counted) {
	leaves := make([]small.Leaf, len(list))
	for i, g := range list {
		leaves[i] = f.leaf(g.places, g.n, g.told)
	}
	for _, p := range small.Pool(leaves) {
		if !p.Shown() {
			continue
		}
		one := counted{id: list[p.Leaves[0]].id, n: p.N, values: map[string][]int{}}
		for _, i := range p.Leaves {
			one.places = append(one.places, list[i].places...)
			one.add(list[i])
		}
		slices.Sort(one.places)
		groups = append(groups, one)
	}
	return groups
}

// add counts the answers of other with those of g.
func (g *counted) add(other counted) {
	for q, values := range other.values {
		if g.values[q] == nil {
			g.values[q] = make([]int, len(values))
		}
		for v, n := range values {
			g.values[q][v] += n
		}
	}
}

// fix makes the groups of a round, once, out of where the staff were when it opened: each has five or more, if there are
// so many. A group that the round before showed is never split again, or the one could be subtracted from the other.
func fix(ctx context.Context, tx *db.Tx, s Survey, r Round) error {
	f, err := readField(ctx, tx, s.Programme, r.First)
	if err != nil {
		return err
	}
	sets, err := f.before(ctx, tx, s, r)
	if err != nil {
		return err
	}
	sets = f.grown(sets)
	staff, err := f.staff(ctx, tx)
	if err != nil {
		return err
	}
	works := map[string]int{}
	for _, workplace := range staff {
		works[workplace]++
	}
	leaves := make([]small.Leaf, len(sets))
	for i, set := range sets {
		n := 0
		for _, p := range set.places {
			n += works[p]
		}
		leaves[i] = f.leaf(set.places, n, set.told)
	}
	var groups, places [][]any
	for _, g := range small.Pool(leaves) {
		id := tx.NewID()
		groups = append(groups, []any{id, r.ID, db.Int(sets[g.Leaves[0]].told)})
		for _, i := range g.Leaves {
			for _, p := range sets[i].places {
				municipality, county := f.where(p)
				places = append(places, []any{r.ID, p, id, municipality, county})
			}
		}
	}
	if err := db.Insert(ctx, tx, "survey_group", "id, round, told", "", groups); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "survey_group_place", "round, workplace, grouping, municipality, county", "", places); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE survey_round SET grouped = $1 WHERE id = $2`, tx.At, r.ID)
	return err
}

// A set is workplaces that are never told apart from here on.
type set struct {
	places []string
	told   bool // of them together, in a round before
}

// before are the sets that the last round before r has made.
func (f field) before(ctx context.Context, c db.Conn, s Survey, r Round) (sets []set, err error) {
	var last *Round
	for i, other := range s.Rounds {
		if other.First < r.First && other.Grouped != nil {
			last = &s.Rounds[i]
		}
	}
	if last == nil {
		return nil, nil
	}
	then, err := readField(ctx, c, s.Programme, last.Last)
	if err != nil {
		return nil, err
	}
	list, err := then.readCounted(ctx, c, s, last.ID)
	shown := then.pooled(list)
	for _, g := range shown {
		sets = append(sets, set{g.places, true})
	}
	for _, g := range list {
		if !slices.ContainsFunc(shown, func(p counted) bool { return slices.Contains(p.places, g.places[0]) }) {
			sets = append(sets, set{g.places, g.told})
		}
	}
	return sets, err
}

// grown are the sets with what their workplaces have gone up in, those that so have come to share one put together, and the
// workplaces that are in none: each place in one set, in order.
func (f field) grown(sets []set) []set {
	in := map[string]int{} // by workplace: its set
	all := map[int]set{}
	for i, one := range sets {
		for _, p := range one.places {
			for _, place := range append(f.tree.Under(p), p) {
				j, taken := in[place]
				if taken && j == i {
					continue
				}
				mine := all[i]
				mine.told = mine.told || one.told
				if !taken {
					in[place] = i
					mine.places = append(mine.places, place)
				} else {
					for _, moved := range all[j].places {
						in[moved] = i
					}
					mine.places = append(mine.places, all[j].places...)
					mine.told = mine.told || all[j].told
					delete(all, j)
				}
				all[i] = mine
			}
		}
	}
	for i, p := range f.within {
		if _, taken := in[p]; !taken {
			all[len(sets)+i] = set{[]string{p}, false}
		}
	}
	grown := slices.Collect(maps.Values(all))
	for _, one := range grown {
		slices.Sort(one.places)
	}
	slices.SortFunc(grown, func(a, b set) int { return cmp.Compare(a.places[0], b.places[0]) })
	return grown
}

// placing is in which group of a round each workplace is.
type placing struct {
	field
	round  string
	groups map[string]string
	later  bool // there has been a round before, of whose answers something was shown
}

func readPlacing(ctx context.Context, c db.Conn, f field, round string) (placing, error) {
	type row struct {
		workplace, group string
		told             bool
	}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.workplace, &r.group, db.Truth(&r.told)} }, `
		SELECT p.workplace, p.grouping, g.told FROM survey_group g JOIN survey_group_place p ON p.grouping = g.id WHERE g.round = $1 ORDER BY p.workplace`, round)
	p := placing{field: f, round: round, groups: map[string]string{}}
	for _, r := range rows {
		p.groups[r.workplace] = r.group
		p.later = p.later || r.told
	}
	return p, err
}

// of is the group of a workplace. One that has come since the round opened is put in that of one that has gone up in it, or else
// in a group near by, to stay there. If something has been shown before, that would tell it apart: then it has a group of its own.
func (p placing) of(ctx context.Context, tx *db.Tx, workplace string) (string, error) {
	if group := p.groups[workplace]; group != "" {
		return group, nil
	}
	municipality, _ := p.tree.Municipality(workplace)
	county, _ := p.tree.County(workplace)
	best, distance := "", 4
	for _, place := range slices.Sorted(maps.Keys(p.groups)) {
		near := 3
		for _, now := range p.tree.Under(place) {
			m, _ := p.tree.Municipality(now)
			c, _ := p.tree.County(now)
			switch {
			case now == workplace:
				near = 0
			case m.ID == municipality.ID && m.ID != "":
				near = min(near, 1)
			case c.ID == county.ID && c.ID != "":
				near = min(near, 2)
			}
		}
		if near < distance {
			best, distance = p.groups[place], near
		}
	}
	if distance > 0 && p.later {
		best = tx.NewID()
		if _, err := tx.Exec(ctx, `INSERT INTO survey_group (id, round) VALUES ($1, $2)`, best, p.round); err != nil {
			return "", err
		}
	}
	p.groups[workplace] = best
	inMunicipality, inCounty := p.where(workplace)
	_, err := tx.Exec(ctx, `INSERT INTO survey_group_place (round, workplace, grouping, municipality, county) VALUES ($1, $2, $3, $4, $5)`, p.round, workplace, best, inMunicipality, inCounty)
	return best, err
}
