package fault

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain is what came from outside as a text that can be stored: without what nobody types, control characters other than
// tab and line ends, and what is no UTF-8. PostgreSQL refuses the one and the other.
func Plain(s string) string {
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	return strings.Map(func(r rune) rune {
		if Typed(r) {
			return r
		}
		return -1
	}, s)
}

// Typed reports whether a character can be in a text that a person types.
func Typed(r rune) bool { return r == '\t' || r == '\n' || r == '\r' || !unicode.IsControl(r) }
