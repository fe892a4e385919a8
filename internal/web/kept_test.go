package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/programme"
)

// A window is where people who have not signed in see what a process serves. Its clocks stand still.
type window struct {
	*reached
	mu      sync.Mutex
	now     time.Time // the domain's
	machine time.Time
	served  http.Handler
}

func newWindow(t *testing.T, url string) *window {
	t.Helper()
	n := &window{now: dbtest.Now, machine: dbtest.Now}
	d := dbtest.OpenWith(t, url, func() time.Time { return n.moved(0) })
	n.reached = newReached(t, d, 0)
	n.served = n.serve(d, access.Viewer{})
	return n
}

func (n *window) serve(d *db.DB, v access.Viewer) http.Handler {
	s := &Server{DB: d, Log: slog.New(slog.DiscardHandler), Viewer: func(*http.Request) access.Viewer { return v }, Now: func() time.Time {
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.machine
	}}
	return s.Handler()
}

// moved moves the domain's clock on.
func (n *window) moved(by time.Duration) time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now = n.now.Add(by)
	return n.now
}

// wait moves the machine's.
func (n *window) wait(by time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.machine = n.machine.Add(by)
}

// seen is a page, and how many queries it took.
func (n *window) seen(by http.Handler, path string, header ...string) (page string, queries int64) {
	n.t.Helper()
	ctx, count := db.Counting(n.t.Context())
	req := httptest.NewRequestWithContext(ctx, "GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	by.ServeHTTP(w, req)
	if w.Code != http.StatusOK {
		n.t.Errorf("GET %s: %d", path, w.Code)
	}
	return w.Body.String(), count.Load()
}

func (n *window) says(what string, by http.Handler, path, want string) {
	n.t.Helper()
	if page, _ := n.seen(by, path); !strings.Contains(page, want) {
		n.t.Errorf("%s: %s does not say %q", what, path, want)
	}
}

func (n *window) rename(d *db.DB, name string) {
	n.t.Helper()
	err := d.Tx(n.t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
		p, err := programme.Get(ctx, tx, access.System, n.programme)
		if err != nil {
			return err
		}
		p.Name, p.ShortName = name, name
		return programme.Update(ctx, tx, access.System, &p)
	})
	if err != nil {
		n.t.Fatal(err)
	}
}

// A public page is kept as it was sent until anything changes.
func TestKeptPages(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		n := newWindow(t, url)
		first, _ := n.seen(n.served, "/calendar")
		if again, queries := n.seen(n.served, "/calendar"); queries != 0 || again != first {
			t.Errorf("again it took %d queries, and is the same: %v", queries, again == first)
		}
		if english, _ := n.seen(n.served, "/calendar", "Accept-Language", "en"); english == first {
			t.Error("an English reader got the Swedish page")
		}
		if squeezed, _ := n.seen(n.served, "/calendar", "Accept-Encoding", "gzip"); len(squeezed) >= len(first) {
			t.Error("who takes squeezed pages got another")
		}
		if other, _ := n.seen(n.served, "/calendar?kind=course"); other == first {
			t.Error("another address got the same page")
		}
		for _, path := range []string{"/people", "/no-such-page"} {
			w := httptest.NewRecorder()
			for range 2 {
				w = httptest.NewRecorder()
				n.served.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
			}
			if w.Code == http.StatusOK {
				t.Errorf("%s was shown to all", path)
			}
		}

		n.rename(n.d, "Annat")
		n.says("what is written here is seen at once", n.served, "/", "Annat")
		n.occasion("Ny föreläsning")
		n.says("so is an occasion", n.served, "/calendar", "Ny föreläsning")
		n.wait(look)
		if _, queries := n.seen(n.served, "/calendar"); queries != 1 {
			t.Errorf("to ask whether anything has changed took %d queries", queries)
		}

		office := access.Viewer{Person: "office", Grants: []access.Grant{{Role: access.Office, Programme: n.programme}}}
		inside := n.serve(n.d, office)
		for range 2 {
			if page, queries := n.seen(inside, "/calendar"); queries < 3 || strings.Contains(page, `href="/sign-in"`) {
				t.Errorf("someone signed in got a page for all, in %d queries", queries)
			}
		}
	})
}

// What is written elsewhere is seen as soon as it is looked for, in whichever order it was begun.
func TestKeptPagesOfTwoProcesses(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		n := newWindow(t, url)
		other := dbtest.OpenWith(t, url, func() time.Time { return n.moved(0) })
		n.seen(n.served, "/calendar")
		inside := n.serve(n.d, access.Viewer{Person: "office", Grants: []access.Grant{{Role: access.Office, Programme: n.programme}}})
		n.says("before", inside, "/calendar", "KompoBib")
		n.rename(other, "Annat")
		n.says("whoever has signed in sees it at once", inside, "/calendar", "Annat")
		n.wait(look)
		n.says("everyone does after a moment", n.served, "/", "Annat")

		// One that began earlier is committed last: its rows of audit do not have the greatest ids.
		err := other.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			early := tx.As("test", tx.At.Add(-20*time.Second))
			p, err := programme.Get(ctx, early, access.System, n.programme)
			p.Appeal = "Kom och lär!"
			if err == nil {
				err = programme.Update(ctx, early, access.System, &p)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		n.wait(look)
		n.says("so it is with what was begun before", n.served, "/", "Kom och lär!")
	})
}

// Doors open and close by the clock, on whole minutes.
func TestKeptPagesKnowTheTime(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		n := newWindow(t, url)
		n.do(func(ctx context.Context, tx *db.Tx) error {
			list, err := activity.Calendar(ctx, tx, access.System, activity.Filter{})
			if err != nil {
				return err
			}
			o := list[0].Occasion
			o.Closes = tx.At.Add(3*time.Minute + 20*time.Second) // people are told no seconds, so none are kept
			return activity.UpdateOccasion(ctx, tx, access.System, &o)
		})
		n.says("it is open", n.served, "/calendar", "20 platser kvar")
		n.moved(3*time.Minute - time.Second)
		n.says("and in the last second", n.served, "/calendar", "20 platser kvar")
		n.moved(time.Second)
		n.says("then it is closed", n.served, "/calendar", "Anmälan är stängd")
	})
}

// However many write and read at once, nobody is shown what was before the last thing they could know of.
func TestKeptPagesAreNeverOld(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		n := newWindow(t, url)
		number := regexp.MustCompile(`Nummer (\d+)`)
		var written atomic.Int64
		n.rename(n.d, "Nummer 0")
		var all sync.WaitGroup
		stop := make(chan struct{})
		for range 4 {
			all.Go(func() {
				for {
					known := written.Load()
					page, _ := n.seen(n.served, "/")
					m := number.FindStringSubmatch(page)
					if m == nil {
						t.Error("there is no number")
						return
					}
					if got, _ := strconv.ParseInt(m[1], 10, 64); got < known {
						t.Errorf("number %d is shown when %d is written", got, known)
						return
					}
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		for i := range int64(40) {
			n.rename(n.d, fmt.Sprint("Nummer ", i+1))
			written.Store(i + 1)
		}
		close(stop)
		all.Wait()
	})
}

func TestPagesAreBounded(t *testing.T) {
	p := newPages()
	page := make([]byte, pagesSize/10)
	for i := range 25 {
		p.keep(strconv.Itoa(i), page)
	}
	if len(p.all) == 0 || len(p.all) > 10 || p.size > pagesSize {
		t.Errorf("%d pages of %d bytes are kept", len(p.all), p.size)
	}
}
