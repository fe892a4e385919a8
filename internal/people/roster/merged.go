package roster

import (
	"slices"

	"kompobib/internal/people"
	"kompobib/internal/sheet"
)

// where are the fields of which a merged cell tells for each row that it covers: people share a workplace, but nobody is two people.
var where = []Field{Workplace, Municipality, Employer}

// callings are the fields that say what somebody is called.
var callings = []Field{Name, Given, Family}

// covering is the row in which the cell stands that covers a column of one that names somebody; ok is false if none does.
func (p *Part) covering(r sheet.Row, column int) (top sheet.Row, ok bool) {
	if len(p.merged.Merged) == 0 {
		return top, false
	}
	first := p.merged.Covering(column, r.Number)
	if first <= p.headers || clean(r.Cell(column)) != "" || !p.any(where, func(i int) bool { return i == column }) ||
		!p.any(callings, func(i int) bool { return clean(r.Cell(i)) != "" }) {
		return top, false
	}
	return p.row(first)
}

// any reports whether f holds for the column of any field.
func (p *Part) any(fields []Field, f func(column int) bool) bool {
	return slices.ContainsFunc(fields, func(field Field) bool { i, has := p.Columns[field]; return has && f(i) })
}

// text is what stands in a row's cell, or in one that covers it.
func (p *Part) text(r sheet.Row, column int) string {
	if top, ok := p.covering(r, column); ok {
		return top.Cell(column)
	}
	return r.Cell(column)
}

// lowerHeaders joins to the headers the rows below that cells of theirs cover in every column that says what somebody is called, so that nobody can be named there. A lower row
// tells of the fields that the upper ones do not, in the columns of which those say nothing.
func (p *Part) lowerHeaders(asked Mapping) {
	for len(p.rows) > 0 {
		r := p.rows[0]
		if !p.any(callings, func(int) bool { return true }) || p.any(callings, func(i int) bool { return p.merged.Covering(i, r.Number) != p.Header }) ||
			slices.ContainsFunc(r.Cells, func(cell string) bool { return people.Digits(cell) >= 6 }) {
			return
		}
		lower := match(r.Cells, asked)
		names := labels(r.Cells)
		read := map[int]bool{}
		for _, i := range p.Columns {
			read[i] = true
		}
		for i, name := range names {
			switch {
			case i >= len(p.Labels):
				p.Labels = append(p.Labels, name)
			case !read[i] && clean(r.Cell(i)) != "":
				p.Labels[i] = name
			}
		}
		for f, i := range lower {
			if !p.has(f) && !read[i] {
				p.Columns[f] = i
			}
		}
		p.rows, p.headers = p.rows[1:], r.Number
	}
}
