// Package demo tells the story of KompoBib2020, through the same functions that people use: what the
// programme was, when and with whom is fact, and everyone in it is made up. The story is a row of acts, each
// at its time; it is played up to a day and can be gone on with, and is the same every time.
package demo

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/file"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

// ErrEarlier is the fault of a day before the one that the story has come to. Its argument is the latter.
var ErrEarlier = fault.Define(fault.Invalid, "demo.earlier")

// ErrReal is the fault of data that somebody else has begun: nothing made up goes among what is real.
var ErrReal = fault.Define(fault.Conflict, "demo.real")

// begun is the setting of data that is a demo's.
const begun = "demo_begun"

// Slug is that of the programme.
const Slug = "kompobib2020"

// Noon is the hour at which a day of the demo begins: Swedish time.
const Noon local.Clock = "12:00"

// Today is the day that the demo begins on, if no other is asked for: two days after the extension was granted, on
// condition, and the day on which everyone was told.
const Today local.Date = "2012-10-12"

// First is the first day that a demo can begin on: by its noon all of [Accounts] can sign in, the contacts last.
const First local.Date = "2011-01-14"

// system is who did what nobody is named for.
const system = "system"

// until is the setting that tells how far the story has been told.
const until = "demo_until"

var stockholm = must(time.LoadLocation("Europe/Stockholm"))

// At is noon on a day, when the demo's clock starts.
func At(day local.Date) time.Time { return at(day, Noon) }

type loader struct {
	story   *db.DB // whose clock stands where the story is
	now     time.Time
	random  *rand.ChaCha8
	ring    *secret.Ring
	files   *file.Store
	log     *slog.Logger
	render  Render
	cast    map[string]string
	jobs    []job // who works where, once it has been read
	skipped int   // what could not be done, since a visitor had been there
}

// Render finds the words of letters, as those who send them do.
type Render func(ctx context.Context, l letter.Letter) (letter.Text, error)

// recent is how long before the day of the story letters have their texts. Older ones are only known to have been sent.
const recent = 21 // days

// Load tells the story up to a time, in a migrated database that is empty or has the story's beginning, and
// sets the domain's clock to that time. If the story has come that far before, the clock is left to run on.
// Nobody else may be writing. Without render no letter has a text.
func Load(ctx context.Context, d *db.DB, ring *secret.Ring, files *file.Store, to time.Time, render Render) error {
	_, err := load(ctx, d, ring, files, to, render)
	return err
}

func load(ctx context.Context, d *db.DB, ring *secret.Ring, files *file.Store, to time.Time, render Render) (skipped int, err error) {
	to = to.UTC().Truncate(time.Microsecond)
	last, err := Told(ctx, d)
	if err != nil || last.Equal(to) {
		return 0, err
	}
	if to.Before(last) {
		return 0, ErrEarlier.With(local.DateOf(last, stockholm))
	}
	if last.IsZero() {
		if err := begin(ctx, d); err != nil {
			return 0, err
		}
	}
	book, err := read()
	if err != nil {
		return 0, err
	}
	l := &loader{random: rand.NewChaCha8(seed("")), ring: ring, files: files, log: slog.Default(), render: render, cast: map[string]string{}}
	l.story, err = d.Reopen(ctx, func() time.Time { return l.now }, db.WithRandom(l.random))
	if err != nil {
		return 0, err
	}
	if err := errors.Join(l.tell(ctx, book, to), l.story.Close()); err != nil {
		return 0, err
	}
	if now := d.Now(); !last.IsZero() && now.After(to) {
		return l.skipped, nil // the clock has run past it
	}
	return l.skipped, d.SetNow(ctx, system, to)
}

// Check refuses data that is not the demo's, of whatever schema: it needs neither the keys nor anything brought up to date.
func Check(ctx context.Context, d *db.DB) error {
	if empty, err := d.Empty(ctx); empty || err != nil {
		return err
	}
	ours, err := db.Setting(ctx, d, begun)
	if err != nil || ours != "" {
		return err
	}
	if real, err := db.Value[bool](ctx, d, `SELECT EXISTS (SELECT 1 FROM audit WHERE entity IN ('person', 'unit', 'programme'))`); err != nil || real {
		return cmp.Or(err, error(ErrReal))
	}
	return nil
}

// begin makes data a demo's, if there is nothing in it.
func begin(ctx context.Context, d *db.DB) error {
	if err := Check(ctx, d); err != nil {
		return err
	}
	return d.Tx(ctx, system, func(ctx context.Context, tx *db.Tx) error { return db.SetSetting(ctx, tx, begun, "yes") })
}

func (l *loader) tell(ctx context.Context, b *book, to time.Time) error {
	if err := l.play(ctx, b.acts(), to); err != nil {
		return err
	}
	l.now = to
	today := local.DateOf(to, stockholm) // whose letters wait for the worker, as they would
	if l.render != nil {
		if err := letter.Tell(ctx, l.story, l.ring, l.render, at(today.Add(-recent), "00:00"), at(today, "00:00")); err != nil {
			return err
		}
	}
	return l.story.Tx(ctx, system, func(ctx context.Context, tx *db.Tx) error {
		if err := letter.Told(ctx, tx, at(today, "00:00")); err != nil {
			return err
		}
		return db.SetSetting(ctx, tx, until, to.Format(time.RFC3339Nano))
	})
}

// Told is how far the story has been told, the zero time if it has not.
func Told(ctx context.Context, c db.Conn) (time.Time, error) {
	text, err := db.Setting(ctx, c, until)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, text)
}

func must[T any](t T, err error) T {
	if err != nil {
		panic(err)
	}
	return t
}
