package web

import (
	"context"
	"math"
	"net/http"
	"path"
	"strconv"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/web/view"
)

// date is today where the region is.
func (s *Server) date() local.Date { return s.today(zone) }

// typedShare reads percent of full time with a comma or a point into thousandths, 0 for what is no share.
func typedShare(s string) int {
	s = strings.NewReplacer(",", ".", "%", "", " ", "", "\u00a0", "").Replace(s)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(0 < f && f <= 100) {
		return 0
	}
	return int(math.Round(f * 10))
}

// writtenShare is thousandths of full time as they are typed.
func writtenShare(share int) string {
	return strings.Replace(strconv.FormatFloat(float64(share)/10, 'f', -1, 64), ".", ",", 1)
}

// lastDay is the last day of a period, "" if it has no end.
func lastDay(p local.Period) local.Date {
	if p.To == "" {
		return ""
	}
	return p.To.Add(-1)
}

// workplaceOptions are the workplaces of a day, by municipality, that the reader may place people at.
func workplaceOptions(r view.Reader, tree *people.Tree, right access.Right) []view.Option {
	scope := r.Staff(right)
	here := map[string]bool{}
	for _, id := range scope.Ever {
		here[id] = true
	}
	var options []view.Option
	for _, leaf := range tree.Leaves() {
		if scope.All || here[leaf.ID] {
			group := leaf.Municipality.Name
			if group == "" {
				group = tree.Name(leaf.Parent)
			}
			options = append(options, view.Option{Value: leaf.ID, Label: leaf.Name, Group: group})
		}
	}
	return options
}

// employmentControls are the fields of an employment.
func (s *Server) employmentControls(ctx context.Context, c db.Conn, r view.Reader, e people.Employment) ([]control, error) {
	tree, err := people.LoadTree(ctx, c, s.date())
	if err != nil {
		return nil, err
	}
	employers, err := people.Employers(ctx, c, "")
	if err != nil {
		return nil, err
	}
	payers := make([]view.Option, len(employers))
	for i, e := range employers {
		payers[i] = view.Option{Value: e.ID, Label: e.Name}
	}
	workplaces := workplaceOptions(r, tree, access.EditPeople)
	if _, open := tree.Unit(e.Workplace); !open && e.Workplace != "" {
		names, err := people.UnitNames(ctx, c, []string{e.Workplace})
		if err != nil {
			return nil, err
		}
		workplaces = append(workplaces, view.Option{Value: e.Workplace, Label: names[e.Workplace]})
	}
	return []control{
		{Field: view.Field{Name: "employer", Label: r.Say("employment.employer"), Value: e.Employer, Options: view.None(r.Say("employment.choose"), payers)}, As: "select"},
		{Field: view.Field{Name: "workplace", Label: r.Say("employment.workplace"), Value: e.Workplace, Options: view.None(r.Say("employment.choose"), workplaces)}, As: "select"},
		{Field: view.Field{Name: "title", Label: r.Say("employment.title"), Help: r.Say("employment.title-help"), Value: e.Title}},
		{Field: view.Field{Name: "staff_role", Label: r.Say("employment.role"), Value: e.StaffRole, Optional: true,
			Options: view.None(r.Say("employment.role-guess"), view.Options(r, "staff-role", people.StaffRoles...))}, As: "select"},
		{Field: view.Field{Name: "share", Label: r.Say("employment.share"), Value: writtenShare(e.Share), Inputs: "decimal", Width: "short", Unit: "%"}},
		{Field: view.Field{Name: "from", Label: r.Say("employment.from"), Value: string(e.Valid.From), Kind: "date", Width: "medium"}},
		{Field: view.Field{Name: "to", Label: r.Say("employment.last"), Help: r.Say("employment.last-help"), Value: string(lastDay(e.Valid)), Kind: "date", Width: "medium", Optional: true}},
	}, nil
}

