package roster_test

import (
	"slices"
	"strings"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/people/roster"
)

// A merged cell tells of each row that names somebody where they work, and nothing else: nobody is made twice, and no sum or remark beside it becomes a person.
func TestMergedCellsTellWhere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		const head = "Namn;Arbetsplats;Kommun;Befattning"
		for _, test := range []struct {
			says   string
			rows   []string
			merged string
			want   []string // who, where
			wrong  []string
			passed []int
		}{
			{"of several people's workplace and municipality", []string{head, "Ek, Eva;Filialen;Köping;chef", "Al, Bo;;;chef", "By, Cia;;;chef"}, "B2:B4 C2:C4", []string{"Eva Ek Filialen", "Bo Al Filialen", "Cia By Filialen"}, nil, nil},
			{"over what is written", []string{head, "Ek, Eva;Filialen;Köping;chef", "Al, Bo;Bussen;Köping;chef"}, "B2:B3", []string{"Eva Ek Filialen", "Bo Al Bussen"}, nil, nil},
			{"of a name with two workplaces", []string{head, "Ek, Eva;Filialen;Köping;chef", ";Bussen;Köping;chef"}, "A2:A3", []string{"Eva Ek Filialen"}, []string{"3 Namn: roster.no-name"}, nil},
			{"of a name with a second phone", []string{head + ";Mobil", "Ek, Eva;Filialen;Köping;chef;070-111", ";;;;070-222", "Al, Bo;Filialen;Köping;chef;"}, "A2:A3 B2:B3 C2:C3 D2:D3", []string{"Eva Ek Filialen", "Bo Al Filialen"}, []string{"3 Mobil: roster.no-person"}, nil},
			{"of a title", []string{head, "Ek, Eva;Filialen;Köping;chef", "Al, Bo;Filialen;Köping;"}, "D2:D3", []string{"Eva Ek Filialen"}, []string{"3 Befattning: people.title"}, nil},
			{"of a workplace, with a sum for each", []string{"Kommun;Arbetsplats;Namn;Befattning", "Köping;Filialen;Ek, Eva;chef", ";;Al, Bo;chef", ";;Totalt antal;2", ";Bussen;By, Cia;chef", ";;Summa personer;1"}, "A2:A6 B2:B4 B5:B6",
				[]string{"Eva Ek Filialen", "Bo Al Filialen", "Cia By Bussen"}, nil, []int{4, 6}},
			{"of a workplace, with remarks", []string{"Arbetsplats;Kommun;Namn;Befattning", "Filialen;Köping;Ek, Eva;chef", ";;Vakant;", ";;Al, Bo;chef", ";;;Uppgifter från 2012"}, "A2:A5 B2:B5", []string{"Eva Ek Filialen", "Bo Al Filialen"}, []string{"3 Namn: roster.no-person"}, []int{5}},
			{"of people of whom nothing else is told", []string{head, "Ek, Eva;Filialen;Köping;chef", "Al, Bo;;;", "Cia By;;;"}, "B2:B4 C2:C4 D2:D4", []string{"Eva Ek Filialen"}, []string{"3 Namn: roster.no-person", "4 Namn: roster.no-person"}, nil},
			{"beside the headers", []string{head + ";", "Ek, Eva;Filialen;Köping;chef", "Al, Bo;;Köping;chef"}, "B1:B3", []string{"Eva Ek Filialen"}, []string{"3 Arbetsplats: roster.no-place"}, nil},
			{"of headers in two rows", []string{"Förnamn;Efternamn;Arbetsplats;Befattning;", ";;;Benämning;AID", "Eva;Ek;Filialen;chef;1"}, "A1:A2 B1:B2 C1:C2 D1:E1", []string{"Eva Ek Filialen"}, nil, nil},
			{"of headers of which the lower say more", []string{"Förnamn;Efternamn;Personnummer;Arbetsplats;;Anställning;;", ";;;Namn;Kommun;Befattning;Grad;Anställd från", "Eva;Ek;;Filialen;Köping;chef;50;2001-01-01"}, "A1:A2 B1:B2 C1:C2 D1:E1 F1:H1", []string{"Eva Ek Filialen"}, nil, nil},
			{"of headers once more below", []string{"Förnamn;Efternamn;Arbetsplats;Anställning;", ";;;Befattning;Kommun", "Eva;Ek;Filialen;chef;Köping", "Förnamn;Efternamn;Arbetsplats;Anställning;", "Bo;Al;Filialen;chef;Köping"}, "A1:A2 B1:B2 C1:C2", []string{"Eva Ek Filialen", "Bo Al Filialen"}, nil, []int{4}},
			{"of headers, over somebody of whom only the number stands there", []string{"Namn;Arbetsplats;Personnummer;Befattning", ";Filialen;600121-9960;chef", "Ek, Eva;Filialen;;chef"}, "A1:A2", []string{"Eva Ek Filialen"}, []string{"2 Namn: roster.no-name"}, nil},
		} {
			var file strings.Builder
			file.WriteString(sheetOf(test.rows...))
			for m := range strings.FieldsSeq(test.merged) {
				file.WriteString(`<mergeCell ref="` + m + `"/>`)
			}
			diff := w.compare("köping.xlsx", workbook(t, file.String(), "<row><c><v>Annat</v></c></row>"), roster.Choices{NewEmployer: "Köpings kommun"})
			var got []string
			for _, i := range diff.Items {
				got = append(got, i.Given+" "+i.Family+" "+i.Workplace)
			}
			var passed []int
			for _, at := range diff.Passed.At() {
				passed = append(passed, at.Row)
			}
			if !slices.Equal(got, test.want) || !slices.Equal(mistakes(diff), test.wrong) || !slices.Equal(passed, test.passed) || diff.Passed.Blank > 0 {
				t.Errorf("%s: %q, wrong %q, passed over %v and %d", test.says, got, mistakes(diff), passed, diff.Passed.Blank)
			}
		}
	})
}

// What a merged cell tells goes along with a row to mend, and a formula in it is one of each row.
func TestMergedCellsOfRowsToMend(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		file := workbook(t, sheetOf("Namn;Arbetsplats;Kommun;Befattning", "Ek, Eva;Filialen;Köping;chef", "Al, Bo;;Köping;")+`<mergeCell ref="B2:B3"/>`, "")
		if bad := w.badRows("lista.xlsx", file, roster.Choices{NewEmployer: "Köpings kommun"}); !strings.HasSuffix(bad, ";3;Al, Bo;Filialen;Köping;\r\n") {
			t.Error(bad)
		}
		formula := workbook(t, sheetOf("Namn;Arbetsplats;Kommun;Befattning")+`<row><c><v>Ek, Eva</v></c><c><f>A1</f><v>Filialen</v></c><c><v>Köping</v></c><c><v>chef</v></c></row>`+sheetOf("Al, Bo;;Köping;chef")+`<mergeCell ref="B2:B3"/>`, "")
		if got := mistakes(w.compare("lista.xlsx", formula, roster.Choices{})); !slices.Equal(got, []string{"2 Arbetsplats: roster.formula", "3 Arbetsplats: roster.formula"}) {
			t.Errorf("%q", got)
		}
	})
}
