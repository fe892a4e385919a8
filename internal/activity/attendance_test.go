package activity_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/fault"
)

// record records entries in v's name.
func (w *world) record(v access.Viewer, meeting, why string, entries ...activity.AttendanceEntry) (done activity.Recorded, err error) {
	err = w.d.Tx(w.t.Context(), v.Person, func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = activity.RecordAttendance(ctx, tx, v, meeting, entries, why)
		return err
	})
	return done, err
}

func (w *world) minutes(meeting, person string) int {
	w.t.Helper()
	return w.count(`SELECT coalesce(max(minutes), -1) FROM attendance WHERE meeting = $1 AND person = $2`, meeting, person)
}

func TestMinutesThatCount(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 20)
		w.employ(outside, "stranger")
		o := w.occasion(30, "2012-10-10 09:00-16:00 12:00-13:00", "2012-10-13 09:00-16:00")
		m, tomorrow := o+"-meeting-1", o+"-meeting-2"
		org := viewer(organiser, access.Organiser, programme1)
		type entry = activity.AttendanceEntry
		for i, step := range []struct {
			says    string
			e       entry
			minutes int
			field   string
			want    *fault.Fault
		}{
			{"nothing said is all of the meeting, without the break", entry{}, 360, "", nil},
			{"minutes as they are given", entry{Minutes: new(90)}, 90, "", nil},
			{"as many as there are", entry{Minutes: new(360)}, 360, "", nil},
			{"one more than there are", entry{Minutes: new(361)}, -1, "minutes", activity.ErrMinutes},
			{"less than none", entry{Minutes: new(-1)}, -1, "minutes", activity.ErrMinutes},
			{"none needs a reason", entry{Minutes: new(0)}, -1, "absence", activity.ErrNoReason},
			{"who comes late loses what was before", entry{Arrived: "10:00"}, 300, "", nil},
			{"who leaves in the break keeps the morning", entry{Departed: "12:30"}, 180, "", nil},
			{"both", entry{Arrived: "11:00", Departed: "14:00"}, 120, "", nil},
			{"fewer minutes than the times give are fine", entry{Arrived: "11:00", Minutes: new(60)}, 60, "", nil},
			{"more are not", entry{Arrived: "15:00", Minutes: new(61)}, -1, "minutes", activity.ErrMinutes},
			{"who came before the start", entry{Arrived: "08:59"}, -1, "arrived", activity.ErrArrived},
			{"who left after the end", entry{Departed: "16:01"}, -1, "departed", activity.ErrDeparted},
			{"who left before coming", entry{Arrived: "11:00", Departed: "10:00"}, -1, "departed", activity.ErrDeparted},
			{"a time that no clock shows", entry{Arrived: "9.30"}, -1, "arrived", activity.ErrArrived},
			{"only in the break", entry{Arrived: "12:00", Departed: "13:00"}, -1, "arrived", activity.ErrOnlyBreak},
			{"absence with a reason", entry{Absence: "ill"}, 0, "", nil},
			{"a reason that there is not", entry{Absence: "bored"}, -1, "absence", activity.ErrReason},
			{"absent and there", entry{Absence: "ill", Minutes: new(60)}, -1, "absence", activity.ErrBoth},
		} {
			person := fmt.Sprintf("p%03d", i)
			step.e.Person = person
			_, err := w.record(org, m, "", step.e)
			if got := w.minutes(m, person); got != step.minutes {
				t.Errorf("%s: %d minutes, want %d (%v)", step.says, got, step.minutes, err)
			}
			if step.want == nil && err != nil {
				t.Errorf("%s: %v", step.says, err)
			}
			if f := fault.Of(err).In(activity.EntryField(step.field, person)); step.want != nil && (f == nil || !errors.Is(f, step.want)) {
				t.Errorf("%s: %v, want %v in the field %s", step.says, err, step.want, step.field)
			}
		}
		p := func(i int) entry { return entry{Person: fmt.Sprintf("p%03d", i)} }
		for _, refused := range []struct {
			says    string
			v       access.Viewer
			meeting string
			entries []entry
			want    *fault.Fault
		}{
			{"before it starts", org, tomorrow, []entry{p(1)}, activity.ErrNotBegun},
			{"a meeting that is not there", org, "nowhere", []entry{p(1)}, activity.ErrNotFound},
			{"by an organiser of other activities", viewer("p001", access.Organiser, programme1), m, []entry{p(1)}, activity.ErrForbidden},
			{"by the office of another programme", viewer("p001", access.Office, "another"), m, []entry{p(1)}, activity.ErrForbidden},
			{"by the auditor", viewer("p001", access.Auditor, programme1), m, []entry{p(1)}, activity.ErrForbidden},
			{"of a person who is not there by who has no right to it, who is not told so", viewer("p001", access.Auditor, programme1), m, []entry{{Person: "nobody"}}, activity.ErrForbidden},
			{"of a person who is not there before it starts", org, tomorrow, []entry{{Person: "nobody"}}, activity.ErrNotBegun},
			{"of nobody", org, m, nil, activity.ErrNoRows},
			{"of one person twice", org, m, []entry{p(19), p(19)}, activity.ErrTwice},
			{"of a person who is not there", org, m, []entry{{Person: "nobody"}}, activity.ErrNobody},
			{"of who came without being in the target group", org, m, []entry{{Person: "stranger"}}, activity.ErrWalkIn},
		} {
			if _, err := w.record(refused.v, refused.meeting, "", refused.entries...); !errors.Is(err, refused.want) {
				t.Errorf("%s: %v, want %v", refused.says, err, refused.want)
			}
		}
		if _, err := w.record(org, m, "", p(19), entry{Person: "stranger"}); err == nil || w.minutes(m, "p019") != -1 {
			t.Errorf("one mistake: %v, and the other row says %d minutes: all or none", err, w.minutes(m, "p019"))
		}
	})
}

