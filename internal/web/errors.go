package web

import (
	"cmp"
	"net/http"

	"kompobib/internal/fault"
	"kompobib/internal/web/view"
)

var (
	errForbidden = fault.Define(fault.Forbidden, "access.forbidden")
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

// fail is the only place where an error becomes an answer. A fault is told as
// it is, in the reader's language; anything else is logged, and only that is told.
func (s *Server) fail(w http.ResponseWriter, req *http.Request, r view.Reader, err error) {
	faults := fault.Of(err)
	if faults == nil {
		s.Log.ErrorContext(req.Context(), "request failed", "route", req.Pattern, "err", err)
		faults = fault.List{errFailed}
	}
	if err := render(w, req, status(faults), view.Faults(r, faults)); err != nil {
		s.Log.ErrorContext(req.Context(), "no page for an error", "err", err)
	}
}
