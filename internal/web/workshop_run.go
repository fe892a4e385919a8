package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"rsc.io/qr"

	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/local"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// A running is a workshop as the screen in the room shows it.
type running struct {
	shop
	Questions []workshop.Question
	Today     local.Date
	Left      int    // seconds of the present step
	URL       string // where phones join
	Square    string // the same as a drawing
	Size      int
	Faults    fault.List
	Text      string // of the note-taker's, with mistakes
	Question  string // that the notes answer

	Writes []learning.Place        // its workplaces that the reader writes commitments for, once it has been held
	Kept   map[string][]focus.Kept // by answer: what has become of it
}

// promising are the workplaces that the reader writes for where some of the answers have become no commitment yet.
func (d running) promising(answers []workshop.Answer) []learning.Place {
	return slices.DeleteFunc(slices.Clone(d.Writes), func(p learning.Place) bool {
		return !slices.ContainsFunc(answers, func(a workshop.Answer) bool {
			return !slices.ContainsFunc(d.Kept[a.ID], func(k focus.Kept) bool { return k.Workplace == p.Workplace })
		})
	})
}

// at is the place of the present step among those that are held, from 0; -1 before it has begun.
func (d running) at() (held []workshop.Step, i int) {
	held = d.Held(d.Steps)
	return held, slices.IndexFunc(held, func(s workshop.Step) bool { return s.ID == d.Step })
}

// now is the present step.
func (d running) now() (s workshop.Step) {
	if held, i := d.at(); i >= 0 {
		s = held[i]
	}
	return s
}

// present is what has been answered to the present question.
func (d running) present() *workshop.Question {
	for i := range d.Questions {
		if d.Questions[i].Step == d.Step {
			return &d.Questions[i]
		}
	}
	return nil
}

// fullFrom is how many answers are so many that the screen scrolls, and longQuestion how many characters of a question are set smaller then.
const fullFrom, longQuestion = 5, 90

// full reports whether there is so much to show that it scrolls.
func (d running) full() bool {
	q := d.present()
	return q != nil && !d.Hidden && q.Count() >= fullFrom
}

// otherDay reports whether it is about to begin on another day than it is planned for.
func (d running) otherDay() bool { return d.Began == nil && d.Date != "" && d.Date != d.Today }

// asksFor is what a step asks, or what it is called.
func asksFor(s workshop.Step) string { return cmp.Or(s.Question, s.Title) }

func (s *Server) readRunning(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (d running, err error) {
	if d.shop, err = readShop(ctx, c, r, req.PathValue("workshop")); err != nil {
		return d, err
	}
	if d.Questions, err = workshop.Summary(ctx, c, r.Viewer, d.ID); err != nil {
		return d, err
	}
	d.Today = s.today(d.Programme.Zone)
	d.Left = d.Timer.Left(s.DB.Now())
	if d.Code == "" {
		return d, nil
	}
	d.URL = s.reachedAt(req) + "/w/" + d.Code
	code, err := qr.Encode(d.URL, qr.M)
	if err == nil {
		d.Square, d.Size = square(code)
	}
	return d, err
}

// runPage is the screen in the room.
func (s *Server) runPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.showRunning(w, req, r, func(r view.Reader, d running) error {
		if !d.Leads {
			return workshop.ErrNotLead
		}
		return render(w, req, http.StatusOK, runView(r, d))
	})
}

func (s *Server) showRunning(w http.ResponseWriter, req *http.Request, r view.Reader, show func(r view.Reader, d running) error) error {
	ctx := req.Context()
	var d running
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		d, err = s.readRunning(ctx, c, req, r)
		return err
	})
	if err != nil {
		return err
	}
	return show(r.In(d.Programme.ID), d)
}

