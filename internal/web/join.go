package web

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/office"
	"kompobib/internal/people"
	"kompobib/internal/web/view"
)

// A sameList is those who may be the same as a person.
type sameList struct {
	people.Person
	Search string
	Rows   []people.Row
}

// maxSame is how many are shown who may be the same: whoever seeks more gives another name.
const maxSame = 25

// findSame asks who a person is the same as, or, when that has been said, which of the two stays.
func (s *Server) findSame(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	if r.Query().Get("other") != "" {
		return s.showForm(w, req, r, s.sameForm(req, r))
	}
	ctx := req.Context()
	var d sameList
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Person, err = s.editable(ctx, c, r, req.PathValue("person")); err != nil {
			return err
		}
		d.Search = cmp.Or(strings.TrimSpace(r.Query().Get("q")), d.Name())
		page, err := people.ListPeople(ctx, c, r.Viewer, people.Filter{Search: d.Search, On: s.date(), Former: true, Limit: maxSame + 1})
		for _, row := range page.Rows {
			if row.ID != d.ID && len(d.Rows) < maxSame {
				d.Rows = append(d.Rows, row)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, sameView(r, d))
}

// A bothPage is two persons beside each other, with what keeps them from being joined.
type bothPage struct {
	Sides     [2]office.Side
	Units     map[string]string
	Employers map[string]string
	Hinders   fault.List
}

// sameForm is two persons beside each other, to be joined.
func (s *Server) sameForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		id, other := req.PathValue("person"), cmp.Or(req.PostFormValue("other"), r.Query().Get("other"))
		if id == other {
			return formPage{}, people.ErrPerson
		}
		d := bothPage{Employers: map[string]string{}}
		var err error
		if d.Sides, err = office.Sides(ctx, c, r.Viewer, s.date(), id, other); err != nil {
			return formPage{}, err
		}
		var workplaces []string
		for _, side := range d.Sides {
			for _, e := range side.Employments {
				workplaces = append(workplaces, e.Workplace)
			}
		}
		if d.Units, err = people.UnitNames(ctx, c, workplaces); err != nil {
			return formPage{}, err
		}
		employers, err := people.Employers(ctx, c, "")
		if err != nil {
			return formPage{}, err
		}
		for _, e := range employers {
			d.Employers[e.ID] = e.Name
		}
		a, b := d.Sides[0], d.Sides[1]
		// What is asked for below is no hinder; neither is what only one of the two ways round is.
		one := office.MayJoin(ctx, c, r.Viewer, s.date(), people.Joining{Keep: a.ID, Drop: b.ID, Number: a.ID, Why: "–"})
		two := office.MayJoin(ctx, c, r.Viewer, s.date(), people.Joining{Keep: b.ID, Drop: a.ID, Number: a.ID, Why: "–"})
		if one != nil && two != nil {
			if !d.Hinders.Add(one) {
				return formPage{}, one
			}
		}
		stays := a.ID
		if one != nil && two == nil || (one == nil) == (two == nil) && !a.Account && b.Account {
			stays = b.ID
		}
		f := formPage{
			Page:  view.Page{Title: r.Say("join.title"), Crumbs: personCrumbs(r, a.Person), Wide: true},
			Above: bothView(r, d),
		}
		if d.Hinders != nil {
			return f, nil
		}
		both := []view.Option{{Value: a.ID, Label: sideName(r, a, 0)}, {Value: b.ID, Label: sideName(r, b, 1)}}
		f.Form = view.Form{Action: "/people/" + id + "/same"}
		f.Heading, f.What = r.Say("join.heading"), []string{r.Say("join.what"), r.Say("join.final")}
		f.Controls = []control{
			{Field: view.Field{Name: "other", Value: other}, As: "hidden"},
			{Field: view.Field{Name: "keep", Label: r.Say("join.keep"), Help: r.Say("join.keep-help"), Value: stays, Options: both}, As: "radios"},
		}
		if a.Number != "" && b.Number != "" {
			numbers := []view.Option{{Value: a.ID, Label: a.Number + " – " + both[0].Label}, {Value: b.ID, Label: b.Number + " – " + both[1].Label}}
			f.Controls = append(f.Controls, control{Field: view.Field{Name: "number", Label: r.Say("join.number"), Options: numbers}, As: "radios"},
				control{Field: view.Field{Name: "why", Label: r.Say("join.why"), Help: r.Say("join.why-help")}})
		}
		f.Submit, f.Danger, f.Back = r.Say("join.submit"), true, "/people/"+id+"/same"
		return f, nil
	}
}

// joinSame makes one of two persons who are the same.
func (s *Server) joinSame(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "join.done", s.sameForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		in := formOf(req)
		j := people.Joining{Keep: in.text("keep"), Drop: req.PathValue("person"), Number: in.text("number"), Why: in.text("why")}
		if j.Keep == j.Drop {
			j.Drop = in.text("other")
		} else if j.Keep != "" && j.Keep != in.text("other") {
			return "", people.ErrPerson
		}
		return "/people/" + j.Keep, office.JoinPersons(ctx, tx, s.Ring, r.Viewer, s.date(), j)
	})
}

// wentUp is where a page about a person is found since the person's id went up in another's, "" if that is not why it was
// not found, or the reader may not see who it is.
func (s *Server) wentUp(req *http.Request, r view.Reader, err error) string {
	id, ctx := req.PathValue("person"), req.Context()
	faults := fault.Of(err)
	if id == "" || req.Method != http.MethodGet || !r.SignedIn() || len(faults) == 0 || faults[0].Kind != fault.NotFound {
		return ""
	}
	into, e := people.JoinedInto(ctx, s.DB, id)
	if e == nil && into != "" && !r.Can(access.ManageAccounts) {
		_, e = people.GetPerson(ctx, s.DB, r.Viewer, into)
	}
	if e != nil || into == "" {
		return ""
	}
	to := *req.URL
	to.Path = strings.Replace(to.Path, id, into, 1)
	return to.RequestURI()
}

// sideName tells two persons apart who may have the same name.
func sideName(r view.Reader, side office.Side, i int) string {
	return side.Name() + " (" + r.Say([]string{"join.first", "join.second"}[i]) + ")"
}
