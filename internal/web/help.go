package web

import (
	"bytes"
	"image/png"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	markdown "github.com/yuin/goldmark/text"

	"kompobib/docs"
	"kompobib/internal/web/static"
	"kompobib/internal/web/view"
)

// helps is which section of the handbook tells of a page, by the pattern of its route or the longest beginning of
// it, in whole steps of the path. A test keeps every page and every section.
var helps = map[string]string{
	"GET /{$}":                           "hitta-det-som-är-på-gång",
	"GET /p/{slug}":                      "hitta-det-som-är-på-gång",
	"GET /calendar":                      "hitta-det-som-är-på-gång",
	"GET /activities/{id}":               "hitta-det-som-är-på-gång",
	"GET /accessibility":                 "om-något-inte-fungerar",
	"GET /privacy":                       "personuppgifter-och-allmänna-handlingar",
	"GET /help":                          "för-alla",
	"GET /sign-in":                       "logga-in",
	"GET /me/security":                   "välj-lösenord-och-logga-ut",
	"GET /me/tokens":                     "skapa-en-nyckel-för-program",
	"GET /occasions/{id}":                "anmäl-dig",
	"GET /me":                            "se-dina-anmälningar-och-din-tid",
	"GET /me/identity":                   "ändra-dina-uppgifter",
	"GET /me/details":                    "ändra-dina-uppgifter",
	"GET /me/logbook":                    "skriv-i-din-loggbok",
	"GET /me/quotations":                 "skriv-i-din-loggbok",
	"GET /p/{slug}/reflections":          "hitta-det-som-är-på-gång",
	"GET /me/assessments":                "svara-på-en-självskattning",
	"GET /programmes/{slug}/assessments": "fråga-alla-hur-det-går",
	"GET /programmes/{slug}/workplaces/{unit}/assessments": "svara-på-en-självskattning",
	"GET /me/commitments":                                   "följ-upp-det-du-har-åtagit-dig",
	"GET /f/{token}":                                        "följ-upp-det-du-har-åtagit-dig",
	"GET /n/{focus}":                                        "hitta-det-som-är-på-gång",
	"GET /programmes/{slug}/commitments":                    "se-vad-som-blir-av-åtagandena",
	"GET /programmes/{slug}/signs":                          "se-vad-som-blir-av-åtagandena",
	"GET /programmes/{slug}/follow-up":                      "se-vad-som-blir-av-åtagandena",
	"GET /programmes/{slug}/needs":                          "se-vad-arbetsplatserna-behöver",
	"GET /programmes/{slug}/topics":                         "se-vad-arbetsplatserna-behöver",
	"GET /activities/{id}/needs":                            "se-vad-arbetsplatserna-behöver",
	"GET /programmes/{slug}/workplaces/{unit}/needs":        "skriv-er-kompetensplan",
	"GET /programmes/{slug}/workplaces/{unit}/focus":        "skriv-ert-fokus-och-visa-det",
	"GET /programmes/{slug}/workplaces/{unit}/signs":        "skriv-ert-fokus-och-visa-det",
	"GET /programmes/{slug}/workplaces/{unit}/commitments":  "skriv-åtaganden-och-följ-upp-dem",
	"GET /programmes/{slug}/workplaces/{unit}/ideas":        "skriv-åtaganden-och-följ-upp-dem",
	"GET /programmes/{slug}/workplaces/{unit}/ideas/{from}": "skriv-åtaganden-och-följ-upp-dem",
	"GET /programmes/{slug}/workplaces/{unit}/path":         "visa-arbetsplatsens-väg",
	"GET /workplace":                                        "kontaktperson",
	"GET /reach":                                            "se-räckvidden",
	"GET /learning":                                         "läs-arbetsplatsens-lärande",
	"GET /programmes/{slug}/learning":                       "följ-arbetsplatsernas-lärande",
	"GET /programmes/{slug}/workplaces":                     "läs-arbetsplatsens-lärande",
	"GET /programmes/{slug}/kits":                           "starta-en-workshop-på-alla-arbetsplatser",
	"GET /programmes/{slug}/workshops":                      "se-hur-långt-workshoparna-har-kommit",
	"GET /kits/{kit}":                                       "starta-en-workshop-på-alla-arbetsplatser",
	"GET /workshops/{workshop}":                             "planera-er-workshop",
	"GET /workshops/{workshop}/run":                         "håll-workshopen",
	"GET /workshops/{workshop}/live":                        "håll-workshopen",
	"GET /workshops/{workshop}/answers/{answer}/group":      "håll-workshopen",
	"GET /workshops/{workshop}/groups/{group}":              "håll-workshopen",
	"GET /workshops/{workshop}/notes":                       "håll-workshopen",
	"GET /workshops/{workshop}/summary":                     "håll-workshopen",
	"GET /w":                                                "svara-i-en-workshop",
	"GET /programmes/{slug}":                                "ändra-projektet",
	"GET /programmes/{slug}/swot":                           "öppna-nulägesanalysen-och-se-hur-långt-den-har-kommit",
	"GET /programmes/{slug}/swot/plan":                      "öppna-nulägesanalysen-och-se-hur-långt-den-har-kommit",
	"GET /swot/{swot}":                                      "gör-er-nulägesanalys",
	"GET /swot/{swot}/run":                                  "gör-er-nulägesanalys",
	"GET /swot/{swot}/write":                                "gör-er-nulägesanalys",
	"GET /swot/{swot}/agree":                                "gör-er-nulägesanalys",
	"GET /programmes/{slug}/workplaces/{unit}/swot":         "gör-er-nulägesanalys",
	"GET /programmes/{slug}/workplaces/{unit}/swot/own":     "förbered-dig-för-nulägesanalysen",
	"GET /programmes/{slug}/workplaces/{unit}/swot/print":   "gör-er-nulägesanalys",

	"GET /programmes/{slug}/workplaces/{unit}/record":      "skriv-den-gemensamma-texten",
	"GET /programmes/{slug}/workplaces/{unit}/reflections": "skriv-i-din-loggbok",
	"GET /programmes/{slug}/reflections":                   "läs-och-ge-teman-till-det-som-delas",
	"GET /programmes/{slug}/themes":                        "läs-och-ge-teman-till-det-som-delas",
	"GET /programmes/{slug}/quotations":                    "be-om-att-få-citera",
	"GET /programmes/{slug}/mix":                           "se-externa-och-regionala-föreläsare",
	"GET /programmes/{slug}/reach":                         "se-räckvidden",
	"GET /programmes/{slug}/not-reached":                   "bjud-in-dem-som-inte-är-nådda",
	"GET /programmes/{slug}/office":                        "se-vad-som-behöver-er",
	"GET /office":                                          "se-vad-som-behöver-er",
	"GET /programmes":                                      "ändra-projektet",
	"GET /programmes/new":                                  "skapa-ett-projekt",

	"GET /activities":                                        "lägg-upp-en-aktivitet",
	"GET /activities/new":                                    "lägg-upp-en-aktivitet",
	"GET /activities/{id}/edit":                              "lägg-upp-en-aktivitet",
	"GET /activities/{id}/questions":                         "ställ-frågor-vid-anmälan",
	"GET /activities/{id}/occasions":                         "lägg-ut-ett-tillfälle",
	"GET /occasions/{id}/edit":                               "ändra-ett-tillfälle",
	"GET /occasions/{id}/cancel":                             "ställ-in-ett-tillfälle",
	"GET /occasions/{id}/meetings":                           "ändra-ett-tillfälle",
	"GET /occasions/{id}/seats":                              "se-vilka-som-är-anmälda",
	"GET /meetings/{id}/attendance":                          "ta-närvaro",
	"GET /meetings/{id}/attendance/{person}":                 "rätta-närvaro",
	"GET /meetings/{id}/sheet":                               "skriv-ut-närvarolistan",
	"GET /meetings/{id}/evidence":                            "lägg-in-den-påskrivna-listan",
	"GET /s/{code}":                                          "lägg-in-den-påskrivna-listan",
	"GET /sheets":                                            "lägg-in-den-påskrivna-listan",
	"GET /evidence":                                          "lägg-in-den-påskrivna-listan",
	"GET /people":                                            "hitta-en-person",
	"GET /people/new":                                        "lägg-till-en-person",
	"GET /people/{person}":                                   "ändra-en-persons-uppgifter",
	"GET /people/{person}/employments":                       "ändra-en-anställning",
	"GET /people/{person}/identity":                          "se-det-som-är-dolt",
	"GET /people/{person}/same":                              "slå-ihop-två-rader-som-är-samma-person",
	"GET /people/{person}/see":                               "se-det-som-är-dolt",
	"GET /publications":                                      "skriv-sidor-blogg-och-brev",
	"GET /programmes/{slug}/publications":                    "skriv-sidor-blogg-och-brev",
	"GET /programmes/{slug}/publications/{publication}/mail": "skicka-ett-brev-till-deltagarna",
	"GET /imports":                                           "läs-in-en-personallista",
	"GET /workplaces":                                        "ändra-organisationen",
	"GET /employers":                                         "ändra-organisationen",
	"GET /outbox":                                            "följ-upp-breven",
	"GET /accounts":                                          "skapa-ett-konto",
	"GET /accounts/{person}/edit":                            "ändra-eller-stäng-ett-konto",
	"GET /accounts/{person}/roles":                           "ge-eller-avsluta-en-roll",
	"GET /audit":                                             "se-vad-som-har-hänt",
}

