package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/web/locale"
	"kompobib/internal/web/static"
	"kompobib/internal/web/view"
)

// An asker asks a server as a browser does: it keeps cookies, and does not follow redirects.
type asker struct {
	t *testing.T
	*httptest.Server
	client *http.Client
	log    *bytes.Buffer
}

func ask(t *testing.T, d *db.DB, v access.Viewer) *asker {
	t.Helper()
	a := &asker{t: t, log: &bytes.Buffer{}}
	s := &Server{DB: d, Log: slog.New(slog.NewTextHandler(a.log, nil)), Now: func() time.Time { return dbtest.Now },
		Viewer: func(*http.Request) access.Viewer { return v }}
	a.Server = httptest.NewServer(s.Handler())
	t.Cleanup(a.Close)
	a.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return a
}

func (a *asker) do(method, path, body string, header ...string) (*http.Response, string) {
	a.t.Helper()
	req, err := http.NewRequest(method, a.URL+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := a.client.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return res, string(text)
}

// sqlite is a server over an empty database; what is tested here knows no engine.
func sqlite(t *testing.T, v access.Viewer, f func(a *asker)) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) { f(ask(t, d, v)) })
}

var administrator = access.Viewer{Person: "p", Grants: []access.Grant{{Role: access.Participant}, {Role: access.Administrator}}}

func TestAnswers(t *testing.T) {
	sqlite(t, access.Viewer{}, func(a *asker) {
		for _, test := range []struct {
			says, method, path, body string
			header                   []string
			status                   int
			want                     string // in the page, or where it leads
		}{
			{"a page that is not there says so in Swedish", "GET", "/nothing", "", nil, 404, "Sidan finns inte"},
			{"and in English to who reads that", "GET", "/nothing", "", []string{"Accept-Language", "en-GB"}, 404, "The page does not exist"},
			{"the person's choice stands above what the browser asks for", "GET", "/nothing", "", []string{"Accept-Language", "en", "Cookie", "language=sv"}, 404, "Sidan finns inte"},
			{"a programme that is not there is a clear page", "GET", "/p/none", "", nil, 404, "Till startsidan"},
			{"who must sign in is taken there, and comes back", "GET", "/me/security?a=b", "", nil, 303, "/sign-in?back=%2Fme%2Fsecurity%3Fa%3Db"},
			{"a form of who must sign in is not lost in a redirect", "POST", "/me/security/end", "a=b", nil, 401, "Logga in för att fortsätta"},
			{"another site cannot post for the reader", "POST", "/language", "language=en", []string{"Sec-Fetch-Site", "cross-site"}, 403, "från en annan webbplats"},
			{"the language is chosen and the page comes back", "POST", "/language", "language=en&back=/calendar%3Fa=b", nil, 303, "/calendar?a=b"},
			{"a way back never leads to another site", "POST", "/language", "language=en&back=//evil.example", nil, 303, "/"},
			{"nor by a backslash", "POST", "/language", "language=en&back=/%5Cevil.example", nil, 303, "/"},
			{"what is too large is refused in words", "POST", "/language", "language=" + strings.Repeat("x", formLimit), nil, 413, "Högst 1 MB"},
			{"a form that cannot be read is refused in words", "POST", "/language", "a=%zz", nil, 422, "kom inte fram helt"},
			{"the process says that it lives", "GET", "/healthz", "", nil, 200, "ok"},
			{"and that it is ready", "GET", "/readyz", "", nil, 200, "ok"},
		} {
			res, body := a.do(test.method, test.path, test.body, test.header...)
			if loc := res.Header.Get("Location"); loc != "" {
				body = loc
				if loc != test.want {
					t.Errorf("%s: leads to %q, want %q", test.says, loc, test.want)
				}
			}
			if res.StatusCode != test.status || !strings.Contains(body, test.want) {
				t.Errorf("%s: %d %.300q, want %d %q", test.says, res.StatusCode, body, test.status, test.want)
			}
			if strings.Contains(body, "goroutine") {
				t.Errorf("%s: a stack trace is shown", test.says)
			}
		}
	})
}

func TestHeaders(t *testing.T) {
	sqlite(t, administrator, func(a *asker) {
		res, _ := a.do("GET", "/calendar", "")
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cache-Control": "no-store", "X-Frame-Options": "DENY",
		} {
			if got := res.Header.Get(name); !strings.Contains(got, want) {
				t.Errorf("%s: %q, want %q in it", name, got, want)
			}
		}
		if strings.Contains(res.Header.Get("Content-Security-Policy"), "unsafe") {
			t.Error("the policy lets something through that is written into the page")
		}
	})
}

