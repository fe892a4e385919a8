package activity

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/people"
)

// leads is what the leader of one occasion may do there: all that holding it takes, but not change what is planned.
var leads = []access.Right{access.SeeSignups, access.Seat, access.Attendance, access.SeeAttendance}

// Holds reports whether v has right r at o: as [access.Viewer.Over] tells, or as who led it when o was read.
func (o Occasion) Holds(v access.Viewer, r access.Right) bool {
	return v.Over(r, o.Programme, o.Organiser) ||
		o.led != "" && o.led == v.Person && v.Can(access.Learn) && slices.Contains(leads, r)
}

// HeldAt says of an occasion which workplaces hold it by one of their own.
func HeldAt(ctx context.Context, tx *db.Tx, occasion string, workplaces ...string) error {
	rows := make([][]any, len(workplaces))
	for i, id := range workplaces {
		rows[i] = []any{occasion, id}
	}
	return db.Insert(ctx, tx, "occasion_place", "occasion, workplace", " ON CONFLICT (occasion, workplace) DO NOTHING", rows)
}

// findLeader finds out whether v leads o on v's day: who was chosen, as long as they work at one of its workplaces, or who answers
// for one.
func (o *Occasion) findLeader(ctx context.Context, c db.Conn, v access.Viewer) error {
	answers := v.Scope(access.LeadLearning).Workplaces
	if v.Person == "" || o.Leader != v.Person && (o.Kind != "workshop" || len(answers) == 0) {
		return nil
	}
	places, err := db.Values[string](ctx, c, `SELECT workplace FROM occasion_place WHERE occasion = $1 ORDER BY workplace`, o.ID)
	if err != nil {
		return err
	}
	if len(places) == 0 {
		o.led = o.Leader
		return nil
	}
	tree, err := people.LoadTree(ctx, c, v.On)
	if err != nil {
		return err
	}
	places = append(places, tree.Under(places...)...) // one that has closed stays what it was
	near := answers
	if o.Leader == v.Person {
		works, err := worksAt(ctx, c, v)
		if err != nil {
			return err
		}
		near = append(works, answers...)
	}
	if slices.ContainsFunc(near, func(id string) bool { return slices.Contains(places, id) }) {
		o.led = v.Person
	}
	return nil
}

// worksAt returns the workplaces where v is employed on v's day.
func worksAt(ctx context.Context, c db.Conn, v access.Viewer) ([]string, error) {
	return db.Values[string](ctx, c, `SELECT DISTINCT workplace FROM employment WHERE person = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY workplace`,
		v.Person, v.On)
}
