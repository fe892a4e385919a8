package sheet

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// What stands in a merged cell stands in each row that it covers; beside it, and where something else stands, nothing becomes of it.
func TestMergedCells(t *testing.T) {
	const four = `<row r="1"><c r="A1" t="str"><v>Ort</v></c><c r="B1" t="str"><v>Namn</v></c></row><row r="2"><c r="A2" t="str"><v>Köping</v></c><c r="B2" t="str"><v>Ek</v></c></row>
		<row r="3"><c r="A3" s="1"/><c r="B3" t="str"><v>Al</v></c></row><row r="5"><c r="B5" t="str"><v>By</v></c><c r="C5" t="str"><v>x</v></c></row>`
	for _, test := range []struct {
		says, merged string
		want         []string
	}{
		{"none", "", []string{"1 Ort|Namn", "2 Köping|Ek", "3 |Al", "5 |By|x"}},
		{"down", "A2:A5", []string{"1 Ort|Namn", "2 Köping|Ek", "3 Köping|Al", "5 Köping|By|x"}},
		{"down and beside", "A2:C3", []string{"1 Ort|Namn", "2 Köping|Ek", "3 Köping|Al", "5 |By|x"}},
		{"beside", "A2:C2", []string{"1 Ort|Namn", "2 Köping|Ek", "3 |Al", "5 |By|x"}},
		{"over what is written", "B2:B5", []string{"1 Ort|Namn", "2 Köping|Ek", "3 |Al", "5 |By|x"}},
		{"an empty one", "D1:D5", []string{"1 Ort|Namn", "2 Köping|Ek", "3 |Al", "5 |By|x"}},
		{"below the last row", "A9:A12", []string{"1 Ort|Namn", "2 Köping|Ek", "3 |Al", "5 |By|x"}},
		{"no name of a cell", "A2:", []string{"1 Ort|Namn", "2 Köping|Ek", "3 |Al", "5 |By|x"}},
		{"no name at all", "::A-1", []string{"1 Ort|Namn", "2 Köping|Ek", "3 |Al", "5 |By|x"}},
	} {
		b, err := Read(t.Context(), book(t, `<worksheet><sheetData>`+four+`</sheetData><mergeCells><mergeCell ref="`+test.merged+`"/></mergeCells></worksheet>`))
		if got := rows(b); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v, want %q", test.says, got, err, test.want)
		}
	}
	b, err := Read(t.Context(), book(t, `<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row><row r="2" hidden="1"><c r="B2"><v>3</v></c></row><mergeCell ref="A1:A2"/>`))
	if r := b.Sheets[0].Rows; err != nil || !r[1].Formula(0) || !r[1].Hidden || r[0].Hidden {
		t.Errorf("a formula, or that a row is hidden, is not told: %+v, %v", r, err)
	}
}

// Many cells that cover all rows take no time.
func TestManyMergedCells(t *testing.T) {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, `<row r="%d"><c r="A%d"><v>1</v></c></row>`, i+1, i+1)
	}
	b.WriteString(strings.Repeat(`<mergeCell ref="A1:A20000"/>`, 100_000))
	began := time.Now()
	if _, err := Read(t.Context(), book(t, b.String())); err != nil || time.Since(began) > 20*time.Second {
		t.Errorf("%v, %v", time.Since(began), err)
	}
}
