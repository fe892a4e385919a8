package roster_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/fault"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
)

// take carries a list out and returns what became of it.
func (w *world) take(name string, content []byte, choices roster.Choices, said roster.Decisions) roster.Import {
	w.t.Helper()
	list, _, choices, err := roster.Prepare(w.t.Context(), w.d, w.ring, office, name, content, choices, w.today())
	if err != nil {
		w.t.Fatal(err)
	}
	var imp roster.Import
	w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		if imp, err = roster.Begin(ctx, tx, office, name, choices); err != nil {
			return err
		}
		imp, err = roster.Finish(ctx, tx, w.ring, office, imp, list, said, func(int, int) error { return nil })
		return err
	})
	return imp
}

// all is everything that an import may touch, as text.
func (w *world) all() string {
	w.t.Helper()
	lines, err := db.Values[string](w.t.Context(), w.d, `
		SELECT 'person ' || id || ' ' || given || ' ' || family || ' ' || email || ' ' || phone || ' ' || gender || ' ' || protected AS line FROM person
		UNION ALL SELECT 'employment ' || id || ' ' || person || ' ' || workplace || ' ' || title || ' ' || share || ' ' || valid_from || ' ' || coalesce(valid_to, '') FROM employment
		UNION ALL SELECT 'unit ' || unit || ' ' || name || ' ' || valid_from || ' ' || coalesce(valid_to, '') FROM unit_period
		UNION ALL SELECT 'number ' || person || ' ' || masked FROM identity_number ORDER BY line`)
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// clear takes away all people and workplaces.
func (w *world) clear() {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		for _, table := range []string{"roster_undo", "roster_item", "roster_memory", "roster_site", "roster_import", "employment", "identity_number", "person", "employer",
			"unit_period WHERE unit IN (SELECT id FROM unit WHERE kind = 'workplace')", "unit WHERE kind = 'workplace'"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Event{Act: "clear", Entity: "test", Row: "all"})
	})
}

func (w *world) undo(imp roster.Import) roster.Import {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		imp, err = roster.Undo(ctx, tx, w.ring, office, imp.ID, imp.Version, unused)
		return err
	})
	return imp
}

func unused(context.Context, db.Conn, roster.Refs) (map[string]bool, error) { return nil, nil }

func counts(d *roster.Difference) string {
	return fmt.Sprintf("%d new, %d changed, %d moved, %d left, %d unchanged, %d held", d.Counts[roster.Newcomer], d.Counts[roster.Changed],
		d.Counts[roster.Moved], d.Counts[roster.Left], d.Counts[roster.Unchanged], d.Counts[roster.Doubtful])
}

func reasons(d *roster.Difference) (all []string) {
	for _, o := range d.Duplicates {
		all = append(all, fmt.Sprint(o.Row, " ", o.Reason))
	}
	return all
}

func mistakes(d *roster.Difference) (all []string) {
	for _, m := range d.Mistakes {
		all = append(all, fmt.Sprintf("%d %s: %s", m.Row, m.Column, m.Fault.Code))
	}
	return all
}

