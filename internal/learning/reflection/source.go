package reflection

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/small"
)

// A Source is what a quotation is given with by an answer, beside what it is about: the id of a place and the day, "" for what is not told.
type Source struct {
	Place string
	Date  local.Date
}

// SourcesMark is what tells some sources from others: a form sends it along, so that nobody says yes to other ones than they were shown.
func SourcesMark(of map[string]Source) string { return fmt.Sprint(of[Yes], of[YesNamed]) }

// As is the quotation as the report would give it by an answer: as by whom, and where.
func (q Quotation) As(by, place string, s Source) Quotation {
	q.By, q.Place, q.Date = by, place, s.Date
	return q
}

// few is 1 where the day, and any place, would find out who wrote reflection r, which is about an occasion: it was held at single workplaces, or fewer than five were
// there. Not more than five are counted.
var few = `CASE WHEN r.occasion IS NULL THEN 0 WHEN EXISTS (SELECT 1 FROM occasion_place l WHERE l.occasion = r.occasion)
	OR (SELECT count(*) FROM (SELECT DISTINCT t.person FROM meeting m JOIN attendance t ON t.meeting = m.id AND t.minutes > 0 WHERE m.occasion = r.occasion LIMIT ` + strconv.Itoa(small.Least) + `) f) < ` + strconv.Itoa(small.Least) + `
	THEN 1 ELSE 0 END`

// Sources are what a quotation would be given with, by the answer to whether it may be used, as of v's day: what its author is told before they say yes.
// Beside a name that is the workplace and the day. Without one the place is the workplace if five or more could have written it, else the county if five or more
// could within the programme, else none: those who took part from there in what it is about, or else those who work there. Of an occasion held at single
// workplaces, or with few, neither place nor day is told. Of who has protected identity no place is.
func Sources(ctx context.Context, c db.Conn, v access.Viewer, q Quotation) (map[string]Source, error) {
	without, named := Source{Date: q.on}, Source{Date: q.on}
	if q.few {
		without.Date = ""
	}
	if q.workplace == "" || q.protected {
		return map[string]Source{Yes: without, YesNamed: named}, nil
	}
	tree, err := people.LoadTree(ctx, c, v.On)
	if err != nil {
		return nil, err
	}
	if now := tree.Under(q.workplace); len(now) == 1 {
		named.Place = now[0]
		if !q.few {
			without.Place, err = placeOfFive(ctx, c, v, q, tree, now[0])
		}
	}
	return map[string]Source{Yes: without, YesNamed: named}, err
}

// placeOfFive is the workplace, or else its county, if five or more there could have written a text; "" if not.
func placeOfFive(ctx context.Context, c db.Conn, v access.Viewer, q Quotation, tree *people.Tree, workplace string) (string, error) {
	if enough, err := five(ctx, c, v, q, workplace); err != nil {
		return "", err
	} else if enough {
		return workplace, nil
	}
	county, ok := tree.County(workplace)
	if !ok {
		return "", nil
	}
	targets, err := programme.TargetWorkplaces(ctx, c, q.Programme, v.On)
	if err != nil {
		return "", err
	}
	near := slices.DeleteFunc(tree.Under(county.ID), func(id string) bool { return !slices.Contains(targets, id) })
	if enough, err := five(ctx, c, v, q, near...); err != nil || !enough {
		return "", err
	}
	return county.ID, nil
}

// five reports whether five or more at some workplaces could have written a text. Not more than five are read.
func five(ctx context.Context, c db.Conn, v access.Viewer, q Quotation, workplaces ...string) (bool, error) {
	args := []any{v.On}
	from := `employment e WHERE e.valid_from <= $1 AND (e.valid_to IS NULL OR e.valid_to > $1)`
	if q.Occasion != "" {
		args = append(args, q.Occasion)
		from = `employment e JOIN attendance t ON t.employment = e.id AND t.minutes > 0 JOIN meeting m ON m.id = t.meeting WHERE m.occasion = $2`
	}
	persons, err := db.Values[string](ctx, c, learning.Moved+`SELECT DISTINCT e.person FROM `+from+` AND `+learning.Within("e.workplace", workplaces, &args)+
		` LIMIT `+strconv.Itoa(small.Least), args...)
	return len(persons) >= small.Least, err
}
