package demo

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/swot"
	"kompobib/internal/local"
)

// A want is what many workplaces need, in the words of some; the office calls it by its name. Activity is what came to answer it, "" for
// nothing. A want without a name was never sorted.
type want struct {
	Name, Words string
	Activity    string
	Goal        int
	Form        string
	Schools     bool // school libraries have it too
	Says        []string
}

var wants = []want{
	{"E-böcker och läsplattor", "e-bok, låna, läsplatta, surfplatta", "ebok", 2, "course", true, []string{"Visa hur man lånar och läser en e-bok på egen telefon", "Hjälpa den som kommer in med en ny läsplatta", "Svara på varför en e-bok inte går att låna", "Veta vilken app som går på vilken platta", "Ordna en drop-in där man får prova läsplattor", "Känna oss säkra när tekniken krånglar framför en besökare"}},
	{"Sociala medier", "facebook, blogg, nätet", "sociala", 2, "course", true, []string{"Skriva om biblioteket i sociala medier så att någon svarar", "Veta vad vi får lägga ut på nätet om barn och unga", "Sköta en blogg tillsammans utan att den dör ut", "Svara på Facebook så att det låter som vi", "Bestämma vem som skriver, och hur ofta", "Visa vad vi gör för dem som inte kommer hit"}},
	{"Unga och deras medier", "ungdomar, spel, tonåring", "medievanor", 2, "lecture", true, []string{"Förstå vad ungdomar gör på nätet och varför", "Samtala om spel med den som spelar", "Veta vilka spel som går att låna ut", "Möta tonåringar på deras egna sidor av nätet", "Låta unga vara med när vi köper in"}},
	{"Bemötande", "möta, bemöta, tillgänglig", "bemotande", 1, "lecture", true, []string{"Möta den som är arg utan att själv bli det", "Ta emot den som har svårt att se, höra eller läsa", "Gå fram till besökaren i stället för att vänta bakom disken", "Säga nej utan att stänga dörren", "Bemöta alla lika, också den som är här varje dag", "Ha en gemensam hållning när det blir stökigt"}},
	{"Flera språk", "språk, lättläst, översätta", "sprak", 1, "lecture", false, []string{"Ta emot den som inte talar svenska", "Köpa och visa böcker på de språk som talas i kommunen", "Skriva lättläst på skyltar och i brev", "Hålla språkkafé tillsammans med SFI", "Hitta böcker på språk som ingen av oss läser"}},
	{"Läsfrämjande", "läslust, läsning, boksamtal", "lasframjande", 1, "course", true, []string{"Hålla boksamtal som fler vill komma tillbaka till", "Locka den som aldrig har läst ut en bok", "Arbeta med läsning tillsammans med förskolan", "Bokprata så att boken blir lånad", "Veta hur läslust växer hos den som har det svårt"}},
	{"Biblioteksrummet", "rum, möblera, hyllor, skyltar", "rummet", 3, "study-visit", true, []string{"Möblera om så att rummet går att använda till mer än hyllor", "Skylta så att den som är ny hittar själv", "Få plats för både tystnad och liv", "Göra något av entrén", "Se vårt rum med en besökares ögon"}},
	{"Delaktighet", "inflytande, delaktig, användare", "delaktighet", 3, "practice", false, []string{"Låta besökarna vara med och bestämma", "Fråga dem som inte kommer hit vad de saknar", "Veta vad delaktighet betyder i praktiken", "Ta emot idéer så att den som ger dem ser att det blir något"}},
	{"Biblioteket i staden", "stadsplanering, politiker, detaljplan", "studiebesok", 3, "study-visit", false, []string{"Komma med tidigt när kommunen planerar nytt", "Förklara för politiker vad ett bibliotek gör för en ort", "Läsa en detaljplan", "Tala med dem som bygger, innan de har ritat"}},
	{"Upphovsrätt", "kopiera, licens, upphovsman", "upphovsratt", 2, "lecture", true, []string{"Svara på vad som får kopieras och visas", "Ordna filmvisning och veta vad som krävs", "Hjälpa lärare som undrar vad de får lägga ut", "Veta vilka licenser vi har och vad de täcker"}},
	{"Källkritik", "källor, söka, granska", "", 2, "course", true, []string{"Lära ut källkritik så att det fastnar", "Söka i vetenskapliga databaser och visa andra hur man gör", "Öva källkritik med elever på det de själva läser", "Granska en sida på nätet tillsammans med den som frågar"}},
	{"Böcker hem", "äldre, hemma, talbok, sjuk", "", 1, "practice", false, []string{"Ordna så att boken kommer till den som inte kan gå hemifrån", "Hjälpa den som är sjuk eller gammal med talböcker", "Samarbeta med hemtjänsten om böcker hem", "Visa anhöriga hur man laddar ner en talbok"}},
	{"", "", "", 0, "other", false, []string{"Räkna ut vad vi kan sluta göra", "Skriva årsberättelsen så att någon läser den", "Hålla korta möten som leder till något", "Läsa vår egen statistik"}},
}

