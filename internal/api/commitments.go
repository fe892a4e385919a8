package api

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

// A Commitment is what a workplace has undertaken to do.
type Commitment struct {
	ID        string      `json:"id"`
	Workplace string      `json:"workplace" doc:"The id of the workplace that wrote it; it may have gone up in another since."`
	Goal      *string     `json:"goal" doc:"The id of a goal area."`
	Happens   string      `json:"happens" doc:"When this happens …"`
	Act       string      `json:"act" doc:"… this is done."`
	Notice    string      `json:"notice" doc:"What the users notice."`
	State     string      `json:"state" enum:"open,on-the-way,changed,done,dropped"`
	Why       string      `json:"why" doc:"Of its state."`
	Standing  string      `json:"standing" enum:"ahead,due,late,ended" doc:"Of its follow-up, today: late is one that has waited for an answer for two weeks."`
	Starts    local.Date  `json:"starts" format:"date"`
	Due       local.Date  `json:"due" format:"date" doc:"The day by which it is to be done."`
	NextCheck *local.Date `json:"next_check" format:"date" doc:"When it is followed up next; null when it has ended."`
	Need      *string     `json:"need" doc:"The id of the workplace's need that it answers."`
	Workshop  *string     `json:"workshop" doc:"The id of the workshop that it comes from: what was answered there became this. See the workshops."`
	IdeaOf    *string     `json:"idea_of" doc:"The id of another workplace's commitment whose wording it began with."`
}

// CommitmentsQuery chooses commitments.
type CommitmentsQuery struct {
	AtProgramme
	Paging
	Goal     string `query:"goal" maxLength:"60" doc:"The id of a goal area, or none."`
	State    string `query:"state" enum:"open,on-the-way,changed,done,dropped"`
	Standing string `query:"standing" enum:"going,past-due,asked,ahead,due,late,ended"`
}

func listCommitments(s *Server, ctx context.Context, c caller, in *CommitmentsQuery) (*body[List[Commitment]], error) {
	key, err := in.mark(2)
	if err != nil {
		return nil, err
	}
	var list List[Commitment]
	err = s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := programme.Find(ctx, conn, c.Viewer, in.Programme)
		if err != nil {
			return err
		}
		if !c.In(access.SeeLearning, p.ID) && len(c.Scope(access.SeeLearning).Workplaces) == 0 {
			return programme.ErrNotFound
		}
		f := focus.Filter{Programme: p.ID, Goal: in.Goal, State: focus.State(in.State), Standing: focus.Standing(in.Standing), On: c.today, Limit: in.Limit + 1}
		if in.Cursor != "" {
			f.After = []any{key[0], key[1]}
		}
		rows, err := focus.List(ctx, conn, c.Viewer, f)
		if err != nil {
			return err
		}
		from, err := focus.Origins(ctx, conn, rows)
		list = page(in.Paging, rows, func(x focus.Commitment) Commitment {
			item := Commitment{ID: x.ID, Workplace: x.Workplace, Goal: db.Null(x.Goal), Happens: x.Happens, Act: x.Act, Notice: x.Notice, State: string(x.State), Why: x.Why,
				Standing: string(x.Standing(c.today)), Starts: x.Starts, Due: x.Due, Need: db.Null(x.Need), Workshop: db.Null(from[x.ID].Workshop), IdeaOf: db.Null(x.IdeaOf)}
			if x.Check != "" {
				item.NextCheck = &x.Check
			}
			return item
		}, func(x focus.Commitment) []string { k := f.Keys(x); return []string{k[0].(string), k[1].(string)} })
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer(list)
}
