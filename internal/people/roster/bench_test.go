package roster_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
	"kompobib/internal/secret"
	"kompobib/internal/yardstick"
)

// largeList is a workbook with so many rows, of as many people at 500 workplaces. changed makes every hundredth another share.
func largeList(b testing.TB, rows int, changed bool) []byte {
	b.Helper()
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	set := func(n int, values ...any) {
		if err := w.SetRow("A"+strconv.Itoa(n), values); err != nil {
			b.Fatal(err)
		}
	}
	set(1, "Personnummer", "Efternamn", "Förnamn", "Arbetsplats", "Kommun", "Befattning", "Tjänstgöringsgrad", "Anställd from", "Anställd tom", "E-post")
	for i := range rows {
		day := local.Date("1950-01-01").Add(i / 10).Time().Format("20060102")
		digits := day + strconv.Itoa(980+i%10)
		sum := 0
		for j, c := range digits[2:] {
			n := int(c-'0') * (2 - j%2)
			sum += n/10 + n%10
		}
		share := 100
		if changed && i%100 == 0 {
			share = 75
		}
		set(i+2, digits+strconv.Itoa((10-sum%10)%10), fmt.Sprint("Efternamn", i%997), fmt.Sprint("Förnamn", i%991), fmt.Sprint("Bibliotek ", i%500), "Köping", "bibliotekarie",
			share, "2001-01-01", "", fmt.Sprintf("f%d@koping.example", i))
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// library is how long the spreadsheet library takes to read a workbook, and nothing else.
func library(b *testing.B, content []byte) time.Duration {
	b.Helper()
	start := time.Now()
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1", excelize.Options{RawCellValue: true})
	if err != nil || len(rows) == 0 {
		b.Fatal(len(rows), err)
	}
	return time.Since(start)
}

// a bench is a database with an employer and nobody in it.
type bench struct {
	*testing.B
	d        *db.DB
	ring     *secret.Ring
	employer people.Employer
}

const benchRows = 100_000

func newBench(b *testing.B) *bench {
	b.Helper()
	ctx := b.Context()
	d, err := db.Open(ctx, filepath.Join(b.TempDir(), "bench.db"), func() time.Time { return dbtest.Now })
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	if err := d.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		b.Fatal(err)
	}
	w := &bench{B: b, d: d, ring: ring}
	err = d.Tx(ctx, "bench", func(ctx context.Context, tx *db.Tx) error {
		county, err := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.County, Name: "Västmanlands län", Code: "19", From: "1970-01-01"})
		if err != nil {
			return err
		}
		if _, err = people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Municipality, Name: "Köping", Code: "1983", Parent: county.ID, From: "1970-01-01"}); err != nil {
			return err
		}
		w.employer, err = people.CreateEmployer(ctx, tx, people.Employer{Name: "Köpings kommun", OrgNumber: "212000-2114"})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return w
}

func (w *bench) prepare(content []byte) (*roster.List, *roster.Difference) {
	list, diff, _, err := roster.Prepare(w.Context(), w.d, w.ring, access.System, "lista.xlsx", content, roster.Choices{Employer: w.employer.ID, On: "2012-10-01"}, "2012-10-12")
	if err != nil {
		w.Fatal(err)
	}
	return list, diff
}

// carryOut carries a list out, and returns how long others waited to write.
func (w *bench) carryOut(list *roster.List) (roster.Import, time.Duration) {
	var imp roster.Import
	start := time.Now()
	err := w.d.Tx(db.Lengthy(w.Context(), roster.MaxTime), "bench", func(ctx context.Context, tx *db.Tx) (err error) {
		imp, err = roster.Begin(ctx, tx, access.System, "lista.xlsx", roster.Choices{Employer: w.employer.ID, On: "2012-10-01"})
		if err != nil {
			return err
		}
		imp, err = roster.Finish(ctx, tx, w.ring, access.System, imp, list, roster.Decisions{}, func(int, int) error { return nil })
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return imp, time.Since(start)
}

// A list of 100 000 who are new is carried out, and undone, while nobody else writes to SQLite.
func BenchmarkCarryOut(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w := newBench(b)
		list, _ := w.prepare(largeList(b, benchRows, false))
		runtime.GC()
		b.StartTimer()
		imp, took := w.carryOut(list)
		b.StopTimer()
		b.ReportMetric(took.Seconds(), "s-out")
		start := time.Now()
		err := w.d.Tx(db.Lengthy(b.Context(), roster.MaxTime), "bench", func(ctx context.Context, tx *db.Tx) error {
			_, err := roster.Undo(ctx, tx, w.ring, access.System, imp.ID, imp.Version, func(context.Context, db.Conn, roster.Refs) (map[string]bool, error) { return nil, nil })
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s-undo")
		b.StartTimer()
	}
}

// The difference of 100 000 rows from 100 000 people takes at most three times what the spreadsheet library takes to read the file, and
// holds less than 400 MB.
func BenchmarkPreview(b *testing.B) {
	w := newBench(b)
	list, diff := w.prepare(largeList(b, benchRows, false))
	if diff.Counts[roster.Newcomer] != benchRows {
		b.Fatal(diff.Counts, len(diff.Mistakes))
	}
	w.carryOut(list)
	content := largeList(b, benchRows, true)
	alone := library(b, content)
	var times, most float64
	b.Run("time", func(b *testing.B) {
		for b.Loop() {
			took, peak := w.preview(b, content)
			times, most = took.Seconds()/alone.Seconds(), max(most, peak)
		}
		b.ReportMetric(0, "ns/op")
		yardstick.Report(b, times, 3, "times")
	})
	b.Run("memory", func(b *testing.B) {
		for b.Loop() { // measured above
		}
		b.ReportMetric(0, "ns/op")
		yardstick.Report(b, most, 400, "MB")
	})
}

// preview finds the difference of a list, and tells how long that took and how large the heap was at most, in MB.
func (w *bench) preview(b *testing.B, content []byte) (took time.Duration, peak float64) {
	b.Helper()
	runtime.GC()
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		var now runtime.MemStats
		peak := uint64(0)
		for {
			select {
			case <-stop:
				most <- peak
				return
			case <-time.After(20 * time.Millisecond):
				runtime.ReadMemStats(&now)
				peak = max(peak, now.HeapInuse)
			}
		}
	}()
	start := time.Now()
	_, diff := w.prepare(content)
	took = time.Since(start)
	close(stop)
	if diff.Counts[roster.Changed] != benchRows/100 {
		b.Fatal(diff.Counts)
	}
	return took, float64(<-most) / 1e6
}
