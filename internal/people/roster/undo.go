package roster

import (
	"context"
	"encoding/json"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/secret"
)

// Refs are rows that were added.
type Refs struct{ Persons, Employments, Units []string }

// Used tells, of added rows, which something refers to in rooms that this one does not know: someone has signed up,
// attended, got an account. What came of them cannot be taken back.
type Used func(ctx context.Context, c db.Conn, added Refs) (map[string]bool, error)

// Undo takes back what an import did, except to those who were changed since or of whom something has come: their rows stay as they are, and
// are told in the summary.
func Undo(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, id string, version int, used Used) (Import, error) {
	imp, err := Get(ctx, tx, v, id)
	if err != nil {
		return imp, err
	}
	if imp.State != Applied {
		return imp, ErrState
	}
	imp.Version = version
	rows, sealed, err := readUndo(ctx, tx, ring, id)
	if err != nil {
		return imp, err
	}
	if len(rows) == 0 && len(imp.Summary.Applied) > 0 {
		return imp, ErrGone
	}
	var persons []string
	for _, r := range rows {
		if r.person != "" {
			persons = append(persons, r.person)
		}
	}
	slices.Sort(persons)
	persons = slices.Compact(persons)
	if err := people.LockPersons(ctx, tx, persons); err != nil {
		return imp, err
	}
	use, err := used(ctx, tx, added(rows))
	if err != nil {
		return imp, err
	}
	kept, err := changedSince(ctx, tx, rows, persons, use)
	if err != nil {
		return imp, err
	}
	if err := givenSince(ctx, tx, rows, sealed, kept); err != nil {
		return imp, err
	}
	u := undoing{ctx, tx, ring, rows, sealed, kept, use}
	if err := u.all(); err != nil {
		return imp, err
	}
	if err := u.employer(&imp); err != nil {
		return imp, err
	}
	for _, p := range persons {
		if kept[p] {
			imp.Summary.Kept = append(imp.Summary.Kept, p)
		}
	}
	imp.State, imp.Summary.Undone = Undone, len(persons)-len(imp.Summary.Kept)
	if err := save(ctx, tx, &imp, `, undone_by = $11, undone_at = $12`, tx.By, tx.At); err != nil {
		return imp, err
	}
	return imp, audit.Record(ctx, tx, audit.Event{Act: "undo", Entity: "roster_import", Row: id, Detail: map[string]any{"persons": imp.Summary.Undone, "kept": len(imp.Summary.Kept)}})
}

func readUndo(ctx context.Context, c db.Conn, ring *secret.Ring, id string) (rows []undoRow, before []string, err error) {
	type row struct {
		undoRow
		sealed string
	}
	all, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.entity, &r.row, &r.person, &r.act, &r.version, &r.sealed}
	}, `SELECT entity, row_id, person, act, version, sealed FROM roster_undo WHERE import = $1 ORDER BY ord`, id)
	if err != nil {
		return nil, nil, err
	}
	var items []secret.Item
	var at []int
	before = make([]string, len(all))
	for n, r := range all {
		rows = append(rows, r.undoRow)
		if r.sealed != "" {
			items, at = append(items, secret.Item{Owner: owner(id), Text: r.sealed}), append(at, n)
		}
	}
	opened, err := secret.OpenAll(ctx, c, ring, items)
	for n, text := range opened {
		before[at[n]] = text
	}
	return rows, before, err
}

func added(rows []undoRow) (all Refs) {
	for _, r := range rows {
		if r.act != "create" {
			continue
		}
		switch r.entity {
		case "person":
			all.Persons = append(all.Persons, r.row)
		case "employment":
			all.Employments = append(all.Employments, r.row)
		case "unit":
			all.Units = append(all.Units, r.row)
		}
	}
	return all
}

// changedSince are the persons who are not as the import left them, or of whom something has come.
func changedSince(ctx context.Context, c db.Conn, rows []undoRow, persons []string, used map[string]bool) (map[string]bool, error) {
	type row struct {
		id      string
		version int
	}
	version := map[string]int{}
	employments := map[string][]string{} // of each person, now
	for part := range slices.Chunk(persons, chunk) {
		var args []any
		in := db.In(&args, part)
		now, err := db.All(ctx, c, func(r *row) []any { return []any{&r.id, &r.version} }, `SELECT id, version FROM person WHERE id IN `+in+` ORDER BY id`, args...)
		if err != nil {
			return nil, err
		}
		for _, r := range now {
			version["person/"+r.id] = r.version
		}
		type post struct {
			row
			person string
		}
		posts, err := db.All(ctx, c, func(p *post) []any { return []any{&p.id, &p.version, &p.person} }, `SELECT id, version, person FROM employment WHERE person IN `+in+` ORDER BY id`, args...)
		if err != nil {
			return nil, err
		}
		for _, p := range posts {
			version["employment/"+p.id] = p.version
			employments[p.person] = append(employments[p.person], p.id)
		}
	}
	kept := map[string]bool{}
	made := map[string]bool{}
	numbered := map[string]bool{} // whose number was set too, which may have raised the version once more
	for _, r := range rows {
		if r.entity == "identity_number" {
			numbered[r.row] = true
		}
	}
	for _, r := range rows {
		if r.person == "" || r.entity == "identity_number" {
			continue
		}
		now := version[r.entity+"/"+r.row]
		same := now == r.version || r.entity == "person" && numbered[r.row] && now == r.version+1
		if !same || used[r.row] {
			kept[r.person] = true
		}
		made[r.row] = made[r.row] || r.act == "create"
	}
	// Who came with the import goes only if nothing else has been given them.
	for _, r := range rows {
		if r.entity == "person" && r.act == "create" && slices.ContainsFunc(employments[r.person], func(id string) bool { return !made[id] }) {
			kept[r.person] = true
		}
	}
	return kept, nil
}

