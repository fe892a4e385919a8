package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/web/locale"
	"kompobib/internal/web/view"
)

const (
	languageCookie = "language"
	noticeCookie   = "notice"
)

// reader finds out whom a page is for, and what stands in front of it.
func (s *Server) reader(w http.ResponseWriter, req *http.Request) (view.Reader, *front, error) {
	r := view.Reader{Language: language(req), URL: req.URL}
	viewer, self, err := s.visitor(req)
	if err != nil {
		return r, nil, err
	}
	r.Viewer, r.Name = viewer, strings.TrimSpace(self.Name())
	if l, chosen := locale.Named(self.Language); chosen {
		r.Language = l
	}
	if r.SignedIn() {
		w.Header().Set("Cache-Control", "private, no-store")
	} else {
		w.Header().Set("Cache-Control", "private, no-cache")
	}
	if req.Method == http.MethodGet {
		r.Notice = takeNotice(w, req)
	}
	f, err := s.front(req.Context(), r.SignedIn(), req.Method == http.MethodPost)
	if err != nil {
		return r, nil, err
	}
	r.Site = &f.Site
	return r, f, nil
}

// language is the one that was chosen in this browser, or else the browser asks for. What a person who has
// signed in once chose goes before both.
func language(req *http.Request) locale.Language {
	if c, err := req.Cookie(languageCookie); err == nil {
		if l, ok := locale.Named(c.Value); ok {
			return l
		}
	}
	return locale.For(req.Header.Get("Accept-Language"))
}

// chooseLanguage keeps the reader's choice, in the browser and with the person, and goes back to the page.
func (s *Server) chooseLanguage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	if l, ok := locale.Named(req.PostFormValue("language")); ok {
		http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: l.Tag(), Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
			HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode})
		if r.SignedIn() {
			err := s.DB.Tx(req.Context(), r.Person, func(ctx context.Context, tx *db.Tx) error {
				return people.ChooseLanguage(ctx, tx, s.Ring, r.Viewer, l.Tag())
			})
			if err != nil {
				return err
			}
		}
	}
	http.Redirect(w, req, cmp.Or(ours(req.PostFormValue("back")), "/"), http.StatusSeeOther)
	return nil
}

// A notice goes along to the next page in a cookie. It holds a code and plain arguments, nothing of a person.
func setNotice(w http.ResponseWriter, req *http.Request, n view.Notice) {
	text, err := json.Marshal(n)
	if err != nil {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: noticeCookie, Value: base64.RawURLEncoding.EncodeToString(text), Path: "/", MaxAge: 60,
		HttpOnly: true, Secure: seen(req).secure, SameSite: http.SameSiteLaxMode})
}

// takeNotice returns the notice that came along, and takes the cookie away.
func takeNotice(w http.ResponseWriter, req *http.Request) *view.Notice {
	c, err := req.Cookie(noticeCookie)
	if err != nil {
		return nil
	}
	http.SetCookie(w, &http.Cookie{Name: noticeCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: seen(req).secure, SameSite: http.SameSiteLaxMode})
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return nil
	}
	var n view.Notice
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&n) != nil || !locale.Swedish.Has(n.Code) {
		return nil
	}
	for i, arg := range n.Args {
		n.Args[i] = argument(arg)
	}
	return &n
}

// argument is what words are filled in with, after its way through JSON: numbers and dates are themselves again.
func argument(arg any) any {
	switch arg := arg.(type) {
	case json.Number:
		if n, err := arg.Int64(); err == nil {
			return int(n)
		}
		return arg.String()
	case string:
		if d, err := local.ParseDate(arg); err == nil {
			return d
		}
		return arg
	}
	return fmt.Sprint(arg)
}
