package db

import (
	"context"
	"slices"
)

// For the tests of this package.
var MigrationsOf = migrationsOf

func Known() ([]Migration, error) { return migrationsOf(migrations) }

func (d *DB) MigrateTo(ctx context.Context, last Migration) error { return d.migrate(ctx, last) }

func (d *DB) Exec(ctx context.Context, query string) error {
	_, err := d.write.ExecContext(ctx, query)
	return err
}

// Prepared are the queries that SQLite keeps prepared for those who read, and how many more it may.
func (d *DB) Prepared() (queries []string, left int) {
	for query := range d.reads.stmts.Range {
		queries = append(queries, query.(string))
	}
	slices.Sort(queries)
	return queries, d.reads.left
}
