// Package roster takes in employers' lists of staff: it reads them whatever they look like, compares them with the
// people that are known, shows the difference, and carries out what has been said yes to.
package roster

import (
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/sheet"
)

var (
	ErrNoHeader  = fault.Define(fault.Invalid, "roster.no-header")
	ErrHidden    = fault.Define(fault.Invalid, "roster.hidden")    // args: the sheet
	ErrNoColumn  = fault.Define(fault.Invalid, "roster.no-column") // args: the field
	ErrNoName    = fault.Define(fault.Invalid, "roster.no-name")
	ErrFormula   = fault.Define(fault.Invalid, "roster.formula")
	ErrTorn      = fault.Define(fault.Invalid, "roster.torn")      // a row, or a line of a cell
	ErrDay       = fault.Define(fault.Invalid, "roster.day")       // args: what stands there
	ErrShare     = fault.Define(fault.Invalid, "roster.share")     // args: what stands there
	ErrNoShare   = fault.Define(fault.Invalid, "roster.no-share")  // empty or 0
	ErrOverFull  = fault.Define(fault.Invalid, "roster.over-full") // more than full time
	ErrNoPlace   = fault.Define(fault.Invalid, "roster.no-place")  // no workplace
	ErrNoStart   = fault.Define(fault.Invalid, "roster.no-start")
	ErrOtherName = fault.Define(fault.Conflict, "roster.other-name") // args: the row with the same number
	ErrNumber    = fault.Define(fault.Invalid, "roster.number")      // args: what stands there, masked
	ErrSum       = fault.Define(fault.Invalid, "roster.sum")         // a sum, or somebody
	ErrNoPerson  = fault.Define(fault.Invalid, "roster.no-person")   // something stands there, but nobody
)

// A Mapping says in which column each field stands, by the column's label.
type Mapping map[Field]string

// A Part is a sheet of which the columns are understood.
type Part struct {
	Sheet           string // its name, "" if there is only one with people
	sheet           string // its name, also if there is only one
	Header          int    // the row of the headers, the first of them
	Labels          []string
	Columns         map[Field]int
	rows            []sheet.Row
	headers         int         // the last row of the headers
	merged          sheet.Sheet // which of whose cells are merged
	titles          []string    // what stands above
	from, to, birth dates
	shares          shares
	surnameFirst    bool  // in the cells of whole names
	passed          []int // the rows with something in them that were passed over, by number
	blank           int   // how many rows were, that hold nothing
	hidden          []int // the rows that were read though the spreadsheet program does not show them, by number
}

// Label is what the column of a field is called in the file.
func (p Part) Label(f Field) string {
	if i, ok := p.Columns[f]; ok {
		return p.Labels[i]
	}
	return ""
}

// A Mistake is something wrong with a row. A row in which something is wrong is left out as a whole.
type Mistake struct {
	Sheet  string // if there are several
	Row    int    // 0 for someone of whom the list says nothing
	Column string // as the file calls it
	Fault  *fault.Fault
	Whole  bool // the same is wrong with most rows: that may be the column

	torn  bool   // the row may be a line of a cell
	about *known // who it is about, where there is no row
}

// Who is whom a mistake is about of whom no row tells, else nobody.
func (m Mistake) Who() (p people.Person) {
	if m.about != nil {
		p = m.about.Person
	}
	return p
}

// A Line is one employment as a list tells it.
type Line struct {
	Part, Row    int // the part's place, the row's number
	Given        string
	Family       string
	Identity     people.Identity // the zero Identity if there is none
	Hash         string          // of the identity number, keyed
	Spelt        bool            // the number is written with its century
	Birth        local.Date
	Workplace    string
	Municipality string
	Title        string
	Share        int
	Valid        local.Period // To is the first day after
	Email        string
	Phone        string
	Gender       string
	Protected    bool
	masked       bool // the number is, so that it is not read
	torn         bool // it may be a line of a cell, and tell of no place
}

func (l Line) known() bool { return l.Identity != people.Identity{} }

