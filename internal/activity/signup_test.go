package activity_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
)

func TestEachRefusalSaysWhy(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 4)
		w.employ(outside, "stranger")
		w.employ(far, "colleague")
		open := w.occasion(1, "2012-11-05 09:00-16:00")
		draft := w.occasion(1, "2012-11-05 09:00-16:00")
		w.exec(`UPDATE activity SET published = 0 WHERE id = $1`, "activity-"+draft)
		off := w.occasion(1, "2012-11-05 09:00-16:00")
		w.exec(`UPDATE occasion SET cancelled = $1 WHERE id = $2`, dbtest.Now, off)
		unplanned := w.occasion(1)
		past := w.occasion(1, "2012-10-12 12:00-13:00") // 12:00 in Stockholm is now
		early := w.occasion(1, "2012-11-05 09:00-16:00")
		w.exec(`UPDATE occasion SET opens = $1 WHERE id = $2`, dbtest.Now.Add(time.Minute), early)
		late := w.occasion(1, "2012-11-05 09:00-16:00")
		w.exec(`UPDATE occasion SET closes = $1 WHERE id = $2`, dbtest.Now, late)
		drivers := w.occasion(1, "2012-11-05 09:00-16:00")
		w.exec(`INSERT INTO audience_role (activity, staff_role) VALUES ($1, 'driver')`, "activity-"+drivers)
		schools := w.occasion(1, "2012-11-05 09:00-16:00")
		w.exec(`INSERT INTO audience_unit (activity, unit) VALUES ($1, $2)`, "activity-"+schools, "town-far")

		p0, p1 := participant("p000"), participant("p001")
		contact := viewer("contact-near", access.Contact, "", near)
		org := viewer(organiser, access.Organiser, programme1)
		otherOrg := viewer("p003", access.Organiser, programme1)
		office := viewer("contact-far", access.Office, programme1)
		elsewhere := viewer("contact-far", access.Office, "another")
		for _, step := range []struct {
			says             string
			v                access.Viewer
			occasion, person string
			want             *fault.Fault
		}{
			{"an occasion that is not there", p0, "nowhere", "p000", activity.ErrNotFound},
			{"one that is not published is as if it were not there", p0, draft, "p000", activity.ErrNotFound},
			{"a cancelled one takes nobody", p0, off, "p000", activity.ErrCalledOff},
			{"one without a meeting takes nobody yet", p0, unplanned, "p000", activity.ErrNoMeeting},
			{"one that has begun takes nobody", p0, past, "p000", activity.ErrStarted},
			{"not even from the organiser", org, past, "p000", activity.ErrStarted},
			{"before sign-up opens nobody gets in", p0, early, "p000", activity.ErrNotOpen},
			{"but whom the organiser signs up does", org, early, "p000", nil},
			{"at the minute it closes it has closed", p0, late, "p000", activity.ErrClosed},
			{"the contact is too late as well", contact, late, "p000", activity.ErrClosed},
			{"the organiser is not", org, late, "p000", nil},
			{"who is outside the target group is refused", participant("stranger"), open, "stranger", activity.ErrNotTarget},
			{"also from the organiser", org, open, "stranger", activity.ErrNotTarget},
			{"who is not in the audience's roles is refused", p0, drivers, "p000", activity.ErrNotAudience},
			{"who works outside the audience's units is refused", p0, schools, "p000", activity.ErrNotAudience},
			{"who works within them is not", participant("colleague"), schools, "colleague", nil},
			{"the organiser may go outside the audience", org, schools, "p001", nil},
			{"nobody signs up somebody else", p0, open, "p001", activity.ErrNotYours},
			{"nor does the contact of another workplace", viewer("contact-far", access.Contact, "", far), open, "p001", activity.ErrNotYours},
			{"nor an organiser of other activities", otherOrg, open, "p001", activity.ErrNotYours},
			{"nor the office of another programme", elsewhere, open, "p001", activity.ErrNotYours},
			{"nor who is not signed in", access.Viewer{}, open, "p001", activity.ErrNotYours},
			{"a person who is not there", org, open, "nobody", activity.ErrNobody},
			{"the first gets the seat", p0, open, "p000", nil},
			{"nobody gets two", p0, open, "p000", activity.ErrHasSeat},
			{"the contact signs a colleague up, who waits", contact, open, "p001", nil},
			{"nobody waits twice", p1, open, "p001", activity.ErrIsWaiting},
			{"the office signs anyone up", office, open, "p002", nil},
		} {
			_, err := w.signUp(step.v, step.occasion, step.person)
			if step.want == nil && err != nil || step.want != nil && !errors.Is(err, step.want) {
				t.Errorf("%s: %v, want %v", step.says, err, step.want)
			}
			// What would be refused is told before the button is pressed.
			if step.want != nil && step.want.Kind == fault.Conflict && step.v.Person == step.person {
				why, err := activity.Why(t.Context(), d, step.v, step.occasion, step.person, d.Now())
				if err != nil || why.Blocks == nil || !errors.Is(why.Blocks, step.want) {
					t.Errorf("%s: the page would say %+v, %v", step.says, why.Blocks, err)
				}
			}
		}
		if err := w.cancel(participant("p003"), schools, "p003"); !errors.Is(err, activity.ErrNotSignedUp) {
			t.Errorf("who never signed up has nothing to cancel: %v", err)
		}
	})
}

