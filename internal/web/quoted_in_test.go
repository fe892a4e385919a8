package web

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/reflection"
)

// The reports that a quotation stands in are ticked on its form: one is taken away as another is noted, and what is sent unchanged leaves everything as it is.
func TestQuotationReports(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w, office := learningtest.New(t, d, 2), learningtest.Holder(access.Office)
		p := newPlanner(t, d, office)
		_, id := mayQuote(w, p.server.Ring)
		w.Tx("small-0", func(ctx context.Context, tx *db.Tx) error {
			author := learningtest.Staff("small-0")
			q, err := reflection.OwnQuotation(ctx, tx, p.server.Ring, author, id)
			if err != nil {
				return err
			}
			sources, err := reflection.Sources(ctx, tx, author, q)
			if err != nil {
				return err
			}
			return reflection.Answer(ctx, tx, p.server.Ring, author, id, q.Version, reflection.Yes, reflection.SourcesMark(sources))
		})
		noted := func() (q reflection.Quotation, audits int) {
			t.Helper()
			list, err := reflection.Quotations(t.Context(), d, p.server.Ring, office, learningtest.Programme)
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			if audits, err = db.Value[int](t.Context(), d, `SELECT count(*) FROM audit WHERE entity = 'quotation' AND act IN ('use', 'remove')`); err != nil {
				t.Fatal(err)
			}
			return list[0], audits
		}
		form := "/programmes/kompobib/quotations/" + id
		p.wants("the form of the first report", p.get(form), 200, `name="report"`, "!"+`name="reports"`)
		for _, step := range []struct {
			says   string
			fields []string
			code   int
			told   string
			want   []string
			audits int
		}{
			{"which one?", []string{"report="}, 422, "Write which report", nil, 0},
			{"the first", []string{"report=Lägesrapport 1"}, 303, "", []string{"Lägesrapport 1"}, 1},
			{"another", []string{"reports=Lägesrapport 1", "report=Lägesrapport 2"}, 303, "", []string{"Lägesrapport 1", "Lägesrapport 2"}, 2},
			{"unchanged", []string{"reports=Lägesrapport 1", "reports=Lägesrapport 2", "report="}, 303, "", []string{"Lägesrapport 1", "Lägesrapport 2"}, 2},
			{"too long a name", []string{"reports=Lägesrapport 1", "report=" + strings.Repeat("R", 201)}, 422, "Write which report", []string{"Lägesrapport 1", "Lägesrapport 2"}, 2},
			{"one away, one more", []string{"reports=Lägesrapport 2", "report=Slutrapport"}, 303, "", []string{"Lägesrapport 2", "Slutrapport"}, 4},
			{"one that another window took away", []string{"reports=Lägesrapport 1", "reports=Lägesrapport 2", "reports=Slutrapport", "report="}, 409, "Someone else was quicker", []string{"Lägesrapport 2", "Slutrapport"}, 4},
			{"all away", []string{"report="}, 303, "", nil, 5},
		} {
			before, _ := noted()
			a := p.wants(step.says, p.post(form, append(step.fields, "version="+strconv.Itoa(before.Version))...), step.code, step.told)
			if step.code == 422 && strings.Count(a.body, `id="report-fault"`) != 1 {
				t.Errorf("%s: not one fault beside the field: %s", step.says, a.body)
			}
			after, audits := noted()
			if got := after.Reports(); !slices.Equal(got, step.want) || audits != step.audits {
				t.Errorf("%s: noted %q, in %d events; want %q, %d", step.says, got, audits, step.want, step.audits)
			}
			shown := p.get(form).body
			for _, report := range step.want {
				if !strings.Contains(shown, `value="`+report+`" checked`) {
					t.Errorf("%s: %q is not ticked on the form", step.says, report)
				}
			}
		}
	})
}

// What may not be used has no column for the report that it stands in; what may be used has.
func TestNoReportOfWhatMayNotBeUsed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w, office := learningtest.New(t, d, 2), learningtest.Holder(access.Office)
		p := newPlanner(t, d, office)
		mayQuote(w, p.server.Ring)
		const list, column = "/programmes/kompobib/quotations", ">Report</span>"
		p.wants("one that is asked for", p.get(list), 200, "May not be used", "Vi lyssnar mer", "!"+column)
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE quotation SET state = 'yes', answered_at = $1`, tx.At); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "answer", Entity: "quotation"})
		})
		p.wants("one with leave", p.get(list), 200, "!May not be used", "Vi lyssnar mer", column)
	})
}

// A passage that is too long to quote, and therefore stands nowhere either, is told of once, beside its field.
func TestPassageTooLong(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 2)
		p := newPlanner(t, d, learningtest.Holder(access.Office))
		r, _ := mayQuote(w, p.server.Ring)
		own, err := reflection.Get(t.Context(), d, p.server.Ring, learningtest.Staff("small-0"), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		long := "passage=" + strings.Repeat("Vi lyssnar mer. ", 100)
		a := p.wants("too long", p.post("/programmes/kompobib/reflections/"+own.Shared+"/quote", long), 422, "The passage is longer than 1,000 characters.", "!The passage does not stand like that in the text.")
		if n := strings.Count(a.body, `class="ds-validation-message"`); n != 1 || !strings.Contains(a.body, `id="passage-fault"`) {
			t.Errorf("%d faults, not one beside the field: %s", n, a.body)
		}
	})
}
