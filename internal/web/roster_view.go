package web

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
	"kompobib/internal/web/locale"
	"kompobib/internal/web/view"
)

func importTime(r view.Reader, t time.Time) string { return r.Time(t, zone) }

func fieldName(r view.Reader, f roster.Field) string { return r.Say("roster-field." + string(f)) }

// placeSays is what a workplace of a list was taken for.
func placeSays(r view.Reader, p roster.PlaceView) string {
	switch p.How {
	case roster.New:
		return r.Say("roster.place-made", p.Parent)
	case roster.Renamed:
		return r.Say("roster.place-renamed", p.Was)
	case roster.Same:
		return r.Say("roster.place-same")
	}
	return r.Say("roster.place-alike")
}

// factSays is a fact as people read it, not as it is stored.
func factSays(r view.Reader, f roster.Field, stored string) string {
	switch {
	case stored == "":
		return ""
	case f == roster.Gender:
		return r.State("gender", stored)
	case f == roster.Share:
		if share, err := strconv.ParseFloat(stored, 64); err == nil {
			return r.FullTime(int(math.Round(share * 10)))
		}
	case (f == roster.From || f == roster.To) && local.Date(stored).Valid(): // of one that ends the workplace is told
		return r.Date(local.Date(stored))
	}
	return stored
}

// changeSays is a fact and what becomes of it.
func changeSays(r view.Reader, c roster.Change) string {
	c.Was, c.Is = factSays(r, c.Field, c.Was), factSays(r, c.Field, c.Is)
	switch {
	case c.Is == "" && c.Was == "":
		return fieldName(r, c.Field)
	case c.Was == "":
		return fieldName(r, c.Field) + ": " + c.Is
	case c.Is == "":
		return r.Say("roster.ends", c.Was)
	}
	return fieldName(r, c.Field) + ": " + c.Was + " → " + c.Is
}

// laterSays is why an employment begins later than the list tells.
func laterSays(r view.Reader, l roster.Begins) string {
	switch {
	case l.Told == "":
		return r.Say("roster.later-hidden")
	case l.Workplace == "":
		return r.Say("roster.later-held", l.Told, l.From)
	}
	return r.Say("roster.later-place", l.Told, l.Workplace, l.From)
}

// mistakeArgs are what the words of a mistake are filled in with.
func mistakeArgs(r view.Reader, s roster.Shown) (args []any) {
	for _, a := range s.Args {
		n, err := strconv.Atoi(a)
		switch {
		case s.Code == roster.ErrEarly.Code:
			args = append(args, local.Date(a))
		case s.Code == roster.ErrNoColumn.Code:
			args = append(args, fieldName(r, roster.Field(a)))
		case err == nil && s.Code == people.ErrBirthYear.Code:
			args = append(args, n)
		default:
			args = append(args, a)
		}
	}
	return args
}

// cureOf is what puts a mistake right; of lists that were read before it was noted, the list.
func cureOf(s roster.Shown) roster.Cure { return cmp.Or(s.Cure, roster.InList) }

// troubleSays is why a file could not be read.
func troubleSays(r view.Reader, trouble string) string {
	lines := strings.Split(trouble, "\n")
	var args []any
	for _, arg := range lines[1:] {
		if n, err := strconv.Atoi(arg); err == nil {
			args = append(args, n)
		} else {
			args = append(args, arg)
		}
	}
	return r.Say(lines[0], args...)
}

// accepted reports whether a row is to be carried out as it stands.
func (d importPage) accepted(s roster.Shown) bool {
	return !d.waitsForDay(s.Kind) && (s.Choice == roster.Yes || s.Choice == "" && !d.Choices.Declined[s.Kind])
}

// waitsForDay reports whether nothing comes of a kind until it is told from which day people were gone.
func (d importPage) waitsForDay(k roster.Kind) bool {
	return k == roster.Left && d.Choices.LeftOn == ""
}

// kindName is what a kind is called: nobody has left for not being in the list until someone has said when.
func (d importPage) kindName(r view.Reader, k roster.Kind) string {
	if d.waitsForDay(k) {
		return r.Say("roster.not-listed")
	}
	return r.Say("roster-kind." + string(k))
}

// outdated reports whether what the list says may be something else by now.
func (d importPage) outdated() bool { return len(d.Since) > 0 || !d.Other.IsZero() }

// toldWords are the words for why the list is not read as of the day that it, or its name, tells.
func (d importPage) toldWords() string {
	if d.View.Told > d.On {
		return "roster.on-later"
	}
	return "roster.on-earlier"
}

// toldDay is a day that a list tells of: the month, if that is all that it tells.
func toldDay(l locale.Language, day local.Date) string {
	if strings.HasSuffix(string(day), "-01") {
		return l.Month(string(day[:7]))
	}
	return l.Date(day)
}

