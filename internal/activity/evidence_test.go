package activity_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/file"
	"kompobib/internal/secret"
)

func TestASheetsCodeFindsWhatIsMistyped(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 0)
		m := w.occasion(30, "2012-10-10 09:00-12:00") + "-meeting-1"
		org := viewer(organiser, access.Organiser, programme1)
		var sheet activity.Sheet
		w.tx(organiser, func(ctx context.Context, tx *db.Tx) (err error) {
			sheet, err = activity.NewSheet(ctx, tx, org, m)
			return err
		})
		for _, written := range []string{sheet.Code, strings.ToLower(sheet.Code), activity.SheetCode(sheet.Code), "https://kompobib.example.org/s/" + sheet.Code} {
			if got, err := activity.GetSheet(t.Context(), d, org, written); err != nil || got != sheet {
				t.Errorf("%s leads to %v, %v", written, got, err)
			}
		}
		const signs = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
		for i := range sheet.Code {
			for _, sign := range signs {
				mistyped := sheet.Code[:i] + string(sign) + sheet.Code[i+1:]
				if _, err := activity.ParseSheetCode(mistyped); (err == nil) != (mistyped == sheet.Code) {
					t.Errorf("%s for %s: %v", mistyped, sheet.Code, err)
				}
			}
		}
		if strings.ContainsAny(sheet.Code, "01OI") {
			t.Errorf("%s has signs that are taken for others", sheet.Code)
		}
		if _, err := activity.GetSheet(t.Context(), d, viewer("contact-far", access.Organiser, programme1), sheet.Code); !errors.Is(err, activity.ErrNoSheet) {
			t.Errorf("an organiser of other activities: %v", err)
		}
	})
}

func TestMeetingsWithoutEvidence(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 2)
		org := viewer(organiser, access.Organiser, programme1)
		lists := func(v access.Viewer) (all []string) {
			t.Helper()
			list, err := activity.WithoutEvidence(t.Context(), d, v, programme1, d.Now())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range list {
				all = append(all, m.Meeting)
			}
			return all
		}
		empty := w.occasion(30, "2012-10-08 09:00-12:00") // nobody signed up, nobody came
		seated := w.occasion(30, "2012-10-09 09:00-12:00")
		w.seat(seated, "p000")
		taken := w.occasion(30, "2012-10-10 09:00-12:00")
		upcoming := w.occasion(30, "2012-10-13 09:00-12:00")
		w.seat(upcoming, "p000")
		if _, err := w.record(org, taken+"-meeting-1", "", activity.AttendanceEntry{Person: "p000"}, activity.AttendanceEntry{Person: "p001"}); err != nil {
			t.Fatal(err)
		}
		absent := w.occasion(30, "2012-10-10 13:00-15:00") // whoever was to come was ill
		w.seat(absent, "p001")
		if _, err := w.record(org, absent+"-meeting-1", "", activity.AttendanceEntry{Person: "p001", Absence: "ill"}); err != nil {
			t.Fatal(err)
		}
		both := []string{taken + "-meeting-1", seated + "-meeting-1"}
		if got := lists(org); !slices.Equal(got, both) {
			t.Errorf("without evidence: %v, want %v and neither %s nor %s", got, both, empty, absent)
		}
		if got := lists(viewer("p001", access.Auditor, programme1)); !slices.Equal(got, both) {
			t.Errorf("the auditor sees %v, want %v", got, both)
		}
		if got := lists(viewer("p001", access.Organiser, programme1)); got != nil {
			t.Errorf("an organiser of other activities sees %v", got)
		}
		w.tx(organiser, func(ctx context.Context, tx *db.Tx) error {
			_, err := activity.Attest(ctx, tx, org, taken+"-meeting-1", "p000")
			return err
		})
		if got := lists(org); !slices.Equal(got, both) {
			t.Errorf("with half of the rows attested: %v, want %v", got, both)
		}
		w.tx(organiser, func(ctx context.Context, tx *db.Tx) error {
			_, err := activity.Attest(ctx, tx, org, taken+"-meeting-1")
			return err
		})
		if got := lists(org); !slices.Equal(got, both[1:]) {
			t.Errorf("with all rows attested: %v, want %v", got, both[1:])
		}

		m := seated + "-meeting-1"
		scan := file.File{ID: "scan", Name: "lista.jpg", Media: "image/jpeg", Size: 10, SHA256: strings.Repeat("0", 64)}
		w.tx(organiser, func(ctx context.Context, tx *db.Tx) error {
			s, err := activity.NewSheet(ctx, tx, org, m)
			if err != nil {
				return err
			}
			_, err = activity.FileScan(ctx, tx, org, activity.SheetCode(s.Code), scan)
			return err
		})
		if got := lists(org); got != nil {
			t.Errorf("with the scan filed: %v", got)
		}
		if scans, err := activity.Scans(t.Context(), d, org, m); err != nil || len(scans) != 1 || scans[0].Name != "lista.jpg" {
			t.Errorf("%v, %v", scans, err)
		}
		see := func(v access.Viewer) error {
			return d.Tx(t.Context(), v.Person, func(ctx context.Context, tx *db.Tx) error {
				_, err := activity.SeeScan(ctx, tx, v, m, "scan")
				return err
			})
		}
		if err := see(participant("p000")); !errors.Is(err, activity.ErrNotFound) {
			t.Errorf("a participant sees the scan: %v", err)
		}
		if err := see(viewer("p001", access.Auditor, programme1)); err != nil {
			t.Errorf("the auditor: %v", err)
		}
		if n := w.count(`SELECT count(*) FROM audit WHERE act = 'see' AND entity = 'sheet_scan' AND actor = 'p001'`); n != 1 {
			t.Errorf("%d sights recorded, want 1", n)
		}
	})
}

