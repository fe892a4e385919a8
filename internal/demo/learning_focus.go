package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/local"
)

// What data/focus.toml tells.
type aims struct {
	Focus   []aim
	Own     []promise // by persons alone
	After   []aimText // to choose from, after a workshop
	Promise []promise
}

// An aim is what a workplace will be known for.
type aim struct {
	Workplace       string
	Published       local.Date
	Yes, No, Unsure int      // how many of the users answered so, over the time since
	Voices          []string // what the first of them wrote
	Text            []aimText
	Commitment      []promise
	Sign            []seen
}

type aimText struct {
	On                        local.Date
	Statement, Body, Question string
}

// A promise is a commitment. On is its start, "" for the day of the first text; Idea is the workplace and key of the one that it was
// taken from.
type promise struct {
	Key, Owner, Happens, Act, Notice, Idea string
	Goal                                   int
	On, Due                                local.Date
	Shared                                 bool
	Step                                   []turn
}

// A turn is what happens to a commitment: it is answered for, confirmed or handed on.
type turn struct {
	On         local.Date
	State      focus.State
	Act, Why   string
	Letter     bool // by the link in the letter
	Conditions focus.Conditions
	Note       string
	Owner      string
}

type seen struct {
	On           local.Date
	By, Of, Text string
}

func aimName(workplace, key string) string { return "commitment/" + workplace + "/" + key }

// commitments are the acts in which workplaces agree on their focus, undertake something, and tell how it goes.
func (b *book) commitments() (acts []act) {
	add := func(name string, when time.Time, play func(ctx context.Context, s *stage) error) {
		acts = append(acts, act{name: name, at: when, play: play})
	}
	for _, a := range b.aims.Focus {
		name := "focus of " + a.Workplace
		for i, t := range a.Text {
			add(fmt.Sprintf("%s, text %d", name, i+1), at(t.On, "14:05"), func(ctx context.Context, s *stage) error { return s.writeAim(ctx, a.Workplace, t) })
		}
		if a.Published != "" {
			add(name+", published", at(a.Published, "09:20"), func(ctx context.Context, s *stage) error { return s.publishAim(ctx, a.Workplace) })
			acts = append(acts, a.voices()...)
		}
		for i, g := range a.Sign {
			add(fmt.Sprintf("%s, sign %d", name, i+1), at(g.On, "16:20"), func(ctx context.Context, s *stage) error { return s.notice(ctx, a.Workplace, g) })
		}
		for i, p := range a.Commitment {
			if p.On == "" {
				p.On = a.Text[0].On
			}
			add(name+", "+p.Key, at(p.On, "14:20").Add(time.Duration(i)*time.Minute), func(ctx context.Context, s *stage) error { return s.undertake(ctx, a.Workplace, p) })
			acts = append(acts, p.turns(a.Workplace)...)
		}
	}
	for i, p := range b.aims.Own {
		add("own commitment "+p.Key, at(p.On, "20:10").Add(time.Duration(i)*time.Minute), func(ctx context.Context, s *stage) error { return s.undertake(ctx, "", p) })
		acts = append(acts, p.turns("")...)
	}
	for day := local.Date("2012-08-20"); day < "2013-04-01"; day = day.Add(7) { // the program itself looks every day
		add("remind of checks on "+string(day), at(day, "06:30"), func(ctx context.Context, s *stage) error {
			_, err := focus.Remind(ctx, s.Tx)
			return err
		})
	}
	for _, o := range b.workshops() {
		r := chance("focus after the workshop at " + o.workplace)
		if slices.ContainsFunc(b.aims.Focus, func(a aim) bool { return a.Workplace == o.workplace }) || b.at(o.workplace).staff < 2 || r.Float64() < 0.2 {
			continue // they have one, are one alone, or take their time
		}
		acts = append(acts, b.afterwards(o.workplace, o.Meetings[0].Date)...)
	}
	return acts
}

// place is a workplace as its contact has to do with it, who does the next thing.
func (s *stage) place(ctx context.Context, workplace string) (access.Viewer, learning.Place, error) {
	return s.placeOf(ctx, workplace, workplace+"/1")
}

