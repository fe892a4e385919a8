package roster_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/people/roster"
	"kompobib/internal/sheet"
	"kompobib/internal/web/locale"
)

// wide begins a list whose rows tell of phone and employer too.
const wide = "Namn;Arbetsplats;Kommun;Titel;Grad;Mobil;Organisationsnummer\r\n"

// What a row to mend says besides what is wrong with it means the same when it is sent again.
func TestBadRowsMeanTheSameWhenSentAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const good = "Ek, Eva;Biblioteket;Köping;chef;50;070-123 45 67;212000-2114\r\n"
		for _, test := range []struct{ says, row, handed, wrong string }{
			{"a phone without a space", "Ek, Bo;Biblioteket;Köping;;50;0701234567;\r\n", "Ek, Bo;Biblioteket;Köping;;50 %;0701234567;", ""},
			{"a phone with spaces that could be a number of birth", "Ek, Bo;Biblioteket;Köping;;50;070 123 45 69;\r\n", "Ek, Bo;Biblioteket;Köping;;50 %;070 123 45 69;", ""},
			{"a phone that lost its nought", "Ek, Bo;Biblioteket;Köping;;50;701234569;\r\n", "Ek, Bo;Biblioteket;Köping;;50 %;701234569;", ""},
			{"a phone with its country, in parts", "Ek, Bo;Biblioteket;Köping;;50;+46 11 15 00 14;\r\n", "Ek, Bo;Biblioteket;Köping;;50 %;'+46 11 15 00 14;", ""},
			{"a phone that could be a number of one born in 2001", "Ek, Bo;Biblioteket;Köping;;50;0101010007;\r\n", "Ek, Bo;Biblioteket;Köping;;50 %;0101010007;", ""},
			{"a phone with its country", "Ek, Bo;Biblioteket;Köping;;50;+46701234567;\r\n", "Ek, Bo;Biblioteket;Köping;;50 %;'+46701234567;", ""},
			{"the number of an employer", "Ek, Bo;Biblioteket;Köping;;50;;2120002114\r\n", "Ek, Bo;Biblioteket;Köping;;50 %;;2120002114", ""},
			{"that of an employer who is a person", "Ek, Bo;Biblioteket;Köping;;50;;480322-9949\r\n", "Ek, Bo;Biblioteket;Köping;;50 %;;480322-****", ""},
			{"a person's number among phones", "Ek, Bo;Biblioteket;Köping;;50;480322-9949;\r\n", "Ek, Bo;Biblioteket;Köping;;50 %;480322-****;", "2 Mobil: roster.number"},
			{"a share that nobody can know", "Ek, Bo;Biblioteket;Köping;;1;;\r\n", "Ek, Bo;Biblioteket;Köping;;1 ?;;", "2 Grad: roster.share"},
			{"a half of the same", "Ek, Bo;Biblioteket;Köping;;0,5;;\r\n", "Ek, Bo;Biblioteket;Köping;;0,5 ?;;", "2 Grad: roster.share"},
		} {
			bad := w.badRows("lista.csv", []byte(wide+good+test.row), roster.Choices{NewEmployer: "Köpings kommun"})
			if !strings.HasSuffix(bad, test.handed+"\r\n") {
				t.Errorf("%s is handed out as\n%s", test.says, bad)
			}
			again := w.compare("lista.csv", []byte(strings.Replace(bad, "Köping;;", "Köping;chef;", 1)), roster.Choices{NewEmployer: "Köpings kommun"})
			if got := strings.Join(mistakes(again), ", "); got != test.wrong {
				t.Errorf("%s, with a title put in: %q", test.says, got)
			}
		}
	})
}

// The four last of what may be an identity number are hidden however it is written, and what is handed out is text.
func TestBadRowsHideNumbers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		for _, test := range []struct{ says, number, handed string }{
			{"spaces after it", "600121-9961  ", ";600121-****;"},
			{"a space that does not break", "600121-9961\u00a0", ";600121-****;"},
			{"letters of two bytes", "sextioåååå", ";sextio****;"},
		} {
			if bad := w.badRows("lista.csv", []byte(head+test.number+";Ek, Bo;Biblioteket;Köping;chef;100;2001-01-01;\r\n"), roster.Choices{NewEmployer: "Köpings kommun"}); !strings.Contains(bad, test.handed) {
				t.Errorf("%s: %q", test.says, bad)
			}
		}
	})
}