// The lists of three employers in three styles are understood without a hand on them, one of them again three months later.
func TestRealLists(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		for _, test := range []struct{ name, employer, first, again string }{
			{"koping-2012-09.csv", "Köpings kommun", "24 new, 0 changed, 0 moved, 0 left, 0 unchanged, 0 held", "0 new, 0 changed, 0 moved, 0 left, 24 unchanged, 0 held"},
			{"eskilstuna-2012-09.xlsx", "Eskilstuna kommun", "61 new, 0 changed, 0 moved, 0 left, 0 unchanged, 0 held", "0 new, 0 changed, 0 moved, 0 left, 61 unchanged, 0 held"},
			{"landstinget-sjukhusbibliotek-2012-09.csv", "Landstinget i Södermanlands län", "9 new, 0 changed, 0 moved, 0 left, 0 unchanged, 0 held", "0 new, 0 changed, 0 moved, 0 left, 9 unchanged, 0 held"},
			{"koping-2012-12.csv", "Köpings kommun", "3 new, 3 changed, 1 moved, 1 left, 19 unchanged, 0 held", "0 new, 0 changed, 0 moved, 0 left, 26 unchanged, 0 held"},
		} {
			content := file(t, test.name)
			diff := w.compare(test.name, content, roster.Choices{})
			if got := counts(diff); got != test.first || diff.Employer.Name != test.employer || len(diff.Mistakes) > 0 {
				t.Errorf("%s: %s, of %s, %q", test.name, got, diff.Employer.Name, mistakes(diff))
			}
			w.take(test.name, content, roster.Choices{LeftOn: "2012-10-01"}, roster.Decisions{})
			if got := counts(w.compare(test.name, content, roster.Choices{})); got != test.again {
				t.Errorf("%s once more: %s", test.name, got)
			}
			if test.name == "koping-2012-09.csv" { // with a quotation mark by mistake before a number, and two around a word
				rows := strings.SplitAfter(string(content), "\n")
				rows[9] = `"` + rows[9]
				rows[12] = strings.Replace(rows[12], ";bibl", `;"Bibbla" bibl`, 1)
				diff := w.compare(test.name, []byte(strings.Join(rows, "")), roster.Choices{})
				if got := counts(diff); !strings.HasPrefix(got, "0 new, ") || !strings.Contains(got, " 0 moved, 0 left, ") || !slices.Equal(mistakes(diff), []string{"10 Personnummer: people.identity"}) {
					t.Errorf("with quotation marks by mistake: %s, %q", got, mistakes(diff))
				}
			}
			doctor.Well(t, d)
		}
		if got := counts(w.compare("eskilstuna.xlsx", file(t, "eskilstuna-2012-09.xlsx"), roster.Choices{})); !strings.HasPrefix(got, "0 new, 0 changed, 0 moved, 0 left") {
			t.Errorf("another employer's list touched Eskilstuna's: %s", got)
		}
	})
}

// What the second list of Köping says of each who is not as before.
func TestDifference(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		w.take("koping-2012-09.csv", file(t, "koping-2012-09.csv"), roster.Choices{}, roster.Decisions{})
		diff := w.compare("koping-2012-12.csv", file(t, "koping-2012-12.csv"), roster.Choices{})
		var got []string
		for _, i := range diff.Items {
			if i.Kind == roster.Unchanged {
				continue
			}
			var line strings.Builder
			line.WriteString(fmt.Sprintf("%d %s %s %s", i.Row, i.Kind, i.Family, i.Masked))
			for _, c := range i.Changes {
				if i.Kind != roster.Newcomer {
					line.WriteString(fmt.Sprintf(" %s: %s -> %s.", c.Field, c.Was, c.Is))
				}
			}
			got = append(got, line.String())
		}
		want := []string{
			"4 moved Ek 19620903-**** workplace: Ullvigymnasiets bibliotek -> Köpings stadsbibliotek.",
			"7 changed Lindqvist Ek 19520307-**** family: Höglund -> Lindqvist Ek. email: fiktiv006@koping.example -> fiktiv906@koping.example.",
			"11 changed Al-Khalil 19850802-**** share: 100 -> 60.",
			"18 changed Andersson 19540412-**** to:  -> 2012-12-31.",
			"25 new Ek 19840511-****", "26 new Lindqvist 19640603-****", "27 new Lindqvist 19650102-****",
			"0 left Lundvik 19770107-****",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if got := reasons(diff); !slices.Equal(got, []string{"7 name-change"}) {
			t.Errorf("probable duplicates: %q", got)
		}
		renamed := slices.IndexFunc(diff.Places, func(p *roster.Place) bool {
			return p.How == roster.Renamed && p.Was == "Kolsva bibliotek" && p.Name == "Kolsva bibliotek och mötesplats"
		})
		if renamed < 0 {
			t.Error("the branch with a new name was not known again")
		}
	})
}