// runLive is what has changed on the screen since it was written: nothing, most of the time.
func (s *Server) runLive(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	seq, err := workshop.Seq(req.Context(), s.DB, r.Viewer, req.PathValue("workshop"))
	if err != nil {
		return err
	}
	if strconv.FormatInt(seq, 10) == r.Query().Get("seen") {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return s.showRunning(w, req, r, func(r view.Reader, d running) error {
		if !d.Leads {
			return workshop.ErrNotLead
		}
		return render(w, req, http.StatusOK, stageView(r, d))
	})
}

// runMove is one press of who presents.
func (s *Server) runMove(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id, in := req.PathValue("workshop"), formOf(req)
	move := workshop.Move(in.text("do"))
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", workshop.Do(ctx, tx, r.Viewer, id, in.number("turn"), move)
	})
	to := workshopPath(id) + "/run"
	switch {
	case errors.Is(err, workshop.ErrTurn):
		return doneBut(w, req, to, workshop.ErrTurn.Code)
	case err != nil && move == workshop.Today:
		if faults, _, ok := mistakes(err); ok {
			return doneBut(w, req, to, faults[0].Code, faults[0].Args...)
		}
		return err
	case err != nil:
		return err
	case move == workshop.Finish:
		shop, err := workshop.Get(req.Context(), s.DB, r.Viewer, id)
		if err != nil {
			return err
		}
		if shop.Date > s.today(shop.Zone) {
			return done(w, req, workshopPath(id)+"/summary", "workshop.done-closed-early", r.Date(shop.Date))
		}
		return done(w, req, workshopPath(id)+"/summary", "workshop.done-closed")
	}
	http.Redirect(w, req, to, http.StatusSeeOther)
	return nil
}

func (s *Server) notesPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.showNotes(w, req, r, http.StatusOK, r.Query().Get("step"), "", nil)
}

func (s *Server) showNotes(w http.ResponseWriter, req *http.Request, r view.Reader, code int, step, text string, faults fault.List) error {
	return s.showRunning(w, req, r, func(r view.Reader, d running) error {
		if !d.Notes {
			return workshop.ErrNotNotes
		}
		d.Question, d.Text, d.Faults = step, text, faults
		if d.Question == "" {
			d.Question = d.Step
		}
		if !slices.ContainsFunc(d.Questions, func(q workshop.Question) bool { return q.Step == d.Question }) && len(d.Questions) > 0 {
			d.Question = d.Questions[0].Step
		}
		return render(w, req, code, notesView(r, d))
	})
}

// takeNotes stores what the note-taker has typed, a line an answer.
func (s *Server) takeNotes(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id, in := req.PathValue("workshop"), formOf(req)
	n, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (int, error) {
		return workshop.Note(ctx, tx, r.Viewer, id, in.text("step"), in.text("key"), in.text("text"))
	})
	if err != nil {
		faults := fault.Of(err)
		if faults == nil || isNotFound(err) || faults[0].Kind == fault.Forbidden {
			return err
		}
		return s.showNotes(w, req, r, status(faults), in.text("step"), in.text("text"), faults)
	}
	return done(w, req, workshopPath(id)+"/notes?"+query("step", in.text("step"), "stored", in.text("key")), "workshop.done-noted", r.Number(n))
}

// shopSummary is what a workshop said, by question and group.
func (s *Server) shopSummary(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx := req.Context()
	var d running
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d, err = s.readRunning(ctx, c, req, r); err == nil && d.Closed != nil {
			err = d.complete(ctx, c, r)
		}
		return err
	})
	if err != nil {
		return err
	}
	r = r.In(d.Programme.ID)
	if format := wanted(req); format != "" {
		return download(w, format, d.Title+" "+d.Name(), summarySheet(r, d.Questions))
	}
	return render(w, req, http.StatusOK, summaryView(r, d))
}

// complete reads what has become of the answers, and where the reader may make more of them.
func (d *running) complete(ctx context.Context, c db.Conn, r view.Reader) error {
	places := make([]string, len(d.Places))
	for i, p := range d.Places {
		places[i] = p.ID
	}
	near, err := learning.These(ctx, c, r.Viewer, d.Programme.ID, places)
	if err != nil {
		return err
	}
	if d.Writes, err = learning.Writes(ctx, c, r.Viewer, near); err != nil {
		return err
	}
	kept, err := focus.KeptOf(ctx, c, r.Viewer, d.Workshop)
	d.Kept = map[string][]focus.Kept{}
	for _, k := range kept {
		d.Kept[k.Answer] = append(d.Kept[k.Answer], k)
	}
	return err
}

