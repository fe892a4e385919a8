package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning/swot"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// perspectiveField is the name of a field of the n:th perspective, from 1.
func perspectiveField(n int, part string) string { return part + "-" + strconv.Itoa(n) }

var (
	perspectiveParts = []string{"name", "question"}
	perspectiveAlong = []string{"id", "place"}
)

// filledPerspectives closes the ranks of the posted ones, and returns how many there are.
func filledPerspectives(req *http.Request) int {
	return closeRanks(req.PostForm, perspectiveField, perspectiveParts, perspectiveAlong)
}

// swotPlanForm asks what a programme's workplaces analyse: three perspectives and ten years, until the office says anything else.
func (s *Server) swotPlanForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		p, err := programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug"))
		if err != nil {
			return f, err
		}
		if !r.Viewer.In(access.PlanLearning, p.ID) {
			return f, swot.ErrForbidden
		}
		plan, err := swot.PlanOf(ctx, c, p.ID)
		title := r.Say("swot.plan")
		if errors.Is(err, swot.ErrNoPlan) {
			plan, title, err = swot.Standard(p, s.today(p.Zone)), r.Say("swot.plan-open"), nil
		}
		if err != nil {
			return f, err
		}
		f = formPage{About: p.ID, Page: view.Page{Title: title, Lead: r.Say("swot.plan-lead"), Crumbs: analysedCrumbs(r, p)},
			Form: view.Form{Action: "/programmes/" + p.Slug + "/swot/plan", Version: plan.Version, Keep: true}, Submit: r.Say("swot.save"), Back: "/programmes/" + p.Slug + "/swot",
			Controls: []control{
				row(dateControl("opens", r.Say("swot.opens"), plan.Opens), dateControl("closes", r.Say("swot.closes"), plan.Closes)),
				{Field: view.Field{Name: "years", Label: r.Say("swot.years-label"), Kind: "number", Min: "1", Width: "short", Unit: r.Say("swot.years-unit"), Value: numeral(plan.Years)}},
			}}
		n := len(plan.Perspectives)
		if req.Method == http.MethodPost {
			n = max(n, filledPerspectives(req))
		}
		for i := 1; i <= min(rows(req, n, 1), swot.MaxPerspectives); i++ {
			var x swot.Perspective
			if req.Method == http.MethodPost { // rows have moved up where one was emptied
				x, _ = plan.Find(formOf(req).text(perspectiveField(i, "id")))
			} else if i <= len(plan.Perspectives) {
				x = plan.Perspectives[i-1]
			}
			help := ""
			if x.Used {
				help = r.Say("swot.perspective-used")
			}
			f.Controls = append(f.Controls, control{Field: view.Field{Name: perspectiveField(i, "id"), Value: x.ID}, As: "hidden"},
				group(r.Say("swot.perspective-n", r.Number(i)), help,
					control{Field: view.Field{Name: perspectiveField(i, "name"), Label: r.Say("swot.perspective-name"), Value: x.Name, Off: x.Used}},
					control{Field: view.Field{Name: perspectiveField(i, "question"), Label: r.Say("swot.perspective-question"), Optional: true, Value: x.Question, Off: x.Used}},
					control{Field: view.Field{Name: perspectiveField(i, "place"), Label: r.Say("swot.perspective-place"), Kind: "number", Min: "1", Width: "short", Value: numeral(i)}}))
		}
		f.Controls = append(f.Controls, control{Field: view.Field{Label: r.Say("swot.more-perspectives")}, As: "more"})
		return f, nil
	}
}

func analysedCrumbs(r view.Reader, p programme.Programme) []view.Link {
	return []view.Link{{Href: "/learning", Text: r.Say("learning.title")}, {Href: "/programmes/" + p.Slug + "/learning", Text: r.Say("learning.overview")},
		{Href: "/programmes/" + p.Slug + "/swot", Text: r.Say("swot.coverage")}}
}

func (s *Server) saveSwotPlan(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	n, in := filledPerspectives(req), formOf(req)
	p := swot.Plan{Years: in.number("years"), Opens: in.date("opens"), Closes: in.date("closes"), Version: max(in.version(), 0)}
	order := make([]int, n) // the rows by the places that are asked for
	for i := range order {
		order[i] = i + 1
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return in.number(perspectiveField(a, "place")) - in.number(perspectiveField(b, "place"))
	})
	for _, i := range order {
		p.Perspectives = append(p.Perspectives, swot.Perspective{ID: in.text(perspectiveField(i, "id")), Name: in.text(perspectiveField(i, "name")), Question: in.text(perspectiveField(i, "question"))})
	}
	return s.takeForm(w, req, r, "swot.done-plan", s.swotPlanForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		prog, err := programme.BySlug(ctx, tx, r.Viewer, req.PathValue("slug"))
		if err != nil {
			return "", err
		}
		p.Programme = prog.ID
		was, err := swot.PlanOf(ctx, tx, prog.ID) // before anything is refused: PostgreSQL answers nothing after that
		if err != nil && !errors.Is(err, swot.ErrNoPlan) {
			return "", err
		}
		err = swot.SavePlan(ctx, tx, r.Viewer, &p)
		if faults := fault.Of(err); faults != nil && !errors.Is(err, fault.Stale) {
			err = atRows(req, faults, order, was)
		}
		return "/programmes/" + prog.Slug + "/swot", err
	})
}

// atRows points faults at the rows of the form that was sent: its order is that of the places which are asked for. A perspective that may not go stands in
// a row again, the last one, with its fault.
func atRows(req *http.Request, faults fault.List, order []int, was swot.Plan) fault.List {
	list := make(fault.List, len(faults))
	for k, f := range faults {
		field := f.Field
		part, n, _ := strings.Cut(field, "-")
		if i, err := strconv.Atoi(n); err == nil && 1 <= i && i <= len(order) {
			field = perspectiveField(order[i-1], part)
		}
		for place, x := range was.Perspectives {
			if f.Field != swot.GoneField(x.ID) {
				continue
			}
			i := filledPerspectives(req) + 1
			for old := 1; old < i; old++ {
				if req.PostForm.Get(perspectiveField(old, "id")) == x.ID { // by an attempt before this one
					i = old
				}
			}
			for part, value := range map[string]string{"id": x.ID, "name": x.Name, "question": x.Question, "place": strconv.Itoa(place + 1)} {
				req.PostForm.Set(perspectiveField(i, part), value)
			}
			field = perspectiveField(i, "name")
		}
		list[k] = f.At(field, f.Args...)
	}
	return list
}
