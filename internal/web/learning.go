package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/people"
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
	return []view.Link{{Href: "/learning", Text: r.Say("learning.title")}, {Href: l.at(""), Text: l.Name, Named: true}}
}

// A stage is a part of what a workplace or a programme has come to, as its overview shows it. Each is read with a
// fixed number of queries.
type stage[Of any] = func(ctx context.Context, c db.Conn, s *Server, r view.Reader, of Of) (templ.Component, error)

// staged reads stages, without those that have nothing to show.
func staged[Of any](ctx context.Context, c db.Conn, s *Server, r view.Reader, stages []stage[Of], of Of) (shown []templ.Component, err error) {
	for _, read := range stages {
		one, err := read(ctx, c, s, r, of)
		if err != nil {
			return nil, err
		}
		if one != nil {
			shown = append(shown, one)
		}
	}
	return shown, nil
}

// The stages in the order in which a workplace and a programme go through them.
var (
	workplaceStages = []stage[learningAt]{workplaceSwot, needStage, workplaceSurveyStage, workplaceWorkshops, workplaceReflections, focusStageOf}
	programmeStages = []stage[programme.Programme]{programmeSwot, needsStage, programmeSurveyStage, programmeWorkshops, programmeReflections, commitmentsStage}
)

// learningPlace reads the workplace that an address names.
func learningPlace(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (at learningAt, err error) {
	if at.Programme, err = programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug")); err == nil {
		at.Place, err = learning.Find(ctx, c, r.Viewer, at.Programme.ID, req.PathValue("unit"))
	}
	return at, err
}

// ownPlace is [learningPlace] for a form about what a workplace has one of, whose version tells nothing about another's: where the one
// that the address names has gone up in another, the form is outdated.
func ownPlace(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (at learningAt, err error) {
	unit := req.PathValue("unit")
	if at, err = learningPlace(ctx, c, req, r); err != nil || at.Workplace == unit {
		return at, err
	}
	names, err := people.UnitNames(ctx, c, []string{unit})
	if err == nil {
		err = learning.ErrMoved.With(names[unit], at.Name)
	}
	return at, err
}

// movedTo is an error that leads who reads of it to the page of the workplace that the one in the address has gone up in, if it says so.
func movedTo(r view.Reader, at learningAt, page string, err error) error {
	if errors.Is(err, learning.ErrMoved) {
		return leadingTo{err, view.Link{Href: at.at(page), Text: at.Name, Named: true}}
	}
	return err
}

// A learningStart is where someone goes on: their workplaces, and programmes whose workplaces they may read of.
type learningStart struct {
	Mine     []learningAt
	Overview []programme.Programme
	Seen     int // how many programmes they see at all
}

func (s *Server) learningStart(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d learningStart
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		list, err := programme.List(ctx, c, r.Viewer)
		if err != nil {
			return err
		}
		d.Seen = len(list)
		ids, byID := make([]string, len(list)), map[string]programme.Programme{}
		for i, p := range list {
			ids[i], byID[p.ID] = p.ID, p
		}
		mine, err := learning.Mine(ctx, c, r.Viewer, ids...)
		for _, place := range mine {
			d.Mine = append(d.Mine, learningAt{byID[place.Programme], place})
		}
		for _, p := range list {
			own := len(r.Scope(access.SeeOutcome).Workplaces) > 0 && slices.ContainsFunc(mine, func(place learning.Place) bool { return place.Programme == p.ID })
			if own || r.Viewer.In(access.SeeOutcome, p.ID) {
				d.Overview = append(d.Overview, p)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, learningStartView(r, d))
}

// elsewhere is where someone goes on who has a task in the service but no workplace: what they may open, but for what everyone may.
func elsewhere(r view.Reader) (links []view.Link) {
	for _, e := range r.Nav() {
		if !slices.ContainsFunc(e.Rights, func(right access.Right) bool {
			return right == access.Public || slices.Contains(access.Table[access.Participant], right)
		}) {
			links = append(links, view.Link{Href: e.Href, Text: r.Say(e.Code)})
		}
	}
	return links
}

func (s *Server) workplaceLearning(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var at learningAt
	var stages []templ.Component
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if at, err = learningPlace(ctx, c, req, r); err != nil {
			return err
		}
		stages, err = staged(ctx, c, s, r, workplaceStages, at)
		return err
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
		if p, err = outcomeProgramme(ctx, c, req, r, access.SeeOutcome); err != nil {
			return err
		}
		stages, err = staged(ctx, c, s, r, programmeStages, p)
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, learningOverviewView(r, p, stages))
}

// publicAt are words about what becomes a public document, with the name of the authority that answers for the programme where they say at which.
func publicAt(r view.Reader, programme, code string) string {
	return r.Say(code, ownerOf(r, programme))
}

// ownerOf is the authority that answers for a programme, by name if it is known.
func ownerOf(r view.Reader, programme string) string {
	if p := r.In(programme).Programme(); p != nil && p.ID == programme && p.Owner() != "" {
		return p.Owner()
	}
	return r.Say("reflection.the-owner")
}
