package activity

import (
	"context"
	"strconv"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
)

// hides reports whether v is told of a person by a handle, and not who they are: of anyone else with protected identity. See
// docs/decisions/0024-a-protected-person-is-a-number.md.
func hides(v access.Viewer, person string, protected bool) bool {
	return protected && person != v.Person && v.Person != access.System.Person
}

const (
	numbered = "participant-"
	walkedIn = "walk-in-"
)

// handle is what stands for a person with protected identity at one occasion, where others have an id: the number that they are told by.
func handle(number int) string {
	if number < 0 {
		return walkedIn + strconv.Itoa(-number)
	}
	return numbered + strconv.Itoa(number)
}

// numberOf is the number in a handle; other texts are none.
func numberOf(text string) (number int, ok bool) {
	digits, sign := strings.TrimPrefix(text, numbered), 1
	if walked, found := strings.CutPrefix(text, walkedIn); found {
		digits, sign = walked, -1
	}
	number, err := strconv.Atoi(digits)
	number *= sign
	return number, err == nil && number != 0 && handle(number) == text
}

// whom returns the ids of the persons who are named by ids, or by handles at an occasion. A handle that is nobody's stays as it is, and so is
// nobody's id. It asks once if there is a handle.
func whom(ctx context.Context, c db.Conn, occasion string, named ...string) ([]string, error) {
	persons, handles := make([]string, len(named)), false
	for i, name := range named {
		_, is := numberOf(name)
		persons[i], handles = name, handles || is
	}
	if !handles {
		return persons, nil
	}
	type row struct {
		person string
		number int
	}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.person, &r.number} }, `
		SELECT s.person, s.number FROM signup s JOIN person p ON p.id = s.person AND p.protected = 1 WHERE s.occasion = $1
		UNION ALL SELECT w.person, -w.number FROM `+walkIns("= $1")+` w JOIN person p ON p.id = w.person AND p.protected = 1 ORDER BY 2`, occasion)
	of := make(map[string]string, len(rows))
	for _, r := range rows {
		of[handle(r.number)] = r.person
	}
	for i, name := range named {
		if person, found := of[name]; found {
			persons[i] = person
		}
	}
	return persons, err
}

// walkIns is the table of those who came to occasions without having signed up, numbered at each from 1 as they were first recorded; occasions is the
// condition on their ids. Of those recorded at once what is random in their ids decides, and not who was added first.
func walkIns(occasions string) string {
	return `(SELECT f.occasion, f.person, row_number() OVER (PARTITION BY f.occasion ORDER BY f.first, substr(f.person, 15), f.person) AS number FROM (
		SELECT m.occasion, t.person, min(coalesce((SELECT min(b.recorded_at) FROM attendance_before b WHERE b.meeting = t.meeting AND b.person = t.person), t.recorded_at)) AS first
		FROM attendance t JOIN meeting m ON m.id = t.meeting
		WHERE m.occasion ` + occasions + ` AND NOT EXISTS (SELECT 1 FROM signup x WHERE x.occasion = m.occasion AND x.person = t.person) GROUP BY m.occasion, t.person) f)`
}
