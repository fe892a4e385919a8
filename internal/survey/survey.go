// Package survey asks all staff of a programme the same questions in rounds, and tells how the answers change: self-assessment.
//
// What is answered is counted at once, by groups of workplaces that hold five staff or more, and stands nowhere beside who
// gave it. Unless a survey is anonymous a person also keeps their own answers, sealed, for themselves alone. Nothing is told of a round before it has
// closed, and then only of groups that five or more have answered in: see package small and docs/decisions/0017-answers-are-counted.md.
package survey

import (
	"context"
	"errors"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

var (
	ErrNotFound  = fault.Define(fault.NotFound, "survey.not-found")
	ErrRound     = fault.Define(fault.NotFound, "survey.round")
	ErrForbidden = fault.Define(fault.Forbidden, "survey.forbidden")
)

// A Survey is a set of questions with the scale that they are answered by.
type Survey struct {
	ID, Programme string
	Title, Intro  string
	Anonymous     bool     // nobody's answers are kept, not even for themselves
	Words         []string // of the steps of the scale, the lowest first; those between the ends may be ""
	Questions     []Question
	Rounds        []Round // the first first
	Version       int
}

// A Question is one of them. They stand in order.
type Question struct {
	ID, Goal string // Goal "": of the whole
	Text     string
}

// A Round is a time at which a survey is asked.
type Round struct {
	ID, Survey, Name string
	First, Last      local.Date // days on which one may answer
	Grouped, Closed  *time.Time // when its groups were fixed; when the office closed it early
	ToldOn           local.Date // when letters about it last went out
	Tellings         int        // how many times they did
	Version          int
}

// A Standing is how far a round has come on a day.
type Standing string

const (
	Ahead  Standing = "ahead"
	Open   Standing = "open"
	Closed Standing = "closed"
)

// Standing is how far r has come on a day.
func (r Round) Standing(on local.Date) Standing {
	switch {
	case r.Closed != nil || on > r.Last:
		return Closed
	case on < r.First:
		return Ahead
	}
	return Open
}

// Opened reports whether a round has opened by a day: what is asked stands fast then.
func (s Survey) Opened(on local.Date) bool {
	return slices.ContainsFunc(s.Rounds, func(r Round) bool { return r.First <= on })
}

// Round returns the round with an id.
func (s Survey) Round(id string) (Round, bool) {
	i := slices.IndexFunc(s.Rounds, func(r Round) bool { return r.ID == id })
	if i < 0 {
		return Round{}, false
	}
	return s.Rounds[i], true
}

// Now returns the round that is open on a day.
func (s Survey) Now(on local.Date) (Round, bool) {
	i := slices.IndexFunc(s.Rounds, func(r Round) bool { return r.Standing(on) == Open })
	if i < 0 {
		return Round{}, false
	}
	return s.Rounds[i], true
}

// Past are the rounds that have closed by a day and that somebody has answered.
func (s Survey) Past(on local.Date) (past []Round) {
	for _, r := range s.Rounds {
		if r.Standing(on) == Closed && r.Grouped != nil {
			past = append(past, r)
		}
	}
	return past
}

// List returns a programme's surveys that v may see, the oldest first: who plans there sees all, others those that a round has opened of.
func List(ctx context.Context, c db.Conn, v access.Viewer, prog string, on local.Date) ([]Survey, error) {
	list, err := read(ctx, c, "programme = $1", prog)
	return slices.DeleteFunc(list, func(s Survey) bool { return !s.visible(v, on) }), err
}

// Get returns a survey that v may see.
func Get(ctx context.Context, c db.Conn, v access.Viewer, id string, on local.Date) (Survey, error) {
	list, err := read(ctx, c, "id = $1", id)
	if err == nil && (len(list) == 0 || !list[0].visible(v, on)) {
		err = ErrNotFound
	}
	if err != nil {
		return Survey{}, err
	}
	return list[0], nil
}

// OfRound returns the survey that has a round, if v may see it.
func OfRound(ctx context.Context, c db.Conn, v access.Viewer, round string, on local.Date) (Survey, Round, error) {
	id, err := db.Value[string](ctx, c, `SELECT survey FROM survey_round WHERE id = $1`, round)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrRound
	}
	if err != nil {
		return Survey{}, Round{}, err
	}
	s, err := Get(ctx, c, v, id, on)
	if errors.Is(err, ErrNotFound) {
		err = ErrRound
	}
	r, _ := s.Round(round)
	return s, r, err
}

func (s Survey) visible(v access.Viewer, on local.Date) bool {
	return v.In(access.PlanLearning, s.Programme) || s.Opened(on) && v.Person != ""
}

// read reads surveys with all that is theirs, in four queries.
func read(ctx context.Context, c db.Conn, where, arg string) ([]Survey, error) {
	list, err := db.All(ctx, c, func(s *Survey) []any {
		return []any{&s.ID, &s.Programme, &s.Title, &s.Intro, db.Truth(&s.Anonymous), &s.Version}
	}, `SELECT id, programme, title, intro, anonymous, version FROM survey WHERE `+where+` ORDER BY id`, arg)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	of := func(id string) *Survey {
		return &list[slices.IndexFunc(list, func(s Survey) bool { return s.ID == id })]
	}
	within := ` WHERE survey IN (SELECT id FROM survey WHERE ` + where + `) ORDER BY survey, `
	type pair struct{ survey, word string }
	words, err := db.All(ctx, c, func(p *pair) []any { return []any{&p.survey, &p.word} }, `SELECT survey, word FROM survey_step`+within+`step`, arg)
	if err != nil {
		return nil, err
	}
	for _, w := range words {
		s := of(w.survey)
		s.Words = append(s.Words, w.word)
	}
	type asked struct {
		survey string
		Question
	}
	questions, err := db.All(ctx, c, func(q *asked) []any { return []any{&q.survey, &q.ID, &q.Goal, &q.Text} },
		`SELECT survey, id, coalesce(goal, ''), text FROM survey_question`+within+`ord`, arg)
	if err != nil {
		return nil, err
	}
	for _, q := range questions {
		s := of(q.survey)
		s.Questions = append(s.Questions, q.Question)
	}
	rounds, err := db.All(ctx, c, func(r *Round) []any {
		return []any{&r.ID, &r.Survey, &r.Name, &r.First, &r.Last, &r.Grouped, &r.Closed, &r.ToldOn, &r.Tellings, &r.Version}
	}, `SELECT id, survey, name, first_day, last_day, grouped, closed, coalesce(told_on, ''), tellings, version FROM survey_round`+within+`first_day`, arg)
	for _, r := range rounds {
		s := of(r.Survey)
		s.Rounds = append(s.Rounds, r)
	}
	return list, err
}

// A Wording is what a question said before.
type Wording struct {
	Question, Text, ChangedBy string
	ChangedAt                 time.Time
}

// Wordings are what the questions of a survey that was read said before they were mended, the last first.
func Wordings(ctx context.Context, c db.Conn, s Survey) ([]Wording, error) {
	return db.All(ctx, c, func(w *Wording) []any { return []any{&w.Question, &w.Text, &w.ChangedBy, &w.ChangedAt} }, `
		SELECT b.question, b.text, b.changed_by, b.changed_at FROM survey_question_before b JOIN survey_question q ON q.id = b.question
		WHERE q.survey = $1 ORDER BY q.ord, b.number DESC`, s.ID)
}
