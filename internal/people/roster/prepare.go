package roster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/secret"
)

// Prepare reads a file and compares it, with what was chosen by hand for the employer's last list. It changes nothing.
func Prepare(ctx context.Context, d *db.DB, ring *secret.Ring, v access.Viewer, name string, file []byte, choices Choices, today local.Date) (list *List, diff *Difference, all Choices, err error) {
	all = choices
	if list, err = Read(ctx, ring, name, file, choices.Mapping, today); err != nil {
		return nil, nil, all, err
	}
	if choices.OnGuessed && list.told(today) != "" { // it may have lain ahead when the list was read first
		choices.On, choices.OnGuessed = "", false
		all = choices
	}
	var known Against
	now := d.Now()
	err = d.Snapshot(ctx, func(c db.Conn) error {
		if known, err = against(ctx, c, now); err != nil {
			return err
		}
		if diff, err = Compare(ctx, c, v, list, all); err != nil || diff.Employer.ID == "" {
			return err
		}
		recalled, err := Recall(ctx, c, diff.Employer.ID, list.Parts, choices)
		if err != nil || maps.Equal(recalled.Mapping, choices.Mapping) && maps.Equal(recalled.Places, choices.Places) {
			return err
		}
		all = recalled
		if !maps.Equal(recalled.Mapping, choices.Mapping) {
			if list, err = Read(ctx, ring, name, file, all.Mapping, today); err != nil {
				return err
			}
		}
		diff, err = Compare(ctx, c, v, list, all)
		return err
	})
	if diff != nil {
		diff.against = known
	}
	return list, diff, all, err
}

// Units finds the parts of the tree that texts name, by code or name.
func Units(ctx context.Context, c db.Conn, on local.Date, texts []string) (ids []string, err error) {
	tree, err := people.LoadTree(ctx, c, on)
	if err != nil {
		return nil, err
	}
	asked := make([]string, 0, len(texts))
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" { // as is left of a comma at the end
			asked = append(asked, text)
		}
	}
	if len(texts) > 0 && len(asked) == 0 { // that is no scope, but must not be that of all
		return nil, noScope(ctx, c, tree, on, strings.Join(texts, ","), nil)
	}
	for _, text := range asked {
		u, ok := municipalityOf(tree, text)
		if !ok {
			named := slices.DeleteFunc(tree.Units(), func(u people.Unit) bool { return people.Fold(u.Name) != people.Fold(text) && u.ID != text })
			if len(named) != 1 {
				return nil, noScope(ctx, c, tree, on, text, named)
			}
			u = named[0]
		}
		ids = append(ids, u.ID)
	}
	return ids, nil
}

// noScope says why a text names no one part of the tree, and what it may have meant.
func noScope(ctx context.Context, c db.Conn, tree *people.Tree, on local.Date, text string, named []people.Unit) error {
	if len(named) > 1 {
		var which []string
		for _, u := range named {
			which = append(which, fmt.Sprintf("%s (%s)", u.ID, tree.Name(u.Parent)))
		}
		return fault.List{ErrScopes.At("scope", text, strings.Join(which, ", "))}
	}
	if known, err := EmployerChoice(ctx, c, text); err == nil && known.Employer != "" {
		return fault.List{ErrScopeEmployer.At("scope", text)}
	}
	all := tree.Units(people.Municipality, people.Workplace)
	if len(all) == 0 {
		return ErrNoTree.With(on)
	}
	return fault.List{ErrNoScope.At("scope", text, alike(all, text, 5))}
}

// alike are the names of the units that are most like a text.
func alike(units []people.Unit, text string, most int) string {
	text = people.Fold(text)
	far := func(u people.Unit) int {
		name := people.Fold(u.Name)
		if text != "" && strings.Contains(name, text) || strings.Contains(text, name) {
			return 0
		}
		return apart(name, text)
	}
	slices.SortStableFunc(units, func(a, b people.Unit) int { return cmp.Compare(far(a), far(b)) })
	var names []string
	for _, u := range units {
		if !slices.Contains(names, u.Name) {
			names = append(names, u.Name)
		}
	}
	return strings.Join(names[:min(len(names), most)], ", ")
}

// MunicipalityChoice finds the municipality that a text means by name or code, for [Choices]; "" for none.
func MunicipalityChoice(ctx context.Context, c db.Conn, on local.Date, text string) (id string, err error) {
	if text == "" {
		return "", nil
	}
	tree, err := people.LoadTree(ctx, c, on)
	if err != nil {
		return "", err
	}
	if u, ok := municipalityOf(tree, text); ok && u.Kind == people.Municipality {
		return u.ID, nil
	}
	all := tree.Units(people.Municipality)
	if len(all) == 0 {
		return "", ErrNoTree.With(on)
	}
	return "", fault.List{ErrAsked.At("municipality", text, alike(all, text, 8))}
}

// apart is how many letters have to be changed, added or left out to make one word of another.
func apart(a, b string) int {
	to := []rune(b)
	row := make([]int, len(to)+1)
	for i := range row {
		row[i] = i
	}
	for i, r := range []rune(a) {
		before := row[0]
		row[0] = i + 1
		for j, s := range to {
			change := before
			if r != s {
				change++
			}
			before, row[j+1] = row[j+1], min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}

// EmployerChoice finds an employer by number, name or id; of one that is not there it gives the name, and the number if it is told too. Who is known by name
// without a number is them.
func EmployerChoice(ctx context.Context, c db.Conn, text string) (choices Choices, err error) {
	all, err := people.Employers(ctx, c, "")
	if err != nil {
		return choices, err
	}
	number, name := "", text
	for word := range strings.FieldsSeq(text) {
		if n, err := people.ParseOrgNumber(word); err == nil {
			number, name = n, strings.Join(strings.Fields(strings.Replace(text, word, "", 1)), " ")
		}
	}
	var named []people.Employer // without a number
	for _, e := range all {
		if e.OrgNumber == "" && people.Fold(e.Name) == people.Fold(name) {
			named = append(named, e)
		}
		if e.ID == text || number != "" && e.OrgNumber == number || number == "" && people.Fold(e.Name) == people.Fold(name) {
			choices.Employer = e.ID
			return choices, nil
		}
	}
	if len(named) == 1 {
		choices.Employer = named[0].ID
		return choices, nil
	}
	if strings.TrimSpace(name) == "" {
		return choices, fault.List{ErrEmployer.At("employer")}
	}
	if _, _, has := numbersIn(name, ages); has { // a sole trader's, say
		return choices, fault.List{people.ErrOrgPerson.At("employer")}
	}
	if Mask(name) != name { // mistyped, as its own or somebody's
		return choices, fault.List{people.ErrOrgNumber.At("employer")}
	}
	choices.NewEmployer, choices.OrgNumber = name, number
	return choices, nil
}

// Trouble is what kept an import from being read: the code of its words and what they are filled in with, a line each; "" if err is no fault.
func Trouble(err error) string {
	faults := fault.Of(err)
	if len(faults) == 0 || errors.Is(err, ErrMayNot) {
		return ""
	}
	lines := []string{faults[0].Code}
	for _, arg := range faults[0].Args {
		lines = append(lines, Mask(fmt.Sprint(arg)))
	}
	return strings.Join(lines, "\n")
}
