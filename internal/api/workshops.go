package api

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

// A Workshop is how far a workplace has come with its workshop.
type Workshop struct {
	Workplace    string      `json:"workplace" doc:"The id of a workplace that there is today."`
	Name         string      `json:"name"`
	Municipality string      `json:"municipality" doc:"The id of the one that it stands under; empty if there is none."`
	County       string      `json:"county"`
	ID           *string     `json:"id" doc:"Of the workshop, which several workplaces may hold together; null for a workplace that has been given none."`
	State        string      `json:"state" enum:"done,planned,undated" doc:"Done is one where staff of the workplace have taken part, planned one with a date."`
	Date         *local.Date `json:"date" format:"date"`
	Passed       bool        `json:"passed" doc:"The date has gone by, and no attendance is recorded."`
	Held         bool        `json:"held" doc:"It has been held. Without attendance it does not count as done."`
	Running      bool        `json:"running" doc:"It goes on at this moment."`
	Joint        int         `json:"joint" doc:"How many other workplaces hold it too."`
	Led          bool        `json:"led" doc:"It has a leader who still works there, or answers for it."`
	Persons      int         `json:"persons" doc:"Of the workplace's staff that took part."`
	Minutes      int         `json:"minutes" doc:"That they took part, together."`
}

// WorkshopCounts is how many workplaces have come how far.
type WorkshopCounts struct {
	Done    int `json:"done"`
	Planned int `json:"planned"`
	Undated int `json:"undated"`
	All     int `json:"all"`
}

// WorkshopCounty is the same of the workplaces of a county.
type WorkshopCounty struct {
	ID   string `json:"id" doc:"Empty for workplaces that stand under no county."`
	Name string `json:"name"`
	WorkshopCounts
}

// Workshops is how far the workplaces of a programme have come.
type Workshops struct {
	Programme string           `json:"programme"`
	Kit       *string          `json:"kit" doc:"The id of the kit whose workshops are told of; null before any was launched."`
	Kits      []WorkshopKit    `json:"kits" nullable:"false" doc:"The kits that have been launched, the last one first."`
	Launched  bool             `json:"launched" doc:"Workplaces have been given their workshops."`
	Total     WorkshopCounts   `json:"total"`
	Counties  []WorkshopCounty `json:"counties" nullable:"false"`
	List[Workshop]
}

// A WorkshopKit is what workplaces hold a workshop by.
type WorkshopKit struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// WorkshopsQuery chooses workplaces. The numbers are of all of them.
type WorkshopsQuery struct {
	AtProgramme
	Paging
	Kit    string `query:"kit" maxLength:"60" doc:"The id of a kit that has been launched; without it the one launched last."`
	State  string `query:"state" enum:"done,planned,undated"`
	County string `query:"county" maxLength:"60" doc:"The id of a county."`
}

func countsOf(t workshop.Tally) WorkshopCounts {
	return WorkshopCounts{t.Counts[workshop.Done], t.Counts[workshop.Planned], t.Counts[workshop.Undated], t.All()}
}

func listWorkshops(s *Server, ctx context.Context, c caller, in *WorkshopsQuery) (*body[Workshops], error) {
	var told Workshops
	var rows []workshop.Row
	err := s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := programme.Find(ctx, conn, c.Viewer, in.Programme)
		if err != nil {
			return err
		}
		if !c.In(access.SeeOutcome, p.ID) && len(c.Scope(access.SeeOutcome).Workplaces) == 0 {
			return programme.ErrNotFound
		}
		cover, err := workshop.Cover(ctx, conn, c.Viewer, p, in.Kit, s.DB.Now())
		told = Workshops{Programme: p.ID, Kit: db.Null(cover.Kit), Kits: []WorkshopKit{}, Launched: cover.Launched, Total: countsOf(cover.Total), Counties: []WorkshopCounty{}}
		for _, k := range cover.Kits {
			told.Kits = append(told.Kits, WorkshopKit{k.Kit, k.Title})
		}
		for _, t := range cover.Counties {
			told.Counties = append(told.Counties, WorkshopCounty{t.ID, t.Name, countsOf(t)})
		}
		for _, row := range cover.Rows {
			if (in.State == "" || in.State == string(row.Progress)) && (in.County == "" || in.County == row.County) {
				rows = append(rows, row)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	id := func(r workshop.Row) string { return r.Workplace }
	if rows, err = after(in.Paging, rows, id); err != nil {
		return nil, err
	}
	told.List = page(in.Paging, rows, func(r workshop.Row) Workshop {
		item := Workshop{Workplace: r.Workplace, Name: r.Name, Municipality: r.Municipality, County: r.County, ID: db.Null(r.Workshop), State: string(r.Progress),
			Passed: r.Passed && !r.Running, Held: r.Standing == workshop.Held || r.Standing == workshop.Uncounted, Running: r.Running, Joint: r.Joint, Led: r.HasLeader, Persons: r.Persons, Minutes: r.Minutes}
		if r.Date != "" {
			item.Date = &r.Date
		}
		return item
	}, func(r workshop.Row) []string { return []string{id(r)} })
	return answer(told)
}
