package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// A focusStage is what a workplace's page tells of its focus and commitments.
type focusStage struct {
	At      learningAt
	Focus   focus.Focus
	Counts  []focus.Count
	Next    []focus.Commitment // those that go on, whose check comes first
	Confirm []focus.Waiting
	Left    []focus.Commitment // whose owner no longer works there
	Names   map[string]people.Name
	Writes  bool
	Today   local.Date
}

// focusStageOf reads it, with as many queries whatever there is.
func focusStageOf(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (templ.Component, error) {
	const shown = 8
	d := focusStage{At: at, Today: s.today(at.Programme.Zone)}
	var err error
	if d.Focus, _, err = focus.Of(ctx, c, r.Viewer, at.Place); err != nil {
		return nil, err
	}
	if d.Writes, err = learning.MayWrite(ctx, c, r.Viewer, at.Place); err != nil {
		return nil, err
	}
	if d.Counts, err = focus.CountsHere(ctx, c, r.Viewer, at.Place, d.Today); err != nil {
		return nil, err
	}
	if d.Next, err = focus.Here(ctx, c, r.Viewer, at.Place, focus.Filter{Standing: focus.Going, On: d.Today, Limit: shown}); err != nil {
		return nil, err
	}
	if at.Leads {
		if d.Confirm, err = focus.ToConfirm(ctx, c, r.Viewer, at.Place, shown); err != nil {
			return nil, err
		}
		if d.Left, err = focus.Orphans(ctx, c, r.Viewer, at.Place); err != nil {
			return nil, err
		}
	}
	if d.Names, err = people.Names(ctx, c, r.Viewer, owners(d.Next)); err != nil {
		return nil, err
	}
	return focusStageView(r, d), nil
}

func owners(list []focus.Commitment) (ids []string) {
	for _, c := range list {
		ids = append(ids, c.Owner)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// counted is how many of the commitments are as of says.
func counted(counts []focus.Count, of func(focus.Count) bool) (n int) {
	for _, c := range counts {
		if of(c) {
			n += c.N
		}
	}
	return n
}

func inState(states ...focus.State) func(focus.Count) bool {
	return func(c focus.Count) bool { return slices.Contains(states, c.State) }
}

func stands(is ...focus.Standing) func(focus.Count) bool {
	return func(c focus.Count) bool { return slices.Contains(is, c.Standing) }
}

// ownerName is who answers for something, as this reader may know.
func ownerName(r view.Reader, names map[string]people.Name, id string) string {
	if n := names[id].String(); n != "" {
		return n
	}
	return r.Say("focus.somebody")
}

// voicesBeside is how many written answers about the focus of a workplace that has gone up in another stand open on the other's page; more are folded, so
// that its own come into sight.
const voicesBeside = 3

// A focusPage is a workplace's focus with what came of it.
type focusPage struct {
	At      learningAt
	Focus   focus.Focus
	Earlier []focus.Focus          // of workplaces that have gone up in it
	Voices  map[string]focus.Heard // what users answered about each, by its id
	Where   map[string]string
	Texts   []focus.Text
	Names   map[string]people.Name
	Signs   []focus.Sign
	Writers []string
	Writes  bool
	Over    bool   // the programme has ended: the question takes no more answers
	URL     string // of this service
}

func (s *Server) focusPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	const shown = 100
	var d focusPage
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.At, err = learningPlace(ctx, c, req, r); err != nil {
			return err
		}
		if d.Focus, d.Earlier, err = focus.Of(ctx, c, r.Viewer, d.At.Place); err != nil {
			return err
		}
		if d.Writes, err = learning.MayWrite(ctx, c, r.Viewer, d.At.Place); err != nil {
			return err
		}
		if d.Texts, err = focus.Texts(ctx, c, d.At.Place); err != nil {
			return err
		}
		if d.Signs, err = focus.Signs(ctx, c, r.Viewer, d.At.Place, "", shown); err != nil {
			return err
		}
		if d.Voices, err = focus.UserAnswers(ctx, c, shown, append([]focus.Focus{d.Focus}, d.Earlier...)...); err != nil {
			return err
		}
		if d.Writers, err = learning.Writers(ctx, c, d.At.Place); err != nil {
			return err
		}
		ids := slices.Clone(d.Writers)
		for _, t := range d.Texts {
			ids = append(ids, t.MadeBy)
		}
		if d.Names, err = people.Names(ctx, c, r.Viewer, ids); err != nil {
			return err
		}
		d.Where, err = people.UnitNames(ctx, c, workplacesOf(d.Earlier))
		return err
	})
	if err != nil {
		return err
	}
	d.URL = s.reachedAt(req)
	d.Over = d.At.Programme.State.On(focus.DayOf(s.DB.Now()), d.At.Programme.Ends) == programme.Closed
	return render(w, req, http.StatusOK, focusPageView(r.In(d.At.Programme.ID), d))
}

