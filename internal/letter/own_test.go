package letter_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/letter"
)

// Which letters stand in the outbox of a programme's office, with the names of whom they are to, and why.
func TestWhichLettersAnOfficeSees(t *testing.T) {
	templates := map[string]struct {
		seen bool
		why  string
	}{
		letter.SignIn:            {false, "who signs in, and when, is nothing of a programme's"},
		letter.Quotation:         {false, "the office asks about a text shared without a name, and does not know whom"},
		letter.SurveyOpen:        {false, "one that goes out late is to those who have not answered"},
		letter.SurveyReminder:    {false, "it is to those who have not answered"},
		letter.FollowUp:          {true, "of a workplace's commitment the office sees the owner; package focus leaves the programme out of a person's own"},
		letter.FollowUpAgain:     {true, "the same"},
		letter.OwnerLeft:         {true, "it is of a workplace's commitment, to its contact"},
		letter.IdeaUsed:          {true, "the idea was shared, and the office sees whose it is"},
		letter.PlanUsed:          {true, "the same"},
		letter.Seated:            {true, "the office sees who has a seat"},
		letter.Waiting:           {true, "and who waits for one"},
		letter.Promoted:          {true, "the same"},
		letter.Cancelled:         {true, "the same"},
		letter.OccasionCancelled: {true, "the same"},
		letter.OccasionChanged:   {true, "the same"},
		letter.Invitation:        {true, "the office chooses whom to invite"},
		letter.ToParticipants:    {true, "it is to all on the roster"},
		letter.WorkshopNudge:     {true, "the office sees who leads a workshop, and whether it has a day"},
		letter.AnalysisNudge:     {true, "the office sees how far each workplace has come, and its contact"},
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		with := func(role access.Role, programme string) access.Viewer {
			return access.Viewer{Person: string(role), Grants: []access.Grant{{Role: role, Programme: programme}}}
		}
		for _, template := range letter.Templates {
			is, known := templates[template]
			if !known || is.why == "" {
				t.Errorf("nothing says whether an office sees %s", template)
				continue
			}
			l := letter.Letter{Person: "ann", Template: template, Programme: "p"}
			put := func() error {
				return d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error { return letter.Queue(ctx, tx, l) })
			}
			if err := put(); (err == nil) != is.seen {
				t.Errorf("%s with a programme: %v; but %s", template, err, is.why)
			}
			if l.Programme, l.Args = "", map[string]any{"programme": "p"}; !is.seen && put() != nil {
				t.Errorf("%s cannot be queued", template)
			}
		}
		for _, test := range []struct {
			says   string
			v      access.Viewer
			misses []string
		}{
			{"an office sees what it may know", with(access.Office, "p"), letter.Own},
			{"an administrator also sees who signs in", with(access.Administrator, ""), []string{letter.Quotation, letter.SurveyOpen, letter.SurveyReminder}},
			{"the recipient sees all", access.Viewer{Person: "ann"}, nil},
			{"so does a demo, in which everybody reads", access.System, nil},
			{"the office of another programme sees none", with(access.Office, "q"), letter.Templates},
		} {
			list, err := letter.List(t.Context(), d, test.v, letter.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			counts, err := letter.Count(t.Context(), d, test.v)
			if err != nil || counts[letter.StateWaiting] != len(list) {
				t.Errorf("%s: %v in the count, %d in the list, %v", test.says, counts, len(list), err)
			}
			told, err := letter.Addressed(t.Context(), d, test.v, "ann")
			if err != nil || told["ann"] != len(list) {
				t.Errorf("%s: %d letters to the person, %d in the list, %v", test.says, told["ann"], len(list), err)
			}
			var misses []string
			for _, template := range letter.Templates {
				if !slices.ContainsFunc(list, func(l letter.Letter) bool { return l.Template == template }) {
					misses = append(misses, template)
				}
			}
			slices.Sort(misses)
			want := slices.Sorted(slices.Values(test.misses))
			if strings.Join(misses, " ") != strings.Join(want, " ") {
				t.Errorf("%s: misses %v, want %v", test.says, misses, want)
			}
		}
		dbtest.Hold(t, d, letter.Invariants()...)
	})
}
