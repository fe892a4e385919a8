package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// A feed is a calendar as programs read it (RFC 5545): occasions with all their meetings, those that were cancelled
// too. It is the public's, whoever asks: it has no name of a participant and no link to what is for the seated.
type feed struct {
	name     string
	occasion map[string]activity.Occasion
	meetings []activity.Meeting
}

// feedKeeps is how long a feed remembers what has been.
const feedKeeps = 365 // days

// calendarFeed is a programme's calendar, or all, chosen as the calendar's page does.
func (s *Server) calendarFeed(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	q, ctx := req.URL.Query(), req.Context()
	f := activity.Filter{Goal: q.Get("goal"), Unit: q.Get("county"), Kind: q.Get("kind"), From: date(q.Get("from")), Cancelled: true}
	d := feed{name: s.Service, occasion: map[string]activity.Occasion{}}
	slug := req.PathValue("slug")
	if slug == "" {
		slug = q.Get("programme")
	}
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		zone := "Europe/Stockholm"
		if slug != "" {
			p, err := programme.BySlug(ctx, c, access.Viewer{}, slug)
			if err != nil {
				return err
			}
			f.Programme, zone, d.name = p.ID, p.Zone, p.ShortName
		}
		if f.From == "" {
			f.From = s.today(zone).Add(-feedKeeps)
		}
		entries, err := activity.Calendar(ctx, c, access.Viewer{}, f)
		if err != nil {
			return err
		}
		ids := make([]string, len(entries))
		for i, e := range entries {
			ids[i], d.occasion[e.ID] = e.ID, e.Occasion
		}
		d.meetings, err = activity.Meetings(ctx, c, access.Viewer{}, ids...)
		return err
	})
	if err != nil {
		return err
	}
	return s.sendFeed(w, req, r, d, "kalender.ics")
}

// occasionFeed is one occasion, to put into a calendar of one's own.
func (s *Server) occasionFeed(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx := req.Context()
	var d feed
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		o, err := activity.GetOccasion(ctx, c, access.Viewer{}, req.PathValue("id"))
		if err != nil {
			return err
		}
		d.name, d.occasion = o.FullTitle(), map[string]activity.Occasion{o.ID: o}
		d.meetings, err = activity.Meetings(ctx, c, access.Viewer{}, o.ID)
		return err
	})
	if err != nil {
		return err
	}
	return s.sendFeed(w, req, r, d, "tillfalle.ics")
}

func (s *Server) sendFeed(w http.ResponseWriter, req *http.Request, r view.Reader, d feed, name string) error {
	r = feedReader(req, r)
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="`+name+`"`)
	_, err := w.Write([]byte(d.write(r, s.URL, s.DB.Now())))
	return gone(err)
}

// write is the feed as a file. Each meeting is an event: its id stays the same for ever, and its number grows with every
// change of the meeting, the occasion or the activity.
func (d feed) write(r view.Reader, site string, now time.Time) string {
	cal := ics.NewCalendarFor("KompoBib")
	cal.SetProductId("-//KompoBib//KompoBib//SV")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName(d.name)
	cal.SetRefreshInterval("PT6H")
	cal.SetXPublishedTTL("PT6H")
	for _, zone := range d.zones() {
		zone.write(cal)
	}
	for _, m := range d.meetings {
		o := d.occasion[m.Occasion]
		at := m.Span.Date.Time()
		clock := func(c local.Clock) string { return at.Format("20060102T") + strings.ReplaceAll(c, ":", "") + "00" }
		e := cal.AddEvent(m.ID + "@kompobib")
		e.SetDtStampTime(now)
		e.SetProperty(ics.ComponentPropertyDtStart, clock(m.Span.Start), ics.WithTZID(m.Span.Zone))
		e.SetProperty(ics.ComponentPropertyDtEnd, clock(m.Span.End), ics.WithTZID(m.Span.Zone))
		e.SetSummary(o.FullTitle())
		e.SetSequence(m.Version + o.Version + o.ActivityVersion - 3)
		place := m.Place
		if m.Address != "" {
			place = strings.Trim(place+", "+m.Address, ", ")
		}
		if m.Online && place == "" {
			place = r.Say("calendar.online")
		}
		if place != "" {
			e.SetLocation(place)
		}
		e.SetDescription(r.State("activity-kind", o.Kind))
		if site != "" {
			e.SetURL(site + occasionPath(o.ID))
			e.SetDescription(r.State("activity-kind", o.Kind) + "\n" + site + occasionPath(o.ID))
		}
		e.SetStatus(ics.ObjectStatusConfirmed)
		if o.Cancelled != nil {
			e.SetStatus(ics.ObjectStatusCancelled)
		}
	}
	return cal.Serialize(ics.WithNewLineWindows)
}

// A feedZone is a zone with the span of time that a feed needs its rules for.
type feedZone struct {
	name        string
	first, last time.Time
}

func (d feed) zones() (list []feedZone) {
	for _, m := range d.meetings {
		i := slices.IndexFunc(list, func(z feedZone) bool { return z.name == m.Span.Zone })
		if i < 0 {
			list, i = append(list, feedZone{m.Span.Zone, m.Starts, m.Ends}), len(list)
		}
		if m.Starts.Before(list[i].first) {
			list[i].first = m.Starts
		}
		if m.Ends.After(list[i].last) {
			list[i].last = m.Ends
		}
	}
	return list
}

// write tells when the clocks of the zone changed, and will, while the feed lasts.
func (z feedZone) write(cal *ics.Calendar) {
	at := local.Zone(z.name)
	zone := cal.AddTimezone(z.name)
	for t := z.first.In(at); ; {
		begins, ends := t.ZoneBounds()
		_, offset := t.Zone()
		before := offset
		if !begins.IsZero() {
			_, before = begins.Add(-time.Second).In(at).Zone()
		} else {
			begins = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		name, _ := t.Zone()
		var part interface {
			AddProperty(ics.ComponentProperty, string, ...ics.PropertyParameter)
		}
		if t.IsDST() {
			d := &ics.Daylight{}
			zone.Components = append(zone.Components, d)
			part = d
		} else {
			part = zone.AddStandard()
		}
		// The local time at which it changed, as the clock before showed it.
		part.AddProperty(ics.ComponentPropertyDtStart, begins.UTC().Add(time.Duration(before)*time.Second).Format("20060102T150405"))
		part.AddProperty("TZOFFSETFROM", offsetText(before))
		part.AddProperty("TZOFFSETTO", offsetText(offset))
		part.AddProperty("TZNAME", name)
		if ends.IsZero() || ends.After(z.last) {
			return
		}
		t = ends.In(at)
	}
}

// offsetText is an offset from UTC: "+0100".
func offsetText(seconds int) string {
	return time.Time{}.In(time.FixedZone("", seconds)).Format("-0700")
}