// whys are why workplaces need what they need; every other says none.
var whys = []string{"Frågan kommer varje vecka, och i dag svarar vi olika.", "Vi såg i analysen att det är här vi tappar besökare.", "En av oss kan det. Det räcker inte när hon är ledig."}

// groups are those of the staff that a need may be for, where there are many.
var groups = []string{"De som arbetar med barn och unga", "De som står i informationsdisken"}

// needs are the acts in which workplaces write what they need, the office brings it together, and activities come to answer it.
func (b *book) needs() []act {
	var acts []act
	for i, day := range []local.Date{"2011-05-09", "2011-05-23", "2011-06-07"} {
		acts = append(acts, act{name: "competence plans, part " + string(rune('1'+i)), at: at(day, "13:10"), play: func(ctx context.Context, s *stage) error { return b.writePlans(ctx, s, i, 3) }})
	}
	acts = append(acts, act{name: "topics of needs", at: at("2011-06-20", "09:15"), play: sortWants})
	for _, e := range b.events {
		if i := slices.IndexFunc(wants, func(w want) bool { return w.Activity == e.Key }); i >= 0 {
			acts = append(acts, act{name: "tie " + e.Key, at: at(e.Planned, "09:50"), play: func(ctx context.Context, s *stage) error {
				v, err := s.office(ctx)
				if err != nil {
					return err
				}
				return need.Tie(ctx, s.Tx, v, s.id("activity/"+e.Key), need.Ties{Topics: []string{s.id("topic/" + wants[i].Name)}})
			}})
		}
	}
	return append(acts, act{name: "plan for what is left", at: at("2013-02-06", "10:15"), play: planRest})
}

// planRest lays out an activity that is not published yet, for a topic that nothing answers: what it is for is planned.
func planRest(ctx context.Context, s *stage) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	d, err := need.DraftOf(ctx, s.Tx, v, s.id("programme"), s.id("topic/Källkritik"), "")
	if err != nil {
		return err
	}
	a := activity.Activity{Programme: d.Programme, Kind: cmp.Or(d.Kind, "course"), Title: d.Title, Description: d.Description, Goals: d.Goals,
		Travel: "employer", Meal: "project", Substitute: "employer"}
	if err := activity.CreateActivity(ctx, s.Tx, v, &a); err != nil {
		return err
	}
	return need.Tie(ctx, s.Tx, v, a.ID, d.Ties)
}

