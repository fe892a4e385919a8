package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"kompobib/internal/fault"
)

// book is a workbook of one sheet with the given XML in it.
func book(t testing.TB, sheet string, more ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	parts := append([]string{
		"xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="Ett" r:id="a"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/s.xml"/><Relationship Id="b" Type="x/sharedStrings" Target="/xl/t.xml"/></Relationships>`,
		"xl/worksheets/s.xml", sheet,
	}, more...)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func rows(b Book) (all []string) {
	for _, s := range b.Sheets {
		for _, r := range s.Rows {
			all = append(all, fmt.Sprint(r.Number, " ", strings.Join(r.Cells, "|")))
		}
	}
	return all
}

func encoded(t testing.TB, c *charmap.Charmap, s string) []byte {
	b, err := c.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wideText(s string, mark string) []byte {
	b := []byte(mark)
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// Lists as programs write them, with the rows as the program numbers them.
func TestRead(t *testing.T) {
	const list = "Namn;Ort\r\nÅke Ek;Sörby\r\n"
	want := []string{"1 Namn|Ort", "2 Åke Ek|Sörby"}
	for _, test := range []struct {
		says string
		file []byte
		want []string
	}{
		{"UTF-8", []byte(list), want},
		{"UTF-8 with its mark", []byte("\ufeff" + list), want},
		{"Windows-1252", encoded(t, charmap.Windows1252, list), want},
		{"an old PC's alphabet", encoded(t, charmap.CodePage850, list), want},
		{"an old Mac's alphabet", encoded(t, charmap.Macintosh, list), want},
		{"UTF-16", wideText(list, "\xff\xfe"), want},
		{"UTF-16 without its mark", wideText(list, ""), want},
		{"commas", []byte("Namn,Ort\nÅke Ek,Sörby"), want},
		{"tabs", []byte("Namn\tOrt\nÅke Ek\tSörby"), want},
		{"commas within semicolons", []byte("Namn;Grad\nEk, Åke;25,00\nEk, Bo;100,00"), []string{"1 Namn|Grad", "2 Ek, Åke|25,00", "3 Ek, Bo|100,00"}},
		{"what separates, said", []byte("sep=,\nNamn,Ort\n\"Åke, Ek\",Sörby"), []string{"2 Namn|Ort", "3 Åke, Ek|Sörby"}},
		{"empty lines and a cell of two lines", []byte("Namn;Ort\n\n\n\"Åke\nEk\";Sörby\n\nBo;Berg"), []string{"1 Namn|Ort", "4 Åke\nEk|Sörby", "6 Bo|Berg"}},
		{"lines as an old Mac ends them", encoded(t, charmap.Macintosh, "Namn;Ort\rÅke Ek;Sörby\r"), want},
		{"a line within a cell as an old Mac ends it", []byte("Namn;Ort\r\nÅke\rEk;Sörby\r\n"), []string{"1 Namn|Ort", "2 Åke\rEk|Sörby"}},
		{"numbers kept as texts", []byte("Nr;Ort\n=\"0123\";Sörby"), []string{"1 Nr|Ort", "2 0123|Sörby"}},
		{"a workbook", book(t, `<worksheet><sheetData><row r="2"><c r="B2" t="s"><v>0</v></c></row><row r="9"><c><v>1.98311169851E11</v></c><c t="inlineStr"><is><r><t>Å</t></r><r><t>ke</t></r></is></c></row></sheetData></worksheet>`,
			"xl/t.xml", `<sst><si><t>Ort</t><rPh><t>x</t></rPh></si></sst>`), []string{"2 |Ort", "9 198311169851|Åke"}},
	} {
		b, err := Read(t.Context(), test.file)
		if got := rows(b); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v; want %q", test.says, got, err, test.want)
		}
	}
	b, err := Read(t.Context(), book(t, `<worksheet><row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row></worksheet>`))
	if err != nil || !b.Sheets[0].Rows[0].Formula(0) {
		t.Errorf("a formula is not told: %v, %v", b, err)
	}
}

func manyRows(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<row r="%d"/>`, i+1)
	}
	return b.String()
}

