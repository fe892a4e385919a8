package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/swot"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// wordingOf reads what a form says of a need.
func wordingOf(in posted) need.Wording {
	return need.Wording{Text: in.text("text"), Why: in.text("why"), Priority: need.Priority(in.text("priority")), Goal: in.text("goal"), Who: in.text("who"),
		Staff: in.number("staff"), Due: in.date("due"), Form: in.text("form")}
}

// priorityOptions are those that a need can have.
func priorityOptions(r view.Reader) []view.Option {
	names := make([]string, len(need.Priorities))
	for i, p := range need.Priorities {
		names[i] = string(p)
	}
	return view.Options(r, "need-priority", names...)
}

func needControls(r view.Reader, w need.Wording, goals []programme.GoalArea) []control {
	say := func(code string) string { return r.Say("need." + code) }
	return []control{
		{Field: view.Field{Name: "text", Label: say("text-label"), Help: say("text-help"), Value: w.Text, Rows: 2}, As: "textarea"},
		{Field: view.Field{Name: "why", Label: say("why-label"), Help: say("why-help"), Optional: true, Value: w.Why}, As: "textarea"},
		{Field: view.Field{Name: "priority", Label: say("priority-label"), Value: string(w.Priority), Options: priorityOptions(r)}, As: "radios"},
		{Field: view.Field{Name: "goal", Label: r.Say("focus.goal-label"), Value: w.Goal, Options: view.None(r.Say("focus.goal-none"), goalsOf(goals))}, As: "select"},
		row(control{Field: view.Field{Name: "who", Label: say("who-label"), Help: say("who-help"), Optional: true, Value: w.Who}},
			control{Field: view.Field{Name: "staff", Label: say("staff-label"), Help: say("staff-help"), Kind: "number", Min: "1", Width: "medium", Value: numeral(w.Staff)}}),
		row(dateControl("due", say("due-label"), w.Due),
			control{Field: view.Field{Name: "form", Label: say("form-label"), Value: w.Form, Options: view.None(r.Say("need.form-choose"), view.Options(r, "need-form", need.Forms...))}, As: "select"}),
	}
}

// newNeedForm asks for a need of a workplace. How many it is for is proposed from how many work there today, by when from the programme's last day.
func (s *Server) newNeedForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, err := writingPlace(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		w := need.Wording{Due: at.Programme.Ends}
		if w.Staff, err = need.StaffOn(ctx, c, at.Place, s.today(at.Programme.Zone)); err != nil {
			return f, err
		}
		notes, above, err := sourcesOf(ctx, c, req, r, at)
		if err != nil {
			return f, err
		}
		goals, err := programme.Goals(ctx, c, at.Programme.ID)
		return formPage{
			Above: above,
			Page:  view.Page{Title: r.Say("need.new"), Crumbs: planCrumbs(r, at)},
			Form:  view.Form{Action: at.at("needs/new"), Keep: true},
			About: at.Programme.ID, What: []string{r.Say("need.new-what"), publicAt(r, at.Programme.ID, "focus.public-document")},
			Controls: append(notes, needControls(r, w, goals)...), Submit: r.Say("need.new-save"), Back: at.at("needs"),
		}, err
	}
}

// sourcesOf are the notes of the workplace's analysis that a new need comes from: as fields that go along, and as they are shown above the form.
func sourcesOf(ctx context.Context, c db.Conn, req *http.Request, r view.Reader, at learningAt) (list []control, above templ.Component, err error) {
	req.FormValue("note") // which reads the form
	ids := req.Form["note"]
	if len(ids) == 0 {
		return nil, nil, nil
	}
	agreed, err := swot.Agreed(ctx, c, r.Viewer, at.Place)
	var from []swot.Note
	for _, n := range agreed {
		if slices.Contains(ids, n.ID) {
			from = append(from, n)
			list = append(list, control{Field: view.Field{Name: "note", Value: n.ID}, As: "hidden"})
		}
	}
	return list, noteTexts(r, from), err
}

func planCrumbs(r view.Reader, at learningAt) []view.Link {
	return append(at.crumbs(r), view.Link{Href: at.at("needs"), Text: r.Say("need.plan")})
}

func (s *Server) addNeed(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "need.new-saved", s.newNeedForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		n := need.Need{Wording: wordingOf(in)}
		return at.at("needs"), need.Add(ctx, tx, r.Viewer, at.Place, &n, in.Values["note"]...)
	})
}

