package sheet

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A Span is a cell that covers those below it, by the numbers of its rows.
type Span struct{ Column, First, Last int }

// spanOf reads what merged cells are called, "A2:C4". ok is false if they cover no rows below the first.
func spanOf(name string) (s Span, ok bool) {
	from, to, _ := strings.Cut(name, ":")
	row := func(cell string) int {
		n, _ := strconv.Atoi(strings.TrimLeft(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		return n
	}
	s = Span{columnOf(from), row(from), row(to)}
	return s, 0 <= s.Column && s.Column < MaxColumns && 0 < s.First && s.First < s.Last
}

// Covering is where the cell begins that covers a cell from above, 0 if none does. A program lets none overlap; of those that do all the same the last to begin counts.
func (s Sheet) Covering(column, row int) (first int) {
	i, _ := slices.BinarySearchFunc(s.Merged, Span{column, row, 0}, Span.compare)
	if i--; i >= 0 && s.Merged[i].Column == column && row <= s.Merged[i].Last {
		return s.Merged[i].First
	}
	return 0
}

func (s Span) compare(t Span) int {
	return cmp.Or(cmp.Compare(s.Column, t.Column), cmp.Compare(s.First, t.First))
}