// promiseAt is where answers that the id names, themselves or by their group, become a commitment.
func (d running) promiseAt(place, id string) string {
	return d.toPlace(place) + "/commitments/new?" + query("said", id)
}

func summarySheet(r view.Reader, questions []workshop.Question) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("workshop.question"), Width: 32}, {Label: r.Say("workshop.group"), Width: 24}, {Label: r.Say("workshop.answer"), Width: 60}},
		Rows: iter.Seq[[]any](func(yield func([]any) bool) {
			for _, q := range questions {
				for _, g := range append(q.Groups, workshop.Group{Answers: q.Answers}) {
					for _, a := range g.Answers {
						if !yield([]any{q.Text, g.Name, a.Body}) {
							return
						}
					}
				}
			}
		}),
	}
}

// What phones may do: a whole workplace comes from one address.
var (
	misses  = auth.Pace{Tries: 60, Every: 2 * time.Second}         // codes that lead nowhere, from one address
	sends   = auth.Pace{Tries: 30, Every: 2 * time.Second}         // answers from one phone
	crowded = auth.Pace{Tries: 1200, Every: 50 * time.Millisecond} // answers from one address
)

const phoneCookie = "phone"

// A phone is what a participant sees, without having signed in.
type phone struct {
	workshop.Room
	Code   string
	Text   string // that came with mistakes
	Step   string // that it answers
	Asked  string // the question that it answers
	Key    string
	Edited string // the answer that is being changed
	Faults fault.List
}

// device is what a phone is known by while the workshop runs: a hash of a number that it was given.
func (s *Server) device(req *http.Request) string {
	c, err := req.Cookie(phoneCookie)
	if err != nil || c.Value == "" {
		return ""
	}
	return s.Ring.Hash("phone in a workshop", c.Value)
}

// joinPage asks for the code.
func (s *Server) joinPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	if code := learning.ParseCode(r.Query().Get("code")); code != "" {
		http.Redirect(w, req, "/w/"+url.PathEscape(code), http.StatusSeeOther)
		return nil
	}
	return render(w, req, http.StatusOK, joinView(r, joining{}))
}

// A joining is what asks for a code: anew, if one that was given leads nowhere.
type joining struct {
	Code   string
	Over   bool // the workshop that it led to
	Faults fault.List
}

// joinAgain gives a code back that leads to no room, with what is wrong with it, beside a field for the right one.
func (s *Server) joinAgain(w http.ResponseWriter, req *http.Request, r view.Reader, err error) error {
	if !isNotFound(err) {
		return err
	}
	d := joining{Code: learning.ParseCode(req.PathValue("code")), Over: errors.Is(err, workshop.ErrOver)}
	if d.Over {
		d.Code = ""
	} else {
		d.Faults = fault.List{fault.Of(err)[0].At("code")}
	}
	return render(w, req, http.StatusNotFound, joinView(r, d))
}

// enterRoom reads the room that a code leads to. Whoever tries codes is stopped.
func (s *Server) enterRoom(req *http.Request) (room workshop.Room, err error) {
	from := "join " + s.address(req)
	if s.rates.Wait(from, misses, s.Now()) > 0 {
		return room, errTooMany
	}
	if room, err = workshop.Enter(req.Context(), s.DB, req.PathValue("code"), s.device(req)); errors.Is(err, workshop.ErrCode) {
		s.rates.Take(from, misses, s.Now())
	}
	return room, err
}

func (s *Server) phonePage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	if learning.RoomOf(learning.ParseCode(req.PathValue("code"))) == learning.AnalysisRoom {
		return s.boardPhonePage(w, req, r)
	}
	room, err := s.enterRoom(req)
	if err != nil {
		return s.joinAgain(w, req, r, err)
	}
	s.knowPhone(w, req)
	d := phone{Room: room, Code: learning.ParseCode(req.PathValue("code")), Step: room.Step, Asked: room.Question}
	if i := slices.IndexFunc(room.Own, func(a workshop.Answer) bool { return a.ID == r.Query().Get("change") }); i >= 0 {
		d.Edited, d.Text, d.Step, d.Asked = room.Own[i].ID, room.Own[i].Body, room.Own[i].Step, room.Own[i].Question
	}
	return render(w, req, http.StatusOK, phoneView(r, d))
}

