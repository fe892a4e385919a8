package reflection_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/local"
)

// answer says what someone says who has just seen what would be told.
func (w *desk) answer(v access.Viewer, quotation string, version int, state string) error {
	return w.try(v, func(ctx context.Context, tx *db.Tx) error {
		var shown string
		q, err := reflection.OwnQuotation(ctx, tx, w.ring, v, quotation)
		if err == nil {
			var sources map[string]reflection.Source
			sources, err = reflection.Sources(ctx, tx, v, q)
			shown = reflection.SourcesMark(sources)
		}
		if err != nil {
			return err
		}
		return reflection.Answer(ctx, tx, w.ring, v, quotation, version, state, shown)
	})
}

// asked is a quotation that the office asks for, of what someone shares without a name; about an occasion, or nothing in particular.
func (w *desk) asked(person, workplace, occasion string) (entry, quotation string) {
	w.T.Helper()
	author, office := at.Staff(person), at.Holder(access.Office)
	entry = w.write(author, "Jag heter "+person)
	if occasion != "" {
		w.exec(`UPDATE reflection SET occasion = $1 WHERE id = $2`, occasion, entry)
	}
	if err := w.share(author, entry, 1, reflection.Programme, workplace, false); err != nil {
		w.T.Fatal(err)
	}
	own, err := reflection.Get(w.T.Context(), w.D, w.ring, author, entry)
	if err != nil {
		w.T.Fatal(err)
	}
	if err := w.try(office, func(ctx context.Context, tx *db.Tx) (err error) {
		quotation, err = reflection.Ask(ctx, tx, w.ring, office, own.Shared, "Jag heter")
		return err
	}); err != nil {
		w.T.Fatal(err)
	}
	return entry, quotation
}

// told is a quotation as the office reads it.
func (w *desk) told(quotation string) reflection.Quotation {
	w.T.Helper()
	all, err := reflection.Quotations(w.T.Context(), w.D, w.ring, at.Holder(access.Office), at.Programme)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, q := range all {
		if q.ID == quotation {
			return q
		}
	}
	w.T.Fatal("not there: ", quotation)
	return reflection.Quotation{}
}

func (w *desk) exec(query string, args ...any) {
	w.T.Helper()
	w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "test"})
	})
}

// occasion is one that persons took part in, by the employment that they have; held at some workplaces of their own, or by the project for all.
func (w *desk) occasion(id string, persons []string, places ...string) {
	w.T.Helper()
	w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
		put := func(table, columns string, rows ...[]any) {
			if err := db.Insert(ctx, tx, table, columns, "", rows); err != nil {
				w.T.Fatal(err)
			}
		}
		put("activity", "id, programme, kind, title", []any{id, at.Programme, "lecture", "Om " + id})
		put("occasion", "id, activity, capacity, opens, closes", []any{id, id, 50, tx.At.AddDate(0, -2, 0), tx.At.AddDate(0, -1, 0)})
		put("meeting", "id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month",
			[]any{id, id, "2012-10-01", "09:00", "10:00", "Europe/Stockholm", tx.At.AddDate(0, 0, -11), tx.At.AddDate(0, 0, -10), 60, "2012-10"})
		if err := db.Lock(ctx, tx, "person", persons...); err != nil {
			return err
		}
		for _, p := range persons {
			put("attendance", "meeting, person, employment, minutes, source, recorded_by, recorded_at", []any{id, p, "employment-" + p, 60, "organiser", "office", tx.At})
		}
		if err := db.Lock(ctx, tx, "person", "near-2"); err != nil { // who was away is not counted
			return err
		}
		put("attendance", "meeting, person, employment, minutes, source, recorded_by, recorded_at", []any{id, "near-2", "employment-near-2", 0, "organiser", "office", tx.At})
		for _, place := range places {
			put("occasion_place", "occasion, workplace", []any{id, place})
		}
		return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "occasion", Row: id})
	})
}

