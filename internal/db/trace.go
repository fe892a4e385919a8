package db

import (
	"slices"
	"strings"
)

// A Trace is what a committed transaction did, for [WithObserver].
type Trace struct {
	Changed []string // tables inserted into, updated or deleted from, in order of first change
	Locked  []string // tables locked, in order
}

// note adds the table that a statement changes.
func (t *Trace) note(query string) {
	if t == nil {
		return
	}
	words := strings.Fields(query)
	var table string
	switch {
	case len(words) > 2 && (strings.EqualFold(words[0], "INSERT") || strings.EqualFold(words[0], "DELETE")):
		table = words[2]
	case len(words) > 1 && strings.EqualFold(words[0], "UPDATE"):
		table = words[1]
	default:
		return
	}
	table, _, _ = strings.Cut(table, "(")
	if !slices.Contains(t.Changed, table) {
		t.Changed = append(t.Changed, table)
	}
}

func (t *Trace) lock(table string) {
	if t != nil && !slices.Contains(t.Locked, table) {
		t.Locked = append(t.Locked, table)
	}
}
