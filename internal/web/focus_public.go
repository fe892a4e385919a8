package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"rsc.io/qr"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning/focus"
	"kompobib/internal/local"
	"kompobib/internal/pdf"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

func publicFocusPath(slug, code string) string { return "/p/" + slug + "/focus/" + code }
func askPath(code string) string               { return "/n/" + code }

// voices bounds how often the question to the users is answered from one address: a library's computers, and the phones of the classes that visit it, share
// one. It guards the machine; who asks is kept in memory for that alone, and forgotten.
var voices = auth.Pace{Tries: 150, Every: 2 * time.Second}

// A publicFocuses is what a programme's workplaces will be known for, as everyone sees it.
type publicFocuses struct {
	programme.Programme
	Items []focus.Public
}

func (s *Server) publicFocuses(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d publicFocuses
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Programme, err = programme.BySlug(ctx, c, access.Viewer{}, req.PathValue("slug")); err != nil {
			return err
		}
		d.Items, err = focus.Published(ctx, c, d.ID, "", focus.DayOf(s.DB.Now()))
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, publicFocusesView(r.In(d.ID), d))
}

// readPublicFocus reads the focus that an address names.
func (s *Server) readPublicFocus(req *http.Request) (f focus.Public, err error) {
	err = s.DB.Snapshot(req.Context(), func(c db.Conn) (err error) {
		f, err = focus.ByCode(req.Context(), c, req.PathValue("focus"), focus.DayOf(s.DB.Now()))
		if slug := req.PathValue("slug"); err == nil && slug != "" && f.Slug != slug {
			err = focus.ErrNotFound
		}
		return err
	})
	return f, err
}

func (s *Server) publicFocus(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	f, err := s.readPublicFocus(req)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, publicFocusView(r.In(f.Programme), f))
}

// A poster is a focus to print, with a square that leads to the question.
type poster struct {
	focus.Public
	URL    string
	Square string
	Size   int
}

func (s *Server) readPoster(req *http.Request) (d poster, err error) {
	if d.Public, err = s.readPublicFocus(req); err != nil {
		return d, err
	}
	d.URL = s.reachedAt(req) + askPath(d.Code)
	code, err := qr.Encode(d.URL, qr.M)
	if err != nil {
		return d, err
	}
	d.Square, d.Size = square(code)
	return d, nil
}

func (s *Server) poster(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d, err := s.readPoster(req)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, posterView(r.In(d.Programme), d))
}

// posters bounds how often one address has a poster made as a file, which is more work than a page.
var posters = auth.Pace{Tries: 60, Every: 2 * time.Second}

func (s *Server) posterFile(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	if s.rates.Take("poster "+s.address(req), posters, s.Now()) > 0 {
		return errTooMany
	}
	d, err := s.readPoster(req)
	if err != nil {
		return err
	}
	return s.sendPDF(w, r.In(d.Programme), posterSheet(r, d))
}

// posterSheet is a poster as a file.
func posterSheet(r view.Reader, d poster) pdf.Document {
	sheet := pdf.Document{Title: d.Name, Spoken: "sv", Poster: true, Blocks: []pdf.Block{pdf.Paragraph{Text: d.Statement, Lang: "sv", As: pdf.Motto}, pdf.Paragraph{Text: posterText(d.Body), Lang: "sv"}}}
	if !d.Over {
		code := squarePicture(d.Square, d.Size, 22, r.Say("focus.square", d.URL))
		code.Beside = []pdf.Block{pdf.Paragraph{Text: questionText(r, d.Text), Lang: questionLanguage(r, d.Text), As: pdf.Strong}, pdf.Paragraph{Text: r.Say("focus.square-what") + "\n" + d.URL, As: pdf.Muted}}
		sheet.Blocks = append(sheet.Blocks, pdf.Foot{}, code)
	}
	return sheet
}

// A question is the one that users are asked, with what was answered if it was not taken.
type question struct {
	focus.Public
	Form   view.Form
	In     posted
	Faults fault.List
	Thanks bool
}

func (s *Server) questionPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	f, err := s.readPublicFocus(req)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, questionView(r.In(f.Programme), question{Public: f, Form: view.Form{Action: askPath(f.Code)}, Thanks: r.Query().Has("thanks")}))
}

