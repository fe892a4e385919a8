// Package activity is what a programme offers and what became of it: activities with their occasions
// and meetings, who has a seat or waits for one, and who was there for how long.
//
// An activity is what is offered, an occasion what a person signs up to, a meeting when and where it is held.
package activity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

var (
	ErrNotFound  = fault.Define(fault.NotFound, "activity.notfound")
	ErrForbidden = fault.Define(fault.Forbidden, "activity.forbidden")
	ErrTitle     = fault.Define(fault.Invalid, "activity.title")
	ErrLong      = fault.Define(fault.Invalid, "activity.long")
	ErrKind      = fault.Define(fault.Invalid, "activity.kind")
	ErrPayer     = fault.Define(fault.Invalid, "activity.payer")
	ErrGoal      = fault.Define(fault.Invalid, "activity.goal")
	ErrNoGoal    = fault.Define(fault.Invalid, "activity.nogoal")
	ErrSeries    = fault.Define(fault.Invalid, "activity.series")
	ErrSeriesOrd = fault.Define(fault.Invalid, "activity.seriesord")
	ErrOrganiser = fault.Define(fault.Invalid, "activity.organiser")
	ErrOver      = fault.Define(fault.Conflict, "activity.over")
)

// The longest texts that fit where they are shown, in characters.
const (
	maxTitle = 200
	maxText  = 10_000
)

// Kinds are all kinds of activities, in the order that a form offers them.
var Kinds = []string{"lecture", "course", "seminar", "conference", "workshop", "study-visit", "information"}

// Information meetings give no hours: who comes to one is not a participant by that.
const Information = "information"

// Payers are those who may pay for travel, meal or substitute.
var Payers = []string{"project", "employer", "participant", "nobody"}

// An Activity is what is offered: "Leadership", at one occasion or several.
type Activity struct {
	ID, Programme            string
	Kind                     string // one of [Kinds]
	Title, Description       string
	Series                   string // the activity that this one is a part of, "" for none
	SeriesOrd                int    // its place in it, from 1
	Organiser                string // a person, "" for nobody yet
	Travel, Meal, Substitute string // who pays: one of [Payers]
	Published                bool
	Version                  int

	Goals     []string // the goal areas that it serves
	Audience  Audience
	Lecturers []Lecturer
}

const selectActivity = `SELECT a.id, a.programme, a.kind, a.title, a.description, COALESCE(a.series, ''), COALESCE(a.series_ord, 0),
	COALESCE(a.organiser, ''), a.travel, a.meal, a.substitute, a.published, a.version
	FROM activity a JOIN programme p ON p.id = a.programme `

func scanActivity(a *Activity) []any {
	return []any{&a.ID, &a.Programme, &a.Kind, &a.Title, &a.Description, &a.Series, &a.SeriesOrd,
		&a.Organiser, &a.Travel, &a.Meal, &a.Substitute, db.Truth(&a.Published), &a.Version}
}

// MayManage reports whether v may change an activity of a programme with that organiser.
func MayManage(v access.Viewer, programme, organiser string) bool {
	return v.In(access.PlanAny, programme) ||
		v.Person != "" && organiser == v.Person && v.In(access.Plan, programme)
}

// May reports whether v may change a.
func (a Activity) May(v access.Viewer) bool { return MayManage(v, a.Programme, a.Organiser) }

// managed is [MayManage] as a condition on activity a.
func managed(args *[]any, v access.Viewer) string {
	all, own := v.Scope(access.PlanAny), v.Scope(access.Plan)
	if all.All {
		return "1 = 1"
	}
	whole := "a.programme IN " + db.In(args, all.Programmes)
	if v.Person == "" {
		return "(" + whole + ")"
	}
	*args = append(*args, v.Person)
	mine := "a.organiser = " + last(args)
	if !own.All {
		mine += " AND a.programme IN " + db.In(args, own.Programmes)
	}
	return "(" + whole + " OR " + mine + ")"
}

// visible is the condition on activity a of programme p that v may see it: it is published, or v
// manages it, or follows the whole programme.
func visible(args *[]any, v access.Viewer) string {
	follows := v.Scope(access.SeeReach)
	if follows.All {
		return "1 = 1"
	}
	return "(a.published = 1 AND p.published = 1 OR " + managed(args, v) + " OR a.programme IN " + db.In(args, follows.Programmes) + ")"
}

// GetActivity returns an activity with all that stands beside it, or [ErrNotFound].
func GetActivity(ctx context.Context, c db.Conn, v access.Viewer, id string) (Activity, error) {
	args := []any{id}
	a, err := db.One(ctx, c, scanActivity, selectActivity+`WHERE a.id = $1 AND `+visible(&args, v), args...)
	if errors.Is(err, db.ErrNoRows) {
		return a, ErrNotFound
	}
	if err != nil {
		return a, err
	}
	list := []Activity{a}
	err = complete(ctx, c, list)
	return list[0], err
}

