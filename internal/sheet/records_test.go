package sheet

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// In a list of few columns a cell over several lines may hold as much as rows do. Where quotes tell which it is, it is read so; where they do not, its lines
// are rows that are told to be uncertain, marked ? here, and no row below is hidden.
func TestQuotesInNarrowLists(t *testing.T) {
	const (
		two   = "Namn;Ort\n"
		three = "Namn;Titel;Ort\n"
	)
	for _, test := range []struct {
		says, text string
		want       []string
	}{
		{"lines that hold no separator", two + "Ek;\"a\nb\"\nAl;c", []string{"2 Ek|a\nb", "3 Al|c"}},
		{"lines that hold some, but the last", two + "Ek;\"a; b\nc\"\nAl;d", []string{"2 Ek|a; b\nc", "3 Al|d"}},
		{"all lines hold some", two + "Ek;\"a; b\nc; d\"\nAl;e", []string{"2 Ek|\"a|b?", "3 c|d\"?", "4 Al|e"}},
		{"a line between holds some", two + "Ek;\"a\nb; c\nd\"\nAl;e", []string{"2 Ek|\"a?", "3 b|c?", "4 d\"?", "5 Al|e"}},
		{"the same of three columns", three + "Ek;a;\"b; c\nd; e; f\"\nAl;g;h", []string{"2 Ek|a|\"b|c?", "3 d|e|f\"?", "4 Al|g|h"}},
		{"marks by mistake in two rows", two + "Ek;\"a\nAl;b\"\nBy;c", []string{"2 Ek|\"a?", "3 Al|b\"?", "4 By|c"}},
		{"of which the first has a cell too many", two + "Ek;\"a;b\nAl;c\"\nBy;d", []string{"2 Ek|\"a|b?", "3 Al|c\"?", "4 By|d"}},
		{"in a list of which another row has one too many", two + "Ek;\"a\nAl;b\"\nBy;c;d\nRy;e", []string{"2 Ek|\"a?", "3 Al|b\"?", "4 By|c|d", "5 Ry|e"}},
		{"in one of which the first row has two too many", two + "Ek;a;;\nEk;\"a\nAl;b\"\nBy;c", []string{"2 Ek|a", "3 Ek|\"a?", "4 Al|b\"?", "5 By|c"}},
		{"below a heading with many separators", "Lista;a;b;c;d;e;f\n" + two + "Ek;\"a\nAl;b\"\nBy;c", []string{"2 Namn|Ort", "3 Ek|\"a?", "4 Al|b\"?", "5 By|c"}},
		{"below a hundred rows of which all cells are quoted", "\"Namn\";\"Ort\"\n" + strings.Repeat("\"Ek\";\"a\"\n", 120) + "Al;\"b\nBy;c\"\n\"Ry\";\"d\"",
			slices.Concat(numbered(2, 120, "Ek|a"), []string{"122 Al|\"b?", "123 By|c\"?", "124 Ry|d"})},
		{"with more rows between than a cell has lines", two + "Ek;\"a\n" + strings.Repeat("Al;b\n", 12) + "By;c\"", slices.Concat([]string{"2 Ek|\"a"},
			numbered(3, 12, "Al|b"), []string{"15 By|c\""})},
		{"a mark that is never closed", two + "Ek;\"a\nAl;b", []string{"2 Ek|\"a", "3 Al|b"}},
		{"all cells quoted, and all lines hold separators", "\"Namn\";\"Ort\"\n\"Ek\";\"a; b\nc; d\"\n\"Al\";\"e\"", []string{"2 Ek|a; b\nc; d", "3 Al|e"}},
		{"so with an empty cell", "\"Namn\";\"Titel\";\"Ort\"\n\"Ek\";;\"a; b; c\nd; e; f\"\n\"Al\";\"\";\"e\"", []string{"2 Ek||a; b; c\nd; e; f", "3 Al||e"}},
		{"all cells quoted, and one mark lost", "\"Namn\";\"Ort\"\n\"Ek\";\"a\n\"Al\";\"b\"\n\"By\";\"c\"", []string{"2 Ek|\"a", "3 Al|b", "4 By|c"}},
		{"all cells quoted but those of a row", "\"Namn\";\"Ort\"\n\"Ek\";\"a\nAl;b\"\nBy;c", []string{"2 Ek|\"a?", "3 Al|b\"?", "4 By|c"}},
	} {
		for _, c := range []string{";", ",", "\t"} {
			b, err := Read(t.Context(), []byte(strings.ReplaceAll(test.text, ";", c)))
			if err != nil {
				t.Errorf("%s: %v", test.says, err)
				continue
			}
			var got []string
			for i, row := range b.Sheets[0].Rows[1:] {
				text := rows(b)[i+1]
				if row.Torn {
					text += "?"
				}
				got = append(got, strings.ReplaceAll(text, c, ";"))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s, with %q between: %q, want %q", test.says, c, got, test.want)
			}
		}
	}
}

// numbered are rows that hold the same.
func numbered(first, n int, cells string) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint(first+i, " ", cells))
	}
	return all
}
