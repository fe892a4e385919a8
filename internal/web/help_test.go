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
	"kompobib/internal/access"
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
		if at := helpAt(route.pattern, access.Viewer{}); at == "/help" && strings.HasPrefix(route.pattern, "GET /") && !slices.Contains(files, route.pattern) {
			t.Errorf("%s is a page that no section of docs/handbok.md tells of: name one in helps", route.pattern)
		}
	}
	for pattern, section := range helps {
		if !sections[section] {
			t.Errorf("%s leads to #%s, which is not in docs/handbok.md", pattern, section)
		}
	}
	for pattern, others := range helpsOf {
		if helps[pattern] == "" {
			t.Errorf("%s is not in helps, so what helpsOf says of it is never found", pattern)
		}
		for _, other := range others {
			if !sections[other.section] {
				t.Errorf("%s leads %s to #%s, which is not in docs/handbok.md", pattern, other.role, other.section)
			}
		}
	}
	for _, link := range regexp.MustCompile(`\]\(#([^)]+)\)`).FindAllStringSubmatch(string(docs.Handbook()), -1) {
		if !sections[link[1]] {
			t.Errorf("docs/handbok.md leads to #%s, which is not in it", link[1])
		}
	}
}

// The handbook opens at what it tells the reader's own role of a page.
func TestHelpKnowsWhoReads(t *testing.T) {
	for _, test := range []struct {
		says, page string
		leads      string
		roles      []access.Role
	}{
		{"the steering group reads of reach in its own chapter", "GET /programmes/{slug}/reach", "/help/styrgrupp#se-hur-långt-projektet-har-nått", []access.Role{access.Steering}},
		{"and there of learning", "GET /programmes/{slug}/learning", "/help/styrgrupp#följ-lärandet", []access.Role{access.Steering}},
		{"and of what is needed", "GET /programmes/{slug}/needs/unanswered", "/help/styrgrupp#följ-lärandet", []access.Role{access.Steering}},
		{"an auditor reads of reach how a figure is examined", "GET /programmes/{slug}/reach", "/help/revisor#granska-en-siffra", []access.Role{access.Auditor}},
		{"also of the people behind it", "GET /programmes/{slug}/reach/rows", "/help/revisor#granska-en-siffra", []access.Role{access.Auditor}},
		{"and is not told to make activities", "GET /activities", "/help/revisor#granska-en-siffra", []access.Role{access.Auditor}},
		{"but how learning is examined", "GET /programmes/{slug}/commitments/list", "/help/revisor#granska-lärandet", []access.Role{access.Auditor}},
		{"a contact reads of reach how colleagues are invited", "GET /programmes/{slug}/reach", "/help/kontaktperson#bjud-in-medarbetare-som-inte-har-varit-med", []access.Role{access.Contact}},
		{"and on an occasion how they are signed up", "GET /occasions/{id}", "/help/kontaktperson#anmäl-medarbetare", []access.Role{access.Contact}},
		{"and of all analyses how the own one is made", "GET /programmes/{slug}/swot", "/help/kontaktperson#gör-er-nulägesanalys", []access.Role{access.Contact}},
		{"the office reads of reach in its own chapter", "GET /programmes/{slug}/reach", "/help/projektkontor#se-räckvidden", []access.Role{access.Office}},
		{"and finds learning there, not among what contacts do", "GET /programmes/{slug}/learning", "/help/projektkontor#följ-arbetsplatsernas-lärande", []access.Role{access.Office}},
		{"and makes activities as an organiser does", "GET /activities", "/help/arrangör#lägg-upp-en-aktivitet", []access.Role{access.Office}},
		{"as an organiser does", "GET /activities", "/help/arrangör#lägg-upp-en-aktivitet", []access.Role{access.Organiser}},
		{"an administrator makes programmes", "GET /programmes", "/help/administratör#skapa-ett-projekt", []access.Role{access.Administrator}},
		{"who is the office too changes them", "GET /programmes", "/help/projektkontor#ändra-projektet", []access.Role{access.Administrator, access.Office}},
		{"a contact in the steering group reads what the group does", "GET /reach", "/help/styrgrupp#se-hur-långt-projektet-har-nått", []access.Role{access.Contact, access.Steering}},
		{"and from where learning begins", "GET /learning", "/help/projektkontor#följ-arbetsplatsernas-lärande", []access.Role{access.Office}},
		{"a contact reads there how learning is led", "GET /learning", "/help/kontaktperson#led-arbetsplatsens-lärande", []access.Role{access.Contact}},
		{"and on the own workplace's page", "GET /programmes/{slug}/workplaces/{unit}", "/help/kontaktperson#led-arbetsplatsens-lärande", []access.Role{access.Contact}},
		{"who only takes part reads of learning what takes part", "GET /learning", "/help/deltagare#läs-arbetsplatsens-lärande", nil},
		{"and signs up", "GET /occasions/{id}", "/help/deltagare#anmäl-dig", nil},
	} {
		if at := helpAt(test.page, holder(append(test.roles, access.Participant)...)); at != test.leads {
			t.Errorf("%s: %v on %s are led to %s", test.says, test.roles, test.page, at)
		}
	}
}

