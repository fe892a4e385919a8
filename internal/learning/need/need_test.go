package need_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/need"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	leader  = at.Contact("near-0", at.Near)
	writer  = at.Staff("near-2")
	member  = at.Staff("near-1")
	office  = at.Holder(access.Office)
	auditor = at.Holder(access.Auditor)
)

type world struct{ *at.World }

// as lets v do something at a workplace, as who they are there.
func (w world) as(v access.Viewer, workplace string, f func(ctx context.Context, tx *db.Tx, p learning.Place) error) error {
	return w.D.Tx(w.T.Context(), v.Person, func(ctx context.Context, tx *db.Tx) error {
		p, err := learning.Find(ctx, tx, v, at.Programme, workplace)
		if err != nil {
			return err
		}
		return f(ctx, tx, p)
	})
}

func (w world) place(v access.Viewer, workplace string) learning.Place {
	w.T.Helper()
	p, err := learning.Find(w.T.Context(), w.D, v, at.Programme, workplace)
	if err != nil {
		w.T.Fatal(err)
	}
	return p
}

func someWording() need.Wording {
	return need.Wording{Text: "Visa hur man lånar e-böcker", Why: "Det frågas om det varje dag.", Priority: "high", Goal: at.Media, Staff: 5, Due: "2013-06-01", Form: "course"}
}

// add adds a need for so many staff, as the office.
func (w world) add(workplace, text string, staff int) need.Need {
	w.T.Helper()
	n := need.Need{Wording: someWording()}
	n.Text, n.Staff = text, staff
	if err := w.as(office, workplace, func(ctx context.Context, tx *db.Tx, p learning.Place) error { return need.Add(ctx, tx, office, p, &n) }); err != nil {
		w.T.Fatal(err)
	}
	return n
}

// agree lets who leads agree on the plan as it is.
func (w world) agree(v access.Viewer, workplace string) error {
	return w.as(v, workplace, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
		plan, err := need.PlanOf(ctx, tx, p)
		if err != nil {
			return err
		}
		return need.Agree(ctx, tx, v, p, plan.Version, at.Today)
	})
}

func (w world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func (w world) do(v access.Viewer, f func(ctx context.Context, tx *db.Tx) error) error {
	return w.D.Tx(w.T.Context(), v.Person, f)
}

// A need says what, how urgent, for how many and by when.
func TestWording(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := world{at.New(t, d, 5)}
		for _, test := range []struct {
			says   string
			change func(w *need.Wording)
			want   error
		}{
			{"it may be without a why, a goal area and a group", func(w *need.Wording) { w.Why, w.Goal, w.Who = "", "", "" }, nil},
			{"it says what they need to be able to do", func(w *need.Wording) { w.Text = " \n" }, need.ErrText},
			{"in at most 500 characters", func(w *need.Wording) { w.Text = strings.Repeat("å", need.MaxLine) }, nil},
			{"not one more", func(w *need.Wording) { w.Text = strings.Repeat("å", need.MaxLine+1) }, need.ErrLong},
			{"a why of 100 000 characters is refused", func(w *need.Wording) { w.Why = strings.Repeat("ö", 100_000) }, need.ErrLong},
			{"it has a priority", func(w *need.Wording) { w.Priority = "" }, need.ErrPriority},
			{"one that there is", func(w *need.Wording) { w.Priority = "urgent" }, need.ErrPriority},
			{"a goal area is one of the programme's", func(w *need.Wording) { w.Goal = "another" }, need.ErrGoal},
			{"somebody needs it", func(w *need.Wording) { w.Staff = 0 }, need.ErrStaff},
			{"not more than there are in a region", func(w *need.Wording) { w.Staff = need.MaxStaff + 1 }, need.ErrStaff},
			{"it has a day", func(w *need.Wording) { w.Due = "snart" }, local.ErrDate},
			{"the programme's last day will do", func(w *need.Wording) { w.Due = "2013-12-31" }, nil},
			{"the day after will not", func(w *need.Wording) { w.Due = "2014-01-01" }, need.ErrDue},
			{"nor the day before its first", func(w *need.Wording) { w.Due = "2010-12-31" }, need.ErrDue},
			{"the form is one that is offered", func(w *need.Wording) { w.Form = "party" }, need.ErrForm},
		} {
			n := need.Need{Wording: someWording()}
			test.change(&n.Wording)
			err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error { return need.Add(ctx, tx, leader, p, &n) })
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v", test.says, err)
			}
		}
		n := need.Need{}
		if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error { return need.Add(ctx, tx, leader, p, &n) }); len(fault.Of(err)) != 5 {
			t.Errorf("an empty form: %v", err)
		}
		dbtest.Hold(t, d, need.Invariants()...)
	})
}

