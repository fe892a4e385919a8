package web

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/learningtest"
)

// countedFigure finds a number that leads to the rows behind it.
var countedFigure = regexp.MustCompile(`<p class="figure__number"><a href="([^"]+commitments[^"]*)">([0-9]+)`)

// Each number of commitments, of a workplace and of a programme, leads to a list of just so many, also when some have ended and some wait.
func TestNumbersLeadToTheirRows(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		v := access.System
		v.On = "2012-10-12"
		at := learning.Place{Programme: p.w.rows["programme"]["own"], Workplace: p.w.rows["unit"]["own"], Leads: true}
		for act, state := range map[string]focus.State{"a": "", "b": focus.OnTheWay, "c": focus.Done, "d": focus.Done, "e": focus.Dropped, "f": focus.Changed} {
			c, _ := p.due(act)
			if state == "" {
				continue
			}
			p.do("contact", func(ctx context.Context, tx *db.Tx) error {
				return focus.Say(ctx, tx, v, at, c.ID, c.Version, focus.Answer{State: state, Why: "så blev det"})
			})
		}
		place := "/programmes/kompobib/workplaces/" + at.Workplace
		for _, page := range []struct {
			as, path string
			figures  int
		}{{"contact", place, 4}, {"office", "/programmes/kompobib/commitments", 5}} {
			p.as = p.w.viewers[page.as]
			_, body := p.ask("GET", page.path, nil)
			figures := countedFigure.FindAllStringSubmatch(strings.ReplaceAll(body, "\n", ""), -1)
			if len(figures) != page.figures {
				t.Fatalf("%s has %d numbers", page.path, len(figures))
			}
			some := 0
			for _, f := range figures {
				n, err := strconv.Atoi(f[2])
				if err != nil {
					t.Fatal(err)
				}
				if n > 0 {
					some++
				}
				href := strings.ReplaceAll(f[1], "&amp;", "&")
				code, list := p.ask("GET", href, nil)
				if rows := strings.Count(list, `<th scope="row">`); code != 200 || rows != n {
					t.Errorf("%s: %s leads to %d rows, %d", href, f[2], rows, code)
				}
			}
			if some < 3 {
				t.Errorf("%s: only %d of the numbers say something", page.path, some)
			}
		}
	})
}

// A plan is offered as far as the workplace has not taken it; what is wrong stands at a field, and what is gone says where others are.
func TestOfferedPlan(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		from, idea := p.w.rows["unit"]["other"], p.w.rows["commitment"]["other"]
		list := "/programmes/kompobib/workplaces/" + p.w.rows["unit"]["own"] + "/ideas"
		at := list + "/" + from
		p.as = p.w.viewers["contact"]
		owner, err := db.Value[string](t.Context(), d, `SELECT owner FROM commitment WHERE id = $1`, idea)
		if err != nil {
			t.Fatal(err)
		}
		v := access.System
		v.On = "2012-10-12"
		c := focus.Commitment{Owner: owner, Starts: "2012-10-01", Due: "2012-11-01", Months: focus.Usual, Shared: true, Wording: focus.Wording{Happens: "det är tyst", Act: "frågar vi"}}
		there := learning.Place{Programme: p.w.rows["programme"]["own"], Workplace: from, Leads: true}
		p.do("contact", func(ctx context.Context, tx *db.Tx) error { return focus.Commit(ctx, tx, v, there, &c) })
		form := func(key string, ids ...string) url.Values {
			f := url.Values{"key": {key}, "starts": {"2012-10-12"}, "months": {"3, 6"}}
			for _, id := range ids {
				for field, value := range map[string]string{"take": "1", "owner": p.w.viewers["participant"], "due": "2013-03-01", "happens": "någon frågar", "act": "svarar vi alla", "notice": ""} {
					f.Set(focus.PlanField(field, id), value)
				}
			}
			return f
		}
		// Both were made at once, so either may be the first.
		_, page := p.ask("POST", at, form("none"))
		if !strings.Contains(page, `href="#take-`+idea+`"`) && !strings.Contains(page, `href="#take-`+c.ID+`"`) {
			t.Error("the fault of taking nothing leads to no field")
		}
		p.wants("the whole plan is offered", "GET", list, nil, 200, "Ta hela planen från", "(2 åtaganden)")
		p.wants("and nothing is taken", "GET", at, nil, 200, "men aldrig efter projektets slut", "!redan gjort till")
		p.wants("one is taken", "POST", at, form("one", idea), 303)
		p.wants("the rest is offered", "GET", list, nil, 200, "Ta resten av planen från", "(1 av 2 åtaganden)", "!Ta hela planen", "Det här har ni redan gjort till ert. Se ert åtagande.",
			"!commitments/new?from="+idea, "commitments/new?from="+c.ID)
		p.wants("and says so", "GET", at, nil, 200, "1 av planens 2 åtaganden har ni redan gjort till ert", "Se ert åtagande", "!name=\"take-"+idea, `name="take-`+c.ID)
		p.wants("the form of the one that is taken", "GET", strings.TrimSuffix(list, "ideas")+"commitments/new?from="+idea, nil, 200, "Det här har ni redan gjort till ert")
		p.wants("that of the other", "GET", strings.TrimSuffix(list, "ideas")+"commitments/new?from="+c.ID, nil, 200, "!Det här har ni redan gjort till ert")
		p.wants("ticked before it was taken", "POST", at, form("both", idea, c.ID), 409, "Kryssa ur det och spara igen", `href="#take-`+idea+`"`, `name="take-`+idea+`" value="1" checked`)
		if _, page := p.ask("POST", at, form("none again")); !strings.Contains(page, `href="#take-`+c.ID+`"`) {
			t.Error("the fault of taking nothing does not lead to what is left")
		}
		p.wants("and the other", "POST", at, form("two", c.ID), 303)
		p.wants("the file tells whose the ideas were", "GET", strings.TrimSuffix(list, "ideas")+"commitments?format=csv", nil, 200, "Efter en idé från", ";"+p.text(`SELECT name FROM unit_period WHERE unit = '`+from+`'`)+"\r\n")
		p.wants("nothing is offered", "GET", list, nil, 200, "Ni har redan gjort hela planen från", "!"+at, "!commitments/new?from=")
		p.wants("its page asks nothing", "GET", at, nil, 200, "Ni har redan gjort alla åtagandena i planen till era", "Se ert åtagande", "!type=\"checkbox\"")
		p.wants("a window that is still open", "POST", at, form("late", c.ID), 409, "Ni har redan gjort allt i planen till ert", "!href=\"#take-")

		for _, id := range []string{idea, c.ID} {
			was, err := db.Value[int](t.Context(), d, `SELECT version FROM commitment WHERE id = $1`, id)
			if err != nil {
				t.Fatal(err)
			}
			p.do("contact", func(ctx context.Context, tx *db.Tx) error {
				return focus.Say(ctx, tx, v, there, id, was, focus.Answer{State: focus.Dropped, Why: "hinns inte"})
			})
		}
		p.wants("a plan that is gone", "GET", at, nil, 404, "Planen finns inte längre", `href="`+list+`"`, ">Låna en idé<")
		p.wants("also when it is sent", "POST", at, form("gone", c.ID), 404, "Planen finns inte längre", `href="`+list+`"`)
		p.wants("an idea that is gone", "GET", strings.TrimSuffix(list, "ideas")+"commitments/new?from="+idea, nil, 404, `href="`+list+`"`)
	})
}

