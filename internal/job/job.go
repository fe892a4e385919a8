// Package job does work in the background: queued in the transaction that calls for it, done by one
// worker at a time, tried again if it fails, with progress that can be watched and cancelled.
//
// No rule of the domain depends on a job having run.
package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"kompobib/internal/db"
)

// ErrStopped is what a running job learns from [Run.Progress] when it was cancelled, or taken over
// because its worker was thought gone. It should stop, and its error then counts for nothing.
var ErrStopped = errors.New("job: stopped")

const (
	lease = time.Minute // renewed by progress, and while the job runs
	most  = 10          // attempts
)

func backOff(attempt int) time.Duration { return min(10*time.Second<<min(attempt-1, 12), time.Hour) }

// A Job is work that waits, runs, or has been done.
type Job struct {
	ID, Kind, Key, Payload string
	State                  string // 'waiting', 'running', 'done', 'failed', 'cancelled'
	Attempt                int
	Done, Total            int // of whatever it counts
	Error                  string
	MadeBy                 string
	MadeAt                 time.Time
}

// Enqueue puts work in the queue, for now. The same kind and key is not queued twice: while it waits or
// runs, this does nothing. Payload holds nothing personal.
func Enqueue(ctx context.Context, tx *db.Tx, kind, key, payload string) error {
	_, err := tx.Exec(ctx, `INSERT INTO job (id, kind, key, payload, state, run_at, made_by, made_at)
		VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7)
		ON CONFLICT (kind, key) WHERE state IN ('waiting', 'running') DO NOTHING`,
		tx.NewID(), kind, key, payload, time.Unix(0, 0).UTC(), tx.By, tx.At)
	return err
}

// Cancel keeps a job from starting, or tells it to stop at its next progress.
func Cancel(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE job SET state = 'cancelled' WHERE id = $1 AND state IN ('waiting', 'running')`, id)
	return err
}

// CancelBefore is [Cancel] of a job that waits, or has not come as far as done; it reports whether it did. Whoever tells its progress with done before what
// cannot be stopped is sure that it was not.
func CancelBefore(ctx context.Context, tx *db.Tx, id string, done int) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE job SET state = 'cancelled' WHERE id = $1 AND (state = 'waiting' OR state = 'running' AND done < $2)`, id, done)
	return n > 0, err
}

const columns = `id, kind, key, payload, state, attempt, done, total, error, made_by, made_at`

func scan(j *Job) []any {
	return []any{&j.ID, &j.Kind, &j.Key, &j.Payload, &j.State, &j.Attempt, &j.Done, &j.Total, &j.Error, &j.MadeBy, &j.MadeAt}
}

// Get returns a job, or [db.ErrNoRows].
func Get(ctx context.Context, c db.Conn, id string) (Job, error) {
	return db.One(ctx, c, scan, `SELECT `+columns+` FROM job WHERE id = $1`, id)
}

// Latest returns the job last queued under a kind and key, or [db.ErrNoRows].
func Latest(ctx context.Context, c db.Conn, kind, key string) (Job, error) {
	return db.One(ctx, c, scan, `SELECT `+columns+` FROM job WHERE kind = $1 AND key = $2 ORDER BY id DESC LIMIT 1`, kind, key)
}

// A Run is a job under way.
type Run struct {
	Job
	w *Worker
}

// Progress tells how far the job has come, and that it lives. It returns [ErrStopped] if it should not.
func (r *Run) Progress(ctx context.Context, done, total int) error {
	return r.update(ctx, `done = $3, total = $4, leased = $5`, done, total, r.w.now().Add(lease))
}