// typedEmployment is what was typed in the fields of employmentControls.
func typedEmployment(req *http.Request) people.Employment {
	in := formOf(req)
	return people.Employment{Employer: in.text("employer"), Workplace: in.text("workplace"), Title: in.text("title"), StaffRole: in.text("staff_role"),
		Share: typedShare(in.text("share")), Version: in.version(), Valid: local.Period{From: in.date("from"), To: in.after("to")}}
}

func (s *Server) newEmploymentForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		p, err := s.editable(ctx, c, r, req.PathValue("person"))
		if err != nil {
			return formPage{}, err
		}
		controls, err := s.employmentControls(ctx, c, r, people.Employment{Share: people.FullTime})
		return formPage{
			Page:     view.Page{Title: r.Say("employment.new"), Crumbs: personCrumbs(r, p)},
			Form:     view.Form{Action: "/people/" + p.ID + "/employments/new", Keep: true},
			Controls: controls, Submit: r.Say("employment.add"), Back: "/people/" + p.ID,
		}, err
	}
}

func (s *Server) addEmployment(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "employment.added", s.newEmploymentForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		e := typedEmployment(req)
		e.Person = req.PathValue("person")
		_, err := people.Employ(ctx, tx, r.Viewer, e)
		return "/people/" + e.Person, err
	})
}

// employmentForm is the form of the step with an employment that the address ends in: change, end or correct.
func (s *Server) employmentForm(req *http.Request, r view.Reader) form {
	step := path.Base(req.URL.Path)
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		p, err := s.editable(ctx, c, r, req.PathValue("person"))
		if err != nil {
			return formPage{}, err
		}
		e, err := people.GetEmployment(ctx, c, r.Viewer, req.PathValue("employment"))
		if err != nil {
			return formPage{}, err
		}
		if e.Person != p.ID {
			return formPage{}, people.ErrEmployment
		}
		f := formPage{
			Page:   view.Page{Title: r.Say("employment." + step), Lead: r.Say("employment." + step + "-lead"), Crumbs: personCrumbs(r, p)},
			Form:   view.Form{Action: "/people/" + p.ID + "/employments/" + e.ID + "/" + step, Version: e.Version},
			Submit: r.Say("employment." + step + "-do"), Back: "/people/" + p.ID,
		}
		if step == "end" {
			f.Controls = []control{{Field: view.Field{Name: "on", Label: r.Say("employment.last"), Help: r.Say("employment.end-help"), Value: string(lastDay(e.Valid)), Kind: "date", Width: "medium"}}}
			return f, nil
		}
		if f.Controls, err = s.employmentControls(ctx, c, r, e); err != nil {
			return f, err
		}
		if step == "change" {
			f.Controls = f.Controls[1:6] // not the employer, and the end stays
			f.Controls[4].Label, f.Controls[4].Value = r.Say("employment.change-from"), ""
		} else {
			f.Controls = append(f.Controls, control{Field: view.Field{Name: "why", Label: r.Say("employment.why")}})
		}
		return f, nil
	}
}

// changeEmployment lets an employment go on in another form.
func (s *Server) changeEmployment(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "employment.changed", s.employmentForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		e := typedEmployment(req)
		_, err := people.ChangeEmployment(ctx, tx, r.Viewer, req.PathValue("employment"), e.Version, e.Valid.From,
			people.Change{Workplace: e.Workplace, Title: e.Title, StaffRole: e.StaffRole, Share: e.Share})
		return "/people/" + req.PathValue("person"), err
	})
}

// endEmployment ends an employment after a last day, or lets it go on.
func (s *Server) endEmployment(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "employment.ended", s.employmentForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		in := formOf(req)
		return "/people/" + req.PathValue("person"), people.EndEmployment(ctx, tx, r.Viewer, req.PathValue("employment"), in.version(), in.after("on"))
	})
}

// correctEmployment puts right what was typed wrongly.
func (s *Server) correctEmployment(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "employment.corrected", s.employmentForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		e := typedEmployment(req)
		e.ID = req.PathValue("employment")
		return "/people/" + req.PathValue("person"), people.CorrectEmployment(ctx, tx, s.Ring, r.Viewer, e, req.PostFormValue("why"))
	})
}