// help is what the handbook holds.
func (s *Server) help(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return render(w, req, http.StatusOK, helpView(r, handbook()))
}

// helpChapter is one of its chapters: the whole of it would be a slow page on a phone.
func (s *Server) helpChapter(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	m := handbook()
	i := slices.IndexFunc(m.Chapters, func(c chapter) bool { return c.ID == req.PathValue("chapter") })
	if i < 0 {
		return errNotFound
	}
	return render(w, req, http.StatusOK, helpChapterView(r, m, i))
}

// A manual is the handbook as its pages show it.
type manual struct {
	HTML     string // before its chapters
	Chapters []chapter
}

// A chapter is a heading of the second level with what follows it, and those of the third below it.
type chapter struct {
	ID, Title string
	HTML      string // without its own heading, which is its page's
	Sections  []chapter
}

func chapterPath(c chapter) string { return "/help/" + c.ID }

// at is the address of a section, "/help" if there is none.
func (m manual) at(section string) string {
	switch c := m.chapterWith(section); c {
	case "":
		return "/help"
	case section:
		return "/help/" + c
	default:
		return "/help/" + c + "#" + section
	}
}

// chapterWith is the chapter that holds a section, or is named so itself; "" if there is none.
func (m manual) chapterWith(section string) string {
	for _, c := range m.Chapters {
		if c.ID == section || slices.ContainsFunc(c.Sections, func(s chapter) bool { return s.ID == section }) {
			return c.ID
		}
	}
	return ""
}

