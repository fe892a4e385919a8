package web

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/job"
	"kompobib/internal/office"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// What is more than this takes a while, and is done in the background.
const (
	soonBytes = 1 << 20
	soonRows  = 3000
)

func (s *Server) soonRows() int { return cmp.Or(s.Soon, soonRows) }

// Jobs that take in large lists.
const (
	rosterPrepare = "roster-prepare"
	rosterApply   = "roster-apply"
	rosterUndo    = "roster-undo"
)

// begun is how far, of a hundred, a list has come when it begins to be carried out or undone: in one transaction, which nobody stops.
const begun = 30

func (s *Server) listImports(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var all []roster.Import
	var names map[string]people.Name
	err := s.DB.Snapshot(req.Context(), func(c db.Conn) (err error) {
		if all, err = roster.Imports(req.Context(), c, r.Viewer, 100); err != nil {
			return err
		}
		var by []string
		for _, i := range all {
			by = append(by, i.MadeBy)
		}
		names, err = people.Names(req.Context(), c, r.Viewer, by)
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, importsView(r, all, names))
}

// importForm asks for the file of a list.
func (s *Server) importForm(_ *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		employers, err := people.Employers(ctx, c, "")
		if err != nil {
			return formPage{}, err
		}
		return formPage{
			Page: view.Page{Title: r.Say("roster.new"), Crumbs: []view.Link{{Href: "/imports", Text: r.Say("roster.list")}}},
			Form: view.Form{Action: "/imports/new", Files: true},
			What: []string{r.Say("roster.new-what"), r.Say("roster.new-kept")},
			Controls: []control{
				{Field: view.Field{Name: "file", Label: r.Say("roster.file"), Help: r.Say("roster.file-help"), Kind: "file", Accept: ".xlsx,.csv,.txt"}},
				{Field: view.Field{Name: "employer", Label: r.Say("roster.employer-of"), Help: r.Say("roster.employer-help"), Options: view.None(r.Say("roster.guess"), employerOptions(employers))}, As: "select"},
			},
			Submit: r.Say("roster.read"), Back: "/imports",
		}, nil
	}
}

func employerOptions(employers []people.Employer) (options []view.Option) {
	for _, e := range employers {
		options = append(options, view.Option{Value: e.ID, Label: e.Name})
	}
	return options
}

// receive takes a file, and reads it at once unless it is large.
func (s *Server) receive(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	again := func(err error) error { return s.askAgain(w, req, r, at(err, "file"), s.importForm(req, r)) }
	if req.MultipartForm == nil || len(req.MultipartForm.File["file"]) == 0 {
		return again(fault.List{errNoFile})
	}
	head := req.MultipartForm.File["file"][0]
	if head.Size == 0 {
		return again(fault.List{sheet.ErrEmpty})
	}
	body, err := head.Open()
	if err != nil {
		return err
	}
	defer body.Close()
	content, err := io.ReadAll(io.LimitReader(body, roster.MaxFile))
	if err != nil {
		return err
	}
	var imp roster.Import
	id, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (_ string, err error) {
		name := []rune(strings.TrimSpace(head.Filename))
		imp, err = roster.Begin(ctx, tx, r.Viewer, string(name[max(0, len(name)-120):]), roster.Choices{Employer: req.PostFormValue("employer")})
		return imp.ID, err
	})
	if err == nil && imp.ID == "" { // the form was sent before
		http.Redirect(w, req, "/imports/"+id, http.StatusSeeOther)
		return nil
	}
	if err == nil {
		imp, err = roster.Keep(req.Context(), s.DB, s.Ring, s.Files, r.Person, imp, content)
	}
	if err != nil {
		return err
	}
	return s.reread(w, req, r, imp, len(content))
}

var (
	errNoFile = fault.Define(fault.Invalid, "roster.no-file")
	errBegun  = fault.Define(fault.Conflict, "roster.begun")
	errSince  = fault.Define(fault.Conflict, "roster.done-since") // other lists have been carried out since this one was looked at, or something else was changed
)

// reread reads an import's file, now or soon, and goes to its page.
func (s *Server) reread(w http.ResponseWriter, req *http.Request, r view.Reader, imp roster.Import, size int) error {
	to := "/imports/" + imp.ID
	if size > soonBytes {
		return s.soon(w, req, r, rosterPrepare, imp, to)
	}
	if err := s.prepare(req.Context(), r, imp, func(int) error { return nil }); err != nil {
		return err
	}
	http.Redirect(w, req, to, http.StatusSeeOther)
	return nil
}

