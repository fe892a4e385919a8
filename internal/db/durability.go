package db

import (
	"context"
	"fmt"
)

// Durability returns an error if a commit that was answered could be lost with the machine's power:
// we promise that it cannot.
func (d *DB) Durability(ctx context.Context) error {
	if d.postgres {
		for _, setting := range []string{"fsync", "synchronous_commit"} {
			if value, err := d.ask(ctx, "SHOW "+setting); err != nil {
				return err
			} else if value == "off" {
				return fmt.Errorf("db: PostgreSQL's %s is off: a power cut may lose what was saved", setting)
			}
		}
		return nil
	}
	if value, err := d.ask(ctx, "PRAGMA synchronous"); err != nil {
		return err
	} else if value != "2" && value != "3" { // FULL, EXTRA
		return fmt.Errorf("db: SQLite's synchronous is %s, not FULL: a power cut may lose what was saved", value)
	}
	if value, err := d.ask(ctx, "PRAGMA journal_mode"); err != nil {
		return err
	} else if value != "wal" {
		return fmt.Errorf("db: SQLite's journal_mode is %s, not WAL: reading and writing wait for each other", value)
	}
	return nil
}

// ask asks on a connection that writes, since the promise is made there.
func (d *DB) ask(ctx context.Context, query string) (value string, err error) {
	err = d.write.QueryRowContext(ctx, query).Scan(&value)
	return value, err
}
