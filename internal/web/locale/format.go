package locale

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kompobib/internal/local"
)

const space = "\u00a0" // that does not break

var (
	months = [2][12]string{
		{"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"},
		{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	}
	monthsShort = [2][12]string{
		{"jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"},
		{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	}
	days = [2][7]string{
		{"söndag", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"},
		{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	}
	daysShort = [2][7]string{
		{"sön", "mån", "tis", "ons", "tors", "fre", "lör"},
		{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	}
)

// Date is "12 oktober 2012", "12 October 2012"; nothing for no date.
func (l Language) Date(d local.Date) string {
	if d == "" {
		return ""
	}
	return l.date(d.Time(), months[l])
}

// ShortDate is "12 okt 2012".
func (l Language) ShortDate(d local.Date) string {
	if d == "" {
		return ""
	}
	return l.date(d.Time(), monthsShort[l])
}

// Day is "fre 12 okt 2012".
func (l Language) Day(d local.Date) string {
	if d == "" {
		return ""
	}
	return daysShort[l][d.Time().Weekday()] + space + l.ShortDate(d)
}

// LongDay is "fredag 12 oktober 2012".
func (l Language) LongDay(d local.Date) string {
	if d == "" {
		return ""
	}
	return days[l][d.Time().Weekday()] + space + l.Date(d)
}

// Month is "oktober 2012" for "2012-10" or a date in it.
func (l Language) Month(month string) string {
	t, err := time.Parse("2006-01", month[:min(7, len(month))])
	if err != nil {
		return month
	}
	return months[l][t.Month()-1] + space + strconv.Itoa(t.Year())
}

// MonthShort is "okt", for a leaf of a calendar.
func (l Language) MonthShort(d local.Date) string { return monthsShort[l][d.Time().Month()-1] }

// WeekdayShort is "fre", for a leaf of a calendar.
func (l Language) WeekdayShort(d local.Date) string { return daysShort[l][d.Time().Weekday()] }

// Weekday is "fredag".
func (l Language) Weekday(d local.Date) string { return days[l][d.Time().Weekday()] }

// Dates is a period with its last day: "17 januari 2011–31 mars 2013".
func (l Language) Dates(from, last local.Date) string {
	switch {
	case last == "":
		return l.Date(from) + "–"
	case from == last:
		return l.Date(from)
	}
	return l.Date(from) + "–" + l.Date(last)
}

// Clock is "13.00", in English "13:00".
func (l Language) Clock(c local.Clock) string {
	if l == Swedish {
		return strings.Replace(c, ":", ".", 1)
	}
	return c
}

// Clocks is "kl. 13.00–16.00", in English "13:00–16:00".
func (l Language) Clocks(start, end local.Clock) string {
	s := l.Clock(start) + "–" + l.Clock(end)
	if l == Swedish {
		s = "kl." + space + s
	}
	return s
}

// When is "fre 12 okt 2012 kl. 13.00–16.00".
func (l Language) When(d local.Date, start, end local.Clock) string {
	if l == English {
		return l.Day(d) + ", " + l.Clocks(start, end)
	}
	return l.Day(d) + " " + l.Clocks(start, end)
}

// Time is an instant as the clocks of a zone showed it: "12 okt 2012 kl. 13.05".
func (l Language) Time(t time.Time, zone string) string {
	if t.IsZero() {
		return ""
	}
	at := local.Zone(zone)
	t = t.In(at)
	d := l.ShortDate(local.DateOf(t, at))
	if l == English {
		return d + ", " + t.Format("15:04")
	}
	return d + " kl." + space + t.Format("15.04")
}

// Number is "9 934 984", in English "9,934,984".
func (l Language) Number(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	gap := space
	if l == English {
		gap = ","
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + gap + s[i:]
	}
	return sign + s
}

// Decimal is f with so many decimals: "1 234,50".
func (l Language) Decimal(f float64, decimals int) string {
	s := strconv.FormatFloat(f, 'f', decimals, 64)
	whole, rest, found := strings.Cut(s, ".")
	n, err := strconv.Atoi(whole)
	if err != nil {
		return s
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, n = "−", -n
	}
	if !found {
		return sign + l.Number(n)
	}
	point := ","
	if l == English {
		point = "."
	}
	return sign + l.Number(n) + point + rest
}

// Share is part of whole in percent, "83 %"; "–" of nothing.
func (l Language) Share(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return l.Percent(float64(part) / float64(whole))
}

// Percent is a fraction of one as "83 %", in English "83%".
func (l Language) Percent(f float64) string {
	s := l.Decimal(f*100, 0)
	if l == English {
		return s + "%"
	}
	return s + space + "%"
}

// FullTime is thousandths of full time as percent: "75 %", "37,5 %".
func (l Language) FullTime(share int) string {
	decimals := 0
	if share%10 != 0 {
		decimals = 1
	}
	s := l.Decimal(float64(share)/10, decimals)
	if l == English {
		return s + "%"
	}
	return s + space + "%"
}

// Minutes is "3 tim 30 min", "45 min", "2 tim".
func (l Language) Minutes(n int) string {
	hour := [2]string{"tim", "h"}[l]
	h, m := n/60, n%60
	switch {
	case h == 0:
		return fmt.Sprintf("%d%smin", m, space)
	case m == 0:
		return l.Number(h) + space + hour
	}
	return fmt.Sprintf("%s%s%s %d%smin", l.Number(h), space, hour, m, space)
}

// Kronor is whole kronor: "9 934 984 kr", in English "SEK 9,934,984".
func (l Language) Kronor(n int) string {
	if l == English {
		return "SEK" + space + l.Number(n)
	}
	return l.Number(n) + space + "kr"
}

// Join writes a list as in a sentence: "a, b och c".
func (l Language) Join(items []string) string {
	and := [2]string{" och ", " and "}[l]
	switch n := len(items); n {
	case 0:
		return ""
	case 1:
		return items[0]
	default:
		return strings.Join(items[:n-1], ", ") + and + items[n-1]
	}
}

func (l Language) date(t time.Time, names [12]string) string {
	return strconv.Itoa(t.Day()) + space + names[t.Month()-1] + space + strconv.Itoa(t.Year())
}

// Size is the size of a file: "340 kB", "1,2 MB".
func (l Language) Size(bytes int64) string {
	if bytes < 1_000_000 {
		return l.Number(int(max(1, (bytes+500)/1000))) + space + "kB"
	}
	return l.Decimal(float64(bytes)/1e6, 1) + space + "MB"
}
