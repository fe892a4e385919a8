package focus

import (
	"context"

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
	Used        int        // by how many
	Shares      int        // how many commitments its workplace lets others use
	Starts, Due local.Date // its own
	owner       string
}

const selectIdeas = `SELECT c.id, c.workplace, coalesce(c.goal, ''), c.state, t.happens, t.act, t.notice, c.owner, (SELECT count(*) FROM commitment x WHERE x.idea_of = c.id), c.starts, c.due,
	(SELECT count(*) FROM commitment x WHERE x.workplace = c.workplace AND x.programme = c.programme AND x.shared = 1 AND x.state <> 'dropped')
	FROM commitment c JOIN commitment_text t ON t.commitment = c.id AND t.number = c.wording WHERE c.shared = 1 AND c.state <> 'dropped' AND c.programme = $1 AND c.workplace <> $2 `

// maxIdeas is how many ideas are shown at a time.
const maxIdeas = 50

// Ideas returns what other workplaces let this one use, the newest first, of a goal area if one is named; after is the id of the last one before.
func Ideas(ctx context.Context, c db.Conn, p learning.Place, goal, after string) (list []Idea, next string, err error) {
	if list, err = ideas(ctx, c, selectIdeas+`AND ($3 = '' OR c.goal = $3) AND ($4 = '' OR c.id < $4) ORDER BY c.id DESC LIMIT $5`, p.Programme, p.Workplace, goal, after, maxIdeas+1); err != nil {
		return nil, "", err
	}
	if len(list) > maxIdeas {
		list = list[:maxIdeas]
		next = list[maxIdeas-1].ID
	}
	return list, next, nil
}

// GetIdea returns one that a workplace may use.
func GetIdea(ctx context.Context, c db.Conn, p learning.Place, id string) (Idea, error) {
	list, err := ideas(ctx, c, selectIdeas+`AND c.id = $3`, p.Programme, p.Workplace, id)
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
		return []any{&i.ID, &i.Workplace, &i.Goal, &i.State, &i.Happens, &i.Act, &i.Notice, &i.owner, &i.Used, &i.Starts, &i.Due, &i.Shares}
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
