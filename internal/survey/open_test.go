package survey_test

import (
	"context"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	lt "kompobib/internal/learning/learningtest"
	"kompobib/internal/local"
	"kompobib/internal/survey"
)

// Who is asked is told until when, as long as they have not answered.
func TestOpenTo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, false)
		round := w.round("Hösten", "2012-10-12", "2012-10-31")
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			return survey.Answer(ctx, tx, w.ring, lt.Staff("near-1"), round, []int{1, 2}, 0)
		})
		for _, test := range []struct {
			says string
			v    access.Viewer
			on   local.Date
			want local.Date
		}{
			{"asked", lt.Staff("near-0"), "2012-10-12", "2012-10-31"},
			{"on the last day", lt.Staff("near-0"), "2012-10-31", "2012-10-31"},
			{"not open yet", lt.Staff("near-0"), "2012-10-11", ""},
			{"closed", lt.Staff("near-0"), "2012-11-01", ""},
			{"answered", lt.Staff("near-1"), "2012-10-12", ""},
			{"outside the target group", lt.Staff("outside-0"), "2012-10-12", ""},
		} {
			got, err := survey.OpenTo(t.Context(), d, test.v, test.on)
			if err != nil || got != test.want {
				t.Errorf("%s: %q, %v, want %q", test.says, got, err, test.want)
			}
		}
	})
}
