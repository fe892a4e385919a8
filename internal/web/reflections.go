package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/report"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// programmePath is the address of one of the pages of a programme.
func programmePath(p programme.Programme, page string) string {
	return "/programmes/" + p.Slug + "/" + page
}

// readsOf is the programme of a path, for who has a right in all of it.
func readsOf(ctx context.Context, c db.Conn, req *http.Request, r view.Reader, right access.Right) (programme.Programme, error) {
	p, err := programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug"))
	if err == nil && !r.Viewer.In(right, p.ID) {
		err = errForbidden // they see that the programme exists
	}
	return p, err
}

func learningCrumbs(r view.Reader, p programme.Programme) []view.Link {
	return []view.Link{{Href: "/learning", Text: r.Say("learning.title")}, {Href: programmePath(p, "learning"), Text: r.Say("learning.overview")}}
}

// A sharedPage is what has been shared with a programme, for its office.
type sharedPage struct {
	Programme programme.Programme
	sharedList
	Goals  []programme.GoalArea
	Themes []reflection.Theme
	Codes  bool // the reader gives themes
}

// uncoded is the choice of those without a theme.
const uncoded = "none"

// leftToCode is what goes along for one who gives themes to those that have none: which those are.
func leftToCode(theme, goal string) string {
	if theme != uncoded {
		return ""
	}
	kept := url.Values{"theme": {uncoded}}
	if goal != "" {
		kept.Set("goal", goal)
	}
	return "?" + kept.Encode()
}

// codedFrom is the list that they came from and go back to.
func codedFrom(p programme.Programme, theme, goal string) string {
	return programmePath(p, "reflections") + leftToCode(theme, goal)
}

// coding is where each is given themes.
func (d sharedPage) coding(r view.Reader) func(id string) string {
	left := leftToCode(r.Query().Get("theme"), r.Query().Get("goal"))
	return func(id string) string { return programmePath(d.Programme, "reflections/"+id+left) }
}

// sharedFilter is what an address asks for.
func sharedFilter(req *http.Request, p programme.Programme) reflection.Filter {
	q := req.URL.Query()
	f := reflection.Filter{Programme: p.ID, Theme: q.Get("theme"), Goal: q.Get("goal")}
	if f.Theme == uncoded {
		f.Theme, f.Uncoded = "", true
	}
	return f
}

// themeNames are the names of themes by id.
func themeNames(themes []reflection.Theme) map[string]string {
	names := map[string]string{}
	for _, t := range themes {
		names[t.ID] = t.Name
	}
	return names
}

func (s *Server) sharedReflections(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d sharedPage
	ctx := req.Context()
	file := taking(req) != ""
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Programme, err = readsOf(ctx, c, req, r, access.SeeLearning); err != nil {
			return err
		}
		d.Codes = r.Viewer.In(access.PlanLearning, d.Programme.ID)
		if d.Goals, err = programme.Goals(ctx, c, d.Programme.ID); err != nil {
			return err
		}
		if d.Themes, err = reflection.Themes(ctx, c, d.Programme.ID); err != nil {
			return err
		}
		f := sharedFilter(req, d.Programme)
		if !file {
			d.sharedList, err = listShared(ctx, c, s.Ring, r, f)
			return err
		}
		if d.Items, err = reflection.List(ctx, c, s.Ring, r.Viewer, f); err != nil {
			return err
		}
		d.Workplaces, err = placesBeside(ctx, c, d.Items)
		return err
	})
	if err != nil {
		return err
	}
	if file {
		return s.hand(w, req, r, "reflections", d.Programme.ID, len(d.Items), r.Say("reflection.list")+" "+d.Programme.ShortName, sharedSheet(r, d))
	}
	return render(w, req, http.StatusOK, sharedPageView(r.In(d.Programme.ID), d))
}

// namesOf are names of ids, in their order.
func namesOf(names map[string]string, ids []string) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = names[id]
	}
	return strings.Join(list, ", ")
}

