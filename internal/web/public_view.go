package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"kompobib/internal/activity"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
	"kompobib/internal/web/view"
)

// stateSentence is the first thing a programme's page says: how far it has come.
func stateSentence(r view.Reader, p *view.Programme, today local.Date) string {
	switch state := programme.State(p.State).On(today, p.Ends); {
	case state == programme.Planned && p.Starts <= today:
		return r.Say("public.state-soon")
	case state == programme.Planned:
		return r.Say("public.state-planned", p.Starts)
	case state == programme.Running:
		return r.Say("public.state-running", p.Starts, p.Ends)
	case state == programme.Closed && p.Page(publishing.Sharing) == "":
		return r.Say("public.state-ended", p.Ends)
	default:
		return r.Say("public.state-"+string(state), p.Ends)
	}
}

// calendarOf is the address of a programme's calendar; all of it, if the programme is over.
func calendarOf(r view.Reader, p *view.Programme, over bool) string {
	q := url.Values{}
	if len(r.Site.Programmes) > 1 {
		q.Set("programme", p.Slug)
	}
	if over {
		q.Set("from", string(p.Starts))
	}
	if len(q) == 0 {
		return "/calendar"
	}
	return "/calendar?" + q.Encode()
}

func inRole(partners []view.Partner, role programme.PartnerRole) (bodies []view.Partner) {
	for _, p := range partners {
		if p.Role == string(role) {
			bodies = append(bodies, p)
		}
	}
	return bodies
}

func programmeOptions(r view.Reader) []view.Option {
	options := make([]view.Option, len(r.Site.Programmes))
	for i, p := range r.Site.Programmes {
		options[i] = view.Option{Value: p.Slug, Label: p.ShortName}
	}
	return view.None(r.Say("calendar.all"), options)
}

func goalOptions(r view.Reader, goals []programme.GoalArea) []view.Option {
	options := make([]view.Option, len(goals))
	for i, g := range goals {
		options[i] = view.Option{Value: g.ID, Label: g.Name}
	}
	return view.None(r.Say("calendar.all"), options)
}

func unitOptions(r view.Reader, units []people.Unit) []view.Option {
	options := make([]view.Option, len(units))
	for i, u := range units {
		options[i] = view.Option{Value: u.ID, Label: u.Name}
	}
	return view.None(r.Say("calendar.all"), options)
}

// months splits entries in order of time by the month of their date; those without one stand together.
func months(entries []activity.Entry) (list [][]activity.Entry) {
	for len(entries) > 0 {
		month := entries[0].Date.Month()
		n := slices.IndexFunc(entries, func(e activity.Entry) bool { return e.Date.Month() != month })
		if n < 0 {
			n = len(entries)
		}
		list, entries = append(list, entries[:n]), entries[n:]
	}
	return list
}

func monthTitle(r view.Reader, m []activity.Entry) string {
	if m[0].Date == "" {
		return r.Say("calendar.undated-title")
	}
	return r.Month(m[0].Date.Month())
}

// entryFacts is when and where an occasion is, in a line.
// entryFacts are what an entry of a calendar tells beside its title, but for its place, which has a name given in Swedish.
func entryFacts(r view.Reader, e activity.Entry) string {
	facts := []string{r.State("activity-kind", e.Kind)}
	if e.Date != "" {
		facts = append(facts, r.When(e.Date, e.Start, e.End))
	}
	if e.Meetings > 1 {
		facts = append(facts, r.Count("calendar.meetings", e.Meetings))
	}
	return strings.Join(append(facts, where(r, "", e.Online)...), " · ")
}

func meetingFacts(r view.Reader, m activity.Meeting) string {
	place := m.Place
	if m.Address != "" {
		place = strings.Trim(place+", "+m.Address, ", ")
	}
	return strings.Join(append([]string{r.When(m.Span.Date, m.Span.Start, m.Span.End)}, where(r, place, m.Online)...), " · ")
}

func where(r view.Reader, place string, online bool) (facts []string) {
	if place != "" {
		facts = append(facts, place)
	}
	if online {
		facts = append(facts, r.Say("calendar.online"))
	}
	return facts
}

func localDate(t time.Time, zone string) local.Date {
	return local.DateOf(t, local.Zone(zone))
}

func audienceText(r view.Reader, d publicActivity) string {
	var roles []string
	for _, role := range d.Activity.Audience.Roles {
		roles = append(roles, r.State("staff-role", role))
	}
	switch units := r.Join(d.Audience); {
	case units == "" && roles == nil:
		return r.Say("activity-page.everyone")
	case units == "":
		return r.Join(roles)
	case roles == nil:
		return r.Say("activity-page.all-in", units)
	default:
		return r.Say("activity-page.some-in", r.Join(roles), units)
	}
}

func lecturerText(r view.Reader, l activity.Lecturer) string {
	facts := []string{l.Name}
	if l.Organisation != "" {
		facts = append(facts, l.Organisation)
	}
	if l.External {
		return strings.Join(append(facts, r.Say("activity-page.external")), ", ")
	}
	return strings.Join(append(facts, r.Say("activity-page.regional")), ", ")
}

// portalLead tells how to choose among the programmes, if there are any.
func portalLead(r view.Reader) string {
	if len(r.Site.Programmes) == 0 {
		return ""
	}
	return r.Say("public.portal-lead")
}

// pointers are the pages that a programme's page leads to: when it is over, first where it lives on.
func pointers(over bool) []publishing.Place {
	if over {
		return []publishing.Place{publishing.Sharing, publishing.Description}
	}
	return []publishing.Place{publishing.Description, publishing.Sharing}
}

// programmeDescription is a programme in a sentence, for search engines.
func programmeDescription(d publicProgramme) string {
	return cmp.Or(d.OverallGoal, d.Appeal, d.Name)
}