// prepare reads and compares an import's file, and stores what it says, or why it cannot be read.
func (s *Server) prepare(ctx context.Context, r view.Reader, imp roster.Import, step func(percent int) error) error {
	content, err := roster.Content(ctx, s.DB, s.Ring, s.Files, imp)
	if err != nil {
		return err
	}
	if err := step(10); err != nil {
		return err
	}
	_, d, choices, err := roster.Prepare(ctx, s.DB, s.Ring, r.Viewer, imp.FileName, content, imp.Choices, s.date())
	if trouble := roster.Trouble(err); trouble != "" {
		return s.DB.Tx(ctx, r.Person, func(ctx context.Context, tx *db.Tx) error { return roster.Fail(ctx, tx, imp, trouble) })
	}
	if err != nil {
		return err
	}
	if err := step(80); err != nil {
		return err
	}
	return s.DB.Tx(db.Lengthy(ctx, roster.MaxTime), r.Person, func(ctx context.Context, tx *db.Tx) error {
		_, err := roster.SavePreview(ctx, tx, s.Ring, imp, d, choices)
		return err
	})
}

// carryOut does what has been said yes to.
func (s *Server) carryOut(ctx context.Context, r view.Reader, imp roster.Import, step func(percent int) error) error {
	content, err := roster.Content(ctx, s.DB, s.Ring, s.Files, imp)
	if err != nil {
		return err
	}
	list, err := roster.Read(ctx, s.Ring, imp.FileName, content, imp.Choices.Mapping, s.date())
	if err != nil {
		return err
	}
	if err := step(begun); err != nil {
		return err
	}
	return s.DB.Tx(db.Lengthy(ctx, roster.MaxTime), r.Person, func(ctx context.Context, tx *db.Tx) error {
		said, err := roster.Said(ctx, tx, imp)
		if err != nil {
			return err
		}
		_, err = roster.Finish(ctx, tx, s.Ring, r.Viewer, imp, list, said, func(int, int) error { return ctx.Err() })
		return err
	})
}

// takeBack undoes what was carried out, or what is left of it.
func (s *Server) takeBack(ctx context.Context, r view.Reader, imp roster.Import, step func(percent int) error) error {
	if imp.State == roster.Undone && !imp.Summary.Unfinished() { // a job may be tried twice
		return nil
	}
	if err := step(begun); err != nil {
		return err
	}
	return s.DB.Tx(db.Lengthy(ctx, roster.MaxTime), r.Person, func(ctx context.Context, tx *db.Tx) error {
		_, err := roster.Undo(ctx, tx, s.Ring, r.Viewer, imp.ID, imp.Version, office.Used)
		return err
	})
}

// importPageRows is how many rows of a difference stand on a page.
const importPageRows = 50

// An importPage is a list taken in: what it says, or what became of it.
type importPage struct {
	roster.Import
	Kind   roster.Kind
	Rows   []roster.Shown
	Next   string
	Job    *job.Job               // under way
	Kept   map[string]people.Name // of those whose rows are kept, and of who added it
	Later  []roster.Later         // lists that have changed the same people since
	Files  map[string]string      // what the lists are called that the kept were changed by
	Stands bool                   // one of the lists that the kept were changed by is carried out still
	Since  []roster.Since         // lists that may have changed what this one says since it was compared
	Newer  []roster.Newer         // lists that have been carried out and tell of a later day
	Waits  []roster.Later         // lists that this one may have changed
	Other  time.Time              // when something else was changed that this one may be about, if no list of Since was
	Scope  map[string]string      // what the parts of the tree are called that it is whole for
	Held   bool                   // what undoing needs is kept, and nothing is under way
	Undo   bool                   // may be pressed: something comes of it
	Key    string
}

