package roster_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people/roster"
	"kompobib/internal/web/locale"
)

// What is no person is passed over above and below the people, and told; among them it is a mistake, and so is half a person at the end.
func TestPassedOver(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, bo = "19480322-9949;Höglund, Zeynep;Biblioteket;Köping;bibliotekarie;100;2001-01-01;\r\n", ";Ek, Bo;Biblioteket;Köping;bibliotekarie;100;2001-01-01;\r\n"
		for _, test := range []struct {
			says, list string
			passed     []int // rows
			blank      int
			wrong      []string
		}{
			{"a title, a footer and empty rows", "Personal i Köping\r\n" + head + eva + ";;;;;;;\r\n" + bo + "Antal: 2;;;;;;;\r\nUtskriven 2012-09-01;;;;;;;\r\n", []int{1, 6, 7}, 1, nil},
			{"a sum and the headers once more, wherever", head + eva + "Summa;1;;;;;;\r\n" + head + bo, []int{3, 4}, 0, nil},
			{"a sum of many columns, last", head + eva + "Totalt;2;;;;87,5;2,75;45 000\r\n", []int{3}, 0, nil},
			{"somebody who is called as a sum is", "Namn;Arbetsplats;Kommun\r\nAntal Kovács;Biblioteket;Köping\r\nTotalt 1 person;;\r\n", []int{3}, 0, nil},
			{"so, with a number", "Namn;Personnummer;Arbetsplats;Kommun\r\nAntal Kovács;600121-9960;Biblioteket;Köping\r\n", nil, 0, nil},
			{"with a number, and a share", "Namn;Personnummer;Arbetsplats;Kommun;Grad\r\nEk, Bo;;Biblioteket;Köping;50\r\nAntal Kovács;600121-9960;Biblioteket;Köping;100\r\n", nil, 0, nil},
			{"with a number mistyped", "Namn;Personnummer;Arbetsplats;Kommun\r\nAntal Kovács;600121-9961;Biblioteket;Köping\r\n", nil, 0, []string{"2 Personnummer: people.identity-checksum"}},
			{"with a number, and a code for the rest", "Namn;Enhet;Kommun;Sysselsättningsgrad;Personnummer;Anställd from\r\nAntal Kovács;41020;1983;100;600121-9960;2009-01-01\r\n", nil, 0, nil},
			{"so without a number", "Namn;Enhet;Kommun;Sysselsättningsgrad;Anställd from\r\nAntal Kovács;41020;1983;100;2009-01-01\r\n", nil, 0, nil},
			{"with a phone", "Namn;Arbetsplats;Kommun;Mobil\r\nAntal Kovács;Biblioteket;Köping;070-1234567\r\n", nil, 0, nil},
			{"with a title", "Namn;Arbetsplats;Kommun;Titel;Grad\r\nAntal Kovács;Biblioteket;Köping;chef;100\r\n", nil, 0, nil},
			{"with names in two columns", "Förnamn;Efternamn;Arbetsplats;Kommun\r\nAntal;Kovács;Biblioteket;Köping\r\nSumma;2;;\r\n", []int{3}, 0, nil},
			{"with a share and no more", "Namn;Arbetsplats;Kommun;Grad\r\nEk, Bo;Biblioteket;Köping;50\r\nAntal Kovács;Biblioteket;Köping;100\r\n", nil, 0, []string{"3 Namn: roster.sum"}},
			{"with one name only", "Namn;Arbetsplats;Kommun;Titel\r\nEk, Bo;Biblioteket;Köping;chef\r\nAntal;Biblioteket;Köping;chef\r\n", nil, 0, []string{"3 Namn: roster.sum"}},
			{"sums that name their group", "Namn;Arbetsplats;Kommun;Titel\r\nEk, Bo;Biblioteket;Köping;chef\r\nSumma Biblioteket;Biblioteket;Köping;1\r\nTotalt båda;Bussen;Köping;2\r\n" +
				"Summa Köpings bibliotek;;Köping;3\r\nTotalt antal;kvinnor 1;män 1;\r\nSumma anställda;;Köping;1 person\r\nAntal filialer;;;2\r\nSUMMA;Biblioteket;Köping;4\r\n", []int{3, 4, 5, 6, 7, 8, 9}, 0, nil},
			{"one that counts something else, among people", "Namn;Arbetsplats;Kommun;Titel\r\nSumma Bokbussen;Biblioteket;Köping;1\r\nEk, Bo;Biblioteket;Köping;chef\r\n", nil, 0, []string{"2 Namn: roster.sum"}},
			{"at a workplace that is called as a sum is", "Arbetsplats;Namn;Kommun\r\nGrand bibliotek;Ek, Eva;Köping\r\nTotalt;2;\r\n", []int{3}, 0, nil},
			{"a remark among people", head + eva + ";;Filialen är stängd;;;;;\r\n" + bo, nil, 0, []string{"3 Arbetsplats: roster.no-person"}},
			{"two words among people", head + eva + ";;;;Vikarier;2012;;\r\n" + bo, nil, 0, []string{"3 Titel: roster.no-person"}},
			{"the head of a printed page among people", head + eva + "Köpings kommun;;;;;;;Sida 2\r\n" + bo, nil, 0, []string{"3 Personnummer: roster.no-person"}},
			{"a number and nothing else, last", head + eva + "600121-9960;;;;;;;\r\n", nil, 0, []string{"3 Personnummer: roster.no-person"}},
			{"a name and nothing else, last", head + eva + ";Ek, Bo;;;;;;\r\n", nil, 0, []string{"3 Namn: roster.no-person"}},
			{"who made it, last", head + eva + ";Utskriven av Eva Ek;;;;;;\r\n", []int{3}, 0, nil},
		} {
			diff := w.compare("lista.csv", []byte(test.list), roster.Choices{})
			rows := []int(nil)
			for _, at := range diff.Passed.At() {
				rows = append(rows, at.Row)
			}
			if p := diff.Passed; !slices.Equal(rows, test.passed) || p.Count != len(test.passed) || p.Blank != test.blank || !slices.Equal(mistakes(diff), test.wrong) {
				t.Errorf("%s: passed over %v and %d empty, wrong %q", test.says, p.At(), p.Blank, mistakes(diff))
			}
		}
		// Nor has anybody who is called as a sum is, whatever their row tells.
		const short = "Namn;Arbetsplats;Kommun;Grad\r\nEk, Bo;Biblioteket;Köping;50\r\n"
		w.take("lista.csv", []byte("Namn;Arbetsplats;Kommun;Grad;Titel\r\nEk, Bo;Biblioteket;Köping;50;chef\r\nKovács, Antal;Biblioteket;Köping;100;chef\r\n"), roster.Choices{NewEmployer: "Sala kommun", On: "2012-08-01"}, roster.Decisions{})
		sala := w.of("Sala kommun")
		sala.On = "2012-09-01"
		for _, row := range []string{"Antal Kovács;Biblioteket;Köping;100", "Antal Kovács;41020;1983;100", "Antal Kovács;;;100", "ANTAL KOVÁCS;Biblioteket;;1", "antal kovács;Biblioteket;Köping;", "Antal Kovács;Biblioteket;;"} {
			if diff := w.compare("lista.csv", []byte(short+row), sala); diff.Counts[roster.Left] != 0 || diff.Counts[roster.Newcomer] != 0 {
				t.Errorf("%s: %s, %q", row, counts(diff), mistakes(diff))
			}
		}
		// Who is named by half a row has not left.
		choices := roster.Choices{NewEmployer: "Köpings kommun", On: "2012-09-01"}
		w.take("lista.csv", []byte(head+eva+bo), choices, roster.Decisions{})
		choices = w.of("Köpings kommun")
		if diff := w.compare("lista.csv", []byte(head+eva+";Ek, Bo;;;;;;\r\n"), choices); diff.Counts[roster.Left] != 0 {
			t.Errorf("named by half a row: %s", counts(diff))
		}
	})
}

