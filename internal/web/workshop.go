package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

func workshopPath(id string) string { return "/workshops/" + id }

// A shop is a workshop as its pages show it.
type shop struct {
	workshop.Workshop
	Programme programme.Programme
	Kit       workshop.Kit
	Steps     []workshop.Step
	Names     map[string]people.Name
	Staff     []workshop.Colleague // for who leads it
	Others    []workshop.Workshop  // without a date, that who leads it leads too
	Near      []learning.Place     // its workplaces that are done, where the reader belongs
	Months    focus.Months         // after which commitments are followed up, where it is done
	Evidence  []activity.Missing   // its meeting, for who leads it, where it has been held and nothing proves who was there
}

func readShop(ctx context.Context, c db.Conn, r view.Reader, id string) (d shop, err error) {
	if d.Workshop, err = workshop.Get(ctx, c, r.Viewer, id); err != nil {
		return d, err
	}
	if d.Programme, err = programme.Get(ctx, c, r.Viewer, d.Workshop.Programme); err != nil {
		return d, err
	}
	if d.Kit, err = workshop.KitOf(ctx, c, d.Workshop); err != nil {
		return d, err
	}
	if d.Steps, err = workshop.Steps(ctx, c, d.Workshop); err != nil {
		return d, err
	}
	d.Names, err = people.Names(ctx, c, r.Viewer, []string{d.Leader, d.NoteTaker})
	return d, err
}

// toPlace is the address of a workplace's learning.
func (d shop) toPlace(unit string) string { return programmePath(d.Programme, "workplaces/"+unit) }

// crumbs are the way to a workshop's pages: by its first workplace.
func (d shop) crumbs(r view.Reader) []view.Link {
	place := "/programmes/" + d.Programme.Slug + "/workplaces/" + d.Places[0].ID
	return []view.Link{{Href: "/learning", Text: r.Say("learning.title")}, {Href: place, Text: d.Places[0].Name}, {Href: workshopPath(d.ID), Text: r.Say("workshop.word")}}
}

// when is the workshop's day and time, or that it has none.
func shopWhen(r view.Reader, w workshop.Workshop) string {
	if w.Date == "" {
		return r.Say("workshop.undated-text")
	}
	return r.When(w.Date, w.Start, w.End)
}

// shopStanding is how far a workshop has come, in words and as the tone of a tag.
func shopStanding(r view.Reader, s workshop.Standing) (label, tone string) {
	tones := map[workshop.Standing]string{workshop.InProgress: "warning", workshop.Held: "success", workshop.Uncounted: "warning", workshop.GoneBy: "warning", workshop.Dated: "info"}
	return r.Say("workshop.state-" + string(s)), cmp.Or(tones[s], "neutral")
}

// A lack is that a workshop does not count at a workplace, or at none of its if it names none.
type lack struct {
	Place, Name string
	Standing    workshop.Standing
}

// lacking is where d has been held or should have been, and does not count.
func (d shop) lacking(now time.Time) (list []lack) {
	for _, p := range d.Places {
		if s := d.Standing(p.ID, now); s == workshop.Uncounted || s == workshop.GoneBy {
			list = append(list, lack{p.ID, p.Name, s})
		}
	}
	if len(list) == len(d.Places) {
		return []lack{{Standing: list[0].Standing}}
	}
	return list
}

func (l lack) text(r view.Reader) string {
	text := r.Say("workshop.state-" + string(l.Standing))
	if l.Name != "" {
		text += ": " + l.Name
	}
	return text
}

// who is the name of who leads or writes.
func (d shop) who(r view.Reader, person string) string {
	if person == "" {
		return r.Say("workshop.no-one")
	}
	if n := d.Names[person].String(); n != "" {
		return n
	}
	return r.Say("attendance-page.somebody")
}

func (s *Server) showWorkshop(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.writeWorkshop(w, req, r, http.StatusOK, nil)
}

func (s *Server) writeWorkshop(w http.ResponseWriter, req *http.Request, r view.Reader, code int, faults fault.List) error {
	ctx := req.Context()
	var d shop
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d, err = readShop(ctx, c, r, req.PathValue("workshop")); err != nil {
			return err
		}
		one := []workshop.Workshop{d.Workshop}
		err = workshop.Took(ctx, c, r.Viewer, one)
		if d.Workshop = one[0]; err != nil {
			return err
		}
		if err := d.comesNext(ctx, c, r, s.DB.Now()); err != nil || !d.Leads {
			return err
		}
		if d.Date != "" {
			if d.Staff, err = workshop.Staff(ctx, c, d.Workshop, d.Date); err != nil {
				return err
			}
			d.Evidence, err = activity.LedWithoutEvidence(ctx, c, r.Viewer, s.DB.Now())
			d.Evidence = slices.DeleteFunc(d.Evidence, func(m activity.Missing) bool { return m.Meeting != d.Meeting })
			return err
		}
		d.Others, err = workshop.Joinable(ctx, c, r.Viewer, d.Workshop)
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, code, workshopView(r.In(d.Programme.ID), d, s.DB.Now(), faults))
}

