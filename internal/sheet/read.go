package sheet

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"kompobib/internal/fault"
)

// What a file that someone sends may be instead of a list.
var (
	ErrEmpty     = fault.Define(fault.Invalid, "sheet.empty")
	ErrProtected = fault.Define(fault.Invalid, "sheet.protected")
	ErrOldExcel  = fault.Define(fault.Invalid, "sheet.old-excel")
	ErrOther     = fault.Define(fault.Invalid, "sheet.other")      // args: what it is
	ErrBroken    = fault.Define(fault.Invalid, "sheet.broken")     // it cannot be read to the end
	ErrEncoding  = fault.Define(fault.Invalid, "sheet.encoding")   // its letters are in no alphabet that we know
	ErrGarbled   = fault.Define(fault.Invalid, "sheet.garbled")    // its letters were spoilt before it came here
	ErrTooLarge  = fault.Define(fault.TooLarge, "sheet.too-large") // args: the most megabytes it may be unpacked
	ErrTooLong   = fault.Define(fault.TooLarge, "sheet.too-long")  // args: the most rows
	ErrTooWide   = fault.Define(fault.TooLarge, "sheet.too-wide")  // args: the most columns
	ErrSheets    = fault.Define(fault.TooLarge, "sheet.sheets")    // args: the most sheets
	ErrGap       = fault.Define(fault.Invalid, "sheet.gap")        // args: the row after which too many are empty
	ErrCell      = fault.Define(fault.Invalid, "sheet.cell")       // args: the row of a cell with too much in it
)

// What is taken of a list: more than any employer has, and less than would harm us.
const (
	MaxRows    = 200_000
	MaxColumns = 256
	maxGap     = 10_000    // empty rows with something below them
	maxCell    = 32_767    // characters, as Excel has it
	maxText    = 192 << 20 // bytes of what is in the cells
	maxParts   = 256 << 20 // bytes of what a workbook's sheets unpack to
	maxSheets  = 64
)

// A Book is a file of lists, read.
type Book struct {
	Sheets []Sheet
	Hidden []Sheet // those that the spreadsheet program does not show
	From04 bool    // dates are numbered from 1904, as old Macs do
}

// A Sheet is one list. Rows without anything in them are left out.
type Sheet struct {
	Name   string // "" of CSV
	Rows   []Row
	Merged []Span // in the order of their columns and rows
}

// A Row has the number that the spreadsheet program shows.
type Row struct {
	Number   int
	Cells    []string
	Formulas []int // the columns where a formula stands, in order
	Hidden   bool  // the spreadsheet program does not show it, for a filter say
	Torn     bool  // of CSV: it may be a row, or a line of a cell over several
}

// Cell is the text of a column, "" beyond the last.
func (r Row) Cell(column int) string {
	if 0 <= column && column < len(r.Cells) {
		return r.Cells[column]
	}
	return ""
}

// Formula reports whether a formula stands in a column.
func (r Row) Formula(column int) bool { return slices.Contains(r.Formulas, column) }

// Read reads XLSX and CSV, whatever the file is called. What it returns is bounded, however the file is made. Numbers
// and dates come as they are stored: 0.75, 37408.
func Read(ctx context.Context, file []byte) (Book, error) {
	switch {
	case len(bytes.TrimSpace(file)) == 0:
		return Book{}, ErrEmpty
	case bytes.HasPrefix(file, []byte("PK\x03\x04")):
		return readXLSX(ctx, file)
	case bytes.HasPrefix(file, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")): // what Office packs everything old and everything locked in
		if bytes.Contains(file, wide("EncryptedPackage")) || bytes.Contains(file, wide("EncryptionInfo")) {
			return Book{}, ErrProtected
		}
		return Book{}, ErrOldExcel
	}
	for _, kind := range []struct{ begins, name string }{
		{"%PDF", "PDF"}, {"\x89PNG", "PNG"}, {"\xff\xd8\xff", "JPEG"}, {"GIF8", "GIF"}, {"{\\rtf", "RTF"}, {"PK\x05\x06", "ZIP"},
		{"Rar!", "RAR"}, {"7z\xbc\xaf", "7z"}, {"\x1f\x8b", "gzip"}, {"<html", "HTML"}, {"<!doctype", "HTML"}, {"<table", "HTML"}, {"<?xml", "XML"},
	} {
		head := bytes.TrimLeft(file[:min(len(file), 1024)], " \t\r\n\ufeff\xef\xbb\xbf")
		if strings.HasPrefix(strings.ToLower(string(head[:min(len(head), 16)])), strings.ToLower(kind.begins)) {
			return Book{}, ErrOther.With(kind.name)
		}
	}
	return readCSV(ctx, file)
}

// wide is a text as Office writes names of parts: UTF-16, little end first.
func wide(s string) []byte {
	var b []byte
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}

// A filler collects rows within the bounds.
type filler struct {
	rows []Row
	size int // of the text so far, in all sheets
	seen int // rows so far, in all sheets
}

// add takes a row, unless nothing is in it.
func (f *filler) add(ctx context.Context, r Row) error {
	for len(r.Cells) > 0 && r.Cells[len(r.Cells)-1] == "" {
		r.Cells = r.Cells[:len(r.Cells)-1]
	}
	if len(r.Cells) == 0 {
		return nil
	}
	if len(r.Cells) > MaxColumns {
		return ErrTooWide.With(MaxColumns)
	}
	last := 0
	if n := len(f.rows); n > 0 {
		last = f.rows[n-1].Number
	}
	if r.Number-last > maxGap {
		return ErrGap.With(last)
	}
	for _, cell := range r.Cells {
		if len(cell) > maxCell {
			return ErrCell.With(r.Number)
		}
		f.size += len(cell)
	}
	f.seen++
	switch {
	case f.seen > MaxRows:
		return ErrTooLong.With(MaxRows)
	case f.size > maxText:
		return ErrTooLarge.With(maxText >> 20)
	case f.seen%1024 == 0 && ctx.Err() != nil:
		return ctx.Err()
	}
	f.rows = append(f.rows, r)
	return nil
}
