package focus_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// A world has a workplace whose contact is near-0, and whose staff are near-0 to near-4.
type world struct {
	*at.World
	ring *secret.Ring
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	ring, err := secret.NewRing(slices.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return &world{at.New(t, d, 5), ring}
}

var (
	leader = at.Contact("near-0", at.Near)
	member = at.Staff("near-1")
	other  = at.Staff("far-0")
)

// as lets v do something at a workplace, as who they are there.
func (w *world) as(v access.Viewer, workplace string, f func(ctx context.Context, tx *db.Tx, p learning.Place) error) error {
	return w.D.Tx(w.T.Context(), v.Person, func(ctx context.Context, tx *db.Tx) error {
		p, err := learning.Find(ctx, tx, v, at.Programme, workplace)
		if err != nil {
			return err
		}
		return f(ctx, tx, p)
	})
}

// on is v on another day.
func on(v access.Viewer, day local.Date) access.Viewer {
	v.On = day
	return v
}

// later is the same database on another day.
func (w *world) later(day local.Date) *world {
	w.T.Helper()
	d, err := w.D.Reopen(w.T.Context(), func() time.Time { return day.Time().Add(10 * time.Hour) })
	if err != nil {
		w.T.Fatal(err)
	}
	w.T.Cleanup(func() { d.Close() })
	return &world{&at.World{T: w.T, D: d}, w.ring}
}

func someCommitment() focus.Commitment {
	return focus.Commitment{Owner: "near-1", Goal: at.Citizens, Starts: "2012-10-12", Due: "2013-06-01", Months: focus.Usual,
		Wording: focus.Wording{Happens: "någon frågar efter hjälp med e-tjänster", Act: "sätter vi oss ner tillsammans", Notice: "att det finns tid"}}
}

func (w *world) commit(v access.Viewer, c focus.Commitment) focus.Commitment {
	w.T.Helper()
	err := w.as(v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error { return focus.Commit(ctx, tx, v, p, &c) })
	if err != nil {
		w.T.Fatal(err)
	}
	return c
}

func (w *world) get(v access.Viewer, id string) focus.Commitment {
	w.T.Helper()
	var c focus.Commitment
	p, err := learning.Find(w.T.Context(), w.D, v, at.Programme, at.Near)
	if err == nil {
		c, err = focus.Get(w.T.Context(), w.D, v, p, id)
	}
	if err != nil {
		w.T.Fatal(err)
	}
	return c
}

func (w *world) say(v access.Viewer, id string, a focus.Answer) error {
	c := w.get(v, id)
	return w.as(v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
		return focus.Say(ctx, tx, v, p, id, c.Version, a)
	})
}

// Who may write what a workplace will be known for, and publish it.
func TestWhoWritesFocus(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		text := focus.Text{Statement: "Biblioteket där alla kommer till tals", Body: "Vi lyssnar först."}
		if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return learning.SetWriters(ctx, tx, leader, p, nil, []string{"near-2"})
		}); err != nil {
			t.Fatal(err)
		}
		version := 0
		for _, test := range []struct {
			says string
			v    access.Viewer
			want error
		}{
			{"its contact writes", leader, nil},
			{"so does whom they agreed on", at.Staff("near-2"), nil},
			{"the others do not", member, focus.ErrForbidden},
			{"the office may", at.Holder(access.Office), nil},
			{"an auditor only reads", at.Holder(access.Auditor), focus.ErrForbidden},
			{"who works elsewhere does not even see it", other, learning.ErrWorkplace},
		} {
			err := w.as(test.v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return focus.Save(ctx, tx, test.v, p, text, version)
			})
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v", test.says, err)
			}
			if err == nil {
				version++
			}
			if err := w.as(test.v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return learning.SetWriters(ctx, tx, test.v, p, nil, []string{"near-2", "near-2"})
			}); (err == nil) != (test.v.Person == "near-0" || test.v.Person == "office") {
				t.Errorf("%s, but not who may: %v", test.says, err)
			}
		}
		for _, v := range []int{0, version - 1} {
			if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return focus.Save(ctx, tx, leader, p, text, v)
			}); !errors.Is(err, fault.Stale) {
				t.Errorf("a text from version %d: %v", v, err)
			}
		}
		if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return focus.Save(ctx, tx, leader, p, focus.Text{Statement: strings.Repeat("å", 100_000), Body: strings.Repeat("ö", 5000)}, version)
		}); !errors.Is(err, focus.ErrLong) || len(fault.Of(err)) != 1 || fault.Of(err)[0].Args[1] != 100_000 {
			t.Errorf("a statement of 100 000 characters: %v", err)
		}
		if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return learning.SetWriters(ctx, tx, leader, p, nil, []string{"far-0"})
		}); !errors.Is(err, learning.ErrWriter) {
			t.Errorf("somebody from elsewhere as a writer: %v", err)
		}
		// Two open the page while near-2 writes: one adds near-1, the other adds near-0 and takes near-2 away.
		for _, chosen := range [][]string{{"near-2", "near-1"}, {"near-0"}} {
			if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return learning.SetWriters(ctx, tx, leader, p, []string{"near-2"}, chosen)
			}); err != nil {
				t.Error(err)
			}
		}
		if near, err := learning.Find(t.Context(), d, leader, at.Programme, at.Near); err != nil {
			t.Error(err)
		} else if list, err := learning.Writers(t.Context(), d, near); err != nil || !slices.Equal(list, []string{"near-0", "near-1"}) {
			t.Errorf("what both chose: %v, %v", list, err)
		}
		p, err := learning.Find(t.Context(), d, leader, at.Programme, at.Near)
		if err != nil {
			t.Fatal(err)
		}
		if texts, err := focus.Texts(t.Context(), d, p); err != nil || len(texts) != version || texts[0].Number != version {
			t.Errorf("its history: %v, %v", texts, err)
		}
		dbtest.Hold(t, d, focus.Invariants()...)
	})
}

