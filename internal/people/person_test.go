package people_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

// Viewers as a request would find them.
func contact(workplaces ...string) access.Viewer {
	return access.Viewer{Person: "contact", On: today, Grants: []access.Grant{{Role: access.Contact, Unit: "u", Workplaces: workplaces}}}
}

func office(workplaces ...string) access.Viewer {
	return access.Viewer{Person: "office", Grants: []access.Grant{{Role: access.Office, Programme: "p", Workplaces: workplaces}}}
}

func auditor(workplaces ...string) access.Viewer {
	return access.Viewer{Person: "auditor", Grants: []access.Grant{{Role: access.Auditor, Programme: "p", Workplaces: workplaces}}}
}

var everywhere = access.Viewer{Person: "office", Grants: []access.Grant{{Role: access.Office}}}

func self(id string) access.Viewer {
	return access.Viewer{Person: id, Grants: []access.Grant{{Role: access.Participant}}}
}

// families are the surnames in a list.
func families(page people.Page) (names []string) {
	for _, r := range page.Rows {
		names = append(names, r.Family)
	}
	return names
}

func TestWhoSeesWhom(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		here, there, gone := w.person("Ann", "Här"), w.person("Bo", "Där"), w.person("Eva", "Borta")
		new := w.person("Siv", "Ny")
		later, leaving := w.person("Liv", "Sedan"), w.person("Max", "Slutar")
		w.employ(later, w.library, func(e *people.Employment) { e.Valid.From = "2013-01-01" })
		w.employ(leaving, w.library, func(e *people.Employment) { e.Valid.To = "2012-10-13" })
		secret := w.add(people.Person{Given: "Ia", Family: "Skyddad", Protected: true, Email: "ia@example.org", Phone: "070-1740605"})
		w.employ(here, w.library)
		w.employ(there, w.arbogaLibrary)
		w.employ(gone, w.library, func(e *people.Employment) { e.Valid.To = "2011-01-01" })
		w.employ(secret, w.library)
		names := map[string]string{later: "later", leaving: "leaving", here: "here", there: "there", gone: "gone", new: "new", secret: "secret"}

		for _, c := range []struct {
			who    string
			viewer access.Viewer
			opens  string // whose pages
			lists  string // those employed today
		}{
			{"the public", access.Viewer{}, "", ""},
			{"a participant", self(here), "here", ""},
			{"a contact of the library", contact(w.library), "here later leaving", "here leaving"},
			{"a contact of no workplace", contact(), "", ""},
			{"the office of a programme that targets the library", office(w.library), "gone here later leaving new secret", "here leaving"},
			{"the office of a programme whose targets are not found", office(), "new", ""},
			{"the office of all programmes", everywhere, "gone here later leaving new secret there", "here leaving there"},
			{"an auditor of that programme", auditor(w.library), "gone here later leaving", "here leaving"},
			{"the steering group", access.Viewer{Person: "s", Grants: []access.Grant{{Role: access.Steering}}}, "", ""},
			{"an administrator", access.Viewer{Person: "a", Grants: []access.Grant{{Role: access.Administrator}}}, "", ""},
			{"a protected person", self(secret), "secret", ""},
			{"the system", access.System, "gone here later leaving new secret there", "here leaving there"},
		} {
			var opens, lists []string
			for id, name := range names {
				if _, err := people.GetPerson(t.Context(), d, c.viewer, id); err == nil {
					opens = append(opens, name)
				} else {
					w.want(c.who+" and "+name, err, people.ErrPerson)
				}
			}
			page, err := people.ListPeople(t.Context(), d, c.viewer, people.Filter{On: today})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Rows {
				lists = append(lists, names[r.ID])
			}
			slices.Sort(opens)
			slices.Sort(lists)
			if got := strings.Join(opens, " "); got != c.opens {
				t.Errorf("%s opens %q, not %q", c.who, got, c.opens)
			}
			if got := strings.Join(lists, " "); got != c.lists {
				t.Errorf("%s lists %q, not %q", c.who, got, c.lists)
			}
		}

		if p, err := people.GetPerson(t.Context(), d, everywhere, secret); err != nil || !p.Masked || p.Email != "" || p.Phone != "" {
			t.Errorf("the office sees of a protected person %+v, %v", p, err)
		}
		if p, err := people.GetPerson(t.Context(), d, self(secret), secret); err != nil || p.Masked || p.Email == "" {
			t.Errorf("a protected person sees of herself %+v, %v", p, err)
		}
		for _, filter := range []people.Filter{{On: today, Search: "skyddad"}, {On: today, Former: true}} {
			page, err := people.ListPeople(t.Context(), d, everywhere, filter)
			if err != nil || slices.Contains(families(page), "Skyddad") {
				t.Errorf("a protected person is found by %+v, %v", filter, err)
			}
		}
		page, err := people.ListPeople(t.Context(), d, office(w.library), people.Filter{On: today, Protected: true})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Workplace != "" || page.Rows[0].Email != "" {
			t.Errorf("the list of protected persons is %+v, %v", page, err)
		}
		for who, v := range map[string]access.Viewer{"a contact": contact(w.library), "an auditor": auditor(w.library)} {
			if page, err := people.ListPeople(t.Context(), d, v, people.Filter{On: today, Protected: true}); err != nil || page.Total != 0 {
				t.Errorf("%s lists the protected: %+v, %v", who, page, err)
			}
		}

		all, err := people.Names(t.Context(), d, everywhere, []string{here, secret})
		if err != nil || all[here].String() != "Ann Här" || all[secret].String() != "" || !all[secret].Protected {
			t.Errorf("the names are %v, %v", all, err)
		}
	})
}

