package demo

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/letter"
	"kompobib/internal/local"
)

// never is the keenness of a workplace that nobody comes from, not even on the day that all are closed.
const never = -9

// keenness is how a workplace takes to the programme: most pass every invitation on, some now and then, and some never.
func keenness(workplace string) float64 {
	if workplace == "koping" {
		return 0.2 // where the demo's contact and participant work
	}
	switch x := chance("keen " + workplace).Float64(); {
	case x < 0.05:
		return never
	case x < 0.14:
		return -2.6
	case x < 0.34:
		return -0.7
	}
	return 0.2
}

// wishes reports whether a person wants to come to an event. The uptake is of an average person at an average workplace.
func wishes(e event, p player) bool {
	if e.Workplaces {
		return chance("wish "+e.Key+p.key).Float64() < 0.94
	}
	if e.Uptake <= 0 {
		return false
	}
	eager := 2 * (chance("eager "+p.key).Float64() - 0.5) // from -1 to 1
	logit := math.Log(e.Uptake/(1-e.Uptake)) + 1.3*eager + keenness(p.workplace)
	return chance("wish "+e.Key+" "+p.key).Float64() < 1/(1+math.Exp(-logit))
}

// waves are when people sign up: how far from opening to closing, and how many of them by then.
var waves = []struct {
	clock      local.Clock
	when, part float64
}{{"09:05", 0, 0.45}, {"13:20", 0.25, 0.70}, {"10:40", 0.6, 0.88}, {"15:10", 0.95, 1}}

// seats are the acts in which people sign up to an occasion, and some think better of it.
func (b *book) seats(e event, n int, o offered) (acts []act) {
	opens := o.Opens.Add(e.Quiet)
	days := o.Closes.Time().Sub(opens.Time()).Hours() / 24
	first := o.Meetings[0].Date
	from := 0.0
	for i, w := range waves {
		day := weekday(opens.Add(int(days * w.when)))
		if day >= o.Closes || o.workplace != "" { // a workplace signs up all at once
			day = min(weekday(opens.Add(1+int(days/2)*min(i, 1))), o.Closes)
		}
		after, upTo := from, w.part
		from = upTo
		acts = append(acts, act{name: fmt.Sprintf("sign-up %d to %s/%d", i+1, e.Key, n), at: at(day, w.clock), play: func(ctx context.Context, s *stage) error {
			return b.signUp(ctx, s, e, n, o, func(p player) bool {
				x := chance("wave " + e.Key + " " + p.key).Float64()
				return after <= x && x < upTo
			})
		}})
	}
	if o.workplace == "" {
		acts = append(acts,
			act{name: fmt.Sprintf("cancel 1 at %s/%d", e.Key, n), at: at(weekday(o.Closes.Add(-4)), "14:30"), play: func(ctx context.Context, s *stage) error { return b.cancel(ctx, s, e, n, 0.05) }},
			act{name: fmt.Sprintf("cancel 2 at %s/%d", e.Key, n), at: at(first.Add(-1), "15:30"), play: func(ctx context.Context, s *stage) error { return b.cancel(ctx, s, e, n, 0.025) }})
	}
	return acts
}

// signUp signs up those of the audience who wish to come and do so now: some themselves, some through their
// workplace's contact, who does not see those with protected identity.
func (b *book) signUp(ctx context.Context, s *stage, e event, n int, o offered, now func(player) bool) error {
	players, err := b.players(ctx, s, e, o, o.Meetings[0].Date)
	if err != nil {
		return err
	}
	players = slices.DeleteFunc(players, func(p player) bool { return !now(p) || !wishes(e, p) })
	s.rand.Shuffle(len(players), func(i, j int) { players[i], players[j] = players[j], players[i] })
	occasion := s.id(occasionName(e, n))
	today, err := s.staff(ctx, s.today())
	if err != nil {
		return err
	}
	through := map[string][]string{} // by contact
	for _, p := range players {
		contact := p.workplace + "/1"
		if p.key != contact && !slices.Contains(protected, p.key) && slices.Contains(today, p) && (o.workplace != "" || chance("through "+e.Key+p.workplace).Float64() < e.through()) {
			through[p.workplace] = append(through[p.workplace], p.id)
			continue
		}
		s.as(p.id, pause(s))
		_, err := activity.SignUp(ctx, s.Tx, self(p.id), occasion, p.id)
		if err != nil {
			if err := s.try(err); err != nil {
				return err
			}
			continue
		}
		if given := s.answers(e); given != nil {
			s.as(p.id, pause(s)/4)
			if err := s.try(activity.Answer(ctx, s.Tx, s.ring, self(p.id), occasion, p.id, given)); err != nil {
				return err
			}
		}
	}
	for _, w := range b.workplaces {
		colleagues := through[w.key]
		if len(colleagues) == 0 {
			continue
		}
		contact := s.id("person/" + w.key + "/1")
		s.as(contact, pause(s))
		_, err := activity.SignUpAll(ctx, s.Tx, s.contact(contact, w.key), occasion, colleagues...)
		if err := s.try(err); err != nil {
			return err
		}
	}
	return nil
}

