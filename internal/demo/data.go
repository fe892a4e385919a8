package demo

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"

	"kompobib/internal/local"
)

// What is fact or prose stands in data/, where it can be read and mended without Go.
//
//go:embed data
var data embed.FS

type municipality struct{ code, name, countyCode, county string }

type employer struct{ key, name, orgNumber string }

// A workplace is named by its key throughout the story, also after its name has changed.
type workplace struct {
	key, name, kind string
	code            string // of its municipality; of a county library its county
	employer        string
	staff           int // when the project starts
}

// A plan is data/programme.toml.
type plan struct {
	Name            string
	ShortName       string `toml:"short_name"`
	Slug            string
	Starts, Ends    local.Date
	FundingPeriod   string `toml:"funding_period"`
	FunderReference string `toml:"funder_reference"`
	Purpose         string
	OverallGoal     string `toml:"overall_goal"`
	Appeal          string
	AppealExtended  string `toml:"appeal_extended"`
	Contact         string
	Goals           []struct{ Name, Text string } `toml:"goal"`
	Phases          []struct {
		Name         string
		Starts, Ends local.Date
	} `toml:"phase"`
	Partners []struct{ Role, Name, Logo, Alt string } `toml:"partner"`
}

// An event is an activity of data/activities.toml, with what comes of it.
type event struct {
	Key, Title, Kind, Text, Series string
	Ord                            int
	Goals                          []int
	Roles                          []string
	Travel, Meal, Substitute       string
	Planned, Told                  local.Date // laid out; invited to
	Uptake                         float64    // of the audience, how many sign up
	Changed                        local.Date // when it got its new title and text
	NewTitle                       string     `toml:"new_title"`
	NewText                        string     `toml:"new_text"`
	Quiet                          int        // days after the opening without sign-ups
	Workplaces                     bool       // an occasion at each workplace
	Lecturers                      []talker   `toml:"lecturer"`
	Questions                      []asked    `toml:"question"`
	Occasions                      []offered  `toml:"occasion"`
}

type talker struct {
	Name, Organisation string
	External           bool
}

type asked struct {
	Text, Kind          string
	Options             []string
	Required, Sensitive bool
}

type offered struct {
	Name, County  string
	Capacity      int
	Opens, Closes local.Date
	Record        string  // what evidence there is of attendance: sheet, attested, both, none
	Show          float64 // of those seated, how many come
	Meetings      []held  `toml:"meeting"`

	workplace string   // whose own it is
	with      []string // other workplaces that hold it too
}

type held struct {
	Date                                 local.Date
	Start, End                           local.Clock
	Breaks                               []string // "12:00-13:00"
	Place, Address, Municipality, Online string
}

// A book is all of data/, read.
type book struct {
	municipalities []municipality
	employers      []employer
	workplaces     []workplace
	plan           plan
	events         []event
	written        []written
	aims           aims
	names          map[string][]string // woman, man, family
}

func read() (*book, error) {
	b := &book{names: map[string][]string{}}
	rows, err := table("municipalities.csv", 5)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		b.municipalities = append(b.municipalities, municipality{code: r[0], name: r[1], countyCode: r[2], county: r[3]})
	}
	if rows, err = table("employers.csv", 3); err != nil {
		return nil, err
	}
	for _, r := range rows {
		b.employers = append(b.employers, employer{r[0], r[1], r[2]})
	}
	if rows, err = table("workplaces.csv", 6); err != nil {
		return nil, err
	}
	for _, r := range rows {
		w := workplace{key: r[0], name: r[1], kind: r[2], code: r[3], employer: r[4]}
		if _, err := fmt.Sscan(r[5], &w.staff); err != nil {
			return nil, fmt.Errorf("demo: staff of %s: %w", w.key, err)
		}
		b.workplaces = append(b.workplaces, w)
	}
	if _, err := toml.DecodeFS(data, "data/programme.toml", &b.plan); err != nil {
		return nil, err
	}
	var activities struct{ Activity []event }
	if _, err := toml.DecodeFS(data, "data/activities.toml", &activities); err != nil {
		return nil, err
	}
	b.events = activities.Activity
	var publications struct{ Publication []written }
	if _, err := toml.DecodeFS(data, "data/publications.toml", &publications); err != nil {
		return nil, err
	}
	b.written = publications.Publication
	if _, err := toml.DecodeFS(data, "data/focus.toml", &b.aims); err != nil {
		return nil, err
	}
	text, err := data.ReadFile("data/names.txt")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		if list, names, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && !strings.HasPrefix(line, "#") {
			b.names[list] = strings.Split(names, ", ")
		}
	}
	return b, nil
}

// table returns the rows of a CSV file below its header.
func table(name string, columns int) ([][]string, error) {
	text, err := data.ReadFile("data/" + name)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = columns
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("demo: %s: %w", name, err)
	}
	return rows[1:], nil
}
