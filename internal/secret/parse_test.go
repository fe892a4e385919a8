package secret

import "testing"

// However an envelope was damaged, it is refused, and there is one way to write each.
func FuzzParse(f *testing.F) {
	k, err := newKey(make([]byte, keySize))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(k.seal("eva", []byte("å ä ö")))
	f.Add("")
	f.Add("0123abcd.")
	f.Add("0123abcd.AAAA\n")
	f.Fuzz(func(t *testing.T, sealed string) {
		id, body, err := parse(sealed)
		if err != nil {
			return
		}
		if plain, err := k.open("ola", body); err == nil {
			t.Errorf("another's envelope opened: %q", plain)
		}
		plain, err := k.open("eva", body)
		if err != nil || id != k.id {
			return
		}
		if string(plain) != "å ä ö" {
			t.Errorf("a made-up envelope opened: %q", plain)
		}
	})
}