// What a contact sees of a colleague's work elsewhere is nothing.
func TestAContactSeesOnlyTheEmploymentsOfTheirWorkplaces(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		ann := w.person("Ann", "Ek")
		w.employ(ann, w.library, func(e *people.Employment) { e.Share = 400 })
		other := w.employ(ann, w.arbogaLibrary, func(e *people.Employment) { e.Share = 600 })
		rows, err := people.Employments(t.Context(), d, contact(w.library), ann)
		if err != nil || len(rows) != 1 || rows[0].Workplace != w.library {
			t.Errorf("a contact sees %v, %v", rows, err)
		}
		_, err = people.GetEmployment(t.Context(), d, contact(w.library), other.ID)
		w.want("a contact opens the other employment", err, people.ErrEmployment)
		page, err := people.ListPeople(t.Context(), d, contact(w.library), people.Filter{On: today})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Workplace != "Köpings stadsbibliotek" || page.Rows[0].Employment.Share != 400 {
			t.Errorf("in a contact's list stands %+v, %v", page.Rows, err)
		}
		if rows, err := people.Employments(t.Context(), d, self(ann), ann); err != nil || len(rows) != 2 {
			t.Errorf("Ann sees %v, %v", rows, err)
		}
	})
}

// Whoever has left has no employment any more that has not ended, wherever it is, and had one once. That they still are a contact is told to who may
// edit them where the role reaches, and to who manages accounts.
func TestWhoHasLeft(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		ann := w.person("Ann", "Ek")
		w.do(func(ctx context.Context, tx *db.Tx) error {
			if err := auth.NewAccount(ctx, tx, access.System, ann, "ann@example.org"); err != nil {
				return err
			}
			_, err := auth.AddGrant(ctx, tx, access.System, ann, access.Grant{Role: access.Contact, Unit: w.library, Valid: local.Period{From: "2010-01-01"}})
			return err
		})
		left := func(says string, v access.Viewer, want int) {
			t.Helper()
			for _, person := range []string{"", ann} {
				if got, err := people.StillContacts(t.Context(), d, v, today, person); err != nil || len(got) != want {
					t.Errorf("%s, of %q: %v, %v", says, person, got, err)
				}
			}
		}
		left("never employed", office(w.library), 0)
		w.employ(ann, w.library, func(e *people.Employment) { e.Valid.To = today })
		left("yesterday was the last day", access.System, 1)
		left("to who manages accounts", access.Viewer{Person: "admin", Grants: []access.Grant{{Role: access.Administrator}}}, 1)
		left("to the office of a programme for the library", office(w.library), 1)
		left("to one for another", office(w.kolsva), 0)
		left("to a contact", contact(w.library), 0)
		left("to an auditor", access.Viewer{Person: "auditor", Grants: []access.Grant{{Role: access.Auditor}}}, 0)
		w.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE person SET protected = 1 WHERE id = $1`, ann)
			return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "protect", Entity: "person", Row: ann}))
		})
		if got, err := people.StillContacts(t.Context(), d, office(w.library), today, ""); err != nil || len(got) != 0 {
			t.Errorf("a protected person in a list: %v, %v", got, err)
		}
		if got, err := people.StillContacts(t.Context(), d, office(w.library), today, ann); err != nil || len(got) != 1 {
			t.Errorf("but on their own page: %v, %v", got, err)
		}
		w.employ(ann, w.arbogaLibrary)
		left("and works elsewhere", access.System, 0)
	})
}

func TestAListIsFilteredSortedAndPaged(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		for _, p := range []struct{ given, family, title, workplace string }{
			{"Zoë", "Åkesson", "bibliotekarie", w.library}, {"Ann", "Ödman", "Bibl.ass.", w.kolsva}, {"Bo", "von Hagen", "bokbussförare", w.arbogaLibrary},
			{"Cia", "Ek", "bibliotekarie", w.arbogaLibrary}, {"Dan", "Älg", "bibliotekschef", w.library},
		} {
			w.employ(w.person(p.given, p.family), p.workplace, func(e *people.Employment) {
				e.Title = p.title
				if p.family == "Ek" {
					e.Share = 500
				}
			})
		}
		w.employ(w.person("Eva", "Gammal"), w.library, func(e *people.Employment) { e.Valid.To = "2011-06-01" })
		w.person("Fia", "Utan")
		for _, c := range []struct {
			as     string
			filter people.Filter
			want   string
		}{
			{"all, in Swedish order", people.Filter{}, "Ek von Hagen Åkesson Älg Ödman"},
			{"by workplace", people.Filter{Sort: people.ByWorkplace}, "Ek von Hagen Ödman Åkesson Älg"},
			{"by name, falling", people.Filter{Falling: true}, "Ödman Älg Åkesson von Hagen Ek"},
			{"by municipality", people.Filter{Sort: people.ByMunicipality}, "Ek von Hagen Ödman Åkesson Älg"},
			{"by name", people.Filter{Search: "ake zoe"}, "Åkesson"},
			{"by workplace's name", people.Filter{Search: "kolsva"}, "Ödman"},
			{"by municipality's name", people.Filter{Search: "arboga"}, "Ek von Hagen"},
			{"in a municipality", people.Filter{Units: []string{w.koping}}, "Åkesson Älg Ödman"},
			{"a role", people.Filter{Role: "librarian"}, "Ek Åkesson"},
			{"part time", people.Filter{ShareTo: 999}, "Ek"},
			{"full time in a municipality", people.Filter{ShareFrom: 1000, Units: []string{w.arboga}}, "von Hagen"},
			{"a kind of workplace", people.Filter{WorkplaceKind: "mobile-library"}, ""},
			{"a day long ago", people.Filter{On: "2011-05-31"}, "Ek Gammal von Hagen Åkesson Älg Ödman"},
			{"former ones too", people.Filter{Former: true}, "Ek Gammal von Hagen Utan Åkesson Älg Ödman"},
			{"former ones of a workplace", people.Filter{Former: true, Units: []string{w.library}}, "Gammal Åkesson Älg"},
			{"what means much to LIKE", people.Filter{Search: "100%_"}, ""},
		} {
			if c.filter.On == "" {
				c.filter.On = today
			}
			page, err := people.ListPeople(t.Context(), d, everywhere, c.filter)
			if got := strings.Join(families(page), " "); err != nil || got != c.want || page.Total != len(page.Rows) {
				t.Errorf("%s: %q, %v, want %q", c.as, got, err, c.want)
			}
			// In pages of two come the same, in the same order.
			var paged []string
			for c.filter.Limit = 2; ; {
				page, err := people.ListPeople(t.Context(), d, everywhere, c.filter)
				if err != nil {
					t.Fatal(err)
				}
				paged = append(paged, families(page)...)
				if c.filter.After = page.Next; page.Next == "" {
					break
				}
			}
			if got := strings.Join(paged, " "); got != c.want {
				t.Errorf("%s, in pages: %q, want %q", c.as, got, c.want)
			}
		}
		for _, after := range []string{"x", "W10", "bnVsbA"} {
			_, err := people.ListPeople(t.Context(), d, everywhere, people.Filter{On: today, After: after})
			w.want("a mark that no page ended at", err, fault.Page)
		}
		ctx, n := db.Counting(t.Context())
		if _, err := people.ListPeople(ctx, d, everywhere, people.Filter{On: today}); err != nil || n.Load() != 4 {
			t.Errorf("a list takes %d queries, %v, want 4", n.Load(), err)
		}
	})
}

func TestAnEmploymentGoesOnInAnotherForm(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		ann := w.person("Ann", "Ek")
		old := w.employ(ann, w.library)
		change := func(v access.Viewer, version int, from local.Date, to people.Change) (e people.Employment, err error) {
			err = w.try(func(ctx context.Context, tx *db.Tx) (err error) {
				e, err = people.ChangeEmployment(ctx, tx, v, old.ID, version, from, to)
				return err
			})
			return e, err
		}
		less := people.Change{Workplace: w.library, Title: "bibliotekarie", Share: 500}
		_, err := change(contact(w.library), 1, today, less)
		w.want("by a contact", err, people.ErrPerson)
		_, err = change(office(w.arbogaLibrary), 1, today, less)
		w.want("by the office of another programme", err, people.ErrPerson)
		_, err = change(office(w.library), 1, today, people.Change{Workplace: w.arbogaLibrary, Title: "bibliotekarie", Share: 500})
		w.want("to a workplace that the programme does not target", err, people.ErrWorkplace)
		_, err = change(everywhere, 2, today, less)
		w.want("from an old form", err, fault.Stale)
		_, err = change(everywhere, 1, "2010-01-01", less)
		w.want("from the day it began", err, people.ErrChangeDay)
		_, err = change(everywhere, 1, today, people.Change{Workplace: w.library, Title: "bibliotekarie", Share: 1000})
		w.want("to the same", err, people.ErrNoChange)
		now, err := change(office(w.library), 1, today, less)
		w.want("to half time", err, nil)

		if e, err := people.EmploymentOn(t.Context(), d, ann, "2012-10-11"); err != nil || e.ID != old.ID || e.Valid.To != today || e.Share != 1000 {
			t.Errorf("the day before: %+v, %v", e, err)
		}
		if e, err := people.EmploymentOn(t.Context(), d, ann, today); err != nil || e.ID != now.ID || e.Follows != old.ID || e.Share != 500 {
			t.Errorf("from that day: %+v, %v", e, err)
		}
		_, err = people.EmploymentOn(t.Context(), d, ann, "2009-12-31")
		w.want("before she was employed", err, people.ErrEmployment)
	})
}

func TestTheMainEmploymentIsTheLargest(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		ann := w.person("Ann", "Ek")
		w.employ(ann, w.library, func(e *people.Employment) { e.Share = 400 })
		large := w.employ(ann, w.kolsva, func(e *people.Employment) { e.Share = 500; e.Valid.To = "2012-01-01" })
		early := w.employ(ann, w.school, func(e *people.Employment) { e.Share = 400; e.Valid.From = "2009-01-01" })
		for on, want := range map[local.Date]string{"2011-12-31": large.ID, "2012-01-01": early.ID} {
			if e, err := people.EmploymentOn(t.Context(), d, ann, on); err != nil || e.ID != want {
				t.Errorf("on %s it is %+v, %v", on, e, err)
			}
		}
	})
}

func TestAnEmploymentIsCheckedAsAWhole(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		ann := w.person("Ann", "Ek")
		w.employ(ann, w.library)
		try := func(e people.Employment) error {
			return w.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := people.Employ(ctx, tx, everywhere, e)
				return err
			})
		}
		err := try(people.Employment{Person: ann, Share: 1001, Valid: local.Period{From: "2012-13-01"}})
		for _, want := range []error{people.ErrTitle, people.ErrShare, local.ErrDate, people.ErrEmployer, people.ErrWorkplace} {
			w.want("everything wrong at once", err, want)
		}
		good := people.Employment{Person: ann, Employer: w.employer, Workplace: w.library, Title: "vaktmästare", Share: 100, Valid: local.Period{From: "2011-01-01"}}
		w.want("another one at the same workplace", try(good), nil)
		w.want("the same twice", try(good), people.ErrTwice)
		good.Valid = local.Period{From: "2009-01-01", To: "2010-01-01"}
		w.want("before the other", try(good), nil)
		good.Valid = local.Period{From: "1999-01-01", To: "2009-01-01"}
		w.want("before the workplace was", try(good), people.ErrWorkday)
		good.Workplace = w.koping
		w.want("at a municipality", try(good), people.ErrWorkplace)
		good.Person = "nobody"
		w.want("nobody", try(good), people.ErrPerson)
	})
}

func TestATypingMistakeIsCorrectedAndRemembered(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		ann := w.person("Ann", "Ek")
		e := w.employ(ann, w.library, func(e *people.Employment) { e.Title = "bibliotekare" })
		right := e
		right.Title, right.StaffRole = "vaktmästare", ""
		w.want("without a reason", w.try(func(ctx context.Context, tx *db.Tx) error {
			return people.CorrectEmployment(ctx, tx, w.ring, everywhere, right, " ")
		}), people.ErrWhy)
		w.do(func(ctx context.Context, tx *db.Tx) error {
			return people.CorrectEmployment(ctx, tx, w.ring, everywhere, right, "fel i listan")
		})
		rows, err := people.Employments(t.Context(), d, everywhere, ann)
		if err != nil || len(rows) != 1 || rows[0].Title != "vaktmästare" || rows[0].StaffRole != "caretaker" {
			t.Errorf("corrected to %+v, %v", rows, err)
		}
		sealed, err := db.Value[string](t.Context(), d, `SELECT sealed FROM audit WHERE act = 'correct'`)
		if err != nil || sealed == "" || strings.Contains(sealed, "bibliotekare") {
			t.Errorf("what it was is kept as %q, %v", sealed, err)
		}
	})
}

func TestAPersonIsChangedByThoseWhoMay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		ann := w.add(people.Person{Given: "Ann", Family: "Ek", Email: "ann@example.org", BirthYear: 1970})
		w.employ(ann, w.library)
		update := func(v access.Viewer, p people.Person) error {
			return w.try(func(ctx context.Context, tx *db.Tx) error { return people.UpdatePerson(ctx, tx, w.ring, v, p) })
		}
		p, err := people.GetPerson(t.Context(), d, everywhere, ann)
		if err != nil {
			t.Fatal(err)
		}
		p.Family, p.Email = "Åkesson", "Ann.Akesson@Example.org"
		w.want("by a contact", update(contact(w.library), p), people.ErrPerson)
		w.want("by the office of another programme", update(office(w.kolsva), p), people.ErrPerson)
		w.want("by Ann", update(self(ann), p), people.ErrPerson)
		w.want("by the office", update(office(w.library), p), nil)
		w.want("from an old form", update(office(w.library), p), fault.Stale)
		p, err = people.GetPerson(t.Context(), d, everywhere, ann)
		if err != nil || p.Family != "Åkesson" || p.Email != "ann.akesson@example.org" || p.Version != 2 {
			t.Errorf("changed to %+v, %v", p, err)
		}
		err = update(everywhere, people.Person{ID: ann, Version: 2, Gender: "x", BirthYear: 2011, ISCED: new(9), Email: "a b@c", Phone: "ring", Language: "fi"})
		for _, want := range []error{people.ErrGiven, people.ErrFamily, people.ErrGender, people.ErrBirthYear, people.ErrISCED, people.ErrEmail, people.ErrPhone, people.ErrLanguage} {
			w.want("everything wrong at once", err, want)
		}
		long := strings.Repeat("å", 101)
		w.want("a name as long as a page", update(everywhere, people.Person{ID: ann, Version: 2, Given: "Ann", Family: long}), people.ErrLong)
		const number = "Ek 480322-9949"
		w.want("a number in the name", update(everywhere, people.Person{ID: ann, Version: 2, Given: "Ann", Family: number}), people.ErrIdentityIn)
		w.want("in that of a workplace", w.try(func(ctx context.Context, tx *db.Tx) error {
			return people.RenameUnit(ctx, tx, w.library, 1, "2012-01-01", number)
		}), people.ErrIdentityIn)
		w.want("in that of a new one", w.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Workplace, Name: number, Parent: w.library, From: "2012-01-01"})
			return err
		}), people.ErrIdentityIn)
		w.want("in a title", w.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := people.Employ(ctx, tx, everywhere, people.Employment{Person: ann, Workplace: w.library, Employer: w.employer, Title: number, Share: 1000, Valid: local.Period{From: "2012-01-01"}})
			return err
		}), people.ErrIdentityIn)
		w.do(func(ctx context.Context, tx *db.Tx) error {
			return people.UpdateOwn(ctx, tx, w.ring, self(ann), 2, "", "070-174 06 05", "en")
		})
		if p, err := people.GetPerson(t.Context(), d, self(ann), ann); err != nil || p.Email != "" || p.Phone == "" || p.Language != "en" || p.Family != "Åkesson" {
			t.Errorf("changed by herself to %+v, %v", p, err)
		}
		p.Protected, p.Version, p.Email = true, 3, "hidden@example.org"
		w.want("becomes protected", update(everywhere, p), nil)
		p.Version, p.Email, p.Phone = 4, "", ""
		w.want("is changed by who does not see her address", update(everywhere, p), nil)
		if p, err := people.GetPerson(t.Context(), d, self(ann), ann); err != nil || p.Email != "hidden@example.org" {
			t.Errorf("her address became %q, %v", p.Email, err)
		}
	})
}

func TestAnIdentityNumberIsSeenOnlyForAReason(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		ann, bo := w.person("Ann", "Ek"), w.add(people.Person{Given: "Bo", Family: "Ek", BirthYear: 1961})
		w.employ(ann, w.library)
		w.employ(bo, w.library)
		set := func(v access.Viewer, person, number string) error {
			return w.try(func(ctx context.Context, tx *db.Tx) error {
				return people.SetIdentity(ctx, tx, w.ring, v, person, number)
			})
		}
		reveal := func(v access.Viewer, person, why string) (number string, err error) {
			err = w.try(func(ctx context.Context, tx *db.Tx) (err error) {
				number, err = people.RevealIdentity(ctx, tx, w.ring, v, person, why)
				return err
			})
			return number, err
		}
		const number = "600121-9960"
		w.want("set by a contact", set(contact(w.library), ann, number), people.ErrSight)
		w.want("set by another programme's office", set(office(w.kolsva), ann, number), people.ErrPerson)
		w.want("one digit wrong", set(office(w.library), ann, "600121-9961"), people.ErrIdentityChecksum)
		w.want("of another year", set(office(w.library), bo, number), people.ErrIdentityYear)
		_, err := reveal(everywhere, ann, "granskning")
		w.want("none is known yet", err, people.ErrNoIdentity)
		w.want("set by the office", set(office(w.library), ann, number), nil)
		w.want("set again, in another spelling", set(office(w.library), ann, "196001219960"), nil)
		w.do(func(ctx context.Context, tx *db.Tx) error {
			return people.UpdatePerson(ctx, tx, w.ring, everywhere, people.Person{ID: bo, Given: "Bo", Family: "Ek", Version: 1})
		})
		w.want("another's", set(office(w.library), bo, number), people.ErrIdentityTaken)
		cia := w.person("Cia", "Ek")
		w.employ(cia, w.kolsva)
		w.want("that of somebody whom the office does not see", set(office(w.kolsva), cia, number), people.ErrIdentityElsewhere)

		if p, err := people.GetPerson(t.Context(), d, everywhere, ann); err != nil || p.BirthYear != 1960 {
			t.Errorf("the year of birth is %d, %v", p.BirthYear, err)
		}
		for who, v := range map[string]access.Viewer{"the office": office(w.library), "Ann": self(ann)} {
			if masked, err := people.MaskedIdentity(t.Context(), d, v, ann); err != nil || masked != "19600121-****" {
				t.Errorf("%s sees %q, %v", who, masked, err)
			}
		}
		for _, v := range []access.Viewer{contact(w.library), auditor(w.library), office(w.kolsva), self(bo)} {
			_, err := people.MaskedIdentity(t.Context(), d, v, ann)
			w.want(fmt.Sprint("masked for ", v), err, people.ErrPerson)
			_, err = reveal(v, ann, "nyfiken")
			w.want(fmt.Sprint("whole for ", v), err, people.ErrPerson)
		}
		_, err = reveal(office(w.library), ann, " ")
		w.want("without a reason", err, people.ErrWhy)
		if whole, err := reveal(office(w.library), ann, "deltagarfil"); err != nil || whole != "19600121-9960" {
			t.Errorf("the whole number is %q, %v", whole, err)
		}
		if n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM audit WHERE act = 'see' AND entity = 'identity_number' AND row_id = $1 AND why = 'deltagarfil' AND actor = 'office'`, ann); err != nil || n != 1 {
			t.Errorf("%d sights are recorded, %v", n, err)
		}
		for _, column := range []string{"sealed", "hash"} {
			if text, err := db.Value[string](t.Context(), d, `SELECT `+column+` FROM identity_number`); err != nil || strings.Contains(text, "9960") {
				t.Errorf("%s holds %q, %v", column, text, err)
			}
		}
	})
}

