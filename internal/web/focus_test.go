package web

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/web/locale"
)

// A passer-by asks pages without a cookie, and sees what has changed.
type passerBy struct {
	t   *testing.T
	d   *db.DB
	w   *world
	s   *Server
	h   http.Handler
	now time.Time // the machine's
	log bytes.Buffer
	as  string // whom they have signed in as, "" for nobody
}

func newPasserBy(t *testing.T, d *db.DB) *passerBy {
	p := &passerBy{t: t, d: d, w: newWorld(t, d), now: time.Now()}
	p.s = &Server{DB: d, Ring: testRing(t), Log: slog.New(slog.NewTextHandler(&p.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: func() time.Time { return p.now }, Service: "KompoBib",
		Viewer: func(req *http.Request) access.Viewer {
			if p.as == "" {
				return access.Viewer{}
			}
			v, _, err := resolve(req.Context(), d, p.as, "2012-10-12")
			if err != nil {
				t.Error(err)
			}
			return v
		}}
	p.h = p.s.Handler()
	return p
}

// ask returns the answer's status and body. An answer to nobody never sets a cookie.
func (p *passerBy) ask(method, path string, form url.Values) (int, string) {
	p.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequestWithContext(p.t.Context(), method, path, body)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer := httptest.NewRecorder()
	p.h.ServeHTTP(answer, req)
	if set := answer.Header().Get("Set-Cookie"); set != "" && p.as == "" {
		p.t.Errorf("%s %s sets the cookie %s", method, path, set)
	}
	return answer.Code, answer.Body.String()
}

// wants fails unless the answer has a status and holds all that is named; what begins with ! it must not hold.
func (p *passerBy) wants(what, method, path string, form url.Values, status int, holds ...string) {
	p.t.Helper()
	got, body := p.ask(method, path, form)
	if got != status {
		p.t.Errorf("%s: %d, not %d", what, got, status)
	}
	for _, text := range holds {
		if unwanted, not := strings.CutPrefix(text, "!"); not == strings.Contains(body, strings.TrimPrefix(text, "!")) {
			p.t.Errorf("%s: %.80q, wanted %v", what, unwanted, !not)
		}
	}
}

func (p *passerBy) count(query string, args ...any) int {
	p.t.Helper()
	n, err := db.Value[int](p.t.Context(), p.d, query, args...)
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

func (p *passerBy) do(by string, f func(ctx context.Context, tx *db.Tx) error) {
	p.t.Helper()
	if err := p.d.Tx(p.t.Context(), by, f); err != nil {
		p.t.Fatal(err)
	}
}

// due makes a commitment of the participant's whose check has come, with the token of its letter.
func (p *passerBy) due(act string) (c focus.Commitment, token string) {
	p.t.Helper()
	spring, err := p.d.Reopen(p.t.Context(), func() time.Time { return dbtest.Now.AddDate(0, -4, 0) })
	if err != nil {
		p.t.Fatal(err)
	}
	defer spring.Close()
	v := access.System
	v.On = local.DateOf(spring.Now(), time.UTC)
	c = focus.Commitment{Owner: p.w.viewers["participant"], Starts: v.On, Due: "2013-04-01", Months: focus.Months{3, 6}, Wording: focus.Wording{Happens: "någon frågar", Act: act}}
	at := learning.Place{Programme: p.w.rows["programme"]["own"], Workplace: p.w.rows["unit"]["own"], Leads: true}
	if err := spring.Tx(p.t.Context(), "contact", func(ctx context.Context, tx *db.Tx) error { return focus.Commit(ctx, tx, v, at, &c) }); err != nil {
		p.t.Fatal(err)
	}
	if err := spring.Tx(p.t.Context(), "letters", func(ctx context.Context, tx *db.Tx) (err error) {
		token, err = focus.MakeLink(ctx, tx, p.s.Ring, p.now, c.ID, c.Owner)
		return err
	}); err != nil {
		p.t.Fatal(err)
	}
	return c, token
}

const (
	script = "<script>alert(1)</script>"
	shown  = "&lt;script&gt;alert(1)&lt;/script&gt;"
)

// Whoever has the letter answers by a button, once and without signing in; looking changes nothing.
func TestFollowUpByLetter(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		c, token := p.due("svarar vi " + script)
		quoted, _ := p.due("svarar vi " + strings.Repeat("genast och vänligt ", 9))
		again, err := d.Reopen(t.Context(), d.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		l := Letters{DB: again, Now: p.s.Now, URL: "https://kompobib.example.org", Ring: p.s.Ring}
		for template, want := range map[string]string{letter.FollowUp: "Hur går det? ”När någon frågar svarar vi", letter.FollowUpAgain: "Påminnelse: hur går det? ”När någon frågar svarar vi", letter.OwnerLeft: "Vem tar över? ”När någon frågar svarar vi"} {
			text, err := l.Render(t.Context(), letter.Letter{ID: "x", Template: template, Person: quoted.Owner, AboutKind: "commitment", About: quoted.ID, Programme: quoted.Programme})
			if err != nil || !strings.HasPrefix(text.Subject, want) || !strings.HasSuffix(text.Subject, "”") {
				t.Errorf("%s quotes the commitment in its subject: %q, %v", template, text.Subject, err)
			}
		}
		reminder := func(id, person string) string {
			text, err := l.Render(t.Context(), letter.Letter{ID: "x", Template: letter.FollowUpAgain, Person: person, AboutKind: "commitment", About: id, Programme: c.Programme})
			if err != nil {
				t.Fatal(err)
			}
			return text.Plain
		}
		const silence = "Uteblir svaret syns det för den som leder arbetsplatsens lärande"
		if text := reminder(quoted.ID, quoted.Owner); !strings.Contains(text, "logga in. "+silence) {
			t.Errorf("the reminder does not say who sees that no answer comes: %s", text)
		}
		if text := reminder(p.w.rows["own-commitment"]["own"], p.w.viewers["participant"]); strings.Contains(text, silence) || !strings.Contains(text, "Ditt eget åtagande") {
			t.Errorf("the reminder of what one has undertaken alone says that others see it: %s", text)
		}
		at, key := "/f/"+token, 0
		answer := func(fields ...string) url.Values {
			key++
			form := url.Values{"key": {string(rune('a' + key))}}
			for i := 0; i < len(fields); i += 2 {
				form.Set(fields[i], fields[i+1])
			}
			return form
		}
		before := p.count(`SELECT count(*) FROM audit`)
		for range 2 {
			p.wants("the letter's link", "GET", at, nil, 200, `value="done"`, `value="on-the-way"`, `value="changed"`, `value="dropped"`, `Varför? <span class="optional"`, shown, "!"+script, "Landstinget")
		}
		if now := p.count(`SELECT count(*) FROM audit`); now != before {
			t.Errorf("looking left %d records", now-before)
		}
		p.wants("a wrong link", "GET", "/f/"+strings.Repeat("0", 40), nil, 404)
		p.wants("an answer to a wrong link", "POST", "/f/"+strings.Repeat("0", 40), answer("state", "done"), 404)
		p.wants("no button", "POST", at, answer("why", "Hm"), 422, ">Hm</textarea>")
		p.wants("dropped without why", "POST", at, answer("state", "dropped"), 422, `id="why"`, "Skriv varför. Det behövs", `!Varför? <span class="optional"`)
		long := strings.Repeat("å", 100_000)
		p.wants("100 000 characters", "POST", at, answer("state", "done", "why", long), 422, long)
		if n := p.count(`SELECT count(*) FROM commitment_event WHERE commitment = $1`, c.ID); n != 1 {
			t.Errorf("mistakes made %d events", n-1)
		}
		p.as = p.w.viewers["contact"] // who has signed in as another answers in the name of whose letter it is
		changed := answer("state", "changed", "why", script, "act", "går vi ut "+script)
		p.wants("an answer", "POST", at, changed, 303)
		p.as = ""
		p.wants("the same once more", "POST", at, changed, 303)
		p.wants("another after it, from a page of before", "POST", at, answer("state", "dropped", "why", "Ingen kom"), 409, "Det var redan besvarat: Ändrat.", ">Ingen kom</textarea>", `name="version" value="2"`, "!Tack för ditt svar")
		p.wants("the link afterwards", "GET", at, nil, 200, shown, "!"+script, "Tack för ditt svar", "Ändra svaret", `name="version" value="2"`, "!</span>Ditt svar är sparat")
		if n := p.count(`SELECT count(*) FROM commitment_event WHERE commitment = $1 AND act = 'state' AND state = 'changed' AND made_by = $2`, c.ID, c.Owner); n != 1 {
			t.Errorf("%d answers in the owner's name", n)
		}
		if n := p.count(`SELECT count(*) FROM commitment_check WHERE commitment = $1 AND answer IS NULL AND due = '2012-12-12'`, c.ID); n != 1 {
			t.Error("the next check is not planned")
		}
		p.wants("another, by who has seen what it says", "POST", at, answer("state", "dropped", "why", "Ingen kom", "version", "2"), 303)
		p.wants("the link after that", "GET", at, nil, 200, "Lagt ner", "besvarades först med ”Ändrat”", `name="version" value="3"`, "!Nästa uppföljning")
		if n := p.count(`SELECT count(*) FROM commitment_event WHERE commitment = $1 AND act = 'state' AND made_by = $2`, c.ID, c.Owner); n != 2 {
			t.Errorf("%d answers in the history", n)
		}

		// Handed on, it is no longer theirs to answer; neither is it when the link is too old.
		given, old := p.due("ringer vi")
		p.do("contact", func(ctx context.Context, tx *db.Tx) error {
			v := access.System
			v.On = "2012-10-12"
			to, err := focus.Find(ctx, tx, nil, v.On, given.ID)
			to.Owner = p.w.viewers["contact"]
			if err != nil {
				return err
			}
			return focus.Change(ctx, tx, v, learning.Place{Programme: to.Programme, Workplace: to.Workplace, Leads: true}, to, "")
		})
		p.wants("of what was handed on", "GET", "/f/"+old, nil, 404)
		p.wants("an answer to what was handed on", "POST", "/f/"+old, answer("state", "done"), 404)
		_, late := p.due("skriver vi")
		p.now = p.now.AddDate(0, 0, 181)
		p.wants("after 181 days", "GET", "/f/"+late, nil, 404)
		p.wants("an answer after 181 days", "POST", "/f/"+late, answer("state", "done"), 404)
		p.now = p.now.AddDate(0, 0, -181)

		// What was undertaken outlives the project.
		text, err := l.Render(t.Context(), letter.Letter{ID: "x", Template: letter.FollowUp, Person: quoted.Owner, AboutKind: "commitment", About: quoted.ID, Programme: quoted.Programme})
		if err != nil || strings.Contains(text.Plain, "slutrapporten") {
			t.Errorf("while the project goes on: %s, %v", text.Plain, err)
		}
		p.close()
		text, err = l.Render(t.Context(), letter.Letter{ID: "x", Template: letter.FollowUpAgain, Person: quoted.Owner, AboutKind: "commitment", About: quoted.ID, Programme: quoted.Programme})
		if err != nil || !strings.Contains(text.Plain, "svaret läses på arbetsplatsen och kan läsas av projektkontoret. Ska det inte följas upp mer?") {
			t.Errorf("the letter does not say who reads the answer: %s, %v", text.Plain, err)
		}
		p.wants("nor does the link", "GET", "/f/"+late, nil, 200, "svaret läses på arbetsplatsen och kan läsas av projektkontoret.")
		p.wants("when the project is over", "POST", "/f/"+late, answer("state", "done"), 303)
		for _, x := range []string{token, old, late} {
			if strings.Contains(p.log.String(), x) {
				t.Error("the log tells what lets one answer")
			}
		}
	})
}

// A commitment whose next follow-up comes when the programme is over says so to the workplace where it is written and read, and to the office how many there are.
func TestFollowUpAfterTheEnd(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		learningtest.New(t, d, 2)
		p := newPlanner(t, d, learningtest.Contact("near-1", learningtest.Near))
		const at, says, count = "/programmes/kompobib/workplaces/" + learningtest.Near + "/commitments", "The programme&#39;s last day is 31 December 2013. Follow-ups after it are the workplace&#39;s own", "next follow-up comes after the end of the programme."
		p.wants("where the months are chosen", p.get(at+"/new"), 200, says)
		commit := func(act, months string) answer {
			return p.wants("a new one", p.post(at+"/new", "starts=2012-10-12", "due=2013-04-01", "months="+months, "owner=near-0", "happens=någon frågar", "act="+act), 303)
		}
		soon, _, _ := strings.Cut(commit("svarar vi", "3,6").to, "?")
		p.who = learningtest.Holder(access.Office)
		for what, path := range map[string]string{"it": soon, "the list": at, "the office": "/programmes/kompobib/commitments"} {
			if page := p.get(path); page.code != 200 || strings.Contains(page.body, says) {
				t.Errorf("%s says so of what is followed up within the project: %d", what, page.code)
			}
		}
		p.who = learningtest.Contact("near-1", learningtest.Near)
		late, _, _ := strings.Cut(commit("bokar vi en tid", "18").to, "?")
		p.wants("at the commitment", p.get(late), 200, "12 April 2014", says)
		p.wants("in the list", p.get(at), 200, says)
		p.who = learningtest.Holder(access.Office)
		p.wants("to the office", p.get("/programmes/kompobib/commitments"), 200, "Of one commitment the "+count, "commitments/list?standing=after", says)
		if page := p.wants("behind the number", p.get("/programmes/kompobib/commitments/list?standing=after"), 200, "bokar vi en tid"); strings.Contains(page.body, "svarar vi") {
			t.Error("others too")
		}
	})
}

