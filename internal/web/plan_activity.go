package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

func editActivityPath(id string) string { return "/activities/" + id + "/edit" }

// activityList is the list of activities with what it can be filtered by.
type activityList struct {
	Activities []activity.Activity
	Occasions  map[string]int // by activity: how many there are
	Next       map[string]local.Date
	Programmes []programme.Programme
	Names      map[string]people.Name
}

func (s *Server) listActivities(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx, q := req.Context(), r.Query()
	var list activityList
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if list.Programmes, err = programme.List(ctx, c, r.Viewer); err != nil {
			return err
		}
		filter := activity.ActivityFilter{Programme: q.Get("programme"), Kind: q.Get("kind"), Drafts: q.Get("show") == "drafts",
			Managed: q.Get("show") == "mine" || q.Get("show") == "" && !r.Can(access.PlanAny) && r.Can(access.Plan)}
		if list.Activities, err = activity.ListActivities(ctx, c, r.Viewer, filter); err != nil {
			return err
		}
		today := local.DateOf(s.DB.Now(), list.zone())
		entries, err := activity.Calendar(ctx, c, r.Viewer, activity.Filter{Programme: q.Get("programme"), Kind: q.Get("kind")})
		if err != nil {
			return err
		}
		list.Occasions, list.Next = map[string]int{}, map[string]local.Date{}
		for _, e := range entries {
			list.Occasions[e.Activity]++
			if e.Date >= today && list.Next[e.Activity] == "" {
				list.Next[e.Activity] = e.Date
			}
		}
		var organisers []string
		for _, a := range list.Activities {
			organisers = append(organisers, a.Organiser)
		}
		list.Names, err = people.Names(ctx, c, r.Viewer, organisers)
		return err
	})
	if err != nil {
		return err
	}
	list.sort(r)
	if format := wanted(req); format != "" {
		return download(w, format, r.Say("nav.activities"), list.sheet(r))
	}
	return render(w, req, http.StatusOK, activitiesPage(r, list))
}

// sort puts the list in the order that was asked for; it comes in the order of titles.
func (l activityList) sort(r view.Reader) {
	by, falling := r.Sort("title", "kind", "organiser", "next")
	slices.SortStableFunc(l.Activities, func(a, b activity.Activity) int {
		switch by {
		case "kind":
			return strings.Compare(people.SortKey(r.State("activity-kind", a.Kind)), people.SortKey(r.State("activity-kind", b.Kind)))
		case "organiser":
			return strings.Compare(l.Names[a.Organiser].SortKey, l.Names[b.Organiser].SortKey)
		case "next":
			return strings.Compare(undated(l.Next[a.ID]), undated(l.Next[b.ID]))
		}
		return 0
	})
	if falling {
		slices.Reverse(l.Activities)
	}
}

// undated puts what has no date last.
func undated(d local.Date) string {
	if d == "" {
		return "9999"
	}
	return string(d)
}

// sheet is the list as a file.
func (l activityList) sheet(r view.Reader) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("plan.title"), Width: 40}, {Label: r.Say("plan.kind")}, {Label: r.Say("plan.organiser"), Width: 24},
			{Label: r.Say("plan.occasions"), Kind: sheet.Number}, {Label: r.Say("plan.next"), Kind: sheet.Date}, {Label: r.Say("plan.published")}},
		Rows: func(yield func([]any) bool) {
			for _, a := range l.Activities {
				row := []any{a.Title, r.State("activity-kind", a.Kind), nameOf(r, l.Names[a.Organiser]), l.Occasions[a.ID], l.Next[a.ID], yesNo(r, a.Published)}
				if !yield(row) {
					return
				}
			}
		},
	}
}

// activityPage is all that is known of an activity, and the form for its facts as it is filled in.
type activityPage struct {
	activity.Activity // as stored
	Form              activity.Activity
	More              int // empty rows for lecturers
	Faults            fault.List
	Stale             bool

	Programme  programme.Programme
	Goals      []programme.GoalArea
	Series     []activity.Activity // that it may be a part of
	Organisers []view.Option
	Units      []view.Option
	Occasions  []activity.Entry
	Questions  []activity.Question
	Online     bool
}