// A focus is for all as long as it is published; its question takes answers that tell nobody who answered.
func TestPublicFocus(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if err := w.as(leader, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
			return focus.Save(ctx, tx, leader, p, focus.Text{Statement: "Vi finns där du är"}, 0)
		}); err != nil {
			t.Fatal(err)
		}
		publish := func(v access.Viewer, up bool) error {
			return w.as(v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return focus.Publish(ctx, tx, v, p, "", 1, up)
			})
		}
		public := func() []focus.Public {
			list, err := focus.Published(t.Context(), d, at.Programme, "", at.Today)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		if err := publish(member, true); !errors.Is(err, focus.ErrForbidden) {
			t.Errorf("staff publish: %v", err)
		}
		if len(public()) != 0 {
			t.Error("a draft is for all")
		}
		if err := publish(leader, true); err != nil || len(public()) != 1 {
			t.Fatal(err, public())
		}
		shown := public()[0]
		if shown.Name != at.Near || shown.Code == "" {
			t.Errorf("published: %+v", shown)
		}
		answer := func(code string, a focus.UserAnswer) error {
			return d.Tx(t.Context(), "public", func(ctx context.Context, tx *db.Tx) error { return focus.TakeAnswer(ctx, tx, code, a) })
		}
		for _, test := range []struct {
			says, code string
			a          focus.UserAnswer
			want       error
		}{
			{"yes", shown.Code, focus.UserAnswer{Noticed: "yes", Text: "Ja!\r\n<b>Bra</b>"}, nil},
			{"the code as it is read aloud", strings.ToUpper(shown.Code[:3]) + " " + shown.Code[3:], focus.UserAnswer{Noticed: "no"}, nil},
			{"nothing", shown.Code, focus.UserAnswer{}, focus.ErrNoticed},
			{"too much", shown.Code, focus.UserAnswer{Noticed: "yes", Text: strings.Repeat("x", 1001)}, focus.ErrLong},
			{"another code", "aaaaaaa", focus.UserAnswer{Noticed: "yes"}, focus.ErrNotFound},
			{"no code at all", "'; --", focus.UserAnswer{Noticed: "yes"}, focus.ErrNotFound},
		} {
			if err := answer(test.code, test.a); !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v", test.says, err)
			}
		}
		all, err := focus.UserAnswers(t.Context(), d, 10, shown.Focus)
		got := all[shown.ID][0]
		if err != nil || len(all[shown.ID]) != 1 || got.All != 2 || got.Counts["yes"] != 1 || len(got.Texts) != 1 || got.Texts[0].Text != "Ja!\n<b>Bra</b>" {
			t.Errorf("answers: %+v, %v", got, err)
		}
		if got.Wrote != 1 {
			t.Errorf("%d wrote something", got.Wrote)
		}
		for _, text := range []string{"Två", "Tre"} {
			if err := answer(shown.Code, focus.UserAnswer{Noticed: "yes", Text: text}); err != nil {
				t.Fatal(err)
			}
		}
		if few, err := focus.UserAnswers(t.Context(), d, 2, shown.Focus); err != nil || few[shown.ID][0].Wrote != 3 || len(few[shown.ID][0].Texts) != 2 {
			t.Errorf("of three with a text two are asked for: %+v, %v", few, err)
		}
		if none, err := focus.UserAnswers(t.Context(), d, 0, shown.Focus); err != nil || none[shown.ID][0].All != 4 || none[shown.ID][0].Texts != nil {
			t.Errorf("no texts are asked for: %+v, %v", none, err)
		}
		if id := got.Texts[0].ID; len(id) != 13 {
			t.Errorf("the id %q of an answer tells more than chance", id)
		}
		withdraw := func(v access.Viewer, entity, id string, back bool) error {
			return w.as(v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return focus.Withdraw(ctx, tx, v, p, entity, id, back)
			})
		}
		if err := withdraw(member, "user_answer", got.Texts[0].ID, false); !errors.Is(err, focus.ErrForbidden) {
			t.Errorf("staff withdraw: %v", err)
		}
		if err := withdraw(leader, "user_answer", got.Texts[0].ID, false); err != nil {
			t.Error(err)
		}
		if got, err := focus.UserAnswers(t.Context(), d, 10, shown.Focus); err != nil || got[shown.ID][0].All != 3 {
			t.Errorf("withdrawn: %+v, %v", got, err)
		}
		if err := withdraw(leader, "user_answer", "nothing", false); !errors.Is(err, focus.ErrNotFound) {
			t.Errorf("what is not there: %v", err)
		}
		if err := publish(leader, false); err != nil || len(public()) != 0 {
			t.Error(err, public())
		}
		if err := answer(shown.Code, focus.UserAnswer{Noticed: "yes"}); !errors.Is(err, focus.ErrNotFound) {
			t.Errorf("asked when it is taken down: %v", err)
		}
		if err := publish(leader, true); err != nil || public()[0].Code != shown.Code {
			t.Errorf("published again it keeps its code: %v", err)
		}
	})
}

