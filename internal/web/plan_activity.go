package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/learning/need"
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
	sorting[activity.Activity]{
		"title":     func(a activity.Activity) string { return sortedText(a.Title) },
		"kind":      func(a activity.Activity) string { return sortedText(r.State("activity-kind", a.Kind)) },
		"organiser": func(a activity.Activity) string { return sortedName(l.Names[a.Organiser].SortKey) },
		"occasions": func(a activity.Activity) string { return sortedNumber(l.Occasions[a.ID]) },
		"next":      func(a activity.Activity) string { return cmp.Or(string(l.Next[a.ID]), people.Last) },
		"shown":     func(a activity.Activity) string { return sortedNumber(db.Int(a.Published)) },
	}.sort(r, l.Activities)
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

// activityPage is what an activity's page shows above the form for its facts.
type activityPage struct {
	activity.Activity
	Occasions []activity.Entry
	Questions []activity.Question
}

// activityOf reads the form. Rows for lecturers that are empty have been closed up.
func activityOf(req *http.Request) activity.Activity {
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

// lecturersOf closes the form's rows for lecturers up, and returns how many are filled in.
func lecturersOf(req *http.Request) int {
	return closeRanks(req.PostForm, lecturerField, []string{"", "organisation"}, []string{"from"})
}

// activityControls reads what the form for an activity of a programme chooses from, and makes its fields.
func (s *Server) activityControls(ctx context.Context, c db.Conn, req *http.Request, r view.Reader, p programme.Programme, a activity.Activity) ([]control, error) {
	goals, err := programme.Goals(ctx, c, p.ID)
	if err != nil {
		return nil, err
	}
	others, err := activity.ListActivities(ctx, c, r.Viewer, activity.ActivityFilter{Programme: p.ID})
	if err != nil {
		return nil, err
	}
	var series []view.Option
	for _, other := range others {
		if other.Series == "" && other.ID != a.ID {
			series = append(series, view.Option{Value: other.ID, Label: other.Title})
		}
	}
	today := local.DateOf(s.DB.Now(), p.Location())
	tree, err := people.LoadTree(ctx, c, today)
	if err != nil {
		return nil, err
	}
	organisers, err := organiserOptions(ctx, c, r, p.ID, today, a.Organiser)
	if err != nil {
		return nil, err
	}
	areas := make([]view.Option, len(goals))
	for i, g := range goals {
		areas[i] = view.Option{Value: g.ID, Label: g.Name, Lang: "sv"}
	}
	payers := view.Options(r, "payer", activity.Payers...)
	return []control{
		{Field: view.Field{Name: "title", Label: r.Say("plan.title"), Value: a.Title}},
		row(control{Field: view.Field{Name: "kind", Label: r.Say("plan.kind"), Value: a.Kind, Options: view.None(r.Say("plan.choose"), view.Options(r, "activity-kind", activity.Kinds...))}, As: "select"},
			control{Field: view.Field{Name: "organiser", Label: r.Say("plan.organiser"), Value: a.Organiser, Options: view.None(r.Say("plan.nobody-yet"), organisers)}, As: "select"}),
		{Field: view.Field{Name: "description", Label: r.Say("plan.description"), Help: r.Say("plan.description-help"), Optional: true, Rows: 6, Value: a.Description}, As: "textarea"},
		{Field: view.Field{Name: "goals", Label: r.Say("plan.goals"), Help: r.Say("plan.goals-help"), Options: areas, Values: a.Goals}, As: "checkboxes"},
		group(r.Say("plan.lecturers"), r.Say("plan.lecturers-help"), lecturerControls(req, r, a.Lecturers)...),
		group(r.Say("plan.audience"), r.Say("plan.audience-help"),
			control{As: "fold", Parts: []control{{Field: view.Field{Name: "roles", Label: r.Say("plan.audience-roles"), Options: view.Options(r, "staff-role", people.StaffRoles...), Values: a.Audience.Roles}, As: "checkboxes"}}},
			control{As: "fold", Parts: []control{{Field: view.Field{Name: "units", Label: r.Say("plan.audience-units"), Options: treeOptions(tree, a.Audience.Units, people.County, people.Municipality), Values: a.Audience.Units}, As: "checkboxes"}}}),
		group(r.Say("plan.pays"), "",
			row(control{Field: view.Field{Name: "travel", Label: r.Say("plan.travel"), Value: a.Travel, Options: payers}, As: "select"},
				control{Field: view.Field{Name: "meal", Label: r.Say("plan.meal"), Value: a.Meal, Options: payers}, As: "select"},
				control{Field: view.Field{Name: "substitute", Label: r.Say("plan.substitute"), Value: a.Substitute, Options: payers}, As: "select"})),
		row(control{Field: view.Field{Name: "series", Label: r.Say("plan.series"), Help: r.Say("plan.series-help"), Value: a.Series, Optional: true, Options: view.None(r.Say("plan.no-series"), series)}, As: "select"},
			control{Field: view.Field{Name: "series_ord", Label: r.Say("plan.series-ord"), Kind: "number", Min: "1", Width: "medium", Optional: true, Value: numeral(a.SeriesOrd)}}),
		{Field: view.Field{Name: "published", Label: r.Say("plan.publish"), Help: r.Say("plan.publish-help"), Value: flag(a.Published)}, As: "checkbox"},
	}, nil
}

// lecturerControls has a row for each lecturer, and room for more.
func lecturerControls(req *http.Request, r view.Reader, list []activity.Lecturer) []control {
	from := []view.Option{{Value: "external", Label: r.Say("plan.external")}, {Value: "regional", Label: r.Say("plan.regional")}}
	n := len(list)
	if req.Method == http.MethodPost {
		n = lecturersOf(req)
	}
	lines := make([]control, rows(req, n, 1))
	for i := range lines {
		l := activity.Lecturer{External: true}
		if i < len(list) {
			l = list[i]
		}
		where := "regional"
		if l.External {
			where = "external"
		}
		if req.Method == http.MethodPost && i >= len(list) { // nothing is known of one, as nothing is sent of an empty row
			where = ""
		}
		lines[i] = row(
			control{Field: view.Field{Name: lecturerField(i+1, ""), Label: r.Say("plan.lecturer", i+1), Value: l.Name}},
			control{Field: view.Field{Name: lecturerField(i+1, "organisation"), Label: r.Say("plan.lecturer-organisation", i+1), Value: l.Organisation}},
			control{Field: view.Field{Name: lecturerField(i+1, "from"), Label: r.Say("plan.lecturer-from", i+1), Width: "medium", Value: where, Options: from}, As: "select"})
	}
	return append(lines, control{Field: view.Field{Label: r.Say("plan.lecturers-more")}, As: "more"})
}

// organiserOptions are those who may organise in a programme, and whoever does already.
func organiserOptions(ctx context.Context, c db.Conn, r view.Reader, of string, today local.Date, now string) (options []view.Option, err error) {
	holders := []string{r.Person}
	if r.Viewer.In(access.PlanAny, of) {
		if holders, err = auth.Holders(ctx, c, of, today, access.Organiser, access.Office); err != nil {
			return nil, err
		}
	}
	if now != "" && !slices.Contains(holders, now) {
		holders = append(holders, now)
	}
	names, err := people.Names(ctx, c, r.Viewer, holders)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(holders, func(a, b string) int { return strings.Compare(names[a].SortKey+a, names[b].SortKey+b) })
	for _, id := range holders {
		if name, ok := names[id]; ok {
			options = append(options, view.Option{Value: id, Label: nameOf(r, name)})
		}
	}
	return options, nil
}

// nameOf is a person's name, or says that it is not shown.
func nameOf(r view.Reader, n people.Name) string {
	if n.Protected && n.String() == "" {
		return r.Say("plan.protected")
	}
	return n.String()
}

// plannedIn is the first programme in which the reader may plan; one that is over if there is no other.
func plannedIn(r view.Reader, list []programme.Programme) (found programme.Programme) {
	for _, p := range list {
		if r.Viewer.In(access.Plan, p.ID) && (found.ID == "" || found.State == programme.Closed && p.State != programme.Closed) {
			found = p
		}
	}
	return found
}

// newActivityForm asks for an activity of the programme that the address or the form names. Without one the first is meant
// in which the reader may plan.
func (s *Server) newActivityForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		of := req.FormValue("programme")
		if of == "" {
			list, err := programme.List(ctx, c, r.Viewer)
			if err != nil {
				return f, err
			}
			of = plannedIn(r, list).ID
		}
		if !r.Viewer.In(access.Plan, of) {
			return f, programme.ErrNotFound
		}
		p, err := programme.Get(ctx, c, r.Viewer, of)
		if err == nil && p.State == programme.Closed && req.Method == http.MethodGet { // what has been written stays in sight
			err = activity.ErrOver.With(p.ShortName)
		}
		if err != nil {
			return f, err
		}
		asked, err := draftOf(ctx, c, req, r, p.ID)
		if err != nil {
			return f, err
		}
		facts, err := s.activityControls(ctx, c, req, r, p, activity.Activity{Travel: "employer", Meal: "project", Substitute: "employer", Organiser: r.Person,
			Title: asked.Title, Description: asked.Description, Goals: asked.Goals, Kind: asked.Kind})
		for name, ids := range map[string][]string{"topic": asked.Ties.Topics, "need": asked.Ties.Needs} {
			if len(ids) > 0 {
				facts = append(facts, control{Field: view.Field{Name: name, Value: ids[0]}, As: "hidden"})
			}
		}
		return formPage{
			Page:     view.Page{Title: r.Say("plan.activity-new"), Lead: r.Say("plan.activity-new-lead", p.ShortName), Crumbs: []view.Link{activitiesCrumb(r)}},
			Form:     view.Form{Action: "/activities", Keep: true},
			About:    p.ID,
			Controls: append(facts, control{Field: view.Field{Name: "programme", Value: p.ID}, As: "hidden"}),
			Submit:   r.Say("plan.activity-create"), Back: "/activities",
		}, err
	}
}

