package web

import (
	"context"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/people"
)

// One changes how one is reached oneself, and is not asked again for what one typed.
func TestOwnDetails(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		v := newVisit(t, url)
		w := v.w
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

// Someone's own number is taken once, and told masked from then on.
func TestOwnIdentity(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var id string
		err := d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			p, err := people.CreatePerson(ctx, tx, people.Person{Given: "Ann", Family: "Ek"})
			id = p.ID
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		k.viewer = access.Viewer{Person: id, Grants: []access.Grant{{Role: access.Participant}}}
		for _, try := range []struct {
			number string
			code   int
		}{{"600121-9961", 422}, {"", 422}, {"600121-9960", 303}, {"600121-9960", 409}} {
			if w := k.post("/me/identity", "identity", try.number); w.Code != try.code {
				t.Errorf("%q: %d, want %d", try.number, w.Code, try.code)
			}
		}
		if text := mainText(k.get("/me/identity").Body); !strings.Contains(text, "19600121-****") || strings.Contains(text, "9960") {
			t.Error(text)
		}
	})
}