// through is how many of the workplaces sign their people up together: nearly all if they close for the day.
func (e event) through() float64 {
	if e.Kind == "conference" {
		return 0.9
	}
	return 0.55
}

// pause is how long it takes until the next one comes. An act lasts some minutes, and no other falls within them.
func pause(s *stage) time.Duration {
	return time.Duration(200+s.rand.IntN(1400)) * time.Millisecond
}

// answers are what someone answers to an event's questions, by the question's id: most need nothing in particular.
func (s *stage) answers(e event) map[string]string {
	var given map[string]string
	for i, q := range e.Questions {
		var text string
		switch {
		case q.Kind == "choice":
			text = pick(s.rand, q.Options)
		case q.Kind == "yes-no":
			text = pick(s.rand, []string{activity.Yes, activity.No})
		case strings.Contains(q.Text, "kost") && s.rand.Float64() < 0.25:
			text = pick(s.rand, []string{"Vegetariskt, tack.", "Glutenfritt.", "Laktosfritt.", "Jag är allergisk mot nötter.", "Vegan.", "Ingen fisk."})
		case !strings.Contains(q.Text, "kost") && s.rand.Float64() < 0.06:
			text = pick(s.rand, []string{"Hörslinga.", "Jag sitter helst nära utgången.", "Lokalen behöver hiss.", "Jag behöver presentationen i förväg."})
		}
		if text != "" {
			if given == nil {
				given = map[string]string{}
			}
			given[s.id(questionName(e, i+1))] = text
		}
	}
	return given
}

// self is a participant.
func self(person string) access.Viewer {
	return access.Viewer{Person: person, Grants: []access.Grant{{Role: access.Participant}}}
}

// contact is the contact of one workplace.
func (s *stage) contact(person, workplace string) access.Viewer {
	unit := s.id("unit/" + workplace)
	v := self(person)
	v.Grants = append(v.Grants, access.Grant{Role: access.Contact, Unit: unit, Workplaces: []string{unit}})
	return v
}

// cancel lets a few of those with a seat or in the queue give it up.
func (b *book) cancel(ctx context.Context, s *stage, e event, n int, part float64) error {
	occasion := s.id(occasionName(e, n))
	list, err := activity.Signups(ctx, s.Tx, access.System, occasion)
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.State != activity.Seated && p.State != activity.Waiting || s.rand.Float64() >= part {
			continue
		}
		s.as(p.Person, pause(s))
		if err := s.try(activity.Cancel(ctx, s.Tx, self(p.Person), occasion, p.Person, "")); err != nil {
			return err
		}
	}
	return nil
}

// direct reports whether the office writes to all at a workplace itself; others it asks their contact to tell.
// Those who never pass anything on are not on its list of addresses either.
func direct(e event, workplace string) bool {
	return keenness(workplace) > -2 && chance("list "+e.Key+workplace).Float64() < 0.4
}

// invite tells the audience: the office writes to some itself, and to the contacts of the others.
func (b *book) invite(ctx context.Context, s *stage, e event) error {
	if _, err := s.office(ctx); err != nil {
		return err
	}
	players, err := b.players(ctx, s, e, offered{}, s.today())
	if err != nil {
		return err
	}
	var letters []letter.Letter
	for _, p := range players {
		if direct(e, p.workplace) || p.key == p.workplace+"/1" {
			letters = append(letters, letter.Letter{Person: p.id, Template: letter.Invitation, AboutKind: "activity", About: s.id("activity/" + e.Key),
				Programme: s.id("programme"), Args: map[string]any{"message": ""}})
		}
	}
	if err := letter.Queue(ctx, s.Tx, letters...); err != nil {
		return err
	}
	return audit.Record(ctx, s.Tx, audit.Event{Act: "invite", Entity: "activity", Row: s.id("activity/" + e.Key), Detail: map[string]any{"letters": len(letters)}})
}