// sharedSheet is what is shared as a file, and tells no more than the page. A row is one person's text, so whatever it told besides of where its author works would
// be told of a group of one: the workplace stands beside a name alone, and counties and kinds of workplace in no row, but counted by [report.ThemesOf]. The goal areas
// are those of the activity that it is about.
func sharedSheet(r view.Reader, d sharedPage) sheet.Table {
	t := sheet.Table{Columns: []sheet.Column{{Label: r.Say("reflection.shared-day")}, {Label: r.Say("reflection.who-reads")}, {Label: r.Say("reflection.by-whom"), Width: 24}, {Label: r.Say("reflection.file-place"), Width: 30},
		{Label: r.Say("reflection.about"), Width: 36}, {Label: r.Say("reflection.file-goals"), Width: 36}, {Label: r.Say("reflection.themes"), Width: 30}, {Label: r.Say("reflection.title"), Width: 30}}}
	for _, q := range reflection.Questions {
		t.Columns = append(t.Columns, sheet.Column{Label: r.Say("reflection.question-" + q), Width: 50})
	}
	names, goals := themeNames(d.Themes), map[string]string{}
	for _, g := range d.Goals {
		goals[g.ID] = g.Name
	}
	t.Rows = func(yield func([]any) bool) {
		for _, x := range d.Items {
			row := []any{string(x.On), r.State("reflection-level", string(x.Level)), x.By, d.Workplaces[x.Workplace], x.About, namesOf(goals, x.Goals), namesOf(names, x.Themes), x.Title}
			for _, q := range reflection.Questions {
				row = append(row, x.Answers[q])
			}
			if !yield(row) {
				return
			}
		}
	}
	return t
}

// A codingPage is one that is shared, with the themes that it has or may have.
type codingPage struct {
	Programme programme.Programme
	reflection.Shared
	sharedList
	Suggested []learning.Suggestion
	Names     map[string]string
}

// codingForm gives one that is shared its themes.
func (s *Server) codingForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		var d codingPage
		if d.Programme, err = readsOf(ctx, c, req, r, access.SeeLearning); err != nil {
			return f, err
		}
		if d.Shared, err = reflection.Find(ctx, c, s.Ring, r.Viewer, req.PathValue("reflection")); err != nil {
			return f, err
		}
		if d.Shared.Programme != d.Programme.ID || d.Level == reflection.Workplace {
			return f, reflection.ErrShared
		}
		themes, err := reflection.Themes(ctx, c, d.Programme.ID)
		if err != nil {
			return f, err
		}
		if d.sharedList.Workplaces, err = people.UnitNames(ctx, c, []string{d.Workplace}); err != nil {
			return f, err
		}
		d.Names = themeNames(themes)
		codes := r.Viewer.In(access.PlanLearning, d.Programme.ID)
		if codes {
			if d.Suggested, err = reflection.Suggested(ctx, c, s.Ring, r.Viewer, d.Shared); err != nil {
				return f, err
			}
		}
		list := programmePath(d.Programme, "reflections")
		f = formPage{Page: view.Page{Title: titleOf(r, d.Text, d.About, d.On), Named: true, Crumbs: append(learningCrumbs(r, d.Programme), view.Link{Href: list, Text: r.Say("reflection.list")})},
			About: d.Programme.ID, Above: codingAbove(r, d, codes)}
		if !codes {
			return f, nil
		}
		f.Form, f.Heading = view.Form{Action: list + "/" + d.Shared.ID}, r.Say("reflection.themes")
		var options []view.Option
		for _, t := range themes {
			has := false
			for _, id := range d.Shared.Themes {
				has = has || id == t.ID
			}
			if t.Retired && !has {
				continue
			}
			option := view.Option{Value: t.ID, Label: t.Name, Lang: "sv"}
			for _, suggestion := range d.Suggested {
				if suggestion.Of == t.ID {
					option.Help = r.Say("reflection.suggested", strings.Join(suggestion.Words, ", "))
				}
			}
			options = append(options, option)
		}
		if options == nil {
			f.What = []string{r.Say("reflection.no-themes")}
			f.Back, f.Heading = programmePath(d.Programme, "themes"), ""
			return f, nil
		}
		f.Controls = []control{{Field: view.Field{Name: wasField, Value: strings.Join(d.Shared.Themes, " ")}, As: "hidden"}, {Field: view.Field{Name: "themes", Label: r.Say("reflection.themes-choose"), Values: append([]string{}, d.Shared.Themes...), Options: options}, As: "checkboxes"}}
		theme, goal := formOf(req).text("theme"), formOf(req).text("goal")
		if req.Method == http.MethodGet {
			theme, goal = r.Query().Get("theme"), r.Query().Get("goal")
		}
		f.Controls = append(f.Controls, control{Field: view.Field{Name: "theme", Value: theme}, As: "hidden"}, control{Field: view.Field{Name: "goal", Value: goal}, As: "hidden"})
		f.Submit, f.Back = r.Say("reflection.themes-save"), codedFrom(d.Programme, theme, goal)
		return f, nil
	}
}

