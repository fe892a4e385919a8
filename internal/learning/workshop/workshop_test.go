package workshop_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/programme"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// A world has a kit that is launched at its three workplaces.
type world struct {
	*at.World
	kit  workshop.Kit
	prog programme.Programme
}

func office() access.Viewer { return at.Holder(access.Office) }

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{World: at.New(t, d, 3)}
	var err error
	if w.prog, err = programme.Get(t.Context(), d, office(), at.Programme); err != nil {
		t.Fatal(err)
	}
	w.kit = workshop.Standard(w.prog)
	w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
		err := db.Insert(ctx, tx, "role_grant", "id, person, role, unit, valid_from", "", [][]any{{"g", "near-1", "contact", at.NearTown, "2010-01-01"}})
		return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "give", Entity: "role_grant", Row: "g"}))
	})
	w.Tx("office", func(ctx context.Context, tx *db.Tx) error { return workshop.SaveKit(ctx, tx, office(), &w.kit) })
	w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
		return workshop.Publish(ctx, tx, office(), w.kit.Kit, w.kit.Version)
	})
	w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
		_, err := workshop.Launch(ctx, tx, office(), w.kit.Kit, "", []string{at.Citizens})
		return err
	})
	return w
}

// of is the workshop of a workplace, as someone has to do with it.
func (w *world) of(v access.Viewer, workplace string) workshop.Workshop {
	w.T.Helper()
	list, err := workshop.At(w.T.Context(), w.D, v, at.Programme, workplace)
	if err != nil || len(list) != 1 {
		w.T.Fatalf("%d workshops at %s, %v", len(list), workplace, err)
	}
	return list[0]
}

// try does something in v's name and returns the code of its fault, "" for none.
func (w *world) try(v access.Viewer, f func(ctx context.Context, tx *db.Tx) error) string {
	w.T.Helper()
	by := v.Person
	if by == "" {
		by = workshop.Phones
	}
	err := w.D.Tx(w.T.Context(), by, f)
	var list interface{ Error() string }
	if err != nil && errors.As(err, &list) {
		code, _, _ := strings.Cut(list.Error(), "\n")
		return code
	}
	return ""
}

func (w *world) plan(v access.Viewer, workplace string, p workshop.Plan) string {
	w.T.Helper()
	x := w.of(office(), workplace)
	return w.try(v, func(ctx context.Context, tx *db.Tx) error { return workshop.Set(ctx, tx, v, x.ID, p, x.Version) })
}

func (w *world) move(v access.Viewer, id string, m workshop.Move) string {
	w.T.Helper()
	x, err := workshop.Get(w.T.Context(), w.D, office(), id)
	if err != nil {
		w.T.Fatal(err)
	}
	return w.try(v, func(ctx context.Context, tx *db.Tx) error { return workshop.Do(ctx, tx, v, id, x.Turn, m) })
}

// A kit is checked whole, and what is published never changes.
func TestKit(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		bad := workshop.Kit{Programme: at.Programme, First: "2013-03-01", Last: "2013-01-01", Least: 90, Most: 60, Steps: []workshop.Step{{Minutes: 10, Least: 20}}}
		err := d.Tx(t.Context(), "office", func(ctx context.Context, tx *db.Tx) error { return workshop.SaveKit(ctx, tx, office(), &bad) })
		fields := strings.Split(fmt.Sprint(err), "\n")
		if want := []string{"workshop.title title", "workshop.days last", "workshop.range most", "workshop.title step-1-title", "workshop.range step-1-least"}; !slices.Equal(fields, want) {
			t.Errorf("all mistakes at once: %q, want %q", fields, want)
		}
		next := w.kit
		all, err := workshop.Versions(t.Context(), d, office(), w.kit.Kit)
		if err != nil {
			t.Fatal(err)
		}
		next.Version, next.Title, next.NotesRole = all[0].Version, "En annan rubrik", "Skriv det som sägs."
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error { return workshop.SaveKit(ctx, tx, office(), &next) })
		if all, err = workshop.Versions(t.Context(), d, office(), w.kit.Kit); err != nil || len(all) != 2 || all[0].Published != nil || all[1].Title != w.kit.Title || all[1].NotesRole != w.kit.NotesRole || all[0].NotesRole != "Skriv det som sägs." || all[0].LeaderRole != w.kit.LeaderRole {
			t.Errorf("what is published stays, and a draft stands beside it: %d, %v", len(all), err)
		}
		if got := w.of(office(), at.Near); got.Number != 1 {
			t.Errorf("a draft is nobody's plan: version %d", got.Number)
		}
		w.plan(office(), at.Near, workshop.Plan{Date: "2012-11-07", Start: "13:00"})
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Publish(ctx, tx, office(), w.kit.Kit, all[0].Version)
		})
		if a, b := w.of(office(), at.Near), w.of(office(), at.Far); a.Number != 1 || b.Number != 2 {
			t.Errorf("a workshop keeps the version that it was planned by, others take the newest: %d, %d", a.Number, b.Number)
		}
		if got := w.try(at.Staff("near-0"), func(ctx context.Context, tx *db.Tx) error {
			return workshop.SaveKit(ctx, tx, at.Staff("near-0"), &next)
		}); got != "workshop.no-kit" {
			t.Errorf("staff write no kits: %q", got)
		}
	})
}

