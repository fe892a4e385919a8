package web

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/swot"
)

// Two in the office sort needs at once: neither undoes what the other did, and a need under the wrong topic can be moved.
func TestSortingNeeds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		lead, office := learningtest.Contact("near-1", learningtest.Near), learningtest.Holder(access.Office)
		at := learning.Place{Programme: learningtest.Programme, Workplace: learningtest.Near, Leads: true}
		n := need.Need{Wording: need.Wording{Text: "Visa e-böcker", Priority: "high", Staff: 2, Due: "2012-12-01", Form: "course"}}
		films, books := need.Topic{Programme: at.Programme, Name: "Film"}, need.Topic{Programme: at.Programme, Name: "E-böcker"}
		lecture := activity.Activity{Programme: at.Programme, Kind: "lecture", Title: "E-böcker", Travel: "employer", Meal: "project", Substitute: "employer", Published: true, Goals: []string{learningtest.Media}}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(need.Add(ctx, tx, lead, at, &n), need.Agree(ctx, tx, lead, at, 1, "2012-10-01"))
		})
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(need.SaveTopic(ctx, tx, office, &films), need.SaveTopic(ctx, tx, office, &books), activity.CreateActivity(ctx, tx, office, &lecture))
		})
		p := newPlanner(t, d, office)
		programme := "/programmes/kompobib"
		p.wants("what waits", p.get(programme+"/needs/sort"), 200, "Visa e-böcker")
		p.wants("sorted", p.post(programme+"/needs/sort", "group=", "topic-rest="+films.ID, "need="+n.ID), 303)
		p.wants("the other saw it unsorted", p.post(programme+"/needs/sort", "group=", "topic-rest="+books.ID, "need="+n.ID), 409, "Somebody else has sorted")

		here := programme + "/workplaces/" + url.PathEscape(at.Workplace) + "/needs/" + n.ID
		p.wants("its page names the topic", p.get(here), 200, "Film", here+"/topic")
		p.wants("the form", p.get(here+"/topic"), 200, `name="was" value="`+films.ID+`"`)
		p.wants("moved", p.post(here+"/topic", "was="+films.ID, "topic="+books.ID), 303)
		p.wants("moved by who saw the first", p.post(here+"/topic", "was="+films.ID, "topic="), 409, "Someone else", "E-böcker", `name="was" value="`+books.ID+`"`)

		ties := "/activities/" + lecture.ID + "/needs"
		p.wants("nothing is tied", p.get(ties), 200, `name="was" value="|"`)
		p.wants("tied", p.post(ties, "was=|", "topics="+books.ID), 303)
		p.wants("tied by who saw nothing tied", p.post(ties, "was=|", "topics="+films.ID), 409, `name="was" value="`+books.ID+` |"`)
		if now, err := need.TiesOf(t.Context(), d, lecture.ID); err != nil || now.Mark() != books.ID+" |" {
			t.Errorf("tied are %q, %v", now.Mark(), err)
		}
		p.who = lead
		p.wants("the workplace does not sort", p.get(here+"/topic"), 403)
	})
}