// writePlans lets every n:th workplace write its plan, from the one given, and most of them agree on it.
func (b *book) writePlans(ctx context.Context, s *stage, from, n int) error {
	type contact struct{ unit, person string }
	leads, err := db.All(ctx, s.Tx, func(c *contact) []any { return []any{&c.unit, &c.person} },
		`SELECT unit, person FROM role_grant WHERE role = 'contact' AND valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) AND unit IS NOT NULL ORDER BY unit, person`, s.today())
	if err != nil {
		return err
	}
	for i := from; i < len(b.workplaces); i += n {
		w := b.workplaces[i]
		r := chance("plan " + w.key)
		lead := slices.IndexFunc(leads, func(c contact) bool { return c.unit == s.id("unit/"+w.key) })
		if lead < 0 || r.IntN(8) == 0 { // some never wrote one
			continue
		}
		s.as(leads[lead].person, 3*time.Minute)
		v, err := s.viewer(ctx, leads[lead].person)
		if err != nil {
			return err
		}
		p, err := learning.Find(ctx, s.Tx, v, s.id("programme"), leads[lead].unit)
		if err != nil {
			return err
		}
		staff, err := need.StaffOn(ctx, s.Tx, p, s.today())
		if err != nil {
			return err
		}
		agreed, err := swot.Agreed(ctx, s.Tx, v, p)
		if err != nil {
			return err
		}
		of := pointing(agreed)
		few := 2 + r.IntN(3)
		order := r.Perm(len(wants))
		slices.SortStableFunc(order, func(a, b int) int { return len(of[b]) - len(of[a]) }) // what the analysis showed comes first
		for _, k := range order {
			if x := wants[k]; few > 0 && (x.Schools || w.kind != "school-library") {
				one := need.Need{Wording: need.Wording{Text: pick(r, x.Says), Priority: need.Priorities[r.IntN(3)], Form: x.Form, Staff: max(staff, 1), Due: pick(r, []local.Date{"2011-12-31", "2012-06-30", "2012-12-31"})}}
				if x.Goal > 0 {
					one.Goal = s.id(goalName(x.Goal))
				}
				if r.IntN(2) == 0 {
					one.Why = pick(r, whys)
				}
				if staff > 6 && r.IntN(3) == 0 {
					one.Who, one.Staff = pick(r, groups), staff/3
				}
				if err := need.Add(ctx, s.Tx, v, p, &one, of[k]...); err != nil {
					return err
				}
				few--
			}
		}
		if r.IntN(9) == 0 { // and some have never agreed on it
			continue
		}
		plan, err := need.PlanOf(ctx, s.Tx, p)
		if err != nil {
			return err
		}
		if err := need.Agree(ctx, s.Tx, v, p, plan.Version, s.today().Add(-1)); err != nil {
			return err
		}
	}
	return nil
}

// pointing are the notes that weigh most in an analysis, by the place of the want that their words point to.
func pointing(notes []swot.Note) map[int][]string {
	var examples []learning.Examples
	for i, x := range wants {
		examples = append(examples, learning.Examples{Of: strconv.Itoa(i), Words: x.Name + " " + x.Words, Texts: x.Says})
	}
	learnt := learning.Learn(examples)
	of := map[int][]string{}
	for _, n := range notes {
		if found := learnt.Suggest(n.Text); n.Starred && len(found) > 0 {
			if i, err := strconv.Atoi(found[0].Of); err == nil {
				of[i] = append(of[i], n.ID)
			}
		}
	}
	return of
}

// sortWants names the topics, and brings together what says the same.
func sortWants(ctx context.Context, s *stage) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	all, err := need.List(ctx, s.Tx, v, need.Filter{Programme: s.id("programme")})
	if err != nil {
		return err
	}
	for _, x := range wants {
		if x.Name == "" {
			continue
		}
		t := need.Topic{Programme: s.id("programme"), Name: x.Name, Words: x.Words}
		if err := need.SaveTopic(ctx, s.Tx, v, &t); err != nil {
			return err
		}
		s.name("topic/"+x.Name, t.ID)
		var ids []string
		for i, n := range all {
			if slices.Contains(x.Says, n.Text) && i%9 != 0 { // some are still to be sorted
				ids = append(ids, n.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		if _, err := need.Sort(ctx, s.Tx, v, t.Programme, "", t.ID, ids); err != nil {
			return err
		}
	}
	return nil
}
