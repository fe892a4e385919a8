package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/once"
	"kompobib/internal/publishing"
	"kompobib/internal/web/view"
)

// A control is a field and how it is filled in, or several that stand together.
type control struct {
	view.Field
	// As is "" for an input, "select", "radios", "checkboxes", "checkbox", "textarea" or "hidden"; "kept" for a file that came before;
	// "picture" and "shown" for what only shows; "row", "group" or "fold" for several, "more" for the button that asks for more rows, "fetch" for one that fetches text into
	// a field and whose value says what.
	As    string
	Parts []control       // of a row, a group or a fold; a fold without a label has that of its first part
	Then  string          // what a "fetch" button was pressed for: it comes after what is typed
	Draft string          // what stood there to begin with: Then takes the place of its headings below which nothing is written
	Shown templ.Component // of what only shows, if it is no picture
}

func row(parts ...control) control { return control{As: "row", Parts: parts} }

func group(legend, help string, parts ...control) control {
	return control{Field: view.Field{Label: legend, Help: help}, As: "group", Parts: parts}
}

// A form is read for the page that asks it, as it stands when nothing has been filled in: with what is there now.
type form = func(ctx context.Context, c db.Conn) (formPage, error)

// A formPage is a page with a form, below whatever else it shows.
type formPage struct {
	view.Page
	view.Form
	About    string          // the programme that it is about
	Above    templ.Component // what the page shows before its form
	Heading  string          // of the form, if there is something above it
	Quoted   string          // what it is about, in someone's own words in Swedish, above What
	What     []string        // what happens, above the fields
	Controls []control
	Submit   string
	Look     string             // the button that shows what comes of it, without saving
	Danger   bool               // it cannot be undone
	Back     string             // where to go instead
	Remove   string             // where that which it changes is removed
	known    []publishing.Known // dates that one in a text is held against
	Stale    *view.StaleNote    // what a form tells that was filled in from what is no longer so, nil for that somebody else was quicker
	stale    bool
	changed  []view.Stale
}

// warn points out dates in the form's texts that equal a known one but for the year.
func (f formPage) warn(r view.Reader) {
	fields(f.Controls, func(c *control) {
		if c.isText() {
			c.Warnings = slipTexts(r, c.Value, f.known)
		}
	})
}

// isText reports whether people write what they like in it.
func (c control) isText() bool { return c.As == "textarea" || c.As == "" && c.Kind == "" }

// writes reports whether the form has such fields.
func (f formPage) writes() (yes bool) {
	fields(f.Controls, func(c *control) { yes = yes || c.isText() })
	return yes
}

// fields calls f for each control that is a field.
func fields(list []control, f func(*control)) {
	for i := range list {
		if c := &list[i]; c.Parts != nil {
			fields(c.Parts, f)
		} else {
			f(c)
		}
	}
}

// fetches stands before what a button of a form would fetch into it.
const fetches = "fetch "

// more reports whether the form has rows that more can be asked for of, or text that can be fetched.
func (f formPage) more() (yes bool) {
	fields(f.Controls, func(c *control) { yes = yes || c.As == "more" || c.As == "fetch" })
	return yes
}

// wasField is the hidden field that says what a form was filled in from where that has no version of its own; those that begin with it and a dash hold what it showed.
const wasField = "was"

// fill puts what was typed in the fields. If someone else was quicker, it also tells where their text differs, and the
// form goes on from theirs; else it stays with the version that it was filled in from.
func (f *formPage) fill(r view.Reader, in posted, stale bool) {
	f.stale, f.Key = stale, in.text("key")
	if version := in.version(); !stale && version > 0 {
		f.Version = version
	}
	fields(f.Controls, func(c *control) {
		if c.As == "picture" || c.As == "shown" || c.As == "more" || c.As == "fetch" || stale && (c.Name == wasField || strings.HasPrefix(c.Name, wasField+"-")) {
			return
		}
		theirs := c.shown(r)
		c.Value, c.Values = in.text(c.Name), in.Values[c.Name]
		if c.Then != "" && !strings.Contains(strings.ReplaceAll(c.Value, "\r\n", "\n"), c.Then) {
			c.Value = strings.TrimSpace(writtenIn(c.Value, c.Draft) + "\n\n" + c.Then)
		}
		if yours := c.shown(r); stale && c.Label != "" && yours != theirs {
			f.changed = append(f.changed, view.Stale{Label: c.Label, Yours: yours, Theirs: theirs})
		}
	})
}