// done are the workplaces that it counts for.
func (d shop) done(now time.Time) (list []workshop.Place) {
	for _, p := range d.Places {
		if d.Standing(p.ID, now) == workshop.Held {
			list = append(list, p)
		}
	}
	return list
}

func (d shop) doneText(r view.Reader, p workshop.Place) string {
	text := r.Say("workshop.state-closed")
	if len(d.Places) > 1 {
		text += ": " + p.Name
	}
	return text
}

// comesNext reads what comes after a workshop, where it is done and for who belongs there.
func (d *shop) comesNext(ctx context.Context, c db.Conn, r view.Reader, now time.Time) (err error) {
	var ids []string
	for _, p := range d.done(now) {
		ids = append(ids, p.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	if d.Near, err = learning.These(ctx, c, r.Viewer, d.Programme.ID, ids); err != nil {
		return err
	}
	d.Months, err = focus.MonthsOf(ctx, c, d.Programme.ID)
	return err
}

// unsigned is how many of the staff have no seat.
func (d shop) unsigned() (n int) {
	for _, p := range d.Staff {
		if !p.Seated {
			n++
		}
	}
	return n
}

// workshopPlan asks when and where a workshop is held.
func (s *Server) workshopPlan(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := readShop(ctx, c, r, req.PathValue("workshop"))
		if err != nil {
			return f, err
		}
		if !d.Leads {
			return f, workshop.ErrNotLead
		}
		if d.Closed != nil && req.Method == http.MethodGet { // what is sent is given back
			return f, workshop.ErrReopen
		}
		names, err := workshop.Candidates(ctx, c, r.Viewer, d.Workshop)
		if err != nil {
			return f, err
		}
		venue := d.Venue
		if venue == "" {
			venue = d.Places[0].Name
		}
		f = formPage{About: d.Programme.ID, Submit: r.Say("plan.save"), Back: workshopPath(d.ID), Page: view.Page{Title: r.Say("workshop.plan"), Lead: r.Say("workshop.plan-lead", d.Kit.First, d.Kit.Last), Crumbs: d.crumbs(r)},
			Form: view.Form{Action: workshopPath(d.ID) + "/plan", Version: d.Version, Keep: true}}
		date := dateControl("date", r.Say("workshop.date"), d.Date)
		date.Min, date.Max = string(d.Kit.First), string(d.Kit.Last)
		f.Controls = []control{
			row(date, control{Field: view.Field{Name: "start", Label: r.Say("workshop.start-label"), Width: "short", Value: d.Start}}),
			{Field: view.Field{Name: "venue", Label: r.Say("workshop.venue"), Value: venue}},
			{Field: view.Field{Name: "note_taker", Label: r.Say("workshop.note-taker"), Help: r.Say("workshop.note-taker-help"), Options: view.None(r.Say("workshop.no-one"), nameOptions(names)), Value: d.NoteTaker}, As: "select"},
		}
		for _, x := range d.Steps {
			parts := []control{{Field: view.Field{Name: "minutes-" + x.ID, Label: r.Say("workshop.step-minutes"), Help: r.Say("workshop.between", r.Number(x.Least), r.Number(x.Most)), Kind: "number", Width: "short", Min: numeral(x.Least), Max: numeral(x.Most), Unit: r.Say("workshop.min"), Value: numeral(x.Minutes)}}}
			if x.Optional {
				parts = append(parts, control{Field: view.Field{Name: "skip-" + x.ID, Label: r.Say("workshop.skip"), Value: flag(x.Skipped)}, As: "checkbox"})
			}
			step := group(x.Title, "", parts...)
			step.Lang = "sv"
			f.Controls = append(f.Controls, step)
		}
		return f, nil
	}
}

func nameOptions(names []people.Name) (options []view.Option) {
	for _, n := range names {
		options = append(options, view.Option{Value: n.ID, Label: n.String()})
	}
	return options
}

func (s *Server) planWorkshop(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in, id := formOf(req), req.PathValue("workshop")
	return s.takeForm(w, req, r, "workshop.done-planned", s.workshopPlan(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		shop, err := workshop.Get(ctx, tx, r.Viewer, id)
		if err != nil {
			return "", err
		}
		steps, err := workshop.Steps(ctx, tx, shop)
		if err != nil {
			return "", err
		}
		p := workshop.Plan{Date: in.date("date"), Start: clock(in.text("start")), Venue: in.text("venue"), NoteTaker: in.text("note_taker")}
		for _, x := range steps {
			if in.Has("minutes-" + x.ID) {
				p.Steps = append(p.Steps, workshop.Step{ID: x.ID, Minutes: in.number("minutes-" + x.ID), Skipped: in.ticked("skip-" + x.ID)})
			}
		}
		return workshopPath(id), workshop.Set(ctx, tx, r.Viewer, id, p, in.version())
	})
}

// leaderForm asks who leads a workshop.
func (s *Server) leaderForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := readShop(ctx, c, r, req.PathValue("workshop"))
		if err != nil {
			return f, err
		}
		if !d.Leads {
			return f, workshop.ErrNotLead
		}
		names, err := workshop.Candidates(ctx, c, r.Viewer, d.Workshop)
		options := nameOptions(names)
		if !slices.ContainsFunc(names, func(n people.Name) bool { return n.ID == r.Person }) {
			options = append(options, view.Option{Value: r.Person, Label: r.Say("workshop.myself", r.Name)})
		}
		f = formPage{About: d.Programme.ID, Submit: r.Say("plan.save"), Back: workshopPath(d.ID), What: []string{r.Say("workshop.leader-what")},
			Page: view.Page{Title: r.Say("workshop.choose-leader"), Crumbs: d.crumbs(r)}, Form: view.Form{Action: workshopPath(d.ID) + "/leader", Version: d.Version},
			Controls: []control{{Field: view.Field{Name: "leader", Label: r.Say("workshop.leader-label"), Options: options, Value: d.Leader}, As: "select"}}}
		return f, err
	}
}

