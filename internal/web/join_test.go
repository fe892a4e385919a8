package web

import (
	"strings"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// The office sees two persons beside each other, is told what joining them means, and does it; old links lead on.
func TestTwoWhoAreOne(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		ek := k.went(k.post("/people/new", k.newPerson("Ek")...))
		lind := k.went(k.post("/people/new", append(k.newPerson("Lind"), "same_anyway", "1")...))
		id := func(page string) string { return strings.TrimPrefix(strings.SplitN(page, "?", 2)[0], "/people/") }
		stays, goes := id(ek), id(lind)

		k.says("/people/"+goes+"/same?q=Ek", "Ann Ek", "!Ann Lind Ann Lind")
		both := "/people/" + goes + "/same?other=" + stays
		k.says(both, "Ann Ek", "Ann Lind", "Köpings stadsbibliotek", "går inte att ångra")
		if w := k.post("/people/"+goes+"/same", "other", stays); w.Code != 422 || !strings.Contains(w.Body.String(), `id="keep-fault"`) {
			t.Errorf("who stays must be said: %d", w.Code)
		}
		k.says("/people/"+goes, "Ann Lind")
		if to := k.went(k.post("/people/"+goes+"/same", "other", stays, "keep", stays)); id(to) != stays {
			t.Errorf("it leads to %s, not to who stays", to)
		}
		if w := k.get("/people/" + goes); w.Code != 303 || id(w.Header().Get("Location")) != stays {
			t.Errorf("an old link answers %d and leads to %q", w.Code, w.Header().Get("Location"))
		}
		k.says("/people?q=Lind", "!Lind, Ann")
		k.says("/people?q=Ek", "Ek, Ann")
	})
}
