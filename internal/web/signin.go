package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/people"
	"kompobib/internal/web/view"
)

// A signInForm is the page where one gives an address, and a password if one has set one.
type signInForm struct {
	Email, Back string
	Password    bool // the form with a password was sent
	Faults      fault.List
}

func (s *Server) signIn(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	back := ours(req.FormValue("back"))
	if r.SignedIn() {
		http.Redirect(w, req, cmp.Or(back, "/me"), http.StatusSeeOther)
		return nil
	}
	return render(w, req, http.StatusOK, signInPage(r, signInForm{Back: back}))
}

// askLink answers the same whether the address is known or not, and takes as long.
func (s *Server) askLink(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	form := signInForm{Email: req.PostFormValue("email"), Back: ours(req.PostFormValue("back"))}
	var id string
	err := s.DB.Tx(req.Context(), "sign-in", func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = auth.Ask(ctx, tx, s.Ring, s.Now(), form.Email, form.Back)
		return err
	})
	if faults, code, ok := mistakes(err); ok {
		form.Faults = faults
		return render(w, req, code, signInPage(r, form))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, req, codeAddress(id, form.Back), http.StatusSeeOther)
	return nil
}

func codeAddress(id, back string) string {
	q := url.Values{"id": {id}}
	if back != "" {
		q.Set("back", back)
	}
	return "/sign-in/code?" + q.Encode()
}

func (s *Server) signInByPassword(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	form := signInForm{Email: req.PostFormValue("email"), Back: ours(req.PostFormValue("back")), Password: true}
	if !mayGuess(s.rates, s.Now(), s.address(req), form.Email) {
		form.Faults = fault.List{errGuesses}
		return render(w, req, status(form.Faults), signInPage(r, form))
	}
	persons, err := s.Passwords.Check(req.Context(), s.DB, form.Email, req.PostFormValue("password"))
	if faults, code, ok := mistakes(err); ok {
		form.Faults = faults
		return render(w, req, code, signInPage(r, form))
	}
	if err != nil {
		return err
	}
	return s.enter(w, req, persons, "password", form.Back)
}

// codePage tells that a letter is on its way, if it is, and takes the code in it.
func (s *Server) codePage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return render(w, req, http.StatusOK, signInCodePage(r, req.FormValue("id"), ours(req.FormValue("back")), nil))
}

func (s *Server) useCode(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id, back := req.PostFormValue("id"), ours(req.PostFormValue("back"))
	persons, err := auth.UseCode(req.Context(), s.DB, s.Ring, s.Now(), id, req.PostFormValue("code"))
	if faults, code, ok := mistakes(err); ok {
		return render(w, req, code, signInCodePage(r, id, back, faults))
	}
	if err != nil {
		return err
	}
	return s.enter(w, req, persons, "code", back)
}

// linkPage has a button, since a link in a letter is followed by programs too: they must not use it up.
func (s *Server) linkPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	token := req.PathValue("token")
	works, err := auth.LinkWorks(req.Context(), s.DB, s.Now(), token)
	if err != nil {
		return err
	}
	w.Header().Set("Referrer-Policy", "no-referrer") // the address lets one in
	if !works {
		return render(w, req, http.StatusUnprocessableEntity, signInPage(r, signInForm{Faults: fault.List{auth.ErrLink}}))
	}
	return render(w, req, http.StatusOK, signInLinkPage(r, token))
}

func (s *Server) useLink(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var persons []string
	var back string
	err := s.DB.Tx(req.Context(), "sign-in", func(ctx context.Context, tx *db.Tx) (err error) {
		persons, back, err = auth.UseLink(ctx, tx, s.Now(), req.PathValue("token"))
		return err
	})
	if faults, code, ok := mistakes(err); ok {
		return render(w, req, code, signInPage(r, signInForm{Faults: faults}))
	}
	if err != nil {
		return err
	}
	return s.enter(w, req, persons, "link", ours(back))
}

// enter lets in who has proved who they are, or asks which of those who share the address they are.
func (s *Server) enter(w http.ResponseWriter, req *http.Request, persons []string, how, back string) error {
	ctx := req.Context()
	if len(persons) > 1 {
		if err := s.Sessions.Choose(ctx, persons, how); err != nil {
			return err
		}
		http.Redirect(w, req, "/sign-in/choose?"+url.Values{"back": {back}}.Encode(), http.StatusSeeOther)
		return nil
	}
	err := s.DB.Tx(ctx, persons[0], func(ctx context.Context, tx *db.Tx) error { return auth.SignedIn(ctx, tx, persons[0], how) })
	if err == nil {
		err = s.Sessions.Come(ctx, persons[0], how, browser(req.UserAgent()))
	}
	if err != nil {
		return err
	}
	home := "/me"
	if back == "" {
		today := s.today("Europe/Stockholm")
		v, err := people.Viewer(ctx, s.DB, persons[0], today)
		if err != nil {
			return err
		}
		home = homeOf(v)
	}
	http.Redirect(w, req, cmp.Or(back, home), http.StatusSeeOther)
	return nil
}