// placeOf is the same for another of its staff.
func (s *stage) placeOf(ctx context.Context, workplace, key string) (access.Viewer, learning.Place, error) {
	person := s.id("person/" + key)
	s.as(person, 20*time.Second)
	v, err := s.viewer(ctx, person)
	if err != nil || workplace == "" {
		return v, learning.Place{}, err
	}
	p, err := learning.Find(ctx, s.Tx, v, s.id("programme"), s.id("unit/"+workplace))
	return v, p, err
}

func (s *stage) writeAim(ctx context.Context, workplace string, t aimText) error {
	v, p, err := s.place(ctx, workplace)
	if err != nil {
		return err
	}
	own, _, err := focus.Of(ctx, s.Tx, v, p)
	if err != nil {
		return err
	}
	return focus.Save(ctx, s.Tx, v, p, focus.Text{Statement: t.Statement, Body: t.Body, Question: t.Question}, own.Version)
}

func (s *stage) publishAim(ctx context.Context, workplace string) error {
	v, p, err := s.place(ctx, workplace)
	if err != nil {
		return err
	}
	own, _, err := focus.Of(ctx, s.Tx, v, p)
	if err != nil {
		return err
	}
	return focus.Publish(ctx, s.Tx, v, p, own.ID, own.Version, true)
}

