package roster

import (
	"testing"

	"kompobib/internal/local"
	"kompobib/internal/sheet"
)

func TestDates(t *testing.T) {
	for _, test := range []struct {
		says   string
		column []string
		want   []local.Date // "" for what cannot be read
	}{
		{"the day first in the year", []string{"2009-01-01", "20090102", "2009-01-03 00:00:00", "2009-01-04T00:00"}, []local.Date{"2009-01-01", "2009-01-02", "2009-01-03", "2009-01-04"}},
		{"with words", []string{"1 jan 2009", "2 januari 2009", "3 maj 1999", "den"}, []local.Date{"2009-01-01", "2009-01-02", "1999-05-03", ""}},
		{"with English words", []string{"January 1, 2009", "2 Oct 2009", "3-May-09"}, []local.Date{"2009-01-01", "2009-10-02", "2009-05-03"}},
		{"as numbers of days", []string{"39814", "37408.0", "32599,5"}, []local.Date{"2009-01-01", "2002-06-01", "1989-04-01"}},
		{"with slashes, a day above 12 tells", []string{"25/12/2009", "01/02/2009"}, []local.Date{"2009-12-25", "2009-02-01"}},
		{"with slashes, a second part above 12 tells", []string{"12/25/2009", "01/02/2009"}, []local.Date{"2009-12-25", "2009-01-02"}},
		{"with slashes, most begin on the first", []string{"01/05/1980", "01/11/2001", "01/04/1995"}, []local.Date{"1980-05-01", "2001-11-01", "1995-04-01"}},
		{"with slashes and the month first, most begin on the first", []string{"05/01/1980", "11/01/2001"}, []local.Date{"1980-05-01", "2001-11-01"}},
		{"with dots", []string{"31.12.2009", "1.2.09"}, []local.Date{"2009-12-31", "2009-02-01"}},
		{"short, the year first", []string{"09-01-02", "090102", "2009/1/2"}, []local.Date{"2009-01-02", "2009-01-02", "2009-01-02"}},
		{"a short year long ago", []string{"85-11-01"}, []local.Date{"1985-11-01"}},
		{"days that there are not", []string{"2009-02-30", "31/31/2009", "20091301", "igår", "1850-01-01", "99999999"}, []local.Date{"", "", "", "", "", ""}},
	} {
		d := decideDates(test.column, false, "2012-10-12")
		for i, text := range test.column {
			got, ok := d.parse(text)
			if got != test.want[i] || ok != (test.want[i] != "") {
				t.Errorf("%s: %q is %q, %v, want %q", test.says, text, got, ok, test.want[i])
			}
		}
	}
	if day, ok := (dates{from04: true}).parse("37408"); day != "2006-06-02" || !ok {
		t.Errorf("numbered from 1904: %s", day)
	}
	if day, ok := (dates{}).parse(""); day != "" || !ok {
		t.Error("an empty cell is no mistake")
	}
}

func TestShares(t *testing.T) {
	for _, test := range []struct {
		says   string
		column []string
		want   []int // -1 for what cannot be read
	}{
		{"percent with a comma", []string{"25,00", "87,50", "100,00"}, []int{250, 875, 1000}},
		{"parts of 1", []string{"0.875", "1", "0,5"}, []int{875, 1000, 500}},
		{"all full time", []string{"1", "1"}, []int{1000, 1000}},
		{"with its sign", []string{"75 %", "100%", "37,5 %"}, []int{750, 1000, 375}},
		{"in words", []string{"heltid", "Halvtid", "deltid"}, []int{1000, 500, -1}},
		{"a part of 1 among percent", []string{"75", "0,5", "100"}, []int{750, -1, 1000}},
		{"nothing that is a number", []string{"NaN", "inf", "1e99", "-"}, []int{-1, -1, -1, -1}},
		{"more than full time", []string{"125", "100"}, []int{1250, 1000}},
	} {
		c := decideShares(test.column)
		for i, text := range test.column {
			got, ok := c.parse(text)
			if !ok {
				got = -1
			}
			if got != test.want[i] {
				t.Errorf("%s: %q is %d, want %d", test.says, text, got, test.want[i])
			}
		}
	}
}

