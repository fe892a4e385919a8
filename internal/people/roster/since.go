package roster

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
)

// Against is what a list was compared with: what was known at an instant.
type Against struct {
	At   time.Time `json:"at,omitzero"`
	Last string    `json:"last,omitempty"` // the latest event there was
	Done []string  `json:"done,omitempty"` // of the lists carried out or undone shortly before, those that had been: a long transaction is seen after its instant
}

// underWay is longer than a transaction takes that carries a list out or undoes it, and than clocks differ.
const underWay = 12 * MaxTime

// A Since is a list that has been carried out or undone, and may have changed what another says that was compared before.
type Since struct {
	ID       string
	FileName string // "" for who may not see it
	State    string
	At       time.Time
}

// mark tells one doing of a list from the next.
func (s Since) mark() string {
	return s.ID + " " + s.State + " " + strconv.FormatInt(s.At.UnixMicro(), 10)
}

// since are the lists under a condition that have been carried out or undone since an instant, the first of them first. name is how their files' names are told.
func since(ctx context.Context, c db.Conn, name, where string, args ...any) (all []Since, err error) {
	type row struct {
		Since
		applied, undone *time.Time
	}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.ID, &r.FileName, &r.State, &r.applied, &r.undone} },
		`SELECT id, `+name+`, state, applied_at, undone_at FROM roster_import WHERE state IN ('applied', 'undone') AND (applied_at >= $1 OR undone_at >= $1)`+where, args...)
	for _, r := range rows {
		if r.At = *r.applied; r.undone != nil {
			r.At = *r.undone
		}
		all = append(all, r.Since)
	}
	slices.SortFunc(all, func(a, b Since) int { return a.At.Compare(b.At) })
	return all, err
}

// against notes what c knows, which was opened after at.
func against(ctx context.Context, c db.Conn, at time.Time) (Against, error) {
	a := Against{At: at}
	done, err := since(ctx, c, "''", "", at.Add(-underWay))
	if err != nil {
		return a, err
	}
	for _, s := range done {
		a.Done = append(a.Done, s.mark())
	}
	last, err := db.Values[string](ctx, c, `SELECT id FROM audit ORDER BY id DESC LIMIT 1`)
	if len(last) > 0 {
		a.Last = last[0]
	}
	return a, err
}

// before reports whether something was compared before a list was carried out or undone.
func (a Against) before(s Since) bool {
	return !s.At.Before(a.At.Add(-underWay)) && !slices.Contains(a.Done, s.mark())
}

// compared is what an import's list was compared with; of one that was read before it was noted, what was known when it was sent.
func (i Import) compared() Against {
	if i.View.Against.At.IsZero() {
		return Against{At: i.MadeAt.Add(underWay)}
	}
	return i.View.Against
}

// touches is the condition that a list is of the same employer as another, of which the id, the employer's id and name are arguments from n on, or of a workplace
// that the other is of too. It does not find another employer's list at the same workplace if either has a row of which nobody knows where it belongs, for then no place
// of it is stored, nor one that brings the same workplace anew: before it is made there is only what it lies in.
func touches(n int) string {
	at := func(i int) string { return "$" + strconv.Itoa(n+i) }
	return ` AND id <> ` + at(0) + ` AND (employer = ` + at(1) + ` OR employer_name <> '' AND employer_name = ` + at(2) + `
		OR EXISTS (SELECT 1 FROM roster_site a JOIN roster_site b ON b.unit = a.unit WHERE a.import = roster_import.id AND b.import = ` + at(0) + `))`
}

// SinceCompared are the lists that have been carried out or undone since a list that waits was compared, and that may have changed what it says.
func SinceCompared(ctx context.Context, c db.Conn, v access.Viewer, imp Import) ([]Since, error) {
	if imp.State != Ready {
		return nil, nil
	}
	a := imp.compared()
	args := []any{a.At.Add(-underWay), imp.ID, imp.Employer, imp.EmployerName}
	name := `CASE WHEN ` + mine(v, &args) + ` THEN file_name ELSE '' END`
	all, err := since(ctx, c, name, touches(2), args...)
	return slices.DeleteFunc(all, func(s Since) bool { return !a.before(s) }), err
}

