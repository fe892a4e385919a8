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
	for _, text := range texts {
		u, ok := municipalityOf(tree, text)
		if !ok {
			named := slices.DeleteFunc(tree.Units(), func(u people.Unit) bool { return people.Fold(u.Name) != people.Fold(text) && u.ID != text })
			if len(named) != 1 {
				return nil, fault.List{ErrScope.At("scope", text)}
			}
			u = named[0]
		}
		ids = append(ids, u.ID)
	}
	return ids, nil
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
	slices.SortStableFunc(all, func(a, b people.Unit) int {
		return cmp.Compare(apart(people.Fold(a.Name), people.Fold(text)), apart(people.Fold(b.Name), people.Fold(text)))
	})
	var like []string
	for _, u := range all[:min(len(all), 8)] {
		like = append(like, u.Name)
	}
	return "", fault.List{ErrAsked.At("municipality", text, strings.Join(like, ", "))}
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

// EmployerChoice finds an employer by number, name or id; of one that is not there it gives the name, and the number if it is told too.
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
	for _, e := range all {
		if e.ID == text || number != "" && e.OrgNumber == number || number == "" && people.Fold(e.Name) == people.Fold(name) {
			choices.Employer = e.ID
			return choices, nil
		}
	}
	if strings.TrimSpace(name) == "" {
		return choices, fault.List{ErrEmployer.At("employer")}
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
		lines = append(lines, mask(fmt.Sprint(arg)))
	}
	return strings.Join(lines, "\n")
}