// voices are the acts in which users answer: some at once, some later and the last in February 2013.
func (a aim) voices() (acts []act) {
	answers := slices.Concat(slices.Repeat([]string{"yes"}, a.Yes), slices.Repeat([]string{"no"}, a.No), slices.Repeat([]string{"unsure"}, a.Unsure))
	r := chance("users of " + a.Workplace)
	r.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
	const waves = 3
	step := int(local.Date("2013-02-16").Time().Sub(a.Published.Time()).Hours()/24) / waves
	for i := range waves {
		part := answers[i*len(answers)/waves : (i+1)*len(answers)/waves]
		var said []string
		for j := i; j < len(a.Voices); j += waves {
			said = append(said, a.Voices[j])
		}
		acts = append(acts, act{name: fmt.Sprintf("users of %s, %d", a.Workplace, i+1), at: at(a.Published.Add((i+1)*step), "15:10"), play: func(ctx context.Context, s *stage) error {
			code, err := db.Value[string](ctx, s.Tx, `SELECT code FROM focus WHERE workplace = $1 AND programme = $2`, s.id("unit/"+a.Workplace), s.id("programme"))
			if err != nil {
				return err
			}
			texts := slices.Clone(said)
			for _, noticed := range part {
				s.as("public", 90*time.Second)
				answer := focus.UserAnswer{Noticed: noticed}
				if i := slices.IndexFunc(texts, func(t string) bool {
					return (strings.HasPrefix(t, "Nej") || strings.HasPrefix(t, "Har inte")) == (noticed == "no")
				}); i >= 0 && noticed != "unsure" {
					answer.Text = texts[i]
					texts = slices.Delete(texts, i, i+1)
				}
				if err := focus.TakeAnswer(ctx, s.Tx, code, answer); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	return acts
}

func (s *stage) notice(ctx context.Context, workplace string, g seen) error {
	v, p, err := s.place(ctx, workplace)
	if err != nil {
		return err
	}
	sign := focus.Sign{By: g.By, On: g.On, Text: g.Text}
	if g.Of != "" {
		sign.Commitment = s.id(aimName(workplace, g.Of))
	}
	return focus.AddSign(ctx, s.Tx, v, p, &sign)
}

// undertake adds a commitment of a workplace, or of its owner alone.
func (s *stage) undertake(ctx context.Context, workplace string, x promise) error {
	c := focus.Commitment{Programme: s.id("programme"), Owner: s.id("person/" + x.Owner), Starts: x.On, Due: x.Due, Months: focus.Usual, Shared: x.Shared,
		Wording: focus.Wording{Happens: x.Happens, Act: x.Act, Notice: x.Notice}}
	if x.Goal > 0 {
		c.Goal = s.id(goalName(x.Goal))
	}
	if workplace, key, ok := strings.Cut(x.Idea, "/"); ok {
		c.IdeaOf = s.id(aimName(workplace, key))
	}
	var err error
	if workplace == "" {
		var v access.Viewer
		if v, _, err = s.placeOf(ctx, "", x.Owner); err == nil {
			err = focus.CommitOwn(ctx, s.Tx, s.ring, v, &c)
		}
	} else {
		var v access.Viewer
		var p learning.Place
		if v, p, err = s.place(ctx, workplace); err == nil {
			if err = answersNeed(ctx, s.Tx, v, p, &c); err == nil {
				err = focus.Commit(ctx, s.Tx, v, p, &c)
			}
		}
	}
	s.name(aimName(workplace, x.Key), c.ID)
	return err
}

// answersNeed lets a commitment answer the workplace's most urgent need of the same goal area, if it has one.
func answersNeed(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, to *focus.Commitment) error {
	needs, err := need.Here(ctx, c, v, p)
	if i := slices.IndexFunc(needs, func(n need.Need) bool { return n.Goal != "" && n.Goal == to.Goal && n.State != need.Dropped }); i >= 0 {
		to.Need = needs[i].ID
	}
	return err
}

// turns are the acts in which it is told how a commitment goes.
func (x promise) turns(workplace string) (acts []act) {
	for i, t := range x.Step {
		acts = append(acts, act{name: fmt.Sprintf("commitment %s of %s, %d", x.Key, workplace, i+1), at: at(t.On, "10:40").Add(time.Duration(i) * time.Minute), play: func(ctx context.Context, s *stage) error {
			return s.turn(ctx, workplace, s.id(aimName(workplace, x.Key)), t)
		}})
	}
	return acts
}

func (s *stage) turn(ctx context.Context, workplace, id string, t turn) error {
	x, err := focus.Find(ctx, s.Tx, nil, s.today(), id)
	if err != nil {
		return err
	}
	if t.Conditions != "" || t.Owner != "" {
		v, p, err := s.place(ctx, workplace)
		if err != nil {
			return err
		}
		if t.Owner != "" {
			x.Owner = s.id("person/" + t.Owner)
			return focus.Change(ctx, s.Tx, v, p, x, t.Why)
		}
		checks, err := focus.Checks(ctx, s.Tx, x)
		if err != nil {
			return err
		}
		last := 0
		for _, k := range checks {
			if k.Answer != "" {
				last = k.Ord
			}
		}
		return focus.Confirm(ctx, s.Tx, v, p, id, last, "", t.Conditions, t.Note)
	}
	answer := focus.Answer{State: t.State, Act: t.Act, Why: t.Why}
	s.as(x.Owner, time.Minute)
	if t.Letter {
		token, err := focus.MakeLink(ctx, s.Tx, s.ring, s.Tx.At, id, x.Owner)
		if err != nil {
			return err
		}
		return focus.SayByLink(ctx, s.Tx, s.ring, s.Tx.At, token, 0, answer)
	}
	v, err := s.viewer(ctx, x.Owner)
	if err != nil {
		return err
	}
	if workplace == "" {
		return focus.SayOwn(ctx, s.Tx, s.ring, v, id, x.Version, answer)
	}
	p, err := learning.Find(ctx, s.Tx, v, s.id("programme"), s.id("unit/"+workplace))
	if err != nil {
		return err
	}
	return focus.Say(ctx, s.Tx, v, p, id, x.Version, answer)
}

// kept is how some answers to who does what by when are worded as commitments: when that happens, we do this. Workplaces choose their own words.
var kept = map[string][]focus.Wording{
	said[3][0]: {{Happens: "någon behöver hjälp med sin telefon eller surfplatta", Act: "håller medieteamet digital hjälp, varje tisdag från mars"}, {Happens: "det är tisdag eftermiddag", Act: "finns två av oss på plats för digitala frågor"},
		{Happens: "en fråga om teknik tar mer än fem minuter", Act: "bokar vi en tid på tisdagen"}},
	said[3][1]: {{Happens: "vi planerar våren", Act: "bokar barngruppen möte med förskolorna före påsk"}, {Happens: "förskolorna lägger sin vårplan", Act: "är barngruppen med och säger vad vi kan"},
		{Happens: "en ny förskola öppnar", Act: "ringer barngruppen inom en månad"}},
	said[3][2]: {{Happens: "schemat ska läggas", Act: "ser chefen över det, till den 1 april"}, {Happens: "någon saknar tid att lära", Act: "tar chefen upp det när schemat görs"},
		{Happens: "två pass krockar", Act: "får mötet med besökare gå först i schemat"}},
	said[3][3]: {{Happens: "en kollega vill prova", Act: "visar vi två som gick kursen hur man gör, i februari"}, {Happens: "vi har personalmöte i februari", Act: "visar kursdeltagarna en sak var"},
		{Happens: "någon fastnar", Act: "sätter sig en av oss som gick kursen bredvid"}},
	said[3][4]: {{Happens: "veckan är slut", Act: "skriver var och en ett exempel, till och med april"}, {Happens: "något har gått bra med en besökare", Act: "skriver vi upp det på tavlan samma dag"},
		{Happens: "vi har fredagsfika", Act: "berättar en av oss ett exempel från veckan"}},
}

// keepAnswer makes a commitment of the first thing that a workshop answered to who does what, at most workplaces.
func (s *stage) keepAnswer(ctx context.Context, v access.Viewer, p learning.Place, shop, owner string, day local.Date) error {
	if s.rand.IntN(3) == 0 {
		return nil
	}
	questions, err := workshop.Summary(ctx, s.Tx, v, shop)
	if err != nil {
		return err
	}
	for _, q := range questions {
		if !q.Commits || len(q.Answers) == 0 {
			continue
		}
		s.as(v.Person, 3*time.Minute)
		c := focus.Commitment{Owner: owner, Starts: day, Due: day.Add(90), Months: focus.Usual, Wording: pick(s.rand, kept[q.Answers[0].Body]), Said: []string{q.Answers[0].ID}}
		return focus.Commit(ctx, s.Tx, v, p, &c)
	}
	return nil
}

// afterwards are the acts in which a workplace writes down what its workshop came to, shows it to all or not, and begins.
func (b *book) afterwards(workplace string, held local.Date) []act {
	day := weekday(held.Add(2))
	acts := []act{{name: "focus after the workshop at " + workplace, at: at(day, "15:05"), play: func(ctx context.Context, s *stage) error {
		text := b.aims.After[s.rand.IntN(len(b.aims.After))]
		if err := s.writeAim(ctx, workplace, text); err != nil {
			return err
		}
		if s.rand.Float64() < 0.5 {
			if err := s.publishAim(ctx, workplace); err != nil {
				return err
			}
		}
		v, p, err := s.place(ctx, workplace)
		if err != nil {
			return err
		}
		staff, err := learning.Staff(ctx, s.Tx, v, p)
		if err != nil {
			return err
		}
		for i, n := range s.rand.Perm(len(b.aims.Promise))[:2+s.rand.IntN(3)] {
			x := b.aims.Promise[n]
			c := focus.Commitment{Owner: staff[s.rand.IntN(len(staff))].ID, Starts: day, Due: day.Add(60 + 30*s.rand.IntN(4)), Months: focus.Usual, Shared: s.rand.IntN(5) == 0,
				Wording: focus.Wording{Happens: x.Happens, Act: x.Act, Notice: x.Notice}}
			if x.Goal > 0 {
				c.Goal = s.id(goalName(x.Goal))
			}
			if of, key, ok := strings.Cut(x.Idea, "/"); ok {
				c.IdeaOf = s.id(aimName(of, key))
			}
			if err := answersNeed(ctx, s.Tx, v, p, &c); err != nil {
				return err
			}
			s.as(v.Person, 3*time.Minute)
			if err := focus.Commit(ctx, s.Tx, v, p, &c); err != nil {
				return err
			}
			s.name(aimName(workplace, fmt.Sprint(i+1)), c.ID)
		}
		return s.keepAnswer(ctx, v, p, s.id(shopName(workplace)), staff[s.rand.IntN(len(staff))].ID, day)
	}}}
	// Some come far before they are asked.
	if soon := chance("soon at " + workplace).IntN(5); soon < 2 {
		state := []focus.State{focus.OnTheWay, focus.Done}[soon]
		acts = append(acts, act{name: "commitment begun at " + workplace, at: at(weekday(day.Add(8)), "11:15"), play: func(ctx context.Context, s *stage) error {
			return s.turn(ctx, workplace, s.id(aimName(workplace, "1")), turn{State: state})
		}})
	}
	return acts
}
