package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/once"
	"kompobib/internal/web/view"
)

// posted is a form as it came.
type posted struct{ url.Values }

func formOf(req *http.Request) posted { return posted{req.PostForm} }

func (f posted) text(name string) string { return f.Get(name) }

func (f posted) ticked(name string) bool { return f.Get(name) == "1" }

func (f posted) date(name string) local.Date { return local.Date(strings.TrimSpace(f.Get(name))) }

// number is 0 for nonsense, which no field that takes numbers allows, or takes for nothing.
func (f posted) number(name string) int {
	n, err := strconv.Atoi(strings.TrimSpace(f.Get(name)))
	if err != nil {
		return 0
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

// change runs f in a transaction of the reader's, once however often the form is sent, and returns f's answer.
func (s *Server) change(req *http.Request, r view.Reader, f func(ctx context.Context, tx *db.Tx) (string, error)) (answer string, err error) {
	err = s.DB.Tx(req.Context(), r.Person, func(ctx context.Context, tx *db.Tx) (err error) {
		answer, err = once.Do(ctx, tx, req.PostFormValue("key"), func() (string, error) { return f(ctx, tx) })
		return err
	})
	return answer, err
}

// again shows a form anew, as it was filled in, when err is a mistake that it can mend. page is given the
// faults; if the form was stale there are none, and it compares what was typed with what holds now.
func again(w http.ResponseWriter, req *http.Request, err error, page func(faults fault.List, stale bool) (templ.Component, error)) error {
	faults, code, ok := mistakes(err)
	if !ok {
		return err
	}
	stale := errors.Is(err, fault.Stale)
	if stale {
		faults = nil
	}
	shown, err := page(faults, stale)
	if err != nil {
		return err
	}
	return render(w, req, code, shown)
}

// A pair is one field of a stale form.
type pair struct{ label, yours, theirs string }

// differing are the fields that someone else has changed meanwhile.
func differing(pairs ...pair) (changes []view.Stale) {
	for _, p := range pairs {
		if strings.TrimSpace(p.yours) != strings.TrimSpace(p.theirs) {
			changes = append(changes, view.Stale{Label: p.label, Yours: p.yours, Theirs: p.theirs})
		}
	}
	return changes
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return ""
}

func location(zone string) *time.Location {
	l, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return l
}
