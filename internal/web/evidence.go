package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"rsc.io/qr"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/file"
	"kompobib/internal/people"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// A printedSheet is a sign-in sheet to print: whoever signed up with room to sign, and rooms for others.
type printedSheet struct {
	activity.Meeting
	Occasion activity.Occasion
	Rows     []activity.Present
	Sheet    *activity.Sheet // nil until one has been made
	URL      string          // what the square holds
	Square   string          // its dark modules, as the path of a drawing
	Size     int             // of the square with its margin, in modules
}

// sheetPage is the newest sheet of a meeting, to print.
func (s *Server) sheetPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx, id := req.Context(), req.PathValue("id")
	var d printedSheet
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Meeting, err = activity.GetMeeting(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if d.Occasion, err = activity.GetOccasion(ctx, c, r.Viewer, d.Meeting.Occasion); err != nil {
			return err
		}
		sheet, err := activity.LatestSheet(ctx, c, r.Viewer, id)
		if err == nil {
			d.Sheet = &sheet
		} else if !isNotFound(err) {
			return err
		}
		d.Rows, err = activity.AttendanceList(ctx, c, r.Viewer, id)
		return err
	})
	if err != nil {
		return err
	}
	if d.Sheet != nil {
		d.URL = s.reachedAt(req) + "/s/" + d.Sheet.Code
		code, err := qr.Encode(d.URL, qr.M)
		if err != nil {
			return err
		}
		d.Square, d.Size = square(code)
	}
	return render(w, req, http.StatusOK, sheetView(r.In(d.Occasion.Programme), d))
}

// square draws a code as the path of a drawing, with the margin of four modules that readers need.
func square(code *qr.Code) (path string, size int) {
	const margin = 4
	var b strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+margin, y+margin)
			}
		}
	}
	return b.String(), code.Size + 2*margin
}

// newSheet makes a sheet with a code of its own.
func (s *Server) newSheet(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("id")
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		_, err := activity.NewSheet(ctx, tx, r.Viewer, id)
		return "", err
	})
	if err != nil {
		return err
	}
	return done(w, req, "/meetings/"+id+"/sheet", "evidence-page.done-sheet")
}

// A filing is the page where a photo or scan of a signed sheet is filed.
type filing struct {
	Code   string
	Kept   string          // a file that came before a mistake
	Sheet  *activity.Sheet // that the code leads to
	When   string
	Faults fault.List
}

// sheetCode is where a sheet's square leads.
func (s *Server) sheetCode(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	http.Redirect(w, req, "/sheets?code="+req.PathValue("code"), http.StatusSeeOther)
	return nil
}

// files is an error unless the reader takes attendance anywhere, or holds the meeting of a sheet with that code.
func (s *Server) files(req *http.Request, r view.Reader, code string) error {
	if r.Can(access.Attendance) {
		return nil
	}
	if _, err := activity.GetSheet(req.Context(), s.DB, r.Viewer, code); fault.Of(err) != nil {
		return activity.ErrForbidden
	} else if err != nil {
		return err
	}
	return nil
}

func (s *Server) filePage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	if err := s.files(req, r, r.Query().Get("code")); err != nil {
		return err
	}
	return s.showFiling(w, req, r, http.StatusOK, r.Query().Get("code"), nil)
}

func (s *Server) showFiling(w http.ResponseWriter, req *http.Request, r view.Reader, code int, written string, faults fault.List) error {
	ctx := req.Context()
	d := filing{Code: written, Kept: formOf(req).text("file_kept"), Faults: faults}
	if written != "" {
		err := s.DB.Snapshot(ctx, func(c db.Conn) error {
			sheet, err := activity.GetSheet(ctx, c, r.Viewer, written)
			if err != nil {
				return err
			}
			m, err := activity.GetMeeting(ctx, c, r.Viewer, sheet.Meeting)
			if err != nil {
				return err
			}
			o, err := activity.GetOccasion(ctx, c, r.Viewer, m.Occasion)
			d.Sheet, d.Code, d.When = &sheet, activity.SheetCode(sheet.Code), o.FullTitle()+", "+r.When(m.Span.Date, m.Span.Start, m.Span.End)
			return err
		})
		if list := fault.Of(err); list != nil {
			if faults == nil {
				d.Faults, code = list, status(list)
			}
		} else if err != nil {
			return err
		}
	}
	return render(w, req, code, filingView(r, d))
}

// fileSheet files the photo or scan that the form brings to the meeting of the code.
func (s *Server) fileSheet(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	code := req.PostFormValue("code")
	if err := s.files(req, r, code); err != nil {
		return err
	}
	sheet, err := activity.GetSheet(req.Context(), s.DB, r.Viewer, code)
	var faults fault.List
	if !faults.Add(err) {
		return err
	}
	f, err := s.upload(req, r.Person, "file", file.Scan)
	if !faults.Add(err) {
		return err
	}
	faults.Unless(f.ID != "" || err != nil, file.ErrEmpty.At("file"))
	if len(faults) > 0 {
		return s.showFiling(w, req, r, http.StatusUnprocessableEntity, code, faults)
	}
	_, err = s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		_, err := activity.FileScan(ctx, tx, r.Viewer, sheet.Code, f)
		return "", err
	})
	if err != nil {
		return err
	}
	return done(w, req, "/meetings/"+sheet.Meeting+"/evidence", "evidence-page.done-filed")
}

// A meetingEvidence is what proves who was at a meeting.
type meetingEvidence struct {
	activity.Meeting
	Occasion activity.Occasion
	Scans    []activity.Scan
	Names    map[string]people.Name
	Recorded int // rows, also of those absent
	Attested int // of them
	Change   bool
	Filing   string // where its sheet is filed, "" if it has none yet and the reader files no others
}

