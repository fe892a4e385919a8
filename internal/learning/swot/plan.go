package swot

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
	ErrNoPlan      = fault.Define(fault.NotFound, "swot.no-plan")
	ErrYears       = fault.Define(fault.Invalid, "swot.years") // args: the most
	ErrPeriod      = fault.Define(fault.Invalid, "swot.period")
	ErrPerspective = fault.Define(fault.Invalid, "swot.perspective")
	ErrInUse       = fault.Define(fault.Conflict, "swot.in-use")    // args: its name
	ErrTitle       = fault.Define(fault.Invalid, "swot.title-long") // args: the most
	ErrMostOf      = fault.Define(fault.Invalid, "swot.most-perspectives")
)

const (
	maxYears = 50
	maxTitle = 120
)

// MaxPerspectives is how many a programme looks from at most.
const MaxPerspectives = 12

// A Perspective is one from which all workplaces of a programme look.
type Perspective struct {
	ID, Name, Question string
	Used               bool // there are notes from it: it stays as it is
}

// A Plan is what a programme asks its workplaces to analyse.
type Plan struct {
	Programme    string
	Years        int // that one looks ahead
	Opens        local.Date
	Closes       local.Date // the last day to agree; what comes later is late, and still taken
	Version      int        // 0: it asks for nothing yet
	Nudged       local.Date // the last day on which leaders were reminded
	Perspectives []Perspective
}

// Find returns a perspective.
func (p Plan) Find(id string) (Perspective, bool) {
	i := slices.IndexFunc(p.Perspectives, func(x Perspective) bool { return x.ID == id })
	if i < 0 {
		return Perspective{}, false
	}
	return p.Perspectives[i], true
}

// Standard is what a programme asks for where its office has not said anything else: during its first half-year at most.
func Standard(p programme.Programme, today local.Date) Plan {
	opens := max(p.Starts, today)
	return Plan{Programme: p.ID, Years: 10, Opens: opens, Closes: max(opens, min(opens.Add(120), p.Ends.Add(-1))), Perspectives: []Perspective{
		{Name: "Nya utmaningar", Question: "Vad förändras omkring oss de närmaste tio åren, och vad ställer det för krav på oss?"},
		{Name: "Nya målgrupper", Question: "Vilka bor och vistas här om tio år? Vilka av dem når vi inte i dag?"},
		{Name: "Nya möjligheter", Question: "Vad blir möjligt för ett bibliotek om tio år som inte är det nu?"},
	}}
}

// PlanOf returns a programme's plan; without one it is [ErrNoPlan].
func PlanOf(ctx context.Context, c db.Conn, prog string) (Plan, error) {
	p, err := db.One(ctx, c, func(p *Plan) []any {
		return []any{&p.Programme, &p.Years, &p.Opens, &p.Closes, &p.Version, &p.Nudged}
	}, `SELECT programme, years, opens, closes, version, coalesce(nudged, '') FROM swot_plan WHERE programme = $1`, prog)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrNoPlan
	}
	if err != nil {
		return p, err
	}
	p.Perspectives, err = db.All(ctx, c, func(x *Perspective) []any { return []any{&x.ID, &x.Name, &x.Question, db.Truth(&x.Used)} }, `
		SELECT x.id, x.name, x.question, CASE WHEN EXISTS (SELECT 1 FROM swot_note n WHERE n.perspective = x.id) OR EXISTS (SELECT 1 FROM swot_own o WHERE o.perspective = x.id)
			THEN 1 ELSE 0 END FROM swot_perspective x WHERE x.programme = $1 ORDER BY x.ord, x.id`, prog)
	return p, err
}