func (s *Server) chooseLeader(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in, id := formOf(req), req.PathValue("workshop")
	return s.takeForm(w, req, r, "workshop.done-leader", s.leaderForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		return workshopPath(id), workshop.Lead(ctx, tx, r.Viewer, id, in.text("leader"), in.version())
	})
}

// doShop does one thing with a workshop and goes back to its page.
func (s *Server) doShop(w http.ResponseWriter, req *http.Request, r view.Reader, code string, do func(ctx context.Context, tx *db.Tx, id string) error) error {
	id := req.PathValue("workshop")
	_, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) { return "", do(ctx, tx, id) })
	if err != nil {
		if faults, status, ok := mistakes(err); ok {
			for i, f := range faults {
				faults[i] = f.At("", f.Args...) // the page has no fields for them
			}
			return s.writeWorkshop(w, req, r, status, faults)
		}
		return err
	}
	return done(w, req, workshopPath(id), code)
}

func (s *Server) signWorkshop(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.doShop(w, req, r, "workshop.done-signed", func(ctx context.Context, tx *db.Tx, id string) error {
		_, err := workshop.SignUp(ctx, tx, r.Viewer, id, req.PostForm["person"]...)
		return err
	})
}

func (s *Server) joinWorkshop(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.doShop(w, req, r, "workshop.done-joined", func(ctx context.Context, tx *db.Tx, id string) error {
		return workshop.Join(ctx, tx, r.Viewer, id, req.PostFormValue("other"))
	})
}

func (s *Server) partWorkshop(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.doShop(w, req, r, "workshop.done-parted", func(ctx context.Context, tx *db.Tx, id string) error {
		return workshop.Part(ctx, tx, r.Viewer, id, req.PostFormValue("workplace"))
	})
}

// workplaceWorkshops is the part of a workplace's overview about its workshops.
func workplaceWorkshops(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (templ.Component, error) {
	list, err := workshop.At(ctx, c, r.Viewer, at.Programme.ID, at.Workplace)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var ids []string
	for _, w := range list {
		ids = append(ids, w.Leader)
	}
	if err := workshop.Took(ctx, c, r.Viewer, list); err != nil {
		return nil, err
	}
	names, err := people.Names(ctx, c, r.Viewer, ids)
	return workshopStage(r, list, names, at.Workplace, s.DB.Now()), err
}

func shopOptions(list []workshop.Workshop) (options []view.Option) {
	for _, w := range list {
		options = append(options, view.Option{Value: w.ID, Label: w.Name()})
	}
	return options
}
