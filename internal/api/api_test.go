package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/db"
)

func TestWhoAsks(t *testing.T) {
	worlds(t, func(w *world) {
		for _, test := range []struct {
			says   string
			header []string
			want   int
			told   string
		}{
			{"nobody", nil, 401, "api.token"},
			{"a page's cookie", []string{"Cookie", "session=" + w.tokens["office"]}, 401, "api.token"},
			{"a password", []string{"Authorization", "Basic b2ZmaWNlOng="}, 401, "api.token"},
			{"a token that nobody made", []string{"Authorization", "Bearer kb_nothing"}, 401, "auth.no-token"},
		} {
			g := w.ask("", "GET", "/programmes", "", test.header...)
			if g.Code != test.want || g.code() != test.told || !strings.HasPrefix(g.Header().Get("WWW-Authenticate"), "Bearer ") {
				t.Errorf("%s: %d %s %q", test.says, g.Code, g.Body, g.Header().Get("WWW-Authenticate"))
			}
		}
		g := w.ask("office", "GET", "/programmes", "").status(200)
		if h := g.Header(); h.Get("Cache-Control") != "private, no-store" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("headers %v", h)
		}
		w.ask("", "GET", "/openapi.json", "").status(200)
	})
}

// A request that cannot be understood is answered as a problem, whatever is wrong with it, in the language asked for, and
// nothing of it is repeated.
func TestProblems(t *testing.T) {
	worlds(t, func(w *world) {
		signups, people := "/occasions/"+w.occasion+"/signups", "/programmes/kompobib/people"
		for _, test := range []struct {
			says, method, path, body string
			header                   []string
			status                   int
			code, at                 string // the first place
		}{
			{"an address that is not there", "GET", "/nothing", "", nil, 404, "api.nowhere", ""},
			{"a slash too many", "GET", "/programmes/", "", nil, 404, "api.nowhere", ""},
			{"a method that is not there", "PATCH", "/programmes", "", nil, 405, "api.method", ""},
			{"what a browser asks before it lets another site's page in", "OPTIONS", "/programmes", "", nil, 405, "api.method", ""},
			{"a programme that is not there", "GET", "/programmes/nothing", "", nil, 404, "programme.notfound", ""},
			{"an occasion that is not there", "GET", "/occasions/nothing/signups", "", nil, 404, "activity.notfound", ""},
			{"a parameter that is not there", "GET", "/programmes?lim=1", "", nil, 422, "api.unknown", "lim"},
			{"a limit too large", "GET", "/programmes?limit=501", "", nil, 422, "api.value", "limit"},
			{"a limit in letters", "GET", "/programmes?limit=many", "", nil, 422, "api.value", "limit"},
			{"a cursor that is none", "GET", "/programmes?cursor=zzz", "", nil, 422, "api.cursor", "cursor"},
			{"a cursor of another list", "GET", people + "?cursor=WyJhIiwiYiJd", "", nil, 422, "api.cursor", "cursor"},
			{"a cursor with a zero byte", "GET", people + "?cursor=WyJcdTAwMDAiXQ", "", nil, 422, "api.cursor", "cursor"},
			{"a day that is none", "GET", "/programmes/kompobib/occasions?from=2012-13-01", "", nil, 422, "api.value", "from"},
			{"a breakdown that is none", "GET", "/programmes/kompobib/reach?by=name", "", nil, 422, "api.value", "by"},
			{"a goal area that is not there", "GET", "/programmes/kompobib/reach?goal=nothing", "", nil, 404, "reach.goal", ""},
			{"nobody asked of", "GET", "/occasions/" + w.occasion + "/why", "", nil, 422, "api.missing", "person"},
			{"somebody who is not there", "GET", "/occasions/" + w.occasion + "/why?person=nobody", "", nil, 422, "seat.nobody", "person"},
			{"no body", "POST", signups, "", nil, 400, "api.no-body", ""},
			{"a body that is no JSON", "POST", signups, `{"person": `, nil, 400, "api.json", ""},
			{"a body of another kind", "POST", signups, `person=x`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "api.media", ""},
			{"a body too large", "POST", signups, `{"person": "` + strings.Repeat("x", bodyLimit) + `"}`, nil, 413, "api.too-large", ""},
			{"nobody to sign up", "POST", signups, `{}`, nil, 422, "api.missing", "#/person"},
			{"a word too many", "POST", signups, `{"person": "` + w.staff[0] + `", "number": "19800101-1234"}`, nil, 422, "api.unknown", "#/number"},
			{"a number for a person", "POST", signups, `{"person": 7}`, nil, 422, "api.value", "#/person"},
			{"a person who is not there", "POST", signups, `{"person": "nobody"}`, nil, 422, "seat.nobody", "#/person"},
			{"a key too long", "POST", signups, `{"person": "` + w.staff[0] + `"}`, []string{"Idempotency-Key", strings.Repeat("k", 201)}, 422, "api.value", "Idempotency-Key"},
			{"a person without names", "POST", people, `{"given": " ", "family": " ", "employer": "x", "workplace": "` + w.library + `", "title": "", "from": "2012-01-01"}`, nil, 422, "people.given", "#/given"},
			{"attendance of nobody", "PUT", "/meetings/" + w.meeting + "/attendance", `[]`, nil, 422, "api.value", "#"},
			{"attendance of less than nothing", "PUT", "/meetings/" + w.meeting + "/attendance", `[{"person": "a", "minutes": -1}]`, nil, 422, "api.value", "#/0/minutes"},
		} {
			g := w.ask("office", test.method, test.path, test.body, test.header...)
			p := into[Problem](g)
			where := ""
			if len(p.Errors) > 0 {
				where = p.Errors[0].Pointer + p.Errors[0].Parameter
			}
			if g.Code != test.status || p.Code != test.code || where != test.at || p.Status != g.Code || p.Type != "urn:kompobib:fault:"+p.Code {
				t.Errorf("%s: %d %s", test.says, g.Code, g.Body)
			}
			if g.Code == 405 && g.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("%s: allowed is %q", test.says, g.Header().Get("Allow"))
			}
			if strings.Contains(g.Body.String(), "19800101") || p.Title == "" || strings.HasPrefix(p.Title, "api.") || strings.HasPrefix(p.Detail, "api.") {
				t.Errorf("%s: %s", test.says, g.Body)
			}
			if g.Header().Get("Content-Language") != "en" {
				t.Errorf("%s: in %q", test.says, g.Header().Get("Content-Language"))
			}
		}
		// Who asks for no language, or for one that we do not have, is a program and reads English, also before it is known who it is.
		for accept, want := range map[string][2]string{"": {"en", "Not found"}, "*": {"en", "Not found"}, "fr-FR,fr": {"en", "Not found"}, "en;q=0.5,sv": {"sv", "Finns inte"}, "sv": {"sv", "Finns inte"}} {
			g := w.ask("office", "GET", "/nothing", "", "Accept-Language", accept)
			if p := into[Problem](g); g.Header().Get("Content-Language") != want[0] || p.Title != want[1] {
				t.Errorf("asked for %q: in %s %s", accept, g.Header().Get("Content-Language"), g.Body)
			}
			g = w.ask("", "GET", "/programmes", "", "Accept-Language", accept)
			if p := into[Problem](g); g.Code != 401 || g.Header().Get("Content-Language") != want[0] || strings.Contains(p.Detail, "Skicka") == (want[0] == "en") {
				t.Errorf("nobody asked for %q: in %s %s", accept, g.Header().Get("Content-Language"), g.Body)
			}
		}
		if w.log.Len() > 0 {
			t.Errorf("logged: %s", w.log.String())
		}
	})
}