// Where a file has several sheets, a row is told with its sheet, also of those that nobody can place.
func TestRowsOfSheets(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const people = `<row><c><v>Lista</v></c></row><row><c><v>Namn</v></c><c><v>Arbetsplats</v></c><c><v>Kommun</v></c><c><v>Titel</v></c></row>
			<row><c><v>Ek, Eva</v></c><c><v>Biblioteket</v></c><c><v>Köping</v></c><c><v>chef</v></c></row><row><c><v>Ek, Bo</v></c><c><v>Biblioteket</v></c><c><v>Kpöing</v></c><c><v>chef</v></c></row>`
		diff := w.compare("lista.xlsx", workbook(t, people, strings.ReplaceAll(people, "Ek,", "Ny,")), roster.Choices{NewEmployer: "Köpings kommun"})
		if want := []roster.RowAt{{Sheet: "Ett", Row: 4}, {Sheet: "Två", Row: 4}}; !slices.Equal(diff.Lost, want) {
			t.Errorf("lost are %v", diff.Lost)
		}
		if want := []roster.RowAt{{Sheet: "Ett", Row: 1}, {Sheet: "Två", Row: 1}}; !slices.Equal(diff.Passed.At(), want) || !slices.Equal(diff.Passed.Rows, []string{"Ett 1", "Två 1"}) {
			t.Errorf("passed over are %v, shown as %q", diff.Passed.At(), diff.Passed.Rows)
		}
	})
}

