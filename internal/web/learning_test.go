package web

import (
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
)

// Whoever has a task but no workplace is told so at the start of learning, and where they can go; staff without one ask their contact.
func TestLearningWithoutAWorkplace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		learningtest.New(t, d, 1)
		for _, test := range []struct {
			says    string
			who     access.Viewer
			is, not string
		}{
			{"an administrator", access.Viewer{Person: "a", On: learningtest.Today, Grants: []access.Grant{{Role: access.Participant}, {Role: access.Administrator}}}, `<a href="/accounts">Accounts`, "You have no workplace"},
			{"an organiser", access.Viewer{Person: "o", On: learningtest.Today, Grants: []access.Grant{{Role: access.Participant}, {Role: access.Organiser, Programme: learningtest.Programme}}}, `<a href="/activities">Activities`, "give them such a role"},
			{"staff", access.Viewer{Person: "s", On: learningtest.Today, Grants: []access.Grant{{Role: access.Participant}}}, "Tell your contact", "Where you can go"},
		} {
			page := newPlanner(t, d, test.who).get("/learning")
			_, main, _ := strings.Cut(page.body, "<main")
			if page.code != 200 || !strings.Contains(main, test.is) || strings.Contains(main, test.not) {
				t.Errorf("%s reads %d, %s", test.says, page.code, main)
			}
		}
	})
}
