package pdf

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var day = time.Date(2013, 2, 20, 12, 0, 0, 0, time.UTC)

func written(t testing.TB, d Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// told is what one of poppler's programs says of a document.
func told(t *testing.T, d Document, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Fatal("without poppler-utils, which `make deps` installs, nothing reads the file")
	}
	name := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(name, written(t, d), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append(args, name)
	if program == "pdftotext" {
		args = append(args, "-")
	}
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

var flag = Picture{Alt: "Flagga", Width: 3, Height: 2, Size: 20, Shapes: []Shape{{Colour{0, 0x33, 0x99}, "M0 0h3v2H0z"}}}

func pack() Document {
	return Document{Title: "Vårt fokus", Lead: "Köping", Language: "sv", Author: "KompoBib", Date: day, Head: "KompoBib", Fund: Fund{flag, "Medfinansieras av Europeiska unionen."},
		Blocks: []Block{
			Facts{{"Ledare", "Åsa Öberg", ""}, {"Antecknar", "", ""}},
			Heading{2, "Syfte", ""}, Paragraph{"Vi tänker\nihop.\n\nSedan gör vi.", "", Plain},
			List{Items: []string{"Penna", "Papper"}},
			Heading{3, "Steps", "en"},
			Table{Caption: "Steg", Columns: []Column{{Label: "Rubrik"}, {Label: "Minuter", Number: true}}, Rows: [][]string{{"Välkommen", "10"}, {"", ""}}, Room: 9},
			Picture{Alt: "Fyrkant", Width: 1, Height: 1, Size: 20, Shapes: []Shape{{Path: "M0 0h1v1h-1z"}}, Beside: []Block{Paragraph{"Har du märkt det?", "", Strong}}},
			Paragraph{"Här vågar alla fråga", "", Motto},
			Break{}, Heading{2, "Svar", ""}, Room{5},
		}}
}

// A screen reader meets what the document consists of, in the order in which it is to be read; who pays once, and the rest of what stands
// over and under the pages never.
func TestStructure(t *testing.T) {
	got := told(t, pack(), "pdfinfo", "-struct-text")
	want := []string{"Document", "H1", `"Vårt fokus"`, "P", `"Köping"`, "L", "/ListNumbering /None", "LI", "Lbl", `"Ledare "`, "LBody", `"Åsa Öberg"`, "H2", `"Syfte"`, "P", `"Vi tänker"`, `"ihop."`, "P", `"Sedan gör vi."`,
		"L", "/ListNumbering /Disc", "LI", "Lbl", `"• "`, "LBody", `"Penna"`, "LI", "Lbl", `"• "`, "LBody", `"Papper"`, "H3", `"Steps"`,
		"Table", "Caption", `"Steg"`, "TR", "TH", "/Scope /Column", `"Rubrik"`, "TH", "/Scope /Column", `"Minuter"`, "TR", "TH", "/Scope /Row", `"Välkommen"`, "TD", `"10"`, "TR", "TD", "TD",
		"Figure", "P", `"Har du märkt det?"`, "BlockQuote", `"Här vågar alla fråga"`, "H2", `"Svar"`, "Figure", "P", `"Medfinansieras av Europeiska unionen."`}
	var lines []string
	for line := range strings.Lines(got) {
		line = strings.TrimSpace(line)
		line, _, _ = strings.Cut(line, " (block)")
		line = strings.TrimSuffix(line, ":")
		if line != "" && line != `""` && !strings.HasPrefix(line, "/Placement") && !strings.HasPrefix(line, "/BBox") {
			lines = append(lines, line)
		}
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%q\nwant\n%q", lines, want)
	}
}

// The file says what it is called and in which language it is, and has the words for its pictures.
func TestDeclared(t *testing.T) {
	raw := string(written(t, pack()))
	for _, want := range []string{"%PDF-1.7", "/Lang (sv)", "/Marked true", "/DisplayDocTitle true", "/Tabs /S", "/Lang " + quoted("en"), "/Alt " + quoted("Fyrkant"), "/Alt " + quoted("Flagga"), "<dc:title>"} {
		if !strings.Contains(raw, want) {
			t.Errorf("no %s", want)
		}
	}
	about := told(t, pack(), "pdfinfo")
	for _, want := range []string{"Vårt fokus", "Tagged:          yes", "Pages:           2", "A4", "Feb 20 12:00:00 2013"} {
		if !strings.Contains(about, want) {
			t.Errorf("no %q in %s", want, about)
		}
	}
}

func TestText(t *testing.T) {
	got := told(t, pack(), "pdftotext")
	at := -1
	for _, want := range []string{"Vårt fokus", "Åsa Öberg", "Vi tänker", "Penna", "Välkommen", "Har du märkt", "1 (2)", "Svar", "2 (2)"} {
		next := strings.Index(got, want)
		if next <= at {
			t.Errorf("%q is not where it should be: %s", want, got)
		}
		at = max(at, next)
	}
	d := Document{Title: "A", Language: "sv", Date: day, Blocks: []Block{Paragraph{Text: "Fika ☕ och 👩‍👩‍👧, שלום, ☐ och e\u0301 på kafe\u0301"}}}
	if got := told(t, d, "pdftotext"); !strings.Contains(got, "Fika ☕ och 👩‍👩‍👧, ") || !strings.Contains(got, "ש") || !strings.Contains(got, "é på kafé") {
		t.Errorf("what has no sign is lost: %q", got)
	}
}

func TestSameBytes(t *testing.T) {
	d := pack()
	first := written(t, d)
	for range 5 {
		if !bytes.Equal(first, written(t, d)) {
			t.Fatal("the same document gave other bytes")
		}
	}
	d.Date = day.AddDate(0, 0, 1)
	if bytes.Equal(first, written(t, d)) {
		t.Error("another day gave the same bytes")
	}
	if len(first) > 50_000 {
		t.Errorf("%d bytes for two pages", len(first))
	}
}

// on are the pages, from 0, that a node stands on.
func (n *node) on() (pages []int) {
	for _, k := range n.kids {
		if k.node != nil {
			pages = append(pages, k.node.on()...)
		} else {
			pages = append(pages, k.page)
		}
	}
	return pages
}

// However much stands before it, a heading is on the page of what it is about, and no line of a paragraph stands alone.
func TestKeepsTogether(t *testing.T) {
	long := strings.Repeat("Vi har lärt oss att fråga. ", 16)
	after := map[string]Block{
		"text": Paragraph{Text: long}, "list": List{Items: []string{long}}, "heading": Heading{3, "Under", ""},
		"table": Table{Columns: []Column{{Label: "Namn"}}, Rows: [][]string{{"Åsa"}, {"Bo"}}}, "picture": flag, "facts": Facts{{"Plats", "Köping", ""}},
	}
	for name, block := range after {
		for n := 36; n < 46; n++ {
			d := Document{Title: "A", Language: "sv", Date: day, Blocks: []Block{Paragraph{Text: strings.Repeat("Rad\n", n)}, Heading{2, "Rubrik", ""}, block, Paragraph{Text: long}}}
			p := newPress(d, 1)
			p.all()
			kids := p.top.kids[2:] // after the title and the lines
			for i, k := range kids[:len(kids)-1] {
				if k.node.tag[0] == 'H' && slices.Max(k.node.on()) != kids[i+1].node.on()[0] {
					t.Errorf("%s after %d lines: the heading stands alone", name, n)
				}
			}
			pages := kids[len(kids)-1].node.on()
			for page := range slices.Max(pages) + 1 {
				if count := strings.Count(fmt.Sprint(pages), fmt.Sprint(page)); count == 1 {
					t.Errorf("%s after %d lines: a line stands alone", name, n)
				}
			}
		}
	}
}

// A row that no page has room for goes on on the next, and a poster is as large as one page lets it be.
func TestLong(t *testing.T) {
	long := strings.Repeat("Ett långt svar som går på många rader. ", 400)
	d := Document{Title: "A", Language: "sv", Date: day, Blocks: []Block{Table{Columns: []Column{{Label: "Namn"}, {Label: "Svar"}}, Rows: [][]string{{"Åsa", long}, {"Bo", "kort"}}}}}
	p := newPress(d, 1)
	p.all()
	if len(p.pages) < 4 {
		t.Errorf("%d pages", len(p.pages))
	}
	for text, want := range map[string]float64{"Här vågar alla fråga": 2.2, strings.Repeat("Här vågar alla fråga. ", 60): 1.6, long: 1} {
		d := Document{Title: "A", Language: "sv", Date: day, Poster: true, Blocks: []Block{Paragraph{Text: text, As: Strong}}}
		var scale float64
		for _, scale = range sizes {
			p := newPress(d, scale)
			if p.all(); len(p.pages) == 1 {
				break
			}
		}
		if scale != want {
			t.Errorf("%d characters: %v, want %v", len(text), scale, want)
		}
	}
}

func TestLines(t *testing.T) {
	measure := func(s string) float64 { return float64(utf8.RuneCountInString(s)) }
	for _, test := range []struct {
		text  string
		width float64
		want  []string
	}{
		{"", 10, []string{""}},
		{"Ett två tre", 7, []string{"Ett två ", "tre"}},
		{"Ett två", 7, []string{"Ett två"}},
		{"Rad ett\nrad två", 40, []string{"Rad ett", "rad två"}},
		{"folkbibliotek", 8, []string{"folkbibl", "iotek"}},
		{"ett folkbibliotek", 8, []string{"ett folk", "bibliote", "k"}},
		{"in- och utlån", 4, []string{"in- ", "och ", "utlå", "n"}},
		{"läs-och-skriv", 9, []string{"läs-och-", "skriv"}},
		{"12\u00a0kr är rätt", 7, []string{"12\u00a0kr ", "är rätt"}},
	} {
		var got []string
		for _, l := range readable(test.text).lines(test.width, measure) {
			got = append(got, l.shown)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q in %v: %q, want %q", test.text, test.width, got, test.want)
		}
	}
}

// Whatever people have typed, a file comes of it in which every piece belongs somewhere.
func FuzzWrite(f *testing.F) {
	for _, s := range []string{"", "Åsa", "a\x00b\x1b[0m\u202eabc\u2066", "👩‍👩‍👧 ☕️", "שלום עולם", strings.Repeat("å", 3000), strings.Repeat("ord ", 3000), strings.Repeat("\n", 200), "\xff\xfe", "(\\)<</MCID 0>> BDC EMC endobj\n", "\u00ad\u200b\ufeff", "𝔘𠀀", "□□"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 20_000 {
			return
		}
		d := Document{Title: s, Lead: s, Language: "sv", Author: s, Date: day, Head: s, Fund: Fund{flag, "Vi betalar"}, Blocks: []Block{Heading{2, s, ""}, Paragraph{s, "", Plain}, List{Items: []string{s}}, Facts{{s, s, ""}},
			Table{Caption: s, Columns: []Column{{Label: s}, {Label: "B", Number: true}}, Rows: [][]string{{s, s}}}, Room{1}, Heading{3, s, ""}}}
		raw := written(t, d)
		list, _, _, err := objects(raw)
		if err != nil {
			t.Fatal(err)
		}
		for i, body := range list[1:] {
			if !bytes.HasSuffix(body, []byte("endobj\n")) {
				t.Errorf("object %d ends in %q", i+1, body[max(0, len(body)-20):])
			}
		}
		p := newPress(d, 1)
		p.all()
		seen := make([]map[int]bool, len(p.pages))
		var walk func(n *node)
		walk = func(n *node) {
			for _, k := range n.kids {
				switch {
				case k.node != nil:
					walk(k.node)
				case seen[k.page][k.id]:
					t.Errorf("piece %d of page %d belongs to two", k.id, k.page)
				default:
					if seen[k.page] == nil {
						seen[k.page] = map[int]bool{}
					}
					seen[k.page][k.id] = true
				}
			}
		}
		walk(p.top)
		for i, n := range p.marks {
			if len(seen[i]) != n {
				t.Errorf("page %d has %d pieces, and %d belong somewhere", i, n, len(seen[i]))
			}
		}
	})
}

// Nothing that is no drawing of straight edges becomes one, and nothing stops the program.
func FuzzReadPicture(f *testing.F) {
	f.Add(`<svg viewBox="-7 -7 284 194"><path fill="#fff" d="M-7-7h284v194H-7z"/></svg>`)
	f.Add(`<svg viewBox="0 0 1 1"><path d="M0 0C1 1 2 2 3 3"/></svg>`)
	f.Add(`<svg viewBox="0 0 0 0"/>`)
	f.Fuzz(func(t *testing.T, svg string) {
		p, err := ReadPicture(svg)
		if err == nil && !(p.Width > 0 && p.Height > 0) {
			t.Errorf("%v by %v", p.Width, p.Height)
		}
		for _, s := range p.Shapes {
			if _, err := edges(s.Path); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestEdges(t *testing.T) {
	for path, want := range map[string]string{
		"M1 2h1v1h-1z":           "[[{1 2} {2 2} {2 3} {1 3}]]",
		"M-7-7h284v194H-7z":      "[[{-7 -7} {277 -7} {277 187} {-7 187}]]",
		"M0,0L1,0L1,1Zm2 2h1v1z": "[[{0 0} {1 0} {1 1}] [{2 2} {3 2} {3 3}]]",
		"":                       "[]",
		"M0 0C1 1 2 2 3 3":       "error",
		"M0":                     "error",
		"z1":                     "error",
	} {
		got, err := edges(path)
		if text := fmt.Sprint(got); err == nil && text != want || (err != nil) != (want == "error") {
			t.Errorf("%q: %v, %v, want %s", path, got, err, want)
		}
	}
}
