package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// A month is the calendar as weeks.
type month struct {
	Month, Before, After string // "2012-10"
	Weeks                []week
	Meetings             int
	Today                local.Date
	Goals                []programme.GoalArea
	Counties             []people.Unit
}

type week struct {
	Number string // ISO 8601
	Days   [7]day // from Monday
}

type day struct {
	Date     local.Date
	Meetings []dayMeeting
}

type dayMeeting struct {
	activity.Meeting
	Title string
}

// weeksOf are the weeks that a month's days are in.
func weeksOf(first time.Time) (weeks []week) {
	monday := first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
	for t := monday; t.Before(first.AddDate(0, 1, 0)); t = t.AddDate(0, 0, 7) {
		_, number := t.ISOWeek()
		w := week{Number: strconv.Itoa(number)}
		for i := range w.Days {
			w.Days[i].Date = local.DateOf(t.AddDate(0, 0, i), time.UTC)
		}
		weeks = append(weeks, w)
	}
	return weeks
}

// monthPage is a month of the calendar.
func (s *Server) monthPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	q := req.URL.Query()
	zone, here := "Europe/Stockholm", ""
	if p := r.In(q.Get("programme")).Programme(); p != nil {
		zone = p.Zone
		if len(r.Site.Programmes) == 1 || q.Get("programme") != "" {
			here, r = p.ID, r.In(p.ID)
		}
	}
	d := month{Today: s.today(zone)}
	first, err := time.Parse("2006-01", q.Get("month"))
	if err != nil || first.Year() < 1900 || first.Year() > 2999 {
		first = local.Date(d.Today.Month() + "-01").Time()
	}
	name := func(months int) string { return first.AddDate(0, months, 0).Format("2006-01") }
	d.Month, d.Before, d.After, d.Weeks = name(0), name(-1), name(1), weeksOf(first)
	from, to := d.Weeks[0].Days[0].Date, d.Weeks[len(d.Weeks)-1].Days[6].Date.Add(1)
	ctx := req.Context()
	err = s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		entries, err := activity.Calendar(ctx, c, r.Viewer, activity.Filter{Programme: here, Goal: q.Get("goal"), Unit: q.Get("county"), Kind: q.Get("kind"),
			Mine: whose(r) == whoseMine, ForMe: whose(r) == whoseForMe, From: from, To: to})
		if err != nil {
			return err
		}
		titles, ids := map[string]string{}, make([]string, len(entries))
		for i, e := range entries {
			ids[i], titles[e.ID] = e.ID, e.FullTitle()
		}
		meetings, err := activity.Meetings(ctx, c, r.Viewer, ids...)
		if err != nil {
			return err
		}
		for _, m := range meetings {
			for i := range d.Weeks {
				days := &d.Weeks[i].Days
				if at := slices.IndexFunc(days[:], func(x day) bool { return x.Date == m.Span.Date }); at >= 0 {
					days[at].Meetings = append(days[at].Meetings, dayMeeting{m, titles[m.Occasion]})
					d.Meetings++
				}
			}
		}
		if here != "" {
			if d.Goals, err = programme.Goals(ctx, c, here); err != nil {
				return err
			}
		}
		tree, err := people.LoadTree(ctx, c, from)
		if err != nil {
			return err
		}
		d.Counties = tree.Units(people.County)
		return nil
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, monthView(r, d))
}

// chosen is what a calendar is chosen by, as a query that goes along from list to month and back.
func chosen(q url.Values) string {
	kept := url.Values{}
	for _, name := range []string{"programme", "goal", "county", "kind", "whose"} {
		if v := q.Get(name); v != "" {
			kept.Set(name, v)
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return "?" + kept.Encode()
}

// feedPath is the address of a feed of what the page shows.
func feedPath(r view.Reader) string {
	q := r.Query()
	q.Del("whose") // a feed knows nobody
	return "/calendar.ics" + r.Lang(strings.TrimPrefix(chosen(q), "?"))
}
