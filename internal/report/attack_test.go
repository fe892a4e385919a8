package report_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"kompobib/internal/report"
)

// kinds are the ways in which the figures of [funnel] can hold for one person: staff alone, and with the audience all
// that can follow.
var kinds = func() (all [][]bool) {
	all = append(all, []bool{true, false, false, false, false, false})
	for _, told := range []bool{false, true} {
		for _, rest := range [][3]bool{{}, {false, true, false}, {false, false, true}, {false, true, true}, {true, true, true}} { // attended, could, signed up
			all = append(all, []bool{true, rest[0], told, rest[1], rest[2], true})
		}
	}
	return all
}()

// A published is all that one role can fetch of one programme for one day: each breakdown of the same persons, hidden
// on its own.
type published []*report.Group

func publish(r *rand.Rand) published {
	people := 20 + r.IntN(60)
	likely := make([]float64, len(kinds))
	for i := range likely {
		likely[i] = r.Float64() * float64(r.IntN(3))
	}
	likely[0] += 0.2
	breakdowns := [][]int{{2, 2, 3}, {3}, {5}, {4}, {4}} // counties with municipalities with workplaces; gender, age, role, share
	var tables published
	for range breakdowns {
		tables = append(tables, &report.Group{Counts: make([]int, len(funnel))})
	}
	skew := 1 + r.Float64()*2
	for range people {
		kind, x := 0, r.Float64()*total(likely)
		for x > likely[kind] && kind < len(kinds)-1 {
			x -= likely[kind]
			kind++
		}
		for t, levels := range breakdowns {
			g := tables[t]
			count(g, kind)
			for _, width := range levels {
				part := int(float64(width) * pow(r.Float64(), skew)) // some groups are much larger than others
				id := fmt.Sprint(g.ID, part)
				var next *report.Group
				for _, p := range g.Parts {
					if p.ID == id {
						next = p
					}
				}
				if next == nil {
					next = &report.Group{ID: id, Counts: make([]int, len(funnel))}
					g.Parts = append(g.Parts, next)
				}
				g = next
				count(g, kind)
			}
		}
	}
	for _, g := range tables {
		report.Suppress(funnel, g)
	}
	return tables
}

func count(g *report.Group, kind int) {
	for c, is := range kinds[kind] {
		if is {
			g.Counts[c]++
		}
	}
}

func total(list []float64) (sum float64) {
	for _, x := range list {
		sum += x
	}
	return sum
}

func pow(x, y float64) float64 {
	for ; y > 1; y-- {
		x *= x
	}
	return x
}

// together is an attacker who has all tables. The unknown are how many of each kind are in each group of each table; the same
// persons of each kind stand in all tables.
func (tables published) together() *attacker {
	a := &attacker{variables: map[[2]int]int{}}
	leaves := 0
	key := func(leaf, kind int) [2]int {
		k := [2]int{leaf, kind}
		if _, has := a.variables[k]; !has {
			a.variables[k] = len(a.variables)
		}
		return k
	}
	var before []int // the leaves of the table before
	for t, root := range tables {
		var gather func(g *report.Group) []int
		gather = func(g *report.Group) (under []int) {
			if len(g.Parts) == 0 {
				under = []int{leaves}
				leaves++
			}
			for _, part := range g.Parts {
				under = append(under, gather(part)...)
			}
			sum := func(c int, sign float64, terms map[[2]int]float64) map[[2]int]float64 {
				for _, l := range under {
					for k, kind := range kinds {
						if kind[c] {
							terms[key(l, k)] += sign
						}
					}
				}
				return terms
			}
			for c, n := range g.Counts {
				if g.Shown[c] {
					a.equal = append(a.equal, row{sum(c, 1, map[[2]int]float64{}), float64(n)})
				} else if 0 < n && n < report.Least {
					a.secrets = append(a.secrets, secret{name: fmt.Sprintf("table %d %q column %d", t, g.ID, c), group: g, n: n, terms: sum(c, 1, map[[2]int]float64{})})
				}
			}
			for _, p := range [][2]int{{1, 3}, {1, 4}, {2, 5}, {3, 5}, {4, 5}, {5, 0}, {1, 5}, {1, 0}, {2, 0}, {3, 0}, {4, 0}} {
				if n := g.Counts[p[1]] - g.Counts[p[0]]; 0 < n && n < report.Least {
					a.secrets = append(a.secrets, secret{name: fmt.Sprintf("table %d %q column %d less %d", t, g.ID, p[1], p[0]), group: g, n: n,
						terms: sum(p[0], -1, sum(p[1], 1, map[[2]int]float64{}))})
				}
			}
			return under
		}
		under := gather(root)
		if t > 0 {
			for k := range kinds {
				terms := map[[2]int]float64{}
				for _, l := range under {
					terms[key(l, k)] = 1
				}
				for _, l := range before {
					terms[key(l, k)] = -1
				}
				a.equal = append(a.equal, row{terms: terms})
			}
		}
		before = under
	}
	return a
}

// What is hidden alone is found, also by way of another table.
func TestTheAttackFindsWhatCanBeFound(t *testing.T) {
	group := func(id string, n int, shown bool, parts ...*report.Group) *report.Group {
		g := &report.Group{ID: id, Counts: make([]int, len(funnel)), Shown: make([]bool, len(funnel)), Parts: parts}
		g.Counts[0], g.Shown[0] = n, shown
		return g
	}
	tables := published{
		group("", 20, true, group("woman", 17, true), group("man", 3, false)),
		group("", 20, false, group("young", 2, false), group("old", 18, true)),
	}
	a := tables.together()
	for _, want := range []string{`table 0 "man" column 0`, `table 1 "young" column 0`} {
		found := false
		for _, s := range a.secrets {
			if low, high := a.range_(s.terms); s.name == want && high-low < 1e-6 {
				found = true
			}
		}
		if !found {
			t.Errorf("%s is not found", want)
		}
	}
}

// worlds are how many the attacker has at all tables of. It has held for 200.
const worlds = 10

// An attacker with all the breakdowns of one day knows no more of a small number than one with the breakdown that it stands
// in: at least five values remain.
func TestNothingIsRecoveredFromAllTablesTogether(t *testing.T) {
	small := 0
	for seed := range uint64(worlds) {
		tables := publish(rand.New(rand.NewPCG(seed, 11)))
		a := tables.together()
		for _, s := range a.secrets {
			small++
			if low, high := a.range_(s.terms); high-low < report.Least-1-1e-6 {
				t.Errorf("seed %d: %s is %d, found to be %.2f to %.2f", seed, s.name, s.n, low, high)
				for _, g := range tables {
					t.Log(draw(g, ""))
				}
			}
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d small numbers attacked", small)
}
