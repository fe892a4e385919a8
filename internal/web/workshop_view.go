package web

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"kompobib/internal/learning/workshop"
	"kompobib/internal/web/view"
)

// clockText is so many seconds as a clock that counts down: 4:05, and with a minus when it has run over.
func clockText(seconds int) string {
	sign := ""
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	return fmt.Sprintf("%s%d:%02d", sign, seconds/60, seconds%60)
}

// spaced is a code as people read it aloud.
func spaced(code string) string { return code[:len(code)/2] + " " + code[len(code)/2:] }

// joinHost is where phones go that cannot read the square.
func joinHost(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host + strings.TrimSuffix(u.Path[:strings.LastIndexByte(u.Path, '/')+1], "/")
}

// noteTabs are the questions to write answers of.
func noteTabs(r view.Reader, d running) (links []view.Link) {
	for _, q := range d.Questions {
		l := view.Link{Text: q.Text, Named: true}
		if q.Step != d.Question {
			l.Href = workshopPath(d.ID) + "/notes?" + query("step", q.Step)
		}
		links = append(links, l)
	}
	return links
}

func phoneTitle(r view.Reader, d phone) string {
	if d.Asked != "" {
		return d.Asked
	}
	return r.Say("workshop.word")
}

func phoneSubmit(r view.Reader, d phone) string {
	if d.Edited != "" {
		return r.Say("plan.save")
	}
	return r.Say("workshop.send")
}

// longAnswer reports whether a text needs the whole width of the screen in the room, so that it leaves no hole beside short ones.
func longAnswer(a workshop.Answer) bool { return utf8.RuneCountInString(a.Body) > 140 }

// over reports whether there is no room any more to send to: what was typed stands there to be copied.
func (d phone) over() bool { return d.Programme == "" }
