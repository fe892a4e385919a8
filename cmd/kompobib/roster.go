package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/office"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
	"kompobib/internal/web/locale"
)

type importRosterCommand struct {
	File     string   `arg:"" placeholder:"FILE" help:"The list: XLSX or CSV."`
	Employer string   `placeholder:"NAME" help:"Whose staff it is, by name or organisation number; one that is not there is made. Default: guessed from the list."`
	Scope    []string `placeholder:"UNIT" help:"Municipalities (name or code) or workplaces that the list is whole for; with commas between. Default: all that the employer has."`
	In       string   `name:"municipality" placeholder:"NAME" help:"Municipality, by name or code, of the workplaces for which the list tells none, whatever the sheets are called. Default: the one that a sheet is called, else that of the scope, else guessed."`
	On       string   `placeholder:"DATE" help:"Day that the list tells of. Default: told by the list or its name, else today."`
	Left     string   `placeholder:"DATE" help:"First day on which those who are no longer in the list were gone. Without it they stay."`
	Apply    bool     `help:"Carry it out. Without it nothing is changed."`
	JSON     bool     `name:"json" help:"Print the difference as JSON."`
}

// Validate says what a setting must be.
func (c *importRosterCommand) Validate() error {
	var wrong []error
	for _, day := range []struct{ setting, value string }{{"on", c.On}, {"left", c.Left}} {
		if _, err := local.ParseDate(day.value); day.value != "" && err != nil {
			wrong = append(wrong, fmt.Errorf("--%s is %q, must be a day such as 2012-10-12", day.setting, day.value))
		}
	}
	return errors.Join(wrong...)
}

func (c *importRosterCommand) Run(p *program) error {
	told, err := c.run(p)
	if err != nil {
		if !c.JSON || fault.Of(err) == nil {
			return masked(err)
		}
		for _, f := range fault.Of(err) {
			told.Errors = append(told.Errors, rosterError{Reason: roster.Told(f, locale.English.Say)})
		}
		return errors.Join(told.json(p.stdout), masked(err))
	}
	if c.JSON {
		err = told.json(p.stdout)
	} else {
		err = told.words(p.stdout)
	}
	if err == nil && c.Apply && !told.Applied {
		err = errNothing
	}
	return err
}

