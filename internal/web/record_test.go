package web

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/local"
	"kompobib/internal/web/locale"
	"kompobib/internal/web/view"
)

// A joint record is agreed on from the day on which it was written, once, and who comes from an older page is told what is so, in words of its own.
func TestAgreeOnRecord(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		own := p.w.rows["unit"]["own"]
		at := "/programmes/kompobib/workplaces/" + own + "/record"
		p.as = p.w.viewers["contact"]
		v := access.System
		v.On = "2012-10-12"
		write := func(body string) string {
			t.Helper()
			before := p.count(`SELECT coalesce(max(version), 0) FROM learning_record WHERE workplace = $1`, own)
			p.do("contact", func(ctx context.Context, tx *db.Tx) error {
				_, err := reflection.WriteRecord(ctx, tx, v, p.w.rows["programme"]["own"], own, before, body)
				return err
			})
			return strconv.Itoa(before + 1)
		}
		version := write("Vi har lärt oss att fråga.")
		form := func(key, version, on string) url.Values {
			return url.Values{"key": {key}, "version": {version}, "on": {on}}
		}
		p.wants("before it was written", "POST", at+"/agree", form("a", version, "2012-10-11"), 422, "Texten skrevs den 12\u00a0oktober\u00a02012", `id="on-fault"`)
		newer := write("Vi har lärt oss att fråga oftare.")
		p.wants("an older text", "POST", at+"/agree", form("b", version, "2012-10-12"), 409, "Texten har skrivits om sedan du öppnade sidan", "att fråga oftare", "!Det du skrev finns kvar")
		p.wants("this text", "POST", at+"/agree", form("c", newer, "2012-10-12"), 303)
		p.wants("once more", "POST", at+"/agree", form("d", newer, "2012-10-12"), 409, "Ni har redan kommit överens om texten", "!Det du skrev finns kvar", `!action="`+at+`/agree"`)
		if n := p.count(`SELECT count(*) FROM audit WHERE act = 'agree' AND entity = 'learning_record'`); n != 1 {
			t.Errorf("%d are recorded", n)
		}
	})
}

// A workshop's answers are offered where there are some: a date alone is none. Those of the same day are told apart.
func TestWorkshopsToFetch(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 3)
		shop := heldShop(w, nil, true)
		p := newPlanner(t, d, learningtest.Contact("near-1", learningtest.Near))
		const at = "/programmes/kompobib/workplaces/" + learningtest.Near + "/record/edit"
		if page := p.wants("nobody has answered", p.get(at), 200); strings.Contains(page.body, "fetch "+shop) {
			t.Error("answers are offered that there are none of")
		}
		steps, err := workshop.Get(t.Context(), d, learningtest.Holder(access.Office), shop)
		if err != nil {
			t.Fatal(err)
		}
		list, err := workshop.Steps(t.Context(), d, steps)
		if err != nil {
			t.Fatal(err)
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			_, err := workshop.Note(ctx, tx, learningtest.Holder(access.Office), shop, list[1].ID, "key", "Vi vågar mer")
			return err
		})
		p.wants("somebody has", p.get(at), 200, "fetch "+shop)
	})
	at := func(title string, date local.Date, from string) workshop.Workshop {
		return workshop.Workshop{Title: title, Date: date, Places: []workshop.Place{{Name: "Biblioteket", From: from}}}
	}
	told := shopsTold(view.Reader{Language: locale.Swedish}, []workshop.Workshop{at("A", "2012-11-07", ""), at("B", "2012-11-08", ""), at("A", "2012-11-08", ""), at("A", "2012-11-08", "Filialen")})
	if got := strings.ReplaceAll(strings.Join(told, "; "), "\u00a0", " "); got != "7 november 2012; 8 november 2012, B; 8 november 2012, A, Biblioteket; 8 november 2012, A, Filialen" {
		t.Errorf("told apart: %s", got)
	}
}
