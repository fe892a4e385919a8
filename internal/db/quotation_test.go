package db_test

import (
	"strings"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// What people had said of being quoted before the day was kept with it: what an office may no longer read it no longer quotes, and no yes without a name keeps
// a day or a place that was not told.
func TestQuotationsOfBefore(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		d, ctx := open(t, url), t.Context()
		if err := d.MigrateTo(ctx, 202611291060); err != nil {
			t.Fatal(err)
		}
		do := func(statement string) {
			t.Helper()
			if err := d.Exec(ctx, statement); err != nil {
				t.Fatal(statement, err)
			}
		}
		for _, p := range []string{"one", "other"} {
			do(`INSERT INTO programme (id, slug, name, short_name, funding_period, state, starts, ends, zone)
				VALUES ('` + p + `', '` + p + `', 'Name', 'Name', '2007-2013', 'running', '2011-01-01', '2013-12-31', 'Europe/Stockholm')`)
		}
		do(`INSERT INTO unit (id, kind, workplace_kind) VALUES ('library', 'workplace', 'public-library')`)
		persons := strings.Fields("a b c d e")
		for _, p := range persons {
			do(`INSERT INTO person (id, given, family, sort_key, folded) VALUES ('` + p + `', 'Given', 'Family', 'x', 'x')`)
		}
		for occasion, there := range map[string]int{"five": 5, "four": 4, "local": 5} {
			do(`INSERT INTO activity (id, programme, kind, title) VALUES ('` + occasion + `', 'one', 'lecture', 'Title')`)
			do(`INSERT INTO occasion (id, activity, capacity, opens, closes) VALUES ('` + occasion + `', '` + occasion + `', 50, '2012-09-01 00:00:00', '2012-09-02 00:00:00')`)
			do(`INSERT INTO meeting (id, occasion, date, start_time, end_time, zone, starts, ends, minutes, month) VALUES ('` + occasion + `', '` + occasion + `', '2012-10-01',
				'09:00', '10:00', 'Europe/Stockholm', '2012-10-01 07:00:00', '2012-10-01 08:00:00', 60, '2012-10')`)
			for i, p := range persons {
				minutes := "60"
				if i >= there {
					minutes = "0" // was away
				}
				do(`INSERT INTO attendance (meeting, person, minutes, source, recorded_by, recorded_at) VALUES ('` + occasion + `', '` + p + `', ` + minutes + `, 'organiser', 'office', '2012-10-02 00:00:00')`)
			}
		}
		do(`INSERT INTO occasion_place (occasion, workplace) VALUES ('local', 'library')`)
		tests := []struct{ id, level, programme, occasion, state, becomes string }{ // becomes: the state, the day, the place and the version
			{"own", "programme", "one", "NULL", "yes", "yes 2012-10-03 library 1"},
			{"of-five", "public", "one", "'five'", "yes", "yes 2012-10-03 library 1"},
			{"of-four", "programme", "one", "'four'", "yes", "yes - - 1"},
			{"of-four-named", "programme", "one", "'four'", "yes-named", "yes-named 2012-10-03 library 1"},
			{"at-one", "public", "one", "'local'", "yes", "yes - - 1"},
			{"at-one-named", "public", "one", "'local'", "yes-named", "yes-named 2012-10-03 library 1"},
			{"waiting", "programme", "one", "NULL", "asked", "asked - - 1"},
			{"no", "workplace", "one", "NULL", "no", "no - - 1"},
			{"local", "workplace", "one", "NULL", "yes", "withdrawn - - 2"},
			{"local-named", "workplace", "one", "NULL", "yes-named", "withdrawn - - 2"},
			{"local-waiting", "workplace", "one", "NULL", "asked", "withdrawn - - 2"},
			{"moved", "public", "other", "NULL", "yes", "withdrawn - - 2"},
			{"withdrawn", "me", "", "NULL", "withdrawn", "withdrawn - - 1"},
		}
		for _, test := range tests {
			if test.level == "me" {
				do(`INSERT INTO reflection (id, person, date) VALUES ('` + test.id + `', 'a', '2012-10-03')`)
			} else {
				do(`INSERT INTO reflection (id, person, occasion, date, level, shared, shared_version, shared_on, programme, workplace) VALUES ('` + test.id + `', 'a', ` + test.occasion +
					`, '2012-10-03', '` + test.level + `', 'shared-` + test.id + `', 1, '2012-10-04', '` + test.programme + `', 'library')`)
			}
			place := "NULL"
			if strings.HasPrefix(test.state, "yes") {
				place = "'library'"
			}
			do(`INSERT INTO quotation (id, reflection, programme, passage, state, asked_by, asked_at, place) VALUES ('` + test.id + `', '` + test.id + `', 'one', 'sealed', '` + test.state +
				`', 'office', '2012-10-05 00:00:00', ` + place + `)`)
		}
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		for _, test := range tests {
			became, err := db.Value[string](ctx, d, `SELECT state || ' ' || coalesce(day, '-') || ' ' || coalesce(place, '-') || ' ' || version FROM quotation WHERE id = $1`, test.id)
			if err != nil || became != test.becomes {
				t.Errorf("%s has become %q, not %q, %v", test.id, became, test.becomes, err)
			}
		}
	})
}
