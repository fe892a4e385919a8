package activity

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/local"
)

// A standing is what the rules need to know of a person: where they work, whether what is offered is for
// them, and their sign-up if they have one.
type standing struct {
	person     string
	exists     bool
	protected  bool
	workplaces []string // today: who is their contact
	employment string   // on the day: the main one, under which time is given; "" if none
	workplace  string   // of that employment
	target     bool     // in the programme's target group on the day
	audience   bool     // and in the activity's audience

	signup string // its id, "" if they never signed up
	state  SignupState
	number int
}

// placement is one employment of a person, now or before.
type placement struct {
	person, employment, workplace string
	from, to                      local.Date // to is "" while it lasts
	share                         int
	protected, target, audience   int
	signup                        string
	state                         SignupState
	number                        int
}

func (p placement) on(day local.Date) bool {
	return p.employment != "" && p.from <= day && (p.to == "" || p.to > day)
}

// around is each unit with what stands for it when it is pointed out, on the day that is the first argument: its parent, and
// a workplace that has gone up in it.
const around = `
	SELECT unit, parent AS around FROM unit_period WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) AND parent IS NOT NULL
	UNION ALL SELECT into_unit, unit FROM unit_merge WHERE on_date <= $1`

// up follows FROM within w with what is around w.unit, as coalesce(p.parent, m.unit): [around] for one unit at a time, so
// that a sign-up does not read the whole tree.
const up = `
	CROSS JOIN (SELECT 0 AS merged UNION ALL SELECT 1) way
	LEFT JOIN unit_period p ON way.merged = 0 AND p.unit = w.unit AND p.valid_from <= $1 AND (p.valid_to IS NULL OR p.valid_to > $1)
	LEFT JOIN unit_merge m ON way.merged = 1 AND m.into_unit = w.unit AND m.on_date <= $1
	WHERE coalesce(p.parent, m.unit) IS NOT NULL`

// roster returns the persons' standing at an occasion, in one query: where they work on a day, today who is their contact. Each
// person asked for has one, though they may not exist.
func roster(ctx context.Context, c db.Conn, o Occasion, day, today local.Date, persons []string) (map[string]*standing, error) {
	all := make(map[string]*standing, len(persons))
	for _, person := range persons {
		all[person] = &standing{person: person}
	}
	args := []any{day, o.Programme, o.Activity, o.ID}
	// Within is all that holds the workplace of an employment on the day, up to the region, and what has gone up in it. What is
	// simple is done here: to sort and choose takes SQLite as long as all the rest, and we wait with the seats locked.
	rows, err := db.All(ctx, c, func(p *placement) []any {
		return []any{&p.person, &p.protected, &p.employment, &p.workplace, &p.from, &p.to, &p.share, &p.target, &p.audience,
			&p.signup, &p.state, &p.number}
	}, `
		WITH RECURSIVE chosen AS (
			SELECT id, protected FROM person WHERE id IN `+db.In(&args, persons)+`
		), within (employment, unit) AS (
			SELECT e.id, e.workplace FROM employment e JOIN chosen ON chosen.id = e.person
			WHERE e.valid_from <= $1 AND (e.valid_to IS NULL OR e.valid_to > $1)
			UNION
			SELECT w.employment, coalesce(p.parent, m.unit) FROM within w`+up+`
		)
		SELECT chosen.id, chosen.protected, coalesce(e.id, ''), coalesce(e.workplace, ''),
			coalesce(e.valid_from, ''), coalesce(e.valid_to, ''), coalesce(e.share, 0),
			CASE WHEN EXISTS (SELECT 1 FROM within w JOIN target_unit t ON t.unit = w.unit WHERE w.employment = e.id AND t.programme = $2)
				THEN 1 ELSE 0 END,
			CASE WHEN (NOT EXISTS (SELECT 1 FROM audience_unit u WHERE u.activity = $3)
					OR EXISTS (SELECT 1 FROM within w JOIN audience_unit u ON u.unit = w.unit WHERE w.employment = e.id AND u.activity = $3))
				AND (NOT EXISTS (SELECT 1 FROM audience_role r WHERE r.activity = $3)
					OR EXISTS (SELECT 1 FROM audience_role r WHERE r.activity = $3 AND r.staff_role = e.staff_role))
				THEN 1 ELSE 0 END,
			coalesce(s.id, ''), coalesce(s.state, ''), coalesce(s.number, 0)
		FROM chosen LEFT JOIN signup s ON s.occasion = $4 AND s.person = chosen.id
		LEFT JOIN employment e ON e.person = chosen.id`, args...)
	if err != nil {
		return nil, err
	}
	// The main employment is the one with the largest share, and then the earliest.
	slices.SortFunc(rows, func(a, b placement) int {
		return cmp.Or(cmp.Compare(b.share, a.share), cmp.Compare(a.from, b.from), cmp.Compare(a.employment, b.employment))
	})
	for _, row := range rows {
		p := all[row.person]
		p.exists, p.protected = true, row.protected == 1
		p.signup, p.state, p.number = row.signup, row.state, row.number
		if row.on(today) {
			p.workplaces = append(p.workplaces, row.workplace)
		}
		if row.on(day) {
			if p.employment == "" {
				p.employment, p.workplace = row.employment, row.workplace
			}
			p.target = p.target || row.target == 1
			p.audience = p.audience || row.target == 1 && row.audience == 1
		}
	}
	return all, nil
}

// standings is [roster] on the day that decides at a moment.
func standings(ctx context.Context, c db.Conn, o *seats, at time.Time, persons []string) (map[string]*standing, error) {
	return roster(ctx, c, o.Occasion, o.day(at), local.DateOf(at, o.location()), persons)
}
