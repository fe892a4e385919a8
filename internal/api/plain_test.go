package api

import "testing"

func TestNoControlCharacterIsTaken(t *testing.T) {
	for text, want := range map[string]string{
		`{"name":"Ann\u0000 Ek"}`:             `{"name":"Ann Ek"}`,
		`"\u001F\u007f\b\f"`:                  `""`,
		`"a\nb\tc \"d\" \u00e5 \ud83d\ude00"`: `"a\nb\tc \"d\" \u00e5 \ud83d\ude00"`,
		`"a path: C:\\u0000"`:                 `"a path: C:\\u0000"`,
		`"cut short \`:                        `"cut short \`,
	} {
		if got := string(plain([]byte(text))); got != want {
			t.Errorf("%s becomes %s", text, got)
		}
	}
}
