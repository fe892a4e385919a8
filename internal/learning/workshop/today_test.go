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

// long is how many minutes a workshop is planned to take.
func long(w workshop.Workshop) int {
	return local.Span{Date: w.Date, Zone: w.Zone}.Between(w.Start, w.End)
}

// A workshop that begins on another day than planned is moved to that day, or keeps the planned one: as who leads it chooses.
func TestBeginOnAnotherDay(t *testing.T) {
	for _, test := range []struct {
		says    string
		planned local.Date
		start   local.Clock // it is noon
		move    workshop.Move
		want    local.Date
		from    local.Clock
	}{
		{"held today instead", "2012-11-07", "09:00", workshop.Today, at.Today, "09:00"},
		{"held today, before the hour that was planned", "2012-11-07", "13:00", workshop.Today, at.Today, "12:00"},
		{"the day is kept", "2012-11-07", "13:00", workshop.Begin, "2012-11-07", "13:00"},
		{"planned for today", at.Today, "13:00", workshop.Today, at.Today, "13:00"},
	} {
		t.Run(test.says, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d)
				lead := at.Contact("near-1", at.Near)
				w.plan(lead, at.Near, workshop.Plan{Date: test.planned, Start: test.start, Venue: "Lilla salen", NoteTaker: "near-0"})
				before := w.of(lead, at.Near)
				if got := w.move(at.Staff("near-0"), before.ID, test.move); got != "workshop.not-lead" {
					t.Errorf("the note-taker begins: %q", got)
				}
				if got := w.move(lead, before.ID, test.move); got != "" {
					t.Fatal(got)
				}
				x := w.of(lead, at.Near)
				if !x.Running() || x.Date != test.want || x.Meeting != before.Meeting || x.Start != test.from || long(x) != long(before) || x.Venue != before.Venue || x.NoteTaker != before.NoteTaker {
					t.Errorf("it runs on %s from %s to %s: %+v", x.Date, x.Start, x.End, x)
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
