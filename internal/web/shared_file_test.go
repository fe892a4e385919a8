package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/local"
)

// The file of what is shared says which goal areas a text is about, and where those work who give their names. Wherever those work who do not, in whichever county
// and at whichever kind of workplace, and whenever they shared it where the calendar would tell that from the day, it is the same to the letter: so nothing in it, alone or together,
// tells any of them from the others. Neither does the page.
func TestFileOfSharedTellsNoMoreThanThePage(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 6)
		p := newPlanner(t, d, learningtest.Holder(access.Office))
		set := func(query string, args ...any) {
			w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, query, args...); err != nil {
					return err
				}
				return audit.Record(ctx, tx, audit.Event{Act: "edit", Entity: "reflection"})
			})
		}
		set(`INSERT INTO activity (id, programme, kind, title) VALUES ('lecture', $1, 'lecture', 'Föreläsning')`, learningtest.Programme)
		set(`INSERT INTO activity_goal (activity, goal_area) VALUES ('lecture', $1), ('lecture', $2)`, learningtest.Media, learningtest.Citizens)
		set(`INSERT INTO occasion (id, activity, capacity, opens, closes) VALUES ('lecture', 'lecture', 20, $1, $2)`, dbtest.Now.AddDate(0, -2, 0), dbtest.Now.AddDate(0, -1, 0))
		shares := func(person, workplace string, named bool) {
			v := learningtest.Staff(person)
			r := reflection.Reflection{Date: "2012-10-01", Text: reflection.Text{Answers: map[string]string{"take": "Av " + person}}}
			w.Tx(person, func(ctx context.Context, tx *db.Tx) error {
				if err := reflection.Write(ctx, tx, p.server.Ring, v, &r); err != nil {
					return err
				}
				return reflection.Share(ctx, tx, p.server.Ring, v, r.ID, 1, reflection.Sharing{Level: reflection.Programme, Programme: learningtest.Programme, Workplace: workplace, Named: named}, local.Date(learningtest.Today))
			})
			set(`UPDATE reflection SET occasion = 'lecture' WHERE person = $1 AND person <> 'near-5'`, person)
		}
		for i := range 5 {
			shares(fmt.Sprintf("near-%d", i), learningtest.Near, false)
		}
		shares("near-5", learningtest.Near, true)
		shares("small-0", learningtest.Small, false)
		shares("small-1", learningtest.Small, true)
		shares("far-0", learningtest.Far, true)
		set(`UPDATE person SET protected = 1 WHERE id = 'far-0'`)
		file := func() string {
			t.Helper()
			return p.wants("the file", p.post("/programmes/kompobib/reflections/file", "format=csv"), 200).body
		}
		before := file()
		rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(before, "\ufeff")))
		rows.Comma = ';'
		list, err := rows.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		by, place, goals := slices.Index(list[0], "By"), slices.Index(list[0], "Workplace, if the text is shared with a name"), slices.Index(list[0], "Goal areas")
		if place < 0 || goals < 0 || by < 0 {
			t.Fatalf("the columns are %q", list[0])
		}
		told := map[string]string{}
		for _, row := range list[1:] {
			told[row[by]] = row[place] + ": " + row[goals]
		}
		const both = "Medborgarnas behov, Nya medier"
		for name, want := range map[string]string{"": ": " + both, "Given near-5 Family": learningtest.Near + ": ", "Given small-1 Family": learningtest.Small + ": " + both} {
			if told[name] != want {
				t.Errorf("of %q the file tells %q, not %q", name, told[name], want)
			}
		}
		if len(told) != 3 || len(list) != 10 {
			t.Errorf("nine have shared, two of them by a name that may be told: %q", list)
		}
		page := p.wants("the page", p.get("/programmes/kompobib/reflections"), 200, "Given near-5 Family, workplace-near, 12 October 2012", "A member of staff, shared with", "!A member of staff, 12 October 2012").body
		for _, day := range []string{"2012-10-01", "2011-05-02"} {
			set(`UPDATE reflection SET shared_on = $1 WHERE person IN ('near-0', 'small-0', 'far-0')`, day)
			if after := file(); after != before {
				t.Errorf("shared on %s, the file would say\n%s\nand not\n%s", day, after, before)
			}
			if after := p.get("/programmes/kompobib/reflections").body; after != page {
				t.Errorf("shared on %s, the page would say\n%s\nand not\n%s", day, after, page)
			}
		}
		for _, elsewhere := range []string{learningtest.Near, learningtest.Small, learningtest.Far, learningtest.Outside} {
			set(`UPDATE reflection SET workplace = $1 WHERE named = 0 OR person = 'far-0'`, elsewhere)
			if after := file(); after != before {
				t.Errorf("if all without a name worked at %s, the file would say\n%s\nand not\n%s", elsewhere, after, before)
			}
		}
	})
}

// Who gives themes to those that have none goes on with those that are left, and is told when there are none; who came from all goes back to all.
func TestCodingGoesOnWithWhatIsLeft(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		p := newPlanner(t, d, learningtest.Holder(access.Office))
		mayQuote(w, p.server.Ring)
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO theme (id, programme, name) VALUES ('theme', $1, 'Bemötande')`, learningtest.Programme); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "theme"})
		})
		const list, left = "/programmes/kompobib/reflections", "/programmes/kompobib/reflections?theme=none"
		text := first(t, p.get(list).body, `href="(/programmes/kompobib/reflections/\w+)"`)
		p.wants("from those without a theme", p.get(left), 200, text+"?theme=none")
		p.wants("one of them", p.get(text+"?theme=none"), 200, `name="theme" value="none"`, `href="`+left+`"`)
		for _, test := range []struct{ says, from, to string }{{"from all", "", list}, {"from those without", "none", left}} {
			before := first(t, p.get(text).body, `name="was" value="(\w*)"`)
			if a := p.wants(test.says, p.post(text, "themes=theme", "was="+before, "theme="+test.from), 303); a.to != test.to {
				t.Errorf("%s one goes on at %s, not %s", test.says, a.to, test.to)
			}
		}
		p.wants("of a goal area", p.get(text+"?theme=none&goal=x"), 200, `name="goal" value="x"`, `href="/programmes/kompobib/reflections?goal=x&amp;theme=none"`)
		p.wants("none is left", p.get(left), 200, "No shared text is without a theme")
	})
}

// Several places to share at are told apart by what differs, a programme before the workplace.
func TestSharingWhere(t *testing.T) {
	at := func(pairs ...string) (places []reflection.Place) {
		for i := 0; i < len(pairs); i += 2 {
			places = append(places, reflection.Place{Programme: pairs[i], Workplace: pairs[i+1]})
		}
		return places
	}
	for _, test := range []struct {
		says         string
		places       []reflection.Place
		word, called string
	}{
		{"two workplaces in a programme", at("A", "1", "A", "2"), "place", "1"},
		{"a workplace in two programmes", at("A", "1", "B", "1"), "place-programme", "A"},
		{"two in two", at("A", "1", "B", "2"), "place-both", "A, 1"},
		{"one, and a programme without", at("A", "", "B", "2"), "place-both", "A"},
	} {
		word, called := sharingWhere(test.places)
		if got := called(test.places[0].Programme, test.places[0].Workplace); word != test.word || got != test.called {
			t.Errorf("%s: %s %q, not %s %q", test.says, word, got, test.word, test.called)
		}
	}
}
