package web

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/file"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/learning/swot"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
	"kompobib/internal/secret"
	"kompobib/internal/survey"
)

// A world is two small programmes that know nothing of each other, one person in each role, and rows of
// each sort. "own" is what a role in the first programme has to do with, "other" is another's there,
// "elsewhere" is the second programme's.
type world struct {
	viewers map[string]string            // by role: the person
	rows    map[string]map[string]string // by sort of row, then own, other, elsewhere: the id
	files   *file.Store
}

// The roles that a world has someone in. "leader" is a colleague of the participant's who has no role, and was chosen to hold the workshop and what the
// organiser arranges; "late" is an auditor whose time is over.
var roles = []string{"public", "participant", "leader", "contact", "organiser", "office", "steering", "auditor", "late", "administrator"}

// A builder makes a world as people would; the first error stops the test.
type builder struct {
	t *testing.T
	d *db.DB
	w *world

	employed map[string]string // by person: the employment
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	past, err := d.Reopen(t.Context(), func() time.Time { return dbtest.Now.AddDate(0, 0, -5) })
	if err != nil {
		t.Fatal(err)
	}
	defer past.Close()
	b := &builder{t: t, d: past, employed: map[string]string{}, w: &world{viewers: map[string]string{}, rows: map[string]map[string]string{}, files: worldFiles(t)}}
	b.build()
	b.d = d
	for whose, meeting := range b.w.rows["past-meeting"] {
		if whose == "missing" {
			continue
		}
		entry := activity.AttendanceEntry{Person: b.w.rows["person"][whose], Minutes: new(120)}
		did(b, func(ctx context.Context, tx *db.Tx) (activity.Recorded, error) {
			return activity.RecordAttendance(ctx, tx, access.System, meeting, []activity.AttendanceEntry{entry}, "")
		})
	}
	return b.w
}

// did does something in a transaction of its own.
func did[T any](b *builder, f func(ctx context.Context, tx *db.Tx) (T, error)) (v T) {
	b.t.Helper()
	b.do(func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = f(ctx, tx)
		return err
	})
	return v
}

func (b *builder) do(f func(ctx context.Context, tx *db.Tx) error) {
	b.t.Helper()
	if err := b.d.Tx(b.t.Context(), "system", f); err != nil {
		b.t.Fatal(err)
	}
}

func (b *builder) row(sort, whose, id string) string {
	if b.w.rows[sort] == nil {
		b.w.rows[sort] = map[string]string{"missing": "00000000000000000000000000"}
	}
	b.w.rows[sort][whose] = id
	return id
}

func (b *builder) unit(kind people.Kind, name, parent string) string {
	b.t.Helper()
	n := people.NewUnit{Kind: kind, Name: name, Parent: parent, From: "2000-01-01"}
	if kind == people.Workplace {
		n.WorkplaceKind = "public-library"
	}
	return did(b, func(ctx context.Context, tx *db.Tx) (people.Unit, error) { return people.CreateUnit(ctx, tx, n) }).ID
}

// person makes someone who works somewhere, "" for nowhere, and has an account.
func (b *builder) person(name, employer, workplace string) string {
	b.t.Helper()
	p := did(b, func(ctx context.Context, tx *db.Tx) (people.Person, error) {
		return people.CreatePerson(ctx, tx, people.Person{Given: name, Family: "Test", Gender: "woman", BirthYear: 1970, Email: name + "@example.org"})
	})
	if workplace != "" {
		b.employed[p.ID] = did(b, func(ctx context.Context, tx *db.Tx) (people.Employment, error) {
			return people.Employ(ctx, tx, access.System, people.Employment{Person: p.ID, Employer: employer, Workplace: workplace,
				Title: "bibliotekarie", Share: 1000, Valid: local.Period{From: "2010-01-01"}})
		}).ID
	}
	b.do(func(ctx context.Context, tx *db.Tx) error {
		return auth.NewAccount(ctx, tx, access.System, p.ID, name+"@example.org")
	})
	return p.ID
}

