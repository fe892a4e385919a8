package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/people"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// What a row of the attendance form says, beside the reasons of absence.
const (
	notFilled = ""
	whole     = "whole"  // all of the meeting
	part      = "part"   // so many minutes, or between two times
	struck    = "struck" // not there after all: 0 minutes without a reason
)

// An attendancePage is the screen where the organiser takes attendance at a meeting.
type attendancePage struct {
	activity.Meeting
	Occasion activity.Occasion
	Rows     []attendanceRow // of this part of the list, and those that the form holds besides
	All      int             // rows of the whole list
	Previous string          // where the part before this one is, and the next
	Next     string
	Change   bool // the reader takes attendance, rather than looks
	Begun    bool
	Recorded int // rows
	Attested int
	Why      string
	Query    string // whom to add
	Searched bool
	Found    []people.Name
	Added    string // the person whose row was added just now
	Unsaved  bool   // the rows say what was typed
	Faults   fault.List
}

// An attendanceRow is what is recorded of a person, and what the form says of them.
type attendanceRow struct {
	activity.Present
	How, Minutes, Arrived, Departed string
}

func (s *Server) attendancePage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.showAttendance(w, req, r, http.StatusOK, nil, nil)
}

// attendanceFile is what is recorded at a meeting, as a file.
func (s *Server) attendanceFile(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx, id := req.Context(), req.PathValue("id")
	var m activity.Meeting
	var o activity.Occasion
	var list []activity.Present
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if m, err = activity.GetMeeting(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if o, err = activity.GetOccasion(ctx, c, r.Viewer, m.Occasion); err != nil {
			return err
		}
		list, err = activity.AttendanceList(ctx, c, r.Viewer, id)
		return err
	})
	if err != nil {
		return err
	}
	if taking(req) == "" {
		return errForm
	}
	attendanceSorting(r).sort(r, list)
	return s.hand(w, req, r, "attendance", id, len(list), o.FullTitle()+" "+string(m.Span.Date), attendanceSheet(r, m, list))
}

func attendanceSheet(r view.Reader, m activity.Meeting, list []activity.Present) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("seats.name"), Width: 28}, {Label: r.Say("seats.workplace"), Width: 28}, {Label: r.Say("seats.state")}, {Label: r.Say("attendance-page.minutes"), Kind: sheet.Number},
			{Label: r.Say("attendance-page.arrived")}, {Label: r.Say("attendance-page.departed")}, {Label: r.Say("attendance-page.absence")}, {Label: r.Say("attendance-page.attested")}},
		Rows: func(yield func([]any) bool) {
			for _, p := range list {
				row := []any{participantName(r, p.Name, p.Number), p.Workplace, r.Say("attendance-page.walk-in"), nil, p.Arrived, p.Departed, "", ""}
				if p.State != "" {
					row[2] = r.State("signup-state", string(p.State))
				}
				if p.Recorded {
					row[3] = p.Minutes
				}
				if p.Absence != "" {
					row[6] = r.State("absence-reason", p.Absence)
				}
				if p.AttestedAt != nil {
					row[7] = r.Time(*p.AttestedAt, m.Span.Zone)
				}
				if !yield(row) {
					return
				}
			}
		},
	}
}