func TestAQueueIsFair(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 6)
		o := w.occasion(1, "2012-11-05 09:00-16:00")
		p := func(i int) (access.Viewer, string) {
			name := "p00" + string(rune('0'+i))
			return participant(name), name
		}
		for i := range 4 {
			v, name := p(i)
			if _, err := w.signUp(v, o, name); err != nil {
				t.Fatal(err)
			}
		}
		order := func() (all []string) {
			for _, s := range w.signups(o) {
				if s.State != activity.Cancelled {
					all = append(all, s.Person)
				}
			}
			return all
		}
		want := func(says string, persons ...string) {
			t.Helper()
			if got := order(); !slices.Equal(got, persons) {
				t.Errorf("%s: %v, want %v", says, got, persons)
			}
			w.holds(o)
		}
		cancel := func(i int) {
			t.Helper()
			v, name := p(i)
			if err := w.cancel(v, o, name); err != nil {
				t.Fatal(err)
			}
		}
		want("they stand in the order they came", "p000", "p001", "p002", "p003")
		cancel(2)
		want("who leaves the queue leaves no gap", "p000", "p001", "p003")
		cancel(0)
		want("a seat given up goes to the next", "p001", "p003")
		number := w.count(`SELECT number FROM signup WHERE occasion = $1 AND person = 'p000'`, o)
		v, name := p(0)
		if s, err := w.signUp(v, o, name); err != nil || s.State != activity.Waiting || s.Place != 2 || s.Number != number {
			t.Errorf("who comes back is %+v, %v, want last in the queue with number %d", s, err, number)
		}
		want("who comes back comes last", "p001", "p003", "p000")

		w.exec(`UPDATE occasion SET starts = $1, closes = $1 WHERE id = $2`, dbtest.Now, o)
		org := viewer(organiser, access.Organiser, programme1)
		if err := w.cancel(participant("p001"), o, "p001"); !errors.Is(err, activity.ErrCancelLate) {
			t.Errorf("cancelling after the start: %v", err)
		}
		if err := w.cancel(org, o, "p001"); err != nil {
			t.Fatal(err)
		}
		if got := w.state(o, "p003"); got != activity.Waiting {
			t.Errorf("after the start the next is %s: nobody may be called in", got)
		}
		why, err := activity.Why(t.Context(), d, participant("p003"), o, "p003", d.Now())
		if err != nil || why.Next != activity.StepPassed || why.Place != 1 {
			t.Errorf("who waited in vain is told %+v, %v", why, err)
		}
	})
}

func TestMoreSeatsCallInThoseWhoWait(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 5)
		o := w.occasion(1, "2012-11-05 09:00-16:00")
		for _, p := range []string{"p000", "p001", "p002", "p003"} {
			if _, err := w.signUp(participant(p), o, p); err != nil {
				t.Fatal(err)
			}
		}
		office := viewer("contact-far", access.Office, programme1)
		change := func(capacity int) error {
			return d.Tx(t.Context(), office.Person, func(ctx context.Context, tx *db.Tx) error {
				now, err := activity.GetOccasion(ctx, tx, office, o)
				if err != nil {
					return err
				}
				now.Capacity = capacity
				return activity.UpdateOccasion(ctx, tx, office, &now)
			})
		}
		if err := change(3); err != nil {
			t.Fatal(err)
		}
		for person, want := range map[string]activity.SignupState{"p001": activity.Seated, "p002": activity.Seated, "p003": activity.Waiting} {
			if got := w.state(o, person); got != want {
				t.Errorf("%s is %s, want %s", person, got, want)
			}
		}
		w.holds(o)
		if err := change(2); !errors.Is(err, activity.ErrTaken) {
			t.Errorf("fewer seats than are taken: %v", err)
		}
		if err := change(10); err != nil {
			t.Fatal(err)
		}
		w.holds(o)
		if n := w.count(`SELECT count(*) FROM letter WHERE template = 'promoted'`); n != 3 {
			t.Errorf("%d letters to those called in, want 3", n)
		}
	})
}

