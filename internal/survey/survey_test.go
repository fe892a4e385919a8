package survey_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/fault"
	lt "kompobib/internal/learning/learningtest"
	"kompobib/internal/local"
	"kompobib/internal/secret"
	"kompobib/internal/survey"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func ring(t *testing.T) *secret.Ring {
	t.Helper()
	r, err := secret.NewRing(slices.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type world struct {
	*lt.World
	t    *testing.T
	ring *secret.Ring
	s    survey.Survey
}

// newWorld has a survey of two questions on a scale of three.
func newWorld(t *testing.T, d *db.DB, anonymous bool) *world {
	w := &world{World: lt.New(t, d, 6), t: t, ring: ring(t)}
	w.s = survey.Survey{Programme: lt.Programme, Title: "Hur går det?", Anonymous: anonymous, Words: []string{"inte alls", "", "helt"},
		Questions: []survey.Question{{Text: "Vågar du?", Goal: lt.Citizens}, {Text: "Får du?"}}}
	w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
		return survey.Save(ctx, tx, lt.Holder(access.Office), &w.s)
	})
	return w
}

func (w *world) round(name, first, last string) string {
	w.t.Helper()
	r := survey.Round{Survey: w.s.ID, Name: name, First: local.Date(first), Last: local.Date(last)}
	w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
		return survey.SaveRound(ctx, tx, lt.Holder(access.Office), &r)
	})
	return r.ID
}

// answer lets someone answer, as the page does.
func (w *world) answer(person, round string, version int, values ...int) error {
	by := person
	if w.s.Anonymous {
		by = survey.Nobody
	}
	return w.D.Tx(w.t.Context(), by, func(ctx context.Context, tx *db.Tx) error {
		return survey.Answer(ctx, tx, w.ring, lt.Staff(person), round, values, version)
	})
}

func (w *world) close(round string) {
	w.t.Helper()
	w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
		return survey.Close(ctx, tx, lt.Holder(access.Office), w.s.ID, round)
	})
}

func (w *world) hold() {
	w.t.Helper()
	doctor.Well(w.t, w.D)
}

func (w *world) results(by survey.By) survey.Results {
	w.t.Helper()
	r, err := survey.Read(w.t.Context(), w.D, lt.Holder(access.Steering), w.s.ID, lt.Today, by, "", "")
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// What is answered is counted, each question by as many; a small workplace is told of with others, and says so; and the person alone reads their own.
func TestAnswers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, false)
		start := w.round("Start", "2012-10-12", "2012-10-20")
		for i := range 6 {
			if err := w.answer(fmt.Sprint("near-", i), start, 0, 1, 3); err != nil {
				t.Fatal(err)
			}
		}
		for _, test := range []struct {
			says, person string
			values       []int
			version      int
			want         []string
		}{
			{"all that is missing or unknown is told at once", "small-0", []int{survey.Missing, 9}, 0, []string{"survey.missing answer-1", "survey.value answer-2"}},
			{"too few values are missing ones", "small-0", []int{2}, 0, []string{"survey.missing answer-2"}},
			{"who works elsewhere is not asked", "outside-0", []int{1, 1}, 0, []string{"survey.not-asked"}},
			{"a change that knows nothing of the last is refused", "near-0", []int{2, 2}, 0, []string{"fault.stale"}},
			{"the same form sent twice is not", "near-0", []int{1, 3}, 0, nil},
			{"what is changed counts instead", "near-0", []int{2, survey.NoStep}, 2, nil},
			{"two of a branch", "small-0", []int{3, 3}, 0, nil},
			{"and the other", "small-1", []int{3, 3}, 0, nil},
			{"three of a school", "far-0", []int{3, 1}, 0, nil},
			{"who answer", "far-1", []int{3, 1}, 0, nil},
			{"as one", "far-2", []int{3, 1}, 0, nil},
		} {
			var got []string
			for _, f := range fault.Of(w.answer(test.person, start, test.version, test.values...)) {
				got = append(got, strings.TrimSpace(f.Code+" "+f.Field))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s: %v, want %v", test.says, got, test.want)
			}
		}
		w.hold()

		if _, err := survey.Read(t.Context(), d, lt.Holder(access.Office), w.s.ID, lt.Today, survey.ByProgramme, start, ""); !errors.Is(err, survey.ErrNotYet) {
			t.Errorf("a round that is open shows %v", err)
		}
		w.close(start)
		if err := w.answer("far-3", start, 0, 1, 1); !errors.Is(err, survey.ErrClosed) {
			t.Errorf("after it has closed: %v", err)
		}
		whole := w.results(survey.ByProgramme).Lines
		if len(whole) != 1 || whole[0].N != 11 || fmt.Sprint(whole[0].Answers) != "[{[5 1 5] 0} {[3 0 7] 1}]" {
			t.Errorf("the whole: %+v", whole)
		}
		lines := w.results(survey.ByWorkplace).Lines
		if len(lines) != 2 || lines[0].N+lines[1].N != 11 || !slices.ContainsFunc(lines, func(l survey.Line) bool {
			return l.Extent == survey.Together && slices.Equal(l.Workplaces, []string{lt.Far, lt.Small}) && l.N == 5 && l.Unit.ID == lt.County
		}) {
			t.Errorf("by workplace: %+v", lines)
		}
		for _, by := range []survey.By{survey.ByMunicipality, survey.ByCounty} {
			for _, l := range w.results(by).Lines {
				if l.N < 5 {
					t.Errorf("%s tells of %d", by, l.N)
				}
			}
		}
		at := func(v access.Viewer, workplace string) survey.Place {
			p, err := survey.At(t.Context(), d, v, w.s.ID, lt.Today, workplace, "", "")
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		if p := at(lt.Contact("small-0", lt.Small), lt.Small); p.Alone || p.Own != 2 || p.Line.N != 5 {
			t.Errorf("to the contact of the branch: %+v", p)
		}
		if p := at(lt.Staff("small-1"), lt.Small); p.Own != 0 || p.Counts {
			t.Errorf("to its staff: %+v", p)
		}
		if _, err := survey.At(t.Context(), d, lt.Staff("far-0"), w.s.ID, lt.Today, lt.Small, "", ""); !errors.Is(err, survey.ErrNotFound) {
			t.Errorf("to the staff of another: %v", err)
		}
		if _, err := survey.Read(t.Context(), d, lt.Staff("near-0"), w.s.ID, lt.Today, survey.ByProgramme, "", ""); !errors.Is(err, survey.ErrNotFound) {
			t.Errorf("to who may not see the outcome: %v", err)
		}
		own, err := survey.Mine(t.Context(), d, w.ring, lt.Staff("near-0"), w.s)
		if err != nil || own[start].Values[w.s.Questions[0].ID] != 2 || own[start].Version != 3 {
			t.Errorf("own: %+v %v", own, err)
		}
		if other, err := survey.Mine(t.Context(), d, w.ring, lt.Holder(access.Office), w.s); err != nil || len(other) > 0 {
			t.Errorf("the office reads %v %v", other, err)
		}
	})
}

