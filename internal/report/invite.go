package report

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/letter"
	"kompobib/internal/programme"
)

var (
	ErrNobody  = fault.Define(fault.Invalid, "reach.nobody")
	ErrMany    = fault.Define(fault.Invalid, "reach.many")
	ErrMessage = fault.Define(fault.Invalid, "reach.message")
	ErrAbout   = fault.Define(fault.Invalid, "reach.to")
)

// AboutGoal is the kind of what a letter is about, when it is a goal area.
const AboutGoal = "goal_area"

const (
	maxMessage = 2000
	maxInvited = 500 // at a time
)

// An Invitation is a letter to some of those not reached.
type Invitation struct {
	Goal     string // what it invites to: a goal area,
	Activity string // or a published activity,
	Occasion string // or an occasion; or, if all are empty, the programme
	Message  string // in the sender's words, the same to all
	Persons  []string
}

// Invited is what became of an [Invitation].
type Invited struct {
	Sent      int
	NoAddress []Row // to call instead
}

// Invite queues an invitation to each of the persons, who must be among those that [NotReached] gives v today.
func Invite(ctx context.Context, tx *db.Tx, v access.Viewer, q Query, i Invitation) (Invited, error) {
	var done Invited
	i.Message = strings.TrimSpace(i.Message)
	i.Persons = slices.Compact(slices.Sorted(slices.Values(i.Persons)))
	var faults fault.List
	faults.Unless(utf8.RuneCountInString(i.Message) <= maxMessage, ErrMessage.At("message", maxMessage))
	faults.Unless(len(i.Persons) > 0, ErrNobody.At("persons"))
	faults.Unless(len(i.Persons) <= maxInvited, ErrMany.At("persons", maxInvited))
	if faults != nil {
		return done, faults
	}
	kind, about, err := i.about(ctx, tx, q.Programme)
	if err != nil {
		return done, err
	}
	if _, err := reading(v, access.Invite, q.Programme); err != nil {
		return done, err
	}
	q.Goal, q.On, q.By = i.Goal, q.Today, ""
	rows, err := NotReached(ctx, tx, v, q, Missed{})
	if err != nil {
		return done, err
	}
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.Protected || !slices.Contains(i.Persons, r.Person) })
	if len(rows) < len(i.Persons) {
		return done, fault.Stale // somebody has been reached since the list was shown
	}
	var letters []letter.Letter
	for _, r := range rows {
		if r.NoAddress {
			done.NoAddress = append(done.NoAddress, r)
			continue
		}
		letters = append(letters, letter.Letter{Person: r.Person, Template: letter.Invitation, AboutKind: kind, About: about, Programme: q.Programme,
			Args: map[string]any{"message": i.Message}})
	}
	done.Sent = len(letters)
	if done.Sent == 0 {
		return done, nil
	}
	if err := letter.Queue(ctx, tx, letters...); err != nil {
		return done, err
	}
	return done, audit.Record(ctx, tx, audit.Event{Act: "invite", Entity: kind, Row: about,
		Detail: map[string]any{"letters": done.Sent, "without-address": len(done.NoAddress)}})
}

// about finds what the invitation is to, and that it is the programme's.
func (i Invitation) about(ctx context.Context, c db.Conn, programmeID string) (kind, id string, err error) {
	query := ""
	switch {
	case i.Occasion != "":
		kind, id = "occasion", i.Occasion
		query = `SELECT o.id FROM occasion o JOIN activity a ON a.id = o.activity WHERE o.id = $1 AND a.programme = $2 AND a.published = 1 AND o.cancelled IS NULL`
	case i.Activity != "":
		kind, id = "activity", i.Activity
		query = `SELECT id FROM activity WHERE id = $1 AND programme = $2 AND published = 1`
	case i.Goal != "":
		kind, id = AboutGoal, i.Goal
		query = `SELECT id FROM goal_area WHERE id = $1 AND programme = $2`
	default:
		kind, id = "programme", programmeID
		query = `SELECT id FROM programme WHERE id = $1 AND id = $2`
	}
	_, err = db.Value[string](ctx, c, query, id, programmeID)
	if errors.Is(err, db.ErrNoRows) {
		if kind == "programme" {
			return "", "", programme.ErrNotFound
		}
		return "", "", ErrAbout.At("about")
	}
	return kind, id, err
}
