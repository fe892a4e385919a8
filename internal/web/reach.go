package web

import (
	"context"
	"net/http"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
	"kompobib/internal/report"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// reachStart leads to the reach of the only programme that the reader sees it of, or to each. A contact's right
// is about their staff, whatever the programme.
func (s *Server) reachStart(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	list, err := programme.List(req.Context(), s.DB, r.Viewer)
	if err != nil {
		return err
	}
	if len(r.Scope(access.SeeReach).Workplaces) == 0 {
		list = slices.DeleteFunc(list, func(p programme.Programme) bool { return !r.Viewer.In(access.SeeReach, p.ID) })
	}
	if len(list) == 1 {
		http.Redirect(w, req, "/programmes/"+list[0].Slug+"/reach", http.StatusSeeOther)
		return nil
	}
	return render(w, req, http.StatusOK, reachStartView(r, list))
}

// reachQuery reads a question about reach from the address, of who has a right in the programme or at workplaces.
func (s *Server) reachQuery(ctx context.Context, c db.Conn, req *http.Request, r view.Reader, right access.Right) (report.Query, programme.Programme, error) {
	p, err := outcomeProgramme(ctx, c, req, r, right)
	q := req.URL.Query()
	return report.Query{Programme: p.ID, Goal: q.Get("goal"), On: date(q.Get("on")), Today: s.today(p.Zone), By: report.By(q.Get("by"))}, p, err
}

// reach is how far a programme has come, in figures that open to their rows.
func (s *Server) reach(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d report.Report
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		q, _, err := s.reachQuery(ctx, c, req, r, access.SeeReach)
		if err != nil {
			return err
		}
		if q.By == "" {
			q.By = report.ByCounty
		}
		d, err = report.Reach(ctx, c, r.Viewer, q)
		return err
	})
	if err != nil {
		return err
	}
	if format := wanted(req); format != "" {
		return download(w, format, r.Say("reach.title")+" "+d.Programme.ShortName+" "+string(d.Query.On), reachSheet(r, d))
	}
	return render(w, req, http.StatusOK, reachView(r.In(d.Programme.ID), d))
}

// reachSheet is the breakdown as a file, with the whole last. What the page hides is hidden here too.
func reachSheet(r view.Reader, d report.Report) sheet.Table {
	t := sheet.Table{Columns: []sheet.Column{{Label: r.Say("reach.by-" + string(d.Query.By)), Width: 36}, {Label: r.Say("unit-kind.municipality")}, {Label: r.Say("unit-kind.county")}}}
	for _, f := range report.Figures {
		t.Columns = append(t.Columns, sheet.Column{Label: r.Say("reach." + f.Name())})
	}
	row := func(l report.Line, label string) []any {
		cells := []any{label, l.Municipality, l.County}
		for _, f := range report.Figures {
			if l.Shown[f] {
				cells = append(cells, l.Counts[f])
			} else {
				cells = append(cells, r.Say("reach.hidden"))
			}
		}
		return cells
	}
	t.Rows = func(yield func([]any) bool) {
		for _, l := range d.Lines {
			if !yield(row(l, groupLabel(r, d.Query.By, l))) {
				return
			}
		}
		if d.Kept > 0 && !yield(row(d.Hidden, r.Say("reach.together"))) {
			return
		}
		yield(row(d.Total, r.Say("reach.all")))
	}
	return t
}

// A reachRows is the persons behind a figure.
type reachRows struct {
	Programme programme.Programme
	Query     report.Query
	Figure    report.Figure
	Group     string // its name
	Rows      []report.Row
	Page      []report.Row
	Next      string // the mark that the next page is after
}

// rowsPerPage is how many persons stand on a page; all of them are in the file.
const rowsPerPage = 100