// SavePlan opens a programme's analysis, or changes what it asks for if p.Version still is the last. A perspective from which there are
// notes keeps its words and cannot go; others can be renamed, put in another order and taken away.
func SavePlan(ctx context.Context, tx *db.Tx, v access.Viewer, p *Plan) error {
	if !v.In(access.PlanLearning, p.Programme) {
		return ErrForbidden
	}
	was, err := PlanOf(ctx, tx, p.Programme)
	if err != nil && !errors.Is(err, ErrNoPlan) {
		return err
	}
	if p.Version != was.Version {
		return fault.Stale
	}
	if err := p.check(was); err != nil {
		return err
	}
	act := "change"
	var n int64
	if p.Version == 0 {
		act = "create"
		n, err = tx.Exec(ctx, `INSERT INTO swot_plan (programme, years, opens, closes) VALUES ($1, $2, $3, $4) ON CONFLICT (programme) DO NOTHING`, p.Programme, p.Years, p.Opens, p.Closes)
	} else {
		n, err = tx.Exec(ctx, `UPDATE swot_plan SET years = $1, opens = $2, closes = $3, version = version + 1 WHERE programme = $4 AND version = $5`, p.Years, p.Opens, p.Closes, p.Programme, p.Version)
	}
	if err == nil && n == 0 {
		err = fault.Stale
	}
	if err != nil {
		return err
	}
	p.Version++
	kept := map[string]bool{}
	for i := range p.Perspectives {
		x := &p.Perspectives[i]
		if _, ok := was.Find(x.ID); !ok {
			x.ID = tx.NewID()
		}
		kept[x.ID] = true
		if _, err := tx.Exec(ctx, `INSERT INTO swot_perspective (id, programme, ord, name, question) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (id) DO UPDATE SET ord = excluded.ord, name = excluded.name, question = excluded.question`, x.ID, p.Programme, i+1, x.Name, x.Question); err != nil {
			return err
		}
	}
	for _, x := range was.Perspectives {
		if kept[x.ID] {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE swot SET perspective = NULL WHERE perspective = $1`, x.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM swot_perspective WHERE id = $1`, x.ID)
		if errors.Is(err, db.ErrDangling) { // someone has just written a first note from it
			return fault.List{ErrInUse.At(GoneField(x.ID), x.Name)}
		}
		if err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "swot_plan", Row: p.Programme, Detail: map[string]any{"perspectives": len(p.Perspectives)}})
}

// GoneField is the field of a fault in a perspective that is no longer in the list, and may not go.
func GoneField(id string) string { return "gone-" + id }

// check trims what was written and reports all that is wrong. Fields of perspectives end in their place in the list, from 1.
func (p *Plan) check(was Plan) error {
	var faults fault.List
	faults.Unless(p.Years >= 1 && p.Years <= maxYears, ErrYears.At("years", maxYears))
	faults.Unless(p.Opens.Valid(), local.ErrDate.At("opens"))
	faults.Unless(p.Closes.Valid(), local.ErrDate.At("closes"))
	if p.Opens.Valid() && p.Closes.Valid() {
		faults.Unless(p.Closes >= p.Opens, ErrPeriod.At("closes"))
	}
	faults.Unless(len(p.Perspectives) > 0, ErrPerspective.At("name-1"))
	faults.Unless(len(p.Perspectives) <= MaxPerspectives, ErrMostOf.At("name-"+strconv.Itoa(MaxPerspectives+1), MaxPerspectives))
	for i := range p.Perspectives {
		x := &p.Perspectives[i]
		x.Name, x.Question = strings.TrimSpace(x.Name), strings.TrimSpace(strings.ReplaceAll(x.Question, "\r\n", "\n"))
		at := "-" + strconv.Itoa(i+1)
		faults.Unless(x.Name != "", ErrPerspective.At("name"+at))
		faults.Unless(utf8.RuneCountInString(x.Name) <= maxTitle, ErrTitle.At("name"+at, maxTitle))
		faults.Unless(utf8.RuneCountInString(x.Question) <= MaxNote, ErrLong.At("question"+at, MaxNote, utf8.RuneCountInString(x.Question)))
		if old, ok := was.Find(x.ID); ok && old.Used {
			faults.Unless(old.Name == x.Name && old.Question == x.Question, ErrInUse.At("name"+at, old.Name))
		}
	}
	for _, old := range was.Perspectives {
		gone := !slices.ContainsFunc(p.Perspectives, func(x Perspective) bool { return x.ID == old.ID })
		faults.Unless(!gone || !old.Used, ErrInUse.At(GoneField(old.ID), old.Name))
	}
	return faults.Err()
}
