package people

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
)

// Departed is the condition that a person has been on the roster, and that all their employments have ended by a day: both are expressions.
// One who never was on it has not left it.
func Departed(person, day string) string {
	return `(EXISTS (SELECT 1 FROM employment e WHERE e.person = ` + person + `) AND NOT EXISTS (SELECT 1 FROM employment e WHERE e.person = ` + person + ` AND (e.valid_to IS NULL OR e.valid_to > ` + day + `)))`
}

// A StillContact is the role as a contact of a unit that someone holds who is [Departed].
type StillContact struct {
	Grant, Person, Unit string
	Given, Family       string
}

// StillContacts are those on a day of units that v reaches as who may edit the person, or manages accounts; of one person, or with "" of all, in order of
// name. Protected persons are in no list.
func StillContacts(ctx context.Context, c db.Conn, v access.Viewer, on local.Date, person string) ([]StillContact, error) {
	args := []any{on, person}
	where := "1 = 1"
	if !v.Can(access.ManageAccounts) {
		where = staff(v, &args, access.EditPeople)
		if scope := v.Staff(access.EditPeople); !scope.All {
			where += " AND g.unit IN " + db.In(&args, slices.Concat(scope.Workplaces(), scope.Areas))
		}
	}
	return db.All(ctx, c, func(s *StillContact) []any { return []any{&s.Grant, &s.Person, &s.Unit, &s.Given, &s.Family} }, `
		SELECT g.id, g.person, g.unit, p.given, p.family FROM role_grant g JOIN account a ON a.person = g.person AND a.disabled = 0 JOIN person p ON p.id = g.person
		WHERE g.role = 'contact' AND g.valid_from <= $1 AND (g.valid_to IS NULL OR g.valid_to > $1) AND ($2 = '' AND p.protected = 0 OR g.person = $2)
			AND `+Departed("g.person", "$1")+` AND `+where+` ORDER BY p.sort_key, p.id, g.id`, args...)
}