// What is on a hidden sheet is looked at as far as it fits, and is no reason to refuse what can be seen.
func TestHiddenSheet(t *testing.T) {
	file := book(t, `<row><c><v>1</v></c></row>`,
		"xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="Ett" r:id="a"/><sheet name="Kalender" r:id="c" state="hidden"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/s.xml"/><Relationship Id="c" Type="x/worksheet" Target="worksheets/h.xml"/></Relationships>`,
		"xl/worksheets/h.xml", `<row r="1"><c><v>2</v></c></row><row r="2">`+strings.Repeat(`<c><v>1</v></c>`, 10_000)+`</row>`)
	b, err := Read(t.Context(), file)
	if err != nil || len(rows(b)) != 1 || len(b.Hidden) != 1 || b.Hidden[0].Name != "Kalender" || len(b.Hidden[0].Rows) == 0 || b.Hidden[0].Rows[0].Cell(0) != "2" {
		t.Errorf("%v, %+v", err, b)
	}
}

// Each of these is refused with its reason, in a memory that is small beside what it would like to be.
func TestRefused(t *testing.T) {
	var cells strings.Builder
	for range 10_000 {
		cells.WriteString(`<c><v>1</v></c>`)
	}
	for _, test := range []struct {
		says string
		file []byte
		want *fault.Fault
	}{
		{"nothing", nil, ErrEmpty},
		{"white space", []byte(" \r\n\n"), ErrEmpty},
		{"a PDF, whatever it is called", []byte("%PDF-1.4\n%âãÏÓ"), ErrOther},
		{"a picture", []byte("\x89PNG\r\n\x1a\n"), ErrOther},
		{"a web page, as some systems make lists", []byte("\r\n<html><table><tr><td>Namn"), ErrOther},
		{"OpenDocument", zipOf(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ErrOther},
		{"some other zip", zipOf(t, "a.txt", "a"), ErrOther},
		{"a locked workbook", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), wide("EncryptedPackage")...), ErrProtected},
		{"old Excel", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1Workbook"), ErrOldExcel},
		{"a zip that ends too soon", book(t, "<a/>")[:200], ErrBroken},
		{"XML that ends too soon", book(t, `<worksheet><row><c><v>1`), ErrEmpty},
		{"a document type", book(t, `<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>`), ErrBroken},
		{"a row within a cell", book(t, `<row><c><v>0<row></c></row>`), ErrBroken},
		{"a text that there is not", book(t, `<row><c t="s"><v>7</v></c></row>`, "xl/t.xml", `<sst/>`), ErrBroken},
		{"10 000 columns", book(t, "<row>"+cells.String()+"</row>"), ErrTooWide},
		{"10 000 columns of CSV", []byte(strings.Repeat("a;", 10_000) + "b\nc"), ErrTooWide},
		{"65 sheets", book(t, `<row><c><v>1</v></c></row>`, "xl/workbook.xml", `<workbook xmlns:r="r"><sheets>`+strings.Repeat(`<sheet name="Ett" r:id="a"/>`, 65)+`</sheets></workbook>`), ErrSheets},
		{"a far column", book(t, `<row><c r="XFD1"><v>1</v></c></row>`), ErrTooWide},
		{"a million empty rows", book(t, manyRows(1_000_000)), ErrEmpty},
		{"a million empty rows with something below", book(t, manyRows(1_000_000)+`<row r="1048576"><c><v>1</v></c></row>`), ErrGap},
		{"a bomb", bomb(t, 300<<20), ErrTooLarge},
		{"bytes", []byte("a\x00\x01\x02b\x00c\x7f"), ErrEncoding},
		{"two alphabets at once", []byte("Åke;Öberg;Älv;\xe5"), ErrEncoding},
		{"letters spoilt before", []byte("Namn\nÃ…ke BjÃ¶rk"), ErrGarbled},
		{"a cell of a whole book", []byte("a;" + strings.Repeat("x", 40_000)), ErrCell},
	} {
		t.Run(test.says, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			b, err := Read(t.Context(), test.file)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v, %d sheets", err, test.want, len(b.Sheets))
			}
			if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 64<<20 {
				t.Errorf("it took %d MB", held>>20)
			}
		})
	}
}

func zipOf(t testing.TB, name, text string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

// bomb is a workbook whose sheet unpacks to n bytes.
func bomb(t testing.TB, n int) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range []struct{ name, text string }{
		{"xl/workbook.xml", `<workbook><sheets><sheet name="Ett" id="a"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="x/worksheet" Target="s.xml"/></Relationships>`},
		{"xl/s.xml", ""},
	} {
		w, err := z.Create(part.name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(part.text))
		if part.text == "" {
			spaces := bytes.Repeat([]byte(" "), 1<<20)
			for range n >> 20 {
				w.Write(spaces)
			}
		}
	}
	z.Close()
	return b.Bytes()
}

// A list too long is refused when that is known, and what nobody waits for any more is let be.
func TestTooLong(t *testing.T) {
	if _, err := Read(t.Context(), []byte(strings.Repeat("a;b\n", MaxRows+1))); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(ctx, []byte(strings.Repeat("a;b\n", 5000))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A quote that quotes no cell is a letter, and hides neither the rows below it nor the cells beside it; one that does may hold lines.
func TestQuotes(t *testing.T) {
	const head = "Nr;Namn;Titel;Ort\n"
	for _, test := range []struct {
		says, text string
		want       []string
	}{
		{"before a row, and never closed", "\"1;Ek;a;b\n2;Al;c;d\n3;By;e;f", []string{"2 \"1|Ek|a|b", "3 2|Al|c|d", "4 3|By|e|f"}},
		{"before a row, and one after a word in a later", "\"1;Ek;a;b\n2;Al;Rum 12\";d\n3;By;e;f", []string{"2 \"1|Ek|a|b", "3 2|Al|Rum 12\"|d", "4 3|By|e|f"}},
		{"before a row, and one after a word much later", "\"1;Ek;a;b\n2;Al;c;d\n3;By;e\";f", []string{"2 \"1|Ek|a|b", "3 2|Al|c|d", "4 3|By|e\"|f"}},
		{"before a row that is too short, and one after a word much later", "\"1;Ek\n2;Al;c;d\n3;By;e\";f", []string{"2 \"1|Ek", "3 2|Al|c|d", "4 3|By|e\"|f"}},
		{"alone in cells", "1;Ek;\";b\n2;Al;\";d\n3;By;e;f", []string{"2 1|Ek|\"|b", "3 2|Al|\"|d", "4 3|By|e|f"}},
		{"around a word", "1;Ek;\"Bibbla\" ansvarig;b\n2;Al;c;d", []string{"2 1|Ek|\"Bibbla\" ansvarig|b", "3 2|Al|c|d"}},
		{"around two words", "1;Ek;\"Bibbla\" och \"Zara\";b", []string{"2 1|Ek|\"Bibbla\" och \"Zara\"|b"}},
		{"around a word in a quoted cell, not doubled", "1;\"Åke \"Bo\" Ek\";a;b\n2;Al;c;d", []string{"2 1|Åke \"Bo\" Ek|a|b", "3 2|Al|c|d"}},
		{"where all cells are quoted", "\"1;\"Ek\";\"a\";\"b\"\n\"2\";\"Al\";\"c\";\"d\"", []string{"2 \"1|Ek|a|b", "3 2|Al|c|d"}},
		{"after a number", "1;Ek;Rum 12\";b\n2;Al;c;d", []string{"2 1|Ek|Rum 12\"|b", "3 2|Al|c|d"}},
		{"doubled", "1;Ek;\"a \"\"b\"\"\";\"\"\n2;Al;c;d", []string{"2 1|Ek|a \"b\"", "3 2|Al|c|d"}},
		{"a separator within", "1;\"Ek; Bo\";a;b", []string{"2 1|Ek; Bo|a|b"}},
		{"a space after", "1;\"Ek; Bo\" ;a;b\r\n", []string{"2 1|Ek; Bo|a|b"}},
		{"lines in the first cell", "\"1\n1\";Ek;a;b\n2;Al;c;d", []string{"2 1\n1|Ek|a|b", "3 2|Al|c|d"}},
		{"lines in the middle", "1;Ek;\"a\n\na; x\r\ny\";b\n2;Al;c;d", []string{"2 1|Ek|a\n\na; x\ny|b", "3 2|Al|c|d"}},
		{"lines in the last cell", "1;Ek;a;\"b\nc\"\n2;Al;c;d", []string{"2 1|Ek|a|b\nc", "3 2|Al|c|d"}},
		{"lines in most cells", "\"1\n1\";\"E\nk\";\"a\na\";\"b\nb\"\n2;Al;\"c\nc\";d", []string{"2 1\n1|E\nk|a\na|b\nb", "3 2|Al|c\nc|d"}},
	} {
		for _, c := range []string{";", ",", "\t"} {
			b, err := Read(t.Context(), []byte(strings.ReplaceAll(head+test.text, ";", c)))
			var want []string
			for _, row := range test.want {
				want = append(want, strings.ReplaceAll(row, ";", c))
			}
			if got := rows(b); err != nil || len(got) == 0 || !slices.Equal(got[1:], want) {
				t.Errorf("%s, with %q between: %q, %v; want %q", test.says, c, got, err, want)
			}
		}
	}
}

// Quotes that are never closed take neither memory nor time.
func TestManyQuotes(t *testing.T) {
	for _, row := range []string{"\"a;b;c\n", "\"a;b\"\"\";\"c\n", "a;\";\"\"\"\n", "\"\"\"a\nb;\n", "a;b;\"c\nd\"\n;", "\"a\";"} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := time.Now()
		Read(t.Context(), []byte("a;b;c\n"+strings.Repeat(row, 20<<20/len(row)))) // refused or not
		runtime.ReadMemStats(&after)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%q: %v", row, took)
		}
		if held := int64(after.TotalAlloc) - int64(before.TotalAlloc); held > 400<<20 {
			t.Errorf("%q: %d MB", row, held>>20)
		}
	}
}

// What this package writes it reads.
func TestThereAndBack(t *testing.T) {
	for _, format := range []string{XLSX, CSV} {
		var b bytes.Buffer
		err := Table{Name: "Lista", Columns: []Column{{Label: "Namn"}, {Label: "Antal", Kind: Number}}, Rows: iter.Seq[[]any](func(yield func([]any) bool) {
			_ = yield([]any{"Åke; \"Ek\"", 3}) && yield([]any{"+46701234567", -3})
		})}.Write(&b, format)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(t.Context(), b.Bytes())
		if want := []string{"1 Namn|Antal", "2 Åke; \"Ek\"|3", "3 +46701234567|-3"}; err != nil || !slices.Equal(rows(got), want) {
			t.Errorf("%s: %q, %v", format, rows(got), err)
		}
	}
}

// Whatever comes, it is read or refused, and what is read is within the bounds.
func FuzzRead(f *testing.F) {
	f.Add([]byte("Namn;Ort\r\nÅke Ek;Sörby\r\n"))
	f.Add([]byte("\"a\nb\";c\n\n;d"))
	f.Add([]byte("a;b\nc;\"d\ne;f\"\n\"g\";\"h; i\nj; k\""))
	f.Add([]byte("a;b\n\"a;b\n\"\"\";\"c\" d\r\"e\n"))
	f.Add(wideText("Namn;Ort\nÅ;b", "\xff\xfe"))
	f.Add(book(f, `<worksheet><row r="2"><c r="B2" t="s"><v>0</v></c><c><f>A1</f><v>1e3</v></c></row></worksheet>`, "xl/t.xml", `<sst><si><t>Ort</t></si></sst>`))
	names, _ := filepath.Glob("../people/roster/testdata/*.*")
	for _, name := range names {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		b, err := Read(t.Context(), file)
		if err != nil && fault.Of(err) == nil {
			t.Errorf("refused without a reason: %v", err)
		}
		for _, s := range b.Sheets {
			last := 0
			for _, r := range s.Rows {
				if r.Number <= last || len(r.Cells) > MaxColumns || len(r.Cells) == 0 {
					t.Errorf("row %d after %d with %d cells", r.Number, last, len(r.Cells))
				}
				last = r.Number
			}
		}
	})
}

// FuzzXML puts what comes into the sheet of a workbook, since chance makes no zips.
func FuzzXML(f *testing.F) {
	f.Add(`<worksheet><row r="2"><c r="B2" t="s"><v>0</v></c><c><f>A1</f><v>1e3</v></c></row></worksheet>`)
	f.Add(`<row r="5"/><row r="3"/>`)
	f.Add(`<row><c><v>0<row></c>0`)
	f.Add(`<row r="1"><c r="A1"><v>1</v></c></row><row r="3" hidden="1"><c r="B3"><v>2</v></c></row><mergeCell ref="A1:A3"/>`)
	f.Add(`<c r="A1:B2"/><row><c r="1"/><c r="ZZZ9"><is><t>a</t></is></c></row>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		if _, err := Read(t.Context(), book(t, sheet, "xl/t.xml", `<sst><si><t>a</t></si></sst>`)); err != nil && fault.Of(err) == nil {
			t.Errorf("refused without a reason: %v", err)
		}
	})
}
