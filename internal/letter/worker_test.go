package letter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/fault"
	"kompobib/internal/letter"
	"kompobib/internal/mail"
	"kompobib/internal/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// An office sends letters, and answers as a test says.
type office struct {
	mu     sync.Mutex
	now    time.Time
	answer error
	sent   map[string]int // times that each letter went out
	then   func()         // what happens as a letter goes out
}

func (o *office) Send(_ context.Context, m mail.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent[m.ID]++
	if o.then != nil {
		o.then()
	}
	return o.answer
}

func (o *office) Close() error { return nil }

func (o *office) worker(t *testing.T, d *db.DB) *letter.Worker {
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	return &letter.Worker{DB: d, Ring: ring, Sender: o, Log: slog.New(slog.DiscardHandler),
		Clock: func() time.Time { return o.now },
		Render: func(_ context.Context, l letter.Letter) (letter.Text, error) {
			switch l.Template {
			case "addressless":
				return letter.Text{Subject: "s", Plain: "p", Kept: "k"}, nil
			case "pointless":
				return letter.Text{}, letter.ErrPointless
			case "wordless":
				return letter.Text{}, errors.New("no words")
			}
			return letter.Text{To: l.Person + "@example.org", Subject: "Ämne", Plain: "link: 123", Kept: "link: ••••"}, nil
		}}
}

func newOffice() *office {
	return &office{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), sent: map[string]int{}}
}

func queue(t *testing.T, d *db.DB, letters ...letter.Letter) {
	t.Helper()
	err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error { return letter.Queue(ctx, tx, letters...) })
	if err != nil {
		t.Fatal(err)
	}
}

// only is the one letter there is.
func only(t *testing.T, d *db.DB) letter.Letter {
	t.Helper()
	all, err := letter.List(t.Context(), d, access.System, letter.Filter{})
	if err != nil || len(all) != 1 {
		t.Fatalf("%d letters, %v", len(all), err)
	}
	return all[0]
}

func step(t *testing.T, w *letter.Worker) bool {
	t.Helper()
	some, err := w.Step(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return some
}

func TestFate(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, test := range []struct {
			says, template string
			essential      bool
			answer         error
			state, code    string
		}{
			{"sent", "seated", false, nil, letter.StateSent, ""},
			{"refused", "seated", true, mail.ErrRefused, letter.StateFailed, "refused"},
			{"put off", "seated", false, mail.ErrLater, letter.StateWaiting, "later"},
			{"no answer came", "seated", false, mail.ErrUnknown, letter.StateUnknown, "unknown"},
			{"no answer came, but it is essential", "seated", true, mail.ErrUnknown, letter.StateWaiting, "unknown"},
			{"no address", "addressless", true, nil, letter.StateFailed, "no-address"},
			{"nothing to tell any more", "pointless", true, nil, letter.StateFailed, "pointless"},
			{"no words, perhaps the database was away", "wordless", true, nil, letter.StateWaiting, "words"},
		} {
			o := newOffice()
			o.answer = test.answer
			w := o.worker(t, d)
			queue(t, d, letter.Letter{Person: "eva", Template: test.template, Essential: test.essential})
			step(t, w)
			l := only(t, d)
			if l.State != test.state || l.Error != test.code || (l.SentAt != nil) != (test.state == letter.StateSent) {
				t.Errorf("%s: %s %q, sent at %v", test.says, l.State, l.Error, l.SentAt)
			}
			if l.State == letter.StateWaiting && !l.Due.After(o.now) {
				t.Errorf("%s: it is tried again at once", test.says)
			}
			got, err := letter.Get(t.Context(), d, access.System, w.Ring, l.ID)
			if kept := test.state == letter.StateSent || test.state == letter.StateUnknown; err != nil || (got.Body == "link: ••••") != kept {
				t.Errorf("%s: %q is kept, %v", test.says, got.Body, err)
			}
			if step(t, w) {
				t.Errorf("%s: it is still due", test.says)
			}
			empty(t, d)
		}
	})
}

