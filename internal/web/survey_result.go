package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/sheet"
	"kompobib/internal/small"
	"kompobib/internal/survey"
	"kompobib/internal/web/view"
)

// A surveyPage is a survey with its rounds and what a round was answered with.
type surveyPage struct {
	programme.Programme
	survey.Results
	Goals    []programme.GoalArea
	Turnouts map[string]survey.Turnout
	By       survey.By
	Question int // that the lines are shown for, where there are several
	Plans    bool
	Today    local.Date
	Mended   []survey.Wording
}

func (s *Server) surveyPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d := surveyPage{By: survey.By(cmp.Or(r.Query().Get("by"), string(survey.ByProgramme)))}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Programme, err = outcomeProgramme(ctx, c, req, r, access.SeeOutcome); err != nil {
			return err
		}
		d.Today, d.Plans = s.today(d.Zone), r.Viewer.In(access.PlanLearning, d.Programme.ID)
		if d.Results, err = survey.Read(ctx, c, r.Viewer, req.PathValue("survey"), d.Today, d.By, r.Query().Get("round"), r.Query().Get("than")); err != nil {
			return err
		}
		if d.Survey.Programme != d.Programme.ID {
			return survey.ErrNotFound
		}
		if d.Plans {
			if d.Mended, err = survey.Wordings(ctx, c, d.Survey); err != nil {
				return err
			}
		}
		if d.Turnouts, err = survey.Turnouts(ctx, c, r.Viewer, d.Survey, d.Today); err != nil {
			return err
		}
		d.Goals, err = programme.Goals(ctx, c, d.Programme.ID)
		return err
	})
	if err != nil {
		return err
	}
	r = r.In(d.Programme.ID)
	if n, err := strconv.Atoi(r.Query().Get("question")); err == nil && 1 <= n && n <= len(d.Questions) {
		d.Question = n - 1
	}
	if format := wanted(req); format != "" && d.Now != nil {
		return download(w, format, d.Survey.Title+" "+d.Now.Name, d.sheet(r))
	}
	return render(w, req, http.StatusOK, surveyView(r, d))
}

// lineName is whose answers a line counts, in words.
func lineName(r view.Reader, l survey.Line) string {
	switch {
	case l.Extent == survey.Whole:
		return r.Say("survey.whole")
	case l.Unit == nil:
		return r.Say("survey.together-several")
	case l.Extent == survey.Rest:
		return r.Say("survey.rest", l.Unit.Name)
	case l.Extent == survey.Together:
		return r.Say("survey.together", l.Unit.Name)
	}
	return l.Unit.Name
}

// An outcomeRow is the answers of some in one round to one question.
type outcomeRow struct {
	Label    string // "" as above
	Round    string
	Answers  survey.Answers
	Change   float64 // of the mean, since the round before it
	Changed  bool
	Line     survey.Line
	Question int
}

// rowsOf are a line's answers to a question: those of the round that it is compared with, and those of the round.
func (d surveyPage) rowsOf(label string, l survey.Line, question int) (rows []outcomeRow) {
	now := outcomeRow{Label: label, Round: d.Now.Name, Answers: l.Answers[question], Line: l, Question: question}
	if l.Before != nil {
		then := outcomeRow{Label: label, Round: d.Then.Name, Answers: l.Before[question], Line: l, Question: question}
		a, okA := then.Answers.Mean()
		b, okB := now.Answers.Mean()
		now.Change, now.Changed, now.Label = b-a, okA && okB, ""
		rows = append(rows, then)
	}
	return append(rows, now)
}

// rows are what the page shows: of the whole every question, of its parts one.
func (d surveyPage) rows(r view.Reader) (rows []outcomeRow) {
	for _, l := range d.Lines {
		if d.By != survey.ByProgramme {
			rows = append(rows, d.rowsOf(lineName(r, l), l, d.Question)...)
			continue
		}
		for i, q := range d.Questions {
			rows = append(rows, d.rowsOf(q.Text, l, i)...)
		}
	}
	return rows
}