// formOfActivity reads the form; rows for lecturers that are empty are left out.
func formOfActivity(req *http.Request) activity.Activity {
	f := formOf(req)
	a := activity.Activity{Kind: f.text("kind"), Title: f.text("title"), Description: f.text("description"),
		Series: f.text("series"), SeriesOrd: f.number("series_ord"), Organiser: f.text("organiser"),
		Travel: f.text("travel"), Meal: f.text("meal"), Substitute: f.text("substitute"), Published: f.ticked("published"), Version: f.version(),
		Goals: f.Values["goals"], Audience: activity.Audience{Units: f.Values["units"], Roles: f.Values["roles"]}}
	for i := 1; f.Has(lecturerField(i, "")); i++ {
		l := activity.Lecturer{Name: f.text(lecturerField(i, "")), Organisation: f.text(lecturerField(i, "organisation")), External: f.text(lecturerField(i, "from")) == "external"}
		if strings.TrimSpace(l.Name+l.Organisation) != "" {
			a.Lecturers = append(a.Lecturers, l)
		}
	}
	return a
}

func lecturerField(i int, part string) string {
	return strings.TrimSuffix(fmt.Sprintf("lecturer-%d-%s", i, part), "-")
}

// around reads what the form for an activity of a programme chooses from.
func (s *Server) around(ctx context.Context, c db.Conn, r view.Reader, p *activityPage, of string) (err error) {
	if p.Programme, err = programme.Get(ctx, c, r.Viewer, of); err != nil {
		return err
	}
	if p.Goals, err = programme.Goals(ctx, c, of); err != nil {
		return err
	}
	others, err := activity.ListActivities(ctx, c, r.Viewer, activity.ActivityFilter{Programme: of})
	if err != nil {
		return err
	}
	for _, a := range others {
		if a.Series == "" && a.ID != p.ID {
			p.Series = append(p.Series, a)
		}
	}
	today := local.DateOf(s.DB.Now(), p.Programme.Location())
	tree, err := people.LoadTree(ctx, c, today)
	if err != nil {
		return err
	}
	p.Units = treeOptions(tree, p.Form.Audience.Units, people.County, people.Municipality)
	holders := []string{r.Person}
	if r.Viewer.In(access.PlanAny, of) {
		if holders, err = auth.Holders(ctx, c, of, today, access.Organiser, access.Office); err != nil {
			return err
		}
	}
	for _, id := range []string{p.Organiser, p.Form.Organiser} {
		if id != "" && !slices.Contains(holders, id) {
			holders = append(holders, id)
		}
	}
	names, err := people.Names(ctx, c, r.Viewer, holders)
	if err != nil {
		return err
	}
	slices.SortFunc(holders, func(a, b string) int { return strings.Compare(names[a].SortKey+a, names[b].SortKey+b) })
	for _, id := range holders {
		if name, ok := names[id]; ok {
			p.Organisers = append(p.Organisers, view.Option{Value: id, Label: nameOf(r, name)})
		}
	}
	return nil
}

// nameOf is a person's name, or says that it is not shown.
func nameOf(r view.Reader, n people.Name) string {
	if n.Protected && n.String() == "" {
		return r.Say("plan.protected")
	}
	return n.String()
}

// readNewActivity reads what a form for a new activity needs. Without a programme in the query the
// newest is meant in which the reader may plan.
func (s *Server) readNewActivity(req *http.Request, r view.Reader, of string, form activity.Activity) (p activityPage, err error) {
	ctx := req.Context()
	p.Form = form
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		if of == "" {
			list, err := programme.List(ctx, c, r.Viewer)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(list, func(x programme.Programme) bool {
				return r.Viewer.In(access.Plan, x.ID) && x.State != programme.Closed
			})
			if i < 0 {
				return programme.ErrNotFound
			}
			of = list[i].ID
		}
		if !r.Viewer.In(access.Plan, of) {
			return programme.ErrNotFound
		}
		return s.around(ctx, c, r, &p, of)
	})
	p.Form.Programme = p.Programme.ID
	return p, err
}

func (s *Server) newActivity(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readNewActivity(req, r, r.Query().Get("programme"), activity.Activity{Travel: "employer", Meal: "project", Substitute: "employer", Organiser: r.Person})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, activityNew(r.In(p.Programme.ID), p))
}

func (s *Server) createActivity(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	form := formOfActivity(req)
	form.Programme = formOf(req).text("programme")
	page := func(faults fault.List, more int) (templ.Component, error) {
		p, err := s.readNewActivity(req, r, form.Programme, form)
		p.Faults, p.More = faults, more
		return activityNew(r.In(p.Programme.ID), p), err
	}
	if formOf(req).text("do") == "more" {
		shown, err := page(nil, 3)
		if err != nil {
			return err
		}
		return render(w, req, http.StatusOK, shown)
	}
	id, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		a := form
		a.Lecturers = slices.Clone(form.Lecturers)
		err := activity.CreateActivity(ctx, tx, r.Viewer, &a)
		return a.ID, err
	})
	if err != nil {
		return again(w, req, err, func(faults fault.List, _ bool) (templ.Component, error) { return page(faults, 0) })
	}
	return done(w, req, editActivityPath(id), "plan.activity-created")
}