// Who leads a workshop plans it within the kit's limits, and its staff get seats that attendance flows from.
func TestPlan(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		contact := at.Contact("near-1", at.Near, at.Small)
		if x := w.of(contact, at.Near); x.Leader != "near-1" || !x.Leads || !x.HasLeader || x.Date != "" {
			t.Fatalf("the contact leads, and there is no date: %+v", x)
		}
		if x := w.of(office(), at.Far); x.HasLeader {
			t.Error("a workplace without a contact has no leader")
		}
		step := func(i, minutes int, skip bool) []workshop.Step {
			steps, err := workshop.Steps(t.Context(), d, w.of(office(), at.Near))
			if err != nil {
				t.Fatal(err)
			}
			return []workshop.Step{{ID: steps[i].ID, Minutes: minutes, Skipped: skip}}
		}
		for _, test := range []struct {
			says string
			v    access.Viewer
			p    workshop.Plan
			want string
		}{
			{"not before the kit's first day", contact, workshop.Plan{Date: "2010-01-01", Start: "13:00"}, "workshop.outside date"},
			{"not past midnight", contact, workshop.Plan{Date: "2012-11-07", Start: "23:00"}, "workshop.start start"},
			{"no step longer than the kit allows", contact, workshop.Plan{Date: "2012-11-07", Start: "13:00", Steps: step(0, 60, false)}, "workshop.limits minutes-"},
			{"no step left out that is needed", contact, workshop.Plan{Date: "2012-11-07", Start: "13:00", Steps: step(1, 25, true)}, "workshop.needed skip-"},
			{"no note-taker from elsewhere", contact, workshop.Plan{Date: "2012-11-07", Start: "13:00", NoteTaker: "far-0"}, "workshop.leader note_taker"},
			{"not by staff", at.Staff("near-0"), workshop.Plan{Date: "2012-11-07", Start: "13:00"}, "workshop.not-lead"},
			{"not by another workplace's", at.Staff("far-0"), workshop.Plan{Date: "2012-11-07", Start: "13:00"}, "workshop.notfound"},
			{"but by the contact", contact, workshop.Plan{Date: "2012-11-07", Start: "13:00", NoteTaker: "near-0", Steps: step(3, 10, true)}, ""},
		} {
			if got := w.plan(test.v, at.Near, test.p); !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
		}
		x := w.of(contact, at.Near)
		if x.Date != "2012-11-07" || x.Start != "13:00" || x.End != "14:50" || x.Venue != at.Near {
			t.Errorf("the break left out, two hours are ten minutes shorter: %s %s-%s at %s", x.Date, x.Start, x.End, x.Venue)
		}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			n, err := workshop.SignUp(ctx, tx, contact, x.ID)
			if n != 3 {
				t.Errorf("all staff have a seat by one click: %d", n)
			}
			return err
		})
		if got := w.plan(contact, at.Near, workshop.Plan{Date: "2012-11-06", Start: "09:00"}); got != "" {
			t.Errorf("it can be moved to an earlier day: %q", got)
		}
		o, err := activity.GetOccasion(t.Context(), d, office(), x.Occasion)
		if err != nil || o.Seated != 3 || o.Leader != "near-1" {
			t.Errorf("the occasion is led by who leads the workshop: %+v, %v", o, err)
		}
		for person, want := range map[string]bool{"near-1": true, "near-0": false} {
			v := at.Staff(person)
			if o, err := activity.GetOccasion(t.Context(), d, v, x.Occasion); err != nil || o.Holds(v, access.Attendance) != want {
				t.Errorf("the leader holds the occasion, others do not: %s, %v", person, err)
			}
		}
	})
}

