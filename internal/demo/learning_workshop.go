package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

// said is what workplaces answer to the questions of their workshop, in the order of the questions.
var said = [len(workshop.Questions)][]string{
	{"Vi vågar fråga besökarna vad de behöver, i stället för att gissa.", "Att prova i liten skala går fortare än att utreda.", "Läsplattor är inte svåra när man får sitta två och två.",
		"Vi har fler att fråga: nu känner vi kollegor i hela länet.", "Berättande fungerar lika bra för vuxna som för barn.", "Att ge varandra återkoppling utan att det blir pinsamt.", "Vi är bättre på källkritik än vi trodde."},
	{"Den som inte hittar hit: vi går ut dit människor är.", "Digital hjälp varje vecka, på fast tid.", "Läsning tillsammans med barnomsorgen.", "Färre saker, gjorda klart.", "Att alla kan hjälpa till med nya medier.", "Mötesplatsen: rummet ska användas av andra också."},
	{"Att någon frågar hur det gick.", "Att det alltid finns någon som kan läsplattan.", "Nya skyltar på lättläst svenska.", "Fler program på andra språk än svenska.", "Att personalen är ute i lokalen."},
	{"Medieteamet håller digital hjälp varje tisdag, från mars.", "Barngruppen bokar möte med förskolorna före påsk.", "Chefen ser över schemat till den 1 april.", "Vi två som gick kursen visar de andra i februari.", "Alla skriver ett exempel i veckan, till och med april."},
}

// together are small workplaces that hold one workshop, at the first of them.
var together = []string{"kumla-gymnasium", "hallsberg-gymnasium", "askersund-gymnasium"}

// shopDay is when a workplace's workshop is held. One of them is in the middle of its own at noon on 20 February.
func shopDay(o *offered) {
	if m := &o.Meetings[0]; o.workplace == "koping" {
		m.Date, m.Start, m.End = "2013-02-20", "11:00", "13:00"
	}
	o.Opens = shopPlanned(*o)
	o.Closes = o.Meetings[0].Date.Add(-1)
}

// shopPlanned is when the leader sets the date: some in good time, the last ones late.
func shopPlanned(o offered) local.Date {
	return max("2013-01-08", weekday(o.Meetings[0].Date.Add(-12)))
}

func shopName(workplace string) string { return "workshop/" + workplace }

// workshopActs are the acts in which the kit of an event is written and launched, and each workplace plans and holds its workshop.
func (b *book) workshopActs(e event, list []offered) []act {
	acts := []act{{name: "launch " + e.Key, at: at("2013-01-07", "09:00"), play: func(ctx context.Context, s *stage) error { return b.launch(ctx, s, e) }}}
	for i, o := range list {
		m := o.Meetings[0]
		acts = append(acts, act{name: "plan workshop at " + o.workplace, at: at(shopPlanned(o), "08:50"), play: func(ctx context.Context, s *stage) error {
			return s.planShop(ctx, e, i+1, o)
		}})
		switch {
		case o.workplace == "koping":
			acts = append(acts,
				act{name: "begin workshop at koping", at: at(m.Date, "11:00"), play: func(ctx context.Context, s *stage) error { return s.holdShop(ctx, o, false) }},
				act{name: "go on with workshop at koping", at: at(m.Date, "11:48"), play: func(ctx context.Context, s *stage) error { return s.goOn(ctx, o) }},
				act{name: "close workshop at koping", at: at(m.Date, "12:58"), play: func(ctx context.Context, s *stage) error {
					return s.shopMoves(ctx, o, workshop.Finish)
				}})
		case chance("answers "+o.workplace).Float64() < 0.6 || o.with != nil: // the others wrote on paper that was never entered
			acts = append(acts, act{name: "hold workshop at " + o.workplace, at: at(m.Date, m.Start).Add(90 * time.Minute), play: func(ctx context.Context, s *stage) error {
				return s.holdShop(ctx, o, true)
			}})
		}
	}
	return acts
}

func (b *book) launch(ctx context.Context, s *stage, e event) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	p, err := programme.Get(ctx, s.Tx, v, s.id("programme"))
	if err != nil {
		return err
	}
	k := workshop.Standard(p)
	k.First, k.Last = "2013-01-08", "2013-03-28"
	if err := workshop.SaveKit(ctx, s.Tx, v, &k); err != nil {
		return err
	}
	if err := workshop.Publish(ctx, s.Tx, v, k.Kit, k.Version); err != nil {
		return err
	}
	if _, err := workshop.Launch(ctx, s.Tx, v, k.Kit, s.id("activity/"+e.Key), nil); err != nil {
		return err
	}
	type row struct{ workplace, workshop string }
	rows, err := db.All(ctx, s.Tx, func(r *row) []any { return []any{&r.workplace, &r.workshop} },
		`SELECT workplace, workshop FROM workshop_place WHERE kit = $1 ORDER BY workplace`, k.Kit)
	for _, w := range b.workplaces {
		if i := slices.IndexFunc(rows, func(r row) bool { return r.workplace == s.id("unit/"+w.key) }); i >= 0 {
			s.name(shopName(w.key), rows[i].workshop)
		}
	}
	return err
}

