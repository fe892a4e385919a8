package demo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/local"
)

// offers are the acts in which activities are laid out, and all that comes of them.
func (b *book) offers() (acts []act) {
	for _, e := range b.events {
		planned := e
		acts = append(acts, act{name: "plan " + e.Key, at: at(e.Planned, "09:30"), play: func(ctx context.Context, s *stage) error { return b.lay(ctx, s, planned) }})
		if e.Changed != "" {
			acts = append(acts, act{name: "change " + e.Key, at: at(e.Changed, "09:45"), play: func(ctx context.Context, s *stage) error { return b.change(ctx, s, e) }})
		}
		if e.Told != "" {
			acts = append(acts, act{name: "invite to " + e.Key, at: at(e.Told, "10:00"), play: func(ctx context.Context, s *stage) error { return b.invite(ctx, s, e) }})
			if len(e.Roles) == 0 {
				acts = append(acts, b.passings(e)...)
			}
		}
		if e.Workplaces {
			e.Occasions = b.workshops()
			acts = append(acts, b.workshopActs(e, e.Occasions)...)
		}
		for i, o := range e.Occasions {
			acts = append(acts, b.seats(e, i+1, o)...)
			acts = append(acts, b.meetings(e, i+1, o)...)
		}
	}
	return acts
}

func occasionName(e event, n int) string   { return fmt.Sprintf("occasion/%s/%d", e.Key, n) }
func questionName(e event, i int) string   { return fmt.Sprintf("question/%s/%d", e.Key, i) }
func meetingName(e event, n, m int) string { return fmt.Sprintf("meeting/%s/%d/%d", e.Key, n, m) }

// organiser is who holds an event: the conferences the office, what is held in one county its organiser.
func (e event) organiser() string {
	if e.Kind == "conference" || e.Series != "" || e.Workplaces {
		return office
	}
	if e.Key == "berattande" || e.Key == "delaktighet" || e.Key == "sprak" || e.Key == "lasplattor" {
		return organisers["19"] // whose account is the demo's
	}
	return organisers[pick(chance("organiser "+e.Key), []string{"04", "18", "19"})]
}

// planner is the viewer of whoever lays an event out.
func (s *stage) planner(ctx context.Context, e event) (access.Viewer, error) {
	if e.organiser() == office {
		return s.office(ctx)
	}
	person := s.id("person/" + e.organiser())
	s.as(person, time.Second)
	return s.viewer(ctx, person)
}

// lay lays an activity out, with its questions and occasions.
func (b *book) lay(ctx context.Context, s *stage, e event) error {
	v, err := s.planner(ctx, e)
	if err != nil {
		return err
	}
	a := activity.Activity{Programme: s.id("programme"), Kind: e.Kind, Title: e.Title, Description: e.Text, Organiser: s.id("person/" + e.organiser()),
		Travel: cmp.Or(e.Travel, "employer"), Meal: cmp.Or(e.Meal, "project"), Substitute: cmp.Or(e.Substitute, "employer"), Published: true,
		Audience: activity.Audience{Roles: e.Roles}}
	if e.Series != "" {
		a.Series, a.SeriesOrd = s.id("activity/"+e.Series), e.Ord
	}
	for _, g := range e.Goals {
		a.Goals = append(a.Goals, s.id(goalName(g)))
	}
	for _, l := range e.Lecturers {
		a.Lecturers = append(a.Lecturers, activity.Lecturer{Name: l.Name, Organisation: l.Organisation, External: l.External})
	}
	if err := activity.CreateActivity(ctx, s.Tx, v, &a); err != nil {
		return err
	}
	s.name("activity/"+e.Key, a.ID)
	for i, q := range e.Questions {
		question := activity.Question{Activity: a.ID, Text: q.Text, Kind: q.Kind, Options: q.Options, Required: q.Required, Sensitive: q.Sensitive}
		if err := activity.AddQuestion(ctx, s.Tx, v, &question); err != nil {
			return err
		}
		s.name(questionName(e, i+1), question.ID)
	}
	return b.layOccasions(ctx, s, e)
}

func (b *book) layOccasions(ctx context.Context, s *stage, e event) error {
	for i, o := range e.Occasions {
		v, err := s.planner(ctx, e)
		if err != nil {
			return err
		}
		occasion := activity.Occasion{Activity: s.id("activity/" + e.Key), Name: o.Name, Capacity: o.Capacity, Opens: at(o.Opens, "09:00"), Closes: at(o.Closes, "23:59")}
		var meetings []*activity.Meeting
		for _, m := range o.Meetings {
			span := local.Span{Date: m.Date, Start: m.Start, End: m.End}
			for _, pause := range m.Breaks {
				start, end, _ := strings.Cut(pause, "-")
				span.Breaks = append(span.Breaks, local.Break{Start: start, End: end})
			}
			meetings = append(meetings, &activity.Meeting{Span: span, Place: m.Place, Address: m.Address, OnlineLink: m.Online, Unit: s.id("unit/" + m.Municipality)})
		}
		if err := activity.CreateOccasion(ctx, s.Tx, v, &occasion, meetings...); err != nil {
			return err
		}
		s.name(occasionName(e, i+1), occasion.ID)
		for j, m := range meetings {
			s.name(meetingName(e, i+1, j+1), m.ID)
		}
	}
	return nil
}

