package view

import "slices"

import "strings"

// A Head is the head of a table.
type Head struct {
	Caption string // what the table tells; read out, and shown unless Hidden
	Hidden  bool
	Columns []Column
}

// A Column of a table.
type Column struct {
	Label  string
	Sort   string // its name in the query's sort, "" if it does not sort
	Number bool   // written to the right
	Hidden bool   // the label is only read out
}

// Sort is what a list is sorted by: the query's sort if among the allowed, else the first, and whether it falls.
func (r Reader) Sort(allowed ...string) (by string, falling bool) {
	by, falling = strings.CutPrefix(r.Query().Get("sort"), "-")
	if slices.Contains(allowed, by) {
		return by, falling
	}
	return allowed[0], false
}

// direction is a column's aria-sort.
func (r Reader) direction(c Column) string {
	switch r.Query().Get("sort") {
	case c.Sort:
		return "ascending"
	case "-" + c.Sort:
		return "descending"
	}
	return "none"
}

// sorted is the address that sorts by a column, or the other way round.
func (r Reader) sorted(c Column) string {
	if r.direction(c) == "ascending" {
		return r.With("sort", "-"+c.Sort)
	}
	return r.With("sort", c.Sort)
}
