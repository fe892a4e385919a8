package survey

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

var (
	ErrTitle     = fault.Define(fault.Invalid, "survey.title")
	ErrLong      = fault.Define(fault.Invalid, "survey.long")      // args: the most characters, what was written
	ErrSteps     = fault.Define(fault.Invalid, "survey.steps")     // args: the least, the most
	ErrEnds      = fault.Define(fault.Invalid, "survey.ends")      //
	ErrQuestions = fault.Define(fault.Invalid, "survey.questions") // args: the most
	ErrText      = fault.Define(fault.Invalid, "survey.text")
	ErrGoal      = fault.Define(fault.Invalid, "survey.goal")
	ErrFrozen    = fault.Define(fault.Conflict, "survey.frozen")

	ErrName    = fault.Define(fault.Invalid, "survey.name")
	ErrPast    = fault.Define(fault.Invalid, "survey.past")
	ErrDays    = fault.Define(fault.Invalid, "survey.days")
	ErrOverlap = fault.Define(fault.Invalid, "survey.overlap") // args: the name of the other round
	ErrOpened  = fault.Define(fault.Conflict, "survey.opened")
	ErrClosed  = fault.Define(fault.Conflict, "survey.closed")
	ErrAhead   = fault.Define(fault.Conflict, "survey.ahead")
)

// What fits: characters, steps of a scale, questions, rounds.
const (
	MaxTitle     = 200
	MaxIntro     = 5000
	MaxWord      = 60
	MaxText      = 300
	LeastSteps   = 2
	MostSteps    = 7
	MaxQuestions = 60
)

// WordField is the field of a fault in the word of a step, the first being 1; QuestionField of one in a part of a question.
func WordField(i int) string { return "word-" + strconv.Itoa(i) }

func QuestionField(i int, part string) string { return "question-" + strconv.Itoa(i) + "-" + part }

func fits(faults *fault.List, field string, text *string, most int) {
	*text = strings.TrimSpace(*text)
	n := utf8.RuneCountInString(*text)
	faults.Unless(n <= most, ErrLong.At(field, most, n))
}

// check trims s and reports everything wrong with it.
func (s *Survey) check(ctx context.Context, c db.Conn) error {
	var faults fault.List
	fits(&faults, "title", &s.Title, MaxTitle)
	faults.Unless(s.Title != "", ErrTitle.At("title"))
	fits(&faults, "intro", &s.Intro, MaxIntro)
	if n := len(s.Words); n < LeastSteps || n > MostSteps {
		faults = append(faults, ErrSteps.At("steps", LeastSteps, MostSteps))
	} else {
		for i := range s.Words {
			fits(&faults, WordField(i+1), &s.Words[i], MaxWord)
		}
		faults.Unless(s.Words[0] != "", ErrEnds.At(WordField(1)))
		faults.Unless(s.Words[n-1] != "", ErrEnds.At(WordField(n)))
	}
	goals, err := programme.Goals(ctx, c, s.Programme)
	if err != nil {
		return err
	}
	faults.Unless(1 <= len(s.Questions) && len(s.Questions) <= MaxQuestions, ErrQuestions.At(QuestionField(1, "text"), MaxQuestions))
	for i := range s.Questions {
		q := &s.Questions[i]
		fits(&faults, QuestionField(i+1, "text"), &q.Text, MaxText)
		faults.Unless(q.Text != "", ErrText.At(QuestionField(i+1, "text")))
		faults.Unless(q.Goal == "" || slices.ContainsFunc(goals, func(g programme.GoalArea) bool { return g.ID == q.Goal }), ErrGoal.At(QuestionField(i+1, "goal")))
	}
	return faults.Err()
}

// today is the day of a transaction where a programme is.
func today(ctx context.Context, tx *db.Tx, prog string) (local.Date, error) {
	zone, err := db.Value[string](ctx, tx, `SELECT zone FROM programme WHERE id = $1`, prog)
	return local.DateOf(tx.At, local.Zone(zone)), err
}

// lock keeps others from a survey and its rounds, and reads it for who plans there.
func lock(ctx context.Context, tx *db.Tx, v access.Viewer, id string) (s Survey, on local.Date, err error) {
	err = db.Lock(ctx, tx, "survey", id)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return s, "", err
	}
	list, err := read(ctx, tx, "id = $1", id)
	if err == nil && !v.In(access.PlanLearning, list[0].Programme) {
		err = ErrNotFound
	}
	if err != nil {
		return s, "", err
	}
	on, err = today(ctx, tx, list[0].Programme)
	return list[0], on, err
}

