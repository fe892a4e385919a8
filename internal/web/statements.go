package web

import (
	"net/http"

	"kompobib/internal/local"
	"kompobib/internal/web/view"
)

// assessed is when the service was last assessed against WCAG 2.1 AA, as the statement tells.
const assessed local.Date = "2026-11-22"

// shortcomings are the known ones, as codes. They are written when they are found and taken away when mended.
var shortcomings = []string{"accessibility.lack-scans", "accessibility.lack-documents", "accessibility.lack-users"}

var privacyParts = []string{"what", "source", "why", "ground", "who", "where", "long", "rights", "must", "cookies"}

// accessibility is the statement that the law asks for: (2018:1937), 13 §, and what MDFFS 2019:2 says must stand in it.
func (s *Server) accessibility(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return render(w, req, http.StatusOK, accessibilityView(r))
}

// privacy tells what is kept of whom, why, and for how long: (EU) 2016/679, articles 13 and 14.
func (s *Server) privacy(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return render(w, req, http.StatusOK, privacyView(r))
}

// statementLead says who stands behind a statement, as far as that is known.
func statementLead(r view.Reader, code string) string {
	if p := r.Programme(); p != nil && p.Owner() != "" {
		return r.Say(code, p.Owner(), p.ShortName)
	}
	return ""
}
