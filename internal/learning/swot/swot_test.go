package swot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/swot"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// A world has a programme that asks its three workplaces for an analysis.
type world struct {
	*at.World
	ring *secret.Ring
	plan swot.Plan
}

func office() access.Viewer  { return at.Holder(access.Office) }
func contact() access.Viewer { return at.Contact("near-1", at.Near) }

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	ring, err := secret.NewRing(slices.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{World: at.New(t, d, 3), ring: ring}
	p, err := programme.Get(t.Context(), d, office(), at.Programme)
	if err != nil {
		t.Fatal(err)
	}
	w.plan = swot.Standard(p, "2012-10-01")
	w.Tx("office", func(ctx context.Context, tx *db.Tx) error { return swot.SavePlan(ctx, tx, office(), &w.plan) })
	return w
}

// place is a workplace as someone has to do with it.
func (w *world) place(v access.Viewer, workplace string) learning.Place {
	w.T.Helper()
	p, err := learning.Find(w.T.Context(), w.D, v, at.Programme, workplace)
	if err != nil {
		w.T.Fatal(err)
	}
	return p
}

// try does something in v's name and returns its faults, "" for none.
func (w *world) try(v access.Viewer, f func(ctx context.Context, tx *db.Tx) error) string {
	w.T.Helper()
	by := v.Person
	if by == "" {
		by = swot.Nobody
	}
	err := w.D.Tx(w.T.Context(), by, f)
	if faults := fault.Of(err); faults != nil {
		var all []string
		for _, f := range faults {
			all = append(all, f.Error())
		}
		return strings.Join(all, ", ")
	}
	if err != nil {
		w.T.Fatal(err)
	}
	return ""
}

// begin lets the contact begin an analysis of Near.
func (w *world) begin() (id string) {
	w.T.Helper()
	w.Tx("near-1", func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = swot.Begin(ctx, tx, contact(), w.place(contact(), at.Near))
		return err
	})
	return id
}

func (w *world) write(v access.Viewer, id, key string, texts map[swot.Quadrant]string) string {
	w.T.Helper()
	return w.try(v, func(ctx context.Context, tx *db.Tx) error {
		_, err := swot.Write(ctx, tx, v, id, w.plan.Perspectives[0].ID, key, texts)
		return err
	})
}

func (w *world) get(v access.Viewer, id string) swot.Analysis {
	w.T.Helper()
	a, err := swot.Get(w.T.Context(), w.D, v, id)
	if err != nil {
		w.T.Fatal(err)
	}
	return a
}

// read is the board as someone reads it.
func (w *world) read(v access.Viewer, id string) swot.Board {
	w.T.Helper()
	b, err := swot.BoardOf(w.T.Context(), w.D, w.get(v, id))
	if err != nil {
		w.T.Fatal(err)
	}
	return b
}

// board is that in a line: its notes by quadrant, starred ones with *, those that stand for several with how many.
func (w *world) board(v access.Viewer, id string) string { return line(w.read(v, id).Notes) }

