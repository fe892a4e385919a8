package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/web"
)

// What docs/examples/sign-up.sh does, word for word: fifty people are signed up by the office's own script, and again.
func TestAScriptSignsFiftyPeopleUp(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var token string
		err := d.Tx(t.Context(), "operator", func(ctx context.Context, tx *db.Tx) error {
			persons, err := auth.PersonsAt(ctx, tx, access.System, "office@example.org")
			if err == nil {
				token, err = auth.NewToken(ctx, tx, access.System, persons[0], "script")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer((&web.Server{DB: d, Log: slog.New(slog.DiscardHandler), Now: time.Now}).Handler())
		defer server.Close()
		ask := func(method, path, body, key string, into any) int {
			t.Helper()
			req, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/api/v1"+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+token)
			if body != "" {
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("Idempotency-Key", key)
			}
			answer, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err == nil {
				err = json.Unmarshal(text, into)
			}
			if err != nil || answer.StatusCode >= 400 {
				t.Errorf("%s %s: %d %v %s", method, path, answer.StatusCode, err, text)
			}
			return answer.StatusCode
		}
		var occasions struct {
			Items []struct {
				ID, Openness     string
				Capacity, Seated int
			}
		}
		ask("GET", "/programmes/kompobib2020/occasions?limit=500", "", "", &occasions)
		occasion := ""
		for _, o := range occasions.Items {
			if o.Openness == "open" && o.Seated == 0 {
				occasion = o.ID
				break
			}
		}
		var people struct {
			Items []struct{ ID string }
			Next  *string
		}
		ask("GET", "/programmes/kompobib2020/people?limit=50", "", "", &people)
		if occasion == "" || len(people.Items) != 50 || people.Next == nil {
			t.Fatalf("occasion %q, %d people", occasion, len(people.Items))
		}
		type made struct {
			State    string
			Position *int
		}
		for range 2 {
			for i, person := range people.Items {
				var m made
				code := ask("POST", "/occasions/"+occasion+"/signups", fmt.Sprintf(`{"person": %q}`, person.ID), occasion+"/"+person.ID, &m)
				if code != http.StatusCreated || i < 20 && (m.State != "seated" || m.Position != nil) || i >= 20 && (m.State != "waiting" || m.Position == nil || *m.Position != i-19) {
					t.Errorf("person %d: %d %+v", i+1, code, m)
				}
			}
		}
		o, err := activity.GetOccasion(t.Context(), d, access.System, occasion)
		if err != nil || o.Seated != 20 || o.Waiting != 30 {
			t.Errorf("%d seated and %d waiting, %v", o.Seated, o.Waiting, err)
		}
		dbtest.Hold(t, d, activity.Invariants(d.Now())...)
	})
}
