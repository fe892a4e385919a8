package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/survey"
	"kompobib/internal/web/view"
)

// pathParts are the parts of a workplace's own path, to be shown at a staff meeting and printed, in the order in which a workplace goes it.
// None names anybody.
var pathParts = []stage[learningAt]{pathNeeds, pathActivities, pathWorkshops, pathReflections, pathFocus, pathChange}

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

// A pathNeed is a need, with what answers it.
type pathNeed struct {
	need.Need
	Answers []string // the titles of activities that all may see
}

// readPathNeeds reads what the workplace needs to be able to do, and what it has learned since it wrote that.
func readPathNeeds(ctx context.Context, c db.Conn, r view.Reader, at learningAt) (list []pathNeed, err error) {
	needs, err := need.Here(ctx, c, r.Viewer, at.Place)
	if err != nil {
		return nil, err
	}
	answers, err := need.Answers(ctx, c, needs)
	for _, n := range needs {
		if n.State == need.Dropped {
			continue
		}
		one := pathNeed{Need: n}
		for _, a := range answers[n.ID] {
			if a.Published {
				one.Answers = append(one.Answers, a.Title)
			}
		}
		list = append(list, one)
	}
	return list, err
}

func pathNeeds(ctx context.Context, c db.Conn, _ *Server, r view.Reader, at learningAt) (templ.Component, error) {
	list, err := readPathNeeds(ctx, c, r, at)
	if err != nil {
		return nil, err
	}
	return pathNeedsView(r, list), nil
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
func pathWorkshops(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (templ.Component, error) {
	list, err := workshop.At(ctx, c, r.Viewer, at.Programme.ID, at.Workplace)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	err = workshop.Took(ctx, c, r.Viewer, list)
	return pathWorkshopsView(r, list, at.Workplace, s.DB.Now()), err
}

// A pathThought is what was written together, and what colleagues have shared. Names are left out, also of who gave theirs: the page is
// shown on a wall.
type pathThought struct {
	Record  reflection.Record
	Earlier []reflection.Inherited // of workplaces that have gone up in it
	From    map[string]string      // their names
	Shared  []reflection.Shared
}

func pathReflections(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (templ.Component, error) {
	d, err := readThought(ctx, c, s, r, at)
	if err != nil {
		return nil, err
	}
	return pathReflectionsView(r, d), nil
}

func readThought(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (d pathThought, err error) {
	const shown = 12
	if d.Record, err = reflection.GetRecord(ctx, c, at.Place); err != nil {
		return d, err
	}
	if d.Earlier, err = reflection.InheritedRecords(ctx, c, at.Place); err != nil {
		return d, err
	}
	var units []string
	for _, x := range d.Earlier {
		units = append(units, x.Workplace)
	}
	if d.From, err = people.UnitNames(ctx, c, units); err != nil {
		return d, err
	}
	d.Shared, err = reflection.List(ctx, c, s.Ring, r.Viewer, reflection.Filter{Programme: at.Programme.ID, Workplace: at.Workplace, Limit: shown})
	return d, err
}

// A pathOutcome is the focus, what was undertaken, and what came of it.
type pathOutcome struct {
	Focus   focus.Focus
	Earlier []focus.Focus     // of workplaces that have gone up in it
	Where   map[string]string // their names
	Counts  []focus.Count
	Rows    []focus.Commitment
	Signs   []focus.Sign
	Voices  map[string]focus.Heard // by the focus
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
	if d.Focus, d.Earlier, err = focus.Of(ctx, c, r.Viewer, at.Place); err != nil {
		return d, err
	}
	if d.Where, err = people.UnitNames(ctx, c, workplacesOf(d.Earlier)); err != nil {
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
	d.Voices, err = focus.UserAnswers(ctx, c, 0, d.all()...)
	return d, err
}

// all are the focus of the workplace and those of workplaces that have gone up in it.
func (d pathOutcome) all() []focus.Focus { return append([]focus.Focus{d.Focus}, d.Earlier...) }

// whose begins what is told of a focus where several are: the name of the workplace that has gone up in this one.
func (d pathOutcome) whose(f focus.Focus) string { return d.Where[f.Workplace] }

func workplacesOf(list []focus.Focus) (ids []string) {
	for _, f := range list {
		ids = append(ids, f.Workplace)
	}
	return ids
}

// pathChange is how the staff assess themselves, and how that has changed.
func pathChange(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (templ.Component, error) {
	d, ok, err := s.readPathChange(ctx, c, r, at)
	if err != nil || !ok {
		return nil, err
	}
	return pathChangeView(r, d), nil
}

// readPathChange reads the survey of which a round closed last, with as many queries however many there are; ok is false if none has. How
// many have answered here is for their contact alone, and the page is shown to all.
func (s *Server) readPathChange(ctx context.Context, c db.Conn, r view.Reader, at learningAt) (d workplaceSurvey, ok bool, err error) {
	today := s.today(at.Programme.Zone)
	surveys, err := survey.List(ctx, c, access.Viewer{Person: r.Person, On: r.Viewer.On}, at.Programme.ID, today)
	if err != nil {
		return d, false, err
	}
	var closed local.Date
	for _, x := range surveys {
		if past := x.Past(today); len(past) > 0 && past[len(past)-1].Last >= closed {
			d.Survey, closed = x, past[len(past)-1].Last
		}
	}
	if closed == "" {
		return d, false, nil
	}
	if d.Goals, err = programme.Goals(ctx, c, at.Programme.ID); err != nil {
		return d, false, err
	}
	d.At, d.Today = at, today
	d.Place, err = survey.At(ctx, c, r.Viewer, d.Survey.ID, today, at.Workplace, "", "")
	d.Place.Counts = false
	return d, true, err
}