func (s *Server) codeReflection(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "reflection.coded", s.codingForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p, err := readsOf(ctx, tx, req, r, access.PlanLearning)
		if err != nil {
			return "", err
		}
		return codedFrom(p, formOf(req).text("theme"), formOf(req).text("goal")), reflection.Code(ctx, tx, r.Viewer, req.PathValue("reflection"), strings.Fields(req.PostFormValue(wasField)), req.PostForm["themes"])
	})
}

// askForm asks for leave to quote a passage.
func (s *Server) askForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		var d codingPage
		if d.Programme, err = readsOf(ctx, c, req, r, access.PlanLearning); err != nil {
			return f, err
		}
		if d.Shared, err = reflection.Find(ctx, c, s.Ring, r.Viewer, req.PathValue("reflection")); err != nil {
			return f, err
		}
		if d.Shared.Programme != d.Programme.ID || d.Level == reflection.Workplace {
			return f, reflection.ErrShared
		}
		if d.sharedList.Workplaces, err = people.UnitNames(ctx, c, []string{d.Workplace}); err != nil {
			return f, err
		}
		at := programmePath(d.Programme, "reflections") + "/" + d.Shared.ID
		say := func(code string) string { return r.Say("reflection." + code) }
		return formPage{Page: view.Page{Title: say("ask"), Crumbs: append(learningCrumbs(r, d.Programme), view.Link{Href: programmePath(d.Programme, "reflections"), Text: say("list")})},
			Form: view.Form{Action: at + "/quote"}, About: d.Programme.ID, Above: codingAbove(r, d, false), Heading: say("passage-heading"), What: []string{say("ask-what")},
			Controls: []control{{Field: view.Field{Name: "passage", Label: say("passage"), Help: say("passage-help"), Rows: 4}, As: "textarea"}},
			Submit:   say("ask-do"), Back: at}, nil
	}
}

func (s *Server) askToQuote(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "reflection.ask-done", s.askForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p, err := readsOf(ctx, tx, req, r, access.PlanLearning)
		if err != nil {
			return "", err
		}
		_, err = reflection.Ask(ctx, tx, s.Ring, r.Viewer, req.PathValue("reflection"), formOf(req).text("passage"))
		return programmePath(p, "quotations"), err
	})
}

// themesPage is which themes a programme's staff have written of, and where.
func (s *Server) themesPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d report.Themes
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		p, err := readsOf(ctx, c, req, r, access.SeeOutcome)
		if err != nil {
			return err
		}
		d, err = report.ThemesOf(ctx, c, r.Viewer, p.ID, s.today(p.Zone))
		return err
	})
	if err != nil {
		return err
	}
	if format := wanted(req); format != "" {
		return download(w, format, r.Say("reflection.themes")+" "+d.Programme.ShortName+" "+string(d.Until), themesSheet(r, d))
	}
	return render(w, req, http.StatusOK, themesView(r.In(d.Programme.ID), d))
}