// Small workplaces hold one together; one that has gone up in another is said to have; who has left leads no more.
func TestPlaces(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		contact := at.Contact("near-1", at.Near, at.Small)
		near, small := w.of(contact, at.Near), w.of(contact, at.Small)
		join := func(v access.Viewer) string {
			return w.try(v, func(ctx context.Context, tx *db.Tx) error { return workshop.Join(ctx, tx, v, near.ID, small.ID) })
		}
		if got := join(at.Staff("near-0")); got != "workshop.not-lead" {
			t.Errorf("who leads neither does not join them: %q", got)
		}
		if got := join(contact); got != "" {
			t.Errorf("who leads both joins them: %q", got)
		}
		if x := w.of(contact, at.Small); x.ID != near.ID || len(x.Places) != 2 {
			t.Errorf("they hold one: %+v", x.Places)
		}
		if got := w.try(contact, func(ctx context.Context, tx *db.Tx) error { return workshop.Part(ctx, tx, contact, near.ID, at.Small) }); got != "" {
			t.Errorf("and part again: %q", got)
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE unit_period SET valid_to = '2012-01-01' WHERE unit = $1`, at.Small); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO unit_merge (unit, into_unit, on_date) VALUES ($1, $2, '2012-01-01')`, at.Small, at.Near); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE role_grant SET valid_to = '2012-10-01' WHERE id = 'g'`); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE employment SET valid_to = '2012-10-01' WHERE person = 'near-1'`); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "unit", Row: at.Small})
		})
		list, err := workshop.At(t.Context(), d, office(), at.Programme, at.Near)
		if err != nil || len(list) != 2 || list[0].Places[0].From != at.Small && list[1].Places[0].From != at.Small {
			t.Errorf("both workshops are the one workplace's now, and one says from where: %+v, %v", list, err)
		}
		for _, x := range list {
			if x.HasLeader {
				t.Errorf("who has left leads no more: %+v", x)
			}
		}
	})
}

