package web

import (
	"context"
	"net/url"
	"strconv"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/reflection"
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
