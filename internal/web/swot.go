package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning/swot"
	"kompobib/internal/pdf"
	"kompobib/internal/web/view"
)

// An analysisAt is a workplace's analyses as its page shows them.
type analysisAt struct {
	learningAt
	Plan  swot.Plan
	All   []swot.Analysis
	Now   *swot.Analysis // the present one, nil before the first
	Own   map[string]swot.Own
	Opens bool // it may begin
}

func (s *Server) readAnalysis(ctx context.Context, c db.Conn, r view.Reader, at learningAt) (d analysisAt, err error) {
	d.learningAt = at
	if d.Plan, err = swot.PlanOf(ctx, c, at.Programme.ID); err != nil {
		return d, err
	}
	d.Opens = d.Plan.Opens <= r.On
	if d.All, err = swot.Of(ctx, c, r.Viewer, at.Place); err != nil {
		return d, err
	}
	if d.Now = swot.Present(d.All); d.Now != nil && at.Member {
		d.Own, err = swot.Mine(ctx, c, s.Ring, r.Viewer, d.Now.ID)
	}
	return d, err
}

// notes are how many of one's own are not on the board.
func (d analysisAt) notes() (n int) {
	for _, own := range d.Own {
		n += unput(own)
	}
	return n
}

// asked reports whether the workplace is to agree on its first analysis by a day that has not gone by.
func (d analysisAt) asked(r view.Reader) bool {
	return d.Opens && r.On <= d.Plan.Closes && !slices.ContainsFunc(d.All, func(a swot.Analysis) bool { return a.Agreements > 0 })
}

// earlier are the analyses but the present one.
func (d analysisAt) earlier() []swot.Analysis {
	if d.Now != nil {
		return d.All[1:]
	}
	return d.All
}

// swotCrumbs are the way to one of the pages of a workplace's analysis.
func swotCrumbs(r view.Reader, at learningAt) []view.Link {
	return append(at.crumbs(r), view.Link{Href: at.at("swot"), Text: r.Say("swot.word")})
}

func (s *Server) swotPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.writeSwot(w, req, r, http.StatusOK, nil)
}

func (s *Server) writeSwot(w http.ResponseWriter, req *http.Request, r view.Reader, code int, faults fault.List) error {
	ctx := req.Context()
	var d analysisAt
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		at, err := learningPlace(ctx, c, req, r)
		if err == nil {
			d, err = s.readAnalysis(ctx, c, r, at)
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, code, swotView(r.In(d.Programme.ID), d, faults))
}

// workplaceSwot is the part of a workplace's overview about its analysis.
func workplaceSwot(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (templ.Component, error) {
	d, err := s.readAnalysis(ctx, c, r, at)
	if errors.Is(err, swot.ErrNoPlan) {
		return nil, nil
	}
	if err != nil || len(d.All) == 0 && !at.Member && !at.Leads {
		return nil, err
	}
	return swotStage(r, d), nil
}

// beginSwot begins an analysis: the first, or a new one when the last has been agreed on.
func (s *Server) beginSwot(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		return swot.Begin(ctx, tx, r.Viewer, at.Place)
	})
	if faults, code, ok := mistakes(err); ok {
		return s.writeSwot(w, req, r, code, faults)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, req, boardPath(id)+"/run", http.StatusSeeOther)
	return nil
}

// quadrants are the four fields to write in, with a note on each line.
func quadrants(r view.Reader, text func(q swot.Quadrant) string) (controls []control) {
	for i := 0; i < len(swot.Quadrants); i += 2 {
		var parts []control
		for _, q := range swot.Quadrants[i : i+2] {
			parts = append(parts, control{Field: view.Field{Name: string(q), Label: r.State("swot-quadrant", string(q)), Help: r.Say("swot.about-" + string(q)), Rows: 7, Value: text(q)}, As: "textarea"})
		}
		controls = append(controls, row(parts...))
	}
	return controls
}