// Who writes a plan, who agrees on it, and what others read meanwhile.
func TestPlan(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := world{at.New(t, d, 5)}
		ctx := t.Context()
		w.must(w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return learning.SetWriters(ctx, tx, leader, p, nil, []string{"near-2"})
		}))
		if err := w.agree(leader, at.Near); !errors.Is(err, need.ErrEmpty) {
			t.Errorf("agreeing on nothing: %v", err)
		}
		for _, test := range []struct {
			says string
			v    access.Viewer
			want error
		}{
			{"its contact writes", leader, nil},
			{"so does whom they agreed on", writer, nil},
			{"the office may", office, nil},
			{"the others do not", member, learning.ErrForbidden},
			{"an auditor only reads", auditor, learning.ErrForbidden},
			{"who works elsewhere does not even see it", at.Staff("far-0"), learning.ErrWorkplace},
		} {
			n := need.Need{Wording: someWording()}
			err := w.as(test.v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error { return need.Add(ctx, tx, test.v, p, &n) })
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v", test.says, err)
			}
		}
		counts := func(v access.Viewer) (here, listed int) {
			t.Helper()
			needs, err := need.Here(ctx, d, v, w.place(v, at.Near))
			w.must(err)
			list, err := need.List(ctx, d, v, need.Filter{Programme: at.Programme})
			w.must(err)
			return len(needs), len(list)
		}
		for _, test := range []struct {
			says         string
			v            access.Viewer
			here, listed int
		}{{"staff read a draft", member, 3, 0}, {"an auditor does not", auditor, 0, 0}, {"the office reads it there, but not in the list", office, 3, 0}} {
			if here, listed := counts(test.v); here != test.here || listed != test.listed {
				t.Errorf("%s: %d, %d", test.says, here, listed)
			}
		}
		all, err := need.Here(ctx, d, leader, w.place(leader, at.Near))
		w.must(err)
		say := func(v access.Viewer, id string, version int, is need.State, why string) error {
			return w.as(v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return need.Say(ctx, tx, v, p, id, version, is, why)
			})
		}
		for _, test := range []struct {
			says    string
			v       access.Viewer
			version int
			is      need.State
			why     string
			want    error
		}{
			{"who drops a need says why", writer, 1, need.Dropped, " ", need.ErrWhy},
			{"nobody says that it is answered", writer, 1, need.Answered, "", need.ErrState},
			{"staff do not say", member, 1, need.Met, "", learning.ErrForbidden},
			{"a stale form is told of", writer, 2, need.Met, "", fault.Stale},
			{"a writer says so", writer, 1, need.Dropped, "Två har redan gått kursen.", nil},
		} {
			if err := say(test.v, all[0].ID, test.version, test.is, test.why); !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v", test.says, err)
			}
		}
		for _, test := range []struct {
			says string
			v    access.Viewer
			on   local.Date
			off  int
			want error
		}{
			{"a writer does not agree for all", writer, at.Today, 0, learning.ErrForbidden},
			{"nor an auditor", auditor, at.Today, 0, learning.ErrForbidden},
			{"not on a day to come", leader, "2012-10-13", 0, need.ErrAgreedOn},
			{"nor before the programme", leader, "2010-12-31", 0, need.ErrAgreedOn},
			{"nor on no day", leader, "igår", 0, local.ErrDate},
			{"nor on what has changed since it was read", leader, at.Today, -1, fault.Stale},
			{"who leads does", leader, "2012-10-01", 0, nil},
		} {
			plan, err := need.PlanOf(ctx, d, w.place(leader, at.Near))
			w.must(err)
			err = w.as(test.v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return need.Agree(ctx, tx, test.v, p, plan.Version+test.off, test.on)
			})
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v", test.says, err)
			}
		}
		if here, listed := counts(auditor); here != 2 || listed != 2 {
			t.Errorf("an auditor reads %d and %d of what is agreed on, less what is dropped", here, listed)
		}
		change := all[1]
		change.Text = "Något helt annat"
		edit := func(v access.Viewer, to need.Need) error {
			return w.as(v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error { return need.Change(ctx, tx, v, p, to) })
		}
		w.must(edit(writer, change))
		change.Text = "Något tredje"
		if err := edit(leader, change); !errors.Is(err, fault.Stale) {
			t.Errorf("from what it said before: %v", err)
		}
		if n, err := need.Get(ctx, d, auditor, w.place(auditor, at.Near), change.ID); err != nil || n.Text != someWording().Text || !n.Draft() {
			t.Errorf("others read what was agreed on: %+v, %v", n, err)
		}
		n, err := need.Get(ctx, d, member, w.place(member, at.Near), change.ID)
		if err != nil || n.Text != "Något helt annat" || !n.Draft() {
			t.Errorf("the own read what it says now: %+v, %v", n, err)
		}
		events, err := need.Events(ctx, d, w.place(member, at.Near), n)
		if err != nil || len(events) != 2 || events[0].By != "near-2" || events[1].Text != someWording().Text {
			t.Errorf("its history: %+v, %v", events, err)
		}
		w.must(w.agree(leader, at.Near))
		plan, err := need.PlanOf(ctx, d, w.place(auditor, at.Near))
		if err != nil || len(plan.Agreements) != 2 || plan.Agreements[1].On != "2012-10-01" || plan.Agreements[0].Needs != 2 {
			t.Fatalf("agreements: %+v, %v", plan, err)
		}
		if err := w.agree(leader, at.Near); !errors.Is(err, need.ErrSame) || fmt.Sprint(fault.Of(err)[0].Args...) != fmt.Sprint(2, local.Date(at.Today)) {
			t.Errorf("agreed on again, with nothing changed: %v", err)
		}
		if again, err := need.PlanOf(ctx, d, w.place(auditor, at.Near)); err != nil || len(again.Agreements) != 2 || again.Version != plan.Version {
			t.Errorf("makes a version without a change: %+v, %v", again, err)
		}
		for number, want := range map[int]string{1: someWording().Text, 2: "Något helt annat"} {
			list, err := need.AgreedAt(ctx, d, plan, number)
			if err != nil || !slices.ContainsFunc(list, func(n need.Need) bool { return n.ID == change.ID && n.Text == want }) {
				t.Errorf("version %d: %+v, %v", number, list, err)
			}
		}
		dbtest.Hold(t, d, need.Invariants()...)
	})
}

