package roster

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"kompobib/internal/people"
	"kompobib/internal/sheet"
)

// number is what may be an identity number, wherever it stands.
var number = regexp.MustCompile(`\b(\d{6}(?:\d{2})?)[-+]?[\dA-Z]\d{3}\b`)

// mask hides the last four of identity numbers in a text.
func mask(s string) string { return number.ReplaceAllString(s, "$1-****") }

// Mended are what the column of mistakes is called, folded, in the languages that we hand out bad rows in: a list that has it is of some rows, and says nothing of who
// is not in it.
var Mended = []string{"vad som är fel", "what is wrong"}

// mended reports whether a list is of bad rows that have been mended.
func (l *List) mended() bool {
	return slices.ContainsFunc(l.Parts, func(p Part) bool {
		return slices.ContainsFunc(p.Labels, func(label string) bool { return slices.Contains(Mended, people.Fold(label)) })
	})
}

// BadLabels are what the columns are called that a list of bad rows begins with.
type BadLabels struct {
	Wrong, Row   string
	Municipality string // of a column for it, where the list has none
}

// A badColumn is a column of a list of bad rows: of all sheets those that hold the same field, or have the same name.
type badColumn struct {
	label string
	field Field       // "" for what we do not read
	at    map[int]int // by the part's place
}

// BadRows is a list of the rows in which something is wrong, of all sheets, with what is wrong and where they stand in columns of their own. They are as in the file,
// but with the identity numbers masked, and with days and shares so written that they mean the same among fewer rows and beside those of other sheets. Mended, it can
// be sent as a list. say chooses the words.
func BadRows(list *List, d *Difference, labels BadLabels, say func(code string, args ...any) string) sheet.Table {
	t := sheet.Table{Columns: []sheet.Column{{Label: labels.Wrong, Width: 60}, {Label: labels.Row}}}
	type place struct{ part, row int }
	mistakes := map[place][]Mistake{}
	parts := map[int]bool{}
	for _, m := range d.Mistakes {
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
		columns = withMunicipality(columns, labels.Municipality)
	}
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
					text := mask(say(m.Fault.Code, m.Fault.Args...))
					if m.Column != "" {
						text = labelIn(columns, n, p.Labels, m.Column) + ": " + text
					}
					says = append(says, text)
				}
				values := []any{strings.Join(says, " "), RowAt{p.Sheet, r.Number}.String()}
				for _, c := range columns {
					text := ""
					if i, has := c.at[n]; has {
						text = p.bad(list, i, r.Cell(i))
					} else if c.field == Municipality && !p.has(Municipality) {
						text = homes[n].Name
					}
					values = append(values, text)
				}
				if !yield(values) {
					return
				}
			}
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
		for i, label := range p.Labels {
			key, field := "label "+people.Fold(label), Field("")
			for f, at := range p.Columns {
				if at == i {
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
	day := func(d dates) string {
		if day, ok := d.parse(clean(text)); ok && day != "" {
			return string(day)
		}
		return mask(text)
	}
	switch {
	case p.is(column, Identity):
		if n, err := people.ParseIdentity(clean(text), list.today); err == nil {
			return n.Masked()
		}
		if _, is := bornOf(clean(text)); !is && len(text) > 4 {
			text = text[:len(text)-4] + "****"
		}
	case p.is(column, From):
		return day(p.from)
	case p.is(column, To):
		return day(p.to)
	case p.is(column, Birth):
		return day(p.birth)
	case p.is(column, Share):
		if share, ok := p.shares.parse(clean(text)); ok && share > 0 {
			return strings.Replace(percent(share), ".", ",", 1) + " %"
		}
	}
	return mask(text)
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