// Who holds single occasions is told of the meetings that lack evidence, and nobody else is by that way.
func TestALeaderIsToldWhatLacksEvidence(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 3)
		lecture := w.occasion(30, "2012-10-08 09:00-12:00") // p000 holds it, wherever they work
		workshop := w.occasion(30, "2012-10-09 09:00-12:00")
		away := w.occasion(30, "2012-10-10 09:00-12:00") // at a workplace that has gone up in the near one
		for _, id := range []string{lecture, workshop, away} {
			w.seat(id, "p002")
		}
		w.exec(`UPDATE occasion SET leader = 'p000' WHERE id = $1`, lecture)
		w.exec(`UPDATE occasion SET leader = 'p001' WHERE id <> $1`, lecture)
		w.exec(`UPDATE activity SET kind = 'workshop' WHERE id <> $1`, "activity-"+lecture)
		w.exec(`INSERT INTO unit (id, kind, workplace_kind) VALUES ('gone', 'workplace', 'other')`)
		w.exec(`INSERT INTO unit_period (unit, valid_from, valid_to, parent, name, sort_key, folded) VALUES ('gone', '2000-01-01', '2012-10-11', 'town-near', 'Gone', 'gone', 'gone')`)
		w.exec(`INSERT INTO unit_merge (unit, into_unit, on_date) VALUES ('gone', $1, '2012-10-11')`, near)
		w.tx("setup", func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(activity.HeldAt(ctx, tx, workshop, near), activity.HeldAt(ctx, tx, away, "gone"),
				audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "test"}))
		})
		worksFar := viewer("contact-far", access.Contact, "", far)
		for _, test := range []struct {
			says string
			v    access.Viewer
			want []string
		}{
			{"the leader of a lecture", participant("p000"), []string{lecture}},
			{"of workshops, also where the workplace has gone up in another", participant("p001"), []string{away, workshop}},
			{"who answers for the workplace", viewer("contact-near", access.Contact, "", near), []string{away, workshop}},
			{"who answers for another", worksFar, nil},
			{"who came", participant("p002"), nil},
			{"the public", access.Viewer{}, nil},
		} {
			test.v.On = "2012-10-12"
			list, err := activity.LedWithoutEvidence(t.Context(), d, test.v, d.Now())
			var got []string
			for _, m := range list {
				got = append(got, m.Occasion)
			}
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("%s: %v, want %v, %v", test.says, got, test.want, err)
			}
		}
		w.exec(`UPDATE employment SET valid_to = '2012-10-12' WHERE person = 'p001'`)
		left := participant("p001")
		left.On = "2012-10-12"
		if list, err := activity.LedWithoutEvidence(t.Context(), d, left, d.Now()); err != nil || len(list) > 0 {
			t.Errorf("who has left the workplace is told of %v, %v", list, err)
		}
	})
}

