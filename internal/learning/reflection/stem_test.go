package reflection

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// A theme is found by any form of its words, by what the texts that have it have in common, and not by what all texts say.
func TestSuggest(t *testing.T) {
	themes := []Examples{
		{Theme: "welcome", Words: "Bemötande bemöta, vänlig"},
		{Theme: "media", Words: "Nya medier e-bok, läsplatta", Texts: []string{"Vi lånar ut läsplattor", "Surfplattor för alla", "Surfplattor i disken"}},
		{Theme: "time", Words: "Tid"},
	}
	for _, test := range []struct{ text, want string }{
		{"Jag har bemött fler med vänlighet.", "[{welcome [bemött vänlighet]}]"},
		{"Läsplattorna ska synas i disken", "[{media [läsplattorna disken]}]"},
		{"Det är bra på biblioteket.", "[]"},
		{"", "[]"},
		{"<script>bemöta()</script>", "[{welcome [bemöta]}]"},
	} {
		if got := fmt.Sprint(Suggest(test.text, themes)); got != test.want {
			t.Errorf("%q: %s, want %s", test.text, got, test.want)
		}
	}
}

func FuzzSuggest(f *testing.F) {
	f.Add("Vi bemötte alla", "bemöta", "bemötande är bra")
	f.Add("\xff\x00 åäö", "", strings.Repeat("é", 300))
	f.Fuzz(func(t *testing.T, text, words, example string) {
		for _, s := range Suggest(text, []Examples{{Theme: "a", Words: words, Texts: []string{example}}, {Theme: "b", Words: example}}) {
			for _, w := range s.Words {
				if !utf8.ValidString(w) || !strings.Contains(strings.ToLower(text), w) {
					t.Errorf("%q is not in %q", w, text)
				}
			}
		}
	})
}
