package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
	"kompobib/internal/web/view"
)

var (
	errColumnTwice = fault.Define(fault.Invalid, "roster.column-twice")   // args: the column, the field that it is chosen for
	errEmployers   = fault.Define(fault.Invalid, "roster.employer-both")  // one that is there, and a new one
	errUnnamed     = fault.Define(fault.Invalid, "roster.employer-named") // a number, and no name with it
	errThere       = fault.Define(fault.Invalid, "roster.employer-there")
)

// choicesForm is how a list was understood, to be put right.
func (s *Server) choicesForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		imp, err := roster.Get(ctx, c, r.Viewer, req.PathValue("import"))
		if err != nil {
			return formPage{}, err
		}
		employers, err := people.Employers(ctx, c, "")
		if err != nil {
			return formPage{}, err
		}
		tree, err := people.LoadTree(ctx, c, s.date())
		if err != nil {
			return formPage{}, err
		}
		municipalities := namedUnits(tree.Units(people.Municipality))
		guessed := r.Say("roster.guess")
		workplaces := placedUnits(tree, tree.Units(people.Workplace))
		scope := slices.Concat(municipalities, workplaces)
		within := r.Say("roster.by-row") // what holds where none is chosen
		if u, ok := tree.Unit(imp.View.Municipality); ok {
			within = guessed + ": " + u.Name
		}
		list := []control{
			group(r.Say("roster.about"), r.Say("roster.about-help"),
				control{Field: view.Field{Name: "employer", Label: r.Say("roster.employer-of"), Value: imp.Employer, Options: view.None(r.Say("roster.employer-new"), employerOptions(employers))}, As: "select"},
				row(control{Field: view.Field{Name: "new_employer", Label: r.Say("roster.new-employer"), Value: newEmployer(imp), Optional: true}},
					control{Field: view.Field{Name: "org_number", Label: r.Say("employer.org-number"), Value: imp.Choices.OrgNumber, Optional: true, Inputs: "numeric", Width: "medium"}}),
				row(control{Field: view.Field{Name: "on", Label: r.Say("roster.on"), Help: r.Say("roster.on-help"), Kind: "date", Value: string(imp.On), Width: "medium"}},
					control{Field: view.Field{Name: "left_on", Label: r.Say("roster.left-on"), Help: r.Say("roster.left-on-help"), Kind: "date", Value: string(imp.Choices.LeftOn), Width: "medium", Optional: true}}),
				control{Field: view.Field{Name: "municipality", Label: r.Say("roster.municipality-of"), Help: r.Say("roster.municipality-help"), Value: imp.Choices.Municipality, Options: view.None(within, municipalities)}, As: "select"},
				control{Field: view.Field{Name: "unit", Label: r.Say("roster.scope-of"), Help: r.Say("roster.scope-help"), Value: onlyOne(imp.Choices.Units), Options: view.None(r.Say("roster.scope-all"), scope)}, As: "select"}),
		}
		if some := listedPlaces(imp, tree); len(some) > 0 {
			list = append(list, control{As: "fold", Parts: []control{{Field: view.Field{Name: "units", Label: r.Say("roster.scope-some"), Options: some, Values: several(imp.Choices.Units)}, As: "checkboxes"}}})
		}
		var labels []view.Option
		for _, l := range imp.View.Labels {
			labels = append(labels, view.Option{Value: l, Label: l})
		}
		var columns []control
		for _, f := range roster.Fields {
			columns = append(columns, control{Field: view.Field{Name: "column_" + string(f), Label: fieldName(r, f), Value: imp.View.Columns[f], Options: view.None(r.Say("roster.no-such-column"), labels)}, As: "select"})
		}
		list = append(list, control{Field: view.Field{Label: r.Say("roster.columns")}, As: "fold", Parts: columns})
		var places []control
		for i, p := range imp.View.Places {
			options := append([]view.Option{{Value: "", Label: guessed + ": " + placeSays(r, p)}, {Value: string(roster.New), Label: r.Say("roster.place-new")}}, workplaces...)
			places = append(places, control{Field: view.Field{Name: fmt.Sprint("place_", i), Label: p.Name, Value: imp.Choices.Places[p.Key], Options: options}, As: "select"},
				control{Field: view.Field{Name: fmt.Sprint("key_", i), Value: p.Key}, As: "hidden"})
		}
		if places != nil {
			list = append(list, control{Field: view.Field{Label: r.Say("roster.places")}, As: "fold", Parts: places})
		}
		return formPage{
			Page: view.Page{Title: r.Say("roster.understood"), Crumbs: importCrumbs(r, imp)},
			Form: view.Form{Action: "/imports/" + imp.ID + "/choices", Version: imp.Version},
			What: []string{r.Say("roster.understood-what")}, Controls: list, Submit: r.Say("roster.reread"), Back: "/imports/" + imp.ID,
		}, nil
	}
}

// newEmployer is what an employer is called that is to be made.
func newEmployer(imp roster.Import) string {
	if imp.Employer == "" && imp.Choices.NewEmployer == "" {
		return imp.EmployerName
	}
	return imp.Choices.NewEmployer
}