func TestNames(t *testing.T) {
	for _, test := range []struct{ cell, given, family string }{
		{"Höglund, Zeynep", "Zeynep", "Höglund"},
		{"von Hagen, Elzbieta Maria", "Elzbieta Maria", "von Hagen"},
		{"Zeynep Höglund", "Zeynep", "Höglund"},
		{"Eva af Ström", "Eva", "af Ström"},
		{"Ann-Sofie Maria von der Lühe", "Ann-Sofie Maria", "von der Lühe"},
		{"Prince", "", "Prince"},
		{"Höglund,", "", "Höglund"},
	} {
		if given, family := splitName(clean(test.cell), false); given != test.given || family != test.family {
			t.Errorf("%q is %q and %q", test.cell, given, family)
		}
	}
	for _, test := range []struct{ cell, given, family string }{
		{"Von Essen Karin", "Karin", "Von Essen"},
		{"Höglund Ann-Sofie", "Ann-Sofie", "Höglund"},
		{"Höglund Anna Maria", "Anna Maria", "Höglund"},
		{"de la Cruz Maria", "Maria", "de la Cruz"},
		{"von Hagen, Elzbieta Maria", "Elzbieta Maria", "von Hagen"},
		{"Prince", "", "Prince"},
	} {
		if given, family := splitName(clean(test.cell), true); given != test.given || family != test.family {
			t.Errorf("the surname first, %q is %q and %q", test.cell, given, family)
		}
	}
	for label, want := range map[string]bool{"Efternamn Förnamn": true, "Efternamn, förnamn": true, "EFTERNAMN OCH FÖRNAMN": true, "Last name, first name": true,
		"Förnamn Efternamn": false, "För- och efternamn": false, "Namn": false, "Efternamn": false, "": false} {
		if surnameFirst(label) != want {
			t.Errorf("%q", label)
		}
	}
	for _, test := range []struct{ cell, want string }{
		{"  Zeynep  ", "Zeynep"}, {"Ann\u00a0Sofie", "Ann Sofie"}, {"A\u030asa", "Åsa"}, {"Eva\u200b", "Eva"}, {"a  b", "a b"}, {"", ""},
	} {
		if got := clean(test.cell); got != test.want {
			t.Errorf("%q is cleaned to %q", test.cell, got)
		}
	}
}

// An identity number is found in words in whichever spelling, and nothing else is taken for one.
func TestNumbersIn(t *testing.T) {
	for _, test := range []struct{ cell, masked, rest string }{
		{"19480322-9949", "19480322-****", ""},
		{"480322-9949", "19480322-****", ""},
		{"4803229949", "19480322-****", ""},
		{"194803229949 (vik)", "19480322-**** (vik)", "(vik)"},
		{"Biblioteket 3 480322 - 9949, vån 2", "Biblioteket 3 19480322-****, vån 2", "Biblioteket 3 , vån 2"},
		{"pnr:480322\u20139949", "pnr:19480322-****", "pnr:"},
		{"101229805", "20010122-****", ""}, // made a number of, it lost its nought
		{"480322-9949 480322-9949", "19480322-**** 19480322-****", ""},
		{"480322-9948", "", ""},
		{"Ring 0155-12 34 56 eller 070-123 45 67", "", ""},
		{"212000-1850", "", ""},
		{"Avdelning 1234567890123", "", ""},
		{"Bibliotekarie 2012-2013, 50 % 2014", "", ""},
		{"x480322-9949", "x19480322-****", "x"},
		{"Anna 480322-**** (480322-9949)", "Anna 480322-**** (19480322-****)", "Anna ()"}, // one that was masked, and one that was not
		{"Anna (480322-9949) 480322-****", "Anna (19480322-****) 480322-****", "Anna ()"},
		{"4803 480322-9949 22-9949", "4803 19480322-**** 22-9949", ""},
	} {
		masked, rest, has := numbersIn(test.cell, "2012-10-12")
		if test.masked == "" {
			test.masked, test.rest = test.cell, test.cell
		}
		if masked != test.masked || rest != test.rest || has != (test.cell != test.masked) {
			t.Errorf("%q: %q and %q, %t", test.cell, masked, rest, has)
		}
	}
}