// themeNumber is a count of a line as it is told.
func themeNumber(r view.Reader, l report.ThemeLine, c int) string {
	if !l.Shown[c] {
		return r.Say("reach.hidden")
	}
	return r.Number(l.Counts[c])
}

// themeLabel is what a line is called.
func themeLabel(r view.Reader, l report.ThemeLine) string {
	return groupsLabel(r, l, func(g report.ThemeGroup) string { return cmp.Or(g.Name, r.Say("reflection.no-place")) })
}

// kindLabel is the same of a line by kind of workplace.
func kindLabel(r view.Reader, l report.ThemeLine) string {
	return groupsLabel(r, l, func(g report.ThemeGroup) string {
		if g.ID == "" {
			return r.Say("reflection.no-kind")
		}
		return r.State("workplace-kind", g.ID)
	})
}

func groupsLabel(r view.Reader, l report.ThemeLine, say func(report.ThemeGroup) string) string {
	if l.Others == nil {
		return say(l.ThemeGroup)
	}
	var names []string
	for _, g := range l.Others {
		names = append(names, say(g))
	}
	return r.Say("reflection.together", strings.Join(names, ", "))
}

// themesSheet is the page's tables as a file: a table below the other, as there.
func themesSheet(r view.Reader, d report.Themes) sheet.Table {
	t := sheet.Table{Columns: []sheet.Column{{Label: r.Say("reflection.way"), Width: 26}, {Label: r.Say("reflection.group"), Width: 30}, {Label: r.Say("reflection.persons")}}}
	for _, theme := range d.Themes {
		t.Columns = append(t.Columns, sheet.Column{Label: theme.Name, Width: 20})
	}
	t.Rows = func(yield func([]any) bool) {
		for _, way := range []struct {
			name  string
			lines []report.ThemeLine
			label func(view.Reader, report.ThemeLine) string
		}{
			{r.Say("reflection.by-goal"), d.Goals, themeLabel},
			{r.Say("reach.all"), []report.ThemeLine{d.Total}, func(view.Reader, report.ThemeLine) string { return "" }},
			{r.Say("reflection.by-kind"), d.Kinds, kindLabel},
			{r.Say("reflection.by-county"), d.Counties, themeLabel},
		} {
			for _, l := range way.lines {
				row := []any{way.name, way.label(r, l)}
				for c := range l.Counts {
					if l.Shown[c] {
						row = append(row, l.Counts[c])
					} else {
						row = append(row, r.Say("reach.hidden"))
					}
				}
				if !yield(row) {
					return
				}
			}
		}
	}
	return t
}

// themeForm writes a theme: a new one, or the one in the path.
func (s *Server) themeForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		p, err := readsOf(ctx, c, req, r, access.PlanLearning)
		if err != nil {
			return f, err
		}
		var t reflection.Theme
		if id := req.PathValue("theme"); id != "new" {
			themes, err := reflection.Themes(ctx, c, p.ID)
			if err != nil {
				return f, err
			}
			for _, x := range themes {
				if x.ID == id {
					t = x
				}
			}
			if t.ID == "" {
				return f, reflection.ErrTheme
			}
		}
		say := func(code string) string { return r.Say("reflection." + code) }
		list := programmePath(p, "themes")
		f = formPage{Page: view.Page{Title: say("theme-new"), Crumbs: append(learningCrumbs(r, p), view.Link{Href: list, Text: say("themes")})},
			Form: view.Form{Action: list + "/" + req.PathValue("theme"), Version: t.Version}, About: p.ID, Submit: say("save"), Back: list,
			Controls: []control{
				{Field: view.Field{Name: "name", Label: say("theme-name"), Value: t.Name}},
				{Field: view.Field{Name: "words", Label: say("theme-words"), Help: say("theme-words-help"), Optional: true, Rows: 3, Value: t.Words}, As: "textarea"},
			}}
		if t.ID != "" {
			f.Title, f.Named = t.Name, true
			f.Controls = append(f.Controls, control{Field: view.Field{Name: "retired", Label: say("theme-retired"), Help: say("theme-retired-help"), Value: flag(t.Retired)}, As: "checkbox"})
		}
		return f, nil
	}
}

