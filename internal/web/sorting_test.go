package web

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

// A sorted is a list in one of its orders: what its rows begin with, those whose order is told.
type sorted struct {
	role, path, by string
	head           string // the heading that it is announced at, in English; "" if it is no table
	want           string // in rising order, with "|" between
}

// Every list sorts by its columns as the words say: people and places in Swedish order, numbers by size, times by the clock;
// falling it stands the other way round, and an order that it does not know is the one it began with.
func TestListsSort(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url)
		w := newWorld(t, d)
		b := &builder{t: t, d: d, w: w, employed: map[string]string{}}
		lists := b.lists()
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		v := &visit{t: t, w: w}
		v.open(url)
		for _, list := range lists {
			says := list.path + " by " + list.by
			rows := strings.Split(list.want, "|")
			rising := v.page(list.role, list.path, list.by)
			if got := inOrder(rising, rows); !slices.Equal(got, rows) {
				t.Errorf("%s: %q, want %q", says, got, rows)
			}
			backwards := slices.Clone(rows)
			slices.Reverse(backwards)
			falling := v.page(list.role, list.path, "-"+list.by)
			if got := inOrder(falling, rows); !slices.Equal(got, backwards) {
				t.Errorf("%s, falling: %q, want %q", says, got, backwards)
			}
			if got := announced(rising); got != list.head+" ascending" && list.head != "" {
				t.Errorf("%s is announced as %q", says, got)
			}
			if got := announced(falling); got != list.head+" descending" && list.head != "" {
				t.Errorf("%s, falling, is announced as %q", says, got)
			}
			if list.head == "" && (!strings.Contains(rising, `data-sort="ascending" aria-current="true"`) || !strings.Contains(falling, `data-sort="descending" aria-current="true"`)) {
				t.Errorf("%s is not announced", says)
			}
			begun, odd := v.page(list.role, list.path, ""), v.page(list.role, list.path, "-no'such")
			if !slices.Equal(inOrder(begun, rows), inOrder(odd, rows)) || announced(begun) != announced(odd) {
				t.Errorf("%s: an order that nobody knows is another than none", list.path)
			}
		}
	})
}

// A file has its rows in the order of the page that it was taken from.
func TestFilesKeepTheOrder(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		v := newVisit(t, url)
		w := v.w
		v.person = w.viewers["office"]
		for _, test := range []struct{ method, path, form, want string }{
			{"GET", "/activities?sort=title&format=csv", "", "Föreläsning other|Föreläsning own"},
			{"GET", "/activities?sort=-title&format=csv", "", "Föreläsning own|Föreläsning other"},
			{"GET", "/workplaces?sort=-name&format=csv", "", "Stadsbiblioteket|Sala bibliotek|Filialen"},
			{"POST", "/people/file?sort=workplace", "format=csv", "olle|ann"},
			{"POST", "/people/file?sort=-workplace", "format=csv", "ann|olle"},
			{"POST", "/outbox/file?sort=person", "format=csv", "ann|olle"},
			{"POST", "/outbox/file?sort=-person", "format=csv", "olle|ann"},
		} {
			req := httptest.NewRequestWithContext(t.Context(), test.method, test.path, strings.NewReader(test.form))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			answer := httptest.NewRecorder()
			v.handler.ServeHTTP(answer, req)
			rows := strings.Split(test.want, "|")
			if got := inOrder(answer.Body.String(), rows); answer.Code != http.StatusOK || !slices.Equal(got, rows) {
				t.Errorf("%s: %d, %q, want %q", test.path, answer.Code, got, rows)
			}
		}
	})
}

