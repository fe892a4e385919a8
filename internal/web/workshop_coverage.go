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

// A covered is how far the workplaces of a programme have come, as its page shows it.
type covered struct {
	programme.Programme
	workshop.Coverage
	pick
	Names map[string]people.Name
	Shown []workshop.Row // those of one page, or all chosen for a file
	Plans bool
	Left  stillContacts // to who plans: they stand as no leader
}

func (s *Server) readCovered(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (d covered, err error) {
	if d.Programme, err = outcomeProgramme(ctx, c, req, r, access.SeeOutcome); err != nil {
		return d, err
	}
	if d.Coverage, err = workshop.Cover(ctx, c, r.Viewer, d.Programme, r.Query().Get("kit"), s.DB.Now()); err != nil {
		return d, err
	}
	d.Plans = r.Viewer.In(access.PlanLearning, d.ID)
	var chosen []workshop.Row
	d.pick, chosen = choose(r, d.Rows, len(d.Counties), func(row workshop.Row) (county, progress string) { return row.County, string(row.Progress) })
	if taking(req) != "" {
		d.Folded = false
	}
	if d.Folded {
		chosen = nil
	}
	order := d.sorting()
	if by, _ := order.asked(r); by == "leader" {
		// Who leads decides what stands on the page, so all are read.
		if d.Names, err = leadersOf(ctx, c, r, chosen); err != nil {
			return d, err
		}
	}
	order.sort(r, chosen)
	if d.Shown = chosen; taking(req) == "" {
		d.Shown, d.Previous, d.Next = stretchOf(r, chosen, coveredAtOnce)
	}
	if d.Names == nil {
		d.Names, err = leadersOf(ctx, c, r, d.Shown)
	}
	return d, err
}

func leadersOf(ctx context.Context, c db.Conn, r view.Reader, rows []workshop.Row) (map[string]people.Name, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.Leader
	}
	slices.Sort(ids)
	return people.Names(ctx, c, r.Viewer, slices.Compact(ids))
}

// sorting is how the rows are sorted, by leader once the names are read. States stand as far as they have come.
func (d *covered) sorting() sorting[workshop.Row] {
	standings := []workshop.Standing{workshop.Held, workshop.InProgress, workshop.Uncounted, workshop.GoneBy, workshop.Dated, workshop.NoDate}
	return sorting[workshop.Row]{
		"workplace": func(x workshop.Row) string { return sortedText(x.Name) },
		"county":    func(x workshop.Row) string { return sortedText(x.CountyName) },
		"state":     func(x workshop.Row) string { return sortedNumber(slices.Index(standings, x.Standing)) },
		"date":      func(x workshop.Row) string { return string(x.Date) },
		"leader": func(x workshop.Row) string {
			if !x.HasLeader {
				return people.Last
			}
			return sortedName(d.Names[x.Leader].SortKey)
		},
		"persons": func(x workshop.Row) string { return sortedNumber(x.Persons) },
	}
}

func coveredColumns(r view.Reader) []view.Column {
	return []view.Column{{Label: r.State("unit-kind", "workplace"), Sort: "workplace"}, {Label: r.State("unit-kind", "county"), Sort: "county"}, {Label: r.Say("workshop.state"), Sort: "state"},
		{Label: r.Say("workshop.date"), Sort: "date"}, {Label: r.Say("workshop.leader-label"), Sort: "leader"}, {Label: r.Say("workshop.persons"), Sort: "persons", Number: true}}
}

func (s *Server) workshopCoverage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx := req.Context()
	var d covered
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d, err = s.readCovered(ctx, c, req, r); err == nil && d.Plans && taking(req) == "" {
			if d.Left, err = readStillContacts(ctx, c, r, s.today(d.Zone)); err == nil {
				d.Left.Rows = slices.DeleteFunc(d.Left.Rows, func(x people.StillContact) bool { return !d.about(x.Unit) })
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	r = r.In(d.ID)
	if taking(req) != "" {
		return s.hand(w, req, r, "workshops", d.ID, len(d.Shown), r.Say("workshop.coverage")+" "+d.ShortName, d.sheet(r))
	}
	return render(w, req, http.StatusOK, coverageView(r, d))
}

// about reports whether a unit is one of the workplaces, or has one.
func (d covered) about(unit string) bool {
	return slices.ContainsFunc(d.Rows, func(row workshop.Row) bool {
		return unit == row.Workplace || unit == row.Municipality || unit == row.County
	})
}

// sheet is the rows as a file.
func (d covered) sheet(r view.Reader) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.State("unit-kind", "workplace"), Width: 32}, {Label: r.State("unit-kind", "municipality")}, {Label: r.State("unit-kind", "county")},
			{Label: r.Say("workshop.state")}, {Label: r.Say("workshop.date"), Kind: sheet.Date}, {Label: r.Say("workshop.leader-label"), Width: 24}, {Label: r.Say("workshop.persons"), Kind: sheet.Number}, {Label: r.Say("workshop.time"), Kind: sheet.Number}},
		Rows: func(yield func([]any) bool) {
			for _, row := range d.Shown {
				state, leader := r.Say("workshop.newcomer"), ""
				if row.Workshop != "" {
					state, leader = r.Say("workshop.state-"+string(row.Standing)), d.leader(r, row)
				}
				var persons, minutes any // nothing while no attendance is recorded: 0 would say that nobody came
				if row.Persons > 0 {
					persons, minutes = row.Persons, row.Minutes
				}
				if !yield([]any{row.Name, row.MunicipalityName, row.CountyName, state, row.Date, leader, persons, minutes}) {
					return
				}
			}
		},
	}
}