// An ActivityFilter chooses activities. Empty fields choose all.
type ActivityFilter struct {
	Programme, Kind, Goal string
	Series                string // the parts of it
	Organiser             string
	Drafts                bool // only what is not published
	Managed               bool // only what the viewer may change
}

// ListActivities returns the activities that v may see, in Swedish order of title, with all that stands beside them.
func ListActivities(ctx context.Context, c db.Conn, v access.Viewer, f ActivityFilter) ([]Activity, error) {
	var args []any
	where := visible(&args, v)
	also := func(value, condition string) {
		if value != "" {
			args = append(args, value)
			where += " AND " + strings.ReplaceAll(condition, "?", last(&args))
		}
	}
	also(f.Programme, "a.programme = ?")
	also(f.Kind, "a.kind = ?")
	also(f.Goal, "EXISTS (SELECT 1 FROM activity_goal g WHERE g.activity = a.id AND g.goal_area = ?)")
	also(f.Series, "a.series = ?")
	also(f.Organiser, "a.organiser = ?")
	if f.Drafts {
		where += " AND a.published = 0"
	}
	if f.Managed {
		where += " AND " + managed(&args, v)
	}
	list, err := db.All(ctx, c, scanActivity, selectActivity+`WHERE `+where+` ORDER BY a.sort_key, a.id`, args...)
	if err != nil {
		return nil, err
	}
	return list, complete(ctx, c, list)
}

// complete fills in what stands beside activities, in four queries.
func complete(ctx context.Context, c db.Conn, list []Activity) error {
	at := make(map[string]*Activity, len(list))
	ids := make([]string, len(list))
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	if len(list) == 0 {
		return nil
	}
	goals, err := links(ctx, c, "activity_goal", "goal_area", ids)
	if err != nil {
		return err
	}
	for _, l := range goals {
		at[l.activity].Goals = append(at[l.activity].Goals, l.other)
	}
	audiences, err := Audiences(ctx, c, ids)
	if err != nil {
		return err
	}
	for id, audience := range audiences {
		at[id].Audience = audience
	}
	return lecturers(ctx, c, ids, at)
}

type link struct{ activity, other string }

// links reads a table that ties activities to something, in the order of the latter.
func links(ctx context.Context, c db.Conn, table, column string, activities []string) ([]link, error) {
	var args []any
	in := db.In(&args, activities)
	return db.All(ctx, c, func(l *link) []any { return []any{&l.activity, &l.other} },
		`SELECT activity, `+column+` FROM `+table+` WHERE activity IN `+in+` ORDER BY `+column+`, activity`, args...)
}

// last is the parameter of the last of args.
func last(args *[]any) string { return parameter(len(*args)) }

// check trims a and reports everything wrong with it.
func (a *Activity) check(ctx context.Context, c db.Conn) error {
	a.Title, a.Description = strings.TrimSpace(a.Title), strings.TrimSpace(a.Description)
	var faults fault.List
	faults.Unless(a.Title != "", ErrTitle.At("title"))
	faults.Unless(utf8.RuneCountInString(a.Title) <= maxTitle, ErrLong.At("title", maxTitle))
	faults.Unless(utf8.RuneCountInString(a.Description) <= maxText, ErrLong.At("description", maxText))
	faults.Unless(slices.Contains(Kinds, a.Kind), ErrKind.At("kind"))
	for _, p := range []struct{ field, payer string }{{"travel", a.Travel}, {"meal", a.Meal}, {"substitute", a.Substitute}} {
		faults.Unless(slices.Contains(Payers, p.payer), ErrPayer.At(p.field))
	}

	goals, err := programme.Goals(ctx, c, a.Programme)
	if err != nil {
		return err
	}
	a.Goals = unique(a.Goals)
	ours := !slices.ContainsFunc(a.Goals, func(id string) bool {
		return !slices.ContainsFunc(goals, func(g programme.GoalArea) bool { return g.ID == id })
	})
	faults.Unless(ours, ErrGoal.At("goals"))
	// What serves no goal area would stand in no figure of reach.
	faults.Unless(!a.Published || a.Kind == Information || len(goals) == 0 || len(a.Goals) > 0, ErrNoGoal.At("goals"))

	if a.Series == "" {
		a.SeriesOrd = 0
	} else {
		fits, err := db.Value[int](ctx, c, `SELECT count(*) FROM activity WHERE id = $1 AND programme = $2 AND id <> $3 AND series IS NULL
			AND NOT EXISTS (SELECT 1 FROM activity part WHERE part.series = $3)`, a.Series, a.Programme, a.ID)
		if err != nil {
			return err
		}
		faults.Unless(fits == 1, ErrSeries.At("series"))
		faults.Unless(1 <= a.SeriesOrd && a.SeriesOrd <= 1000, ErrSeriesOrd.At("series_ord"))
	}
	if a.Organiser != "" {
		known, err := db.Value[int](ctx, c, `SELECT count(*) FROM person WHERE id = $1`, a.Organiser)
		if err != nil {
			return err
		}
		faults.Unless(known == 1, ErrOrganiser.At("organiser"))
	}
	if err := a.Audience.check(ctx, c); !faults.Add(err) {
		return err
	}
	faults = append(faults, checkLecturers(a.Lecturers)...)
	return faults.Err()
}