func TestLists(t *testing.T) {
	worlds(t, func(w *world) {
		for _, test := range []struct {
			who, path string
			want      int
		}{
			{"office", "/programmes", 1},
			{"staff0", "/programmes", 1},
			{"office", "/programmes/kompobib/occasions", 2},
			{"office", "/programmes/" + w.programme + "/occasions?from=2012-11-01", 1},
			{"office", "/programmes/kompobib/occasions?goal=" + w.goal + "&to=2012-11-01", 1},
			{"office", "/programmes/kompobib/people", 10}, // without the protected one
			{"contact", "/programmes/kompobib/people", 7},
			{"office", "/programmes/kompobib/people?q=staff1", 1},
			{"office", "/programmes/kompobib/people?unit=" + w.branch, 3},
			{"office", "/programmes/kompobib/people?unit=nowhere", 0},
			{"office", "/occasions/" + w.past + "/signups", 2},
			{"contact", "/occasions/" + w.past + "/signups", 1},
			{"staff0", "/occasions/" + w.past + "/signups", 1},
			{"away", "/occasions/" + w.past + "/signups", 0},
			{"office", "/programmes/kompobib/reach?by=workplace", 2},
			{"contact", "/programmes/kompobib/reach?by=workplace", 1},
			{"office", "/programmes/kompobib/workshops", 2},
			{"office", "/programmes/kompobib/workshops?state=done", 0},
			{"contact", "/programmes/kompobib/workshops", 1},
			{"steering", "/programmes/kompobib/workshops", 1}, // where they work; of the others the numbers
			{"staff0", "/programmes/kompobib/reflections", 3},
			{"contact", "/programmes/kompobib/reflections", 3},
			{"office", "/programmes/kompobib/reflections", 2},
			{"away", "/programmes/kompobib/reflections?goal=" + w.goal, 0},
		} {
			whole := into[List[map[string]any]](w.ask(test.who, "GET", test.path, "").status(200))
			if len(whole.Items) != test.want || whole.Next != nil {
				t.Errorf("%s: %d items, then %v", test.path, len(whole.Items), whole.Next)
			}
			if strings.Contains(fmt.Sprint(whole.Items), "staff6") {
				t.Errorf("%s tells of a person with protected identity: %v", test.path, whole.Items)
			}
			// One at a time comes to the same.
			path, cursor, parts := test.path+"?", "", []map[string]any{}
			if strings.Contains(test.path, "?") {
				path = test.path + "&"
			}
			for {
				part := into[List[map[string]any]](w.ask(test.who, "GET", path+"limit=1&cursor="+cursor, "").status(200))
				parts = append(parts, part.Items...)
				if part.Next == nil || len(parts) > test.want {
					break
				}
				cursor = *part.Next
			}
			if fmt.Sprint(parts) != fmt.Sprint(whole.Items) {
				t.Errorf("%s in parts: %v, want %v", test.path, parts, whole.Items)
			}
		}
		w.ask("staff0", "GET", "/programmes/kompobib/people", "").status(403)
		g := into[WholeProgramme](w.ask("staff0", "GET", "/programmes/"+w.programme, "").status(200))
		if g.Slug != "kompobib" || len(g.Goals) != 1 || g.Starts != "2011-01-17" {
			t.Errorf("the programme: %+v", g)
		}
		o := into[List[Occasion]](w.ask("staff0", "GET", "/programmes/kompobib/occasions", "")).Items
		if past, next := o[0], o[1]; past.Open || past.Openness != "started" || past.Seated == nil || *past.Seated != 2 || *past.Waiting != 0 || past.Meetings[0].ID != w.meeting || !next.Open || next.Openness != "open" ||
			next.Starts.Format(time.RFC3339) != "2012-11-07T13:00:00+01:00" || next.Meetings[0].Minutes != 180 {
			t.Errorf("occasions: %+v", o)
		}
	})
}

