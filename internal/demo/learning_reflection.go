package demo

import (
	"context"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/learning/reflection"
)

// shareAt is at which level the n:th thought is shared, and whether with a name: all levels come round.
func shareAt(n int) (reflection.Level, bool) {
	switch n % 8 {
	case 0, 5:
		return reflection.Me, false
	case 1:
		return reflection.Workplace, true
	case 2, 4, 6:
		return reflection.Programme, n%16 < 8
	case 3:
		return reflection.Public, true
	}
	return reflection.Public, false
}

// reflections are the acts in which people write of what they have learned, and the office finds out what they have in common.
func (b *book) reflections() []act {
	return []act{
		{name: "themes", at: at("2012-11-05", "09:10"), play: nameThemes},
		{name: "logbooks before Christmas", at: at("2012-12-11", "15:20"), play: func(ctx context.Context, s *stage) error { return writeLogbooks(ctx, s, 0, 100) }},
		{name: "logbooks after Christmas", at: at("2013-01-16", "14:40"), play: func(ctx context.Context, s *stage) error { return writeLogbooks(ctx, s, 100, 110) }},
		{name: "a logbook with something at each level", at: at("2013-01-18", "16:00"), play: writeOneOfEach},
		{name: "code reflections", at: at("2013-01-28", "10:05"), play: codeReflections},
		{name: "ask for quotations", at: at("2013-02-04", "09:30"), play: askForQuotations},
		{name: "answer about quotations", at: at("2013-02-06", "16:10"), play: answerQuotations},
		{name: "joint records", at: at("2013-02-12", "11:00"), play: writeRecords},
	}
}

func nameThemes(ctx context.Context, s *stage) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	for _, t := range []reflection.Theme{{Name: "Bemötande", Words: "bemöta, vänlig, leende, skylt, disk"}, {Name: "Nya medier", Words: "e-bok, läsplatta, surfplatta, spel, teknik"},
		{Name: "Samarbete", Words: "tillsammans, granne, ihop, nätverk"}, {Name: "Uppsökande", Words: "torget, förskola, bokcykel, uppsöka"}, {Name: "Ledarskap", Words: "leda, chef, möte"}} {
		t.Programme = s.id("programme")
		if err := reflection.SaveTheme(ctx, s.Tx, v, &t); err != nil {
			return err
		}
		s.name("theme/"+t.Name, t.ID)
	}
	return nil
}

// An attendee is someone who has been at something, where they work now.
type attendee struct {
	person, workplace, occasion string
}

// attendees are some of those who have been at something lately, spread over all who have.
func attendees(ctx context.Context, s *stage) ([]attendee, error) {
	return db.All(ctx, s.Tx, func(a *attendee) []any { return []any{&a.person, &a.workplace, &a.occasion} }, `
		SELECT t.person, min(e.workplace), max(m.occasion) FROM attendance t JOIN meeting m ON m.id = t.meeting JOIN person p ON p.id = t.person AND p.protected = 0
		JOIN employment e ON e.person = t.person AND e.valid_from <= $1 AND (e.valid_to IS NULL OR e.valid_to > $1)
		WHERE t.minutes > 0 AND m.date >= '2012-03-01' GROUP BY t.person ORDER BY t.person`, s.today())
}

func writeLogbooks(ctx context.Context, s *stage, from, n int) error {
	all, err := attendees(ctx, s)
	if err != nil {
		return err
	}
	s.rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	said := thoughts()
	for i, a := range all[:min(n, len(all))] {
		i += from
		s.as(a.person, 40*time.Second)
		v := access.Viewer{Person: a.person, On: s.today(), Grants: []access.Grant{{Role: access.Participant}}}
		thought := said[i%len(said)]
		r := reflection.Reflection{Occasion: a.occasion, Date: s.today(), Text: reflection.Text{Answers: map[string]string{"take": thought.take, "try": thought.try, "users": thought.users}}}
		if err := reflection.Write(ctx, s.Tx, s.ring, v, &r); err != nil {
			return err
		}
		level, named := shareAt(i)
		if level == reflection.Me {
			continue
		}
		if _, err := learning.Find(ctx, s.Tx, v, s.id("programme"), a.workplace); err != nil {
			if err := s.try(err); err != nil {
				return err
			}
			continue
		}
		err := reflection.Share(ctx, s.Tx, s.ring, v, r.ID, 1, reflection.Sharing{Level: level, Programme: s.id("programme"), Workplace: a.workplace, Named: named}, s.today())
		if err := s.tryIf(err); err != nil {
			return err
		}
	}
	return nil
}

// writeOneOfEach fills the logbook of whom the demo lets one sign in as.
func writeOneOfEach(ctx context.Context, s *stage) error {
	person := s.id("person/koping/5")
	s.as(person, 0)
	v := access.Viewer{Person: person, On: s.today(), Grants: []access.Grant{{Role: access.Participant}}}
	places, err := reflection.Places(ctx, s.Tx, v, s.id("programme"))
	if err != nil || len(places) == 0 {
		return err
	}
	for i, level := range reflection.Levels {
		s.as(person, 5*time.Minute)
		thought := ownThoughts()[i]
		r := reflection.Reflection{Date: s.today(), Text: reflection.Text{Title: thought.theme, Answers: map[string]string{"take": thought.take, "try": thought.try, "users": thought.users}}}
		if err := reflection.Write(ctx, s.Tx, s.ring, v, &r); err != nil {
			return err
		}
		if level == reflection.Me {
			continue
		}
		err := reflection.Share(ctx, s.Tx, s.ring, v, r.ID, 1, reflection.Sharing{Level: level, Programme: places[0].Programme, Workplace: places[0].Workplace, Named: level == reflection.Public}, s.today())
		if err := s.tryIf(err); err != nil {
			return err
		}
	}
	return nil
}