func line(notes []swot.Note) string {
	var all []string
	for _, n := range notes {
		text := string(n.Quadrant[0]) + ":" + n.Text
		if n.Starred {
			text += "*"
		}
		if n.Said > 1 {
			text += fmt.Sprint(n.Said)
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func (w *world) agree(v access.Viewer, id, seen string) string {
	w.T.Helper()
	return w.try(v, func(ctx context.Context, tx *db.Tx) error {
		return swot.Agree(ctx, tx, v, id, seen, "2012-10-11", at.Today)
	})
}

// What a programme asks for is checked whole, and stands once there are notes.
func TestPlan(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		save := func(v access.Viewer, p swot.Plan) string {
			return w.try(v, func(ctx context.Context, tx *db.Tx) error { return swot.SavePlan(ctx, tx, v, &p) })
		}
		bad := swot.Plan{Programme: at.Programme, Version: 1, Years: 99, Opens: "2012-02-30", Closes: "2012-01-01", Perspectives: []swot.Perspective{{}}}
		if got, want := save(office(), bad), "swot.years years, local.date opens, swot.perspective name-1"; got != want {
			t.Errorf("all mistakes at once: %q", got)
		}
		if got := save(contact(), w.plan); got != "swot.forbidden" {
			t.Errorf("a contact opens no analysis: %q", got)
		}
		twice := w.plan
		twice.Version = 0
		if got := save(office(), twice); got != "fault.stale" {
			t.Errorf("of two who open it, the second is told: %q", got)
		}
		next := w.plan
		next.Perspectives = []swot.Perspective{w.plan.Perspectives[2], {Name: "Nya rum"}, w.plan.Perspectives[0]}
		next.Perspectives[0].Name = "Möjligheter"
		if got := save(office(), next); got != "" {
			t.Fatalf("while there are no notes perspectives can be renamed, put in another order, added and taken away: %q", got)
		}
		p, err := swot.PlanOf(t.Context(), d, at.Programme)
		if err != nil || len(p.Perspectives) != 3 || p.Perspectives[0].Name != "Möjligheter" || p.Perspectives[1].Name != "Nya rum" || p.Years != 10 {
			t.Fatalf("so it is: %+v, %v", p, err)
		}
		w.plan = p
		w.write(contact(), w.begin(), "k", map[swot.Quadrant]string{swot.Threat: "Hot"})
		p.Perspectives = slices.Clone(p.Perspectives)
		p.Perspectives[0].Name = "Annat"
		if got := save(office(), p); got != "swot.in-use name-1" {
			t.Errorf("with notes its name stands: %q", got)
		}
		p.Perspectives = p.Perspectives[1:]
		if got, want := save(office(), p), "swot.in-use "+swot.GoneField(w.plan.Perspectives[0].ID); got != want {
			t.Errorf("and it cannot go: %q, want %q", got, want)
		}
		later := w.plan
		later.Opens, later.Closes = "2012-11-01", "2012-12-01"
		if got := save(office(), later); got != "" {
			t.Fatal(got)
		}
		if got := w.try(at.Contact("far-0", at.Far), func(ctx context.Context, tx *db.Tx) error {
			v := at.Contact("far-0", at.Far)
			_, err := swot.Begin(ctx, tx, v, w.place(v, at.Far))
			return err
		}); got != "swot.not-yet" {
			t.Errorf("nobody begins before it opens: %q", got)
		}
	})
}

// Each prepares alone, and what they put on the board tells of nobody.
func TestAlone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v, x := at.Staff("near-0"), w.plan.Perspectives[0].ID
		prepare := func(v access.Viewer, version int, texts map[swot.Quadrant]string) string {
			return w.try(v, func(ctx context.Context, tx *db.Tx) error {
				return swot.Prepare(ctx, tx, w.ring, v, w.place(office(), at.Near), x, version, texts)
			})
		}
		if got := prepare(office(), 0, nil); got != "swot.not-member" {
			t.Errorf("the office prepares nowhere: %q", got)
		}
		mine := func(v access.Viewer, version int, texts map[swot.Quadrant]string) string {
			return w.try(v, func(ctx context.Context, tx *db.Tx) error {
				return swot.Prepare(ctx, tx, w.ring, v, w.place(v, at.Near), x, version, texts)
			})
		}
		long := strings.Repeat("å", 100_000)
		for _, test := range []struct {
			says    string
			version int
			texts   map[swot.Quadrant]string
			want    string
		}{
			{"a hundred thousand characters are too many, and so are a thousand lines", 0, map[swot.Quadrant]string{swot.Strength: long, swot.Threat: strings.Repeat("x\n", 1000)}, "swot.long strength, swot.many threat"},
			{"the first text", 0, map[swot.Quadrant]string{swot.Strength: "Vi lyssnar\n\n Vi  vågar \n", swot.Threat: "Hemligheten"}, ""},
			{"from a page that is not the last", 0, map[swot.Quadrant]string{swot.Strength: "Annat"}, "fault.stale"},
			{"the next", 1, map[swot.Quadrant]string{swot.Strength: "Vi lyssnar\nVi vågar mer", swot.Threat: "Hemligheten"}, ""},
		} {
			if got := mine(v, test.version, test.texts); got != test.want {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
		}
		all, err := swot.Of(t.Context(), d, v, w.place(v, at.Near))
		if err != nil || len(all) != 1 || all[0].Count != 0 {
			t.Fatalf("an analysis has begun, with nothing on its board: %+v, %v", all, err)
		}
		id := all[0].ID
		own := func(v access.Viewer) swot.Own {
			m, err := swot.Mine(t.Context(), d, w.ring, v, id)
			if err != nil {
				t.Fatal(err)
			}
			return m[x]
		}
		if o := own(v); o.Text(swot.Strength) != "Vi lyssnar\nVi vågar mer" || o.Version != 2 {
			t.Errorf("it is there, a line a note: %+v", o)
		}
		if o := own(contact()); len(o.Notes) != 0 {
			t.Errorf("who leads reads none of it: %+v", o)
		}
		if n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM swot_own WHERE sealed LIKE '%Hemligheten%'`); err != nil || n != 0 {
			t.Errorf("it is sealed: %d, %v", n, err)
		}
		chosen := []string{own(v).Notes[0].ID, own(v).Notes[1].ID}
		for range 2 { // pressed twice
			w.Tx(swot.Nobody, func(ctx context.Context, tx *db.Tx) error {
				_, err := swot.Put(ctx, tx, w.ring, v, id, chosen)
				return err
			})
		}
		if got := w.board(contact(), id); got != "s:Vi lyssnar s:Vi vågar mer" {
			t.Errorf("what was chosen is on the board once: %s", got)
		}
		if got := w.try(contact(), func(ctx context.Context, tx *db.Tx) error {
			_, err := swot.Put(ctx, tx, w.ring, contact(), id, chosen)
			return err
		}); got != "swot.none-own note" {
			t.Errorf("nobody puts another's there: %q", got)
		}
		if n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM audit WHERE act = 'put' AND (actor <> 'swot' OR detail LIKE '%near%')`); err != nil || n != 0 {
			t.Errorf("the record tells of nobody: %d, %v", n, err)
		}
		if got := mine(v, 3, map[swot.Quadrant]string{swot.Threat: "Hemligheten"}); got != "" {
			t.Fatal(got)
		}
		if o := own(v); len(o.Notes) != 3 || !o.Notes[0].Put || o.Text(swot.Threat) != "Hemligheten" {
			t.Errorf("what is on the board stays one's own as well: %+v", o)
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return swot.MovePerson(ctx, tx, w.ring, "near-0", "near-2")
		})
		if o := own(at.Staff("near-2")); len(o.Notes) != 3 {
			t.Errorf("it follows when two persons are joined: %+v", o)
		}
	})
}