func TestNobodyIsInTwoPlaces(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 4)
		first := w.occasion(30, "2012-10-10 09:00-12:00") + "-meeting-1"
		other := w.occasion(30, "2012-10-10 11:00-15:00")
		second := other + "-meeting-1"
		// The other stands in another programme, with an office of its own.
		w.exec(`INSERT INTO programme (id, slug, name, short_name, funding_period, state, starts, ends, zone, published)
			VALUES ('other', 'other', 'Annat', 'Annat', '2007-2013', 'running', '2011-01-01', '2013-12-31', 'Europe/Stockholm', 1)`)
		w.exec(`INSERT INTO target_unit (programme, unit) VALUES ('other', 'region')`)
		w.exec(`UPDATE activity SET programme = 'other' WHERE id = $1`, "activity-"+other)
		org := viewer(organiser, access.Organiser, programme1)
		office := viewer("contact-far", access.Office, "other")
		type entry = activity.AttendanceEntry
		for _, step := range []struct {
			says    string
			v       access.Viewer
			meeting string
			e       entry
			why     string
			want    *fault.Fault
		}{
			{"the morning", org, first, entry{Person: "p000"}, "", nil},
			{"the hour in common", office, second, entry{Person: "p000"}, "", activity.ErrThen},
			{"fewer minutes do not say which", office, second, entry{Person: "p000", Minutes: new(180)}, "", activity.ErrThen},
			{"from when the other ended", office, second, entry{Person: "p000", Arrived: "12:00"}, "", nil},
			{"nor by correcting the first to be longer", org, first, entry{Person: "p000", Departed: "12:00"}, "typed wrong", nil},
			{"or the second", office, second, entry{Person: "p000", Arrived: "11:59"}, "typed wrong", activity.ErrThen},
			{"absence is nowhere", org, first, entry{Person: "p001", Absence: "ill"}, "", nil},
			{"so the other is free", office, second, entry{Person: "p001"}, "", nil},
			{"until one says otherwise", org, first, entry{Person: "p001"}, "was there", activity.ErrThen},
		} {
			_, err := w.record(step.v, step.meeting, step.why, step.e)
			if f := fault.Of(err).In(activity.EntryField("row", step.e.Person)); step.want == nil && err != nil || step.want != nil && !errors.Is(f, step.want) {
				t.Errorf("%s: %v, want %v", step.says, err, step.want)
			}
		}
		both := viewer("contact-far", access.Office, "other")
		both.Grants = append(both.Grants, access.Grant{Role: access.Auditor, Programme: programme1})
		w.exec(`UPDATE person SET protected = 1 WHERE id = 'p002'`)
		if _, err := w.record(org, first, "", entry{Person: "p002"}); err != nil {
			t.Fatal(err)
		}
		for person, want := range map[string]*fault.Fault{"p000": activity.ErrElsewhere, "p002": activity.ErrThen} {
			if _, err := w.record(both, second, "typed wrong", entry{Person: person}); !errors.Is(err, want) {
				t.Errorf("who sees the attendance of the other too is told of %s %v, want %v", person, err, want)
			}
		}
		m, err := activity.GetMeeting(t.Context(), d, org, first)
		if err != nil {
			t.Fatal(err)
		}
		third := w.occasion(30, "2012-10-10 12:00-13:00") + "-meeting-1"
		if _, err := w.record(org, third, "", entry{Person: "p002"}); err != nil {
			t.Fatal(err)
		}
		m.Place, m.Span.End = "Slottet", "12:30"
		w.exec(`UPDATE occasion SET closes = $1`, dbtest.Now.AddDate(0, 0, -7))
		if err := d.Tx(t.Context(), organiser, func(ctx context.Context, tx *db.Tx) error { return activity.UpdateMeeting(ctx, tx, org, &m) }); !errors.Is(err, activity.ErrMovedThen) {
			t.Errorf("who moves a meeting into one that a person with protected identity was at: %v", err)
		}
		_, err = w.record(office, second, "", entry{Person: "p003"}, entry{Person: "p000", Arrived: "12:00"})
		if f := fault.Of(err).In("row-p000"); f != nil {
			t.Errorf("a row that says nothing new: %v", f)
		}
	})
}