func (s *Server) createActivity(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	lecturersOf(req)
	return s.takeForm(w, req, r, "plan.activity-created", s.newActivityForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		a := activityOf(req)
		a.Programme = formOf(req).text("programme")
		if err := activity.CreateActivity(ctx, tx, r.Viewer, &a); err != nil {
			return "", err
		}
		asked, err := draftOf(ctx, tx, req, r, a.Programme)
		if err == nil && len(asked.Ties.Topics)+len(asked.Ties.Needs) > 0 {
			err = need.Tie(ctx, tx, r.Viewer, a.ID, asked.Ties)
		}
		return editActivityPath(a.ID), err
	})
}

func managedActivity(ctx context.Context, c db.Conn, r view.Reader, id string) (activity.Activity, error) {
	a, err := activity.GetActivity(ctx, c, r.Viewer, id)
	if err == nil && !a.May(r.Viewer) {
		err = activity.ErrForbidden
	}
	return a, err
}

// activityForm is an activity's page for who plans it: its occasions and questions, and the form for its facts.
func (s *Server) activityForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		var p activityPage
		if p.Activity, err = managedActivity(ctx, c, r, req.PathValue("id")); err != nil {
			return f, err
		}
		if p.Occasions, err = activity.Calendar(ctx, c, r.Viewer, activity.Filter{Activity: p.ID, Cancelled: true}); err != nil {
			return f, err
		}
		if p.Questions, err = activity.Questions(ctx, c, p.ID); err != nil {
			return f, err
		}
		of, err := programme.Get(ctx, c, r.Viewer, p.Programme)
		if err != nil {
			return f, err
		}
		facts, err := s.activityControls(ctx, c, req, r, of, p.Activity)
		return formPage{
			Page:  view.Page{Title: p.Title, Named: true, Crumbs: []view.Link{activitiesCrumb(r)}},
			Form:  view.Form{Action: editActivityPath(p.ID), Version: p.Version, Keep: true},
			About: p.Programme, Above: activityParts(r, p, s.DB.Now()), Heading: r.Say("plan.about"),
			Controls: facts, Submit: r.Say("plan.save"),
		}, err
	}
}

