package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"kompobib/internal/fault"
)

var (
	errToken     = fault.Define(fault.SignIn, "api.token")
	errForbidden = fault.Define(fault.Forbidden, "api.forbidden")
	errNowhere   = fault.Define(fault.NotFound, "api.nowhere")
	errMethod    = fault.Define(0, "api.method")
	errTooMany   = fault.Define(fault.TooMany, "api.too-many")
	errBusy      = fault.Define(0, "api.busy")
	errFailed    = fault.Define(0, "api.failed")
	errCursor    = fault.Define(fault.Invalid, "api.cursor")
	errKeyReused = fault.Define(fault.Invalid, "api.key-reused")

	// What the description of an operation does not allow.
	errJSON     = fault.Define(fault.Invalid, "api.json")
	errNoBody   = fault.Define(fault.Invalid, "api.no-body")
	errMedia    = fault.Define(fault.Invalid, "api.media")
	errTooLarge = fault.Define(fault.TooLarge, "api.too-large")
	errSlow     = fault.Define(0, "api.slow")
	errMissing  = fault.Define(fault.Invalid, "api.missing")
	errUnknown  = fault.Define(fault.Invalid, "api.unknown")
	errValue    = fault.Define(fault.Invalid, "api.value")
)

const problemMedia = "application/problem+json"

// A Problem is what went wrong, as RFC 9457 has it. Its words are in the language that was asked for; programs go by
// the codes, which stay.
type Problem struct {
	Type   string  `json:"type" doc:"A name for what went wrong that stays the same."`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail" doc:"What is wrong and what to do about it, for people."`
	Code   string  `json:"code" doc:"The fault, for programs; of several, the first."`
	ID     string  `json:"request_id,omitempty" doc:"To tell who runs the service, should it be at fault."`
	Errors []Wrong `json:"errors,omitempty" nullable:"false" doc:"Everything that is wrong with what was sent."`
}

// A Wrong is one thing that is wrong with what was sent.
type Wrong struct {
	Pointer   string `json:"pointer,omitempty" doc:"Where in the body: a JSON pointer."`
	Parameter string `json:"parameter,omitempty" doc:"Which parameter of the address or the headers."`
	Code      string `json:"code"`
	Detail    string `json:"detail"`
	Expected  string `json:"expected,omitempty" doc:"What the description of the interface allows."`
}

func (p *Problem) Error() string  { return p.Code }
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes the library send a problem as what it is.
func (p *Problem) ContentType(string) string { return problemMedia }

var statuses = map[fault.Kind]int{
	fault.Invalid:   http.StatusUnprocessableEntity,
	fault.NotFound:  http.StatusNotFound,
	fault.Forbidden: http.StatusForbidden,
	fault.Conflict:  http.StatusConflict,
	fault.SignIn:    http.StatusUnauthorized,
	fault.TooLarge:  http.StatusRequestEntityTooLarge,
	fault.TooMany:   http.StatusTooManyRequests,
}

// problem is the only place where an error becomes an answer. A fault is told as it is; anything else is
// logged, and only that is told.
func (s *Server) problem(ctx context.Context, c caller, err error) *Problem {
	faults := fault.Of(err)
	status := 0
	switch {
	case errors.Is(err, errMethod):
		status = http.StatusMethodNotAllowed
	case faults != nil:
		status = statuses[faults[0].Kind]
		if status == http.StatusNotFound && faults[0].Field != "" {
			status = http.StatusUnprocessableEntity // it is what was sent that names something that is not there
		}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		faults, status = fault.List{errBusy}, http.StatusServiceUnavailable
	default:
		faults, status = fault.List{errFailed}, http.StatusInternalServerError
	}
	if status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		s.Log.ErrorContext(ctx, "request failed", "id", c.request, "err", err)
	}
	p := c.about(status, faults[0].Code, c.Say(faults[0].Code, faults[0].Args...))
	for _, f := range faults {
		if f.Field == "" && len(faults) == 1 {
			continue
		}
		w := Wrong{Code: f.Code, Detail: c.Say(f.Code, f.Args...)}
		switch {
		case f.Field == "":
		case c.pointing:
			w.Pointer = "#/" + f.Field
		default:
			w.Parameter = f.Field
		}
		p.Errors = append(p.Errors, w)
	}
	return p
}