func (b *builder) grant(person string, g access.Grant) access.Grant {
	b.t.Helper()
	if g.Valid.From == "" {
		g.Valid.From = "2010-01-01"
	}
	return did(b, func(ctx context.Context, tx *db.Tx) (access.Grant, error) {
		return auth.AddGrant(ctx, tx, access.System, person, g)
	})
}

func (b *builder) programme(slug, target string) (id, goal string) {
	b.t.Helper()
	p := programme.Programme{Slug: slug, Name: "Program " + slug, ShortName: slug, OverallGoal: "Alla får möjlighet.", Contact: slug + "@example.org",
		FundingPeriod: "2007-2013", Starts: "2011-01-17", Ends: "2013-03-31", Zone: zone, Published: true}
	b.do(func(ctx context.Context, tx *db.Tx) error { return programme.Create(ctx, tx, access.System, &p) })
	g := programme.GoalArea{Programme: p.ID, Name: "Medborgarnas behov"}
	b.do(func(ctx context.Context, tx *db.Tx) error { return programme.AddGoal(ctx, tx, access.System, &g) })
	b.do(func(ctx context.Context, tx *db.Tx) error {
		return programme.SetTargets(ctx, tx, access.System, p.ID, []string{target})
	})
	return p.ID, g.ID
}

// publication publishes something with the address "hej".
func (b *builder) publication(programme string, kind publishing.Kind) string {
	b.t.Helper()
	x := publishing.Publication{Programme: programme, Kind: kind, Place: publishing.Other, Slug: "hej",
		Text: publishing.Text{Title: "Hej", Body: "Hej alla", Language: "sv", Recipients: "Alla", Date: "2012-10-01"}}
	b.do(func(ctx context.Context, tx *db.Tx) error {
		if err := publishing.Create(ctx, tx, access.System, &x); err != nil {
			return err
		}
		return publishing.Publish(ctx, tx, access.System, x.ID, x.Version)
	})
	return x.ID
}

// occasion makes an activity with an occasion tomorrow and one that has been, with a meeting each.
func (b *builder) occasion(whose, programme, goal, organiser, participant string) {
	b.t.Helper()
	a := activity.Activity{Programme: programme, Kind: "lecture", Title: "Föreläsning " + whose, Organiser: organiser, Goals: []string{goal},
		Travel: "employer", Meal: "project", Substitute: "employer", Published: true}
	b.do(func(ctx context.Context, tx *db.Tx) error { return activity.CreateActivity(ctx, tx, access.System, &a) })
	b.row("activity", whose, a.ID)
	q := activity.Question{Activity: a.ID, Text: "Vad äter du inte?", Kind: "text", Sensitive: true}
	b.do(func(ctx context.Context, tx *db.Tx) error { return activity.AddQuestion(ctx, tx, access.System, &q) })
	b.row("question", whose, q.ID)
	for sort, date := range map[string]local.Date{"": "2012-11-07", "past-": "2012-10-10"} {
		o := activity.Occasion{Activity: a.ID, Name: "Köping", Capacity: 20, Opens: dbtest.Now.Add(-240 * time.Hour), Closes: dbtest.Now.Add(240 * time.Hour)}
		if sort == "past-" {
			o.Closes = dbtest.Now.Add(-72 * time.Hour) // that is after the sign-up five days ago
		}
		m := activity.Meeting{Span: local.Span{Date: date, Start: "13:00", End: "16:00", Zone: zone}, Place: "Biblioteket", OnlineLink: "https://online.example.org/" + whose}
		b.do(func(ctx context.Context, tx *db.Tx) error {
			return activity.CreateOccasion(ctx, tx, access.System, &o, &m)
		})
		b.row(sort+"occasion", whose, o.ID)
		b.row(sort+"meeting", whose, m.ID)
		signup := did(b, func(ctx context.Context, tx *db.Tx) (activity.Signup, error) {
			return activity.SignUp(ctx, tx, access.System, o.ID, participant)
		})
		b.row(sort+"signup", whose, signup.ID)
	}
}

