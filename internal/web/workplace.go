package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// A workplacePage is what a library manager needs in thirty seconds: who is away when, and what waits for them.
type workplacePage struct {
	Days    []awayDay // with somebody away: the coming two weeks
	Later   []awayDay
	Staff   []activity.Colleague
	Pass    []passing
	Attest  []activity.Unattested
	Led     []activity.Missing // workshops and what the reader led, without evidence
	Wait    []focus.Wait       // commitments of workplaces that the reader leads
	Running []workshop.Workshop
	Of      map[string]programme.Programme // by id
	Next    []activity.Entry               // open occasions, to sign colleagues up to
	Several bool                           // there is more than one workplace
	Now     time.Time
	Today   local.Date
}

// An awayDay is a day with those who are away then.
type awayDay struct {
	Date local.Date
	Away []activity.Absent
}

// A passing is an activity that waits to be passed on, with the reader's workplaces that have not said so.
type passing struct {
	activity.Invited
	Workplaces []string // ids
	Names      []string
}

// byActivity gathers what waits of each activity, in the order in which sign-up closes.
func byActivity(rows []activity.Invited) (list []passing) {
	for _, i := range rows {
		n := slices.IndexFunc(list, func(p passing) bool { return p.Activity == i.Activity })
		if n < 0 {
			n, list = len(list), append(list, passing{Invited: i})
		}
		list[n].Workplaces, list[n].Names = append(list[n].Workplaces, i.Workplace), append(list[n].Names, i.WorkplaceName)
	}
	return list
}

// byDay gathers rows that are in order of day.
func byDay(rows []activity.Absent) (days []awayDay) {
	for _, a := range rows {
		if n := len(days); n > 0 && days[n-1].Date == a.Date {
			days[n-1].Away = append(days[n-1].Away, a)
		} else {
			days = append(days, awayDay{a.Date, []activity.Absent{a}})
		}
	}
	return days
}

// occasions gathers those who are away at the same meeting.
func (d awayDay) occasions() [][]activity.Absent {
	return alike(d.Away, func(a activity.Absent) string { return a.Occasion + string(a.Start) })
}

// alike gathers rows of which the same is true, in the order in which the first of each stands.
func alike[T any](rows []T, of func(T) string) (list [][]T) {
	for _, row := range rows {
		n := slices.IndexFunc(list, func(like []T) bool { return of(like[0]) == of(row) })
		if n < 0 {
			n, list = len(list), append(list, nil)
		}
		list[n] = append(list[n], row)
	}
	return list
}

// gone is how many have a seat, and so are away for certain.
func (d awayDay) gone() int {
	var persons []string
	for _, a := range d.Away {
		if a.State == activity.Seated && !slices.Contains(persons, a.Person) {
			persons = append(persons, a.Person)
		}
	}
	return len(persons)
}

func (s *Server) workplace(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	const soon, far, open = 14, 120, 6
	ctx := req.Context()
	d := workplacePage{Now: s.DB.Now()}
	zone := "Europe/Stockholm"
	if p := r.Programme(); p != nil {
		zone = p.Zone
	}
	d.Today = s.today(zone)
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		away, err := activity.Away(ctx, c, r.Viewer, local.Period{From: d.Today, To: d.Today.Add(far)})
		if err != nil {
			return err
		}
		days := byDay(away)
		n := slices.IndexFunc(days, func(day awayDay) bool { return day.Date >= d.Today.Add(soon) })
		if n < 0 {
			n = len(days)
		}
		d.Days, d.Later = days[:n], days[n:]
		if d.Staff, err = activity.Colleagues(ctx, c, r.Viewer, d.Today); err != nil {
			return err
		}
		pass, err := activity.ToPassOn(ctx, c, r.Viewer, d.Now, d.Today)
		if err != nil {
			return err
		}
		d.Pass = byActivity(pass)
		if d.Attest, err = activity.ToAttest(ctx, c, r.Viewer); err != nil {
			return err
		}
		if d.Led, err = activity.LedWithoutEvidence(ctx, c, r.Viewer, d.Now); err != nil {
			return err
		}
		if err := d.learning(ctx, c, s, r); err != nil {
			return err
		}
		staff := make([]string, len(d.Staff))
		for i, p := range d.Staff {
			staff[i] = p.Person
		}
		d.Next, err = activity.Calendar(ctx, c, r.Viewer, activity.Filter{From: d.Today, Open: d.Now, For: staff, Limit: open})
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range d.Staff {
		d.Several = d.Several || p.Workplace != d.Staff[0].Workplace
	}
	return render(w, req, http.StatusOK, workplaceView(r, d))
}

