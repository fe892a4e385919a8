package publishing_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
)

const mailDay local.Date = "2012-10-12"

// A staff is workplaces with people to send a letter to.
type staff struct {
	t              *testing.T
	d              *db.DB
	employer       string
	library, other string // workplaces, the second outside the programme
	programme      string
	ids            map[string]string // persons by name
}

func newStaff(t *testing.T, d *db.DB) *staff {
	t.Helper()
	var here string
	s := &staff{t: t, d: d, programme: newProgramme(t, d, "a"), ids: map[string]string{}}
	do(t, d, func(ctx context.Context, tx *db.Tx) error {
		unit := func(kind people.Kind, name, parent string) string {
			n := people.NewUnit{Kind: kind, Name: name, Parent: parent, From: "2000-01-01"}
			if kind == people.Workplace {
				n.WorkplaceKind = "public-library"
			}
			u, err := people.CreateUnit(ctx, tx, n)
			if err != nil {
				t.Fatal(err)
			}
			return u.ID
		}
		county := unit(people.County, "Länet", unit(people.Region, "Regionen", ""))
		here = unit(people.Municipality, "Köping", county)
		s.library, s.other = unit(people.Workplace, "Stadsbiblioteket", here), unit(people.Workplace, "Annat", unit(people.Municipality, "Sala", county))
		e, err := people.CreateEmployer(ctx, tx, people.Employer{Name: "Kommunen", OrgNumber: "212000-0142"})
		if err != nil {
			return err
		}
		s.employer = e.ID
		return nil
	})
	do(t, d, func(ctx context.Context, tx *db.Tx) error {
		return programme.SetTargets(ctx, tx, access.System, s.programme, []string{here})
	})
	return s
}

// add employs someone at a workplace from one day to before another.
func (s *staff) add(p people.Person, workplace string, from, to local.Date) string {
	s.t.Helper()
	p.Family = "Test"
	do(s.t, s.d, func(ctx context.Context, tx *db.Tx) error {
		added, _, err := people.Hire(ctx, tx, access.System, p, people.Employment{Employer: s.employer, Workplace: workplace, Title: "bibliotekarie", Share: 1000,
			Valid: local.Period{From: from, To: to}})
		s.ids[p.Given] = added.ID
		return err
	})
	return s.ids[p.Given]
}

func (s *staff) round(x publishing.Publication) publishing.Round {
	s.t.Helper()
	round, err := publishing.RoundOf(s.t.Context(), s.d, office(s.programme), x, mailDay)
	if err != nil {
		s.t.Fatal(err)
	}
	return round
}

func (s *staff) mail(v access.Viewer, x publishing.Publication) (n int, err error) {
	err = s.d.Tx(s.t.Context(), "office", func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = publishing.Mail(ctx, tx, v, x.ID, mailDay)
		return err
	})
	return n, err
}

