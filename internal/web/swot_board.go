package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"rsc.io/qr"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning/swot"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

func boardPath(id string) string { return "/swot/" + id }

// A swotBoard is an analysis with its notes, as its pages show it.
type swotBoard struct {
	swot.Analysis
	swot.Board
	learningAt
	Plan       swot.Plan
	Agreements []swot.Agreement
	Shown      int              // the agreement that is shown, 0 for the board as it stands
	At         swot.Perspective // on the screen
	URL        string           // where phones join
	Square     string
	Size       int
	Today      local.Date
	Own        map[string]swot.Own // what the reader prepared alone for it
}

func (s *Server) readBoard(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (d swotBoard, err error) {
	if d.Analysis, err = swot.Get(ctx, c, r.Viewer, req.PathValue("swot")); err != nil {
		return d, err
	}
	d.learningAt.Place = d.Analysis.Place
	if d.learningAt.Programme, err = programme.Get(ctx, c, r.Viewer, d.Analysis.Programme); err != nil {
		return d, err
	}
	if d.Plan, err = swot.PlanOf(ctx, c, d.Analysis.Programme); err != nil {
		return d, err
	}
	if d.Agreements, err = swot.Agreements(ctx, c, d.Analysis); err != nil {
		return d, err
	}
	if d.Member {
		if d.Own, err = swot.Mine(ctx, c, s.Ring, r.Viewer, d.ID); err != nil {
			return d, err
		}
	}
	d.Today = s.today(d.learningAt.Programme.Zone)
	d.At = perspectiveAsked(req, r, d.Plan, d.Analysis.Perspective)
	n, _ := strconv.Atoi(r.Query().Get("agreement"))
	if n < 1 || n > len(d.Agreements) {
		d.Board, err = swot.BoardOf(ctx, c, d.Analysis)
		if !d.Reads() {
			d.Shown = d.Analysis.Agreements
		}
		return d, err
	}
	d.Shown = n
	d.Board, err = swot.AgreedBoard(ctx, c, d.Analysis, n)
	return d, err
}

// full reports whether there is so much on the screen that it scrolls.
func (d swotBoard) full() bool {
	return !d.Agreed && !d.Hidden && d.Board.Count(d.At.ID) >= fullFrom
}

// agreement is the one that is shown, or the last, nil for none.
func (d swotBoard) agreement() *swot.Agreement {
	for i, g := range d.Agreements {
		if g.Number == d.Shown || d.Shown == 0 {
			return &d.Agreements[i]
		}
	}
	return nil
}

// join draws the way in for phones.
func (d *swotBoard) join(s *Server, req *http.Request) error {
	if d.Code == "" {
		return nil
	}
	d.URL = s.reachedAt(req) + "/w/" + d.Code
	code, err := qr.Encode(d.URL, qr.M)
	if err == nil {
		d.Square, d.Size = square(code)
	}
	return err
}

func (s *Server) showBoard(w http.ResponseWriter, req *http.Request, r view.Reader, show func(r view.Reader, d swotBoard) error) error {
	ctx := req.Context()
	var d swotBoard
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		d, err = s.readBoard(ctx, c, req, r)
		return err
	})
	if err == nil {
		err = d.join(s, req)
	}
	if err != nil {
		return err
	}
	return show(r.In(d.learningAt.Programme.ID), d)
}

// boardPage is what an analysis says, to read.
func (s *Server) boardPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.showBoard(w, req, r, func(r view.Reader, d swotBoard) error {
		if format := wanted(req); format != "" {
			return download(w, format, r.Say("swot.word")+" "+d.Name, d.sheet(r))
		}
		return render(w, req, http.StatusOK, boardView(r, d))
	})
}

func (d swotBoard) sheet(r view.Reader) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("swot.perspective-label"), Width: 24}, {Label: r.Say("swot.quadrant"), Width: 16}, {Label: r.Say("swot.note"), Width: 60}, {Label: r.Say("swot.said"), Kind: sheet.Number}, {Label: r.Say("swot.starred")}},
		Rows: func(yield func([]any) bool) {
			for _, x := range d.Plan.Perspectives {
				for _, q := range swot.Quadrants {
					for _, n := range d.In(x.ID, q) {
						if !yield([]any{x.Name, r.State("swot-quadrant", string(q)), n.Text, n.Said, yesNo(r, n.Starred)}) {
							return
						}
					}
				}
			}
		},
	}
}