func (s *Server) showImport(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx := req.Context()
	d := importPage{Key: view.NewKey()}
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Import, err = roster.Get(ctx, c, r.Viewer, req.PathValue("import")); err != nil {
			return err
		}
		for _, kind := range []string{rosterPrepare, rosterApply, rosterUndo} {
			j, err := job.Latest(ctx, c, kind, d.ID)
			if errors.Is(err, db.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			if j.State == "waiting" || j.State == "running" {
				d.Job = &j
			}
		}
		if d.State == roster.Ready {
			sites, err := roster.Sites(ctx, c, d.Import)
			if err != nil {
				return err
			}
			if d.Newer, err = roster.NewerLists(ctx, c, r.Viewer, d.Employer, d.On, d.Choices.Units, sites); err != nil {
				return err
			}
			d.Kind = d.first(r.Query().Get("kind"))
			after, _ := strconv.Atoi(r.Query().Get("after"))
			if d.Rows, err = roster.Items(ctx, c, s.Ring, d.Import, d.Kind, after, importPageRows+1); err != nil {
				return err
			}
			if len(d.Rows) > importPageRows {
				d.Rows = d.Rows[:importPageRows]
				d.Next = r.With("after", strconv.Itoa(d.Rows[importPageRows-1].Ord))
			}
		}
		d.Held = d.Job == nil && s.date() < d.DeleteOn
		if d.Undo = d.Held; d.Undo && d.State == roster.Undone {
			d.Undo, err = roster.MoreToUndo(ctx, c, s.Ring, d.Import, office.Used)
		} else {
			d.Undo = d.Undo && d.State == roster.Applied && total(d.Summary.Applied) > 0
		}
		if err != nil {
			return err
		}
		if d.Scope, err = people.UnitNames(ctx, c, d.Choices.Units); err != nil {
			return err
		}
		if d.Since, err = roster.SinceCompared(ctx, c, r.Viewer, d.Import); err != nil {
			return err
		}
		if len(d.Since) == 0 {
			if d.Other, err = roster.ChangedSince(ctx, c, d.Import); err != nil {
				return err
			}
		}
		if d.Waits, err = roster.Waiting(ctx, c, r.Viewer, d.Import); err != nil {
			return err
		}
		switch d.State {
		case roster.Applied:
			d.Later, err = roster.LaterLists(ctx, c, r.Viewer, d.Import)
		case roster.Undone:
			if d.Files, err = roster.FileNames(ctx, c, r.Viewer, d.named()); err != nil {
				return err
			}
			d.Stands, err = roster.AnyApplied(ctx, c, d.lists())
		}
		if err != nil {
			return err
		}
		d.Kept, err = people.Names(ctx, c, r.Viewer, slices.Concat(d.Summary.Kept, d.Summary.Given, d.Summary.Early, d.stalePersons(), []string{d.MadeBy}))
		return err
	})
	if err != nil {
		return err
	}
	if d.Job != nil {
		w.Header().Set("Refresh", "3") // without script
	}
	return render(w, req, http.StatusOK, importView(r, d))
}

// kinds are the kinds with rows to look at.
func (d importPage) kinds() (kinds []roster.Kind) {
	for _, k := range roster.Kinds {
		if k != roster.Unchanged && d.Summary.Found[k] > 0 {
			kinds = append(kinds, k)
		}
	}
	if d.Summary.Mistakes > 0 {
		kinds = append(kinds, roster.Mistaken)
	}
	return kinds
}

func (d importPage) count(k roster.Kind) int {
	if k == roster.Mistaken {
		return d.Summary.Mistakes
	}
	return d.Summary.Found[k]
}

// first is the kind asked for, else the first that there is.
func (d importPage) first(asked string) roster.Kind {
	kinds := d.kinds()
	if slices.Contains(kinds, roster.Kind(asked)) {
		return roster.Kind(asked)
	}
	if len(kinds) > 0 {
		return kinds[0]
	}
	return ""
}

// decide keeps what is said of the rows on a page, or of a whole kind.
func (s *Server) decide(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id, in := req.PathValue("import"), formOf(req)
	kind := roster.Kind(in.text("kind"))
	said := map[int]string{}
	for name := range in.Values {
		if ord, ok := strings.CutPrefix(name, "row_"); ok {
			if n, err := strconv.Atoi(ord); err == nil {
				said[n] = in.text(name)
				if boxes := in.Values[name]; kind != roster.Doubtful && slices.Contains(boxes, roster.Yes) {
					said[n] = roster.Yes
				}
			}
		}
	}
	err := s.DB.Tx(req.Context(), r.Person, func(ctx context.Context, tx *db.Tx) error {
		switch in.text("do") {
		case "all", "none":
			return roster.Decline(ctx, tx, r.Viewer, id, kind, in.text("do") == "none")
		}
		return roster.Decide(ctx, tx, r.Viewer, id, said)
	})
	if err != nil {
		return err
	}
	to := "/imports/" + id + "?kind=" + string(kind)
	if in.text("do") == "next" && in.number("last") > 0 {
		to += "&after=" + strconv.Itoa(in.number("last"))
	}
	return done(w, req, to, "roster.decided")
}

// applyImport carries an import out, now or soon.
func (s *Server) applyImport(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	imp, err := roster.Get(req.Context(), s.DB, r.Viewer, req.PathValue("import"))
	if err != nil {
		return err
	}
	to := "/imports/" + imp.ID
	if imp.State == roster.Applied { // who presses twice has what they came for
		http.Redirect(w, req, to, http.StatusSeeOther)
		return nil
	}
	if imp.State != roster.Ready {
		return roster.ErrState
	}
	if imp.Version != formOf(req).version() {
		return fault.Stale
	}
	if imp.File == "" {
		return roster.ErrGone
	}
	if formOf(req).text("do") != "anyway" { // who looks at it in another window has not been told
		since, err := roster.SinceCompared(req.Context(), s.DB, r.Viewer, imp)
		if err != nil {
			return err
		}
		other, err := roster.ChangedSince(req.Context(), s.DB, imp)
		if err != nil {
			return err
		}
		if len(since) > 0 || !other.IsZero() {
			return errSince
		}
	}
	if total(imp.Summary.Found) > s.soonRows() {
		return s.soon(w, req, r, rosterApply, imp, to)
	}
	if err := s.carryOut(req.Context(), r, imp, func(int) error { return nil }); err != nil {
		return err
	}
	return done(w, req, to, "roster.applied")
}

