package pdf

import "strings"

// Between a cell's edge and what is in it, in mm.
const padX, padY = 1.6, 1.2

// tallest is how many lines of a column's heading there is room for.
const tallest = 6

// shares divides the width of the page among the columns: a column gets what it needs as long as there is enough, and those that need
// more than that share what is left alike.
func (p *press) shares(t Table) []float64 {
	n := len(t.Columns)
	wants, least := make([]float64, n), make([]float64, n)
	look := func(i int, s string, f face) {
		p.use(f)
		for part := range strings.SplitSeq(readable(s).shown, "\n") {
			wants[i] = max(wants[i], p.f.GetStringWidth(part)+2*padX+0.1)
		}
		for _, word := range pieces(readable(s).shown) {
			least[i] = max(least[i], p.f.GetStringWidth(strings.TrimRight(word, " "))+2*padX+0.1)
		}
	}
	for i, c := range t.Columns {
		look(i, c.Label, p.scaled(heading))
		wants[i], least[i] = max(wants[i], c.Wide), max(least[i], c.Wide)
	}
	for _, row := range t.Rows {
		for i := range min(n, len(row)) {
			look(i, row[i], p.scaled(cell))
		}
	}
	total := 0.0
	for i := range wants {
		least[i] = min(least[i], p.w/float64(n))
		total += wants[i]
	}
	got := make([]float64, n)
	if total <= p.w {
		texts := 0.0
		for i, c := range t.Columns {
			if !c.Number {
				texts += wants[i]
			}
		}
		for i, c := range t.Columns {
			got[i] = wants[i]
			if !c.Number && texts > 0 {
				got[i] += (p.w - total) * wants[i] / texts
			}
		}
		return got
	}
	left, open := p.w, n
	for {
		fair, settled := left/float64(open), false
		for i := range got {
			if got[i] == 0 && wants[i] <= fair {
				got[i], settled = wants[i], true
				left -= got[i]
				open--
			}
		}
		if !settled {
			break
		}
	}
	// What needs more than its share still gets the longest of its words whole.
	rest := 0.0
	for i := range got {
		if got[i] == 0 {
			rest += least[i]
		}
	}
	for i := range got {
		if got[i] == 0 {
			if spare := left - rest; spare > 0 {
				got[i] = least[i] + spare/float64(open)
			} else {
				got[i] = left * least[i] / rest
			}
		}
	}
	return got
}

// A row is the cells of a row, laid out.
type row struct {
	cells [][]line
	f     face
}

func (p *press) row(texts []string, f face, widths []float64) row {
	r := row{cells: make([][]line, len(widths)), f: f}
	for i := range min(len(texts), len(widths)) {
		r.cells[i] = p.lines(texts[i], f, widths[i]-2*padX)
	}
	return r
}

func (r row) lines() (n int) {
	for _, c := range r.cells {
		n = max(n, len(c))
	}
	return n
}

func (p *press) rowHeight(r row, room float64) float64 {
	return max(height(r.f, max(r.lines(), 1))+2*padY, room)
}

func labels(t Table) (all []string) {
	for _, c := range t.Columns {
		all = append(all, c.Label)
	}
	return all
}

func (p *press) leastTable(t Table) float64 {
	widths := p.shares(t)
	high := min(p.rowHeight(p.row(labels(t), p.scaled(heading), widths), 0), height(heading, tallest))
	if t.Caption != "" {
		high += height(p.scaled(strong), 1)
	}
	if len(t.Rows) > 0 {
		high += p.rowHeight(p.row(t.Rows[0], p.scaled(cell), widths), t.Room)
	}
	return high
}

func (p *press) table(t Table, to *node) {
	n := to.add("Table", "")
	if t.Caption != "" {
		p.flow(n.add("Caption", ""), t.Caption, p.scaled(strong))
		p.y += 0.8
	}
	widths := p.shares(t)
	head := p.row(labels(t), p.scaled(heading), widths)
	for i, lines := range head.cells {
		head.cells[i] = lines[:min(len(lines), tallest)]
	}
	top := p.tableHead(n.add("TR", ""), t, head, widths)
	for i, texts := range t.Rows {
		f := p.scaled(cell)
		if t.Sum && i == len(t.Rows)-1 {
			f = p.scaled(face{true, cell.size, cell.leading, cell.ink})
		}
		p.tableRow(n.add("TR", ""), t, texts, p.row(texts, f, widths), widths, func() { p.tableHead(nil, t, head, widths) }, top)
	}
	p.y += 2 * gap
}

// tableHead writes the row of headings, to be read if it has a node, and returns how high it is.
func (p *press) tableHead(tr *node, t Table, head row, widths []float64) float64 {
	high := p.rowHeight(head, 0)
	p.need(high)
	p.aside("", func() {
		p.f.SetFillColor(int(shade[0]), int(shade[1]), int(shade[2]))
		p.f.Rect(p.x, p.y, p.w, high, "F")
	})
	x := p.x
	for i, lines := range head.cells {
		var th *node
		if tr != nil {
			th = tr.add("TH", "")
			th.attrs = "/O /Table /Scope /Column"
		}
		for j, l := range lines {
			write := func() {
				p.put(th, p.aligned(x, widths[i], t.Columns[i], head.f, l), p.y+padY+height(head.f, j), head.f, l)
			}
			if th == nil {
				p.aside("", write)
			} else {
				write()
			}
		}
		x += widths[i]
	}
	p.y += high
	p.line(p.y)
	return high
}

// aligned is where a line begins in its cell.
func (p *press) aligned(x, width float64, c Column, f face, l line) float64 {
	if !c.Number {
		return x + padX
	}
	p.use(f)
	return x + width - padX - p.f.GetStringWidth(strings.TrimRight(l.shown, " "))
}

// tableRow writes a row. One that no page has room for goes on on the next, each cell with what is left of it.
func (p *press) tableRow(tr *node, t Table, texts []string, r row, widths []float64, again func(), headHeight float64) {
	cells := make([]*node, len(widths))
	for i, c := range t.Columns {
		tag := "TD"
		if i == 0 && i < len(texts) && strings.TrimSpace(texts[i]) != "" {
			tag = "TH"
		}
		cells[i] = tr.add(tag, c.Lang)
		if tag == "TH" {
			cells[i].attrs = "/O /Table /Scope /Row"
		}
	}
	high := p.rowHeight(r, t.Room)
	fits := limit - top - headHeight
	if p.y+high > limit && high <= fits {
		p.newPage()
		again()
	}
	for from, count := 0, max(r.lines(), 1); from < count; {
		upTo := min(count, from+int((limit-p.y-2*padY+0.001)/height(r.f, 1)))
		if upTo <= from {
			p.newPage()
			again()
			continue
		}
		x, down := p.x, padY
		if high <= fits && t.Room > 0 {
			down = (high - height(r.f, count)) / 2
		}
		for i, lines := range r.cells {
			for j := from; j < min(upTo, len(lines)); j++ {
				p.put(cells[i], p.aligned(x, widths[i], t.Columns[i], r.f, lines[j]), p.y+down+height(r.f, j-from), r.f, lines[j])
			}
			x += widths[i]
		}
		part := height(r.f, upTo-from) + 2*padY
		if high <= fits {
			part = high
		}
		p.y += part
		p.line(p.y)
		from = upTo
	}
}
