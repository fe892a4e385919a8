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

// When what started on a day is followed up next, after a given day.
func TestMonths(t *testing.T) {
	for _, test := range []struct {
		says, months string
		start, after local.Date
		want         local.Date
	}{
		{"three months after it started", "3,6", "2012-10-12", "2012-10-12", "2013-01-12"},
		{"then at six", "3,6", "2012-10-12", "2013-01-12", "2013-04-12"},
		{"an early answer moves nothing", "3,6", "2012-10-12", "2013-01-01", "2013-01-12"},
		{"a late answer skips what has gone by", "3,6", "2012-10-12", "2013-05-01", "2013-07-12"},
		{"after the last it goes on at the last interval", "3,6", "2012-10-12", "2013-04-12", "2013-07-12"},
		{"of one month alone, at that", "4", "2012-01-31", "2012-05-31", "2012-09-30"},
		{"a month that is too short ends on its last day", "1", "2012-01-31", "2012-01-31", "2012-02-29"},
		{"and the next is long again", "1", "2012-01-31", "2012-02-29", "2012-03-31"},
		{"over the turn of a year", "3,6", "2012-11-30", "2012-11-30", "2013-02-28"},
	} {
		m, err := focus.ParseMonths(test.months)
		if got := m.Next(test.start, test.after); err != nil || got != test.want {
			t.Errorf("%s: %s, %v, want %s", test.says, got, err, test.want)
		}
	}
	for _, test := range []struct{ typed, want string }{
		{"3, 6", "3,6"}, {"6 och 3", "3,6"}, {"3 3 6", "3,6"}, {"36", "36"}, {"", ""}, {"0", ""}, {"37", ""}, {"3,99999999999999999999", ""}, {"tre", ""}, {"1 2 3 4 5 6 7", ""},
	} {
		m, err := focus.ParseMonths(test.typed)
		if (err == nil) != (test.want != "") || err == nil && m.String() != test.want {
			t.Errorf("%q is %v, %v, want %q", test.typed, m, err, test.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("3, 6")
	f.Add("k7m 3x9-a")
	f.Fuzz(func(t *testing.T, typed string) {
		if m, err := focus.ParseMonths(typed); err == nil {
			if again, err := focus.ParseMonths(m.String()); err != nil || !slices.Equal(m, again) || !slices.IsSorted(m) {
				t.Errorf("%q is %v, and that %v, %v", typed, m, again, err)
			}
			if next := m.Next("2012-10-12", "2020-01-01"); next <= "2020-01-01" {
				t.Errorf("%v comes next on %s", m, next)
			}
		}
		if code, ok := focus.ParseCode(typed); ok {
			if again, ok := focus.ParseCode(code); !ok || again != code {
				t.Errorf("%q is %q, and that %q", typed, code, again)
			}
		}
	})
}

// How a commitment stands on a day, and what an answer makes of it.
func TestFollowUp(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		made := w.commit(leader, someCommitment())
		if made.Check != "2013-01-12" || made.State != focus.Open {
			t.Fatalf("made: %+v", made)
		}
		for _, test := range []struct {
			day  local.Date
			want focus.Standing
		}{{"2012-10-12", focus.Ahead}, {"2013-01-11", focus.Ahead}, {"2013-01-12", focus.Due}, {"2013-01-25", focus.Due}, {"2013-01-26", focus.Late}, {"2014-01-01", focus.Late}} {
			if got := made.Standing(test.day); got != test.want {
				t.Errorf("on %s it is %s, want %s", test.day, got, test.want)
			}
			list, err := focus.List(t.Context(), d, at.Holder(access.Office), focus.Filter{Programme: at.Programme, Standing: test.want, On: test.day})
			if err != nil || len(list) != 1 {
				t.Errorf("the list of those that are %s on %s: %v, %v", test.want, test.day, list, err)
			}
		}
		for _, test := range []struct {
			says   string
			day    local.Date
			v      access.Viewer
			a      focus.Answer
			want   error
			state  focus.State
			check  local.Date
			checks int
		}{
			{"who does not answer for it says nothing", "2012-11-01", at.Staff("near-2"), focus.Answer{State: focus.Done}, focus.ErrForbidden, focus.Open, "2013-01-12", 1},
			{"nor an auditor", "2012-11-01", at.Holder(access.Auditor), focus.Answer{State: focus.Done}, focus.ErrForbidden, focus.Open, "2013-01-12", 1},
			{"it cannot go back to open", "2012-11-01", member, focus.Answer{State: focus.Open}, focus.ErrState, focus.Open, "2013-01-12", 1},
			{"the owner says before the check that it is on the way, and the check stays", "2012-11-01", member, focus.Answer{State: focus.OnTheWay}, nil, focus.OnTheWay, "2013-01-12", 1},
			{"to change it one says why", "2013-01-20", member, focus.Answer{State: focus.Changed, Why: " "}, focus.ErrWhy, focus.OnTheWay, "2013-01-12", 1},
			{"changed at the check, the next is planned", "2013-01-20", member, focus.Answer{State: focus.Changed, Why: "Fel lokal", Act: "bokar vi en tid"}, nil, focus.Changed, "2013-04-12", 2},
			{"the leader says late that it is on the way, and what went by is not asked", "2013-05-02", leader, focus.Answer{State: focus.OnTheWay}, nil, focus.OnTheWay, "2013-07-12", 3},
			{"done before its check, nothing more is asked", "2013-06-01", member, focus.Answer{State: focus.Done}, nil, focus.Done, "", 3},
			{"taken up again it is asked about again", "2013-06-02", leader, focus.Answer{State: focus.OnTheWay}, nil, focus.OnTheWay, "2013-07-12", 4},
			{"to drop it one says why", "2013-07-13", member, focus.Answer{State: focus.Dropped}, focus.ErrWhy, focus.OnTheWay, "2013-07-12", 4},
			{"dropped, with why", "2013-07-13", member, focus.Answer{State: focus.Dropped, Why: "Ingen tid"}, nil, focus.Dropped, "", 4},
		} {
			then := w.later(test.day)
			v := on(test.v, test.day)
			if err := then.say(v, made.ID, test.a); !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v, want %v", test.says, err, test.want)
			}
			c := then.get(v, made.ID)
			checks, err := focus.Checks(t.Context(), d, c)
			if err != nil || c.State != test.state || c.Check != test.check || len(checks) != test.checks {
				t.Errorf("%s: %s, next %q, %d checks, %v; want %s, %q, %d", test.says, c.State, c.Check, len(checks), err, test.state, test.check, test.checks)
			}
			doctor.Well(t, d)
		}
		c := w.get(member, made.ID)
		if c.Why != "Ingen tid" || c.Act != "bokar vi en tid" {
			t.Errorf("at last: %+v", c)
		}
		events, err := focus.Events(t.Context(), d, w.ring, c)
		if err != nil || len(events) != 7 || events[0].Why != "Ingen tid" || events[6].Wording != made.Wording || !events[4].Reworded(events[5]) || events[3].Reworded(events[4]) {
			t.Errorf("its history: %+v, %v", events, err)
		}
		if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return focus.Say(ctx, tx, leader, p, made.ID, 3, focus.Answer{State: focus.Done})
		}); !errors.Is(err, fault.Stale) {
			t.Errorf("said of what it was before: %v", err)
		}
	})
}

