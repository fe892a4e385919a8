package people_test

import (
	"context"
	"errors"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const today = local.Date("2012-10-12")

// A world is a small region to test in.
type world struct {
	t                       *testing.T
	d                       *db.DB
	ring                    *secret.Ring
	region, county          string
	koping, arboga          string // municipalities
	library, kolsva, school string // workplaces in Köping
	arbogaLibrary           string
	employer                string
}

// build makes the world of a test.
func build(t *testing.T, d *db.DB) *world {
	t.Helper()
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, d: d, ring: ring}
	w.region = w.unit(people.NewUnit{Kind: people.Region, Name: "Tre län"})
	w.county = w.unit(people.NewUnit{Kind: people.County, Name: "Västmanlands län", Code: "19", Parent: w.region})
	w.koping = w.unit(people.NewUnit{Kind: people.Municipality, Name: "Köping", Code: "1983", Parent: w.county})
	w.arboga = w.unit(people.NewUnit{Kind: people.Municipality, Name: "Arboga", Code: "1984", Parent: w.county})
	w.library = w.workplace("Köpings stadsbibliotek", w.koping)
	w.kolsva = w.workplace("Kolsva bibliotek", w.koping)
	w.school = w.workplace("Ullvigymnasiets bibliotek", w.koping)
	w.arbogaLibrary = w.workplace("Arboga bibliotek", w.arboga)
	w.do(func(ctx context.Context, tx *db.Tx) error {
		e, err := people.CreateEmployer(ctx, tx, people.Employer{Name: "Köpings kommun", OrgNumber: "212000-2114"})
		w.employer = e.ID
		return err
	})
	return w
}

// try runs f in a transaction.
func (w *world) try(f func(ctx context.Context, tx *db.Tx) error) error {
	return w.d.Tx(w.t.Context(), "office", f)
}

// do is try for what must work.
func (w *world) do(f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.try(f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) unit(n people.NewUnit) (id string) {
	w.t.Helper()
	if n.From == "" {
		n.From = "2000-01-01"
	}
	w.do(func(ctx context.Context, tx *db.Tx) error {
		u, err := people.CreateUnit(ctx, tx, n)
		id = u.ID
		return err
	})
	return id
}

func (w *world) workplace(name, parent string) string {
	w.t.Helper()
	return w.unit(people.NewUnit{Kind: people.Workplace, WorkplaceKind: "public-library", Name: name, Parent: parent})
}

func (w *world) person(given, family string) string {
	w.t.Helper()
	return w.add(people.Person{Given: given, Family: family})
}

func (w *world) add(p people.Person) (id string) {
	w.t.Helper()
	w.do(func(ctx context.Context, tx *db.Tx) error {
		made, err := people.CreatePerson(ctx, tx, p)
		id = made.ID
		return err
	})
	return id
}

// employ gives a person work at a workplace, full time as a librarian from 2010 if nothing else is said.
func (w *world) employ(person, workplace string, change ...func(*people.Employment)) (e people.Employment) {
	w.t.Helper()
	w.do(func(ctx context.Context, tx *db.Tx) (err error) {
		e = people.Employment{Person: person, Employer: w.employer, Workplace: workplace, Title: "bibliotekarie", Share: 1000, Valid: local.Period{From: "2010-01-01"}}
		for _, f := range change {
			f(&e)
		}
		e, err = people.Employ(ctx, tx, access.System, e)
		return err
	})
	return e
}

func (w *world) tree(on local.Date) *people.Tree {
	w.t.Helper()
	tree, err := people.LoadTree(w.t.Context(), w.d, on)
	if err != nil {
		w.t.Fatal(err)
	}
	return tree
}

func (w *world) version(unit string) int {
	w.t.Helper()
	u, err := people.GetUnit(w.t.Context(), w.d, unit, today)
	if err != nil {
		w.t.Fatal(err)
	}
	return u.Version
}

func (w *world) want(what string, err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("%s: %v, want %v", what, err, want)
	}
}