// tabs are the kinds of rows, with how many there are.
func (d importPage) tabs(r view.Reader) (links []view.Link) {
	for _, k := range d.kinds() {
		l := view.Link{Href: "/imports/" + d.ID + "?kind=" + string(k), Text: d.kindName(r, k) + " (" + r.Number(d.count(k)) + ")"}
		if k == d.Kind {
			l.Href = ""
		}
		links = append(links, l)
	}
	return links
}

// changes is how many rows there are to say yes to.
func (d importPage) changes() (n int) {
	for _, k := range d.kinds() {
		if k != roster.Mistaken && !d.waitsForDay(k) {
			n += d.count(k)
		}
	}
	return n
}

// working are the words for what is being done with an import.
func (d importPage) working() string {
	switch {
	case d.Job.Kind == rosterPrepare:
		return "roster.working"
	case d.stoppable() && d.Job.Kind == rosterApply:
		return "roster.waits"
	case d.stoppable():
		return "roster.waits-undo"
	case d.Job.Kind == rosterApply:
		return "roster.under-way"
	}
	return "roster.under-way-undo"
}

// stoppable reports whether what is to be done with an import has not begun to be done.
func (d importPage) stoppable() bool {
	return d.Job.Kind != rosterPrepare && (d.Job.State == "waiting" || d.Job.Done < begun)
}

// lists are those that the kept were changed by.
func (d importPage) lists() (ids []string) {
	for _, why := range d.Summary.Why {
		if why.Import != "" && !slices.Contains(ids, why.Import) {
			ids = append(ids, why.Import)
		}
	}
	return ids
}

// named are the lists that are told of by name: by which the kept were changed, and for which something stays.
func (d importPage) named() []string {
	ids := d.lists()
	for _, s := range slices.Concat(d.Summary.Units, d.Summary.Employers) {
		ids = append(ids, s.Lists...)
	}
	return ids
}

// byHand reports whether somebody was kept whom undoing another list does not help.
func (d importPage) byHand() bool {
	for _, why := range d.Summary.Why {
		if why.Import == "" {
			return true
		}
	}
	return false
}

func rosterName(r view.Reader, s roster.Shown) string {
	if s.Protected {
		return r.Say("roster.protected")
	}
	return s.Name
}

func rowNumber(s roster.Shown) string {
	if s.Row == 0 {
		return "–"
	}
	if s.Sheet != "" {
		return s.Sheet + " " + strconv.Itoa(s.Row)
	}
	return strconv.Itoa(s.Row)
}

func total(counts map[roster.Kind]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// staleRows are the rows that had become another matter, as they are told.
func (d importPage) staleRows() string {
	var texts []string
	for _, s := range d.Summary.Stale {
		if s.Row > 0 {
			texts = append(texts, s.String())
		}
	}
	return strings.Join(texts, ", ")
}

// staleCount is how many rows had become another matter, also where it is not known where they stand.
func (d importPage) staleCount() int { return len(d.Summary.Stale) - len(d.stalePersons()) }

// stalePersons are those of whom no row tells that had become another matter.
func (d importPage) stalePersons() (ids []string) {
	for _, s := range d.Summary.Stale {
		if s.Person != "" {
			ids = append(ids, s.Person)
		}
	}
	return ids
}

func importFacts(r view.Reader, d importPage) []view.Fact {
	facts := []view.Fact{{Label: r.Say("roster.employer-of"), Value: d.EmployerName}, {Label: r.Say("roster.received"), Value: importTime(r, d.MadeAt)},
		{Label: r.Say("roster.by"), Value: whoDid(r, d.Kept, d.MadeBy)}}
	if d.EmployerName != "" && d.Employer == "" {
		facts[0].Value = r.Say("roster.new-one", d.EmployerName)
	}
	if d.EmployerName != "" {
		scope := r.Say("roster.scope-all")
		if len(d.Choices.Units) > 0 {
			scope = strings.Join(slices.Sorted(maps.Values(d.Scope)), ", ")
		}
		facts = slices.Insert(facts, 1, view.Fact{Label: r.Say("roster.scope-of"), Value: scope})
	}
	if d.On != "" {
		facts = append(facts, view.Fact{Label: r.Say("roster.on"), Value: r.Date(d.On)})
	}
	if d.Choices.LeftOn != "" {
		facts = append(facts, view.Fact{Label: r.Say("roster.left-on"), Value: r.Date(d.Choices.LeftOn)})
	}
	if d.File != "" {
		facts = append(facts, view.Fact{Label: r.Say("roster.deleted-on"), Value: r.Date(d.DeleteOn)})
	}
	return facts
}