// readNeed reads the need that an address names, for who writes there.
func readNeed(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (at learningAt, n need.Need, err error) {
	if at, err = writingPlace(ctx, c, req, r); err == nil {
		n, err = need.Get(ctx, c, r.Viewer, at.Place, req.PathValue("need"))
	}
	return at, n, err
}

func (s *Server) needForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, n, err := readNeed(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		goals, err := programme.Goals(ctx, c, at.Programme.ID)
		return formPage{
			Page:  view.Page{Title: r.Say("need.change"), Crumbs: planCrumbs(r, at)},
			Form:  view.Form{Action: at.need(n.ID) + "/edit", Version: n.Version, Keep: true},
			About: at.Programme.ID, What: []string{r.Say("need.change-what"), publicAt(r, at.Programme.ID, "focus.public-document")},
			Controls: needControls(r, n.Wording, goals), Submit: r.Say("focus.save"), Back: at.need(n.ID),
		}, err
	}
}

func (s *Server) saveNeed(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "need.changed", s.needForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		id := req.PathValue("need")
		return at.need(id), need.Change(ctx, tx, r.Viewer, at.Place, need.Need{ID: id, Version: in.version(), Wording: wordingOf(in)})
	})
}

// needStateForm asks what has become of a need.
func (s *Server) needStateForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, n, err := readNeed(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		is := n.State
		if is == need.Planned || is == need.Answered {
			is = need.Open
		}
		options := make([]view.Option, len(need.Sayable))
		for i, state := range need.Sayable {
			options[i] = view.Option{Value: string(state), Label: r.Say("need.say-" + string(state))}
		}
		return formPage{
			Page:  view.Page{Title: r.Say("need.say"), Crumbs: planCrumbs(r, at)},
			Form:  view.Form{Action: at.need(n.ID) + "/state", Version: n.Version, Keep: true},
			About: at.Programme.ID, Above: view.Text(n.Text), What: []string{publicAt(r, at.Programme.ID, "focus.public-document")},
			Controls: []control{
				{Field: view.Field{Name: "state", Label: r.Say("need.say-label"), Value: string(is), Options: options}, As: "radios"},
				{Field: view.Field{Name: "why", Label: r.Say("need.say-why"), Help: r.Say("need.say-why-help"), Optional: true}, As: "textarea"},
			},
			Submit: r.Say("focus.save"), Back: at.need(n.ID),
		}, nil
	}
}

func (s *Server) saveNeedState(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "need.said", s.needStateForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		id := req.PathValue("need")
		return at.need(id), need.Say(ctx, tx, r.Viewer, at.Place, id, in.version(), need.State(in.text("state")), in.text("why"))
	})
}

// planAgreeForm asks on which day a workplace agreed on its plan.
func (s *Server) planAgreeForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, err := learningPlace(ctx, c, req, r)
		if err == nil && !at.Leads {
			err = learning.ErrForbidden
		}
		if err != nil {
			return f, err
		}
		d, err := readPlan(ctx, c, r, at)
		if err != nil {
			return f, err
		}
		f = formPage{Page: view.Page{Title: r.Say("need.agree"), Crumbs: planCrumbs(r, at)}, Form: view.Form{Action: at.at("needs/agree")}, About: at.Programme.ID}
		if last, same, err := need.Same(ctx, c, d.Plan, d.Needs); err != nil || same {
			f.Above = agreedAlready(r, d, last)
			return f, err
		}
		if !slices.ContainsFunc(d.Needs, func(n need.Need) bool { return n.State != need.Dropped }) {
			f.Above = nothingToAgree(r, at)
			return f, nil
		}
		return formPage{
			Page:  f.Page,
			Form:  view.Form{Action: at.at("needs/agree"), Version: d.Plan.Version},
			About: at.Programme.ID, Above: agreeingView(r, d), What: []string{r.Say("need.agree-what"), publicAt(r, at.Programme.ID, "focus.public-document")},
			Controls: []control{dateControl("on", r.Say("need.agree-on"), s.today(at.Programme.Zone))},
			Submit:   r.Say("need.agree-do"), Back: at.at("needs"),
		}, nil
	}
}

func (s *Server) agreePlan(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "need.agreed", s.planAgreeForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := ownPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		return at.at("needs"), need.Agree(ctx, tx, r.Viewer, at.Place, in.version(), in.date("on"))
	})
}
