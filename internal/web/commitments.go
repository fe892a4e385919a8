package web

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/need"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// A commitmentsPage is how far a programme's workplaces have come with what they undertook.
type commitmentsPage struct {
	Programme programme.Programme
	Goals     []programme.GoalArea
	Counts    []focus.Count
	PastDue   []focus.Count
	Tree      *people.Tree
	Unit      string
	Open      bool // the reader may read the rows behind a figure
	Months    focus.Months
}

// mayOpen reports whether the reader reads of a programme's workplaces, all or some.
func mayOpen(r view.Reader, right access.Right, prog string) bool {
	return r.Viewer.In(right, prog) || len(r.Scope(right).Workplaces) > 0
}

// outcomeProgramme reads the programme that an address names, for who has a right there.
func outcomeProgramme(ctx context.Context, c db.Conn, req *http.Request, r view.Reader, right access.Right) (programme.Programme, error) {
	p, err := programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug"))
	if err == nil && !mayOpen(r, right, p.ID) {
		err = errForbidden
	}
	return p, err
}

func (s *Server) commitments(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d := commitmentsPage{Unit: r.Query().Get("unit")}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Programme, err = outcomeProgramme(ctx, c, req, r, access.SeeOutcome); err != nil {
			return err
		}
		d.Open = mayOpen(r, access.SeeLearning, d.Programme.ID)
		if d.Goals, err = programme.Goals(ctx, c, d.Programme.ID); err != nil {
			return err
		}
		today := s.today(d.Programme.Zone)
		if d.Tree, err = people.LoadTree(ctx, c, today); err != nil {
			return err
		}
		if d.Months, err = focus.MonthsOf(ctx, c, d.Programme.ID); err != nil {
			return err
		}
		f := focus.Filter{Programme: d.Programme.ID, Workplaces: within(d.Tree, d.Unit), On: today}
		if d.Counts, err = focus.Counts(ctx, c, r.Viewer, f); err != nil {
			return err
		}
		f.Standing = focus.PastDue
		d.PastDue, err = focus.Counts(ctx, c, r.Viewer, f)
		return err
	})
	if err != nil {
		return err
	}
	if format := wanted(req); format != "" {
		return download(w, format, r.Say("focus.commitments")+" "+d.Programme.ShortName, countSheet(r, d))
	}
	return render(w, req, http.StatusOK, commitmentsView(r.In(d.Programme.ID), d))
}

// within are the workplaces under a unit, nil for all if none is named.
func within(t *people.Tree, unit string) []string {
	if unit == "" {
		return nil
	}
	return append([]string{}, t.Under(unit)...)
}

// A goalCounts is the commitments of a goal area.
type goalCounts struct {
	Goal, Name string // "none" for those without one
	Counts     []focus.Count
}

// after is how many are followed up next when the programme is over.
func (d commitmentsPage) after() (n int) {
	for _, c := range d.Counts {
		n += c.After
	}
	return n
}

// byGoal are the counts by goal area, those without one last, if there are any.
func (d commitmentsPage) byGoal(r view.Reader) (list []goalCounts) {
	for _, g := range append(slices.Clone(d.Goals), programme.GoalArea{Name: r.Say("focus.goal-none")}) {
		line := goalCounts{Goal: cmp.Or(g.ID, "none"), Name: g.Name}
		for _, c := range d.Counts {
			if c.Goal == g.ID {
				line.Counts = append(line.Counts, c)
			}
		}
		if g.ID != "" || len(line.Counts) > 0 {
			list = append(list, line)
		}
	}
	return list
}

// rowsHref leads to the commitments behind a figure, "" for who may not read them.
func (d commitmentsPage) rowsHref(pairs ...string) string {
	if !d.Open {
		return ""
	}
	if d.Unit != "" {
		pairs = append(pairs, "unit", d.Unit)
	}
	return "/programmes/" + d.Programme.Slug + "/commitments/list?" + query(pairs...)
}