func onlyOne(list []string) string {
	if len(list) != 1 {
		return ""
	}
	return list[0]
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func several(list []string) []string {
	if len(list) < 2 {
		return nil
	}
	return list
}

// listedPlaces are the workplaces that a list names, and else those that it is already whole for.
func listedPlaces(imp roster.Import, tree *people.Tree) []view.Option {
	ids := several(imp.Choices.Units)
	for _, p := range imp.View.Places {
		if p.Unit != "" && !slices.Contains(ids, p.Unit) {
			ids = append(ids, p.Unit)
		}
	}
	var units []people.Unit
	for _, id := range ids {
		if u, ok := tree.Unit(id); ok {
			units = append(units, u)
		}
	}
	return placedUnits(tree, units)
}

// placedUnits are units told with what they lie in: many municipalities have a workplace of the same name.
func placedUnits(tree *people.Tree, units []people.Unit) (options []view.Option) {
	for _, u := range units {
		options = append(options, view.Option{Value: u.ID, Label: u.Name + " (" + tree.Name(u.Parent) + ")"})
	}
	return options
}

func namedUnits(units []people.Unit) (options []view.Option) {
	for _, u := range units {
		options = append(options, view.Option{Value: u.ID, Label: u.Name})
	}
	return options
}

func importCrumbs(r view.Reader, imp roster.Import) []view.Link {
	return []view.Link{{Href: "/imports", Text: r.Say("roster.list")}, {Href: "/imports/" + imp.ID, Text: imp.FileName}}
}

// saveChoices takes what was put right, and reads the file once more with it.
func (s *Server) saveChoices(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	imp, err := roster.Get(req.Context(), s.DB, r.Viewer, req.PathValue("import"))
	if err != nil {
		return err
	}
	if imp.State != roster.Ready {
		return roster.ErrState
	}
	in := formOf(req)
	choices := roster.Choices{Employer: in.text("employer"), On: in.date("on"), LeftOn: in.date("left_on"), Municipality: in.text("municipality"),
		Mapping: roster.Mapping{}, Places: map[string]string{}, Declined: imp.Choices.Declined}
	choices.OnGuessed = imp.Choices.OnGuessed && choices.On == imp.On // what the form was filled in with was not chosen
	var faults fault.List
	named, numbered := strings.TrimSpace(in.text("new_employer")), strings.TrimSpace(in.text("org_number"))
	if choices.Employer == "" {
		choices.NewEmployer, choices.OrgNumber = named, numbered
		known, err := roster.EmployerChoice(req.Context(), s.DB, named+" "+numbered)
		switch {
		case err != nil && fault.Of(err) == nil:
			return err
		case len(people.NumbersIn(named, s.date())) > 0:
			faults = append(faults, people.ErrOrgPerson.At("new_employer"))
		case roster.Mask(named) != named:
			faults = append(faults, people.ErrOrgNumber.At("new_employer"))
		case named != "":
			faults.Unless(err != nil || known.Employer == "", errThere.At("new_employer"))
		case numbered == "":
		case err == nil && known.Employer != "": // whose number it is says who
			choices.Employer, choices.OrgNumber = known.Employer, ""
		default:
			faults = append(faults, errUnnamed.At("new_employer"))
		}
	} else { // what the form was filled in with was not typed
		faults.Unless(named == "" || named == newEmployer(imp), errEmployers.At("new_employer"))
		faults.Unless(numbered == "" || numbered == imp.Choices.OrgNumber, errEmployers.At("org_number"))
	}
	ticked := in.Values["units"]
	if unit := in.text("unit"); unit != "" && unit != onlyOne(imp.Choices.Units) && sameSet(ticked, several(imp.Choices.Units)) {
		ticked = nil // one that is chosen takes the place of those that were ticked before
	}
	for _, unit := range append([]string{in.text("unit")}, ticked...) {
		if unit != "" && !slices.Contains(choices.Units, unit) {
			choices.Units = append(choices.Units, unit)
		}
	}
	chosen := map[string]roster.Field{}
	for _, f := range roster.Fields {
		column := in.text("column_" + string(f))
		if of, twice := chosen[column]; twice && column != "" {
			faults = append(faults, errColumnTwice.At("column_"+string(f), column, fieldName(r, of)))
		}
		chosen[column] = f
		if column != imp.View.Columns[f] || imp.Choices.Mapping[f] != "" {
			choices.Mapping[f] = column
		}
	}
	for i := 0; in.Has(fmt.Sprint("key_", i)); i++ {
		if at := in.text(fmt.Sprint("place_", i)); at != "" {
			choices.Places[in.text(fmt.Sprint("key_", i))] = at
		}
	}
	faults.Unless(choices.LeftOn == "" || choices.LeftOn.Valid(), local.ErrDate.At("left_on"))
	if choices.OrgNumber != "" {
		number, err := people.ParseOrgNumber(choices.OrgNumber)
		if choices.OrgNumber = number; !faults.Add(err) {
			return err
		}
	}
	imp.Version = in.version()
	err = faults.Err()
	if err == nil {
		imp.Choices = choices
		_, _, _, err = s.tryChoices(req.Context(), r, imp)
	}
	if err != nil {
		return s.askAgain(w, req, r, err, s.choicesForm(req, r))
	}
	return s.reread(w, req, r, imp, 0)
}

// tryChoices finds out whether choices can be carried out at all.
func (s *Server) tryChoices(ctx context.Context, r view.Reader, imp roster.Import) (*roster.List, *roster.Difference, roster.Choices, error) {
	content, err := roster.Content(ctx, s.DB, s.Ring, s.Files, imp)
	if err != nil {
		return nil, nil, imp.Choices, err
	}
	return roster.Prepare(ctx, s.DB, s.Ring, r.Viewer, imp.FileName, content, imp.Choices, s.date())
}
