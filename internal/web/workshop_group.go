package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/web/view"
)

// arrange puts an answer in a group that there is, in none, or takes it away: by who presents or takes notes.
func (s *Server) arrange(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id, in := req.PathValue("workshop"), formOf(req)
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		if in.text("do") == "remove" {
			return "", workshop.Remove(ctx, tx, r.Viewer, id, in.text("answer"))
		}
		return "", workshop.Put(ctx, tx, r.Viewer, id, in.text("answer"), in.text("group"), "")
	})
	to := arrangedAt(req)
	if faults, _, ok := mistakes(err); ok || errors.Is(err, workshop.ErrNoAnswer) {
		if !ok {
			faults = fault.List{workshop.ErrNoAnswer}
		}
		return doneBut(w, req, to, faults[0].Code, faults[0].Args...)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, req, to, http.StatusSeeOther)
	return nil
}

// arrangedAt is the page that answers are arranged on: the screen in the room, or the note-taker's.
func arrangedAt(req *http.Request) string {
	return cmp.Or(ours(formOf(req).text("back")), workshopPath(req.PathValue("workshop"))+"/run")
}

func groupPath(workshop, group string) string { return workshopPath(workshop) + "/groups/" + group }

// groupForm gives a group another name: it is asked for when the one on the screen could not be saved.
func (s *Server) groupForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := s.readRunning(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		id := req.PathValue("group")
		g, there := d.group(id)
		switch {
		case !d.Notes:
			return f, workshop.ErrNotNotes
		case !there && req.Method == http.MethodGet: // else what was typed is given back, whatever has become of the group
			return f, workshop.ErrNoGroup
		}
		back := arrangedAt(req)
		return formPage{
			About: d.Programme.ID, Page: view.Page{Title: r.Say("workshop.rename"), Crumbs: d.crumbs(r)}, Form: view.Form{Action: groupPath(d.ID, id), Keep: true},
			Controls: []control{{Field: view.Field{Name: "name", Label: r.Say("workshop.group-label"), Help: r.Say("workshop.rename-help"), Value: g.Name}},
				{Field: view.Field{Name: wasField, Value: g.Name}, As: "hidden"}, {Field: view.Field{Name: "back", Value: back}, As: "hidden"}},
			Submit: r.Say("plan.save"), Back: back,
		}, nil
	}
}

func newGroupPath(workshop, answer string) string {
	return workshopPath(workshop) + "/answers/" + answer + "/group"
}

// newGroupForm gives an answer a group of its own: its name is asked for when the one on the screen could not be saved.
func (s *Server) newGroupForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := s.readRunning(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		id := req.PathValue("answer")
		a, there := d.answer(id)
		switch {
		case !d.Notes:
			return f, workshop.ErrNotNotes
		case !there && req.Method == http.MethodGet: // else what was typed is given back, whatever has become of the answer
			return f, workshop.ErrNoAnswer
		}
		back := arrangedAt(req)
		return formPage{
			About: d.Programme.ID, Page: view.Page{Title: r.Say("workshop.new-group"), Crumbs: d.crumbs(r)}, Form: view.Form{Action: newGroupPath(d.ID, id), Keep: true}, Quoted: a.Body,
			Controls: []control{{Field: view.Field{Name: "name", Label: r.Say("workshop.group-label")}}, {Field: view.Field{Name: "back", Value: back}, As: "hidden"}},
			Submit:   r.Say("workshop.new-group-do"), Back: back,
		}, nil
	}
}

// newGroup puts an answer in a new group.
func (s *Server) newGroup(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		name := formOf(req).text("name")
		if name == "" {
			return "", fault.List{workshop.ErrGroupName.At("name")}
		}
		err := workshop.Put(ctx, tx, r.Viewer, req.PathValue("workshop"), req.PathValue("answer"), "", name)
		if errors.Is(err, workshop.ErrNoAnswer) {
			err = fault.List{workshop.ErrAnswerGone.At("name")}
		}
		return "", err
	})
	if err != nil {
		return s.askAgain(w, req, r, err, s.newGroupForm(req, r))
	}
	http.Redirect(w, req, arrangedAt(req), http.StatusSeeOther)
	return nil
}

// answer is one of those that have come.
func (d running) answer(id string) (workshop.Answer, bool) {
	for _, q := range d.Questions {
		for _, g := range append(q.Groups, workshop.Group{Answers: q.Answers}) {
			if i := slices.IndexFunc(g.Answers, func(a workshop.Answer) bool { return a.ID == id }); i >= 0 {
				return g.Answers[i], true
			}
		}
	}
	return workshop.Answer{}, false
}

// group is one of those that its answers stand in.
func (d running) group(id string) (workshop.Group, bool) {
	for _, q := range d.Questions {
		if i := slices.IndexFunc(q.Groups, func(g workshop.Group) bool { return g.ID == id }); i >= 0 {
			return q.Groups[i], true
		}
	}
	return workshop.Group{}, false
}

func (s *Server) renameGroup(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in, code := formOf(req), "workshop.done-renamed"
	if strings.TrimSpace(in.text("name")) == "" {
		code = "workshop.done-dissolved"
	}
	return s.takeForm(w, req, r, code, s.groupForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		err := workshop.Rename(ctx, tx, r.Viewer, req.PathValue("workshop"), req.PathValue("group"), in.text(wasField), in.text("name"))
		if errors.Is(err, workshop.ErrNoGroup) {
			err = fault.List{workshop.ErrGroupGone.At("name")}
		}
		return arrangedAt(req), err
	})
}
