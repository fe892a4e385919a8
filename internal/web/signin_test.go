package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/mail"
	"kompobib/internal/people"
	"kompobib/internal/secret"
)

// A hall is the application as people reach it, with its letters in a folder.
type hall struct {
	t       *testing.T
	d       *db.DB
	server  *Server
	url     string
	letters *letter.Worker
	folder  string
	client  *http.Client
	persons map[string]string // by given name
}

// newHall has Eva with an address of her own, and Ola and Pia who share one.
func newHall(t *testing.T, d *db.DB) *hall {
	t.Helper()
	ring, err := secret.NewRing(slices.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	h := &hall{t: t, d: d, folder: filepath.Join(t.TempDir(), "outbox"), persons: map[string]string{}}
	h.server = &Server{DB: d, Ring: ring, Log: log, Now: time.Now, Service: "KompoBib"}
	s := httptest.NewServer(h.server.Handler())
	t.Cleanup(s.Close)
	h.url = s.URL
	folder, err := mail.NewFolder(mail.From{Address: "kompobib@example.org"}, h.folder)
	if err != nil {
		t.Fatal(err)
	}
	h.letters = &letter.Worker{DB: d, Ring: ring, Sender: folder, Log: log, Clock: time.Now,
		Render: Letters{DB: d, Ring: ring, Now: time.Now, URL: h.url}.Render}
	for given, email := range map[string]string{"Eva": "eva@example.org", "Ola": "bibliotek@example.org", "Pia": "bibliotek@example.org"} {
		err := d.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) error {
			p, err := people.CreatePerson(ctx, tx, people.Person{Given: given, Family: "Test", Email: email})
			if err != nil {
				return err
			}
			h.persons[given] = p.ID
			return auth.NewAccount(ctx, tx, access.System, p.ID, email)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	h.newBrowser()
	return h
}

func (h *hall) newBrowser() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.client = &http.Client{Jar: jar}
}

// answered returns where a request led to, the status there, and the page.
func (h *hall) answered(answer *http.Response, err error) (path string, code int, page string) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer.Request.URL.RequestURI(), answer.StatusCode, string(b)
}

func (h *hall) get(path string) (string, int, string) {
	h.t.Helper()
	return h.answered(h.client.Get(h.url + path))
}

func (h *hall) post(path string, pairs ...string) (string, int, string) {
	h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return h.answered(h.client.PostForm(h.url+path, form))
}

// mail sends what is in the outbox, and returns the last letter.
func (h *hall) mail() string {
	h.t.Helper()
	for {
		some, err := h.letters.Step(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		if !some {
			break
		}
	}
	names, err := filepath.Glob(filepath.Join(h.folder, "*.eml"))
	if err != nil || len(names) == 0 {
		h.t.Fatal("no letter", err)
	}
	text, err := os.ReadFile(slices.Max(names))
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "=\r\n", "")
}

var (
	linkIn = regexp.MustCompile(`/sign-in/[0-9a-f]{64}`)
	codeIn = regexp.MustCompile(`koden (\d{6})`)
	idIn   = regexp.MustCompile(`name="id" value="([^"]+)"`)
)

// inside reports who is signed in.
func (h *hall) inside(name string) bool {
	h.t.Helper()
	_, code, page := h.get("/me/security")
	return code == http.StatusOK && strings.Contains(page, name) && strings.Contains(page, "Lösenord")
}

