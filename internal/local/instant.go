package local

import (
	"strings"
	"time"
)

// instantLayout is how a form's field of type datetime-local writes a local time.
const instantLayout = dateLayout + "T" + clockLayout

// Instant reads a local time as "2012-10-12T09:30" (seconds after it are taken off) in a zone, or
// returns [ErrDate], [ErrClock] or [ErrZone]. A time that spring skips is no time.
func Instant(s, zone string) (time.Time, error) {
	date, clock, _ := strings.Cut(strings.TrimSpace(s), "T")
	if !Date(date).Valid() {
		return time.Time{}, ErrDate
	}
	z, err := ZoneNamed(zone)
	if err != nil {
		return time.Time{}, err
	}
	clock = clock[:min(len(clock), len(clockLayout))]
	t, ok := Span{Date: Date(date)}.instant(clock, z)
	if !ok {
		return time.Time{}, ErrClock.With(clock)
	}
	return t.UTC(), nil
}

// InstantIn writes t as a form's field of type datetime-local takes it; "" for the zero time.
func InstantIn(t time.Time, zone string) string {
	z, err := ZoneNamed(zone)
	if t.IsZero() || err != nil {
		return ""
	}
	return t.In(z).Format(instantLayout)
}
