package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/secret"
)

// A desk is an application at which someone of the office sits.
type desk struct {
	t       *testing.T
	d       *db.DB
	handler http.Handler
	viewer  access.Viewer
	library string
	town    string
	payer   string
}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	k := &desk{t: t, d: d}
	s := &Server{DB: d, Ring: ring, Log: slog.New(slog.DiscardHandler), Now: still, Viewer: func(*http.Request) access.Viewer { return k.viewer }}
	k.handler = s.Handler()
	err = d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
		county, err := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.County, Name: "Västmanlands län", From: "2000-01-01"})
		if err != nil {
			return err
		}
		town, err := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Municipality, Name: "Köping", Parent: county.ID, From: "2000-01-01"})
		if err != nil {
			return err
		}
		library, err := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Workplace, WorkplaceKind: "public-library", Name: "Köpings stadsbibliotek", Parent: town.ID, From: "2000-01-01"})
		if err != nil {
			return err
		}
		payer, err := people.CreateEmployer(ctx, tx, people.Employer{Name: "Köpings kommun", OrgNumber: "212000-2114"})
		k.library, k.town, k.payer = library.ID, town.ID, payer.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	k.viewer = access.Viewer{Person: "office", Grants: []access.Grant{{Role: access.Participant}, {Role: access.Office}}}
	return k
}

func (k *desk) get(path string) *httptest.ResponseRecorder {
	k.t.Helper()
	w := httptest.NewRecorder()
	k.handler.ServeHTTP(w, httptest.NewRequestWithContext(k.t.Context(), "GET", path, nil))
	return w
}

func (k *desk) post(path string, pairs ...string) *httptest.ResponseRecorder {
	k.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	req := httptest.NewRequestWithContext(k.t.Context(), "POST", path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	k.handler.ServeHTTP(w, req)
	return w
}

// went is the address that a post that went through leads to.
func (k *desk) went(w *httptest.ResponseRecorder) string {
	k.t.Helper()
	if w.Code != http.StatusSeeOther {
		k.t.Fatalf("answered %d: %s", w.Code, mainText(w.Body))
	}
	return w.Header().Get("Location")
}

var tags = regexp.MustCompile(`(?s)<[^>]*>\s*`)

// mainText is what a page says.
func mainText(body io.Reader) string {
	text, _ := io.ReadAll(body)
	_, inner, _ := strings.Cut(string(text), "<main")
	inner, _, _ = strings.Cut(inner, "</main>")
	return strings.ReplaceAll(tags.ReplaceAllString(inner, " "), "\u00a0", " ")
}

func (k *desk) says(path string, words ...string) {
	k.t.Helper()
	w := k.get(path)
	text := mainText(w.Body)
	for _, word := range words {
		if not, ok := strings.CutPrefix(word, "!"); ok == strings.Contains(text, not) {
			k.t.Errorf("GET %s answers %d; about %q: %s", path, w.Code, word, text)
		}
	}
}

// newPerson is a form filled in without mistakes.
func (k *desk) newPerson(family string) []string {
	return []string{"given", "Ann", "family", family, "gender", "woman", "language", "sv", "employer", k.payer, "workplace", k.library,
		"title", "bibliotekarie", "share", "87,5", "from", "2010-01-01", "email", "ann@koping.example"}
}

func TestTheOfficeAddsAPerson(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		w := k.post("/people/new", "given", "Ann", "share", "0", "from", "igår", "email", "ann")
		text := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(text, `value="Ann"`) || !strings.Contains(text, `value="igår"`) {
			t.Errorf("a form with mistakes answers %d and loses what was typed", w.Code)
		}
		for _, field := range []string{"family", "email", "employer", "workplace", "title", "share", "from"} {
			if !strings.Contains(text, `id="`+field+`-fault"`) || !strings.Contains(text, `href="#`+field+`"`) {
				t.Errorf("nothing is said beside %s, or in the summary", field)
			}
		}
		form := append(k.newPerson("Åkesson"), "key", "once")
		page := k.went(k.post("/people/new", form...))
		if again := k.went(k.post("/people/new", form...)); again != page {
			t.Errorf("sent twice, the form made %s and %s", page, again)
		}
		form[slices.Index(form, "Åkesson")] = "Ek"
		if other := k.went(k.post("/people/new", form...)); other == page {
			t.Error("gone back to and filled in otherwise, the form says that it is done, and nothing is")
		}
		k.says(page, "Ann Åkesson", "Köpings stadsbibliotek", "87,5", "ann@koping.example")
		k.says("/people?q=akesson", "1 person", "Åkesson, Ann", "Köping")
		k.says("/people?share=full", "Ingen person hittades")
		k.says("/workplaces/"+k.library, "Åkesson, Ann", "Köping")
	})
}

