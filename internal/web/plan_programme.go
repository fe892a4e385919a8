package web

import (
	"context"
	"net/http"
	"slices"

	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

func editProgrammePath(slug string) string { return "/programmes/" + slug + "/edit" }

// programmePage is all that is known of a programme, above the form for its facts.
type programmePage struct {
	programme.Programme
	Goals    []programme.GoalArea
	Phases   []programme.Phase
	Partners []programme.Partner
	Targets  []string // names of units
	Funding  programme.FundingPeriod
}

func (s *Server) listProgrammes(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	list, err := programme.List(req.Context(), s.DB, r.Viewer)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(p programme.Programme) bool { return !programme.MayEdit(r.Viewer, p.ID) })
	return render(w, req, http.StatusOK, programmeList(r, list))
}

// newProgrammeForm asks for a programme; the funding period of today is the likely one.
func (s *Server) newProgrammeForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		periods, err := programme.FundingPeriods(ctx, c)
		p := programme.Programme{Zone: zone}
		for _, f := range periods {
			if f.Valid.Has(s.today(zone)) {
				p.FundingPeriod = f.Code
			}
		}
		return formPage{
			Page:     view.Page{Title: r.Say("programme-edit.new"), Lead: r.Say("programme-edit.new-lead"), Crumbs: []view.Link{programmesCrumb(r)}},
			Form:     view.Form{Action: "/programmes", Keep: true},
			Controls: programmeControls(r, p, periods), Submit: r.Say("programme-edit.create"), Back: "/programmes",
		}, err
	}
}

// programmeControls are the fields of a programme's facts.
func programmeControls(r view.Reader, p programme.Programme, periods []programme.FundingPeriod) []control {
	funding := make([]view.Option, len(periods))
	for i, f := range periods {
		funding[i] = view.Option{Value: f.Code, Label: f.Name}
	}
	say := func(field string) string { return r.Say("programme-edit." + field) }
	return []control{
		group(say("facts"), "",
			control{Field: view.Field{Name: "name", Label: say("name"), Value: p.Name}},
			row(control{Field: view.Field{Name: "short_name", Label: say("short-name"), Value: p.ShortName}},
				control{Field: view.Field{Name: "slug", Label: say("slug"), Help: say("slug-help"), Value: p.Slug}}),
			row(dateControl("starts", say("starts"), p.Starts), dateControl("ends", say("ends"), p.Ends),
				control{Field: view.Field{Name: "zone", Label: say("zone"), Value: p.Zone}})),
		group(say("texts"), "",
			control{Field: view.Field{Name: "purpose", Label: say("purpose"), Optional: true, Rows: 4, Value: p.Purpose}, As: "textarea"},
			control{Field: view.Field{Name: "overall_goal", Label: say("overall-goal"), Optional: true, Rows: 3, Value: p.OverallGoal}, As: "textarea"},
			control{Field: view.Field{Name: "appeal", Label: say("appeal"), Help: say("appeal-help"), Optional: true, Value: p.Appeal}},
			control{Field: view.Field{Name: "contact", Label: say("contact"), Help: say("contact-help"), Optional: true, Rows: 3, Value: p.Contact}, As: "textarea"}),
		group(say("funding"), "",
			control{Field: view.Field{Name: "funding_period", Label: say("funding-period"), Help: say("funding-help"), Value: p.FundingPeriod,
				Options: view.None(r.Say("plan.choose"), funding)}, As: "select"},
			control{Field: view.Field{Name: "funder_reference", Label: say("funder-reference"), Optional: true, Value: p.FunderReference}}),
		{Field: view.Field{Name: "published", Label: say("published"), Help: say("published-help"), Value: flag(p.Published)}, As: "checkbox"},
	}
}

func programmeOf(req *http.Request) programme.Programme {
	f := formOf(req)
	return programme.Programme{Slug: f.text("slug"), Name: f.text("name"), ShortName: f.text("short_name"), Purpose: f.text("purpose"),
		OverallGoal: f.text("overall_goal"), Appeal: f.text("appeal"), Contact: f.text("contact"), FunderReference: f.text("funder_reference"),
		FundingPeriod: f.text("funding_period"), Starts: f.date("starts"), Ends: f.date("ends"), Zone: f.text("zone"),
		Published: f.ticked("published"), Version: f.version()}
}

