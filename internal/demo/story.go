package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/secret"
)

// An act is something that happens in the story, in one transaction. Several people may do several things in
// it, see [stage.as]. It looks at the database as it then is: visitors may have changed it.
type act struct {
	name  string // never changed: it marks the act as played, and chance follows from it
	at    time.Time
	play  func(ctx context.Context, s *stage) error
	staff bool                   // it changes who works where
	blobs []func() (blob, error) // files that it needs: received before, since a transaction waits for no file
}

// A blob is a file that the story brings along.
type blob struct {
	name   string
	bytes  []byte
	limits file.Limits
}

// A stage is what an act is played on.
type stage struct {
	*db.Tx     // in the name of whoever does the next thing, at the time they do it
	whole      *db.Tx
	rand       *rand.Rand
	ring       *secret.Ring
	blobs      []file.File // received for this act
	log        *slog.Logger
	act        string
	cast       map[string]string // the ids of all that the story has a name for
	made       map[string]string // those that this act has made
	skipped    *int
	sinceBegun time.Duration
	viewers    map[string]access.Viewer
	jobs       *[]job // the loader's: nil when they have changed
}

// id is that of what the story has a name for, "" if it is not there.
func (s *stage) id(name string) string { return s.cast[name] }

// name lets the story know what was made.
func (s *stage) name(name, id string) { s.cast[name], s.made[name] = id, id }

// as lets a person do the next thing, some time after the last one was done.
func (s *stage) as(person string, after time.Duration) {
	s.sinceBegun += after
	s.Tx = s.whole.As(person, s.whole.At.Add(s.sinceBegun))
}

// viewer is what a person may see and do that day.
func (s *stage) viewer(ctx context.Context, person string) (access.Viewer, error) {
	if v, ok := s.viewers[person]; ok {
		return v, nil
	}
	v, err := people.Viewer(ctx, s.Tx, person, s.today())
	s.viewers[person] = v
	return v, err
}

func (s *stage) today() local.Date { return local.DateOf(s.whole.At, stockholm) }

// try lets a mistake pass that a person could have made: a visitor may have been here. Whatever was asked
// for has then not been done. Any other error ends the act.
func (s *stage) try(err error) error {
	faults := fault.Of(err)
	if faults == nil {
		return err
	}
	*s.skipped++
	s.log.Warn("the demo's story goes another way", "act", s.act, "fault", faults.Error())
	return nil
}

// played stands before an act's name in the setting that says it has been played, with the names it made.
const played = "demo/"

// play plays the acts that have not been played yet, up to a time.
func (l *loader) play(ctx context.Context, acts []act, until time.Time) error {
	slices.SortStableFunc(acts, func(a, b act) int { return a.at.Compare(b.at) })
	done, err := l.read(ctx)
	if err != nil {
		return err
	}
	for _, a := range acts {
		if a.at.After(until) || done[a.name] {
			continue
		}
		if err := l.playOne(ctx, a); err != nil {
			return fmt.Errorf("demo: %s: %w", a.name, err)
		}
	}
	return nil
}

// playOne plays an act. It may run twice, if another transaction got in the way.
func (l *loader) playOne(ctx context.Context, a act) error {
	l.now = a.at
	blobs, err := l.receive(a)
	if err != nil {
		return err
	}
	var made map[string]string
	var skipped int
	err = l.story.Tx(ctx, system, func(ctx context.Context, tx *db.Tx) error {
		made, skipped = map[string]string{}, 0
		l.random.Seed(seed("ids of " + a.name))
		s := &stage{Tx: tx, whole: tx, rand: chance(a.name), ring: l.ring, blobs: blobs, log: l.log,
			act: a.name, cast: maps.Clone(l.cast), made: made, skipped: &skipped, viewers: map[string]access.Viewer{}, jobs: &l.jobs}
		if a.staff {
			l.jobs = nil
		}
		if err := a.play(ctx, s); err != nil && s.try(err) != nil {
			return err
		}
		text, err := json.Marshal(made)
		if err != nil {
			return err
		}
		return db.SetSetting(ctx, tx, played+a.name, string(text))
	})
	if err == nil {
		maps.Copy(l.cast, made)
		l.skipped += skipped
	}
	return err
}

func (l *loader) receive(a act) (received []file.File, err error) {
	for _, make := range a.blobs {
		b, err := make()
		if err != nil {
			return nil, err
		}
		f, err := l.files.Receive(bytes.NewReader(b.bytes), b.name, b.limits)
		if err != nil {
			return nil, err
		}
		received = append(received, f)
	}
	return received, nil
}

// read finds out which acts have been played, and what they made.
func (l *loader) read(ctx context.Context) (done map[string]bool, err error) {
	type row struct{ name, value string }
	rows, err := db.All(ctx, l.story, func(r *row) []any { return []any{&r.name, &r.value} },
		`SELECT name, value FROM setting WHERE name LIKE 'demo/%' ORDER BY name`)
	done = map[string]bool{}
	for _, r := range rows {
		done[strings.TrimPrefix(r.name, played)] = true
		if err := json.Unmarshal([]byte(r.value), &l.cast); err != nil {
			return nil, fmt.Errorf("demo: %s: %w", r.name, err)
		}
	}
	return done, err
}

// at is a time of day in Sweden.
func at(d local.Date, clock local.Clock) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", string(d)+" "+clock, stockholm)
	if err != nil {
		panic(err) // every test of the story finds it
	}
	return t.UTC()
}
