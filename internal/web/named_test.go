package web

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/people"
)

// What events tell of is told by its name, with the way to it, as far as the reader may see it.
func TestEventsNameWhatTheyTellOf(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		v := newVisit(t, url)
		w := v.w
		for entity, want := range map[string][]string{
			"activity":   {`<a lang="sv" href="/activities/` + w.rows["activity"]["own"] + `">Föreläsning own</a>`},
			"occasion":   {`<a lang="sv" href="/occasions/` + w.rows["occasion"]["own"] + `">Föreläsning own – Köping</a>`},
			"meeting":    {"Föreläsning own – Köping, 10\u00a0Oct\u00a02012"},
			"employment": {">Stadsbiblioteket</a>", `<a lang="sv" href="/employers/` + w.rows["employer"]["own"] + `/edit">Kommunen</a>`},
		} {
			page := v.page("administrator", "/audit?entity="+entity, "")
			for _, words := range want {
				if !strings.Contains(page, words) {
					t.Errorf("events of %s do not name %s", entity, words)
				}
			}
			for _, text := range texts(page) {
				if id := rawID.FindString(text.words); id != "" {
					t.Errorf("events of %s tell of %q", entity, text.words)
				}
			}
		}
	})
}

var rawID = regexp.MustCompile(`\b[0-9a-v]{26}\b`)

// The page of an occasion whose activity is a draft says that nobody else sees it, and leads to where it is published.
func TestDraftSaysThatNobodySeesIt(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		v := newVisit(t, url)
		w := v.w
		path, of := "/occasions/"+w.rows["occasion"]["own"]+"/edit", w.rows["activity"]["own"]
		const words = "The activity is a draft, so only you who plan it see the occasion."
		if strings.Contains(v.page("office", path, ""), words) {
			t.Error("what is published is called a draft")
		}
		err := v.d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE activity SET published = 0 WHERE id = $1`, of); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "activity", Row: of})
		})
		if err != nil {
			t.Fatal(err)
		}
		if page := v.page("office", path, ""); !strings.Contains(page, words) || !strings.Contains(page, `href="/activities/`+of+`/edit#published"`) {
			t.Error("a draft does not say that nobody sees it, or how it is published")
		}
	})
}

// A contact's role at a workplace that has gone up in another says so by both names.
func TestRoleAtMergedWorkplace(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url)
		w := newWorld(t, d)
		err := d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
			return people.MergeUnits(ctx, tx, w.rows["unit"]["own"], 1, w.rows["unit"]["other"], "2012-10-12")
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		v := &visit{t: t, w: w}
		v.open(url)
		if page := v.page("administrator", "/accounts/"+w.viewers["contact"], ""); !strings.Contains(page, "Stadsbiblioteket, which has been merged into Filialen") {
			t.Error("the page of an account does not tell what a workplace has gone up in")
		}
	})
}
