// Package publishing is what a programme tells the public: pages, blog posts, letters to its participants and
// documents. Nothing in it is ever removed: every text that was there is kept, and what is published when the
// programme closes stays for ever.
package publishing

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/programme"
)

var (
	ErrNotFound   = fault.Define(fault.NotFound, "publishing.notfound")
	ErrForbidden  = fault.Define(fault.Forbidden, "publishing.forbidden")
	ErrKind       = fault.Define(fault.Invalid, "publishing.kind")
	ErrTitle      = fault.Define(fault.Invalid, "publishing.title")
	ErrLong       = fault.Define(fault.Invalid, "publishing.long")
	ErrBody       = fault.Define(fault.Invalid, "publishing.body")
	ErrAlt        = fault.Define(fault.Invalid, "publishing.alt")
	ErrLanguage   = fault.Define(fault.Invalid, "publishing.language")
	ErrRecipients = fault.Define(fault.Invalid, "publishing.recipients")
	ErrFile       = fault.Define(fault.Invalid, "publishing.file")
	ErrSlug       = fault.Define(fault.Invalid, "publishing.slug")
	ErrTaken      = fault.Define(fault.Invalid, "publishing.taken")
	ErrPlace      = fault.Define(fault.Invalid, "publishing.place")
	ErrPlaced     = fault.Define(fault.Invalid, "publishing.placed")
	ErrOrd        = fault.Define(fault.Invalid, "publishing.ord")
	ErrArchive    = fault.Define(fault.Conflict, "publishing.archive")
)

// The longest texts, in characters.
const (
	maxTitle   = 200
	maxSummary = 500
	maxBody    = 50_000
)

// A Kind says what sort of publication it is.
type Kind string

const (
	Page     Kind = "page"
	Post     Kind = "post"     // of the blog
	Letter   Kind = "letter"   // to participants
	Document Kind = "document" // a file
)

// Kinds are all kinds in order.
var Kinds = []Kind{Page, Post, Letter, Document}

// A Place is what a page is to the program, which leads there by itself.
type Place string

const (
	Description Place = "description" // the project description
	Sharing     Place = "sharing"     // Dela & Lär
	Contact     Place = "contact"
	Other       Place = "other"
)

// Places are all places in order.
var Places = []Place{Description, Sharing, Contact, Other}

// Languages that a text may be in.
var Languages = []string{"sv", "en"}

// A Publication with its present text.
type Publication struct {
	ID, Programme string
	Kind          Kind
	Place         Place      // of a page
	Slug          string     // in its address; made from the title if it is left out
	Ord           int        // of a page among the others, 0 for after the rest
	Published     *time.Time // since when it has been shown; nil for a draft
	Version       int        // of its last text
	Text
}

// A Text is one version of what a publication says.
type Text struct {
	Title, Summary string
	Body           string // Markdown, see [HTML]
	Language       string // one of [Languages]
	Recipients     string // of a letter: to whom
	Date           local.Date
	File           string // of a document

	Number int // the version
	MadeBy string
	MadeAt time.Time
}

const columns = `x.id, x.programme, x.kind, x.place, x.slug, x.ord, x.published, x.version, ` + textColumns

const textColumns = `t.title, t.summary, t.body, t.lang, t.recipients, COALESCE(t.date, ''), COALESCE(t.file, ''), t.version, t.made_by, t.made_at`

const from = ` FROM publication x JOIN publication_text t ON t.publication = x.id AND t.version = x.version JOIN programme p ON p.id = x.programme `

func scan(x *Publication) []any {
	return append([]any{&x.ID, &x.Programme, &x.Kind, &x.Place, &x.Slug, &x.Ord, &x.Published, &x.Version}, scanText(&x.Text)...)
}

func scanText(t *Text) []any {
	return []any{&t.Title, &t.Summary, &t.Body, &t.Language, &t.Recipients, &t.Date, &t.File, &t.Number, &t.MadeBy, &t.MadeAt}
}

// MayPublish reports whether v may write and publish in the programme's name.
func MayPublish(v access.Viewer, programme string) bool { return v.In(access.Publish, programme) }

// visible is the condition on publication x of programme p that v may see it.
func visible(args *[]any, v access.Viewer) string {
	writes := v.Scope(access.Publish)
	if writes.All {
		return "1 = 1"
	}
	return "(x.published IS NOT NULL AND p.published = 1 OR x.programme IN " + db.In(args, writes.Programmes) + ")"
}

