package workshop

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

var (
	ErrDraft    = fault.Define(fault.Conflict, "workshop.draft")
	ErrActivity = fault.Define(fault.Invalid, "workshop.activity")
	ErrJoin     = fault.Define(fault.Conflict, "workshop.join")
	ErrPart     = fault.Define(fault.Conflict, "workshop.part")
	ErrLeader   = fault.Define(fault.Invalid, "workshop.leader")
)

// Launch makes a published kit an activity, and gives each workplace of the programme a workshop without a date, led by its
// contact. What serves the kit is the activity with that id, one that the office has announced before, or a new one for the goal
// areas. Launched again it gives a workshop to the workplaces that have come since. It returns how many it gave.
func Launch(ctx context.Context, tx *db.Tx, v access.Viewer, kit, act string, goals []string) (int, error) {
	if err := lock(ctx, tx, "kit", kit, ErrNoKit); err != nil {
		return 0, err
	}
	all, err := Versions(ctx, tx, v, kit)
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(all, func(k Kit) bool { return k.Published != nil })
	if i < 0 {
		return 0, ErrDraft
	}
	k := all[i]
	if k.Activity == "" {
		if err := k.become(ctx, tx, v, act, goals); err != nil {
			return 0, err
		}
	}
	tree, err := people.LoadTree(ctx, tx, v.On)
	if err != nil {
		return 0, err
	}
	units, err := programme.Targets(ctx, tx, k.Programme)
	if err != nil {
		return 0, err
	}
	grants, err := leadGrants(ctx, tx, tree, v.On, k.Programme, "")
	if err != nil {
		return 0, err
	}
	have, err := db.Values[string](ctx, tx, `SELECT workplace FROM workshop_place WHERE kit = $1 ORDER BY workplace`, kit)
	if err != nil {
		return 0, err
	}
	has := map[string]bool{}
	for _, id := range tree.Under(have...) {
		has[id] = true
	}
	var shops, places [][]any
	for _, id := range tree.Under(units...) {
		if u, ok := tree.Unit(id); !ok || u.Kind != people.Workplace || has[id] {
			continue
		}
		shop := tx.NewID()
		shops = append(shops, []any{shop, kit, db.Null(contact(grants, id))})
		places = append(places, []any{kit, id, shop})
	}
	if err := db.Insert(ctx, tx, "workshop", "id, kit, leader", "", shops); err != nil {
		return 0, err
	}
	if err := db.Insert(ctx, tx, "workshop_place", "kit, workplace, workshop", "", places); err != nil {
		return 0, err
	}
	return len(shops), audit.Record(ctx, tx, audit.Event{Act: "launch", Entity: "kit", Row: kit, Detail: map[string]any{"activity": k.Activity, "workshops": len(shops)}})
}

// become ties the kit to its activity.
func (k *Kit) become(ctx context.Context, tx *db.Tx, v access.Viewer, id string, goals []string) error {
	if id == "" {
		a := activity.Activity{Programme: k.Programme, Kind: "workshop", Title: k.Title, Description: k.Purpose, Goals: goals,
			Travel: "nobody", Meal: "employer", Substitute: "employer", Published: true}
		if err := activity.CreateActivity(ctx, tx, v, &a); err != nil {
			return err
		}
		id = a.ID
	} else if a, err := activity.GetActivity(ctx, tx, v, id); err != nil || a.Programme != k.Programme || a.Kind != "workshop" || !a.Published || !a.May(v) {
		if err != nil && !errors.Is(err, activity.ErrNotFound) {
			return err
		}
		return fault.List{ErrActivity.At("activity")}
	}
	k.Activity = id
	_, err := tx.Exec(ctx, `UPDATE kit SET activity = $1 WHERE id = $2`, id, k.Kit)
	if errors.Is(err, db.ErrDuplicate) {
		return fault.List{ErrActivity.At("activity")}
	}
	return err
}

