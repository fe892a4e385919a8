package roster

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
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

// A Why is what keeps someone from being as before an import.
type Why struct {
	Reason string `json:"reason"`
	Import string `json:"import,omitempty"` // of [ByList]: which
}

// Why someone is kept. [WhyWords] is the code of the words.
const (
	ByList  = "list"     // a later list changed them
	ByHand  = "changed"  // someone did
	ByUse   = "used"     // something has come of what was added
	ByTime  = "given"    // time is recorded
	ByOther = "employed" // another employment was added
)

// WhyWords is the code of the words for why someone is kept.
func WhyWords(reason string) string { return "roster.kept-" + reason }

// A Stay is a workplace or an employer that came with an import and is still there once it has been undone, and why: of [ByUse], [ByList], [ByHand], [InUse] and [Waits].
type Stay struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Reason string   `json:"reason"`
	Lists  []string `json:"lists,omitempty"` // of an employer: whose staff they tell of, of [ByUse] and [Waits]
}

// Why a workplace or an employer stays, beside what else keeps someone.
const (
	InUse = "in-use"  // someone is employed there
	Waits = "waiting" // a list of an employer's staff waits to be carried out
)

// StayWords is the code of the words for why a workplace or an employer stays.
func StayWords(reason string) string { return "roster.stays-" + reason }

// Unfinished reports whether undoing has left something that it may be done again for.
func (s Summary) Unfinished() bool { return len(s.Kept)+len(s.Units)+len(s.Employers) > 0 }

// Undo takes back what an import did, except to those who were changed since or of whom something has come: their rows stay as they are, and
// are told in the summary. Once what changed them has been undone itself, it may be done again for them.
func Undo(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, id string, version int, used Used) (Import, error) {
	imp, err := Get(ctx, tx, v, id)
	if err != nil {
		return imp, err
	}
	again := imp.State == Undone && imp.Summary.Unfinished()
	if imp.State != Applied && !again {
		return imp, ErrState
	}
	imp.Version = version
	rows, sealed, err := readUndo(ctx, tx, ring, id)
	if err != nil {
		return imp, err
	}
	if len(rows) == 0 && len(imp.Summary.Applied) > 0 {
		return imp, ErrLong
	}
	if again {
		if rows, sealed, err = left(ctx, tx, rows, sealed, imp.Summary.Kept); err != nil {
			return imp, err
		}
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
	if err := byLists(ctx, tx, imp, kept); err != nil {
		return imp, err
	}
	u := undoing{ctx, tx, ring, imp.ID, rows, sealed, kept, use, nil}
	if err := u.all(); err != nil {
		return imp, err
	}
	if err := u.employer(&imp); err != nil {
		return imp, err
	}
	imp.Summary.Units = u.stay
	imp.Summary.Kept, imp.Summary.Why = slices.Sorted(maps.Keys(kept)), kept
	imp.State, imp.UndoneAt = Undone, &tx.At
	imp.Summary.Undone += len(persons) - len(kept)
	if err := save(ctx, tx, &imp, `, undone_by = $11, undone_at = $12`, tx.By, tx.At); err != nil {
		return imp, err
	}
	return imp, audit.Record(ctx, tx, audit.Event{Act: "undo", Entity: "roster_import", Row: id, Detail: map[string]any{"persons": imp.Summary.Undone, "kept": len(imp.Summary.Kept)}})
}

// left are what there is to undo once more: what concerns those who were kept, and workplaces that are still there.
func left(ctx context.Context, c db.Conn, rows []undoRow, before, kept []string) (rest []undoRow, restBefore []string, err error) {
	var args []any
	there, err := db.Values[string](ctx, c, `SELECT id FROM unit WHERE id IN `+db.In(&args, added(rows).Units), args...)
	stay := make(map[string]bool, len(kept))
	for _, p := range kept {
		stay[p] = true
	}
	for n, r := range rows {
		if r.person != "" && !stay[r.person] || r.entity == "unit" && r.act == "create" && !slices.Contains(there, r.row) {
			continue
		}
		rest, restBefore = append(rest, r), append(restBefore, before[n])
	}
	return rest, restBefore, err
}

// A Later is a list that has been carried out since another, and changed some of the same people.
type Later struct {
	ID, FileName string
	Persons      int
}

// LaterLists are those that v may see, of which an import can be undone in full only after them; the newest first.
func LaterLists(ctx context.Context, c db.Conn, v access.Viewer, imp Import) ([]Later, error) {
	if imp.AppliedAt == nil {
		return nil, nil
	}
	args := []any{imp.ID, *imp.AppliedAt}
	return db.All(ctx, c, func(l *Later) []any { return []any{&l.ID, &l.FileName, &l.Persons} }, `
		SELECT roster_import.id, roster_import.file_name, count(DISTINCT u.person) FROM roster_import JOIN roster_undo u ON u.import = roster_import.id
		WHERE roster_import.state = 'applied' AND (roster_import.applied_at > $2 OR roster_import.applied_at = $2 AND roster_import.id > $1)
			AND u.person IN (SELECT person FROM roster_undo WHERE import = $1 AND person <> '') AND `+mine(v, &args)+`
		GROUP BY roster_import.id, roster_import.file_name, roster_import.applied_at ORDER BY roster_import.applied_at DESC, roster_import.id DESC`, args...)
}

// FileNames are what the files of imports are called, of those that v may see.
func FileNames(ctx context.Context, c db.Conn, v access.Viewer, ids []string) (map[string]string, error) {
	var args []any
	names := map[string]string{}
	type row struct{ id, name string }
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.id, &r.name} },
		`SELECT id, file_name FROM roster_import WHERE id IN `+db.In(&args, ids)+` AND `+mine(v, &args), args...)
	for _, r := range rows {
		names[r.id] = r.name
	}
	return names, err
}

