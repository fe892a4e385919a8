package activity

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

// MaxCapacity is more than any room holds.
const MaxCapacity = 10_000

var (
	ErrCapacity  = fault.Define(fault.Invalid, "activity.capacity")
	ErrTaken     = fault.Define(fault.Conflict, "activity.taken")
	ErrCloses    = fault.Define(fault.Invalid, "activity.closes")
	ErrOpens     = fault.Define(fault.Invalid, "activity.opens")
	ErrLate      = fault.Define(fault.Invalid, "activity.late")
	ErrCancelled = fault.Define(fault.Conflict, "activity.cancelled")
	ErrHeld      = fault.Define(fault.Conflict, "activity.held")
)

// An Occasion is what a person signs up to. Who has a seat has one at all its meetings.
type Occasion struct {
	ID, Activity  string
	Name          string // beside the activity's title: "Eskilstuna, autumn"
	Leader        string // who holds it, where that is not the activity's organiser; "" for nobody else
	Capacity      int
	Opens, Closes time.Time  // sign-up, UTC
	Starts, Ends  *time.Time // of the first and the last meeting, UTC; nil while there is none
	Cancelled     *time.Time
	Version       int
	Local         bool // workplaces hold it themselves, for their own staff

	// Kept with the rows, under the occasion's lock.
	Seated, Waiting int
	seq             int64
	led             string // who read it, if they lead it that day

	// Of its activity and programme.
	Programme, Kind, Title, Organiser, Zone string
	Published                               bool // the activity and the programme both are
	ActivityVersion                         int
}

// Full reports whether who comes now has to wait: also when a seat is free that someone waits for.
func (o Occasion) Full() bool { return o.Seated >= o.Capacity || o.Waiting > 0 }

// Free is how many seats who comes now may choose from.
func (o Occasion) Free() int {
	if o.Full() {
		return 0
	}
	return o.Capacity - o.Seated
}

// Tells reports whether v may know how many have a seat at o or wait for one. At what is held for the staff of one workplace these are the few who work there,
// so only who sees them by name does; others see whether it is full.
func (o Occasion) Tells(v access.Viewer) bool { return !o.Local || o.Holds(v, access.SeeSignups) }

// FullTitle is the title of its activity, with its own name behind if it has one.
func (o Occasion) FullTitle() string {
	if o.Name == "" {
		return o.Title
	}
	return o.Title + " – " + o.Name
}

// May reports whether v may change o.
func (o Occasion) May(v access.Viewer) bool { return MayManage(v, o.Programme, o.Organiser) }

// An Openness says what who comes now is met by.
type Openness string

const (
	NotYetOpen  Openness = "not-yet" // sign-up opens later
	Open        Openness = "open"    // there is a seat
	OpenToQueue Openness = "queue"   // there is none, but a waiting list
	ClosedNow   Openness = "closed"  // sign-up has closed
	Started     Openness = "started" // the first meeting has begun
	CancelledAt Openness = "cancelled"
)

// Openness is what who comes at now is met by.
func (o Occasion) Openness(now time.Time) Openness {
	switch {
	case o.Cancelled != nil:
		return CancelledAt
	case o.Starts != nil && !now.Before(*o.Starts):
		return Started
	case now.Before(o.Opens):
		return NotYetOpen
	case !now.Before(o.Closes):
		return ClosedNow
	case o.Full():
		return OpenToQueue
	}
	return Open
}

const occasionColumns = `o.id, o.activity, o.name, COALESCE(o.leader, ''), o.capacity, o.opens, o.closes, o.starts, o.ends, o.cancelled, o.version,
	CASE WHEN EXISTS (SELECT 1 FROM occasion_place x WHERE x.occasion = o.id) THEN 1 ELSE 0 END, o.seated, o.waiting, o.seq, a.programme, a.kind, a.title, COALESCE(a.organiser, ''), p.zone, a.published * p.published, a.version`

const fromOccasion = ` FROM occasion o JOIN activity a ON a.id = o.activity JOIN programme p ON p.id = a.programme `

func scanOccasion(o *Occasion) []any {
	return []any{&o.ID, &o.Activity, &o.Name, &o.Leader, &o.Capacity, &o.Opens, &o.Closes, &o.Starts, &o.Ends, &o.Cancelled, &o.Version,
		db.Truth(&o.Local), &o.Seated, &o.Waiting, &o.seq, &o.Programme, &o.Kind, &o.Title, &o.Organiser, &o.Zone, db.Truth(&o.Published), &o.ActivityVersion}
}

