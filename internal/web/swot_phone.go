package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/learning/swot"
	"kompobib/internal/web/view"
)

// A boardPhone is what a participant sees of a board, without having signed in.
type boardPhone struct {
	swot.Room
	Code     string
	Text     string // that came with mistakes
	From     string // the perspective that the note is written from
	Quadrant string
	Key      string
	Edited   string // the note that is being changed
	Faults   fault.List
}

// boardDevice is what a phone is known by while the board is open; nothing else knows it by that.
func (s *Server) boardDevice(req *http.Request) string {
	if c, err := req.Cookie(phoneCookie); err == nil && c.Value != "" {
		return s.Ring.Hash("phone at a board", c.Value)
	}
	return ""
}

// enterBoard reads the room that a code leads to. Whoever tries codes is stopped.
func (s *Server) enterBoard(req *http.Request) (room swot.Room, err error) {
	from := "join " + s.address(req)
	if s.rates.Wait(from, misses, s.Now()) > 0 {
		return room, errTooMany
	}
	ctx := req.Context()
	err = s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		room, err = swot.Enter(ctx, c, req.PathValue("code"), s.boardDevice(req))
		return err
	})
	if errors.Is(err, swot.ErrCode) {
		s.rates.Take(from, misses, s.Now())
	}
	return room, err
}

func (s *Server) boardPhonePage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	room, err := s.enterBoard(req)
	if err != nil {
		return s.joinAgain(w, req, r, err)
	}
	s.knowPhone(w, req)
	d := boardPhone{Room: room, Code: learning.ParseCode(req.PathValue("code")), From: room.Perspective, Quadrant: string(swot.Strength)}
	if _, ok := room.Plan.Find(r.Query().Get("perspective")); ok {
		d.From = r.Query().Get("perspective")
	}
	if q := swot.Quadrant(r.Query().Get("quadrant")); slices.Contains(swot.Quadrants, q) {
		d.Quadrant = string(q)
	}
	if i := slices.IndexFunc(room.Own, func(n swot.Note) bool { return n.ID == r.Query().Get("change") }); i >= 0 {
		n := room.Own[i]
		d.Edited, d.Text, d.From, d.Quadrant = n.ID, n.Text, n.Perspective, string(n.Quadrant)
	}
	return render(w, req, http.StatusOK, boardPhoneView(r, d))
}

// boardPhoneLive tells a phone whether the screen shows another perspective.
func (s *Server) boardPhoneLive(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	from := "join " + s.address(req)
	if s.rates.Wait(from, misses, s.Now()) > 0 {
		return errTooMany
	}
	turn, err := swot.Turn(req.Context(), s.DB, req.PathValue("code"))
	if errors.Is(err, swot.ErrCode) {
		s.rates.Take(from, misses, s.Now())
	}
	if err != nil {
		return err
	}
	if strconv.Itoa(turn) == r.Query().Get("seen") {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	room, err := s.enterBoard(req)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, boardPhoneStage(r, boardPhone{Room: room, Code: learning.ParseCode(req.PathValue("code")), From: room.Perspective, Quadrant: string(swot.Strength)}))
}

// boardPhoneSend stores a note, changes it or takes it back. What was typed comes back with whatever is wrong.
func (s *Server) boardPhoneSend(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in, code, device := formOf(req), learning.ParseCode(req.PathValue("code")), s.boardDevice(req)
	if s.tooFast(req, device) {
		return s.boardPhoneAgain(w, req, r, http.StatusTooManyRequests, fault.List{errTooMany})
	}
	err := s.DB.Tx(req.Context(), swot.Nobody, func(ctx context.Context, tx *db.Tx) error {
		switch note := in.text("answer"); {
		case note == "":
			return swot.Send(ctx, tx, code, device, in.text("key"), in.text("perspective"), swot.Quadrant(in.text("quadrant")), in.text("body"))
		case in.text("do") == "withdraw":
			return swot.Withdraw(ctx, tx, code, device, note)
		default:
			return swot.Change(ctx, tx, code, device, note, in.text("body"))
		}
	})
	if faults, status, ok := mistakes(err); ok {
		return s.boardPhoneAgain(w, req, r, status, faults)
	}
	if err != nil {
		return err
	}
	setNotice(w, req, view.Notice{Code: "swot.done-sent"})
	http.Redirect(w, req, "/w/"+code+"?"+query("stored", in.text("key"), "perspective", in.text("perspective"), "quadrant", in.text("quadrant")), http.StatusSeeOther)
	return nil
}

// boardPhoneAgain gives a text back that was not stored, also when the board has been closed meanwhile.
func (s *Server) boardPhoneAgain(w http.ResponseWriter, req *http.Request, r view.Reader, status int, faults fault.List) error {
	in := formOf(req)
	room, err := s.enterBoard(req)
	if err != nil && fault.Of(err) == nil {
		return err
	}
	d := boardPhone{Room: room, Code: learning.ParseCode(req.PathValue("code")), Text: in.text("body"), From: in.text("perspective"), Quadrant: in.text("quadrant"), Key: in.text("key"), Edited: in.text("answer"), Faults: faults}
	if err != nil && d.Text == "" { // nothing to give back
		return s.joinAgain(w, req, r, err)
	}
	return render(w, req, status, boardPhoneView(r, d))
}