// Get returns a publication, or [ErrNotFound].
func Get(ctx context.Context, c db.Conn, v access.Viewer, id string) (Publication, error) {
	return one(ctx, c, v, "x.id = $1", id)
}

// BySlug returns a programme's publication by its address, or [ErrNotFound].
func BySlug(ctx context.Context, c db.Conn, v access.Viewer, programme string, kind Kind, slug string) (Publication, error) {
	return one(ctx, c, v, "x.programme = $1 AND x.kind = $2 AND x.slug = $3", programme, kind, slug)
}

func one(ctx context.Context, c db.Conn, v access.Viewer, where string, args ...any) (Publication, error) {
	x, err := db.One(ctx, c, scan, `SELECT `+columns+from+`WHERE `+where+` AND `+visible(&args, v), args...)
	if errors.Is(err, db.ErrNoRows) {
		return x, ErrNotFound
	}
	return x, err
}

// A Filter chooses publications. Empty fields choose all.
type Filter struct {
	Programme string
	Kinds     []Kind
	Shown     bool   // only what the public sees
	After     string // the id of the last of the page before
	Limit     int    // 0: all
}

// List returns the publications that v may see: by kind, the pages in the order of the menu, all else with the newest date first.
func List(ctx context.Context, c db.Conn, v access.Viewer, f Filter) ([]Publication, error) {
	var args []any
	where := visible(&args, v)
	parameter := func(value any) string { args = append(args, value); return "$" + strconv.Itoa(len(args)) }
	if f.Programme != "" {
		where += " AND x.programme = " + parameter(f.Programme)
	}
	if len(f.Kinds) > 0 {
		where += " AND x.kind IN " + db.In(&args, f.Kinds)
	}
	if f.Shown {
		where += " AND x.published IS NOT NULL AND p.published = 1"
	}
	if f.After != "" {
		after := parameter(f.After)
		where += ` AND EXISTS (SELECT 1 FROM publication y JOIN publication_text z ON z.publication = y.id AND z.version = y.version
			WHERE y.id = ` + after + ` AND (t.date < z.date OR t.date = z.date AND x.id < y.id))`
	}
	limit := ""
	if f.Limit > 0 {
		limit = " LIMIT " + parameter(f.Limit)
	}
	return db.All(ctx, c, scan, `SELECT `+columns+from+`JOIN publication_kind k ON k.name = x.kind WHERE `+where+
		` ORDER BY k.ord, CASE WHEN x.kind = 'page' THEN x.ord ELSE 0 END, COALESCE(t.date, '') DESC, x.id DESC`+limit, args...)
}

// Beside returns the published texts of x's kind that come right before and after it in time; those without an id are not there.
func Beside(ctx context.Context, c db.Conn, x Publication) (before, after Publication, err error) {
	next := func(than, order string) (Publication, error) {
		list, err := db.All(ctx, c, scan, `SELECT `+columns+from+`WHERE x.programme = $1 AND x.kind = $2 AND x.published IS NOT NULL AND p.published = 1
			AND (t.date `+than+` $3 OR t.date = $3 AND x.id `+than+` $4) ORDER BY t.date `+order+`, x.id `+order+` LIMIT 1`, x.Programme, x.Kind, x.Date, x.ID)
		if err != nil || len(list) == 0 {
			return Publication{}, err
		}
		return list[0], nil
	}
	if before, err = next("<", "DESC"); err == nil {
		after, err = next(">", "ASC")
	}
	return before, after, err
}

// Texts are all texts that a publication of v's programme has had, the present one first.
func Texts(ctx context.Context, c db.Conn, v access.Viewer, id string) ([]Text, error) {
	args := []any{id}
	writes, where := v.Scope(access.Publish), "1 = 1"
	if !writes.All {
		where = "x.programme IN " + db.In(&args, writes.Programmes)
	}
	return db.All(ctx, c, scanText, `SELECT `+textColumns+` FROM publication_text t JOIN publication x ON x.id = t.publication
		WHERE t.publication = $1 AND `+where+` ORDER BY t.version DESC`, args...)
}

var slugs = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// reserved stand where a page's slug does in an address.
var reserved = []string{"blog", "letters", "documents", "calendar", "reflections", "focus"}

