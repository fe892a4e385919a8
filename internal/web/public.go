package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/file"
	"kompobib/internal/learning/need"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// today is the domain's date where a programme is.
func (s *Server) today(zone string) local.Date {
	return local.DateOf(s.DB.Now(), local.Zone(zone))
}

// home is the page of the only programme, or a portal to several.
func (s *Server) home(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	if len(r.Site.Programmes) == 1 {
		return s.showProgramme(w, req, r, r.Site.Programmes[0].Slug)
	}
	sentences := make([]string, len(r.Site.Programmes))
	for i := range sentences {
		p := &r.Site.Programmes[i]
		sentences[i] = stateSentence(r, p, s.today(p.Zone))
	}
	return render(w, req, http.StatusOK, portalPage(r.OfSeveral(), sentences))
}

func (s *Server) programmePage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.showProgramme(w, req, r, req.PathValue("slug"))
}

// A publicProgramme is what the public page of a programme shows.
type publicProgramme struct {
	programme.Programme
	Goals   []programme.GoalArea
	Letters []publishing.Publication // the newest
	Posts   []publishing.Publication
	Next    []activity.Entry
	Now     time.Time
	Today   local.Date
	Over    bool // the programme is, and lives on in what it left
	Shown   view.Programme
}

func (s *Server) showProgramme(w http.ResponseWriter, req *http.Request, r view.Reader, slug string) error {
	const letters, posts, next = 4, 3, 4
	d := publicProgramme{Now: s.DB.Now()}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Programme, err = programme.BySlug(ctx, c, r.Viewer, slug); err != nil {
			return err
		}
		d.Today = s.today(d.Zone)
		d.Over = d.State.On(d.Today, d.Ends) == programme.Closed
		if d.Goals, err = programme.Goals(ctx, c, d.ID); err != nil {
			return err
		}
		newest := publishing.Filter{Programme: d.ID, Shown: true, Kinds: []publishing.Kind{publishing.Letter}, Limit: letters}
		if d.Letters, err = publishing.List(ctx, c, r.Viewer, newest); err != nil {
			return err
		}
		newest.Kinds, newest.Limit = []publishing.Kind{publishing.Post}, posts
		if d.Posts, err = publishing.List(ctx, c, r.Viewer, newest); err != nil {
			return err
		}
		d.Next, err = activity.Calendar(ctx, c, r.Viewer, activity.Filter{Programme: d.ID, From: d.Today, Limit: next})
		return err
	})
	if err != nil {
		return err
	}
	r = r.In(d.ID)
	if p := r.Programme(); p != nil && p.ID == d.ID {
		d.Shown = *p
	} else { // it is not published yet
		d.Shown = view.Programme{ID: d.ID, Slug: d.Slug, State: string(d.State), Starts: d.Starts, Ends: d.Ends}
	}
	return render(w, req, http.StatusOK, programmeView(r, d))
}

// A calendar is a page of occasions with what they can be chosen by.
type calendar struct {
	Entries  []activity.Entry
	Goals    []programme.GoalArea
	Counties []people.Unit
	From, To string // as they were asked for
	Previous string // the addresses of the pages before and after this one, if there are any
	Next     string
	Earlier  bool // the page before this one is what has been
	ByDate   bool // and so by month
	Names    map[string]string
	Now      time.Time
}

