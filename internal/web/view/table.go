package view

import (
	"bytes"
	"context"
	"html"
	"io"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// A Head is the head of a table.
type Head struct {
	Caption string // what the table tells; read out, and shown unless Hidden
	Hidden  bool
	Own     bool // on a phone the page lays out the rows itself
	Columns []Column
	Order   string // the sort that the rows come in unless another is asked for, with - before it if it falls; "" for that of no column
}

// A Column of a table.
type Column struct {
	Label  string
	Sort   string // its name in the query's sort, "" if it does not sort
	Number bool   // written to the right
	Hidden bool   // the label is only read out
	Lang   string // of the label, where it is not the page's
}

// Sort is what a list is sorted by: the query's sort if among the allowed, else the first, and whether it falls. The first
// falls unless asked otherwise if it has - before it.
func (r Reader) Sort(allowed ...string) (by string, falling bool) {
	by, falling = strings.CutPrefix(r.Query().Get("sort"), "-")
	first, falls := strings.CutPrefix(allowed[0], "-")
	if by == first && by != "" || slices.Contains(allowed[1:], by) {
		return by, falling
	}
	return first, falls
}

// order is what the rows are sorted by.
func (h Head) order(r Reader) (by string, falling bool) {
	allowed := []string{h.Order}
	for _, c := range h.Columns {
		if c.Sort != "" {
			allowed = append(allowed, c.Sort)
		}
	}
	return r.Sort(allowed...)
}

// direction is a column's aria-sort.
func (h Head) direction(r Reader, c Column) string {
	by, falling := h.order(r)
	switch {
	case by != c.Sort:
		return "none"
	case falling:
		return "descending"
	}
	return "ascending"
}

// sorted is the address that sorts by a column, or the other way round. Whatever the list is filtered by stays.
func (h Head) sorted(r Reader, c Column) string {
	if h.direction(r, c) == "ascending" {
		return r.With("sort", "-"+c.Sort)
	}
	return r.With("sort", c.Sort)
}

// named are rows whose cells carry the name of their column, to be shown where there is no room for the head. The head of
// a row, and what stands in a column whose name is hidden, needs none.
func named(columns []Column) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var rows bytes.Buffer
		if err := templ.GetChildren(ctx).Render(templ.ClearChildren(ctx), &rows); err != nil {
			return err
		}
		_, err := io.WriteString(w, nameCells(rows.String(), columns))
		return err
	})
}

// nameCells puts data-label into the cells of rows. A text has no "<" of its own: templates escape it.
func nameCells(rows string, columns []Column) string {
	var b strings.Builder
	for column := 0; ; {
		at := strings.Index(rows, "<t")
		if at < 0 || len(rows) < at+3 {
			b.WriteString(rows)
			return b.String()
		}
		b.WriteString(rows[:at+3])
		switch rows[at+2] {
		case 'r':
			column = 0
		case 'h':
			column++
		case 'd':
			if column < len(columns) && !columns[column].Hidden {
				b.WriteString(` data-label="` + html.EscapeString(columns[column].Label) + `"`)
			}
			column++
		}
		rows = rows[at+3:]
	}
}

// longFrom is how many rows a table has at most that is not folded: on a phone each is as high as a hand is wide.
const longFrom = 12
