package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func set(ctx context.Context, d *db.DB, name string) error {
	return d.Tx(ctx, "ann", func(ctx context.Context, tx *db.Tx) error { return db.SetSetting(ctx, tx, name, "x") })
}

func names(t *testing.T, c db.Conn) string {
	t.Helper()
	list, err := db.Values[string](t.Context(), c, `SELECT name FROM setting ORDER BY name`)
	if err != nil {
		t.Error(err)
	}
	return strings.Join(list, " ")
}

// Only a Tx writes, and a snapshot stands still while it does.
func TestWhoWrites(t *testing.T) {
	write := func(ctx context.Context, c db.Conn) error {
		_, err := db.Value[string](ctx, c, `INSERT INTO setting (name, value) VALUES ('no', 'x') RETURNING name`)
		return err
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		err := d.Snapshot(ctx, func(c db.Conn) error {
			before := names(t, c)
			if err := set(ctx, d, "a"); err != nil {
				t.Error(err)
			}
			if in, out := names(t, c), names(t, d); before != "" || in != "" || out != "a" {
				t.Errorf("before %q, then in the snapshot %q, outside %q", before, in, out)
			}
			return write(ctx, c)
		})
		if err == nil {
			t.Error("a snapshot wrote")
		}
		if write(ctx, d) == nil {
			t.Error("a DB wrote")
		}
		if d.Tx(ctx, "", func(context.Context, *db.Tx) error { return nil }) == nil {
			t.Error("nobody wrote")
		}
	})
}

// However many read the same at once, again and again, each sees one view, and what came since in the next.
func TestReadAgainTogether(t *testing.T) {
	const readers, times = 24, 12 // more than there are connections
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var all sync.WaitGroup
		for reader := range readers {
			all.Go(func() {
				for i := range times {
					name := fmt.Sprintf("%d-%d", reader, i)
					if err := set(ctx, d, name); err != nil {
						t.Error(err)
						return
					}
					err := d.Snapshot(ctx, func(c db.Conn) error {
						before := names(t, c)
						if n, err := db.Value[int](ctx, c, `SELECT count(*) FROM setting WHERE value = $1`, "x"); err != nil || n != len(strings.Fields(before)) {
							t.Errorf("%d, %v, of %q", n, err, before)
						}
						if after := names(t, c); before != after || !slices.Contains(strings.Fields(before), name) {
							t.Errorf("%q, then %q, with %s", before, after, name)
						}
						return nil
					})
					if outside := names(t, d); err != nil || !slices.Contains(strings.Fields(outside), name) {
						t.Errorf("%v; %s is not in %q", err, name, outside)
					}
				}
			})
		}
		all.Wait()
	})
}

// What SQLite is asked twice is prepared, once, and whoever is gone before it is takes nobody's place.
func TestWhatIsPrepared(t *testing.T) {
	d := dbtest.Open(t, dbtest.OneEngine(t))
	const asked, other = `SELECT count(*) FROM setting WHERE value = 'x'`, `SELECT count(*) FROM setting WHERE value = 'y'`
	ask := func(c db.Conn, query string) {
		t.Helper()
		if _, err := db.Value[int](t.Context(), c, query); err != nil {
			t.Error(err)
		}
	}
	snapshot := func(times int, query string) {
		t.Helper()
		if err := d.Snapshot(t.Context(), func(c db.Conn) error {
			for range times {
				ask(c, query)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	before, room := d.Prepared()
	snapshot(1, asked)
	if now, left := d.Prepared(); !slices.Equal(now, before) || left != room {
		t.Errorf("asked once: %q, %d more", now, left)
	}
	snapshot(10, asked)
	ask(d, asked)
	snapshot(2, asked)
	if now, left := d.Prepared(); !slices.Contains(now, asked) || left != room-1 {
		t.Errorf("asked again and again: %q, %d more, want %d", now, left, room-1)
	}
	ctx, leave := context.WithCancel(t.Context())
	if err := d.Snapshot(ctx, func(c db.Conn) error {
		ask(c, other)
		ask(c, other)
		leave()
		return nil
	}); err != nil {
		t.Error(err)
	}
	if now, left := d.Prepared(); slices.Contains(now, other) || left != room-1 {
		t.Errorf("asked by who is gone: %q, %d more, want %d", now, left, room-1)
	}
	snapshot(2, other)
	if now, left := d.Prepared(); !slices.Contains(now, other) || left != room-2 {
		t.Errorf("asked again after that: %q, %d more, want %d", now, left, room-2)
	}
}

// Work that goes together into one commit stands or falls alone.
func TestTogether(t *testing.T) {
	sorry := errors.New("sorry")
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		var all sync.WaitGroup
		for i := range 60 {
			all.Go(func() {
				ctx := t.Context()
				if i%3 == 2 {
					ctx = gone
				}
				err := d.Tx(ctx, "ann", func(ctx context.Context, tx *db.Tx) error {
					if err := db.SetSetting(ctx, tx, fmt.Sprintf("%02d", i), "x"); err != nil {
						return err
					}
					if i%3 == 1 {
						return sorry
					}
					return nil
				})
				want := []error{nil, sorry, context.Canceled}[i%3]
				if !errors.Is(err, want) {
					t.Errorf("work %d: %v, want %v", i, err, want)
				}
			})
		}
		all.Wait()
		got := strings.Fields(names(t, d))
		var want []string
		for i := 0; i < 60; i += 3 {
			want = append(want, fmt.Sprintf("%02d", i))
		}
		if !slices.Equal(got, want) {
			t.Errorf("stored %v, want %v", got, want)
		}
		doctor.Well(t, d)
	})
}

// A panic reaches whoever gave the work, and nobody else; the next work goes on. So it does when a
// goroutine ends in the middle, as a failed test's does.
func TestPanic(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = d.Tx(t.Context(), "ann", func(context.Context, *db.Tx) error { runtime.Goexit(); return nil })
		}()
		<-ended
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			_ = d.Tx(t.Context(), "ann", func(context.Context, *db.Tx) error { panic("at the disco") })
		}()
		if err := set(t.Context(), d, "after"); err != nil {
			t.Error(err)
		}
	})
}