// chart is the picture: of each goal area, how many are in which state.
func (d commitmentsPage) chart(r view.Reader) view.Chart {
	c := view.Chart{Title: r.Say("focus.by-goal-chart"), Text: d.sentence(r)}
	for _, state := range focus.States {
		c.Parts = append(c.Parts, r.State("commitment-state", string(state)))
	}
	for _, g := range d.byGoal(r) {
		b := view.Bar{Label: g.Name}
		for _, state := range focus.States {
			b.Parts = append(b.Parts, counted(g.Counts, inState(state)))
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

func everyCount(focus.Count) bool { return true }

// sentence is the whole in one.
func (d commitmentsPage) sentence(r view.Reader) string {
	all := counted(d.Counts, everyCount)
	if all == 0 {
		return r.Say("focus.sentence-none")
	}
	return r.Say("focus.sentence", r.Number(all), r.Number(counted(d.Counts, inState(focus.Done))), r.Number(counted(d.Counts, inState(focus.Dropped))), r.Number(counted(d.Counts, stands(focus.Late))))
}

// countSheet is the table as a file.
func countSheet(r view.Reader, d commitmentsPage) sheet.Table {
	t := sheet.Table{Columns: []sheet.Column{{Label: r.Say("focus.goal-label"), Width: 40}}}
	for _, state := range focus.States {
		t.Columns = append(t.Columns, sheet.Column{Label: r.State("commitment-state", string(state)), Kind: sheet.Number})
	}
	t.Columns = append(t.Columns, sheet.Column{Label: r.Say("focus.due-now"), Kind: sheet.Number}, sheet.Column{Label: r.Say("focus.late"), Kind: sheet.Number}, sheet.Column{Label: r.Say("focus.together"), Kind: sheet.Number})
	t.Rows = func(yield func([]any) bool) {
		for _, g := range append(d.byGoal(r), goalCounts{Name: r.Say("focus.together"), Counts: d.Counts}) {
			cells := []any{g.Name}
			for _, state := range focus.States {
				cells = append(cells, counted(g.Counts, inState(state)))
			}
			if !yield(append(cells, counted(g.Counts, stands(focus.Due)), counted(g.Counts, stands(focus.Late)), counted(g.Counts, everyCount))) {
				return
			}
		}
	}
	return t
}

// placeOptions are counties and municipalities to narrow a list to.
func placeOptions(r view.Reader, t *people.Tree) (options []view.Option) {
	for _, kind := range []people.Kind{people.County, people.Municipality} {
		for _, u := range t.Units(kind) {
			options = append(options, view.Option{Value: u.ID, Label: u.Name, Group: r.State("unit-kind", string(kind))})
		}
	}
	return view.None(r.Say("focus.everywhere"), options)
}

// commitmentRows are the commitments behind a figure.
func (s *Server) commitmentRows(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d := commitmentList{Unit: r.Query().Get("unit")}
	format := wanted(req)
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.At.Programme, err = outcomeProgramme(ctx, c, req, r, access.SeeLearning); err != nil {
			return err
		}
		d.Today = s.today(d.At.Programme.Zone)
		if d.Filter, err = commitmentFilter(r, d.Today); err != nil {
			return err
		}
		if d.Tree, err = people.LoadTree(ctx, c, d.Today); err != nil {
			return err
		}
		d.Filter.Programme, d.Filter.Workplaces = d.At.Programme.ID, within(d.Tree, d.Unit)
		if format == "" {
			d.Filter.Limit = rowsPerPage + 1
		}
		if d.Rows, err = focus.List(ctx, c, r.Viewer, d.Filter); err != nil {
			return err
		}
		d.cut()
		if d.Goals, err = programme.Goals(ctx, c, d.At.Programme.ID); err != nil {
			return err
		}
		if format != "" {
			if d.From, err = focus.Origins(ctx, c, d.Rows); err != nil {
				return err
			}
			var ids []string
			for _, x := range d.Rows {
				if x.Need != "" {
					ids = append(ids, x.Need)
				}
			}
			if d.Needs, err = need.ByID(ctx, c, r.Viewer, d.At.Programme.ID, ids); err != nil {
				return err
			}
		}
		d.Gone, err = goneNames(ctx, c, d.Tree, d.Rows)
		return err
	})
	if err != nil {
		return err
	}
	if format != "" {
		return download(w, format, r.Say("focus.commitments")+" "+d.At.Programme.ShortName, commitmentSheet(r, d))
	}
	return render(w, req, http.StatusOK, commitmentRowsView(r.In(d.At.Programme.ID), d))
}

// goneNames are the names of those workplaces of commitments, and of the ideas that they go on with, that are no longer there.
func goneNames(ctx context.Context, c db.Conn, t *people.Tree, rows []focus.Commitment) (map[string]string, error) {
	var gone []string
	for _, x := range rows {
		for _, unit := range []string{x.Workplace, x.IdeaFrom} {
			if unit != "" && t.Name(unit) == "" {
				gone = append(gone, unit)
			}
		}
	}
	slices.Sort(gone)
	return people.UnitNames(ctx, c, slices.Compact(gone))
}

// workplaceName is what a workplace is called, and what it has gone up in.
func (d commitmentList) workplaceName(r view.Reader, unit string) string {
	if name := d.Tree.Name(unit); name != "" {
		return name
	}
	if now := d.Tree.Under(unit); len(now) == 1 {
		return r.Say("focus.now-part-of", d.Gone[unit], d.Tree.Name(now[0]))
	}
	return d.Gone[unit]
}

// commitmentSheet is the rows as a file. It names nobody.
func commitmentSheet(r view.Reader, d commitmentList) sheet.Table {
	say := func(code string) string { return r.Say("focus." + code) }
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("unit-kind.workplace"), Width: 30}, {Label: r.Say("unit-kind.municipality")}, {Label: r.Say("unit-kind.county")},
			{Label: say("happens-label"), Width: 40}, {Label: say("act-label"), Width: 50}, {Label: say("notice-label"), Width: 40}, {Label: say("goal-label"), Width: 30},
			{Label: say("state-label"), Width: 14}, {Label: say("why-label"), Width: 40}, {Label: say("starts"), Kind: sheet.Date}, {Label: say("due-label"), Kind: sheet.Date}, {Label: say("next-check"), Kind: sheet.Date},
			{Label: say("need-label"), Width: 40}, {Label: say("origin"), Width: 30}, {Label: say("idea-label"), Width: 30}},
		Rows: func(yield func([]any) bool) {
			needs := map[string]string{}
			for _, n := range d.Needs {
				needs[n.ID] = n.Text
			}
			for _, x := range d.Rows {
				municipality, _ := d.Tree.Municipality(x.Workplace)
				county, _ := d.Tree.County(x.Workplace)
				from := ""
				if x.IdeaFrom != "" {
					from = d.workplaceName(r, x.IdeaFrom)
				}
				if !yield([]any{d.workplaceName(r, x.Workplace), municipality.Name, county.Name, x.Happens, x.Act, x.Notice, goalName(d.Goals, x.Goal),
					r.State("commitment-state", string(x.State)), x.Why, x.Starts, x.Due, x.Check, needs[x.Need], d.From[x.ID].Title, from}) {
					return
				}
			}
		},
	}
}

