package db

import (
	"context"
	"slices"
)

// late is what was written into a migration after databases had been made from it, before the first release. A
// database that lacks it gets it before it is brought up to date. Nothing more is added here: what a migration says
// stands now, and whoever changes it fails the test that upgrades a kept database.
var late = []struct{ table, column, statement string }{
	{"activity", "sort_key", `ALTER TABLE activity ADD COLUMN sort_key TEXT NOT NULL DEFAULT ''`}, // set when it is next saved
	{"occasion", "leader", `ALTER TABLE occasion ADD COLUMN leader TEXT REFERENCES person (id)`},
	{"employment", "", `CREATE INDEX IF NOT EXISTS employment_follows ON employment (follows) WHERE follows IS NOT NULL`},
	{"letter", "", `CREATE INDEX IF NOT EXISTS letter_time ON letter (coalesce(sent_at, made_at), id)`},
	{"attendance", "", `CREATE INDEX IF NOT EXISTS attendance_employment ON attendance (employment) WHERE employment IS NOT NULL`},
}

func (d *DB) addLate(ctx context.Context) error {
	if applied, err := d.applied(ctx); err != nil || len(applied) == 0 {
		return err
	}
	for _, l := range late {
		columns, err := d.columns(ctx, d, l.table)
		if err != nil {
			return err
		}
		if len(columns) == 0 || slices.ContainsFunc(columns, func(c Column) bool { return c.Name == l.column }) {
			continue // the migration that makes the table has not run yet, or it gave it the column
		}
		if _, err := d.write.ExecContext(ctx, l.statement); err != nil {
			return err
		}
	}
	return nil
}