// lecture adds an activity; of another programme it is published alone.
func (w world) lecture(title string, published bool) activity.Activity {
	w.T.Helper()
	a := activity.Activity{Programme: at.Programme, Kind: "lecture", Title: title, Travel: "employer", Meal: "project", Substitute: "employer", Published: published, Goals: []string{at.Media}}
	w.must(w.do(office, func(ctx context.Context, tx *db.Tx) error { return activity.CreateActivity(ctx, tx, office, &a) }))
	return a
}

// Topics bring needs together, and activities answer them; workplaces and staff are counted once.
func TestTopicsAndTies(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := world{at.New(t, d, 5)}
		ctx := t.Context()
		books, phones := w.add(at.Near, "Låna ut e-böcker", 5), w.add(at.Near, "Hjälpa till med läsplattor", 3)
		far, draft := w.add(at.Far, "Låna e-böcker", 2), w.add(at.Small, "Leda bokcirklar", 2)
		w.must(w.agree(leader, at.Near))
		w.must(w.agree(office, at.Far))
		topic := need.Topic{Programme: at.Programme, Name: "E-böcker", Words: "läsplatta, e-bok"}
		w.must(w.do(office, func(ctx context.Context, tx *db.Tx) error { return need.SaveTopic(ctx, tx, office, &topic) }))
		again := need.Topic{Programme: at.Programme, Name: "e-böcker"}
		if err := w.do(office, func(ctx context.Context, tx *db.Tx) error { return need.SaveTopic(ctx, tx, office, &again) }); !errors.Is(err, need.ErrTopicTaken) {
			t.Errorf("a name that is taken: %v", err)
		}
		loose, err := need.List(ctx, d, office, need.Filter{Programme: at.Programme, Topic: "none"})
		w.must(err)
		found, err := need.Suggested(ctx, d, office, []need.Topic{topic}, loose)
		w.must(err)
		if s := found[phones.ID]; len(s) != 1 || s[0].Of != topic.ID || len(found[draft.ID]) != 0 {
			t.Errorf("suggested: %+v", found)
		}
		for _, test := range []struct {
			says  string
			v     access.Viewer
			was   string
			topic string
			needs []string
			news  int
			want  error
		}{
			{"the office sorts several at once", office, "", topic.ID, []string{books.ID, far.ID, books.ID}, 2, nil},
			{"once more is no news", office, "", topic.ID, []string{books.ID}, 0, nil},
			{"another joins them", office, "", topic.ID, []string{phones.ID}, 1, nil},
			{"a draft is nobody else's to sort", office, "", topic.ID, []string{draft.ID}, 0, need.ErrNotFound},
			{"a topic must be there", office, "", "another", []string{books.ID}, 0, need.ErrTopic},
			{"none must be chosen", office, "", topic.ID, nil, 0, need.ErrNeeds},
			{"a contact does not sort", leader, "", topic.ID, []string{books.ID}, 0, programme.ErrNotFound},
			{"one moves to no topic", office, topic.ID, "", []string{phones.ID}, 1, nil},
			{"who saw it in the topic comes too late", office, "elsewhere", topic.ID, []string{phones.ID}, 0, need.ErrSorted},
			{"who saw it in none moves it back", office, "", topic.ID, []string{phones.ID}, 1, nil},
		} {
			err := w.do(test.v, func(ctx context.Context, tx *db.Tx) error {
				news, err := need.Sort(ctx, tx, test.v, at.Programme, test.was, test.topic, test.needs)
				if err == nil && news != test.news {
					t.Errorf("%s: %d are new", test.says, news)
				}
				return err
			})
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v", test.says, err)
			}
		}
		lines := func(v access.Viewer) string {
			t.Helper()
			parts, err := need.Parts(ctx, d, v, need.Filter{Programme: at.Programme})
			w.must(err)
			return fmt.Sprint(need.Total(parts))
		}
		for _, test := range []struct {
			says string
			v    access.Viewer
			want string
		}{
			{"5 at the one, 2 at the other; all unanswered", office, "{ 3 2 7 3 0}"},
			{"the steering group has numbers", at.Holder(access.Steering), "{ 3 2 7 3 0}"},
			{"a contact those of the own", leader, "{ 2 1 5 2 0}"},
			{"staff none", member, "{ 0 0 0 0 0}"},
		} {
			if got := lines(test.v); got != test.want {
				t.Errorf("%s: %s", test.says, got)
			}
		}
		proposed, err := need.DraftOf(ctx, d, office, at.Programme, topic.ID, "")
		if err != nil || proposed.Title != "E-böcker" || proposed.Kind != "course" || fmt.Sprint(proposed.Goals) != "["+at.Media+"]" || strings.Count(proposed.Description, "– ") != 3 {
			t.Errorf("an activity of a topic: %+v, %v", proposed, err)
		}
		lecture, hidden := w.lecture("Allt om e-böcker", true), w.lecture("Ett utkast", false)
		tie := func(v access.Viewer, act string, to need.Ties) error {
			return w.do(v, func(ctx context.Context, tx *db.Tx) error { return need.Tie(ctx, tx, v, act, to) })
		}
		// A draft answers nothing: what it is for is planned, and stays on the list of what waits.
		w.must(tie(office, hidden.ID, need.Ties{Topics: []string{topic.ID}}))
		if got := lines(office); got != "{ 3 2 7 3 3}" {
			t.Errorf("planned: %s", got)
		}
		for state, want := range map[need.State]int{need.Open: 0, need.Planned: 3, need.Waiting: 3, need.Answered: 0, "": 3} {
			list, err := need.List(ctx, d, office, need.Filter{Programme: at.Programme, State: state})
			if err != nil || len(list) != want || want > 0 && list[0].State != need.Planned {
				t.Errorf("%q while only a draft is tied: %+v, %v", state, list, err)
			}
		}
		w.must(w.do(office, func(ctx context.Context, tx *db.Tx) error {
			return need.SetTies(ctx, tx, office, hidden.ID, topic.ID+" |", need.Ties{})
		}))
		for _, test := range []struct {
			says string
			v    access.Viewer
			to   need.Ties
			want error
		}{
			{"the office ties an activity to a topic", office, need.Ties{Topics: []string{topic.ID}}, nil},
			{"twice is once", office, need.Ties{Topics: []string{topic.ID, topic.ID}}, nil},
			{"and to a single need beside it", office, need.Ties{Needs: []string{far.ID}}, nil},
			{"not to a draft", office, need.Ties{Needs: []string{draft.ID}}, need.ErrTie},
			{"nor to what is not there", office, need.Ties{Topics: []string{"another"}}, need.ErrTie},
			{"a contact ties nothing", leader, need.Ties{Topics: []string{topic.ID}}, activity.ErrForbidden},
		} {
			if err := tie(test.v, lecture.ID, test.to); !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v", test.says, err)
			}
		}
		w.must(tie(office, hidden.ID, need.Ties{Needs: []string{books.ID}}))
		if got := lines(office); got != "{ 3 2 7 0 0}" {
			t.Errorf("answered: %s", got)
		}
		for state, want := range map[need.State]int{need.Open: 0, need.Planned: 0, need.Waiting: 0, need.Answered: 3, need.Met: 0, "": 3} {
			if list, err := need.List(ctx, d, office, need.Filter{Programme: at.Programme, State: state}); err != nil || len(list) != want {
				t.Errorf("%q: %+v, %v", state, list, err)
			}
		}
		of, err := need.Answers(ctx, d, []need.Need{books, far, draft})
		if err != nil || len(of[books.ID]) != 2 || of[books.ID][0].Activity != lecture.ID || of[books.ID][1].Published || len(of[far.ID]) != 1 || len(of[draft.ID]) != 0 {
			t.Errorf("answers: %+v, %v", of, err)
		}
		asking := func() int {
			n, err := need.Asking(ctx, d, access.Viewer{On: at.Today}, lecture.ID)
			w.must(err)
			return n
		}
		if asking() != 2 {
			t.Errorf("%d workplaces ask for it", asking())
		}
		for _, test := range []struct {
			v    access.Viewer
			want string
		}{{member, "[" + at.Near + "]"}, {at.Staff("far-1"), "[" + at.Far + "]"}, {at.Staff("small-0"), "[]"}, {access.Viewer{On: at.Today}, "[]"}} {
			if mine, err := need.Mine(ctx, d, test.v, lecture.ID); err != nil || fmt.Sprint(mine) != test.want {
				t.Errorf("%s's workplaces that ask for it: %v, %v", test.v.Person, mine, err)
			}
		}
		// A workplace that goes up in another takes its needs along, drafts too.
		w.must(w.do(office, func(ctx context.Context, tx *db.Tx) error {
			for _, unit := range []string{at.Far, at.Small} {
				if _, err := tx.Exec(ctx, `INSERT INTO unit_merge (unit, into_unit, on_date) VALUES ($1, $2, '2012-01-01')`, unit, at.Near); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `UPDATE unit_period SET valid_to = '2012-01-01' WHERE unit = $1`, unit); err != nil {
					return err
				}
			}
			return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "unit", Row: at.Near})
		}))
		if needs, err := need.Here(ctx, d, leader, w.place(leader, at.Near)); err != nil || len(needs) != 4 || asking() != 1 {
			t.Errorf("after it has gone up: %+v, %d, %v", needs, asking(), err)
		}
		w.must(w.agree(leader, at.Near))
		if list, err := need.List(ctx, d, leader, need.Filter{Programme: at.Programme, Workplaces: []string{at.Near}}); err != nil || len(list) != 4 {
			t.Errorf("agreed on together: %+v, %v", list, err)
		}
		w.must(w.do(office, func(ctx context.Context, tx *db.Tx) error {
			ties, err := need.TiesOf(ctx, tx, lecture.ID)
			if err != nil {
				return err
			}
			if err := need.SetTies(ctx, tx, office, lecture.ID, need.Ties{Topics: []string{"of yesterday"}}.Mark(), need.Ties{}); !errors.Is(err, fault.Stale) {
				t.Errorf("untied by who saw others: %v", err)
			}
			return need.SetTies(ctx, tx, office, lecture.ID, ties.Mark(), need.Ties{})
		}))
		if asking() != 0 {
			t.Error("untied, it still answers")
		}
		dbtest.Hold(t, d, need.Invariants()...)
	})
}

