package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/file"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
)

// A planDesk is where one sits and plans: pages are asked for and forms sent in a viewer's name.
type planDesk struct {
	*testing.T
	d      *db.DB
	server *Server
	http   http.Handler
	who    access.Viewer
}

func newPlanner(t *testing.T, d *db.DB, who access.Viewer) *planDesk {
	t.Helper()
	files, err := file.OpenStore(t.TempDir(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	p := &planDesk{T: t, d: d, who: who}
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{DB: d, Ring: ring, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: still, Files: files,
		Viewer: func(*http.Request) access.Viewer { return p.who }}
	p.server, p.http = s, s.Handler()
	return p
}

func planner(role access.Role, programme string) access.Viewer {
	return access.Viewer{Person: string(role), Grants: []access.Grant{{Role: access.Participant}, {Role: role, Programme: programme}}}
}

// An answer is what came back.
type answer struct {
	code     int
	body, to string
	notice   string // what the next page tells, as JSON
}

func (p *planDesk) ask(req *http.Request) answer {
	req.Header.Set("Accept-Language", "en")
	w := httptest.NewRecorder()
	p.http.ServeHTTP(w, req)
	a := answer{code: w.Code, body: w.Body.String(), to: w.Header().Get("Location")}
	for _, c := range w.Result().Cookies() {
		if text, err := base64.RawURLEncoding.DecodeString(c.Value); err == nil && c.Name == noticeCookie {
			a.notice = string(text)
		}
	}
	return a
}

func (p *planDesk) get(path string) answer { return p.ask(httptest.NewRequest("GET", path, nil)) }

// post sends a form: "name=value" for each field.
func (p *planDesk) post(path string, fields ...string) answer {
	form := url.Values{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		form.Add(name, value)
	}
	req := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.ask(req)
}

// wants fails unless the answer has the status and all the words.
func (p *planDesk) wants(says string, a answer, code int, words ...string) answer {
	p.Helper()
	if a.code != code {
		p.Errorf("%s: %d, want %d", says, a.code, code)
	}
	body := strings.ReplaceAll(a.body, "\u00a0", " ")
	for _, w := range words {
		w, unwanted := strings.CutPrefix(w, "!")
		if there := strings.Contains(a.body, w) || strings.Contains(body, w) || strings.Contains(a.to, w); there == unwanted {
			p.Errorf("%s: %q is there: %v", says, w, there)
		}
	}
	return a
}

var facts = []string{"name=Framtidens bibliotek", "short_name=Framtid", "slug=framtid", "starts=2011-01-17", "ends=2013-03-31",
	"zone=Europe/Stockholm", "funding_period=2007-2013"}

func TestPlanProgramme(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlanner(t, d, planner(access.Administrator, ""))
		p.wants("an empty list", p.get("/programmes"), 200, "No programmes to show")
		p.wants("the form", p.get("/programmes/new"), 200, `value="Europe/Stockholm"`)
		p.wants("everything wrong", p.post("/programmes", "name= ", "slug=Två ord", "starts=2012-02-30", "ends="), 422,
			"Write a name.", "lower-case letters", "Give a date", "Två ord", `href="#short_name"`)
		p.wants("made", p.post("/programmes", append(facts, "key=one")...), 303, "/programmes/framtid/edit")
		p.wants("sent twice", p.post("/programmes", append(facts, "key=one")...), 303, "/programmes/framtid/edit")
		p.wants("the address is taken", p.post("/programmes", facts...), 422, "already used")

		edit := p.wants("its page", p.get("/programmes/framtid/edit"), 200, "Planned", "Change to: Running")
		if strings.Contains(edit.body, "Change to: Closed") {
			t.Error("what is planned could be closed")
		}
		p.wants("saved", p.post("/programmes/framtid/edit", append(facts, "version=1", "purpose=Lära")...), 303)
		p.wants("a stale form", p.post("/programmes/framtid/edit", append(facts, "version=1", "purpose=Annat")...), 409, "Lära", "Annat", `name="version" value="2"`)
		p.wants("moved on", p.post("/programmes/framtid/state", "version=2", "state=running"), 303)
		p.wants("moved too far", p.post("/programmes/framtid/state", "version=3", "state=closed"), 409, "cannot go straight")

		for _, part := range []struct{ sort, wrong, said, right string }{
			{"goals", "name=", "Write a name.", "name=Behov"},
			{"phases", "name=Fas,starts=2011-02-01,ends=2014-01-01", "outside the programme", "name=Fas,starts=2011-02-01,ends=2011-12-31"},
			{"partners", "name=Länet", "Choose which role", "name=Länet,role=owner"},
		} {
			at := "/programmes/framtid/" + part.sort
			p.wants(part.sort, p.get(at+"/new"), 200)
			p.wants(part.sort+" with a mistake", p.post(at+"/new", strings.Split(part.wrong, ",")...), 422, part.said)
			p.wants(part.sort+" added", p.post(at+"/new", strings.Split(part.right, ",")...), 303)
			id := first(t, p.get("/programmes/framtid/edit").body, `href="`+at+`/([0-9a-v]{26})"`)
			p.wants(part.sort+" changed", p.post(at+"/"+id, append(strings.Split(part.right, ","), "version=1")...), 303)
			p.wants(part.sort+" changed by two", p.post(at+"/"+id, append(strings.Split(part.right, ","), "version=1", "name=Annan")...), 409, "Someone else")
			p.wants(part.sort+" to remove", p.get(at+"/"+id+"/remove"), 200, "cannot be undone")
			p.wants(part.sort+" removed", p.post(at+"/"+id+"/remove"), 303)
			p.wants(part.sort+" gone", p.get(at+"/"+id), 404)
		}
		p.who = planner(access.Office, "other")
		p.wants("another programme's office", p.get("/programmes/framtid/edit"), 404)
		p.who = planner(access.Steering, "")
		p.wants("the steering group", p.get("/programmes"), 403)
	})
}