// A workshop from start to end: two who present, phones, notes, groups, and what is left of it.
func TestRun(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		lead, notes := at.Contact("near-1", at.Near), at.Staff("near-0")
		w.plan(lead, at.Near, workshop.Plan{Date: "2012-11-07", Start: "13:00", NoteTaker: "near-0"})
		id := w.of(lead, at.Near).ID
		if got := w.move(notes, id, workshop.Begin); got != "workshop.not-lead" {
			t.Errorf("the note-taker does not present: %q", got)
		}
		w.move(lead, id, workshop.Begin)
		x := w.of(lead, at.Near)
		if !x.Running() || len(x.Code) != 6 || x.Timer.Left(d.Now().Add(90*time.Second)) != 510 {
			t.Fatalf("it runs, with ten minutes for the first step: %+v", x.State)
		}
		stale := w.try(lead, func(ctx context.Context, tx *db.Tx) error {
			return workshop.Do(ctx, tx, lead, id, x.Turn-1, workshop.Next)
		})
		if stale != "workshop.turn" {
			t.Errorf("of two who press at once, one is told: %q", stale)
		}
		w.move(lead, id, workshop.Next)
		room, err := workshop.Enter(t.Context(), d, strings.ToLower(x.Code[:3]+" "+x.Code[3:]), "phone")
		if err != nil || room.Question != workshop.Questions[0] {
			t.Fatalf("a phone finds the question by the code in small letters: %+v, %v", room, err)
		}
		send := func(key, step, body string) string {
			return w.try(access.Viewer{}, func(ctx context.Context, tx *db.Tx) error {
				return workshop.Send(ctx, tx, x.Code, "phone", key, step, body)
			})
		}
		long := strings.Repeat("å", 100_000)
		for _, test := range []struct{ says, key, body, want string }{
			{"an answer", "a", "Vi <b>vågar</b> mer", ""},
			{"the same once more", "a", "Vi <b>vågar</b> mer", ""},
			{"another", "b", "Vi lånar av varandra", ""},
			{"nothing", "c", " \n", "workshop.empty body"},
			{"a hundred thousand characters", "d", long, "workshop.answer-long body"},
		} {
			if got := send(test.key, room.Step, test.body); got != test.want {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
		}
		before := room.Step
		w.move(lead, id, workshop.Next)
		if got := send("late", before, "Ett sent svar"); got != "" {
			t.Errorf("an answer to the question before is stored all the same: %q", got)
		}
		if got := send("wrong", "nowhere", "Hej"); got != "workshop.step body" {
			t.Errorf("one to no question is not: %q", got)
		}
		room, err = workshop.Enter(t.Context(), d, x.Code, "phone")
		if err != nil || len(room.Own) != 3 {
			t.Fatalf("the phone knows its own three: %+v, %v", room.Own, err)
		}
		other := w.try(access.Viewer{}, func(ctx context.Context, tx *db.Tx) error {
			return workshop.Change(ctx, tx, x.Code, "another", room.Own[0].ID, "Mitt")
		})
		if other != "workshop.no-answer" {
			t.Errorf("another phone does not change it: %q", other)
		}
		w.Tx(workshop.Phones, func(ctx context.Context, tx *db.Tx) error {
			return workshop.Withdraw(ctx, tx, x.Code, "phone", room.Own[0].ID)
		})
		w.Tx("near-0", func(ctx context.Context, tx *db.Tx) error {
			n, err := workshop.Note(ctx, tx, notes, id, before, "n", "Från papper\n\n Rad två \n")
			if n != 2 {
				t.Errorf("a line is an answer: %d", n)
			}
			return err
		})
		list, err := workshop.Summary(t.Context(), d, lead, id)
		if err != nil || len(list) != 4 || len(list[0].Answers) != 4 || list[0].Answers[0].Body != "Vi <b>vågar</b> mer" {
			t.Fatalf("all is there, as it was written: %+v, %v", list, err)
		}
		w.Tx("near-0", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Put(ctx, tx, notes, id, list[0].Answers[0].ID, "", "Mod")
		})
		list, _ = workshop.Summary(t.Context(), d, lead, id)
		group := list[0].Groups[0].ID
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Put(ctx, tx, lead, id, list[0].Answers[0].ID, group, "")
		})
		if list, err = workshop.Summary(t.Context(), d, lead, id); err != nil || len(list[0].Groups[0].Answers) != 2 || list[0].Count() != 4 {
			t.Errorf("two stand together: %+v, %v", list[0], err)
		}
		for _, test := range []struct {
			says             string
			v                access.Viewer
			group, was, name string
			want, isThen     string
		}{
			{"one gives the group another name", notes, group, "Mod", "Mer mod", "", "Mer mod"},
			{"who still sees the first one is told, and writes nothing over", lead, group, "Mod", "Vågar", "fault.stale", "Mer mod"},
			{"nor takes the group away", lead, group, "Mod", " ", "fault.stale", "Mer mod"},
			{"two who write the same agree", lead, group, "Mod", "Mer mod ", "", "Mer mod"},
			{"having seen it, one chooses", lead, group, "Mer mod", "Vågar", "", "Vågar"},
			{"a name that is too long is not stored", lead, group, "Vågar", strings.Repeat("å", 201), "workshop.long name", "Vågar"},
			{"a group that is not there has no name", lead, "nowhere", "Vågar", "Mod", "workshop.no-group", "Vågar"},
			{"who neither leads nor takes notes names nothing", at.Staff("near-2"), group, "Vågar", "Mod", "workshop.not-notes", "Vågar"},
		} {
			got := w.try(test.v, func(ctx context.Context, tx *db.Tx) error {
				return workshop.Rename(ctx, tx, test.v, id, test.group, test.was, test.name)
			})
			if list, err = workshop.Summary(t.Context(), d, lead, id); err != nil || got != test.want || list[0].Groups[0].Name != test.isThen {
				t.Errorf("%s: %q, want %q; it is %+v, %v", test.says, got, test.want, list[0].Groups, err)
			}
		}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Rename(ctx, tx, lead, id, group, "Vågar", "")
		})
		if list, err = workshop.Summary(t.Context(), d, lead, id); err != nil || len(list[0].Groups) != 0 || list[0].Count() != 4 {
			t.Errorf("a group that is dissolved loses no answer: %+v, %v", list[0], err)
		}
		w.move(lead, id, workshop.Finish)
		if got := send("after", before, "För sent"); got != "workshop.closed" {
			t.Errorf("after the end: %q", got)
		}
		if n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM workshop_answer WHERE device <> '' OR withdrawn = 1`); err != nil || n != 0 {
			t.Errorf("nothing tells which phone, nor what was taken back: %d, %v", n, err)
		}
		w.Tx("near-0", func(ctx context.Context, tx *db.Tx) error {
			_, err := workshop.Note(ctx, tx, notes, id, before, "afterwards", "Efteråt, från papper")
			return err
		})
		leads := func(code string) string {
			_, entered := workshop.Enter(t.Context(), d, code, "phone")
			_, turned := workshop.Turn(t.Context(), d, code)
			return fmt.Sprint(entered, ", ", turned)
		}
		for code, want := range map[string]string{x.Code: "workshop.ended, workshop.ended", "BCDFGH": "workshop.code, workshop.code"} {
			if got := leads(code); got != want {
				t.Errorf("after the end %s leads to %s", code, got)
			}
		}
		w.move(lead, id, workshop.Begin)
		if got := leads(x.Code); got != "workshop.code, workshop.code" {
			t.Errorf("the code of before leads to %s when it goes on with another", got)
		}
	})
}

// Done is where staff took part; a reminder goes once a day to each leader.
func TestCoverage(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		counts := func(v access.Viewer) string {
			c, err := workshop.Cover(t.Context(), d, v, w.prog, "", d.Now())
			if err != nil {
				t.Fatal(err)
			}
			n := c.Total.Counts
			return fmt.Sprint(n[workshop.Done], n[workshop.Planned], n[workshop.Undated], " rows ", len(c.Rows))
		}
		w.plan(office(), at.Near, workshop.Plan{Date: "2012-10-10", Start: "13:00"})
		w.plan(office(), at.Far, workshop.Plan{Date: "2012-11-07", Start: "13:00"})
		if got := counts(office()); got != "0 2 1 rows 3" {
			t.Errorf("a date gone by is not done: %s", got)
		}
		x := w.of(office(), at.Near)
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			_, err := activity.RecordAttendance(ctx, tx, at.Staff("near-1"), x.Meeting, []activity.AttendanceEntry{{Person: "near-0"}, {Person: "small-0"}}, "")
			return err
		})
		for _, test := range []struct {
			says string
			v    access.Viewer
			want string
		}{
			{"done where the leader took attendance; a guest from elsewhere does not count for theirs", office(), "1 1 1 rows 3"},
			{"the steering group sees the numbers, and no workplace", at.Holder(access.Steering), "1 1 1 rows 0"},
			{"a contact sees their own", at.Contact("near-1", at.Near), "1 0 0 rows 1"},
			{"staff see none", at.Staff("near-0"), "0 0 0 rows 0"},
		} {
			if got := counts(test.v); got != test.want {
				t.Errorf("%s: %s, want %s", test.says, got, test.want)
			}
		}
		nudge := func() string {
			return w.try(office(), func(ctx context.Context, tx *db.Tx) error {
				_, err := workshop.Nudge(ctx, tx, office(), w.prog, "")
				return err
			})
		}
		if got := nudge(); got != "" {
			t.Errorf("the leader of the one without a date is reminded: %q", got)
		}
		if got := nudge(); got != "workshop.nobody" {
			t.Errorf("once a day: %q", got)
		}
		if n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM letter WHERE template = 'workshop-nudge' AND person = 'near-1'`); err != nil || n != 1 {
			t.Errorf("%d letters, %v", n, err)
		}
	})
}