// page reads a list in an order.
func (v *visit) page(role, path, by string) string {
	v.t.Helper()
	v.person = v.w.viewers[role]
	if strings.Contains(path, "?") {
		path += "&sort=" + by
	} else {
		path += "?sort=" + by
	}
	req := httptest.NewRequestWithContext(v.t.Context(), http.MethodGet, strings.ReplaceAll(path, "'", "%27"), nil)
	req.Header.Set("Accept-Language", "en")
	w := httptest.NewRecorder()
	v.handler.ServeHTTP(w, req)
	if w.Code != http.StatusOK {
		v.t.Errorf("%s: %d", path, w.Code)
	}
	return html.UnescapeString(w.Body.String())
}

var sortedHead = regexp.MustCompile(`(?s)aria-sort="(ascending|descending)">\s*<a class="sort"[^>]*>([^<]*)</a>`)

// announced is by which heading a page says that its tables are sorted.
func announced(page string) string {
	var heads []string
	for _, m := range sortedHead.FindAllStringSubmatch(page, -1) {
		if head := m[2] + " " + m[1]; !slices.Contains(heads, head) {
			heads = append(heads, head)
		}
	}
	return strings.Join(heads, ", ")
}

// inOrder is in which order a page's list has texts.
func inOrder(page string, texts []string) []string {
	for _, begin := range []string{"<tbody>", `class="sorts"`} {
		if _, list, ok := strings.Cut(page, begin); ok {
			page = list
			break
		}
	}
	found := slices.Clone(texts)
	slices.SortStableFunc(found, func(a, b string) int { return strings.Index(page, a) - strings.Index(page, b) })
	return slices.DeleteFunc(found, func(s string) bool { return !strings.Contains(page, s) })
}

