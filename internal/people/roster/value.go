package roster

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kompobib/internal/local"
	"kompobib/internal/people"
)

// clean is a cell with one space between its words and without what nobody sees.
func clean(s string) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || c < ' ' || c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' ') {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\u200b', '\u200c', '\u200d', '\ufeff', '\u00ad':
			return -1
		}
		return r
	}, norm.NFC.String(s))
	return strings.Join(strings.Fields(s), " ")
}

// splitName takes a whole name apart: "Höglund, Zeynep" or "Zeynep von Höglund", and, if the surname stands first, "Von Höglund Zeynep".
func splitName(s string, surnameFirst bool) (given, family string) {
	if family, given, ok := strings.Cut(s, ","); ok {
		return clean(given), clean(family)
	}
	words := strings.Fields(s)
	if len(words) < 2 {
		return "", s
	}
	at := len(words) - 1
	before := func(word string) bool {
		return slices.Contains([]string{"von", "van", "af", "de", "der", "den", "la", "el", "al", "di", "da", "dos", "ibn", "bin"}, strings.ToLower(word))
	}
	if surnameFirst {
		for at = 1; at < len(words)-1 && before(words[at-1]); {
			at++
		}
		return strings.Join(words[at:], " "), strings.Join(words[:at], " ")
	}
	for at > 1 && before(words[at-1]) {
		at--
	}
	return strings.Join(words[:at], " "), strings.Join(words[at:], " ")
}

// dates is how the days of a column are written, told by all its values.
type dates struct {
	monthFirst bool // 12/31/2009
	from04     bool // numbered from 1904
	today      local.Date
}

// decideDates finds out whether the month stands first where that can be told: a first part above 12 is a day. Where
// both readings hold for all, more of the days are the first of a month, as days of employment are; else the day stands first.
func decideDates(values []string, from04 bool, today local.Date) dates {
	d := dates{from04: from04, today: today}
	dayFirst, monthFirst, ones, oneSecond := 0, 0, 0, 0
	for _, v := range values {
		a, b, _, ok := threeParts(v)
		if !ok || a > 31 || b > 31 {
			continue
		}
		switch {
		case a > 12:
			dayFirst++
		case b > 12:
			monthFirst++
		}
		if a == 1 {
			ones++
		}
		if b == 1 {
			oneSecond++
		}
	}
	d.monthFirst = monthFirst > dayFirst || monthFirst == 0 && dayFirst == 0 && oneSecond > ones
	return d
}

// threeParts reads 1/5/1980, 01.05.80 and 01-05-1980, whose first two parts may be the day or the month.
func threeParts(s string) (a, b, year int, ok bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '.' || r == '-' })
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 || len(parts[2]) != 4 && (len(parts[2]) != 2 || strings.Contains(s, "-")) {
		return 0, 0, 0, false
	}
	var n [3]int
	for i, part := range parts {
		var err error
		if n[i], err = strconv.Atoi(part); err != nil {
			return 0, 0, 0, false
		}
	}
	return n[0], n[1], n[2], true
}

var months = []string{"jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"}

// parse reads a day as the column writes it. No day is "" and ok.
func (d dates) parse(s string) (day local.Date, ok bool) {
	if s == "" || s == "-" || s == "0" {
		return "", true
	}
	if len(s) == 10 && s[4] == '-' { // as most write it
		if day = local.Date(s); !day.Valid() || day < "1900-01-01" {
			return "", false
		}
		return day, true
	}
	if len(s) > 10 { // a time of day that nobody means
		if head, tail, cut := strings.Cut(s, "T"); cut && len(head) == 10 && len(tail) >= 5 {
			s = head
		} else if head, tail, cut := strings.Cut(s, " "); cut && strings.Contains(tail, ":") {
			s = head
		}
	}
	if a, b, year, three := threeParts(s); three {
		if d.monthFirst {
			a, b = b, a
		}
		return d.civil(year, b, a)
	}
	if n, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64); err == nil {
		return d.number(s, n)
	}
	if parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/. ", r) }); len(parts) == 3 {
		if n, ok := numbers(parts); ok && (len(parts[0]) == 4 || len(parts[0]) == 2) { // 2009-1-1, 2009/01/01, 09-01-01
			return d.civil(n[0], n[1], n[2])
		}
	}
	return d.words(s)
}