func TestEssence(t *testing.T) {
	for _, test := range []struct {
		a, b, municipality string
		same               bool
	}{
		{"Köpings stadsbibliotek", "Stadsbiblioteket i Köping", "Köping", true},
		{"Bokbussen", "Bokbussen i Köping", "Köping", true},
		{"Kolsva bibliotek", "Biblioteket i Kolsva", "Köping", true},
		{"Kolsva bibliotek", "Munktorps bibliotek", "Köping", false},
		{"Ullvigymnasiets bibliotek", "Stadsbiblioteket", "Köping", false},
		{"Kolsva bibliotek", "Kolsva bibliotek och mötesplats", "Köping", false},
	} {
		if got := essence(test.a, test.municipality) == essence(test.b, test.municipality); got != test.same {
			t.Errorf("%q and %q: %v", test.a, test.b, got)
		}
	}
}

func TestDayOf(t *testing.T) {
	for _, test := range []struct {
		texts []string
		want  local.Date
	}{
		{[]string{"Personallista bibliotek, per 2012-09-30"}, "2012-09-30"},
		{[]string{"", "koping-2012-09.csv"}, "2012-09-01"},
		{[]string{"uttag 20120815.xlsx"}, "2012-08-15"},
		{[]string{"koping-2012-12.csv"}, ""}, // it has not been yet
		{[]string{"lista.csv", "anst.nr 2012099"}, ""},
		{[]string{"lista 2002-06-01.csv"}, "2002-06-01"}, // long ago
		{[]string{"lista 20121001-1430.csv"}, "2012-10-01"},
		{[]string{"lista 20121001-0938.csv"}, "2012-10-01"}, // though that could be a number, of a child's
		{[]string{"lista 20010122-9805.csv"}, ""},           // somebody's birth, or that of a number mistyped
		{[]string{"lista 20010122-9806.csv"}, ""},
		{[]string{"lista 20010122-****.csv"}, ""},
		{[]string{"lista 20010122-9805 2012-09-30.csv"}, "2012-09-30"},
	} {
		list := List{Name: test.texts[len(test.texts)-1], Parts: []Part{{titles: test.texts[:len(test.texts)-1]}}, today: "2015-10-12"}
		if got := list.told("2012-10-12"); got != test.want {
			t.Errorf("%q tells of %q, want %q", test.texts, got, test.want)
		}
	}
}

// Merged cells tell all rows that they cover where they are, in every column, however many there are.
func TestManyMergedCells(t *testing.T) {
	const rows = 70_000 // in three columns more than a list has rows
	s := sheet.Sheet{Rows: []sheet.Row{{Number: 1, Cells: []string{"Namn", "Arbetsplats", "Kommun", "Arbetsgivare"}}, {Number: 2, Cells: []string{"Ek, Eva", "Filialen", "Köping", "Köpings kommun"}}}}
	for i := range rows {
		s.Rows = append(s.Rows, sheet.Row{Number: 3 + i, Cells: []string{"Al, Bo"}})
	}
	for column := 1; column <= 3; column++ {
		for range 50_000 {
			s.Merged = append(s.Merged, sheet.Span{Column: column, First: 2, Last: rows + 2})
		}
	}
	p, ok := understand(s, nil, false, "2012-10-12")
	if !ok || len(p.rows) != rows+1 {
		t.Fatal(ok, len(p.rows))
	}
	for _, r := range p.rows {
		if told := p.text(r, 1) + p.text(r, 2) + p.text(r, 3); told != "FilialenKöpingKöpings kommun" {
			t.Fatalf("row %d tells %q", r.Number, told)
		}
	}
}

func FuzzValues(f *testing.F) {
	for _, s := range []string{"2009-01-01", "1 jan 2009", "01/02/2009", "39814", "0,875", "75 %", "Höglund, Zeynep", "9999999999999999999", "-0", "0x1p-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		numbersIn(s, "2012-10-12")
		for _, d := range []dates{{today: "2012-10-12"}, {monthFirst: true, from04: true, today: "2012-10-12"}} {
			if day, ok := d.parse(s); ok && day != "" && !day.Valid() {
				t.Errorf("%q is the day %q", s, day)
			}
		}
		for _, c := range []shares{{}, {true}} {
			if n, ok := c.parse(s); ok && (n < -1e6 || n > 1e6) {
				t.Errorf("%q is the share %d", s, n)
			}
		}
		splitName(clean(s), false)
		splitName(clean(s), true)
	})
}