// The manager confirms time and conditions of a check that has been answered.
func TestConditions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := w.commit(leader, someCommitment())
		then := w.later("2013-01-12")
		was := ""
		confirm := func(v access.Viewer, ord int, is focus.Conditions) error {
			return then.as(v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return focus.Confirm(ctx, tx, v, p, c.ID, ord, was, is, "En eftermiddag i veckan")
			})
		}
		if err := confirm(leader, 1, "yes"); !errors.Is(err, focus.ErrNotFound) {
			t.Errorf("before anybody has answered: %v", err)
		}
		if err := then.say(on(member, "2013-01-12"), c.ID, focus.Answer{State: focus.OnTheWay}); err != nil {
			t.Fatal(err)
		}
		place, err := learning.Find(t.Context(), d, leader, at.Programme, at.Near)
		if err != nil {
			t.Fatal(err)
		}
		if list, err := focus.ToConfirm(t.Context(), d, leader, place, 5); err != nil || len(list) != 1 || list[0].Ord != 1 {
			t.Errorf("what waits: %v, %v", list, err)
		}
		if err := confirm(member, 1, "yes"); !errors.Is(err, focus.ErrForbidden) {
			t.Errorf("the owner confirms: %v", err)
		}
		if err := confirm(leader, 1, "perhaps"); !errors.Is(err, focus.ErrConditions) {
			t.Errorf("perhaps: %v", err)
		}
		if err := confirm(leader, 1, "partly"); err != nil {
			t.Error(err)
		}
		if list, err := focus.ToConfirm(t.Context(), d, leader, place, 5); err != nil || len(list) != 0 {
			t.Errorf("what waits still: %v, %v", list, err)
		}
		is := func() focus.Check {
			x, err := focus.Get(t.Context(), d, leader, place, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			checks, err := focus.Checks(t.Context(), d, x)
			if err != nil {
				t.Fatal(err)
			}
			return checks[0]
		}
		if err := confirm(leader, 1, "no"); !errors.Is(err, fault.Stale) || is().Conditions != "partly" {
			t.Errorf("who did not see what another said: %v, %+v", err, is())
		}
		was = is().Mark()
		if err := confirm(leader, 1, "no"); err != nil || is().Conditions != "no" {
			t.Errorf("who did: %v, %+v", err, is())
		}
		doctor.Well(t, d)
	})
}

