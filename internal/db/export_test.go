package db

import "context"

// For the tests of this package.
var MigrationsOf = migrationsOf

func Known() ([]Migration, error) { return migrationsOf(migrations) }

func (d *DB) MigrateTo(ctx context.Context, last Migration) error { return d.migrate(ctx, last) }

func (d *DB) Exec(ctx context.Context, query string) error {
	_, err := d.write.ExecContext(ctx, query)
	return err
}
