package web

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"kompobib/internal/people"
	"kompobib/internal/web/view"
)

// A sorting is how a list that is read whole is sorted by its columns: for each the key of a row, which sorts byte by byte.
type sorting[T any] map[string]func(T) string

// sort puts rows in the order that is asked for. Those alike stay in the order they came in, and all do if nothing
// that the list knows is asked for.
func (s sorting[T]) sort(r view.Reader, rows []T) {
	by, falling := s.asked(r)
	if by == "" {
		return
	}
	type keyed struct {
		key string
		row T
	}
	list := make([]keyed, len(rows))
	for i, row := range rows {
		list[i] = keyed{s[by](row), row}
	}
	slices.SortStableFunc(list, func(a, b keyed) int {
		if falling {
			a, b = b, a
		}
		return cmp.Compare(a.key, b.key)
	})
	for i, k := range list {
		rows[i] = k.row
	}
}

// asked is the column that is asked for, "" for none, and whether it falls.
func (s sorting[T]) asked(r view.Reader) (by string, falling bool) {
	return r.Sort(append([]string{""}, slices.Collect(maps.Keys(s))...)...)
}

// sortedNumber is the key of a whole number, 0 or more.
func sortedNumber(n int) string { return fmt.Sprintf("%020d", n) }

// sortedTime is the key of an instant; none stands first.
func sortedTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000") }

// sortedText is the key of a text in Swedish order; none stands last.
func sortedText(s string) string {
	if s == "" {
		return people.Last
	}
	return people.SortKey(s)
}

// sortedName is a person's key; whoever has no name here, for protected identity, stands last.
func sortedName(key string) string { return cmp.Or(key, people.Last) }