// A letter's link answers its check once, in the name of whose it is, as long as they are the owner.
func TestLink(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := w.commit(leader, someCommitment())
		then := w.later("2013-01-12")
		now := then.D.Now()
		link := func(person string) (token string, err error) {
			err = then.D.Tx(t.Context(), "letters", func(ctx context.Context, tx *db.Tx) error {
				token, err = focus.MakeLink(ctx, tx, w.ring, now, c.ID, person)
				return err
			})
			return token, err
		}
		if _, err := link("near-2"); !errors.Is(err, db.ErrNoRows) {
			t.Errorf("a link for who does not own it: %v", err)
		}
		token, err := link("near-1")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := link("near-1"); err != nil || again != token {
			t.Errorf("made again it is another: %v", err)
		}
		kept, err := db.Values[string](t.Context(), d, `SELECT token FROM follow_up_link`)
		if err != nil || len(kept) != 1 || strings.Contains(kept[0], token) {
			t.Errorf("the token is kept: %v, %v", kept, err)
		}
		l, err := focus.ByLink(t.Context(), d, w.ring, "2013-01-12", now, token)
		if err != nil || l.Act != c.Act || l.Person != "near-1" || l.Answered != "" {
			t.Errorf("it leads to %+v, %v", l, err)
		}
		say := func(person, token string, version int, a focus.Answer) error {
			return then.D.Tx(t.Context(), person, func(ctx context.Context, tx *db.Tx) error {
				return focus.SayByLink(ctx, tx, w.ring, now, token, version, a)
			})
		}
		for _, test := range []struct {
			says, person, token string
			version             int
			a                   focus.Answer
			want                error
			state               focus.State
			check               local.Date
		}{
			{"a token that nobody made", "near-1", "nothing", 0, focus.Answer{State: focus.Done}, focus.ErrLink, focus.Open, "2013-01-12"},
			{"another's name", "near-2", token, 0, focus.Answer{State: focus.Done}, focus.ErrLink, focus.Open, "2013-01-12"},
			{"its own", "near-1", token, 0, focus.Answer{State: focus.Done}, nil, focus.Done, ""},
			{"once more by who has not seen that", "near-1", token, 0, focus.Answer{State: focus.OnTheWay}, focus.ErrAnswered, focus.Done, ""},
			{"by who saw what it was before", "near-1", token, 1, focus.Answer{State: focus.OnTheWay}, focus.ErrAnswered, focus.Done, ""},
			{"otherwise in another's name", "near-2", token, 2, focus.Answer{State: focus.OnTheWay}, focus.ErrLink, focus.Done, ""},
			{"otherwise without why", "near-1", token, 2, focus.Answer{State: focus.Dropped}, focus.ErrWhy, focus.Done, ""},
			{"otherwise, seeing what it says", "near-1", token, 2, focus.Answer{State: focus.OnTheWay, Why: "Fel knapp"}, nil, focus.OnTheWay, "2013-04-12"},
		} {
			if err := say(test.person, test.token, test.version, test.a); !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v", test.says, err)
			}
			if c := then.get(on(leader, "2013-01-12"), c.ID); c.State != test.state || c.Check != test.check {
				t.Errorf("%s: it is %s with its next check on %q, want %s and %q", test.says, c.State, c.Check, test.state, test.check)
			}
			doctor.Well(t, d)
		}
		events, err := focus.Events(t.Context(), d, w.ring, then.get(on(leader, "2013-01-12"), c.ID))
		if err != nil || len(events) != 3 || events[0].Why != "Fel knapp" || events[1].State != focus.Done {
			t.Errorf("its history: %+v, %v", events, err)
		}
		checks, err := focus.Checks(t.Context(), d, c)
		if err != nil || len(checks) != 2 || checks[0].Answer != focus.Done || checks[1].Answer != "" {
			t.Errorf("its checks: %+v, %v", checks, err)
		}
		if _, err := focus.ByLink(t.Context(), d, w.ring, "2013-01-12", now.Add(200*24*3600e9), token); !errors.Is(err, focus.ErrLink) {
			t.Errorf("half a year later: %v", err)
		}
		to := w.get(leader, c.ID)
		to.Owner = "near-2"
		if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return focus.Change(ctx, tx, leader, p, to, "")
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := focus.ByLink(t.Context(), d, w.ring, "2013-01-12", now, token); !errors.Is(err, focus.ErrLink) {
			t.Errorf("when it has been handed on: %v", err)
		}
		if err := then.D.Tx(t.Context(), "operator", func(ctx context.Context, tx *db.Tx) error { return focus.Sweep(ctx, tx, now.AddDate(1, 0, 0)) }); err != nil {
			t.Error(err)
		}
	})
}

