package web

import (
	"bytes"
	"image/png"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kompobib/docs"
	"kompobib/internal/web/locale"
)

// On every page the handbook opens at what it tells of that page.
func TestHelpKnowsEveryPage(t *testing.T) {
	sections := map[string]bool{}
	for _, c := range handbook().Chapters {
		for _, c := range append(c.Sections, c) {
			if sections[c.ID] {
				t.Errorf("two headings make the address #%s", c.ID)
			}
			sections[c.ID] = true
		}
	}
	for _, route := range routes {
		if at := helpAt(route.pattern); at == "/help" && strings.HasPrefix(route.pattern, "GET /") && !slices.Contains(files, route.pattern) {
			t.Errorf("%s is a page that no section of docs/handbok.md tells of: name one in helps", route.pattern)
		}
	}
	for pattern, section := range helps {
		if !sections[section] {
			t.Errorf("%s leads to #%s, which is not in docs/handbok.md", pattern, section)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(#([^)]+)\)`).FindAllStringSubmatch(string(docs.Handbook()), -1) {
		if !sections[link[1]] {
			t.Errorf("docs/handbok.md leads to #%s, which is not in it", link[1])
		}
	}
}

// Links of the text lead to the chapter that holds what they name.
func TestHelpLeadsOn(t *testing.T) {
	m := readManual([]byte("# Bok\n\nSe [bordet](#bord).\n\n## Rum\n\nEtt.\n\n### Bord\n\nSe [rum](#rum) och [ingenstans](#borta).\n"))
	if len(m.Chapters) != 1 || !strings.Contains(m.HTML, `href="/help/rum#bord"`) {
		t.Fatalf("%+v", m)
	}
	html := m.Chapters[0].HTML
	for _, part := range []string{"Ett.", `<h2 id="bord"`, `href="/help/rum"`, `href="/help"`} {
		if !strings.Contains(html, part) {
			t.Errorf("the chapter lacks %s: %s", part, html)
		}
	}
}

// files are routes that are no pages.
var files = []string{"GET /logo/{file}", "GET /calendar.ics", "GET /sitemap.xml"}

// Every picture that the text names is there, and every one that is there is named; each says what it shows.
func TestHandbookPictures(t *testing.T) {
	pictures := docs.Pictures()
	size := 0
	for _, m := range regexp.MustCompile(`!\[([^\]]*)\]\(([^)]*)\)`).FindAllStringSubmatch(string(docs.Handbook()), -1) {
		picture := pictures[m[2]]
		if len(strings.Fields(m[1])) < 4 {
			t.Errorf("%s says too little of itself: %q", m[2], m[1])
		}
		if _, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil {
			t.Errorf("%s: %v: make pictures", m[2], err)
		}
		size += len(picture)
		delete(pictures, m[2])
	}
	for _, name := range slices.Sorted(maps.Keys(pictures)) {
		t.Errorf("the handbook does not show docs/%s", name)
	}
	if size > 700_000 {
		t.Errorf("the pictures are %d bytes", size)
	}
}

// What the handbook says stands on a page does so, word for word.
func TestHandbookSaysWhatPagesSay(t *testing.T) {
	var all []string
	for _, code := range locale.Swedish.Codes() {
		if strings.HasPrefix(code, "letter.") {
			continue
		}
		words := regexp.QuoteMeta(locale.Swedish.Say(code))
		all = append(all, regexp.MustCompile(`%(\\\[\d\\\])?[sd]`).ReplaceAllString(words, `.+`))
	}
	said := regexp.MustCompile(`^(` + strings.Join(append(all, "In English", "XLSX", "CSV"), "|") + `)$`)
	text := regexp.MustCompile("(?s)`[^`]*`|\\*\\*").ReplaceAllString(string(docs.Handbook()), "")
	for _, m := range regexp.MustCompile(`\*([^*\n]+(\n[^*\n]+)?)\*`).FindAllStringSubmatch(text, -1) {
		if words := strings.Join(strings.Fields(m[1]), " "); !said.MatchString(words) {
			t.Errorf("docs/handbok.md says that %q stands on a page; it stands on none", words)
		}
	}
}
