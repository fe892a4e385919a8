package web

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// Who has chosen a language reads it wherever they sign in, and in their letters. Until then the browser's is theirs.
func TestTheLanguageOneChoseGoesAlong(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		come := func() (letter string) {
			h.newBrowser()
			h.post("/sign-in", "email", "eva@example.org")
			letter = h.mail()
			h.post(linkIn.FindString(letter))
			return letter
		}
		reads := func(says, word string) {
			t.Helper()
			if _, _, page := h.get("/me/security"); !strings.Contains(page, word) {
				t.Errorf("%s: the page does not say %q", says, word)
			}
		}
		if letter := come(); !strings.Contains(letter, "koden") {
			t.Error("who has not chosen gets letters in Swedish")
		}
		reads("before", "Lösenord")
		h.post("/language", "language", "en")
		reads("after", "Password")
		if letter := come(); strings.Contains(letter, "koden") {
			t.Error("a letter in another language than was chosen")
		}
		reads("in another browser", "Password")
	})
}

// What stays Swedish on an English page says so: titles that people gave, and names of workplaces. Words to choose from are left
// out, since a browser reads them by itself, and so are headings that quote a name.
func TestSwedishNamesAreMarked(t *testing.T) {
	url := dbtest.OneEngine(t)
	v := newVisit(t, url)
	w := v.w
	own := func(sort string) string { return w.rows[sort]["own"] }
	for _, path := range []string{
		"/programmes", "/programmes/kompobib/edit", "/activities?show=all", "/activities/" + own("activity") + "/edit", "/occasions/" + own("occasion") + "/edit",
		"/occasions/" + own("occasion") + "/meetings/" + own("meeting"), "/occasions/" + own("occasion") + "/seats", "/meetings/" + own("past-meeting") + "/attendance",
		"/meetings/" + own("past-meeting") + "/evidence", "/evidence", "/programmes/kompobib/reach/rows?figure=staff", "/programmes/kompobib/not-reached",
		"/programmes/kompobib/office", "/people", "/workplaces", "/calendar", "/calendar/month?month=2012-10", "/p/kompobib",
	} {
		page := v.page("office", path, "")
		named := 0
		for _, text := range texts(page) {
			for _, name := range []string{"Föreläsning own", "Program kompobib", "Medborgarnas behov", "Stadsbiblioteket", "Filialen"} {
				if strings.Contains(text.words, name) {
					named++
					if !text.swedish {
						t.Errorf("%s: %q is not marked as Swedish", path, text.words)
					}
				}
			}
		}
		if named == 0 {
			t.Errorf("%s names nothing", path)
		}
	}
	asked := 0
	for _, text := range texts(v.page("participant", answerPath(own("round")), "")) {
		if strings.Contains(text.words, "Vågar du fråga?") {
			if asked++; !text.swedish {
				t.Errorf("the question %q is not marked as Swedish", text.words)
			}
		}
	}
	if asked == 0 {
		t.Error("the survey asks nothing")
	}
}

type shownText struct {
	words   string
	swedish bool
}

var tagOrText = regexp.MustCompile(`(?s)<!--.*?-->|<(/?)([a-z0-9]+)([^>]*)>|[^<]+`)

// texts are those of a page's main part, with whether they stand within what is marked as Swedish.
func texts(page string) (all []shownText) {
	_, page, _ = strings.Cut(page, "<main")
	page, _, _ = strings.Cut(page, "</main>")
	type element struct {
		name          string
		swedish, left bool
	}
	stack := []element{{}}
	for _, m := range tagOrText.FindAllStringSubmatch("<main"+page, -1) {
		top := stack[len(stack)-1]
		switch {
		case m[2] == "":
			if words := strings.TrimSpace(m[0]); words != "" && !top.left && !strings.HasPrefix(m[0], "<!--") {
				all = append(all, shownText{words, top.swedish})
			}
		case m[1] == "/":
			for n := len(stack) - 1; n > 0; n-- {
				if stack[n].name == m[2] {
					stack = stack[:n]
					break
				}
			}
		case !slices.Contains([]string{"input", "br", "img", "hr", "path", "use"}, m[2]) && !strings.HasSuffix(m[3], "/"):
			stack = append(stack, element{m[2], top.swedish || strings.Contains(m[3], `lang="sv"`), top.left || slices.Contains([]string{"option", "label", "textarea"}, m[2])})
		}
	}
	return all
}
