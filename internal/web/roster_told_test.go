package web

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
	"kompobib/internal/web/locale"
	"kompobib/internal/web/view"
)

// What had become another matter is told as rows and as persons, each counted as what it is.
func TestStaleRowsAndPersons(t *testing.T) {
	row, person := roster.StaleRow{RowAt: roster.RowAt{Row: 3}}, roster.StaleRow{Person: "bo"}
	const rows, also, only = "De här står inte i listan, men hade också", "hade också ändrats", "De här står inte i listan, men hade ändrats"
	for _, test := range []struct {
		says  string
		stale []roster.StaleRow
		has   []string
		not   []string
	}{
		{"one row", []roster.StaleRow{row}, []string{"1 rad hade", "Rad: 3."}, []string{rows, only}},
		{"one row and one person", []roster.StaleRow{row, person}, []string{"1 rad hade", "Rad: 3.", also}, []string{"2 rader", only}},
		{"one person", []roster.StaleRow{person}, []string{only, "Läs in listan en gång till"}, []string{"rad hade", "Rad:", also}},
		{"of a list before rows were noted", []roster.StaleRow{{}, {RowAt: roster.RowAt{Row: 4}}}, []string{"2 rader hade", "Rad: 4."}, []string{rows, only}},
		{"nothing", nil, nil, []string{"hade blivit", only, also, "Läs in listan en gång till"}},
	} {
		var b strings.Builder
		d := importPage{Import: roster.Import{State: roster.Applied, Summary: roster.Summary{Stale: test.stale}}}
		if err := importResult(view.Reader{Language: locale.Swedish, URL: &url.URL{}}, d).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		for _, words := range test.has {
			if !strings.Contains(b.String(), words) {
				t.Errorf("%s: %q is not in %s", test.says, words, b.String())
			}
		}
		for _, words := range test.not {
			if strings.Contains(b.String(), words) {
				t.Errorf("%s: %q is in %s", test.says, words, b.String())
			}
		}
	}
}

// A municipality is chosen by whoever chooses it: what was guessed is told, and not sent along when something else is put right.
func TestMunicipalityIsChosenOrGuessed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		page, _ := k.send("köping.csv", []byte("Namn;Arbetsplats;Befattning\nEk, Eva;Provfilialen;chef\n"))
		k.holds(page+"/choices", `<option value="" selected>Tolka ur listan: Köping</option>`, "går före vad bladen heter")
		if imp, err := roster.Get(t.Context(), d, access.System, strings.TrimPrefix(page, "/imports/")); err != nil || imp.Choices.Municipality != "" || imp.View.Municipality == "" {
			t.Errorf("%+v, %v", imp.Choices, err)
		}
	})
}

// Rows that may be lines of a cell are mended in the list itself: the page says so, and hands out no file of them.
func TestTornRowsOnPages(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		const torn = "Namn;Arbetsplats\nEk, Eva;\"Provfilialen\nEk, Bo;Provfilialen\"\n"
		page, _ := k.send("köping.csv", []byte(torn+"Ek, Cia;Provfilialen\n"))
		k.holds(page+"?kind=mistake", "2 rader som kan vara delar av celler går bara att rätta i listan själv.", "Rätta citattecknen i listan", "!Rätta raden i listan", "!/mistakes")
		page, _ = k.send("köping.csv", []byte(torn+"Ek, Cia;Provfilialen\nEk, Dan;\n"))
		k.holds(page+"?kind=mistake", "2 rader som kan vara delar av celler", "/mistakes")
		if bad := k.post(page+"/mistakes", "format", "csv").Body.String(); !strings.Contains(bad, "Inte med här: rader som kan vara delar av celler (2, 3).") || !strings.Contains(bad, "Ek, Dan") || strings.Contains(bad, "Ek, Bo") {
			t.Errorf("handed out:\n%s", bad)
		}
	})
}

