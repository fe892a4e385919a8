package survey

import (
	"context"
	"encoding/json"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
)

// An Own is what a person answered in a round, for them alone.
type Own struct {
	Round   string
	Values  map[string]int // by question
	Version int
	group   string
	person  string
	sealed  string
}

func scanOwn(o *Own) []any { return []any{&o.Round, &o.person, &o.group, &o.sealed, &o.Version} }

const selectOwn = `SELECT round, person, grouping, sealed, version FROM survey_own `

// ownIn is what persons have kept of a round, by person.
func ownIn(ctx context.Context, c db.Conn, ring *secret.Ring, round string, persons []string) (map[string]Own, error) {
	args := []any{round}
	list, err := db.All(ctx, c, scanOwn, selectOwn+`WHERE round = $1 AND person IN `+db.In(&args, persons)+` ORDER BY person`, args...)
	if err == nil {
		list, err = openOwn(ctx, c, ring, list)
	}
	own := map[string]Own{}
	for _, o := range list {
		own[o.person] = o
	}
	return own, err
}

// Mine is what v has answered in the rounds of a survey, by round.
func Mine(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer, s Survey) (map[string]Own, error) {
	list, err := db.All(ctx, c, scanOwn, selectOwn+`WHERE person = $1 AND round IN (SELECT id FROM survey_round WHERE survey = $2) ORDER BY round`, v.Person, s.ID)
	if err == nil {
		list, err = openOwn(ctx, c, ring, list)
	}
	own := map[string]Own{}
	for _, o := range list {
		own[o.Round] = o
	}
	return own, err
}

// openOwn opens what is sealed, and leaves out what no key opens any more.
func openOwn(ctx context.Context, c db.Conn, ring *secret.Ring, list []Own) (opened []Own, err error) {
	if len(list) == 0 {
		return nil, nil
	}
	items := make([]secret.Item, len(list))
	for i, o := range list {
		items[i] = secret.Item{Owner: o.person, Text: o.sealed}
	}
	plain, err := secret.OpenAll(ctx, c, ring, items)
	if err != nil {
		return nil, err
	}
	for i, o := range list {
		if plain[i] == "" {
			continue
		}
		if err := json.Unmarshal([]byte(plain[i]), &o.Values); err != nil {
			return nil, err
		}
		opened = append(opened, o)
	}
	return opened, nil
}

// An Ask is a survey that someone is, or has been, asked.
type Ask struct {
	Survey
	Answered map[string]bool // by round
}

// Asks are the surveys of programmes that have opened, if v works in the target group today or has answered, the newest first.
func Asks(ctx context.Context, c db.Conn, v access.Viewer, prog string, on local.Date) ([]Ask, error) {
	list, err := List(ctx, c, access.Viewer{Person: v.Person, On: v.On}, prog, on)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	f, err := readField(ctx, c, prog, on)
	if err != nil {
		return nil, err
	}
	works, err := f.staff(ctx, c, v.Person)
	if err != nil {
		return nil, err
	}
	rounds, err := db.Values[string](ctx, c, `SELECT a.round FROM survey_answered a JOIN survey_round r ON r.id = a.round JOIN survey s ON s.id = r.survey
		WHERE a.person = $1 AND s.programme = $2 ORDER BY a.round`, v.Person, prog)
	if err != nil {
		return nil, err
	}
	answered := map[string]bool{}
	for _, r := range rounds {
		answered[r] = true
	}
	var asks []Ask
	for i := len(list) - 1; i >= 0; i-- {
		a := Ask{list[i], map[string]bool{}}
		for _, r := range a.Rounds {
			if answered[r.ID] {
				a.Answered[r.ID] = true
			}
		}
		if works[v.Person] != "" || len(a.Answered) > 0 {
			asks = append(asks, a)
		}
	}
	return asks, nil
}

// Asked reports whether v works in the target group of a programme on a day, and so is asked.
func Asked(ctx context.Context, c db.Conn, v access.Viewer, prog string, on local.Date) (bool, error) {
	f, err := readField(ctx, c, prog, on)
	if err != nil {
		return false, err
	}
	works, err := f.staff(ctx, c, v.Person)
	return works[v.Person] != "", err
}

// OpenTo is the last day of the first round to close that asks v and that v has not answered, "" if there is none. It takes as many queries
// whatever there is.
func OpenTo(ctx context.Context, c db.Conn, v access.Viewer, on local.Date) (local.Date, error) {
	type round struct {
		programme string
		last      local.Date
	}
	rounds, err := db.All(ctx, c, func(r *round) []any { return []any{&r.programme, &r.last} }, `SELECT s.programme, r.last_day FROM survey_round r
		JOIN survey s ON s.id = r.survey JOIN programme p ON p.id = s.programme
		WHERE p.published = 1 AND r.closed IS NULL AND r.first_day <= $1 AND r.last_day >= $1
			AND NOT EXISTS (SELECT 1 FROM survey_answered a WHERE a.round = r.id AND a.person = $2) ORDER BY r.last_day, r.id`, on, v.Person)
	if err != nil {
		return "", err
	}
	tree, err := people.LoadTree(ctx, c, on)
	if err != nil {
		return "", err
	}
	targets, err := programme.AllTargets(ctx, c)
	if err != nil {
		return "", err
	}
	works, err := db.Values[string](ctx, c, `SELECT workplace FROM employment WHERE person = $2 AND valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) ORDER BY workplace`, on, v.Person)
	for _, r := range rounds {
		within := tree.Under(targets[r.programme]...)
		if slices.ContainsFunc(works, func(id string) bool { _, in := slices.BinarySearch(within, id); return in }) {
			return r.last, err
		}
	}
	return "", err
}
