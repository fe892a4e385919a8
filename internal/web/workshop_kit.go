package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

func kitPath(id string) string { return "/kits/" + id }

// kitCrumbs are the way to a kit.
func kitCrumbs(r view.Reader, p programme.Programme) []view.Link {
	return []view.Link{{Href: "/learning", Text: r.Say("learning.title")}, {Href: "/programmes/" + p.Slug + "/workshops", Text: r.Say("workshop.coverage")},
		{Href: "/programmes/" + p.Slug + "/kits", Text: r.Say("workshop.kits")}}
}

func (s *Server) listKits(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx := req.Context()
	var p programme.Programme
	var kits []workshop.Kit
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if p, err = programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug")); err == nil {
			kits, err = workshop.Kits(ctx, c, r.Viewer, p.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, kitsView(r.In(p.ID), p, kits))
}

// A kitPage is a kit with all its versions, the newest first.
type kitPage struct {
	programme.Programme
	Versions []workshop.Kit
}

func (p kitPage) kit() workshop.Kit { return p.Versions[0] }

// published is the version that workshops are planned by now, nil while there is none.
func (p kitPage) published() *workshop.Kit {
	for i, k := range p.Versions {
		if k.Published != nil {
			return &p.Versions[i]
		}
	}
	return nil
}

func readKit(ctx context.Context, c db.Conn, r view.Reader, id string) (p kitPage, err error) {
	if p.Versions, err = workshop.Versions(ctx, c, r.Viewer, id); err == nil {
		p.Programme, err = programme.Get(ctx, c, r.Viewer, p.kit().Programme)
	}
	return p, err
}

func (s *Server) showKit(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.writeKit(w, req, r, http.StatusOK, nil)
}

func (s *Server) writeKit(w http.ResponseWriter, req *http.Request, r view.Reader, code int, faults fault.List) error {
	ctx := req.Context()
	var p kitPage
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		p, err = readKit(ctx, c, r, req.PathValue("kit"))
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, code, kitView(r.In(p.Programme.ID), p, faults))
}

func (s *Server) newKitForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		p, err := programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug"))
		if err != nil {
			return formPage{}, err
		}
		if !r.Viewer.In(access.PlanLearning, p.ID) {
			return formPage{}, workshop.ErrForbidden
		}
		return kitForm(req, r, p, workshop.Standard(p)), nil
	}
}

func (s *Server) kitForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		p, err := readKit(ctx, c, r, req.PathValue("kit"))
		if err != nil {
			return formPage{}, err
		}
		return kitForm(req, r, p.Programme, p.kit()), nil
	}
}

// The fields of a step; those along with it do not tell whether there is one.
var (
	stepParts = []string{"title", "question", "method", "guide"}
	stepAlong = []string{"minutes", "least", "most", "optional", "commits"}
)

