package browse

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/browsertest"
)

// A picture of the handbook, or of the README: what someone in a role sees of a page when they have come to it.
type picture struct {
	name, role string
	steps      []string // paths, lists of staff to read in, and what is clicked to come further
	of         string   // the element that is shown
	most       int      // how many pixels of it from the top
}

// pictures are the README's, and all of them in the handbook's order. Occasions and people are those of the demo's own day.
var pictures = []picture{
	{"../front-page", "participant", []string{"/"}, "body", 1150},
	{"logga-in", "public", []string{"/sign-in"}, "main", 330},
	{"kalender", "public", []string{"/calendar"}, "main", 700},
	{"anmal-dig", "participant", []string{"/calendar", occasion("Boksamtal")}, "main", 520},
	{"reservlista", "participant", []string{"/calendar", occasion("Prova själv")}, "section:has(> #my-seat)", 300},
	{"min-sida", "participant", []string{"/me"}, "main", 640},
	{"min-arbetsplats", "contact", []string{"/workplace"}, ".side > section", 620},
	{"anmal-medarbetare", "contact", []string{"/calendar", occasion("Boksamtal")}, "section:has(> #staff)", 480},
	{"aktivitet", "organiser", []string{"/activities", `main table a[href$="/edit"]`}, "main", 560},
	{"nytt-tillfalle", "organiser", []string{"/activities", `main table a[href$="/edit"]`, `main a[href$="/occasions/new"]`}, "main", 900},
	{"narvaro", "organiser", []string{"/evidence", `main table a[href$="/attendance"]`}, "main", 840},
	{"narvarolista", "organiser", []string{"/evidence", `main table a[href$="/attendance"]`, `main a[href$="/sheet"]`, `main form button`}, ".sheet", 420},
	{"projektkontoret", "office", []string{"/office"}, "main", 620},
	{"personallista", "office", []string{"list:koping-2012-09.csv", `form[action$="/apply"] button[type=submit]`, "list:koping-2012-12.csv"}, "section:has(> #difference)", 560},
	{"brev", "office", []string{"/publications", `main a[href$="new?kind=letter"]`}, "main", 520},
	{"rackvidd", "office", []string{"/reach"}, "main", 640},
	{"styrgrupp-rackvidd", "steering", []string{"/programmes/kompobib2020/reach?by=age"}, "section:has(> #groups)", 560},
	{"revisor-siffra", "auditor", []string{"/programmes/kompobib2020/reach", `main a[href*="figure=attended"]`}, "main", 520},
	{"revisor-underlag", "auditor", []string{"/evidence"}, "main", 560},
	{"roll", "administrator", []string{"/accounts?q=Jernl%C3%A5s", `main tbody a`, `main a[href$="/roles/new"]`}, "main", 900},
}

// later are those of a day in the middle of the workshops.
var later = []picture{
	{"nulagesanalys", "contact", []string{"/learning", place, `main a[href$="/swot"]`, "link:Läs analysen"}, "main", 760},
	{"kompetensplan", "contact", []string{"/learning", place, `main a[href$="/needs"]`}, "main", 640},
	{"atagande", "contact", []string{"/learning", place, `main a[href$="/commitments?standing=going"]`}, "main", 640},
	{"workshop", "contact", []string{"/learning", place, `main a[href$="/run"]`}, "main", 700},
	{"svara", "contact", []string{"/learning", place, `main a[href^="/w/"]`}, "main", 640},
	{"vagen", "contact", []string{"/learning", place, `main a[href$="/path"]`}, "main", 760},
	{"loggbok", "participant", []string{"/me/logbook", `main a[href$="/new"]`}, "main", 640},
	{"workshopar", "office", []string{"/programmes/kompobib2020/learning", `main a[href$="/workshops"]`}, "main", 700},
	{"styrgrupp-larande", "steering", []string{"/programmes/kompobib2020/learning"}, "main", 760},
	{"teman", "office", []string{"/programmes/kompobib2020/learning", `main a[href$="/themes"]`}, "main", 640},
}

// place is the link to the workplace whose workshop runs just then.
const place = "link:Stadsbiblioteket i Köping"