func (c caller) about(status int, code, detail string) *Problem {
	return &Problem{Type: "urn:kompobib:fault:" + code, Title: c.Say("api.title-" + strconv.Itoa(status)), Status: status, Detail: detail, Code: code, ID: c.request}
}

// refuse answers with a problem where no operation has been reached.
func (s *Server) refuse(ctx context.Context, w http.ResponseWriter, c caller, err error) {
	p := s.problem(ctx, c, err)
	w.Header().Set("Content-Type", problemMedia)
	w.Header().Set("Content-Language", c.Tag())
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // whoever asked may have gone
}

// reword makes a problem of what the library finds wrong with a request. Of what was sent it repeats nothing.
func (s *Server) reword(ctx huma.Context, _ string, v any) (any, error) {
	c := callerOf(ctx.Context())
	if _, ok := v.(*Problem); ok {
		ctx.SetHeader("Content-Language", c.Tag())
	}
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	ctx.SetHeader("Content-Language", c.Tag())
	whole := map[int]*fault.Fault{http.StatusUnsupportedMediaType: errMedia, http.StatusRequestEntityTooLarge: errTooLarge.With(bodyLimit >> 20),
		http.StatusRequestTimeout: errSlow, http.StatusBadRequest: errJSON}[m.Status]
	if m.Status == http.StatusBadRequest && len(m.Errors) == 0 {
		whole = errNoBody
	}
	if whole != nil {
		return c.about(m.Status, whole.Code, c.Say(whole.Code, whole.Args...)), nil
	}
	if m.Status != http.StatusUnprocessableEntity || len(m.Errors) == 0 {
		s.Log.ErrorContext(ctx.Context(), "request failed", "id", c.request, "err", m.Detail)
		return c.about(http.StatusInternalServerError, errFailed.Code, c.Say(errFailed.Code)), nil
	}
	p := c.about(m.Status, "", "")
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, c.wrong(e))
	}
	first := p.Errors[0]
	p.Code, p.Detail, p.Type = first.Code, first.Detail, "urn:kompobib:fault:"+first.Code
	return p, nil
}

// required is how the library says that a property is missing, around its name.
var requiredBefore, requiredAfter, _ = strings.Cut(validation.MsgExpectedRequiredProperty, "%s")

// wrong rewords one of the library's findings.
func (c caller) wrong(e *huma.ErrorDetail) Wrong {
	f, at := errValue, e.Location
	w := Wrong{}
	property, isProperty := strings.CutPrefix(e.Message, requiredBefore)
	switch {
	case isProperty && strings.HasSuffix(property, requiredAfter):
		f, at = errMissing, at+"."+strings.TrimSuffix(property, requiredAfter)
	case strings.HasPrefix(e.Message, "required "):
		f = errMissing
	case e.Message == validation.MsgUnexpectedProperty, e.Message == "unknown query parameter":
		f = errUnknown
	default:
		w.Expected = strings.TrimPrefix(e.Message, "expected ")
	}
	w.Code, w.Detail = f.Code, c.Say(f.Code)
	if where, name, _ := strings.Cut(at, "."); where == "query" || where == "path" || where == "header" {
		w.Parameter = name
	} else {
		w.Pointer = pointer(at)
	}
	return w
}

var index = regexp.MustCompile(`\[(\d+)\]`)

// pointer is the JSON pointer of a place that the library tells as body[3].minutes.
func pointer(at string) string {
	return "#" + strings.ReplaceAll(index.ReplaceAllString(strings.TrimPrefix(at, "body"), "/$1"), ".", "/")
}
