package web

import (
	"net/http"

	"kompobib/internal/access"
	"kompobib/internal/web/view"
)

// A route is a page or an act, and the right that it takes.
type route struct {
	pattern string
	right   access.Right
	serve   func(*Server, http.ResponseWriter, *http.Request, view.Reader) error
}

// routes is every page there is. What a right reaches, row by row, the subjects decide.
var routes = []route{
	{"POST /language", access.Public, (*Server).chooseLanguage},
}
