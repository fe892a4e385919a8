package web

import (
	"context"
	"net/http"
	"strings"

	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/web/view"
)

// errTokenShown is the fault of a form that has made its key before.
var errTokenShown = fault.Define(fault.Conflict, "signin.token-shown")

// A tokenPage is where one sees to the keys by which programs act in one's name.
type tokenPage struct {
	Tokens []auth.Token
	New    string // the only sight of one that has just been made
	Label  string
	Faults fault.List
}

func (s *Server) tokens(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.showTokens(w, req, r, http.StatusOK, tokenPage{})
}

func (s *Server) showTokens(w http.ResponseWriter, req *http.Request, r view.Reader, code int, p tokenPage) (err error) {
	if p.Tokens, err = auth.Tokens(req.Context(), s.DB, r.Viewer, r.Person); err != nil {
		return err
	}
	return render(w, req, code, tokensView(r, p))
}

// newToken shows a new key as the answer to the post itself, so that no address, store or history holds it.
func (s *Server) newToken(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p := tokenPage{Label: strings.TrimSpace(formOf(req).text("label"))}
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (_ string, err error) {
		p.New, err = auth.NewToken(ctx, tx, r.Viewer, r.Person, p.Label)
		return "", err
	})
	if err == nil && p.New == "" { // the form came before, and its answer is kept nowhere
		err = errTokenShown
	}
	if faults, code, ok := mistakes(err); ok {
		p.New, p.Faults = "", faults
		return s.showTokens(w, req, r, code, p)
	}
	if err != nil {
		return err
	}
	p.Label = ""
	return s.showTokens(w, req, r, http.StatusOK, p)
}

func (s *Server) revokeToken(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", auth.RevokeToken(ctx, tx, r.Viewer, formOf(req).text("token"))
	})
	if err != nil {
		return err
	}
	to := "/me/tokens"
	if back := ours(req.PostFormValue("back")); back != "" {
		to = back
	}
	return done(w, req, to, "signin.token-revoked")
}
