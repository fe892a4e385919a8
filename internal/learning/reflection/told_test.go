package reflection_test

import (
	"fmt"
	"slices"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/local"
)

// tells is all that a list tells v of days and occasions, in its order, read two at a time as pages and other programs do.
func (w *desk) tells(v access.Viewer) (all []string) {
	w.T.Helper()
	f := reflection.Filter{Programme: at.Programme, Limit: 2}
	for {
		list, err := reflection.List(w.T.Context(), w.D, w.ring, v, f)
		if err != nil {
			w.T.Fatal(err)
		}
		for _, s := range list {
			all = append(all, fmt.Sprintf("%s: %q about %q at %q by %q", s.ID, s.On, s.Occasion, s.Workplace, s.By))
		}
		if len(list) < f.Limit {
			return all
		}
		f.AfterOn, f.AfterID = list[1].On, list[1].ID
	}
}

// The day on which somebody shared a text without a name, and which occasion it is about, are told to none but their own workplace where the public calendar would tell
// from them where they work: of what single workplaces held, or fewer than five were at. Whatever the day, others are told the same in the same order.
func TestDayOfTheNamelessIsNotTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		far := []string{"far-0", "far-1", "far-2", "far-3", "far-4"}
		w.occasion("many", far)
		w.occasion("few", far[:4])
		w.occasion("own", far, at.Far)
		w.exec(`UPDATE programme SET published = 1`)
		shared := func(person, occasion string, named bool) (id string) {
			entry := w.write(at.Staff(person), "Av "+person)
			if occasion != "" {
				w.exec(`UPDATE reflection SET occasion = $1 WHERE id = $2`, occasion, entry)
			}
			if err := w.share(at.Staff(person), entry, 1, reflection.Public, at.Far, named); err != nil {
				t.Fatal(err)
			}
			own, err := reflection.Get(t.Context(), d, w.ring, at.Staff(person), entry)
			if err != nil {
				t.Fatal(err)
			}
			return own.Shared
		}
		hidden := []string{shared("far-0", "own", false), shared("far-1", "own", false), shared("far-2", "few", false), shared("far-4", "own", true)}
		open := []string{shared("far-0", "many", false), shared("far-1", "", false), shared("far-3", "own", true)}
		w.exec(`UPDATE person SET protected = 1 WHERE id = 'far-4'`) // after they gave their name
		others := map[string]access.Viewer{"the public": {On: at.Today}, "the office": at.Holder(access.Office), "a colleague elsewhere": at.Staff("near-0")}
		before := map[string][]string{}
		for who, v := range others {
			before[who] = w.tells(v)
			if len(before[who]) != len(hidden)+len(open) {
				t.Fatalf("%s reads %q", who, before[who])
			}
			for i, line := range before[who] {
				if (i >= len(open)) != slices.ContainsFunc(hidden, func(id string) bool { return line[:len(id)] == id }) {
					t.Errorf("to %s those whose day is told come first: %q", who, before[who])
				}
			}
		}
		for i, day := range []local.Date{"2012-10-01", "2012-10-11", "2013-01-16", "2011-05-02"} {
			w.exec(`UPDATE reflection SET shared_on = $1 WHERE shared = $2`, day, hidden[i])
			for who, v := range others {
				if after := w.tells(v); !slices.Equal(after, before[who]) {
					t.Errorf("shared on %s %s is told\n%q\nand not\n%q", day, who, after, before[who])
				}
			}
		}
		days := map[string]local.Date{}
		list, err := reflection.List(t.Context(), d, w.ring, at.Staff("far-3"), reflection.Filter{Programme: at.Programme, Workplace: at.Far})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			days[s.ID] = s.On
		}
		if days[hidden[1]] != "2012-10-11" || days[hidden[3]] != "2011-05-02" || len(days) != 7 {
			t.Errorf("their own workplace reads %v", days)
		}
	})
}