// The pages of a list hold each need once, whatever it is sorted by.
func TestPages(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := world{at.New(t, d, 5)}
		for i := range 7 {
			w.add([]string{at.Near, at.Far}[i%2], fmt.Sprintf("Behov %d", i), 1+i%3)
		}
		w.must(w.agree(leader, at.Near))
		w.must(w.agree(office, at.Far))
		for _, by := range need.Sorts {
			for _, falling := range []bool{false, true} {
				seen := map[string]bool{}
				for f := (need.Filter{Programme: at.Programme, By: by, Falling: falling, Limit: 3}); ; {
					list, err := need.List(t.Context(), d, office, f)
					w.must(err)
					for _, n := range list {
						if seen[n.ID] {
							t.Errorf("by %s: %s comes twice", by, n.Text)
						}
						seen[n.ID] = true
					}
					if len(list) < 3 {
						break
					}
					f.After = f.Keys(list[2])
					if keys, ok := db.ReadMark(db.Mark(f.After...), f.Like()...); !ok || fmt.Sprint(keys) != fmt.Sprint(f.After) {
						t.Fatalf("the mark of %v", f.After)
					}
				}
				if len(seen) != 7 {
					t.Errorf("by %s: %d of 7", by, len(seen))
				}
			}
		}
	})
}

