package web

import (
	"context"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
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

// A contact whose workplaces nothing concerns yet is told why, and whom to ask; that no project is published, on the page of reach too.
func TestContactBeforeTheProjectIsPublished(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		learningtest.New(t, d, 1)
		contact := access.Viewer{Person: "c", On: learningtest.Today, Grants: []access.Grant{{Role: access.Participant}, {Role: access.Contact, Unit: "elsewhere", Workplaces: []string{"elsewhere"}}}}
		staff := access.Viewer{Person: "s", On: learningtest.Today, Grants: contact.Grants[:1]}
		says := func(who access.Viewer, path, is, not string) {
			t.Helper()
			page := newPlanner(t, d, who).get(path)
			_, main, _ := strings.Cut(page.body, "<main")
			if page.code != 200 || !strings.Contains(main, is) || strings.Contains(main, not) {
				t.Errorf("%s reads on %s %d, %s", who.Person, path, page.code, main)
			}
		}
		says(contact, "/learning", "Your workplaces are in no programme", "gives you no such overview")
		err := d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE programme SET published = 0`); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "programme", Row: "all"})
		})
		if err != nil {
			t.Fatal(err)
		}
		says(contact, "/learning", "No programme is published yet", "gives you no such overview")
		says(contact, "/learning", `href="/workplace"`, "Your workplaces are in no programme")
		says(contact, "/reach", "No programme is published yet", "Choose a programme")
		says(staff, "/learning", "Tell your contact", "is published yet")
	})
}