// compareAnew reads a list that waits once more, with what was chosen: others have been carried out since.
func (s *Server) compareAnew(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	imp, err := roster.Get(req.Context(), s.DB, r.Viewer, req.PathValue("import"))
	if err != nil {
		return err
	}
	if imp.State != roster.Ready {
		return roster.ErrState
	}
	if imp.Version != formOf(req).version() {
		return fault.Stale
	}
	size := 0
	if total(imp.Summary.Found) > s.soonRows() {
		size = soonBytes + 1
	}
	return s.reread(w, req, r, imp, size)
}

// undoImport takes back what an import did, now or soon.
func (s *Server) undoImport(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	imp, err := roster.Get(req.Context(), s.DB, r.Viewer, req.PathValue("import"))
	if err != nil {
		return err
	}
	to := "/imports/" + imp.ID
	rows := total(imp.Summary.Applied)
	if imp.State == roster.Undone {
		rows = len(imp.Summary.Kept)
	}
	if imp.Version == formOf(req).version() && rows > s.soonRows() {
		return s.soon(w, req, r, rosterUndo, imp, to)
	}
	long := req.WithContext(db.Lengthy(req.Context(), roster.MaxTime))
	_, err = s.change(long, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		_, err := roster.Undo(ctx, tx, s.Ring, r.Viewer, imp.ID, formOf(req).version(), office.Used)
		return "", err
	})
	if err != nil {
		return err
	}
	return done(w, req, to, "roster.undone")
}

// soon lets something be done with an import in the background, and goes to the page that tells how far it has come.
func (s *Server) soon(w http.ResponseWriter, req *http.Request, r view.Reader, kind string, imp roster.Import, to string) error {
	err := s.DB.Tx(req.Context(), r.Person, func(ctx context.Context, tx *db.Tx) error {
		return job.Enqueue(ctx, tx, kind, imp.ID, imp.ID)
	})
	if err != nil {
		return err
	}
	http.Redirect(w, req, to, http.StatusSeeOther)
	return nil
}

// stopImport stops what is to be done with an import, if it has not begun to be done.
func (s *Server) stopImport(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	stopped := false
	imp, err := roster.Get(req.Context(), s.DB, r.Viewer, req.PathValue("import"))
	if err != nil {
		return err
	}
	err = s.DB.Tx(req.Context(), r.Person, func(ctx context.Context, tx *db.Tx) error {
		for _, kind := range []string{rosterApply, rosterUndo} {
			j, err := job.Latest(ctx, tx, kind, imp.ID)
			if errors.Is(err, db.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			did, err := job.CancelBefore(ctx, tx, j.ID, begun)
			if err != nil {
				return err
			}
			stopped = stopped || did
		}
		return nil
	})
	if err == nil && !stopped {
		err = errBegun
	}
	if err != nil {
		return err
	}
	return done(w, req, "/imports/"+imp.ID, "roster.stopped")
}

// discardImport puts an import away, and stops what is being done with it.
func (s *Server) discardImport(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("import")
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		if err := roster.Discard(ctx, tx, r.Viewer, id, formOf(req).version()); err != nil {
			return "", err
		}
		for _, kind := range []string{rosterPrepare, rosterApply} {
			j, err := job.Latest(ctx, tx, kind, id)
			if errors.Is(err, db.ErrNoRows) {
				continue
			}
			if err == nil {
				err = job.Cancel(ctx, tx, j.ID)
			}
			if err != nil {
				return "", err
			}
		}
		return "", nil
	})
	if err != nil {
		return err
	}
	return done(w, req, "/imports", "roster.discarded")
}

// handBadRows answers with the rows in which something is wrong, to be mended.
func (s *Server) handBadRows(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx := req.Context()
	imp, err := roster.Get(ctx, s.DB, r.Viewer, req.PathValue("import"))
	if err != nil {
		return err
	}
	list, d, _, err := s.tryChoices(ctx, r, imp)
	if err != nil {
		return err
	}
	table, rows := roster.BadRows(list, d, roster.BadLabels{Wrong: r.Say("roster.wrong"), Row: r.Say("roster.row"), Field: func(f roster.Field) string { return fieldName(r, f) }}, r.Say), 0
	if table.Rows != nil {
		for range table.Rows {
			rows++
		}
	}
	name := strings.Join(strings.Fields(r.Say("roster.bad-rows")+" "+d.Employer.Name+" "+string(d.On)), " ") // by which it is understood when it comes back
	return s.hand(w, req, r, "roster_import", imp.ID, rows, name, table)
}
