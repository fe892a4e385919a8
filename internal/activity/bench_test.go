package activity_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/yardstick"
)

// measured opens the database as the program does, without the tests' rules watching.
func measured(b *testing.B, url string) *db.DB {
	b.Helper()
	d, err := db.Open(b.Context(), url, func() time.Time { return dbtest.Now })
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	return d
}

// One sign-up, with its history, letter and audit, against one row: both are on the disk when it is answered.
func BenchmarkSignUp(b *testing.B) {
	const people, occasions = 500, 20
	dbtest.RunURL(b, func(b *testing.B, url string) {
		bare := filepath.Join(b.TempDir(), "bare.db")
		if b.Name() != "BenchmarkSignUp/sqlite" {
			b.Skip("the tests' PostgreSQL flushes nothing to the disk")
		}
		d := measured(b, url)
		w := newWorld(b, d, people)
		open := make([]string, occasions)
		for i := range open {
			open[i] = w.occasion(people/2, string(local.Date("2012-11-01").Add(i))+" 09:00-16:00")
		}
		n, oneRow := 0, dbtest.OneRow(b, bare)
		signUp := func() {
			person := fmt.Sprintf("p%03d", n/occasions)
			err := d.Tx(b.Context(), person, func(ctx context.Context, tx *db.Tx) error {
				_, err := activity.SignUp(ctx, tx, participant(person), open[n%occasions], person)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		yardstick.Compare(b, 3, signUp, func() {
			if err := oneRow(); err != nil {
				b.Fatal(err)
			}
		})
	})
}

// The attendance of five hundred people, entered at once.
func BenchmarkAttendance(b *testing.B) {
	const people = 500
	dbtest.RunURL(b, func(b *testing.B, url string) {
		d := measured(b, url)
		w := newWorld(b, d, people)
		entries := make([]activity.AttendanceEntry, people)
		for i := range entries {
			entries[i] = activity.AttendanceEntry{Person: fmt.Sprintf("p%03d", i), Minutes: new(180)}
		}
		day, meeting := local.Date("2012-10-11"), ""
		prepare := func() {
			meeting = w.occasion(people, string(day)+" 09:00-12:00") + "-meeting-1"
			day = day.Add(-1)
		}
		took := yardstick.Median(b, prepare, func() {
			err := d.Tx(b.Context(), organiser, func(ctx context.Context, tx *db.Tx) error {
				_, err := activity.RecordAttendance(ctx, tx, viewer(organiser, access.Organiser, programme1), meeting, entries, "")
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		})
		yardstick.Report(b, took.Seconds()*1000/people, 1, "ms/row")
	})
}