func TestAStaleFormShowsBothTexts(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		page := k.went(k.post("/people/new", k.newPerson("Ek")...))
		facts := []string{"given", "Ann", "gender", "woman", "language", "sv", "version", "1", "family"}
		k.went(k.post(page+"/edit", append(facts, "Ekman")...))
		w := k.post(page+"/edit", append(facts, "Ekberg")...)
		if text := mainText(w.Body); w.Code != http.StatusConflict || !strings.Contains(text, "Ekman") || !strings.Contains(text, "Ekberg") {
			t.Errorf("a stale form answers %d: %s", w.Code, text)
		}
		k.says(page, "Ann Ekman")
	})
}

func TestAnEmploymentChangesEndsAndIsCorrected(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		page := k.went(k.post("/people/new", k.newPerson("Ek")...))
		id := func() string {
			rows, err := people.Employments(t.Context(), d, k.viewer, strings.TrimPrefix(page, "/people/"))
			if err != nil || len(rows) == 0 {
				t.Fatal(rows, err)
			}
			return page + "/employments/" + rows[0].ID
		}
		for _, step := range []string{"change", "end", "correct"} {
			if w := k.get(id() + "/" + step); w.Code != http.StatusOK {
				t.Errorf("GET %s answers %d", step, w.Code)
			}
		}
		k.went(k.post(id()+"/change", "version", "1", "workplace", k.library, "title", "bibliotekarie", "share", "50", "from", "2012-10-01"))
		k.says(page, "50", "2012")
		k.went(k.post(id()+"/correct", "version", "1", "employer", k.payer, "workplace", k.library, "title", "bibliotekarie", "share", "60", "from", "2012-10-01", "why", "felskrivet"))
		k.went(k.post(id()+"/end", "version", "2", "on", "2012-10-11"))
		k.says("/people", "!Ek, Ann")
		k.says("/people?former=1", "Ek, Ann", "till och med 11 oktober 2012")
		if w := k.post(id()+"/end", "version", "2", "on", "2012-10-10"); w.Code != http.StatusConflict {
			t.Errorf("an old form answers %d", w.Code)
		}
		k.says(page, "!kontaktperson")
		person := strings.TrimPrefix(page, "/people/")
		if err := d.Tx(t.Context(), "setup", func(ctx context.Context, tx *db.Tx) error {
			err := db.Insert(ctx, tx, "account", "person, email", "", [][]any{{person, "ann.ek@example.org"}})
			return errors.Join(err, db.Insert(ctx, tx, "role_grant", "id, person, role, unit, valid_from", "", [][]any{{"contact-of", person, "contact", k.library, "2010-01-01"}}),
				audit.Record(ctx, tx, audit.Event{Act: "give", Entity: "role_grant", Row: "contact-of"}))
		}); err != nil {
			t.Fatal(err)
		}
		k.says(page, "Anställningarna har slutat, men rollen som kontaktperson för", "Be en administratör avsluta rollen")

		// An office of one programme is told of no role outside its reach, and of no end of what goes on there.
		k.viewer = access.Viewer{Person: "office", Grants: []access.Grant{{Role: access.Participant}, {Role: access.Office, Programme: "p", Workplaces: []string{k.library}}}}
		k.says(page, "Anställningarna har slutat, men rollen som kontaktperson för")
		elsewhere := ""
		if err := d.Tx(t.Context(), "setup", func(ctx context.Context, tx *db.Tx) error {
			u, err := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Workplace, WorkplaceKind: "branch-library", Name: "Filialen", Parent: k.town, From: "2000-01-01"})
			if err != nil {
				return err
			}
			elsewhere = u.ID
			_, err = tx.Exec(ctx, `UPDATE role_grant SET unit = $1 WHERE id = 'contact-of'`, elsewhere)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		k.says(page, "!kontaktperson", "!Filialen")
		if err := d.Tx(t.Context(), "setup", func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE role_grant SET unit = $1 WHERE id = 'contact-of'`, k.library)
			if err == nil {
				_, err = people.Employ(ctx, tx, access.System, people.Employment{Person: person, Employer: k.payer, Workplace: elsewhere, Title: "bibliotekarie", Share: 500, Valid: local.Period{From: "2012-10-12"}})
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		k.says(page, "!kontaktperson")
	})
}

func TestAnIdentityNumberIsShownOnlyAsAnAnswer(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		page := k.went(k.post("/people/new", k.newPerson("Ek")...))
		if w := k.post(page+"/identity", "identity", "600121-9961"); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a wrong number answers %d", w.Code)
		}
		k.went(k.post(page+"/identity", "identity", "600121-9960"))
		k.says(page, "19600121-****", "!9960")
		if w := k.post(page + "/see/identity"); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("without a reason it answers %d", w.Code)
		}
		w := k.post(page+"/see/identity", "why", "granskning")
		if !strings.Contains(mainText(w.Body), "19600121-9960") || w.Header().Get("Cache-Control") != "private, no-store" {
			t.Errorf("with a reason it answers %d, %v", w.Code, w.Header())
		}
		k.viewer.Grants = []access.Grant{{Role: access.Participant}, {Role: access.Auditor}}
		k.says(page, "!19600121")
		if w := k.post(page+"/see/identity", "why", "granskning"); w.Code != http.StatusForbidden {
			t.Errorf("an auditor is answered %d", w.Code)
		}
	})
}

func TestListsComeAsFiles(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.went(k.post("/people/new", k.newPerson("=1+1")...))
		k.went(k.post("/people/new", append(k.newPerson("Skyddad"), "protected", "1")...))
		w := k.post("/people/file", "format", "csv")
		if text := w.Body.String(); !strings.Contains(text, "'=1+1;Ann") || strings.Contains(text, "Skyddad") || !strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("the list as CSV: %v %s", w.Header(), text)
		}
		if n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM audit WHERE act = 'take' AND entity = 'list' AND detail LIKE '%"list":"people","persons":1%'`); err != nil || n != 1 {
			t.Errorf("the list was taken %d times, %v, want once", n, err)
		}
		if text := k.get("/people?format=csv").Body.String(); !strings.Contains(text, "<html") {
			t.Error("a list of persons is taken by a link, of which nothing is recorded")
		}
		for _, path := range []string{"/workplaces", "/employers"} {
			f, err := excelize.OpenReader(bytes.NewReader(k.get(path + "?format=xlsx").Body.Bytes()))
			if err != nil {
				t.Fatal(path, err)
			}
			if rows, err := f.GetRows(f.GetSheetName(0)); err != nil || len(rows) != 2 {
				t.Errorf("%s as XLSX has %d rows, %v", path, len(rows), err)
			}
		}
	})
}

func TestTheOfficeReorganises(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		branch := k.went(k.post("/workplaces/new", "kind", "workplace", "workplace_kind", "branch-library", "name", "Kolsva bibliotek", "parent", k.town, "from", "2005-01-01"))
		for _, step := range []string{"rename", "move", "merge", "close", "reopen"} {
			if w := k.get(branch + "/" + step); w.Code != http.StatusOK {
				t.Errorf("GET %s answers %d", step, w.Code)
			}
		}
		if w := k.get(branch + "/burn"); w.Code != http.StatusNotFound {
			t.Errorf("a step that is none answers %d", w.Code)
		}
		k.went(k.post(branch+"/rename", "version", "1", "name", "Kolsva kulturhus", "from", "2012-01-01"))
		k.says(branch, "Kolsva kulturhus", "Kolsva bibliotek")
		k.went(k.post(branch+"/close", "version", "2", "on", "2012-10-01"))
		k.says(branch, "Sista dagen var 1 oktober 2012")
		k.went(k.post(branch+"/reopen", "version", "3"))
		k.went(k.post(branch+"/merge", "version", "4", "into", k.library, "on", "2012-10-02"))
		k.says(branch, "Från och med 2 oktober 2012 ingår arbetsplatsen i", "Köpings stadsbibliotek")
		k.says("/workplaces", "1 arbetsplats", "!Kolsva")

		later := k.went(k.post("/workplaces/new", "kind", "workplace", "workplace_kind", "branch-library", "name", "Munktorps bibliotek", "parent", k.town, "from", "2005-01-01"))
		k.went(k.post(later+"/rename", "version", "1", "name", "Munktorps mötesplats", "from", "2013-01-01"))
		k.says(later, "Munktorps bibliotek", "Munktorps mötesplats", "Byt namn", "Flytta", "Slå ihop", "Stäng", "!Öppna igen")
		k.went(k.post(later+"/close", "version", "2", "on", "2013-06-30"))
		k.says(later, "Byt namn", "Öppna igen", "!Stäng")
		if w := k.post(branch+"/rename", "version", "1", "name", "Kolsva", "from", "2012-01-01"); w.Code != http.StatusConflict {
			t.Errorf("an old form answers %d", w.Code)
		}
	})
}

