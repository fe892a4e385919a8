package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/web/view"
)

func newOccasionPath(activity string) string { return "/activities/" + activity + "/occasions/new" }

func editOccasionPath(id string) string { return "/occasions/" + id + "/edit" }

func meetingPath(occasion, id string) string { return "/occasions/" + occasion + "/meetings/" + id }

// meetingForm is a meeting as it is filled in.
type meetingForm struct {
	ID, Date, Start, End, Breaks string
	Place, Address, Link, Unit   string
	Version                      int
}

func (m meetingForm) empty() bool { return strings.TrimSpace(m.Date+m.Start+m.End+m.Breaks) == "" }

// meeting is what is meant.
func (m meetingForm) meeting(occasion string) *activity.Meeting {
	return &activity.Meeting{ID: m.ID, Occasion: occasion, Place: m.Place, Address: m.Address, OnlineLink: m.Link, Unit: m.Unit, Version: m.Version,
		Span: local.Span{Date: local.Date(strings.TrimSpace(m.Date)), Start: clock(m.Start), End: clock(m.End), Breaks: breaksOf(m.Breaks)}}
}

func meetingFormOf(m activity.Meeting) meetingForm {
	return meetingForm{ID: m.ID, Date: string(m.Span.Date), Start: m.Span.Start, End: m.Span.End, Breaks: breakText(m.Span.Breaks),
		Place: m.Place, Address: m.Address, Link: m.OnlineLink, Unit: m.Unit, Version: m.Version}
}

// breaksOf reads breaks as people write them: "12.00–13.00, 14:30-14:45". What makes no sense becomes a
// break that is refused, so that it is told beside the field.
func breaksOf(s string) (breaks []local.Break) {
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			from, to, _ := strings.Cut(strings.ReplaceAll(part, "–", "-"), "-")
			breaks = append(breaks, local.Break{Start: clock(from), End: clock(to)})
		}
	}
	return breaks
}

func breakText(breaks []local.Break) string {
	parts := make([]string, len(breaks))
	for i, b := range breaks {
		parts[i] = b.Start + "–" + b.End
	}
	return strings.Join(parts, ", ")
}

// occasionForm is an occasion as it is filled in; a new one with its meetings, which then share their place.
type occasionForm struct {
	Name, Capacity, Opens, Closes string
	Version                       int
	Rows                          []meetingForm
	Shared                        meetingForm
}

func occasionFormOf(o activity.Occasion) occasionForm {
	return occasionForm{Name: o.Name, Capacity: ord(o.Capacity), Opens: local.InstantIn(o.Opens, o.Zone), Closes: local.InstantIn(o.Closes, o.Zone), Version: o.Version}
}

func postedOccasion(req *http.Request) occasionForm {
	f := formOf(req)
	form := occasionForm{Name: f.text("name"), Capacity: f.text("capacity"), Opens: f.text("opens"), Closes: f.text("closes"), Version: f.version(),
		Shared: meetingForm{Place: f.text("place"), Address: f.text("address"), Link: f.text("online_link"), Unit: f.text("unit")}}
	for i := 1; f.Has(meetingField(i, "date")); i++ {
		m := meetingForm{Date: f.text(meetingField(i, "date")), Start: f.text(meetingField(i, "start")), End: f.text(meetingField(i, "end")), Breaks: f.text(meetingField(i, "breaks"))}
		if !m.empty() {
			form.Rows = append(form.Rows, m)
		}
	}
	return form
}

// meetingField is the name of a field of one of several meetings, as package activity names its faults.
func meetingField(i int, part string) string { return fmt.Sprintf("meeting-%d-%s", i, part) }

// occasion is what is meant; the instants are zero where they make no sense, which is refused.
func (f occasionForm) occasion(activityID, zone string) activity.Occasion {
	o := activity.Occasion{Activity: activityID, Name: f.Name, Capacity: posted{map[string][]string{"n": {f.Capacity}}}.number("n"), Version: f.Version}
	o.Opens, _ = local.Instant(f.Opens, zone)
	o.Closes, _ = local.Instant(f.Closes, zone)
	return o
}

