package sheet

import "strings"

// maxCells is how many cells a row is taken apart to, empty ones at its end among them: as many as a spreadsheet program has columns.
const maxCells = 16_384

// records takes a text apart to rows and cells, as RFC 4180 has it. A quote that is not one of a cell that it quotes is a
// letter as others: whoever types one by mistake must not hide the rows below it. Lines end with \n.
// See docs/decisions/0023-csv-is-read-by-a-reader-of-our-own.md.
type records struct {
	text  string // what is left of it
	comma byte
	width int // how many cells a line has that is a row of its own; 0 if all that is quoted as it should be is a cell
	cells []string
	bare  int  // how many cells so far were not quoted, though something stands in them
	doubt int  // how much of the text is left where a cell ends that may be one over several lines, or rows with quotes by mistake
	torn  bool // the row is, or may be, a line of such a cell
}

// looked is how much of a text is looked at to find out how it is written.
const looked = 64 << 10

// recordsOf are those of a text whose separator is known.
func recordsOf(text string, comma byte) records {
	r := records{text: text, comma: comma, doubt: len(text)}
	if !wrapped(text, comma) {
		r.width = width(text, comma)
	}
	return r
}

// wrapped reports whether each cell of a text is quoted, as some programs write all. No row can then lie within a cell: the quote that it begins with would end that.
func wrapped(text string, comma byte) bool {
	r := records{text: text, comma: comma}
	for more := true; more && r.bare == 0; {
		_, more = r.next()
	}
	return r.bare == 0
}

// next returns the cells of the next row until it is called again: one that is empty for an empty line, and no more than one too many.
func (r *records) next() (cells []string, more bool) {
	if r.text == "" {
		return nil, false
	}
	r.cells = r.cells[:0]
	left := len(r.text)
	defer func() { r.torn = left > r.doubt }()
	line := r.text // from where the line began that the cell begins in
	for {
		cell, size := r.quoted(line)
		if size < 0 {
			if cell, size = r.plain(); size > 0 {
				r.bare++
			}
		} else if broken := strings.LastIndexByte(r.text[:size], '\n'); broken >= 0 {
			line = r.text[broken+1:]
		}
		r.cells, r.text = append(r.cells, cell), r.text[size:]
		switch {
		case r.text == "", len(r.cells) > maxCells:
			return r.cells, true
		case r.text[0] == '\n':
			r.text = r.text[1:]
			return r.cells, true
		}
		if r.text = r.text[1:]; r.text == "" { // an empty cell is the last
			r.cells = append(r.cells, "")
			return r.cells, true
		}
	}
}

// plain reads a cell that is not quoted, or not as it should be: of one with quotes both around it and before a word in it, those around it quote.
func (r *records) plain() (cell string, size int) {
	size = len(r.text)
	for i := range len(r.text) {
		if c := r.text[i]; c == r.comma || c == '\n' {
			size = i
			break
		}
	}
	cell = r.text[:size]
	if inner, ok := strings.CutPrefix(cell, `"`); ok {
		if inner, ok = strings.CutSuffix(inner, `"`); ok {
			if _, after, has := strings.Cut(inner, `"`); has && after != "" && after[0] != ' ' {
				cell = strings.ReplaceAll(inner, `""`, `"`)
			}
		}
	}
	return cell, size
}

// quoted reads a cell that is quoted as it should be. Its size is below 0 if it is not, or if it would swallow rows.
func (r *records) quoted(line string) (cell string, size int) {
	inner, end := closed(r.text, r.comma)
	if end < 0 {
		return "", -1
	}
	if strings.Contains(r.text[:inner], "\n") && r.swallows(line, line[:len(line)-len(r.text)+inner]) {
		if r.width <= narrow && few(r.text[:inner]) {
			r.doubt = min(r.doubt, len(r.text)-inner)
		}
		return "", -1
	}
	cell = r.text[1:inner]
	if strings.Contains(cell, `"`) {
		cell = strings.ReplaceAll(cell, `""`, `"`)
	}
	return cell, end
}

// closed finds where the quote at the beginning of a text is closed, and where the cell ends: with a separator, the line or the text. end is below 0 if it is not.
func closed(text string, comma byte) (at, end int) {
	if text == "" || text[0] != '"' {
		return 0, -1
	}
	for at = 1; ; at++ {
		next := strings.IndexByte(text[at:], '"')
		if next < 0 {
			return 0, -1
		}
		if at += next; at+1 < len(text) && text[at+1] == '"' {
			at++
			continue
		}
		for end = at + 1; end < len(text); end++ {
			switch c := text[end]; {
			case c == comma, c == '\n':
				return at, end
			case c != ' ' && c != '\t' && c != '\r':
				return 0, -1
			}
		}
		return at, end
	}
}

// swallows reports whether a cell over several lines holds rows: a line that is wide enough to be one, or both that in which it
// begins and that in which it ends. Of a cell that was meant so, one of these two is no wider than half a row. held is from where the first line begins to where the quote is closed.
func (r *records) swallows(line, held string) bool {
	if r.width < 2 {
		return false
	}
	first, begins := true, false
	for {
		broken := strings.IndexByte(held, '\n')
		switch {
		case broken < 0:
			return begins && count(line, r.comma) >= r.width
		case first:
			first, begins = false, count(line, r.comma) >= r.width
		case count(line, r.comma) >= r.width:
			return true
		}
		line, held = line[broken+1:], held[broken+1:]
	}
}

// narrow is how many cells a row has at most of which a line of a cell may hold as many by chance.
const narrow = 3

// few reports whether a text has no more lines than a cell of a list of staff may have.
func few(text string) bool {
	for range 10 {
		_, after, more := strings.Cut(text, "\n")
		if !more {
			return true
		}
		text = after
	}
	return false
}

// count is how many cells the first line of a text has, read by itself.
func count(text string, comma byte) (n int) {
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	r := records{text: text, comma: comma}
	for n = 1; ; n++ {
		_, end := closed(r.text, comma)
		if end < 0 {
			if end = strings.IndexByte(r.text, comma); end < 0 {
				return n
			}
		}
		if end == len(r.text) {
			return n
		}
		r.text = r.text[end+1:]
	}
}

// whole reports whether no cell of the first line of a text goes on below it, or began above it, as far as its quotes tell.
func whole(text string, comma byte) bool {
	line, _, _ := strings.Cut(text, "\n")
	r := records{text: line, comma: comma}
	for r.text != "" {
		end := strings.IndexByte(r.text, comma)
		if end < 0 {
			end = len(r.text)
		}
		if strings.Contains(r.text[:end], `"`) {
			if _, end = closed(r.text, comma); end < 0 {
				return false
			}
		}
		r.text = r.text[min(end+1, len(r.text)):]
	}
	return true
}

// width is how many cells a line of a text has that is a row of its own: so many as most have that have more than one. Whole lines tell, if there are any.
func width(text string, comma byte) int {
	all, sure := map[int]int{}, map[int]int{}
	for range 100 {
		if text == "" {
			break
		}
		n := count(text, comma)
		if all[n]++; whole(text, comma) {
			sure[n]++
		}
		_, text, _ = strings.Cut(text, "\n")
	}
	if n := usual(sure); n > 0 {
		return n
	}
	return usual(all)
}

// usual is the number above one that is there most times, and of several the largest.
func usual(times map[int]int) (most int) {
	for n, t := range times {
		if n > 1 && (t > times[most] || t == times[most] && n > most) {
			most = n
		}
	}
	return most
}
