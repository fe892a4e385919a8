package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/api"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// apiReach is who gets in at each operation of the interface for other systems, as [reach] is at each page. Nobody does
// without a token.
var apiReach = map[string]reaches{
	"GET /api/v1/programmes":                                  insiders,
	"GET /api/v1/programmes/{p}":                              insiders,
	"GET /api/v1/programmes/{p}/occasions":                    insiders,
	"GET /api/v1/programmes/{p}/workplaces":                   insiders,
	"GET /api/v1/programmes/{p}/employers":                    {"office administrator", nobody, "administrator"},
	"GET /api/v1/programmes/{p}/people":                       {"contact office auditor", nobody, "contact"}, // a contact gets the own staff
	"POST /api/v1/programmes/{p}/people":                      {"office", nobody, nobody},
	"GET /api/v1/programmes/{p}/reach":                        {"contact office steering auditor", nobody, "contact"},
	"GET /api/v1/programmes/{p}/reflections":                  insiders, // each gets what is shared with them
	"GET /api/v1/programmes/{p}/assessments":                  {"contact office steering auditor", nobody, "contact"},
	"GET /api/v1/programmes/{p}/assessments/{survey}/results": {"contact office steering auditor", nobody, nobody},
	"GET /api/v1/programmes/{p}/commitments":                  {"contact office auditor", nobody, "contact"},
	"GET /api/v1/programmes/{p}/workshops":                    {"contact office steering auditor", nobody, "contact"},
	"GET /api/v1/programmes/{p}/analyses":                     {"contact office steering auditor", nobody, "contact"},
	"GET /api/v1/programmes/{p}/needs":                        {"contact office auditor", nobody, "contact"},
	"GET /api/v1/programmes/{p}/needs/summary":                {"contact office steering auditor", nobody, "contact"},

	// The participant signs up themself, the contact the staff, and the organiser whomever it may be to what is theirs.
	"POST /api/v1/occasions/{id}/signups":  {"participant leader contact organiser office", "participant contact office", nobody},
	"GET /api/v1/occasions/{id}/signups":   insiders, // each sees the rows that are for them: see TestSignupsSeen
	"GET /api/v1/occasions/{id}/why":       {"participant leader contact organiser office", "participant contact office", "participant contact"},
	"DELETE /api/v1/signups/{id}":          {"participant leader contact organiser office", "office", nobody},
	"PUT /api/v1/meetings/{id}/attendance": {"leader organiser office", "office", nobody},
}

// apiForms are what an operation must be sent to know whom it is about, besides its path; apiQueries likewise.
var (
	apiForms = map[string]string{
		"POST /api/v1/programmes/{p}/people":   `{"given": "Eva", "family": "Ek", "employer": "{employer}", "workplace": "{unit}", "title": "bibliotekarie", "from": "2012-01-01"}`,
		"POST /api/v1/occasions/{id}/signups":  `{"person": "{person}"}`,
		"PUT /api/v1/meetings/{id}/attendance": `[{"person": "{person}", "minutes": 60}]`,
	}
	apiQueries = map[string]string{"GET /api/v1/occasions/{id}/why": "?person={person}"}
)

// Every operation asks for its right, of everyone, at every sort of row, just as every page does.
func TestRightsOfPrograms(t *testing.T) {
	operations := api.Operations()
	for pattern, rights := range operations {
		if _, ok := apiReach[pattern]; !ok {
			t.Errorf("%s: say in apiReach who gets in", pattern)
		}
		if len(rights) == 0 {
			t.Errorf("%s takes no right", pattern)
		}
		for _, right := range rights {
			if right == access.Public || !slices.ContainsFunc(access.Roles, func(role access.Role) bool { return slices.Contains(access.Table[role], right) }) {
				t.Errorf("%s takes %q, which no role has", pattern, right)
			}
		}
	}
	for pattern := range apiReach {
		if _, ok := operations[pattern]; !ok {
			t.Errorf("%s is no operation", pattern)
		}
	}
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url)
		w := newWorld(t, d)
		tokens := map[string]string{}
		for role, person := range w.viewers {
			err := d.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) (err error) {
				tokens[role], err = auth.NewToken(ctx, tx, access.System, person, "test")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		v := &visit{t: t, w: w, url: url, d: d}
		v.mark()
		for _, pattern := range slices.Sorted(maps.Keys(operations)) {
			v.walkAPI(pattern, apiReach[pattern], tokens)
		}
	})
}

