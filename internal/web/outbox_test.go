package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/letter"
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
