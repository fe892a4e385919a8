package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// A caller uses a served program's interface as another program does.
type caller struct{ url, token string }

// ask returns the status of an answer, and fills in what it holds.
func (c caller) ask(ctx context.Context, method, path, body, key string, into any) (int, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.url+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", key)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode < 300 && into != nil {
		err = json.Unmarshal(text, into)
	}
	if err == nil && answer.StatusCode >= 500 {
		err = fmt.Errorf("%s %s = %d %s", method, path, answer.StatusCode, text)
	}
	return answer.StatusCode, err
}

// A crowd signs staff up by a program's interface, and some of them off and up again, for as long as it is let.
type crowd struct {
	sync.Mutex
	acknowledged []string // sign-ups that were answered for and are not taken back
	off          int      // and how many others were taken back

	enough, more chan struct{} // closed when so many are acknowledged, and when until are taken back
	until        int
}

// signedUp keeps a sign-up that was answered for.
func (c *crowd) signedUp(id string) {
	c.Lock()
	defer c.Unlock()
	if c.acknowledged = append(c.acknowledged, id); len(c.acknowledged) == 50 {
		close(c.enough)
	}
}

func (c *crowd) signedOff() {
	c.Lock()
	defer c.Unlock()
	c.off++
	if c.off == c.until {
		close(c.more)
	}
}

// work signs up one person after the other. Once there are enough it goes on with those who change their minds.
func (c *crowd) work(ctx context.Context, by caller, occasion string, people []string) error {
	for turn := 0; ; turn++ {
		for _, person := range people {
			var made struct{ ID string }
			status, err := by.ask(ctx, "POST", "/occasions/"+occasion+"/signups", fmt.Sprintf(`{"person": %q}`, person), fmt.Sprint(person, turn), &made)
			if ctx.Err() != nil {
				return nil
			}
			if err != nil {
				return err
			}
			if status != http.StatusCreated {
				continue // has a seat already
			}
			select {
			case <-c.enough:
				if _, err := by.ask(ctx, "DELETE", "/signups/"+made.ID, "", "", nil); err != nil && ctx.Err() == nil {
					return err
				}
				c.signedOff()
			default:
				c.signedUp(made.ID)
			}
		}
	}
}

// A copy that is made while the demo serves people, in a process of its own, holds all that was answered for before it began, and the doctor finds nothing
// wrong with it once it is restored.
func TestRestoreOfAServerUnderLoad(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		folder := t.TempDir()
		place := []string{"--data", filepath.Join(folder, "data"), "--db", url, "--key-file", filepath.Join(folder, "key")}
		server, address := served(t, append([]string{"demo", "--addr", "127.0.0.1:0", "--today", "2011-03-10"}, place...)...)
		do := func(args ...string) (string, error) { return told(t, nil, append(args, place...)...) }
		var by []caller
		for range 4 { // more than one token may ask for
			token, err := do("token", "create", "--email", "office@example.org")
			if err != nil {
				t.Fatal(err)
			}
			by = append(by, caller{address, strings.TrimSpace(token)})
		}
		var staff, occasions struct {
			Items []struct{ ID, Openness string }
		}
		for path, into := range map[string]any{"people": &staff, "occasions": &occasions} {
			if status, err := by[0].ask(t.Context(), "GET", "/programmes/kompobib2020/"+path+"?limit=500", "", "", into); err != nil || status != http.StatusOK {
				t.Fatalf("%s: %d, %v", path, status, err)
			}
		}
		open := ""
		for _, o := range occasions.Items {
			if o.Openness == "open" {
				open = o.ID
			}
		}
		if open == "" || len(staff.Items) < 200 {
			t.Fatalf("%d people, and the open occasion is %q", len(staff.Items), open)
		}

		c := &crowd{enough: make(chan struct{}), more: make(chan struct{})}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var working sync.WaitGroup
		for i, caller := range by {
			var people []string
			for n := i; n < len(staff.Items); n += len(by) {
				people = append(people, staff.Items[n].ID)
			}
			working.Go(func() {
				if err := c.work(ctx, caller, open, people); err != nil {
					t.Error(err)
					stop()
				}
			})
		}
		wait := func(what chan struct{}, says string) {
			t.Helper()
			select {
			case <-what:
			case <-ctx.Done():
				t.Fatal("stopped before", says)
			}
		}
		wait(c.enough, "there were enough sign-ups")
		c.Lock()
		before, off := append([]string{}, c.acknowledged...), c.off
		c.Unlock()
		archive := filepath.Join(folder, "copy.zip")
		if _, err := do("backup", archive); err != nil {
			t.Fatal(err)
		}
		c.Lock()
		meanwhile := c.off - off
		c.until = c.off + 5
		c.Unlock()
		if meanwhile == 0 {
			t.Error("nothing was written while the copy was made")
		}
		wait(c.more, "the server went on")
		stop()
		working.Wait()
		if err := errors.Join(server.Process.Signal(syscall.SIGTERM), server.Wait()); err != nil {
			t.Fatal(err)
		}

		text, err := do("restore", "--overwrite", archive)
		// The tests' PostgreSQL flushes nothing, and the doctor says so: of that alone.
		flushes := strings.Contains(url, "postgres") && strings.Count(text, "BROKEN") == 1 && strings.Contains(text, "BROKEN what is saved survives a power cut")
		if err != nil && !flushes || !strings.Contains(text, "ok     the schema is current") {
			t.Fatalf("restored: %v\n%s", err, text)
		}
		d, err := db.Open(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		var args []any
		there, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM signup WHERE state IN ('seated', 'waiting') AND id IN `+db.In(&args, before), args...)
		if err != nil || there != len(before) {
			t.Errorf("%d of %d sign-ups that were answered for before are in the copy, %v", there, len(before), err)
		}
		t.Logf("%d sign-ups before, %d changes of mind while the copy was made", len(before), meanwhile)
	})
}
