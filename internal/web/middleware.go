package web

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/web/static"
	"kompobib/internal/web/view"
)

// A sight is what is noted of a request while it is served.
type sight struct {
	id     string
	secure bool   // people reach us over https
	route  string // the pattern, never the path: a path may hold a token or a person's id
	status int
	bytes  int
	keep   func(page []byte) // keeps the page for whoever asks the same, nil if it must not be kept
}

type sightKey struct{}

func seen(req *http.Request) *sight {
	if s, ok := req.Context().Value(sightKey{}).(*sight); ok {
		return s
	}
	return &sight{} // a handler on its own, in a test
}

// A witness passes an answer on and notes what it was.
type witness struct {
	http.ResponseWriter
	*sight
}

func (w witness) WriteHeader(code int) {
	if w.status == 0 && code >= 200 {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w witness) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += n
	return n, err
}

func (w witness) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// watch gives each request an id, logs and counts it, and turns a panic into an answer. The log holds
// nothing personal: no path, no query, no address, no name.
func (s *Server) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		start := s.Now()
		note := &sight{id: rand.Text()[:12], secure: s.Secure}
		ctx, queries := db.Counting(context.WithValue(req.Context(), sightKey{}, note))
		req = req.WithContext(ctx)
		to := witness{w, note}
		to.Header().Set("X-Request-Id", note.id)
		defer func() {
			if cause := recover(); cause != nil {
				if cause == http.ErrAbortHandler {
					panic(cause)
				}
				s.Log.ErrorContext(req.Context(), "panic", "id", note.id, "route", note.route, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
				if note.status == 0 {
					s.fail(to, req, view.Reader{Language: language(req), URL: req.URL}, errors.New("panic"))
				}
			}
			took := s.Now().Sub(start)
			s.meter.request(note, took, queries.Load())
			if note.route != "" {
				s.Log.InfoContext(req.Context(), "request", "id", note.id, "route", note.route, "status", note.status, "bytes", note.bytes, "queries", queries.Load(), "ms", took.Milliseconds())
			}
		}()
		next.ServeHTTP(to, req)
	})
}

// policy lets a page load what we serve ourselves, and nothing written into the page itself.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guard sets the headers that every answer bears.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("X-Frame-Options", "DENY")
		if s.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, req)
	})
}

// readForm reads a posted form, so that handlers find it whole in req.PostForm and req.MultipartForm.
func readForm(w http.ResponseWriter, req *http.Request) error {
	limit, files := int64(formLimit), strings.HasPrefix(req.Header.Get("Content-Type"), "multipart/")
	if files {
		limit = fileLimit
	}
	body := req.Body
	req.Body = http.MaxBytesReader(w, body, limit)
	var err error
	if files {
		err = req.ParseMultipartForm(formLimit) // what is more goes to a file meanwhile
	} else {
		err = req.ParseForm()
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		io.CopyN(io.Discard, body, fileLimit) // so that the browser reads the answer before the connection ends
		return errTooLarge.With(limit >> 20)
	case err != nil:
		return errForm
	}
	tidy(req.Form) // its values are not those of the other
	tidy(req.PostForm)
	return nil
}

// squeezers are kept, since one is large.
var squeezers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(io.Discard, 5)
	if err != nil {
		panic(err)
	}
	return z
}}

// squeezes reports whether whoever asks takes what is squeezed.
func squeezes(req *http.Request) bool {
	return strings.Contains(req.Header.Get("Accept-Encoding"), "gzip")
}

func squeeze(w io.Writer, text []byte) error {
	z := squeezers.Get().(*gzip.Writer)
	defer squeezers.Put(z)
	z.Reset(w)
	_, err := z.Write(text)
	return errors.Join(err, z.Close())
}