func empty(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM letter`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A letter put off is tried again later and later, and in the end no more.
func TestBackOff(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := newOffice()
		o.answer = mail.ErrLater
		w := o.worker(t, d)
		queue(t, d, letter.Letter{Person: "eva", Template: "seated"})
		began := o.now
		for step(t, w) {
			o.now = only(t, d).Due
		}
		l := only(t, d)
		if l.State != letter.StateFailed || l.Attempts < 10 || o.now.Sub(began) < 24*time.Hour {
			t.Errorf("%s after %d attempts and %v", l.State, l.Attempts, o.now.Sub(began))
		}
	})
}

// A worker goes away with a letter on its way: whether it arrived nobody knows.
func TestCrash(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, test := range []struct {
			essential bool
			state     string
			sent      int
		}{{true, letter.StateSent, 2}, {false, letter.StateUnknown, 1}} {
			o := newOffice()
			w := o.worker(t, d)
			queue(t, d, letter.Letter{Person: "eva", Template: "seated", Essential: test.essential})
			o.then = func() { panic("the power is gone") }
			func() {
				defer func() { recover() }()
				w.Step(t.Context())
			}()
			o.then = nil
			l := only(t, d)
			if l.State != letter.StateSending || o.sent[l.ID] != 1 || step(t, w) {
				t.Errorf("while its lease lasts the letter is %s", l.State)
			}
			o.now = o.now.Add(time.Hour)
			step(t, w)
			if l = only(t, d); l.State != test.state || o.sent[l.ID] != test.sent {
				t.Errorf("essential %v: %s, went out %d times", test.essential, l.State, o.sent[l.ID])
			}
			empty(t, d)
		}
	})
}

// Several workers share an outbox, and each letter goes out once.
func TestSeveralWorkers(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d, other := dbtest.Open(t, url), dbtest.Open(t, url)
		o := newOffice()
		const n = 40
		for i := range n {
			queue(t, d, letter.Letter{Person: fmt.Sprint("p", i), Template: "seated"})
		}
		var all sync.WaitGroup
		for i := range 4 {
			w := o.worker(t, []*db.DB{d, other}[i%2])
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
		counts, err := letter.Count(t.Context(), d, access.System)
		if err != nil || counts[letter.StateSent] != n || len(o.sent) != n {
			t.Errorf("%v, %d went out, %v", counts, len(o.sent), err)
		}
		for id, times := range o.sent {
			if times != 1 {
				t.Errorf("%s went out %d times", id, times)
			}
		}
		doctor.Well(t, d)
	})
}

// Who sees which letters: one's own, the office those of its programme, the administrator all.
func TestWhoSees(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		queue(t, d, letter.Letter{Person: "eva", Template: "seated", Programme: "p"}, letter.Letter{Person: "ola", Template: "seated", Programme: "q"})
		for _, test := range []struct {
			says string
			v    access.Viewer
			want int
		}{
			{"the public", access.Viewer{}, 0},
			{"a recipient", access.Viewer{Person: "eva", Grants: []access.Grant{{Role: access.Participant}}}, 1},
			{"a recipient of none", access.Viewer{Person: "pia", Grants: []access.Grant{{Role: access.Participant}}}, 0},
			{"an administrator", access.Viewer{Person: "pia", Grants: []access.Grant{{Role: access.Administrator}}}, 2},
			{"the steering group", access.Viewer{Person: "pia", Grants: []access.Grant{{Role: access.Steering, Programme: "p"}}}, 0},
		} {
			all, err := letter.List(t.Context(), d, test.v, letter.Filter{})
			if err != nil || len(all) != test.want {
				t.Errorf("%s sees %d, %v", test.says, len(all), err)
			}
			counts, err := letter.Count(t.Context(), d, test.v)
			if err != nil || counts[letter.StateWaiting] != test.want {
				t.Errorf("%s counts %v, %v", test.says, counts, err)
			}
		}
		all, err := letter.List(t.Context(), d, access.System, letter.Filter{Limit: 1})
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		next, err := letter.List(t.Context(), d, access.System, letter.Filter{Limit: 1, After: all[0].Mark})
		if err != nil || len(next) != 1 || next[0].ID >= all[0].ID {
			t.Errorf("the next page has %v, %v", next, err)
		}
	})
}

// In each order, either way round, the pages of a list hold what the list does.
func TestPagesInEveryOrder(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for i, person := range []string{"eva", "ola", "eva", "pia", "ola"} {
			queue(t, d, letter.Letter{Person: person, Template: letter.Templates[i%2+1], Programme: "p"})
		}
		for _, by := range []letter.Sort{letter.ByTime, letter.ByPerson, letter.ByTemplate, letter.ByState} {
			for _, rising := range []bool{true, false} {
				f := letter.Filter{Sort: by, Rising: rising, Templates: letter.Templates}
				var whole, pages []string
				list, err := letter.List(t.Context(), d, access.System, f)
				for _, l := range list {
					whole = append(whole, l.ID)
				}
				for f.Limit = 2; err == nil && len(pages) < len(whole); {
					list, err = letter.List(t.Context(), d, access.System, f)
					for _, l := range list {
						pages, f.After = append(pages, l.ID), l.Mark
					}
					if len(list) == 0 {
						break
					}
				}
				if err != nil || len(whole) != 5 || !slices.Equal(whole, pages) {
					t.Errorf("by %q, rising %v: %v in pages of %v, %v", by, rising, pages, whole, err)
				}
			}
			if _, err := letter.List(t.Context(), d, access.System, letter.Filter{Sort: by, After: "x"}); !errors.Is(err, fault.Page) {
				t.Errorf("by %q, behind what is no mark: %v", by, err)
			}
		}
	})
}
