package web

import (
	"net/url"
	"strings"

	"kompobib/internal/web/view"
)

// A spread is how far the workplaces of a programme have come with something, in all and by county.
type spread struct {
	ID       string // of its picture
	Of       string // what is counted, as the heading above it says
	Caption  string
	Headline string // the numbers in a sentence
	Steps    []step // how far one can have come, from the furthest
	All      tally
	Counties []tally
	Rows     string // the address of the page with the workplaces behind the numbers, "" for who may not read all of them
}

// A step has what it is called and how it is tallied.
type step struct{ Value, Label, Definition string }

// A tally is how many workplaces have come to each step: of a county, of those that stand under none, or all.
type tally struct {
	ID, Name string
	Counts   []int
}

// tallyOf counts by step.
func tallyOf[P comparable](id, name string, steps []P, counts map[P]int) tally {
	c := tally{ID: id, Name: name}
	for _, p := range steps {
		c.Counts = append(c.Counts, counts[p])
	}
	return c
}

func (c tally) sum() (n int) {
	for _, count := range c.Counts {
		n += count
	}
	return n
}

// named is what a line is called.
func (c tally) named(r view.Reader) string {
	if c.ID == "" {
		return r.Say("workshop.no-county")
	}
	return c.Name
}

// toCounty leads to the workplaces of a county, "" for those that stand under none.
func (s spread) toCounty(t tally) string {
	if t.ID == "" {
		return ""
	}
	return s.href("", t.ID, t.sum())
}

// href leads to the rows behind a number, "" where there are none to show.
func (s spread) href(step, county string, n int) string {
	if s.Rows == "" || n == 0 {
		return ""
	}
	path, along, several := strings.Cut(s.Rows, "?")
	if several {
		along += "&"
	}
	return path + "?" + along + query("progress", step, "county", county) + "#rows"
}

// along is what an address says beside its path: what a form with GET has to take along.
func along(address string) url.Values {
	_, q, _ := strings.Cut(address, "?")
	values, _ := url.ParseQuery(q)
	return values
}

// chart is the picture by county.
func (s spread) chart(r view.Reader) view.Chart {
	c := view.Chart{Title: r.Say("workshop.by-county-chart"), Text: s.Headline, Full: true}
	for _, p := range s.Steps {
		c.Parts = append(c.Parts, p.Label)
	}
	for _, t := range s.Counties {
		c.Bars = append(c.Bars, view.Bar{Label: t.named(r), Note: r.Say("workshop.of", r.Number(t.Counts[0]), r.Number(t.sum())), Parts: t.Counts})
	}
	return c
}

func (s spread) columns(r view.Reader) []view.Column {
	columns := []view.Column{{Label: r.State("unit-kind", "county")}}
	for _, p := range s.Steps {
		columns = append(columns, view.Column{Label: p.Label, Number: true})
	}
	return append(columns, view.Column{Label: r.Say("workshop.all"), Number: true})
}

// progressOptions are the steps to choose among.
func (s spread) progressOptions(r view.Reader) []view.Option {
	options := []view.Option{{Label: r.Say("workshop.all")}}
	for _, p := range s.Steps {
		options = append(options, view.Option{Value: p.Value, Label: p.Label})
	}
	return options
}

// countyOptions are the counties to choose among.
func (s spread) countyOptions(r view.Reader) []view.Option {
	options := []view.Option{{Label: r.Say("workshop.all")}}
	for _, t := range s.Counties {
		if t.ID != "" {
			options = append(options, view.Option{Value: t.ID, Label: t.Name})
		}
	}
	return options
}

// coveredAtOnce is how many workplaces a page shows. Where there are more, the counties come first, and each opens to its workplaces.
const coveredAtOnce = 100

// A pick is which of the workplaces behind a spread its page shows.
type pick struct {
	Progress, County string // "" for all
	Chosen           int    // how many these are
	Folded           bool   // too many to show before a county or a state is chosen
	Previous, Next   string // the pages before and behind, "" for none
}

// choose returns the rows that the address asks for, by county and by how far they have come.
func choose[T any](r view.Reader, rows []T, counties int, at func(T) (county, progress string)) (p pick, chosen []T) {
	p.Progress, p.County = r.Query().Get("progress"), r.Query().Get("county")
	for _, row := range rows {
		if county, progress := at(row); (p.Progress == "" || p.Progress == progress) && (p.County == "" || p.County == county) {
			chosen = append(chosen, row)
		}
	}
	p.Chosen = len(chosen)
	p.Folded = p.Progress == "" && p.County == "" && counties > 1 && len(chosen) > coveredAtOnce
	return p, chosen
}
