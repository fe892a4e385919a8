package roster

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kompobib/internal/people"
	"kompobib/internal/sheet"
)

// sums begin a row that counts others. Antal is a name too, and so are some of the others: see [Part.sum].
var sums = []string{"summa", "totalt", "total", "delsumma", "antal", "sum", "subtotal", "count", "sammanlagt", "grand"}

// counted are words after one of them that name nobody: what is counted, and where.
var counted = []string{"båda", "alla", "personer", "person", "anställda", "anställd", "medarbetare", "people", "employees", "all", "both", "staff", "kvinnor", "män", "st", "stycken", "tjänster",
	"i", "på", "för", "av", "per", "och", "of", "in", "for", "the", "and"}

// sum reports whether a row that begins with a word for a sum is one, and what is to become of it: it is passed over if it names nobody, and is a mistake if it may
// name somebody but says no more of them than a sum does. Whoever is passed over would be told as having left. first is what stands first in it, in a column.
func (p Part) sum(r sheet.Row, first string, column, filled int) (t tale, is bool) {
	word, _, _ := strings.Cut(people.Fold(first), " ")
	if !slices.Contains(sums, word) {
		return 0, false
	}
	cell := func(f Field) string {
		if i, ok := p.Columns[f]; ok {
			return clean(r.Cell(i))
		}
		return ""
	}
	number := cell(Identity)
	if Mask(number) != number || masks.MatchString(number) {
		return 0, false
	}
	called, others := first, strings.TrimSpace(cell(Name)+" "+cell(Given)+" "+cell(Family))
	if others != "" && !p.is(column, Name) {
		called = others
	}
	named := naming(called, cell(Workplace)+" "+cell(Municipality))
	tells := cell(Email) != "" && strings.Contains(cell(Email), "@") || naming(cell(Title), "")
	for _, f := range []Field{Phone, From, To, Birth} {
		tells = tells || people.Digits(cell(f)) >= 6
	}
	amount := false // something is counted
	for i, text := range r.Cells {
		if i != column && people.Digits(text) > 0 && !slices.ContainsFunc([]Field{Identity, Birth, Phone, Workplace, Municipality}, func(f Field) bool { return p.is(i, f) }) {
			amount = true
		}
	}
	switch {
	case named && tells:
		return 0, false
	case tells:
		return unsure, true
	case !named:
		return counts, true
	case strings.Contains(called, ","), filled == 1 && word == "antal": // as others who stand alone
		return 0, false
	case filled == 1:
		return counts, true
	case !amount && cell(Workplace) != "":
		return 0, false
	case cell(Workplace) == "" && word != "antal":
		return counts, true
	}
	return unsure, true
}

// naming reports whether a text holds words that may be a name: others than those for sums and what they count, than where that is, and, unless all are written small, than small ones.
func naming(text, where string) bool {
	large := startsLarge(text)
	words := strings.Fields(people.Fold(where))
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' && r != '.' }) {
		folded := people.Fold(word)
		switch {
		case folded == "", slices.Contains(sums, folded), slices.Contains(counted, folded):
		case slices.ContainsFunc(words, func(w string) bool { return w == folded || w+"s" == folded }):
		case large && !startsLarge(word):
		default:
			return true
		}
	}
	return false
}

func startsLarge(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(r)
}
