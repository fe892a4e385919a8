package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"kompobib/internal/dbtest"
)

// unkeyed are the forms that need no key, by how their address begins or, after a *, ends: doing twice what they do is doing it once,
// or each time counts. A workshop's next step bears the number of the one that it follows.
var unkeyed = []string{"/language", "/sign-in", "/sign-out", "*/file", "*/run"}

var (
	posting = regexp.MustCompile(`(?s)<form[^>]*method="post".*?</form>`)
	action  = regexp.MustCompile(` action="([^"]*)"`)
	keyed   = regexp.MustCompile(`name="key" value="\w{20,}"`)
)

// Every form that changes anything carries a key of its own, on every page that anyone gets to see.
func TestEveryFormCarriesAKey(t *testing.T) {
	t.Parallel()
	v := newVisit(t, dbtest.OneEngine(t))
	w := v.w
	forms := 0
	for _, route := range routes {
		method, path, ok := w.path(route.pattern, "own")
		if method != http.MethodGet || !ok {
			continue
		}
		for _, role := range roles {
			v.person = w.viewers[role]
			page := httptest.NewRecorder()
			v.handler.ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), method, path+queries[route.pattern], nil))
			keys := map[string]bool{}
			for _, form := range posting.FindAllString(page.Body.String(), -1) {
				to := action.FindStringSubmatch(form)[1]
				if needsNoKey(to) {
					continue
				}
				forms++
				switch key := keyed.FindString(form); {
				case key == "":
					t.Errorf("%s as %s: the form to %s carries no key", path, role, to)
				case keys[key]:
					t.Errorf("%s as %s: the form to %s has the key of another", path, role, to)
				default:
					keys[key] = true
				}
			}
		}
	}
	if forms < 100 {
		t.Errorf("no more than %d forms were seen", forms)
	}
}

func needsNoKey(action string) bool {
	path, _, _ := strings.Cut(action, "?")
	for _, part := range unkeyed {
		if end, ok := strings.CutPrefix(part, "*"); ok && strings.HasSuffix(path, end) || strings.HasPrefix(path, part) {
			return true
		}
	}
	return false
}

// A form that is sent twice does what it asks once; one that was changed meanwhile asks for something else.
func TestFormSentTwice(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		v := newVisit(t, url)
		w := v.w
		meeting := w.rows["past-meeting"]["own"]
		for _, step := range []struct {
			says, role, path, form string
			changes                bool
		}{
			{"the first time", "office", "/meetings/" + meeting + "/sheet", "key=k", true},
			{"the second time", "office", "/meetings/" + meeting + "/sheet", "key=k", false},
			{"another form", "office", "/meetings/" + meeting + "/sheet", "key=l", true},
			{"a key for programs", "participant", "/me/tokens", "key=m&label=Statistik", true},
			{"the second time", "participant", "/me/tokens", "key=m&label=Statistik", false},
			{"changed meanwhile", "participant", "/me/tokens", "key=m&label=Kalender", true},
		} {
			before := v.recorded()
			if code := v.ask(step.role, "POST", step.path, step.form); code >= 500 {
				t.Errorf("%s: %d", step.says, code)
			}
			if changed := v.recorded() > before; changed != step.changes {
				t.Errorf("%s at %s: changed anything: %v, want %v", step.says, step.path, changed, step.changes)
			}
		}
	})
}
