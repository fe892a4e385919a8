package web

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/swot"
	"kompobib/internal/local"
	"kompobib/internal/pdf"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// A planPage is the competence plan of a workplace, with the activities that answer its needs and how many have been to them.
type planPage struct {
	At      learningAt
	Plan    need.Plan
	Needs   []need.Need
	Goals   []programme.GoalArea
	Answers map[string][]need.Answer
	Been    map[string]int // by activity: how many of the staff
	Names   map[string]people.Name
	Writes  bool
	differs bool        // from what was agreed on last
	Version int         // of the agreement that is shown, 0 for what stands now
	Waiting []swot.Note // of the analysis that weigh most, and that no need comes from
}

// need is the address of a need.
func (l learningAt) need(id string) string { return l.at("needs/" + id) }

// changed reports whether the plan, as it stands, says something else than was agreed on: also that a need has been dropped.
func (d planPage) changed() bool { return d.Version == 0 && d.differs }

// readPlan reads it, with as many queries whatever there is.
func readPlan(ctx context.Context, c db.Conn, r view.Reader, at learningAt) (d planPage, err error) {
	d.At = at
	if d.Plan, err = need.PlanOf(ctx, c, at.Place); err != nil {
		return d, err
	}
	if d.Needs, err = need.Here(ctx, c, r.Viewer, at.Place); err != nil {
		return d, err
	}
	_, same, err := need.Same(ctx, c, d.Plan, d.Needs)
	if err != nil {
		return d, err
	}
	kept := slices.ContainsFunc(d.Needs, func(n need.Need) bool { return n.State != need.Dropped })
	d.differs = kept && !same || slices.ContainsFunc(d.Needs, need.Need.Draft)
	if err := d.complete(ctx, c, r); err != nil {
		return d, err
	}
	return d, d.readWaiting(ctx, c, r)
}

// readWaiting reads the notes that weigh most of what the workplace saw in itself, and that have not become a need yet, for who may make one.
func (d *planPage) readWaiting(ctx context.Context, c db.Conn, r view.Reader) error {
	if !d.Writes {
		return nil
	}
	of, err := need.NotesOf(ctx, c, d.Needs)
	if err != nil {
		return err
	}
	agreed, err := swot.Agreed(ctx, c, r.Viewer, d.At.Place)
	for _, n := range agreed {
		if n.Starred && !slices.Contains(slices.Concat(slices.Collect(maps.Values(of))...), n.ID) {
			d.Waiting = append(d.Waiting, n)
		}
	}
	return err
}

// complete reads what stands beside the needs.
func (d *planPage) complete(ctx context.Context, c db.Conn, r view.Reader) (err error) {
	if d.Writes, err = learning.MayWrite(ctx, c, r.Viewer, d.At.Place); err != nil {
		return err
	}
	if d.Goals, err = programme.Goals(ctx, c, d.At.Programme.ID); err != nil {
		return err
	}
	if d.Answers, err = need.Answers(ctx, c, d.Needs); err != nil {
		return err
	}
	visited, err := activity.VisitedFrom(ctx, c, d.At.Programme.ID, d.At.Workplace, r.Viewer.On)
	if err != nil {
		return err
	}
	d.Been = map[string]int{}
	for _, v := range visited {
		d.Been[v.Activity] = v.Persons
	}
	var ids []string
	for _, a := range d.Plan.Agreements {
		ids = append(ids, a.By)
	}
	d.Names, err = people.Names(ctx, c, r.Viewer, ids)
	return err
}

// needStage is the part of a workplace's page about its needs.
func needStage(ctx context.Context, c db.Conn, _ *Server, r view.Reader, at learningAt) (templ.Component, error) {
	d, err := readPlan(ctx, c, r, at)
	if err != nil {
		return nil, err
	}
	return needStageView(r, d), nil
}

// agreedSentence tells whether and when a workplace agreed on its plan.
func (d planPage) agreedSentence(r view.Reader) string {
	last, ok := d.Plan.Agreed()
	switch i := slices.IndexFunc(d.Plan.Agreements, func(a need.Agreement) bool { return a.Number == d.Version }); {
	case i >= 0:
		return r.Say("need.plan-agreed", d.Plan.Agreements[i].On)
	case !ok && len(d.Needs) == 0:
		return r.Say("need.plan-none")
	case !ok:
		return r.Say("need.plan-draft")
	case d.changed():
		return r.Say("need.plan-changed", last.On)
	}
	return r.Say("need.plan-agreed", last.On)
}

