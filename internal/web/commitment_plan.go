package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// An ideaList is what other workplaces let this one use.
type ideaList struct {
	At    learningAt
	Rows  []focus.Idea
	Taken map[string]string // by the idea: the commitment that goes on with it
	Next  string
	Goals []programme.GoalArea
	Write bool
}

func (s *Server) ideas(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d ideaList
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.At, err = learningPlace(ctx, c, req, r); err != nil {
			return err
		}
		if d.Rows, d.Next, err = focus.Ideas(ctx, c, r.Viewer, d.At.Place, r.Query().Get("goal"), r.Query().Get("after")); err != nil {
			return err
		}
		if d.Taken, err = focus.Taken(ctx, c, r.Viewer, d.At.Place, d.Rows); err != nil {
			return err
		}
		if d.Write, err = learning.MayWrite(ctx, c, r.Viewer, d.At.Place); err != nil {
			return err
		}
		d.Goals, err = programme.Goals(ctx, c, d.At.Programme.ID)
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, ideasView(r.In(d.At.Programme.ID), d))
}

// planForm asks which of another workplace's commitments this one goes on with, who answers for each and by when.
func (s *Server) planForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, err := writingPlace(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		plan, err := focus.GetPlan(ctx, c, r.Viewer, at.Place, req.PathValue("from"))
		if err != nil {
			return f, toIdeas(r, at, err)
		}
		crumbs := append(at.crumbs(r), view.Link{Href: at.at("ideas"), Text: r.Say("focus.ideas")})
		if plan.Open() == 0 {
			return formPage{Page: view.Page{Title: r.Say("focus.plan-of", plan.Name), Lead: r.Say("focus.plan-done"), Crumbs: crumbs}, About: at.Programme.ID, Above: takenView(r, at, plan)}, nil
		}
		months, err := focus.MonthsOf(ctx, c, at.Programme.ID)
		if err != nil {
			return f, err
		}
		goals, err := programme.Goals(ctx, c, at.Programme.ID)
		if err != nil {
			return f, err
		}
		staff, err := staffOptions(ctx, c, r, at)
		if err != nil {
			return f, err
		}
		today := s.today(at.Programme.Zone)
		what := r.Say("focus.plan-what", plan.Name)
		if at.Programme.Ends <= today { // as [focus.Shift] reckons
			what = r.Say("focus.plan-what-over", plan.Name)
		}
		f = formPage{
			Page:  view.Page{Title: r.Say("focus.plan-of", plan.Name), Lead: r.Say("focus.plan-lead"), Crumbs: crumbs},
			Form:  view.Form{Action: at.at("ideas/" + plan.Workplace), Keep: true},
			About: at.Programme.ID, What: []string{what, publicAt(r, at.Programme.ID, "focus.public-document")},
			Submit: r.Say("focus.plan-save"), Back: at.at("ideas"),
		}
		if n := plan.Gone(); n > 0 {
			f.What = append([]string{r.Say("focus.plan-partly", n, plan.Ideas[0].Shares)}, f.What...)
		}
		if more := plan.More(); more > 0 {
			f.What = append(f.What, r.Count("focus.plan-more", more))
		}
		f.Labels = map[string]string{}
		for i, x := range plan.Ideas {
			for _, field := range []string{"take", "owner", "due", "happens", "act", "notice"} {
				f.Labels[focus.PlanField(field, x.ID)] = planNth(r, plan, i)
			}
			f.Controls = append(f.Controls, planPart(r, at, plan, i, goalName(goals, x.Goal), focus.Shift(x.Starts, x.Due, today, at.Programme.Ends), staff, formOf(req).ticked(focus.PlanField("take", x.ID))))
		}
		f.Controls = append(f.Controls, group(r.Say("focus.plan-all"), "",
			dateControl("starts", r.Say("focus.starts"), today),
			control{Field: view.Field{Name: "months", Label: r.Say("focus.months-label"), Help: r.Say("focus.months-help") + " " + r.Say("focus.after-end", r.Date(at.Programme.Ends)), Value: months.String()}},
			control{Field: view.Field{Name: "shared", Label: r.Say("focus.plan-shared"), Help: r.Say("focus.shared-help")}, As: "checkbox"}))
		return f, nil
	}
}

