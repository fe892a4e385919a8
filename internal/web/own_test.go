package web

import (
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// One changes how one is reached oneself, and is not asked again for what one typed.
func TestOwnDetails(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url)
		w := newWorld(t, d)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		v := &visit{t: t, w: w, kept: url}
		v.fresh()
		for _, test := range []struct {
			says, form string
			code       int
		}{
			{"an address that is none is a mistake", "version=1&email=nowhere&language=sv", 422},
			{"a new address and language are kept", "version=1&email=ann@ny.example&phone=&language=en", 303},
			{"what someone else has changed meanwhile is shown", "version=1&email=ann@gammal.example&language=sv", 409},
		} {
			if code := v.ask("participant", "POST", "/me/details", test.form); code != test.code {
				t.Errorf("%s: %d, want %d", test.says, code, test.code)
			}
		}
		got, err := db.Value[string](t.Context(), v.d, `SELECT email || ' ' || language FROM person WHERE id = $1`, w.viewers["participant"])
		if err != nil || got != "ann@ny.example en" {
			t.Errorf("kept %q, %v", got, err)
		}
	})
}
