package focus_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/programme"
)

// held is a workshop that has been held at [at.Near], and what was answered in it to who does what by when.
func (w *world) held(lines string) (shop string, said []workshop.Answer) {
	w.T.Helper()
	office := at.Holder(access.Office)
	w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
		p, err := programme.Get(ctx, tx, office, at.Programme)
		if err != nil {
			return err
		}
		k := workshop.Standard(p)
		if err := workshop.SaveKit(ctx, tx, office, &k); err != nil {
			return err
		}
		if err := workshop.Publish(ctx, tx, office, k.Kit, 1); err != nil {
			return err
		}
		if _, err := workshop.Launch(ctx, tx, office, k.Kit, "", []string{at.Media}); err != nil {
			return err
		}
		list, err := workshop.At(ctx, tx, office, at.Programme, at.Near)
		if err != nil {
			return err
		}
		shop = list[0].ID
		if err := workshop.Set(ctx, tx, office, shop, workshop.Plan{Date: at.Today, Start: "09:00"}, list[0].Version); err != nil {
			return err
		}
		if err := workshop.Do(ctx, tx, office, shop, 0, workshop.Begin); err != nil {
			return err
		}
		if _, err := workshop.Note(ctx, tx, office, shop, k.Steps[5].ID, "key", lines); err != nil {
			return err
		}
		return workshop.Do(ctx, tx, office, shop, 1, workshop.Finish)
	})
	questions, err := workshop.Summary(w.T.Context(), w.D, office, shop)
	if err != nil {
		w.T.Fatal(err)
	}
	return shop, questions[len(questions)-1].Answers
}

// Of many who make a commitment of the same answer at once one is heard, and the others are told that it has become one, unless they ask for another.
func TestAnswerBecomesOne(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		_, said := w.held("Vi frågar oftare\nVi börjar i kassan")
		commit := func(again bool, ids ...string) error {
			c := someCommitment()
			c.Said, c.Again = ids, again
			return w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return focus.Commit(ctx, tx, leader, p, &c)
			})
		}
		became := func(answers ...workshop.Answer) int {
			p, err := learning.Find(t.Context(), d, leader, at.Programme, at.Near)
			if err != nil {
				t.Fatal(err)
			}
			list, err := focus.Became(t.Context(), d, leader, p, answers)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		heard := 0
		for range 8 {
			all.Go(func() {
				err := commit(false, said[0].ID)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					heard++
				} else if !errors.Is(err, focus.ErrBecame) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if heard != 1 || became(said[0]) != 1 || became(said[1]) != 0 {
			t.Errorf("%d were heard; the first has become %d, the other %d", heard, became(said[0]), became(said[1]))
		}
		if err := commit(false, said[0].ID, said[1].ID); !errors.Is(err, focus.ErrBecame) {
			t.Errorf("both, of which one has: %v", err)
		}
		if err := commit(true, said[0].ID); err != nil || became(said...) != 2 {
			t.Errorf("another one on purpose: %v, %d", err, became(said...))
		}
		doctor.Well(t, d)
	})
}