// Of many who answer the same check at once, by link and page, one does; and no step of its history is lost.
func TestAnswerRace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := w.commit(leader, someCommitment())
		then := w.later("2013-01-12")
		now := then.D.Now()
		var token string
		if err := then.D.Tx(t.Context(), "letters", func(ctx context.Context, tx *db.Tx) (err error) {
			token, err = focus.MakeLink(ctx, tx, w.ring, now, c.ID, "near-1")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		v := on(leader, "2013-01-12")
		var all sync.WaitGroup
		results := make([]error, 12)
		for i := range results {
			all.Go(func() {
				if i%2 == 0 {
					results[i] = then.D.Tx(t.Context(), "near-1", func(ctx context.Context, tx *db.Tx) error {
						return focus.SayByLink(ctx, tx, w.ring, now, token, 0, focus.Answer{State: focus.OnTheWay})
					})
				} else {
					results[i] = then.as(v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
						return focus.Say(ctx, tx, v, p, c.ID, 1, focus.Answer{State: focus.Done})
					})
				}
			})
		}
		all.Wait()
		won := 0
		for _, err := range results {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, focus.ErrAnswered) && !errors.Is(err, fault.Stale):
				t.Error(err)
			}
		}
		got := then.get(v, c.ID)
		if won != 1 || got.Version != 2 {
			t.Errorf("%d answered, and it is at version %d", won, got.Version)
		}
		doctor.Well(t, d)
	})
}

