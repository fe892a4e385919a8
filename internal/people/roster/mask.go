package roster

import (
	"regexp"
	"strings"

	"kompobib/internal/local"
	"kompobib/internal/people"
)

// shape is what an identity number looks like where one begins, also one with a digit wrong.
var shape = regexp.MustCompile(`^(\d{6}(?:\d{2})?) ?[-+\x{2010}\x{2011}\x{2013}\x{2212}]? ?[\dA-Za-z]\d{3}`)

// masks are numbers of which the last four are hidden.
var masks = regexp.MustCompile(`\b\d{6}(\d{2})?-\*{4}`)

// plainPhone is a number that may be a phone's though its digits could be those of a birth: as people write phones, and few write other numbers.
var plainPhone = regexp.MustCompile(`^0\d{9}$`)

// ages is a day by which all are born who are in a list, whenever it is read.
const ages local.Date = "2199-12-31"

// Mask hides the last four of identity numbers in a text, and of what looks like one and can be nothing else: so of one that is mistyped.
func Mask(s string) string {
	if digitsIn(s) < 9 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		size, date := maskAt(s, i)
		if size == 0 {
			b.WriteByte(s[i])
			i++
			continue
		}
		b.WriteString(date + "-****")
		i += size
	}
	return b.String()
}

// maskAt reads what is to be masked that begins at a place in a text, and the date that is shown of it. size is 0 if nothing is.
func maskAt(text string, at int) (size int, date string) {
	if !begins(text, at) {
		return 0, ""
	}
	if m := shape.FindStringSubmatch(text[at:]); m != nil && ends(text, at+len(m[0])) && !other(m[0]) {
		return len(m[0]), m[1]
	}
	size, _ = numberAt(text, at, ages)
	if size == 0 {
		return 0, ""
	}
	for i := at; i < at+size; i++ {
		if isLetterOrDigit(text[i]) {
			date += text[i : i+1]
		}
	}
	return size, date[:len(date)-4]
}

// other reports whether what looks like an identity number is the number of an organisation or of a phone instead.
func other(text string) bool {
	if _, err := people.ParseIdentity(text, ages); err == nil {
		return false
	}
	_, err := people.ParseOrgNumber(text)
	return err == nil || plainPhone.MatchString(text)
}

// worded are the fields that hold words, which are kept and shown as they stand, or compared with what is: no identity number may stand there.
var worded = []Field{Name, Given, Family, Workplace, Municipality, Title, Email, Phone, Employer}

// numberIn is what stands in a field of words, as numbersIn tells it. In a column of phones ten digits after a nought are a phone's.
func numberIn(f Field, text string, today local.Date) (masked, rest string, has bool) {
	if f == Phone && plainPhone.MatchString(strings.ReplaceAll(text, " ", "")) {
		return text, text, false
	}
	return numbersIn(text, today)
}

// numbersIn hides the last four of the identity numbers that a text holds, in all spellings that are known. rest is the text without them, has whether there are any.
func numbersIn(text string, today local.Date) (masked, rest string, has bool) {
	if strings.Contains(text, "-****") { // as we hand it out ourselves
		if rest = masks.ReplaceAllString(text, ""); rest != text {
			return text, clean(rest), true
		}
	}
	digits := digitsIn(text)
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
	if !begins(text, at) {
		return 0, n
	}
	for i, count := at, 0; i < len(text) && i-at < 32; i++ {
		switch c := text[i]; {
		case isLetterOrDigit(c):
			if count++; (count == 10 || count == 12) && ends(text, i+1) {
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

// begins and ends report whether a number may begin or end at a place in a text.
func begins(text string, at int) bool {
	return isDigit(text[at]) && (at == 0 || !isLetterOrDigit(text[at-1]))
}

func ends(text string, at int) bool { return at == len(text) || !isLetterOrDigit(text[at]) }

func digitsIn(text string) (n int) {
	for i := range len(text) {
		if isDigit(text[i]) {
			n++
		}
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetterOrDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }
