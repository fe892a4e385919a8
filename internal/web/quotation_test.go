package web

import (
	"context"
	"errors"
	"html"
	"strconv"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

// mayQuote is a text of small-0's that is shared with the programme, and the question whether it may be quoted.
func mayQuote(w *learningtest.World, ring *secret.Ring) (r reflection.Reflection, id string) {
	w.T.Helper()
	author := learningtest.Staff("small-0")
	r = reflection.Reflection{Date: "2012-10-01", Text: reflection.Text{Answers: map[string]string{"take": "Vi lyssnar mer"}}}
	w.Tx("small-0", func(ctx context.Context, tx *db.Tx) error {
		if err := reflection.Write(ctx, tx, ring, author, &r); err != nil {
			return err
		}
		return reflection.Share(ctx, tx, ring, author, r.ID, 1, reflection.Sharing{Level: reflection.Programme, Programme: learningtest.Programme, Workplace: learningtest.Small}, local.Date(learningtest.Today))
	})
	w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
		own, err := reflection.Get(ctx, tx, ring, author, r.ID)
		if err != nil {
			return err
		}
		id, err = reflection.Ask(ctx, tx, ring, learningtest.Holder(access.Office), own.Shared, "Vi lyssnar mer")
		return err
	})
	return r, id
}

// Who says no to a question that their own sharing has taken back meanwhile is told that it was themselves.
func TestLateNo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w, author := learningtest.New(t, d, 2), learningtest.Staff("small-0")
		p := newPlanner(t, d, author)
		r, id := mayQuote(w, p.server.Ring)
		w.Tx("small-0", func(ctx context.Context, tx *db.Tx) error {
			own, err := reflection.Get(ctx, tx, p.server.Ring, author, r.ID)
			if err != nil {
				return err
			}
			return reflection.Share(ctx, tx, p.server.Ring, author, r.ID, own.Version, reflection.Sharing{Level: reflection.Workplace, Programme: learningtest.Programme, Workplace: learningtest.Small}, local.Date(learningtest.Today))
		})
		answer := p.wants("a late no", p.post("/me/quotations/"+id, "version=1", "answer=no"), 409, "You have shared the text anew or answered no", "Your answer is not saved")
		if strings.Contains(answer.body, "Somebody else") {
			t.Error("somebody else was quicker, but nobody else answers it")
		}
	})
}

// A page that was opened before a text was withdrawn, or shared without a name, does not share it again.
func TestOldShareWindow(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w, author := learningtest.New(t, d, 2), learningtest.Staff("small-0")
		p := newPlanner(t, d, author)
		r, _ := mayQuote(w, p.server.Ring)
		share := "/me/logbook/" + r.ID + "/share"
		was := func() string {
			_, rest, _ := strings.Cut(p.get(share).body, `name="was" value="`)
			mark, _, _ := strings.Cut(rest, `"`)
			return "was=" + html.UnescapeString(mark)
		}
		shared := func() reflection.Sharing {
			own, err := reflection.Get(t.Context(), d, p.server.Ring, author, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			return own.Sharing
		}
		form := []string{"version=1", "level=public", "place=" + learningtest.Programme + " " + learningtest.Small, "named=1"}
		old := was()
		p.wants("withdrawn", p.post("/me/logbook/"+r.ID+"/withdraw"), 303)
		p.wants("the old window", p.post(share, append(form, old)...), 409, "The text or who reads it has changed since you opened the page", "What you chose is not saved")
		if got := shared(); got.Level != reflection.Me {
			t.Errorf("withdrawn, and then shared by an old window: %v", got)
		}
		old = was()
		p.wants("without a name", p.post(share, append(form[:3:3], was())...), 303)
		p.wants("the window with a name", p.post(share, append(form, old)...), 409, "What you chose is not saved")
		if got := shared(); got.Level != reflection.Public || got.Named {
			t.Errorf("shared without a name, and then with it by an old window: %v", got)
		}
		p.wants("chosen again", p.post(share, append(form, was())...), 303)
		if got := shared(); !got.Named {
			t.Errorf("shared with a name: %v", got)
		}
	})
}

// Whoever is asked sees what each answer would say of them, and the file for the report says that, also of a reflection that is about nothing in particular.
func TestQuotationsTellTheirSource(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		office, author := learningtest.Holder(access.Office), learningtest.Staff("small-0")
		p := newPlanner(t, d, author)
		ring := p.server.Ring
		r, id := mayQuote(w, ring)
		ask := "/me/quotations/" + id
		p.wants("on one's own page", p.get("/me"), 200, "The programme asks to quote you.")
		p.wants("what would be told", p.get(ask), 200, "without my name. The report says: A member of staff, county, about a reflection of one&#39;s own, 1 October 2012",
			"with my name. The report says: Given small-0 Family, "+learningtest.Small+", about a reflection of one&#39;s own, 1 October 2012")
		was := func() string {
			_, rest, _ := strings.Cut(p.get(ask).body, `name="was" value="`)
			mark, _, _ := strings.Cut(rest, `"`)
			return "was=" + html.UnescapeString(mark)
		}
		_, shown, _ := strings.Cut(p.get(ask).body, `name="was-yes" value="`)
		shown, _, _ = strings.Cut(shown, `"`)
		before := was()
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error { // five are left in the county, but none of them there
			if _, err := tx.Exec(ctx, `UPDATE employment SET valid_to = '2012-10-01' WHERE workplace = $1 AND person <> 'small-0'`, learningtest.Far); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "end", Entity: "employment"})
		})
		p.wants("yes to another source than was shown", p.post(ask, "version=1", "answer=yes", before, "was-yes="+html.UnescapeString(shown)), 409, "The source has become another while you answered", "A member of staff, county, about a reflection of one&#39;s own, 1 October 2012</td>", "A member of staff, about a reflection of one&#39;s own, 1 October 2012</td>", "choose and answer again", "without my name. The report says: A member of staff, about a reflection")
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE employment SET valid_to = NULL WHERE workplace = $1`, learningtest.Far); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "end", Entity: "employment"})
		})
		p.wants("yes, without a name", p.post(ask, "version=1", "answer=yes", was()), 303)
		p.who = office
		p.wants("the list", p.get("/programmes/kompobib/quotations"), 200, "A member of staff, county, about a reflection of one")
		p.wants("the file", p.post("/programmes/kompobib/quotations/file", "format=csv"), 200, "Vi lyssnar mer", "A member of staff", "county", "Free reflection")
		p.who = author
		p.wants("with a name instead", p.post(ask, "version=2", "answer=yes-named", was()), 303)
		p.who = office
		p.wants("the file then", p.post("/programmes/kompobib/quotations/file", "format=csv"), 200, "Given small-0 Family", learningtest.Small)
		p.who = author
		p.wants("to remove it", p.get("/me/logbook/"+r.ID+"/remove"), 200, "You have said yes to the text being quoted, so it cannot be removed yet.", `href="`+ask+`"`)
		p.wants("removed all the same", p.post("/me/logbook/"+r.ID+"/remove"), 409, "You have said yes to the text being quoted, so it cannot be removed yet.", `href="`+ask+`"`)
		if a := p.get("/me/logbook/" + r.ID + "/share"); strings.Contains(a.body, "If you choose another programme") {
			t.Errorf("told of another programme where there is none: %s", a.body)
		}
		p.wants("with whom it is a public document", p.get("/me/logbook/"+r.ID+"/share"), 200, "that is a public document at Kommunen.", "received by the project owner and")
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error { // another project for the same workplaces
			put := func(table, columns string, row ...any) error {
				return db.Insert(ctx, tx, table, columns, "", [][]any{row})
			}
			return errors.Join(put("programme", "id, slug, name, short_name, contact, funding_period, state, starts, ends, zone, published",
				"second", "second", "Second", "Second", "second@example.org", "2007-2013", "running", "2011-01-01", "2013-12-31", "Europe/Stockholm", 1),
				put("target_unit", "programme, unit", "second", "region"), put("goal_area", "id, programme, ord, name", "goal-second", "second", 1, "Det andra"),
				put("partner", "id, programme, ord, name, role", "owner-second", "second", 1, "Landstinget", "owner"), audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "programme", Row: "second"}))
		})
		p.wants("where to share", p.get("/me/logbook/"+r.ID+"/share"), 200, "If you choose another programme, KompoBib may no longer quote the text, and your yes to that no longer holds.",
			"received by the project owner (KompoBib) or Landstinget (Second) and", "the auditors of KompoBib or Second", "a public document at the project owner (KompoBib) or Landstinget (Second).", "a public document at Kommunen.")
		p.wants("the goal areas of both for what one undertakes alone", p.get("/me/commitments/new"), 200, `<optgroup label="KompoBib"`, "Medborgarnas behov", `<optgroup label="Second"`, "Det andra")
		own1 := []string{"happens=någon kommer", "act=frågar vi", "starts=2012-10-12", "due=2013-01-12", "months=1"}
		p.wants("a goal area of the other", p.post("/me/commitments/new", append(own1, "programme="+learningtest.Programme, "goal=goal-second")...), 422, "belongs to another programme than the one chosen")
		p.wants("of the one chosen", p.post("/me/commitments/new", append(own1, "programme=second", "goal=goal-second")...), 303)
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE person SET protected = 1 WHERE id = 'small-0'`); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "protect", Entity: "person", Row: "small-0"})
		})
		p.who = office
		for what, said := range map[string]string{"the list": p.get("/programmes/kompobib/quotations").body, "the file": p.post("/programmes/kompobib/quotations/file", "format=csv").body} {
			if strings.Contains(said, "small") || !strings.Contains(said, "Vi lyssnar mer") {
				t.Errorf("%s tells of who has protected identity: %s", what, said)
			}
		}
		p.who = author
		own, err := reflection.Get(t.Context(), d, ring, author, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		p.wants("what is shared otherwise then", p.get("/me/logbook/"+r.ID+"/share"), 200, "The programme may not quote the text")
		w.Tx("small-0", func(ctx context.Context, tx *db.Tx) error {
			return reflection.Share(ctx, tx, ring, author, r.ID, own.Version, reflection.Sharing{Level: reflection.Workplace, Programme: learningtest.Programme, Workplace: learningtest.Small}, local.Date(learningtest.Today))
		})
		q, err := reflection.OwnQuotation(t.Context(), d, ring, author, id)
		if err != nil {
			t.Fatal(err)
		}
		if a := p.get(ask); !strings.Contains(a.body, "The programme may not read the text now") || strings.Contains(a.body, `value="yes"`) {
			t.Errorf("a text that the programme may not read is to be quoted: %s", a.body)
		}
		p.wants("yes all the same", p.post(ask, "version="+strconv.Itoa(q.Version), "answer=yes", before), 409, "The programme may not read the text now")
		share := func(level reflection.Level) {
			w.Tx("small-0", func(ctx context.Context, tx *db.Tx) error {
				return reflection.Share(ctx, tx, ring, author, r.ID, own.Version, reflection.Sharing{Level: level, Programme: learningtest.Programme, Workplace: learningtest.Small}, local.Date(learningtest.Today))
			})
		}
		stale := func(says, answer string, version int, words ...string) {
			t.Helper()
			if a := p.wants(says, p.post(ask, "version="+strconv.Itoa(version), "answer="+answer, was()), 409, append(words, "The question has changed since you opened it", "Your answer is not saved")...); strings.Contains(a.body, "Somebody else") {
				t.Errorf("%s: somebody else was quicker, but nobody else answers it", says)
			}
		}
		share(reflection.Programme)
		stale("a late yes, after sharing anew", "yes", 1, "You have shared the text anew or answered no")
		p.wants("yes anew", p.post(ask, "version="+strconv.Itoa(q.Version), "answer=yes", was()), 303)
		stale("a late no, after answering in another window", "no", q.Version, "You have answered already in another window")
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return reflection.Use(ctx, tx, office, learningtest.Programme, id, q.Version+1, nil, "Slutrapporten")
		})
		p.wants("no, then", p.post(ask, "version="+strconv.Itoa(q.Version+2), "answer=no"), 303)
		stale("a late yes to what a report says", "yes", q.Version, "handed in a report with the quotation")
		share(reflection.Me)
		if a := p.wants("a late yes to what is private now", p.post(ask, "version=1", "answer=yes", before), 409, "The programme may not read the text now"); strings.Contains(a.body, "no longer shared") {
			t.Error("its author is told that they may not see it")
		}
	})
}
