package people

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/secret"
)

var (
	ErrPerson    = fault.Define(fault.NotFound, "people.person")
	ErrGiven     = fault.Define(fault.Invalid, "people.given")
	ErrFamily    = fault.Define(fault.Invalid, "people.family")
	ErrGender    = fault.Define(fault.Invalid, "people.gender")
	ErrBirthYear = fault.Define(fault.Invalid, "people.birth-year")
	ErrISCED     = fault.Define(fault.Invalid, "people.isced")
	ErrEmail     = fault.Define(fault.Invalid, "people.email")
	ErrPhone     = fault.Define(fault.Invalid, "people.phone")
	ErrLanguage  = fault.Define(fault.Invalid, "people.language")
	ErrLong      = fault.Define(fault.Invalid, "people.long") // args: the most
)

// The most characters of a name of a person, and of a title or a name of a unit or an employer.
const maxName, maxTitle = 100, 200

func short(s string, most int) bool { return utf8.RuneCountInString(s) <= most }

// Genders as the funder counts them.
var Genders = []string{"woman", "man", "unknown"}

// A Person is one of the staff, or of those who run a programme.
type Person struct {
	ID        string
	Given     string
	Family    string
	Gender    string // "" for unknown
	BirthYear int    // 0 if it is not known
	ISCED     *int   // highest completed level of education, 0 to 8; nil if it is not known
	Email     string // several may share one
	Phone     string
	Protected bool   // protected identity
	Language  string // of letters, and of pages once signed in; "" if not chosen: Swedish letters
	Version   int

	// Masked says that e-mail and phone are left out, since the person is protected and another is asking.
	Masked bool
}

// Name is the person's whole name.
func (p Person) Name() string { return p.Given + " " + p.Family }

const selectPerson = `SELECT p.id, p.given, p.family, p.gender, p.birth_year, p.isced, p.email, p.phone, p.protected, p.language, p.version FROM person p `

// check reports everything wrong with a person and makes the facts alike.
func (p *Person) check(at time.Time) error {
	year := at.Year()
	p.Given, p.Family = strings.Join(strings.Fields(p.Given), " "), strings.Join(strings.Fields(p.Family), " ")
	p.Email, p.Phone = strings.ToLower(strings.TrimSpace(p.Email)), strings.TrimSpace(p.Phone)
	if p.Gender == "" {
		p.Gender = "unknown"
	}
	var faults fault.List
	faults.Unless(p.Given != "", ErrGiven.At("given"))
	faults.Unless(p.Family != "", ErrFamily.At("family"))
	faults.Unless(short(p.Given, maxName), ErrLong.At("given", maxName))
	faults.Unless(short(p.Family, maxName), ErrLong.At("family", maxName))
	faults.Unless(numberless(p.Given, at), ErrIdentityIn.At("given"))
	faults.Unless(numberless(p.Family, at), ErrIdentityIn.At("family"))
	faults.Unless(slices.Contains(Genders, p.Gender), ErrGender.At("gender"))
	faults.Unless(p.BirthYear == 0 || 1900 <= p.BirthYear && p.BirthYear <= year-14, ErrBirthYear.At("birth_year", 1900, year-14))
	faults.Unless(p.ISCED == nil || 0 <= *p.ISCED && *p.ISCED <= 8, ErrISCED.At("isced"))
	faults.Unless(p.Email == "" || IsEmail(p.Email), ErrEmail.At("email", p.Email))
	faults.Unless(IsPhone(p.Phone), ErrPhone.At("phone"))
	faults.Unless(p.Language == "" || p.Language == "sv" || p.Language == "en", ErrLanguage.At("language"))
	return faults.Err()
}

// IsPhone reports whether s may be a number to call, or nothing.
func IsPhone(s string) bool { return strings.Trim(s, "+0123456789 ()-/") == "" && len(s) <= 30 }

// IsEmail reports whether s looks like an address; whether it leads anywhere only a letter tells.
func IsEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(strings.Trim(domain, "."), ".") && len(s) <= 254 &&
		!strings.ContainsAny(s, " \t\r\n,;<>\"()") && !strings.Contains(domain, "@") && !strings.Contains(s, "..")
}

