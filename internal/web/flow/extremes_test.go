package flow

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/browsertest"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

const (
	long    = "Kompetensutveckling för framtidens bibliotek och för alla som arbetar där, från Bergslagen till Södermanland och åter"
	endless = "Bibliotekskompetensutvecklingsprogramsamordningsgruppsammanträdesprotokollsjusteringsförrättare"
)

// fullWorld has far too much of everything: long names, words without an end, 300 occasions of one activity, 30 questions,
// and a workplace with 400 staff.
func fullWorld(t *testing.T) (w *world, paths []string) {
	w = emptyWorld(t)
	w.found(endless, long+" "+endless[:60], long+" "+endless[:60], endless[:70]+" "+long)
	eva := w.staff("Eva")
	for _, g := range []access.Grant{{Role: access.Administrator}, {Role: access.Office, Programme: w.programme}, {Role: access.Contact, Unit: w.workplace}} {
		w.grant(eva, g)
	}
	staff := make([]string, 400)
	for i := range staff {
		w.do(func(ctx context.Context, tx *db.Tx) error {
			p, err := people.CreatePerson(ctx, tx, people.Person{Given: fmt.Sprint(strings.Repeat("Annabella", 8), i), Family: endless[:60], Gender: "woman", BirthYear: 1970,
				Email: fmt.Sprintf("%s.%d@example.org", strings.Repeat("annabella", 6), i)})
			if err != nil {
				return err
			}
			staff[i] = p.ID
			_, err = people.Employ(ctx, tx, access.System, people.Employment{Person: p.ID, Employer: w.employer, Workplace: w.workplace,
				Title: endless, Share: 1000, Valid: local.Period{From: "2010-01-01"}})
			return err
		})
	}
	var questions []activity.Question
	for i := range 30 {
		q := activity.Question{Text: fmt.Sprint(i+1, ". ", long, "?"), Kind: "choice", Options: []string{endless, long}, Required: true}
		if i%3 == 0 {
			q = activity.Question{Text: endless + "?", Kind: "text"}
		}
		questions = append(questions, q)
	}
	held, meeting := w.occasion(endless[:70]+": "+long, eva, 60, "2012-10-12", "08:00")
	w.seat(held, staff[:80]...)
	coming, _ := w.occasion(long, eva, 60, "2012-11-07", "13:00", questions...)
	o, err := activity.GetOccasion(t.Context(), w.now, access.System, coming)
	if err != nil {
		t.Fatal(err)
	}
	about := o.Activity
	for i := range 300 {
		o := activity.Occasion{Activity: about, Name: fmt.Sprint(endless, " ", i+1), Capacity: 20, Opens: dbtest.Now.AddDate(0, 0, -10), Closes: dbtest.Now.AddDate(0, 0, 10)}
		m := activity.Meeting{Span: local.Span{Date: local.Date("2012-11-08").Add(i / 3), Start: "13:00", End: "16:00", Zone: zone}, Place: endless, Address: long}
		w.do(func(ctx context.Context, tx *db.Tx) error {
			return activity.CreateOccasion(ctx, tx, access.System, &o, &m)
		})
	}
	w.seat(coming, append(staff[:100:100], eva)...)
	return w, []string{"/", "/p/kb", "/calendar", "/activities", "/activities/" + about, "/activities/" + about + "/edit", "/occasions/" + coming,
		"/occasions/" + coming + "/seats", "/meetings/" + meeting + "/attendance", "/me", "/workplace", "/people", "/people/" + staff[0],
		"/workplaces", "/workplaces/" + w.workplace, "/programmes", "/programmes/kb/edit", "/programmes/kb/reach", "/programmes/kb/not-reached", "/programmes/kb/office",
		"/accounts", "/accounts/" + eva, "/audit", "/evidence", "/employers"}
}

// Where there is far too much, every page still fits the narrowest phone, and axe finds nothing.
func TestTooMuch(t *testing.T) {
	w, paths := fullWorld(t)
	look(t, w, "full", paths)
}

// Where there is nothing yet, every page fits, and axe finds nothing.
func TestNothingYet(t *testing.T) {
	w := emptyWorld(t)
	var eva string
	w.do(func(ctx context.Context, tx *db.Tx) (err error) {
		eva, err = account(ctx, tx, "Eva")
		return err
	})
	w.grant(eva, access.Grant{Role: access.Administrator})
	look(t, w, "empty", []string{"/", "/calendar", "/me", "/workplaces", "/employers", "/programmes", "/programmes/new", "/accounts", "/audit"})
}

// look asks, on the narrowest phone in the dark, whether pages fit, and axe about those that are not long: what
// makes a page long are rows that are alike.
func look(t *testing.T, w *world, name string, paths []string) {
	t.Helper()
	const lengthy = 1500 // elements
	v := w.visit(t, "Eva", quick)
	v.Look(320, 640, "dark")
	for _, path := range paths {
		if status := v.Go(path); status != 200 {
			t.Errorf("%s = %d", path, status)
			continue
		}
		if wide := v.Overflow(); len(wide) > 0 {
			t.Errorf("%s is wider than 320 px: %v", path, wide)
		}
		if browsertest.Eval[int](v.Page, `document.querySelectorAll('*').length`) > lengthy {
			continue
		}
		for _, line := range v.Axe() {
			t.Errorf("%s: %s", path, line)
		}
		v.Picture(name + path)
	}
}