// Whatever happens in whatever order, the rules hold after each act.
func TestSeatsHoldWhateverHappens(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		const people, acts = 12, 150
		at := dbtest.Now
		d := dbtest.OpenWith(t, url, func() time.Time { at = at.Add(time.Second); return at })
		w := newWorld(t, d, people)
		o := w.occasion(3, "2012-11-05 09:00-16:00")
		random := rand.New(rand.NewPCG(1, 2))
		var queue []string // a model of who waits, the first first
		seated, capacity := map[string]bool{}, 3
		callIn := func() {
			for len(queue) > 0 && len(seated) < capacity {
				seated[queue[0]], queue = true, queue[1:]
			}
		}
		for i := range acts {
			person := "p0" + string(rune('0'+random.IntN(people)/10)) + string(rune('0'+random.IntN(10)))
			switch random.IntN(5) {
			case 0, 1:
				if _, err := w.signUp(participant(person), o, person); err == nil {
					if len(queue) > 0 || len(seated) >= capacity {
						queue = append(queue, person)
					} else {
						seated[person] = true
					}
				} else if fault.Of(err) == nil {
					t.Fatal(err)
				}
			case 2, 3:
				if err := w.cancel(participant(person), o, person); err == nil {
					delete(seated, person)
					queue = slices.DeleteFunc(queue, func(p string) bool { return p == person })
					callIn()
				} else if fault.Of(err) == nil {
					t.Fatal(err)
				}
			case 4:
				capacity = max(1, len(seated), random.IntN(8))
				w.tx("office", func(ctx context.Context, tx *db.Tx) error {
					if err := db.Lock(ctx, tx, "occasion", o); err != nil {
						return err
					}
					if _, err := tx.Exec(ctx, `UPDATE occasion SET capacity = $1 WHERE id = $2`, capacity, o); err != nil {
						return err
					}
					if err := activity.Promote(ctx, tx, o); err != nil {
						return err
					}
					return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "occasion", Row: o})
				})
				callIn()
			}
			w.holds(o)
			var waiting []string
			for _, s := range w.signups(o) {
				if seated[s.Person] != (s.State == activity.Seated) {
					t.Fatalf("act %d: %s is %s, but %v by the model", i, s.Person, s.State, seated[s.Person])
				}
				if s.State == activity.Waiting {
					waiting = append(waiting, s.Person)
				}
				events := w.count(`SELECT count(*) FROM signup_event e WHERE e.signup = $1`, s.ID)
				told := w.count(`SELECT count(*) FROM letter WHERE about = $1 AND person = $2`, o, s.Person)
				if events != told {
					t.Fatalf("act %d: %s has %d changes and %d letters", i, s.Person, events, told)
				}
			}
			if !slices.Equal(waiting, queue) {
				t.Fatalf("act %d: %v wait, want %v", i, waiting, queue)
			}
			if t.Failed() {
				t.FailNow()
			}
		}
	})
}

func TestAClashIsAWarning(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 1)
		first := w.occasion(5, "2012-11-05 09:00-12:00", "2012-11-06 09:00-12:00")
		after := w.occasion(5, "2012-11-05 12:00-16:00")
		over := w.occasion(5, "2012-11-06 11:59-16:00")
		v := participant("p000")
		if _, err := w.signUp(v, first, "p000"); err != nil {
			t.Fatal(err)
		}
		for _, see := range []struct {
			says, occasion string
			clashes        int
		}{
			{"what begins when the other ends does not clash", after, 0},
			{"a minute in common clashes", over, 1},
			{"nothing clashes with itself", first, 0},
		} {
			why, err := activity.Why(t.Context(), d, v, see.occasion, "p000", d.Now())
			if err != nil || len(why.Clashes) != see.clashes {
				t.Errorf("%s: %v, %v", see.says, why.Clashes, err)
			}
		}
		if s, err := w.signUp(v, over, "p000"); err != nil || s.State != activity.Seated {
			t.Errorf("who has been warned gets %v, %v", s, err)
		}
	})
}