// Who leads a workshop leads it for as long as they work there, and so does who takes notes; then its contact and the office do until they
// have chosen another.
func TestLeaderLeaves(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.plan(office(), at.Near, workshop.Plan{Date: "2012-10-10", Start: "13:00", NoteTaker: "near-2"})
		x := w.of(office(), at.Near)
		if got := w.try(office(), func(ctx context.Context, tx *db.Tx) error {
			return workshop.Lead(ctx, tx, office(), x.ID, "near-0", x.Version)
		}); got != "" {
			t.Fatal(got)
		}
		attend := func(v access.Viewer) string {
			return w.try(v, func(ctx context.Context, tx *db.Tx) error {
				_, err := activity.RecordAttendance(ctx, tx, v, x.Meeting, []activity.AttendanceEntry{{Person: "near-2", Minutes: new(60)}}, "")
				return err
			})
		}
		steps, err := workshop.Steps(t.Context(), d, x)
		if err != nil {
			t.Fatal(err)
		}
		note := func(v access.Viewer, key string) string {
			return w.try(v, func(ctx context.Context, tx *db.Tx) error {
				_, err := workshop.Note(ctx, tx, v, x.ID, steps[1].ID, key, "Vi vågar mer")
				return err
			})
		}
		leader, taker, contact := at.Staff("near-0"), at.Staff("near-2"), at.Contact("far-0", at.Near)
		for _, test := range []struct {
			says, got, want string
		}{
			{"the leader takes attendance", attend(leader), ""},
			{"so does the workplace's contact, who leads too", attend(contact), ""},
			{"others of the staff do not", attend(at.Staff("near-1")), "activity.forbidden"},
			{"the contact of another workplace does not", attend(at.Contact("far-1", at.Far)), "activity.forbidden"},
			{"the note-taker takes notes", note(taker, "1"), ""},
		} {
			if test.got != test.want {
				t.Errorf("%s: %q, want %q", test.says, test.got, test.want)
			}
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE employment SET workplace = $1 WHERE person = 'near-0'`, at.Far); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE employment SET valid_to = '2012-10-12' WHERE person = 'near-2'`); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "end", Entity: "employment", Row: "employment-near-2"})
		})
		for _, test := range []struct {
			says, got, want string
		}{
			{"who has moved to another workplace takes none", attend(leader), "activity.forbidden"},
			{"nor notes", note(leader, "2"), "workshop.notfound"},
			{"nor does who has left", note(taker, "3"), "workshop.notfound"},
			{"the contact still leads", attend(contact), ""},
		} {
			if test.got != test.want {
				t.Errorf("%s: %q, want %q", test.says, test.got, test.want)
			}
		}
		if o, err := activity.GetOccasion(t.Context(), d, leader, x.Occasion); err != nil || o.Holds(leader, access.SeeSignups) {
			t.Errorf("they do not see who has signed up either: %v", err)
		}
		for v, want := range map[string]error{"near-0": workshop.ErrNotFound, "near-2": workshop.ErrNotFound, "near-1": nil} {
			if _, err := workshop.Seq(t.Context(), d, at.Staff(v), x.ID); !errors.Is(err, want) {
				t.Errorf("the screen of %s: %v, want %v", v, err, want)
			}
		}
		x = w.of(contact, at.Near)
		if x.HasLeader {
			t.Error("the workshop has no leader, and is said to have one")
		}
		if got := w.try(contact, func(ctx context.Context, tx *db.Tx) error {
			return workshop.Lead(ctx, tx, contact, x.ID, "near-1", x.Version)
		}); got != "" {
			t.Errorf("the contact chooses another: %q", got)
		}
		if got := attend(at.Staff("near-1")); got != "" {
			t.Errorf("who leads from then on: %q", got)
		}
	})
}

