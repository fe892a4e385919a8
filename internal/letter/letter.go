// Package letter carries letters from the transaction of what they tell to the recipient. A letter is a
// row of the outbox, written with [Queue]; a [Worker] sends it. So a failing mail server never
// disturbs a page, and nothing is told that did not happen.
package letter

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/secret"
)

// ErrNotFound is the fault of a letter that is not there, or not for this reader.
var ErrNotFound = fault.Define(fault.NotFound, "letter.not-found")

// What letters there are. Their words are letter.<template>-subject and letter.<template>-body.
const (
	SignIn            = "sign-in"
	Seated            = "seated"
	Waiting           = "waiting"
	Promoted          = "promoted"
	Cancelled         = "cancelled" // the seat, by the person or someone else
	Invitation        = "invitation"
	OccasionCancelled = "occasion-cancelled"
	OccasionChanged   = "occasion-changed"
	ToParticipants    = "to-participants" // a letter that is also published
	FollowUp          = "follow-up"       // how does it go with what was agreed on?
	FollowUpAgain     = "follow-up-again" // the same, once more
	OwnerLeft         = "owner-left"      // of a commitment
	IdeaUsed          = "idea-used"       // another workplace goes on with it
	PlanUsed          = "plan-used"       // the same, with several of the recipient's
	WorkshopNudge     = "workshop-nudge"  // to set a date
	Quotation         = "quotation"       // whether a passage may be quoted
	SurveyOpen        = "survey-open"     // a round of a self-assessment has opened
	SurveyReminder    = "survey-reminder" // the same, to who has not answered
	AnalysisNudge     = "analysis-nudge"  // to begin the workplace's analysis
)

// Templates are all of them.
var Templates = []string{SignIn, Seated, Waiting, Promoted, Cancelled, Invitation, OccasionCancelled, OccasionChanged, ToParticipants,
	FollowUp, FollowUpAgain, OwnerLeft, IdeaUsed, PlanUsed, WorkshopNudge, Quotation, SurveyOpen, SurveyReminder, AnalysisNudge}

// Own are those that tell of their recipient what no one else is to know by name: who is written to is who has not answered, or whose text
// is asked for. No programme's outbox has them. Nor has it what follows up a commitment that somebody has alone, which its template does not tell.
var Own = []string{SignIn, Quotation, SurveyOpen, SurveyReminder}

// The states of a letter.
const (
	StateWaiting = "waiting" // for its turn, also after a temporary failure
	StateSending = "sending"
	StateSent    = "sent"    // the recipient's mail server has it
	StateFailed  = "failed"  // it was refused, or has been tried too long
	StateUnknown = "unknown" // the connection broke before the answer: it may or may not have arrived
)

// States are all of them, in the order that a letter goes through them.
var States = []string{StateWaiting, StateSending, StateSent, StateFailed, StateUnknown}

// A Letter is one row of the outbox. Who queues it fills in the first six fields.
type Letter struct {
	Person    string // the recipient; it goes to their own address at the time of sending
	Template  string
	AboutKind string         // 'occasion', 'activity', 'goal_area', 'programme', 'publication', 'workshop', or ''
	About     string         // its id
	Programme string         // whose statement it bears, and whose office sees it; '' for none, and what is [Own] names it in Args
	Args      map[string]any // ids, codes, numbers: nothing personal
	Essential bool           // send it again rather than leave its fate unknown

	ID       string // its Message-ID follows from it
	State    string
	Attempts int
	MadeAt   time.Time
	Due      time.Time  // by the machine's clock
	SentAt   *time.Time // by the domain's clock
	Error    string     // of the last failure: 'no-address', 'refused', 'later', 'unknown', 'words', 'pointless'

	Subject, Body string // as sent, opened by [Get] only
	Mark          string // where a list goes on after it
}

// Bears is the programme whose statement it bears, "" for none.
func (l Letter) Bears() string {
	own, _ := l.Args["programme"].(string)
	return cmp.Or(l.Programme, own)
}

// When is when it was sent, or else was written.
func (l Letter) When() time.Time {
	if l.SentAt != nil {
		return *l.SentAt
	}
	return l.MadeAt
}