// Rows that a spreadsheet program hides are read, and it is told which they are; of merged cells each row tells what stands in them, and headers stand in the lower of two rows.
func TestHiddenAndMergedCells(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		cell := func(texts ...string) (row string) {
			for _, text := range texts {
				row += "<c><v>" + text + "</v></c>"
			}
			return row
		}
		people := "<row>" + cell("Lista", "", "", "") + `</row><row hidden="1">` + cell("", "", "", "Bild") + "</row>" +
			"<row>" + cell("Arbetsplats", "Namn", "Anställning", "") + "</row><row>" + cell("", "", "Befattning", "Kommun") + "</row>" +
			"<row>" + cell("Biblioteket", "Ek, Eva", "chef", "Köping") + `</row><row hidden="1">` + cell("", "Ek, Bo", "chef", "Köping") + "</row>" +
			`<mergeCell ref="A3:A4"/><mergeCell ref="B3:B4"/><mergeCell ref="A5:A6"/>`
		diff := w.compare("lista.xlsx", workbook(t, people, "<row>"+cell("Annat")+"</row>"), roster.Choices{NewEmployer: "Köpings kommun"})
		if len(diff.Mistakes) > 0 || counts(diff) != "2 new, 0 changed, 0 moved, 0 left, 0 unchanged, 0 held" || len(diff.Places) != 1 {
			t.Errorf("%s, %q, %d workplaces", counts(diff), mistakes(diff), len(diff.Places))
		}
		if h := diff.Hidden; h.Count != 1 || !slices.Equal(h.Rows, []string{"6"}) || !slices.Equal(h.At(), []roster.RowAt{{Row: 6}}) {
			t.Errorf("hidden: %+v", h)
		}
	})
}

// workbook is one of two sheets with the given rows.
func workbook(t *testing.T, one, two string) []byte { return workbookOf(t, "Ett", "Två", one, two) }

