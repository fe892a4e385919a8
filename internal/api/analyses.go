package api

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning/swot"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

// An AnalysisState is how far a workplace has come with its analysis.
type AnalysisState struct {
	Workplace string      `json:"workplace" doc:"The id of a workplace."`
	State     string      `json:"state" enum:"agreed,begun,none" doc:"What people prepare alone does not show."`
	AgreedOn  *local.Date `json:"agreed_on" format:"date" doc:"The last time that it agreed."`
	Notes     int         `json:"notes" doc:"That it then agreed on."`
	Starred   int         `json:"starred" doc:"Those of them that weigh most."`
	Works     bool        `json:"works" doc:"It works on one that it has not agreed on, or has taken up again."`
}

// An Analyses is how far the workplaces of a programme have come.
type Analyses struct {
	Agreed int `json:"agreed" doc:"Workplaces of those that the caller may count."`
	Begun  int `json:"begun"`
	None   int `json:"none"`
	List[AnalysisState]
}

// AnalysesQuery asks for them.
type AnalysesQuery struct {
	AtProgramme
	Paging
}

func listAnalyses(s *Server, ctx context.Context, c caller, in *AnalysesQuery) (*body[Analyses], error) {
	var d swot.Coverage
	err := s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := programme.Find(ctx, conn, c.Viewer, in.Programme)
		if err != nil {
			return err
		}
		if !c.In(access.SeeOutcome, p.ID) && len(c.Scope(access.SeeOutcome).Workplaces) == 0 {
			return programme.ErrNotFound
		}
		if _, err := swot.PlanOf(ctx, conn, p.ID); err != nil {
			return err
		}
		d, err = swot.Cover(ctx, conn, c.Viewer, p.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	id := func(r swot.Row) string { return r.Workplace }
	rows, err := after(in.Paging, d.Rows, id)
	if err != nil {
		return nil, err
	}
	told := Analyses{Agreed: d.Total.Counts[swot.Done], Begun: d.Total.Counts[swot.Begun], None: d.Total.Counts[swot.Ahead]}
	told.List = page(in.Paging, rows, func(r swot.Row) AnalysisState {
		item := AnalysisState{Workplace: r.Workplace, State: string(r.Progress), Notes: r.Notes, Starred: r.Starred, Works: r.Running}
		if r.AgreedOn != "" {
			item.AgreedOn = &r.AgreedOn
		}
		return item
	}, func(r swot.Row) []string { return []string{id(r)} })
	return answer(told)
}