// written are those fields as they came.
func (f posted) quadrants() map[swot.Quadrant]string {
	texts := map[swot.Quadrant]string{}
	for _, q := range swot.Quadrants {
		texts[q] = f.text(string(q))
	}
	return texts
}

// perspectiveAsked is the one that a page is about: of the form that came, of the address, or the first.
func perspectiveAsked(req *http.Request, r view.Reader, p swot.Plan, usual string) swot.Perspective {
	for _, id := range []string{formOf(req).text("perspective"), r.Query().Get("perspective"), usual} {
		if x, ok := p.Find(id); ok {
			return x
		}
	}
	return p.Perspectives[0]
}

// perspectiveTabs lead to the same page about each perspective.
func perspectiveTabs(p swot.Plan, now, page string) (links []view.Link) {
	for _, x := range p.Perspectives {
		l := view.Link{Text: x.Name}
		if x.ID != now {
			l.Href = page + "?" + query("perspective", x.ID)
		}
		links = append(links, l)
	}
	return links
}

// ownSwotForm is where someone prepares alone.
func (s *Server) ownSwotForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, err := learningPlace(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		if !at.Member {
			return f, swot.ErrNotMember
		}
		d, err := s.readAnalysis(ctx, c, r, at)
		if err != nil {
			return f, err
		}
		if d.Now != nil && d.Now.Agreed && req.Method == http.MethodGet { // what was typed is given back
			return f, swot.ErrFrozen
		}
		if !d.Opens {
			return f, swot.ErrNotYet.With(d.Plan.Opens)
		}
		x := perspectiveAsked(req, r, d.Plan, "")
		own := d.Own[x.ID]
		return formPage{
			About: at.Programme.ID, Page: view.Page{Title: r.Say("swot.own"), Lead: r.Say("swot.own-lead"), Wide: true, Crumbs: swotCrumbs(r, at)},
			Above: perspectiveAbove(r, d.Plan, x, at.at("swot/own")), Form: view.Form{Action: at.at("swot/own"), Version: own.Version, Keep: true},
			What:     []string{r.Say("swot.own-private")},
			Controls: append([]control{{Field: view.Field{Name: "perspective", Value: x.ID}, As: "hidden"}}, quadrants(r, own.Text)...),
			Submit:   r.Say("swot.save"), Back: at.at("swot"),
		}, nil
	}
}

// ownSwotPage asks for it, while there is something to prepare.
func (s *Server) ownSwotPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	err := s.showForm(w, req, r, s.ownSwotForm(req, r))
	if errors.Is(err, swot.ErrFrozen) {
		http.Redirect(w, req, strings.TrimSuffix(req.URL.EscapedPath(), "/own"), http.StatusSeeOther)
		return nil
	}
	return err
}

func (s *Server) saveOwnSwot(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "swot.done-own", s.ownSwotForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := ownPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		plan, err := swot.PlanOf(ctx, tx, at.Programme.ID)
		if err != nil {
			return "", err
		}
		to := at.at("swot")
		for i, x := range plan.Perspectives[:max(len(plan.Perspectives)-1, 0)] {
			if x.ID == in.text("perspective") {
				to = at.at("swot/own") + "?" + query("perspective", plan.Perspectives[i+1].ID) // the next one
			}
		}
		return to, swot.Prepare(ctx, tx, s.Ring, r.Viewer, at.Place, in.text("perspective"), max(in.version(), 0), in.quadrants())
	})
}

// putSwot puts what someone has prepared on the board. Nothing that is stored tells who it was, so it is done in nobody's name; what is there already is
// not put there twice.
func (s *Server) putSwot(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	n := 0
	err := s.DB.Tx(req.Context(), swot.Nobody, func(ctx context.Context, tx *db.Tx) error {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return err
		}
		all, err := swot.Of(ctx, tx, r.Viewer, at.Place)
		if err != nil {
			return err
		}
		now := swot.Present(all)
		if now == nil {
			return fault.List{swot.ErrNoneOwn.At("note")}
		}
		n, err = swot.Put(ctx, tx, s.Ring, r.Viewer, now.ID, req.PostForm["note"])
		return err
	})
	if faults, code, ok := mistakes(err); ok {
		return s.writeSwot(w, req, r, code, faults)
	}
	if err != nil {
		return err
	}
	return done(w, req, strings.TrimSuffix(req.URL.Path, "/own/put"), "swot.done-put", r.Number(n))
}

