package web

import (
	"context"
	"net/http"

	"kompobib/internal/db"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/pdf"
	"kompobib/internal/web/view"
)

// shopPaper is what a workshop is held by on paper: what the leader does, a sheet to answer each question on, and one to sign.
func shopPaper(ctx context.Context, c db.Conn, _ *Server, req *http.Request, r view.Reader) (p paper, err error) {
	d, err := readShop(ctx, c, r, req.PathValue("workshop"))
	if err != nil {
		return p, err
	}
	if d.Leads && d.Date != "" {
		if d.Staff, err = workshop.Staff(ctx, c, d.Workshop, d.Date); err != nil {
			return p, err
		}
	}
	p = paper{Programme: d.Programme.ID, Crumbs: d.crumbs(r), Href: workshopPath(d.ID) + "/print",
		Document: pdf.Document{Title: d.Title, Spoken: "sv", Lead: d.Name() + " · " + shopWhen(r, d.Workshop)}}
	p.Blocks = append(p.Blocks, pdf.Facts{{Label: r.Say("workshop.venue"), Value: d.Venue}, {Label: r.Say("workshop.leader-label"), Value: d.who(r, d.Leader)},
		{Label: r.Say("workshop.note-taker"), Value: d.who(r, d.NoteTaker)}})
	p.Blocks = append(p.Blocks, packBlocks(r, d.Kit, d.Steps)...)
	p.Blocks = append(p.Blocks, signBlocks(r, d.Staff, d.Places)...)
	return p, nil
}

// kitPaper is the same of a kit, before anybody has planned by it: its newest version.
func kitPaper(ctx context.Context, c db.Conn, _ *Server, req *http.Request, r view.Reader) (p paper, err error) {
	d, err := readKit(ctx, c, r, req.PathValue("kit"))
	if err != nil {
		return p, err
	}
	k := d.kit()
	of := "workshop.version-published"
	if k.Published == nil {
		of = "workshop.version-draft"
	}
	p = paper{Programme: d.Programme.ID, Href: kitPath(k.Kit) + "/print", Crumbs: append(kitCrumbs(r, d.Programme), view.Link{Href: kitPath(k.Kit), Text: k.Title, Named: true}),
		Document: pdf.Document{Title: k.Title, Spoken: "sv", Lead: r.Say(of, r.Number(k.Number))}}
	p.Blocks = append(p.Blocks, pdf.Facts{{Label: r.Say("workshop.days-label"), Value: r.Dates(k.First, k.Last)}, {Label: r.Say("workshop.total-label"), Value: r.Say("workshop.total-between", r.Number(k.Least), r.Number(k.Most))}})
	p.Blocks = append(p.Blocks, packBlocks(r, k, k.Steps)...)
	p.Blocks = append(p.Blocks, signBlocks(r, nil, nil)...)
	return p, nil
}

// answerLines is how many lines there are on a sheet to answer a question on: a page of them.
const answerLines = 22

// packBlocks are a kit's texts and steps, and a sheet for each question.
func packBlocks(r view.Reader, k workshop.Kit, steps []workshop.Step) (blocks []pdf.Block) {
	for _, part := range kitParts(r, k) {
		if part.Value != "" {
			blocks = append(blocks, pdf.Heading{Level: 2, Text: part.Label}, pdf.Paragraph{Text: part.Value, Lang: "sv"})
		}
	}
	t := pdf.Table{Sum: true, Columns: []pdf.Column{{Label: r.Say("workshop.step-title"), Lang: "sv"}, {Label: r.Say("workshop.step-minutes"), Number: true},
		{Label: r.Say("workshop.question"), Lang: "sv"}, {Label: r.Say("workshop.method"), Lang: "sv"}}}
	for _, s := range steps {
		if !s.Skipped {
			t.Rows = append(t.Rows, []string{s.Title, r.Number(s.Minutes), s.Question, s.Method})
		}
	}
	t.Rows = append(t.Rows, []string{r.Say("workshop.sum"), r.Number(minutesOf(steps)), "", ""})
	blocks = append(blocks, pdf.Heading{Level: 2, Text: r.Say("workshop.steps-caption")}, t)
	for _, s := range steps {
		if !s.Skipped && s.Guide != "" {
			blocks = append(blocks, pdf.Heading{Level: 3, Text: s.Title, Lang: "sv"}, pdf.Paragraph{Text: s.Guide, Lang: "sv"})
		}
	}
	for _, s := range askedOf(steps) {
		blocks = append(blocks, pdf.Break{}, pdf.Heading{Level: 2, Text: s.Question, Lang: "sv"}, pdf.Paragraph{Text: r.Say("workshop.sheet-how"), As: pdf.Muted}, pdf.Room{Lines: answerLines})
	}
	return blocks
}

// signBlocks are a sheet to sign, with the names of those who are expected and room for others.
func signBlocks(r view.Reader, staff []workshop.Colleague, places []workshop.Place) []pdf.Block {
	t := pdf.Table{Room: 9, Columns: []pdf.Column{{Label: r.Say("seats.name")}}}
	joint := len(places) > 1
	if joint {
		t.Columns = append(t.Columns, pdf.Column{Label: r.Say("seats.workplace")})
	}
	t.Columns = append(t.Columns, pdf.Column{Label: r.Say("evidence-page.signature"), Wide: 75})
	row := func(name, place string) {
		cells := []string{name, place, ""}
		if !joint {
			cells = []string{name, ""}
		}
		t.Rows = append(t.Rows, cells)
	}
	names := map[string]string{}
	for _, p := range places {
		names[p.ID] = p.Name
	}
	for _, p := range staff {
		row(p.Name, names[p.Workplace])
	}
	for range max(emptyLines, 20-len(staff)) {
		row("", "")
	}
	return []pdf.Block{pdf.Break{}, pdf.Heading{Level: 2, Text: r.Say("evidence-page.sheet")}, pdf.Paragraph{Text: r.Say("workshop.sign-how"), As: pdf.Muted}, t}
}