// A list that waits and whose file has been deleted says that it is to be added again, and not to press a button that is not there.
func TestDeletedListIsNotReadAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		waits, _ := k.send("koping-2012-12.csv", rosterFile(t, "koping-2012-12.csv"))
		done, _ := k.send("koping-2012-09.csv", rosterFile(t, "koping-2012-09.csv"))
		if answer := k.act(done, "apply"); answer.Code != 303 {
			t.Fatal(answer.Code)
		}
		if answer := k.act(waits, "apply"); answer.Code != 409 || !strings.Contains(answer.Body.String(), "välj Läs om listan") {
			t.Errorf("with its file: %d %s", answer.Code, answer.Body)
		}
		err := d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE roster_import SET delete_on = '2012-01-01'`); err != nil {
				return err
			}
			return roster.Forget(ctx, tx)
		})
		if err != nil {
			t.Fatal(err)
		}
		k.holds(waits, "Filen togs bort den 1 januari 2012", "går inte längre att genomföra, rätta eller läsa om", `href="/imports/new"`, "Ta bort importen", "!Läs om listan<", "!Genomför", "!Rätta tolkningen<")
		if answer := k.act(waits, "apply"); answer.Code != 404 || !strings.Contains(answer.Body.String(), "Filen är borttagen. Lägg in den igen.") {
			t.Errorf("without it: %d %s", answer.Code, answer.Body)
		}
	})
}

// What is stored as a code or a number is told as people read it.
func TestChangesInWords(t *testing.T) {
	for _, test := range []struct {
		change roster.Change
		sv, en string
	}{
		{roster.Change{Field: roster.Gender, Was: "unknown", Is: "woman"}, "Kön: Okänt → Kvinna", "Gender: Unknown → Woman"},
		{roster.Change{Field: roster.Share, Was: "100", Is: "87.5"}, "Tjänstgöringsgrad: 100 % → 87,5 %", "Share of full time: 100% → 87.5%"},
		{roster.Change{Field: roster.From, Was: "1990-05-01", Is: "1984-12-01"}, "Anställd från: 1 maj 1990 → 1 december 1984", "Employed from: 1 May 1990 → 1 December 1984"},
		{roster.Change{Field: roster.To, Is: "2012-12-31"}, "Sista anställningsdag: 31 december 2012", "Last day employed: 31 December 2012"},
		{roster.Change{Field: roster.To, Was: "Bokbussen"}, "Anställningen upphör: Bokbussen", "The employment ends: Bokbussen"},
		{roster.Change{Field: roster.Title, Was: "chef", Is: "man"}, "Befattning: chef → man", "Title: chef → man"},
		{roster.Change{Field: roster.Protected}, "Skyddade personuppgifter", "Protected identity"},
	} {
		for language, want := range map[locale.Language]string{locale.Swedish: test.sv, locale.English: test.en} {
			if got := strings.ReplaceAll(changeSays(view.Reader{Language: language}, test.change), "\u00a0", " "); got != want {
				t.Errorf("%+v: %q, want %q", test.change, got, want)
			}
		}
	}
}

// A list tells that it is read as of today where its name tells of a day to come, and which rows begin later than it tells or come without their number.
func TestWhatARowIsReadAs(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		page, _ := k.send("koping-2012-12.csv", rosterFile(t, "koping-2012-12.csv"))
		k.holds(page, "tycks gälla december 2012, som inte har varit ännu", "som om den gällde den 12 oktober 2012",
			"Anställd från den 1 december 1984 enligt listan, men Köpings stadsbibliotek finns här först från den 1 januari 2000. Anställningen börjar då.")
		understood := func(on string) { // all else as the form was filled in
			k.did(page, "choices", "employer", k.payer, "on", on, "column_identity", "Personnummer", "column_name", "Namn", "column_workplace", "Organisationsenhet",
				"column_title", "Befattning", "column_share", "Syss.grad", "column_from", "Anställd from", "column_to", "Anställd tom", "column_email", "E-post")
		}
		understood("2012-10-12")
		k.holds(page, "tycks gälla december 2012")
		understood("2012-10-01")
		k.holds(page, "!tycks gälla")
		page, _ = k.send("koping-2012-09.csv", rosterFile(t, "koping-2012-09.csv"))
		k.holds(page, "!tycks gälla")

		const head = "Personnummer;Namn;Arbetsplats;Kommun;Befattning;Anställd från\r\n"
		page, _ = k.send("fel.csv", []byte(head+"19480322-9949;Höglund, Zeynep;Provfilialen;Köping;chef;nej\r\n"))
		k.holds(page+"?kind=mistake", "Personnumren i filen är maskerade (****). Skriv dit hela numret")
		page, _ = k.send("rättad.csv", []byte("Vad som är fel;Rad;"+head+"nej;2;19480322****;Höglund, Zeynep;Provfilialen;Köping;chef;2012-03-01\r\n"))
		k.holds(page, "Nya (1)", "raden läses in utan personnummer", "!Personnumren i filen är maskerade")
	})
}

// Persons or workplaces that are changed by hand while a list waits are told of as another list is: it is read again, or carried out by who has been told.
func TestChangedByHandWhileAListWaits(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		const rows = "Namn;Arbetsplats;Kommun;Befattning;Anställd från\r\nNy, Eva;Bokbussen;Köping;chef;2012-03-01\r\n"
		first, _ := k.send("koping-2012-09.csv", []byte(rows))
		k.did(first, "apply")
		waits, _ := k.send("koping-2012-10.csv", []byte(strings.ReplaceAll(rows, "chef", "bibliotekarie")))
		k.holds(waits, "Ändrade (1)", ">Genomför<", "!har ändrats sedan den jämfördes")
		err := d.Tx(t.Context(), "somebody", func(ctx context.Context, tx *db.Tx) error {
			unit, err := db.Value[string](ctx, tx, `SELECT unit FROM unit_period WHERE name = 'Bokbussen'`)
			if err != nil {
				return err
			}
			return people.RenameUnit(ctx, tx, unit, 1, "2012-06-01", "Biblioteksbussen")
		})
		if err != nil {
			t.Fatal(err)
		}
		k.holds(waits, "Personer eller arbetsplatser som listan gäller har ändrats sedan den jämfördes, senast", "Läs om listan", "Genomför det som fortfarande stämmer", "!>Genomför<")
		if answer := k.act(waits, "apply"); answer.Code != 409 || !strings.Contains(answer.Body.String(), "ändrats för hand") {
			t.Errorf("pressed in a window that was open already: %d %s", answer.Code, answer.Body)
		}
		if answer := k.act(waits, "anew"); answer.Code != 303 {
			t.Fatal(answer.Code)
		}
		k.holds(waits, ">Genomför<", "!har ändrats sedan den jämfördes")
	})
}

// A list that waits keeps the employer that came with another: it is named, and what stays is offered to be taken away once that can be done.
func TestUndoWhileAListWaits(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		const rows = "Efternamn;Förnamn;Arbetsplats;Kommun;Befattning;Anställd från\r\nNy;Eva;Bokbussen;Köping;chef;2012-03-01\r\n"
		first, _ := k.send("bolaget.csv", []byte(rows))
		k.understood(first, "employer", "", "new_employer", "Bolaget", "column_from", "Anställd från")
		k.did(first, "apply")
		k.holds(first, "Genomförd", "Bolaget")
		waits, _ := k.send("bolaget-igen.csv", []byte(strings.ReplaceAll(rows, "Eva", "Bo")))
		bolaget, err := db.Value[string](t.Context(), d, `SELECT id FROM employer WHERE name = 'Bolaget'`)
		if err != nil {
			t.Fatal(err)
		}
		k.understood(waits, "employer", bolaget, "column_from", "Anställd från")
		k.did(first, "undo")
		k.holds(first, "Bolaget</a>", "väntar på att genomföras. Ta bort den importen först:", `href="`+waits+`">bolaget-igen.csv</a>`, "!används till något annat", "!Ångra också", "!Ta bort också")
		k.did(waits, "discard")
		k.holds(first, "Ta bort också det som är kvar", "!Ångra också")
		k.did(first, "undo")
		k.holds(first, "1 person är som före importen", "!är kvar:", "!Ta bort också")
	})
}

// Who carries out what still holds gets no workplace renamed that the page called new: it is named, as is what has been renamed with a yes.
func TestRenamingsAreTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		second, _ := k.send("koping-2012-12.csv", rosterFile(t, "koping-2012-12.csv"))
		first, _ := k.send("koping-2012-09.csv", rosterFile(t, "koping-2012-09.csv"))
		k.did(first, "apply")
		k.did(second, "apply", "do", "anyway")
		k.holds(second, "Nya: 3", "tolkades på ett annat sätt när listan visades", "Kolsva bibliotek och mötesplats", "nu tolkas den som: troligen nytt namn på Kolsva bibliotek", "Läs in listan en gång till", "!har fått ett nytt namn")
		id, err := db.Value[string](t.Context(), d, `SELECT id FROM person WHERE given = 'Kerstin' AND family = 'Lundvik'`)
		if err != nil {
			t.Fatal(err)
		}
		k.holds(second, `<a class="ds-link" href="/people/`+id+`">Kerstin Lundvik</a>`)
		err = d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			for _, table := range []string{"employment WHERE person", "identity_number WHERE person", "person WHERE id"} {
				if _, err := tx.Exec(ctx, `DELETE FROM `+table+` = $1`, id); err != nil {
					return err
				}
			}
			return audit.Record(ctx, tx, audit.Event{Act: "remove", Entity: "person", Row: id})
		})
		if err != nil {
			t.Fatal(err)
		}
		k.holds(second, "Någon som inte finns kvar", "!/people/"+id)
		third, _ := k.send("koping-2012-12.csv", rosterFile(t, "koping-2012-12.csv"))
		k.did(third, "apply")
		older, _ := k.send("koping-2012-09.csv", rosterFile(t, "koping-2012-09.csv"))
		k.holds(older, "Listan gäller den 1 september 2012, men en nyare från samma arbetsgivare är redan genomförd", `href="`+third+`">koping-2012-12.csv</a>`, "– 12 oktober 2012")
		k.holds(third, "De här arbetsplatserna har fått ett nytt namn:", "Kolsva bibliotek heter nu Kolsva bibliotek och mötesplats", "!tolkades på ett annat sätt")
	})
}

// A list that is filtered is read whole, and its page says so above what it would change.
func TestHiddenRowsAreTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		f := excelize.NewFile()
		defer f.Close()
		for i, row := range [][]any{{"Namn", "Arbetsplats", "Kommun", "Befattning"}, {"Ny, Eva", "Bokbussen", "Köping", "chef"}, {"Ny, Bo", "Bokbussen", "Köping", "chef"}} {
			if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SetRowVisible("Sheet1", 3, false); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		page, _ := k.send("lista.xlsx", b.Bytes())
		k.holds(page, "1 rad är dold i filen", "Rad: 3", "Nya (2)")
	})
}