// outcomeChart draws rows as shares, each bar of the same length.
func outcomeChart(r view.Reader, of questionPart, s survey.Survey, rows []outcomeRow) view.Chart {
	const whole = 1000
	c := view.Chart{Title: of.Name, Lang: of.Lang, Text: r.Say("survey.chart-text"), Whole: whole, Scale: len(s.Words)}
	for i := range s.Words {
		c.Parts = append(c.Parts, stepName(r, s.Words, i+1))
	}
	c.Parts = append(c.Parts, r.Say("survey.no-step"))
	for _, row := range rows {
		b := view.Bar{Label: row.Label, Note: row.Round + " " + meanText(r, row.Answers)}
		if row.Changed {
			b.Note += " (" + changeText(r, row.Change) + ")"
		}
		n, sum, drawn := row.Answers.N(), 0, 0
		for _, k := range append(slices.Clone(row.Answers.Steps), row.Answers.NoStep) {
			sum += k
			b.Parts = append(b.Parts, sum*whole/max(n, 1)-drawn)
			drawn = sum * whole / max(n, 1)
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

func meanText(r view.Reader, a survey.Answers) string {
	mean, ok := a.Mean()
	if !ok {
		return "–"
	}
	return r.Decimal(mean, 1)
}

func changeText(r view.Reader, by float64) string {
	text := r.Decimal(by, 1)
	switch {
	case by >= 0.05:
		return "+" + text
	case by > -0.05:
		return "±" + r.Decimal(0, 1)
	}
	return text
}

// outcomeColumns are those of the table.
func outcomeColumns(r view.Reader, d survey.Survey, first string) []view.Column {
	columns := []view.Column{{Label: first}, {Label: r.Say("survey.round-label")}, {Label: r.Say("survey.n"), Number: true}}
	for i := range d.Words {
		columns = append(columns, view.Column{Label: stepName(r, d.Words, i+1), Number: true, Lang: "sv"})
	}
	return append(columns, view.Column{Label: r.Say("survey.no-step-short"), Number: true}, view.Column{Label: r.Say("survey.mean"), Number: true}, view.Column{Label: r.Say("survey.change"), Number: true})
}

// share is a part of those who have answered, in percent.
func share(r view.Reader, part int, a survey.Answers) string {
	if a.N() == 0 {
		return "–"
	}
	return r.Share(part, a.N())
}

// sheet is every line's answers to every question, as a file.
func (d surveyPage) sheet(r view.Reader) sheet.Table {
	t := sheet.Table{Columns: []sheet.Column{{Label: r.Say("survey.who"), Width: 32}, {Label: r.Say("survey.goal-label"), Width: 24}, {Label: r.Say("survey.question"), Width: 40}, {Label: r.Say("survey.round-label")}, {Label: r.Say("survey.n"), Kind: sheet.Number}}}
	for i := range d.Words {
		t.Columns = append(t.Columns, sheet.Column{Label: stepName(r, d.Words, i+1), Kind: sheet.Number})
	}
	t.Columns = append(t.Columns, sheet.Column{Label: r.Say("survey.no-step"), Kind: sheet.Number}, sheet.Column{Label: r.Say("survey.mean")})
	t.Rows = func(yield func([]any) bool) {
		for _, l := range d.Lines {
			for i, q := range d.Questions {
				for _, row := range d.rowsOf("", l, i) {
					cells := []any{lineName(r, l), goalName(d.Goals, q.Goal), q.Text, row.Round, row.Answers.N()}
					for _, n := range row.Answers.Steps {
						cells = append(cells, n)
					}
					if !yield(append(cells, row.Answers.NoStep, meanText(r, row.Answers))) {
						return
					}
				}
			}
		}
	}
	return t
}

// A workplaceSurvey is the results of one survey as they concern a workplace.
type workplaceSurvey struct {
	At     learningAt
	Survey survey.Survey
	Place  survey.Place
	Goals  []programme.GoalArea
	Asked  bool // the reader works there
	Today  local.Date
}

// told is how a small workplace is told of together with others, in words.
func (d workplaceSurvey) told(r view.Reader) string {
	p := d.Place
	switch {
	case p.Line == nil && p.Counts && p.Own > 0:
		return r.Count("survey.too-few-own", p.Own, small.Least)
	case p.Line == nil:
		return r.Say("survey.too-few-here", small.Least)
	case p.Alone:
		return r.Count("survey.alone", p.Line.N)
	case p.Counts && p.Own >= small.Least:
		return r.Say("survey.pooled-kept", r.Number(p.Own), lineName(r, *p.Line), r.Number(p.Line.N))
	case p.Counts && p.Own > 0:
		return r.Count("survey.pooled-own", p.Own, lineName(r, *p.Line), r.Number(p.Line.N))
	}
	return r.Say("survey.pooled", lineName(r, *p.Line), r.Number(p.Line.N))
}

func (d workplaceSurvey) rows() (rows []outcomeRow) {
	if d.Place.Line == nil {
		return nil
	}
	page := surveyPage{Results: d.Place.Results}
	for i, q := range d.Survey.Questions {
		rows = append(rows, page.rowsOf(q.Text, *d.Place.Line, i)...)
	}
	return rows
}

// readWorkplaceSurveys reads the surveys of a workplace's programme, the newest first.
func (s *Server) readWorkplaceSurveys(ctx context.Context, c db.Conn, r view.Reader, at learningAt, round, than string) (list []workplaceSurvey, err error) {
	today := s.today(at.Programme.Zone)
	surveys, err := survey.List(ctx, c, access.Viewer{Person: r.Person, On: r.Viewer.On}, at.Programme.ID, today)
	if err != nil || len(surveys) == 0 {
		return nil, err
	}
	goals, err := programme.Goals(ctx, c, at.Programme.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range surveys {
		d := workplaceSurvey{At: at, Survey: x, Goals: goals, Asked: at.Member, Today: today}
		of, with := round, than
		if _, own := x.Round(round); !own {
			of, with = "", ""
		}
		if d.Place, err = survey.At(ctx, c, r.Viewer, x.ID, today, at.Workplace, of, with); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	slices.Reverse(list)
	return list, nil
}

func (s *Server) workplaceAssessments(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var at learningAt
	var list []workplaceSurvey
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if at, err = learningPlace(ctx, c, req, r); err == nil {
			list, err = s.readWorkplaceSurveys(ctx, c, r, at, r.Query().Get("round"), r.Query().Get("than"))
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, workplaceSurveysView(r.In(at.Programme.ID), at, list))
}

// workplaceSurveyStage is what a workplace's page tells of self-assessment.
func workplaceSurveyStage(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (templ.Component, error) {
	list, err := s.readWorkplaceSurveys(ctx, c, r, at, "", "")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return workplaceSurveyStageView(r, at, list), nil
}

// programmeSurveyStage is what a programme's overview tells of self-assessment.
func programmeSurveyStage(ctx context.Context, c db.Conn, s *Server, r view.Reader, p programme.Programme) (templ.Component, error) {
	today := s.today(p.Zone)
	d := surveyList{Programme: p, Plans: r.Viewer.In(access.PlanLearning, p.ID), Today: string(today)}
	var err error
	if d.Surveys, err = survey.List(ctx, c, r.Viewer, p.ID, today); err != nil || len(d.Surveys) == 0 && !d.Plans {
		return nil, err
	}
	return programmeSurveyStageView(r, d), nil
}

// roundOptions are the rounds that have closed.
func (d surveyPage) roundOptions() (list []view.Option) {
	for _, p := range d.Past(d.Today) {
		list = append(list, view.Option{Value: p.ID, Label: p.Name})
	}
	return list
}

func (d surveyPage) questionOptions() (list []view.Option) {
	for i, q := range d.Questions {
		list = append(list, view.Option{Value: strconv.Itoa(i + 1), Label: q.Text, Group: goalName(d.Goals, q.Goal)})
	}
	return list
}

func surveyBreakdowns(r view.Reader) (list []view.Option) {
	for _, by := range survey.Breakdowns {
		list = append(list, view.Option{Value: string(by), Label: r.Say("survey.by-" + string(by))})
	}
	return list
}

// roundText is when a round is, or was, open, and how far it has come.
func roundText(r view.Reader, x survey.Round) string {
	if x.First == x.Last {
		return r.Date(x.First)
	}
	return r.Dates(x.First, x.Last)
}

// unanswered is how many are asked and have not answered.
func (d surveyPage) unanswered(round string) int {
	t := d.Turnouts[round]
	return max(t.Asked-t.Answered, 0)
}

func roundID(round *survey.Round) string {
	if round == nil {
		return ""
	}
	return round.ID
}

// partRows are the answers to the questions of a goal area.
func (d surveyPage) partRows(part questionPart) (rows []outcomeRow) {
	for _, i := range part.Questions {
		rows = append(rows, d.rowsOf(d.Questions[i].Text, d.Lines[0], i)...)
	}
	return rows
}

func (d workplaceSurvey) partRows(part questionPart) []outcomeRow {
	return surveyPage{Results: survey.Results{Survey: d.Survey, Now: d.Place.Now, Then: d.Place.Then, Lines: []survey.Line{*d.Place.Line}}}.partRows(part)
}

// labelOf is the label of a row, also where the picture leaves it out since the row above has it.
func labelOf(rows []outcomeRow, i int) string {
	if rows[i].Label == "" && i > 0 {
		return rows[i-1].Label
	}
	return rows[i].Label
}

func firstColumn(r view.Reader, by survey.By) string {
	if by == survey.ByProgramme {
		return r.Say("survey.question")
	}
	return r.Say("survey.by-" + string(by))
}
