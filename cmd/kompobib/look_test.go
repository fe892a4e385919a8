package main

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// A program that serves holds SQLite's shared lock on its database, as the file format tells other programs: without it one that looks and leaves, such as
// sqlite3, believes to be the last and takes the journal away, with all that is written afterwards.
func TestServingHoldsItsLock(t *testing.T) {
	for _, command := range [][]string{{"serve"}, {"demo", "--today", "2011-02-10"}} {
		folder := t.TempDir()
		served(t, append(command, "--addr", "127.0.0.1:0", "--data", folder, "--key-file", filepath.Join(folder, "key"))...)
		holdsItsLock(t, folder)
	}
}

// Where something listens already, nothing is made or told: it is said at once what to do.
func TestAddressTaken(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for _, command := range []string{"serve", "demo"} {
		data := filepath.Join(t.TempDir(), "data")
		out, err := told(t, nil, command, "--addr", listener.Addr().String(), "--data", data)
		if err == nil || out != "" || !strings.Contains(err.Error(), "--addr: something answers at "+listener.Addr().String()+" already") || !strings.Contains(err.Error(), "choose another port, such as --addr 127.0.0.1:") {
			t.Errorf("%s: %q, %v", command, out, err)
		}
		if _, err := os.Stat(data); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s made %s, %v", command, data, err)
		}
	}
}

// The port that is proposed instead is never the one next to it that somebody just left, and one that anybody may listen at.
func TestAnotherPort(t *testing.T) {
	for port, want := range map[string]string{
		"8080": ", such as --addr 127.0.0.1:8081", "8081": ", such as --addr 127.0.0.1:8082", "443": ", such as --addr 127.0.0.1:8080",
		"65535": ", such as --addr 127.0.0.1:8080", "http-alt": "", "": "",
	} {
		if got := another("127.0.0.1", port); got != want {
			t.Errorf("%q is taken: %q, want %q", port, got, want)
		}
	}
}

// From an SQLite file one process serves, by whatever name it is called: a second is refused, while commands run beside it. Killed, it leaves nothing
// that keeps the next from it. From PostgreSQL as many serve as are started.
func TestOneServer(t *testing.T) {
	folder := t.TempDir()
	keys := []string{"--key-file", filepath.Join(folder, "key")}
	data, other := filepath.Join(folder, "data"), filepath.Join(folder, "other")
	serve := []string{"serve", "--addr", "127.0.0.1:0", "--data"}
	with := func(args ...string) []string { return append(args, keys...) }

	first, _ := served(t, with(append(serve, data)...)...)
	if err := os.Symlink(data, other); err != nil {
		t.Fatal(err)
	}
	for _, again := range [][]string{append(serve, data), append(serve, other), append(serve, filepath.Join(folder, "third"), "--db", filepath.Join(data, "kompobib.db")), {"demo", "--addr", "127.0.0.1:0", "--data", data}} {
		if _, err := told(t, nil, with(again...)...); !errors.Is(err, db.ErrServed) || !strings.HasPrefix(err.Error(), "--d") {
			t.Errorf("%q: %v", again, err)
		}
	}
	for _, beside := range [][]string{{"doctor"}, {"migrate"}, {"user", "add", "--email", "ann@example.org", "--given", "Ann", "--family", "Ek"}, {"backup", filepath.Join(folder, "copy.zip")}} {
		if out, err := told(t, nil, with(append(beside, "--data", data)...)...); err != nil {
			t.Errorf("%q beside it: %v, %s", beside, err, out)
		}
	}
	holdsItsLock(t, data) // also now that others have looked and left
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // it was killed
	served(t, with(append(serve, data)...)...)

	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		if !strings.HasPrefix(url, "postgres") {
			return
		}
		for range 2 {
			served(t, with(append(serve, filepath.Join(folder, "postgres"), "--db", url)...)...)
		}
	})
}

// holdsItsLock finds out whether somebody holds SQLite's shared lock on the database in a folder.
func holdsItsLock(t *testing.T, folder string) {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, "kompobib.db"))
	if err != nil {
		t.Fatal(err)
	}
	const first, bytes = 1<<30 + 2, 510 // where SQLite locks for reading
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: 0, Start: first, Len: bytes}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock); err != nil || lock.Type != syscall.F_RDLCK {
		t.Errorf("nobody holds a lock (%d), %v", lock.Type, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
