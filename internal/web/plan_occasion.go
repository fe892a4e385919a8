package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

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

// meetingIn is the meeting of a form. name gives the name of a field that each of several meetings has one of.
func meetingIn(in posted, name func(part string) string) *activity.Meeting {
	return &activity.Meeting{Place: in.text("place"), Address: in.text("address"), OnlineLink: in.text("online_link"), Unit: in.text("unit"), Version: in.version(),
		Span: local.Span{Date: in.date(name("date")), Start: clock(in.text(name("start"))), End: clock(in.text(name("end"))), Breaks: breaksOf(in.text(name("breaks")))}}
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

// meetingField is the name of a field of one of several meetings, as package activity names its faults.
func meetingField(i int, part string) string { return fmt.Sprintf("meeting-%d-%s", i, part) }

// meetingParts are the fields of one of several meetings.
var meetingParts = []string{"date", "start", "end", "breaks"}

// occasionIn is the occasion of a form; the instants are zero where they make no sense, which is refused.
func occasionIn(in posted, zone string) activity.Occasion {
	o := activity.Occasion{Name: in.text("name"), Capacity: in.number("capacity"), Version: in.version()}
	o.Opens, _ = local.Instant(in.text("opens"), zone)
	o.Closes, _ = local.Instant(in.text("closes"), zone)
	return o
}

// sharedFaults moves faults of what the meetings share to the one field it has.
func sharedFaults(err error) error {
	var moved fault.List
	for _, f := range fault.Of(err) {
		for _, shared := range []string{"place", "address", "online_link", "unit"} {
			if strings.HasPrefix(f.Field, "meeting-") && strings.HasSuffix(f.Field, "-"+shared) {
				f = f.At(shared, f.Args...)
			}
		}
		if f.Field == "" || moved.In(f.Field) == nil {
			moved = append(moved, f)
		}
	}
	if moved == nil {
		return err
	}
	return moved
}

// occasionPage is an occasion as it is planned.
type occasionPage struct {
	activity.Occasion
	Meetings []activity.Meeting
	Told     int // how many get a letter about a change
}

// activity is what is known here of the occasion's activity.
func (p occasionPage) activity() activity.Activity {
	return activity.Activity{ID: p.Activity, Programme: p.Programme, Title: p.Title}
}

// occasionControls are the fields of an occasion's seats and sign-up; zero instants are left for who fills them in.
func occasionControls(r view.Reader, o activity.Occasion) []control {
	return []control{
		{Field: view.Field{Name: "name", Label: r.Say("plan.occasion-name"), Help: r.Say("plan.occasion-name-help"), Optional: true, Value: o.Name}},
		row(control{Field: view.Field{Name: "capacity", Label: r.Say("plan.capacity"), Kind: "number", Min: "1", Width: "short", Value: numeral(o.Capacity)}},
			control{Field: view.Field{Name: "opens", Label: r.Say("plan.opens"), Kind: "datetime-local", Value: local.InstantIn(o.Opens, o.Zone)}},
			control{Field: view.Field{Name: "closes", Label: r.Say("plan.closes"), Kind: "datetime-local", Value: local.InstantIn(o.Closes, o.Zone)}}),
	}
}

// placeControls are the fields of where a meeting is held, on a day with a tree.
func placeControls(r view.Reader, tree *people.Tree, m activity.Meeting) []control {
	var municipalities []view.Option
	for _, u := range tree.Units(people.Municipality) {
		municipalities = append(municipalities, view.Option{Value: u.ID, Label: u.Name})
	}
	return []control{
		{Field: view.Field{Name: "place", Label: r.Say("plan.place"), Help: r.Say("plan.place-help"), Value: m.Place}},
		row(control{Field: view.Field{Name: "address", Label: r.Say("plan.address"), Optional: true, Value: m.Address}},
			control{Field: view.Field{Name: "unit", Label: r.Say("plan.municipality"), Optional: true, Value: m.Unit, Options: view.None(r.Say("plan.no-municipality"), municipalities)}, As: "select"}),
		{Field: view.Field{Name: "online_link", Label: r.Say("plan.online-link"), Help: r.Say("plan.online-help"), Kind: "url", Optional: true, Value: m.OnlineLink}},
	}
}

// newOccasionForm asks for an occasion with its meetings, which share their place. It may be like another one, held elsewhere.
func (s *Server) newOccasionForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		a, err := managedActivity(ctx, c, r, req.PathValue("id"))
		if err != nil {
			return f, err
		}
		zone, err := activity.Zone(ctx, c, a.ID)
		if err != nil {
			return f, err
		}
		tree, err := people.LoadTree(ctx, c, s.today(zone))
		if err != nil {
			return f, err
		}
		o, meetings := activity.Occasion{Opens: s.DB.Now(), Zone: zone}, []activity.Meeting(nil)
		f = formPage{
			Page:  view.Page{Title: r.Say("plan.occasion-new"), Crumbs: activityCrumbs(r, a)},
			Form:  view.Form{Action: "/activities/" + a.ID + "/occasions", Keep: true},
			About: a.Programme, Submit: r.Say("plan.occasion-create"), Back: editActivityPath(a.ID),
		}
		if like := r.Query().Get("like"); like != "" {
			f.Title, f.Lead = r.Say("plan.occasion-repeat"), r.Say("plan.occasion-repeat-lead")
			if o, err = activity.GetOccasion(ctx, c, r.Viewer, like); err != nil {
				return f, err
			}
			o.Name = ""
			if meetings, err = activity.Meetings(ctx, c, r.Viewer, like); err != nil {
				return f, err
			}
		}
		f.Controls = append(occasionControls(r, o), group(r.Say("plan.where"), r.Say("plan.where-help"), placeControls(r, tree, activity.Meeting{})...),
			group(r.Say("plan.meetings"), r.Say("plan.meetings-help"), meetingControls(req, r, meetings)...))
		return f, nil
	}
}

