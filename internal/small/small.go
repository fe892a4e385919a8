// Package small joins groups that are too small to be told of, one after the other, until they can be.
package small

import (
	"cmp"
	"slices"
)

// Least is the smallest number of persons that is told to those who may not see who they are.
const Least = 5

// A Leaf is persons who are never told apart: those of a workplace, or of a group that has been shown before.
type Leaf struct {
	ID                   string
	N                    int
	Municipality, County string // ids; "" for one that stands in several or none
	Told                 bool   // it has been shown before, alone or in a group that now is the leaf
}

// A Group is leaves that are told of together.
type Group struct {
	Leaves []int // their places in what was pooled, rising
	N      int
	// All its leaves are in these; "" if they are in several.
	Municipality, County string
}

// Shown reports whether it may be told of.
func (g Group) Shown() bool { return g.N >= Least }

// Pool puts each leaf in one group. One of [Least] or more stands alone. The smaller ones of a municipality are put together; if
// they still are too few they go on to the smaller ones of the county, and from there to those of the whole. If even
// these are too few, they join the smallest group that there is. So all groups are shown, unless there are too few
// persons in all: then there is one group, which is not. Leaves in which nobody counts are put in groups too: they may count next time. docs/decisions/0017-answers-are-counted.md has the reasons.
//
// Since no leaf is in two groups, nothing but their unions can be reckoned from what is shown of them. In a series, each time's leaves are
// the groups of the time before, so that an older table subtracted from a newer one gives unions of the older one's groups. What has never been
// shown is kept apart from what has: together they would tell what is new, as the difference.
func Pool(leaves []Leaf) []Group {
	var told, untold []int
	for i, l := range leaves {
		if l.Told {
			told = append(told, i)
		} else {
			untold = append(untold, i)
		}
	}
	groups := append(pool(leaves, told), pool(leaves, untold)...)
	slices.SortFunc(groups, func(a, b Group) int { return cmp.Compare(a.Leaves[0], b.Leaves[0]) })
	return groups
}

// pool puts some of the leaves in groups.
func pool(leaves []Leaf, some []int) []Group {
	var groups []Group
	var rest []int
	for _, i := range some {
		if leaves[i].N >= Least {
			groups = append(groups, groupOf(leaves, []int{i}))
		} else {
			rest = append(rest, i)
		}
	}
	for _, of := range []func(Leaf) string{
		func(l Leaf) string { return l.Municipality },
		func(l Leaf) string { return l.County },
		func(Leaf) string { return "all" },
	} {
		var pools [][]int
		at := map[string]int{}
		var left []int
		for _, i := range rest {
			switch in := of(leaves[i]); {
			case in == "":
				left = append(left, i)
			case at[in] == 0:
				pools = append(pools, []int{i})
				at[in] = len(pools)
			default:
				pools[at[in]-1] = append(pools[at[in]-1], i)
			}
		}
		for _, pool := range pools {
			if g := groupOf(leaves, pool); g.Shown() {
				groups = append(groups, g)
			} else {
				left = append(left, pool...)
			}
		}
		rest = left
	}
	switch {
	case len(rest) == 0:
	case len(groups) == 0:
		groups = append(groups, groupOf(leaves, rest))
	default:
		least := slices.MinFunc(groups, func(a, b Group) int {
			return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(leaves[a.Leaves[0]].ID, leaves[b.Leaves[0]].ID))
		})
		i := slices.IndexFunc(groups, func(g Group) bool { return g.Leaves[0] == least.Leaves[0] })
		groups[i] = groupOf(leaves, append(least.Leaves, rest...))
	}
	return groups
}

func groupOf(leaves []Leaf, list []int) Group {
	slices.Sort(list)
	g := Group{Leaves: list, Municipality: leaves[list[0]].Municipality, County: leaves[list[0]].County}
	for _, i := range list {
		g.N += leaves[i].N
		if leaves[i].Municipality != g.Municipality {
			g.Municipality = ""
		}
		if leaves[i].County != g.County {
			g.County = ""
		}
	}
	return g
}
