package flow

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/browsertest"
)

// A column that nobody can guess is chosen by hand, by keyboard and without script. The employer's next list is then understood as it is.
func TestColumnsByHand(t *testing.T) {
	w := newWorld(t)
	w.grant(w.staff("Olga"), access.Grant{Role: access.Office, Programme: w.programme})
	v := w.visit(t, "Olga", plain)
	says := func(when string, parts ...string) {
		t.Helper()
		text := v.Text()
		for _, part := range parts {
			want, unwanted := strings.CutPrefix(part, "!")
			if strings.Contains(text, want) == unwanted {
				t.Errorf("%s: wrong about %q:\n%s", when, part, text)
			}
		}
	}
	submit := func(css string) {
		t.Helper()
		if status := v.Submit(css); status != 200 {
			t.Fatalf("%s: %d", css, status)
		}
	}
	send := func(name, row string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte("Efternamn;Förnamn;Hemvist;Befattning\n"+row+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		v.Go("/imports/new")
		v.Upload("main input[type=file]", path)
		v.Focus("#employer")
		v.Press("Kommunen")
		submit("main form.form button[type=submit]:not([aria-hidden])")
	}

	send("januari.csv", "Berg;Anna;Stadsbiblioteket;bibliotekarie")
	says("a column that is not known", "Listan behöver kolumner med namn och arbetsplats", "!Anna Berg")
	submit(`main a[href$="/choices"]`)
	v.Focus("main form details:not(:has(#place_0)) summary")
	v.Press("\r")
	for end := time.Now().Add(20 * time.Second); !browsertest.Eval[bool](v.Page, `document.querySelector('#column_workplace').checkVisibility({visibilityProperty: true})`); {
		if time.Now().After(end) {
			t.Fatal("the columns do not unfold")
		}
	}
	v.Focus("#column_workplace")
	v.Press("Hemvist")
	submit("main form.form button[type=submit]:not([aria-hidden])")
	says("chosen by hand", "Arbetsplats: Hemvist", "Anna Berg", "Nya (1)", "!Listan behöver kolumner")
	submit(`form[action$="/apply"] button[type=submit]`)
	says("carried out", "Genomförd", "Nya: 1")

	send("februari.csv", "Ek;Bo;Stadsbiblioteket;assistent")
	says("the next list", "Arbetsplats: Hemvist", "Bo Ek", "Nya (1)", "!Listan behöver kolumner")
}