// takeVoice takes an answer of somebody who uses the library. No cookie is set, and nobody is asked who they are.
func (s *Server) takeVoice(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	f, err := s.readPublicFocus(req)
	if err != nil {
		return err
	}
	in := formOf(req)
	again := func(status int, faults fault.List) error {
		return render(w, req, status, questionView(r.In(f.Programme), question{Public: f, Form: view.Form{Action: askPath(f.Code), Key: in.text("key")}, In: in, Faults: faults}))
	}
	if s.rates.Take("voice "+s.address(req), voices, s.Now()) > 0 {
		return again(http.StatusTooManyRequests, fault.List{errRush})
	}
	nobody := r
	nobody.Viewer = access.Viewer{Person: "public"} // also who has signed in answers as nobody
	_, err = s.change(req, nobody, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", focus.TakeAnswer(ctx, tx, f.Code, focus.UserAnswer{Noticed: in.text("noticed"), Text: in.text("text"), Wording: in.number("wording")})
	})
	if faults, status, ok := mistakes(err); ok {
		return again(status, faults)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, req, askPath(f.Code)+"?thanks", http.StatusSeeOther)
	return nil
}

// A followUp is a commitment that a letter's link leads to.
type followUp struct {
	focus.Linked
	Ends   local.Date // the programme's last day
	Over   bool       // it has ended
	Form   view.Form
	List   []control
	Faults fault.List
}

func (s *Server) followUpPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.showFollowUp(w, req, r, http.StatusOK, nil)
}

func (s *Server) showFollowUp(w http.ResponseWriter, req *http.Request, r view.Reader, code int, faults fault.List) error {
	token := req.PathValue("token")
	d := followUp{Faults: faults, Form: view.Form{Action: "/f/" + token}}
	err := s.DB.Snapshot(req.Context(), func(c db.Conn) (err error) {
		today := focus.DayOf(s.DB.Now())
		if d.Linked, err = focus.ByLink(req.Context(), c, s.Ring, today, s.Now(), token); err != nil {
			return err
		}
		p, err := programme.Get(req.Context(), c, access.System, d.Programme)
		d.Ends, d.Over = p.Ends, p.State.On(today, p.Ends) == programme.Closed
		return err
	})
	if err != nil {
		return err
	}
	d.List = answerControls(r, d.Commitment, "")[1:]
	if d.Answered != "" {
		d.Form.Version = d.Version // who answers now has seen what it says
	}
	for i, f := range faults {
		if errors.Is(f, focus.ErrAnswered) {
			faults[i] = f.With(r.State("commitment-state", string(d.State)))
		}
	}
	if in := formOf(req); req.Method == http.MethodPost {
		d.Form.Key = in.text("key")
		for i := range d.List {
			d.List[i].Value = in.text(d.List[i].Name)
		}
	}
	w.Header().Set("Referrer-Policy", "no-referrer") // the address lets one answer
	return render(w, req, code, followUpView(r.In(d.Programme), d))
}

// answerFollowUp takes the answer to the check that a letter's link leads to, in the name of whose letter it was.
func (s *Server) answerFollowUp(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	if s.rates.Take(s.address(req), door, s.Now()) > 0 {
		return errTooMany
	}
	token := req.PathValue("token")
	l, err := focus.ByLink(req.Context(), s.DB, s.Ring, focus.DayOf(s.DB.Now()), s.Now(), token)
	if err != nil {
		return err
	}
	them := r
	them.Viewer = access.Viewer{Person: l.Person}
	in := formOf(req)
	_, err = s.change(req, them, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", focus.SayByLink(ctx, tx, s.Ring, s.Now(), token, in.version(), answerOf(in))
	})
	switch faults, status, ok := mistakes(err); {
	case ok:
		return s.showFollowUp(w, req, r, status, faults)
	case err != nil:
		return err
	}
	http.Redirect(w, req, "/f/"+token, http.StatusSeeOther)
	return nil
}

// questionText is the one question, as the workplace put it or else as usual.
func questionText(r view.Reader, f focus.Text) string {
	if f.Question != "" {
		return f.Question
	}
	return r.Say("focus.question-usual")
}

// questionLanguage is that of [questionText].
func questionLanguage(r view.Reader, f focus.Text) string {
	if f.Question != "" {
		return "sv"
	}
	return r.Tag()
}

// fundOf tells on a poster who pays.
func fundOf(r view.Reader) templ.Component {
	if p := r.Programme(); p != nil {
		return fundView(r, p)
	}
	return templ.NopComponent
}
