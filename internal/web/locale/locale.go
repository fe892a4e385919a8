// Package locale has the words, in the languages that people read. They stand in
// sv/*.toml and en/*.toml, a file for each room or page, where a translator can edit them.
package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/language"
)

//go:embed sv/*.toml en/*.toml
var files embed.FS

// A Language is one that people read.
type Language int

const (
	Swedish Language = iota // for whoever reads neither
	English
)

var (
	tags    = []language.Tag{language.Swedish, language.English}
	matcher = language.NewMatcher(tags)
	words   = [2]map[string]string{load("sv"), load("en")}
)

// For returns the language that suits an Accept-Language header best.
func For(accept string) Language {
	_, i := language.MatchStrings(matcher, accept)
	return Language(i)
}

// Tag is l's name in HTML.
func (l Language) Tag() string { return tags[l].String() }

// Say returns the words for code, filled in with args.
func (l Language) Say(code string, args ...any) string {
	text, ok := words[l][code]
	if !ok {
		return code // a test finds these
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Codes returns all codes that have words in l.
func (l Language) Codes() []string { return slices.Sorted(maps.Keys(words[l])) }

// load panics on a broken file: the program must not start without its words.
func load(folder string) map[string]string {
	all := map[string]string{}
	names, err := fs.Glob(files, folder+"/*.toml")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		var rooms map[string]map[string]string
		if _, err := toml.DecodeFS(files, name, &rooms); err != nil {
			panic(fmt.Errorf("locale: %s: %w", name, err))
		}
		for room, list := range rooms {
			for word, text := range list {
				code := room + "." + word
				if _, twice := all[code]; twice {
					panic("locale: " + code + " stands twice in " + folder)
				}
				all[code] = text
			}
		}
	}
	return all
}