// slugOf makes an address of a title.
func slugOf(title string) string {
	plain := strings.NewReplacer("å", "a", "ä", "a", "ö", "o", "é", "e", "ü", "u", "&", "och").Replace(strings.ToLower(title))
	words := strings.FieldsFunc(plain, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	slug := ""
	for _, w := range words {
		if slug != "" && len(slug)+len(w) > 60 {
			break
		}
		slug = strings.Trim(slug+"-"+w, "-")
	}
	return slug[:min(len(slug), 60)]
}

// check trims x and reports everything wrong with it. p is its programme.
func (x *Publication) check(ctx context.Context, c db.Conn) error {
	for _, text := range []*string{&x.Slug, &x.Title, &x.Summary, &x.Body, &x.Recipients} {
		*text = strings.TrimSpace(*text)
	}
	x.Body = strings.ReplaceAll(x.Body, "\r\n", "\n")
	var faults fault.List
	faults.Unless(slices.Contains(Kinds, x.Kind), ErrKind)
	faults.Unless(x.Title != "", ErrTitle.At("title"))
	for _, t := range []struct {
		field, text string
		most        int
	}{{"title", x.Title, maxTitle}, {"summary", x.Summary, maxSummary}, {"body", x.Body, maxBody}, {"recipients", x.Recipients, maxTitle}} {
		faults.Unless(utf8.RuneCountInString(t.text) <= t.most, ErrLong.At(t.field, t.most))
	}
	faults.Unless(slices.Contains(Languages, x.Language), ErrLanguage.At("language"))
	faults.Unless(described(x.Body), ErrAlt.At("body"))
	if x.Kind == Page {
		x.Date = ""
		faults.Unless(slices.Contains(Places, x.Place), ErrPlace.At("place"))
		if x.Ord == 0 {
			x.Ord = 100
		}
		faults.Unless(1 <= x.Ord && x.Ord <= 1000, ErrOrd.At("ord"))
	} else {
		x.Place, x.Ord = Other, 100
		faults.Unless(x.Date.Valid(), local.ErrDate.At("date"))
	}
	if x.Kind != Letter {
		x.Recipients = ""
	} else {
		faults.Unless(x.Recipients != "", ErrRecipients.At("recipients"))
	}
	if x.Kind == Document {
		faults.Unless(x.File != "", ErrFile.At("file"))
	} else {
		x.File = ""
		faults.Unless(x.Body != "", ErrBody.At("body"))
	}
	if err := x.checkAddress(ctx, c, &faults); err != nil {
		return err
	}
	return faults.Err()
}

// checkAddress gives x an address if it has none, and reports one that cannot be, or a place that is taken.
func (x *Publication) checkAddress(ctx context.Context, c db.Conn, faults *fault.List) error {
	type row struct{ slug, title, place string }
	others, err := db.All(ctx, c, func(r *row) []any { return []any{&r.slug, &r.title, &r.place} },
		`SELECT x.slug, t.title, x.place`+from+`WHERE x.programme = $1 AND x.kind = $2 AND x.id <> $3 ORDER BY x.id`, x.Programme, x.Kind, x.ID)
	if err != nil {
		return err
	}
	taken := func(slug string) int { return slices.IndexFunc(others, func(r row) bool { return r.slug == slug }) }
	if x.Slug == "" {
		base := slugOf(x.Title)
		if base == "" || slices.Contains(reserved, base) {
			base = strings.Trim("text-"+base, "-")
		}
		x.Slug = base
		for n := 2; taken(x.Slug) >= 0; n++ {
			x.Slug = base + "-" + strconv.Itoa(n)
		}
	}
	faults.Unless(slugs.MatchString(x.Slug) && len(x.Slug) <= 70 && !slices.Contains(reserved, x.Slug), ErrSlug.At("slug"))
	if i := taken(x.Slug); i >= 0 {
		faults.Unless(false, ErrTaken.At("slug", x.Slug, others[i].title))
	}
	if i := slices.IndexFunc(others, func(r row) bool { return r.place == string(x.Place) }); i >= 0 && x.Kind == Page && x.Place != Other {
		faults.Unless(false, ErrPlaced.At("place", others[i].title))
	}
	return nil
}

// Create adds a draft.
func Create(ctx context.Context, tx *db.Tx, v access.Viewer, x *Publication) error {
	if _, err := programme.Get(ctx, tx, v, x.Programme); err != nil {
		return err
	}
	if !MayPublish(v, x.Programme) {
		return ErrForbidden
	}
	x.ID, x.Version, x.Published = "", 1, nil
	if err := x.check(ctx, tx); err != nil {
		return err
	}
	x.ID = tx.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO publication (id, programme, kind, place, slug, ord) VALUES ($1, $2, $3, $4, $5, $6)`,
		x.ID, x.Programme, x.Kind, x.Place, x.Slug, x.Ord); err != nil {
		return taken(err, x)
	}
	if err := x.write(ctx, tx); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "publication", Row: x.ID, Detail: map[string]any{"programme": x.Programme, "kind": x.Kind}})
}

// taken is the fault of an address or place that someone else took meanwhile.
func taken(err error, x *Publication) error {
	if errors.Is(err, db.ErrDuplicate) {
		return ErrTaken.At("slug", x.Slug, x.Title)
	}
	return err
}

// write adds x's text as its version.
func (x *Publication) write(ctx context.Context, tx *db.Tx) error {
	x.Number, x.MadeBy, x.MadeAt = x.Version, tx.By, tx.At
	_, err := tx.Exec(ctx, `INSERT INTO publication_text (publication, version, title, summary, body, lang, recipients, date, file, made_by, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		x.ID, x.Version, x.Title, x.Summary, x.Body, x.Language, x.Recipients, db.Null(x.Date), db.Null(x.File), x.MadeBy, x.MadeAt)
	return err
}

// editable is [Get] for who is about to change it.
func editable(ctx context.Context, tx *db.Tx, v access.Viewer, id string) (Publication, error) {
	x, err := Get(ctx, tx, v, id)
	if err == nil && !MayPublish(v, x.Programme) {
		err = ErrForbidden
	}
	return x, err
}

// Update gives x a new text, if x.Version still is the last. What is published shows it at once.
func Update(ctx context.Context, tx *db.Tx, v access.Viewer, x *Publication) error {
	before, err := editable(ctx, tx, v, x.ID)
	if err != nil {
		return err
	}
	x.Programme, x.Kind, x.Published = before.Programme, before.Kind, before.Published
	if err := x.check(ctx, tx); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE publication SET place = $1, slug = $2, ord = $3, version = version + 1 WHERE id = $4 AND version = $5`,
		x.Place, x.Slug, x.Ord, x.ID, x.Version)
	if err != nil {
		return taken(err, x)
	}
	if n == 0 {
		return fault.Stale
	}
	x.Version++
	if err := x.write(ctx, tx); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "publication", Row: x.ID, Detail: map[string]any{"version": x.Version}})
}

// Publish shows the text with a version to all, if it still is the last.
func Publish(ctx context.Context, tx *db.Tx, v access.Viewer, id string, version int) error {
	x, err := editable(ctx, tx, v, id)
	if err != nil || x.Published != nil {
		return err
	}
	return show(ctx, tx, x, version, &tx.At)
}

// Unpublish takes it down. What a closed programme has published stays: it is the archive.
func Unpublish(ctx context.Context, tx *db.Tx, v access.Viewer, id string, version int) error {
	x, err := editable(ctx, tx, v, id)
	if err != nil || x.Published == nil {
		return err
	}
	p, err := programme.Get(ctx, tx, v, x.Programme)
	if err != nil {
		return err
	}
	if p.State == programme.Closed {
		return ErrArchive
	}
	return show(ctx, tx, x, version, nil)
}

func show(ctx context.Context, tx *db.Tx, x Publication, version int, since *time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE publication SET published = $1 WHERE id = $2 AND version = $3`, since, x.ID, version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	act := "publish"
	if since == nil {
		act = "unpublish"
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "publication", Row: x.ID, Detail: map[string]any{"version": version}})
}

// An Entry of a programme's contents: a page, or a kind that it has something of.
type Entry struct {
	Kind     Kind
	Place    Place
	Slug     string
	Title    string
	Language string
}

// Contents are what a programme shows: its pages in the order of the menu, and of each other kind what was added last.
func Contents(ctx context.Context, c db.Conn, programme string) ([]Entry, error) {
	return db.All(ctx, c, func(e *Entry) []any { return []any{&e.Kind, &e.Place, &e.Slug, &e.Title, &e.Language} },
		`SELECT x.kind, x.place, x.slug, t.title, t.lang`+from+`JOIN publication_kind k ON k.name = x.kind
		WHERE x.programme = $1 AND x.published IS NOT NULL AND p.published = 1
			AND (x.kind = 'page' OR NOT EXISTS (SELECT 1 FROM publication y WHERE y.programme = x.programme AND y.kind = x.kind AND y.published IS NOT NULL AND y.id > x.id))
		ORDER BY k.ord, x.ord, x.id`, programme)
}