// A quotation is given with where its author works as far as they have agreed to: the workplace beside a name or where five could have written it, else the county;
// and without a name no place and no day of what was held at single workplaces, or with few.
func TestSourceOfQuotation(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		far := []string{"far-0", "far-1", "far-2", "far-3", "far-4"}
		w.occasion("all", append([]string{"small-0", "small-1"}, far...))
		w.occasion("some", []string{"small-0", "far-0", "far-1", "far-2", "far-3"})
		w.occasion("outside", []string{"far-0", "far-1", "far-2", "far-3", "outside-0"})
		w.occasion("few", far[:4])
		w.occasion("own", far, at.Far)
		const day = local.Date("2012-10-01")
		for _, test := range []struct {
			says, person, workplace, occasion, answer, by, place string
			day                                                  local.Date
		}{
			{"the branch beside a name", "small-0", at.Small, "", reflection.YesNamed, "Given small-0 Family", at.Small, day},
			{"the county where two work, and no name", "small-1", at.Small, "", reflection.Yes, "", at.County, day},
			{"the workplace where five work, and no name", "far-0", at.Far, "", reflection.Yes, "", at.Far, day},
			{"nothing with a no", "far-1", at.Far, "", reflection.No, "", "", day},
			{"the workplace from which five were there", "far-0", at.Far, "all", reflection.Yes, "", at.Far, day},
			{"the county from which five were there, two from the branch", "small-0", at.Small, "all", reflection.Yes, "", at.County, day},
			{"the county from which five were there, four from the workplace", "far-0", at.Far, "some", reflection.Yes, "", at.County, day},
			{"no place where five work in the county, but four were there", "far-0", at.Far, "outside", reflection.Yes, "", "", day},
			{"neither place nor day where four were there", "far-0", at.Far, "few", reflection.Yes, "", "", ""},
			{"neither place nor day of a workplace's own", "far-0", at.Far, "own", reflection.Yes, "", "", ""},
			{"all of a workplace's own beside a name", "far-1", at.Far, "own", reflection.YesNamed, "Given far-1 Family", at.Far, day},
		} {
			author := at.Staff(test.person)
			entry, quotation := w.asked(test.person, test.workplace, test.occasion)
			if err := w.answer(author, quotation, 1, test.answer); err != nil {
				t.Fatal(test.says, err)
			}
			if q := w.told(quotation); q.By != test.by || q.Place != test.place || q.Date != test.day {
				t.Errorf("%s: by %q at %q on %q", test.says, q.By, q.Place, q.Date)
			}
			if err := w.share(author, entry, 1, reflection.Me, "", false); err != nil {
				t.Fatal(err)
			}
			if q := w.told(quotation); q.Place != "" {
				t.Errorf("%s: withdrawn, and still at %q", test.says, q.Place)
			}
		}
	})
}

// Whoever gets protected identity after a yes is told neither by name nor by place.
func TestProtectedAfterTheAnswer(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		for person, answer := range map[string]string{"far-0": reflection.YesNamed, "far-1": reflection.Yes} {
			_, quotation := w.asked(person, at.Far, "")
			if err := w.answer(at.Staff(person), quotation, 1, answer); err != nil {
				t.Fatal(err)
			}
			if q := w.told(quotation); q.Place != at.Far {
				t.Errorf("before: %+v", q)
			}
			w.exec(`UPDATE person SET protected = 1 WHERE id = $1`, person)
			if q := w.told(quotation); q.By != "" || q.Place != "" {
				t.Errorf("protected, and told by %q at %q", q.By, q.Place)
			}
		}
	})
}

// Nobody says yes to another source than they were shown; and a yes that is said again takes the place that is shown then.
func TestYesIsToWhatWasShown(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		author := at.Staff("far-0")
		_, quotation := w.asked("far-0", at.Far, "")
		sources := func() map[string]reflection.Source {
			q, err := reflection.OwnQuotation(t.Context(), d, w.ring, author, quotation)
			if err != nil {
				t.Fatal(err)
			}
			of, err := reflection.Sources(t.Context(), d, author, q)
			if err != nil {
				t.Fatal(err)
			}
			return of
		}
		say := func(version int, state, shown string) error {
			return w.try(author, func(ctx context.Context, tx *db.Tx) error {
				return reflection.Answer(ctx, tx, w.ring, author, quotation, version, state, shown)
			})
		}
		shown := reflection.SourcesMark(sources())
		w.exec(`UPDATE employment SET valid_to = '2012-10-01' WHERE person = 'far-4'`) // four are left
		if err := say(1, reflection.Yes, shown); !errors.Is(err, reflection.ErrSource) || !errors.Is(err, fault.Stale) {
			t.Errorf("yes to the workplace, which is now the county: %v", err)
		}
		if err := say(1, reflection.Yes, reflection.SourcesMark(sources())); err != nil || w.told(quotation).Place != at.County {
			t.Errorf("yes to what is shown: %v, %+v", err, w.told(quotation))
		}
		w.exec(`UPDATE quotation SET place = NULL WHERE id = $1`, quotation) // as a yes was before places were told
		if err := say(2, reflection.Yes, reflection.SourcesMark(sources())); err != nil || w.told(quotation).Place != at.County {
			t.Errorf("yes again: %v, %+v", err, w.told(quotation))
		}
		if err := say(3, reflection.Yes, reflection.SourcesMark(sources())); err != nil || w.told(quotation).Version != 3 {
			t.Errorf("a yes that changes nothing: %v, %+v", err, w.told(quotation))
		}
		if err := say(3, reflection.No, ""); err != nil {
			t.Errorf("a no, whatever was shown: %v", err)
		}
	})
}