// An import is undone, except for those who were changed since.
func TestUndo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		empty := w.all()
		first := w.take("koping-2012-09.csv", file(t, "koping-2012-09.csv"), roster.Choices{}, roster.Decisions{})
		before := w.all()
		second := w.take("koping-2012-12.csv", file(t, "koping-2012-12.csv"), roster.Choices{LeftOn: "2012-10-01"}, roster.Decisions{})
		if w.all() == before {
			t.Fatal("nothing was done")
		}
		second = w.undo(second)
		if got := w.all(); got != before {
			t.Errorf("undone, it is\n%s\nwant\n%s", got, before)
		}
		if len(second.Summary.Kept) > 0 || second.Summary.Undone != 8 {
			t.Errorf("%+v", second.Summary)
		}
		doctor.Well(t, d)

		// Someone is changed by hand before the first list is undone: they stay.
		var touched people.Person
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			page, err := people.ListPeople(ctx, tx, office, people.Filter{On: "2012-10-12", Search: "Fatima Lundvik"})
			if err != nil || len(page.Rows) != 1 {
				t.Fatal(len(page.Rows), err)
			}
			touched = page.Rows[0].Person
			touched.Phone = "070-1740605"
			return people.UpdatePerson(ctx, tx, w.ring, office, touched)
		})
		first = w.undo(first)
		if !slices.Equal(first.Summary.Kept, []string{touched.ID}) || first.Summary.Undone != 23 {
			t.Errorf("%+v, %s", first.Summary, touched.ID)
		}
		left, err := db.Values[string](t.Context(), d, `SELECT family FROM person ORDER BY id`)
		if err != nil || !slices.Equal(left, []string{"Lundvik"}) {
			t.Errorf("there are %q, %v", left, err)
		}
		if empty == "" {
			t.Error("nothing to compare with")
		}
		doctor.Well(t, d)
		if why := first.Summary.Why[touched.ID]; why.Reason != roster.ByHand {
			t.Errorf("kept for %+v", why)
		}
		if again, err := undoAgain(w, first); err != nil || !slices.Equal(again.Summary.Kept, first.Summary.Kept) || again.Summary.Undone != 23 {
			t.Errorf("undone once more, nothing is other: %v, %+v", err, again.Summary)
		}
		if _, err := undoAgain(w, second); fault.Of(err) == nil {
			t.Errorf("undone twice: %v", err)
		}
	})
}

