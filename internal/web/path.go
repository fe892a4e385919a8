package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/local"
	"kompobib/internal/web/view"
)

// pathParts are the parts of a workplace's own path, to be shown at a staff meeting and printed, in the order in which a workplace goes it.
// None names anybody.
var pathParts = []stage[learningAt]{pathActivities, pathWorkshops, pathReflections, pathFocus}

// workplacePath is a workplace's path on one page.
func (s *Server) workplacePath(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var at learningAt
	var parts []templ.Component
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if at, err = learningPlace(ctx, c, req, r); err != nil {
			return err
		}
		parts, err = staged(ctx, c, s, r, pathParts, at)
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, workplacePathView(r.In(at.Programme.ID), at, parts, s.today(at.Programme.Zone)))
}

// pathActivities is what the staff have been to.
func pathActivities(ctx context.Context, c db.Conn, _ *Server, r view.Reader, at learningAt) (templ.Component, error) {
	list, err := activity.VisitedFrom(ctx, c, at.Programme.ID, at.Workplace, r.Viewer.On)
	if err != nil {
		return nil, err
	}
	return pathActivitiesView(r, list), nil
}

// pathWorkshops are the workshops that it has held or will hold, without those who lead them.
func pathWorkshops(ctx context.Context, c db.Conn, _ *Server, r view.Reader, at learningAt) (templ.Component, error) {
	list, err := workshop.At(ctx, c, r.Viewer, at.Programme.ID, at.Workplace)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return pathWorkshopsView(r, list), nil
}

// A pathThought is what was written together, and what colleagues have shared. Names are left out, also of who gave theirs: the page is
// shown on a wall.
type pathThought struct {
	Record reflection.Record
	Shared []reflection.Shared
	Zone   string
}

func pathReflections(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (_ templ.Component, err error) {
	const shown = 12
	d := pathThought{Zone: at.Programme.Zone}
	if d.Record, err = reflection.GetRecord(ctx, c, at.Place); err != nil {
		return nil, err
	}
	d.Shared, err = reflection.List(ctx, c, s.Ring, r.Viewer, reflection.Filter{Programme: at.Programme.ID, Workplace: at.Workplace, Limit: shown})
	return pathReflectionsView(r, d), err
}

// A pathOutcome is the focus, what was undertaken, and what came of it.
type pathOutcome struct {
	Focus   focus.Focus
	Counts  []focus.Count
	Rows    []focus.Commitment
	Signs   []focus.Sign
	Answers focus.Answered
	Today   local.Date
}

func pathFocus(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (templ.Component, error) {
	d, err := readOutcome(ctx, c, s, r, at)
	if err != nil {
		return nil, err
	}
	return pathFocusView(r, d), nil
}

func readOutcome(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (d pathOutcome, err error) {
	const shown = 200
	d.Today = s.today(at.Programme.Zone)
	if d.Focus, _, err = focus.Of(ctx, c, r.Viewer, at.Place); err != nil {
		return d, err
	}
	if d.Counts, err = focus.CountsHere(ctx, c, r.Viewer, at.Place, d.Today); err != nil {
		return d, err
	}
	if d.Rows, err = focus.Here(ctx, c, r.Viewer, at.Place, focus.Filter{On: d.Today, Limit: shown}); err != nil {
		return d, err
	}
	if d.Signs, err = focus.Signs(ctx, c, r.Viewer, at.Place, "", shown); err != nil {
		return d, err
	}
	d.Answers, err = focus.UserAnswers(ctx, c, d.Focus, 20)
	return d, err
}
