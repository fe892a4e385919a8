package api

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// A Workplace is one of the target group's today.
type Workplace struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Kind         string `json:"kind" enum:"public-library,branch-library,hospital-library,school-library,mobile-library,county-library,other"`
	Municipality *Named `json:"municipality" doc:"Null of a workplace right under a county or region."`
	County       *Named `json:"county"`
}

// WorkplaceQuery chooses workplaces.
type WorkplaceQuery struct {
	AtProgramme
	Paging
}

func listWorkplaces(s *Server, ctx context.Context, c caller, in *WorkplaceQuery) (*body[List[Workplace]], error) {
	var all []Workplace
	err := s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := programme.Find(ctx, conn, c.Viewer, in.Programme)
		if err != nil {
			return err
		}
		targets, err := programme.Targets(ctx, conn, p.ID)
		if err != nil {
			return err
		}
		tree, err := people.LoadTree(ctx, conn, c.today)
		if err != nil {
			return err
		}
		for _, id := range tree.Under(targets...) {
			u, _ := tree.Unit(id)
			w := Workplace{ID: id, Name: u.Name, Kind: u.WorkplaceKind}
			if m, ok := tree.Municipality(id); ok {
				w.Municipality = &Named{m.ID, m.Name}
			}
			if k, ok := tree.County(id); ok {
				w.County = &Named{k.ID, k.Name}
			}
			all = append(all, w)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return part(in.Paging, all, func(w Workplace) string { return w.ID })
}

// An Employer is whom people are employed by.
type Employer struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	OrgNumber *string `json:"org_number" doc:"NNNNNN-NNNN; null of one whose number nobody has given yet."`
}

func listEmployers(s *Server, ctx context.Context, c caller, in *WorkplaceQuery) (*body[List[Employer]], error) {
	var all []Employer
	err := s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := programme.Find(ctx, conn, c.Viewer, in.Programme)
		if err != nil {
			return err
		}
		if !c.In(access.EditPeople, p.ID) && !c.In(access.EditOrganisation, p.ID) {
			return programme.ErrNotFound
		}
		list, err := people.Employers(ctx, conn, "")
		for _, e := range list {
			all = append(all, Employer{e.ID, e.Name, db.Null(e.OrgNumber)})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return part(in.Paging, all, func(e Employer) string { return e.ID })
}

// part is the part of a list that was asked for.
func part[T any](p Paging, all []T, id func(T) string) (*body[List[T]], error) {
	all, err := after(p, all, id)
	if err != nil {
		return nil, err
	}
	return answer(page(p, all, func(t T) T { return t }, func(t T) []string { return []string{id(t)} }))
}