// AnyApplied reports whether one of the imports is carried out, and not undone since.
func AnyApplied(ctx context.Context, c db.Conn, ids []string) (bool, error) {
	if len(ids) == 0 {
		return false, nil
	}
	var args []any
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM roster_import WHERE state = 'applied' AND id IN `+db.In(&args, ids), args...)
	return n > 0, err
}

// byLists finds, for those who were changed, the latest list that did it.
func byLists(ctx context.Context, c db.Conn, imp Import, kept map[string]Why) error {
	var changed []string
	for _, p := range slices.Sorted(maps.Keys(kept)) {
		if reason := kept[p].Reason; reason == ByHand || reason == ByOther {
			changed = append(changed, p)
		}
	}
	if imp.AppliedAt == nil {
		return nil
	}
	type row struct{ person, list string }
	for part := range slices.Chunk(changed, chunk) {
		args := []any{imp.ID, *imp.AppliedAt}
		rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.person, &r.list} }, `
			SELECT u.person, i.id FROM roster_undo u JOIN roster_import i ON i.id = u.import
			WHERE i.state = 'applied' AND (i.applied_at > $2 OR i.applied_at = $2 AND i.id > $1) AND u.person IN `+db.In(&args, part)+` ORDER BY i.applied_at, i.id, u.ord`, args...)
		if err != nil {
			return err
		}
		for _, r := range rows {
			kept[r.person] = Why{ByList, r.list}
		}
	}
	return nil
}

// readUndo reads what an import did, and what was before; if persons are told, of them.
func readUndo(ctx context.Context, c db.Conn, ring *secret.Ring, id string, persons ...string) (rows []undoRow, before []string, err error) {
	args, whose := []any{id}, ""
	if len(persons) > 0 {
		whose = ` AND person IN ` + db.In(&args, persons)
	}
	type row struct {
		undoRow
		sealed string
	}
	all, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.entity, &r.row, &r.person, &r.act, &r.version, &r.sealed}
	}, `SELECT entity, row_id, person, act, version, sealed FROM roster_undo WHERE import = $1`+whose+` ORDER BY ord`, args...)
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
func changedSince(ctx context.Context, c db.Conn, rows []undoRow, persons []string, used map[string]bool) (map[string]Why, error) {
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
	kept := map[string]Why{}
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
		switch {
		case used[r.row]:
			kept[r.person] = Why{Reason: ByUse}
		case !same && kept[r.person].Reason != ByUse:
			kept[r.person] = Why{Reason: ByHand}
		}
		made[r.row] = made[r.row] || r.act == "create"
	}
	// Who came with the import goes only if nothing else has been given them.
	for _, r := range rows {
		if r.entity == "person" && r.act == "create" && slices.ContainsFunc(employments[r.person], func(id string) bool { return !made[id] }) {
			if _, has := kept[r.person]; !has {
				kept[r.person] = Why{Reason: ByOther}
			}
		}
	}
	return kept, nil
}

// givenSince adds to kept those of whose time some would lie outside of what their employment was.
func givenSince(ctx context.Context, c db.Conn, rows []undoRow, before []string, kept map[string]Why) error {
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
			kept[r.person] = Why{Reason: ByTime}
		}
	}
	return err
}

type undoing struct {
	ctx    context.Context
	tx     *db.Tx
	ring   *secret.Ring
	imp    string
	rows   []undoRow
	before []string
	kept   map[string]Why // persons
	used   map[string]bool
	stay   []Stay // workplaces
}

// all undoes what is not kept, the last first.
func (u *undoing) all() error {
	var employments, persons []string
	for n := len(u.rows) - 1; n >= 0; n-- {
		r := u.rows[n]
		if _, keep := u.kept[r.person]; keep {
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
	left, err := workplaces(u.ctx, u.tx, employments)
	if err != nil {
		return err
	}
	if err := people.Remove(u.ctx, u.tx, employments, persons); err != nil {
		return err
	}
	return u.organisation(left)
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
	was.Version = now.Version
	if err := people.RestorePerson(u.ctx, u.tx, u.ring, was); err != nil {
		return err
	}
	return u.again(r, r.version-1, now.Version+1)
}

// again lets the imports before know a row that is now what it was, so that they can be undone too. What lies between their versions stays as it was: so each of them
// is known once those after it have been undone, and none if somebody changed the row in between.
func (u *undoing) again(r undoRow, was, is int) error {
	_, err := u.tx.Exec(u.ctx, `UPDATE roster_undo SET version = version + $1 WHERE entity = $2 AND row_id = $3 AND version <= $4`, is-was, r.entity, r.row, was)
	return err
}

func (u *undoing) employment(r undoRow, text string) error {
	var was wasPost
	if err := json.Unmarshal([]byte(text), &was); err != nil {
		return err
	}
	err := people.PutEmployment(u.ctx, u.tx, people.Employment{ID: r.row, Person: r.person, Workplace: was.Workplace, Title: was.Title, StaffRole: was.StaffRole, Share: was.Share,
		Valid: local.Period{From: was.From, To: was.To}, Version: r.version}, "undo")
	if err != nil {
		return err
	}
	return u.again(r, r.version-1, r.version+1)
}

// employer takes the employer back that came with an import, if nothing else has come of them. The import still tells what they were called.
func (u *undoing) employer(imp *Import) error {
	imp.Summary.Employers = nil
	if !slices.ContainsFunc(u.rows, func(r undoRow) bool { return r.entity == "employer" && r.row == imp.Employer }) {
		return nil
	}
	reason, lists, err := employerStays(u.ctx, u.tx, *imp)
	if err != nil {
		return err
	}
	if reason != "" {
		imp.Summary.Employers = []Stay{{imp.Employer, imp.EmployerName, reason, lists}}
		return nil
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

// employerStays is why the employer of an import stays, and for which lists; "" if nothing has come of them.
func employerStays(ctx context.Context, c db.Conn, imp Import) (reason string, lists []string, err error) {
	reason, err = db.Value[string](ctx, c, `SELECT CASE WHEN EXISTS (SELECT 1 FROM employment WHERE employer = $1) THEN 'in-use'
		WHEN EXISTS (SELECT 1 FROM employer WHERE id = $1 AND version > 1) THEN 'changed' ELSE '' END`, imp.Employer)
	if err != nil || reason != "" {
		return reason, nil, err
	}
	type row struct{ id, state string }
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.id, &r.state} },
		`SELECT id, state FROM roster_import WHERE employer = $1 AND id <> $2 AND state NOT IN ('undone', 'discarded', 'failed') ORDER BY id`, imp.Employer, imp.ID)
	for _, r := range rows {
		lists = append(lists, r.id)
		if reason = cmp.Or(reason, Waits); r.state == Applied {
			reason = ByUse
		}
	}
	return reason, lists, err
}
