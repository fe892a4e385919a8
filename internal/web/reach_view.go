package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/report"
	"kompobib/internal/web/view"
)

// maxBars is how many bars a picture has before it says less than its table.
const maxBars = 40

func orLast(on, today local.Date) local.Date { return cmp.Or(on, today) }

// cut splits a text at its first blank.
func cut(s string) (before, after string) {
	before, after, _ = strings.Cut(s, " ")
	return before, after
}

// groupLabel is what a group of a breakdown is called.
func groupLabel(r view.Reader, by report.By, l report.Line) string {
	switch by {
	case report.ByGender:
		return r.State("gender", l.ID)
	case report.ByRole:
		return r.State("staff-role", l.ID)
	case report.ByKind:
		return r.State("workplace-kind", l.ID)
	case report.ByAge, report.ByShare:
		from, to, _ := strings.Cut(l.ID, "-")
		unit := "reach." + string(by)
		switch {
		case l.ID == "":
			return r.Say("reach.age-unknown")
		case from == "":
			return r.Say(unit+"-to", to)
		case to == "" && by == report.ByShare:
			return r.Say("reach.share-full")
		case to == "":
			return r.Say(unit+"-from", from)
		}
		return r.Say(unit+"-between", from, to)
	}
	if l.Name == "" {
		return r.Say("reach.no-place")
	}
	if by == report.ByMunicipality && l.County == "" {
		return r.Say("reach.no-municipality", l.Name)
	}
	return l.Name
}

// reachLead says what to do where there is something to choose among.
func reachLead(r view.Reader, list []programme.Programme) string {
	if len(list) == 0 {
		return ""
	}
	return r.Say("reach.start")
}

// headline is the whole of reach in a sentence.
func headline(r view.Reader, d report.Report) string {
	all, attended := d.Total.Counts[report.Staff], d.Total.Counts[report.Attended]
	switch {
	case !d.Total.Shown[report.Staff] || !d.Total.Shown[report.Attended]:
		return r.Say("reach.headline-hidden")
	case all == 0:
		return r.Say("reach.headline-nobody")
	case d.Own:
		return r.Say("reach.headline-own", r.Number(attended), r.Number(all), r.Share(attended, all), d.Query.On)
	}
	return r.Say("reach.headline", r.Number(attended), r.Number(all), r.Share(attended, all), d.Query.On)
}

// cell is a figure of a line, and whether it is shown.
func cell(r view.Reader, l report.Line, f report.Figure) string {
	if !l.Shown[f] {
		return r.Say("reach.hidden")
	}
	return r.Number(l.Counts[f])
}

// together is what is hidden of a figure, a dash if nothing is.
func together(r view.Reader, l report.Line, f report.Figure) string {
	if l.Shown[f] && l.Counts[f] == 0 {
		return "–"
	}
	return cell(r, l, f)
}

// shareOf is a figure as a share of all staff.
func shareOf(r view.Reader, l report.Line, f report.Figure) string {
	if !l.Shown[f] || !l.Shown[report.Staff] || l.Counts[report.Staff] == 0 {
		return ""
	}
	return r.Share(l.Counts[f], l.Counts[report.Staff])
}

