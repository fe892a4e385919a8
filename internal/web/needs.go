package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning/need"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// A needsPage is what a programme's workplaces need, in numbers.
type needsPage struct {
	Programme programme.Programme
	Filter    need.Filter
	Unit      string // that it is narrowed to
	Goals     []programme.GoalArea
	Topics    []need.Topic
	Tree      *people.Tree
	Parts     []need.Part // each of the workplace that it is of now
	Total     need.Line
	Open      bool // the reader may read the needs behind a number
	Plans     bool // the reader plans for all workplaces
}

// needsOf reads it, with as many queries whatever there is.
func needsOf(ctx context.Context, c db.Conn, s *Server, r view.Reader, p programme.Programme, f need.Filter, unit string) (d needsPage, err error) {
	d = needsPage{Programme: p, Filter: f, Unit: unit, Open: mayOpen(r, access.SeeLearning, p.ID), Plans: r.Viewer.In(access.PlanLearning, p.ID)}
	if d.Goals, err = programme.Goals(ctx, c, p.ID); err != nil {
		return d, err
	}
	if d.Topics, err = need.Topics(ctx, c, p.ID); err != nil {
		return d, err
	}
	if d.Tree, err = people.LoadTree(ctx, c, s.today(p.Zone)); err != nil {
		return d, err
	}
	d.Filter.Programme, d.Filter.Workplaces = p.ID, within(d.Tree, unit)
	if d.Parts, err = need.Parts(ctx, c, r.Viewer, d.Filter); err != nil {
		return d, err
	}
	for i, part := range d.Parts {
		if now := d.Tree.Under(part.Workplace); len(now) == 1 {
			d.Parts[i].Workplace = now[0]
		}
	}
	d.Total = need.Total(d.Parts)
	return d, nil
}

// needFilter is what an address asks for.
func needFilter(r view.Reader) (f need.Filter, unit string) {
	q := r.Query()
	return need.Filter{Goal: q.Get("goal"), Topic: q.Get("topic"), Priority: need.Priority(q.Get("priority")), State: need.State(q.Get("state"))}, q.Get("unit")
}

func (s *Server) needs(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d needsPage
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		p, err := outcomeProgramme(ctx, c, req, r, access.SeeOutcome)
		if err != nil {
			return err
		}
		f, unit := needFilter(r)
		d, err = needsOf(ctx, c, s, r, p, f, unit)
		return err
	})
	if err != nil {
		return err
	}
	if format := wanted(req); format != "" {
		return download(w, format, r.Say("need.needs-title")+" "+d.Programme.ShortName, d.sheet(r))
	}
	return render(w, req, http.StatusOK, needsView(r.In(d.Programme.ID), d))
}

// needsStage is the part of a programme's overview about what workplaces need.
func needsStage(ctx context.Context, c db.Conn, s *Server, r view.Reader, p programme.Programme) (templ.Component, error) {
	d, err := needsOf(ctx, c, s, r, p, need.Filter{}, "")
	if err != nil {
		return nil, err
	}
	return needsStageView(r, d), nil
}

// A needLine is a line of a table, with what it is called and what leads to its needs.
type needLine struct {
	need.Line
	Name  string
	query [2]string
}

// A needTable is what workplaces need, in one of the ways to divide it.
type needTable struct {
	By    string // "topic", "goal", "priority", "county" or "municipality"
	Lines []needLine
}

// by divides the needs, in the order of the programme or the tree; topics from the most staff.
func (d needsPage) by(r view.Reader, by string) (t needTable) {
	t.By = by
	name := map[string]string{}
	var order []string
	know := func(key, says string) {
		name[key] = says
		order = append(order, key)
	}
	var key func(need.Part) string
	param := by
	switch by {
	case "topic":
		key = func(p need.Part) string { return cmp.Or(p.Topic, "none") }
		for _, x := range d.Topics {
			know(x.ID, x.Name)
		}
		know("none", r.Say("need.topic-without"))
	case "goal":
		key = func(p need.Part) string { return cmp.Or(p.Goal, "none") }
		for _, x := range d.Goals {
			know(x.ID, x.Name)
		}
		know("none", r.Say("focus.goal-none"))
	case "priority":
		key = func(p need.Part) string { return string(p.Priority) }
		for _, x := range need.Priorities {
			know(string(x), r.State("need-priority", string(x)))
		}
	default:
		kind, of := people.County, d.Tree.County
		if by == "municipality" {
			kind, of = people.Municipality, d.Tree.Municipality
		}
		param = "unit"
		key = func(p need.Part) string {
			u, _ := of(p.Workplace)
			return u.ID
		}
		for _, u := range d.Tree.Units(kind) {
			know(u.ID, u.Name)
		}
		know("", r.Say("need.no-place"))
	}
	lines := need.Sum(d.Parts, key)
	for _, k := range order {
		if i := slices.IndexFunc(lines, func(l need.Line) bool { return l.Key == k }); i >= 0 {
			t.Lines = append(t.Lines, needLine{lines[i], name[k], [2]string{param, k}})
		}
	}
	if by == "topic" {
		slices.SortStableFunc(t.Lines, func(a, b needLine) int { return cmp.Or(b.Staff-a.Staff, b.Workplaces-a.Workplaces) })
	}
	return t
}

