package pdf

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// The page, in mm.
const (
	paperWidth, paperHeight = 210.0, 297.0
	side, top, bottom       = 20.0, 20.0, 32.0
	pt                      = 25.4 / 72
)

// A face is how letters look. Size and leading are in points.
type face struct {
	bold          bool
	size, leading float64
	ink           Colour
}

var (
	black = Colour{0x1a, 0x1f, 0x24}
	grey  = Colour{0x4d, 0x57, 0x61}
	rule  = Colour{0xb4, 0xbc, 0xc4}
	shade = Colour{0xee, 0xf1, 0xf4}

	body     = face{false, 10.5, 15, black}
	strong   = face{true, 10.5, 15, black}
	muted    = face{false, 9, 12.5, grey}
	lead     = face{false, 12.5, 17.5, grey}
	motto    = face{true, 20, 25, black}
	cell     = face{false, 9.5, 13, black}
	heading  = face{true, 9, 13, black} // of a column
	footing  = face{false, 8, 10.5, grey}
	headings = [...]face{1: {true, 21, 26, black}, 2: {true, 14, 19, black}, 3: {true, 11.5, 16, black}}
)

// A press lays a document out on pages.
type press struct {
	d     Document
	f     *fpdf.Fpdf
	scale float64 // of everything but what stands under the page

	pages []int // the numbers of their objects
	marks []int // pieces of each
	top   *node // the document
	page  int   // that is written on, from 0
	set   face  // that is set on it, to say it but once
	y     float64
	x, w  float64 // of the column that is written in
}

func newPress(d Document, scale float64) *press {
	p := &press{d: d, scale: scale, top: &node{tag: "Document", lang: d.Language}, x: side, w: paperWidth - 2*side}
	p.f = fpdf.New("P", "mm", "A4", "")
	p.f.SetAutoPageBreak(false, 0)
	p.f.SetCatalogSort(true)
	p.f.SetCreationDate(d.Date.UTC())
	p.f.SetModificationDate(d.Date.UTC())
	p.f.SetTitle(readable(d.Title).shown, true)
	p.f.SetAuthor(readable(d.Author).shown, true)
	p.f.SetLang(d.Language)
	p.f.SetXmpMetadata(metadata(d))
	p.f.AddUTF8FontFromBytes("inter", "", regular)
	p.f.AddUTF8FontFromBytes("inter", "B", bold)
	return p
}

// scaled is a face as large as the document's are.
func (p *press) scaled(f face) face {
	f.size, f.leading = f.size*p.scale, f.leading*p.scale
	return f
}

// use sets a face.
func (p *press) use(f face) {
	if p.set == f {
		return
	}
	style := ""
	if f.bold {
		style = "B"
	}
	p.f.SetFont("inter", style, f.size)
	p.f.SetTextColor(int(f.ink[0]), int(f.ink[1]), int(f.ink[2]))
	p.set = f
}

// lines lays s out in a face.
func (p *press) lines(s string, f face, width float64) []line {
	p.use(f)
	return readable(s).lines(width, p.f.GetStringWidth)
}

func (p *press) newPage() {
	p.f.AddPage()
	p.pages = append(p.pages, 3+2*len(p.pages)) // so the library numbers them
	p.marks = append(p.marks, 0)
	p.page, p.set = len(p.pages)-1, face{}
	p.y = top
}

// limit is where a page ends.
const limit = paperHeight - bottom

// need begins a new page if there is no room for so much on this one.
func (p *press) need(height float64) {
	if p.y+height > limit && p.y > top {
		p.newPage()
	}
}

// mark writes a piece of n between marks, to be told as said if that is not empty. What belongs to no node is written as it is.
func (p *press) mark(n *node, said string, write func()) {
	if n == nil {
		write()
		return
	}
	id := p.marks[p.page]
	p.marks[p.page]++
	n.kids = append(n.kids, kid{page: p.page, id: id})
	p.f.RawWriteStr(fmt.Sprintf("/%s <</MCID %d>> BDC", n.tag, id))
	if said != "" {
		p.f.RawWriteStr(fmt.Sprintf("/Span <</ActualText %s>> BDC", quoted(said)))
	}
	write()
	if said != "" {
		p.f.RawWriteStr("EMC")
	}
	p.f.RawWriteStr("EMC")
}

// aside writes what is not to be read: a rule, or what stands on every page.
func (p *press) aside(kind string, write func()) {
	if kind != "" {
		kind = "<</Type /Pagination /Subtype /" + kind + ">> BDC"
	} else {
		kind = "BMC"
	}
	p.f.RawWriteStr("/Artifact " + kind)
	write()
	p.f.RawWriteStr("EMC")
}

// put writes a line of n with its top at y; a line without n is not read.
func (p *press) put(n *node, x, y float64, f face, l line) {
	if strings.TrimSpace(l.shown) == "" {
		return
	}
	p.use(f)
	// The letters stand so in their line that as much is above the capitals as beneath the base line.
	base := y + (f.leading/2+f.size*0.364)*pt
	p.mark(n, l.said, func() { p.f.Text(x, base, l.shown) })
}