// boardRun is the screen in the room.
func (s *Server) boardRun(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.showBoard(w, req, r, func(r view.Reader, d swotBoard) error {
		if !d.Leads {
			return swot.ErrNotLead
		}
		return render(w, req, http.StatusOK, boardRunView(r, d))
	})
}

// boardLive is what has changed on the screen since it was written: nothing, most of the time.
func (s *Server) boardLive(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	seq, err := swot.Seq(req.Context(), s.DB, r.Viewer, req.PathValue("swot"))
	if err != nil {
		return err
	}
	if strconv.FormatInt(seq, 10) == r.Query().Get("seen") {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return s.showBoard(w, req, r, func(r view.Reader, d swotBoard) error {
		if !d.Leads {
			return swot.ErrNotLead
		}
		return render(w, req, http.StatusOK, boardStage(r, d))
	})
}

// boardStep is one press of who presents.
func (s *Server) boardStep(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id, in := req.PathValue("swot"), formOf(req)
	step, perspective, _ := strings.Cut(in.text("do"), " ")
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", swot.Do(ctx, tx, r.Viewer, id, in.number("turn"), swot.Step(step), perspective)
	})
	to := boardPath(id) + "/run"
	if faults, _, ok := mistakes(err); ok {
		return doneBut(w, req, to, faults[0].Code, faults[0].Args...)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, req, to, http.StatusSeeOther)
	return nil
}

// arrangeBoard does something with notes: by who leads.
func (s *Server) arrangeBoard(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id, in := req.PathValue("swot"), formOf(req)
	note := in.text("note")
	do, to, _ := strings.Cut(in.text("do"), " ")
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		switch do {
		case "star", "unstar":
			return "", swot.Star(ctx, tx, r.Viewer, id, note, do == "star")
		case "join":
			return "", swot.JoinAll(ctx, tx, r.Viewer, id, req.PostForm["chosen"])
		case "part":
			return "", swot.Part(ctx, tx, r.Viewer, id, note)
		case "move":
			return "", swot.Move(ctx, tx, r.Viewer, id, note, swot.Quadrant(to))
		case "remove":
			return "", swot.Remove(ctx, tx, r.Viewer, id, note)
		}
		return "", swot.ErrMove
	})
	back := boardPath(id) + "/run"
	if faults, _, ok := mistakes(err); ok || errors.Is(err, swot.ErrNoNote) {
		if !ok {
			faults = fault.List{swot.ErrNoNote}
		}
		return doneBut(w, req, back, faults[0].Code, faults[0].Args...)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, req, back, http.StatusSeeOther)
	return nil
}

// rewordForm gives a note other words: it is asked for when those on the screen could not be saved.
func (s *Server) rewordForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := s.readBoard(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		n, there := d.note(req.PathValue("note"))
		switch {
		case !d.Leads:
			return f, swot.ErrNotLead
		case req.Method == http.MethodPost: // what was typed is given back, whatever has become of the note
		case d.Agreed:
			return f, swot.ErrFrozen
		case !there:
			return f, swot.ErrNoNote
		}
		return formPage{
			About: d.learningAt.Programme.ID, Page: view.Page{Title: r.Say("swot.reword"), Crumbs: append(swotCrumbs(r, d.learningAt), view.Link{Href: boardPath(d.ID) + "/run", Text: r.Say("swot.board")})},
			Form: view.Form{Action: boardPath(d.ID) + "/notes/" + req.PathValue("note"), Keep: true}, What: []string{publicAt(r, d.learningAt.Programme.ID, "swot.public-document")},
			Controls: []control{{Field: view.Field{Name: "text", Label: r.Say("swot.note"), Value: n.Text}},
				{Field: view.Field{Name: wasField, Value: n.Text}, As: "hidden"}},
			Submit: r.Say("plan.save"), Back: boardPath(d.ID) + "/run",
		}, nil
	}
}

// note is one that stands for itself on the board.
func (d swotBoard) note(id string) (swot.Note, bool) {
	i := slices.IndexFunc(d.Board.Notes, func(n swot.Note) bool { return n.ID == id })
	if i < 0 {
		return swot.Note{}, false
	}
	return d.Board.Notes[i], true
}

