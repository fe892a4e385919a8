package activity

import (
	"context"

	"kompobib/internal/db"
	"kompobib/internal/letter"
)

// concerned are the persons who plan their day by an occasion: all who have a seat or hope for one.
func concerned(ctx context.Context, c db.Conn, occasion string) ([]string, error) {
	return db.Values[string](ctx, c, `SELECT person FROM signup WHERE occasion = $1 AND state IN ('requested', 'seated', 'waiting', 'offered')
		ORDER BY seq, id`, occasion)
}

// Concerned is how many get a letter when the occasion changes or is cancelled.
func Concerned(ctx context.Context, c db.Conn, occasion string) (int, error) {
	persons, err := concerned(ctx, c, occasion)
	return len(persons), err
}

// tell writes to all whom an occasion concerns.
func tell(ctx context.Context, tx *db.Tx, o Occasion, template string, args map[string]any) error {
	persons, err := concerned(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	letters := make([]letter.Letter, len(persons))
	for i, person := range persons {
		letters[i] = letter.Letter{Person: person, Template: template, AboutKind: "occasion", About: o.ID, Programme: o.Programme,
			Args: args, Essential: true}
	}
	return letter.Queue(ctx, tx, letters...)
}

// tellChange tells what has become of a meeting, unless it lies behind. A meeting that is new has
// nothing before, one that is removed nothing after. The link stands in no letter: who has a seat finds it on the page.
func tellChange(ctx context.Context, tx *db.Tx, o Occasion, before, after *Meeting) error {
	ahead := false
	args := map[string]any{}
	for key, m := range map[string]*Meeting{"before": before, "after": after} {
		if m != nil {
			ahead = ahead || m.Starts.After(tx.At)
			args[key] = map[string]string{"date": string(m.Span.Date), "start": m.Span.Start, "end": m.Span.End, "place": m.Place, "address": m.Address}
		}
	}
	if !ahead {
		return nil
	}
	return tell(ctx, tx, o, letter.OccasionChanged, args)
}