// close ends the programme.
func (p *passerBy) close() {
	p.do("office", func(ctx context.Context, tx *db.Tx) error {
		id := p.w.rows["programme"]["own"]
		if _, err := tx.Exec(ctx, `UPDATE programme SET state = 'closed' WHERE id = $1`, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "programme", Row: id})
	})
}

// Whoever uses the library answers the one question, as nobody; what the workplace shows is found by all, and gone when it is taken down.
func TestQuestionToUsers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		code := p.w.rows["focus"]["own"]
		at := "/n/" + code
		voices := func() int { return p.count(`SELECT count(*) FROM user_answer`) }
		before, answers := p.count(`SELECT count(*) FROM audit`), voices()
		p.wants("the question", "GET", at, nil, 200, `value="yes"`, `value="no"`, `value="unsure"`)
		p.wants("as it is typed from a poster", "GET", "/n/"+strings.ToUpper(code[:3])+"-"+code[3:], nil, 200)
		p.wants("a wrong code", "GET", "/n/aaaaaaa", nil, 404)
		p.wants("an answer to a wrong code", "POST", "/n/aaaaaaa", url.Values{"key": {"x"}, "noticed": {"yes"}}, 404)
		p.wants("the page", "GET", "/p/kompobib/focus/"+code, nil, 200, "/poster")
		if now := p.count(`SELECT count(*) FROM audit`); now != before {
			t.Errorf("looking left %d records", now-before)
		}
		p.wants("without a choice", "POST", at, url.Values{"key": {"a"}, "text": {"Ni kom fram"}}, 422, ">Ni kom fram</textarea>")
		long := strings.Repeat("ö", 100_000)
		p.wants("100 000 characters", "POST", at, url.Values{"key": {"b"}, "noticed": {"yes"}, "text": {long}}, 422, long)
		if voices() != answers {
			t.Error("mistakes were counted")
		}
		yes := url.Values{"key": {"c"}, "noticed": {"yes"}, "text": {script}}
		p.wants("an answer", "POST", at, yes, 303)
		p.wants("the same sent twice", "POST", at, yes, 303)
		if n := voices() - answers; n != 1 {
			t.Errorf("%d answers from one form", n)
		}
		p.as = p.w.viewers["participant"]
		p.wants("who has signed in", "POST", at, url.Values{"key": {"d"}, "noticed": {"no"}}, 303)
		if n := p.count(`SELECT count(*) FROM audit WHERE act = 'answer' AND entity = 'focus' AND actor <> 'public'`); n != 0 {
			t.Errorf("%d answers have a name", n)
		}
		p.as = p.w.viewers["contact"]
		p.wants("the workplace's page", "GET", "/programmes/kompobib/workplaces/"+p.w.rows["unit"]["own"]+"/focus", nil, 200, shown, "!"+script)
		p.as = ""

		p.wants("the programme's page", "GET", "/p/kompobib", nil, 200, `href="/p/kompobib/focus"`)
		p.wants("the sitemap", "GET", "/sitemap.xml", nil, 200, "/p/kompobib/focus<", "/p/kompobib/focus/"+code+"<")
		flood := 0
		for i := range 200 {
			if status, page := p.ask("POST", at, url.Values{"key": {"flood"}, "noticed": {"yes"}, "text": {"Det jag skrev"}}); status == http.StatusTooManyRequests {
				if flood = i; !strings.Contains(page, ">Det jag skrev</textarea>") || !strings.Contains(page, ">"+locale.Swedish.Say("view.too-soon")+"</h2>") || !strings.Contains(page, html.EscapeString(locale.Swedish.Say("focus.rush"))) {
					t.Error("who is asked to wait loses what was written")
				}
				break
			}
		}
		if flood < 100 {
			t.Errorf("asked to wait after %d answers from one address: three classes come, and a flood does not go on", flood)
		}
		p.now = p.now.Add(time.Hour)
		p.close()
		p.wants("when the project is over", "GET", at, nil, 200, html.EscapeString(locale.Swedish.Say("focus.over")), `!name="noticed"`)
		p.wants("an answer then", "POST", at, url.Values{"key": {"e"}, "noticed": {"yes"}}, 409)
		p.do("contact", func(ctx context.Context, tx *db.Tx) error {
			v := access.System
			v.On = "2012-10-12"
			return focus.Publish(ctx, tx, v, learning.Place{Programme: p.w.rows["programme"]["own"], Workplace: p.w.rows["unit"]["own"], Leads: true}, "", 1, false)
		})
		p.wants("taken down", "GET", at, nil, 404)
		p.wants("its page", "GET", "/p/kompobib/focus/"+code, nil, 404)
		p.wants("the sitemap then", "GET", "/sitemap.xml", nil, 200, "!/focus/"+code)
	})
}

