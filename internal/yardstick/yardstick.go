// Package yardstick lets benchmarks measure against an aim: of the machine's speed nothing is known, so what
// is measured stands beside something simple that is measured in the same moments.
// scripts/bench makes a table of what they report.
package yardstick

import (
	"slices"
	"testing"
	"time"
)

// Compare does two things in turn, and reports how many times as long as the second the first takes, median
// by median. It should be at most aim.
func Compare(b *testing.B, aim float64, measured, against func()) {
	b.Helper()
	measured() // what is done once is not what is measured
	against()
	var of, to []time.Duration
	for b.Loop() {
		of, to = append(of, took(measured)), append(to, took(against))
	}
	first, second := median(of), median(to)
	b.ReportMetric(0, "ns/op") // of the two together: it says nothing
	b.ReportMetric(micro(first), "µs")
	b.ReportMetric(micro(second), "µs-against")
	Report(b, float64(first)/float64(second), aim, "times")
}

// Median does something again and again, each time after what prepares it, and returns the time that half of it
// took no longer than.
func Median(b *testing.B, prepare, f func()) time.Duration {
	b.Helper()
	var all []time.Duration
	for b.Loop() {
		prepare()
		all = append(all, took(f))
	}
	b.ReportMetric(0, "ns/op")
	return median(all)
}

// Report reports what was measured in a unit, and its aim.
func Report(b *testing.B, measured, aim float64, unit string) {
	b.Helper()
	b.ReportMetric(measured, unit)
	b.ReportMetric(aim, unit+"-aim")
}

func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

func micro(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
