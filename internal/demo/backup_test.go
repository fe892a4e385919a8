package demo

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/backup"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/file"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

func newStore(t *testing.T) *file.Store {
	t.Helper()
	s, err := file.OpenStore(filepath.Join(t.TempDir(), "files"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// filed stores a picture as people do.
func filed(t *testing.T, d *db.DB, store *file.Store) string {
	t.Helper()
	f, err := store.Receive(strings.NewReader("\x89PNG\r\n\x1a\n a sheet"), "sheet.png", file.Scan)
	if err == nil {
		err = d.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) error {
			_, err := file.Add(ctx, tx, f, "sheet-scan")
			return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "file", Row: f.ID}))
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return f.ID
}

// writing signs people up and off, as fast as it goes, from when it has begun to until stop is called.
func writing(t *testing.T, d *db.DB) (stop func() int) {
	t.Helper()
	list, err := activity.Calendar(t.Context(), d, access.System, activity.Filter{From: Today})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(e activity.Entry) bool {
		open := e.Openness(d.Now())
		return e.Capacity == 20 && (open == activity.Open || open == activity.OpenToQueue)
	})
	staff, err := people.ListPeople(t.Context(), d, access.System, people.Filter{On: local.Date(Today), Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var done sync.Mutex
	written := 0
	ctx, cancel := context.WithCancel(t.Context())
	begun := make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) })
	for worker := range 4 {
		group.Go(func() {
			defer begin()
			for n := worker; ctx.Err() == nil; n += 4 {
				person := staff.Rows[n%len(staff.Rows)].ID
				err := d.Tx(context.WithoutCancel(ctx), person, func(ctx context.Context, tx *db.Tx) error {
					_, err := activity.SignUp(ctx, tx, access.System, list[i].ID, person)
					if errors.Is(err, activity.ErrHasSeat) || errors.Is(err, activity.ErrIsWaiting) {
						err = activity.Cancel(ctx, tx, access.System, list[i].ID, person, "")
					}
					return err
				})
				if err != nil && fault.Of(err) == nil {
					t.Error(err)
					return
				}
				done.Lock()
				written++
				done.Unlock()
				begin()
			}
		})
	}
	<-begun
	return func() int {
		cancel()
		group.Wait()
		return written
	}
}

// All that is in an archive was so at one moment, whatever is written meanwhile, and is the same on whatever engine it
// is put back.
func TestABackupUnderWritingIsPutBackOnEitherEngine(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		store := newStore(t)
		sheet := filed(t, d, store)
		path := filepath.Join(t.TempDir(), "copy.zip")
		stop := writing(t, d)
		head, err := backup.Write(t.Context(), path, d, store, backup.Head{MadeAt: time.Now(), Keys: "these"})
		if n := stop(); n == 0 {
			t.Error("nothing was written meanwhile")
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(head.Missing) == 0 { // the logotypes that were there when the story was told
			t.Error("files that are gone are not told of")
		}
		if _, err := backup.Write(t.Context(), path, d, store, head); err == nil {
			t.Error("a backup was written over another")
		}
		dbtest.RunEmpty(t, func(t *testing.T, url string) {
			a, err := backup.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			back, store := dbtest.Open(t, url), newStore(t)
			if err := a.Restore(t.Context(), back, store); err != nil {
				t.Fatal(err)
			}
			if back.Now().Sub(d.Now()).Abs() > time.Minute {
				t.Errorf("the clock says %v, not %v", back.Now(), d.Now())
			}
			dbtest.Hold(t, back, slices.Concat(people.Invariants(), activity.Invariants(back.Now()), letter.Invariants())...)
			blob, err := store.Open(sheet)
			if err != nil {
				t.Fatal(err)
			}
			defer blob.Close()
			if text, err := io.ReadAll(blob); err != nil || !bytes.HasSuffix(text, []byte("a sheet")) {
				t.Errorf("the file is %q, %v", text, err)
			}
			again := filepath.Join(t.TempDir(), "again.zip")
			if _, err := backup.Write(t.Context(), again, back, store, backup.Head{MadeAt: time.Now()}); err != nil {
				t.Fatal(err)
			}
			same(t, path, again)
			if err := a.Restore(t.Context(), back, store); err == nil {
				t.Error("an archive was put where something is")
			}
			// People go on from there.
			if n := writing(t, back)(); n == 0 {
				t.Error("nothing can be written")
			}
		})
	})
}

// same fails the test unless two archives hold the same rows, in whatever order.
func same(t *testing.T, one, two string) {
	t.Helper()
	a, b := contents(t, one), contents(t, two)
	for name, text := range a {
		if strings.HasPrefix(name, "tables/") && sorted(text) != sorted(b[name]) {
			t.Errorf("%s differs", name)
		}
	}
	if len(a) != len(b) {
		t.Errorf("%d entries became %d", len(a), len(b))
	}
}

func sorted(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func contents(t *testing.T, path string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(text)
		r.Close()
	}
	return all
}

// What is broken, cut short or later than the program is refused as it is opened.
func TestABrokenBackupIsRefused(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		store, folder := newStore(t), t.TempDir()
		path := filepath.Join(folder, "copy.zip")
		if _, err := backup.Write(t.Context(), path, d, store, backup.Head{}); err != nil {
			t.Fatal(err)
		}
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all := contents(t, path)
		for _, test := range []struct {
			says string
			text []byte
			want error
		}{
			{"nothing", nil, backup.ErrBroken},
			{"another file", []byte("personnummer;namn\n"), backup.ErrBroken},
			{"half of it", whole[:len(whole)/2], backup.ErrBroken},
			{"all but the end", whole[:len(whole)-1], backup.ErrBroken},
			{"a bit that has fallen over", slices.Concat(whole[:len(whole)/2], []byte{whole[len(whole)/2] ^ 1}, whole[len(whole)/2+1:]), backup.ErrBroken},
			{"a row left out", packed(t, all, func(name, text string) string {
				if name == "tables/person.jsonl" {
					return text[:strings.LastIndex(strings.TrimSpace(text), "\n")+1]
				}
				return text
			}), backup.ErrBroken},
			{"a table left out", packed(t, all, func(name, text string) string {
				if name == "tables/person.jsonl" {
					return ""
				}
				return text
			}), backup.ErrBroken},
			{"a later form", packed(t, all, changed(t, "format", 2)), backup.ErrLater},
			{"later data", packed(t, all, changed(t, "schema", 299901010000)), backup.ErrLater},
		} {
			path := filepath.Join(folder, "broken.zip")
			if err := os.WriteFile(path, test.text, 0o600); err != nil {
				t.Fatal(err)
			}
			if a, err := backup.Open(path); !errors.Is(err, test.want) {
				t.Errorf("%s: %v", test.says, err)
				if err == nil {
					a.Close()
				}
			}
		}
	})
}

// packed is an archive of entries that are changed on the way; an empty one is left out.
func packed(t *testing.T, all map[string]string, change func(name, text string) string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range all {
		if text = change(name, text); text == "" {
			continue
		}
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func changed(t *testing.T, what string, to int) func(name, text string) string {
	return func(name, text string) string {
		if name != "head.json" {
			return text
		}
		var head map[string]any
		if err := json.Unmarshal([]byte(text), &head); err != nil {
			t.Fatal(err)
		}
		head[what] = to
		changed, err := json.Marshal(head)
		if err != nil {
			t.Fatal(err)
		}
		return string(changed)
	}
}
