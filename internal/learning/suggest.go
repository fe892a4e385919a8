package learning

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/kljensen/snowball/swedish"
)

// Examples are what a theme or a topic is known by: its name and key words, and texts that have it.
type Examples struct {
	Of    string // the id of the theme or topic
	Words string
	Texts []string
}

// A Suggestion is what a text may have, and the words of the text that point to it.
type Suggestion struct {
	Of    string
	Words []string // as they stand in the text, at most a few, those that tell most first
}

const (
	suggestions = 3   // at most
	pointers    = 4   // words that are shown at most
	keyWeight   = 3.0 // of an own word, against one of a text that has it
	likely      = 3.0 // the least sum of weights that is suggested: one own word, or several that the texts have in common
)

// Learnt is what examples teach: how much each word points to each of them.
type Learnt struct {
	of    []Examples
	own   []map[string]bool
	texts []map[string]int // in how many texts
	in    map[string]int   // in how many of the examples
}

// Learn reads examples. Words are compared by their Swedish stems.
func Learn(of []Examples) Learnt {
	l := Learnt{of, make([]map[string]bool, len(of)), make([]map[string]int, len(of)), map[string]int{}}
	for i, t := range of {
		l.own[i], l.texts[i] = map[string]bool{}, map[string]int{}
		for _, w := range stems(t.Words) {
			l.own[i][w.stem] = true
		}
		for _, text := range t.Texts {
			seen := map[string]bool{}
			for _, w := range stems(text) {
				if !seen[w.stem] {
					seen[w.stem] = true
					l.texts[i][w.stem]++
				}
			}
		}
		for stem := range l.texts[i] {
			l.in[stem]++
		}
	}
	return l
}

// weight is how much a stem points to the i-th example. Its own words point to it; a word of the texts that have it points the
// more, the fewer others' texts have it.
func (l Learnt) weight(i int, stem string) (weight float64) {
	if l.own[i][stem] {
		weight = keyWeight
	}
	if n := l.texts[i][stem]; n > 0 && len(l.of) > 1 {
		rare := math.Log(float64(len(l.of)+1) / float64(l.in[stem]))
		weight += rare * float64(n) / float64(len(l.of[i].Texts)+2) // a single text proves little
	}
	return weight
}

// Suggest finds what a text may have, the likeliest first.
func (l Learnt) Suggest(text string) []Suggestion {
	type pointer struct {
		word   string
		weight float64
	}
	type scored struct {
		Suggestion
		sum float64
	}
	var words []word
	seen := map[string]bool{}
	for _, w := range stems(text) {
		if !seen[w.stem] {
			seen[w.stem] = true
			words = append(words, w)
		}
	}
	var found []scored
	for i, t := range l.of {
		var points []pointer
		sum := 0.0
		for _, w := range words {
			if weight := l.weight(i, w.stem); weight > 0 {
				sum += weight
				points = append(points, pointer{w.word, weight})
			}
		}
		if sum < likely {
			continue
		}
		slices.SortStableFunc(points, func(a, b pointer) int { return cmp.Compare(b.weight, a.weight) })
		s := scored{Suggestion{Of: t.Of}, sum}
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

// empty are words that stand in most texts and say little, beside those that the stemmer knows as such.
var empty = []string{"också", "mycket", "hela", "bara", "kanske", "bättre", "göra", "gör", "gjort", "finns", "får", "fick", "kommer", "vill", "ville", "behöver", "bibliotek",
	"biblioteket", "biblioteken", "bibliotekets", "oss", "ska", "skulle", "måste", "många", "något", "någon", "några", "sedan", "redan", "tycker", "tänker", "börja", "dag", "idag",
	"ännu", "mest", "mer", "fler", "nya", "andra", "bra", "tid", "sätt", "jobba", "arbeta", "arbete"}
