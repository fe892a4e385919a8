package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/fault"
)

var errXML = errors.New("sheet: not the XML of a workbook")

// A workbook is a zip of XML parts. They are read as streams, so that what is in memory is no more than the cells.
type workbook struct {
	parts map[string]*zip.File
}

func readXLSX(ctx context.Context, file []byte) (Book, error) {
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return Book{}, ErrBroken
	}
	w := workbook{parts: map[string]*zip.File{}}
	for _, part := range archive.File {
		if part.Name == "mimetype" {
			return Book{}, ErrOther.With("OpenDocument")
		}
		if part.Flags&1 != 0 {
			return Book{}, ErrProtected
		}
		w.parts[strings.ToLower(strings.TrimPrefix(part.Name, "/"))] = part
	}
	b, err := w.read(ctx)
	if errors.Is(err, errXML) {
		err = ErrBroken
	}
	return b, err
}

func (w workbook) read(ctx context.Context) (Book, error) {
	main := "xl/workbook.xml"
	if rels, err := w.relations("_rels/.rels"); err == nil {
		for _, r := range rels {
			if strings.HasSuffix(r.kind, "/officeDocument") {
				main = r.target
			}
		}
	}
	if w.parts[strings.ToLower(main)] == nil {
		return Book{}, ErrOther.With("ZIP")
	}
	rels, err := w.relations(path.Dir(main) + "/_rels/" + path.Base(main) + ".rels")
	if err != nil {
		return Book{}, err
	}
	var b Book
	type entry struct {
		name, part string
		hidden     bool
	}
	var sheets []entry
	err = w.walk(main, func(e element) error {
		switch e.name {
		case "workbookPr":
			b.From04 = e.get("date1904") == "1" || e.get("date1904") == "true"
		case "sheet":
			for _, r := range rels {
				if r.id == e.get("id") && strings.HasSuffix(r.kind, "/worksheet") {
					state := e.get("state")
					sheets = append(sheets, entry{e.get("name"), r.target, state == "hidden" || state == "veryHidden"})
				}
			}
		}
		return nil
	})
	if err != nil {
		return b, err
	}
	if len(sheets) > maxSheets {
		return b, ErrSheets.With(maxSheets) // who is on those left out would be told as having left
	}
	shared := ""
	var unpacked uint64
	for _, r := range rels {
		if strings.HasSuffix(r.kind, "/sharedStrings") {
			shared = r.target
		}
	}
	for _, s := range append(sheets, entry{part: shared}) {
		if p := w.parts[strings.ToLower(s.part)]; p != nil {
			unpacked += min(p.UncompressedSize64, maxParts+1) // which the reader of the zip holds it to
		}
	}
	if unpacked > maxParts {
		return b, ErrTooLarge.With(maxParts >> 20)
	}
	f, hidden := filler{}, filler{}
	var texts []string
	if w.parts[strings.ToLower(shared)] != nil {
		if texts, err = w.shared(ctx, shared, &f); err != nil {
			return b, err
		}
	}
	for _, s := range sheets {
		if s.hidden { // looked at only to find out whether there are people on it, so that as much as fits will do
			hidden.rows = nil
			spans, err := w.sheet(ctx, s.part, texts, &hidden)
			if err != nil && fault.Of(err) == nil && !errors.Is(err, errXML) {
				return b, err
			}
			b.Hidden = append(b.Hidden, Sheet{s.name, hidden.rows, spans})
			continue
		}
		f.rows = nil
		spans, err := w.sheet(ctx, s.part, texts, &f)
		if err != nil {
			return b, err
		}
		b.Sheets = append(b.Sheets, Sheet{s.name, f.rows, spans})
	}
	if f.seen == 0 && hidden.seen == 0 {
		return b, ErrEmpty
	}
	return b, nil
}

type relation struct{ id, kind, target string }

// relations are what a part refers to, by names from the root of the zip.
func (w workbook) relations(name string) (all []relation, err error) {
	base := path.Dir(path.Dir(name))
	err = w.walk(name, func(e element) error {
		if e.name == "Relationship" && len(all) < 4096 {
			target := e.get("Target")
			if rest, absolute := strings.CutPrefix(target, "/"); absolute {
				target = rest
			} else {
				target = path.Join(base, target)
			}
			all = append(all, relation{e.get("Id"), e.get("Type"), target})
		}
		return nil
	})
	return all, err
}

// An element is a tag that begins.
type element struct {
	name string
	attr []xml.Attr
}

