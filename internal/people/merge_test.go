package people_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

// Whoever the same employer has at both workplaces has one employment after the merge. What is written: where,
// share in thousandths, title, from, to.
func TestTwoEmploymentsBecomeOneWhenTheirWorkplacesDo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		for _, test := range []struct {
			says   string
			before string
			after  string // "" if it is refused
		}{
			{"half here and half there is full time", "branch 500 a 2010-01-01 -, library 500 b 2011-01-01 -",
				"branch 500 a 2010-01-01 2013-01-01, library 500 b 2011-01-01 2013-01-01, library 1000 b 2013-01-01 -"},
			{"the larger tells the title", "branch 600 a 2010-01-01 -, library 300 b 2011-01-01 -",
				"branch 600 a 2010-01-01 2013-01-01, library 300 b 2011-01-01 2013-01-01, library 900 a 2013-01-01 -"},
			{"nobody works more than full time", "branch 600 a 2010-01-01 -, library 800 b 2011-01-01 -",
				"branch 600 a 2010-01-01 2013-01-01, library 800 b 2011-01-01 2013-01-01, library 1000 b 2013-01-01 -"},
			{"as long as both hold", "branch 300 a 2010-01-01 2013-06-01, library 500 b 2011-01-01 -",
				"branch 300 a 2010-01-01 2013-01-01, library 500 b 2011-01-01 2013-01-01, library 800 b 2013-01-01 2013-06-01, library 500 b 2013-06-01 -"},
			{"then the other alone", "branch 300 a 2010-01-01 -, library 500 b 2011-01-01 2013-06-01",
				"branch 300 a 2010-01-01 2013-01-01, library 500 b 2011-01-01 2013-01-01, library 800 b 2013-01-01 2013-06-01, library 300 a 2013-06-01 -"},
			{"one that is to begin joins the other", "branch 300 a 2013-03-01 -, library 500 b 2011-01-01 -",
				"library 500 b 2011-01-01 2013-03-01, library 800 b 2013-03-01 -"},
			{"so does one that is to begin there", "branch 300 a 2010-01-01 -, library 500 b 2013-03-01 -",
				"branch 300 a 2010-01-01 2013-01-01, library 300 a 2013-01-01 2013-03-01, library 800 b 2013-03-01 -"},
			{"one after the other stay two", "branch 300 a 2010-01-01 2013-03-01, library 500 b 2013-03-01 -",
				"branch 300 a 2010-01-01 2013-01-01, library 300 a 2013-01-01 2013-03-01, library 500 b 2013-03-01 -"},
			{"one that has ended is left alone", "branch 300 a 2010-01-01 2012-12-01, library 500 b 2011-01-01 -",
				"branch 300 a 2010-01-01 2012-12-01, library 500 b 2011-01-01 -"},
			{"two that begin on one day are for people to sort out", "branch 300 a 2013-03-01 -, library 500 b 2013-03-01 -", ""},
		} {
			old, other := w.workplace("Filialen", w.koping), w.workplace("Biblioteket", w.koping)
			places := map[string]string{"branch": old, "library": other}
			bo := w.person("Bo", "Al")
			for line := range strings.SplitSeq(test.before, ", ") {
				var place string
				var to local.Date
				var was people.Employment
				if _, err := fmt.Sscan(line, &place, &was.Share, &was.Title, &was.Valid.From, &to); err != nil {
					t.Fatal(err)
				}
				if to != "-" {
					was.Valid.To = to
				}
				w.employ(bo, places[place], func(e *people.Employment) { e.Share, e.Title, e.Valid = was.Share, was.Title, was.Valid })
			}
			err := w.try(func(ctx context.Context, tx *db.Tx) error {
				return people.MergeUnits(ctx, tx, old, w.version(old), other, "2013-01-01")
			})
			if test.after == "" {
				w.want(test.says, err, people.ErrMergeTwice)
				continue
			}
			w.want(test.says, err, nil)
			all, err := people.Employments(t.Context(), d, access.System, bo)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range all {
				place, to := "library", string(e.Valid.To)
				if e.Workplace == old {
					place = "branch"
				}
				if to == "" {
					to = "-"
				}
				got = append(got, fmt.Sprint(place, " ", e.Share, " ", e.Title, " ", e.Valid.From, " ", to))
			}
			want := strings.Split(test.after, ", ")
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", test.says, got, want)
			}
		}
		dbtest.Hold(t, d, people.Invariants()...)
	})
}

