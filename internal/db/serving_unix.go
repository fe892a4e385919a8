//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package db

import (
	"errors"
	"os"
	"syscall"
)

// lockFile holds a file for this process until it is closed, or the process ends in whatever way; held says that another has it. It is a lock of flock,
// which knows nothing of those of fcntl that SQLite has.
func lockFile(f *os.File) (held bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}