// tryIf is [stage.try] for what may have gone well.
func (s *stage) tryIf(err error) error {
	if err == nil {
		return nil
	}
	return s.try(err)
}

func codeReflections(ctx context.Context, s *stage) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	list, err := reflection.List(ctx, s.Tx, s.ring, v, reflection.Filter{Programme: s.id("programme")})
	if err != nil {
		return err
	}
	about := map[string]string{} // by what was taken
	for _, t := range append(thoughts(), ownThoughts()...) {
		about[t.take] = t.theme
	}
	for i, x := range list {
		if x.Level == reflection.Workplace || i%12 == 11 { // some wait for their themes
			continue
		}
		if err := reflection.Code(ctx, s.Tx, v, x.ID, nil, []string{s.id("theme/" + about[x.Answers["take"]])}); err != nil {
			return err
		}
	}
	return nil
}

func askForQuotations(ctx context.Context, s *stage) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	list, err := reflection.List(ctx, s.Tx, s.ring, v, reflection.Filter{Programme: s.id("programme"), Level: reflection.Programme})
	if err != nil {
		return err
	}
	for _, x := range list[:min(5, len(list))] {
		if _, err := reflection.Ask(ctx, s.Tx, s.ring, v, x.ID, x.Answers["take"]); err != nil {
			return err
		}
	}
	return nil
}

// answerQuotations says yes to the first two, no to the third, and yes to the fourth, who takes it back; the fifth has not answered yet.
func answerQuotations(ctx context.Context, s *stage) error {
	type asked struct{ id, person string }
	list, err := db.All(ctx, s.Tx, func(a *asked) []any { return []any{&a.id, &a.person} },
		`SELECT q.id, r.person FROM quotation q JOIN reflection r ON r.id = q.reflection WHERE q.state = 'asked' ORDER BY q.id`)
	if err != nil {
		return err
	}
	for i, answers := range [][]string{{reflection.YesNamed}, {reflection.Yes}, {reflection.No}, {reflection.Yes, reflection.No}} {
		if i >= len(list) {
			break
		}
		a := list[i]
		v := access.Viewer{Person: a.person, On: s.today(), Grants: []access.Grant{{Role: access.Participant}}}
		for n, answer := range answers {
			s.as(a.person, time.Minute)
			q, err := reflection.OwnQuotation(ctx, s.Tx, s.ring, v, a.id)
			if err != nil {
				return err
			}
			sources, err := reflection.Sources(ctx, s.Tx, v, q)
			if err != nil {
				return err
			}
			if err := reflection.Answer(ctx, s.Tx, s.ring, v, a.id, n+1, answer, reflection.SourcesMark(sources)); err != nil {
				return err
			}
		}
	}
	return nil
}

// records are what some workplaces have written down together.
var records = []struct {
	body   string
	agreed bool
}{
	{"## Vad har vi lärt oss?\n\nAtt fråga mer och anta mindre. Föreläsningarna om bemötande har vi pratat mycket om.\n\n## Vilket fokus har vi?\n\nRummet ska säga *välkommen*, inte *förbjudet*.\n\n## Vad ska användarna märka?\n\n- Vi går ut på golvet.\n- Skyltarna är hälften så många.\n", true},
	{"## Vad har vi lärt oss?\n\nTekniken är inte svår, men man behöver få prova i lugn och ro.\n\n## Vad ska användarna märka?\n\nDet finns alltid någon som kan hjälpa till med läsplattan.\n", true},
	{"## Vad har vi lärt oss?\n\nVi har börjat skriva. Mer efter nästa möte.\n", false},
}

func writeRecords(ctx context.Context, s *stage) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	all, err := learning.All(ctx, s.Tx, v, s.id("programme"))
	if err != nil {
		return err
	}
	type contact struct{ unit, person string }
	leads, err := db.All(ctx, s.Tx, func(c *contact) []any { return []any{&c.unit, &c.person} },
		`SELECT unit, person FROM role_grant WHERE role = 'contact' AND valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) AND unit IS NOT NULL ORDER BY unit, person`, s.today())
	if err != nil {
		return err
	}
	n := 0
	held, err := db.Values[string](ctx, s.Tx, `SELECT DISTINCT p.workplace FROM workshop_place p JOIN workshop w ON w.id = p.workshop WHERE w.closed IS NOT NULL ORDER BY p.workplace`)
	if err != nil {
		return err
	}
	for _, place := range all {
		if !slices.Contains(held, place.Workplace) {
			continue
		}
		for _, c := range leads {
			if c.unit != place.Workplace || n >= 3*len(records) {
				continue
			}
			s.as(c.person, 3*time.Minute)
			lead, err := s.viewer(ctx, c.person)
			if err != nil {
				return err
			}
			record := records[n%len(records)]
			n++
			if _, err := reflection.WriteRecord(ctx, s.Tx, lead, place.Programme, place.Workplace, 0, record.body); err != nil {
				return err
			}
			if !record.agreed {
				break
			}
			if err := reflection.Agree(ctx, s.Tx, lead, place.Programme, place.Workplace, 1, s.today(), "Europe/Stockholm"); err != nil {
				return err
			}
			break
		}
	}
	return nil
}
