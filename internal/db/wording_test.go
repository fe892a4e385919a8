package db_test

import (
	"slices"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// Answers and signs of before it was kept what they were to are known by the day.
func TestWordingsOfBefore(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		d, ctx := open(t, url), t.Context()
		if err := d.MigrateTo(ctx, 202611292251); err != nil {
			t.Fatal(err)
		}
		do := func(statement string) {
			t.Helper()
			if err := d.Exec(ctx, statement); err != nil {
				t.Fatal(statement, err)
			}
		}
		do(`INSERT INTO programme (id, slug, name, short_name, funding_period, state, starts, ends, zone)
			VALUES ('p', 'p', 'Name', 'Name', '2007-2013', 'running', '2011-01-01', '2013-12-31', 'Europe/Stockholm')`)
		do(`INSERT INTO unit (id, kind, workplace_kind) VALUES ('library', 'workplace', 'public-library')`)
		do(`INSERT INTO person (id, given, family, sort_key, folded) VALUES ('a', 'Given', 'Family', 'x', 'x')`)
		do(`INSERT INTO focus (id, programme, workplace, version) VALUES ('f', 'p', 'library', 3)`)
		do(`INSERT INTO commitment (id, programme, workplace, owner, state, stated, starts, due, months, wording, version)
			VALUES ('c', 'p', 'library', 'a', 'dropped', 1, '2012-09-01', '2013-01-01', '3', 2, 3)`)
		for version, day := range map[string]string{"1": "2012-09-10", "2": "2012-09-20", "3": "2012-10-01"} {
			do(`INSERT INTO focus_text (focus, version, statement, made_by, made_at) VALUES ('f', ` + version + `, 'x', 'a', '` + day + ` 08:00:00.123456')`)
			wording := min(version, "2")
			do(`INSERT INTO commitment_event (commitment, version, made_at, made_by, act, state, owner, wording)
				VALUES ('c', ` + version + `, '` + day + ` 08:00:00.123456', 'a', 'change', 'dropped', 'a', ` + wording + `)`)
		}
		for id, day := range map[string]string{"a": "2012-09-09", "b": "2012-09-10", "c": "2012-09-19", "d": "2012-09-20", "e": "2012-12-01"} {
			do(`INSERT INTO user_answer (id, focus, noticed, answered_on) VALUES ('` + id + `', 'f', 'yes', '` + day + `')`)
			do(`INSERT INTO observed_sign (id, programme, workplace, commitment, noticed_by, noticed_on, text, made_by) VALUES ('` + id + `', 'p', 'library', 'c', 'user', '` + day + `', 'x', 'a')`)
		}
		do(`INSERT INTO observed_sign (id, programme, workplace, noticed_by, noticed_on, text, made_by) VALUES ('f', 'p', 'library', 'user', '2012-12-01', 'x', 'a')`)
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		answers, err := db.Values[int](ctx, d, `SELECT wording FROM user_answer ORDER BY id`)
		if err != nil || !slices.Equal(answers, []int{1, 1, 1, 2, 3}) {
			t.Errorf("answers are to %v, %v", answers, err)
		}
		signs, err := db.Values[int](ctx, d, `SELECT coalesce(wording, 0) FROM observed_sign ORDER BY id`)
		if err != nil || !slices.Equal(signs, []int{1, 1, 1, 2, 2, 0}) {
			t.Errorf("signs are of %v, %v", signs, err)
		}
	})
}
