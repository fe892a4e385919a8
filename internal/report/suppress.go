package report

import (
	"cmp"
	"slices"

	"kompobib/internal/small"
)

// Least is the smallest number of persons that is told to those who may not see who they are.
const Least = small.Least

// A Column is a figure that a table gives for each of its groups: how many persons. The first
// column of a table is everyone in the group. Columns stand in order of how much is
// given up for them: an earlier one is hidden for fewer groups.
type Column struct {
	// Within are the columns whose persons include this one's, so that a difference is a number of persons too.
	Within []int
}

// A Group is a row of a table, and the table of its parts: each of its persons is in just one part.
type Group struct {
	ID     string
	Counts []int // by column
	Parts  []*Group

	Shown []bool // by column: what [Suppress] lets be seen
}

// Suppress decides what is shown of the groups under root, and of root itself, to readers who may
// not see whom the numbers count. It goes from the whole to the parts, column by column.
//
// A number is safe if it is 0 or at least [Least]; so is a cell whose number is safe and whose differences
// to the shown cells of the same group are, where one figure is within the other. A cell that is not safe is
// hidden. Its column is then hidden for more of the parts of the same whole, the smallest first, until those
// together are safe as one group, are at least two, and hold [Least] persons besides
// the largest. What is hidden of a whole is hidden of its parts, and what is hidden of
// a column is hidden of the later columns that are within it or that it is within.
//
// So all that can be reckoned from what is shown, by adding and subtracting, is
// the number of persons in groups that are safe. docs/decisions/0007-small-groups.md has the reasons.
func Suppress(columns []Column, root *Group) {
	t := relations(columns)
	root.Shown = make([]bool, len(columns))
	for c := range columns {
		root.Shown[c] = (c == 0 || root.Shown[0]) && t.safe(root, c)
	}
	t.parts(root)
}

type table struct {
	within  [][]bool // whether a column is within another
	related [][]int  // for each column, those earlier that it is within or that are within it
}

// relations follows Within to its end.
func relations(columns []Column) table {
	within := make([][]bool, len(columns))
	for c := range columns {
		within[c] = make([]bool, len(columns))
		todo := slices.Clone(columns[c].Within)
		if c > 0 {
			todo = append(todo, 0)
		}
		for len(todo) > 0 {
			d := todo[0]
			todo = todo[1:]
			if !within[c][d] {
				within[c][d] = true
				todo = append(todo, columns[d].Within...)
			}
		}
	}
	related := make([][]int, len(columns))
	for c := range columns {
		for d := range c {
			if within[c][d] || within[d][c] {
				related[c] = append(related[c], d)
			}
		}
	}
	return table{within, related}
}

// parts decides about the parts of a whole, about which it is decided.
func (t table) parts(whole *Group) {
	for _, g := range whole.Parts {
		g.Shown = make([]bool, len(whole.Shown))
	}
	same := t.same(whole)
	for c, shown := range whole.Shown {
		switch {
		case !shown:
		case same[c] < c:
			for _, g := range whole.Parts {
				g.Shown[c] = g.Shown[same[c]]
			}
		default:
			t.column(whole, c, t.beside(whole, same, c))
		}
	}
	for t.tight(whole) {
	}
	for _, g := range whole.Parts {
		t.parts(g)
	}
}

// same returns for each shown column the first that has the same persons in the whole, so in all its
// parts: the one lies within the other and is as large.
func (t table) same(whole *Group) []int {
	same := make([]int, len(whole.Shown))
	for c := range same {
		same[c] = c
		for _, d := range t.related[c] {
			if whole.Shown[c] && whole.Shown[d] && whole.Counts[c] == whole.Counts[d] {
				old, now := max(same[c], same[d]), min(same[c], same[d])
				for e := range c + 1 {
					if same[e] == old {
						same[e] = now
					}
				}
			}
		}
	}
	return same
}

