package db_test

import (
	"fmt"
	"slices"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// Letters of before that tell of their recipient what is theirs alone leave the office's outbox, and go on bearing the programme's statement.
func TestOwnLettersOfBefore(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		d, ctx := open(t, url), t.Context()
		if err := d.MigrateTo(ctx, 202611300030); err != nil {
			t.Fatal(err)
		}
		do := func(statement string, args ...any) {
			t.Helper()
			if err := d.Exec(ctx, fmt.Sprintf(statement, args...)); err != nil {
				t.Fatal(statement, err)
			}
		}
		do(`INSERT INTO programme (id, slug, name, short_name, funding_period, state, starts, ends, zone)
			VALUES ('p', 'p', 'Name', 'Name', '2007-2013', 'running', '2011-01-01', '2013-12-31', 'Europe/Stockholm')`)
		do(`INSERT INTO unit (id, kind, workplace_kind) VALUES ('library', 'workplace', 'public-library')`)
		do(`INSERT INTO person (id, given, family, sort_key, folded) VALUES ('a', 'Given', 'Family', 'x', 'x')`)
		for id, workplace := range map[string]string{"own": "NULL", "shared": "'library'"} {
			do(`INSERT INTO commitment (id, programme, workplace, owner, state, stated, starts, due, months, wording, version)
				VALUES ('%s', 'p', %s, 'a', 'dropped', 1, '2012-09-01', '2013-01-01', '3', 1, 1)`, id, workplace)
		}
		for id, l := range map[string]struct{ template, kind, about, args string }{
			"a": {"survey-open", "survey_round", "round", ""},
			"b": {"survey-reminder", "survey_round", "round", ""},
			"c": {"follow-up", "commitment", "own", `{"check":1}`},
			"d": {"follow-up-again", "commitment", "own", `{"check":2}`},
			"e": {"follow-up", "commitment", "shared", `{"check":1}`},
			"f": {"seated", "occasion", "o", ""},
		} {
			do(`INSERT INTO letter (id, person, template, about_kind, about, programme, args, essential, state, made_at, due)
				VALUES ('%s', 'a', '%s', '%s', '%s', 'p', '%s', 1, 'waiting', '2012-09-10 08:00:00', '1970-01-01 00:00:00')`, id, l.template, l.kind, l.about, l.args)
		}
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		got, err := db.Values[string](ctx, d, `SELECT programme || ' ' || args FROM letter ORDER BY id`)
		want := []string{` {"programme":"p"}`, ` {"programme":"p"}`, ` {"programme":"p","check":1}`, ` {"programme":"p","check":2}`, `p {"check":1}`, `p `}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q, want %q, %v", got, want, err)
		}
	})
}