// within how many rows from the top the headers stand.
const headerWithin = 40

// Understand finds the lists in a file and their columns: as asked, and where nothing is asked by what they are
// called, then by what stands in them.
func Understand(book sheet.Book, asked Mapping, today local.Date) ([]Part, error) {
	var parts []Part
	var best Part // the best that will not do, to show what was found
	for _, s := range book.Sheets {
		p, ok := understand(s, asked, book.From04, today)
		if ok {
			parts = append(parts, p)
		} else if len(p.Columns) > len(best.Columns) {
			best = p
		}
	}
	if len(parts) == 0 {
		if len(best.Columns) < 2 {
			return nil, ErrNoHeader
		}
		if len(book.Sheets) == 1 {
			best.Sheet = ""
		}
		return []Part{best}, nil
	}
	if len(parts) == 1 {
		parts[0].Sheet = ""
	}
	return parts, nil
}

// understand finds the row of headers: the one in which most fields are recognised.
func understand(s sheet.Sheet, asked Mapping, from04 bool, today local.Date) (p Part, ok bool) {
	at := -1
	for i, r := range s.Rows[:min(len(s.Rows), headerWithin)] {
		found := Part{Sheet: s.Name, sheet: s.Name, Header: r.Number, headers: r.Number, Labels: labels(r.Cells), Columns: match(r.Cells, asked), rows: s.Rows[i+1:], merged: s}
		found.lowerHeaders(asked)
		if len(found.Columns) > len(p.Columns) {
			at, p = i, found
		}
	}
	if at < 0 {
		return p, false
	}
	for _, r := range s.Rows[:at] {
		title := strings.Join(r.Cells, " ")
		if p.titles = append(p.titles, title); strings.TrimSpace(title) != "" {
			p.passed = append(p.passed, r.Number)
		}
	}
	p.byContent(today)
	p.surnameFirst = surnameFirst(p.Label(Name))
	p.from = decideDates(p.values(From), from04, today)
	p.to = decideDates(p.values(To), from04, today)
	p.birth = decideDates(p.values(Birth), from04, today)
	p.shares = decideShares(p.values(Share))
	return p, p.has(Workplace) && (p.has(Name) || p.has(Given) && p.has(Family))
}

// row is the one with a number, below the headers.
func (p Part) row(number int) (r sheet.Row, found bool) {
	i, found := slices.BinarySearchFunc(p.rows, number, func(r sheet.Row, number int) int { return r.Number - number })
	if found {
		r = p.rows[i]
	}
	return r, found
}

func (p Part) has(f Field) bool { _, ok := p.Columns[f]; return ok }

func (p Part) is(column int, f Field) bool { i, ok := p.Columns[f]; return ok && i == column }

// match finds the columns that are asked for, and guesses the others.
func match(cells []string, asked Mapping) map[Field]int {
	columns := map[Field]int{}
	taken := map[int]bool{}
	var called []string
	if len(asked) > 0 {
		called = labels(cells)
	}
	for field, label := range asked {
		for i, cell := range called {
			if label != "" && people.Fold(cell) == people.Fold(label) {
				columns[field], taken[i] = i, true
				break
			}
		}
	}
	for field, i := range guess(cells) {
		label, said := asked[field]
		if _, has := columns[field]; !has && !taken[i] && (!said || label != "") { // one that is asked for may stand on another sheet
			columns[field] = i
		}
	}
	return columns
}

// labels are what the columns are called, as it may be shown and kept; one without a name has its letter.
func labels(cells []string) []string {
	all := make([]string, len(cells))
	for i, cell := range cells {
		if all[i] = excerpt(clean(cell)); all[i] == "" {
			all[i] = "(" + letter(i) + ")"
		}
	}
	return all
}

