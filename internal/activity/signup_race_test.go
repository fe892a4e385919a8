package activity_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
)

const rushPeople, rushSeats = 200, 20

// However many press the button at once, nobody is refused, nobody jumps the queue and no seat is sold twice. Two
// handles on one database stand for two nodes.
func TestRush(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d := []*db.DB{dbtest.Open(t, url), dbtest.Open(t, url)}
		w := newWorld(t, d[0], rushPeople)
		occasion := w.occasion(rushSeats, "2012-11-05 09:00-16:00")
		var all sync.WaitGroup
		for i := range rushPeople {
			all.Go(func() { rush(t, d[i%2], occasion, i) })
		}
		all.Wait()
		w.rushed(occasion)
	})
}

func rush(t *testing.T, d *db.DB, occasion string, i int) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	person := fmt.Sprintf("p%03d", i)
	err := d.Tx(ctx, person, func(ctx context.Context, tx *db.Tx) error {
		_, err := activity.SignUp(ctx, tx, participant(person), occasion, person)
		return err
	})
	if err != nil {
		t.Errorf("%s: %v", person, err)
	}
}

// rushed checks what a rush leaves, and that cancellations call in exactly the next.
func (w *world) rushed(occasion string) {
	t := w.t
	t.Helper()
	list := w.signups(occasion)
	if len(list) != rushPeople {
		t.Fatalf("%d signed up, want %d", len(list), rushPeople)
	}
	for i, s := range list {
		want, place := activity.Seated, 0
		if i >= rushSeats {
			want, place = activity.Waiting, i+1-rushSeats
		}
		if s.State != want || s.Place != place {
			t.Fatalf("number %d in order is %s in place %d, want %s in place %d", i+1, s.State, s.Place, want, place)
		}
	}
	if n := w.count(`SELECT count(*) FROM letter WHERE about = $1`, occasion); n != rushPeople {
		t.Errorf("%d letters, want one for each of %d", n, rushPeople)
	}
	w.holds(occasion)

	const gone = 5
	var all sync.WaitGroup
	for _, s := range list[:gone] {
		all.Go(func() {
			if err := w.cancel(participant(s.Person), occasion, s.Person); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i, s := range list[rushSeats : rushSeats+gone+1] {
		want := i < gone
		if got := w.state(occasion, s.Person) == activity.Seated; got != want {
			t.Errorf("number %d in the queue was called in: %v, want %v", i+1, got, want)
		}
		letters := w.count(`SELECT count(*) FROM letter WHERE about = $1 AND person = $2 AND template = 'promoted'`, occasion, s.Person)
		if want := db.Int(want); letters != want {
			t.Errorf("number %d in the queue was told by %d letters, want %d", i+1, letters, want)
		}
	}
	w.holds(occasion)
}

// Two processes over one database agree as well: over one SQLite file too, where a command may run beside what serves.
func TestRushOfProcesses(t *testing.T) {
	if url := os.Getenv("KOMPOBIB_TEST_RUSH"); url != "" { // this is one of the two
		d := dbtest.Open(t, url)
		var all sync.WaitGroup
		half := os.Getenv("KOMPOBIB_TEST_HALF")
		for i := range rushPeople {
			if fmt.Sprint(i%2) == half {
				all.Go(func() { rush(t, d, "occasion-1", i) })
			}
		}
		all.Wait()
		return
	}
	dbtest.RunURL(t, func(t *testing.T, url string) {
		w := newWorld(t, dbtest.Open(t, url), rushPeople)
		occasion := w.occasion(rushSeats, "2012-11-05 09:00-16:00")
		var both sync.WaitGroup
		for half := range 2 {
			both.Go(func() {
				c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRushOfProcesses$")
				c.Env = append(os.Environ(), "KOMPOBIB_TEST_RUSH="+url, fmt.Sprint("KOMPOBIB_TEST_HALF=", half))
				if out, err := c.CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
		both.Wait()
		w.rushed(occasion)
	})
}

func (w *world) signups(occasion string) []activity.Participant {
	w.t.Helper()
	list, err := activity.Signups(w.t.Context(), w.d, access.System, occasion)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func (w *world) state(occasion, person string) activity.SignupState {
	w.t.Helper()
	s, err := db.Values[activity.SignupState](w.t.Context(), w.d, `SELECT state FROM signup WHERE occasion = $1 AND person = $2`, occasion, person)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// holds checks what must be true at any moment.
func (w *world) holds(string) {
	w.t.Helper()
	doctor.Well(w.t, w.d)
}