// Save writes a survey: a new one, or one whose s.Version still is the last. Once a round has opened only its title, its
// introduction and slips of the pen in its questions can be mended; what a question said before is kept.
func Save(ctx context.Context, tx *db.Tx, v access.Viewer, s *Survey) error {
	if s.ID == "" {
		return s.create(ctx, tx, v)
	}
	was, on, err := lock(ctx, tx, v, s.ID)
	if err != nil {
		return err
	}
	s.Programme = was.Programme
	opened := was.Opened(on)
	if opened {
		s.Words = slices.Clone(was.Words)
		for i := range s.Questions {
			if i < len(was.Questions) {
				s.Questions[i].ID, s.Questions[i].Goal = was.Questions[i].ID, was.Questions[i].Goal
			}
		}
	}
	if err := s.check(ctx, tx); err != nil {
		return err
	}
	switch {
	case s.Version != was.Version:
		return fault.Stale
	case opened && (len(s.Questions) != len(was.Questions) || s.Anonymous != was.Anonymous):
		return ErrFrozen
	}
	s.Version++
	if _, err := tx.Exec(ctx, `UPDATE survey SET title = $1, intro = $2, anonymous = $3, version = $4 WHERE id = $5`, s.Title, s.Intro, db.Int(s.Anonymous), s.Version, s.ID); err != nil {
		return err
	}
	mended := 0
	if opened {
		mended, err = s.mend(ctx, tx, was)
	} else {
		for _, table := range []string{"survey_question", "survey_step"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE survey = $1`, s.ID); err != nil {
				return err
			}
		}
		err = s.insertParts(ctx, tx)
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "survey", Row: s.ID, Detail: map[string]any{"version": s.Version, "questions": len(s.Questions), "mended": mended}})
}

func (s *Survey) create(ctx context.Context, tx *db.Tx, v access.Viewer) error {
	if !v.In(access.PlanLearning, s.Programme) {
		return ErrForbidden
	}
	if err := s.check(ctx, tx); err != nil {
		return err
	}
	s.ID, s.Version = tx.NewID(), 1
	if _, err := tx.Exec(ctx, `INSERT INTO survey (id, programme, title, intro, anonymous) VALUES ($1, $2, $3, $4, $5)`, s.ID, s.Programme, s.Title, s.Intro, db.Int(s.Anonymous)); err != nil {
		return err
	}
	if err := s.insertParts(ctx, tx); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "survey", Row: s.ID, Detail: map[string]any{"anonymous": s.Anonymous, "questions": len(s.Questions)}})
}

func (s *Survey) insertParts(ctx context.Context, tx *db.Tx) error {
	steps, questions := make([][]any, len(s.Words)), make([][]any, len(s.Questions))
	for i, w := range s.Words {
		steps[i] = []any{s.ID, i + 1, w}
	}
	for i := range s.Questions {
		q := &s.Questions[i]
		q.ID = tx.NewID()
		questions[i] = []any{q.ID, s.ID, i + 1, db.Null(q.Goal), q.Text}
	}
	if err := db.Insert(ctx, tx, "survey_step", "survey, step, word", "", steps); err != nil {
		return err
	}
	return db.Insert(ctx, tx, "survey_question", "id, survey, ord, goal, text", "", questions)
}

// mend gives questions another text, keeps what they said, and returns how many were mended.
func (s *Survey) mend(ctx context.Context, tx *db.Tx, was Survey) (mended int, err error) {
	for i, q := range s.Questions {
		if q.Text == was.Questions[i].Text {
			continue
		}
		n, err := db.Value[int](ctx, tx, `SELECT count(*) FROM survey_question_before WHERE question = $1`, q.ID)
		if err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO survey_question_before (question, number, text, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5)`,
			q.ID, n+1, was.Questions[i].Text, tx.By, tx.At); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `UPDATE survey_question SET text = $1 WHERE id = $2`, q.Text, q.ID); err != nil {
			return 0, err
		}
		mended++
	}
	return mended, nil
}