// maskNames hides identity numbers in what sheets are called, by which their rows are told and found: each has a name of its own.
func maskNames(book sheet.Book) {
	taken := map[string]bool{}
	for _, sheets := range [][]sheet.Sheet{book.Sheets, book.Hidden} {
		for i := range sheets {
			masked := Mask(clean(sheets[i].Name))
			name := masked
			for n := 2; taken[name]; n++ {
				name = masked + " (" + strconv.Itoa(n) + ")"
			}
			sheets[i].Name, taken[name] = name, true
		}
	}
}

func letter(column int) string {
	if column < 26 {
		return string(rune('A' + column))
	}
	return letter(column/26-1) + string(rune('A'+column%26))
}

// byContent finds identity numbers and addresses in columns whose names say nothing.
func (p *Part) byContent(today local.Date) {
	taken := map[int]bool{}
	for _, i := range p.Columns {
		taken[i] = true
	}
	sample := p.rows[:min(len(p.rows), 50)]
	for i := range p.Labels {
		if taken[i] {
			continue
		}
		filled, numbers, addresses := 0, 0, 0
		for _, r := range sample {
			if cell := r.Cell(i); cell != "" {
				filled++
				if _, err := people.ParseIdentity(cell, today); err == nil {
					numbers++
				}
				if strings.Contains(cell, "@") {
					addresses++
				}
			}
		}
		switch {
		case filled < 3:
		case numbers*5 >= filled*4 && !p.has(Identity):
			p.Columns[Identity] = i
		case addresses*5 >= filled*4 && !p.has(Email):
			p.Columns[Email] = i
		}
	}
}

// values are the first of what stands in a field's column: enough to tell how it is written.
func (p Part) values(f Field) (all []string) {
	i, ok := p.Columns[f]
	if !ok {
		return nil
	}
	for _, r := range p.rows {
		if cell := clean(r.Cell(i)); cell != "" {
			all = append(all, cell)
		}
	}
	return all
}

// missing are the fields without which no list can be taken in.
func (p Part) missing() (all []Field) {
	if !p.has(Name) && !(p.has(Given) && p.has(Family)) {
		all = append(all, Name)
	}
	if !p.has(Workplace) {
		all = append(all, Workplace)
	}
	return all
}

// A tale is whom a row tells of.
type tale int

const (
	blank   tale = iota // nothing stands in it
	counts              // it counts others, or is the headers once more
	remark              // one or two words: below the last person it is a remark, among them a mistake
	half                // as few words, that name somebody
	unsure              // it begins as a sum does, and may name somebody
	someone             // it is to be read as a person
)

// tells finds out whom a row tells of. column is the first that something stands in.
func (p Part) tells(r sheet.Row, today local.Date) (t tale, column int) {
	filled, first, told := 0, "", false // told: of someone
	for i, cell := range r.Cells {
		if cell = clean(cell); cell != "" {
			if filled++; first == "" {
				first, column = cell, i
			}
			told = told || p.is(i, Identity) && strings.ContainsAny(cell, "0123456789") || p.is(i, Name) || p.is(i, Given) || p.is(i, Family)
		}
	}
	if filled == 0 {
		return blank, 0
	}
	if t, is := p.sum(r, first, column, filled); is {
		return t, column
	}
	if filled <= 1 || !told && filled <= 2 {
		place, has := p.Columns[Workplace]
		if _, covered := p.covering(r, place); has && covered || told && p.names(first, column, today) {
			return half, column
		}
		return remark, column
	}
	again := 0
	for _, i := range p.Columns {
		if clean(r.Cell(i)) == p.Labels[i] {
			again++
		}
	}
	if again >= 2 && !p.any(callings, func(i int) bool { return clean(r.Cell(i)) != p.Labels[i] }) {
		return counts, column
	}
	return someone, column
}

// names reports whether what stands alone in a column of names or numbers is somebody's.
func (p Part) names(text string, column int, today local.Date) bool {
	switch {
	case p.is(column, Identity):
		_, err := people.ParseIdentity(text, today)
		return err == nil
	case p.is(column, Name):
		given, family, comma := strings.Cut(text, ",")
		return comma && clean(given) != "" && clean(family) != "" && !strings.ContainsAny(text, ":0123456789")
	}
	return false
}