// update changes the job only if this attempt still holds it.
func (r *Run) update(ctx context.Context, set string, args ...any) error {
	return r.w.DB.Tx(ctx, "job", func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE job SET `+set+` WHERE id = $1 AND attempt = $2 AND state = 'running'`, append([]any{r.ID, r.Attempt}, args...)...)
		if err == nil && n == 0 {
			err = ErrStopped
		}
		return err
	})
}

// A Handler does one kind of job. It may run again after it failed half-way, so it begins by seeing what is left.
type Handler func(ctx context.Context, r *Run) error

// A Worker does jobs, one at a time. Several may run, in several processes.
type Worker struct {
	DB       *db.DB
	Handlers map[string]Handler
	Regular  map[string]time.Duration // kinds that are queued again and again, by themselves
	Clock    func() time.Time         // the machine's
	Log      *slog.Logger
	Pause    time.Duration // between looks at an empty queue

	queued map[string]time.Time
}

func (w *Worker) now() time.Time { return w.Clock().UTC().Truncate(time.Microsecond) }

// Run works until ctx is done. The job under way then is told to stop, and waits for the next worker.
func (w *Worker) Run(ctx context.Context) error {
	for {
		some, err := w.Step(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			w.Log.ErrorContext(ctx, "jobs", "err", err)
		}
		if some && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(w.Pause):
		}
	}
}

// Step does one job, and reports whether there was one.
func (w *Worker) Step(ctx context.Context) (bool, error) {
	if err := w.regular(ctx); err != nil {
		return false, err
	}
	r, ok, err := w.take(ctx)
	if !ok || err != nil {
		return false, err
	}
	running, stop := context.WithCancelCause(ctx)
	beat := make(chan struct{})
	go func() {
		defer close(beat)
		w.keep(running, r, stop)
	}()
	err = w.handle(running, r)
	stop(nil)
	<-beat
	// What came of it is stored even if the worker is to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	switch {
	case err == nil:
		err = r.update(ctx, `state = 'done', error = '', leased = NULL`)
	case errors.Is(err, ErrStopped) || context.Cause(running) == ErrStopped:
		return true, nil
	case running.Err() != nil && errors.Is(err, context.Canceled): // the worker stops; the job did nothing wrong
		err = r.update(ctx, `state = 'waiting', leased = NULL`)
	default:
		w.Log.ErrorContext(ctx, "job failed", "job", r.ID, "kind", r.Kind, "attempt", r.Attempt, "err", err)
		state := "waiting"
		if r.Attempt >= most {
			state = "failed"
		}
		err = r.update(ctx, `state = $3, error = 'failed', run_at = $4, leased = NULL`, state, w.now().Add(backOff(r.Attempt)))
	}
	if errors.Is(err, ErrStopped) {
		err = nil // another's word holds
	}
	return true, err
}

// handle runs the job, and turns a panic into an error: one bad job must not stop the others.
func (w *Worker) handle(ctx context.Context, r *Run) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return w.Handlers[r.Kind](ctx, r)
}

// keep renews the lease while the job runs, and stops it when the lease is lost.
func (w *Worker) keep(ctx context.Context, r *Run, stop context.CancelCauseFunc) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lease / 3):
		}
		if err := r.update(ctx, `leased = $3`, w.now().Add(lease)); errors.Is(err, ErrStopped) {
			stop(ErrStopped)
			return
		}
	}
}

// take leases the job that is due first, of the kinds that this worker knows. One whose lease ran out is due too.
func (w *Worker) take(ctx context.Context) (*Run, bool, error) {
	kinds := make([]string, 0, len(w.Handlers))
	for kind := range w.Handlers {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	now := w.now()
	args := []any{now}
	due := `kind IN ` + db.In(&args, kinds) + ` AND ((state = 'waiting' AND run_at <= $1) OR (state = 'running' AND leased <= $1))`
	until := fmt.Sprintf("$%d", len(args)+1)
	first := `(SELECT id FROM job WHERE ` + due + ` ORDER BY run_at, id LIMIT 1)`
	for {
		n, err := db.Value[int](ctx, w.DB, `SELECT count(*) FROM job WHERE id = `+first, args...)
		if err != nil || n == 0 {
			return nil, false, err
		}
		var jobs []Job
		err = w.DB.Tx(ctx, "job", func(ctx context.Context, tx *db.Tx) (err error) {
			// Of two who find the same job the second waits for the first, and finds its conditions no longer true.
			jobs, err = db.All(ctx, tx, scan, `UPDATE job SET state = 'running', attempt = attempt + 1, leased = `+until+`
				WHERE id = `+first+` AND `+due+` RETURNING `+columns, append(slices.Clone(args), now.Add(lease))...)
			return err
		})
		if err != nil {
			return nil, false, err
		}
		if len(jobs) == 1 {
			return &Run{jobs[0], w}, true, nil
		}
	}
}

// regular queues the kinds whose time has come round, by this worker's own count: two workers may both
// queue one, which does no harm.
func (w *Worker) regular(ctx context.Context) error {
	var due []string
	for kind, every := range w.Regular {
		if w.now().Sub(w.queued[kind]) >= every {
			due = append(due, kind)
		}
	}
	if due == nil {
		return nil
	}
	slices.Sort(due)
	err := w.DB.Tx(ctx, "job", func(ctx context.Context, tx *db.Tx) error {
		for _, kind := range due {
			if err := Enqueue(ctx, tx, kind, "", ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if w.queued == nil {
		w.queued = map[string]time.Time{}
	}
	for _, kind := range due {
		w.queued[kind] = w.now()
	}
	return nil
}

// Sweep forgets regular jobs done and others that ended long ago, by the domain's clock.
func Sweep(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM job WHERE state IN ('done', 'failed', 'cancelled') AND made_at < $1`, tx.At.AddDate(0, -1, 0))
	return err
}