func (f occasionForm) meetings() (list []*activity.Meeting) {
	for _, row := range f.Rows {
		row.Place, row.Address, row.Link, row.Unit = f.Shared.Place, f.Shared.Address, f.Shared.Link, f.Shared.Unit
		list = append(list, row.meeting(""))
	}
	return list
}

// sharedFaults moves faults of what the meetings share to the one field it has.
func sharedFaults(faults fault.List) (moved fault.List) {
	for _, f := range faults {
		for _, shared := range []string{"place", "address", "online_link", "unit"} {
			if strings.HasPrefix(f.Field, "meeting-") && strings.HasSuffix(f.Field, "-"+shared) {
				f = f.At(shared, f.Args...)
			}
		}
		if f.Field == "" || moved.In(f.Field) == nil {
			moved = append(moved, f)
		}
	}
	return moved
}

// occasionPage is a page about an occasion, or one that is to be.
type occasionPage struct {
	activity.Occasion // as stored
	Activity          activity.Activity
	Zone              string
	Form              occasionForm
	More              int // empty rows for meetings
	Faults            fault.List
	Stale             bool

	Meetings []activity.Meeting
	Units    []view.Option
	Told     int // how many get a letter about a change
}

// unitNames are the municipalities to choose from.
func municipalities(r view.Reader, tree *people.Tree) []view.Option {
	var options []view.Option
	for _, u := range tree.Units(people.Municipality) {
		options = append(options, view.Option{Value: u.ID, Label: u.Name})
	}
	return view.None(r.Say("plan.no-municipality"), options)
}

// readNewOccasion reads what a form for a new occasion needs; like names one to be repeated.
func (s *Server) readNewOccasion(req *http.Request, r view.Reader, like string) (p occasionPage, err error) {
	ctx := req.Context()
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		if p.Activity, err = managedActivity(ctx, c, r, req.PathValue("id")); err != nil {
			return err
		}
		p.Zone, err = activity.Zone(ctx, c, p.Activity.ID)
		if err != nil {
			return err
		}
		tree, err := people.LoadTree(ctx, c, local.DateOf(s.DB.Now(), location(p.Zone)))
		if err != nil {
			return err
		}
		p.Units = municipalities(r, tree)
		if like == "" {
			p.Form.Opens = local.InstantIn(s.DB.Now(), p.Zone)
			return nil
		}
		o, err := activity.GetOccasion(ctx, c, r.Viewer, like)
		if err != nil {
			return err
		}
		meetings, err := activity.Meetings(ctx, c, r.Viewer, like)
		if err != nil {
			return err
		}
		p.Form = occasionFormOf(o)
		p.Form.Name, p.Form.Version = "", 0
		for _, m := range meetings {
			row := meetingFormOf(m)
			row.ID, row.Version = "", 0
			p.Form.Rows = append(p.Form.Rows, row)
		}
		return nil
	})
	return p, err
}

func (s *Server) newOccasion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readNewOccasion(req, r, r.Query().Get("like"))
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, occasionNew(r.In(p.Activity.Programme), p, r.Query().Get("like") != ""))
}

func (s *Server) createOccasion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readNewOccasion(req, r, "")
	if err != nil {
		return err
	}
	p.Form = postedOccasion(req)
	if formOf(req).text("do") == "more" {
		p.More = 5
		return render(w, req, http.StatusOK, occasionNew(r.In(p.Activity.Programme), p, false))
	}
	id, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		o := p.Form.occasion(p.Activity.ID, p.Zone)
		err := activity.CreateOccasion(ctx, tx, r.Viewer, &o, p.Form.meetings()...)
		return o.ID, err
	})
	if err != nil {
		return again(w, req, err, func(faults fault.List, _ bool) (templ.Component, error) {
			p.Faults = sharedFaults(faults)
			return occasionNew(r.In(p.Activity.Programme), p, false), nil
		})
	}
	return done(w, req, editOccasionPath(id), "plan.occasion-created")
}