// homeOf is the page on which someone's work begins: the first of those that a role opens to them, or their own.
func homeOf(v access.Viewer) string {
	for _, page := range []struct {
		right access.Right
		path  string
	}{{access.PlanAny, "/office"}, {access.SeeStaff, "/workplace"}, {access.ManageAccounts, "/accounts"}, {access.SeeSignups, "/activities"}, {access.SeeReach, "/reach"}} {
		if v.Can(page.right) {
			return page.path
		}
	}
	return "/me"
}

// choosePage shows the names of those who share the address, to whoever has proved that it is theirs.
func (s *Server) choosePage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	persons, _ := s.Sessions.Choices(req.Context())
	if len(persons) == 0 {
		http.Redirect(w, req, "/sign-in", http.StatusSeeOther)
		return nil
	}
	names, err := people.Names(req.Context(), s.DB, r.Viewer, persons)
	if err != nil {
		return err
	}
	options := make([]view.Option, len(persons))
	for i, id := range persons {
		options[i] = view.Option{Value: id, Label: cmp.Or(names[id].String(), r.Say("signin.protected"))}
	}
	return render(w, req, http.StatusOK, signInChoosePage(r, options, ours(req.FormValue("back"))))
}

func (s *Server) choose(w http.ResponseWriter, req *http.Request, _ view.Reader) error {
	persons, how := s.Sessions.Choices(req.Context())
	for _, id := range persons {
		if id == req.PostFormValue("person") {
			return s.enter(w, req, []string{id}, how, ours(req.PostFormValue("back")))
		}
	}
	http.Redirect(w, req, "/sign-in/choose", http.StatusSeeOther)
	return nil
}

func (s *Server) signOut(w http.ResponseWriter, req *http.Request, _ view.Reader) error {
	if err := s.Sessions.Leave(req.Context()); err != nil {
		return err
	}
	return done(w, req, "/", "signin.left")
}

// security is where one sees to one's own way in.
type security struct {
	Account  auth.Account
	Sessions []auth.Session
	Keys     int    // for programs, which end neither with a password nor with a session
	This     string // the session of this page
	Proved   bool   // no present password is asked for
	Faults   fault.List
}

func (s *Server) security(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.showSecurity(w, req, r, http.StatusOK, nil)
}

func (s *Server) showSecurity(w http.ResponseWriter, req *http.Request, r view.Reader, code int, faults fault.List) error {
	ctx := req.Context()
	p := security{This: s.Sessions.Stored(ctx), Proved: s.Sessions.Proved(ctx), Faults: faults}
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if p.Account, err = auth.GetAccount(ctx, c, r.Viewer, r.Person); err != nil {
			return err
		}
		if p.Sessions, err = s.Sessions.List(ctx, c, r.Person); err != nil {
			return err
		}
		keys, err := auth.Tokens(ctx, c, r.Viewer, r.Person)
		p.Keys = len(keys)
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, code, securityPage(r, p))
}

func (s *Server) setPassword(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx := req.Context()
	if !s.Sessions.Proved(ctx) && !mayTry(s.rates, s.Now(), s.address(req), r.Viewer.Person) {
		return s.showSecurity(w, req, r, http.StatusTooManyRequests, fault.List{errTooMany})
	}
	err := s.Passwords.Set(ctx, s.DB, r.Viewer, auth.Change{
		Present: req.PostFormValue("present"), New: req.PostFormValue("new"), Again: req.PostFormValue("again"),
		Proved: s.Sessions.Proved(ctx), Session: s.Sessions.Stored(ctx), Key: s.onceKey(req),
	})
	if faults, code, ok := mistakes(err); ok {
		return s.showSecurity(w, req, r, code, faults)
	}
	if err != nil {
		return err
	}
	return done(w, req, "/me/security", "signin.password-set")
}

func (s *Server) endSession(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		if req.PostFormValue("session") == "" {
			return "", auth.EndSessions(ctx, tx, r.Person, s.Sessions.Stored(ctx))
		}
		return "", auth.EndSession(ctx, tx, r.Person, req.PostFormValue("session"))
	})
	if err != nil {
		return err
	}
	return done(w, req, "/me/security", "signin.session-ended")
}

// browser says in a few words what someone signs in with, as far as that can be told.
func browser(agent string) string {
	first := func(names ...string) string {
		for _, name := range names {
			if in, shown, _ := strings.Cut(name, "="); strings.Contains(agent, in) {
				return cmp.Or(shown, in)
			}
		}
		return ""
	}
	name := first("Edg/=Edge", "OPR/=Opera", "Firefox", "Chrome", "Safari")
	system := first("Android", "iPhone", "iPad", "Windows", "Mac OS=Mac", "Linux")
	return strings.Trim(name+", "+system, ", ")
}

// sinceWhen is when someone signed in, by the machine's clock.
func sinceWhen(r view.Reader, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return r.Time(t, zone)
}
