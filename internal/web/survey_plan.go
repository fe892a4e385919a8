package web

import (
	"context"
	"net/http"
	"strconv"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/programme"
	"kompobib/internal/survey"
	"kompobib/internal/web/view"
)

func surveysPath(p programme.Programme) string { return "/programmes/" + p.Slug + "/assessments" }

func surveyPath(p programme.Programme, id string) string { return surveysPath(p) + "/" + id }

func surveyCrumbs(r view.Reader, p programme.Programme, s survey.Survey) []view.Link {
	crumbs := []view.Link{{Href: "/learning", Text: r.Say("learning.title")}, {Href: "/programmes/" + p.Slug + "/learning", Text: r.Say("learning.overview")},
		{Href: surveysPath(p), Text: r.Say("survey.all")}}
	if s.ID != "" {
		crumbs = append(crumbs, view.Link{Href: surveyPath(p, s.ID), Text: s.Title, Named: true})
	}
	return crumbs
}

// A surveyList is a programme's surveys.
type surveyList struct {
	programme.Programme
	Surveys []survey.Survey
	Plans   bool
	Today   string
}

func (s *Server) listSurveys(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d surveyList
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Programme, err = outcomeProgramme(ctx, c, req, r, access.SeeOutcome); err != nil {
			return err
		}
		d.Plans, d.Today = r.Viewer.In(access.PlanLearning, d.ID), string(s.today(d.Zone))
		d.Surveys, err = survey.List(ctx, c, r.Viewer, d.ID, s.today(d.Zone))
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, surveysView(r.In(d.ID), d))
}

// plannedSurvey reads the survey that an address names for who plans there.
func (s *Server) plannedSurvey(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (p programme.Programme, x survey.Survey, err error) {
	if p, err = outcomeProgramme(ctx, c, req, r, access.PlanLearning); err != nil {
		return p, x, err
	}
	if id := req.PathValue("survey"); id != "" {
		x, err = survey.Get(ctx, c, r.Viewer, id, s.today(p.Zone))
		if err == nil && x.Programme != p.ID {
			err = survey.ErrNotFound
		}
	}
	return p, x, err
}

// fewWords is how many steps a new scale has.
const fewWords = 5

// The fields of a question; the goal area goes along.
var (
	questionFields = []string{"text"}
	questionAlong  = []string{"goal"}
)

func (s *Server) surveyForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		p, x, err := s.plannedSurvey(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		goals, err := programme.Goals(ctx, c, p.ID)
		if err != nil {
			return f, err
		}
		f = formPage{Page: view.Page{Title: r.Say("survey.new"), Lead: r.Say("survey.form-lead"), Crumbs: surveyCrumbs(r, p, x)},
			Form:  view.Form{Action: surveysPath(p) + "/new", Keep: true},
			About: p.ID, Submit: r.Say("survey.save"), Back: surveysPath(p)}
		if x.ID == "" {
			x.Words = make([]string, fewWords)
		} else {
			f.Page.Title, f.Action, f.Back, f.Form.Version = r.Say("survey.edit", x.Title), surveyPath(p, x.ID)+"/edit", surveyPath(p, x.ID), x.Version
		}
		frozen := x.Opened(s.today(p.Zone))
		f.Controls = []control{
			{Field: view.Field{Name: "title", Label: r.Say("survey.title-label"), Value: x.Title}},
			{Field: view.Field{Name: "intro", Label: r.Say("survey.intro-label"), Help: r.Say("survey.intro-help"), Optional: true, Value: x.Intro}, As: "textarea"},
		}
		if frozen {
			f.What = []string{r.Say("survey.frozen-what")}
		} else {
			f.Controls = append(f.Controls, anonymityControl(r, x), stepsControl(r, x))
			var words []control
			for i := 1; i <= survey.MostSteps; i++ {
				word := control{Field: view.Field{Name: survey.WordField(i), Label: r.Say("survey.word-label", r.Number(i)), Optional: i > 1}}
				if i <= len(x.Words) {
					word.Value = x.Words[i-1]
				}
				words = append(words, word)
			}
			f.Controls = append(f.Controls, group(r.Say("survey.words"), r.Say("survey.words-help"), words...))
		}
		return f, s.addQuestions(req, r, &f, x, goals, frozen)
	}
}