// workshops launches a kit in each programme and plans the workshops.
func (b *builder) workshops(programmes, goals map[string]string, main, branch, away string) {
	b.t.Helper()
	v := access.System
	v.On = "2012-10-07"
	for whose, id := range programmes {
		p := did(b, func(ctx context.Context, tx *db.Tx) (programme.Programme, error) {
			return programme.Get(ctx, tx, v, id)
		})
		k := workshop.Standard(p)
		b.do(func(ctx context.Context, tx *db.Tx) error { return workshop.SaveKit(ctx, tx, v, &k) })
		b.row("kit", whose, k.Kit)
		b.do(func(ctx context.Context, tx *db.Tx) error { return workshop.Publish(ctx, tx, v, k.Kit, 1) })
		b.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := workshop.Launch(ctx, tx, v, k.Kit, "", []string{goals[whose]})
			return err
		})
		for sort, unit := range map[string]string{"own": main, "other": branch, "elsewhere": away} {
			if (sort == "elsewhere") != (whose == "elsewhere") {
				continue
			}
			list, err := workshop.At(b.t.Context(), b.d, v, id, unit)
			if err != nil || len(list) != 1 {
				b.t.Fatalf("%d workshops, %v", len(list), err)
			}
			b.row("workshop", sort, list[0].ID)
			steps, err := workshop.Steps(b.t.Context(), b.d, list[0])
			if err != nil {
				b.t.Fatal(err)
			}
			if sort == "own" {
				b.row("step", "own", steps[1].ID)
				b.row("joint", "own", list[0].ID)
			}
			b.do(func(ctx context.Context, tx *db.Tx) error {
				return workshop.Set(ctx, tx, v, list[0].ID, workshop.Plan{Date: "2012-11-20", Start: "13:00"}, list[0].Version)
			})
			b.do(func(ctx context.Context, tx *db.Tx) error {
				_, err := workshop.Note(ctx, tx, v, list[0].ID, steps[1].ID, "key", "Vi vågar mer")
				return err
			})
		}
	}
	own, err := workshop.Get(b.t.Context(), b.d, v, b.w.rows["workshop"]["own"])
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(func(ctx context.Context, tx *db.Tx) error {
		return workshop.Lead(ctx, tx, v, own.ID, b.w.viewers["leader"], own.Version)
	})
	answers, err := workshop.Summary(b.t.Context(), b.d, v, b.w.rows["workshop"]["own"])
	if err != nil {
		b.t.Fatal(err)
	}
	b.row("answer", "own", answers[0].Answers[0].ID)
	b.do(func(ctx context.Context, tx *db.Tx) error {
		return workshop.Put(ctx, tx, v, own.ID, answers[0].Answers[0].ID, "", "Mod")
	})
	if answers, err = workshop.Summary(b.t.Context(), b.d, v, own.ID); err != nil {
		b.t.Fatal(err)
	}
	b.row("group", "own", answers[0].Groups[0].ID)
}

// analyses opens the analysis in each programme. Each workplace has agreed on one and taken it up again.
func (b *builder) analyses(programmes map[string]string, main, branch, away string) {
	b.t.Helper()
	v := access.System
	v.On = "2012-10-07"
	for whose, id := range programmes {
		plan := swot.Plan{Programme: id, Years: 10, Opens: "2012-01-01", Closes: "2012-12-01", Perspectives: []swot.Perspective{{Name: "Nya utmaningar"}, {Name: "Nya målgrupper"}}}
		b.do(func(ctx context.Context, tx *db.Tx) error { return swot.SavePlan(ctx, tx, v, &plan) })
		if whose == "own" {
			b.row("perspective", "own", plan.Perspectives[0].ID)
		}
		for sort, unit := range map[string]string{"own": main, "other": branch, "elsewhere": away} {
			if (sort == "elsewhere") != (whose == "elsewhere") {
				continue
			}
			place := learning.Place{Programme: id, Workplace: unit, Leads: true}
			analysis := did(b, func(ctx context.Context, tx *db.Tx) (string, error) { return swot.Begin(ctx, tx, v, place) })
			b.row("swot", sort, analysis)
			b.do(func(ctx context.Context, tx *db.Tx) error {
				_, err := swot.Write(ctx, tx, v, analysis, plan.Perspectives[0].ID, "key", map[swot.Quadrant]string{swot.Strength: "Vi är nära " + sort})
				return err
			})
			b.do(func(ctx context.Context, tx *db.Tx) error {
				a, err := swot.Get(ctx, tx, v, analysis)
				if err != nil {
					return err
				}
				board, err := swot.BoardOf(ctx, tx, a)
				if err != nil {
					return err
				}
				return swot.Agree(ctx, tx, v, analysis, board.Mark(), v.On, v.On)
			})
			b.do(func(ctx context.Context, tx *db.Tx) error { return swot.Reopen(ctx, tx, v, analysis) })
		}
	}
	notes, err := swot.Agreed(b.t.Context(), b.d, v, learning.Place{Programme: programmes["own"], Workplace: main})
	if err != nil || len(notes) != 1 {
		b.t.Fatalf("%d notes, %v", len(notes), err)
	}
	b.row("note", "own", notes[0].ID)
}

