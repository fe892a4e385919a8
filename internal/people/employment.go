package people

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

var (
	ErrEmployment = fault.Define(fault.NotFound, "people.employment")
	ErrTitle      = fault.Define(fault.Invalid, "people.title")
	ErrStaffRole  = fault.Define(fault.Invalid, "people.staff-role")
	ErrShare      = fault.Define(fault.Invalid, "people.share")
	ErrWorkplace  = fault.Define(fault.Invalid, "people.workplace")
	ErrWorkday    = fault.Define(fault.Invalid, "people.workplace-day")
	ErrTwice      = fault.Define(fault.Conflict, "people.employed-twice")
	ErrChangeDay  = fault.Define(fault.Invalid, "people.change-day")
	ErrWhy        = fault.Define(fault.Invalid, "people.why")
	ErrEvent      = fault.Define(fault.NotFound, "people.event")  // it is not there, or nothing is sealed in it
	ErrErased     = fault.Define(fault.Conflict, "people.erased") // the key is destroyed
	ErrNoChange   = fault.Define(fault.Invalid, "people.no-change")
)

// FullTime is a share of full time in thousandths.
const FullTime = 1000

// An Employment is one person's work at a workplace for an employer, for as long as title, share and workplace are the same.
type Employment struct {
	ID        string
	Person    string
	Employer  string
	Workplace string
	Title     string // as the employer writes it
	StaffRole string // "" lets the title tell, see [RoleOf]
	Share     int    // thousandths of full time
	Valid     local.Period
	Follows   string // the row that it goes on from
	Version   int
}

const (
	employmentColumns = "id, person, employer, workplace, title, staff_role, share, valid_from, valid_to, follows"
	selectEmployment  = `SELECT e.id, e.person, e.employer, e.workplace, e.title, e.staff_role, e.share, e.valid_from, e.valid_to, e.follows, e.version FROM employment e `
)

func scanEmployment(e *Employment) []any {
	return []any{&e.ID, &e.Person, &e.Employer, &e.Workplace, &e.Title, &e.StaffRole, &e.Share, &e.Valid.From, text(&e.Valid.To), text(&e.Follows), &e.Version}
}

func insertEmployments(ctx context.Context, tx *db.Tx, employments ...Employment) error {
	rows := make([][]any, len(employments))
	for i, e := range employments {
		rows[i] = []any{e.ID, e.Person, e.Employer, e.Workplace, e.Title, e.StaffRole, e.Share, e.Valid.From, db.Null(e.Valid.To), db.Null(e.Follows)}
	}
	return db.Insert(ctx, tx, "employment", employmentColumns, "", rows)
}

func endEmployments(ctx context.Context, tx *db.Tx, ids []string, on local.Date) error {
	if len(ids) == 0 {
		return nil
	}
	args := []any{on}
	_, err := tx.Exec(ctx, `UPDATE employment SET valid_to = $1, version = version + 1 WHERE id IN `+db.In(&args, ids), args...)
	return err
}

// Employ gives a person work at a workplace.
func Employ(ctx context.Context, tx *db.Tx, v access.Viewer, e Employment) (Employment, error) {
	if err := lockPerson(ctx, tx, v, e.Person); err != nil {
		return Employment{}, err
	}
	if err := check(ctx, tx, v, &e); err != nil {
		return Employment{}, err
	}
	e.ID, e.Follows, e.Version = tx.NewID(), "", 1
	if err := insertEmployments(ctx, tx, e); err != nil {
		return Employment{}, err
	}
	return e, audit.Record(ctx, tx, audit.Event{Act: "employ", Entity: "employment", Row: e.ID, Subject: e.Person,
		Detail: map[string]any{"workplace": e.Workplace, "employer": e.Employer, "from": e.Valid.From, "to": e.Valid.To}})
}