// funnel is the picture of how many are left at each figure.
func funnel(r view.Reader, d report.Report) view.Chart {
	c := view.Chart{Title: r.Say("reach.funnel"), Text: headline(r, d)}
	for _, f := range report.Figures {
		b := view.Bar{Label: r.Say("reach." + f.Name()), Parts: []int{d.Total.Counts[f]}, Note: cell(r, d.Total, f), Shy: !d.Total.Shown[f]}
		if share := shareOf(r, d.Total, f); share != "" && f != report.Staff {
			b.Note += " (" + share + ")"
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

// pictured reports whether the breakdown is drawn.
func pictured(d report.Report) bool { return len(d.Lines) > 1 && len(d.Lines) <= maxBars }

// bars is the picture of the breakdown: how large a share of each group has attended.
func bars(r view.Reader, d report.Report) view.Chart {
	c := view.Chart{Title: r.Say("reach.bars", strings.ToLower(r.Say("reach.by-"+string(d.Query.By)))), Text: r.Say("reach.bars-text"), Whole: 100}
	for _, l := range d.Lines {
		b := view.Bar{Label: groupLabel(r, d.Query.By, l), Note: shareOf(r, l, report.Attended), Parts: []int{0}}
		if b.Note == "" {
			b.Note, b.Shy = r.Say("reach.hidden"), true
		} else if all := l.Counts[report.Staff]; all > 0 {
			b.Parts[0] = l.Counts[report.Attended] * 100 / all
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

// rowsHref leads to the persons behind a figure, "" for who may not see them.
func rowsHref(r view.Reader, d report.Report, f report.Figure, by report.By, group, goal string) string {
	if !d.Open {
		return ""
	}
	q := []string{"figure", f.Name(), "on", string(d.Query.On)}
	if goal != "" {
		q = append(q, "goal", goal)
	}
	if by != "" {
		q = append(q, "by", string(by), "group", group)
	}
	return "/programmes/" + d.Programme.Slug + "/reach/rows?" + query(q...)
}

// byOptions are the breakdowns that this reader may have.
func byOptions(r view.Reader, d report.Report) []view.Option {
	var options []view.Option
	for _, by := range report.Breakdowns {
		if d.Open || by != report.ByKind {
			options = append(options, view.Option{Value: string(by), Label: r.Say("reach.by-" + string(by))})
		}
	}
	return options
}

func reachGoals(r view.Reader, goals []programme.GoalArea) []view.Option {
	options := make([]view.Option, len(goals))
	for i, g := range goals {
		options[i] = view.Option{Value: g.ID, Label: g.Name}
	}
	return view.None(r.Say("reach.whole"), options)
}

func goalName(goals []programme.GoalArea, id string) string {
	i := slices.IndexFunc(goals, func(g programme.GoalArea) bool { return g.ID == id })
	if i < 0 {
		return ""
	}
	return goals[i].Name
}

func rowName(r view.Reader, p report.Row) string {
	if p.Protected {
		return r.Say("reach.protected")
	}
	return p.Given + " " + p.Family
}

func rowRole(r view.Reader, p report.Row) string {
	if p.Role == "" {
		return ""
	}
	return r.State("staff-role", p.Role)
}

// rowsTitle is the figure and the group that rows are behind.
func rowsTitle(r view.Reader, d reachRows) string {
	if d.Group == "" {
		return r.Say("reach." + d.Figure.Name())
	}
	return r.Say("reach."+d.Figure.Name()) + ": " + d.Group
}

// aboutOptions are what one can be invited to.
func aboutOptions(r view.Reader, d notReached) []view.Option {
	options := []view.Option{{Value: "programme", Label: d.Programme.ShortName}}
	for _, g := range d.Goals {
		options = append(options, view.Option{Value: report.AboutGoal + " " + g.ID, Label: g.Name, Group: r.Say("reach.about-goal")})
	}
	for _, e := range d.Next {
		options = append(options, view.Option{Value: "occasion " + e.ID, Label: r.Date(e.Date) + ", " + e.FullTitle(), Group: r.Say("reach.about-occasion")})
	}
	return options
}

// missedUnits are the places that the list can be narrowed to.
func missedUnits(r view.Reader, d notReached) []view.Option {
	var options []view.Option
	for _, u := range d.Tree.Units(people.County) {
		options = append(options, view.Option{Value: u.ID, Label: u.Name, Group: r.State("unit-kind", "county")})
	}
	for _, u := range d.Tree.Units(people.Municipality) {
		options = append(options, view.Option{Value: u.ID, Label: u.Name, Group: r.State("unit-kind", "municipality")})
	}
	return view.None(r.Say("reach.everywhere"), options)
}

func stageOptions(r view.Reader) []view.Option {
	var options []view.Option
	for _, s := range report.Stages {
		options = append(options, view.Option{Value: string(s), Label: r.Say("reach.stage-" + string(s))})
	}
	return view.None(r.Say("reach.stage-any"), options)
}

// query is an address's query, in pairs.
func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q.Encode()
}

// reachColumns are the figures as columns, after one for the group.
func reachColumns(r view.Reader, first string) []view.Column {
	columns := []view.Column{{Label: first}}
	for _, f := range report.Figures {
		columns = append(columns, view.Column{Label: r.Say("reach." + f.Name()), Number: true})
	}
	return append(columns, view.Column{Label: r.Say("reach.share-attended"), Number: true})
}

func funnelTitle(r view.Reader, d report.Report) string {
	if d.Query.Goal == "" {
		return r.Say("reach.whole")
	}
	return goalName(d.Goals, d.Query.Goal)
}

func missedLead(r view.Reader, d notReached) string {
	if d.Query.Goal == "" {
		return r.Say("reach.missed-lead")
	}
	return r.Say("reach.missed-lead-goal", goalName(d.Goals, d.Query.Goal))
}

func ticked(d notReached, person string) bool { return slices.Contains(d.Ticked, person) }

// invitable is how many of the list can be invited.
func invitable(d notReached) (n int) {
	for _, p := range d.Rows {
		if !p.Protected {
			n++
		}
	}
	return n
}

// contactOf is how to reach who has no address.
func contactOf(r view.Reader, p report.Row) string {
	if p.Phone == "" {
		return r.Say("reach.no-address")
	}
	return r.Say("reach.call", p.Phone)
}