func TestEmployersHaveACheckedNumber(t *testing.T) {
	for number, want := range map[string]string{
		"212000-2114": "212000-2114", "2120002114": "212000-2114", "16 212000-2114": "212000-2114", "202100-2115": "",
		"212000-2115": "", "600121-9960": "", "": "", "212000211": "", "x": "",
	} {
		if got, err := people.ParseOrgNumber(number); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is read as %q, %v, want %q", number, got, err, want)
		}
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		create := func(e people.Employer) error {
			return w.try(func(ctx context.Context, tx *db.Tx) error { _, err := people.CreateEmployer(ctx, tx, e); return err })
		}
		err := create(people.Employer{OrgNumber: "1"})
		w.want("nothing right", err, people.ErrEmployerName)
		w.want("nothing right", err, people.ErrOrgNumber)
		w.want("a number that is taken", create(people.Employer{Name: "Arboga", OrgNumber: "2120002114"}), people.ErrOrgTaken)
		w.want("a sole trader's number in the name", create(people.Employer{Name: "Bengts bokbuss 480322-9949", OrgNumber: "202100-2114"}), people.ErrOrgPerson)
		w.want("the same from a list", w.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := people.ProposeEmployer(ctx, tx, people.Employer{Name: "Bengts bokbuss 480322-9949"})
			return err
		}), people.ErrOrgPerson)
		w.want("a sole trader", create(people.Employer{Name: "Arboga", OrgNumber: "600121-9960"}), people.ErrOrgPerson)
		e, err := people.GetEmployer(t.Context(), d, w.employer)
		if err != nil {
			t.Fatal(err)
		}
		e.Name = "Köpings stad"
		w.do(func(ctx context.Context, tx *db.Tx) error { return people.UpdateEmployer(ctx, tx, e) })
		w.want("an old form", w.try(func(ctx context.Context, tx *db.Tx) error { return people.UpdateEmployer(ctx, tx, e) }), fault.Stale)
		for search, n := range map[string]int{"": 1, "koping": 1, "212000": 1, "22": 0, "arboga": 0} {
			if found, err := people.Employers(t.Context(), d, search); err != nil || len(found) != n {
				t.Errorf("searching %q finds %v, %v", search, found, err)
			}
		}
	})
}

