package web

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// A public site over a world.
func publicSite(t *testing.T, d *db.DB) http.Handler {
	t.Helper()
	s := &Server{DB: d, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: time.Now, Service: "KompoBib", URL: "https://kompobib.example.org",
		Viewer: func(*http.Request) access.Viewer { return access.Viewer{} }}
	return s.Handler()
}

func asked(t *testing.T, site http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	site.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s = %d", path, w.Code)
	}
	return w
}

// parsed are the events of a feed, by the start of their text of time.
func parsed(t *testing.T, text string) []ical.Event {
	t.Helper()
	cal, err := ical.NewDecoder(strings.NewReader(text)).Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return cal.Events()
}

// What a calendar program reads is what the pages say: local times in a zone that the feed itself explains, ids that
// stay, numbers that grow, and nobody's name.
func TestFeed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		site := publicSite(t, d)
		answer := asked(t, site, "/p/kompobib/calendar.ics")
		text := answer.Body.String()
		if kind := answer.Header().Get("Content-Type"); kind != "text/calendar; charset=utf-8" {
			t.Error(kind)
		}
		if strings.Count(text, "\n") != strings.Count(text, "\r\n") {
			t.Error("lines do not end as RFC 5545 says")
		}
		for _, secret := range []string{"Test", "ann@", w.rows["person"]["own"], "organiser", "online.example.org"} {
			if strings.Contains(text, secret) {
				t.Errorf("the feed tells %q", secret)
			}
		}
		find := func(text, meeting string) *ical.Event {
			t.Helper()
			for _, e := range parsed(t, text) {
				if uid, _ := e.Props.Text(ical.PropUID); uid == meeting+"@kompobib" {
					return &e
				}
			}
			t.Fatalf("%s is not in the feed", meeting)
			return nil
		}
		meeting := w.rows["meeting"]["own"]
		e := find(text, meeting)
		starts, err := e.DateTimeStart(nil)
		if err != nil || !starts.Equal(time.Date(2012, 11, 7, 12, 0, 0, 0, time.UTC)) {
			t.Errorf("starts %v, %v", starts, err)
		}
		if zone := e.Props.Get(ical.PropDateTimeStart).Params.Get("TZID"); zone != "Europe/Stockholm" || !strings.Contains(text, "TZID:Europe/Stockholm") || !strings.Contains(text, "TZOFFSETTO:+0200") {
			t.Errorf("zone %q in\n%s", zone, text)
		}
		number := func(e *ical.Event) int {
			n, err := e.Props.Get(ical.PropSequence).Int()
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := number(e)
		if err := d.Tx(t.Context(), "office", func(ctx context.Context, tx *db.Tx) error {
			m, err := activity.GetMeeting(ctx, tx, access.System, meeting)
			if err != nil {
				return err
			}
			m.Span.Start, m.Place = "14:00", "Rådhuset, sal 2; plan 1"
			return activity.UpdateMeeting(ctx, tx, access.System, &m)
		}); err != nil {
			t.Fatal(err)
		}
		e = find(asked(t, site, "/p/kompobib/calendar.ics").Body.String(), meeting)
		place, err := e.Props.Text(ical.PropLocation)
		if err != nil || place != "Rådhuset, sal 2; plan 1" || number(e) <= before {
			t.Errorf("after the change: %q, number %d after %d, %v", place, number(e), before, err)
		}
		if status, _ := e.Status(); status != ical.EventConfirmed {
			t.Errorf("status %s", status)
		}
		if err := d.Tx(t.Context(), "office", func(ctx context.Context, tx *db.Tx) error {
			o, err := activity.GetOccasion(ctx, tx, access.System, w.rows["occasion"]["own"])
			if err != nil {
				return err
			}
			return activity.CancelOccasion(ctx, tx, access.System, o.ID, o.Version, "")
		}); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/p/kompobib/calendar.ics", "/calendar.ics", "/calendar.ics?kind=lecture&programme=kompobib", "/occasions/" + w.rows["occasion"]["own"] + "/calendar.ics"} {
			e = find(asked(t, site, path).Body.String(), meeting)
			if status, _ := e.Status(); status != ical.EventCancelled {
				t.Errorf("%s: a cancelled occasion is %s", path, status)
			}
		}
		for path, most := range map[string]int{"/calendar.ics?kind=course": 0, "/calendar.ics?goal=" + w.rows["goal"]["elsewhere"]: 3} {
			if n := len(parsed(t, asked(t, site, path).Body.String())); n != most {
				t.Errorf("%s has %d events, not %d", path, n, most)
			}
		}
	})
}

// Search engines are told where everything is, and when and where it is held.
func TestSearchEngines(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		site := publicSite(t, d)
		occasion := "/occasions/" + w.rows["occasion"]["own"]
		sitemap := asked(t, site, "/sitemap.xml").Body.String()
		for _, path := range []string{"/", "/p/kompobib", "/p/kompobib/letters/hej", "/p/annat/blog", "/p/annat/hej", "/activities/" + w.rows["activity"]["own"], occasion} {
			if !strings.Contains(sitemap, "<loc>https://kompobib.example.org"+path+"</loc>") {
				t.Errorf("%s is not in the sitemap", path)
			}
		}
		if robots := asked(t, site, "/robots.txt").Body.String(); !strings.Contains(robots, "Sitemap: https://kompobib.example.org/sitemap.xml") {
			t.Error(robots)
		}
		page := asked(t, site, occasion+"?from=here").Body.String()
		for _, want := range []string{`<link rel="canonical" href="https://kompobib.example.org` + occasion + `">`, `<meta name="description"`, `<meta property="og:title"`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page has no %s", want)
			}
		}
		block := regexp.MustCompile(`<script type="application/ld\+json">(.*?)</script>`).FindStringSubmatch(page)
		if block == nil {
			t.Fatal("no data")
		}
		var events []map[string]any
		if err := json.Unmarshal([]byte(block[1]), &events); err != nil || len(events) != 1 {
			t.Fatal(block[1], err)
		}
		if e := events[0]; e["@type"] != "Event" || e["startDate"] != "2012-11-07T13:00:00+01:00" || e["eventStatus"] != "https://schema.org/EventScheduled" || strings.Contains(block[1], "online.example.org") {
			t.Errorf("%v", e)
		}
	})
}

// A month has every day of it once, from a Monday to a Sunday, and what is held stands on its day.
func TestMonth(t *testing.T) {
	for month, want := range map[string]string{"2012-10": "2012-10-01 5", "2012-07": "2012-06-25 6", "2010-02": "2010-02-01 4"} {
		first, err := time.Parse("2006-01", month)
		if err != nil {
			t.Fatal(err)
		}
		weeks := weeksOf(first)
		if got := string(weeks[0].Days[0].Date) + " " + string(rune('0'+len(weeks))); got != want {
			t.Errorf("%s: %s, want %s", month, got, want)
		}
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newWorld(t, d)
		site := publicSite(t, d)
		page := asked(t, site, "/calendar/month?month=2012-11").Body.String()
		if n := strings.Count(page, "Föreläsning"); n < 3 {
			t.Errorf("%d lectures on their day in November", n)
		}
		if empty := asked(t, site, "/calendar/month?month=2012-11&kind=course").Body.String(); strings.Contains(empty, "Föreläsning own") {
			t.Error("a lecture is no course")
		}
	})
}
