package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
)

// protect gives a person of a world protected identity.
func protect(t *testing.T, d *db.DB, person string) {
	t.Helper()
	err := d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE person SET protected = 1 WHERE id = $1`, person); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "person", Row: person, Subject: person, Detail: map[string]any{"fields": []string{"protected"}}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// value is one that the database holds.
func (v *visit) value(query string, args ...any) string {
	v.t.Helper()
	value, err := db.Value[string](v.t.Context(), v.d, query, args...)
	if err != nil {
		v.t.Fatal(err)
	}
	return value
}

// post sends a form and returns the answer.
func (v *visit) post(role, path, form string) *httptest.ResponseRecorder {
	v.person = v.w.viewers[role]
	req := httptest.NewRequestWithContext(v.t.Context(), http.MethodPost, path, strings.NewReader(form))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept-Language", "en")
	answer := httptest.NewRecorder()
	v.handler.ServeHTTP(answer, req)
	return answer
}

// The list of events tells the administrator, who sees no people, that something was done by or to somebody with protected identity, and nothing
// that leads to them: not where they work, not what they signed up to, not which row it was, in whatever way it is asked.
func TestEventsDoNotLeadToWhoIsProtected(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		v := newVisit(t, url)
		d, w := v.d, v.w
		who, office := w.viewers["participant"], w.viewers["office"]
		employment := v.value(`SELECT id FROM employment WHERE person = $1`, who)
		signup := v.value(`SELECT id FROM signup WHERE person = $1 ORDER BY id LIMIT 1`, who)
		err := d.Tx(t.Context(), office, func(ctx context.Context, tx *db.Tx) error {
			return audit.Record(ctx, tx, audit.Event{Act: "lead", Entity: "occasion", Row: w.rows["occasion"]["own"], Why: "bor i Köping", Detail: map[string]any{"leader": []string{"", who}}},
				audit.Event{Act: "correct", Entity: "attendance", Row: w.rows["past-meeting"]["own"] + "/" + who, Why: "var i Köping"})
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Tx(t.Context(), who, func(ctx context.Context, tx *db.Tx) error {
			return audit.Record(ctx, tx, audit.Event{Act: "sign-up", Entity: "signup", Row: signup, Detail: map[string]any{"occasion": w.rows["occasion"]["own"]}})
		})
		if err != nil {
			t.Fatal(err)
		}
		page := func(role, path string) string { return v.page(role, path, "-when") }
		// rows are what the table holds.
		rows := func(page string) string {
			_, table, _ := strings.Cut(page, "<tbody>")
			table, _, _ = strings.Cut(table, "</tbody>")
			return strings.NewReplacer("about="+who, "", "actor="+who, "").Replace(table) // what was asked for
		}
		if open := rows(page("administrator", "/audit?about="+who)); !strings.Contains(open, "Stadsbiblioteket") {
			t.Fatalf("what this test looks for is not there: %s", open)
		}
		protect(t, d, who)
		leads := []string{"Stadsbiblioteket", "Kommunen", "Köping", who, employment, signup, "ann Test", "ann@"}
		for path, told := range map[string]bool{"/audit?about=" + who: true, "/audit?actor=" + who: true, "/audit?entity=signup&actor=" + who: true, "/audit?entity=employment&about=" + who: false} {
			table := rows(page("administrator", path))
			for _, words := range leads {
				if strings.Contains(table, words) {
					t.Errorf("%s tells of %s", path, words)
				}
			}
			if strings.Contains(table, "Person with a protected identity") != told {
				t.Errorf("%s tells that something was done: %v", path, !told)
			}
			file := v.post("administrator", strings.Replace(path, "/audit?", "/audit/file?", 1), "format=csv").Body.String()
			for _, words := range leads {
				if strings.Contains(file, words) {
					t.Errorf("the file of %s tells of %s", path, words)
				}
			}
		}
		for _, path := range []string{"/audit?row=" + employment, "/audit?row=" + signup, "/audit?actor=" + who + "&row=" + signup, "/audit?row=" + w.rows["past-meeting"]["own"] + "/" + who} {
			if table := rows(page("administrator", path)); strings.Contains(table, "Person with a protected identity") || strings.Contains(table, who) {
				t.Errorf("%s ties a person to a row: %s", path, table)
			}
		}
		if strings.Contains(rows(page("administrator", "/audit?entity=employment")), "Person with a protected identity") {
			t.Error("somebody with protected identity stands among the colleagues with whom they were employed")
		}
		for _, words := range []string{who, "bor i Köping", "var i Köping"} {
			if strings.Contains(page("administrator", "/audit"), words) {
				t.Errorf("the whole list tells of %s", words)
			}
		}

		// What such a person does in office can be followed up, but for who they are.
		other := w.rows["person"]["other"]
		err = d.Tx(t.Context(), who, func(ctx context.Context, tx *db.Tx) error {
			return audit.Record(ctx, tx, audit.Event{Act: "see", Entity: "identity_number", Row: other, Subject: other, Why: "ett intyg"})
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/audit?about=" + other, "/audit?row=" + other, "/audit?entity=identity_number"} {
			if table := rows(page("administrator", path)); !strings.Contains(table, "ett intyg") || !strings.Contains(table, "Person with a protected identity") || strings.Contains(table, who) {
				t.Errorf("%s does not tell what was done in office, or tells by whom: %s", path, table)
			}
		}

		// Who edits people too reads on.
		err = d.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) error {
			_, err := auth.AddGrant(ctx, tx, access.System, office, access.Grant{Role: access.Administrator, Valid: local.Period{From: "2010-01-01"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if table := rows(page("office", "/audit?about="+who)); !strings.Contains(table, "Stadsbiblioteket") {
			t.Errorf("who edits people is not told where: %s", table)
		}
	})
}

// An administrator helps who has protected identity to sign in without being told their address: they find the account by it, and can give it another.
func TestTheAddressOfWhoIsProtected(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		v := newVisit(t, url)
		d, w := v.d, v.w
		who := w.viewers["participant"]
		address := func() string {
			return v.value(`SELECT email FROM account WHERE person = $1`, who)
		}
		was := address()
		if !strings.Contains(v.page("administrator", "/accounts/"+who, ""), was) {
			t.Fatal("the address of others is not there")
		}
		protect(t, d, who)
		for _, path := range []string{"", "/edit"} {
			if page := v.page("administrator", "/accounts/"+who+path, ""); strings.Contains(page, was) || !strings.Contains(page, "protected identity") {
				t.Errorf("/accounts/…%s tells the address, or nothing", path)
			}
		}
		found := func(words string) bool {
			return strings.Contains(v.page("administrator", "/accounts?q="+words, ""), `href="/accounts/`+who+`"`)
		}
		name, _, _ := strings.Cut(was, "@")
		for words, want := range map[string]bool{was: true, "+" + was + "+": true, strings.ToUpper(was): true, name: false, name + "%40example": false, "Test": false} {
			if found(words) != want {
				t.Errorf("looked for by %q: found is %v", words, !want)
			}
		}
		edit := func(version, email string, more ...string) {
			t.Helper()
			form := "key=k" + version + "&version=" + version + "&email=" + email + strings.Join(more, "")
			if code := v.post("administrator", "/accounts/"+who+"/edit", form).Code; code != 303 {
				t.Errorf("saved with %q: %d", form, code)
			}
		}
		edit("1", "", "&disabled=1")
		if got := address(); got != was {
			t.Errorf("nothing written made it %q", got)
		}
		edit("2", "annan%40example.org")
		if got := address(); got != "annan@example.org" {
			t.Errorf("another written made it %q", got)
		}
		if n := v.value(`SELECT CAST(count(*) AS TEXT) FROM audit WHERE entity = 'account' AND act = 'change' AND row_id = $1`, who); n != "2" {
			t.Errorf("%s events tell of it", n)
		}
	})
}

// Nobody is given the id, the name or the address of who has protected identity but themselves and who may edit them: not by a page, a file, a form
// or the interface. An id is the same everywhere, and those made at once stand together.
func TestWhoIsProtectedIsANumber(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		t.Parallel()
		v := newVisit(t, url, (*world).furnish)
		w := v.w
		who := w.viewers["participant"]
		protect(t, v.d, who)
		readers := slices.DeleteFunc(slices.Clone(roles), func(role string) bool { return role == "participant" })
		if strings.HasSuffix(t.Name(), "/postgres") { // which shows what SQLite does: by who sees most
			readers = []string{"contact", "organiser", "office", "auditor", "administrator"}
		}
		tells := func(role, what string, answer *httptest.ResponseRecorder) {
			text := unpacked(answer.Body.Bytes())
			for _, words := range []string{who, "ann Test", "Test, ann", "ann@example.org"} {
				if i := strings.Index(text, words); i >= 0 {
					t.Errorf("%s as %s tells of %s: …%s…", what, role, words, text[max(0, i-90):min(len(text), i+60)])
				}
			}
		}
		for _, route := range routes {
			for _, whose := range []string{"own", "other"} {
				method, path, ok := w.path(route.pattern, whose)
				if !ok || method == http.MethodPost && !strings.HasSuffix(path, "/file") || strings.Contains(path, who) {
					continue
				}
				for _, role := range readers {
					for _, q := range []string{queries[route.pattern], "?format=xlsx"} {
						v.person = w.viewers[role]
						var answer *httptest.ResponseRecorder
						if method == http.MethodPost {
							answer = v.post(role, path+q, "format=csv")
						} else {
							answer = httptest.NewRecorder()
							v.handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), method, path+q, nil))
						}
						tells(role, method+" "+path+q, answer)
						if q == queries[route.pattern] && (shut(answer) || strings.HasSuffix(path, ".pdf")) {
							break
						}
					}
				}
			}
		}
		for _, role := range readers {
			if w.viewers[role] == "" {
				continue
			}
			v.reads(role, func(pattern string, answer *httptest.ResponseRecorder) { tells(role, pattern, answer) })
		}
	})
}

// What the number stands for in forms and addresses is taken there as an id is.
func TestTheNumberActsInForms(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		v := newVisit(t, url)
		w := v.w
		who, past, meeting := w.viewers["participant"], w.rows["past-occasion"]["own"], w.rows["past-meeting"]["own"]
		protect(t, v.d, who)
		if page := v.page("organiser", "/meetings/"+meeting+"/attendance/participant-1", ""); !strings.Contains(page, "Participant 1") || strings.Contains(page, who) {
			t.Error("the history of a row is not found by the number")
		}
		for _, form := range []struct{ role, path, fields string }{
			{"contact", "/workplace/attest", "meeting=" + meeting + "&person=participant-1"},
			{"organiser", "/meetings/" + meeting + "/attendance", "do=save&why=gick&person=participant-1&version-participant-1=1&how-participant-1=part&minutes-participant-1=60"},
			{"organiser", "/occasions/" + past + "/seats/leave", "person=participant-1"},
		} {
			if answer := v.post(form.role, form.path, "key=k&"+form.fields); answer.Code != http.StatusSeeOther {
				t.Errorf("%s: %d", form.path, answer.Code)
			}
		}
		if state := v.value(`SELECT state FROM signup WHERE occasion = $1 AND person = $2`, past, who); state != "cancelled" {
			t.Errorf("the seat is %s", state)
		}
		if minutes := v.value(`SELECT CAST(minutes AS TEXT) FROM attendance WHERE meeting = $1 AND person = $2`, meeting, who); minutes != "60" {
			t.Errorf("%s minutes are recorded", minutes)
		}
		wrong := v.post("organiser", "/meetings/"+meeting+"/attendance", "key=l&do=save&why=gick&person=participant-1&how-participant-1=part&minutes-participant-1=9000")
		if body := wrong.Body.String(); wrong.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `id="minutes-participant-1-fault"`) || strings.Contains(body, who) {
			t.Errorf("a mistake in the row: %d", wrong.Code)
		}
	})
}