// readActivity reads an activity that the reader may change, with all that its page shows.
func (s *Server) readActivity(req *http.Request, r view.Reader, form *activity.Activity) (p activityPage, err error) {
	ctx := req.Context()
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		if p.Activity, err = managedActivity(ctx, c, r, req.PathValue("id")); err != nil {
			return err
		}
		p.Form = p.Activity
		if form != nil {
			p.Form = *form
		}
		if p.Occasions, err = activity.Calendar(ctx, c, r.Viewer, activity.Filter{Activity: p.ID, Cancelled: true}); err != nil {
			return err
		}
		if p.Questions, err = activity.Questions(ctx, c, p.ID); err != nil {
			return err
		}
		return s.around(ctx, c, r, &p, p.Activity.Programme)
	})
	return p, err
}

func managedActivity(ctx context.Context, c db.Conn, r view.Reader, id string) (activity.Activity, error) {
	a, err := activity.GetActivity(ctx, c, r.Viewer, id)
	if err == nil && !a.May(r.Viewer) {
		err = activity.ErrForbidden
	}
	return a, err
}

func (s *Server) editActivity(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readActivity(req, r, nil)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, s.activityEdit(r, p))
}

func (s *Server) activityEdit(r view.Reader, p activityPage) templ.Component {
	return activityEdit(r.In(p.Programme.ID), p, s.DB.Now())
}

func (s *Server) saveActivity(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	form := formOfActivity(req)
	form.ID = req.PathValue("id")
	if formOf(req).text("do") == "more" {
		p, err := s.readActivity(req, r, &form)
		if err != nil {
			return err
		}
		p.More = 3
		return render(w, req, http.StatusOK, s.activityEdit(r, p))
	}
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		a := form
		a.Lecturers = slices.Clone(form.Lecturers)
		return "", activity.UpdateActivity(ctx, tx, r.Viewer, &a)
	})
	if err != nil {
		return again(w, req, err, func(faults fault.List, stale bool) (templ.Component, error) {
			p, err := s.readActivity(req, r, &form)
			p.Faults, p.Stale = faults, stale
			if stale {
				p.Form.Version = p.Version
			}
			return s.activityEdit(r, p), err
		})
	}
	return done(w, req, editActivityPath(form.ID), "plan.saved")
}

// changes are the facts that someone else has changed while p's form was being written.
func (p activityPage) changes(r view.Reader) []view.Stale {
	yours, theirs := p.Form, p.Activity
	label := func(options []view.Option, values ...string) string {
		var labels []string
		for _, o := range options {
			if o.Value != "" && slices.Contains(values, o.Value) {
				labels = append(labels, strings.TrimLeft(o.Label, "– "))
			}
		}
		return strings.Join(labels, ", ")
	}
	roles := view.Options(r, "staff-role", people.StaffRoles...)
	return differing(
		pair{r.Say("plan.title"), yours.Title, theirs.Title},
		pair{r.Say("plan.kind"), r.State("activity-kind", yours.Kind), r.State("activity-kind", theirs.Kind)},
		pair{r.Say("plan.description"), yours.Description, theirs.Description},
		pair{r.Say("plan.goals"), label(p.goalOptions(), yours.Goals...), label(p.goalOptions(), theirs.Goals...)},
		pair{r.Say("plan.organiser"), label(p.Organisers, yours.Organiser), label(p.Organisers, theirs.Organiser)},
		pair{r.Say("plan.lecturers"), lecturersIn(yours), lecturersIn(theirs)},
		pair{r.Say("plan.audience-units"), label(p.Units, yours.Audience.Units...), label(p.Units, theirs.Audience.Units...)},
		pair{r.Say("plan.audience-roles"), label(roles, yours.Audience.Roles...), label(roles, theirs.Audience.Roles...)},
		pair{r.Say("plan.travel"), r.State("payer", yours.Travel), r.State("payer", theirs.Travel)},
		pair{r.Say("plan.meal"), r.State("payer", yours.Meal), r.State("payer", theirs.Meal)},
		pair{r.Say("plan.substitute"), r.State("payer", yours.Substitute), r.State("payer", theirs.Substitute)},
		pair{r.Say("plan.series"), p.seriesTitle(yours.Series), p.seriesTitle(theirs.Series)},
		pair{r.Say("plan.series-ord"), ord(yours.SeriesOrd), ord(theirs.SeriesOrd)},
		pair{r.Say("plan.published"), yesNo(r, yours.Published), yesNo(r, theirs.Published)},
	)
}