// reachRows is the rows behind a figure.
func (s *Server) reachRows(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	f, ok := report.FigureOf(req.URL.Query().Get("figure"))
	if !ok {
		return errNotFound
	}
	d := reachRows{Figure: f}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Query, d.Programme, err = s.reachQuery(ctx, c, req, r, access.SeeReach); err != nil {
			return err
		}
		group := req.URL.Query().Get("group")
		if d.Rows, err = report.Rows(ctx, c, r.Viewer, d.Query, f, group); err != nil || d.Query.By == "" {
			return err
		}
		line := report.Line{ID: group}
		if d.Query.By.Place() {
			tree, err := people.LoadTree(ctx, c, min(d.Query.Today, orLast(d.Query.On, d.Query.Today)))
			if err != nil {
				return err
			}
			line.Name = tree.Name(group)
		}
		d.Group = groupLabel(r, d.Query.By, line)
		return nil
	})
	if err != nil {
		return err
	}
	falling := sortReached(r, d.Rows)
	if taking(req) != "" {
		return s.hand(w, req, r, "reach-rows", d.Programme.ID, len(d.Rows), r.Say("reach."+f.Name()), rowsSheet(r, d.Rows))
	}
	d.Page, d.Next = report.PageOf(d.Rows, r.Query().Get("after"), falling, rowsPerPage)
	return render(w, req, http.StatusOK, reachRowsView(r.In(d.Programme.ID), d))
}

// sortReached puts persons in the order that is asked for, and reports whether it falls. They come by name, or by place.
func sortReached(r view.Reader, rows []report.Row) (falling bool) {
	by := sorting[report.Row]{
		"name":         func(report.Row) string { return "" },
		"role":         func(p report.Row) string { return sortedText(rowRole(r, p)) },
		"workplace":    func(p report.Row) string { return sortedName(p.Workplace.SortKey) },
		"municipality": func(p report.Row) string { return sortedName(p.Municipality.SortKey) },
		"stage":        func(p report.Row) string { return sortedNumber(slices.Index(stages, p.Stage) + 1) },
	}
	name, falling := by.asked(r)
	if name != "" {
		report.Sort(rows, falling, by[name])
	}
	return falling
}

// stages are how far persons have come, from the first.
var stages = append(slices.Clone(report.Stages), report.Reached)

// rowsSheet is persons as a file.
func rowsSheet(r view.Reader, rows []report.Row) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("reach.name")}, {Label: r.Say("reach.by-role")}, {Label: r.Say("unit-kind.workplace"), Width: 36},
			{Label: r.Say("unit-kind.municipality")}, {Label: r.Say("unit-kind.county")}, {Label: r.Say("reach.stage"), Width: 40}},
		Rows: func(yield func([]any) bool) {
			for _, p := range rows {
				if !yield([]any{rowName(r, p), rowRole(r, p), p.Workplace.Name, p.Municipality.Name, p.County.Name, r.Say("reach.stage-" + string(p.Stage))}) {
					return
				}
			}
		},
	}
}

// A notReached is the list of those not reached, with the form that invites them.
type notReached struct {
	Programme programme.Programme
	Goals     []programme.GoalArea
	Tree      *people.Tree
	Next      []activity.Entry // occasions to invite to
	Query     report.Query
	Filter    report.Missed
	Rows      []report.Row
	Page      []report.Row
	After     string // the mark that the next page is after
	All       bool   // the reader sees the whole programme

	// The form as it was filled in.
	About, Message string
	Ticked         []string
	Slips          []string // dates in the message that may be wrong
	Faults         fault.List
}

// notReachedPage is who has not attended anything yet.
func (s *Server) notReachedPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d, err := s.loadNotReached(req, r)
	if err != nil {
		return err
	}
	if taking(req) != "" {
		return s.hand(w, req, r, "not-reached", d.Programme.ID, len(d.Rows), r.Say("reach.missed")+" "+d.Programme.ShortName, rowsSheet(r, d.Rows))
	}
	return render(w, req, http.StatusOK, notReachedView(r.In(d.Programme.ID), d))
}

