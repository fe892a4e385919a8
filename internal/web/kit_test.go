package web

import (
	"context"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/programme"
)

// What a kit says of its roles is told wherever somebody has one: on its page, on paper, on the screen in the room, and where answers are typed in.
func TestKitTellsOfRoles(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 1)
		office := learningtest.Holder(access.Office)
		var k workshop.Kit
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			p, err := programme.Get(ctx, tx, office, learningtest.Programme)
			if err != nil {
				return err
			}
			k = workshop.Standard(p)
			return workshop.SaveKit(ctx, tx, office, &k)
		})
		p := newPlanner(t, d, office)
		p.wants("a new kit has words to begin with", p.get("/programmes/kompobib/kits/new"), 200, `name="leader_role"`, "håller tiden", `name="notes_role"`, "men inte vem som sa det")
		p.wants("written anew", p.post("/kits/"+k.Kit+"/edit", "id="+k.ID, "version=1", "title=Workshop", "first=2012-10-01", "last=2012-12-01", "least=10", "most=10",
			"leader_role=Håll tiden.", "notes_role=Skriv det som sägs.", "step-1-title=Fråga", "step-1-minutes=10", "step-1-question=Vad har vi lärt oss?"), 303)
		roles := []string{"Who leads", "Håll tiden.", "Who takes notes", "Skriv det som sägs."}
		p.wants("on its page", p.get("/kits/"+k.Kit), 200, roles...)
		p.wants("on paper", p.get("/kits/"+k.Kit+"/print"), 200, roles...)
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error { return workshop.Publish(ctx, tx, office, k.Kit, 2) })
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			_, err := workshop.Launch(ctx, tx, office, k.Kit, "", []string{learningtest.Media})
			return err
		})
		list, err := workshop.At(t.Context(), d, office, learningtest.Programme, learningtest.Near)
		if err != nil {
			t.Fatal(err)
		}
		shop := list[0]
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Set(ctx, tx, office, shop.ID, workshop.Plan{Date: "2012-10-12", Start: "09:00"}, shop.Version)
		})
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Do(ctx, tx, office, shop.ID, 0, workshop.Begin)
		})
		p.wants("at the workplace", p.get("/workshops/"+shop.ID), 200, roles...)
		p.wants("on its paper", p.get("/workshops/"+shop.ID+"/print"), 200, roles...)
		p.wants("on the screen", p.get("/workshops/"+shop.ID+"/run"), 200, roles[:2]...)
		p.wants("where answers are typed in", p.get("/workshops/"+shop.ID+"/notes"), 200, roles[2:]...)
	})
}