func (s *Server) saveTheme(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "reflection.theme-saved", s.themeForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p, err := readsOf(ctx, tx, req, r, access.PlanLearning)
		if err != nil {
			return "", err
		}
		t := reflection.Theme{ID: req.PathValue("theme"), Programme: p.ID, Name: in.text("name"), Words: in.text("words"), Retired: in.ticked("retired"), Version: in.version()}
		if t.ID == "new" {
			t.ID = ""
		}
		return programmePath(p, "themes"), reflection.SaveTheme(ctx, tx, r.Viewer, &t)
	})
}

// A quotationsPage is what the office has asked to quote.
type quotationsPage struct {
	Programme programme.Programme
	Agreed    []reflection.Quotation
	Rest      []reflection.Quotation
	Uses      bool // the reader notes which are handed in
}

func (s *Server) readQuotations(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (d quotationsPage, err error) {
	if d.Programme, err = readsOf(ctx, c, req, r, access.SeeLearning); err != nil {
		return d, err
	}
	list, err := reflection.Quotations(ctx, c, s.Ring, r.Viewer, d.Programme.ID)
	for _, q := range list {
		if q.Agreed() {
			d.Agreed = append(d.Agreed, q)
		} else {
			d.Rest = append(d.Rest, q)
		}
	}
	d.Uses = r.Viewer.In(access.PlanLearning, d.Programme.ID)
	return d, err
}

func (s *Server) quotationsPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d quotationsPage
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		d, err = s.readQuotations(ctx, c, req, r)
		return err
	})
	if err != nil {
		return err
	}
	if taking(req) != "" {
		return s.hand(w, req, r, "quotations", d.Programme.ID, len(d.Agreed), r.Say("reflection.quotations")+" "+d.Programme.ShortName, quotationsSheet(r, d))
	}
	return render(w, req, http.StatusOK, quotationsView(r.In(d.Programme.ID), d))
}

// quotationColumns are those of a table of quotations. One that may not be used says beside that which report it stood in, if any.
func quotationColumns(r view.Reader, agreed bool) []view.Column {
	columns := []view.Column{{Label: r.Say("reflection.passage")}, {Label: r.Say("reflection.source")}, {Label: r.Say("reflection.state")}}
	if agreed {
		columns = append(columns, view.Column{Label: r.Say("reflection.report")})
	}
	return columns
}

// quotationsSheet are those that may be used, with their source.
func quotationsSheet(r view.Reader, d quotationsPage) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("reflection.passage"), Width: 70}, {Label: r.Say("reflection.by-whom"), Width: 24}, {Label: r.Say("reflection.where"), Width: 30}, {Label: r.Say("reflection.about"), Width: 36},
			{Label: r.Say("reflection.date")}, {Label: r.Say("reflection.answered-day")}, {Label: r.Say("reflection.report"), Width: 24}},
		Rows: func(yield func([]any) bool) {
			for _, q := range d.Agreed {
				answered := ""
				if q.AnsweredAt != nil {
					answered = string(localDate(*q.AnsweredAt, d.Programme.Zone))
				}
				if !yield([]any{q.Passage, quotedBy(r, q), q.Place, aboutOf(r, q), string(q.Date), answered, q.UsedIn}) {
					return
				}
			}
		},
	}
}

