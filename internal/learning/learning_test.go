package learning_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning"
	at "kompobib/internal/learning/learningtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// Who has to do with which workplace, said as sentences.
func TestWhoseWorkplace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := at.New(t, d, 3)
		for _, test := range []struct {
			says      string
			v         access.Viewer
			workplace string
			want      string // member, leads; "" if it is hidden
		}{
			{"who works there takes part", at.Staff("near-0"), at.Near, "true false"},
			{"not elsewhere", at.Staff("near-0"), at.Far, ""},
			{"the contact who works there leads as well", at.Contact("near-1", at.Near), at.Near, "true true"},
			{"a contact of several leads where they do not work", at.Contact("near-1", at.Near, at.Small), at.Small, "false true"},
			{"the office may write for any", at.Holder(access.Office), at.Far, "false true"},
			{"an auditor reads", at.Holder(access.Auditor), at.Far, "false false"},
			{"the steering group reads of none by name", at.Holder(access.Steering), at.Far, ""},
			{"a workplace that the programme does not target is not there", at.Staff("outside-0"), at.Outside, ""},
			{"nor to the office", at.Holder(access.Office), at.Outside, ""},
			{"nor is one that does not exist", at.Holder(access.Office), "nowhere", ""},
			{"a town is no workplace", at.Holder(access.Office), at.FarTown, ""},
			{"the public sees none", access.Viewer{On: at.Today}, at.Near, ""},
		} {
			p, err := learning.Find(t.Context(), d, test.v, at.Programme, test.workplace)
			got := fmt.Sprint(p.Member, p.Leads)
			if errors.Is(err, learning.ErrWorkplace) {
				got, err = "", nil
			}
			if err != nil || got != test.want {
				t.Errorf("%s: %q, %v, want %q", test.says, got, err, test.want)
			}
		}
		if mine, err := learning.Mine(t.Context(), d, at.Contact("near-1", at.Near, at.Small), at.Programme); err != nil || len(mine) != 2 {
			t.Errorf("a contact's workplaces: %v, %v", mine, err)
		}
		if mine, err := learning.Mine(t.Context(), d, at.Holder(access.Office), at.Programme); err != nil || len(mine) != 0 {
			t.Errorf("the office works at none: %v, %v", mine, err)
		}
		if all, err := learning.All(t.Context(), d, at.Holder(access.Office), at.Programme); err != nil || len(all) != 3 || all[0].County != at.County {
			t.Errorf("the office's workplaces: %v, %v", all, err)
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE unit_period SET valid_to = '2012-01-01' WHERE unit = $1`, at.Small); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO unit_merge (unit, into_unit, on_date) VALUES ($1, $2, '2012-01-01')`, at.Small, at.Near); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "unit", Row: at.Small})
		})
		if p, err := learning.Find(t.Context(), d, at.Staff("near-0"), at.Programme, at.Small); err != nil || p.Workplace != at.Near {
			t.Errorf("a workplace that has gone up in another is that one: %v, %v", p, err)
		}
	})
}