// visibleOccasion is [visible] for occasion o, and it is visible to whoever ever signed up to it.
func visibleOccasion(args *[]any, v access.Viewer) string {
	where := visible(args, v)
	if v.Person == "" {
		return where
	}
	*args = append(*args, v.Person)
	return "(" + where + " OR EXISTS (SELECT 1 FROM signup x WHERE x.occasion = o.id AND x.person = " + last(args) + "))"
}

// GetOccasion returns an occasion, or [ErrNotFound].
func GetOccasion(ctx context.Context, c db.Conn, v access.Viewer, id string) (Occasion, error) {
	args := []any{id}
	o, err := db.One(ctx, c, scanOccasion, `SELECT `+occasionColumns+fromOccasion+`WHERE o.id = $1 AND `+visibleOccasion(&args, v), args...)
	if errors.Is(err, db.ErrNoRows) {
		return o, ErrNotFound
	}
	if err == nil {
		err = o.findLeader(ctx, c, v)
	}
	return o, err
}

// Occasions returns the occasions of an activity that v may see, in order of time.
func Occasions(ctx context.Context, c db.Conn, v access.Viewer, activity string) ([]Occasion, error) {
	args := []any{activity}
	return db.All(ctx, c, scanOccasion, `SELECT `+occasionColumns+fromOccasion+`WHERE o.activity = $1 AND `+visibleOccasion(&args, v)+
		` ORDER BY o.starts NULLS LAST, o.id`, args...)
}

// check trims o and reports everything wrong with it.
func (o *Occasion) check() (faults fault.List) {
	o.Name = strings.TrimSpace(o.Name)
	o.Opens, o.Closes = o.Opens.UTC().Truncate(time.Minute), o.Closes.UTC().Truncate(time.Minute)
	faults.Unless(utf8.RuneCountInString(o.Name) <= maxTitle, ErrLong.At("name", maxTitle))
	faults.Unless(1 <= o.Capacity && o.Capacity <= MaxCapacity, ErrCapacity.At("capacity", MaxCapacity))
	faults.Unless(!o.Opens.IsZero(), ErrOpens.At("opens"))
	faults.Unless(!o.Closes.IsZero(), ErrOpens.At("closes"))
	faults.Unless(faults.In("opens") != nil || faults.In("closes") != nil || o.Opens.Before(o.Closes), ErrCloses.At("closes"))
	return faults
}

// late reports a sign-up that would still be open when the first meeting has begun.
func (o *Occasion) late() *fault.Fault {
	if o.Starts == nil || !o.Closes.After(*o.Starts) {
		return nil
	}
	date, clock, _ := strings.Cut(local.InstantIn(*o.Starts, o.Zone), "T")
	return ErrLate.At("closes", local.Date(date), clock)
}