// A number of which a nought was lost is hidden in whichever column it stands, also in one that is not read, and in what is said of it.
func TestNineDigitsAreHidden(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const head, nine = "Namn;Arbetsplats;Kommun;Befattning;Född;Anteckning\r\n", "101229805"
		for _, row := range []string{"Nio, Ett;Filialen;Köping;" + nine + ";;", "Nio, Två;" + nine + ";Köping;chef;;", "Nio, Tre;Filialen;Köping;chef;" + nine + ";", "Nio, Fyra;;Köping;chef;;" + nine, "Nio, Fem;Filialen;" + nine + ";chef;;"} {
			choices := roster.Choices{NewEmployer: "Köpings kommun"}
			diff := w.compare("lista.csv", []byte(head+row), choices)
			if len(diff.Mistakes) != 1 {
				t.Fatalf("%q: %q", row, mistakes(diff))
			}
			told := w.badRows("lista.csv", []byte(head+row), choices) + roster.Told(diff.Mistakes[0].Fault, locale.English.Say)
			if strings.Contains(told, nine) || !strings.Contains(told, "0122-****") {
				t.Errorf("%q is handed out as %s", row, told)
			}
		}
	})
}

// More in a cell than anybody is called is a mistake, and no more than its beginning is shown.
func TestLongCells(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		long := strings.Repeat("1 ", 16_000)
		const head = "Namn;Arbetsplats;Kommun;Befattning;Grad;Anteckning\r\n"
		choices := roster.Choices{NewEmployer: "Köpings kommun"}
		list := []byte(head + "Ek, Eva;Filialen;Köping;" + long + ";100;" + long + "480322-9949\r\nEk, Bo;" + long + ";Köping;chef;100;\r\nEk, Cia;Filialen;Köping;chef;100;" + long + "\r\nEk, Dan;Filialen;Köping;chef;" + long + ";\r\n")
		diff := w.compare("lista.csv", list, choices)
		if got := mistakes(diff); !slices.Equal(got, []string{"2 Befattning: people.long", "3 Arbetsplats: people.long", "5 Grad: roster.share"}) || diff.Counts[roster.Newcomer] != 1 {
			t.Errorf("%q, %s", got, counts(diff))
		}
		if bad := w.badRows("lista.csv", list, choices); len(bad) > 5_000 || strings.Contains(bad, "9949") {
			t.Errorf("%d bytes to mend", len(bad))
		}
	})
}

// Rows that are still wrong after they have been mended are handed out again with one column for what is wrong and one for where they stood in the first file.
func TestBadRowsAreMendedTwice(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		choices := roster.Choices{NewEmployer: "Köpings kommun"}
		list := head + ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n;Ek, Bo;Biblioteket;Köping;;100;2001-01-01;\r\n;Ny, Siv;Biblioteket;Köping;;100;2001-01-01;\r\n"
		once := w.badRows("lista.csv", []byte(list), choices)
		if twice := w.badRows("lista.csv", []byte(once), choices); twice != once {
			t.Errorf("once\n%s\ntwice\n%s", once, twice)
		}
		const same = "480322-9949"
		once = w.badRows("lista.csv", []byte(head+"480322-9949;Ek, Eva;Biblioteket;Köping;;100;2001-01-01;\r\n480322-9949;Ny, Siv;Biblioteket;Köping;;100;2001-01-01;\r\n"), choices)
		mended := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(once, "19480322-****", same), "Köping;;", "Köping;chef;"), ";2;", ";12;")
		if twice := w.badRows("lista.csv", []byte(mended), choices); !strings.Contains(twice, "rad 12") {
			t.Errorf("what is wrong says nothing of the row in the first file:\n%s", twice)
		}
	})
}

