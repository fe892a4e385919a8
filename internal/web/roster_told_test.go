package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
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
		k := newDesk(t, d)
		s := &Server{DB: d, Ring: testRing(t), Files: worldFiles(t), Log: slog.New(slog.DiscardHandler), Now: still, Viewer: func(*http.Request) access.Viewer { return k.viewer }}
		k.handler = s.Handler()
		page, _ := k.send("köping.csv", []byte("Namn;Arbetsplats;Befattning\nEk, Eva;Provfilialen;chef\n"))
		k.holds(page+"/choices", `<option value="" selected>Tolka ur listan: Köping</option>`, "går före vad bladen heter")
		if imp, err := roster.Get(t.Context(), d, access.System, strings.TrimPrefix(page, "/imports/")); err != nil || imp.Choices.Municipality != "" || imp.View.Municipality == "" {
			t.Errorf("%+v, %v", imp.Choices, err)
		}
	})
}

// A list that waits and whose file has been deleted says that it is to be added again, and not to press a button that is not there.
func TestDeletedListIsNotReadAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		s := &Server{DB: d, Ring: testRing(t), Files: worldFiles(t), Log: slog.New(slog.DiscardHandler), Now: still, Viewer: func(*http.Request) access.Viewer { return k.viewer }}
		k.handler = s.Handler()
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
		k.holds(waits, "!Läs om listan<")
		if answer := k.act(waits, "apply"); answer.Code != 404 || !strings.Contains(answer.Body.String(), "Filen är borttagen. Lägg in den igen.") {
			t.Errorf("without it: %d %s", answer.Code, answer.Body)
		}
	})
}
