package report_test

import (
	"fmt"
	"slices"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/report"
)

// Page by page one sees the whole list, each person once, also those who are not named.
func TestRowsComeInPages(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newSmall(t, d)
		for i := range 23 {
			w.person(fmt.Sprintf("p%02d", i), []string{"main", "school", "hospital"}[i%3])
		}
		w.exec(`UPDATE person SET protected = 1 WHERE id IN ('p01', 'p05', 'p07', 'p08')`)
		q := report.Query{Programme: "kb", Today: today}
		all, err := report.NotReached(t.Context(), d, grant(access.Office), q, report.Missed{})
		if err != nil || len(all) != 23 {
			t.Fatalf("%d rows, %v", len(all), err)
		}
		byName, err := report.Rows(t.Context(), d, grant(access.Office), q, report.Staff, "")
		if err != nil || len(byName) != 23 {
			t.Fatalf("%d rows, %v", len(byName), err)
		}
		for name, list := range map[string][]report.Row{"by workplace": all, "by name": byName} {
			for _, limit := range []int{1, 3, 20, 23, 100} {
				var seen []report.Row
				after := ""
				for range 30 {
					page, next := report.PageOf(list, after, false, limit)
					if seen = append(seen, page...); next == "" {
						break
					}
					after = next
				}
				if !slices.Equal(seen, list) {
					t.Errorf("%s, in pages of %d, there are %d rows of %d", name, limit, len(seen), len(list))
				}
			}
		}
		// Who is reached between two pages takes nobody else along.
		page, next := report.PageOf(byName, "", false, 5)
		gone := slices.Delete(slices.Clone(byName), 4, 5)
		if rest, _ := report.PageOf(gone, next, false, 100); len(page)+len(rest) != 23 {
			t.Errorf("%d rows after the one that is gone, want 18", len(rest))
		}
	})
}
