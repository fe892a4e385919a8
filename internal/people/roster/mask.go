package roster

import (
	"regexp"
	"strings"

	"kompobib/internal/local"
	"kompobib/internal/people"
)

// number is what may be an identity number, wherever it stands.
var number = regexp.MustCompile(`\b(\d{6}(?:\d{2})?) ?[-+\x{2010}\x{2011}\x{2013}\x{2212}]? ?[\dA-Za-z]\d{3}\b`)

// masks are numbers of which the last four are hidden.
var masks = regexp.MustCompile(`\b\d{6}(\d{2})?-\*{4}`)

// Mask hides the last four of identity numbers in a text.
func Mask(s string) string { return number.ReplaceAllString(s, "$1-****") }

// worded are the fields that hold words, which are kept and shown as they stand: no identity number may.
var worded = []Field{Name, Given, Family, Workplace, Municipality, Title}

// numbersIn hides the last four of the identity numbers that a text holds, in all spellings that are known. rest is the text without them, has whether there are any.
func numbersIn(text string, today local.Date) (masked, rest string, has bool) {
	if rest = masks.ReplaceAllString(text, ""); rest != text { // as we hand it out ourselves
		return text, clean(rest), true
	}
	digits := 0
	for i := range len(text) {
		if isDigit(text[i]) {
			digits++
		}
	}
	if digits < 9 { // an interim number has no more
		return text, text, false
	}
	if n, err := people.ParseIdentity("0"+text, today); err == nil && digits == 9 && len(text) == 9 { // kept as a number, it lost what it began with
		return n.Masked(), "", true
	}
	var shown, left strings.Builder
	for i := 0; i < len(text); {
		if size, n := numberAt(text, i, today); size > 0 {
			shown.WriteString(n.Masked())
			i, has = i+size, true
			continue
		}
		shown.WriteByte(text[i])
		left.WriteByte(text[i])
		i++
	}
	return shown.String(), clean(left.String()), has
}

// numberAt reads the identity number that begins at a place in a text. size is 0 if none does.
func numberAt(text string, at int, today local.Date) (size int, n people.Identity) {
	if !isDigit(text[at]) || at > 0 && isLetterOrDigit(text[at-1]) {
		return 0, n
	}
	for i, count := at, 0; i < len(text) && i-at < 32; i++ {
		switch c := text[i]; {
		case isLetterOrDigit(c):
			if count++; (count == 10 || count == 12) && (i+1 == len(text) || !isLetterOrDigit(text[i+1])) {
				if n, err := people.ParseIdentity(text[at:i+1], today); err == nil {
					return i + 1 - at, n
				}
			}
		case c != ' ' && c != '-' && c != '+' && c < 0x80:
			return 0, n
		}
	}
	return 0, n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetterOrDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }
