package web

import (
	"context"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
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
		// Somebody else's is refused in the words of one that is mistyped, and that it was tried is recorded, without it.
		err = d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			p, err := people.CreatePerson(ctx, tx, people.Person{Given: "Bo", Family: "Ek", BirthYear: 1960})
			k.viewer.Person = p.ID
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, number := range []string{"600121-9960", "480322-9949"} { // hers, and one of another year
			w := k.post("/me/identity", "identity", number)
			if text := mainText(w.Body); w.Code != 409 || !strings.Contains(text, "Personnumret går inte att spara. Se efter att det är ditt eget") {
				t.Errorf("%s: %d, %s", number, w.Code, text)
			}
		}
		events, err := audit.List(t.Context(), d, access.System, audit.Filter{Entity: "identity_number", Row: k.viewer.Person, Limit: 10})
		if err != nil || len(events) != 1 || events[0].Act != "refuse" || events[0].Actor != k.viewer.Person || events[0].Detail != nil || events[0].Why != "" {
			t.Errorf("recorded: %+v, %v", events, err)
		}
		k.viewer.Person = id
		if text := mainText(k.get("/me/identity").Body); !strings.Contains(text, "19600121-****") || strings.Contains(text, "9960") {
			t.Error(text)
		}
	})
}
