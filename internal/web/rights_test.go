package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/api"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// Reaches says who gets in at a route, by whose row it is about: names of roles with spaces between.
// Nobody gets in at a row that is missing.
type reaches struct{ own, other, elsewhere string }

const (
	everyone = "public participant leader contact organiser office steering auditor late administrator"
	signedIn = "participant leader contact organiser office steering auditor late administrator"
	nobody   = ""
)

var (
	public   = reaches{everyone, everyone, everyone}
	insiders = reaches{signedIn, signedIn, signedIn}
)

// Only makes the reach of who runs the first programme: they get in there, at whoever's row.
func only(roles string) reaches { return reaches{roles, roles, nobody} }

// Anywhere is for rows that belong to no programme, and for routes about no row.
func anywhere(roles string) reaches { return reaches{roles, roles, roles} }

var parameter = regexp.MustCompile(`\{([a-z]+)\}`)

// sortOf is the sort of row that a route's parameter names.
func sortOf(pattern, name string) string {
	switch name {
	case "id":
	case "commitment":
		if strings.Contains(pattern, "/me/") {
			return "own-commitment"
		}
		return name
	case "p":
		return "slug"
	case "code":
		if strings.Contains(pattern, "/w/") {
			return "room"
		}
		return "sheet"
	case "file":
		if strings.Contains(pattern, "/logo/") {
			return "logo"
		}
		return "scan"
	case "slug":
		if strings.Contains(pattern, "/workplaces/{unit}") {
			return "unit-slug" // of the programme that the workplace is of
		}
		return name
	default:
		return name
	}
	for _, at := range []struct{ part, sort string }{
		{"/goals/", "goal"}, {"/phases/", "phase"}, {"/partners/", "partner"}, {"/activities/", "activity"}, {"/occasions/", "occasion"},
		{"/meetings/", "past-meeting"}, {"/signups/", "signup"}, {"/accounts/", "person"}, {"/outbox/", "letter"},
	} {
		if strings.Contains(pattern, at.part) {
			return at.sort
		}
	}
	return name
}

// path fills a pattern in with rows; ok is false if the world has none of that sort.
func (w *world) path(pattern, whose string) (method, path string, ok bool) {
	method, path, _ = strings.Cut(strings.ReplaceAll(pattern, "{$}", ""), " ")
	ok = true
	path = parameter.ReplaceAllStringFunc(path, func(p string) string {
		if constant, ok := constants[p]; ok {
			return constant
		}
		id, known := w.rows[sortOf(pattern, strings.Trim(p, "{}"))][whose]
		ok = ok && known
		return id
	})
	return method, path, ok
}

// form is what a route's form must say for the row that it is about to be known.
func (w *world) form(pattern string) string {
	return parameter.ReplaceAllStringFunc(forms[pattern], func(p string) string { return w.rows[strings.Trim(p, "{}")]["own"] })
}

// A visit is one world that requests are sent to, as one person or another.
type visit struct {
	t       *testing.T
	w       *world
	url     string
	again   func() string // the URL of the world as it was, once it is marked
	d       *db.DB
	handler http.Handler
	person  string
	before  int // audit records in the world as it was
}

