package learning

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/people"
)

var (
	ErrForbidden = fault.Define(fault.Forbidden, "learning.forbidden")
	ErrWriter    = fault.Define(fault.Invalid, "learning.writer")
)

// MayWrite reports whether v writes for a workplace: as who leads its learning, or as one of those agreed on.
func MayWrite(ctx context.Context, c db.Conn, v access.Viewer, p Place) (bool, error) {
	if p.Leads || !p.Member {
		return p.Leads, nil
	}
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM plan_writer WHERE programme = $1 AND workplace = $2 AND person = $3`, p.Programme, p.Workplace, v.Person)
	return n > 0, err
}

// Writes are those of some places of one programme that v writes for.
func Writes(ctx context.Context, c db.Conn, v access.Viewer, places []Place) ([]Place, error) {
	if len(places) == 0 {
		return nil, nil
	}
	agreed, err := db.Values[string](ctx, c, `SELECT workplace FROM plan_writer WHERE programme = $1 AND person = $2`, places[0].Programme, v.Person)
	return slices.DeleteFunc(slices.Clone(places), func(p Place) bool { return !p.Leads && !(p.Member && slices.Contains(agreed, p.Workplace)) }), err
}

// MustWrite is [ErrForbidden] for who may not.
func MustWrite(ctx context.Context, c db.Conn, v access.Viewer, p Place) error {
	may, err := MayWrite(ctx, c, v, p)
	if err == nil && !may {
		err = ErrForbidden
	}
	return err
}

// Staff are those who work at a workplace on v's day, in Swedish order. Those with protected identity are not among
// them, but for v.
func Staff(ctx context.Context, c db.Conn, v access.Viewer, p Place) ([]people.Name, error) {
	return db.All(ctx, c, func(n *people.Name) []any { return []any{&n.ID, &n.Given, &n.Family} }, `SELECT id, given, family FROM person
		WHERE (protected = 0 OR id = $3) AND id IN (SELECT person FROM employment WHERE workplace = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2))
		ORDER BY sort_key, id`, p.Workplace, v.On, v.Person)
}

// Writers are those that a workplace has agreed on to write beside who leads its learning.
func Writers(ctx context.Context, c db.Conn, p Place) ([]string, error) {
	return db.Values[string](ctx, c, `SELECT person FROM plan_writer WHERE programme = $1 AND workplace = $2 ORDER BY person`, p.Programme, p.Workplace)
}

// Choose is a choice among several as it becomes when somebody who saw it as it was has chosen anew, and another has changed it
// meanwhile: what they took away goes, what they added comes, and all else is as the other left it.
func Choose(now, was, chosen []string) (is []string) {
	for _, id := range now {
		if slices.Contains(chosen, id) || !slices.Contains(was, id) {
			is = append(is, id)
		}
	}
	for _, id := range chosen {
		if !slices.Contains(was, id) && !slices.Contains(is, id) {
			is = append(is, id)
		}
	}
	return is
}

// SetWriters says who they are, some of the staff, as somebody chose who saw that they were those in was.
func SetWriters(ctx context.Context, tx *db.Tx, v access.Viewer, p Place, was, persons []string) error {
	if !p.Leads {
		return ErrForbidden
	}
	if err := db.Lock(ctx, tx, "unit", p.Workplace); err != nil { // of two who save at once the second finds what the first did
		return err
	}
	now, err := Writers(ctx, tx, p)
	if err != nil {
		return err
	}
	staff, err := Staff(ctx, tx, v, p)
	if err != nil {
		return err
	}
	for _, person := range persons {
		if !slices.ContainsFunc(staff, func(n people.Name) bool { return n.ID == person }) {
			return fault.List{ErrWriter.At("writers")}
		}
	}
	persons = slices.Sorted(slices.Values(Choose(now, was, persons)))
	rows := make([][]any, len(persons))
	for i, person := range persons {
		rows[i] = []any{p.Programme, p.Workplace, person}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM plan_writer WHERE programme = $1 AND workplace = $2`, p.Programme, p.Workplace); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "plan_writer", "programme, workplace, person", "", rows); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "set", Entity: "plan_writer", Row: p.Programme + "/" + p.Workplace, Detail: map[string]any{"persons": len(persons)}})
}