func numbers(parts []string) (n [3]int, ok bool) {
	for i, part := range parts {
		var err error
		if n[i], err = strconv.Atoi(part); err != nil {
			return n, false
		}
	}
	return n, true
}

// number reads 20090101, 090101 and the number of a day.
func (d dates) number(s string, n float64) (local.Date, bool) {
	whole := strings.Trim(s, "0123456789") == ""
	switch {
	case whole && len(s) == 8:
		y, _ := strconv.Atoi(s[:4])
		m, _ := strconv.Atoi(s[4:6])
		day, _ := strconv.Atoi(s[6:])
		return d.civil(y, m, day)
	case whole && len(s) == 6:
		y, _ := strconv.Atoi(s[:2])
		m, _ := strconv.Atoi(s[2:4])
		day, _ := strconv.Atoi(s[4:])
		return d.civil(y, m, day)
	case n >= 1 && n < 2_958_466: // to the end of the year 9999
		from := local.Date("1899-12-30")
		if d.from04 {
			from = "1904-01-01"
		}
		if day := from.Add(int(n)); day >= "1900-01-01" {
			return day, true
		}
	}
	return "", false
}

// words reads "1 jan 2009", "1 januari 2009" and "January 1, 2009".
func (d dates) words(s string) (local.Date, bool) {
	day, month, year := 0, 0, 0
	for _, word := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" .,-/", r) }) {
		if n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(word, ":e"), ":a")); err == nil {
			switch {
			case len(word) == 4 && year == 0:
				year = n
			case day == 0:
				day = n
			case year == 0 && len(word) == 2:
				year = n
			default:
				return "", false
			}
			continue
		}
		word = strings.NewReplacer("may", "maj", "oct", "okt").Replace(word)
		i := slices.IndexFunc(months, func(m string) bool { return strings.HasPrefix(word, m) })
		if i < 0 || month > 0 {
			return "", false
		}
		month = i + 1
	}
	return d.civil(year, month, day)
}

// civil is a day that there is. A year of two digits is at most ten years from today.
func (d dates) civil(year, month, day int) (local.Date, bool) {
	if year < 100 {
		now := d.today.Time().Year()
		if year += now / 100 * 100; year > now+10 {
			year -= 100
		}
	}
	if year < 1900 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 {
		return "", false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day {
		return "", false
	}
	return local.Date(t.Format("2006-01-02")), true
}

// shares is how a column writes the share of full time: percent, or a part of 1.
type shares struct{ percent bool }

// decideShares finds out by all values: no part of 1 is as large as 1.5, and a column of percent has some that are.
func decideShares(values []string) shares {
	return shares{slices.ContainsFunc(values, func(v string) bool {
		n, ok := decimal(v)
		return ok && n > 1.5
	})}
}

func decimal(s string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.Replace(strings.ReplaceAll(s, " ", ""), ",", ".", 1), 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// parse reads a share in thousandths.
func (c shares) parse(s string) (share int, ok bool) {
	switch people.Fold(s) {
	case "heltid", "full time", "fulltime":
		return people.FullTime, true
	case "halvtid", "half time":
		return people.FullTime / 2, true
	}
	text, marked := strings.CutSuffix(s, "%")
	n, ok := decimal(text)
	if !ok {
		return 0, false
	}
	switch {
	case marked:
		n *= 10
	case c.percent && 0 < n && n <= 1: // a part of 1 among percent: nobody can know
		return 0, false
	case c.percent:
		n *= 10
	default:
		n *= 1000
	}
	if n < -1e6 || n > 1e6 {
		return 0, false
	}
	return int(math.Round(n)), true
}

// isProtected reads a mark of protected identity: what is not plainly no, is one.
func isProtected(s string) bool {
	switch people.Fold(s) {
	case "", "nej", "no", "n", "0", "false", "falskt", "ingen", "inte":
		return false
	}
	return true
}

func genderOf(s string) string {
	switch people.Fold(s) {
	case "kvinna", "woman", "female", "k", "f", "w", "kv":
		return "woman"
	case "man", "male", "m":
		return "man"
	}
	return ""
}
