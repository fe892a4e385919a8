package roster

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"kompobib/internal/people"
	"kompobib/internal/sheet"
)

// Mended are what the column of mistakes is called, folded, in the languages that we hand out bad rows in: a list that has it is of some rows, and says nothing of who
// is not in it.
var Mended = []string{"vad som är fel", "what is wrong"}

// stood is what the column after it is called, folded: it says where each row stands in the first file.
var stood = []string{"rad", "row"}

// mended reports whether a list is of bad rows that have been mended.
func (l *List) mended() bool {
	return slices.ContainsFunc(l.Parts, func(p Part) bool { wrong, _ := p.added(); return wrong >= 0 })
}

// added are the columns that a list of bad rows begins with, -1 in a list that is none.
func (p *Part) added() (wrong, row int) {
	is := func(names []string) int {
		return slices.IndexFunc(p.Labels, func(label string) bool { return slices.Contains(names, people.Fold(label)) })
	}
	if wrong, row = is(Mended), -1; wrong >= 0 {
		row = is(stood)
	}
	return wrong, row
}

// first is where a row stands, in a list of bad rows where it stood in the first file.
func (p *Part) first(r sheet.Row) string {
	if _, at := p.added(); at >= 0 {
		if was := clean(r.Cell(at)); was != "" {
			return Mask(was)
		}
	}
	return RowAt{p.Sheet, r.Number}.String()
}

// BadLabels are what the columns are called that a list of bad rows begins with, and those of a field of which the file's name says nothing.
type BadLabels struct {
	Wrong, Row string
	Field      func(Field) string
}

// A badColumn is a column of a list of bad rows: of all sheets those that hold the same field, or have the same name.
type badColumn struct {
	label string
	field Field       // "" for what we do not read
	at    map[int]int // by the part's place
}

// BadRows is a list of the rows in which something is wrong, of all sheets, with what is wrong and where they stand in columns of their own. They are as in the file,
// but with the identity numbers masked, and with days and shares so written that they mean the same among fewer rows and beside those of other sheets. Mended, it can
// be sent as a list. say chooses the words. Rows that may be lines of cells are left out, for by themselves they would make people; the last row says which.
func BadRows(list *List, d *Difference, labels BadLabels, say func(code string, args ...any) string) sheet.Table {
	t := sheet.Table{Columns: []sheet.Column{{Label: labels.Wrong, Width: 60}, {Label: labels.Row}}}
	type place struct{ part, row int }
	mistakes := map[place][]Mistake{}
	parts := map[int]bool{}
	var torn []string
	for _, m := range d.Mistakes {
		if m.Fault.Code == ErrTorn.Code {
			torn = append(torn, RowAt{m.Sheet, m.Row}.String())
		}
		if !m.inFile() {
			continue
		}
		n := slices.IndexFunc(d.Parts, func(p Part) bool { return p.Sheet == m.Sheet })
		if n >= 0 {
			mistakes[place{n, m.Row}] = append(mistakes[place{n, m.Row}], m)
			parts[n] = true
		}
	}
	columns := badColumns(d.Parts, parts)
	homes := d.world.homes // those of a sheet, or of the whole list, would be lost
	if slices.ContainsFunc(slices.Collect(maps.Keys(parts)), func(n int) bool { return !d.Parts[n].has(Municipality) && homes[n].ID != "" }) {
		columns = withMunicipality(columns, labels.Field(Municipality))
	}
	columns = telling(columns, labels)
	for _, c := range columns {
		t.Columns = append(t.Columns, sheet.Column{Label: c.label})
	}
	t.Rows = func(yield func([]any) bool) {
		for n := range d.Parts {
			p := &d.Parts[n]
			for _, r := range p.rows {
				wrong := mistakes[place{n, r.Number}]
				if wrong == nil {
					continue
				}
				var says []string
				for _, m := range wrong {
					text := Told(m.Fault.With(firsts(d.Parts, m.Fault.Args)...), say)
					if m.Column != "" {
						text = labelIn(columns, n, p.Labels, m.Column) + ": " + text
					}
					says = append(says, text)
				}
				values := []any{strings.Join(says, " "), p.first(r)}
				for _, c := range columns {
					text := ""
					if i, has := c.at[n]; has {
						text = p.bad(list, i, p.text(r, i))
					}
					if c.field == Municipality && clean(text) == "" {
						text = homes[n].Name
					}
					values = append(values, text)
				}
				if !yield(values) {
					return
				}
			}
		}
		if torn != nil {
			values := make([]any, len(t.Columns))
			values[0] = say("roster.bad-rows-torn", strings.Join(torn[:min(len(torn), passedShown)], ", "))
			yield(values)
		}
	}
	return t
}

