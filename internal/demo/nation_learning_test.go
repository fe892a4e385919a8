package demo_test

import (
	"fmt"

	"kompobib/internal/dbtest"
)

// A table is some rows of one.
type table struct {
	name, columns string
	rows          [][]any
}

// learning is what the nation's workplaces have seen in themselves and need to be able to do: each has an analysis and a plan that it has agreed on, two needs to each plan.
func (n nation) learning() []table {
	type rows = [][]any
	var analyses, notes, agreed, said, plans, plansAgreed, needs, wordings, events, needsAgreed rows
	at := dbtest.Now.AddDate(-1, 0, 0)
	for i := range n.workplaces {
		analysis, by := fmt.Sprintf("nation-analysis-%010d", i), person(i)
		analyses = append(analyses, []any{analysis, "nation", place(i), 1, 1, 1})
		agreed = append(agreed, []any{analysis, 1, "2011-05-02", by, at})
		for k, quadrant := range []string{"strength", "weakness", "threat"} {
			note := fmt.Sprintf("nation-note-%d-%012d", k, i)
			notes = append(notes, []any{note, analysis, "nation-perspective", quadrant, "Vi är få och möter många", k / 2, note, k + 1})
			said = append(said, []any{analysis, 1, note, "nation-perspective", quadrant, "Vi är få och möter många", 1, k / 2})
		}
		plan := fmt.Sprintf("nation-plan-%014d", i)
		plans = append(plans, []any{plan, "nation", place(i), 3})
		plansAgreed = append(plansAgreed, []any{plan, 1, 3, "2011-06-01", by, at})
		for k := range 2 {
			need, topic := fmt.Sprintf("nation-need-%d-%012d", k, i), any(fmt.Sprintf("nation-topic-%d", i%12))
			if i%5 == 4 {
				topic = nil
			}
			needs = append(needs, []any{need, "nation", place(i), "open", 1, 1, 1, topic})
			wordings = append(wordings, []any{need, 1, fmt.Sprintf("Hjälpa den som läser på skärm, %d", i%40), []string{"high", "middle", "low"}[i%3], fmt.Sprintf("nation-goal-%d", i%4), 1 + i%4, "2012-12-31", "course", by, at})
			events = append(events, []any{need, 1, at, by, "create", "open", 1})
			needsAgreed = append(needsAgreed, []any{plan, 1, need, 1})
		}
	}
	var topics rows
	for i := range 12 {
		topics = append(topics, []any{fmt.Sprintf("nation-topic-%d", i), "nation", fmt.Sprintf("Ämne %02d", i), "skärm"})
	}
	return []table{
		{"swot_plan", "programme, years, opens, closes", rows{{"nation", 10, "2011-01-17", "2011-06-01"}}},
		{"swot_perspective", "id, programme, ord, name", rows{{"nation-perspective", "nation", 1, "Nya utmaningar"}}},
		{"swot", "id, programme, workplace, number, agreements, agreed", analyses},
		{"swot_note", "id, swot, perspective, quadrant, body, starred, key, seq", notes},
		{"swot_agreement", "swot, number, agreed_on, made_by, made_at", agreed},
		{"swot_agreed_note", "swot, number, note, perspective, quadrant, body, said, starred", said},
		{"need_topic", "id, programme, name, words", topics},
		{"topic_activity", "topic, activity, made_by, made_at", rows{{"nation-topic-0", "nation-activity", "office", at}}},
		{"competence_plan", "id, programme, workplace, version", plans},
		{"plan_agreement", "plan, number, version, on_date, made_by, made_at", plansAgreed},
		{"need", "id, programme, workplace, state, stated, wording, agreed, topic", needs},
		{"need_text", "need, number, text, priority, goal, staff, due, form, made_by, made_at", wordings},
		{"need_event", "need, version, made_at, made_by, act, state, wording", events},
		{"agreed_need", "plan, number, need, wording", needsAgreed},
	}
}