// SaveRound writes a round of r.Survey: a new one, or one whose r.Version still is the last. It opens today at the earliest. Once it
// is open its first day stands, once it is closed only its name can be mended: who has seen what was answered would see from a
// second look what came later.
func SaveRound(ctx context.Context, tx *db.Tx, v access.Viewer, r *Round) error {
	s, on, err := lock(ctx, tx, v, r.Survey)
	if err != nil {
		return err
	}
	was, old := s.Round(r.ID)
	if r.ID != "" && !old {
		return ErrRound
	}
	standing := Ahead
	if old {
		if err := db.Lock(ctx, tx, "survey_round", r.ID); err != nil {
			return err
		}
		standing = was.Standing(on)
	}
	if standing != Ahead {
		r.First = was.First
	}
	if standing == Closed {
		r.Last = was.Last
	}
	if err := r.check(s, on, standing); err != nil {
		return err
	}
	if old && r.Version != was.Version {
		return fault.Stale
	}
	act := "change"
	if old {
		r.Version++
		_, err = tx.Exec(ctx, `UPDATE survey_round SET name = $1, first_day = $2, last_day = $3, version = $4 WHERE id = $5`, r.Name, r.First, r.Last, r.Version, r.ID)
	} else {
		act, r.ID, r.Version = "create", tx.NewID(), 1
		_, err = tx.Exec(ctx, `INSERT INTO survey_round (id, survey, name, first_day, last_day) VALUES ($1, $2, $3, $4, $5)`, r.ID, r.Survey, r.Name, r.First, r.Last)
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "survey_round", Row: r.ID, Detail: map[string]any{"survey": s.ID, "starts": r.First, "ends": r.Last}})
}

func (r *Round) check(s Survey, on local.Date, standing Standing) error {
	var faults fault.List
	fits(&faults, "name", &r.Name, MaxWord)
	faults.Unless(r.Name != "", ErrName.At("name"))
	first, last := r.First.Valid(), r.Last.Valid()
	faults.Unless(first, local.ErrDate.At("first"))
	faults.Unless(last, local.ErrDate.At("last"))
	if first && standing == Ahead {
		faults.Unless(r.First >= on, ErrPast.At("first"))
	}
	if first && last && standing != Closed {
		faults.Unless(r.Last >= r.First, ErrDays.At("last"))
		faults.Unless(r.Last >= on, ErrPast.At("last"))
		for _, other := range s.Rounds {
			if other.ID != r.ID && r.First <= other.Last && other.First <= r.Last {
				faults = append(faults, ErrOverlap.At("first", other.Name))
			}
		}
	}
	return faults.Err()
}

// RemoveRound takes away a round that has not opened.
func RemoveRound(ctx context.Context, tx *db.Tx, v access.Viewer, survey, id string) error {
	r, err := roundOf(ctx, tx, v, survey, id)
	if err != nil {
		return err
	}
	if r != Ahead {
		return ErrOpened
	}
	if _, err := tx.Exec(ctx, `DELETE FROM survey_round WHERE id = $1`, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "remove", Entity: "survey_round", Row: id, Detail: map[string]any{"survey": survey}})
}

// Close closes an open round before its last day is over. It cannot be opened again.
func Close(ctx context.Context, tx *db.Tx, v access.Viewer, survey, id string) error {
	r, err := roundOf(ctx, tx, v, survey, id)
	switch {
	case err != nil:
		return err
	case r == Ahead:
		return ErrAhead
	case r == Closed:
		return ErrClosed
	}
	s, err := read(ctx, tx, "id = $1", survey)
	if err != nil {
		return err
	}
	on, err := today(ctx, tx, s[0].Programme)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE survey_round SET closed = $1, last_day = $2, version = version + 1 WHERE id = $3`, tx.At, on, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "close", Entity: "survey_round", Row: id, Detail: map[string]any{"survey": survey}})
}

// roundOf keeps others from a survey and one of its rounds, so that nobody answers meanwhile, and returns how far that has come.
func roundOf(ctx context.Context, tx *db.Tx, v access.Viewer, survey, id string) (Standing, error) {
	s, on, err := lock(ctx, tx, v, survey)
	if err != nil {
		return "", err
	}
	if _, ok := s.Round(id); !ok {
		return "", ErrRound
	}
	if err := db.Lock(ctx, tx, "survey_round", id); err != nil {
		return "", err
	}
	list, err := read(ctx, tx, "id = $1", survey) // now that nothing changes any more
	if err != nil {
		return "", err
	}
	r, ok := list[0].Round(id)
	if !ok {
		return "", ErrRound
	}
	return r.Standing(on), nil
}
