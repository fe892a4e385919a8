package sheet

import (
	"slices"
	"strconv"
	"strings"
)

// A span is a cell that covers those below it, by the numbers of its rows.
type span struct{ column, first, last int }

// spanOf reads what merged cells are called, "A2:C4". ok is false if they cover no rows below the first.
func spanOf(name string) (s span, ok bool) {
	from, to, _ := strings.Cut(name, ":")
	row := func(cell string) int {
		n, _ := strconv.Atoi(strings.TrimLeft(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		return n
	}
	s = span{columnOf(from), row(from), row(to)}
	return s, 0 <= s.column && s.column < MaxColumns && 0 < s.first && s.first < s.last
}

// fill puts what stands in a merged cell in the rows that it covers, beside each of which it is shown.
func (f *filler) fill(spans []span) error {
	left := MaxRows // what more merged cells would cover is let be: they overlap
	at := func(number int) int {
		i, _ := slices.BinarySearchFunc(f.rows, number, func(r Row, number int) int { return r.Number - number })
		return i
	}
	for _, s := range spans {
		first := at(s.first)
		if first == len(f.rows) || f.rows[first].Number != s.first || f.rows[first].Cell(s.column) == "" {
			continue
		}
		text, formula := f.rows[first].Cell(s.column), f.rows[first].Formula(s.column)
		for i := first + 1; i < len(f.rows) && f.rows[i].Number <= s.last && left > 0; i++ {
			left--
			r := &f.rows[i]
			if r.Cell(s.column) != "" {
				continue
			}
			for len(r.Cells) <= s.column {
				r.Cells = append(r.Cells, "")
			}
			if r.Cells[s.column] = text; formula {
				r.Formulas = append(r.Formulas, s.column)
				slices.Sort(r.Formulas)
			}
			if f.size += len(text); f.size > maxText {
				return ErrTooLarge.With(maxText >> 20)
			}
		}
	}
	return nil
}
