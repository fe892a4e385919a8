package people_test

import (
	"context"
	"slices"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

func TestAWorkplaceIsRenamedFromADay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		w.do(func(ctx context.Context, tx *db.Tx) error {
			return people.RenameUnit(ctx, tx, w.kolsva, 1, "2012-11-01", "Kolsva kulturhus")
		})
		if name := w.tree("2012-10-31").Name(w.kolsva); name != "Kolsva bibliotek" {
			t.Errorf("the day before it is called %q", name)
		}
		if name := w.tree("2012-11-01").Name(w.kolsva); name != "Kolsva kulturhus" {
			t.Errorf("from that day it is called %q", name)
		}
		history, err := people.History(t.Context(), d, w.kolsva)
		if err != nil || len(history) != 2 || history[0].Valid.To != "2012-11-01" || history[1].Valid.From != "2012-11-01" {
			t.Errorf("its history is %v, %v", history, err)
		}
		w.want("a form of an old version", w.try(func(ctx context.Context, tx *db.Tx) error {
			return people.RenameUnit(ctx, tx, w.kolsva, 1, "2012-12-01", "Kolsva")
		}), fault.Stale)
		w.want("a day before it was", w.try(func(ctx context.Context, tx *db.Tx) error {
			return people.RenameUnit(ctx, tx, w.kolsva, 2, "1999-12-31", "Kolsva")
		}), people.ErrUnitDay)
		// A correction from the first day reaches as far as the name does, and not the later name.
		w.do(func(ctx context.Context, tx *db.Tx) error {
			return people.RenameUnit(ctx, tx, w.kolsva, 2, "2000-01-01", "Kolsva filial")
		})
		if a, b := w.tree("2012-10-31").Name(w.kolsva), w.tree("2012-11-01").Name(w.kolsva); a != "Kolsva filial" || b != "Kolsva kulturhus" {
			t.Errorf("after a correction it is called %q and then %q", a, b)
		}
	})
}

func TestAUnitMovesWithAllBelowIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		other := w.unit(people.NewUnit{Kind: people.County, Name: "Örebro län", Code: "18", Parent: w.region})
		w.do(func(ctx context.Context, tx *db.Tx) error {
			return people.MoveUnit(ctx, tx, w.arboga, 1, "2013-01-01", other)
		})
		if county, _ := w.tree("2012-12-31").County(w.arbogaLibrary); county.ID != w.county {
			t.Errorf("the library moved too early, to %s", county.Name)
		}
		if county, _ := w.tree("2013-01-01").County(w.arbogaLibrary); county.ID != other {
			t.Errorf("the library stayed in %s", county.Name)
		}
		for what, parent := range map[string]string{"a workplace": w.library, "another municipality": w.koping, "nothing": "", "nowhere": "x"} {
			err := w.try(func(ctx context.Context, tx *db.Tx) error {
				return people.MoveUnit(ctx, tx, w.arboga, 2, "2013-02-01", parent)
			})
			if fault.Of(err) == nil {
				t.Errorf("a municipality was put under %s: %v", what, err)
			}
		}
	})
}

func TestTheTreeKnowsWhatIsWhere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		tree := w.tree(today)
		var path []string
		for _, u := range tree.Path(w.kolsva) {
			path = append(path, u.Name)
		}
		if want := []string{"Tre län", "Västmanlands län", "Köping", "Kolsva bibliotek"}; !slices.Equal(path, want) {
			t.Errorf("the way down to Kolsva is %v", path)
		}
		if under := tree.Under(w.koping); len(under) != 3 || slices.Contains(under, w.arbogaLibrary) {
			t.Errorf("%d workplaces in Köping: %v", len(under), under)
		}
		if n := len(tree.Under(w.county, w.koping)); n != 4 {
			t.Errorf("%d workplaces in the county and one of its municipalities, counted once each", n)
		}
		if m, ok := tree.Municipality(w.school); !ok || m.Name != "Köping" {
			t.Errorf("the school library is in %q", m.Name)
		}
		var names []string
		for _, leaf := range tree.Leaves() {
			names = append(names, leaf.Municipality.Name+": "+leaf.Name)
		}
		if want := []string{"Arboga: Arboga bibliotek", "Köping: Kolsva bibliotek", "Köping: Köpings stadsbibliotek", "Köping: Ullvigymnasiets bibliotek"}; !slices.Equal(names, want) {
			t.Errorf("the workplaces in order are %q", names)
		}
		for search, n := range map[string]int{"köping": 3, "koping stads": 1, "västmanland": 4, "tre": 0, "": 0} {
			if found := tree.Find(search); len(found) != n {
				t.Errorf("searching %q finds %d workplaces, want %d", search, len(found), n)
			}
		}
		if len(w.tree("1999-12-31").Units()) != 0 {
			t.Error("there are units before the first day")
		}
	})
}

