package db

import (
	"context"
	"strconv"
	"time"
)

// Now is the domain's time: UTC, to the microsecond. It decides rules and stamps rows. Sessions,
// leases and limits of rate go by the machine's time instead.
func (d *DB) Now() time.Time {
	return d.clock().UTC().Truncate(time.Microsecond).Add(time.Duration(d.offset.Load()) * time.Microsecond)
}

// maxSkew is how far a node's clock may be from the database server's. Of two nodes more than a second apart one is told of.
const maxSkew = 500 * time.Millisecond

// Skew returns by how much a node's clock is ahead of the clock that all nodes share, the database server's, negative for behind, and whether
// that is more than rules and links can bear. A database in a file has its node's own. What the question took on its way is no skew.
func (d *DB) Skew(ctx context.Context, clock func() time.Time) (ahead time.Duration, far bool, err error) {
	if !d.postgres {
		return 0, false, nil
	}
	var micros int64
	asked := clock()
	if err := d.read.QueryRowContext(ctx, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").Scan(&micros); err != nil {
		return 0, false, err
	}
	way := clock().Sub(asked) / 2
	ahead = asked.Add(way).Sub(time.UnixMicro(micros))
	return ahead, ahead.Abs() > maxSkew+way, nil
}

const clockOffset = "clock_offset" // in microseconds

// SetNow moves the domain's clock so that it is now at, for every process that opens the database after.
func (d *DB) SetNow(ctx context.Context, by string, at time.Time) error {
	offset := at.Sub(d.clock()).Microseconds()
	err := d.Tx(ctx, by, func(ctx context.Context, tx *Tx) error {
		return SetSetting(ctx, tx, clockOffset, strconv.FormatInt(offset, 10))
	})
	if err == nil {
		d.offset.Store(offset)
		d.stamped.Store(0) // the clock may have gone back
	}
	return err
}

// LoadClock reads the offset that another process may have set.
func (d *DB) LoadClock(ctx context.Context) error {
	if there, err := d.hasTable(ctx, "setting"); err != nil || !there {
		return err // not migrated yet: no offset
	}
	text, err := Setting(ctx, d, clockOffset)
	if err != nil || text == "" {
		return err
	}
	offset, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		d.offset.Store(offset)
	}
	return err
}

// Setting returns a setting that all processes agree on, "" if it is not set.
func Setting(ctx context.Context, c Conn, name string) (string, error) {
	values, err := Values[string](ctx, c, `SELECT value FROM setting WHERE name = $1`, name)
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0], nil
}

// SetSetting sets it.
func SetSetting(ctx context.Context, tx *Tx, name, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}
