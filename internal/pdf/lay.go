package pdf

import (
	"strconv"
	"strings"
)

// What stands between, in mm.
const (
	gap    = 2.6 // blocks
	indent = 6.0 // of a list
	label  = 42.0
	byHand = 10.0 // lines to write on
)

// height is that of so many lines.
func height(f face, lines int) float64 { return float64(lines) * f.leading * pt }

func (p *press) title() {
	f := p.scaled(headings[1])
	if p.d.Poster {
		f = p.scaled(headings[2])
	}
	n := p.top.add("H1", p.d.Spoken)
	for _, l := range p.lines(p.d.Title, f, p.w) {
		p.need(height(f, 1))
		p.put(n, p.x, p.y, f, l)
		p.y += height(f, 1)
	}
	if p.d.Lead != "" {
		p.y += 1
		p.flow(p.top.add("P", ""), p.d.Lead, p.scaled(lead))
	}
	p.y += gap
}

// flow writes a text from where we are; it may go on on the next page, but never with a single line.
func (p *press) flow(n *node, s string, f face) {
	all := p.lines(s, f, p.w)
	for i, l := range all {
		left := len(all) - i
		switch {
		case i == 0:
			p.need(height(f, min(left, 2)))
		case left == 2:
			p.need(height(f, 2))
		default:
			p.need(height(f, 1))
		}
		p.put(n, p.x, p.y, f, l)
		p.y += height(f, 1)
	}
}

// within writes in a narrower column.
func (p *press) within(left float64, write func()) {
	x, w := p.x, p.w
	p.x, p.w = x+left, w-left
	write()
	p.x, p.w = x, w
}

func (p *press) face(s Style) face {
	switch s {
	case Muted:
		return p.scaled(muted)
	case Strong:
		return p.scaled(strong)
	case Motto:
		return p.scaled(motto)
	}
	return p.scaled(body)
}

func before(level int) float64 { return [...]float64{2: 5, 3: 2.5}[level] }

// least is the height that the first of the blocks must have on a page: a heading is never the last thing on it.
func (p *press) least(list []Block) float64 {
	if len(list) == 0 {
		return 0
	}
	some := func(s string, f face, width float64, most int) float64 {
		return height(f, min(len(p.lines(s, f, width)), most))
	}
	switch b := list[0].(type) {
	case Heading:
		f := p.scaled(headings[b.Level])
		return before(b.Level) + some(b.Text, f, p.w, 5) + 1 + p.least(list[1:])
	case Paragraph:
		if parts := paragraphs(b.Text); len(parts) > 0 {
			return some(parts[0], p.face(b.As), p.w, 2)
		}
	case List:
		if len(b.Items) > 0 {
			return some(b.Items[0], p.scaled(body), p.w-indent, 2)
		}
	case Facts:
		return height(body, 1)
	case Table:
		return p.leastTable(b)
	case Picture:
		return b.Size * p.scale
	case Room:
		return float64(min(b.Lines, 3)) * byHand
	}
	return 0
}

func (p *press) blocks(list []Block, to *node) {
	for i, block := range list {
		p.need(min(p.least(list[i:]), limit-top))
		switch b := block.(type) {
		case Heading:
			f := p.scaled(headings[b.Level])
			if p.y > top {
				p.y += before(b.Level)
			}
			n := to.add("H"+strconv.Itoa(b.Level), b.Lang)
			for _, l := range p.lines(b.Text, f, p.w) {
				p.need(height(f, 1))
				p.put(n, p.x, p.y, f, l)
				p.y += height(f, 1)
			}
			p.y += 1
		case Paragraph:
			p.paragraph(b, to)
		case List:
			p.list(b, to)
		case Facts:
			p.facts(b, to)
		case Table:
			p.table(b, to)
		case Picture:
			p.picture(b, to)
		case Room:
			for range b.Lines {
				p.need(byHand)
				p.y += byHand
				p.line(p.y)
			}
			p.y += gap
		case Break:
			if p.y > top {
				p.newPage()
			}
		case Foot:
			p.foot(list[i+1:])
		}
	}
}

func (p *press) paragraph(b Paragraph, to *node) {
	tag := "P"
	if b.As == Motto {
		tag = "BlockQuote"
	}
	for _, part := range paragraphs(b.Text) {
		if b.As == Motto && p.y > top {
			p.y += gap
		}
		p.flow(to.add(tag, b.Lang), part, p.face(b.As))
		p.y += gap
		if b.As == Motto {
			p.y += gap
		}
	}
}

func (p *press) list(b List, to *node) {
	n := to.add("L", b.Lang)
	n.attrs = "/O /List /ListNumbering /Disc"
	if b.Ordered {
		n.attrs = "/O /List /ListNumbering /Decimal"
	}
	f := p.scaled(body)
	for i, s := range b.Items {
		sign := "•"
		if b.Ordered {
			sign = strconv.Itoa(i+1) + "."
		}
		item := n.add("LI", "")
		all := p.lines(s, f, p.w-indent*p.scale)
		p.need(height(f, min(len(all), 2)))
		p.put(item.add("Lbl", ""), p.x, p.y, f, line{shown: sign + " "})
		p.within(indent*p.scale, func() { p.flow(item.add("LBody", ""), s, f) })
		p.y += 0.8
	}
	p.y += gap
}

func (p *press) facts(list Facts, to *node) {
	n := to.add("L", "")
	n.attrs = "/O /List /ListNumbering /None"
	name, f := p.scaled(face{false, body.size, body.leading, grey}), p.scaled(body)
	for _, fact := range list {
		if strings.TrimSpace(fact.Value) == "" {
			continue
		}
		item := n.add("LI", "")
		names, to := p.lines(fact.Label, name, label*p.scale-3), item.add("Lbl", "")
		if len(names) > 3 { // over what it names, across the page
			p.flow(to, fact.Label, name)
			p.flow(item.add("LBody", fact.Lang), fact.Value, f)
			p.y += 0.6
			continue
		}
		p.need(height(f, len(names)))
		y := p.y
		for i, l := range names {
			l.shown += " "
			p.put(to, p.x, y+height(f, i), name, l)
		}
		page := p.page
		p.within(label*p.scale, func() { p.flow(item.add("LBody", fact.Lang), fact.Value, f) })
		if page == p.page {
			p.y = max(p.y, y+height(f, len(names)))
		}
		p.y += 0.6
	}
	p.y += gap
}

func (p *press) picture(b Picture, to *node) {
	size := b.Size * p.scale
	width := size * b.Width / b.Height
	if width > p.w {
		size, width = size*p.w/width, p.w
	}
	p.need(size)
	y, page := p.y, p.page
	if b.Alt != "" {
		p.figure(to.add("Figure", ""), b, p.x, y, size)
	} else {
		p.aside("", func() { p.figure(nil, b, p.x, y, size) })
	}
	if len(b.Beside) > 0 {
		p.y += 2
		p.within(width+6*p.scale, func() { p.blocks(b.Beside, to) })
	}
	if page == p.page {
		p.y = max(p.y, y+size)
	}
	p.y += gap
}

// foot lets what follows stand at the foot of the page, if it has room there: as far down as what follows is high.
func (p *press) foot(rest []Block) {
	high := 0.0
	for _, b := range rest {
		switch b := b.(type) {
		case Picture:
			high += b.Size*p.scale + 2*gap
		case Paragraph:
			high += height(p.face(b.As), len(p.lines(b.Text, p.face(b.As), p.w))) + gap
		}
	}
	p.y = max(p.y, limit-high)
}
