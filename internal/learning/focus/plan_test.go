package focus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/letter"
	"kompobib/internal/local"
)

var taker = at.Contact("far-0", at.Far)

// What a workplace had so long for another has as long for, within the programme while that goes on.
func TestShift(t *testing.T) {
	for _, test := range []struct {
		says                        string
		starts, due, on, ends, want local.Date
	}{
		{"as long after", "2012-10-12", "2012-12-01", "2013-01-10", "2013-12-31", "2013-03-01"},
		{"over a leap day", "2012-02-01", "2012-03-01", "2013-02-01", "2013-12-31", "2013-03-02"},
		{"the same day", "2012-10-12", "2012-10-12", "2013-01-10", "2013-12-31", "2013-01-10"},
		{"not after the programme", "2012-10-12", "2013-10-12", "2013-06-01", "2013-12-31", "2013-12-31"},
		{"on its last day", "2012-10-12", "2012-10-13", "2013-12-31", "2013-12-31", "2014-01-01"},
		{"when it is over, as long", "2012-10-12", "2012-11-11", "2014-02-01", "2013-12-31", "2014-03-03"},
	} {
		if got := focus.Shift(test.starts, test.due, test.on, test.ends); got != test.want {
			t.Errorf("%s: %s, want %s", test.says, got, test.want)
		}
	}
}

// plan is what a viewer at [at.Far] is offered of [at.Near]'s commitments.
func (w *world) plan(v access.Viewer) (focus.Plan, error) {
	w.T.Helper()
	p, err := learning.Find(w.T.Context(), w.D, v, at.Programme, at.Far)
	if err != nil {
		w.T.Fatal(err)
	}
	return focus.GetPlan(w.T.Context(), w.D, v, p, at.Near)
}

// ideas are what a viewer is offered at a workplace.
func (w *world) ideas(v access.Viewer, workplace string) []focus.Idea {
	w.T.Helper()
	p, err := learning.Find(w.T.Context(), w.D, v, at.Programme, workplace)
	if err != nil {
		w.T.Fatal(err)
	}
	list, _, err := focus.Ideas(w.T.Context(), w.D, v, p, "", "")
	if err != nil {
		w.T.Fatal(err)
	}
	return list
}

// adopt takes some of it.
func (w *world) adopt(v access.Viewer, list ...focus.Commitment) error {
	return w.as(v, at.Far, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
		return focus.Adopt(ctx, tx, v, p, at.Near, list)
	})
}

// after is a commitment of far-1's that goes on with another.
func after(c focus.Commitment) focus.Commitment {
	return focus.Commitment{IdeaOf: c.ID, Owner: "far-1", Starts: at.Today, Due: "2013-05-01", Months: focus.Usual, Wording: c.Wording}
}