func TestSignIn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)

		path, code, known := h.post("/sign-in", "email", "eva@example.org")
		if code != http.StatusOK || !strings.HasPrefix(path, "/sign-in/code?id=") {
			t.Fatalf("asking for a link led to %s, %d", path, code)
		}
		_, _, unknown := h.post("/sign-in", "email", "nobody@example.org")
		ids := regexp.MustCompile(`[0-9a-v]{26}|[A-Z2-7]{26}`) // of what was asked, and of the forms
		if ids.ReplaceAllString(known, "") != ids.ReplaceAllString(unknown, "") {
			t.Error("the page tells whether an address is known")
		}
		text := h.mail()
		link := linkIn.FindString(text)
		for range 3 { // programs that read mail follow the link too
			if _, code, page := h.get(link); code != http.StatusOK || !strings.Contains(page, `action="`+link+`"`) {
				t.Fatalf("the link's page is %d", code)
			}
		}
		if h.inside("Eva Test") {
			t.Error("looking at the link let her in")
		}
		h.post(link)
		if !h.inside("Eva Test") {
			t.Error("the link did not let her in")
		}
		h.post("/sign-out")
		if h.inside("Eva Test") {
			t.Error("she is in after signing out")
		}
		if _, code, _ := h.post(link); code != http.StatusUnprocessableEntity || h.inside("Eva Test") {
			t.Errorf("the link, once more: %d", code)
		}

		_, _, page := h.post("/sign-in", "email", "bibliotek@example.org", "back", "/privacy")
		match := codeIn.FindStringSubmatch(h.mail())
		if match == nil {
			t.Fatal("no code in the letter")
		}
		id := idIn.FindStringSubmatch(page)[1]
		wrong := "000000"
		if match[1] == wrong {
			wrong = "000001"
		}
		if path, code, page = h.post("/sign-in/code", "id", id, "code", wrong); code != http.StatusUnprocessableEntity || !strings.Contains(page, "Koden stämmer inte") {
			t.Errorf("a wrong code led to %s, %d", path, code)
		}
		path, _, page = h.post("/sign-in/code", "id", id, "code", match[1], "back", "/privacy")
		if !strings.HasPrefix(path, "/sign-in/choose") || !strings.Contains(page, "Ola Test") || !strings.Contains(page, "Pia Test") || strings.Contains(page, "Eva Test") {
			t.Fatalf("with an address that two share: %s", path)
		}
		if h.post("/sign-in/choose", "person", h.persons["Eva"]); h.inside("Eva Test") {
			t.Error("chose to be someone with another address")
		}
		if path, _, _ = h.post("/sign-in/choose", "person", h.persons["Pia"], "back", "/privacy"); path != "/privacy" || !h.inside("Pia Test") {
			t.Errorf("choosing led to %s", path)
		}
	})
}

func TestPasswordPage(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		in := func() {
			h.post("/sign-in", "email", "eva@example.org")
			h.post(linkIn.FindString(h.mail()))
		}
		in()
		elsewhere := h.client
		h.newBrowser()
		in()
		if _, code, page := h.post("/me/security/password", "new", "kort", "again", "kort"); code != http.StatusUnprocessableEntity || !strings.Contains(page, "för kort") {
			t.Errorf("a short password: %d", code)
		}
		if _, code, page := h.post("/me/security/password", "new", "korrekt häst batteri", "again", "korrekt häst batteri"); code != http.StatusOK || !strings.Contains(page, "Lösenordet är sparat") {
			t.Errorf("a good password: %d", code)
		}
		// A form that is sent twice, as by a double click, is told as done both times, also when the first has changed what the second proves itself by.
		change := []string{"present", "korrekt häst batteri", "new", "grön båt i hamn", "again", "grön båt i hamn", "key", "formulärets-nyckel"}
		for _, time := range []string{"first", "second"} {
			if _, code, page := h.post("/me/security/password", change...); code != http.StatusOK || !strings.Contains(page, "Lösenordet är sparat") {
				t.Errorf("a form sent twice, the %s time: %d", time, code)
			}
		}
		here := h.client
		if h.client = elsewhere; h.inside("Eva Test") {
			t.Error("she is still in elsewhere")
		}
		if h.client = here; !h.inside("Eva Test") {
			t.Error("she is no longer in here")
		}
		h.post("/sign-out")
		if _, code, page := h.post("/sign-in/password", "email", "eva@example.org", "password", "fel"); code != http.StatusUnprocessableEntity || !strings.Contains(page, `value="eva@example.org"`) {
			t.Errorf("a wrong password: %d", code)
		}
		if h.post("/sign-in/password", "email", "Eva@example.org", "password", "grön båt i hamn"); !h.inside("Eva Test") {
			t.Error("the password did not let her in")
		}
		// Whoever finds the browser open has no more tries at her password than at the door.
		refused := 0
		for range 12 {
			if _, code, _ := h.post("/me/security/password", "present", "gissat på måfå", "new", "en annans lösenord", "again", "en annans lösenord"); code == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused != 2 {
			t.Errorf("of twelve guesses at the present password %d were refused", refused)
		}
	})
}

// A stranger who tries passwords is told of the letter, as are those who try at an address that nobody has; who owns the account comes in meanwhile.
func TestAStrangerAtThePassword(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		h.server.Proxy = true
		err := h.server.Passwords.Set(t.Context(), d, access.Viewer{Person: h.persons["Eva"]}, auth.Change{New: "korrekt häst batteri", Again: "korrekt häst batteri"})
		if err != nil {
			t.Fatal(err)
		}
		from := func(address, email, password string) (int, string) {
			h.newBrowser()
			h.client.Transport = forwarded(address)
			_, code, page := h.post("/sign-in/password", "email", email, "password", password)
			return code, page
		}
		for _, email := range []string{"eva@example.org", "nobody@example.org"} {
			for i := range 12 {
				want, words := http.StatusUnprocessableEntity, "stämmer inte"
				if i >= 10 {
					want, words = http.StatusTooManyRequests, "Be om en inloggningslänk"
				}
				if code, page := from("192.0.2.7", email, "fel"); code != want || !strings.Contains(page, words) {
					t.Errorf("try %d at %s: %d", i+1, email, code)
				}
			}
		}
		if code, _ := from("203.0.113.1", "eva@example.org", "korrekt häst batteri"); code != http.StatusOK || !h.inside("Eva Test") {
			t.Errorf("her own password, from elsewhere: %d", code)
		}
	})
}

