package roster_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
	"kompobib/internal/sheet"
	"kompobib/internal/web/locale"
)

// sheetOf is the rows of a sheet, its cells parted by semicolons.
func sheetOf(rows ...string) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString("<row>")
		for cell := range strings.SplitSeq(r, ";") {
			b.WriteString("<c><v>" + cell + "</v></c>")
		}
		b.WriteString("</row>")
	}
	return b.String()
}

// badRows are the rows to mend of a list, as CSV without its mark.
func (w *world) badRows(name string, content []byte, choices roster.Choices) string {
	w.t.Helper()
	list, err := roster.Read(w.t.Context(), w.ring, name, content, choices.Mapping, w.today())
	if err != nil {
		w.t.Fatal(err)
	}
	var b bytes.Buffer
	table := roster.BadRows(list, w.compare(name, content, choices), roster.BadLabels{Wrong: "Vad som är fel", Row: "Rad", Field: func(f roster.Field) string { return locale.Swedish.Say("roster-field." + string(f)) }}, locale.Swedish.Say)
	if err := table.Write(&b, sheet.CSV); err != nil {
		w.t.Fatal(err)
	}
	return strings.TrimPrefix(b.String(), "\ufeff")
}

// The rows to mend of several sheets come in one list, each told with its sheet, in columns that mean the same though the sheets call and write them otherwise. Mended and
// sent again they are understood as they were meant.
func TestBadRowsOfSheets(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		one := sheetOf("Personnummer;Namn;Arbetsplats;Kommun;Titel;Grad;Anställd from;Lön",
			"480322-9949;Ek, Eva;Biblioteket;Köping;;100;03/02/2001;1", "600121-9960;Ek, Bo;Biblioteket;Köping;chef;75;25/12/2001;2") // the day first, as Bo's says
		two := sheetOf("Förnamn;Efternamn;Enhet;Kommun;Befattning;Grad;Startdatum;Arbetsplats nr",
			"Cia;Ny;Filialen;Kpöing;assistent;0,5;02/03/2001;7", "Dan;Ny;Filialen;Köping;assistent;1;12/25/2001;8") // the month first
		content := workbook(t, one, two)
		diff := w.compare("lista.xlsx", content, roster.Choices{NewEmployer: "Köpings kommun"})
		if got := counts(diff); got != "2 new, 0 changed, 0 moved, 0 left, 0 unchanged, 0 held" || len(diff.Mistakes) != 2 {
			t.Fatalf("%s, %q", got, mistakes(diff))
		}
		bad := w.badRows("lista.xlsx", content, roster.Choices{NewEmployer: "Köpings kommun"})
		want := "Vad som är fel;Rad;Personnummer;Namn;Arbetsplats;Kommun;Titel;Grad;Anställd from;Lön;Förnamn;Efternamn;Arbetsplats nr\r\n" +
			"Titel: %s;Ett 2;19480322-****;Ek, Eva;Biblioteket;Köping;;100 %%;2001-02-03;1;;;\r\n" +
			"Kommun: %s;Två 2;;;Filialen;Kpöing;assistent;50 %%;2001-02-03;;Cia;Ny;7\r\n"
		m := diff.Mistakes
		if want = fmt.Sprintf(want, locale.Swedish.Say(m[0].Fault.Code, m[0].Fault.Args...), locale.Swedish.Say(m[1].Fault.Code, m[1].Fault.Args...)); bad != want {
			t.Errorf("to mend:\n%s\nwant\n%s", bad, want)
		}
		mended := strings.Replace(strings.ReplaceAll(bad, "Kpöing", "Köping"), "Köping;;", "Köping;chef;", 1)
		diff = w.compare("Rader att rätta Köpings kommun 2012-09-01.csv", []byte(mended), roster.Choices{})
		var people []string
		for _, i := range diff.Items {
			people = append(people, strings.Join([]string{i.Given, i.Family, i.Workplace}, " "))
		}
		if !diff.Mended || locale.English.Say("roster.wrong") != "What is wrong" || locale.Swedish.Say("roster.wrong") != "Vad som är fel" {
			t.Error("it is not known as mended")
		}
		if want := []string{"Eva Ek Biblioteket", "Cia Ny Filialen"}; !slices.Equal(people, want) || len(diff.Mistakes) > 0 || diff.Employer.Name != "Köpings kommun" || diff.On != "2012-09-01" {
			t.Errorf("mended: %q of %s on %s, %q", people, diff.Employer.Name, diff.On, mistakes(diff))
		}
	})
}

