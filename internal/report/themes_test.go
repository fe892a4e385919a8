package report_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/report"
)

// shares lets as many as are told share what is coded in September, where they work.
func (w *small) shares(workplace string, n int) {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		for i := range n {
			id := fmt.Sprint(workplace, "-", i)
			if err := db.Insert(ctx, tx, "person", "id, given, family, sort_key, folded, email", "", [][]any{{id, "Given", id, id, id, id + "@example.org"}}); err != nil {
				return err
			}
			if err := db.Insert(ctx, tx, "reflection", "id, person, date, level, shared, shared_version, shared_on, programme, workplace", "",
				[][]any{{id, id, "2012-09-03", "programme", id, 1, "2012-09-03", "kb", db.Null(workplace)}}); err != nil {
				return err
			}
			if err := db.Insert(ctx, tx, "reflection_theme", "id, reflection, theme, made_by, made_at", "",
				[][]any{{id, id, "theme", "office", time.Date(2012, 9, 4, 12, 0, 0, 0, time.UTC)}}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *small) themes(today local.Date) (counties, kinds string) {
	w.t.Helper()
	got, err := report.ThemesOf(w.t.Context(), w.d, access.System, "kb", today)
	if err != nil {
		w.t.Fatal(err)
	}
	line := func(l report.ThemeLine) string {
		if !l.Shown[0] {
			return fmt.Sprintf("%s %v hidden; ", l.ID, l.Others)
		}
		return fmt.Sprintf("%s %v %d; ", l.ID, l.Others, l.Counts[0])
	}
	for _, l := range got.Counties {
		counties += line(l)
	}
	for _, l := range got.Kinds {
		kinds += line(l)
	}
	return counties, kinds
}

// The figures of a month stand until the next, also when a workplace moves to another county meanwhile.
func TestThemesStandWhenAWorkplaceMoves(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newSmall(t, d)
		w.put("theme", "id, programme, name", []any{"theme", "kb", "Bemötande"})
		w.shares("main", 7)
		w.shares("branch", 6)
		w.shares("hospital", 8)
		w.exec(`UPDATE unit_period SET valid_to = '2012-10-10' WHERE unit = 'town-b'`)
		w.put("unit_period", "unit, valid_from, valid_to, parent, name, sort_key, folded", []any{"town-b", "2012-10-10", nil, "county-2", "town-b", "town-b", "town-b"})
		for today, want := range map[local.Date]string{
			"2012-10-09": "county-1 [] 13; county-2 [] 8; ",
			"2012-10-15": "county-1 [] 13; county-2 [] 8; ",
			"2012-11-01": "county-1 [] 7; county-2 [] 14; ",
		} {
			if got, _ := w.themes(today); got != want {
				t.Errorf("on %s: %s, not %s", today, got, want)
			}
		}
	})
}

// A group that is hidden alone is a line of its own; two or more are told of together.
func TestThemesTellOfTwoOrMoreTogether(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newSmall(t, d)
		w.put("theme", "id, programme, name", []any{"theme", "kb", "Bemötande"})
		for _, step := range []struct {
			workplace       string
			n               int
			counties, kinds string
		}{
			{"", 3, " [] hidden; ", " [] hidden; "},
			{"hospital", 6, " [{ } {county-2 county-2}] 9; ", " [{ } {hospital-library }] 9; "},
		} {
			w.shares(step.workplace, step.n)
			if counties, kinds := w.themes("2012-10-15"); counties != step.counties || kinds != step.kinds {
				t.Errorf("with %q: %s and %s", step.workplace, counties, kinds)
			}
		}
	})
}