func (s *Server) createProgramme(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "programme-edit.created", s.newProgrammeForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p := programmeOf(req)
		err := programme.Create(ctx, tx, r.Viewer, &p)
		return editProgrammePath(p.Slug), err
	})
}

// programmeFor reads the programme that a page for changing it is about.
func (s *Server) programmeFor(ctx context.Context, c db.Conn, r view.Reader, slug string) (programme.Programme, error) {
	p, err := programme.BySlug(ctx, c, r.Viewer, slug)
	if err == nil && !programme.MayEdit(r.Viewer, p.ID) {
		err = programme.ErrReadOnly
	}
	return p, err
}

// programmeForm is a programme's page: its parts, and the form for its facts.
func (s *Server) programmeForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		var p programmePage
		if p.Programme, err = s.programmeFor(ctx, c, r, req.PathValue("slug")); err != nil {
			return f, err
		}
		periods, err := programme.FundingPeriods(ctx, c)
		if err != nil {
			return f, err
		}
		for _, f := range periods {
			if f.Code == p.FundingPeriod {
				p.Funding = f
			}
		}
		if p.Goals, err = programme.Goals(ctx, c, p.ID); err != nil {
			return f, err
		}
		if p.Phases, err = programme.Phases(ctx, c, p.ID); err != nil {
			return f, err
		}
		if p.Partners, err = programme.Partners(ctx, c, p.ID); err != nil {
			return f, err
		}
		targets, err := programme.Targets(ctx, c, p.ID)
		if err != nil {
			return f, err
		}
		tree, err := people.LoadTree(ctx, c, local.DateOf(s.DB.Now(), p.Location()))
		if err != nil {
			return f, err
		}
		for _, unit := range tree.Units() {
			if slices.Contains(targets, unit.ID) {
				p.Targets = append(p.Targets, unit.Name)
			}
		}
		return formPage{
			Page:  view.Page{Title: p.Name, Named: true, Crumbs: []view.Link{programmesCrumb(r)}},
			Form:  view.Form{Action: editProgrammePath(p.Slug), Version: p.Version, Keep: true},
			About: p.ID, Above: programmeParts(r, p), Heading: r.Say("programme-edit.facts-part"),
			Controls: programmeControls(r, p.Programme, periods), Submit: r.Say("plan.save"),
		}, nil
	}
}

func (s *Server) saveProgramme(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "programme-edit.saved", s.programmeForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		before, err := s.programmeFor(ctx, tx, r, req.PathValue("slug"))
		if err != nil {
			return "", err
		}
		p := programmeOf(req)
		p.ID = before.ID
		err = programme.Update(ctx, tx, r.Viewer, &p)
		return editProgrammePath(p.Slug), err
	})
}

// moveProgramme sets the programme's state.
func (s *Server) moveProgramme(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "programme-edit.moved", s.programmeForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p, err := s.programmeFor(ctx, tx, r, req.PathValue("slug"))
		if err != nil {
			return "", err
		}
		in := formOf(req)
		return editProgrammePath(p.Slug), programme.SetState(ctx, tx, r.Viewer, p.ID, in.version(), programme.State(in.text("state")), in.text("why"))
	})
}

// both is a text in the reader's language.
func both(r view.Reader, b programme.Both) string { return [2]string{b.Swedish, b.English}[r.Language] }

func yesNo(r view.Reader, yes bool) string {
	if yes {
		return r.Say("plan.yes")
	}
	return r.Say("plan.no")
}

// treeOptions are the units of a tree to choose from, each below the one it belongs to: those of the
// kinds, and whatever has been chosen already.
func treeOptions(tree *people.Tree, chosen []string, kinds ...people.Kind) (options []view.Option) {
	var walk func(parent string, depth int)
	walk = func(parent string, depth int) {
		for _, u := range tree.Below(parent) {
			if slices.Contains(kinds, u.Kind) || slices.Contains(chosen, u.ID) {
				options = append(options, view.Option{Value: u.ID, Label: u.Name, Lang: "sv", Under: depth})
			}
			if depth < 5 {
				walk(u.ID, depth+1)
			}
		}
	}
	walk("", 0)
	return options
}