// meetingControls has a row for each meeting, and room for more.
func meetingControls(req *http.Request, r view.Reader, list []activity.Meeting) []control {
	n := len(list)
	if req.Method == http.MethodPost {
		n = closeRanks(req.PostForm, meetingField, meetingParts, nil)
	}
	lines := make([]control, rows(req, n, 3))
	for i := range lines {
		var m activity.Meeting
		if i < len(list) {
			m = list[i]
		}
		field := func(part string, value string) view.Field {
			return view.Field{Name: meetingField(i+1, part), Label: r.Say("plan."+part+"-n", i+1), Value: value}
		}
		date, start, end, breaks := field("date", string(m.Span.Date)), field("start", m.Span.Start), field("end", m.Span.End), field("breaks", breakText(m.Span.Breaks))
		date.Kind, start.Kind, end.Kind = "date", "time", "time"
		date.Width, start.Width, end.Width, breaks.Width = "medium", "short", "short", "medium"
		breaks.Optional = true
		lines[i] = row(control{Field: date}, control{Field: start}, control{Field: end}, control{Field: breaks})
	}
	return append(lines, control{Field: view.Field{Label: r.Say("plan.meetings-more")}, As: "more"})
}

func (s *Server) createOccasion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	n := closeRanks(req.PostForm, meetingField, meetingParts, nil)
	return s.takeForm(w, req, r, "plan.occasion-created", s.newOccasionForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		zone, err := activity.Zone(ctx, tx, req.PathValue("id"))
		if err != nil {
			return "", err
		}
		o := occasionIn(formOf(req), zone)
		o.Activity = req.PathValue("id")
		meetings := make([]*activity.Meeting, n)
		for i := range meetings {
			meetings[i] = meetingIn(formOf(req), func(part string) string { return meetingField(i+1, part) })
		}
		err = activity.CreateOccasion(ctx, tx, r.Viewer, &o, meetings...)
		return editOccasionPath(o.ID), sharedFaults(err)
	})
}

// readOccasion reads an occasion that the reader may change, with its meetings.
func (s *Server) readOccasion(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (p occasionPage, err error) {
	if p.Occasion, err = activity.GetOccasion(ctx, c, r.Viewer, req.PathValue("id")); err != nil {
		return p, err
	}
	if !p.May(r.Viewer) {
		return p, activity.ErrForbidden
	}
	if p.Meetings, err = activity.Meetings(ctx, c, r.Viewer, p.ID); err != nil {
		return p, err
	}
	p.Told, err = activity.Concerned(ctx, c, p.ID)
	return p, err
}

// occasionForm is an occasion's page for who plans it: its meetings, and the form for seats and sign-up.
func (s *Server) occasionForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		p, err := s.readOccasion(ctx, c, req, r)
		f := formPage{
			Page:  view.Page{Title: p.FullTitle(), Named: true, Crumbs: activityCrumbs(r, p.activity())},
			About: p.Programme, Above: occasionParts(r, p, s.DB.Now()),
		}
		if p.Cancelled == nil {
			f.Form = view.Form{Action: editOccasionPath(p.ID), Version: p.Version, Keep: true}
			f.Heading, f.Controls, f.Submit = r.Say("plan.seats-and-sign-up"), occasionControls(r, p.Occasion), r.Say("plan.save")
		}
		return f, err
	}
}

func (s *Server) saveOccasion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "plan.saved", s.occasionForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		before, err := activity.GetOccasion(ctx, tx, r.Viewer, req.PathValue("id"))
		if err != nil {
			return "", err
		}
		o := occasionIn(formOf(req), before.Zone)
		o.ID, o.Activity = before.ID, before.Activity
		return editOccasionPath(o.ID), activity.UpdateOccasion(ctx, tx, r.Viewer, &o)
	})
}