// What was chosen by hand for an employer's list holds for the next with the same columns, and for no other employer's.
func TestChoicesAreRememberedForAnEmployer(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		list := func(name string) []byte {
			return []byte("Vem;Arbetsplats;Kommun;Roll\r\n\"Ek, " + name + "\";Biblioteket;Köping;chef\r\n")
		}
		mapping := roster.Mapping{roster.Name: "Vem", roster.Title: "Roll"}
		w.take("lista.csv", list("Eva"), roster.Choices{NewEmployer: "Köpings kommun", Mapping: mapping}, roster.Decisions{})
		for employer, want := range map[string]string{"Köpings kommun": "chef", "Sala kommun": ""} {
			choices, err := roster.EmployerChoice(t.Context(), d, employer)
			if err != nil {
				t.Fatal(err)
			}
			_, diff, all, err := roster.Prepare(t.Context(), d, w.ring, office, "nästa.csv", list("Bo"), choices, w.today())
			if err != nil {
				t.Fatal(err)
			}
			if known := len(all.Mapping) == 2 && len(diff.Mistakes) == 0; known != (want != "") {
				t.Errorf("%s: %v, %q", employer, all.Mapping, mistakes(diff))
			}
		}
	})
}

// Who is not among rows that have been mended has not left.
func TestMendedRowsAreNoWholeList(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const eva, bo = ";Ek, Eva;Biblioteket;Köping;chef;100;2001-01-01;\r\n", ";Ek, Bo;Biblioteket;Köping;chef;100;2001-01-01;\r\n"
		w.take("lista.csv", []byte(head+eva+bo), roster.Choices{NewEmployer: "Köpings kommun", On: "2012-01-01"}, roster.Decisions{})
		choices := roster.Choices{On: "2012-10-01", LeftOn: "2012-10-01"}
		for list, want := range map[string]int{head + eva: 1, "Vad som är fel;Rad;" + head + "Fel;3;" + eva: 0, "What is wrong;Row;" + head + "Wrong;3;" + eva: 0} {
			if diff := w.compare("lista.csv", []byte(list), choices); diff.Counts[roster.Left] != want || diff.Mended != (want == 0) || len(diff.Mistakes) > 0 {
				t.Errorf("%q: %s, %q", list, counts(diff), mistakes(diff))
			}
		}
	})
}

// A row says of another on which sheet it stands; sheets come in the order of the file; and a sheet that is called after a municipality is of its workplaces.
func TestSheetsOfAFile(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const labels = "Personnummer;Namn;Arbetsplats;Befattning"
		content := workbook(t, sheetOf(labels, "480322-9949;Ek, Eva;Biblioteket;chef", ";;Bussen;"), sheetOf(labels, "19480322-9949;Ek, Eva;Biblioteket;chef", "480322-9949;Ny, Siv;Biblioteket;chef"))
		diff := w.compare("köping.xlsx", content, roster.Choices{NewEmployer: "Köpings kommun"})
		if o := diff.Duplicates; len(o) != 1 || o[0].Sheet != "Två" || o[0].Row != 2 || o[0].Other != (roster.RowAt{Sheet: "Ett", Row: 2}) || o[0].Reason != roster.Spelling {
			t.Errorf("%+v", o)
		}
		if m := diff.Mistakes; len(m) != 1 || m[0].Sheet != "Två" || fmt.Sprint(m[0].Fault.Args...) != "Ett 2" {
			t.Errorf("%+v", m)
		}

		content = workbookOf(t, "Köping", "Arboga", sheetOf(labels, ";Ek, Eva;Biblioteket;chef"), sheetOf(labels, ";Ek, Bo;Biblioteket;chef"))
		diff = w.compare("lista.xlsx", content, roster.Choices{NewEmployer: "Kommunalförbundet"})
		if got := strings.Join(mistakes(diff), ", "); got != "2 Arbetsplats: roster.no-municipality" {
			t.Errorf("a sheet that is called as no municipality is: %q", got)
		}
		content = workbookOf(t, "Kungsör", "Köping", sheetOf(labels, ";Ek, Eva;Biblioteket;chef"), sheetOf(labels, ";Ek, Bo;Biblioteket;chef"))
		diff = w.compare("lista.xlsx", content, roster.Choices{NewEmployer: "Kommunalförbundet"})
		var where []string
		for _, p := range diff.Places {
			where = append(where, p.Parent)
		}
		faulty := workbookOf(t, "Kungsör", "Köping", sheetOf(labels, ";Ek, Eva;Biblioteket;"), sheetOf(labels, ";Ek, Bo;Biblioteket;"))
		if bad := w.badRows("lista.xlsx", faulty, roster.Choices{NewEmployer: "Kommunalförbundet"}); !strings.Contains(bad, ";Kungsör 2;;Ek, Eva;Biblioteket;;Kungsör\r\n") || !strings.Contains(bad, ";Köping 2;;Ek, Bo;Biblioteket;;Köping\r\n") {
			t.Errorf("the rows to mend do not say where they belong: %s", bad)
		}
		if want := []string{w.units["1960"], w.units["1983"]}; !slices.Equal(where, want) || len(diff.Mistakes) > 0 {
			t.Errorf("workplaces in %q, %q", where, mistakes(diff))
		}
	})
}

