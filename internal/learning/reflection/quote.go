package reflection

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

var (
	ErrQuotation   = fault.Define(fault.NotFound, "reflection.quotation-not")
	ErrPassage     = fault.Define(fault.Invalid, "reflection.passage-not")
	ErrNoPassage   = fault.Define(fault.Invalid, "reflection.passage-none")
	ErrPassageLong = fault.Define(fault.Invalid, "reflection.passage-long")
	ErrAskedTwice  = fault.Define(fault.Conflict, "reflection.asked-twice")
	ErrAnswer      = fault.Define(fault.Invalid, "reflection.answer-not")
	ErrUse         = fault.Define(fault.Invalid, "reflection.use-empty")
	ErrReports     = fault.Define(fault.Invalid, "reflection.reports-many") // args: the most
	ErrSource      = fault.Outdated("reflection.source-other")
	ErrMoved       = fault.Outdated("reflection.quotation-moved")
	ErrUnread      = fault.Define(fault.Conflict, "reflection.quotation-unread")
	ErrNotAgreed   = fault.Define(fault.Conflict, "reflection.not-agreed")
)

const maxPassage = 1000

// maxReports is how many reports a quotation can be noted to stand in.
const maxReports = 50

// The states of a quotation. Only the second and third let it be used.
const (
	Asked     = "asked"
	Yes       = "yes"
	YesNamed  = "yes-named"
	No        = "no"
	Withdrawn = "withdrawn"
)

// A Quotation is a passage that the office would quote.
type Quotation struct {
	ID, Programme string
	Shared        string // the reflection, "" if it is no longer shared
	Reflection    string // its own id, for its author
	Passage       string // "" to the office, once its author has said no
	State         string
	AskedAt       time.Time
	AnsweredAt    *time.Time
	UsedIn        string // the reports that it has been handed in with, "" for none
	Version       int

	// Its source.
	By       string // the author's name, if they said yes to that
	Place    string // the name of where they work, as far as it may be told: see [Sources]
	About    string // the title of what the reflection is about
	Occasion string
	Date     local.Date // of the reflection, as far as it may be told

	person        string
	level         Level      // of the reflection
	in            string     // the programme that it is shared in
	on            local.Date // that the reflection bears
	day           local.Date // that its author has agreed to being told
	place         string     // the id of what Place names
	few           bool       // what it is about would tell, with the day or a place, who wrote it
	workplace     string     // that it was shared as someone of
	given, family string
	protected     bool
}

// Agreed reports whether it may be used.
func (q Quotation) Agreed() bool { return q.State == Yes || q.State == YesNamed }

// Unanswered reports whether its author never said anything, and no longer is asked: the text came to be read by others than the office.
func (q Quotation) Unanswered() bool { return q.State == Withdrawn && q.AnsweredAt == nil }

// Reports are the reports that it has been handed in with, in the order in which that was noted.
func (q Quotation) Reports() []string {
	if q.UsedIn == "" {
		return nil
	}
	return strings.Split(q.UsedIn, usedSeparator)
}

// usedSeparator stands between the reports that a quotation stands in; no title of one has it.
const usedSeparator = "; "

// Reported reports whether a report has been handed in with it.
func (q Quotation) Reported() bool { return q.UsedIn != "" }

// Readable reports whether the office that asks may read what it would quote, as it is shared now.
func (q Quotation) Readable() bool {
	return (q.level == Programme || q.level == Public) && q.in == q.Programme
}

func quotations(ctx context.Context, c db.Conn, ring *secret.Ring, where string, args ...any) ([]Quotation, error) {
	list, err := db.All(ctx, c, func(q *Quotation) []any {
		return []any{&q.ID, &q.Programme, &q.Shared, &q.Passage, &q.State, &q.AskedAt, &q.AnsweredAt, &q.UsedIn, &q.Version, &q.About, &q.Occasion, &q.on,
			&q.Reflection, &q.person, &q.given, &q.family, db.Truth(&q.protected), &q.workplace, &q.place, &q.day, &q.Place, db.Truth(&q.few), &q.level, &q.in}
	}, `SELECT q.id, q.programme, coalesce(r.shared, ''), q.passage, q.state, q.asked_at, q.answered_at, q.used_in, q.version, coalesce(a.title, ''), coalesce(r.occasion, ''), r.date,
			r.id, r.person, n.given, n.family, n.protected, coalesce(r.workplace, ''), coalesce(q.place, ''), coalesce(q.day, ''), coalesce((SELECT u.name FROM unit_period u WHERE u.unit = q.place ORDER BY u.valid_from DESC LIMIT 1), ''),
			`+few+`, r.level, coalesce(r.programme, '')
		FROM quotation q JOIN reflection r ON r.id = q.reflection JOIN person n ON n.id = r.person
		LEFT JOIN occasion o ON o.id = r.occasion LEFT JOIN activity a ON a.id = o.activity WHERE `+where+` ORDER BY q.id`, args...)
	if err != nil {
		return nil, err
	}
	items := make([]secret.Item, len(list))
	for i, q := range list {
		items[i] = secret.Item{Owner: q.person, Text: q.Passage}
	}
	plain, err := secret.OpenAll(ctx, c, ring, items)
	for i := range plain {
		q := &list[i]
		q.Passage = plain[i]
		if q.State == YesNamed && !q.protected {
			q.By = q.given + " " + q.family
		}
		if q.Date = q.on; q.Agreed() {
			q.Date = q.day
		}
		if q.By == "" && q.few {
			q.Place, q.Date = "", ""
		}
		if q.protected { // also who said yes before they were
			q.Place = ""
		}
	}
	return list, err
}

