package web

import (
	"context"
	"encoding/xml"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
)

// A feedRead is what a feed reader makes of a feed.
type feedRead struct {
	XMLName xml.Name  `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string    `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	ID      string    `xml:"id"`
	Title   string    `xml:"title"`
	Updated time.Time `xml:"updated"`
	Author  []string  `xml:"author>name"`
	Links   []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"link"`
	Entries []struct {
		ID        string    `xml:"id"`
		Title     string    `xml:"title"`
		Published time.Time `xml:"published"`
		Updated   time.Time `xml:"updated"`
		Content   struct {
			Type string `xml:"type,attr"`
			Text string `xml:",chardata"`
		} `xml:"content"`
	} `xml:"entry"`
}

// Letters and posts are told whole, the newest first, under names that last; drafts and pages are not. The words follow the
// address, not the browser.
func TestAtom(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := programme.Programme{Slug: "kompobib", Name: "Framtidens bibliotek", ShortName: "Framtid & vi", FundingPeriod: "2007-2013",
			Starts: "2011-01-17", Ends: "2013-03-31", Zone: zone, Published: true}
		publish := func(title, date string, kind publishing.Kind, body string, shown bool) string {
			x := publishing.Publication{Programme: p.ID, Kind: kind, Place: publishing.Other,
				Text: publishing.Text{Title: title, Body: body, Language: "sv", Recipients: "Alla", Date: local.Date(date)}}
			err := d.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) error {
				if err := publishing.Create(ctx, tx, access.System, &x); err != nil || !shown {
					return err
				}
				return publishing.Publish(ctx, tx, access.System, x.ID, 1)
			})
			if err != nil {
				t.Fatal(err)
			}
			return "/p/kompobib/" + parts[kind] + "/" + x.Slug
		}
		if err := d.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) error { return programme.Create(ctx, tx, access.System, &p) }); err != nil {
			t.Fatal(err)
		}
		desk := newPlanner(t, d, access.Viewer{})
		const at = "/p/kompobib/feed.atom"
		read := func(query string) (f feedRead) {
			t.Helper()
			if err := xml.Unmarshal([]byte(desk.wants(query, desk.get(at+query), 200).body), &f); err != nil {
				t.Fatal(err)
			}
			return f
		}
		if f := read(""); len(f.Entries) != 0 || f.Updated.IsZero() {
			t.Errorf("an empty feed: %v", f)
		}
		if page := desk.get("/p/kompobib"); strings.Contains(page.body, "feed.atom") {
			t.Error("a feed with nothing in it is led to")
		}
		first := publish("Första <brevet> & mer", "2012-10-01", publishing.Letter, "Hej *alla*\n\n<script>x</script>\n\n[läs](/p/kompobib/documents/a)", true)
		middle := publish("Inlägg", "2012-10-05", publishing.Post, "Text ]]> &amp; slut", true)
		last := publish("Andra brevet", "2012-10-09", publishing.Letter, "Hej igen", true)
		publish("Utkast", "2012-10-10", publishing.Letter, "Inte än", false)
		publish("Sida", "", publishing.Page, "En sida", true)

		f := read("")
		var titles []string
		ids := map[string]bool{f.ID: true}
		for _, e := range f.Entries {
			titles, ids[e.ID] = append(titles, e.Title), true
			if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(e.ID) || e.Updated.Before(e.Published) || e.Content.Type != "html" {
				t.Errorf("%v", e)
			}
		}
		if got := strings.Join(titles, ", "); got != "Andra brevet, Inlägg, Första <brevet> & mer" || len(ids) != 4 {
			t.Errorf("%s; %v", got, ids)
		}
		if f.Lang != "sv" || f.Title != "Framtid & vi: brev och blogg" || len(f.Author) != 1 || len(f.Links) != 2 || f.Links[0].Href != "http://example.com"+at {
			t.Errorf("%v", f)
		}
		if text := f.Entries[2].Content.Text; strings.Contains(text, "<script") || !strings.Contains(text, `<em>alla</em>`) || !strings.Contains(text, `href="http://example.com/p/kompobib/documents/a"`) {
			t.Errorf("the text: %s", text)
		}
		if again := read(""); again.ID != f.ID || again.Updated != f.Updated || again.Entries[0].ID != f.Entries[0].ID {
			t.Error("it changed by itself")
		}
		if f := read("?lang=en"); f.Lang != "en" || f.Title != "Framtid & vi: letters and blog" {
			t.Errorf("in English: %s %s", f.Lang, f.Title)
		}
		desk.wants("the page", desk.get("/p/kompobib"), 200, `rel="alternate" type="application/atom+xml"`, at+"?lang=en")

		desk.wants("the first", desk.get(first), 200, `rel="next" lang="sv" href="`+last+`"`)
		desk.wants("the last", desk.get(last), 200, `rel="prev" lang="sv" href="`+first+`"`)
		for path, not := range map[string]string{first: `rel="prev"`, last: `rel="next"`, middle: `class="beside"`} {
			if strings.Contains(desk.get(path).body, not) {
				t.Errorf("%s has %s", path, not)
			}
		}
		desk.wants("no such programme", desk.get("/p/other/feed.atom"), 404)
	})
}

// Who passes a link on gets a picture, at an address that all may fetch.
func TestShared(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		desk := newPlanner(t, d, access.Viewer{})
		desk.server.URL = "https://kompobib.example.org"
		picture := first(t, desk.get("/calendar").body, `property="og:image" content="https://kompobib.example.org(/static/[^"]+\.png)"`)
		if got := desk.wants("the picture", desk.get(picture), 200); !strings.HasPrefix(got.body, "\x89PNG") || len(got.body) > 10_000 {
			t.Errorf("%d bytes", len(got.body))
		}
	})
}

// Whatever a text says, the feed is one that parses.
func FuzzAtom(f *testing.F) {
	f.Add("<b>&", "]]>\x00\ufffe")
	f.Fuzz(func(t *testing.T, title, body string) {
		w := httptest.NewRecorder()
		feed := atomFeed{Title: title, Entries: []atomEntry{{Title: title, Summary: body, Content: atomText{"html", absolute(publishing.HTML(body, "x"), "http://x")}}}}
		if err := xml.NewEncoder(w).Encode(feed); err != nil {
			t.Fatal(err)
		}
		var back feedRead
		if err := xml.Unmarshal(w.Body.Bytes(), &back); err != nil && !strings.Contains(err.Error(), "parsing time") {
			t.Fatal(err)
		}
	})
}
