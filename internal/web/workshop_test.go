package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
	"kompobib/internal/yardstick"
)

const rooms, phones = 20, 200

// crowd makes rooms that run, and returns the step that they are at.
func crowd(t testing.TB, d *db.DB) (step string) {
	w := learningtest.New(t, d, 1)
	v := learningtest.Holder(access.Office)
	w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
		p, err := programme.Get(ctx, tx, v, learningtest.Programme)
		if err != nil {
			return err
		}
		k := workshop.Standard(p)
		if err := workshop.SaveKit(ctx, tx, v, &k); err != nil {
			return err
		}
		step = k.Steps[1].ID
		var rows [][]any
		for i := range rooms {
			rows = append(rows, []any{fmt.Sprintf("room-%02d", i), k.Kit, k.ID, fmt.Sprintf("CODE%02d", i), tx.At, step})
		}
		if err := db.Insert(ctx, tx, "workshop", "id, kit, kit_version, code, began, step", "", rows); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "launch", Entity: "kit", Row: k.Kit})
	})
	return step
}

// roomsSite is an application that serves them, by which nothing has been tried too often.
func roomsSite(t testing.TB, d *db.DB) *httptest.Server {
	ring, err := secret.NewRing(slices.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer((&Server{DB: d, Ring: ring, Log: slog.New(slog.DiscardHandler), Now: time.Now, Service: "KompoBib"}).Handler())
	t.Cleanup(site.Close)
	return site
}

// answerAll lets all phones that have entered their room send an answer at once, each twice as a phone does that lost contact, and go on to the page
// that it leads to. It returns how long each waited for the first one, the shortest first, and how many were acknowledged.
func answerAll(t testing.TB, site *httptest.Server, step string, round int) (took []time.Duration, stored int) {
	var mu sync.Mutex
	var all, ready sync.WaitGroup
	ready.Add(phones)
	start := make(chan struct{})
	for i := range phones {
		all.Go(func() {
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Error(err)
				return
			}
			client := &http.Client{Jar: jar, Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			defer client.CloseIdleConnections()
			room := fmt.Sprintf("%s/w/CODE%02d", site.URL, i%rooms)
			open := func(url string) error {
				page, err := client.Get(url)
				if err == nil {
					_, err = io.Copy(io.Discard, page.Body)
					page.Body.Close()
				}
				return err
			}
			err = open(room)
			ready.Done()
			if err != nil {
				t.Error(err)
				return
			}
			form := url.Values{"step": {step}, "key": {fmt.Sprintf("%d-%d", round, i)}, "body": {fmt.Sprintf("Svar %d", i)}}
			<-start
			for again := range 2 {
				begun := time.Now()
				answer, err := client.PostForm(room, form)
				if err != nil {
					t.Error(err)
					return
				}
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				mu.Lock()
				if again == 0 {
					took = append(took, time.Since(begun))
				}
				if answer.StatusCode == http.StatusSeeOther && again == 0 {
					stored++
				}
				mu.Unlock()
			}
			if err := open(room + "?stored=" + form.Get("key")); err != nil {
				t.Error(err)
			}
		})
	}
	ready.Wait()
	close(start)
	all.Wait()
	slices.Sort(took)
	return took, stored
}

// Of 200 phones in 20 rooms that send at once, every answer that is acknowledged is stored, once.
func TestPhones(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		step := crowd(t, d)
		site := roomsSite(t, d)
		took, acknowledged := answerAll(t, site, step, 0)
		stored, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM workshop_answer`)
		if err != nil || acknowledged != phones || stored != acknowledged {
			t.Errorf("%d acknowledged, %d stored, %v", acknowledged, stored, err)
		}
		t.Logf("p50 %v, p99 %v", took[len(took)/2], took[len(took)*99/100])
	})
}

// BenchmarkPhones is how long they wait, the client included, and how much processor a phone takes of the two: less the database's server.
func BenchmarkPhones(b *testing.B) {
	dbtest.Run(b, func(b *testing.B, d *db.DB) {
		step := crowd(b, d)
		var all []time.Duration
		acknowledged, before := 0, yardstick.Busy(b)
		for round := 0; b.Loop(); round++ {
			took, n := answerAll(b, roomsSite(b, d), step, round)
			all, acknowledged = append(all, took...), acknowledged+n
		}
		busy := yardstick.Busy(b) - before
		stored, err := db.Value[int](b.Context(), d, `SELECT count(*) FROM workshop_answer`)
		if err != nil || stored != acknowledged {
			b.Errorf("%d acknowledged, %d stored, %v", acknowledged, stored, err)
		}
		slices.Sort(all)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "ms-p50")
		b.ReportMetric(float64(busy.Microseconds())/1000/float64(len(all)), "ms-busy/phone")
		yardstick.Report(b, float64(all[len(all)*99/100].Microseconds())/1000, 300, "ms")
	})
}

// A code that leads nowhere comes back with what is wrong beside it, whichever room it looks like; that of a workshop that is over says so, and what to do.
func TestCodeThatLeadsNowhere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 3)
		office := learningtest.Holder(access.Office)
		shop, err := workshop.Get(t.Context(), d, office, heldShop(w, nil, false))
		if err != nil {
			t.Fatal(err)
		}
		p := newPlanner(t, d, access.Viewer{})
		p.wants("what is typed", p.get("/w?code=bcd-fgh"), 303, "/w/BCDFGH")
		for _, code := range []string{"BCDFGH", "SCDFGH"} {
			if a := p.wants("a wrong code", p.get("/w/"+code), 404, `value="`+code+`"`, `id="code-fault"`, `href="#code"`); strings.Contains(a.body, "The workshop is over") {
				t.Error("no workshop is over")
			}
			p.wants("a late press", p.post("/w/"+code, "do=withdraw", "answer=x"), 404, `value="`+code+`"`, `id="code-fault"`)
		}
		p.wants("while it runs", p.get("/w/"+shop.Code), 200)
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Do(ctx, tx, office, shop.ID, shop.Turn, workshop.Finish)
		})
		if a := p.wants("afterwards", p.get("/w/"+shop.Code), 404, "The workshop is over", "Tell who led the workshop", `action="/w"`); strings.Contains(a.body, "code-fault") {
			t.Error("a code that was right is called wrong")
		}
		p.wants("a phone that looks whether there is anything new", p.get("/w/"+shop.Code+"/live?seen=1"), 404)
		late := p.wants("what somebody still was writing", p.post("/w/"+shop.Code, "step="+shop.Step, "asked=Vad?", "key=k", "body=Mitt svar"), 409, ">Mitt svar</textarea>", "takes no more answers")
		if strings.Contains(late.body, ">Send<") {
			t.Error("a button that could only be refused again")
		}
	})
}
