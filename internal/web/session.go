package web

import (
	"context"
	"net/http"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// zone is where roles begin and end at midnight, and where people read what time it is outside any programme.
const zone = "Europe/Stockholm"

// sessions wraps the pages in the session of whoever asks. Without a cookie it costs nothing.
func (s *Server) sessions(next http.Handler) http.Handler {
	if s.Sessions == nil {
		s.Sessions = auth.NewSessions(s.DB, s.Now, s.Secure)
	}
	if s.Passwords == nil {
		s.Passwords = auth.NewPasswords(2)
	}
	s.Sessions.ErrorFunc = func(w http.ResponseWriter, req *http.Request, err error) {
		s.fail(w, req, view.Reader{Language: language(req), URL: req.URL}, err)
	}
	return s.Sessions.LoadAndSave(next)
}

// visitor is who has signed in: what they may do, and who they are.
func (s *Server) visitor(req *http.Request) (v access.Viewer, self people.Person, err error) {
	if s.Viewer != nil {
		return s.Viewer(req), self, nil
	}
	person := s.Sessions.Person(req.Context())
	if person == "" {
		return v, self, nil
	}
	err = s.DB.Snapshot(req.Context(), func(c db.Conn) error {
		v, self, err = resolve(req.Context(), c, person, s.today(zone))
		return err
	})
	return v, self, err
}

// resolve finds out what a person may do, what they are called and which language they read.
func resolve(ctx context.Context, c db.Conn, person string, on local.Date) (v access.Viewer, self people.Person, err error) {
	if v, err = programme.Viewer(ctx, c, person, on); err != nil || v.Person == "" {
		return v, self, err
	}
	self, err = people.GetPerson(ctx, c, access.Viewer{Person: person}, person)
	return v, self, err
}