// phoneLive tells a phone whether there is another question.
func (s *Server) phoneLive(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	if learning.RoomOf(learning.ParseCode(req.PathValue("code"))) == learning.AnalysisRoom {
		return s.boardPhoneLive(w, req, r)
	}
	if s.rates.Wait("join "+s.address(req), misses, s.Now()) > 0 {
		return errTooMany
	}
	turn, err := workshop.Turn(req.Context(), s.DB, req.PathValue("code"))
	if errors.Is(err, workshop.ErrCode) {
		s.rates.Take("join "+s.address(req), misses, s.Now())
	}
	if err != nil {
		return err
	}
	if strconv.Itoa(turn) == r.Query().Get("seen") {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	room, err := s.enterRoom(req)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, phoneStage(r, phone{Room: room, Code: learning.ParseCode(req.PathValue("code")), Step: room.Step, Asked: room.Question}))
}

// knowPhone gives a phone a number to be known by, if it has none.
func (s *Server) knowPhone(w http.ResponseWriter, req *http.Request) {
	if _, err := req.Cookie(phoneCookie); err != nil {
		http.SetCookie(w, &http.Cookie{Name: phoneCookie, Value: rand.Text(), Path: "/w", MaxAge: int((12 * time.Hour).Seconds()), HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode})
	}
}

// tooFast reports whether an answer comes too soon after others: from this phone, or from where it is.
func (s *Server) tooFast(req *http.Request, device string) bool {
	from := s.address(req)
	return s.rates.Wait("join "+from, misses, s.Now()) > 0 || s.rates.Take("answers "+from, crowded, s.Now()) > 0 || device != "" && s.rates.Take("answers of "+device, sends, s.Now()) > 0
}

// phoneSend stores an answer, changes it or takes it back. What was typed comes back with whatever is wrong.
func (s *Server) phoneSend(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	if learning.RoomOf(learning.ParseCode(req.PathValue("code"))) == learning.AnalysisRoom {
		return s.boardPhoneSend(w, req, r)
	}
	in, code, device := formOf(req), learning.ParseCode(req.PathValue("code")), s.device(req)
	if s.tooFast(req, device) {
		return s.phoneAgain(w, req, r, http.StatusTooManyRequests, fault.List{errTooMany})
	}
	err := s.DB.Tx(req.Context(), workshop.Phones, func(ctx context.Context, tx *db.Tx) error {
		switch answer := in.text("answer"); {
		case answer == "":
			return workshop.Send(ctx, tx, code, device, in.text("key"), in.text("step"), in.text("body"))
		case in.text("do") == "withdraw":
			return workshop.Withdraw(ctx, tx, code, device, answer)
		default:
			return workshop.Change(ctx, tx, code, device, answer, in.text("body"))
		}
	})
	if faults, code, ok := mistakes(err); ok {
		return s.phoneAgain(w, req, r, code, faults)
	}
	if err != nil {
		return err
	}
	setNotice(w, req, view.Notice{Code: "workshop.done-sent"})
	http.Redirect(w, req, "/w/"+code+"?"+query("stored", in.text("key")), http.StatusSeeOther)
	return nil
}

// phoneAgain gives a text back that was not stored, also when the workshop has been closed meanwhile.
func (s *Server) phoneAgain(w http.ResponseWriter, req *http.Request, r view.Reader, status int, faults fault.List) error {
	in := formOf(req)
	room, err := s.enterRoom(req)
	if err != nil && fault.Of(err) == nil {
		return err
	}
	d := phone{Room: room, Code: learning.ParseCode(req.PathValue("code")), Text: in.text("body"), Step: in.text("step"), Asked: in.text("asked"), Key: in.text("key"), Edited: in.text("answer"), Faults: faults}
	if err != nil && d.Text == "" { // nothing to give back
		return s.joinAgain(w, req, r, err)
	}
	return render(w, req, status, phoneView(r, d))
}
