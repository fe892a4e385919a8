package learning

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// A theme is found by any form of its words, by what the texts that have it have in common, and not by what all texts say.
func TestSuggest(t *testing.T) {
	themes := []Examples{
		{Of: "welcome", Words: "Bemötande bemöta, vänlig"},
		{Of: "media", Words: "Nya medier e-bok, läsplatta", Texts: []string{"Vi lånar ut läsplattor", "Surfplattor för alla", "Surfplattor i disken"}},
		{Of: "time", Words: "Tid"},
	}
	for _, test := range []struct{ text, want string }{
		{"Jag har bemött fler med vänlighet.", "[{welcome [bemött vänlighet]}]"},
		{"Läsplattorna ska synas i disken", "[{media [läsplattorna disken]}]"},
		{"Det är bra på biblioteket.", "[]"},
		{"", "[]"},
		{"<script>bemöta()</script>", "[{welcome [bemöta]}]"},
	} {
		if got := fmt.Sprint(Learn(themes).Suggest(test.text)); got != test.want {
			t.Errorf("%q: %s, want %s", test.text, got, test.want)
		}
	}
}

func FuzzSuggest(f *testing.F) {
	f.Add("Vi bemötte alla", "bemöta", "bemötande är bra")
	f.Add("\xff\x00 åäö", "", strings.Repeat("é", 300))
	f.Fuzz(func(t *testing.T, text, words, example string) {
		for _, s := range Learn([]Examples{{Of: "a", Words: words, Texts: []string{example}}, {Of: "b", Words: example}}).Suggest(text) {
			for _, w := range s.Words {
				if !utf8.ValidString(w) || !strings.Contains(strings.ToLower(text), w) {
					t.Errorf("%q is not in %q", w, text)
				}
			}
		}
	})
}