func anonymityControl(r view.Reader, x survey.Survey) control {
	return control{Field: view.Field{Name: "anonymous", Label: r.Say("survey.anonymous-label"), Value: strconv.Itoa(db.Int(x.Anonymous)), Options: []view.Option{
		{Value: "0", Label: r.Say("survey.anonymous-no"), Help: r.Say("survey.anonymous-no-help")}, {Value: "1", Label: r.Say("survey.anonymous-yes"), Help: r.Say("survey.anonymous-yes-help")}}}, As: "radios"}
}

func stepsControl(r view.Reader, x survey.Survey) control {
	c := control{Field: view.Field{Name: "steps", Label: r.Say("survey.steps-label"), Value: strconv.Itoa(len(x.Words)), Width: "short"}, As: "select"}
	for n := survey.LeastSteps; n <= survey.MostSteps; n++ {
		c.Options = append(c.Options, view.Option{Value: strconv.Itoa(n), Label: r.Number(n)})
	}
	return c
}

// addQuestions adds the rows of questions to the form.
func (s *Server) addQuestions(req *http.Request, r view.Reader, f *formPage, x survey.Survey, goals []programme.GoalArea, frozen bool) error {
	n := len(x.Questions)
	if req.Method == http.MethodPost {
		n = max(n, filledQuestions(req))
	}
	most := n
	if !frozen {
		most = min(rows(req, n, 4), survey.MaxQuestions)
	}
	for i := 1; i <= most; i++ {
		var q survey.Question
		if i <= len(x.Questions) {
			q = x.Questions[i-1]
		}
		text := control{Field: view.Field{Name: survey.QuestionField(i, "text"), Label: r.Say("survey.question-n", r.Number(i)), Value: q.Text}}
		if frozen {
			f.Controls = append(f.Controls, text)
			continue
		}
		f.Controls = append(f.Controls, group(r.Say("survey.question-n", r.Number(i)), "",
			control{Field: view.Field{Name: survey.QuestionField(i, "text"), Label: r.Say("survey.text-label"), Value: q.Text}},
			control{Field: view.Field{Name: survey.QuestionField(i, "goal"), Label: r.Say("survey.goal-label"), Value: q.Goal, Options: view.None(r.Say("survey.whole-goal"), goalsOf(goals))}, As: "select"}))
	}
	if !frozen {
		f.Controls = append(f.Controls, control{Field: view.Field{Label: r.Say("survey.more-questions")}, As: "more"})
	}
	return nil
}

func filledQuestions(req *http.Request) int {
	return closeRanks(req.PostForm, survey.QuestionField, questionFields, questionAlong)
}

func (s *Server) saveSurvey(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	n, in := filledQuestions(req), formOf(req)
	return s.takeForm(w, req, r, "survey.saved", s.surveyForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p, was, err := s.plannedSurvey(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		x := survey.Survey{ID: was.ID, Programme: p.ID, Title: in.text("title"), Intro: in.text("intro"), Anonymous: in.text("anonymous") == "1", Version: in.version()}
		if !in.Has("anonymous") {
			x.Anonymous = was.Anonymous
		}
		for i := 1; i <= min(max(in.number("steps"), 0), survey.MostSteps); i++ {
			x.Words = append(x.Words, in.text(survey.WordField(i)))
		}
		for i := 1; i <= n; i++ {
			x.Questions = append(x.Questions, survey.Question{Text: in.text(survey.QuestionField(i, "text")), Goal: in.text(survey.QuestionField(i, "goal"))})
		}
		err = survey.Save(ctx, tx, r.Viewer, &x)
		return surveyPath(p, x.ID), err
	})
}

