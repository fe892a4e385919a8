// Package pdf writes A4 documents that all can read: tagged, so that a screen reader meets headings, lists, tables and the words for
// pictures in the order in which they are to be read, and with what stands over and under each page marked as not being text.
//
// The library that it leans on knows nothing of tags. So each piece of text is written between marks, and the tree that the
// marks belong to is added to the finished file. The same document gives the same bytes.
package pdf

import (
	_ "embed"
	"io"
	"strconv"
	"time"
)

// MediaType is that of a document.
const MediaType = "application/pdf"

// A Document is what is to be read, in order. Its texts may be of any length and have any characters in them: what the font has no
// sign for stands as □, and is told to who copies the text or has it read aloud.
type Document struct {
	Title    string // its first heading
	Lead     string // beneath it
	Language string // of all that names no other, "sv"
	Spoken   string // the language of the title, if it is another
	Author   string
	Date     time.Time // that the file says it was made
	Head     string    // over every page but the first
	Fund     Fund
	Blocks   []Block
	Poster   bool // one page to read from afar, as large as there is room for
}

// A Fund is who pays for what the document is about: it stands under every page.
type Fund struct {
	Emblem    Picture
	Statement string
}

// A Block is one of the parts of a document, from top to bottom.
type Block interface{ block() }

// A Heading has level 2 or 3; level 1 is the document's title.
type Heading struct {
	Level int
	Text  string
	Lang  string // as in [Document].Language, "" for the document's own
}

// A Paragraph keeps its line ends; an empty line makes two of it.
type Paragraph struct {
	Text string
	Lang string
	As   Style
}

// A Style is how a paragraph looks.
type Style int

const (
	Plain Style = iota
	Muted       // smaller and paler
	Strong
	Motto // said in large letters
)

// A List is with bullets, or numbers.
type List struct {
	Items   []string
	Lang    string
	Ordered bool
}

// Facts are names and what they are. Those without a value are left out.
type Facts []Fact

// A Fact is one of them.
type Fact struct{ Label, Value, Lang string }

// A Table has a row of headings, and the first of each row is its heading.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]string
	Sum     bool    // the last row sums up the others
	Room    float64 // the least height of a row in mm, for what is written by hand
}

// A Column of a table. Its share of the width goes by what is in it, and is at least Wide mm.
type Column struct {
	Label  string
	Lang   string // of what is in it
	Number bool
	Wide   float64
}

// A Picture is drawn of shapes. What it shows is told in words; without them it is not told at all.
type Picture struct {
	Alt           string
	Left, Top     float64 // the corner of what it is drawn in
	Width, Height float64
	Shapes        []Shape
	Size          float64 // its height on paper in mm
	Beside        []Block // what stands to the right of it
}

// A Shape is an area of one colour, with straight edges.
type Shape struct {
	Fill Colour
	Path string // as in SVG, of M, L, H, V and Z
}

// A Colour is red, green and blue.
type Colour [3]uint8

// Room is lines to write on by hand.
type Room struct{ Lines int }

// Break lets what follows begin on a new page.
type Break struct{}

// Foot lets what follows stand at the foot of the page.
type Foot struct{}

func (Heading) block()   {}
func (Paragraph) block() {}
func (List) block()      {}
func (Facts) block()     {}
func (Table) block()     {}
func (Picture) block()   {}
func (Room) block()      {}
func (Break) block()     {}
func (Foot) block()      {}

//go:embed font/Inter_400Regular.ttf
var regular []byte

//go:embed font/Inter_600SemiBold.ttf
var bold []byte

// sizes are how much larger than usual the text of a poster is, if it has room on its page.
var sizes = [...]float64{2.2, 1.9, 1.6, 1.4, 1.2, 1}

// Write writes d. It gives the same bytes for the same d.
func (d Document) Write(w io.Writer) error {
	var p *press
	for _, scale := range sizes {
		if !d.Poster {
			scale = 1
		}
		p = newPress(d, scale)
		p.all()
		if scale == 1 || len(p.pages) == 1 {
			break
		}
	}
	raw, err := p.finish()
	if err == nil {
		_, err = w.Write(raw)
	}
	return err
}

// pageNumber is the second page of three: "2 (3)".
func pageNumber(n, of int) string { return strconv.Itoa(n) + " (" + strconv.Itoa(of) + ")" }