// A workplace takes of another's plan what that shares, all that it chooses or nothing, and once; everyone whose ideas they were is thanked once.
func TestAdopt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		shared := map[string]focus.Commitment{}
		for _, of := range []struct {
			name, owner string
			shared      bool
		}{{"a", "near-1", true}, {"b", "near-1", true}, {"c", "near-2", true}, {"d", "near-1", true}, {"kept", "near-1", false}, {"dropped", "near-1", true}} {
			c := someCommitment()
			c.Owner, c.Shared, c.Act = of.owner, of.shared, of.name
			shared[of.name] = w.commit(leader, c)
		}
		if err := w.say(leader, shared["dropped"].ID, focus.Answer{State: focus.Dropped, Why: "hinns inte"}); err != nil {
			t.Fatal(err)
		}
		offered := func() string {
			t.Helper()
			plan, err := w.plan(taker)
			if err != nil {
				t.Fatal(err)
			}
			var acts []string
			for _, x := range plan.Ideas {
				act := x.Act
				if plan.Taken[x.ID] != "" {
					act += "*"
				}
				acts = append(acts, act)
			}
			return strings.Join(acts, " ")
		}
		if got := offered(); got != "a b c d" {
			t.Errorf("offered: %s", got)
		}
		if plan, err := w.plan(at.Holder(access.Auditor)); !errors.Is(err, focus.ErrNoPlan) {
			t.Errorf("an auditor is offered %v, %v", plan, err)
		}

		has := func() string {
			t.Helper()
			p, err := learning.Find(t.Context(), d, taker, at.Programme, at.Far)
			if err != nil {
				t.Fatal(err)
			}
			list, err := focus.Here(t.Context(), d, taker, p, focus.Filter{By: "due", On: at.Today})
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, c := range list {
				if c.IdeaFrom != at.Near || c.Goal != at.Citizens || c.Need != "" || c.State != focus.Open {
					t.Errorf("taken: %+v", c)
				}
				all = append(all, c.Act)
			}
			return strings.Join(all, " ")
		}
		with := func(name string, change func(*focus.Commitment)) focus.Commitment {
			c := after(shared[name])
			change(&c)
			return c
		}
		field := func(name, of string) string { return focus.PlanField(name, shared[of].ID) }
		for _, test := range []struct {
			says string
			v    access.Viewer
			list []focus.Commitment
			want string // faults by field, or the fault
		}{
			{"who only works there takes none", at.Staff("far-1"), []focus.Commitment{after(shared["a"])}, learning.ErrForbidden.Code},
			{"nothing is chosen: told at the first", taker, nil, focus.ErrChosen.Code + " " + field("take", "a")},
			{"what is not shared is not there", taker, []focus.Commitment{after(shared["a"]), after(shared["kept"])}, focus.ErrWithdrawn.Code},
			{"nor what is dropped", taker, []focus.Commitment{after(shared["dropped"])}, focus.ErrWithdrawn.Code},
			{"each is told what is wrong with it, and all of it once", taker, []focus.Commitment{
				after(shared["a"]),
				with("b", func(c *focus.Commitment) { c.Owner, c.Months = "near-1", nil }),
				with("c", func(c *focus.Commitment) { c.Owner, c.Act, c.Due, c.Months = "", " ", "2012-10-11", nil }),
			}, fmt.Sprint(focus.ErrMonths.Code, " months, ", focus.ErrOwner.Code, " ", field("owner", "b"), ", ", focus.ErrAct.Code, " ", field("act", "c"), ", ",
				focus.ErrDue.Code, " ", field("due", "c"), ", ", focus.ErrOwner.Code, " ", field("owner", "c"))},
		} {
			err := w.adopt(test.v, test.list...)
			var got []string
			for _, f := range fault.Of(err) {
				got = append(got, f.Error())
			}
			if strings.Join(got, ", ") != test.want {
				t.Errorf("%s: %v, want %s", test.says, err, test.want)
			}
			if got := has(); got != "" {
				t.Errorf("%s: %s", test.says, got)
			}
		}

		if err := w.adopt(taker, after(shared["a"]), with("b", func(c *focus.Commitment) { c.Act, c.Due = "b som vår", "2013-06-01" }), with("c", func(c *focus.Commitment) { c.Due = "2013-07-01" })); err != nil {
			t.Fatal(err)
		}
		if got := has(); got != "a b som vår c" {
			t.Errorf("has %s", got)
		}
		if got := offered(); got != "a* b* c* d" {
			t.Errorf("afterwards: %s", got)
		}
		if err := w.adopt(taker, after(shared["d"]), after(shared["a"])); !errors.Is(err, focus.ErrTaken) || fault.Of(err).In(field("take", "a")) == nil {
			t.Errorf("once more: %v", err)
		}
		if err := w.adopt(taker); fault.Of(err).In(field("take", "d")) == nil {
			t.Errorf("nothing of what is left: %v", err)
		}
		if got := w.get(leader, shared["a"].ID).Ideas; got != 1 {
			t.Errorf("%d go on with the first", got)
		}
		letters, err := letter.List(t.Context(), d, access.System, letter.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		thanks := map[string]bool{}
		for _, l := range letters {
			thanks[fmt.Sprint(l.Person, " ", l.Template, " ", l.Args["ideas"])] = true
		}
		if len(letters) != 2 || !thanks["near-1 plan-used 2"] || !thanks["near-2 idea-used 1"] {
			t.Errorf("thanked: %v", thanks)
		}

		left := func() (n []int) {
			t.Helper()
			for _, x := range w.ideas(taker, at.Far) {
				n = append(n, x.Left, x.Shares, x.Used)
			}
			return n
		}
		if got := fmt.Sprint(left()); got != "[1 4 0 1 4 1 1 4 1 1 4 1]" { // the newest first
			t.Errorf("left of them, shared, used: %s", got)
		}
		if err := w.adopt(taker, after(shared["d"])); err != nil {
			t.Fatal(err)
		}
		again := after(shared["d"])
		if err := w.as(taker, at.Far, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return focus.Commit(ctx, tx, taker, p, &again)
		}); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(left()); got != "[0 4 1 0 4 1 0 4 1 0 4 1]" { // one workplace, however many commitments it has made of one
			t.Errorf("left when all are taken: %s", got)
		}
		for _, list := range [][]focus.Commitment{nil, {after(shared["b"])}} {
			if err := w.adopt(taker, list...); !errors.Is(err, focus.ErrAllTaken) {
				t.Errorf("more of a plan that is taken: %v", err)
			}
		}
		doctor.Well(t, d)
	})
}

