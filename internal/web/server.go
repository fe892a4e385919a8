// Package web is the application as people see it: pages and forms.
package web

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/web/locale"
	"kompobib/internal/web/view"
)

//go:generate go tool templ generate

// Server serves the application's pages.
type Server struct {
	DB  *db.DB
	Log *slog.Logger
	// Viewer says who is asking; in earnest it reads the session.
	Viewer func(*http.Request) access.Viewer
}

// patience is how long a request may take, and so how long its transaction is retried.
const patience = 10 * time.Second

// Handler returns the whole application.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.Handle(route.pattern, s.handler(route))
	}
	return http.NewCrossOriginProtection().Handler(mux)
}

// handler finds out who asks, and lets those with the right in.
func (s *Server) handler(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx, cancel := context.WithTimeout(req.Context(), patience)
		defer cancel()
		req = req.WithContext(ctx)
		r := view.Reader{Viewer: s.Viewer(req), Language: locale.For(req.Header.Get("Accept-Language"))}
		if !r.Can(route.right) {
			s.fail(w, req, r, errForbidden)
		} else if err := route.serve(s, w, req, r); err != nil {
			s.fail(w, req, r, err)
		}
	})
}

// render writes a page, whole or not at all.
func render(w http.ResponseWriter, req *http.Request, code int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(req.Context(), &b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Vary", "Accept-Language")
	w.WriteHeader(code)
	_, err := b.WriteTo(w)
	return err
}