func (s *Server) evidencePage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx, id := req.Context(), req.PathValue("id")
	var d meetingEvidence
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Meeting, err = activity.GetMeeting(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if d.Occasion, err = activity.GetOccasion(ctx, c, r.Viewer, d.Meeting.Occasion); err != nil {
			return err
		}
		d.Change = d.Occasion.Holds(r.Viewer, access.Attendance)
		if r.Can(access.Attendance) {
			d.Filing = "/sheets"
		} else if d.Change {
			sheet, err := activity.LatestSheet(ctx, c, r.Viewer, id)
			if err != nil && !isNotFound(err) {
				return err
			}
			if err == nil {
				d.Filing = "/sheets?code=" + sheet.Code
			}
		}
		if d.Scans, err = activity.Scans(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		list, err := activity.AttendanceList(ctx, c, r.Viewer, id)
		if err != nil {
			return err
		}
		for _, p := range list {
			if p.Recorded {
				d.Recorded++
			}
			if p.AttestedAt != nil {
				d.Attested++
			}
		}
		var ids []string
		for _, scan := range d.Scans {
			ids = append(ids, scan.FiledBy)
		}
		d.Names, err = people.Names(ctx, c, r.Viewer, ids)
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, evidenceView(r.In(d.Occasion.Programme), d))
}

// seeScan shows a filed sheet. It posts, since it records who saw it.
func (s *Server) seeScan(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var f file.File
	err := s.DB.Tx(req.Context(), r.Person, func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = activity.SeeScan(ctx, tx, r.Viewer, req.PathValue("id"), req.PathValue("file"))
		return err
	})
	if err != nil {
		return err
	}
	return s.Files.Serve(w, req, f)
}

// A withoutEvidence is the list of meetings whose attendance nothing proves.
type withoutEvidence struct {
	Programme string
	Meetings  []activity.Missing
}

func (s *Server) withoutEvidence(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d := withoutEvidence{}
	r = r.In(r.Query().Get("programme"))
	if p := r.Programme(); p != nil {
		d.Programme = p.ID
	}
	var err error
	if d.Meetings, err = activity.WithoutEvidence(req.Context(), s.DB, r.Viewer, d.Programme, s.DB.Now()); err != nil {
		return err
	}
	sorting[activity.Missing]{
		"title":   func(m activity.Missing) string { return sortedText(m.FullTitle()) },
		"when":    func(m activity.Missing) string { return string(m.Date) + m.Start },
		"seated":  func(m activity.Missing) string { return sortedNumber(m.Seated) },
		"present": func(m activity.Missing) string { return sortedNumber(m.Present) },
		"minutes": func(m activity.Missing) string { return sortedNumber(m.Minutes) },
		"lacks":   func(m activity.Missing) string { return sortedNumber(m.Unattested) }, // none where attendance is not taken
	}.sort(r, d.Meetings)
	if format := wanted(req); format != "" {
		return download(w, format, r.Say("evidence-page.without"), missingSheet(r, d))
	}
	return render(w, req, http.StatusOK, withoutEvidenceView(r, d))
}

func missingSheet(r view.Reader, d withoutEvidence) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("me.activity"), Width: 40}, {Label: r.Say("calendar.date"), Kind: sheet.Date}, {Label: r.Say("calendar.starts")}, {Label: r.Say("calendar.ends")},
			{Label: r.Say("calendar.place"), Width: 28}, {Label: r.Say("seats.seated"), Kind: sheet.Number}, {Label: r.Say("evidence-page.present"), Kind: sheet.Number},
			{Label: r.Say("attendance-page.minutes"), Kind: sheet.Number}, {Label: r.Say("evidence-page.lacks"), Width: 28}},
		Rows: func(yield func([]any) bool) {
			for _, m := range d.Meetings {
				if !yield([]any{m.FullTitle(), m.Date, m.Start, m.End, m.Place, m.Seated, m.Present, m.Minutes, missingText(r, m)}) {
					return
				}
			}
		},
	}
}

// behind is a name to stand behind other words, with what sets it off; "" if there is none.
func behind(name string) string {
	if name == "" {
		return ""
	}
	return ", " + name
}

// unnamed is the place of an occasion that has no name of its own to tell it from others.
func unnamed(name, place string) string {
	if name != "" {
		return ""
	}
	return place
}

// atPlace is a title with the place where it is held, if that is known.
func atPlace(title, place string) string { return title + behind(place) }

func missingText(r view.Reader, m activity.Missing) string {
	if m.Present == 0 {
		return r.Say("evidence-page.not-taken")
	}
	return r.Count("evidence-page.unattested", m.Unattested)
}

// toEvidence is where what a meeting lacks is mended, and evidenceStep the key of what one does there.
func toEvidence(m activity.Missing) string {
	if m.Present == 0 {
		return "/meetings/" + m.Meeting + "/attendance"
	}
	return "/meetings/" + m.Meeting + "/evidence"
}

func evidenceStep(m activity.Missing) string {
	if m.Present == 0 {
		return "evidence-page.take"
	}
	return "evidence-page.prove"
}

// emptyLines are rooms on the sheet for who comes without having signed up.
const emptyLines = 5

// signers are those who sign: who has a seat, and who has come without.
func signers(rows []activity.Present) (list []activity.Present) {
	for _, p := range rows {
		if p.State != activity.Waiting {
			list = append(list, p)
		}
	}
	return list
}
