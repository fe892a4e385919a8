package report_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	lt "kompobib/internal/learning/learningtest"
	"kompobib/internal/report"
)

// The mix counts what has been held by who stood in front, each person once in every cell, and hides few from who may not see whom.
func TestMix(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := lt.New(t, d, 8)
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			var persons []string
			for n := range 8 {
				persons = append(persons, fmt.Sprintf("near-%d", n))
			}
			if err := db.Lock(ctx, tx, "person", persons...); err != nil {
				return err
			}
			for i, a := range []struct {
				id        string
				lecturers []int // external or not
				came      int
			}{{"out", []int{1}, 8}, {"in", []int{0}, 2}, {"both", []int{1, 0}, 6}, {"none", nil, 0}} {
				put := func(table, columns string, row ...any) error {
					return db.Insert(ctx, tx, table, columns, "", [][]any{row})
				}
				date := fmt.Sprintf("2012-0%d-10", i+3)
				starts, ends := tx.At.AddDate(0, i-8, 0), tx.At.AddDate(0, i-8, 1)
				for _, err := range []error{
					put("activity", "id, programme, kind, title, published", a.id, lt.Programme, "lecture", a.id, 1),
					put("activity_goal", "activity, goal_area", a.id, lt.Citizens),
					put("occasion", "id, activity, capacity, opens, closes", a.id, a.id, 20, starts, ends),
					put("meeting", "id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month", a.id, a.id, date, "13:00", "14:00", "Europe/Stockholm", starts, ends, 60, date[:7]),
				} {
					if err != nil {
						return err
					}
				}
				for n, external := range a.lecturers {
					if err := put("lecturer", "id, activity, ord, name, external", fmt.Sprint(a.id, n), a.id, n+1, "Någon", external); err != nil {
						return err
					}
				}
				for n := range a.came {
					if err := put("attendance", "meeting, person, minutes, source, recorded_by, recorded_at", a.id, fmt.Sprintf("near-%d", n), 60, "organiser", "setup", tx.At); err != nil {
						return err
					}
				}
			}
			return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "activity", Row: "out"})
		})
		cells := func(v access.Viewer) string {
			m, err := report.MixOf(t.Context(), d, v, lt.Programme, "", "", lt.Today, dbtest.Now)
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			for _, c := range m.Total.Cells {
				persons := fmt.Sprint(c.Persons)
				if !c.Shown {
					persons = "-"
				}
				text.WriteString(fmt.Sprintf("%d/%s ", c.Minutes, persons))
			}
			return text.String()
		}
		if got, want := cells(lt.Holder(access.Office)), "60/8 60/6 60/2 60/0 240/8 "; got != want {
			t.Errorf("the office sees %s, want %s", got, want)
		}
		if got, want := cells(lt.Holder(access.Steering)), "60/8 60/- 60/- 60/0 240/8 "; got != want {
			t.Errorf("the steering group sees %s, want %s", got, want)
		}
		_, rows, err := report.MixRows(t.Context(), d, lt.Holder(access.Office), lt.Programme, lt.Citizens, report.Both, "", "", lt.Today, dbtest.Now)
		if err != nil || len(rows) != 1 || rows[0].Title != "both" || rows[0].Persons != 6 {
			t.Errorf("rows: %v %v", rows, err)
		}
		if _, err := report.MixOf(t.Context(), d, lt.Staff("near-0"), lt.Programme, "", "", lt.Today, dbtest.Now); err == nil {
			t.Error("anyone sees the mix")
		}
	})
}