// The older of two lists is undone but for those whom the newer one changed; once that is undone too, for them as well.
func TestUndoTheOlderFirst(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		persons := func() int {
			n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM person`)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		empty := w.all()
		first := w.take("koping-2012-09.csv", file(t, "koping-2012-09.csv"), roster.Choices{}, roster.Decisions{})
		second := w.take("koping-2012-12.csv", file(t, "koping-2012-12.csv"), roster.Choices{LeftOn: "2012-10-01"}, roster.Decisions{})
		get := func(imp roster.Import) roster.Import {
			imp, err := roster.Get(t.Context(), d, office, imp.ID)
			if err != nil {
				t.Fatal(err)
			}
			return imp
		}
		first, second = get(first), get(second)
		later, err := roster.LaterLists(t.Context(), d, office, first)
		if err != nil || len(later) != 1 || later[0].ID != second.ID || later[0].FileName != "koping-2012-12.csv" || later[0].Persons != 5 {
			t.Errorf("later lists: %+v, %v", later, err)
		}
		if later, err := roster.LaterLists(t.Context(), d, office, second); err != nil || len(later) > 0 {
			t.Errorf("later than the last: %+v, %v", later, err)
		}
		first = w.undo(first)
		if len(first.Summary.Kept) != 5 || first.Summary.Undone != 19 || persons() != 8 {
			t.Errorf("the older first: %+v, %d people", first.Summary, persons())
		}
		for _, id := range first.Summary.Kept {
			if why := first.Summary.Why[id]; why != (roster.Why{Reason: roster.ByList, Import: second.ID}) {
				t.Errorf("%s is kept for %+v", id, why)
			}
		}
		doctor.Well(t, d)
		if second = w.undo(second); len(second.Summary.Kept) > 0 || persons() != 5 {
			t.Errorf("then the newer: %+v, %d people", second.Summary, persons())
		}
		if first = w.undo(first); len(first.Summary.Kept) > 0 || len(first.Summary.Why) > 0 || first.Summary.Undone != 24 || persons() != 0 {
			t.Errorf("and the older once more: %+v, %d people", first.Summary, persons())
		}
		if first.Summary.Unfinished() || w.all() != empty {
			t.Errorf("something is left: %+v, %s", first.Summary, w.all())
		}
		doctor.Well(t, d)
	})
}

func undoAgain(w *world, imp roster.Import) (roster.Import, error) {
	var got roster.Import
	return got, w.d.Tx(w.t.Context(), "office", func(ctx context.Context, tx *db.Tx) (err error) {
		got, err = roster.Undo(ctx, tx, w.ring, office, imp.ID, imp.Version, unused)
		return err
	})
}

const head = "Personnummer;Namn;Arbetsplats;Kommun;Titel;Grad;Anställd from;E-post\r\n"

// Each of these rows is wrong in one way, and told by its number and column; the one that is right is taken.
func TestMistakes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		diff := w.compare("lista.csv", []byte(head+
			"19480322-9949;Höglund, Zeynep;Biblioteket;Köping;bibliotekarie;100;2001-01-01;a@koping.example\r\n"+
			"19480322-9948;Ek, Ann;Biblioteket;Köping;bibliotekarie;100;2001-01-01;\r\n"+
			"600121-9960;Ragnhild;Biblioteket;Köping;bibliotekarie;100;2001-01-01;\r\n"+
			"\r\n"+
			"620903-9822;Ek, Kerstin;;Köping;bibliotekarie;100;2001-01-01;\r\n"+
			"510514-9826;Lundvik, Fatima;Biblioteket;Kjöping;bibliotekarie;100;2001-01-01;\r\n"+
			"19750226-9983;Nowak, Birgitta;Biblioteket;Köping;bibliotekarie;mycket;2001-01-01;\r\n"+
			"520307-9925;Höglund, Ingrid;Biblioteket;Köping;bibliotekarie;110;2001-01-01;\r\n"+
			"500705-9867;von Hagen, Elzbieta;Biblioteket;Köping;bibliotekarie;0;2001-01-01;\r\n"+
			"500528-9847;Nowak, Maria;Biblioteket;Köping;bibliotekarie;100;2001-02-30;\r\n"+
			"19781228-9945;Al-Khalil, Maria;Biblioteket;Köping;=A1;100;2001-01-01;\r\n"+
			"850802-9801;Al-Khalil, Märta;Biblioteket;Köping;bibliotekarie;100;2001-01-01;märta\r\n"+
			"480322-9949;Andersson, Eva;Biblioteket;Köping;bibliotekarie;50;2001-01-01;\r\n"+
			"Summa;12;;;;;;\r\n"), roster.Choices{})
		want := []string{"3 Personnummer: people.identity-checksum", "4 Namn: roster.no-name", "6 Arbetsplats: roster.no-place", "7 Kommun: roster.municipality",
			"8 Grad: roster.share", "9 Grad: roster.over-full", "10 Grad: roster.no-share", "11 Anställd from: roster.day", "12 Titel: roster.formula",
			"13 E-post: people.email", "14 Personnummer: roster.other-name"}
		if got := mistakes(diff); !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if got := counts(diff); !strings.HasPrefix(got, "1 new, 0 changed") {
			t.Error(got)
		}
	})
}

// A list that broke off after its headings tells of nobody, and so not that everyone has left.
func TestAListWithoutPeople(t *testing.T) {
	for _, rows := range []string{"", "\r\n\r\n", ";;;;;;;\r\n"} {
		if _, err := roster.Read(t.Context(), nil, "lista.csv", []byte(head+rows), nil, "2012-10-12"); !errors.Is(err, roster.ErrNobody) {
			t.Errorf("%q: %v", rows, err)
		}
	}
}

// One list says something, another something else: what is thought of it.
func TestLists(t *testing.T) {
	const (
		zeynep = "19480322-9949;Höglund, Zeynep;Biblioteket;Köping;bibliotekarie;100;2001-01-01;z@koping.example\r\n"
		anna   = ";Ek, Anna;Biblioteket;Köping;bibliotekarie;100;2005-01-01;anna@koping.example\r\n"
	)
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		for _, test := range []struct {
			says, before, after, want string
			reasons                   []string
		}{
			{"who is not known is new", "", zeynep, "1 new", nil},
			{"the same in another spelling is unchanged", zeynep, strings.Replace(zeynep, "19480322-9949", "480322-9949", 1), "1 unchanged", nil},
			{"capitals are no change", zeynep, strings.Replace(zeynep, "Höglund, Zeynep", "HÖGLUND, ZEYNEP", 1), "1 unchanged", nil},
			{"the same row twice is told", "", zeynep + zeynep, "1 new", []string{"3 row-twice"}},
			{"and in another spelling", "", zeynep + strings.Replace(zeynep, "19480322-9949", "480322-9949", 1), "1 new", []string{"3 spelling"}},
			{"without a number too, if they tell the same day", "", strings.Replace(anna+anna, "anna@koping.example", "", 2), "1 new", []string{"3 row-twice"}},
			{"two employments of one person", "", zeynep + strings.Replace(zeynep, ";100;", ";25;", 1), "1 new", nil},
			{"an address that the list leaves out stays", zeynep, strings.Replace(zeynep, "z@koping.example", "", 1), "1 unchanged", nil},
			{"another share is a change", zeynep, strings.Replace(zeynep, ";100;", ";75;", 1), "1 changed", nil},
			{"another workplace is a move", zeynep + anna, strings.Replace(zeynep, "Biblioteket", "Filialen", 1) + anna, "1 moved, 1 unchanged", nil},
			{"who is told of no more has left", zeynep + anna, anna, "1 left, 1 unchanged", nil},
			{"who is told of wrongly has not", zeynep + anna, anna + strings.Replace(zeynep, ";100;", ";?;", 1), "1 unchanged", nil},
			{"a quote by mistake hides nobody below it", zeynep + anna, `"` + zeynep + anna, "1 unchanged", nil},
			{"who is told of with a number in the title has not left", zeynep + anna, anna + strings.Replace(zeynep, ";bibliotekarie;", ";480322-9949;", 1), "1 unchanged", nil},
			{"nor who has one as a workplace", zeynep + anna, zeynep + strings.Replace(anna, ";Biblioteket;", ";480322-9949;", 1), "1 unchanged", nil},
			{"a name without a number is known by name", anna, anna, "1 unchanged", nil},
			{"and takes the number that comes", anna, "19480322-9949" + anna, "1 changed", []string{"2 takes-number"}},
			{"another surname with the same number is a change", zeynep, strings.Replace(zeynep, "Höglund", "Lind", 1), "1 changed", []string{"2 name-change"}},
			{"another surname without a number is for people to say", anna, strings.Replace(anna, "Ek", "Lind", 1), "1 held", []string{"2 name-change"}},
			{"another number on the same day is for people to say", zeynep, strings.Replace(zeynep, "9949", "9840", 1), "1 held", []string{"2 number-differs"}},
			{"another person with the same name is new", zeynep + anna, zeynep + anna + "640801-9963;Höglund, Zeynep;Biblioteket;Köping;bibliotekarie;100;2011-01-01;\r\n", "1 new, 2 unchanged", nil},
			{"an employment that ends is a change", zeynep, strings.Replace(zeynep, "z@", "zz@", 1), "1 changed", nil},
		} {
			t.Run(test.says, func(t *testing.T) {
				w.t = t
				w.clear()
				if test.before != "" {
					w.take("before.csv", []byte(head+test.before), roster.Choices{NewEmployer: "Köpings kommun", On: "2012-09-01"}, roster.Decisions{})
				}
				choices := w.of("Köpings kommun")
				choices.On = "2012-10-01"
				diff := w.compare("after.csv", []byte(head+test.after), choices)
				var got []string
				for _, k := range []struct {
					kind roster.Kind
					word string
				}{{roster.Newcomer, "new"}, {roster.Changed, "changed"}, {roster.Moved, "moved"}, {roster.Left, "left"}, {roster.Unchanged, "unchanged"}, {roster.Doubtful, "held"}} {
					if n := diff.Counts[k.kind]; n > 0 {
						got = append(got, fmt.Sprint(n, " ", k.word))
					}
				}
				if s := strings.Join(got, ", "); s != test.want || !slices.Equal(reasons(diff), test.reasons) {
					t.Errorf("%s, %q; want %s, %q", s, reasons(diff), test.want, test.reasons)
				}
				w.take("after.csv", []byte(head+test.after), choices, roster.Decisions{})
				doctor.Well(t, d)
			})
		}
	})
}

