package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/letter"
	"kompobib/internal/web/locale"
)

// A letter of the demo's story that went out before what is kept is told in today's words; anywhere else it says that there is no text.
func TestALetterOfTheStoryIsTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if err := d.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) error {
			return letter.Told(ctx, tx, dbtest.Now.Add(time.Hour))
		}); err != nil {
			t.Fatal(err)
		}
		office, _, err := resolve(t.Context(), d, w.viewers["office"], "2012-10-12")
		if err != nil {
			t.Fatal(err)
		}
		s := &Server{DB: d, Ring: testRing(t), Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: time.Now, Service: "KompoBib", Viewer: func(*http.Request) access.Viewer { return office }}
		for _, test := range []struct {
			demo bool
			want string
		}{{true, "Föreläsning own"}, {false, "finns den inte"}} {
			s.Outbox = test.demo
			page := httptest.NewRecorder()
			s.Handler().ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), "GET", "/outbox/"+w.rows["letter"]["own"], nil))
			if page.Code != 200 || !strings.Contains(page.Body.String(), test.want) || strings.Contains(page.Body.String(), "lyda i dag") != test.demo {
				t.Errorf("demo %v: %d %s", test.demo, page.Code, page.Body)
			}
		}
		if n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM letter WHERE body <> ''`); err != nil || n != 0 {
			t.Errorf("looking kept %d texts, %v", n, err)
		}
		if l, err := letter.Get(t.Context(), d, access.System, testRing(t), w.rows["letter"]["own"]); err != nil || l.Body != "" {
			t.Errorf("%q, %v", l.Body, err)
		}
	})
}

// The office presses the button and reads its outbox, as a file too: how many letters went out, and how many did not arrive, but not to whom.
func TestWhoHasNotAnsweredIsNotTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		p.as = p.w.viewers["office"]
		at := "/programmes/" + p.text(`SELECT slug FROM programme WHERE id = '`+p.w.rows["programme"]["own"]+`'`) + "/assessments/" + p.w.rows["survey"]["own"]
		p.wants("tell", "POST", at+"/rounds/"+p.w.rows["round"]["own"]+"/tell", url.Values{"key": {"a"}}, 303)
		n := p.count(`SELECT count(*) FROM letter WHERE template = 'survey-open'`)
		if n == 0 {
			t.Fatal("nobody was written to")
		}
		p.do("letters", func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE letter SET state = 'failed', error = 'refused' WHERE template = 'survey-open'`)
			return err
		})
		p.wants("the round", "GET", at, nil, 200, locale.Swedish.Count("survey.letters", n), locale.Swedish.Count("survey.lost", n))
		p.wants("the outbox says so", "GET", "/outbox", nil, 200, locale.Swedish.Say("outbox.lead-own"))
		for _, as := range []string{"office", "administrator"} {
			p.as = p.w.viewers[as]
			p.wants("the outbox", "GET", "/outbox?template=survey-open", nil, 200, locale.Swedish.Say("outbox.none"))
			_, file := p.ask("POST", "/outbox/file?format=csv&template=survey-open", url.Values{"format": {"csv"}, "template": {"survey-open"}})
			if strings.Contains(file, locale.Swedish.Say("letter-template.survey-open")) {
				t.Errorf("%s takes them as a file: %s", as, file)
			}
		}
	})
}
