package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kompobib/internal/fault"
	"kompobib/internal/web/view"
)

var (
	errSignIn    = fault.Define(fault.SignIn, "access.sign-in")
	errForbidden = fault.Define(fault.Forbidden, "access.forbidden")
	errOtherSite = fault.Define(fault.Forbidden, "web.other-site")
	errNotFound  = fault.Define(fault.NotFound, "web.not-found")
	errTooLarge  = fault.Define(fault.TooLarge, "web.too-large")
	errTooMany   = fault.Define(fault.TooMany, "web.too-many")
	errGuesses   = fault.Define(fault.TooMany, "web.guesses") // passwords; the letter is the other way in
	errRush      = fault.Define(fault.TooMany, "focus.rush")
	errForm      = fault.Define(fault.Invalid, "web.form")
	errBusy      = fault.Define(0, "web.busy")
	errFailed    = fault.Define(0, "web.failed")
)

var statuses = map[fault.Kind]int{
	fault.Invalid:   http.StatusUnprocessableEntity,
	fault.NotFound:  http.StatusNotFound,
	fault.Forbidden: http.StatusForbidden,
	fault.Conflict:  http.StatusConflict,
	fault.SignIn:    http.StatusUnauthorized,
	fault.TooLarge:  http.StatusRequestEntityTooLarge,
	fault.TooMany:   http.StatusTooManyRequests,
}

func status(faults fault.List) int {
	return cmp.Or(statuses[faults[0].Kind], http.StatusInternalServerError)
}

// fail is the only place where an error becomes an answer. A fault is told as it is, in the reader's
// language; anything else is logged, and only that is told.
func (s *Server) fail(w http.ResponseWriter, req *http.Request, r view.Reader, err error) {
	faults := fault.Of(err)
	code := 0
	switch {
	case faults != nil:
		code = status(faults)
	case errors.Is(err, context.Canceled):
		return // who asked has gone
	case errors.Is(err, context.DeadlineExceeded):
		faults, code = fault.List{errBusy}, http.StatusServiceUnavailable
	default:
		faults, code = fault.List{errFailed}, http.StatusInternalServerError
	}
	if code >= http.StatusInternalServerError {
		s.Log.ErrorContext(req.Context(), "request failed", "id", seen(req).id, "route", seen(req).route, "err", err)
	}
	if code == http.StatusUnauthorized && req.Method == http.MethodGet {
		http.Redirect(w, req, "/sign-in?back="+url.QueryEscape(req.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	if code == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	if err := render(w, req, code, view.Faults(r, trouble(req, r, code, faults, err))); err != nil {
		s.Log.ErrorContext(req.Context(), "no page for an error", "id", seen(req).id, "err", err)
	}
}

// A leadingTo is an error whose page has a link to where one can go on.
type leadingTo struct {
	error
	link view.Link
}

func (e leadingTo) Unwrap() error { return e.error }

// trouble is the page for an answer that is not what was asked for: what it is, why, and what to do next.
func trouble(req *http.Request, r view.Reader, code int, faults fault.List, err error) view.Trouble {
	t := view.Trouble{Title: r.Say("trouble.title-" + strconv.Itoa(code))}
	for _, f := range faults {
		t.Texts = append(t.Texts, r.Say(f.Code, f.Args...))
	}
	if back := referer(req); back != "" && back != req.URL.RequestURI() && code != http.StatusNotFound {
		t.Links = append(t.Links, view.Link{Href: back, Text: r.Say("trouble.back")})
	}
	if to, ok := errors.AsType[leadingTo](err); ok {
		t.Links = append(t.Links, to.link)
	}
	switch {
	case code == http.StatusUnauthorized:
		t.Links = append([]view.Link{{Href: "/sign-in", Text: r.Say("view.sign-in")}}, t.Links...)
	case r.SignedIn():
		t.Links = append(t.Links, view.Link{Href: "/me", Text: r.Say("nav.me")})
	default:
		t.Links = append(t.Links, view.Link{Href: "/", Text: r.Say("trouble.start")})
	}
	if code >= http.StatusInternalServerError {
		t.Reference = seen(req).id
	}
	return t
}

// referer is the page of ours that the request came from, "" if none.
func referer(req *http.Request) string {
	u, err := url.Parse(req.Referer())
	if err != nil || u.Host != req.Host {
		return ""
	}
	return ours(u.RequestURI())
}

// ours is an address within this application, "" if it leads elsewhere.
func ours(to string) string {
	u, err := url.Parse(to)
	if err != nil || len(to) > 1000 || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return ""
	}
	return to
}

func (s *Server) nowhere(http.ResponseWriter, *http.Request, view.Reader) error { return errNotFound }

func (s *Server) otherSite(http.ResponseWriter, *http.Request, view.Reader) error {
	return errOtherSite
}

// isNotFound reports whether what was asked for is not there, or hidden.
func isNotFound(err error) bool {
	faults := fault.Of(err)
	return faults != nil && faults[0].Kind == fault.NotFound
}
