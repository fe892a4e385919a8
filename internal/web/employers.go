package web

import (
	"context"
	"net/http"

	"kompobib/internal/db"
	"kompobib/internal/people"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// listEmployers is all employers, or those that a search finds.
func (s *Server) listEmployers(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	employers, err := people.Employers(req.Context(), s.DB, req.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	sorting[people.Employer]{
		"name":       func(e people.Employer) string { return e.SortKey },
		"org-number": func(e people.Employer) string { return e.OrgNumber },
	}.sort(r, employers)
	if format := wanted(req); format != "" {
		return download(w, format, r.Say("employer.list"), sheet.Table{
			Columns: []sheet.Column{{Label: r.Say("employer.name"), Width: 40}, {Label: r.Say("employer.org-number"), Width: 16}},
			Rows: func(yield func([]any) bool) {
				for _, e := range employers {
					if !yield([]any{e.Name, e.OrgNumber}) {
						return
					}
				}
			},
		})
	}
	return render(w, req, http.StatusOK, employersView(r, employers))
}

// employerForm is the form of an employer, of a new one if the address names none.
func (s *Server) employerForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		var e people.Employer
		title, action, button := r.Say("employer.new"), "/employers/new", r.Say("employer.add")
		if id := req.PathValue("employer"); id != "" {
			var err error
			if e, err = people.GetEmployer(ctx, c, id); err != nil {
				return formPage{}, err
			}
			title, action, button = r.Say("employer.edit"), "/employers/"+id+"/edit", r.Say("person.save")
		}
		return formPage{
			Page: view.Page{Title: title, Crumbs: []view.Link{{Href: "/employers", Text: r.Say("employer.list")}}},
			Form: view.Form{Action: action, Version: e.Version},
			Controls: []control{
				{Field: view.Field{Name: "name", Label: r.Say("employer.name"), Value: e.Name}},
				{Field: view.Field{Name: "org_number", Label: r.Say("employer.org-number"), Help: r.Say("employer.org-number-help"), Value: e.OrgNumber, Inputs: "numeric", Width: "medium"}},
			},
			Submit: button, Back: "/employers",
		}, nil
	}
}

// saveEmployer adds an employer, or corrects the one that the address names.
func (s *Server) saveEmployer(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "employer.saved", s.employerForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		e := people.Employer{ID: req.PathValue("employer"), Name: req.PostFormValue("name"), OrgNumber: req.PostFormValue("org_number"), Version: formOf(req).version()}
		if e.ID != "" {
			return "/employers", people.UpdateEmployer(ctx, tx, e)
		}
		_, err := people.CreateEmployer(ctx, tx, e)
		return "/employers", err
	})
}
