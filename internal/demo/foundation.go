package demo

import (
	"context"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// An Account is one to try the demo with.
type Account struct {
	Role  access.Role
	Email string
	key   string // of the worker whose it is
}

// Accounts are one for each role, the one with the least rights first. All are made up.
var Accounts = []Account{
	{access.Participant, "participant@example.org", "koping/5"},
	{access.Contact, "contact@example.org", "koping/1"},
	{access.Organiser, "organiser@example.org", "lansbibliotek-vastmanland/3"},
	{access.Office, "office@example.org", "lansbibliotek-sormland/2"},
	{access.Steering, "steering@example.org", "lansbibliotek-orebro/1"},
	{access.Auditor, "auditor@example.org", "revisor/1"},
	{access.Administrator, "admin@example.org", "lansbibliotek-sormland/7"},
}

// SharedAddress is one that two people have between them, at a branch with one computer.
const SharedAddress = "disken.marsvik@example.org"

var sharing = []string{"strangnas-filial-1/1", "strangnas-filial-1/2"}

// protected have protected identity.
var protected = []string{"eskilstuna/17", "orebro/23", "karlskoga-gymnasium/2"}

// Who does what in the story.
const (
	admin  = "lansbibliotek-sormland/7"
	office = "lansbibliotek-sormland/2"
)

// organisers hold the activities in their county.
var organisers = map[string]string{"04": "lansbibliotek-sormland/3", "18": "lansbibliotek-orebro/3", "19": "lansbibliotek-vastmanland/3"}

// long is when the municipalities of today were formed. The demo's units have been there since.
const long local.Date = "1971-01-01"

func (b *book) acts() []act {
	crowd, staff := b.staff()
	acts := []act{
		{name: "the tree", at: at("2011-01-10", "08:00"), play: b.tree},
		{name: "those who run it", at: at("2011-01-10", "09:00"), play: func(ctx context.Context, s *stage) error { return b.runners(ctx, s, staff) }},
		{name: "the programme", at: at("2011-01-11", "09:00"), play: b.programme, blobs: b.logos()},
		{name: "the programme's people", at: at("2011-01-11", "10:00"), play: grantRoles},
		{name: "the programme starts", at: at("2011-01-17", "08:00"), play: func(ctx context.Context, s *stage) error {
			return s.state(ctx, programme.Running, "Projektet startar.")
		}},
	}
	for i, e := range b.employers {
		acts = append(acts, act{name: "roster of " + e.key, at: at("2011-01-12", "08:00").Add(time.Duration(i) * 10 * time.Minute),
			play: func(ctx context.Context, s *stage) error { return roster(ctx, s, b, e.key, staff) }})
	}
	acts = append(acts, act{name: "contacts", at: at("2011-01-14", "09:00"), play: func(ctx context.Context, s *stage) error { return contacts(ctx, s, b) }})
	acts = append(acts, b.changes(crowd)...)
	acts = append(acts, b.extension()...)
	acts = append(acts, b.needs()...)
	acts = append(acts, b.offers()...)
	acts = append(acts, b.analyses()...)
	acts = append(acts, b.reflections()...)
	acts = append(acts, b.commitments()...)
	acts = append(acts, b.selfActs()...)
	return append(acts, b.publications()...)
}

// tree makes the region with all in it, and the employers.
func (b *book) tree(ctx context.Context, s *stage) error {
	unit := func(name string, n people.NewUnit) error {
		n.From = long
		u, err := people.CreateUnit(ctx, s.Tx, n)
		s.name("unit/"+name, u.ID)
		return err
	}
	if err := unit("region", people.NewUnit{Kind: people.Region, Name: "Östra Mellansverige"}); err != nil {
		return err
	}
	for _, m := range b.municipalities {
		if s.id("unit/"+m.countyCode) == "" {
			if err := unit(m.countyCode, people.NewUnit{Kind: people.County, Code: m.countyCode, Name: m.county, Parent: s.id("unit/region")}); err != nil {
				return err
			}
		}
		if err := unit(m.code, people.NewUnit{Kind: people.Municipality, Code: m.code, Name: m.name, Parent: s.id("unit/" + m.countyCode)}); err != nil {
			return err
		}
	}
	for _, w := range b.workplaces {
		if err := unit(w.key, people.NewUnit{Kind: people.Workplace, WorkplaceKind: w.kind, Name: w.name, Parent: s.id("unit/" + w.code)}); err != nil {
			return err
		}
	}
	for _, e := range b.employers {
		made, err := people.CreateEmployer(ctx, s.Tx, people.Employer{Name: e.name, OrgNumber: e.orgNumber})
		if err != nil {
			return err
		}
		s.name("employer/"+e.key, made.ID)
	}
	return nil
}

// hire adds a worker with an account and the posts they have.
func hire(ctx context.Context, s *stage, b *book, w *worker, v access.Viewer) error {
	by := s.By
	p := people.Person{Given: w.given, Family: w.family, Gender: w.gender, BirthYear: w.birth.Time().Year(), ISCED: &w.isced,
		Email: w.email, Phone: w.phone, Protected: w.protected}
	p, err := people.CreatePerson(ctx, s.Tx, p)
	if err != nil {
		return err
	}
	s.name("person/"+w.key, p.ID)
	for _, j := range w.jobs {
		s.as(by, time.Second) // a new order of locks
		e := people.Employment{Person: p.ID, Employer: s.id("employer/" + b.at(j.workplace).employer), Workplace: s.id("unit/" + j.workplace),
			Title: j.title, StaffRole: j.role, Share: j.share, Valid: local.Period{From: j.from}}
		if _, err := people.Employ(ctx, s.Tx, v, e); err != nil {
			return err
		}
	}
	if w.identity != "" {
		s.as(by, 0)
		if err := people.SetIdentity(ctx, s.Tx, s.ring, v, p.ID, w.identity); err != nil {
			return err
		}
	}
	return auth.NewAccount(ctx, s.Tx, access.System, p.ID, w.email)
}

// at is the workplace with a key.
func (b *book) at(key string) workplace {
	for _, w := range b.workplaces {
		if w.key == key {
			return w
		}
	}
	return workplace{}
}

// runners are those of the county libraries, who are not among the target group, and the auditor.
func (b *book) runners(ctx context.Context, s *stage, staff []*worker) error {
	for _, w := range staff {
		if strings.HasPrefix(w.key, "lansbibliotek-") {
			if err := hire(ctx, s, b, w, access.System); err != nil {
				return err
			}
		}
	}
	auditor := &worker{key: "revisor/1", given: "Ingemar", family: "Ekbacke", gender: "man", birth: "1955-03-02", isced: 7, email: "auditor@example.org"}
	if err := hire(ctx, s, b, auditor, access.System); err != nil {
		return err
	}
	_, err := auth.AddGrant(ctx, s.Tx, access.System, s.id("person/"+admin), access.Grant{Role: access.Administrator, Valid: local.Period{From: s.today()}})
	return err
}

// logos are the partners' drawn logotypes.
func (b *book) logos() (blobs []func() (blob, error)) {
	for _, o := range b.plan.Partners {
		blobs = append(blobs, func() (blob, error) {
			picture, err := data.ReadFile("data/logos/" + o.Logo)
			return blob{o.Logo, picture, file.Logo}, err
		})
	}
	return blobs
}

// programme makes the programme as it was applied for.
func (b *book) programme(ctx context.Context, s *stage) error {
	s.as(s.id("person/"+admin), 0)
	v, err := s.viewer(ctx, s.By)
	if err != nil {
		return err
	}
	p := programme.Programme{Slug: b.plan.Slug, Name: b.plan.Name, ShortName: b.plan.ShortName, Purpose: b.plan.Purpose, OverallGoal: b.plan.OverallGoal,
		Appeal: b.plan.Appeal, Contact: b.plan.Contact, FunderReference: b.plan.FunderReference, FundingPeriod: b.plan.FundingPeriod,
		Starts: b.plan.Starts, Ends: b.plan.Ends, Zone: stockholm.String(), Published: true}
	if err := programme.Create(ctx, s.Tx, v, &p); err != nil {
		return err
	}
	s.name("programme", p.ID)
	_, err = auth.AddGrant(ctx, s.Tx, v, s.id("person/"+office), access.Grant{Role: access.Office, Programme: p.ID, Valid: local.Period{From: s.today()}})
	if err != nil {
		return err
	}
	s.as(s.id("person/"+office), time.Minute)
	if v, err = s.viewer(ctx, s.By); err != nil {
		return err
	}
	for i, g := range b.plan.Goals {
		goal := programme.GoalArea{Programme: p.ID, Name: g.Name, Text: g.Text}
		if err := programme.AddGoal(ctx, s.Tx, v, &goal); err != nil {
			return err
		}
		s.name(goalName(i+1), goal.ID)
	}
	for _, ph := range b.plan.Phases {
		phase := programme.Phase{Programme: p.ID, Name: ph.Name, Starts: ph.Starts, Ends: ph.Ends}
		if err := programme.AddPhase(ctx, s.Tx, v, &phase); err != nil {
			return err
		}
	}
	for i, o := range b.plan.Partners {
		logo, err := file.Add(ctx, s.Tx, s.blobs[i], "logo")
		if err != nil {
			return err
		}
		partner := programme.Partner{Programme: p.ID, Role: programme.PartnerRole(o.Role), Name: o.Name, Logo: logo.ID, LogoAlt: o.Alt}
		if err := programme.AddPartner(ctx, s.Tx, v, &partner); err != nil {
			return err
		}
	}
	var targets []string
	for _, m := range b.municipalities {
		targets = append(targets, s.id("unit/"+m.code))
	}
	return programme.SetTargets(ctx, s.Tx, v, p.ID, targets)
}

func goalName(n int) string { return "goal/" + string(rune('0'+n)) }

// grantRoles gives the programme's people their roles.
func grantRoles(ctx context.Context, s *stage) error {
	s.as(s.id("person/"+admin), 0)
	v, err := s.viewer(ctx, s.By)
	if err != nil {
		return err
	}
	p := s.id("programme")
	grant := func(key string, role access.Role, until local.Date) error {
		_, err := auth.AddGrant(ctx, s.Tx, v, s.id("person/"+key), access.Grant{Role: role, Programme: p, Valid: local.Period{From: s.today(), To: until}})
		return err
	}
	for _, county := range []string{"04", "18", "19"} {
		if err := grant(organisers[county], access.Organiser, ""); err != nil {
			return err
		}
	}
	for _, key := range []string{"lansbibliotek-sormland/1", "lansbibliotek-orebro/1", "lansbibliotek-vastmanland/1"} {
		if err := grant(key, access.Steering, ""); err != nil {
			return err
		}
	}
	if err := grant("lansbibliotek-sormland/5", access.Office, ""); err != nil {
		return err
	}
	return grant("revisor/1", access.Auditor, "2014-01-01")
}

// office is the viewer of the project office, whose acts those that follow are.
func (s *stage) office(ctx context.Context) (access.Viewer, error) {
	person := s.id("person/" + office)
	s.as(person, time.Second)
	v, err := s.viewer(ctx, person)
	if err != nil {
		return v, err
	}
	p := s.id("programme")
	targets, err := programme.Targets(ctx, s.Tx, p)
	if err != nil {
		return v, err
	}
	return people.WithTargets(ctx, s.Tx, v, map[string][]string{p: targets})
}

// roster adds the staff that an employer has when the project starts.
func roster(ctx context.Context, s *stage, b *book, employer string, staff []*worker) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	for _, w := range staff {
		if b.at(w.jobs[0].workplace).employer != employer || strings.HasPrefix(w.key, "lansbibliotek-") {
			continue
		}
		if err := hire(ctx, s, b, w, v); err != nil {
			return err
		}
		s.as(s.id("person/"+office), time.Second)
	}
	return nil
}

// contacts makes one of the staff at each workplace its contact; of the branches it is the main library's manager too.
func contacts(ctx context.Context, s *stage, b *book) error {
	s.as(s.id("person/"+admin), 0)
	v, err := s.viewer(ctx, s.By)
	if err != nil {
		return err
	}
	grant := func(key, workplace string) error {
		_, err := auth.AddGrant(ctx, s.Tx, v, s.id("person/"+key),
			access.Grant{Role: access.Contact, Unit: s.id("unit/" + workplace), Valid: local.Period{From: s.today()}})
		return err
	}
	for _, w := range b.workplaces {
		if w.kind == "county-library" {
			continue
		}
		if err := grant(w.key+"/1", w.key); err != nil {
			return err
		}
		if w.kind == "branch-library" || w.kind == "mobile-library" {
			if err := grant(w.employer+"/1", w.key); err != nil {
				return err
			}
		}
	}
	return nil
}

// state moves the programme on.
func (s *stage) state(ctx context.Context, to programme.State, why string) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	p, err := programme.Get(ctx, s.Tx, v, s.id("programme"))
	if err != nil {
		return err
	}
	return programme.SetState(ctx, s.Tx, v, p.ID, p.Version, to, why)
}
