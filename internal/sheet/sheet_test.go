package sheet

import (
	"bytes"
	"mime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"kompobib/internal/local"
)

var table = Table{
	Name: "Personer [alla] / 2012: ett namn som är för långt",
	Columns: []Column{
		{Label: "Namn"}, {Label: "Antal", Kind: Number}, {Label: "Belopp", Kind: Decimal}, {Label: "Andel", Kind: Percent},
		{Label: "Från", Kind: Date}, {Label: "Klockan", Kind: Time},
	},
	Rows: slices.Values([][]any{
		{"Åsa Öberg; \"Ö\"", 12, 1234.5, 0.875, local.Date("2012-10-12"), time.Date(2012, 10, 12, 9, 30, 0, 0, time.UTC)},
		{"=HYPERLINK(\"http://example.org\")", -3, nil, nil, local.Date(""), nil},
		{"+46701740605", nil, nil, nil, nil, nil},
		{" -2+3", nil, nil, nil, nil, nil},
		{"@SUM(A1)", nil, nil, nil, nil, nil},
		{"\tx\x00y", nil, nil, nil, nil, nil},
		{"0123", nil, nil, nil, nil, nil},
	}),
}

func TestXLSXHasTypedCellsAndNoFormulas(t *testing.T) {
	var b bytes.Buffer
	if err := table.Write(&b, XLSX); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := f.GetSheetName(0)
	if len([]rune(name)) > 31 || strings.ContainsAny(name, `[]:*?/\`) {
		t.Errorf("the sheet is called %q", name)
	}
	for _, c := range []struct{ cell, raw, shown string }{
		{"A1", "Namn", "Namn"},
		{"A2", "Åsa Öberg; \"Ö\"", "Åsa Öberg; \"Ö\""},
		{"B2", "12", "12"},
		{"C2", "1234.5", "1,234.50"}, // as an Excel of another country shows it
		{"D2", "0.875", "87.5%"},
		{"E2", "41194", "2012-10-12"},
		{"F2", "41194.3958333333", "2012-10-12 09:30"},
		{"A3", "=HYPERLINK(\"http://example.org\")", "=HYPERLINK(\"http://example.org\")"},
		{"B3", "-3", "-3"},
		{"E3", "", ""},
		{"A4", "+46701740605", "+46701740605"},
		{"A7", "\txy", "\txy"},
		{"A8", "0123", "0123"},
	} {
		raw, err := f.GetCellValue(name, c.cell, excelize.Options{RawCellValue: true})
		if err != nil || !strings.HasPrefix(raw, c.raw) {
			t.Errorf("%s holds %q, %v, want %q", c.cell, raw, err, c.raw)
		}
		if shown, err := f.GetCellValue(name, c.cell); err != nil || shown != c.shown {
			t.Errorf("%s is shown as %q, %v, want %q", c.cell, shown, err, c.shown)
		}
		if formula, err := f.GetCellFormula(name, c.cell); err != nil || formula != "" {
			t.Errorf("%s has the formula %q, %v", c.cell, formula, err)
		}
	}
	if kind, err := f.GetCellType(name, "E2"); err != nil || kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString {
		t.Errorf("a date is a text: %v, %v", kind, err)
	}
}

func TestCSVIsWhatASwedishExcelReads(t *testing.T) {
	var b strings.Builder
	if err := table.Write(&b, CSV); err != nil {
		t.Fatal(err)
	}
	want := "\ufeff" + strings.Join([]string{
		`Namn;Antal;Belopp;Andel;Från;Klockan`,
		`"Åsa Öberg; ""Ö""";12;1234,50;87,5 %;2012-10-12;2012-10-12 09:30`,
		`"'=HYPERLINK(""http://example.org"")";-3;;;;`,
		`'+46701740605;;;;;`,
		`' -2+3;;;;;`,
		`'@SUM(A1);;;;;`,
		"'\txy;;;;;",
		`0123;;;;;`,
		``,
	}, "\r\n")
	if b.String() != want {
		t.Errorf("got\n%q\nwant\n%q", b.String(), want)
	}
}

func TestARowOfAnotherWidthIsRefused(t *testing.T) {
	short := Table{Columns: []Column{{Label: "A"}, {Label: "B"}}, Rows: slices.Values([][]any{{"a"}})}
	for _, format := range []string{XLSX, CSV, "ods"} {
		if err := short.Write(&bytes.Buffer{}, format); err == nil {
			t.Errorf("%s was written", format)
		}
	}
}

func TestTheFileHasItsNameInEveryBrowser(t *testing.T) {
	kind, params, err := mime.ParseMediaType(Disposition("Personer i Köping \"2012\"\r\n", XLSX))
	if err != nil || kind != "attachment" || params["filename"] != "Personer i Köping -2012-.xlsx" {
		t.Errorf("%q, %v, %v", kind, params, err)
	}
}