// Whatever is said no to is not done; a probable duplicate only when someone has said what it is.
func TestDecisions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		w.take("koping-2012-09.csv", file(t, "koping-2012-09.csv"), roster.Choices{}, roster.Decisions{})
		content := file(t, "koping-2012-12.csv")
		diff := w.compare("koping-2012-12.csv", content, roster.Choices{})
		moved := slices.IndexFunc(diff.Items, func(i roster.Item) bool { return i.Kind == roster.Moved })
		imp := w.take("koping-2012-12.csv", content, roster.Choices{}, roster.Decisions{
			Declined: map[roster.Kind]bool{roster.Newcomer: true}, Rows: map[string]string{diff.Items[moved].Mark(): roster.No}})
		if want := (map[roster.Kind]int{roster.Changed: 3}); !maps.Equal(imp.Summary.Applied, want) || imp.Summary.Undated != 1 {
			t.Errorf("%+v", imp.Summary)
		}
		if got := counts(w.compare("koping-2012-12.csv", content, roster.Choices{})); got != "3 new, 0 changed, 1 moved, 1 left, 22 unchanged, 0 held" {
			t.Error(got)
		}
	})
}

// What was shown and has become another matter since is not done.
func TestChangedSinceShown(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		w.take("koping-2012-09.csv", file(t, "koping-2012-09.csv"), roster.Choices{}, roster.Decisions{})
		content := file(t, "koping-2012-12.csv")
		seen := map[string]bool{}
		for _, i := range w.compare("koping-2012-12.csv", content, roster.Choices{}).Items {
			seen[i.Mark()] = true
		}
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			page, err := people.ListPeople(ctx, tx, office, people.Filter{On: "2012-10-12", Search: "Märta Al-Khalil"})
			if err != nil || len(page.Rows) != 1 {
				t.Fatal(len(page.Rows), err)
			}
			e := page.Rows[0].Employment
			_, err = people.ChangeEmployment(ctx, tx, office, e.ID, e.Version, "2012-10-01", people.Change{Workplace: e.Workplace, Title: e.Title, Share: 900})
			return err
		})
		imp := w.take("koping-2012-12.csv", content, roster.Choices{}, roster.Decisions{Seen: seen})
		if !slices.Equal(imp.Summary.Stale, []roster.StaleRow{{RowAt: roster.RowAt{Row: 11}}}) {
			t.Errorf("%+v", imp.Summary)
		}
	})
}