// Queue puts letters in the outbox, in the transaction of what they tell.
func Queue(ctx context.Context, tx *db.Tx, letters ...Letter) error {
	rows := make([][]any, len(letters))
	for i, l := range letters {
		if l.Person == "" || l.Template == "" {
			return fmt.Errorf("letter: %q to %q", l.Template, l.Person)
		}
		if l.Programme != "" && slices.Contains(Own, l.Template) {
			return fmt.Errorf("letter: %q in an office's outbox", l.Template)
		}
		args := ""
		if len(l.Args) > 0 {
			text, err := json.Marshal(l.Args)
			if err != nil {
				return err
			}
			args = string(text)
		}
		essential := 0
		if l.Essential {
			essential = 1
		}
		rows[i] = []any{tx.NewID(), l.Person, l.Template, l.AboutKind, l.About, l.Programme, args, essential, StateWaiting, tx.At, atOnce}
	}
	return db.Insert(ctx, tx, "letter",
		"id, person, template, about_kind, about, programme, args, essential, state, made_at, due", "", rows)
}

// atOnce is when a letter is due that may go as soon as there is a worker.
var atOnce = time.Unix(0, 0).UTC()

const columns = `id, person, template, about_kind, about, programme, args, essential, state, attempts, made_at, due, sent_at, error, subject, body`

// row is a letter as it stands in the database.
type row struct {
	Letter
	args      string
	essential int
}

func scan(r *row) []any {
	return []any{&r.ID, &r.Person, &r.Template, &r.AboutKind, &r.About, &r.Programme, &r.args, &r.essential, &r.State,
		&r.Attempts, &r.MadeAt, &r.Due, &r.SentAt, &r.Error, &r.Subject, &r.Body}
}

func (r row) letter() (Letter, error) {
	r.Essential = r.essential == 1
	if r.args == "" {
		return r.Letter, nil
	}
	return r.Letter, json.Unmarshal([]byte(r.args), &r.Letter.Args)
}

// few is as many letters as a list gives that does not ask for so many.
const few = 100

// A Filter chooses letters.
type Filter struct {
	State        string
	Template     string
	Person       string
	AboutKind    string
	About        string
	ProblemsOnly bool // failed or of unknown fate

	Sort      Sort
	Rising    bool     // the oldest, or the first in the alphabet, first
	Templates []string // in the order that [ByTemplate] has them: their words are the face's
	After     string   // the mark of the last letter of the page before
	Limit     int
}

// A Sort is an order of letters. Each ends in the id.
type Sort string

const (
	ByTime     Sort = "" // when it was sent, or else was written
	ByPerson   Sort = "person"
	ByTemplate Sort = "template"
	ByState    Sort = "state" // in the order of [States]
)

// order is what the letters are sorted by. All keys are texts, but for the time.
func (f Filter) order() db.Order {
	by := "coalesce(sent_at, made_at)"
	switch f.Sort {
	case ByPerson: // whoever has protected identity has no place in the alphabet
		by = "coalesce((SELECT p.sort_key FROM person p WHERE p.id = letter.person AND p.protected = 0), '')"
	case ByTemplate:
		by = ranked("template", f.Templates)
	case ByState:
		by = ranked("state", States)
	}
	return db.Order{By: []string{by, "id"}, Falling: !f.Rising}
}

// ranked is the place of a column's value in a list of names of ours, as a text.
func ranked(column string, names []string) string {
	var b strings.Builder
	for i, name := range names {
		if slices.Contains(Templates, name) || slices.Contains(States, name) {
			fmt.Fprintf(&b, " WHEN '%s' THEN '%02d'", name, i)
		}
	}
	if b.Len() == 0 {
		return column
	}
	return "CASE " + column + b.String() + " ELSE '' END"
}