// A logotype comes with its text, is shown, and stays when only words are changed.
func TestLogotype(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlanner(t, d, planner(access.Administrator, ""))
		p.post("/programmes", facts...)
		send := func(alt, picture, kept string) answer {
			var body bytes.Buffer
			form := multipart.NewWriter(&body)
			for _, f := range [][2]string{{"name", "Länet"}, {"role", "owner"}, {"logo_alt", alt}, {"logo_kept", kept}} {
				if err := form.WriteField(f[0], f[1]); err != nil {
					t.Fatal(err)
				}
			}
			if picture != "" {
				part, err := form.CreateFormFile("logo", "länet.svg")
				if err != nil {
					t.Fatal(err)
				}
				io.WriteString(part, picture)
			}
			form.Close()
			req := httptest.NewRequest("POST", "/programmes/framtid/partners/new", &body)
			req.Header.Set("Content-Type", form.FormDataContentType())
			return p.ask(req)
		}
		const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>`
		without := p.wants("without words", send("", picture, ""), 422, "Describe the logotype", "You have chosen länet.svg")
		kept := first(t, without.body, `name="logo_kept" value="([^"]+)"`)
		p.wants("no picture, and no words", send("", "just text", ""), 422, `href="#logo"`, `name="logo"`)
		p.wants("someone else's picture", send("Länets vapen", "", kept+"0"), 422, "Choose it again")
		who := p.who
		p.who.Person = "another"
		p.wants("another's form", send("Länets vapen", "", kept), 422, "Choose it again")
		p.who = access.Viewer{Person: who.Person, Grants: append([]access.Grant{{Role: access.Office}}, who.Grants...)}
		p.wants("in a field for something else", p.post("/programmes/framtid/publications", "kind=document", "title=Vapnet", "file_kept="+kept), 422, "Choose it again")
		p.who = who
		p.wants("with words, and the picture kept", send("Länets vapen", "", kept), 303)
		page := p.wants("shown", p.get("/programmes/framtid/edit"), 200, `alt="Länets vapen"`)
		p.wants("the picture", p.get("/logo/"+first(t, page.body, `/logo/([0-9a-v]{26})`)), 200, "M0 0h1v1z")
		id := first(t, page.body, `partners/([0-9a-v]{26})"`)
		p.wants("other words", p.post("/programmes/framtid/partners/"+id, "version=1", "name=Länet", "role=owner", "logo_alt=Vapnet"), 303)
		p.wants("still shown", p.get("/programmes/framtid/edit"), 200, `alt="Vapnet"`)
	})
}