// What a workshop came to is fetched into the record that is being written: after what is typed, once, and saved by nobody yet.
func TestWorkshopIntoRecord(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		p.as = p.w.viewers["contact"]
		at := "/programmes/kompobib/workplaces/" + p.w.rows["unit"]["own"] + "/record/edit"
		ours, theirs := p.w.rows["workshop"]["own"], p.w.rows["workshop"]["elsewhere"]
		p.wants("the form", "GET", at, nil, 200, `value="fetch `+ours+`"`, "!"+theirs)
		before := p.count(`SELECT count(*) FROM learning_record_text`)
		said := p.count(`SELECT count(*) FROM workshop_answer WHERE workshop = $1 AND withdrawn = 0`, ours)
		if said == 0 {
			t.Fatal("nothing was answered: this test would find nothing")
		}
		body, err := db.Value[string](t.Context(), d, `SELECT min(body) FROM workshop_answer WHERE workshop = $1 AND withdrawn = 0`, ours)
		if err != nil {
			t.Fatal(err)
		}
		form := url.Values{"key": {"k"}, "version": {"1"}, "body": {"Det vi redan har skrivit."}, "do": {"fetch " + ours}}
		p.wants("fetched", "POST", at, form, 200, "Det vi redan har skrivit.\n\n## ", "- "+body)
		form.Set("do", "fetch "+theirs)
		p.wants("another workplace's", "POST", at, form, 200, "Det vi redan har skrivit.</textarea>")
		form.Set("do", "fetch "+ours)
		_, page := p.ask("POST", at, form)
		_, area, _ := strings.Cut(page, `<textarea`)
		_, area, _ = strings.Cut(area, ">")
		area, _, _ = strings.Cut(area, "</textarea>")
		form.Set("body", strings.ReplaceAll(html.UnescapeString(area), "\n", "\r\n"))
		if _, again := p.ask("POST", at, form); strings.Count(again, "- "+body) != strings.Count(page, "- "+body) {
			t.Error("fetched twice, it stands there twice")
		}
		form.Set("body", "")
		_, alone := p.ask("POST", at, form)
		form.Set("body", strings.ReplaceAll(locale.Swedish.Say("reflection.record-begins"), "\n", "\r\n"))
		if _, drafted := p.ask("POST", at, form); strings.Count(drafted, "## ") != strings.Count(alone, "## ") || !strings.Contains(drafted, "- "+body) {
			t.Error("what is fetched does not take the place of a draft that nobody has touched")
		}
		form.Set("body", strings.Replace(locale.Swedish.Say("reflection.record-begins"), "\n\n", "\r\n\r\nAtt våga.\r\n\r\n", 1))
		if _, begun := p.ask("POST", at, form); strings.Count(begun, "## ") != strings.Count(alone, "## ")+1 || !strings.Contains(begun, "\n\nAtt våga.\n\n") {
			t.Error("of a draft that somebody has begun in, the headings without a text do not give way")
		}
		if now := p.count(`SELECT count(*) FROM learning_record_text`); now != before {
			t.Error("fetching saved something")
		}
	})
}