// handbook is set once: the text is compiled in.
var handbook = sync.OnceValue(func() manual { return readManual(docs.Handbook()) })

// readManual marks up the text. Its title is left out, since the page has one; its pictures are fetched as they come into view.
func readManual(source []byte) (m manual) {
	md := goldmark.New(goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	doc := md.Parser().Parse(markdown.NewReader(source), parser.WithContext(parser.NewContext(parser.WithIDs(anchors{}))))
	parts := []*ast.Document{ast.NewDocument()}
	for n := doc.FirstChild(); n != nil; {
		next := n.NextSibling()
		level := 0
		if h, ok := n.(*ast.Heading); ok {
			level = h.Level
			m.head(h, source)
		}
		switch level {
		case 1: // the title
		case 2:
			parts = append(parts, ast.NewDocument())
		default:
			last := parts[len(parts)-1]
			last.AppendChild(last, n)
		}
		n = next
	}
	for i, part := range parts {
		ast.Walk(part, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			switch n := n.(type) {
			case *ast.Link:
				if section, ok := strings.CutPrefix(string(n.Destination), "#"); ok && entering {
					n.Destination = []byte(m.at(section))
				}
			case *ast.Image:
				if entering {
					show(n)
				}
			}
			return ast.WalkContinue, nil
		})
		var b bytes.Buffer
		if err := md.Renderer().Render(&b, source, part); err != nil {
			panic(err) // a buffer takes all
		}
		if i == 0 {
			m.HTML = b.String()
		} else {
			m.Chapters[i-1].HTML = b.String()
		}
	}
	return m
}

// head puts a heading among the contents.
func (m *manual) head(h *ast.Heading, source []byte) {
	if h.Level == 1 {
		return
	}
	id, _ := h.AttributeString("id")
	c := chapter{ID: string(id.([]byte)), Title: string(h.Lines().Value(source))}
	if h.Level == 2 {
		m.Chapters = append(m.Chapters, c)
		return
	}
	h.Level = 2 // its chapter is the title of the page
	h.SetAttributeString("class", []byte("ds-heading"))
	h.SetAttributeString("data-size", []byte("xs"))
	last := &m.Chapters[len(m.Chapters)-1]
	last.Sections = append(last.Sections, c)
}

// show says where a picture is and how large, so that the text does not move when it comes.
func show(i *ast.Image) {
	name := string(i.Destination)
	i.Destination = []byte(static.URL(name))
	size, err := png.DecodeConfig(bytes.NewReader(docs.Pictures()[name]))
	if err != nil {
		return // a test finds it
	}
	i.SetAttributeString("width", []byte(strconv.Itoa(size.Width)))
	i.SetAttributeString("height", []byte(strconv.Itoa(size.Height)))
	i.SetAttributeString("loading", []byte("lazy"))
}

// anchors names headings as GitHub does, so that the text's links lead right in both places. No two headings are alike.
type anchors struct{}

func (anchors) Put([]byte) {}

func (anchors) Generate(value []byte, _ ast.NodeKind) []byte {
	return []byte(strings.Map(func(c rune) rune {
		switch {
		case c == ' ' || c == '-':
			return '-'
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			return unicode.ToLower(c)
		}
		return -1
	}, string(value)))
}