// heading is a line of Markdown that is one: "#mod" is not.
var heading = regexp.MustCompile(`^#{1,6}(\s|$)`)

// writtenIn is what somebody has written in a draft of headings, without those of its headings below which nothing stands.
func writtenIn(typed, draft string) string {
	lines := strings.Split(strings.ReplaceAll(typed, "\r\n", "\n"), "\n")
	headings := strings.Split(draft, "\n")
	empty := true // from here to the next heading, or the end
	for i, line := range slices.Backward(lines) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case !heading.MatchString(line):
			empty = false
		case empty && slices.Contains(headings, line):
			next := i + 1
			for next < len(lines) && strings.TrimSpace(lines[next]) == "" {
				next++
			}
			lines = slices.Delete(lines, i, next)
		default:
			empty = !strings.HasPrefix(line, "###") // a heading below another is something in it
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// shown is what a control holds, in the words that the reader chose it by.
func (c control) shown(r view.Reader) string {
	if c.As == "checkbox" {
		return yesNo(r, c.Value == "1")
	}
	var labels []string
	for _, o := range c.Options {
		if o.Value != "" && (o.Value == c.Value || slices.Contains(c.Values, o.Value)) {
			labels = append(labels, o.Label)
		}
	}
	if labels != nil || c.Options != nil {
		return strings.Join(labels, ", ")
	}
	return strings.ReplaceAll(strings.TrimSpace(c.Value), "\r\n", "\n")
}

type handler = func(*Server, http.ResponseWriter, *http.Request, view.Reader) error

// asks is the page of a form that nothing has been filled in.
func asks(of func(*Server, *http.Request, view.Reader) form) handler {
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		return s.showForm(w, req, r, of(s, req, r))
	}
}

func (s *Server) showForm(w http.ResponseWriter, req *http.Request, r view.Reader, of form) error {
	f, err := s.loadForm(req, r, of)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, formView(r, f))
}

// loadForm reads a form, and for one about a programme the dates that those in its texts are held against.
func (s *Server) loadForm(req *http.Request, r view.Reader, of form) (f formPage, err error) {
	ctx := req.Context()
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		if f, err = of(ctx, c); err == nil && f.About != "" && f.writes() {
			f.known, err = publishing.KnownDates(ctx, c, r.Viewer, f.About)
		}
		return err
	})
	return f, err
}

// takeForm does what a form asks, once however often it is sent, and goes to the page that do returns, where code tells
// that it is done. A form with mistakes, or one that more rows, a look or a text are asked for of, is shown again with what was typed.
func (s *Server) takeForm(w http.ResponseWriter, req *http.Request, r view.Reader, code string,
	of form, do func(ctx context.Context, tx *db.Tx) (to string, err error)) error {
	if do := formOf(req).text("do"); do == "more" || do == "look" || strings.HasPrefix(do, fetches) {
		f, err := s.loadForm(req, r, of)
		if err != nil {
			return err
		}
		if f.Action != req.URL.Path && f.isOf(req) { // what it was filled in from may be another workplace's
			_, err = ownPlace(req.Context(), s.DB, req, r)
		}
		if err != nil && !errors.Is(err, learning.ErrMoved) {
			return err
		}
		f.fill(r, formOf(req), errors.Is(err, learning.ErrMoved))
		f.tellMoved(r, err)
		return render(w, req, http.StatusOK, formView(r, f))
	}
	to, err := s.change(req, r, do)
	if err == nil {
		return done(w, req, to, code)
	}
	return s.askAgain(w, req, r, err, of)
}

// change runs do in a transaction of the reader's, once however often the form is sent, and returns its answer. A refusal that is to be recorded is.
func (s *Server) change(req *http.Request, r view.Reader, do func(ctx context.Context, tx *db.Tx) (string, error)) (answer string, err error) {
	err = s.DB.Tx(req.Context(), r.Person, func(ctx context.Context, tx *db.Tx) (err error) {
		answer, err = once.Do(ctx, tx, s.onceKey(req), func() (string, error) { return do(ctx, tx) })
		return err
	})
	if refusal, ok := errors.AsType[*audit.Refusal](err); ok {
		e := s.DB.Tx(req.Context(), r.Person, func(ctx context.Context, tx *db.Tx) error { return audit.Record(ctx, tx, refusal.Event) })
		if e != nil {
			return answer, e
		}
	}
	return answer, err
}

