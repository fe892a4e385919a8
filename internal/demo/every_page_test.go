package demo_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"html"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/demo"
	"kompobib/internal/file"
	"kompobib/internal/secret"
	"kompobib/internal/web"
)

func init() { demo.EveryPage = everyPage }

// everyPage goes wherever links lead in each role, in English, and looks at the first of all pages that are alike: what stays Swedish says
// so, for who has it read out, and no two links that lead to different places are called the same, for who hears links one by one.
func everyPage(t *testing.T, d *db.DB) {
	t.Helper()
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	proper, given := namesIn(t, d, properNames), namesIn(t, d, givenNames)
	pages := (&web.Server{DB: d, Ring: ring, Files: documents(t, d), Log: slog.New(slog.DiscardHandler), Now: time.Now}).Handler()
	kinds := map[string]bool{}
	for _, role := range []string{"", "participant", "contact", "organiser", "office", "steering", "auditor", "admin"} {
		cookies := []*http.Cookie{{Name: "language", Value: "en"}}
		if role != "" {
			cookies = append(cookies, signedIn(t, d, ring, pages, role+"@example.org")...)
		}
		seen, ways := map[string]bool{}, []string{"/"}
		for len(ways) > 0 {
			way := ways[0]
			ways = ways[1:]
			if seen[alike(way)] || role != "" && kinds[alike(way)] && ofAll.MatchString(way) {
				continue
			}
			seen[alike(way)] = true
			answer := httptest.NewRecorder()
			req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, way, nil)
			for _, c := range cookies {
				req.AddCookie(c)
			}
			pages.ServeHTTP(answer, req)
			if to := answer.Header().Get("Location"); answer.Code == http.StatusSeeOther && strings.HasPrefix(to, "/") {
				ways = append(ways, to)
			}
			if answer.Code >= 500 || answer.Code == http.StatusNotFound {
				t.Errorf("%s at %s: a link leads to %d", role, way, answer.Code)
			}
			if answer.Code != http.StatusOK || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") {
				continue
			}
			page := answer.Body.String()
			for _, link := range wayOn.FindAllStringSubmatch(page, -1) {
				ways = append(ways, asWritten(html.UnescapeString(link[1])))
			}
			kinds[alike(way)] = true
			texts, links := heard(page)
			for _, text := range texts {
				if unmarked(text, proper, given) {
					t.Errorf("%s at %s: %q is not marked as Swedish", role, way, text)
				}
			}
			for _, name := range slices.Sorted(maps.Keys(links)) {
				if to := links[name]; len(to) > 1 {
					t.Errorf("%s at %s: %d links are called %q: %s", role, way, len(to), name, strings.Join(to[:2], ", "))
				}
			}
		}
	}
	if len(kinds) < 100 {
		t.Errorf("only %d kinds of pages were looked at", len(kinds))
	}
}

