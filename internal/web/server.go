// Package web is the application as people see it: pages and forms.
package web

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/api"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/secret"
	"kompobib/internal/web/static"
	"kompobib/internal/web/view"
)

//go:generate go tool -C ../.. templ generate

// Server serves the application's pages.
type Server struct {
	DB    *db.DB
	Log   *slog.Logger
	Files *file.Store
	Now   func() time.Time // the machine's clock, for durations and rates

	Ring      *secret.Ring
	Sessions  *auth.Sessions  // nil: kept in DB
	Passwords *auth.Passwords // nil: two at a time

	// Secure tells that people reach us over https.
	Secure bool
	// Proxy tells that a proxy of ours stands before us and says in X-Forwarded-For who asks.
	Proxy bool
	// URL is at which people reach us, without a slash at the end.
	URL string
	// Service is what the installation is called where no programme is meant.
	Service string
	// Approved is the day on which the owner approved the statements on accessibility and personal data.
	Approved local.Date
	// Outbox tells that letters land in a folder, and may be read at /outbox.
	Outbox bool

	// Soon is of how many rows a list may be that is carried out at once; 0: 3000. What is more is done in the background.
	Soon int

	// Viewer says who is asking, in place of the session. Tests use it.
	Viewer func(*http.Request) access.Viewer

	meter  *meter
	rates  *auth.Rates
	site   atomic.Pointer[front]
	asking sync.Mutex // held by who finds out which front is the present one
}

const (
	// patience is how long a request may take, and so how long its transaction is retried.
	patience = 10 * time.Second

	// What a form may bring, and one with files.
	formLimit = 1 << 20
	fileLimit = 20 << 20
)

// Handler returns the whole application. It is called once.
func (s *Server) Handler() http.Handler {
	s.meter, s.rates = newMeter(), auth.NewRates()
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.Handle(route.pattern, s.handler(route))
	}
	mux.Handle("/", s.handler(route{"/", access.Public, (*Server).nowhere}))
	sameSite := http.NewCrossOriginProtection()
	sameSite.SetDenyHandler(s.handler(route{"cross-origin", access.Public, (*Server).otherSite}))

	outer := http.NewServeMux()
	outer.HandleFunc("GET "+static.Root, staticFile)
	outer.HandleFunc("GET /healthz", healthz)
	outer.HandleFunc("GET /readyz", s.readyz)
	outer.HandleFunc("GET /metrics", s.metrics)
	outer.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, static.URL("favicon.svg"), http.StatusFound)
	})
	outer.HandleFunc("GET /robots.txt", s.robots)
	outer.Handle("/api/", s.programs())
	outer.Handle("/", s.sessions(sameSite.Handler(mux)))
	return s.watch(s.guard(plainly(outer)))
}

// programs is the interface for other systems. It stands before the sessions: no cookie says who asks there,
// so a page elsewhere cannot ask in a reader's name, and no token opens a page.
func (s *Server) programs() http.Handler {
	return squeezing((&api.Server{DB: s.DB, Log: s.Log, Now: s.Now, Ring: s.Ring, Address: s.address,
		Noted: func(req *http.Request, route string) { seen(req).route = route }}).Handler())
}

// handler finds out who asks, reads their form, and lets those with the right in.
func (s *Server) handler(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		seen(req).route = route.pattern
		ctx, cancel := context.WithTimeout(req.Context(), patience)
		defer cancel()
		req = req.WithContext(ctx)
		r, f, err := s.reader(w, req)
		r.Help = helpFor(route, r.Viewer)
		if err == nil {
			if sendKept(w, req, r, f, route) {
				return
			}
			err = s.admit(w, req, r, route)
		}
		if req.MultipartForm != nil {
			defer req.MultipartForm.RemoveAll()
		}
		if err == nil {
			err = route.serve(s, w, req, r)
		}
		if to := s.wentUp(req, r, err); to != "" {
			err = done(w, req, to, "join.was")
		}
		if err != nil {
			s.fail(w, req, r, err)
		}
	})
}

// admit reports why a request may not come in, if it may not.
func (s *Server) admit(w http.ResponseWriter, req *http.Request, r view.Reader, route route) error {
	open := s.Outbox && route.right == access.SeeOutbox // the demo's letters
	if !r.Can(route.right) && !open {
		if !r.SignedIn() {
			return errSignIn
		}
		return errForbidden
	}
	if req.Method != http.MethodPost {
		return nil
	}
	if strings.HasPrefix(req.URL.Path, "/sign-in") && s.rates.Take(s.address(req), door, s.Now()) > 0 {
		return errTooMany
	}
	return readForm(w, req)
}

// pageHeader says what a page is, and what of the request it depends on.
func pageHeader(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Accept-Language, Accept-Encoding, Cookie, HX-Request")
}

// render writes a page, whole or not at all.
func render(w http.ResponseWriter, req *http.Request, code int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(req.Context(), &b); err != nil {
		return err
	}
	pageHeader(w)
	keep := seen(req).keep
	if keep == nil || code != http.StatusOK {
		return send(w, req, code, b.Bytes())
	}
	sent, err := squeezed(req, b.Bytes())
	if err != nil {
		return err
	}
	keep(sent)
	sendWhole(w, req, sent)
	return nil
}

// done sends the reader on to a page that tells what came of what they did: code with its args.
func done(w http.ResponseWriter, req *http.Request, to, code string, args ...any) error {
	setNotice(w, req, view.Notice{Code: code, Args: args})
	http.Redirect(w, req, to, http.StatusSeeOther)
	return nil
}

// doneBut is [done] for what went through, but not as hoped.
func doneBut(w http.ResponseWriter, req *http.Request, to, code string, args ...any) error {
	setNotice(w, req, view.Notice{Code: code, Args: args, Warn: true})
	http.Redirect(w, req, to, http.StatusSeeOther)
	return nil
}

// mistakes returns the faults in err that a form shows again, with the status that goes with them. Other
// errors, and faults that no form can mend, are for [Server.fail]: then ok is false.
func mistakes(err error) (faults fault.List, code int, ok bool) {
	faults = fault.Of(err)
	if faults == nil {
		return nil, 0, false
	}
	switch code = status(faults); code {
	case http.StatusUnprocessableEntity, http.StatusConflict:
		return faults, code, true
	}
	return nil, 0, false
}
