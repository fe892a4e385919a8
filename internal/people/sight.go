package people

import (
	"context"
	"errors"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

var (
	ErrIdentityTaken = fault.Define(fault.Conflict, "people.identity-taken")
	ErrIdentityYear  = fault.Define(fault.Invalid, "people.identity-year")
	ErrIdentityKnown = fault.Define(fault.Conflict, "people.identity-known")

	// ErrIdentityRefused and ErrIdentityElsewhere are the faults of a number that another has, in words that do not say so to whom that is no business.
	ErrIdentityRefused   = fault.Define(fault.Conflict, "people.identity-refused")   // of what was told of oneself
	ErrIdentityElsewhere = fault.Define(fault.Conflict, "people.identity-elsewhere") // to who does not see the other

	ErrNoIdentity = fault.Define(fault.NotFound, "people.no-identity")
	ErrSight      = fault.Define(fault.Forbidden, "people.sight")
)

const identityPurpose = "identity number" // of the keyed hash

// IdentityHash is what an identity number is compared by.
func IdentityHash(ring *secret.Ring, n Identity) string { return ring.Hash(identityPurpose, n.Text()) }

// SetIdentity stores a person's identity number, sealed, in place of the one before. A year of birth that
// is not known yet is taken from it; one that is known must agree, or the number is someone else's. One that another has is an
// [audit.Refusal]: whoever tries learns of it.
func SetIdentity(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, person, number string) error {
	if !v.Can(access.SeeIdentity) {
		return ErrSight
	}
	if err := lockPerson(ctx, tx, v, person); err != nil {
		return err
	}
	holder, err := setIdentity(ctx, tx, ring, person, number)
	if holder == "" {
		return err
	}
	switch err := mayEdit(ctx, tx, v, holder); {
	case err == nil:
		return refused(person, ErrIdentityTaken)
	case errors.Is(err, ErrPerson):
		return refused(person, ErrIdentityElsewhere)
	default:
		return err
	}
}

// refused is the fault of a number that another has, to be recorded without it.
func refused(person string, f *fault.Fault) error {
	return &audit.Refusal{Event: audit.Event{Act: "refuse", Entity: "identity_number", Row: person, Subject: person}, Err: fault.List{f.At("identity")}}
}

// TellIdentity stores v's own number, if none is known yet: one that is there is the office's to correct. What does not go with what is known of v is refused in
// the same words whether another has it or not.
func TellIdentity(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, number string) error {
	if err := db.Lock(ctx, tx, "person", v.Person); err != nil {
		return found(err, ErrPerson)
	}
	known, err := db.Value[int](ctx, tx, `SELECT count(*) FROM identity_number WHERE person = $1`, v.Person)
	if err != nil {
		return err
	}
	if known > 0 {
		return fault.List{ErrIdentityKnown.At("identity")}
	}
	holder, err := setIdentity(ctx, tx, ring, v.Person, number)
	if holder != "" { // a row of the same person, most likely: the office joins them
		return refused(v.Person, ErrIdentityRefused)
	}
	if errors.Is(err, ErrIdentityYear) {
		return fault.List{ErrIdentityRefused.At("identity")}
	}
	return err
}

// setIdentity stores the number of a locked person, unless another has it: then it returns who.
func setIdentity(ctx context.Context, tx *db.Tx, ring *secret.Ring, person, number string) (holder string, err error) {
	n, err := ParseIdentity(number, local.Date(tx.At.Format("2006-01-02")))
	if err != nil {
		return "", fault.List(fault.Of(err))
	}
	p, err := db.One(ctx, tx, ScanPerson, selectPerson+`WHERE p.id = $1`, person)
	if err != nil {
		return "", err
	}
	if year := n.Born.Time().Year(); p.BirthYear != 0 && p.BirthYear != year {
		return "", fault.List{ErrIdentityYear.At("identity", p.BirthYear)}
	} else if p.BirthYear == 0 {
		if _, err := tx.Exec(ctx, `UPDATE person SET birth_year = $1, version = version + 1 WHERE id = $2`, year, person); err != nil {
			return "", err
		}
	}
	hash := IdentityHash(ring, n)
	others, err := db.Values[string](ctx, tx, `SELECT person FROM identity_number WHERE hash = $1 AND person <> $2`, hash, person)
	if err != nil {
		return "", err
	}
	if len(others) > 0 {
		return others[0], nil
	}
	sealed, err := secret.Seal(ctx, tx, ring, person, n.Text())
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO identity_number (person, sealed, hash, masked) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed, hash = excluded.hash, masked = excluded.masked`,
		person, sealed, hash, n.Masked()); err != nil {
		return "", err
	}
	return "", audit.Record(ctx, tx, audit.Event{Act: "set", Entity: "identity_number", Row: person, Subject: person})
}

// MaskedIdentity returns a person's identity number as ÅÅÅÅMMDD-**** for those who may edit the person and for
// themselves, "" if none is known.
func MaskedIdentity(ctx context.Context, c db.Conn, v access.Viewer, person string) (string, error) {
	if person != v.Person {
		if err := mayEdit(ctx, c, v, person); err != nil {
			return "", err
		}
	}
	masked, err := db.Values[string](ctx, c, `SELECT masked FROM identity_number WHERE person = $1`, person)
	if err != nil || len(masked) == 0 {
		return "", err
	}
	return masked[0], nil
}

// RevealIdentity returns a person's whole identity number, and records who saw it and why. It writes, so no
// page that is only fetched can do it.
func RevealIdentity(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, person, why string) (string, error) {
	if err := maySee(ctx, tx, v, person, why); err != nil {
		return "", err
	}
	sealed, err := db.Value[string](ctx, tx, `SELECT sealed FROM identity_number WHERE person = $1`, person)
	if err != nil {
		return "", found(err, ErrNoIdentity)
	}
	number, err := secret.Open(ctx, tx, ring, person, sealed)
	if err != nil {
		return "", err
	}
	return number[:8] + "-" + number[8:], audit.Record(ctx, tx, audit.Event{Act: "see", Entity: "identity_number", Row: person, Why: strings.TrimSpace(why), Subject: person})
}

// RevealContact returns how a protected person is reached, and records who saw it and why.
func RevealContact(ctx context.Context, tx *db.Tx, v access.Viewer, person, why string) (Person, error) {
	if err := maySee(ctx, tx, v, person, why); err != nil {
		return Person{}, err
	}
	p, err := db.One(ctx, tx, ScanPerson, selectPerson+`WHERE p.id = $1`, person)
	if err != nil {
		return Person{}, found(err, ErrPerson)
	}
	return p, audit.Record(ctx, tx, audit.Event{Act: "see", Entity: "person", Row: person, Why: strings.TrimSpace(why), Subject: person,
		Detail: map[string]any{"fields": []string{"email", "phone"}}})
}

// WasOf is the event whose sealed values [RevealWas] opens: what stood in a person's row before it was changed. Whoever sees
// all events may, as [Events] tells them.
func WasOf(ctx context.Context, c db.Conn, v access.Viewer, event string) (audit.Event, error) {
	list, err := Events(ctx, c, v, audit.Filter{ID: event, Limit: 1})
	if err != nil {
		return audit.Event{}, err
	}
	if len(list) == 0 || list[0].Sealed == "" {
		return audit.Event{}, ErrEvent
	}
	return list[0], nil
}

// RevealWas returns what stood in a person's row before an event, a value on each line, and records who saw it and why.
func RevealWas(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, event, why string) (string, error) {
	e, err := WasOf(ctx, tx, v, event)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(why) == "" {
		return "", fault.List{ErrWhy.At("why")}
	}
	was, err := secret.Open(ctx, tx, ring, e.Subject, e.Sealed)
	if errors.Is(err, secret.ErrDestroyed) {
		return "", ErrErased
	}
	if err != nil {
		return "", err
	}
	return was, audit.Record(ctx, tx, audit.Event{Act: "see", Entity: "audit", Row: e.ID, Why: strings.TrimSpace(why), Subject: e.Subject})
}

func maySee(ctx context.Context, c db.Conn, v access.Viewer, person, why string) error {
	args := []any{person}
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM person p WHERE p.id = $1 AND `+staff(v, &args, access.SeeIdentity), args...)
	switch {
	case err != nil:
		return err
	case n == 0:
		return ErrPerson
	case strings.TrimSpace(why) == "":
		return fault.List{ErrWhy.At("why")}
	}
	return nil
}
