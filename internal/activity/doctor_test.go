package activity_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// Each invariant holds of what people do, and is found broken by what no function of ours does.
func TestInvariants(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		w := newWorld(t, dbtest.Open(t, url), 4)
		past, other := w.occasion(30, "2012-10-10 09:00-12:00"), w.occasion(30, "2012-10-10 12:00-16:00")
		next := w.occasion(1, "2012-11-05 09:00-12:00")
		w.seat(past, "p000")
		org := viewer(organiser, access.Organiser, programme1)
		for _, o := range []string{past, other} {
			if _, err := w.record(org, o+"-meeting-1", "", activity.AttendanceEntry{Person: "p000"}); err != nil {
				t.Fatal(err)
			}
		}
		for _, person := range []string{"p001", "p002", "p003"} {
			err := w.d.Tx(t.Context(), person, func(ctx context.Context, tx *db.Tx) error {
				_, err := activity.SignUp(ctx, tx, participant(person), next, person)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		dbtest.Hold(t, w.d, activity.Invariants(w.d.Now())...)

		// Opened without the rules that guard tests, and put back after each.
		careless, err := db.Open(t.Context(), url, func() time.Time { return dbtest.Now })
		if err != nil {
			t.Fatal(err)
		}
		defer careless.Close()
		for _, broken := range []struct{ says, statement string }{
			{"no occasion has more people seated than seats", `UPDATE signup SET state = 'seated' WHERE occasion = '` + next + `'`},
			{"the counted seats and places in the queue are those taken", `UPDATE occasion SET seated = 7 WHERE id = '` + past + `'`},
			{"nobody waits while a seat is free at what has not begun", `UPDATE occasion SET capacity = 2 WHERE id = '` + next + `'`},
			{"whoever was seated came before those who wait, or was called in", `UPDATE signup SET seq = 1000 WHERE occasion = '` + next + `' AND state = 'seated'`},
			{"every sign-up has its number in the occasion's row", `UPDATE occasion SET seq = 0`},
			{"every sign-up is as its last event says", `UPDATE signup SET state = 'cancelled' WHERE person = 'p003'`},
			{"an occasion is known to be full while it is", `UPDATE occasion_full SET full_to = '2012-10-13 00:00:00'`},
			{"no two times of being full overlap", `INSERT INTO occasion_full (occasion, full_from) VALUES ('` + next + `', '2011-01-01 00:00:00')`},
			{"an occasion begins with its first meeting and ends with its last", `UPDATE occasion SET ends = '2013-01-01 00:00:00' WHERE id = '` + past + `'`},
			{"what follows from a meeting's times is stored with it", `UPDATE meeting SET month = '2012-09' WHERE occasion = '` + past + `'`},
			{"nobody has more minutes than their meeting", `UPDATE attendance SET minutes = 999 WHERE meeting = '` + past + `-meeting-1'`},
			{"nobody was in two places at once", `UPDATE meeting SET start_time = '11:59', starts = (SELECT m.starts FROM meeting m WHERE m.occasion = '` + past + `') WHERE occasion = '` + other + `'`},
			{"time was given in an employment of that person on that day", `UPDATE attendance SET employment = 'job-p001'`},
			{"every corrected attendance keeps all that it said before", `UPDATE attendance SET version = 2`},
			{"nobody attested their own attendance", `UPDATE attendance SET attested_by = person, attested_at = '2012-10-12 00:00:00'`},
		} {
			var found []string
			undone := context.Canceled
			err := careless.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, broken.statement); err != nil {
					return err
				}
				for _, i := range activity.Invariants(careless.Now()) {
					lines, err := i.Broken(ctx, tx)
					if err != nil {
						return err
					}
					if len(lines) > 0 {
						found = append(found, i.Says)
					}
				}
				return undone
			})
			if err != undone {
				t.Fatalf("%s: %v", broken.says, err)
			}
			if !slices.Contains(found, broken.says) {
				t.Errorf("it went unnoticed when not %s; found were %q", broken.says, found)
			}
		}
		if n := len(activity.Invariants(w.d.Now())); n != 15 {
			t.Errorf("there are %d invariants: break each of them here", n)
		}
	})
}
