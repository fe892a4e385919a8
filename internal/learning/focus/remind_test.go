package focus_test

import (
	"context"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/learning/focus"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/letter"
	"kompobib/internal/local"
)

// The letters that follow up what somebody has undertaken alone are theirs: the office would learn from its outbox who has, when it is followed up, and by the
// reminder that no answer came. Of a workplace's commitment it sees both letters.
func TestOwnFollowUpIsNotTheOffices(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		shared := w.commit(leader, someCommitment())
		own := someCommitment()
		own.Programme, own.Owner = at.Programme, "near-2"
		who := at.Staff("near-2")
		if err := d.Tx(t.Context(), "near-2", func(ctx context.Context, tx *db.Tx) error { return focus.CommitOwn(ctx, tx, w.ring, who, &own) }); err != nil {
			t.Fatal(err)
		}
		for _, day := range []local.Date{"2013-01-12", "2013-01-26"} {
			then := w.later(day)
			then.Tx("job", func(ctx context.Context, tx *db.Tx) error {
				_, err := focus.Remind(ctx, tx)
				return err
			})
		}
		for _, reader := range []struct {
			says        string
			v           access.Viewer
			shared, own int
		}{
			{"the office", at.Holder(access.Office), 2, 0},
			{"an administrator", access.Viewer{Person: "admin", Grants: []access.Grant{{Role: access.Administrator}}}, 2, 0},
			{"the owner", who, 0, 2},
		} {
			for about, want := range map[string]int{shared.ID: reader.shared, own.ID: reader.own} {
				list, err := letter.List(t.Context(), d, reader.v, letter.Filter{AboutKind: "commitment", About: about})
				if err != nil || len(list) != want {
					t.Errorf("%s sees %d letters, want %d: %v, %v", reader.says, len(list), want, list, err)
				}
				for _, l := range list {
					if l.Bears() != at.Programme {
						t.Errorf("a letter bears the statement of %q", l.Bears())
					}
				}
			}
		}
		doctor.Well(t, d)
	})
}
