package activity

import "testing"

// A text is a handle if it is written as one is, and no other text has its number.
func FuzzHandle(f *testing.F) {
	for _, text := range []string{"participant-7", "walk-in-2", "participant--7", "participant-07", "participant-0", "walk-in--1", "7", "-7", "04t3lam101o394bejoklrgmk30", "participant-99999999999999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := numberOf(text)
		if ok && (n == 0 || handle(n) != text) {
			t.Errorf("%q has the number %d, which is written %q", text, n, handle(n))
		}
	})
}