// Hire adds a person together with a first employment. It reports everything wrong with both.
func Hire(ctx context.Context, tx *db.Tx, v access.Viewer, p Person, e Employment) (Person, Employment, error) {
	made, err := CreatePerson(ctx, tx, p)
	faults := fault.Of(err)
	if err != nil && faults == nil {
		return p, e, err
	}
	if err != nil { // the employment is only looked at: nobody has it
		if err := check(ctx, tx, v, &e); !faults.Add(err) {
			return p, e, err
		}
		return p, e, faults
	}
	e.Person = made.ID
	e, err = Employ(ctx, tx, v, e)
	return made, e, err
}

// check reports everything wrong with an employment, and locks its workplace, so that it is not closed meanwhile.
func check(ctx context.Context, tx *db.Tx, v access.Viewer, e *Employment) error {
	e.Title = strings.TrimSpace(e.Title)
	if e.StaffRole == "" && e.Title != "" {
		e.StaffRole = RoleOf(e.Title)
	}
	var faults fault.List
	faults.Unless(e.Title != "", ErrTitle.At("title"))
	faults.Unless(short(e.Title, maxTitle), ErrLong.At("title", maxTitle))
	faults.Unless(numberless(e.Title, tx.At), ErrIdentityIn.At("title"))
	faults.Unless(e.Title == "" || slices.Contains(StaffRoles, e.StaffRole), ErrStaffRole.At("staff_role"))
	faults.Unless(1 <= e.Share && e.Share <= FullTime, ErrShare.At("share"))
	period := e.Valid.Check("from", "to")
	faults = append(faults, period...)
	employer, err := db.Value[int](ctx, tx, `SELECT count(*) FROM employer WHERE id = $1`, e.Employer)
	if err != nil {
		return err
	}
	faults.Unless(employer == 1, ErrEmployer.At("employer"))
	if scope := v.Staff(access.EditPeople); e.Workplace == "" || !scope.All && !slices.Contains(scope.Ever, e.Workplace) {
		faults = append(faults, ErrWorkplace.At("workplace"))
		return faults.Err()
	}
	if err := db.Lock(ctx, tx, "unit", e.Workplace); err != nil {
		if !faults.Add(found(err, ErrWorkplace.At("workplace"))) {
			return err
		}
		return faults.Err()
	}
	history, err := History(ctx, tx, e.Workplace)
	if err != nil {
		return err
	}
	faults.Unless(history[0].Kind == Workplace, ErrWorkplace.At("workplace"))
	if period == nil && history[0].Kind == Workplace {
		last := history[len(history)-1]
		faults.Unless(lasts(history, e.Valid), ErrWorkday.At("from", history[0].Valid.From, last.Valid.To))
		twice, err := db.Value[int](ctx, tx, `SELECT count(*) FROM employment
			WHERE person = $1 AND employer = $2 AND workplace = $3 AND id <> $4
				AND (valid_to IS NULL OR valid_to > $5) AND ($6 = '' OR valid_from < $6) AND title = $7 AND share = $8`,
			e.Person, e.Employer, e.Workplace, e.ID, e.Valid.From, string(e.Valid.To), e.Title, e.Share)
		if err != nil {
			return err
		}
		faults.Unless(twice == 0, ErrTwice.At("workplace"))
	}
	return faults.Err()
}

// lockPerson keeps others from a person whom v may edit.
func lockPerson(ctx context.Context, tx *db.Tx, v access.Viewer, person string) error {
	if err := mayEdit(ctx, tx, v, person); err != nil {
		return err
	}
	return found(db.Lock(ctx, tx, "person", person), ErrPerson)
}

// A Change is what an employment becomes.
type Change struct {
	Workplace string
	Title     string
	StaffRole string // "" lets the title tell
	Share     int
}

