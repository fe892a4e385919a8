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
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/letter"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
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

// A published letter is sent to the participants once, each in their own language, with its own text, also when that is changed later.
func TestLetterToParticipants(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.rows["programme"]["own"]
		desk := newPlanner(t, d, planner(access.Office, p))
		page := desk.wants("written", desk.post("/programmes/kompobib/publications", "kind=letter", "title=Projektet förlängs", "date=2012-10-12", "recipients=Alla deltagare",
			"language=sv", "body=Projektet *förlängs* till {mars}.\n\nLäs [ansökan](/p/kompobib/documents/ansokan).", "slug=forlangs"), 303).to
		desk.wants("a draft", desk.get(page+"/mail"), 200, "once it is published")
		desk.wants("a draft is sent", desk.post(page+"/mail", "key=a"), 409, "once it is published")
		desk.wants("published", desk.post(page+"/publish", "to=up", "version=1"), 303)
		form := desk.wants("to be sent", desk.get(page+"/mail"), 200, "Send to 4 people", "cannot be undone")
		key := first(t, form.body, `name="key" value="([^"]+)"`)
		desk.wants("sent", desk.post(page+"/mail", "key="+key), 303, page)
		desk.wants("the same form again", desk.post(page+"/mail", "key="+key), 303, page)
		desk.wants("sent again", desk.post(page+"/mail", "key=other"), 409, "It was last sent", "4 people have already got the letter")
		desk.wants("its page", desk.get(page), 200, "to 4 people")
		desk.wants("a letter that is none", desk.get("/programmes/kompobib/publications/"+w.rows["publication"]["elsewhere"]+"/mail"), 404)
		desk.wants("changed since", desk.post(page+"/edit", "kind=letter", "title=Annat", "date=2012-10-13", "recipients=Alla deltagare", "language=sv", "body=Annat", "slug=forlangs", "version=1"), 303)

		list, err := letter.List(t.Context(), d, access.System, letter.Filter{Template: letter.ToParticipants, Person: w.viewers["participant"]})
		if err != nil || len(list) != 1 || !list[0].Essential {
			t.Fatal(list, err)
		}
		l := Letters{DB: d, Now: still, URL: "https://kompobib.example.org"}
		render := func() letter.Text {
			t.Helper()
			text, err := l.Render(t.Context(), list[0])
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		text := render()
		if text.Subject != "Projektet förlängs" || text.To != "ann@example.org" {
			t.Errorf("to %s: %s", text.To, text.Subject)
		}
		want := "Hej ann Test!\n\nDet här brevet från kompobib går till: Alla deltagare. Det är daterat den 12 oktober 2012.\n\nProjektet *förlängs* till (mars).\n\n" +
			"Läs [ansökan](https://kompobib.example.org/p/kompobib/documents/ansokan).\n\nLäs brevet på projektets sida:\nhttps://kompobib.example.org/p/kompobib/letters/forlangs\n\n"
		if plain := strings.ReplaceAll(text.Plain, "\u00a0", " "); !strings.HasPrefix(plain, want) || !strings.HasSuffix(plain, "Europeiska socialfonden\n") {
			t.Errorf("%s\nwant\n%s", plain, want)
		}
		for _, part := range []string{"<p>Hej ann Test!</p>", "<p>Projektet <em>förlängs</em> till {mars}.</p>", `<a href="https://kompobib.example.org/p/kompobib/documents/ansokan">ansökan</a>`} {
			if !strings.Contains(text.HTML, part) {
				t.Errorf("no %s in %s", part, text.HTML)
			}
		}
		err = d.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) error {
			ring, err := secret.NewRing(slices.Repeat([]byte{7}, 32))
			if err != nil {
				return err
			}
			v := access.Viewer{Person: list[0].Person, Grants: []access.Grant{{Role: access.Participant}}}
			return people.ChooseLanguage(ctx, tx, ring, v, "en")
		})
		if err != nil {
			t.Fatal(err)
		}
		if text := render(); !strings.Contains(text.Plain, "Hello ann Test") || !strings.Contains(text.Plain, "written in Swedish.\n\nProjektet *förlängs*") {
			t.Errorf("in English: %s", text.Plain)
		}
		desk.wants("taken down", desk.post(page+"/publish", "to=down", "version=2"), 303)
		if _, err := l.Render(t.Context(), list[0]); err != letter.ErrPointless {
			t.Errorf("what was taken down is sent: %v", err)
		}
	})
}
