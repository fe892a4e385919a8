package roster_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
	"kompobib/internal/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// office may do what the office of all programmes may.
var office = access.Viewer{Person: "office", Grants: []access.Grant{{Role: access.Office}}}

// A world is an installation with municipalities, and nobody in it.
type world struct {
	t     *testing.T
	d     *db.DB
	ring  *secret.Ring
	units map[string]string // by code
}

func build(t *testing.T, d *db.DB) *world {
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, d, ring, map[string]string{}}
	w.unit("", people.NewUnit{Kind: people.Region, Name: "Östra Mellansverige", Code: "R"})
	for _, u := range []struct{ code, name, above string }{
		{"04", "Södermanlands län", "R"}, {"19", "Västmanlands län", "R"}, {"0480", "Nyköping", "04"}, {"0483", "Katrineholm", "04"},
		{"0484", "Eskilstuna", "04"}, {"1983", "Köping", "19"}, {"1960", "Kungsör", "19"}, {"1980", "Västerås", "19"}, {"1981", "Sala", "19"},
	} {
		kind := people.County
		if len(u.code) == 4 {
			kind = people.Municipality
		}
		w.unit(u.above, people.NewUnit{Kind: kind, Name: u.name, Code: u.code})
	}
	return w
}

func (w *world) unit(above string, n people.NewUnit) {
	w.t.Helper()
	n.Parent, n.From = w.units[above], "1970-01-01"
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		u, err := people.CreateUnit(ctx, tx, n)
		w.units[n.Code] = u.ID
		return err
	})
}

func (w *world) tx(f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Tx(w.t.Context(), "office", f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) today() local.Date { return local.DateOf(w.d.Now(), time.UTC) }

func file(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (w *world) compare(name string, content []byte, choices roster.Choices) *roster.Difference {
	w.t.Helper()
	list, err := roster.Read(w.t.Context(), w.ring, name, content, choices.Mapping, w.today())
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := roster.Compare(w.t.Context(), w.d, office, list, choices)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// of are the choices for another list of an employer.
func (w *world) of(employer string) roster.Choices {
	w.t.Helper()
	choices, err := roster.EmployerChoice(w.t.Context(), w.d, employer)
	if err != nil {
		w.t.Fatal(err)
	}
	return choices
}

// staffed takes in a first list of Köping's staff, as of a day, and returns the choices for the next.
func (w *world) staffed(list string, on local.Date) roster.Choices {
	w.t.Helper()
	w.take("lista.csv", []byte(list), roster.Choices{NewEmployer: "Köpings kommun", On: on}, roster.Decisions{})
	return w.of("Köpings kommun")
}
