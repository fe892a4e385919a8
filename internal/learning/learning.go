// Package learning is what the rooms of workplace learning share: who has to do with the learning of which
// workplace. The rooms themselves stand below it: need (SWOT and competence plan), workshop (kits, and a workshop
// at every workplace), reflection (logbook, joint records, themes) and focus (focus, commitments, follow-up).
//
// What holds today is read as of the viewer's day, so a job sets that of [access.System] too.
package learning

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// ErrWorkplace says that there is no such workplace in the programme, or none that one may see.
var ErrWorkplace = fault.Define(fault.NotFound, "learning.workplace")

// ErrMoved says that a form was filled in at a workplace that has gone up in another since: what it is about is another text, with versions of
// its own. Args: the names of both.
var ErrMoved = fault.Outdated("learning.moved")

// A Place is a workplace of a programme's target group, as one person has to do with its learning.
type Place struct {
	Programme, Workplace string
	Name                 string
	Municipality, County string // ids; "" where it stands under none
	Member               bool   // works there today
	Leads                bool   // may write what it has agreed on, and hold its workshop
}

// Find returns a workplace as v has to do with it: as someone who works there, leads its learning or may read of it.
// A workplace that has gone up in another by v's day is that other one. To all others it is [ErrWorkplace].
func Find(ctx context.Context, c db.Conn, v access.Viewer, prog, workplace string) (Place, error) {
	all, err := places(ctx, c, v, []string{prog}, func(t *people.Tree, targets, _ []string) []string {
		now := t.Under(workplace)
		if u, ok := t.Unit(workplace); ok && u.Kind != people.Workplace || len(now) != 1 || !slices.Contains(targets, now[0]) {
			return nil
		}
		return now
	})
	if err == nil && len(all) == 0 {
		err = ErrWorkplace
	}
	if err != nil {
		return Place{}, err
	}
	return all[0], nil
}

// Mine returns the workplaces of programmes whose learning v takes part in or leads as a contact: programme by programme, in Swedish
// order within each.
func Mine(ctx context.Context, c db.Conn, v access.Viewer, programmes ...string) ([]Place, error) {
	leads := v.Staff(access.LeadLearning).Today
	return places(ctx, c, v, programmes, func(t *people.Tree, targets, works []string) []string {
		return among(t, targets, append(works, leads...))
	})
}

// All returns the workplaces of a programme that v may read of, in Swedish order.
func All(ctx context.Context, c db.Conn, v access.Viewer, prog string) ([]Place, error) {
	return places(ctx, c, v, []string{prog}, func(t *people.Tree, targets, _ []string) []string {
		return among(t, targets, targets)
	})
}

// These is [All] for those workplaces only.
func These(ctx context.Context, c db.Conn, v access.Viewer, prog string, workplaces []string) ([]Place, error) {
	return places(ctx, c, v, []string{prog}, func(t *people.Tree, targets, _ []string) []string { return among(t, targets, workplaces) })
}

// among are the workplaces that stand in both lists, of which the first is in order of id, in Swedish order.
func among(t *people.Tree, targets, some []string) (ids []string) {
	for _, id := range some {
		if _, in := slices.BinarySearch(targets, id); in {
			ids = append(ids, id)
		}
	}
	return t.InOrder(ids)
}

// places returns those that v has to do with and that choose picks, for each programme, given its workplaces and where v works.
func places(ctx context.Context, c db.Conn, v access.Viewer, programmes []string, choose func(t *people.Tree, targets, works []string) []string) ([]Place, error) {
	tree, err := people.LoadTree(ctx, c, v.On)
	if err != nil {
		return nil, err
	}
	units, err := programme.AllTargets(ctx, c)
	if err != nil {
		return nil, err
	}
	works, err := worksAt(ctx, c, v)
	if err != nil {
		return nil, err
	}
	leads, sees := v.Reach(access.LeadLearning), v.Reach(access.SeeLearning)
	var all []Place
	for _, prog := range programmes {
		for _, id := range choose(tree, tree.Under(units[prog]...), works) {
			p := Place{Programme: prog, Workplace: id, Name: tree.Name(id), Member: slices.Contains(works, id),
				Leads: v.In(access.LeadLearning, prog) || leads(id)}
			if !p.Member && !p.Leads && !v.In(access.SeeLearning, prog) && !sees(id) {
				continue
			}
			if u, ok := tree.Municipality(id); ok {
				p.Municipality = u.ID
			}
			if u, ok := tree.County(id); ok {
				p.County = u.ID
			}
			all = append(all, p)
		}
	}
	return all, nil
}

// worksAt returns where v works on v's day.
func worksAt(ctx context.Context, c db.Conn, v access.Viewer) ([]string, error) {
	if !v.Can(access.Learn) {
		return nil, nil
	}
	return db.Values[string](ctx, c, `SELECT DISTINCT workplace FROM employment
		WHERE person = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY workplace`, v.Person, v.On)
}