func (s *Server) occasionCancelling(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		p, err := s.readOccasion(ctx, c, req, r)
		return formPage{
			Page:     view.Page{Title: r.Say("plan.occasion-cancel-title", p.FullTitle()), Crumbs: occasionCrumbs(r, p)},
			Form:     view.Form{Action: "/occasions/" + p.ID + "/cancel", Version: p.Version},
			About:    p.Programme,
			What:     []string{toldOf(r, "plan.cancel-tells", p.Told), r.Say("plan.cancel-for-good")},
			Controls: []control{{Field: view.Field{Name: "why", Label: r.Say("plan.why"), Help: r.Say("plan.why-help"), Optional: true}}},
			Submit:   r.Say("plan.occasion-cancel"), Danger: true, Back: editOccasionPath(p.ID),
		}, err
	}
}

func (s *Server) cancelOccasion(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "plan.occasion-cancelled", s.occasionCancelling(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		in, id := formOf(req), req.PathValue("id")
		return editOccasionPath(id), activity.CancelOccasion(ctx, tx, r.Viewer, id, in.version(), strings.TrimSpace(in.text("why")))
	})
}

// readMeeting reads the meeting that a page is about. One that is to be added is most often where and when the last one was.
func (s *Server) readMeeting(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (p occasionPage, m activity.Meeting, err error) {
	if p, err = s.readOccasion(ctx, c, req, r); err != nil {
		return p, m, err
	}
	id := req.PathValue("meeting")
	if id == "new" {
		if n := len(p.Meetings); n > 0 {
			m = p.Meetings[n-1]
			m.ID, m.Version, m.Span.Date = "", 0, ""
		}
		return p, m, nil
	}
	i := slices.IndexFunc(p.Meetings, func(m activity.Meeting) bool { return m.ID == id })
	if i < 0 {
		return p, m, activity.ErrNotFound
	}
	return p, p.Meetings[i], nil
}

func (s *Server) meetingForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		p, m, err := s.readMeeting(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		tree, err := people.LoadTree(ctx, c, s.today(p.Zone))
		if err != nil {
			return f, err
		}
		path := meetingPath(p.ID, cmp.Or(m.ID, "new"))
		f = formPage{
			Page:  view.Page{Title: r.Say("plan.meeting-new"), Crumbs: occasionCrumbs(r, p)},
			Form:  view.Form{Action: path, Version: m.Version, Keep: true},
			About: p.Programme,
			Controls: append([]control{
				row(dateControl("date", r.Say("plan.date"), m.Span.Date),
					control{Field: view.Field{Name: "start", Label: r.Say("plan.start"), Kind: "time", Width: "short", Value: m.Span.Start}},
					control{Field: view.Field{Name: "end", Label: r.Say("plan.end"), Kind: "time", Width: "short", Value: m.Span.End}}),
				{Field: view.Field{Name: "breaks", Label: r.Say("plan.breaks"), Help: r.Say("plan.breaks-help"), Optional: true, Value: breakText(m.Span.Breaks)}},
			}, placeControls(r, tree, m)...),
			Submit: r.Say("plan.save"), Back: editOccasionPath(p.ID),
		}
		if p.Told > 0 {
			f.What = []string{r.Count("plan.change-tells", p.Told)}
		}
		if m.ID != "" {
			f.Title, f.Remove = r.Say("plan.meeting-change", r.Day(m.Span.Date)), path+"/remove"
		}
		return f, nil
	}
}

func (s *Server) saveMeeting(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "plan.saved", s.meetingForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		m := meetingIn(formOf(req), func(part string) string { return part })
		m.ID, m.Occasion = req.PathValue("meeting"), req.PathValue("id")
		if m.ID == "new" {
			return editOccasionPath(m.Occasion), activity.AddMeeting(ctx, tx, r.Viewer, m)
		}
		return editOccasionPath(m.Occasion), activity.UpdateMeeting(ctx, tx, r.Viewer, m)
	})
}

func (s *Server) meetingRemoval(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		p, m, err := s.readMeeting(ctx, c, req, r)
		if err == nil && m.ID == "" {
			err = activity.ErrNotFound
		}
		path := meetingPath(p.ID, m.ID)
		return formPage{
			Page:   view.Page{Title: r.Say("plan.meeting-remove-title", r.When(m.Span.Date, m.Span.Start, m.Span.End)), Crumbs: occasionCrumbs(r, p)},
			Form:   view.Form{Action: path + "/remove", Version: m.Version},
			About:  p.Programme,
			What:   []string{toldOf(r, "plan.change-tells", p.Told), r.Say("plan.no-undo")},
			Submit: r.Say("plan.meeting-remove"), Danger: true, Back: path,
		}, err
	}
}

func (s *Server) removeMeeting(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "plan.removed", s.meetingRemoval(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		return editOccasionPath(req.PathValue("id")), activity.RemoveMeeting(ctx, tx, r.Viewer, req.PathValue("meeting"), formOf(req).version())
	})
}
