package local

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Written is a date as it stands in a text.
type Written struct {
	Text string // "31 mars 2012"
	Date Date
	at   int
}

// The months by their first three letters, Swedish and English.
var monthsWritten = map[string]int{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "maj": 5, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "dec": 12}

const (
	writtenMonth = `(jan(?:uari|uary)?|feb(?:ruari|ruary)?|mar(?:s|ch)?|apr(?:il)?|maj|may|jun[ie]?|jul[iy]?|aug(?:usti|ust)?|sept?(?:ember)?|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?`
	writtenSpace = `[\s\x{a0}]+`
)

// How people write a date with its year: a pattern, and which of its groups are year, month and day.
var writings = []struct {
	pattern          *regexp.Regexp
	year, month, day int
}{
	{regexp.MustCompile(`\b(\d{4})(\d{2})(\d{2})\b`), 1, 2, 3},                                                                                // 20120331
	{regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b`), 1, 2, 3},                                                                  // 2012-03-31
	{regexp.MustCompile(`\b(\d{1,2})[/.](\d{1,2})(?:[-/.]|,?` + writtenSpace + `)(\d{4})\b`), 3, 2, 1},                                        // 31/3 2012, 31.3.2012
	{regexp.MustCompile(`(?i)\b(\d{1,2})(?::?[ae]|st|nd|rd|th)?` + writtenSpace + writtenMonth + `,?` + writtenSpace + `(\d{4})\b`), 3, 2, 1}, // 31 mars 2012
	{regexp.MustCompile(`(?i)\b` + writtenMonth + writtenSpace + `(\d{1,2})(?:st|nd|rd|th)?,?` + writtenSpace + `(\d{4})\b`), 3, 1, 2},        // March 31, 2012
}

// DatesIn returns the dates with a year that stand in a text, as people write them in Swedish and English,
// in order. What no calendar has, as 30 February, is no date.
func DatesIn(text string) (list []Written) {
	for _, w := range writings {
		for _, m := range w.pattern.FindAllStringSubmatchIndex(text, -1) {
			group := func(i int) string { return text[m[2*i]:m[2*i+1]] }
			month := group(w.month)
			n, err := strconv.Atoi(month)
			if err != nil {
				n = monthsWritten[strings.ToLower(month[:3])]
			}
			day, _ := strconv.Atoi(group(w.day)) // digits alone match
			d := Date(fmt.Sprintf("%s-%02d-%02d", group(w.year), n, day))
			if d.Valid() {
				list = append(list, Written{text[m[0]:m[1]], d, m[0]})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Written) int { return cmp.Compare(a.at, b.at) })
	return list
}
