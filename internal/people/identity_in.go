package people

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kompobib/internal/fault"
	"kompobib/internal/local"
)

// ErrIdentityIn is of a text that others see and that holds somebody's identity number.
var ErrIdentityIn = fault.Define(fault.Invalid, "people.identity-in")

// A Number is an identity number in a text, from a byte to before another.
type Number struct {
	From, To int
	Date     string // as it is written, six digits or eight
	Last     string // the last four
	Identity Identity
}

// Youngest is how old whoever is employed becomes that year at least.
const Youngest = 14

// Period reports whether the digits, read on a day, are no person's whom a text on staff would name, but two days of one time: "20120815-1231".
func (n Number) Period(on local.Date) bool {
	return len(n.Date) == 8 && n.Identity.Born.Time().Year() > on.Time().Year()-Youngest
}

// spellings are how people write an identity number, in a text made [Plain]: its parts divided by what divides days and words, or in whatever
// parts by spaces alone. A number in other parts with other signs is a phone's.
var spellings = []*regexp.Regexp{
	regexp.MustCompile(`^((?:18|19|20)\d\d(?:\d{4}|[ \-./:_]\d\d[ \-./:_]?\d\d))([^0-9A-Za-z]{0,3})([\dTRSUWXJKLMNtrsuwxjklmn]\d{3})`),
	regexp.MustCompile(`^(\d{6}|\d\d[ \-./:_]\d\d[ \-./:_]\d\d)([^0-9A-Za-z]{0,3})([\dTRSUWXJKLMNtrsuwxjklmn]\d{3})`),
	regexp.MustCompile(`^(\d(?: {0,3}\d){7})( {0,3}[-+]? {0,3})([\dTRSUWXJKLMNtrsuwxjklmn](?: {0,3}\d){3})`),
	regexp.MustCompile(`^(\d(?: {0,3}\d){5})( {0,3}[-+]? {0,3})([\dTRSUWXJKLMNtrsuwxjklmn](?: {0,3}\d){3})`),
}

// NumbersIn finds the identity numbers in a text, in all spellings that people use, of those born by a day. A text of nine digits may be one that was kept as a number, so that
// it lost the nought that it began with.
func NumbersIn(text string, by local.Date) (all []Number) {
	if Digits(text) < 9 { // an interim number has no more
		return nil
	}
	plain, at := Plain(text)
	if len(plain) == 9 && plain[0] != '0' && numeric(plain) {
		if id, err := ParseIdentity("0"+plain, by); err == nil {
			return []Number{{0, len(text), "0" + plain[:5], plain[5:], id}}
		}
	}
	for i := 0; i < len(plain); i++ {
		if n, ok := numberAt(plain, i, by); ok {
			i = n.To - 1
			n.From, n.To = at(n.From), at(n.To)
			all = append(all, n)
		}
	}
	return all
}

// numberAt reads the identity number that begins at a place in a plain text.
func numberAt(plain string, at int, by local.Date) (n Number, ok bool) {
	if !digit(plain[at]) || at > 0 && (digit(plain[at-1]) || plain[at-1] == '+' && strings.HasPrefix(plain[at:], "46")) { // a phone's, with its country
		return n, false
	}
	for _, spelling := range spellings {
		m := spelling.FindStringSubmatch(plain[at:])
		if m == nil {
			continue
		}
		end := at + len(m[0])
		if end < len(plain) && digit(plain[end]) {
			continue
		}
		date, sign := onlyDigits(m[1]), "-"
		if strings.Contains(m[2], "+") {
			sign = "+"
		}
		if len(date) < len(m[1]) && end+1 < len(plain) && strings.IndexByte("-./:", plain[end]) >= 0 && digit(plain[end+1]) { // a day, and another
			continue
		}
		if id, err := ParseIdentity(date+sign+m[3], by); err == nil && !(len(date) < len(m[1]) && strings.TrimSpace(m[2]) == "" && Clock(date, m[3])) {
			return Number{at, end, date, m[3], id}, true
		}
	}
	return n, false
}

// Clock reports whether eight digits and four may be a day of late and a time of it, as programs put in the names of files.
func Clock(date, last string) bool {
	return len(date) == 8 && date[:2] == "20" && civil(date) != "" && len(last) == 4 && "0000" <= last && last < "2400" && last[2] < '6'
}

// Plain is a text with a byte for each letter: digits, spaces and dashes of all kinds are the usual ones, other letters x, other signs a dot. at tells where in the text a byte stands.
func Plain(text string) (plain string, at func(int) int) {
	if strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return text, func(i int) int { return i }
	}
	b, places := make([]byte, 0, len(text)), make([]int, 0, len(text)+1)
	for i, r := range text {
		c := byte('.')
		switch {
		case r < utf8.RuneSelf:
			c = byte(r)
		case '０' <= r && r <= '９':
			c = byte('0' + r - '０')
		case r == '−' || r == '－' || unicode.Is(unicode.Pd, r):
			c = '-'
		case r == '＋':
			c = '+'
		case unicode.IsSpace(r):
			c = ' '
		case unicode.IsLetter(r) || unicode.IsMark(r):
			c = 'x'
		}
		b, places = append(b, c), append(places, i)
	}
	places = append(places, len(text))
	return string(b), func(i int) int { return places[i] }
}

// numberless reports whether no identity number stands in a text that others see, of anybody born by an instant.
func numberless(text string, at time.Time) bool {
	on := local.DateOf(at, time.UTC)
	return !slices.ContainsFunc(NumbersIn(text, on), func(n Number) bool { return !n.Period(on) })
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// Digits is how many digits a text has.
func Digits(text string) (n int) {
	for _, r := range text {
		if '0' <= r && r <= '9' || '０' <= r && r <= '９' {
			n++
		}
	}
	return n
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}