// A signList is what was noticed at a programme's workplaces, and what their users answered: results for the final report.
type signList struct {
	Programme programme.Programme
	Goals     []programme.GoalArea
	Rows      []focus.Sign
	Asked     []focus.Focus          // with answers, in order of their workplaces' names; some of them
	Answered  int                    // how many they are in all
	Answers   bool                   // it is a page of those alone, after the first
	Voices    map[string]focus.Heard // by the focus
	Written   int                    // how many of the answers have a text
	Cut       bool                   // not all of those are shown
	Names     map[string]string      // of workplaces
	Next      string
	NextAsked string // the address of the answers that come after these
	Firsts    string // the address of the first, of a page of others
}

// ask reads which workplaces' users have answered what: so many of those after the ones that a mark names, of all workplaces in order of their names.
func (d *signList) ask(ctx context.Context, c db.Conn, r view.Reader, mark string, limit int) error {
	all, err := focus.WithAnswers(ctx, c, r.Viewer, d.Programme.ID)
	if err != nil {
		return err
	}
	if d.Names, err = people.UnitNames(ctx, c, workplacesOf(all)); err != nil {
		return err
	}
	order := map[string]string{} // a key takes longer to make than to compare
	for _, f := range all {
		order[f.ID] = people.SortKey(d.Names[f.Workplace])
	}
	compare := func(a focus.Focus, key, id string) int {
		return cmp.Or(strings.Compare(order[a.ID], key), strings.Compare(a.ID, id))
	}
	slices.SortFunc(all, func(a, b focus.Focus) int { return compare(a, order[b.ID], b.ID) })
	d.Answered, d.Asked = len(all), all
	if mark != "" {
		keys, ok := db.ReadMark(mark, "", "")
		if !ok {
			return fault.Page
		}
		d.Answers, d.Firsts = true, r.With("answers", "")+"#answers"
		d.Asked = slices.DeleteFunc(all, func(f focus.Focus) bool { return compare(f, people.SortKey(keys[0].(string)), keys[1].(string)) <= 0 })
	}
	if len(d.Asked) > limit {
		d.Asked = d.Asked[:limit]
		last := d.Asked[limit-1]
		d.NextAsked = r.With("answers", db.Mark(d.Names[last.Workplace], last.ID)) + "#answers"
	}
	if d.Voices, err = focus.Voices(ctx, c, limit, d.Asked...); err != nil {
		return err
	}
	for _, f := range d.Asked {
		for _, a := range d.Voices[f.ID] {
			d.Written += a.Wrote
			d.Cut = d.Cut || a.Wrote > len(a.Texts)
		}
	}
	return nil
}