// A draft answers no need: it is planned, wherever it is told of, and stays among those that no published activity answers.
func TestPlannedNeeds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		lead, office := learningtest.Contact("near-1", learningtest.Near), learningtest.Holder(access.Office)
		at := learning.Place{Programme: learningtest.Programme, Workplace: learningtest.Near, Leads: true}
		n := need.Need{Wording: need.Wording{Text: "Visa e-böcker", Priority: "high", Staff: 2, Due: "2012-12-01", Form: "course"}}
		books := need.Topic{Programme: at.Programme, Name: "E-böcker"}
		lecture := activity.Activity{Programme: at.Programme, Kind: "lecture", Title: "Läsplattan", Travel: "employer", Meal: "project", Substitute: "employer", Goals: []string{learningtest.Media}}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(need.Add(ctx, tx, lead, at, &n), need.Agree(ctx, tx, lead, at, 1, "2012-10-01"))
		})
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			if err := errors.Join(need.SaveTopic(ctx, tx, office, &books), activity.CreateActivity(ctx, tx, office, &lecture)); err != nil {
				return err
			}
			_, err := need.Sort(ctx, tx, office, at.Programme, "", books.ID, []string{n.ID})
			return err
		})
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return need.Tie(ctx, tx, office, lecture.ID, need.Ties{Topics: []string{books.ID}})
		})
		p := newPlanner(t, d, office)
		programme := "/programmes/kompobib"
		p.wants("in numbers", p.get(programme+"/needs"), 200, "1 need has no published activity yet. For 1 one is planned.", "needs/list?state=planned&amp;topic="+books.ID)
		p.wants("in a list", p.get(programme+"/needs/list?state=planned"), 200, "Visa e-böcker", "Planned")
		p.wants("among what waits", p.get(programme+"/needs/list?state=waiting"), 200, "Visa e-böcker")
		p.wants("with its topic", p.get(programme+"/needs/unanswered"), 200, "E-böcker", "stays here as planned", "needs/unanswered?format=xlsx", "needs/unanswered?format=csv")
		file := programme + "/needs/unanswered?format=csv"
		p.wants("and in the file", p.get(file), 200, "E-böcker;;;;;1;1;2;1;")
		p.wants("not as answered", p.get(programme+"/needs/list?state=answered"), 200, "No needs")
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			a, err := activity.GetActivity(ctx, tx, office, lecture.ID)
			if err != nil {
				return err
			}
			a.Published = true
			return activity.UpdateActivity(ctx, tx, office, &a)
		})
		p.wants("published", p.get(programme+"/needs/list?state=answered"), 200, "Visa e-böcker", "Answered")
		p.wants("nothing waits", p.get(programme+"/needs/unanswered"), 200, "No topic waits for an activity.")
		if page := p.get(programme + "/needs/unanswered"); strings.Contains(page.body, "format=csv") {
			t.Error("a file of nothing is offered")
		}
		single := need.Need{Wording: need.Wording{Text: "Berätta sagor", Priority: "high", Staff: 3, Due: "2012-11-01", Form: "course"}}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			plan, err := need.PlanOf(ctx, tx, at)
			return errors.Join(err, need.Add(ctx, tx, lead, at, &single), need.Agree(ctx, tx, lead, at, plan.Version+1, "2012-10-02"))
		})
		p.wants("a need without a topic", p.get(file), 200, ";Berätta sagor;"+learningtest.Near+";"+learningtest.NearTown+";"+learningtest.County+";1;1;3;0;2012-11-01")
		p.who = learningtest.Holder(access.Steering)
		if a := p.wants("who reads no needs", p.get(file), 200, "Topic"); strings.Contains(a.body, "sagor") {
			t.Errorf("reads them in the file: %s", a.body)
		}
	})
}

// Whoever sorts a group that is gone meanwhile is told so on the page, not at a field that is not there, and keeps the topic that they wrote.
func TestSortingWhatIsGone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		lead, office := learningtest.Contact("near-1", learningtest.Near), learningtest.Holder(access.Office)
		at := learning.Place{Programme: learningtest.Programme, Workplace: learningtest.Near, Leads: true}
		n := need.Need{Wording: need.Wording{Text: "Visa e-böcker", Priority: "high", Staff: 2, Due: "2012-12-01", Form: "course"}}
		films := need.Topic{Programme: at.Programme, Name: "Film"}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(need.Add(ctx, tx, lead, at, &n), need.Agree(ctx, tx, lead, at, 1, "2012-10-01"))
		})
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error { return need.SaveTopic(ctx, tx, office, &films) })
		p := newPlanner(t, d, office)
		sort := "/programmes/kompobib/needs/sort"
		p.wants("the other is first", p.post(sort, "group=", "topic-rest="+films.ID, "need="+n.ID), 303)
		late := p.wants("with a new topic", p.post(sort, "group=", "name=E-böcker", "need="+n.ID), 409, "Somebody else has sorted", "The group that you sorted is gone", "has not been created", `value="E-böcker"`, `action="/programmes/kompobib/topics/new"`)
		for _, field := range []string{"#topic-rest", "#topic-"} {
			if strings.Contains(late.body, `href="`+field) {
				t.Errorf("the fault leads to %s, which is not on the page", field)
			}
		}
		if topics, err := need.Topics(t.Context(), d, at.Programme); err != nil || len(topics) != 1 {
			t.Errorf("topics: %+v, %v", topics, err)
		}
		p.wants("made from there", p.post("/programmes/kompobib/topics/new", "name=E-böcker"), 303)
		p.wants("without one", p.post(sort, "group=", "topic-rest=", "need="+n.ID), 422, "The group that you sorted is gone")
	})
}

// A perspective that may no longer go, since someone has written from it, stands in the form again with its fault; a fault in a row stands at it whatever order is asked for.
func TestPerspectiveInUse(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		office := learningtest.Holder(access.Office)
		plan := swot.Plan{Programme: learningtest.Programme, Years: 10, Opens: "2012-01-01", Closes: "2012-12-01", Perspectives: []swot.Perspective{{Name: "Ett"}, {Name: "Två"}, {Name: "Tre"}}}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			if err := swot.SavePlan(ctx, tx, office, &plan); err != nil {
				return err
			}
			id, err := swot.Begin(ctx, tx, office, learning.Place{Programme: plan.Programme, Workplace: learningtest.Near, Leads: true})
			if err != nil {
				return err
			}
			_, err = swot.Write(ctx, tx, office, id, plan.Perspectives[1].ID, "key", map[swot.Quadrant]string{swot.Strength: "Nära"})
			return err
		})
		p := newPlanner(t, d, office)
		form := "/programmes/kompobib/swot/plan"
		common := []string{"version=1", "years=10", "opens=2012-01-01", "closes=2012-12-01"}
		row := func(i, of int, name, place string) []string {
			return []string{"id-" + strconv.Itoa(i) + "=" + plan.Perspectives[of].ID, "name-" + strconv.Itoa(i) + "=" + name, "question-" + strconv.Itoa(i) + "=", "place-" + strconv.Itoa(i) + "=" + place}
		}
		emptied := slices.Concat(common, row(1, 0, "Ett", "1"), row(2, 1, "", "2"), row(3, 2, "Tre", "3"))
		p.wants("emptied", p.post(form, emptied...), 409, "There are notes from the perspective Två", `href="#name-3"`, `name="id-3" value="`+plan.Perspectives[1].ID+`"`, `value="Två"`, `value="Tre"`)
		renamed := slices.Concat(common, row(1, 0, "Ett", "3"), row(2, 1, "Annat", "1"), row(3, 2, "Tre", "2"))
		p.wants("renamed, and to be the first", p.post(form, renamed...), 409, "There are notes from the perspective Två", `href="#name-2"`)
	})
}