// need gives a workplace a plan that it has agreed on.
func (b *builder) need(whose string, at learning.Place) {
	b.t.Helper()
	v := access.System
	v.On = "2012-10-12"
	n := need.Need{Wording: need.Wording{Text: "Svara " + whose, Priority: "high", Staff: 2, Due: "2012-12-01", Form: "course"}}
	topic := need.Topic{Programme: at.Programme, Name: "Svar"}
	b.do(func(ctx context.Context, tx *db.Tx) error {
		err := errors.Join(need.Add(ctx, tx, v, at, &n), need.Agree(ctx, tx, v, at, 1, "2012-10-01"))
		if err == nil && whose != "other" { // a programme has one such topic
			err = need.SaveTopic(ctx, tx, v, &topic)
		}
		return err
	})
	b.row("need", whose, n.ID)
	if topic.ID != "" {
		b.row("topic", whose, topic.ID)
	}
}

// focus gives a workplace a focus that all may see, a commitment that somebody answers for, and a sign; and that person a commitment alone.
func (b *builder) focus(whose string, at learning.Place, person string) {
	b.t.Helper()
	v := access.System
	v.On = "2012-10-12"
	c := focus.Commitment{Owner: person, Starts: "2012-10-01", Due: "2013-04-01", Months: focus.Usual, Shared: true, Wording: focus.Wording{Happens: "någon frågar " + whose, Act: "svarar vi"}}
	own := c
	own.Programme = at.Programme
	sign := focus.Sign{By: "user", On: "2012-10-02", Text: "Fler frågar"}
	ring := testRing(b.t)
	b.do(func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(focus.Save(ctx, tx, v, at, focus.Text{Statement: "Vi svarar " + whose}, 0), focus.Publish(ctx, tx, v, at, "", 1, true),
			focus.Commit(ctx, tx, v, at, &c), focus.AddSign(ctx, tx, v, at, &sign),
			focus.CommitOwn(ctx, tx, ring, access.Viewer{Person: person, On: v.On}, &own))
	})
	b.row("commitment", whose, c.ID)
	b.row("own-commitment", whose, own.ID)
	b.row("sign", whose, sign.ID)
	list, err := focus.Published(b.t.Context(), b.d, at.Programme, "", v.On)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, f := range list {
		if f.Workplace == at.Workplace {
			b.row("focus", whose, f.Code)
		}
	}
}

