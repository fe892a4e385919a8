package people

import (
	"fmt"
	"strconv"

	"kompobib/internal/db"
)

// Where the columns go that Go has another notion of than the engines: NULL as the zero value.

type nullText[S ~string] struct{ to *S }

// text scans a column that may be NULL into s, as "".
func text[S ~string](s *S) *nullText[S] { return &nullText[S]{s} }

// Scan takes what a driver gives.
func (n *nullText[S]) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*n.to = ""
	case string:
		*n.to = S(v)
	case []byte:
		*n.to = S(v)
	default:
		return fmt.Errorf("people: %T for a text", value)
	}
	return nil
}

type nullNumber struct{ to *int }

// Scan takes what a driver gives.
func (n nullNumber) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*n.to = 0
	case int64:
		*n.to = int(v)
	default:
		return fmt.Errorf("people: %T for a number", value)
	}
	return nil
}

// ScanPerson is where the columns of a person go, in the order of [Person].
func ScanPerson(p *Person) []any {
	return []any{&p.ID, &p.Given, &p.Family, &p.Gender, nullNumber{&p.BirthYear}, &p.ISCED, &p.Email, &p.Phone, db.Truth(&p.Protected), &p.Language, &p.Version}
}

// parameter appends a value to args and returns its place in the statement.
func parameter(args *[]any, value any) string {
	*args = append(*args, value)
	return "$" + strconv.Itoa(len(*args))
}