func TestTheDoctorFindsNothingUntilSomethingIsBroken(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := build(t, d)
		e := w.employ(w.person("Ann", "Ek"), w.library)
		broken := func() (names []string) {
			for _, i := range people.Invariants() {
				if lines, err := i.Broken(t.Context(), d); err != nil || len(lines) > 0 {
					names = append(names, i.Says)
				}
			}
			return names
		}
		if names := broken(); names != nil {
			t.Errorf("broken from the beginning: %q", names)
		}
		w.do(func(ctx context.Context, tx *db.Tx) error {
			for _, statement := range []string{
				`UPDATE unit_period SET valid_to = '2010-06-01' WHERE unit = '` + w.library + `'`,
				`UPDATE employment SET follows = id WHERE id = '` + e.ID + `'`,
				`INSERT INTO unit_period (unit, valid_from, parent, name, sort_key, folded) VALUES ('` + w.kolsva + `', '2011-01-01', '` + w.koping + `', 'x', 'x', 'x')`,
				`UPDATE audit SET why = 'a test'`,
			} {
				if _, err := tx.Exec(ctx, statement); err != nil {
					return err
				}
			}
			return nil
		})
		if names := broken(); len(names) != 3 {
			t.Errorf("three things are broken, found %q", names)
		}
	})
}