// Two who agree at once: one does, the other is told that it is agreed on. Two who let the same activity answer a topic both have what they want.
func TestTwoAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := world{at.New(t, d, 5)}
		n := w.add(at.Near, "Berätta sagor", 3)
		both := func(f func() error) (results []error) {
			var all sync.WaitGroup
			results = make([]error, 2)
			for i := range results {
				all.Go(func() { results[i] = f() })
			}
			all.Wait()
			return results
		}
		plan, err := need.PlanOf(t.Context(), d, w.place(leader, at.Near))
		w.must(err)
		agreed := 0
		for _, err := range both(func() error {
			return w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return need.Agree(ctx, tx, leader, p, plan.Version, at.Today)
			})
		}) {
			if err == nil {
				agreed++
			} else if !errors.Is(err, need.ErrSame) { // and not that it has changed
				t.Error(err)
			}
		}
		if agreed != 1 {
			t.Errorf("%d agreed on the same version", agreed)
		}
		lecture := w.lecture("Sagor", true)
		for _, err := range both(func() error {
			return w.do(office, func(ctx context.Context, tx *db.Tx) error {
				return need.Tie(ctx, tx, office, lecture.ID, need.Ties{Needs: []string{n.ID}})
			})
		}) {
			w.must(err)
		}
		said := 0
		for _, err := range both(func() error {
			return w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return need.Say(ctx, tx, leader, p, n.ID, 1, need.Met, "")
			})
		}) {
			if err == nil {
				said++
			} else if !errors.Is(err, fault.Stale) {
				t.Error(err)
			}
		}
		if said != 1 {
			t.Errorf("%d said so of the same version", said)
		}
		dbtest.Hold(t, d, need.Invariants()...)
	})
}

