package sheet

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Of merged cells it is told which rows they cover from above; what stands in them stands in the first alone.
func TestMergedCells(t *testing.T) {
	const four = `<row r="1"><c r="A1" t="str"><v>Ort</v></c><c r="B1" t="str"><v>Namn</v></c></row><row r="2"><c r="A2" t="str"><v>Köping</v></c><c r="B2" t="str"><v>Ek</v></c></row>
		<row r="3"><c r="A3" s="1"/><c r="B3" t="str"><v>Al</v></c></row><row r="5"><c r="B5" t="str"><v>By</v></c><c r="C5" t="str"><v>x</v></c></row>`
	for _, test := range []struct {
		says   string
		merged []string
		want   string // the cells that are covered
	}{
		{"none", nil, ""},
		{"down", []string{"A2:A5"}, "A3<2 A4<2 A5<2"},
		{"down and beside", []string{"A2:C3"}, "A3<2"},
		{"beside", []string{"A2:C2"}, ""},
		{"several of a column, in whatever order", []string{"A4:A5", "A1:A2"}, "A2<1 A5<4"},
		{"that overlap", []string{"A2:A5", "A3:A4"}, "A3<2 A4<3"},
		{"of several columns", []string{"B1:B2", "A2:A3", "C4:C6"}, "A3<2 B2<1 C5<4 C6<4"},
		{"no name of a cell", []string{"A2:"}, ""},
		{"no name at all", []string{"::A-1"}, ""},
	} {
		var text strings.Builder
		text.WriteString(`<worksheet><sheetData>` + four + `</sheetData><mergeCells>`)
		for _, m := range test.merged {
			text.WriteString(`<mergeCell ref="` + m + `"/>`)
		}
		b, err := Read(t.Context(), book(t, text.String()+`</mergeCells></worksheet>`))
		var got strings.Builder
		for column, name := range "ABC" {
			for row := range 7 {
				if first := b.Sheets[0].Covering(column, row); first > 0 {
					got.WriteString(fmt.Sprintf(" %c%d<%d", name, row, first))
				}
			}
		}
		if err != nil || len(got.String()) > 0 && got.String()[1:] != test.want || len(got.String()) == 0 && test.want != "" {
			t.Errorf("%s:%s, %v, want %s", test.says, got.String(), err, test.want)
		}
		if want := []string{"1 Ort|Namn", "2 Köping|Ek", "3 |Al", "5 |By|x"}; !slices.Equal(rows(b), want) {
			t.Errorf("%s: %q", test.says, rows(b))
		}
	}
	b, err := Read(t.Context(), book(t, `<row r="1"><c r="A1"><v>2</v></c></row><row r="2" hidden="1"><c r="B2"><v>3</v></c></row>`))
	if r := b.Sheets[0].Rows; err != nil || !r[1].Hidden || r[0].Hidden {
		t.Errorf("that a row is hidden is not told: %+v, %v", r, err)
	}
}