// List returns letters without their texts, the newest first unless they are sorted otherwise.
func List(ctx context.Context, c db.Conn, v access.Viewer, f Filter) ([]Letter, error) {
	args := []any{f.State, f.Template, f.Person, f.AboutKind, f.About}
	where := `($1 = '' OR state = $1) AND ($2 = '' OR template = $2) AND ($3 = '' OR person = $3)
		AND ($4 = '' OR about_kind = $4) AND ($5 = '' OR about = $5)`
	if f.ProblemsOnly {
		where += ` AND state IN ('failed', 'unknown')`
	}
	order := f.order()
	if f.After != "" {
		after, ok := db.ReadMark(f.After, "", "")
		if ok && f.Sort == ByTime {
			at, err := time.Parse(time.RFC3339Nano, after[0].(string))
			after[0], ok = at.UTC(), err == nil
		}
		if !ok {
			return nil, fault.Page
		}
		where += " AND " + order.Behind(&args, after)
	}
	where += " AND " + visible(&args, v)
	args = append(args, cmp.Or(f.Limit, few))
	key := order.By[0]
	if f.Sort == ByTime {
		key = "''" // the letter has it
	}
	type listed struct {
		row
		key string
	}
	rows, err := db.All(ctx, c, func(r *listed) []any { return append(scan(&r.row), &r.key) },
		`SELECT `+columns+", "+key+` FROM letter WHERE `+where+` ORDER BY `+order.SQL()+fmt.Sprintf(` LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, err
	}
	letters := make([]Letter, len(rows))
	for i, r := range rows {
		if letters[i], err = r.letter(); err != nil {
			return nil, err
		}
		if f.Sort == ByTime {
			r.key = letters[i].When().Format(time.RFC3339Nano)
		}
		letters[i].Subject, letters[i].Body, letters[i].Mark = "", "", db.Mark(r.key, r.ID)
	}
	return letters, nil
}

// Get returns a letter with its text as it was sent; without if it was not sent yet, or is erased.
func Get(ctx context.Context, c db.Conn, v access.Viewer, ring *secret.Ring, id string) (Letter, error) {
	args := []any{id}
	r, err := db.One(ctx, c, scan, `SELECT `+columns+` FROM letter WHERE id = $1 AND `+visible(&args, v), args...)
	if errors.Is(err, db.ErrNoRows) {
		return Letter{}, ErrNotFound
	}
	if err != nil {
		return Letter{}, err
	}
	l, err := r.letter()
	if err != nil || l.Body == "" {
		return l, err
	}
	plain, err := secret.OpenAll(ctx, c, ring, []secret.Item{{Owner: l.Person, Text: l.Subject}, {Owner: l.Person, Text: l.Body}})
	if err != nil {
		return l, err
	}
	l.Subject, l.Body = plain[0], plain[1]
	return l, nil
}

// Count returns how many letters are in each state, of those v may see.
func Count(ctx context.Context, c db.Conn, v access.Viewer) (map[string]int, error) {
	type line struct {
		state string
		n     int
	}
	var args []any
	lines, err := db.All(ctx, c, func(l *line) []any { return []any{&l.state, &l.n} },
		`SELECT state, count(*) FROM letter WHERE `+visible(&args, v)+` GROUP BY state ORDER BY state`, args...)
	counts := map[string]int{}
	for _, l := range lines {
		counts[l.state] = l.n
	}
	return counts, err
}

// Fates counts the letters about each of some things by their states, whoever they are to: numbers for who may not know whom.
func Fates(ctx context.Context, c db.Conn, kind string, about []string) (map[string]map[string]int, error) {
	type line struct {
		about, state string
		n            int
	}
	args := []any{kind}
	lines, err := db.All(ctx, c, func(l *line) []any { return []any{&l.about, &l.state, &l.n} },
		`SELECT about, state, count(*) FROM letter WHERE about_kind = $1 AND about IN `+db.In(&args, about)+` GROUP BY about, state ORDER BY about, state`, args...)
	fates := map[string]map[string]int{}
	for _, l := range lines {
		if fates[l.about] == nil {
			fates[l.about] = map[string]int{}
		}
		fates[l.about][l.state] = l.n
	}
	return fates, err
}

// visible is the condition of the letters that v may see: own ones, and those within SeeOutbox. Of those that no programme's outbox has
// an administrator sees who signs in.
func visible(args *[]any, v access.Viewer) string {
	s := v.Scope(access.SeeOutbox)
	if v.Person == access.System.Person {
		return "1 = 1"
	}
	*args = append(*args, v.Person)
	seen := fmt.Sprintf("(person = $%d AND person <> '')", len(*args))
	switch {
	case s.All:
		*args = append(*args, SignIn)
		seen += fmt.Sprintf(" OR programme <> '' OR template = $%d", len(*args))
	case len(s.Programmes) > 0:
		seen += " OR programme IN " + db.In(args, s.Programmes)
	}
	return "(" + seen + ")"
}
