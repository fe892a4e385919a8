package auth_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// Whatever a stranger asks for at somebody's address, who owns it always has a way in there that works for a good while yet, and no more letters
// than five at once and five an hour.
func TestNobodyIsShutOutByAsking(t *testing.T) {
	t.Run("who asks in vain, and whose address is entered then", func(t *testing.T) {
		dbtest.Run(t, func(t *testing.T, d *db.DB) {
			for range 20 {
				ask(t, d, noon, "ny@example.org")
			}
			person(t, d, "ny", "ny@example.org")
			if ask(t, d, noon.Add(time.Second), "ny@example.org"); letters(t, d) != 1 {
				t.Errorf("%d letters, want one", letters(t, d))
			}
		})
	})
	const day = 24 * time.Hour
	for _, test := range []struct {
		says        string
		every       time.Duration
		least, most int // letters in a day, of the stranger's asking alone
	}{
		{"a stranger who asks every eleven minutes", 11 * time.Minute, 115, 125},
		{"a stranger who asks all the time", time.Minute, 120, 125},
		{"a stranger who asks as seldom as letters are allowed", 12 * time.Minute, 120, 125},
	} {
		t.Run(test.says, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				person(t, d, "eva", "eva@example.org")
				written, last := 0, noon
				sent := func(at time.Time, email string) bool {
					ask(t, d, at, email)
					now := letters(t, d)
					if now == written {
						return false
					}
					written, last = now, at
					return true
				}
				for range 5 {
					sent(noon, "eva@example.org")
				}
				if written != 5 {
					t.Errorf("%d of the first five were answered", written)
				}
				for at := noon.Add(test.every); at.Before(noon.Add(day)); at = at.Add(test.every) {
					if !sent(at, " Eva@Example.org") && at.Sub(last) >= 12*time.Minute {
						t.Fatalf("%v after the last letter there is no other, and the link of that one holds for half an hour", at.Sub(last))
					}
				}
				if written < test.least || written > test.most {
					t.Errorf("%d letters in a day", written)
				}
			})
		})
	}
}

// Whoever has come in by a letter has read those that lie there: the next letter goes at once. And each address is counted for itself.
func TestWhoHasComeInMayAskAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		person(t, d, "eva", "eva@example.org")
		person(t, d, "ola", "ola@example.org")
		var id string
		for _, step := range []struct {
			says, email string
			do          func()
			want        bool
		}{
			{"five letters are enough", "eva@example.org", func() {
				for range 5 {
					id = ask(t, d, noon, "eva@example.org")
				}
			}, false},
			{"another's address has its own", "ola@example.org", nil, true},
			{"who came in by the link gets another", "eva@example.org", func() {
				if _, err := use(t, d, noon, way(t, d, noon, id).Token); err != nil {
					t.Error(err)
				}
			}, true},
			{"who came in by the code too", "eva@example.org", func() {
				id = ask(t, d, noon, "eva@example.org")
				for range 5 {
					ask(t, d, noon, "eva@example.org")
				}
				w := way(t, d, noon, id)
				if _, err := auth.UseCode(t.Context(), d, ring(t), noon, id, w.Code); err != nil {
					t.Error(err)
				}
			}, true},
		} {
			if step.do != nil {
				step.do()
			}
			before := letters(t, d)
			ask(t, d, noon, step.email)
			if got := letters(t, d) > before; got != step.want {
				t.Errorf("%s: %v", step.says, got)
			}
		}
	})
}

// Many who ask at the very same moment fill no letter box either.
func TestManyAskAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		person(t, d, "eva", "eva@example.org")
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() { ask(t, d, noon, "eva@example.org") })
		}
		all.Wait()
		if n := letters(t, d); n != 5 {
			t.Errorf("%d letters", n)
		}
	})
}

// What a stranger types as codes keeps nobody out who types the right one first, and opens nothing where no letter went.
func TestNobodyIsShutOutByWrongCodes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		person(t, d, "eva", "eva@example.org")
		try := func(id, code string) error {
			_, err := auth.UseCode(t.Context(), d, ring(t), noon, id, code)
			return err
		}
		for range 3 {
			id := ask(t, d, noon, "eva@example.org")
			way(t, d, noon, id)
			for range 20 {
				try(id, "no")
			}
		}
		id := ask(t, d, noon, "eva@example.org")
		w := way(t, d, noon, id)
		if err := try(id, w.Code); err != nil {
			t.Errorf("the right code at the first try, after a stranger's: %v", err)
		}

		for range 5 {
			ask(t, d, noon.Add(time.Hour), "eva@example.org")
		}
		refused := ask(t, d, noon.Add(time.Hour), "eva@example.org")
		w = way(t, d, noon.Add(time.Hour), refused) // as it would have been
		if _, err := auth.UseCode(t.Context(), d, ring(t), noon.Add(time.Hour), refused, w.Code); !errors.Is(err, auth.ErrCode) {
			t.Errorf("the code of a letter that never went: %v", err)
		}
	})
}

// What is answered to a code that is typed is the same for an address that nobody has, also long after, so that nobody finds out which are known.
func TestCodesTellNoAddress(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		person(t, d, "eva", "eva@example.org")
		answers := func(email string) (all []string) {
			ids := make([]string, 7)
			for i := range ids {
				at := noon.Add(time.Duration(i) * time.Second)
				before := letters(t, d)
				if ids[i] = ask(t, d, at, email); letters(t, d) > before {
					way(t, d, at, ids[i]) // the letter is sent
				}
			}
			for _, after := range []time.Duration{time.Minute, 31 * time.Minute, 3 * time.Hour, 23 * time.Hour} {
				at := noon.Add(after)
				must(t, d, func(ctx context.Context, tx *db.Tx) error { return auth.Sweep(ctx, tx, at) })
				for _, id := range ids {
					for range 2 {
						_, err := auth.UseCode(t.Context(), d, ring(t), at, id, "no code")
						all = append(all, fmt.Sprint(after, " ", err))
					}
				}
			}
			return all
		}
		known, unknown := answers("eva@example.org"), answers("nobody@example.org")
		for i := range known {
			if known[i] != unknown[i] {
				t.Errorf("answer %d is %s, but to an address that nobody has %s", i, known[i], unknown[i])
			}
		}
	})
}

// What is tried is refilled over time, and what is refused puts nothing off.
func TestSpend(t *testing.T) {
	pace := auth.Pace{Tries: 3, Every: 10 * time.Minute}
	var spent time.Time
	for _, step := range []struct {
		says  string
		after time.Duration
		want  bool
	}{
		{"the first", 0, true}, {"the second at once", 0, true}, {"the third at once", 0, true},
		{"a fourth is refused", 0, false}, {"and again just before there is one", 9*time.Minute + 59*time.Second, false},
		{"which comes on time all the same", 10 * time.Minute, true}, {"and is one", 10 * time.Minute, false},
		{"who waits for all has all", 40 * time.Minute, true}, {"two", 40 * time.Minute, true}, {"three", 40 * time.Minute, true}, {"but no more", 40 * time.Minute, false},
		{"nor after a year of waiting", 9000 * time.Hour, true}, {"two, then", 9000 * time.Hour, true}, {"three, then", 9000 * time.Hour, true}, {"and no more, then", 9000 * time.Hour, false},
	} {
		next, ok := pace.Spend(spent, noon.Add(step.after))
		if ok != step.want {
			t.Errorf("%s: %v", step.says, ok)
		}
		if ok {
			spent = next
		}
	}
}
