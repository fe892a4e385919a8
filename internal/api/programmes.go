package api

import (
	"context"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"time"
)

// A Programme is one grant's worth of competence development.
type Programme struct {
	ID          string     `json:"id"`
	Slug        string     `json:"slug" doc:"The word in its address; it may stand in place of the id."`
	Name        string     `json:"name"`
	ShortName   string     `json:"short_name"`
	OverallGoal string     `json:"overall_goal"`
	State       string     `json:"state" enum:"planned,running,last-stretch,closing,closed"`
	Starts      local.Date `json:"starts" format:"date" doc:"The first day."`
	Ends        local.Date `json:"ends" format:"date" doc:"The last day."`
	Zone        string     `json:"zone" doc:"Of all its times."`
	Published   bool       `json:"published"`
}

// A Goal is a goal area.
type Goal struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A WholeProgramme is a programme with its goal areas.
type WholeProgramme struct {
	Programme
	Goals []Goal `json:"goals" nullable:"false"`
}

// AtProgramme is the programme that an operation is about.
type AtProgramme struct {
	Programme string `path:"p" maxLength:"60" doc:"The programme's id, or its slug."`
}

func programmeOf(p programme.Programme) Programme {
	return Programme{p.ID, p.Slug, p.Name, p.ShortName, p.OverallGoal, string(p.State), p.Starts, p.Ends, p.Zone, p.Published}
}

func listProgrammes(s *Server, ctx context.Context, c caller, in *Paging) (*body[List[Programme]], error) {
	all, err := programme.List(ctx, s.DB, c.Viewer)
	if err != nil {
		return nil, err
	}
	id := func(p programme.Programme) string { return p.ID }
	if all, err = after(*in, all, id); err != nil {
		return nil, err
	}
	return answer(page(*in, all, programmeOf, func(p programme.Programme) []string { return []string{p.ID} }))
}

func getProgramme(s *Server, ctx context.Context, c caller, in *AtProgramme) (*body[WholeProgramme], error) {
	whole := WholeProgramme{Goals: []Goal{}}
	err := s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := programme.Find(ctx, conn, c.Viewer, in.Programme)
		if err != nil {
			return err
		}
		whole.Programme = programmeOf(p)
		goals, err := programme.Goals(ctx, conn, p.ID)
		for _, g := range goals {
			whole.Goals = append(whole.Goals, Goal{g.ID, g.Name})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer(whole)
}

// An Occasion is what people sign up to.
type Occasion struct {
	ID       string     `json:"id"`
	Activity string     `json:"activity" doc:"The id of what it is an occasion of."`
	Kind     string     `json:"kind"`
	Title    string     `json:"title"`
	Goals    []string   `json:"goals" nullable:"false" doc:"The ids of goal areas."`
	Starts   *time.Time `json:"starts" doc:"Of the first meeting; null while there is none."`
	Ends     *time.Time `json:"ends" doc:"Of the last meeting."`
	Capacity int        `json:"capacity"`
	Seated   *int       `json:"seated" doc:"How many have a seat; null of what a workplace holds for its own staff, except to who may list its sign-ups."`
	Waiting  *int       `json:"waiting" doc:"In the queue, null where seated is. While anyone waits, who signs up waits too."`
	Open     bool       `json:"open" doc:"Whether sign-up is open now, be it to the queue."`
	Openness string     `json:"openness" enum:"not-yet,open,queue,closed,started,cancelled" doc:"What who signs up now is met by."`
	Opens    time.Time  `json:"opens" doc:"When sign-up opens."`
	Closes   time.Time  `json:"closes" doc:"When it closes."`
	Meetings []Meeting  `json:"meetings" nullable:"false"`
}

// A Meeting is when an occasion is held. Attendance is taken at each.
type Meeting struct {
	ID      string    `json:"id"`
	Starts  time.Time `json:"starts"`
	Ends    time.Time `json:"ends"`
	Minutes int       `json:"minutes" doc:"That count: without breaks."`
	Place   string    `json:"place"`
	Online  bool      `json:"online"`
}

// OccasionsQuery chooses occasions.
type OccasionsQuery struct {
	AtProgramme
	Paging
	From string `query:"from" format:"date" doc:"With a meeting on this day or later."`
	To   string `query:"to" format:"date" doc:"With a meeting before this day."`
	Goal string `query:"goal" maxLength:"60" doc:"The id of a goal area."`
}

func listOccasions(s *Server, ctx context.Context, c caller, in *OccasionsQuery) (*body[List[Occasion]], error) {
	key, err := in.mark(3)
	if err != nil {
		return nil, err
	}
	var list List[Occasion]
	err = s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := programme.Find(ctx, conn, c.Viewer, in.Programme)
		if err != nil {
			return err
		}
		entries, err := activity.Calendar(ctx, conn, c.Viewer, activity.Filter{Programme: p.ID, Goal: in.Goal, From: local.Date(in.From), To: local.Date(in.To),
			After: activity.Mark{Date: key[0], Start: key[1], ID: key[2]}, Limit: in.Limit + 1})
		if err != nil {
			return err
		}
		ids := make([]string, len(entries))
		for i, e := range entries {
			ids[i] = e.ID
		}
		meetings, err := activity.Meetings(ctx, conn, c.Viewer, ids...)
		if err != nil {
			return err
		}
		of := map[string][]Meeting{}
		for _, m := range meetings {
			of[m.Occasion] = append(of[m.Occasion], Meeting{m.ID, m.Starts.In(p.Location()), m.Ends.In(p.Location()), m.Minutes, m.Place, m.Online})
		}
		now := s.DB.Now()
		list = page(in.Paging, entries, func(e activity.Entry) Occasion {
			o := Occasion{ID: e.ID, Activity: e.Activity, Kind: e.Kind, Title: e.FullTitle(), Goals: append([]string{}, e.Goals...),
				Capacity: e.Capacity, Openness: string(e.Occasion.Openness(now)),
				Opens: e.Opens.In(p.Location()), Closes: e.Closes.In(p.Location()), Meetings: append([]Meeting{}, of[e.ID]...)}
			if e.Tells(c.Viewer) {
				o.Seated, o.Waiting = &e.Seated, &e.Waiting
			}
			o.Open = o.Openness == string(activity.Open) || o.Openness == string(activity.OpenToQueue)
			o.Starts, o.Ends = at(e.Starts, p.Location()), at(e.Ends, p.Location())
			return o
		}, func(e activity.Entry) []string { m := e.Mark(); return []string{m.Date, m.Start, m.ID} })
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answer(list)
}

// at is a time as the clocks of a zone show it.
func at(t *time.Time, zone *time.Location) *time.Time {
	if t == nil {
		return nil
	}
	return new(t.In(zone))
}
