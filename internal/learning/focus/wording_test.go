package focus_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	at "kompobib/internal/learning/learningtest"
)

// What users answered to a question stays with it when another is asked, also what is answered in a form that was opened before.
func TestAnswersByQuestion(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		version := 0
		save := func(statement, body, question string) {
			t.Helper()
			if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return focus.Save(ctx, tx, leader, p, focus.Text{Statement: statement, Body: body, Question: question}, version)
			}); err != nil {
				t.Fatal(err)
			}
			version++
		}
		save("Vi finns där du är", "", "")
		if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return focus.Publish(ctx, tx, leader, p, "", 1, true)
		}); err != nil {
			t.Fatal(err)
		}
		public := func() focus.Focus {
			list, err := focus.Published(t.Context(), d, at.Programme, "", at.Today)
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			return list[0].Focus
		}
		answer := func(wording int, noticed, text string) {
			t.Helper()
			if err := d.Tx(t.Context(), "public", func(ctx context.Context, tx *db.Tx) error {
				return focus.TakeAnswer(ctx, tx, public().Code, focus.UserAnswer{Noticed: noticed, Text: text, Wording: wording})
			}); err != nil {
				t.Fatal(err)
			}
		}
		told := func(list focus.Heard) string {
			var all []string
			for _, a := range list {
				var texts []string
				for _, u := range a.Texts {
					texts = append(texts, u.Text)
				}
				slices.Sort(texts)
				all = append(all, fmt.Sprintf("%s/%s %t %d+%d %s", a.Asked.Statement, a.Asked.Question, a.Now, a.Counts["yes"], a.Counts["no"], strings.Join(texts, ",")))
			}
			return strings.Join(all, "; ")
		}
		for _, step := range []struct {
			says string
			do   func()
			want string
		}{
			{"nobody has answered", func() {}, "Vi finns där du är/ true 0+0 "},
			{"two have", func() { answer(1, "yes", "a"); answer(0, "no", "") }, "Vi finns där du är/ true 1+1 a"},
			{"more is said of the same", func() { save("Vi finns där du är", "Mer", ""); answer(1, "yes", "b"); answer(2, "yes", "") }, "Vi finns där du är/ true 3+1 a,b"},
			{"another question", func() { save("Vi finns där du är", "Mer", "Har du sett bussen?") }, "Vi finns där du är/Har du sett bussen? true 0+0 ; Vi finns där du är/ false 3+1 a,b"},
			{"a form of before, and one of now", func() { answer(2, "no", "c"); answer(3, "yes", "d") },
				"Vi finns där du är/Har du sett bussen? true 1+0 d; Vi finns där du är/ false 3+2 a,b,c"},
			{"a number that no text has had", func() { answer(99, "yes", ""); answer(-1, "yes", "") }, "Vi finns där du är/Har du sett bussen? true 3+0 d; Vi finns där du är/ false 3+2 a,b,c"},
			{"the usual question about something else", func() { save("Vi hjälper dig", "", "") },
				"Vi hjälper dig/ true 0+0 ; Vi finns där du är/Har du sett bussen? false 3+0 d; Vi finns där du är/ false 3+2 a,b,c"},
			{"the first once more", func() { save("Vi finns där du är", "", "") }, "Vi finns där du är/ true 3+2 a,b,c; Vi finns där du är/Har du sett bussen? false 3+0 d"},
		} {
			step.do()
			all, err := focus.UserAnswers(t.Context(), d, 10, public())
			if got := told(all[public().ID]); err != nil || got != step.want {
				t.Errorf("%s: %q, want %q, %v", step.says, got, step.want, err)
			}
		}
		asked, err := focus.WithAnswers(t.Context(), d, leader, at.Programme)
		heard, err2 := focus.Voices(t.Context(), d, 10, asked...)
		if err := cmp.Or(err, err2); err != nil || len(asked) != 1 || len(heard[asked[0].ID]) != 2 {
			t.Errorf("for the report: %v, %v, %v", asked, heard, err)
		}
		dbtest.Hold(t, d, focus.Invariants()...)
	})
}

// A sign stands beside what its commitment said when it was noted, whatever it says since.
func TestSignBesideItsWording(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := w.commit(leader, someCommitment())
		note := func(text, commitment string) {
			t.Helper()
			if err := w.as(member, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return focus.AddSign(ctx, tx, member, p, &focus.Sign{By: "user", On: "2012-10-01", Text: text, Commitment: commitment})
			}); err != nil {
				t.Fatal(err)
			}
		}
		note("före", c.ID)
		note("fokus", "")
		to := w.get(leader, c.ID)
		to.Act = "gör vi något helt annat"
		if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return focus.Change(ctx, tx, leader, p, to, "Vi tänkte om")
		}); err != nil {
			t.Fatal(err)
		}
		note("efter", c.ID)
		p, err := learning.Find(t.Context(), d, leader, at.Programme, at.Near)
		if err != nil {
			t.Fatal(err)
		}
		signs, err := focus.Signs(t.Context(), d, leader, p, "", 10)
		got := map[string]string{}
		for _, s := range signs {
			got[s.Text] = fmt.Sprint(s.Act, s.Before)
		}
		for text, want := range map[string]string{"före": c.Act + "true", "efter": to.Act + "false", "fokus": "false"} {
			if err != nil || got[text] != want {
				t.Errorf("beside %q stands %q, want %q, %v", text, got[text], want, err)
			}
		}
		dbtest.Hold(t, d, focus.Invariants()...)
	})
}