// What someone has elsewhere is told to who could read it there: themselves, who answers for them, who sees that occasion's sign-ups. Of
// who has protected identity it is told to nobody else.
func TestAClashIsNobodyElses(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 2)
		w.employ(far, "hidden", "colleague")
		w.exec(`UPDATE person SET protected = 1 WHERE id = 'hidden'`)
		theirs := w.occasion(5, "2012-11-05 09:00-12:00", "2012-11-06 09:00-12:00") // named after a workplace, as it may be
		mine := w.occasion(5, "2012-11-05 09:00-12:00", "2012-11-06 09:00-12:00")
		w.exec(`UPDATE activity SET organiser = 'p001' WHERE id = $1`, "activity-"+mine)
		for _, p := range []string{"p000", "hidden", "colleague"} {
			if _, err := w.signUp(participant(p), theirs, p); err != nil {
				t.Fatal(err)
			}
		}
		other := viewer("p001", access.Organiser, programme1)
		both := viewer("p001", access.Organiser, programme1)
		both.Grants = append(both.Grants, access.Grant{Role: access.Auditor, Programme: programme1})
		for _, see := range []struct {
			says    string
			v       access.Viewer
			person  string
			clashes int
		}{
			{"one's own", participant("p000"), "p000", 2},
			{"one's own, with protected identity", participant("hidden"), "hidden", 2},
			{"a contact, of the staff", viewer("contact-far", access.Contact, "", far), "colleague", 2},
			{"the office of the programme", viewer("contact-near", access.Office, programme1), "p000", 2},
			{"who organises one and sees the sign-ups of the other", both, "p000", 2},
			{"who organises one, of somebody at another's", other, "p000", 0},
			{"who organises one, of who has protected identity", other, "hidden", 0},
			{"the office, of who has protected identity", viewer("contact-near", access.Office, programme1), "hidden", 0},
		} {
			why, err := activity.Why(t.Context(), d, see.v, mine, see.person, d.Now())
			if err != nil || len(why.Clashes) != see.clashes {
				t.Errorf("%s: %v, %v, want %d", see.says, why.Clashes, err, see.clashes)
			}
		}
		if _, err := activity.Why(t.Context(), d, viewer("contact-far", access.Contact, "", far), mine, "hidden", d.Now()); !errors.Is(err, activity.ErrNotYours) {
			t.Errorf("a contact, of a colleague with protected identity: %v", err)
		}
	})
}

func TestColleaguesTogether(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 5)
		o := w.occasion(3, "2012-11-05 09:00-16:00")
		contact := viewer("contact-near", access.Contact, "", near)
		together := func(persons ...string) (all []activity.Signup, err error) {
			err = d.Tx(t.Context(), contact.Person, func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = activity.SignUpAll(ctx, tx, contact, o, persons...)
				return err
			})
			return all, err
		}
		if _, err := together("p000", "contact-far", "p001"); fault.Of(err).In("contact-far") == nil || w.state(o, "p000") != "" {
			t.Errorf("one who may not: %v, and p000 is %q: all or nobody", err, w.state(o, "p000"))
		}
		all, err := together("p000", "p001", "p000", "p002", "p003")
		if err != nil || len(all) != 4 {
			t.Fatalf("%v, %v", all, err)
		}
		for i, want := range []activity.SignupState{activity.Seated, activity.Seated, activity.Seated, activity.Waiting} {
			if all[i].State != want || all[i].Number != i+1 {
				t.Errorf("colleague %d is %+v, want %s", i, all[i], want)
			}
		}
		w.holds(o)
	})
}

func TestWhoSeesTheSeatList(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 2)
		w.employ(far, "hidden", "colleague")
		w.exec(`UPDATE person SET protected = 1 WHERE id = 'hidden'`)
		o := w.occasion(5, "2012-11-05 09:00-16:00")
		for _, p := range []string{"p000", "hidden", "colleague"} {
			if _, err := w.signUp(participant(p), o, p); err != nil {
				t.Fatal(err)
			}
		}
		for _, see := range []struct {
			says  string
			v     access.Viewer
			names []string
		}{
			{"the public sees nobody", access.Viewer{}, nil},
			{"one sees oneself", participant("p000"), []string{"Given p000 Family"}},
			{"also with protected identity", participant("hidden"), []string{"Given hidden Family"}},
			{"a contact sees the staff, but for protected identity", viewer("contact-far", access.Contact, "", far), []string{"Given colleague Family"}},
			{"the organiser sees all, by number where identity is protected", viewer(organiser, access.Organiser, programme1),
				[]string{"Given p000 Family", "", "Given colleague Family"}},
			{"an organiser of other activities sees nobody", viewer("p001", access.Organiser, programme1), nil},
			{"the auditor sees what the organiser sees", viewer("p001", access.Auditor, programme1),
				[]string{"Given p000 Family", "", "Given colleague Family"}},
			{"the office of another programme sees nobody", viewer("p001", access.Office, "another"), nil},
		} {
			list, err := activity.Signups(t.Context(), d, see.v, o)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, p := range list {
				names = append(names, p.Name)
				if p.Name == "" && (p.Workplace != "" || p.Unit != "" || p.Number == 0) {
					t.Errorf("%s: %+v tells too much", see.says, p)
				}
			}
			if !slices.Equal(names, see.names) {
				t.Errorf("%s: %q, want %q", see.says, names, see.names)
			}
		}
	})
}