// A list for some workplaces says nothing of the others, and one of another municipality nothing of the first.
func TestScope(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		content := file(t, "koping-2012-09.csv")
		w.take("koping-2012-09.csv", content, roster.Choices{}, roster.Decisions{})
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			_, err := people.ProposeEmployer(ctx, tx, people.Employer{Name: "Landstinget i Södermanlands län"})
			for _, above := range []string{"1960", "1980"} {
				_, made := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Workplace, WorkplaceKind: "mobile-library", Name: "Sagobussen", Parent: w.units[above], From: "2000-01-01"})
				err = errors.Join(err, made)
			}
			return err
		})
		units, err := roster.Units(t.Context(), d, "2012-10-12", []string{"Bokbussen"})
		if err != nil {
			t.Fatal(err)
		}
		diff := w.compare("koping-2012-09.csv", content, roster.Choices{Units: units})
		if got := counts(diff); got != "0 new, 0 changed, 0 moved, 0 left, 6 unchanged, 0 held" || len(diff.Mistakes) != 18 {
			t.Errorf("%s, %d", got, len(diff.Mistakes))
		}
		for _, test := range []struct{ asked, code, tells string }{
			{"Atlantis", "roster.no-scope", ""}, {"Kolsva biblotek", "roster.no-scope", "Kolsva bibliotek, "}, {"kungsörs", "", ""}, {"1960", "", ""}, {"Kungsor", "roster.no-scope", "Kungsör, "},
			{",", "roster.no-scope", "Sala"}, {"Köping,", "", ""}, {" Bokbussen,1960", "", ""}, {"Västmanland", "roster.no-scope", "!län"},
			{"Köpings kommuns", "roster.no-scope", "Köping, "}, {"Landstinget i Södermanlands län", "roster.scope-employer", ""}, {"Sagobussen", "roster.scopes", "("},
		} {
			_, err := roster.Units(t.Context(), d, "2012-10-12", strings.Split(test.asked, ","))
			f := fault.Of(err).In("scope")
			if f == nil != (test.code == "") || f != nil && (f.Code != test.code || test.tells != "" && strings.Contains(f.Args[1].(string), strings.TrimPrefix(test.tells, "!")) == strings.HasPrefix(test.tells, "!")) {
				t.Errorf("%q: %v %+v", test.asked, err, f)
			}
		}
		// Who may change only some workplaces changes no others.
		narrow := access.Viewer{Person: "o", Grants: []access.Grant{{Role: access.Office, Programme: "p", Workplaces: units}}}
		list, err := roster.Read(t.Context(), w.ring, "koping-2012-09.csv", content, nil, w.today())
		if err != nil {
			t.Fatal(err)
		}
		if diff, err = roster.Compare(t.Context(), d, narrow, list, roster.Choices{Employer: diff.Employer.ID}); err != nil || counts(diff) != "0 new, 0 changed, 0 moved, 0 left, 6 unchanged, 0 held" {
			t.Errorf("%v, %s", err, counts(diff))
		}
		if _, err := roster.Compare(t.Context(), d, access.Viewer{Person: "c", Grants: []access.Grant{{Role: access.Contact}}}, list, roster.Choices{}); fault.Of(err) == nil {
			t.Error("a contact may not")
		}
	})
}

