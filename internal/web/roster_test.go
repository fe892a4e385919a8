package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/job"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
	"kompobib/internal/web/locale"
)

// newImports is a desk at which files are kept, with its server.
func newImports(t *testing.T, d *db.DB) (*desk, *Server) {
	t.Helper()
	k := newDesk(t, d)
	s := &Server{DB: d, Ring: testRing(t), Files: worldFiles(t), Log: slog.New(slog.DiscardHandler), Now: still, Viewer: func(*http.Request) access.Viewer { return k.viewer }}
	k.handler = s.Handler()
	return k, s
}

// send adds a file, and returns the page that it leads to.
func (k *desk) send(name string, content []byte) (page string, answer *httptest.ResponseRecorder) {
	k.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		k.t.Fatal(err)
	}
	part.Write(content)
	form.Close()
	req := httptest.NewRequestWithContext(k.t.Context(), http.MethodPost, "/imports/new", &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept-Language", "sv")
	answer = httptest.NewRecorder()
	k.handler.ServeHTTP(answer, req)
	return answer.Header().Get("Location"), answer
}

func rosterFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "people", "roster", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var versionOf = regexp.MustCompile(`name="version" value="(\d+)"`)

// act presses a button of an import's page, with the version that the page carries.
func (k *desk) act(page, do string, form ...string) *httptest.ResponseRecorder {
	k.t.Helper()
	version := versionOf.FindStringSubmatch(k.get(page).Body.String())
	if version != nil {
		form = append(form, "version", version[1])
	}
	return k.post(page+"/"+do, form...)
}

// did presses a button that does what it says.
func (k *desk) did(page, do string, form ...string) {
	k.t.Helper()
	if answer := k.act(page, do, form...); answer.Code != http.StatusSeeOther {
		k.t.Fatalf("%s: %d %s", do, answer.Code, answer.Body)
	}
}