// ways are those in which the needs are divided.
var ways = []string{"topic", "goal", "priority", "county", "municipality"}

// rowsHref leads to the needs behind a number, "" for who may not read them. What the page is narrowed to goes along, unless the line says else.
func (d needsPage) rowsHref(line [2]string, state need.State) string {
	if !d.Open || line[0] == "unit" && line[1] == "" {
		return ""
	}
	values := map[string]string{"goal": d.Filter.Goal, "topic": d.Filter.Topic, "priority": string(d.Filter.Priority), "unit": d.Unit, "state": string(cmp.Or(state, d.Filter.State))}
	if line[0] != "" {
		values[line[0]] = line[1]
	}
	var pairs []string
	for _, name := range []string{"goal", "topic", "priority", "unit", "state"} {
		if values[name] != "" {
			pairs = append(pairs, name, values[name])
		}
	}
	return programmePath(d.Programme, "needs/list?"+query(pairs...))
}

// narrowed reports whether only some needs are chosen.
func (d needsPage) narrowed() bool {
	return d.Filter.Goal != "" || d.Filter.Priority != "" || d.Unit != ""
}

// sentence is the whole in one.
func (d needsPage) sentence(r view.Reader) string {
	switch {
	case d.Total.Needs == 0 && d.narrowed():
		return r.Say("need.list-none")
	case d.Total.Needs == 0:
		return r.Say("need.sentence-none")
	}
	text := r.Say("need.sentence", r.Number(d.Total.Workplaces), r.Number(d.Total.Needs), r.Number(d.Total.Staff), r.Number(d.Total.Open))
	if d.Total.Planned > 0 {
		text += " " + r.Say("need.sentence-planned", r.Number(d.Total.Planned))
	}
	return text
}

// chart is the picture: of each topic, for how many staff, the largest first.
func (d needsPage) chart(r view.Reader, t needTable) view.Chart {
	const shown = 12
	c := view.Chart{Title: r.Say("need.by-topic"), Text: d.sentence(r)}
	for _, l := range t.Lines {
		if l.Key != "none" && len(c.Bars) < shown {
			c.Bars = append(c.Bars, view.Bar{Label: l.Name, Parts: []int{l.Staff}, Note: r.Say("need.bar", r.Number(l.Workplaces), r.Number(l.Staff))})
		}
	}
	return c
}

// sheet is all the tables in one file.
func (d needsPage) sheet(r view.Reader) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("need.way"), Width: 18}, {Label: r.Say("need.line"), Width: 44}, {Label: r.Say("need.column-needs"), Kind: sheet.Number},
			{Label: r.Say("need.column-workplaces"), Kind: sheet.Number}, {Label: r.Say("need.column-staff"), Kind: sheet.Number}, {Label: r.Say("need.column-open"), Kind: sheet.Number}, {Label: r.Say("need.column-planned"), Kind: sheet.Number}},
		Rows: func(yield func([]any) bool) {
			for _, by := range ways {
				for _, l := range d.by(r, by).Lines {
					if !yield([]any{r.Say("need.by-" + by), l.Name, l.Needs, l.Workplaces, l.Staff, l.Open, l.Planned}) {
						return
					}
				}
			}
			yield([]any{r.Say("focus.together"), "", d.Total.Needs, d.Total.Workplaces, d.Total.Staff, d.Total.Open, d.Total.Planned})
		},
	}
}

// A needRows is some of the needs of a programme's workplaces.
type needRows struct {
	needsPage
	Rows    []need.Need
	Answers map[string][]need.Answer
	Gone    map[string]string // what workplaces that are gone were called
	Next    string
}

