package reflection_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// A desk is a world with the ring that its texts are sealed with.
type desk struct {
	*at.World
	ring *secret.Ring
}

func newDesk(t *testing.T, d *db.DB) *desk {
	ring, err := secret.NewRing(slices.Repeat([]byte{3}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return &desk{at.New(t, d, 3), ring}
}

func (w *desk) try(v access.Viewer, f func(ctx context.Context, tx *db.Tx) error) error {
	return w.D.Tx(w.T.Context(), v.Person, f)
}

func (w *desk) write(v access.Viewer, text string) string {
	w.T.Helper()
	r := reflection.Reflection{Date: "2012-10-01", Text: reflection.Text{Answers: map[string]string{"take": text}}}
	if err := w.try(v, func(ctx context.Context, tx *db.Tx) error { return reflection.Write(ctx, tx, w.ring, v, &r) }); err != nil {
		w.T.Fatal(err)
	}
	return r.ID
}

func (w *desk) share(v access.Viewer, id string, version int, level reflection.Level, workplace string, named bool) error {
	return w.try(v, func(ctx context.Context, tx *db.Tx) error {
		return reflection.Share(ctx, tx, w.ring, v, id, version, reflection.Sharing{Level: level, Programme: at.Programme, Workplace: workplace, Named: named}, at.Today)
	})
}

// reads is what v reads of others: texts with their authors' names.
func (w *desk) reads(v access.Viewer, f reflection.Filter) string {
	w.T.Helper()
	list, err := reflection.List(w.T.Context(), w.D, w.ring, v, f)
	if err != nil {
		w.T.Fatal(err)
	}
	var all []string
	for _, s := range list {
		all = append(all, strings.TrimSpace(s.Answers["take"]+" "+s.By))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// Who reads what is shared, said as sentences; and nobody but the author reads what is not.
func TestWhoReads(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		author := at.Staff("near-0")
		ids := map[reflection.Level]string{}
		for _, level := range reflection.Levels {
			ids[level] = w.write(author, string(level))
			if level != reflection.Me {
				if err := w.share(author, ids[level], 1, level, at.Near, level == reflection.Public); err != nil {
					t.Fatal(level, err)
				}
			}
		}
		for _, test := range []struct {
			says string
			v    access.Viewer
			want string
		}{
			{"the author reads in the list what others read", author, "programme, public Given near-0 Family, workplace"},
			{"a colleague reads what is shared with the workplace or wider", at.Staff("near-1"), "programme, public Given near-0 Family, workplace"},
			{"so does the contact, wherever they work", at.Contact("far-0", at.Near), "programme, public Given near-0 Family, workplace"},
			{"someone elsewhere reads what is public", at.Staff("far-0"), "public Given near-0 Family"},
			{"the office reads what is shared with the programme", at.Holder(access.Office), "programme, public Given near-0 Family"},
			{"so does an auditor", at.Holder(access.Auditor), "programme, public Given near-0 Family"},
			{"the steering group gets numbers", at.Holder(access.Steering), "public Given near-0 Family"},
			{"an administrator runs the machine", access.Viewer{Person: "admin", On: at.Today, Grants: []access.Grant{{Role: access.Participant}, {Role: access.Administrator}}}, "public Given near-0 Family"},
			{"anyone reads what is public", access.Viewer{On: at.Today}, "public Given near-0 Family"},
		} {
			if got := w.reads(test.v, reflection.Filter{Programme: at.Programme}); got != test.want {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
			if test.v.Person == author.Person {
				continue
			}
			for level, id := range ids {
				if _, err := reflection.Get(t.Context(), d, w.ring, test.v, id); !errors.Is(err, reflection.ErrNotFound) {
					t.Errorf("%s: but opens the entry that is shared with %s: %v", test.says, level, err)
				}
				if list, err := reflection.Versions(t.Context(), d, w.ring, test.v, id); err != nil || len(list) > 0 {
					t.Errorf("%s: but reads its versions: %v", test.says, err)
				}
			}
		}
		if got := w.reads(at.Holder(access.Office), reflection.Filter{Workplace: at.Near}); got != "public Given near-0 Family" {
			t.Errorf("by workplace the office finds who wrote without a name: %q", got)
		}
		if got := w.reads(access.System, reflection.Filter{}); got != "programme, public Given near-0 Family" {
			t.Errorf("a job reads %q", got)
		}
	})
}

// What is shared can be taken back, and then is gone from all others at once; a new text is shared anew.
func TestWithdraw(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		author, office, all := at.Staff("near-0"), at.Holder(access.Office), reflection.Filter{Programme: at.Programme}
		id := w.write(author, "ett")
		if err := w.share(author, id, 1, reflection.Programme, at.Near, true); err != nil {
			t.Fatal(err)
		}
		r, err := reflection.Get(t.Context(), d, w.ring, author, id)
		if err != nil {
			t.Fatal(err)
		}
		r.Answers["take"] = "två"
		if err := w.try(author, func(ctx context.Context, tx *db.Tx) error { return reflection.Rewrite(ctx, tx, w.ring, author, &r) }); err != nil {
			t.Fatal(err)
		}
		if got := w.reads(office, all); got != "ett Given near-0 Family" {
			t.Errorf("before it is shared anew others read %q", got)
		}
		if err := w.share(author, id, 1, reflection.Programme, at.Near, true); !errors.Is(err, fault.Stale) {
			t.Errorf("an old form shares: %v", err)
		}
		if err := w.share(author, id, 2, reflection.Workplace, at.Near, false); err != nil {
			t.Fatal(err)
		}
		if got := w.reads(office, all) + "/" + w.reads(at.Staff("near-1"), all); got != "/två" {
			t.Errorf("narrowed: %q", got)
		}
		if err := w.share(author, id, 2, reflection.Me, "", false); err != nil {
			t.Fatal(err)
		}
		if got := w.reads(at.Staff("near-1"), all); got != "" {
			t.Errorf("withdrawn, and still read: %q", got)
		}
		if versions, err := reflection.Versions(t.Context(), d, w.ring, author, id); err != nil || len(versions) != 2 || versions[1].Answers["take"] != "ett" {
			t.Errorf("the author's versions: %v %v", versions, err)
		}
		for says, err := range map[string]error{
			"another's":             w.share(at.Staff("near-1"), id, 2, reflection.Public, at.Near, false),
			"at another workplace":  w.share(author, id, 2, reflection.Workplace, at.Far, false),
			"with nobody in a word": w.share(author, id, 2, "world", at.Near, false),
		} {
			if fault.Of(err) == nil {
				t.Errorf("shared %s: %v", says, err)
			}
		}
		if err := w.try(author, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE person SET protected = 1 WHERE id = 'near-0'`); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "person", Row: "near-0"})
		}); err != nil {
			t.Fatal(err)
		}
		if err := w.share(author, id, 2, reflection.Public, at.Near, true); !errors.Is(err, reflection.ErrProtected) {
			t.Errorf("one with protected identity shares with name: %v", err)
		}
		if err := w.share(author, id, 2, reflection.Public, at.Near, false); err != nil || w.reads(office, all) != "två" {
			t.Errorf("without name: %v, %q", err, w.reads(office, all))
		}
		if err := w.try(author, func(ctx context.Context, tx *db.Tx) error {
			if err := secret.Destroy(ctx, tx, "near-0"); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "erase", Entity: "person", Row: "near-0"})
		}); err != nil {
			t.Fatal(err)
		}
		if got := w.reads(office, all); got != "" {
			t.Errorf("erased, and still read: %q", got)
		}
		if mine, err := reflection.Mine(t.Context(), d, w.ring, author); err != nil || len(mine) != 1 || len(mine[0].Answers) > 0 {
			t.Errorf("erased: %v %v", mine, err)
		}
	})
}

// The office codes and quotes what is shared with the programme, and only with a yes.
func TestCodeAndQuote(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		author, office := at.Staff("near-0"), at.Holder(access.Office)
		id := w.write(author, "Vi bemötte alla  lika.\nDet märktes.")
		theme := reflection.Theme{Programme: at.Programme, Name: "Bemötande", Words: "bemöta, vänlig"}
		if err := w.try(office, func(ctx context.Context, tx *db.Tx) error { return reflection.SaveTheme(ctx, tx, office, &theme) }); err != nil {
			t.Fatal(err)
		}
		shared := func() string {
			r, err := reflection.Get(t.Context(), d, w.ring, author, id)
			if err != nil {
				t.Fatal(err)
			}
			return r.Shared
		}
		code := func(v access.Viewer) error {
			return w.try(v, func(ctx context.Context, tx *db.Tx) error {
				return reflection.Code(ctx, tx, v, shared(), nil, []string{theme.ID})
			})
		}
		var quotation string
		ask := func(v access.Viewer, passage string) error {
			return w.try(v, func(ctx context.Context, tx *db.Tx) error {
				id, err := reflection.Ask(ctx, tx, w.ring, v, shared(), passage)
				if err == nil {
					quotation = id
				}
				return err
			})
		}
		if err := w.share(author, id, 1, reflection.Workplace, at.Near, false); err != nil {
			t.Fatal(err)
		}
		if a, b := code(office), ask(office, "Det märktes."); !errors.Is(a, reflection.ErrShared) || !errors.Is(b, reflection.ErrShared) {
			t.Errorf("what is shared with the workplace only: %v, %v", a, b)
		}
		if err := w.share(author, id, 1, reflection.Programme, at.Near, false); err != nil {
			t.Fatal(err)
		}
		if err := code(at.Holder(access.Auditor)); !errors.Is(err, reflection.ErrShared) {
			t.Errorf("an auditor codes: %v", err)
		}
		s, err := reflection.Find(t.Context(), d, w.ring, office, shared())
		if err != nil {
			t.Fatal(err)
		}
		if list, err := reflection.Suggested(t.Context(), d, w.ring, office, s); err != nil || len(list) != 1 || list[0].Of != theme.ID || list[0].Words[0] != "bemötte" {
			t.Errorf("suggested: %v %v", list, err)
		}
		if err := code(office); err != nil || w.reads(office, reflection.Filter{Theme: theme.ID}) == "" {
			t.Errorf("coded: %v", err)
		}
		if err := ask(office, " \n"); !errors.Is(err, reflection.ErrNoPassage) || errors.Is(err, reflection.ErrPassage) || fault.Of(err).In("passage") == nil {
			t.Errorf("nothing to quote: %v", err)
		}
		if err := ask(office, "Vi bemötte ingen"); !errors.Is(err, reflection.ErrPassage) {
			t.Errorf("asked for what nobody wrote: %v", err)
		}
		if err := ask(office, "alla lika. Det märktes."); err != nil {
			t.Fatal(err)
		}
		if err := ask(office, "alla lika. Det märktes."); !errors.Is(err, reflection.ErrAskedTwice) {
			t.Errorf("asked twice: %v", err)
		}
		list := func() reflection.Quotation {
			all, err := reflection.Quotations(t.Context(), d, w.ring, office, at.Programme)
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			return all[0]
		}
		note := func(report string, keep ...string) error {
			return w.try(office, func(ctx context.Context, tx *db.Tx) error {
				return reflection.Use(ctx, tx, office, at.Programme, quotation, list().Version, keep, report)
			})
		}
		use := func() error { return note("Slutrapport") }
		if q := list(); q.Agreed() || q.Reflection != "" {
			t.Errorf("silence is no: %+v", q)
		}
		if err := use(); !errors.Is(err, reflection.ErrNotAgreed) {
			t.Errorf("used without a yes: %v", err)
		}
		answer := func(v access.Viewer, state string) error {
			return w.answer(v, quotation, list().Version, state)
		}
		if err := answer(at.Staff("near-1"), reflection.Yes); !errors.Is(err, reflection.ErrQuotation) {
			t.Errorf("another answers: %v", err)
		}
		if err := answer(author, reflection.YesNamed); err != nil || list().By != "Given near-0 Family" {
			t.Errorf("yes, with name: %v, %+v", err, list())
		}
		remove := func() error {
			return w.try(author, func(ctx context.Context, tx *db.Tx) error { return reflection.Remove(ctx, tx, w.ring, author, id) })
		}
		if err := remove(); !errors.Is(err, reflection.ErrQuoted) {
			t.Errorf("removed while it is quoted: %v", err)
		}
		for says, report := range map[string]string{"no report": " ", "too long a name": strings.Repeat("R", 201)} {
			if err := note(report); !errors.Is(err, reflection.ErrUse) || fault.Of(err).In("report") == nil {
				t.Errorf("%s: %v", says, err)
			}
		}
		if err := use(); err != nil {
			t.Fatal(err)
		}
		if err := remove(); !errors.Is(err, reflection.ErrReported) {
			t.Errorf("removed when a report says it: %v", err)
		}
		for _, step := range []struct {
			says, report string
			keep         []string
			want         string
		}{
			{"another beside it", "Lägesrapport 2012", []string{"Slutrapport"}, "Slutrapport; Lägesrapport 2012"},
			{"the same again", "Slutrapport", []string{"Slutrapport", "Lägesrapport 2012"}, "Slutrapport; Lägesrapport 2012"},
			{"a slip taken back", "", []string{"Slutrapport"}, "Slutrapport"},
			{"all of them, and one that was meant", "Bilaga; B", nil, "Bilaga, B"},
			{"the last", "", nil, ""},
			{"the final one", "Slutrapport", nil, "Slutrapport"},
		} {
			if err := note(step.report, step.keep...); err != nil || list().UsedIn != step.want {
				t.Errorf("%s: %q, %v", step.says, list().UsedIn, err)
			}
		}
		was := list().Version
		if err := note("Slutrapport", "Slutrapport"); err != nil || list().Version != was {
			t.Errorf("noted already: version %d of %d, %v", list().Version, was, err)
		}
		long := []string{"Slutrapport"}
		for n := range 49 {
			if err := note(fmt.Sprint("Rapport ", n), long...); err != nil {
				t.Fatal(err)
			}
			long = append(long, fmt.Sprint("Rapport ", n))
		}
		if err := note("En till", long...); !errors.Is(err, reflection.ErrReports) || fault.Of(err).In("report") == nil {
			t.Errorf("a report more than there may be: %v", err)
		}
		if err := note("Slutrapport"); err != nil || list().UsedIn != "Slutrapport" {
			t.Errorf("but the final one taken back: %q, %v", list().UsedIn, err)
		}
		was = list().Version
		if err := note("", "Slutrapport"); err != nil || list().Version != was || list().UsedIn != "Slutrapport" {
			t.Errorf("nothing noted and nothing taken back: version %d of %d, %q, %v", list().Version, was, list().UsedIn, err)
		}
		if err := note("", "Slutrapport", "Lägesrapport 2012"); !errors.Is(err, fault.Stale) {
			t.Errorf("kept what somebody has taken back meanwhile: %v", err)
		}
		if err := w.share(author, id, 1, reflection.Me, "", false); err != nil {
			t.Fatal(err)
		}
		if q := list(); q.State != reflection.Withdrawn || q.Passage != "" || q.UsedIn != "Slutrapport" || q.By != "" {
			t.Errorf("withdrawn: %+v", q)
		}
		if err := note(""); !errors.Is(err, reflection.ErrNotAgreed) {
			t.Errorf("taken back after the author has been told that it stands: %v", err)
		}
		if err := answer(author, reflection.Yes); !errors.Is(err, reflection.ErrUnread) {
			t.Errorf("yes to what is no longer shared: %v", err)
		}
		if n, err := reflection.Count(t.Context(), d, at.Programme); err != nil || n.Reflections != 0 || n.Coded != 0 {
			t.Errorf("counted: %+v %v", n, err)
		}
	})
}

// Of two who write a joint record at once the slower is told, and nothing is lost; what is agreed on stays agreed on as it was.
func TestRecord(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		write := func(v access.Viewer, version int, body string) error {
			return w.try(v, func(ctx context.Context, tx *db.Tx) error {
				_, err := reflection.WriteRecord(ctx, tx, v, at.Programme, at.Near, version, body)
				return err
			})
		}
		on := func(day local.Date, v access.Viewer, version int) error {
			return w.try(v, func(ctx context.Context, tx *db.Tx) error {
				return reflection.Agree(ctx, tx, v, at.Programme, at.Near, version, day, "Europe/Stockholm")
			})
		}
		agree := func(v access.Viewer, version int) error { return on(at.Today, v, version) }
		leader := at.Contact("near-0", at.Near)
		for _, step := range []struct {
			says string
			err  error
			want error
		}{
			{"agreed on before it is written", agree(leader, 0), reflection.ErrNothing},
			{"too long", write(leader, 0, strings.Repeat("å", reflection.MaxText+1)), reflection.ErrRecordLong},
			{"as long as it may be", write(leader, 0, strings.Repeat("å", reflection.MaxText)), nil},
			{"two begin at once", write(at.Staff("near-1"), 0, "Vi"), fault.Stale},
			{"a colleague goes on", write(at.Staff("near-1"), 1, "Vi har lärt oss."), nil},
			{"someone from elsewhere", write(at.Staff("far-0"), 2, "Nej"), nil},
			{"an auditor", write(at.Holder(access.Auditor), 2, "Nej"), reflection.ErrNotWriter},
			{"a colleague agrees", agree(at.Staff("near-1"), 2), reflection.ErrNotLeader},
			{"the leader agrees on an old text", agree(leader, 1), fault.Stale},
			{"the leader agrees on a day before it was written", on(at.Today.Add(-1), leader, 2), reflection.ErrUnwritten},
			{"and on one ahead", on(at.Today.Add(1), leader, 2), reflection.ErrAhead},
			{"and on none", on("", leader, 2), local.ErrDate},
			{"the leader agrees", agree(leader, 2), nil},
			{"and again, from another window", agree(leader, 2), fault.Stale},
			{"and goes on", write(leader, 2, "Vi har lärt oss mer."), nil},
		} {
			if step.says == "someone from elsewhere" {
				if fault.Of(step.err) == nil {
					t.Errorf("%s: %v", step.says, step.err)
				}
				continue
			}
			if !errors.Is(step.err, step.want) {
				t.Errorf("%s: %v, want %v", step.says, step.err, step.want)
			}
		}
		place := fmt.Sprint(w.versions())
		if place != "[3  2 2012-10-12 1 ]" {
			t.Errorf("versions %s", place)
		}
	})
}

// versions are those of the record at Near with the days on which they were agreed on.
func (w *desk) versions() (all []any) {
	list, err := reflection.RecordVersions(w.T.Context(), w.D, learning.Place{Programme: at.Programme, Workplace: at.Near})
	if err != nil {
		w.T.Fatal(err)
	}
	for _, x := range list {
		all = append(all, x.Number, string(x.AgreedOn))
	}
	return all
}

// Of two who choose themes for the same text at once, each finds what they chose; neither takes away what the other added.
func TestTwoCode(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		author, office := at.Staff("near-0"), at.Holder(access.Office)
		id := w.write(author, "Vi bemötte alla lika.")
		if err := w.share(author, id, 1, reflection.Programme, at.Near, false); err != nil {
			t.Fatal(err)
		}
		own, err := reflection.Get(t.Context(), d, w.ring, author, id)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, name := range []string{"A", "B", "C"} {
			theme := reflection.Theme{Programme: at.Programme, Name: name}
			if err := w.try(office, func(ctx context.Context, tx *db.Tx) error { return reflection.SaveTheme(ctx, tx, office, &theme) }); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, theme.ID)
		}
		a, b, c := ids[0], ids[1], ids[2]
		for _, step := range []struct{ was, chosen, want []string }{
			{nil, []string{a, a}, []string{a}},
			{[]string{a}, []string{a, b}, []string{a, b}},
			{[]string{a}, []string{c}, []string{b, c}}, // saw A only
			{[]string{b, c}, nil, nil},
		} {
			if err := w.try(office, func(ctx context.Context, tx *db.Tx) error {
				return reflection.Code(ctx, tx, office, own.Shared, step.was, step.chosen)
			}); err != nil {
				t.Fatal(err)
			}
			s, err := reflection.Find(t.Context(), d, w.ring, office, own.Shared)
			slices.Sort(s.Themes)
			slices.Sort(step.want)
			if err != nil || !slices.Equal(s.Themes, step.want) {
				t.Errorf("%v of %v: %v, %v", step.chosen, step.was, s.Themes, err)
			}
		}
	})
}