func TestAUnitIsMadeOnlyWhereItCanStand(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		for what, c := range map[string]struct {
			n    people.NewUnit
			want error
		}{
			"no name":                   {people.NewUnit{Kind: people.Workplace, WorkplaceKind: "other", Parent: w.koping, From: today}, people.ErrUnitName},
			"no kind":                   {people.NewUnit{Name: "A", Parent: w.koping, From: today}, people.ErrUnitKind},
			"no kind of workplace":      {people.NewUnit{Kind: people.Workplace, Name: "A", Parent: w.koping, From: today}, people.ErrWorkplaceKind},
			"a workplace on top":        {people.NewUnit{Kind: people.Workplace, WorkplaceKind: "other", Name: "A", From: today}, people.ErrParent},
			"under a workplace":         {people.NewUnit{Kind: people.Workplace, WorkplaceKind: "other", Name: "A", Parent: w.library, From: today}, people.ErrParent},
			"before its parent":         {people.NewUnit{Kind: people.Workplace, WorkplaceKind: "other", Name: "A", Parent: w.koping, From: "1999-01-01"}, people.ErrParent},
			"no date":                   {people.NewUnit{Kind: people.Workplace, WorkplaceKind: "other", Name: "A", Parent: w.koping}, local.ErrDate},
			"the code of another":       {people.NewUnit{Kind: people.Municipality, Name: "A", Code: "1983", Parent: w.county, From: today}, people.ErrUnitCode},
			"under what is not there":   {people.NewUnit{Kind: people.Municipality, Name: "A", Parent: "x", From: today}, people.ErrParent},
			"right under its region is": {people.NewUnit{Kind: people.Workplace, WorkplaceKind: "hospital-library", Name: "A", Parent: w.region, From: today}, nil},
		} {
			w.want(what, w.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := people.CreateUnit(ctx, tx, c.n)
				return err
			}), c.want)
		}
	})
}

func TestAWorkplaceClosesWhenNobodyIsThere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		e := w.employ(w.person("Ann", "Ek"), w.kolsva)
		closing := func(unit string) error {
			return w.try(func(ctx context.Context, tx *db.Tx) error {
				return people.CloseUnit(ctx, tx, unit, w.version(unit), "2012-12-01")
			})
		}
		w.want("somebody works there", closing(w.kolsva), people.ErrUnitStaffed)
		w.want("workplaces stand below", closing(w.koping), people.ErrUnitFilled)
		w.do(func(ctx context.Context, tx *db.Tx) error {
			return people.EndEmployment(ctx, tx, access.System, e.ID, 1, "2012-12-01")
		})
		w.want("empty from that day", closing(w.kolsva), nil)
		if name := w.tree("2012-12-01").Name(w.kolsva); name != "" {
			t.Errorf("closed, but still %q", name)
		}
		w.want("closed already", closing(w.kolsva), people.ErrUnitDay)
		w.want("opened again", w.try(func(ctx context.Context, tx *db.Tx) error {
			return people.ReopenUnit(ctx, tx, w.kolsva, w.version(w.kolsva))
		}), nil)
		if name := w.tree("2012-12-01").Name(w.kolsva); name != "Kolsva bibliotek" {
			t.Errorf("opened again as %q", name)
		}
	})
}

func TestStaffGoOnAtTheWorkplaceThatTheirsWasMergedInto(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		ann, bo, eva := w.person("Ann", "Ek"), w.person("Bo", "Al"), w.person("Eva", "Ås")
		old := w.employ(ann, w.kolsva, func(e *people.Employment) { e.Share = 750; e.Valid.To = "2014-01-01" })
		w.employ(bo, w.library)
		w.employ(eva, w.kolsva, func(e *people.Employment) { e.Valid = local.Period{From: "2013-06-01"} })
		merge := func() error {
			return w.try(func(ctx context.Context, tx *db.Tx) error {
				return people.MergeUnits(ctx, tx, w.kolsva, w.version(w.kolsva), w.library, "2013-01-01")
			})
		}
		w.want("merging", merge(), nil)

		before, err := people.EmploymentOn(t.Context(), d, ann, "2012-12-31")
		if err != nil || before.ID != old.ID || before.Workplace != w.kolsva {
			t.Errorf("before the merge Ann is at %v, %v", before, err)
		}
		after, err := people.EmploymentOn(t.Context(), d, ann, "2013-01-01")
		if err != nil || after.Workplace != w.library || after.Follows != old.ID || after.Share != 750 || after.Valid.To != "2014-01-01" {
			t.Errorf("after the merge Ann is at %+v, %v", after, err)
		}
		if e, err := people.EmploymentOn(t.Context(), d, eva, "2013-06-01"); err != nil || e.Workplace != w.library {
			t.Errorf("Eva, who was to begin later, is at %+v, %v", e, err)
		}
		if w.tree("2013-01-01").Name(w.kolsva) != "" {
			t.Error("the merged workplace is still there")
		}
		if m, err := people.MergedInto(t.Context(), d, w.kolsva); err != nil || m.Into != w.library || m.On != "2013-01-01" {
			t.Errorf("it went up in %v, %v", m, err)
		}
		if under := w.tree("2012-12-31").Under(w.kolsva); !slices.Equal(under, []string{w.kolsva}) {
			t.Errorf("before the merge it stands for %v", under)
		}
		if under := w.tree("2013-01-01").Under(w.kolsva); !slices.Equal(under, []string{w.library}) {
			t.Errorf("after it %v stands for it, where it is pointed out", under)
		}
		w.want("a merged workplace is not opened again", w.try(func(ctx context.Context, tx *db.Tx) error {
			return people.ReopenUnit(ctx, tx, w.kolsva, w.version(w.kolsva))
		}), people.ErrMerged)
	})
}