// Shared so that the office may not read it, a question that waits is no yes that was taken back; what is answered afterwards is told as what it is.
func TestUnanswered(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		author := at.Staff("small-0")
		entry, quotation := w.asked("small-0", at.Small, "")
		is := func(says, state string, unanswered bool) {
			t.Helper()
			if q := w.told(quotation); q.State != state || q.Unanswered() != unanswered {
				t.Errorf("%s: %s, unanswered %v", says, q.State, q.Unanswered())
			}
		}
		is("asked", reflection.Asked, false)
		for _, test := range []struct {
			says, state string
			level       reflection.Level
			unanswered  bool
		}{
			{"shared with the workplace while it waits", reflection.Withdrawn, reflection.Workplace, true},
			{"and with the office once more", reflection.Withdrawn, reflection.Programme, true},
		} {
			if err := w.share(author, entry, 1, test.level, at.Small, false); err != nil {
				t.Fatal(err)
			}
			is(test.says, test.state, test.unanswered)
		}
		if err := w.answer(author, quotation, 2, reflection.No); err != nil {
			t.Fatal(err)
		}
		is("a no where nobody said yes", reflection.No, false)
		if err := w.answer(author, quotation, 3, reflection.Yes); err != nil {
			t.Fatal(err)
		}
		if err := w.share(author, entry, 1, reflection.Workplace, at.Small, false); err != nil {
			t.Fatal(err)
		}
		is("a yes that the text no longer bears", reflection.Withdrawn, false)
	})
}

// What a quotation is given with stays what its author said yes to: wherever they share the text afterwards, whatever day they give it, and whoever turns out to have been there.
// An office that may no longer read the text may not quote it.
func TestSourceStaysAsAgreed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		author := at.Staff("small-0")
		w.Employ(at.Near, "near-8", "near-9")
		w.exec(`INSERT INTO employment (id, person, employer, workplace, title, staff_role, share, valid_from) VALUES ('second', 'small-0', 'employer', $1, 'bibliotekarie', 'librarian', 500, '2005-01-01')`, at.Near)
		w.occasion("few", []string{"small-0", "far-0", "far-1", "far-2"})
		for _, test := range []struct {
			says, occasion, answer, by, place string
			day                               local.Date
		}{
			{"without a name", "", reflection.Yes, "", at.County, "2012-10-01"},
			{"with one", "", reflection.YesNamed, "Given small-0 Family", at.Small, "2012-10-01"},
			{"where few were", "few", reflection.Yes, "", "", ""},
		} {
			entry, quotation := w.asked("small-0", at.Small, test.occasion)
			if err := w.answer(author, quotation, 1, test.answer); err != nil {
				t.Fatal(test.says, err)
			}
			told := func(when string) {
				t.Helper()
				if q := w.told(quotation); !q.Agreed() || q.By != test.by || q.Place != test.place || q.Date != test.day {
					t.Errorf("%s, %s: %s by %q at %q on %q", test.says, when, q.State, q.By, q.Place, q.Date)
				}
			}
			told("as agreed")
			if err := w.share(author, entry, 1, reflection.Public, at.Near, true); err != nil {
				t.Fatal(err)
			}
			told("shared as of another workplace, with everyone and by name")
			if err := w.try(author, func(ctx context.Context, tx *db.Tx) error {
				return reflection.Rewrite(ctx, tx, w.ring, author, &reflection.Reflection{ID: entry, Version: 1, Date: "2012-10-02", Text: reflection.Text{Answers: map[string]string{"free": "Jag heter något annat"}}})
			}); err != nil {
				t.Fatal(err)
			}
			told("of another day")
			if test.occasion != "" {
				w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
					if err := db.Lock(ctx, tx, "person", "far-3", "far-4"); err != nil {
						return err
					}
					var rows [][]any
					for _, p := range []string{"far-3", "far-4"} {
						rows = append(rows, []any{"few", p, "employment-" + p, 60, "organiser", "office", tx.At})
					}
					return errors.Join(db.Insert(ctx, tx, "attendance", "meeting, person, employment, minutes, source, recorded_by, recorded_at", "", rows), audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "attendance"}))
				})
				told("more turn out to have been there")
			}
			if err := w.share(author, entry, 2, reflection.Workplace, at.Near, false); err != nil {
				t.Fatal(err)
			}
			if q := w.told(quotation); q.State != reflection.Withdrawn || q.Passage != "" || q.Place != "" {
				t.Errorf("%s: the office may not read it, and quotes it: %+v", test.says, q)
			}
			if err := w.answer(author, quotation, 3, test.answer); !errors.Is(err, reflection.ErrUnread) {
				t.Errorf("%s: yes to quoting what the office may not read: %v", test.says, err)
			}
			if q := w.told(quotation); q.State != reflection.Withdrawn || q.Version != 3 || q.Passage != "" {
				t.Errorf("%s, after that yes: %+v", test.says, q)
			}
			if err := w.share(author, entry, 2, reflection.Programme, at.Small, false); err != nil {
				t.Fatal(err)
			}
			if err := w.answer(author, quotation, 3, test.answer); err != nil || !w.told(quotation).Agreed() {
				t.Errorf("%s: yes again to what the office may read again: %v", test.says, err)
			}
		}
		dbtest.Hold(t, d, reflection.Invariants()...)
	})
}