// readOccasion reads an occasion that the reader may change, with its meetings.
func (s *Server) readOccasion(req *http.Request, r view.Reader) (p occasionPage, err error) {
	ctx := req.Context()
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		if p.Occasion, err = activity.GetOccasion(ctx, c, r.Viewer, req.PathValue("id")); err != nil {
			return err
		}
		if !p.May(r.Viewer) {
			return activity.ErrForbidden
		}
		p.Activity = activity.Activity{ID: p.Occasion.Activity, Programme: p.Programme, Title: p.Title}
		p.Zone, p.Form = p.Occasion.Zone, occasionFormOf(p.Occasion)
		if p.Meetings, err = activity.Meetings(ctx, c, r.Viewer, p.ID); err != nil {
			return err
		}
		if p.Told, err = activity.Concerned(ctx, c, p.ID); err != nil {
			return err
		}
		tree, err := people.LoadTree(ctx, c, local.DateOf(s.DB.Now(), location(p.Zone)))
		if err != nil {
			return err
		}
		p.Units = municipalities(r, tree)
		return nil
	})
	return p, err
}

func (s *Server) editOccasion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readOccasion(req, r)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, occasionEdit(r.In(p.Programme), p, s.DB.Now()))
}

func (s *Server) saveOccasion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readOccasion(req, r)
	if err != nil {
		return err
	}
	form := postedOccasion(req)
	_, err = s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		o := form.occasion(p.Occasion.Activity, p.Zone)
		o.ID = p.ID
		return "", activity.UpdateOccasion(ctx, tx, r.Viewer, &o)
	})
	if err != nil {
		return again(w, req, err, func(faults fault.List, stale bool) (templ.Component, error) {
			p, err := s.readOccasion(req, r)
			p.Form, p.Faults, p.Stale = form, faults, stale
			if stale {
				p.Form.Version = p.Version
			}
			return occasionEdit(r.In(p.Programme), p, s.DB.Now()), err
		})
	}
	return done(w, req, editOccasionPath(p.ID), "plan.saved")
}

func (p occasionPage) changes(r view.Reader) []view.Stale {
	yours, theirs := p.Form, occasionFormOf(p.Occasion)
	return differing(
		pair{r.Say("plan.occasion-name"), yours.Name, theirs.Name},
		pair{r.Say("plan.capacity"), yours.Capacity, theirs.Capacity},
		pair{r.Say("plan.opens"), yours.Opens, theirs.Opens},
		pair{r.Say("plan.closes"), yours.Closes, theirs.Closes})
}

func (s *Server) askCancelOccasion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readOccasion(req, r)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, occasionCancel(r.In(p.Programme), p, ""))
}

func (s *Server) cancelOccasion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readOccasion(req, r)
	if err != nil {
		return err
	}
	f := formOf(req)
	_, err = s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", activity.CancelOccasion(ctx, tx, r.Viewer, p.ID, f.version(), strings.TrimSpace(f.text("why")))
	})
	if err != nil {
		return again(w, req, err, func(faults fault.List, stale bool) (templ.Component, error) {
			p.Faults, p.Stale = faults, stale
			return occasionCancel(r.In(p.Programme), p, f.text("why")), nil
		})
	}
	return done(w, req, editActivityPath(p.Occasion.Activity), "plan.occasion-cancelled", p.Told)
}

// meetingPage is the form for one meeting of an occasion.
type meetingPage struct {
	occasionPage
	Meeting activity.Meeting // as stored
	Form    meetingForm
	Faults  fault.List
	Stale   bool
}

func (p meetingPage) isNew() bool { return p.Form.ID == "" }

