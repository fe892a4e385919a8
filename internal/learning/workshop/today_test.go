package workshop_test

import (
	"testing"
	"time"

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
		start   local.Clock
		now     local.Clock
		move    workshop.Move
		want    local.Date
		from    local.Clock
		to      local.Clock // "" for as long after as was planned
	}{
		{"held today, at the hour that was planned", "2012-11-07", "11:30", "12:00", workshop.Today, at.Today, "11:30", ""},
		{"held today, as the planned hour comes", "2012-11-07", "12:00", "12:00", workshop.Today, at.Today, "12:00", ""},
		{"held today, before the hour that was planned", "2012-11-07", "13:00", "12:00", workshop.Today, at.Today, "12:00", ""},
		{"held today, when the planned time is over", "2012-11-07", "07:00", "12:00", workshop.Today, at.Today, "12:00", ""},
		{"held today, as the planned time ends", "2012-11-07", "10:00", "12:00", workshop.Today, at.Today, "12:00", ""},
		{"held today, so late that it lasts until the day ends", "2012-11-07", "09:00", "22:30", workshop.Today, at.Today, "22:30", "23:59"},
		{"the day is kept", "2012-11-07", "13:00", "12:00", workshop.Begin, "2012-11-07", "13:00", ""},
		{"planned for today", at.Today, "13:00", "12:00", workshop.Today, at.Today, "13:00", ""},
	} {
		t.Run(test.says, func(t *testing.T) {
			dbtest.RunURL(t, func(t *testing.T, url string) {
				now, err := time.ParseInLocation("2006-01-02 15:04", string(at.Today)+" "+test.now, local.Zone("Europe/Stockholm"))
				if err != nil {
					t.Fatal(err)
				}
				d := dbtest.OpenWith(t, url, func() time.Time { return now })
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
				if test.to == "" && long(x) != long(before) || test.to != "" && x.End != test.to {
					t.Errorf("it lasts until %s", x.End)
				}
				if !x.Running() || x.Date != test.want || x.Meeting != before.Meeting || x.Start != test.from || x.Venue != before.Venue || x.NoteTaker != before.NoteTaker {
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