// got is who has letters, by name.
func (s *staff) got() (names []string) {
	s.t.Helper()
	list, err := letter.List(s.t.Context(), s.d, access.System, letter.Filter{Template: letter.ToParticipants})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, l := range list {
		for name, id := range s.ids {
			if id == l.Person {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// A letter goes to everyone on the roster of the day with an address, once; to who comes later, later.
func TestMail(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		with := func(name string) people.Person { return people.Person{Given: name, Email: name + "@example.org"} }
		s.add(with("ann"), s.library, "2010-01-01", "")
		hidden := with("hidden")
		hidden.Protected = true
		s.add(hidden, s.library, "2010-01-01", "")
		s.add(people.Person{Given: "mute"}, s.library, "2010-01-01", "")
		s.add(people.Person{Given: "hidden-mute", Protected: true}, s.library, "2010-01-01", "")
		signsIn := s.add(people.Person{Given: "signs-in"}, s.library, "2010-01-01", "")
		do(t, d, func(ctx context.Context, tx *db.Tx) error {
			return auth.NewAccount(ctx, tx, access.System, signsIn, "signs-in@example.org")
		})
		s.add(with("left"), s.library, "2010-01-01", mailDay)
		s.add(with("tomorrow"), s.library, mailDay.Add(1), "")
		s.add(with("elsewhere"), s.other, "2010-01-01", "")

		x := created(t, d, toAll(s.programme))
		if _, err := s.mail(office(s.programme), x); !errors.Is(err, publishing.ErrNotMailed) {
			t.Errorf("a draft was sent: %v", err)
		}
		do(t, d, func(ctx context.Context, tx *db.Tx) error {
			return publishing.Publish(ctx, tx, office(s.programme), x.ID, x.Version)
		})
		round := s.round(x)
		if got := fmt.Sprint(len(round.To), round.Had, round.Mute, round.MuteAt); got != "3 0 2 [{ 1} {Stadsbiblioteket 1}]" {
			t.Errorf("before: %s", got)
		}
		for says, v := range map[string]access.Viewer{
			"who only writes":   {Person: "x", Grants: []access.Grant{{Role: access.Steering, Programme: s.programme}}},
			"a contact":         {Person: "x", Grants: []access.Grant{{Role: access.Contact, Unit: s.library, Workplaces: []string{s.library}}}},
			"another office":    office("other"),
			"the administrator": {Person: "x", Grants: []access.Grant{{Role: access.Administrator}}},
		} {
			if _, err := s.mail(v, x); !errors.Is(err, publishing.ErrForbidden) {
				t.Errorf("%s sent it: %v", says, err)
			}
		}
		page := published(t, d, page(s.programme, "Sida"))
		if _, err := s.mail(office(s.programme), page); !errors.Is(err, publishing.ErrNotMailed) {
			t.Errorf("a page was sent: %v", err)
		}

		if n, err := s.mail(office(s.programme), x); n != 3 || err != nil {
			t.Fatalf("sent %d, %v", n, err)
		}
		if got := fmt.Sprint(s.got()); got != "[ann hidden signs-in]" {
			t.Errorf("letters to %s", got)
		}
		if _, err := s.mail(office(s.programme), x); !errors.Is(err, publishing.ErrMailed) {
			t.Errorf("sent twice: %v", err)
		}
		s.add(with("new"), s.library, "2012-10-01", "")
		round = s.round(x)
		if got := fmt.Sprint(len(round.To), round.Had, round.Mute, len(round.Mailings)); got != "1 3 2 1" || round.Mailings[0].Letters != 3 || round.Mailings[0].MadeBy != "office" {
			t.Errorf("afterwards: %s, %v", got, round.Mailings)
		}
		if n, err := s.mail(office(s.programme), x); n != 1 || err != nil {
			t.Errorf("to who came since: %d, %v", n, err)
		}
		if got := fmt.Sprint(s.got()); got != "[ann hidden new signs-in]" {
			t.Errorf("letters to %s", got)
		}
	})
}

// Of two who send at the same moment one is refused, and nobody gets two letters.
func TestMailAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		for _, name := range []string{"ann", "bo", "eva"} {
			s.add(people.Person{Given: name, Email: name + "@example.org"}, s.library, "2010-01-01", "")
		}
		x := published(t, d, toAll(s.programme))
		var all sync.WaitGroup
		sent := make([]int, 6)
		for i := range sent {
			all.Go(func() {
				n, err := s.mail(office(s.programme), x)
				if sent[i] = n; err != nil && !errors.Is(err, publishing.ErrMailed) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		slices.Sort(sent)
		if got := fmt.Sprint(sent, s.got()); got != "[0 0 0 0 0 3] [ann bo eva]" {
			t.Error(got)
		}
		doctor.Well(t, d)
	})
}

// With nobody to send to it is not said that it was sent.
func TestMailToNobody(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		s.add(people.Person{Given: "mute"}, s.library, "2010-01-01", "")
		x := published(t, d, toAll(s.programme))
		if _, err := s.mail(office(s.programme), x); !errors.Is(err, publishing.ErrMailedNone) {
			t.Error(err)
		}
		if round := s.round(x); len(round.Mailings) > 0 {
			t.Error(round.Mailings)
		}
	})
}

func toAll(of string) publishing.Publication {
	return publishing.Publication{Programme: of, Kind: publishing.Letter,
		Text: publishing.Text{Title: "Förlängning", Body: "Hej alla", Language: "sv", Recipients: "Alla deltagare", Date: mailDay}}
}