// Of two organisers who record overlapping meetings of a person at once, one is told.
func TestTwoOrganisersAtOnce(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d := []*db.DB{dbtest.Open(t, url), dbtest.Open(t, url)}
		w := newWorld(t, d[0], 10)
		meetings := []string{w.occasion(30, "2012-10-10 09:00-12:00") + "-meeting-1", w.occasion(30, "2012-10-10 11:00-15:00") + "-meeting-1"}
		org := viewer(organiser, access.Organiser, programme1)
		for i := range 10 {
			person := fmt.Sprintf("p%03d", i)
			errs := make([]error, 2)
			var both sync.WaitGroup
			for j := range 2 {
				both.Go(func() {
					errs[j] = d[j].Tx(t.Context(), org.Person, func(ctx context.Context, tx *db.Tx) error {
						_, err := activity.RecordAttendance(ctx, tx, org, meetings[j], []activity.AttendanceEntry{{Person: person}}, "")
						return err
					})
				})
			}
			both.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Errorf("%s: %v and %v, want exactly one to succeed", person, errs[0], errs[1])
			}
			if err := errors.Join(errs...); !errors.Is(err, activity.ErrElsewhere) {
				t.Errorf("%s: the other is told %v", person, err)
			}
		}
		doctor.Well(t, d[0])
	})
}

// While one organiser moves a meeting to another hour, another records the same people at what is held then: of the two
// only one comes to pass, whichever is first, and neither waits for the other for ever.
func TestAMeetingIsMovedWhileAttendanceIsTaken(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 20)
		org := viewer(organiser, access.Office, programme1)
		for range 8 {
			morning, noon := w.occasion(30, "2012-10-10 09:00-11:00")+"-meeting-1", w.occasion(30, "2012-10-10 11:00-13:00")+"-meeting-1"
			w.exec(`UPDATE meeting SET place = 'Slottet' WHERE id = $1`, morning)
			w.exec(`UPDATE occasion SET closes = $1`, dbtest.Now.AddDate(0, 0, -7))
			var entries []activity.AttendanceEntry
			for i := range 20 {
				entries = append(entries, activity.AttendanceEntry{Person: fmt.Sprintf("p%03d", i)})
			}
			if _, err := w.record(org, morning, "", entries...); err != nil {
				t.Fatal(err)
			}
			var both sync.WaitGroup
			var moved, taken error
			both.Go(func() {
				m, err := activity.GetMeeting(t.Context(), d, org, morning)
				if err != nil {
					t.Error(err)
					return
				}
				m.Span.Start, m.Span.End = "10:00", "12:00"
				moved = d.Tx(t.Context(), organiser, func(ctx context.Context, tx *db.Tx) error { return activity.UpdateMeeting(ctx, tx, org, &m) })
			})
			both.Go(func() { _, taken = w.record(org, noon, "", entries...) })
			both.Wait()
			if (moved == nil) == (taken == nil) {
				t.Errorf("moved: %v; taken: %v; want one of them", moved, taken)
			}
			if moved != nil && !errors.Is(moved, activity.ErrMoved) {
				t.Errorf("the move: %v", moved)
			}
			doctor.Well(t, d)
			// The next round finds the same people free.
			w.tx("setup", func(ctx context.Context, tx *db.Tx) error {
				if err := db.Lock(ctx, tx, "person", "p000"); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `DELETE FROM attendance`); err != nil {
					return err
				}
				return audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "test"})
			})
		}
	})
}