func (s *Server) signs(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d signList
	format, limit := wanted(req), rowsPerPage
	if format != "" {
		limit = 100_000
	}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Programme, err = outcomeProgramme(ctx, c, req, r, access.SeeLearning); err != nil {
			return err
		}
		if r.Query().Get("after") == "" {
			mark := r.Query().Get("answers")
			if format != "" {
				mark = "" // a file holds them all
			}
			if err = d.ask(ctx, c, r, mark, limit); err != nil || d.Answers {
				return err
			}
		}
		var after focus.SignMark
		if mark := r.Query().Get("after"); mark != "" {
			keys, ok := db.ReadMark(mark, "", "")
			if !ok {
				return fault.Page
			}
			after = focus.SignMark{On: local.Date(keys[0].(string)), ID: keys[1].(string)}
		}
		if d.Rows, err = focus.AllSigns(ctx, c, r.Viewer, d.Programme.ID, after, limit+1); err != nil {
			return err
		}
		if len(d.Rows) > limit {
			d.Rows = d.Rows[:limit]
			d.Next = db.Mark(string(d.Rows[limit-1].On), d.Rows[limit-1].ID)
		}
		if d.Goals, err = programme.Goals(ctx, c, d.Programme.ID); err != nil {
			return err
		}
		var units []string
		for _, x := range d.Rows {
			units = append(units, x.Workplace)
		}
		slices.Sort(units)
		names, err := people.UnitNames(ctx, c, slices.Compact(units))
		if d.Names == nil {
			d.Names = names
		}
		maps.Copy(d.Names, names)
		return err
	})
	if err != nil {
		return err
	}
	if format != "" {
		return download(w, format, r.Say("focus.signs")+" "+d.Programme.ShortName, signSheet(r, d))
	}
	return render(w, req, http.StatusOK, signsView(r.In(d.Programme.ID), d))
}

// besideSign is what a sign stands beside: a commitment in whole, or the focus.
func besideSign(r view.Reader, x focus.Sign) string {
	if x.Act == "" {
		return r.Say("focus.sign-focus")
	}
	return sentence(r.Language, focus.Wording{Happens: x.Happens, Act: x.Act})
}

// signSheet is one table of all that was noticed, whose first column says what each row is: a sign, what a user has written, or how many of a workplace's
// users have given an answer.
func signSheet(r view.Reader, d signList) sheet.Table {
	sign, text, count := r.Say("focus.row-sign"), r.Say("focus.row-text"), r.Say("focus.row-count")
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("focus.row-kind"), Width: 16}, {Label: r.Say("focus.sign-on"), Kind: sheet.Date}, {Label: r.Say("unit-kind.workplace"), Width: 30}, {Label: r.Say("focus.sign-by")},
			{Label: r.Say("focus.sign-text"), Width: 60}, {Label: r.Say("focus.beside"), Width: 50}, {Label: r.Say("focus.goal-label"), Width: 30},
			{Label: r.Say("focus.question-asked"), Width: 50}, {Label: r.Say("focus.voice"), Width: 18}, {Label: count, Kind: sheet.Number}},
		Rows: func(yield func([]any) bool) {
			for _, x := range d.Rows {
				if !yield([]any{sign, x.On, d.Names[x.Workplace], r.State("sign-by", x.By), x.Text, besideSign(r, x), goalName(d.Goals, x.Goal), nil, nil, nil}) {
					return
				}
			}
			for _, f := range d.Asked {
				for _, a := range d.Voices[f.ID] {
					name, question := d.Names[f.Workplace], askedText(r, a)
					for _, is := range focus.Noticed {
						if !yield([]any{count, nil, name, nil, nil, nil, nil, question, r.State("noticed", is), a.Counts[is]}) {
							return
						}
					}
					for _, u := range a.Texts {
						if !yield([]any{text, u.On, name, r.State("sign-by", "user"), u.Text, nil, nil, question, r.State("noticed", u.Noticed), nil}) {
							return
						}
					}
				}
			}
		},
	}
}

// followUpForm sets when a programme's commitments are followed up.
func (s *Server) followUpForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		p, err := readsOf(ctx, c, req, r, access.PlanLearning)
		if err != nil {
			return f, err
		}
		months, err := focus.MonthsOf(ctx, c, p.ID)
		return formPage{
			Page:  view.Page{Title: r.Say("focus.follow-up"), Crumbs: []view.Link{{Href: "/programmes/" + p.Slug + "/commitments", Text: r.Say("focus.commitments")}}},
			Form:  view.Form{Action: "/programmes/" + p.Slug + "/follow-up"},
			About: p.ID, What: []string{r.Say("focus.follow-up-what")},
			Controls: []control{{Field: view.Field{Name: "months", Label: r.Say("focus.months-label"), Help: r.Say("focus.months-help"), Value: months.String(), Width: "medium"}}},
			Submit:   r.Say("focus.save"), Back: "/programmes/" + p.Slug + "/commitments",
		}, err
	}
}

func (s *Server) saveFollowUp(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "focus.follow-up-saved", s.followUpForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p, err := programme.BySlug(ctx, tx, r.Viewer, req.PathValue("slug"))
		if err != nil {
			return "", err
		}
		return "/programmes/" + p.Slug + "/commitments", focus.SetMonths(ctx, tx, r.Viewer, p.ID, formOf(req).text("months"))
	})
}
