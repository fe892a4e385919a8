package web

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/local"
)

// Contacts who have left stand where roles are managed, and to the office on how far workshops have come, until their role is ended.
func TestContactsWhoHaveLeft(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 13)
		p := newPlanner(t, d, learningtest.Holder(access.Office))
		const heading, workshops = "Roles of people who have left", "/programmes/kompobib/workshops"
		administrator := access.Viewer{Person: "administrator", On: learningtest.Today, Grants: []access.Grant{{Role: access.Participant}, {Role: access.Administrator}}}
		contact := func(person string) (grant string) {
			w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
				if err := auth.NewAccount(ctx, tx, access.System, person, person+"@example.org"); err != nil {
					return err
				}
				g, err := auth.AddGrant(ctx, tx, access.System, person, access.Grant{Role: access.Contact, Unit: learningtest.Near, Valid: local.Period{From: "2011-01-01"}})
				grant = g.ID
				return err
			})
			return grant
		}
		leave := func(person string) {
			w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE employment SET valid_to = $1 WHERE person = $2`, learningtest.Today, person)
				return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "end", Entity: "employment", Row: "employment-" + person}))
			})
		}
		grant := contact("near-1")
		p.wants("while they work there", p.get(workshops), 200, "!"+heading)
		leave("near-1")
		end := "/accounts/near-1/roles/" + grant + "/end"
		p.wants("to the office", p.get(workshops), 200, heading, "Family, Given near-1", learningtest.Near, `href="/people/near-1"`, "Ask an administrator to end the role", "!"+end)
		p.wants("and the person", p.get("/people/near-1"), 200, "the role as contact of "+learningtest.Near+" still holds")
		for says, v := range map[string]access.Viewer{"steering": learningtest.Holder(access.Steering), "a contact": learningtest.Contact("near-0", learningtest.Near)} {
			p.who = v
			p.wants(says, p.get(workshops), 200, "!"+heading, "!near-1")
		}
		p.who = administrator
		p.wants("where roles are managed", p.get("/accounts"), 200, heading, `href="`+end+`"`)
		p.wants("not beside those of one role", p.get("/accounts?role=contact"), 200, "!"+heading)
		p.wants("not among what is searched for", p.get("/accounts?q=near"), 200, "!"+heading, "Family, Given near-1")
		p.wants("ended", p.post(end, "to=2012-10-11"), 303)
		p.wants("and gone", p.get("/accounts"), 200, "!"+heading)
		p.who = learningtest.Holder(access.Office)
		p.wants("to the office, too", p.get(workshops), 200, "!"+heading)
		for n := range 11 {
			person := fmt.Sprint("near-", n+2)
			contact(person)
			leave(person)
		}
		p.wants("many are folded", p.get(workshops), 200, heading, "<summary>Show all 11</summary>")
	})
}