// readNeedRows reads a page of them, or all for a file.
func (s *Server) readNeedRows(ctx context.Context, c db.Conn, r view.Reader, p programme.Programme, f need.Filter, unit string, all bool) (d needRows, err error) {
	d.Programme, d.Unit, d.Plans, d.Open = p, unit, r.Viewer.In(access.PlanLearning, p.ID), true
	if d.Goals, err = programme.Goals(ctx, c, p.ID); err != nil {
		return d, err
	}
	if d.Topics, err = need.Topics(ctx, c, p.ID); err != nil {
		return d, err
	}
	if d.Tree, err = people.LoadTree(ctx, c, s.today(p.Zone)); err != nil {
		return d, err
	}
	f.Programme, f.Workplaces = p.ID, within(d.Tree, unit)
	if mark := r.Query().Get("after"); mark != "" && !all {
		var ok bool
		if f.After, ok = db.ReadMark(mark, f.Like()...); !ok {
			return d, fault.Page
		}
	}
	if !all {
		f.Limit = rowsPerPage + 1
	}
	d.Filter = f
	if d.Rows, err = need.List(ctx, c, r.Viewer, f); err != nil {
		return d, err
	}
	if !all && len(d.Rows) > rowsPerPage {
		d.Rows = d.Rows[:rowsPerPage]
		d.Next = db.Mark(f.Keys(d.Rows[rowsPerPage-1])...)
	}
	if d.Answers, err = need.Answers(ctx, c, d.Rows); err != nil {
		return d, err
	}
	if !d.Plans {
		for id, list := range d.Answers {
			d.Answers[id] = slices.DeleteFunc(list, func(a need.Answer) bool { return !a.Published })
		}
	}
	var gone []string
	for _, n := range d.Rows {
		if d.Tree.Name(n.Workplace) == "" && !slices.Contains(gone, n.Workplace) {
			gone = append(gone, n.Workplace)
		}
	}
	d.Gone, err = people.UnitNames(ctx, c, gone)
	return d, err
}

// workplace is what a need's workplace is called.
func (d needRows) workplace(r view.Reader, id string) string {
	return commitmentList{Tree: d.Tree, Gone: d.Gone}.workplaceName(r, id)
}

// topic is what a need's topic is called, "" for none.
func (d needsPage) topic(id string) string {
	if i := slices.IndexFunc(d.Topics, func(t need.Topic) bool { return t.ID == id }); i >= 0 {
		return d.Topics[i].Name
	}
	return ""
}

func (s *Server) needRows(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d needRows
	format := wanted(req)
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		p, err := outcomeProgramme(ctx, c, req, r, access.SeeLearning)
		if err != nil {
			return err
		}
		f, unit := needFilter(r)
		f.By, f.Falling = r.Sort(need.Sorts...)
		d, err = s.readNeedRows(ctx, c, r, p, f, unit, format != "")
		return err
	})
	if err != nil {
		return err
	}
	if format != "" {
		return download(w, format, r.Say("need.needs-title")+" "+d.Programme.ShortName, d.sheet(r))
	}
	return render(w, req, http.StatusOK, needRowsView(r.In(d.Programme.ID), d))
}

// sheet is the rows as a file. It names nobody.
func (d needRows) sheet(r view.Reader) sheet.Table {
	say := func(code string) string { return r.Say("need." + code) }
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("unit-kind.workplace"), Width: 30}, {Label: r.Say("unit-kind.municipality")}, {Label: r.Say("unit-kind.county")},
			{Label: say("need"), Width: 50}, {Label: say("why-label"), Width: 40}, {Label: say("priority-label")}, {Label: r.Say("focus.goal-label"), Width: 30}, {Label: say("topic"), Width: 24},
			{Label: say("who-short"), Width: 30}, {Label: say("column-staff"), Kind: sheet.Number}, {Label: say("due-short"), Kind: sheet.Date}, {Label: say("form-short")}, {Label: r.Say("focus.state-label")}, {Label: say("answers"), Width: 40}},
		Rows: func(yield func([]any) bool) {
			for _, n := range d.Rows {
				municipality, _ := d.Tree.Municipality(n.Workplace)
				county, _ := d.Tree.County(n.Workplace)
				var titles []string
				for _, a := range d.Answers[n.ID] {
					titles = append(titles, a.Title)
				}
				if !yield([]any{d.workplace(r, n.Workplace), municipality.Name, county.Name, n.Text, n.Why, r.State("need-priority", string(n.Priority)), goalName(d.Goals, n.Goal), d.topic(n.Topic),
					whoText(r, n.Wording), n.Staff, n.Due, r.State("need-form", n.Form), needStateText(r, n.State), strings.Join(titles, ", ")}) {
					return
				}
			}
		},
	}
}

// needStateText is what has become of a need, in words.
func needStateText(r view.Reader, state need.State) string {
	if state == need.Planned || state == need.Answered || state == need.Waiting {
		return r.Say("need.state-" + string(state))
	}
	return r.State("need-state", string(state))
}

// An unansweredPage is what no activity answers: topics, and needs without one.
type unansweredPage struct {
	needRows
	Lines []needLine
}

