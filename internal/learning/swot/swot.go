// Package swot is what a workplace sees in itself and around it before it plans its learning: strengths, weaknesses, opportunities and
// threats (SWOT), from the perspectives that its programme looks from, so many years ahead.
//
// First each prepares alone: that is sealed with their key, and nobody else reads it. Then they look together, at a board that is filled
// from phones, from paper and from what each chooses to put there. A note has no author. What the workplace agrees on is kept as it then was;
// what weighs most in it goes on to the competence plan.
//
// A [learning.Place] is taken from who has asked [learning.Find] for it: it says what they have to do with the workplace.
package swot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

var (
	ErrNotFound  = fault.Define(fault.NotFound, "swot.not-found")
	ErrForbidden = fault.Define(fault.Forbidden, "swot.forbidden")
	ErrNotLead   = fault.Define(fault.Forbidden, "swot.not-lead")
	ErrFrozen    = fault.Define(fault.Conflict, "swot.frozen")
	ErrEmpty     = fault.Define(fault.Invalid, "swot.empty")
	ErrLong      = fault.Define(fault.Invalid, "swot.long")     // args: the most, what was written
	ErrMany      = fault.Define(fault.TooLarge, "swot.many")    // args: the most
	ErrWhere     = fault.Define(fault.Invalid, "swot.where")    // no such perspective or quadrant
	ErrNotYet    = fault.Define(fault.Conflict, "swot.not-yet") // args: when it opens
)

// MaxNote is the most characters of a note: what can be read on a screen across a room. MaxLines is how many notes are written in one
// quadrant at once at most, MaxNotes how many a board takes, with those that have been taken away.
const (
	MaxNote  = 300
	MaxLines = 200
	MaxNotes = 3000
)

// A Quadrant is one of the four fields.
type Quadrant string

const (
	Strength    Quadrant = "strength"
	Weakness    Quadrant = "weakness"
	Opportunity Quadrant = "opportunity"
	Threat      Quadrant = "threat"
)

// Quadrants are all of them, as one reads them.
var Quadrants = []Quadrant{Strength, Weakness, Opportunity, Threat}

// An Analysis is one of a workplace's.
type Analysis struct {
	ID, Programme string
	Workplace     string // that it was made for
	Number        int    // of that workplace's
	Agreements    int    // how often it has been agreed on
	Agreed        bool   // the last agreement stands
	AgreedOn      local.Date
	Count         int // notes on the board that stand for themselves

	Code        string // by which phones join, "" while they cannot
	Perspective string // on the screen, "" for the first
	Hidden      bool
	Turn        int
	Seq         int64 // grows by everything that happens

	Place learning.Place // where it is today, as the viewer has to do with it
	From  string         // the name of the workplace that has gone up in that one, "" if it is itself
}

// Reads reports whether the viewer reads the board as it is now, not only what has been agreed on.
func (a Analysis) Reads() bool { return a.Place.Member || a.Place.Leads }

const columns = `s.id, s.programme, s.workplace, s.number, s.agreements, s.agreed, coalesce((SELECT x.agreed_on FROM swot_agreement x WHERE x.swot = s.id AND x.number = s.agreements), ''),
	(SELECT count(*) FROM swot_note n WHERE n.swot = s.id AND n.withdrawn = 0 AND n.same_as IS NULL), coalesce(s.code, ''), coalesce(s.perspective, ''), s.hidden, s.turn, s.seq`

func scan(a *Analysis) []any {
	return []any{&a.ID, &a.Programme, &a.Workplace, &a.Number, &a.Agreements, db.Truth(&a.Agreed), &a.AgreedOn, &a.Count, &a.Code, &a.Perspective,
		db.Truth(&a.Hidden), &a.Turn, &a.Seq}
}