// After the programme's last day a plan's words set no limit, as the days that it proposes have none.
func TestPlanAfterTheEnd(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		p.do("office", func(ctx context.Context, tx *db.Tx) error {
			own := p.w.rows["programme"]["own"]
			if _, err := tx.Exec(ctx, `UPDATE programme SET ends = '2012-10-12' WHERE id = $1`, own); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "programme", Row: own})
		})
		p.as = p.w.viewers["contact"]
		at := "/programmes/kompobib/workplaces/" + p.w.rows["unit"]["own"] + "/ideas/" + p.w.rows["unit"]["other"]
		p.wants("its form", "GET", at, nil, 200, "projektet är slut och sätter ingen gräns", "!aldrig efter projektets slut", `value="2013-04-12"`)
	})
}

// What was said of time and conditions stands in the form, and of two who say it at once the slower sees both answers.
func TestConditionsSaidTwice(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		learningtest.New(t, d, 3)
		p := newPlanner(t, d, learningtest.Contact("near-1", learningtest.Near))
		made := p.wants("made", p.post("/programmes/kompobib/workplaces/"+learningtest.Near+"/commitments/new", "starts=2012-10-12", "due=2013-04-01", "months=3", "owner=near-1", "happens=någon frågar", "act=svarar vi"), 303)
		to, _, _ := strings.Cut(made.to, "?")
		p.wants("done", p.post(to+"/state", "version=1", "state=done"), 303)
		const form = "/conditions?check=1"
		was := func(page answer) string {
			_, rest, _ := strings.Cut(page.body, `name="was" value="`)
			mark, _, _ := strings.Cut(rest, `"`)
			return mark
		}
		first := was(p.wants("nothing is said", p.get(to+form), 200, `name="was"`))
		p.wants("said", p.post(to+"/conditions", "check=1", "was="+first, "conditions=partly", "note=En timme i veckan"), 303)
		again := p.wants("said meanwhile", p.post(to+"/conditions", "check=1", "was="+first, "conditions=no", "note=Ingen tid alls"), 409, "En timme i veckan", "Ingen tid alls")
		p.wants("it stands", p.get(to), 200, "En timme i veckan")
		p.wants("by who has seen both", p.post(to+"/conditions", "check=1", "was="+was(again), "conditions=no", "note=Ingen tid alls"), 303)
		p.wants("the form shows what there is", p.get(to+form), 200, "Ingen tid alls")
	})
}