// givenSince adds to kept those of whose time some would lie outside of what their employment was.
func givenSince(ctx context.Context, c db.Conn, rows []undoRow, before []string, kept map[string]bool) error {
	was := map[string]wasPost{}
	var ids []string
	for n, r := range rows {
		if r.entity == "employment" && r.act == "change" {
			var p wasPost
			if err := json.Unmarshal([]byte(before[n]), &p); err != nil {
				return err
			}
			was[r.row] = p
			ids = append(ids, r.row)
		}
	}
	given, err := people.GivenUnder(ctx, c, ids)
	for _, r := range rows {
		if g, has := given[r.row]; has && g.Outside(local.Period{From: was[r.row].From, To: was[r.row].To}) {
			kept[r.person] = true
		}
	}
	return err
}

type undoing struct {
	ctx    context.Context
	tx     *db.Tx
	ring   *secret.Ring
	rows   []undoRow
	before []string
	kept   map[string]bool // persons
	used   map[string]bool
}

// all undoes what is not kept, the last first.
func (u *undoing) all() error {
	var employments, persons []string
	for n := len(u.rows) - 1; n >= 0; n-- {
		r := u.rows[n]
		if u.kept[r.person] && r.person != "" {
			continue
		}
		switch r.entity + " " + r.act {
		case "employment create":
			employments = append(employments, r.row)
		case "person create":
			persons = append(persons, r.row)
		case "identity_number set":
			if _, err := u.tx.Exec(u.ctx, `DELETE FROM identity_number WHERE person = $1`, r.row); err != nil {
				return err
			}
			if err := audit.Record(u.ctx, u.tx, audit.Event{Act: "remove", Entity: "identity_number", Row: r.row, Subject: r.row}); err != nil {
				return err
			}
		case "person change":
			if err := u.person(r, u.before[n]); err != nil {
				return err
			}
		case "employment change":
			if err := u.employment(r, u.before[n]); err != nil {
				return err
			}
		}
	}
	if err := people.Remove(u.ctx, u.tx, employments, persons); err != nil {
		return err
	}
	for n := len(u.rows) - 1; n >= 0; n-- {
		if r := u.rows[n]; r.person == "" {
			if err := u.organisation(r, u.before[n]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (u *undoing) person(r undoRow, text string) error {
	var was people.Person
	if err := json.Unmarshal([]byte(text), &was); err != nil {
		return err
	}
	now, err := people.GetPerson(u.ctx, u.tx, access.System, r.row)
	if err != nil {
		return err
	}
	version := was.Version
	was.Version = now.Version
	if err := people.RestorePerson(u.ctx, u.tx, u.ring, was); err != nil {
		return err
	}
	return u.again(r, version, now.Version+1)
}

// again lets the imports before know a row that is now what it was, so that they can be undone too.
func (u *undoing) again(r undoRow, was, is int) error {
	_, err := u.tx.Exec(u.ctx, `UPDATE roster_undo SET version = $1 WHERE entity = $2 AND row_id = $3 AND version = $4`, is, r.entity, r.row, was)
	return err
}

func (u *undoing) employment(r undoRow, text string) error {
	var was wasPost
	if err := json.Unmarshal([]byte(text), &was); err != nil {
		return err
	}
	err := people.PutEmployment(u.ctx, u.tx, people.Employment{ID: r.row, Person: r.person, Workplace: was.Workplace, Title: was.Title, Share: was.Share,
		Valid: local.Period{From: was.From, To: was.To}, Version: r.version}, "undo")
	if err != nil {
		return err
	}
	return u.again(r, r.version-1, r.version+1)
}

// employer takes the employer back that came with an import, if nothing else has come of them. The import still tells what they were called.
func (u *undoing) employer(imp *Import) error {
	if !slices.ContainsFunc(u.rows, func(r undoRow) bool { return r.entity == "employer" && r.row == imp.Employer }) {
		return nil
	}
	others, err := db.Value[int](u.ctx, u.tx, `SELECT (SELECT count(*) FROM employment WHERE employer = $1) + (SELECT count(*) FROM employer WHERE id = $1 AND version > 1)
		+ (SELECT count(*) FROM roster_import WHERE employer = $1 AND id <> $2)`, imp.Employer, imp.ID)
	if err != nil || others > 0 {
		return err
	}
	for _, statement := range []string{`UPDATE roster_import SET employer = NULL WHERE employer = $1`, `DELETE FROM roster_memory WHERE employer = $1`, `DELETE FROM employer WHERE id = $1`} {
		if _, err := u.tx.Exec(u.ctx, statement, imp.Employer); err != nil {
			return err
		}
	}
	err = audit.Record(u.ctx, u.tx, audit.Event{Act: "remove", Entity: "employer", Row: imp.Employer})
	imp.Employer = ""
	return err
}

// organisation takes back workplaces. One where someone is, or that others refer to, stays: empty, it does no harm.
func (u *undoing) organisation(r undoRow, text string) error {
	switch r.entity + " " + r.act {
	case "unit rename":
		var name string
		if err := json.Unmarshal([]byte(text), &name); err != nil {
			return err
		}
		return people.UndoRename(u.ctx, u.tx, r.row, r.version, name)
	case "unit create":
		if !u.used[r.row] {
			return people.RemoveUnit(u.ctx, u.tx, r.row)
		}
	}
	return nil
}
