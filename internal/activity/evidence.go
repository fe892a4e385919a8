package activity

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

var (
	ErrSheetCode = fault.Define(fault.Invalid, "evidence.code")   // it cannot be one: a sign is mistyped
	ErrNoSheet   = fault.Define(fault.NotFound, "evidence.sheet") // it could be one, but no sheet has it
	ErrNoScan    = fault.Define(fault.NotFound, "evidence.no-scan")
)

// ScanPurpose is the purpose of a scan's file.
const ScanPurpose = "sheet-scan"

// sheetSigns are what a sheet's code is made of: nothing that is taken for something else by hand or eye.
const sheetSigns = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// A Sheet is a printed sign-in sheet of a meeting.
type Sheet struct {
	Code    string // "K7Q2-M9XA": the last sign checks the others
	Meeting string
}

// newCode makes a code of what nobody can guess.
func newCode(random string) string {
	sum := sha256.Sum256([]byte(random))
	code := make([]byte, 7)
	for i := range code {
		code[i] = sheetSigns[sum[i]%32]
	}
	return string(code) + string(sheetSigns[checkSign(string(code))])
}

// checkSign is Luhn's sum in base 32: it finds every single sign mistyped and almost every
// two that changed places.
func checkSign(signs string) int {
	sum, factor := 0, 2
	for i := len(signs) - 1; i >= 0; i-- {
		n := factor * strings.IndexByte(sheetSigns, signs[i])
		sum += n/32 + n%32
		factor = 3 - factor
	}
	return (32 - sum%32) % 32
}

// ParseSheetCode reads a code as a person types or scans it: in either case, with or without the hyphen, perhaps as the
// address that the sheet's square holds.
func ParseSheetCode(s string) (string, error) {
	s = s[strings.LastIndexByte(s, '/')+1:]
	s = strings.ToUpper(strings.NewReplacer("-", "", " ", "", "\u2013", "", "\u00a0", "").Replace(s))
	if len(s) != 8 || strings.Trim(s, sheetSigns) != "" || sheetSigns[checkSign(s[:7])] != s[7] {
		return "", ErrSheetCode.At("code")
	}
	return s, nil
}

// SheetCode is a code as people read it: "K7Q2-M9XA".
func SheetCode(code string) string {
	if len(code) != 8 {
		return code
	}
	return code[:4] + "-" + code[4:]
}

// NewSheet makes the code of a sign-in sheet that is about to be printed, for who takes attendance at the meeting.
func NewSheet(ctx context.Context, tx *db.Tx, v access.Viewer, meeting string) (Sheet, error) {
	if err := takesAttendance(ctx, tx, v, meeting); err != nil {
		return Sheet{}, err
	}
	s := Sheet{Code: newCode(tx.NewID()), Meeting: meeting}
	if _, err := tx.Exec(ctx, `INSERT INTO sheet (code, meeting, made_by, made_at) VALUES ($1, $2, $3, $4)`, s.Code, meeting, tx.By, tx.At); err != nil {
		return s, err
	}
	return s, audit.Record(ctx, tx, audit.Event{Act: "print", Entity: "sheet", Row: s.Code, Detail: map[string]any{"meeting": meeting}})
}

func takesAttendance(ctx context.Context, c db.Conn, v access.Viewer, meeting string) error {
	m, err := GetMeeting(ctx, c, v, meeting)
	if err != nil {
		return err
	}
	o, err := GetOccasion(ctx, c, v, m.Occasion)
	if err == nil && !o.Holds(v, access.Attendance) {
		err = ErrForbidden
	}
	return err
}

// GetSheet returns the sheet with a code, in any spelling, for who takes attendance at its meeting.
func GetSheet(ctx context.Context, c db.Conn, v access.Viewer, code string) (Sheet, error) {
	code, err := ParseSheetCode(code)
	if err != nil {
		return Sheet{}, err
	}
	s, err := db.One(ctx, c, func(s *Sheet) []any { return []any{&s.Code, &s.Meeting} }, `SELECT code, meeting FROM sheet WHERE code = $1`, code)
	if err == nil {
		err = takesAttendance(ctx, c, v, s.Meeting)
	}
	if errors.Is(err, db.ErrNoRows) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrForbidden) {
		return Sheet{}, ErrNoSheet.At("code")
	}
	return s, err
}