// Who shared an idea and has left is not thanked: the contacts of the workplace are, each once, but not those who have left too.
func TestThanksForWhoHasLeft(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var ideas []focus.Commitment
		for _, owner := range []string{"near-1", "near-3", "near-3"} {
			c := someCommitment()
			c.Owner, c.Shared = owner, true
			ideas = append(ideas, w.commit(leader, c))
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE employment SET valid_to = '2012-10-01' WHERE person IN ('near-3', 'near-4')`); err != nil {
				return err
			}
			var grants [][]any
			for i, g := range [][2]string{{"near-0", at.Near}, {"near-0", at.NearTown}, {"near-4", at.Near}, {"small-0", at.Small}} {
				grants = append(grants, []any{fmt.Sprint("grant-", i), g[0], "contact", g[1], "2011-01-01"})
			}
			if err := db.Insert(ctx, tx, "role_grant", "id, person, role, unit, valid_from", "", grants); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "end", Entity: "employment", Row: "near-3"})
		})
		if err := w.adopt(taker, after(ideas[0]), after(ideas[1]), after(ideas[2])); err != nil {
			t.Fatal(err)
		}
		list, err := letter.List(t.Context(), d, access.System, letter.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range list {
			got = append(got, fmt.Sprint(l.Person, " ", l.Template, " ", l.Args["ideas"]))
		}
		slices.Sort(got)
		if want := []string{"near-0 plan-used 2", "near-1 idea-used 1"}; !slices.Equal(got, want) {
			t.Errorf("thanked: %v, want %v", got, want)
		}
	})
}

// Of many who take the same of a plan at once one is heard, and the others are told that the workplace has it.
func TestAdoptAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := someCommitment()
		c.Shared = true
		one, two := w.commit(leader, c), w.commit(leader, c)
		var all sync.WaitGroup
		var mu sync.Mutex
		heard := 0
		for range 8 {
			all.Go(func() {
				err := w.adopt(taker, after(one), after(two))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					heard++
				} else if !errors.Is(err, focus.ErrAllTaken) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := w.get(leader, one.ID).Ideas + w.get(leader, two.ID).Ideas; heard != 1 || got != 2 {
			t.Errorf("%d were heard, and %d go on with the two", heard, got)
		}
		doctor.Well(t, d)
	})
}

// What a workplace shared is no idea of another's to the one that it has gone up in, and stays one to others.
func TestIdeasOfOneThatWentUp(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := someCommitment()
		c.Owner, c.Shared = "far-1", true
		if err := w.as(taker, at.Far, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return focus.Commit(ctx, tx, taker, p, &c)
		}); err != nil {
			t.Fatal(err)
		}
		small := at.Contact("small-0", at.Small)
		offered := func() string { return fmt.Sprint(len(w.ideas(leader, at.Near)), len(w.ideas(small, at.Small))) }
		if got := offered(); got != "1 1" {
			t.Fatalf("offered to two others: %s", got)
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO unit_merge (unit, into_unit, on_date) VALUES ($1, $2, '2012-10-12')`, at.Far, at.Near); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE unit_period SET valid_to = '2012-10-12' WHERE unit = $1`, at.Far); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "unit", Row: at.Near})
		})
		if got := offered(); got != "0 1" {
			t.Errorf("offered once it has gone up in one of them: %s", got)
		}
		again := after(c)
		again.Owner = "near-1"
		if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return focus.Commit(ctx, tx, leader, p, &again)
		}); !errors.Is(err, focus.ErrIdea) {
			t.Errorf("used by the one that it has gone up in: %v", err)
		}
	})
}

// How many use an idea is how many other workplaces do, as they are now: two that are one count once, and what has gone up in the one that shares it does not.
func TestUsedByOnesThatWentUp(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := someCommitment()
		c.Owner, c.Shared = "far-1", true
		add := func(owner, workplace string, c focus.Commitment) focus.Commitment {
			c.Owner = owner
			v := at.Contact(owner, workplace)
			if err := w.as(v, workplace, func(ctx context.Context, tx *db.Tx, p learning.Place) error { return focus.Commit(ctx, tx, v, p, &c) }); err != nil {
				t.Fatal(err)
			}
			return c
		}
		c = add("far-1", at.Far, c)
		add("near-1", at.Near, after(c))
		add("small-1", at.Small, after(c))
		for _, test := range []struct {
			says, unit, into string
			want             int
		}{
			{"two use it", "", "", 2},
			{"once they are one", at.Near, at.Small, 1},
			{"once that has gone up in the one that shares it", at.Small, at.Far, 0},
		} {
			if test.unit != "" {
				w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
					if _, err := tx.Exec(ctx, `INSERT INTO unit_merge (unit, into_unit, on_date) VALUES ($1, $2, '2012-10-12')`, test.unit, test.into); err != nil {
						return err
					}
					return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "unit", Row: test.unit})
				})
			}
			p, err := learning.Find(t.Context(), d, taker, at.Programme, at.Far)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := focus.Get(t.Context(), d, taker, p, c.ID); err != nil || got.Ideas != test.want {
				t.Errorf("%s: %d, %v, want %d", test.says, got.Ideas, err, test.want)
			}
		}
	})
}

// Of a plan with more than there is room for, those that are taken are no more that lack it.
func TestMoreThanThereIsRoomFor(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := someCommitment()
		c.Shared = true
		var all []focus.Commitment
		for range 25 {
			all = append(all, w.commit(leader, c))
		}
		for _, test := range []struct {
			take             int // the last ones
			open, more, gone int
		}{{0, 20, 5, 0}, {5, 20, 0, 5}, {4, 16, 0, 9}} {
			var list []focus.Commitment
			for range test.take {
				list = append(list, after(all[len(all)-1]))
				all = all[:len(all)-1]
			}
			if list != nil {
				if err := w.adopt(taker, list...); err != nil {
					t.Fatal(err)
				}
			}
			if plan, err := w.plan(taker); err != nil || plan.Open() != test.open || plan.More() != test.more || plan.Gone() != test.gone {
				t.Errorf("after %d more: %d open, %d more, %d gone, %v, want %+v", test.take, plan.Open(), plan.More(), plan.Gone(), err, test)
			}
		}
	})
}