// masked tells what is wrong without identity numbers, also of a file that is called by one.
func masked(err error) error {
	err = inWords(err)
	if text := roster.Mask(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

func (c *importRosterCommand) run(p *program) (told toldRoster, err error) {
	content, err := readFile(c.File)
	if err != nil {
		return told, err
	}
	h, err := p.unlocked(false)
	if err != nil {
		return told, err
	}
	defer h.close()
	today := h.today()
	var choices roster.Choices
	if c.Employer != "" {
		if choices, err = roster.EmployerChoice(p.ctx, h.db, c.Employer); err != nil {
			return told, err
		}
	}
	choices.On, choices.LeftOn = local.Date(c.On), local.Date(c.Left)
	if choices.Units, err = roster.Units(p.ctx, h.db, today, c.Scope); err != nil {
		return told, err
	}
	if choices.Municipality, err = roster.MunicipalityChoice(p.ctx, h.db, today, c.In); err != nil {
		return told, err
	}
	list, d, choices, err := roster.Prepare(p.ctx, h.db, h.ring, access.System, filepath.Base(c.File), content, choices, today)
	if f := fault.Of(err).In("left_on"); f != nil {
		err = f.At("left", f.Args...)
	}
	if err != nil {
		return told, err
	}
	newer, err := roster.NewerLists(p.ctx, h.db, access.System, d.Employer.ID, d.On, d.Units, d.Sites())
	if err != nil {
		return told, err
	}
	told = toldOf(d)
	for _, n := range newer {
		told.Newer = append(told.Newer, rosterNewer{n.ID, n.FileName, n.On})
	}
	told.asked = c.Apply
	if !c.Apply || len(d.Mistakes) > 0 && told.right() == 0 {
		return told, nil
	}
	err = h.db.Tx(db.Lengthy(p.ctx, roster.MaxTime), operator, func(ctx context.Context, tx *db.Tx) error {
		imp, err := roster.Begin(ctx, tx, access.System, filepath.Base(c.File), choices)
		if err != nil {
			return err
		}
		imp, err = roster.Finish(ctx, tx, h.ring, access.System, imp, list, roster.Decisions{}, func(int, int) error { return ctx.Err() })
		if err == nil {
			told.waiting, err = roster.Waiting(ctx, tx, access.System, imp)
		}
		told.carriedOut(imp)
		return err
	})
	return told, err
}

type importUndoCommand struct {
	Import string `arg:"" placeholder:"ID" help:"The import, as it was told when it was carried out."`
}

// Run takes an import back, but for what has been changed since.
func (c *importUndoCommand) Run(p *program) error {
	if err := p.there(); err != nil {
		return err
	}
	h, err := p.unlocked(false)
	if err != nil {
		return err
	}
	defer h.close()
	var imp roster.Import
	err = h.db.Tx(db.Lengthy(p.ctx, roster.MaxTime), operator, func(ctx context.Context, tx *db.Tx) error {
		if imp, err = roster.Get(ctx, tx, access.System, c.Import); err != nil {
			return err
		}
		imp, err = roster.Undo(ctx, tx, h.ring, access.System, imp.ID, imp.Version, office.Used)
		return err
	})
	if err != nil {
		return inWords(err)
	}
	waiting, err := roster.Waiting(p.ctx, h.db, access.System, imp)
	if err != nil {
		return err
	}
	return c.words(p.ctx, h.db, p.stdout, imp.Summary, waiting)
}

// waitWords tell of lists that wait on a page, and were compared before this.
func waitWords(w io.Writer, waiting []roster.Later) {
	if len(waiting) == 0 {
		return
	}
	fmt.Fprintln(w, "These lists were compared before this, and wait to be carried out. Open each and choose to read it again first:")
	for _, l := range waiting {
		fmt.Fprintf(w, "  %s: /imports/%s\n", l.FileName, l.ID)
	}
}

// words tell what was taken back, and who stays as they are, for which reason, and what can be done about it.
func (c *importUndoCommand) words(ctx context.Context, conn db.Conn, w io.Writer, s roster.Summary, waiting []roster.Later) error {
	names, err := people.Names(ctx, conn, access.System, s.Kept)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Taken back: %s as before the import, %s\n", counted(s.Undone, "person is", "people are"), counted(len(s.Kept), "stays as they are", "stay as they are"))
	var lists []string
	for _, id := range s.Kept {
		n, why := names[id], s.Why[id]
		fmt.Fprintf(&b, "  %s: %s", nameOf(people.Person{ID: id, Given: n.Given, Family: n.Family, Protected: n.Protected}), locale.English.Say(roster.WhyWords(why.Reason)))
		if why.Import != "" {
			fmt.Fprintf(&b, " %s", why.Import)
			if !slices.Contains(lists, why.Import) {
				lists = append(lists, why.Import)
			}
		}
		b.WriteString("\n")
	}
	if len(lists) > 0 {
		fmt.Fprintln(&b, "Take back what came later first, then this once more, and they are as before too:")
		slices.Sort(lists) // by when they were begun
		slices.Reverse(lists)
		for _, id := range append(lists, c.Import) {
			fmt.Fprintf(&b, "  kompobib import undo %s\n", id)
		}
	}
	if slices.ContainsFunc(s.Kept, func(id string) bool { return s.Why[id].Import == "" }) {
		fmt.Fprintln(&b, "Who was not changed by a list is put right on their own page")
	}
	for _, stay := range slices.Concat(s.Units, s.Employers) {
		fmt.Fprintf(&b, "%s stays: %s\n", stay.Name, locale.English.Say(roster.StayWords(stay.Reason)))
		files, err := roster.FileNames(ctx, conn, access.System, stay.Lists)
		if err != nil {
			return err
		}
		for _, id := range stay.Lists {
			fmt.Fprintf(&b, "  %s: /imports/%s\n", files[id], id)
		}
	}
	waitWords(&b, waiting)
	_, err = io.WriteString(w, b.String())
	return err
}

// counted is a number with the words for one or for several.
func counted(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", several)
}

// readFile reads a file that is no larger than we take.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, roster.MaxFile+1))
	if err == nil && len(content) > roster.MaxFile {
		err = fmt.Errorf("%s has more than %d megabytes, the most that is taken", path, roster.MaxFile>>20)
	}
	return content, err
}

// toldRoster is what a list says, as it is printed.
type toldRoster struct {
	New        int               `json:"new"`
	Changed    int               `json:"changed"`
	Moved      int               `json:"moved"`
	Left       int               `json:"left"`
	Unchanged  int               `json:"unchanged"`
	Duplicates []rosterDuplicate `json:"duplicates"`
	Errors     []rosterError     `json:"errors"`

	Applied bool           `json:"applied"`
	Import  string         `json:"import,omitempty"`      // the one that it was carried out as
	Undated int            `json:"undated,omitempty"`     // of those who left: they stay, since no day was given
	Passed  []roster.RowAt `json:"passed_over"`           // the rows with something in them that were not read as people
	Blank   int            `json:"blank_rows"`            // and how many were empty
	Hidden  []roster.RowAt `json:"hidden_rows,omitempty"` // those that were read though the spreadsheet program does not show them
	Notes   []rosterNote   `json:"notes,omitempty"`       // on rows that are right: an employment begins later than they tell, or they are taken in without an identity number

	On      local.Date    `json:"on,omitempty"`      // the day that it is read as of
	Told    local.Date    `json:"told,omitempty"`    // the day that it, or its file's name, seems to tell of, if that is another and nobody has said which
	Newer   []rosterNewer `json:"newer,omitempty"`   // lists of the employer that have been carried out and tell of a later day
	Waiting []string      `json:"waiting,omitempty"` // lists that wait on a page, and were compared before this one was carried out

	d       *roster.Difference
	asked   bool // to carry it out
	waiting []roster.Later
}

type rosterDuplicate struct {
	Sheet  string `json:"sheet,omitempty"` // if there are several
	Row    int    `json:"row"`
	Reason string `json:"reason"`
	Person string `json:"person,omitempty"`    // who is known, and is or may be the same
	Other  int    `json:"other_row,omitempty"` // that tells of the same
	On     string `json:"other_sheet,omitempty"`
	Held   bool   `json:"held"` // nothing is done with the row until someone has said who it is
}

type rosterNewer struct {
	Import string     `json:"import"`
	File   string     `json:"file"`
	On     local.Date `json:"on"`
}

type rosterNote struct {
	Sheet  string `json:"sheet,omitempty"` // if there are several
	Row    int    `json:"row"`
	Reason string `json:"reason"`
}

// notesShown is how many of them are printed: where workplaces are known since not long ago, they may be all.
const notesShown = 20

type rosterError struct {
	Sheet  string `json:"sheet,omitempty"` // if there are several
	Row    int    `json:"row,omitempty"`
	Column string `json:"column"`
	Reason string `json:"reason"`
	Person string `json:"person,omitempty"` // whom it is about, where no row is

	name string
}

func toldOf(d *roster.Difference) toldRoster {
	t := toldRoster{New: d.Counts[roster.Newcomer], Changed: d.Counts[roster.Changed], Moved: d.Counts[roster.Moved], Left: d.Counts[roster.Left],
		Unchanged: d.Counts[roster.Unchanged], Duplicates: []rosterDuplicate{}, Errors: []rosterError{}, d: d}
	for _, o := range d.Duplicates {
		t.Duplicates = append(t.Duplicates, rosterDuplicate{o.Sheet, o.Row, locale.English.Say(roster.ReasonWords(o.Reason)), o.Person, o.Other.Row, o.Other.Sheet, o.Held})
	}
	for _, m := range d.Mistakes {
		e := rosterError{Sheet: m.Sheet, Row: m.Row, Column: m.Column, Reason: roster.Told(m.Fault, locale.English.Say)}
		if p := m.Who(); p.ID != "" {
			e.Person, e.name = p.ID, nameOf(p)
		}
		t.Errors = append(t.Errors, e)
	}
	for _, i := range d.Items {
		for _, l := range i.Later {
			t.Notes = append(t.Notes, rosterNote{i.Sheet, i.Row, laterWords(i, l)})
		}
		if i.Numberless && i.Kind != roster.Unchanged {
			t.Notes = append(t.Notes, rosterNote{i.Sheet, i.Row, locale.English.Say("roster.numberless")})
		}
	}
	t.Passed, t.Blank, t.Hidden, t.On, t.Told = d.Passed.At(), d.Passed.Blank, d.Hidden.At(), d.On, d.Told
	return t
}

// laterWords are why an employment begins later than the list tells.
func laterWords(i roster.Item, l roster.Begins) string {
	switch {
	case i.Protected:
		return locale.English.Say("roster.later-hidden")
	case l.Workplace == "":
		return locale.English.Say("roster.later-held", l.Told, l.From)
	}
	return locale.English.Say("roster.later-place", l.Told, l.Workplace, l.From)
}

// nameOf is what someone may be called on a terminal.
func nameOf(p people.Person) string {
	if p.Protected {
		return "person " + p.ID
	}
	return p.Name()
}

// carriedOut tells what came of it: of those with time recorded for later days nothing did.
func (t *toldRoster) carriedOut(imp roster.Import) {
	s := imp.Summary
	t.Applied, t.Import, t.Undated = true, imp.ID, s.Undated
	for _, l := range t.waiting {
		t.Waiting = append(t.Waiting, l.ID)
	}
	t.New, t.Changed, t.Moved, t.Left = s.Applied[roster.Newcomer], s.Applied[roster.Changed], s.Applied[roster.Moved], s.Applied[roster.Left]+s.Undated
	names := map[string]string{}
	for _, i := range t.d.Items {
		names[i.Person] = nameOf(people.Person{ID: i.Person, Given: i.Given, Family: i.Family, Protected: i.Protected})
	}
	for _, id := range s.Given {
		if slices.ContainsFunc(t.Errors, func(e rosterError) bool { return e.Person == id }) {
			continue // known before
		}
		t.Errors = append(t.Errors, rosterError{Reason: locale.English.Say(roster.ErrTimed.Code), Person: id, name: names[id]})
	}
}

// right is how many of the list's people the rows are right of.
func (t toldRoster) right() int {
	return t.New + t.Changed + t.Moved + t.Unchanged + t.d.Counts[roster.Doubtful]
}

func (t toldRoster) json(w io.Writer) error {
	if t.Errors == nil {
		t.Errors = []rosterError{}
	}
	if t.Duplicates == nil {
		t.Duplicates = []rosterDuplicate{}
	}
	if t.Passed == nil {
		t.Passed = []roster.RowAt{}
	}
	return printed(w, t)
}

// printed prints v as JSON.
func printed(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// became is what has become of a row that is probably about someone known.
func (t toldRoster) became(o rosterDuplicate) string {
	switch {
	case o.Held:
		return " Nothing is done with the row until someone has said who it is, when the list is read in on the page for it"
	case o.Person == "" || !t.Applied:
		return ""
	case slices.ContainsFunc(t.Errors, func(e rosterError) bool { return e.Person == o.Person }):
		return " Not carried out, see below"
	}
	return " Carried out"
}

func (t toldRoster) words(w io.Writer) (err error) {
	say := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format+"\n", args...)
		}
	}
	e := t.d.Employer
	switch {
	case e.ID != "" && e.OrgNumber == "":
		say("Staff of %s, as of %s", e.Name, t.d.On)
	case e.ID != "":
		say("Staff of %s (%s), as of %s", e.Name, e.OrgNumber, t.d.On)
	case e.Name != "":
		say("Staff of %s, an employer that is new, as of %s", e.Name, t.d.On)
	default:
		say("Staff of an employer that cannot be told: say which with --employer")
	}
	switch {
	case t.d.Told > t.d.On:
		say("  The list, or its file's name, seems to tell of %s, which has not been yet: moves and changes hold from %s. --on says another day", t.d.Told, t.d.On)
	case t.d.Told != "":
		say("  The list, or its file's name, seems to tell of %s, when there are no municipalities yet: moves and changes hold from %s. --on says another day", t.d.Told, t.d.On)
	}
	if len(t.Newer) > 0 {
		say("  %s", locale.English.Say("roster.newer", t.d.On))
		for _, n := range t.Newer {
			say("    %s, as of %s, import %s", n.File, n.On, n.Import)
		}
	}
	for _, p := range t.d.Places {
		if p.Wrong() { // what is wrong is told by row
			continue
		}
		switch p.How {
		case roster.New:
			say("  %s: a new workplace", p.Name)
		case roster.Renamed:
			say("  %s: probably the new name of %s", p.Name, p.Was)
		case roster.Alike, roster.Former, roster.Chosen:
			say("  %s: known by another name", p.Name)
		}
	}
	if t.d.Mended {
		say("  %s", locale.English.Say("roster.mended"))
	}
	say("%d new, %d changed, %d moved, %d left, %d unchanged", t.New, t.Changed, t.Moved, t.Left, t.Unchanged)
	for _, o := range t.Duplicates {
		say("  row %s: %s%s", roster.RowAt{Sheet: o.Sheet, Row: o.Row}, o.Reason, t.became(o))
		if o.Other > 0 {
			say("    it is row %s", roster.RowAt{Sheet: o.On, Row: o.Other})
		}
	}
	for n, l := range t.Notes {
		if n == notesShown {
			say("  and %d more", len(t.Notes)-n)
			break
		}
		say("  row %s: %s", roster.RowAt{Sheet: l.Sheet, Row: l.Row}, l.Reason)
	}
	for _, m := range t.Errors {
		switch {
		case m.Person != "":
			say("  %s: %s", m.name, m.Reason)
		case m.Column == "":
			say("  row %s: %s", roster.RowAt{Sheet: m.Sheet, Row: m.Row}, m.Reason)
		default:
			say("  row %s, %s: %s", roster.RowAt{Sheet: m.Sheet, Row: m.Row}, m.Column, m.Reason)
		}
	}
	some := func(rows []string, of int) string {
		text := strings.Join(rows, ", ")
		if of > len(rows) {
			text += fmt.Sprintf(" and %d more", of-len(rows))
		}
		return text
	}
	if h := t.d.Hidden; h.Count > 0 {
		say("Read like the others, though hidden in the file, by a filter say: rows %s. Delete them from the file if they are not to come along", some(h.Rows, h.Count))
	}
	if p := t.d.Passed; p.Count > 0 {
		say("Not read as people, since they are headings, sums or remarks: rows %s", some(p.Rows, p.Count))
	}
	if p := t.d.Passed; p.Blank > 0 {
		say("%s passed over", counted(p.Blank, "empty row was", "empty rows were"))
	}
	if p := t.d.Passed; len(p.Sheets) > 0 {
		say("Sheets without a list of staff: %s", strings.Join(p.Sheets, ", "))
	}
	if slices.ContainsFunc(t.d.Mistakes, func(m roster.Mistake) bool { return m.Fault.Code == roster.ErrNoMunicipality.Code }) {
		say("Say with --municipality in which one the workplaces are for which the list tells none")
	}
	switch {
	case !t.Applied && t.asked: // what stands in the way is told besides
	case !t.Applied:
		say("Nothing has been changed. --apply carries it out")
	default:
		say("Carried out, as import %s; taken back with: kompobib import undo %s", t.Import, t.Import)
		if t.Undated > 0 {
			say("%s no longer in the list: say with --left from which day they were gone", counted(t.Undated, "stays who is", "stay who are"))
		}
		var b strings.Builder
		waitWords(&b, t.waiting)
		if b.Len() > 0 {
			say("%s", strings.TrimSuffix(b.String(), "\n"))
		}
	}
	return err
}
