// Package api is the application as other programs see it: JSON over the same functions, rights and
// suppression as the pages. docs/api.md tells how to use it; the document at openapi.json is made from
// the types here.
package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
	"kompobib/internal/web/locale"
)

// Root is where the interface stands.
const Root = "/api/v1"

const (
	document = "GET " + Root + "/openapi.json" // for anyone to read

	// patience is how long a request may take, and so how long its transaction is retried.
	patience = 10 * time.Second

	// bodyLimit is more than the largest request that makes sense: 500 rows of attendance.
	bodyLimit = 1 << 20

	// zone is where roles begin and end at midnight.
	zone = "Europe/Stockholm"
)

var (
	pace  = auth.Pace{Tries: 1000, Every: 10 * time.Millisecond} // of one token: all staff of a region at once, and then steadily
	guess = auth.Pace{Tries: 20, Every: 3 * time.Second}         // of one address, with tokens that open nothing
)

// A Server answers programs.
type Server struct {
	DB  *db.DB
	Log *slog.Logger
	Now func() time.Time // the machine's clock, for rates

	Ring *secret.Ring // opens what is shared

	Address func(*http.Request) string  // where a request comes from
	Noted   func(*http.Request, string) // told the route of each request, for log and metrics; may be nil

	mux    *http.ServeMux
	rights map[string][]access.Right // by pattern
	tokens *auth.Rates
	doors  *auth.Rates // by address, of tokens that open nothing
}

// Handler returns the interface. It is called once. It knows no cookies: only a token says who asks.
func (s *Server) Handler() http.Handler {
	s.mux, s.rights = http.NewServeMux(), map[string][]access.Right{}
	s.tokens, s.doors = auth.NewRates(), auth.NewRates()
	a := s.describe()
	text, err := json.Marshal(a.OpenAPI())
	if err != nil {
		panic(fmt.Errorf("api: the types make no document: %w", err)) // a test sees it first
	}
	s.mux.HandleFunc(document, func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(text))
	})
	return http.HandlerFunc(s.serve)
}

// A caller is who asks, found out once for a request.
type caller struct {
	access.Viewer
	locale.Language
	today    local.Date
	request  string // its id in the log
	what     string // method and path
	pointing bool   // the request has a body that faults point into
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// serve finds the operation, finds out who asks, and lets those with the right in.
func (s *Server) serve(w http.ResponseWriter, req *http.Request) {
	ctx, cancel := context.WithTimeout(req.Context(), patience)
	defer cancel()
	c := caller{Language: locale.ForPrograms(req.Header.Get("Accept-Language")), request: w.Header().Get("X-Request-Id"), what: req.Method + " " + req.URL.Path,
		pointing: req.Method == http.MethodPost || req.Method == http.MethodPut}
	_, pattern := s.mux.Handler(req)
	if s.Noted != nil {
		s.Noted(req, strings.TrimSpace(or(pattern, "api")))
	}
	h := w.Header()
	h.Set("Vary", "Authorization, Accept-Language, Accept-Encoding")
	h.Set("Cache-Control", "private, no-store")
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler:
			panic(cause)
		default:
			s.refuse(ctx, w, c, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
		}
	}()
	if pattern == document {
		s.mux.ServeHTTP(w, req)
		return
	}
	v, wait, err := s.viewer(ctx, req)
	switch {
	case wait > 0:
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		err = errTooMany
	case errors.Is(err, auth.ErrNoToken):
		h.Set("WWW-Authenticate", `Bearer realm="KompoBib", error="invalid_token"`)
	case errors.Is(err, errToken):
		h.Set("WWW-Authenticate", `Bearer realm="KompoBib"`)
	}
	if err != nil {
		s.refuse(ctx, w, c, err)
		return
	}
	c.Viewer = v
	c.today = local.DateOf(s.DB.Now(), location())
	ctx = context.WithValue(ctx, callerKey{}, c)
	switch {
	case pattern == "":
		s.refuse(ctx, w, c, s.nowhere(w, req))
	case !slices.ContainsFunc(s.rights[pattern], v.Can):
		s.refuse(ctx, w, c, errForbidden)
	default:
		s.mux.ServeHTTP(w, req.WithContext(ctx))
	}
}

