package web

import (
	"strings"
	"testing"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/letter"
	"kompobib/internal/web/locale"
)

// Every letter says whom it is to, what it is about and where to go on, is filled in whole, and ends with who paid.
func TestLetters(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		l := Letters{DB: d, Now: time.Now, URL: "https://kompobib.example.org"}
		occasion := letter.Letter{ID: "x", Person: w.viewers["participant"], AboutKind: "occasion", About: w.rows["occasion"]["own"], Programme: w.rows["programme"]["own"]}
		const title, link = "Föreläsning own – Köping", "/occasions/"
		when := "Biblioteket, på nätet"
		meeting := func(start string) map[string]any {
			return map[string]any{"date": "2012-11-07", "start": start, "end": "16:00", "place": "Biblioteket", "address": ""}
		}
		for _, test := range []struct {
			template string
			args     map[string]any
			says     []string
			not      string
		}{
			{letter.Seated, map[string]any{"why": "self", "place": 0.0}, []string{title, link, when, "Biblioteket"}, "anmälde dig"},
			{letter.Seated, map[string]any{"why": "contact"}, []string{"Kontaktpersonen på din arbetsplats anmälde dig."}, ""},
			{letter.Waiting, map[string]any{"place": 7.0}, []string{title, "Din plats på listan: 7."}, ""},
			{letter.Promoted, map[string]any{"why": "promoted"}, []string{title, "den är din", when}, ""},
			{letter.Cancelled, map[string]any{"why": "office"}, []string{title, "projektkontoret avanmälde dig"}, when},
			{letter.Cancelled, map[string]any{"why": "something unheard of"}, []string{title}, "unheard"},
			{letter.OccasionCancelled, map[string]any{"why": "Föreläsaren {är} sjuk."}, []string{title, "Föreläsaren (är) sjuk."}, when},
			{letter.OccasionChanged, map[string]any{"before": meeting("13:00"), "after": meeting("14:00")}, []string{"Det här gällde förut:", "Det här gäller nu:"}, ""},
			{letter.OccasionChanged, map[string]any{"after": meeting("14:00")}, []string{"En ny träff"}, ""},
			{letter.OccasionChanged, map[string]any{"before": meeting("13:00")}, []string{"inställd"}, ""},
			{letter.OccasionChanged, map[string]any{"before": meeting("13:00"), "after": meeting("13:00")}, []string{"Länken"}, ""},
			{letter.Invitation, nil, []string{title, link}, ""},
		} {
			x := occasion
			x.Template, x.Args = test.template, test.args
			text, err := l.Render(t.Context(), x)
			if err != nil {
				t.Errorf("%s: %v", test.template, err)
				continue
			}
			for _, want := range append(test.says, "Hej ann Test!", "kompobib@example.org") {
				if !strings.Contains(text.Subject+"\n"+text.Plain, want) {
					t.Errorf("%s does not say %q:\n%s", test.template, want, text.Plain)
				}
			}
			if test.not != "" && strings.Contains(text.Plain, test.not) {
				t.Errorf("%s says %q:\n%s", test.template, test.not, text.Plain)
			}
			if !strings.HasSuffix(text.Plain, "\n\nProjektet medfinansieras av Europeiska socialfonden\n") {
				t.Errorf("%s does not end with who paid:\n%s", test.template, text.Plain)
			}
			if text.To != "ann@example.org" || text.Kept != text.Plain || !strings.Contains(text.HTML, `<a href="https://kompobib.example.org/occasions/`) {
				t.Errorf("%s: to %s, %s", test.template, text.To, text.HTML)
			}
		}
		for kind, about := range map[string]string{"activity": w.rows["activity"]["own"], "programme": w.rows["programme"]["own"]} {
			x := occasion
			x.Template, x.AboutKind, x.About = letter.Invitation, kind, about
			if text, err := l.Render(t.Context(), x); err != nil || strings.Contains(text.Subject, "en aktivitet") {
				t.Errorf("about a %s: %q, %v", kind, text.Subject, err)
			}
		}
		gone := occasion
		gone.Template, gone.About = letter.Seated, "no such"
		if _, err := l.Render(t.Context(), gone); err != letter.ErrPointless {
			t.Errorf("about what is no longer there: %v", err)
		}
	})
}

// Each letter has a subject, a text and a link in both languages.
func TestLettersHaveWords(t *testing.T) {
	for _, l := range locale.Languages {
		for _, template := range letter.Templates {
			if !l.Has("letter-template." + template) {
				t.Errorf("the list of letters has no word for %s in %s", template, l.Tag())
			}
			for _, part := range []string{"subject", "body", "link"} {
				if !l.Has("letter." + template + "-" + part) {
					t.Errorf("%s lacks a %s in %s", template, part, l.Tag())
				}
			}
		}
	}
}