func (v *visit) walkAPI(pattern string, reaches reaches, tokens map[string]string) {
	form := v.w.filled(apiForms[pattern])
	for whose, in := range map[string]string{"own": reaches.own, "other": reaches.other, "elsewhere": reaches.elsewhere, "missing": nobody} {
		method, path, ok := v.w.path(pattern, whose)
		if !ok && whose == "own" {
			v.t.Errorf("%s: the world has no row for it", pattern)
		}
		if !ok || whose == "missing" && !parameter.MatchString(pattern) {
			continue
		}
		path += v.w.filled(apiQueries[pattern])
		for _, role := range v.askers(method, strings.Fields(in)) {
			code := v.askAPI(tokens[role], method, path, form)
			shut := code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusNotFound
			if want := slices.Contains(strings.Fields(in), role); want == shut || code >= 500 {
				v.t.Errorf("%s as %s, %s row = %d, want in: %v", pattern, role, whose, code, want)
			}
			if method != http.MethodGet && v.recorded() != v.before {
				v.fresh()
			}
		}
	}
}

// filled puts the ids of one's own rows where their sorts are named.
func (w *world) filled(text string) string {
	for sort, rows := range w.rows {
		text = strings.ReplaceAll(text, "{"+sort+"}", rows["own"])
	}
	return text
}

func (v *visit) askAPI(token, method, path, form string) int {
	req := httptest.NewRequestWithContext(v.t.Context(), method, path, strings.NewReader(form))
	if form != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	answer := httptest.NewRecorder()
	v.handler.ServeHTTP(answer, req)
	return answer.Code
}

// A token opens no page, and a session nothing for programs; what programs ask is counted and logged by its pattern.
func TestTokensAndSessions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var token string
		err := d.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) (err error) {
			token, err = auth.NewToken(ctx, tx, access.System, w.viewers["office"], "test")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		a := ask(t, d, access.Viewer{Person: w.viewers["office"], Grants: []access.Grant{{Role: access.Participant}}}) // signed in on the pages
		if res, _ := a.do("GET", "/api/v1/programmes", ""); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("a session asked for programmes: %d", res.StatusCode)
		}
		path := "/api/v1/programmes/kompobib/people"
		if res, _ := a.do("GET", path+"?q=ann", "", "Authorization", "Bearer "+token, "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusOK {
			t.Errorf("a token asked for people: %d", res.StatusCode)
		}
		// Protection against other sites' forms is for cookies alone.
		if res, body := a.do("POST", path, "{}", "Authorization", "Bearer "+token, "Content-Type", "application/json", "Origin", "https://other.example.org"); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("a token posted: %d %s", res.StatusCode, body)
		}
		for _, want := range []string{`route="GET /api/v1/programmes/{p}/people"`, "status=401"} {
			if !strings.Contains(a.log.String(), want) {
				t.Errorf("the log lacks %s: %s", want, a.log)
			}
		}
		if strings.Contains(a.log.String(), "q=ann") || strings.Contains(a.log.String(), token) {
			t.Errorf("the log tells too much: %s", a.log)
		}
		if _, body := a.do("GET", "/metrics", ""); !strings.Contains(body, `kompobib_requests_total{route="GET /api/v1/programmes/{p}/people",status="200"} 1`) {
			t.Error("nothing is counted")
		}
		if res, _ := ask(t, d, access.Viewer{}).do("GET", "/me", "", "Authorization", "Bearer "+token); res.StatusCode != http.StatusSeeOther {
			t.Errorf("a token opened a page: %d", res.StatusCode)
		}
	})
}

// What programs get is squeezed for who asks that, and is the same.
func TestProgramsGetGzip(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		desk := newPlanner(t, d, access.Viewer{})
		ask := func(accept string) *http.Response {
			req := httptest.NewRequest("GET", "/api/v1/openapi.json", nil)
			req.Header.Set("Accept-Encoding", accept)
			w := httptest.NewRecorder()
			desk.http.ServeHTTP(w, req)
			return w.Result()
		}
		plain, gzipped := ask(""), ask("gzip")
		want, err := io.ReadAll(plain.Body)
		if err != nil || plain.Header.Get("Content-Encoding") != "" {
			t.Fatal(plain.Header, err)
		}
		small, _ := io.ReadAll(gzipped.Body)
		z, err := gzip.NewReader(bytes.NewReader(small))
		if err != nil || gzipped.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(gzipped.Header.Get("Vary"), "Accept-Encoding") {
			t.Fatal(gzipped.Header, err)
		}
		if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, want) || len(small) > len(want)/2 || gzipped.Header.Get("Content-Type") != plain.Header.Get("Content-Type") {
			t.Errorf("%d bytes of %d, %v, %v", len(small), len(want), gzipped.Header, err)
		}
		req := httptest.NewRequest("GET", "/api/v1/programmes", nil)
		req.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		if desk.http.ServeHTTP(w, req); w.Code != 401 || !strings.Contains(w.Body.String(), `"status":401`) || w.Header().Get("Content-Encoding") != "" {
			t.Errorf("a short answer: %d %s", w.Code, w.Body)
		}
	})
}
