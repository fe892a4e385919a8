package api

import (
	"context"

	"kompobib/internal/db"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

// A Reflection is what someone has shared of their logbook.
type Reflection struct {
	ID        string            `json:"id" doc:"Of what is shared; it becomes another if it is withdrawn and shared anew."`
	Level     string            `json:"level" enum:"workplace,programme,public" doc:"Who reads it."`
	SharedOn  *local.Date       `json:"shared_on" format:"date" doc:"Null where it would tell where an author works who gives no name."`
	By        *string           `json:"by" doc:"The author's name; null if it is shared without."`
	Workplace *string           `json:"workplace" doc:"The id of a named author's; null else."`
	Occasion  *string           `json:"occasion" doc:"What it is about; null if nothing in particular, and where it would tell as much."`
	Goals     []string          `json:"goals" nullable:"false" doc:"Ids of the goal areas that it is about."`
	Themes    []string          `json:"themes" nullable:"false" doc:"Names of the themes that the office has given it; none to who may not read the programme's learning."`
	Title     string            `json:"title"`
	Answers   map[string]string `json:"answers" doc:"By question: take, try, users, free."`
}

// ReflectionsQuery asks for what is shared.
type ReflectionsQuery struct {
	AtProgramme
	Paging
	Goal string `query:"goal" maxLength:"60" doc:"The id of a goal area; left out, all."`
}

func listReflections(s *Server, ctx context.Context, c caller, in *ReflectionsQuery) (*body[List[Reflection]], error) {
	key, err := in.mark(2)
	if err != nil {
		return nil, err
	}
	if key[0] != "" && !local.Date(key[0]).Valid() {
		return nil, errCursor.At("cursor")
	}
	var rows []reflection.Shared
	names := map[string]string{}
	err = s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := programme.Find(ctx, conn, c.Viewer, in.Programme)
		if err != nil {
			return err
		}
		themes, err := reflection.Themes(ctx, conn, p.ID)
		if err != nil {
			return err
		}
		for _, t := range themes {
			names[t.ID] = t.Name
		}
		rows, err = reflection.List(ctx, conn, s.Ring, c.Viewer, reflection.Filter{Programme: p.ID, Goal: in.Goal, AfterOn: local.Date(key[0]), AfterID: key[1], Limit: in.Limit + 1})
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer(page(in.Paging, rows, func(x reflection.Shared) Reflection {
		told := Reflection{ID: x.ID, Level: string(x.Level), By: db.Null(x.By), Workplace: db.Null(x.Workplace), Occasion: db.Null(x.Occasion),
			Goals: append([]string{}, x.Goals...), Themes: []string{}, Title: x.Title, Answers: x.Answers}
		if x.On != "" {
			told.SharedOn = &x.On
		}
		if x.Coded {
			for _, id := range x.Themes {
				told.Themes = append(told.Themes, names[id])
			}
		}
		return told
	}, func(x reflection.Shared) []string { return []string{string(x.On), x.ID} }))
}