// leader is who leads a workplace's workshop, or that nobody does, or that it has none yet.
func (d covered) leader(r view.Reader, row workshop.Row) string {
	if row.Workshop == "" {
		return r.Say("workshop.newcomer")
	}
	if n := d.Names[row.Leader].String(); row.HasLeader && n != "" {
		return n
	} else if row.HasLeader {
		return r.Say("attendance-page.somebody")
	}
	return r.Say("workshop.leaderless")
}

// newcomers is how many workplaces have come since the launch, and have no workshop.
func (d covered) newcomers() (n int) {
	for _, row := range d.Rows {
		if row.Workshop == "" {
			n++
		}
	}
	return n
}

// addThem is where they are given one: the launch of the kit.
func (d covered) addThem() string { return kitPath(d.Kit) + "/launch" }

// path is the page with the workshops of the kit. Where there is only one it needs no naming.
func (d covered) path() string {
	to := programmePath(d.Programme, "workshops")
	if len(d.Kits) > 1 {
		to += "?" + query("kit", d.Kit)
	}
	return to
}

// kitTabs are the kits among which one is chosen, if there are several.
func (d covered) kitTabs() (links []view.Link) {
	for _, k := range d.Kits {
		l := view.Link{Text: k.Title, Named: true}
		if k.Kit != d.Kit {
			l.Href = programmePath(d.Programme, "workshops") + "?" + query("kit", k.Kit)
		}
		links = append(links, l)
	}
	return links
}

// kitTitle is what the kit is called.
func (d covered) kitTitle() string {
	for _, k := range d.Kits {
		if k.Kit == d.Kit {
			return k.Title
		}
	}
	return ""
}

// headline is the coverage in a sentence: 38 of 52 workplaces are done, 6 planned, 8 without a date.
func (d covered) headline(r view.Reader) string {
	n := d.Total.Counts
	return r.Say("workshop.headline", r.Number(n[workshop.Done]), r.Number(d.Total.All()), r.Number(n[workshop.Planned]), r.Number(n[workshop.Undated]))
}

// lead is that, once there is a workshop.
func (d covered) lead(r view.Reader) string {
	if !d.Launched {
		return ""
	}
	return d.headline(r)
}

// spread is it in numbers.
func (d covered) spread(r view.Reader) spread {
	s := spread{ID: "coverage-chart", Of: r.Say("workshop.coverage"), Caption: r.Say("workshop.by-county"), Headline: d.headline(r), All: tallyOf("", "", workshop.Progresses, d.Total.Counts)}
	for _, p := range workshop.Progresses {
		s.Steps = append(s.Steps, step{string(p), r.Say("workshop.progress-" + string(p)), r.Say("workshop.definition-" + string(p))})
	}
	for _, t := range d.Counties {
		s.Counties = append(s.Counties, tallyOf(t.ID, t.Name, workshop.Progresses, t.Counts))
	}
	if len(d.Rows) == d.Total.All() {
		s.Rows = d.path()
	}
	return s
}

func (s *Server) nudge(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	kit := formOf(req).text("kit")
	n, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (int, error) {
		p, err := programme.BySlug(ctx, tx, r.Viewer, req.PathValue("slug"))
		if err != nil {
			return 0, err
		}
		return workshop.Nudge(ctx, tx, r.Viewer, p, kit)
	})
	to := "/programmes/" + req.PathValue("slug") + "/workshops"
	if kit != "" {
		to += "?" + query("kit", kit)
	}
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
	cover, err := workshop.Cover(ctx, c, r.Viewer, p, "", s.DB.Now())
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
