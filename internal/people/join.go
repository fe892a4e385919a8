package people

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

var (
	ErrJoinOther  = fault.Define(fault.Invalid, "people.join-other")
	ErrJoinKeep   = fault.Define(fault.Invalid, "people.join-keep")
	ErrJoinSelf   = fault.Define(fault.Forbidden, "people.join-self")
	ErrJoinNumber = fault.Define(fault.Conflict, "people.join-number")
)

// A Joining is that two persons turn out to be one. What else refers to them is moved by the rooms whose it is: see office.JoinPersons.
type Joining struct {
	Keep, Drop string
	Number     string // of two who both have an identity number: whose is right
	Why        string // and why
}

// check returns everything wrong with a joining that v wants, of persons whom v may edit.
func (j Joining) check(ctx context.Context, c db.Conn, v access.Viewer) error {
	switch {
	case j.Keep == j.Drop || j.Drop == "":
		return fault.List{ErrJoinOther.At("other")}
	case j.Keep == "":
		return fault.List{ErrJoinKeep.At("keep")}
	}
	for _, id := range []string{j.Keep, j.Drop} {
		if err := mayEdit(ctx, c, v, id); err != nil {
			return err
		}
		if id == v.Person {
			return ErrJoinSelf
		}
	}
	numbers, err := db.Value[int](ctx, c, `SELECT count(*) FROM identity_number WHERE person IN ($1, $2)`, j.Keep, j.Drop)
	if err != nil || numbers < 2 {
		return err
	}
	var faults fault.List
	faults.Unless(v.Can(access.SeeIdentity) && (j.Number == j.Keep || j.Number == j.Drop), ErrJoinNumber.At("number"))
	faults.Unless(strings.TrimSpace(j.Why) != "", ErrWhy.At("why"))
	return faults.Err()
}

// MayJoin reports everything wrong with a joining, as far as this room knows.
func MayJoin(ctx context.Context, c db.Conn, v access.Viewer, j Joining) error {
	return j.check(ctx, c, v)
}

// JoinPersons makes one of two persons who are locked, and to whom nothing refers any more but this room. Who stays keeps the facts they have,
// gets those that they lack, and is protected if either was. Employments follow; two that are the same but for their days, and
// that overlap, become one. What stood in the row that goes is kept, sealed, in the audit.
func JoinPersons(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, j Joining) error {
	if err := j.check(ctx, tx, v); err != nil {
		return err
	}
	both, err := db.All(ctx, tx, ScanPerson, selectPerson+`WHERE p.id IN ($1, $2)`, j.Keep, j.Drop)
	if err != nil {
		return err
	}
	if len(both) != 2 {
		return fault.Stale
	}
	keep, drop := both[0], both[1]
	if keep.ID != j.Keep {
		keep, drop = drop, keep
	}
	events, err := joinEmployments(ctx, tx, keep.ID, drop.ID)
	if err != nil {
		return err
	}
	number, err := joinNumbers(ctx, tx, ring, j)
	if err != nil {
		return err
	}
	if err := joinFacts(ctx, tx, keep, drop, number == drop.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE person_merge SET into_person = $1 WHERE into_person = $2`, keep.ID, drop.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO person_merge (person, into_person, at) VALUES ($1, $2, $3)`, drop.ID, keep.ID, tx.At); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM person WHERE id = $1`, drop.ID); errors.Is(err, db.ErrDangling) {
		return fault.Stale // something has come to refer to them meanwhile
	} else if err != nil {
		return err
	}
	was, err := secret.Seal(ctx, tx, ring, keep.ID, strings.Join(factsOf(drop), "\n"))
	if err != nil {
		return err
	}
	detail := map[string]any{"from": drop.ID, "employments": len(events)}
	if number != "" {
		detail["identity_number"] = number
	}
	gone := audit.Event{Act: "merge", Entity: "person", Row: drop.ID, Why: strings.TrimSpace(j.Why), Subject: keep.ID, Sealed: was, Detail: map[string]any{"into": keep.ID}}
	stays := audit.Event{Act: "merge", Entity: "person", Row: keep.ID, Why: strings.TrimSpace(j.Why), Subject: keep.ID, Detail: detail}
	return audit.Record(ctx, tx, append(events, gone, stays)...)
}

// factsOf are what stands in a person's row, a line each.
func factsOf(p Person) []string {
	return []string{"given: " + p.Given, "family: " + p.Family, "gender: " + p.Gender, "birth_year: " + strconv.Itoa(p.BirthYear), "isced: " + level(p.ISCED),
		"email: " + p.Email, "phone: " + p.Phone, "protected: " + strconv.FormatBool(p.Protected), "language: " + p.Language}
}

// joinFacts gives a person what only the other had. numbered says that the number is the other's, so the year of birth too.
func joinFacts(ctx context.Context, tx *db.Tx, p, other Person, numbered bool) error {
	if p.Gender == "unknown" {
		p.Gender = other.Gender
	}
	if p.BirthYear == 0 || numbered && other.BirthYear != 0 {
		p.BirthYear = other.BirthYear
	}
	if p.ISCED == nil {
		p.ISCED = other.ISCED
	}
	p.Email, p.Phone, p.Language = or(p.Email, other.Email), or(p.Phone, other.Phone), or(p.Language, other.Language)
	p.Protected = p.Protected || other.Protected
	_, err := tx.Exec(ctx, `UPDATE person SET gender = $1, birth_year = $2, isced = $3, email = $4, phone = $5, language = $6, protected = $7, version = version + 1 WHERE id = $8`,
		p.Gender, null(p.BirthYear), p.ISCED, p.Email, p.Phone, p.Language, db.Int(p.Protected), p.ID)
	return err
}

// joinNumbers leaves who stays with the right number, and returns whose it was; "" if neither has one.
func joinNumbers(ctx context.Context, tx *db.Tx, ring *secret.Ring, j Joining) (string, error) {
	type row struct{ person, sealed string }
	numbers, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.person, &r.sealed} },
		`SELECT person, sealed FROM identity_number WHERE person IN ($1, $2) ORDER BY person`, j.Keep, j.Drop)
	if err != nil || len(numbers) == 0 {
		return "", err
	}
	right := numbers[0]
	if len(numbers) == 2 && numbers[1].person == j.Number {
		right = numbers[1]
	}
	if len(numbers) == 2 {
		if _, err := tx.Exec(ctx, `DELETE FROM identity_number WHERE person IN ($1, $2) AND person <> $3`, j.Keep, j.Drop, right.person); err != nil {
			return "", err
		}
	}
	if right.person == j.Keep {
		return right.person, nil
	}
	sealed, err := secret.Reseal(ctx, tx, ring, j.Drop, j.Keep, right.sealed)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `UPDATE identity_number SET person = $1, sealed = $2 WHERE person = $3`, j.Keep, sealed[0], j.Drop)
	return right.person, err
}

// joinEmployments lets employments follow from one person to another.
func joinEmployments(ctx context.Context, tx *db.Tx, keep, drop string) (events []audit.Event, err error) {
	rows, err := db.All(ctx, tx, scanEmployment, selectEmployment+`WHERE e.person IN ($1, $2) ORDER BY e.valid_from, e.id`, keep, drop)
	if err != nil {
		return nil, err
	}
	one, into := joined(rows, keep)
	for id, other := range into {
		for _, statement := range []string{`UPDATE attendance SET employment = $1 WHERE employment = $2`, `UPDATE attendance_before SET employment = $1 WHERE employment = $2`} {
			if _, err := tx.Exec(ctx, statement, other, id); err != nil {
				return nil, err
			}
		}
	}
	for _, e := range one {
		was := rows[slices.IndexFunc(rows, func(o Employment) bool { return o.ID == e.ID })]
		if fields := differs(was, e); fields == nil && was.Person == keep && was.Follows == e.Follows {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE employment SET person = $1, valid_from = $2, valid_to = $3, follows = $4, version = version + 1 WHERE id = $5`,
			keep, e.Valid.From, db.Null(e.Valid.To), db.Null(e.Follows), e.ID); err != nil {
			return nil, err
		}
		events = append(events, audit.Event{Act: "merge", Entity: "employment", Row: e.ID, Subject: keep, Detail: map[string]any{"was": was.Person, "from": e.Valid.From, "to": e.Valid.To}})
	}
	for id := range into { // of two that go, one may follow the other
		if _, err := tx.Exec(ctx, `UPDATE employment SET follows = NULL WHERE id = $1`, id); err != nil {
			return nil, err
		}
	}
	for _, e := range rows {
		if other := into[e.ID]; other != "" {
			if _, err := tx.Exec(ctx, `DELETE FROM employment WHERE id = $1`, e.ID); err != nil {
				return nil, err
			}
			events = append(events, audit.Event{Act: "merge", Entity: "employment", Row: e.ID, Subject: keep, Detail: map[string]any{"into": other, "from": e.Valid.From, "to": e.Valid.To}})
		}
	}
	return events, nil
}