func (s *Server) planPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d, err := s.readPlanPage(req, r)
	if err != nil {
		return err
	}
	if format := wanted(req); format != "" {
		return download(w, format, r.Say("need.plan-of", d.At.Name), planSheet(r, d))
	}
	return render(w, req, http.StatusOK, planPageView(r.In(d.At.Programme.ID), d))
}

// planSheet is the plan as a file, as it stands to who reads it or as it was agreed on. It names nobody, and of activities those that all may see.
func planSheet(r view.Reader, d planPage) sheet.Table {
	say := func(code string) string { return r.Say("need." + code) }
	return sheet.Table{
		Columns: []sheet.Column{{Label: say("need"), Width: 50}, {Label: say("why-label"), Width: 40}, {Label: say("priority-label")}, {Label: r.Say("focus.goal-label"), Width: 30},
			{Label: say("who-short"), Width: 30}, {Label: say("column-staff"), Kind: sheet.Number}, {Label: say("due-short"), Kind: sheet.Date}, {Label: say("form-short")},
			{Label: r.Say("focus.state-label")}, {Label: say("agreed-column")}, {Label: say("answers"), Width: 40}},
		Rows: func(yield func([]any) bool) {
			for _, n := range d.Needs {
				var titles []string
				for _, a := range d.Answers[n.ID] {
					if a.Published {
						titles = append(titles, a.Title)
					}
				}
				if !yield([]any{n.Text, n.Why, r.State("need-priority", string(n.Priority)), goalName(d.Goals, n.Goal), whoText(r, n.Wording), n.Staff, n.Due, r.State("need-form", n.Form),
					needStateText(r, n.State), yesNo(r, d.Version > 0 || !n.Draft() && n.Agreed > 0), strings.Join(titles, ", ")}) {
					return
				}
			}
		},
	}
}

func (s *Server) readPlanPage(req *http.Request, r view.Reader) (d planPage, err error) {
	err = s.DB.Snapshot(req.Context(), func(c db.Conn) (err error) {
		d, err = readPlanVersion(req.Context(), c, req, r)
		return err
	})
	return d, err
}