// Signs have the role of who noticed and a day that has been.
func TestSigns(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := w.commit(leader, someCommitment())
		for _, test := range []struct {
			says string
			v    access.Viewer
			s    focus.Sign
			want error
		}{
			{"staff note one of the focus", member, focus.Sign{By: "user", On: "2012-10-01", Text: "Fler stannar kvar"}, nil},
			{"and of a commitment", member, focus.Sign{By: "partner", On: "2012-10-12", Text: "Komvux hör av sig", Commitment: c.ID}, nil},
			{"not of another's", member, focus.Sign{By: "user", On: "2012-10-01", Text: "x", Commitment: "nothing"}, focus.ErrNotFound},
			{"not of tomorrow", member, focus.Sign{By: "user", On: "2012-10-13", Text: "x"}, focus.ErrNoticedOn},
			{"nor no day", member, focus.Sign{By: "user", On: "igår", Text: "x"}, local.ErrDate},
			{"nor by a name", member, focus.Sign{By: "Anna", On: "2012-10-01", Text: "x"}, focus.ErrNoticedBy},
			{"nor nothing", member, focus.Sign{By: "user", On: "2012-10-01", Text: " "}, focus.ErrSign},
			{"an auditor notes none", at.Holder(access.Auditor), focus.Sign{By: "user", On: "2012-10-01", Text: "x"}, focus.ErrForbidden},
		} {
			err := w.as(test.v, at.Near, func(ctx context.Context, tx *db.Tx, p learning.Place) error {
				return focus.AddSign(ctx, tx, test.v, p, &test.s)
			})
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%s: %v", test.says, err)
			}
		}
		for _, test := range []struct {
			says string
			v    access.Viewer
			want int
		}{
			{"the office lists them for the final report", at.Holder(access.Office), 2}, {"an auditor reads them", at.Holder(access.Auditor), 2},
			{"a contact reads those of the own workplaces", leader, 2}, {"not those of others", at.Contact("far-0", at.Far), 0}, {"staff have them on their workplace's page", member, 0},
		} {
			list, err := focus.AllSigns(t.Context(), d, test.v, at.Programme, focus.SignMark{}, 10)
			if err != nil || len(list) != test.want {
				t.Errorf("%s: %d, %v", test.says, len(list), err)
			}
			if test.want == 2 && (list[0].Commitment != c.ID || list[0].Act != c.Act) {
				t.Errorf("%s: %+v", test.says, list)
			}
		}
		first, err := focus.AllSigns(t.Context(), d, at.Holder(access.Office), at.Programme, focus.SignMark{}, 1)
		if err != nil || len(first) != 1 {
			t.Fatal(first, err)
		}
		if next, err := focus.AllSigns(t.Context(), d, at.Holder(access.Office), at.Programme, focus.SignMark{On: first[0].On, ID: first[0].ID}, 5); err != nil || len(next) != 1 || next[0].ID == first[0].ID {
			t.Errorf("the second page: %v, %v", next, err)
		}
	})
}
