package programme

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
)

var (
	ErrGoalUsed = fault.Define(fault.Conflict, "programme.goalused")
	ErrMany     = fault.Define(fault.Invalid, "programme.many")
)

// maxParts is more goal areas, phases or partners than a page is read with.
const maxParts = 100

// A GoalArea is one part of the overall goal.
type GoalArea struct {
	ID, Programme string
	Ord           int // from 1 without a gap; 0 when saved: last
	Name, Text    string
	Version       int
}

// Goals returns a programme's goal areas in order.
func Goals(ctx context.Context, c db.Conn, programme string) ([]GoalArea, error) {
	return db.All(ctx, c, func(g *GoalArea) []any { return []any{&g.ID, &g.Programme, &g.Ord, &g.Name, &g.Text, &g.Version} },
		`SELECT id, programme, ord, name, text, version FROM goal_area WHERE programme = $1 ORDER BY ord, id`, programme)
}

// GoalsOf returns those of several programmes, by programme and in order.
func GoalsOf(ctx context.Context, c db.Conn, programmes ...string) (map[string][]GoalArea, error) {
	var args []any
	list, err := db.All(ctx, c, func(g *GoalArea) []any { return []any{&g.ID, &g.Programme, &g.Ord, &g.Name, &g.Text, &g.Version} },
		`SELECT id, programme, ord, name, text, version FROM goal_area WHERE programme IN `+db.In(&args, programmes)+` ORDER BY ord, id`, args...)
	goals := map[string][]GoalArea{}
	for _, g := range list {
		goals[g.Programme] = append(goals[g.Programme], g)
	}
	return goals, err
}

func (g *GoalArea) check() error {
	g.Name, g.Text = strings.TrimSpace(g.Name), strings.TrimSpace(g.Text)
	var faults fault.List
	named(&faults, "name", g.Name)
	faults.Unless(utf8.RuneCountInString(g.Text) <= maxText, ErrLong.At("text", maxText))
	return faults.Err()
}

// AddGoal adds g at its place, before the one that stands there.
func AddGoal(ctx context.Context, tx *db.Tx, v access.Viewer, g *GoalArea) error {
	if _, err := alone(ctx, tx, v, g.Programme); err != nil {
		return err
	}
	if err := g.check(); err != nil {
		return err
	}
	n, err := db.Value[int](ctx, tx, `SELECT count(*) FROM goal_area WHERE programme = $1`, g.Programme)
	if err != nil {
		return err
	}
	if n >= maxParts {
		return ErrMany.With(maxParts)
	}
	place := g.Ord
	g.ID, g.Version, g.Ord = tx.NewID(), 1, n+1
	if _, err := tx.Exec(ctx, `INSERT INTO goal_area (id, programme, ord, name, text) VALUES ($1, $2, $3, $4, $5)`,
		g.ID, g.Programme, g.Ord, g.Name, g.Text); err != nil {
		return err
	}
	if g.Ord, err = placeGoal(ctx, tx, g.Programme, g.ID, place); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "goal_area", Row: g.ID, Detail: map[string]any{"programme": g.Programme}})
}

// UpdateGoal writes g, if g.Version still is the last.
func UpdateGoal(ctx context.Context, tx *db.Tx, v access.Viewer, g *GoalArea) error {
	if _, err := alone(ctx, tx, v, g.Programme); err != nil {
		return err
	}
	if err := g.check(); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE goal_area SET name = $1, text = $2, version = version + 1 WHERE id = $3 AND programme = $4 AND version = $5`,
		g.Name, g.Text, g.ID, g.Programme, g.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	g.Version++
	if g.Ord, err = placeGoal(ctx, tx, g.Programme, g.ID, g.Ord); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "goal_area", Row: g.ID, Detail: map[string]any{"version": g.Version}})
}

// RemoveGoal removes a goal area that no activity serves.
func RemoveGoal(ctx context.Context, tx *db.Tx, v access.Viewer, programme, id string) error {
	if _, err := alone(ctx, tx, v, programme); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM goal_area WHERE id = $1 AND programme = $2`, id, programme)
	switch {
	case errors.Is(err, db.ErrDangling):
		return ErrGoalUsed
	case err != nil:
		return err
	case n == 0:
		return ErrNotFound
	}
	if _, err := placeGoal(ctx, tx, programme, "", 0); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "remove", Entity: "goal_area", Row: id, Detail: map[string]any{"programme": programme}})
}

// placeGoal puts the goal area id at a place (0: last), and numbers all from 1. It returns the place it got.
func placeGoal(ctx context.Context, tx *db.Tx, programme, id string, place int) (int, error) {
	ids, err := db.Values[string](ctx, tx, `SELECT id FROM goal_area WHERE programme = $1 ORDER BY ord, id`, programme)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	ids = placed(ids, id, place)
	// A place is free only once it has been left, so all are moved out of the way first.
	if _, err := tx.Exec(ctx, `UPDATE goal_area SET ord = ord + 500 WHERE programme = $1`, programme); err != nil {
		return 0, err
	}
	if err := number(ctx, tx, "goal_area", ids); err != nil {
		return 0, err
	}
	return slices.Index(ids, id) + 1, nil
}

// placed is ids in a new order: with id at a place from 1, or last for 0.
func placed(ids []string, id string, place int) []string {
	i := slices.Index(ids, id)
	if i < 0 {
		return ids
	}
	ids = slices.Delete(slices.Clone(ids), i, i+1)
	if place <= 0 || place > len(ids) {
		return append(ids, id)
	}
	return slices.Insert(ids, place-1, id)
}

// number gives the rows ids of a table their places, in one statement.
func number(ctx context.Context, tx *db.Tx, table string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	var args []any
	var cases strings.Builder
	for i, id := range ids {
		args = append(args, id)
		fmt.Fprintf(&cases, " WHEN $%d THEN %d", len(args), i+1)
	}
	_, err := tx.Exec(ctx, `UPDATE `+table+` SET ord = CASE id`+cases.String()+` END WHERE id IN `+db.In(&args, ids), args...)
	return err
}