// Who reads what others have done is never led into what those others do.
func TestHelpIsForWhoOnlyReads(t *testing.T) {
	for _, role := range []access.Role{access.Steering, access.Auditor} {
		for _, route := range routes {
			if !strings.HasPrefix(route.pattern, "GET /") || !slices.Contains(access.Table[role], route.right) {
				continue
			}
			chapter, _, _ := strings.Cut(strings.TrimPrefix(helpAt(route.pattern, holder(role, access.Participant)), "/help/"), "#")
			if whose := chapterOf[chapter]; whose != nil && !slices.Contains(whose, role) {
				t.Errorf("%s on %s is led to the chapter %s: name another section in helpsOf", role, route.pattern, chapter)
			}
		}
	}
}

// Who may not open a page is led to what they themselves can do, never into what others do.
func TestHelpOfWhatOneMayNotOpen(t *testing.T) {
	for _, test := range []struct {
		pattern, leads string
		roles          []access.Role
	}{
		{"GET /activities", "/help/styrgrupp", []access.Role{access.Steering}},
		{"GET /activities", "/help/kontaktperson", []access.Role{access.Contact}},
		{"GET /people", "/help/arrangör", []access.Role{access.Organiser, access.Contact}},
		{"GET /accounts", "/help/projektkontor", []access.Role{access.Office}},
		{"GET /activities", "/help/deltagare", nil},
		{"GET /activities", "/help/arrangör#lägg-upp-en-aktivitet", []access.Role{access.Organiser}}, // who may is told of it
		{"GET /workshops/{workshop}", "/help/kontaktperson#planera-er-workshop", nil},                // anyone may lead one
	} {
		i := slices.IndexFunc(routes, func(r route) bool { return r.pattern == test.pattern })
		if at := helpFor(routes[i], holder(append(test.roles, access.Participant)...)); at != test.leads {
			t.Errorf("%v on %s are led to %s, want %s", test.roles, test.pattern, at, test.leads)
		}
	}
	for _, role := range access.Roles {
		v := holder(role, access.Participant)
		for _, route := range routes {
			chapter, _, _ := strings.Cut(strings.TrimPrefix(helpFor(route, v), "/help/"), "#")
			if whose := chapterOf[chapter]; !v.Can(route.right) && whose != nil && !slices.Contains(whose, role) {
				t.Errorf("%s may not open %s, and is led to the chapter %s", role, route.pattern, chapter)
			}
		}
	}
}

// holder is someone with roles.
func holder(roles ...access.Role) (v access.Viewer) {
	for _, role := range roles {
		v.Grants = append(v.Grants, access.Grant{Role: role})
	}
	return v
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
	text := regexp.MustCompile("(?s)`[^`]*`").ReplaceAllString(string(docs.Handbook()), "")
	marked := regexp.MustCompile(`\*{1,2}([^*\n]+(\n[^*\n]+)?)\*{1,2}`).FindAllStringSubmatch(text, -1)
	if !slices.ContainsFunc(marked, func(m []string) bool { return strings.HasPrefix(m[0], "**") && m[1] == "Lägg de valda på tavlan" }) {
		t.Error("words in bold are not looked at")
	}
	for _, m := range marked {
		if words := strings.Join(strings.Fields(m[1]), " "); !said.MatchString(words) {
			t.Errorf("docs/handbok.md says that %q stands on a page; it stands on none", words)
		}
	}
}
