package focus

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

// An Idea is a commitment that a workplace lets others use: its wording, not who answers for it.
type Idea struct {
	ID, Workplace, Goal string
	Name                string // of the workplace
	State               State
	Wording
	Used        int        // by how many other workplaces
	Shares      int        // how many commitments its workplace lets others use
	Left        int        // how many of those this one does not go on with already
	Starts, Due local.Date // its own
	owner       string
}

// selectIdeas begins a query for a day in $1, a workplace in $2 and a programme in $3. What stood at a workplace that has gone up in this one is its own, no idea of another's.
var selectIdeas = learning.Moved + `SELECT c.id, c.workplace, coalesce(c.goal, ''), c.state, t.happens, t.act, t.notice, c.owner, ` + users + `, c.starts, c.due,
	(SELECT count(*) FROM commitment x WHERE x.workplace = c.workplace AND x.programme = c.programme AND x.shared = 1 AND x.state <> 'dropped'),
	(SELECT count(*) FROM commitment x WHERE x.workplace = c.workplace AND x.programme = c.programme AND x.shared = 1 AND x.state <> 'dropped'
		AND NOT ` + goesOn("x") + `)
	FROM commitment c JOIN commitment_text t ON t.commitment = c.id AND t.number = c.wording
	WHERE c.shared = 1 AND c.state <> 'dropped' AND c.programme = $3 AND NOT (` + learning.Here("c.workplace") + `) `

// goesOn is the condition that the workplace has a commitment after an idea that it has not dropped.
func goesOn(idea string) string {
	return `EXISTS (SELECT 1 FROM commitment y WHERE y.idea_of = ` + idea + `.id AND y.state <> 'dropped' AND ` + learning.Here("y.workplace") + `)`
}

// users is how many other workplaces have begun with c, as they are now: those that have become one count once, and what has gone up in the
// one that shares c not at all. The query begins with [learning.Moved].
var users = `(SELECT count(DISTINCT ` + isNow("x") + `) FROM commitment x WHERE x.idea_of = c.id AND ` + isNow("x") + ` <> ` + isNow("c") + `)`

// isNow is the workplace that a commitment's is today: what it has gone up in last.
func isNow(commitment string) string {
	return `coalesce((SELECT m.into_unit FROM moved m WHERE m.unit = ` + commitment + `.workplace AND NOT EXISTS (SELECT 1 FROM moved n WHERE n.unit = m.into_unit)), ` + commitment + `.workplace)`
}

// maxIdeas is how many ideas are shown at a time.
const maxIdeas = 50

// Ideas returns what other workplaces let this one use, the newest first, of a goal area if one is named; after is the id of the last one before.
func Ideas(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, goal, after string) (list []Idea, next string, err error) {
	if list, err = ideas(ctx, c, selectIdeas+`AND ($4 = '' OR c.goal = $4) AND ($5 = '' OR c.id < $5) ORDER BY c.id DESC LIMIT $6`, v.On, p.Workplace, p.Programme, goal, after, maxIdeas+1); err != nil {
		return nil, "", err
	}
	if len(list) > maxIdeas {
		list = list[:maxIdeas]
		next = list[maxIdeas-1].ID
	}
	return list, next, nil
}

// GetIdea returns one that a workplace may use.
func GetIdea(ctx context.Context, c db.Conn, v access.Viewer, p learning.Place, id string) (Idea, error) {
	list, err := ideas(ctx, c, selectIdeas+`AND c.id = $4`, v.On, p.Workplace, p.Programme, id)
	if err == nil && (len(list) == 0 || !p.Member && !p.Leads) {
		err = ErrIdea
	}
	if err != nil {
		return Idea{}, err
	}
	return list[0], nil
}

func ideas(ctx context.Context, c db.Conn, query string, args ...any) ([]Idea, error) {
	list, err := db.All(ctx, c, func(i *Idea) []any {
		return []any{&i.ID, &i.Workplace, &i.Goal, &i.State, &i.Happens, &i.Act, &i.Notice, &i.owner, &i.Used, &i.Starts, &i.Due, &i.Shares, &i.Left}
	}, query, args...)
	if err != nil || len(list) == 0 {
		return list, err
	}
	var units []string
	for _, i := range list {
		units = append(units, i.Workplace)
	}
	names, err := people.UnitNames(ctx, c, units)
	for i := range list {
		list[i].Name = names[list[i].Workplace]
	}
	return list, err
}
