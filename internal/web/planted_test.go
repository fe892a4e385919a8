package web

import (
	"archive/zip"
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/backup"
	"kompobib/internal/dbtest"
	"kompobib/internal/file"
	"kompobib/internal/learning/reflection"
)

// planted is a word that nobody but its author shall find: plain, so that no encoding hides it.
const planted = "viskleken4711"

// What someone keeps private is looked for on every page and in every download as everyone, through the interface with every key, in the log,
// in the letters, and in every column of every table as a backup holds them, on both engines. Only its author finds it.
func TestPrivateStaysPrivate(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, address string) {
		t.Parallel()
		d := dbtest.Open(t, address)
		w := newWorld(t, d)
		var log bytes.Buffer
		v := &visit{t: t, w: w, d: d}
		s := &Server{DB: d, Ring: testRing(t), Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: time.Now, Service: "KompoBib",
			Viewer: func(req *http.Request) access.Viewer {
				if v.person == "" {
					return access.Viewer{}
				}
				viewer, _, err := resolve(req.Context(), d, v.person, "2012-10-12")
				if err != nil {
					t.Error(err)
				}
				return viewer
			}}
		v.handler = s.Handler()
		ask := func(role, method, path, body string) *httptest.ResponseRecorder {
			v.person = w.viewers[role]
			req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
			if method == http.MethodPost {
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			answer := httptest.NewRecorder()
			v.handler.ServeHTTP(answer, req)
			return answer
		}

		// Written, mended, sent badly and too late, shared and withdrawn.
		entry := url.Values{"key": {"k"}, "date": {"2012-10-11"}, "title": {planted}, "take": {"Jag " + planted}, "free": {planted}}
		saved := ask("participant", "POST", "/me/logbook/new", entry.Encode())
		page := saved.Header().Get("Location")
		if saved.Code != http.StatusSeeOther {
			t.Fatalf("written: %d", saved.Code)
		}
		for _, step := range []struct {
			path string
			form url.Values
			want int
		}{
			{"/edit", url.Values{"key": {"l"}, "version": {"1"}, "date": {"2012-10-11"}, "take": {planted + " igen"}}, 303},
			{"/edit", url.Values{"key": {"m"}, "version": {"1"}, "date": {"2012-10-11"}, "take": {planted + " sent"}}, 409},
			{"/edit", url.Values{"key": {"n"}, "version": {"2"}, "date": {planted}, "take": {planted}}, 422},
			{"/share", url.Values{"key": {"o"}, "version": {"2"}, "was": {reflection.Sharing{Level: reflection.Me}.Mark()}, "level": {"public"}, "place": {w.rows["programme"]["own"] + " " + w.rows["unit"]["own"]}}, 303},
		} {
			if got := ask("participant", "POST", page+step.path, step.form.Encode()); got.Code != step.want {
				t.Fatalf("%s: %d, want %d", step.path, got.Code, step.want)
			}
		}
		public := ask("public", "GET", "/p/kompobib/reflections", "").Body.String()
		if !strings.Contains(public, planted) {
			t.Error("what is shared with everyone is not found: this test would find nothing")
		}
		if got := ask("participant", "POST", page+"/withdraw", "key=p"); got.Code != http.StatusSeeOther {
			t.Fatalf("withdrawn: %d", got.Code)
		}

		w.rows["entry"]["own"] = strings.TrimPrefix(page, logbookPath+"/")
		// Undertaken alone, changed, sent too late, and said how it goes.
		own := url.Values{"key": {"u"}, "programme": {w.rows["programme"]["own"]}, "happens": {planted}, "act": {planted}, "notice": {planted}, "starts": {"2012-10-12"}, "due": {"2013-01-12"}, "months": {"1"}}
		undertaken := ask("participant", "POST", ownCommitments+"/new", own.Encode())
		commitment, _, _ := strings.Cut(undertaken.Header().Get("Location"), "?")
		if undertaken.Code != http.StatusSeeOther {
			t.Fatalf("undertaken: %d", undertaken.Code)
		}
		own.Set("act", planted+" igen")
		for i, step := range []struct {
			path string
			form url.Values
			want int
		}{
			{"/edit", url.Values{"version": {"1"}, "why": {planted}}, 303},
			{"/edit", url.Values{"version": {"1"}}, 409},
			{"/state", url.Values{"version": {"2"}, "state": {"on-the-way"}, "why": {planted}}, 303},
		} {
			step.form.Set("key", "v"+strconv.Itoa(i))
			for field, value := range own {
				if step.path == "/edit" && field != "key" {
					step.form[field] = value
				}
			}
			if got := ask("participant", "POST", commitment+step.path, step.form.Encode()); got.Code != step.want {
				t.Fatalf("%s: %d, want %d", step.path, got.Code, step.want)
			}
		}
		w.rows["own-commitment"]["own"] = strings.TrimPrefix(commitment, ownCommitments+"/")
		// Prepared alone for the analysis, twice, once too late, and one note of three put on the board.
		analysis, perspective := "/programmes/kompobib/workplaces/"+w.rows["unit"]["own"]+"/swot", w.rows["perspective"]["own"]
		for _, step := range []struct {
			form url.Values
			want int
		}{
			{url.Values{"key": {"q"}, "perspective": {perspective}, "strength": {planted}}, 303},
			{url.Values{"key": {"r"}, "version": {"1"}, "perspective": {perspective}, "strength": {planted}, "threat": {planted + "\nTiden"}}, 303},
			{url.Values{"key": {"s"}, "version": {"1"}, "perspective": {perspective}, "threat": {planted + " sent"}}, 409},
		} {
			if got := ask("participant", "POST", analysis+"/own", step.form.Encode()); got.Code != step.want {
				t.Fatalf("prepared: %d, want %d", got.Code, step.want)
			}
		}
		form := ask("participant", "GET", analysis, "").Body.String()
		at := strings.LastIndex(form[:strings.Index(form, "Tiden")], `value="`) + len(`value="`)
		put := ask("participant", "POST", analysis+"/own/put", url.Values{"key": {"t"}, "note": {form[at : at+strings.Index(form[at:], `"`)]}}.Encode())
		if board := ask("contact", "GET", "/swot/"+w.rows["swot"]["own"], "").Body.String(); put.Code != http.StatusSeeOther || !strings.Contains(board, "Tiden") {
			t.Errorf("what is put on the board is read there: %d", put.Code)
		}

		readers := roles
		if strings.HasSuffix(t.Name(), "/postgres") { // which shows what SQLite does: by who sees most, and the author
			readers = []string{"participant", "office", "auditor", "administrator"}
		}
		mine, undertook := 0, 0
		for _, route := range routes {
			for _, whose := range []string{"own", "other"} {
				method, path, ok := w.path(route.pattern, whose)
				if !ok || method == http.MethodPost && !strings.HasSuffix(path, "/file") {
					continue
				}
				for _, role := range readers {
					for _, q := range []string{queries[route.pattern], "?text=1", "?format=xlsx"} {
						form := ""
						if method == http.MethodPost {
							form = "format=csv"
						}
						answer := ask(role, method, path+q, form)
						found := strings.Contains(unpacked(answer.Body.Bytes()), planted)
						switch author := role == "participant" && (strings.HasPrefix(path, logbookPath) || strings.HasPrefix(path, ownCommitments) || strings.HasPrefix(path, analysis) || path == "/swot/"+w.rows["swot"]["own"]); {
						case found && author && strings.HasPrefix(path, ownCommitments):
							undertook++
						case found && author:
							mine++
						case found:
							t.Errorf("%s %s as %s shows it", method, path+q, role)
						}
						// Who does not get in, does not with a question either, and a file of paper is asked nothing.
						if q == queries[route.pattern] && (shut(answer) || strings.HasSuffix(path, ".pdf")) {
							break
						}
					}
				}
			}
		}
		if mine < 5 || undertook < 3 {
			t.Errorf("its author finds it on %d and %d pages only", mine, undertook)
		}

		for _, role := range roles[1:] {
			v.reads(role, func(pattern string, answer *httptest.ResponseRecorder) {
				if strings.Contains(answer.Body.String(), planted) {
					t.Errorf("%s as %s gives it away", pattern, role)
				}
			})
		}

		if strings.Contains(log.String(), planted) || log.Len() == 0 {
			t.Error("the log tells it, or nothing")
		}
		store, err := file.OpenStore(t.TempDir(), nil)
		if err != nil {
			t.Fatal(err)
		}
		archive := filepath.Join(t.TempDir(), "backup")
		head, err := backup.Write(t.Context(), archive, d, store, backup.Head{})
		if err != nil || !slices.ContainsFunc(head.Entries, func(e backup.Entry) bool { return strings.Contains(e.Name, "reflection_text") && e.Rows >= 2 }) ||
			!slices.ContainsFunc(head.Entries, func(e backup.Entry) bool { return strings.Contains(e.Name, "commitment_text") && e.Rows >= 2 }) {
			t.Fatalf("the backup: %v %v", head, err)
		}
		r, err := zip.OpenReader(archive)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, f := range r.File {
			content, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(content)
			if content.Close(); err != nil || strings.Contains(string(text), planted) {
				t.Errorf("%s of the backup holds it (%v)", f.Name, err)
			}
		}
	})
}

// shut reports whether who asked did not get in.
func shut(answer *httptest.ResponseRecorder) bool {
	switch answer.Code {
	case http.StatusForbidden, http.StatusNotFound:
		return true
	}
	return strings.HasPrefix(answer.Header().Get("Location"), "/sign-in?")
}

// unpacked is an answer as whoever opens it sees it: an XLSX is an archive.
func unpacked(answer []byte) string {
	r, err := zip.NewReader(bytes.NewReader(answer), int64(len(answer)))
	if err != nil {
		return string(answer)
	}
	var all strings.Builder
	for _, f := range r.File {
		if content, err := f.Open(); err == nil {
			io.Copy(&all, content)
			content.Close()
		}
	}
	return all.String()
}
