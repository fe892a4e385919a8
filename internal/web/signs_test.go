package web

import (
	"context"
	"fmt"
	"html"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
)

// What the users of very many workplaces have answered comes a page at a time, in order of the workplaces' names, with what they have written; each page says how
// many workplaces there are and takes as many queries. The file has them all, from whichever page it is taken.
func TestAnswersOfManyWorkplaces(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w, p := learningtest.New(t, d, 2), newPlanner(t, d, learningtest.Holder(access.Office))
		put := func(from, to int) {
			w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
				var units, periods, focuses, texts, answers [][]any
				for i := from; i < to; i++ {
					id, name := fmt.Sprintf("u-%03d", (i*7)%250), fmt.Sprintf("Bibliotek %03d", i)
					units = append(units, []any{id, "workplace", "branch-library"})
					periods = append(periods, []any{id, "2000-01-01", nil, learningtest.NearTown, name, name, name})
					focuses = append(focuses, []any{id, learningtest.Programme, id, tx.At, fmt.Sprintf("K%06d", i), 1})
					texts = append(texts, []any{id, 1, "Vi finns där du är", "leader", tx.At})
					answers = append(answers, []any{"a" + id, id, "yes", "Sagt på " + name, "2012-10-01"})
				}
				for _, t := range []struct {
					table, columns string
					rows           [][]any
				}{
					{"unit", "id, kind, workplace_kind", units}, {"unit_period", "unit, valid_from, valid_to, parent, name, sort_key, folded", periods},
					{"focus", "id, programme, workplace, published, code, version", focuses}, {"focus_text", "focus, version, statement, made_by, made_at", texts},
					{"user_answer", "id, focus, noticed, text, answered_on", answers},
				} {
					if err := db.Insert(ctx, tx, t.table, t.columns, "", t.rows); err != nil {
						return err
					}
				}
				return audit.Record(ctx, tx, audit.Event{Act: "publish", Entity: "focus"})
			})
		}
		const list = "/programmes/kompobib/signs"
		row, more := regexp.MustCompile(`>Bibliotek (\d+)</a></th>`), regexp.MustCompile(`href="([^"]*answers=[^"]*)" rel="next"`)
		queries := func(path string) (string, int64) {
			ctx, n := db.Counting(t.Context())
			return p.wants(path, p.ask(httptest.NewRequestWithContext(ctx, "GET", path, nil)), 200).body, n.Load()
		}
		put(0, 3)
		queries(list)
		first, before := queries(list)
		if more.MatchString(first) || strings.Contains(first, "3 workplaces") {
			t.Error("three workplaces are told of on one page")
		}
		put(3, 230)
		queries(list)
		next, seen := list, []string(nil)
		for pages := 1; next != ""; pages++ {
			page, n := queries(next)
			if n > before {
				t.Errorf("page %d of 230 workplaces takes %d queries, one of three %d", pages, n, before)
			}
			rows := row.FindAllStringSubmatch(page, -1)
			if len(rows) != []int{100, 100, 30}[pages-1] || !strings.Contains(page, "230 workplaces") {
				t.Errorf("page %d has %d of 230 workplaces", pages, len(rows))
			}
			for _, r := range rows {
				seen = append(seen, r[1])
				if !strings.Contains(page, "Sagt på Bibliotek "+r[1]) {
					t.Errorf("page %d does not say what was written at %s", pages, r[1])
				}
			}
			if strings.Contains(page, "No signs") != (pages == 1) {
				t.Errorf("page %d: the signs stand on the first page alone", pages)
			}
			if strings.Contains(page, `href="`+list+`#answers" rel="prev"`) != (pages > 1) {
				t.Errorf("page %d: only the others lead back to the first", pages)
			}
			next = ""
			if m := more.FindStringSubmatch(page); m != nil {
				next = strings.TrimSuffix(html.UnescapeString(m[1]), "#answers")
				if file := p.get(next + "&format=csv").body; strings.Count(file, "Sagt på") != 230 {
					t.Errorf("the file taken on page %d has %d texts", pages, strings.Count(file, "Sagt på"))
				}
			}
		}
		for i, name := range seen {
			if name != fmt.Sprintf("%03d", i) {
				t.Fatalf("in order of names: %q", seen)
			}
		}
		p.wants("a mark of nothing", p.get(list+"?answers=x"), 422)
	})
}
