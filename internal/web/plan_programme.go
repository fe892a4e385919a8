package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

func editProgrammePath(slug string) string { return "/programmes/" + slug + "/edit" }

// programmePage is all that is known of a programme, and the form for its facts as it is filled in.
type programmePage struct {
	programme.Programme // as stored
	Form                programme.Programme
	Faults              fault.List
	Stale               bool

	Periods  []programme.FundingPeriod
	Goals    []programme.GoalArea
	Phases   []programme.Phase
	Partners []programme.Partner
	Targets  []string // names of units
}

func (s *Server) listProgrammes(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	list, err := programme.List(req.Context(), s.DB, r.Viewer)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(p programme.Programme) bool { return !programme.MayEdit(r.Viewer, p.ID) })
	return render(w, req, http.StatusOK, programmeList(r, list))
}

func (s *Server) newProgramme(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	periods, err := programme.FundingPeriods(req.Context(), s.DB)
	if err != nil {
		return err
	}
	p := programmePage{Periods: periods, Form: programme.Programme{Zone: "Europe/Stockholm"}}
	today := local.DateOf(s.DB.Now(), p.Form.Location())
	for _, f := range periods {
		if f.Valid.Has(today) {
			p.Form.FundingPeriod = f.Code
		}
	}
	return render(w, req, http.StatusOK, programmeNew(r, p))
}

func programmeOf(req *http.Request) programme.Programme {
	f := formOf(req)
	return programme.Programme{Slug: f.text("slug"), Name: f.text("name"), ShortName: f.text("short_name"), Purpose: f.text("purpose"),
		OverallGoal: f.text("overall_goal"), Appeal: f.text("appeal"), Contact: f.text("contact"), FunderReference: f.text("funder_reference"),
		FundingPeriod: f.text("funding_period"), Starts: f.date("starts"), Ends: f.date("ends"), Zone: f.text("zone"),
		Published: f.ticked("published"), Version: f.version()}
}

func (s *Server) createProgramme(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	form := programmeOf(req)
	slug, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		p := form
		err := programme.Create(ctx, tx, r.Viewer, &p)
		return p.Slug, err
	})
	if err != nil {
		return again(w, req, err, func(faults fault.List, _ bool) (templ.Component, error) {
			periods, err := programme.FundingPeriods(req.Context(), s.DB)
			return programmeNew(r, programmePage{Form: form, Faults: faults, Periods: periods}), err
		})
	}
	return done(w, req, editProgrammePath(slug), "programme-edit.created")
}

// programmeFor reads the programme that a page for changing it is about.
func (s *Server) programmeFor(ctx context.Context, c db.Conn, r view.Reader, slug string) (programme.Programme, error) {
	p, err := programme.BySlug(ctx, c, r.Viewer, slug)
	if err == nil && !programme.MayEdit(r.Viewer, p.ID) {
		err = programme.ErrReadOnly
	}
	return p, err
}

// readProgramme reads a programme with all its parts, in one snapshot.
func (s *Server) readProgramme(req *http.Request, r view.Reader) (p programmePage, err error) {
	ctx := req.Context()
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		if p.Programme, err = s.programmeFor(ctx, c, r, req.PathValue("slug")); err != nil {
			return err
		}
		if p.Periods, err = programme.FundingPeriods(ctx, c); err != nil {
			return err
		}
		if p.Goals, err = programme.Goals(ctx, c, p.ID); err != nil {
			return err
		}
		if p.Phases, err = programme.Phases(ctx, c, p.ID); err != nil {
			return err
		}
		if p.Partners, err = programme.Partners(ctx, c, p.ID); err != nil {
			return err
		}
		targets, err := programme.Targets(ctx, c, p.ID)
		if err != nil {
			return err
		}
		tree, err := people.LoadTree(ctx, c, local.DateOf(s.DB.Now(), p.Location()))
		if err != nil {
			return err
		}
		for _, unit := range tree.Units() {
			if slices.Contains(targets, unit.ID) {
				p.Targets = append(p.Targets, unit.Name)
			}
		}
		return nil
	})
	p.Form = p.Programme
	return p, err
}