// CreateOccasion adds o with its meetings, which may be none yet, and gives them ids. Faults of the
// second meeting stand in fields as "meeting-2-start".
func CreateOccasion(ctx context.Context, tx *db.Tx, v access.Viewer, o *Occasion, meetings ...*Meeting) error {
	a, err := managedActivity(ctx, tx, v, o.Activity)
	if err != nil {
		return err
	}
	p, err := framed(ctx, tx, v, a.Programme)
	if err != nil {
		return err
	}
	if p.State == programme.Closed {
		return ErrOver.With(p.ShortName)
	}
	o.Zone = p.Zone
	faults := o.check()
	for i, m := range meetings {
		err := m.check(ctx, tx, p)
		list := fault.Of(err)
		if err != nil && list == nil {
			return err
		}
		for _, f := range list {
			faults = append(faults, f.At(meetingField(i, f.Field), f.Args...))
		}
	}
	if faults == nil {
		faults = append(faults, overlapping(meetings)...)
	}
	o.Starts, o.Ends = spanOf(meetings)
	if f := o.late(); faults == nil && f != nil {
		faults = append(faults, f)
	}
	if err := faults.Err(); err != nil {
		return err
	}
	o.ID, o.Version, o.Cancelled, o.Seated, o.Waiting = tx.NewID(), 1, nil, 0, 0
	o.Programme, o.Kind, o.Title, o.Organiser, o.Published = a.Programme, a.Kind, a.Title, a.Organiser, a.Published && p.Published
	if _, err := tx.Exec(ctx, `INSERT INTO occasion (id, activity, name, leader, capacity, opens, closes, starts, ends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		o.ID, o.Activity, o.Name, db.Null(o.Leader), o.Capacity, o.Opens, o.Closes, o.Starts, o.Ends); err != nil {
		return err
	}
	if err := insertMeetings(ctx, tx, o.ID, meetings); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "occasion", Row: o.ID,
		Detail: map[string]any{"activity": o.Activity, "capacity": o.Capacity, "meetings": len(meetings)}})
}

// managedOccasion is [GetOccasion], locked, for who is about to change it.
func managedOccasion(ctx context.Context, tx *db.Tx, v access.Viewer, id string) (Occasion, error) {
	if err := db.Lock(ctx, tx, "occasion", id); errors.Is(err, db.ErrNoRows) {
		return Occasion{}, ErrNotFound
	} else if err != nil {
		return Occasion{}, err
	}
	o, err := GetOccasion(ctx, tx, v, id)
	if err == nil && !o.May(v) {
		err = ErrForbidden
	}
	return o, err
}

// UpdateOccasion writes name, capacity and when sign-up is open, if o.Version still is the last.
// Seats that are taken stay; more seats go to those who wait, in order.
func UpdateOccasion(ctx context.Context, tx *db.Tx, v access.Viewer, o *Occasion) error {
	before, err := managedOccasion(ctx, tx, v, o.ID)
	if err != nil {
		return err
	}
	if before.Cancelled != nil {
		return ErrCancelled
	}
	o.Starts, o.Zone = before.Starts, before.Zone
	faults := o.check()
	faults.Unless(faults.In("capacity") != nil || o.Capacity >= before.Seated, ErrTaken.At("capacity", before.Seated))
	if f := o.late(); f != nil && faults.In("closes") == nil {
		faults = append(faults, f)
	}
	if err := faults.Err(); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE occasion SET name = $1, capacity = $2, opens = $3, closes = $4, version = version + 1
		WHERE id = $5 AND version = $6`, o.Name, o.Capacity, o.Opens, o.Closes, o.ID, o.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	o.Version++
	if o.Capacity != before.Capacity {
		if err := Promote(ctx, tx, o.ID); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "occasion", Row: o.ID,
		Detail: map[string]any{"version": o.Version, "capacity": []int{before.Capacity, o.Capacity}}})
}

// SetLeader makes a person the leader of an occasion, "" for nobody beside the organiser.
func SetLeader(ctx context.Context, tx *db.Tx, v access.Viewer, id, leader string) error {
	o, err := managedOccasion(ctx, tx, v, id)
	if err != nil || o.Leader == leader {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE occasion SET leader = $1 WHERE id = $2`, db.Null(leader), id); errors.Is(err, db.ErrDangling) {
		return ErrNobody
	} else if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "lead", Entity: "occasion", Row: id, Detail: map[string]any{"leader": []string{o.Leader, leader}}})
}

// CancelOccasion cancels an occasion that has not been held, and tells all who are seated or wait.
// It cannot be undone: people plan their days by the letter.
func CancelOccasion(ctx context.Context, tx *db.Tx, v access.Viewer, id string, version int, why string) error {
	o, err := managedOccasion(ctx, tx, v, id)
	switch {
	case err != nil:
		return err
	case o.Cancelled != nil:
		return ErrCancelled
	case o.Version != version:
		return fault.Stale
	}
	held, err := db.Value[int](ctx, tx, `SELECT count(*) FROM attendance t JOIN meeting m ON m.id = t.meeting
		WHERE m.occasion = $1 AND t.minutes > 0`, id)
	if err != nil {
		return err
	}
	if held > 0 {
		return ErrHeld.With(held)
	}
	if _, err := tx.Exec(ctx, `UPDATE occasion SET cancelled = $1, version = version + 1 WHERE id = $2`, tx.At, id); err != nil {
		return err
	}
	if err := tell(ctx, tx, o, letter.OccasionCancelled, map[string]any{"why": why}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "cancel", Entity: "occasion", Row: id, Why: why,
		Detail: map[string]any{"seated": o.Seated, "waiting": o.Waiting}})
}