// calendarPage is all occasions to come, or those that are asked for.
func (s *Server) calendarPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	const most = 200
	q := req.URL.Query()
	d := calendar{Now: s.DB.Now(), From: q.Get("from"), To: q.Get("to")}
	var here string
	zone := "Europe/Stockholm"
	if p := r.In(q.Get("programme")).Programme(); p != nil {
		zone = p.Zone
		if len(r.Site.Programmes) == 1 || q.Get("programme") != "" {
			here = p.ID
			r = r.In(p.ID)
		}
	}
	f := activity.Filter{Programme: here, Goal: q.Get("goal"), Unit: q.Get("county"), Kind: q.Get("kind"), Mine: whose(r) == whoseMine, ForMe: whose(r) == whoseForMe,
		From: date(d.From), To: date(d.To), Limit: most + 1}
	if f.To != "" {
		f.To = f.To.Add(1) // the reader means the last day
	}
	today := s.today(zone)
	sort, falling := r.Sort("date", string(activity.ByTitle), string(activity.ByFree))
	if sort != "date" {
		f.Sort = activity.CalendarSort(sort)
	}
	f.Falling, d.ByDate = falling, f.Sort == activity.ByDate
	inTime := f.Sort == activity.ByDate && !falling // then it can be read backwards too
	if inTime {
		f.After, f.Before = markOf(q.Get("after")), markOf(q.Get("before"))
	} else {
		f.Behind = q.Get("after")
	}
	// Unless asked otherwise the calendar begins today; the pages before that hold what has been.
	asked := f.From != ""
	if !asked && f.Before.Date == "" && (f.After.Date == "" || f.After.Date >= string(today)) {
		f.From = today
	}
	format := wanted(req)
	if format != "" {
		f.After, f.Before, f.Behind, f.Limit = activity.Mark{}, activity.Mark{}, "", 0
	}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Entries, err = activity.Calendar(ctx, c, r.Viewer, f); err != nil {
			return err
		}
		if here != "" {
			if d.Goals, err = programme.Goals(ctx, c, here); err != nil {
				return err
			}
		}
		tree, err := people.LoadTree(ctx, c, cmp.Or(f.From, today))
		if err != nil {
			return err
		}
		d.Counties = tree.Units(people.County)
		return nil
	})
	if err != nil {
		return err
	}
	more := len(d.Entries) > most
	switch {
	case more && f.Before.Date != "":
		d.Entries = d.Entries[1:]
	case more && format == "":
		d.Entries = d.Entries[:most]
	}
	if n := len(d.Entries); n > 0 && !inTime {
		d.Previous = firstPage(r)
		if more {
			d.Next = nextPage(r, d.Entries[n-1].MarkBy(f.Sort))
		}
	} else if n > 0 {
		if f.Before.Date != "" || more {
			d.Next = r.With("after", markText(d.Entries[n-1]))
		}
		if f.After.Date != "" || f.Before.Date != "" && more {
			d.Previous = r.With("before", markText(d.Entries[0]))
		}
	}
	if inTime && !asked && f.After.Date == "" && f.Before.Date == "" {
		d.Previous, d.Earlier = r.With("before", string(today)), true
	}
	d.Names = map[string]string{}
	for _, g := range d.Goals {
		d.Names[g.ID] = g.Name
	}
	if format != "" {
		return download(w, format, r.Say("calendar.title"), calendarSheet(r, d))
	}
	return render(w, req, http.StatusOK, calendarView(r, d))
}

// Whose occasions a calendar shows: everybody's, unless the reader asks for what the reader may go to, or is signed up to.
const (
	whoseForMe = "for-me"
	whoseMine  = "mine"
)

func whose(r view.Reader) string {
	if w := r.Query().Get("whose"); r.SignedIn() && (w == whoseForMe || w == whoseMine) {
		return w
	}
	return ""
}

// emptyNext is what may be chosen otherwise where a choice finds nothing.
func emptyNext(r view.Reader) string {
	if whose(r) != "" {
		return r.Say("calendar.empty-whose")
	}
	return r.Say("calendar.empty-next")
}

// forOthers reports whether an occasion among everybody's is open to a workplace's own staff, and the reader has not signed up.
func forOthers(e activity.Entry, now time.Time) bool {
	return e.Local && e.MyState == "" && e.Openness(now) == activity.Open
}

// A mark is where a page of the calendar ends or begins, as an address has it.
func markOf(s string) activity.Mark {
	day, rest, _ := strings.Cut(s, " ")
	start, id, _ := strings.Cut(rest, " ")
	return activity.Mark{Date: day, Start: start, ID: id}
}

func markText(e activity.Entry) string {
	m := e.Mark()
	return cmp.Or(m.Date, "9999") + " " + m.Start + " " + m.ID
}

// calendarSheet is the calendar as a file: all that the page's choices give, not only what one page holds.
func calendarSheet(r view.Reader, d calendar) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("calendar.date"), Kind: sheet.Date}, {Label: r.Say("calendar.starts")}, {Label: r.Say("calendar.ends")},
			{Label: r.Say("calendar.occasion"), Width: 44}, {Label: r.Say("calendar.kind")}, {Label: r.Say("calendar.goal"), Width: 30}, {Label: r.Say("calendar.place"), Width: 30},
			{Label: r.Say("occasion.seats"), Kind: sheet.Number}, {Label: r.Say("seats.seated"), Kind: sheet.Number}, {Label: r.Say("seats.waiting"), Kind: sheet.Number}, {Label: r.Say("plan.sign-up")}},
		Rows: func(yield func([]any) bool) {
			for _, e := range d.Entries {
				var goals []string
				for _, g := range e.Goals {
					if d.Names[g] != "" {
						goals = append(goals, d.Names[g])
					}
				}
				place := strings.Join(where(r, strings.Trim(e.Place+", "+e.Address, ", "), e.Online), " · ")
				seats, open := []any{e.Capacity, e.Seated, e.Waiting}, r.Say("openness."+string(e.Openness(d.Now)))
				if !e.Tells(r.Viewer) {
					seats = []any{nil, nil, nil}
				}
				if whose(r) == "" && forOthers(e, d.Now) {
					open = r.Say("calendar.local")
				}
				if !yield(append(append([]any{e.Date, e.Start, e.End, e.FullTitle(), r.State("activity-kind", e.Kind), strings.Join(goals, "; "), place}, seats...), open)) {
					return
				}
			}
		},
	}
}

