package focus

import (
	"context"
	"slices"
	"time"

	"kompobib/internal/audit"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/letter"
	"kompobib/internal/people"
)

// most is how many commitments one call of [Remind] tells of: what is left, the next one does.
const most = 500

// Remind writes the letters that are due: to owners when a check has come, once more when two weeks have gone without an
// answer, and to who leads a workplace when an owner has left. It returns how many. No rule depends on it: what is due
// is seen on the pages without it.
func Remind(ctx context.Context, tx *db.Tx) (int, error) {
	day := today(tx)
	type row struct {
		id, programme, owner string
		ord                  int
		again, alone         bool
	}
	rows, err := db.All(ctx, tx, func(r *row) []any {
		return []any{&r.id, &r.programme, &r.owner, &r.ord, db.Truth(&r.again), db.Truth(&r.alone)}
	}, learning.Moved+`SELECT c.id, c.programme, c.owner, k.ord, CASE WHEN k.told_at IS NULL THEN 0 ELSE 1 END, CASE WHEN c.workplace IS NULL THEN 1 ELSE 0 END
		FROM commitment_check k JOIN commitment c ON c.id = k.commitment
		WHERE k.answer IS NULL AND k.due <= $1 AND (k.told_at IS NULL OR k.reminded_at IS NULL AND k.due <= $2) AND `+left+` = 0
		ORDER BY k.due, c.id LIMIT $3`, day, day.Add(-patience), most)
	if err != nil {
		return 0, err
	}
	var letters []letter.Letter
	var events []audit.Event
	var first, again []string
	for _, r := range rows {
		l := letter.Letter{Person: r.owner, Template: letter.FollowUp, AboutKind: "commitment", About: r.id, Programme: r.programme, Essential: true, Args: map[string]any{"check": r.ord}}
		if r.alone { // the office is not to know who has undertaken something alone, nor whether they answer
			l.Programme, l.Args["programme"] = "", r.programme
		}
		if r.again {
			l.Template = letter.FollowUpAgain
			again = append(again, r.id)
		} else {
			first = append(first, r.id)
		}
		letters = append(letters, l)
		events = append(events, audit.Event{Act: "remind", Entity: "commitment", Row: r.id, Detail: map[string]any{"check": r.ord}})
	}
	for column, ids := range map[string][]string{"told_at": first, "reminded_at": again} {
		if len(ids) > 0 {
			args := []any{tx.At}
			if _, err := tx.Exec(ctx, `UPDATE commitment_check SET `+column+` = $1 WHERE answer IS NULL AND commitment IN `+db.In(&args, ids), args...); err != nil {
				return 0, err
			}
		}
	}
	l, e, err := abandoned(ctx, tx)
	if err != nil {
		return 0, err
	}
	letters, events = append(letters, l...), append(events, e...)
	if len(events) == 0 {
		return 0, nil
	}
	if len(letters) > 0 {
		if err := letter.Queue(ctx, tx, letters...); err != nil {
			return 0, err
		}
	}
	return len(events), audit.Record(ctx, tx, events...)
}

// abandoned tells who leads a workplace, once, of commitments whose owner no longer works there. Where nobody leads, the office
// sees it on its page.
func abandoned(ctx context.Context, tx *db.Tx) (letters []letter.Letter, events []audit.Event, err error) {
	day := today(tx)
	type row struct{ id, programme, workplace string }
	rows, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.id, &r.programme, &r.workplace} }, learning.Moved+`SELECT c.id, c.programme, c.workplace FROM commitment c
		WHERE c.next_check IS NOT NULL AND c.left_told IS NULL AND `+left+` = 1 ORDER BY c.id LIMIT $2`, day, most)
	if err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	tree, err := people.LoadTree(ctx, tx, day)
	if err != nil {
		return nil, nil, err
	}
	contacts, err := auth.Contacts(ctx, tx, day)
	if err != nil {
		return nil, nil, err
	}
	args := []any{tx.At}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.id)
		events = append(events, audit.Event{Act: "remind", Entity: "commitment", Row: r.id, Detail: map[string]any{"left": true}})
		for _, person := range leaders(tree, contacts, r.workplace) {
			letters = append(letters, letter.Letter{Person: person, Template: letter.OwnerLeft, AboutKind: "commitment", About: r.id, Programme: r.programme})
		}
	}
	_, err = tx.Exec(ctx, `UPDATE commitment SET left_told = $1 WHERE id IN `+db.In(&args, ids), args...)
	return letters, events, err
}

// leaders are those of some contacts who lead a workplace, or what it has gone up in.
func leaders(tree *people.Tree, contacts []auth.UnitHolder, workplace string) (persons []string) {
	now := tree.Under(workplace)
	for _, c := range contacts {
		if len(now) == 1 && !slices.Contains(persons, c.Person) && slices.Contains(tree.Under(c.Unit), now[0]) {
			persons = append(persons, c.Person)
		}
	}
	return persons
}

// Sweep forgets links that nobody can use any more.
func Sweep(ctx context.Context, tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM follow_up_link WHERE expiry < $1`, machine(now))
	return err
}
