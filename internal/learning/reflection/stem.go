package reflection

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/kljensen/snowball/swedish"
)

// Examples are what a theme is known by: its name and key words, and texts that have it.
type Examples struct {
	Theme string
	Words string
	Texts []string
}

// A Suggestion is a theme that a text may have, and the words of the text that point to it.
type Suggestion struct {
	Theme string
	Words []string // as they stand in the text, at most a few, those that tell most first
}

const (
	suggestions = 3   // at most
	pointers    = 4   // words that are shown at most
	keyWeight   = 3.0 // of a theme's own word, against one of a text that has it
	likely      = 3.0 // the least sum of weights that is suggested: one own word, or several that the texts have in common
)

// Suggest finds the themes whose words a text has. Words are compared by their Swedish stems. A theme's own words point to it; a word of
// the texts that have it points the more, the fewer other themes' texts have it.
func Suggest(text string, themes []Examples) []Suggestion {
	own := make([]map[string]bool, len(themes))
	learnt := make([]map[string]int, len(themes)) // in how many texts
	in := map[string]int{}                        // in how many themes
	for i, t := range themes {
		own[i], learnt[i] = map[string]bool{}, map[string]int{}
		for _, w := range stems(t.Words) {
			own[i][w.stem] = true
		}
		for _, text := range t.Texts {
			seen := map[string]bool{}
			for _, w := range stems(text) {
				if !seen[w.stem] {
					seen[w.stem] = true
					learnt[i][w.stem]++
				}
			}
		}
		for stem := range learnt[i] {
			in[stem]++
		}
	}
	type pointer struct {
		word   string
		weight float64
	}
	type scored struct {
		Suggestion
		sum float64
	}
	var found []scored
	for i, t := range themes {
		var points []pointer
		seen := map[string]bool{}
		sum := 0.0
		for _, w := range stems(text) {
			if seen[w.stem] {
				continue
			}
			seen[w.stem] = true
			weight := 0.0
			if own[i][w.stem] {
				weight = keyWeight
			}
			if n := learnt[i][w.stem]; n > 0 && len(themes) > 1 {
				rare := math.Log(float64(len(themes)+1) / float64(in[w.stem]))
				weight += rare * float64(n) / float64(len(t.Texts)+2) // a single text proves little
			}
			if weight > 0 {
				sum += weight
				points = append(points, pointer{w.word, weight})
			}
		}
		if sum < likely {
			continue
		}
		slices.SortStableFunc(points, func(a, b pointer) int { return cmp.Compare(b.weight, a.weight) })
		s := scored{Suggestion{Theme: t.Theme}, sum}
		for _, p := range points[:min(pointers, len(points))] {
			s.Words = append(s.Words, p.word)
		}
		found = append(found, s)
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(b.sum, a.sum) })
	var list []Suggestion
	for _, s := range found[:min(suggestions, len(found))] {
		list = append(list, s.Suggestion)
	}
	return list
}

type word struct{ word, stem string }

// stems are the words of a text that say something, with what they have in common with their other forms.
func stems(text string) (list []word) {
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len([]rune(w)) < 3 || swedish.IsStopWord(w) || slices.Contains(empty, w) {
			continue
		}
		list = append(list, word{w, swedish.Stem(w, false)})
	}
	return list
}

// empty are words that stand in most reflections and say little, beside those that the stemmer knows as such.
var empty = []string{"också", "mycket", "hela", "bara", "kanske", "bättre", "göra", "gör", "gjort", "finns", "får", "fick", "kommer", "vill", "ville", "behöver", "bibliotek",
	"biblioteket", "biblioteken", "bibliotekets", "oss", "ska", "skulle", "måste", "många", "något", "någon", "några", "sedan", "redan", "tycker", "tänker", "börja", "dag", "idag",
	"ännu", "mest", "mer", "fler", "nya", "andra", "bra", "tid", "sätt", "jobba", "arbeta", "arbete"}
