package demo_test

import (
	"html"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/demo"
	"kompobib/internal/local"
	"kompobib/internal/secret"
	"kompobib/internal/web"
)

// fronts are what the programme's first page tells on the day of the kickoff, on that of the extension, and when all is over: how far it has come, the appeal, the newest
// letter and older ones, what comes next, the goal, and where there is more to read.
var fronts = map[local.Date][]string{
	"2011-09-09": {"Projektet har pågått sedan den 17 januari 2011 och slutar den 31 januari 2013.", "Nu är det höst", "Se vad som är på gång",
		"Senaste brevet", "Inför fredagen: så hittar du till kickoffen", "måndag 5 september 2011", "Tidigare brev", "Boka den 9 september", "Härnäst", "Kickoff för KompoBib2020", "Har börjat",
		"Vårt mål", "Projektbeskrivningen", "Dela & Lär", "Senast i bloggen", "Stängt i dag, vi är i Örebro"},
	"2012-10-12": {"Projektet har pågått sedan den 17 januari 2011 och slutar den 31 mars 2013.", "Vi får två månader till!", "Se vad som är på gång",
		"Senaste brevet", "Vi får två månader till: projektet pågår till den 31 mars 2013", "fredag 12 oktober 2012", "Tidigare brev", "Höstens program är klart", "Härnäst", "Surahammar",
		"Vårt mål", "Projektbeskrivningen", "Dela & Lär", "Senast i bloggen", "Att få pröva utan att någon tittar"},
	"2013-05-02": {"Projektet avslutades den 31 mars 2013. Erfarenheterna lever vidare i Dela & Lär.", "Tack, alla som var med!", "Fortsätt i Dela & Lär", "Allt som hölls i projektet",
		"Senaste brevet", "Projektet är avslutat, Dela & Lär fortsätter", "tisdag 2 april 2013", "Tidigare brev", "Tack för två år tillsammans",
		"Vårt mål", "Dela & Lär", "Projektbeskrivningen", "Senast i bloggen", "Hur märker användarna det?"},
}

var tag = regexp.MustCompile(`<[^>]*>`)

// front fails unless the programme's first page tells what it is to tell that day, in that order, then who stands behind it, and whom to ask.
func front(t *testing.T, d *db.DB) {
	t.Helper()
	tells := fronts[local.DateOf(d.Now(), time.UTC)]
	if tells == nil {
		t.Fatalf("%s is no day of those", d.Now())
	}
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(t.Context(), "GET", "/p/"+demo.Slug, nil)
	(&web.Server{DB: d, Ring: ring, Log: slog.New(slog.DiscardHandler), Now: time.Now}).Handler().ServeHTTP(answer, req)
	page := answer.Body.String()
	_, text, _ := strings.Cut(page, "<main")
	text = strings.Join(strings.Fields(strings.ReplaceAll(html.UnescapeString(tag.ReplaceAllString(text, " ")), "\u00a0", " ")), " ")
	for _, want := range append(tells, "Projektägare", "Landstinget Sörmland", "Samverkanspart", "Länsbibliotek Sörmland", "Regionförbundet Örebro", "Landstinget Västmanland",
		"Medfinansiär", "Europeiska socialfonden", "I samarbete med", "Örebro läns landsting", "Kontakt", "projektkontoret@example.org", "Projektet medfinansieras av Europeiska socialfonden") {
		_, rest, found := strings.Cut(text, want)
		if !found {
			t.Errorf("the page does not tell %q there: %s", want, text)
			return
		}
		text = rest
	}
}
