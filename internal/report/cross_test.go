package report_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"kompobib/internal/report"
)

// themed are the columns of a table of one theme.
var themed = []report.Column{{}, {Within: []int{0}}}

// A cross is the same persons by county and by kind of workplace, hidden each on its own and then beside each other.
type cross struct {
	counties, kinds *report.Group
	persons         [][][]int // by county, kind and column
	stands          [][]bool  // whether there is such a workplace, which all know
}

func crossOf(persons [][][]int, stands [][]bool) cross {
	x := cross{&report.Group{Counts: make([]int, 2)}, &report.Group{Counts: make([]int, 2)}, persons, stands}
	for i := range persons {
		x.counties.Parts = append(x.counties.Parts, &report.Group{ID: fmt.Sprint("county ", i), Counts: make([]int, 2)})
	}
	for j := range persons[0] {
		x.kinds.Parts = append(x.kinds.Parts, &report.Group{ID: fmt.Sprint("kind ", j), Counts: make([]int, 2)})
	}
	for i, row := range persons {
		for j, cell := range row {
			for c, n := range cell {
				for _, g := range []*report.Group{x.counties, x.kinds, x.counties.Parts[i], x.kinds.Parts[j]} {
					g.Counts[c] += n
				}
			}
		}
	}
	report.Suppress(themed, x.counties)
	report.Suppress(themed, x.kinds)
	return x
}

func randomCross(r *rand.Rand) cross {
	counties, kinds := 2+r.IntN(4), 2+r.IntN(4)
	var persons [][][]int
	var stands [][]bool
	for range counties {
		var row [][]int
		var there []bool
		for range kinds {
			cell := []int{0, 0}
			is := r.Float64() < 0.6
			if is {
				cell[0] = int(pow(r.Float64(), 2) * 25)
				cell[1] = r.IntN(cell[0] + 1)
			}
			row, there = append(row, cell), append(there, is)
		}
		persons, stands = append(persons, row), append(stands, there)
	}
	return crossOf(persons, stands)
}

// attacker knows both tables, and where there are workplaces of which kind: the unknown are how many are in each cell with the theme and without.
func (x cross) attacker() *attacker {
	a := &attacker{variables: map[[2]int]int{}}
	width := len(x.persons[0])
	terms := func(in func(i, j int) bool, c int) map[[2]int]float64 {
		sum := map[[2]int]float64{}
		for i := range x.persons {
			for j := range x.persons[i] {
				if !in(i, j) || !x.stands[i][j] {
					continue
				}
				for has := range 2 {
					if c == 0 || has == 1 {
						k := [2]int{i*width + j, has}
						if _, known := a.variables[k]; !known {
							a.variables[k] = len(a.variables)
						}
						sum[k] = 1
					}
				}
			}
		}
		return sum
	}
	tell := func(g *report.Group, in func(i, j int) bool) {
		for c, n := range g.Counts {
			if g.Shown[c] {
				a.equal = append(a.equal, row{terms(in, c), float64(n)})
			}
		}
	}
	tell(x.counties, func(int, int) bool { return true })
	for at, g := range x.counties.Parts {
		tell(g, func(i, _ int) bool { return i == at })
	}
	for at, g := range x.kinds.Parts {
		tell(g, func(_, j int) bool { return j == at })
	}
	for i := range x.persons {
		for j, cell := range x.persons[i] {
			this := func(k, l int) bool { return k == i && l == j }
			if !x.stands[i][j] {
				continue
			}
			without := terms(this, 0)
			delete(without, [2]int{i*width + j, 1})
			for _, s := range []struct {
				n     int
				terms map[[2]int]float64
			}{{cell[0], terms(this, 0)}, {cell[1], terms(this, 1)}, {cell[0] - cell[1], without}} {
				if 0 < s.n && s.n < report.Least {
					a.secrets = append(a.secrets, secret{name: fmt.Sprintf("county %d, kind %d", i, j), n: s.n, terms: s.terms})
				}
			}
		}
	}
	return a
}

// Counties and kinds of workplace together leave at least five values for every small number of persons who are of a kind in a county, also to who
// knows where there are workplaces of which kind.
func TestNothingIsRecoveredFromCountiesAndKinds(t *testing.T) {
	before, small, shown := 0, 0, 0
	for seed := range uint64(400) {
		x := randomCross(rand.New(rand.NewPCG(seed, 5)))
		found := func() (n int) {
			a := x.attacker()
			for _, s := range a.secrets {
				small++
				if low, high := a.range_(s.terms); high-low < report.Least-1-1e-6 {
					n++
				}
			}
			return n
		}
		before += found()
		report.Crossed(x.counties, x.kinds, x.persons)
		if n := found(); n > 0 {
			t.Fatalf("seed %d: %d small numbers are found\n%s\n%s", seed, n, draw(x.counties, ""), draw(x.kinds, ""))
		}
		for _, g := range x.kinds.Parts {
			if g.Shown[0] {
				shown++
			}
		}
	}
	if before == 0 || shown == 0 {
		t.Errorf("without the rule %d of %d small numbers were found, with it %d kinds are shown: the test proves nothing", before, small, shown)
	}
	t.Logf("%d small numbers, %d found without the rule; %d kinds shown", small, before, shown)
}

// All branches stand in one county, where all but two work at one: what is left would be those two.
func TestKindWithinCounty(t *testing.T) {
	x := crossOf([][][]int{{{12, 6}, {2, 0}}, {{0, 0}, {20, 10}}}, [][]bool{{true, true}, {false, true}})
	if !x.kinds.Parts[0].Shown[0] {
		t.Fatal("on its own the table is safe")
	}
	report.Crossed(x.counties, x.kinds, x.persons)
	for _, g := range x.kinds.Parts {
		if g.Shown[0] || g.Shown[1] {
			t.Errorf("%s is shown: 14 in the county less 12 of the kind are two persons", g.ID)
		}
	}
}
