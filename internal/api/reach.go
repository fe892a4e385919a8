package api

import (
	"context"
	"slices"

	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/report"
)

// Figures are how many persons have come how far. Null is hidden: see the operation.
type Figures struct {
	Staff    *int `json:"staff" doc:"Employed that day at a workplace of the target group."`
	Audience *int `json:"audience" doc:"For whom an activity was meant."`
	Told     *int `json:"told" doc:"Whom an invitation has reached."`
	Could    *int `json:"could" doc:"Who could have had a seat."`
	SignedUp *int `json:"signed_up"`
	Attended *int `json:"attended"`
}

func figuresOf(l report.Line) Figures {
	shown := func(f report.Figure) *int {
		if !l.Shown[f] {
			return nil
		}
		return new(l.Counts[f])
	}
	return Figures{shown(report.Staff), shown(report.Audience), shown(report.Told), shown(report.Could), shown(report.SignedUp), shown(report.Attended)}
}

// A Group is the figures of one part of the staff.
type Group struct {
	ID           string `json:"id" doc:"Of a unit, or the word for a group; empty for those of whom it is not known."`
	Name         string `json:"name" doc:"Of a unit; empty for other groups."`
	Municipality string `json:"municipality" doc:"That a unit stands under."`
	County       string `json:"county" doc:"That a unit stands under."`
	Figures
}

// A GoalFigures is the figures of one goal area.
type GoalFigures struct {
	Goal
	Figures
}

// A Reach is how far a programme has come to those it is for.
type Reach struct {
	Programme string        `json:"programme"`
	On        local.Date    `json:"on" format:"date" doc:"The day at whose end it was so; to who may not see whom the figures count, the last of a month."`
	By        string        `json:"by"`
	Goal      *string       `json:"goal"`
	Own       bool          `json:"own" doc:"Only the caller's own workplaces are counted."`
	Withheld  bool          `json:"withheld" doc:"The breakdown is not given to this caller, since it would cut the same persons in a second way."`
	Total     Figures       `json:"total"`
	Goals     []GoalFigures `json:"goals" nullable:"false" doc:"One person may be in several."`
	Hidden    *Figures      `json:"hidden,omitempty" doc:"What is hidden of the items, together; left out if nothing is."`
	List[Group]
}

// ReachQuery asks for the reach of a programme.
type ReachQuery struct {
	AtProgramme
	Paging
	By   string `query:"by" enum:"county,municipality,workplace,gender,age,role,share,kind" default:"county"`
	Goal string `query:"goal" maxLength:"60" doc:"The id of a goal area; left out, all of the programme."`
	On   string `query:"on" format:"date" doc:"Left out, today."`
}

func reach(s *Server, ctx context.Context, c caller, in *ReachQuery) (*body[Reach], error) {
	var r report.Report
	err := s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := programme.Find(ctx, conn, c.Viewer, in.Programme)
		if err != nil {
			return err
		}
		r, err = report.Reach(ctx, conn, c.Viewer, report.Query{Programme: p.ID, Goal: in.Goal, On: local.Date(in.On), By: report.By(in.By),
			Today: local.DateOf(s.DB.Now(), p.Location())})
		return err
	})
	if err != nil {
		return nil, err
	}
	id := func(l report.Line) string { return "-" + l.ID } // never empty
	lines, err := after(in.Paging, slices.Clone(r.Lines), id)
	if err != nil {
		return nil, err
	}
	told := Reach{Programme: r.Programme.ID, On: r.Query.On, By: in.By, Goal: db.Null(in.Goal), Own: r.Own, Withheld: r.Withheld, Total: figuresOf(r.Total), Goals: []GoalFigures{}}
	for _, g := range r.ByGoal {
		told.Goals = append(told.Goals, GoalFigures{Goal{g.ID, g.Name}, figuresOf(g)})
	}
	if r.Kept > 0 {
		told.Hidden = new(figuresOf(r.Hidden))
	}
	told.List = page(in.Paging, lines, func(l report.Line) Group {
		return Group{l.ID, l.Name, l.Municipality, l.County, figuresOf(l)}
	}, func(l report.Line) []string { return []string{id(l)} })
	return answer(told)
}