// learning reads what waits of the learning of the workplaces that the reader leads, in as many queries however many they are.
func (d *workplacePage) learning(ctx context.Context, c db.Conn, s *Server, r view.Reader) error {
	list, err := programme.List(ctx, c, r.Viewer)
	if err != nil {
		return err
	}
	ids := make([]string, len(list))
	d.Of = map[string]programme.Programme{}
	for i, p := range list {
		ids[i], d.Of[p.ID] = p.ID, p
	}
	places, err := learning.Mine(ctx, c, r.Viewer, ids...)
	if err != nil {
		return err
	}
	places = slices.DeleteFunc(places, func(p learning.Place) bool { return !p.Leads })
	if d.Wait, err = focus.Waits(ctx, c, r.Viewer, places, focus.DayOf(d.Now)); err != nil {
		return err
	}
	d.Running, err = workshop.Running(ctx, c, r.Viewer, places)
	return err
}

// at is the workplace of a commitment; its address leads on to the one that it has gone up in.
func (d workplacePage) at(x focus.Wait) learningAt {
	return learningAt{d.Of[x.Programme], learning.Place{Workplace: x.Workplace}}
}

// waiting are the commitments that wait in one way.
func (d workplacePage) waiting(in func(focus.Wait) bool) (list []focus.Wait) {
	for _, x := range d.Wait {
		if in(x) {
			list = append(list, x)
		}
	}
	return list
}

func toConfirm(x focus.Wait) bool  { return len(x.Confirm) > 0 }
func ownerless(x focus.Wait) bool  { return x.Left }
func unanswered(x focus.Wait) bool { return x.Asked }
func pastDue(x focus.Wait) bool    { return x.Overdue }

// counts are how much waits of each sort, as links to where it stands.
func (d workplacePage) counts(r view.Reader) (links []view.Link) {
	checks := 0
	for _, x := range d.Wait {
		checks += len(x.Confirm)
	}
	for _, of := range []struct {
		id string
		n  int
	}{
		{"running", len(d.Running)}, {"attest", len(d.Attest)}, {"confirm", checks}, {"ownerless", len(d.waiting(ownerless))}, {"asked", len(d.waiting(unanswered))},
		{"overdue", len(d.waiting(pastDue))}, {"led", len(d.Led)}, {"pass-on", len(d.Pass)},
	} {
		if of.n > 0 {
			links = append(links, view.Link{Href: "#" + of.id, Text: r.Count("workplace.count-"+of.id, of.n)})
		}
	}
	return links
}

// passOn is a workplace's word that its staff have been told of an activity.
func (s *Server) passOn(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		workplaces := req.PostForm["workplace"]
		if len(workplaces) == 0 {
			return "", activity.ErrNotYourWorkplace
		}
		for _, workplace := range workplaces {
			if err := activity.ConfirmPassedOn(ctx, tx, r.Viewer, req.PostFormValue("activity"), workplace); err != nil {
				return "", err
			}
		}
		return "", nil
	})
	if err != nil {
		return err
	}
	return done(w, req, "/workplace", "workplace.done-passed-on")
}

// attestStaff vouches for the hours of the reader's staff at a meeting: of those whom the page named.
func (s *Server) attestStaff(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	n, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (int, error) {
		return activity.Attest(ctx, tx, r.Viewer, req.PostFormValue("meeting"), req.PostForm["person"]...)
	})
	if err != nil {
		return err
	}
	return done(w, req, "/workplace", "workplace.done-attested", r.Number(n))
}

// workplaceLead names the reader's workplace, if there is one.
func workplaceLead(r view.Reader, d workplacePage) string {
	switch {
	case len(d.Staff) == 0:
		return ""
	case d.Several:
		return r.Count("workplace.lead-several", len(d.Staff))
	}
	return d.Staff[0].WorkplaceName
}
