package reflection_test

import (
	"context"
	"errors"
	"testing"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/reflection"
)

// An entry may be about what one has been at, as far as is known when it is written: where nobody's attendance is recorded yet, a seat is enough, or that one's own
// workplace holds it. What it is about may be told later, while nobody else reads it.
func TestWhatAnEntryIsAbout(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		w.occasion("recorded", []string{"near-0"}, at.Near)
		for _, id := range []string{"held", "seated", "ahead"} {
			w.occasion(id, nil)
		}
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			err := db.Lock(ctx, tx, "occasion", "ahead", "seated")
			if err == nil {
				err = db.Lock(ctx, tx, "person", "near-2") // who is recorded as away
			}
			if err != nil {
				return err
			}
			for _, statement := range []string{`DELETE FROM attendance WHERE meeting IN ('held', 'seated', 'ahead')`,
				`INSERT INTO occasion_place (occasion, workplace) VALUES ('held', '` + at.Near + `')`,
				`INSERT INTO signup (id, occasion, person, state, seq, number) VALUES ('s1', 'seated', 'near-1', 'seated', 1, 1), ('s2', 'seated', 'far-0', 'waiting', 2, 2), ('s3', 'ahead', 'near-1', 'seated', 1, 1)`,
				`UPDATE meeting SET date = '2012-10-13' WHERE occasion = 'ahead'`} {
				if _, err := tx.Exec(ctx, statement); err != nil {
					return err
				}
			}
			return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "occasion", Row: "held"})
		})
		for _, test := range []struct {
			says, person, occasion string
			may                    bool
		}{
			{"who was there", "near-0", "recorded", true},
			{"who was not, though the own workplace held it", "near-1", "recorded", false},
			{"who works where it was held, before anything is recorded", "near-2", "held", true},
			{"who works elsewhere", "far-0", "held", false},
			{"who had a seat, before anything is recorded", "near-1", "seated", true},
			{"who stood on the waiting list", "far-0", "seated", false},
			{"who has a seat at what is still to come", "near-1", "ahead", false},
		} {
			v := at.Staff(test.person)
			r := reflection.Reflection{Date: "2012-10-01", Occasion: test.occasion, Text: reflection.Text{Answers: map[string]string{"take": "Att fråga"}}}
			err := w.try(v, func(ctx context.Context, tx *db.Tx) error { return reflection.Write(ctx, tx, w.ring, v, &r) })
			if (err == nil) != test.may || err != nil && !errors.Is(err, reflection.ErrOccasion) {
				t.Errorf("%s: %v, may: %v", test.says, err, test.may)
			}
		}

		v := at.Staff("near-1")
		rewrite := func(id string, version int, occasion string) error {
			r := reflection.Reflection{ID: id, Version: version, Date: "2012-10-01", Occasion: occasion, Text: reflection.Text{Answers: map[string]string{"take": "Att fråga mer"}}}
			return w.try(v, func(ctx context.Context, tx *db.Tx) error { return reflection.Rewrite(ctx, tx, w.ring, v, &r) })
		}
		about := func(id string) string {
			r, err := reflection.Get(t.Context(), d, w.ring, v, id)
			if err != nil {
				t.Fatal(err)
			}
			return r.Occasion
		}
		id := w.write(v, "Att fråga")
		if err := rewrite(id, 1, "recorded"); !errors.Is(err, reflection.ErrOccasion) || about(id) != "" {
			t.Errorf("told later of what one was not at: %v, about %q", err, about(id))
		}
		if err := rewrite(id, 1, "seated"); err != nil || about(id) != "seated" {
			t.Errorf("told later: %v, about %q", err, about(id))
		}
		if err := rewrite(id, 2, ""); err != nil || about(id) != "seated" {
			t.Errorf("written anew: %v, about %q", err, about(id))
		}
		shared := w.write(v, "Att lyssna")
		if err := w.share(v, shared, 1, reflection.Workplace, at.Near, false); err != nil {
			t.Fatal(err)
		}
		if err := rewrite(shared, 1, "seated"); err != nil || about(shared) != "" {
			t.Errorf("while others read it: %v, about %q", err, about(shared))
		}
	})
}
