package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/yardstick"
)

// How much a programme of the benchmark holds for each of its people.
const (
	benchOccasions = 25
	benchMeetings  = 4 // of an occasion
)

// BenchmarkBackup measures backup and restore of a programme in which everyone has been to all meetings, in a process of
// their own. TEST_PEOPLE says how many: ten thousand are a nation, with a million rows of attendance.
func BenchmarkBackup(b *testing.B) {
	people, err := strconv.Atoi(os.Getenv("TEST_PEOPLE"))
	if err != nil {
		people = 500
	}
	dbtest.RunURL(b, func(b *testing.B, url string) {
		empty := dbtest.Copy(b, url)
		fillBench(b, url, people)
		folder := b.TempDir()
		archive, rows := filepath.Join(folder, "copy.zip"), 1
		var last, most spent
		do := func(command, data, url string) (out string) {
			out, last = measured(b, command, archive, "--data", data, "--db", url, "--key-file", filepath.Join(folder, "key"))
			most.memory = max(most.memory, last.memory)
			return out
		}
		report := func(b *testing.B, took time.Duration, aim float64) {
			b.ReportMetric(float64(rows), "rows")
			b.ReportMetric(took.Seconds(), "s")
			yardstick.Report(b, last.processor.Seconds()*1e6/float64(rows), aim, "µs/row")
		}
		b.Run("backup", func(b *testing.B) {
			took := yardstick.Median(b, func() { os.Remove(archive) }, func() {
				_, told, _ := strings.Cut(do("backup", folder, url), " holds ")
				if _, err := fmt.Sscan(told, &rows); err != nil {
					b.Fatal(told, err)
				}
			})
			report(b, took, 20)
		})
		b.Run("restore", func(b *testing.B) {
			var data, into string
			took := yardstick.Median(b, func() { data, into = b.TempDir(), dbtest.Copy(b, empty) }, func() {
				if out := do("restore", data, into); !strings.HasPrefix(out, "Restored ") {
					b.Fatal(out)
				}
			})
			report(b, took, 120)
		})
		b.Run("memory", func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(0, "ns/op")
				yardstick.Report(b, most.memory, 100, "MB")
			}
		})
	})
}

// spent is what a process took: of the processor, which other work on the machine leaves alone, and at most of memory, in MB.
type spent struct {
	processor time.Duration
	memory    float64
}

// measured runs the program to its end, and returns what it printed and took. What the doctor says of a restored
// database is not judged: the tests' PostgreSQL flushes nothing to the disk.
func measured(b *testing.B, args ...string) (out string, took spent) {
	b.Helper()
	c := exec.CommandContext(b.Context(), os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	text, err := c.Output()
	if err != nil && args[0] != "restore" {
		b.Fatalf("%s: %v\n%s", args[0], err, text)
	}
	took.processor = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		took.memory = float64(usage.Maxrss) * 1024 / 1e6 // Linux counts in KB
	}
	return string(text), took
}

func fillBench(b *testing.B, url string, people int) {
	b.Helper()
	d, err := db.Open(b.Context(), url, func() time.Time { return dbtest.Now })
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	tx := func(f func(ctx context.Context, tx *db.Tx) error) {
		if err := d.Tx(b.Context(), "bench", f); err != nil {
			b.Fatal(err)
		}
	}
	var occasions, meetings [][]any
	tx(func(ctx context.Context, tx *db.Tx) error {
		var persons, employments [][]any
		for i := range people {
			name := fmt.Sprintf("Berg%05d", i)
			persons = append(persons, []any{tx.NewID(), "Ann", name, name + ", Ann", "ann " + name, fmt.Sprintf("p%d@example.org", i)})
			employments = append(employments, []any{tx.NewID(), persons[i][0], "employer", "library", "bibliotekarie", "librarian", 1000, "2009-01-01"})
		}
		day := local.Date("2012-01-02")
		for i := range benchOccasions {
			first := day.Time()
			occasions = append(occasions, []any{tx.NewID(), "activity", max(people, 1), first.AddDate(0, -1, 0), first.AddDate(0, 0, -1), first, first.AddDate(0, 0, benchMeetings), people, people})
			for range benchMeetings {
				starts := day.Time().Add(8 * time.Hour)
				meetings = append(meetings, []any{tx.NewID(), occasions[i][0], day, "09:00", "12:00", "Europe/Stockholm", starts, starts.Add(3 * time.Hour), 180, string(day)[:7]})
				day = day.Add(1)
			}
		}
		for _, t := range []struct {
			table, columns string
			rows           [][]any
		}{
			{"unit", "id, kind, workplace_kind", [][]any{{"region", "region", nil}, {"town", "municipality", nil}, {"library", "workplace", "public-library"}}},
			{"unit_period", "unit, valid_from, parent, name, sort_key, folded", [][]any{{"region", "2000-01-01", nil, "Region", "r", "r"},
				{"town", "2000-01-01", "region", "Town", "t", "t"}, {"library", "2000-01-01", "town", "Library", "l", "l"}}},
			{"employer", "id, name, sort_key, folded", [][]any{{"employer", "Employer", "e", "e"}}},
			{"person", "id, given, family, sort_key, folded, email", persons},
			{"employment", "id, person, employer, workplace, title, staff_role, share, valid_from", employments},
			{"programme", "id, slug, name, short_name, funding_period, state, starts, ends, zone", [][]any{{"programme", "p", "P", "P", "2007-2013", "running", "2011-01-01", "2013-12-31", "Europe/Stockholm"}}},
			{"activity", "id, programme, kind, title", [][]any{{"activity", "programme", "course", "Course"}}},
			{"occasion", "id, activity, capacity, opens, closes, starts, ends, seated, seq", occasions},
			{"meeting", "id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month", meetings},
		} {
			if err := db.Insert(ctx, tx, t.table, t.columns, "", t.rows); err != nil {
				return fmt.Errorf("%s: %w", t.table, err)
			}
		}
		return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "programme", Row: "programme"})
	})
	// One after the other: a transaction may not take long.
	for _, o := range occasions {
		tx(func(ctx context.Context, tx *db.Tx) error {
			for _, statement := range []string{
				`INSERT INTO signup (id, occasion, person, state, seq, number)
					SELECT o.id || p.id, o.id, p.id, 'seated', row_number() OVER (ORDER BY p.id), row_number() OVER (ORDER BY p.id)
					FROM occasion o CROSS JOIN person p WHERE o.id = $1`,
				`INSERT INTO signup_event (id, signup, state, seq, at, actor)
					SELECT s.id, s.id, s.state, s.seq, o.opens, s.person FROM signup s JOIN occasion o ON o.id = s.occasion WHERE o.id = $1`,
			} {
				if _, err := tx.Exec(ctx, statement, o[0]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, m := range meetings {
		tx(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO attendance (meeting, person, employment, minutes, source, recorded_by, recorded_at, attested_by, attested_at)
				SELECT m.id, e.person, e.id, m.minutes, 'organiser', 'bench', m.ends, 'bench', m.ends FROM meeting m CROSS JOIN employment e WHERE m.id = $1`, m[0])
			return err
		})
	}
}
