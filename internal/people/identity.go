package people

import (
	"strconv"
	"strings"

	"kompobib/internal/fault"
	"kompobib/internal/local"
)

var (
	ErrIdentity         = fault.Define(fault.Invalid, "people.identity")
	ErrIdentityDate     = fault.Define(fault.Invalid, "people.identity-date")
	ErrIdentityChecksum = fault.Define(fault.Invalid, "people.identity-checksum")
)

// An Identity is a Swedish personal identity number, a coordination number or an interim number. Its text is never
// shown or logged by accident: formatting an Identity gives it masked.
type Identity struct {
	digits       string // twelve characters, ÅÅÅÅMMDDNNNC; an interim number has a letter as the ninth
	Born         local.Date
	Coordination bool // given to who is not in the population register: the day is raised by 60
	Interim      bool // given by a school or health care while a number is waited for
	Test         bool // of the official test series, birth numbers 980 to 999
}

// Text is the whole number, twelve characters.
func (n Identity) Text() string { return n.digits }

// Masked is ÅÅÅÅMMDD-****, as it may be seen.
func (n Identity) Masked() string { return n.digits[:8] + "-****" }

// String is Masked.
func (n Identity) String() string { return n.Masked() }

// GoString is Masked.
func (n Identity) GoString() string { return n.Masked() }

// interimLetters stand first in the last four of an interim number.
const interimLetters = "TRSUWXJKLMN"

// ParseIdentity reads an identity number of ten or twelve digits, with "-" or, for who turns or has turned a hundred
// that year, "+" before the last four. With ten digits the century is the latest in which the
// person was born by today.
func ParseIdentity(s string, today local.Date) (Identity, error) {
	date, last, sign, ok := split(s)
	if !ok {
		return Identity{}, ErrIdentity.At("identity")
	}
	n := Identity{Interim: last[0] > '9'}
	day, _ := strconv.Atoi(date[len(date)-2:])
	if n.Coordination = day > 60; n.Coordination {
		day -= 60
	}
	born := date[:len(date)-2] + pad(day)
	switch {
	case len(born) == 8:
		n.Born = civil(born)
	default:
		n.Born = latest(born, sign, today)
	}
	if n.Born == "" || n.Born > today {
		return Identity{}, ErrIdentityDate.At("identity")
	}
	year := string(n.Born[:4])
	if sign == '+' && year > strconv.Itoa(today.Time().Year()-100) {
		return Identity{}, ErrIdentityDate.At("identity")
	}
	digits := date[len(date)-6:] + last
	if n.Interim {
		digits = digits[:6] + "1" + digits[7:] // the letter counts as 1
	}
	if luhn(digits) != 0 {
		return Identity{}, ErrIdentityChecksum.At("identity")
	}
	n.Test = !n.Interim && last[:2] >= "98"
	n.digits = year + date[len(date)-4:] + last
	return n, nil
}

// dashes are what word processors make of a hyphen.
var dashes = strings.NewReplacer("\u2010", "-", "\u2011", "-", "\u2013", "-", "\u2212", "-")

// split takes a number apart: six or eight digits of the date, the last four, and the sign between, 0 if there is none.
func split(s string) (date, last string, sign byte, ok bool) {
	s = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(s), " ", ""))
	s = dashes.Replace(s)
	if len(s) < 10 {
		return "", "", 0, false
	}
	date, last = s[:len(s)-4], s[len(s)-4:]
	if end := date[len(date)-1]; end == '-' || end == '+' {
		date, sign = date[:len(date)-1], end
	}
	ok = (len(date) == 6 || len(date) == 8) && numeric(date) && numeric(last[1:]) &&
		(numeric(last[:1]) || strings.Contains(interimLetters, last[:1]))
	return date, last, sign, ok
}

func numeric(s string) bool { return strings.Trim(s, "0123456789") == "" }

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// civil is the date of eight digits, "" if there is no such day.
func civil(s string) local.Date {
	if d := local.Date(s[:4] + "-" + s[4:6] + "-" + s[6:]); d.Valid() && d >= "1840-01-01" {
		return d
	}
	return ""
}

// latest is the date of six digits in the latest century that has it by today, with a plus in the one before the
// last hundred years.
func latest(s string, sign byte, today local.Date) local.Date {
	limit := today
	if sign == '+' {
		limit = local.Date(strconv.Itoa(today.Time().Year()-100) + "-12-31")
	}
	for century := today.Time().Year() / 100; century >= 18; century-- {
		if d := civil(strconv.Itoa(century) + s); d != "" && d <= limit {
			return d
		}
	}
	return ""
}
