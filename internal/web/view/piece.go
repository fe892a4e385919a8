package view

import (
	"strconv"

	"kompobib/internal/local"
)

// A Day is a date that is drawn.
type Day = local.Date

// A Fact is a name and what it is. One without a value is not shown.
type Fact struct {
	Label, Value string
	Lang         string // of the value, where it is not the page's
}

// A Figure is a number that can be opened to the rows behind it.
type Figure struct {
	Number     string // as the reader writes it: r.Number(n)
	Label      string
	Note       string // a share, a comparison
	Definition string // what is counted, by which date
	Href       string // to the rows
}

// tone is the colour of a state. Every state has a word too.
func tone(name string) string {
	switch name {
	case "seated", "running", "attested", "sent", "published", "delivered", "met":
		return "success"
	case "waiting", "requested", "offered", "last-stretch", "queued", "sending", "closing":
		return "warning"
	case "failed", "no-show", "bounced":
		return "danger"
	case "planned", "upcoming":
		return "info"
	}
	return "neutral"
}

func hundredths(part, whole int) string {
	if whole <= 0 || part <= 0 {
		return "0"
	}
	return strconv.Itoa(min(100, max(2, part*100/whole)))
}
