package web

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/programme"
)

// The office writes a letter with the slip that the model programme's had, is told of it, looks, publishes, and mends it.
func TestLetter(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := programme.Programme{Slug: "kompobib", Name: "Framtidens bibliotek", ShortName: "Framtid", FundingPeriod: "2007-2013",
			Starts: "2011-01-17", Ends: "2013-03-31", Zone: zone, Published: true}
		if err := d.Tx(t.Context(), "admin", func(ctx context.Context, tx *db.Tx) error { return programme.Create(ctx, tx, access.System, &p) }); err != nil {
			t.Fatal(err)
		}
		desk := newPlanner(t, d, planner(access.Office, p.ID))
		const slip = "Projektets sista dag är den 31\u00a0mars\u00a02013. Är årtalet rätt?"
		fields := map[string]string{"kind": "letter", "title": "Förlängning", "date": "2012-10-12", "recipients": "Alla deltagare", "language": "sv",
			"body": "Projektet förlängs till 20120331.\n\n<script>alert(1)</script>"}
		form := func(more ...string) string {
			q := url.Values{}
			for name, value := range fields {
				q.Set(name, value)
			}
			for i := 0; i < len(more); i += 2 {
				q.Set(more[i], more[i+1])
			}
			return q.Encode()
		}
		send := func(path, body string) *httptest.ResponseRecorder {
			t.Helper()
			w := httptest.NewRecorder()
			req := httptest.NewRequestWithContext(t.Context(), "POST", path, strings.NewReader(body))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Accept-Language", "sv")
			desk.http.ServeHTTP(w, req)
			return w
		}
		read := func(path string) string {
			t.Helper()
			w := httptest.NewRecorder()
			req := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
			req.Header.Set("Accept-Language", "sv")
			desk.http.ServeHTTP(w, req)
			if w.Code != http.StatusOK {
				t.Errorf("%s = %d", path, w.Code)
			}
			return w.Body.String()
		}
		const list = "/programmes/kompobib/publications"
		look := send(list, form("do", "look"))
		if page := look.Body.String(); look.Code != http.StatusOK || !strings.Contains(page, slip) || !strings.Contains(page, "<p>Projektet förlängs till 20120331.</p>") || strings.Contains(page, "<script>alert") {
			t.Errorf("the look: %d", look.Code)
		}
		if strings.Contains(read(list), "Förlängning") {
			t.Error("a look was saved")
		}
		saved := send(list, form("key", "a"))
		page := saved.Header().Get("Location")
		if saved.Code != http.StatusSeeOther || !strings.Contains(read(page), slip) {
			t.Fatalf("saved: %d, to %s", saved.Code, page)
		}
		office := desk.who
		public := func(path string) int {
			desk.who = access.Viewer{}
			defer func() { desk.who = office }()
			w := httptest.NewRecorder()
			desk.http.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
			return w.Code
		}
		if code := public("/p/kompobib/letters/forlangning"); code != http.StatusNotFound {
			t.Errorf("a draft is seen: %d", code)
		}
		fields["body"] = "Projektet förlängs till den 31 mars 2013."
		if w := send(page+"/edit", form("key", "b", "version", "1", "slug", "forlangning")); w.Code != http.StatusSeeOther {
			t.Errorf("mended: %d", w.Code)
		}
		if w := send(page+"/edit", form("key", "c", "version", "1", "slug", "forlangning", "title", "Sen")); w.Code != http.StatusConflict {
			t.Errorf("who was slower got %d", w.Code)
		}
		shown := read(page)
		if strings.Contains(shown, slip) || !regexp.MustCompile(`\?text=1"`).MatchString(shown) || !strings.Contains(read(page+"?text=1"), "20120331") {
			t.Error("the slip is still pointed out, or the earlier text is lost")
		}
		if w := send(page+"/publish", "to=up&version=2&key=d"); w.Code != http.StatusSeeOther || public("/p/kompobib/letters/forlangning") != http.StatusOK || public("/p/kompobib/letters") != http.StatusOK {
			t.Errorf("published: %d", w.Code)
		}
		if w := send(page+"/publish", "to=down&version=2&key=e"); w.Code != http.StatusSeeOther || public("/p/kompobib/letters/forlangning") != http.StatusNotFound {
			t.Errorf("taken down: %d", w.Code)
		}
	})
}

// A document is for all to fetch while it is shown, and for nobody else but its writers before.
func TestDocument(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := programme.Programme{Slug: "kompobib", Name: "Framtidens bibliotek", ShortName: "Framtid", FundingPeriod: "2007-2013",
			Starts: "2011-01-17", Ends: "2013-03-31", Zone: zone, Published: true}
		if err := d.Tx(t.Context(), "admin", func(ctx context.Context, tx *db.Tx) error { return programme.Create(ctx, tx, access.System, &p) }); err != nil {
			t.Fatal(err)
		}
		desk := newPlanner(t, d, planner(access.Office, p.ID))
		const text = "%PDF-1.7 ansökan"
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for _, f := range [][2]string{{"kind", "document"}, {"title", "Ansökan"}, {"date", "2010-12-01"}, {"language", "sv"}, {"key", "a"}} {
			if err := form.WriteField(f[0], f[1]); err != nil {
				t.Fatal(err)
			}
		}
		part, err := form.CreateFormFile("file", "ansökan.pdf")
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(part, text)
		form.Close()
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/programmes/kompobib/publications", &body)
		req.Header.Set("Content-Type", form.FormDataContentType())
		saved := desk.wants("saved", desk.ask(req), 303)
		office := desk.who
		public := func(says string, code int) answer {
			desk.who = access.Viewer{}
			defer func() { desk.who = office }()
			return desk.wants(says, desk.get("/p/kompobib/documents/ansokan"), code)
		}
		public("a draft", 404)
		desk.wants("published", desk.post(saved.to+"/publish", "to=up", "version=1", "key=b"), 303)
		if got := public("shown", 200); got.body != text {
			t.Errorf("the file says %q", got.body)
		}
		desk.wants("taken down", desk.post(saved.to+"/publish", "to=down", "version=1", "key=c"), 303)
		public("taken down", 404)
	})
}