// occasion is the calendar's link to the first occasion that is called so.
func occasion(title string) string { return "occasion:" + title }

// TestPictures makes the handbook's pictures, where HANDBOOK_PICTURES says: make pictures.
func TestPictures(t *testing.T) {
	dir := os.Getenv("HANDBOOK_PICTURES")
	if dir == "" {
		t.Skip("HANDBOOK_PICTURES says where")
	}
	draw := func(all []picture, of *program) {
		for _, pic := range all {
			t.Run(pic.name, func(t *testing.T) { pic.draw(t, of, dir) })
		}
	}
	draw(pictures, demo)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	february, err := serve(ctx, t.TempDir(), "--today", "2013-02-20")
	if err != nil {
		t.Fatal(err)
	}
	draw(later, february)
	stop()
	february.stop()
}

func (pic picture) draw(t *testing.T, of *program, dir string) {
	p := of.visit(t, pic.role)
	width := int64(860)
	if pic.of == "body" {
		width = 1280 // where the front page has its books
	}
	p.Look(width, 6000, "light")
	for _, step := range pic.steps {
		follow(t, p, step)
	}
	browsertest.Eval[bool](p, swedish)
	small, err := few(p.Shot(pic.of, pic.most))
	if err != nil {
		t.Fatal(err)
	}
	if len(small) > 60_000 {
		t.Errorf("%d bytes are more than a page should wait for", len(small))
	}
	if err := os.WriteFile(filepath.Join(dir, pic.name+".png"), small, 0o644); err != nil {
		t.Fatal(err)
	}
}

// swedish lets fields of dates and times look as in a Swedish browser, whatever languages this one has.
const swedish = `[...document.querySelectorAll('input[type=date], input[type=time], input[type=datetime-local]')].every(e => {
	const kind = e.type, value = e.value.replace('T', ' ');
	e.type = 'text';
	e.value = value;
	e.placeholder = {date: 'åååå-mm-dd', time: '--:--', 'datetime-local': 'åååå-mm-dd --:--'}[kind];
	return true;
})`

// follow takes a step towards what is shown.
func follow(t *testing.T, p *browsertest.Page, step string) {
	t.Helper()
	status := 0
	if title, ok := strings.CutPrefix(step, "occasion:"); ok {
		step = browsertest.Eval[string](p, fmt.Sprintf(`[...document.querySelectorAll('main .list h3 a')].find(a => a.textContent.includes(%q)).getAttribute('href')`, title))
	}
	if words, ok := strings.CutPrefix(step, "link:"); ok {
		step = browsertest.Eval[string](p, fmt.Sprintf(`[...document.querySelectorAll('main a')].find(a => a.textContent.includes(%q)).getAttribute('href')`, words))
	}
	if list, ok := strings.CutPrefix(step, "list:"); ok {
		readList(t, p, rosters+list)
		return
	}
	if step[0] == '/' {
		status = p.Go(step)
	} else {
		status = p.Submit(step)
	}
	if status != 200 {
		t.Fatalf("%s = %d", step, status)
	}
}

// few is a picture in the colours that are most common in it: a page has few, and shades at the edges of its letters.
func few(picture []byte) ([]byte, error) {
	const colours = 48
	from, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	often := map[color.RGBA]int{}
	b := from.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			often[color.RGBAModel.Convert(from.At(x, y)).(color.RGBA)]++
		}
	}
	all := make([]color.RGBA, 0, len(often))
	for c := range often {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(often[b], often[a]), bytes.Compare([]byte{a.R, a.G, a.B}, []byte{b.R, b.G, b.B}))
	})
	var palette color.Palette
	for _, c := range all[:min(colours, len(all))] {
		palette = append(palette, c)
	}
	nearest := map[color.RGBA]uint8{}
	for _, c := range all {
		nearest[c] = uint8(palette.Index(c))
	}
	to := image.NewPaletted(b, palette)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			to.SetColorIndex(x, y, nearest[color.RGBAModel.Convert(from.At(x, y)).(color.RGBA)])
		}
	}
	var small bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, to)
	return small.Bytes(), err
}