// date is a date as a query has it, "" if it is none.
func date(s string) local.Date {
	d, err := local.ParseDate(s)
	if err != nil {
		return ""
	}
	return d
}

// A publicActivity is what an activity's page shows to everyone.
type publicActivity struct {
	activity.Activity
	Goals     []programme.GoalArea
	Occasions []activity.Occasion
	Meetings  map[string][]activity.Meeting // by occasion
	Audience  []string                      // names of units
	Series    activity.Activity             // that it is a part of
	Parts     []activity.Activity           // of a series, in order
	Now       time.Time
	Asking    int  // workplaces that have written down a need that it answers
	Mine      bool // the reader's is among them
}

func (s *Server) activityPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d := publicActivity{Now: s.DB.Now(), Meetings: map[string][]activity.Meeting{}}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Activity, err = activity.GetActivity(ctx, c, r.Viewer, req.PathValue("id")); err != nil {
			return err
		}
		goals, err := programme.Goals(ctx, c, d.Programme)
		if err != nil {
			return err
		}
		for _, g := range goals {
			for _, id := range d.Activity.Goals {
				if g.ID == id {
					d.Goals = append(d.Goals, g)
				}
			}
		}
		if d.Occasions, err = activity.Occasions(ctx, c, r.Viewer, d.ID); err != nil {
			return err
		}
		ids := make([]string, len(d.Occasions))
		for i, o := range d.Occasions {
			ids[i] = o.ID
		}
		meetings, err := activity.Meetings(ctx, c, r.Viewer, ids...)
		if err != nil {
			return err
		}
		for _, m := range meetings {
			d.Meetings[m.Occasion] = append(d.Meetings[m.Occasion], m)
		}
		if len(d.Activity.Audience.Units) > 0 {
			tree, err := people.LoadTree(ctx, c, local.DateOf(d.Now, time.UTC))
			if err != nil {
				return err
			}
			for _, id := range d.Activity.Audience.Units {
				if name := tree.Name(id); name != "" {
					d.Audience = append(d.Audience, name)
				}
			}
		}
		if d.Activity.Series != "" {
			// A part of what is not published yet stands on its own.
			if d.Series, err = activity.GetActivity(ctx, c, r.Viewer, d.Activity.Series); err != nil && !isNotFound(err) {
				return err
			}
		}
		if d.Parts, err = activity.ListActivities(ctx, c, r.Viewer, activity.ActivityFilter{Series: d.ID}); err != nil {
			return err
		}
		v := r.Viewer
		v.On = local.DateOf(d.Now, local.Zone(zone)) // the public has no day of its own
		if d.Asking, err = need.Asking(ctx, c, v, d.ID); err != nil || d.Asking == 0 {
			return err
		}
		mine, err := need.Mine(ctx, c, v, d.ID)
		d.Mine = len(mine) > 0
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, activityView(r.In(d.Programme), d))
}

// logoFile is a partner's logotype, for those that are not small drawings. Only logotypes of programmes that
// the reader may see are given out.
func (s *Server) logoFile(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("file")
	list, err := db.Values[string](req.Context(), s.DB, "SELECT programme FROM partner WHERE logo = $1", id)
	if err != nil {
		return err
	}
	for _, p := range list {
		if _, err := programme.Get(req.Context(), s.DB, r.Viewer, p); err == nil {
			f, err := file.Get(req.Context(), s.DB, id)
			if err != nil {
				return err
			}
			w.Header().Set("Cache-Control", "public, max-age=86400")
			return s.Files.Serve(w, req, f)
		}
	}
	return errNotFound
}

// officeStart leads to the overview of the programme that the reader's office runs, the one under way first.
func (s *Server) officeStart(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.officeOf(w, req, r, access.PlanAny, "office")
}

// officeOf leads to a part of the programme in which the reader has a right, the one under way first.
func (s *Server) officeOf(w http.ResponseWriter, req *http.Request, r view.Reader, right access.Right, part string) error {
	list, err := programme.List(req.Context(), s.DB, r.Viewer)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(p programme.Programme) bool { return !r.Viewer.In(right, p.ID) })
	if len(list) == 0 {
		return errNotFound
	}
	first := slices.MinFunc(list, func(a, b programme.Programme) int { return rank(a.State) - rank(b.State) })
	http.Redirect(w, req, "/programmes/"+first.Slug+"/"+part, http.StatusSeeOther)
	return nil
}