// badColumns are the columns of the parts that have bad rows.
func badColumns(parts []Part, bad map[int]bool) (columns []*badColumn) {
	by := map[string]*badColumn{}
	for n, p := range parts {
		if !bad[n] {
			continue
		}
		wrong, row := p.added() // they are made anew
		for i, label := range p.Labels {
			if i == wrong || i == row {
				continue
			}
			key, field := "label "+people.Fold(label), Field("")
			for _, f := range Fields {
				if p.is(i, f) && field == "" {
					key, field = "field "+string(f), f
				}
			}
			c := by[key]
			if c == nil || hasPart(c, n) {
				if p.Sheet != "" && slices.ContainsFunc(columns, func(c *badColumn) bool { return people.Fold(c.label) == people.Fold(label) }) {
					label += " (" + p.Sheet + ")"
				}
				c = &badColumn{label, field, map[int]int{}}
				by[key] = c
				columns = append(columns, c)
			}
			c.at[n] = i
		}
	}
	return columns
}

// withMunicipality are columns with one for the municipality.
func withMunicipality(columns []*badColumn, label string) []*badColumn {
	if slices.ContainsFunc(columns, func(c *badColumn) bool { return c.field == Municipality }) {
		return columns
	}
	return append(columns, &badColumn{label: label, field: Municipality})
}

// telling are columns by whose names their fields are known again, whether they were chosen by hand or known by what stood in them: where a name does not say so it
// becomes the field's own. A column that is not read, but would be by its name, or has a name that a field has got, is left out.
func telling(columns []*badColumn, labels BadLabels) []*badColumn {
	guessed := func() map[Field]int {
		names := make([]string, len(columns))
		for i, c := range columns {
			names[i] = c.label
		}
		return guess(names)
	}
	by, given := guessed(), map[string]bool{}
	for i, c := range columns {
		if at, has := by[c.field]; c.field != "" && (!has || at != i) {
			c.label = labels.Field(c.field)
			given[people.Fold(c.label)] = true
		}
	}
	columns = slices.DeleteFunc(columns, func(c *badColumn) bool { return c.field == "" && given[people.Fold(c.label)] })
	for {
		misread := map[*badColumn]bool{}
		for _, at := range guessed() {
			misread[columns[at]] = columns[at].field == ""
		}
		before := len(columns)
		if columns = slices.DeleteFunc(columns, func(c *badColumn) bool { return misread[c] }); len(columns) == before {
			return columns
		}
	}
}

// firsts are what a mistake is told with, its rows as they stood in the first file.
func firsts(parts []Part, args []any) []any {
	args = slices.Clone(args)
	for i, arg := range args {
		at, is := arg.(RowAt)
		if !is {
			continue
		}
		n := slices.IndexFunc(parts, func(p Part) bool { return p.Sheet == at.Sheet })
		if n < 0 {
			continue
		}
		if r, found := parts[n].row(at.Row); found {
			args[i] = parts[n].first(r)
		}
	}
	return args
}

func hasPart(c *badColumn, part int) bool { _, has := c.at[part]; return has }

// labelIn is what a part's column is called in the list of bad rows.
func labelIn(columns []*badColumn, part int, labels []string, label string) string {
	if i := slices.Index(labels, label); i >= 0 {
		for _, c := range columns {
			if at, has := c.at[part]; has && at == i {
				return c.label
			}
		}
	}
	return label
}

// bad is what stands in a column of a bad row, as it may be handed out.
func (p *Part) bad(list *List, column int, text string) string {
	if text = clean(text); len(text) > longest {
		return excerpt(text)
	}
	day := func(d dates) string {
		if day, ok := d.parse(text); ok && day != "" {
			return string(day)
		}
		return excerpt(text)
	}
	switch {
	case p.is(column, Identity):
		if n, err := people.ParseIdentity(text, list.today); err == nil {
			return n.Masked()
		}
		if letters := []rune(text); len(letters) > 4 {
			if _, is := bornOf(text); !is {
				text = string(letters[:len(letters)-4]) + "****"
			}
		}
	case p.is(column, From):
		return day(p.from)
	case p.is(column, To):
		return day(p.to)
	case p.is(column, Birth):
		return day(p.birth)
	case p.is(column, Share):
		share, ok := p.shares.parse(text)
		if ok && share > 0 {
			return strings.Replace(percent(share), ".", ",", 1) + " %"
		}
		if _, alone := decideShares([]string{text}).parse(text); alone && !ok { // among the shares that are handed out it would be read
			return text + " ?"
		}
	case p.is(column, Phone) && isPhone(text):
		return text
	case p.is(column, Phone), p.is(column, OrgNumber):
		if _, err := people.ParseIdentity(text, list.today); err != nil {
			return text
		}
	}
	return excerpt(text)
}

// masked reads a number that we have masked ourselves: the day of birth is left of it.
var masked = regexp.MustCompile(`^(\d{8})-?\*{4}$`)

func bornOf(text string) (string, bool) {
	m := masked.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return m[1], true
}