// showAttendance writes the screen, as form filled it in if it is not nil.
func (s *Server) showAttendance(w http.ResponseWriter, req *http.Request, r view.Reader, code int, form url.Values, faults fault.List) error {
	ctx, id := req.Context(), req.PathValue("id")
	d := attendancePage{Faults: faults, Why: form.Get("why"), Query: strings.TrimSpace(form.Get("q"))}
	present := map[string]bool{} // who stands in the list, on whatever part of it
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Meeting, err = activity.GetMeeting(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if d.Occasion, err = activity.GetOccasion(ctx, c, r.Viewer, d.Meeting.Occasion); err != nil {
			return err
		}
		list, err := activity.AttendanceList(ctx, c, r.Viewer, id)
		if err != nil {
			return err
		}
		d.Change = d.Occasion.Holds(r.Viewer, access.Attendance)
		d.Begun = !s.DB.Now().Before(d.Starts)
		attendanceSorting(r).sort(r, list)
		d.All = len(list)
		for _, p := range list {
			if p.Recorded {
				d.Recorded++
			}
			if p.AttestedAt != nil {
				d.Attested++
			}
			present[p.Person] = true
		}
		part, previous, next := stretchOf(r, list, attendanceRows)
		d.Previous, d.Next = previous, next
		// What was typed of someone stays here, also if they stand on another part by now.
		shown := map[string]bool{}
		for _, p := range part {
			shown[p.Person] = true
		}
		for _, person := range form["person"] {
			shown[person] = true
		}
		for _, p := range list {
			if shown[p.Person] {
				d.Rows = append(d.Rows, attendanceRow{Present: p})
			}
		}
		if form == nil {
			return nil
		}
		d.Unsaved, d.Added = true, form.Get("add")
		if d.Searched = d.Query != "" && form.Get("do") == "find"; d.Searched {
			if d.Found, err = activity.Findable(ctx, c, r.Viewer, d.Occasion.ID, d.Query, s.DB.Now()); err != nil {
				return err
			}
		}
		persons := slices.DeleteFunc(append(slices.Clone(form["person"]), form["add"]...), func(p string) bool { return present[p] })
		d.All += len(persons)
		return d.join(ctx, c, r, persons)
	})
	if err != nil {
		return err
	}
	for i := range d.Rows {
		row := &d.Rows[i]
		row.fill(form)
		row.wholly(d.Meeting.Minutes)
	}
	d.Found = slices.DeleteFunc(d.Found, func(n people.Name) bool {
		return present[n.ID] || slices.ContainsFunc(d.Rows, func(row attendanceRow) bool { return row.Person == n.ID })
	})
	return render(w, req, code, attendanceView(r.In(d.Occasion.Programme), d))
}

// attendanceSorting sorts the list by name, workplace, or what is recorded: the longest time last, after those absent.
func attendanceSorting(r view.Reader) sorting[activity.Present] {
	return sorting[activity.Present]{
		"name":      func(p activity.Present) string { return sortedName(p.SortKey) },
		"workplace": func(p activity.Present) string { return sortedText(p.Workplace) },
		"recorded": func(p activity.Present) string {
			if !p.Recorded {
				return ""
			}
			return sortedNumber(p.Minutes) + r.State("absence-reason", p.Absence)
		},
	}
}

// attendanceRows is how many people the screen shows at once: more would take longer to send than a phone in a hall should wait.
const attendanceRows = 80

// attendancePath is the address of the screen in the order that it is read in, and of the same part of it.
func attendancePath(r view.Reader, meeting string) string {
	path := "/meetings/" + meeting + "/attendance"
	var asked []string
	for _, name := range []string{"sort", "after"} {
		if value := r.Query().Get(name); value != "" {
			asked = append(asked, name, value)
		}
	}
	if asked != nil {
		path += "?" + query(asked...)
	}
	return path
}

// join adds rows for persons whom the form holds beside those who signed up.
func (d *attendancePage) join(ctx context.Context, c db.Conn, r view.Reader, persons []string) error {
	persons = slices.DeleteFunc(persons, func(p string) bool {
		return slices.ContainsFunc(d.Rows, func(row attendanceRow) bool { return row.Person == p })
	})
	if len(persons) == 0 {
		return nil
	}
	names, err := people.Names(ctx, c, r.Viewer, persons)
	for _, person := range persons {
		if n, ok := names[person]; ok && !n.Protected {
			delete(names, person) // once
			d.Rows = append(d.Rows, attendanceRow{Present: activity.Present{Person: person, Name: n.String()}})
		}
	}
	return err
}

// fill sets what the form says of a row: as it was typed, or else as it stands recorded, or else that
// who has a seat was there all the time.
func (row *attendanceRow) fill(form url.Values) {
	p := row.Person
	switch {
	case form.Has("how-" + p):
		row.How, row.Minutes = form.Get("how-"+p), form.Get("minutes-"+p)
		row.Arrived, row.Departed = form.Get("arrived-"+p), form.Get("departed-"+p)
	case !row.Recorded && row.State == activity.Waiting:
		row.How = notFilled
	case !row.Recorded:
		row.How = whole
	case row.Absence != "":
		row.How = row.Absence
	case row.Present.Minutes == 0:
		row.How = struck
	default:
		row.How, row.Arrived, row.Departed = part, row.Present.Arrived, row.Present.Departed
		row.Minutes = strconv.Itoa(row.Present.Minutes)
	}
}

// wholly turns a row that says as many minutes as there are into the word for it.
func (row *attendanceRow) wholly(minutes int) {
	if row.How == part && row.Minutes == strconv.Itoa(minutes) && row.Arrived == "" && row.Departed == "" {
		row.How, row.Minutes = whole, ""
	}
}