func (s *Server) unanswered(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d unansweredPage
	ctx, format := req.Context(), wanted(req)
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		p, err := outcomeProgramme(ctx, c, req, r, access.SeeOutcome)
		if err != nil {
			return err
		}
		f, unit := needFilter(r)
		f.State, f.Topic = need.Waiting, "some"
		if d.needsPage, err = needsOf(ctx, c, s, r, p, f, unit); err != nil {
			return err
		}
		d.Lines = d.by(r, "topic").Lines
		if !d.Open {
			return nil
		}
		f.Topic, f.By, f.Falling = "none", "staff", true
		numbers := d.needsPage
		if d.needRows, err = s.readNeedRows(ctx, c, r, p, f, unit, format != ""); err != nil {
			return err
		}
		d.Parts, d.Total = numbers.Parts, numbers.Total
		return nil
	})
	if err != nil {
		return err
	}
	if format != "" {
		return download(w, format, r.Say("need.unanswered")+" "+d.Programme.ShortName, d.sheet(r))
	}
	return render(w, req, http.StatusOK, unansweredView(r.In(d.Programme.ID), d))
}

// sheet is both as one file: a row for each topic, and for each need without one to who reads needs.
func (d unansweredPage) sheet(r view.Reader) sheet.Table {
	say := func(code string) string { return r.Say("need." + code) }
	return sheet.Table{
		Columns: []sheet.Column{{Label: say("topic"), Width: 30}, {Label: say("need"), Width: 50}, {Label: r.Say("unit-kind.workplace"), Width: 30}, {Label: r.Say("unit-kind.municipality")},
			{Label: r.Say("unit-kind.county")}, {Label: say("column-needs"), Kind: sheet.Number}, {Label: say("column-workplaces"), Kind: sheet.Number}, {Label: say("column-staff"), Kind: sheet.Number},
			{Label: say("column-planned"), Kind: sheet.Number}, {Label: say("due-short"), Kind: sheet.Date}},
		Rows: func(yield func([]any) bool) {
			for _, l := range d.Lines {
				if !yield([]any{l.Name, "", "", "", "", l.Needs, l.Workplaces, l.Staff, l.Planned, nil}) {
					return
				}
			}
			for _, n := range d.Rows {
				municipality, _ := d.Tree.Municipality(n.Workplace)
				county, _ := d.Tree.County(n.Workplace)
				planned := 0
				if n.State == need.Planned {
					planned = 1
				}
				if !yield([]any{"", n.Text, d.workplace(r, n.Workplace), municipality.Name, county.Name, 1, 1, n.Staff, planned, n.Due}) {
					return
				}
			}
		},
	}
}

func needStates(r view.Reader) []view.Option {
	options := []view.Option{{Label: r.Say("need.state-live")}}
	for _, s := range append([]need.State{need.Waiting}, need.States...) {
		options = append(options, view.Option{Value: string(s), Label: needStateText(r, s)})
	}
	return options
}

func (d needsPage) topicOptions(r view.Reader) []view.Option {
	options := []view.Option{{Label: r.Say("focus.any")}}
	for _, t := range d.Topics {
		options = append(options, view.Option{Value: t.ID, Label: t.Name})
	}
	return append(options, view.Option{Value: "none", Label: r.Say("need.topic-without")})
}

func orderOf(creating bool) string {
	if creating {
		return ""
	}
	return "priority"
}

// needColumns are the columns of needs with where they are.
func needColumns(r view.Reader, d needRows, creating bool) []view.Column {
	list := []view.Column{{Label: r.Say("unit-kind.workplace")}, {Label: r.Say("need.need")}, {Label: r.Say("need.priority-label"), Sort: "priority"},
		{Label: r.Say("need.column-staff"), Sort: "staff", Number: true}, {Label: r.Say("need.due-short"), Sort: "due"}}
	if !creating {
		return append(list, view.Column{Label: r.Say("focus.state-label")})
	}
	for i := range list {
		list[i].Sort = ""
	}
	if d.Plans {
		list = append(list, view.Column{Label: r.Say("need.activity-new"), Hidden: true})
	}
	return list
}

func unansweredColumns(r view.Reader, d unansweredPage) []view.Column {
	list := []view.Column{{Label: r.Say("need.topic")}, {Label: r.Say("need.column-needs"), Number: true}, {Label: r.Say("need.column-workplaces"), Number: true}, {Label: r.Say("need.column-staff"), Number: true}, {Label: r.Say("need.column-planned"), Number: true}}
	if d.Plans {
		list = append(list, view.Column{Label: r.Say("need.activity-new"), Hidden: true})
	}
	return list
}
