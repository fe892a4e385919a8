// Package local is time as people agree on it: civil dates, clock times and a zone.
package local

import (
	"cmp"
	"slices"
	"time"
	_ "time/tzdata" // zones, also on a machine that has none

	"kompobib/internal/fault"
)

var (
	ErrDate   = fault.Define(fault.Invalid, "local.date")
	ErrClock  = fault.Define(fault.Invalid, "local.clock")
	ErrZone   = fault.Define(fault.Invalid, "local.zone")
	ErrOrder  = fault.Define(fault.Invalid, "local.order")
	ErrBreak  = fault.Define(fault.Invalid, "local.break")
	ErrPeriod = fault.Define(fault.Invalid, "local.period")
)

const (
	dateLayout  = "2006-01-02"
	clockLayout = "15:04"
)

// A Date is a civil date, "2012-10-12". Dates compare as text. The empty Date is no date.
type Date string

// ParseDate reads a date as "2012-10-12", or returns [ErrDate].
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse(dateLayout, s); err != nil {
		return "", ErrDate
	}
	return Date(s), nil
}

// DateOf is the date in a zone at t.
func DateOf(t time.Time, zone *time.Location) Date { return Date(t.In(zone).Format(dateLayout)) }

// Time is midnight UTC of d, for reckoning and formatting; the zero time for no date.
func (d Date) Time() time.Time {
	t, _ := time.Parse(dateLayout, string(d))
	return t
}

// Add is d and n days.
func (d Date) Add(n int) Date { return Date(d.Time().AddDate(0, 0, n).Format(dateLayout)) }

// Month is d's month, "2012-10".
func (d Date) Month() string { return string(d[:min(7, len(d))]) }

// Valid reports whether d is a date.
func (d Date) Valid() bool {
	_, err := ParseDate(string(d))
	return err == nil
}

// A Period is half-open: From is the first day, To the first day after. An empty To is no end.
type Period struct{ From, To Date }

// Has reports whether d is in p.
func (p Period) Has(d Date) bool { return p.From <= d && (p.To == "" || d < p.To) }

// Overlaps reports whether some day is in both.
func (p Period) Overlaps(q Period) bool {
	return (p.To == "" || q.From < p.To) && (q.To == "" || p.From < q.To)
}

// Check reports what is wrong with p, in the fields from and to.
func (p Period) Check(from, to string) (faults fault.List) {
	faults.Unless(p.From.Valid(), ErrDate.At(from))
	faults.Unless(p.To == "" || p.To.Valid(), ErrDate.At(to))
	faults.Unless(faults != nil || p.To == "" || p.From < p.To, ErrPeriod.At(to))
	return faults
}

// A Clock is a time of day, "09:30".
type Clock = string

// A Break is time within a span that does not count, from one clock time to a later one.
type Break struct{ Start, End Clock }

// A Span is from one clock time to a later one of the same date. It is what
// was promised, and stands even if the zone's rules change; instants follow from it.
type Span struct {
	Date       Date
	Start, End Clock
	Breaks     []Break // in order, within the span, apart from each other
	Zone       string  // Europe/Stockholm
}

// Check reports everything wrong with s, in the fields date, start, end, zone and breaks.
func (s Span) Check() (faults fault.List) {
	faults.Unless(s.Date.Valid(), ErrDate.At("date"))
	zone, err := ZoneNamed(s.Zone)
	faults.Unless(err == nil, ErrZone.At("zone"))
	shown := func(at Clock) bool { // by a clock, and on that day if it is one
		if faults.In("date") != nil || err != nil {
			_, err := time.Parse(clockLayout, at)
			return err == nil && len(at) == len(clockLayout)
		}
		_, ok := s.instant(at, zone)
		return ok
	}
	first, end := s.Start, s.End
	faults.Unless(shown(first), ErrClock.At("start", first))
	faults.Unless(shown(end), ErrClock.At("end", end))
	faults.Unless(!shown(first) || !shown(end) || first < end, ErrOrder.At("end"))
	if faults.In("start") != nil || faults.In("end") != nil {
		first, end = "00:00", "23:59" // what a break can be told of all the same
	}
	for _, b := range s.Breaks {
		faults.Unless(shown(b.Start) && shown(b.End) && first <= b.Start && b.Start < b.End && b.End <= end, ErrBreak.At("breaks", b.Start, b.End))
		first = b.End
	}
	faults.Unless(faults != nil || s.Minutes() > 0, ErrBreak.At("breaks", s.Start, s.End))
	return faults
}

// UTC returns the instants at which a checked s starts and ends.
func (s Span) UTC() (start, end time.Time) {
	zone, err := ZoneNamed(s.Zone)
	if err != nil {
		return
	}
	start, _ = s.instant(s.Start, zone)
	end, _ = s.instant(s.End, zone)
	return start.UTC(), end.UTC()
}

// Minutes are the countable minutes of a checked s: end - start - breaks.
func (s Span) Minutes() int { return s.Between(s.Start, s.End) }

// Between are the countable minutes of a checked s for who was there from one clock time to
// another; what lies outside s does not count.
func (s Span) Between(from, to Clock) int {
	zone, err := ZoneNamed(s.Zone)
	if err != nil {
		return 0
	}
	apart := func(a, b Clock) int {
		start, _ := s.instant(max(a, from, s.Start), zone)
		end, _ := s.instant(min(b, to, s.End), zone)
		return max(0, int(end.Sub(start)/time.Minute))
	}
	minutes := apart(s.Start, s.End)
	for _, b := range s.Breaks {
		minutes -= apart(b.Start, b.End)
	}
	return minutes
}

// SortBreaks puts breaks in order.
func SortBreaks(breaks []Break) {
	slices.SortFunc(breaks, func(a, b Break) int { return cmp.Compare(a.Start, b.Start) })
}

// instant reports false for a time that no clock shows, also one that is
// skipped in spring. Of the two that autumn repeats it takes the one Go does.
func (s Span) instant(at Clock, zone *time.Location) (time.Time, bool) {
	t, err := time.ParseInLocation(dateLayout+" "+clockLayout, string(s.Date)+" "+at, zone)
	return t, err == nil && t.Format(clockLayout) == at
}
