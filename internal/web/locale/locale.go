// Package locale has the words, in the languages that people read. They stand in
// sv/*.toml and en/*.toml, a file for each room or page, where a translator can edit them:
//
//	[seat]
//	taken = "Platsen är tagen."
//	left = { one = "%s plats kvar", other = "%s platser kvar" }
//	rows = "%s av %s {rad|rader} är {1:rättad|rättade}"
//
// What stands in braces has a form for one and a form for others, and goes by what the words are filled in with last before it, or by the one that it numbers.
package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/language"

	"kompobib/internal/local"
)

//go:embed sv/*.toml en/*.toml
var files embed.FS

// A Language is one that people read.
type Language int

const (
	Swedish Language = iota // for whoever reads neither
	English
)

// Languages are all of them.
var Languages = []Language{Swedish, English}

var (
	tags    = []language.Tag{language.Swedish, language.English}
	matcher = language.NewMatcher(tags)
	words   = [2]map[string]string{load("sv"), load("en")}
)

// For returns the language that suits an Accept-Language header best: Swedish if it asks for neither.
func For(accept string) Language {
	l, _ := asked(accept)
	return l
}

// ForPrograms is [For] where programs ask, who mostly say nothing of languages: English if the header asks for neither.
func ForPrograms(accept string) Language {
	if l, sure := asked(accept); sure {
		return l
	}
	return English
}

func asked(accept string) (l Language, sure bool) {
	wanted, _, _ := language.ParseAcceptLanguage(accept) // what cannot be read asks for nothing
	_, i, how := matcher.Match(wanted...)
	return Language(i), how > language.No
}

// Named returns the language with a tag, and whether there is one.
func Named(tag string) (Language, bool) {
	for _, l := range Languages {
		if l.Tag() == tag {
			return l, true
		}
	}
	return Swedish, false
}

// Tag is l's name in HTML.
func (l Language) Tag() string { return tags[l].String() }

// Say returns the words for code, filled in with args. Dates, times and numbers are written as people write them.
func (l Language) Say(code string, args ...any) string {
	text, ok := words[l][code]
	if !ok {
		return code // a test finds these
	}
	return l.fill(text, args)
}

// Has reports whether there are words for code.
func (l Language) Has(code string) bool { return words[l][code] != "" }

// Count is [Language.Say] for n of something. The words have the forms one and other, and
// n, written as a number, is the first of what they are filled in with: "%s".
func (l Language) Count(code string, n int, args ...any) string {
	form := code + ".other"
	if n == 1 {
		form = code + ".one"
	}
	text, ok := words[l][form]
	if !ok {
		return form
	}
	if !strings.Contains(text, "%") {
		return text
	}
	return l.fill(text, append([]any{l.Number(n)}, args...))
}

func (l Language) fill(text string, args []any) string {
	if len(args) == 0 {
		return text
	}
	written := slices.Clone(args)
	for i, arg := range args {
		switch at := arg.(type) {
		case local.Date:
			written[i] = l.Date(at)
		case time.Time:
			written[i] = l.Time(at, at.Location().String())
		case int:
			written[i] = number{at, l}
		case int64:
			written[i] = number{int(at), l}
		case string:
			if isClock.MatchString(at) {
				written[i] = l.Clock(at)
			}
		}
	}
	return fmt.Sprintf(agree(text, written), written...)
}

var verbOrForms = regexp.MustCompile(`%%|%(?:\[([0-9]+)\])?[a-z]|\{(?:([0-9]+):)?([^{}|]*)\|([^{}|]*)\}`)

// agree chooses the form of each of a text's braces: the first of what is written 1.
func agree(text string, written []any) string {
	if !strings.Contains(text, "|") {
		return text
	}
	last := -1 // the argument that was written last
	return verbOrForms.ReplaceAllStringFunc(text, func(found string) string {
		part := verbOrForms.FindStringSubmatch(found)
		by := last
		if number := part[1] + part[2]; number != "" {
			n, _ := strconv.Atoi(number)
			by = n - 1
		} else if found[0] == '%' {
			by++
		}
		switch {
		case found == "%%":
			return found
		case found[0] == '%':
			last = by
			return found
		case by >= 0 && by < len(written) && fmt.Sprint(written[by]) == "1":
			return part[3]
		}
		return part[4]
	})
}

var isClock = regexp.MustCompile(`^[0-2][0-9]:[0-5][0-9]$`)

// A number among words is written as people write it, 10 000, and by its digits where the words ask for %d: a year.
type number struct {
	n int
	l Language
}

// Format implements fmt.Formatter.
func (n number) Format(f fmt.State, verb rune) {
	if verb == 'd' {
		fmt.Fprintf(f, "%d", n.n)
	} else {
		fmt.Fprint(f, n.l.Number(n.n))
	}
}

// Codes returns all codes that have words in l. Words with forms are there as code.one and code.other.
func (l Language) Codes() []string { return slices.Sorted(maps.Keys(words[l])) }

// load panics on a broken file: the program must not start without its words.
func load(folder string) map[string]string {
	all := map[string]string{}
	put := func(code string, text any) {
		s, ok := text.(string)
		if !ok {
			panic(fmt.Sprintf("locale: %s in %s is neither words nor forms of them", code, folder))
		}
		if _, twice := all[code]; twice {
			panic("locale: " + code + " stands twice in " + folder)
		}
		all[code] = s
	}
	names, err := fs.Glob(files, folder+"/*.toml")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		var rooms map[string]map[string]any
		if _, err := toml.DecodeFS(files, name, &rooms); err != nil {
			panic(fmt.Errorf("locale: %s: %w", name, err))
		}
		for room, list := range rooms {
			if list == nil {
				panic("locale: " + room + " stands in no room in " + name)
			}
			for word, text := range list {
				forms, ok := text.(map[string]any)
				if !ok {
					put(room+"."+word, text)
				}
				for form, text := range forms {
					put(room+"."+word+"."+form, text)
				}
			}
		}
	}
	return all
}
