package web

import (
	"context"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/workshop"
)

// A name for a group that cannot be saved comes back to be mended, for a new group as for one that there is, also when what it was for is gone. What was done is
// said: that a group is dissolved, or changed.
func TestGroupsByHand(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 3)
		office := learningtest.Holder(access.Office)
		shop := heldShop(w, map[int][]string{1: {"Vi vågar mer", "Vi frågar varandra"}}, false)
		list := func() workshop.Question {
			all, err := workshop.Summary(t.Context(), d, office, shop)
			if err != nil {
				t.Fatal(err)
			}
			return all[0]
		}
		answers := list().Answers
		p := newPlanner(t, d, office)
		at, long := "/workshops/"+shop, strings.Repeat("Modig ", 40)+"och fri"
		fresh := at + "/answers/" + answers[0].ID + "/group"
		p.wants("on the board", p.get(at+"/notes"), 200, `action="`+fresh+`"`)
		p.wants("a name that is too long", p.post(fresh, "name="+long, "back="+at+"/notes"), 422, `value="`+long+`"`, `id="name-fault"`, "Vi vågar mer", `value="`+at+`/notes"`)
		for _, none := range []string{"name=", "name= "} {
			p.wants("none", p.post(fresh, none), 422, "Give the group a name")
		}
		p.wants("asked for by its address", p.get(fresh), 200, "Vi vågar mer", `action="`+fresh+`"`)
		p.wants("mended", p.post(fresh, "name=Mod", "back="+at+"/notes"), 303, at+"/notes")
		group := list().Groups[0].ID
		renamed := p.wants("another name", p.post(at+"/groups/"+group, "was=Mod", "name=Mer mod"), 303)
		dissolved := p.wants("no name", p.post(at+"/groups/"+group, "was=Mer mod", "name= "), 303)
		if !strings.Contains(renamed.notice, "workshop.done-renamed") || !strings.Contains(dissolved.notice, "workshop.done-dissolved") {
			t.Errorf("told of %s, and of %s", renamed.notice, dissolved.notice)
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Remove(ctx, tx, office, shop, answers[0].ID)
		})
		p.wants("the answer is gone", p.post(fresh, "name=Mod igen"), 409, `value="Mod igen"`, "The answer was taken away while you were writing")
		p.wants("so there is nothing to ask", p.get(fresh), 404)
		p.who = learningtest.Staff("near-0")
		p.wants("who neither leads nor takes notes", p.post(at+"/answers/"+answers[1].ID+"/group", "name=Mod"), 403)
		if q := list(); len(q.Groups) != 0 || len(q.Answers) != 1 {
			t.Errorf("%d groups and %d answers are left", len(q.Groups), len(q.Answers))
		}
	})
}

// A phone always says that nobody sees who wrote an answer: beside the field while something is asked, and in words of its own while nothing is.
func TestPhoneSaysThatNobodySees(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 3)
		office := learningtest.Holder(access.Office)
		shop, err := workshop.Get(t.Context(), d, office, heldShop(w, nil, false))
		if err != nil {
			t.Fatal(err)
		}
		p := newPlanner(t, d, access.Viewer{})
		for _, path := range []string{"/w/" + shop.Code, "/w/" + shop.Code + "/live?seen=0"} {
			p.wants("nothing is asked yet", p.get(path), 200, "Nobody sees who wrote an answer.", "it cannot be found out.", "!either")
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Do(ctx, tx, office, shop.ID, shop.Turn, workshop.Next)
		})
		for _, path := range []string{"/w/" + shop.Code, "/w/" + shop.Code + "/live?seen=0"} {
			p.wants("asked", p.get(path), 200, "Nobody sees who wrote it.", "cannot be found out either.", "!Nobody sees who wrote an answer.")
		}
	})
}