// ChangeEmployment lets an employment go on in another form from a day: the row ends and a new one
// follows it. That day comes after the row's first; a mere typing mistake is for [CorrectEmployment]. Time that is recorded
// for later days goes along to the new row.
func ChangeEmployment(ctx context.Context, tx *db.Tx, v access.Viewer, id string, version int, from local.Date, to Change) (Employment, error) {
	was, err := lockEmployment(ctx, tx, v, id, version)
	if err != nil {
		return Employment{}, err
	}
	if !from.Valid() {
		return Employment{}, fault.List{local.ErrDate.At("from")}
	}
	if from <= was.Valid.From || was.Valid.To != "" && was.Valid.To <= from {
		return Employment{}, fault.List{ErrChangeDay.At("from", was.Valid.From)}
	}
	now := was
	now.Workplace, now.Title, now.StaffRole, now.Share = to.Workplace, to.Title, to.StaffRole, to.Share
	now.Valid.From = from
	if err := check(ctx, tx, v, &now); err != nil { // without regard to the row itself, which ends that day
		return Employment{}, err
	}
	changed := slices.DeleteFunc(differs(was, now), func(field string) bool { return field == "from" })
	if len(changed) == 0 {
		return Employment{}, fault.List{ErrNoChange}
	}
	now.ID, now.Follows, now.Version = tx.NewID(), was.ID, 1
	if err := endEmployments(ctx, tx, []string{was.ID}, from); err != nil {
		return Employment{}, err
	}
	if err := insertEmployments(ctx, tx, now); err != nil {
		return Employment{}, err
	}
	moved, err := moveGiven(ctx, tx, []string{was.ID}, now.Workplace)
	if err != nil {
		return Employment{}, err
	}
	return now, audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "employment", Row: now.ID, Subject: was.Person,
		Detail: map[string]any{"follows": was.ID, "from": from, "fields": changed, "attendance": moved}})
}

// lockEmployment returns an employment that v may edit, with its person locked.
func lockEmployment(ctx context.Context, tx *db.Tx, v access.Viewer, id string, version int) (Employment, error) {
	person, err := db.Value[string](ctx, tx, `SELECT person FROM employment WHERE id = $1`, id)
	if err != nil {
		return Employment{}, found(err, ErrEmployment)
	}
	if err := lockPerson(ctx, tx, v, person); err != nil {
		return Employment{}, err
	}
	e, err := db.One(ctx, tx, scanEmployment, selectEmployment+`WHERE e.id = $1`, id)
	if err != nil {
		return Employment{}, err
	}
	if scope := v.Staff(access.EditPeople); !scope.All && !slices.Contains(scope.Ever, e.Workplace) {
		return Employment{}, ErrEmployment
	}
	if e.Version != version {
		return Employment{}, fault.Stale
	}
	return e, nil
}

// differs returns the names of the fields in which two employments differ.
func differs(a, b Employment) (fields []string) {
	add := func(differ bool, name string) {
		if differ {
			fields = append(fields, name)
		}
	}
	add(a.Employer != b.Employer, "employer")
	add(a.Workplace != b.Workplace, "workplace")
	add(a.Title != b.Title, "title")
	add(a.StaffRole != b.StaffRole, "staff_role")
	add(a.Share != b.Share, "share")
	add(a.Valid.From != b.Valid.From, "from")
	add(a.Valid.To != b.Valid.To, "to")
	return fields
}

// EndEmployment ends an employment: on is the first day on which it no longer holds, "" for no end after all.
func EndEmployment(ctx context.Context, tx *db.Tx, v access.Viewer, id string, version int, on local.Date) error {
	e, err := lockEmployment(ctx, tx, v, id, version)
	if err != nil {
		return err
	}
	was := e.Valid.To
	e.Valid.To = on
	if faults := e.Valid.Check("from", "on"); faults != nil {
		return faults
	}
	if on == "" || was != "" && was < on { // longer than before: something else may stand in the way
		if err := check(ctx, tx, v, &e); err != nil {
			return err
		}
	}
	if err := keepsGiven(ctx, tx, "on", e); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE employment SET valid_to = $1, version = version + 1 WHERE id = $2`, db.Null(on), id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "end", Entity: "employment", Row: id, Subject: e.Person,
		Detail: map[string]any{"was": was, "is": on}})
}

// CorrectEmployment puts right what was typed wrongly: it was never so, and no new row follows. What stood there is
// kept sealed in the audit.
func CorrectEmployment(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, e Employment, why string) error {
	was, err := lockEmployment(ctx, tx, v, e.ID, e.Version)
	if err != nil {
		return err
	}
	e.Person, e.Follows = was.Person, was.Follows
	var faults fault.List
	faults.Unless(strings.TrimSpace(why) != "", ErrWhy.At("why"))
	if err := check(ctx, tx, v, &e); !faults.Add(err) {
		return err
	}
	if faults != nil {
		return faults
	}
	fields := differs(was, e)
	if fields == nil {
		return fault.List{ErrNoChange}
	}
	if err := keepsGiven(ctx, tx, "from", e); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE employment SET employer = $1, workplace = $2, title = $3, staff_role = $4, share = $5, valid_from = $6, valid_to = $7,
		version = version + 1 WHERE id = $8`, e.Employer, e.Workplace, e.Title, e.StaffRole, e.Share, e.Valid.From, db.Null(e.Valid.To), e.ID)
	if err != nil {
		return err
	}
	return recordWas(ctx, tx, ring, audit.Event{Act: "correct", Entity: "employment", Row: e.ID, Why: strings.TrimSpace(why), Subject: e.Person,
		Detail: map[string]any{"fields": fields}}, []string{
		"employer: " + was.Employer, "workplace: " + was.Workplace, "title: " + was.Title, "staff_role: " + was.StaffRole,
		"share: " + strconv.Itoa(was.Share), "from: " + string(was.Valid.From), "to: " + string(was.Valid.To),
	})
}

