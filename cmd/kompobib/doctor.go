package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/office"
)

type doctorCommand struct{}

// An unexamined is why the doctor could not begin: nobody is to take that for an invariant that is broken.
type unexamined struct{ error }

func (u unexamined) Unwrap() error { return u.error }

func (doctorCommand) Run(p *program) error {
	if err := p.there(); err != nil {
		return unexamined{err}
	}
	h, err := p.open()
	if err != nil {
		return unexamined{err}
	}
	defer h.close()
	return h.examine(p.ctx, p.stdout)
}

// examine proves what must always hold, and writes a line of each.
func (h *house) examine(ctx context.Context, w io.Writer) error {
	well := true
	for _, i := range h.invariants() {
		broken, err := i.Broken(ctx, h.db)
		if err != nil {
			broken = append(broken, "could not be found out: "+err.Error())
		}
		word := "ok    "
		if len(broken) > 0 {
			well, word = false, "BROKEN"
		}
		fmt.Fprintf(w, "%s %s", word, i.Says)
		for n, line := range broken {
			if n == shown {
				fmt.Fprintf(w, "; and %d more", len(broken)-n)
				break
			}
			fmt.Fprintf(w, "; %s", line)
		}
		fmt.Fprintln(w)
	}
	if !well {
		return errBroken
	}
	return nil
}

// shown is how many rows are named of those that break an invariant: each has one line.
const shown = 5

// invariants are what must always hold, each subject's own and what concerns the machine.
func (h *house) invariants() []db.Invariant {
	schema := db.Invariant{Says: "the schema is current", Broken: func(ctx context.Context, _ db.Conn) (lines []string, err error) {
		pending, err := h.db.Pending(ctx)
		for _, m := range pending {
			lines = append(lines, fmt.Sprintf("%d is missing", m))
		}
		return lines, err
	}}
	durable := db.Invariant{Says: "what is saved survives a power cut", Broken: func(ctx context.Context, _ db.Conn) ([]string, error) {
		if err := h.db.Durability(ctx); err != nil {
			return []string{err.Error()}, nil
		}
		return nil, nil
	}}
	clocks := db.Invariant{Says: "this machine's clock is the database's", Broken: func(ctx context.Context, _ db.Conn) ([]string, error) {
		if ahead, far, err := h.db.Skew(ctx, time.Now); err != nil || far {
			return []string{fmt.Sprintf("it differs by %v", ahead.Round(time.Millisecond).Abs())}, err
		}
		return nil, nil
	}}
	return slices.Concat([]db.Invariant{schema, durable, clocks}, office.Invariants(h.db.Now()), h.files.Invariants(time.Now().AddDate(0, 0, -1)))
}
