package web

import (
	"context"
	"strings"
	"testing"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/web/locale"
)

// How many of a workplace's few have a seat at what it holds for its own stands on no page, in no file and no order that others get; who sees them by name reads it.
func TestSeatsOfAFewAreNotTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		shop := p.text(`SELECT occasion FROM workshop WHERE id = '` + p.w.rows["workshop"]["own"] + `'`)
		p.do("office", func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE occasion SET capacity = 7919, seated = 7001, opens = '2012-10-01 00:00:00', closes = '2012-11-15 00:00:00' WHERE id = $1`, shop)
			if err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "occasion", Row: shop})
		})
		act := p.text(`SELECT activity FROM occasion WHERE id = '` + shop + `'`)
		slug := p.text(`SELECT slug FROM programme WHERE id = '` + p.w.rows["programme"]["own"] + `'`)
		for _, as := range []string{"", "participant", "steering", "office", "contact"} {
			p.as = p.w.viewers[as]
			tells := as == "office" || as == "contact"
			for _, path := range []string{"/occasions/" + shop, "/occasions/" + shop + "/calendar.ics", "/activities/" + act, "/calendar", "/calendar?sort=free", "/calendar?sort=-free",
				"/calendar?format=csv", "/calendar?format=csv&sort=free", "/calendar/month?month=2012-11", "/calendar.ics", "/p/" + slug, "/", "/calendar?whose=for-me", "/calendar?whose=mine"} {
				status, body := p.ask("GET", path, nil)
				if status != 200 {
					t.Errorf("%s as %q: %d", path, as, status)
				}
				plain := strings.NewReplacer("\u00a0", "", " ", "", ".", "").Replace(body)
				told := strings.Contains(plain, "7919") || strings.Contains(plain, "7001") || strings.Contains(plain, "918platser")
				if told && !tells {
					t.Errorf("%s tells %q how many have a seat", path, as)
				}
				if !told && tells && path == "/occasions/"+shop {
					t.Errorf("%s does not tell %q how many have a seat", path, as)
				}
				if strings.Contains(path, "csv") && !strings.Contains(body, locale.Swedish.Say("calendar.local")) {
					t.Errorf("%s does not tell %q that it is for its own staff", path, as)
				}
			}
		}
	})
}
