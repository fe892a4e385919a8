package focus

import (
	"context"
	"fmt"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/local"
)

var (
	ErrNoticedBy = fault.Define(fault.Invalid, "focus.noticed-by")
	ErrNoticedOn = fault.Define(fault.Invalid, "focus.noticed-on")
	ErrSign      = fault.Define(fault.Invalid, "focus.sign")
	ErrNoticed   = fault.Define(fault.Invalid, "focus.noticed")
	ErrOver      = fault.Define(fault.Conflict, "focus.over")
)

// NoticedBy are the roles of those who notice something. No sign has a name.
var NoticedBy = []string{"user", "staff", "partner", "school", "politician", "other"}

// A Sign is something that somebody noticed, beside a workplace's focus or one of its commitments.
type Sign struct {
	ID, Workplace string
	Commitment    string // "" for the focus
	Happens, Act  string // of the commitment
	Goal          string // of the commitment
	By            string // a role
	On            local.Date
	Text          string
}

const selectSigns = `SELECT s.id, s.workplace, coalesce(s.commitment, ''), coalesce(t.happens, ''), coalesce(t.act, ''), coalesce(c.goal, ''), s.noticed_by, s.noticed_on, s.text
	FROM observed_sign s LEFT JOIN commitment c ON c.id = s.commitment LEFT JOIN commitment_text t ON t.commitment = c.id AND t.number = c.wording WHERE s.withdrawn = 0 `

func scanSign(s *Sign) []any {
	return []any{&s.ID, &s.Workplace, &s.Commitment, &s.Happens, &s.Act, &s.Goal, &s.By, &s.On, &s.Text}
}

// Signs are those of a workplace, the last noticed first; of a commitment if one is named. At most limit.
func Signs(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, commitment string, limit int) ([]Sign, error) {
	return db.All(ctx, c, scanSign, learning.Moved+selectSigns+`AND s.programme = $3 AND `+learning.Here("s.workplace")+` AND ($4 = '' OR s.commitment = $4) ORDER BY s.noticed_on DESC, s.id DESC LIMIT $5`,
		v.On, p.Workplace, p.Programme, commitment, limit)
}

// A SignMark is where in the list of a programme's signs one has come.
type SignMark struct {
	On local.Date
	ID string
}

// AllSigns are those of the workplaces of a programme that v may read of, the last noticed first: what the final report tells as results.
func AllSigns(ctx context.Context, c db.Conn, v access.Viewer, programme string, after SignMark, limit int) ([]Sign, error) {
	args := []any{v.On, programme, after.On, after.ID, limit}
	return db.All(ctx, c, scanSign, learning.Moved+selectSigns+`AND s.programme = $2 AND ($3 = '' OR s.noticed_on < $3 OR s.noticed_on = $3 AND s.id < $4) AND `+
		learning.Reads("s.workplace", v, access.SeeLearning, programme, &args)+` ORDER BY s.noticed_on DESC, s.id DESC LIMIT $5`, args...)
}

