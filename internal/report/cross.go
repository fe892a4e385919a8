package report

// crossed hides more of the groups of one table until it gives nothing away together with another of the same persons, cut in
// another way: by kind of workplace, beside county. Both have been through [Suppress] on their own. Persons holds, for each
// group of the first and the second, what is counted in it, by column.
//
// Everyone knows which kinds of workplaces stand in which county. So where all of some kinds stand in some counties, those counties less those
// kinds is a number of persons too: of the other kinds there. It is held to be safe like any other, also for those whom a column does not
// count. What is hidden counts as one group, since its sum can be reckoned.
func crossed(first, second *Group, persons [][][]int) {
	for again := true; again; {
		again = false
		for c, shown := range second.Shown {
			if !shown || !first.Shown[c] {
				continue
			}
			has := func(i, j int) int { return persons[i][j][c] }
			hasNot := func(i, j int) int { return persons[i][j][0] - persons[i][j][c] }
			tells := func(columns ...int) func(g *Group) bool {
				return func(g *Group) bool {
					for _, c := range columns {
						if !g.Shown[c] {
							return false
						}
					}
					return true
				}
			}
			if leaks(first, second, persons, has, tells(c)) || c > 0 && leaks(first, second, persons, hasNot, tells(0, c)) {
				again = hideNext(second, c)
				break
			}
		}
	}
}

// leaks reports whether some groups of the first table less some of the second are a small number of persons, when each has those groups alone that are told.
func leaks(first, second *Group, persons [][][]int, count func(i, j int) int, told func(*Group) bool) bool {
	rows, columns := classes(first, told), classes(second, told)
	most := 0
	for _, k := range columns {
		most = max(most, k+1)
	}
	for some := 1; some < 1<<most-1; some++ { // of the second
		in := map[int]bool{} // of the first: those where some of them stand
		for i := range first.Parts {
			for j := range second.Parts {
				if some>>columns[j]&1 == 1 && persons[i][j][0] > 0 {
					in[rows[i]] = true
				}
			}
		}
		rest := 0
		for i := range first.Parts {
			for j := range second.Parts {
				if in[rows[i]] && some>>columns[j]&1 == 0 {
					rest += count(i, j)
				}
			}
		}
		if !safe(rest) {
			return true
		}
	}
	return false
}

// classes numbers the parts of a table: each that is told has its own number, all others share one.
func classes(root *Group, told func(*Group) bool) (number []int) {
	n, hidden := 0, -1
	for _, g := range root.Parts {
		if told(g) {
			number = append(number, n)
			n++
			continue
		}
		if hidden < 0 {
			hidden = n
			n++
		}
		number = append(number, hidden)
	}
	return number
}

// hideNext hides a column for the smallest part that still shows it; the first column, and all others with it. It reports whether there was one.
func hideNext(root *Group, c int) bool {
	var next *Group
	for _, g := range root.Parts {
		if g.Shown[c] && (next == nil || g.Counts[c] < next.Counts[c] || g.Counts[c] == next.Counts[c] && g.ID < next.ID) {
			next = g
		}
	}
	if next == nil {
		return false
	}
	next.Shown[c] = false
	if c == 0 {
		clear(next.Shown)
	}
	return true
}