// ChangedSince is when somebody last changed the persons of a list that waits, their employments or its workplaces, since it was compared; zero if nobody has. Persons who
// only another employer employs are of the list if a row is about them. It does not tell who did from a list that did.
func ChangedSince(ctx context.Context, c db.Conn, imp Import) (at time.Time, err error) {
	if imp.State != Ready {
		return at, nil
	}
	a := imp.compared()
	staff := `(SELECT person FROM employment WHERE employer = $2 UNION SELECT person FROM roster_item WHERE import = $3 AND person <> '')`
	rows, err := db.Values[time.Time](ctx, c, `SELECT a.at FROM audit a WHERE a.id > $1 AND a.act <> 'see' AND (
			a.entity IN ('person', 'employment', 'identity_number') AND (a.subject IN `+staff+` OR a.row_id IN `+staff+`)
			OR a.entity = 'unit' AND a.row_id IN (SELECT unit FROM roster_site WHERE import = $3 UNION SELECT workplace FROM employment WHERE employer = $2
				UNION SELECT p.unit FROM unit_period p JOIN roster_site s ON s.unit = p.parent WHERE s.import = $3))
		ORDER BY a.id DESC LIMIT 1`, cmp.Or(a.Last, db.IDAt(a.At)), imp.Employer, imp.ID)
	if len(rows) > 0 {
		at = rows[0]
	}
	return at, err
}

// A Newer is a list that has been carried out and tells of a later day than another.
type Newer struct {
	ID       string
	FileName string // "" for who may not see it
	On       local.Date
}

// NewerLists are those of an employer that tell of a later day than on and have been carried out, the latest first: an older list would take back what they say. If either is
// whole for parts of the tree only, scope, it is told of where they have a workplace in common; sites are those of the older, none if they are not known.
func NewerLists(ctx context.Context, c db.Conn, v access.Viewer, employer string, on local.Date, scope, sites []string) (all []Newer, err error) {
	if employer == "" {
		return nil, nil
	}
	args := []any{employer, on}
	name := `CASE WHEN ` + mine(v, &args) + ` THEN file_name ELSE '' END`
	shares := `1`
	if len(sites) > 0 { // a workplace that the newer one made stands with what it did: before, there was only what it lies in
		shares = `CASE WHEN NOT EXISTS (SELECT 1 FROM roster_site s WHERE s.import = roster_import.id)
			OR EXISTS (SELECT 1 FROM roster_site s WHERE s.import = roster_import.id AND s.unit IN ` + db.In(&args, sites) + `)
			OR EXISTS (SELECT 1 FROM roster_undo u WHERE u.import = roster_import.id AND u.entity = 'unit' AND u.act = 'create' AND u.row_id IN ` + db.In(&args, sites) + `) THEN 1 ELSE 0 END`
	}
	type row struct {
		Newer
		choices string
		shares  int
	}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.ID, &r.FileName, &r.On, &r.choices, &r.shares} },
		`SELECT id, `+name+`, on_date, choices, `+shares+` FROM roster_import WHERE state = 'applied' AND employer = $1 AND on_date > $2 ORDER BY on_date DESC, id DESC`, args...)
	for _, r := range rows {
		var of Choices
		if err := json.Unmarshal([]byte(r.choices), &of); err != nil {
			return nil, err
		}
		if r.shares == 1 || len(scope)+len(of.Units) == 0 {
			all = append(all, r.Newer)
		}
	}
	return all, err
}

// Waiting are the lists that v may see and that wait to be carried out, but were compared before a list was, or was undone, that may have changed
// what they say; the newest first.
func Waiting(ctx context.Context, c db.Conn, v access.Viewer, imp Import) (all []Later, err error) {
	s := Since{ID: imp.ID, State: imp.State}
	switch {
	case imp.State == Applied && imp.AppliedAt != nil:
		s.At = *imp.AppliedAt
	case imp.State == Undone && imp.UndoneAt != nil:
		s.At = *imp.UndoneAt
	default:
		return nil, nil
	}
	args := []any{imp.ID, imp.Employer, imp.EmployerName}
	rows, err := db.All(ctx, c, func(i *Import) []any { return []any{&i.ID, &i.FileName, &i.view, &i.MadeAt} },
		`SELECT id, file_name, view, made_at FROM roster_import WHERE state = 'ready'`+touches(1)+` AND `+mine(v, &args)+` ORDER BY id DESC`, args...)
	for _, i := range rows {
		if err == nil {
			err = json.Unmarshal([]byte(i.view), &i.View)
		}
		if i.compared().before(s) {
			all = append(all, Later{ID: i.ID, FileName: i.FileName})
		}
	}
	return all, err
}
