package web

import (
	"net/url"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/web/locale"
)

// Who starts a workshop on another day than planned is told so, and may hold it today; one that is closed says how its plan is changed.
func TestWorkshopOnAnotherDay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		p.as = p.w.viewers["contact"]
		at := "/workshops/" + p.w.rows["workshop"]["own"]
		say := locale.Swedish.Say
		p.wants("the screen", "GET", at+"/run", nil, 200, "planerad till 20\u00a0november\u00a02012", "i dag är det 12\u00a0oktober\u00a02012", `value="begin-today"`, `value="begin"`)
		p.wants("only so", "POST", at+"/run", url.Values{"turn": {"0"}, "do": {"begin"}}, 303)
		p.wants("closed", "POST", at+"/run", url.Values{"turn": {"1"}, "do": {"close"}}, 303)
		p.wants("its summary", "GET", at+"/summary", nil, 200, "!"+say("workshop.attendance"))
		p.wants("its plan", "GET", at+"/plan", nil, 409, say("workshop.reopen-first"))
		p.wants("a plan that was open", "POST", at+"/plan", url.Values{"key": {"a"}, "version": {"1"}, "date": {"2012-10-12"}, "start": {"10:00"}}, 409, say("workshop.reopen-first"), `value="10:00"`)
		other := "/workshops/" + p.w.rows["workshop"]["other"]
		p.as = p.w.viewers["office"]
		p.wants("today", "POST", other+"/run", url.Values{"turn": {"0"}, "do": {"begin-today"}}, 303)
		if day := p.text(`SELECT min(m.date) FROM meeting m JOIN workshop w ON w.occasion = m.occasion WHERE w.id = '` + p.w.rows["workshop"]["other"] + `'`); day != "2012-10-12" {
			t.Errorf("it is held on %s", day)
		}
		p.wants("closed", "POST", other+"/run", url.Values{"turn": {"1"}, "do": {"close"}}, 303)
		p.wants("its summary", "GET", other+"/summary", nil, 200, say("workshop.attendance"))
	})
}