// newVisit makes a world, with what more is to be in it, and a visit to it.
func newVisit(t *testing.T, url string, more ...func(*world, *testing.T, *db.DB)) *visit {
	t.Helper()
	d := dbtest.Open(t, url)
	w := newWorld(t, d)
	for _, add := range more {
		add(w, t, d)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	v := &visit{t: t, w: w, url: url}
	v.open(url)
	return v
}

// mark lets v come back to the world as it is now, which takes PostgreSQL a second to prepare.
func (v *visit) mark() {
	v.t.Helper()
	if err := v.d.Close(); err != nil {
		v.t.Fatal(err)
	}
	v.again = dbtest.Mark(v.t, v.url)
	v.open(v.again())
}

// recorded is how many changes of state there have been.
func (v *visit) recorded() int {
	v.t.Helper()
	n, err := db.Value[int](v.t.Context(), v.d, `SELECT count(*) FROM audit`)
	if err != nil {
		v.t.Fatal(err)
	}
	return n
}

// fresh comes back to the world that is marked.
func (v *visit) fresh() {
	v.t.Helper()
	v.d.Close()
	v.open(v.again())
}

func (v *visit) open(url string) {
	v.t.Helper()
	v.d = dbtest.Open(v.t, url)
	v.before = v.recorded()
	s := &Server{DB: v.d, Ring: testRing(v.t), Files: v.w.files, Log: slog.New(slog.NewTextHandler(v.t.Output(), &slog.HandlerOptions{Level: slog.LevelError})), Now: time.Now, Service: "KompoBib",
		Viewer: func(req *http.Request) access.Viewer {
			if v.person == "" {
				return access.Viewer{}
			}
			viewer, _, err := resolve(req.Context(), v.d, v.person, "2012-10-12")
			if err != nil {
				v.t.Error(err)
			}
			return viewer
		}}
	v.handler = s.Handler()
}

// ask sends a request and returns its answer's status; a way to the sign-in page is 401.
func (v *visit) ask(role, method, path, form string) int {
	v.person = v.w.viewers[role]
	req := httptest.NewRequestWithContext(v.t.Context(), method, path, strings.NewReader(form))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer := httptest.NewRecorder()
	v.handler.ServeHTTP(answer, req)
	if answer.Code == http.StatusSeeOther && strings.HasPrefix(answer.Header().Get("Location"), "/sign-in?") {
		return http.StatusUnauthorized
	}
	return answer.Code
}

// Every route asks for its right, of everyone, at every sort of row: one's own, another's, another programme's
// and one that is missing. A route that says nothing here of who gets in fails.
func TestRights(t *testing.T) {
	for _, route := range routes {
		if _, ok := reach[route.pattern]; !ok {
			t.Errorf("%s: say in reach who gets in", route.pattern)
		}
		if route.right != access.Public && !slices.ContainsFunc(access.Roles, func(role access.Role) bool { return slices.Contains(access.Table[role], route.right) }) {
			t.Errorf("%s takes %q, which no role has", route.pattern, route.right)
		}
	}
	for pattern := range reach {
		if !slices.ContainsFunc(routes, func(r route) bool { return r.pattern == pattern }) {
			t.Errorf("%s is no route", pattern)
		}
	}
	dbtest.RunURL(t, func(t *testing.T, url string) {
		t.Parallel()
		v := newVisit(t, url, (*world).furnish)
		v.mark()
		for _, route := range routes {
			v.walk(route.pattern, reach[route.pattern])
		}
	})
}

// askers are the roles that a route is tried by: all. PostgreSQL takes long for it, and who gets in is no matter of the engine: there whoever
// gets in at a page does so, since its queries differ, and two stay outside. What one of them changes takes a new world: only the first of those who
// get in does so.
func (v *visit) askers(method string, in []string) []string {
	if !strings.HasSuffix(v.t.Name(), "/postgres") {
		return roles
	}
	if len(in) == 0 { // nobody's row, and one that is missing: the roles that see most and least
		return []string{"participant", "office"}
	}
	outside := func(role string) bool { return role == "public" || role == "participant" }
	if method == http.MethodGet {
		return slices.DeleteFunc(slices.Clone(roles), func(role string) bool { return !slices.Contains(in, role) && !outside(role) })
	}
	first := slices.IndexFunc(roles, func(role string) bool { return role != "public" && slices.Contains(in, role) })
	return slices.DeleteFunc(slices.Clone(roles), func(role string) bool { return slices.Contains(in, role) && role != roles[max(first, 0)] })
}

func (v *visit) walk(pattern string, reaches reaches) {
	for whose, in := range map[string]string{"own": reaches.own, "other": reaches.other, "elsewhere": reaches.elsewhere, "missing": nobody} {
		method, path, ok := v.w.path(pattern, whose)
		if !ok && whose == "own" && rowless[pattern] == "" {
			v.t.Errorf("%s: the world has no row for it", pattern)
		}
		if !ok {
			continue
		}
		if whose == "missing" && !parameter.MatchString(pattern) {
			continue
		}
		for _, role := range v.askers(method, strings.Fields(in)) {
			code := v.ask(role, method, path+queries[pattern], v.w.form(pattern))
			shut := code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusNotFound
			if want := slices.Contains(strings.Fields(in), role); want == shut || code >= 500 {
				v.t.Errorf("%s as %s, %s row = %d, want in: %v", pattern, role, whose, code, want)
			}
			if method == http.MethodPost && v.recorded() != v.before {
				v.fresh() // what it did must not touch the next
			}
		}
	}
}

// Who may see that a programme exists, but not a page of it, is told that, not that there is no such programme.
func TestClosedIsNotMissing(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		v := newVisit(t, url, (*world).furnish)
		asked := map[string]int{} // by whose
		for _, route := range routes {
			if !strings.HasPrefix(route.pattern, "GET /programmes/{slug}") || len(parameter.FindAllString(route.pattern, -1)) > 1 {
				continue
			}
			for whose, in := range map[string]string{"own": reach[route.pattern].own, "elsewhere": reach[route.pattern].elsewhere} {
				method, path, _ := v.w.path(route.pattern, whose)
				for role := range strings.FieldsSeq(signedIn) {
					_, shown, _ := v.w.path("GET /p/{slug}", whose)
					if slices.Contains(strings.Fields(in), role) || v.ask(role, "GET", shown, "") != http.StatusOK {
						continue
					}
					asked[whose]++
					if code := v.ask(role, method, path+queries[route.pattern], ""); code != http.StatusForbidden {
						t.Errorf("%s as %s, %s programme = %d, want 403", route.pattern, role, whose, code)
					}
				}
			}
		}
		if asked["own"] == 0 || asked["elsewhere"] == 0 {
			t.Errorf("pages were asked for: %v", asked)
		}
	})
}

// A hidden row is answered as one that is missing.
func TestHiddenIsMissing(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		v := newVisit(t, url)
		w := v.w
		for _, request := range []string{"/people/{person}", "/people/{person}/edit"} {
			_, hidden, _ := w.path("GET "+request, "elsewhere")
			_, missing, _ := w.path("GET "+request, "missing")
			if a, b := v.ask("office", "GET", hidden, ""), v.ask("office", "GET", missing, ""); a != 404 || b != 404 {
				t.Errorf("%s: hidden %d, missing %d, want 404 for both", request, a, b)
			}
		}
	})
}

// reads asks everything of the interface that reads something of one's own, by a key of a role's.
func (v *visit) reads(role string, each func(pattern string, answer *httptest.ResponseRecorder)) {
	v.t.Helper()
	var token string
	err := v.d.Tx(v.t.Context(), "system", func(ctx context.Context, tx *db.Tx) (err error) {
		token, err = auth.NewToken(ctx, tx, access.System, v.w.viewers[role], "prov")
		return err
	})
	if err != nil {
		v.t.Fatal(err)
	}
	for pattern := range api.Operations() {
		method, path, ok := v.w.path(pattern, "own")
		if !ok || method != http.MethodGet {
			continue
		}
		req := httptest.NewRequestWithContext(v.t.Context(), method, path, nil)
		req.Header.Set("Authorization", "Bearer "+token)
		answer := httptest.NewRecorder()
		v.handler.ServeHTTP(answer, req)
		each(pattern, answer)
	}
}
