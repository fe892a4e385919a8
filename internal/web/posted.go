package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kompobib/internal/local"
)

// posted is a form as it came.
type posted struct{ url.Values }

func formOf(req *http.Request) posted { return posted{req.PostForm} }

func (f posted) text(name string) string { return f.Get(name) }

func (f posted) ticked(name string) bool { return f.Get(name) == "1" }

// date is what was typed, also if it is no date, to be told of.
func (f posted) date(name string) local.Date { return local.Date(strings.TrimSpace(f.Get(name))) }

// after is the day after the last one that was typed, "" for none.
func (f posted) after(name string) local.Date {
	if d := f.date(name); !d.Valid() {
		return d
	} else {
		return d.Add(1)
	}
}

// number is 0 for nothing, and less for nonsense, which no field that takes numbers allows.
func (f posted) number(name string) int {
	typed := strings.TrimSpace(f.Get(name))
	n, err := strconv.Atoi(typed)
	if typed != "" && err != nil {
		return -1
	}
	return n
}

func (f posted) version() int { return f.number("version") }

// clock is a time of day as people type it fast: 9, 930, 9.30 or 9:30. What is no such thing stays as it is.
func clock(s string) local.Clock {
	s = strings.TrimSpace(s)
	digits := strings.NewReplacer(".", "", ":", "", ",", "").Replace(s)
	if n, err := strconv.Atoi(digits); err == nil && n >= 0 {
		switch len(digits) {
		case 1, 2:
			return pad(n) + ":00"
		case 3, 4:
			return pad(n/100) + ":" + pad(n%100)
		}
	}
	return s
}

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return ""
}

// numeral is a number as a form shows it: nothing for none.
func numeral(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