func (s *Server) saveActivity(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	lecturersOf(req)
	return s.takeForm(w, req, r, "plan.saved", s.activityForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		a := activityOf(req)
		a.ID = req.PathValue("id")
		return editActivityPath(a.ID), activity.UpdateActivity(ctx, tx, r.Viewer, &a)
	})
}

func questionPath(q activity.Question) string {
	return "/activities/" + q.Activity + "/questions/" + cmp.Or(q.ID, "new")
}

// readQuestion reads the question that a page is about, and the activity that asks it; "new" is one to be added.
func readQuestion(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (a activity.Activity, q activity.Question, err error) {
	if a, err = managedActivity(ctx, c, r, req.PathValue("id")); err != nil {
		return a, q, err
	}
	id := req.PathValue("question")
	if id == "new" {
		return a, activity.Question{Activity: a.ID, Kind: "text"}, nil
	}
	list, err := activity.Questions(ctx, c, a.ID)
	i := slices.IndexFunc(list, func(q activity.Question) bool { return q.ID == id })
	if err == nil && i < 0 {
		err = activity.ErrNotFound
	}
	if err != nil {
		return a, q, err
	}
	return a, list[i], nil
}

func (s *Server) questionForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		a, q, err := readQuestion(ctx, c, req, r)
		f := formPage{
			Page:  view.Page{Title: r.Say("plan.question-new"), Lead: r.Say("plan.question-lead"), Crumbs: activityCrumbs(r, a)},
			Form:  view.Form{Action: questionPath(q), Version: q.Version, Keep: true},
			About: a.Programme,
			Controls: []control{
				{Field: view.Field{Name: "text", Label: r.Say("plan.question-text"), Value: q.Text}},
				{Field: view.Field{Name: "kind", Label: r.Say("plan.question-kind"), Value: q.Kind, Options: view.Options(r, "question-kind", activity.QuestionKinds...)}, As: "radios"},
				{Field: view.Field{Name: "options", Label: r.Say("plan.options"), Help: r.Say("plan.options-help"), Optional: true, Rows: 4, Value: strings.Join(q.Options, "\n")}, As: "textarea"},
				{Field: view.Field{Name: "ord", Label: r.Say("plan.question-ord"), Kind: "number", Min: "1", Width: "medium", Optional: true, Value: numeral(q.Ord)}},
				{Field: view.Field{Name: "required", Label: r.Say("plan.required"), Value: flag(q.Required)}, As: "checkbox"},
				{Field: view.Field{Name: "sensitive", Label: r.Say("plan.sensitive"), Help: r.Say("plan.sensitive-help"), Value: flag(q.Sensitive)}, As: "checkbox"},
			},
			Submit: r.Say("plan.save"), Back: editActivityPath(a.ID),
		}
		if q.ID != "" {
			f.Title, f.Remove = r.Say("plan.question-change"), questionPath(q)+"/remove"
		}
		return f, err
	}
}

