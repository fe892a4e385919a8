package people

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

var (
	ErrMergeInto  = fault.Define(fault.Invalid, "people.merge-into")
	ErrMergeTwice = fault.Define(fault.Conflict, "people.merge-twice")
	ErrMerged     = fault.Define(fault.Conflict, "people.merged")
)

// A Merge is that a workplace has gone up in another from a day.
type Merge struct {
	Unit, Into string
	On         local.Date
}

// MergedInto returns what a workplace has gone up in; Into is "" if it has not.
func MergedInto(ctx context.Context, c db.Conn, id string) (Merge, error) {
	m, err := db.One(ctx, c, scanMerge, `SELECT unit, into_unit, on_date FROM unit_merge WHERE unit = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		return Merge{Unit: id}, nil
	}
	return m, err
}

// MergedFrom returns the workplaces that have gone up in one, oldest first.
func MergedFrom(ctx context.Context, c db.Conn, id string) ([]Merge, error) {
	return db.All(ctx, c, scanMerge, `SELECT unit, into_unit, on_date FROM unit_merge WHERE into_unit = $1 ORDER BY on_date, unit`, id)
}

// Merges returns all that there have been, and those that are decided.
func Merges(ctx context.Context, c db.Conn) ([]Merge, error) {
	return db.All(ctx, c, scanMerge, `SELECT unit, into_unit, on_date FROM unit_merge ORDER BY on_date, unit`)
}

func scanMerge(m *Merge) []any { return []any{&m.Unit, &m.Into, &m.On} }

// MergeUnits lets a workplace go up in another from a day. It keeps its history; whoever is employed there that
// day goes on at the other in a new row that follows the old one, with the same employer, title and
// share. Of whoever the same employer has at both, the two employments become one, see [united]. From that day the other workplace
// also stands for it wherever it is pointed out: in a contact's role, a target group, an audience (see [Tree.Under]). It cannot be undone.
func MergeUnits(ctx context.Context, tx *db.Tx, id string, version int, into string, on local.Date) error {
	var faults fault.List
	faults.Unless(on.Valid(), local.ErrDate.At("on"))
	faults.Unless(into != "" && into != id, ErrMergeInto.At("into"))
	if faults != nil {
		return faults
	}
	const lasting = ` FROM employment WHERE workplace IN ($1, $2) AND (valid_to IS NULL OR valid_to > $3) `
	persons, err := db.Values[string](ctx, tx, `SELECT DISTINCT person`+lasting+`ORDER BY person`, id, into, on)
	if err != nil {
		return err
	}
	if err := db.Lock(ctx, tx, "person", persons...); err != nil {
		return err
	}
	if err := lockUnits(ctx, tx, id, into); err != nil {
		return err
	}
	if err := raise(ctx, tx, id, version); err != nil {
		return err
	}
	for unit, field := range map[string]string{id: "", into: "into"} {
		history, err := History(ctx, tx, unit)
		if err != nil {
			return err
		}
		if history[0].Kind != Workplace || unit == into && !lasts(history, local.Period{From: on}) {
			faults = append(faults, ErrMergeInto.At(field))
		}
	}
	if faults != nil {
		return faults
	}
	rows, err := db.All(ctx, tx, scanEmployment, selectEmployment+`WHERE e.workplace IN ($1, $2) AND (e.valid_to IS NULL OR e.valid_to > $3) ORDER BY e.valid_from, e.id`, id, into, on)
	if err != nil {
		return err
	}
	for _, e := range rows {
		if _, locked := slices.BinarySearch(persons, e.Person); !locked {
			return fault.Stale // came since the persons were locked
		}
	}
	events, err := moveStaff(ctx, tx, rows, id, into, on)
	if err != nil {
		return err
	}
	if err := closePeriods(ctx, tx, id, on); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO unit_merge (unit, into_unit, on_date) VALUES ($1, $2, $3)`, id, into, on); err != nil {
		return err
	}
	return audit.Record(ctx, tx, append(events, audit.Event{Act: "merge", Entity: "unit", Row: id,
		Detail: map[string]any{"into": into, "on": on, "employments": len(events)}})...)
}

