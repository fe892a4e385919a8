package people

import (
	"context"
	"slices"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

// What follows writes many rows in few statements, for lists of staff. Whoever calls it has seen to the rights and to what
// [check] asks of each row, and holds the locks.

// chunk is how many ids stand in one statement, and of how many rows all that goes with them is held at once.
const chunk = 8192

// An Arrival is a person to be added, with the number if it is known.
type Arrival struct {
	Person
	Identity Identity // zero if it is not known
}

// AddPersons adds persons, and returns them with their ids in the same order.
func AddPersons(ctx context.Context, tx *db.Tx, ring *secret.Ring, arrivals []Arrival) ([]Arrival, error) {
	all := slices.Clone(arrivals)
	for part := range slices.Chunk(all, chunk) {
		if err := addPersons(ctx, tx, ring, part); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// addPersons adds persons, and fills in their ids.
func addPersons(ctx context.Context, tx *db.Tx, ring *secret.Ring, all []Arrival) error {
	var rows, numbers [][]any
	var events []audit.Event
	var items []secret.Item
	for i := range all {
		a := &all[i]
		if a.Identity != (Identity{}) {
			a.BirthYear = a.Identity.Born.Time().Year()
		}
		if err := a.Person.check(tx.At); err != nil {
			return err
		}
		a.ID, a.Version = tx.NewID(), 1
		rows = append(rows, []any{a.ID, a.Given, a.Family, PersonKey(a.Family, a.Given), Searchable(a.Name()), a.Gender, null(a.BirthYear), a.ISCED, a.Email, a.Phone, db.Int(a.Protected), a.Language})
		events = append(events, audit.Event{Act: "create", Entity: "person", Row: a.ID, Detail: map[string]any{"protected": a.Protected}})
		if a.Identity != (Identity{}) {
			items = append(items, secret.Item{Owner: a.ID, Text: a.Identity.Text()})
			events = append(events, audit.Event{Act: "set", Entity: "identity_number", Row: a.ID, Subject: a.ID})
		}
	}
	sealed, err := secret.SealAll(ctx, tx, ring, items)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Identity != (Identity{}) {
			numbers = append(numbers, []any{a.ID, sealed[len(numbers)], IdentityHash(ring, a.Identity), a.Identity.Masked()})
		}
	}
	if err := db.Insert(ctx, tx, "person", "id, given, family, sort_key, folded, gender, birth_year, isced, email, phone, protected, language", "", rows); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "identity_number", "person, sealed, hash, masked", "", numbers); err != nil {
		return err
	}
	return audit.Record(ctx, tx, events...)
}

// AddEmployments adds employments, and returns them with their ids in the same order. One that follows another has the act change.
func AddEmployments(ctx context.Context, tx *db.Tx, employments []Employment) ([]Employment, error) {
	all := slices.Clone(employments)
	for part := range slices.Chunk(all, chunk) {
		if err := addEmployments(ctx, tx, part); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// addEmployments adds employments, and fills in their ids.
func addEmployments(ctx context.Context, tx *db.Tx, all []Employment) error {
	events := make([]audit.Event, len(all))
	for i := range all {
		e := &all[i]
		if e.StaffRole == "" {
			e.StaffRole = RoleOf(e.Title)
		}
		e.ID, e.Version = tx.NewID(), 1
		events[i] = audit.Event{Act: "employ", Entity: "employment", Row: e.ID, Subject: e.Person,
			Detail: map[string]any{"workplace": e.Workplace, "employer": e.Employer, "from": e.Valid.From, "to": e.Valid.To}}
		if e.Follows != "" {
			events[i].Act, events[i].Detail = "change", map[string]any{"follows": e.Follows, "from": e.Valid.From, "workplace": e.Workplace}
		}
	}
	if err := insertEmployments(ctx, tx, all...); err != nil {
		return err
	}
	return audit.Record(ctx, tx, events...)
}

// EndEmployments ends employments on a day, by their ids and whose they are.
func EndEmployments(ctx context.Context, tx *db.Tx, persons map[string]string, on local.Date) error {
	var ids []string
	var events []audit.Event
	for id := range persons {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		events = append(events, audit.Event{Act: "end", Entity: "employment", Row: id, Subject: persons[id], Detail: map[string]any{"is": on}})
	}
	for part := range slices.Chunk(ids, chunk) {
		if err := endEmployments(ctx, tx, part, on); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, events...)
}

// PutEmployment makes an employment what is given, if it still has the version before; else it is stale. One without a staff role keeps the one that it has with
// the same title: somebody may have chosen it.
func PutEmployment(ctx context.Context, tx *db.Tx, e Employment, act string) error {
	role := `$3`
	if e.StaffRole == "" {
		e.StaffRole, role = RoleOf(e.Title), `CASE WHEN title = $2 THEN staff_role ELSE $3 END`
	}
	if err := current(tx.Exec(ctx, `UPDATE employment SET workplace = $1, title = $2, staff_role = `+role+`, share = $4, valid_from = $5, valid_to = $6,
		version = version + 1 WHERE id = $7 AND version = $8`, e.Workplace, e.Title, e.StaffRole, e.Share, e.Valid.From, db.Null(e.Valid.To), e.ID, e.Version)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "employment", Row: e.ID, Subject: e.Person,
		Detail: map[string]any{"workplace": e.Workplace, "from": e.Valid.From, "to": e.Valid.To}})
}

// Remove takes away employments and persons that were added by mistake and that nothing has come of since. It says why in the
// event of whoever calls it.
func Remove(ctx context.Context, tx *db.Tx, employments, persons []string) error {
	var events []audit.Event
	for _, id := range employments {
		events = append(events, audit.Event{Act: "remove", Entity: "employment", Row: id})
	}
	for _, id := range persons {
		events = append(events, audit.Event{Act: "remove", Entity: "person", Row: id})
	}
	for _, of := range []struct {
		table, column string
		ids           []string
	}{{"employment", "id", employments}, {"identity_number", "person", persons}, {"person", "id", persons}, {"owner_key", "owner", persons}} {
		for part := range slices.Chunk(of.ids, chunk) {
			var args []any
			if _, err := tx.Exec(ctx, `DELETE FROM `+of.table+` WHERE `+of.column+` IN `+db.In(&args, part), args...); err != nil {
				return err
			}
		}
	}
	return audit.Record(ctx, tx, events...)
}

// LockPersons keeps others from persons, however many.
func LockPersons(ctx context.Context, tx *db.Tx, ids []string) error {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	for part := range slices.Chunk(ids, chunk) {
		if err := db.Lock(ctx, tx, "person", part...); err != nil {
			return found(err, fault.Stale)
		}
	}
	return nil
}

// RestorePerson gives a person the facts back that they had, whatever they are now. It is for undoing.
func RestorePerson(ctx context.Context, tx *db.Tx, ring *secret.Ring, p Person) error {
	return update(ctx, tx, ring, p, func(Person) Person { return p })
}

// UndoRename gives a unit the name back that it had before it was renamed, if nothing has been done to it since; else it
// keeps the new one. It reports whether it did.
func UndoRename(ctx context.Context, tx *db.Tx, id string, version int, name string) (bool, error) {
	history, err := History(ctx, tx, id)
	if err != nil || history[0].Version != version || len(history) < 2 {
		return false, err
	}
	now, before := history[len(history)-1], history[len(history)-2]
	if before.Name != name || before.Valid.To != now.Valid.From {
		return false, nil
	}
	if err := raise(ctx, tx, id, version); err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM unit_period WHERE unit = $1 AND valid_from = $2`, id, now.Valid.From); err != nil {
		return false, err
	}
	if err := endPeriod(ctx, tx, before, now.Valid.To); err != nil {
		return false, err
	}
	return true, audit.Record(ctx, tx, audit.Event{Act: "rename", Entity: "unit", Row: id, Detail: map[string]any{"was": now.Name, "is": name}})
}

// UndoBeginEarlier gives a unit the first day back that it had, if nothing has been done to it since and nobody was there before that day. It reports
// whether it did.
func UndoBeginEarlier(ctx context.Context, tx *db.Tx, id string, version int, day local.Date) (bool, error) {
	history, err := History(ctx, tx, id)
	if err != nil || history[0].Version != version || day <= history[0].Valid.From || !history[0].Valid.Has(day) {
		return false, err
	}
	if err := lockUnits(ctx, tx, id); err != nil {
		return false, err
	}
	earlier, err := db.Value[int](ctx, tx, `SELECT count(*) FROM employment WHERE workplace = $1 AND valid_from < $2`, id, day)
	if err != nil || earlier > 0 {
		return false, err
	}
	if err := raise(ctx, tx, id, version); err != nil {
		return false, err
	}
	return true, beginOn(ctx, tx, history[0], day)
}

// RemoveUnit takes away a workplace that was added by mistake, if nobody has been employed there and nothing has been done to it since it had
// the given version. If not, it stays, and employed tells whether that is for those who are there.
func RemoveUnit(ctx context.Context, tx *db.Tx, id string, version int) (removed, employed bool, err error) {
	if err := lockUnits(ctx, tx, id); err != nil {
		return false, false, err
	}
	n, err := db.Value[int](ctx, tx, `SELECT count(*) FROM employment WHERE workplace = $1`, id)
	if err != nil || n > 0 {
		return false, n > 0, err
	}
	n, err = db.Value[int](ctx, tx, `SELECT (SELECT count(*) FROM unit_period WHERE parent = $1)
		+ (SELECT count(*) FROM unit_merge WHERE unit = $1 OR into_unit = $1) + (SELECT count(*) FROM unit WHERE id = $1 AND version <> $2)`, id, version)
	if err != nil || n > 0 {
		return false, false, err
	}
	for _, statement := range []string{`DELETE FROM unit_period WHERE unit = $1`, `DELETE FROM unit WHERE id = $1`} {
		if _, err := tx.Exec(ctx, statement, id); err != nil {
			return false, false, err
		}
	}
	return true, false, audit.Record(ctx, tx, audit.Event{Act: "remove", Entity: "unit", Row: id})
}
