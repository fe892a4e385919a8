package web

import (
	"context"
	"net/http"

	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

const ownCommitments = "/me/commitments"

// An ownCommitmentList is what the reader has undertaken alone, and what they answer for at work.
type ownCommitmentList struct {
	Own, Mine  []focus.Commitment
	Slugs      map[string]string // of programmes
	Programmes []programme.Programme
	Today      local.Date
}

func (s *Server) ownCommitments(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d := ownCommitmentList{Slugs: map[string]string{}, Today: focus.DayOf(s.DB.Now())}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Own, err = focus.Own(ctx, c, s.Ring, r.Viewer); err != nil {
			return err
		}
		if d.Mine, err = focus.OfMine(ctx, c, r.Viewer); err != nil {
			return err
		}
		d.Programmes, err = programme.List(ctx, c, r.Viewer)
		for _, p := range d.Programmes {
			d.Slugs[p.ID] = p.Slug
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, ownCommitmentsView(r, d))
}

func ownCrumbs(r view.Reader) []view.Link {
	return []view.Link{{Href: "/me", Text: r.Say("nav.me")}, {Href: ownCommitments, Text: r.Say("focus.own")}}
}

func (s *Server) ownCommitment(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d := commitmentPage{Writes: true, Says: true}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Focus, err = focus.GetOwn(ctx, c, s.Ring, r.Viewer, req.PathValue("commitment")); err != nil {
			return err
		}
		d.Path = ownCommitments + "/" + d.Focus.ID
		return s.completeCommitment(ctx, c, r, &d)
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, commitmentPageView(r, d))
}

func (s *Server) newOwnForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		list, err := programme.List(ctx, c, r.Viewer)
		if err == nil && len(list) == 0 {
			err = programme.ErrNotFound
		}
		if err != nil {
			return f, err
		}
		prog, options, ids := req.FormValue("programme"), []view.Option(nil), []string(nil)
		if prog == "" {
			prog = list[0].ID
		}
		today := focus.DayOf(s.DB.Now())
		x := focus.Commitment{Starts: today}
		for _, p := range list {
			if p.ID == prog {
				x.Due = usuallyDue(today, p)
			}
			options, ids = append(options, view.Option{Value: p.ID, Label: p.ShortName}), append(ids, p.ID)
		}
		goals, err := programme.GoalsOf(ctx, c, ids...)
		if err != nil {
			return f, err
		}
		var areas []view.Option
		for _, p := range list {
			for _, o := range goalsOf(goals[p.ID]) {
				if len(list) > 1 { // which programme is chosen in the same form
					o.Group = p.ShortName
				}
				areas = append(areas, o)
			}
		}
		x.Months, err = focus.MonthsOf(ctx, c, prog)
		first := control{Field: view.Field{Name: "programme", Value: prog}, As: "hidden"}
		if len(list) > 1 {
			first = control{Field: view.Field{Name: "programme", Label: r.Say("focus.programme"), Value: prog, Options: options}, As: "select"}
		}
		return formPage{
			Page: view.Page{Title: r.Say("focus.own-new"), Crumbs: ownCrumbs(r)},
			Form: view.Form{Action: ownCommitments + "/new", Keep: true},
			What: []string{r.Say("focus.own-what")}, Controls: append([]control{first}, ownControls(r, x, areas)...),
			Submit: r.Say("focus.new-save"), Back: ownCommitments,
		}, err
	}
}

// ownControls are those of a commitment, said of oneself.
func ownControls(r view.Reader, x focus.Commitment, goals []view.Option) []control {
	list := commitmentControls(r, x, "", goals, nil, nil)
	fields(list, func(c *control) {
		switch c.Name {
		case "act":
			c.Label = r.Say("focus.own-act")
		case "happens", "notice":
			c.Help = ""
		}
	})
	return list
}

func (s *Server) addOwn(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "focus.new-saved", s.newOwnForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		x := commitmentOf(focus.Commitment{Programme: in.text("programme")}, in)
		err := focus.CommitOwn(ctx, tx, s.Ring, r.Viewer, &x)
		return ownCommitments + "/" + x.ID, err
	})
}

func (s *Server) changeOwnForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		x, err := focus.GetOwn(ctx, c, s.Ring, r.Viewer, req.PathValue("commitment"))
		if err != nil {
			return f, err
		}
		goals, err := programme.Goals(ctx, c, x.Programme)
		return changeCommitment(r, x, ownCrumbs(r), ownCommitments+"/"+x.ID, ownControls(r, x, goalsOf(goals))), err
	}
}

func (s *Server) saveOwn(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in, id := formOf(req), req.PathValue("commitment")
	return s.takeForm(w, req, r, "focus.changed", s.changeOwnForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		return ownCommitments + "/" + id, focus.ChangeOwn(ctx, tx, s.Ring, r.Viewer, commitmentOf(focus.Commitment{ID: id}, in), in.text("why"))
	})
}

func (s *Server) ownStateForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		x, err := focus.GetOwn(ctx, c, s.Ring, r.Viewer, req.PathValue("commitment"))
		if err != nil {
			return f, err
		}
		return sayForm(r, x, ownCrumbs(r), ownCommitments+"/"+x.ID), nil
	}
}

func (s *Server) saveOwnState(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in, id := formOf(req), req.PathValue("commitment")
	return s.takeForm(w, req, r, "focus.said", s.ownStateForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		return ownCommitments + "/" + id, focus.SayOwn(ctx, tx, s.Ring, r.Viewer, id, in.version(), answerOf(in))
	})
}