// Lead makes one of the [Candidates], or v, the leader of a workshop.
func Lead(ctx context.Context, tx *db.Tx, v access.Viewer, id, leader string, version int) error {
	w, err := led(ctx, tx, v, id)
	if err != nil {
		return err
	}
	if leader != v.Person {
		names, err := Candidates(ctx, tx, v, w)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(names, func(n people.Name) bool { return n.ID == leader }) {
			return fault.List{ErrLeader.At("leader")}
		}
	}
	if w.Occasion != "" {
		// Who leads a workshop decides who holds its occasion, so the room answers for it.
		if err := activity.SetLeader(ctx, tx, access.System, w.Occasion, leader); err != nil {
			return err
		}
	}
	if err := write(ctx, tx, id, version, `leader = $1`, db.Null(leader)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "lead", Entity: "workshop", Row: id, Detail: map[string]any{"leader": []string{w.Leader, leader}}})
}

// write sets columns of a workshop's plan, $1 and on, if the version still is the last.
func write(ctx context.Context, tx *db.Tx, id string, version int, set string, args ...any) error {
	n := len(args)
	changed, err := tx.Exec(ctx, `UPDATE workshop SET `+set+`, version = version + 1 WHERE id = $`+strconv.Itoa(n+1)+` AND version = $`+strconv.Itoa(n+2), append(args, id, version)...)
	if err == nil && changed == 0 {
		err = fault.Stale
	}
	return err
}

// Join makes two workshops of the same kit, neither of which has a date, one that their workplaces hold together. Who does so leads
// both. The other one is gone then.
func Join(ctx context.Context, tx *db.Tx, v access.Viewer, id, other string) error {
	if err := db.Lock(ctx, tx, "workshop", id, other); errors.Is(err, db.ErrNoRows) {
		return ErrNotFound
	} else if err != nil {
		return err
	}
	for _, id := range []string{id, other} {
		if w, err := led(ctx, tx, v, id); err != nil {
			return err
		} else if w.Occasion != "" || w.Began != nil {
			return ErrJoin
		}
	}
	same, err := db.Value[int](ctx, tx, `SELECT count(*) FROM workshop a JOIN workshop b ON b.kit = a.kit WHERE a.id = $1 AND b.id = $2 AND a.id <> b.id`, id, other)
	if err != nil {
		return err
	}
	if same == 0 {
		return ErrJoin
	}
	if _, err := tx.Exec(ctx, `UPDATE workshop_place SET workshop = $1 WHERE workshop = $2`, id, other); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM workshop_step WHERE workshop = $1`, other); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM workshop WHERE id = $1`, other); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "join", Entity: "workshop", Row: id, Detail: map[string]any{"joined": other}})
}

// Part gives a workplace that holds a workshop together with others one of its own again, as long as there is no date.
func Part(ctx context.Context, tx *db.Tx, v access.Viewer, id, workplace string) error {
	if err := lock(ctx, tx, "workshop", id, ErrNotFound); err != nil {
		return err
	}
	w, err := led(ctx, tx, v, id)
	if err != nil {
		return err
	}
	tree, err := people.LoadTree(ctx, tx, v.On)
	if err != nil {
		return err
	}
	meant, err := db.Values[string](ctx, tx, `SELECT workplace FROM workshop_place WHERE workshop = $1 ORDER BY workplace`, id)
	if err != nil {
		return err
	}
	t := &team{tree: tree}
	goes := slices.DeleteFunc(slices.Clone(meant), func(m string) bool { return !slices.Contains(t.now(m), workplace) })
	if w.Occasion != "" || w.Began != nil || len(goes) == 0 || len(goes) == len(meant) {
		return ErrPart
	}
	grants, err := leadGrants(ctx, tx, tree, v.On, w.Programme, "")
	if err != nil {
		return err
	}
	own := tx.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO workshop (id, kit, leader) VALUES ($1, $2, $3)`, own, w.Kit, db.Null(contact(grants, workplace))); err != nil {
		return err
	}
	args := []any{own, id}
	if _, err := tx.Exec(ctx, `UPDATE workshop_place SET workshop = $1 WHERE workshop = $2 AND workplace IN `+db.In(&args, goes), args...); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "part", Entity: "workshop", Row: id, Detail: map[string]any{"own": own, "workplace": workplace}})
}

// Joinable are the other workshops of the same kit without a date that v leads too.
func Joinable(ctx context.Context, c db.Conn, v access.Viewer, w Workshop) ([]Workshop, error) {
	all, err := list(ctx, c, v, "w.occasion IS NULL AND w.began IS NULL AND w.kit = $1", w.Kit)
	return slices.DeleteFunc(all, func(o Workshop) bool { return !o.Leads || o.ID == w.ID }), err
}