// quotedBy is whom a quotation is given as.
func quotedBy(r view.Reader, q reflection.Quotation) string {
	if q.By != "" {
		return q.By
	}
	return r.Say("reflection.somebody")
}

// useForm notes that a quotation has been handed in.
func (s *Server) useForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := s.readQuotations(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		for _, q := range d.Agreed {
			if q.ID == req.PathValue("quotation") && d.Uses {
				list := programmePath(d.Programme, "quotations")
				controls := []control{{Field: view.Field{Name: "report", Label: r.Say("reflection.report"), Help: r.Say("reflection.report-help")}}}
				if reports := q.Reports(); len(reports) > 0 {
					var options []view.Option
					for _, report := range reports {
						options = append(options, view.Option{Value: report, Label: report, Lang: "sv"})
					}
					controls[0].Label, controls[0].Optional = r.Say("reflection.report-more"), true
					controls = append([]control{{Field: view.Field{Name: "reports", Label: r.Say("reflection.reports"), Help: r.Say("reflection.reports-help"), Options: options, Values: reports}, As: "checkboxes"}}, controls...)
				}
				return formPage{Page: view.Page{Title: r.Say("reflection.use"), Crumbs: append(learningCrumbs(r, d.Programme), view.Link{Href: list, Text: r.Say("reflection.quotations")})},
					Form: view.Form{Action: list + "/" + q.ID, Version: q.Version}, About: d.Programme.ID, Quoted: q.Passage, What: []string{r.Say("reflection.use-what")},
					Controls: controls, Submit: r.Say("reflection.save"), Back: list}, nil
			}
		}
		return f, reflection.ErrQuotation
	}
}

func (s *Server) useQuotation(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "reflection.use-done", s.useForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p, err := readsOf(ctx, tx, req, r, access.PlanLearning)
		if err != nil {
			return "", err
		}
		return programmePath(p, "quotations"), reflection.Use(ctx, tx, r.Viewer, p.ID, req.PathValue("quotation"), in.version(), in.Values["reports"], in.text("report"))
	})
}

// sourceOf is where a quotation is from.
func sourceOf(r view.Reader, q reflection.Quotation) string {
	by, about := quotedBy(r, q), q.About
	if q.Place != "" {
		by += ", " + q.Place
	}
	if about == "" {
		about = r.Say("reflection.freely")
	}
	if q.Date == "" {
		return r.Say("reflection.source-undated", by, about)
	}
	return r.Say("reflection.source-of", by, about, q.Date)
}

// aboutOf is what a quotation is about, for a list.
func aboutOf(r view.Reader, q reflection.Quotation) string {
	if q.About == "" {
		return r.Say("reflection.free")
	}
	return q.About
}

func themeOptions(r view.Reader, themes []reflection.Theme) []view.Option {
	options := []view.Option{{Value: uncoded, Label: r.Say("reflection.uncoded")}}
	for _, t := range themes {
		options = append(options, view.Option{Value: t.ID, Label: t.Name})
	}
	return view.None(r.Say("reflection.any-theme"), options)
}

func themeColumns(r view.Reader, d report.Themes) []view.Column {
	columns := []view.Column{{Label: r.Say("reflection.group")}, {Label: r.Say("reflection.persons"), Number: true}}
	for _, t := range d.Themes {
		columns = append(columns, view.Column{Label: t.Name, Number: true, Lang: "sv"})
	}
	return columns
}

// themesChart is how many have written of each theme.
func themesChart(r view.Reader, d report.Themes) view.Chart {
	c := view.Chart{Title: r.Say("reflection.chart"), Text: r.Say("reflection.chart-text")}
	for i, t := range d.Themes {
		b := view.Bar{Label: t.Name, Parts: []int{d.Total.Counts[i+1]}}
		if !d.Total.Shown[i+1] {
			b.Shy, b.Note = true, r.Say("reach.hidden")
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}