// Who is handed names of others leaves a record, and nobody else does.
func TestTakingIsRecorded(t *testing.T) {
	worlds(t, func(w *world) {
		for _, test := range []struct {
			who, path string
			want      int
		}{
			{"office", "/programmes/kompobib/people", 1},
			{"office", "/programmes/kompobib/people?q=zzz", 0},
			{"office", "/occasions/" + w.past + "/signups", 1},
			{"staff0", "/occasions/" + w.past + "/signups", 0}, // the own row
			{"office", "/programmes/kompobib/occasions", 0},
			{"office", "/programmes/kompobib/reach", 0},
		} {
			count := func() int {
				n, err := db.Value[int](t.Context(), w.d, `SELECT count(*) FROM audit WHERE act = 'take'`)
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			before := count()
			w.ask(test.who, "GET", test.path, "").status(200)
			if got := count() - before; got != test.want {
				t.Errorf("%s asks %s: %d records, want %d", test.who, test.path, got, test.want)
			}
		}
	})
}

func TestSeats(t *testing.T) {
	worlds(t, func(w *world) {
		path := "/occasions/" + w.occasion + "/signups"
		up := func(who, person string, header ...string) got {
			return w.ask(who, "POST", path, `{"person": "`+person+`"}`, header...)
		}
		first := into[Signup](up("office", w.staff[0]).status(201))
		if first.State != "seated" || first.Position != nil || first.Number != 1 {
			t.Errorf("the first: %+v", first)
		}
		up("staff1", w.staff[1]).status(201)
		third := into[Signup](up("contact", w.staff[2]).status(201))
		if third.State != "waiting" || third.Position == nil || *third.Position != 1 {
			t.Errorf("the third of two: %+v", third)
		}
		if g := up("office", w.staff[0]).status(409); g.code() != "seat.has-seat" {
			t.Errorf("twice: %s", g.Body)
		}
		if g := up("staff1", w.staff[3]).status(403); g.code() != "seat.not-yours" {
			t.Errorf("for a colleague: %s", g.Body)
		}

		e := into[Explanation](w.ask("contact", "GET", "/occasions/"+w.occasion+"/why?person="+w.staff[2], "").status(200))
		if *e.State != "waiting" || *e.Position != 1 || e.Next != "wait" || e.Blocks == nil || e.Blocks.Code != "seat.is-waiting" {
			t.Errorf("why: %+v", e)
		}
		if e := into[Explanation](w.ask("staff3", "GET", "/occasions/"+w.occasion+"/why?person="+w.staff[3], "").status(200)); e.State != nil || e.Next != "queue" || e.Blocks != nil {
			t.Errorf("why not: %+v", e)
		}
		w.ask("staff1", "GET", "/occasions/"+w.occasion+"/why?person="+w.staff[2], "").status(403)

		// The seat goes to who waits; what is not there for one is not there.
		w.ask("away", "DELETE", "/signups/"+first.ID, "").status(404)
		w.ask("office", "DELETE", "/signups/nothing", "").status(404)
		for range 2 {
			w.ask("staff0", "DELETE", "/signups/"+first.ID, "").status(204)
		}
		list := into[List[ListedSignup]](w.ask("office", "GET", path, "")).Items
		var states []string
		for _, s := range list {
			states = append(states, s.State+" "+s.Name)
		}
		if want := []string{"seated staff1 Test", "seated staff2 Test", "cancelled staff0 Test"}; !slices.Equal(states, want) {
			t.Errorf("the list: %v, want %v", states, want)
		}

		hidden := into[List[ListedSignup]](w.ask("office", "GET", "/occasions/"+w.past+"/signups", "")).Items[1]
		if hidden.Person != "participant-2" || hidden.Name != "" || hidden.Workplace != "" || hidden.Number != 2 {
			t.Errorf("one with protected identity: %+v", hidden)
		}
		own := into[List[ListedSignup]](w.ask("staff6", "GET", "/occasions/"+w.past+"/signups", "")).Items[0]
		if own.Person != w.protected || own.Name == "" {
			t.Errorf("to themselves: %+v", own)
		}
		why := into[Explanation](w.ask("office", "GET", "/occasions/"+w.past+"/why?person=participant-2", "").status(200))
		if why.Person != "participant-2" || why.State == nil || *why.State != "seated" {
			t.Errorf("why: %+v", why)
		}
		w.ask("staff6", "POST", path, `{"person": "`+w.protected+`"}`).status(201)
		w.ask("office", "DELETE", "/signups/"+into[List[ListedSignup]](w.ask("staff6", "GET", path, "")).Items[0].ID, "").status(204)
		again := into[Signup](w.ask("office", "POST", path, `{"person": "participant-4"}`).status(201))
		if again.Person != "participant-4" || again.Number != 4 {
			t.Errorf("signed up again by the handle: %+v", again)
		}
	})
}

// A POST that is repeated with its key is done once.
func TestOnce(t *testing.T) {
	worlds(t, func(w *world) {
		path, body := "/occasions/"+w.occasion+"/signups", `{"person": "`+w.staff[0]+`"}`
		key := []string{"Idempotency-Key", "first"}
		one := w.ask("office", "POST", path, body, key...).status(201).Body.String()
		two := w.ask("office", "POST", path, body, key...).status(201).Body.String()
		if one != two {
			t.Errorf("%s then %s", one, two)
		}
		if g := w.ask("office", "POST", path, `{"person": "`+w.staff[1]+`"}`, key...).status(422); g.code() != "api.key-reused" {
			t.Errorf("the key with another body: %s", g.Body)
		}
		if g := w.ask("office", "POST", "/occasions/"+w.past+"/signups", body, key...).status(422); g.code() != "api.key-reused" {
			t.Errorf("the key at another address: %s", g.Body)
		}
		// Another caller's key is another key, and a request that failed has used none.
		w.ask("contact", "POST", path, `{"person": "`+w.staff[1]+`"}`, key...).status(201)
		w.ask("office", "POST", path, `{"person": "nobody"}`, "Idempotency-Key", "second").status(422)
		w.ask("office", "POST", path, `{"person": "`+w.staff[2]+`"}`, "Idempotency-Key", "second").status(201)

		people := "/programmes/kompobib/people"
		person := `{"given": "Eva", "family": "Ek", "email": "eva@example.org", "employer": "` + w.employer + `", "workplace": "` + w.branch + `", "title": "bibliotekarie", "share": 37.5, "from": "2012-01-01"}`
		added := into[Added](w.ask("office", "POST", people, person, "Idempotency-Key", "eva").status(201))
		again := into[Added](w.ask("office", "POST", people, person, "Idempotency-Key", "eva").status(201))
		found := into[List[Person]](w.ask("office", "GET", people+"?q=eva", "")).Items
		if added != again || len(found) != 1 || found[0].ID != added.ID || found[0].Share != 37.5 || found[0].Workplace.Name != "Filialen" || found[0].StaffRole != "librarian" {
			t.Errorf("%+v, %+v, found %+v", added, again, found)
		}
		if language, err := db.Value[string](t.Context(), w.d, `SELECT language FROM person WHERE id = $1`, added.ID); err != nil || language != "" {
			t.Errorf("nobody chose %q, %v", language, err)
		}
		w.ask("contact", "POST", people, person).status(403)
	})
}

func TestAttendance(t *testing.T) {
	worlds(t, func(w *world) {
		put := func(who, body string) got { return w.ask(who, "PUT", "/meetings/"+w.meeting+"/attendance", body) }
		row := func(person string, minutes int, more string) string {
			return fmt.Sprintf(`{"person": "%s", "minutes": %d%s}`, person, minutes, more)
		}
		// All or nothing: the third row names nobody, the second has more than there are.
		g := put("office", "["+row(w.staff[0], 60, "")+","+row(w.staff[1], 181, "")+"]").status(422)
		if p := into[Problem](g); len(p.Errors) != 1 || p.Errors[0].Pointer != "#/1/minutes" || p.Code != "attendance.minutes" {
			t.Errorf("too many minutes: %s", g.Body)
		}
		g = put("office", "["+row(w.staff[0], 60, "")+","+row("nobody", 60, "")+"]").status(422)
		if p := into[Problem](g); len(p.Errors) != 1 || p.Errors[0].Pointer != "#/1" || p.Code != "seat.nobody" {
			t.Errorf("of nobody: %s", g.Body)
		}
		g = put("office", "["+row(w.staff[0], 60, "")+","+row("participant-2", 181, "")+"]").status(422)
		if p := into[Problem](g); len(p.Errors) != 1 || p.Errors[0].Pointer != "#/1/minutes" {
			t.Errorf("too many minutes of who has protected identity: %s", g.Body)
		}
		both := "[" + row(w.staff[0], 60, "") + "," + row("participant-2", 180, "") + "]"
		for _, want := range []Recorded{{New: 2}, {Unchanged: 2}} {
			if r := into[Recorded](put("office", both).status(200)); r != want {
				t.Errorf("recorded %+v, want %+v", r, want)
			}
		}
		changed := row(w.staff[0], 90, "")
		two := put("office", "["+row(w.protected, 170, `, "why": "Gick"`)+","+changed+"]").status(422)
		if p := into[Problem](two); p.Code != "attendance.correction" || len(p.Errors) != 1 || p.Errors[0].Pointer != "#/1/why" {
			t.Errorf("a correction without a reason: %s", two.Body)
		}
		if r := into[Recorded](put("office", "["+row(w.staff[0], 90, `, "why": "Kom senare"`)+"]").status(200)); r != (Recorded{Corrected: 1}) {
			t.Errorf("corrected: %+v", r)
		}
		// Who was not there has a reason; a row that there is can be taken back.
		g = put("office", "["+row(w.staff[1], 0, "")+"]").status(422)
		if p := into[Problem](g); p.Code != "attendance.no-reason" || len(p.Errors) != 1 || p.Errors[0].Pointer != "#/0/absence" {
			t.Errorf("no minutes of whom nothing is recorded: %s", g.Body)
		}
		if r := into[Recorded](put("office", "["+row(w.staff[0], 0, `, "why": "Var inte där"`)+"]").status(200)); r != (Recorded{Corrected: 1}) {
			t.Errorf("taken back: %+v", r)
		}
		put("contact", both).status(403)
	})
}

// Figures are hidden in the same way as on the pages.
func TestReach(t *testing.T) {
	worlds(t, func(w *world) {
		open := into[Reach](w.ask("office", "GET", "/programmes/kompobib/reach?by=workplace", "").status(200))
		if *open.Total.Staff != 11 || *open.Items[0].Staff+*open.Items[1].Staff != 11 || open.Hidden != nil || *open.Total.Audience != 11 || *open.Total.SignedUp != 2 {
			t.Errorf("to the office: %+v", open)
		}
		shut := into[Reach](w.ask("steering", "GET", "/programmes/kompobib/reach?by=workplace", "").status(200))
		if *shut.Total.Staff != 11 || shut.Hidden == nil || shut.Items[0].Staff != nil || shut.On != "2012-09-30" {
			t.Errorf("to the steering group: %+v", shut)
		}
		if own := into[Reach](w.ask("contact", "GET", "/programmes/kompobib/reach", "").status(200)); !own.Own || *own.Total.Staff != 8 {
			t.Errorf("to the contact: %+v", own)
		}
		if two := into[Reach](w.ask("steering", "GET", "/programmes/kompobib/reach?goal="+w.goal, "").status(200)); !two.Withheld || len(two.Items) != 0 {
			t.Errorf("cut in two ways: %+v", two)
		}
	})
}

func TestRates(t *testing.T) {
	worlds(t, func(w *world) {
		for range pace.Tries {
			w.server.tokens.Take(w.tokens["staff0"], pace, w.now)
		}
		if g := w.ask("staff0", "GET", "/programmes", "").status(429); g.code() != "api.too-many" || g.Header().Get("Retry-After") != "1" {
			t.Errorf("too often: %s, %s", g.Body, g.Header().Get("Retry-After"))
		}
		w.ask("staff1", "GET", "/programmes", "").status(200)
		w.now = w.now.Add(time.Second)
		w.ask("staff0", "GET", "/programmes", "").status(200)

		// Whose token opens nothing waits after some tries; whose opens something does not, though it comes from the same address.
		for range guess.Tries {
			w.ask("", "GET", "/programmes", "", "Authorization", "Bearer kb_x").status(401)
		}
		if g := w.ask("", "GET", "/programmes", "", "Authorization", "Bearer kb_y").status(429); g.code() != "api.too-many" || g.Header().Get("Retry-After") != "3" {
			t.Errorf("one too many: %s, retry after %s", g.Body, g.Header().Get("Retry-After"))
		}
		w.ask("staff0", "GET", "/programmes", "").status(200)
		w.now = w.now.Add(guess.Every)
		w.ask("", "GET", "/programmes", "", "Authorization", "Bearer kb_y").status(401)
	})
}

// The document names every operation and what it answers, and needs a token for each.
func TestDocument(t *testing.T) {
	worlds(t, func(w *world) {
		type doc struct {
			OpenAPI  string `json:"openapi"`
			Security []map[string][]string
			Paths    map[string]map[string]struct {
				OperationID string
				RequestBody struct{ Content map[string]any }
				Responses   map[string]any
			}
			Components struct{ Schemas map[string]any }
		}
		g := w.ask("", "GET", "/openapi.json", "").status(200)
		d := into[doc](g)
		n := 0
		for path, item := range d.Paths {
			for method, op := range item {
				n++
				if Operations()[strings.ToUpper(method)+" "+Root+path] == nil || op.Responses["default"] == nil || op.OperationID == "" {
					t.Errorf("%s %s: %+v", method, path, op)
				}
				for media := range op.RequestBody.Content {
					if media != "application/json" {
						t.Errorf("%s %s takes %s", method, path, media)
					}
				}
			}
		}
		if n != len(operations) || !strings.HasPrefix(d.OpenAPI, "3.1") || len(d.Security) != 1 || g.Header().Get("Content-Type") != "application/openapi+json" {
			t.Errorf("%d operations of %d, %s, %v", n, len(operations), d.OpenAPI, d.Security)
		}
		for name := range d.Components.Schemas {
			if strings.HasPrefix(name, "Error") || name[:1] != strings.ToUpper(name[:1]) {
				t.Errorf("a schema is called %s", name)
			}
		}
	})
}