// A sheet that is called as a municipality is without meaning it is overruled by the municipality that was chosen for the list.
func TestChosenMunicipalityGoesBeforeSheets(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const labels = "Namn;Arbetsplats;Befattning"
		content := workbookOf(t, "Sala", "Köping", sheetOf(labels, "Ek, Eva;Biblioteket;chef"), sheetOf(labels, "Ek, Bo;Bussen;chef"))
		for _, test := range []struct{ says, chosen, one, two string }{
			{"nothing", "", "1981", "1983"}, {"that of one of them", "1983", "1983", "1983"}, {"a third", "1960", "1960", "1960"},
		} {
			var where []string
			for _, p := range w.compare("lista.xlsx", content, roster.Choices{NewEmployer: "Kommunalförbundet", Municipality: w.units[test.chosen]}).Places {
				where = append(where, p.Parent)
			}
			if want := []string{w.units[test.one], w.units[test.two]}; !slices.Equal(where, want) {
				t.Errorf("chosen is %s: workplaces in %q, want %q", test.says, where, want)
			}
		}
	})
}

// An employer who is known by name without a number is the one that is told with a number; one with another number is another.
func TestEmployerOfANameAndANumber(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		for name, number := range map[string]string{"Köpings kommun": "", "Sala kommun": "2120002114"} {
			w.tx(func(ctx context.Context, tx *db.Tx) error {
				_, err := people.ProposeEmployer(ctx, tx, people.Employer{Name: name, OrgNumber: number})
				return err
			})
		}
		for _, test := range []struct {
			says, text string
			known      bool
		}{
			{"its name", "Köpings kommun", true},
			{"its name, and the number that it was made without", "Köpings kommun 212000-2080", true},
			{"its number", "212000-2114", true},
			{"its name, and another's number", "Sala kommun 212000-2080", false},
			{"a number that nobody has", "212000-2080", false},
		} {
			choices, err := roster.EmployerChoice(t.Context(), d, test.text)
			if known := choices.Employer != ""; known != test.known {
				t.Errorf("%s: %+v, %v", test.says, choices, err)
			}
		}
		for text, want := range map[string]error{"Bengts bokbuss 480322-9949": people.ErrOrgPerson, "Sala kommun 212000-2115": people.ErrOrgNumber, " ": roster.ErrEmployer} {
			if choices, err := roster.EmployerChoice(t.Context(), d, text); !errors.Is(err, want) || choices.NewEmployer != "" {
				t.Errorf("%q: %+v, %v", text, choices, err)
			}
		}
		const list = "Namn;Arbetsplats;Kommun;Titel\r\nEk, Eva;Biblioteket;Köping;chef\r\n"
		for text, made := range map[string]bool{"Köpings kommun": false, "Sala kommun": true} {
			if e := w.compare("lista.csv", []byte(list), roster.Choices{NewEmployer: text, OrgNumber: "2120002080"}).Employer; e.ID == "" != made {
				t.Errorf("a list of %s with a number: %+v", text, e)
			}
		}
	})
}

// A heading that says that the surname stands first is believed where no comma tells.
func TestSurnameFirst(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		for label, want := range map[string]string{"Efternamn Förnamn": "Karin/Von Essen", "Namn": "Von Essen/Karin"} {
			diff := w.compare("lista.csv", []byte(label+";Arbetsplats;Kommun;Titel\r\nVon Essen Karin;Biblioteket;Köping;chef\r\n"), roster.Choices{})
			if len(diff.Items) != 1 || diff.Items[0].Given+"/"+diff.Items[0].Family != want {
				t.Errorf("%s: %+v, %q", label, diff.Items, mistakes(diff))
			}
		}
	})
}