// documents is a store with those that the office has published: the one that the story was told with went with whoever told it.
func documents(t *testing.T, d *db.DB) *file.Store {
	t.Helper()
	files, err := file.OpenStore(t.TempDir(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	type document struct{ id, name string }
	list, err := db.All(t.Context(), d, func(x *document) []any { return []any{&x.id, &x.name} }, `SELECT id, name FROM file WHERE purpose = 'document'`)
	if err != nil || len(list) == 0 {
		t.Fatalf("%d documents, %v", len(list), err)
	}
	for _, x := range list {
		text, err := os.ReadFile("data/documents/" + x.name)
		if err != nil {
			t.Fatal(err)
		}
		if err := files.Put(x.id, bytes.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// signedIn are the cookies of someone who has signed in by the link of a letter.
func signedIn(t *testing.T, d *db.DB, ring *secret.Ring, pages http.Handler, email string) []*http.Cookie {
	t.Helper()
	var way auth.Way
	err := d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) (err error) {
		way, err = auth.NewWay(ctx, tx, ring, time.Now(), email)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	pages.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/sign-in/"+way.Token, nil))
	if answer.Code != http.StatusSeeOther {
		t.Fatalf("%s signs in: %d", email, answer.Code)
	}
	return answer.Result().Cookies()
}

var (
	wayOn     = regexp.MustCompile(`<a [^>]*href="(/[^"#]*)`)
	anID      = regexp.MustCompile(`/[0-9a-v]{26}|/(n|focus)/[0-9a-z]{7}`)
	ofAll     = regexp.MustCompile(`^/(p|n|help|privacy|accessibility)(/|$)`) // pages that all see alike
	tagOrText = regexp.MustCompile(`(?s)<!--.*?-->|<(/?)([a-z0-9]+)([^>]*)>|[^<]+`)
	attribute = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
)

// alike is a path with its ids taken out, and whether it asks for something.
func alike(way string) string {
	path, _, asks := strings.Cut(way, "?")
	path = anID.ReplaceAllString(path, "/*")
	if asks {
		path += "?"
	}
	return path
}

// leafs are elements without an end.
var leafs = []string{"input", "br", "img", "hr", "path", "use", "rect", "col", "meta", "link"}

// heard is what is read out of a page's main part in the page's own language, and its links: where each name leads. Words to choose from in
// a list and what stands in a field are left out, since a browser reads those by itself, and so is what is drawn in a picture, which is its name. So are links that are a number in a cell of a table, which is
// told by the headings of its row and column.
func heard(page string) (texts []string, links map[string][]string) {
	_, page, _ = strings.Cut(page, "<main")
	page, _, _ = strings.Cut(page, "</main>")
	type element struct {
		name          string
		swedish, left bool
		href          string
		words         *[]string // of the link that this stands in
	}
	stack, links := []element{{}}, map[string][]string{}
	for _, m := range tagOrText.FindAllStringSubmatch("<main"+page, -1) {
		top := stack[len(stack)-1]
		switch {
		case strings.HasPrefix(m[0], "<!--"):
		case m[2] == "":
			words := strings.Join(strings.Fields(html.UnescapeString(m[0])), " ")
			if words == "" || top.left {
				continue
			}
			if !top.swedish {
				texts = append(texts, words)
			}
			if top.words != nil {
				*top.words = append(*top.words, words)
			}
		case m[1] == "/":
			for n := len(stack) - 1; n > 0; n-- {
				if stack[n].name != m[2] {
					continue
				}
				if e := stack[n]; e.href != "" {
					name := strings.Join(*e.words, " ")
					cell := slices.ContainsFunc(stack[:n], func(e element) bool { return e.name == "td" })
					if !slices.Contains(links[name], e.href) && !(cell && isNumber(name)) {
						links[name] = append(links[name], e.href)
					}
				}
				stack = stack[:n]
				break
			}
		default:
			e := element{name: m[2], swedish: top.swedish, left: slices.Contains([]string{"option", "textarea", "svg", "script"}, m[2]), words: top.words}
			e.left = e.left || top.left
			label := ""
			for _, a := range attribute.FindAllStringSubmatch(m[3], -1) {
				value := html.UnescapeString(a[2])
				switch {
				case a[1] == "lang":
					e.swedish = value == "sv"
				case a[1] == "href" && m[2] == "a":
					e.href, e.words = asWritten(value), new([]string)
				case a[1] == "aria-hidden" && value == "true" || a[1] == "role" && value == "img": // a picture is its name
					e.left = true
				case a[1] == "alt" || a[1] == "aria-label":
					label = value
				}
			}
			if label != "" && !top.left {
				if !e.swedish {
					texts = append(texts, label)
				}
				if e.words != nil {
					*e.words = append(*e.words, label)
				}
			}
			if !slices.Contains(leafs, m[2]) && !strings.HasSuffix(m[3], "/") {
				stack = append(stack, e)
			}
		}
	}
	return texts, links
}

// isNumber tells whether a name is but a figure, or hours and minutes.
func isNumber(name string) bool { return figure.MatchString(name) }

var figure = regexp.MustCompile(`^[0-9][0-9,.]*%?( h)?( [0-9]+ min)?$`)

// asWritten is an address as people write it, without the signs that stand for others.
func asWritten(address string) string {
	if path, err := url.PathUnescape(address); err == nil {
		return path
	}
	return address
}

// Names of people, places and bodies are the same in every language.
const properNames = `SELECT given FROM person UNION SELECT family FROM person UNION SELECT name FROM unit_period UNION SELECT name FROM employer UNION SELECT name FROM partner
	UNION SELECT place FROM meeting UNION SELECT address FROM meeting UNION SELECT organisation FROM lecturer UNION SELECT 'Dela & Lär' FROM programme`

// What the programme has given a name in Swedish.
const givenNames = `SELECT title FROM activity UNION SELECT name FROM goal_area UNION SELECT name FROM need_topic UNION SELECT title FROM survey UNION SELECT name FROM survey_round
	UNION SELECT title FROM kit_version UNION SELECT name FROM theme UNION SELECT name FROM workshop_group`

// namesIn are those that a query finds, as what takes them out of a text.
func namesIn(t *testing.T, d *db.DB, query string) *strings.Replacer {
	t.Helper()
	names, err := db.Values[string](t.Context(), d, query)
	if err != nil || len(names) < 5 {
		t.Fatalf("%d names, %v", len(names), err)
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) }) // the longest first
	var pairs []string
	for _, name := range names {
		if name != "" {
			pairs = append(pairs, name, "")
		}
	}
	return strings.NewReplacer(pairs...)
}

// unmarked tells whether a text that stands as English is Swedish, but for names. What was given a name in Swedish may stand in an English sentence,
// which says that it is a name, but not by itself.
func unmarked(text string, proper, given *strings.Replacer) bool {
	text = proper.Replace(quoted.ReplaceAllString(text, ""))
	if !isSwedish(text) {
		return false
	}
	rest := given.Replace(text)
	return isSwedish(rest) || !strings.ContainsFunc(rest, unicode.IsLetter)
}

var quoted = regexp.MustCompile(`“[^”]*”`)

func notLetter(c rune) bool { return !unicode.IsLetter(c) && c != '-' }

// swedishWords are common ones that English does not have.
var swedishWords = strings.Fields("och att är inte på som för till av från eller det ett vi ni när hur vad din ditt er ert efter om")

// isSwedish tells whether there are Swedish words in a text.
func isSwedish(text string) bool {
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), notLetter) {
		if slices.Contains(swedishWords, word) || strings.ContainsAny(word, "åäö") {
			return true
		}
	}
	return false
}