func TestACorrectionKeepsWhatWas(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 3)
		o := w.occasion(30, "2012-10-10 09:00-12:00")
		m := o + "-meeting-1"
		org := viewer(organiser, access.Organiser, programme1)
		type entry = activity.AttendanceEntry
		must := func(done activity.Recorded, err error) activity.Recorded {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			return done
		}
		if done := must(w.record(org, m, "", entry{Person: "p000"}, entry{Person: "p001"})); done.New != 2 {
			t.Errorf("%+v, want two new", done)
		}
		attest := func(v access.Viewer, persons ...string) (n int, err error) {
			err = d.Tx(t.Context(), v.Person, func(ctx context.Context, tx *db.Tx) (err error) {
				n, err = activity.Attest(ctx, tx, v, m, persons...)
				return err
			})
			return n, err
		}
		if n, err := attest(viewer("contact-far", access.Contact, "", far)); !errors.Is(err, activity.ErrNothingToDo) {
			t.Errorf("the contact of another workplace attested %d, %v", n, err)
		}
		wait, err := activity.ToAttest(t.Context(), d, viewer("contact-near", access.Contact, "", near))
		if err != nil || len(wait) != 1 || wait[0].Meeting != m || wait[0].Minutes != 360 || len(wait[0].Staff) != 2 || wait[0].Staff[1].Person != "p001" || wait[0].Staff[1].Minutes != 180 || wait[0].Staff[1].Name == "" {
			t.Errorf("the contact sees %+v, %v wait", wait, err)
		}
		if n, err := attest(org); n != 2 || err != nil {
			t.Errorf("%d attested, %v, want 2", n, err)
		}
		if done := must(w.record(org, m, "", entry{Person: "p000"}, entry{Person: "p001"})); !reflect.DeepEqual(done, activity.Recorded{Unchanged: 2}) {
			t.Errorf("the same again: %+v", done)
		}
		if _, err := w.record(org, m, " ", entry{Person: "p000", Minutes: new(60)}); !errors.Is(err, activity.ErrCorrection) {
			t.Errorf("a correction without why: %v", err)
		}
		if done := must(w.record(org, m, "left early", entry{Person: "p000", Minutes: new(60), Version: new(1)})); done.Corrected != 1 || done.Unattested != 1 {
			t.Errorf("%+v, want one corrected that is no longer attested", done)
		}
		if _, err := w.record(org, m, "again", entry{Person: "p000", Minutes: new(50), Version: new(1)}); !errors.Is(err, activity.ErrRowStale) {
			t.Errorf("a correction of what is no longer there: %v", err)
		}
		if _, err := w.record(org, m, "", entry{Person: "p001", Version: new(0)}); !errors.Is(err, activity.ErrRowStale) {
			t.Errorf("recording as new what somebody else has recorded: %v", err)
		}
		history, err := activity.AttendanceHistory(t.Context(), d, org, m, "p000")
		if err != nil || len(history) != 2 {
			t.Fatalf("%v, %v", history, err)
		}
		now, was := history[0], history[1]
		if now.Minutes != 60 || now.AttestedAt != nil || was.Minutes != 180 || was.AttestedBy != organiser || was.CorrectedBy != organiser || was.Why != "left early" {
			t.Errorf("now %+v, was %+v", now, was)
		}
		if _, err := activity.AttendanceHistory(t.Context(), d, participant("p001"), m, "p000"); !errors.Is(err, activity.ErrNotFound) {
			t.Errorf("a colleague reads the history: %v", err)
		}
		if _, err := activity.AttendanceHistory(t.Context(), d, participant("p000"), m, "p000"); err != nil {
			t.Errorf("one's own history: %v", err)
		}
		list, err := activity.AttendanceList(t.Context(), d, org, m)
		if err != nil || len(list) != 2 || list[0].Corrections != 1 || list[0].Version != 2 || list[1].AttestedBy != organiser {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// The time is given under the employment of the day, not under today's.
func TestTimeIsGivenUnderTheEmploymentOfTheDay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 1)
		w.exec(`UPDATE employment SET valid_to = '2012-10-11' WHERE id = 'job-p000'`)
		w.exec(`INSERT INTO employment (id, person, employer, workplace, title, staff_role, share, valid_from)
			VALUES ('small', 'p000', 'employer', $1, 'Vaktmästare', 'caretaker', 200, '2001-01-01'), ('new', 'p000', 'employer', $1, 'Chef', 'manager', 800, '2012-10-11')`, far)
		org := viewer(organiser, access.Organiser, programme1)
		for meeting, want := range map[string]string{"2012-10-10 09:00-12:00": "job-p000", "2012-10-11 09:00-12:00": "new", "1999-10-11 09:00-12:00": ""} {
			o := w.occasion(30, meeting)
			w.seat(o, "p000")
			if _, err := w.record(org, o+"-meeting-1", "", activity.AttendanceEntry{Person: "p000"}); err != nil {
				t.Fatal(err)
			}
			got, err := db.Value[string](t.Context(), d, `SELECT coalesce(employment, '') FROM attendance WHERE meeting = $1`, o+"-meeting-1")
			if err != nil || got != want {
				t.Errorf("%s was given under %q, %v, want %q", meeting, got, err, want)
			}
		}
	})
}