// leads is the contact of a workplace, who leads its workshop.
func (s *stage) leads(workplace string) access.Viewer {
	person := s.id("person/" + workplace + "/1")
	v := s.contact(person, workplace)
	v.On = s.today()
	s.as(person, time.Second)
	return v
}

func (s *stage) planShop(ctx context.Context, e event, n int, o offered) error {
	for _, other := range o.with { // each has its own contact, so the office brings them together
		office, err := s.office(ctx)
		if err != nil {
			return err
		}
		if err := workshop.Join(ctx, s.Tx, office, s.id(shopName(o.workplace)), s.id(shopName(other))); err != nil {
			return err
		}
		s.name(shopName(other), s.id(shopName(o.workplace)))
	}
	v := s.leads(o.workplace)
	w, err := workshop.Get(ctx, s.Tx, v, s.id(shopName(o.workplace)))
	if err != nil {
		return err
	}
	m := o.Meetings[0]
	if err := workshop.Set(ctx, s.Tx, v, w.ID, workshop.Plan{Date: m.Date, Start: m.Start, Venue: m.Place}, w.Version); err != nil {
		return err
	}
	if w, err = workshop.Get(ctx, s.Tx, v, w.ID); err == nil {
		s.name(occasionName(e, n), w.Occasion)
		s.name(meetingName(e, n, 1), w.Meeting)
	}
	return err
}

// shopMoves lets who presents press some buttons.
func (s *stage) shopMoves(ctx context.Context, o offered, moves ...workshop.Move) error {
	v := s.leads(o.workplace)
	for _, m := range moves {
		w, err := workshop.Get(ctx, s.Tx, v, s.id(shopName(o.workplace)))
		if err != nil {
			return err
		}
		if err := workshop.Do(ctx, s.Tx, v, w.ID, w.Turn, m); err != nil {
			return err
		}
	}
	return nil
}

// holdShop begins a workshop and answers: all of its questions before it is closed, or the first, from phones, on the way.
func (s *stage) holdShop(ctx context.Context, o offered, whole bool) error {
	if err := s.shopMoves(ctx, o, workshop.Begin); err != nil {
		return err
	}
	v := s.leads(o.workplace)
	w, err := workshop.Get(ctx, s.Tx, v, s.id(shopName(o.workplace)))
	if err != nil {
		return err
	}
	steps, err := workshop.Steps(ctx, s.Tx, w)
	if err != nil {
		return err
	}
	n := 0
	for _, x := range steps {
		if x.Question == "" || n > 0 && !whole {
			continue
		}
		lines := slices.Clone(said[n])
		s.rand.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		n++
		for i, line := range lines[:3+s.rand.IntN(len(lines)-2)] {
			s.as(workshop.Phones, time.Second)
			if err := workshop.Send(ctx, s.Tx, w.Code, fmt.Sprintf("phone %d", i%4), fmt.Sprintf("%s %d", x.ID, i), x.ID, line); err != nil {
				return err
			}
		}
	}
	if !whole {
		return s.shopMoves(ctx, o, workshop.Next)
	}
	return s.shopMoves(ctx, o, workshop.Finish)
}

// goOn groups some answers and asks the next question, which three have answered by noon.
func (s *stage) goOn(ctx context.Context, o offered) error {
	v := s.leads(o.workplace)
	list, err := workshop.Summary(ctx, s.Tx, v, s.id(shopName(o.workplace)))
	if err != nil {
		return err
	}
	group := ""
	for _, a := range list[0].Answers[:2] {
		name := ""
		if group == "" {
			name = "Mod att prova"
		}
		if err := workshop.Put(ctx, s.Tx, v, s.id(shopName(o.workplace)), a.ID, group, name); err != nil {
			return err
		}
		if list, err = workshop.Summary(ctx, s.Tx, v, s.id(shopName(o.workplace))); err != nil {
			return err
		}
		group = list[0].Groups[0].ID
	}
	if err := s.shopMoves(ctx, o, workshop.Next); err != nil {
		return err
	}
	w, err := workshop.Get(ctx, s.Tx, v, s.id(shopName(o.workplace)))
	if err != nil {
		return err
	}
	for i, line := range said[1][:3] {
		s.as(workshop.Phones, time.Minute)
		if err := workshop.Send(ctx, s.Tx, w.Code, fmt.Sprintf("phone %d", i), fmt.Sprintf("%s %d", w.Step, i), w.Step, line); err != nil {
			return err
		}
	}
	return nil
}
