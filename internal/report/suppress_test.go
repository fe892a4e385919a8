package report_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/report"
)

// funnel is the columns that reach has: everyone, attended, told, could, signed up, audience.
var funnel = []report.Column{{}, {Within: []int{3, 4}}, {Within: []int{5}}, {Within: []int{5}}, {Within: []int{5}}, {}}

// What a reader sees of small tables: a group to a line, a cell that is hidden as a dot.
func TestSuppress(t *testing.T) {
	two := []report.Column{{}, {}}
	for _, test := range []struct {
		says  string
		parts [][]int
		want  string
	}{
		{"large groups are shown", [][]int{{20, 10}, {30, 15}}, "20 10, 30 15"},
		{"nobody and everybody are shown", [][]int{{20, 0}, {30, 30}}, "20 0, 30 30"},
		{"a small number is hidden with the next smallest", [][]int{{20, 10}, {30, 4}, {40, 8}, {50, 25}}, "20 10, 30 ., 40 ., 50 25"},
		{"so is a small difference", [][]int{{20, 10}, {30, 27}, {40, 8}, {50, 25}}, "20 10, 30 ., 40 ., 50 25"},
		{"a small group is hidden altogether", [][]int{{20, 10}, {3, 0}, {4, 0}, {40, 8}}, ". ., . ., . ., 40 8"},
		{"and with enough others that who knows the largest of them does not know the rest", [][]int{{20, 10}, {3, 0}, {40, 8}}, ". ., . ., . ."},
		{"small groups enough hide each other", [][]int{{20, 10}, {3, 0}, {3, 3}, {4, 2}, {40, 8}}, "20 10, . ., . ., . ., 40 8"},
		{"what is known of them together is not small", [][]int{{20, 10}, {3, 0}, {3, 0}, {4, 2}, {40, 8}}, "20 10, . ., . ., . ., 40 ."},
		{"a part alone is the whole", [][]int{{20, 10}}, "20 10"},
	} {
		root := &report.Group{Counts: []int{0, 0}}
		for i, counts := range test.parts {
			root.Counts[0] += counts[0]
			root.Counts[1] += counts[1]
			root.Parts = append(root.Parts, &report.Group{ID: fmt.Sprint(i), Counts: counts})
		}
		report.Suppress(two, root)
		var got []string
		for _, g := range root.Parts {
			var cells []string
			for c, n := range g.Counts {
				if cells = append(cells, "."); g.Shown[c] {
					cells[c] = fmt.Sprint(n)
				}
			}
			got = append(got, strings.Join(cells, " "))
		}
		if got := strings.Join(got, ", "); got != test.want {
			t.Errorf("%s: %s, want %s", test.says, got, test.want)
		}
	}
}

