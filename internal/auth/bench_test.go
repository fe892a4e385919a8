package auth

import (
	"testing"

	"kompobib/internal/yardstick"
)

// A password should take long enough that guessing many is dear, and not so long that signing in is: about 50 ms. It
// is compared with no other thing, so it tells of the machine.
func BenchmarkPassword(b *testing.B) {
	p := NewPasswords(1)
	took := yardstick.Median(b, func() {}, func() {
		if _, err := p.hash(b.Context(), "correct horse battery staple"); err != nil {
			b.Fatal(err)
		}
	})
	yardstick.Report(b, took.Seconds()*1000, 100, "ms")
}