func kitForm(req *http.Request, r view.Reader, p programme.Programme, k workshop.Kit) formPage {
	f := formPage{About: p.ID, Submit: r.Say("workshop.save-draft"),
		Page: view.Page{Title: r.Say("workshop.new-kit"), Lead: r.Say("workshop.kit-lead"), Crumbs: kitCrumbs(r, p)}, Form: view.Form{Action: "/programmes/" + p.Slug + "/kits", Keep: true}}
	f.Back = "/programmes/" + p.Slug + "/kits"
	if k.Kit != "" {
		f.Page.Title, f.Action, f.Back, f.Form.Version = r.Say("workshop.edit-kit", k.Title), kitPath(k.Kit)+"/edit", kitPath(k.Kit), k.Version
		if k.Published != nil {
			f.What = []string{r.Say("workshop.next-version", r.Number(k.Number+1))}
		}
	}
	number := func(name, label string, n int) control {
		return control{Field: view.Field{Name: name, Label: label, Kind: "number", Min: "1", Width: "short", Unit: r.Say("workshop.min"), Value: numeral(n)}}
	}
	f.Controls = []control{
		{Field: view.Field{Name: "id", Value: k.ID}, As: "hidden"},
		{Field: view.Field{Name: "title", Label: r.Say("workshop.kit-title"), Value: k.Title}},
		{Field: view.Field{Name: "purpose", Label: r.Say("workshop.purpose"), Optional: true, Value: k.Purpose}, As: "textarea"},
		{Field: view.Field{Name: "preparation", Label: r.Say("workshop.preparation"), Optional: true, Value: k.Preparation}, As: "textarea"},
		{Field: view.Field{Name: "materials", Label: r.Say("workshop.materials"), Optional: true, Value: k.Materials}, As: "textarea"},
		{Field: view.Field{Name: "leader_role", Label: r.Say("workshop.leader-role"), Help: r.Say("workshop.leader-role-help"), Optional: true, Value: k.LeaderRole}, As: "textarea"},
		{Field: view.Field{Name: "notes_role", Label: r.Say("workshop.notes-role"), Help: r.Say("workshop.notes-role-help"), Optional: true, Value: k.NotesRole}, As: "textarea"},
		row(dateControl("first", r.Say("workshop.first"), k.First), dateControl("last", r.Say("workshop.last"), k.Last)),
		row(number("least", r.Say("workshop.least"), k.Least), number("most", r.Say("workshop.most"), k.Most)),
	}
	n := len(k.Steps)
	if req.Method == http.MethodPost {
		n = max(n, filledSteps(req))
	}
	for i := 1; i <= min(rows(req, n, 1), workshop.MaxSteps); i++ {
		var x workshop.Step
		if i <= len(k.Steps) {
			x = k.Steps[i-1]
		}
		at := func(part string) string { return workshop.StepField(i, part) }
		f.Controls = append(f.Controls, group(r.Say("workshop.step-n", r.Number(i)), "",
			control{Field: view.Field{Name: at("title"), Label: r.Say("workshop.step-title"), Value: x.Title}},
			row(number(at("minutes"), r.Say("workshop.step-minutes"), x.Minutes), number(at("least"), r.Say("workshop.step-least"), x.Least), number(at("most"), r.Say("workshop.step-most"), x.Most)),
			control{Field: view.Field{Name: at("question"), Label: r.Say("workshop.question"), Help: r.Say("workshop.question-help"), Optional: true, Value: x.Question}},
			control{Field: view.Field{Name: at("method"), Label: r.Say("workshop.method"), Optional: true, Value: x.Method}},
			control{Field: view.Field{Name: at("guide"), Label: r.Say("workshop.guide"), Optional: true, Value: x.Guide}, As: "textarea"},
			control{Field: view.Field{Name: at("commits"), Label: r.Say("workshop.commits"), Help: r.Say("workshop.commits-help"), Value: flag(x.Commits)}, As: "checkbox"},
			control{Field: view.Field{Name: at("optional"), Label: r.Say("workshop.optional"), Value: flag(x.Optional)}, As: "checkbox"}))
	}
	f.Controls = append(f.Controls, control{Field: view.Field{Label: r.Say("workshop.more-steps")}, As: "more"})
	return f
}

// filledSteps closes the ranks of a posted kit's steps, and returns how many there are.
func filledSteps(req *http.Request) int {
	return closeRanks(req.PostForm, workshop.StepField, stepParts, stepAlong)
}

func (s *Server) saveKit(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	n, in := filledSteps(req), formOf(req)
	k := workshop.Kit{Kit: req.PathValue("kit"), ID: in.text("id"), Title: in.text("title"), Purpose: in.text("purpose"), Preparation: in.text("preparation"), Materials: in.text("materials"),
		LeaderRole: in.text("leader_role"), NotesRole: in.text("notes_role"),
		First: in.date("first"), Last: in.date("last"), Least: in.number("least"), Most: in.number("most"), Version: in.version()}
	for i := 1; i <= n; i++ {
		at := func(part string) string { return workshop.StepField(i, part) }
		k.Steps = append(k.Steps, workshop.Step{Title: in.text(at("title")), Minutes: in.number(at("minutes")), Least: in.number(at("least")), Most: in.number(at("most")),
			Question: in.text(at("question")), Method: in.text(at("method")), Guide: in.text(at("guide")), Optional: in.ticked(at("optional")), Commits: in.ticked(at("commits"))})
	}
	again := s.kitForm(req, r)
	if k.Kit == "" {
		again = s.newKitForm(req, r)
	}
	return s.takeForm(w, req, r, "workshop.done-kit", again, func(ctx context.Context, tx *db.Tx) (string, error) {
		if k.Kit == "" {
			p, err := programme.BySlug(ctx, tx, r.Viewer, req.PathValue("slug"))
			if err != nil {
				return "", err
			}
			k.Programme = p.ID
		}
		err := workshop.SaveKit(ctx, tx, r.Viewer, &k)
		return kitPath(k.Kit), err
	})
}

func (s *Server) publishKit(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("kit")
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", workshop.Publish(ctx, tx, r.Viewer, id, formOf(req).version())
	})
	if err != nil {
		if faults, code, ok := mistakes(err); ok {
			return s.writeKit(w, req, r, code, faults)
		}
		return err
	}
	return done(w, req, kitPath(id), "workshop.done-published")
}

