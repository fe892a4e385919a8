package web

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/programme"
	"kompobib/internal/web/locale"
	"kompobib/internal/web/view"
)

func confirmPath(at learningAt, commitment string, ord int) string {
	return at.at("commitments/" + commitment + "/conditions?check=" + strconv.Itoa(ord))
}

// sentence is a commitment in one: when that happens, we do this.
func sentence(l locale.Language, w focus.Wording) string {
	return l.Say("focus.commitment-sentence", strings.TrimRight(w.Happens, ".,"), strings.TrimRight(w.Act, "."))
}

// monthsText are months as people say them.
func monthsText(r view.Reader, m focus.Months) string {
	words := make([]string, len(m))
	for i, n := range m {
		words[i] = strconv.Itoa(n)
	}
	return r.Join(words)
}

// shortText is how a text begins, in whole words on one line, to tell it by.
func shortText(s string) string {
	const most = 70
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	s = string([]rune(s)[:most])
	if i := strings.LastIndexByte(s, ' '); i > most/2 {
		s = s[:i]
	}
	return strings.TrimRight(s, " .,;:") + " …"
}

// posterText is as much of a text as a poster has room for: its first paragraphs.
func posterText(body string) string {
	const most = 600
	text, n := "", 0
	for _, part := range view.Paragraphs(body) {
		if n += utf8.RuneCountInString(part); n > most && text != "" {
			break
		}
		text += part + "\n\n"
	}
	return text
}

func writerNames(r view.Reader, d focusPage) string {
	var all []string
	for _, id := range d.Writers {
		all = append(all, ownerName(r, d.Names, id))
	}
	return r.Join(all)
}

// answersChart is how many users answered what.
func answersChart(r view.Reader, a focus.Answered) view.Chart {
	c := view.Chart{Title: r.Count("focus.answers-all", a.All), Text: r.Say("focus.answers-text", r.Number(a.Counts["yes"]), r.Number(a.All)), Whole: a.All}
	for _, is := range focus.Noticed {
		c.Bars = append(c.Bars, view.Bar{Label: r.State("noticed", is), Parts: []int{a.Counts[is]}})
	}
	return c
}

// answersID tells the pictures of the answers about a focus apart.
func answersID(f focus.Focus, i int) string {
	if i == 0 {
		return f.ID
	}
	return f.ID + "-" + strconv.Itoa(i)
}

// askedText is what some answers are to; where that was the usual question, which asks no more, also what it was about.
func askedText(r view.Reader, a focus.Answered) string {
	text := questionText(r, a.Asked)
	if !a.Now && a.Asked.Question == "" {
		text = a.Asked.Statement + " – " + locale.Swedish.Say("focus.question-usual")
	}
	return text
}

// askedLanguage is that of [askedText].
func askedLanguage(r view.Reader, a focus.Answered) string {
	if !a.Now {
		return "sv"
	}
	return questionLanguage(r, a.Asked)
}

// answersAnchor is where on a workplace's page of its focus the answers about one stand.
func answersAnchor(at learningAt, f focus.Focus) string {
	if f.Workplace == at.Workplace {
		return "#answers"
	}
	return "#earlier-" + f.ID
}

// withoutLinks are signs for who needs none: on paper, and on the page of the commitment that they are of.
func withoutLinks(signs []focus.Sign) []focus.Sign {
	all := make([]focus.Sign, len(signs))
	for i, s := range signs {
		s.Act = ""
		all[i] = s
	}
	return all
}

// besideTheirs are the signs of a commitment on its own page: those that were noted when it was worded otherwise with what it said then.
func besideTheirs(signs []focus.Sign) []focus.Sign {
	all := withoutLinks(signs)
	for i, s := range signs {
		if s.Before {
			all[i].Act = s.Act
		}
	}
	return all
}

func commitmentCrumbs(r view.Reader, d commitmentPage) []view.Link {
	if d.Focus.Workplace == "" {
		return ownCrumbs(r)
	}
	return append(d.At.crumbs(r), view.Link{Href: d.At.at("commitments"), Text: r.Say("focus.commitments")})
}

func commitmentFacts(r view.Reader, d commitmentPage) (facts []view.Fact) {
	c := d.Focus
	if c.Workplace != "" {
		facts = append(facts, view.Fact{Label: r.Say("focus.owner-label"), Value: ownerName(r, d.Names, c.Owner)})
	}
	facts = append(facts, view.Fact{Label: r.Say("focus.starts"), Value: r.Date(c.Starts)}, view.Fact{Label: r.Say("focus.due-label"), Value: r.Date(c.Due)},
		view.Fact{Label: r.Say("focus.goal-label"), Value: d.Goal, Lang: "sv"})
	if c.Check != "" {
		facts = append(facts, view.Fact{Label: r.Say("focus.next-check"), Value: r.Date(c.Check)})
	}
	if d.From != "" {
		facts = append(facts, view.Fact{Label: r.Say("focus.idea-label"), Value: d.From})
	}
	if c.Ideas > 0 {
		facts = append(facts, view.Fact{Label: r.Say("focus.shared-label"), Value: r.Count("focus.used-by", c.Ideas)})
	} else if c.Shared {
		facts = append(facts, view.Fact{Label: r.Say("focus.shared-label"), Value: r.Say("focus.is-shared")})
	}
	return facts
}