// writingPlace is [learningPlace] for who may write there.
func writingPlace(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (at learningAt, err error) {
	if at, err = learningPlace(ctx, c, req, r); err != nil {
		return at, err
	}
	may, err := learning.MayWrite(ctx, c, r.Viewer, at.Place)
	if err == nil && !may {
		err = focus.ErrForbidden
	}
	return at, err
}

func (s *Server) focusForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, err := writingPlace(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		own, _, err := focus.Of(ctx, c, r.Viewer, at.Place)
		if err != nil {
			return f, err
		}
		what := []string{r.Say("focus.edit-what")}
		if own.Published != nil {
			what = append(what, r.Say("focus.edit-published"))
		}
		return formPage{
			Page:  view.Page{Title: r.Say("focus.edit"), Crumbs: at.crumbs(r)},
			Form:  view.Form{Action: at.at("focus/edit"), Version: own.Version, Keep: true},
			About: at.Programme.ID, What: append(what, publicAt(r, at.Programme.ID, "focus.public-document")),
			Controls: []control{
				{Field: view.Field{Name: "statement", Label: r.Say("focus.statement-label"), Help: r.Say("focus.statement-help"), Value: own.Statement, Rows: 2}, As: "textarea"},
				{Field: view.Field{Name: "body", Label: r.Say("focus.body-label"), Help: r.Say("focus.body-help"), Optional: true, Value: own.Body, Rows: 8}, As: "textarea"},
				{Field: view.Field{Name: "question", Label: r.Say("focus.question-label"), Help: r.Say("focus.question-help", r.Say("focus.question-usual")), Optional: true, Value: own.Question}},
			},
			Submit: r.Say("focus.save"), Back: at.at("focus"),
		}, nil
	}
}

func (s *Server) saveFocus(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "focus.saved", s.focusForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := ownPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		return at.at("focus"), focus.Save(ctx, tx, r.Viewer, at.Place, focus.Text{Statement: in.text("statement"), Body: in.text("body"), Question: in.text("question")}, max(in.version(), 0))
	})
}

// publishFocus shows a focus to all, or takes it down: that too of a workplace that has gone up in this one.
func (s *Server) publishFocus(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	up := in.text("to") != "down"
	to, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		place := learningPlace
		if up || in.text("focus") == "" {
			place = ownPlace
		}
		at, err := place(ctx, tx, req, r)
		if err != nil {
			return "", movedTo(r, at, "focus", err)
		}
		return at.at("focus"), focus.Publish(ctx, tx, r.Viewer, at.Place, in.text("focus"), in.version(), up)
	})
	switch {
	case err != nil:
		return err
	case up:
		return done(w, req, to, "focus.published")
	}
	return done(w, req, to, "focus.taken-down")
}

// staffOptions are those who work at a workplace.
func staffOptions(ctx context.Context, c db.Conn, r view.Reader, at learningAt) ([]view.Option, error) {
	staff, err := learning.Staff(ctx, c, r.Viewer, at.Place)
	options := make([]view.Option, len(staff))
	for i, n := range staff {
		options[i] = view.Option{Value: n.ID, Label: n.String()}
	}
	return options, err
}

