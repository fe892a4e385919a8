// Package audit keeps who did what to which row, when and why. Nothing is ever changed or removed
// in it; what is personal is sealed with the key of the person it is about, and goes when that does.
package audit

import (
	"context"
	"encoding/json"
	"time"
	"unicode/utf8"

	"kompobib/internal/db"
	"kompobib/internal/fault"
)

// ErrLong is the fault of a reason that is a tale.
var ErrLong = fault.Define(fault.Invalid, "audit.long") // args: the most

// maxWhy is the most characters of a reason.
const maxWhy = 1000

// An Event is one change of state, or one sight of what is seen only for a reason.
type Event struct {
	Act    string         // "create", "change", "sign-up", "see"
	Entity string         // the table
	Row    string         // the row's id; of a natural key the parts with "/" between
	Why    string         // in the words of who did it, or a code
	Detail map[string]any // what is not personal: ids, codes, states, numbers, names of changed fields

	Subject string // whom Sealed is about
	Sealed  string // enveloped, see package secret

	ID    string    // these three are filled in by Record
	At    time.Time // UTC, by the domain's clock
	Actor string
}

// Taken is the event that someone took a list of persons out of the program: which one, of what row, how many
// persons, in what format. It tells nothing of what they searched for.
func Taken(list, row string, persons int, format string) Event {
	return Event{Act: "take", Entity: "list", Row: row, Detail: map[string]any{"list": list, "persons": persons, "format": format}}
}

// A Refusal is an error that is recorded though what was tried is undone with its transaction: whoever ran that records the event in the next.
type Refusal struct {
	Event
	Err error
}

func (r *Refusal) Error() string { return r.Err.Error() }
func (r *Refusal) Unwrap() error { return r.Err }

// Record writes events in the transaction that does what they tell, in one statement.
func Record(ctx context.Context, tx *db.Tx, events ...Event) error {
	rows := make([][]any, len(events))
	for i, e := range events {
		if utf8.RuneCountInString(e.Why) > maxWhy {
			return fault.List{ErrLong.At("why", maxWhy)}
		}
		detail := ""
		if len(e.Detail) > 0 {
			text, err := json.Marshal(e.Detail)
			if err != nil {
				return err
			}
			detail = string(text)
		}
		rows[i] = []any{tx.NewID(), tx.At, tx.By, e.Act, e.Entity, e.Row, e.Why, detail, e.Subject, e.Sealed}
	}
	return db.Insert(ctx, tx, "audit", "id, at, actor, act, entity, row_id, why, detail, subject, sealed", "", rows)
}
