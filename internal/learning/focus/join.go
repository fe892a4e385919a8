package focus

import (
	"context"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/secret"
)

// MovePerson makes what one person answers for or writes another's, since the two are the same.
func MovePerson(ctx context.Context, tx *db.Tx, ring *secret.Ring, from, into string) error {
	moved := int64(0)
	for _, table := range []string{"commitment_text", "commitment_event"} {
		if err := reseal(ctx, tx, ring, table, from, into); err != nil {
			return err
		}
	}
	for _, query := range []string{
		`UPDATE commitment SET owner = $1 WHERE owner = $2`,
		`UPDATE commitment_event SET owner = $1 WHERE owner = $2`,
		`UPDATE follow_up_link SET person = $1 WHERE person = $2`,
		`INSERT INTO plan_writer (programme, workplace, person) SELECT programme, workplace, $1 FROM plan_writer WHERE person = $2 ON CONFLICT DO NOTHING`,
	} {
		n, err := tx.Exec(ctx, query, into, from)
		if err != nil {
			return err
		}
		moved += n
	}
	n, err := tx.Exec(ctx, `DELETE FROM plan_writer WHERE person = $1`, from)
	if err != nil || moved+n == 0 {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "commitment", Row: into, Detail: map[string]any{"from": from, "rows": moved}})
}

// reseal puts the texts of the one's own commitments in envelopes of the other's.
func reseal(ctx context.Context, tx *db.Tx, ring *secret.Ring, table, from, into string) error {
	type row struct {
		id, sealed string
		n          int
	}
	number := map[string]string{"commitment_text": "number", "commitment_event": "version"}[table]
	rows, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.id, &r.n, &r.sealed} }, `SELECT t.commitment, t.`+number+`, t.sealed FROM `+table+` t
		JOIN commitment c ON c.id = t.commitment WHERE c.owner = $1 AND t.sealed <> '' ORDER BY t.commitment, t.`+number, from)
	if err != nil || len(rows) == 0 {
		return err
	}
	var texts []string
	for _, r := range rows {
		texts = append(texts, r.sealed)
	}
	if texts, err = secret.Reseal(ctx, tx, ring, from, into, texts...); err != nil {
		return err
	}
	for i, r := range rows {
		if _, err := tx.Exec(ctx, `UPDATE `+table+` SET sealed = $1 WHERE commitment = $2 AND `+number+` = $3`, texts[i], r.id, r.n); err != nil {
			return err
		}
	}
	return nil
}

// HoldsOwn reports whether any of some persons has commitments that nobody else reads.
func HoldsOwn(ctx context.Context, c db.Conn, persons ...string) (bool, error) {
	var args []any
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM commitment WHERE workplace IS NULL AND owner IN `+db.In(&args, persons), args...)
	return n > 0, err
}
