package api

import (
	"encoding/base64"
	"encoding/json"
	"slices"
)

// Paging is how a list is read in parts.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Items in the answer at most."`
	Cursor string `query:"cursor" maxLength:"500" doc:"What the part before ended with as next."`
}

// A List is a part of a list.
type List[T any] struct {
	Items []T     `json:"items" nullable:"false"`
	Next  *string `json:"next" doc:"The cursor of the next part; null if this is the last."`
}

// A body is an answer that is nothing but its body.
type body[T any] struct{ Body T }

func answer[T any](b T) (*body[T], error) { return &body[T]{b}, nil }

// page makes a List of rows that were read with one more than the limit. mark is the key of a row, in its order.
func page[R, T any](p Paging, rows []R, item func(R) T, mark func(R) []string) List[T] {
	list := List[T]{Items: []T{}}
	if len(rows) > p.Limit {
		rows = rows[:p.Limit]
		text, _ := json.Marshal(mark(rows[p.Limit-1])) // texts always can
		next := base64.RawURLEncoding.EncodeToString(text)
		list.Next = &next
	}
	for _, r := range rows {
		list.Items = append(list.Items, item(r))
	}
	return list
}

// mark is the key that a cursor holds, of n texts; empty ones for no cursor.
func (p Paging) mark(n int) ([]string, error) {
	key := make([]string, n)
	if p.Cursor == "" {
		return key, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil || json.Unmarshal(text, &key) != nil || len(key) != n || slices.ContainsFunc(key, func(k string) bool { return slices.Contains([]byte(k), 0) }) {
		return nil, errCursor.At("cursor")
	}
	return key, nil
}

// after returns what comes in a list after the row with a mark, at most one more than the limit. The mark is the
// id of a row; a row that is gone ends the list.
func after[R any](p Paging, rows []R, id func(R) string) ([]R, error) {
	key, err := p.mark(1)
	if err != nil {
		return nil, err
	}
	if key[0] != "" {
		i := slices.IndexFunc(rows, func(r R) bool { return id(r) == key[0] })
		if i < 0 {
			return nil, errCursor.At("cursor")
		}
		rows = rows[i+1:]
	}
	return rows[:min(len(rows), p.Limit+1)], nil
}
