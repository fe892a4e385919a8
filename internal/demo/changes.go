package demo

import (
	"context"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// What happens to the staff and the workplaces while the project goes on.

// leavers stop working; the day is the first on which they do not.
var leavers = []struct {
	key string
	on  local.Date
}{
	{"eskilstuna/21", "2011-07-01"}, {"orebro/31", "2011-09-01"}, {"vasteras/40", "2011-10-01"}, {"katrineholm/9", "2011-12-01"},
	{"nykoping/12", "2012-01-01"}, {"orebro/14", "2012-01-01"}, {"kumla/6", "2012-02-01"}, {"vasteras/27", "2012-04-01"},
	{"lindesberg/7", "2012-06-01"}, {"eskilstuna/33", "2012-07-01"}, {"sala/8", "2012-08-01"}, {"vasteras-gymnasium/6", "2012-08-15"},
	{"arboga/5", "2012-09-01"}, {"karlskoga/11", "2012-10-01"}, {"koping/9", "2013-01-01"}, {"orebro/40", "2013-02-01"},
}

// newcomers begin; the key is the workplace's with the next number.
var newcomers = []struct {
	key, title, role string
	share            int
	from             local.Date
}{
	{"eskilstuna/39", "bibliotekarie", "librarian", 1000, "2011-08-15"},
	{"orebro/49", "bibliotekarie", "librarian", 1000, "2011-09-01"},
	{"vasteras/51", "medierådgivare", "media-adviser", 1000, "2011-11-01"},
	{"katrineholm/16", "barnbibliotekarie", "childrens-librarian", 1000, "2012-01-09"},
	{"nykoping/23", "biblioteksassistent", "assistant", 750, "2012-01-16"},
	{"orebro/50", "biblioteksassistent", "assistant", 1000, "2012-02-01"},
	{"oxelosund/7", "bibliotekarie", "librarian", 1000, "2012-03-01"},
	{"vasteras/52", "bibliotekarie", "librarian", 500, "2012-04-16"},
	{"koping/15", "bibliotekarie", "librarian", 1000, "2012-05-02"},
	{"eskilstuna/40", "vaktmästare", "caretaker", 1000, "2012-08-01"},
	{"vasteras-gymnasium/8", "gymnasiebibliotekarie", "school-librarian", 1000, "2012-08-15"},
	{"trosa/7", "biblioteksassistent", "assistant", 500, "2012-08-20"},
	{"hallsberg/9", "bibliotekarie", "librarian", 1000, "2012-09-03"},
	{"koping/16", "biblioteksassistent", "assistant", 800, "2012-10-01"},
	{"fagersta/8", "bibliotekarie", "librarian", 1000, "2013-01-07"},
}

// shifts are changes of workplace, title or share; what is empty stays.
var shifts = []struct {
	key              string
	from             local.Date
	workplace, title string
	share            int
}{
	{"koping/6", "2011-10-01", "koping-filial-1", "", 0},
	{"nykoping/8", "2011-11-01", "nykoping-filial-2", "", 0},
	{"eskilstuna/9", "2012-01-01", "", "enhetschef", 1000},
	{"vasteras/12", "2012-01-01", "", "", 800},
	{"orebro/19", "2012-02-01", "orebro-filial-2", "", 0},
	{"strangnas/4", "2012-03-01", "", "", 500},
	{"katrineholm/4", "2012-04-01", "", "förste bibliotekarie", 0},
	{"lindesberg-filial-2/1", "2012-07-01", "lindesberg", "", 0}, // the branch closes
	{"koping/3", "2012-08-13", "", "", 750},
	{"vasteras-filial-2/2", "2012-09-01", "vasteras", "", 0},
	{"karlskoga/7", "2012-09-01", "karlskoga-filial-1", "", 0},
	{"orebro/33", "2012-12-01", "", "enhetschef", 1000},
}

// seconds have a second employment beside the first.
var seconds = []struct {
	key, workplace, title, role string
	share                       int
	from                        local.Date
}{
	{"koping-sjukhus/2", "koping", "biblioteksassistent", "assistant", 250, "2011-02-01"},
	{"flen-gymnasium/1", "flen", "bibliotekarie", "librarian", 400, "2011-08-15"},
	{"nora-gymnasium/1", "nora", "bibliotekarie", "librarian", 500, "2011-08-15"},
	{"almlidens-gymnasium/2", "vasteras-filial-1", "biblioteksassistent", "assistant", 250, "2011-09-01"},
	{"trosa-gymnasium/1", "trosa", "bibliotekarie", "librarian", 300, "2012-01-01"},
}

func (b *book) changes(crowd *crowd) (acts []act) {
	add := func(name string, day local.Date, clock local.Clock, play func(context.Context, *stage, access.Viewer) error) {
		acts = append(acts, act{name: name, at: at(day, clock), staff: true, play: func(ctx context.Context, s *stage) error {
			v, err := s.office(ctx)
			if err != nil {
				return err
			}
			return play(ctx, s, v)
		}})
	}
	for _, l := range leavers {
		// It is known a while before.
		add("leaves "+l.key, l.on.Add(-20), "09:00", func(ctx context.Context, s *stage, v access.Viewer) error {
			e, err := s.job(ctx, l.key, l.on.Add(-1))
			if err != nil {
				return err
			}
			return people.EndEmployment(ctx, s.Tx, v, e.ID, e.Version, l.on)
		})
	}
	for _, n := range newcomers {
		place, _, _ := strings.Cut(n.key, "/")
		w := crowd.worker(n.key, b.at(place).employer, post{place, n.title, n.role, n.share, n.from})
		add("begins "+n.key, n.from.Add(-7), "10:00", func(ctx context.Context, s *stage, v access.Viewer) error {
			return hire(ctx, s, b, w, v)
		})
	}
	for _, f := range shifts {
		add("changes "+f.key, f.from.Add(-10), "11:00", func(ctx context.Context, s *stage, v access.Viewer) error {
			e, err := s.job(ctx, f.key, f.from)
			if err != nil {
				return err
			}
			to := people.Change{Workplace: e.Workplace, Title: e.Title, StaffRole: e.StaffRole, Share: e.Share}
			if f.workplace != "" {
				to.Workplace = s.id("unit/" + f.workplace)
			}
			if f.title != "" {
				to.Title, to.StaffRole = f.title, people.RoleOf(f.title)
			}
			if f.share != 0 {
				to.Share = f.share
			}
			_, err = people.ChangeEmployment(ctx, s.Tx, v, e.ID, e.Version, f.from, to)
			return err
		})
	}
	for _, e := range seconds {
		add("also "+e.key, e.from.Add(-5), "11:30", func(ctx context.Context, s *stage, v access.Viewer) error {
			_, err := people.Employ(ctx, s.Tx, v, people.Employment{Person: s.id("person/" + e.key), Employer: s.id("employer/" + b.at(e.workplace).employer),
				Workplace: s.id("unit/" + e.workplace), Title: e.title, StaffRole: e.role, Share: e.share, Valid: local.Period{From: e.from}})
			return err
		})
	}
	add("a branch gets another name", "2012-02-15", "09:00", func(ctx context.Context, s *stage, v access.Viewer) error {
		u, err := people.GetUnit(ctx, s.Tx, s.id("unit/vasteras-filial-4"), s.today())
		if err != nil {
			return err
		}
		return people.RenameUnit(ctx, s.Tx, u.ID, u.Version, "2012-03-01", "Sjölidens bibliotek och mötesplats (påhittat)")
	})
	add("a branch goes up in the main library", "2011-12-12", "09:00", func(ctx context.Context, s *stage, v access.Viewer) error {
		u, err := people.GetUnit(ctx, s.Tx, s.id("unit/eskilstuna-filial-4"), s.today())
		if err != nil {
			return err
		}
		return people.MergeUnits(ctx, s.Tx, u.ID, u.Version, s.id("unit/eskilstuna"), "2012-01-01")
	})
	add("a branch closes", "2012-06-27", "09:00", func(ctx context.Context, s *stage, v access.Viewer) error {
		u, err := people.GetUnit(ctx, s.Tx, s.id("unit/lindesberg-filial-2"), s.today())
		if err != nil {
			return err
		}
		return people.CloseUnit(ctx, s.Tx, u.ID, u.Version, "2012-07-01")
	})
	return acts
}

// job is a worker's main employment on a day.
func (s *stage) job(ctx context.Context, key string, on local.Date) (people.Employment, error) {
	return people.EmploymentOn(ctx, s.Tx, s.id("person/"+key), on)
}

// extension is how two months were added.
func (b *book) extension() []act {
	edit := func(ctx context.Context, s *stage, change func(p *programme.Programme)) error {
		v, err := s.office(ctx)
		if err != nil {
			return err
		}
		p, err := programme.Get(ctx, s.Tx, v, s.id("programme"))
		if err != nil {
			return err
		}
		change(&p)
		return programme.Update(ctx, s.Tx, v, &p)
	}
	return []act{
		{name: "the extension is granted", at: at("2012-10-10", "14:00"), play: func(ctx context.Context, s *stage) error {
			if err := edit(ctx, s, func(p *programme.Programme) { p.Ends = "2013-03-31" }); err != nil {
				return err
			}
			v, err := s.office(ctx)
			if err != nil {
				return err
			}
			phases, err := programme.Phases(ctx, s.Tx, s.id("programme"))
			if err != nil {
				return err
			}
			for _, ph := range phases {
				if ph.Ends == b.plan.Ends { // the last: workshops now fill most of it
					ph.Name, ph.Ends = "Förlängning: workshoppar, slutseminarium och slutrapport", "2013-03-31"
					if err := programme.UpdatePhase(ctx, s.Tx, v, &ph); err != nil {
						return err
					}
				}
			}
			return nil
		}},
		{name: "everyone is told of the extension", at: at("2012-10-12", "08:30"), play: func(ctx context.Context, s *stage) error {
			return edit(ctx, s, func(p *programme.Programme) { p.Appeal = b.plan.AppealExtended })
		}},
		{name: "the last stretch", at: at("2012-12-13", "08:00"), play: func(ctx context.Context, s *stage) error {
			return s.state(ctx, programme.LastStretch, "Nu återstår workshopparna och slutseminariet.")
		}},
		{name: "the report is written", at: at("2013-03-14", "08:00"), play: func(ctx context.Context, s *stage) error {
			return s.state(ctx, programme.Closing, "Aktiviteterna är över. Resten av mars skriver vi slutrapporten.")
		}},
		{name: "the project ends", at: at("2013-04-02", "08:00"), play: func(ctx context.Context, s *stage) error {
			if err := edit(ctx, s, func(p *programme.Programme) {
				p.Appeal = "Tack, alla som var med! Brev, blogg och dokument finns kvar här som arkiv."
			}); err != nil {
				return err
			}
			return s.state(ctx, programme.Closed, "Projektet tog slut den 31 mars 2013.")
		}},
	}
}
