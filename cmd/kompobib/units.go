package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people/roster"
	"kompobib/internal/web/locale"
)

type importUnitsCommand struct {
	File  string `arg:"" placeholder:"FILE" help:"The list: CSV or XLSX with the columns code, name, county_code, county and region, of which name and county must be there."`
	From  string `default:"1971-01-01" placeholder:"DATE" help:"First day of what is added: no later than the earliest employment."`
	Apply bool   `help:"Carry it out. Without it nothing is changed."`
	JSON  bool   `name:"json" help:"Print the difference as JSON."`
}

// Validate says what a setting must be.
func (c *importUnitsCommand) Validate() error {
	if _, err := local.ParseDate(c.From); err != nil {
		return fmt.Errorf("--from is %q, must be a day such as 1971-01-01", c.From)
	}
	return nil
}

// errNothing ends a command that was to carry something out, and found nothing but mistakes, which it has told.
var errNothing = errors.New("nothing was carried out: there is something wrong with every row")

func (c *importUnitsCommand) Run(p *program) error {
	told, err := c.run(p)
	if c.JSON && (err == nil || fault.Of(err) != nil) {
		for _, f := range fault.Of(err) {
			told.Errors = append(told.Errors, rosterError{Reason: locale.English.Say(f.Code, f.Args...)})
		}
		err = errors.Join(printed(p.stdout, told), inWords(err))
	} else if err == nil {
		err = told.words(p.stdout)
	}
	if err == nil && c.Apply && !told.Applied {
		err = errNothing
	}
	return err
}

func (c *importUnitsCommand) run(p *program) (told toldUnits, err error) {
	told = toldUnits{Errors: []rosterError{}}
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
	if told.a, err = roster.ReadAtlas(p.ctx, h.db, content, local.Date(c.From), today); err != nil {
		return told, err
	}
	if c.Apply && (told.a.Unchanged > 0 || len(told.a.New) > 0 || len(told.a.Coded) > 0 || len(told.a.Mistakes) == 0) {
		err = h.db.Tx(p.ctx, operator, func(ctx context.Context, tx *db.Tx) (err error) {
			told.a, err = roster.AddAtlas(ctx, tx, content, local.Date(c.From), today)
			return err
		})
		if err != nil {
			return told, err
		}
		told.Applied = true
	}
	told.New, told.Coded, told.Unchanged = len(told.a.New), len(told.a.Coded), told.a.Unchanged
	for _, m := range told.a.Mistakes {
		told.Errors = append(told.Errors, rosterError{Row: m.Row, Column: m.Column, Reason: locale.English.Say(m.Fault.Code, m.Fault.Args...)})
	}
	return told, nil
}

// toldUnits is what a list of municipalities says, as it is printed.
type toldUnits struct {
	New       int           `json:"new"`
	Coded     int           `json:"coded"`
	Unchanged int           `json:"unchanged"`
	Errors    []rosterError `json:"errors"`
	Applied   bool          `json:"applied"`

	a *roster.Atlas
}

func (t toldUnits) words(w io.Writer) (err error) {
	say := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format+"\n", args...)
		}
	}
	for _, u := range t.a.New {
		say("  %s: a new %s", u.Name, u.Kind)
	}
	for _, u := range t.a.Coded {
		say("  %s: is given the code %s", u.Name, u.Code)
	}
	say("%d new, %d given a code, %d unchanged", t.New, t.Coded, t.Unchanged)
	for _, m := range t.Errors {
		say("  row %d, %s: %s", m.Row, m.Column, m.Reason)
	}
	switch {
	case t.Applied && t.New+t.Coded > 0:
		say("Carried out")
	case t.Applied:
		say("All of it is there already")
	default:
		say("Nothing has been changed. --apply carries it out")
	}
	return err
}