// readPlanVersion reads the plan that an address names; with version in the query, as it was agreed on then.
func readPlanVersion(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (d planPage, err error) {
	at, err := learningPlace(ctx, c, req, r)
	if err != nil {
		return d, err
	}
	if d, err = readPlan(ctx, c, r, at); err != nil {
		return d, err
	}
	n := posted{r.Query()}.number("version")
	if !slices.ContainsFunc(d.Plan.Agreements, func(a need.Agreement) bool { return a.Number == n }) {
		return d, nil
	}
	d.Version = n
	if d.Needs, err = need.AgreedAt(ctx, c, d.Plan, n); err != nil {
		return d, err
	}
	d.Answers, err = need.Answers(ctx, c, d.Needs)
	return d, err
}

// version is what an address asks with for the agreement that is shown.
func (d planPage) version() string {
	if d.Version == 0 {
		return ""
	}
	return "?version=" + strconv.Itoa(d.Version)
}

// planPaper is the plan to print: as it was agreed on in the version that is asked for, or as it stands.
func planPaper(ctx context.Context, c db.Conn, s *Server, req *http.Request, r view.Reader) (p paper, err error) {
	d, err := readPlanVersion(ctx, c, req, r)
	if err != nil {
		return p, err
	}
	p = paper{Programme: d.At.Programme.ID, Crumbs: planCrumbs(r, d.At), Href: d.At.at("needs/print"), Query: d.version(), Wide: true,
		Document: pdf.Document{Title: r.Say("need.plan-of", d.At.Name), Lead: d.agreedSentence(r)}}
	t := pdf.Table{Caption: r.Say("need.plan"), Columns: []pdf.Column{{Label: r.Say("need.need"), Lang: "sv", Wide: 45}, {Label: r.Say("need.priority-label")}, {Label: r.Say("need.who-short")},
		{Label: r.Say("need.due-short")}, {Label: r.Say("need.form-short")}, {Label: r.Say("focus.goal-label"), Lang: "sv"}, {Label: r.Say("need.answers-short"), Lang: "sv"}}}
	for _, n := range d.Needs {
		if n.State == need.Dropped {
			continue
		}
		var titles []string
		for _, a := range d.Answers[n.ID] {
			if a.Published {
				titles = append(titles, a.Title)
			}
		}
		t.Rows = append(t.Rows, []string{n.Text, r.State("need-priority", string(n.Priority)), whoText(r, n.Wording), r.ShortDate(n.Due), r.State("need-form", n.Form), goalName(d.Goals, n.Goal), r.Join(titles)})
	}
	if len(t.Rows) > 0 {
		p.Blocks = append(p.Blocks, t)
	}
	p.Blocks = append(p.Blocks, pdf.Paragraph{Text: r.Say("need.print-foot", d.At.Programme.ShortName, s.today(d.At.Programme.Zone)), As: pdf.Muted})
	return p, nil
}

// whoText is whom a need is for, and how many they are.
func whoText(r view.Reader, w need.Wording) string {
	if w.Who == "" {
		return r.Count("need.all-staff", w.Staff)
	}
	return r.Say("need.group", w.Who, r.Number(w.Staff))
}

// A needPage is a need with its history and what came of it.
type needPage struct {
	planPage
	Need        need.Need
	Events      []need.Event
	Commitments []focus.Commitment
	Notes       []swot.Note // that it came from
	Today       local.Date
	Sorts       bool   // the reader sorts needs into topics
	Topic       string // what the need's topic is called, for who does
}

func (s *Server) needPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d needPage
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.At, err = learningPlace(ctx, c, req, r); err != nil {
			return err
		}
		d.Today = s.today(d.At.Programme.Zone)
		if d.Need, err = need.Get(ctx, c, r.Viewer, d.At.Place, req.PathValue("need")); err != nil {
			return err
		}
		d.Needs = []need.Need{d.Need}
		if err = d.complete(ctx, c, r); err != nil {
			return err
		}
		if d.Events, err = need.Events(ctx, c, d.At.Place, d.Need); err != nil {
			return err
		}
		if d.Commitments, err = focus.Here(ctx, c, r.Viewer, d.At.Place, focus.Filter{Need: d.Need.ID, On: d.Today}); err != nil {
			return err
		}
		if d.Sorts = r.Viewer.In(access.PlanLearning, d.At.Programme.ID) && d.Need.Agreed > 0; d.Sorts && d.Need.Topic != "" {
			t, err := need.GetTopic(ctx, c, d.At.Programme.ID, d.Need.Topic)
			if err != nil {
				return err
			}
			d.Topic = t.Name
		}
		of, err := need.NotesOf(ctx, c, d.Needs)
		if err != nil {
			return err
		}
		said, err := swot.Said(ctx, c, of[d.Need.ID])
		if err != nil {
			return err
		}
		for _, id := range of[d.Need.ID] {
			d.Notes = append(d.Notes, said[id])
		}
		var ids []string
		for _, e := range d.Events {
			ids = append(ids, e.By)
		}
		d.Names, err = people.Names(ctx, c, r.Viewer, ids)
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, needPageView(r.In(d.At.Programme.ID), d))
}

// answersNone are the words of a need that nothing answers: the office has it to read once it has been agreed on.
func answersNone(n need.Need) string {
	if n.Agreed > 0 {
		return "need.answers-none-agreed"
	}
	return "need.answers-none"
}

// facts are what a need says beside its text.
func (d planPage) facts(r view.Reader, n need.Need) []view.Fact {
	return []view.Fact{
		{Label: r.Say("need.who-short"), Value: whoText(r, n.Wording)},
		{Label: r.Say("need.due-short"), Value: r.Date(n.Due)},
		{Label: r.Say("focus.goal-label"), Value: goalName(d.Goals, n.Goal), Lang: "sv"},
		{Label: r.Say("need.form-short"), Value: r.State("need-form", n.Form)},
	}
}

// needEvent is what happened to a need.
func needEvent(r view.Reader, e need.Event) string {
	switch {
	case e.Act == "state":
		return r.Say("need.event-state")
	case e.Act == "create":
		return r.Say("need.event-create")
	}
	return r.Say("need.event-change")
}
