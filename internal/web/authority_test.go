package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// tells are the forms of workplace learning whose text becomes a public document, or that make one of it: all must say at which authority.
var tells = []string{
	"POST /me/logbook/{entry}/share", "POST /me/quotations/{quotation}", "POST /me/assessments/{round}",
	"POST /programmes/{slug}/workplaces/{unit}/record/edit", "POST /programmes/{slug}/workplaces/{unit}/record/agree",
	"POST /programmes/{slug}/workplaces/{unit}/focus/edit", "POST /programmes/{slug}/workplaces/{unit}/focus/publish", "POST /programmes/{slug}/workplaces/{unit}/signs/new",
	"POST /programmes/{slug}/workplaces/{unit}/commitments/new", "POST /programmes/{slug}/workplaces/{unit}/commitments/{commitment}/edit",
	"POST /programmes/{slug}/workplaces/{unit}/ideas/{from}",
	"POST /programmes/{slug}/workplaces/{unit}/commitments/{commitment}/state", "POST /programmes/{slug}/workplaces/{unit}/commitments/{commitment}/conditions",
	"POST /programmes/{slug}/workplaces/{unit}/needs/new", "POST /programmes/{slug}/workplaces/{unit}/needs/agree",
	"POST /programmes/{slug}/workplaces/{unit}/needs/{need}/edit", "POST /programmes/{slug}/workplaces/{unit}/needs/{need}/state",
	"POST /programmes/{slug}/workplaces/{unit}/swot/own/put", "POST /swot/{swot}/write", "POST /swot/{swot}/agree", "POST /swot/{swot}/notes/{note}",
	"POST /workshops/{workshop}/notes", "POST /w/{code}", "POST /n/{focus}", "POST /f/{token}",
}

// silent are the others in which something can be written there, and why they do not say it.
var silent = map[string]string{
	"POST /me/logbook/new":                               "sealed for the author alone until it is shared",
	"POST /me/logbook/{entry}/edit":                      "likewise",
	"POST /me/commitments/new":                           "sealed for the author alone",
	"POST /me/commitments/{commitment}/edit":             "likewise",
	"POST /me/commitments/{commitment}/state":            "likewise",
	"POST /programmes/{slug}/workplaces/{unit}/swot/own": "sealed for the author alone until it is put on the board",
	"POST /workshops/{workshop}/plan":                    "a day and a place, no text",
	"POST /workshops/{workshop}/answers":                 "arranges what has been sent",
	"POST /workshops/{workshop}/answers/{answer}/group":  "likewise",
	"POST /workshops/{workshop}/groups/{group}":          "likewise",
	"POST /swot/{swot}/notes":                            "likewise",
	"POST /swot/{swot}/run":                              "steps",
}

var freely = regexp.MustCompile(`<textarea|<input[^>]*type="text"`)

// learningForm reports whether a form is one that people at workplaces write in of what they learn.
func learningForm(pattern string) bool {
	for _, area := range []string{"/me/logbook", "/me/quotations", "/me/assessments", "/me/commitments", "/programmes/{slug}/workplaces/", "/swot/", "/workshops/", "/w/", "/n/", "/f/"} {
		if strings.HasPrefix(pattern, "POST "+area) {
			return true
		}
	}
	return false
}

// Beside every button that shares or sends a text which becomes a public document stands the name of the authority that keeps it.
func TestEveryFormNamesTheAuthority(t *testing.T) {
	const owner = "Landstinget" // of the world's first programme
	t.Parallel()
	v := newVisit(t, dbtest.OneEngine(t))
	w := v.w
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.HandleFunc(route.pattern, func(http.ResponseWriter, *http.Request) {})
	}
	found := map[string]bool{}
	look := func(role, path string) {
		v.person = w.viewers[role]
		page := httptest.NewRecorder()
		v.handler.ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		body := page.Body.String()
		for _, at := range posting.FindAllStringIndex(body, -1) {
			form := body[at[0]:at[1]]
			_, pattern := mux.Handler(httptest.NewRequestWithContext(t.Context(), http.MethodPost, action.FindStringSubmatch(form)[1], nil))
			must := false
			for _, p := range tells {
				must = must || p == pattern
			}
			if !must {
				if learningForm(pattern) && freely.MatchString(form) && silent[pattern] == "" {
					t.Errorf("%s as %s: one can write in the form to %s, and nothing here says whether that becomes a public document", path, role, pattern)
				}
				continue
			}
			if pattern == "POST /swot/{swot}/notes/{note}" && !freely.MatchString(form) {
				continue // moves it or takes it away
			}
			found[pattern] = true
			beside := form + body[at[1]:min(len(body), at[1]+400)] // a button alone has its words after it
			if strings.Contains(form, `value="down"`) || strings.Contains(form, `value="withdraw"`) {
				continue // takes something back
			}
			if !strings.Contains(beside, owner) {
				t.Errorf("%s as %s: the form to %s does not name the authority", path, role, pattern)
			}
		}
	}
	walk := func() {
		for _, route := range routes {
			if method, path, ok := w.path(route.pattern, "own"); ok && method == http.MethodGet {
				for _, role := range []string{"participant", "contact", "public"} {
					look(role, path+queries[route.pattern])
				}
			}
		}
	}
	walk()

	// What stands only for a while: notes of one's own, a board and a workshop that run, a plan that nobody has agreed on, and a focus that is not published.
	at := "/programmes/kompobib/workplaces/" + w.rows["unit"]["own"]
	for _, do := range []struct{ role, path, form string }{
		{"participant", at + "/swot/own", "version=0&perspective=" + w.rows["perspective"]["own"] + "&strength=Hej"},
		{"contact", "/swot/" + w.rows["swot"]["own"] + "/run", "turn=2&do=open"},
		{"contact", "/workshops/" + w.rows["workshop"]["own"] + "/run", "turn=0&do=begin"},
		{"contact", at + "/needs/new", "text=Lyssna&priority=high&staff=2&due=2012-12-01&form=course"},
	} {
		if code := v.ask(do.role, http.MethodPost, do.path, do.form); code != http.StatusSeeOther {
			t.Fatalf("%s: %d", do.path, code)
		}
	}
	for _, query := range []string{`SELECT code FROM swot WHERE id = '` + w.rows["swot"]["own"] + `'`, `SELECT code FROM workshop WHERE id = '` + w.rows["workshop"]["own"] + `'`} {
		code, err := db.Value[string](t.Context(), v.d, query)
		if err != nil {
			t.Fatal(err)
		}
		look("public", "/w/"+code)
	}
	look("participant", at+"/swot")
	look("contact", at+"/needs/agree")
	look("participant", at+"/swot/own")
	look("contact", "/workshops/"+w.rows["workshop"]["own"]+"/notes?step="+w.rows["step"]["own"])
	version, err := db.Value[string](t.Context(), v.d, `SELECT CAST(version AS TEXT) FROM focus WHERE workplace = '`+w.rows["unit"]["own"]+`'`)
	if err != nil {
		t.Fatal(err)
	}
	v.ask("contact", http.MethodPost, at+"/focus/publish", "to=down&version="+version)
	look("contact", at+"/focus")

	for _, pattern := range tells {
		if !found[pattern] && pattern != "POST /f/{token}" { // whose token is in a letter: see TestFollowUpByLetter
			t.Errorf("no page has the form to %s", pattern)
		}
	}
}