// before is the event before one in a history that begins with the last.
func before(events []focus.Event, i int) focus.Event {
	if i+1 < len(events) {
		return events[i+1]
	}
	return focus.Event{}
}

// eventText is what happened.
func eventText(r view.Reader, d commitmentPage, i int) string {
	e, was := d.Events[i], before(d.Events, i)
	switch {
	case e.Act == "create":
		return r.Say("focus.event-create")
	case e.Act == "state":
		return r.Say("focus.event-state")
	case e.Owner != was.Owner && was.Version > 0:
		return r.Say("focus.event-owner", ownerName(r, d.Names, e.Owner))
	case e.Reworded(was):
		return r.Say("focus.event-wording")
	}
	return r.Say("focus.event-change")
}

func stateOptions(r view.Reader) []view.Option {
	var states []string
	for _, s := range focus.States {
		states = append(states, string(s))
	}
	return view.None(r.Say("focus.any"), view.Options(r, "commitment-state", states...))
}

func standingOptions(r view.Reader) []view.Option {
	options := []view.Option{{Label: r.Say("focus.any")}}
	for _, s := range focus.Standings {
		options = append(options, view.Option{Value: string(s), Label: r.Say("focus.standing-" + string(s))})
	}
	return options
}

func goalChoices(r view.Reader, goals []programme.GoalArea) []view.Option {
	return append(view.None(r.Say("focus.any"), goalsOf(goals)), view.Option{Value: "none", Label: r.Say("focus.goal-none")})
}

// firstOf reports whether an idea is the first of its workplace in a list.
func firstOf(list []focus.Idea, i int) bool {
	return slices.IndexFunc(list, func(x focus.Idea) bool { return x.Workplace == list[i].Workplace }) == i
}

// planOffer is what of a workplace's plan there is to take: all of it, or what is left.
func planOffer(r view.Reader, x focus.Idea) string {
	if x.Left < x.Shares {
		return r.Say("focus.plan-rest", x.Name, x.Left, x.Shares)
	}
	return r.Say("focus.plan-use", x.Name, r.Number(x.Shares))
}

func ideaText(r view.Reader, x focus.Idea) string {
	parts := []string{r.State("commitment-state", string(x.State))}
	if x.Used > 0 {
		parts = append(parts, r.Count("focus.used-by", x.Used))
	}
	return strings.Join(parts, " · ")
}

// ideaFrom is whose an idea is and what it is for, by names given in Swedish.
func ideaFrom(x focus.Idea, goal string) string {
	if goal != "" {
		return x.Name + " · " + goal
	}
	return x.Name
}

func questionTitle(r view.Reader, d question) string {
	if d.Thanks {
		return r.Say("focus.thanks")
	}
	return questionText(r, d.Text)
}

func followUpTitle(r view.Reader, d followUp) string {
	if d.Answered != "" && len(d.Faults) == 0 {
		return r.Say("focus.thanks")
	}
	return r.Say("focus.say")
}

func answerVariant(i int) string {
	if i == 0 {
		return "primary"
	}
	return "secondary"
}

func countColumns(r view.Reader) []view.Column {
	columns := []view.Column{{Label: r.Say("focus.goal-label")}}
	for _, state := range focus.States {
		columns = append(columns, view.Column{Label: r.State("commitment-state", string(state)), Number: true})
	}
	return append(columns, view.Column{Label: r.Say("focus.due-now"), Number: true}, view.Column{Label: r.Say("focus.late"), Number: true}, view.Column{Label: r.Say("focus.together"), Number: true})
}

// commitmentsStage is the part of a programme's overview that tells how far commitments have come.
func commitmentsStage(ctx context.Context, c db.Conn, s *Server, r view.Reader, p programme.Programme) (templ.Component, error) {
	d := commitmentsPage{Programme: p, Open: mayOpen(r, access.SeeLearning, p.ID)}
	var err error
	if d.Goals, err = programme.Goals(ctx, c, p.ID); err != nil {
		return nil, err
	}
	d.Counts, err = focus.Counts(ctx, c, r.Viewer, focus.Filter{Programme: p.ID, On: s.today(p.Zone)})
	return commitmentsStageView(r, d), err
}