// send writes a text, squeezed where that pays.
func send(w http.ResponseWriter, req *http.Request, code int, body []byte) error {
	h := w.Header()
	if len(body) < 1400 || !squeezes(req) {
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(code)
		_, err := w.Write(body)
		return gone(err)
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(code)
	return gone(squeeze(w, body))
}

// squeezing squeezes the answers of h where that pays. They are short enough to be held until they are whole.
func squeezing(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !squeezes(req) || req.Header.Get("Range") != "" {
			h.ServeHTTP(w, req)
			return
		}
		held := heldAnswer{ResponseWriter: w, code: http.StatusOK}
		h.ServeHTTP(&held, req)
		w.Header().Del("Content-Length")
		if held.body.Len() == 0 {
			w.WriteHeader(held.code)
			return
		}
		_ = send(w, req, held.code, held.body.Bytes())
	})
}

// heldAnswer is an answer that is not sent yet.
type heldAnswer struct {
	http.ResponseWriter
	code int
	body bytes.Buffer
}

func (a *heldAnswer) WriteHeader(code int)        { a.code = code }
func (a *heldAnswer) Write(b []byte) (int, error) { return a.body.Write(b) }

// gone drops an error of writing: the status is out, and whoever asked has gone.
func gone(error) error { return nil }

func staticFile(w http.ResponseWriter, req *http.Request) {
	f := static.At(req.URL.Path)
	if f == nil {
		http.NotFound(w, req)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.Kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := f.Body
	if f.Gzipped != nil && squeezes(req) {
		h.Set("Content-Encoding", "gzip")
		body = f.Gzipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if req.Method != http.MethodHead {
		w.Write(body)
	}
}

// A whole region may come from one address, when a letter has told all its staff that sign-up opens: two steps each. What is
// guarded here is the machine; a mailbox is guarded by auth, and an account by knock and siege.
var (
	door  = auth.Pace{Tries: 600, Every: 200 * time.Millisecond} // all steps of signing in, from one address
	guess = auth.Pace{Tries: 60, Every: 2 * time.Second}         // passwords from one address: each costs us a slot
	knock = auth.Pace{Tries: 10, Every: 5 * time.Minute}         // passwords for one account from one address: a stranger uses up their own
	siege = auth.Pace{Tries: 100, Every: time.Minute}            // passwords for one account, wherever from: more than one address comes to
)

// mayGuess takes a try at an account's password from an address, or reports that there is none. What is refused at one pace takes nothing of another.
func mayGuess(rates *auth.Rates, now time.Time, address, email string) bool {
	email = strings.ToLower(strings.TrimSpace(email))
	return rates.TakeAll(now, auth.Try{What: "guess " + address, Pace: guess}, auth.Try{What: "knock " + address + " " + email, Pace: knock},
		auth.Try{What: "siege " + email, Pace: siege}) == 0
}

// mayTry takes a try at the password that somebody signed in has, as they are asked for it once more.
func mayTry(rates *auth.Rates, now time.Time, address, person string) bool {
	return rates.TakeAll(now, auth.Try{What: "guess " + address, Pace: guess}, auth.Try{What: "present " + person, Pace: knock}) == 0
}

// address is where a request comes from: the last that our own proxy names, or the connection's other end. A proxy may add
// a line of its own to those of the header that a visitor made up, so the last of all lines is meant.
// Of an IPv6 address, the network that one household has.
func (s *Server) address(req *http.Request) string {
	host := withoutPort(req.RemoteAddr)
	if s.Proxy {
		all := strings.Split(strings.Join(req.Header.Values("X-Forwarded-For"), ","), ",")
		host = cmp.Or(withoutPort(strings.TrimSpace(all[len(all)-1])), host)
	}
	if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
		return ip.Mask(net.CIDRMask(64, 128)).String()
	}
	return host
}

// reachedAt is at which address people reach us, without a slash at the end.
func (s *Server) reachedAt(req *http.Request) string {
	switch {
	case s.URL != "":
		return s.URL
	case s.Secure:
		return "https://" + req.Host
	}
	return "http://" + req.Host
}

func withoutPort(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return strings.Trim(address, "[]")
}
