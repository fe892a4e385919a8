package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/survey"
	"kompobib/internal/web/view"
)

const ownSurveys = "/me/assessments"

// answerPath is where one answers a round.
func answerPath(round string) string { return ownSurveys + "/" + round }

// An ownSurvey is a survey that the reader has been asked, with what they have answered over time.
type ownSurvey struct {
	survey.Ask
	Goals []programme.GoalArea
	Own   map[string]survey.Own // by round
	Today local.Date
}

// rounds are those that the reader has kept answers of.
func (o ownSurvey) rounds() (kept []survey.Round) {
	for _, r := range o.Rounds {
		if _, ok := o.Own[r.ID]; ok {
			kept = append(kept, r)
		}
	}
	return kept
}

// readOwnSurveys reads what the reader has been asked in any programme.
func (s *Server) readOwnSurveys(ctx context.Context, c db.Conn, r view.Reader) (list []ownSurvey, err error) {
	programmes, err := programme.List(ctx, c, r.Viewer)
	if err != nil {
		return nil, err
	}
	for _, p := range programmes {
		today := s.today(p.Zone)
		asks, err := survey.Asks(ctx, c, r.Viewer, p.ID, today)
		if err != nil {
			return nil, err
		}
		if len(asks) == 0 {
			continue
		}
		goals, err := programme.Goals(ctx, c, p.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range asks {
			own, err := survey.Mine(ctx, c, s.Ring, r.Viewer, a.Survey)
			if err != nil {
				return nil, err
			}
			list = append(list, ownSurvey{a, goals, own, today})
		}
	}
	return list, nil
}

func (s *Server) ownSurveys(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var list []ownSurvey
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		list, err = s.readOwnSurveys(ctx, c, r)
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, ownSurveysView(r, list))
}

// An answering is the page on which a round is answered.
type answering struct {
	Survey    survey.Survey
	Round     survey.Round
	Goals     []programme.GoalArea
	Values    []int // that are filled in
	Version   int   // of what was answered before, 0 for nothing
	Answered  bool
	Preview   bool
	Faults    fault.List
	Stale     bool
	Late      bool // what was typed came after the round had closed
	Programme programme.Programme
}

// readAnswering reads it for who is asked, as they have answered before.
func (s *Server) readAnswering(ctx context.Context, c db.Conn, r view.Reader, round string) (a answering, err error) {
	// The day is the programme's, which is known only once the round is.
	on := local.DateOf(s.DB.Now(), local.Zone("Europe/Stockholm"))
	if a.Survey, a.Round, err = survey.OfRound(ctx, c, r.Viewer, round, on); err != nil {
		return a, err
	}
	if a.Programme, err = programme.Get(ctx, c, r.Viewer, a.Survey.Programme); err != nil {
		return a, err
	}
	on = s.today(a.Programme.Zone)
	if a.Goals, err = programme.Goals(ctx, c, a.Programme.ID); err != nil {
		return a, err
	}
	asks, err := survey.Asks(ctx, c, r.Viewer, a.Programme.ID, on)
	if err != nil {
		return a, err
	}
	known := false
	for _, ask := range asks {
		if ask.ID == a.Survey.ID {
			known, a.Answered = true, ask.Answered[a.Round.ID]
		}
	}
	if !known {
		return a, survey.ErrNotAsked
	}
	a.Values = make([]int, len(a.Survey.Questions))
	own, err := survey.Mine(ctx, c, s.Ring, r.Viewer, a.Survey)
	for i, q := range a.Survey.Questions {
		a.Values[i] = survey.Missing
		if o, ok := own[a.Round.ID]; ok {
			a.Values[i], a.Version = o.Values[q.ID], o.Version
		}
	}
	return a, err
}

// open reports whether it can be answered, or what was answered be changed.
func (a answering) open(today local.Date) bool {
	return a.Round.Standing(today) == survey.Open && (!a.Answered || a.Version > 0)
}

func (s *Server) answerForm(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.writeAnswering(w, req, r, http.StatusOK, nil, nil)
}

func (s *Server) writeAnswering(w http.ResponseWriter, req *http.Request, r view.Reader, code int, typed []int, wrong error) error {
	var a answering
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		a, err = s.readAnswering(ctx, c, r, req.PathValue("round"))
		return err
	})
	if err != nil {
		return err
	}
	if typed != nil {
		a.Values, a.Faults, a.Stale = typed, fault.Of(wrong), errors.Is(wrong, fault.Stale)
		a.Late = errors.Is(wrong, survey.ErrClosed)
	}
	return render(w, req, code, answeringView(r.In(a.Programme.ID), a, a.open(s.today(a.Programme.Zone))))
}

