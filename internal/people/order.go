package people

import (
	"encoding/hex"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// collators makes collation keys. A collator serves one caller at a time.
var collators = sync.Pool{New: func() any { return collate.New(language.Swedish, collate.Numeric) }}

// SortKey returns a text by which s sorts as in a Swedish list: å, ä and ö last, æ with ä, ø with ö,
// numbers by their size. Keys compare byte by byte, so that both engines sort them alike.
func SortKey(s string) string {
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	var b collate.Buffer
	return hex.EncodeToString(c.KeyFromString(&b, strings.TrimSpace(s)))
}

// Last sorts after every sort key, which is hexadecimal.
const Last = "~"

// particles stand before a surname and do not count when it is sorted, as in Swedish lists of names.
var particles = []string{"von der ", "von ", "af "}

// PersonKey is the sort key of a person: by surname and then first name, "von Hagen" among those with H.
func PersonKey(family, given string) string {
	family = strings.TrimSpace(family)
	for _, p := range particles {
		if len(family) > len(p) && strings.EqualFold(family[:len(p)], p) {
			family = family[len(p):] + ", " + strings.TrimSpace(p)
			break
		}
	}
	return SortKey(family + ", " + given)
}

// Fold returns s as it is compared in a search: lower case, without accents, words with one space
// between. The letters å, ä and ö are letters of their own and stay; æ and ø are written as they.
func Fold(s string) string { return fold(s, true) }

// Searchable returns what is stored of texts that a search is to find: folded, and once more without
// the rings and dots of å, ä and ö. So "åkesson" finds Åkesson alone, and "akesson" both
// Akesson and Åkesson.
func Searchable(texts ...string) string {
	s := strings.Join(texts, " ")
	strict, plain := fold(s, true), fold(s, false)
	if plain == strict {
		return strict
	}
	return strict + " | " + plain
}

func fold(s string, swedish bool) string {
	var b strings.Builder
	space := true // so that none stands first
	for _, r := range norm.NFC.String(strings.ToLower(s)) {
		text := letter(r, swedish)
		switch {
		case text != "":
			b.WriteString(text)
			space = false
		case r == '\'' || r == '’' || r == '.': // within a word: O'Brien, J.O.
		case !space:
			b.WriteByte(' ')
			space = true
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

var plainly = strings.NewReplacer("å", "a", "ä", "a", "ö", "o")

// letter is r without accents, "" for what is neither letter nor digit.
func letter(r rune, swedish bool) string {
	text := string(r)
	switch r {
	case 'å', 'ä', 'ö':
	case 'æ':
		text = "ä"
	case 'ø':
		text = "ö"
	case 'ß':
		text = "ss"
	case 'ð', 'đ':
		text = "d"
	case 'þ':
		text = "th"
	case 'ł':
		text = "l"
	case 'ı':
		text = "i"
	default:
		text = ""
		for _, part := range norm.NFD.String(string(r)) {
			if unicode.IsLetter(part) || unicode.IsDigit(part) {
				text += string(part)
			}
		}
	}
	if !swedish {
		text = plainly.Replace(text)
	}
	return text
}

// allLike is the condition in SQL that a column with [Searchable] text holds every word of a search.
func allLike(column, search string, args *[]any) string {
	var condition strings.Builder
	condition.WriteString("1 = 1")
	for w := range strings.FieldsSeq(Fold(search)) { // Fold leaves no character that LIKE takes for another
		condition.WriteString(" AND " + column + " LIKE " + parameter(args, "%"+w+"%"))
	}
	return condition.String()
}