// The staff of a workplace count once on a line: as many as the largest number among its needs there.
func TestSum(t *testing.T) {
	parts := []need.Part{
		{Workplace: "a", Topic: "books", Goal: "media", State: need.Open, Needs: 2, Staff: 5},
		{Workplace: "a", Topic: "books", Goal: "space", State: need.Answered, Needs: 1, Staff: 8},
		{Workplace: "a", Topic: "talks", Goal: "media", State: need.Met, Needs: 1, Staff: 3},
		{Workplace: "b", Topic: "books", Goal: "media", State: need.Open, Needs: 1, Staff: 2},
		{Workplace: "c", Goal: "space", State: need.Planned, Needs: 1, Staff: 1},
	}
	for _, test := range []struct {
		says string
		by   func(need.Part) string
		want string
	}{
		{"by topic, the 5 at a are among the 8", func(p need.Part) string { return p.Topic }, "[{books 4 2 10 3 0} {talks 1 1 3 0 0} { 1 1 1 1 1}]"},
		{"by goal area the 8 are elsewhere", func(p need.Part) string { return p.Goal }, "[{media 4 2 7 3 0} {space 2 2 9 1 1}]"},
		{"all together", func(need.Part) string { return "" }, "[{ 6 3 11 4 1}]"},
		{"what has no key is on no line", func(p need.Part) string { return "-" }, "[]"},
	} {
		if got := fmt.Sprint(need.Sum(parts, test.by)); got != test.want {
			t.Errorf("%s: %s, want %s", test.says, got, test.want)
		}
	}
	if got := need.Total(parts); got.Staff != 11 || got.Workplaces != 3 {
		t.Errorf("the total: %+v", got)
	}
}