// forwarded sends requests as a proxy does for whoever stands at an address.
type forwarded string

func (f forwarded) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("X-Forwarded-For", string(f))
	return http.DefaultTransport.RoundTrip(req)
}

// Whoever was sent to sign in comes back to where they were heading, also through the link in a letter, but never elsewhere.
func TestSignInLeadsOn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		for _, test := range []struct{ back, want string }{
			{"/me/security?a=b", "/me/security?a=b"}, {"", "/me"}, {"https://example.org/", "/me"}, {"//example.org/", "/me"}, {"/\\example.org", "/me"},
		} {
			h.newBrowser()
			h.post("/sign-in", "email", "eva@example.org", "back", test.back)
			if path, _, _ := h.post(linkIn.FindString(h.mail())); path != test.want {
				t.Errorf("%q led to %s, want %s", test.back, path, test.want)
			}
		}
	})
}

// Whoever comes of themselves comes to where their work is.
func TestSignInLeadsToOnesWork(t *testing.T) {
	for role, want := range map[access.Role]string{access.Participant: "/me", access.Contact: "/workplace", access.Organiser: "/activities",
		access.Office: "/office", access.Steering: "/reach", access.Auditor: "/activities", access.Administrator: "/accounts"} {
		if got := homeOf(access.Viewer{Person: "ann", Grants: []access.Grant{{Role: role}}}); got != want {
			t.Errorf("%s is led to %s, want %s", role, got, want)
		}
	}
}

// A key is shown once, works until it is ended, and has a name.
func TestKeysForPrograms(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		h.post("/sign-in", "email", "eva@example.org")
		h.post(linkIn.FindString(h.mail()))
		if _, code, page := h.post("/me/tokens", "label", " "); code != http.StatusUnprocessableEntity || !strings.Contains(page, "Skriv vad nyckeln") {
			t.Errorf("without a name: %d", code)
		}
		_, code, page := h.post("/me/tokens", "label", "Statistik")
		token := regexp.MustCompile(`kb_[a-z0-9]+`).FindString(page)
		if who, err := auth.TokenPerson(t.Context(), d, token); code != http.StatusOK || err != nil || who != h.persons["Eva"] {
			t.Fatalf("the key stands for %q, %v; %d", who, err, code)
		}
		_, _, page = h.get("/me/tokens")
		id := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(page)
		if strings.Contains(page, "kb_") || !strings.Contains(page, "Statistik") || id == nil {
			t.Fatal("the list of keys does not show the name alone")
		}
		if _, _, page := h.get("/me/security"); !strings.Contains(page, "Du har 1 nyckel för program. Den gäller även") || !strings.Contains(page, `href="/me/tokens">Se över`) {
			t.Error("where a password is set nothing says that the key stays")
		}
		h.post("/me/tokens/revoke", "token", id[1])
		if _, _, page := h.get("/me/security"); strings.Contains(page, "för program. De") {
			t.Error("a key is told of that there is none of")
		}
		if _, err := auth.TokenPerson(t.Context(), d, token); !errors.Is(err, auth.ErrNoToken) {
			t.Errorf("it works after it was ended: %v", err)
		}
	})
}

// A letter kept shows what it said, but not what let one in; in the demo everyone may read it.
func TestOutbox(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		h.post("/sign-in", "email", "eva@example.org")
		sent := h.mail()
		letters, err := letter.List(t.Context(), d, access.System, letter.Filter{})
		if err != nil || len(letters) != 1 || letters[0].State != letter.StateSent {
			t.Fatalf("%+v, %v", letters, err)
		}
		if path, _, _ := h.get("/outbox"); !strings.HasPrefix(path, "/sign-in") {
			t.Errorf("the outbox stands open: %s", path)
		}
		h.server.Outbox = true
		if _, code, page := h.get("/outbox"); code != http.StatusOK || !strings.Contains(page, "Eva Test") || !strings.Contains(page, "Inloggning") {
			t.Errorf("the demo's outbox: %d", code)
		}
		_, code, page := h.get("/outbox/" + letters[0].ID)
		if code != http.StatusOK || !strings.Contains(page, "Hej Eva Test!") || !strings.Contains(page, masked) {
			t.Errorf("the letter: %d", code)
		}
		if strings.Contains(page, linkIn.FindString(sent)) || strings.Contains(page, codeIn.FindStringSubmatch(sent)[1]) {
			t.Error("the letter lets its reader in")
		}
	})
}