// launchForm asks which activity a kit becomes. One that has become one gives a workshop to the workplaces that have come since.
func (s *Server) launchForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		p, err := readKit(ctx, c, r, req.PathValue("kit"))
		if err != nil {
			return f, err
		}
		if p.published() == nil {
			return f, workshop.ErrDraft
		}
		k := p.kit()
		f = formPage{About: p.Programme.ID, Submit: r.Say("workshop.launch"), Back: kitPath(k.Kit), What: []string{r.Say("workshop.launch-what")},
			Page: view.Page{Title: r.Say("workshop.launch-title", k.Title), Crumbs: append(kitCrumbs(r, p.Programme), view.Link{Href: kitPath(k.Kit), Text: k.Title, Named: true})},
			Form: view.Form{Action: kitPath(k.Kit) + "/launch"}}
		if k.Activity != "" {
			f.What, f.Submit = []string{r.Say("workshop.launch-again")}, r.Say("workshop.launch-more")
			return f, nil
		}
		goals, err := programme.Goals(ctx, c, p.Programme.ID)
		if err != nil {
			return f, err
		}
		list, err := activity.ListActivities(ctx, c, r.Viewer, activity.ActivityFilter{Programme: p.Programme.ID, Kind: "workshop", Managed: true})
		if err != nil {
			return f, err
		}
		var areas, acts []view.Option
		var all []string
		for _, g := range goals {
			areas, all = append(areas, view.Option{Value: g.ID, Label: g.Name}), append(all, g.ID)
		}
		for _, a := range list {
			if a.Published {
				acts = append(acts, view.Option{Value: a.ID, Label: a.Title})
			}
		}
		f.Controls = []control{{Field: view.Field{Name: "goals", Label: r.Say("workshop.goals"), Options: areas, Values: all}, As: "checkboxes"}}
		if acts != nil {
			f.Controls = append([]control{{Field: view.Field{Name: "activity", Label: r.Say("workshop.activity-label"), Help: r.Say("workshop.activity-help"),
				Options: view.None(r.Say("workshop.activity-new"), acts)}, As: "select"}}, f.Controls...)
		}
		return f, nil
	}
}

func (s *Server) launchKit(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in, id := formOf(req), req.PathValue("kit")
	answer, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		before, err := readKit(ctx, tx, r, id)
		if err != nil {
			return "", err
		}
		n, err := workshop.Launch(ctx, tx, r.Viewer, id, in.text("activity"), in.Values["goals"])
		code := "workshop.done-launched"
		if before.kit().Activity != "" {
			code = "workshop.done-added"
		}
		if n == 0 && before.kit().Activity != "" {
			code = "workshop.done-none-added"
		}
		return strings.Join([]string{strconv.Itoa(n), before.Programme.Slug, code}, " "), err
	})
	if err != nil {
		return s.askAgain(w, req, r, err, s.launchForm(req, r))
	}
	said := strings.Fields(answer)
	to, code := "/programmes/"+said[1]+"/workshops", said[2]
	if code == "workshop.done-none-added" {
		return done(w, req, to, code)
	}
	return done(w, req, to, code, said[0])
}

// minutesOf are all steps that are not left out.
func minutesOf(steps []workshop.Step) (n int) {
	for _, s := range steps {
		if !s.Skipped {
			n += s.Minutes
		}
	}
	return n
}

// askedOf are the steps with a question that are not left out.
func askedOf(steps []workshop.Step) []workshop.Step {
	return slices.DeleteFunc(slices.Clone(steps), func(s workshop.Step) bool { return s.Skipped || s.Question == "" })
}

func editKitText(r view.Reader, k workshop.Kit) string {
	if k.Published != nil {
		return r.Say("workshop.new-version")
	}
	return r.Say("workshop.edit-draft")
}

func publishedOn(r view.Reader, zone string, k workshop.Kit) string {
	if k.Published == nil {
		return ""
	}
	return r.Time(*k.Published, zone)
}

func kitParts(r view.Reader, k workshop.Kit) []view.Fact {
	return []view.Fact{{Label: r.Say("workshop.purpose"), Value: k.Purpose}, {Label: r.Say("workshop.preparation"), Value: k.Preparation}, {Label: r.Say("workshop.materials"), Value: k.Materials},
		{Label: r.Say("workshop.leader-role"), Value: k.LeaderRole}, {Label: r.Say("workshop.notes-role"), Value: k.NotesRole}}
}
