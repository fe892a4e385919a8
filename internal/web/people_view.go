package web

import (
	"slices"
	"strconv"

	"kompobib/internal/access"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/web/view"
)

// whereOptions are the counties and municipalities that a list can be limited to, and the unit that it is.
func whereOptions(r view.Reader, d peopleList) []view.Option {
	options := []view.Option{{Label: r.Say("person.everywhere")}}
	for _, kind := range []people.Kind{people.County, people.Municipality} {
		for _, u := range d.Tree.Units(kind) {
			options = append(options, view.Option{Value: u.ID, Label: u.Name, Group: r.State("unit-kind", string(kind))})
		}
	}
	for _, id := range d.Filter.Units {
		if u, ok := d.Tree.Unit(id); ok && u.Kind == people.Workplace {
			options = append(options, view.Option{Value: id, Label: u.Name, Group: r.State("unit-kind", "workplace")})
		}
	}
	return options
}

// firstPage is the address of the list's beginning, "" there.
func firstPage(r view.Reader) string {
	if r.Query().Get("after") == "" {
		return ""
	}
	return r.With()
}

func nextPage(r view.Reader, mark string) string {
	if mark == "" {
		return ""
	}
	return r.With("after", mark)
}

// narrowed reports whether the address chooses among the rows of a list by one of some fields.
func narrowed(r view.Reader, by ...string) bool {
	q := r.Query()
	return slices.ContainsFunc(by, func(name string) bool { return q.Get(name) != "" })
}

// stretchOf is the part of a list that the address asks for, so many rows after the number in "after", with the ways to the parts before and behind it.
func stretchOf[T any](r view.Reader, list []T, most int) (part []T, previous, next string) {
	from, _ := strconv.Atoi(r.Query().Get("after"))
	if from < 0 || from >= len(list) {
		from = 0
	}
	if from > 0 {
		previous = r.With()
		if from > most {
			previous = r.With("after", strconv.Itoa(from-most))
		}
	}
	if from+most < len(list) {
		next = r.With("after", strconv.Itoa(from+most))
	}
	return list[from:min(from+most, len(list))], previous, next
}

// personFacts are the facts of a person that are plain text.
func personFacts(r view.Reader, d personPage) []view.Fact {
	facts := []view.Fact{{Label: r.Say("person.email"), Value: d.Email}, {Label: r.Say("person.phone"), Value: d.Phone}, {Label: r.Say("person.gender"), Value: r.State("gender", d.Gender)}}
	if d.BirthYear != 0 {
		facts = append(facts, view.Fact{Label: r.Say("person.birth-year"), Value: strconv.Itoa(d.BirthYear)})
	}
	if d.ISCED != nil {
		facts = append(facts, view.Fact{Label: r.Say("person.isced"), Value: education(r, *d.ISCED)})
	}
	for _, j := range d.Joined {
		facts = append(facts, view.Fact{Label: r.Say("join.formerly"), Value: r.Say("join.formerly-until", r.Time(j.At, zone))})
	}
	return append(facts, view.Fact{Label: r.Say("person.language"), Value: map[string]string{"": r.Say("person.language-none"), "sv": "Svenska", "en": "English"}[d.Language]})
}

// education is a level of education in words.
func education(r view.Reader, level int) string { return r.Say("isced." + strconv.Itoa(level)) }

// educations are all levels to choose from.
func educations(r view.Reader) (options []view.Option) {
	for level := range 9 {
		options = append(options, view.Option{Value: strconv.Itoa(level), Label: education(r, level)})
	}
	return options
}

func employmentColumns(r view.Reader, d personPage) []view.Column {
	columns := []view.Column{{Label: r.Say("employment.workplace")}, {Label: r.Say("employment.title")}, {Label: r.Say("employment.share"), Number: true},
		{Label: r.Say("employment.employer")}, {Label: r.Say("employment.period")}}
	if d.Edit {
		columns = append(columns, view.Column{Label: r.Say("employment.steps"), Hidden: true})
	}
	return columns
}

func newEmploymentLink(r view.Reader, d personPage) view.Link {
	if !d.Edit {
		return view.Link{}
	}
	return view.Link{Href: "/people/" + d.ID + "/employments/new", Text: r.Say("employment.new")}
}

// periodText is a period in words: both days, or since when.
func periodText(r view.Reader, p local.Period) string {
	if p.To == "" {
		return r.Say("employment.since", p.From)
	}
	return r.Dates(p.From, lastDay(p))
}

// byCounty splits leaves, which come by county, into those of each.
func byCounty(leaves []people.Leaf) (counties [][]people.Leaf) {
	for i, l := range leaves {
		if i == 0 || l.County.ID != leaves[i-1].County.ID {
			counties = append(counties, nil)
		}
		last := len(counties) - 1
		counties[last] = append(counties[last], l)
	}
	return counties
}

// countyName is what a part of the list is headed by: the county, if there is one.
func countyName(r view.Reader, l people.Leaf) string {
	if l.County.Name != "" {
		return l.County.Name
	}
	return r.Say("unit.no-county")
}

// tabs are links of which the one here leads nowhere.
func tabs(here string, links ...view.Link) []view.Link {
	for i := range links {
		if links[i].Href == here {
			links[i].Href = ""
		}
	}
	return links
}

// above are the units above one, from the top.
func above(d unitPage) []people.Unit {
	if path := d.Tree.Path(d.ID); len(path) > 0 {
		return path[:len(path)-1]
	}
	return nil
}

func kindText(r view.Reader, u people.Unit) string {
	if u.Kind == people.Workplace {
		return r.State("workplace-kind", u.WorkplaceKind)
	}
	return r.State("unit-kind", string(u.Kind))
}

func unitFacts(r view.Reader, d unitPage) []view.Fact {
	return []view.Fact{{Label: r.Say("unit.kind"), Value: kindText(r, d.Unit)}, {Label: r.Say("unit.code"), Value: d.Code}}
}

// closedText tells since when a unit is closed, or from when it will be there.
func closedText(r view.Reader, d unitPage) string {
	if d.Valid.To != "" && d.Valid.To <= d.Tree.On {
		return r.Say("unit.closed", lastDay(d.Valid))
	}
	return r.Say("unit.begins", d.History[0].Valid.From)
}

// stepsOf are the steps that can be taken with a unit as it is. It is closed when the last that is known of it ends: today's row
// ends also where it has another name or place from a coming day.
func stepsOf(d unitPage) []string {
	switch {
	case d.Into.Into != "":
		return []string{"rename"}
	case d.History[len(d.History)-1].Valid.To != "":
		return []string{"rename", "reopen"}
	case d.Kind == people.Workplace:
		return []string{"rename", "move", "merge", "close"}
	case d.Parent == "":
		return []string{"rename", "close"}
	}
	return []string{"rename", "move", "close"}
}

func newUnitLink(r view.Reader) view.Link {
	if !r.Can(access.EditOrganisation) {
		return view.Link{}
	}
	return view.Link{Href: "/workplaces/new", Text: r.Say("unit.new")}
}

func newStaffLink(r view.Reader, d unitPage) view.Link {
	if !r.Can(access.EditPeople) {
		return view.Link{}
	}
	return view.Link{Href: "/people/new?workplace=" + d.ID, Text: r.Say("person.new")}
}