// Who shares a text with their workplace alone while a yes to quoting it is being said waits for the yes, and takes it back.
func TestSharingWaitsForAnAnswer(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		author := at.Staff("far-0")
		entry, quotation := w.asked("far-0", at.Far, "")
		if err := w.answer(author, quotation, 1, reflection.No); err != nil {
			t.Fatal(err)
		}
		q, err := reflection.OwnQuotation(t.Context(), d, w.ring, author, quotation)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := reflection.Sources(t.Context(), d, author, q)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.try(author, func(ctx context.Context, tx *db.Tx) error {
			if err := reflection.Answer(ctx, tx, w.ring, author, quotation, 2, reflection.Yes, reflection.SourcesMark(shown)); err != nil {
				return err
			}
			patient, stop := context.WithTimeout(t.Context(), time.Second/2)
			defer stop()
			if err := d.Tx(patient, "far-0", func(ctx context.Context, tx *db.Tx) error {
				return reflection.Share(ctx, tx, w.ring, author, entry, 1, reflection.Sharing{Level: reflection.Workplace, Programme: at.Programme, Workplace: at.Far}, at.Today)
			}); err == nil {
				t.Error("shared otherwise beside an answer that is not saved yet")
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		dbtest.Hold(t, d, reflection.Invariants()...)
		if err := w.share(author, entry, 1, reflection.Workplace, at.Far, false); err != nil || w.told(quotation).Agreed() {
			t.Errorf("shared after the answer: %v, %+v", err, w.told(quotation))
		}
	})
}

// A logbook is of what has been.
func TestEntryOfADayAhead(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		author := at.Staff("near-0")
		said := reflection.Text{Answers: map[string]string{"free": "I morgon"}}
		entry := reflection.Reflection{Date: at.Today.Add(1), Text: said}
		write := func(ctx context.Context, tx *db.Tx) error { return reflection.Write(ctx, tx, w.ring, author, &entry) }
		if err := w.try(author, write); !errors.Is(err, reflection.ErrAhead) {
			t.Errorf("of tomorrow: %v", err)
		}
		entry.Date = at.Today
		if err := w.try(author, write); err != nil {
			t.Errorf("of today: %v", err)
		}
		entry.Date = at.Today.Add(1)
		if err := w.try(author, func(ctx context.Context, tx *db.Tx) error { return reflection.Rewrite(ctx, tx, w.ring, author, &entry) }); !errors.Is(err, reflection.ErrAhead) {
			t.Errorf("moved to tomorrow: %v", err)
		}
	})
}