// change gives an activity its new title and text.
func (b *book) change(ctx context.Context, s *stage, e event) error {
	v, err := s.planner(ctx, e)
	if err != nil {
		return err
	}
	a, err := activity.GetActivity(ctx, s.Tx, v, s.id("activity/"+e.Key))
	if err != nil {
		return err
	}
	a.Title, a.Description = e.NewTitle, e.NewText
	return activity.UpdateActivity(ctx, s.Tx, v, &a)
}

// workshops are one occasion at each workplace there still is, on weekdays from January to the middle of March 2013.
func (b *book) workshops() (list []offered) {
	for i, w := range b.workplaces {
		if w.kind == "county-library" || w.key == "eskilstuna-filial-4" || w.key == "lindesberg-filial-2" || slices.Contains(together[1:], w.key) {
			continue
		}
		day := weekday(local.Date("2013-01-14").Add(i * 17 % 54))
		name := w.name
		if w.key == "vasteras-filial-4" {
			name = "Sjölidens bibliotek och mötesplats (påhittat)"
		}
		m := held{Date: day, Start: "13:00", End: "15:00", Place: name, Municipality: w.code}
		if i%3 == 0 {
			m.Start, m.End = "09:00", "11:00"
		}
		list = append(list, offered{Name: name, Capacity: w.staff + 4, Record: pick(chance("record "+w.key), []string{"sheet", "both", "both", "attested"}),
			Meetings: []held{m}, workplace: w.key})
		if w.key == together[0] {
			o := &list[len(list)-1]
			o.with, o.Capacity = together[1:], 2*len(together)+w.staff+4
			o.Meetings[0].Date = "2013-02-07"
		}
		shopDay(&list[len(list)-1])
	}
	return list
}

// weekday is d, or the Monday after it.
func weekday(d local.Date) local.Date {
	for d.Time().Weekday() == time.Saturday || d.Time().Weekday() == time.Sunday {
		d = d.Add(1)
	}
	return d
}

// A player is one of the staff on a day, as the story knows them.
type player struct {
	key, id   string
	workplace string // its key
	role      string
}

// players are all of the staff that the story knows, in the audience of an event on a day, in order of key.
func (b *book) players(ctx context.Context, s *stage, e event, o offered, day local.Date) ([]player, error) {
	all, err := s.staff(ctx, day)
	var list []player
	for _, p := range all {
		w := b.at(p.workplace)
		switch {
		case w.key == "", w.kind == "county-library":
		case o.workplace != "" && o.workplace != w.key && !slices.Contains(o.with, w.key):
		case o.County != "" && o.County != b.countyOf(w):
		case len(e.Roles) > 0 && !slices.Contains(e.Roles, p.role):
		default:
			list = append(list, p)
		}
	}
	return list, err
}

// A job is an employment as the story needs it.
type job struct {
	person, workplace, role string
	from                    local.Date
	to                      *local.Date
}

// staff are all whom the story knows and who are employed on a day, in order of key, each in their main
// employment: people.EmploymentOn says which. Employments are read once until one changes.
func (s *stage) staff(ctx context.Context, day local.Date) ([]player, error) {
	if *s.jobs == nil {
		jobs, err := db.All(ctx, s.Tx, func(j *job) []any { return []any{&j.person, &j.workplace, &j.role, &j.from, &j.to} },
			`SELECT person, workplace, staff_role, valid_from, valid_to FROM employment ORDER BY share DESC, valid_from, id`)
		if err != nil {
			return nil, err
		}
		*s.jobs = jobs
	}
	keys, places := map[string]string{}, map[string]string{}
	for name, id := range s.cast {
		if key, ok := strings.CutPrefix(name, "person/"); ok {
			keys[id] = key
		} else if key, ok := strings.CutPrefix(name, "unit/"); ok {
			places[id] = key
		}
	}
	var list []player
	for _, j := range *s.jobs {
		if key := keys[j.person]; key != "" && day >= j.from && (j.to == nil || day < *j.to) {
			list = append(list, player{key, j.person, places[j.workplace], j.role})
			delete(keys, j.person)
		}
	}
	slices.SortFunc(list, func(x, y player) int { return cmp.Compare(x.key, y.key) })
	return list, nil
}

func (b *book) countyOf(w workplace) string {
	for _, m := range b.municipalities {
		if m.code == w.code {
			return m.countyCode
		}
	}
	return ""
}
