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
// one, none of it is there: whoever knows the row would learn whose it is. It reads the ids of all of them, who are few.
func Events(ctx context.Context, c db.Conn, v access.Viewer, f audit.Filter) ([]audit.Event, error) {
	if v.Can(access.EditPeople) {
		return audit.List(ctx, c, v, f)
	}
	protected, err := db.Values[string](ctx, c, `SELECT id FROM person WHERE protected = 1
		UNION SELECT m.person FROM person_merge m JOIN person p ON p.id = m.into_person WHERE p.protected = 1 ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	is := func(id string) bool { _, found := slices.BinarySearch(protected, id); return found }
	f.Without = protected
	if f.Row != "" || f.ID != "" {
		if of(f.Row, is) {
			return nil, nil
		}
		f.NotBy = protected
	}
	list, err := audit.List(ctx, c, v, f)
	for i := range list {
		e := &list[i]
		by, about := is(e.Actor), is(e.Subject) || of(e.Row, is)
		if by {
			e.Actor = Withheld
		}
		if about {
			e.Subject = Withheld
		}
		if by || about {
			e.Row, e.Sealed = "", ""
		}
		if by || about || names(e.Detail, is) {
			e.Why, e.Detail = "", nil
		}
	}
	return list, err
}

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
