package yardstick

import (
	"syscall"
	"testing"
	"time"
)

// Busy is how long processors have worked for this process so far, which other work on the machine leaves alone.
func Busy(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