func (b *builder) build() {
	region := b.unit(people.Region, "Regionen", "")
	county := b.unit(people.County, "Länet", region)
	here := b.row("town", "own", b.unit(people.Municipality, "Köping", county))
	there := b.unit(people.Municipality, "Sala", county)
	employer := did(b, func(ctx context.Context, tx *db.Tx) (people.Employer, error) {
		return people.CreateEmployer(ctx, tx, people.Employer{Name: "Kommunen", OrgNumber: "212000-0142"})
	}).ID
	b.row("employer", "own", employer)
	main := b.row("unit", "own", b.unit(people.Workplace, "Stadsbiblioteket", here))
	branch := b.row("unit", "other", b.unit(people.Workplace, "Filialen", here))
	away := b.row("unit", "elsewhere", b.unit(people.Workplace, "Sala bibliotek", there))

	b.row("from", "own", branch) // a workplace whose plan another takes
	b.row("from", "other", main)
	b.row("from", "elsewhere", main)

	p, goal := b.programme("kompobib", here)
	q, otherGoal := b.programme("annat", there)
	b.row("programme", "own", p)
	b.row("chapter", "own", "deltagare")
	b.row("slug", "own", "kompobib")
	b.row("slug", "elsewhere", "annat")
	b.row("unit-slug", "own", "kompobib")
	b.row("unit-slug", "other", "kompobib")
	b.row("unit-slug", "elsewhere", "annat")

	b.row("goal", "own", goal)
	b.row("goal", "elsewhere", otherGoal)
	for whose, programmeID := range map[string]string{"own": p, "elsewhere": q} {
		phase := programme.Phase{Programme: programmeID, Name: "Genomförande", Starts: "2011-09-01", Ends: "2012-12-31"}
		b.do(func(ctx context.Context, tx *db.Tx) error { return programme.AddPhase(ctx, tx, access.System, &phase) })
		b.row("phase", whose, phase.ID)
		partner := programme.Partner{Programme: programmeID, Role: "owner", Name: "Landstinget"}
		b.do(func(ctx context.Context, tx *db.Tx) error {
			return programme.AddPartner(ctx, tx, access.System, &partner)
		})
		b.row("partner", whose, partner.ID)
		for _, kind := range []publishing.Kind{publishing.Page, publishing.Post, publishing.Letter} {
			b.row("publication", whose, b.publication(programmeID, kind))
		}
		b.row("item", whose, "hej")
	}

	ann := b.person("ann", employer, main)
	other := b.row("person", "other", b.person("olle", employer, branch))
	elsewhere := b.row("person", "elsewhere", b.person("siv", employer, away))
	b.row("person", "own", ann)
	for _, whose := range []string{"own", "other", "elsewhere"} {
		b.row("employment", whose, b.employed[b.w.rows["person"][whose]])
	}
	b.w.viewers["participant"] = ann
	for role, g := range map[string]access.Grant{
		"contact":       {Role: access.Contact, Unit: main},
		"organiser":     {Role: access.Organiser, Programme: p},
		"office":        {Role: access.Office, Programme: p},
		"steering":      {Role: access.Steering, Programme: p},
		"auditor":       {Role: access.Auditor, Programme: p, Valid: local.Period{From: "2011-01-01", To: "2014-01-01"}},
		"late":          {Role: access.Auditor, Programme: p, Valid: local.Period{From: "2011-01-01", To: "2012-10-12"}},
		"administrator": {Role: access.Administrator},
	} {
		at := ""
		if role == "contact" {
			at = main
		}
		id := b.person(role, employer, at)
		b.grant(id, g)
		b.w.viewers[role] = b.row(role, "own", id)
	}
	leader := b.row("leader", "own", b.person("leader", employer, main))
	b.w.viewers["leader"] = leader
	b.occasion("own", p, goal, b.w.viewers["organiser"], ann)
	for _, occasion := range []string{b.w.rows["occasion"]["own"], b.w.rows["past-occasion"]["own"]} {
		b.do(func(ctx context.Context, tx *db.Tx) error {
			return activity.SetLeader(ctx, tx, access.System, occasion, leader)
		})
	}
	b.occasion("other", p, goal, b.w.viewers["office"], other)
	b.occasion("elsewhere", q, otherGoal, "", elsewhere)

	b.reflections("own", p, main, ann)
	b.reflections("other", p, branch, other)
	b.reflections("elsewhere", q, away, elsewhere)
	b.workshops(map[string]string{"own": p, "elsewhere": q}, map[string]string{"own": goal, "elsewhere": otherGoal}, main, branch, away)
	b.analyses(map[string]string{"own": p, "elsewhere": q}, main, branch, away)
	for whose, at := range map[string]struct{ programme, workplace, person string }{"own": {p, main, ann}, "other": {p, branch, other}, "elsewhere": {q, away, elsewhere}} {
		b.need(whose, learning.Place{Programme: at.programme, Workplace: at.workplace, Leads: true})
		b.focus(whose, learning.Place{Programme: at.programme, Workplace: at.workplace, Leads: true}, at.person)
	}

	for whose, of := range map[string]string{"own": p, "elsewhere": q} {
		x := survey.Survey{Programme: of, Title: "Hur går det?", Words: []string{"inte alls", "helt"}, Questions: []survey.Question{{Text: "Vågar du fråga?"}}}
		b.do(func(ctx context.Context, tx *db.Tx) error { return survey.Save(ctx, tx, access.System, &x) })
		r := survey.Round{Survey: x.ID, Name: "Start", First: "2012-10-08", Last: "2012-10-31"}
		b.do(func(ctx context.Context, tx *db.Tx) error { return survey.SaveRound(ctx, tx, access.System, &r) })
		b.row("survey", whose, x.ID)
		b.row("round", whose, r.ID)
	}
	b.list("own", employer, here, "Stadsbiblioteket;Köping;chef")
	b.list("other", employer, here, "Filialen;Köping;chef")
	b.list("elsewhere", employer, there, "Sala bibliotek;Sala;chef")
	b.row("grant", "other", b.grant(other, access.Grant{Role: access.Steering, Programme: p}).ID)
	for _, whose := range []string{"own", "other", "elsewhere"} {
		letters, err := letter.List(b.t.Context(), b.d, access.System, letter.Filter{Person: b.w.rows["person"][whose], AboutKind: "occasion"})
		if err != nil || len(letters) == 0 {
			b.t.Fatalf("%d letters, %v", len(letters), err)
		}
		b.row("letter", whose, letters[0].ID)
	}
}

