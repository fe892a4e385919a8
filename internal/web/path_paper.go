package web

import (
	"context"
	"net/http"
	"strings"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/pdf"
	"kompobib/internal/web/view"
)

// pathSheets are [pathParts] as they stand on paper.
var pathSheets = []func(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) ([]pdf.Block, error){pathActivitiesSheet, pathFocusSheet}

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
	if d.Focus.Code == "" {
		return blocks, nil
	}
	blocks = append(blocks, pdf.Paragraph{Text: questionText(r, d.Focus.Text), Lang: "sv", As: pdf.Strong})
	if d.Answers.All == 0 {
		return append(blocks, pdf.Paragraph{Text: r.Say("focus.no-answers")}), nil
	}
	t := pdf.Table{Caption: r.Count("focus.answers-all", d.Answers.All), Columns: []pdf.Column{{Label: r.Say("workshop.answer")}, {Label: r.Say("focus.persons"), Number: true}}}
	for _, is := range focus.Noticed {
		t.Rows = append(t.Rows, []string{r.State("noticed", is), r.Number(d.Answers.Counts[is])})
	}
	return append(blocks, t), nil
}
