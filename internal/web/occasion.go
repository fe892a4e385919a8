package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/web/view"
)

// An occasion is the page of one: what it is, the reader's own seat, and their colleagues'.
type occasion struct {
	activity.Occasion
	Activity  activity.Activity
	Meetings  []activity.Meeting
	Mine      *activity.Explanation // nil for who has no account
	Clashes   bool
	Questions []activity.Question
	Given     map[string]string // answers, by question
	Staff     []colleague
	Places    []string // where they work, in order
	Chosen    []string // colleagues that were ticked
	List      bool     // the reader may see the seat list
	Edit      bool     // and change the occasion
	Now       time.Time
	Faults    fault.List
}

// A colleague is one of the staff, with what stands between them and a seat here.
type colleague struct {
	activity.Colleague
	activity.Explanation
}

func (s *Server) occasionPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.showOccasion(w, req, r, http.StatusOK, nil)
}

// showOccasion writes the page, with what was filled in and what was wrong with it.
func (s *Server) showOccasion(w http.ResponseWriter, req *http.Request, r view.Reader, code int, faults fault.List) error {
	ctx, id, now := req.Context(), req.PathValue("id"), s.DB.Now()
	d := occasion{Now: now, Given: map[string]string{}, Chosen: req.PostForm["person"], Faults: faults}
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Occasion, err = activity.GetOccasion(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if d.Activity, err = activity.GetActivity(ctx, c, r.Viewer, d.Occasion.Activity); err != nil {
			return err
		}
		if d.Meetings, err = activity.Meetings(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if !r.SignedIn() {
			return nil
		}
		d.List = d.Holds(r.Viewer, access.SeeSignups)
		d.Edit = d.May(r.Viewer)
		if d.Questions, err = activity.Questions(ctx, c, d.Occasion.Activity); err != nil {
			return err
		}
		if r.Can(access.SignUp) {
			mine, err := activity.Why(ctx, c, r.Viewer, id, r.Person, now)
			if err != nil {
				return err
			}
			d.Mine = &mine
			if len(d.Questions) > 0 && mine.State != "" {
				given, err := activity.Answers(ctx, c, s.Ring, r.Viewer, id, now)
				if err != nil {
					return err
				}
				d.Given = given[r.Person]
			}
		}
		if !r.Can(access.SignStaff) || len(r.Scope(access.SignStaff).Workplaces) == 0 {
			return nil
		}
		staff, err := activity.Colleagues(ctx, c, r.Viewer, s.today(d.Zone))
		if err != nil || len(staff) == 0 {
			return err
		}
		staff = slices.DeleteFunc(staff, func(p activity.Colleague) bool { return p.Person == r.Person })
		persons := make([]string, len(staff))
		for i, p := range staff {
			persons[i] = p.Person
		}
		why, err := activity.WhyAll(ctx, c, r.Viewer, id, persons, now)
		for i := range why {
			d.Staff = append(d.Staff, colleague{staff[i], why[i]})
			if n := len(d.Places); n == 0 || d.Places[n-1] != staff[i].WorkplaceName {
				d.Places = append(d.Places, staff[i].WorkplaceName)
			}
		}
		sorting[colleague]{ // at each workplace
			"name":  func(p colleague) string { return p.SortKey },
			"title": func(p colleague) string { return sortedText(p.Title) },
			"state": func(p colleague) string { return cmp.Or(string(p.State), people.Last) },
		}.sort(r, d.Staff)
		return err
	})
	if err != nil {
		return err
	}
	if len(faults) > 0 { // what was typed stays
		d.Given = answers(req.PostForm, d.Questions)
	}
	r.URL = &url.URL{Path: occasionPath(id), RawQuery: req.URL.RawQuery} // whatever was posted where
	return render(w, req, code, occasionView(r.In(d.Programme), d))
}

// answers are those that a form brings, by question.
func answers(form url.Values, questions []activity.Question) map[string]string {
	given := map[string]string{}
	for _, q := range questions {
		given[q.ID] = form.Get("answer-" + q.ID)
	}
	return given
}

// answered names the fields of faults as the form does.
func answered(faults fault.List) fault.List {
	named := slices.Clone(faults)
	for i, f := range faults {
		if strings.HasPrefix(f.Code, "answer.") {
			named[i] = f.At("answer-"+f.Field, f.Args...)
		}
	}
	return named
}

// signUp gives the reader a seat, or a place in the queue.
func (s *Server) signUp(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("id")
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		if _, err := activity.SignUp(ctx, tx, r.Viewer, id, r.Person); err != nil {
			return "", err
		}
		return "", s.answer(ctx, tx, req, r, id)
	})
	// Who presses twice has what they came for.
	if errors.Is(err, activity.ErrHasSeat) || errors.Is(err, activity.ErrIsWaiting) {
		err = nil
	}
	if err != nil {
		if faults, code, ok := mistakes(err); ok {
			return s.showOccasion(w, req, r, code, answered(faults))
		}
		return err
	}
	mine, err := activity.Why(req.Context(), s.DB, r.Viewer, id, r.Person, s.DB.Now())
	if err != nil {
		return err
	}
	if mine.State == activity.Waiting {
		return doneBut(w, req, occasionPath(id), "occasion.done-waiting", r.Number(mine.Place))
	}
	return done(w, req, occasionPath(id), "occasion.done-seated")
}

