package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A program that serves holds SQLite's shared lock on its database, as the file format tells other programs: without it one that looks and leaves, such as
// sqlite3, believes to be the last and takes the journal away, with all that is written afterwards.
func TestServingHoldsItsLock(t *testing.T) {
	for _, command := range [][]string{{"serve"}, {"demo", "--today", "2011-02-10"}} {
		folder := t.TempDir()
		served(t, append(command, "--addr", "127.0.0.1:0", "--data", folder, "--key-file", filepath.Join(folder, "key"))...)
		f, err := os.Open(filepath.Join(folder, "kompobib.db"))
		if err != nil {
			t.Fatal(err)
		}
		const first, bytes = 1<<30 + 2, 510 // where SQLite locks for reading
		lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: 0, Start: first, Len: bytes}
		if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock); err != nil || lock.Type != syscall.F_RDLCK {
			t.Errorf("%s holds no lock (%d), %v", command[0], lock.Type, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