// planPart is one commitment of a plan, to go on with or not. What the workplace goes on with already says so alone, with a box to untick if that
// happened after it was ticked.
func planPart(r view.Reader, at learningAt, plan focus.Plan, i int, goal string, due local.Date, staff []view.Option, ticked bool) control {
	x := plan.Ideas[i]
	say := func(code string) string { return r.Say("focus." + code) }
	name := func(field string) string { return focus.PlanField(field, x.ID) }
	take := control{Field: view.Field{Name: name("take"), Label: say("plan-take"), Value: "1"}, As: "checkbox"}
	if own := plan.Taken[x.ID]; own != "" {
		parts := []control{{As: "shown", Shown: ideaShown(r, x, goal, at.at("commitments/"+own))}}
		if take.Value = ""; ticked {
			parts = append(parts, take)
		}
		return group(planNth(r, plan, i), "", parts...)
	}
	return group(planNth(r, plan, i), "",
		control{As: "shown", Shown: ideaShown(r, x, goal, "")},
		take,
		row(control{Field: view.Field{Name: name("owner"), Label: say("owner-label"), Options: view.None(say("owner-none"), staff)}, As: "select"},
			dateControl(name("due"), say("due-label"), due)),
		control{Field: view.Field{Label: say("plan-reword")}, As: "fold", Parts: []control{
			{Field: view.Field{Name: name("happens"), Label: say("happens-label"), Value: x.Happens, Rows: 2}, As: "textarea"},
			{Field: view.Field{Name: name("act"), Label: say("act-label"), Value: x.Act, Rows: 3}, As: "textarea"},
			{Field: view.Field{Name: name("notice"), Label: say("notice-label"), Optional: true, Value: x.Notice, Rows: 2}, As: "textarea"},
		}})
}

// planNth names a commitment of a plan, so that one that is wrong is told from the others.
func planNth(r view.Reader, plan focus.Plan, i int) string {
	return r.Say("focus.plan-nth", r.Number(i+1), r.Number(len(plan.Ideas)))
}

// takePlan makes what is ticked of another workplace's plan this one's own.
func (s *Server) takePlan(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "focus.plan-saved", s.planForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		months, _ := focus.ParseMonths(in.text("months"))
		var list []focus.Commitment
		for _, id := range tickedIn(in, focus.PlanField("take", "")) {
			text := func(field string) string { return in.text(focus.PlanField(field, id)) }
			list = append(list, focus.Commitment{IdeaOf: id, Owner: text("owner"), Starts: in.date("starts"), Due: in.date(focus.PlanField("due", id)), Months: months,
				Shared: in.ticked("shared"), Wording: focus.Wording{Happens: text("happens"), Act: text("act"), Notice: text("notice")}})
		}
		return at.at("commitments"), toIdeas(r, at, focus.Adopt(ctx, tx, r.Viewer, at.Place, req.PathValue("from"), list))
	})
}

// toIdeas is an error that leads who reads of it to the ideas of other workplaces, if it says that one is gone.
func toIdeas(r view.Reader, at learningAt, err error) error {
	if errors.Is(err, focus.ErrIdea) || errors.Is(err, focus.ErrNoPlan) {
		return leadingTo{err, view.Link{Href: at.at("ideas"), Text: r.Say("focus.ideas")}}
	}
	return err
}

// tickedIn are what stands after the beginning of the names of the boxes that are ticked, in order.
func tickedIn(in posted, beginning string) (ids []string) {
	for name := range in.Values {
		if id, ok := strings.CutPrefix(name, beginning); ok && in.ticked(name) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
