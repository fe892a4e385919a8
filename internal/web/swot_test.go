package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/swot"
	"kompobib/internal/secret"
)

// A phone that has not signed in finds the board by its code, and what it sends is stored once, shown as text, and given back if it cannot be.
func TestBoardPhone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		lead := learningtest.Contact("near-1", learningtest.Near)
		plan := swot.Plan{Programme: learningtest.Programme, Years: 10, Opens: "2012-01-01", Closes: "2012-12-01", Perspectives: []swot.Perspective{{Name: "Nya utmaningar"}, {Name: "Nya målgrupper"}}}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return swot.SavePlan(ctx, tx, learningtest.Holder("office"), &plan)
		})
		var id string
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) (err error) {
			if id, err = swot.Begin(ctx, tx, lead, learning.Place{Programme: learningtest.Programme, Workplace: learningtest.Near, Leads: true}); err != nil {
				return err
			}
			return swot.Do(ctx, tx, lead, id, 0, swot.Open, "")
		})
		a, err := swot.Get(t.Context(), d, lead, id)
		if err != nil {
			t.Fatal(err)
		}
		ring, err := secret.NewRing(slices.Repeat([]byte{7}, 32))
		if err != nil {
			t.Fatal(err)
		}
		site := httptest.NewServer((&Server{DB: d, Ring: ring, Log: slog.New(slog.DiscardHandler), Now: time.Now, Service: "KompoBib"}).Handler())
		t.Cleanup(site.Close)
		phone := func() *http.Client {
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			return &http.Client{Jar: jar}
		}
		read := func(answer *http.Response, err error) (int, string) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			return answer.StatusCode, string(text)
		}
		mine, room := phone(), site.URL+"/w/"+a.Code
		if code, text := read(mine.Get(site.URL + "/w?code=" + strings.ToLower(a.Code[:3]+"+"+a.Code[3:]))); code != 200 || !strings.Contains(text, learningtest.Near) || !strings.Contains(text, "Nya målgrupper") {
			t.Fatalf("the code that is typed leads to the board: %d", code)
		}
		note := url.Values{"key": {"k"}, "step": {"note"}, "perspective": {plan.Perspectives[1].ID}, "quadrant": {"threat"}, "body": {"Vi <b>hinner</b> inte"}}
		for range 2 {
			if code, text := read(mine.PostForm(room, note)); code != 200 || !strings.Contains(text, "Vi &lt;b&gt;hinner&lt;/b&gt; inte") {
				t.Errorf("a note is stored, and shown as it was written: %d", code)
			}
		}
		if n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM swot_note`); err != nil || n != 1 {
			t.Errorf("sent twice, it is stored once: %d, %v", n, err)
		}
		if _, text := read(phone().Get(room)); strings.Contains(text, "hinner") {
			t.Error("another phone sees it")
		}
		long := url.Values{"key": {"l"}, "perspective": {plan.Perspectives[0].ID}, "quadrant": {"threat"}, "body": {strings.Repeat("å", 100_000)}}
		if code, text := read(mine.PostForm(room, long)); code != http.StatusUnprocessableEntity || strings.Count(text, "å") < 100_000 {
			t.Errorf("what is too long comes back whole: %d", code)
		}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error { return swot.Do(ctx, tx, lead, id, 1, swot.Close, "") })
		note.Set("body", "För sent")
		note.Set("key", "m")
		if code, text := read(mine.PostForm(room, note)); code != http.StatusConflict || !strings.Contains(text, "För sent") || strings.Contains(text, ">Skicka<") || strings.Contains(text, "projektägaren") {
			t.Errorf("what comes when the board is closed is given back: %d", code)
		}
		if code, _ := read(mine.Get(room)); code != http.StatusNotFound {
			t.Errorf("and the code leads nowhere: %d", code)
		}
		if code, _ := read(phone().Get(site.URL + "/swot/" + id + "/run")); code != 200 { // the sign-in page
			t.Errorf("who has not signed in is asked to: %d", code)
		}
	})
}

// What was typed as a note's new words is given back whatever has become of the note.
func TestRewordingANote(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		lead, office := learningtest.Contact("near-1", learningtest.Near), learningtest.Holder("office")
		plan := swot.Plan{Programme: learningtest.Programme, Years: 10, Opens: "2012-01-01", Closes: "2012-12-01", Perspectives: []swot.Perspective{{Name: "Nya utmaningar"}}}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error { return swot.SavePlan(ctx, tx, office, &plan) })
		var id string
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) (err error) {
			if id, err = swot.Begin(ctx, tx, lead, learning.Place{Programme: learningtest.Programme, Workplace: learningtest.Near, Leads: true}); err != nil {
				return err
			}
			_, err = swot.Write(ctx, tx, lead, id, plan.Perspectives[0].ID, "key", map[swot.Quadrant]string{swot.Strength: "Nära"})
			return err
		})
		a, err := swot.Get(t.Context(), d, lead, id)
		if err != nil {
			t.Fatal(err)
		}
		board, err := swot.BoardOf(t.Context(), d, a)
		if err != nil {
			t.Fatal(err)
		}
		p := newPlanner(t, d, lead)
		at := "/swot/" + id + "/notes/" + board.Notes[0].ID
		long := strings.Repeat("lång ", 80)
		p.wants("too long", p.post(at, "was=Nära", "text="+long), 422, strings.TrimSpace(long))
		p.wants("reworded", p.post(at, "was=Nära", "text=Nära alla"), 303, "/swot/"+id+"/run")
		p.wants("by two at once", p.post(at, "was=Nära", "text=Nära många"), 409, "Nära många", `name="was" value="Nära alla"`)
		p.wants("seen again", p.get(at), 200, "Nära alla")
		agree := "/swot/" + id + "/agree"
		seen := first(t, p.get(agree).body, `name="was" value="([0-9a-z]+)"`)
		p.wants("agreed before it began", p.post(agree, "was="+seen, "on=2011-12-31"), 422, "2011-12-31", "The analyses opened")
		p.wants("agreed", p.post(agree, "was="+seen, "on=2012-10-12"), 303)
		p.wants("too late", p.post(at, "was=Nära alla", "text=Nära dem som kommer"), 409, "Nära dem som kommer")
	})
}
