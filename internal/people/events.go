package people

import (
	"context"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
)

// Withheld stands for a person with protected identity among events, to who may not know which one.
const Withheld = "protected"

// Events are those of [audit.List] as v may read them. Who sees all events but may not edit people is not led to anyone with protected
// identity. What was done to such a person's rows is not there, since it stands among what was done to their colleagues', but for their account; what
// they did, and what is left, is told without person, row, reason and details, and an event that names one in its details without those. Asked for by its row, or as
// one, none of it is there: whoever knows the row would learn whose it is. What they did in office, to others' numbers, roles and lists, is told but for who they
// are: it must be possible to follow up. So are their own acts to themselves. It reads the ids of all of them, who are few.
func Events(ctx context.Context, c db.Conn, v access.Viewer, f audit.Filter) ([]audit.Event, error) {
	if v.Can(access.EditPeople) {
		return audit.List(ctx, c, v, f)
	}
	protected, err := db.Values[string](ctx, c, `SELECT id FROM person WHERE protected = 1
		UNION SELECT m.person FROM person_merge m JOIN person p ON p.id = m.into_person WHERE p.protected = 1 ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	protected = slices.DeleteFunc(protected, func(id string) bool { return id == v.Person })
	is := func(id string) bool { _, found := slices.BinarySearch(protected, id); return found }
	official := func(e audit.Event) bool { return slices.Contains(inOffice, e.Entity) }
	f.Without = protected
	if of(f.Row, is) {
		return nil, nil
	}
	list, err := audit.List(ctx, c, v, f)
	if f.Row != "" || f.ID != "" {
		list = slices.DeleteFunc(list, func(e audit.Event) bool { return is(e.Actor) && !official(e) })
	}
	for i := range list {
		e := &list[i]
		by, about := is(e.Actor), is(e.Subject) || of(e.Row, is)
		if by {
			e.Actor = Withheld
		}
		if about {
			e.Subject = Withheld
		}
		if hidden := by && !official(*e) || about; hidden {
			e.Row, e.Sealed, e.Why, e.Detail = "", "", "", nil
		} else if names(e.Detail, is) {
			e.Why, e.Detail = "", nil
		}
	}
	return list, err
}

// inOffice are what somebody does in office to what is others'.
var inOffice = []string{"identity_number", "role_grant", "audit", "roster_import"}

// of reports whether a row is a person's: its id is theirs, or a part of it.
func of(row string, is func(id string) bool) bool {
	return slices.ContainsFunc(strings.Split(row, "/"), is)
}

// names reports whether a value of an event's details names a person.
func names(value any, is func(id string) bool) bool {
	switch value := value.(type) {
	case string:
		return is(value)
	case []any:
		return slices.ContainsFunc(value, func(v any) bool { return names(v, is) })
	case map[string]any:
		for key, v := range value {
			if is(key) || names(v, is) {
				return true
			}
		}
	}
	return false
}