// workbookOf is one whose sheets have other names.
func workbookOf(t *testing.T, nameOne, nameTwo, one, two string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range []struct{ name, text string }{
		{"xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="` + nameOne + `" r:id="a"/><sheet name="` + nameTwo + `" r:id="b"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/a.xml"/><Relationship Id="b" Type="x/worksheet" Target="worksheets/b.xml"/></Relationships>`},
		{"xl/worksheets/a.xml", "<worksheet><sheetData>" + one + "</sheetData></worksheet>"}, {"xl/worksheets/b.xml", "<worksheet><sheetData>" + two + "</sheetData></worksheet>"},
	} {
		f, err := z.Create(part.name)
		if err == nil {
			_, err = f.Write([]byte(strings.ReplaceAll(part.text, "<c>", `<c t="str">`)))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A list on a sheet that is hidden is not read, and nobody on it has left: the file is refused. A hidden sheet of something else is no matter.
func TestHiddenSheets(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const people = `<row><c><v>Namn</v></c><c><v>Arbetsplats</v></c><c><v>Kommun</v></c><c><v>Titel</v></c></row>
			<row><c><v>Ek, Eva</v></c><c><v>Biblioteket</v></c><c><v>Köping</v></c><c><v>chef</v></c></row>`
		hidden := func(two, state string) error {
			_, err := roster.Read(t.Context(), w.ring, "lista.xlsx", workbookOf(t, "Ett", `Två" state="`+state, people, two), nil, "2012-10-12")
			return err
		}
		for _, state := range []string{"hidden", "veryHidden"} {
			if err := hidden(strings.ReplaceAll(people, "Ek,", "Ny,"), state); !errors.Is(err, roster.ErrHidden) || fmt.Sprint(fault.Of(err)[0].Args) != "[Två]" {
				t.Errorf("people on a %s sheet: %v", state, err)
			}
		}
		if err := hidden(`<row><c><v>Befattningar</v></c></row><row><c><v>chef</v></c></row>`, "hidden"); err != nil {
			t.Errorf("titles to choose from on a hidden sheet: %v", err)
		}
		if err := hidden(strings.ReplaceAll(people, "Ek,", "Ny,"), "visible"); err != nil {
			t.Errorf("a sheet that is said to be visible: %v", err)
		}
	})
}

// Who stands on the list, in whatever row, has not left; and who stands on one that is right besides is no new person.
func TestWhoIsOnTheListHasNotLeft(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, bo = ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ek, Bo;Biblioteket;Köping;chef;100;2001-01-01;\r\n"
		choices := w.staffed(head+eva+bo, "2012-01-01")
		choices.On, choices.LeftOn = "2012-10-01", "2012-10-01"
		for _, test := range []struct{ says, rows, want, wrong string }{
			{"not at all", "", "0 new, 0 changed, 0 moved, 1 left, 1 unchanged, 0 held", ""},
			{"with another municipality's name", ";Ek, Bo;Biblioteket;Kpöing;chef;100;2001-01-01;\r\n", "0 new, 0 changed, 0 moved, 0 left, 1 unchanged, 0 held", "3 Kommun: roster.municipality"},
			{"so, and with a number that nobody has yet", "600121-9960;Ek, Bo;Biblioteket;Kpöing;chef;100;2001-01-01;\r\n", "0 new, 0 changed, 0 moved, 0 left, 1 unchanged, 0 held", "3 Kommun: roster.municipality"},
			{"with a number that cannot be, and another municipality's name", "600121-9961;Ek, Bo;Biblioteket;Kpöing;chef;100;2001-01-01;\r\n", "0 new, 0 changed, 0 moved, 0 left, 1 unchanged, 0 held", "3 Personnummer: people.identity-checksum, 3 Kommun: roster.municipality"},
			{"with such a number and no share", "600121-9960;Ek, Bo;Biblioteket;Köping;chef;;2001-01-01;\r\n", "0 new, 0 changed, 0 moved, 0 left, 1 unchanged, 0 held", "3 Grad: roster.no-share"},
			{"with a formula", ";Ek, Bo;Biblioteket;Köping;chef;=A1;2001-01-01;\r\n", "0 new, 0 changed, 0 moved, 0 left, 1 unchanged, 0 held", "3 Grad: roster.formula"},
			{"with the number of another row", "600121-9960;Ny, Siv;Biblioteket;Köping;chef;100;2011-01-01;\r\n600121-9960;Ek, Bo;Biblioteket;Köping;chef;100;2001-01-01;\r\n",
				"1 new, 0 changed, 0 moved, 0 left, 1 unchanged, 0 held", "4 Personnummer: roster.other-name"},
			{"rightly, and once more without a share", bo + ";Ek, Bo;Biblioteket;Köping;chef;;2001-01-01;\r\n", "0 new, 0 changed, 0 moved, 0 left, 2 unchanged, 0 held", "4 Grad: roster.no-share"},
			{"rightly, and once more in a municipality that is none", bo + ";Ek, Bo;Filialen;Kpöing;chef;50;2001-01-01;\r\n", "0 new, 0 changed, 0 moved, 0 left, 2 unchanged, 0 held", "4 Kommun: roster.municipality"},
		} {
			diff := w.compare("lista.csv", []byte(head+eva+test.rows), choices)
			if got := strings.Join(mistakes(diff), ", "); counts(diff) != test.want || got != test.wrong {
				t.Errorf("Bo stands there %s: %s, %q", test.says, counts(diff), got)
			}
		}
	})
}

// Where rows may be lines of one cell none of them makes a person or a workplace, and nobody whom they may name has left.
func TestRowsThatMayBeACell(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const head = "Namn;Arbetsplats\r\n"
		choices := roster.Choices{NewEmployer: "Köpings kommun", Municipality: w.units["1983"], On: "2012-01-01"}
		w.take("lista.csv", []byte(head+"Ek, Eva;Biblioteket\r\nEk, Bo;Biblioteket\r\nAl, Cia;Biblioteket\r\n"), choices, roster.Decisions{})
		choices = w.of("Köpings kommun")
		choices.Municipality, choices.On, choices.LeftOn = w.units["1983"], "2012-10-01", "2012-10-01"
		const torn = "2 : roster.torn, 3 : roster.torn"
		for _, test := range []struct{ says, rows, want, wrong string }{
			{"an address of two lines", "Ek, Eva;\"Biblioteket; vån 2\r\nStorgatan 1; Köping\"\r\nEk, Bo;Biblioteket\r\n", "0 new, 0 changed, 0 moved, 1 left, 1 unchanged, 0 held", torn},
			{"marks after two workplaces", "Ek, Eva;\"Biblioteket\r\nAl, Cia;Biblioteket\"\r\nEk, Bo;Biblioteket\r\n", "0 new, 0 changed, 0 moved, 0 left, 1 unchanged, 0 held", torn},
			{"marks beside two names", "\"Ek, Eva;Biblioteket\r\nAl, Cia\";Biblioteket\r\nEk, Bo;Biblioteket\r\n", "0 new, 0 changed, 0 moved, 0 left, 1 unchanged, 0 held", torn},
			{"at the end of the list, where remarks stand", "Ek, Bo;Biblioteket\r\nAl, Cia;Biblioteket\r\nEk, Eva;\"Biblioteket\r\n;\r\nKöping; vån 2\"\r\n", "0 new, 0 changed, 0 moved, 0 left, 2 unchanged, 0 held",
				"4 : roster.torn, 6 : roster.torn"},
		} {
			diff := w.compare("lista.csv", []byte(head+test.rows), choices)
			if got := strings.Join(mistakes(diff), ", "); counts(diff) != test.want || got != test.wrong || len(diff.Places) != 1 {
				t.Errorf("%s: %s, %q, %d workplaces", test.says, counts(diff), got, len(diff.Places))
			}
		}
		// Nor do they when the rows to mend are sent: they are left out there, and said to be.
		part := []byte(head + "Ek, Eva;\"Biblioteket; vån 2\r\nStorgatan 1; Köping 480322-9949\"\r\nEk, Bo;\r\nAl, Cia;Biblioteket\r\n")
		bad := w.badRows("lista.csv", part, choices)
		if want := "Namn: " + locale.Swedish.Say("roster.no-person") + ";4;Ek, Bo;;Köping\r\nInte med här: rader som kan vara delar av celler (2, 3). De rättas i listan själv.;;;;\r\n"; !strings.HasSuffix(bad, "Rad;Namn;Arbetsplats;Kommun\r\n"+want) {
			t.Errorf("to mend:\n%s", bad)
		}
		if diff := w.compare("lista.csv", []byte(strings.Replace(bad, "Ek, Bo;", "Ek, Bo;Biblioteket", 1)), choices); counts(diff) != "0 new, 0 changed, 0 moved, 0 left, 1 unchanged, 0 held" || len(diff.Mistakes) != 0 || diff.Passed.Count != 1 {
			t.Errorf("mended: %s, %q", counts(diff), mistakes(diff))
		}
		if imp := w.take("lista.csv", part, choices, roster.Decisions{}); imp.Summary.Torn != 2 || imp.Summary.Cured+1 != imp.Summary.Mistakes {
			t.Errorf("%+v", imp.Summary)
		}
		// A mark that takes the name apart, where commas part the cells, hides nobody either.
		const commas = "Namn,Arbetsplats\r\n\"Ek, Eva\",Biblioteket\r\n\"Ek, Bo\",Biblioteket\r\n"
		for _, row := range []string{"\"Al, Cia,Biblioteket", "Al, Cia\",Biblioteket", "Cia,Al"} {
			if diff := w.compare("lista.csv", []byte(commas+row+"\r\n"), choices); diff.Counts[roster.Left]+diff.Counts[roster.Newcomer] != 0 || len(diff.Mistakes) == 0 {
				t.Errorf("%s: %s, %q", row, counts(diff), mistakes(diff))
			}
		}
		if diff := w.compare("lista.csv", []byte(head+"Ek, Eva;\"Provfilialen; vån 2\r\nStorgatan 1; Skara\"\r\n"), roster.Choices{Employer: choices.Employer}); strings.Join(mistakes(diff), ", ") != torn {
			t.Errorf("where no municipality is told: %q", mistakes(diff))
		}
	})
}

// Nobody has left for a faulty row that may be about them under another name; of others it is told as before.
func TestFaultyRowUnderAnotherName(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const first = "19480322-9949;Höglund, Anna Maria;Biblioteket;Köping;chef;100;2001-01-01;anna@koping.se\r\n;Ek, Bo;Filialen;Köping;chef;100;2001-01-01;\r\n;Ek, Eva;Filialen;Köping;chef;100;2001-01-01;\r\n"
		w.take("lista.csv", []byte(head+first), roster.Choices{NewEmployer: "Köpings kommun", On: "2012-01-01"}, roster.Decisions{})
		choices := roster.Choices{On: "2012-10-01", LeftOn: "2012-10-01"}
		const eva = ";Ek, Eva;Filialen;Köping;chef;100;2001-01-01;\r\n"
		for _, test := range []struct{ says, row, left string }{
			{"somebody else altogether", ";Ny, Siv;Biblioteket;Köping;chef;;2001-01-01;\r\n", "Bo Ek, Anna Maria Höglund"},
			{"married, at the same workplace, without a number", ";Ny, Anna Maria;Biblioteket;Köping;chef;;2001-01-01;\r\n", "Bo Ek"},
			{"so, and called by one of two given names", ";Ny, Anna;Biblioteket;Köping;chef;;2001-01-01;\r\n", "Bo Ek"},
			{"so, with the number mistyped", "19480322-9948;Ny, Anna;Biblioteket;Köping;chef;100;2001-01-01;\r\n", "Bo Ek"},
			{"so, in a municipality that is none", ";Ny, Anna;Biblioteket;Kpöing;chef;100;2001-01-01;\r\n", "Bo Ek"},
			{"that given name at another workplace", ";Ny, Anna;Bokbussen;Köping;chef;;2001-01-01;\r\n", "Bo Ek, Anna Maria Höglund"},
			{"that given name, born another day", "600121-9960;Ny, Anna;Biblioteket;Köping;chef;;2001-01-01;\r\n", "Bo Ek, Anna Maria Höglund"},
			{"another name with her address", ";Ny, Ann-Marie;Bokbussen;Köping;chef;;2001-01-01;anna@koping.se\r\n", "Bo Ek"},
			{"a family name and no given one", ";Ek, ;Filialen;Köping;chef;100;2001-01-01;\r\n", "Anna Maria Höglund"},
			{"two that may be about her, of whom one is right", "19480322-9949;Ny, Anna Maria;Biblioteket;Köping;chef;100;2001-01-01;\r\n;Ny, Bo;Filialen;Köping;chef;;2001-01-01;\r\n", ""},
			{"the name of somebody who is there", ";Ek, Eva;Biblioteket;Köping;chef;;2001-01-01;\r\n", "Bo Ek, Anna Maria Höglund"},
		} {
			diff := w.compare("lista.csv", []byte(head+eva+test.row), choices)
			var left []string
			for _, i := range diff.Items {
				if i.Kind == roster.Left {
					left = append(left, i.Given+" "+i.Family)
				}
			}
			if got := strings.Join(left, ", "); got != test.left || len(diff.Mistakes) != 1 {
				t.Errorf("the row tells of %s: %q left, %q", test.says, got, mistakes(diff))
			}
		}
	})
}

// Who began later than they are said to have left stays, is told of and is not counted among those who have left.
func TestLeftBeforeTheyBegan(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, bo, cia = ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ek, Bo;Biblioteket;Köping;chef;100;2012-03-01;\r\n", ";Ek, Cia;Biblioteket;Köping;chef;100;2001-01-01;\r\n"
		const dan = "600121-9960;Ek, Dan;Biblioteket;Köping;chef;50;2001-01-01;\r\n600121-9960;Ek, Dan;Filialen;Köping;chef;50;2012-05-01;\r\n" // one of two
		choices := w.staffed(head+eva+bo+cia+dan, "2012-09-01")
		choices.On, choices.LeftOn = "2012-10-01", "2012-02-01"
		diff := w.compare("lista.csv", []byte(head+eva), choices)
		if got := counts(diff); got != "0 new, 0 changed, 0 moved, 1 left, 1 unchanged, 0 held" || !slices.Equal(mistakes(diff), []string{"0 : roster.early", "0 : roster.early"}) {
			t.Fatalf("%s, %q", got, mistakes(diff))
		}
		if m := diff.Mistakes[0]; m.Who().Given != "Bo" || m.Cure() != roster.InChoices || m.Fault.Args[0] != local.Date("2012-03-01") {
			t.Errorf("%+v of %s", m, m.Who().Given)
		}
		imp := w.take("lista.csv", []byte(head+eva), choices, roster.Decisions{})
		if imp.Summary.Applied[roster.Left] != 1 || !slices.Equal(imp.Summary.Early, []string{diff.Mistakes[0].Who().ID, diff.Mistakes[1].Who().ID}) {
			t.Errorf("%+v", imp.Summary)
		}
		stay, err := db.Values[string](t.Context(), d, `SELECT p.given FROM employment e JOIN person p ON p.id = e.person WHERE e.valid_to IS NULL ORDER BY p.given`)
		if err != nil || !slices.Equal(stay, []string{"Bo", "Dan", "Dan", "Eva"}) {
			t.Errorf("%q stay, %v", stay, err)
		}
		list, err := roster.Read(t.Context(), w.ring, "lista.csv", []byte(head+eva), nil, w.today())
		if err != nil {
			t.Fatal(err)
		}
		for _, choices.LeftOn = range []local.Date{"2001-02-01", "2021-02-01"} {
			if _, err := roster.Compare(t.Context(), d, office, list, choices); fault.Of(err).In("left_on") == nil {
				t.Errorf("%s, of another decade: %v", choices.LeftOn, err)
			}
		}
	})
}

// What is wrong with most rows in the same way may be the column; what only the mapping cures is in no file of rows to mend.
func TestCures(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		row := func(name, grade string) string {
			return ";Ek, " + name + ";Biblioteket;Köping;chef;" + grade + ";2001-01-01;\r\n"
		}
		for _, test := range []struct {
			says, list string
			want       roster.Cure
			rows       int
		}{
			{"one row", head + row("Eva", "hel") + row("Bo", "100"), roster.InList, 1},
			{"most rows", head + row("Eva", "hel") + row("Bo", "halv") + row("Cia", "ett") + row("Dan", "100"), roster.InColumn, 3},
			{"no column", "Personnummer;Namn\r\n19480322-9949;Ek, Eva\r\n", roster.InChoices, 0},
		} {
			list, err := roster.Read(t.Context(), w.ring, "lista.csv", []byte(test.list), nil, w.today())
			if err != nil {
				t.Fatal(err)
			}
			diff := w.compare("lista.csv", []byte(test.list), roster.Choices{})
			rows := 0
			for range roster.BadRows(list, diff, roster.BadLabels{Field: func(f roster.Field) string { return string(f) }}, func(string, ...any) string { return "" }).Rows {
				rows++
			}
			if len(diff.Mistakes) == 0 || diff.Mistakes[0].Cure() != test.want || rows != test.rows {
				t.Errorf("%s: %q, %d rows to mend", test.says, mistakes(diff), rows)
			}
		}
	})
}

// Who has time recorded for later days than they are said to have left on stays, which is told when the list is looked at.
func TestLeftWithTime(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, bo = ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ek, Bo;Biblioteket;Köping;chef;100;2001-01-01;\r\n"
		choices := w.staffed(head+eva+bo, "2012-01-01")
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			person, err := db.Value[string](ctx, tx, `SELECT id FROM person WHERE given = 'Bo'`)
			if err == nil {
				err = db.Lock(ctx, tx, "person", person)
			}
			if err != nil {
				return err
			}
			for _, query := range []string{
				`INSERT INTO programme (id, slug, name, short_name, funding_period, state, starts, ends, zone) VALUES ('p', 'p', 'P', 'P', '2007-2013', 'running', '2011-01-01', '2013-12-31', 'UTC')`,
				`INSERT INTO activity (id, programme, kind, title) VALUES ('a', 'p', 'lecture', 'A')`,
				`INSERT INTO occasion (id, activity, capacity, opens, closes) VALUES ('o', 'a', 10, '2011-01-01 00:00:00', '2011-01-02 00:00:00')`,
				`INSERT INTO meeting (id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month) VALUES ('m', 'o', '2012-06-01', '09:00', '10:00', 'UTC', '2012-06-01 09:00:00', '2012-06-01 10:00:00', 60, '2012-06')`,
				`INSERT INTO attendance (meeting, person, employment, minutes, source, recorded_by, recorded_at) SELECT 'm', p.id, e.id, 60, 'organiser', 'o', '2012-06-01 10:00:00' FROM person p JOIN employment e ON e.person = p.id WHERE p.given = 'Bo'`,
			} {
				if _, err := tx.Exec(ctx, query); err != nil {
					return err
				}
			}
			return audit.Record(ctx, tx, audit.Event{Act: "record", Entity: "meeting", Row: "m"})
		})
		choices.On = "2012-10-01"
		for _, test := range []struct {
			left    local.Date
			leavers int
			wrong   []string
		}{{"", 1, nil}, {"2012-03-01", 0, []string{"0 : roster.time-given"}}, {"2012-07-01", 1, nil}} {
			choices.LeftOn = test.left
			diff := w.compare("lista.csv", []byte(head+eva), choices)
			if diff.Counts[roster.Left] != test.leavers || !slices.Equal(mistakes(diff), test.wrong) {
				t.Errorf("gone from %q: %s, %q", test.left, counts(diff), mistakes(diff))
			}
		}
		choices.LeftOn = "2012-03-01"
		if imp := w.take("lista.csv", []byte(head+eva), choices, roster.Decisions{}); len(imp.Summary.Given) != 1 || len(imp.Summary.Early) > 0 || imp.Summary.Applied[roster.Left] != 0 || imp.Summary.Cured != 1 {
			t.Errorf("%+v", imp.Summary)
		}
	})
}

// The employer is guessed also where each row tells its municipality: by the heading, or because it is one and the same.
func TestEmployerOfRowsWithMunicipality(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const library, bus = ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ek, Bo;Filialen;Kungsör;chef;100;2001-01-01;\r\n"
		tests := []struct{ heading, rows, want string }{
			{"Personallista Köpings kommun\r\n", library, "Köpings kommun"},
			{"Personallista Köpings kommun\r\n", library + bus, "Köpings kommun"},
			{"", library, "Köpings kommun"},
			{"Personallista Region Västmanland\r\n", library, "Region Västmanlands län"},
			{"", strings.ReplaceAll(library, "Biblioteket", "Sjukhusbiblioteket"), "Region Västmanlands län"},
		}
		for _, test := range tests {
			if e := w.compare("lista.csv", []byte(test.heading+head+test.rows), roster.Choices{}).Employer; e.ID != "" || e.Name != test.want {
				t.Errorf("%q %q: proposed %+v", test.heading, test.rows, e)
			}
		}
		w.take("lista.csv", []byte(head+bus), roster.Choices{NewEmployer: "Kungsörs kommun"}, roster.Decisions{})
		w.take("lista.csv", []byte(head+strings.ReplaceAll(library, "Eva", "Cia")), roster.Choices{NewEmployer: "Köpings kommun"}, roster.Decisions{})
		for _, test := range tests[:3] {
			if e := w.compare("lista.csv", []byte(test.heading+head+test.rows), roster.Choices{}).Employer; e.ID == "" || e.Name != test.want {
				t.Errorf("%q %q: found %+v", test.heading, test.rows, e)
			}
		}
	})
}

// A number whose row has none of the person's names is taken for nobody until someone has said so, and never for someone new.
func TestNumberWithOtherNames(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		row := func(name, place string) []byte {
			return []byte(head + "600121-9960;" + name + ";" + place + ";Köping;chef;100;2001-01-01;\r\n")
		}
		w.take("lista.csv", row("Ek Berg, Eva Maria", "Biblioteket"), roster.Choices{NewEmployer: "Köpings kommun", On: "2012-01-01"}, roster.Decisions{})
		choices := w.of("Köpings kommun")
		choices.On = "2012-10-01"
		for _, test := range []struct{ name, want string }{
			{"Ny, Siv", "0 new, 0 changed, 0 moved, 0 left, 0 unchanged, 1 held"},
			{"Ny, Maria", "0 new, 0 changed, 1 moved, 0 left, 0 unchanged, 0 held"},
			{"Berg, Siv", "0 new, 0 changed, 1 moved, 0 left, 0 unchanged, 0 held"},
			{"Eva, Ek", "0 new, 0 changed, 1 moved, 0 left, 0 unchanged, 0 held"}, // the wrong way round
		} {
			if got := counts(w.compare("lista.csv", row(test.name, "Filialen"), choices)); got != test.want {
				t.Errorf("%s: %s", test.name, got)
			}
		}
		diff := w.compare("lista.csv", row("Ny, Siv", "Filialen"), choices)
		if o := diff.Duplicates; len(o) != 1 || o[0].Reason != roster.OtherNames || o[0].Row != 2 || !o[0].Held {
			t.Fatalf("%+v", o)
		}
		for _, said := range []string{"", roster.AsNew, roster.AsSame} {
			w.take("lista.csv", row("Ny, Siv", "Filialen"), choices, roster.Decisions{Rows: map[string]string{diff.Items[0].Mark(): said}})
			names, err := db.Values[string](t.Context(), d, `SELECT given FROM person`)
			if want := map[bool]string{true: "Siv", false: "Eva Maria"}[said == roster.AsSame]; err != nil || !slices.Equal(names, []string{want}) {
				t.Errorf("said %q: %q, %v", said, names, err)
			}
		}
	})
}

// Two who are called the same and told the same of are one row too many, or two persons: nobody of that name has left before the list says.
func TestNamesakesToldAsOneHaveNotLeft(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const columns = "Namn;Arbetsplats;Kommun;Titel;Grad;Anställd from;Mobil\r\n"
		const eva, bo = "Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;070-1\r\n", "Ek, Bo;Biblioteket;Köping;chef;100;2001-01-01;"
		w.take("lista.csv", []byte(columns+eva+bo+"070-2\r\n"+bo+"070-3\r\n"), roster.Choices{NewEmployer: "Köpings kommun", On: "2012-01-01"}, roster.Decisions{})
		choices := w.of("Köpings kommun")
		choices.On, choices.LeftOn = "2012-10-01", "2012-10-01"
		for _, test := range []struct {
			says, rows string
			left       int
		}{
			{"both, without their phones", eva + bo + "\r\n" + bo + "\r\n", 0},
			{"both, with their phones", eva + bo + "070-2\r\n" + bo + "070-3\r\n", 0},
			{"one of them", eva + bo + "\r\n", 1},
			{"both, and of Eva nothing", bo + "\r\n" + bo + "\r\n", 1},
		} {
			if got := w.compare("lista.csv", []byte(columns+test.rows), choices).Counts[roster.Left]; got != test.left {
				t.Errorf("the list tells of %s: %d left, want %d", test.says, got, test.left)
			}
		}
	})
}
