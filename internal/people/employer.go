package people

import (
	"context"
	"strings"
	"time"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
)

var (
	ErrEmployer     = fault.Define(fault.NotFound, "people.employer")
	ErrEmployerName = fault.Define(fault.Invalid, "people.employer-name")
	ErrOrgNumber    = fault.Define(fault.Invalid, "people.org-number")
	ErrOrgPerson    = fault.Define(fault.Invalid, "people.org-person")
	ErrOrgTaken     = fault.Define(fault.Conflict, "people.org-taken")
)

// An Employer pays its staff, and sends the list of them. A municipality is often one; a region, a joint
// authority or an independent school is too.
type Employer struct {
	ID        string
	Name      string
	OrgNumber string // NNNNNN-NNNN; "" of one that a list named and nobody has given its number yet
	SortKey   string
	Version   int
}

const selectEmployer = `SELECT id, name, org_number, sort_key, version FROM employer `

func scanEmployer(e *Employer) []any {
	return []any{&e.ID, &e.Name, text(&e.OrgNumber), &e.SortKey, &e.Version}
}

// ParseOrgNumber reads an organisation number with or without hyphen or the century 16 of legal persons, and
// returns it as NNNNNN-NNNN. A sole trader's is an identity number and is refused: those are kept elsewhere.
func ParseOrgNumber(s string) (string, error) {
	digits := strings.NewReplacer("-", "", " ", "", "\u00a0", "").Replace(s)
	if len(digits) == 12 && strings.HasPrefix(digits, "16") {
		digits = digits[2:]
	}
	if len(digits) != 10 || strings.Trim(digits, "0123456789") != "" || digits[0] == '0' || luhn(digits) != 0 {
		return "", ErrOrgNumber.At("org_number")
	}
	if digits[2] < '2' { // a month
		return "", ErrOrgPerson.At("org_number")
	}
	return digits[:6] + "-" + digits[6:], nil
}

// luhn is the checksum of digits by the method of Luhn: 0 if the last one is right.
func luhn(digits string) int {
	sum := 0
	for i := range len(digits) {
		n := int(digits[i]-'0') * (1 + (len(digits)-i+1)%2) // every other doubled, from the last but one
		sum += n/10 + n%10
	}
	return sum % 10
}

// check reports everything wrong with an employer. One whom a list names, proposed, may be without a number.
func (e *Employer) check(at time.Time, proposed bool) error {
	e.Name = strings.TrimSpace(e.Name)
	var faults fault.List
	faults.Unless(e.Name != "", ErrEmployerName.At("name"))
	faults.Unless(short(e.Name, maxTitle), ErrLong.At("name", maxTitle))
	faults.Unless(numberless(e.Name, at), ErrOrgPerson.At("name"))
	if e.SortKey = SortKey(e.Name); e.OrgNumber != "" || !proposed {
		number, err := ParseOrgNumber(e.OrgNumber)
		faults.Add(err)
		e.OrgNumber = number
	}
	return faults.Err()
}

// CreateEmployer adds an employer.
func CreateEmployer(ctx context.Context, tx *db.Tx, e Employer) (Employer, error) {
	if err := e.check(tx.At, false); err != nil {
		return e, err
	}
	return insertEmployer(ctx, tx, e)
}

// ProposeEmployer adds an employer that a list of staff names. Its number may be given later, with [UpdateEmployer].
func ProposeEmployer(ctx context.Context, tx *db.Tx, e Employer) (Employer, error) {
	if err := e.check(tx.At, true); err != nil {
		return e, err
	}
	return insertEmployer(ctx, tx, e)
}

func insertEmployer(ctx context.Context, tx *db.Tx, e Employer) (Employer, error) {
	e.ID, e.Version = tx.NewID(), 1
	made, err := tx.Exec(ctx, `INSERT INTO employer (id, name, sort_key, folded, org_number) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		e.ID, e.Name, e.SortKey, Searchable(e.Name), db.Null(e.OrgNumber))
	if err != nil {
		return e, err
	}
	if made == 0 {
		return e, fault.List{ErrOrgTaken.At("org_number", e.OrgNumber)}
	}
	return e, audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "employer", Row: e.ID, Detail: map[string]any{"org_number": e.OrgNumber}})
}

// UpdateEmployer corrects an employer's name or number.
func UpdateEmployer(ctx context.Context, tx *db.Tx, e Employer) error {
	if err := e.check(tx.At, false); err != nil {
		return err
	}
	was, err := GetEmployer(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	taken, err := db.Value[int](ctx, tx, `SELECT count(*) FROM employer WHERE org_number = $1 AND id <> $2`, e.OrgNumber, e.ID)
	if err != nil {
		return err
	}
	if taken > 0 {
		return fault.List{ErrOrgTaken.At("org_number", e.OrgNumber)}
	}
	if err := current(tx.Exec(ctx, `UPDATE employer SET name = $1, sort_key = $2, folded = $3, org_number = $4, version = version + 1
		WHERE id = $5 AND version = $6`, e.Name, e.SortKey, Searchable(e.Name), e.OrgNumber, e.ID, e.Version)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "employer", Row: e.ID,
		Detail: map[string]any{"was": []string{was.Name, was.OrgNumber}, "is": []string{e.Name, e.OrgNumber}}})
}

// GetEmployer returns an employer.
func GetEmployer(ctx context.Context, c db.Conn, id string) (Employer, error) {
	e, err := db.One(ctx, c, scanEmployer, selectEmployer+`WHERE id = $1`, id)
	return e, found(err, ErrEmployer)
}

// Employers returns the employers in Swedish order: all, or those whose name holds every word of a search or whose
// number begins with it.
func Employers(ctx context.Context, c db.Conn, search string) ([]Employer, error) {
	query, args := selectEmployer+`WHERE `, []any{}
	number := strings.Trim(search, "0123456789- ") == "" && strings.TrimSpace(search) != ""
	if number {
		args = append(args, strings.TrimSpace(search)+"%")
		query += `org_number LIKE $1`
	} else {
		query += allLike("folded", search, &args)
	}
	return db.All(ctx, c, scanEmployer, query+` ORDER BY sort_key, id`, args...)
}

// EmployerNames are what employers are called.
func EmployerNames(ctx context.Context, c db.Conn, ids []string) (map[string]string, error) {
	var args []any
	rows, err := db.All(ctx, c, func(e *Employer) []any { return []any{&e.ID, &e.Name} }, `SELECT id, name FROM employer WHERE id IN `+db.In(&args, ids), args...)
	names := make(map[string]string, len(rows))
	for _, e := range rows {
		names[e.ID] = e.Name
	}
	return names, err
}
