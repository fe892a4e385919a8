package survey

import (
	"context"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/secret"
)

// MovePerson makes what one person has answered another's, since the two are the same. If both have answered a round, what who stays
// kept is theirs, and what the other kept is gone; both stay counted, so that nobody learns from the figures what it was.
func MovePerson(ctx context.Context, tx *db.Tx, ring *secret.Ring, from, into string) error {
	moved := int64(0)
	n, err := tx.Exec(ctx, `INSERT INTO survey_answered (round, person, times) SELECT round, $1, times FROM survey_answered WHERE person = $2
		ON CONFLICT (round, person) DO UPDATE SET times = survey_answered.times + excluded.times`, into, from)
	if err != nil || n == 0 {
		return err
	}
	moved += n
	if _, err := tx.Exec(ctx, `DELETE FROM survey_answered WHERE person = $1`, from); err != nil {
		return err
	}
	list, err := db.All(ctx, tx, scanOwn, selectOwn+`WHERE person = $1 AND round NOT IN (SELECT round FROM survey_own WHERE person = $2) ORDER BY round`, from, into)
	if err != nil {
		return err
	}
	texts := make([]string, len(list))
	for i, o := range list {
		texts[i] = o.sealed
	}
	if texts, err = secret.Reseal(ctx, tx, ring, from, into, texts...); err != nil {
		return err
	}
	for i, o := range list {
		if _, err := tx.Exec(ctx, `UPDATE survey_own SET person = $1, sealed = $2 WHERE round = $3 AND person = $4`, into, texts[i], o.Round, from); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM survey_own WHERE person = $1`, from); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "survey_answered", Row: into, Detail: map[string]any{"from": from, "rounds": moved}})
}

// Used returns those of the ids that something here refers to: who has answered, and where what is answered is counted.
func Used(ctx context.Context, c db.Conn, persons, units []string) (map[string]bool, error) {
	used := map[string]bool{}
	for _, of := range []struct {
		query string
		ids   []string
	}{
		{`SELECT DISTINCT person FROM survey_answered WHERE person IN `, persons},
		{`SELECT DISTINCT workplace FROM survey_group_place WHERE workplace IN `, units},
	} {
		var args []any
		ids, err := db.Values[string](ctx, c, of.query+db.In(&args, of.ids), args...)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			used[id] = true
		}
	}
	return used, nil
}

// Invariants are what always holds of surveys.
func Invariants() []db.Invariant {
	return []db.Invariant{
		db.Never("each question of a round has been answered by as many as have answered the round",
			`SELECT r.id || ' ' || q.id FROM survey_round r JOIN survey_question q ON q.survey = r.survey
			WHERE (SELECT coalesce(sum(t.n), 0) FROM survey_group g JOIN survey_tally t ON t.grouping = g.id WHERE g.round = r.id AND t.question = q.id)
				<> (SELECT coalesce(sum(a.times), 0) FROM survey_answered a WHERE a.round = r.id) ORDER BY 1`),
		db.Never("in each group each question has been answered by equally many",
			`SELECT x.grouping FROM (SELECT t.grouping AS grouping, t.question AS question, sum(t.n) AS n FROM survey_tally t GROUP BY t.grouping, t.question) x
			GROUP BY x.grouping HAVING min(x.n) <> max(x.n) ORDER BY 1`),
		db.Never("nobody's answers are kept of a survey that is anonymous",
			`SELECT o.round FROM survey_own o JOIN survey_round r ON r.id = o.round JOIN survey s ON s.id = r.survey WHERE s.anonymous = 1 ORDER BY 1`),
		db.Never("who keeps answers has answered",
			`SELECT o.round || ' ' || o.person FROM survey_own o WHERE NOT EXISTS (SELECT 1 FROM survey_answered a WHERE a.round = o.round AND a.person = o.person) ORDER BY 1`),
	}
}

// HoldsOwn reports whether any of some persons keeps what they answered.
func HoldsOwn(ctx context.Context, c db.Conn, persons ...string) (bool, error) {
	var args []any
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM survey_own WHERE person IN `+db.In(&args, persons), args...)
	return n > 0, err
}
