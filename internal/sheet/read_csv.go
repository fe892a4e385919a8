package sheet

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// readCSV reads a text with a row to a line, in whichever alphabet and with whichever separator.
func readCSV(ctx context.Context, file []byte) (Book, error) {
	text, err := decode(file)
	if err != nil {
		return Book{}, err
	}
	f := filler{}
	comma, skipped := separator(&text)
	r := recordsOf(text, comma)
	for number := skipped + 1; ; number++ { // the spreadsheet program counts empty lines too, and a row that runs over several once
		cells, more := r.next()
		if !more {
			break
		}
		if len(cells) > maxCells {
			return Book{}, ErrTooWide.With(MaxColumns)
		}
		row := Row{Number: number, Cells: make([]string, len(cells)), Torn: r.torn}
		for i, cell := range cells {
			cell = strings.TrimSpace(cell)
			// ="0123" keeps a program from making a number of it. Other formulas are none of our business to reckon.
			if inner, ok := strings.CutPrefix(cell, `="`); ok && strings.HasSuffix(inner, `"`) && strings.Count(inner, `"`) == 1 {
				cell = strings.TrimSuffix(inner, `"`)
			} else if len(cell) > 1 && (cell[0] == '=' || cell[0] == '@') {
				row.Formulas = append(row.Formulas, i)
			} else if inner, ok := strings.CutPrefix(cell, "'"); ok && inner != "" && strings.ContainsRune("+-", rune(inner[0])) {
				cell = inner // as we write it ourselves, a phone's country code for one
			}
			row.Cells[i] = cell
		}
		if err := f.add(ctx, row); err != nil {
			return Book{}, err
		}
	}
	if len(f.rows) == 0 {
		return Book{}, ErrEmpty
	}
	return Book{Sheets: []Sheet{{Rows: f.rows}}}, nil
}

// separator finds what stands between the cells: what makes the first rows widest and most alike. A line that says so itself, as
// Excel knows it, is taken away; skipped counts it.
func separator(text *string) (comma byte, skipped int) {
	first, rest, _ := strings.Cut(*text, "\n")
	if said, ok := strings.CutPrefix(first, "sep="); ok && len(said) == 1 && strings.Contains(";,\t|", said) {
		*text = rest
		return said[0], 1
	}
	comma = ';'
	best := 0
	for _, c := range ";\t,|" {
		r := records{text: (*text)[:min(len(*text), looked)], comma: byte(c)}
		widths := map[int]int{}
		for n := 0; n < 40; {
			cells, more := r.next()
			if !more {
				break
			}
			if len(cells) > 1 || cells[0] != "" {
				widths[len(cells)]++
				n++
			}
		}
		for width, rows := range widths {
			if width > 1 && width*rows > best {
				comma, best = byte(c), width*rows
			}
		}
	}
	return comma, 0
}

// decode makes UTF-8 of a text by its mark, or by what makes Swedish of it.
func decode(file []byte) (string, error) {
	switch {
	case bytes.HasPrefix(file, []byte("\xef\xbb\xbf")):
		file = file[3:]
	case bytes.HasPrefix(file, []byte("\xff\xfe")):
		return decode16(file[2:], 0)
	case bytes.HasPrefix(file, []byte("\xfe\xff")):
		return decode16(file[2:], 1)
	}
	if bytes.IndexByte(file, 0) >= 0 {
		head := file[:min(len(file), 4096)&^1]
		var zeros [2]int // at even and odd places
		for i, c := range head {
			if c == 0 {
				zeros[i%2]++
			}
		}
		switch {
		case zeros[1] > len(head)/4 && zeros[0] == 0:
			return decode16(file, 0)
		case zeros[0] > len(head)/4 && zeros[1] == 0:
			return decode16(file, 1)
		}
		return "", ErrEncoding
	}
	if utf8.Valid(file) {
		return checked(string(file))
	}
	if spoilt(file) {
		return "", ErrEncoding
	}
	// Swedish letters tell the old alphabets apart: what is ö in one is a mark in another.
	best, most := "", -1
	for _, alphabet := range []*charmap.Charmap{charmap.Windows1252, charmap.CodePage850, charmap.Macintosh} {
		text, err := alphabet.NewDecoder().Bytes(file)
		if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
			continue
		}
		n := 0
		for _, r := range string(text) {
			switch {
			case strings.ContainsRune("åäöÅÄÖéÉæøÆØü", r):
				n++
			case r >= 0x80 && r < 0xa0:
				n -= 100 // a control character, which no list has
			}
		}
		if n > most {
			best, most = string(text), n
		}
	}
	if most < 0 {
		return "", ErrEncoding
	}
	return checked(best)
}

// spoilt reports whether a text is UTF-8 in some places and something else in others.
func spoilt(file []byte) bool {
	whole, broken := 0, 0
	for len(file) > 0 {
		r, n := utf8.DecodeRune(file)
		switch {
		case r == utf8.RuneError && n == 1:
			broken++
		case n > 1:
			whole++
		}
		file = file[n:]
	}
	return whole > broken
}

func decode16(file []byte, big int) (string, error) {
	if len(file)%2 == 1 {
		return "", ErrEncoding
	}
	units := make([]uint16, len(file)/2)
	for i := range units {
		units[i] = uint16(file[2*i+big]) | uint16(file[2*i+1-big])<<8
	}
	text := string(utf16.Decode(units))
	if strings.ContainsRune(text, utf8.RuneError) {
		return "", ErrEncoding
	}
	return checked(text)
}

// checked refuses what is no text, and what was read in the wrong alphabet before it was saved.
func checked(text string) (string, error) {
	controls, garbled := 0, 0
	for _, r := range text {
		if r < ' ' && !strings.ContainsRune("\t\r\n\f\v", r) {
			controls++
		}
	}
	if controls > 0 {
		return "", ErrEncoding
	}
	for _, pair := range []string{"Ã¥", "Ã¤", "Ã¶", "Ã…", "Ã„", "Ã–", "\ufffd"} {
		garbled += strings.Count(text, pair)
	}
	if garbled > 0 {
		return "", ErrGarbled
	}
	if strings.TrimSpace(text) == "" {
		return "", ErrEmpty
	}
	return lines(text), nil
}

// lines makes \n of what ends a line: \r\n, and \r alone where lines end so, as on old Macs.
func lines(text string) string {
	alone := strings.Count(text, "\r")
	if alone == 0 {
		return text
	}
	if both := strings.Count(text, "\r\n"); both > 0 {
		text, alone = strings.ReplaceAll(text, "\r\n", "\n"), alone-both
	}
	if alone > strings.Count(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	return text
}
