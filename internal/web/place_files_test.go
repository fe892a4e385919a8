package web

import (
	"context"
	"errors"
	"strings"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/need"
)

// What a workplace needs and has undertaken can be taken as a file by whoever reads the page, and by nobody else; the file names nobody.
func TestFilesOfAWorkplace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		lead := learningtest.Contact("near-1", learningtest.Near)
		at := learning.Place{Programme: learningtest.Programme, Workplace: learningtest.Near, Leads: true, Member: true}
		agreed := need.Need{Wording: need.Wording{Text: "Visa e-böcker", Priority: "high", Staff: 2, Due: "2012-12-01", Form: "course"}}
		later := need.Need{Wording: need.Wording{Text: "Hålla boksamtal", Priority: "low", Staff: 1, Due: "2012-12-01", Form: "course"}}
		promise := focus.Commitment{Owner: "near-0", Starts: "2012-10-01", Due: "2013-04-01", Months: focus.Usual, Wording: focus.Wording{Happens: "någon frågar", Act: "svarar vi"}}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(need.Add(ctx, tx, lead, at, &agreed), need.Agree(ctx, tx, lead, at, 1, "2012-10-01"), need.Add(ctx, tx, lead, at, &later), focus.Commit(ctx, tx, lead, at, &promise))
		})
		p := newPlanner(t, d, lead)
		place := "/programmes/kompobib/workplaces/" + learningtest.Near
		p.wants("a way to the file", p.get(place+"/needs"), 200, "needs?format=xlsx", "needs?format=csv")
		p.wants("and to the other", p.get(place+"/commitments?state=open"), 200, "commitments?format=xlsx&amp;state=open")
		p.wants("needs", p.get(place+"/needs?format=csv"), 200, "Visa e-böcker", "Hålla boksamtal", "Agreed on")
		if old := p.wants("as agreed on", p.get(place+"/needs?format=csv&version=1"), 200, "Visa e-böcker"); strings.Contains(old.body, "boksamtal") {
			t.Error("the version that was agreed on has what came later")
		}
		rows := p.wants("commitments", p.get(place+"/commitments?format=csv"), 200, "någon frågar", "svarar vi")
		if strings.Contains(rows.body, "near-0") {
			t.Error("the file names who answers for it")
		}
		if none := p.wants("as narrowed", p.get(place+"/commitments?format=csv&state=done"), 200); strings.Contains(none.body, "svarar vi") {
			t.Error("the file is not narrowed as the page")
		}
		for _, path := range []string{place + "/needs?format=xlsx", place + "/commitments?format=xlsx"} {
			if a := p.get(path); !strings.HasPrefix(a.body, "PK") {
				t.Errorf("%s is no XLSX", path)
			}
		}
		p.who = learningtest.Staff("far-0")
		for _, path := range []string{"/needs", "/commitments"} {
			p.wants("to the staff of another", p.get(place+path+"?format=csv"), 404)
		}
	})
}
