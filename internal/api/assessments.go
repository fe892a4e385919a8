package api

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/survey"
)

// An Assessment is a self-assessment of a programme.
type Assessment struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Anonymous bool              `json:"anonymous" doc:"Nobody's answers are kept, not even for themselves."`
	Scale     []string          `json:"scale" nullable:"false" doc:"The words of its steps, the lowest first; those between the ends may be empty."`
	Questions []Asked           `json:"questions" nullable:"false"`
	Rounds    []AssessmentRound `json:"rounds" nullable:"false" doc:"The first first."`
}

// Asked is a question of a self-assessment.
type Asked struct {
	ID   string  `json:"id"`
	Goal *string `json:"goal" doc:"The id of a goal area; null for the whole."`
	Text string  `json:"text"`
}

// An AssessmentRound is a time at which it is asked.
type AssessmentRound struct {
	ID    string     `json:"id"`
	Name  string     `json:"name"`
	First local.Date `json:"first" format:"date"`
	Last  local.Date `json:"last" format:"date" doc:"The last day on which it can be answered."`
	State string     `json:"state" enum:"ahead,open,closed"`
}

func assessmentOf(s survey.Survey, on local.Date) Assessment {
	a := Assessment{ID: s.ID, Title: s.Title, Anonymous: s.Anonymous, Scale: s.Words, Questions: []Asked{}, Rounds: []AssessmentRound{}}
	for _, q := range s.Questions {
		a.Questions = append(a.Questions, Asked{q.ID, db.Null(q.Goal), q.Text})
	}
	for _, r := range s.Rounds {
		a.Rounds = append(a.Rounds, AssessmentRound{r.ID, r.Name, r.First, r.Last, string(r.Standing(on))})
	}
	return a
}

// AssessmentsQuery asks for a programme's self-assessments.
type AssessmentsQuery struct{ AtProgramme }

// outcomeOf is the programme that a caller asks about, if they may see its outcome.
func outcomeOf(ctx context.Context, conn db.Conn, c caller, slugOrID string) (programme.Programme, error) {
	p, err := programme.Find(ctx, conn, c.Viewer, slugOrID)
	if err == nil && !c.In(access.SeeOutcome, p.ID) && len(c.Scope(access.SeeOutcome).Workplaces) == 0 {
		err = programme.ErrNotFound
	}
	return p, err
}

func listAssessments(s *Server, ctx context.Context, c caller, in *AssessmentsQuery) (*body[List[Assessment]], error) {
	list := List[Assessment]{Items: []Assessment{}}
	err := s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := outcomeOf(ctx, conn, c, in.Programme)
		if err != nil {
			return err
		}
		on := local.DateOf(s.DB.Now(), p.Location())
		surveys, err := survey.List(ctx, conn, c.Viewer, p.ID, on)
		for _, x := range surveys {
			list.Items = append(list.Items, assessmentOf(x, on))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer(list)
}

// ResultsQuery asks for what a round was answered with.
type ResultsQuery struct {
	AtProgramme
	Survey string `path:"survey" maxLength:"60" doc:"The id of a self-assessment."`
	By     string `query:"by" enum:"programme,county,municipality,workplace" default:"programme"`
	Round  string `query:"round" maxLength:"60" doc:"The id of a round that has closed; left out, the last."`
}

// A ResultGroup is the answers of five persons or more.
type ResultGroup struct {
	Extent     string          `json:"extent" enum:"whole,unit,rest,together" doc:"Whole: all who have answered; unit: all of the unit; rest: those of the unit that are not told of together with others outside it; together: workplaces that would be too few alone."`
	Unit       *string         `json:"unit" doc:"The id of the unit that it concerns, or that all its workplaces are in; null for several."`
	Name       string          `json:"name" doc:"Of the unit."`
	Workplaces []string        `json:"workplaces" nullable:"false" doc:"The ids of the workplaces that it counts."`
	Answers    int             `json:"answers" doc:"How many have answered."`
	Questions  []ResultAnswers `json:"questions" nullable:"false"`
}

// ResultAnswers are how many have answered what to a question.
type ResultAnswers struct {
	Question string   `json:"question" doc:"The id of the question."`
	Steps    []int    `json:"steps" nullable:"false" doc:"By step of the scale, the lowest first."`
	NoStep   int      `json:"no_step" doc:"Who do not know, or would rather not say."`
	Mean     *float64 `json:"mean" doc:"The mean step, from 1, of those who chose one; null if nobody did."`
}

// AssessmentResults are what a round was answered with.
type AssessmentResults struct {
	Assessment string  `json:"assessment"`
	Round      *string `json:"round" doc:"The id of the round; null if none has closed."`
	By         string  `json:"by"`
	List[ResultGroup]
}

func assessmentResults(s *Server, ctx context.Context, c caller, in *ResultsQuery) (*body[AssessmentResults], error) {
	var r survey.Results
	err := s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := outcomeOf(ctx, conn, c, in.Programme)
		if err != nil {
			return err
		}
		r, err = survey.Read(ctx, conn, c.Viewer, in.Survey, local.DateOf(s.DB.Now(), p.Location()), survey.By(in.By), in.Round, "")
		if err == nil && r.Survey.Programme != p.ID {
			err = survey.ErrNotFound
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	told := AssessmentResults{Assessment: r.Survey.ID, By: in.By, List: List[ResultGroup]{Items: []ResultGroup{}}}
	if r.Now != nil {
		told.Round = &r.Now.ID
	}
	for _, l := range r.Lines {
		g := ResultGroup{Extent: string(l.Extent), Workplaces: l.Workplaces, Answers: l.N, Questions: []ResultAnswers{}}
		if l.Unit != nil {
			g.Unit, g.Name = &l.Unit.ID, l.Unit.Name
		}
		for i, a := range l.Answers {
			x := ResultAnswers{Question: r.Questions[i].ID, Steps: a.Steps, NoStep: a.NoStep}
			if mean, ok := a.Mean(); ok {
				x.Mean = &mean
			}
			g.Questions = append(g.Questions, x)
		}
		told.Items = append(told.Items, g)
	}
	return answer(told)
}