// printSwot is what a workplace needs on paper.
func (s *Server) printSwot(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx := req.Context()
	var at learningAt
	var plan swot.Plan
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if at, err = learningPlace(ctx, c, req, r); err == nil {
			plan, err = swot.PlanOf(ctx, c, at.Programme.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, swotPrintView(r.In(at.Programme.ID), at, swotPack(r, plan)))
}

// swotPaper is the same as a file.
func swotPaper(ctx context.Context, c db.Conn, _ *Server, req *http.Request, r view.Reader) (p paper, err error) {
	at, err := learningPlace(ctx, c, req, r)
	if err != nil {
		return p, err
	}
	plan, err := swot.PlanOf(ctx, c, at.Programme.ID)
	if err != nil {
		return p, err
	}
	p = paper{Programme: at.Programme.ID, Document: pdf.Document{Title: r.Say("swot.pack-title"), Lead: at.Name}}
	for _, s := range swotPack(r, plan) {
		if len(s.Fields) == 0 {
			p.Blocks = append(p.Blocks, pdf.Paragraph{Text: s.Lead}, pdf.List{Ordered: true, Items: s.Steps})
			continue
		}
		whose := r.Say("swot.sheet-joint", at.Name)
		if s.Own {
			whose = r.Say("swot.sheet-own")
		}
		p.Blocks = append(p.Blocks, pdf.Break{}, pdf.Heading{Level: 2, Text: s.Title, Lang: "sv"}, pdf.Paragraph{Text: whose, As: pdf.Muted}, pdf.Paragraph{Text: s.Lead, Lang: "sv"})
		for _, f := range s.Fields {
			p.Blocks = append(p.Blocks, pdf.Heading{Level: 3, Text: f.Title}, pdf.Paragraph{Text: f.Help, As: pdf.Muted}, pdf.Room{Lines: 3}) // all four on one sheet
		}
	}
	return p, nil
}

// A printSheet is a sheet of A4 of the pack: text, or the four fields with lines.
type printSheet struct {
	Title, Lead string
	Steps       []string // of the instruction, numbered
	Fields      []printField
	Own         bool // for one's own preparation, from all perspectives
}

// A printField is one of the four, with so many lines to write on.
type printField struct {
	Title, Help string
	Lines       int
}

// swotPack is what the print pack says, for paper of any kind: an instruction, a sheet for one's own preparation, and a sheet for
// each perspective.
func swotPack(r view.Reader, p swot.Plan) []printSheet {
	fields := func(lines int) (all []printField) {
		for _, q := range swot.Quadrants {
			all = append(all, printField{r.State("swot-quadrant", string(q)), r.Say("swot.about-" + string(q)), lines})
		}
		return all
	}
	pack := []printSheet{{Title: r.Say("swot.pack-title"), Lead: r.Say("swot.pack-lead", r.Number(p.Years), r.Number(len(p.Perspectives))), Steps: []string{
		r.Say("swot.pack-alone"), r.Say("swot.pack-together"), r.Say("swot.pack-star"), r.Say("swot.pack-agree"), r.Say("swot.pack-type"),
	}}}
	for _, x := range p.Perspectives {
		pack = append(pack, printSheet{Title: x.Name, Lead: x.Question, Fields: fields(5), Own: true})
	}
	for _, x := range p.Perspectives {
		pack = append(pack, printSheet{Title: x.Name, Lead: x.Question, Fields: fields(7)})
	}
	return pack
}