// CreatePerson adds a person, who is not employed anywhere yet.
func CreatePerson(ctx context.Context, tx *db.Tx, p Person) (Person, error) {
	if err := p.check(tx.At); err != nil {
		return p, err
	}
	p.ID, p.Version = tx.NewID(), 1
	err := db.Insert(ctx, tx, "person", "id, given, family, sort_key, folded, gender, birth_year, isced, email, phone, protected, language", "",
		[][]any{{p.ID, p.Given, p.Family, PersonKey(p.Family, p.Given), Searchable(p.Name()), p.Gender, null(p.BirthYear), p.ISCED, p.Email, p.Phone, db.Int(p.Protected), p.Language}})
	if err != nil {
		return p, err
	}
	return p, audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "person", Row: p.ID, Detail: map[string]any{"protected": p.Protected}})
}

func null(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// UpdatePerson changes the facts of a person whom v may edit. What they were is kept sealed in the audit. Of a
// protected person, an empty e-mail or phone keeps what is there, since who edits does not see it.
func UpdatePerson(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, p Person) error {
	if err := mayEdit(ctx, tx, v, p.ID); err != nil {
		return err
	}
	return update(ctx, tx, ring, p, func(was Person) Person {
		if was.Protected {
			p.Email, p.Phone = or(p.Email, was.Email), or(p.Phone, was.Phone)
		}
		return p
	})
}

// ChooseLanguage changes the language in which v reads pages and letters.
func ChooseLanguage(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, language string) error {
	return update(ctx, tx, ring, Person{ID: v.Person}, func(was Person) Person {
		was.Language = language
		return was
	})
}

// UpdateOwn changes how v is reached: address, phone and language. Other facts are the office's to correct.
func UpdateOwn(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, version int, email, phone, language string) error {
	return update(ctx, tx, ring, Person{ID: v.Person, Version: version}, func(was Person) Person {
		was.Version, was.Email, was.Phone, was.Language = version, email, phone, language
		return was
	})
}

func update(ctx context.Context, tx *db.Tx, ring *secret.Ring, p Person, change func(was Person) Person) error {
	was, err := db.One(ctx, tx, ScanPerson, selectPerson+`WHERE p.id = $1`, p.ID)
	if err != nil {
		return found(err, ErrPerson)
	}
	p = change(was)
	if err := p.check(tx.At); err != nil {
		return err
	}
	err = current(tx.Exec(ctx, `UPDATE person SET given = $1, family = $2, sort_key = $3, folded = $4, gender = $5, birth_year = $6, isced = $7,
			email = $8, phone = $9, protected = $10, language = $11, version = version + 1 WHERE id = $12 AND version = $13`,
		p.Given, p.Family, PersonKey(p.Family, p.Given), Searchable(p.Name()), p.Gender, null(p.BirthYear), p.ISCED,
		p.Email, p.Phone, db.Int(p.Protected), p.Language, p.ID, p.Version))
	if err != nil {
		return err
	}
	var fields, values []string
	for _, f := range []struct{ name, was, is string }{
		{"given", was.Given, p.Given}, {"family", was.Family, p.Family}, {"gender", was.Gender, p.Gender},
		{"birth_year", strconv.Itoa(was.BirthYear), strconv.Itoa(p.BirthYear)}, {"isced", level(was.ISCED), level(p.ISCED)},
		{"email", was.Email, p.Email}, {"phone", was.Phone, p.Phone},
		{"protected", strconv.FormatBool(was.Protected), strconv.FormatBool(p.Protected)}, {"language", was.Language, p.Language},
	} {
		if f.was != f.is {
			fields, values = append(fields, f.name), append(values, f.name+": "+f.was)
		}
	}
	return recordWas(ctx, tx, ring, audit.Event{Act: "change", Entity: "person", Row: p.ID, Subject: p.ID, Detail: map[string]any{"fields": fields}}, values)
}

// recordWas records an event with what was before, sealed with the key of whom it is about.
func recordWas(ctx context.Context, tx *db.Tx, ring *secret.Ring, e audit.Event, was []string) (err error) {
	if len(was) > 0 {
		if e.Sealed, err = secret.Seal(ctx, tx, ring, e.Subject, strings.Join(was, "\n")); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, e)
}

func or(a, b string) string {
	if strings.TrimSpace(a) == "" {
		return b
	}
	return a
}

func level(isced *int) string {
	if isced == nil {
		return ""
	}
	return strconv.Itoa(*isced)
}

// GetPerson returns a person whom v may see. A protected one is there only for themselves and, masked, for
// whoever may edit them.
func GetPerson(ctx context.Context, c db.Conn, v access.Viewer, id string) (Person, error) {
	args := []any{id}
	p, err := db.One(ctx, c, ScanPerson, selectPerson+`WHERE p.id = $1 AND `+personSeen(v, &args), args...)
	if err != nil {
		return Person{}, found(err, ErrPerson)
	}
	if p.Protected && p.ID != v.Person && v.Person != access.System.Person {
		p.Masked, p.Email, p.Phone = true, "", ""
	}
	return p, nil
}

// seeing are the rights by which others than the person see a row.
var seeing = []access.Right{access.SeePeople, access.SeeStaff}

// personSeen is the condition in SQL that v may see the person p.
func personSeen(v access.Viewer, args *[]any) string {
	*args = append(*args, v.Person)
	self := "p.id = $" + strconv.Itoa(len(*args))
	return "(" + self + " OR p.protected = 0 AND " + staff(v, args, seeing...) + " OR p.protected = 1 AND " + staff(v, args, access.EditPeople) + ")"
}

// staff is the condition in SQL that the person p is, was or will be employed where v has one of the rights, or is
// employed nowhere and v may edit people.
func staff(v access.Viewer, args *[]any, rights ...access.Right) string {
	scope := v.Staff(rights...)
	switch {
	case scope.All:
		return "1 = 1"
	case !slices.ContainsFunc(rights, v.Can):
		return "1 = 0"
	}
	here := "EXISTS (SELECT 1 FROM employment s WHERE s.person = p.id AND " + within("s", v, scope, args) + ")"
	if v.Can(access.EditPeople) {
		return "(" + here + " OR NOT EXISTS (SELECT 1 FROM employment s WHERE s.person = p.id))"
	}
	return here
}

// within is the condition in SQL that an employment is within a scope: a contact's ends with the employment.
func within(employment string, v access.Viewer, scope access.StaffScope, args *[]any) string {
	ever := employment + ".workplace IN " + db.In(args, scope.Ever)
	if len(scope.Today) == 0 {
		return ever
	}
	today := employment + ".workplace IN " + db.In(args, scope.Today)
	return "(" + ever + " OR " + today + " AND (" + employment + ".valid_to IS NULL OR " + employment + ".valid_to > " + parameter(args, string(cmp.Or(v.On, "9999-12-31"))) + "))"
}

// MayEdit reports whether v may edit a person.
func MayEdit(ctx context.Context, c db.Conn, v access.Viewer, id string) (bool, error) {
	err := mayEdit(ctx, c, v, id)
	if errors.Is(err, ErrPerson) {
		return false, nil
	}
	return err == nil, err
}

// mayEdit returns a fault if v may not edit a person.
func mayEdit(ctx context.Context, c db.Conn, v access.Viewer, id string) error {
	args := []any{id}
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM person p WHERE p.id = $1 AND `+staff(v, &args, access.EditPeople), args...)
	if err == nil && n == 0 {
		return ErrPerson
	}
	return err
}

// A Name is what a person is called in a list.
type Name struct {
	ID, Given, Family string // no names of a protected person
	SortKey           string
	Protected         bool
}

// String is the whole name, "" for a protected person.
func (n Name) String() string { return strings.TrimSpace(n.Given + " " + n.Family) }

// Names returns the names of persons whose rows v has been found to have a right to see. Those of protected
// persons are left out for all but themselves and the system, which writes their letters. An id that has gone up in another has that one's.
func Names(ctx context.Context, c db.Conn, v access.Viewer, ids []string) (map[string]Name, error) {
	var args []any
	in := db.In(&args, ids)
	rows, err := db.All(ctx, c, func(n *Name) []any { return []any{&n.ID, &n.Given, &n.Family, &n.SortKey, db.Truth(&n.Protected)} },
		`SELECT id, given, family, sort_key, protected FROM person WHERE id IN `+in+`
		UNION ALL SELECT m.person, p.given, p.family, p.sort_key, p.protected FROM person_merge m JOIN person p ON p.id = m.into_person WHERE m.person IN `+in, args...)
	if err != nil {
		return nil, err
	}
	names := make(map[string]Name, len(rows))
	for _, n := range rows {
		if n.Protected && n.ID != v.Person && v.Person != access.System.Person {
			n.Given, n.Family, n.SortKey = "", "", ""
		}
		names[n.ID] = n
	}
	return names, nil
}