// The identity number stands nowhere but sealed: not in the difference, not in what is kept for undoing.
func TestNumbersStaySealed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		diff := w.compare("landstinget-sjukhusbibliotek-2012-09.csv", file(t, "landstinget-sjukhusbibliotek-2012-09.csv"), roster.Choices{})
		for _, i := range diff.Items {
			if text := fmt.Sprintf("%v %+v %#v", i, i.Masked, i.Masked); strings.Contains(text, "9851") {
				t.Errorf("shown: %s", text)
			}
		}
		w.take("landstinget-sjukhusbibliotek-2012-09.csv", file(t, "landstinget-sjukhusbibliotek-2012-09.csv"), roster.Choices{}, roster.Decisions{})
		// Of an id, the last four digits may come by chance: the month and day stand before them in every spelling.
		whole, tables := regexp.MustCompile(`1116[-+ ]?9851`), 0
		if err := d.Snapshot(t.Context(), func(c db.Conn) error {
			_, err := d.Dump(t.Context(), c, func(table string, _ []db.Column, rows db.Rows) error {
				tables++
				for row, err := range rows {
					if err != nil {
						return err
					}
					if text := fmt.Sprintf("%s %v", row, row); whole.MatchString(text) {
						t.Errorf("%s holds a number", table)
					}
				}
				return nil
			})
			return err
		}); err != nil || tables < 50 {
			t.Fatal(tables, err)
		}
		protected, err := db.Values[string](t.Context(), d, `SELECT given FROM person WHERE protected = 1`)
		if err != nil || !slices.Equal(protected, []string{"Ingrid"}) {
			t.Error(protected, err)
		}
		two, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM employment e JOIN person p ON p.id = e.person WHERE p.family = 'af Ström' AND p.given = 'Eva'`)
		if err != nil || two != 2 {
			t.Error(two, err)
		}
	})
}

// Undone in order, two lists leave nothing of what they made, and what stays for another reason is told of.
func TestUndoTakesWorkplacesAndEmployersBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		count := func() [2]int {
			n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM unit WHERE kind = 'workplace'`)
			e, failed := db.Value[int](t.Context(), d, `SELECT count(*) FROM employer`)
			if err != nil || failed != nil {
				t.Fatal(err, failed)
			}
			return [2]int{n, e}
		}
		for range 2 { // the second time as if nothing had been
			first := w.take("koping-2012-09.csv", file(t, "koping-2012-09.csv"), roster.Choices{}, roster.Decisions{})
			second := w.take("koping-2012-12.csv", file(t, "koping-2012-12.csv"), roster.Choices{}, roster.Decisions{})
			w.undo(second)
			if first = w.undo(first); count() != [2]int{} || first.Summary.Unfinished() {
				t.Errorf("there are %v workplaces and employers, %+v", count(), first.Summary)
			}
			doctor.Well(t, d)
		}
		// The older first: what stays for those who are kept is told of, and goes with them.
		first := w.take("koping-2012-09.csv", file(t, "koping-2012-09.csv"), roster.Choices{}, roster.Decisions{})
		second := w.take("koping-2012-12.csv", file(t, "koping-2012-12.csv"), roster.Choices{}, roster.Decisions{})
		first = w.undo(first)
		if s := first.Summary; len(s.Employers) != 1 || s.Employers[0].Name != "Köpings kommun" || s.Employers[0].Reason != roster.InUse || len(s.Units) != count()[0] {
			t.Errorf("%+v, %v", s, count())
		}
		for _, stay := range first.Summary.Units {
			want := roster.InUse
			if stay.Name == "Kolsva bibliotek och mötesplats" { // as the newer list calls it; its people are as before
				want = roster.ByList
			}
			if stay.Reason != want {
				t.Errorf("%s stays: %s, not %s", stay.Name, stay.Reason, want)
			}
		}
		w.undo(second)
		if first = w.undo(first); count() != [2]int{} || first.Summary.Unfinished() {
			t.Errorf("there are %v workplaces and employers, %+v", count(), first.Summary)
		}
	})
}
