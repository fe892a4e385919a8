package web

import (
	"context"
	"testing"

	"kompobib/internal/access"
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
		p.wants("what would be told", p.get(ask), 200, "without my name. The report says: A member of staff, county", "with my name. The report says: Given small-0 Family, "+learningtest.Small)
		p.wants("yes, without a name", p.post(ask, "version=1", "answer=yes"), 303)
		p.who = office
		p.wants("the list", p.get("/programmes/kompobib/quotations"), 200, "A member of staff, county, about a reflection of one")
		p.wants("the file", p.post("/programmes/kompobib/quotations/file", "format=csv"), 200, "Vi lyssnar mer", "A member of staff", "county", "Free reflection")
		p.who = author
		p.wants("with a name instead", p.post(ask, "version=2", "answer=yes-named"), 303)
		p.who = office
		p.wants("the file then", p.post("/programmes/kompobib/quotations/file", "format=csv"), 200, "Given small-0 Family", learningtest.Small)
	})
}