func TestPlanActivity(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var prog programme.Programme
		var goal programme.GoalArea
		err := d.Tx(t.Context(), "system", func(ctx context.Context, tx *db.Tx) error {
			prog = programme.Programme{Slug: "framtid", Name: "Framtidens bibliotek", ShortName: "Framtid", FundingPeriod: "2007-2013",
				Starts: "2011-01-17", Ends: "2013-03-31", Zone: "Europe/Stockholm", Published: true}
			if err := programme.Create(ctx, tx, access.System, &prog); err != nil {
				return err
			}
			goal = programme.GoalArea{Programme: prog.ID, Name: "Behov"}
			return programme.AddGoal(ctx, tx, access.System, &goal)
		})
		if err != nil {
			t.Fatal(err)
		}
		p := newPlanner(t, d, planner(access.Office, prog.ID))
		p.wants("an empty list", p.get("/activities"), 200, "No activities to show")
		p.wants("the form", p.get("/activities/new"), 200, "Behov")
		about := []string{"programme=" + prog.ID, "title=Ledarskap", "kind=lecture", "travel=employer", "meal=project", "substitute=nobody",
			"goals=" + goal.ID, "published=1", "lecturer-1=Eva Ek", "lecturer-1-from=external", "lecturer-2=", "lecturer-2-from=external"}
		p.wants("with mistakes", p.post("/activities", "programme="+prog.ID, "title=", "travel=king"), 422, "Write a title.", "Choose what kind", "Choose who pays")
		p.wants("more rows", p.post("/activities", append(about, "do=more")...), 200, `name="lecturer-4"`, "Eva Ek")
		id := first(t, p.wants("made", p.post("/activities", about...), 303).to, `/activities/([0-9a-v]{26})/edit`)
		at := "/activities/" + id
		p.wants("its page", p.get(at+"/edit"), 200, "Eva Ek", "No occasions yet")
		p.wants("changed", p.post(at+"/edit", append(about, "version=1", "description=Nytt")...), 303)
		page := p.wants("changed by two", p.post(at+"/edit", append(about, "version=1", "description=Annat")...), 409, "Nytt", "Annat")
		if n := strings.Count(page.body, "From where, lecturer 2"); n != 1 {
			t.Errorf("a row that nobody has filled in is named %d times, though it does not differ", n)
		}

		when := []string{"name=Eskilstuna", "capacity=20", "opens=2012-10-01T08:00", "closes=2012-11-01T12:00", "place=Stadsbiblioteket",
			"meeting-1-date=2012-11-05", "meeting-1-start=9.00", "meeting-1-end=16:00", "meeting-1-breaks=12.00–13.00",
			"meeting-2-date=", "meeting-2-start=", "meeting-2-end=", "meeting-2-breaks=",
			"meeting-3-date=2012-11-12", "meeting-3-start=09:00", "meeting-3-end=12:00", "meeting-3-breaks="}
		p.wants("the form for an occasion", p.get(at+"/occasions/new"), 200, `name="meeting-3-date"`, "2012-10-12T12:00")
		p.wants("with mistakes", p.post(at+"/occasions", append([]string{"capacity=many", "closes=2012-13-01T00:00", "meeting-1-date=2013-11-05"}, when[2:]...)...), 422,
			"Give the number of seats", `value="many"`)
		p.wants("nowhere", p.post(at+"/occasions", append([]string{"place="}, append(when[:4:4], when[5:]...)...)...), 422, `href="#place"`)
		occasion := first(t, p.wants("made", p.post(at+"/occasions", when...), 303).to, `/occasions/([0-9a-v]{26})/edit`)
		page = p.wants("its page", p.get("/occasions/"+occasion+"/edit"), 200, "Stadsbiblioteket", "6\u00a0h", "3\u00a0h", "Mon\u00a05\u00a0Nov\u00a02012")
		p.wants("to repeat it", p.get(at+"/occasions/new?like="+occasion), 200, `value="2012-11-12"`, `value="12:00–13:00"`, `value="20"`)
		p.wants("fewer seats", p.post("/occasions/"+occasion+"/edit", "version=1", "capacity=10", "opens=2012-10-01T08:00", "closes=2012-11-01T12:00"), 303)
		p.wants("by two", p.post("/occasions/"+occasion+"/edit", "version=1", "capacity=12", "opens=2012-10-01T08:00", "closes=2012-11-01T12:00"), 409, "Someone else")

		meeting := first(t, page.body, `meetings/([0-9a-v]{26})"`)
		m := "/occasions/" + occasion + "/meetings/"
		moved := []string{"version=1", "date=2012-11-06", "start=09:00", "end=16:00", "place=Slottet"}
		p.wants("a meeting", p.get(m+meeting), 200, "12:00–13:00")
		p.wants("with a mistake", p.post(m+meeting, append([]string{"breaks=rast"}, moved...)...), 422, "must lie within the meeting")
		p.wants("moved", p.post(m+meeting, moved...), 303)
		p.wants("moved by two", p.post(m+meeting, moved...), 409)
		p.wants("one more begins like the last", p.get(m+"new"), 200, `value="09:00"`)
		p.wants("one more", p.post(m+"new", "date=2012-11-20", "start=09:00", "end=10:00", "place=Slottet"), 303)
		p.wants("one at the same time", p.post(m+"new", "date=2012-11-20", "start=09:30", "end=10:00", "place=Slottet"), 422, "clashes")
		p.wants("to remove it", p.get(m+meeting+"/remove"), 200, "no letters are sent")
		p.wants("removed", p.post(m+meeting+"/remove", "version=2"), 303)

		p.wants("a question", p.post(at+"/questions/new", "text=Mat?", "kind=choice", "options=Allt\r\nVegetariskt", "sensitive=1"), 303)
		question := first(t, p.get(at+"/edit").body, `questions/([0-9a-v]{26})"`)
		p.wants("a choice of one", p.post(at+"/questions/"+question, "version=1", "text=Mat?", "kind=choice", "options=Allt"), 422, "at least two")
		p.wants("its page", p.get(at+"/questions/"+question), 200, "Vegetariskt")
		p.wants("removed", p.post(at+"/questions/"+question+"/remove"), 303)

		// It lies in the same room as another's.
		p.who = planner(access.Organiser, prog.ID)
		p.wants("another organiser", p.get(at+"/edit"), 403)
		p.wants("another organiser's meeting", p.post(m+"new", "date=2012-11-21", "start=09:00", "end=10:00", "place=Här"), 403)
		p.who = planner(access.Office, "other")
		p.wants("another office changes what is published", p.get("/occasions/"+occasion+"/edit"), 403)

		p.who = planner(access.Office, prog.ID)
		p.wants("to call it off", p.get("/occasions/"+occasion+"/cancel"), 200, "no letters are sent", "cannot be undone")
		p.wants("a stale form", p.post("/occasions/"+occasion+"/cancel", "version=1"), 409)
		p.wants("called off", p.post("/occasions/"+occasion+"/cancel", "version=2", "why=Sjukdom"), 303)
		p.wants("called off again", p.post("/occasions/"+occasion+"/cancel", "version=3"), 409)
		p.wants("listed", p.get("/activities?sort=-next"), 200, "Ledarskap", "1 activity")
		p.wants("as a file", p.get("/activities?format=csv"), 200, "Ledarskap")

		p.wants("one more is offered", p.get("/activities"), 200, `href="/activities/new"`)
		if err := d.Tx(t.Context(), "office", func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE programme SET state = 'closed' WHERE id = $1`, prog.ID); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "state", Entity: "programme", Row: prog.ID})
		}); err != nil {
			t.Fatal(err)
		}
		p.wants("but none once all is over", p.get("/activities"), 200, `!href="/activities/new"`)
		p.wants("as its form says", p.get("/activities/new"), 409, "Framtid has closed and takes no new activities.")
		p.wants("and what a window of before sends, which stays in sight", p.post("/activities", about...), 409, "Framtid has closed", "Eva Ek")
	})
}

// However many occasions an activity has, its page takes as many queries.
func TestPlanQueries(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlanner(t, d, planner(access.Office, ""))
		var a activity.Activity
		occasions := func(n int) {
			err := d.Tx(t.Context(), "office", func(ctx context.Context, tx *db.Tx) error {
				if a.ID == "" {
					prog := programme.Programme{Slug: "framtid", Name: "Framtidens bibliotek", ShortName: "Framtid", FundingPeriod: "2007-2013",
						Starts: "2011-01-17", Ends: "2013-03-31", Zone: "Europe/Stockholm", Published: true}
					if err := programme.Create(ctx, tx, access.System, &prog); err != nil {
						return err
					}
					a = activity.Activity{Programme: prog.ID, Kind: "lecture", Title: "Ledarskap", Travel: "employer", Meal: "project", Substitute: "nobody"}
					if err := activity.CreateActivity(ctx, tx, access.System, &a); err != nil {
						return err
					}
				}
				for range n {
					o := activity.Occasion{Activity: a.ID, Capacity: 1, Opens: tx.At, Closes: tx.At.AddDate(0, 0, 1)}
					if err := activity.CreateOccasion(ctx, tx, access.System, &o); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		queries := func(path string) int64 {
			ctx, n := db.Counting(t.Context())
			p.wants(path, p.ask(httptest.NewRequestWithContext(ctx, "GET", path, nil)), 200)
			return n.Load()
		}
		occasions(1)
		pages := []string{"/activities", "/activities/" + a.ID + "/edit"}
		queries("/") // what every page tells is read now
		before := []int64{queries(pages[0]), queries(pages[1])}
		occasions(40)
		for i, path := range pages {
			queries("/")
			if n := queries(path); n > before[i] {
				t.Errorf("%s: %d queries with 41 occasions, %d with one", path, n, before[i])
			}
		}
	})
}

func first(t *testing.T, text, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no %s in %.300s", pattern, text)
	}
	return m[1]
}

// A date in a text of a programme or an activity that equals a known one but for its year is pointed out beside the text,
// when the form is shown and when it is shown again; what is right is not.
func TestSlips(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlanner(t, d, planner(access.Administrator, ""))
		const slip, meant = "31 March 2012", "The last day of the programme is 31 March 2013. Is the year right?"
		at := "/programmes/framtid"
		p.post("/programmes", facts...)
		version := 1
		for _, text := range []string{"purpose", "overall_goal", "appeal"} {
			fields := slices.Concat(facts, []string{"version=" + strconv.Itoa(version)}) // the name first
			p.wants(text+" with a mistake besides", p.post(at+"/edit", append(fields[1:], text+"=Until "+slip)...), 422, meant)
			p.wants(text, p.post(at+"/edit", append(fields, text+"=Until "+slip)...), 303)
			p.wants(text+" afterwards", p.get(at+"/edit"), 200, slip, meant)
			version++
		}
		p.wants("mended", p.post(at+"/edit", append(facts, "version="+strconv.Itoa(version), "purpose=Until 31 March 2013")...), 303)
		if page := p.wants("the programme", p.get(at+"/edit"), 200); strings.Contains(page.body, "Is the year right?") {
			t.Error("what is right is pointed out")
		}
		p.wants("a goal area", p.post(at+"/goals/new", "name=Needs", "text=Until "+slip), 303)
		goal := first(t, p.get(at+"/edit").body, `href="(`+at+`/goals/[0-9a-v]{26})"`)
		p.wants("the goal area", p.get(goal), 200, meant)

		list, err := programme.List(t.Context(), d, access.System)
		if err != nil || len(list) == 0 {
			t.Fatal(list, err)
		}
		p.who = planner(access.Office, list[0].ID)
		activity := p.wants("an activity", p.post("/activities", "programme="+list[0].ID, "title=Leadership", "kind=lecture", "travel=employer", "meal=project",
			"substitute=nobody", "description=Before "+slip), 303).to
		p.wants("its page", p.get(activity), 200, meant)
		occasion := p.wants("an occasion", p.post(strings.TrimSuffix(activity, "/edit")+"/occasions", "name=Before "+slip, "capacity=20", "opens=2012-10-01T08:00",
			"closes=2012-11-01T12:00", "place=Library", "meeting-1-date=2012-11-05", "meeting-1-start=9.00", "meeting-1-end=16:00"), 303).to
		p.wants("its page", p.get(occasion), 200, meant)
		p.wants("the activity meets", p.post(activity, "version=1", "title=Leadership", "kind=lecture", "travel=employer", "meal=project",
			"substitute=nobody", "description=5 November 2011"), 303)
		p.wants("a day on which it meets", p.get(activity), 200, "Leadership takes place on 5 November 2012. Is the year right?")
	})
}