func (p meetingPage) path() string {
	if p.isNew() {
		return meetingPath(p.ID, "new")
	}
	return meetingPath(p.ID, p.Form.ID)
}

func (s *Server) readMeeting(req *http.Request, r view.Reader) (p meetingPage, err error) {
	if p.occasionPage, err = s.readOccasion(req, r); err != nil {
		return p, err
	}
	id := req.PathValue("meeting")
	if id == "new" {
		// The next meeting is most often where and when the last one was.
		if n := len(p.Meetings); n > 0 {
			p.Form = meetingFormOf(p.Meetings[n-1])
			p.Form.ID, p.Form.Version, p.Form.Date = "", 0, ""
		}
		return p, nil
	}
	i := slices.IndexFunc(p.Meetings, func(m activity.Meeting) bool { return m.ID == id })
	if i < 0 {
		return p, activity.ErrNotFound
	}
	p.Meeting, p.Form = p.Meetings[i], meetingFormOf(p.Meetings[i])
	return p, nil
}

func (s *Server) showMeeting(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readMeeting(req, r)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, meetingEdit(r.In(p.Programme), p))
}

func (s *Server) saveMeeting(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readMeeting(req, r)
	if err != nil {
		return err
	}
	f := formOf(req)
	p.Form = meetingForm{ID: p.Meeting.ID, Date: f.text("date"), Start: f.text("start"), End: f.text("end"), Breaks: f.text("breaks"),
		Place: f.text("place"), Address: f.text("address"), Link: f.text("online_link"), Unit: f.text("unit"), Version: f.version()}
	_, err = s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		m := p.Form.meeting(p.ID)
		if p.isNew() {
			return "", activity.AddMeeting(ctx, tx, r.Viewer, m)
		}
		return "", activity.UpdateMeeting(ctx, tx, r.Viewer, m)
	})
	if err != nil {
		return again(w, req, err, func(faults fault.List, stale bool) (templ.Component, error) {
			if stale {
				now, err := s.readMeeting(req, r)
				if err != nil {
					return nil, err
				}
				p.Meeting, p.Form.Version = now.Meeting, now.Meeting.Version
			}
			p.Faults, p.Stale = faults, stale
			return meetingEdit(r.In(p.Programme), p), nil
		})
	}
	return done(w, req, editOccasionPath(p.ID), "plan.saved")
}

func (p meetingPage) changes(r view.Reader) []view.Stale {
	yours, theirs := p.Form, meetingFormOf(p.Meeting)
	return differing(
		pair{r.Say("plan.date"), yours.Date, theirs.Date},
		pair{r.Say("plan.start"), yours.Start, theirs.Start},
		pair{r.Say("plan.end"), yours.End, theirs.End},
		pair{r.Say("plan.breaks"), breakText(breaksOf(yours.Breaks)), theirs.Breaks},
		pair{r.Say("plan.place"), yours.Place, theirs.Place},
		pair{r.Say("plan.address"), yours.Address, theirs.Address},
		pair{r.Say("plan.online-link"), yours.Link, theirs.Link})
}

func (s *Server) askRemoveMeeting(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readMeeting(req, r)
	if err != nil {
		return err
	}
	if p.isNew() {
		return activity.ErrNotFound
	}
	return render(w, req, http.StatusOK, meetingRemove(r.In(p.Programme), p))
}

func (s *Server) removeMeeting(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readMeeting(req, r)
	if err != nil {
		return err
	}
	_, err = s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", activity.RemoveMeeting(ctx, tx, r.Viewer, p.Meeting.ID, formOf(req).version())
	})
	if err != nil {
		return again(w, req, err, func(faults fault.List, stale bool) (templ.Component, error) {
			p.Faults, p.Stale = faults, stale
			return meetingRemove(r.In(p.Programme), p), nil
		})
	}
	return done(w, req, editOccasionPath(p.ID), "plan.removed")
}