// CreateActivity adds a and gives it an id. An organiser makes their own; the office anyone's.
func CreateActivity(ctx context.Context, tx *db.Tx, v access.Viewer, a *Activity) error {
	if a.Organiser == "" && !v.In(access.PlanAny, a.Programme) {
		a.Organiser = v.Person
	}
	if !a.May(v) {
		return ErrForbidden
	}
	p, err := programme.Get(ctx, tx, v, a.Programme)
	if err != nil {
		return err
	}
	if p.State == programme.Closed {
		return ErrOver.With(p.ShortName)
	}
	a.ID, a.Version = "", 1
	if err := a.check(ctx, tx); err != nil {
		return err
	}
	a.ID = tx.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO activity (id, programme, kind, title, sort_key, description, series, series_ord, organiser, travel, meal, substitute, published)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, a.ID, a.Programme, a.Kind, a.Title, people.SortKey(a.Title), a.Description,
		db.Null(a.Series), nullOrd(a.SeriesOrd), db.Null(a.Organiser), a.Travel, a.Meal, a.Substitute, db.Int(a.Published)); err != nil {
		return err
	}
	if err := a.writeBeside(ctx, tx); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "activity", Row: a.ID,
		Detail: map[string]any{"programme": a.Programme, "kind": a.Kind, "published": a.Published}})
}

// UpdateActivity writes a and all that stands beside it, if a.Version still is the last. It stays in
// its programme. Who may change it must be so before and after: an organiser cannot take another's.
func UpdateActivity(ctx context.Context, tx *db.Tx, v access.Viewer, a *Activity) error {
	before, err := managedActivity(ctx, tx, v, a.ID)
	if err != nil {
		return err
	}
	a.Programme = before.Programme
	if !a.May(v) {
		return ErrForbidden.At("organiser")
	}
	if err := a.check(ctx, tx); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE activity SET kind = $1, title = $2, description = $3, series = $4, series_ord = $5, organiser = $6,
		travel = $7, meal = $8, substitute = $9, published = $10, sort_key = $11, version = version + 1 WHERE id = $12 AND version = $13`,
		a.Kind, a.Title, a.Description, db.Null(a.Series), nullOrd(a.SeriesOrd), db.Null(a.Organiser),
		a.Travel, a.Meal, a.Substitute, db.Int(a.Published), people.SortKey(a.Title), a.ID, a.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	a.Version++
	for _, table := range []string{"activity_goal", "audience_unit", "audience_role", "lecturer"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE activity = $1`, a.ID); err != nil {
			return err
		}
	}
	if err := a.writeBeside(ctx, tx); err != nil {
		return err
	}
	detail := map[string]any{"version": a.Version}
	if before.Published != a.Published {
		detail["published"] = a.Published
	}
	if before.Organiser != a.Organiser {
		detail["organiser"] = []string{before.Organiser, a.Organiser}
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "activity", Row: a.ID, Detail: detail})
}

// managedActivity is [GetActivity] for who is about to change it.
func managedActivity(ctx context.Context, c db.Conn, v access.Viewer, id string) (Activity, error) {
	a, err := GetActivity(ctx, c, v, id)
	if err == nil && !a.May(v) {
		err = ErrForbidden
	}
	return a, err
}

// writeBeside writes goal areas, audience and lecturers.
func (a *Activity) writeBeside(ctx context.Context, tx *db.Tx) error {
	for _, t := range []struct {
		table, column string
		values        []string
	}{
		{"activity_goal", "goal_area", a.Goals},
		{"audience_unit", "unit", a.Audience.Units},
		{"audience_role", "staff_role", a.Audience.Roles},
	} {
		rows := make([][]any, len(t.values))
		for i, value := range t.values {
			rows[i] = []any{a.ID, value}
		}
		if err := db.Insert(ctx, tx, t.table, "activity, "+t.column, "", rows); err != nil {
			return err
		}
	}
	rows := make([][]any, len(a.Lecturers))
	for i := range a.Lecturers {
		l := &a.Lecturers[i]
		l.ID = tx.NewID()
		rows[i] = []any{l.ID, a.ID, i + 1, l.Name, l.Organisation, db.Int(l.External)}
	}
	return db.Insert(ctx, tx, "lecturer", "id, activity, ord, name, organisation, external", "", rows)
}

func nullOrd(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// unique is values sorted, each once.
func unique(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

// Zone is the zone of an activity's programme, in which its meetings are held.
func Zone(ctx context.Context, c db.Conn, activity string) (string, error) {
	zone, err := db.Value[string](ctx, c, `SELECT p.zone FROM activity a JOIN programme p ON p.id = a.programme WHERE a.id = $1`, activity)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrNotFound
	}
	return zone, err
}
