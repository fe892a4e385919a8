// Package workshop carries the workshop that every workplace holds for itself: the kit that the office writes, a
// workshop for each workplace, the answers given while it runs, and how many have come how far.
//
// A kit that is launched is an activity, and each of its workshops an occasion of it: so seats, attendance and hours
// flow like all others. Nothing here tells who gave an answer.
package workshop

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

var (
	ErrNoKit     = fault.Define(fault.NotFound, "workshop.no-kit")
	ErrForbidden = fault.Define(fault.Forbidden, "workshop.forbidden")
	ErrTitle     = fault.Define(fault.Invalid, "workshop.title")
	ErrLong      = fault.Define(fault.Invalid, "workshop.long") // args: the most characters
	ErrDay       = fault.Define(fault.Invalid, "workshop.day")
	ErrDays      = fault.Define(fault.Invalid, "workshop.days")
	ErrMinutes   = fault.Define(fault.Invalid, "workshop.minutes")
	ErrRange     = fault.Define(fault.Invalid, "workshop.range")
	ErrSteps     = fault.Define(fault.Invalid, "workshop.steps") // args: the most
	ErrTotal     = fault.Define(fault.Invalid, "workshop.total") // args: the steps' minutes, the least, the most
	ErrPublished = fault.Define(fault.Conflict, "workshop.published")
)

// What fits, in characters, and how many steps a kit has at most.
const (
	maxTitle = 200
	maxText  = 10_000
	MaxSteps = 30
)

// A Kit is one version of what a workshop is held by.
type Kit struct {
	ID, Kit, Programme              string // of this version, of the kit
	Number                          int
	Title                           string
	Purpose, Preparation, Materials string
	LeaderRole, NotesRole           string     // what who leads it does, and who takes notes
	First, Last                     local.Date // days between which a workshop may be held
	Least, Most                     int        // minutes of all steps together
	Published                       *time.Time // nil: a draft
	Activity                        string     // that the kit has become, "" before it is launched
	Version                         int
	Steps                           []Step
}

// A Step is one part of a workshop.
type Step struct {
	ID                      string
	Title                   string
	Minutes, Least, Most    int  // that it takes, and what a leader may make of that
	Optional                bool // a leader may leave it out
	Method, Guide, Question string
	Commits                 bool // its answers are to become commitments
	Skipped                 bool // left out of a workshop
}

// Questions are what a workshop asks, if the office does not ask something else.
var Questions = [...]string{"Vad har vi lärt oss?", "Vilket fokus har vi i vårt arbete?", "Vad ska bibliotekets användare märka?", "Vem gör vad, till när?"}

// Standard is the kit that the office begins with: two hours around [Questions].
func Standard(p programme.Programme) Kit {
	k := Kit{Programme: p.ID, First: p.Starts, Last: p.Ends, Least: 60, Most: 180,
		Title:       "Vad har vi lärt oss, och vad blir vårt fokus?",
		Purpose:     "Vi tänker tillsammans igenom vad vi har lärt oss och bestämmer vad vi vill lägga kraften på.",
		Preparation: "Boka ett rum där alla ser skärmen. Be alla att i förväg tänka på ett tillfälle då de gjorde något nytt.",
		Materials:   "Dator och projektor. En telefon var, eller papper och pennor.",
		LeaderRole:  "Du visar stegen på skärmen, håller tiden och ser till att alla får komma till tals. Du svarar inte åt de andra. Efteråt tar du närvaro.",
		NotesRole:   "Du skriver in svar åt den som inte har en telefon, lägger ihop svar som säger samma sak och läser upp dem. Skriv det som sägs, men inte vem som sa det."}
	k.Steps = []Step{
		{Title: "Välkommen", Minutes: 10, Least: 5, Most: 15, Method: "Alla tillsammans", Guide: "Berätta varför vi är här och hur svaren används. Ingen ser vem som har svarat vad."},
		{Title: "Det vi har lärt oss", Minutes: 25, Least: 15, Most: 40, Method: "Enskilt i fem minuter, sedan två och två", Guide: "Läs svaren högt. Lägg ihop dem som säger samma sak.", Question: Questions[0]},
		{Title: "Vårt fokus", Minutes: 25, Least: 15, Most: 40, Method: "Två och två, sedan alla", Guide: "Välj ett fokus, högst två.", Question: Questions[1]},
		{Title: "Paus", Minutes: 10, Least: 5, Most: 20, Optional: true},
		{Title: "Det våra användare ska märka", Minutes: 20, Least: 10, Most: 30, Method: "Enskilt, sedan alla", Guide: "Be om exempel: vem märker vad, och när?", Question: Questions[2]},
		{Title: "Vem gör vad", Minutes: 25, Least: 15, Most: 40, Method: "Alla tillsammans", Guide: "Skriv varje åtagande med namn på uppgiften, vem som äger den och ett datum.", Question: Questions[3], Commits: true},
		{Title: "Avslut", Minutes: 5, Least: 5, Most: 10, Method: "Laget runt", Optional: true},
	}
	return k
}

