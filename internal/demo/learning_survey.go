package demo

import (
	"context"
	"fmt"
	"math"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/survey"
)

// A selfAsked is a self-assessment of the story.
type selfAsked struct {
	key    string
	survey survey.Survey
	goals  []int // of each question: the number of its goal area, 0 for the whole
	made   local.Date
	rounds []selfRound
}

type selfRound struct {
	name        string
	first, last local.Date
	share       float64 // of the staff that answers
	level       float64 // what most of them answer, as a part of the scale
}

// selfAssessments are what the office asks: what people can, kept with each of them, and how it is to learn at work, anonymously.
var selfAssessments = []selfAsked{
	{key: "skills", made: "2011-04-18", goals: []int{1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3},
		survey: survey.Survey{Title: "Så ser jag på mitt kunnande", Intro: "Här bedömer du själv vad du kan i dag. Det finns inga rätta svar. Samma frågor kommer tillbaka, så att du ser vad som har ändrats.\n\nSvaren hjälper projektet att välja rätt aktiviteter.",
			Words: []string{"Stämmer inte alls", "", "Stämmer till hälften", "", "Stämmer helt"},
			Questions: []survey.Question{
				{Text: "Jag vet vad olika grupper av invånare behöver av biblioteket."}, {Text: "Jag frågar besökare vad de saknar, och för det vidare."},
				{Text: "Jag kan möta den som inte talar svenska."}, {Text: "Jag deltar i samarbete utanför biblioteket, till exempel med förskolor eller föreningar."},
				{Text: "Jag kan hjälpa någon att låna en e-bok på den egna läsplattan."}, {Text: "Jag provar nya digitala tjänster på egen hand."},
				{Text: "Jag kan visa hur man granskar en källa på nätet."}, {Text: "Jag vet hur digitala medier köps in, och vad de kostar oss."},
				{Text: "Jag har idéer om hur rummet kan användas bättre."}, {Text: "Jag kan hålla i ett program eller en träff i biblioteket."},
				{Text: "Jag vet hur biblioteket är med i kommunens planering."}, {Text: "Jag kan berätta för en politiker vad biblioteket gör för nytta."}}},
		rounds: []selfRound{{"Start", "2011-05-02", "2011-05-20", 0.68, 0.42}, {"Mitt", "2012-03-12", "2012-03-30", 0.62, 0.55}, {"Slut", "2013-01-14", "2013-02-08", 0.72, 0.68}}},
	{key: "climate", made: "2011-09-26", goals: []int{0, 0, 0, 0},
		survey: survey.Survey{Title: "Att lära på jobbet", Anonymous: true, Intro: "Fyra frågor om hur det är att lära nytt hos er.", Words: []string{"Nej", "Sällan", "Ofta", "Alltid"},
			Questions: []survey.Question{{Text: "Får du tid att lära dig nytt på arbetstid?"}, {Text: "Kan du säga att du inte kan något?"}, {Text: "Delar ni med er till varandra efter en kurs?"}, {Text: "Frågar din chef vad du har lärt dig?"}}},
		rounds: []selfRound{{"Efter uppstarten", "2011-10-03", "2011-10-21", 0.6, 0.45}, {"Ett år senare", "2012-09-03", "2012-09-21", 0.58, 0.55}, {"Efter workshoparna", "2013-02-11", "2013-03-15", 0.6, 0.62}}},
}

// selfActs are the acts in which they are written, their rounds set, and answered, some days at a time.
func (b *book) selfActs() (acts []act) {
	for _, a := range selfAssessments {
		acts = append(acts, act{name: "write self-assessment " + a.key, at: at(a.made, "10:00"), play: func(ctx context.Context, s *stage) error { return s.writeSelf(ctx, a) }})
		for i, r := range a.rounds {
			step := int(r.last.Time().Sub(r.first.Time()).Hours())/24/4 + 1
			for day, n := r.first, 1; day <= r.last; day, n = day.Add(step), n+1 {
				acts = append(acts, act{name: fmt.Sprintf("answer self-assessment %s %d %d", a.key, i+1, n), at: at(day, "11:30"), play: func(ctx context.Context, s *stage) error {
					return s.answerSelf(ctx, a, i, n)
				}})
			}
		}
	}
	return acts
}

func selfName(a selfAsked) string { return "survey/" + a.key }

func selfRoundName(a selfAsked, i int) string { return fmt.Sprint(selfName(a), "/", i+1) }

func (s *stage) writeSelf(ctx context.Context, a selfAsked) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	goals, err := programme.Goals(ctx, s.Tx, s.id("programme"))
	if err != nil {
		return err
	}
	x := a.survey
	x.Programme, x.Questions = s.id("programme"), append([]survey.Question{}, x.Questions...)
	for i, n := range a.goals {
		if 0 < n && n <= len(goals) {
			x.Questions[i].Goal = goals[n-1].ID
		}
	}
	if err := survey.Save(ctx, s.Tx, v, &x); err != nil {
		return err
	}
	s.name(selfName(a), x.ID)
	for i, r := range a.rounds {
		s.Tx = s.As(s.By, s.At.Add(time.Minute))
		round := survey.Round{Survey: x.ID, Name: r.name, First: r.first, Last: r.last}
		if err := survey.SaveRound(ctx, s.Tx, v, &round); err != nil {
			return err
		}
		s.name(selfRoundName(a, i), round.ID)
	}
	return nil
}

// answerSelf lets a part of those who have not answered a round do so. On the first day of a third one the office writes to all.
func (s *stage) answerSelf(ctx context.Context, a selfAsked, i, n int) error {
	round, r := s.id(selfRoundName(a, i)), a.rounds[i]
	if n == 1 && i == 2 {
		v, err := s.office(ctx)
		if err != nil {
			return err
		}
		if _, err := survey.Tell(ctx, s.Tx, v, s.id(selfName(a)), round); s.try(err) != nil {
			return err
		}
	}
	workplaces, err := programme.TargetWorkplaces(ctx, s.Tx, s.id("programme"), s.today())
	if err != nil {
		return err
	}
	args := []any{s.today(), round}
	persons, err := db.Values[string](ctx, s.Tx, `SELECT DISTINCT person FROM employment WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
		AND person NOT IN (SELECT person FROM survey_answered WHERE round = $2) AND workplace IN `+db.In(&args, workplaces)+` ORDER BY person`, args...)
	if err != nil {
		return err
	}
	var given []survey.Given
	for _, p := range persons {
		luck := chance(fmt.Sprint("self ", round, p))
		answers, first := luck.Float64() <= r.share, 1+luck.IntN(4)
		if p == s.id("person/koping/5") { // the demo's participant, who has the round to go that is open in the last February
			answers, first = !a.survey.Anonymous || i < 2, 1
		}
		if !answers || n != first {
			continue
		}
		like := chance("self "+p).NormFloat64() * 0.15 // they stay who they are from round to round
		g := survey.Given{Person: p}
		for q := range a.survey.Questions {
			step := 1 + int(math.Round(float64(len(a.survey.Words)-1)*(r.level+like+0.06*float64(q%4-1)+luck.NormFloat64()*0.12)))
			step = min(max(step, 1), len(a.survey.Words))
			if luck.Float64() < 0.04 {
				step = survey.NoStep
			}
			g.Values = append(g.Values, step)
		}
		given = append(given, g)
	}
	if len(given) == 0 {
		return nil
	}
	s.as(survey.Nobody, time.Minute)
	return survey.AnswerAll(ctx, s.Tx, s.ring, round, given)
}