// The page and all that it asks for on a first visit, squeezed: under 150 KB in at most 8 requests.
func TestFirstVisit(t *testing.T) {
	sqlite(t, access.Viewer{}, func(a *asker) {
		page, _ := a.do("GET", "/", "", "Accept-Encoding", "gzip")
		if page.Header.Get("Content-Encoding") != "gzip" {
			t.Error("the page is not squeezed")
		}
		sum, requests := 0, 0
		for _, path := range []string{"/", static.URL("site.css"), static.URL("site.js"), static.URL("vendor/inter-latin.woff2"), static.URL("favicon.svg")} {
			res, body := a.do("GET", path, "", "Accept-Encoding", "gzip")
			if res.StatusCode != http.StatusOK {
				t.Errorf("%s: %d", path, res.StatusCode)
			}
			if path != "/" && !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
				t.Errorf("%s may not be kept", path)
			}
			sum, requests = sum+len(body), requests+1
		}
		if sum > 150_000 || requests > 8 {
			t.Errorf("%d bytes in %d requests, want less than 150000 in 8", sum, requests)
		}
		t.Logf("%d bytes in %d requests", sum, requests)
	})
}

func TestPanic(t *testing.T) {
	defer func(all []route) { routes = all }(routes)
	routes = append(routes[:len(routes):len(routes)], route{"GET /broken/{token}", access.Public, func(*Server, http.ResponseWriter, *http.Request, view.Reader) error { panic("oh") }})
	sqlite(t, access.Viewer{}, func(a *asker) {
		res, body := a.do("GET", "/broken/secret-token?mail=someone@example.org", "")
		if res.StatusCode != http.StatusInternalServerError || !strings.Contains(body, "Något gick fel hos oss") || !strings.Contains(body, res.Header.Get("X-Request-Id")) {
			t.Errorf("a panic came out as %d %q, want a page with its number", res.StatusCode, body)
		}
		if log := a.log.String(); !strings.Contains(log, "GET /broken/{token}") || strings.Contains(log, "secret-token") || strings.Contains(log, "someone") {
			t.Errorf("the log should name the route, and neither token nor address: %s", log)
		}
	})
}

func TestMetrics(t *testing.T) {
	sqlite(t, access.Viewer{}, func(a *asker) {
		a.do("GET", "/calendar", "")
		_, body := a.do("GET", "/metrics", "")
		for _, want := range []string{`kompobib_requests_total{route="GET /calendar",status="200"} 1`, `kompobib_queries_total{route="GET /calendar"}`, "kompobib_letters_waiting 0"} {
			if !strings.Contains(body, want) {
				t.Errorf("the metrics lack %s", want)
			}
		}
		if res, _ := a.do("GET", "/metrics", "", "X-Forwarded-For", "203.0.113.7"); res.StatusCode != http.StatusNotFound {
			t.Errorf("the world gets the metrics: %d", res.StatusCode)
		}
	})
}

// Where people come by https no cookie goes by anything else.
func TestCookiesAreSecure(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, secure := range []bool{true, false} {
			s := &Server{DB: d, Log: slog.New(slog.DiscardHandler), Now: still, Secure: secure}
			h := s.Handler()
			told := map[string]bool{}
			for _, ask := range []struct{ method, path, body, cookie string }{
				{"POST", "/language", "language=en", ""},
				{"POST", "/sign-out", "", ""},
				{"GET", "/calendar", "", noticeCookie + "=bm90IGpzb24"},
			} {
				req := httptest.NewRequest(ask.method, ask.path, strings.NewReader(ask.body))
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				req.Header.Set("Cookie", ask.cookie)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, req)
				for _, c := range w.Result().Cookies() {
					told[c.Name] = true
					if c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
						t.Errorf("%s %s sets %v; by https: %v", ask.method, ask.path, c, secure)
					}
				}
			}
			if !told[noticeCookie] || !told[languageCookie] {
				t.Errorf("only %v were set", told)
			}
		}
	})
}