// A list is read, looked at, put right, carried out in part and undone, all on pages.
func TestImports(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, s := newImports(t, d)
		says := func(what, page string, want ...string) string {
			t.Helper()
			text := strings.ReplaceAll(k.get(page).Body.String(), "\u00a0", " ")
			for _, w := range want {
				if !strings.Contains(text, w) {
					t.Errorf("%s: %s does not say %q", what, page, w)
				}
			}
			for _, number := range []string{"194803229949", "480322-9949", "9949"} {
				if strings.Contains(text, number) {
					t.Errorf("%s: the page shows an identity number", what)
				}
			}
			return text
		}
		people := func() int {
			n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM person`)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}

		says("nothing yet", "/imports", "Inga listor ännu")
		if _, answer := k.send("lista.xlsx", []byte("%PDF-1.4")); answer.Code != 303 {
			t.Errorf("a PDF: %d", answer.Code)
		} else {
			says("a PDF is refused with its reason", answer.Header().Get("Location"), "Filen är PDF", "Gick inte att läsa")
		}
		if _, answer := k.send("tom.csv", nil); answer.Code != 422 || !strings.Contains(answer.Body.String(), "Filen är tom") {
			t.Errorf("an empty file: %d", answer.Code)
		}

		page, _ := k.send("koping-2012-09.csv", rosterFile(t, "koping-2012-09.csv"))
		says("the list is understood", page, "Köpings kommun", "Nya (24)", "Höglund", "19480322-****", "Ullvigymnasiets bibliotek", "ny arbetsplats i Köping")
		if people() != 0 {
			t.Error("looking changed something")
		}
		if answer := k.act(page, "apply"); answer.Code != 303 {
			t.Errorf("apply: %d", answer.Code)
		}
		says("it is carried out", page, "Genomförd", "Nya: 24", "Ångra importen")
		if people() != 24 {
			t.Errorf("there are %d people", people())
		}

		page, _ = k.send("koping-2012-12.csv", rosterFile(t, "koping-2012-12.csv"))
		says("the second list", page, "Nya (3)", "Ändrade (3)", "Flyttade (1)", "Inte i listan (1)", "19 personer är som förut", "blir kvar", "troligen nytt namn på Kolsva bibliotek")
		says("those who are changed", page+"?kind=changed", "Efternamn: Höglund → Lindqvist Ek", "troligen namnbyte", "Tjänstgöringsgrad: 100 % → 60 %", "Sista anställningsdag: 31 december 2012")
		if answer := k.post(page+"/rows", "kind", "new", "do", "none"); answer.Code != 303 {
			t.Errorf("decline: %d", answer.Code)
		}
		if text := says("those new", page+"?kind=new"); strings.Contains(text, `value="yes" checked`) {
			t.Error("what was said no to is still ticked")
		}
		if text := says("those who are not in it", page+"?kind=left", "blir kvar", `type="checkbox" disabled`); strings.Contains(text, `value="yes"`) {
			t.Error("who stays until a day is given can be ticked")
		}
		choices := page + "/choices"
		says("how it was understood", choices, "Arbetsgivare", "Namn", "Syss.grad", "Listan gäller", "<summary>Kolumner</summary>", "<summary>Arbetsplatser</summary>")
		if answer := k.act(page, "choices", "left_on", "igår"); answer.Code != 422 {
			t.Errorf("a day that is none: %d", answer.Code)
		}
		if answer := k.act(page, "choices", "employer", k.payer, "on", "2012-10-01", "left_on", "2012-10-01", "column_identity", "Personnummer", "column_name", "Namn",
			"column_workplace", "Organisationsenhet", "column_title", "Befattning", "column_share", "Syss.grad", "column_from", "Anställd from", "column_to", "Anställd tom", "column_email", "E-post"); answer.Code != 303 {
			t.Errorf("choices: %d %s", answer.Code, answer.Body)
		}
		says("put right", page, "1 oktober 2012", "Slutat (1)")
		says("those who have left", page+"?kind=left", `value="yes" checked`)
		if answer := k.act(page, "apply"); answer.Code != 303 {
			t.Errorf("apply: %d", answer.Code)
		}
		says("carried out in part", page, "Flyttade: 1", "Slutat: 1", "Ändrade: 3")
		if people() != 24 {
			t.Errorf("those said no to came: %d", people())
		}
		if answer := k.act(page, "apply"); answer.Code != 303 || people() != 24 {
			t.Errorf("carried out twice, which is told as done and does nothing: %d, %d people", answer.Code, people())
		}
		if answer := k.act(page, "undo"); answer.Code != 303 {
			t.Errorf("undo: %d", answer.Code)
		}
		says("undone", page, "Ångrad", "5 personer är som före importen")
		says("all lists", "/imports", "koping-2012-09.csv", "koping-2012-12.csv", "Gick inte att läsa")

		bad := strings.Replace(string(rosterFile(t, "koping-2012-09.csv")), "25,00;1985-11-01", "mycket;nej", 1) // two mistakes of one row
		page, _ = k.send("fel.csv", []byte(bad))
		says("a row with a mistake", page+"?kind=mistake", "Syss.grad", "”mycket” går inte att läsa", "Raderna med fel")
		answer := k.post(page+"/mistakes", "format", "csv")
		if text := answer.Body.String(); answer.Code != 200 || !strings.Contains(text, "2;19480322-****") || strings.Contains(text, "9949") || !strings.Contains(text, "mycket") {
			t.Errorf("bad rows: %d %s", answer.Code, text)
		}
		if taken, err := db.Value[string](t.Context(), d, `SELECT detail FROM audit WHERE act = 'take' AND entity = 'list' ORDER BY at DESC LIMIT 1`); err != nil || !strings.Contains(taken, `"persons":1}`) {
			t.Errorf("of one row it is noted that somebody took %s, %v", taken, err)
		}

		// Another office does not see it, unless it is everyone's.
		was := k.viewer
		k.viewer = access.Viewer{Person: "other", Grants: []access.Grant{{Role: access.Participant}, {Role: access.Office, Programme: "p"}}}
		if code := k.get(page).Code; code != 404 {
			t.Errorf("another's list: %d", code)
		}
		k.viewer = was
		if answer := k.act(page, "discard"); answer.Code != 303 {
			t.Errorf("discard: %d", answer.Code)
		}
		says("put away", page, "Borttagen")
		dbtest.Hold(t, d, s.Files.Invariants(time.Time{})[0])
	})
}

// An identity number that stands in another column is a mistake of its row, and lies in the clear neither on the page nor in what is kept of the list.
func TestANumberInAnotherColumn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, s := newImports(t, d)
		const rows = "Ny, Eva;Bokbussen;Köping;chef;2012-03-01;;;;\r\n" +
			"Ny, Bo 19480322-9949;Bokbussen;Köping;chef;2012-03-01;;;;\r\n" +
			"Ny, Cia;480322-9949;Köping;chef;2012-03-01;;;;\r\n" +
			"Ny, Dag;Bokbussen;4803229949;chef;2012-03-01;;;;\r\n" +
			"Ny, Ed;Bokbussen;Köping;chef 480322 9949;2012-03-01;;;;\r\n" +
			"Ny, Eli;Bokbussen;Köping;chef;2012-03-01;Bengts bokbuss 480322-9949;;;\r\n" +
			"Ny, Eva;Bokbussen;Köping;chef;2012-03-01;;194803229949@koping.example;;\r\n" +
			"Ny, Fia;Bokbussen;Köping;chef;2012-03-01;;;480322-9949;\r\n" +
			"Ny, Gun;Bokbussen;Köping;;2012-03-01;;;;480322-9949\r\n"
		page, _ := k.send("lista 480322-9949.csv", []byte("Namn;Arbetsplats;Kommun;Befattning;Anställd från;Arbetsgivare;E-post;Mobil;Chef 480322-9949\r\n"+rows))
		k.holds(page+"?kind=mistake", "Här står ett personnummer (Ny, Bo 19480322-****)", "(chef 19480322-****)", "(Bengts bokbuss 19480322-****)", "(19480322-****@koping.example)", "lista 480322-****.csv",
			"skriv det med bindestreck", "Fel (8)", "!9949")
		k.holds(page, "Nya (1)", "!9949")
		k.holds(page+"/choices", "Chef 480322-****", "!9949")
		if bad := k.post(page+"/mistakes", "format", "csv").Body.String(); !strings.Contains(bad, "480322-****") || strings.Contains(bad, "9949") {
			t.Errorf("handed out:\n%s", bad)
		}
		if answer := k.act(page, "choices", "new_employer", "Bengts bokbuss 480322-9949", "on", "2012-10-12"); !strings.Contains(answer.Body.String(), "Det här är ett personnummer") {
			t.Errorf("as an employer's name: %d %s", answer.Code, answer.Body)
		}
		k.did(page, "choices", "on", "2012-10-12", "column_name", "Namn", "column_workplace", "Arbetsplats", "column_municipality", "Kommun", "column_title", "Befattning",
			"column_from", "Anställd från", "column_employer", "Arbetsgivare", "column_email", "E-post", "column_phone", "Chef 480322-****")
		k.holds(page+"?kind=mistake", "Fel (8)", "Chef 480322-****", "!9949")
		kept, err := db.Values[string](t.Context(), d, `SELECT file_name || employer_name || view || summary || choices || trouble FROM roster_import UNION ALL SELECT detail FROM audit`)
		if err != nil || strings.Contains(strings.Join(kept, ""), "9949") {
			t.Errorf("kept: %s, %v", kept, err)
		}
		imp, err := roster.Get(t.Context(), d, access.System, strings.TrimPrefix(page, "/imports/"))
		if err != nil {
			t.Fatal(err)
		}
		all, err := roster.Items(t.Context(), d, s.Ring, imp, roster.Mistaken, 0, 100)
		if err != nil || len(all) != 8 || strings.Contains(fmt.Sprint(all), "9949") {
			t.Errorf("%+v, %v", all, err)
		}
		k.did(page, "apply")
		if stored, err := db.Values[string](t.Context(), d, `SELECT name FROM unit_period UNION ALL SELECT title FROM employment UNION ALL SELECT given || family || email || phone FROM person
			UNION ALL SELECT choices FROM roster_memory UNION ALL SELECT name FROM employer UNION ALL SELECT detail FROM audit`); err != nil || strings.Contains(strings.Join(stored, " "), "9949") {
			t.Errorf("stored: %q, %v", stored, err)
		}
	})
}

// Who is not as before once a list is undone is told of with what changed them, and what to do next.
func TestUndoOnPages(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		first, _ := k.send("koping-2012-09.csv", rosterFile(t, "koping-2012-09.csv"))
		k.did(first, "apply")
		k.holds(first, "Ångra importen", "!har ändrat samma personer")
		second, _ := k.send("koping-2012-12.csv", rosterFile(t, "koping-2012-12.csv"))
		k.did(second, "apply")
		k.holds(first, "har ändrat samma personer sedan dess", `href="`+second+`">koping-2012-12.csv</a> (4 personer)`)
		k.did(first, "undo")
		k.holds(first, "20 personer är som före importen", "– ändrad sedan dess av listan", `href="`+second+`">koping-2012-12.csv</a>`, "Ångra den nyare listan först", "!Ångra också för dem som är kvar", "De här arbetsplatserna är kvar:", "– någon är anställd där", "!rättar du på personens egen sida")
		k.did(second, "undo")
		k.holds(first, "Den nyare listan är ångrad nu.", "Ångra också för dem som är kvar", "!Ångra den nyare listan först")
		k.did(first, "undo")
		k.holds(first, "24 personer är som före importen", "!Ångra också för dem", "!är kvar:")

		// After thirty days what it takes is gone: it is offered no more, and who presses what was offered before is told so.
		first, _ = k.send("koping-2012-09.csv", rosterFile(t, "koping-2012-09.csv"))
		k.did(first, "apply")
		second, _ = k.send("koping-2012-12.csv", rosterFile(t, "koping-2012-12.csv"))
		k.did(second, "apply")
		k.did(first, "undo")
		k.holds(first, "Ångra den nyare listan först")
		k.holds(second, "Ångra importen")
		err := d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE roster_import SET delete_on = $1`, local.DateOf(tx.At, time.UTC)); err != nil {
				return err
			}
			return roster.Forget(ctx, tx)
		})
		if err != nil {
			t.Fatal(err)
		}
		k.holds(first, "– ändrad sedan dess av listan", "!Ångra också för dem", "!Ångra den nyare listan först")
		k.holds(second, "Genomförd", "!Ångra importen")
		imp, err := roster.Get(t.Context(), d, access.System, strings.TrimPrefix(second, "/imports/"))
		if err != nil {
			t.Fatal(err)
		}
		answer := k.post(second+"/undo", "version", strconv.Itoa(imp.Version))
		if text := answer.Body.String(); answer.Code != 409 || !strings.Contains(text, "mer än trettio dagar") || strings.Contains(text, "Filen är borttagen") {
			t.Errorf("undone too late: %d %s", answer.Code, text)
		}
	})
}

