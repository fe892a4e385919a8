package view_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/browsertest"
	"kompobib/internal/fault"
	"kompobib/internal/web/locale"
	"kompobib/internal/web/static"
	"kompobib/internal/web/view"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

var errEmpty = &fault.Fault{Kind: fault.Invalid, Code: "local.date"}

func reader(l locale.Language, req *http.Request) view.Reader {
	office := access.Viewer{Person: "p", Grants: []access.Grant{{Role: access.Participant}, {Role: access.Office, Programme: "k"}, {Role: access.Contact, Workplaces: []string{"w"}}}}
	logo := static.URL("favicon.svg")
	return view.Reader{Viewer: office, Language: l, URL: req.URL, Name: "Åsa Exempelsson", Site: &view.Site{Outbox: true, Programmes: []view.Programme{{
		ID: "k", Slug: "k", Name: "Kompetensutveckling för framtidens bibliotek", ShortName: "KompoBib2020", State: "running", Emblem: "emblem/eu.svg",
		EmblemAlt: [2]string{"EU-flaggan", "The EU flag"}, Statement: [2]string{"Projektet medfinansieras av Europeiska socialfonden", "The project is co-financed by the European Social Fund"},
		Partners: []view.Partner{{Name: "Ett län", Logo: logo, Alt: "Ett län"}},
	}}}}
}

// Every piece on one page: what axe finds, and whether it fits, by width, scheme and language.
func TestPieces(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if f := static.At(req.URL.Path); f != nil {
			w.Header().Set("Content-Type", f.Kind)
			w.Write(f.Body)
			return
		}
		l, _ := locale.Named(req.URL.Query().Get("lang"))
		r := reader(l, req)
		faults := fault.List{errEmpty.At("date"), errEmpty.At("title")}
		if req.URL.Path == "/fine" {
			faults = nil
			r.Notice = &view.Notice{Code: "trouble.start"}
		}
		if err := pieces(r, faults).Render(req.Context(), w); err != nil {
			t.Error(err)
		}
	}))
	defer site.Close()
	page := browsertest.New(t, site.URL)
	for _, test := range []struct {
		path   string
		width  int64
		scheme string
	}{
		{"/people", 1280, "light"}, {"/people", 1280, "dark"}, {"/fine?lang=en", 1280, "light"}, {"/people", 390, "light"}, {"/fine", 390, "dark"}, {"/people", 320, "light"},
	} {
		page.Look(test.width, 900, test.scheme)
		page.Go(test.path)
		name := fmt.Sprintf("%s-%s-%d", strings.Trim(test.path, "/"), test.scheme, test.width)
		for _, line := range page.Axe() {
			t.Errorf("%s: axe: %s", name, line)
		}
		for _, line := range page.Overflow() {
			t.Errorf("%s: too wide: %s", name, line)
		}
		page.Picture(name)
	}
	page.Look(1280, 900, "light")
	page.Go("/people")
	if got := page.Focused(); got[:3] != "div" {
		t.Errorf("after mistakes the focus is on %q, want the summary of them", got)
	}
}