// Of the answers that come while who leads ends the workshop, those that are acknowledged are stored, and all others are told that
// it is over. None bears the number of a phone afterwards.
func TestAnswersWhileItEnds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		const phones = 40
		w := newWorld(t, d)
		lead := at.Contact("near-1", at.Near)
		w.plan(lead, at.Near, workshop.Plan{Date: "2012-11-07", Start: "13:00"})
		id := w.of(lead, at.Near).ID
		w.move(lead, id, workshop.Begin)
		w.move(lead, id, workshop.Next)
		x := w.of(lead, at.Near)
		var all sync.WaitGroup
		var acknowledged atomic.Int64
		for i := range phones {
			all.Go(func() {
				key := fmt.Sprint("phone ", i)
				err := d.Tx(t.Context(), workshop.Phones, func(ctx context.Context, tx *db.Tx) error {
					return workshop.Send(ctx, tx, x.Code, key, key, x.Step, key)
				})
				switch {
				case err == nil:
					acknowledged.Add(1)
				case !errors.Is(err, workshop.ErrClosed):
					t.Error(err)
				}
			})
			if i == phones/2 {
				all.Go(func() {
					if err := d.Tx(t.Context(), "near-1", func(ctx context.Context, tx *db.Tx) error {
						return workshop.Do(ctx, tx, lead, id, x.Turn, workshop.Finish)
					}); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		stored, err := db.Value[int64](t.Context(), d, `SELECT count(*) FROM workshop_answer WHERE device = ''`)
		if err != nil || stored != acknowledged.Load() {
			t.Errorf("%d acknowledged, %d stored, %v", acknowledged.Load(), stored, err)
		}
		doctor.Well(t, d)
	})
}
