package roster

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

// shape is what an identity number looks like in a plain text, also one with a digit wrong.
var shape = regexp.MustCompile(`\b(\d{6}(?:\d{2})?) ?[-+]? ?([\dA-Za-z]\d{3})\b`)

// masks are numbers of which the last four are hidden.
var masks = regexp.MustCompile(`\d{6}(\d{2})?-\*{4}`)

// plainPhone is a number that may be a phone's though its digits could be those of a birth: as people write phones, and few write other numbers.
var plainPhone = regexp.MustCompile(`^0\d{9}$`)

// ages is a day by which all are born who are in a list, whenever it is read.
const ages local.Date = "2199-12-31"

// Mask hides the last four of identity numbers in a text, and of what looks like one and can be nothing else: so of one that is mistyped.
func Mask(s string) string {
	return hide(s, func(n people.Number) string { return n.Date + "-****" })
}

// hide is a text with what f makes of the identity numbers in it, and of what looks like one.
func hide(s string, f func(people.Number) string) string {
	if people.Digits(s) < 9 { // an interim number has no more
		return s
	}
	s = replaced(s, people.NumbersIn(s, ages), f)
	plain, at := people.Plain(s)
	plain = strings.ReplaceAll(plain, "_", " ")
	var shapes []people.Number
	for _, m := range shape.FindAllStringSubmatchIndex(plain, -1) {
		if date, last := plain[m[2]:m[3]], plain[m[4]:m[5]]; !other(plain[m[0]:m[1]], date, last) {
			shapes = append(shapes, people.Number{From: at(m[0]), To: at(m[1]), Date: date, Last: last})
		}
	}
	return replaced(s, shapes, f)
}

func replaced(s string, numbers []people.Number, f func(people.Number) string) string {
	if len(numbers) == 0 {
		return s
	}
	var b strings.Builder
	at := 0
	for _, n := range numbers {
		b.WriteString(s[at:n.From] + f(n))
		at = n.To
	}
	return b.String() + s[at:]
}

// other reports whether what looks like an identity number is the number of an organisation or of a phone, or a day and a time, instead.
func other(text, date, last string) bool {
	if _, err := people.ParseIdentity(text, ages); err == nil {
		return false
	}
	_, err := people.ParseOrgNumber(text)
	return err == nil || plainPhone.MatchString(text) || people.Clock(date, last)
}

// undated is a text without the identity numbers in it: that somebody was born on a day tells nothing of a list. A day with a time is none.
func undated(text string, today local.Date) string {
	grown := today.Time().Year() - people.Youngest
	text = hide(text, func(n people.Number) string {
		if people.Clock(n.Date, n.Last) && n.Date[:4] > fmt.Sprint(grown) {
			return n.Date
		}
		return ""
	})
	return masks.ReplaceAllString(text, "")
}

// longest is how many bytes are shown of what stands in a cell that nobody has written to be read.
const longest = 500

// excerpt is a text as it may be shown: masked, and no more than its beginning if it is long.
func excerpt(s string) string {
	if len(s) <= longest {
		return Mask(s)
	}
	cut := func(s string, n int) string {
		for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		return s[:min(n, len(s))]
	}
	return cut(Mask(cut(s, 2*longest)), longest) + "…" // a number that is cut is well beyond
}

// Told is what is wrong in words, without identity numbers.
func Told(f *fault.Fault, say func(code string, args ...any) string) string {
	args := make([]any, len(f.Args))
	for i, arg := range f.Args {
		if args[i] = arg; isText(arg) {
			args[i] = excerpt(fmt.Sprint(arg))
		}
	}
	return Mask(say(f.Code, args...))
}

func isText(arg any) bool { _, is := arg.(string); return is }

// worded are the fields that hold words, which are kept and shown as they stand, or compared with what is: no identity number may stand there.
var worded = []Field{Name, Given, Family, Workplace, Municipality, Title, Email, Phone, Employer}

// phones are what in a column of phones is one: nine or ten digits after a nought, nine that lost it, or what tells its country.
var phones = regexp.MustCompile(`^(?:0\d{8,9}|7\d{8}|\+[1-9][\d()/.-]*|00[1-9][()/.-]*\d(?:[()/.-]*\d){8,})$`)

// birth is where a number is cut as only one of birth is.
var birth = regexp.MustCompile(`^\+?\d{6}(\d\d)?-\d{4}$`)

func isPhone(text string) bool {
	text = strings.ReplaceAll(text, " ", "")
	return phones.MatchString(text) && !birth.MatchString(text)
}

// numberIn is what stands in a field of words, as numbersIn tells it.
func numberIn(f Field, text string, today local.Date) (hidden, rest string, has bool) {
	if f == Phone && isPhone(text) {
		return text, text, false
	}
	return numbersIn(text, today)
}

// numbersIn hides the last four of the identity numbers that a text holds, in all spellings that are known. rest is the text without them, has whether there are any.
func numbersIn(text string, today local.Date) (hidden, rest string, has bool) {
	numbers := slices.DeleteFunc(people.NumbersIn(text, today), func(n people.Number) bool { return n.Period(today) })
	hidden = replaced(text, numbers, func(n people.Number) string { return n.Identity.Masked() })
	rest, has = replaced(text, numbers, func(people.Number) string { return "" }), len(numbers) > 0
	if strings.Contains(rest, "-****") { // as we hand it out ourselves
		if without := masks.ReplaceAllString(rest, ""); without != rest {
			rest, has = without, true
		}
	}
	if has {
		_, rest, _ = numbersIn(clean(rest), today) // what stood on either side may be one
	}
	return hidden, rest, has
}
