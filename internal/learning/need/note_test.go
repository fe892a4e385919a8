package need_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/swot"
	"kompobib/internal/programme"
)

// A need comes from notes that its own workplace has agreed on, and from no others.
func TestFromNotes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := world{at.New(t, d, 5)}
		prog, err := programme.Get(t.Context(), d, office, at.Programme)
		w.must(err)
		plan := swot.Standard(prog, at.Today)
		w.must(w.do(office, func(ctx context.Context, tx *db.Tx) error { return swot.SavePlan(ctx, tx, office, &plan) }))
		written := func(workplace, text string, agree bool) (note string) {
			t.Helper()
			var id string
			w.must(w.as(office, workplace, func(ctx context.Context, tx *db.Tx, p learning.Place) (err error) {
				id, err = swot.Begin(ctx, tx, office, p)
				return err
			}))
			w.must(w.do(office, func(ctx context.Context, tx *db.Tx) error {
				_, err := swot.Write(ctx, tx, office, id, plan.Perspectives[0].ID, "key", map[swot.Quadrant]string{swot.Threat: text})
				return err
			}))
			a, err := swot.Get(t.Context(), d, office, id)
			w.must(err)
			board, err := swot.BoardOf(t.Context(), d, a)
			w.must(err)
			if agree {
				w.must(w.do(office, func(ctx context.Context, tx *db.Tx) error {
					return swot.Agree(ctx, tx, office, id, board.Mark(), at.Today, at.Today)
				}))
			}
			return board.Notes[0].ID
		}
		ours, theirs, unsaid := written(at.Near, "Tiden räcker inte", true), written(at.Far, "Skolan stänger", true), written(at.Small, "Vi är för få", false)
		var came need.Need
		for _, test := range []struct {
			says      string
			workplace string
			notes     []string
			want      error
		}{
			{"it comes from a note", at.Near, []string{ours}, nil},
			{"that another need may come from too, and twice is once", at.Near, []string{ours, ours}, nil},
			{"another workplace's is not there", at.Near, []string{ours, theirs}, need.ErrNote},
			{"nor one that nobody has agreed on", at.Small, []string{unsaid}, need.ErrNote},
			{"and it may come from none", at.Near, nil, nil},
		} {
			n := need.Need{Wording: someWording()}
			err := w.as(office, test.workplace, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return need.Add(ctx, tx, office, p, &n, test.notes...)
			})
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v", test.says, err)
			}
			if came.ID == "" {
				came = n
			}
		}
		if of, err := need.NotesOf(t.Context(), d, []need.Need{came}); err != nil || fmt.Sprint(of[came.ID]) != "["+ours+"]" {
			t.Errorf("the notes that it comes from: %v, %v", of, err)
		}
	})
}