// Of an anonymous answer nothing stands beside who gave it, and it counts once however often it is sent, by two processes at the same time, and as the round closes.
func TestAnonymous(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url)
		w := newWorld(t, d, true)
		other := *w
		other.World = &lt.World{T: t, D: dbtest.Open(t, url)}
		start := w.round("Start", "2012-10-12", "2012-10-20")
		if err := d.Tx(t.Context(), "near-0", func(ctx context.Context, tx *db.Tx) error {
			return survey.Answer(ctx, tx, w.ring, lt.Staff("near-0"), start, []int{1, 1}, 0)
		}); err == nil || fault.Of(err) != nil {
			t.Errorf("an anonymous answer in one's own name: %v", err)
		}
		var wait sync.WaitGroup
		var mu sync.Mutex
		taken := 0
		for i := range 6 {
			for _, by := range []*world{w, &other} {
				wait.Go(func() {
					switch err := by.answer(fmt.Sprint("near-", i), start, 0, i%4, 3); {
					case err == nil:
						mu.Lock()
						taken++
						mu.Unlock()
					case !errors.Is(err, survey.ErrAnswered) && !errors.Is(err, survey.ErrClosed):
						t.Error(err)
					}
				})
			}
			if i == 4 {
				wait.Go(func() { w.close(start) })
			}
		}
		wait.Wait()
		w.hold()
		n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM survey_answered`)
		if err != nil || n != taken || n > 6 {
			t.Errorf("%d were told that they have answered, %d have: %v", taken, n, err)
		}
		for _, query := range []string{`SELECT count(*) FROM survey_own`, `SELECT count(*) FROM once`, `SELECT count(*) FROM audit WHERE act = 'answer' AND (actor <> 'survey' OR detail <> '' OR subject <> '' OR sealed <> '')`} {
			if n, err := db.Value[int](t.Context(), d, query); n != 0 || err != nil {
				t.Errorf("%s: %d %v", query, n, err)
			}
		}
		if strings.HasSuffix(t.Name(), "/postgres") {
			n, err := db.Value[int](t.Context(), d, `SELECT count(DISTINCT t.xmin::text) FROM survey_tally t`)
			if err != nil || n > 1 {
				t.Errorf("the rows of a group were written by %d transactions: %v", n, err)
			}
		}
	})
}

// What has been shown together stays together, what stands fast once a round has opened stays, and who has answered gets no reminder.
func TestRounds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, false)
		office := lt.Holder(access.Office)
		start := w.round("Start", "2012-10-12", "2012-10-12")
		change := func(f func(s *survey.Survey)) error {
			s, err := survey.Get(t.Context(), d, office, w.s.ID, lt.Today)
			if err != nil {
				t.Fatal(err)
			}
			f(&s)
			return d.Tx(t.Context(), "office", func(ctx context.Context, tx *db.Tx) error { return survey.Save(ctx, tx, office, &s) })
		}
		if err := change(func(s *survey.Survey) { s.Anonymous = true }); !errors.Is(err, survey.ErrFrozen) {
			t.Errorf("to become anonymous: %v", err)
		}
		if err := change(func(s *survey.Survey) { s.Questions = s.Questions[:1] }); !errors.Is(err, survey.ErrFrozen) {
			t.Errorf("to drop a question: %v", err)
		}
		if err := change(func(s *survey.Survey) { s.Title = strings.Repeat("å", 100_000) }); !errors.Is(err, survey.ErrLong) {
			t.Errorf("too long a title: %v", err)
		}
		if err := change(func(s *survey.Survey) { s.Questions[0].Text = "Vågar du fråga?" }); err != nil {
			t.Errorf("to mend a slip: %v", err)
		}
		if was, err := survey.Wordings(t.Context(), d, w.s); err != nil || len(was) != 1 || was[0].Text != "Vågar du?" {
			t.Errorf("what it said before: %v %v", was, err)
		}
		for says, r := range map[string]survey.Round{
			"survey.past":    {Name: "x", First: "2012-10-11", Last: "2012-10-30"},
			"survey.overlap": {Name: "x", First: "2012-10-12", Last: "2012-10-30"},
			"survey.days":    {Name: "x", First: "2012-11-12", Last: "2012-11-11"},
			"survey.name":    {First: "2012-11-12", Last: "2012-11-13"},
		} {
			r.Survey = w.s.ID
			err := d.Tx(t.Context(), "office", func(ctx context.Context, tx *db.Tx) error { return survey.SaveRound(ctx, tx, office, &r) })
			if f := fault.Of(err); len(f) == 0 || f[0].Code != says {
				t.Errorf("%v, want %s", err, says)
			}
		}
		for _, p := range []string{"near-0", "near-1", "near-2", "near-3", "near-4", "small-0", "far-0", "far-1", "far-2", "far-3"} {
			if err := w.answer(p, start, 0, 2, 2); err != nil {
				t.Fatal(err)
			}
		}
		tell := func() (n int, err error) {
			err = d.Tx(t.Context(), "office", func(ctx context.Context, tx *db.Tx) (err error) {
				n, err = survey.Tell(ctx, tx, office, w.s.ID, start)
				return err
			})
			return n, err
		}
		if n, err := tell(); n != 3 || err != nil {
			t.Errorf("letters to %d of three: %v", n, err)
		}
		if _, err := tell(); !errors.Is(err, survey.ErrTold) {
			t.Errorf("again the same day: %v", err)
		}
		w.close(start)
		later := lt.Today.Add(30)
		end := w.round("Slut", string(later), string(later.Add(5)))
		past, err := d.Reopen(t.Context(), func() time.Time { return dbtest.Now.AddDate(0, 0, 30) })
		if err != nil {
			t.Fatal(err)
		}
		defer past.Close()
		w.Employ(lt.Small, "small-2", "small-3", "small-4", "small-5")
		now := *w
		now.World = &lt.World{T: t, D: past}
		for _, p := range []string{"near-0", "near-1", "small-0", "small-1", "small-2", "small-3", "small-4", "far-0"} {
			if err := now.answer(p, end, 0, 3, 3); err != nil {
				t.Fatal(p, err)
			}
		}
		now.hold()
		r, err := survey.Read(t.Context(), past, lt.Holder(access.Steering), w.s.ID, later.Add(6), survey.ByWorkplace, "", "")
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Lines) != 1 || r.Lines[0].N != 8 || r.Lines[0].BeforeN != 10 {
			t.Errorf("what was told of together is told apart: %+v", r.Lines)
		}
		a, _ := r.Lines[0].Before[0].Mean()
		b, _ := r.Lines[0].Answers[0].Mean()
		if a != 2 || b != 3 {
			t.Errorf("from %v to %v", a, b)
		}
	})
}

// What a closed round tells stays, also if it turns out afterwards that a workplace belonged to another municipality all the time.
func TestClosedRoundStays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, false)
		w.Employ(lt.Small, "small-2", "small-3", "small-4")
		start := w.round("Start", "2012-10-12", "2012-10-20")
		for _, p := range []string{"near-0", "near-1", "near-2", "near-3", "near-4", "small-0", "small-1", "small-2", "far-0", "far-1"} {
			if err := w.answer(p, start, 0, 1, 3); err != nil {
				t.Fatal(p, err)
			}
		}
		w.close(start)
		told := func() (all string) {
			for _, by := range survey.Breakdowns {
				for _, l := range w.results(by).Lines {
					unit := ""
					if l.Unit != nil {
						unit = l.Unit.ID
					}
					all += fmt.Sprintln(by, l.Extent, unit, l.Workplaces, l.N, l.Answers)
				}
			}
			return all
		}
		before := told()
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE unit_period SET parent = $1 WHERE unit IN ($2, $3)`, lt.FarTown, lt.Small, lt.Near)
			return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "correct", Entity: "unit", Row: lt.Small}))
		})
		if after := told(); after != before {
			t.Errorf("corrected history gives\n%s\nafter\n%s", after, before)
		}
		w.hold()
	})
}