// moveStaff lets the employments at one workplace go on at another, from a day. rows are those at either that do not end
// before it, of persons who are locked. It takes few statements however many there are, and one more for each employment that
// is united with another without having begun.
func moveStaff(ctx context.Context, tx *db.Tx, rows []Employment, from, into string, on local.Date) ([]audit.Event, error) {
	type pair struct{ person, employer string }
	groups := map[pair][]Employment{}
	for _, e := range rows {
		p := pair{e.Person, e.Employer}
		groups[p] = append(groups[p], e)
	}
	var before, ended, unbegun []string
	var following []Employment
	var events []audit.Event
	twice := 0
	for _, p := range slices.SortedFunc(maps.Keys(groups), func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(a.employer, b.employer))
	}) {
		group := groups[p]
		if !slices.ContainsFunc(group, func(e Employment) bool { return e.Workplace == from }) {
			continue
		}
		kept, made, ok := united(group, into, on)
		if !ok {
			twice++
			continue
		}
		for i, e := range kept {
			was := group[i]
			fields := differs(was, e)
			switch {
			case fields == nil:
				continue
			case slices.Equal(fields, []string{"to"}) && e.Valid.To == on:
				ended = append(ended, e.ID)
			case slices.Equal(fields, []string{"workplace"}):
				unbegun = append(unbegun, e.ID) // it never held at the old workplace
			default:
				if _, err := tx.Exec(ctx, `UPDATE employment SET workplace = $1, title = $2, staff_role = $3, share = $4, valid_to = $5, version = version + 1
					WHERE id = $6`, e.Workplace, e.Title, e.StaffRole, e.Share, db.Null(e.Valid.To), e.ID); err != nil {
					return nil, err
				}
			}
			before = append(before, e.ID)
			if e.Valid.To != on {
				events = append(events, moveEvent(e, was.Workplace, fields))
			}
		}
		for _, e := range made {
			e.ID = tx.NewID()
			following = append(following, e)
			events = append(events, moveEvent(e, from, nil))
		}
	}
	if twice > 0 {
		return nil, ErrMergeTwice.At("into", twice)
	}
	if err := endEmployments(ctx, tx, ended, on); err != nil {
		return nil, err
	}
	if len(unbegun) > 0 {
		args := []any{into}
		if _, err := tx.Exec(ctx, `UPDATE employment SET workplace = $1, version = version + 1 WHERE id IN `+db.In(&args, unbegun), args...); err != nil {
			return nil, err
		}
	}
	if err := insertEmployments(ctx, tx, following...); err != nil {
		return nil, err
	}
	_, err := moveGiven(ctx, tx, before, into)
	return events, err
}

func moveEvent(e Employment, was string, fields []string) audit.Event {
	return audit.Event{Act: "move", Entity: "employment", Row: e.ID, Subject: e.Person,
		Detail: map[string]any{"follows": e.Follows, "was": was, "is": e.Workplace, "from": e.Valid.From, "fields": fields}}
}

// united is what the employments of one person with one employer, at a workplace and at the one that it goes up in, become from
// a day. While both hold they are one, of both shares together, at most full time; title and role are those of the larger. kept
// are the same rows in the same order: a row that has begun ends where something else goes on from it, one that has not
// is changed as it stands. made are the new rows, without ids. It is not ok if both begin on one day that
// is still to come: which of the two rows goes is for people to say.
func united(rows []Employment, into string, on local.Date) (kept, made []Employment, ok bool) {
	kept = slices.Clone(rows)
	var turns []local.Date
	for _, e := range rows {
		turns = append(turns, max(e.Valid.From, on))
		if e.Valid.To != "" {
			turns = append(turns, e.Valid.To)
		}
	}
	slices.Sort(turns)
	turns = slices.Compact(turns)
	for i := range kept {
		if kept[i].Valid.From < on {
			kept[i].Valid.To = on
		}
	}
	for i, turn := range turns {
		var hold, begin []int // rows by number
		for n, e := range rows {
			if e.Valid.Has(turn) {
				hold = append(hold, n)
			}
			if e.Valid.From == turn {
				begin = append(begin, n)
			}
		}
		if len(hold) == 0 {
			continue
		}
		lead, share := hold[0], 0
		for _, n := range hold {
			share += rows[n].Share
			if rows[n].Share > rows[lead].Share || rows[n].Share == rows[lead].Share && rows[n].Workplace == into {
				lead = n
			}
		}
		e := rows[lead]
		e.Workplace, e.Share, e.Valid = into, min(share, FullTime), local.Period{From: turn}
		if i+1 < len(turns) {
			e.Valid.To = turns[i+1]
		}
		switch {
		case len(begin) > 1:
			return nil, nil, false
		case len(begin) == 1:
			row := rows[begin[0]]
			e.ID, e.Follows, e.Version = row.ID, row.Follows, row.Version
			kept[begin[0]] = e
		case turn == on && len(hold) == 1 && rows[lead].Workplace == into:
			kept[lead].Valid.To = e.Valid.To // it goes on as it is
		default:
			e.ID, e.Follows, e.Version = "", rows[lead].ID, 1
			made = append(made, e)
		}
	}
	return kept, made, true
}
