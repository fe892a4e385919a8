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
	{"GET /{$}", access.Public, (*Server).home},
	{"GET /p/{slug}", access.Public, (*Server).programmePage},
	{"GET /calendar", access.Public, (*Server).calendarPage},
	{"GET /activities/{id}", access.Public, (*Server).activityPage},
	{"GET /logo/{file}", access.Public, (*Server).logoFile},
	{"GET /accessibility", access.Public, (*Server).accessibility},
	{"GET /privacy", access.Public, (*Server).privacy},
	{"POST /language", access.Public, (*Server).chooseLanguage},

	{"GET /sign-in", access.Public, (*Server).signIn},
	{"POST /sign-in", access.Public, (*Server).askLink},
	{"POST /sign-in/password", access.Public, (*Server).signInByPassword},
	{"GET /sign-in/code", access.Public, (*Server).codePage},
	{"POST /sign-in/code", access.Public, (*Server).useCode},
	{"GET /sign-in/choose", access.Public, (*Server).choosePage},
	{"POST /sign-in/choose", access.Public, (*Server).choose},
	{"GET /sign-in/{token}", access.Public, (*Server).linkPage},
	{"POST /sign-in/{token}", access.Public, (*Server).useLink},
	{"POST /sign-out", access.Public, (*Server).signOut},
	{"GET /me/security", access.SeeSelf, (*Server).security},
	{"POST /me/security/password", access.SeeSelf, (*Server).setPassword},
	{"POST /me/security/end", access.SeeSelf, (*Server).endSession},
}
