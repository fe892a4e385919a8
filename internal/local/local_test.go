package local_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"kompobib/internal/local"
)

const zone = "Europe/Stockholm"

func TestSpan(t *testing.T) {
	lunch := []local.Break{{"12:00", "13:00"}}
	for _, test := range []struct {
		says    string
		span    local.Span
		utc     string
		minutes int
		want    error
	}{
		{"winter is an hour from UTC", local.Span{"2026-03-05", "10:00", "12:00", nil, zone}, "2026-03-05T09:00:00Z", 120, nil},
		{"summer is two", local.Span{"2026-07-05", "10:00", "12:00", nil, zone}, "2026-07-05T08:00:00Z", 120, nil},
		{"lunch does not count", local.Span{"2026-03-05", "09:00", "16:00", lunch, zone}, "2026-03-05T08:00:00Z", 360, nil},
		{"the night when the clock goes back is longer", local.Span{"2026-10-25", "00:00", "06:00", nil, zone}, "2026-10-24T22:00:00Z", 420, nil},
		{"a time that spring skips", local.Span{"2026-03-29", "02:30", "04:00", nil, zone}, "", 0, local.ErrClock},
		{"a date that no month has", local.Span{"2026-02-30", "10:00", "12:00", nil, zone}, "", 0, local.ErrDate},
		{"an end before the start", local.Span{"2026-03-05", "10:00", "09:00", nil, zone}, "", 0, local.ErrOrder},
		{"a zone that nobody lives in", local.Span{"2026-03-05", "10:00", "12:00", nil, "Europe/Smallville"}, "", 0, local.ErrZone},
		{"a break after the end", local.Span{"2026-03-05", "10:00", "12:00", []local.Break{{"11:30", "12:30"}}, zone}, "", 0, local.ErrBreak},
		{"breaks that overlap", local.Span{"2026-03-05", "09:00", "16:00", []local.Break{{"12:00", "13:00"}, {"12:30", "13:30"}}, zone}, "", 0, local.ErrBreak},
		{"nothing but break", local.Span{"2026-03-05", "12:00", "13:00", lunch, zone}, "", 0, local.ErrBreak},
	} {
		err := test.span.Check().Err()
		if !errors.Is(err, test.want) {
			t.Errorf("%s: Check = %v, want %v", test.says, err, test.want)
		}
		if err != nil {
			continue
		}
		if start, _ := test.span.UTC(); start.Format(time.RFC3339) != test.utc || test.span.Minutes() != test.minutes {
			t.Errorf("%s: %v with %d minutes, want %s with %d", test.says, start, test.span.Minutes(), test.utc, test.minutes)
		}
	}
}

// All that is wrong is told at once.
func TestSpanTellsEverything(t *testing.T) {
	for _, test := range []struct {
		says string
		span local.Span
		want []string // fields
	}{
		{"a day that is none, an end before the start and a break that is none", local.Span{"2011-02-31", "15:00", "12:00", []local.Break{{"x", "y"}}, zone}, []string{"date", "end", "breaks"}},
		{"no times", local.Span{"2011-02-28", "", "25:00", nil, zone}, []string{"start", "end"}},
		{"a start that is none, and a break that ends before it begins", local.Span{"2011-02-28", "9", "12:00", []local.Break{{"11:00", "10:00"}}, zone}, []string{"start", "breaks"}},
		{"a start that is none, and a break that may be right", local.Span{"2011-02-28", "9", "12:00", []local.Break{{"10:00", "10:15"}}, zone}, []string{"start"}},
	} {
		var fields []string
		for _, f := range test.span.Check() {
			fields = append(fields, f.Field)
		}
		if !slices.Equal(fields, test.want) {
			t.Errorf("%s: faults in %v, want %v", test.says, fields, test.want)
		}
	}
}

func TestBetween(t *testing.T) {
	day := local.Span{"2026-03-05", "09:00", "16:00", []local.Break{{"12:00", "13:00"}}, "Europe/Stockholm"}
	for _, test := range []struct {
		says, from, to string
		want           int
	}{
		{"the morning", "09:00", "12:00", 180},
		{"left in the middle of lunch", "09:00", "12:30", 180},
		{"came after lunch", "13:00", "16:00", 180},
		{"all day and longer counts no more than the day", "08:00", "18:00", 360},
		{"gone before it began", "07:00", "08:00", 0},
	} {
		if got := day.Between(test.from, test.to); got != test.want {
			t.Errorf("%s: %d minutes, want %d", test.says, got, test.want)
		}
	}
}

func TestPeriod(t *testing.T) {
	spring := local.Period{From: "2012-01-01", To: "2012-07-01"}
	for _, test := range []struct {
		says string
		got  bool
		want bool
	}{
		{"the first day is in", spring.Has("2012-01-01"), true},
		{"the last is not", spring.Has("2012-07-01"), false},
		{"periods that touch do not overlap", spring.Overlaps(local.Period{From: "2012-07-01"}), false},
		{"an open one overlaps all after", spring.Overlaps(local.Period{From: "2012-06-30"}), true},
		{"an end before the start is a fault", spring.Check("from", "to") == nil, true},
		{"so is none after it", local.Period{From: "2012-07-01", To: "2012-07-01"}.Check("from", "to") == nil, false},
	} {
		if test.got != test.want {
			t.Errorf("%s: %v", test.says, test.got)
		}
	}
}