// takeAttendance records what the form says, all of it or nothing.
func (s *Server) takeAttendance(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id, form := req.PathValue("id"), req.PostForm
	if err := takesAttendance(req.Context(), s.DB, r, id); err != nil {
		return err
	}
	if form.Get("do") == "find" || form.Has("add") {
		return s.showAttendance(w, req, r, http.StatusOK, form, nil)
	}
	entries, faults := typed(form)
	done, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (done activity.Recorded, err error) {
		if len(entries) > 0 || faults == nil {
			done, err = activity.RecordAttendance(ctx, tx, r.Viewer, id, entries, form.Get("why"))
		}
		// What cannot be read undoes it all, but first we hear what else is wrong.
		if more := fault.Of(err); faults == nil || err != nil && (more == nil || more[0].Field == "") {
			return done, err
		}
		all := slices.Clone(faults)
		all.Add(err)
		return done, all
	})
	if err != nil {
		faults = fault.Of(err)
		if faults == nil || isNotFound(err) || faults[0].Field == "" && faults[0].Kind == fault.Forbidden {
			return err
		}
		code := http.StatusUnprocessableEntity
		if faults[0].Kind == fault.Conflict {
			code = http.StatusConflict
		}
		return s.showAttendance(w, req, r, code, form, faults)
	}
	to := attendancePath(r, id)
	if done.Unattested > 0 {
		return doneBut(w, req, to, "attendance-page.done-unattested", r.Number(done.New+done.Corrected), r.Number(done.Unattested))
	}
	return doneRows(w, req, to, r, done)
}

func doneRows(w http.ResponseWriter, req *http.Request, to string, r view.Reader, n activity.Recorded) error {
	if n.New+n.Corrected == 0 {
		return done(w, req, to, "attendance-page.done-nothing")
	}
	return done(w, req, to, "attendance-page.done", r.Number(n.New), r.Number(n.Corrected))
}

// typed are the rows of the form that say something, and what cannot be read in them.
func typed(form url.Values) (list []activity.AttendanceEntry, faults fault.List) {
	for _, person := range form["person"] {
		e := activity.AttendanceEntry{Person: person}
		if v, err := strconv.Atoi(form.Get("version-" + person)); err == nil {
			e.Version = &v
		}
		minutes := strings.TrimSpace(form.Get("minutes-" + person))
		e.Arrived, e.Departed = clock(form.Get("arrived-"+person)), clock(form.Get("departed-"+person))
		switch how := form.Get("how-" + person); how {
		case notFilled:
			if minutes == "" && e.Arrived == "" && e.Departed == "" {
				continue
			}
		case whole, part:
			if how == part && minutes == "" && e.Arrived == "" && e.Departed == "" {
				faults = append(faults, errMinutesOrTimes.At(activity.EntryField("minutes", person)))
				continue
			}
		case struck:
			minutes, e.Arrived, e.Departed = "0", "", ""
		default:
			// What stands in the fields beside an absence was there before it.
			minutes, e.Arrived, e.Departed, e.Absence = "", "", "", how
		}
		if minutes != "" {
			n, err := strconv.Atoi(minutes)
			if err != nil {
				faults = append(faults, errWholeMinutes.At(activity.EntryField("minutes", person)))
				continue
			}
			e.Minutes = &n
		}
		list = append(list, e)
	}
	return list, faults
}

var (
	errWholeMinutes   = fault.Define(fault.Invalid, "attendance.whole-minutes")
	errMinutesOrTimes = fault.Define(fault.Invalid, "attendance.minutes-or-times")
)

// takesAttendance lets in who holds the occasion of a meeting, as its organiser, leader or office.
func takesAttendance(ctx context.Context, c db.Conn, r view.Reader, meeting string) error {
	m, err := activity.GetMeeting(ctx, c, r.Viewer, meeting)
	if err != nil {
		return err
	}
	o, err := activity.GetOccasion(ctx, c, r.Viewer, m.Occasion)
	if err == nil && !o.Holds(r.Viewer, access.Attendance) {
		err = activity.ErrForbidden
	}
	return err
}

// attest vouches for all that is recorded at a meeting.
func (s *Server) attest(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("id")
	n, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (int, error) {
		if err := takesAttendance(ctx, tx, r, id); err != nil { // a contact attests the own staff at /workplace
			return 0, err
		}
		return activity.Attest(ctx, tx, r.Viewer, id)
	})
	if err != nil {
		return err
	}
	return done(w, req, "/meetings/"+id+"/attendance", "attendance-page.done-attested", r.Number(n))
}