// line draws a thin rule across the column.
func (p *press) line(y float64) {
	p.aside("", func() {
		p.f.SetDrawColor(int(rule[0]), int(rule[1]), int(rule[2]))
		p.f.SetLineWidth(0.2)
		p.f.Line(p.x, y, p.x+p.w, y)
	})
}

// draw draws a picture with its corner at x, y.
func (p *press) draw(c Picture, x, y, height float64) error {
	scale := height / c.Height
	for _, s := range c.Shapes {
		shapes, err := edges(s.Path)
		if err != nil {
			return err
		}
		p.f.SetFillColor(int(s.Fill[0]), int(s.Fill[1]), int(s.Fill[2]))
		for _, shape := range shapes {
			for i, at := range shape {
				if i == 0 {
					p.f.MoveTo(x+(at.x-c.Left)*scale, y+(at.y-c.Top)*scale)
				} else {
					p.f.LineTo(x+(at.x-c.Left)*scale, y+(at.y-c.Top)*scale)
				}
			}
			p.f.ClosePath()
		}
		if len(shapes) > 0 {
			p.f.DrawPath("F")
		}
	}
	return nil
}

// figure draws a picture that is told in words.
func (p *press) figure(n *node, c Picture, x, y, height float64) {
	width := height * c.Width / c.Height
	if n != nil {
		n.alt = c.Alt
		n.attrs = fmt.Sprintf("/O /Layout /Placement /Block /BBox [%.2f %.2f %.2f %.2f]", x/pt, (paperHeight-y-height)/pt, (x+width)/pt, (paperHeight-y)/pt)
	}
	p.mark(n, "", func() {
		if err := p.draw(c, x, y, height); err != nil {
			p.f.SetError(err)
		}
	})
}

// furnish writes what stands over and under each page. Who pays is read once, at the end of the document.
func (p *press) furnish() {
	const rim = limit + 5
	p.x, p.w = side, paperWidth-2*side
	for i := range p.pages {
		p.f.SetPage(i + 1)
		p.page, p.set = i, face{}
		high := 11.0
		if p.d.Poster {
			high = 14
		}
		number := line{shown: pageNumber(i+1, len(p.pages))}
		if len(p.pages) > 1 {
			p.use(footing)
			x := side + p.w - p.f.GetStringWidth(number.shown)
			p.aside("Footer", func() { p.put(nil, x, rim+3+(high-footing.leading*pt)/2, footing, number) })
		}
		if i > 0 && p.d.Head != "" {
			p.aside("Header", func() { p.put(nil, side, 10, footing, p.lines(p.d.Head, footing, p.w)[0]) })
		}
		if p.d.Fund.Statement == "" {
			continue
		}
		p.line(rim)
		if i == 0 {
			p.fund(p.top, rim+3, high)
		} else {
			p.aside("Footer", func() { p.fund(nil, rim+3, high) })
		}
	}
}

// fund writes who pays: to be read, if there is a node to add it to.
func (p *press) fund(to *node, y, height float64) {
	within := func(tag string) *node {
		if to == nil {
			return nil
		}
		return to.add(tag, "")
	}
	x := side
	if c := p.d.Fund.Emblem; c.Height > 0 {
		p.figure(within("Figure"), c, x, y, height)
		x += height*c.Width/c.Height + 4
	}
	n := within("P")
	lines := p.lines(p.d.Fund.Statement, footing, side+p.w-20-x)
	y += (height - float64(len(lines))*footing.leading*pt) / 2
	for _, l := range lines {
		p.put(n, x, y, footing, l)
		y += footing.leading * pt
	}
}

// all lays the whole document out.
func (p *press) all() {
	p.newPage()
	p.title()
	p.blocks(p.d.Blocks, p.top)
	p.furnish()
}

// metadata tells other programs what the document is called, and in which language it is.
func metadata(d Document) []byte {
	var b bytes.Buffer
	text := func(s string) string {
		b.Reset()
		_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
		return b.String()
	}
	day := d.Date.UTC().Format(time.RFC3339)
	return []byte(`<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><dc:format>application/pdf</dc:format>` +
		`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + text(d.Title) + `</rdf:li></rdf:Alt></dc:title>` +
		`<dc:creator><rdf:Seq><rdf:li>` + text(d.Author) + `</rdf:li></rdf:Seq></dc:creator>` +
		`<dc:language><rdf:Bag><rdf:li>` + text(d.Language) + `</rdf:li></rdf:Bag></dc:language>` +
		`<xmp:CreateDate>` + day + `</xmp:CreateDate><xmp:ModifyDate>` + day + `</xmp:ModifyDate></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`)
}

// finish is the file.
func (p *press) finish() ([]byte, error) {
	var raw bytes.Buffer
	if err := p.f.Output(&raw); err != nil {
		return nil, fmt.Errorf("pdf: %w", err)
	}
	return tagged(raw.Bytes(), p.top, p.pages, p.marks)
}