func (s *Server) loadNotReached(req *http.Request, r view.Reader) (notReached, error) {
	const choices = 60
	q := req.URL.Query()
	d := notReached{Filter: report.Missed{Unit: q.Get("unit"), Stage: report.Stage(q.Get("stage"))}, About: "programme"}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Query, d.Programme, err = s.reachQuery(ctx, c, req, r, access.SeeNotReached); err != nil {
			return err
		}
		d.Query.On, d.Query.By = "", ""
		d.All = r.Viewer.In(access.SeeNotReached, d.Programme.ID)
		if d.Rows, err = report.NotReached(ctx, c, r.Viewer, d.Query, d.Filter); err != nil {
			return err
		}
		if d.Goals, err = programme.Goals(ctx, c, d.Programme.ID); err != nil {
			return err
		}
		if d.Tree, err = people.LoadTree(ctx, c, d.Query.Today); err != nil {
			return err
		}
		d.Next, err = activity.Calendar(ctx, c, r.Viewer, activity.Filter{Programme: d.Programme.ID, Goal: d.Query.Goal, From: d.Query.Today, Limit: choices})
		return err
	})
	d.Page, d.After = report.PageOf(d.Rows, q.Get("after"), sortReached(r, d.Rows), rowsPerPage)
	if d.Query.Goal != "" {
		d.About = report.AboutGoal + " " + d.Query.Goal
	}
	return d, err
}

// invite sends a letter to those ticked in the list, or to all that it shows.
func (s *Server) invite(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d, err := s.loadNotReached(req, r)
	if err != nil {
		return err
	}
	d.About, d.Message, d.Ticked = req.PostFormValue("about"), req.PostFormValue("message"), req.PostForm["persons"]
	if req.PostFormValue("to") == "all" {
		d.Ticked = nil
		for _, p := range d.Rows {
			if !p.Protected {
				d.Ticked = append(d.Ticked, p.Person)
			}
		}
	}
	if d.Slips, err = s.newSlips(req, r, d); err != nil {
		return err
	}
	if d.Slips != nil {
		return render(w, req, http.StatusOK, notReachedView(r.In(d.Programme.ID), d))
	}
	i := report.Invitation{Message: d.Message, Persons: d.Ticked}
	switch kind, id := cut(d.About); kind {
	case report.AboutGoal:
		i.Goal = id
	case "occasion":
		i.Occasion = id
	}
	type letters struct{ Sent, Mute int }
	got, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (letters, error) {
		done, err := report.Invite(ctx, tx, r.Viewer, d.Query, i)
		return letters{done.Sent, len(done.NoAddress)}, err
	})
	if faults, code, ok := mistakes(err); ok {
		d.Faults = faults
		return render(w, req, code, notReachedView(r.In(d.Programme.ID), d))
	}
	if err != nil {
		return err
	}
	to := r.With()
	if got.Mute > 0 {
		return doneBut(w, req, to, "reach.invited-some", r.Number(got.Sent), r.Number(got.Mute))
	}
	return done(w, req, to, "reach.invited", r.Number(got.Sent))
}

// newSlips are the dates in an invitation that may be wrong, until whoever writes it has seen that and sends the same again:
// a letter cannot be taken back.
func (s *Server) newSlips(req *http.Request, r view.Reader, d notReached) ([]string, error) {
	if d.Message == "" || d.Message == req.PostFormValue("checked") {
		return nil, nil
	}
	known, err := publishing.KnownDates(req.Context(), s.DB, r.Viewer, d.Programme.ID)
	return slipTexts(r, d.Message, known), err
}

// officePage is what the office of a programme has before it.
func (s *Server) officePage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d report.Overview
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		q, _, err := s.reachQuery(ctx, c, req, r, access.PlanAny)
		if err != nil {
			return err
		}
		d, err = report.Office(ctx, c, r.Viewer, q, s.DB.Now())
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, officeView(r.In(d.Programme.ID), d))
}