// previewSurvey is a survey as who is asked sees it.
func (s *Server) previewSurvey(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	a := answering{Preview: true}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if a.Programme, a.Survey, err = s.plannedSurvey(ctx, c, req, r); err != nil {
			return err
		}
		a.Goals, err = programme.Goals(ctx, c, a.Programme.ID)
		return err
	})
	if err != nil {
		return err
	}
	a.Round.Name = r.Say("survey.preview-lead")
	a.Values = make([]int, len(a.Survey.Questions))
	for i := range a.Values {
		a.Values[i] = survey.Missing
	}
	return render(w, req, http.StatusOK, answeringView(r.In(a.Programme.ID), a, false))
}

// newRound stands in the address for a round that is not there yet.
const newRound = "new"

func (s *Server) roundForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		p, x, err := s.plannedSurvey(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		today := s.today(p.Zone)
		round, title := survey.Round{First: today, Last: today.Add(20)}, r.Say("survey.round-new")
		standing := survey.Ahead
		if id := req.PathValue("round"); id != newRound {
			known := false
			if round, known = x.Round(id); !known {
				return f, survey.ErrRound
			}
			title, standing = r.Say("survey.round-edit", round.Name), round.Standing(today)
		}
		f = formPage{Page: view.Page{Title: title, Crumbs: surveyCrumbs(r, p, x)}, Form: view.Form{Action: surveyPath(p, x.ID) + "/rounds/" + req.PathValue("round"), Version: round.Version},
			About: p.ID, What: []string{r.Say("survey.round-what")}, Submit: r.Say("survey.round-save"), Back: surveyPath(p, x.ID)}
		f.Controls = []control{{Field: view.Field{Name: "name", Label: r.Say("survey.round-name"), Help: r.Say("survey.round-name-help"), Value: round.Name, Width: "medium"}}}
		first, last := dateControl("first", r.Say("survey.round-first"), round.First), dateControl("last", r.Say("survey.round-last"), round.Last)
		first.Off, last.Off = standing != survey.Ahead, standing == survey.Closed
		f.Controls = append(f.Controls, row(first, last))
		return f, nil
	}
}

func (s *Server) saveRound(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "survey.round-saved", s.roundForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p, x, err := s.plannedSurvey(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		round := survey.Round{ID: req.PathValue("round"), Survey: x.ID, Name: in.text("name"), First: in.date("first"), Last: in.date("last"), Version: in.version()}
		if round.ID == newRound {
			round.ID = ""
		}
		return surveyPath(p, x.ID), survey.SaveRound(ctx, tx, r.Viewer, &round)
	})
}

// moveRound writes to those who have not answered, closes a round or takes it away.
func (s *Server) moveRound(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	move, round := req.PathValue("move"), req.PathValue("round")
	to := "/programmes/" + req.PathValue("slug") + "/assessments/" + req.PathValue("survey")
	n, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (int, error) {
		_, x, err := s.plannedSurvey(ctx, tx, req, r)
		if err != nil {
			return 0, err
		}
		switch move {
		case "tell":
			return survey.Tell(ctx, tx, r.Viewer, x.ID, round)
		case "close":
			return 0, survey.Close(ctx, tx, r.Viewer, x.ID, round)
		case "remove":
			return 0, survey.RemoveRound(ctx, tx, r.Viewer, x.ID, round)
		}
		return 0, errNotFound
	})
	if faults, code, ok := mistakes(err); ok && code != http.StatusNotFound && code != http.StatusForbidden {
		return doneBut(w, req, to, faults[0].Code)
	}
	if err != nil {
		return err
	}
	switch move {
	case "tell":
		return done(w, req, to, "survey.done-told", r.Number(n))
	case "close":
		return done(w, req, to, "survey.done-closed")
	}
	return done(w, req, to, "survey.done-removed")
}