func lecturersIn(a activity.Activity) string {
	var names []string
	for _, l := range a.Lecturers {
		names = append(names, l.Name)
	}
	return strings.Join(names, ", ")
}

func (p activityPage) seriesTitle(id string) string {
	for _, a := range p.Series {
		if a.ID == id {
			return a.Title
		}
	}
	return ""
}

// questionPage is the form for a question.
type questionPage struct {
	activity.Activity
	Form    activity.Question
	Faults  fault.List
	Stale   bool
	Changes []view.Stale
}

func (p questionPage) isNew() bool { return p.Form.ID == "" }

func (p questionPage) path() string {
	if p.isNew() {
		return "/activities/" + p.Activity.ID + "/questions/new"
	}
	return "/activities/" + p.Activity.ID + "/questions/" + p.Form.ID
}

func (s *Server) readQuestion(req *http.Request, r view.Reader) (p questionPage, err error) {
	ctx := req.Context()
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		if p.Activity, err = managedActivity(ctx, c, r, req.PathValue("id")); err != nil || req.PathValue("question") == "new" {
			return err
		}
		list, err := activity.Questions(ctx, c, p.Activity.ID)
		i := slices.IndexFunc(list, func(q activity.Question) bool { return q.ID == req.PathValue("question") })
		if err == nil && i < 0 {
			return activity.ErrNotFound
		}
		if err == nil {
			p.Form = list[i]
		}
		return err
	})
	return p, err
}

func (s *Server) showQuestion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readQuestion(req, r)
	if err != nil {
		return err
	}
	if p.isNew() {
		p.Form.Kind = "text"
	}
	return render(w, req, http.StatusOK, questionForm(r.In(p.Activity.Programme), p))
}

func (s *Server) saveQuestion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readQuestion(req, r)
	if err != nil {
		return err
	}
	f, before := formOf(req), p.Form
	p.Form = activity.Question{ID: before.ID, Activity: p.Activity.ID, Ord: f.number("ord"), Text: f.text("text"), Kind: f.text("kind"),
		Options: strings.Split(f.text("options"), "\n"), Required: f.ticked("required"), Sensitive: f.ticked("sensitive"), Version: f.version()}
	_, err = s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		q := p.Form
		if p.isNew() {
			return "", activity.AddQuestion(ctx, tx, r.Viewer, &q)
		}
		return "", activity.UpdateQuestion(ctx, tx, r.Viewer, &q)
	})
	if err != nil {
		return again(w, req, err, func(faults fault.List, stale bool) (templ.Component, error) {
			p.Faults, p.Stale = faults, stale
			if stale {
				now, err := s.readQuestion(req, r)
				if err != nil {
					return nil, err
				}
				yours, theirs := p.Form, now.Form
				p.Changes = differing(
					pair{r.Say("plan.question-text"), yours.Text, theirs.Text},
					pair{r.Say("plan.question-kind"), r.State("question-kind", yours.Kind), r.State("question-kind", theirs.Kind)},
					pair{r.Say("plan.options"), strings.Join(yours.Options, ", "), strings.Join(theirs.Options, ", ")},
					pair{r.Say("plan.required"), yesNo(r, yours.Required), yesNo(r, theirs.Required)},
					pair{r.Say("plan.sensitive"), yesNo(r, yours.Sensitive), yesNo(r, theirs.Sensitive)})
				p.Form.Version = theirs.Version
			}
			return questionForm(r.In(p.Activity.Programme), p), nil
		})
	}
	return done(w, req, editActivityPath(p.Activity.ID), "plan.saved")
}

func (s *Server) askRemoveQuestion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readQuestion(req, r)
	if err != nil {
		return err
	}
	if p.isNew() {
		return activity.ErrNotFound
	}
	return render(w, req, http.StatusOK, questionRemove(r.In(p.Activity.Programme), p))
}

func (s *Server) removeQuestion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readQuestion(req, r)
	if err != nil {
		return err
	}
	_, err = s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", activity.RemoveQuestion(ctx, tx, r.Viewer, p.Activity.ID, p.Form.ID)
	})
	if err != nil {
		return again(w, req, err, func(faults fault.List, _ bool) (templ.Component, error) {
			p.Faults = faults
			return questionRemove(r.In(p.Activity.Programme), p), nil
		})
	}
	return done(w, req, editActivityPath(p.Activity.ID), "plan.removed")
}
