package web

import (
	"net/http"
	"slices"
	"time"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/survey"
	"kompobib/internal/web/view"
)

// A myPage is what is on for the reader, what they have been at, and what is kept about them.
type myPage struct {
	Coming, Waiting, Past, Off []activity.MySeat
	Next                       []activity.Entry // open to them, not chosen yet
	Hours                      []activity.MonthHours
	Minutes                    int
	Person                     people.Person
	Employments                []people.Employment
	Places, Employers          map[string]string  // their names, by id
	Open                       local.Date         // the last day of the first round that asks the reader and is not answered, "" for none
	Asked                      int                // commitments whose check waits for them
	Questions                  int                // passages that they are asked whether may be quoted
	Led                        []activity.Missing // meetings that they led, without evidence
	Now                        time.Time
}

func (s *Server) me(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	const next = 4
	ctx := req.Context()
	d := myPage{Now: s.DB.Now()}
	zone := "Europe/Stockholm"
	if p := r.Programme(); p != nil {
		zone = p.Zone
	}
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		seats, err := activity.Mine(ctx, c, r.Viewer)
		if err != nil {
			return err
		}
		for _, m := range seats {
			over := m.Ends != nil && !d.Now.Before(*m.Ends)
			switch {
			case m.State == activity.Cancelled || m.Off && !over:
				d.Off = append(d.Off, m)
			case over && m.State == activity.Seated:
				d.Past = append(d.Past, m)
			case over: // they waited in vain
				d.Off = append(d.Off, m)
			case m.State == activity.Waiting:
				d.Waiting = append(d.Waiting, m)
			default:
				d.Coming = append(d.Coming, m)
			}
		}
		if d.Hours, err = activity.Hours(ctx, c, r.Viewer); err != nil {
			return err
		}
		for _, h := range d.Hours {
			d.Minutes += h.Minutes
		}
		if d.Next, err = activity.Calendar(ctx, c, r.Viewer, activity.Filter{From: s.today(zone), Open: d.Now, For: []string{r.Person}, Unsigned: true, Limit: next}); err != nil {
			return err
		}
		if d.Person, err = people.GetPerson(ctx, c, r.Viewer, r.Person); err != nil {
			return err
		}
		if d.Asked, err = focus.CountAsked(ctx, c, r.Viewer, focus.DayOf(d.Now)); err != nil {
			return err
		}
		if d.Questions, err = reflection.CountQuestions(ctx, c, r.Viewer); err != nil {
			return err
		}
		if d.Led, err = activity.LedWithoutEvidence(ctx, c, r.Viewer, d.Now); err != nil {
			return err
		}
		d.Led = slices.DeleteFunc(d.Led, func(m activity.Missing) bool { return m.Leader != r.Person }) // a contact finds the others at the workplace
		if d.Open, err = survey.OpenTo(ctx, c, r.Viewer, s.today(zone)); err != nil {
			return err
		}
		if d.Employments, err = people.Employments(ctx, c, r.Viewer, r.Person); err != nil {
			return err
		}
		var workplaces, employers []string
		for _, e := range d.Employments {
			workplaces, employers = append(workplaces, e.Workplace), append(employers, e.Employer)
		}
		if d.Places, err = people.UnitNames(ctx, c, workplaces); err != nil {
			return err
		}
		d.Employers, err = people.EmployerNames(ctx, c, employers)
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, meView(r, d))
}

// nextMeeting is the first of an occasion's meetings that is not over, or its first.
func nextMeeting(m activity.MySeat, today local.Date) activity.MyMeeting {
	for _, meeting := range m.Meetings {
		if local.Date(meeting.Date) >= today {
			return meeting
		}
	}
	if len(m.Meetings) > 0 {
		return m.Meetings[0]
	}
	return activity.MyMeeting{}
}

// given is what was recorded at a meeting, in words.
func given(r view.Reader, m activity.MyMeeting) string {
	switch {
	case m.Given == nil:
		return r.Say("me.not-recorded")
	case m.Absence != "":
		return r.Say("me.absent", r.State("absence-reason", m.Absence))
	}
	return r.Say("me.given", r.Minutes(*m.Given), r.Minutes(m.Minutes))
}