func (s *Server) editProgramme(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readProgramme(req, r)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, programmeEdit(r.In(p.ID), p))
}

func (s *Server) saveProgramme(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	before, err := s.programmeFor(req.Context(), s.DB, r, req.PathValue("slug"))
	if err != nil {
		return err
	}
	form := programmeOf(req)
	form.ID = before.ID
	slug, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		p := form
		err := programme.Update(ctx, tx, r.Viewer, &p)
		return p.Slug, err
	})
	if err != nil {
		return s.programmeAgain(w, req, r, err, form)
	}
	return done(w, req, editProgrammePath(slug), "programme-edit.saved")
}

func (s *Server) programmeAgain(w http.ResponseWriter, req *http.Request, r view.Reader, err error, form programme.Programme) error {
	return again(w, req, err, func(faults fault.List, stale bool) (templ.Component, error) {
		p, err := s.readProgramme(req, r)
		p.Form, p.Faults, p.Stale = form, faults, stale
		if stale {
			p.Form.Version = p.Version
		}
		return programmeEdit(r.In(p.ID), p), err
	})
}

// changes are the facts that someone else has changed while p's form was being written.
func (p programmePage) changes(r view.Reader) []view.Stale {
	say := func(field string) string { return r.Say("programme-edit." + field) }
	yours, theirs := p.Form, p.Programme
	return differing(
		pair{say("name"), yours.Name, theirs.Name},
		pair{say("short-name"), yours.ShortName, theirs.ShortName},
		pair{say("slug"), yours.Slug, theirs.Slug},
		pair{say("purpose"), yours.Purpose, theirs.Purpose},
		pair{say("overall-goal"), yours.OverallGoal, theirs.OverallGoal},
		pair{say("appeal"), yours.Appeal, theirs.Appeal},
		pair{say("contact"), yours.Contact, theirs.Contact},
		pair{say("funder-reference"), yours.FunderReference, theirs.FunderReference},
		pair{say("funding-period"), yours.FundingPeriod, theirs.FundingPeriod},
		pair{say("starts"), string(yours.Starts), string(theirs.Starts)},
		pair{say("ends"), string(yours.Ends), string(theirs.Ends)},
		pair{say("zone"), yours.Zone, theirs.Zone},
		pair{say("published"), yesNo(r, yours.Published), yesNo(r, theirs.Published)},
	)
}

func yesNo(r view.Reader, yes bool) string {
	if yes {
		return r.Say("plan.yes")
	}
	return r.Say("plan.no")
}

// moveProgramme sets the programme's state.
func (s *Server) moveProgramme(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	before, err := s.programmeFor(req.Context(), s.DB, r, req.PathValue("slug"))
	if err != nil {
		return err
	}
	f := formOf(req)
	_, err = s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", programme.SetState(ctx, tx, r.Viewer, before.ID, f.version(), programme.State(f.text("state")), f.text("why"))
	})
	if err != nil {
		return s.programmeAgain(w, req, r, err, before)
	}
	return done(w, req, editProgrammePath(before.Slug), "programme-edit.moved")
}

// treeOptions are the units of a tree to choose from, each below the one it belongs to: those of the
// kinds, and whatever has been chosen already.
func treeOptions(tree *people.Tree, chosen []string, kinds ...people.Kind) (options []view.Option) {
	var walk func(parent string, depth int)
	walk = func(parent string, depth int) {
		for _, u := range tree.Below(parent) {
			if slices.Contains(kinds, u.Kind) || slices.Contains(chosen, u.ID) {
				label := u.Name
				for range depth {
					label = "– " + label
				}
				options = append(options, view.Option{Value: u.ID, Label: label})
			}
			if depth < 5 {
				walk(u.ID, depth+1)
			}
		}
	}
	walk("", 0)
	return options
}