// A list that was compared before another was carried out says so, is carried out only by who has been told, and is read again with what was chosen; what was
// something else by then is told with what to do next.
func TestComparedBeforeAnother(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		list := func(rows ...string) []byte {
			return []byte("Namn;Arbetsplats;Kommun;Befattning;Anställd från\r\n" + strings.Join(rows, ""))
		}
		const eva, bo, cia = "Ny, Eva;Bokbussen;Köping;chef;2012-03-01\r\n", "Ny, Bo;Bokbussen;Köping;chef;2012-03-01\r\n", "Ny, Cia;Bokbussen;Köping;chef;2012-03-01\r\n"
		first, _ := k.send("koping-2012-09.csv", list(eva, bo))
		second, _ := k.send("koping-2012-10.csv", list(eva, cia))
		k.holds(second, "Nya (2)", "!jämfördes innan", ">Genomför<")
		if answer := k.post(second+"/rows", "kind", "new", "row_2", "no", "do", "save"); answer.Code != 303 {
			t.Fatal(answer.Code)
		}
		k.did(first, "apply")
		k.holds(first, "väntar på att genomföras", `href="`+second+`">koping-2012-10.csv</a>`)
		k.holds(second, "Listan jämfördes innan en annan lista genomfördes eller ångrades", `href="`+first+`">koping-2012-09.csv</a>`, "– genomförd", "Läs om listan", "Genomför det som fortfarande stämmer", "Nya (2)")
		if answer := k.act(second, "apply"); answer.Code != 409 || !strings.Contains(answer.Body.String(), "välj Läs om listan") {
			t.Errorf("pressed in a window that was open already: %d %s", answer.Code, answer.Body)
		}
		k.holds(second, "Omfattning", "Alla hos arbetsgivaren")
		k.did(second, "anew")
		k.holds(second, "Nya (1)", "Inte i listan (1)", "1 person är som förut", "!jämfördes innan", ">Genomför<", "!följde inte med")
		if text := k.get(second + "?kind=new").Body.String(); strings.Contains(text, `value="yes" checked`) {
			t.Error("what was said no to is ticked after the list was read again")
		}
		k.holds(first, "!väntar på att genomföras")

		// Who carries it out all the same is told what was something else by then, and who.
		if answer := k.post(second+"/rows", "kind", "new", "do", "all"); answer.Code != 303 {
			t.Fatal(answer.Code)
		}
		k.did(second, "choices", "employer", k.payer, "on", "2012-10-01", "left_on", "2012-10-01", "column_name", "Namn", "column_workplace", "Arbetsplats", "column_municipality", "Kommun", "column_title", "Befattning", "column_from", "Anställd från")
		third, _ := k.send("koping-2012-09-15.csv", list(strings.ReplaceAll(eva+bo, "chef", "bibliotekarie"), cia))
		k.did(third, "apply")
		k.did(second, "apply", "do", "anyway")
		k.holds(second, "hade blivit något annat", "De här står inte i listan", ">Bo Ny</a>", "Läs in listan en gång till", `href="/imports/new"`, "!Rad: 0")
	})
}