// Quotations are those of a programme that v plans the learning of or reads of, the first asked first. What is not agreed on, and not
// waiting for an answer, comes without its text.
func Quotations(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer, prog string) ([]Quotation, error) {
	if !v.In(access.SeeLearning, prog) {
		return nil, ErrQuotation
	}
	list, err := quotations(ctx, c, ring, `q.programme = $1`, prog)
	for i := range list {
		if q := &list[i]; q.State == No || q.State == Withdrawn {
			q.Passage, q.Shared = "", ""
		}
		list[i].Reflection = ""
	}
	return list, err
}

// OwnQuotations are those of v's own texts, the first asked first.
func OwnQuotations(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer) ([]Quotation, error) {
	return quotations(ctx, c, ring, `r.person = $1`, v.Person)
}

// CountQuestions is how many passages of v's own texts wait for v to say whether they may be quoted.
func CountQuestions(ctx context.Context, c db.Conn, v access.Viewer) (int, error) {
	return db.Value[int](ctx, c, `SELECT count(*) FROM reflection r JOIN quotation q ON q.reflection = r.id WHERE r.person = $1 AND q.state = 'asked'`, v.Person)
}

// OwnQuotation is one of them.
func OwnQuotation(ctx context.Context, c db.Conn, ring *secret.Ring, v access.Viewer, id string) (Quotation, error) {
	list, err := quotations(ctx, c, ring, `q.id = $1 AND r.person = $2`, id, v.Person)
	if err == nil && len(list) == 0 {
		err = ErrQuotation
	}
	if err != nil {
		return Quotation{}, err
	}
	return list[0], nil
}

// Ask asks the author of a shared reflection whether a passage of it may be quoted. The letter is none that the office's outbox shows, since it would
// tell who wrote what is shared without a name.
func Ask(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, shared, passage string) (string, error) {
	if _, _, _, err := rowOf(ctx, tx, v, shared); err != nil {
		return "", err
	}
	if _, err := db.LockBy(ctx, tx, "reflection", "shared", shared); errors.Is(err, db.ErrNoRows) {
		return "", ErrShared
	} else if err != nil {
		return "", err
	}
	row, person, prog, err := rowOf(ctx, tx, v, shared)
	if err != nil {
		return "", err
	}
	s, err := Find(ctx, tx, ring, v, shared)
	if err != nil {
		return "", err
	}
	passage = strings.Join(strings.Fields(passage), " ")
	var faults fault.List
	faults.Unless(utf8.RuneCountInString(passage) <= maxPassage, ErrPassageLong.At("passage", maxPassage))
	within := slices.ContainsFunc(Questions, func(q string) bool {
		return strings.Contains(strings.Join(strings.Fields(s.Answers[q]), " "), passage)
	})
	if passage == "" {
		faults = append(faults, ErrNoPassage.At("passage"))
	} else {
		faults.Unless(within || faults != nil, ErrPassage.At("passage")) // cut to what fits it may stand there
	}
	if err := faults.Err(); err != nil {
		return "", err
	}
	asked, err := quotations(ctx, tx, ring, `q.reflection = $1 AND q.state IN ('asked', 'yes', 'yes-named')`, row)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(asked, func(q Quotation) bool { return q.Passage == passage }) {
		return "", ErrAskedTwice.At("passage")
	}
	sealed, err := secret.Seal(ctx, tx, ring, person, passage)
	if err != nil {
		return "", err
	}
	id := tx.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO quotation (id, reflection, programme, passage, asked_by, asked_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, row, prog, sealed, tx.By, tx.At); err != nil {
		return "", err
	}
	if err := letter.Queue(ctx, tx, letter.Letter{Person: person, Template: letter.Quotation, AboutKind: "reflection", About: row, Args: map[string]any{"programme": prog}}); err != nil {
		return "", err
	}
	return id, audit.Record(ctx, tx, audit.Event{Act: "ask", Entity: "quotation", Row: shared})
}