// saveAnswer counts what was answered. Nothing keeps the form: where answers are anonymous not even a hash of it may stand beside a name.
func (s *Server) saveAnswer(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx, in := req.Context(), formOf(req)
	a, err := s.readAnswering(ctx, s.DB, r, req.PathValue("round"))
	if err != nil {
		return err
	}
	values := make([]int, len(a.Survey.Questions))
	for i := range values {
		values[i] = survey.Missing
		if v := in.text(survey.AnswerField(i + 1)); v != "" {
			if values[i], err = strconv.Atoi(v); err != nil || values[i] < 0 {
				values[i] = len(a.Survey.Words) + 1
			}
		}
	}
	by := r.Person
	if a.Survey.Anonymous {
		by = survey.Nobody
	}
	err = s.DB.Tx(ctx, by, func(ctx context.Context, tx *db.Tx) error {
		return survey.Answer(ctx, tx, s.Ring, r.Viewer, a.Round.ID, values, max(in.version(), 0))
	})
	switch _, code, ok := mistakes(err); {
	case err == nil && a.Survey.Anonymous:
		return done(w, req, ownSurveys, "survey.done-anonymous")
	case err == nil:
		return done(w, req, ownSurveys, "survey.done-answer")
	case errors.Is(err, survey.ErrAnswered):
		return done(w, req, ownSurveys, "survey.answered")
	case ok && !errors.Is(err, survey.ErrNotAsked) && !errors.Is(err, survey.ErrRound):
		return s.writeAnswering(w, req, r, code, values, err)
	}
	return err
}

// optionsOf are the answers to choose from: the steps, and that one does not know or will not say.
func (a answering) optionsOf(r view.Reader) []view.Option {
	list := stepOptions(r, a.Survey.Words)
	return append(list, view.Option{Value: "0", Label: r.Say("survey.no-step")})
}

func stepOptions(r view.Reader, words []string) (list []view.Option) {
	for i := range words {
		list = append(list, view.Option{Value: strconv.Itoa(i + 1), Label: stepName(r, words, i+1), Lang: "sv"})
	}
	return list
}

// stepName is a step with its word, if it has one.
func stepName(r view.Reader, words []string, step int) string {
	if step == survey.NoStep {
		return r.Say("survey.no-step")
	}
	if words[step-1] == "" {
		return r.Number(step)
	}
	return r.Number(step) + " " + words[step-1]
}

// chosen is what was answered to a question, in words.
func (a answering) chosen(r view.Reader, i int) string {
	if v := a.Values[i]; v >= 0 && v <= len(a.Survey.Words) {
		return stepName(r, a.Survey.Words, v)
	}
	return r.Say("survey.late-none")
}

// field is a question as a form has it.
func (a answering) field(r view.Reader, i int) view.Field {
	f := view.Field{Name: survey.AnswerField(i + 1), Label: a.Survey.Questions[i].Text, Lang: "sv", Options: a.optionsOf(r)}
	if v := a.Values[i]; v >= 0 {
		f.Value = strconv.Itoa(v)
	}
	return f
}

// A questionPart is the questions of a goal area, by their places.
type questionPart struct {
	Name      string
	Lang      string // "sv" of a goal area's name
	Questions []int
}

// questionParts are the questions by goal area, in their order.
func questionParts(r view.Reader, questions []survey.Question, goals []programme.GoalArea) (parts []questionPart) {
	for i, q := range questions {
		part := questionPart{Name: r.Say("survey.whole-goal")}
		if q.Goal != "" {
			part = questionPart{Name: goalName(goals, q.Goal), Lang: "sv"}
		}
		if n := len(parts); n == 0 || parts[n-1].Name != part.Name {
			parts = append(parts, part)
		}
		last := &parts[len(parts)-1]
		last.Questions = append(last.Questions, i)
	}
	return parts
}

// ownChart is what the reader answered over time.
func ownChart(r view.Reader, o ownSurvey) view.Chart {
	c := view.Chart{Title: r.Say("survey.own-chart"), Text: r.Say("survey.own-chart-text"), Whole: len(o.Words), Parts: []string{""}}
	for _, q := range o.Questions {
		for i, round := range o.rounds() {
			b := view.Bar{Note: round.Name + ": " + stepName(r, o.Words, o.Own[round.ID].Values[q.ID]), Parts: []int{o.Own[round.ID].Values[q.ID]}}
			if i == 0 {
				b.Label = q.Text
			}
			c.Bars = append(c.Bars, b)
		}
	}
	return c
}

func ownColumns(r view.Reader, o ownSurvey) []view.Column {
	columns := []view.Column{{Label: r.Say("survey.question")}}
	for _, round := range o.rounds() {
		columns = append(columns, view.Column{Label: round.Name, Lang: "sv"})
	}
	return columns
}

func answeringCrumbs(r view.Reader, a answering) []view.Link {
	if a.Preview {
		return surveyCrumbs(r, a.Programme, a.Survey)
	}
	return []view.Link{{Href: "/me", Text: r.Say("nav.me")}, {Href: ownSurveys, Text: r.Say("survey.heading")}}
}
