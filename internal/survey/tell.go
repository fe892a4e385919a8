package survey

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/letter"
	"kompobib/internal/local"
)

var (
	ErrTold   = fault.Define(fault.Conflict, "survey.told")
	ErrNobody = fault.Define(fault.Conflict, "survey.nobody")
)

// A Turnout is how many are asked in a round and how many of them have answered.
type Turnout struct {
	Asked, Answered int // of who works in the target group; of these
	Letters, Lost   int // about the round, for who plans; of these, how many did not arrive, or may not have
}

// Turnouts are those of rounds of a programme, for who plans there or sees what comes of it: as of today, or as of the last day of one that has closed.
func Turnouts(ctx context.Context, c db.Conn, v access.Viewer, s Survey, on local.Date) (map[string]Turnout, error) {
	all := map[string]Turnout{}
	if !v.In(access.PlanLearning, s.Programme) && !v.In(access.SeeOutcome, s.Programme) {
		return all, nil
	}
	fates := map[string]map[string]int{}
	if v.In(access.PlanLearning, s.Programme) && len(s.Rounds) > 0 {
		ids := make([]string, len(s.Rounds))
		for i, r := range s.Rounds {
			ids[i] = r.ID
		}
		var err error
		if fates, err = letter.Fates(ctx, c, "survey_round", ids); err != nil {
			return nil, err
		}
	}
	for _, r := range s.Rounds {
		if r.Standing(on) == Ahead {
			continue
		}
		staff, answered, err := turnout(ctx, c, s, r, on)
		if err != nil {
			return nil, err
		}
		t := Turnout{Asked: len(staff), Answered: len(answered), Lost: fates[r.ID][letter.StateFailed] + fates[r.ID][letter.StateUnknown]}
		for _, n := range fates[r.ID] {
			t.Letters += n
		}
		all[r.ID] = t
	}
	return all, nil
}

// turnout is who is asked in a round, and who of all has answered, in order.
func turnout(ctx context.Context, c db.Conn, s Survey, r Round, on local.Date) (staff, answered []string, err error) {
	f, err := readField(ctx, c, s.Programme, min(on, r.Last))
	if err != nil {
		return nil, nil, err
	}
	works, err := f.staff(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	for person := range works {
		staff = append(staff, person)
	}
	slices.Sort(staff)
	answered, err = db.Values[string](ctx, c, `SELECT person FROM survey_answered WHERE round = $1 ORDER BY person`, r.ID)
	return staff, answered, err
}

// Tell writes to those who are asked in an open round and have not answered, at most once a day, and returns to how many. The
// first letter says that it has opened, the later ones remind. No office's outbox has them: whom they are to is who has not answered.
func Tell(ctx context.Context, tx *db.Tx, v access.Viewer, survey, id string) (int, error) {
	standing, err := roundOf(ctx, tx, v, survey, id)
	switch {
	case err != nil:
		return 0, err
	case standing == Ahead:
		return 0, ErrAhead
	case standing == Closed:
		return 0, ErrClosed
	}
	list, err := read(ctx, tx, "id = $1", survey)
	if err != nil {
		return 0, err
	}
	s := list[0]
	r, _ := s.Round(id)
	on, err := today(ctx, tx, s.Programme)
	if err != nil {
		return 0, err
	}
	if r.ToldOn == on {
		return 0, ErrTold
	}
	staff, answered, err := turnout(ctx, tx, s, r, on)
	if err != nil {
		return 0, err
	}
	template := letter.SurveyOpen
	if r.Tellings > 0 {
		template = letter.SurveyReminder
	}
	var letters []letter.Letter
	for _, person := range staff {
		if _, done := slices.BinarySearch(answered, person); !done {
			letters = append(letters, letter.Letter{Person: person, Template: template, AboutKind: "survey_round", About: r.ID,
				Args: map[string]any{"programme": s.Programme}})
		}
	}
	if len(letters) == 0 {
		return 0, ErrNobody
	}
	if _, err := tx.Exec(ctx, `UPDATE survey_round SET told_on = $1, tellings = tellings + 1 WHERE id = $2`, on, r.ID); err != nil {
		return 0, err
	}
	if err := letter.Queue(ctx, tx, letters...); err != nil {
		return 0, err
	}
	return len(letters), audit.Record(ctx, tx, audit.Event{Act: "tell", Entity: "survey_round", Row: r.ID, Detail: map[string]any{"letters": len(letters)}})
}