// viewer finds out whom a request's token stands for, or how long it must wait. Only a token that opens nothing waits for others from its address that did not
// either: none is guessed, and a program with an old one stops no other behind the same address.
func (s *Server) viewer(ctx context.Context, req *http.Request) (v access.Viewer, wait time.Duration, err error) {
	scheme, token, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return v, 0, errToken
	}
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		person, err := auth.TokenPerson(ctx, c, token)
		if err != nil {
			return err
		}
		v, err = programme.Viewer(ctx, c, person, local.DateOf(s.DB.Now(), location()))
		if err == nil && v.Person == "" {
			err = auth.ErrNoToken
		}
		return err
	})
	switch {
	case errors.Is(err, auth.ErrNoToken):
		if wait = s.doors.Take(s.Address(req), guess, s.Now()); wait > 0 {
			err = nil
		}
	case err == nil:
		wait = s.tokens.Take(token, pace, s.Now())
	}
	return v, wait, err
}

func location() *time.Location {
	l, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return l
}

// nowhere is why nothing answers a request: nothing stands there, or not for that method.
func (s *Server) nowhere(w http.ResponseWriter, req *http.Request) error {
	said := mute{header: http.Header{}}
	s.mux.ServeHTTP(&said, req)
	if said.code != http.StatusMethodNotAllowed {
		return errNowhere
	}
	w.Header().Set("Allow", said.header.Get("Allow"))
	return errMethod
}

// mute hears an answer out, and says nothing.
type mute struct {
	header http.Header
	code   int
}

func (m *mute) Header() http.Header         { return m.header }
func (m *mute) WriteHeader(code int)        { m.code = code }
func (m *mute) Write(b []byte) (int, error) { return len(b), nil }

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// describe registers every operation.
func (s *Server) describe() huma.API {
	form := huma.Format{
		Marshal: func(w io.Writer, v any) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			return e.Encode(v)
		},
		Unmarshal: func(text []byte, v any) error { return json.Unmarshal(plain(text), v) },
	}
	a := humago.NewWithPrefix(s.mux, Root, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "KompoBib", Version: "1",
				Description: "What other systems may read and do, with the rights of the account that a token stands for. Names and other texts are as on the pages; persons with protected identity are told by their number."},
			Servers: []*huma.Server{{URL: Root}},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "Made by `kompobib token create --email ADDRESS`."}},
			},
			Security: []map[string][]string{{"token": {}}},
		},
		Formats:                      map[string]huma.Format{"application/json": form, "json": form},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{s.reword},
	})
	schemas := a.OpenAPI().Components.Schemas
	wrong := &huma.Response{Description: "What went wrong, and what to do about it.", Content: map[string]*huma.MediaType{
		problemMedia: {Schema: schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")}}}
	for _, o := range operations {
		s.rights[o.method+" "+Root+o.path] = o.rights
		o.add(s, a, huma.Operation{OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Description: o.description,
			DefaultStatus: o.status, MaxBodyBytes: bodyLimit, Responses: map[string]*huma.Response{"default": wrong}})
	}
	// That a body is kept as it came, to be compared with a repeated one, does not make it any kind of file.
	for _, path := range a.OpenAPI().Paths {
		for _, op := range []*huma.Operation{path.Post, path.Put} {
			if op != nil && op.RequestBody != nil {
				delete(op.RequestBody.Content, "application/octet-stream")
			}
		}
	}
	// The library describes its own errors, which nobody gets.
	delete(schemas.Map(), "ErrorModel")
	delete(schemas.Map(), "ErrorDetail")
	return a
}
