package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"rsc.io/qr"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/file"
	"kompobib/internal/people"
	"kompobib/internal/secret"
)

// A seatDesk is a world whose people ask for pages, one at a time.
type seatDesk struct {
	*planDesk
	w *world
}

func newSeatDesk(t *testing.T, d *db.DB) *seatDesk {
	t.Helper()
	ring, err := secret.NewRing(slices.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	files, err := file.OpenStore(t.TempDir(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	k := &seatDesk{&planDesk{T: t, d: d}, newWorld(t, d)}
	s := &Server{DB: d, Ring: ring, Files: files, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: still,
		Viewer: func(*http.Request) access.Viewer { return k.who }}
	k.server, k.http = s, s.Handler()
	return k
}

// as is the desk with whoever has the role, in the first programme, sitting at it.
func (k *seatDesk) as(role string) *seatDesk {
	k.Helper()
	v, err := people.Viewer(k.Context(), k.d, k.w.viewers[role], "2012-10-12")
	if err != nil {
		k.Fatal(err)
	}
	k.who = v
	return k
}

func (k *seatDesk) own(sort string) string { return k.w.rows[sort]["own"] }

func TestASeatIsTwoClicksAway(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newSeatDesk(t, d)
		o := "/occasions/" + k.own("occasion")

		k.who = access.Viewer{}
		k.wants("the public may read, and is asked to sign in", k.get(o), 200, "Föreläsning own", "Sign in to sign up")

		k.as("contact")
		page := k.wants("who has no seat is offered one", k.get(o), 200, "There is a seat.", "Sign me up", "Vad äter du inte?")
		question := first(t, page.body, `name="answer-([a-z0-9]+)"`)
		k.wants("one click later there is a seat", k.post(o+"/sign-up", "answer-"+question+"=Nötter"), 303, o)
		k.wants("the page says so", k.get(o), 200, "Has a seat", "Cancel my seat", "Nötter", "https://online.example.org/own")
		k.wants("pressing twice is no mistake", k.post(o+"/sign-up"), 303, o)
		k.wants("my page has it", k.get("/me"), 200, "Coming up for me", "Föreläsning own")

		k.as("office")
		k.wants("the office sees who comes, but no sensitive answer", k.get(o+"/seats"), 200, "contact Test", "ann Test")
		if strings.Contains(k.get(o+"/seats").body, "Nötter") {
			t.Error("the office reads what is for the organiser alone")
		}
		k.as("organiser").wants("the organiser reads it", k.get(o+"/seats"), 200, "Nötter")
		list := k.wants("the list as a file", k.post(o+"/seats/file", "format=csv"), 200, "contact Test")
		if strings.Contains(list.body, "Nötter") {
			t.Error("a sensitive answer leaves the house in a file")
		}

		k.as("office")
		w := k.w.viewers["office"]
		if err := d.Tx(t.Context(), w, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE activity SET organiser = $1 WHERE id = $2`, w, k.own("activity")); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "update", Entity: "activity", Row: k.own("activity")})
		}); err != nil {
			t.Fatal(err)
		}
		k.wants("the office reads what it organises itself", k.get(o+"/seats"), 200, "Vad äter du inte?", "Nötter")
		if strings.Contains(k.post(o+"/seats/file", "format=csv").body, "Nötter") {
			t.Error("a sensitive answer leaves the house in the office's file")
		}
		k.who.Person = k.w.viewers["auditor"]
		if strings.Contains(k.get(o+"/seats").body, "Nötter") {
			t.Error("another of the office reads what is for the organiser alone")
		}

		k.as("contact").wants("giving it up", k.post(o+"/leave"), 303, o)
		k.wants("then it is free again", k.get(o), 200, "There is a seat.")
	})
}

func TestAContactSignsColleaguesUp(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newSeatDesk(t, d).as("contact")
		o := "/occasions/" + k.own("occasion")
		ann := k.own("person")
		k.wants("colleagues stand with where they are", k.get(o), 200, "ann Test", "Has a seat")
		clash := k.wants("one who has a seat elsewhere then is told of beside the name", k.get("/occasions/"+k.w.rows["occasion"]["other"]), 200,
			"Clash: already has a seat at Föreläsning own", "You can sign them up all the same")
		if strings.Contains(clash.body, "Clash: you") {
			t.Error("the contact is told that they themselves are elsewhere then")
		}
		k.wants("nobody ticked", k.post(o+"/staff"), 422, "Tick at least one colleague")
		k.wants("somebody else's staff", k.post(o+"/staff", "person="+k.w.rows["person"]["other"]), 422)
		k.wants("a colleague's seat is given up", k.post(o+"/leave", "person="+ann), 303)
		k.wants("and taken again", k.post(o+"/staff", "person="+ann), 303)
		k.wants("the workplace shows who is away later", k.get("/workplace"), 200, "ann Test", "Föreläsning own")
		k.wants("what is told is confirmed", k.post("/workplace/passed-on", "activity="+k.own("activity"), "workplace="+k.own("unit")), 303)
		k.wants("for one's own workplace only", k.post("/workplace/passed-on", "activity="+k.own("activity"), "workplace="+k.w.rows["unit"]["other"]), 403)
		k.wants("hours wait to be attested", k.get("/workplace"), 200, "Time to attest", "2 h")
		k.wants("and are", k.post("/workplace/attest", "meeting="+k.own("past-meeting")), 303)
		k.as("participant").wants("which the person sees", k.get("/me"), 200, "Attested", "2 h")
	})
}

func TestTheAttendanceScreen(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newSeatDesk(t, d).as("organiser")
		ann, other := k.own("person"), k.w.rows["person"]["other"]
		screen := "/meetings/" + k.own("past-meeting") + "/attendance"
		k.wants("what stands recorded", k.get(screen), 200, "ann Test", "2 h", `value="120"`)
		row := func(how, minutes, version, why string) answer {
			return k.post(screen, "person="+ann, "how-"+ann+"="+how, "minutes-"+ann+"="+minutes, "version-"+ann+"="+version, "why="+why)
		}
		k.wants("more minutes than there are", row("part", "181", "1", "fel"), 422, "at most 180 minutes", `value="181"`, `value="fel"`)
		k.wants("no number", row("part", "ett", "1", "fel"), 422, "in digits", `value="ett"`)
		k.wants("both at once", k.post(screen, "person="+ann, "how-"+ann+"=part", "minutes-"+ann+"=181", "version-"+ann+"=1",
			"person="+other, "how-"+other+"=part", "minutes-"+other+"=ett"), 422, "at most 180 minutes", "in digits")
		k.wants("a correction without why", row("part", "90", "1", ""), 422, "Write why", `value="90"`)
		k.wants("a correction", row("part", "90", "1", "gick tidigare"), 303)
		k.wants("what was is kept", k.get(screen+"/"+ann), 200, "1 h 30 min", "2 h", "gick tidigare")
		k.wants("a form from before it", row("part", "60", "1", "igen"), 409, "Someone else has recorded this row", `value="60"`, `value="2"`)
		k.wants("times as people type them", k.post(screen, "person="+ann, "how-"+ann+"=part", "arrived-"+ann+"=13.30", "departed-"+ann+"=15", "version-"+ann+"=2", "why=rättat"), 303)
		k.wants("are minutes", k.get(screen), 200, "1 h 30 min, 13:30–15:00")

		found := k.wants("who came without a seat is found, and nothing typed is lost",
			k.post(screen, "do=find", "q=contact", "person="+ann, "how-"+ann+"=ill"), 200, "Add contact Test", `value="ill" selected`)
		walkIn := first(t, found.body, `name="add" value="([a-z0-9]+)"`)
		k.wants("gets a row", k.post(screen, "add="+walkIn, "person="+ann, "how-"+ann+"=ill"), 200, "contact Test", "Without sign-up", `value="ill" selected`)
		k.wants("and is recorded", k.post(screen, "person="+walkIn, "how-"+walkIn+"=whole", "version-"+walkIn+"=0"), 303)
		k.wants("all is attested", k.post("/meetings/"+k.own("past-meeting")+"/attest"), 303)
		k.wants("which a correction takes away, and says so", k.post(screen, "person="+walkIn, "how-"+walkIn+"=part", "minutes-"+walkIn+"=10", "version-"+walkIn+"=1", "why=gick"), 303)
		k.wants("", k.get(screen), 200, "10 min")

		k.as("auditor").wants("the auditor looks", k.get(screen), 200, "ann Test")
		if strings.Contains(k.get(screen).body, "Save the attendance") {
			t.Error("the auditor is offered to record")
		}
		k.wants("and may not record", k.post(screen, "person="+ann), 403)
	})
}

func TestASignedSheetFindsItsMeeting(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newSeatDesk(t, d).as("organiser")
		meeting := "/meetings/" + k.own("past-meeting")
		k.wants("there is no sheet yet", k.get(meeting+"/sheet"), 200, "Make a sign-in sheet")
		k.wants("one is made", k.post(meeting+"/sheet"), 303)
		sheet := k.wants("to print", k.get(meeting+"/sheet"), 200, "ann Test", "Signature", "<svg")
		code := first(t, sheet.body, `<strong>([2-9A-Z]{4}-[2-9A-Z]{4})</strong>`)
		if strings.Contains(sheet.body, "1970") {
			t.Error("the sheet tells a birth year")
		}
		k.server.URL = "https://kompobib.example.org"
		leads, err := qr.Encode("https://kompobib.example.org/s/"+strings.ReplaceAll(code, "-", ""), qr.M)
		if err != nil {
			t.Fatal(err)
		}
		drawn, _ := square(leads)
		k.wants("the square leads to where people reach us, by whatever name it was asked for", k.get(meeting+"/sheet"), 200, drawn)
		k.wants("it lacks evidence until then", k.get("/evidence"), 200, "Föreläsning own")
		k.wants("the square leads to the form", k.get("/s/"+strings.ReplaceAll(code, "-", "")), 303, "/sheets?code=")
		k.wants("which says which meeting it is", k.get("/sheets?code="+code), 200, "Föreläsning own", code)

		var photo bytes.Buffer
		if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
			t.Fatal(err)
		}
		upload := func(code string, body []byte) answer {
			var b bytes.Buffer
			form := multipart.NewWriter(&b)
			form.WriteField("code", code)
			if body != nil {
				part, _ := form.CreateFormFile("file", "lista.png")
				part.Write(body)
			}
			form.Close()
			req := httptest.NewRequest("POST", "/sheets", &b)
			req.Header.Set("Content-Type", form.FormDataContentType())
			return k.ask(req)
		}
		k.wants("a mistyped code", upload("AAAA-AAAB", photo.Bytes()), 422, "The code is not right", "AAAA-AAAB")
		k.wants("no file", upload(code, nil), 422, code)
		k.wants("something else than a picture", upload(code, []byte("#!/bin/sh\n")), 422, code)
		k.wants("a photo", upload(strings.ToLower(code), photo.Bytes()), 303, meeting+"/evidence")
		page := k.wants("is filed", k.get(meeting+"/evidence"), 200, "lista.png", code)
		scan := first(t, page.body, `/evidence/([a-z0-9]+)"`)
		if seen := k.wants("and can be seen", k.post(meeting+"/evidence/"+scan), 200); seen.body != photo.String() {
			t.Error("the photo came back changed")
		}
		if strings.Contains(k.get("/evidence").body, meeting) {
			t.Error("the meeting still lacks evidence")
		}
		k.as("contact").wants("a contact does not see it", k.post(meeting+"/evidence/"+scan), 404)
		k.wants("nor file any", k.get("/sheets?code="+code), 403)
		occasion, err := db.Value[string](t.Context(), d, `SELECT occasion FROM meeting WHERE id = $1`, k.own("past-meeting"))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Tx(t.Context(), "office", func(ctx context.Context, tx *db.Tx) error {
			return activity.SetLeader(ctx, tx, access.System, occasion, k.who.Person)
		}); err != nil {
			t.Fatal(err)
		}
		k.wants("who leads it comes by the square", k.get("/s/"+strings.ReplaceAll(code, "-", "")), 303, "/sheets?code=")
		k.wants("to the form", k.get("/sheets?code="+code), 200, "Föreläsning own")
		k.wants("or from the meeting's page", k.get(meeting+"/evidence"), 200, `href="/sheets?code=`+strings.ReplaceAll(code, "-", "")+`"`)
		k.wants("and files the sheet", upload(code, photo.Bytes()), 303, meeting+"/evidence")
		k.wants("as they read who has a seat", k.get("/occasions/"+occasion+"/seats"), 200)
	})
}

// However many people an occasion has, its pages ask as many questions.
func TestSeatPagesTakeAsManyQueriesForManyPeople(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newSeatDesk(t, d)
		meeting := k.own("past-meeting")
		pages := []struct{ role, path string }{
			{"contact", "/occasions/" + k.own("occasion")}, {"organiser", "/occasions/" + k.own("occasion") + "/seats"},
			{"organiser", "/meetings/" + meeting + "/attendance"}, {"organiser", "/meetings/" + meeting + "/evidence"}, {"organiser", "/evidence"},
			{"contact", "/workplace"}, {"contact", "/me"}, {"organiser", "/meetings/" + meeting + "/sheet"},
		}
		count := func() (all []int64) {
			for _, page := range pages {
				k.as(page.role).get("/") // what every page tells is read now
				ctx, n := db.Counting(t.Context())
				k.wants(page.path, k.ask(httptest.NewRequestWithContext(ctx, "GET", page.path, nil)), 200)
				all = append(all, n.Load())
			}
			return all
		}
		k.as("organiser").post("/meetings/" + meeting + "/sheet")
		few := count()
		b := &builder{t: t, d: d, w: k.w, employed: map[string]string{}}
		var persons []string
		for i := range 40 {
			persons = append(persons, b.person(fmt.Sprint("nr", i), k.own("employer"), k.own("unit")))
		}
		b.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := activity.SignUpAll(ctx, tx, access.System, k.own("occasion"), persons...)
			return err
		})
		for i, n := range count() {
			if n > few[i] {
				t.Errorf("%s: %d queries with many people, %d with few", pages[i].path, n, few[i])
			}
		}
	})
}
