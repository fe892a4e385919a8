package web

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"kompobib/internal/activity"
	"kompobib/internal/fault"
	"kompobib/internal/web/view"
)

func placeText(m activity.Meeting) string {
	return strings.Trim(m.Place+", "+m.Address, ", ")
}

func signInHere(r view.Reader) string { return "/sign-in?back=" + url.QueryEscape(r.Here()) }

// stepText says where who reads it stands, and what happens next.
func stepText(r view.Reader, e activity.Explanation) string {
	switch {
	case e.Next == activity.StepWait:
		return r.Say("occasion.step-wait", r.Number(e.Place))
	case e.Next == activity.StepNothing && e.Blocks != nil:
		return r.Say(e.Blocks.Code, e.Blocks.Args...)
	}
	return r.Say("occasion.step-" + string(e.Next))
}

// shortCode is a fault's word: words of few letters beside a name have a code of their own.
func shortCode(f *fault.Fault) string {
	_, word, _ := strings.Cut(f.Code, ".")
	return word
}

func questionField(r view.Reader, q activity.Question, value string, options []string) view.Field {
	f := view.Field{Name: "answer-" + q.ID, Label: q.Text, Value: value, Optional: !q.Required}
	if q.Sensitive {
		f.Help = r.Say("occasion.sensitive")
	}
	for _, o := range options {
		f.Options = append(f.Options, view.Option{Value: o, Label: o})
	}
	return f
}

func yesNoField(r view.Reader, q activity.Question, value string) view.Field {
	f := questionField(r, q, value, nil)
	f.Options = []view.Option{{Value: activity.Yes, Label: r.Say("occasion.yes")}, {Value: activity.No, Label: r.Say("occasion.no")}}
	return f
}

// describedBy ties a colleague's box to what is said below it.
func describedBy(p colleague, faults fault.List) templ.Attributes {
	name, a := "person-"+p.Colleague.Person, templ.Attributes{}
	var ids []string
	if faults.In(name) != nil {
		a["aria-invalid"] = "true"
		ids = append(ids, name+"-fault")
	}
	if len(p.Clashes) > 0 {
		ids = append(ids, name+"-help")
	}
	if ids != nil {
		a["aria-describedby"] = strings.Join(ids, " ")
	}
	return a
}

// labels name the questions and the colleagues in the summary of mistakes.
func (d occasion) labels() map[string]string {
	names := map[string]string{}
	for _, q := range d.Questions {
		names["answer-"+q.ID] = q.Text
	}
	for _, p := range d.Staff {
		names["person-"+p.Colleague.Person] = p.Name
	}
	return names
}