// attended makes a meeting on a day, at which minutes of a person are recorded under an employment.
func (w *world) attended(id string, on local.Date, e people.Employment) {
	w.t.Helper()
	w.do(func(ctx context.Context, tx *db.Tx) error {
		if err := db.Lock(ctx, tx, "person", e.Person); err != nil {
			return err
		}
		for _, query := range []string{
			`INSERT INTO programme (id, slug, name, short_name, funding_period, state, starts, ends, zone) VALUES ('p', 'p', 'P', 'P', '2007-2013', 'running', '2011-01-01', '2013-12-31', 'UTC') ON CONFLICT DO NOTHING`,
			`INSERT INTO activity (id, programme, kind, title) VALUES ('a', 'p', 'lecture', 'A') ON CONFLICT DO NOTHING`,
			`INSERT INTO occasion (id, activity, capacity, opens, closes) VALUES ('o', 'a', 10, '2011-01-01 00:00:00', '2011-01-02 00:00:00') ON CONFLICT DO NOTHING`,
		} {
			if _, err := tx.Exec(ctx, query); err != nil {
				return err
			}
		}
		starts := on.Time()
		if err := db.Insert(ctx, tx, "meeting", "id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month", "",
			[][]any{{id, "o", on, "09:00", "10:00", "UTC", starts.Add(9 * 3600e9), starts.Add(10 * 3600e9), 60, on.Month()}}); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "attendance", "meeting, person, employment, minutes, source, recorded_by, recorded_at", "",
			[][]any{{id, e.Person, e.ID, 60, "organiser", "o", tx.At}}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "record", Entity: "meeting", Row: id})
	})
}

// under is the employment that time at a meeting was given under.
func (w *world) under(meeting string) string {
	w.t.Helper()
	id, err := db.Value[string](w.t.Context(), w.d, `SELECT employment FROM attendance WHERE meeting = $1`, meeting)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestAnEmploymentHoldsOnTheDaysThatTimeWasGiven(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		ann := w.person("Ann", "Ek")
		e := w.employ(ann, w.library, func(e *people.Employment) { e.Valid.To = "2012-12-01" })
		w.attended("march", "2012-03-05", e)
		w.attended("october", "2012-10-01", e)
		end := func(version int, on local.Date) error {
			return w.try(func(ctx context.Context, tx *db.Tx) error {
				return people.EndEmployment(ctx, tx, everywhere, e.ID, version, on)
			})
		}
		correct := func(from, to local.Date) error {
			return w.try(func(ctx context.Context, tx *db.Tx) error {
				e := e
				e.Valid = local.Period{From: from, To: to}
				return people.CorrectEmployment(ctx, tx, w.ring, everywhere, e, "wrong")
			})
		}
		w.want("to end before time was given", end(1, "2012-10-01"), people.ErrTimeGiven)
		w.want("to have begun after it", correct("2012-03-06", "2012-12-01"), people.ErrTimeGiven)
		w.want("to have ended before it", correct("2010-01-01", "2012-03-05"), people.ErrTimeGiven)
		w.want("to end the day after", end(1, "2012-10-02"), nil)
		w.want("not to end after all", end(2, ""), nil)

		var now people.Employment
		w.do(func(ctx context.Context, tx *db.Tx) (err error) {
			now, err = people.ChangeEmployment(ctx, tx, everywhere, e.ID, 3, "2012-06-01", people.Change{Workplace: w.school, Title: "bibliotekarie", Share: 500})
			return err
		})
		if w.under("march") != e.ID || w.under("october") != now.ID {
			t.Errorf("after a change in June the time of March is under %s and that of October under %s, want %s and %s", w.under("march"), w.under("october"), e.ID, now.ID)
		}
		w.do(func(ctx context.Context, tx *db.Tx) error {
			return people.MergeUnits(ctx, tx, w.school, w.version(w.school), w.library, "2012-09-01")
		})
		merged, err := people.EmploymentOn(t.Context(), d, ann, "2012-10-01")
		if err != nil || merged.ID == now.ID || w.under("october") != merged.ID {
			t.Errorf("after a merge in September the time of October is under %s, want %s, %v", w.under("october"), merged.ID, err)
		}
	})
}

// A contact's role at a workplace goes on at the one that it has gone up in; so does a target group.
func TestRolesFollowAMergedWorkplace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		ann, bo := w.person("Ann", "Ek"), w.person("Bo", "Al")
		w.employ(bo, w.library)
		w.do(func(ctx context.Context, tx *db.Tx) error {
			if err := auth.NewAccount(ctx, tx, access.System, ann, "ann@example.org"); err != nil {
				return err
			}
			if _, err := auth.AddGrant(ctx, tx, access.System, ann, access.Grant{Role: access.Contact, Unit: w.kolsva, Valid: local.Period{From: "2010-01-01"}}); err != nil {
				return err
			}
			if _, err := auth.AddGrant(ctx, tx, access.System, ann, access.Grant{Role: access.Auditor, Programme: "p", Valid: local.Period{From: "2010-01-01", To: "2020-01-01"}}); err != nil {
				return err
			}
			return people.MergeUnits(ctx, tx, w.kolsva, w.version(w.kolsva), w.library, "2013-01-01")
		})
		for _, c := range []struct {
			on   local.Date
			want string
		}{{"2012-12-31", w.kolsva}, {"2013-01-01", w.library}} {
			v, err := people.Viewer(t.Context(), d, ann, c.on)
			if err != nil {
				t.Fatal(err)
			}
			if got := v.Scope(access.SeeStaff).Workplaces; !slices.Equal(got, []string{c.want}) {
				t.Errorf("on %s she is contact of %v, want %s", c.on, got, c.want)
			}
			v, err = people.WithTargets(t.Context(), d, v, map[string][]string{"p": {w.kolsva}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := people.GetPerson(t.Context(), d, v, bo); err != nil {
				t.Errorf("the auditor of a programme for the merged workplace does not see the staff of the other: %v", err)
			}
		}
	})
}
