package view_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"kompobib/internal/web/locale"
	"kompobib/internal/web/view"
)

// A table of many rows is folded until something is chosen, and is there all the same; one of few never is.
func TestLong(t *testing.T) {
	r := reader(locale.Swedish, httptest.NewRequest("GET", "/", nil))
	for _, test := range []struct {
		says   string
		rows   int
		chosen bool
		want   string // how it begins
	}{
		{"few", 12, false, "<p>"}, {"few that are chosen", 12, true, "<p>"},
		{"many", 13, false, `<details class="ds-details fold"><summary>Visa tabellen, 13 rader</summary>`},
		{"many that are chosen", 1234, true, "<details class=\"ds-details fold\" open><summary>Visa tabellen, 1\u00a0234 rader</summary>"},
	} {
		var b strings.Builder
		if err := in(view.Long(r, test.rows, test.chosen), templ.Raw("<p>rows</p>")).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); !strings.HasPrefix(got, test.want) || !strings.Contains(got, "<p>rows</p>") {
			t.Errorf("%s: %s", test.says, got)
		}
	}
}