func (s *Server) rewordNote(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in, id := formOf(req), req.PathValue("swot")
	return s.takeForm(w, req, r, "swot.done-reworded", s.rewordForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		err := swot.Reword(ctx, tx, r.Viewer, id, req.PathValue("note"), in.text(wasField), in.text("text"))
		if errors.Is(err, swot.ErrNoNote) {
			err = fault.List{swot.ErrGone.At("text")}
		}
		return boardPath(id) + "/run", err
	})
}

// boardForm is where notes are typed in, from paper or for others: one perspective at a time.
func (s *Server) boardForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := s.readBoard(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		switch {
		case !d.Reads():
			return f, swot.ErrForbidden
		case d.Agreed && req.Method == http.MethodGet:
			return f, swot.ErrFrozen
		}
		page := boardPath(d.ID) + "/write"
		return formPage{
			About: d.learningAt.Programme.ID, Page: view.Page{Title: r.Say("swot.write"), Lead: r.Say("swot.write-lead"), Wide: true, Crumbs: swotCrumbs(r, d.learningAt)},
			Above: perspectiveAbove(r, d.Plan, d.At, page), Form: view.Form{Action: page, Keep: true},
			What:     []string{r.Say("swot.write-who"), r.Say("swot.law", d.learningAt.Programme.ShortName), publicAt(r, d.learningAt.Programme.ID, "swot.public-document")},
			Controls: append([]control{{Field: view.Field{Name: "perspective", Value: d.At.ID}, As: "hidden"}}, quadrants(r, func(swot.Quadrant) string { return "" })...),
			Submit:   r.Say("swot.write-do"), Back: boardPath(d.ID),
		}, nil
	}
}

func (s *Server) writeBoard(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in, id := formOf(req), req.PathValue("swot")
	return s.takeForm(w, req, r, "swot.done-written", s.boardForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		_, err := swot.Write(ctx, tx, r.Viewer, id, in.text("perspective"), in.text("key"), in.quadrants())
		return boardPath(id) + "/write?" + query("perspective", in.text("perspective")), err
	})
}

// boardAgreeForm asks on which day a workplace agreed on its analysis, below what it says.
func (s *Server) boardAgreeForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := s.readBoard(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		switch {
		case !d.Leads:
			return f, swot.ErrNotLead
		case d.Agreed && req.Method == http.MethodGet:
			return f, swot.ErrFrozen
		}
		return formPage{
			About: d.learningAt.Programme.ID, Page: view.Page{Title: r.Say("swot.agree"), Lead: r.Say("swot.agree-lead"), Wide: true, Crumbs: swotCrumbs(r, d.learningAt)},
			Above: boardText(r, d), Heading: r.Say("swot.agree-heading"), Form: view.Form{Action: boardPath(d.ID) + "/agree"},
			What:     []string{r.Say("swot.agree-what"), r.Say("swot.agree-law", ownerOf(r, d.learningAt.Programme.ID), d.learningAt.Programme.ShortName)},
			Controls: []control{dateControl("on", r.Say("swot.agreed-day"), d.Today), {Field: view.Field{Name: wasField, Value: d.Board.Mark()}, As: "hidden"}}, Submit: r.Say("swot.agree-do"), Back: boardPath(d.ID) + "/run",
		}, nil
	}
}

func (s *Server) agreeOnBoard(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in, id := formOf(req), req.PathValue("swot")
	return s.takeForm(w, req, r, "swot.done-agreed", s.boardAgreeForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		a, err := swot.Get(ctx, tx, r.Viewer, id)
		if err != nil {
			return "", err
		}
		p, err := programme.Get(ctx, tx, r.Viewer, a.Programme)
		if err != nil {
			return "", err
		}
		return boardPath(id), swot.Agree(ctx, tx, r.Viewer, id, in.text(wasField), in.date("on"), s.today(p.Zone))
	})
}

// reopenBoard takes what has been agreed on up again.
func (s *Server) reopenBoard(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("swot")
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) { return "", swot.Reopen(ctx, tx, r.Viewer, id) })
	if faults, _, ok := mistakes(err); ok {
		return doneBut(w, req, boardPath(id), faults[0].Code, faults[0].Args...)
	}
	if err != nil {
		return err
	}
	return done(w, req, boardPath(id)+"/run", "swot.done-reopened")
}
