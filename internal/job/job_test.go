package job_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/job"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func worker(d *db.DB, now *time.Time, f job.Handler) *job.Worker {
	return &job.Worker{DB: d, Handlers: map[string]job.Handler{"work": f}, Clock: func() time.Time { return *now }, Log: slog.New(slog.DiscardHandler)}
}

func enqueue(t *testing.T, d *db.DB, keys ...string) {
	t.Helper()
	err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error {
		for _, key := range keys {
			if err := job.Enqueue(ctx, tx, "work", key, "payload"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func step(t *testing.T, w *job.Worker) bool {
	t.Helper()
	some, err := w.Step(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return some
}

func latest(t *testing.T, d *db.DB, key string) job.Job {
	t.Helper()
	j, err := job.Latest(t.Context(), d, "work", key)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// The same work stands in the queue once, and can be queued again when it has been done.
func TestOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now, n := start, 0
		w := worker(d, &now, func(ctx context.Context, r *job.Run) error {
			n++
			enqueue(t, d, "a") // while it runs, too
			return r.Progress(ctx, 3, 7)
		})
		enqueue(t, d, "a", "a")
		enqueue(t, d, "a")
		if !step(t, w) || step(t, w) || n != 1 {
			t.Errorf("it was done %d times", n)
		}
		if j := latest(t, d, "a"); j.State != "done" || j.Done != 3 || j.Total != 7 || j.Payload != "payload" || j.MadeBy != "ann" {
			t.Errorf("%+v", j)
		}
		if enqueue(t, d, "a"); !step(t, w) || n != 2 {
			t.Errorf("queued anew, it was done %d times in all", n)
		}
	})
}

// What fails, or panics, is tried again later and later, and in the end no more.
func TestFails(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now, n := start, 0
		w := worker(d, &now, func(context.Context, *job.Run) error {
			if n++; n%2 == 0 {
				panic("at the disco")
			}
			return errors.New("sorry")
		})
		enqueue(t, d, "a")
		for range 100 {
			if !step(t, w) {
				now = now.Add(10 * time.Minute)
			}
		}
		if j := latest(t, d, "a"); j.State != "failed" || n != 10 {
			t.Errorf("%s after %d attempts", j.State, n)
		}
	})
}

// A job that is cancelled does not begin, or stops at its next progress; it is not begun again.
func TestCancel(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		cancel := func(key string) {
			id := latest(t, d, key).ID
			if err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error { return job.Cancel(ctx, tx, id) }); err != nil {
				t.Error(err)
			}
		}
		now, begun := start, 0
		w := worker(d, &now, func(ctx context.Context, r *job.Run) error {
			begun++
			cancel("b")
			return r.Progress(ctx, 1, 2)
		})
		enqueue(t, d, "a", "b")
		cancel("a")
		if !step(t, w) || step(t, w) || begun != 1 {
			t.Errorf("%d began", begun)
		}
		for _, key := range []string{"a", "b"} {
			if j := latest(t, d, key); j.State != "cancelled" || j.Done != 0 {
				t.Errorf("%s: %+v", key, j)
			}
		}
	})
}

// A worker that was thought gone comes back: what it says about the job counts no more.
func TestFence(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := start
		var late error
		second := worker(d, &now, func(ctx context.Context, r *job.Run) error { return r.Progress(ctx, 2, 2) })
		first := worker(d, &now, func(ctx context.Context, r *job.Run) error {
			now = now.Add(time.Hour)
			if !step(t, second) {
				t.Error("nobody took over")
			}
			late = r.Progress(ctx, 1, 2)
			return errors.New("sorry")
		})
		enqueue(t, d, "a")
		step(t, first)
		if j := latest(t, d, "a"); !errors.Is(late, job.ErrStopped) || j.State != "done" || j.Done != 2 || j.Attempt != 2 {
			t.Errorf("it learned %v, and the job is %+v", late, j)
		}
	})
}

// A worker told to stop leaves its job for the next one.
func TestStop(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := start
		ctx, stop := context.WithCancel(t.Context())
		w := worker(d, &now, func(ctx context.Context, _ *job.Run) error {
			stop()
			<-ctx.Done()
			return ctx.Err()
		})
		enqueue(t, d, "a")
		if err := w.Run(ctx); err != nil {
			t.Error(err)
		}
		if j := latest(t, d, "a"); j.State != "waiting" {
			t.Errorf("it is %s", j.State)
		}
	})
}

// Several workers share the queue, and each job is done once.
func TestSeveral(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := start
		var mu sync.Mutex
		times := map[string]int{}
		for i := range 30 {
			enqueue(t, d, fmt.Sprint(i))
		}
		var all sync.WaitGroup
		for range 4 {
			w := worker(d, &now, func(_ context.Context, r *job.Run) error {
				mu.Lock()
				defer mu.Unlock()
				times[r.Key]++
				return nil
			})
			all.Go(func() {
				for {
					some, err := w.Step(t.Context())
					if err != nil {
						t.Error(err)
					}
					if !some || err != nil {
						return
					}
				}
			})
		}
		all.Wait()
		if len(times) != 30 {
			t.Errorf("%d of 30 were done", len(times))
		}
		for key, n := range times {
			if n != 1 {
				t.Errorf("%s was done %d times", key, n)
			}
		}
	})
}

// Regular work comes round by itself.
func TestRegular(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now, n := start, 0
		w := worker(d, &now, func(context.Context, *job.Run) error { n++; return nil })
		w.Regular = map[string]time.Duration{"work": time.Hour}
		for range 6 {
			step(t, w)
			now = now.Add(30 * time.Minute)
		}
		if n != 3 {
			t.Errorf("hourly work was done %d times in three hours", n)
		}
	})
}