// Answer is what the author of a passage says: [Yes], [YesNamed] or [No]. They may say otherwise at any time; a no after
// a yes is told to the office as such. To a text that the office may not read there is no yes. A yes is to the sources that they were shown, whose [SourcesMark] is given: it is [ErrSource] if
// they have become others, and [ErrMoved] if something has happened to the question. What the passage is given with stays what they said yes to, wherever they share the text afterwards. The event names their own
// row, as all that an author does.
func Answer(ctx context.Context, tx *db.Tx, ring *secret.Ring, v access.Viewer, id string, version int, state, shown string) error {
	q, err := OwnQuotation(ctx, tx, ring, v, id)
	if err != nil {
		return err
	}
	var faults fault.List
	faults.Unless(state == Yes || state == YesNamed || state == No, ErrAnswer.At("answer"))
	faults.Unless(state != YesNamed || !q.protected, ErrProtected.At("answer"))
	faults.Unless(state == No || q.Readable(), ErrUnread.At("answer"))
	if err := faults.Err(); err != nil {
		return err
	}
	if state == No && (q.Agreed() || q.State == Withdrawn && !q.Unanswered()) {
		state = Withdrawn
	}
	var to Source
	if state == Yes || state == YesNamed {
		sources, err := Sources(ctx, tx, v, q)
		if err != nil {
			return err
		}
		if SourcesMark(sources) != shown {
			return ErrSource
		}
		to = sources[state]
	}
	if state == q.State && to == (Source{q.place, q.day}) {
		return nil
	}
	if _, err := hold(ctx, tx, ring, v, q.Reflection); err != nil {
		return err
	}
	if q, err = OwnQuotation(ctx, tx, ring, v, id); err != nil {
		return err
	}
	if (state == Yes || state == YesNamed) && !q.Readable() { // it has just been shared otherwise
		return fault.List{ErrUnread.At("answer")}
	}
	n, err := tx.Exec(ctx, `UPDATE quotation SET state = $1, answered_at = $2, place = $5, day = $6, version = version + 1 WHERE id = $3 AND version = $4`, state, tx.At, id, version, db.Null(to.Place), db.Null(string(to.Date)))
	if err != nil {
		return err
	}
	if n == 0 { // its author has shared the text anew or answered in another window, or a report says it
		return ErrMoved
	}
	return audit.Record(ctx, tx, audit.Event{Act: "answer", Entity: "reflection", Row: q.Reflection, Detail: map[string]any{"state": state}})
}

// Use notes that an agreed quotation has been handed in with a report, from which its author can no longer take it back, beside those
// reports noted before that are in keep. The others were slips and are forgotten, while the author says yes: from a no on they stay,
// since the author has been told of them. Without a report it only forgets, or leaves everything as it is; but the first must be named.
func Use(ctx context.Context, tx *db.Tx, v access.Viewer, prog, id string, version int, keep []string, report string) error {
	if !v.In(access.PlanLearning, prog) {
		return ErrQuotation
	}
	report = strings.Join(strings.Fields(strings.ReplaceAll(report, ";", ",")), " ")
	type noted struct{ state, used string }
	was, err := db.One(ctx, tx, func(n *noted) []any { return []any{&n.state, &n.used} }, `SELECT state, used_in FROM quotation WHERE id = $1 AND programme = $2`, id, prog)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrQuotation
	}
	if err != nil {
		return err
	}
	if was.state != Yes && was.state != YesNamed {
		return ErrNotAgreed
	}
	before := Quotation{UsedIn: was.used}.Reports()
	reports := slices.DeleteFunc(slices.Clone(before), func(r string) bool { return !slices.Contains(keep, r) })
	forgotten := len(before) - len(reports)
	added := report != "" && !slices.Contains(reports, report)
	if added {
		reports = append(reports, report)
	}
	switch {
	case utf8.RuneCountInString(report) > maxTitle || report == "" && len(before)+len(keep) == 0:
		return fault.List{ErrUse.At("report", maxTitle)}
	case slices.ContainsFunc(keep, func(r string) bool { return !slices.Contains(before, r) }): // somebody has just taken it back
		return fault.Stale
	case len(reports) > maxReports:
		return fault.List{ErrReports.At("report", maxReports)}
	case !added && forgotten == 0:
		return nil
	}
	n, err := tx.Exec(ctx, `UPDATE quotation SET used_in = $1, version = version + 1 WHERE id = $2 AND version = $3 AND state IN ('yes', 'yes-named')`, strings.Join(reports, usedSeparator), id, version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	events := make([]audit.Event, 0, 2)
	if forgotten > 0 {
		events = append(events, audit.Event{Act: "remove", Entity: "quotation", Row: id})
	}
	if added {
		events = append(events, audit.Event{Act: "use", Entity: "quotation", Row: id})
	}
	return audit.Record(ctx, tx, events...)
}
