package office

import (
	"context"
	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/learning/swot"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
	"kompobib/internal/secret"
	"kompobib/internal/survey"
)

// A Side is one of two persons who may be the same, with what each room has of them.
type Side struct {
	people.Person
	Number      string // the identity number, masked
	Employments []people.Employment
	activity.Holding
	auth.Entrance
	Account bool // whether there is one
	Letters int
}

// Sides returns two persons, both of whom v may edit, beside each other.
func Sides(ctx context.Context, c db.Conn, v access.Viewer, today local.Date, a, b string) (sides [2]Side, err error) {
	for i, id := range []string{a, b} {
		s := &sides[i]
		if s.Number, err = people.MaskedIdentity(ctx, c, v, id); err != nil { // which asks whether v may edit
			return sides, err
		}
		if s.Person, err = people.GetPerson(ctx, c, v, id); err != nil {
			return sides, err
		}
		if s.Employments, err = people.Employments(ctx, c, v, id); err != nil {
			return sides, err
		}
	}
	holdings, err := activity.Holdings(ctx, c, a, b)
	if err != nil {
		return sides, err
	}
	entrances, err := auth.Entrances(ctx, c, v, today, a, b)
	if err != nil {
		return sides, err
	}
	letters, err := letter.Addressed(ctx, c, v, a, b)
	for i, id := range []string{a, b} {
		s := &sides[i]
		s.Holding, s.Letters = holdings[id], letters[id]
		s.Entrance, s.Account = entrances[id]
	}
	return sides, err
}

// MayJoin returns everything that keeps two persons from being joined, in all rooms.
func MayJoin(ctx context.Context, c db.Conn, v access.Viewer, today local.Date, j people.Joining) error {
	var faults fault.List
	err := people.MayJoin(ctx, c, v, j)
	if !faults.Add(err) || err != nil && faults.In("number") == nil && faults.In("why") == nil {
		return err // there are no two persons to look at
	}
	for _, err := range []error{
		activity.MayMove(ctx, c, v, j.Drop, j.Keep),
		auth.MayMove(ctx, c, v, today, j.Drop, j.Keep),
		staysPrivate(ctx, c, j),
	} {
		if !faults.Add(err) {
			return err
		}
	}
	return faults.Err()
}

// staysPrivate refuses a joining by which another address than its author's would open a logbook, or commitments, answers or notes of somebody's own:
// see docs/decisions/0019-private-texts-do-not-change-hands.md. What is written while the two are joined goes unread: it is sealed with the key of who has gone.
func staysPrivate(ctx context.Context, c db.Conn, j people.Joining) error {
	persons, err := auth.OpenedAnew(ctx, c, j.Drop, j.Keep)
	if err != nil || len(persons) == 0 {
		return err
	}
	for _, holds := range []func(context.Context, db.Conn, ...string) (bool, error){reflection.Holds, focus.HoldsOwn, survey.HoldsOwn, swot.HoldsOwn} {
		if has, err := holds(ctx, c, persons...); err != nil {
			return err
		} else if has {
			return auth.ErrJoinPrivate
		}
	}
	return nil
}

// JoinPersons makes one of two persons who are the same: one stays, and all that the other has in any room follows. It cannot be undone.
func JoinPersons(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, today local.Date, j people.Joining) error {
	if err := MayJoin(ctx, tx, v, today, j); err != nil {
		return err
	}
	locked, err := activity.LockPerson(ctx, tx, j.Keep, j.Drop)
	if err != nil {
		return err
	}
	if err := people.LockPersons(ctx, tx, []string{j.Keep, j.Drop}); err != nil {
		return err
	}
	if err := MayJoin(ctx, tx, v, today, j); err != nil { // now that nothing changes any more
		return err
	}
	if err := activity.MovePerson(ctx, tx, ring, v, locked, j.Drop, j.Keep); err != nil {
		return err
	}
	if err := auth.MovePerson(ctx, tx, v, today, j.Drop, j.Keep); err != nil {
		return err
	}
	if err := letter.MovePerson(ctx, tx, ring, j.Drop, j.Keep); err != nil {
		return err
	}
	if err := focus.MovePerson(ctx, tx, ring, j.Drop, j.Keep); err != nil {
		return err
	}
	if err := reflection.MovePerson(ctx, tx, ring, j.Drop, j.Keep); err != nil {
		return err
	}
	if err := roster.MovePerson(ctx, tx, j.Drop, j.Keep); err != nil {
		return err
	}
	if err := swot.MovePerson(ctx, tx, ring, j.Drop, j.Keep); err != nil {
		return err
	}
	if err := survey.MovePerson(ctx, tx, ring, j.Drop, j.Keep); err != nil {
		return err
	}
	if err := workshop.MovePerson(ctx, tx, j.Drop, j.Keep); err != nil {
		return err
	}
	return people.JoinPersons(ctx, tx, ring, v, j)
}