// Agreeing by its address on a plan that has not changed makes no version: the page says which one stands.
func TestAgreeingOnTheSame(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		lead := learningtest.Contact("near-1", learningtest.Near)
		at := learning.Place{Programme: learningtest.Programme, Workplace: learningtest.Near, Leads: true}
		n := need.Need{Wording: need.Wording{Text: "Visa e-böcker", Priority: "high", Staff: 2, Due: "2012-12-01", Form: "course"}}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(need.Add(ctx, tx, lead, at, &n), need.Agree(ctx, tx, lead, at, 1, "2012-10-01"))
		})
		p := newPlanner(t, d, lead)
		agree := "/programmes/kompobib/workplaces/" + learningtest.Near + "/needs/agree"
		if page := p.wants("it asks nothing", p.get(agree), 200, "Version 1, 1 October 2012", "Nothing has changed since then", "It was recorded by Given near-1 Family"); strings.Contains(page.body, `name="on"`) {
			t.Error("there is nothing to agree on, and a button for it")
		}
		p.wants("by its address", p.post(agree, "version=2", "on=2012-10-12"), 409, "Nothing has changed since version 1, which you agreed on 1 October 2012.")
		plan := strings.TrimSuffix(agree, "/agree")
		if page := p.get(plan); strings.Contains(page.body, agree) {
			t.Error("the plan asks to be agreed on, and says what it said")
		}
		other := need.Need{Wording: need.Wording{Text: "Visa ljudböcker", Priority: "high", Staff: 2, Due: "2012-12-01", Form: "course"}}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(need.Add(ctx, tx, lead, at, &other), need.Agree(ctx, tx, lead, at, 3, "2012-10-02"))
		})
		if page := p.get(plan); strings.Contains(page.body, agree) {
			t.Error("the plan asks to be agreed on, and has just been")
		}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			return need.Say(ctx, tx, lead, at, other.ID, 1, need.Dropped, "Två har redan gått kursen")
		})
		p.wants("less what is dropped", p.get(plan), 200, `href="`+agree+`"`, "The plan has changed since")
		p.wants("which it is agreed on without", p.get(agree), 200, "Visa e-böcker", `name="on"`)
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			return need.Say(ctx, tx, lead, at, n.ID, 1, need.Dropped, "Alla kan det")
		})
		if page := p.get(plan); strings.Contains(page.body, agree) {
			t.Error("a plan of nothing asks to be agreed on")
		}
	})
}

// Pages of a programme in which nothing has happened yet say so, and not that nothing fits a choice that nobody made; with a choice they say that. All stand under Learning.
func TestNothingYet(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		learningtest.New(t, d, 1)
		p := newPlanner(t, d, learningtest.Holder(access.Office))
		const under, chosen = `href="/learning" aria-current="page"`, "?goal=" + learningtest.Media
		for _, page := range []struct{ path, yet, fits string }{
			{"/commitments/list", "No commitments are written yet", "No commitments fit what you chose"},
			{"/workplaces/" + learningtest.Near + "/commitments", "No commitments are written yet", "No commitments fit what you chose"},
			{"/needs/list", "No workplace has agreed on its competence plan yet", "No needs fit the choice"},
			{"/needs/unanswered", "No topic waits for an activity.", ""},
			{"/reflections", "Nobody has shared anything with the programme yet", "Nobody has shared anything here"},
			{"/workshops", "No workshop is launched", ""},
		} {
			path := "/programmes/kompobib" + page.path
			if a := p.wants(path, p.get(path), 200, page.yet, under); page.fits != "" && strings.Contains(a.body, page.fits) || strings.Contains(a.body, "0 of 3 workplaces") {
				t.Errorf("%s says that nothing fits: %s", path, page.fits)
			}
			if page.fits != "" {
				p.wants(path+" with a choice", p.get(path+chosen), 200, page.fits)
			}
		}
	})
}
