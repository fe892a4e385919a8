package api

import (
	"context"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/programme"
)

// A commitment that a workshop's answer became tells which workshop that was, as the list of workshops names it; another tells of none.
func TestCommitmentsTellTheirWorkshop(t *testing.T) {
	worlds(t, func(w *world) {
		v := access.System
		v.On = "2012-10-12"
		var shop, step string
		w.do(w.d, func(ctx context.Context, tx *db.Tx) error {
			p, err := programme.Get(ctx, tx, v, w.programme)
			if err != nil {
				return err
			}
			k := workshop.Standard(p)
			if err := workshop.SaveKit(ctx, tx, v, &k); err != nil {
				return err
			}
			step = k.Steps[5].ID
			if err := workshop.Publish(ctx, tx, v, k.Kit, 1); err != nil {
				return err
			}
			_, err = workshop.Launch(ctx, tx, v, k.Kit, "", []string{w.goal})
			return err
		})
		w.do(w.d, func(ctx context.Context, tx *db.Tx) error {
			list, err := workshop.At(ctx, tx, v, w.programme, w.library)
			if err != nil {
				return err
			}
			shop = list[0].ID
			if err := workshop.Set(ctx, tx, v, shop, workshop.Plan{Date: "2012-10-12", Start: "09:00"}, list[0].Version); err != nil {
				return err
			}
			if err := workshop.Do(ctx, tx, v, shop, 0, workshop.Begin); err != nil {
				return err
			}
			if _, err := workshop.Note(ctx, tx, v, shop, step, "key", "Vi frågar oftare"); err != nil {
				return err
			}
			return workshop.Do(ctx, tx, v, shop, 1, workshop.Finish)
		})
		questions, err := workshop.Summary(t.Context(), w.d, v, shop)
		if err != nil {
			t.Fatal(err)
		}
		at := learning.Place{Programme: w.programme, Workplace: w.library, Leads: true}
		want := map[string]string{}
		for act, said := range map[string][]string{"frågar vi oftare": {questions[len(questions)-1].Answers[0].ID}, "lyssnar vi": nil} {
			c := focus.Commitment{Owner: w.staff[0], Starts: "2012-10-12", Due: "2013-04-01", Months: focus.Usual, Wording: focus.Wording{Happens: "någon kommer", Act: act}, Said: said}
			w.do(w.d, func(ctx context.Context, tx *db.Tx) error { return focus.Commit(ctx, tx, v, at, &c) })
			if want[c.ID] = ""; said != nil {
				want[c.ID] = shop
			}
		}
		for _, c := range into[List[Commitment]](w.ask("office", "GET", "/programmes/"+w.programme+"/commitments", "").status(200)).Items {
			got := ""
			if c.Workshop != nil {
				got = *c.Workshop
			}
			if shop, ok := want[c.ID]; !ok || got != shop {
				t.Errorf("%s comes from %q, want %q", c.Act, got, shop)
			}
			delete(want, c.ID)
		}
		if len(want) > 0 {
			t.Errorf("not told of: %v", want)
		}
		named := false
		for _, x := range into[Workshops](w.ask("office", "GET", "/programmes/"+w.programme+"/workshops", "").status(200)).Items {
			named = named || x.ID != nil && *x.ID == shop && x.Workplace == w.library
		}
		if !named {
			t.Errorf("the list of workshops has none called %q", shop)
		}
	})
}

// How many have a seat at what a workplace holds for its own staff is told to who may list its sign-ups; others are told whether it is open.
func TestSeatsOfAWorkplacesOwn(t *testing.T) {
	worlds(t, func(w *world) {
		v := access.System
		v.On = "2012-10-12"
		w.do(w.d, func(ctx context.Context, tx *db.Tx) error {
			p, err := programme.Get(ctx, tx, v, w.programme)
			if err != nil {
				return err
			}
			k := workshop.Standard(p)
			if err := workshop.SaveKit(ctx, tx, v, &k); err != nil {
				return err
			}
			if err := workshop.Publish(ctx, tx, v, k.Kit, 1); err != nil {
				return err
			}
			_, err = workshop.Launch(ctx, tx, v, k.Kit, "", []string{w.goal})
			return err
		})
		w.do(w.d, func(ctx context.Context, tx *db.Tx) error {
			list, err := workshop.At(ctx, tx, v, w.programme, w.library)
			if err != nil {
				return err
			}
			return workshop.Set(ctx, tx, v, list[0].ID, workshop.Plan{Date: "2012-11-20", Start: "09:00"}, list[0].Version)
		})
		for who, tells := range map[string]bool{"office": true, "contact": false, "steering": false, "staff0": false} {
			own := 0
			for _, o := range into[List[Occasion]](w.ask(who, "GET", "/programmes/kompobib/occasions", "").status(200)).Items {
				if o.Kind != "workshop" {
					if o.Seated == nil || o.Waiting == nil {
						t.Errorf("%s is not told how many have a seat at %s", who, o.Title)
					}
					continue
				}
				own++
				if (o.Seated != nil) != tells || (o.Waiting != nil) != tells || o.Openness == "" {
					t.Errorf("%s is told of %s: %v %v %s", who, o.Title, o.Seated, o.Waiting, o.Openness)
				}
			}
			if own == 0 {
				t.Errorf("%s sees no workshop", who)
			}
		}
	})
}
