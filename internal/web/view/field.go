package view

import (
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/fault"
)

// A Field is one field of a form, as it was filled in.
type Field struct {
	Name     string
	Label    string
	Lang     string // of the label, where it is not the page's
	Help     string // a sentence below the label
	Value    string
	Values   []string // of a group of checkboxes: those that are ticked
	Options  []Option // of a select, radios or checkboxes
	Kind     string   // of an input: text, email, tel, number, date, time, search, password, file; text if empty
	Optional bool     // says so beside the label: what may be left out is marked, not what must be there
	Rows     int      // of a text area
	Width    string   // of an input: "short" for a time or a number, "medium" for a date; else all
	Unit     string   // after the input: "min", "%"
	Auto     string   // autocomplete: "email", "one-time-code"
	Accept   string   // of a file
	Min, Max string   // of a number or a date; the subject checks them, this only helps
	Inputs   string   // inputmode: "numeric"
	Off      bool     // shown, but not to be changed
	Warnings []string // what may be a slip: pointed out, not refused
}

// An Option of a select or a group. Options with the same Group stand together under its name.
type Option struct {
	Value, Label string
	Help         string
	Group        string
	Lang         string // of the label, where it is not the page's
	Off          bool
	Under        int // how many of a tree's levels it stands below, where a box is ticked for it
}

// Options is a list of options from values, with the words of a table of states.
func Options(r Reader, table string, values ...string) []Option {
	options := make([]Option, len(values))
	for i, v := range values {
		options[i] = Option{Value: v, Label: r.State(table, v)}
	}
	return options
}

// None is an option of no choice, to stand first.
func None(label string, options []Option) []Option {
	return append([]Option{{Label: label}}, options...)
}

// A Form is what a form is made of beside its fields.
type Form struct {
	Action  string
	ID      string // for fields that stand outside it: form="id"
	Version int    // of the row that is edited, 0 for none: goes along as "version"
	Key     string // idempotency key that came with it, "" for a new one: goes along as "key"
	Files   bool
	Keep    bool // leaving it half written asks first
	Unsaved bool // it comes back with what was typed: leaving it asks first already
	Quiet   bool // no frame of its own: a button in a list
	Swap    bool // what comes of it is this page again: with script, only its main part is loaded anew
}

// Stale tells of one field that someone else has changed meanwhile.
type Stale struct{ Label, Yours, Theirs string }

// A StaleNote says that a form was filled in from what is no longer so, and what differs.
type StaleNote struct {
	Title, Next  string // what has happened, and what to do
	Field, Yours string // the headings of what differs and of how it was; Field "" for what has no labels
	Changes      []Stale
}

// Quicker is the note that someone else has changed the same meanwhile.
func Quicker(r Reader, changes []Stale) StaleNote {
	return StaleNote{r.Say("view.stale"), r.Say("view.stale-next"), r.Say("view.stale-field"), r.Say("view.stale-yours"), changes}
}

func (n StaleNote) columns(r Reader) []Column {
	list := []Column{{Label: n.Yours}, {Label: r.Say("view.stale-theirs")}}
	if n.Field != "" {
		list = slices.Insert(list, 0, Column{Label: n.Field})
	}
	return list
}

// mistakesTitle is what stands above mistakes: also where nothing is wrong but that it came too soon after others.
func mistakesTitle(r Reader, faults fault.List) string {
	if len(faults) == 1 && faults[0].Kind == fault.TooMany {
		return r.Say("view.too-soon")
	}
	return r.Count("view.mistakes", len(faults))
}

func (f Field) kind() string {
	if f.Kind == "" {
		return "text"
	}
	return f.Kind
}

func (f Field) rows() string { return strconv.Itoa(max(f.Rows, 3)) }

// described is what describes the input to a screen reader: help and fault.
func (f Field) described(faults fault.List) string {
	var ids []string
	if f.Help != "" {
		ids = append(ids, f.Name+"-help")
	}
	if faults.In(f.Name) != nil {
		ids = append(ids, f.Name+"-fault")
	}
	if len(f.Warnings) > 0 {
		ids = append(ids, f.Name+"-warning")
	}
	return strings.Join(ids, " ")
}

func (f Field) picked(value string) bool {
	return value == f.Value && f.Values == nil || slices.Contains(f.Values, value)
}

func (f Field) optionID(i int) string {
	if i == 0 {
		return f.Name // where the summary of mistakes leads
	}
	return f.Name + "-" + strconv.Itoa(i)
}

// groups returns the options in the order of their groups, those without one first.
func (f Field) groups() (groups []string) {
	for _, o := range f.Options {
		if !slices.Contains(groups, o.Group) {
			groups = append(groups, o.Group)
		}
	}
	return groups
}

func (f Field) within(group string) (options []Option) {
	for _, o := range f.Options {
		if o.Group == group {
			options = append(options, o)
		}
	}
	return options
}