// An attacker who has all tables that one role can fetch, and knows that each whole is the sum of
// its parts and which figures lie within which, cannot narrow a hidden small number down to fewer than
// five values. One who also knows how many work everywhere learns nothing about a group of fewer than five. The attacker is a linear programme: it finds the least and the most
// that each hidden number can be.
func TestNothingIsRecovered(t *testing.T) {
	shown, hidden, small := 0, 0, 0
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 7))
		root := randomTree(r)
		report.Suppress(funnel, root)
		for _, roster := range []bool{false, true} {
			a := attack(root, roster)
			for _, s := range a.secrets {
				small++
				low, high := a.range_(s.terms)
				want := float64(report.Least - 1)
				if roster {
					want = min(want, float64(s.group.Counts[0]))
				}
				if roster && (s.extreme || s.group.Counts[0] >= report.Least) {
					continue // that nobody or everybody in a whole attended is told, so of its parts too
				}
				if high-low < want-1e-6 {
					t.Errorf("seed %d, roster known %v: %s is %d, found to be %.2f to %.2f\n%s", seed, roster, s.name, s.n, low, high, draw(root, ""))
				}
			}
		}
		walk(root, func(g *report.Group) {
			for _, s := range g.Shown {
				if s {
					shown++
				} else {
					hidden++
				}
			}
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("%d cells shown, %d hidden, %d small numbers attacked", shown, hidden, small)
}

// randomTree is a region of counties, municipalities and workplaces, of people who got more or less far.
func randomTree(r *rand.Rand) *report.Group {
	far := [5]float64{}
	for i := range far {
		far[i] = []float64{0, 0.3, 0.6, 0.9, 1}[r.IntN(5)]
	}
	size := 3 + r.IntN(25)
	var grow func(id string, level int) *report.Group
	grow = func(id string, level int) *report.Group {
		g := &report.Group{ID: id, Counts: make([]int, len(funnel))}
		if level == 0 {
			for range 1 + r.IntN(size) {
				audience := r.Float64() < far[0]
				told := audience && r.Float64() < far[1]
				could := audience && r.Float64() < far[2]
				signed := audience && r.Float64() < far[3]
				attended := signed && could && r.Float64() < far[4]
				for c, is := range []bool{true, attended, told, could, signed, audience} {
					if is {
						g.Counts[c]++
					}
				}
			}
			return g
		}
		for i := range 1 + r.IntN(4-level/2) {
			part := grow(fmt.Sprint(id, i), level-1)
			for c, n := range part.Counts {
				g.Counts[c] += n
			}
			g.Parts = append(g.Parts, part)
		}
		return g
	}
	return grow("", 1+r.IntN(3))
}

func walk(g *report.Group, f func(*report.Group)) {
	f(g)
	for _, part := range g.Parts {
		walk(part, f)
	}
}

func draw(g *report.Group, indent string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%q", indent, g.ID)
	for c, n := range g.Counts {
		if g.Shown[c] {
			fmt.Fprintf(&b, " %d", n)
		} else {
			fmt.Fprintf(&b, " (%d)", n)
		}
	}
	b.WriteByte('\n')
	for _, part := range g.Parts {
		b.WriteString(draw(part, indent+"  "))
	}
	return b.String()
}

// A secret is a number from 1 to 4 that is not shown: a cell, or the difference of two.
type secret struct {
	name  string
	group *report.Group
	n     int
	terms map[[2]int]float64 // of leaf and column

	extreme bool // each figure in it is nobody or everybody of the group
}

type attacker struct {
	variables map[[2]int]int
	equal     []row // sums that are known
	less      []row // what is at most 0
	secrets   []secret

	rows  [][]float64 // where the simplex method begins
	basis []int
}

type row struct {
	terms map[[2]int]float64
	is    float64
}

// attack gathers what is known. The unknown are the cells of the groups without parts.
func attack(root *report.Group, roster bool) *attacker {
	a := &attacker{variables: map[[2]int]int{}}
	leaves := 0
	pairs := [][2]int{{1, 3}, {1, 4}, {2, 5}, {3, 5}, {4, 5}, {5, 0}}
	every := append([][2]int{{1, 5}, {1, 0}, {2, 0}, {3, 0}, {4, 0}}, pairs...)
	var gather func(g *report.Group) []int
	gather = func(g *report.Group) (under []int) {
		if len(g.Parts) == 0 {
			under = []int{leaves}
			for c := range funnel {
				a.variables[[2]int{leaves, c}] = len(a.variables)
			}
			for _, p := range pairs {
				a.less = append(a.less, row{terms: map[[2]int]float64{{leaves, p[0]}: 1, {leaves, p[1]}: -1}})
			}
			leaves++
		}
		for _, part := range g.Parts {
			under = append(under, gather(part)...)
		}
		sum := func(c int, sign float64, terms map[[2]int]float64) map[[2]int]float64 {
			for _, l := range under {
				terms[[2]int{l, c}] += sign
			}
			return terms
		}
		for c, n := range g.Counts {
			if g.Shown[c] || roster && c == 0 {
				a.equal = append(a.equal, row{sum(c, 1, map[[2]int]float64{}), float64(n)})
			} else if 0 < n && n < report.Least {
				a.secrets = append(a.secrets, secret{fmt.Sprintf("%q column %d", g.ID, c), g, n, sum(c, 1, map[[2]int]float64{}), n == g.Counts[0]})
			}
		}
		for _, p := range every {
			if n := g.Counts[p[1]] - g.Counts[p[0]]; 0 < n && n < report.Least {
				a.secrets = append(a.secrets, secret{fmt.Sprintf("%q column %d less %d", g.ID, p[1], p[0]), g, n,
					sum(p[0], -1, sum(p[1], 1, map[[2]int]float64{})), g.Counts[p[0]] == 0 && g.Counts[p[1]] == g.Counts[0]})
			}
		}
		return under
	}
	gather(root)
	return a
}

// range_ is the least and the most that a sum of unknowns can be.
func (a *attacker) range_(terms map[[2]int]float64) (low, high float64) {
	return -a.most(terms, -1), a.most(terms, 1)
}

// most maximises by the two-phase simplex method, in tableau form. Where the first phase ends does not depend on the goal, so
// it is kept.
func (a *attacker) most(goal map[[2]int]float64, sign float64) float64 {
	n := len(a.variables) + len(a.less)
	if a.rows == nil {
		a.begin()
	}
	rows, basis := make([][]float64, len(a.rows)), slices.Clone(a.basis)
	for i, r := range a.rows {
		rows[i] = slices.Clone(r)
	}
	cost := make([]float64, n+1)
	for v, x := range goal {
		cost[a.variables[v]] = -sign * x
	}
	for i, b := range basis {
		if f := cost[b]; f != 0 {
			for j := range cost {
				cost[j] -= f * rows[i][j]
			}
		}
	}
	pivot(rows, basis, cost, n)
	return cost[n]
}

// begin is the first phase: it finds some numbers that agree with all that is known.
func (a *attacker) begin() {
	n, m := len(a.variables)+len(a.less), len(a.equal)+len(a.less)
	width := n + m + 1 // with an artificial variable for each row, and the right-hand side
	rows := make([][]float64, m)
	basis := make([]int, m)
	for i, r := range slices.Concat(a.equal, a.less) {
		rows[i] = make([]float64, width)
		for v, x := range r.terms {
			rows[i][a.variables[v]] = x
		}
		if i >= len(a.equal) {
			rows[i][len(a.variables)+i-len(a.equal)] = 1
		}
		rows[i][n+i] = 1
		rows[i][width-1] = r.is
		basis[i] = n + i
	}
	cost := make([]float64, width)
	for _, r := range rows {
		for j := range cost {
			if j < n || j == width-1 {
				cost[j] -= r[j]
			}
		}
	}
	pivot(rows, basis, cost, n)
	if cost[width-1] < -1e-6 {
		panic("what is shown is impossible")
	}
	// An artificial variable that is still in the basis stands at 0: it goes, or its row says nothing.
	for i, b := range basis {
		if b < n {
			continue
		}
		for j := range n {
			if math.Abs(rows[i][j]) > 1e-7 {
				eliminate(rows, basis, cost, i, j)
				break
			}
		}
	}
	for i, b := range basis {
		if b < n {
			a.rows, a.basis = append(a.rows, append(rows[i][:n:n], rows[i][width-1])), append(a.basis, b)
		}
	}
}

// pivot goes on until nothing is gained, by Bland's rule, which does not go in circles.
func pivot(rows [][]float64, basis []int, cost []float64, columns int) {
	last := len(cost) - 1
	for {
		enter := slices.IndexFunc(cost[:columns], func(x float64) bool { return x < -1e-9 })
		if enter < 0 {
			return
		}
		leave, best := -1, math.Inf(1)
		for i, r := range rows {
			if r[enter] > 1e-9 {
				if q := r[last] / r[enter]; q < best-1e-9 || q < best+1e-9 && basis[i] < basis[leave] {
					leave, best = i, q
				}
			}
		}
		if leave < 0 {
			cost[last] = math.Inf(1)
			return
		}
		eliminate(rows, basis, cost, leave, enter)
	}
}

func eliminate(rows [][]float64, basis []int, cost []float64, leave, enter int) {
	p := rows[leave][enter]
	for j := range rows[leave] {
		rows[leave][j] /= p
	}
	for _, r := range append(slices.Clone(rows), cost) {
		if f := r[enter]; f != 0 && &r[0] != &rows[leave][0] {
			for j := range r {
				r[j] -= f * rows[leave][j]
			}
		}
	}
	basis[leave] = enter
}