// Five hundred rows take as many queries as one.
func TestManyRowsTakeFewQueries(t *testing.T) {
	const many = 500
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, many)
		org := viewer(organiser, access.Organiser, programme1)
		type entry = activity.AttendanceEntry
		queries := func(meeting, why string, entries []entry) int64 {
			ctx, n := db.Counting(t.Context())
			if err := d.Tx(ctx, organiser, func(ctx context.Context, tx *db.Tx) error {
				_, err := activity.RecordAttendance(ctx, tx, org, meeting, entries, why)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n.Load()
		}
		one := w.occasion(30, "2012-10-09 09:00-12:00") + "-meeting-1"
		all := w.occasion(30, "2012-10-10 09:00-12:00") + "-meeting-1"
		entries := make([]entry, many)
		for i := range entries {
			entries[i].Person = fmt.Sprintf("p%03d", i)
		}
		few, start := queries(one, "", entries[:2]), time.Now()
		if n := queries(all, "", entries); n != few {
			t.Errorf("%d rows took %d queries, two took %d", many, n, few)
		}
		t.Logf("%d rows in %d queries and %v", many, few, time.Since(start))
		for i := range entries {
			entries[i].Minutes = new(60)
		}
		few = queries(one, "all wrong", entries[:2])
		if n := queries(all, "all wrong", entries); n != few {
			t.Errorf("%d corrections took %d queries, two took %d", many, n, few)
		}
	})
}

// Who came without having signed up has a number too, so that several of those with protected identity are told apart:
// the same at every meeting of the occasion, whatever is corrected and whoever comes later.
func TestWalkInsKeepTheirNumbers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 4)
		w.exec(`UPDATE person SET protected = 1 WHERE id IN ('p000', 'p001', 'p002')`)
		o := w.occasion(30, "2012-10-10 09:00-12:00", "2012-10-11 09:00-12:00")
		w.seat(o, "p002")
		org := viewer(organiser, access.Organiser, programme1)
		hour := 0
		came := func(meeting string, persons ...string) {
			t.Helper()
			for _, p := range persons {
				if _, err := w.record(org, o+meeting, "", activity.AttendanceEntry{Person: p, Minutes: new(60)}); err != nil {
					t.Fatal(err)
				}
				hour++
				w.tx("setup", func(ctx context.Context, tx *db.Tx) error {
					if err := db.Lock(ctx, tx, "person", p); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, `UPDATE attendance SET recorded_at = $1 WHERE meeting = $2 AND person = $3`, dbtest.Now.Add(time.Duration(hour-100)*time.Hour), o+meeting, p)
					return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "test"}))
				})
			}
		}
		came("-meeting-1", "p003", "p001", "p002")
		came("-meeting-2", "p000", "p001")
		if _, err := w.record(org, o+"-meeting-1", "fel", activity.AttendanceEntry{Person: "p001", Minutes: new(30)}); err != nil {
			t.Fatal(err)
		}
		for meeting, want := range map[string]map[string]int{"-meeting-1": {"p003": -1, "p001": -2, "p002": 1}, "-meeting-2": {"p001": -2, "p000": -3, "p002": 1}} {
			list, err := activity.AttendanceList(t.Context(), d, access.System, o+meeting)
			if err != nil || len(list) != len(want) {
				t.Fatal(list, err)
			}
			for _, p := range list {
				if p.Number != want[p.Person] {
					t.Errorf("%s at %s: number %d, want %d", p.Person, meeting, p.Number, want[p.Person])
				}
			}
		}
	})
}

