package activity_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
)

// Who has protected identity is to others a handle of one occasion, which they can act on there as on an id, and nowhere else.
func TestAHandleStandsForWhoIsProtected(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 3)
		w.employ(near, "hidden", "walked", "strolled")
		w.exec(`UPDATE person SET protected = 1 WHERE id IN ('hidden', 'walked', 'strolled')`)
		org, contact := viewer(organiser, access.Organiser, programme1), viewer("contact-near", access.Contact, "", near)
		o, other := w.occasion(5, "2012-11-05 09:00-12:00"), w.occasion(5, "2012-11-06 09:00-12:00")
		for occasion, persons := range map[string][]string{o: {"p000", "hidden"}, other: {"hidden", "p000"}} {
			for _, p := range persons {
				if _, err := w.signUp(participant(p), occasion, p); err != nil {
					t.Fatal(err)
				}
			}
		}
		listed := func(v access.Viewer, occasion string) string {
			var names []string
			list, err := activity.Signups(t.Context(), d, v, occasion)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range list {
				names = append(names, p.Person)
			}
			return strings.Join(names, " ")
		}
		for _, see := range []struct {
			says     string
			v        access.Viewer
			occasion string
			want     string
		}{
			{"the organiser", org, o, "p000 participant-2"},
			{"at another occasion it is another", org, other, "participant-1 p000"},
			{"the office, which may look the person up", viewer("contact-far", access.Office, programme1), o, "p000 participant-2"},
			{"they themselves", participant("hidden"), o, "hidden"},
			{"what goes on by itself", access.System, o, "p000 hidden"},
		} {
			if got := listed(see.v, see.occasion); got != see.want {
				t.Errorf("%s: %s, want %s", see.says, got, see.want)
			}
		}

		// A contact, who does not see them, is told of no number more than of any other, and can do nothing by it.
		for _, number := range []string{"participant-1", "participant-2"} {
			if _, err := activity.Why(t.Context(), d, contact, o, number, d.Now()); !errors.Is(err, activity.ErrNotYours) {
				t.Errorf("a contact asks of %s: %v", number, err)
			}
			if err := w.cancel(contact, o, number); !errors.Is(err, activity.ErrNotYours) || w.state(o, "hidden") != activity.Seated {
				t.Errorf("a contact signs %s off: %v, %s", number, err, w.state(o, "hidden"))
			}
			if _, err := w.signUp(contact, o, number); !errors.Is(err, activity.ErrNotYours) {
				t.Errorf("a contact signs %s up: %v", number, err)
			}
		}

		for _, ask := range []struct {
			says, occasion, person string
			want                   activity.SignupState
			err                    *fault.Fault
		}{
			{"of a seat", o, "participant-2", activity.Seated, nil},
			{"by the number of somebody else", o, "participant-1", "", activity.ErrNobody},
			{"by a number that nobody has", o, "participant-3", "", activity.ErrNobody},
			{"by what only looks like one", o, "participant-02", "", activity.ErrNobody},
		} {
			why, err := activity.Why(t.Context(), d, org, ask.occasion, ask.person, d.Now())
			if err != nil || why.State != ask.want || why.Person != ask.person || ask.err != nil && !errors.Is(why.Blocks, ask.err) {
				t.Errorf("%s: %+v, %v", ask.says, why, err)
			}
		}
		if err := w.cancel(org, o, "participant-2"); err != nil || w.state(o, "hidden") != activity.Cancelled {
			t.Errorf("a seat given up: %v, %s", err, w.state(o, "hidden"))
		}
		if s, err := w.signUp(org, o, "participant-2"); err != nil || s.Person != "participant-2" || s.Number != 2 || w.state(o, "hidden") != activity.Seated {
			t.Errorf("and taken again: %+v, %v", s, err)
		}
		if _, err := w.signUp(org, o, "participant-2"); fault.Of(err).In("participant-2") == nil {
			t.Errorf("a mistake stands beside the handle: %v", err)
		}
		if err := d.Tx(t.Context(), org.Person, func(ctx context.Context, tx *db.Tx) error {
			_, err := activity.SignUpAll(ctx, tx, org, o, "participant-2", "hidden")
			return err
		}); len(fault.Of(err)) != 1 {
			t.Errorf("one person named twice: %v", err)
		}

		// At a meeting that is behind, two come without having signed up.
		past := w.occasion(5, "2012-10-10 09:00-12:00")
		m := past + "-meeting-1"
		w.seat(past, "hidden")
		type entry = activity.AttendanceEntry
		for _, person := range []string{"strolled", "walked"} {
			if _, err := w.record(org, m, "", entry{Person: person}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.record(org, m, "", entry{Person: "participant-1"}, entry{Person: "walk-in-2", Minutes: new(900)}); fault.Of(err).In(activity.EntryField("minutes", "walk-in-2")) == nil {
			t.Errorf("a mistake in a row stands beside the handle: %v", err)
		}
		if done, err := w.record(org, m, "", entry{Person: "walk-in-2", Minutes: new(60)}); err == nil || strings.Join(done.Unexplained, " ") != "walk-in-2" {
			t.Errorf("a correction without a reason: %+v, %v", done, err)
		}
		if _, err := w.record(org, m, "left", entry{Person: "participant-1"}, entry{Person: "walk-in-2", Minutes: new(60)}); err != nil || w.minutes(m, "hidden") != 180 || w.minutes(m, "walked") != 60 || w.minutes(m, "strolled") != 180 {
			t.Errorf("recorded: %v, %d, %d, %d", err, w.minutes(m, "hidden"), w.minutes(m, "walked"), w.minutes(m, "strolled"))
		}
		if _, err := w.record(org, m, "left", entry{Person: "walk-in-2"}, entry{Person: "walked"}); !errors.Is(err, activity.ErrTwice) {
			t.Errorf("one person on two rows: %v", err)
		}
		present, err := activity.AttendanceList(t.Context(), d, org, m)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range present {
			names = append(names, p.Person)
		}
		if got := strings.Join(names, " "); got != "participant-1 walk-in-1 walk-in-2" {
			t.Errorf("the attendance is of %s", got)
		}
		if history, err := activity.AttendanceHistory(t.Context(), d, org, m, "walk-in-2"); err != nil || len(history) != 2 {
			t.Errorf("its history: %v, %v", history, err)
		}
		hours, err := activity.ToAttest(t.Context(), d, contact)
		if err != nil || len(hours) != 1 {
			t.Fatalf("%+v, %v", hours, err)
		}
		names = nil
		for _, h := range hours[0].Staff {
			names = append(names, h.Person)
		}
		if got := strings.Join(names, " "); got != "participant-1 walk-in-1 walk-in-2" {
			t.Errorf("to attest are %s", got)
		}
		if err := d.Tx(t.Context(), contact.Person, func(ctx context.Context, tx *db.Tx) error {
			n, err := activity.Attest(ctx, tx, contact, m, "participant-1", "walk-in-2")
			if n != 2 {
				t.Errorf("%d rows attested", n)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		if n := w.count(`SELECT count(*) FROM attendance WHERE attested_at IS NULL AND person = 'strolled'`); n != 1 {
			t.Error("the one who was not named is attested")
		}
		w.holds(o)
	})
}