// lists fills a world with rows that sort differently by each column, and tells how.
func (b *builder) lists() []sorted {
	b.t.Helper()
	own := func(sort string) string { return b.w.rows[sort]["own"] }
	ago := func(back time.Duration, f func()) {
		b.t.Helper()
		now := b.d
		past, err := now.Reopen(b.t.Context(), func() time.Time { return dbtest.Now.Add(-back) })
		if err != nil {
			b.t.Fatal(err)
		}
		defer past.Close()
		b.d = past
		f()
		b.d = now
	}
	hospital := did(b, func(ctx context.Context, tx *db.Tx) (people.Unit, error) {
		return people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Workplace, Name: "Ängsbiblioteket", Parent: own("town"), From: "2000-01-01", WorkplaceKind: "hospital-library"})
	}).ID
	did(b, func(ctx context.Context, tx *db.Tx) (people.Employer, error) {
		return people.CreateEmployer(ctx, tx, people.Employer{Name: "Bolaget", OrgNumber: "212000-2114"})
	})
	hire := func(given, family, workplace, title, email string) string {
		p := did(b, func(ctx context.Context, tx *db.Tx) (people.Person, error) {
			return people.CreatePerson(ctx, tx, people.Person{Given: given, Family: family, Gender: "woman", Email: email})
		})
		did(b, func(ctx context.Context, tx *db.Tx) (people.Employment, error) {
			return people.Employ(ctx, tx, access.System, people.Employment{Person: p.ID, Employer: own("employer"), Workplace: workplace,
				Title: title, Share: 1000, Valid: local.Period{From: "2010-01-01"}})
		})
		b.do(func(ctx context.Context, tx *db.Tx) error {
			return auth.NewAccount(ctx, tx, access.System, p.ID, email)
		})
		return p.ID
	}
	ada := hire("Ada", "Öberg", own("unit"), "assistent", "m@example.org")
	bo := hire("Bo", "Åkesson", b.w.rows["unit"]["other"], "bibliotekarie", "a@example.org")
	cilla := hire("Cilla", "Ek", hospital, "bibliotekarie", "z@example.org")
	hire("Disa", "Ärla", b.w.rows["unit"]["other"], "chaufför", "d@example.org")
	hire("Egil", "Nord", hospital, "assistent", "e@example.org")
	b.do(func(ctx context.Context, tx *db.Tx) error {
		return auth.UpdateAccount(ctx, tx, access.System, auth.Account{Person: cilla, Email: "z@example.org", Disabled: true, Version: 1}, "2012-10-12")
	})

	plan := func(title, kind, organiser string, published bool) string {
		a := activity.Activity{Programme: own("programme"), Kind: kind, Title: title, Organiser: organiser, Goals: []string{own("goal")},
			Travel: "employer", Meal: "project", Substitute: "employer", Published: published}
		b.do(func(ctx context.Context, tx *db.Tx) error { return activity.CreateActivity(ctx, tx, access.System, &a) })
		return a.ID
	}
	hold := func(of string, capacity int, day local.Date) (occasion, meeting string) {
		m := activity.Meeting{Span: local.Span{Date: day, Start: "09:00", End: "12:00", Zone: zone}, Place: "Biblioteket"}
		begins, _ := m.Span.UTC()
		o := activity.Occasion{Activity: of, Capacity: capacity, Opens: dbtest.Now.AddDate(0, 0, -10), Closes: begins}
		b.do(func(ctx context.Context, tx *db.Tx) error {
			return activity.CreateOccasion(ctx, tx, access.System, &o, &m)
		})
		return o.ID, m.ID
	}
	var been, beenMeeting, full string
	ago(5*24*time.Hour, func() {
		yoga, fear := plan("Yoga", "lecture", cilla, true), plan("Ångest", "course", ada, true)
		plan("Övning", "workshop", bo, false)
		been, beenMeeting = hold(yoga, 30, "2012-10-09")
		hold(yoga, 30, "2012-11-20")
		full, _ = hold(fear, 2, "2012-11-10")
	})
	for i, person := range []string{cilla, ada, bo} {
		for occasion, back := range map[string]int{been: 96, full: 5} {
			ago(time.Duration(back-i)*time.Hour, func() {
				did(b, func(ctx context.Context, tx *db.Tx) (activity.Signup, error) {
					return activity.SignUp(ctx, tx, access.System, occasion, person)
				})
			})
		}
	}
	did(b, func(ctx context.Context, tx *db.Tx) (activity.Recorded, error) {
		return activity.RecordAttendance(ctx, tx, access.System, beenMeeting, []activity.AttendanceEntry{
			{Person: ada, Minutes: new(30)}, {Person: bo, Minutes: new(120)}, {Person: cilla, Absence: activity.AbsenceReasons[0]},
		}, "")
	})
	for person, state := range map[string]string{ada: letter.StateSent, bo: letter.StateFailed} {
		did(b, func(ctx context.Context, tx *db.Tx) (int64, error) {
			return tx.Exec(ctx, `UPDATE letter SET state = $1 WHERE person = $2`, state, person)
		})
	}

	seats, attendance, missed := occasionPath(full)+"/seats", "/meetings/"+beenMeeting+"/attendance", "/programmes/"+own("slug")+"/not-reached"
	behind := "/programmes/" + own("slug") + "/reach/rows?figure=staff"
	return []sorted{
		{"office", "/people", "name", "Name", "Ek, Cilla|Åkesson, Bo|Ärla, Disa|Öberg, Ada"},
		{"office", "/people", "workplace", "Workplace", "Åkesson, Bo|Öberg, Ada|Ek, Cilla"},
		{"administrator", "/accounts", "name", "Name", "Ek, Cilla|Åkesson, Bo|Öberg, Ada"},
		{"administrator", "/accounts", "email", "E-mail address", "Åkesson, Bo|Öberg, Ada|Ek, Cilla"},
		{"administrator", "/accounts", "state", "State", "Öberg, Ada|Ek, Cilla"},
		{"office", "/outbox", "person", "To", "Cilla Ek|Bo Åkesson|Ada Öberg"},
		{"office", "/outbox", "when", "When", "Cilla Ek|Ada Öberg|Bo Åkesson"},
		{"office", "/outbox", "state", "State", "Cilla Ek|Ada Öberg|Bo Åkesson"},
		{"office", "/outbox", "template", "Letter", ">Seat<|>Waiting list<"},
		{"office", seats, "name", "Name", "Cilla Ek|Bo Åkesson|Ada Öberg"},
		{"office", seats, "workplace", "Workplace", "Bo Åkesson|Ada Öberg|Cilla Ek"},
		{"office", seats, "state", "State", "Cilla Ek|Bo Åkesson"},
		{"office", seats, "since", "Since", "Cilla Ek|Ada Öberg|Bo Åkesson"},
		{"office", attendance, "name", "Name", "Cilla Ek|Bo Åkesson|Ada Öberg"},
		{"office", attendance, "recorded", "Recorded now", "Cilla Ek|Ada Öberg|Bo Åkesson"},
		{"auditor", attendance, "workplace", "Workplace", "Bo Åkesson|Ada Öberg|Cilla Ek"},
		{"office", "/evidence", "title", "Activity", "Föreläsning own|Yoga"},
		{"office", "/evidence", "when", "When", "Yoga|Föreläsning own"},
		{"office", "/evidence", "seated", "Have a seat", "Föreläsning own|Yoga"},
		{"office", "/evidence", "present", "Present", "Föreläsning own|Yoga"},
		{"office", "/evidence", "minutes", "Time", "Föreläsning own|Yoga"},
		{"office", "/evidence", "lacks", "What is lacking", "Föreläsning own|Yoga"},
		{"office", "/activities", "title", "Title", ">Yoga<|>Ångest<|>Övning<"},
		{"office", "/activities", "kind", "Kind", ">Ångest<|>Yoga<|>Övning<"},
		{"office", "/activities", "organiser", "Organiser", ">Yoga<|>Övning<|>Ångest<"},
		{"office", "/activities", "occasions", "Occasions", ">Övning<|>Ångest<|>Yoga<"},
		{"office", "/activities", "next", "Next occasion", ">Ångest<|>Yoga<|>Övning<"},
		{"office", "/activities", "shown", "Visibility", ">Övning<|>Yoga<"},
		{"public", "/calendar", "date", "", "Ångest|Yoga"},
		{"public", "/calendar", "title", "", "Yoga|Ångest"},
		{"public", "/calendar", "free", "", "Ångest|Yoga"},
		{"participant", "/workplaces", "name", "Workplace", "Filialen|Sala bibliotek|Stadsbiblioteket|Ängsbiblioteket"},
		{"participant", "/workplaces", "municipality", "Municipality", "Ängsbiblioteket|Sala bibliotek"},
		{"participant", "/workplaces", "kind", "Kind of workplace", "Ängsbiblioteket|Filialen"},
		{"office", "/employers", "name", "Name", "Bolaget|Kommunen"},
		{"office", "/employers", "org-number", "Organisation number", "Kommunen|Bolaget"},
		{"office", missed, "name", "Name", "Cilla Ek|Egil Nord|Disa Ärla"},
		{"office", missed, "workplace", "Workplace", "Disa Ärla|Cilla Ek"},
		{"office", missed, "role", "Role", "Cilla Ek|Egil Nord|Disa Ärla"},
		{"office", missed, "stage", "How far", "Disa Ärla|Cilla Ek"},
		{"office", behind, "name", "Name", "Cilla Ek|Egil Nord|Bo Åkesson|Disa Ärla|Ada Öberg"},
		{"office", behind, "role", "Role", "Cilla Ek|Egil Nord|Disa Ärla"},
		{"office", behind, "workplace", "Workplace", "Bo Åkesson|Ada Öberg|Cilla Ek"},
		{"office", behind, "stage", "How far", "Disa Ärla|Cilla Ek|Ada Öberg"},
		{"contact", occasionPath(full), "name", "", "ann Test|Ada Öberg"},
		{"contact", occasionPath(full), "title", "", "Ada Öberg|ann Test"},
		{"contact", occasionPath(full), "state", "", "Ada Öberg|ann Test"},
	}
}