// answer writes the reader's answers, if the activity asks anything.
func (s *Server) answer(ctx context.Context, tx *db.Tx, req *http.Request, r view.Reader, id string) error {
	o, err := activity.GetOccasion(ctx, tx, r.Viewer, id)
	if err != nil {
		return err
	}
	questions, err := activity.Questions(ctx, tx, o.Activity)
	if err != nil || len(questions) == 0 {
		return err
	}
	return activity.Answer(ctx, tx, s.Ring, r.Viewer, id, r.Person, answers(req.PostForm, questions))
}

// saveAnswers changes the answers of who has signed up.
func (s *Server) saveAnswers(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("id")
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) { return "", s.answer(ctx, tx, req, r, id) })
	if err != nil {
		if faults, code, ok := mistakes(err); ok {
			return s.showOccasion(w, req, r, code, answered(faults))
		}
		return err
	}
	return done(w, req, occasionPath(id), "occasion.done-answers")
}

// cancelSeat gives the reader's seat up, or that of the colleague whom the form names.
func (s *Server) cancelSeat(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id, person := req.PathValue("id"), r.Person
	if p := req.PostFormValue("person"); p != "" {
		person = p
	}
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", activity.Cancel(ctx, tx, r.Viewer, id, person, "")
	})
	if err != nil && !errors.Is(err, activity.ErrNotSignedUp) {
		if faults, code, ok := mistakes(err); ok {
			return s.showOccasion(w, req, r, code, faults)
		}
		return err
	}
	to := occasionPath(id)
	if back := ours(req.PostFormValue("back")); back != "" {
		to = back
	}
	if person != r.Person {
		return done(w, req, to, "occasion.done-cancelled-other")
	}
	return done(w, req, to, "occasion.done-cancelled")
}

// signStaff signs the ticked colleagues up: all of them or nobody.
func (s *Server) signStaff(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("id")
	type states struct{ Seated, Waiting int }
	got, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (n states, err error) {
		signups, err := activity.SignUpAll(ctx, tx, r.Viewer, id, req.PostForm["person"]...)
		for _, signup := range signups {
			if signup.State == activity.Seated {
				n.Seated++
			} else {
				n.Waiting++
			}
		}
		return n, err
	})
	if faults := fault.Of(err); faults != nil && !isNotFound(err) {
		named := make(fault.List, len(faults))
		for i, f := range faults {
			named[i] = f
			if f.Field == "" {
				named[i] = f.At("staff", f.Args...)
			} else {
				named[i] = f.At("person-"+f.Field, f.Args...)
			}
		}
		return s.showOccasion(w, req, r, http.StatusUnprocessableEntity, named)
	}
	if err != nil {
		return err
	}
	if got.Waiting > 0 {
		return doneBut(w, req, occasionPath(id), "occasion.done-staff-waiting", r.Number(got.Seated), r.Number(got.Waiting))
	}
	return done(w, req, occasionPath(id), "occasion.done-staff", r.Number(got.Seated))
}

func occasionPath(id string) string { return "/occasions/" + id }

// seatText is what an occasion's room says: "12 av 20 platser är tagna".
func seatText(r view.Reader, o activity.Occasion) string {
	text := r.Say("occasion.taken", r.Number(o.Seated), r.Number(o.Capacity))
	if o.Waiting > 0 {
		text += " " + r.Count("occasion.queue", o.Waiting)
	}
	return text
}

// clashText tells the reader of one other meeting of theirs at the same time.
func clashText(r view.Reader, k activity.Clash) string { return clashSaid(r, k, "") }

// clashTexts tells the reader of those of a colleague.
func clashTexts(r view.Reader, clashes []activity.Clash) string {
	texts := make([]string, len(clashes))
	for i, k := range clashes {
		texts[i] = clashSaid(r, k, "-other")
	}
	return strings.Join(texts, " ")
}

func clashSaid(r view.Reader, k activity.Clash, whose string) string {
	return r.Say("occasion.clash-"+string(k.State)+whose, k.Title, r.When(local.Date(k.Time.Date), k.Time.Start, k.Time.End))
}

// canChoose reports whether the colleague can be signed up now.
func (c colleague) canChoose() bool {
	return c.Next == activity.StepSignUp || c.Next == activity.StepQueue
}

// tickable reports whether any colleague can be.
func (d occasion) tickable() bool { return slices.ContainsFunc(d.Staff, colleague.canChoose) }

func (d occasion) at(workplace string) (staff []colleague) {
	for _, p := range d.Staff {
		if p.WorkplaceName == workplace {
			staff = append(staff, p)
		}
	}
	return staff
}