func TestNotice(t *testing.T) {
	sqlite(t, access.Viewer{}, func(a *asker) {
		w := httptest.NewRecorder()
		setNotice(w, httptest.NewRequest("GET", "/", nil), view.Notice{Code: "public.state-running", Args: []any{"2011-01-17", "2013-03-31"}})
		cookie := w.Result().Cookies()[0]
		res, body := a.do("GET", "/calendar", "", "Cookie", cookie.Name+"="+cookie.Value)
		if want := "Projektet har pågått sedan den 17\u00a0januari\u00a02011 och slutar den 31\u00a0mars\u00a02013."; !strings.Contains(body, want) || !strings.Contains(body, `role="group" tabindex="-1" autofocus`) {
			t.Errorf("the notice is not told, want %q", want)
		}
		if c := res.Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
			t.Errorf("the notice would be told twice: %v", c)
		}
		if _, body := a.do("GET", "/calendar", "", "Cookie", noticeCookie+"=bm90IGpzb24"); strings.Contains(body, "autofocus") {
			t.Error("a notice that nobody wrote is told")
		}
	})
}

// When a letter has told everyone that sign-up opens, 400 people at one address ask for a letter and type their code within a
// minute.
func TestARegionBehindOneAddressComesIn(t *testing.T) {
	r := auth.NewRates()
	for i := range 800 {
		if at := dbtest.Now.Add(time.Duration(i) * time.Minute / 800); r.Take("192.0.2.1", door, at) > 0 {
			t.Fatalf("step %d is refused", i+1)
		}
	}
}

// Whoever guesses passwords is stopped long before; and who guesses at somebody's from one address, however long, does not keep them out anywhere else.
func TestGuessersStopThemselves(t *testing.T) {
	const day = 24 * time.Hour
	tries := func(every time.Duration, addresses int, owner bool) (guessed int) {
		r := auth.NewRates()
		for at := time.Duration(0); at < day; at += every {
			for i := range addresses {
				if mayGuess(r, dbtest.Now.Add(at), fmt.Sprint("192.0.2.", i), "Ann@example.org ") {
					guessed++
				}
			}
			if owner && at%time.Hour == 0 && !mayGuess(r, dbtest.Now.Add(at), "203.0.113.1", "ann@example.org") {
				t.Fatalf("after %v of others' guesses she may not try her own", at)
			}
		}
		return guessed
	}
	for _, test := range []struct {
		says      string
		every     time.Duration
		addresses int
		owner     bool
		most      int
	}{
		{"one every 30 seconds", 30 * time.Second, 1, true, 300},
		{"ten a second", 100 * time.Millisecond, 1, true, 300},
		{"as seldom as is let through", 5 * time.Minute, 1, true, 300},
		{"from a hundred places", 30 * time.Second, 100, false, 1540},
	} {
		if got := tries(test.every, test.addresses, test.owner); got > test.most {
			t.Errorf("%s: %d passwords can be tried on one account in a day", test.says, got)
		}
	}
}

func TestRates(t *testing.T) {
	r := auth.NewRates()
	now := dbtest.Now
	for i := range door.Tries {
		if r.Take("192.0.2.1", door, now) > 0 {
			t.Fatalf("try %d is refused", i+1)
		}
	}
	for _, test := range []struct {
		says, address string
		after         time.Duration
		want          bool
	}{
		{"one more at once is refused", "192.0.2.1", 0, false},
		{"someone else is not", "192.0.2.2", 0, true},
		{"a moment later there is one again", "192.0.2.1", door.Every, true},
		{"but not two", "192.0.2.1", door.Every, false},
	} {
		if got := r.Take(test.address, door, now.Add(test.after)) == 0; got != test.want {
			t.Errorf("%s: %v", test.says, got)
		}
	}
}

func TestAddress(t *testing.T) {
	for _, test := range []struct {
		says, remote string
		forwarded    []string // lines of the header
		proxy        bool
		want         string
	}{
		{"the other end of the connection", "192.0.2.1:99", []string{"203.0.113.7"}, false, "192.0.2.1"},
		{"the last that our proxy names, since the first may be made up", "127.0.0.1:99", []string{"10.9.9.9, 203.0.113.7"}, true, "203.0.113.7"},
		{"also in a line of its own, after one that was made up", "127.0.0.1:99", []string{"10.9.9.9", "203.0.113.7"}, true, "203.0.113.7"},
		{"and after an empty one", "127.0.0.1:99", []string{"", " 203.0.113.7 "}, true, "203.0.113.7"},
		{"without the port that some proxies add", "127.0.0.1:99", []string{"10.9.9.9", "203.0.113.7:4711"}, true, "203.0.113.7"},
		{"our proxy's own, if it names nobody", "127.0.0.1:99", nil, true, "127.0.0.1"},
		{"and if it names nobody last", "127.0.0.1:99", []string{"10.9.9.9", ""}, true, "127.0.0.1"},
		{"a household's network", "[2001:db8:1:2:3:4:5:6]:99", nil, false, "2001:db8:1:2::"},
		{"a household's network behind our proxy", "127.0.0.1:99", []string{"[2001:db8:1:2:3:4:5:6]:99"}, true, "2001:db8:1:2::"},
		{"also without a port", "127.0.0.1:99", []string{"[2001:db8:1:2:3:4:5:6]"}, true, "2001:db8:1:2::"},
	} {
		req := httptest.NewRequest("GET", "/", nil)
		req.RemoteAddr = test.remote
		req.Header["X-Forwarded-For"] = test.forwarded
		if got := (&Server{Proxy: test.proxy}).address(req); got != test.want {
			t.Errorf("%s: %s, want %s", test.says, got, test.want)
		}
	}
}