// testRing is the ring of every world.
func testRing(t *testing.T) *secret.Ring {
	t.Helper()
	ring, err := secret.NewRing(slices.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// reflections lets someone keep one text to themselves and share another with their programme, which codes it, and quotes it with their leave. Their workplace
// has a record.
func (b *builder) reflections(whose, programme, workplace, person string) {
	b.t.Helper()
	ring, today := testRing(b.t), local.DateOf(b.d.Now(), time.UTC)
	v, err := people.Viewer(b.t.Context(), b.d, person, today)
	if err != nil {
		b.t.Fatal(err)
	}
	office := access.Viewer{Person: "office-of-" + programme, On: today, Grants: []access.Grant{{Role: access.Office, Programme: programme, Workplaces: []string{workplace}}}}
	x := reflection.Reflection{Date: "2012-10-01", Text: reflection.Text{Answers: map[string]string{"take": "Vi lyssnar mer."}}}
	y, theme := x, reflection.Theme{Programme: programme, Name: "Bemötande"}
	b.do(func(ctx context.Context, tx *db.Tx) error { return reflection.Write(ctx, tx, ring, v, &x) })
	b.row("entry", whose, x.ID)
	b.do(func(ctx context.Context, tx *db.Tx) error {
		if err := reflection.Write(ctx, tx, ring, v, &y); err != nil {
			return err
		}
		return reflection.Share(ctx, tx, ring, v, y.ID, 1, reflection.Sharing{Level: reflection.Programme, Programme: programme, Workplace: workplace}, today)
	})
	if y, err = reflection.Get(b.t.Context(), b.d, ring, v, y.ID); err != nil {
		b.t.Fatal(err)
	}
	b.row("reflection", whose, y.Shared)
	b.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := reflection.WriteRecord(ctx, tx, office, programme, workplace, 0, "Vi har lärt oss att lyssna.")
		return err
	})
	if whose != "other" { // a programme has one such theme
		b.do(func(ctx context.Context, tx *db.Tx) error { return reflection.SaveTheme(ctx, tx, office, &theme) })
		b.row("theme", whose, theme.ID)
	}
	b.do(func(ctx context.Context, tx *db.Tx) error {
		id, err := reflection.Ask(ctx, tx, ring, office, y.Shared, "Vi lyssnar")
		if err != nil {
			return err
		}
		b.row("quotation", whose, id)
		q, err := reflection.OwnQuotation(ctx, tx, ring, v, id)
		if err != nil {
			return err
		}
		sources, err := reflection.Sources(ctx, tx, v, q)
		if err != nil {
			return err
		}
		return reflection.Answer(ctx, tx, ring, v, id, 1, reflection.Yes, reflection.SourcesMark(sources))
	})
}