// A list tells what it is whole for, and can be told that it is so for some workplaces only: then nobody elsewhere is missing from it.
func TestScopeOnPages(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		page, _ := k.send("koping-2012-09.csv", rosterFile(t, "koping-2012-09.csv"))
		k.act(page, "apply")
		const list = "Namn;Arbetsplats;Kommun;Befattning\r\nNy, Siv;Bokbussen;Köping;chef\r\nNy, Bo;Kolsva bibliotek;Köping;chef\r\nNy, Eva;Köpings stadsbibliotek;Köping;chef\r\n"
		page, _ = k.send("lista.csv", []byte(list))
		k.holds(page, "Omfattning", "Alla hos arbetsgivaren", "Inte i listan (24)")
		k.holds(page+"/choices", "Flera arbetsplatser i listan", "Bokbussen (Köping)</label>", "Bokbussen (Köping)</option>", ">Köping</option>")
		form := []string{"employer", k.payer, "on", "2012-10-01", "column_name", "Namn", "column_workplace", "Arbetsplats", "column_municipality", "Kommun", "column_title", "Befattning"}
		units, err := db.Values[string](t.Context(), d, `SELECT unit FROM unit_period WHERE name IN ('Bokbussen', 'Kolsva bibliotek')`)
		if err != nil || len(units) != 2 {
			t.Fatal(units, err)
		}
		if answer := k.act(page, "choices", append(form, "unit", units[0], "units", units[1])...); answer.Code != 303 {
			t.Fatal(answer.Code, answer.Body)
		}
		k.holds(page, "Bokbussen, Kolsva bibliotek", "!Alla hos arbetsgivaren", "Nya (2)", "Inte i listan (11)", "Fel (1)")
		k.holds(page+"/choices", `value="`+units[0]+`" checked`, `value="`+units[1]+`" checked`)
		for _, test := range []struct {
			says   string
			ticked []string
			whole  int
		}{
			{"one takes the place of those that were ticked before", units, 1},
			{"with another that is ticked now it is one of several", units[1:], 2},
		} {
			sent := url.Values{"unit": units[:1], "units": test.ticked, "version": {versionOf.FindStringSubmatch(k.get(page).Body.String())[1]}}
			for i := 0; i < len(form); i += 2 {
				sent.Set(form[i], form[i+1])
			}
			req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, page+"/choices", strings.NewReader(sent.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			answer := httptest.NewRecorder()
			k.handler.ServeHTTP(answer, req)
			imp, err := roster.Get(t.Context(), d, access.System, strings.TrimPrefix(page, "/imports/"))
			if err != nil || answer.Code != 303 || len(imp.Choices.Units) != test.whole || imp.Choices.Units[0] != units[0] {
				t.Errorf("%s: %d %q, %v", test.says, answer.Code, imp.Choices.Units, err)
			}
		}
	})
}