func (e element) get(name string) string {
	for _, a := range e.attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// open opens a part as XML. A document type could make much of little, and no workbook has one: see next.
func (w workbook) open(name string) (*xml.Decoder, io.Closer, error) {
	part := w.parts[strings.ToLower(name)]
	if part == nil {
		return nil, nil, errXML
	}
	r, err := part.Open()
	if err != nil {
		return nil, nil, errXML
	}
	return xml.NewDecoder(io.LimitReader(r, maxParts)), r, nil
}

func next(d *xml.Decoder) (xml.Token, error) {
	token, err := d.RawToken()
	if err != nil && err != io.EOF {
		err = errXML
	}
	if _, is := token.(xml.Directive); is {
		err = errXML
	}
	return token, err
}

// walk calls f with each tag that begins.
func (w workbook) walk(name string, f func(element) error) error {
	d, closer, err := w.open(name)
	if err != nil {
		return err
	}
	defer closer.Close()
	for {
		token, err := next(d)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok {
			if err := f(element{start.Name.Local, start.Attr}); err != nil {
				return err
			}
		}
	}
}

// shared reads the texts that cells refer to by number.
func (w workbook) shared(ctx context.Context, name string, f *filler) (all []string, err error) {
	d, closer, err := w.open(name)
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	var text strings.Builder
	in, phonetic := false, false
	for {
		token, err := next(d)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "si":
				text.Reset()
			case "t":
				in = true
			case "rPh": // how it is pronounced
				phonetic = true
			}
		case xml.CharData:
			if in && !phonetic {
				text.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "si":
				if text.Len() > maxCell*4 {
					return nil, ErrCell.With(0)
				}
				all = append(all, strings.TrimSpace(text.String()))
				f.size += text.Len()
				if f.size > maxText || len(all) > MaxRows*MaxColumns/8 {
					return nil, ErrTooLarge.With(maxText >> 20)
				}
				if len(all)%4096 == 0 && ctx.Err() != nil {
					return nil, ctx.Err()
				}
			case "t":
				in = false
			case "rPh":
				phonetic = false
			}
		}
	}
}

// sheet reads the rows of a part into f, and which cells are merged.
func (w workbook) sheet(ctx context.Context, name string, texts []string, f *filler) (spans []Span, err error) {
	d, closer, err := w.open(name)
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	var (
		row    Row
		width  int // of the row before, which the next is likely to have too
		column int
		kind   string
		value  []byte
		in     bool // in what is to be read of a cell
		within bool // in a cell
		number int
		steps  int
	)
	for {
		token, err := next(d)
		if err == io.EOF {
			slices.SortStableFunc(spans, Span.compare)
			return spans, nil
		}
		if err != nil {
			return spans, err
		}
		if steps++; steps%(1<<16) == 0 && ctx.Err() != nil {
			return spans, ctx.Err()
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				if within {
					return spans, errXML
				}
				number++
				if r := (element{attr: t.Attr}).get("r"); r != "" {
					n, err := strconv.Atoi(r)
					if err != nil || n < number || n > 1<<20 {
						return spans, errXML
					}
					number = n
				}
				hidden := (element{attr: t.Attr}).get("hidden")
				row, column = Row{Number: number, Hidden: hidden == "1" || hidden == "true"}, -1
			case "c":
				if number == 0 {
					return spans, errXML
				}
				column++
				kind, value, within = "", value[:0], true
				for _, a := range t.Attr {
					switch a.Name.Local {
					case "r":
						if column = columnOf(a.Value); column < 0 {
							return spans, errXML
						}
					case "t":
						kind = a.Value
					}
				}
			case "f":
				if !within {
					return spans, errXML
				}
				row.Formulas = append(row.Formulas, column)
			case "v", "t":
				in = true
			case "mergeCell":
				if s, ok := spanOf((element{attr: t.Attr}).get("ref")); ok && len(spans) < MaxRows {
					spans = append(spans, s)
				}
			}
		case xml.CharData:
			if in {
				value = append(value, t...)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "v", "t":
				in = false
			case "c":
				text, ok := cellText(kind, value, texts)
				if !ok || !within {
					return spans, errXML
				}
				within = false
				if text == "" {
					continue
				}
				if column >= MaxColumns {
					return spans, ErrTooWide.With(MaxColumns)
				}
				if row.Cells == nil {
					row.Cells = make([]string, 0, max(width, column+1))
				}
				for len(row.Cells) <= column {
					row.Cells = append(row.Cells, "")
				}
				row.Cells[column] = text
			case "row":
				if len(row.Cells) > 0 {
					width = len(row.Cells)
				}
				if err := f.add(ctx, row); err != nil {
					return spans, err
				}
				row = Row{Number: number}
			}
		}
	}
}

// cellText is what stands in a cell; ok is false if it refers to a text that there is not.
func cellText(kind string, value []byte, texts []string) (text string, ok bool) {
	s := strings.TrimSpace(string(value))
	switch kind {
	case "s":
		if s == "" {
			return "", true
		}
		i, err := strconv.Atoi(s)
		if err != nil || i < 0 || i >= len(texts) {
			return "", false
		}
		return texts[i], true
	case "", "n":
		// A long number, as an identity number kept as one, may be written with an exponent.
		if strings.ContainsAny(s, "eE") {
			if n, err := strconv.ParseFloat(s, 64); err == nil && n == float64(int64(n)) {
				return strconv.FormatInt(int64(n), 10), true
			}
		}
	}
	return s, true
}

// columnOf is the column of a cell's name, 0 for "A1"; -1 for what is no name.
func columnOf(cell string) int {
	column := 0
	for i := range len(cell) {
		c := cell[i]
		switch {
		case 'A' <= c && c <= 'Z':
			if column = column*26 + int(c-'A') + 1; column > 1<<14 {
				return -1
			}
		default:
			return column - 1
		}
	}
	return column - 1
}
