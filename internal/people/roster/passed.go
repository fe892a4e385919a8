package roster

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"
)

// A Cure is what puts a mistake right.
type Cure string

const (
	InList    Cure = "list"    // the row, in the file
	InChoices Cure = "choices" // how the list was understood
	InColumn  Cure = "column"  // perhaps another column is meant, else the rows
	AtPerson  Cure = "person"  // what is recorded of who it is about
	AtMarks   Cure = "marks"   // the quotation marks around the row, in the list as it was sent: the row by itself is none
)

// Cure is what puts the mistake right.
func (m Mistake) Cure() Cure {
	switch m.Fault.Code {
	case ErrNoColumn.Code, ErrNoMunicipality.Code, ErrOutside.Code, ErrEarly.Code:
		return InChoices
	case ErrTimed.Code:
		return AtPerson
	}
	if m.torn {
		return AtMarks
	}
	if m.Whole {
		return InColumn
	}
	return InList
}

// inFile reports whether it is rows of the file that are to be mended.
func (m Mistake) inFile() bool { return m.Cure() == InList || m.Cure() == InColumn }

// Passed is what of a file was not read as people.
type Passed struct {
	Rows   []string `json:"rows,omitempty"`   // with something in them, the first of them; with their sheets, if there are several
	Count  int      `json:"count,omitempty"`  // of them all
	Blank  int      `json:"blank,omitempty"`  // how many were empty
	Sheets []string `json:"sheets,omitempty"` // that hold something else

	at []RowAt
}

// A RowAt is where something stands in a file.
type RowAt struct {
	Sheet string `json:"sheet,omitempty"` // if there are several
	Row   int    `json:"row"`
}

func (r RowAt) String() string {
	if r.Sheet != "" {
		return r.Sheet + " " + strconv.Itoa(r.Row)
	}
	return strconv.Itoa(r.Row)
}

// At is where all the rows with something in them stand; of a difference just made, it is not kept.
func (p Passed) At() []RowAt { return p.at }

// Any reports whether there is something to tell.
func (p Passed) Any() bool { return p.Count+p.Blank+len(p.Sheets) > 0 }

// passedShown is how many rows are named of those that are passed over.
const passedShown = 20

// A Hidden is of the rows that were read though the spreadsheet program does not show them: whoever sends a list that is filtered may mean those that are shown.
type Hidden struct {
	Rows  []string `json:"rows,omitempty"`  // the first of them
	Count int      `json:"count,omitempty"` // of them all

	at []RowAt
}

// At is where all of them stand; of a difference just made, it is not kept.
func (h Hidden) At() []RowAt { return h.at }

func (d *Difference) pass(list *List) {
	for _, p := range list.Parts {
		for _, row := range p.hidden {
			d.Hidden.at = append(d.Hidden.at, RowAt{p.Sheet, row})
		}
	}
	d.Hidden.Count = len(d.Hidden.at)
	for _, at := range d.Hidden.at[:min(d.Hidden.Count, passedShown)] {
		d.Hidden.Rows = append(d.Hidden.Rows, at.String())
	}
	d.Passed.Sheets = list.sheets
	for _, p := range list.Parts {
		d.Passed.Blank += p.blank
		d.Passed.Count += len(p.passed)
		for _, row := range p.passed {
			d.Passed.at = append(d.Passed.at, RowAt{p.Sheet, row})
		}
	}
	for _, at := range d.Passed.at[:min(len(d.Passed.at), passedShown)] {
		d.Passed.Rows = append(d.Passed.Rows, at.String())
	}
}

// lose notes the rows of which nobody can say where they belong: those with formulas, of which nothing is read, and those without a place.
func (d *Difference) lose(list *List, byLine, aboutAt []*Place) {
	lost := map[RowAt]bool{}
	for _, m := range d.Mistakes {
		if errors.Is(m.Fault, ErrFormula) {
			lost[RowAt{m.Sheet, m.Row}] = true
		}
	}
	for _, of := range []struct {
		lines []Line
		at    []*Place
	}{{list.lines, byLine}, {list.about, aboutAt}} {
		for i, p := range of.at {
			if cmp.Or(p.Unit, p.Parent) == "" {
				lost[RowAt{d.Parts[of.lines[i].Part].Sheet, of.lines[i].Row}] = true
			}
		}
	}
	d.Lost = slices.SortedFunc(maps.Keys(lost), d.order())
}

// whole marks what is wrong with most of the rows, in the same way in the same column.
func (d *Difference) whole(rows int) {
	type same struct{ sheet, column, code string }
	count := map[same]int{}
	of := func(m Mistake) same { return same{m.Sheet, m.Column, m.Fault.Code} }
	for _, m := range d.Mistakes {
		count[of(m)]++
	}
	for i, m := range d.Mistakes {
		d.Mistakes[i].Whole = m.Row > 0 && m.Column != "" && count[of(m)] >= 3 && count[of(m)]*2 > rows
	}
}