// minutes is how long the steps take that are not left out.
func minutes(steps []Step) (n int) {
	for _, s := range steps {
		if !s.Skipped {
			n += s.Minutes
		}
	}
	return n
}

// StepField is the field of a fault in a step, the first being 1: "step-1-title".
func StepField(i int, part string) string { return "step-" + strconv.Itoa(i) + "-" + part }

func fits(faults *fault.List, field string, text *string, most int) {
	*text = strings.TrimSpace(*text)
	faults.Unless(utf8.RuneCountInString(*text) <= most, ErrLong.At(field, most))
}

// check trims k and reports everything wrong with it.
func (k *Kit) check() error {
	var faults fault.List
	fits(&faults, "title", &k.Title, maxTitle)
	faults.Unless(k.Title != "", ErrTitle.At("title"))
	for _, t := range []struct {
		field string
		text  *string
	}{{"purpose", &k.Purpose}, {"preparation", &k.Preparation}, {"materials", &k.Materials}, {"leader_role", &k.LeaderRole}, {"notes_role", &k.NotesRole}} {
		fits(&faults, t.field, t.text, maxText)
	}
	faults.Unless(k.First.Valid(), ErrDay.At("first"))
	faults.Unless(k.Last.Valid(), ErrDay.At("last"))
	faults.Unless(!k.First.Valid() || !k.Last.Valid() || k.First <= k.Last, ErrDays.At("last"))
	between := func(field string, n int) bool {
		ok := 1 <= n && n <= 1440
		faults.Unless(ok, ErrMinutes.At(field))
		return ok
	}
	if a, b := between("least", k.Least), between("most", k.Most); a && b {
		faults.Unless(k.Least <= k.Most, ErrRange.At("most"))
	}
	faults.Unless(1 <= len(k.Steps) && len(k.Steps) <= MaxSteps, ErrSteps.At(StepField(1, "title"), MaxSteps))
	for i := range k.Steps {
		s, at := &k.Steps[i], func(part string) string { return StepField(i+1, part) }
		s.Least, s.Most = cmp.Or(s.Least, s.Minutes), cmp.Or(s.Most, s.Minutes)
		fits(&faults, at("title"), &s.Title, maxTitle)
		faults.Unless(s.Title != "", ErrTitle.At(at("title")))
		fits(&faults, at("method"), &s.Method, maxTitle)
		fits(&faults, at("guide"), &s.Guide, maxText)
		fits(&faults, at("question"), &s.Question, maxTitle)
		if between(at("minutes"), s.Minutes) && between(at("least"), s.Least) && between(at("most"), s.Most) {
			faults.Unless(s.Least <= s.Minutes, ErrRange.At(at("least")))
			faults.Unless(s.Minutes <= s.Most, ErrRange.At(at("most")))
		}
	}
	if n := minutes(k.Steps); faults == nil && (n < k.Least || n > k.Most) {
		faults = append(faults, ErrTotal.At("most", n, k.Least, k.Most))
	}
	return faults.Err()
}

const selectKit = `SELECT kv.id, kv.kit, k.programme, kv.number, kv.title, kv.purpose, kv.preparation, kv.materials, kv.leader_role, kv.notes_role, kv.first_day, kv.last_day,
	kv.least_minutes, kv.most_minutes, kv.published, COALESCE(k.activity, ''), kv.version FROM kit_version kv JOIN kit k ON k.id = kv.kit `

func scanKit(k *Kit) []any {
	return []any{&k.ID, &k.Kit, &k.Programme, &k.Number, &k.Title, &k.Purpose, &k.Preparation, &k.Materials, &k.LeaderRole, &k.NotesRole, &k.First, &k.Last,
		&k.Least, &k.Most, &k.Published, &k.Activity, &k.Version}
}

// Kits returns the newest version of each of a programme's kits, without their steps: for who plans there.
func Kits(ctx context.Context, c db.Conn, v access.Viewer, prog string) ([]Kit, error) {
	if !v.In(access.PlanLearning, prog) {
		return nil, ErrForbidden
	}
	return db.All(ctx, c, scanKit, selectKit+`WHERE k.programme = $1 AND kv.number = (SELECT max(x.number) FROM kit_version x WHERE x.kit = k.id) ORDER BY k.id`, prog)
}

// Versions returns all versions of a kit with their steps, the newest first: for who plans in its programme.
func Versions(ctx context.Context, c db.Conn, v access.Viewer, kit string) ([]Kit, error) {
	list, err := db.All(ctx, c, scanKit, selectKit+`WHERE k.id = $1 ORDER BY kv.number DESC`, kit)
	if err == nil && (len(list) == 0 || !v.In(access.PlanLearning, list[0].Programme)) {
		err = ErrNoKit
	}
	if err != nil {
		return nil, err
	}
	type row struct {
		version string
		Step
	}
	steps, err := db.All(ctx, c, func(r *row) []any { return append([]any{&r.version}, scanStep(&r.Step)...) },
		`SELECT s.kit_version, `+stepColumns+` FROM kit_step s JOIN kit_version kv ON kv.id = s.kit_version WHERE kv.kit = $1 ORDER BY s.ord, s.id`, kit)
	for _, s := range steps {
		i := slices.IndexFunc(list, func(k Kit) bool { return k.ID == s.version })
		list[i].Steps = append(list[i].Steps, s.Step)
	}
	return list, err
}

