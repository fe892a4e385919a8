package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/once"
	"kompobib/internal/web/view"
)

// A control is a field and how it is filled in.
type control struct {
	view.Field
	As string // "" for an input, "select", "radios", "textarea", "checkbox"
}

// A formPage is a page with one form, as it stands when nothing has been filled in: what is there now.
type formPage struct {
	view.Page
	view.Form
	What     []string // what happens, above the fields
	Controls []control
	Submit   string
	Danger   bool   // it cannot be undone
	Back     string // where to go instead
	stale    bool
	changed  []view.Stale
}

// fill puts what was typed in the fields. If someone else was quicker, it also tells where their text differs.
func (f *formPage) fill(typed url.Values, stale bool) {
	f.stale, f.Key = stale, typed.Get("key")
	for i := range f.Controls {
		c := &f.Controls[i]
		yours := typed.Get(c.Name)
		if stale && strings.TrimSpace(yours) != c.Value {
			f.changed = append(f.changed, view.Stale{Label: c.Label, Yours: c.shown(yours), Theirs: c.shown(c.Value)})
		}
		c.Value = yours
	}
}

// shown is a value in the words that the reader chose it by.
func (c control) shown(value string) string {
	if i := slices.IndexFunc(c.Options, func(o view.Option) bool { return o.Value == value }); i >= 0 {
		return c.Options[i].Label
	}
	return value
}

// showForm shows a form that nothing has been filled in.
func (s *Server) showForm(w http.ResponseWriter, req *http.Request, r view.Reader, build func(ctx context.Context, c db.Conn) (formPage, error)) error {
	var f formPage
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		f, err = build(ctx, c)
		return err
	})
	if err != nil {
		return err
	}
	f.Key = view.NewKey()
	return render(w, req, http.StatusOK, formView(r, f))
}

// takeForm does what a form asks, once however often it is sent, and goes to the page that do returns, where code tells
// that it is done. A form with mistakes is shown again with what was typed.
func (s *Server) takeForm(w http.ResponseWriter, req *http.Request, r view.Reader, code string,
	build func(ctx context.Context, c db.Conn) (formPage, error), do func(ctx context.Context, tx *db.Tx) (to string, err error)) error {
	var to string
	ctx := req.Context()
	err := s.DB.Tx(ctx, r.Person, func(ctx context.Context, tx *db.Tx) (err error) {
		to, err = once.Do(ctx, tx, req.PostFormValue("key"), func() (string, error) { return do(ctx, tx) })
		return err
	})
	if err == nil {
		return done(w, req, to, code)
	}
	return s.askAgain(w, req, r, err, build)
}

// askAgain shows a form once more with what was typed and what is wrong with it.
func (s *Server) askAgain(w http.ResponseWriter, req *http.Request, r view.Reader, err error, build func(ctx context.Context, c db.Conn) (formPage, error)) error {
	faults, status, ok := mistakes(err)
	if !ok {
		return err
	}
	var f formPage
	ctx := req.Context()
	if err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		f, err = build(ctx, c)
		return err
	}); err != nil {
		return err
	}
	stale := errors.Is(err, fault.Stale)
	f.fill(req.PostForm, stale)
	if !stale {
		f.Faults = faults
	}
	return render(w, req, status, formView(r, f))
}