// Each kind of mistake is told with what to do about it, what is not read as people is told too, and what cannot be meant is told beside its field.
func TestImportMistakes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		const head, eva = "Efternamn;Förnamn;Arbetsplats;Kommun;Befattning;Anställd från\r\n", "Ny;Eva;Bokbussen;Köping;chef;2012-03-01\r\n"

		page, _ := k.send("rubrik.csv", []byte("Personal i Köping\r\n"+head+eva+"\r\n;;Filialen är stängd;;;\r\nNy;Bo;Bokbussen;Köping;chef;2001-01-01\r\nAntal: 2;;;;;\r\n"))
		k.holds(page, "2 rader med rubrik, summa eller anmärkning. Rader: 1, 7", "1 tom rad.", "Bara den som läste in listan och den som har hand om alla projekt ser den", "Rad: 5")
		k.holds(page+"?kind=mistake", "något enstaka ifyllt", "Rätta raden i listan", "Raderna med fel")

		page, _ = k.send("fel kolumn.csv", []byte("Personnummer;Namn\r\n;Ny, Eva\r\n"))
		k.holds(page+"?kind=mistake", "Listan behöver en kolumn", `href="`+page+`/choices">Rätta tolkningen`, "!Raderna med fel", "!Rätta raden i listan")
		page, _ = k.send("hel kolumn.csv", []byte(head+strings.Repeat(strings.Replace(eva, "2012-03-01", "nej", 1), 4)))
		k.holds(page+"?kind=mistake", "De flesta rader har samma fel", "Raderna med fel")

		columns := []string{"on", "2012-10-01", "column_family", "Efternamn", "column_given", "Förnamn", "column_workplace", "Arbetsplats", "column_municipality", "Kommun", "column_title", "Befattning", "column_from", "Anställd från"}
		page, _ = k.send("först.csv", []byte(head+eva+"Gammal;Bo;Bokbussen;Köping;chef;2001-01-01\r\n"))
		if answer := k.act(page, "choices", append(columns, "employer", k.payer)...); answer.Code != 303 {
			t.Fatalf("choices: %d %s", answer.Code, answer.Body)
		}
		if answer := k.act(page, "apply"); answer.Code != 303 {
			t.Fatalf("apply: %d", answer.Code)
		}
		page, _ = k.send("sedan.csv", []byte(head+"Ny;Siv;Bokbussen;Köping;chef;2012-09-01\r\n"))
		for _, test := range []struct {
			says  string
			form  []string
			words string
		}{
			{"a day of another decade", []string{"employer", k.payer, "left_on", "2001-10-01"}, "mer än två år från den dag som listan gäller, 1 oktober 2012"},
			{"a column twice", []string{"employer", k.payer, "column_phone", "Befattning"}, "Kolumnen ”Befattning” är redan vald för Befattning"},
			{"two employers", []string{"employer", k.payer, "new_employer", "Kungsörs kommun"}, "Du har valt en arbetsgivare som redan finns"},
			{"a number mistyped", []string{"employer", "", "new_employer", "Kungsörs kommun", "org_number", "212000-2115"}, "Organisationsnumret stämmer inte"},
			{"a number mistyped in the name", []string{"employer", "", "new_employer", "Kungsörs kommun 212000-2115"}, "Organisationsnumret stämmer inte"},
			{"one that is there already as new", []string{"employer", "", "new_employer", "Köpings kommun"}, "Arbetsgivaren finns redan"},
			{"a number that nobody has, without a name", []string{"employer", "", "org_number", "212000-1447"}, "Skriv också vad arbetsgivaren heter"},
		} {
			answer := k.act(page, "choices", append(columns, test.form...)...)
			text := strings.ReplaceAll(answer.Body.String(), "\u00a0", " ")
			if answer.Code != 422 || !strings.Contains(text, test.words) {
				t.Errorf("%s: %d, without %q\n%s", test.says, answer.Code, test.words, text)
			}
			if opened := strings.Contains(text, `<details class="ds-details" open>`); opened != strings.Contains(test.says, "column") {
				t.Errorf("%s: the columns stand open: %t", test.says, opened)
			}
			if typed := test.form[len(test.form)-1]; !strings.Contains(text, `value="`+typed+`"`) {
				t.Errorf("%s: %q is lost", test.says, typed)
			}
		}

		// A number without a name says who, of those that are there.
		if answer := k.act(page, "choices", append(columns, "employer", "", "org_number", "212000-2114")...); answer.Code != 303 {
			t.Fatalf("choices: %d %s", answer.Code, answer.Body)
		}
		k.holds(page, "Köpings kommun", "!(ny)")

		// Who began later than they are said to have left is told, before and after.
		if answer := k.act(page, "choices", append(columns, "employer", k.payer, "left_on", "2012-02-01")...); answer.Code != 303 {
			t.Fatalf("choices: %d %s", answer.Code, answer.Body)
		}
		k.holds(page+"?kind=mistake", "Slutat (1)", "Fel (1)", "Eva Ny", "Började den 1 mars 2012", "Rätta tolkningen", "!Raderna med fel")
		if answer := k.act(page, "apply"); answer.Code != 303 {
			t.Fatalf("apply: %d", answer.Code)
		}
		k.holds(page, "Slutat: 1", "började senare än den dag då de skulle ha varit borta", "Eva Ny")
	})
}

