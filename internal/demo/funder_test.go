package demo_test

import (
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/demo"
	"kompobib/internal/secret"
	"kompobib/internal/web"
)

func init() {
	demo.PublicPages = func(t *testing.T, d *db.DB) { funded(t, d); front(t, d) }
}

var publicLink = regexp.MustCompile(`href="(/p/[^"#?]*|/calendar[^"#]*|/activities/[^"#?]*|/occasions/[^"#?]*)"`)

// funded fails unless each public page of the programme that a visitor comes to from its first has the funder's emblem and statement, whether the
// programme is under way or over.
func funded(t *testing.T, d *db.DB) {
	t.Helper()
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	pages := (&web.Server{DB: d, Ring: ring, Log: slog.New(slog.DiscardHandler), Now: time.Now}).Handler()
	const home = "/p/" + demo.Slug
	activities, err := activity.ListActivities(t.Context(), d, access.Viewer{}, activity.ActivityFilter{})
	if err != nil || len(activities) == 0 {
		t.Fatalf("%d activities, %v", len(activities), err)
	}
	seen := map[string]bool{}
	ways := []string{"/", home, "/activities/" + activities[0].ID}
	for len(ways) > 0 && len(seen) < 150 {
		way := html.UnescapeString(ways[0])
		ways = ways[1:]
		if seen[way] || strings.HasPrefix(way, home+"/documents/") { // which are files
			continue
		}
		seen[way] = true
		answer := httptest.NewRecorder()
		pages.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, way, nil))
		if answer.Code == http.StatusSeeOther || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") {
			continue // a feed, a file, or the way on
		}
		page := answer.Body.String()
		for _, want := range []string{`<span class="emblem" role="img" aria-label="EU-flaggan"><svg`, "Projektet medfinansieras av Europeiska socialfonden"} {
			if answer.Code != http.StatusOK || !strings.Contains(page, want) {
				t.Errorf("%s = %d has no %q", way, answer.Code, want)
			}
		}
		for _, link := range publicLink.FindAllStringSubmatch(page, -1) {
			ways = append(ways, link[1])
		}
	}
	for _, must := range []string{"/calendar", home + "/letters", home + "/projektbeskrivning", home + "/blog", home + "/dela-och-lar", home + "/documents", home + "/kontakt"} {
		if !seen[must] {
			t.Errorf("no visitor comes to %s", must)
		}
	}
	letters := 0
	for way := range seen {
		if strings.HasPrefix(way, home+"/letters/") {
			letters++
		}
	}
	if letters == 0 {
		t.Error("the archive has no letter")
	}
}