// Get returns an analysis as v has to do with it. Who neither works there nor leads reads it once it has been agreed on; to all
// others it is [ErrNotFound].
func Get(ctx context.Context, c db.Conn, v access.Viewer, id string) (Analysis, error) {
	if v.Person == "" {
		return Analysis{}, ErrNotFound
	}
	a, err := db.One(ctx, c, scan, `SELECT `+columns+` FROM swot s WHERE s.id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return a, err
	}
	a.Place, err = learning.Find(ctx, c, v, a.Programme, a.Workplace)
	if errors.Is(err, learning.ErrWorkplace) || err == nil && !a.Reads() && a.Agreements == 0 {
		return Analysis{}, ErrNotFound
	}
	if err == nil && a.Place.Workplace != a.Workplace {
		var names map[string]string
		names, err = people.UnitNames(ctx, c, []string{a.Workplace})
		a.From = names[a.Workplace]
	}
	return a, err
}

// Of returns the analyses of a workplace that v may read of: its own, the latest first, and then those of workplaces that have gone up in it.
func Of(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place) ([]Analysis, error) {
	all, err := db.All(ctx, c, scan, learning.Moved+`SELECT `+columns+` FROM swot s WHERE s.programme = $3 AND `+learning.Here("s.workplace")+`
		ORDER BY CASE WHEN s.workplace = $2 THEN 0 ELSE 1 END, s.workplace, s.number DESC`, v.On, p.Workplace, p.Programme)
	if err != nil {
		return nil, err
	}
	var ids []string
	for i := range all {
		all[i].Place = p
		ids = append(ids, all[i].Workplace)
	}
	names, err := people.UnitNames(ctx, c, ids)
	for i := range all {
		if all[i].Workplace != p.Workplace {
			all[i].From = names[all[i].Workplace]
		}
	}
	return slices.DeleteFunc(all, func(a Analysis) bool { return !a.Reads() && a.Agreements == 0 }), err
}

// Present is the latest of the place's own among what [Of] returned, nil if there is none.
func Present(all []Analysis) *Analysis {
	if len(all) > 0 && all[0].From == "" {
		return &all[0]
	}
	return nil
}

// begun returns the present analysis of a place, locked: one that has not been agreed on, or a new one.
func begun(ctx context.Context, tx *db.Tx, v access.Viewer, p learning.Place) (Analysis, error) {
	plan, err := PlanOf(ctx, tx, p.Programme)
	if err != nil {
		return Analysis{}, err
	}
	if v.On < plan.Opens {
		return Analysis{}, ErrNotYet.With(plan.Opens)
	}
	// Nobody takes the last one up again meanwhile, and two who begin at once make the same one.
	last, err := latest(ctx, tx, p)
	if err == nil {
		err = db.Lock(ctx, tx, "swot", last)
	}
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return Analysis{}, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO swot (id, programme, workplace, number) SELECT $1, CAST($2 AS TEXT), CAST($3 AS TEXT), 1 + coalesce(max(number), 0) FROM swot
		WHERE programme = $2 AND workplace = $3 HAVING coalesce(max(CASE WHEN agreed = 0 THEN 1 ELSE 0 END), 0) = 0
		ON CONFLICT (programme, workplace, number) DO NOTHING`, tx.NewID(), p.Programme, p.Workplace); err != nil {
		return Analysis{}, err
	}
	id, err := latest(ctx, tx, p)
	if err != nil {
		return Analysis{}, err
	}
	return locked(ctx, tx, v, id)
}

// latest is the id of the last analysis of a place's own.
func latest(ctx context.Context, c db.Conn, p learning.Place) (string, error) {
	return db.Value[string](ctx, c, `SELECT id FROM swot WHERE programme = $1 AND workplace = $2 ORDER BY number DESC LIMIT 1`, p.Programme, p.Workplace)
}

// locked is [Get] of a row that nobody else changes any more.
func locked(ctx context.Context, tx *db.Tx, v access.Viewer, id string) (Analysis, error) {
	if err := db.Lock(ctx, tx, "swot", id); errors.Is(err, db.ErrNoRows) {
		return Analysis{}, ErrNotFound
	} else if err != nil {
		return Analysis{}, err
	}
	return Get(ctx, tx, v, id)
}

// writes locks an analysis for one of those who fill its board: who works there or leads.
func writes(ctx context.Context, tx *db.Tx, v access.Viewer, id string) (Analysis, error) {
	a, err := locked(ctx, tx, v, id)
	switch {
	case err != nil:
		return a, err
	case !a.Reads():
		return a, ErrForbidden
	case a.Agreed:
		return a, ErrFrozen
	}
	return a, nil
}

// leads locks an analysis for who leads the workplace's learning.
func leads(ctx context.Context, tx *db.Tx, v access.Viewer, id string) (Analysis, error) {
	a, err := locked(ctx, tx, v, id)
	if err == nil && !a.Place.Leads {
		err = ErrNotLead
	}
	return a, err
}

// said trims a note and reports what is wrong with it, in a field of that name.
func said(body, field string) (string, error) {
	body = strings.Join(strings.Fields(body), " ")
	var faults fault.List
	faults.Unless(body != "", ErrEmpty.At(field))
	n := utf8.RuneCountInString(body)
	faults.Unless(n <= MaxNote, ErrLong.At(field, MaxNote, n))
	return body, faults.Err()
}

// Lines are the notes of a text with one on each line, with what is wrong with them in a field of that name.
func Lines(text, field string) (lines []string, err error) {
	var faults fault.List
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			n := utf8.RuneCountInString(line)
			faults.Unless(n <= MaxNote || faults != nil, ErrLong.At(field, MaxNote, n))
			lines = append(lines, line)
		}
	}
	faults.Unless(len(lines) <= MaxLines, ErrMany.At(field, MaxLines))
	return lines, faults.Err()
}