// A short list of what is open holds what is for those persons, as they are employed.
func TestWhatIsMeantForSomeone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 2)
		w.employ(outside, "stranger")
		all := w.occasion(10, "2012-11-05 09:00-12:00")
		farOnly := w.occasion(10, "2012-11-06 09:00-12:00")
		managers := w.occasion(10, "2012-11-07 09:00-12:00")
		shut := w.occasion(10, "2012-11-08 09:00-12:00")
		theirs := w.occasion(10, "2012-11-09 09:00-12:00") // the far workplace's own
		w.tx("setup", func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(activity.HeldAt(ctx, tx, theirs, far), audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "test"}))
		})
		w.exec(`INSERT INTO audience_unit (activity, unit) VALUES ($1, 'town-far')`, "activity-"+farOnly)
		w.exec(`INSERT INTO audience_role (activity, staff_role) VALUES ($1, 'manager')`, "activity-"+managers)
		w.exec(`UPDATE occasion SET closes = $2 WHERE id = $1`, shut, dbtest.Now.AddDate(0, 0, -1))
		w.seat(all, "p001")
		for _, test := range []struct {
			says, who string
			persons   []string
			want      string
		}{
			{"staff nearby", "p000", []string{"p000"}, all},
			{"who has a seat", "p001", []string{"p001"}, ""},
			{"far away", "contact-far", []string{"contact-far"}, all + farOnly + theirs},
			{"either", "p000", []string{"p000", "contact-far"}, all + farOnly + theirs},
			{"outside the programme", "stranger", []string{"stranger"}, ""},
			{"nobody", "p000", []string{}, ""},
		} {
			list, err := activity.Calendar(t.Context(), d, participant(test.who), activity.Filter{From: "2012-10-12", Open: dbtest.Now, For: test.persons, Unsigned: true})
			var got strings.Builder
			for _, e := range list {
				got.WriteString(e.ID)
			}
			if err != nil || got.String() != test.want {
				t.Errorf("%s: %s, %v; want %s", test.says, got.String(), err, test.want)
			}
		}
		// In a calendar of one's own stands also what one is signed up to, whoever it is meant for, and what is shut.
		w.seat(farOnly, "p001")
		for who, want := range map[string]string{"p000": all + shut, "p001": all + farOnly + shut, "contact-far": all + farOnly + shut + theirs, "stranger": "", "": ""} {
			v := participant(who)
			v.On = "2012-10-12"
			list, err := activity.Calendar(t.Context(), d, v, activity.Filter{From: "2012-10-12", ForMe: true})
			var got strings.Builder
			for _, e := range list {
				got.WriteString(e.ID)
			}
			if err != nil || got.String() != want {
				t.Errorf("for %q: %s, %v; want %s", who, got.String(), err, want)
			}
		}
	})
}

// Others see of a person's seats and hours what they may see of the occasions.
func TestARecordIsSeenByWhoMay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 2)
		past := w.occasion(10, "2012-10-10 09:00-12:00")
		coming := w.occasion(10, "2012-11-05 09:00-12:00")
		walkIn := w.occasion(10, "2012-10-11 09:00-12:00")
		w.exec(`UPDATE activity SET organiser = 'contact-far' WHERE id = $1`, "activity-"+coming)
		w.seat(past, "p000")
		w.seat(coming, "p000")
		org := viewer("office", access.Office, programme1)
		for _, o := range []string{past, walkIn} {
			if _, err := w.record(org, o+"-meeting-1", "", activity.AttendanceEntry{Person: "p000", Minutes: new(90)}); err != nil {
				t.Fatal(err)
			}
		}
		for _, test := range []struct {
			says string
			v    access.Viewer
			want int
		}{
			{"one's own", participant("p000"), 3},
			{"a colleague", participant("p001"), 0},
			{"the office", org, 3},
			{"another programme's office", viewer("office", access.Office, "other"), 0},
			{"an organiser, of their own", viewer(organiser, access.Organiser, programme1), 2},
			{"the contact of the workplace", viewer("contact-near", access.Contact, "", near), 3},
			{"another workplace's contact", viewer("contact", access.Contact, "", far), 0},
			{"the machine", access.System, 3},
		} {
			list, err := activity.RecordOf(t.Context(), d, test.v, "p000", "2012-10-12")
			if err != nil || len(list) != test.want {
				t.Errorf("%s: %d rows, %v; want %d", test.says, len(list), err, test.want)
			}
		}
		list, err := activity.RecordOf(t.Context(), d, org, "p000", "2012-10-12")
		if err != nil || list[0].Occasion != coming || list[0].Minutes != nil || list[1].Occasion != walkIn || list[1].State != "" || *list[1].Minutes != 90 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