// A row tells its municipality also where the list has a column for it and leaves the cell empty.
func TestBadRowsTellTheirMunicipality(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		sheets := func(cell string) string {
			return sheetOf("Namn;Arbetsplats;Kommun;Befattning", "Ek, Eva;Biblioteket;"+cell+";")
		}
		bad := w.badRows("lista.xlsx", workbookOf(t, "Kungsör", "Köping", sheets(""), sheets("Sala")), roster.Choices{NewEmployer: "Kommunalförbundet"})
		for _, want := range []string{";Kungsör 2;Ek, Eva;Biblioteket;Kungsör;\r\n", ";Köping 2;Ek, Eva;Biblioteket;Sala;\r\n"} {
			if !strings.Contains(bad, want) {
				t.Errorf("%q is not in\n%s", want, bad)
			}
		}
	})
}

// Columns that were chosen by hand, or known by what stood in them, have names in a list of bad rows by which they are known.
func TestBadRowsKeepWhatColumnsMean(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const where = ";Biblioteket;Köping;"
		for _, test := range []struct {
			says, list string
			mapping    roster.Mapping
			columns    string
		}{
			{"chosen by hand", "Vem;Arbetsplats;Kommun;Kallas;Befattning\r\n\"Ek, Eva\"" + where + "chef;1\r\n\"Ek, Bo\"" + where + ";2\r\n",
				roster.Mapping{roster.Name: "Vem", roster.Title: "Kallas"}, "Hela namnet;Arbetsplats;Kommun;Befattning"},
			{"of which one has another's name", "Titel;Arbetsplats;Kommun;Namn\r\n\"Ek, Eva\"" + where + "chef\r\n\"Ek, Bo\"" + where + "\r\n",
				roster.Mapping{roster.Name: "Titel", roster.Title: "Namn"}, "Hela namnet;Arbetsplats;Kommun;Befattning"},
			{"known by what stands there", "X;Namn;Arbetsplats;Kommun;Titel\r\n480322-9949;\"Ek, Eva\"" + where + "chef\r\n600121-9960;\"Ek, Bo\"" + where + "\r\n19600121-9960;\"Ek, Bo\"" + where + "\r\n",
				nil, "Personnummer;Namn;Arbetsplats;Kommun;Titel"},
		} {
			choices := roster.Choices{NewEmployer: "Köpings kommun", Mapping: test.mapping}
			bad := w.badRows("lista.csv", []byte(test.list), choices)
			if columns, _, _ := strings.Cut(bad, "\r\n"); columns != "Vad som är fel;Rad;"+test.columns {
				t.Errorf("%s: %s", test.says, bad)
			}
			diff := w.compare("lista.csv", []byte(bad), roster.Choices{NewEmployer: "Köpings kommun"})
			if got := mistakes(diff); len(got) == 0 || slices.ContainsFunc(got, func(m string) bool { return !strings.HasSuffix(m, ": people.title") }) {
				t.Errorf("%s: sent again %q", test.says, got)
			}
		}
	})
}

// What we call a field ourselves is known as that field, in both languages.
func TestOurNamesOfFieldsAreKnown(t *testing.T) {
	for _, l := range locale.Languages {
		for _, f := range roster.Fields {
			name := l.Say("roster-field." + string(f))
			parts, err := roster.Understand(sheet.Book{Sheets: []sheet.Sheet{{Rows: []sheet.Row{{Number: 1, Cells: []string{"Ålder", name, "Lön"}}}}}}, roster.Mapping{roster.Workplace: "Ålder", roster.Title: "Lön"}, "2012-09-01")
			if f == roster.Workplace || f == roster.Title {
				parts, err = roster.Understand(sheet.Book{Sheets: []sheet.Sheet{{Rows: []sheet.Row{{Number: 1, Cells: []string{"Ålder", name, "Namn"}}}}}}, nil, "2012-09-01")
			}
			if err != nil || len(parts) != 1 || parts[0].Label(f) != name {
				t.Errorf("%q is not known as %s: %v", name, f, fmt.Sprint(parts, err))
			}
		}
	}
}
