package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning/swot"
	"kompobib/internal/programme"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// An analysed is how far the workplaces of a programme have come with their analysis, as its page shows it.
type analysed struct {
	programme.Programme
	swot.Coverage
	pick
	Plan  swot.Plan // Version 0: nothing is asked for yet
	Shown []swot.Row
	Plans bool
}

func readAnalysed(ctx context.Context, c db.Conn, r view.Reader, p programme.Programme) (d analysed, err error) {
	d.Programme, d.Plans = p, r.Viewer.In(access.PlanLearning, p.ID)
	if d.Plan, err = swot.PlanOf(ctx, c, p.ID); errors.Is(err, swot.ErrNoPlan) {
		return d, nil
	}
	if err == nil {
		d.Coverage, err = swot.Cover(ctx, c, r.Viewer, p.ID)
	}
	return d, err
}

func (s *Server) swotCoverage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx := req.Context()
	var d analysed
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		p, err := outcomeProgramme(ctx, c, req, r, access.SeeOutcome)
		if err == nil {
			d, err = readAnalysed(ctx, c, r, p)
		}
		return err
	})
	if err != nil {
		return err
	}
	d.pick, d.Shown = choose(r, d.Rows, len(d.Counties), func(row swot.Row) (county, progress string) { return row.County, string(row.Progress) })
	format := wanted(req)
	if !d.Folded || format != "" {
		analysedSorting.sort(r, d.Shown)
	}
	r = r.In(d.ID)
	if format != "" {
		return download(w, format, r.Say("swot.coverage")+" "+d.ShortName, d.sheet(r))
	}
	d.Shown, d.Previous, d.Next = stretchOf(r, d.Shown, coveredAtOnce)
	return render(w, req, http.StatusOK, swotCoverageView(r, d))
}

var analysedSorting = sorting[swot.Row]{
	"workplace": func(x swot.Row) string { return sortedText(x.Name) },
	"county":    func(x swot.Row) string { return sortedText(x.CountyName) },
	"state":     func(x swot.Row) string { return sortedNumber(slices.Index(swot.Progresses, x.Progress)) },
	"agreed":    func(x swot.Row) string { return string(x.AgreedOn) },
	"notes":     func(x swot.Row) string { return sortedNumber(x.Notes) },
	"starred":   func(x swot.Row) string { return sortedNumber(x.Starred) },
}

func analysedColumns(r view.Reader) []view.Column {
	return []view.Column{{Label: r.State("unit-kind", "workplace"), Sort: "workplace"}, {Label: r.State("unit-kind", "county"), Sort: "county"}, {Label: r.Say("swot.state"), Sort: "state"},
		{Label: r.Say("swot.agreed"), Sort: "agreed"}, {Label: r.Say("swot.notes"), Sort: "notes", Number: true}, {Label: r.Say("swot.starred"), Sort: "starred", Number: true}}
}

// sheet is the rows as a file. Nobody stands in it.
func (d analysed) sheet(r view.Reader) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.State("unit-kind", "workplace"), Width: 32}, {Label: r.State("unit-kind", "municipality")}, {Label: r.State("unit-kind", "county")},
			{Label: r.Say("swot.state")}, {Label: r.Say("swot.agreed"), Kind: sheet.Date}, {Label: r.Say("swot.notes"), Kind: sheet.Number}, {Label: r.Say("swot.starred"), Kind: sheet.Number}},
		Rows: func(yield func([]any) bool) {
			for _, row := range d.Shown {
				if !yield([]any{row.Name, row.MunicipalityName, row.CountyName, r.Say("swot.progress-" + string(row.Progress)), row.AgreedOn, row.Notes, row.Starred}) {
					return
				}
			}
		},
	}
}

// headline is the coverage in a sentence.
func (d analysed) headline(r view.Reader) string {
	n := d.Total.Counts
	return r.Say("swot.headline", r.Number(n[swot.Done]), r.Number(d.Total.All()), r.Number(n[swot.Begun]), r.Number(n[swot.Ahead]))
}

// spread is it in numbers.
func (d analysed) spread(r view.Reader) spread {
	s := spread{ID: "swot-chart", Of: r.Say("swot.coverage"), Caption: r.Say("swot.by-county"), Headline: d.headline(r), All: tallyOf("", "", swot.Progresses, d.Total.Counts)}
	for _, p := range swot.Progresses {
		s.Steps = append(s.Steps, step{string(p), r.Say("swot.progress-" + string(p)), r.Say("swot.definition-" + string(p))})
	}
	for _, t := range d.Counties {
		s.Counties = append(s.Counties, tallyOf(t.ID, t.Name, swot.Progresses, t.Counts))
	}
	if len(d.Rows) == d.Total.All() {
		s.Rows = programmePath(d.Programme, "swot")
	}
	return s
}

// workplace is the address of a row's workplace, where its analysis can be read.
func (d analysed) workplace(row swot.Row) string {
	return learningAt{d.Programme, row.Place}.at("swot")
}

// programmeSwot is the part of a programme's overview about its analysis.
func programmeSwot(ctx context.Context, c db.Conn, _ *Server, r view.Reader, p programme.Programme) (templ.Component, error) {
	d, err := readAnalysed(ctx, c, r, p)
	if err != nil || d.Plan.Version == 0 && !d.Plans {
		return nil, err
	}
	return analysedStage(r, d), nil
}

func (s *Server) nudgeSwot(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	n, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (int, error) {
		p, err := programme.BySlug(ctx, tx, r.Viewer, req.PathValue("slug"))
		if err != nil {
			return 0, err
		}
		return swot.Nudge(ctx, tx, r.Viewer, p)
	})
	to := "/programmes/" + req.PathValue("slug") + "/swot"
	if faults, _, ok := mistakes(err); ok {
		return doneBut(w, req, to, faults[0].Code)
	}
	if err != nil {
		return err
	}
	return done(w, req, to, "swot.done-nudged", r.Number(n))
}
