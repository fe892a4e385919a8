package workshop_test

import (
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/local"
)

// A workshop that begins on another day than planned is moved to that day, or keeps the planned one: as who leads it chooses.
func TestBeginOnAnotherDay(t *testing.T) {
	for _, test := range []struct {
		says    string
		planned local.Date
		move    workshop.Move
		want    local.Date
	}{
		{"held today instead", "2012-11-07", workshop.Today, at.Today},
		{"the day is kept", "2012-11-07", workshop.Begin, "2012-11-07"},
		{"planned for today", at.Today, workshop.Today, at.Today},
	} {
		t.Run(test.says, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d)
				lead := at.Contact("near-1", at.Near)
				w.plan(lead, at.Near, workshop.Plan{Date: test.planned, Start: "13:00", Venue: "Lilla salen", NoteTaker: "near-0"})
				before := w.of(lead, at.Near)
				if got := w.move(at.Staff("near-0"), before.ID, test.move); got != "workshop.not-lead" {
					t.Errorf("the note-taker begins: %q", got)
				}
				if got := w.move(lead, before.ID, test.move); got != "" {
					t.Fatal(got)
				}
				x := w.of(lead, at.Near)
				if !x.Running() || x.Date != test.want || x.Meeting != before.Meeting || x.Start != before.Start || x.End != before.End || x.Venue != before.Venue || x.NoteTaker != before.NoteTaker {
					t.Errorf("it runs on %s: %+v", x.Date, x)
				}
				if got := w.move(lead, x.ID, workshop.Today); got != "workshop.turn" {
					t.Errorf("begun twice: %q", got)
				}
				w.move(lead, x.ID, workshop.Finish)
				if got := w.plan(lead, at.Near, workshop.Plan{Date: at.Today, Start: "13:00"}); got != "workshop.reopen-first" {
					t.Errorf("a closed one is planned: %q", got)
				}
				doctor.Well(t, d)
			})
		})
	}
}
