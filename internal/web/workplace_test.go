package web

import (
	"context"
	"testing"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning"
	"kompobib/internal/learning/workshop"
)

// What waits at a workplace stands on its contact's page, counted on top, with ways to it, and in as many queries as where nothing does.
func TestWhatWaitsAtAWorkplace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		p.as = p.w.viewers["contact"]
		queries := func() int64 {
			ctx, n := db.Counting(t.Context())
			v, _, err := resolve(ctx, d, p.as, "2012-10-12")
			if err != nil {
				t.Fatal(err)
			}
			at, err := learning.Mine(ctx, d, v, p.w.rows["programme"]["own"])
			if err != nil || len(at) == 0 || !at[0].Leads {
				t.Fatalf("the contact leads %v, %v", at, err)
			}
			p.wants("the page", "GET", "/workplace", nil, 200)
			return n.Load()
		}
		before := queries()
		p.wants("nothing of commitments", "GET", "/workplace", nil, 200, "!#asked", "!#overdue", "!#ownerless")
		c, _ := p.due("sätter vi oss ner")
		c2, _ := p.due("ringer vi upp")
		p.do("setup", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE commitment SET due = '2012-10-01' WHERE id = $1`, c2.ID); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "commitment", Row: c2.ID})
		})
		p.wants("two unanswered, one of them past its day", "GET", "/workplace", nil, 200, `<a href="#asked">2 utan svar</a>`, `<a href="#overdue">1 efter slutdagen</a>`,
			`id="asked"`, `id="overdue"`, "/commitments/"+c.ID+`"`, "/commitments/"+c2.ID+`"`)
		if after := queries(); after != before {
			t.Errorf("%d queries, then %d", before, after)
		}
		lead, _, err := resolve(t.Context(), d, p.w.viewers["leader"], "2012-10-12")
		if err != nil {
			t.Fatal(err)
		}
		shop := p.w.rows["workshop"]["own"]
		p.do("leader", func(ctx context.Context, tx *db.Tx) error { return workshop.Do(ctx, tx, lead, shop, 0, workshop.Begin) })
		p.wants("the workshop that runs", "GET", "/workplace", nil, 200, `<a href="#running">1 workshop pågår</a>`, `href="/workshops/`+shop+`"`)
	})
}