// Those who write come in turn: however many are at it or wait, one who gives up makes no one wait longer, and all the others are heard.
func TestTurns(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		const many = 20
		hold, entered := make(chan struct{}), make(chan struct{}, many)
		var all sync.WaitGroup
		lengthy := db.Lengthy(t.Context(), time.Minute)
		for i := range many {
			ctx := t.Context()
			if i%4 == 0 {
				ctx = lengthy
			}
			all.Go(func() {
				err := d.Tx(ctx, "ann", func(context.Context, *db.Tx) error {
					entered <- struct{}{}
					<-hold
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		<-entered
		ended, end := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			gone <- d.Tx(ended, "bo", func(context.Context, *db.Tx) error { <-ended.Done(); return ended.Err() })
		}()
		end()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("who gives up: %v", err)
		}
		close(hold)
		all.Wait()
		if err := set(t.Context(), d, "after"); err != nil {
			t.Error(err)
		}
	})
}

// Locks are taken in one order, and number those who come.
func TestLock(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, test := range []struct {
			says string
			f    func(ctx context.Context, tx *db.Tx) error
			ok   bool
		}{
			{"tables by name", func(ctx context.Context, tx *db.Tx) error {
				return errors.Join(db.Lock(ctx, tx, "occasion"), db.Lock(ctx, tx, "person"))
			}, true},
			{"never back", func(ctx context.Context, tx *db.Tx) error {
				return errors.Join(db.Lock(ctx, tx, "person"), db.Lock(ctx, tx, "occasion"))
			}, false},
			{"a row that is missing", func(ctx context.Context, tx *db.Tx) error { return db.Lock(ctx, tx, "person", "nobody") }, false},
			{"a row that is missing, by what it should have", func(ctx context.Context, tx *db.Tx) error {
				_, err := db.LockBy(ctx, tx, "workshop", "code", "NOBODY")
				return err
			}, false},
		} {
			if err := d.Tx(t.Context(), "ann", test.f); (err == nil) != test.ok {
				t.Errorf("%s: %v", test.says, err)
			}
		}
	})
}

// An engine's limit on parameters is no limit on rows.
func TestInsertMany(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		rows := make([][]any, 33_000) // of two parameters each: more than either engine takes
		for i := range rows {
			rows[i] = []any{fmt.Sprint(i), "x"}
		}
		err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error {
			return db.Insert(ctx, tx, "setting", "name, value", "", rows)
		})
		if n, _ := db.Value[int](t.Context(), d, `SELECT count(*) FROM setting`); err != nil || n != len(rows) {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

// Both engines call the same mistakes by the same names.
func TestErrors(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, test := range []struct {
			says, statement string
			want            error
		}{
			{"twice", `INSERT INTO gender (name) VALUES ('woman')`, db.ErrDuplicate},
			{"pointing at nothing", `INSERT INTO target_unit (programme, unit) VALUES ('p', 'u')`, db.ErrDangling},
		} {
			err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, test.statement)
				return err
			})
			if !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %v", test.says, err, test.want)
			}
		}
	})
}

// The domain's clock is moved for everyone who opens the database.
func TestClock(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url)
		day := dbtest.Now.AddDate(-1, 0, 0)
		if err := d.SetNow(t.Context(), "ann", day); err != nil {
			t.Fatal(err)
		}
		if other := dbtest.Open(t, url); !d.Now().Equal(day) || !other.Now().Equal(day) {
			t.Errorf("it is %v here and %v there, want %v", d.Now(), other.Now(), day)
		}
	})
}

// A node learns that its clock is not the server's; a database in a file has no other.
func TestSkew(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		server := strings.HasSuffix(t.Name(), "/postgres")
		for _, test := range []struct {
			off time.Duration
			far bool
		}{{0, false}, {3 * time.Second, server}, {-3 * time.Second, server}} {
			ahead, far, err := d.Skew(t.Context(), func() time.Time { return time.Now().Add(test.off) })
			if err != nil || far != test.far || far && (ahead-test.off).Abs() > time.Second {
				t.Errorf("off by %v: %v, far: %v, %v", test.off, ahead, far, err)
			}
		}
	})
}

// Ids sort as they were made, also within the same instant, whoever made them.
func TestIDs(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var ids []string
		for range 2000 {
			err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error {
				ids = append(ids, tx.NewID(), tx.NewID(), tx.NewID())
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if !slices.IsSorted(ids) || len(slices.Compact(ids)) != 6000 {
			t.Error("ids do not sort as they were made")
		}
	})
}