// changeOf is [Server.change] with an answer that is no text.
func changeOf[T any](s *Server, req *http.Request, r view.Reader, do func(ctx context.Context, tx *db.Tx) (T, error)) (answer T, err error) {
	text, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		answer, err := do(ctx, tx)
		if err != nil {
			return "", err
		}
		text, err := json.Marshal(answer)
		return string(text), err
	})
	if err == nil {
		err = json.Unmarshal([]byte(text), &answer)
	}
	return answer, err
}

// onceKey is what a form that is sent twice has in common: its key and all that it says. Whoever goes back to a form, changes it
// and sends it again asks for something else. It is hashed, since a form may hold what no table should.
func (s *Server) onceKey(req *http.Request) string {
	key := req.PostFormValue("key")
	if key == "" {
		return ""
	}
	said := url.Values{}
	for name, values := range req.PostForm {
		if !strings.HasSuffix(name, "_kept") { // a file stored twice has two names
			said[name] = values
		}
	}
	var text strings.Builder
	text.WriteString(req.URL.Path + "?" + said.Encode())
	if req.MultipartForm != nil {
		for _, name := range slices.Sorted(maps.Keys(req.MultipartForm.File)) {
			for _, f := range req.MultipartForm.File[name] {
				fmt.Fprintf(&text, "\n%s %s %d", name, f.Filename, f.Size)
			}
		}
	}
	return s.Ring.Hash("form", text.String())
}

// askAgain shows a form once more with what was typed and what is wrong with it. If it was another of the page's
// forms that was sent, there is nothing to fill in.
func (s *Server) askAgain(w http.ResponseWriter, req *http.Request, r view.Reader, err error, of form) error {
	faults, status, ok := mistakes(err)
	if !ok {
		return err
	}
	f, e := s.loadForm(req, r, of)
	if e != nil {
		return e
	}
	stale := errors.Is(err, fault.Stale)
	if f.isOf(req) {
		f.fill(r, formOf(req), stale)
	} else {
		f.stale = stale
	}
	f.tellMoved(r, err)
	if !stale {
		f.Faults = faults
	}
	return render(w, req, status, formView(r, f))
}

// isOf reports whether it is this form that was sent: the address that it has now may be that of the workplace in which the one it was
// filled in at has gone up.
func (f formPage) isOf(req *http.Request) bool {
	if f.Action == req.URL.Path {
		return true
	}
	slug, unit := req.PathValue("slug"), req.PathValue("unit")
	if slug == "" || unit == "" {
		return false
	}
	places := "/programmes/" + slug + "/workplaces/"
	now, here := strings.CutPrefix(f.Action, places)
	was, there := strings.CutPrefix(req.URL.Path, places+unit+"/")
	_, page, _ := strings.Cut(now, "/")
	return here && there && page == was
}

// tellMoved says above a form that the workplace has gone up in another, if that is what err says.
func (f *formPage) tellMoved(r view.Reader, err error) {
	if !errors.Is(err, learning.ErrMoved) {
		return
	}
	moved := fault.Of(err)[0]
	next := "learning.moved-next"
	if !f.writes() {
		next = "learning.moved-read"
	}
	note := view.Quicker(r, f.changed)
	note.Title, note.Next = strings.TrimSuffix(r.Say(moved.Code, moved.Args...), "."), r.Say(next, moved.Args[1])
	f.Stale = &note
}

// faulty reports whether something is wrong with a part of a control.
func (c control) faulty(faults fault.List) bool {
	return slices.ContainsFunc(c.Parts, func(p control) bool { return p.Name != "" && faults.In(p.Name) != nil || p.faulty(faults) })
}

// closeRanks moves the rows of a form that say something up to the first ones, so that what is wrong with the third is
// told at the third, and returns how many they are. A row is known by its first part, and says something if any of those
// parts holds a text.
func closeRanks(form url.Values, field func(i int, part string) string, parts, along []string) (n int) {
	for i := 1; form.Has(field(i, parts[0])); i++ {
		says := slices.ContainsFunc(parts, func(part string) bool { return strings.TrimSpace(form.Get(field(i, part))) != "" })
		if says {
			n++
		}
		for _, part := range slices.Concat(parts, along) {
			value := form.Get(field(i, part))
			form.Del(field(i, part))
			if says {
				form.Set(field(n, part), value)
			}
		}
	}
	return n
}

// rows is how many rows a form shows when n of them are filled in: one to spare, or some more when they are asked for.
func rows(req *http.Request, n, least int) int {
	if formOf(req).text("do") == "more" {
		return n + 4
	}
	return max(n+1, least)
}
