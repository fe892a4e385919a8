package report

import (
	"context"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/programme"
)

// An Overview is what the office of a programme has before it.
type Overview struct {
	Report                       // by workplace
	Unreached []Line             // workplaces that nobody has attended from
	Evidence  []activity.Missing // meetings held without evidence
	Soon      []Sparse           // occasions in the weeks to come that are nearly empty, or that people wait for
	Letters   int                // that failed, or may have
}

// A Sparse is an occasion to do something about.
type Sparse struct {
	activity.Entry
	Queue bool // people wait; else there are many seats left
}

const (
	soon = 30 // days
	half = 2  // an occasion is nearly empty if fewer than one in so many seats is taken
)

// Office returns it, for who may plan all of the programme. It takes a fixed number of queries.
func Office(ctx context.Context, c db.Conn, v access.Viewer, q Query, at time.Time) (Overview, error) {
	var o Overview
	if !v.In(access.PlanAny, q.Programme) {
		return o, programme.ErrNotFound
	}
	q.By, q.Goal, q.On = ByWorkplace, "", ""
	var err error
	if o.Report, err = Reach(ctx, c, v, q); err != nil {
		return o, err
	}
	for _, l := range o.Lines {
		if l.Counts[Attended] == 0 {
			o.Unreached = append(o.Unreached, l)
		}
	}
	if o.Evidence, err = activity.WithoutEvidence(ctx, c, v, q.Programme, at); err != nil {
		return o, err
	}
	entries, err := activity.Calendar(ctx, c, v, activity.Filter{Programme: q.Programme, From: q.Today, To: q.Today.Add(soon)})
	if err != nil {
		return o, err
	}
	for _, e := range entries {
		open := e.Opens.Before(at) && at.Before(e.Closes)
		// What a workplace holds for its own staff has seats to spare on purpose, and needs nobody from elsewhere.
		if e.Waiting > 0 || open && !e.Local && e.Seated*half < e.Capacity {
			o.Soon = append(o.Soon, Sparse{e, e.Waiting > 0})
		}
	}
	slices.SortStableFunc(o.Unreached, func(a, b Line) int { return b.Counts[Staff] - a.Counts[Staff] })
	o.Letters, err = db.Value[int](ctx, c, `SELECT count(*) FROM letter WHERE programme = $1 AND state IN ('failed', 'unknown')`, q.Programme)
	return o, err
}