// An attendanceHistory is what was recorded of a person at a meeting, the newest first.
type attendanceHistory struct {
	activity.Meeting
	Occasion activity.Occasion
	Who      string
	Versions []activity.Version
	Names    map[string]people.Name
}

func (s *Server) attendanceHistory(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx, id, person := req.Context(), req.PathValue("id"), req.PathValue("person")
	var d attendanceHistory
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Versions, err = activity.AttendanceHistory(ctx, c, r.Viewer, id, person); err != nil {
			return err
		}
		if d.Meeting, err = activity.GetMeeting(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if d.Occasion, err = activity.GetOccasion(ctx, c, r.Viewer, d.Meeting.Occasion); err != nil {
			return err
		}
		list, err := activity.AttendanceList(ctx, c, r.Viewer, id)
		if isNotFound(err) { // one's own
			list = nil
		} else if err != nil {
			return err
		}
		d.Who = r.Name
		for _, p := range list {
			if p.Person == person {
				d.Who = participantName(r, p.Name, p.Number)
			}
		}
		ids := []string{}
		for _, v := range d.Versions {
			ids = append(ids, v.By, v.AttestedBy, v.CorrectedBy)
		}
		d.Names, err = people.Names(ctx, c, r.Viewer, ids)
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, historyView(r.In(d.Occasion.Programme), d))
}

// who names who acted; a person with protected identity is not named.
func (d attendanceHistory) who(r view.Reader, id string) string {
	if n := d.Names[id].String(); n != "" {
		return n
	}
	return r.Say("attendance-page.somebody")
}

// presence is what a row says, in words.
func presence(r view.Reader, minutes int, arrived, departed, absence string) string {
	switch {
	case absence != "":
		return r.Say("me.absent", r.State("absence-reason", absence))
	case minutes == 0:
		return r.Say("attendance-page.struck")
	case arrived != "" && departed != "":
		return r.Minutes(minutes) + ", " + r.Clocks(arrived, departed)
	case arrived != "":
		return r.Minutes(minutes) + ", " + r.Say("attendance-page.from", r.Clock(arrived))
	case departed != "":
		return r.Minutes(minutes) + ", " + r.Say("attendance-page.to", r.Clock(departed))
	}
	return r.Minutes(minutes)
}

// historyText is what the link to a row's history says.
func historyText(r view.Reader, row attendanceRow) string {
	if row.Corrections > 0 {
		return r.Count("attendance-page.corrected", row.Corrections)
	}
	return r.Say("attendance-page.history")
}

// hows are what a row can say, in the order of how often.
func hows(r view.Reader, row attendanceRow) (options []view.Option) {
	if !row.Recorded {
		options = append(options, view.Option{Value: notFilled, Label: r.Say("attendance-page.not-filled")})
	}
	options = append(options, view.Option{Value: whole, Label: r.Say("attendance-page.whole")}, view.Option{Value: part, Label: r.Say("attendance-page.part")})
	for _, reason := range activity.AbsenceReasons {
		options = append(options, view.Option{Value: reason, Label: r.State("absence-reason", reason)})
	}
	if row.Recorded {
		options = append(options, view.Option{Value: struck, Label: r.Say("attendance-page.struck")})
	}
	return options
}

// rowID is the id of a row's first field, where the summary of mistakes leads: to the row, or to its absence.
func rowID(faults fault.List, person string) string {
	if faults.In(activity.EntryField("absence", person)) != nil {
		return activity.EntryField("absence", person)
	}
	return activity.EntryField("row", person)
}

// rowWrong are the attributes of a row's first field that tell of its fault.
func rowWrong(faults fault.List, person string) templ.Attributes {
	for _, word := range []string{"absence", "row"} {
		if field := activity.EntryField(word, person); faults.In(field) != nil {
			return templ.Attributes{"aria-invalid": "true", "aria-describedby": field + "-fault"}
		}
	}
	return nil
}

// labels name the people in the summary of mistakes.
func (d attendancePage) labels(r view.Reader) map[string]string {
	names := map[string]string{}
	for _, f := range d.Faults {
		for _, row := range d.Rows {
			if strings.HasSuffix(f.Field, "-"+row.Person) {
				names[f.Field] = participantName(r, row.Name, row.Number)
			}
		}
	}
	return names
}

// breaksText are the breaks of a meeting, which do not count.
func breaksText(r view.Reader, m activity.Meeting) string {
	var texts []string
	for _, b := range m.Span.Breaks {
		texts = append(texts, r.Clocks(b.Start, b.End))
	}
	if texts == nil {
		return ""
	}
	return r.Say("attendance-page.breaks", r.Join(texts))
}