// The plan of another workplace is taken as a template by its form, with what is wrong beside each commitment, and once however often it is sent.
func TestTakeAPlan(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		from, idea := p.w.rows["unit"]["other"], p.w.rows["commitment"]["other"]
		list := "/programmes/kompobib/workplaces/" + p.w.rows["unit"]["own"] + "/ideas"
		at := list + "/" + from
		p.as = p.w.viewers["contact"]
		take := func(field string) string { return focus.PlanField(field, idea) }
		p.wants("with one commitment it is no more than that", "GET", list, nil, 200, "?from="+idea, "!"+at)
		c := focus.Commitment{Owner: p.w.viewers["participant"], Starts: "2012-10-01", Due: "2012-11-01", Months: focus.Usual, Shared: true, Wording: focus.Wording{Happens: "det är tyst", Act: "frågar vi"}}
		owner, err := db.Value[string](t.Context(), d, `SELECT owner FROM commitment WHERE id = $1`, idea)
		if err != nil {
			t.Fatal(err)
		}
		c.Owner = owner
		v := access.System
		v.On = "2012-10-12"
		p.do("contact", func(ctx context.Context, tx *db.Tx) error {
			return focus.Commit(ctx, tx, v, learning.Place{Programme: p.w.rows["programme"]["own"], Workplace: from, Leads: true}, &c)
		})
		p.wants("the list leads to it", "GET", list, nil, 200, at)
		_, page := p.ask("GET", at, nil)
		if n := strings.Count(page, " checked"); n != 2 {
			t.Errorf("%d of 2 are ticked", n)
		}
		// As many days after today, 12 October, as the first had: 31; and 182, but not after the programme.
		for _, text := range []string{`value="2012-11-12"`, `value="2013-03-31"`} {
			if !strings.Contains(page, text) {
				t.Errorf("lacks %s", text)
			}
		}
		form := url.Values{"key": {"k"}, "starts": {"2012-10-12"}, "months": {"3, 6"}}
		for _, id := range []string{idea, c.ID} {
			for field, value := range map[string]string{"take": "1", "owner": p.w.viewers["participant"], "due": "2013-03-01", "happens": "någon frågar", "act": "svarar vi alla", "notice": ""} {
				form.Set(focus.PlanField(field, id), value)
			}
		}
		form.Set(take("owner"), "")
		before := p.count(`SELECT count(*) FROM commitment`)
		p.wants("without an owner", "POST", at, form, 422, take("owner")+"-fault", "!"+focus.PlanField("owner", c.ID)+"-fault", "svarar vi alla")
		if n := p.count(`SELECT count(*) FROM commitment`); n != before {
			t.Errorf("half of it was taken: %d", n-before)
		}
		form.Set(take("owner"), p.w.viewers["participant"])
		for range 2 {
			p.wants("taken", "POST", at, form, 303)
		}
		if n := p.count(`SELECT count(*) FROM commitment`); n != before+2 {
			t.Errorf("%d are taken", n-before)
		}
		if n := p.count(`SELECT count(*) FROM audit WHERE entity = 'commitment' AND act = 'create' AND row_id IN (SELECT id FROM commitment WHERE idea_of IN ($1, $2))`, idea, c.ID); n != 2 {
			t.Errorf("%d are recorded", n)
		}
		form.Set("key", "another window")
		p.wants("from another window", "POST", at, form, 409, "Ni har redan gjort allt i planen till ert", "! checked")

		l := Letters{DB: d, Ring: p.s.Ring, URL: "https://kompobib.example.org", Now: p.s.Now}
		thanks, err := letter.List(t.Context(), d, access.System, letter.Filter{Template: letter.PlanUsed})
		if err != nil || len(thanks) != 1 || thanks[0].Person != owner {
			t.Fatalf("thanked: %v, %v", thanks, err)
		}
		text, err := l.Render(t.Context(), thanks[0])
		if err != nil || text.Subject != "Tack! Stadsbiblioteket använder er plan" || !strings.Contains(text.Plain, "gjort 2 av dem till sina") || !strings.Contains(text.Plain, "/workplaces/"+from+"/commitments") {
			t.Errorf("the letter: %q, %s, %v", text.Subject, text.Plain, err)
		}
	})
}

// A new commitment is to be done within half a year, and within the programme while that goes on.
func TestUsuallyDue(t *testing.T) {
	for _, test := range []struct{ today, ends, want local.Date }{
		{"2012-10-12", "2013-12-31", "2013-04-13"},
		{"2013-02-20", "2013-08-20", "2013-08-20"},
		{"2013-12-30", "2013-12-31", "2013-12-31"},
		{"2013-12-31", "2013-12-31", "2014-07-02"},
		{"2014-02-01", "2013-12-31", "2014-08-03"},
	} {
		if got := usuallyDue(test.today, programme.Programme{Ends: test.ends}); got != test.want {
			t.Errorf("on %s of what ends %s: %s, want %s", test.today, test.ends, got, test.want)
		}
	}
}