// A board from start to end: two who press at once, phones, paper, and what the workplace agrees on.
func TestTogether(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		lead, staff, auditor := contact(), at.Staff("near-0"), at.Holder(access.Auditor)
		id := w.begin()
		if again := w.begin(); again != id {
			t.Error("who begins again goes on")
		}
		step := func(v access.Viewer, turn int, s swot.Step) string {
			return w.try(v, func(ctx context.Context, tx *db.Tx) error { return swot.Do(ctx, tx, v, id, turn, s, "") })
		}
		if got := step(staff, 0, swot.Open); got != "swot.not-lead" {
			t.Errorf("staff do not present: %q", got)
		}
		if got := step(lead, 0, swot.Open); got != "" {
			t.Fatal(got)
		}
		if got := step(lead, 0, swot.Hide); got != "swot.turn" {
			t.Errorf("of two who press at once, one is told: %q", got)
		}
		a := w.get(lead, id)
		if len(a.Code) != 6 || learning.RoomOf(a.Code) != learning.AnalysisRoom {
			t.Fatalf("the code tells what it leads to: %q", a.Code)
		}
		room, err := swot.Enter(t.Context(), d, strings.ToLower(a.Code[:3]+" "+a.Code[3:]), "phone")
		if err != nil || room.Name != at.Near || len(room.Plan.Perspectives) != 3 {
			t.Fatalf("a phone finds the board by the code in small letters: %+v, %v", room, err)
		}
		x := room.Perspective
		send := func(key, perspective string, q swot.Quadrant, body string) string {
			return w.try(access.Viewer{}, func(ctx context.Context, tx *db.Tx) error {
				return swot.Send(ctx, tx, a.Code, "phone", key, perspective, q, body)
			})
		}
		for _, test := range []struct {
			says, key, perspective string
			q                      swot.Quadrant
			body, want             string
		}{
			{"a note", "a", x, swot.Strength, "Vi <b>vågar</b>", ""},
			{"the same once more", "a", x, swot.Strength, "Vi <b>vågar</b>", ""},
			{"another", "b", x, swot.Strength, "Vi vågar mer", ""},
			{"nothing", "c", x, swot.Strength, " \n", "swot.empty body"},
			{"a hundred thousand characters", "d", x, swot.Strength, strings.Repeat("å", 100_000), "swot.long body"},
			{"in no quadrant", "e", x, "middle", "Hej", "swot.where quadrant"},
			{"from no perspective", "f", "nowhere", swot.Threat, "Hej", "swot.where perspective"},
		} {
			if got := send(test.key, test.perspective, test.q, test.body); got != test.want {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
		}
		room, _ = swot.Enter(t.Context(), d, a.Code, "phone")
		if len(room.Own) != 2 {
			t.Fatalf("the phone knows its own: %+v", room.Own)
		}
		if got := w.try(access.Viewer{}, func(ctx context.Context, tx *db.Tx) error {
			return swot.Change(ctx, tx, a.Code, "another", room.Own[0].ID, "Mitt")
		}); got != "swot.no-note" {
			t.Errorf("another phone does not change it: %q", got)
		}
		if got := w.write(staff, id, "paper", map[swot.Quadrant]string{swot.Strength: "Från papper", swot.Threat: "Tiden\nPengarna"}); got != "" {
			t.Errorf("who works there types in: %q", got)
		}
		w.write(staff, id, "paper", map[swot.Quadrant]string{swot.Strength: "Från papper", swot.Threat: "Tiden\nPengarna"})
		if got := w.board(staff, id); got != "s:Från papper s:Vi <b>vågar</b> s:Vi vågar mer t:Pengarna t:Tiden" {
			t.Errorf("all is there once, as it was written: %s", got)
		}
		if _, err := swot.Get(t.Context(), d, auditor, id); !errors.Is(err, swot.ErrNotFound) {
			t.Errorf("before it is agreed on, no other reads it: %v", err)
		}
		b, err := swot.BoardOf(t.Context(), d, w.get(lead, id))
		if err != nil {
			t.Fatal(err)
		}
		notes := map[string]string{}
		for _, n := range b.Notes {
			notes[n.Text] = n.ID
		}
		do := func(v access.Viewer, f func(ctx context.Context, tx *db.Tx) error) string { return w.try(v, f) }
		if got := do(staff, func(ctx context.Context, tx *db.Tx) error {
			return swot.Star(ctx, tx, staff, id, notes["Tiden"], true)
		}); got != "swot.not-lead" {
			t.Errorf("who leads stars: %q", got)
		}
		if got := do(lead, func(ctx context.Context, tx *db.Tx) error {
			return swot.JoinAll(ctx, tx, lead, id, []string{notes["Tiden"], notes["Från papper"]})
		}); got != "swot.same" {
			t.Errorf("only notes of one quadrant are joined: %q", got)
		}
		for _, f := range []func(ctx context.Context, tx *db.Tx) error{
			func(ctx context.Context, tx *db.Tx) error {
				return swot.Star(ctx, tx, lead, id, notes["Vi <b>vågar</b>"], true)
			},
			func(ctx context.Context, tx *db.Tx) error {
				return swot.JoinAll(ctx, tx, lead, id, []string{notes["Vi vågar mer"], notes["Vi <b>vågar</b>"]})
			},
			func(ctx context.Context, tx *db.Tx) error {
				return swot.Move(ctx, tx, lead, id, notes["Pengarna"], swot.Weakness)
			},
			func(ctx context.Context, tx *db.Tx) error {
				return swot.Reword(ctx, tx, lead, id, notes["Tiden"], "Tiden", "Tiden räcker inte")
			},
			func(ctx context.Context, tx *db.Tx) error {
				return swot.Remove(ctx, tx, lead, id, notes["Från papper"])
			},
		} {
			if got := do(lead, f); got != "" {
				t.Errorf("who leads arranges: %q", got)
			}
		}
		for says, f := range map[string]func(ctx context.Context, tx *db.Tx) error{
			"moved": func(ctx context.Context, tx *db.Tx) error {
				return swot.Move(ctx, tx, lead, id, notes["Vi <b>vågar</b>"], swot.Threat)
			},
			"made to stand for another": func(ctx context.Context, tx *db.Tx) error {
				return swot.JoinAll(ctx, tx, lead, id, []string{notes["Vi <b>vågar</b>"], notes["Vi vågar mer"]})
			},
		} {
			if got := do(lead, f); got != "swot.no-note" {
				t.Errorf("from a page that is not the last, a note that another stands for is not %s: %q", says, got)
			}
		}
		const together = "s:Vi vågar mer*2 t:Tiden räcker inte w:Pengarna"
		if got := w.board(lead, id); got != together {
			t.Errorf("arranged: %s, want %s", got, together)
		}
		seen := w.read(lead, id).Mark()
		send("late", x, swot.Threat, "En sen lapp")
		if got := w.agree(lead, id, seen); got != "fault.stale" {
			t.Errorf("nobody agrees on what they have not seen: %q", got)
		}
		room, _ = swot.Enter(t.Context(), d, a.Code, "phone")
		w.Tx(swot.Nobody, func(ctx context.Context, tx *db.Tx) error {
			return swot.Withdraw(ctx, tx, a.Code, "phone", room.Own[0].ID)
		})
		if got := w.agree(staff, id, ""); got != "swot.not-lead" {
			t.Errorf("who leads says that they agree: %q", got)
		}
		if got := w.agree(lead, id, w.read(lead, id).Mark()); got != "" {
			t.Fatal(got)
		}
		if got := send("after", x, swot.Threat, "För sent"); got != "swot.closed" {
			t.Errorf("the board is closed: %q", got)
		}
		if got := w.write(lead, id, "more", map[swot.Quadrant]string{swot.Strength: "Mer"}); got != "swot.frozen" {
			t.Errorf("what is agreed on is frozen: %q", got)
		}
		if n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM swot_note WHERE device <> '' OR withdrawn = 1 OR key IN ('a', 'b')`); err != nil || n != 0 {
			t.Errorf("nothing tells which phone, nor what was taken back: %d, %v", n, err)
		}
		doctor.Well(t, d)
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error { return swot.Reopen(ctx, tx, lead, id) })
		w.write(lead, id, "again", map[swot.Quadrant]string{swot.Opportunity: "Något nytt"})
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error { return swot.Remove(ctx, tx, lead, id, notes["Pengarna"]) })
		if got := w.board(auditor, id); got != together {
			t.Errorf("taken up again, others read what was agreed on: %s", got)
		}
		if got := w.board(lead, id); got != "o:Något nytt s:Vi vågar mer*2 t:Tiden räcker inte" {
			t.Errorf("while the workplace goes on: %s", got)
		}
		agreed, err := swot.Agreed(t.Context(), d, auditor, w.place(auditor, at.Near))
		if err != nil || line(agreed) != together {
			t.Errorf("the competence plan builds on what is agreed on: %s, %v", line(agreed), err)
		}
		if got := w.agree(lead, id, w.read(lead, id).Mark()); got != "" {
			t.Fatal(got)
		}
		kept, err := swot.AgreedBoard(t.Context(), d, w.get(auditor, id), 1)
		if err != nil || line(kept.Notes) != together {
			t.Errorf("the first agreement is kept: %s, %v", line(kept.Notes), err)
		}
		second := w.begin()
		if second == id || w.get(lead, second).Number != 2 {
			t.Error("then a second analysis begins")
		}
		if got := w.try(lead, func(ctx context.Context, tx *db.Tx) error { return swot.Reopen(ctx, tx, lead, id) }); got != "swot.older" {
			t.Errorf("and the old one stays: %q", got)
		}
		doctor.Well(t, d)
	})
}

// How far workplaces have come, who is told, and what becomes of one that has gone up in another.
func TestCoverage(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		counts := func(v access.Viewer) string {
			c, err := swot.Cover(t.Context(), d, v, at.Programme)
			if err != nil {
				t.Fatal(err)
			}
			n := c.Total.Counts
			return fmt.Sprint(n[swot.Done], n[swot.Begun], n[swot.Ahead], " rows ", len(c.Rows))
		}
		w.Tx("near-0", func(ctx context.Context, tx *db.Tx) error {
			return swot.Prepare(ctx, tx, w.ring, at.Staff("near-0"), w.place(at.Staff("near-0"), at.Near), w.plan.Perspectives[0].ID, 0, map[swot.Quadrant]string{swot.Threat: "Eget"})
		})
		if got := counts(office()); got != "0 0 3 rows 3" {
			t.Errorf("what someone prepares alone does not show: %s", got)
		}
		id := w.begin()
		w.write(contact(), id, "k", map[swot.Quadrant]string{swot.Threat: "Hot"})
		if got := counts(office()); got != "0 1 2 rows 3" {
			t.Errorf("with a note it has begun: %s", got)
		}
		w.agree(contact(), id, w.read(contact(), id).Mark())
		for _, test := range []struct {
			says string
			v    access.Viewer
			want string
		}{
			{"the office sees all", office(), "1 0 2 rows 3"},
			{"the steering group sees the numbers, and no workplace", at.Holder(access.Steering), "1 0 2 rows 0"},
			{"a contact sees their own", contact(), "1 0 0 rows 1"},
			{"staff see none", at.Staff("near-0"), "0 0 0 rows 0"},
		} {
			if got := counts(test.v); got != test.want {
				t.Errorf("%s: %s, want %s", test.says, got, test.want)
			}
		}
		p, err := programme.Get(t.Context(), d, office(), at.Programme)
		if err != nil {
			t.Fatal(err)
		}
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			err := db.Insert(ctx, tx, "role_grant", "id, person, role, unit, valid_from", "", [][]any{{"g", "far-0", "contact", at.FarTown, "2010-01-01"}, {"h", "far-1", "contact", at.County, "2010-01-01"}, {"i", "near-1", "contact", at.Near, "2010-01-01"}})
			return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "give", Entity: "role_grant", Row: "g"}))
		})
		nudge := func() string {
			return w.try(office(), func(ctx context.Context, tx *db.Tx) error {
				_, err := swot.Nudge(ctx, tx, office(), p)
				return err
			})
		}
		if got := nudge(); got != "" {
			t.Errorf("those who lead one that has not begun are reminded: %q", got)
		}
		if got := nudge(); got != "swot.nobody" {
			t.Errorf("once a day: %q", got)
		}
		if got, err := db.Values[string](t.Context(), d, `SELECT person FROM letter WHERE template = 'analysis-nudge' ORDER BY person`); err != nil || fmt.Sprint(got) != "[far-0 far-1]" {
			t.Errorf("the nearest contact of each, and nobody whose workplace has agreed: %v, %v", got, err)
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE unit_period SET valid_to = '2012-01-01' WHERE unit = $1`, at.Near); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO unit_merge (unit, into_unit, on_date) VALUES ($1, $2, '2012-01-01')`, at.Near, at.Small); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "unit", Row: at.Near})
		})
		v := at.Contact("small-0", at.Small)
		if a := w.get(v, id); a.From != at.Near || a.Place.Workplace != at.Small || !a.Reads() {
			t.Errorf("the analysis of a workplace that has gone up in another is theirs to read: %+v", a)
		}
		if notes, err := swot.Agreed(t.Context(), d, v, w.place(v, at.Small)); err != nil || line(notes) != "t:Hot" {
			t.Errorf("and to build on: %v, %v", notes, err)
		}
		if got := counts(office()); got != "1 0 1 rows 2" {
			t.Errorf("and counts for it: %s", got)
		}
	})
}

// Of forty phones that send at once, each twice, every note that is acknowledged is stored, once.
func TestPhonesAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		const phones = 40
		w := newWorld(t, d)
		id := w.begin()
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error { return swot.Do(ctx, tx, contact(), id, 0, swot.Open, "") })
		code, x := w.get(contact(), id).Code, w.plan.Perspectives[0].ID
		var all sync.WaitGroup
		var mu sync.Mutex
		acknowledged := map[string]bool{}
		for i := range 2 * phones {
			all.Go(func() {
				key := fmt.Sprint("phone ", i%phones)
				err := d.Tx(t.Context(), swot.Nobody, func(ctx context.Context, tx *db.Tx) error {
					return swot.Send(ctx, tx, code, key, key, x, swot.Quadrants[i%4], key)
				})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				acknowledged[key] = err == nil
			})
		}
		all.Go(func() { // while who leads hides the notes and shows them again
			for turn := 1; turn < 5; turn++ {
				if err := d.Tx(t.Context(), "near-1", func(ctx context.Context, tx *db.Tx) error {
					return swot.Do(ctx, tx, contact(), id, turn, []swot.Step{swot.Hide, swot.Show}[turn%2], "")
				}); err != nil {
					t.Error(err)
				}
			}
		})
		all.Wait()
		stored, err := db.Values[string](t.Context(), d, `SELECT key FROM swot_note ORDER BY key`)
		if err != nil || len(stored) != phones || len(acknowledged) != phones {
			t.Errorf("%d acknowledged, %d stored, %v", len(acknowledged), len(stored), err)
		}
		doctor.Well(t, d)
	})
}
