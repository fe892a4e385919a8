package web

import (
	"net/http"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/report"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// mix is how lecturers from outside and the region's own have been mixed.
func (s *Server) mix(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d report.Mix
	ctx, q := req.Context(), req.URL.Query()
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		p, err := readsOf(ctx, c, req, r, access.SeeReach)
		if err != nil {
			return err
		}
		d, err = report.MixOf(ctx, c, r.Viewer, p.ID, date(q.Get("from")), date(q.Get("to")), s.today(p.Zone), s.DB.Now())
		return err
	})
	if err != nil {
		return err
	}
	if format := wanted(req); format != "" {
		return download(w, format, r.Say("mix.title")+" "+d.Programme.ShortName+" "+string(d.To), mixSheet(r, d))
	}
	return render(w, req, http.StatusOK, mixView(r.In(d.Programme.ID), d))
}

// A mixRows is the meetings behind a figure of the mix.
type mixRows struct {
	report.Mix
	Goal    string // its name
	Leading report.Leading
	Rows    []report.Held
}

func (s *Server) mixRows(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d mixRows
	ctx, q := req.Context(), req.URL.Query()
	d.Leading = report.Leading(q.Get("leading"))
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		p, err := readsOf(ctx, c, req, r, access.SeeReach)
		if err != nil {
			return err
		}
		d.Mix, d.Rows, err = report.MixRows(ctx, c, r.Viewer, p.ID, q.Get("goal"), d.Leading, date(q.Get("from")), date(q.Get("to")), s.today(p.Zone), s.DB.Now())
		if err != nil || q.Get("goal") == "" {
			return err
		}
		d.Goal, err = db.Value[string](ctx, c, `SELECT name FROM goal_area WHERE id = $1`, q.Get("goal"))
		return err
	})
	if err != nil {
		return err
	}
	if format := wanted(req); format != "" {
		return download(w, format, r.Say("mix.rows")+" "+d.Programme.ShortName, heldSheet(r, d))
	}
	return render(w, req, http.StatusOK, mixRowsView(r.In(d.Programme.ID), d))
}

func mixLabel(r view.Reader, l report.MixLine) string {
	switch {
	case l.From != "":
		return r.Dates(l.From, l.To)
	case l.Name != "":
		return l.Name
	}
	return r.Say("reach.all")
}

// mixPersons is how many came, as it is told.
func mixPersons(r view.Reader, c report.MixCell) string {
	if !c.Shown {
		return r.Say("reach.hidden")
	}
	return r.Number(c.Persons)
}

func mixSheet(r view.Reader, d report.Mix) sheet.Table {
	t := sheet.Table{Columns: []sheet.Column{{Label: r.Say("reflection.group"), Width: 36}}}
	for _, l := range report.Leadings {
		t.Columns = append(t.Columns, sheet.Column{Label: r.Say("mix.hours-of", r.Say("mix."+string(l))), Width: 22}, sheet.Column{Label: r.Say("mix.persons-of", r.Say("mix."+string(l))), Width: 22})
	}
	t.Columns = append(t.Columns, sheet.Column{Label: r.Say("mix.hours")}, sheet.Column{Label: r.Say("mix.persons")})
	t.Rows = func(yield func([]any) bool) {
		for _, l := range append(append(append([]report.MixLine{}, d.Goals...), d.Periods...), d.Total) {
			row := []any{mixLabel(r, l)}
			for _, c := range l.Cells {
				row = append(row, float64(c.Minutes)/60)
				if c.Shown {
					row = append(row, c.Persons)
				} else {
					row = append(row, r.Say("reach.hidden"))
				}
			}
			if !yield(row) {
				return
			}
		}
	}
	return t
}

func heldSheet(r view.Reader, d mixRows) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("mix.day")}, {Label: r.Say("mix.activity"), Width: 40}, {Label: r.Say("mix.lecturers"), Width: 40}, {Label: r.Say("mix.leading")}, {Label: r.Say("mix.hours")}, {Label: r.Say("mix.persons")}},
		Rows: func(yield func([]any) bool) {
			for _, h := range d.Rows {
				row := []any{string(h.Date), h.Title, h.Lecturers, r.Say("mix." + string(h.Leading)), float64(h.Minutes) / 60, nil}
				if h.Persons >= 0 {
					row[5] = h.Persons
				}
				if !yield(row) {
					return
				}
			}
		},
	}
}

// mixChart is the hours of each goal area by who stood in front.
func mixChart(r view.Reader, d report.Mix) view.Chart {
	c := view.Chart{Title: r.Say("mix.chart"), Text: r.Say("mix.chart-text")}
	for _, l := range report.Leadings {
		c.Parts = append(c.Parts, r.Say("mix."+string(l)))
	}
	for _, g := range d.Goals {
		b := view.Bar{Label: g.Name, Note: r.Minutes(g.Sum().Minutes)}
		for k := range report.Leadings {
			b.Parts = append(b.Parts, g.Cells[k].Minutes)
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

// mixLink leads from a figure to its rows.
func mixLink(d report.Mix, l report.MixLine, leading report.Leading) string {
	from, to := d.From, d.To
	if l.From != "" {
		from, to = l.From, l.To
	}
	return programmePath(d.Programme, "mix/rows?") + query("goal", l.ID, "leading", string(leading), "from", string(from), "to", string(to))
}

// mixHeading is what a list of meetings is of.
func mixHeading(r view.Reader, d mixRows) string {
	of := r.Say("mix.any")
	if d.Leading != "" {
		of = r.Say("mix." + string(d.Leading))
	}
	goal := r.Say("mix.all-goals")
	if d.Goal != "" {
		goal = d.Goal
	}
	return r.Say("mix.rows-of", of, goal, local.Date(d.From), local.Date(d.To))
}

// leadingAt is what a cell of a line is of, "" for the sum.
func leadingAt(k int) report.Leading {
	if k < len(report.Leadings) {
		return report.Leadings[k]
	}
	return ""
}

func mixColumns(r view.Reader) []view.Column {
	columns := []view.Column{{Label: r.Say("reflection.group")}}
	for _, l := range report.Leadings {
		columns = append(columns, view.Column{Label: r.Say("mix." + string(l)), Number: true})
	}
	return append(columns, view.Column{Label: r.Say("mix.sum"), Number: true})
}
