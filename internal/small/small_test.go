package small_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/small"
)

// leaf reads "koping/västmanland 3": where a workplace is and how many have answered there.
func leaf(text string) (l small.Leaf) {
	var place string
	fmt.Sscan(text, &place, &l.N)
	l.ID = place
	l.Municipality, l.County, _ = strings.Cut(strings.TrimRight(place, "0123456789"), "/")
	if l.Municipality != "" {
		l.Municipality += "/" + l.County
	}
	return l
}

func TestPool(t *testing.T) {
	for says, test := range map[string]struct{ leaves, want string }{
		"five stand alone": {"köping/v1 5, arboga/v1 8", "0:5 1:8"},
		"the small ones of a municipality go together":                  {"köping/v1 3, köping/v2 2, arboga/v1 8", "0,1:5 2:8"},
		"and leave the large ones of it alone":                          {"köping/v1 3, köping/v2 2, köping/v3 6", "0,1:5 2:6"},
		"too few in a municipality go on to the county":                 {"köping/v1 3, arboga/v1 2, sala/v1 9", "0,1:5 2:9"},
		"too few in a county go on to the programme":                    {"köping/v1 3, nora/ö1 2, sala/v1 9", "0,1:5 2:9"},
		"too few in the programme join the smallest group":              {"köping/v1 3, sala/v1 9, nora/ö1 7", "0,2:10 1:9"},
		"of equal groups the first by name":                             {"köping/v1 1, sala/v1 7, nora/ö1 7", "0,2:8 1:7"},
		"a municipality that reaches five does not wait for the county": {"köping/v1 3, köping/v2 3, arboga/v1 2, sala/v1 2, nora/ö1 5", "0,1:6 2,3,4:9"},
		"a workplace right under its county goes with those of it":      {"/v1 3, köping/v1 2, nora/ö1 6", "0,1:5 2:6"},
		"a workplace that stands nowhere goes with those of all":        {"/1 3, köping/v1 2, nora/ö1 6", "0,1:5 2:6"},
		"who has answered nothing is in some group":                     {"köping/v1 0, sala/v1 5", "0,1:5"},
		"fewer than five in all are one group, which is not shown":      {"köping/v1 1, sala/v1 2, nora/ö1 1", "0,1,2:4"},
		"nobody at all": {"", ""},
	} {
		t.Run(says, func(t *testing.T) {
			var leaves []small.Leaf
			for part := range strings.SplitSeq(test.leaves, ", ") {
				if part != "" {
					leaves = append(leaves, leaf(part))
				}
			}
			var got []string
			for _, g := range small.Pool(leaves) {
				got = append(got, strings.ReplaceAll(strings.Trim(fmt.Sprint(g.Leaves), "[]"), " ", ",")+fmt.Sprint(":", g.N))
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("%s, want %s", strings.Join(got, " "), test.want)
			}
		})
	}
}

// A vector is which workplaces a number counts.
type vector []*big.Rat

// A span is all that can be reckoned from some numbers by adding, subtracting and multiplying: kept as rows of an echelon.
type span struct{ rows []vector }

func (s *span) reduce(v vector) (vector, int) {
	v = slices.Clone(v)
	for _, row := range s.rows {
		lead := slices.IndexFunc(row, func(x *big.Rat) bool { return x.Sign() != 0 })
		if v[lead].Sign() == 0 {
			continue
		}
		by := new(big.Rat).Quo(v[lead], row[lead])
		for i := range v {
			v[i] = new(big.Rat).Sub(v[i], new(big.Rat).Mul(by, row[i]))
		}
	}
	return v, slices.IndexFunc(v, func(x *big.Rat) bool { return x.Sign() != 0 })
}

func (s *span) add(v vector) {
	if v, lead := s.reduce(v); lead >= 0 {
		s.rows = append(s.rows, v)
		slices.SortFunc(s.rows, func(a, b vector) int {
			first := func(v vector) int { return slices.IndexFunc(v, func(x *big.Rat) bool { return x.Sign() != 0 }) }
			return first(a) - first(b)
		})
	}
}

func (s *span) has(v vector) bool { _, lead := s.reduce(v); return lead < 0 }

func of(places []int, n int) vector {
	v := make(vector, n)
	for i := range v {
		v[i] = new(big.Rat)
	}
	for _, p := range places {
		v[p].SetInt64(1)
	}
	return v
}

// Who has the tables of all rounds and all levels, and takes every answer to have stayed as it was, can reckon the answers of no set of workplaces in which
// one to four had answered when it was first told of.
func TestNobodyIsToldApart(t *testing.T) {
	const worlds = 400
	told, joined, late := 0, 0, 0
	for seed := range worlds {
		r := rand.New(rand.NewPCG(7, uint64(seed)))
		n := 2 + r.IntN(8)
		base := make([]small.Leaf, n)
		for i := range base {
			county := fmt.Sprint("county", r.IntN(2))
			base[i] = small.Leaf{ID: fmt.Sprint(i), Municipality: county + fmt.Sprint("-", r.IntN(2)), County: county}
		}
		type set struct {
			places []int
			told   bool
		}
		var sets []set // those that are never split again
		s := &span{}
		first := make([]int, n) // how many had answered at each workplace when it was first told of
		for i := range first {
			first[i] = -1
		}
		known := 1 + r.IntN(n) // the others come later
		for round := range 3 {
			from := 0
			if round > 0 {
				from, known = known, known+r.IntN(n-known+1)
			}
			for p := from; p < known; p++ {
				sets = append(sets, set{[]int{p}, false})
			}
			answered := make([]int, n)
			for i := range answered {
				answered[i] = max(0, r.IntN(9)-2)
			}
			var leaves []small.Leaf
			for _, set := range sets {
				l := base[set.places[0]]
				l.Told = set.told
				for _, p := range set.places {
					l.N += answered[p]
					if base[p].Municipality != l.Municipality {
						l.Municipality = ""
					}
					if base[p].County != l.County {
						l.County = ""
					}
				}
				leaves = append(leaves, l)
			}
			var next []set
			var all []int
			for _, g := range small.Pool(leaves) {
				var places []int
				for _, i := range g.Leaves {
					places = append(places, sets[i].places...)
				}
				if !g.Shown() {
					for _, i := range g.Leaves {
						next = append(next, sets[i])
					}
					continue
				}
				told++
				if len(g.Leaves) > 1 {
					joined++
				}
				if round > 0 && !leaves[g.Leaves[0]].Told {
					late++
				}
				next = append(next, set{places, true})
				all = append(all, places...)
				for _, p := range places {
					if first[p] < 0 {
						first[p] = answered[p]
					}
				}
				s.add(of(places, n))
			}
			if len(all) > 0 {
				s.add(of(all, n)) // the whole; every level is such a union
			}
			sets = next
		}
		for set := 1; set < 1<<n; set++ {
			var places []int
			persons := 0
			for i := range n {
				if set&(1<<i) != 0 {
					places = append(places, i)
					persons += max(first[i], 0)
				}
			}
			if persons > 0 && persons < small.Least && s.has(of(places, n)) {
				t.Fatalf("world %d: the %d of workplaces %v are told apart: %v", seed, persons, places, base)
			}
		}
	}
	if told < worlds || joined < worlds/4 || late < worlds/4 {
		t.Errorf("only %d groups were told of, %d of them joined and %d new: the worlds try too little", told, joined, late)
	}
}
