package web

import (
	"context"
	"html"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/local"
)

// Whoever is asked sees what each answer would say of them, and the file for the report says that, also of a reflection that is about nothing in particular.
func TestQuotationsTellTheirSource(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		office, author := learningtest.Holder(access.Office), learningtest.Staff("small-0")
		p := newPlanner(t, d, author)
		ring := p.server.Ring
		r := reflection.Reflection{Date: "2012-10-01", Text: reflection.Text{Answers: map[string]string{"take": "Vi lyssnar mer"}}}
		var id string
		w.Tx("small-0", func(ctx context.Context, tx *db.Tx) error {
			if err := reflection.Write(ctx, tx, ring, author, &r); err != nil {
				return err
			}
			return reflection.Share(ctx, tx, ring, author, r.ID, 1, reflection.Sharing{Level: reflection.Programme, Programme: learningtest.Programme, Workplace: learningtest.Small}, local.Date(learningtest.Today))
		})
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			own, err := reflection.Get(ctx, tx, ring, author, r.ID)
			if err != nil {
				return err
			}
			id, err = reflection.Ask(ctx, tx, ring, office, own.Shared, "Vi lyssnar mer")
			return err
		})
		ask := "/me/quotations/" + id
		p.wants("what would be told", p.get(ask), 200, "without my name. The report says: A member of staff, county, about a reflection of one&#39;s own, 1 October 2012",
			"with my name. The report says: Given small-0 Family, "+learningtest.Small+", about a reflection of one&#39;s own, 1 October 2012")
		was := func() string {
			_, rest, _ := strings.Cut(p.get(ask).body, `name="was" value="`)
			mark, _, _ := strings.Cut(rest, `"`)
			return "was=" + html.UnescapeString(mark)
		}
		_, shown, _ := strings.Cut(p.get(ask).body, `name="was-yes" value="`)
		shown, _, _ = strings.Cut(shown, `"`)
		before := was()
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error { // five are left in the county, but none of them there
			if _, err := tx.Exec(ctx, `UPDATE employment SET valid_to = '2012-10-01' WHERE workplace = $1 AND person <> 'small-0'`, learningtest.Far); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "end", Entity: "employment"})
		})
		p.wants("yes to another source than was shown", p.post(ask, "version=1", "answer=yes", before, "was-yes="+html.UnescapeString(shown)), 409, "The source has become another while you answered", "A member of staff, county, about a reflection of one&#39;s own, 1 October 2012</td>", "A member of staff, about a reflection of one&#39;s own, 1 October 2012</td>", "choose and answer again", "without my name. The report says: A member of staff, about a reflection")
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE employment SET valid_to = NULL WHERE workplace = $1`, learningtest.Far); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "end", Entity: "employment"})
		})
		p.wants("yes, without a name", p.post(ask, "version=1", "answer=yes", was()), 303)
		p.who = office
		p.wants("the list", p.get("/programmes/kompobib/quotations"), 200, "A member of staff, county, about a reflection of one")
		p.wants("the file", p.post("/programmes/kompobib/quotations/file", "format=csv"), 200, "Vi lyssnar mer", "A member of staff", "county", "Free reflection")
		p.who = author
		p.wants("with a name instead", p.post(ask, "version=2", "answer=yes-named", was()), 303)
		p.who = office
		p.wants("the file then", p.post("/programmes/kompobib/quotations/file", "format=csv"), 200, "Given small-0 Family", learningtest.Small)
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE person SET protected = 1 WHERE id = 'small-0'`); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "protect", Entity: "person", Row: "small-0"})
		})
		for what, said := range map[string]string{"the list": p.get("/programmes/kompobib/quotations").body, "the file": p.post("/programmes/kompobib/quotations/file", "format=csv").body} {
			if strings.Contains(said, "small") || !strings.Contains(said, "Vi lyssnar mer") {
				t.Errorf("%s tells of who has protected identity: %s", what, said)
			}
		}
	})
}