func (s *Server) writersForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, err := learningPlace(ctx, c, req, r)
		if err == nil && !at.Leads {
			err = focus.ErrForbidden
		}
		if err != nil {
			return f, err
		}
		options, err := staffOptions(ctx, c, r, at)
		if err != nil {
			return f, err
		}
		writers, err := learning.Writers(ctx, c, at.Place)
		writers = slices.DeleteFunc(writers, func(person string) bool { // who is not among the choices is not taken away by them
			return !slices.ContainsFunc(options, func(o view.Option) bool { return o.Value == person })
		})
		return formPage{
			Page:  view.Page{Title: r.Say("focus.writers"), Crumbs: at.crumbs(r)},
			Form:  view.Form{Action: at.at("focus/writers")},
			About: at.Programme.ID, What: []string{r.Say("focus.writers-what")},
			Controls: []control{{Field: view.Field{Name: wasField, Value: strings.Join(writers, " ")}, As: "hidden"}, {Field: view.Field{Name: "writers", Label: r.Say("focus.writers-label"), Options: options, Values: append([]string{}, writers...)}, As: "checkboxes"}},
			Submit:   r.Say("focus.save"), Back: at.at("focus"),
		}, err
	}
}

func (s *Server) saveWriters(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "focus.writers-saved", s.writersForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		return at.at("focus"), learning.SetWriters(ctx, tx, r.Viewer, at.Place, strings.Fields(req.PostFormValue(wasField)), formOf(req).Values["writers"])
	})
}

// signForm notes a sign, beside the commitment in the query or else the focus.
func (s *Server) signForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, err := learningPlace(ctx, c, req, r)
		if err == nil && !at.Member && !at.Leads {
			err = focus.ErrForbidden
		}
		if err != nil {
			return f, err
		}
		back, about := at.at("focus"), r.Say("focus.sign-focus")
		of := req.FormValue("commitment")
		if of != "" {
			x, err := focus.Get(ctx, c, r.Viewer, at.Place, of)
			if err != nil {
				return f, err
			}
			back, about = at.at("commitments/"+x.ID), x.Act
		}
		return formPage{
			Page:  view.Page{Title: r.Say("focus.sign-new"), Crumbs: at.crumbs(r)},
			Form:  view.Form{Action: at.at("signs/new"), Keep: true},
			About: at.Programme.ID, What: []string{r.Say("focus.sign-about", about), r.Say("focus.sign-what"), publicAt(r, at.Programme.ID, "focus.public-document")},
			Controls: []control{
				{Field: view.Field{Name: "commitment", Value: of}, As: "hidden"},
				{Field: view.Field{Name: "text", Label: r.Say("focus.sign-text"), Help: r.Say("focus.sign-help")}, As: "textarea"},
				{Field: view.Field{Name: "by", Label: r.Say("focus.sign-by"), Value: "user", Options: view.Options(r, "sign-by", focus.NoticedBy...)}, As: "radios"},
				dateControl("on", r.Say("focus.sign-on"), s.today(at.Programme.Zone)),
			},
			Submit: r.Say("focus.sign-save"), Back: back,
		}, nil
	}
}

func (s *Server) saveSign(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "focus.sign-saved", s.signForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		x := focus.Sign{Commitment: in.text("commitment"), By: in.text("by"), On: in.date("on"), Text: in.text("text")}
		to := at.at("focus")
		if x.Commitment != "" {
			to = at.at("commitments/" + x.Commitment)
		}
		return to, focus.AddSign(ctx, tx, r.Viewer, at.Place, &x)
	})
}

// withdrawSign takes a sign or a user's answer out of what is shown.
func (s *Server) withdrawSign(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	to, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		return at.at("focus"), focus.Withdraw(ctx, tx, r.Viewer, at.Place, in.text("sort"), in.text("id"), false)
	})
	if err != nil {
		return err
	}
	return done(w, req, to, "focus.withdrawn")
}

// goalsOf are a programme's goal areas to choose from.
func goalsOf(goals []programme.GoalArea) []view.Option {
	options := make([]view.Option, len(goals))
	for i, g := range goals {
		options[i] = view.Option{Value: g.ID, Label: g.Name}
	}
	return options
}
