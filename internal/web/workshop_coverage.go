package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// coveredAtOnce is how many workplaces a page shows. Where there are more, the counties come first, and each opens to its workplaces.
const coveredAtOnce = 100

// A covered is how far the workplaces of a programme have come, as its page shows it.
type covered struct {
	programme.Programme
	workshop.Coverage
	Names    map[string]people.Name
	Progress string // of the rows chosen, "" for all
	County   string
	Chosen   []workshop.Row
	Shown    []workshop.Row // of these, those of one page
	Next     string         // where the next page begins behind, "" on the last
	Folded   bool           // there are too many to show before a county or a state is chosen
	Plans    bool
}

func (s *Server) readCovered(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (d covered, err error) {
	if d.Programme, err = outcomeProgramme(ctx, c, req, r, access.SeeOutcome); err != nil {
		return d, err
	}
	if d.Coverage, err = workshop.Cover(ctx, c, r.Viewer, d.Programme, s.DB.Now()); err != nil {
		return d, err
	}
	d.Plans = r.Viewer.In(access.PlanLearning, d.ID)
	d.Progress, d.County = r.Query().Get("progress"), r.Query().Get("county")
	for _, row := range d.Rows {
		if (d.Progress == "" || d.Progress == string(row.Progress)) && (d.County == "" || d.County == row.County) {
			d.Chosen = append(d.Chosen, row)
		}
	}
	if d.Shown = d.Chosen; taking(req) == "" {
		d.page(r.Query().Get("after"))
	}
	ids := make([]string, len(d.Shown))
	for i, row := range d.Shown {
		ids[i] = row.Leader
	}
	d.Names, err = people.Names(ctx, c, r.Viewer, ids)
	return d, err
}

// page shows the rows behind a workplace, "" for the first.
func (d *covered) page(after string) {
	if d.Folded = d.Progress == "" && d.County == "" && after == "" && len(d.Counties) > 1 && len(d.Chosen) > coveredAtOnce; d.Folded {
		d.Shown = nil
		return
	}
	from := slices.IndexFunc(d.Chosen, func(row workshop.Row) bool { return row.Workplace == after }) + 1
	d.Shown = d.Chosen[from:]
	if len(d.Shown) > coveredAtOnce {
		d.Shown = d.Shown[:coveredAtOnce]
		d.Next = d.Shown[coveredAtOnce-1].Workplace
	}
}

func (s *Server) workshopCoverage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx := req.Context()
	var d covered
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		d, err = s.readCovered(ctx, c, req, r)
		return err
	})
	if err != nil {
		return err
	}
	r = r.In(d.ID)
	if taking(req) != "" {
		return s.hand(w, req, r, "workshops", d.ID, len(d.Shown), r.Say("workshop.coverage"), d.sheet(r))
	}
	return render(w, req, http.StatusOK, coverageView(r, d))
}

// sheet is the rows as a file.
func (d covered) sheet(r view.Reader) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.State("unit-kind", "workplace"), Width: 32}, {Label: r.State("unit-kind", "municipality")}, {Label: r.State("unit-kind", "county")},
			{Label: r.Say("workshop.state")}, {Label: r.Say("workshop.date"), Kind: sheet.Date}, {Label: r.Say("workshop.leader-label"), Width: 24}, {Label: r.Say("workshop.persons"), Kind: sheet.Number}, {Label: r.Say("workshop.time"), Kind: sheet.Number}},
		Rows: func(yield func([]any) bool) {
			for _, row := range d.Shown {
				if !yield([]any{row.Name, row.MunicipalityName, row.CountyName, r.Say("workshop.state-" + string(row.Standing)), row.Date, d.leader(r, row), row.Persons, row.Minutes}) {
					return
				}
			}
		},
	}
}

// leader is who leads a workplace's workshop, or that nobody does.
func (d covered) leader(r view.Reader, row workshop.Row) string {
	if n := d.Names[row.Leader].String(); row.HasLeader && n != "" {
		return n
	} else if row.HasLeader {
		return r.Say("attendance-page.somebody")
	}
	return r.Say("workshop.leaderless")
}

// headline is the coverage in a sentence: 38 of 52 workplaces are done, 6 planned, 8 without a date.
func (d covered) headline(r view.Reader) string {
	n := d.Total.Counts
	return r.Say("workshop.headline", r.Number(n[workshop.Done]), r.Number(d.Total.All()), r.Number(n[workshop.Planned]), r.Number(n[workshop.Undated]))
}

// spread is it in numbers.
func (d covered) spread(r view.Reader) spread {
	s := spread{ID: "coverage-chart", Caption: r.Say("workshop.by-county"), Headline: d.headline(r), All: tallyOf("", "", workshop.Progresses, d.Total.Counts)}
	for _, p := range workshop.Progresses {
		s.Steps = append(s.Steps, step{string(p), r.Say("workshop.progress-" + string(p)), r.Say("workshop.definition-" + string(p))})
	}
	for _, t := range d.Counties {
		s.Counties = append(s.Counties, tallyOf(t.ID, t.Name, workshop.Progresses, t.Counts))
	}
	if len(d.Rows) == d.Total.All() {
		s.Rows = programmePath(d.Programme, "workshops")
	}
	return s
}

func (s *Server) nudge(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	n, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (int, error) {
		p, err := programme.BySlug(ctx, tx, r.Viewer, req.PathValue("slug"))
		if err != nil {
			return 0, err
		}
		return workshop.Nudge(ctx, tx, r.Viewer, p)
	})
	to := "/programmes/" + req.PathValue("slug") + "/workshops"
	if faults, _, ok := mistakes(err); ok {
		return doneBut(w, req, to, faults[0].Code)
	}
	if err != nil {
		return err
	}
	return done(w, req, to, "workshop.done-nudged", r.Number(n))
}

// programmeWorkshops is the part of a programme's overview about its workshops.
func programmeWorkshops(ctx context.Context, c db.Conn, s *Server, r view.Reader, p programme.Programme) (templ.Component, error) {
	cover, err := workshop.Cover(ctx, c, r.Viewer, p, s.DB.Now())
	if err != nil {
		return nil, err
	}
	d := covered{Programme: p, Coverage: cover, Plans: r.Viewer.In(access.PlanLearning, p.ID)}
	if !d.Launched && !d.Plans {
		return nil, nil
	}
	return coverageStage(r, d), nil
}

func kitsLink(r view.Reader, d covered) view.Link {
	if !d.Plans {
		return view.Link{}
	}
	return view.Link{Href: "/programmes/" + d.Slug + "/kits", Text: r.Say("workshop.kits")}
}