// Who came through a proxy is the world, whatever stands first in the header.
func TestMetricsAreNotTheWorlds(t *testing.T) {
	for _, lines := range [][]string{{"203.0.113.7"}, {"", "1.2.3.4"}, {""}} {
		req := httptest.NewRequest("GET", "/metrics", nil)
		req.RemoteAddr = "127.0.0.1:99"
		req.Header["X-Forwarded-For"] = lines
		answer := httptest.NewRecorder()
		func() {
			defer func() { // it went on to the database, which is not here
				if recover() != nil {
					t.Errorf("the world, as %q, gets the metrics", lines)
				}
			}()
			(&Server{}).metrics(answer, req)
			if answer.Code != http.StatusNotFound {
				t.Errorf("the world, as %q: %d", lines, answer.Code)
			}
		}()
	}
}

// Links of the navigation lead to pages that are there, and that whoever sees the link may open.
func TestNavigation(t *testing.T) {
	mux, rights := http.NewServeMux(), map[string]access.Right{}
	for _, route := range routes {
		mux.Handle(route.pattern, http.NotFoundHandler())
		rights[route.pattern] = route.right
	}
	for _, e := range view.Navigation {
		_, pattern := mux.Handler(httptest.NewRequest("GET", e.Href, nil))
		if pattern == "" {
			t.Errorf("%s is in the navigation, but not among the routes", e.Href)
			continue
		}
		for _, role := range access.Roles {
			r := view.Reader{Viewer: access.Viewer{Person: "p", Grants: []access.Grant{{Role: access.Participant}, {Role: role}}}}
			if slices.ContainsFunc(r.Nav(), func(n view.Entry) bool { return n.Href == e.Href }) && !r.Can(rights[pattern]) {
				t.Errorf("%s sees a link to %s, and may not open it", role, e.Href)
			}
		}
	}
}

func TestWith(t *testing.T) {
	u, err := url.Parse("/people?q=%C3%A5sa&sort=name&after=9")
	if err != nil {
		t.Fatal(err)
	}
	r := view.Reader{URL: u, Language: locale.Swedish}
	if got, want := r.With("sort", "-name"), "/people?q=%C3%A5sa&sort=-name"; got != want {
		t.Errorf("sorted the other way: %s, want %s (from the start)", got, want)
	}
	if got, want := r.With("q", "", "sort", ""), "/people"; got != want {
		t.Errorf("without filter: %s, want %s", got, want)
	}
}

func TestSqueeze(t *testing.T) {
	w := httptest.NewRecorder()
	req := httptest.NewRequest("GET", "/", nil)
	req.Header.Set("Accept-Encoding", "gzip, br")
	text := bytes.Repeat([]byte("åäö "), 1000)
	if err := send(w, req, http.StatusOK, text); err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, text) {
		t.Errorf("what was squeezed came out otherwise: %v", err)
	}
}

// A node whose clock is not the database's goes on, and says so.
func TestReadyTellsOfAClockThatIsWrong(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := &Server{DB: d, Ring: testRing(t), Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: func() time.Time { return time.Now().Add(time.Hour) }, Service: "KompoBib"}
		answer := httptest.NewRecorder()
		s.readyz(answer, httptest.NewRequestWithContext(t.Context(), "GET", "/readyz", nil))
		tells := strings.Contains(answer.Body.String(), "differs from the database")
		if answer.Code != 200 || !strings.HasPrefix(answer.Body.String(), "ok\n") || tells != strings.HasSuffix(t.Name(), "/postgres") {
			t.Errorf("%d %q", answer.Code, answer.Body)
		}
	})
}