// The administrator gives an account and roles, and sees in the log who did it.
func TestAdministrator(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		var siv string
		if err := d.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) error {
			p, err := people.CreatePerson(ctx, tx, people.Person{Given: "Siv", Family: "Ny", Email: "siv@example.org"})
			if err != nil {
				return err
			}
			siv = p.ID
			_, err = auth.AddGrant(ctx, tx, access.System, h.persons["Eva"], access.Grant{Role: access.Administrator, Valid: localFrom("2012-01-01")})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		h.post("/sign-in", "email", "eva@example.org")
		h.post(linkIn.FindString(h.mail()))
		for _, test := range []struct {
			says, path string
			form       []string
			leads      string
			code       int
			words      []string
		}{
			{"finds her", "/accounts/new?q=siv", nil, "/accounts/new?q=siv", 200, []string{"Ny, Siv", "siv@example.org"}},
			{"finds nobody, and is told who adds people, and what to do if there is no office", "/accounts/new?q=nobody", nil, "/accounts/new?q=nobody", 200,
				[]string{"lägger projektkontoret först till", "Bara projektkontoret kommer åt Personer", `href="/accounts/` + h.persons["Eva"] + `/roles/new"`}},
			{"is offered the roster's address", "/accounts/" + siv + "/new", nil, "/accounts/" + siv + "/new", 200, []string{`value="siv@example.org"`}},
			{"mistypes it", "/accounts/" + siv + "/new", []string{"email", "siv@"}, "/accounts/" + siv + "/new", 422, []string{`value="siv@"`}},
			{"creates the account", "/accounts/" + siv + "/new", []string{"email", "siv@example.org"}, "/accounts/" + siv, 200, []string{"Siv Ny", "Kontot är skapat"}},
			{"twice", "/accounts/" + siv + "/new", []string{"email", "siv@example.org"}, "/accounts/" + siv + "/new", 409, []string{"har redan ett konto"}},
			{"gives a role without an end", "/accounts/" + siv + "/roles/new", []string{"role", "auditor", "from", "2012-10-01"}, "/accounts/" + siv + "/roles/new", 422, []string{"slutdatum"}},
			{"gives a role", "/accounts/" + siv + "/roles/new", []string{"role", "steering", "from", "2012-10-01"}, "/accounts/" + siv, 200, []string{"Styrgrupp", "Gäller"}},
			{"finds her by role", "/accounts?role=steering", nil, "/accounts?role=steering", 200, []string{"Ny, Siv"}},
			{"closes the account from an old form", "/accounts/" + siv + "/edit", []string{"email", "siv@example.org", "disabled", "1", "version", "1"}, "/accounts/" + siv + "/edit", 409, []string{"Någon annan hann före"}},
			{"sees who did what", "/audit?entity=role_grant", nil, "/audit?entity=role_grant", 200, []string{"Eva Test", "Skapade", "Roll", "Styrgrupp"}},
			{"closes her own account", "/accounts/" + h.persons["Eva"] + "/edit", []string{"email", "eva@example.org", "disabled", "1", "version", "2"}, "/accounts/" + h.persons["Eva"] + "/edit", 409, []string{"ditt eget konto"}},
		} {
			ask := func() (string, int, string) { return h.get(test.path) }
			if test.form != nil {
				ask = func() (string, int, string) { return h.post(test.path, test.form...) }
			}
			path, code, page := ask()
			if path != test.leads || code != test.code {
				t.Errorf("%s: %s, %d", test.says, path, code)
			}
			for _, word := range test.words {
				if !strings.Contains(page, word) {
					t.Errorf("%s: the page does not say %q", test.says, word)
				}
			}
		}
		events, err := audit.List(t.Context(), d, access.System, audit.Filter{Actor: h.persons["Eva"], Limit: 10})
		if err != nil || len(events) != 3 { // signed in, an account, a role
			t.Errorf("%d events, %v", len(events), err)
		}
		if _, code, page := h.post("/audit/file", "format", "csv"); code != http.StatusOK || !strings.Contains(page, "Loggade in") {
			t.Errorf("the log as a file: %d", code)
		}
	})
}

func localFrom(from local.Date) local.Period { return local.Period{From: from} }