// A large list is read and carried out in the background. What is large is so by default on SQLite; on PostgreSQL, where thousands of
// rows take half a minute of a processor, less is.
func TestLargeImport(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, s := newImports(t, d)
		if d.Engine() == "PostgreSQL" {
			s.Soon = 300
		}
		rows := cmp.Or(s.Soon, soonRows) + 1
		// A job finds out anew what whoever asked for it may do, so they have an account.
		err := d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			p, err := people.CreatePerson(ctx, tx, people.Person{Given: "Eva", Family: "Kontor", Gender: "woman", Email: "eva@example.org"})
			if err != nil {
				return err
			}
			if err := auth.NewAccount(ctx, tx, access.System, p.ID, p.Email); err != nil {
				return err
			}
			k.viewer.Person = p.ID
			_, err = auth.AddGrant(ctx, tx, access.System, p.ID, access.Grant{Role: access.Office, Valid: local.Period{From: "2010-01-01"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		content := append(rosterFile(t, "koping-2012-09.csv"), bytes.Repeat([]byte(";;;;;;;\r\n"), soonBytes/9+1)...)
		page, _ := k.send("stor.csv", content)
		if text := k.get(page).Body.String(); !strings.Contains(text, "0 procent klart") {
			t.Error("the page does not tell that the list is being read")
		}
		worker := &job.Worker{DB: d, Handlers: s.Jobs(), Clock: time.Now, Log: slog.New(slog.DiscardHandler), Pause: time.Millisecond}
		step := func() {
			t.Helper()
			if some, err := worker.Step(t.Context()); !some || err != nil {
				t.Fatal(some, err)
			}
		}
		persons := func(want int, when string) {
			t.Helper()
			if n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM person`); err != nil || n != want {
				t.Errorf("%s there are %d people, %v, want %d", when, n, err, want)
			}
		}
		says := func(page, want string) {
			t.Helper()
			if text := k.get(page).Body.String(); !strings.Contains(text, want) {
				t.Errorf("the page does not say %q", want)
			}
		}
		step()
		says(page, "Nya (24)")

		// Many rows are carried out in the background: the answer comes before it is done, and until it begins it can be stopped.
		var many strings.Builder
		many.WriteString("Efternamn;Förnamn;Arbetsplats;Kommun;Befattning;Tjänstgöringsgrad;Anställd from\r\n")
		for i := range rows {
			fmt.Fprintf(&many, "Ek%d;Eva;Köpings bibliotek;Köping;bibliotekarie;100;2001-01-01\r\n", i)
		}
		before, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM person`)
		if err != nil {
			t.Fatal(err)
		}
		page, _ = k.send("koping-2012-09-manga.csv", []byte(many.String()))
		if answer := k.act(page, "choices", "employer", k.payer, "on", "2012-10-01", "column_family", "Efternamn", "column_given", "Förnamn", "column_workplace", "Arbetsplats",
			"column_municipality", "Kommun", "column_title", "Befattning", "column_share", "Tjänstgöringsgrad", "column_from", "Anställd from"); answer.Code != 303 {
			t.Fatalf("choices: %d", answer.Code)
		}
		if answer := k.act(page, "apply"); answer.Code != 303 {
			t.Fatalf("apply: %d", answer.Code)
		}
		persons(before, "before the work is done")
		says(page, "Än så länge går det att stoppa")
		if answer := k.post(page + "/stop"); answer.Code != 303 {
			t.Errorf("stop: %d", answer.Code)
		}
		if some, err := worker.Step(t.Context()); some || err != nil {
			t.Errorf("what was stopped is done all the same: %v %v", some, err)
		}
		persons(before, "once stopped")

		if answer := k.act(page, "apply"); answer.Code != 303 {
			t.Fatalf("apply once more: %d", answer.Code)
		}
		step()
		persons(before+rows, "once it is done")
		if answer := k.act(page, "undo"); answer.Code != 303 {
			t.Fatalf("undo: %d", answer.Code)
		}
		persons(before+rows, "before it is undone")
		step()
		persons(before, "once it is undone")

		// Undone before the newer list that changed everyone in it, it is undone once more after that one: of so many, in the background too.
		carry := func(name, list string) (page string) {
			t.Helper()
			page, _ = k.send(name, []byte(list))
			k.understood(page, "employer", k.payer, "column_share", "Tjänstgöringsgrad", "column_from", "Anställd from")
			if answer := k.act(page, "apply"); answer.Code != 303 {
				t.Fatalf("apply %s: %d", name, answer.Code)
			}
			step()
			return page
		}
		older := carry("en gång.csv", many.String())
		newer := carry("en gång till.csv", strings.ReplaceAll(many.String(), ";100;", ";90;"))
		for _, undo := range []struct {
			page, says string
			persons    int
		}{{older, "0 personer är som före importen", before + rows}, {newer, "Ångrad", before + rows}, {older, strings.ReplaceAll(locale.Swedish.Number(rows), "\u00a0", " ") + " personer är som före importen", before}} {
			if answer := k.act(undo.page, "undo"); answer.Code != 303 {
				t.Fatalf("undo %s: %d", undo.page, answer.Code)
			}
			step()
			k.holds(undo.page, undo.says)
			persons(undo.persons, "once "+undo.page+" is undone")
		}
	})
}

// Who lies in no municipality that there is, is put right in the list; which one it is is asked only where the list tells none.
func TestWhereRowsBelong(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, _ := newImports(t, d)
		page, _ := k.send("lista.csv", []byte("Namn;Arbetsplats;Kommun\nEk, Eva;Filialen;Kjöping\n"))
		k.holds(page, "hör hemma. Rätta dem, så ser kollegerna", "!ange kommunen under")
		page, _ = k.send("annan.csv", []byte("Namn;Arbetsplats\nEk, Eva;Provfilialen\n"))
		k.holds(page, "ange kommunen under Rätta tolkningen")
	})
}
