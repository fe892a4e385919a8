package web

import (
	"context"
	"iter"
	"net/http"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/people"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// A seatList is an occasion's sign-ups as the organiser and the office see them.
type seatList struct {
	activity.Occasion
	Meetings  []activity.Meeting
	List      []activity.Participant
	Questions []activity.Question // those with answers that the reader may see
	Answers   map[string]map[string]string
	Change    bool // the reader may sign people up and off
	Query     string
	Found     []people.Name
	Faults    fault.List
	Previous  string // where the part of the list before this one is, and the next
	Next      string
}

// seatRows is how many of a list's people a page shows.
const seatRows = 100

func (s *Server) seatsPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.showSeats(w, req, r, http.StatusOK, nil)
}

func (s *Server) showSeats(w http.ResponseWriter, req *http.Request, r view.Reader, code int, faults fault.List) error {
	ctx, id := req.Context(), req.PathValue("id")
	d := seatList{Faults: faults, Query: r.Query().Get("q")}
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Occasion, err = activity.GetOccasion(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if !d.Holds(r.Viewer, access.SeeSignups) {
			return activity.ErrNotFound
		}
		d.Change = d.Holds(r.Viewer, access.Seat)
		if d.Meetings, err = activity.Meetings(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if d.List, err = activity.Signups(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if d.Questions, err = activity.Questions(ctx, c, d.Activity); err != nil {
			return err
		}
		if len(d.Questions) > 0 {
			if d.Answers, err = activity.Answers(ctx, c, s.Ring, r.Viewer, id, s.DB.Now()); err != nil {
				return err
			}
			sensitive := activity.Activity{Programme: d.Programme, Organiser: d.Organiser}.SeesSensitive(r.Viewer)
			d.Questions = slices.DeleteFunc(d.Questions, func(q activity.Question) bool { return q.Sensitive && !sensitive })
		}
		if d.Change && d.Query != "" {
			d.Found, err = activity.Findable(ctx, c, r.Viewer, id, d.Query, s.DB.Now())
		}
		return err
	})
	if err != nil {
		return err
	}
	r = r.In(d.Programme)
	sorting[activity.Participant]{
		"name":      func(p activity.Participant) string { return sortedName(p.SortKey) },
		"workplace": func(p activity.Participant) string { return sortedText(p.Workplace) },
		"state":     func(p activity.Participant) string { return seatRank(p) },
		"since":     func(p activity.Participant) string { return sortedTime(p.Since) },
	}.sort(r, d.List)
	if taking(req) != "" {
		return s.hand(w, req, r, "seats", d.ID, len(d.List), d.FullTitle(), seatsSheet(r, d))
	}
	d.List, d.Previous, d.Next = stretchOf(r, d.List, seatRows)
	return render(w, req, code, seatsView(r, d))
}

// seatRank is the key of a state: who has a seat, then the waiting list from its first, then the others.
func seatRank(p activity.Participant) string {
	switch p.State {
	case activity.Seated:
		return "1"
	case activity.Waiting:
		return "2" + sortedNumber(p.Place)
	}
	return "3" + string(p.State)
}

// seatsSheet is the list as a file. Sensitive answers stay on the page: a file is passed on.
func seatsSheet(r view.Reader, d seatList) sheet.Table {
	t := sheet.Table{Name: r.Say("seats.title"), Columns: []sheet.Column{
		{Label: r.Say("seats.number"), Kind: sheet.Number}, {Label: r.Say("seats.name")}, {Label: r.Say("seats.workplace")},
		{Label: r.Say("seats.state")}, {Label: r.Say("seats.place"), Kind: sheet.Number}, {Label: r.Say("seats.since")},
	}}
	questions := slices.DeleteFunc(slices.Clone(d.Questions), func(q activity.Question) bool { return q.Sensitive })
	for _, q := range questions {
		t.Columns = append(t.Columns, sheet.Column{Label: q.Text})
	}
	t.Rows = iter.Seq[[]any](func(yield func([]any) bool) {
		for _, p := range d.List {
			var place any
			if p.Place > 0 {
				place = p.Place
			}
			row := []any{p.Number, participantName(r, p.Name, p.Number), p.Workplace, r.State("signup-state", string(p.State)), place, r.Time(p.Since, d.Zone)}
			for _, q := range questions {
				row = append(row, answerText(r, q, d.Answers[p.Person][q.ID]))
			}
			if !yield(row) {
				return
			}
		}
	})
	return t
}

// whoHolds lets in who seats anyone at the occasion that the address names.
func whoHolds(serve func(*Server, http.ResponseWriter, *http.Request, view.Reader) error) func(*Server, http.ResponseWriter, *http.Request, view.Reader) error {
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		o, err := activity.GetOccasion(req.Context(), s.DB, r.Viewer, req.PathValue("id"))
		if err == nil && !o.Holds(r.Viewer, access.Seat) {
			err = activity.ErrNotYours
		}
		if err != nil {
			return err
		}
		return serve(s, w, req, r)
	}
}

// seatOther signs anyone whom the reader manages the occasion for up.
func (s *Server) seatOther(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("id")
	signup, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (activity.Signup, error) {
		return activity.SignUp(ctx, tx, r.Viewer, id, req.PostFormValue("person"))
	})
	if err != nil {
		if faults := fault.Of(err); faults != nil && !isNotFound(err) {
			return s.showSeats(w, req, r, status(faults), fault.List{faults[0].At("q", faults[0].Args...)})
		}
		return err
	}
	if signup.State == activity.Waiting {
		return doneBut(w, req, r.With("q", ""), "seats.done-waiting", r.Number(signup.Place))
	}
	return done(w, req, r.With("q", ""), "seats.done-seated")
}

// participantName is a name, or the number of a person with protected identity.
func participantName(r view.Reader, name string, number int) string {
	switch {
	case name != "":
		return name
	case number < 0:
		return r.Say("seats.walk-in", r.Number(-number))
	}
	return r.Say("seats.participant", r.Number(number))
}

// answerText is an answer as the reader reads it.
func answerText(r view.Reader, q activity.Question, answer string) string {
	if q.Kind == "yes-no" && answer != "" {
		return r.Say("occasion." + answer)
	}
	return answer
}

func seatColumns(r view.Reader, d seatList) []view.Column {
	columns := []view.Column{{Label: r.Say("seats.name"), Sort: "name"}, {Label: r.Say("seats.workplace"), Sort: "workplace"},
		{Label: r.Say("seats.state"), Sort: "state"}, {Label: r.Say("seats.since"), Sort: "since"}}
	for _, q := range d.Questions {
		columns = append(columns, view.Column{Label: q.Text})
	}
	if d.Change {
		columns = append(columns, view.Column{Label: r.Say("seats.change"), Hidden: true})
	}
	return columns
}