// beside returns the columns earlier than c whose differences to it are numbers of persons in the parts
// of the whole, and that some part shows.
func (t table) beside(whole *Group, same []int, c int) (told []int) {
	for e := range same {
		for _, d := range t.related[e] {
			a, b := min(same[d], same[e]), max(same[d], same[e])
			if b == c && a < c && whole.Shown[d] && whole.Shown[e] && !slices.Contains(told, a) &&
				slices.ContainsFunc(whole.Parts, func(g *Group) bool { return g.Shown[a] }) {
				told = append(told, a)
			}
		}
	}
	return told
}

// column decides for which parts of a whole the column is shown.
func (t table) column(whole *Group, c int, told []int) {
	if c > 0 && !slices.Contains(told, 0) {
		return
	}
	var hidden, rest []*Group
	for _, g := range whole.Parts {
		if slices.ContainsFunc(told, func(d int) bool { return !g.Shown[d] || !safe(g.Counts[c]-g.Counts[d]) }) || !safe(g.Counts[c]) {
			hidden = append(hidden, g)
		} else {
			rest = append(rest, g)
		}
	}
	slices.SortFunc(rest, func(a, b *Group) int {
		return cmp.Or(cmp.Compare(a.Counts[c], b.Counts[c]), cmp.Compare(a.Counts[0], b.Counts[0]), cmp.Compare(a.ID, b.ID))
	})
	for len(hidden) > 0 && len(rest) > 0 && !together(hidden, c, told) {
		hidden, rest = append(hidden, rest[0]), rest[1:]
	}
	for _, g := range rest {
		g.Shown[c] = true
	}
}

// tight hides a column for all parts if it leaves another one, hidden for some of them, no room: if
// those of the other cannot together be [Least] more, or less, for the figures shown within and around
// it. It reports whether there was such a column.
func (t table) tight(whole *Group) bool {
	for c, shown := range whole.Shown {
		if !shown {
			continue
		}
		sum, least, most, bounded := 0, 0, 0, true
		floor, roof := -1, -1 // the last columns that bound it
		for _, g := range whole.Parts {
			if g.Shown[c] {
				continue
			}
			low, high := -1, -1
			for d, shown := range g.Shown {
				if shown && t.within[d][c] && (low < 0 || g.Counts[d] > g.Counts[low]) {
					low = d
				}
				if shown && t.within[c][d] && (high < 0 || g.Counts[d] < g.Counts[high]) {
					high = d
				}
			}
			sum += g.Counts[c]
			if low >= 0 {
				least += g.Counts[low]
			}
			if bounded = bounded && high >= 0; bounded {
				most += g.Counts[high]
			}
			floor, roof = max(floor, low), max(roof, high)
		}
		switch {
		case least > 0 && sum-least < Least:
		case bounded && most > 0 && most-sum < Least:
			floor = roof
		default:
			continue
		}
		for _, g := range whole.Parts {
			g.Shown[floor] = false
			if floor == 0 {
				clear(g.Shown)
			}
		}
		return true
	}
	return false
}

// safe reports whether a cell may stand beside those already shown of its group.
func (t table) safe(g *Group, c int) bool {
	return safe(g.Counts[c]) && !slices.ContainsFunc(t.related[c], func(d int) bool {
		return g.Shown[d] && !safe(g.Counts[c]-g.Counts[d])
	})
}

// together reports whether groups hide each other in a column, when what is known of them is their
// sum in it and in those told beside it. If one of these has the same persons in them, it must be hidden for them too.
func together(groups []*Group, c int, told []int) bool {
	sum, all, largest := 0, 0, 0
	for _, g := range groups {
		sum += g.Counts[c]
		all += g.Counts[0]
		largest = max(largest, g.Counts[0])
	}
	for _, d := range told {
		less, shown := sum, false
		for _, g := range groups {
			less -= g.Counts[d]
			shown = shown || g.Shown[d]
		}
		if !safe(less) || less == 0 && shown {
			return false
		}
	}
	return safe(sum) && len(groups) > 1 && all-largest >= Least
}

func safe(n int) bool { return n == 0 || n >= Least || n <= -Least }
