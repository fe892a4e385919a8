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
	Happens, Act  string // of the commitment, as it was when the sign was noted
	Before        bool   // the commitment has been worded otherwise since
	Goal          string // of the commitment
	By            string // a role
	On            local.Date
	Text          string
}

const selectSigns = `SELECT s.id, s.workplace, coalesce(s.commitment, ''), coalesce(t.happens, ''), coalesce(t.act, ''), coalesce(c.goal, ''), s.noticed_by, s.noticed_on, s.text,
	CASE WHEN s.wording <> c.wording THEN 1 ELSE 0 END
	FROM observed_sign s LEFT JOIN commitment c ON c.id = s.commitment LEFT JOIN commitment_text t ON t.commitment = s.commitment AND t.number = s.wording WHERE s.withdrawn = 0 `

func scanSign(s *Sign) []any {
	return []any{&s.ID, &s.Workplace, &s.Commitment, &s.Happens, &s.Act, &s.Goal, &s.By, &s.On, &s.Text, db.Truth(&s.Before)}
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
	var wording any
	if s.Commitment != "" {
		c, err := Get(ctx, tx, v, p, s.Commitment)
		if err != nil {
			return err
		}
		wording = c.number
	}
	s.ID, s.Workplace = tx.NewID(), p.Workplace
	if _, err := tx.Exec(ctx, `INSERT INTO observed_sign (id, programme, workplace, commitment, noticed_by, noticed_on, text, made_by, wording) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		s.ID, p.Programme, p.Workplace, db.Null(s.Commitment), s.By, s.On, s.Text, tx.By, wording); err != nil {
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
	Wording           int // the number of the focus's text that was answered, if who takes it knows; else it is the present one
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
	if a.Wording < 1 || a.Wording > f.Number {
		a.Wording = f.Number
	}
	// The first half of an id tells the millisecond: only chance is kept.
	if _, err := tx.Exec(ctx, `INSERT INTO user_answer (id, focus, noticed, text, answered_on, wording) VALUES ($1, $2, $3, $4, $5, $6)`,
		tx.NewID()[13:], f.ID, a.Noticed, a.Text, today(tx), a.Wording); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "answer", Entity: "focus", Row: f.ID})
}

// Answered are what users answered to one wording of the question about a focus: how many of each, and the last who wrote something.
type Answered struct {
	Asked  Text // the last text of the focus that asked so
	Now    bool // it asks so still
	Counts map[string]int
	All    int
	Wrote  int // how many of them wrote something
	Texts  []UserAnswer
}

// Heard is what users answered about a focus: to its present question first, whether anybody has or not, and then to those that it asked before, the last
// first.
type Heard []Answered

// All is how many they are, and how many of them wrote something.
func (a Heard) All() (all, wrote int) {
	for _, x := range a {
		all += x.All
		wrote += x.Wrote
	}
	return all, wrote
}

// asks is what makes two texts ask the same: the question, and where it is the usual one what users have or have not noticed.
func (t Text) asks() [2]string {
	if t.Question == "" {
		return [2]string{"", t.Statement}
	}
	return [2]string{t.Question}
}

// to returns the answers to what t asks, which they have from then on.
func (a *Heard) to(t Text) *Answered {
	i := slices.IndexFunc(*a, func(x Answered) bool { return x.Asked.asks() == t.asks() })
	if i < 0 {
		i = len(*a)
		*a = append(*a, Answered{Asked: t, Now: i == 0, Counts: map[string]int{}})
	}
	return &(*a)[i]
}

// UserAnswers returns them, by the id of each focus that was read, with as many queries however many there are; of each at most limit texts.
func UserAnswers(ctx context.Context, c db.Conn, limit int, of ...Focus) (map[string]Heard, error) {
	return userAnswers(ctx, c, limit, limit*len(of), of)
}

// userAnswers returns at most each texts of each focus, and all of all together.
func userAnswers(ctx context.Context, c db.Conn, each, all int, of []Focus) (map[string]Heard, error) {
	found, ids := map[string]*Heard{}, []string(nil)
	for _, f := range of {
		found[f.ID] = new(Heard)
		found[f.ID].to(f.Text)
		if f.ID != "" {
			ids = append(ids, f.ID)
		}
	}
	given := func() map[string]Heard {
		m := make(map[string]Heard, len(found))
		for id, a := range found {
			m[id] = *a
		}
		return m
	}
	if len(ids) == 0 {
		return given(), nil
	}
	type count struct {
		focus, noticed string
		asked          Text
		n, wrote       int
	}
	var args []any
	in := db.In(&args, ids)
	counts, err := db.All(ctx, c, func(n *count) []any {
		return []any{&n.focus, &n.asked.Number, &n.asked.Statement, &n.asked.Question, &n.noticed, &n.n, &n.wrote}
	}, `SELECT u.focus, u.wording, t.statement, t.question, u.noticed, count(*), sum(CASE WHEN u.text <> '' THEN 1 ELSE 0 END)
		FROM user_answer u JOIN focus_text t ON t.focus = u.focus AND t.version = u.wording WHERE u.withdrawn = 0 AND u.focus IN `+in+`
		GROUP BY u.focus, u.wording, t.statement, t.question, u.noticed ORDER BY u.focus, u.wording DESC, u.noticed`, args...)
	if err != nil {
		return nil, err
	}
	asked := map[string]map[int]Text{}
	for _, n := range counts {
		if asked[n.focus] == nil {
			asked[n.focus] = map[int]Text{}
		}
		asked[n.focus][n.asked.Number] = n.asked
		a := found[n.focus].to(n.asked)
		a.Counts[n.noticed] += n.n
		a.All += n.n
		a.Wrote += n.wrote
	}
	if all == 0 {
		return given(), nil
	}
	type said struct {
		focus   string
		wording int
		UserAnswer
	}
	args = append(args, each, all)
	texts, err := db.All(ctx, c, func(u *said) []any { return []any{&u.focus, &u.wording, &u.ID, &u.Noticed, &u.Text, &u.On} },
		`SELECT focus, wording, id, noticed, text, answered_on FROM (SELECT focus, wording, id, noticed, text, answered_on, row_number() OVER (PARTITION BY focus ORDER BY answered_on DESC, id) AS nth
			FROM user_answer WHERE withdrawn = 0 AND text <> '' AND focus IN `+in+`) u WHERE nth <= `+fmt.Sprintf(`$%d ORDER BY answered_on DESC, id LIMIT $%d`, len(args)-1, len(args)), args...)
	for _, u := range texts {
		a := found[u.focus].to(asked[u.focus][u.wording])
		a.Texts = append(a.Texts, u.UserAnswer)
	}
	return given(), err
}

// WithAnswers returns the focuses of the workplaces of a programme that v may read of, shown to all or not any more, that users have been asked about and have answered.
func WithAnswers(ctx context.Context, c db.Conn, v access.Viewer, programme string) ([]Focus, error) {
	args := []any{v.On, programme}
	return db.All(ctx, c, scanFocus, learning.Moved+`SELECT `+focusColumns+fromFocus+`WHERE f.programme = $2 AND f.code IS NOT NULL AND `+
		learning.Reads("f.workplace", v, access.SeeLearning, programme, &args)+` AND EXISTS (SELECT 1 FROM user_answer u WHERE u.focus = f.id AND u.withdrawn = 0) ORDER BY f.id`, args...)
}

// Voices are what users answered about each of some focuses, by its id: of all together at most limit texts.
func Voices(ctx context.Context, c db.Conn, limit int, of ...Focus) (map[string]Heard, error) {
	return userAnswers(ctx, c, limit, limit, of)
}