func (s *Server) saveQuestion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "plan.saved", s.questionForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		a, q, err := readQuestion(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		in := formOf(req)
		q = activity.Question{ID: q.ID, Activity: a.ID, Ord: in.number("ord"), Text: in.text("text"), Kind: in.text("kind"),
			Options: strings.Split(in.text("options"), "\n"), Required: in.ticked("required"), Sensitive: in.ticked("sensitive"), Version: in.version()}
		if q.ID == "" {
			return editActivityPath(a.ID), activity.AddQuestion(ctx, tx, r.Viewer, &q)
		}
		return editActivityPath(a.ID), activity.UpdateQuestion(ctx, tx, r.Viewer, &q)
	})
}

func (s *Server) questionRemoval(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		a, q, err := readQuestion(ctx, c, req, r)
		if err == nil && q.ID == "" {
			err = activity.ErrNotFound
		}
		return formPage{
			Page:   view.Page{Title: r.Say("plan.question-remove"), Crumbs: activityCrumbs(r, a)},
			Form:   view.Form{Action: questionPath(q) + "/remove"},
			About:  a.Programme,
			Quoted: q.Text,
			What:   []string{r.Say("plan.no-undo")},
			Submit: r.Say("plan.remove"), Danger: true, Back: questionPath(q),
		}, err
	}
}

func (s *Server) removeQuestion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "plan.removed", s.questionRemoval(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		a, q, err := readQuestion(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		return editActivityPath(a.ID), activity.RemoveQuestion(ctx, tx, r.Viewer, a.ID, q.ID)
	})
}
