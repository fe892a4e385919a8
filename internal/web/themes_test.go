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

// The themes file says which table each line is of, in the page's order. A group that is alone too small stands by its own name, and several together by all of theirs.
func TestThemesFileSaysWhichTable(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 6)
		p := newPlanner(t, d, learningtest.Holder(access.Office))
		share := func(workplace any, persons ...string) {
			w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
				for _, person := range persons {
					if _, err := tx.Exec(ctx, `INSERT INTO reflection (id, person, date, level, shared, shared_version, shared_on, programme, workplace)
						VALUES ($1, $1, '2012-09-01', 'programme', $1, 1, '2012-09-01', $2, $3)`, person, learningtest.Programme, workplace); err != nil {
						return err
					}
					if _, err := tx.Exec(ctx, `INSERT INTO reflection_theme (id, reflection, theme, made_by, made_at) VALUES ($1, $1, 'theme', 'office', $2)`, person, tx.At.AddDate(0, -1, 0)); err != nil {
						return err
					}
				}
				return audit.Record(ctx, tx, audit.Event{Act: "share", Entity: "reflection"})
			})
		}
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO theme (id, programme, name) VALUES ('theme', $1, 'Bemötande')`, learningtest.Programme); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "theme"})
		})
		lines := func() string {
			_, rest, _ := strings.Cut(p.get("/programmes/kompobib/themes?format=csv").body, "\n")
			return strings.NewReplacer("\r", "", "\"", "").Replace(rest)
		}
		share(nil, "far-0", "far-1", "far-2")
		if got, want := lines(), "By goal area;Medborgarnas behov;hidden;hidden\nBy goal area;Nya medier;hidden;hidden\nAll;;hidden;hidden\n"+
			"By kind of workplace;Workplace without a kind;hidden;hidden\nBy county;Workplace without a county;hidden;hidden\n"; got != want {
			t.Errorf("three without a place: %s", got)
		}
		p.wants("the page", p.get("/programmes/kompobib/themes"), 200, "Workplace without a county", "Workplace without a kind")
		share(learningtest.Near, "near-0", "near-1", "near-2", "near-3", "near-4", "near-5")
		if got, want := lines(), "By goal area;Medborgarnas behov;0;0\nBy goal area;Nya medier;0;0\nAll;;9;9\n"+
			"By kind of workplace;Workplace without a kind, Public library, together;9;9\nBy county;Workplace without a county, county, together;9;9\n"; got != want {
			t.Errorf("and six at a workplace: %s", got)
		}
		p.wants("the page then", p.get("/programmes/kompobib/themes"), 200, "Workplace without a county, county, together")
	})
}

// Whoever shares something without a name may have shared before or not: a programme's overview says the same before and after.
func TestOverviewTellsNoAuthors(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 6)
		p := newPlanner(t, d, learningtest.Holder(access.Office))
		change := func(statement string, args ...any) {
			w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, statement, args...); err != nil {
					return err
				}
				return audit.Record(ctx, tx, audit.Event{Act: "share", Entity: "reflection"})
			})
		}
		share := func(id, person string) {
			change(`INSERT INTO reflection (id, person, date, level, shared, shared_version, shared_on, programme, workplace)
				VALUES ($1, $2, '2012-09-01', 'programme', $1, 1, '2012-09-01', $3, $4)`, id, person, learningtest.Programme, learningtest.Near)
		}
		for i, person := range []string{"near-0", "near-1", "near-2", "near-3", "near-4"} {
			share(string(rune('a'+i)), person)
		}
		overview := func() string {
			_, section, _ := strings.Cut(p.get("/programmes/kompobib/learning").body, `id="reflection"`)
			section, _, _ = strings.Cut(section, "</section>")
			return section
		}
		share("last", "near-0")
		known := overview()
		change(`UPDATE reflection SET person = 'near-5' WHERE id = 'last'`)
		if unknown := overview(); known != unknown || !strings.Contains(known, "6") {
			t.Errorf("of one who has shared before %s, of one who has not %s", known, unknown)
		}
	})
}