// joined are employments, in the order of their first days, of two persons who are one: those that are the same but for their days and overlap are one,
// for as long as either held. into tells of each that is gone in which it went up.
func joined(rows []Employment, keep string) (one []Employment, into map[string]string) {
	into = map[string]string{}
	for _, e := range rows {
		i := slices.IndexFunc(one, func(o Employment) bool {
			return o.Employer == e.Employer && o.Workplace == e.Workplace && o.Title == e.Title && o.Share == e.Share && o.Valid.Overlaps(e.Valid)
		})
		if i < 0 {
			one = append(one, e)
			continue
		}
		o := &one[i]
		gone := e
		if e.Person == keep && o.Person != keep { // the row stays that others know
			gone, *o = *o, e
			o.Valid.From = gone.Valid.From
		}
		if o.Valid.To != "" && (gone.Valid.To == "" || gone.Valid.To > o.Valid.To) {
			o.Valid.To = gone.Valid.To
		}
		o.Follows = or(o.Follows, gone.Follows)
		into[gone.ID] = o.ID
		for id, other := range into {
			if other == gone.ID {
				into[id] = o.ID
			}
		}
	}
	from := map[string]local.Date{}
	for i := range one {
		from[one[i].ID] = one[i].Valid.From
	}
	for i := range one {
		e := &one[i]
		if other := into[e.Follows]; other != "" {
			e.Follows = other
		}
		if before, ok := from[e.Follows]; !ok || before >= e.Valid.From {
			e.Follows = ""
		}
	}
	return one, into
}

// A Joined is an id under which a person stood before, and until when.
type Joined struct {
	Person string
	At     time.Time
}

// JoinedInto returns who the person with an id is now; "" if it has not gone up in another's.
func JoinedInto(ctx context.Context, c db.Conn, id string) (string, error) {
	into, err := db.Values[string](ctx, c, `SELECT into_person FROM person_merge WHERE person = $1`, id)
	if err != nil || len(into) == 0 {
		return "", err
	}
	return into[0], nil
}

// JoinedFrom returns the other ids under which a person has stood, oldest first.
func JoinedFrom(ctx context.Context, c db.Conn, id string) ([]Joined, error) {
	return db.All(ctx, c, func(j *Joined) []any { return []any{&j.Person, &j.At} }, `SELECT person, at FROM person_merge WHERE into_person = $1 ORDER BY at, person`, id)
}