const stepColumns = `s.id, s.title, s.minutes, s.least, s.most, s.optional, s.method, s.guide, s.question, s.commits`

func scanStep(s *Step) []any {
	return []any{&s.ID, &s.Title, &s.Minutes, &s.Least, &s.Most, db.Truth(&s.Optional), &s.Method, &s.Guide, &s.Question, db.Truth(&s.Commits)}
}

// SaveKit writes a draft: a new kit if k.Kit is empty, else the kit's draft, or a next version of what is published. k.Version is
// that of the version which the form was filled in from.
func SaveKit(ctx context.Context, tx *db.Tx, v access.Viewer, k *Kit) error {
	was := Kit{}
	if k.Kit != "" {
		if err := lock(ctx, tx, "kit", k.Kit, ErrNoKit); err != nil {
			return err
		}
		all, err := Versions(ctx, tx, v, k.Kit)
		if err != nil {
			return err
		}
		if was = all[0]; was.ID != k.ID || was.Version != k.Version {
			return fault.Stale
		}
		k.Programme = was.Programme
	}
	if !v.In(access.PlanLearning, k.Programme) {
		return ErrForbidden
	}
	if err := k.check(); err != nil {
		return err
	}
	switch {
	case was.ID != "" && was.Published == nil:
		k.ID, k.Version = was.ID, was.Version+1
		if _, err := tx.Exec(ctx, `DELETE FROM kit_step WHERE kit_version = $1`, k.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE kit_version SET title = $1, purpose = $2, preparation = $3, materials = $4, first_day = $5, last_day = $6,
			least_minutes = $7, most_minutes = $8, leader_role = $9, notes_role = $10, version = $11 WHERE id = $12`, k.Title, k.Purpose, k.Preparation, k.Materials, k.First, k.Last,
			k.Least, k.Most, k.LeaderRole, k.NotesRole, k.Version, k.ID); err != nil {
			return err
		}
	default:
		if k.Kit == "" {
			k.Kit = tx.NewID()
			if _, err := tx.Exec(ctx, `INSERT INTO kit (id, programme) VALUES ($1, $2)`, k.Kit, k.Programme); err != nil {
				return err
			}
		}
		k.ID, k.Number, k.Version, k.Published = tx.NewID(), was.Number+1, 1, nil
		if _, err := tx.Exec(ctx, `INSERT INTO kit_version (id, kit, number, title, purpose, preparation, materials, first_day, last_day, least_minutes, most_minutes, leader_role, notes_role)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, k.ID, k.Kit, k.Number, k.Title, k.Purpose, k.Preparation, k.Materials, k.First, k.Last,
			k.Least, k.Most, k.LeaderRole, k.NotesRole); err != nil {
			return err
		}
	}
	rows := make([][]any, len(k.Steps))
	for i := range k.Steps {
		s := &k.Steps[i]
		s.ID = tx.NewID()
		rows[i] = []any{s.ID, k.ID, i + 1, s.Title, s.Minutes, s.Least, s.Most, db.Int(s.Optional), s.Method, s.Guide, s.Question, db.Int(s.Commits)}
	}
	if err := db.Insert(ctx, tx, "kit_step", "id, kit_version, ord, title, minutes, least, most, optional, method, guide, question, commits", "", rows); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "save", Entity: "kit", Row: k.Kit, Detail: map[string]any{"number": k.Number, "version": k.Version, "steps": len(rows)}})
}

// Publish makes a kit's draft what workshops are planned by from now on. It is never changed after that.
func Publish(ctx context.Context, tx *db.Tx, v access.Viewer, kit string, version int) error {
	if err := lock(ctx, tx, "kit", kit, ErrNoKit); err != nil {
		return err
	}
	all, err := Versions(ctx, tx, v, kit)
	switch {
	case err != nil:
		return err
	case all[0].Published != nil:
		return ErrPublished
	case all[0].Version != version:
		return fault.Stale
	}
	if _, err := tx.Exec(ctx, `UPDATE kit_version SET published = $1, version = version + 1 WHERE id = $2`, tx.At, all[0].ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "publish", Entity: "kit", Row: kit, Detail: map[string]any{"number": all[0].Number}})
}

// lock is [db.Lock] of one row that may not be there.
func lock(ctx context.Context, tx *db.Tx, table, id string, missing *fault.Fault) error {
	err := db.Lock(ctx, tx, table, id)
	if errors.Is(err, db.ErrNoRows) {
		return missing
	}
	return err
}
