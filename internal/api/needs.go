package api

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning/need"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// A Need is what a workplace needs to be able to do, as it was worded when the workplace agreed on it.
type Need struct {
	ID         string     `json:"id"`
	Workplace  string     `json:"workplace" doc:"The id of the workplace that wrote it; it may have gone up in another since."`
	Text       string     `json:"text" doc:"What it needs to be able to do."`
	Why        string     `json:"why"`
	Priority   string     `json:"priority" enum:"high,middle,low"`
	Goal       *string    `json:"goal" doc:"The id of a goal area."`
	Topic      *string    `json:"topic" doc:"The id of the topic that it shares with other needs."`
	Who        string     `json:"who" doc:"Which of the staff it is for, in words; empty for all."`
	Staff      int        `json:"staff" doc:"How many they are."`
	Due        local.Date `json:"due" format:"date" doc:"The day by which it is needed."`
	Form       string     `json:"form" enum:"lecture,course,study-visit,practice,other" doc:"Wished for."`
	State      string     `json:"state" enum:"open,planned,answered,met,dropped" doc:"Open: no activity answers it. Planned: one is to, but is not published. Answered: a published one does."`
	Because    string     `json:"because" doc:"Why it is in its state, where that was said."`
	Activities []string   `json:"activities" nullable:"false" doc:"The ids of the activities that answer it; of those that are not published for who plans."`
}

// NeedsQuery chooses needs.
type NeedsQuery struct {
	AtProgramme
	Paging
	Goal       string `query:"goal" maxLength:"60" doc:"The id of a goal area, or none."`
	Topic      string `query:"topic" maxLength:"60" doc:"The id of a topic, or none."`
	State      string `query:"state" enum:"open,planned,answered,met,dropped" doc:"Without it: all but the dropped."`
	Unanswered bool   `query:"unanswered" doc:"Only those that no published activity answers: in the states open and planned."`
}

func (in *NeedsQuery) filter(prog string) need.Filter {
	f := need.Filter{Programme: prog, Goal: in.Goal, Topic: in.Topic, State: need.State(in.State), By: "due"}
	if in.Unanswered {
		f.State = need.Waiting
	}
	return f
}

// readProgramme reads a programme for who has a right there, all of it or some workplaces'.
func readProgramme(ctx context.Context, conn db.Conn, c caller, id string, right access.Right) (programme.Programme, error) {
	p, err := programme.Find(ctx, conn, c.Viewer, id)
	if err == nil && !c.In(right, p.ID) && len(c.Scope(right).Workplaces) == 0 {
		err = programme.ErrNotFound
	}
	return p, err
}

func listNeeds(s *Server, ctx context.Context, c caller, in *NeedsQuery) (*body[List[Need]], error) {
	key, err := in.mark(2)
	if err != nil {
		return nil, err
	}
	var list List[Need]
	err = s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := readProgramme(ctx, conn, c, in.Programme, access.SeeLearning)
		if err != nil {
			return err
		}
		f := in.filter(p.ID)
		f.Limit = in.Limit + 1
		if in.Cursor != "" {
			f.After = []any{key[0], key[1]}
		}
		rows, err := need.List(ctx, conn, c.Viewer, f)
		if err != nil {
			return err
		}
		answers, err := need.Answers(ctx, conn, rows)
		list = page(in.Paging, rows, func(n need.Need) Need {
			item := Need{ID: n.ID, Workplace: n.Workplace, Text: n.Text, Why: n.Why, Priority: string(n.Priority), Goal: db.Null(n.Goal), Topic: db.Null(n.Topic), Who: n.Who, Staff: n.Staff,
				Due: n.Due, Form: n.Form, State: string(n.State), Because: n.Because, Activities: []string{}}
			for _, a := range answers[n.ID] {
				if !a.Published && !c.In(access.PlanLearning, p.ID) {
					continue
				}
				item.Activities = append(item.Activities, a.Activity)
			}
			return item
		}, func(n need.Need) []string { return []string{string(n.Due), n.ID} })
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer(list)
}

// A NeedLine is what some needs come to.
type NeedLine struct {
	Key        *string `json:"key" doc:"The id of what it is of; null for needs without one."`
	Name       string  `json:"name"`
	Needs      int     `json:"needs"`
	Workplaces int     `json:"workplaces"`
	Staff      int     `json:"staff" doc:"The staff of a workplace count once on a line, as many as the largest number among its needs there: lines do not add up to the total."`
	Unanswered int     `json:"unanswered" doc:"Needs that no published activity answers, planned ones among them."`
	Planned    int     `json:"planned" doc:"Needs that an activity is planned for which is not published."`
}

// A NeedSummary is what workplaces need, in numbers.
type NeedSummary struct {
	Lines []NeedLine `json:"lines" nullable:"false"`
	Total NeedLine   `json:"total"`
}

// NeedSummaryQuery says what needs are divided by.
type NeedSummaryQuery struct {
	AtProgramme
	By string `query:"by" enum:"county,municipality,goal,topic" default:"topic"`
}

func needSummary(s *Server, ctx context.Context, c caller, in *NeedSummaryQuery) (*body[NeedSummary], error) {
	sum := NeedSummary{Lines: []NeedLine{}}
	err := s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := readProgramme(ctx, conn, c, in.Programme, access.SeeOutcome)
		if err != nil {
			return err
		}
		parts, err := need.Parts(ctx, conn, c.Viewer, need.Filter{Programme: p.ID})
		if err != nil {
			return err
		}
		tree, err := people.LoadTree(ctx, conn, c.today)
		if err != nil {
			return err
		}
		for i, part := range parts {
			if now := tree.Under(part.Workplace); len(now) == 1 {
				parts[i].Workplace = now[0]
			}
		}
		goals, err := programme.Goals(ctx, conn, p.ID)
		if err != nil {
			return err
		}
		topics, err := need.Topics(ctx, conn, p.ID)
		if err != nil {
			return err
		}
		names := map[string]string{}
		for _, g := range goals {
			names[g.ID] = g.Name
		}
		for _, t := range topics {
			names[t.ID] = t.Name
		}
		by := map[string]func(need.Part) string{
			"goal": func(x need.Part) string { return x.Goal }, "topic": func(x need.Part) string { return x.Topic },
			"county":       func(x need.Part) string { u, _ := tree.County(x.Workplace); return u.ID },
			"municipality": func(x need.Part) string { u, _ := tree.Municipality(x.Workplace); return u.ID },
		}[in.By]
		line := func(l need.Line) NeedLine {
			name := names[l.Key]
			if name == "" {
				name = tree.Name(l.Key)
			}
			return NeedLine{db.Null(l.Key), name, l.Needs, l.Workplaces, l.Staff, l.Open, l.Planned}
		}
		for _, l := range need.Sum(parts, by) {
			sum.Lines = append(sum.Lines, line(l))
		}
		sum.Total = line(need.Total(parts))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answer(sum)
}
