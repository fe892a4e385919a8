package web

import (
	"context"
	"net/http"
	"strings"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/pdf"
	"kompobib/internal/publishing"
	"kompobib/internal/web/view"
)

// pathSheets are [pathParts] as they stand on paper.
var pathSheets = []func(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) ([]pdf.Block, error){pathNeedsSheet, pathActivitiesSheet, pathWorkshopsSheet, pathReflectionsSheet, pathFocusSheet, pathChangeSheet}

// pathPaper is a workplace's path as a file, to bring to a staff meeting.
func pathPaper(ctx context.Context, c db.Conn, s *Server, req *http.Request, r view.Reader) (p paper, err error) {
	at, err := learningPlace(ctx, c, req, r)
	if err != nil {
		return p, err
	}
	p = paper{Programme: at.Programme.ID, Document: pdf.Document{Title: r.Say("focus.path-of", at.Name), Lead: r.Say("focus.path-lead")}}
	for _, sheet := range pathSheets {
		blocks, err := sheet(ctx, c, s, r, at)
		if err != nil {
			return p, err
		}
		p.Blocks = append(p.Blocks, blocks...)
	}
	p.Blocks = append(p.Blocks, pdf.Paragraph{Text: r.Say("focus.path-foot", s.today(at.Programme.Zone)), As: pdf.Muted})
	return p, nil
}

func pathNeedsSheet(ctx context.Context, c db.Conn, _ *Server, r view.Reader, at learningAt) ([]pdf.Block, error) {
	needs, err := readPathNeeds(ctx, c, r, at)
	if err != nil {
		return nil, err
	}
	title := pdf.Heading{Level: 2, Text: r.Say("focus.path-needs")}
	if len(needs) == 0 {
		return []pdf.Block{title, pdf.Paragraph{Text: r.Say("focus.path-needs-none")}}, nil
	}
	var list pdf.List
	for _, n := range needs {
		text := n.Text + "\n" + needStateText(r, n.State)
		if len(n.Answers) > 0 {
			text += " · " + r.Join(n.Answers)
		}
		list.Items = append(list.Items, text)
	}
	return []pdf.Block{title, list}, nil
}

func pathActivitiesSheet(ctx context.Context, c db.Conn, _ *Server, r view.Reader, at learningAt) ([]pdf.Block, error) {
	list, err := activity.VisitedFrom(ctx, c, at.Programme.ID, at.Workplace, r.Viewer.On)
	if err != nil {
		return nil, err
	}
	title := pdf.Heading{Level: 2, Text: r.Say("focus.path-activities")}
	if len(list) == 0 {
		return []pdf.Block{title, pdf.Paragraph{Text: r.Say("focus.path-activities-none")}}, nil
	}
	t := pdf.Table{Columns: []pdf.Column{{Label: r.Say("focus.activity"), Lang: "sv"}, {Label: r.Say("focus.when")}, {Label: r.Say("focus.persons"), Number: true}, {Label: r.Say("focus.time"), Number: true}}}
	for _, x := range list {
		t.Rows = append(t.Rows, []string{x.Title, r.Dates(x.First, x.Last), r.Number(x.Persons), r.Minutes(x.Minutes)})
	}
	return []pdf.Block{title, t}, nil
}

func pathWorkshopsSheet(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) ([]pdf.Block, error) {
	shops, err := workshop.At(ctx, c, r.Viewer, at.Programme.ID, at.Workplace)
	if err != nil || len(shops) == 0 {
		return nil, err
	}
	if err := workshop.Took(ctx, c, r.Viewer, shops); err != nil {
		return nil, err
	}
	var list pdf.List
	for _, w := range shops {
		standing, _ := shopStanding(r, w.Standing(at.Workplace, s.DB.Now()))
		list.Items = append(list.Items, w.Title+"\n"+shopWhen(r, w)+" · "+standing)
	}
	return []pdf.Block{pdf.Heading{Level: 2, Text: r.Say("focus.path-workshops")}, list}, nil
}