// Letters are written once each: when the check comes, after two weeks, and to the leader when the owner has left.
func TestRemind(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := w.commit(leader, someCommitment())
		left := someCommitment()
		left.Owner = "near-3"
		left = w.commit(leader, left)
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE employment SET valid_to = '2012-12-01' WHERE person = 'near-3'`); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO role_grant (id, person, role, unit, valid_from) VALUES ('grant', 'near-0', 'contact', $1, '2011-01-01')`, at.NearTown); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "end", Entity: "employment", Row: "near-3"})
		})
		for _, test := range []struct {
			says string
			day  local.Date
			want string
		}{
			{"while all work there and no check has come, nothing", "2012-11-30", ""},
			{"when an owner has left, the leader", "2012-12-02", "near-0 owner-left"},
			{"once", "2013-01-11", ""},
			{"when a check comes, its owner, but not who has left", "2013-01-12", "near-1 follow-up"},
			{"once", "2013-01-25", ""},
			{"after two weeks, once more", "2013-01-26", "near-1 follow-up-again"},
			{"and then no more", "2013-09-01", ""},
		} {
			then := w.later(test.day)
			var before []letter.Letter
			read := func() []letter.Letter {
				list, err := letter.List(t.Context(), d, access.System, letter.Filter{})
				if err != nil {
					t.Fatal(err)
				}
				return list
			}
			before = read()
			for range 2 {
				if err := then.D.Tx(t.Context(), "job", func(ctx context.Context, tx *db.Tx) error {
					_, err := focus.Remind(ctx, tx)
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
			got := ""
			after := read()
			for _, l := range after[:len(after)-len(before)] {
				got = strings.TrimSpace(got + " " + l.Person + " " + l.Template)
			}
			if got != test.want {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
		}
		place, err := learning.Find(t.Context(), d, leader, at.Programme, at.Near)
		if err != nil {
			t.Fatal(err)
		}
		gone, err := focus.Orphans(t.Context(), d, on(leader, "2013-01-01"), place)
		if err != nil || len(gone) != 1 || gone[0].ID != left.ID || gone[0].Act == "" {
			t.Errorf("whose owner has left: %v, %v", gone, err)
		}
		to := w.later("2013-01-20").get(on(leader, "2013-01-20"), left.ID)
		to.Owner = "near-4"
		then := w.later("2013-01-20")
		if err := then.as(on(leader, "2013-01-20"), at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return focus.Change(ctx, tx, on(leader, "2013-01-20"), p, to, "Ny ägare")
		}); err != nil {
			t.Fatal(err)
		}
		if err := then.D.Tx(t.Context(), "job", func(ctx context.Context, tx *db.Tx) error {
			n, err := focus.Remind(ctx, tx)
			if n != 1 {
				err = errors.Join(err, fmt.Errorf("%d letters", n))
			}
			return err
		}); err != nil {
			t.Errorf("the new owner is told: %v", err)
		}
		_ = c
		doctor.Well(t, d)
	})
}

// What is followed up next after the programme's last day is counted with the rest, as many as the list that it leads to.
func TestCountAfterTheEnd(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		office := at.Holder(access.Office)
		long := someCommitment()
		long.Months = focus.Months{36}
		w.commit(leader, someCommitment())
		w.commit(leader, long)
		w.commit(leader, long)
		f := focus.Filter{Programme: at.Programme, On: at.Today}
		counts, err := focus.Counts(t.Context(), d, office, f)
		if err != nil {
			t.Fatal(err)
		}
		all, after := 0, 0
		for _, c := range counts {
			all, after = all+c.N, after+c.After
		}
		f.Standing = focus.After
		list, err := focus.List(t.Context(), d, office, f)
		if err != nil || all != 3 || after != 2 || len(list) != after {
			t.Errorf("%d of %d are counted and %d listed, %v", after, all, len(list), err)
		}
	})
}

// What is past its due date is counted and listed however its follow-up stands, until it is done or dropped.
func TestCountPastDue(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		office := at.Holder(access.Office)
		w.commit(leader, someCommitment())
		done := w.commit(leader, someCommitment()).ID
		w.commit(leader, someCommitment())
		if err := w.say(leader, done, focus.Answer{State: focus.Done}); err != nil {
			t.Fatal(err)
		}
		due := someCommitment().Due
		for day, want := range map[local.Date]int{due: 0, due.Add(1): 2} {
			f := focus.Filter{Programme: at.Programme, On: day, Standing: focus.PastDue}
			list, err := focus.List(t.Context(), d, office, f)
			counts, err2 := focus.Counts(t.Context(), d, office, f)
			n := 0
			for _, c := range counts {
				n += c.N
			}
			if err := errors.Join(err, err2); err != nil || len(list) != want || n != want || slices.ContainsFunc(list, func(c focus.Commitment) bool { return !c.Overdue(day) || c.ID == done }) {
				t.Errorf("on %s %d are listed and %d counted, want %d, %v", day, len(list), n, want, err)
			}
		}
	})
}