func TestAnswers(t *testing.T) {
	ring, err := secret.NewRing([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 2)
		o := w.occasion(30, "2012-11-05 09:00-12:00")
		org, office := viewer(organiser, access.Organiser, programme1), viewer("contact-far", access.Office, programme1)
		v := participant("p000")
		w.exec(`INSERT INTO question (id, activity, ord, text, kind, options, required, sensitive) VALUES
			('food', $1, 1, 'Mat?', 'text', '', 0, 1), ('where', $1, 2, 'Var?', 'choice', $2, 1, 0), ('lift', $1, 3, 'Skjuts?', 'yes-no', '', 0, 0)`,
			"activity-"+o, "På plats\nPå distans")
		if _, err := w.signUp(v, o, "p000"); err != nil {
			t.Fatal(err)
		}
		answer := func(given map[string]string) error {
			return d.Tx(t.Context(), "p000", func(ctx context.Context, tx *db.Tx) error {
				return activity.Answer(ctx, tx, ring, v, o, "p000", given)
			})
		}
		faults := fault.Of(answer(map[string]string{"where": "Hemma", "lift": "kanske"}))
		if len(faults) != 2 || !errors.Is(faults.In("where"), activity.ErrOption) || !errors.Is(faults.In("lift"), activity.ErrOption) {
			t.Errorf("wrong answers: %v", faults)
		}
		if faults := fault.Of(answer(nil)); len(faults) != 1 || !errors.Is(faults.In("where"), activity.ErrUnanswered) {
			t.Errorf("no answers: %v", faults)
		}
		if err := answer(map[string]string{"food": "Nötallergi", "where": "På plats", "lift": activity.Yes}); err != nil {
			t.Fatal(err)
		}
		if n := w.count(`SELECT count(*) FROM answer WHERE sealed LIKE '%allergi%' OR sealed LIKE '%plats%'`); n != 0 {
			t.Errorf("%d answers stand unsealed", n)
		}
		sees := func(says string, v access.Viewer, questions ...string) {
			t.Helper()
			all, err := activity.Answers(t.Context(), d, ring, v, o, d.Now())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for q := range all["p000"] {
				got = append(got, q)
			}
			slices.Sort(got)
			if !slices.Equal(got, questions) {
				t.Errorf("%s: %v, want %v", says, got, questions)
			}
		}
		sees("the person", v, "food", "lift", "where")
		sees("a colleague", participant("p001"))
		sees("the organiser", org, "food", "lift", "where")
		sees("the office does not see what is sensitive", office, "lift", "where")
		w.exec(`UPDATE activity SET organiser = 'contact-far' WHERE id = $1`, "activity-"+o)
		sees("who organises it and is of the office does", office, "food", "lift", "where")
		sees("another of the office does not", viewer("contact-main", access.Office, programme1), "lift", "where")
		sees("an office of another programme sees nothing of it", viewer("contact-far", access.Office, "other"))
		sees("who organised it before does not", org)
		w.exec(`UPDATE activity SET organiser = $1 WHERE id = $2`, organiser, "activity-"+o)

		ask := func(kind string, options ...string) error {
			return d.Tx(t.Context(), organiser, func(ctx context.Context, tx *db.Tx) error {
				return activity.UpdateQuestion(ctx, tx, org, &activity.Question{ID: "where", Activity: "activity-" + o, Text: "Var?", Kind: kind, Options: options, Version: 1})
			})
		}
		if f := fault.Of(ask("text")); len(f) != 1 || !errors.Is(f.In("kind"), activity.ErrKindAnswered) {
			t.Errorf("another kind of question: %v", f)
		}
		if f := fault.Of(ask("choice", "På plats", "Hemifrån")); len(f) != 1 || !errors.Is(f.In("options"), activity.ErrOptionKept) || f[0].Args[0] != "På distans" {
			t.Errorf("one option in place of another: %v", f)
		}
		if err := ask("choice", "På distans", "Vet inte", "På plats"); err != nil {
			t.Errorf("one more option: %v", err)
		}

		w.exec(`UPDATE occasion SET cancelled = $1 WHERE id = $2`, dbtest.Now, o)
		sees("after a cancellation not even the organiser does", org, "lift", "where")
		w.exec(`UPDATE occasion SET cancelled = NULL, starts = $1, ends = $1 WHERE id = $2`, dbtest.Now, o)
		sees("after the last meeting not even the organiser does", org, "lift", "where")
		w.tx("job", func(ctx context.Context, tx *db.Tx) error {
			n, err := activity.DeleteSensitive(ctx, tx)
			if n != 1 {
				t.Errorf("%d deleted, want 1", n)
			}
			return err
		})
		if n := w.count(`SELECT count(*) FROM answer`); n != 2 {
			t.Errorf("%d answers are left, want 2", n)
		}
	})
}
