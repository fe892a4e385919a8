package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// A learningAt is a workplace's learning as its pages show it.
type learningAt struct {
	Programme programme.Programme
	learning.Place
}

// at is the address of one of the workplace's pages of learning, "" for the first.
func (l learningAt) at(page string) string {
	address := "/programmes/" + l.Programme.Slug + "/workplaces/" + l.Workplace
	if page != "" {
		address += "/" + page
	}
	return address
}

// crumbs are the way to one of the workplace's pages of learning.
func (l learningAt) crumbs(r view.Reader) []view.Link {
	return []view.Link{{Href: "/learning", Text: r.Say("learning.title")}, {Href: l.at(""), Text: l.Name}}
}

// A stage is a part of what a workplace or a programme has come to, as its overview shows it. Each is read with a
// fixed number of queries.
type (
	workplaceStage func(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (templ.Component, error)
	programmeStage func(ctx context.Context, c db.Conn, s *Server, r view.Reader, p programme.Programme) (templ.Component, error)
)

// The stages in the order in which a workplace and a programme go through them.
var (
	workplaceStages = []workplaceStage{workplaceWorkshops, workplaceReflections, focusStageOf}
	programmeStages = []programmeStage{programmeWorkshops, programmeReflections, commitmentsStage}
)

// learningPlace reads the workplace that an address names.
func learningPlace(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (at learningAt, err error) {
	if at.Programme, err = programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug")); err == nil {
		at.Place, err = learning.Find(ctx, c, r.Viewer, at.Programme.ID, req.PathValue("unit"))
	}
	return at, err
}

// A learningStart is where someone goes on: their workplaces, and programmes whose workplaces they may read of.
type learningStart struct {
	Mine     []learningAt
	Overview []programme.Programme
}

func (s *Server) learningStart(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d learningStart
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		list, err := programme.List(ctx, c, r.Viewer)
		if err != nil {
			return err
		}
		for _, p := range list {
			mine, err := learning.Mine(ctx, c, r.Viewer, p.ID)
			if err != nil {
				return err
			}
			for _, place := range mine {
				d.Mine = append(d.Mine, learningAt{p, place})
			}
			if r.Viewer.In(access.SeeOutcome, p.ID) {
				d.Overview = append(d.Overview, p)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, learningStartView(r, d))
}

func (s *Server) workplaceLearning(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var at learningAt
	var stages []templ.Component
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if at, err = learningPlace(ctx, c, req, r); err != nil {
			return err
		}
		for _, read := range workplaceStages {
			stage, err := read(ctx, c, s, r, at)
			if err != nil {
				return err
			}
			if stage != nil {
				stages = append(stages, stage)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, workplaceLearningView(r, at, stages))
}

func (s *Server) learningOverview(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var p programme.Programme
	var stages []templ.Component
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if p, err = programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug")); err != nil {
			return err
		}
		if !r.Viewer.In(access.SeeOutcome, p.ID) && len(r.Scope(access.SeeOutcome).Workplaces) == 0 {
			return programme.ErrNotFound
		}
		for _, read := range programmeStages {
			stage, err := read(ctx, c, s, r, p)
			if err != nil {
				return err
			}
			if stage != nil {
				stages = append(stages, stage)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, learningOverviewView(r, p, stages))
}
