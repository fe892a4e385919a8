package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/survey"
)

// Whoever opens the questions before a round's last midnight and sends them after is told why they do not count, and sees all that they chose.
func TestAnsweredPastMidnight(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url)
		w := learningtest.New(t, d, 6)
		office := learningtest.Holder(access.Office)
		s := survey.Survey{Programme: learningtest.Programme, Title: "Hur går det?", Words: []string{"inte alls", "", "helt"}, Questions: []survey.Question{{Text: "Vågar du?"}, {Text: "Får du?"}, {Text: "Kan du?"}}}
		r := survey.Round{Name: "Start", First: "2012-10-12", Last: "2012-10-12"}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			if err := survey.Save(ctx, tx, office, &s); err != nil {
				return err
			}
			r.Survey = s.ID
			return survey.SaveRound(ctx, tx, office, &r)
		})
		now := time.Date(2012, 10, 12, 21, 59, 0, 0, time.UTC) // a minute to midnight in Sweden
		moved := dbtest.OpenWith(t, url, func() time.Time { return now })
		p := newPlanner(t, moved, learningtest.Staff("near-0"))
		form := answerPath(r.ID)
		p.wants("before midnight", p.get(form), 200, "Vågar du?", `name="answer-2"`)
		now = now.Add(2 * time.Minute)
		p.who.On = "2012-10-13"
		late := p.wants("sent after it", p.post(form, "version=0", "answer-1=3", "answer-2=1"), 409, "The round has closed", "The round closed while you were answering", "Vågar du?", "3 helt", "1 inte alls", "Nothing chosen")
		if strings.Contains(late.body, `name="answer-1"`) {
			t.Error("what cannot be sent any more can be filled in again")
		}
		if n, err := db.Value[int](t.Context(), moved, `SELECT count(*) FROM survey_answered`); err != nil || n != 0 {
			t.Errorf("%d have answered, %v", n, err)
		}
		p.wants("opened after it", p.get(form), 200, "The round has closed")
	})
}