// What nobody types, such as a byte of zero that a program pasted, is left out at the door: PostgreSQL would fail on it.
func TestWhatNobodyTypesIsLeftOut(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		form := append(k.newPerson("E\x00k\x1b\xff"), "phone", "070-123 45 67\x00", "title", "biblio\x00tekarie")
		page := k.went(k.post("/people/new", form...))
		k.says(page, "Ann Ek\ufffd", "070-123 45 67", "bibliotekarie")
		for path, want := range map[string]int{"/people?q=E%00k": 200, "/people?q=%ff": 200, "/people/%00": 404, page + "%00": 200, "/audit?row=%00": 403} {
			if w := k.get(path); w.Code != want {
				t.Errorf("GET %s answers %d, not %d", path, w.Code, want)
			}
		}
	})
}

// However many there are, a page asks the same number of questions.
func TestPagesOfPeopleAskAFixedNumberOfQueries(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var page string
		add := func(n int) {
			for i := range n {
				page = k.went(k.post("/people/new", k.newPerson("Ek"+strings.Repeat("a", i))...))
			}
		}
		queries := func(path string) int64 {
			ctx, n := db.Counting(t.Context())
			w := httptest.NewRecorder()
			k.handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", path, nil))
			if w.Code != http.StatusOK {
				t.Errorf("GET %s answers %d", path, w.Code)
			}
			return n.Load()
		}
		add(1)
		paths := []string{"/people", page, "/workplaces", "/workplaces/" + k.library, "/employers"}
		var before []int64
		for _, path := range paths {
			queries(path) // what every page tells is read again after a change
			before = append(before, queries(path))
		}
		add(6)
		for i, path := range paths {
			queries(path)
			if after := queries(path); after > before[i] || after > 12 {
				t.Errorf("%s asks %d, and then %d", path, before[i], after)
			}
		}
	})
}

func TestTypedSharesAreThousandths(t *testing.T) {
	for typed, want := range map[string]int{"100": 1000, "87,5": 875, "37.5 %": 375, "0": 0, "101": 0, "-5": 0, "halv": 0, "": 0, "NaN": 0, "0,04": 0} {
		if got := typedShare(typed); got != want {
			t.Errorf("%q is %d thousandths, not %d", typed, got, want)
		}
	}
	if d := lastDay(local.Period{From: "2012-01-01", To: posted{url.Values{"to": {" 2012-12-31 "}}}.after("to")}); d != "2012-12-31" {
		t.Errorf("the last day comes back as %s", d)
	}
}

// What stood in a person's row before it was changed is sealed in the event; whoever sees the events opens it with a reason,
// which is recorded.
func TestWhatStoodBefore(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		page := k.went(k.post("/people/new", k.newPerson("Åkesson")...))
		k.went(k.post(page+"/edit", append(k.newPerson("Berg"), "version", "1")...))
		k.viewer = access.Viewer{Person: "admin", Grants: []access.Grant{{Role: access.Participant}, {Role: access.Administrator}}}
		list := k.get("/audit").Body.String()
		event := regexp.MustCompile(`href="(/audit/[0-9a-v]{26})"`).FindStringSubmatch(list)
		if event == nil || strings.Contains(list, "Åkesson") {
			t.Fatal("no event to open, or it stands open")
		}
		if w := k.post(event[1], "why", " "); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "Åkesson") {
			t.Errorf("without a reason: %d", w.Code)
		}
		if w := k.post(event[1], "why", "granskning"); w.Code != http.StatusOK || !strings.Contains(mainText(w.Body), "Efternamn: Åkesson") {
			t.Errorf("with a reason: %d", w.Code)
		}
		seen, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM audit WHERE act = 'see' AND entity = 'audit' AND why = 'granskning'`)
		if err != nil || seen != 1 {
			t.Errorf("recorded %d times, %v", seen, err)
		}
		err = d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE person SET protected = 1`)
			return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "test"}))
		})
		if err != nil {
			t.Fatal(err)
		}
		if w := k.get(event[1]); w.Code != http.StatusNotFound {
			t.Errorf("of a person with protected identity: %d", w.Code)
		}
	})
}
