package web

import (
	"cmp"
	"strings"
	"time"

	"kompobib/internal/activity"
	"kompobib/internal/local"
	"kompobib/internal/web/view"
)

// What a meeting is, in the words of schema.org, so that search engines can show when and where it is. Nothing in it is
// about a participant.
type schemaEvent struct {
	Context     string `json:"@context"`
	Type        string `json:"@type"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Start       string `json:"startDate"`
	End         string `json:"endDate"`
	Status      string `json:"eventStatus"`
	Mode        string `json:"eventAttendanceMode"`
	Location    []any  `json:"location"`
	Organizer   any    `json:"organizer,omitempty"`
	URL         string `json:"url,omitempty"`
	Free        bool   `json:"isAccessibleForFree"`
}

type schemaThing struct {
	Type    string `json:"@type"`
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
	URL     string `json:"url,omitempty"`
}

// events are the meetings of occasions as data, nil for none.
func events(r view.Reader, description string, occasions map[string]activity.Occasion, meetings []activity.Meeting) any {
	const most = 50
	var list []schemaEvent
	for _, m := range meetings {
		o := occasions[m.Occasion]
		if o.ID == "" || !o.Published || len(list) == most {
			continue
		}
		e := schemaEvent{Context: "https://schema.org", Type: "Event", Name: o.FullTitle(), Description: description,
			Start: instant(m.Starts, m.Span.Zone), End: instant(m.Ends, m.Span.Zone), Status: "https://schema.org/EventScheduled",
			Mode: "https://schema.org/OfflineEventAttendanceMode", Free: true}
		if o.Cancelled != nil {
			e.Status = "https://schema.org/EventCancelled"
		}
		if m.Place != "" || m.Address != "" {
			e.Location = append(e.Location, schemaThing{Type: "Place", Name: cmp.Or(m.Place, m.Address), Address: cmp.Or(m.Address, m.Place)})
		}
		if r.Site != nil && r.Site.URL != "" {
			e.URL = r.Site.URL + occasionPath(o.ID)
		}
		if m.Online {
			e.Mode = "https://schema.org/OnlineEventAttendanceMode"
			if e.Location != nil {
				e.Mode = "https://schema.org/MixedEventAttendanceMode"
			}
			// The way in is for the seated; its page is where one gets a seat.
			e.Location = append(e.Location, schemaThing{Type: "VirtualLocation", URL: e.URL})
		}
		if p := r.Programme(); p != nil && p.ID == o.Programme && p.Owner() != "" {
			e.Organizer = schemaThing{Type: "Organization", Name: p.Owner()}
		}
		list = append(list, e)
	}
	if list == nil {
		return nil
	}
	return list
}

// instant is a time with its zone's offset: "2012-11-07T13:00:00+01:00".
func instant(t time.Time, zone string) string { return t.In(local.Zone(zone)).Format(time.RFC3339) }

// eventDescription is what a search engine says of an activity: its text in a line, or when and where it is first held.
func eventDescription(r view.Reader, text string, meetings []activity.Meeting) string {
	if plain := shortened(text, 180); plain != "" {
		return plain
	}
	if len(meetings) == 0 {
		return ""
	}
	return meetingFacts(r, meetings[0])
}

// shortened is the first whole words of a text.
func shortened(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	cut := string(runes[:most])
	for i := len(cut) - 1; i > 0; i-- {
		if cut[i] == ' ' {
			return cut[:i] + " …"
		}
	}
	return cut + " …"
}

// events are the meetings of an activity's occasions as data.
func (d publicActivity) events(r view.Reader) any {
	occasions := map[string]activity.Occasion{}
	var meetings []activity.Meeting
	for _, o := range d.Occasions {
		occasions[o.ID] = o
		meetings = append(meetings, d.Meetings[o.ID]...)
	}
	return events(r, shortened(d.Description, 500), occasions, meetings)
}
