package demo_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/secret"
	"kompobib/internal/web"
	"kompobib/internal/yardstick"
)

// The demo's own pages, asked for over HTTP by someone signed in, against their queries alone and their
// bytes written from memory, over HTTP too.
func BenchmarkPageSignedIn(b *testing.B) {
	for _, page := range []struct{ name, role, path string }{
		{"calendar", "participant@example.org", "/calendar"},
		{"reach", "office@example.org", "/programmes/kompobib2020/reach"},
	} {
		b.Run(page.name, func(b *testing.B) {
			dbtest.RunURL(b, func(b *testing.B, url string) {
				s := newSite(b, url)
				s.fill()
				s.signIn(page.role)
				s.compare(2, page.path, s.queries(page.path))
			})
		})
	}
}

// The pages that all see alike, against their bytes written from memory.
func BenchmarkPagePublic(b *testing.B) {
	for name, path := range map[string]string{"front": "/", "calendar": "/calendar"} {
		b.Run(name, func(b *testing.B) {
			dbtest.RunURL(b, func(b *testing.B, url string) { newSite(b, url).compare(3, path, nil) })
		})
	}
}

// A site is the application over the demo's database, with a browser before it.
type site struct {
	b       testing.TB
	url     string // of the database
	d       *db.DB
	ring    *secret.Ring
	handler http.Handler
	client  *http.Client
	front   *httptest.Server
}

func newSite(b testing.TB, dsn string) *site {
	b.Helper()
	began := time.Now()
	d, err := db.Open(b.Context(), dsn, func() time.Time { return dbtest.Now.Add(time.Since(began)) })
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		b.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	app := &web.Server{DB: d, Ring: ring, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: time.Now}
	s := &site{b: b, url: dsn, d: d, ring: ring, handler: app.Handler(), client: &http.Client{Jar: jar}}
	s.front = httptest.NewServer(s.handler)
	b.Cleanup(s.front.Close)
	return s
}

// end ends it before the test does.
func (s *site) end() {
	s.front.Close()
	if err := s.d.Close(); err != nil {
		s.b.Error(err)
	}
}

// fill adds what makes two hundred occasions to come.
func (s *site) fill() {
	s.b.Helper()
	err := s.d.Tx(s.b.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
		today := local.DateOf(tx.At, time.UTC)
		to, err := activity.Calendar(ctx, tx, access.System, activity.Filter{From: today})
		if err != nil {
			return err
		}
		all, err := activity.ListActivities(ctx, tx, access.System, activity.ActivityFilter{})
		if err != nil {
			return err
		}
		for i := range 200 - len(to) {
			o := activity.Occasion{Activity: all[i%len(all)].ID, Capacity: 20, Opens: tx.At, Closes: tx.At.AddDate(0, 0, 2)}
			m := activity.Meeting{Span: local.Span{Date: today.Add(3 + i/4), Start: "09:00", End: "16:00", Zone: "Europe/Stockholm"}, Place: "Stadsbiblioteket"}
			if err := activity.CreateOccasion(ctx, tx, access.System, &o, &m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.b.Fatal(err)
	}
}

func (s *site) signIn(email string) {
	s.b.Helper()
	var way auth.Way
	err := s.d.Tx(s.b.Context(), "test", func(ctx context.Context, tx *db.Tx) (err error) {
		way, err = auth.NewWay(ctx, tx, s.ring, time.Now(), email)
		return err
	})
	if err != nil {
		s.b.Fatal(err)
	}
	answer, err := s.client.PostForm(s.front.URL+"/sign-in/"+way.Token, nil)
	if err != nil || answer.StatusCode != http.StatusOK {
		s.b.Fatal(answer, err)
	}
	answer.Body.Close()
}

// get asks as a browser does, and returns the bytes as they were sent.
func (s *site) get(address string) []byte {
	req, err := http.NewRequest("GET", address, nil)
	if err != nil {
		s.b.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	answer, err := s.client.Do(req)
	if err != nil {
		s.b.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		s.b.Fatal(address, answer.Status, err)
	}
	return body
}

// queries are what a page asks of the database.
func (s *site) queries(path string) []dbtest.Statement {
	s.b.Helper()
	at, err := url.Parse(s.front.URL)
	if err != nil {
		s.b.Fatal(err)
	}
	return dbtest.Heard(s.b, func(ctx context.Context) {
		req := httptest.NewRequestWithContext(ctx, "GET", path, nil)
		for _, c := range s.client.Jar.Cookies(at) {
			req.AddCookie(c)
		}
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, req)
		if w.Code != http.StatusOK {
			s.b.Fatal(path, w.Code)
		}
	})
}

// compare measures a page against its queries, run alone, and its bytes.
func (s *site) compare(aim float64, path string, queries []dbtest.Statement) {
	s.b.Helper()
	b, ok := s.b.(*testing.B)
	if !ok {
		s.b.Fatal("only a benchmark compares")
	}
	body := s.get(s.front.URL + path)
	alone := dbtest.Alone(s.b, s.url)
	memory := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err := alone(queries); err != nil {
			s.b.Error(err)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(body)
	}))
	s.b.Cleanup(memory.Close)
	yardstick.Compare(b, aim, func() { s.get(s.front.URL + path) }, func() { s.get(memory.URL) })
	b.ReportMetric(float64(len(queries)), "queries")
	b.ReportMetric(float64(len(body))/1000, "KB")
}