func pathReflectionsSheet(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (blocks []pdf.Block, err error) {
	d, err := readThought(ctx, c, s, r, at)
	if err != nil {
		return nil, err
	}
	if d.Record.Version > 0 {
		blocks = append(blocks, pdf.Heading{Level: 2, Text: r.Say("focus.path-record")}, pdf.Paragraph{Text: standingOf(r, d.Record.Written), As: pdf.Muted})
		blocks = append(blocks, recordBlocks(d.Record.Body)...)
	}
	for _, x := range d.Earlier {
		blocks = append(blocks, pdf.Heading{Level: 2, Text: r.Say("reflection.inherited", d.From[x.Workplace])}, pdf.Paragraph{Text: standingOf(r, x.Written), As: pdf.Muted})
		blocks = append(blocks, recordBlocks(x.Body)...)
	}
	blocks = append(blocks, pdf.Heading{Level: 2, Text: r.Say("focus.path-shared")})
	if len(d.Shared) == 0 {
		return append(blocks, pdf.Paragraph{Text: r.Say("focus.path-shared-none")}), nil
	}
	var list pdf.List
	for _, x := range d.Shared {
		text := begins(x.Text) + "\n" + r.Date(x.On)
		if x.About != "" {
			text += " · " + x.About
		}
		list.Items = append(list.Items, text)
	}
	return append(blocks, list), nil
}

// recordBlocks is what was written together, as it is printed.
func recordBlocks(body string) (blocks []pdf.Block) {
	for _, p := range publishing.Parts(body) {
		switch last := len(blocks) - 1; {
		case p.Heading:
			blocks = append(blocks, pdf.Heading{Level: 3, Text: p.Text, Lang: "sv"})
		case !p.Item:
			blocks = append(blocks, pdf.Paragraph{Text: p.Text, Lang: "sv"})
		case p.First || last < 0:
			blocks = append(blocks, pdf.List{Items: []string{p.Text}, Lang: "sv"})
		default:
			list, _ := blocks[last].(pdf.List)
			list.Items = append(list.Items, p.Text)
			blocks[last] = list
		}
	}
	return blocks
}

func pathFocusSheet(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) ([]pdf.Block, error) {
	d, err := readOutcome(ctx, c, s, r, at)
	if err != nil {
		return nil, err
	}
	blocks := []pdf.Block{pdf.Heading{Level: 2, Text: r.Say("focus.title")}}
	if d.Focus.Version == 0 {
		blocks = append(blocks, pdf.Paragraph{Text: r.Say("focus.none") + "."})
	} else {
		blocks = append(blocks, pdf.Paragraph{Text: d.Focus.Statement, Lang: "sv", As: pdf.Motto}, pdf.Paragraph{Text: d.Focus.Body, Lang: "sv"})
	}
	for _, f := range d.Earlier {
		blocks = append(blocks, pdf.Heading{Level: 2, Text: r.Say("focus.of", d.whose(f))}, pdf.Paragraph{Text: f.Statement, Lang: "sv", As: pdf.Motto}, pdf.Paragraph{Text: f.Body, Lang: "sv"})
	}
	blocks = append(blocks, pdf.Heading{Level: 2, Text: r.Say("focus.commitments")})
	if len(d.Rows) == 0 {
		blocks = append(blocks, pdf.Paragraph{Text: r.Say("focus.no-commitments")})
	} else {
		list := pdf.List{Ordered: true}
		for _, x := range d.Rows {
			state := []string{r.State("commitment-state", string(x.State))}
			switch x.Standing(d.Today) {
			case focus.Due:
				state = append(state, r.Say("focus.due-now"))
			case focus.Late:
				state = append(state, r.Say("focus.late"))
			}
			if x.Overdue(d.Today) {
				state = append(state, r.Say("focus.overdue"))
			}
			text := sentence(r.Language, x.Wording) + "\n" + strings.Join(state, ". ") + "."
			if x.Why != "" {
				text += " " + x.Why
			}
			list.Items = append(list.Items, text)
		}
		blocks = append(blocks, list)
	}
	blocks = append(blocks, pdf.Heading{Level: 2, Text: r.Say("focus.path-signs")})
	if len(d.Signs) == 0 {
		blocks = append(blocks, pdf.Paragraph{Text: r.Say("focus.no-signs")})
	} else {
		var list pdf.List
		for _, x := range d.Signs {
			list.Items = append(list.Items, x.Text+"\n"+r.State("sign-by", x.By)+" · "+r.Date(x.On))
		}
		blocks = append(blocks, list)
	}
	for _, f := range d.all() {
		if f.Code == "" {
			continue
		}
		if f.Workplace != d.Focus.Workplace {
			blocks = append(blocks, pdf.Heading{Level: 3, Text: r.Say("focus.of", d.whose(f))})
		}
		for _, answers := range d.Voices[f.ID] {
			if !answers.Now {
				blocks = append(blocks, pdf.Paragraph{Text: r.Say("focus.asked-before"), As: pdf.Muted})
			}
			blocks = append(blocks, pdf.Paragraph{Text: askedText(r, answers), Lang: askedLanguage(r, answers), As: pdf.Strong})
			if answers.All == 0 {
				blocks = append(blocks, pdf.Paragraph{Text: r.Say("focus.no-answers")})
				continue
			}
			t := pdf.Table{Caption: r.Count("focus.answers-all", answers.All), Columns: []pdf.Column{{Label: r.Say("workshop.answer")}, {Label: r.Say("focus.persons"), Number: true}}}
			for _, is := range focus.Noticed {
				t.Rows = append(t.Rows, []string{r.State("noticed", is), r.Number(answers.Counts[is])})
			}
			blocks = append(blocks, t)
		}
	}
	return blocks, nil
}

func pathChangeSheet(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) ([]pdf.Block, error) {
	d, ok, err := s.readPathChange(ctx, c, r, at)
	if err != nil || !ok {
		return nil, err
	}
	blocks := []pdf.Block{pdf.Heading{Level: 2, Text: r.Say("survey.heading")}, pdf.Paragraph{Text: d.Survey.Title + ", " + d.Place.Now.Name + ": " + d.told(r)}}
	l := d.Place.Line
	if l == nil {
		return blocks, nil
	}
	t := pdf.Table{Caption: r.Say("survey.mean"), Columns: []pdf.Column{{Label: r.Say("survey.question"), Lang: "sv"}}}
	if l.Before != nil {
		t.Columns = append(t.Columns, pdf.Column{Label: d.Place.Then.Name, Number: true})
	}
	t.Columns = append(t.Columns, pdf.Column{Label: d.Place.Now.Name, Number: true})
	if l.Before != nil {
		t.Columns = append(t.Columns, pdf.Column{Label: r.Say("survey.change"), Number: true})
	}
	page := surveyPage{Results: d.Place.Results}
	for i, q := range d.Survey.Questions {
		cells := []string{q.Text}
		rows := page.rowsOf("", *l, i)
		for _, row := range rows {
			cells = append(cells, meanText(r, row.Answers))
		}
		if now := rows[len(rows)-1]; now.Changed {
			cells = append(cells, changeText(r, now.Change))
		} else if l.Before != nil {
			cells = append(cells, "")
		}
		t.Rows = append(t.Rows, cells)
	}
	return append(blocks, t), nil
}