// AddSign adds one: who works at the workplace, or leads it.
func AddSign(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, s *Sign) error {
	if !p.Member && !p.Leads {
		return ErrForbidden
	}
	tidy(&s.Text)
	var faults fault.List
	faults.Unless(slices.Contains(NoticedBy, s.By), ErrNoticedBy.At("by"))
	switch {
	case !s.On.Valid():
		faults = append(faults, local.ErrDate.At("on"))
	case s.On > today(tx):
		faults = append(faults, ErrNoticedOn.At("on"))
	}
	faults.Unless(s.Text != "", ErrSign.At("text"))
	short(&faults, "text", s.Text, MaxText)
	if faults != nil {
		return faults
	}
	if s.Commitment != "" {
		if _, err := Get(ctx, tx, v, p, s.Commitment); err != nil {
			return err
		}
	}
	s.ID, s.Workplace = tx.NewID(), p.Workplace
	if _, err := tx.Exec(ctx, `INSERT INTO observed_sign (id, programme, workplace, commitment, noticed_by, noticed_on, text, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.ID, p.Programme, p.Workplace, db.Null(s.Commitment), s.By, s.On, s.Text, tx.By); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "observed_sign", Row: s.ID, Detail: map[string]any{"workplace": p.Workplace}})
}

// Withdraw takes a sign, or a user's answer, out of all that is shown: by who writes for the workplace. Back puts it back.
func Withdraw(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place, entity, id string, back bool) error {
	if err := learning.MustWrite(ctx, tx, v, p); err != nil {
		return err
	}
	of := map[string]string{
		"observed_sign": `UPDATE observed_sign SET withdrawn = $4 WHERE id = $5 AND programme = $3 AND ` + learning.Here("workplace"),
		"user_answer":   `UPDATE user_answer SET withdrawn = $4 WHERE id = $5 AND focus IN (SELECT id FROM focus WHERE programme = $3 AND ` + learning.Here("workplace") + `)`,
	}[entity]
	n, err := tx.Exec(ctx, learning.Moved+of, v.On, p.Workplace, p.Programme, db.Int(!back), id)
	if err == nil && (n == 0 || of == "") {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	act := "remove"
	if back {
		act = "undo"
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: entity, Row: id, Detail: map[string]any{"workplace": p.Workplace}})
}

// Noticed are what users can answer to whether they have noticed.
var Noticed = []string{"yes", "no", "unsure"}

// A UserAnswer is what somebody who uses the library answered. Nothing tells who it was.
type UserAnswer struct {
	ID, Noticed, Text string
	On                local.Date
}

// maxAnswer is the most characters that a user writes.
const maxAnswer = 1000

// TakeAnswer keeps what a user answers to the question with a code. The transaction is nobody's.
func TakeAnswer(ctx context.Context, tx *db.Tx, code string, a UserAnswer) error {
	f, err := ByCode(ctx, tx, code, today(tx))
	if err != nil {
		return err
	}
	if f.Over {
		return ErrOver
	}
	tidy(&a.Text)
	var faults fault.List
	faults.Unless(slices.Contains(Noticed, a.Noticed), ErrNoticed.At("noticed"))
	short(&faults, "text", a.Text, maxAnswer)
	if faults != nil {
		return faults
	}
	// The first half of an id tells the millisecond: only chance is kept.
	if _, err := tx.Exec(ctx, `INSERT INTO user_answer (id, focus, noticed, text, answered_on) VALUES ($1, $2, $3, $4, $5)`, tx.NewID()[13:], f.ID, a.Noticed, a.Text, today(tx)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "answer", Entity: "focus", Row: f.ID})
}

// Answered are what users answered about a focus: how many of each, and the last who wrote something.
type Answered struct {
	Counts map[string]int
	All    int
	Wrote  int // how many of them wrote something
	Texts  []UserAnswer
}

// UserAnswers returns them, by the id of each focus that was read, with as many queries however many there are; of each at most limit texts.
func UserAnswers(ctx context.Context, c db.Conn, limit int, of ...Focus) (map[string]Answered, error) {
	return userAnswers(ctx, c, limit, limit*len(of), of)
}

// userAnswers returns at most each texts of each focus, and all of all together.
func userAnswers(ctx context.Context, c db.Conn, each, all int, of []Focus) (map[string]Answered, error) {
	found, ids := map[string]Answered{}, []string(nil)
	for _, f := range of {
		found[f.ID] = Answered{Counts: map[string]int{}}
		if f.ID != "" {
			ids = append(ids, f.ID)
		}
	}
	if len(ids) == 0 {
		return found, nil
	}
	type count struct {
		focus, noticed string
		n, wrote       int
	}
	var args []any
	in := db.In(&args, ids)
	counts, err := db.All(ctx, c, func(n *count) []any { return []any{&n.focus, &n.noticed, &n.n, &n.wrote} },
		`SELECT focus, noticed, count(*), sum(CASE WHEN text <> '' THEN 1 ELSE 0 END) FROM user_answer WHERE withdrawn = 0 AND focus IN `+in+` GROUP BY focus, noticed ORDER BY focus, noticed`, args...)
	if err != nil {
		return nil, err
	}
	for _, n := range counts {
		a := found[n.focus]
		a.Counts[n.noticed] = n.n
		a.All += n.n
		a.Wrote += n.wrote
		found[n.focus] = a
	}
	if all == 0 {
		return found, nil
	}
	type said struct {
		focus string
		UserAnswer
	}
	args = append(args, each, all)
	texts, err := db.All(ctx, c, func(u *said) []any { return []any{&u.focus, &u.ID, &u.Noticed, &u.Text, &u.On} },
		`SELECT focus, id, noticed, text, answered_on FROM (SELECT focus, id, noticed, text, answered_on, row_number() OVER (PARTITION BY focus ORDER BY answered_on DESC, id) AS nth
			FROM user_answer WHERE withdrawn = 0 AND text <> '' AND focus IN `+in+`) u WHERE nth <= `+fmt.Sprintf(`$%d ORDER BY answered_on DESC, id LIMIT $%d`, len(args)-1, len(args)), args...)
	for _, u := range texts {
		a := found[u.focus]
		a.Texts = append(a.Texts, u.UserAnswer)
		found[u.focus] = a
	}
	return found, err
}

// Voices returns the focuses of the workplaces of a programme that v may read of that users have been asked about, shown to all or not any more, with what they
// answered; those that nobody has answered are left out. Of all together at most limit texts.
func Voices(ctx context.Context, c db.Conn, v access.Viewer, programme string, limit int) ([]Focus, map[string]Answered, error) {
	args := []any{v.On, programme}
	list, err := db.All(ctx, c, scanFocus, learning.Moved+`SELECT `+focusColumns+fromFocus+`WHERE f.programme = $2 AND f.code IS NOT NULL AND `+
		learning.Reads("f.workplace", v, access.SeeLearning, programme, &args)+` ORDER BY f.id`, args...)
	if err != nil {
		return nil, nil, err
	}
	answers, err := userAnswers(ctx, c, limit, limit, list)
	return slices.DeleteFunc(list, func(f Focus) bool { return answers[f.ID].All == 0 }), answers, err
}