// LatestSheet returns the sheet printed last of a meeting, or [ErrNoSheet].
func LatestSheet(ctx context.Context, c db.Conn, v access.Viewer, meeting string) (Sheet, error) {
	if err := takesAttendance(ctx, c, v, meeting); err != nil {
		return Sheet{}, err
	}
	s, err := db.One(ctx, c, func(s *Sheet) []any { return []any{&s.Code, &s.Meeting} }, `SELECT code, meeting FROM sheet WHERE meeting = $1
		ORDER BY made_at DESC, code LIMIT 1`, meeting)
	if errors.Is(err, db.ErrNoRows) {
		err = ErrNoSheet
	}
	return s, err
}

// FileScan files a photo or scan of a signed sheet to the sheet's meeting. f has been received by the store
// before: a transaction waits for no file.
func FileScan(ctx context.Context, tx *db.Tx, v access.Viewer, code string, f file.File) (Sheet, error) {
	s, err := GetSheet(ctx, tx, v, code)
	if err != nil {
		return s, err
	}
	if f, err = file.Add(ctx, tx, f, ScanPurpose); err != nil {
		return s, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO sheet_scan (file, sheet, filed_by, filed_at) VALUES ($1, $2, $3, $4)`, f.ID, s.Code, tx.By, tx.At); err != nil {
		return s, err
	}
	return s, audit.Record(ctx, tx, audit.Event{Act: "file", Entity: "sheet", Row: s.Code, Detail: map[string]any{"meeting": s.Meeting, "file": f.ID, "sha256": f.SHA256}})
}

// A Scan is a filed photo or scan of a signed sheet.
type Scan struct {
	File, Name, Media string
	Size              int64
	Code              string
	FiledBy           string
	FiledAt           time.Time
}

// Scans returns what has been filed of a meeting's sheets, the oldest first: for who may see its attendance.
func Scans(ctx context.Context, c db.Conn, v access.Viewer, meeting string) ([]Scan, error) {
	if _, err := seenMeeting(ctx, c, v, meeting); err != nil {
		return nil, err
	}
	return db.All(ctx, c, func(s *Scan) []any {
		return []any{&s.File, &s.Name, &s.Media, &s.Size, &s.Code, &s.FiledBy, &s.FiledAt}
	}, `
		SELECT f.id, f.name, f.media, f.size, n.sheet, n.filed_by, n.filed_at
		FROM sheet h JOIN sheet_scan n ON n.sheet = h.code JOIN file f ON f.id = n.file
		WHERE h.meeting = $1 ORDER BY n.filed_at, f.id`, meeting)
}

// SeeScan returns what is known of a scan, for who may see its meeting's attendance, and records that they saw it:
// the sheet holds names and signatures.
func SeeScan(ctx context.Context, tx *db.Tx, v access.Viewer, meeting, id string) (file.File, error) {
	if _, err := seenMeeting(ctx, tx, v, meeting); err != nil {
		return file.File{}, err
	}
	n, err := db.Value[int](ctx, tx, `SELECT count(*) FROM sheet_scan n JOIN sheet h ON h.code = n.sheet WHERE n.file = $1 AND h.meeting = $2`, id, meeting)
	if err != nil {
		return file.File{}, err
	}
	if n == 0 {
		return file.File{}, ErrNoScan
	}
	f, err := file.Get(ctx, tx, id)
	if err != nil {
		return f, err
	}
	return f, audit.Record(ctx, tx, audit.Event{Act: "see", Entity: "sheet_scan", Row: id, Detail: map[string]any{"meeting": meeting}})
}

// A Missing is a meeting that has been held, without evidence of who was there.
type Missing struct {
	Meeting, Occasion, Leader, Title, Name string
	Date                                   local.Date
	Start, End                             local.Clock
	Place                                  string
	Seated                                 int
	Present                                int // recorded as having been there; 0 if attendance has not been taken
	Unattested                             int // of them
	Minutes                                int // recorded in all
}

// WithoutEvidence returns the meetings of a programme that have been held, whose attendance nothing proves but the
// record itself: no signed sheet is filed, and not everyone recorded has checked in or been attested. Where all were absent there is
// nothing to prove. An organiser sees their own, also those that they lead.
func WithoutEvidence(ctx context.Context, c db.Conn, v access.Viewer, programme string, at time.Time) ([]Missing, error) {
	args := []any{at, programme}
	where := "a.programme = $2"
	if !v.Over(access.SeeAttendance, programme, "") {
		if !v.In(access.SeeAttendance, programme) {
			return nil, nil
		}
		args = append(args, v.Person)
		where += " AND (a.organiser = " + last(&args) + " OR o.leader = " + last(&args) + ")"
	}
	return withoutEvidence(ctx, c, where, args)
}

// LedWithoutEvidence is [WithoutEvidence], in all programmes, for who holds single occasions: those that v leads, and the workshops of workplaces
// that v answers for.
func LedWithoutEvidence(ctx context.Context, c db.Conn, v access.Viewer, at time.Time) ([]Missing, error) {
	if !v.Can(access.Learn) {
		return nil, nil
	}
	answers := v.Scope(access.LeadLearning).Workplaces
	if led, err := db.Value[bool](ctx, c, `SELECT EXISTS (SELECT 1 FROM occasion WHERE leader = $1)`, v.Person); err != nil || !led && len(answers) == 0 {
		return nil, err
	}
	tree, err := people.LoadTree(ctx, c, v.On)
	if err != nil {
		return nil, err
	}
	works, err := worksAt(ctx, c, v)
	if err != nil {
		return nil, err
	}
	near := append(works, answers...)
	for _, list := range []*[]string{&near, &answers} {
		for _, id := range *list {
			*list = append(*list, tree.Gone(id)...)
		}
	}
	args := []any{at, v.Person}
	held := func(workplaces []string) string {
		return "EXISTS (SELECT 1 FROM occasion_place p WHERE p.occasion = o.id AND p.workplace IN " + db.In(&args, workplaces) + ")"
	}
	return withoutEvidence(ctx, c, "(o.leader = $2 AND (NOT EXISTS (SELECT 1 FROM occasion_place p WHERE p.occasion = o.id) OR "+held(near)+") OR a.kind = 'workshop' AND "+held(answers)+")", args)
}

// withoutEvidence is the query; the first argument is the moment. An occasion that had nobody seated has nothing to prove either.
func withoutEvidence(ctx context.Context, c db.Conn, where string, args []any) ([]Missing, error) {
	return db.All(ctx, c, func(m *Missing) []any {
		return []any{&m.Meeting, &m.Occasion, &m.Leader, &m.Title, &m.Name, &m.Date, &m.Start, &m.End, &m.Place, &m.Seated, &m.Present, &m.Unattested, &m.Minutes}
	}, `
		SELECT m.id, o.id, COALESCE(o.leader, ''), a.title, o.name, m.date, m.start_time, m.end_time, m.place, o.seated,
			count(t.person), coalesce(sum(CASE WHEN t.attested_at IS NULL AND t.source <> 'check-in' THEN 1 ELSE 0 END), 0), coalesce(sum(t.minutes), 0)
		FROM activity a JOIN occasion o ON o.activity = a.id AND o.cancelled IS NULL
		JOIN meeting m ON m.occasion = o.id AND m.ends <= $1
		LEFT JOIN attendance t ON t.meeting = m.id AND t.minutes > 0
		WHERE `+where+`
			AND NOT EXISTS (SELECT 1 FROM sheet h JOIN sheet_scan n ON n.sheet = h.code WHERE h.meeting = m.id)
		GROUP BY m.id, o.id, o.leader, a.title, o.name, m.date, m.start_time, m.end_time, m.place, o.seated, m.starts
		HAVING count(t.person) = 0 AND o.seated > 0 AND NOT EXISTS (SELECT 1 FROM attendance z WHERE z.meeting = m.id) OR sum(CASE WHEN t.attested_at IS NULL AND t.source <> 'check-in' AND t.minutes > 0 THEN 1 ELSE 0 END) > 0
		ORDER BY m.starts DESC, m.id`, args...)
}

// FullTitle is the title of the activity, with the occasion's own name behind if it has one.
func (m Missing) FullTitle() string { return Occasion{Title: m.Title, Name: m.Name}.FullTitle() }