// GetEmployment returns an employment that v may see.
func GetEmployment(ctx context.Context, c db.Conn, v access.Viewer, id string) (Employment, error) {
	e, err := db.One(ctx, c, scanEmployment, selectEmployment+`WHERE e.id = $1`, id)
	if err != nil {
		return Employment{}, found(err, ErrEmployment)
	}
	all, err := Employments(ctx, c, v, e.Person)
	if i := slices.IndexFunc(all, func(o Employment) bool { return o.ID == id }); err == nil && i < 0 {
		err = ErrEmployment
	}
	if errors.Is(err, ErrPerson) {
		err = ErrEmployment
	}
	if err != nil {
		return Employment{}, err
	}
	return e, nil
}

// Employments returns a person's employments that v may see, the latest first.
func Employments(ctx context.Context, c db.Conn, v access.Viewer, person string) ([]Employment, error) {
	if _, err := GetPerson(ctx, c, v, person); err != nil {
		return nil, err
	}
	args := []any{person}
	return db.All(ctx, c, scanEmployment, selectEmployment+`WHERE e.person = $1 AND `+employmentSeen(v, person == v.Person, &args)+
		` ORDER BY CASE WHEN e.valid_to IS NULL THEN 0 ELSE 1 END, e.valid_from DESC, e.share DESC, e.id`, args...)
}

func employmentSeen(v access.Viewer, self bool, args *[]any) string {
	scope := v.Staff(seeing...)
	if scope.All || self {
		return "1 = 1"
	}
	return "e.workplace IN " + db.In(args, scope.Workplaces())
}

// EmploymentOn returns a person's main employment on a day: the one with the largest share, of equal ones the
// earliest. It decides workplace, employer and municipality of time given that day.
func EmploymentOn(ctx context.Context, c db.Conn, person string, on local.Date) (Employment, error) {
	all, err := EmploymentsOn(ctx, c, []string{person}, on)
	if err != nil {
		return Employment{}, err
	}
	e, ok := all[person]
	if !ok {
		return Employment{}, ErrEmployment
	}
	return e, nil
}

// EmploymentsOn is [EmploymentOn] for many persons; who is not employed that day is not in it.
func EmploymentsOn(ctx context.Context, c db.Conn, persons []string, on local.Date) (map[string]Employment, error) {
	args := []any{on}
	rows, err := db.All(ctx, c, scanEmployment, selectEmployment+`WHERE e.valid_from <= $1 AND (e.valid_to IS NULL OR e.valid_to > $1)
		AND e.person IN `+db.In(&args, persons)+` ORDER BY e.share DESC, e.valid_from, e.id`, args...)
	if err != nil {
		return nil, err
	}
	all := make(map[string]Employment, len(persons))
	for _, e := range rows {
		if _, has := all[e.Person]; !has {
			all[e.Person] = e
		}
	}
	return all, nil
}
